//! The bounded line reader, and bodies of a known length.

use super::{Command, Conn, LINE_LIMIT};
use crate::{base::error::*, net::Patience};
use std::io::{self, BufRead, Read, Write};

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

    /// A body that its command announced the length of, such as BDAT's: the command, and then bytes as they are. It goes
    /// out in blocks; [`CountedWriter::finish`] sends the rest.
    pub fn counted_writer(&mut self, command: &Command) -> CountedWriter<'_> {
        self.push(command);
        CountedWriter { conn: self, cr: false, refused: false, finished: false }
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

/// See [`Conn::counted_writer`]. Nothing is stuffed and nothing mended here, so line ends other than CRLF are refused: what
/// a dot-writer would make harmless must not get out by this way either.
pub struct CountedWriter<'a> {
    conn: &'a mut Conn,
    /// A CR was the last byte.
    cr: bool,
    /// Bytes came that cannot go out.
    refused: bool,
    finished: bool,
}

impl CountedWriter<'_> {
    /// Sends what is left. From here on silence means that it may have happened.
    pub fn finish(mut self) -> Result<()> {
        if self.cr || self.refused {
            return Err(lone());
        }
        self.conn.flush()?;
        self.finished = true;
        Ok(())
    }

    fn check(&mut self, bytes: &[u8]) -> Result<()> {
        let mut at = 0;
        if self.cr && !bytes.is_empty() {
            self.cr = false;
            if bytes[0] != b'\n' {
                return Err(lone());
            }
            at = 1;
        }
        while let Some(found) = memchr::memchr2(b'\r', b'\n', &bytes[at..]) {
            match &bytes[at + found..] {
                [b'\r', b'\n', ..] => at += found + 2,
                [b'\r'] => {
                    self.cr = true;
                    return Ok(());
                }
                _ => return Err(lone()),
            }
        }
        Ok(())
    }
}

fn lone() -> Error {
    Error::new(Kind::Input, "a lone CR or LF in the message")
}

impl Write for CountedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let block = &bytes[..bytes.len().min(super::BUFFER)];
        self.check(block).inspect_err(|_| self.refused = true)?;
        self.conn.out.extend_from_slice(block);
        if self.conn.out.len() >= super::BUFFER {
            self.conn.flush()?;
        }
        Ok(block.len())
    }

    /// Keeps what is buffered: one write a turn of the protocol.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for CountedWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.conn.poison(Error::new(Kind::Closed, "a message was not sent to its end"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        net::{Timeouts, Tracer, mem::transcript},
        textproto::Style,
    };

    #[test]
    fn a_counted_body_goes_out_as_it_is_or_not_at_all() {
        transcript("C: BDAT 9 LAST\nC: .\nC: a..\nC| \\r\\n", |io| {
            let mut conn = Conn::with(io, "h", Style::Smtp, Timeouts::default(), Tracer::default());
            let mut writer = conn.counted_writer(&Command::new("BDAT 9 LAST"));
            for byte in b".\r\na..\r\n\r\n" {
                writer.write_all(&[*byte]).unwrap();
            }
            writer.finish().unwrap();
            assert!(conn.broken().is_none());
        });
        for bad in [&b"a\n"[..], b"a\r", b"\r\r\n", b"\ra", b"\n"] {
            transcript("", |io| {
                let mut conn = Conn::with(io, "h", Style::Smtp, Timeouts::default(), Tracer::default());
                let mut writer = conn.counted_writer(&Command::new("BDAT 2 LAST"));
                let said = bad.iter().try_for_each(|b| writer.write_all(&[*b]));
                let finished = writer.finish();
                assert!(said.is_err() || finished.is_err());
                assert!(conn.broken().is_some());
            });
        }
    }
}
