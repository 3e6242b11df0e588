//! Character sets to UTF-8: the only file that names `encoding_rs`.
//!
//! Labels are the WHATWG's with the aliases of mail added (cp932, utf-7). A label that nobody knows is no reason to guess: the
//! bytes stay as they are and that is said. Text without a label, or labelled US-ASCII, is read as UTF-8 where it
//! is that and as windows-1252 where it is not, sequence by sequence, which is what its writers meant.
//!
//! Where mail differs from the web, mail is right: an escape sequence of ISO-2022-JP that another follows at once changes
//! nothing, for that is how words and lines that are each whole (RFC 1468, RFC 2047 §5) look when they are joined; UTF-16 that has
//! no mark of its byte order is big-endian (RFC 2781 §4.3), unless its first character shows that it is not.

use crate::base::error::*;
use crate::mime::encode::{Codec, Defects, Out};
use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, ISO_2022_JP, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// What a label stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Charset {
    /// US-ASCII or none.
    Ascii,
    Utf7,
    /// In an order of bytes that the text itself tells.
    Utf16,
    Other(&'static Encoding),
}

fn find(label: &[u8]) -> Option<Charset> {
    let label = label.trim_ascii().to_ascii_lowercase();
    let label = label.as_slice();
    Some(match label {
        b"" | b"us-ascii" | b"ascii" | b"ansi_x3.4-1968" | b"iso646-us" | b"us" | b"646" => Charset::Ascii,
        b"utf-7" | b"utf7" | b"unicode-1-1-utf-7" | b"x-unicode-2-0-utf-7" => Charset::Utf7,
        b"utf-16" | b"utf16" => Charset::Utf16,
        // What calls itself GB2312 or GBK is full of later characters; GB18030 has them all in the same places.
        b"gb2312" | b"gbk" | b"cp936" | b"ms936" | b"x-gbk" | b"euc-cn" | b"x-euc-cn" | b"eucgb2312_cn" => {
            Charset::Other(GB18030)
        }
        b"cp932" | b"windows-932" | b"x-ms-cp932" | b"ms_kanji" | b"x-windows-31j" => {
            Charset::Other(encoding_rs::SHIFT_JIS)
        }
        b"cp949" | b"ms949" | b"uhc" | b"x-windows-949" | b"ks_c_5601" => Charset::Other(encoding_rs::EUC_KR),
        b"cp950" | b"ms950" | b"x-windows-950" | b"big5_tw" => Charset::Other(encoding_rs::BIG5),
        b"utf8mb4" | b"cp65001" | b"utf_8" => Charset::Other(encoding_rs::UTF_8),
        b"iso8859_1" | b"iso-8859-1-windows-3.1-latin-1" | b"8859-1" | b"latin-1" => {
            Charset::Other(WINDOWS_1252)
        }
        b"iso-8859-8-e" | b"iso8859-8-i" => Charset::Other(encoding_rs::ISO_8859_8),
        label => Charset::Other(Encoding::for_label_no_replacement(label)?),
    })
}

/// Whether text with this label can be converted.
pub fn is_known(label: &str) -> bool {
    find(label.as_bytes()).is_some()
}

/// Whether encoded words of this charset that stand side by side may share a character, as careless writers let them. Not where a
/// word can end in a state that the next one does not begin in.
pub fn joins(label: &[u8]) -> bool {
    find(label) != Some(Charset::Utf7)
}

/// A value of a header: `None` if nobody knows the label. Its first characters are its own: a mark of the byte order, which begins a
/// file, neither goes nor overrules the label here, but for UTF-16, which may need it.
pub fn decode(label: &[u8], bytes: &[u8]) -> Option<String> {
    let inner = match find(label)? {
        Charset::Other(encoding) if ![UTF_16LE, UTF_16BE].contains(&encoding) => {
            Inner::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        }
        charset => Inner::new(charset),
    };
    let mut to = ToUtf8::of(inner);
    let mut out = Out::new();
    to.push(bytes, &mut out).ok()?;
    to.finish(&mut out).ok()?;
    Some(String::from_utf8_lossy(out.bytes()).into_owned())
}

