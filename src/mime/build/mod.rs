//! Building messages as streams: a tree of parts becomes a list of segments, whose exact size is known before the first byte
//! is read.
//!
//! * **Nothing is held.** Sources are bytes or ranges of open files; what is encoded is encoded while it is read.
//! * **As it was when it was opened.** A file's size is taken once: one that grows is sent as it was, one that shrinks, or
//!   whose lines changed so that they no longer fit what the header says, is an error and never a complete message.
//! * **Every message can be sent everywhere**: 7bit, lines of at most 998 bytes, no lone CR or LF. Text stays readable where it
//!   can: 7bit, else quoted-printable, else base64, whichever is shortest. Attachments keep every byte, and their line ends
//!   even where the message is stored with other ones: a text of several lines is encoded.
//! * A message within (message/rfc822) is never encoded, RFC 2046 §5.2.1: where it has eight-bit bytes its own parts are. One
//!   that cannot be changed, being signed, goes as a file.

mod source;

pub use source::{Analysis, Frozen, Source};
pub(super) use source::{LINE_MOST, utf8};

use crate::base::{body::Body, error::*, random};
use crate::mime::encode::{Base64Encoder, Canonical, Codec, Out, QpEncoder, Through, base64_size};
use crate::mime::{downgrade, header::Field, media_type, params};
use source::changed;
use std::{
    io::{self, Read},
    path::Path,
};

/// How a source becomes a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// As it is.
    Same,
    /// Line ends made CRLF.
    Lines,
    Qp,
    Base64,
    /// Text: line ends first.
    TextBase64,
}

impl How {
    fn name(self) -> &'static str {
        match self {
            How::Same | How::Lines => "7bit",
            How::Qp => "quoted-printable",
            How::Base64 | How::TextBase64 => "base64",
        }
    }

    fn open(self, source: &Source) -> Box<dyn Read + '_> {
        let raw = source.open();
        match self {
            How::Same => Box::new(raw),
            How::Lines => Box::new(Through::new(raw, Canonical::new(true))),
            How::Qp => Box::new(Through::new(Through::new(raw, Canonical::new(true)), QpEncoder::text())),
            How::Base64 => Box::new(Through::new(raw, Base64Encoder::mime())),
            How::TextBase64 => {
                Box::new(Through::new(Through::new(raw, Canonical::new(true)), Base64Encoder::mime()))
            }
        }
    }

    fn size(self, source: &Source, found: &Analysis) -> Result<u64> {
        Ok(match self {
            How::Same => source.size(),
            How::Lines => found.canonical(),
            How::Base64 => base64_size(source.size(), 76, 2),
            How::TextBase64 => base64_size(found.canonical(), 76, 2),
            How::Qp => {
                // There is no formula: it is encoded once to be counted.
                let (mut canonical, mut codec) = (Canonical::new(true), QpEncoder::text());
                let (mut lines, mut out) = (Out::new(), Out::new());
                let (mut reader, mut size, mut block) = (source.open(), 0, vec![0; 64 * 1024]);
                loop {
                    let n = reader.read(&mut block).map_err(|e| {
                        Error::from_io(e, Kind::Local, format_args!("cannot read {}", source.name()))
                    })?;
                    lines.clear();
                    if n == 0 {
                        canonical.finish(&mut lines)?
                    } else {
                        canonical.push(&block[..n], &mut lines)?
                    }
                    codec.push(lines.bytes(), &mut out)?;
                    if n == 0 {
                        codec.finish(&mut out)?;
                    }
                    size += out.len() as u64;
                    out.clear();
                    if n == 0 {
                        break size;
                    }
                }
            }
        })
    }
}

/// A part, or a whole message but for its own fields.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its fields, each with its line end.
    fields: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Leaf {
        source: Source,
        how: How,
        size: u64,
    },
    Multi {
        boundary: String,
        parts: Vec<Part>,
    },
    /// Header and body in one, ready as they are.
    Ready {
        source: Source,
        size: u64,
    },
}

/// A file that goes along.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub source: Source,
    /// As the receiver sees it.
    pub name: String,
    pub media_type: String,
    /// Shown within the body, by this Content-ID.
    pub cid: Option<String>,
    pub style: params::Style,
}

