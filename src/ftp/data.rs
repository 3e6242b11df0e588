//! Data connections: finding their port, protecting them, ending them.
//!
//! * EPSV (RFC 2428) first, since it has no address to get wrong; PASV where EPSV is refused or its port is dead, once and for
//!   the rest of the session. Whatever address a 227 names, we connect to the control connection's peer; through a proxy, which
//!   hides that, to its host by name.
//! * Under TLS each connection resumes the control connection's session, read anew each time: with TLS 1.3 the ticket comes
//!   late, and some servers send fresh ones.
//! * An upload ends with close_notify, then FIN, then reading until the server closes. A server that sends tickets meets a
//!   reset if we just close, and throws away what it has; one waits for the FIN before it says 226.

use super::{
    Client, RemotePath,
    ascii::{FromWire, Sizes, ToWire},
    going, unconfirmed,
};
use crate::{
    base::error::*,
    net::{Endpoint, Patience, TlsInfo, Transport},
    textproto::{Command, Conn, Reply},
};
use std::{
    fs::File,
    io::{self, Read, Write},
    net::IpAddr,
    time::Duration,
};

/// How long a data connection that EPSV offered may take before PASV is tried: a middlebox that does not know EPSV drops it.
const EPSV_PATIENCE: Duration = Duration::from_secs(5);
/// How long the server may take to close its side after ours, and to say why after a failure.
const DRAIN: Duration = Duration::from_secs(5);
/// The same, once a signal or `--max-time` ends the run.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long the server may take to close its side before ours, where a proxy is in the way.
const BEFORE_FIN: Duration = Duration::from_secs(1);
/// So much text is converted at once.
const TEXT_PIECE: usize = 64 << 10;

/// How ports are asked for, and one asked for ahead of its use.
pub(super) struct Passive {
    /// Where ports are opened.
    host: String,
    /// PASV can be tried: it has room for IPv4 addresses only.
    v4: bool,
    /// Never asked: active mode.
    pub(super) off: bool,
    extended: bool,
    /// Asked, its reply not read.
    asked: bool,
    ready: Option<u16>,
}

impl Passive {
    /// `peer` is `None` where a proxy hides it.
    pub(super) fn new(host: &str, peer: Option<IpAddr>) -> Passive {
        let peer = peer.or_else(|| host.parse().ok()).map(|ip| ip.to_canonical());
        let host = peer.map_or_else(|| host.to_string(), |ip| ip.to_string());
        let v4 = peer.is_none_or(|ip| ip.is_ipv4());
        Passive { host, v4, off: false, extended: true, asked: false, ready: None }
    }

    /// Whether the answer is still to come.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// Adds the question to the next write, unless its answer is here.
    pub(super) fn ask(&mut self, conn: &mut Conn) {
        if self.ready.is_none() && !self.asked && !self.off {
            conn.push(&Command::new(if self.extended { "EPSV" } else { "PASV" }));
            self.asked = true;
        }
    }

    /// Whether a port is known.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.is_some()
    }

    /// Where the next data connection goes, if that is known.
    pub(super) fn take(&mut self) -> Option<Endpoint> {
        let port = self.ready.take()?;
        Some(Endpoint::new(self.host.clone(), port))
    }

    /// Takes in the reply to a question that was asked ahead. A refusal says nothing about how to ask: it may mean the moment.
    pub(super) fn answered(&mut self, reply: &Reply) {
        self.asked = false;
        let (want, read): (u16, fn(&[u8]) -> Option<u16>) =
            if self.extended { (229, epsv_port) } else { (227, pasv_port) };
        self.ready = Some(reply).filter(|r| r.code == want).and_then(|r| read(&r.lines.join(&b' ')));
    }
}

