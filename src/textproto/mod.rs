//! Lines, replies, commands and dots: what FTP, SMTP, POP3 and IMAP have in common.
//!
//! [`Conn`] is one control connection. Decisions:
//! * **Limits live in the reader.** A line, a reply and the number of commands waiting for replies are bounded here, once.
//! * **Commands are built, not formatted** ([`Command`]): CR, LF and NUL cannot get into one, and a secret is masked in every trace.
//! * **Expected replies are digit prefixes**: `call(&cmd, &[25])` takes 250 to 259.
//! * **Replies are matched in order.** Several commands may go out in one write; their replies are read one by one, in the
//!   same order, and a connection on which that order was lost is never used again.
//! * **Dropping is failing.** A body that was not read or written to its end breaks the connection; nothing is completed or
//!   skipped in silence.
//! * **No byte may wait across a change of layer.** [`Conn::secure`] consumes the connection and refuses if anything is
//!   buffered, so what was said in clear can never be taken for an answer under TLS.

mod command;
mod dot;
mod line;
mod reply;
pub mod sasl;

pub use command::Command;
pub use dot::{DotReader, DotWriter};
pub use line::{CountedWriter, Exactly};
pub use reply::{Reply, ReplyParser, Style};

use crate::{
    base::error::*,
    net::{Dialer, Patience, Timeouts, TlsInfo, Tracer, Transport},
};
use std::{
    io::{Read, Write},
    net::SocketAddr,
};

/// A line of a peer may be this long, its end included.
pub const LINE_LIMIT: usize = 64 << 10;
const BUFFER: usize = 64 << 10;

/// One control connection.
pub struct Conn {
    io: Box<dyn Transport>,
    host: String,
    style: Style,
    timeouts: Timeouts,
    trace: Tracer,
    /// Bytes read and not yet consumed are `buf[start..end]`.
    buf: Vec<u8>,
    start: usize,
    end: usize,
    /// Written, not yet sent.
    out: Vec<u8>,
    /// What is doubled in commands.
    escape: Option<u8>,
    parser: ReplyParser,
    round_trips: u64,
    /// Something was sent since the last read.
    asked: bool,
    /// Why the connection cannot be used any more.
    broken: Option<Error>,
}

impl Conn {
    /// `host` is the server's name in messages.
    pub fn new(io: Box<dyn Transport>, host: &str, style: Style, dialer: &Dialer) -> Conn {
        Conn::with(io, host, style, dialer.timeouts, dialer.trace.clone())
    }

