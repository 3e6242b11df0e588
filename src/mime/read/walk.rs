//! The reader with everything decoded: transfer encodings, messages that were encoded, and what hides in text
//! (uuencode, yEnc) and in winmail.dat.
//!
//! A [`Visitor`] is told of parts and given the contents of those it wants. Parts can be open at the same time: a message within
//! is one part, its raw bytes are content of that part, and its own parts are parts again; likewise a file that was
//! found in a text. So contents carry the id of their part.

use super::{End, Kind, Limits, Parser, Part, Role, Sink, Source, What};
use crate::base::error::*;
use crate::mime::defect::Defect;
use crate::mime::encode::{Codec, Defects, Encoding, Out, Temper};
use crate::mime::legacy::{self, Scanner};
use crate::mime::tnef::Tnef;

/// How a part ended, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    pub at: Option<u64>,
    /// Bytes as it stands in the message.
    pub size: u64,
    /// Bytes of its content, if it was looked at.
    pub decoded: Option<u64>,
    pub defects: Vec<Defect>,
}

/// Who is told. Between a part's start and end come its contents, and whole parts that are inside it.
pub trait Visitor {
    /// Returns whether the content is wanted. `header` is "" for a part that has none.
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<bool>;

    /// Decoded bytes of part `id`; of a message within its raw bytes.
    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()>;

    fn end(&mut self, part: &Part, done: &Done) -> Result<()>;

    /// Every byte of the message as it stands there, for those who look at more than parts.
    fn octets(&mut self, _what: What, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }
}

/// What to look into.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub limits: Limits,
    /// uuencode and yEnc in text, winmail.dat.
    pub legacy: bool,
    /// Messages that were encoded are read as messages.
    pub encoded: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { limits: Limits::default(), legacy: true, encoded: true }
    }
}

/// Encoded messages within encoded messages: each costs buffers, and more than one is never honest.
const ENCODED_DEPTH: usize = 8;

/// See the module's essay.
pub struct Walk {
    parser: Parser,
    tree: Tree,
}

impl Walk {
    pub fn new(options: Options) -> Walk {
        Walk { parser: Parser::new(options.limits), tree: Tree::new(options, 0) }
    }

    pub fn push(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) -> Result<()> {
        self.parser.push(bytes, &mut Link { tree: &mut self.tree, visitor })
    }

    pub fn finish(&mut self, visitor: &mut dyn Visitor) -> Result<()> {
        self.parser.finish(&mut Link { tree: &mut self.tree, visitor })
    }

    /// Whether a limit kept it from looking at everything.
    pub fn limited(&self) -> bool {
        self.parser.limited() || self.tree.limited
    }

    /// Reads a whole message.
    pub fn run(&mut self, reader: &mut dyn std::io::Read, visitor: &mut dyn Visitor) -> Result<()> {
        let mut block = vec![0; crate::mime::encode::BLOCK];
        loop {
            match reader.read(&mut block) {
                Ok(0) => return self.finish(visitor),
                Ok(n) => self.push(&block[..n], visitor)?,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    return Err(Error::from_io(
                        e,
                        crate::base::error::Kind::Local,
                        "cannot read the message",
                    ));
                }
            }
        }
    }
}

struct Tree {
    options: Options,
    open: Vec<Open>,
    next_id: u64,
    /// How many of the messages around were encoded.
    encoded: usize,
    limited: bool,
    out: Out,
}

struct Open {
    part: Part,
    wanted: bool,
    decoded: u64,
    decoder: Option<Box<dyn Codec>>,
    /// A message that comes out of the decoder.
    nested: Option<Box<Walk>>,
    scanner: Option<Box<Scanner>>,
    tnef: Option<Box<Tnef>>,
    /// The part that the scanner has open.
    virtual_part: Option<(Part, bool, u64)>,
    /// How many virtual parts of each kind there were.
    found: [u32; 3],
    defects: Vec<Defect>,
}

impl Tree {
    fn new(options: Options, encoded: usize) -> Tree {
        Tree { options, open: Vec::new(), next_id: 0, encoded, limited: false, out: Out::new() }
    }
}

