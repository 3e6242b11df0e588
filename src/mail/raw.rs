//! A ready message (`--eml`), made fit to be sent: its line ends, its envelope's secrets, the fields it must have.
//!
//! Decisions:
//! * **The body is not touched**, but for its line ends; it streams from where it lies, each time it is sent anew.
//! * **Bcc and Resent-Bcc never leave**, whatever their case and folding.
//! * **Date and Message-ID always** (RFC 5322 §3.6, §3.6.4); From if there is none and somebody says who sends.
//! * **The message is as it was when it was opened**: a file that grows is sent at the length it had, one that shrinks is an
//!   error before the final dot.
//! * It is looked through once beforehand, so that its size, eight-bit bytes and long lines are known before a
//!   connection is opened.

use super::{addresses, canonical::Canonical};
use crate::base::{address::to_ascii, body::Body, date::Time, error::*, random};
use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
};

/// A header may have this many bytes.
const HEADER_LIMIT: usize = 1 << 20;
/// What is this small is kept in memory, so that a thousand small files are each read once.
const SMALL: u64 = 128 << 10;
/// The longest line there may be, without its CRLF (RFC 5322 §2.1.1).
pub const LINE_MOST: usize = 998;

/// Where the bytes of a message lie.
pub struct Source {
    /// What messages call it.
    pub name: String,
    place: Place,
    from: u64,
    len: u64,
    /// A message in an mbox: its quoted lines are unquoted.
    mbox: bool,
}

enum Place {
    Memory(Vec<u8>),
    File(std::sync::Arc<File>),
}

impl Source {
    pub fn bytes(name: &str, bytes: Vec<u8>) -> Source {
        let len = bytes.len() as u64;
        Source { name: name.to_string(), place: Place::Memory(bytes), from: 0, len, mbox: false }
    }

    /// A range of a file, as it is now.
    pub fn file(name: &str, file: std::sync::Arc<File>, from: u64, len: u64, mbox: bool) -> Result<Source> {
        let mut source = Source { name: name.to_string(), place: Place::File(file), from, len, mbox };
        if len <= SMALL {
            let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
            source.open().read_to_end(&mut bytes).map_err(|e| source.failed(e))?;
            (source.place, source.from) = (Place::Memory(bytes), 0);
        }
        Ok(source)
    }

    fn open(&self) -> Range<'_> {
        Range { source: self, at: 0 }
    }

    /// Whether the header, which is so long in canonical form, has lines that end with CR alone and lines that do not. Files with nothing
    /// but CR are old; a CR among others came with foreign text, and must not begin a field (RFC 5322 §2.2).
    fn mixes_ends(&self, canonical: u64) -> Result<bool> {
        let mut bytes = Vec::new();
        self.open().take(canonical).read_to_end(&mut bytes).map_err(|e| self.failed(e))?;
        let (mut at, mut bare, mut feeds, mut both) = (0, 0_u64, 0_u64, false);
        while let Some(end) = memchr::memchr2(b'\r', b'\n', &bytes[at..]).map(|n| at + n) {
            // So far it is longer by a byte for each line end that was but one.
            if end as u64 + bare + feeds >= canonical {
                break;
            }
            let next = bytes.get(end + 1);
            match (bytes[end], next) {
                (b'\r', Some(b'\n')) => (at, both) = (end + 2, true),
                (b'\r', _) => (at, bare) = (end + 1, bare + 1),
                _ => (at, feeds) = (end + 1, feeds + 1),
            }
        }
        Ok(bare > 0 && (feeds > 0 || both))
    }

    fn canonical(&self) -> Canonical<Range<'_>> {
        Canonical::new(self.open(), self.mbox)
    }

    fn failed(&self, e: io::Error) -> Error {
        Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.name))
    }
}

