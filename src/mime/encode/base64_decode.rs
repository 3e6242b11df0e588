//! Base64: the decoder.
//!
//! Lines of 76 characters are decoded where they lie, on machines that can. As long as other lines keep one length and one kind of
//! end they are copied together and decoded as a block, text without line ends is decoded where it lies, and only what the engines
//! refuse is looked at byte by byte. So broken input costs
//! speed, never memory, and the byte-wise path alone decides what broken input means.
//!
//! In mail, a body may go on after its padding (encoded in pieces that were put together) or be followed by a mailing list's
//! footer. Both are told apart by the next line: if it is base64 from end to end in whole quanta, decoding goes on;
//! else it has ended.

use super::base64_encode::{OUT_BLOCK, Scratch};
use super::{Codec, Defects, Out, Place, Temper};
use crate::base::b64::{Alphabet, Blocks, blocks};
use crate::base::b64_wide::{LINE, LINE_BYTES, Wide};
use crate::base::error::*;

/// Encoded bytes without line ends decoded at a time, where no copy is needed.
const RUN_BLOCK: usize = 32 * 1024;

const PAD: u8 = 64;
const SPACE: u8 = 65;
const OTHER: u8 = 66;

/// Where the decoder stands with respect to padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between or within quanta.
    Text,
    /// One `=` of two was seen.
    HalfPadded,
    /// A quantum was padded; another may follow.
    Padded,
    /// Mail: the line after a padded quantum is gathered.
    Probe,
    /// Mail: it was no base64; the rest is not looked at.
    Over,
}

/// See the module's essay.
pub struct Base64Decoder {
    alphabet: Alphabet,
    engine: &'static Blocks,
    wide: Option<&'static Wide>,
    classes: Box<[u8; 256]>,
    temper: Temper,
    state: State,
    quantum: [u8; 4],
    have: usize,
    place: Place,
    probe: Vec<u8>,
    scratch: Box<Scratch>,
    defects: Defects,
}

/// A line longer than this after padding is judged by its beginning.
const PROBE: usize = 4096;

impl Base64Decoder {
    pub fn new(alphabet: Alphabet, temper: Temper) -> Base64Decoder {
        let mut classes = Box::new([OTHER; 256]);
        for byte in 0..=255u8 {
            classes[usize::from(byte)] = match byte {
                b'=' => PAD,
                b' ' | b'\t' | b'\r' | b'\n' => SPACE,
                _ => alphabet.value(byte).unwrap_or(OTHER),
            };
        }
        Base64Decoder {
            alphabet,
            engine: blocks(alphabet),
            wide: Wide::of(alphabet),
            classes,
            temper,
            state: State::Text,
            quantum: [0; 4],
            have: 0,
            place: Place::default(),
            probe: Vec::new(),
            scratch: Scratch::new(),
            defects: Defects::default(),
        }
    }

    /// As on a machine without wide registers.
    #[cfg(test)]
    pub(super) fn narrow(mut self) -> Base64Decoder {
        self.wide = None;
        self
    }

    /// Decodes the lines of 76 that `input` begins with; returns how many bytes they took. Nothing has changed if it is 0.
    fn wide(&mut self, input: &[u8], out: &mut Out) -> usize {
        let (Some(wide), 0, Some(end)) = (self.wide, self.have, line_end(input)) else { return 0 };
        let step = LINE + end.len();
        // A whole register is written where 9 bytes are wanted.
        let lines = wide.decode(input, end, out.room(input.len() / step * LINE_BYTES + 64));
        out.advance(lines * LINE_BYTES);
        let used = lines * step;
        self.went(used, lines as u64, (lines > 0).then_some(used));
        used
    }

    /// Where in `input` lines of 76 begin, if that is behind the line at hand.
    fn wide_ahead(&self, input: &[u8]) -> Option<usize> {
        self.wide?;
        let start = memchr::memchr(b'\n', &input[..input.len().min(LINE + 2)])? + 1;
        line_end(&input[start..]).map(|_| start)
    }