struct Link<'a> {
    tree: &'a mut Tree,
    visitor: &'a mut dyn Visitor,
}

impl Sink for Link<'_> {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()> {
        let tree = &mut *self.tree;
        let mut part = part.clone();
        part.id = tree.next_id;
        tree.next_id += 1;
        let options = tree.options;
        let mut nested = None;
        if part.is_encoded_message() && options.encoded {
            if tree.encoded < ENCODED_DEPTH && part.depth < options.limits.depth {
                nested = Some(Box::new(Walk {
                    parser: Parser::within(options.limits, &part.path, part.depth + 1, part.id),
                    tree: Tree::new(options, tree.encoded + 1),
                }));
            } else {
                part.defects.push(Defect::new("depth_limit", part.body_at, ""));
                tree.limited = true;
            }
        }
        let wanted = self.visitor.start(&part, header)?;
        let legacy = options.legacy && part.kind == Kind::Leaf;
        let named =
            |suffix: &str| part.name.as_ref().is_some_and(|n| n.to_ascii_lowercase().ends_with(suffix));
        let is_tnef = matches!(part.media_type.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
            || named("winmail.dat");
        let tnef = (legacy && is_tnef).then(|| Box::new(Tnef::new()));
        // A body that says it is uuencoded is decoded as such; text is where files hide.
        let hides = part.is_type("text/plain")
            && part.disposition.as_deref() != Some("attachment")
            && !matches!(part.encoding, Encoding::Uuencode | Encoding::Yenc);
        let scanner = (legacy && hides).then(|| Box::new(Scanner::new()));
        let decoder = (part.kind == Kind::Leaf && !part.encoding.is_identity())
            .then(|| part.encoding.decoder(Temper::Mail));
        tree.open.push(Open {
            part,
            wanted,
            decoded: 0,
            decoder,
            nested,
            scanner,
            tnef,
            virtual_part: None,
            found: [0; 3],
            defects: Vec::new(),
        });
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        // What came out of a decoder does not stand in the message.
        if self.tree.encoded == 0 {
            self.visitor.octets(what, bytes)?;
        }
        let innermost = self.tree.open.len().saturating_sub(1);
        for (nth, open) in self.tree.open.iter_mut().enumerate() {
            if open.part.kind == Kind::Message {
                open.decoded += bytes.len() as u64;
                if open.wanted {
                    self.visitor.content(open.part.id, bytes)?;
                }
            } else if nth == innermost && what == What::Body && open.part.kind == Kind::Leaf {
                open.body(bytes, &mut self.tree.out, &mut self.tree.next_id, self.visitor)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _part: &Part, end: &End) -> Result<()> {
        let Some(mut open) = self.tree.open.pop() else { return Ok(()) };
        let out = &mut self.tree.out;
        open.finish(out, &mut self.tree.next_id, self.visitor)?;
        self.tree.limited |= open.nested.as_ref().is_some_and(|n| n.limited());
        let mut defects = end.defects.clone();
        if let Some(decoder) = &open.decoder {
            // Offsets are in the body; the body starts at a known place, or nowhere in particular.
            defects.extend(found(&decoder.defects(), open.part.body_at));
        }
        defects.append(&mut open.defects);
        let decoded = (open.part.kind != Kind::Multipart).then_some(open.decoded);
        self.visitor.end(&open.part, &Done { at: end.at, size: end.size, decoded, defects })
    }
}

fn found(defects: &Defects, body_at: Option<u64>) -> Vec<Defect> {
    let times = |n: u64| if n > 1 { format!("{n} times") } else { String::new() };
    defects.iter().map(|(name, at, n)| Defect::new(name, body_at.map(|b| b + at), times(n))).collect()
}

impl Open {
    fn body(&mut self, bytes: &[u8], out: &mut Out, ids: &mut u64, visitor: &mut dyn Visitor) -> Result<()> {
        match &mut self.decoder {
            None => self.decoded(bytes, ids, visitor),
            Some(decoder) => {
                // A nested walk needs the buffer as well, so it is taken for the time.
                let mut mine = std::mem::take(out);
                mine.clear();
                decoder.push(bytes, &mut mine)?;
                let done = self.decoded(mine.bytes(), ids, visitor);
                *out = mine;
                done
            }
        }
    }

    fn finish(&mut self, out: &mut Out, ids: &mut u64, visitor: &mut dyn Visitor) -> Result<()> {
        if let Some(decoder) = &mut self.decoder {
            let mut mine = std::mem::take(out);
            mine.clear();
            decoder.finish(&mut mine)?;
            self.decoded(mine.bytes(), ids, visitor)?;
            *out = mine;
        }
        if let Some(nested) = &mut self.nested {
            nested.tree.next_id = *ids;
            nested.finish(visitor)?;
            *ids = nested.tree.next_id;
        }
        if let Some(mut scanner) = self.scanner.take() {
            scanner.finish(&mut |event| self.event(event, ids, visitor))?;
        }
        if let Some(mut tnef) = self.tnef.take() {
            tnef.finish(&mut |event| self.event(event, ids, visitor))?;
            self.defects.extend(found(&tnef.defects(), None));
        }
        Ok(())
    }

    fn decoded(&mut self, bytes: &[u8], ids: &mut u64, visitor: &mut dyn Visitor) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.decoded += bytes.len() as u64;
        if self.wanted {
            visitor.content(self.part.id, bytes)?;
        }
        if let Some(nested) = &mut self.nested {
            nested.tree.next_id = *ids;
            nested.push(bytes, visitor)?;
            *ids = nested.tree.next_id;
        }
        if let Some(mut scanner) = self.scanner.take() {
            scanner.push(bytes, &mut |event| self.event(event, ids, visitor))?;
            self.scanner = Some(scanner);
        }
        if let Some(mut tnef) = self.tnef.take() {
            tnef.push(bytes, &mut |event| self.event(event, ids, visitor))?;
            self.tnef = Some(tnef);
        }
        Ok(())
    }

    /// Something was found inside: it becomes a part of its own.
    fn event(&mut self, event: legacy::Event<'_>, ids: &mut u64, visitor: &mut dyn Visitor) -> Result<()> {
        match event {
            legacy::Event::Start { name, source, media_type } => {
                let (word, nth) = match source {
                    Source::Uuencode => ("uu", 0),
                    Source::Yenc => ("yenc", 1),
                    _ => ("tnef", 2),
                };
                self.found[nth] += 1;
                let by_name = crate::mime::media_type::by_name(&name);
                let part = Part {
                    path: format!("{}.{word}{}", self.part.path, self.found[nth]),
                    depth: self.part.depth + 1,
                    id: *ids,
                    kind: Kind::Leaf,
                    source,
                    media_type: media_type.unwrap_or(by_name),
                    params: Vec::new(),
                    disposition: Some("attachment".into()),
                    encoding: match source {
                        Source::Uuencode => Encoding::Uuencode,
                        Source::Yenc => Encoding::Yenc,
                        _ => Encoding::Binary,
                    },
                    name_raw: Some(name.clone().into_bytes()),
                    name: Some(name).filter(|n| !n.is_empty()),
                    cid: None,
                    role: Role::Attachment,
                    header_at: None,
                    body_at: None,
                    defects: Vec::new(),
                };
                *ids += 1;
                let wanted = visitor.start(&part, b"")?;
                self.virtual_part = Some((part, wanted, 0));
            }
            legacy::Event::Bytes(bytes) => {
                if let Some((part, wanted, size)) = &mut self.virtual_part {
                    *size += bytes.len() as u64;
                    if *wanted {
                        visitor.content(part.id, bytes)?;
                    }
                }
            }
            legacy::Event::End { size, defects } => {
                if let Some((part, _, decoded)) = self.virtual_part.take() {
                    let done =
                        Done { at: None, size, decoded: Some(decoded), defects: found(&defects, None) };
                    visitor.end(&part, &done)?;
                }
            }
        }
        Ok(())
    }
}
