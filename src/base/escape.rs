//! Text of a peer or a file, made safe to show to a person.
//!
//! A terminal obeys C0, DEL and C1 control characters, and bidi controls reorder what a reader sees; none of them may pass
//! (the classes of CVE-2019-6109 and of ANSI injection by server text). Bytes that are not UTF-8 and control characters
//! become `\xNN` or `\u{NNNN}`; everything else stays as it is.

use std::{borrow::Cow, fmt::Write};

/// Whether a character could move the cursor, hide text or reorder a line.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// Escapes text for a terminal or a log.
pub fn text(s: &str) -> Cow<'_, str> {
    if !s.chars().any(is_harmful) {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len() + 16);
    for c in s.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

/// Escapes bytes that are most likely UTF-8.
pub fn bytes(b: &[u8]) -> Cow<'_, str> {
    if let Ok(s) = std::str::from_utf8(b) {
        return text(s);
    }
    let mut out = String::with_capacity(b.len() + 16);
    for chunk in b.utf8_chunks() {
        for c in chunk.valid().chars() {
            push(&mut out, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

fn push(out: &mut String, c: char) {
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if is_harmful(c) && (c as u32) < 0x100 => write!(out, "\\x{:02x}", c as u32),
        c if is_harmful(c) => write!(out, "\\u{{{:x}}}", c as u32),
        c => out.write_char(c),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_passes() {
        assert_eq!(text("a\x1b]0;x\x07b"), "a\\x1b]0;x\\x07b");
        assert_eq!(text("\u{9b}31m\u{202e}gpj.exe"), "\\x9b31m\\u{202e}gpj.exe");
        assert_eq!(bytes(b"caf\xe9 \xc3\xa9"), "caf\\xe9 é");
        assert!(matches!(text("plain, ümläut"), Cow::Borrowed(_)));
    }
}