impl Part {
    /// Text for people: `subtype` is plain, html, …; a charset is named if there is one.
    pub fn text(source: Source, subtype: &str) -> Result<Part> {
        let found = Analysis::of(&source)?;
        if !found.utf8 {
            let text = format!("{} is not UTF-8", source.name());
            return Err(Error::new(Kind::Input, text).hint("convert it, or attach it as a file"));
        }
        let plain = found.eight_bit == 0 && found.nul == 0 && found.longest <= LINE_MOST;
        let special = found.eight_bit + found.nul + found.control;
        let how = match plain {
            true => How::Lines,
            // Three characters for each special byte, against four for three of all.
            false if special.saturating_mul(6) <= found.bytes => How::Qp,
            false => How::TextBase64,
        };
        let charset = if found.eight_bit == 0 { "us-ascii" } else { "utf-8" };
        let mut fields =
            params::field("Content-Type", &format!("text/{subtype}"), &[("charset", charset)], false)?;
        if how != How::Lines {
            fields.push_str(&format!("Content-Transfer-Encoding: {}\r\n", how.name()));
        }
        let size = how.size(&source, &found)?;
        Ok(Part { fields, content: Content::Leaf { source, how, size } })
    }

    /// A file, every byte of it.
    pub fn attachment(file: &Attachment) -> Result<Part> {
        let mut source = file.source.clone();
        let mut media_type = file.media_type.clone();
        let is_message = media_type == "message/rfc822";
        let is_text = media_type.starts_with("text/");
        let mut how = How::Base64;
        let mut found = Analysis::default();
        let mut charset = None;
        if is_text || is_message {
            found = Analysis::of(&source)?;
            // Line ends may be stored as the other system's, and only an encoding keeps them (RFC 2049 §4).
            if is_text && found.is_wire() && found.crlf == 0 {
                how = How::Same;
            }
            if is_text {
                charset = match (found.eight_bit, found.utf8) {
                    (0, _) => Some("us-ascii"),
                    (_, true) => Some("utf-8"),
                    // Nobody said, and a wrong one is worse than none.
                    _ => None,
                };
            }
            if is_message {
                match wire_message(&source, &found)? {
                    Some(ready) => {
                        found = Analysis::of(&ready)?;
                        (source, how) = (ready, How::Lines);
                    }
                    None => media_type = "application/octet-stream".into(),
                }
            }
        }
        let words = file.style != params::Style::Rfc2231;
        let mut type_params = Vec::new();
        type_params.extend(charset.map(|c| ("charset", c)));
        if !file.name.is_empty() {
            type_params.push(("name", file.name.as_str()));
        }
        let mut fields = params::field("Content-Type", &media_type, &type_params, words)?;
        if how != How::Same && how != How::Lines {
            fields.push_str(&format!("Content-Transfer-Encoding: {}\r\n", how.name()));
        }
        let disposition = if file.cid.is_some() { "inline" } else { "attachment" };
        let mut names = Vec::new();
        if !file.name.is_empty() {
            names.push(("filename", file.name.as_str()));
        }
        let words = file.style == params::Style::Rfc2047;
        fields.push_str(&params::field("Content-Disposition", disposition, &names, words)?);
        if let Some(cid) = &file.cid {
            let good =
                !cid.is_empty() && cid.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\\\",;".contains(&b));
            if !good || cid.len() > 200 {
                return Err(Error::new(Kind::Usage, format!("'{cid}' is no Content-ID")));
            }
            fields.push_str(&format!("Content-ID: <{cid}>\r\n"));
        }
        let size = how.size(&source, &found)?;
        Ok(Part { fields, content: Content::Leaf { source, how, size } })
    }

    /// A message within, as it is but for its line ends.
    ///
    /// # Errors
    /// `Input` if it would have to be encoded, which is forbidden.
    pub fn message(source: Source) -> Result<Part> {
        let (source, size) = wire(source)?;
        let content = Content::Leaf { source, how: How::Lines, size };
        Ok(Part { fields: "Content-Type: message/rfc822\r\n".into(), content })
    }

    /// A part that somebody made: its header, an empty line, its body.
    pub fn ready(source: Source) -> Result<Part> {
        let (source, size) = wire(source)?;
        Ok(Part { fields: String::new(), content: Content::Ready { source, size } })
    }

    /// Parts in a container; `params` are further parameters of its type. Of one part in a "mixed" or "alternative" nothing
    /// is gained: it is what is returned.
    pub fn multipart(subtype: &str, params: &[(&str, &str)], parts: Vec<Part>) -> Result<Part> {
        // No line of what is inside can be this: 128 random bits.
        let boundary = format!("=_{}", random::token()?);
        let mut all = vec![("boundary", boundary.as_str())];
        all.extend_from_slice(params);
        let fields = params::field("Content-Type", &format!("multipart/{subtype}"), &all, false)?;
        Ok(Part { fields, content: Content::Multi { boundary, parts } })
    }

    /// The type its own field says, for `type=` of multipart/related.
    pub fn media_type(&self) -> String {
        let field = crate::mime::header::fields(self.fields.as_bytes()).find(|f| f.is("Content-Type"));
        field.map_or_else(String::new, |f| params::parse(f.value).value)
    }

    fn segments(&self, out: &mut Vec<Segment>) {
        let text = |out: &mut Vec<Segment>, text: &str| match out.last_mut() {
            Some(Segment::Bytes(bytes)) => bytes.extend_from_slice(text.as_bytes()),
            _ => out.push(Segment::Bytes(text.as_bytes().to_vec())),
        };
        if let Content::Ready { source, size } = &self.content {
            out.push(Segment::Stream { source: source.clone(), how: How::Lines, size: *size });
            return;
        }
        text(out, &self.fields);
        text(out, "\r\n");
        match &self.content {
            Content::Leaf { source, how, size } => {
                out.push(Segment::Stream { source: source.clone(), how: *how, size: *size });
            }
            Content::Multi { boundary, parts } => {
                for part in parts {
                    text(out, &format!("--{boundary}\r\n"));
                    part.segments(out);
                    // Base64 ends its last line itself; of all else every byte counts.
                    if !part.ends_in_base64() {
                        text(out, "\r\n");
                    }
                }
                text(out, &format!("--{boundary}--\r\n"));
            }
            Content::Ready { .. } => {}
        }
    }

    fn ends_in_base64(&self) -> bool {
        matches!(self.content, Content::Leaf { how: How::Base64 | How::TextBase64, size: 1.., .. })
            || matches!(self.content, Content::Multi { .. })
    }
}