/// Reads a range of a source, exactly.
struct Range<'a> {
    source: &'a Source,
    at: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.source.len - self.at;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        if most == 0 {
            return Ok(0);
        }
        let n = match &self.source.place {
            Place::Memory(bytes) => {
                let from = usize::try_from(self.source.from + self.at).unwrap_or(usize::MAX);
                let have = bytes.get(from..).unwrap_or_default();
                let n = have.len().min(most);
                out[..n].copy_from_slice(&have[..n]);
                n
            }
            Place::File(file) => file.read_at(&mut out[..most], self.source.from + self.at)?,
        };
        if n == 0 {
            let text = format!("{} became shorter while it was read", self.source.name);
            return Err(Error::new(Kind::Local, text).again_is(Again::Later).into());
        }
        self.at += n as u64;
        Ok(n)
    }
}

/// One field of a header: its name, and all of it with its line ends.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pub name: &'a str,
    pub whole: &'a [u8],
}

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value with its folds undone.
    pub fn value(&self) -> String {
        let value = self.whole.get(self.name.len()..).unwrap_or_default();
        let at = value.iter().position(|b| *b == b':').map_or(0, |at| at + 1);
        String::from_utf8_lossy(&value[at..]).replace("\r\n", "").trim().to_string()
    }
}

/// The fields of a header with CRLF line ends; what is no field is an error, since it would end the header for its readers.
fn fields(header: &[u8], name: &str) -> Result<Vec<(usize, usize, usize)>> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < header.len() {
        let end = memchr::memchr(b'\n', &header[at..]).map_or(header.len(), |n| at + n + 1);
        let text = &header[at..end];
        if matches!(text[0], b' ' | b'\t') && !found.is_empty() {
            if let Some(last) = found.last_mut() {
                last.1 = end;
            }
        } else {
            let length = text.iter().take_while(|b| matches!(b, 33..=57 | 59..=126)).count();
            let blanks = text[length..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            if length == 0 || text.get(length + blanks) != Some(&b':') {
                let text = format!("{name} is no message: line {line} is no header field");
                return Err(Error::new(Kind::Input, text));
            }
            found.push((at, end, length));
        }
        (at, line) = (end, line + 1);
    }
    Ok(found)
}

/// A message that can be sent.
pub struct Raw {
    source: Source,
    /// The header as it goes out, without the empty line behind it.
    header: Vec<u8>,
    spans: Vec<(usize, usize, usize)>,
    /// Canonical bytes before the body.
    body_at: u64,
    /// The source is canonical already, for every change of a line end would have made it longer.
    canonical: bool,
    size: u64,
    pub message_id: String,
    /// The body holds octets above 127.
    pub eight_bit: bool,
    /// The header does.
    pub header_eight_bit: bool,
    /// The longest line of the body, without its end.
    pub longest: usize,
    /// What stood in Bcc and Resent-Bcc: for `-t`, and nobody else.
    bcc: Vec<u8>,
    bcc_spans: Vec<(usize, usize, usize)>,
    /// A copy of the fields of the last time it was resent.
    resent: Vec<u8>,
    resent_spans: Vec<(usize, usize, usize)>,
}

impl Raw {
    /// `from`: who sends, for a message that does not say; `domain`: what is behind the `@` of a new Message-ID
    /// then; `message_id`: the one to give it in place of a new one, as an earlier try did.
    ///
    /// # Errors
    /// `Input` for what is no message.
    pub fn new(source: Source, from: Option<&str>, domain: &str, message_id: Option<&str>) -> Result<Raw> {
        let mut scan = Scan::default();
        let mut reader = source.canonical();
        let mut block = vec![0; usize::try_from(source.len).unwrap_or(usize::MAX).clamp(512, 64 << 10)];
        loop {
            match reader.read(&mut block).map_err(|e| source.failed(e))? {
                0 => break,
                n => scan.push(&block[..n], &source.name)?,
            }
        }
        let Scan { head, body_at, size, eight_bit, longest, .. } = scan;
        // A file saved from an mbox begins with its separator.
        let skipped = if head.starts_with(b"From ") {
            memchr::memchr(b'\n', &head).map_or(head.len(), |at| at + 1)
        } else {
            0
        };
        let head = &head[skipped..];
        let mut raw = Raw {
            header: Vec::with_capacity(head.len() + 200),
            spans: Vec::new(),
            body_at: body_at.unwrap_or(size),
            canonical: size == source.len && !source.mbox,
            size: 0,
            message_id: String::new(),
            eight_bit,
            header_eight_bit: false,
            longest,
            bcc: Vec::new(),
            bcc_spans: Vec::new(),
            resent: Vec::new(),
            resent_spans: Vec::new(),
            source,
        };
        if !raw.canonical && raw.source.mixes_ends(raw.body_at)? {
            let text = format!("{} has a bare CR in its header", raw.source.name);
            return Err(Error::new(Kind::Input, text).hint(
                "a line ends with LF or CRLF: what follows a CR alone would become a field of its own",
            ));
        }
        raw.edit(head, from, domain, message_id)?;
        let body = size - raw.body_at;
        raw.size = raw.header.len() as u64 + 2 + body;
        Ok(raw)
    }

