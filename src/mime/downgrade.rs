//! A ready message made 7bit, for a server that does not offer 8BITMIME (RFC 6152 §3), or for a place within another message:
//! parts with eight-bit bytes, NULs or lines that are too long are encoded, fields that are not ASCII become what the caller
//! makes of them, and everything else stays as it is, byte by byte.
//!
//! Text becomes quoted-printable, which a person can still read, all else base64. The message is read twice: to find the parts in
//! question, for a header goes out before its body is seen, then to write it anew into a file without a name, so that its
//! size is known. What is signed cannot be changed without breaking the signature, so it is refused. What stands outside of all
//! parts has no encoding, and no reader: its eight-bit bytes become question marks.

use crate::base::{body::Body, error::*, scratch};
use crate::mime::build::{LINE_MOST, Source, utf8};
use crate::mime::encode::{Base64Encoder, Codec, Encoding, Out, QpEncoder};
use crate::mime::header::{Field, fields};
use crate::mime::read::{self, End, Kind as PartKind, Part, Sink, What};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Read, Write},
};

impl Body for Source {
    fn size(&self) -> u64 {
        Source::size(self)
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(Source::open(self)))
    }
}

/// What a field that is not ASCII is to become, all of it.
pub type Change<'a> = &'a mut dyn FnMut(&Field<'_>, &[u8]) -> Result<Vec<u8>>;

/// The same message with its fields changed and, if `contents`, its contents in 7bit; its lines have to end in CRLF already. `name` is
/// for messages. The file and its size.
///
/// # Errors
/// `Input` if a part that would have to be encoded is signed, or is encoded already in a way that what it holds contradicts.
pub fn seven_bit(body: &dyn Body, name: &str, contents: bool, change: Change<'_>) -> Result<(File, u64)> {
    let mut scan = Scan::default();
    if contents {
        each(body, name, &mut scan)?;
    }
    if let Some(why) = scan.refused {
        return Err(refused(name, &why));
    }
    let kept = |e| Error::from_io(e, Kind::Local, format_args!("cannot keep {name} in 7bit"));
    let to = BufWriter::with_capacity(64 * 1024, scratch::file()?);
    let plan = contents.then_some(scan.plan);
    let mut rewrite = Rewrite { name, plan, change, to, size: 0, codec: None, coded: Out::new() };
    each(body, name, &mut rewrite)?;
    let size = rewrite.size;
    let file = rewrite.to.into_inner().map_err(|e| kept(e.into_error()))?;
    Ok((file, size))
}

/// Why a message stays as it is.
pub fn refused(name: &str, why: &str) -> Error {
    Error::new(Kind::Input, format!("{name} cannot be encoded anew: {why}"))
}

fn each(body: &dyn Body, name: &str, sink: &mut dyn Sink) -> Result<()> {
    if read::all(body, name, sink)? { Err(refused(name, "it has too many parts")) } else { Ok(()) }
}

/// What has to change: found at the first reading.
#[derive(Default)]
struct Scan {
    /// The parts to be encoded, and whether they are UTF-8.
    plan: HashMap<u64, bool>,
    refused: Option<String>,
    /// Signed or encrypted parts that are open.
    sealed: usize,
    now: Contents,
}

/// Of the part in hand.
#[derive(Default)]
struct Contents {
    bad: bool,
    line: u64,
    not_utf8: bool,
    /// The start of a character that is not whole.
    partial: Vec<u8>,
}

fn is_sealed(part: &Part) -> bool {
    matches!(part.media_type.as_str(), "multipart/signed" | "multipart/encrypted")
}

impl Sink for Scan {
    fn start(&mut self, part: &Part, _: &[u8]) -> Result<()> {
        self.sealed += usize::from(is_sealed(part));
        self.now = Contents::default();
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        if what != What::Body {
            return Ok(());
        }
        let now = &mut self.now;
        now.bad |= !bytes.is_ascii() || bytes.contains(&0);
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            now.line += piece.len() as u64;
            now.bad |= now.line > LINE_MOST + 2;
            if piece.ends_with(b"\n") {
                now.line = 0;
            }
        }
        now.not_utf8 |= !now.not_utf8 && !utf8(&mut now.partial, bytes);
        Ok(())
    }

    fn end(&mut self, part: &Part, _: &End) -> Result<()> {
        let now = std::mem::take(&mut self.now);
        if part.kind == PartKind::Leaf && now.bad {
            let known = matches!(part.encoding, Encoding::SevenBit | Encoding::EightBit | Encoding::Binary);
            let why = match known {
                _ if self.sealed > 0 => "is signed, and a change would break the signature",
                false => "is encoded already, and holds what that encoding cannot",
                // RFC 2045 §6.4
                true if part.is_type("multipart/") => "is a multipart, which must not be encoded",
                true => "",
            };
            if !why.is_empty() {
                self.refused.get_or_insert(format!("part {} {why}", part.path));
            }
            self.plan.insert(part.id, !now.not_utf8 && now.partial.is_empty());
        }
        self.sealed -= usize::from(is_sealed(part));
        Ok(())
    }
}

