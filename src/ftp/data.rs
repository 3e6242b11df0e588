//! Data connections: opening them, protecting them, and what the server says of them.
//!
//! * Under TLS each connection resumes the control connection's session, read anew each time: with TLS 1.3 the ticket comes
//!   late, and some servers send fresh ones.
//! * A transfer that broke has two reasons, ours and theirs: the better one is told, and replies stay in step with commands.

use super::{
    Client, RemotePath,
    ascii::{Sizes, ToWire},
    going, is_going,
    passive::announced,
    transfer::{DRAIN, Download, Upload},
};
use crate::{
    base::error::*,
    net::{Endpoint, Patience, TlsInfo, Transport, tls::Handshake},
    textproto::{Command, Reply},
};
use std::time::Duration;

/// How long a data connection that EPSV offered may take before PASV is tried: a middlebox that does not know EPSV drops it.
const EPSV_PATIENCE: Duration = Duration::from_secs(5);
/// The same, once a signal or `--max-time` ends the run.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a file is written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Goes on at this offset (REST and STOR), 0 from the start.
    pub from: u64,
    /// At the end of what is there (APPE).
    pub append: bool,
    /// If the server refuses, makes the directories above that are missing, and tries once more.
    pub make_dirs: bool,
}

/// A data connection before its command is answered.
pub(super) enum Shaken {
    Plain(Box<dyn Transport>),
    /// TLS is begun, or could not be.
    Begun(Result<Handshake>),
}

