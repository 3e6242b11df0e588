//! yEnc 1.3 (yenc.org): each byte plus 42, with an escape for NUL, LF, CR and `=`; made for news, met in mail.
//!
//! `=ybegin` says the size before the data and `=yend` the size and a CRC-32 after it, so the encoder has to know how
//! long its source is. The decoder checks both: a part whose sum is wrong is an error, not a file.

use super::{Codec, Defects, Out, Place, Temper};
use crate::base::digest::{Algorithm, Digest};
use crate::base::error::*;

/// Characters a line, as nearly all encoders have it.
const LINE: usize = 128;
/// A control line longer than this is none.
const CONTROL: usize = 4096;

/// See the module's essay.
pub struct YencEncoder {
    name: Vec<u8>,
    size: u64,
    eol: &'static [u8],
    done: u64,
    column: usize,
    begun: bool,
    crc: Digest,
}

impl YencEncoder {
    /// `size` is what the source will give, to the byte.
    pub fn new(name: &[u8], size: u64, eol: &'static [u8]) -> Result<YencEncoder> {
        if name.is_empty() || name.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(Error::new(Kind::Usage, "a name for yEnc may not be empty or hold a line end"));
        }
        let crc = Digest::new(Algorithm::Crc32);
        Ok(YencEncoder { name: name.to_vec(), size, eol, done: 0, column: 0, begun: false, crc })
    }

    fn begin(&mut self, out: &mut Out) {
        if !self.begun {
            self.begun = true;
            out.extend(format!("=ybegin line={LINE} size={} name=", self.size).as_bytes());
            out.extend(&self.name);
            out.extend(self.eol);
        }
    }
}

impl Codec for YencEncoder {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        self.begin(out);
        self.crc.update(input);
        self.done += input.len() as u64;
        for byte in input {
            let code = byte.wrapping_add(42);
            // Blanks and dots are critical only at the edges of a line.
            let edge = self.column == 0 || self.column + 1 >= LINE;
            let critical = match code {
                0 | b'\n' | b'\r' | b'=' => true,
                b'\t' | b' ' => edge,
                b'.' => self.column == 0,
                _ => false,
            };
            if critical {
                out.extend(&[b'=', code.wrapping_add(64)]);
                self.column += 2;
            } else {
                out.push(code);
                self.column += 1;
            }
            if self.column >= LINE {
                out.extend(self.eol);
                self.column = 0;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        self.begin(out);
        if self.done != self.size {
            let (done, size) = (self.done, self.size);
            return Err(Error::new(
                Kind::Local,
                format!("the input has {done} bytes where {size} were announced"),
            ));
        }
        if self.column > 0 {
            out.extend(self.eol);
        }
        let crc = crate::base::digest::hex(&self.crc.clone().finish());
        out.extend(format!("=yend size={} crc32={crc}", self.size).as_bytes());
        out.extend(self.eol);
        Ok(())
    }
}

/// A field of a control line: digits up to the next blank.
pub fn field<'a>(line: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let needle = format!(" {key}=");
    let at = memchr::memmem::find(line, needle.as_bytes())?;
    // `name=` is the last field and may hold anything.
    if memchr::memmem::find(&line[..at], b" name=").is_some() {
        return None;
    }
    let value = &line[at + needle.len()..];
    if key == "name" {
        return Some(value.trim_ascii());
    }
    Some(value.split(u8::is_ascii_whitespace).next().unwrap_or_default())
}

fn number(line: &[u8], key: &str) -> Option<u64> {
    let value = field(line, key)?;
    u64::try_from(crate::base::date::number(value)?).ok()
}

/// The name in a `=ybegin` line; `None` if it is no such line.
pub fn begin(line: &[u8]) -> Option<&[u8]> {
    if !line.starts_with(b"=ybegin ") || number(line, "size").is_none() {
        return None;
    }
    field(line, "name")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    /// Outside the data, gathering a line.
    Text,
    /// In the data, at the start of a line.
    LineStart,
    Data,
    /// After a `=` at the start of a line, or anywhere else.
    EscapeAtStart,
    Escape,
    /// In the data, in a line that begins with `=y`.
    Control,
}

/// See the module's essay. Parts (`=ypart`) are taken in the order they come.
pub struct YencDecoder {
    temper: Temper,
    state: Where,
    line: Vec<u8>,
    place: Place,
    crc: Digest,
    /// Bytes of this part, and of all parts of the file.
    part: u64,
    /// What `=ypart` or `=ybegin` announced for this part.
    expect: Option<u64>,
    files: u64,
    defects: Defects,
}

