//! The bounded line reader, and bodies of a known length.

use super::{Conn, LINE_LIMIT};
use crate::{base::error::*, net::Patience};
use std::io::{self, BufRead, Read};

impl Conn {
    /// Reads up to and with the next LF; the range in the buffer is the line without its CRLF or LF, already consumed. It is
    /// valid until the next read.
    pub(super) fn line(&mut self, patience: Patience) -> Result<(usize, usize)> {
        self.io.set_patience(patience);
        let mut searched = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buf[self.start + searched..self.end]) {
                let from = self.start;
                let lf = from + searched + at;
                self.start = lf + 1;
                let to = if lf > from && self.buf[lf - 1] == b'\r' { lf - 1 } else { lf };
                self.trace.received(&self.buf[from..to]);
                return Ok((from, to));
            }
            searched = self.buffered();
            if searched >= LINE_LIMIT {
                let text = format!("{} sent a line longer than {} KiB", self.host, LINE_LIMIT >> 10);
                let error = Error::new(Kind::Limit, text).host(&self.host);
                self.poison(error.clone());
                return Err(error);
            }
            if !self.fill()? {
                return Err(self.closed());
            }
        }
    }

    /// The next line without its end: for protocols that frame otherwise than by reply codes (POP3, IMAP).
    pub fn read_line(&mut self, patience: Patience) -> Result<&[u8]> {
        self.flush()?;
        let (from, to) = self.line(patience)?;
        Ok(&self.buf[from..to])
    }

    /// What is here, at least one byte of it: for a protocol whose units are neither lines nor of a known length (IMAP).
    /// [`Conn::consume`] says how much was used.
    pub fn chunk(&mut self, patience: Patience) -> Result<&[u8]> {
        self.flush()?;
        if self.buffered() == 0 {
            self.io.set_patience(patience);
            if !self.fill()? {
                return Err(self.closed());
            }
        }
        Ok(&self.buf[self.start..self.end])
    }

    /// Takes bytes of [`Conn::chunk`] away.
    pub fn consume(&mut self, n: usize) {
        self.start = self.end.min(self.start + n);
    }

    /// A body of exactly `n` bytes, such as an IMAP literal. Not read to its end, it breaks the connection.
    pub fn exactly(&mut self, n: u64) -> Exactly<'_> {
        self.io.set_patience(Patience::silence(self.timeouts.silence, "data", "--timeout"));
        Exactly { conn: self, left: n }
    }
}

/// See [`Conn::exactly`]. An end of file inside it is an error of kind `Closed`.
pub struct Exactly<'a> {
    conn: &'a mut Conn,
    left: u64,
}

impl Exactly<'_> {
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Reads the rest and forgets it.
    pub fn skip(mut self) -> Result<()> {
        while self.left > 0 {
            let n = self.fill_buf().map_err(|e| Error::from_io(e, Kind::Closed, "cannot read"))?.len();
            self.consume(n);
        }
        Ok(())
    }
}

impl BufRead for Exactly<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        if self.conn.buffered() == 0 && !self.conn.fill()? {
            return Err(self.conn.closed().into());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.conn.buffered());
        Ok(&self.conn.buf[self.conn.start..self.conn.start + most])
    }

    fn consume(&mut self, n: usize) {
        self.conn.start += n;
        self.left -= n as u64;
    }
}

impl Read for Exactly<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let n = have.len().min(out.len());
        out[..n].copy_from_slice(&have[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl Drop for Exactly<'_> {
    fn drop(&mut self) {
        if self.left > 0 {
            self.conn.poison(Error::new(Kind::Closed, "a body was not read to its end"));
        }
    }
}