/// Text in that charset; `None` if nobody knows it, it cannot be written, or the text holds what it has no sign for.
pub fn encode(label: &str, text: &str) -> Option<Vec<u8>> {
    match find(label.as_bytes())? {
        Charset::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
        Charset::Utf7 | Charset::Utf16 => None,
        Charset::Other(encoding) => {
            let (bytes, used, lost) = encoding.encode(text);
            (!lost && used == encoding).then(|| bytes.into_owned())
        }
    }
}

/// Bytes without a label: UTF-8 where it is that, else windows-1252; whether all of it was UTF-8.
pub fn guess(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_string(), true),
        Err(_) => (decode(b"", bytes).unwrap_or_default(), false),
    }
}

enum Inner {
    Ascii,
    Utf7(Utf7),
    /// Nothing but the first byte was seen yet.
    Utf16,
    Other(Box<Decoder>),
}

impl Inner {
    fn new(charset: Charset) -> Inner {
        match charset {
            Charset::Ascii => Inner::Ascii,
            Charset::Utf16 => Inner::Utf16,
            Charset::Utf7 => Inner::Utf7(Utf7::default()),
            Charset::Other(encoding) => Inner::Other(Box::new(encoding.new_decoder())),
        }
    }
}

/// A stream of text converted to UTF-8.
pub struct ToUtf8 {
    inner: Inner,
    /// The start of something whose end decides what it is.
    held: Vec<u8>,
    defects: Defects,
    offset: u64,
}

impl ToUtf8 {
    /// `None` if nobody knows the label: the bytes are best left as they are, and that said.
    pub fn new(label: &str) -> Option<ToUtf8> {
        find(label.as_bytes()).map(|charset| ToUtf8::of(Inner::new(charset)))
    }

    fn of(inner: Inner) -> ToUtf8 {
        ToUtf8 { inner, held: Vec::new(), defects: Defects::default(), offset: 0 }
    }

    fn run(&mut self, input: &[u8], last: bool, out: &mut Out) {
        let joint;
        let mut input = input;
        if !self.held.is_empty() {
            self.held.extend_from_slice(input);
            joint = std::mem::take(&mut self.held);
            input = &joint;
        }
        if matches!(self.inner, Inner::Utf16) {
            let order = match input {
                [] | [_] if !last => return self.held.extend_from_slice(input),
                // Most text begins with a character that has a zero in its upper byte.
                [low, 0, ..] if *low != 0 => UTF_16LE,
                _ => UTF_16BE,
            };
            self.inner = Inner::Other(Box::new(order.new_decoder()));
        }
        match &mut self.inner {
            Inner::Ascii => {
                if ascii(input, last, &mut self.held, out) {
                    self.defects.note("charset_undeclared", self.offset);
                }
            }
            Inner::Utf7(utf7) => {
                if utf7.run(input, last, out) {
                    self.defects.note("charset_malformed", self.offset);
                }
            }
            Inner::Utf16 => {}
            Inner::Other(decoder) => {
                let lasting;
                if decoder.encoding() == ISO_2022_JP && memchr::memchr(ESC, input).is_some() {
                    lasting = escapes(input, last, &mut self.held);
                    input = &lasting;
                }
                loop {
                    let room = decoder.max_utf8_buffer_length(input.len()).unwrap_or(input.len() * 3 + 16);
                    let (result, read, written, bad) = decoder.decode_to_utf8(input, out.room(room), last);
                    out.advance(written);
                    if bad {
                        self.defects.note("charset_malformed", self.offset);
                    }
                    input = &input[read..];
                    if result == CoderResult::InputEmpty {
                        break;
                    }
                }
            }
        }
    }
}

