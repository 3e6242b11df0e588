//! The reader: a push parser for messages of any size.
//!
//! [`Parser`] is given a message in any pieces and cuts it: every byte goes to a [`Sink`] once and in order, with the starts and
//! ends of parts between them, and no cut of the input changes what the sink sees. It never recurses and never holds a
//! body: its memory is one header (1 MiB at most), the stack of open parts (64 deep at most) and a line that may turn
//! out to be a delimiter. [`walk`] stands on it and adds what has to be decoded to be seen.
//!
//! Where real mail leaves the RFCs, the rules are:
//!
//! * A delimiter is a whole line: two dashes, the boundary, perhaps two more, white space. Longer lines that start so are text.
//!   All open boundaries are looked for, the innermost first; an outer one ends what is inside.
//! * A line in a header that is no field is skipped; two in a row mean that the empty line is missing, and the body
//!   starts with the first of them.
//! * Of fields that may stand once the first counts.
//! * The end of the input ends everything; what was not closed is noted.

mod body;
mod boundary;
mod gather;
mod part;
pub mod walk;

pub use part::{Kind, Part, Role, Source};

use crate::base::{body::Body, error::*};
use crate::mime::defect::Defect;
use memchr::{memchr, memmem};
use part::Context;
use std::io::{self, Read};

/// Reads all of a body; `name` is what messages call it. Whether a limit kept it from looking at everything.
///
/// # Errors
/// `Local` if it cannot be read, and whatever the sink says.
pub fn all(body: &dyn Body, name: &str, sink: &mut dyn Sink) -> Result<bool> {
    let mut parser = Parser::new(Limits::default());
    let (mut reader, mut block) = (body.open()?, vec![0; 64 * 1024]);
    loop {
        match reader.read(&mut block) {
            Ok(0) => break,
            Ok(n) => parser.push(&block[..n], sink)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                let local = crate::base::error::Kind::Local;
                return Err(Error::from_io(e, local, format_args!("cannot read {name}")));
            }
        }
    }
    parser.finish(sink)?;
    Ok(parser.limited())
}

/// Bounds on what a message may make us do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Containers within containers.
    pub depth: usize,
    pub parts: u64,
    /// Bytes of one header.
    pub header: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 64, parts: 10_000, header: 1024 * 1024 }
    }
}

/// What a run of bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A header, its empty line included; the part's start follows.
    Header,
    /// The body of the innermost part, not decoded.
    Body,
    /// A delimiter line and the line end before it, which belongs to it (RFC 2046 §5.1.1).
    Delimiter,
    /// Text of a multipart outside its parts.
    Preamble,
    Epilogue,
}

/// How a part ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// Where its body ends, not counting the line end before the delimiter.
    pub at: Option<u64>,
    /// Bytes of its body as it stands there.
    pub size: u64,
    /// What was found after its header.
    pub defects: Vec<Defect>,
}

/// Who is told.
pub trait Sink {
    /// A header is whole; `header` is it, with its empty line.
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()>;

    /// Every byte of the input, once, in order.
    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()>;

    /// The parts within have ended before.
    fn end(&mut self, part: &Part, end: &End) -> Result<()>;
}

/// An open part.
struct Level {
    part: Part,
    context: Context,
    /// Of a multipart: "" is none to look for.
    boundary: Vec<u8>,
    closed: bool,
    /// It took over the parts of a multipart below the depth limit.
    flattened: bool,
    children: u32,
    /// Bytes given out when its body began.
    began: u64,
    defects: Vec<Defect>,
}

#[derive(Clone, Copy)]
enum Line {
    Start,
    Cr,
    Text,
}

enum State {
    Header,
    Body(What),
}

/// See the module's essay.
pub struct Parser {
    limits: Limits,
    state: State,
    stack: Vec<Level>,
    context: Context,
    /// Header so far, and the line that is not yet whole.
    header: Vec<u8>,
    line: Vec<u8>,
    /// A line that is no field starts here in `header`.
    junk: Option<usize>,
    any_field: bool,
    header_defects: Vec<Defect>,
    /// The header passed its limit; where in a line we are.
    overflow: Option<Line>,
    /// The next byte of a body stands at the start of a line.
    bol: bool,
    /// Bytes that may belong to a delimiter.
    held: Vec<u8>,
    /// Bytes given out.
    given: u64,
    /// Offsets mean something: this is no decoded part of another message.
    offsets: bool,
    parts: u64,
    base_depth: usize,
    limited: bool,
    finder: memmem::Finder<'static>,
}

/// A candidate for a delimiter is looked at up to this length.
const DELIMITER: usize = 2048;
/// Boundaries longer than this are none (RFC 2046 §5.1.1 allows 70).
const BOUNDARY: usize = 1000;

