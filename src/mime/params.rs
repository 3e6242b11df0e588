//! Parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183), with RFC 2231's charsets and
//! continuations both ways.
//!
//! What is in mail: quotes that never close, blanks and parentheses in unquoted file names, Windows paths with backslashes
//! that quote nothing, encoded words inside quotes, sections out of order or cut within a character. All of it has one
//! reading here, noted as a defect where another reader could have another. The sections of a value are
//! percent-decoded, put in order, joined as bytes and converted once; the whole takes linear time but for the sorting.

use crate::base::error::*;
use crate::mime::{charset, header};
use std::collections::HashMap;

/// A structured value: its first token or text, and its parameters in order, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structured {
    /// Lower case, without comments.
    pub value: String,
    pub params: Vec<Param>,
    /// Names of defects, and what they are about.
    pub odd: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Lower case.
    pub name: String,
    pub value: String,
    /// As it stood there: of sections the first, of a quoted string its inside.
    pub raw: Vec<u8>,
    /// RFC 2231 was used.
    pub extended: bool,
}

impl Structured {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.get(name).map(|p| p.value.as_str())
    }

    pub fn get(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|p| p.name == name)
    }
}

/// How much of a value is kept: enough for any name, too little to make a list of parts large.
const VALUE: usize = 4096;
const PARAMS: usize = 200;

/// Reads a field's value. Never fails: what cannot be understood is noted.
pub fn parse(value: &[u8]) -> Structured {
    let text = header::unfold(value);
    let (first, mut rest) = until_semicolon(&text);
    let mut main = header::without_comments(first);
    let mut gathered = Gathered::default();
    let mut odd = Vec::new();
    // "type/subtype name=x": the semicolon was forgotten.
    let start = main.len() - main.trim_ascii_start().len();
    if let Some(blank) = main[start..].iter().position(u8::is_ascii_whitespace)
        && main[start + blank..].contains(&b'=')
        && !main[start..start + blank].contains(&b'=')
    {
        let behind = main.split_off(start + blank);
        note(&mut odd, "parameter_syntax", &behind);
        gathered.take(&behind, &mut odd);
    }
    let value: String = String::from_utf8_lossy(main.trim_ascii()).to_ascii_lowercase();
    let mut out = Structured { value: value.split_whitespace().collect(), ..Structured::default() };
    out.value = cut(out.value);
    out.odd = odd;
    while let Some(after) = rest {
        let part;
        (part, rest) = until_semicolon(after);
        gathered.take(part, &mut out.odd);
    }
    out.params = gathered.finish(&mut out.odd);
    out
}

/// Up to the next semicolon that is in no quoted string, and what is behind it. A quote opens a string only where a value starts.
fn until_semicolon(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (mut quoted, mut start) = (false, false);
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if quoted => at += 1,
            b'"' if quoted => quoted = false,
            b'"' if start => {
                // A quote that never closes quotes nothing.
                quoted = closes(&text[at + 1..]);
                start = false;
            }
            b';' if !quoted => return (&text[..at], Some(&text[at + 1..])),
            b'=' if !quoted => start = true,
            b' ' | b'\t' => {}
            _ => start = false,
        }
        at += 1;
    }
    (text, None)
}

