//! From a URL and flags to a session that is logged in, and how often that is tried.

use crate::{TOOL, args::Shared};
use std::{
    ffi::OsStr,
    time::{Duration, Instant},
};
use wirepost::{
    base::{
        error::*,
        url::{self, Url, is_url},
    },
    cli::{
        Output,
        args::TlsChoice,
        config,
        secrets::{self, By},
    },
    imap::{Client, Security, Session},
    job::retry::Policy,
    net::{Cancel, Dialer, Endpoint},
    textproto::sasl::{Credentials, Mechanism},
};

/// Where, as whom, and how.
pub struct Site<'a> {
    pub endpoint: Endpoint,
    implicit: bool,
    /// The mailbox in the URL's path, if there is one.
    pub mailbox: Option<String>,
    credentials: Option<Credentials>,
    user: Option<String>,
    shared: &'a Shared,
    dialer: Dialer,
    cancel: Cancel,
    policy: Policy,
}

/// The URL among the words, which comes first if it is there at all; else the environment's. The rest of the words.
pub fn split<W: AsRef<OsStr>>(words: &[W]) -> Result<(String, &[W])> {
    let first = words.first().and_then(|word| word.as_ref().to_str());
    match first {
        Some(url) if is_url(url) => Ok((url.to_string(), &words[1..])),
        _ => match config::url(&TOOL) {
            Some(url) => Ok((url, words)),
            None => {
                let e = Error::new(Kind::Usage, "no server: the first word is not imaps://user@host");
                Err(match first.filter(|word| is_host(word)) {
                    Some(host) => e.hint(format!("write imaps://{host}")),
                    None => {
                        e.hint("RIMAP_SEARCH_URL, or --url in the account file, can name it once for all")
                    }
                })
            }
        },
    }
}

/// Whether a word looks like a host, or a user at one, rather than like something to search for.
fn is_host(word: &str) -> bool {
    word.contains('.') && word.bytes().all(|b| b.is_ascii_alphanumeric() || b".-@".contains(&b))
}

impl<'a> Site<'a> {
    /// Reads the URL; finds user and secret when first needed.
    pub fn new(url: &str, shared: &'a Shared, out: &Output, cancel: &Cancel) -> Result<Site<'a>> {
        let url = Url::parse(url)?;
        let (implicit, port) = match url.scheme.as_str() {
            "imaps" => (true, 993),
            "imap" => (false, 143),
            other => {
                let e = Error::new(Kind::Usage, format!("{other}:// is not for mail boxes"));
                return Err(e.hint("imaps:// is TLS from the start, imap:// starts it"));
            }
        };
        shared.tls.agrees(&url.scheme, "imap")?;
        let path = url.path.trim_start_matches('/');
        let mailbox = match path {
            "" => None,
            path => {
                let bytes = url::decode(path).and_then(|b| String::from_utf8(b).ok());
                Some(bytes.ok_or_else(|| Error::new(Kind::Usage, "the URL's mailbox is not UTF-8"))?)
            }
        };
        let endpoint = Endpoint::new(url.host, url.port.unwrap_or(port));
        let user = secrets::user(&shared.login, url.user.as_deref(), &endpoint.host)?;
        let bound = shared.imap.auth == Some(Mechanism::ScramSha256Plus);
        Ok(Site {
            dialer: shared.network.dialer(&shared.tls, bound, cancel, out.tracer()),
            policy: Policy { retries: shared.network.retries, max_time: shared.network.retry_max_time },
            cancel: cancel.clone(),
            credentials: None,
            endpoint,
            implicit,
            mailbox,
            user,
            shared,
        })
    }

    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// `user@host:port`: whose state it is.
    pub fn account(&self) -> String {
        format!("{}@{}", self.user.as_deref().unwrap_or_default(), self.endpoint)
    }

    fn credentials(&mut self) -> Result<Credentials> {
        if let Some(known) = &self.credentials {
            return Ok(known.clone());
        }
        let host = &self.endpoint.host;
        let by = By {
            token_command: self.shared.imap.token_command.as_deref(),
            external: self.shared.imap.auth == Some(Mechanism::External),
            certificate: self.shared.tls.client_cert.is_some(),
        };
        let found = secrets::credentials(&TOOL, &self.shared.login, by, self.user.as_deref(), host)?;
        let found = found.ok_or_else(|| {
            Error::new(Kind::Usage, format!("no user for {host}")).hint("write imaps://user@host, or --user")
        })?;
        self.credentials = Some(found.clone());
        Ok(found)
    }

    /// Connects, secures and logs in, once.
    pub fn open(&mut self) -> Result<Session> {
        let credentials = self.credentials()?;
        let io = self.dialer.dial(&self.endpoint)?;
        let security = if self.implicit {
            Security::Implicit
        } else {
            let peer = io.peer_addr().map_err(|e| Error::from_io(e, Kind::Closed, "lost the connection"))?;
            if self.shared.tls.required(peer.ip(), self.dialer.is_proxied()) {
                Security::StartTls
            } else {
                Security::Off
            }
        };
        let client =
            Client::over(&self.dialer, io, &self.endpoint.host, security, &self.shared.imap.without)?;
        let clear = self.shared.tls.tls == Some(TlsChoice::Off);
        let mut session = client.login(&credentials, self.shared.imap.auth, clear)?;
        if self.shared.imap.compress {
            if session.capabilities().has("COMPRESS=DEFLATE") {
                session = session.compress()?;
            } else {
                self.dialer.trace.note("the server does not compress");
            }
        }
        Ok(session)
    }

    /// As [`Site::open`], again after a passing failure.
    pub fn session(&mut self, out: &mut Output) -> Result<Session> {
        let began = Instant::now();
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.open() {
                Ok(mut session) => {
                    alerts(&mut session, out);
                    return Ok(session);
                }
                Err(e) => e,
            };
            self.pause(&error, tried, began.elapsed(), out)?;
        }
    }

    /// Waits before another try.
    ///
    /// # Errors
    /// The error itself, if it is not worth another.
    pub fn pause(&self, error: &Error, tried: u32, elapsed: Duration, out: &mut Output) -> Result<()> {
        if self.cancel.is_stopping() {
            return Err(error.clone());
        }
        let Some(wait) = self.policy.wait(error, tried, elapsed) else { return Err(error.clone()) };
        out.retrying(format_args!("{}; trying again in {:.1} s", error.message(), wait.as_secs_f64()));
        self.cancel.sleep(wait)
    }

    /// Variables that hold our secret: commands do not inherit them.
    pub fn hidden(&self) -> Vec<String> {
        secrets::variables(&self.shared.login)
    }
}

/// What a server wants its user to know.
fn alerts(session: &mut Session, out: &mut Output) {
    for alert in session.alerts() {
        out.warn(format_args!("{} says: {alert}", session.host()));
    }
}

/// Says goodbye and hands the counts over.
pub fn end(mut session: Session, out: &mut Output) {
    alerts(&mut session, out);
    out.add_round_trips(session.round_trips());
    session.logout();
}
