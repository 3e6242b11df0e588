//! Header fields: cutting a header into fields, encoded words both ways (RFC 2047), folding (RFC 5322 §2.2.3).
//!
//! Decoding is lenient where writers are sloppy and nothing can be lost: words side by side are joined as bytes before
//! they are converted (a character cut in two is whole again), blanks in a Q word are taken, raw eight-bit text is UTF-8
//! where it is that. Encoding is strict: CR, LF and NUL are refused, never stripped, because what is left of a stripped
//! injection is still what its writer wanted; words are at most 75 characters and end between characters.

use crate::base::{b64, error::*};
use crate::mime::{charset, encode::Encoding};

/// One field as it stands in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a [u8],
    /// Behind the colon, with its folds and without its line end.
    pub value: &'a [u8],
    /// The whole field in the header, its line end included: where it starts and ends.
    pub span: (usize, usize),
}

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value as a person reads it.
    pub fn text(&self) -> String {
        decode(self.value)
    }
}

/// The fields of a header; lines that belong to no field are left out.
pub fn fields(header: &[u8]) -> Fields<'_> {
    Fields { header, at: 0 }
}

#[derive(Clone, Debug)]
pub struct Fields<'a> {
    header: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        while self.at < self.header.len() {
            let start = self.at;
            let mut end = line_end(self.header, start);
            while end < self.header.len() && matches!(self.header[end], b' ' | b'\t') {
                end = line_end(self.header, end);
            }
            self.at = end;
            let whole = &self.header[start..end];
            if let Some(colon) = name_length(whole) {
                let value = whole[colon..].iter().position(|b| *b == b':').map(|at| &whole[colon + at + 1..]);
                let mut value = value.unwrap_or_default();
                while let [rest @ .., b'\r' | b'\n'] = value {
                    value = rest;
                }
                return Some(Field { name: &whole[..colon], value, span: (start, end) });
            }
        }
        None
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

/// The length of the field name that a line starts with, if it is the first line of a field (RFC 5322 §3.6.8; blanks before
/// the colon are the obsolete syntax of §4.5.8).
pub fn name_length(line: &[u8]) -> Option<usize> {
    let name = line.iter().take_while(|b| matches!(b, 33..=57 | 59..=126)).count();
    let blanks = line[name..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    (name > 0 && line.get(name + blanks) == Some(&b':')).then_some(name)
}

/// A value on one line: the line ends of folds go, their white space stays.
pub fn unfold(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect()
}

/// A structured value without its comments (RFC 5322 §3.2.2), on one line; a comment counts as a blank.
pub fn without_comments(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let (mut depth, mut quoted) = (0u32, false);
    let mut bytes = value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n'));
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if quoted || depth > 0 => {
                let next = bytes.next();
                if depth == 0 {
                    out.push(byte);
                    out.extend(next);
                }
            }
            b'"' if depth == 0 => {
                quoted = !quoted;
                out.push(byte);
            }
            b'(' if !quoted => {
                depth += 1;
                out.push(b' ');
            }
            b')' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(byte),
            _ => {}
        }
    }
    out
}

/// Decodes the text of an unstructured field, or of a phrase: encoded words, raw UTF-8, or windows-1252 if it is that.
pub fn decode(value: &[u8]) -> String {
    let value = unfold(value);
    decode_words(value.trim_ascii()).0
}

/// As [`decode`] for text already on one line, white space kept; what was odd about it.
pub fn decode_words(text: &[u8]) -> (String, Vec<&'static str>) {
    let mut out = String::with_capacity(text.len());
    let mut odd = Vec::new();
    // Bytes of words side by side that say the same charset.
    let mut run: Option<(Vec<u8>, Vec<u8>)> = None;
    let (mut at, mut plain) = (0, 0);
    while let Some(found) = memchr::memmem::find(&text[at..], b"=?") {
        let start = at + found;
        let Some(word) = word(&text[start..]) else {
            at = start + 2;
            continue;
        };
        let between = &text[plain..start];
        let apart = run.is_none() || between.iter().any(|b| !matches!(b, b' ' | b'\t'));
        if apart {
            flush(&mut run, &mut out, &mut odd);
            push_raw(between, &mut out, &mut odd);
        }
        match &mut run {
            Some((charset, bytes))
                if charset.eq_ignore_ascii_case(word.charset) && charset::joins(word.charset) =>
            {
                bytes.extend(word.bytes);
            }
            _ => {
                flush(&mut run, &mut out, &mut odd);
                run = Some((word.charset.to_vec(), word.bytes));
            }
        }
        if charset::decode(word.charset, b"").is_none() {
            // Nobody knows the charset: the word stays as it is.
            run = None;
            push_raw(&text[start..start + word.length], &mut out, &mut odd);
            odd.push("charset_unknown");
        }
        at = start + word.length;
        plain = at;
    }
    flush(&mut run, &mut out, &mut odd);
    push_raw(&text[plain..], &mut out, &mut odd);
    (out, odd)
}

