//! message/partial (RFC 2046 §5.2.2): a message cut into several that mail will carry, and put together again.
//!
//! The first piece carries the fields that describe the content, the outer header of the first the others, as §5.2.2.1
//! says. Pieces are cut between lines. Putting together takes them in any order, checks that they are of one message and
//! that none is missing, and never guesses.

use crate::base::{body::Body, error::*, random};
use crate::mime::build::Source;
use crate::mime::encode::{Canonical, Through};
use crate::mime::header::{self, fields};
use crate::mime::params;
use std::io::{self, Read};

/// Whether a field belongs to the message within, not to the one around it.
fn is_inner(name: &[u8]) -> bool {
    let low = name.to_ascii_lowercase();
    low.starts_with(b"content-")
        || matches!(low.as_slice(), b"subject" | b"message-id" | b"encrypted" | b"mime-version")
}

/// Header up to and with its empty line, at most 1 MiB; everything behind it is left in the reader.
fn header_of(reader: &mut dyn Read) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    let mut block = [0; 8192];
    loop {
        let n = match reader.read(&mut block) {
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
        };
        let from = all.len().saturating_sub(3);
        all.extend_from_slice(&block[..n]);
        if all.starts_with(b"\r\n") {
            let rest = all.split_off(2);
            return Ok((all, rest));
        }
        if let Some(at) = memchr::memmem::find(&all[from..], b"\n\r\n") {
            let rest = all.split_off(from + at + 3);
            return Ok((all, rest));
        }
        if n == 0 {
            return Ok((all, Vec::new()));
        }
        if all.len() > 1 << 20 {
            return Err(Error::new(Kind::Limit, "the header is longer than 1 MiB"));
        }
    }
}

/// One piece: its own header, and a range of lines of the message.
pub struct Piece {
    head: Vec<u8>,
    from: u64,
    len: u64,
}

/// A message to be cut.
pub struct Split {
    source: Source,
    pub pieces: Vec<Piece>,
}

impl Split {
    /// Cuts a message so that no piece is longer than `most` bytes.
    ///
    /// # Errors
    /// `Input` if it has eight-bit bytes or long lines: the pieces have to be 7bit (§5.2.2).
    pub fn new(source: Source, most: u64) -> Result<Split> {
        let mut canonical = Through::new(source.open(), Canonical::new(true));
        let (header, rest) = header_of(&mut canonical)?;
        let (mut outer, mut inner) = (Vec::new(), Vec::new());
        let mut subject = String::new();
        for field in fields(&header) {
            let text = &header[field.span.0..field.span.1];
            if field.is("Subject") {
                // An encoded word can hold what a header cannot.
                subject = field.text().replace(['\r', '\n', '\0'], " ");
            }
            if is_inner(field.name) { inner.extend_from_slice(text) } else { outer.extend_from_slice(text) }
        }
        inner.extend_from_slice(b"\r\n");
        let overhead = (outer.len() + inner.len()) as u64 + 512 + 4 * subject.len() as u64;
        if most < overhead + 1024 {
            let text = format!("pieces of {most} bytes are too small for this header");
            return Err(Error::new(Kind::Usage, text).hint(format!("at least {} bytes", overhead + 1024)));
        }
        let room = most - overhead;
        let ranges = ranges(&mut (&rest[..]).chain(canonical), header.len() as u64, room, source.name())?;
        let id = format!("{}@localhost", random::token()?);
        let total = ranges.len();
        let mut pieces = Vec::with_capacity(total);
        for (nth, (from, len)) in ranges.into_iter().enumerate() {
            let number = nth + 1;
            let mut head = outer.clone();
            let title = format!("{subject} ({number}/{total})");
            head.extend(header::unstructured("Subject", title.trim())?.into_bytes());
            head.extend(
                format!("Message-ID: <{}@localhost>\r\nMIME-Version: 1.0\r\n", random::token()?).into_bytes(),
            );
            let (number, total) = (number.to_string(), total.to_string());
            let params = [("id", id.as_str()), ("number", &number), ("total", &total)];
            head.extend(params::field("Content-Type", "message/partial", &params, false)?.into_bytes());
            head.extend_from_slice(b"\r\n");
            if nth == 0 {
                head.extend_from_slice(&inner);
            }
            pieces.push(Piece { head, from, len });
        }
        Ok(Split { source, pieces })
    }

