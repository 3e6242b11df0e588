//! A control connection: reads lines, answers in order and applies the script.
//!
//! A *round trip*, as a server sees it, is one wait for a command with every earlier one answered: the log counts
//! those, so a test can assert that a client pipelines (in one write: what comes in several is several waits, if
//! the server is quick). The wait for the first command counts.
use std::io::{self, Read};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use openssl::ssl::{SslAcceptor, SslRef};

pub use super::hub::{Data, Hub, Running};
use super::script::{Action, Acts, End};
pub use super::stream::{Socket, Stream, ready};

/// A command line longer than this is a violation.
const LINE_MAX: usize = 64 * 1024;

/// What a command leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Go,
    Quit,
    /// The reply has been given; the handshake follows.
    Secure,
}

/// The control connection.
pub struct Wire {
    stream: Option<Stream>,
    pub hub: Arc<Hub>,
    pub connection: usize,
    pub local: IpAddr,
    pub peer: IpAddr,
    /// Replaces `{name}` in scripted bytes.
    pub vars: Vec<(&'static str, String)>,
    input: Vec<u8>,
    at: usize,
    out: Vec<u8>,
    /// Where the replies of the present command begin in `out`.
    mark: usize,
    drip: Option<Duration>,
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "ended by the script")
}

impl Wire {
    pub fn new(tcp: TcpStream, hub: &Arc<Hub>, connection: usize) -> io::Result<Wire> {
        let (local, peer) = (tcp.local_addr()?.ip(), tcp.peer_addr()?.ip());
        let stream = Some(Stream::Plain(Socket::new(tcp, hub)?));
        let (hub, vars) = (Arc::clone(hub), Vec::new());
        Ok(Wire {
            stream,
            hub,
            connection,
            local,
            peer,
            vars,
            input: Vec::new(),
            at: 0,
            out: Vec::new(),
            mark: 0,
            drip: None,
        })
    }

    fn stream(&mut self) -> io::Result<&mut Stream> {
        self.stream.as_mut().ok_or_else(ended)
    }

    pub fn ssl(&self) -> Option<&SslRef> {
        self.stream.as_ref().and_then(Stream::ssl)
    }

    pub fn is_tls(&self) -> bool {
        self.ssl().is_some()
    }

    pub fn gone(&self) -> bool {
        self.stream.as_ref().is_none_or(|stream| stream.socket().gone())
    }

    pub fn set_var(&mut self, name: &'static str, value: impl ToString) {
        self.vars.retain(|(n, _)| *n != name);
        self.vars.push((name, value.to_string()));
    }

    fn expand(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for (name, value) in &self.vars {
            let key = format!("{{{name}}}");
            while let Some(at) = bytes.windows(key.len()).position(|w| w == key.as_bytes()) {
                bytes.splice(at..at + key.len(), value.bytes());
            }
        }
        bytes
    }

