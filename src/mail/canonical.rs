//! Line ends as mail has them: a reader that makes every CR, LF and CRLF a CRLF, ends the last line, and takes one `>` off
//! what an mbox quoted.
//!
//! A lone CR or LF that got through would be read as a line end by some servers and not by others, which is how one message
//! is made to carry a second (CVE-2023-51764 and its kin); so none gets through.

use std::io::{self, Read};

const BLOCK: usize = 64 << 10;

/// See the module's essay.
pub struct Canonical<R> {
    inner: R,
    /// Take one `>` off lines that match `>+From ` (the "rd" kind of mbox).
    unquote: bool,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    state: State,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    Middle,
    /// A CR came, its line end is written; an LF behind it says nothing more.
    AfterCr,
    /// At the start of a line one `>` is held back, and so many bytes of `From ` behind it.
    Quoted(usize),
}

const FROM: &[u8] = b"From ";

impl<R: Read> Canonical<R> {
    pub fn new(inner: R, unquote: bool) -> Canonical<R> {
        Canonical {
            inner,
            unquote,
            input: Vec::new(),
            output: Vec::new(),
            given: 0,
            state: State::LineStart,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.input.is_empty() {
            self.input.resize(BLOCK, 0);
        }
        let mut input = std::mem::take(&mut self.input);
        let read = self.inner.read(&mut input);
        (self.given, self.ended) = (0, matches!(read, Ok(0)));
        self.output.clear();
        if let Ok(n) = read {
            self.turn(&input[..n]);
        }
        self.input = input;
        if self.ended {
            self.hold_no_more();
            if self.state == State::Middle {
                self.output.extend_from_slice(b"\r\n");
            }
        }
        read.map(drop)
    }

    /// What was held back was no quoted "From " after all.
    fn hold_no_more(&mut self) {
        if let State::Quoted(matched) = self.state {
            self.output.push(b'>');
            self.output.extend_from_slice(&FROM[..matched]);
            self.state = State::Middle;
        }
    }

    fn turn(&mut self, mut bytes: &[u8]) {
        while let Some(first) = bytes.first() {
            match (self.state, first) {
                (State::AfterCr, b'\n') => {
                    self.state = State::LineStart;
                    bytes = &bytes[1..];
                    continue;
                }
                (State::AfterCr, _) => self.state = State::LineStart,
                // All `>` are alike: later ones go out at once, the first stays back.
                (State::Quoted(0), b'>') => {
                    self.output.push(b'>');
                    bytes = &bytes[1..];
                    continue;
                }
                (State::Quoted(matched), b) if FROM.get(matched) == Some(b) => {
                    bytes = &bytes[1..];
                    if matched + 1 == FROM.len() {
                        self.output.extend_from_slice(FROM);
                        self.state = State::Middle;
                    } else {
                        self.state = State::Quoted(matched + 1);
                    }
                    continue;
                }
                (State::Quoted(_), _) => self.hold_no_more(),
                _ => {}
            }
            if self.state == State::LineStart && self.unquote && bytes[0] == b'>' {
                self.state = State::Quoted(0);
                bytes = &bytes[1..];
                continue;
            }
            let line = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
            self.output.extend_from_slice(&bytes[..line]);
            self.state = State::Middle;
            match bytes.get(line) {
                None => return,
                Some(end) => {
                    self.output.extend_from_slice(b"\r\n");
                    self.state = if *end == b'\r' { State::AfterCr } else { State::LineStart };
                    bytes = &bytes[line + 1..];
                }
            }
        }
    }
}

impl<R: Read> Read for Canonical<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            if self.ended || out.is_empty() {
                return Ok(0);
            }
            self.fill()?;
        }
        let n = out.len().min(self.output.len() - self.given);
        out[..n].copy_from_slice(&self.output[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of the given sizes.
    struct Pieces<'a>(&'a [u8], Vec<usize>);

    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.1.pop().unwrap_or(1).clamp(1, out.len()).min(self.0.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn whole(text: &str, unquote: bool) -> String {
        let mut out = String::new();
        Canonical::new(text.as_bytes(), unquote).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn every_line_end_becomes_crlf_and_the_last_line_has_one() {
        for (text, want) in [
            ("", ""),
            ("a", "a\r\n"),
            ("a\nb\r\nc\rd\n", "a\r\nb\r\nc\r\nd\r\n"),
            ("\r\r\n\n\r", "\r\n\r\n\r\n\r\n"),
            ("a\r\n", "a\r\n"),
            (">From x\n", ">From x\r\n"),
        ] {
            assert_eq!(whole(text, false), want, "{text:?}");
        }
    }

    #[test]
    fn one_quote_is_taken_off_what_an_mbox_quoted() {
        for (text, want) in [
            (">From x\n>>From y\n> From\n>From\n>Fro", "From x\r\n>From y\r\n> From\r\n>From\r\n>Fro\r\n"),
            ("x >From y\n>", "x >From y\r\n>\r\n"),
            (">\n>>\n", ">\r\n>>\r\n"),
            (">F\r>From z", ">F\r\nFrom z\r\n"),
        ] {
            assert_eq!(whole(text, true), want, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(text in "[>From \r\n]{0,40}", cuts in prop::collection::vec(1usize..9, 0..20), unquote: bool) {
            let mut out = String::new();
            Canonical::new(Pieces(text.as_bytes(), cuts), unquote).read_to_string(&mut out).unwrap();
            prop_assert_eq!(&out, &whole(&text, unquote));
            prop_assert!(!out.replace("\r\n", "").contains(['\r', '\n']), "no lone CR or LF");
            prop_assert!(out.is_empty() || out.ends_with("\r\n"));
            prop_assert_eq!(whole(&out, false), out);
        }
    }
}
