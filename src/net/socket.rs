//! A socket, of TCP or of this machine, that waits in slices and labels its own errors.
//!
//! The socket is in blocking mode with a short kernel timeout; each time that fires, the cancel flag and the
//! limits are looked at. So everything above, TLS included, stays plain blocking code, and an error that comes up through it
//! already says which limit fired or that the peer closed.

use super::{Cancel, Patience, Transport, cancel::SLICE, proxy};
use crate::base::error::*;
use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};
use std::{
    fs::File,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    time::Instant,
};

/// What bytes go through.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn prepare(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(SLICE))?;
                stream.set_write_timeout(Some(SLICE))
            }
            Stream::Unix(stream) => {
                stream.set_read_timeout(Some(SLICE))?;
                stream.set_write_timeout(Some(SLICE))
            }
        }
    }
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Stream {
        Stream::Tcp(stream)
    }
}

impl From<UnixStream> for Stream {
    fn from(stream: UnixStream) -> Stream {
        Stream::Unix(stream)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Stream::Tcp(stream) => stream.as_fd(),
            Stream::Unix(stream) => stream.as_fd(),
        }
    }
}

/// What stands for the address of either end of a socket without addresses: it is this machine.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(super) struct Socket {
    stream: Stream,
    cancel: Cancel,
    patience: Patience,
    host: String,
    /// A proxy stands between: the address at the other end is not the peer's.
    proxied: bool,
    /// How deep the queue of what is sent may get was settled.
    shallow: bool,
    looks: Looks,
}

impl Socket {
    /// `host` is the peer's name in messages.
    pub(super) fn new(
        stream: impl Into<Stream>,
        cancel: Cancel,
        patience: Patience,
        host: &str,
    ) -> io::Result<Socket> {
        let stream = stream.into();
        stream.prepare()?;
        Ok(Socket {
            stream,
            cancel,
            patience,
            host: host.to_string(),
            proxied: false,
            shallow: false,
            looks: Looks::new(),
        })
    }

    /// From here on the peer is `host`, behind the proxy that this was connected to.
    pub(super) fn beyond(mut self, host: &str) -> Socket {
        self.host = host.to_string();
        self.proxied = true;
        self
    }

    /// Repeats one system call until it moves bytes, the peer or the kernel says no, or a limit is reached.
    fn wait<T>(&mut self, mut call: impl FnMut(&mut Stream) -> io::Result<T>) -> io::Result<T> {
        let mut began = None;
        loop {
            self.cancel.check()?;
            if self.patience.until.is_some_and(|until| Instant::now() >= until) {
                return Err(self.patience.error(&self.host).into());
            }
            // Before the first call the clock need not be read: most calls do not wait at all.
            match call(&mut self.stream) {
                Ok(done) => return Ok(done),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    let began = *began.get_or_insert_with(|| Instant::now() - SLICE);
                    if began.elapsed() >= self.patience.limit {
                        return Err(self.patience.error(&self.host).into());
                    }
                }
                Err(e) => return Err(self.lost(&e).into()),
            }
        }
    }

    fn lost(&self, error: &io::Error) -> Error {
        let text = match error.kind() {
            io::ErrorKind::ConnectionReset => format!("{} reset the connection", self.host),
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
                format!("{} closed the connection", self.host)
            }
            _ => format!("lost the connection to {}: {}", self.host, cause(error)),
        };
        Error::new(Kind::Closed, text).host(&self.host)
    }
}

#[cfg(target_os = "linux")]
impl Socket {
    /// What is sent from a file to this very machine goes through a short queue: there is no distance to fill, and pages that wait in
    /// a long one have left the caches by the time they are read (measured: 1.4 times the time). Any other peer is left to the
    /// kernel, which finds out how much its distance takes.
    fn make_shallow(&mut self) {
        const ONE_PACKET: usize = 64 << 10;
        if !std::mem::replace(&mut self.shallow, true)
            && matches!(&self.stream, Stream::Tcp(tcp) if tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()))
        {
            // Slower without, no worse.
            let _ = rustix::net::sockopt::set_socket_send_buffer_size(&self.stream, ONE_PACKET);
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut looks = self.looks;
        let read = self.wait(|stream| match looks.out(stream, buf) {
            Some(read) => read,
            None => match stream {
                Stream::Tcp(stream) => stream.read(buf),
                Stream::Unix(stream) => stream.read(buf),
            },
        });
        self.looks = looks;
        read
    }
}

/// How often it is looked whether an answer came before the thread goes to sleep for it.
///
/// To fall asleep and be woken takes both sides longer than a near server needs to answer, and in a virtual machine many times
/// longer. So each write pays for some looks at what it brings; a stream that only flows in is slept for as ever. Where they were in
/// vain, since the server is far or slow, the next write pays for fewer.
#[derive(Clone, Copy)]
struct Looks {
    /// What the next write pays for.
    pay: u32,
    left: u32,
}

impl Looks {
    /// Less than a millisecond.
    const MOST: u32 = 1000;
    const LEAST: u32 = 50;

    fn new() -> Looks {
        Looks { pay: Looks::MOST, left: 0 }
    }

