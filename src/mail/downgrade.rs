//! A ready message for a server that takes less than it holds: eight-bit text becomes quoted-printable, header fields get encoded
//! words, lines beyond mail's limit are broken where a reader joins them again.
//!
//! Only what has to change does. What is signed cannot be changed without breaking the signature, so it is refused; an
//! address that is not ASCII has no other form, so it is refused too. The result is kept in a temporary file, for its size
//! must be known.

use super::{
    addresses,
    raw::{LINE_MOST, Raw, Source},
};
use crate::base::{body::Body, error::*};
use crate::mime::{
    charset,
    encode::{Base64Encoder, Codec, Encoding, Out, QpEncoder},
    header,
    read::{End, Kind as PartKind, Limits, Parser, Part, Sink, What},
};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Read, Seek, Write},
    sync::Arc,
};

/// Fields that hold addresses.
const ADDRESSES: &[&str] = &[
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Errors-To",
    "Disposition-Notification-To",
];

/// The message with `header` fields in ASCII, or with its `body` in seven bits and short lines, or both.
///
/// # Errors
/// `Input` for what cannot be changed: it is signed, or already encoded in a way that what it holds contradicts.
pub fn downgrade(raw: &Raw, header: bool, body: bool) -> Result<Raw> {
    let name = raw.name();
    let mut survey = Survey::default();
    if body {
        run(raw, &mut survey)?;
    }
    let created = |e| Error::from_io(e, Kind::Create, "cannot create a temporary file");
    let mut rewrite = Rewrite {
        name,
        leaves: survey.leaves,
        header,
        out: BufWriter::with_capacity(64 << 10, tempfile::tempfile().map_err(created)?),
        codec: None,
        coded: Out::new(),
    };
    run(raw, &mut rewrite)?;
    let mut file = rewrite.out.into_inner().map_err(|e| written(e.into_error()))?;
    let len = file.stream_position().map_err(written)?;
    let source = Source::file(name, Arc::new(file), 0, len, false)?;
    Raw::new(source, None, "localhost", Some(&raw.message_id))
}

fn written(e: std::io::Error) -> Error {
    Error::from_io(e, Kind::Local, "cannot write a temporary file")
}

fn run(raw: &Raw, sink: &mut dyn Sink) -> Result<()> {
    let mut parser = Parser::new(Limits::default());
    let mut reader = raw.open()?;
    let mut block = vec![0; 64 << 10];
    loop {
        match reader.read(&mut block) {
            Ok(0) => break,
            Ok(n) => parser.push(&block[..n], sink)?,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::from_io(e, Kind::Local, format_args!("cannot read {}", raw.name()))),
        }
    }
    parser.finish(sink)?;
    if parser.limited() {
        let text = format!("{} has too many parts to be encoded anew", raw.name());
        return Err(Error::new(Kind::Input, text));
    }
    Ok(())
}

/// What the body of a part is like.
#[derive(Clone, Copy, Default)]
struct Leaf {
    /// It cannot go as it is.
    bad: bool,
    utf8: bool,
}

/// Looks at every body first, for a header goes out before its body is seen.
#[derive(Default)]
struct Survey {
    leaves: HashMap<u64, Leaf>,
    /// Open parts: their number, the length of the line in hand, the start of a character that is not whole.
    open: Vec<(u64, usize, Vec<u8>)>,
}

impl Sink for Survey {
    fn start(&mut self, part: &Part, _: &[u8]) -> Result<()> {
        self.leaves.insert(part.id, Leaf { bad: false, utf8: true });
        self.open.push((part.id, 0, Vec::new()));
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        let (What::Body, Some((id, column, partial))) = (what, self.open.last_mut()) else { return Ok(()) };
        let Some(leaf) = self.leaves.get_mut(id) else { return Ok(()) };
        leaf.bad |= !bytes.is_ascii();
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            *column += piece.len();
            leaf.bad |= *column > LINE_MOST + 2;
            if piece.ends_with(b"\n") {
                *column = 0;
            }
        }
        if leaf.utf8 && !(partial.is_empty() && bytes.is_ascii()) {
            partial.extend_from_slice(bytes);
            *partial = match std::str::from_utf8(partial) {
                Ok(_) => Vec::new(),
                Err(e) if e.error_len().is_none() => partial[e.valid_up_to()..].to_vec(),
                Err(_) => {
                    leaf.utf8 = false;
                    Vec::new()
                }
            };
        }
        Ok(())
    }

    fn end(&mut self, part: &Part, _: &End) -> Result<()> {
        if let (Some((_, _, partial)), Some(leaf)) = (self.open.pop(), self.leaves.get_mut(&part.id)) {
            leaf.utf8 &= partial.is_empty();
        }
        Ok(())
    }
}

