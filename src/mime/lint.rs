//! What two readers could read differently, and what is broken: the reader's defects, and what shows only in the bytes.

use crate::base::error::*;
use crate::mime::defect::Defect;
use crate::mime::encode::Encoding;
use crate::mime::media_type;
use crate::mime::read::walk::{Done, Visitor};
use crate::mime::read::{Kind as PartKind, Part, Source, What};

/// One finding, and in which part.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub path: String,
    pub defect: Defect,
}

/// A visitor that collects findings; each kind once a part.
#[derive(Default)]
pub struct Lint {
    pub findings: Vec<Finding>,
    open: Vec<Open>,
    at: u64,
    line: u64,
    cr: bool,
    /// A line end before the last was CRLF, was LF; where the first LF stood.
    crlf: bool,
    lone_lf: Option<(u64, String)>,
    /// The start of the present line, outside the parts of a multipart.
    outside: Vec<u8>,
}

struct Open {
    part: Part,
    start: Vec<u8>,
    seen: Vec<&'static str>,
}

/// Looked at to recognise a content.
const START: usize = 64;
/// More findings than this tell nothing new.
const MOST: usize = 10_000;

impl Lint {
    fn find(&mut self, name: &'static str, at: u64, detail: impl Into<String>) {
        let mut path = String::from("TEXT");
        if let Some(open) = self.open.last_mut() {
            if open.seen.contains(&name) {
                return;
            }
            open.seen.push(name);
            path.clone_from(&open.part.path);
        }
        self.add(path, Defect::new(name, Some(at), detail));
    }

    fn add(&mut self, path: String, defect: Defect) {
        if self.findings.len() < MOST {
            self.findings.push(Finding { path, defect });
        }
    }

    /// The whole message was seen.
    pub fn finish(&mut self) {
        // One kind of line end throughout is a habit of a system, two are a difference between readers.
        if self.crlf
            && let Some((at, path)) = self.lone_lf.take()
        {
            self.add(path, Defect::new("bare_lf", Some(at), ""));
        }
    }

    fn outside_line(&mut self, start: u64) {
        let line = std::mem::take(&mut self.outside);
        let low = line.to_ascii_lowercase();
        let hides = low.starts_with(b"content-type:")
            || low.starts_with(b"content-transfer-encoding:")
            || low.starts_with(b"content-disposition:")
            || crate::mime::encode::uu_begin(&line).is_some();
        if hides {
            self.find("preamble_hides", start, String::from_utf8_lossy(&line[..line.len().min(80)]));
        }
    }
}

impl Visitor for Lint {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        for defect in &part.defects {
            self.add(part.path.clone(), defect.clone());
        }
        let wanted = part.kind == PartKind::Leaf;
        self.open.push(Open { part: part.clone(), start: Vec::new(), seen: Vec::new() });
        Ok(wanted)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        if let Some(open) = self.open.iter_mut().rev().find(|o| o.part.id == id) {
            let room = START.saturating_sub(open.start.len());
            open.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok(())
    }