impl Parser {
    pub fn new(limits: Limits) -> Parser {
        Parser {
            limits,
            state: State::Header,
            stack: Vec::new(),
            context: Context { whole: true, number: 1, ..Context::default() },
            header: Vec::new(),
            line: Vec::new(),
            junk: None,
            any_field: false,
            header_defects: Vec::new(),
            overflow: None,
            bol: false,
            held: Vec::new(),
            given: 0,
            offsets: true,
            parts: 0,
            base_depth: 0,
            limited: false,
            finder: memmem::Finder::new(b"\n--"),
        }
    }

    /// For a message that came out of part `path` of another: numbered within it, without offsets.
    pub fn within(limits: Limits, path: &str, depth: usize, parts: u64) -> Parser {
        let mut parser = Parser::new(limits);
        parser.context.prefix = path.to_string();
        parser.offsets = false;
        parser.base_depth = depth;
        parser.parts = parts;
        parser
    }

    /// Whether a limit kept it from looking at everything.
    pub fn limited(&self) -> bool {
        self.limited
    }

    /// More of the message.
    pub fn push(&mut self, mut input: &[u8], sink: &mut dyn Sink) -> Result<()> {
        // Held bytes are known to need more, except those put back after a header that was none.
        let mut waiting = !self.held.is_empty();
        loop {
            if self.held.is_empty() {
                if input.is_empty() {
                    return Ok(());
                }
                let (used, more) = self.step(input, false, sink)?;
                input = &input[used..];
                if more {
                    self.held.extend_from_slice(input);
                    return Ok(());
                }
                waiting = false;
                continue;
            }
            let mut take = 0;
            if waiting {
                if input.is_empty() {
                    return Ok(());
                }
                // Just so much more that the line in question is whole.
                let reach = input.len().min(DELIMITER);
                take = memchr(b'\n', &input[..reach]).map_or(reach, |at| at + 1);
            }
            let mut joint = std::mem::take(&mut self.held);
            joint.extend_from_slice(&input[..take]);
            let (used, more) = self.step(&joint, false, sink)?;
            let rest = joint.len() - used;
            if self.held.is_empty() && (1..=take).contains(&rest) {
                // What is left came with this input: it is looked at there, not line by line for the rest of it.
                input = &input[take - rest..];
                waiting = false;
                continue;
            }
            input = &input[take..];
            self.held.extend_from_slice(&joint[used..]);
            waiting = more;
        }
    }

    /// One header line, or a body up to a delimiter: how many bytes were used, and whether the rest needs more.
    fn step(&mut self, input: &[u8], end: bool, sink: &mut dyn Sink) -> Result<(usize, bool)> {
        match self.state {
            State::Header => Ok((self.header_bytes(input, sink)?, false)),
            State::Body(_) => self.body_bytes(input, end, sink),
        }
    }

    /// The message is over.
    pub fn finish(&mut self, sink: &mut dyn Sink) -> Result<()> {
        // Each round may put back what the next one takes: lines that were no fields are a body after all, and in that body a
        // delimiter may begin one more header.
        loop {
            while !self.held.is_empty() {
                let held = std::mem::take(&mut self.held);
                let (used, _) = self.step(&held, true, sink)?;
                self.held.extend_from_slice(&held[used..]);
            }
            if !matches!(self.state, State::Header) {
                break;
            }
            if !self.line.is_empty() {
                let line = std::mem::take(&mut self.line);
                self.header_line(&line, sink)?;
            } else if let Some(junk) = self.junk.take() {
                // A last line that is no field, and no empty line behind it: it is all the body there is.
                let body = self.header.split_off(junk);
                self.header_defect("header_unterminated", text(&body));
                self.begin(sink)?;
                self.again(&body, sink)?;
            } else if !self.header.is_empty() || self.stack.is_empty() {
                // A header that ends with the input: of the whole message that is no defect worth a word.
                if !self.stack.is_empty() {
                    self.header_defect("header_unterminated", "");
                }
                self.begin(sink)?;
            } else {
                break;
            }
        }
        while !self.stack.is_empty() {
            self.pop(sink)?;
        }
        Ok(())
    }

    fn position(&self) -> Option<u64> {
        self.offsets.then_some(self.given)
    }

    fn give(&mut self, what: What, bytes: &[u8], sink: &mut dyn Sink) -> Result<()> {
        if !bytes.is_empty() {
            self.given += bytes.len() as u64;
            sink.octets(what, bytes)?;
        }
        Ok(())
    }

    fn header_defect(&mut self, name: &'static str, detail: impl Into<String>) {
        if self.header_defects.len() < 16 {
            let at = self.offsets.then(|| self.given + self.header.len() as u64);
            self.header_defects.push(Defect::new(name, at, detail));
        }
    }

