//! Sockets of this machine, named by a path.

use super::{Cancel, Endpoint, Patience, cancel::SLICE, socket::Socket};
use crate::base::error::*;
use rustix::{
    io::Errno,
    net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType},
};
use std::{
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

/// Connects within `budget`: a server whose queue is full is asked again until then.
pub(super) fn connect(
    to: &Endpoint,
    path: &Path,
    cancel: &Cancel,
    budget: Duration,
    patience: Patience,
) -> Result<Socket> {
    let fail = |why: &str| Error::new(Kind::Connect, format!("cannot connect to {to}: {why}")).host(&to.host);
    let address = SocketAddrUnix::new(path)
        .map_err(|_| Error::new(Kind::Usage, format!("{to} is too long for a socket's path")))?;
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let fd = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
        .map_err(|e| fail(&cause(&e.into())))?;
    let deadline = Instant::now() + budget;
    loop {
        match rustix::net::connect(&fd, &address) {
            Ok(()) => break,
            Err(Errno::AGAIN | Errno::INTR) if Instant::now() < deadline => cancel.sleep(SLICE / 4)?,
            Err(Errno::AGAIN) => return Err(patience.error(&to.host)),
            Err(e) => return Err(fail(&cause(&e.into()))),
        }
    }
    let stream = UnixStream::from(fd);
    stream.set_nonblocking(false).map_err(|e| fail(&cause(&e)))?;
    Socket::new(stream, cancel.clone(), patience, &to.host).map_err(|e| fail(&cause(&e)))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialer, Transport};
    use super::*;
    use std::{
        io::{Read, Write},
        os::unix::net::UnixListener,
    };

    #[test]
    fn a_path_is_dialled_and_counts_as_this_machine() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let to = Endpoint::new(path.to_str().unwrap(), 0);
        let dialer = Dialer::default();
        let error = dialer.dial(&to).err().unwrap();
        assert_eq!((error.kind(), error.again()), (Kind::Connect, Again::Now));
        assert_eq!(
            error.message(),
            format!("cannot connect to {}: no such file or directory", path.display())
        );
        let listener = UnixListener::bind(&path).unwrap();
        let mut io = dialer.dial(&to).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        io.write_all(b"ping").unwrap();
        io.shutdown_write().unwrap();
        let mut heard = String::new();
        peer.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "ping");
        assert!(io.peer_addr().unwrap().ip().is_loopback());
        drop(peer);
        assert_eq!(io.read(&mut [0]).unwrap(), 0);
        let long = Endpoint::new(format!("/{}", "x".repeat(200)), 0);
        assert_eq!(dialer.dial(&long).err().unwrap().kind(), Kind::Usage);
    }
}