fn flush(run: &mut Option<(Vec<u8>, Vec<u8>)>, out: &mut String, odd: &mut Vec<&'static str>) {
    if let Some((label, bytes)) = run.take() {
        match charset::decode(&label, &bytes) {
            Some(text) => out.push_str(&text),
            None => odd.push("charset_unknown"),
        }
    }
}

fn push_raw(bytes: &[u8], out: &mut String, odd: &mut Vec<&'static str>) {
    let (text, utf8) = charset::guess(bytes);
    if !utf8 {
        odd.push("header_not_utf8");
    }
    out.push_str(&text);
}

struct Word<'a> {
    charset: &'a [u8],
    bytes: Vec<u8>,
    length: usize,
}

/// `=?charset*language?Q?text?=` (RFC 2047 §2, RFC 2231 §5).
fn word(text: &[u8]) -> Option<Word<'_>> {
    // Each part ends at the next question mark, so that a header full of beginnings takes linear time.
    let rest = text.strip_prefix(b"=?")?;
    let charset_end = memchr::memchr(b'?', &rest[..rest.len().min(100)])?;
    let charset = rest[..charset_end].split(|b| *b == b'*').next().unwrap_or_default();
    if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let rest = &rest[charset_end + 1..];
    let (kind, rest) = match rest {
        [kind, b'?', rest @ ..] => (kind.to_ascii_lowercase(), rest),
        _ => return None,
    };
    let end = memchr::memchr(b'?', rest)?;
    if rest.get(end + 1) != Some(&b'=') {
        return None;
    }
    let bytes = match kind {
        b'q' => q_decode(&rest[..end]),
        b'b' => b_decode(&rest[..end]),
        _ => return None,
    };
    let length = text.len() - rest.len() + end + 2;
    Some(Word { charset, bytes, length })
}

fn q_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |i: usize| text.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (text[at], hex(at + 1), hex(at + 2)) {
            (b'_', ..) => out.push(b' '),
            (b'=', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 2;
            }
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    out
}

/// Base64 of a word: padding may be missing, foreign characters are skipped.
fn b_decode(text: &[u8]) -> Vec<u8> {
    let mut decoder = Encoding::Base64.decoder(crate::mime::encode::Temper::Mail);
    crate::mime::encode::all(&mut *decoder, text).unwrap_or_default()
}

/// Refuses what could end a field: CR, LF and NUL in text that a user gave for a header.
pub fn check(what: &str, text: &str) -> Result<()> {
    match text.bytes().find(|b| matches!(b, b'\r' | b'\n' | 0)) {
        None => Ok(()),
        Some(byte) => {
            let name = match byte {
                b'\r' => "a carriage return",
                b'\n' => "a line feed",
                _ => "a NUL",
            };
            Err(Error::new(Kind::Usage, format!("{what} may not hold {name}")))
        }
    }
}

/// Checks a field name of a user (RFC 5322 §2.2).
pub fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > 70 || !name.bytes().all(|b| matches!(b, 33..=57 | 59..=126)) {
        return Err(Error::new(Kind::Usage, format!("'{name}' is no name of a header field")));
    }
    Ok(())
}

/// Whether text can stand in a header as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, 32..=126)) && !text.contains("=?")
}

/// A whole unstructured field with its line end, encoded and folded.
pub fn unstructured(name: &str, text: &str) -> Result<String> {
    check_name(name)?;
    check(name, text)?;
    Ok(fold(name, &text_atoms(text, name.len() + 2)))
}

/// Text as atoms to be put together with blanks or folds: words as they are, the others as encoded words. `lead` is
/// what stands before the first on its line.
pub fn text_atoms(text: &str, lead: usize) -> Vec<String> {
    // White space at an edge, or more than one blank, would not survive: all of it goes into encoded words.
    let fragile = text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) || text.contains("  ");
    if fragile || text.contains('\t') {
        return encoded(text, lead);
    }
    let mut atoms: Vec<String> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        if is_plain(word) && word.len() < 900 {
            if !run.is_empty() {
                let lead = if atoms.is_empty() { lead } else { 1 };
                atoms.extend(encoded(&run.join(" "), lead));
                run.clear();
            }
            atoms.push(word.to_string());
        } else {
            run.push(word);
        }
    }
    if !run.is_empty() {
        let lead = if atoms.is_empty() { lead } else { 1 };
        atoms.extend(encoded(&run.join(" "), lead));
    }
    atoms
}