struct Rewrite<'a> {
    name: &'a str,
    /// See [`Scan`]; `None`: contents stay as they are.
    plan: Option<HashMap<u64, bool>>,
    change: Change<'a>,
    to: BufWriter<File>,
    size: u64,
    /// Encodes the body that is open.
    codec: Option<Box<dyn Codec>>,
    coded: Out,
}

impl Rewrite<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        let kept = |e| Error::from_io(e, Kind::Local, format_args!("cannot keep {} in 7bit", self.name));
        self.to.write_all(bytes).map_err(kept)
    }

    /// What nothing can encode and nobody reads.
    fn put_outside(&mut self, bytes: &[u8]) -> Result<()> {
        if self.plan.is_none() || (bytes.is_ascii() && !bytes.contains(&0)) {
            return self.put(bytes);
        }
        let plain: Vec<u8> = bytes.iter().map(|b| if matches!(b, 1..128) { *b } else { b'?' }).collect();
        self.put(&plain)
    }

    fn encode(&mut self, bytes: &[u8], last: bool) -> Result<()> {
        let Some(codec) = &mut self.codec else { return Ok(()) };
        codec.push(bytes, &mut self.coded)?;
        if last {
            codec.finish(&mut self.coded)?;
        }
        let mut coded = std::mem::take(&mut self.coded);
        let done = self.put(coded.bytes());
        coded.clear();
        self.coded = coded;
        done
    }
}

