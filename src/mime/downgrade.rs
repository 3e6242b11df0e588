//! A ready message made 7bit, for a server that does not offer 8BITMIME (RFC 6152 §3): parts with eight-bit bytes or lines
//! that are too long are encoded, everything else stays as it is, byte by byte.
//!
//! The message is read twice: to find the parts in question, then to write it anew into an anonymous temporary file, so
//! that its size is known. What is signed cannot be changed and is refused.

use crate::base::{body::Body, error::*};
use crate::mime::build::Source;
use crate::mime::encode::{Base64Encoder, Codec, Out, QpEncoder};
use crate::mime::header::fields;
use crate::mime::read::{End, Kind as PartKind, Limits, Parser, Part, Sink, What};
use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

impl Body for Source {
    fn size(&self) -> u64 {
        Source::size(self)
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(Source::open(self)))
    }
}

/// The longest line without its end (RFC 5322 §2.1.1).
const LINE_MOST: u64 = 998;

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Qp,
    Base64,
}

/// The same message in 7bit; its lines have to end in CRLF already. `name` is for messages.
///
/// # Errors
/// `Input` if a part that would have to be encoded is signed, or has eight-bit bytes although it is encoded, or if the header
/// itself has them (that takes SMTPUTF8).
pub fn seven_bit(body: &dyn Body, name: &str) -> Result<Source> {
    let mut scan = Scan::default();
    each(body, &mut scan)?;
    if let Some(why) = scan.refused {
        let error = Error::new(Kind::Input, format!("{name} cannot be made 7bit: {why}"));
        return Err(error.hint("the server does not take eight-bit messages"));
    }
    let mut file = tempfile::tempfile()
        .map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot keep {name} in 7bit")))?;
    let mut writer = io::BufWriter::with_capacity(128 * 1024, &mut file);
    let mut rewrite =
        Rewrite { plan: scan.plan, to: &mut writer, next: 0, open: None, out: Out::new(), size: 0 };
    each(body, &mut rewrite)?;
    let size = rewrite.size;
    writer.flush().map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot keep {name} in 7bit")))?;
    drop(writer);
    Ok(Source::File { name: name.to_string(), file: file.into(), from: 0, len: size })
}

fn each(body: &dyn Body, sink: &mut dyn Sink) -> Result<()> {
    let limits = Limits { depth: 100, parts: 100_000, ..Limits::default() };
    let mut parser = Parser::new(limits);
    let mut reader = body.open()?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut block) {
            Ok(0) => break,
            Ok(n) => parser.push(&block[..n], sink)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
        }
    }
    parser.finish(sink)
}

/// What stands where: found at the first reading.
#[derive(Default)]
struct Scan {
    plan: HashMap<u64, How>,
    refused: Option<String>,
    open: Vec<Part>,
    next: u64,
    bytes: u64,
    eight: u64,
    line: u64,
    long: bool,
    /// Bytes in the text outside the parts, which nothing can encode.
    outside: bool,
}

impl Sink for Scan {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()> {
        if !header.is_ascii() {
            self.refused.get_or_insert("its header has eight-bit bytes".into());
        }
        self.open.push(Part { id: self.next, ..part.clone() });
        self.next += 1;
        (self.bytes, self.eight, self.line, self.long) = (0, 0, 0, false);
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        match what {
            What::Body => {
                self.bytes += bytes.len() as u64;
                self.eight += bytes.iter().filter(|b| **b >= 128 || **b == 0).count() as u64;
                for piece in bytes.split_inclusive(|b| *b == b'\n') {
                    self.line += piece.len() as u64;
                    self.long |= self.line > LINE_MOST + 2;
                    if piece.ends_with(b"\n") {
                        self.line = 0;
                    }
                }
            }
            What::Preamble | What::Epilogue => self.outside |= !bytes.is_ascii(),
            What::Header | What::Delimiter => {}
        }
        Ok(())
    }

    fn end(&mut self, _part: &Part, _end: &End) -> Result<()> {
        let Some(part) = self.open.pop() else { return Ok(()) };
        let worth = self.eight > 0 || self.long;
        if part.kind != PartKind::Leaf || !worth {
            (self.eight, self.long) = (0, false);
            return Ok(());
        }
        let signed = |p: &Part| matches!(p.media_type.as_str(), "multipart/signed" | "multipart/encrypted");
        if self.open.iter().any(signed) {
            self.refused.get_or_insert(format!("part {} is signed", part.path));
        }
        if !part.encoding.is_identity() || part.is_type("multipart/") {
            self.refused.get_or_insert(format!("part {} is broken", part.path));
        }
        let text = part.is_type("text/") && self.eight * 6 <= self.bytes;
        self.plan.insert(part.id, if text { How::Qp } else { How::Base64 });
        (self.eight, self.long) = (0, false);
        Ok(())
    }
}