impl YencDecoder {
    pub fn new(temper: Temper) -> YencDecoder {
        YencDecoder {
            temper,
            state: Where::Text,
            line: Vec::new(),
            place: Place::default(),
            crc: Digest::new(Algorithm::Crc32),
            part: 0,
            expect: None,
            files: 0,
            defects: Defects::default(),
        }
    }

    fn bad(&mut self, name: &'static str, what: &str) -> Result<()> {
        match self.temper {
            Temper::Mail => {
                self.defects.note(name, self.place.offset);
                Ok(())
            }
            Temper::Skip => Ok(()),
            _ => Err(self.place.error(what)),
        }
    }

    /// A control line, or a line of text outside the data, is whole.
    fn control(&mut self) -> Result<()> {
        let line = std::mem::take(&mut self.line);
        if self.state == Where::Text {
            if begin(&line).is_some() {
                self.files += 1;
                self.part = 0;
                self.crc = Digest::new(Algorithm::Crc32);
                self.expect = number(&line, "size").filter(|_| field(&line, "part").is_none());
                self.state = Where::LineStart;
            }
            return Ok(());
        }
        self.state = Where::LineStart;
        if line.starts_with(b"=ypart ") {
            if let (Some(begin), Some(end)) = (number(&line, "begin"), number(&line, "end")) {
                self.expect = end.checked_sub(begin).map(|n| n + 1);
            }
        } else if line.starts_with(b"=yend") {
            self.state = Where::Text;
            let said = number(&line, "size");
            if said.is_some_and(|n| n != self.part) || self.expect.is_some_and(|n| n != self.part) {
                self.bad("yenc_size", "the size that yEnc announced is not the size of the data")?;
            }
            let sum = field(&line, "pcrc32").or_else(|| {
                // Of a file in several parts `crc32` is the sum of the whole.
                field(&line, "crc32").filter(|_| field(&line, "part").is_none())
            });
            let crc = self.crc.clone().finish();
            let said = sum.map(|hex| {
                let hex = String::from_utf8_lossy(hex);
                u32::from_str_radix(hex.trim_start_matches("0x"), 16).ok()
            });
            let ours = crc.iter().fold(0, |n: u32, b| n << 8 | u32::from(*b));
            if said.is_some_and(|said| said != Some(ours)) {
                self.bad("yenc_crc", "the checksum of the yEnc data is wrong")?;
            }
        } else {
            self.bad("yenc_control", "a control line that yEnc does not have")?;
        }
        Ok(())
    }

    fn data(&mut self, from: usize, out: &Out) {
        let new = &out.bytes()[from..];
        self.crc.update(new);
        self.part += new.len() as u64;
    }
}

impl Codec for YencDecoder {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        let mut at = 0;
        // Digested up to here; the rest of `out` is new data.
        let mut from = out.len();
        while at < input.len() {
            let byte = input[at];
            let mut took = 1;
            match self.state {
                Where::Text | Where::Control => {
                    if self.line.len() < CONTROL {
                        self.line.push(byte);
                    }
                    if byte == b'\n' {
                        self.data(from, out);
                        from = out.len();
                        self.control()?;
                    }
                }
                Where::LineStart if byte == b'=' => self.state = Where::EscapeAtStart,
                Where::EscapeAtStart if byte == b'y' => {
                    self.line.clear();
                    self.line.extend_from_slice(b"=y");
                    self.state = Where::Control;
                }
                Where::Escape | Where::EscapeAtStart => {
                    out.push(byte.wrapping_sub(64 + 42));
                    self.state = Where::Data;
                }
                Where::LineStart | Where::Data => match byte {
                    b'=' => self.state = Where::Escape,
                    b'\n' => self.state = Where::LineStart,
                    b'\r' => {}
                    _ => {
                        let run = &input[at..];
                        took = memchr::memchr3(b'=', b'\n', b'\r', run).unwrap_or(run.len());
                        for (to, byte) in out.room(took)[..took].iter_mut().zip(run) {
                            *to = byte.wrapping_sub(42);
                        }
                        out.advance(took);
                        self.state = Where::Data;
                    }
                },
            }
            self.place.skip(&input[at..at + took]);
            at += took;
        }
        self.data(from, out);
        Ok(())
    }

    fn finish(&mut self, _out: &mut Out) -> Result<()> {
        if !self.line.is_empty() {
            self.control()?;
        }
        if self.state != Where::Text {
            self.bad("yenc_no_end", "the '=yend' line is missing")
        } else if self.files == 0 {
            self.bad("yenc_no_begin", "no '=ybegin' line was found")
        } else {
            Ok(())
        }
    }

    fn defects(&self) -> Defects {
        self.defects.clone()
    }
}
