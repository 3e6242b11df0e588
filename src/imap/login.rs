//! From a dialled connection to a session: greeting, STARTTLS, login.

use super::{
    Session,
    response::{Condition, Response, Status},
    wire::{Capabilities, Event, Request, Tag, Wire},
};
use crate::{
    base::{error::*, secret::Secret},
    net::{Dialer, Patience, Transport},
    textproto::{
        Conn, Style,
        sasl::{self, Channel, Credentials, Dialect, Mechanism, Proof, Turn},
    },
};

/// How the connection is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 993).
    Implicit,
    /// STARTTLS before anything else is said, or failure.
    StartTls,
    /// No TLS.
    Off,
}

/// A connection before the login.
pub struct Client {
    wire: Wire,
    /// The server says that we are logged in already (RFC 9051 §7.1.4).
    preauth: bool,
}

impl Client {
    /// Reads the greeting and brings up TLS on a connection that exists. `without`: capabilities to ignore.
    ///
    /// # Errors
    /// `Tls`: it was required and is not to be had, or the server greets with PREAUTH where STARTTLS was to come first.
    pub fn over(
        dialer: &Dialer,
        mut io: Box<dyn Transport>,
        host: &str,
        security: Security,
        without: &[String],
    ) -> Result<Client> {
        if security == Security::Implicit {
            io = dialer.secure(io, host, None)?;
        }
        let mut wire = Wire::new(Conn::new(io, host, Style::Line, dialer));
        wire.forget = without.to_vec();
        let preauth = greeting(&mut wire)?;
        if security == Security::StartTls {
            if preauth {
                let text = format!("{host} says that we are logged in already, before TLS could be started");
                return Err(Error::new(Kind::Tls, text).host(host));
            }
            wire = starttls(wire, dialer, host)?;
        }
        if wire.caps.is_empty() {
            capabilities(&mut wire)?;
        }
        Ok(Client { wire, preauth })
    }

    pub fn capabilities(&self) -> &Capabilities {
        &self.wire.caps
    }

    pub fn conn(&self) -> &Conn {
        self.wire.conn_ref()
    }

    /// Logs in: by the best SASL mechanism both sides have, else by LOGIN. `clear`: the user allows it without TLS.
    ///
    /// # Errors
    /// `Auth`: refused. `Tls`: the secret would go in clear. `Config`: no way in common.
    pub fn login(
        mut self,
        credentials: &Credentials,
        only: Option<Mechanism>,
        clear: bool,
    ) -> Result<Session> {
        if self.preauth {
            return self.session("PREAUTH");
        }
        let channel = Channel::of(self.wire.conn_ref(), clear);
        let offered: Vec<String> = self.wire.caps.after("AUTH=").into_iter().map(str::to_string).collect();
        let disabled = self.wire.caps.has("LOGINDISABLED");
        if disabled && self.conn().tls().is_none() && only.is_none() {
            // Whatever else is offered in clear could have been put there by whoever reads along.
            let text = format!("{} takes no login without TLS", channel.host);
            return Err(Error::new(Kind::Tls, text).host(&channel.host));
        }
        let before = std::mem::take(&mut self.wire.caps);
        let mut dialect = Sasl { wire: &mut self.wire, tag: None, initial: before.has("SASL-IR") };
        let done = sasl::authenticate(&mut dialect, &offered, only, credentials, &channel);
        let mechanism = match done {
            Ok(mechanism) => mechanism.name(),
            // Nothing in common, but there is LOGIN, which every server has (RFC 9051 §6.2.3).
            Err(e) if e.kind() == Kind::Config && only.is_none() && !disabled && channel.private => {
                let Proof::Password(password) = &credentials.proof else { return Err(e) };
                let request =
                    Request::new("LOGIN").string(credentials.user.as_bytes(), false).secret(password);
                let what = format!("cannot log in as {}", credentials.user);
                self.wire.tell(&request).map_err(|e| refused(e).context(what))?;
                "LOGIN"
            }
            Err(e) => return Err(e),
        };
        self.session(mechanism)
    }