    fn pay(&mut self) {
        self.left = self.pay;
    }

    /// What came into `buf`; `None` if nothing did. An error is told once only, so it must be told here.
    fn out(&mut self, stream: &Stream, buf: &mut [u8]) -> Option<io::Result<usize>> {
        let (mut waited, began) = (false, Instant::now());
        // On a busy machine each look may take long, and limits and signals are not seen meanwhile.
        while self.left > 0 && began.elapsed() < SLICE / 4 {
            match recv(stream, &mut *buf, RecvFlags::DONTWAIT) {
                Ok((n, _)) => {
                    if waited {
                        self.pay = Looks::MOST;
                    }
                    return Some(Ok(n));
                }
                Err(Errno::AGAIN) => {}
                Err(e) => return Some(Err(e.into())),
            }
            waited = true;
            self.left -= 1;
            // Whoever else wants to run, the server perhaps, comes first.
            std::thread::yield_now();
        }
        if waited {
            self.pay = Looks::LEAST.max(self.pay - self.pay / 8);
        }
        None
    }
}

impl Write for Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.looks.pay();
        self.wait(|stream| match stream {
            Stream::Tcp(stream) => stream.write(buf),
            Stream::Unix(stream) => stream.write(buf),
        })
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Socket {
    fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let done = match &self.stream {
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
        };
        match done {
            // The peer was faster: nothing is left to end.
            Err(e) if e.kind() == io::ErrorKind::NotConnected => Ok(()),
            Err(e) => Err(self.lost(&e).into()),
            Ok(()) => Ok(()),
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Tcp(stream) => stream.local_addr(),
            Stream::Unix(_) => Ok(HERE),
        }
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        if self.proxied {
            return Ok(proxy::BEYOND);
        }
        match &self.stream {
            Stream::Tcp(stream) => stream.peer_addr(),
            Stream::Unix(_) => Ok(HERE),
        }
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, n: u64) -> io::Result<u64> {
        const MOST: u64 = 8 << 20;
        let count = usize::try_from(n.min(MOST)).unwrap_or(1 << 20);
        self.make_shallow();
        // The inner result keeps errors of the file apart: `wait` labels all others as the connection's.
        self.wait(|stream| match rustix::fs::sendfile(stream, file, None, count) {
            Ok(sent) => Ok(Ok(sent as u64)),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                Ok(Err(io::Error::from(io::ErrorKind::Unsupported)))
            }
            Err(e @ rustix::io::Errno::IO) => Ok(Err(e.into())),
            Err(e) => Err(e.into()),
        })?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_pays_for_looks_and_vain_ones_make_the_next_pay_less() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (ours, mut looks, mut buf) = (Stream::from(ours), Looks::new(), [0; 8]);
        theirs.write_all(b"ab").unwrap();
        assert!(looks.out(&ours, &mut buf).is_none(), "nobody has paid");
        looks.pay();
        assert_eq!(looks.out(&ours, &mut buf).unwrap().unwrap(), 2);
        assert_eq!((looks.pay, looks.left), (Looks::MOST, Looks::MOST), "it was there");
        assert!(looks.out(&ours, &mut buf).is_none());
        // Not all of them may have been made: on a busy machine they end by time.
        assert_eq!(looks.pay, 875);
        for _ in 0..100 {
            looks.pay();
            assert!(looks.out(&ours, &mut buf).is_none());
        }
        assert_eq!(looks.pay, Looks::LEAST);
        looks.pay();
        drop(theirs);
        assert_eq!(looks.out(&ours, &mut buf).unwrap().unwrap(), 0, "the end");
    }

    #[test]
    fn a_reset_is_not_taken_for_an_end() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        // Closed with what it has not read: that is a reset.
        (&ours).write_all(b"x").unwrap();
        let (theirs, _) = listener.accept().unwrap();
        theirs.peek(&mut [0]).unwrap();
        drop(theirs);
        let mut socket = Socket::new(
            ours,
            Cancel::default(),
            Patience::silence(std::time::Duration::from_secs(9), "data", ""),
            "h",
        )
        .unwrap();
        socket.looks.pay();
        let error = Error::from_io(socket.read(&mut [0]).unwrap_err(), Kind::Bug, "read");
        assert_eq!(error.message(), "h reset the connection");
    }

    #[test]
    fn an_answer_that_was_looked_for_is_worth_all() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (ours, mut looks) = (Stream::from(ours), Looks { pay: Looks::LEAST, left: u32::MAX });
        let peer = std::thread::spawn(move || {
            let mut ask = [0];
            theirs.read_exact(&mut ask).unwrap();
            theirs.write_all(&ask).unwrap();
        });
        let Stream::Unix(mut asking) = ours else { unreachable!() };
        // Whether the first look finds it is the scheduler's: then there is nothing to learn from it.
        asking.write_all(b"?").unwrap();
        assert_eq!(looks.out(&Stream::Unix(asking), &mut [0]).unwrap().unwrap(), 1);
        assert_eq!(looks.pay, if looks.left == u32::MAX { Looks::LEAST } else { Looks::MOST });
        peer.join().unwrap();
    }
}