    /// Decodes as much as lies in regular lines, or in one long run; returns how many bytes of input that took.
    /// Nothing has changed if it is 0.
    fn fast(&mut self, input: &[u8], out: &mut Out) -> usize {
        // What is left of the last quantum goes first.
        for (to, value) in self.scratch.0.iter_mut().zip(&self.quantum[..self.have]) {
            *to = character(self.alphabet, *value);
        }
        let (mut fill, mut at, mut lines, mut line_start) = (self.have, 0, 0, None);
        while at < input.len() {
            let window = &input[at..input.len().min(at + RUN_BLOCK)];
            let Some(newline) = memchr::memchr(b'\n', window) else {
                // No line ends ahead: a run that is decoded where it lies.
                if fill == 0 && window.len() >= 4 {
                    let run = window.len() / 4 * 4;
                    let Some(n) = self.engine.decode(&window[..run], out.room(run / 4 * 3)) else { break };
                    out.advance(n);
                    at += run;
                    self.have = 0;
                    self.went(at, lines, line_start);
                    return at;
                }
                let mut n = window.len().min(OUT_BLOCK - fill);
                if n > 4 {
                    // Whole quanta, so that the next run needs no copy.
                    n -= (fill + n) % 4;
                }
                self.scratch.0[fill..fill + n].copy_from_slice(&window[..n]);
                fill += n;
                at += n;
                break;
            };
            let ends = if newline > 0 && window[newline - 1] == b'\r' { 2 } else { 1 };
            let length = newline + 1 - ends;
            if fill + length > OUT_BLOCK {
                break;
            }
            self.scratch.0[fill..fill + length].copy_from_slice(&window[..length]);
            fill += length;
            at += length + ends;
            lines += 1;
            // As long as the next line has the same shape no end needs to be searched.
            let took = same_lines(&input[at..], &mut self.scratch.0[fill..], length, ends);
            fill += took * length;
            at += took * (length + ends);
            lines += took as u64;
            line_start = Some(at);
            if fill + length > OUT_BLOCK {
                break;
            }
        }
        let whole = fill / 4 * 4;
        if at == 0 {
            return 0;
        }
        // The tail of an unfinished quantum has to be of the alphabet as well.
        let mut tail = [0; 4];
        for (to, byte) in tail.iter_mut().zip(&self.scratch.0[whole..fill]) {
            match self.classes[usize::from(*byte)] {
                value @ 0..64 => *to = value,
                _ => return 0,
            }
        }
        let Some(n) = self.engine.decode(&self.scratch.0[..whole], out.room(whole / 4 * 3)) else { return 0 };
        out.advance(n);
        self.quantum = tail;
        self.have = fill - whole;
        self.went(at, lines, line_start);
        at
    }

    fn went(&mut self, bytes: usize, lines: u64, line_start: Option<usize>) {
        if let Some(start) = line_start {
            self.place.line += lines;
            self.place.line_start = self.place.offset + start as u64;
        }
        self.place.offset += bytes as u64;
    }

    fn byte(&mut self, byte: u8, out: &mut Out) -> Result<()> {
        match self.state {
            State::Over => return Ok(()),
            State::Probe => {
                self.probe.push(byte);
                if byte == b'\n' || self.probe.len() >= PROBE {
                    return self.judge(out);
                }
                return Ok(());
            }
            State::Padded if self.temper == Temper::Mail && self.classes[usize::from(byte)] != SPACE => {
                // The rest of a line behind its padding is judged like a next line.
                self.state = State::Probe;
                self.probe.clear();
                self.probe.push(byte);
                return Ok(());
            }
            _ => {}
        }
        match self.classes[usize::from(byte)] {
            SPACE => {
                if self.temper == Temper::Strict && matches!(byte, b' ' | b'\t') {
                    return Err(self.place.error("white space"));
                }
                Ok(())
            }
            PAD => self.padding(out),
            OTHER => match self.temper {
                Temper::Skip => Ok(()),
                Temper::Mail => {
                    self.defects.note("base64_foreign_character", self.place.offset);
                    Ok(())
                }
                _ => Err(self.foreign(byte)),
            },
            value => {
                match self.state {
                    State::HalfPadded => match self.temper {
                        Temper::Mail => {
                            self.defects.note("base64_padding", self.place.offset);
                            self.partial(out)?;
                        }
                        Temper::Skip => self.partial(out)?,
                        _ => return Err(self.place.error("padding that is cut short")),
                    },
                    State::Padded if self.temper == Temper::Strict => {
                        return Err(self.place.error("text after the padding"));
                    }
                    _ => {}
                }
                self.state = State::Text;
                self.quantum[self.have] = value;
                self.have += 1;
                if self.have == 4 {
                    let [a, b, c, d] = self.quantum;
                    out.extend(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                    self.have = 0;
                }
                Ok(())
            }
        }
    }

    fn padding(&mut self, out: &mut Out) -> Result<()> {
        match (self.state, self.have) {
            (State::Text, 2) => {
                self.state = State::HalfPadded;
                Ok(())
            }
            (State::HalfPadded, _) | (State::Text, 3) => {
                self.partial(out)?;
                self.state = State::Padded;
                Ok(())
            }
            _ => match self.temper {
                Temper::Skip => Ok(()),
                Temper::Mail => {
                    self.defects.note("base64_padding", self.place.offset);
                    Ok(())
                }
                _ => Err(self.place.error("'=' where no padding can stand")),
            },
        }
    }

    /// Writes the bytes of a quantum of two or three characters.
    fn partial(&mut self, out: &mut Out) -> Result<()> {
        let [a, b, c, _] = self.quantum;
        let (bytes, spare) = match self.have {
            2 => ([a << 2 | b >> 4, 0], b & 0x0f),
            _ => ([a << 2 | b >> 4, b << 4 | c >> 2], c & 0x03),
        };
        if spare != 0 {
            match self.temper {
                Temper::Mail => self.defects.note("base64_spare_bits", self.place.offset),
                Temper::Skip => {}
                _ => return Err(self.place.error("a last character with bits that belong to no byte")),
            }
        }
        out.extend(&bytes[..self.have - 1]);
        self.have = 0;
        Ok(())
    }

    /// The line after a padded quantum is whole: base64 in whole quanta goes on, all else ended before it.
    fn judge(&mut self, out: &mut Out) -> Result<()> {
        let line = std::mem::take(&mut self.probe);
        let text = line.trim_ascii();
        let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
        let cut = line.len() >= PROBE;
        let good = body.iter().all(|b| self.classes[usize::from(*b)] < PAD)
            && (text.len().is_multiple_of(4) || cut)
            && !body.is_empty();
        if text.iter().all(|b| *b == b'=') {
            if !text.is_empty() {
                self.defects.note("base64_padding", self.place.offset);
            }
            self.state = State::Padded;
        } else if good {
            self.defects.note("base64_continued_after_padding", self.place.offset);
            self.state = State::Text;
            for byte in line {
                // Only whole quanta and their padding: no way back into `Probe` before the end of the line.
                if self.classes[usize::from(byte)] <= PAD {
                    self.byte(byte, out)?;
                }
            }
        } else {
            self.defects.note("base64_ended_early", self.place.offset);
            self.state = State::Over;
        }
        Ok(())
    }

    fn foreign(&self, byte: u8) -> Error {
        let shown = if byte.is_ascii_graphic() {
            format!("'{}' is not base64", char::from(byte))
        } else {
            format!("the byte 0x{byte:02x} is not base64")
        };
        let error = self.place.error(shown);
        match (byte, self.alphabet) {
            (b'-' | b'_', Alphabet::Standard) => error.hint("base64url is decoded with --url"),
            (b'+' | b'/', Alphabet::UrlSafe) => error.hint("this is not base64url: leave --url away"),
            _ => error.hint("--ignore-garbage skips what is not base64"),
        }
    }
}

/// The end of a line of 76 characters at the start of `text`.
fn line_end(text: &[u8]) -> Option<&'static [u8]> {
    match text.get(LINE..LINE + 2)? {
        [b'\n', _] => Some(b"\n"),
        [b'\r', b'\n'] => Some(b"\r\n"),
        _ => None,
    }
}

