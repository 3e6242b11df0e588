//! The IMAP server: IMAP4rev1 (RFC 3501) with the extensions in `CAPABILITIES`, each of which can be switched off
//! and is then refused.
//!
//! A command that breaks the grammar is answered with BAD and noted as a violation, as is an extension used without
//! having been offered. Pseudo-events: `CONNECT`, `HANDSHAKE`, `AUTH-LINE`, `LITERAL` (before the go-ahead for a
//! literal); UID FETCH and its like are the events FETCH, SEARCH and so on. `{tag}` in scripted bytes is the
//! command's tag. `Fault::CutAfter` and `Fault::Drip` on FETCH count the bytes of literals.
mod fetch;
mod mailboxes;
mod messages;
mod mime;
mod parse;
mod search;
mod session;

use std::ops::Deref;

use super::script::{Rule, Script};
use super::store::Store;
use super::tls::{Cert, SslVersion, Tls};
use super::wire::Running;

/// `AUTH=` is made from `Options::auth`, STARTTLS and LOGINDISABLED from `Options::tls`.
pub const CAPABILITIES: [&str; 19] = [
    "LITERAL+",
    "SASL-IR",
    "ID",
    "ENABLE",
    "IDLE",
    "NAMESPACE",
    "UNSELECT",
    "UIDPLUS",
    "MOVE",
    "ESEARCH",
    "SORT",
    "ESORT",
    "PARTIAL",
    "WITHIN",
    "SPECIAL-USE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "BINARY",
    "CONDSTORE",
];

#[derive(Clone, Debug)]
pub struct Options {
    pub port: u16,
    pub store: Store,
    pub tls: Tls,
    pub cert: Cert,
    pub tls_min: Option<SslVersion>,
    pub tls_max: Option<SslVersion>,
    pub client_cert: bool,
    pub auth: Vec<&'static str>,
    /// Capabilities and commands that are not there.
    pub off: Vec<&'static str>,
    pub delimiter: char,
    /// What the names of the user's own mailboxes begin with: none is made elsewhere.
    pub prefix: &'static str,
    /// PERMANENTFLAGS.
    pub permanent: &'static str,
    /// SELECT opens for reading only.
    pub read_only: bool,
    /// APPEND of more is `NO [TOOBIG]`.
    pub append_limit: usize,
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            store: Store::default(),
            tls: Tls::Off,
            cert: Cert::Good,
            tls_min: None,
            tls_max: None,
            client_cert: false,
            auth: vec![
                "SCRAM-SHA-256",
                "SCRAM-SHA-1",
                "PLAIN",
                "LOGIN",
                "CRAM-MD5",
                "XOAUTH2",
                "OAUTHBEARER",
            ],
            off: Vec::new(),
            delimiter: '/',
            prefix: "",
            permanent: "\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*",
            read_only: false,
            append_limit: 100_000_000,
            rules: Vec::new(),
        }
    }
}

pub struct Server {
    running: Running,
    pub store: Store,
    tls: Tls,
}

impl Server {
    pub fn start(mut options: Options) -> Server {
        let (port, tls, store) = (options.port, options.tls, options.store.clone());
        let script = Script::new(std::mem::take(&mut options.rules));
        Server {
            running: Running::start(port, script, move |wire| session::serve(wire, &options)),
            store,
            tls,
        }
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls == Tls::Implicit { "imaps" } else { "imap" };
        format!("{scheme}://user@127.0.0.1:{}", self.port())
    }
}

impl Deref for Server {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}
