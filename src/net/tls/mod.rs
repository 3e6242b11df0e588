//! TLS behind one type, with two backends.
//!
//! [`native`] (native-tls) serves every program on every platform. It can neither resume a session nor tell a stream
//! that was closed from one that was cut, and FTPS needs both: most servers demand that a data connection resume the
//! session of its control connection. Nor does it export keying material, without which a login cannot be bound to the
//! connection as mail servers want it. So where the platform's TLS is OpenSSL, a run that asks for `beyond_native` gets
//! the [`openssl`] backend, on the same library that native-tls uses there.
//!
//! The rules are the same for both: certificates are always checked against the name; a pinned key must match
//! beside that check (`--pin-sha256`) or instead of it (`--pin-only`); TLS 1.2 is the least.

mod certificate;
mod native;
#[cfg(not(any(windows, target_vendor = "apple")))]
mod openssl;

use super::Transport;
use crate::base::{date::Time, digest, error::*};
use std::{fmt, path::PathBuf, sync::OnceLock};

/// A version of the protocol, for `--tls-min` and `--tls-max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V1_2,
    V1_3,
}

/// What the user wants of TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Certificates to trust beside the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// As `ca_file`, instead of the system's.
    pub ca_only: Option<PathBuf>,
    /// SHA-256 of the peer's public key (SubjectPublicKeyInfo); one of them must match.
    pub pins: Vec<Vec<u8>>,
    /// The pin alone decides: no chain, no name, no date.
    pub pin_only: bool,
    /// Our certificate chain and key (PEM).
    pub client_cert: Option<PathBuf>,
    pub client_key: Option<PathBuf>,
    pub min: Option<Version>,
    pub max: Option<Version>,
    /// `--insecure-skip-verify`.
    pub insecure: bool,
    /// What native-tls cannot do is wanted: sessions that are resumed (FTPS data connections), the channel binding
    /// tls-exporter.
    pub beyond_native: bool,
}

/// A session that a later connection may resume. It belongs to the connection it was taken from.
#[derive(Clone)]
pub struct TlsSession(Session);

#[derive(Clone)]
enum Session {
    #[cfg(not(any(windows, target_vendor = "apple")))]
    OpenSsl(self::openssl::Session),
    /// Backends without resumption make none.
    #[allow(dead_code)]
    None,
}

/// What a TLS connection knows of itself.
pub trait TlsInfo {
    /// `TLSv1.3`; `None` where the backend does not tell.
    fn version(&self) -> Option<&'static str>;
    /// Whether an earlier session was resumed; `None` where the backend does not tell.
    fn resumed(&self) -> Option<bool>;
    /// The session as it stands now. With TLS 1.3 its ticket comes after the handshake, so take it as late as possible.
    fn session(&self) -> Option<TlsSession>;
    /// The best that there is to bind a login to this connection with.
    fn channel_binding(&self) -> Option<ChannelBinding>;
    /// The peer's certificate, DER.
    fn certificate(&self) -> Option<Vec<u8>>;
    /// Whether the peer said close_notify: an end of file without it proves nothing.
    fn closed_cleanly(&self) -> bool;
    /// Until when the peer's certificate is valid.
    fn not_after(&self) -> Option<Time> {
        certificate::not_after(&self.certificate()?)
    }
}

/// What binds a login to the TLS below it (RFC 5056).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelBinding {
    pub name: &'static str,
    pub data: Vec<u8>,
}

/// RFC 9266: keying material of this very connection. What TLS 1.3 has by default, and servers know.
#[cfg(not(any(windows, target_vendor = "apple")))]
const EXPORTER: &str = "tls-exporter";
/// RFC 5929 §4: a digest of the server's certificate, which few servers know.
const END_POINT: &str = "tls-server-end-point";

/// One line for the trace.
pub(super) struct Summary<'a>(pub &'a dyn TlsInfo);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.version().unwrap_or("TLS"))?;
        match self.0.resumed() {
            Some(true) => f.write_str(", session resumed"),
            Some(false) => f.write_str(", new session"),
            None => Ok(()),
        }
    }
}

/// The context of this process, made when TLS is first used: loading the system's certificates costs about 35 ms.
#[derive(Default)]
pub(super) struct Lazy(OnceLock<Result<Connector>>);