/// Copies as many further lines of this shape as there are and fit; returns how many.
fn same_lines(input: &[u8], to: &mut [u8], length: usize, ends: usize) -> usize {
    if length == 0 {
        return 0;
    }
    let step = length + ends;
    let fit = (to.len() / length).min(input.len() / step);
    let mut took = 0;
    for (line, to) in input.chunks_exact(step).zip(to.chunks_exact_mut(length)).take(fit) {
        if line[step - 1] != b'\n' || (ends == 2 && line[length] != b'\r') {
            break;
        }
        // A constant length is copied in registers.
        match (<&[u8; 76]>::try_from(&line[..length]), <&mut [u8; 76]>::try_from(&mut *to)) {
            (Ok(line), Ok(to)) => *to = *line,
            _ => to.copy_from_slice(&line[..length]),
        }
        took += 1;
    }
    took
}

fn character(alphabet: Alphabet, value: u8) -> u8 {
    match (value, alphabet) {
        (0..26, _) => b'A' + value,
        (26..52, _) => b'a' + value - 26,
        (52..62, _) => b'0' + value - 52,
        (62, Alphabet::Standard) => b'+',
        (62, Alphabet::UrlSafe) => b'-',
        (_, Alphabet::Standard) => b'/',
        (_, Alphabet::UrlSafe) => b'_',
    }
}

impl Codec for Base64Decoder {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        while !input.is_empty() {
            if self.state == State::Over {
                return Ok(());
            }
            if self.state == State::Text && input.len() >= 256 {
                let mut used = self.wide(input, out);
                if used == 0 {
                    let ahead = self.wide_ahead(input).unwrap_or(input.len());
                    used = self.fast(&input[..ahead], out);
                }
                if used > 0 {
                    input = &input[used..];
                    continue;
                }
            }
            let (slow, rest) = input.split_at(input.len().min(OUT_BLOCK));
            for byte in slow {
                self.byte(*byte, out)?;
                self.place.step(*byte);
            }
            input = rest;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if self.state == State::Probe && !self.probe.is_empty() {
            self.judge(out)?;
        }
        let mail = self.temper == Temper::Mail;
        match (self.state, self.have) {
            (State::Over | State::Padded | State::Probe, _) | (_, 0) => {}
            (_, 1) => match self.temper {
                Temper::Mail => self.defects.note("base64_cut_short", self.place.offset),
                Temper::Skip => {}
                _ => return Err(self.place.error("the text ends within a quantum")),
            },
            (State::HalfPadded, _) if matches!(self.temper, Temper::Strict | Temper::Plain) => {
                return Err(self.place.error("padding that is cut short"));
            }
            _ if self.temper == Temper::Strict => {
                return Err(self.place.error("the padding is missing"));
            }
            _ => {
                if mail {
                    self.defects.note("base64_padding", self.place.offset);
                }
                self.partial(out)?;
            }
        }
        self.have = 0;
        Ok(())
    }

    fn defects(&self) -> Defects {
        self.defects.clone()
    }
}
