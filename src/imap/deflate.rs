//! COMPRESS=DEFLATE (RFC 4978): the only file that names flate2. Both directions are raw deflate streams over whatever
//! carries the connection; every flush ends a block, so that a command never waits in the compressor.

use super::{Session, wire::Request};
use crate::{
    base::error::*,
    net::{Patience, TlsInfo, Transport},
};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use std::{
    io::{self, Read, Write},
    net::SocketAddr,
};

const BUFFER: usize = 32 << 10;

impl Session {
    /// Compresses all that follows, where the server can.
    ///
    /// # Errors
    /// `Refused`.
    pub fn compress(mut self) -> Result<Session> {
        if !self.wire.caps.has("COMPRESS=DEFLATE") {
            return Err(
                Error::new(Kind::Refused, format!("{} does not compress", self.host())).host(self.host())
            );
        }
        self.wire.tell(&Request::new("COMPRESS DEFLATE"))?;
        let (caps, utf8) = (self.wire.caps.clone(), self.wire.utf8);
        let mut wire = self.wire.renewed(|conn| conn.layered(|io| Box::new(Deflated::new(io))))?;
        (wire.caps, wire.utf8) = (caps, utf8);
        Ok(Session { wire, ..self })
    }
}

struct Deflated {
    io: Box<dyn Transport>,
    inflate: Decompress,
    deflate: Compress,
    /// Compressed bytes that were read and not yet inflated: `input[from..to]`.
    input: Vec<u8>,
    from: usize,
    to: usize,
    output: Vec<u8>,
}

impl Deflated {
    fn new(io: Box<dyn Transport>) -> Deflated {
        Deflated {
            io,
            inflate: Decompress::new(false),
            deflate: Compress::new(Compression::default(), false),
            input: vec![0; BUFFER],
            from: 0,
            to: 0,
            output: Vec::with_capacity(BUFFER),
        }
    }

    fn broken(what: &str) -> io::Error {
        Error::new(Kind::Protocol, format!("the compressed stream is broken: {what}")).into()
    }
}

impl Read for Deflated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(&self.input[self.from..self.to], out, FlushDecompress::Sync)
                .map_err(|e| Self::broken(&e.to_string()))?;
            let used = usize::try_from(self.inflate.total_in() - before_in).unwrap_or(0);
            let made = usize::try_from(self.inflate.total_out() - before_out).unwrap_or(0);
            self.from += used;
            if made > 0 {
                return Ok(made);
            }
            if status == Status::StreamEnd {
                return Ok(0);
            }
            if self.from == self.to {
                self.from = 0;
                self.to = self.io.read(&mut self.input)?;
                if self.to == 0 {
                    return Ok(0);
                }
            } else if used == 0 {
                return Err(Self::broken("no progress"));
            }
        }
    }
}

impl Write for Deflated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.deflate.total_in();
        self.output.clear();
        self.deflate
            .compress_vec(bytes, &mut self.output, FlushCompress::None)
            .map_err(|e| Self::broken(&e.to_string()))?;
        self.io.write_all(&self.output)?;
        Ok(usize::try_from(self.deflate.total_in() - before).unwrap_or(0))
    }

    fn flush(&mut self) -> io::Result<()> {
        loop {
            self.output.clear();
            self.deflate
                .compress_vec(&[], &mut self.output, FlushCompress::Sync)
                .map_err(|e| Self::broken(&e.to_string()))?;
            self.io.write_all(&self.output)?;
            // A buffer that was not filled holds the whole of what was left.
            if self.output.len() < self.output.capacity() {
                return self.io.flush();
            }
        }
    }
}

impl Transport for Deflated {
    fn set_patience(&mut self, patience: Patience) {
        self.io.set_patience(patience);
    }
    fn shutdown_write(&mut self) -> io::Result<()> {
        self.io.shutdown_write()
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }
    fn tls(&self) -> Option<&dyn TlsInfo> {
        self.io.tls()
    }
}