const ESC: u8 = 0x1b;

/// ISO-2022-JP without the escape sequences that another follows at once, for which the decoder would write U+FFFD. What may
/// still become one of those is held.
fn escapes(input: &[u8], last: bool, held: &mut Vec<u8>) -> Vec<u8> {
    let whole = |b: &[u8]| matches!(b, [ESC, b'(', b'B' | b'J' | b'I', ..] | [ESC, b'$', b'@' | b'B', ..]);
    let begun = |b: &[u8]| !last && matches!(b, [] | [ESC] | [ESC, b'(' | b'$']);
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = memchr::memchr(ESC, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let length = if whole(rest) { 3 } else { 1 };
        if begun(rest) || (length == 3 && begun(&rest[3..])) {
            held.extend_from_slice(rest);
            return out;
        }
        if length == 1 || !whole(&rest[3..]) {
            out.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
    out
}

impl Codec for ToUtf8 {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        self.run(input, false, out);
        self.offset += input.len() as u64;
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        self.run(&[], true, out);
        Ok(())
    }

    fn defects(&self) -> Defects {
        self.defects.clone()
    }
}

/// UTF-8 as it is, every other byte as windows-1252. An unfinished sequence at the end is held. Whether any byte was
/// not UTF-8.
fn ascii(input: &[u8], last: bool, held: &mut Vec<u8>, out: &mut Out) -> bool {
    let (mut rest, mut odd) = (input, false);
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => {
                out.extend(rest);
                return odd;
            }
            Err(e) => {
                let (good, bad) = rest.split_at(e.valid_up_to());
                out.extend(good);
                let length = match e.error_len() {
                    Some(length) => length,
                    None if last => bad.len(),
                    None => {
                        held.extend_from_slice(bad);
                        return odd;
                    }
                };
                odd = true;
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bad[..length]);
                out.extend(text.as_bytes());
                rest = &bad[length..];
            }
        }
    }
}

/// RFC 2152: base64 of UTF-16 between `+` and `-`.
#[derive(Default)]
struct Utf7 {
    shifted: bool,
    /// Nothing followed the `+` yet: `+-` is a plus sign.
    fresh: bool,
    bits: u32,
    have: u32,
    high: Option<u16>,
}

