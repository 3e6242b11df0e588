//! A running server: the listening thread, one thread a connection, and the log.
//!
//! Everything blocking ends when the server is dropped: every socket is registered with the `Hub`, which shuts
//! them down and joins the threads.
use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::script::{Rule, Script};
use super::tls;
use super::wire::Wire;

/// What a server has seen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Every command line, in order of arrival, without its line end; bytes that are not UTF-8 replaced.
    pub commands: Vec<String>,
    /// On which connection, counted from one, each of them came.
    pub on: Vec<usize>,
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
    pub script: Script,
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

    /// Takes a socket in, to be shut down when the server stops.
    pub fn register(&self, tcp: &TcpStream) -> io::Result<u64> {
        let mut state = self.lock();
        if state.stopping {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        state.next += 1;
        let id = state.next;
        state.sockets.insert(id, tcp.try_clone()?);
        Ok(id)
    }

    pub fn forget(&self, id: u64) {
        self.lock().sockets.remove(&id);
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
        Running::start_at(([127, 0, 0, 1], port).into(), script, session)
    }

    /// As [`Running::start`], at another address of loopback.
    pub fn start_at(
        at: SocketAddr,
        script: Script,
        session: impl Fn(Wire) -> io::Result<()> + Send + Sync + 'static,
    ) -> Running {
        let listener = TcpListener::bind(at).expect("a loopback port");
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

    /// Misbehaves by other rules from here on.
    pub fn obey(&self, rules: Vec<Rule>) {
        self.hub.script.replace(rules);
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

    /// The command lines of one connection, counted from one.
    pub fn commands_on(&self, connection: usize) -> Vec<String> {
        let log = self.log();
        log.commands
            .into_iter()
            .zip(log.on)
            .filter(|(_, on)| *on == connection)
            .map(|(line, _)| line)
            .collect()
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

impl Running {
    /// Waits until no connection is served; `false` if one is after the time.
    pub fn wait_idle(&self, time: Duration) -> bool {
        let wait = self.hub.changed.wait_timeout_while(self.hub.lock(), time, |state| state.open > 0);
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