    fn edit(
        &mut self,
        head: &[u8],
        from: Option<&str>,
        domain: &str,
        message_id: Option<&str>,
    ) -> Result<()> {
        let name = &self.source.name;
        if head.contains(&0) {
            return Err(Error::new(Kind::Input, format!("{name} has a NUL byte in its header")));
        }
        let spans = fields(head, name)?;
        let is = |wanted: &str, (at, _, length): &(usize, usize, usize)| {
            head[*at..*at + *length].eq_ignore_ascii_case(wanted.as_bytes())
        };
        let has = |wanted: &str| spans.iter().any(|s| is(wanted, s));
        for span in newest_resent(head, &spans) {
            let at = self.resent.len();
            self.resent_spans.push((at, at + span.1 - span.0, span.2));
            self.resent.extend_from_slice(&head[span.0..span.1]);
        }
        for span in &spans {
            let whole = &head[span.0..span.1];
            if is("Bcc", span) || is("Resent-Bcc", span) {
                let at = self.bcc.len();
                self.bcc_spans.push((at, at + whole.len(), span.2));
                self.bcc.extend_from_slice(whole);
                continue;
            }
            if is("Message-ID", span) {
                let field = Field { name: "Message-ID", whole };
                self.message_id = field.value();
            }
            self.header.extend_from_slice(whole);
        }
        if !has("From")
            && let Some(from) = from
        {
            self.header.extend_from_slice(format!("From: {from}\r\n").as_bytes());
        }
        if !has("Date") {
            self.header.extend_from_slice(format!("Date: {}\r\n", Time::now().rfc5322()).as_bytes());
        }
        if self.message_id.is_empty() {
            // An empty field is as good as none, but two of them are worse.
            if let Some((at, end, _)) = fields(&self.header, name)?
                .into_iter()
                .find(|(at, _, n)| self.header[*at..*at + *n].eq_ignore_ascii_case(b"Message-ID"))
            {
                self.header.drain(at..end);
            }
            // The sender's domain, which says nothing about this machine.
            let author = spans.iter().find(|s| is("From", s)).and_then(|s| {
                let value = Field { name: "From", whole: &head[s.0..s.1] }.value();
                let list = addresses::from_header(value.as_bytes()).ok()?;
                addresses::mailboxes(&list).next()?.address.domain().and_then(to_ascii)
            });
            let domain = author.as_deref().unwrap_or(domain);
            self.message_id = match message_id {
                Some(id) => id.to_string(),
                None => format!("<{}@{domain}>", random::token()?),
            };
            self.header.extend_from_slice(format!("Message-ID: {}\r\n", self.message_id).as_bytes());
        }
        if !self.bcc.is_empty() && !has("To") && !has("Cc") && !has("Resent-To") {
            self.header.extend_from_slice(b"To: undisclosed-recipients:;\r\n");
        }
        self.header_eight_bit = !self.header.is_ascii();
        self.longest = self.longest.max(longest_line(&self.header));
        self.spans = fields(&self.header, name)?;
        Ok(())
    }