impl Utf7 {
    fn run(&mut self, input: &[u8], last: bool, out: &mut Out) -> bool {
        let mut bad = false;
        let mut buf = [0; 4];
        let mut put = |c: char, out: &mut Out| out.extend(c.encode_utf8(&mut buf).as_bytes());
        for &byte in input {
            if !self.shifted {
                match byte {
                    b'+' => *self = Utf7 { shifted: true, fresh: true, ..Utf7::default() },
                    0..128 => out.push(byte),
                    _ => {
                        bad = true;
                        put('\u{fffd}', out);
                    }
                }
                continue;
            }
            let Some(value) = crate::base::b64::Alphabet::Standard.value(byte) else {
                bad |= self.high.is_some();
                if self.fresh && byte == b'-' {
                    out.push(b'+');
                } else if byte != b'-' {
                    out.push(if byte < 128 { byte } else { b'?' });
                }
                *self = Utf7::default();
                continue;
            };
            self.fresh = false;
            self.bits = (self.bits << 6 | u32::from(value)) & 0x3f_ffff;
            self.have += 6;
            if self.have < 16 {
                continue;
            }
            self.have -= 16;
            let unit = (self.bits >> self.have) as u16;
            match (self.high.take(), unit) {
                (None, 0xd800..0xdc00) => self.high = Some(unit),
                (Some(high), 0xdc00..0xe000) => {
                    let c = 0x10000 + (u32::from(high & 0x3ff) << 10) + u32::from(unit & 0x3ff);
                    put(char::from_u32(c).unwrap_or('\u{fffd}'), out);
                }
                (before, unit) => {
                    bad |= before.is_some();
                    let c = char::from_u32(u32::from(unit));
                    bad |= c.is_none();
                    put(c.unwrap_or('\u{fffd}'), out);
                }
            }
        }
        bad || (last && self.high.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_mail() {
        for (label, bytes, want) in [
            ("utf-8", &b"caf\xc3\xa9"[..], "café"),
            ("ISO-8859-1", b"caf\xe9", "café"),
            ("iso-8859-15", b"\xa4", "€"),
            ("cp932", b"\x93\xfa\x96\x7b", "日本"),
            ("gb2312", b"\xd6\xd0", "中"),
            // CPython's own names, in headers that it writes.
            ("eucgb2312_cn", b"\xd6\xd0", "中"),
            ("big5_tw", b"\xa4\xa4", "中"),
            ("iso-2022-jp", b"\x1b$B$\"\x1b(B", "あ"),
            ("utf-7", b"Hi Mom -+Jjo--!+- +2D3eAA-", "Hi Mom -☺-!+ 😀"),
            // As words and lines look that were joined.
            ("iso-2022-jp", b"\x1b$B$\"\x1b(B\x1b$B$$\x1b(B", "あい"),
            ("iso-2022-jp", b"\x1b$B\x1b(J\x1b(B\x1b$@$\"\x1b(Ba\x1b", "あa\u{fffd}"),
            ("koi8-r", b"\xd2", "р"),
            ("utf-16", b"\0a\x26\x3a", "a☺"),
            ("utf-16", b"a\0\x3a\x26", "a☺"),
            ("utf-16", b"\xff\xfea\0", "a"),
            ("utf-16", b"\xfe\xff\x26\x3a", "☺"),
            ("utf-16", b"\x26\x3a", "☺"),
            ("utf-16", b"", ""),
            ("", b"caf\xe9 caf\xc3\xa9", "café café"),
            ("utf-16be", b"\0a\x26\x3a", "a☺"),
            ("utf-16be", b"\xfe\xff\0a", "a"),
            ("utf-8", b"\xef\xbb\xbfa", "\u{feff}a"),
            ("iso-8859-1", b"\xff\xfea", "ÿþa"),
        ] {
            assert_eq!(decode(label.as_bytes(), bytes).as_deref(), Some(want), "{label}");
        }
        assert_eq!(encode("latin1", "café").as_deref(), Some(&b"caf\xe9"[..]));
        assert_eq!(encode("shift_jis", "日本").as_deref(), Some(&b"\x93\xfa\x96\x7b"[..]));
        for (label, text) in [("latin1", "日"), ("utf-16le", "a"), ("us-ascii", "é"), ("x-unknown", "a")] {
            assert_eq!(encode(label, text), None, "{label}");
        }
        for unknown in ["x-unknown", "iso-2022-kr", "replacement"] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }

    #[test]
    fn any_split_gives_the_same_text() {
        for (label, bytes) in [
            ("", &b"a\xe2\x98\x83b\xe9c\xe2\x98"[..]),
            ("utf-8", b"a\xe2\x98\x83b\xe9c\xe2\x98"),
            ("utf-7", b"x+2D3eAA-y+Jjo"),
            ("shift_jis", b"\x93\xfa\x96\x7b"),
            ("iso-2022-jp", b"\x1b$B$\"\x1b(B\x1b$B$$\x1b(Bx\x1b(J\x1b\x1b$"),
            ("utf-16", b"a\0\x3a\x26"),
        ] {
            let whole = decode(label.as_bytes(), bytes).unwrap();
            for cut in 0..=bytes.len() {
                let mut to = ToUtf8::new(label).unwrap();
                let mut out = Out::new();
                to.push(&bytes[..cut], &mut out).unwrap();
                to.push(&bytes[cut..], &mut out).unwrap();
                to.finish(&mut out).unwrap();
                assert_eq!(out.bytes(), whole.as_bytes(), "{label} {cut}");
            }
        }
    }
}
