//! Transfer encodings, both ways, as push transforms: base64, quoted-printable, uuencode, yEnc, and the line ends of
//! mail.
//!
//! A [`Codec`] is pushed bytes in any pieces and appends what follows from them to an [`Out`]; how the input was cut never
//! changes the output. [`Through`] makes a [`Read`] of one, [`pump`] runs one between a reader and a writer at the
//! speed of whichever is slower: what a read brought is encoded, written and done before the next read, so a short
//! read is passed on at once.
//!
//! Decoders come in four tempers ([`Temper`]), because a script that decodes a file and a reader of mail want opposite things
//! from the same broken input: the one an error with its place, the other all that can be saved and a list of
//! [`Defects`].

mod base64_decode;
mod base64_encode;
mod lines;
mod qp;
mod uu;
mod yenc;

pub use base64_decode::Base64Decoder;
pub use base64_encode::{Base64Encoder, base64_size};
pub use lines::{Canonical, Identity, LineEnds};
pub use qp::{Breaks, QpDecoder, QpEncoder};
pub use uu::{UuDecoder, UuEncoder, begin as uu_begin, data as uu_data};
pub use yenc::{YencDecoder, YencEncoder, begin as yenc_begin};

use crate::base::error::*;
use std::io::{self, Read, Write};

/// How much is read and converted at a time.
pub const BLOCK: usize = 128 * 1024;

/// How a decoder takes broken input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Temper {
    /// The letter of the RFC: the first deviation is an error.
    Strict,
    /// White space and missing padding are fine; whatever would lose input is an error.
    #[default]
    Plain,
    /// As `Plain`, but what is not of the encoding is skipped (`--ignore-garbage`).
    Skip,
    /// The bodies of mail: never an error, all that can be saved, deviations noted.
    Mail,
}

/// A place in the input, for messages: bytes from 0, lines and columns from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    pub line: u64,
    pub line_start: u64,
}

impl Default for Place {
    fn default() -> Place {
        Place { offset: 0, line: 1, line_start: 0 }
    }
}

impl Place {
    pub fn column(&self) -> u64 {
        self.offset - self.line_start + 1
    }

    /// Goes past one byte.
    pub fn step(&mut self, byte: u8) {
        self.offset += 1;
        if byte == b'\n' {
            self.line += 1;
            self.line_start = self.offset;
        }
    }

    /// Goes past many.
    pub fn skip(&mut self, bytes: &[u8]) {
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.line_start = self.offset + last as u64 + 1;
        }
        self.offset += bytes.len() as u64;
    }

    pub fn error(&self, what: impl std::fmt::Display) -> Error {
        let (offset, line, column) = (self.offset, self.line, self.column());
        Error::new(Kind::Input, format!("{what} at byte {offset} (line {line}, column {column})"))
    }
}

/// What a lenient decoder met: each kind once with its first place, and how often in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defects(Vec<(&'static str, u64, u64)>);

impl Defects {
    pub fn note(&mut self, what: &'static str, offset: u64) {
        match self.0.iter_mut().find(|(name, ..)| *name == what) {
            Some((_, _, times)) => *times += 1,
            None => self.0.push((what, offset, 1)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Name, offset of the first, how many.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64, u64)> + '_ {
        self.0.iter().copied()
    }

    pub fn has(&self, what: &str) -> bool {
        self.0.iter().any(|(name, ..)| *name == what)
    }
}

/// An output buffer that is filled from the front and reused; unlike a `Vec` it is not cleared between uses, which
/// would cost a pass over memory for each block.
#[derive(Debug, Default)]
pub struct Out {
    bytes: Vec<u8>,
    len: usize,
}

impl Out {
    pub fn new() -> Out {
        Out::default()
    }

    /// At least `n` writable bytes behind what is there; say with [`Out::advance`] how many were written.
    pub fn room(&mut self, n: usize) -> &mut [u8] {
        let need = self.len + n;
        if self.bytes.len() < need {
            self.bytes.resize(need, 0);
        }
        &mut self.bytes[self.len..]
    }

    pub fn advance(&mut self, n: usize) {
        self.len = (self.len + n).min(self.bytes.len());
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    pub fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn clear(&mut self) {
        self.len = 0;
    }
}

/// A transform of bytes that may be given them in any pieces.
pub trait Codec {
    /// Appends what follows from `input` to `out`. After an error `out` holds what was good before it.
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()>;

    /// The input is over.
    fn finish(&mut self, out: &mut Out) -> Result<()>;

    /// What was met on the way and survived.
    fn defects(&self) -> Defects {
        Defects::default()
    }
}

impl<C: Codec + ?Sized> Codec for Box<C> {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        (**self).push(input, out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        (**self).finish(out)
    }

