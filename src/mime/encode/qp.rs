//! Quoted-printable (RFC 2045 §6.7).
//!
//! The encoder has three notions of a line end. As a filter (`Lf`) a LF is one and a CR is data, so that decoding gives the
//! very bytes back; as text of mail (`Crlf`) LF and CRLF both become CRLF; as data (`Binary`) there are none. It
//! protects what mailers change on the way: a "From " and a dot at the start of a line, white space at its end.

use super::{Codec, Defects, Out, Place, Temper};
use crate::base::error::*;

/// What counts as a line end in the source, and what is written for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    Lf,
    Crlf,
    Binary,
}

/// See the module's essay. Lines of at most 76 characters.
pub struct QpEncoder {
    breaks: Breaks,
    /// The end of a soft line break, and of a hard one.
    eol: &'static [u8],
    column: usize,
    /// What could not be judged without the bytes behind it.
    held: Vec<u8>,
}

/// Looked ahead for "From " and for CRLF behind white space.
const AHEAD: usize = 5;

impl QpEncoder {
    pub fn new(breaks: Breaks, eol: &'static [u8]) -> QpEncoder {
        QpEncoder { breaks, eol, column: 0, held: Vec::new() }
    }

    /// As text bodies of mail are.
    pub fn text() -> QpEncoder {
        QpEncoder::new(Breaks::Crlf, b"\r\n")
    }

    /// Encodes `input`, of which the last [`AHEAD`] bytes are only looked at unless it is the end. Returns how many
    /// were consumed.
    fn run(&mut self, input: &[u8], end: bool, out: &mut Out) -> usize {
        let limit = if end { input.len() } else { input.len().saturating_sub(AHEAD) };
        let mut at = 0;
        while at < limit {
            // A run of plain characters is copied whole.
            let room = 75usize.saturating_sub(self.column);
            if self.column > 0 && room > 0 {
                let plain = input[at..limit].iter().take(room).take_while(|b| is_plain(**b)).count();
                if plain > 0 {
                    out.extend(&input[at..at + plain]);
                    self.column += plain;
                    at += plain;
                    continue;
                }
            }
            let (byte, rest) = (input[at], &input[at + 1..]);
            let crlf = byte == b'\r' && rest.first() == Some(&b'\n');
            match self.breaks {
                Breaks::Lf if byte == b'\n' => {
                    self.hard(out);
                    at += 1;
                    continue;
                }
                Breaks::Crlf if byte == b'\n' || crlf => {
                    self.hard(out);
                    at += if crlf { 2 } else { 1 };
                    continue;
                }
                _ => {}
            }
            let literal = match byte {
                b' ' | b'\t' => !self.at_end(rest, end),
                b'.' => self.column > 0,
                b'F' => self.column > 0 || !rest.starts_with(b"rom "),
                byte => is_plain(byte),
            };
            if literal {
                self.token(&[byte], out);
            } else {
                let hex = |n: u8| b"0123456789ABCDEF"[usize::from(n)];
                self.token(&[b'=', hex(byte >> 4), hex(byte & 15)], out);
            }
            at += 1;
        }
        at
    }

    /// Whether a line end, or the end of all, follows white space.
    fn at_end(&self, rest: &[u8], end: bool) -> bool {
        match (rest.first(), self.breaks) {
            (None, _) => end,
            (Some(b'\n'), Breaks::Lf | Breaks::Crlf) => true,
            (Some(b'\r'), Breaks::Crlf) => rest.get(1) == Some(&b'\n'),
            _ => false,
        }
    }

    fn hard(&mut self, out: &mut Out) {
        out.extend(self.eol);
        self.column = 0;
    }

    fn token(&mut self, token: &[u8], out: &mut Out) {
        if self.column + token.len() > 75 {
            out.push(b'=');
            out.extend(self.eol);
            self.column = 0;
            // A dot or a "From " must not come to stand at the start of a line by the break either.
            if token == b"." {
                return self.token(b"=2E", out);
            }
            if token == b"F" {
                return self.token(b"=46", out);
            }
        }
        out.extend(token);
        self.column += token.len();
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, 33..=60 | 62..=126)
}

impl Codec for QpEncoder {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        let mut input = input;
        if !self.held.is_empty() {
            // Just enough to be done with the bytes that were held.
            let take = input.len().min(AHEAD * 2);
            let mut joint = std::mem::take(&mut self.held);
            let held = joint.len();
            joint.extend_from_slice(&input[..take]);
            let used = self.run(&joint, false, out);
            if used < held {
                joint.drain(..used);
                self.held = joint;
                return Ok(());
            }
            input = &input[used - held..];
        }
        let used = self.run(input, false, out);
        self.held = input[used..].to_vec();
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        self.run(&held, true, out);
        Ok(())
    }
}