    /// A piece as a message of its own.
    pub fn piece(&self, nth: usize) -> Option<impl Body + '_> {
        self.pieces.get(nth).map(|piece| Open { source: &self.source, piece })
    }
}

struct Open<'a> {
    source: &'a Source,
    piece: &'a Piece,
}

impl Body for Open<'_> {
    fn size(&self) -> u64 {
        self.piece.head.len() as u64 + self.piece.len
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        let mut lines = Through::new(self.source.open(), Canonical::new(true));
        let skipped = io::copy(&mut (&mut lines).take(self.piece.from), &mut io::sink());
        skipped.map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
        Ok(Box::new(self.piece.head.as_slice().chain(lines.take(self.piece.len))))
    }
}

/// Runs of whole lines of at most `room` bytes, counted in the canonical message from `at` on.
fn ranges(reader: &mut dyn Read, mut at: u64, room: u64, name: &str) -> Result<Vec<(u64, u64)>> {
    let mut out = Vec::new();
    let (mut len, mut line) = (0u64, 0u64);
    let mut block = vec![0; 64 * 1024];
    let not = |why: &str| {
        let text = format!("{name} cannot be cut into pieces: {why}");
        Err(Error::new(Kind::Input, text).hint("attach it to a message first, which encodes it"))
    };
    loop {
        let n = match reader.read(&mut block) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::from_io(e, Kind::Local, format_args!("cannot read {name}"))),
        };
        for byte in &block[..n] {
            line += 1;
            if *byte >= 128 || *byte == 0 {
                return not("it has bytes that are not 7bit");
            }
            if line > 1000 {
                return not("it has lines longer than 998 bytes");
            }
            if *byte == b'\n' {
                if len + line > room {
                    out.push((at, len));
                    at += len;
                    len = 0;
                }
                len += line;
                line = 0;
            }
        }
    }
    out.push((at, len + line));
    Ok(out)
}

/// What a piece says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub id: String,
    pub number: u32,
    pub total: Option<u32>,
}

/// Reads the header of a piece; `None` if it is none.
pub fn number(reader: &mut dyn Read) -> Result<Option<Number>> {
    let mut canonical = Through::new(reader, Canonical::new(true));
    let (header, _) = header_of(&mut canonical)?;
    let Some(field) = fields(&header).find(|f| f.is("Content-Type")) else { return Ok(None) };
    let parsed = params::parse(field.value);
    let numeric = |key: &str| {
        let n = crate::base::date::number(parsed.param(key)?.as_bytes())?;
        u32::try_from(n).ok().filter(|n| *n > 0)
    };
    let (Some(id), Some(number)) = (parsed.param("id"), numeric("number")) else { return Ok(None) };
    if parsed.value != "message/partial" {
        return Ok(None);
    }
    Ok(Some(Number { id: id.to_string(), number, total: numeric("total") }))
}

/// The order in which pieces have to be joined: positions in `pieces`.
///
/// # Errors
/// `Input` if they are of several messages, or one is missing; two of the same number count once.
pub fn order(pieces: &[Number]) -> Result<Vec<usize>> {
    let Some(first) = pieces.first() else { return Err(Error::new(Kind::Input, "no pieces to join")) };
    if let Some(other) = pieces.iter().find(|p| p.id != first.id) {
        let text = format!("these are pieces of different messages: {} and {}", first.id, other.id);
        return Err(Error::new(Kind::Input, text).hint("--id ID chooses one"));
    }
    let total = pieces.iter().find_map(|p| p.total);
    let Some(total) = total else {
        return Err(Error::new(Kind::Input, "no piece says how many there are: the last is missing"));
    };
    if total > 100_000 || pieces.iter().any(|p| p.number > total || p.total.is_some_and(|t| t != total)) {
        return Err(Error::new(Kind::Input, "the pieces do not agree on how many there are"));
    }
    (1..=total)
        .map(|n| {
            pieces
                .iter()
                .position(|p| p.number == n)
                .ok_or_else(|| Error::new(Kind::Input, format!("piece {n} of {total} is missing")))
        })
        .collect()
}