    /// The header is whole: a part begins.
    fn begin(&mut self, sink: &mut dyn Sink) -> Result<()> {
        let header = std::mem::take(&mut self.header);
        let junk = self.junk.take().map(|at| text(&header[at..]));
        if let Some(junk) = junk {
            self.header_defect("field_invalid", junk);
        }
        let overflowed = self.overflow.take().is_some();
        let header_at = if overflowed { None } else { self.position() };
        if !overflowed {
            self.give(What::Header, &header, sink)?;
        }
        let context = std::mem::take(&mut self.context);
        let mut part = part::examine(&header, &context, header_at);
        self.any_field = false;
        let mut defects = std::mem::take(&mut self.header_defects);
        part.defects.append(&mut defects);
        part.depth = self.base_depth + self.stack.len();
        part.id = self.parts;
        self.parts += 1;
        part.body_at = self.position();
        let mut boundary = Vec::new();
        let too_deep = part.kind != Kind::Leaf && part.depth >= self.limits.depth;
        if too_deep {
            // Of many at the limit the first is enough to be told.
            let told = self.stack.last().is_some_and(|open| open.flattened);
            if !told {
                part.defects.push(Defect::new("depth_limit", part.body_at, ""));
            }
            self.limited = true;
            if part.kind == Kind::Message || self.stack.is_empty() {
                part.kind = Kind::Leaf;
                part.role = Role::Container;
            }
        }
        if part.kind == Kind::Multipart {
            boundary = self.boundary(&mut part);
            if boundary.is_empty() {
                part.kind = Kind::Leaf;
                part.role = Role::Attachment;
            }
        }
        if too_deep && part.kind == Kind::Multipart {
            sink.start(&part, &header)?;
            return self.flatten(part, boundary, sink);
        }
        sink.start(&part, &header)?;
        self.header = header;
        self.header.clear();
        if self.header.capacity() > 65536 {
            self.header = Vec::new();
        }
        let kind = part.kind;
        let child = Context {
            prefix: context.child_prefix(&part.path),
            whole: true,
            number: 1,
            within: String::new(),
            in_alternative: false,
        };
        let (began, closed) = (self.given, false);
        self.stack.push(Level {
            part,
            context,
            boundary,
            closed,
            flattened: false,
            children: 0,
            began,
            defects: Vec::new(),
        });
        self.bol = true;
        self.state = match kind {
            Kind::Leaf => State::Body(What::Body),
            Kind::Multipart => State::Body(What::Preamble),
            Kind::Message => {
                self.context = child;
                State::Header
            }
        };
        Ok(())
    }

    /// A multipart below the depth limit: its parts are taken for parts of the multipart around it, whose own boundary is
    /// given up. So what is inside is still found, in bounded memory; that not all was looked at is said.
    fn flatten(&mut self, part: Part, boundary: Vec<u8>, sink: &mut dyn Sink) -> Result<()> {
        sink.end(&part, &End { at: self.position(), size: 0, defects: Vec::new() })?;
        if let Some(open) = self.stack.last_mut() {
            open.boundary = boundary;
            open.closed = false;
            open.flattened = true;
        }
        self.bol = true;
        self.state = State::Body(What::Preamble);
        Ok(())
    }

    /// The boundary of a multipart; "" if it cannot have parts.
    fn boundary(&mut self, part: &mut Part) -> Vec<u8> {
        // The raw value: an encoded word is no boundary, and its bytes are what stands in the lines.
        let param = part.params.iter().find(|p| p.name == "boundary");
        let raw: Vec<u8> = match param {
            Some(p) if p.extended => p.value.clone().into_bytes(),
            Some(p) => unescape(&p.raw),
            None => Vec::new(),
        };
        let end = raw.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
        let boundary = raw[..end].to_vec();
        if boundary.is_empty() {
            part.defects.push(Defect::new("boundary_missing", part.header_at, ""));
            return Vec::new();
        }
        let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(b);
        if boundary.len() > 70 || !boundary.iter().all(allowed) {
            part.defects.push(Defect::new("boundary_invalid", part.header_at, text(&boundary)));
        }
        if boundary.len() > BOUNDARY {
            return Vec::new();
        }
        if self.stack.iter().any(|level| level.boundary == boundary && !level.closed) {
            part.defects.push(Defect::new("boundary_nested_same", part.header_at, text(&boundary)));
        }
        boundary
    }

    /// Ends the innermost part.
    fn pop(&mut self, sink: &mut dyn Sink) -> Result<()> {
        let Some(mut level) = self.stack.pop() else { return Ok(()) };
        let at = self.position();
        if level.part.kind == Kind::Multipart && !level.closed {
            level.defects.push(Defect::new("end_missing", at, text(&level.boundary)));
        }
        let end = End { at, size: self.given - level.began, defects: level.defects };
        sink.end(&level.part, &end)
    }
}

fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(if byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte });
    }
    out
}

/// Bytes for a person, cut.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).trim_end().to_string()
}

#[cfg(test)]
mod tests;
