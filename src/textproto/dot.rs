//! Bodies that end with a dot on a line by itself: SMTP's DATA (RFC 5321 §4.5.2) and POP3's multi-line responses (RFC 1939 §3).
//!
//! Both directions are strict about what a line is: it ends with CRLF and nothing else. A reader that took `LF . LF` for the
//! end, or a writer that let a lone LF out, would let a message smuggle another one. Both finish explicitly; a body that is
//! dropped half-way breaks its connection, and the final dot is never sent for it.

use super::Conn;
use crate::{base::error::*, net::Patience};
use memchr::{memchr2, memmem};
use std::io::{self, BufRead, Read, Write};

impl Conn {
    /// The body that follows, without its stuffed dots and without the final one.
    pub fn dot_reader(&mut self) -> DotReader<'_> {
        self.io.set_patience(Patience::silence(self.timeouts.silence, "data", "--timeout"));
        DotReader { conn: self, last: [b'\r', b'\n'], done: false }
    }

    /// A body to be sent; [`DotWriter::finish`] ends it.
    pub fn dot_writer(&mut self) -> DotWriter<'_> {
        let out = Vec::with_capacity(BLOCK + 1024);
        DotWriter { conn: self, out, state: State::LineStart, finished: false }
    }
}

/// See [`Conn::dot_reader`]. End of file before the dot is an error of kind `Closed`, so a cut body can never pass
/// for a whole one.
pub struct DotReader<'a> {
    conn: &'a mut Conn,
    /// The last two bytes given out.
    last: [u8; 2],
    done: bool,
}

impl DotReader<'_> {
    /// Reads the rest and forgets it.
    pub fn skip(mut self) -> Result<()> {
        loop {
            let n = self.fill_buf().map_err(|e| Error::from_io(e, Kind::Closed, "cannot read"))?.len();
            if n == 0 {
                return Ok(());
            }
            self.consume(n);
        }
    }

    fn more(&mut self) -> Result<()> {
        if self.conn.fill()? { Ok(()) } else { Err(self.conn.closed()) }
    }
}

impl BufRead for DotReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.done {
            return Ok(&[]);
        }
        while self.conn.buffered() == 0 {
            self.more()?;
        }
        if self.last == *b"\r\n" && self.conn.buf[self.conn.start] == b'.' {
            while self.conn.buffered() < 3 {
                self.more()?;
            }
            if self.conn.buf[self.conn.start..].starts_with(b".\r\n") {
                self.conn.start += 3;
                self.done = true;
                return Ok(&[]);
            }
            // A stuffed dot: drop it, and give at least the byte behind it.
            self.conn.start += 1;
            self.last = [0, b'.'];
        }
        let have = &self.conn.buf[self.conn.start..self.conn.end];
        // Give out up to the next line that begins with a dot.
        let n = if self.last[1] == b'\r' && have.starts_with(b"\n") {
            1
        } else {
            memmem::find(have, b"\r\n.").map_or(have.len(), |at| at + 2)
        };
        Ok(&have[..n])
    }

    fn consume(&mut self, n: usize) {
        let given = &self.conn.buf[self.conn.start..self.conn.start + n];
        match given {
            [] => {}
            [one] => self.last = [self.last[1], *one],
            [.., a, b] => self.last = [*a, *b],
        }
        self.conn.start += n;
    }
}

impl Read for DotReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let have = self.fill_buf()?;
        let n = have.len().min(out.len());
        out[..n].copy_from_slice(&have[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl Drop for DotReader<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.conn.poison(Error::new(Kind::Closed, "a message was not read to its end"));
        }
    }
}

const BLOCK: usize = 64 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    Middle,
    /// A CR came; whether its LF follows is not known yet.
    Cr,
}

/// See [`Conn::dot_writer`]. Line ends are made CRLF by construction: a lone CR or LF cannot get out.
pub struct DotWriter<'a> {
    conn: &'a mut Conn,
    out: Vec<u8>,
    state: State,
    finished: bool,
}

