//! FTP as RFC 959 means it: a control connection that keeps login and directory, and a data connection for every transfer.
//!
//! Decisions:
//! * **Borrow instead of flag.** A [`Download`] or [`Upload`] holds the client, so a second command during a transfer does not
//!   compile; `finish` reads the server's verdict, and only that makes a transfer complete: end of file proves nothing.
//! * **The control connection's peer is the only peer.** The address in a 227 reply is ignored, as is any other.
//! * **FTPS is all or nothing.** With TLS on, the data connections have it too (PROT P), resume the session of this very
//!   control connection, and check the same name; nothing ever falls back to clear.
//! * **Round trips are the cost.** Commands whose replies do not decide the next one go out in one write, the question for
//!   the next passive port among them.
//! * **No names are normalised.** A path is sent as it was given; the working directory is changed only where a
//!   server cannot be asked otherwise, and changed back at once.

mod active;
mod ascii;
mod data;
mod glue;
mod listing;
mod lookup;
mod options;
mod passive;
mod path;
mod session;
mod telnet;
mod times;
#[cfg(test)]
mod transcripts;
mod transfer;
mod verify;

pub use ascii::Sizes;
pub use data::Store;
pub use glue::{Glue, Glued, Stored};
pub use listing::{Line, list as parse_list, mlsx as parse_mlsx};
pub use lookup::Listing;
pub use options::{Charset, Options};
pub use path::RemotePath;
pub use session::{Features, Login, Security};
pub use transfer::{Download, Finished, Upload};

use crate::{
    base::{date::Time, error::*, tree::Entry},
    net::{Dialer, Patience, TlsInfo},
    textproto::{Command, Conn, Reply},
};
use std::sync::Arc;

/// One control connection, logged in; in TYPE I but for transfers of text.
pub struct Client {
    conn: Conn,
    dialer: Arc<Dialer>,
    features: Features,
    /// Data connections are under TLS.
    protected: bool,
    /// The directory after login, if PWD told it.
    home: Option<RemotePath>,
    passive: passive::Passive,
    options: Options,
    /// EPRT was not refused yet.
    eprt: bool,
    /// TYPE A is set.
    ascii: bool,
    /// The server refused a data connection for not resuming the session.
    reuse_refused: bool,
    /// Whether the last data connection resumed it.
    resumed: Option<bool>,
    /// A listing ended with close_notify: this server sends it.
    ends_well: bool,
    /// Whether the server was asked how it reads a byte 255.
    escape_known: bool,
    /// The server's zone in listings, seconds east of UTC, once measured.
    zone: Option<i64>,
    /// It takes `-a` behind LIST for a name.
    list_plain: bool,
}

impl Client {
    /// What the user chose, before the login.
    pub fn with(mut self, options: Options) -> Client {
        self.passive.off = options.active;
        self.options = options;
        self
    }

    pub fn host(&self) -> &str {
        self.conn.host()
    }

    pub fn features(&self) -> &Features {
        &self.features
    }

    pub fn home(&self) -> Option<&RemotePath> {
        self.home.as_ref()
    }

    /// How often we waited for the server, data connections included.
    pub fn round_trips(&self) -> u64 {
        self.conn.round_trips()
    }

    /// The TLS of the control connection.
    pub fn tls(&self) -> Option<&dyn TlsInfo> {
        self.conn.tls()
    }

