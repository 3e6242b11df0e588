//! What every store does to a message on its way in: line ends, mbox quoting, the head, the digest.
//!
//! A message arrives with CRLF and is kept with LF, as every Unix reader of Maildir and mbox expects; only the pair is
//! changed, a lone CR or LF is the sender's own. The digest is of the bytes as they arrived, so that it is the same
//! whatever the store does to them. The head is kept aside while it passes (bounded), for rules and From_ lines.

use crate::base::{
    digest::{Algorithm, Digest},
    error::*,
};
use std::io::{self, Read, Write};

/// How much of a header block is kept for looking at; what is longer is cut here and whole in the store.
pub const HEAD_MAX: usize = 256 * 1024;
const CHUNK: usize = 64 * 1024;

/// One message as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Bytes as they arrived.
    pub size: u64,
    /// Bytes as they were written.
    pub stored: u64,
    /// The digest of what arrived, unless [`Form::unsummed`] waives it.
    pub sha256: [u8; 32],
    /// The digest of the written form, where [`Form::sum`] asks for it.
    pub stored_sha256: [u8; 32],
    /// The header block up to the empty line, as written.
    pub head: Vec<u8>,
}

/// Line ends and quoting of the written form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Leave CRLF as it is.
    pub crlf: bool,
    /// Quote `From ` lines the mboxrd way, and end with a newline and an empty line.
    pub mbox: bool,
    /// Digest the written form too.
    pub sum: bool,
    /// Nobody asks for the digest of what arrived.
    pub unsummed: bool,
}

/// Buffers that are used again for every message.
#[derive(Debug)]
pub struct Intake {
    form: Form,
    chunk: Vec<u8>,
    out: Vec<u8>,
}

impl Intake {
    pub fn new(form: Form) -> Intake {
        Intake { form, chunk: Vec::new(), out: Vec::new() }
    }

    /// Copies one message from its source to its end. Errors of `from` pass through with their own label.
    pub fn copy(&mut self, from: &mut dyn Read, to: &mut dyn Write) -> Result<Taken> {
        self.chunk.resize(CHUNK, 0);
        let mut digest = (!self.form.unsummed).then(|| Digest::new(Algorithm::Sha256));
        let mut taken =
            Taken { size: 0, stored: 0, sha256: [0; 32], stored_sha256: [0; 32], head: Vec::new() };
        let mut stored = self.form.sum.then(|| Digest::new(Algorithm::Sha256));
        let mut head = Head::default();
        let mut lines = Lines::new(self.form);
        let write = |to: &mut dyn Write, bytes: &[u8]| {
            to.write_all(bytes).map_err(|e| Error::from_io(e, Kind::Local, "cannot write the message"))
        };
        self.out.clear();
        let mut ended = false;
        while !ended {
            let n = match from.read(&mut self.chunk) {
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
            };
            let had = self.out.len();
            if n == 0 {
                lines.finish(&mut self.out);
                ended = true;
            } else {
                taken.size += n as u64;
                if let Some(digest) = &mut digest {
                    digest.update(&self.chunk[..n]);
                }
                lines.push(&self.chunk[..n], &mut self.out);
                head.push(&self.out[had..], &mut taken.head);
            }
            // A source gives what it has, which may be little: what is small is written at once, in one call.
            if ended || self.out.len() >= CHUNK {
                if let Some(stored) = &mut stored {
                    stored.update(&self.out);
                }
                taken.stored += self.out.len() as u64;
                write(to, &self.out)?;
                self.out.clear();
            }
        }
        if let Some(digest) = digest {
            taken.sha256 = digest.finish().try_into().unwrap_or_default();
        }
        if let Some(stored) = stored {
            taken.stored_sha256 = stored.finish().try_into().unwrap_or_default();
        }
        Ok(taken)
    }
}

/// The line filter: pure, and the same however the input is cut.
struct Lines {
    form: Form,
    /// A CR that may be half of a CRLF.
    cr: bool,
    /// At the start of a line, with how much of `>*From ` seen: `None` once it cannot match any more.
    quote: Option<Quote>,
    last: u8,
}

/// The start of a line that may yet turn out to be `>*From `: its `>`s are held back as a number, so that a line of a
/// gigabyte of `>` costs nothing.
#[derive(Clone, Copy, Default)]
struct Quote {
    marks: u64,
    word: usize,
}

const FROM: &[u8] = b"From ";

impl Lines {
    fn new(form: Form) -> Lines {
        Lines { form, cr: false, quote: form.mbox.then(Quote::default), last: b'\n' }
    }

    fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        if self.form.crlf && !self.form.mbox {
            out.extend_from_slice(input);
            return;
        }
        if self.cr && !input.is_empty() {
            self.cr = false;
            if input[0] != b'\n' {
                self.put(b"\r", out);
            }
        }
        while let Some(at) = memchr::memchr(b'\r', input) {
            self.put(&input[..at], out);
            match input.get(at + 1) {
                Some(b'\n') if !self.form.crlf => {}
                Some(_) => self.put(b"\r", out),
                None => self.cr = true,
            }
            input = &input[at + 1..];
        }
        self.put(input, out);
    }

    fn put(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        if let Some(&last) = input.last() {
            self.last = last;
        }
        if !self.form.mbox {
            out.extend_from_slice(input);
            return;
        }
        while !input.is_empty() {
            if let Some(quote) = &mut self.quote {
                let b = input[0];
                if quote.word == 0 && b == b'>' {
                    quote.marks += 1;
                    input = &input[1..];
                    // Bounded: the marks of a very long run are let go one by one, being unable to be more than marks.
                    if quote.marks > 4096 {
                        out.push(b'>');
                        quote.marks -= 1;
                    }
                    continue;
                }
                if b == FROM[quote.word] {
                    quote.word += 1;
                    input = &input[1..];
                    if quote.word == FROM.len() {
                        let marks = quote.marks + 1;
                        self.release(marks, FROM.len(), out);
                    }
                    continue;
                }
                let (marks, word) = (quote.marks, quote.word);
                self.release(marks, word, out);
            }
            match memchr::memchr(b'\n', input) {
                Some(at) => {
                    out.extend_from_slice(&input[..=at]);
                    input = &input[at + 1..];
                    self.quote = Some(Quote::default());
                }
                None => {
                    out.extend_from_slice(input);
                    return;
                }
            }
        }
    }

    fn release(&mut self, marks: u64, word: usize, out: &mut Vec<u8>) {
        self.quote = None;
        out.extend((0..marks).map(|_| b'>'));
        out.extend_from_slice(&FROM[..word]);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.cr {
            self.cr = false;
            self.put(b"\r", out);
        }
        if let Some(Quote { marks, word }) = self.quote {
            self.release(marks, word, out);
        }
        if self.form.mbox {
            out.extend_from_slice(if self.last == b'\n' { b"\n" } else { b"\n\n" });
        }
    }
}

/// Finds the end of the header block: an empty line, with either line end.
#[derive(Default)]
struct Head {
    done: bool,
    line: usize,
}

impl Head {
    fn push(&mut self, bytes: &[u8], head: &mut Vec<u8>) {
        if self.done {
            return;
        }
        for (at, &b) in bytes.iter().enumerate() {
            match b {
                b'\n' if self.line == 0 => {
                    self.done = true;
                    head.extend_from_slice(&bytes[..=at]);
                    head.truncate(HEAD_MAX);
                    return;
                }
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => self.line += 1,
            }
            if head.len() + at >= HEAD_MAX {
                self.done = true;
                head.extend_from_slice(&bytes[..at]);
                return;
            }
        }
        head.extend_from_slice(bytes);
    }
}

/// The first value of a field in a header block, unfolded; for a store's own needs (Return-Path, Date). Reading
/// messages properly is the MIME layer's.
pub fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    head.split(|&b| b == b'\n').find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        found.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One byte, two bytes, … at a time: the result may not depend on it.
    fn every_split(input: &[u8], form: Form) -> Vec<u8> {
        struct Slow<'a>(&'a [u8], usize);
        impl Read for Slow<'_> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(self.1).min(buf.len());
                buf[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut whole = Vec::new();
        let taken = Intake::new(form).copy(&mut { input }, &mut whole).unwrap();
        assert_eq!(taken.stored, whole.len() as u64);
        for step in 1..9 {
            let mut out = Vec::new();
            let again = Intake::new(form).copy(&mut Slow(input, step), &mut out).unwrap();
            assert_eq!((&again, &out), (&taken, &whole), "step {step}");
        }
        whole
    }

    #[test]
    fn only_the_pair_is_changed() {
        let form = Form::default();
        assert_eq!(every_split(b"a\r\n\r\nb\rc\nd\r\r\n\r", form), b"a\n\nb\rc\nd\r\n\r");
        assert_eq!(every_split(b"a\r\n.\r\n", Form { crlf: true, ..form }), b"a\r\n.\r\n");
    }

    #[test]
    fn mboxrd_quotes_what_could_be_mistaken_and_what_was_quoted() {
        let form = Form { mbox: true, sum: true, ..Form::default() };
        let text = b"From: x\r\n\r\nFrom me\r\n>From you\r\n>>From\r\nFrom\r\n >From \r\nxFrom \r\nFrom ";
        let quoted = b"From: x\n\n>From me\n>>From you\n>>From\nFrom\n >From \nxFrom \n>From \n\n";
        assert_eq!(every_split(text, form), quoted);
        assert_eq!(every_split(b"a\r\n", form), b"a\n\n");
        assert_eq!(every_split(b"a", form), b"a\n\n");
        assert_eq!(every_split(b"a\r\n>>Fro", form), b"a\n>>Fro\n\n");
        let marks = vec![b'>'; 10_000];
        let mut expect = marks.clone();
        expect.extend_from_slice(b">From x\n\n");
        assert_eq!(every_split(&[&marks[..], b"From x"].concat(), form), expect);
    }

    #[test]
    fn the_head_is_cut_at_the_empty_line_and_at_the_bound() {
        let mut out = Vec::new();
        let mut take = |text: &[u8]| Intake::new(Form::default()).copy(&mut { text }, &mut out).unwrap().head;
        assert_eq!(take(b"A: 1\r\nB: 2\r\n\r\nbody\r\n\r\n"), b"A: 1\nB: 2\n\n");
        assert_eq!(take(b"A: 1"), b"A: 1");
        assert_eq!(take(b"\r\nbody"), b"\n");
        let long = [b"A: ".to_vec(), vec![b'x'; 2 * HEAD_MAX]].concat();
        assert_eq!(take(&long).len(), HEAD_MAX);
        assert_eq!(field(b"A: 1\nreturn-path: <a@b>\n", "Return-Path"), Some(&b"<a@b>"[..]));
        assert_eq!(field(b"A: 1\n", "B"), None);
    }

    #[test]
    fn the_digest_is_of_the_wire() {
        let mut out = Vec::new();
        let taken = Intake::new(Form::default()).copy(&mut &b"abc"[..], &mut out).unwrap();
        assert_eq!(&taken.sha256[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!((taken.size, taken.stored), (3, 3));
        let form = Form { unsummed: true, ..Form::default() };
        assert_eq!(Intake::new(form).copy(&mut &b"abc"[..], &mut out).unwrap().sha256, [0; 32]);
    }
}