    /// Queues bytes; they leave with the next `flush`, at the latest before the next wait.
    pub fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.out.extend_from_slice(bytes.as_ref());
    }

    pub fn reply(&mut self, line: impl AsRef<[u8]>) {
        self.put(line);
        self.put("\r\n");
    }

    /// Queues a part of a payload of which `sent` bytes have gone before, with its faults; long ones leave at once.
    pub fn payload(&mut self, bytes: &[u8], sent: &mut u64, acts: &Acts) -> io::Result<()> {
        let (limit, end) = acts.cut().unwrap_or((u64::MAX, End::Close));
        let take = bytes.len().min(usize::try_from(limit - *sent).unwrap_or(usize::MAX));
        let normal = self.drip;
        if let Some(pause) = acts.drip() {
            self.flush()?;
            self.drip = Some(pause);
        }
        self.put(&bytes[..take]);
        *sent += take as u64;
        if *sent >= limit {
            return Err(self.end(end));
        }
        if self.out.len() > 256 * 1024 || acts.drip().is_some() {
            self.flush()?;
        }
        self.drip = normal;
        Ok(())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.out);
        self.mark = 0;
        let Some(pause) = self.drip else {
            return if out.is_empty() { Ok(()) } else { self.stream()?.send(&out) };
        };
        for byte in out {
            self.hub.pause(pause);
            self.stream()?.send(&[byte])?;
        }
        Ok(())
    }

    /// Replies are held back until there is nothing left to read: only so can a client that waits for them be
    /// told from one that does not, however quick it is.
    fn fill(&mut self, command: bool) -> io::Result<usize> {
        if !self.stream()?.waiting() {
            if command && self.at == self.input.len() {
                self.hub.log(|log| log.round_trips += 1);
            }
            self.flush()?;
        }
        self.input.drain(..self.at);
        self.at = 0;
        let mut buf = [0; 64 * 1024];
        let n = self.stream()?.read(&mut buf)?;
        self.input.extend_from_slice(&buf[..n]);
        if n == 0 {
            self.flush()?;
        }
        Ok(n)
    }

    /// The next line without its CRLF; `None` at the end.
    pub fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut from = 0;
        loop {
            let rest = &self.input[self.at..];
            if let Some(end) = rest[from..].iter().position(|b| *b == b'\n').map(|n| n + from) {
                let line = rest[..end].strip_suffix(b"\r");
                if line.is_none() {
                    self.hub.violation("bare LF");
                }
                let line = line.unwrap_or(&rest[..end]).to_vec();
                self.at += end + 1;
                return Ok(Some(line));
            }
            from = rest.len();
            if from > LINE_MAX {
                self.hub.violation("a line without end");
                return Err(ended());
            }
            if self.fill(true)? == 0 {
                if from > 0 {
                    self.hub.violation("end of file within a line");
                }
                return Ok(None);
            }
        }
    }

    /// Logs a command line.
    pub fn note(&self, line: &[u8]) {
        self.hub.log(|log| {
            log.commands.push(String::from_utf8_lossy(line).into_owned());
            log.on.push(self.connection);
        });
    }

    /// The next bytes of a payload, at most so many; empty at the end.
    pub fn chunk(&mut self, max: usize) -> io::Result<&[u8]> {
        if self.at == self.input.len() {
            self.fill(false)?;
        }
        let from = self.at;
        self.at = self.input.len().min(from.saturating_add(max));
        Ok(&self.input[from..self.at])
    }

    /// Puts bytes back that a chunk held beyond the payload's end.
    pub fn unread(&mut self, n: usize) {
        self.at -= n;
    }

    /// Whether a read would not wait.
    pub fn readable(&self) -> bool {
        self.pipelined() || self.stream.as_ref().is_none_or(Stream::waiting)
    }

    /// Whether bytes are here already that follow the present command.
    pub fn pipelined(&self) -> bool {
        self.at < self.input.len()
    }

    pub fn fire(&self, event: &str, line: &[u8]) -> Acts {
        self.hub.script.fire(event, line, self.connection)
    }

    /// What the script wants done first. `false`: the command has been answered and is not to be carried out.
    pub fn before(&mut self, acts: &Acts) -> io::Result<bool> {
        let mut carry_out = true;
        self.mark = self.out.len();
        for act in &acts.0 {
            match act {
                Action::Wait(time) => {
                    self.flush()?;
                    self.hub.pause(*time);
                }
                Action::Drip(pause) => self.drip = Some(*pause),
                Action::Call(f) => f(),
                Action::Before(bytes) => self.put(self.expand(bytes)),
                Action::Reply(bytes) => {
                    self.put(self.expand(bytes));
                    carry_out = false;
                }
                Action::ReplyThen(bytes, end) => {
                    self.put(self.expand(bytes));
                    self.flush()?;
                    return Err(self.end(*end));
                }
                Action::End(end) => {
                    self.flush()?;
                    return Err(self.end(*end));
                }
                Action::Endless(bytes) => {
                    self.flush()?;
                    // Segments of a decent size: the client's patience is under test, not the kernel's.
                    let block = bytes.repeat(16_384_usize.div_ceil(bytes.len().max(1)));
                    let block = self.expand(&block);
                    loop {
                        self.put(&block);
                        self.flush()?;
                    }
                }
                _ => {}
            }
        }
        if carry_out {
            self.mark = self.out.len();
        }
        Ok(carry_out)
    }

    /// What the script wants done with the reply.
    pub fn after(&mut self, acts: &Acts) -> io::Result<()> {
        for act in &acts.0 {
            match act {
                Action::Final(bytes) => {
                    self.out.truncate(self.mark);
                    self.put(self.expand(bytes));
                }
                Action::Append(bytes) => self.put(self.expand(bytes)),
                Action::Swallow(end) => {
                    self.out.truncate(self.mark);
                    return Err(self.end(*end));
                }
                Action::Then(end) => {
                    self.flush()?;
                    return Err(self.end(*end));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends the connection; the error is what a session returns then.
    pub fn end(&mut self, how: End) -> io::Error {
        let _ = self.flush();
        if let Some(stream) = self.stream.take() {
            stream.end(how, Duration::from_millis(500));
        }
        ended()
    }

    /// The handshake of AUTH TLS, STARTTLS, STLS or an implicit port. Event: `HANDSHAKE`.
    pub fn secure(&mut self, acceptor: &SslAcceptor, late_tickets: bool) -> io::Result<()> {
        if self.at < self.input.len() {
            self.hub.violation("bytes pipelined in front of the handshake");
            return Err(self.end(End::Close));
        }
        let acts = self.fire("HANDSHAKE", b"");
        let go_on = self.before(&acts)?;
        self.flush()?;
        if !go_on {
            return Err(self.end(End::Close));
        }
        let Some(Stream::Plain(socket)) = self.stream.take() else { return Err(ended()) };
        self.stream = Some(Stream::accept(socket, acceptor, late_tickets)?);
        self.hub.log(|log| log.handshakes += 1);
        self.after(&acts)
    }
}

/// A protocol on a `Wire`.
pub trait Dialect {
    fn wire(&mut self) -> &mut Wire;
    /// The script's name for this line: its verb.
    fn event(&mut self, line: &[u8]) -> String {
        verb(line)
    }
    fn command(&mut self, line: &[u8], acts: &Acts) -> io::Result<Flow>;
    fn secure(&mut self) -> io::Result<()>;
}

pub fn verb(line: &[u8]) -> String {
    String::from_utf8_lossy(line.split(|b| *b == b' ').next().unwrap_or_default()).to_ascii_uppercase()
}

/// Serves a connection: the greeting (event `CONNECT`), then command by command, each with its script.
pub fn drive(session: &mut impl Dialect, greeting: &str) -> io::Result<()> {
    let acts = session.wire().fire("CONNECT", b"");
    if session.wire().before(&acts)? {
        session.wire().put(greeting);
    }
    session.wire().after(&acts)?;
    while let Some(line) = session.wire().line()? {
        session.wire().note(&line);
        let event = session.event(&line);
        let acts = session.wire().fire(&event, &line);
        let carry_out = session.wire().before(&acts)?;
        let flow = if carry_out { session.command(&line, &acts)? } else { Flow::Go };
        session.wire().after(&acts)?;
        match flow {
            Flow::Go => {}
            Flow::Secure => session.secure()?,
            Flow::Quit => return Err(session.wire().end(End::Close)),
        }
    }
    Ok(())
}