impl Lazy {
    fn connector(&self, options: &TlsOptions) -> Result<&Connector> {
        self.0.get_or_init(|| Connector::new(options)).as_ref().map_err(Clone::clone)
    }
}

enum Connector {
    Native(native::Connector),
    #[cfg(not(any(windows, target_vendor = "apple")))]
    OpenSsl(self::openssl::Connector),
}

impl Connector {
    fn new(options: &TlsOptions) -> Result<Connector> {
        #[cfg(not(any(windows, target_vendor = "apple")))]
        if options.beyond_native {
            return Ok(Connector::OpenSsl(self::openssl::Connector::new(options)?));
        }
        Ok(Connector::Native(native::Connector::new(options)?))
    }
}

/// A handshake under way: our part of its beginning is sent, where the library can do it by parts.
pub struct Handshake(Begun);

enum Begun {
    /// Not yet.
    Native(Box<dyn Transport>),
    #[cfg(not(any(windows, target_vendor = "apple")))]
    OpenSsl(self::openssl::Begun),
}

/// Begins the handshake, and does not wait for the peer.
pub(super) fn begin(
    lazy: &Lazy,
    options: &TlsOptions,
    io: Box<dyn Transport>,
    name: &str,
    resume: Option<&TlsSession>,
) -> Result<Handshake> {
    Ok(Handshake(match lazy.connector(options)? {
        Connector::Native(_) => Begun::Native(io),
        #[cfg(not(any(windows, target_vendor = "apple")))]
        Connector::OpenSsl(openssl) => Begun::OpenSsl(openssl.begin(io, name, resume)?),
    }))
}

/// The rest of the handshake, and the pin.
pub(super) fn finish(
    lazy: &Lazy,
    options: &TlsOptions,
    handshake: Handshake,
    name: &str,
) -> Result<Box<dyn Transport>> {
    let io: Box<dyn Transport> = match (handshake.0, lazy.connector(options)?) {
        (Begun::Native(io), Connector::Native(native)) => native.connect(io, name)?,
        #[cfg(not(any(windows, target_vendor = "apple")))]
        (Begun::OpenSsl(begun), _) => begun.finish()?,
        #[cfg(not(any(windows, target_vendor = "apple")))]
        (Begun::Native(_), Connector::OpenSsl(_)) => {
            return Err(Error::new(Kind::Bug, "a handshake of another library"));
        }
    };
    if !options.pins.is_empty() {
        let key = io.tls().and_then(TlsInfo::certificate).and_then(|der| certificate::public_key(&der));
        let pin = key.map(|key| digest::digest(digest::Algorithm::Sha256, &key)).unwrap_or_default();
        if !options.pins.contains(&pin) {
            let text = format!("the key of {name} is sha256 {}, which is not pinned", digest::hex(&pin));
            return Err(Error::new(Kind::Tls, text).host(name));
        }
    }
    Ok(io)
}

/// The library that makes TLS here, with its version where it is known.
pub fn library() -> &'static str {
    #[cfg(not(any(windows, target_vendor = "apple")))]
    return self::openssl::library();
    #[cfg(any(windows, target_vendor = "apple"))]
    return "the platform's TLS";
}

/// Reads a file of the TLS options.
fn read(path: &std::path::Path, what: &str) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| {
        Error::from_io(e, Kind::Config, format_args!("cannot read the {what} {}", path.display()))
    })
}

/// A failed handshake in our words; `detail` is the library's.
fn refused(name: &str, detail: &str) -> Error {
    let text = format!("TLS with {name} failed: {}", detail.trim_end_matches('.'));
    let low = detail.to_ascii_lowercase();
    let hint = if low.contains("expired") || low.contains("not yet valid") {
        "the server's certificate is out of date; --pin-only with --pin-sha256 trusts one key whatever its dates"
    } else if low.contains("hostname mismatch") || low.contains("ip address mismatch") {
        "the certificate is for another name: use the name it was issued for"
    } else if low.contains("self-signed") || low.contains("unable to get") || low.contains("self signed") {
        "name the authority that signed it with --ca-file, or trust its key with --pin-sha256 and --pin-only"
    } else if low.contains("protocol version") || low.contains("unsupported protocol") {
        "the server offers no version of TLS within --tls-min and --tls-max"
    } else {
        return Error::new(Kind::Tls, text).host(name);
    };
    Error::new(Kind::Tls, text).host(name).hint(hint)
}