impl Client {
    /// RETR, from an offset (REST, RFC 3659 §5).
    pub fn retrieve(&mut self, path: &RemotePath, from: u64) -> Result<Download<'_>> {
        self.set_type(self.options.ascii)?;
        self.restart(from)?;
        let command = self.named("RETR", path)?;
        let mut download = self.download(&command)?;
        download.convert();
        Ok(download)
    }

    /// A command that answers on a data connection.
    pub(super) fn download(&mut self, command: &Command) -> Result<Download<'_>> {
        let (io, opening) = self.open(command)?;
        let announced = announced(&opening.text());
        Ok(Download::new(self, io, announced))
    }

    /// STOR or APPE.
    pub fn store(&mut self, path: &RemotePath, how: Store) -> Result<Upload<'_>> {
        self.set_type(self.options.ascii)?;
        if !how.append {
            self.restart(how.from)?;
        }
        let command = self.named(if how.append { "APPE" } else { "STOR" }, path)?;
        let io = match (self.open(&command), path.parent()) {
            (Err(e), Some(parent)) if how.make_dirs && matches!(e.code(), Some(550 | 551 | 553)) => {
                // Most often only the last directory is missing: its MKD and the question for the next port share a write.
                let made = self.batch_and_prepare(&[self.named("MKD", &parent)?])?.remove(0);
                if !made.is(&[2]) {
                    self.make_dirs(&parent)?;
                }
                self.open(&command)?
            }
            (opened, _) => opened?,
        };
        let text = self.options.ascii.then(ToWire::default);
        Ok(Upload::new(self, io.0, Sizes::default(), text))
    }

    /// Goes on with a file that is there up to `from`: REST and STOR, or APPE where that is refused, else from its start. The
    /// second value tells where the data begins.
    pub fn store_on(&mut self, path: &RemotePath, from: u64) -> Result<(Upload<'_>, u64)> {
        self.set_type(self.options.ascii)?;
        let stor = self.named("STOR", path)?;
        let refused = |e: &Error| e.kind() == Kind::Refused;
        let opened = match self.restart(from).and_then(|()| self.open(&stor)) {
            Err(e) if refused(&e) && self.is_alive() => {
                // A marker that was taken may hold until it is used: it must not move the bytes that come next.
                self.batch(&[Command::new("REST 0")])?;
                self.open(&self.named("APPE", path)?)
            }
            opened => opened,
        };
        let (io, from) = match opened {
            Err(e) if refused(&e) && self.is_alive() => (self.open(&stor)?, 0),
            opened => (opened?, from),
        };
        let sizes = Sizes::of(from);
        Ok((Upload::new(self, io.0, sizes, None), from))
    }

    /// REST is waited for: a transfer that begins although it was refused would be another one than was meant.
    fn restart(&mut self, from: u64) -> Result<()> {
        if from > 0 && self.options.ascii {
            // Offsets there and here are not the same, and servers do not agree which one is meant.
            return Err(Error::new(Kind::Usage, "a transfer of text cannot go on in the middle"));
        }
        if from > 0 {
            self.call(&Command::new("REST").arg(from.to_string())?, &[3])?;
        }
        Ok(())
    }

    /// Reads the reply to a question for a port. One that was refused changes how the next is asked.
    pub(super) fn read_passive(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.passive.asked) {
            return Ok(());
        }
        let reply = self.any()?;
        if is_going(&reply) {
            let error = going(&reply, self.host());
            self.conn.poison(error.clone());
            return Err(error);
        }
        if let Some(port) = self.passive.port_in(&reply) {
            self.passive.ready = port;
            if port.is_none() {
                let text = format!("{} names no usable port: {}", self.host(), reply.refusal());
                return Err(Error::new(Kind::Protocol, text).host(self.host()));
            }
            return Ok(());
        }
        if self.passive.extended && self.passive.v4 && reply.is(&[5]) {
            self.passive.extended = false;
            return Ok(());
        }
        let what = format!("{} opens no data connection", self.host());
        Err(reply
            .check(&[])
            .err()
            .unwrap_or_else(|| Error::new(Kind::Protocol, "no port"))
            .host(self.host())
            .context(what))
    }

    /// A connected data connection, before its command.
    fn connect_data(&mut self) -> Result<Box<dyn Transport>> {
        self.in_step();
        let mut ahead = self.passive.ready.is_some();
        loop {
            while self.passive.ready.is_none() {
                self.passive.ask(&mut self.conn);
                self.read_passive()?;
            }
            let Some(port) = self.passive.ready.take() else { continue };
            let to = Endpoint::new(self.passive.host.clone(), port);
            let may_fall_back = self.passive.extended && self.passive.v4;
            let budget = self.dialer.timeouts.connect;
            let budget = if may_fall_back { budget.min(EPSV_PATIENCE) } else { budget };
            match self.dialer.dial_within(&to, budget) {
                Ok(io) => {
                    self.conn.add_round_trips(1);
                    return Ok(io);
                }
                Err(e)
                    if !matches!(e.kind(), Kind::Connect | Kind::Timeout)
                        || self.dialer.cancel.is_stopping() =>
                {
                    return Err(e);
                }
                // A port that was asked for ahead of time may have been closed since.
                Err(_) if ahead => ahead = false,
                Err(_) if may_fall_back => self.passive.extended = false,
                Err(e) => {
                    let text = format!("no data connection to {}: {e}", self.host());
                    return Err(Error::new(e.kind(), text).again_is(Again::Now).host(self.host()).hint(
                        "a firewall may block the data ports; --active makes the server connect to us",
                    ));
                }
            }
        }
    }

    /// Connects, gives the command, awaits its 1yz (which is given back), and protects the connection.
    fn open(&mut self, command: &Command) -> Result<(Box<dyn Transport>, Reply)> {
        self.learn_escape(std::slice::from_ref(command))?;
        let (io, reply) = if self.options.active {
            let (io, reply) = self.open_active(command)?;
            (self.hello(io), reply)
        } else {
            let io = self.connect_data()?;
            let io = self.hello(io);
            self.conn.send(std::slice::from_ref(command))?;
            let reply = self.any()?;
            if let Err(e) = reply.check(&[1]) {
                return Err(self.explained(e).host(self.host()));
            }
            (io, reply)
        };
        Ok((self.protect(io)?, reply))
    }

    /// Begins TLS on a data connection where it has to be, with the control connection's session. Nothing is waited for: the
    /// server's part comes with its 1yz, so that both cost one round trip.
    pub(super) fn hello(&self, io: Box<dyn Transport>) -> Shaken {
        if !self.protected {
            return Shaken::Plain(io);
        }
        let session = self.conn.tls().and_then(TlsInfo::session);
        Shaken::Begun(self.dialer.begin_secure(io, self.host(), session.as_ref()))
    }

    /// Ends what [`Client::hello`] began.
    pub(super) fn protect(&mut self, shaken: Shaken) -> Result<Box<dyn Transport>> {
        let begun = match shaken {
            Shaken::Plain(io) => return Ok(io),
            Shaken::Begun(begun) => begun,
        };
        let name = self.host().to_string();
        match begun.and_then(|handshake| self.dialer.finish_secure(handshake, &name)) {
            Ok(io) => {
                self.resumed = io.tls().and_then(TlsInfo::resumed);
                if io.tls().and_then(TlsInfo::version) == Some("TLSv1.2") && self.resumed != Some(true) {
                    self.conn.add_round_trips(1);
                }
                Ok(io)
            }
            Err(e) if e.kind() == Kind::Tls => {
                // Our own verdict on the certificate, or a handshake that broke: what the server says to that (most often a
                // bare 425) is read to keep replies and commands in step, and is the worse reason of the two.
                let said = self.after_failure(e.clone());
                Err(if said.code() == Some(522) || matches!(said.kind(), Kind::Busy | Kind::Interrupted) {
                    said
                } else {
                    self.reuse_refused = false;
                    e
                })
            }
            Err(e) => Err(self.after_failure(e)),
        }
    }

    /// Says what a refused data connection means under TLS: most often that the server wants the session resumed.
    pub(super) fn explained(&mut self, error: Error) -> Error {
        let Some(refusal) = error.get_refusal() else { return error };
        let low = refusal.text.to_ascii_lowercase();
        let reuse = refusal.code == Some(522)
            || ["session", "reuse", "resum"].iter().any(|w| low.contains(w))
            || (refusal.code == Some(425) && low.contains("not permitted"));
        if !self.protected || !reuse {
            return error;
        }
        self.reuse_refused = true;
        let resumed = if self.resumed == Some(true) { "it was resumed" } else { "it was not resumed" };
        let version = self.tls_version().unwrap_or("TLS");
        let text = format!(
            "{} refuses the data connection's TLS session ({version}, {resumed}): {refusal}",
            self.host()
        );
        Error::new(Kind::Tls, text).refusal(refusal.clone()).hint(
            "the server wants each data connection to resume the control connection's session; its administrator can \
             switch that off (vsftpd: require_ssl_reuse=NO, ProFTPD: TLSOptions NoSessionReuseRequired)",
        )
    }

    /// A transfer broke: what the server has to say about it, if it says so soon, is the better reason.
    pub(super) fn after_failure(&mut self, error: Error) -> Error {
        if self.conn.broken().is_some() {
            return error;
        }
        // When the run is to end, the reply is awaited only so that the command that removes the temporary file meets its
        // own one.
        let stopping = self.dialer.cancel.is_stopping();
        let limit = if stopping { LAST_WORDS } else { DRAIN };
        match self.conn.any_reply(Patience::within(limit, "the reason", "--timeout")) {
            Ok(reply) if self.is_port_instead(&reply) => self.out_of_order(),
            Ok(reply) if stopping && !is_going(&reply) => error,
            Ok(reply) if is_going(&reply) => {
                let error = going(&reply, self.host());
                self.conn.poison(error.clone());
                error
            }
            Ok(reply) => match reply.check(&[1, 2]) {
                // Where it was we who gave up (a limit, a full disk), a 426 is the echo of that, not its reason.
                Err(e) if error.kind() == Kind::Closed || error.kind() == Kind::Tls => {
                    if e.kind() == Kind::Refused { self.explained(e).host(self.host()) } else { error }
                }
                Err(e) if error.kind() == Kind::Timeout && reply.is(&[5]) => e.host(self.host()),
                _ => error,
            },
            Err(e) if e.kind() == Kind::Interrupted => e,
            // No word at all: where the next reply belongs can no longer be told.
            Err(_) => {
                self.conn.poison(error.clone());
                error
            }
        }
    }

    /// The verdict after a complete transfer.
    pub(super) fn verdict(&mut self) -> Result<Reply> {
        let limit = self.dialer.timeouts.reply;
        let patience = Patience::within(limit, "the end of the transfer", "--reply-timeout");
        let reply = self.conn.any_reply(patience)?;
        if is_going(&reply) {
            let error = going(&reply, self.host());
            self.conn.poison(error.clone());
            return Err(error);
        }
        reply.check(&[2]).map_err(|e| self.explained(e).host(self.host()))?;
        Ok(reply)
    }
}
