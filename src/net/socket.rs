//! A TCP socket that waits in slices and labels its own errors.
//!
//! The socket is in blocking mode with a short kernel timeout; each time that fires, the cancel flag and the
//! limits are looked at. So everything above, TLS included, stays plain blocking code, and an error that comes up through it
//! already says which limit fired or that the peer closed.

use super::{Cancel, Patience, Transport, cancel::SLICE, proxy};
use crate::base::error::*;
use std::{
    fs::File,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Instant,
};

pub(super) struct Socket {
    stream: TcpStream,
    cancel: Cancel,
    patience: Patience,
    host: String,
    /// A proxy stands between: the address at the other end is not the peer's.
    proxied: bool,
}

impl Socket {
    /// `host` is the peer's name in messages.
    pub(super) fn new(
        stream: TcpStream,
        cancel: Cancel,
        patience: Patience,
        host: &str,
    ) -> io::Result<Socket> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        Ok(Socket { stream, cancel, patience, host: host.to_string(), proxied: false })
    }

    /// From here on the peer is `host`, behind the proxy that this was connected to.
    pub(super) fn beyond(mut self, host: &str) -> Socket {
        self.host = host.to_string();
        self.proxied = true;
        self
    }

    /// Repeats one system call until it moves bytes, the peer or the kernel says no, or a limit is reached.
    fn wait<T>(&mut self, mut call: impl FnMut(&mut TcpStream) -> io::Result<T>) -> io::Result<T> {
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

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.wait(|stream| stream.read(buf))
    }
}

impl Write for Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.wait(|stream| stream.write(buf))
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
        match self.stream.shutdown(Shutdown::Write) {
            // The peer was faster: nothing is left to end.
            Err(e) if e.kind() == io::ErrorKind::NotConnected => Ok(()),
            Err(e) => Err(self.lost(&e).into()),
            Ok(()) => Ok(()),
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        if self.proxied {
            return Ok(proxy::BEYOND);
        }
        self.stream.peer_addr()
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, n: u64) -> io::Result<u64> {
        const MOST: u64 = 8 << 20;
        let count = usize::try_from(n.min(MOST)).unwrap_or(1 << 20);
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