struct Rewrite<'a> {
    name: &'a str,
    leaves: HashMap<u64, Leaf>,
    header: bool,
    out: BufWriter<File>,
    /// Encodes the body that is open.
    codec: Option<Box<dyn Codec>>,
    coded: Out,
}

impl Rewrite<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(written)
    }

    fn refuse(&self, why: &str) -> Error {
        Error::new(Kind::Input, format!("{} cannot be encoded anew: {why}", self.name))
    }

    /// A field as it is, or in ASCII.
    fn field(&mut self, field: &header::Field<'_>, whole: &[u8]) -> Result<()> {
        if !self.header || whole.is_ascii() {
            return self.put(whole);
        }
        let name = String::from_utf8_lossy(field.name).into_owned();
        let (text, _) = charset::guess(&header::unfold(field.value));
        if name.to_ascii_lowercase().starts_with("content-") {
            return Err(self.refuse(&format!("{name} is not ASCII")));
        }
        let line = if ADDRESSES.iter().any(|a| name.eq_ignore_ascii_case(a)) {
            let list = addresses::from_header(field.value).map_err(|e| self.refuse(e.message()))?;
            if let Some(wide) = addresses::mailboxes(&list).find(|m| m.address.needs_utf8()) {
                let text = format!("{} needs SMTPUTF8, which the server does not offer", wide.address);
                return Err(Error::new(Kind::Refused, text));
            }
            addresses::field(&name, &list)?
        } else {
            header::unstructured(&name, text.trim())?
        };
        self.put(line.as_bytes())
    }
}

