//! uuencode (POSIX uuencode(1)): the encoding of before MIME, still met in text bodies and as `x-uuencode`.
//!
//! A file stands between a `begin MODE NAME` line and an `end` line; what is around is not part of it. Blanks at the end of a
//! line may be lost on the way and count as the zeros they stand for. `begin-base64` (uuencode -m) is understood.

use super::{Base64Decoder, Codec, Defects, Out, Place, Temper};
use crate::base::error::*;

/// Gathers lines from pieces; a line longer than `cap` is given in several.
#[derive(Debug)]
pub(super) struct Lines {
    held: Vec<u8>,
    cap: usize,
}

impl Lines {
    pub(super) fn new(cap: usize) -> Lines {
        Lines { held: Vec::new(), cap }
    }

    /// Calls `each` with every line that is whole, its end included.
    pub(super) fn push(&mut self, mut input: &[u8], mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        while !input.is_empty() {
            let room = input.len().min(self.cap.saturating_sub(self.held.len()).max(1));
            match memchr::memchr(b'\n', &input[..room]) {
                Some(at) if self.held.is_empty() => {
                    each(&input[..=at])?;
                    input = &input[at + 1..];
                }
                Some(at) => {
                    self.held.extend_from_slice(&input[..=at]);
                    let line = std::mem::take(&mut self.held);
                    each(&line)?;
                    self.held = line;
                    self.held.clear();
                    input = &input[at + 1..];
                }
                None => {
                    self.held.extend_from_slice(&input[..room]);
                    input = &input[room..];
                    if self.held.len() >= self.cap {
                        let line = std::mem::take(&mut self.held);
                        each(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The last line, which has no end.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

/// The name in a `begin` line, without the line's end. `None` if it is no such line.
pub fn begin(line: &[u8]) -> Option<(bool, &[u8])> {
    let line = line.trim_ascii_end();
    let (in_base64, rest) = match line.strip_prefix(b"begin ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix(b"begin-base64 ")?),
    };
    let digits = rest.iter().take_while(|b| (b'0'..=b'7').contains(b)).count();
    let name = rest[digits..].strip_prefix(b" ")?.trim_ascii();
    ((3..=4).contains(&digits) && !name.is_empty()).then_some((in_base64, name))
}

/// One line of data. `None` if it is not one; `Some(0)` is the line before `end`.
pub fn data(line: &[u8], out: &mut Out) -> Option<usize> {
    let line = match line {
        [line @ .., b'\r', b'\n'] | [line @ .., b'\n'] => line,
        line => line,
    };
    // A line whose only blank was lost stands for no bytes.
    let length = usize::from(line.first().map_or(Some(0), |b| value(*b))?);
    let text = line.get(1..).unwrap_or_default();
    let need = length.div_ceil(3) * 4;
    // A checksum character after the data was a habit of some encoders.
    if text.len() > need + 2 || !text.iter().all(|b| value(*b).is_some()) {
        return None;
    }
    // Blanks at the end may be gone, but not all of a line.
    if length > 0 && text.len() * 2 < need {
        return None;
    }
    let at = |i: usize| text.get(i).and_then(|b| value(*b)).unwrap_or(0);
    let mut left = length;
    for quantum in 0..length.div_ceil(3) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| at(quantum * 4 + i));
        let bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        out.extend(&bytes[..left.min(3)]);
        left = left.saturating_sub(3);
    }
    Some(length)
}

fn value(byte: u8) -> Option<u8> {
    (32..=96).contains(&byte).then(|| (byte - 32) & 63)
}

/// See the module's essay.
pub struct UuEncoder {
    name: Vec<u8>,
    eol: &'static [u8],
    begun: bool,
    line: Vec<u8>,
}

impl UuEncoder {
    /// `name` is what the `begin` line says; line ends in it are refused.
    pub fn new(name: &[u8], eol: &'static [u8]) -> Result<UuEncoder> {
        if name.is_empty() || name.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(Error::new(Kind::Usage, "a name for uuencode may not be empty or hold a line end"));
        }
        Ok(UuEncoder { name: name.to_vec(), eol, begun: false, line: Vec::new() })
    }

    fn begin(&mut self, out: &mut Out) {
        if !self.begun {
            self.begun = true;
            out.extend(b"begin 644 ");
            out.extend(&self.name);
            out.extend(self.eol);
        }
    }

    fn line(&self, bytes: &[u8], out: &mut Out) {
        let character = |n: u8| if n & 63 == 0 { b'`' } else { (n & 63) + 32 };
        out.push(character(bytes.len() as u8));
        for three in bytes.chunks(3) {
            let at = |i: usize| three.get(i).copied().unwrap_or(0);
            let (a, b, c) = (at(0), at(1), at(2));
            out.extend(&[a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c].map(character));
        }
        out.extend(self.eol);
    }
}

impl Codec for UuEncoder {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        self.begin(out);
        if !self.line.is_empty() {
            let take = input.len().min(45 - self.line.len());
            self.line.extend_from_slice(&input[..take]);
            input = &input[take..];
            if self.line.len() == 45 {
                let line = std::mem::take(&mut self.line);
                self.line(&line, out);
            }
        }
        let mut lines = input.chunks_exact(45);
        for line in lines.by_ref() {
            self.line(line, out);
        }
        self.line.extend_from_slice(lines.remainder());
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        self.begin(out);
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.line(&line, out);
        }
        self.line(&[], out);
        out.extend(b"end");
        out.extend(self.eol);
        Ok(())
    }
}

enum Where {
    Before,
    Data,
    Base64(Box<Base64Decoder>),
    After,
}

/// The files between `begin` and `end`, one after the other.
pub struct UuDecoder {
    temper: Temper,
    lines: Lines,
    state: Where,
    place: Place,
    files: u64,
    defects: Defects,
}

impl UuDecoder {
    pub fn new(temper: Temper) -> UuDecoder {
        UuDecoder {
            temper,
            lines: Lines::new(4096),
            state: Where::Before,
            place: Place::default(),
            files: 0,
            defects: Defects::default(),
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Out) -> Result<()> {
        let bare = line.trim_ascii_end();
        match &mut self.state {
            Where::Before | Where::After => {
                if let Some((in_base64, _)) = begin(line) {
                    self.files += 1;
                    self.state = if in_base64 {
                        Where::Base64(Box::new(Base64Decoder::new(Default::default(), self.temper)))
                    } else {
                        Where::Data
                    };
                }
            }
            Where::Base64(decoder) => {
                if bare == b"====" {
                    decoder.finish(out)?;
                    self.state = Where::After;
                } else {
                    decoder.push(line, out)?;
                }
            }
            Where::Data if bare == b"end" => self.state = Where::After,
            Where::Data => {
                if data(line, out).is_none() {
                    match self.temper {
                        Temper::Mail => self.defects.note("uu_line", self.place.offset),
                        Temper::Skip => {}
                        _ => return Err(self.place.error("a line that is not uuencoded")),
                    }
                }
            }
        }
        self.place.skip(line);
        Ok(())
    }
}

impl Codec for UuDecoder {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        let mut lines = std::mem::replace(&mut self.lines, Lines::new(4096));
        let done = lines.push(input, |line| self.line(line, out));
        self.lines = lines;
        done
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        let rest = self.lines.rest();
        if !rest.is_empty() {
            self.line(&rest, out)?;
        }
        let what = match self.state {
            Where::After => return Ok(()),
            Where::Before => "no 'begin' line was found",
            Where::Data | Where::Base64(_) => "the 'end' line is missing",
        };
        match self.temper {
            Temper::Mail => {
                self.defects.note("uu_no_end", self.place.offset);
                Ok(())
            }
            _ => Err(self.place.error(what)),
        }
    }

    fn defects(&self) -> Defects {
        self.defects.clone()
    }
}