    /// The fields as they go out.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        of(&self.header, &self.spans)
    }

    /// The Bcc and Resent-Bcc that were taken out.
    pub fn hidden(&self) -> impl Iterator<Item = Field<'_>> {
        of(&self.bcc, &self.bcc_spans)
    }

    /// The fields of the last time it was resent, Resent-Bcc among them; none if it never was.
    pub fn resent(&self) -> impl Iterator<Item = Field<'_>> {
        of(&self.resent, &self.resent_spans)
    }

    pub fn name(&self) -> &str {
        &self.source.name
    }

    /// Whether the header can go as RFC 6532 has it.
    pub fn header_is_utf8(&self) -> bool {
        std::str::from_utf8(&self.header).is_ok()
    }
}

/// RFC 5322 §3.6.6: each time a message is resent a block of these is put in front, each of them once at most. So the newest is the
/// first, and ends where another field stands or one comes again.
fn newest_resent<'s>(head: &[u8], spans: &'s [(usize, usize, usize)]) -> &'s [(usize, usize, usize)] {
    let names = ["Date", "From", "Sender", "To", "Cc", "Bcc", "Message-ID", "Reply-To"];
    let which = |(at, _, length): &(usize, usize, usize)| {
        let name = std::str::from_utf8(&head[*at..*at + *length]).unwrap_or_default();
        let rest = name.get(.."Resent-".len()).filter(|start| start.eq_ignore_ascii_case("Resent-"));
        rest.and_then(|start| names.iter().position(|n| n.eq_ignore_ascii_case(&name[start.len()..])))
    };
    let start = spans.iter().position(|s| which(s).is_some()).unwrap_or(spans.len());
    let block = &spans[start..];
    let mut met = [false; 8];
    let ends = |s| which(s).is_none_or(|n| std::mem::replace(&mut met[n], true));
    &block[..block.iter().position(ends).unwrap_or(block.len())]
}

fn of<'a>(header: &'a [u8], spans: &'a [(usize, usize, usize)]) -> impl Iterator<Item = Field<'a>> {
    spans.iter().map(|(at, end, length)| Field {
        name: std::str::from_utf8(&header[*at..*at + *length]).unwrap_or_default(),
        whole: &header[*at..*end],
    })
}

impl Body for Raw {
    fn size(&self) -> u64 {
        self.size
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        if self.canonical {
            let body = Range { source: &self.source, at: self.body_at };
            return Ok(Box::new(self.header.as_slice().chain(&b"\r\n"[..]).chain(body)));
        }
        let mut body = self.source.canonical();
        io::copy(&mut body.by_ref().take(self.body_at), &mut io::sink())
            .map_err(|e| self.source.failed(e))?;
        Ok(Box::new(self.header.as_slice().chain(&b"\r\n"[..]).chain(body)))
    }
}

fn longest_line(text: &[u8]) -> usize {
    text.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l).len()).max().unwrap_or(0)
}

/// Looks a message through: its header, its size, what its body holds.
#[derive(Default)]
struct Scan {
    head: Vec<u8>,
    /// Where the body begins, once it has.
    body_at: Option<u64>,
    size: u64,
    eight_bit: bool,
    longest: usize,
    line: usize,
}

impl Scan {
    fn push(&mut self, bytes: &[u8], name: &str) -> Result<()> {
        self.size += bytes.len() as u64;
        let mut body = bytes;
        if self.body_at.is_none() {
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let from = before.saturating_sub(3);
            let end = if self.head.starts_with(b"\r\n") {
                Some(0)
            } else {
                memchr::memmem::find(&self.head[from..], b"\r\n\r\n").map(|at| from + at + 2)
            };
            let Some(end) = end else {
                if self.head.len() > HEADER_LIMIT {
                    let text = format!("{name} is no message: its header has no end");
                    return Err(Error::new(Kind::Input, text));
                }
                return Ok(());
            };
            self.head.truncate(end);
            self.body_at = Some(end as u64 + 2);
            body = &bytes[(end + 2).saturating_sub(before)..];
        }
        self.eight_bit |= !body.is_ascii();
        while let Some(at) = memchr::memchr(b'\r', body) {
            self.longest = self.longest.max(self.line + at);
            // What follows is the LF of the pair; canonical text has no other CR.
            (self.line, body) = (0, body.get(at + 2..).unwrap_or_default());
        }
        // An LF at the start of a block belongs to the CR at the end of the one before.
        self.line += body.len() - usize::from(body.first() == Some(&b'\n'));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(text: &str) -> Result<Raw> {
        Raw::new(Source::bytes("m.eml", text.into()), Some("me@x"), "x", None)
    }

    fn sent(raw: &Raw) -> String {
        let mut out = String::new();
        raw.open().unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out.len() as u64, raw.size(), "the size is known before");
        out
    }

