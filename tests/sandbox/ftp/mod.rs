//! The FTP server: RFC 959 with 2228/4217 (TLS), 2389 (FEAT), 2428 (EPSV, EPRT), 3659 (MLSD, SIZE, MDTM, REST),
//! 7151 (HOST), MFMT, HASH and the X-digests, on real files below a directory.
//!
//! It is as strict as the strictest servers in the field: an upload under TLS must end with close_notify *and*
//! FIN, RNTO must follow RNFR at once, and a session of another control connection is not resumed on a data
//! connection. Commands that arrive while data flows are answered afterwards, in order.
//!
//! Pseudo-events for rules: `CONNECT` (the banner), `HANDSHAKE` (control), `DATA-HANDSHAKE`.
mod commands;
mod data;
mod files;
mod session;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::script::{Rule, Script};
use super::tls::{self, Cert, SslVersion, Tls};
use super::wire::{Running, Wire};

/// What is done with a data connection whose TLS session is not the control connection's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reuse {
    #[default]
    NotAsked,
    /// As vsftpd: `522` and the control connection is closed.
    Refuse522,
    /// As ProFTPD: `425`, and one may go on.
    Refuse425,
    /// As `Refuse425`, and of sessions of TLS 1.3 it takes none.
    OnlyV12,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Listing {
    #[default]
    Unix,
    Dos,
}

#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    pub password: String,
    /// What ACCT must say; without it ACCT is not asked for.
    pub account: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub port: u16,
    /// Where the files are; a temporary directory of the server's own without it.
    pub root: Option<PathBuf>,
    /// Where a login starts, below the root; made if it is missing.
    pub login_dir: String,
    pub users: Vec<User>,
    pub anonymous: bool,
    pub tls: Tls,
    pub cert: Cert,
    /// The certificate of the data connections where it is another one (their sessions cannot be resumed then).
    pub data_cert: Option<Cert>,
    pub tls_min: Option<SslVersion>,
    pub tls_max: Option<SslVersion>,
    pub client_cert: bool,
    pub reuse: Reuse,
    /// TLS 1.3 tickets come with the next reply on the control connection, not behind the handshake.
    pub late_tickets: bool,
    /// An upload that ends without close_notify is a `426`.
    pub close_notify: bool,
    /// The reply to an upload waits for the client's FIN.
    pub wait_fin: bool,
    /// Commands that are not implemented, and not in FEAT: `502`.
    pub off: Vec<&'static str>,
    /// More connections at once than this are greeted with `421`.
    pub max_connections: usize,
    /// The greeting; `220 ` and the line end are added.
    pub banner: String,
    pub listing: Listing,
    /// LIST of what is not there is an empty listing, as with vsftpd; else `450`.
    pub missing_is_empty: bool,
    /// RNTO replaces what is there; else `550`.
    pub rename_over: bool,
    /// Commands are Telnet: a byte 255 in a name is doubled; else it is a byte as any other, as with vsftpd.
    pub telnet: bool,
    /// SIZE under TYPE A is answered; else `550`.
    pub ascii_size: bool,
    /// How long a data connection may take to come.
    pub data_timeout: Duration,
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            root: None,
            login_dir: "/".into(),
            users: vec![User { name: "user".into(), password: "secret".into(), account: None }],
            anonymous: true,
            tls: Tls::Off,
            cert: Cert::Good,
            data_cert: None,
            tls_min: None,
            tls_max: None,
            client_cert: false,
            reuse: Reuse::NotAsked,
            late_tickets: false,
            close_notify: true,
            wait_fin: true,
            telnet: true,
            off: Vec::new(),
            max_connections: usize::MAX,
            banner: "sandbox".into(),
            listing: Listing::Unix,
            missing_is_empty: false,
            rename_over: true,
            ascii_size: false,
            data_timeout: Duration::from_secs(10),
            rules: Vec::new(),
        }
    }
}

pub struct Server {
    running: Running,
    root: PathBuf,
    tls: Tls,
    _dir: Option<tempfile::TempDir>,
}

impl Server {
    pub fn start(mut options: Options) -> Server {
        let dir = options.root.is_none().then(|| tempfile::tempdir().expect("a temporary directory"));
        let root =
            dir.as_ref().map_or_else(|| options.root.clone().unwrap_or_default(), |d| d.path().to_owned());
        std::fs::create_dir_all(root.join(options.login_dir.trim_matches('/'))).expect("a login directory");
        if let Some(version) = options.late_tickets.then_some(SslVersion::TLS1_3) {
            options.tls_min = Some(version);
        }
        let script = Script::new(std::mem::take(&mut options.rules));
        let (port, tls, options) = (options.port, options.tls, Arc::new(options));
        let session = {
            let root = root.clone();
            move |wire: Wire| session::serve(wire, &options, &root)
        };
        Server { running: Running::start(port, script, session), root, tls, _dir: dir }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls == Tls::Implicit { "ftps" } else { "ftp" };
        format!("{scheme}://127.0.0.1:{}", self.port())
    }
}

impl Deref for Server {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl Options {
    fn settings(&self, cert: Cert) -> tls::Settings {
        tls::Settings { cert, min: self.tls_min, max: self.tls_max, client_cert: self.client_cert }
    }

    fn has(&self, command: &str) -> bool {
        !self.off.iter().any(|off| off.eq_ignore_ascii_case(command))
    }
}