impl Sink for Rewrite<'_> {
    fn start(&mut self, part: &Part, bytes: &[u8]) -> Result<()> {
        let leaf = self.leaves.get(&part.id).copied().unwrap_or_default();
        let bad = leaf.bad && part.kind == PartKind::Leaf;
        if part.is_type("multipart/signed") && self.leaves.iter().any(|(id, l)| *id > part.id && l.bad) {
            return Err(self.refuse("it is signed, and a change would break the signature"));
        }
        if bad && !matches!(part.encoding, Encoding::SevenBit | Encoding::EightBit | Encoding::Binary) {
            return Err(self.refuse("it is encoded already, and holds what that encoding cannot"));
        }
        let text = part.is_type("text/");
        let (mut mime, mut typed) = (false, false);
        for field in header::fields(bytes) {
            mime |= field.is("MIME-Version");
            typed |= field.is("Content-Type");
            if field.is("Content-Transfer-Encoding") && (bad || part.kind != PartKind::Leaf) {
                continue;
            }
            let whole = &bytes[field.span.0..field.span.1];
            self.field(&field, whole)?;
        }
        if bad {
            // Text without a word about itself is US-ASCII by RFC 2045 §5.2, which it is not.
            if !typed {
                let charset = if leaf.utf8 { "utf-8" } else { "unknown-8bit" };
                self.put(format!("Content-Type: text/plain; charset={charset}\r\n").as_bytes())?;
            }
            if !mime && part.depth == 0 {
                self.put(b"MIME-Version: 1.0\r\n")?;
            }
            let encoding = if text { "quoted-printable" } else { "base64" };
            self.put(format!("Content-Transfer-Encoding: {encoding}\r\n").as_bytes())?;
            let codec: Box<dyn Codec> =
                if text { Box::new(QpEncoder::text()) } else { Box::new(Base64Encoder::mime()) };
            self.codec = Some(codec);
        }
        self.put(b"\r\n")
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        match (what, &mut self.codec) {
            // Written by start, which follows it.
            (What::Header, _) => Ok(()),
            (What::Body, Some(codec)) => {
                codec.push(bytes, &mut self.coded)?;
                self.out.write_all(self.coded.bytes()).map_err(written)?;
                self.coded.clear();
                Ok(())
            }
            (What::Preamble | What::Epilogue, _) if !self.leaves.is_empty() && !bytes.is_ascii() => {
                // Nobody reads it, and it has no encoding.
                let plain: Vec<u8> = bytes.iter().map(|b| if b.is_ascii() { *b } else { b'?' }).collect();
                self.put(&plain)
            }
            _ => self.put(bytes),
        }
    }

    fn end(&mut self, _: &Part, _: &End) -> Result<()> {
        if let Some(mut codec) = self.codec.take() {
            codec.finish(&mut self.coded)?;
            self.out.write_all(self.coded.bytes()).map_err(written)?;
            self.coded.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::{MessageParser, MimeHeaders};

    fn raw(text: impl Into<Vec<u8>>) -> Raw {
        Raw::new(Source::bytes("m.eml", text.into()), None, "x", None).unwrap()
    }

    fn sent(raw: &Raw) -> String {
        let mut out = String::new();
        raw.open().unwrap().read_to_string(&mut out).unwrap();
        assert!(out.lines().all(|l| l.len() <= LINE_MOST));
        out
    }

    const HEAD: &str = "From: a@x\nDate: Mon, 23 Nov 2026 05:00:00 +0000\nMessage-ID: <1@x>\n";

    #[test]
    fn trap_17_text_becomes_quoted_printable_and_nothing_else_changes() {
        let long = "x".repeat(3000);
        let text = format!(
            "{HEAD}Subject: Gr\u{fc}\u{df}e\nTo: J\u{f6}rg <j@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\n\
             pre\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhell\u{f6}\n{long}\n\
             --b\nContent-Type: text/plain\n\nplain stays\n--b\nContent-Type: application/x-y; name=n\n\n\u{fc}\u{fc}\n--b--\n"
        );
        let before = raw(text);
        let after = downgrade(&before, true, true).unwrap();
        let out = sent(&after);
        assert!(out.is_ascii() && !after.eight_bit && !after.header_eight_bit, "{out}");
        assert_eq!(after.message_id, "<1@x>");
        assert!(out.contains("Content-Type: text/plain\r\n\r\nplain stays\r\n--b\r\n"), "{out}");
        assert!(!out.contains("8bit"));
        let parsed = MessageParser::default().parse(out.as_bytes()).unwrap();
        assert_eq!(parsed.subject(), Some("Gr\u{fc}\u{df}e"));
        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("J\u{f6}rg"));
        let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(body.trim_end(), format!("hell\u{f6}\n{long}"));
        let binary = parsed.attachments().find(|a| a.attachment_name() == Some("n")).unwrap();
        assert_eq!(binary.contents(), "\u{fc}\u{fc}".as_bytes());
    }

    #[test]
    fn text_that_says_nothing_of_itself_is_named() {
        let out = sent(&downgrade(&raw(format!("{HEAD}\nhell\u{f6}\n")), true, true).unwrap());
        assert!(out.contains("charset=utf-8\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhell=C3=B6\r\n"), "{out}");
        let mut latin = format!("{HEAD}Subject: x\n\n").into_bytes();
        latin.extend_from_slice(b"hell\xf6\n");
        let out = sent(&downgrade(&raw(latin), true, true).unwrap());
        assert!(out.contains("unknown-8bit") && out.contains("hell=F6"), "{out}");
    }

    #[test]
    fn what_is_signed_or_has_no_other_form_is_refused() {
        let signed = format!(
            "{HEAD}MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; protocol=x; micalg=y\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\u{fc}\n--b\nContent-Type: application/x\n\ns\n--b--\n"
        );
        let error = downgrade(&raw(signed.clone()), true, true).err().unwrap();
        assert!(error.kind() == Kind::Input && error.message().contains("signed"), "{error}");
        assert!(downgrade(&raw(signed.replace('\u{fc}', "u")), true, true).is_ok());
        let wide = format!("{HEAD}To: \u{fc}@x\n\nx\n");
        assert_eq!(downgrade(&raw(wide), true, false).err().unwrap().kind(), Kind::Refused);
        let lying = format!("{HEAD}Content-Transfer-Encoding: base64\n\n\u{fc}\n");
        assert_eq!(downgrade(&raw(lying), true, true).err().unwrap().kind(), Kind::Input);
    }

    #[test]
    fn only_what_has_to_change_does() {
        let text = format!("{HEAD}Subject: \u{fc}\n\nhell\u{f6}\n");
        let header = sent(&downgrade(&raw(text.clone()), true, false).unwrap());
        assert!(header.contains("=?utf-8?") && header.contains("hell\u{f6}"));
        let body = sent(&downgrade(&raw(text), false, true).unwrap());
        assert!(body.contains("Subject: \u{fc}") && body.contains("hell=C3=B6"));
    }
}
