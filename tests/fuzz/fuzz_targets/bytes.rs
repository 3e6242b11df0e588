//! A connection whose far side is given bytes, and which keeps what we said. A module of several targets.
use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use wirepost::net::{Dialer, Endpoint, Patience, Transport};

pub struct Bytes {
    says: io::Cursor<Vec<u8>>,
    heard: Arc<Mutex<Vec<u8>>>,
    /// So many bytes arrive at a time; with 0 a line, as if each had been waited for.
    step: usize,
}

/// What was said on a connection.
pub type Heard = Arc<Mutex<Vec<u8>>>;

pub fn bytes(says: &[u8], step: usize) -> (Box<dyn Transport>, Heard) {
    let heard = Heard::default();
    (Box::new(Bytes { says: io::Cursor::new(says.to_vec()), heard: heard.clone(), step }), heard)
}

/// A dialer whose one connection is this.
#[allow(dead_code)]
pub fn dialer(says: &[u8], step: usize) -> (Dialer, Heard) {
    let (io, heard) = bytes(says, step);
    let io = Mutex::new(Some(io));
    let mut dialer = Dialer::default();
    dialer.by = Some(Box::new(move |_: &Endpoint| {
        let io = io.lock().expect("a lock").take();
        Ok(io.unwrap_or_else(|| bytes(b"", 1).0))
    }));
    (dialer, heard)
}

impl Read for Bytes {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let rest = self.says.fill_buf()?;
        let line = || rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let step = if self.step == 0 { line() } else { self.step };
        let room = step.min(out.len());
        self.says.read(&mut out[..room])
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Bytes {
    fn set_patience(&mut self, _: Patience) {}
    fn shutdown_write(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 1).into())
    }
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 2).into())
    }
}
