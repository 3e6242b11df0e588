//! Sockets and TLS, as a server uses them, and the ways in which they end.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openssl::ssl::{ShutdownState, SslAcceptor, SslRef, SslStream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::hub::Hub;
use super::script::End;

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
        let id = hub.register(&tcp)?;
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
        self.hub.forget(self.id);
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

    /// Answers the peer's close_notify, then waits for its FIN.
    pub fn wait_fin(&mut self) {
        if let Stream::Tls(tls) = self {
            let _ = tls.shutdown();
            tls.get_mut().wait_gone();
        }
    }

    pub fn waiting(&self) -> bool {
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
                socket.hub.forget(socket.id);
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