    fn defects(&self) -> Defects {
        (**self).defects()
    }
}

/// A reader's bytes through a codec.
pub struct Through<R, C> {
    reader: R,
    codec: C,
    input: Vec<u8>,
    out: Out,
    taken: usize,
    over: bool,
    /// An error found behind bytes that are still to be handed out.
    failed: Option<Error>,
}

impl<R: Read, C: Codec> Through<R, C> {
    pub fn new(reader: R, codec: C) -> Through<R, C> {
        Through { reader, codec, input: Vec::new(), out: Out::new(), taken: 0, over: false, failed: None }
    }
}

impl<R: Read, C: Codec> Read for Through<R, C> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.taken == self.out.len() {
            if let Some(error) = self.failed.take() {
                self.over = true;
                return Err(error.into());
            }
            if self.over {
                return Ok(0);
            }
            self.out.clear();
            self.taken = 0;
            if self.input.is_empty() {
                self.input.resize(BLOCK / 2, 0);
            }
            let done = match self.reader.read(&mut self.input) {
                Ok(0) => {
                    self.over = true;
                    self.codec.finish(&mut self.out)
                }
                Ok(n) => self.codec.push(&self.input[..n], &mut self.out),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            self.failed = done.err();
        }
        let n = buf.len().min(self.out.len() - self.taken);
        buf[..n].copy_from_slice(&self.out.bytes()[self.taken..self.taken + n]);
        self.taken += n;
        Ok(n)
    }
}

/// Runs a codec between a reader and a writer, read by read; returns the bytes read and written. What was decoded
/// before an error is written before the error is returned.
pub fn pump(reader: &mut dyn Read, codec: &mut dyn Codec, writer: &mut dyn Write) -> Result<(u64, u64)> {
    let mut input = vec![0; BLOCK];
    let mut out = Out::new();
    let (mut read, mut written) = (0, 0);
    loop {
        let n = match reader.read(&mut input) {
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the input")),
        };
        let done = if n == 0 { codec.finish(&mut out) } else { codec.push(&input[..n], &mut out) };
        read += n as u64;
        written += out.len() as u64;
        if !out.is_empty() {
            writer
                .write_all(out.bytes())
                .map_err(|e| Error::from_io(e, Kind::Local, "cannot write the output"))?;
            out.clear();
        }
        done?;
        if n == 0 {
            return Ok((read, written));
        }
    }
}

/// A content transfer encoding (RFC 2045 §6), and the older ones met in mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    SevenBit,
    EightBit,
    Binary,
    QuotedPrintable,
    Base64,
    Uuencode,
    Yenc,
    /// A token that nobody registered: the body is left as it is (RFC 2045 §6.4).
    Unknown,
}

impl Encoding {
    /// From a field's value; comments and white space around the token are allowed there (RFC 2045 §6.1).
    pub fn from_field(value: &[u8]) -> Encoding {
        let plain = crate::mime::header::without_comments(value);
        let token: Vec<u8> = plain.trim_ascii().to_ascii_lowercase();
        // A parameter or a stray semicolon after the token is met in the wild.
        let token = token.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        match token.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(token) {
            b"" | b"7bit" | b"7-bit" => Encoding::SevenBit,
            b"8bit" | b"8-bit" => Encoding::EightBit,
            b"binary" => Encoding::Binary,
            b"quoted-printable" | b"quotedprintable" => Encoding::QuotedPrintable,
            b"base64" | b"base-64" => Encoding::Base64,
            b"x-uuencode" | b"uuencode" | b"x-uue" | b"uue" => Encoding::Uuencode,
            b"x-yencode" | b"x-yenc" | b"yenc" => Encoding::Yenc,
            _ => Encoding::Unknown,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Encoding::SevenBit => "7bit",
            Encoding::EightBit => "8bit",
            Encoding::Binary => "binary",
            Encoding::QuotedPrintable => "quoted-printable",
            Encoding::Base64 => "base64",
            Encoding::Uuencode => "x-uuencode",
            Encoding::Yenc => "x-yencode",
            Encoding::Unknown => "unknown",
        }
    }

    /// Whether a body so encoded is the content itself.
    pub fn is_identity(self) -> bool {
        matches!(self, Encoding::SevenBit | Encoding::EightBit | Encoding::Binary | Encoding::Unknown)
    }

    /// The decoder for a body of mail.
    pub fn decoder(self, temper: Temper) -> Box<dyn Codec> {
        match self {
            Encoding::Base64 => Box::new(Base64Decoder::new(Default::default(), temper)),
            Encoding::QuotedPrintable => Box::new(QpDecoder::new(temper)),
            Encoding::Uuencode => Box::new(UuDecoder::new(temper)),
            Encoding::Yenc => Box::new(YencDecoder::new(temper)),
            _ => Box::new(Identity),
        }
    }
}

/// Everything through a codec at once: for small values and for tests.
pub fn all(codec: &mut dyn Codec, input: &[u8]) -> Result<Vec<u8>> {
    let mut out = Out::new();
    codec.push(input, &mut out)?;
    codec.finish(&mut out)?;
    Ok(out.bytes().to_vec())
}

#[cfg(test)]
mod tests;
