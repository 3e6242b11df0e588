//! TLS by OpenSSL itself, for connections whose sessions are resumed. The only file that names the `openssl` crate.
//!
//! What has to be right for FTPS (each learnt from servers that refuse or cut otherwise):
//! * The context's session cache stays in its default mode. With the client cache on, OpenSSL makes a TLS 1.3 session
//!   single-use, and some servers send fewer tickets than there are transfers.
//! * A session is read from the control connection anew for each data connection ([`TlsInfo::session`]): a TLS 1.3 ticket
//!   arrives only with a later read.
//! * End of file without close_notify is reported as such, not as an error and not as a clean end: whether it is a
//!   truncation is for the one to say who knows the size.

use super::{
    ChannelBinding, END_POINT, EXPORTER, Session as AnySession, TlsInfo, TlsOptions, TlsSession, Version,
    read, refused,
};
use crate::{
    base::error::*,
    net::{Patience, Transport},
};
use openssl::{
    hash::MessageDigest,
    nid::Nid,
    ssl::{
        ErrorCode, HandshakeError, SslConnector, SslContext, SslContextBuilder, SslContextRef, SslMethod,
        SslSession, SslStream, SslVerifyMode, SslVersion,
    },
    x509::{X509, X509VerifyResult, store::X509StoreBuilder},
};
use std::{
    fs::File,
    io::{self, Read, Write},
    net::SocketAddr,
};

/// With the context that it came from: only its connections may resume it, and while it is held no other has its address.
#[derive(Clone)]
pub(super) struct Session {
    session: SslSession,
    of: SslContext,
}

/// `OpenSSL 3.0.19 …`, of the library that is loaded.
pub(super) fn library() -> &'static str {
    openssl::version::version()
}

pub(super) struct Connector {
    ssl: SslConnector,
    verify: bool,
}

fn setup(error: impl std::fmt::Display) -> Error {
    Error::new(Kind::Tls, format!("cannot set up TLS: {error}"))
}

impl Connector {
    pub(super) fn new(options: &TlsOptions) -> Result<Connector> {
        let mut ssl = SslConnector::builder(SslMethod::tls_client()).map_err(setup)?;
        let version = |v: Version| match v {
            Version::V1_2 => SslVersion::TLS1_2,
            Version::V1_3 => SslVersion::TLS1_3,
        };
        ssl.set_min_proto_version(Some(version(options.min.unwrap_or(Version::V1_2)))).map_err(setup)?;
        ssl.set_max_proto_version(options.max.map(version)).map_err(setup)?;
        trust(&mut ssl, options)?;
        if let Some(path) = &options.client_cert {
            let pem = read(path, "client certificate")?;
            let mut chain = X509::stack_from_pem(&pem).map_err(setup)?.into_iter();
            let ours = chain
                .next()
                .ok_or_else(|| Error::new(Kind::Config, format!("no certificate in {}", path.display())))?;
            ssl.set_certificate(&ours).map_err(setup)?;
            for above in chain {
                ssl.add_extra_chain_cert(above).map_err(setup)?;
            }
            let path = options.client_key.as_ref().unwrap_or(path);
            let pem = read(path, "client key")?;
            let key = openssl::pkey::PKey::private_key_from_pem_callback(&pem, |_| Ok(0)).map_err(|_| {
                Error::new(Kind::Config, format!("no usable private key in {}", path.display()))
            })?;
            ssl.set_private_key(&key).map_err(setup)?;
            ssl.check_private_key().map_err(|_| {
                Error::new(Kind::Config, "the client certificate and key do not belong together")
            })?;
        }
        let verify = !options.insecure && !options.pin_only;
        if !verify {
            ssl.set_verify(SslVerifyMode::NONE);
        }
        Ok(Connector { ssl: ssl.build(), verify })
    }