/// Writes the message that the pieces are, in order.
pub fn join(
    pieces: &mut dyn Iterator<Item = Result<Box<dyn Read + '_>>>,
    out: &mut dyn io::Write,
) -> Result<u64> {
    let mut written = 0;
    let wrote = |e| Error::from_io(e, Kind::Local, "cannot write the message");
    for (nth, piece) in pieces.enumerate() {
        let mut reader = Through::new(piece?, Canonical::new(true));
        let (header, rest) = header_of(&mut reader)?;
        let mut body = (&rest[..]).chain(reader);
        if nth == 0 {
            // Fields of the outer header and of the inner one make the message's (RFC 2046 §5.2.2.1).
            let (inner, behind) = header_of(&mut body)?;
            let mut head = Vec::new();
            for field in fields(&header).filter(|f| !is_inner(f.name)) {
                head.extend_from_slice(&header[field.span.0..field.span.1]);
            }
            for field in fields(&inner).filter(|f| is_inner(f.name)) {
                head.extend_from_slice(&inner[field.span.0..field.span.1]);
            }
            head.extend_from_slice(b"\r\n");
            head.extend_from_slice(&behind);
            out.write_all(&head).map_err(wrote)?;
            written += head.len() as u64;
        }
        written += io::copy(&mut body, out).map_err(wrote)?;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_whole_again() {
        let lines: String = (0..2000).map(|n| format!("line {n} of a long body\n")).collect();
        let message = format!(
            "From: a@b\nSubject: long\nX-Other: y\nMessage-ID: <1@x>\nMIME-Version: 1.0\nContent-Type: text/plain\n\n{lines}"
        );
        let split = Split::new(Source::bytes(message.clone()), 10_000).unwrap();
        assert!(split.pieces.len() > 3);
        let mut texts = Vec::new();
        for nth in 0..split.pieces.len() {
            let piece = split.piece(nth).unwrap();
            let mut text = Vec::new();
            piece.open().unwrap().read_to_end(&mut text).unwrap();
            assert_eq!(text.len() as u64, piece.size());
            assert!(text.len() <= 10_000);
            texts.push(text);
        }
        texts.reverse();
        let numbers: Vec<Number> = texts.iter().map(|t| number(&mut &t[..]).unwrap().unwrap()).collect();
        let order = order(&numbers).unwrap();
        let mut joined = Vec::new();
        let mut readers = order.iter().map(|at| Ok(Box::new(&texts[*at][..]) as Box<dyn Read>));
        let size = join(&mut readers, &mut joined).unwrap();
        assert_eq!(size, joined.len() as u64);
        let want = message.replace('\n', "\r\n");
        let (head, body) = want.split_once("\r\n\r\n").unwrap();
        let joined = String::from_utf8(joined).unwrap();
        let (joined_head, joined_body) = joined.split_once("\r\n\r\n").unwrap();
        assert_eq!(joined_body, body);
        let sorted = |h: &str| {
            let mut lines: Vec<_> = h.lines().map(String::from).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(joined_head), sorted(head));
    }

    #[test]
    fn what_is_missing_or_mixed_is_said() {
        let n = |id: &str, number, total| Number { id: id.into(), number, total };
        for (pieces, why) in [
            (vec![], "no pieces"),
            (vec![n("a", 1, Some(2)), n("b", 2, Some(2))], "different messages"),
            (vec![n("a", 1, Some(2))], "piece 2 of 2 is missing"),
            (vec![n("a", 1, None)], "the last is missing"),
            (vec![n("a", 3, Some(2))], "do not agree"),
        ] {
            let error = order(&pieces).unwrap_err();
            assert!(error.message().contains(why), "{error}");
        }
        assert_eq!(order(&[n("a", 2, Some(2)), n("a", 1, None), n("a", 2, Some(2))]).unwrap(), [1, 0]);
        assert_eq!(number(&mut &b"Subject: x\n\n"[..]).unwrap(), None);
        assert!(Split::new(Source::bytes("Subject: x\n\nü\n"), 100_000).is_err());
        assert!(Split::new(Source::bytes("Subject: x\n\nx\n"), 100).is_err());
    }
}
