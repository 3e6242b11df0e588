//! What the lines of POP3 mean: pure functions of bytes.

use super::Number;
use std::{fmt, ops::Deref};

/// A mailbox of more messages than this is not believed.
pub const MESSAGES_MAX: usize = 1_000_000;
/// Nor are identifiers of more bytes than this in all.
pub const IDENTIFIERS_MAX: usize = 16 << 20;
/// RFC 1939 §7 allows 70 characters; some servers give more.
const IDENTIFIER_MAX: usize = 512;

/// What STAT says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    pub messages: u64,
    pub bytes: u64,
}

/// One message as LIST and UIDL together tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub number: Number,
    /// As announced: a hint.
    pub size: Option<u64>,
    /// Empty where the server gives none, or one that cannot be one.
    pub uid: Uid,
    /// Another message of the same listing has the same identifier: it identifies nothing.
    pub doubtful: bool,
}

/// An identifier: in place where it is as short as nearly all are, since a mailbox may have tens of thousands of them.
#[derive(Clone)]
pub enum Uid {
    Short(u8, [u8; 22]),
    Long(Box<str>),
}

impl Uid {
    /// For those who keep it; nothing, if it is none.
    pub fn named(&self) -> Option<Box<str>> {
        (!self.is_empty()).then(|| Box::from(&**self))
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Uid {
        let mut bytes = [0; 22];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Uid::Short(len, bytes)
            }
            _ => Uid::Long(text.into()),
        }
    }
}

impl Deref for Uid {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Uid::Short(len, bytes) => std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default(),
            Uid::Long(text) => text,
        }
    }
}

impl PartialEq for Uid {
    fn eq(&self, other: &Uid) -> bool {
        **self == **other
    }
}

impl Eq for Uid {}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// By number; one that is listed twice counts once.
pub fn put_in_order(all: &mut Vec<Listed>) {
    all.sort_by_key(|m| m.number);
    all.dedup_by_key(|m| m.number);
    all.shrink_to_fit();
}

/// Takes an identifier in. Two for one number: neither is to be trusted.
pub fn identify(all: &mut [Listed], number: Number, uid: &str) {
    if let Ok(at) = all.binary_search_by_key(&number, |m| m.number) {
        all[at].doubtful = !all[at].uid.is_empty();
        all[at].uid = uid.into();
    }
}

/// An identifier that more than one message has identifies none of them.
pub fn doubt(all: &mut [Listed]) {
    let mut order: Vec<u32> = (0..u32::try_from(all.len()).unwrap_or(u32::MAX)).collect();
    order.sort_unstable_by(|a, b| all[*a as usize].uid.cmp(&all[*b as usize].uid));
    for pair in order.windows(2) {
        let (a, b) = (pair[0] as usize, pair[1] as usize);
        if all[a].uid == all[b].uid && !all[a].uid.is_empty() {
            (all[a].doubtful, all[b].doubtful) = (true, true);
        }
    }
}

/// `+OK text` or `-ERR text`; `None` for anything else. A line that only begins like one is none.
pub fn status(line: &[u8]) -> Option<Result<String, String>> {
    let text = |rest: &[u8]| match rest.first() {
        None => Some(String::new()),
        Some(b' ' | b'\t') => Some(String::from_utf8_lossy(rest.trim_ascii()).into_owned()),
        Some(_) => None,
    };
    if let Some(rest) = line.strip_prefix(b"+OK") {
        return text(rest).map(Ok);
    }
    line.strip_prefix(b"-ERR").and_then(text).map(Err)
}

/// `2 320`, and whatever follows.
pub fn stat(text: &str) -> Option<Stat> {
    let mut words = text.split_ascii_whitespace();
    Some(Stat { messages: number(words.next()?)?, bytes: number(words.next()?)? })
}

/// A scan listing, RFC 1939 §5: `1 120`, and whatever follows. A size that is too large to be one is no size.
pub fn scan(line: &[u8]) -> Option<(Number, u64)> {
    let text = std::str::from_utf8(line).ok()?;
    let mut words = text.split_ascii_whitespace();
    let (n, size) = (message_number(words.next()?)?, words.next()?);
    if !size.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((n, size.parse().unwrap_or(u64::MAX)))
}