    /// Sends our hello and does not wait for theirs.
    pub(super) fn begin(
        &self,
        io: Box<dyn Transport>,
        name: &str,
        resume: Option<&TlsSession>,
    ) -> Result<Begun> {
        let mut configuration = self.ssl.configure().map_err(setup)?.verify_hostname(self.verify);
        if let Some(TlsSession(AnySession::OpenSsl(Session { session, of }))) = resume
            && std::ptr::eq::<SslContextRef>(&**of, self.ssl.context())
        {
            // SAFETY: OpenSSL demands that a session be set only on a connection of the context it came from, which was looked
            // at just now: `Stream::session` notes the context of its connection.
            #[allow(unsafe_code)]
            unsafe { configuration.set_session(session) }.map_err(setup)?;
        }
        let shake = configuration.connect(name, Held { io, hold: true });
        Ok(Begun { shake, name: name.to_string(), verify: self.verify })
    }
}

/// A handshake that waits for the peer.
pub(super) struct Begun {
    shake: std::result::Result<SslStream<Held>, HandshakeError<Held>>,
    name: String,
    verify: bool,
}

impl Begun {
    pub(super) fn finish(self) -> Result<Box<dyn Transport>> {
        let Begun { shake, name, verify } = self;
        let shake = match shake {
            Err(HandshakeError::WouldBlock(mut mid)) => {
                mid.get_mut().hold = false;
                mid.handshake()
            }
            shake => shake,
        };
        match shake {
            Ok(mut ssl) => {
                ssl.get_mut().hold = false;
                Ok(Box::new(Stream { ssl, clean: false, ended: false }))
            }
            Err(HandshakeError::SetupFailure(e)) => Err(setup(e)),
            Err(HandshakeError::Failure(mid) | HandshakeError::WouldBlock(mid)) => {
                let verdict = mid.ssl().verify_result();
                let error = mid.into_error();
                if error.io_error().is_some() {
                    return Err(error.into_io_error().map_or_else(
                        |_| refused(&name, "the handshake failed"),
                        |e| Error::from_io(e, Kind::Tls, format_args!("TLS with {name} failed")),
                    ));
                }
                if verdict != X509VerifyResult::OK && verify {
                    return Err(refused(&name, verdict.error_string()));
                }
                match error.ssl_error().and_then(|stack| stack.errors().first()) {
                    Some(e) => Err(refused(&name, e.reason().unwrap_or("the handshake failed"))),
                    None => Err(refused(&name, "the server closed the connection during the handshake")),
                }
            }
        }
    }
}

/// A connection from which nothing is read for now.
struct Held {
    io: Box<dyn Transport>,
    hold: bool,
}

impl Read for Held {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.hold { Err(io::ErrorKind::WouldBlock.into()) } else { self.io.read(buf) }
    }
}

impl Write for Held {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.io.write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.io.flush()
    }
}

/// Whom to trust: the system's authorities, with or without the user's, or the user's alone.
fn trust(ssl: &mut SslContextBuilder, options: &TlsOptions) -> Result<()> {
    let add = |path: &std::path::Path, store: &mut openssl::x509::store::X509StoreBuilderRef| -> Result<()> {
        let pem = read(path, "certificate file")?;
        let certificates = X509::stack_from_pem(&pem).map_err(setup)?;
        if certificates.is_empty() {
            return Err(Error::new(Kind::Config, format!("no certificate in {}", path.display())));
        }
        for certificate in certificates {
            store.add_cert(certificate).map_err(setup)?;
        }
        Ok(())
    };
    if let Some(path) = &options.ca_only {
        let mut store = X509StoreBuilder::new().map_err(setup)?;
        add(path, &mut store)?;
        ssl.set_cert_store(store.build());
    } else {
        // A vendored OpenSSL looks where it was built to look; the system's files are elsewhere.
        #[cfg(feature = "vendored")]
        {
            let found = openssl_probe::probe();
            let _ = ssl.load_verify_locations(
                found.cert_file.as_deref(),
                found.cert_dir.first().map(|p| p.as_path()),
            );
        }
    }
    if let Some(path) = &options.ca_file {
        add(path, ssl.cert_store_mut())?;
    }
    Ok(())
}

