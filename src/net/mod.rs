//! One synchronous socket layer for all clients: dialling, TLS, waiting, stopping.
//!
//! Decisions:
//! * **Blocking, but never deaf.** Every wait on a socket is cut into slices of at most 250 ms, between which the cancel
//!   flag, the deadline of the run and the limit of this very wait are looked at ([`cancel`], [`socket`]).
//! * **Limits have names.** A [`Patience`] says how long, for what, and by which flag it is set, so that a timeout
//!   error tells which limit fired.
//! * **One object-safe trait.** A protocol client sees a [`Transport`]; whether there is TLS, which library makes it, or whether a
//!   proxy stands between is not its business.
//! * **No protocol here.** This layer never says "STOR" or "MAIL".

pub mod cancel;
pub mod dial;
pub mod dns;
#[cfg(test)]
pub mod mem;
pub mod proxy;
mod socket;
pub mod tls;
mod unix;

pub use cancel::Cancel;
pub use dial::{Dialer, Family};
pub use proxy::Proxy;
pub use tls::{TlsInfo, TlsOptions, TlsSession};

use crate::base::{b64, error::*};
use std::{
    fmt,
    fs::File,
    io::{self, Read, Write},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Where a server is: a host name or an address, and a TCP port; or the path of a socket of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// An IPv6 address without its brackets, a name in A-labels. Certificates are checked against it. What begins with `/` is
    /// the path of a Unix socket, and the port means nothing.
    pub host: String,
    pub port: u16,
}

impl Endpoint {
    pub fn new(host: impl Into<String>, port: u16) -> Endpoint {
        Endpoint { host: host.into(), port }
    }

    /// The path, if it is a Unix socket.
    pub fn path(&self) -> Option<&Path> {
        self.host.starts_with('/').then(|| Path::new(&self.host))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path().is_some() {
            f.write_str(&self.host)
        } else if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How long a wait may be, what is waited for, and the flag that sets it.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Silence: the longest time without a single byte.
    pub limit: Duration,
    /// Where set, the moment by which it must be over whatever drips in.
    pub until: Option<Instant>,
    /// "the greeting", "the reply", "data".
    pub what: &'static str,
    /// "--timeout".
    pub flag: &'static str,
}

impl Patience {
    /// Bytes should flow: only silence counts.
    pub fn silence(limit: Duration, what: &'static str, flag: &'static str) -> Patience {
        Patience { limit, until: None, what, flag }
    }

    /// The whole of it must be over after `limit`, counted from now.
    pub fn within(limit: Duration, what: &'static str, flag: &'static str) -> Patience {
        Patience { limit, until: Some(Instant::now() + limit), what, flag }
    }

    fn error(&self, host: &str) -> Error {
        let limit = self.limit.as_secs_f64();
        Error::new(
            Kind::Timeout,
            format!("timed out waiting for {} from {host} ({} {limit} s)", self.what, self.flag),
        )
        .host(host)
    }
}

/// The limits a user can set; each has its flag.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// `--connect-timeout`: resolving, connecting to all addresses, and the TLS handshake, each.
    pub connect: Duration,
    /// `--timeout`: silence while bytes should flow.
    pub silence: Duration,
    /// `--reply-timeout`: from a command to its complete reply.
    pub reply: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(60),
            reply: Duration::from_secs(300),
        }
    }
}

/// A connected byte stream: TCP, TLS over it, or a script in a test.
pub trait Transport: Read + Write + Send {
    /// What the next reads and writes wait for.
    fn set_patience(&mut self, patience: Patience);
    /// Says that no more data comes, as far as TLS can say it: close_notify, without TCP's FIN.
    fn close_notify(&mut self) {}
    /// Ends our side: close_notify where there is TLS, then TCP's FIN.
    fn shutdown_write(&mut self) -> io::Result<()>;
    fn local_addr(&self) -> io::Result<SocketAddr>;
    /// Behind a proxy the unspecified address: it is not known.
    fn peer_addr(&self) -> io::Result<SocketAddr>;
    /// What is known of the TLS session, if there is one.
    fn tls(&self) -> Option<&dyn TlsInfo> {
        None
    }
    /// Sends up to `n` bytes from the file's own position without passing them through this process (`sendfile(2)`).
    /// Returns how many went, fewer than `n` at the file's end only. `Unsupported` where this cannot be.
    fn send_file(&mut self, _file: &File, _n: u64) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn set_patience(&mut self, patience: Patience) {
        (**self).set_patience(patience);
    }
    fn close_notify(&mut self) {
        (**self).close_notify();
    }
    fn shutdown_write(&mut self) -> io::Result<()> {
        (**self).shutdown_write()
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        (**self).local_addr()
    }
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        (**self).peer_addr()
    }
    fn tls(&self) -> Option<&dyn TlsInfo> {
        (**self).tls()
    }
    fn send_file(&mut self, file: &File, n: u64) -> io::Result<u64> {
        (**self).send_file(file, n)
    }
}

/// Where the conversation is told to (`--trace`): one line at a time, secrets already masked, not yet escaped.
#[derive(Clone, Default)]
pub struct Tracer(Option<Arc<dyn Fn(&str) + Send + Sync>>);

impl Tracer {
    pub fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Tracer {
        Tracer(Some(Arc::new(sink)))
    }

    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// `> ` what we sent.
    pub fn sent(&self, line: &str) {
        self.line("> ", line);
    }

    /// `< ` what the peer said.
    pub fn received(&self, line: &[u8]) {
        if self.is_on() {
            match proof(line) {
                Some(at) => self.line("< ", &format!("{}****", String::from_utf8_lossy(&line[..at]))),
                None => self.line("< ", &String::from_utf8_lossy(line)),
            }
        }
    }

    /// `* ` what happened beside the conversation.
    pub fn note(&self, text: impl fmt::Display) {
        if self.is_on() {
            self.line("* ", &text.to_string());
        }
    }

    fn line(&self, mark: &str, text: &str) {
        if let Some(sink) = &self.0 {
            sink(&format!("{mark}{text}"));
        }
    }
}

/// Where a line of SCRAM (RFC 5802 §5) begins that a password can be guessed by: the salt, and the server's own proof. A guess is
/// tried on them without asking the server.
fn proof(line: &[u8]) -> Option<usize> {
    let challenge = [&b"334 "[..], b"235 ", b"+ ", b"+OK "].iter().any(|mark| line.starts_with(mark));
    let at = line.iter().rposition(|b| *b == b' ').filter(|_| challenge)? + 1;
    let text = b64::decode(line[at..].trim_ascii_end())?;
    (text.starts_with(b"r=") || text.starts_with(b"v=")).then_some(at)
}
