//! Base64 (RFC 4648, and RFC 2045 §6.8 for mail) at the speed of memory: the encoder.
//!
//! Lines of 76 columns are made where they will stand, on machines that can. Elsewhere the block engine writes into a buffer that
//! stays in the first-level cache, and whole lines are copied out of it, with a constant length for the usual 76 columns: lines
//! encoded one by one by that engine are three times slower.

use super::{Codec, Out};
use crate::base::b64::{Alphabet, Blocks, blocks};
use crate::base::b64_wide::{self, Wide};
use crate::base::error::*;

/// Three quarters of the cache buffer below, a multiple of 3.
const IN_BLOCK: usize = 6144;
/// Encoded bytes worked on at a time: it fits the first-level cache.
pub(super) const OUT_BLOCK: usize = 8192;

/// The size of `n` bytes encoded in lines of `wrap` characters (0: one line without an end) with ends of `eol` bytes.
pub fn base64_size(n: u64, wrap: u64, eol: u64) -> u64 {
    let text = n.div_ceil(3) * 4;
    if wrap == 0 { text } else { text + text.div_ceil(wrap) * eol }
}

/// See the module's essay.
pub struct Base64Encoder {
    engine: &'static Blocks,
    wide: Option<&'static Wide>,
    wrap: usize,
    eol: &'static [u8],
    pad: bool,
    column: usize,
    held: [u8; 3],
    holds: usize,
    scratch: Box<Scratch>,
}

/// Where blocks are put together: on a line of the cache, since a store that crosses one costs two.
#[repr(align(64))]
pub(super) struct Scratch(pub(super) [u8; OUT_BLOCK]);

impl Scratch {
    pub(super) fn new() -> Box<Scratch> {
        Box::new(Scratch([0; OUT_BLOCK]))
    }
}

impl Base64Encoder {
    /// Lines of `wrap` characters ended by `eol`, the last one too; 0 is a single line without an end.
    pub fn new(alphabet: Alphabet, wrap: usize, eol: &'static [u8]) -> Base64Encoder {
        Base64Encoder {
            engine: blocks(alphabet),
            wide: Wide::of(alphabet).filter(|_| wrap == b64_wide::LINE),
            wrap,
            eol,
            pad: true,
            column: 0,
            held: [0; 3],
            holds: 0,
            scratch: Scratch::new(),
        }
    }

    /// As bodies of mail are: 76 columns, CRLF.
    pub fn mime() -> Base64Encoder {
        Base64Encoder::new(Alphabet::Standard, 76, b"\r\n")
    }

    /// Leaves the `=` away.
    pub fn no_pad(mut self) -> Base64Encoder {
        self.pad = false;
        self
    }

    /// As on a machine without wide registers.
    #[cfg(test)]
    pub(super) fn narrow(mut self) -> Base64Encoder {
        self.wide = None;
        self
    }

    /// Encodes the lines from the start of `bytes` that can be made in place; returns how many bytes that took.
    fn wide(&mut self, bytes: &[u8], out: &mut Out) -> usize {
        let Some(wide) = self.wide else { return 0 };
        // The line that is begun goes first, or the first of all, which has no end before it.
        let head = (b64_wide::LINE - self.column) / 4 * 3;
        if bytes.len() < head + 2 * b64_wide::LINE_BYTES {
            return 0;
        }
        let (head, rest) = bytes.split_at(head);
        self.block(head, out);
        let room = (rest.len() / b64_wide::LINE_BYTES + 2) * (b64_wide::LINE + self.eol.len());
        let lines = wide.encode(rest, self.eol, out.room(room));
        out.advance(lines * (b64_wide::LINE + self.eol.len()));
        head.len() + lines * b64_wide::LINE_BYTES
    }

    fn block(&mut self, bytes: &[u8], out: &mut Out) {
        if self.wrap == 0 {
            let need = bytes.len().div_ceil(3) * 4;
            let n = self.engine.encode(bytes, &mut out.room(need)[..need]);
            out.advance(n);
            return;
        }
        let n = self.engine.encode(bytes, &mut self.scratch.0);
        self.lines(n, out);
    }

    /// Copies `n` bytes of the cache buffer out, an end after each `wrap` characters.
    fn lines(&mut self, n: usize, out: &mut Out) {
        let mut text = &self.scratch.0[..n];
        let room = out.room(n + (n / self.wrap + 2) * self.eol.len());
        let mut to = Lines { wrap: self.wrap, eol: self.eol, column: self.column, at: 0, room };
        // The rest of a line that is begun, or the first line.
        let first = if to.column.is_multiple_of(to.wrap) { to.wrap } else { to.wrap - to.column };
        let (head, rest) = text.split_at(first.min(n));
        to.put(head);
        text = rest;
        if to.wrap == 76 && to.column == 76 {
            text = match *to.eol {
                [end] => to.whole::<1, 77>([end], text),
                [cr, lf] => to.whole::<2, 78>([cr, lf], text),
                _ => text,
            };
        }
        for line in text.chunks(to.wrap) {
            to.put(line);
        }
        let (column, at) = (to.column, to.at);
        self.column = column;
        out.advance(at);
    }
}

/// Where lines are put together. An end is written when the next character needs a new line, so that no empty line can
/// end the text.
struct Lines<'a> {
    wrap: usize,
    eol: &'static [u8],
    column: usize,
    at: usize,
    room: &'a mut [u8],
}

impl Lines<'_> {
    /// At most the rest of the line.
    fn put(&mut self, part: &[u8]) {
        if self.column == self.wrap && !part.is_empty() {
            self.room[self.at..self.at + self.eol.len()].copy_from_slice(self.eol);
            self.at += self.eol.len();
            self.column = 0;
        }
        self.room[self.at..self.at + part.len()].copy_from_slice(part);
        self.at += part.len();
        self.column += part.len();
    }

    /// Lines of 76, each behind the end of the one before, in copies of constant length; returns what is left.
    fn whole<'t, const END: usize, const STEP: usize>(&mut self, end: [u8; END], text: &'t [u8]) -> &'t [u8] {
        let mut lines = text.chunks_exact(76);
        let room = self.room[self.at..].chunks_exact_mut(STEP);
        let count = lines.len();
        for (line, to) in lines.by_ref().zip(room) {
            to[..END].copy_from_slice(&end);
            to[END..STEP].copy_from_slice(&line[..76]);
        }
        self.at += count * STEP;
        lines.remainder()
    }
}

impl Codec for Base64Encoder {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        if self.holds > 0 {
            let take = input.len().min(3 - self.holds);
            self.held[self.holds..self.holds + take].copy_from_slice(&input[..take]);
            self.holds += take;
            input = &input[take..];
            if self.holds < 3 {
                return Ok(());
            }
            let held = self.held;
            self.block(&held, out);
            self.holds = 0;
        }
        input = &input[self.wide(input, out)..];
        let whole = input.len() / 3 * 3;
        for block in input[..whole].chunks(IN_BLOCK) {
            self.block(block, out);
        }
        let rest = &input[whole..];
        self.held[..rest.len()].copy_from_slice(rest);
        self.holds = rest.len();
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if self.holds > 0 {
            let mut last = [b'='; 4];
            let n = self.engine.encode(&self.held[..self.holds], &mut last);
            let n = if self.pad { 4 } else { n };
            self.holds = 0;
            if self.wrap == 0 {
                out.extend(&last[..n]);
            } else {
                self.scratch.0[..n].copy_from_slice(&last[..n]);
                self.lines(n, out);
            }
        }
        if self.wrap > 0 && self.column > 0 {
            out.extend(self.eol);
            self.column = 0;
        }
        Ok(())
    }
}