/// `229 … (|||6446|)`, RFC 2428 §3; any printable delimiter, and some servers' extra ones.
fn epsv_port(text: &[u8]) -> Option<u16> {
    let open = memchr::memchr(b'(', text)?;
    let delimiter = *text.get(open + 1)?;
    let rest = &text[open + 1..];
    let digits = rest.iter().position(u8::is_ascii_digit)?;
    if digits < 3 || rest[..digits].iter().any(|b| *b != delimiter) {
        return None;
    }
    let end = rest[digits..].iter().position(|b| !b.is_ascii_digit())? + digits;
    if rest[end] != delimiter {
        return None;
    }
    port(crate::base::date::number(&rest[digits..end])?)
}

/// The last two of the six numbers of a 227, RFC 959 §4.1.2; the address before them is not used.
fn pasv_port(text: &[u8]) -> Option<u16> {
    let numbers = text
        .split(|b| !b.is_ascii_digit() && *b != b',' && *b != b'-')
        .find(|run| run.iter().filter(|b| **b == b',').count() == 5)?;
    let mut six = [0; 6];
    for (slot, digits) in six.iter_mut().zip(numbers.split(|b| *b == b',')) {
        *slot = crate::base::date::number(digits).filter(|n| *n < 256)?;
    }
    port(six[4] * 256 + six[5])
}

/// `150 Opening BINARY mode data connection for a.bin (511 bytes).`: no RFC asks for it, most servers say it.
pub(super) fn announced(text: &str) -> Option<u64> {
    let (before, _) = text.rsplit_once(" bytes")?;
    let (_, digits) = before.rsplit_once('(')?;
    u64::try_from(crate::base::date::number(digits.as_bytes())?).ok()
}

fn port(n: i64) -> Option<u16> {
    u16::try_from(n).ok().filter(|p| *p > 0)
}

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

/// The server's verdict on a transfer.
#[derive(Clone, Debug)]
pub struct Finished {
    pub reply: Reply,
    /// Under TLS: whether the peer said that it was the end. `None` without TLS.
    pub clean: Option<bool>,
}

impl Client {
    /// RETR, from an offset (REST, RFC 3659 §5).
    pub fn retrieve(&mut self, path: &RemotePath, from: u64) -> Result<Download<'_>> {
        self.set_type(self.options.ascii)?;
        self.restart(from)?;
        let command = self.named("RETR", path)?;
        let mut download = self.download(&command)?;
        download.text = download.client.options.ascii.then(FromWire::default);
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
        Ok(Upload { client: self, io: Some(io.0), sizes: Sizes::default(), sent: 0, text, settled: false })
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
        Ok((Upload { client: self, io: Some(io.0), sizes, sent: 0, text: None, settled: false }, from))
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
        let (want, read): (u16, fn(&[u8]) -> Option<u16>) =
            if self.passive.extended { (229, epsv_port) } else { (227, pasv_port) };
        if reply.code == want {
            let text = reply.lines.join(&b' ');
            self.passive.ready = read(&text);
            if self.passive.ready.is_none() {
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
            .check(&[want])
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
        let (io, reply) = if self.options.active {
            self.open_active(command)?
        } else {
            let io = self.connect_data()?;
            self.conn.send(std::slice::from_ref(command))?;
            let reply = self.any()?;
            if let Err(e) = reply.check(&[1]) {
                return Err(self.explained(e).host(self.host()));
            }
            (io, reply)
        };
        Ok((self.protect(io)?, reply))
    }

    /// Puts TLS on a data connection where it has to be, with the control connection's session.
    pub(super) fn protect(&mut self, io: Box<dyn Transport>) -> Result<Box<dyn Transport>> {
        if !self.protected {
            return Ok(io);
        }
        let session = self.conn.tls().and_then(TlsInfo::session);
        let name = self.host().to_string();
        match self.dialer.secure(io, &name, session.as_ref()) {
            Ok(io) => {
                self.resumed = io.tls().and_then(TlsInfo::resumed);
                let waits =
                    if io.tls().and_then(TlsInfo::version) == Some("TLSv1.2") && self.resumed != Some(true) {
                        2
                    } else {
                        1
                    };
                self.conn.add_round_trips(waits);
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
            Ok(reply) if stopping && reply.code != 421 => error,
            Ok(reply) if reply.code == 421 => {
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
        if reply.code == 421 {
            let error = going(&reply, self.host());
            self.conn.poison(error.clone());
            return Err(error);
        }
        reply.check(&[2]).map_err(|e| self.explained(e).host(self.host()))?;
        Ok(reply)
    }
}

/// Ends an upload's data connection in such a way that all of it arrives. Under TLS tickets may be on their way here, and closing with
/// them unread would be a reset, upon which servers throw away what they have. There are proxies that close both ways upon our
/// FIN, with the same effect: they are given time to hand the tickets over first.
pub(super) fn end_upload(io: &mut dyn Transport, proxied: bool) -> io::Result<()> {
    if io.tls().is_none() {
        return io.shutdown_write();
    }
    if proxied {
        io.close_notify();
        drain(io, BEFORE_FIN);
    }
    io.shutdown_write()?;
    drain(io, DRAIN);
    Ok(())
}

/// Reads until the server closes, at most so long.
fn drain(io: &mut dyn Transport, limit: Duration) {
    io.set_patience(Patience::within(limit, "the end of the data connection", "--timeout"));
    let mut rest = [0; 4096];
    while matches!(io.read(&mut rest), Ok(n) if n > 0) {}
}

/// Labels an error of the data connection.
pub(super) fn lost(error: io::Error, host: &str) -> Error {
    Error::from_io(error, Kind::Closed, format_args!("lost the data connection to {host}")).host(host)
}

/// A file or a listing on its way here. [`Download::finish`] tells whether it was whole.
pub struct Download<'a> {
    client: &'a mut Client,
    io: Option<Box<dyn Transport>>,
    sizes: Sizes,
    announced: Option<u64>,
    text: Option<FromWire>,
    settled: bool,
}

impl Download<'_> {
    pub(super) fn new(client: &mut Client, io: Box<dyn Transport>, announced: Option<u64>) -> Download<'_> {
        Download { client, io: Some(io), announced, sizes: Sizes::default(), text: None, settled: false }
    }

    /// Bytes that came so far.
    pub fn received(&self) -> u64 {
        self.sizes.wire()
    }

    /// Whether line ends are converted on the way.
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }

    /// What size the file may have there, by what came.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// How many bytes the server said it would send, if it said so when it opened the connection. Worth something only
    /// where SIZE is not to be had, and from the start of the file.
    pub fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// After the end of file: closes, and reads the verdict. A transfer without one is not complete.
    pub fn finish(mut self) -> Result<Finished> {
        self.settled = true;
        let clean = self.io.as_ref().and_then(|io| io.tls()).map(TlsInfo::closed_cleanly);
        if let Some(mut io) = self.io.take() {
            // Our close_notify: some servers call the transfer failed without it.
            let _ = io.shutdown_write();
        }
        let verdict = self.client.verdict();
        let reply = self.client.after_verdict(verdict)?;
        Ok(Finished { reply, clean })
    }

    /// Enough of it: closes without the rest. What the server says to that does not matter.
    pub fn enough(mut self) {
        self.settled = true;
        self.io = None;
        self.client.after_failure(Error::new(Kind::Closed, "a transfer was ended early"));
    }

    /// After an error, ours or the connection's: closes, and gives the better of the two reasons, theirs if there is one.
    pub fn fail(mut self, error: Error) -> Error {
        self.settled = true;
        self.io = None;
        let error = self.client.after_failure(error);
        if self.client.is_alive() {
            let _ = self.client.read_ahead();
        }
        error
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let host = self.client.conn.host();
        let Some(io) = &mut self.io else { return Ok(0) };
        let Some(text) = &mut self.text else {
            let n = io.read(buf).map_err(|e| lost(e, host))?;
            self.sizes.add(n as u64);
            return Ok(n);
        };
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match text.give(buf) {
                0 => {}
                n => return Ok(n),
            }
            // The caller's buffer serves for what is not converted yet.
            match io.read(buf).map_err(|e| lost(e, host))? {
                0 => {
                    text.end();
                    return Ok(text.give(buf));
                }
                n => text.push(&buf[..n], &mut self.sizes),
            }
        }
    }
}

