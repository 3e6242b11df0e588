//! What the four servers share: the listening thread, one thread a connection, a log, and `Wire`, a control
//! connection that reads lines, answers in order and applies the script.
//!
//! Everything blocking ends when the server is dropped: every socket is registered with the `Hub`, which shuts
//! them down and joins the threads. A *round trip*, as a server sees it, is one wait for a command with every
//! earlier one answered: the log counts those, so a test can assert that a client pipelines (in one write:
//! what comes in several is several waits, if the server is quick). The wait for the first command counts.
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use openssl::ssl::{ShutdownState, SslAcceptor, SslRef, SslStream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::script::{Action, Acts, End, Script};
use super::tls;

/// A command line longer than this is a violation.
const LINE_MAX: usize = 64 * 1024;

/// What a server has seen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Every command line, in order of arrival, without its line end; bytes that are not UTF-8 replaced.
    pub commands: Vec<String>,
    /// What a client must not do: bare LF, bytes where none may be, a line without end.
    pub violations: Vec<String>,
    pub connections: usize,
    pub handshakes: usize,
    pub round_trips: usize,
    /// One entry a data connection (FTP).
    pub data: Vec<Data>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// Whether its TLS session was resumed; `None` without TLS.
    pub resumed: Option<bool>,
    pub bytes: u64,
}

#[derive(Default)]
struct State {
    stopping: bool,
    sockets: HashMap<u64, TcpStream>,
    threads: Vec<JoinHandle<()>>,
    next: u64,
    open: usize,
    log: Log,
}

pub struct Hub {
    state: Mutex<State>,
    changed: Condvar,
    script: Script,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn log(&self, note: impl FnOnce(&mut Log)) {
        note(&mut self.lock().log);
        self.changed.notify_all();
    }

    pub fn violation(&self, what: impl Into<String>) {
        self.log(|log| log.violations.push(what.into()));
    }

    pub fn stopping(&self) -> bool {
        self.lock().stopping
    }

    /// How many connections are being served.
    pub fn open(&self) -> usize {
        self.lock().open
    }

    /// Waits so long, or until the server stops.
    pub fn pause(&self, time: Duration) {
        let wait = self.changed.wait_timeout_while(self.lock(), time, |state| !state.stopping);
        drop(wait);
    }
}

/// A running server. Dropping it ends all its threads.
pub struct Running {
    pub hub: Arc<Hub>,
    addr: SocketAddr,
    accept: Option<JoinHandle<()>>,
    ca: PathBuf,
    // Holds the file at `ca`.
    _dir: tempfile::TempDir,
}