fn closes(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'"' => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

#[derive(Default)]
struct Gathered {
    order: Vec<String>,
    by_name: HashMap<String, Sources>,
}

/// What was said for one name in its three spellings.
#[derive(Default)]
struct Sources {
    plain: Option<(Vec<u8>, Vec<u8>)>,
    extended: Option<Vec<u8>>,
    sections: Vec<(u32, bool, Vec<u8>)>,
}

impl Gathered {
    fn take(&mut self, part: &[u8], odd: &mut Vec<(&'static str, String)>) {
        let Some(equals) = part.iter().position(|b| *b == b'=') else {
            let bare = header::without_comments(part);
            if !bare.trim_ascii().is_empty() {
                note(odd, "parameter_syntax", &bare);
            }
            return;
        };
        let left = header::without_comments(&part[..equals]);
        let left = left.trim_ascii().to_ascii_lowercase();
        let given = part[equals + 1..].trim_ascii();
        let behind = behind_comments(given);
        // A file name in parentheses should have been quoted, and is no comment.
        let bare = left.ends_with(b"name") && !behind.starts_with(b"\"");
        let (value, raw, clean) = unquote(if bare { given } else { behind });
        if !clean {
            note(odd, "parameter_syntax", &left);
        }
        let (name, section, extended) = split_name(&left);
        if name.is_empty()
            || name.len() > 200
            || (self.order.len() >= PARAMS && !self.by_name.contains_key(&name))
        {
            note(odd, "parameter_syntax", &left);
            return;
        }
        if !self.by_name.contains_key(&name) {
            self.order.push(name.clone());
        }
        let sources = self.by_name.entry(name.clone()).or_default();
        let twice = match (section, extended) {
            (Some(n), extended) => {
                sources.sections.push((n, extended, value));
                false
            }
            (None, true) => {
                sources.extended.replace(value).map(|first| sources.extended = Some(first)).is_some()
            }
            (None, false) => match &sources.plain {
                Some(_) => true,
                None => {
                    sources.plain = Some((value, raw));
                    false
                }
            },
        };
        if twice {
            note(odd, "duplicate_parameter", name.as_bytes());
        }
    }

    fn finish(mut self, odd: &mut Vec<(&'static str, String)>) -> Vec<Param> {
        let mut params = Vec::with_capacity(self.order.len());
        for name in self.order {
            let Some(sources) = self.by_name.remove(&name) else { continue };
            let is_name = matches!(name.as_str(), "filename" | "name");
            // RFC 2231 goes before the plain spelling, which is there for readers that do not know it.
            let (value, raw, extended) = if let Some(raw) = sources.extended {
                (extended_value(&name, &raw, odd), raw, true)
            } else if !sources.sections.is_empty() {
                let raw = sources.sections.first().map(|(_, _, v)| v.clone()).unwrap_or_default();
                (joined(&name, sources.sections, odd), raw, true)
            } else {
                let (value, raw) = sources.plain.clone().unwrap_or_default();
                (plain_value(&value, odd), raw, false)
            };
            if let (true, true, Some((plain, _))) = (extended, is_name, &sources.plain) {
                let plain = plain_value(plain, &mut Vec::new());
                // A fallback with the other characters replaced is meant to differ.
                if !is_fallback(&plain, &value) {
                    note(odd, "file_name_differs", plain.as_bytes());
                }
            }
            let mut raw = raw;
            raw.truncate(VALUE);
            params.push(Param { name, value: cut(value), raw, extended });
        }
        params
    }
}

/// Whether the plain spelling is the same name with characters outside ASCII left out or replaced.
fn is_fallback(plain: &str, full: &str) -> bool {
    let ascii = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    plain == full || (!full.is_ascii() && ascii(full).contains(&ascii(plain))) || plain.is_empty()
}

fn note(odd: &mut Vec<(&'static str, String)>, name: &'static str, detail: &[u8]) {
    if odd.len() < 16 {
        odd.push((name, cut(String::from_utf8_lossy(detail).into_owned())));
    }
}

fn cut(mut text: String) -> String {
    if text.len() > VALUE {
        let at = (0..=VALUE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(at);
    }
    text
}

/// `name*1*` is the name, the section and whether it is extended (RFC 2231 §4.1).
fn split_name(left: &[u8]) -> (String, Option<u32>, bool) {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    let (rest, extended) = match left.strip_suffix(b"*") {
        Some(rest) => (rest, true),
        None => (left, false),
    };
    if let Some(star) = rest.iter().rposition(|b| *b == b'*') {
        let digits = &rest[star + 1..];
        if (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
            let n = digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
            return (text(&rest[..star]), Some(n), extended);
        }
    }
    (text(rest), None, extended)
}

/// A value without the comments before it.
fn behind_comments(mut text: &[u8]) -> &[u8] {
    while let Some(length) = comment(text) {
        text = text[length..].trim_ascii_start();
    }
    text
}

/// The length of the comment that text begins with (RFC 5322 §3.2.2).
fn comment(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0u32);
    while let Some(byte) = text.get(at) {
        match byte {
            b'(' => depth += 1,
            _ if depth == 0 => return None,
            b'\\' => at += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The value without its quotes, as it stood there, and whether it was written as it should be.
fn unquote(text: &[u8]) -> (Vec<u8>, Vec<u8>, bool) {
    let Some(inside) = text.strip_prefix(b"\"") else {
        // A comment behind the value is one; parentheses in a file name that should have been quoted are not.
        let mut value = text;
        if value.ends_with(b")")
            && let Some(open) = value.iter().rposition(|b| *b == b'(')
            && !value[..open].contains(&b'(')
            && open > 0
        {
            value = value[..open].trim_ascii_end();
        }
        let special = |b: &u8| !matches!(b, 33 | 35..=39 | 42 | 43 | 45 | 46 | 48..=57 | 65..=90 | 94..=126);
        return (value.to_vec(), value.to_vec(), !value.iter().any(special) && !value.is_empty());
    };
    let mut value = Vec::with_capacity(inside.len());
    let mut at = 0;
    while at < inside.len() {
        match inside[at] {
            // Only these two can need quoting; any other backslash is a Windows path that somebody forgot to quote.
            b'\\' if matches!(inside.get(at + 1), Some(b'"' | b'\\')) => {
                value.push(inside[at + 1]);
                at += 1;
            }
            b'"' => {
                let behind = header::without_comments(&inside[at + 1..]);
                let clean = behind.trim_ascii().is_empty();
                return (value, inside[..at].to_vec(), clean);
            }
            byte => value.push(byte),
        }
        at += 1;
    }
    (value, inside.to_vec(), false)
}

fn plain_value(value: &[u8], odd: &mut Vec<(&'static str, String)>) -> String {
    let (text, what) = header::decode_words(value);
    for name in what {
        note(odd, name, value);
    }
    if memchr::memmem::find(value, b"=?").is_some() && text.as_bytes() != value {
        note(odd, "encoded_word_in_parameter", value);
    }
    text
}

/// `charset'language'text`, percent-encoded.
fn extended_value(name: &str, raw: &[u8], odd: &mut Vec<(&'static str, String)>) -> String {
    let mut quotes = raw.splitn(3, |b| *b == b'\'');
    match (quotes.next(), quotes.next(), quotes.next()) {
        (Some(label), Some(_), Some(text)) => convert(name, label, &percent(text), odd),
        _ => {
            note(odd, "parameter_syntax", name.as_bytes());
            convert(name, b"", &percent(raw), odd)
        }
    }
}

fn joined(
    name: &str,
    mut sections: Vec<(u32, bool, Vec<u8>)>,
    odd: &mut Vec<(&'static str, String)>,
) -> String {
    sections.sort_by_key(|(n, ..)| *n);
    let whole = sections.iter().enumerate().all(|(at, (n, ..))| usize::try_from(*n) == Ok(at));
    if !whole {
        note(odd, "parameter_section", name.as_bytes());
        sections.dedup_by_key(|(n, ..)| *n);
    }
    let mut label: &[u8] = b"";
    let mut bytes = Vec::new();
    let mut any_extended = false;
    for (at, (_, extended, value)) in sections.iter().enumerate() {
        let mut text = value.as_slice();
        if *extended {
            any_extended = true;
            // The charset stands in the first section only (RFC 2231 §4.1).
            if at == 0 {
                let mut quotes = text.splitn(3, |b| *b == b'\'');
                if let (Some(l), Some(_), Some(t)) = (quotes.next(), quotes.next(), quotes.next()) {
                    label = l;
                    text = t;
                }
            }
            bytes.extend(percent(text));
        } else {
            bytes.extend_from_slice(text);
        }
    }
    if any_extended { convert(name, label, &bytes, odd) } else { plain_value(&bytes, odd) }
}

fn convert(name: &str, label: &[u8], bytes: &[u8], odd: &mut Vec<(&'static str, String)>) -> String {
    // An empty charset leaves it to the reader, which knows UTF-8 when it sees it.
    let text = charset::decode(label, bytes).unwrap_or_else(|| {
        note(odd, "parameter_charset", name.as_bytes());
        charset::guess(bytes).0
    });
    // Some writers put an encoded word into the extended value as well.
    if text.contains("=?") { plain_value(text.as_bytes(), odd) } else { text }
}

fn percent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |i: usize| text.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (text[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// How a name that is not plain ASCII is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// RFC 2231 in Content-Disposition and an encoded word in Content-Type: some readers know only the one (Outlook and
    /// Exchange show "Untitled attachment" else), some only the other.
    #[default]
    Both,
    Rfc2231,
    Rfc2047,
}

/// A structured field with its line end: `name: main; key=value`, folded. Values that are no tokens are quoted, those that are
/// not plain ASCII, or too long for a line, written by RFC 2231 or as encoded words.
pub fn field(name: &str, main: &str, params: &[(&str, &str)], words: bool) -> Result<String> {
    header::check_name(name)?;
    header::check(name, main)?;
    let mut out = format!("{name}: {main}");
    let mut column = out.len();
    for (key, value) in params {
        header::check(key, value)?;
        for text in spellings(key, value, words) {
            let first = text.split("\r\n").next().map_or(0, str::len);
            if column + 2 + first > 76 {
                out.push_str(";\r\n ");
                column = 1;
            } else {
                out.push_str("; ");
                column += 2;
            }
            out.push_str(&text);
            column = match text.rsplit_once("\r\n") {
                Some((_, last)) => last.len(),
                None => column + text.len(),
            };
        }
    }
    Ok(out + "\r\n")
}

fn spellings(key: &str, value: &str, words: bool) -> Vec<String> {
    let token = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b);
    let printable = value.bytes().all(|b| matches!(b, 32..=126)) && !value.contains("=?");
    if printable && !value.is_empty() && value.bytes().all(token) && key.len() + value.len() < 74 {
        return vec![format!("{key}={value}")];
    }
    let quoted = header::quoted(value);
    if printable && key.len() + quoted.len() < 74 {
        return vec![format!("{key}={quoted}")];
    }
    if words {
        // Encoded words within a quoted string are against RFC 2047 §5 and what those readers understand.
        return vec![format!("{key}=\"{}\"", header::encoded(value, key.len() + 4).join("\r\n "))];
    }
    let attribute = |b: u8| token(b) && !b"*'%".contains(&b);
    let mut encoded: Vec<String> = Vec::new();
    for c in value.chars() {
        let mut buf = [0; 4];
        let bytes = c.encode_utf8(&mut buf).as_bytes();
        encoded.push(match bytes {
            [b] if attribute(*b) => c.to_string(),
            bytes => bytes.iter().map(|b| format!("%{b:02X}")).collect(),
        });
    }
    let whole: usize = encoded.iter().map(String::len).sum();
    if key.len() + 9 + whole < 74 {
        return vec![format!("{key}*=utf-8''{}", encoded.concat())];
    }
    let mut sections = vec![format!("{key}*0*=utf-8''")];
    for piece in encoded {
        let full = sections.last().is_some_and(|s| s.len() + piece.len() > 74);
        if full {
            sections.push(format!("{key}*{}*=", sections.len()));
        }
        if let Some(last) = sections.last_mut() {
            last.push_str(&piece);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(value: &str) -> String {
        parse(value.as_bytes()).param("filename").unwrap_or("(none)").to_string()
    }

    #[test]
    fn names_as_they_come() {
        for (raw, want) in [
            ("attachment; filename=a.txt", "a.txt"),
            ("attachment; filename=\"a;b.txt\"; size=3", "a;b.txt"),
            ("attachment; filename=a b (1).pdf", "a b (1).pdf"),
            ("attachment; filename=a.pdf (a comment)", "a.pdf"),
            ("attachment; filename=\"a \\\"b\\\".txt\"", "a \"b\".txt"),
            ("attachment; filename=\"C:\\Users\\x\\win.txt\"", "C:\\Users\\x\\win.txt"),
            ("attachment; filename=\"C:\\\\Users\\\\x\\\\win.txt\"", "C:\\Users\\x\\win.txt"),
            ("attachment; filename=\"open.txt", "open.txt"),
            ("attachment; filename=\"open.txt; size=3", "open.txt"),
            ("attachment; filename=(draft (2)).pdf", "(draft (2)).pdf"),
            ("attachment; filename= (a) (b(\\))) \"x.pdf\" (c)", "x.pdf"),
            ("attachment; FileName = \"x\" ; foo", "x"),
            ("attachment (c;d) ; filename=x", "x"),
            ("attachment; filename*=UTF-8''%E2%98%83.txt", "☃.txt"),
            ("attachment; filename*=\"UTF-8''%E2%98%83.txt\"", "☃.txt"),
            ("attachment; filename*=iso-8859-1'en'caf%E9", "café"),
            ("attachment; filename*=''caf%C3%A9", "café"),
            ("attachment; filename*=%41.txt", "A.txt"),
            (
                "attachment; filename*0*=UTF-8''%E2%98;\r\n filename*1*=%83_snow; filename*2=.txt",
                "☃_snow.txt",
            ),
            ("attachment; filename*2=c; filename*0=a; filename*1=b", "abc"),
            ("attachment; filename=x.txt; filename*=utf-8''%E2%98%83", "☃"),
            ("attachment; filename=a; filename=b", "a"),
            ("attachment; filename=\"=?UTF-8?B?4piDX3Nub3cudHh0?=\"", "☃_snow.txt"),
            ("attachment; filename==?UTF-8?B?4piDX3Nub3cudHh0?=", "☃_snow.txt"),
            ("attachment; filename*=utf-8''=?utf-8?q?=E2=98=83?=", "☃"),
            (
                "attachment; filename=\"=?iso-2022-jp?B?GyRCJCIbKEI=?= =?iso-2022-jp?B?GyRCJCQbKEI=?=.pdf\"",
                "あい.pdf",
            ),
            (
                "attachment; filename*0*=iso-2022-jp''%1B$B$%22%1B%28B; filename*1*=%1B$B$$%1B%28B.pdf",
                "あい.pdf",
            ),
            ("attachment; filename=\"\"", ""),
            ("attachment; filename=", ""),
            ("attachment;;; ; filename=x", "x"),
            ("attachment; filename*0*=utf-8''a%ZZ", "a%ZZ"),
            ("attachment filename=\"a b.txt\"; size=3", "a b.txt"),
        ] {
            assert_eq!(one(raw), want, "{raw}");
        }
        assert_eq!(parse(b" Text / Plain (hi); charset=us-ascii").value, "text/plain");
        for (raw, want) in [
            ("a/b; boundary=(c)X", "X"),
            ("a/b; boundary = (c) (d) \"X Y\"", "X Y"),
            ("a/b; boundary=X(c)", "X"),
            ("a/b; boundary=(X", "(X"),
            ("a/b; boundary=(c)", ""),
        ] {
            assert_eq!(parse(raw.as_bytes()).param("boundary"), Some(want), "{raw}");
        }
        let odd = |s: &str| parse(s.as_bytes()).odd.first().map(|(name, _)| *name);
        assert_eq!(odd("a; filename=a; filename=b"), Some("duplicate_parameter"));
        assert_eq!(odd("a; filename*0=a; filename*2=b"), Some("parameter_section"));
        assert_eq!(odd("a; filename*=utf-8''b.exe; filename=a.txt"), Some("file_name_differs"));
        assert_eq!(odd("a; filename*=utf-8''%C3%A4.txt; filename=_.txt"), None);
        assert_eq!(odd("a; filename=\"x\""), None);
        assert_eq!(odd("a; charset=(x)utf-8 (y)"), None);
    }

    #[test]
    fn eight_thousand_sections_take_no_time() {
        let mut raw = String::from("attachment");
        for n in (0..8192).rev() {
            raw.push_str(&format!("; filename*{n}*={}x", if n == 0 { "utf-8''" } else { "" }));
        }
        // Quadratic, this would take minutes.
        assert_eq!(one(&raw).len(), VALUE);
        for hostile in ["; a=\"", "; a=\\\"", "; filename*0=x", "; a=(", "; a=()", "()", "\"", "; x=\"y\"\\"]
        {
            parse(hostile.repeat((1 << 20) / hostile.len()).as_bytes());
        }
    }

    proptest! {
        /// Any name survives, in each of its spellings.
        #[test]
        fn any_value_reads_back(parts in prop::collection::vec(header::hard(), 0..6), words in any::<bool>()) {
            let value = parts.concat();
            let text = field("Content-Disposition", "attachment", &[("filename", &value), ("size", "3")], words);
            let text = text.unwrap();
            prop_assert!(text.is_ascii() && text.split("\r\n").all(|l| l.len() <= 78), "{text}");
            let back = parse(&text.as_bytes()["Content-Disposition:".len()..]);
            prop_assert_eq!(back.param("filename"), Some(&*value), "{}", text);
            prop_assert_eq!(back.param("size"), Some("3"), "{}", text);
            prop_assert_eq!(back.value, "attachment");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let long = "ü long name ".repeat(20) + ".txt";
        let ascii = "x".repeat(300) + ".txt";
        for value in
            ["a.txt", "a b.txt", "a\"b\\c;d=.txt", "☃.txt", &long, &ascii, "=?x?=", "it's 100%*.txt", "x (1)"]
        {
            for words in [false, true] {
                let text =
                    field("Content-Disposition", "attachment", &[("size", "3"), ("filename", value)], words);
                let text = text.unwrap();
                for line in text.trim_end().split("\r\n") {
                    assert!(line.len() <= 78, "{line}");
                }
                let back = parse(text.split_once(':').unwrap().1.as_bytes());
                assert_eq!(back.param("filename"), Some(value), "{text}");
                assert_eq!(back.param("size"), Some("3"), "{text}");
            }
        }
        assert!(field("X", "y", &[("filename", "a\r\nb")], false).is_err());
    }
}