/// A display name (RFC 5322 §3.2.5): atoms, a quoted string, or encoded words.
pub fn phrase_atoms(text: &str, lead: usize) -> Vec<String> {
    let atom = |w: &str| {
        !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    if !is_plain(text) || text.len() > 900 {
        encoded(text, lead)
    } else if text.split(' ').all(atom) {
        text.split(' ').map(String::from).collect()
    } else {
        vec![quoted(text)]
    }
}

/// A quoted string (RFC 5322 §3.2.4).
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// UTF-8 encoded words of at most 75 characters, Q or B, whichever is shorter. Only characters that are fit for a phrase
/// stay as they are (RFC 2047 §5 (3)), so the words can stand anywhere. The first is shorter by `lead`, so that its line
/// is at most 76 long (§2).
pub fn encoded(text: &str, lead: usize) -> Vec<String> {
    let cost = |c: char| {
        if c == ' ' || q_plain(c) { 1 } else { 3 * c.len_utf8() }
    };
    let q: usize = text.chars().map(cost).sum();
    let use_q = q <= text.len().div_ceil(3) * 4;
    // "=?utf-8?q?" and "?=" are 12 of the 75.
    let mut words = Vec::new();
    let mut part = String::new();
    let mut size = 0;
    for c in text.chars() {
        let grown = if use_q { size + cost(c) } else { size + c.len_utf8() };
        let limit = if words.is_empty() { 64 - lead.clamp(1, 40) } else { 63 };
        let limit = if use_q { limit } else { limit / 4 * 3 };
        if grown > limit && !part.is_empty() {
            words.push(one_word(&part, use_q));
            part.clear();
            size = 0;
        }
        part.push(c);
        size += if use_q { cost(c) } else { c.len_utf8() };
    }
    if !part.is_empty() {
        words.push(one_word(&part, use_q));
    }
    words
}

fn q_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '!' | '*' | '+' | '-' | '/')
}

fn one_word(text: &str, use_q: bool) -> String {
    if !use_q {
        return format!("=?utf-8?b?{}?=", b64::encode(text.as_bytes()));
    }
    let mut out = String::from("=?utf-8?q?");
    for c in text.chars() {
        match c {
            ' ' => out.push('_'),
            c if q_plain(c) => out.push(c),
            c => {
                let mut buf = [0; 4];
                for byte in c.encode_utf8(&mut buf).bytes() {
                    out.push_str(&format!("={byte:02X}"));
                }
            }
        }
    }
    out + "?="
}

/// Puts a field together: atoms with a blank between, a fold where a line would pass 78 characters. An atom is never
/// broken.
pub fn fold(name: &str, atoms: &[String]) -> String {
    let mut out = format!("{name}:");
    let mut column = out.len();
    for (nth, atom) in atoms.iter().enumerate() {
        // The first line has to hold something but the name, unless that could not be: a line of white space is none.
        if column + 1 + atom.len() > 78 && (nth > 0 || atom.len() > 900) && column > 1 {
            out.push_str("\r\n");
            column = 0;
        }
        out.push(' ');
        out.push_str(atom);
        column += 1 + atom.len();
    }
    if atoms.is_empty() {
        out.push(' ');
    }
    out + "\r\n"
}

