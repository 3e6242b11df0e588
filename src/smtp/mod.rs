//! A client for SMTP (RFC 5321): one connection, many messages, and for each recipient what became of it.
//!
//! Decisions:
//! * **A command costs no round trip of its own** where the server pipelines: MAIL, every RCPT and DATA go in one write, the
//!   body and its dot in another. Two round trips a message; what is on the way unanswered is bounded.
//! * **Refused, failed, unknown.** A server's no keeps its words and belongs to one recipient. A connection that dies before the
//!   final dot changed nothing and may be tried again. One that dies behind it leaves the third state
//!   ([`Kind::Unconfirmed`]): the message may or may not have been taken, and nobody but the user may send it again.
//! * **What can be known beforehand is not tried**: SIZE, 8BITMIME, SMTPUTF8, DSN, REQUIRETLS ([`Envelope::fits`]).
//! * **STARTTLS forgets**: the greeting's and the first EHLO's words count for nothing afterwards.
//! * A reply out of order breaks the connection; none is ever guessed at.
//! * **LMTP (RFC 2033) is the same but for its end**: LHLO in place of EHLO, and behind the final dot a verdict for each recipient that
//!   was accepted, so that one full mailbox is nobody else's failure.
//!
//! The body is a [`Body`](crate::base::body::Body), which can be opened again, for the rest of the recipients after "too
//! many recipients".

mod auth;
mod ehlo;
mod envelope;
mod transaction;
mod verdict;

pub use ehlo::Extensions;
pub use envelope::{Delivery, Envelope, Notify, Policy, Recipient, Ret};

use crate::{
    base::error::*,
    net::{Dialer, Endpoint, Patience, TlsInfo},
    textproto::{Command, Conn, Style, sasl},
};
use std::{net::IpAddr, time::Duration};

/// How the connection gets its TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (`smtps`, RFC 8314 §3).
    Implicit,
    /// By STARTTLS, and not without it.
    Starttls,
    /// By STARTTLS where it is offered: between exchangers, which have no way of knowing beforehand (RFC 7435).
    Opportunistic,
    Off,
}

/// Which of the two dialects is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    #[default]
    Smtp,
    /// RFC 2033: local delivery.
    Lmtp,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub protocol: Protocol,
    /// Our name in EHLO; without it the address of our side in brackets, which RFC 5321 §4.1.4 allows those who
    /// have no name.
    pub helo: Option<String>,
    /// How long the verdict on a message may take once its last byte is sent (RFC 5321 §4.5.3.2.6: ten minutes).
    pub verdict: Duration,
    /// Use PIPELINING where it is offered.
    pub pipelining: bool,
    /// Use CHUNKING where it is offered and saves a round trip.
    pub chunking: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            protocol: Protocol::Smtp,
            helo: None,
            verdict: Duration::from_secs(600),
            pipelining: true,
            chunking: true,
        }
    }
}

/// A connection on which messages can be sent.
pub struct Client {
    conn: Conn,
    options: Options,
    ext: Extensions,
    /// A transaction was begun and neither completed nor reset.
    dirty: bool,
    messages: u64,
}

impl Client {
    /// Dials, secures and greets. What TLS there is to be may depend on the peer's address.
    ///
    /// # Errors
    /// What dialling says; `Refused` by the greeting; `Tls` where TLS is wanted and not to be had.
    pub fn open(
        dialer: &Dialer,
        to: &Endpoint,
        options: Options,
        tls: impl FnOnce(IpAddr) -> Tls,
    ) -> Result<Client> {
        let mut io = dialer.dial(to)?;
        let peer = io.peer_addr().map_err(|e| Error::from_io(e, Kind::Closed, "no peer"))?;
        let tls = tls(peer.ip());
        if tls == Tls::Implicit {
            io = dialer.secure(io, &to.host, None)?;
        }
        let conn = Conn::new(io, &to.host, Style::Smtp, dialer);
        let client = Client::greet(conn, options)?;
        match tls {
            Tls::Starttls => client.starttls(dialer),
            Tls::Opportunistic if client.ext.starttls => client.starttls(dialer),
            _ => Ok(client),
        }
    }

    /// The greeting and EHLO on a connection that stands.
    ///
    /// RFC 5321 §4.5.3.2.1 would wait five minutes for the greeting. A server that is silent so long is dead, or waits for TLS; and
    /// a mail that could not be sent comes to no harm if it is tried again. So the limit is the one of the other programs, or
    /// the one for replies where that is shorter.
    fn greet(mut conn: Conn, options: Options) -> Result<Client> {
        let limits = conn.timeouts();
        let (limit, flag) = match limits.reply < limits.silence {
            true => (limits.reply, "--reply-timeout"),
            false => (limits.silence, "--timeout"),
        };
        conn.reply_within(Patience::within(limit, "the greeting", flag), &[220]).map_err(|e| {
            let host = conn.host().to_string();
            e.context(format_args!("{host} does not take connections"))
        })?;
        let mut client = Client { conn, options, ext: Extensions::default(), dirty: false, messages: 0 };
        client.ehlo()?;
        Ok(client)
    }