/// A message that can stand within another, but for its line ends: as it is, or with its parts encoded. `None`: neither.
fn wire_message(source: &Source, found: &Analysis) -> Result<Option<Source>> {
    if found.eight_bit == 0 && found.nul == 0 && found.longest <= LINE_MOST {
        return Ok(Some(source.clone()));
    }
    let lines = Lines { source, size: found.canonical() };
    // A header in other than ASCII takes a server that knows it (RFC 6532).
    let mut change =
        |_: &Field<'_>, _: &[u8]| Err(downgrade::refused(source.name(), "its header is not ASCII"));
    match downgrade::seven_bit(&lines, source.name(), true, &mut change) {
        Ok((file, len)) => {
            let encoded = Source::File { name: source.name().to_string(), file: file.into(), from: 0, len };
            let found = Analysis::of(&encoded)?;
            let fits = found.eight_bit == 0 && found.nul == 0 && found.longest <= LINE_MOST;
            Ok(fits.then_some(encoded))
        }
        Err(e) if e.kind() == Kind::Input => Ok(None),
        Err(e) => Err(e),
    }
}

/// A source with CRLF line ends.
struct Lines<'s> {
    source: &'s Source,
    size: u64,
}

impl Body for Lines<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(How::Lines.open(self.source))
    }
}

/// Checks that a message or part can go as it is, but for its line ends.
fn wire(source: Source) -> Result<(Source, u64)> {
    let found = Analysis::of(&source)?;
    if found.eight_bit > 0 || found.nul > 0 || found.longest > LINE_MOST {
        let why = match (found.eight_bit, found.nul) {
            (1.., _) => "it has eight-bit bytes",
            (_, 1..) => "it has NUL bytes",
            _ => "it has lines longer than 998 bytes",
        };
        let text = format!("{} cannot be a part as it is: {why}", source.name());
        return Err(Error::new(Kind::Input, text).hint("attach it as a file"));
    }
    let size = found.canonical();
    Ok((source, size))
}

#[derive(Clone, Debug)]
enum Segment {
    Bytes(Vec<u8>),
    Stream { source: Source, how: How, size: u64 },
}