/// See the module's essay. White space at the end of a line is transport padding and goes (RFC 2045 §6.7 (3)).
pub struct QpDecoder {
    temper: Temper,
    place: Place,
    /// White space, and perhaps a CR, that may stand at the end of a line.
    space: Vec<u8>,
    /// What followed a `=` so far.
    escape: Option<Vec<u8>>,
    defects: Defects,
}

/// White space held back at most; more than a line may have is no transport padding.
const HELD: usize = 4096;

impl QpDecoder {
    pub fn new(temper: Temper) -> QpDecoder {
        QpDecoder {
            temper,
            place: Place::default(),
            space: Vec::new(),
            escape: None,
            defects: Defects::default(),
        }
    }

    fn escaped(&mut self, byte: u8, out: &mut Out) -> Result<bool> {
        let Some(so_far) = &mut self.escape else { return Ok(false) };
        match (so_far.as_slice(), byte) {
            ([] | [.., b'\r' | b' ' | b'\t'], b'\n') => self.escape = None,
            ([] | [.., b' ' | b'\t'], b' ' | b'\t' | b'\r') if so_far.len() < HELD => so_far.push(byte),
            ([], byte) if byte.is_ascii_hexdigit() => so_far.push(byte),
            ([high], byte) if high.is_ascii_hexdigit() && byte.is_ascii_hexdigit() => {
                let lower = high.is_ascii_lowercase() || byte.is_ascii_lowercase();
                let value = hex(*high) << 4 | hex(byte);
                self.escape = None;
                if lower && self.temper == Temper::Strict {
                    return Err(self.place.error("lower-case digits after '='"));
                }
                out.push(value);
            }
            _ => {
                // Neither a byte nor a soft break: kept as it is, and the byte is looked at again.
                self.bad("'=' without two hexadecimal digits")?;
                let so_far = self.escape.take().unwrap_or_default();
                out.push(b'=');
                let spaces = so_far.iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                out.extend(&so_far[..so_far.len() - spaces]);
                self.space.extend_from_slice(&so_far[so_far.len() - spaces..]);
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn bad(&mut self, what: &str) -> Result<()> {
        match self.temper {
            Temper::Mail => {
                self.defects.note("qp_escape", self.place.offset);
                Ok(())
            }
            Temper::Skip => Ok(()),
            _ => Err(self.place.error(what).hint("--ignore-garbage keeps it as it is")),
        }
    }

    /// A line ends here: padding goes, CR stays with its LF.
    fn line_end(&mut self, run: &[u8], out: &mut Out) {
        let joint;
        let line = if self.space.is_empty() {
            run
        } else {
            self.space.extend_from_slice(run);
            joint = std::mem::take(&mut self.space);
            &joint
        };
        let (line, cr) = match line.strip_suffix(b"\r") {
            Some(line) => (line, true),
            None => (line, false),
        };
        let kept = line.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
        out.extend(&line[..kept]);
        out.extend(if cr { b"\r\n" } else { b"\n" });
    }
}

fn hex(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |d| d as u8)
}

impl Codec for QpDecoder {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        while let Some(first) = input.first() {
            if self.escape.is_some() {
                if self.escaped(*first, out)? {
                    self.place.step(*first);
                    input = &input[1..];
                }
                continue;
            }
            match memchr::memchr2(b'=', b'\n', input) {
                Some(at) if input[at] == b'\n' => {
                    self.line_end(&input[..at], out);
                    self.place.skip(&input[..=at]);
                    input = &input[at + 1..];
                }
                Some(at) => {
                    out.extend(&std::mem::take(&mut self.space));
                    out.extend(&input[..at]);
                    self.place.skip(&input[..=at]);
                    self.escape = Some(Vec::new());
                    input = &input[at + 1..];
                }
                None => {
                    let kept =
                        input.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\r')).map_or(0, |at| at + 1);
                    if kept > 0 || self.space.len() + input.len() > HELD {
                        out.extend(&std::mem::take(&mut self.space));
                    }
                    out.extend(&input[..kept]);
                    if input.len() - kept > HELD {
                        out.extend(&input[kept..]);
                    } else {
                        self.space.extend_from_slice(&input[kept..]);
                    }
                    self.place.skip(input);
                    input = &[];
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        match self.escape.take().as_deref() {
            None => {}
            // A soft break at the end of all.
            Some([] | [b' ' | b'\t' | b'\r', ..]) if self.temper != Temper::Strict => {}
            Some(rest) => {
                let rest = rest.to_vec();
                self.bad("the text ends within an escape")?;
                out.push(b'=');
                out.extend(&rest);
            }
        }
        let space = std::mem::take(&mut self.space);
        let kept = space.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
        out.extend(&space[..kept]);
        Ok(())
    }

    fn defects(&self) -> Defects {
        self.defects.clone()
    }
}