impl Running {
    /// Serves each connection with `session`, in a thread of its own. `port` 0 lets the kernel choose.
    pub fn start(
        port: u16,
        script: Script,
        session: impl Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
    ) -> Running {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a loopback port");
        let addr = listener.local_addr().expect("a bound address");
        let dir = tempfile::tempdir().expect("a temporary directory");
        let ca = dir.path().join("ca.pem");
        std::fs::write(&ca, tls::ca_pem()).expect("a writable temporary directory");
        let hub = Arc::new(Hub { state: Mutex::default(), changed: Condvar::new(), script });
        let accept = std::thread::spawn({
            let hub = Arc::clone(&hub);
            move || accept_loop(&listener, &hub, &Arc::new(session))
        });
        Running { hub, addr, accept: Some(accept), ca, _dir: dir }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    pub fn ca_pem_path(&self) -> &Path {
        &self.ca
    }

    pub fn log(&self) -> Log {
        self.hub.lock().log.clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.log().commands
    }

    /// The command lines that begin with this verb (for IMAP: after the tag).
    pub fn commands_of(&self, verb: &str) -> Vec<String> {
        let is = |line: &String| line.to_ascii_uppercase().split(' ').take(2).any(|word| word == verb);
        self.commands().into_iter().filter(is).collect()
    }

    pub fn violations(&self) -> Vec<String> {
        self.log().violations
    }

    pub fn connections(&self) -> usize {
        self.log().connections
    }

    pub fn round_trips(&self) -> usize {
        self.log().round_trips
    }

    /// Waits until the log satisfies this; `false` if it does not within the time.
    pub fn wait_for(&self, time: Duration, mut done: impl FnMut(&Log) -> bool) -> bool {
        let wait = self.hub.changed.wait_timeout_while(self.hub.lock(), time, |state| !done(&state.log));
        wait.is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        {
            let mut state = self.hub.lock();
            state.stopping = true;
            for socket in state.sockets.values() {
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
        self.hub.changed.notify_all();
        // Wakes the listening thread, which then sees the flag.
        let _ = TcpStream::connect_timeout(&self.addr, Duration::from_secs(1));
        if let Some(thread) = self.accept.take() {
            let _ = thread.join();
        }
        let threads = std::mem::take(&mut self.hub.lock().threads);
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn accept_loop<S>(listener: &TcpListener, hub: &Arc<Hub>, session: &Arc<S>)
where
    S: Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
{
    for tcp in listener.incoming() {
        if hub.stopping() {
            return;
        }
        let Ok(tcp) = tcp else { continue };
        let mut connection = 0;
        hub.log(|log| {
            log.connections += 1;
            connection = log.connections;
        });
        hub.lock().open += 1;
        let (hub2, session) = (Arc::clone(hub), Arc::clone(session));
        let thread = std::thread::spawn(move || {
            // How a session ends is the client's business, or the script's; the log has what a test needs.
            let _ = Wire::new(tcp, &hub2, connection).and_then(|wire| session(wire));
            hub2.lock().open -= 1;
            hub2.changed.notify_all();
        });
        let mut state = hub.lock();
        state.threads.retain(|thread| !thread.is_finished());
        state.threads.push(thread);
    }
}

/// A socket the hub knows of, so that it can be shut down from outside.
pub struct Socket {
    tcp: TcpStream,
    hub: Arc<Hub>,
    id: u64,
    hold: Hold,
}

/// Keeps back what a TLS 1.3 server sends of its own accord after the handshake (the tickets), until it has
/// something to say. Such writes are those that follow the first read after the server's own flight.
enum Hold {
    Off,
    Armed { wrote: bool },
    Holding(Vec<u8>),
}

impl Socket {
    pub fn new(tcp: TcpStream, hub: &Arc<Hub>) -> io::Result<Socket> {
        tcp.set_nodelay(true)?;
        let mut state = hub.lock();
        if state.stopping {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        state.next += 1;
        let id = state.next;
        state.sockets.insert(id, tcp.try_clone()?);
        Ok(Socket { tcp, hub: Arc::clone(hub), id, hold: Hold::Off })
    }

    fn release(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.hold, Hold::Off) {
            Hold::Holding(bytes) => self.tcp.write_all(&bytes),
            _ => Ok(()),
        }
    }

    /// Whether the peer has closed or reset the connection, read or not.
    pub fn gone(&self) -> bool {
        #[cfg(target_os = "linux")]
        let asked = PollFlags::RDHUP;
        #[cfg(not(target_os = "linux"))]
        let asked = PollFlags::HUP;
        ready(&self.tcp, asked, Duration::ZERO)
    }

    pub fn wait_gone(&mut self) {
        let mut sink = [0; 4096];
        while matches!(self.tcp.read(&mut sink), Ok(n) if n > 0) {}
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // The clone would keep the connection open.
        self.hub.lock().sockets.remove(&self.id);
    }
}

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if matches!(self.hold, Hold::Armed { wrote: true }) {
            self.hold = Hold::Holding(Vec::new());
        }
        self.tcp.read(buf)
    }
}

impl Write for Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.hold {
            Hold::Holding(held) => {
                held.extend_from_slice(buf);
                return Ok(buf.len());
            }
            Hold::Armed { wrote } => *wrote = true,
            Hold::Off => {}
        }
        self.tcp.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn ready(fd: &impl AsFd, flags: PollFlags, time: Duration) -> bool {
    let mut fds = [PollFd::new(fd, flags)];
    let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
    poll(&mut fds, Some(&time)).is_ok_and(|n| n > 0)
}

pub enum Stream {
    Plain(Socket),
    Tls(Box<SslStream<Socket>>),
}

impl Stream {
    /// The server's handshake. With `late_tickets` (TLS 1.3 only) the tickets wait for the next application data.
    pub fn accept(mut socket: Socket, acceptor: &SslAcceptor, late_tickets: bool) -> io::Result<Stream> {
        if late_tickets {
            socket.hold = Hold::Armed { wrote: false };
        }
        let tls = acceptor.accept(socket).map_err(|_| io::Error::other("TLS handshake failed"))?;
        Ok(Stream::Tls(Box::new(tls)))
    }

    pub fn socket(&self) -> &Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(tls) => tls.get_ref(),
        }
    }

    pub fn ssl(&self) -> Option<&SslRef> {
        match self {
            Stream::Plain(_) => None,
            Stream::Tls(tls) => Some(tls.ssl()),
        }
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.write_all(bytes),
            Stream::Tls(tls) => {
                tls.write_all(bytes)?;
                tls.get_mut().release()
            }
        }
    }

    /// Whether the end of what was read was told by a close_notify.
    pub fn closed_in_form(&mut self) -> bool {
        match self {
            Stream::Plain(_) => true,
            Stream::Tls(tls) => tls.get_shutdown().contains(ShutdownState::RECEIVED),
        }
    }

    /// Waits for the peer's FIN behind its close_notify.
    pub fn wait_fin(&mut self) {
        if let Stream::Tls(tls) = self {
            tls.get_mut().wait_gone();
        }
    }

    fn waiting(&self) -> bool {
        self.ssl().is_some_and(|ssl| ssl.pending() > 0)
            || ready(&self.socket().tcp, PollFlags::IN, Duration::ZERO)
    }

    /// `linger`: how long to go on reading behind our FIN. Bytes left unread would turn the close into a reset,
    /// and the client would lose the last reply.
    pub fn end(mut self, how: End, linger: Duration) {
        if let (End::Close, Stream::Tls(tls)) = (how, &mut self) {
            let _ = tls.shutdown();
        }
        let socket = match &mut self {
            Stream::Plain(socket) => socket,
            Stream::Tls(tls) => tls.get_mut(),
        };
        match how {
            End::Close | End::Cut => {
                let _ = socket.tcp.shutdown(Shutdown::Write);
                let until = Instant::now() + linger;
                let mut sink = [0; 4096];
                while ready(&socket.tcp, PollFlags::IN, until.saturating_duration_since(Instant::now())) {
                    match socket.tcp.read(&mut sink) {
                        Ok(n) if n > 0 => {}
                        _ => break,
                    }
                }
            }
            End::Reset => {
                socket.hub.lock().sockets.remove(&socket.id);
                let _ = socket2::SockRef::from(&socket.tcp).set_linger(Some(Duration::ZERO));
            }
            End::Stall => socket.wait_gone(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(buf),
            Stream::Tls(tls) => tls.read(buf),
        }
    }
}

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
    fn new(tcp: TcpStream, hub: &Arc<Hub>, connection: usize) -> io::Result<Wire> {
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
        session.wire().hub.log(|log| log.commands.push(String::from_utf8_lossy(&line).into_owned()));
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