impl Segment {
    fn size(&self) -> u64 {
        match self {
            Segment::Bytes(bytes) => bytes.len() as u64,
            Segment::Stream { size, .. } => *size,
        }
    }
}

/// A whole message, ready to be read, as often as is needed.
#[derive(Clone, Debug)]
pub struct Message {
    segments: Vec<Segment>,
    size: u64,
}

impl Message {
    /// `fields` are those of the message, each with its line end; the part's own come behind them.
    pub fn new(fields: &str, part: &Part) -> Message {
        let mut segments = vec![Segment::Bytes(fields.as_bytes().to_vec())];
        part.segments(&mut segments);
        let size = segments.iter().map(Segment::size).sum();
        Message { segments, size }
    }

    /// The fields and nothing else.
    pub fn header(&self) -> &[u8] {
        match self.segments.first() {
            Some(Segment::Bytes(bytes)) => {
                let end = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2);
                &bytes[..end]
            }
            _ => b"",
        }
    }
}

impl Body for Message {
    fn size(&self) -> u64 {
        self.size
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(Segments { rest: self.segments.iter(), now: None }))
    }
}

struct Segments<'a> {
    rest: std::slice::Iter<'a, Segment>,
    now: Option<Exactly<'a>>,
}

/// A segment that gives what was promised, or an error.
struct Exactly<'a> {
    inner: Box<dyn Read + 'a>,
    left: u64,
    name: &'a str,
}

impl Read for Exactly<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        // Line ends or characters that are not those of the first look change the size.
        if n as u64 > self.left || (n == 0 && self.left > 0 && !buf.is_empty()) {
            return Err(changed(self.name).into());
        }
        self.left -= n as u64;
        Ok(n)
    }
}

impl Read for Segments<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(now) = &mut self.now {
                let n = now.read(buf)?;
                if n > 0 {
                    return Ok(n);
                }
                self.now = None;
            }
            let Some(next) = self.rest.next() else { return Ok(0) };
            self.now = Some(match next {
                Segment::Bytes(bytes) => {
                    Exactly { inner: Box::new(bytes.as_slice()), left: bytes.len() as u64, name: "the text" }
                }
                Segment::Stream { source, how, size } => {
                    Exactly { inner: how.open(source), left: *size, name: source.name() }
                }
            });
        }
    }
}