impl DotWriter<'_> {
    /// Ends the last line if need be and sends the final dot. The server's verdict is the caller's to read; from here
    /// on silence means that it may have happened.
    pub fn finish(mut self) -> Result<()> {
        if self.state != State::LineStart {
            self.out.extend_from_slice(b"\r\n");
        }
        self.out.extend_from_slice(b".\r\n");
        self.finished = true;
        let out = std::mem::take(&mut self.out);
        self.conn.write_through(&out)
    }

    fn stuff(&mut self, mut bytes: &[u8]) {
        while let Some(first) = bytes.first() {
            match (self.state, first) {
                (State::Cr, b'\n') => {
                    self.out.extend_from_slice(b"\r\n");
                    self.state = State::LineStart;
                    bytes = &bytes[1..];
                    continue;
                }
                (State::Cr, _) => {
                    self.out.extend_from_slice(b"\r\n");
                    self.state = State::LineStart;
                    continue;
                }
                (State::LineStart, b'.') => self.out.push(b'.'),
                _ => {}
            }
            let line = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
            self.out.extend_from_slice(&bytes[..line]);
            if line > 0 {
                self.state = State::Middle;
            }
            bytes = match bytes.get(line) {
                None => &[],
                Some(b'\r') => {
                    self.state = State::Cr;
                    &bytes[line + 1..]
                }
                Some(_) => {
                    self.out.extend_from_slice(b"\r\n");
                    self.state = State::LineStart;
                    &bytes[line + 1..]
                }
            };
        }
    }
}

impl Write for DotWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for block in bytes.chunks(BLOCK / 2) {
            self.stuff(block);
            if self.out.len() >= BLOCK {
                let out = std::mem::take(&mut self.out);
                self.conn.write_through(&out)?;
                self.out = out;
                self.out.clear();
            }
        }
        Ok(bytes.len())
    }

    /// Keeps what is buffered: one write a turn of the protocol.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for DotWriter<'_> {
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
        net::{Timeouts, Tracer, Transport, mem::transcript},
        textproto::Style,
    };
    use proptest::prelude::*;

    fn conn(io: Box<dyn Transport>) -> Conn {
        Conn::with(io, "h", Style::Line, Timeouts::default(), Tracer::default())
    }

    #[test]
    fn a_body_is_unstuffed_and_ends_at_its_dot() {
        let script = "S: line\nS: ..\nS: ..two\nS| bare\\n.\\nLF\\r.\\r\\n\nS: .\nS: +OK next";
        transcript(script, |io| {
            let mut conn = conn(io);
            let mut body = Vec::new();
            conn.dot_reader().read_to_end(&mut body).unwrap();
            assert_eq!(body, b"line\r\n.\r\n.two\r\nbare\n.\nLF\r.\r\n");
            let patience = Patience::silence(std::time::Duration::from_secs(1), "x", "x");
            assert_eq!(conn.read_line(patience).unwrap(), b"+OK next");
        });
    }

    #[test]
    fn a_cut_body_is_an_error_and_breaks_the_connection() {
        for cut in ["S| line\\r\\n.", "S| line\\r\\n.\\r", "S| .", "S| x"] {
            transcript(&format!("{cut}\nS."), |io| {
                let mut conn = conn(io);
                let error = conn.dot_reader().read_to_end(&mut Vec::new()).unwrap_err();
                assert_eq!(Error::unwrap_io(error).unwrap().kind(), Kind::Closed);
                assert!(conn.broken().is_some());
            });
        }
    }

    #[test]
    fn what_is_not_read_or_written_to_its_end_breaks_the_connection() {
        transcript("S: abc\nS: .", |io| {
            let mut conn = conn(io);
            let mut one = [0];
            conn.dot_reader().read_exact(&mut one).unwrap();
            assert!(conn.broken().is_some());
            let _ = std::io::copy(&mut conn.io, &mut std::io::sink());
        });
        transcript("", |io| {
            let mut conn = conn(io);
            conn.dot_writer().write_all(b"half").unwrap();
            assert!(conn.broken().is_some(), "and nothing was sent: the script has no line of the client");
        });
    }

    /// What a receiver must get: lines with CRLF, dots stuffed, and the final dot.
    fn expected(body: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(body.to_vec()).unwrap();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut out = String::new();
        for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
            if !text.is_empty() {
                let dot = if line.starts_with('.') { "." } else { "" };
                out += &format!("{dot}{line}\r\n");
            }
        }
        (out + ".\r\n").into_bytes()
    }

    proptest! {
        #[test]
        fn any_body_in_any_pieces_goes_out_canonical(body in "[.a\r\n]{0,30}", cuts in prop::collection::vec(0usize..30, 0..4)) {
            let mut script = String::from("C| ");
            for b in expected(body.as_bytes()) {
                script += &format!("\\x{b:02x}");
            }
            transcript(&script, |io| {
                let mut conn = conn(io);
                let mut writer = conn.dot_writer();
                let mut cuts: Vec<usize> = cuts.iter().map(|c| (*c).min(body.len())).collect();
                cuts.sort_unstable();
                let mut from = 0;
                for cut in cuts.into_iter().chain([body.len()]) {
                    writer.write_all(&body.as_bytes()[from..cut]).unwrap();
                    from = cut;
                }
                writer.finish().unwrap();
            });
        }
    }
}
