//! A message on its way in: dots taken off, digested, and looked at for what must not be in it.
use std::io;

use openssl::sha::Sha256;

use super::super::script::End;
use super::super::wire::Wire;

/// A message on its way in.
#[derive(Default)]
pub struct Body {
    pub kept: Vec<u8>,
    pub size: u64,
    pub digest: Digest,
    /// How many bytes more are to be kept.
    pub room: usize,
    pub eight_bit: bool,
    pub flaws: Vec<&'static str>,
}

pub struct Digest(pub Sha256);

impl Default for Digest {
    fn default() -> Digest {
        Digest(Sha256::new())
    }
}

impl Body {
    pub fn flaw(&mut self, flaw: &'static str) {
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.digest.0.update(bytes);
        let kept = bytes.len().min(self.room);
        self.kept.extend_from_slice(&bytes[..kept]);
        self.room -= kept;
        self.eight_bit |= !bytes.is_ascii();
    }

    /// Up to `CRLF.CRLF`; `false` if the connection ended before.
    pub fn read_dotted(&mut self, wire: &mut Wire, cut: Option<(u64, End)>) -> io::Result<bool> {
        // A line may come in pieces: what is held back is its beginning, at most a chunk.
        let mut line = Vec::new();
        loop {
            let chunk = wire.chunk(usize::MAX)?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let end = memchr::memchr(b'\n', chunk);
            let taken = end.map_or(chunk.len(), |end| end + 1);
            line.extend_from_slice(&chunk[..taken]);
            let back = chunk.len() - taken;
            wire.unread(back);
            if let Some((_, how)) = cut.filter(|(n, _)| self.size + line.len() as u64 >= *n) {
                return Err(wire.end(how));
            }
            if end.is_none() {
                continue;
            }
            if line == b".\r\n" {
                return Ok(true);
            }
            if self.line_is_bad(&line) {
                self.flaw("a bare CR or LF in a message");
            }
            if line.len() > 1000 {
                self.flaw("a line over 998 octets");
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            self.push(text);
            line.clear();
        }
    }

    fn line_is_bad(&self, line: &[u8]) -> bool {
        line.strip_suffix(b"\r\n").is_none_or(|text| memchr::memchr(b'\r', text).is_some())
    }

    pub fn read_counted(
        &mut self,
        wire: &mut Wire,
        mut size: u64,
        cut: Option<(u64, End)>,
    ) -> io::Result<bool> {
        while size > 0 {
            let chunk = wire.chunk(usize::try_from(size).unwrap_or(usize::MAX))?.to_vec();
            if chunk.is_empty() {
                return Ok(false);
            }
            size -= chunk.len() as u64;
            self.push(&chunk);
            if let Some((_, how)) = cut.filter(|(n, _)| self.size >= *n) {
                return Err(wire.end(how));
            }
        }
        Ok(true)
    }
}