/// A unique-id listing: `1 whqtswO00WBw418f9t5JxYwZ`. An identifier that is missing, too long or not printable is given
/// as none at all, and then its message is simply not known.
pub fn unique_id(line: &[u8]) -> Option<(Number, &str)> {
    let line = line.trim_ascii();
    let (n, uid) = match line.iter().position(|&b| b == b' ') {
        Some(at) => (&line[..at], line[at + 1..].trim_ascii()),
        None => (line, &[][..]),
    };
    let n = message_number(std::str::from_utf8(n).ok()?)?;
    let fit = uid.len() <= IDENTIFIER_MAX && uid.iter().all(u8::is_ascii_graphic);
    Some((n, std::str::from_utf8(uid).ok().filter(|_| fit).unwrap_or_default()))
}

fn message_number(text: &str) -> Option<Number> {
    number(text).and_then(|n| Number::try_from(n).ok()).filter(|n| *n > 0)
}

/// Digits only: `parse` alone would take a plus sign.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_and_what_is_none() {
        assert_eq!(status(b"+OK"), Some(Ok(String::new())));
        assert_eq!(status(b"+OK  two words "), Some(Ok("two words".into())));
        assert_eq!(status(b"-ERR [AUTH] no"), Some(Err("[AUTH] no".into())));
        for none in [&b""[..], b"+OKAY", b"OK", b"+ok", b"-ERROR", b" +OK", b"* OK"] {
            assert_eq!(status(none), None, "{none:?}");
        }
    }

    #[test]
    fn listings_and_what_is_none() {
        assert_eq!(stat("2 320 extra"), Some(Stat { messages: 2, bytes: 320 }));
        assert_eq!(stat("2"), None);
        assert_eq!(scan(b"1 120 and more"), Some((1, 120)));
        assert_eq!(scan(b"1 99999999999999999999999"), Some((1, u64::MAX)));
        for none in [&b""[..], b"1", b"0 1", b"-1 5", b"+1 5", b"1 x", b"4294967296 1", b"\xff 1"] {
            assert_eq!(scan(none), None, "{none:?}");
        }
        assert_eq!(unique_id(b"7 a/../b"), Some((7, "a/../b")));
        assert_eq!(unique_id(b"7"), Some((7, "")));
        assert_eq!(unique_id(b"7 \x1b[31m"), Some((7, "")));
        assert_eq!(unique_id(&[b"7 ", &[b'x'; 600][..]].concat()), Some((7, "")));
        assert_eq!(unique_id(b"x y"), None);
    }

    #[test]
    fn an_identifier_is_what_it_was_made_of() {
        for length in [0, 1, 21, 22, 23, 70, 255, 256, 512] {
            let text = "ü".repeat(length / 2) + &"x".repeat(length % 2);
            let uid = Uid::from(&*text);
            assert_eq!((&*uid, matches!(uid, Uid::Short(..))), (&*text, length <= 22));
            assert_eq!(uid.named().as_deref(), Some(&*text).filter(|t| !t.is_empty()));
        }
        assert!(std::mem::size_of::<Listed>() <= 48, "there may be very many");
    }

    #[test]
    fn what_a_listing_means_together() {
        let listed = |number| Listed { number, size: None, uid: "".into(), doubtful: false };
        let mut all: Vec<Listed> = [2, 1, 3, 4, 4, 5].map(listed).into();
        put_in_order(&mut all);
        for (number, uid) in [(1, "a"), (2, "b"), (3, "a"), (9, "z"), (5, "x"), (5, "y")] {
            identify(&mut all, number, uid);
        }
        doubt(&mut all);
        let short: Vec<_> = all.iter().map(|m| (m.number, &*m.uid, m.doubtful)).collect();
        assert_eq!(short, [(1, "a", true), (2, "b", false), (3, "a", true), (4, "", false), (5, "y", true)]);
    }
}