    const REST: &str = "From: a@x\nDate: Mon, 23 Nov 2026 05:00:00 +0000\nMessage-ID: <1@x>\n";

    #[test]
    fn a_bare_cr_begins_no_field() {
        for text in [
            "Subject: x\rBcc: leak@x\nTo: b@x\n\nhi\n",
            "Subject: x\rBcc: leak@x\r\nTo: b@x\r\n\r\nhi\r\n",
            "To: b@x\nSubject: x\r\r\n\nhi\n",
            "To: b@x\nSubject: x\rY: z",
        ] {
            let error = raw(text).map(drop).unwrap_err();
            assert_eq!(error.kind(), Kind::Input, "{text:?}");
            assert_eq!(error.message(), "m.eml has a bare CR in its header");
        }
        // Old files end their lines so; and the body is text, whatever its line ends.
        for text in
            ["To: b@x\rSubject: x\r\rhi\nho\r\n", "To: b@x\nSubject: x\n\nhi\rho\n", "To: b@x\r\n\r\n\rhi\n"]
        {
            raw(text).unwrap();
        }
    }

    #[test]
    fn trap_9_bcc_never_leaves() {
        let text =
            format!("bcc: secret@x,\n\t more@x\nTo: b@x\nResent-BCC: s2@x\nX: 1\n{REST}\nBcc: in the body\n");
        let raw = raw(&text).unwrap();
        let out = sent(&raw);
        let (head, body) = out.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("secret") && !head.contains("more@x") && !head.contains("s2@x"), "{head}");
        assert_eq!(body, "Bcc: in the body\r\n");
        let hidden: Vec<String> = raw.hidden().map(|f| f.value()).collect();
        assert_eq!(hidden, ["secret@x,\t more@x", "s2@x"]);
    }

    #[test]
    fn the_newest_resent_block_is_the_first() {
        let names = |text: &str| -> Vec<String> {
            raw(&format!("{text}{REST}\n"))
                .unwrap()
                .resent()
                .map(|f| format!("{}={}", f.name, f.value()))
                .collect()
        };
        let old = "Resent-From: old@x\nResent-To: older@x\nResent-Cc: oldest@x\n";
        let new = "Received: by x\nResent-From: me@x\nresent-to: new@x\nResent-Bcc: quiet@x\n";
        let expect = ["Resent-From=me@x", "resent-to=new@x", "Resent-Bcc=quiet@x"];
        assert_eq!(names(&format!("{new}{old}")), expect);
        assert_eq!(names(&format!("{new}Received: by y\n{old}")), expect);
        assert_eq!(names("To: b@x\n"), [""; 0]);
        assert_eq!(names("Resent-X: b@x\n"), [""; 0]);
    }

    #[test]
    fn trap_10_date_and_message_id_are_always_there() {
        let one = raw("Subject: x\n\nhi").unwrap();
        let out = sent(&one);
        for name in ["Date: ", "Message-ID: <", "From: me@x"] {
            assert_eq!(out.matches(name).count(), 1, "{name} in {out}");
        }
        assert!(out.contains(&one.message_id) && one.message_id.ends_with("@x>"));
        assert_ne!(one.message_id, raw("Subject: x\n\nhi").unwrap().message_id);
        let kept = raw(&format!("{REST}\nhi")).unwrap();
        assert_eq!(kept.message_id, "<1@x>");
        assert_eq!(sent(&kept), format!("{}\r\nhi\r\n", REST.replace('\n', "\r\n")));
        assert_eq!(sent(&raw("Message-ID:\nSubject: x\n\nhi").unwrap()).matches("Message-ID").count(), 1);
    }

    #[test]
    fn trap_4_no_lone_cr_or_lf_leaves() {
        let raw = raw(&format!("{REST}\na\n.\nb\r.\rc\r\n")).unwrap();
        assert!(sent(&raw).ends_with("\r\n\r\na\r\n.\r\nb\r\n.\r\nc\r\n"));
    }

    #[test]
    fn a_message_without_a_body_and_one_from_an_mbox() {
        assert_eq!(sent(&raw(REST).unwrap()), REST.replace('\n', "\r\n") + "\r\n");
        let out = sent(&raw(&format!("From a@x Mon Nov 23 05:00:00 2026\n{REST}\nhi")).unwrap());
        assert!(out.starts_with("From: a@x"));
    }

    #[test]
    fn what_is_no_message_is_said() {
        for (text, line) in
            [("hello\n\nx", "line 1"), ("A: b\nhello world\n\nx", "line 2"), (" folded\n\n", "line 1")]
        {
            let error = raw(text).err().unwrap();
            assert_eq!(error.kind(), Kind::Input);
            assert!(error.message().contains(line), "{error}");
        }
        assert_eq!(raw("A: \0b\n\n").err().unwrap().kind(), Kind::Input);
        let endless = format!("A: {}\n", "x".repeat(HEADER_LIMIT));
        assert!(raw(&endless).err().unwrap().message().contains("no end"));
    }

    #[test]
    fn eight_bits_and_long_lines_are_known_beforehand() {
        let plain = raw(&format!("{REST}\nhi")).unwrap();
        assert!(!plain.eight_bit && !plain.header_eight_bit && plain.longest <= 50);
        assert!(raw(&format!("{REST}\nhü")).unwrap().eight_bit);
        assert!(raw(&format!("Subject: ü\n{REST}\nhi")).unwrap().header_eight_bit);
        assert_eq!(raw(&format!("{REST}\n{}\n", "x".repeat(999))).unwrap().longest, 999);
    }

    #[test]
    fn trap_21_a_file_is_sent_as_it_was_when_it_was_opened() {
        use std::io::Write;
        let mut file = tempfile::tempfile().unwrap();
        let text = format!("{REST}\n{}", "line\n".repeat(100_000));
        file.write_all(text.as_bytes()).unwrap();
        let file = std::sync::Arc::new(file);
        let source = Source::file("log", file.clone(), 0, text.len() as u64, false).unwrap();
        let raw = Raw::new(source, None, "x", None).unwrap();
        (&*file).write_all(b"grown\n").unwrap();
        assert!(!sent(&raw).contains("grown"));
        file.set_len(1000).unwrap();
        let error = raw.open().and_then(|mut r| {
            io::copy(&mut r, &mut io::sink()).map_err(|e| Error::from_io(e, Kind::Local, "x"))
        });
        assert_eq!(error.unwrap_err().message(), "log became shorter while it was read");
    }

    proptest! {
        #[test]
        fn any_body_arrives_canonical(body in "[a.\r\nü]{0,60}", pad in 0usize..3) {
            // Block borders fall everywhere in a body behind a header that is just short of a block.
            let pad = "x".repeat(pad * 32_768 / 2);
            let raw = raw(&format!("X: {pad}\n{REST}\n{body}")).unwrap();
            let out = sent(&raw);
            let want = body.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            let end = if want.is_empty() || want.ends_with("\r\n") { "" } else { "\r\n" };
            let ends = out.ends_with(&format!("\r\n\r\n{want}{end}"));
            prop_assert!(ends);
            prop_assert_eq!(raw.eight_bit, body.contains('ü'));
        }
    }
}