    pub fn tls_version(&self) -> Option<&'static str> {
        self.tls().and_then(TlsInfo::version)
    }

    /// Whether transfers are of text (TYPE A): offsets and digests mean nothing then.
    pub fn is_text(&self) -> bool {
        self.options.ascii
    }

    /// The address that the name led to.
    pub fn peer(&self) -> Option<std::net::SocketAddr> {
        self.conn.peer_addr().ok()
    }

    /// Whether the last data connection resumed the control connection's session; `None` without TLS.
    pub fn tls_resumed(&self) -> Option<bool> {
        self.resumed
    }

    /// Whether the server refused a data connection because it did not resume the session.
    pub fn reuse_refused(&self) -> bool {
        self.reuse_refused
    }

    /// Whether the connection can still be used.
    pub fn is_alive(&self) -> bool {
        self.conn.broken().is_none()
    }

    /// Any command as the user wrote it, and its whole reply.
    pub fn quote(&mut self, line: &[u8]) -> Result<Reply> {
        let command = Command::new("").text(line)?;
        self.conn.call(&command, &[1, 2, 3, 4, 5])
    }

    /// A reply that is here before its question was not asked for: one too many after a transfer that broke (426, then 226).
    /// Taken for the answer to the next command it would shift all that follow, so the connection ends here.
    fn in_step(&mut self) {
        if !self.passive.is_asked() && self.conn.buffered() > 0 && self.is_alive() {
            let text = format!("{} sent a reply that nobody asked for", self.host());
            let error = Error::new(Kind::Closed, text).host(self.host());
            self.conn.poison(error);
        }
    }

    /// Commands in one write, their replies in order whatever they say.
    pub fn batch(&mut self, commands: &[Command]) -> Result<Vec<Reply>> {
        self.learn_escape(commands)?;
        self.in_step();
        self.conn.send(commands)?;
        commands.iter().map(|_| self.any()).collect()
    }

    /// Commands in one write together with the question for the next passive port, so that the next transfer finds it
    /// answered.
    pub fn batch_and_prepare(&mut self, commands: &[Command]) -> Result<Vec<Reply>> {
        self.learn_escape(commands)?;
        self.in_step();
        for command in commands {
            self.conn.push(command);
        }
        self.passive.ask(&mut self.conn);
        let replies: Result<Vec<_>> = commands.iter().map(|_| self.any()).collect();
        let replies = replies?;
        self.read_passive()?;
        Ok(replies)
    }

    /// A command about a name, as the server writes names.
    ///
    /// # Errors
    /// `Refused` for a name that the server would make another one of: Pure-FTPd, which alone knows ESTA, makes `_` of spaces at both
    /// ends of what it creates.
    pub fn named(&self, verb: &'static str, path: &RemotePath) -> Result<Command> {
        let name = self.options.as_sent(path.as_bytes())?;
        let creates = matches!(verb, "STOR" | "APPE" | "MKD" | "RNTO");
        if creates && (name.starts_with(b" ") || name.ends_with(b" ")) && self.features.has("ESTA") {
            let text = format!("{} makes _ of a space at either end of a name", self.host());
            return Err(Error::new(Kind::Refused, text).host(self.host()));
        }
        Command::new(verb).arg(name)
    }

    /// TYPE A or I, where it is the other one.
    fn set_type(&mut self, ascii: bool) -> Result<()> {
        if self.ascii != ascii {
            let command = Command::new(if ascii { "TYPE A" } else { "TYPE I" });
            self.call(&command, &[2]).map_err(|e| e.context("cannot set the type of transfers"))?;
            self.ascii = ascii;
        }
        Ok(())
    }

    fn any(&mut self) -> Result<Reply> {
        let limit = self.dialer.timeouts.reply;
        let reply = self.conn.any_reply(Patience::within(limit, "the reply", "--reply-timeout"))?;
        if reply.code == 421 {
            let error = going(&reply, self.conn.host());
            self.conn.poison(error.clone());
            return Err(error);
        }
        Ok(reply)
    }

    fn call(&mut self, command: &Command, want: &[u16]) -> Result<Reply> {
        self.learn_escape(std::slice::from_ref(command))?;
        self.in_step();
        self.conn.send(std::slice::from_ref(command))?;
        let reply = self.any()?;
        reply.check(want).map_err(|e| e.host(self.conn.host()))?;
        Ok(reply)
    }

    /// MKD of one directory. True if it was made, false if the server says no but it is there.
    pub fn make_dir(&mut self, path: &RemotePath) -> Result<bool> {
        let reply = self.batch(&[self.named("MKD", path)?])?.remove(0);
        if reply.is(&[2]) {
            return Ok(true);
        }
        // Servers say 550, 521 or 553 for a directory that exists; only going there tells (RFC 959 has no code for it).
        if self.is_dir(path)? {
            return Ok(false);
        }
        let refused = reply.check(&[2]).err().unwrap_or_else(|| Error::new(Kind::Protocol, "MKD"));
        Err(refused.host(self.host()).context(format_args!("cannot make {path} on {}", self.host())))
    }

    /// MKD of a directory and of all that are missing above it.
    pub fn make_dirs(&mut self, path: &RemotePath) -> Result<()> {
        if path.is_empty() || path.as_bytes() == b"/" {
            return Ok(());
        }
        let path = path.trimmed();
        match self.make_dir(&path) {
            Ok(_) => Ok(()),
            Err(e) if e.kind() == Kind::Refused => {
                let Some(parent) = path.parent() else { return Err(e) };
                self.make_dirs(&parent)?;
                self.make_dir(&path).map(|_| ())
            }
            Err(e) => Err(e),
        }
    }

    /// DELE.
    pub fn delete(&mut self, path: &RemotePath) -> Result<()> {
        let command = self.named("DELE", path)?;
        self.call(&command, &[2])
            .map(|_| ())
            .map_err(|e| e.context(format_args!("cannot remove {path} on {}", self.host())))
    }

    /// DELE of many in one write, and what became of each.
    pub fn delete_all(&mut self, paths: &[RemotePath]) -> Result<Vec<Result<()>>> {
        let commands: Vec<_> = paths.iter().map(|p| self.named("DELE", p)).collect::<Result<_>>()?;
        let replies = self.batch(&commands)?;
        let host = self.host();
        let answer = |(path, reply): (&RemotePath, Reply)| {
            let what = format!("cannot remove {path} on {host}");
            reply.check(&[2]).map_err(|e| e.host(host).context(what))
        };
        Ok(paths.iter().zip(replies).map(answer).collect())
    }

    /// RNFR and RNTO in one write, behind commands whose replies do not matter. The inner result is what RNTO said once RNFR was
    /// taken: only that can be about what stands under the new name.
    ///
    /// # Errors
    /// `Unconfirmed` if the connection was lost before the answer to RNTO came.
    pub fn rename(&mut self, before: &[Command], from: &RemotePath, to: &RemotePath) -> Result<Result<()>> {
        let what = format!("cannot rename {from} to {to} on {}", self.host());
        let mut commands = before.to_vec();
        commands.extend([self.named("RNFR", from)?, self.named("RNTO", to)?]);
        let replies = self.batch(&commands).map_err(|e| unconfirmed(e).context(&what))?;
        let host = self.host().to_string();
        let check = |reply: &Reply, want| reply.check(want).map_err(|e: Error| e.host(&host).context(&what));
        check(&replies[before.len()], &[3])?;
        Ok(check(&replies[before.len() + 1], &[2]))
    }

    /// What became of a rename whose answer was lost, by which of the two names is there; `proves` says whether what stands under
    /// the new one is what was renamed. `None` where that does not tell.
    pub fn was_renamed(
        &mut self,
        from: &RemotePath,
        to: &RemotePath,
        proves: impl FnOnce(&Entry) -> bool,
    ) -> Result<Option<bool>> {
        if self.look(from)?.is_some() {
            return Ok(Some(false));
        }
        Ok(self.look(to)?.is_some_and(|there| proves(&there)).then_some(true))
    }

    /// Sets the modification time by the command that the server has: MFMT (draft-somers-ftp-mfxx), MDTM with a time,
    /// SITE UTIME. `None` if it has none.
    pub fn time_command(&self, path: &RemotePath, time: Time) -> Option<Command> {
        let stamp = time.mdtm();
        let command = if self.features.has("MFMT") {
            Command::new("MFMT").arg(&stamp)
        } else if self.features.mdtm_sets {
            Command::new("MDTM").arg(&stamp)
        } else if self.features.has("SITE UTIME") {
            Command::new("SITE UTIME").arg(&stamp)
        } else {
            return None;
        };
        let name = self.options.as_sent(path.as_bytes()).ok()?;
        command.and_then(|c| c.arg(name)).ok()
    }

    /// SITE CHMOD, as nearly all servers on Unix have it.
    pub fn mode_command(&self, path: &RemotePath, mode: u32) -> Result<Command> {
        let name = self.options.as_sent(path.as_bytes())?;
        Command::new("SITE CHMOD").arg(format!("{:o}", mode & 0o7777))?.arg(name)
    }

    /// QUIT, without caring much: what was done is done. The number of round trips.
    pub fn quit(self) -> u64 {
        Client::quit_all(vec![self])
    }

    /// As [`Client::quit`], for many in the time of one.
    pub fn quit_all(mut clients: Vec<Client>) -> u64 {
        for client in clients.iter_mut().filter(|c| c.is_alive()) {
            let _ = client.conn.send(&[Command::new("QUIT")]);
        }
        for client in clients.iter_mut().filter(|c| c.is_alive()) {
            let patience = Patience::within(std::time::Duration::from_secs(2), "the goodbye", "--timeout");
            let _ = client.conn.any_reply(patience);
        }
        clients.iter().map(Client::round_trips).sum()
    }
}

/// 421: the server closes the connection. So does vsftpd behind `500 OOPS:`, the last words of a process that failed (out of ports, say).
/// Asked about data connections only: at a login the same words tell of a configuration that no other try mends.
fn is_going(reply: &Reply) -> bool {
    reply.code == 421 || (reply.code == 500 && reply.last().starts_with(b"OOPS:"))
}

/// What [`is_going`] says, as an error; another try in a moment may be welcome.
fn going(reply: &Reply, host: &str) -> Error {
    let refusal = reply.refusal();
    let kind = if reply.code == 421 { Kind::Busy } else { Kind::Closed };
    Error::new(kind, refusal.to_string()).refusal(refusal).host(host).again_is(Again::Now)
}

/// A loss after something may have taken effect: what may have happened is for the caller to find out, not for a retry.
fn unconfirmed(error: Error) -> Error {
    match error.kind() {
        Kind::Closed | Kind::Timeout | Kind::Busy => error.kind_is(Kind::Unconfirmed).again_is(Again::Never),
        _ => error,
    }
}
