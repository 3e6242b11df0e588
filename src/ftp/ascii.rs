//! TYPE A (RFC 959 §3.1.1.1): on the wire a line ends with CRLF, here with LF, there as the server likes it.
//!
//! The lengths of one text therefore differ: on the wire it is longest, with LF shortest, and a server may hold it either way or,
//! where it was mixed before, in between. So a size proves less than it does for bytes: [`Sizes`] says how much.

/// What went over the wire, and how much of it were line ends. In TYPE I that is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    wire: u64,
    line_ends: u64,
}

impl Sizes {
    pub(super) fn add(&mut self, bytes: u64) {
        self.wire += bytes;
    }

    pub(super) fn wire(self) -> u64 {
        self.wire
    }

    /// Of bytes, not text.
    pub fn of(bytes: u64) -> Sizes {
        Sizes { wire: bytes, line_ends: 0 }
    }

    /// A size that is known to be that of this very text, in one form or the other.
    pub fn proves(self, size: u64) -> bool {
        size == self.wire || size == self.wire - self.line_ends
    }

    /// A size that the text may have there.
    pub fn allows(self, size: u64) -> bool {
        (self.wire - self.line_ends..=self.wire).contains(&size)
    }
}

/// LF to CRLF; CRLF stays.
#[derive(Default)]
pub(super) struct ToWire {
    after_cr: bool,
    out: Vec<u8>,
}

impl ToWire {
    pub(super) fn convert(&mut self, bytes: &[u8], sizes: &mut Sizes) -> &[u8] {
        self.out.clear();
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let line = &rest[..at];
            self.out.extend_from_slice(line);
            let after_cr = if line.is_empty() { self.after_cr } else { line.ends_with(b"\r") };
            self.out.extend_from_slice(if after_cr { b"\n" } else { b"\r\n" });
            sizes.line_ends += 1;
            self.after_cr = false;
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
        if let Some(last) = rest.last() {
            self.after_cr = *last == b'\r';
        }
        sizes.add(self.out.len() as u64);
        &self.out
    }
}

/// CRLF to LF; a CR alone stays.
#[derive(Default)]
pub(super) struct FromWire {
    /// A CR came last: what follows decides.
    held: bool,
    out: Vec<u8>,
    given: usize,
}

impl FromWire {
    /// Takes what came next.
    pub(super) fn push(&mut self, bytes: &[u8], sizes: &mut Sizes) {
        sizes.add(bytes.len() as u64);
        self.out.clear();
        self.given = 0;
        let Some(first) = bytes.first() else { return };
        if std::mem::take(&mut self.held) {
            if *first == b'\n' {
                sizes.line_ends += 1;
            } else {
                self.out.push(b'\r');
            }
        }
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\r', rest) {
            self.out.extend_from_slice(&rest[..at]);
            match rest.get(at + 1) {
                None => self.held = true,
                Some(b'\n') => sizes.line_ends += 1,
                Some(_) => self.out.push(b'\r'),
            }
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) {
        (self.out, self.given) = (Vec::new(), 0);
        if std::mem::take(&mut self.held) {
            self.out.push(b'\r');
        }
    }

    /// Hands out what is converted; 0 if nothing is.
    pub(super) fn give(&mut self, buf: &mut [u8]) -> usize {
        let rest = &self.out[self.given..];
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn to_wire(pieces: &[&[u8]]) -> (Vec<u8>, Sizes) {
        let (mut to, mut sizes) = (ToWire::default(), Sizes::default());
        let out = pieces.iter().flat_map(|p| to.convert(p, &mut sizes).to_vec()).collect();
        (out, sizes)
    }

    fn from_wire(pieces: &[&[u8]]) -> (Vec<u8>, Sizes) {
        let (mut from, mut sizes, mut out) = (FromWire::default(), Sizes::default(), Vec::new());
        let mut drain = |from: &mut FromWire| {
            let mut buf = [0; 3];
            loop {
                match from.give(&mut buf) {
                    0 => break,
                    n => out.extend_from_slice(&buf[..n]),
                }
            }
        };
        for piece in pieces {
            from.push(piece, &mut sizes);
            drain(&mut from);
        }
        from.end();
        drain(&mut from);
        (out, sizes)
    }

    #[test]
    fn both_ways() {
        let (wire, sizes) = to_wire(&[b"a\nb\r\n\n\rc\r"]);
        assert_eq!(wire, b"a\r\nb\r\n\r\n\rc\r");
        assert!(sizes.proves(11) && sizes.proves(8) && sizes.allows(9) && !sizes.proves(9));
        assert!(!sizes.allows(7) && !sizes.allows(12));
        let (text, sizes) = from_wire(&[b"a\r\nb\r\r\n\rc\r"]);
        assert_eq!(text, b"a\nb\r\n\rc\r");
        assert!(sizes.proves(10) && sizes.proves(8));
    }

    proptest! {
        #[test]
        fn any_split_is_the_same(text in "[a\r\n]{0,24}", at in 0usize..25) {
            let (left, right) = text.as_bytes().split_at(at.min(text.len()));
            prop_assert_eq!(to_wire(&[left, right]), to_wire(&[text.as_bytes()]));
            prop_assert_eq!(from_wire(&[left, right]), from_wire(&[text.as_bytes()]));
        }

        #[test]
        fn a_text_with_lf_makes_the_trip(text in "[a\n]{0,24}") {
            let (wire, up) = to_wire(&[text.as_bytes()]);
            let (back, down) = from_wire(&[&wire]);
            prop_assert_eq!(&back, text.as_bytes());
            prop_assert_eq!(up, down);
            prop_assert!(up.proves(text.len() as u64));
        }
    }
}