    /// As [`Conn::new`], without a dialer.
    pub fn with(io: Box<dyn Transport>, host: &str, style: Style, timeouts: Timeouts, trace: Tracer) -> Conn {
        Conn {
            io,
            host: host.to_string(),
            style,
            timeouts,
            trace,
            buf: Vec::new(),
            start: 0,
            end: 0,
            out: Vec::new(),
            escape: None,
            parser: ReplyParser::new(style),
            round_trips: 0,
            asked: true,
            broken: None,
        }
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn tls(&self) -> Option<&dyn TlsInfo> {
        self.io.tls()
    }

    /// The limits the user set.
    pub fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    pub fn trace(&self) -> &Tracer {
        &self.trace
    }

    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.io.local_addr().map_err(|e| self.lost(e))
    }

    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.io.peer_addr().map_err(|e| self.lost(e))
    }

    /// How often we waited for the peer so far.
    pub fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// Counts waits that happened beside this connection, such as a data connection's.
    pub fn add_round_trips(&mut self, n: u64) {
        self.round_trips += n;
    }

    /// Why the connection cannot be used any more, if so.
    pub fn broken(&self) -> Option<&Error> {
        self.broken.as_ref()
    }

    /// Breaks the connection for good: the order of replies, or of body and commands, is lost.
    pub fn poison(&mut self, why: Error) {
        self.broken.get_or_insert(why);
    }

    /// Bytes of the peer that are here already.
    pub fn buffered(&self) -> usize {
        self.end - self.start
    }

    /// Sends the commands in one write; their replies are to be read in the same order. The caller bounds how much may
    /// be on the way, for a peer that does not read until its answers are read.
    pub fn send(&mut self, commands: &[Command]) -> Result<()> {
        for command in commands {
            self.push(command);
        }
        self.flush()
    }

    /// From now on this byte is doubled in commands.
    pub fn escape(&mut self, byte: u8) {
        self.escape = Some(byte);
    }

    /// Adds a command to what the next [`Conn::flush`] sends.
    pub fn push(&mut self, command: &Command) {
        self.trace.sent(command.shown());
        let escape = self.escape;
        let doubled = |b: &u8| std::iter::repeat_n(*b, if Some(*b) == escape { 2 } else { 1 });
        match escape {
            Some(byte) if command.wire().contains(&byte) => {
                self.out.extend(command.wire().iter().flat_map(doubled));
            }
            _ => self.out.extend_from_slice(command.wire()),
        }
        self.out.extend_from_slice(b"\r\n");
    }

    /// Adds bytes as they are; the trace shows `shown` for them, nothing if it is empty.
    pub fn push_bytes(&mut self, bytes: &[u8], shown: &str) {
        if !shown.is_empty() {
            self.trace.sent(shown);
        }
        self.out.extend_from_slice(bytes);
    }

    /// Sends what was added, in one write where the kernel takes it.
    pub fn flush(&mut self) -> Result<()> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if self.out.is_empty() {
            return Ok(());
        }
        self.io.set_patience(Patience::silence(self.timeouts.silence, "the server to read", "--timeout"));
        let sent = self.io.write_all(&self.out).and_then(|()| self.io.flush());
        self.out.clear();
        self.asked = true;
        sent.map_err(|e| {
            let error = self.lost(e);
            // What the server said before it closed (421, 552 …) may still be readable, so a failed write
            // does not break the reading side.
            let error = match error.kind() {
                Kind::Interrupted => error,
                _ => self.last_words().unwrap_or(error),
            };
            self.poison(error.clone());
            error
        })
    }

    /// Writes bytes at once, past the buffer: a body's blocks.
    pub(super) fn write_through(&mut self, bytes: &[u8]) -> Result<()> {
        self.flush()?;
        self.io.set_patience(Patience::silence(self.timeouts.silence, "the server to read", "--timeout"));
        self.asked = true;
        self.io.write_all(bytes).map_err(|e| {
            let mut error = self.lost(e);
            if error.kind() == Kind::Closed {
                // A server that has enough of a body says why (552) before it closes.
                error = self.last_words().unwrap_or(error);
            }
            self.poison(error.clone());
            error
        })
    }

    /// The body may go straight from a file to the socket.
    pub fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.io
    }

    /// One command, one reply.
    ///
    /// # Errors
    /// `Refused` with the server's words if the reply is a 4yz or 5yz that was not wanted, `Protocol` for any other that
    /// was not wanted.
    pub fn call(&mut self, command: &Command, want: &[u16]) -> Result<Reply> {
        self.send(std::slice::from_ref(command))?;
        self.reply(want)
    }

    /// The next reply in order, which must match one of the digit prefixes.
    pub fn reply(&mut self, want: &[u16]) -> Result<Reply> {
        let limit = self.timeouts.reply;
        self.reply_within(Patience::within(limit, "the reply", "--reply-timeout"), want)
    }

    /// As [`Conn::reply`], with a limit of its own.
    pub fn reply_within(&mut self, patience: Patience, want: &[u16]) -> Result<Reply> {
        let reply = self.any_reply(patience)?;
        reply.check(want).map_err(|e| {
            let e = e.host(&self.host);
            if reply.code == 421 {
                // The server closes after 421 (RFC 959 §4.2.2, RFC 5321 §3.8).
                self.poison(e.clone());
            }
            e
        })?;
        Ok(reply)
    }

    /// The next reply, whatever it says.
    pub fn any_reply(&mut self, patience: Patience) -> Result<Reply> {
        self.flush()?;
        loop {
            // Whatever the reason, a reply is owed from now on: the next one read could be that of an earlier command.
            let (from, to) = match self.line(patience) {
                Ok(line) => line,
                Err(e) => {
                    self.poison(e.clone());
                    return Err(e);
                }
            };
            let parsed = self.parser.push(&self.buf[from..to]);
            match parsed {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(e) => {
                    let e = e.host(&self.host);
                    self.poison(e.clone());
                    return Err(e);
                }
            }
        }
    }

    /// After a write failed: a refusal that the server left before it closed.
    fn last_words(&mut self) -> Option<Error> {
        let patience = Patience::within(std::time::Duration::from_secs(1), "last words", "--timeout");
        if matches!(self.style, Style::Line) {
            return None;
        }
        let reply = self.any_reply(patience).ok()?;
        let error = reply.check(&[]).err()?.host(&self.host);
        (error.kind() != Kind::Protocol).then(|| {
            self.poison(error.clone());
            error
        })
    }

    /// Ends the clear part: gives the raw transport to TLS and starts anew on it, with nothing kept but the counts.
    ///
    /// # Errors
    /// `Tls` if a single byte waits unread: it was said in clear and would pass for an answer under TLS.
    pub fn secure(self, dialer: &Dialer, name: &str) -> Result<Conn> {
        if self.buffered() > 0 {
            let text = format!("{} sent more in clear after it agreed to start TLS", self.host);
            return Err(Error::new(Kind::Tls, text).host(&self.host));
        }
        let Conn { io, host, style, timeouts, trace, round_trips, .. } = self;
        let io = dialer.secure(io, name, None)?;
        // The handshake of TLS 1.3 waits once, that of 1.2 twice.
        let waits = if io.tls().and_then(TlsInfo::version) == Some("TLSv1.2") { 2 } else { 1 };
        let mut conn = Conn::with(io, &host, style, timeouts, trace);
        conn.round_trips = round_trips + waits;
        conn.asked = false;
        Ok(conn)
    }

    /// Puts a layer on the transport, such as compression, and starts anew on it with nothing kept but the counts.
    ///
    /// # Errors
    /// `Protocol` if a byte waits unread: it would be lost to the layer.
    pub fn layered(self, layer: impl FnOnce(Box<dyn Transport>) -> Box<dyn Transport>) -> Result<Conn> {
        if self.buffered() > 0 {
            let text = format!("{} sent more before the new layer began", self.host);
            return Err(Error::new(Kind::Protocol, text).host(&self.host));
        }
        let Conn { io, host, style, timeouts, trace, round_trips, .. } = self;
        let mut conn = Conn::with(layer(io), &host, style, timeouts, trace);
        conn.round_trips = round_trips;
        conn.asked = false;
        Ok(conn)
    }

    /// Labels an error that came up through the transport.
    fn lost(&self, error: std::io::Error) -> Error {
        Error::from_io(error, Kind::Closed, format_args!("lost the connection to {}", self.host))
            .host(&self.host)
    }

    /// Reads more behind what is buffered; false at the end of file.
    fn fill(&mut self) -> Result<bool> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if self.buf.is_empty() {
            self.buf.resize(BUFFER, 0);
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buf.len() {
            self.buf.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if std::mem::take(&mut self.asked) {
            self.round_trips += 1;
        }
        let n = self.io.read(&mut self.buf[self.end..]).map_err(|e| {
            let error = self.lost(e);
            if error.kind() == Kind::Closed {
                self.poison(error.clone());
            }
            error
        })?;
        self.end += n;
        Ok(n > 0)
    }

    /// The error for an end of file where there should be more.
    fn closed(&mut self) -> Error {
        let error = Error::new(Kind::Closed, format!("{} closed the connection", self.host)).host(&self.host);
        self.poison(error.clone());
        error
    }
}
