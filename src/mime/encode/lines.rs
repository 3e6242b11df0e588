//! Line ends: the canonical form of text on the wire is CRLF (RFC 2045 §2.10, RFC 5322 §2.3), and no CR or LF may
//! stand alone in it: a lone one is where two mail systems can be made to see different messages.

use super::{Codec, Out};
use crate::base::error::*;

/// Bytes as they are.
#[derive(Debug, Default)]
pub struct Identity;

impl Codec for Identity {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        out.extend(input);
        Ok(())
    }

    fn finish(&mut self, _out: &mut Out) -> Result<()> {
        Ok(())
    }
}

/// Makes every line end CRLF: LF, CRLF and a lone CR each count as one. With `closed`, a last line without an
/// end gets one.
#[derive(Debug)]
pub struct Canonical {
    closed: bool,
    /// The last byte was a CR whose line end is already written.
    cr: bool,
    /// Something stands on the current line.
    open: bool,
}

impl Canonical {
    pub fn new(closed: bool) -> Canonical {
        Canonical { closed, cr: false, open: false }
    }
}

impl Codec for Canonical {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        if let Some(first) = input.first() {
            // The rest of a CRLF, and of that one only: a piece may be just this byte.
            if std::mem::take(&mut self.cr) && *first == b'\n' {
                input = &input[1..];
            }
        }
        while let Some(at) = memchr::memchr2(b'\r', b'\n', input) {
            out.extend(&input[..at]);
            out.extend(b"\r\n");
            self.open = false;
            let mut rest = &input[at + 1..];
            if input[at] == b'\r' {
                match rest.first() {
                    Some(b'\n') => rest = &rest[1..],
                    Some(_) => {}
                    None => self.cr = true,
                }
            }
            input = rest;
        }
        self.open |= !input.is_empty();
        out.extend(input);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if self.closed && self.open {
            out.extend(b"\r\n");
            self.open = false;
        }
        Ok(())
    }
}

/// The inverse for local use: CRLF becomes LF, a CR elsewhere stays.
#[derive(Debug, Default)]
pub struct LineEnds {
    cr: bool,
}

impl Codec for LineEnds {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        if self.cr && !input.is_empty() {
            if input[0] != b'\n' {
                out.push(b'\r');
            }
            self.cr = false;
        }
        while let Some(at) = memchr::memchr(b'\r', input) {
            out.extend(&input[..at]);
            match input.get(at + 1) {
                Some(b'\n') => {}
                Some(_) => out.push(b'\r'),
                None => self.cr = true,
            }
            input = &input[at + 1..];
        }
        out.extend(input);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if std::mem::take(&mut self.cr) {
            out.push(b'\r');
        }
        Ok(())
    }
}