/// What a writer of headers can stumble over.
#[cfg(test)]
pub(super) fn hard() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    const FRAGMENTS: &[&str] = &[
        "",
        " ",
        "  ",
        "\t",
        "=?",
        "?=",
        "=",
        "\"",
        "\\",
        ";",
        "(",
        "%20",
        "'",
        "*",
        "\u{7f}",
        "ü",
        "日本語",
        "\u{feff}",
    ];
    prop_oneof![
        prop::sample::select(FRAGMENTS).prop_map(String::from),
        "[a-z0-9]{1,90}",
        "\\PC{1,40}",
        any::<char>()
            .prop_filter("no end of a line", |c| !matches!(c, '\r' | '\n' | '\0'))
            .prop_map(String::from),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encoded_words() {
        for (raw, want) in [
            ("=?utf-8?B?4piDX3Nub3cudHh0?=", "☃_snow.txt"),
            ("=?ISO-8859-1?Q?a?=", "a"),
            ("=?ISO-8859-1?Q?a?= b", "a b"),
            ("=?ISO-8859-1?Q?a?=  \r\n =?ISO-8859-1?Q?b?=", "ab"),
            ("=?ISO-8859-1?Q?a_b?=", "a b"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
            // A character cut in two; no space between the words; a language; lower-case letters.
            ("=?utf-8?q?=E2=98?= =?UTF-8?q?=83?=", "☃"),
            ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
            ("=?us-ascii*en?q?hi?=", "hi"),
            ("=?utf-8?b?4piD?=x", "☃x"),
            ("=?utf-8?b?4pi?=", "\u{fffd}"),
            // Words that are each whole, of charsets with states.
            ("=?iso-2022-jp?b?GyRCJCIbKEI=?= =?ISO-2022-JP?b?GyRCJCQbKEI=?=", "あい"),
            ("=?iso-2022-jp?b?GyRCJCIbKEI=?= =?iso-2022-jp?q?.pdf?=", "あ.pdf"),
            ("=?utf-7?q?+AOQ?= =?utf-7?q?abc?=", "äabc"),
            // Not words.
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("=?utf-8?q?abc", "=?utf-8?q?abc"),
            ("=?no-such?q?abc?= d", "=?no-such?q?abc?= d"),
            ("caf\u{e9}", "café"),
        ] {
            assert_eq!(decode(raw.as_bytes()), want, "{raw}");
        }
        assert_eq!(decode(b"caf\xe9"), "café");
        assert_eq!(decode_words(b"caf\xe9").1, ["header_not_utf8"]);
    }

    #[test]
    fn a_million_beginnings_take_no_time() {
        for seed in [&b"=?"[..], b"=?a?q?", b"=?utf-8?q?x?", b"(", b"=?utf-8?q??= "] {
            let hostile = seed.repeat(1 << 18);
            decode(&hostile);
            without_comments(&hostile);
        }
    }

    #[test]
    fn fields_of_a_header() {
        let header = b"A: 1\r\nB : 2\r\n\t3\r\njunk\r\nC:\r\n: x\r\nD:4";
        let all: Vec<_> = fields(header).map(|f| (f.name, f.value)).collect();
        assert_eq!(all, [(&b"A"[..], &b" 1"[..]), (b"B", b" 2\r\n\t3"), (b"C", b""), (b"D", b"4")]);
        let spans: Vec<u8> = fields(b"A: 1\nB: 2\n").flat_map(|f| [f.span.0 as u8, f.span.1 as u8]).collect();
        assert_eq!(spans, [0, 5, 5, 10]);
    }

    #[test]
    fn what_is_written_fits_and_reads_back() {
        let long = "ü".repeat(300);
        let word = "x".repeat(1200);
        for text in [
            "plain subject",
            "",
            "Grüße aus Köln, and plain words behind, and so on until the line is really much too long ☃",
            " leading and  double ",
            "=?utf-8?q?not_one?=",
            &long,
            &word,
            "tab\there",
            "bell\x07",
        ] {
            let field = unstructured("Subject", text).unwrap();
            assert!(field.ends_with("\r\n"));
            for line in field.trim_end_matches("\r\n").split("\r\n") {
                assert!(line.len() <= 78, "{line}");
                assert!(line.is_ascii() && !line.trim().is_empty());
            }
            let value = field.strip_prefix("Subject:").unwrap();
            assert_eq!(decode(value.as_bytes()), text.trim_matches('\u{0}'), "{field}");
        }
        for bad in ["a\r\nBcc: x", "a\nb", "a\0"] {
            assert_eq!(unstructured("Subject", bad).unwrap_err().kind(), Kind::Usage);
        }
        assert!(unstructured("Sub ject", "x").is_err());
        assert!(unstructured("", "x").is_err());
    }

    proptest! {
        /// Any text without a line end survives a header, whose lines are such as can be sent.
        #[test]
        fn any_text_reads_back(parts in prop::collection::vec(hard(), 0..8)) {
            let text = parts.concat();
            let field = unstructured("Subject", &text).unwrap();
            for line in field.strip_suffix("\r\n").unwrap().split("\r\n") {
                prop_assert!(line.is_ascii() && line.len() <= 998, "{line}");
                prop_assert!(!line.trim().is_empty(), "{field:?}");
            }
            let words = encoded(&text, 9);
            prop_assert!(words.iter().all(|w| w.len() <= 75), "{words:?}");
            prop_assert_eq!(decode(words.join("\r\n ").as_bytes()), &*text);
            prop_assert_eq!(decode(&field.as_bytes()["Subject:".len()..]), text);
        }
    }

    #[test]
    fn phrases() {
        assert_eq!(phrase_atoms("Ann Example", 1), ["Ann", "Example"]);
        assert_eq!(phrase_atoms("Example, Ann \"A\"", 1), ["\"Example, Ann \\\"A\\\"\""]);
        assert_eq!(phrase_atoms("Ä", 1), ["=?utf-8?b?w4Q=?="]);
    }
}