struct Stream {
    ssl: SslStream<Held>,
    /// close_notify was read.
    clean: bool,
    /// close_notify was sent.
    ended: bool,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.ssl.ssl_read(buf) {
                Ok(n) => return Ok(n),
                Err(e) => match e.code() {
                    ErrorCode::ZERO_RETURN => {
                        self.clean = true;
                        return Ok(0);
                    }
                    // The peer renegotiates or sent a ticket: go on.
                    ErrorCode::WANT_READ | ErrorCode::WANT_WRITE if e.io_error().is_none() => {}
                    ErrorCode::SYSCALL if e.io_error().is_none() => return Ok(0),
                    ErrorCode::SSL if unexpected_eof(&e) => return Ok(0),
                    _ => return Err(labelled(e)),
                },
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.ssl.ssl_write(buf) {
                Ok(n) => return Ok(n),
                Err(e) => match e.code() {
                    ErrorCode::WANT_READ | ErrorCode::WANT_WRITE if e.io_error().is_none() => {}
                    _ => return Err(labelled(e)),
                },
            }
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// OpenSSL 3 reports an end of file without close_notify as an error of its own.
fn unexpected_eof(error: &openssl::ssl::Error) -> bool {
    error.ssl_error().is_some_and(|stack| {
        stack.errors().iter().any(|e| e.reason().is_some_and(|r| r.contains("unexpected eof")))
    })
}

fn labelled(error: openssl::ssl::Error) -> io::Error {
    match error.into_io_error() {
        Ok(io) => io,
        Err(e) => {
            let reason = e.ssl_error().and_then(|s| s.errors().first()?.reason()).unwrap_or("broken");
            Error::new(Kind::Closed, format!("the TLS connection broke: {reason}")).into()
        }
    }
}

impl Transport for Stream {
    fn set_patience(&mut self, patience: Patience) {
        self.ssl.get_mut().io.set_patience(patience);
    }

    fn close_notify(&mut self) {
        // The answer to it is read by whoever drains. A peer that is gone already is no news. Said twice it would wait for that
        // answer.
        if !std::mem::replace(&mut self.ended, true) {
            let _ = self.ssl.shutdown();
        }
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.close_notify();
        self.ssl.get_mut().io.shutdown_write()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.ssl.get_ref().io.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.ssl.get_ref().io.peer_addr()
    }

    fn tls(&self) -> Option<&dyn TlsInfo> {
        Some(self)
    }

    fn send_file(&mut self, _: &File, _: u64) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl TlsInfo for Stream {
    fn version(&self) -> Option<&'static str> {
        Some(self.ssl.ssl().version_str())
    }

    fn resumed(&self) -> Option<bool> {
        Some(self.ssl.ssl().session_reused())
    }

    fn session(&self) -> Option<TlsSession> {
        let of = self.ssl.ssl().ssl_context().to_owned();
        let session = self.ssl.ssl().session()?.to_owned();
        Some(TlsSession(AnySession::OpenSsl(Session { session, of })))
    }

    fn channel_binding(&self) -> Option<ChannelBinding> {
        // Below TLS 1.3 it is safe only with the extended master secret (RFC 9266 §4.2), of which the library does not tell.
        if self.version() == Some("TLSv1.3") {
            let mut data = vec![0; 32];
            let label = "EXPORTER-Channel-Binding";
            self.ssl.ssl().export_keying_material(&mut data, label, Some(&[])).ok()?;
            return Some(ChannelBinding { name: EXPORTER, data });
        }
        let certificate = self.ssl.ssl().peer_certificate()?;
        // RFC 5929 §4.1: the hash of the signature algorithm, but SHA-256 in place of MD5 and SHA-1.
        let hash = match certificate.signature_algorithm().object().nid().signature_algorithms()?.digest {
            Nid::MD5 | Nid::SHA1 => MessageDigest::sha256(),
            nid => MessageDigest::from_nid(nid)?,
        };
        Some(ChannelBinding { name: END_POINT, data: certificate.digest(hash).ok()?.to_vec() })
    }

    fn certificate(&self) -> Option<Vec<u8>> {
        self.ssl.ssl().peer_certificate()?.to_der().ok()
    }

    fn closed_cleanly(&self) -> bool {
        self.clean
    }
}