impl Attachment {
    /// A file by its path, its name and type taken from there.
    pub fn file(path: &Path) -> Result<Attachment> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Attachment {
            source: Source::file(path, None)?,
            media_type: media_type::by_name(&name),
            name,
            cid: None,
            style: params::Style::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::header::hard;
    use proptest::prelude::*;
    use std::{io::Write, os::unix::fs::FileExt};

    fn text(message: &Message) -> String {
        let mut all = Vec::new();
        message.open().unwrap().read_to_end(&mut all).unwrap();
        assert_eq!(all.len() as u64, message.size());
        String::from_utf8(all).unwrap()
    }

    fn body(source: &str) -> String {
        let part = Part::text(Source::bytes(source), "plain").unwrap();
        text(&Message::new("Subject: x\r\n", &part))
    }

    #[test]
    fn text_stays_readable() {
        assert_eq!(
            body("hello\nworld"),
            "Subject: x\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nhello\r\nworld\r\n"
        );
        assert!(body("a caf\u{e9} in a longer line\n").contains("quoted-printable\r\n\r\na caf=C3=A9 in"));
        assert!(body("☃☃☃").contains("base64\r\n\r\n4piD4piD4piDDQo=\r\n"));
        assert!(body(&"x".repeat(999)).contains("quoted-printable"));
        assert!(body("a\rb\r\nc\n").ends_with("\r\n\r\na\r\nb\r\nc\r\n"));
        assert!(body("a\r").ends_with("\r\n\r\na\r\n"));
        assert!(Part::text(Source::bytes(*b"caf\xe9"), "plain").is_err());
    }

    #[test]
    fn attachments_keep_every_byte() {
        for (content, encoded) in [
            (&b"a\r\nb\r\n"[..], true),
            (b"a\r\nb", true),
            (b"one line", false),
            (b"", false),
            (b"a\nb\n", true),
            (b"a\rb", true),
            (b"caf\xc3\xa9", true),
            (b"\0", true),
        ] {
            let file = Attachment {
                source: Source::bytes(content),
                name: "a.txt".into(),
                media_type: "text/plain".into(),
                cid: None,
                style: params::Style::Both,
            };
            let parts = vec![Part::attachment(&file).unwrap(), Part::attachment(&file).unwrap()];
            let message = text(&Message::new("", &Part::multipart("mixed", &[], parts).unwrap()));
            assert_eq!(message.contains("base64"), encoded, "{message}");
            let mut all = Contents::default();
            let mut walk = crate::mime::read::walk::Walk::new(Default::default());
            walk.run(&mut message.as_bytes(), &mut all).unwrap();
            assert_eq!(all.0, [content.to_vec(), content.to_vec()], "{message}");
        }
    }

    /// Contents, and types and names.
    #[derive(Default)]
    struct Contents(Vec<Vec<u8>>, Vec<(String, String)>);

    impl crate::mime::read::walk::Visitor for Contents {
        fn start(&mut self, part: &crate::mime::read::Part, _: &[u8]) -> Result<bool> {
            let leaf = part.kind == crate::mime::read::Kind::Leaf;
            if leaf {
                self.0.push(Vec::new());
                self.1.push((part.media_type.clone(), part.name.clone().unwrap_or_default()));
            }
            Ok(leaf)
        }
        fn content(&mut self, _: u64, bytes: &[u8]) -> Result<()> {
            self.0.last_mut().unwrap().extend_from_slice(bytes);
            Ok(())
        }
        fn end(&mut self, _: &crate::mime::read::Part, done: &crate::mime::read::walk::Done) -> Result<()> {
            assert!(done.defects.is_empty(), "{:?}", done.defects);
            Ok(())
        }
    }

    /// What is built of.
    #[derive(Clone, Debug)]
    enum Made {
        Text(String),
        File(String, &'static str, Vec<u8>, params::Style),
        Multi(&'static str, Vec<Made>),
    }

    fn made() -> impl Strategy<Value = Made> {
        let lines = ["", "a", ".", "--", "From ", " ", "\t", "é", "\r\n", "\n", "\r", "=", "\0"]
            .map(String::from)
            .to_vec();
        let line = prop_oneof![9 => prop::sample::select(lines), 1 => "[ -~]{900,1100}"];
        let text = prop::collection::vec(line, 0..20).prop_map(|lines| lines.concat());
        let bytes = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            prop::collection::vec(prop::sample::select(&b"a.- \r\n\xff"[..]), 0..100),
        ];
        let name = prop::collection::vec(hard(), 1..4).prop_map(|parts| parts.concat());
        let kind =
            prop::sample::select(&["text/plain", "text/csv", "image/png", "application/octet-stream"][..]);
        let style =
            prop::sample::select(&[params::Style::Both, params::Style::Rfc2231, params::Style::Rfc2047][..]);
        let file = (name, kind, bytes, style)
            .prop_map(|(name, kind, bytes, style)| Made::File(name, kind, bytes, style));
        prop_oneof![text.prop_map(Made::Text), file].prop_recursive(3, 12, 4, |inner| {
            let kind = prop::sample::select(&["mixed", "alternative", "x-odd"][..]);
            (kind, prop::collection::vec(inner, 1..4)).prop_map(|(kind, parts)| Made::Multi(kind, parts))
        })
    }

    /// The part, and what has to be read of its leaves.
    fn build(made: &Made, leaves: &mut Vec<(String, String, Vec<u8>)>) -> Part {
        match made {
            Made::Text(text) => {
                let mut lines = text.replace("\r\n", "\n").replace('\r', "\n");
                if !lines.is_empty() && !lines.ends_with('\n') {
                    lines.push('\n');
                }
                leaves.push(("text/plain".into(), String::new(), lines.replace('\n', "\r\n").into()));
                Part::text(Source::bytes(text.clone()), "plain").unwrap()
            }
            Made::File(name, kind, bytes, style) => {
                leaves.push((kind.to_string(), name.clone(), bytes.clone()));
                let source = Source::bytes(bytes.clone());
                let (name, media_type) = (name.clone(), kind.to_string());
                Part::attachment(&Attachment { source, name, media_type, cid: None, style: *style }).unwrap()
            }
            Made::Multi(kind, parts) => {
                let parts = parts.iter().map(|part| build(part, leaves)).collect();
                Part::multipart(kind, &[], parts).unwrap()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        /// Whatever is built can be sent everywhere, has the size that was told, and reads as what it was made of.
        #[test]
        fn any_message_reads_back(made in made()) {
            let mut leaves = Vec::new();
            let message = text(&Message::new("Subject: x\r\n", &build(&made, &mut leaves)));
            prop_assert!(message.is_ascii() && !message.replace("\r\n", "").contains(['\r', '\n', '\0']));
            prop_assert!(message.split("\r\n").all(|line| line.len() <= 998), "{message}");
            let mut all = Contents::default();
            let options = crate::mime::read::walk::Options { legacy: false, ..Default::default() };
            crate::mime::read::walk::Walk::new(options).run(&mut message.as_bytes(), &mut all).unwrap();
            let read: Vec<_> = all.1.into_iter().zip(all.0).map(|((kind, name), bytes)| (kind, name, bytes)).collect();
            prop_assert_eq!(read, leaves, "{}", message);
        }
    }

    #[test]
    fn a_message_within_is_never_encoded() {
        let clean = Part::message(Source::bytes("Subject: x\n\nhi\n")).unwrap();
        assert!(text(&Message::new("", &clean)).ends_with("message/rfc822\r\n\r\nSubject: x\r\n\r\nhi\r\n"));
        assert_eq!(Part::message(Source::bytes("Subject: ü\n\nhi\n")).unwrap_err().kind(), Kind::Input);
        let attached = |message: &str| {
            let file = Attachment {
                source: Source::bytes(message),
                name: "m.eml".into(),
                media_type: "message/rfc822".into(),
                cid: None,
                style: params::Style::Both,
            };
            text(&Message::new("", &Part::attachment(&file).unwrap()))
        };
        // A header with eight-bit bytes and a signed text cannot be changed: they go as files.
        let signed = "Content-Type: multipart/signed; boundary=b\n\n--b\n\nü\n--b\n\nsig\n--b--\n";
        for fixed in ["Subject: ü\n\nhi\n", signed] {
            let part = attached(fixed);
            assert!(part.contains("application/octet-stream") && part.contains("base64"), "{part}");
        }
        // Eight-bit text is encoded within, where it stands.
        let part = attached(
            "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nü\n",
        );
        let (head, inner) = part.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("message/rfc822") && !head.contains("Transfer-Encoding"), "{part}");
        assert!(inner.starts_with("Subject: x\r\n") && part.is_ascii(), "{part}");
        assert!(inner.contains("=C3=BC") || inner.contains("w7w"), "{part}");
    }

    #[test]
    fn a_file_is_as_it_was_when_it_was_opened() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[7; 1000]).unwrap();
        let attachment = Attachment::file(file.path()).unwrap();
        let message = Message::new("", &Part::attachment(&attachment).unwrap());
        let first = text(&message);
        file.write_all(b"more").unwrap();
        assert_eq!(text(&message), first, "grown: sent as it was");
        file.as_file().set_len(500).unwrap();
        let error = message.open().unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(Error::unwrap_io(error).unwrap().kind(), Kind::Local);
    }

    #[test]
    fn text_that_changes_is_an_error_too() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\ntwo\n").unwrap();
        let source = Source::file(file.path(), None).unwrap();
        let message = Message::new("", &Part::text(source, "plain").unwrap());
        file.as_file().write_all_at(b"on\n\ntwo\n", 0).unwrap();
        assert!(message.open().unwrap().read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn a_tail_and_what_cannot_be_read_twice() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let source = Source::file(file.path(), Some(3)).unwrap();
        let mut all = String::new();
        source.open().read_to_string(&mut all).unwrap();
        assert_eq!(all, "789");
        let spooled = Source::spool("x", &mut &b"abc"[..]).unwrap();
        for _ in 0..2 {
            let mut all = String::new();
            spooled.open().read_to_string(&mut all).unwrap();
            assert_eq!(all, "abc");
        }
        assert_eq!(Source::file(Path::new("/nonexistent"), None).unwrap_err().kind(), Kind::Missing);
        assert_eq!(Source::file(Path::new("/"), None).unwrap_err().kind(), Kind::Missing);
    }
}