    fn session(mut self, mechanism: &'static str) -> Result<Session> {
        // What was offered before the login says nothing about after it; most servers tell in their OK.
        if self.wire.caps.is_empty() || mechanism == "PREAUTH" {
            capabilities(&mut self.wire)?;
        }
        let mut session = Session::new(self.wire, mechanism);
        if session.capabilities().has("UTF8=ONLY") {
            session.utf8()?;
        }
        Ok(session)
    }
}

/// A no to a login is one of the login, whatever its code, unless the server says it is busy.
fn refused(e: Error) -> Error {
    if e.kind() == Kind::Refused && e.again() == Again::Never { e.kind_is(Kind::Auth) } else { e }
}

/// The greeting: true for PREAUTH.
fn greeting(wire: &mut Wire) -> Result<bool> {
    let limit = wire.conn_ref().timeouts().silence;
    let patience = Patience::within(limit, "the greeting", "--timeout");
    let host = wire.conn_ref().host().to_string();
    match wire.event(patience, &|_| false)? {
        Event::Untagged(Response::Status(status)) => match status.condition {
            Condition::Ok => Ok(false),
            Condition::Preauth => Ok(true),
            _ => {
                let e = status.check().err().unwrap_or_else(|| Error::new(Kind::Protocol, "an odd greeting"));
                Err(e.context(format_args!("{host} turned us away")).host(host))
            }
        },
        _ => Err(Error::new(Kind::Protocol, format!("{host} did not greet as IMAP does")).host(host)),
    }
}

fn starttls(mut wire: Wire, dialer: &Dialer, host: &str) -> Result<Wire> {
    // What the server offers in clear proves nothing, so STARTTLS is simply given; a no ends it.
    wire.tell(&Request::new("STARTTLS")).map_err(|e| match e.kind() {
        Kind::Refused | Kind::Auth | Kind::Missing => {
            let text = format!("{host} does not start TLS: {}", e.message());
            Error::new(Kind::Tls, text).host(host)
        }
        _ => e,
    })?;
    wire.renewed(|conn| conn.secure(dialer, host))
}

/// Asks for the capabilities; a server that knows none has none.
fn capabilities(wire: &mut Wire) -> Result<()> {
    match wire.tell(&Request::new("CAPABILITY")) {
        Err(e) if e.kind() == Kind::Refused => Ok(()),
        other => other.map(|_| ()),
    }
}

/// AUTHENTICATE, RFC 9051 §6.2.2.
struct Sasl<'w> {
    wire: &'w mut Wire,
    tag: Option<Tag>,
    initial: bool,
}

impl Sasl<'_> {
    fn turn(&mut self) -> Result<Turn> {
        let Some(tag) = self.tag.clone() else { return Err(Error::new(Kind::Bug, "no login is under way")) };
        loop {
            match self.wire.event(self.wire.patience(), &|_| false)? {
                Event::Continue(text) => return Ok(Turn::Challenge(text)),
                Event::Done(done, status) if done == tag => return Ok(verdict(&status)),
                _ => {}
            }
        }
    }
}

fn verdict(status: &Status) -> Turn {
    match status.check() {
        Ok(()) => Turn::Done,
        Err(e) => {
            // BAD: the mechanism is not there after all (504 as in SMTP, RFC 4954 §6). NO: the login is wrong.
            let code = (status.condition == Condition::Bad).then_some(504);
            let text = e.message().to_string();
            Turn::Refused(refused(e).refusal(Refusal { code, enhanced: None, text }))
        }
    }
}

impl Dialect for Sasl<'_> {
    fn takes_initial(&self, len: usize) -> bool {
        self.initial && len <= 4000
    }

    fn begin(&mut self, mechanism: &'static str, initial: Option<&Secret>) -> Result<Turn> {
        let mut request = Request::new("AUTHENTICATE").atom(mechanism);
        if let Some(initial) = initial {
            request = request.secret_atom(initial);
        }
        self.tag = Some(self.wire.send(&request)?);
        self.turn()
    }

    fn respond(&mut self, response: &Secret) -> Result<Turn> {
        let mut line = response.expose().to_vec();
        line.extend_from_slice(b"\r\n");
        self.wire.conn().push_bytes(&line, "****");
        zeroize::Zeroize::zeroize(&mut line);
        self.turn()
    }

    fn cancel(&mut self) -> Result<Turn> {
        self.wire.conn().push_bytes(b"*\r\n", "*");
        self.turn()
    }
}