impl Drop for Download<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.client.conn.poison(Error::new(Kind::Closed, "a transfer was not finished"));
        }
    }
}

/// A file on its way there. [`Upload::finish`] tells whether it arrived.
pub struct Upload<'a> {
    client: &'a mut Client,
    io: Option<Box<dyn Transport>>,
    sizes: Sizes,
    sent: u64,
    text: Option<ToWire>,
    settled: bool,
}

impl Upload<'_> {
    /// Bytes of the file that went so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// What size the file may have there, by what went.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Sends from the file's position without copying, as [`Transport::send_file`].
    pub fn send_file(&mut self, file: &File, n: u64) -> io::Result<u64> {
        let Some(io) = &mut self.io else { return Ok(0) };
        if self.text.is_some() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let sent = io.send_file(file, n)?;
        self.sizes.add(sent);
        self.sent += sent;
        Ok(sent)
    }

    /// Ends the data, waits until the server has it all, and reads the verdict.
    ///
    /// # Errors
    /// `Unconfirmed` if all data went out and the connection was lost before the verdict came.
    pub fn finish(mut self) -> Result<Finished> {
        self.settled = true;
        let host = self.client.conn.host().to_string();
        let Some(mut io) = self.io.take() else {
            return Err(Error::new(Kind::Bug, "an upload was finished twice"));
        };
        let ended = end_upload(&mut *io, self.client.dialer.is_proxied());
        let clean = io.tls().map(TlsInfo::closed_cleanly);
        drop(io);
        if let Err(e) = ended {
            return Err(self.client.after_failure(lost(e, &host)));
        }
        let reply = self.client.verdict().map_err(unconfirmed)?;
        Ok(Finished { reply, clean })
    }

    /// As [`Download::fail`].
    pub fn fail(mut self, error: Error) -> Error {
        self.settled = true;
        self.io = None;
        self.client.after_failure(error)
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let host = self.client.conn.host();
        let Some(io) = &mut self.io else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let n = match &mut self.text {
            Some(text) => {
                let piece = &buf[..buf.len().min(TEXT_PIECE)];
                io.write_all(text.convert(piece, &mut self.sizes)).map_err(|e| lost(e, host))?;
                piece.len()
            }
            None => {
                let n = io.write(buf).map_err(|e| lost(e, host))?;
                self.sizes.add(n as u64);
                n
            }
        };
        self.sent += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.client.conn.poison(Error::new(Kind::Closed, "a transfer was not finished"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports() {
        assert_eq!(epsv_port(b"Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(epsv_port(b"(!!!6446!)"), Some(6446));
        for bad in [
            &b"(|||0|)"[..],
            b"(|||65536|)",
            b"(|||-1|)",
            b"(|||6446)",
            b"(||6446|)",
            b"|||6446|",
            b"(",
            b"(|1|2|3|4|)",
        ] {
            assert_eq!(epsv_port(bad), None, "{bad:?}");
        }
        assert_eq!(pasv_port(b"Entering Passive Mode (10,0,0,1,25,46)."), Some(6446));
        assert_eq!(pasv_port(b"Entering Passive Mode 127,0,0,1,25,46"), Some(6446));
        for bad in [
            &b"(1,2,3,4,256,1)"[..],
            b"(1,2,3,4,-1,1)",
            b"(1,2,3,4,5)",
            b"(1,2,3,4,0,0)",
            b"",
            b"(1,2,3,4,5,6,7)",
        ] {
            assert_eq!(pasv_port(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sizes_in_150() {
        assert_eq!(announced("Opening BINARY mode data connection for a (1).bin (511 bytes)."), Some(511));
        for none in [
            "Here it comes",
            "(x bytes)",
            "(-1 bytes)",
            "511 bytes",
            "(18446744073709551616 bytes)",
            " bytes",
        ] {
            assert_eq!(announced(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([(|!,0-9.) -]| bytes|ü){0,40}") {
            let _ = announced(&text);
            let _ = (epsv_port(text.as_bytes()), pasv_port(text.as_bytes()));
        }
    }
}