impl Sink for Rewrite<'_> {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()> {
        let encoded = self.plan.as_ref().and_then(|plan| plan.get(&part.id).copied());
        // What holds parts can only be 7bit now.
        let container = part.kind != PartKind::Leaf && part.encoding != Encoding::SevenBit;
        let drops = encoded.is_some() || (container && self.plan.is_some());
        let blank = if header.ends_with(b"\r\n\r\n") || header == b"\r\n" { 2 } else { 0 };
        let (header, blank) = header.split_at(header.len() - blank);
        let (mut at, mut mime, mut typed) = (0, false, false);
        for field in fields(header) {
            mime |= field.is("MIME-Version");
            typed |= field.is("Content-Type");
            self.put_outside(&header[at..field.span.0])?;
            at = field.span.1;
            let whole = &header[field.span.0..field.span.1];
            if whole.is_ascii() {
                if !(drops && field.is("Content-Transfer-Encoding")) {
                    self.put(whole)?;
                }
            } else {
                let changed = (self.change)(&field, whole)?;
                self.put(&changed)?;
            }
        }
        self.put_outside(&header[at..])?;
        if let Some(is_utf8) = encoded {
            // Text without a word about itself is US-ASCII by RFC 2045 §5.2, which it is not.
            if !typed {
                let charset = if is_utf8 { "utf-8" } else { "unknown-8bit" };
                self.put(format!("Content-Type: text/plain; charset={charset}\r\n").as_bytes())?;
            }
            if !mime && part.depth == 0 {
                self.put(b"MIME-Version: 1.0\r\n")?;
            }
            let (name, codec): (_, Box<dyn Codec>) = match part.is_type("text/") {
                true => ("quoted-printable", Box::new(QpEncoder::text())),
                false => ("base64", Box::new(Base64Encoder::mime())),
            };
            self.put(format!("Content-Transfer-Encoding: {name}\r\n").as_bytes())?;
            self.codec = Some(codec);
        }
        self.put(blank)
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        match what {
            // Written by start, which follows it.
            What::Header => Ok(()),
            What::Body if self.codec.is_some() => self.encode(bytes, false),
            What::Preamble | What::Epilogue => self.put_outside(bytes),
            What::Body | What::Delimiter => self.put(bytes),
        }
    }

    fn end(&mut self, _: &Part, _: &End) -> Result<()> {
        self.encode(&[], true)?;
        self.codec = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(message: &str) -> Result<String> {
        let source = Source::bytes(message.replace('\n', "\r\n"));
        let mut change = |_: &Field<'_>, _: &[u8]| Err(refused("m", "a field"));
        let (mut file, size) = seven_bit(&source, "m", true, &mut change)?;
        std::io::Seek::rewind(&mut file).unwrap();
        let text = std::io::read_to_string(file).unwrap();
        assert_eq!(text.len() as u64, size);
        assert!(text.is_ascii());
        Ok(text.replace("\r\n", "\n"))
    }

    #[test]
    fn only_what_needs_it_is_encoded() {
        for clean in [
            "Subject: x\nContent-Transfer-Encoding: 7bit\n\nplain\n",
            "Content-Type: multipart/mixed; boundary=A\nContent-Transfer-Encoding: 7bit\n\n--A\nno field\n\nx\n--A--\n",
        ] {
            assert_eq!(down(clean).unwrap(), clean);
        }
        let text = down(
            "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=utf-8\n\nein längerer Satz mit ü\n",
        );
        assert_eq!(
            text.unwrap(),
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nein l=C3=A4ngerer Satz mit =C3=BC\n"
        );
        let nested = down(
            "Content-Type: multipart/mixed; boundary=A\nContent-Transfer-Encoding: 8bit\n\nprä\n--A\nContent-Type: a/b\n\nüü\n--A\n\nsame\n--A--\n",
        );
        assert_eq!(
            nested.unwrap(),
            "Content-Type: multipart/mixed; boundary=A\n\npr??\n--A\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\nw7zDvA==\n\n--A\n\nsame\n--A--\n"
        );
        let long = down(&format!("Content-Type: text/plain\n\n{}\n", "x".repeat(2000))).unwrap();
        assert!(long.lines().all(|l| l.len() <= 76) && long.contains("quoted-printable"));
        assert!(down("Content-Type: text/plain\n\na\0b\n").unwrap().contains("a=00b"));
    }

    #[test]
    fn contents_stay_where_only_fields_change() {
        let message = "Subject: ü\r\nContent-Type: multipart/mixed; boundary=A\r\nContent-Transfer-Encoding: 8bit\r\n\r\nprä\r\n--A\r\n\r\nü\r\n--A--\r\n";
        let mut change = |field: &Field<'_>, whole: &[u8]| {
            assert!(field.is("Subject") && whole.ends_with(b"\r\n"));
            Ok(b"Subject: u\r\n".to_vec())
        };
        let (mut file, _) = seven_bit(&Source::bytes(message), "m", false, &mut change).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        assert_eq!(std::io::read_to_string(file).unwrap(), message.replace("Subject: ü", "Subject: u"));
    }

    #[test]
    fn what_is_signed_stays_as_it_is() {
        let signed =
            "Content-Type: multipart/signed; boundary=A\n\n--A\nContent-Type: text/plain\n\nü\n--A--\n";
        let error = down(signed).unwrap_err();
        assert!(error.message().contains("part 1 is signed"), "{error}");
        assert!(down("Subject: ü\n\nx\n").is_err());
        for encoding in ["base64", "x-other"] {
            assert!(down(&format!("Content-Transfer-Encoding: {encoding}\n\nü\n")).is_err(), "{encoding}");
        }
        assert_eq!(down(&signed.replace('ü', "u")).unwrap(), signed.replace('ü', "u"));
        // What stands beside it is not signed.
        let beside = format!(
            "Content-Type: multipart/mixed; boundary=B\n\n--B\n{}--B\nContent-Type: text/plain\n\nü\n--B--\n",
            signed.replace('ü', "u")
        );
        assert!(down(&beside).unwrap().contains("=C3=BC"));
    }
}