struct Rewrite<'a> {
    plan: HashMap<u64, How>,
    to: &'a mut dyn Write,
    next: u64,
    open: Option<Box<dyn Codec>>,
    out: Out,
    size: u64,
}

impl Rewrite<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        self.to
            .write_all(bytes)
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot keep the message in 7bit"))
    }
}

impl Sink for Rewrite<'_> {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()> {
        let how = self.plan.get(&self.next).copied();
        self.next += 1;
        let container = part.kind != PartKind::Leaf;
        if how.is_none() && !container {
            return self.write(header);
        }
        // Every encoding that was said goes: of a container it can only be 7bit now.
        let mut at = 0;
        for field in fields(header).filter(|f| f.is("Content-Transfer-Encoding")) {
            self.write(&header[at..field.span.0])?;
            at = field.span.1;
        }
        let blank =
            if header.ends_with(b"\r\n\r\n") || header == b"\r\n" { header.len() - 2 } else { header.len() };
        self.write(&header[at..blank.max(at)])?;
        if let Some(how) = how {
            let (name, codec): (_, Box<dyn Codec>) = match how {
                How::Qp => ("quoted-printable", Box::new(QpEncoder::text())),
                How::Base64 => ("base64", Box::new(Base64Encoder::mime())),
            };
            self.write(format!("Content-Transfer-Encoding: {name}\r\n").as_bytes())?;
            self.open = Some(codec);
        }
        self.write(&header[blank.max(at)..])
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        if what == What::Header {
            return Ok(());
        }
        let Some(codec) = &mut self.open else { return self.write(bytes) };
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        codec.push(bytes, &mut out)?;
        let done = self.write(out.bytes());
        self.out = out;
        done
    }

    fn end(&mut self, _part: &Part, _end: &End) -> Result<()> {
        if let Some(mut codec) = self.open.take() {
            let mut out = Out::new();
            codec.finish(&mut out)?;
            self.write(out.bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(message: &str) -> Result<String> {
        let source = Source::bytes(message.replace('\n', "\r\n"));
        let done = seven_bit(&source, "m")?;
        let mut text = String::new();
        Source::open(&done).read_to_string(&mut text).unwrap();
        assert_eq!(text.len() as u64, done.size());
        assert!(text.is_ascii());
        Ok(text.replace("\r\n", "\n"))
    }

    #[test]
    fn only_what_needs_it_is_encoded() {
        let clean = "Subject: x\nContent-Transfer-Encoding: 7bit\n\nplain\n";
        assert_eq!(down(clean).unwrap(), clean);
        let text = down(
            "Subject: x\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=utf-8\n\nein längerer Satz mit ü\n",
        );
        assert_eq!(
            text.unwrap(),
            "Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nein l=C3=A4ngerer Satz mit =C3=BC\n"
        );
        let nested = down(
            "Content-Type: multipart/mixed; boundary=A\nContent-Transfer-Encoding: 8bit\n\n--A\nContent-Type: a/b\n\nüü\n--A\n\nsame\n--A--\n",
        );
        assert_eq!(
            nested.unwrap(),
            "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\nw7zDvA==\n\n--A\n\nsame\n--A--\n"
        );
        let long = down(&format!("Content-Type: text/plain\n\n{}\n", "x".repeat(2000))).unwrap();
        assert!(long.lines().all(|l| l.len() <= 76) && long.contains("quoted-printable"));
    }

    #[test]
    fn what_is_signed_stays_as_it_is() {
        let signed =
            "Content-Type: multipart/signed; boundary=A\n\n--A\nContent-Type: text/plain\n\nü\n--A--\n";
        let error = down(signed).unwrap_err();
        assert!(error.message().contains("part 1 is signed"), "{error}");
        assert!(down("Subject: ü\n\nx\n").is_err());
        assert!(down("Content-Transfer-Encoding: base64\n\nü\n").is_err());
        assert_eq!(down(&signed.replace('ü', "u")).unwrap(), signed.replace('ü', "u"));
    }
}