    /// EHLO, or LHLO (RFC 2033 §4.1); HELO only for a server that does not know EHLO.
    fn ehlo(&mut self) -> Result<()> {
        let name = self.helo()?;
        let lmtp = self.options.protocol == Protocol::Lmtp;
        let verb = if lmtp { "LHLO" } else { "EHLO" };
        match self.conn.call(&Command::new(verb).arg(&name)?, &[250]) {
            Ok(reply) => self.ext = Extensions::parse(&reply),
            Err(e) if !lmtp && e.code().is_some_and(|c| (500..=504).contains(&c)) => {
                let helo = self.conn.call(&Command::new("HELO").arg(&name)?, &[250]);
                let name = Extensions::parse(&helo.map_err(|e| unwelcome(e, "HELO"))?).name;
                self.ext = Extensions { name, ..Extensions::default() };
            }
            Err(e) => return Err(unwelcome(e, verb)),
        }
        Ok(())
    }

    fn helo(&self) -> Result<String> {
        if let Some(name) = &self.options.helo {
            let odd = |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii();
            if name.is_empty() || name.contains(odd) {
                return Err(Error::new(Kind::Usage, format!("{name:?} cannot be a name for EHLO")));
            }
            return Ok(name.clone());
        }
        Ok(match self.conn.local_addr()?.ip().to_canonical() {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        })
    }

    fn starttls(mut self, dialer: &Dialer) -> Result<Client> {
        let host = self.conn.host().to_string();
        if !self.ext.starttls {
            let text = format!("{host} does not offer STARTTLS, and TLS is required");
            let hint = "smtps:// speaks TLS from the start; --tls off sends in clear";
            return Err(Error::new(Kind::Tls, text).host(host).hint(hint));
        }
        let as_tls = |e: Error| if e.kind() == Kind::Interrupted { e } else { e.kind_is(Kind::Tls) };
        self.conn
            .call(&Command::new("STARTTLS"), &[220])
            .map_err(|e| as_tls(e).context(format_args!("cannot start TLS with {host}")))?;
        let Client { conn, options, .. } = self;
        let conn = conn.secure(dialer, &host).map_err(|e| match e.kind() {
            Kind::Closed | Kind::Protocol => as_tls(e),
            _ => e,
        })?;
        // Nothing that was said in clear counts any more (RFC 3207 §4.2).
        let mut client = Client { conn, options, ext: Extensions::default(), dirty: false, messages: 0 };
        client.ehlo()?;
        Ok(client)
    }

    /// Logs in, by the best mechanism in common or by `only`. `allow_clear`: without TLS as well.
    pub fn login(
        &mut self,
        credentials: &sasl::Credentials,
        only: Option<sasl::Mechanism>,
        allow_clear: bool,
    ) -> Result<sasl::Mechanism> {
        auth::login(&mut self.conn, &self.ext.auth, credentials, only, allow_clear)
    }

    pub fn extensions(&self) -> &Extensions {
        &self.ext
    }

    pub fn tls(&self) -> Option<&dyn TlsInfo> {
        self.conn.tls()
    }

    /// Messages that were accepted on this connection.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    pub fn round_trips(&self) -> u64 {
        self.conn.round_trips()
    }

    /// Whether another message can be sent on it.
    pub fn is_usable(&self) -> bool {
        self.conn.broken().is_none()
    }

    /// Says goodbye. The answer is waited for shortly, and makes no difference: what was accepted is accepted.
    /// Returns the round trips of the whole connection.
    pub fn quit(mut self) -> u64 {
        if self.is_usable() && self.conn.send(&[Command::new("QUIT")]).is_ok() {
            let patience = Patience::within(Duration::from_millis(1500), "the goodbye", "--reply-timeout");
            let _ = self.conn.any_reply(patience);
        }
        self.conn.round_trips()
    }
}

fn unwelcome(error: Error, verb: &str) -> Error {
    let error_is = error.code();
    let error = error.context(format_args!("{verb} was refused"));
    match error_is {
        Some(500..=502) if verb == "LHLO" => error.hint_if_none("what answers there may be SMTP, not LMTP"),
        Some(501 | 504 | 550 | 553 | 554) => error.hint_if_none("--helo gives another name to say"),
        _ => error,
    }
}

#[cfg(test)]
mod tests;