    fn end(&mut self, part: &Part, done: &Done) -> Result<()> {
        if !self.outside.is_empty() {
            self.outside_line(self.at);
        }
        for defect in &done.defects {
            self.add(part.path.clone(), defect.clone());
        }
        let Some(at) = self.open.iter().rposition(|o| o.part.id == part.id) else { return Ok(()) };
        let open = self.open.remove(at);
        if let Some(found) = media_type::by_content(&open.start) {
            let name = part.name.as_deref().unwrap_or_default();
            let by_name = media_type::by_name(name);
            let lies = !media_type::agrees(&part.media_type, found) || !media_type::agrees(&by_name, found);
            if lies {
                let detail = format!("declared {}, named {name:?}, looks like {found}", part.media_type);
                self.add(part.path.clone(), Defect::new("type_disagrees", part.body_at, detail));
            }
        }
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        // Which encoding the bytes are under says whether eight bits are in order.
        let seven = what == What::Body
            && self
                .open
                .last()
                .is_some_and(|o| o.part.source == Source::Mime && o.part.encoding == Encoding::SevenBit);
        if seven && let Some(at) = bytes.iter().position(|b| *b >= 128) {
            self.find("eight_bit_in_seven", self.at + at as u64, "");
        }
        if let Some(at) = memchr::memchr(0, bytes) {
            self.find("nul", self.at + at as u64, "");
        }
        let outside = matches!(what, What::Preamble | What::Epilogue);
        if !outside && !self.outside.is_empty() {
            // The line end before a delimiter belongs to the delimiter.
            self.outside_line(self.at);
        }
        let mut from = 0;
        if self.cr && bytes.first().is_some_and(|b| *b != b'\n') {
            self.find("bare_cr", self.at, "");
        }
        while let Some(at) = memchr::memchr2(b'\r', b'\n', &bytes[from..]) {
            let at = from + at;
            let place = self.at + at as u64;
            if outside && self.outside.len() < 200 {
                let room = 200 - self.outside.len();
                self.outside.extend_from_slice(&bytes[from..at.min(from + room)]);
            }
            self.line += (at - from) as u64;
            if bytes[at] == b'\r' {
                if bytes.get(at + 1).is_some_and(|b| *b != b'\n') {
                    self.find("bare_cr", place, "");
                }
                self.cr = at + 1 == bytes.len();
                from = at + 1;
                continue;
            }
            let crlf = if at > 0 { bytes[at - 1] == b'\r' } else { self.cr };
            self.cr = false;
            if crlf {
                self.crlf = true;
            } else if self.lone_lf.is_none() {
                let path = self.open.last().map_or_else(|| "TEXT".into(), |o| o.part.path.clone());
                self.lone_lf = Some((place, path));
            }
            if self.line > 998 {
                self.find("line_too_long", place, format!("{} bytes", self.line));
            }
            if outside {
                self.outside_line(place);
            }
            self.line = 0;
            self.outside.clear();
            from = at + 1;
        }
        if from < bytes.len() {
            self.cr = false;
            self.line += (bytes.len() - from) as u64;
            if outside && self.outside.len() < 200 {
                let room = 200 - self.outside.len();
                self.outside.extend_from_slice(&bytes[from..bytes.len().min(from + room)]);
            }
        }
        self.at += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::read::walk::{Options, Walk};

    fn names(message: &[u8]) -> Vec<String> {
        let mut lint = Lint::default();
        let mut walk = Walk::new(Options::default());
        walk.run(&mut { message }, &mut lint).unwrap();
        lint.finish();
        let whole: Vec<_> = lint.findings.iter().map(|f| format!("{} {}", f.path, f.defect.name)).collect();
        let mut pieces = Lint::default();
        let mut walk = Walk::new(Options::default());
        for piece in message.chunks(1) {
            walk.push(piece, &mut pieces).unwrap();
        }
        walk.finish(&mut pieces).unwrap();
        pieces.finish();
        let mut other: Vec<_> =
            pieces.findings.iter().map(|f| format!("{} {}", f.path, f.defect.name)).collect();
        let mut sorted = whole.clone();
        sorted.sort();
        other.sort();
        assert_eq!(sorted, other);
        whole
    }

    #[test]
    fn what_is_clean_is_said_to_be() {
        assert!(names(b"Subject: x\r\n\r\nhello\r\n").is_empty());
        assert!(names(b"Subject: x\n\nhello\n").is_empty(), "LF throughout is a file of this system");
    }

    #[test]
    fn what_readers_differ_about() {
        for (message, want) in [
            (&b"Subject: x\r\n\r\na\nb\r\n"[..], "1 bare_lf"),
            (b"Subject: x\r\n\r\na\rb\r\n", "1 bare_cr"),
            (b"Subject: x\r\n\r\na\0b\r\n", "1 nul"),
            (b"Subject: x\r\n\r\ncaf\xe9\r\n", "1 eight_bit_in_seven"),
            (b"Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n", "1 duplicate_field"),
            (b"Content-Type: multipart/mixed\r\n\r\n", "TEXT boundary_missing"),
            (
                b"Content-Type: multipart/mixed; boundary=A\r\n\r\nContent-Type: x/y\r\n--A\r\n\r\n--A--\r\n",
                "TEXT preamble_hides",
            ),
            (b"Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nx\r\n", "TEXT end_missing"),
            (
                b"Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nx\r\n--A--\r\n\r\n--A\r\n",
                "TEXT delimiter_after_end",
            ),
            (b"Content-Type: image/png; name=x.png\r\n\r\nMZ\x90\0\r\n", "1 type_disagrees"),
            (b"Content-Disposition: attachment; filename=\"../x\"\r\n\r\n", "1 file_name_path"),
        ] {
            assert!(names(message).contains(&want.to_string()), "{want}: {:?}", names(message));
        }
        // What we build ourselves is read alike by all; the same without RFC 2231's name, or with another one, is not.
        let word = "=?utf-8?B?R3LDtsOfZS5wbmc=?=";
        for (file_name, clean) in [
            ("filename*=utf-8''Gr%C3%B6%C3%9Fe.png", true),
            ("filename*=utf-8''x.png", false),
            ("x=y", false),
        ] {
            let head = format!("Content-Type: image/png; name=\"{word}\"\r\n");
            let message = format!("{head}Content-Disposition: attachment; {file_name}\r\n\r\n");
            let found = names(message.as_bytes());
            assert_eq!(
                !found.contains(&"1 encoded_word_in_parameter".into()),
                clean,
                "{file_name}: {found:?}"
            );
        }
        // Offsets are those of the message, whatever came out of a decoder in between.
        let inside = crate::base::b64::encode(b"Subject: y\n\nbody\r\n");
        let message = format!(
            "Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\nContent-Type: message/rfc822\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{inside}\r\n--A\r\n\r\na\0b\r\n--A--\r\n"
        );
        let mut lint = Lint::default();
        Walk::new(Options::default()).run(&mut message.as_bytes(), &mut lint).unwrap();
        lint.finish();
        let nul = lint.findings.iter().find(|f| f.defect.name == "nul").expect("the NUL");
        assert_eq!((nul.path.as_str(), nul.defect.offset), ("2", message.find('\0').map(|at| at as u64)));
        assert!(!names(message.as_bytes()).contains(&"1 bare_lf".to_string()));

        let long = format!("Subject: x\r\n\r\n{}\r\n", "y".repeat(999));
        assert_eq!(names(long.as_bytes()), ["1 line_too_long"]);
    }
}
