//! FETCH as a lending pull: messages come as the server sends them, and their bodies stream.
//!
//! Many messages are asked for by few commands, a bounded number of which is on the way at a time. What a server sends
//! of one message comes as pieces: each body as a reader, to be read to its end before the next piece; then the message
//! itself with its flags, dates and headers. Its UID may stand behind the body (RFC 9051 §7.5.2 fixes no order), so a body's UID
//! may be unknown while it streams: stores stage first and name afterwards.
//!
//! Unasked FETCH responses, which tell of flags somebody else changed, come through as messages without bodies.

use super::{
    Uid, UidSet,
    date::internal_date,
    parse::Value,
    structure::Part,
    wire::{Event, Request, Tag, Wire},
};
use crate::{
    base::{date::Time, error::*},
    textproto::Exactly,
};
use std::{
    collections::VecDeque,
    io::{self, Cursor, Read},
};

/// Of a header block so much is kept; a longer one is cut, and says so.
pub const HEADER_LIMIT: usize = 256 << 10;
/// Bytes of commands on the way at a time: what a server that does not read while it writes still finds room for.
const WINDOW: usize = 24 << 10;

/// What to ask for. The UID always comes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchItem {
    Flags,
    InternalDate,
    /// RFC822.SIZE.
    Size,
    BodyStructure,
    /// The whole header.
    Header,
    /// Just these fields of it.
    HeaderFields(Vec<&'static str>),
    HeaderField(String),
    /// A body: all (""), `TEXT`, `1.2`, `1.2.MIME`; a range of it as offset and length.
    Body {
        section: String,
        range: Option<(u64, u64)>,
    },
    /// A part with its transfer encoding undone by the server (RFC 3516).
    Binary {
        section: String,
    },
    /// RFC 8970.
    Preview,
}

impl FetchItem {
    fn wire(&self) -> String {
        match self {
            FetchItem::Flags => "FLAGS".into(),
            FetchItem::InternalDate => "INTERNALDATE".into(),
            FetchItem::Size => "RFC822.SIZE".into(),
            FetchItem::BodyStructure => "BODYSTRUCTURE".into(),
            FetchItem::Header => "BODY.PEEK[HEADER]".into(),
            FetchItem::HeaderFields(names) => format!("BODY.PEEK[HEADER.FIELDS ({})]", names.join(" ")),
            FetchItem::HeaderField(name) => format!("BODY.PEEK[HEADER.FIELDS ({name})]"),
            FetchItem::Body { section, range: None } => format!("BODY.PEEK[{section}]"),
            FetchItem::Body { section, range: Some((from, len)) } => {
                format!("BODY.PEEK[{section}]<{from}.{len}>")
            }
            FetchItem::Binary { section } => format!("BINARY.PEEK[{section}]"),
            FetchItem::Preview => "PREVIEW".into(),
        }
    }
}

/// `UID FETCH set (items)`.
pub(crate) fn command(set: &UidSet, items: &[FetchItem]) -> Request {
    let items: Vec<_> = items.iter().map(FetchItem::wire).collect();
    Request::new("UID FETCH").atom(set).atom(format_args!("(UID {})", items.join(" ")))
}

/// What a server told of one message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Unknown if the server did not say: the news of a flag, perhaps.
    pub uid: Option<Uid>,
    pub flags: Option<Vec<String>>,
    pub internal_date: Option<Time>,
    pub size: Option<u64>,
    pub structure: Option<Part>,
    /// What was sent of the header, `HEADER` or its fields, all of it in one.
    pub header: Option<Vec<u8>>,
    /// The header was longer than [`HEADER_LIMIT`].
    pub header_cut: bool,
    pub preview: Option<Vec<u8>>,
    pub modseq: Option<u64>,
    /// The sections whose bodies came, and those which the server says are not there (NIL).
    pub bodies: Vec<(String, bool)>,
}

/// The next thing of a [`Fetching`].
pub enum Piece<'a> {
    Body(Body<'a>),
    Message(Box<Message>),
}

/// A body as it arrives. Dropped before its end, it breaks the connection.
pub struct Body<'a> {
    /// As it was asked for: `1.2`, `` for the whole message.
    pub section: String,
    /// The server undid the transfer encoding.
    pub binary: bool,
    pub uid: Option<Uid>,
    /// Which of the commands is at work, counted from 0: where the UID stands behind the body, this tells whose it is.
    pub command: usize,
    pub size: u64,
    from: Source<'a>,
}

enum Source<'a> {
    Wire(Exactly<'a>),
    Memory(Cursor<Vec<u8>>),
}

impl Body<'_> {
    /// Reads the rest and forgets it.
    pub fn skip(self) -> Result<()> {
        match self.from {
            Source::Wire(body) => body.skip(),
            Source::Memory(_) => Ok(()),
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.from {
            Source::Wire(body) => body.read(out),
            Source::Memory(bytes) => bytes.read(out),
        }
    }
}

/// See the module's essay.
pub struct Fetching<'m> {
    wire: &'m mut Wire,
    to_send: VecDeque<Request>,
    /// With the length of each.
    waiting: VecDeque<(Tag, usize)>,
    /// How many commands are done.
    done: usize,
    uidvalidity: Option<u64>,
    /// Headers of the message that is arriving.
    header: Vec<u8>,
    header_seen: bool,
    header_cut: bool,
    streamed: Vec<(String, bool)>,
    /// Bodies that came as strings, and the message to give after them.
    ready: VecDeque<Body<'static>>,
    then: Option<Box<Message>>,
}

impl<'m> Fetching<'m> {
    pub(crate) fn new(wire: &'m mut Wire, commands: Vec<Request>, uidvalidity: Option<u64>) -> Fetching<'m> {
        Fetching {
            wire,
            to_send: commands.into(),
            waiting: VecDeque::new(),
            done: 0,
            uidvalidity,
            header: Vec::new(),
            header_seen: false,
            header_cut: false,
            streamed: Vec::new(),
            ready: VecDeque::new(),
            then: None,
        }
    }

    /// The next piece; `None` when all commands are done.
    ///
    /// # Errors
    /// `Refused` when the server says no to one of the commands: the others go on if this is called again. Anything else
    /// ends it.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Piece<'_>>> {
        if let Some(body) = self.ready.pop_front() {
            return Ok(Some(Piece::Body(body)));
        }
        if let Some(message) = self.then.take() {
            return Ok(Some(Piece::Message(message)));
        }
        loop {
            let mut under_way: usize = self.waiting.iter().map(|(_, n)| n).sum();
            while under_way < WINDOW
                && let Some(request) = self.to_send.pop_front()
            {
                let tag = self.wire.send(&request)?;
                under_way += request.len();
                self.waiting.push_back((tag, request.len()));
            }
            if self.waiting.is_empty() {
                return Ok(None);
            }
            match self.wire.event(self.wire.patience(), &is_body)? {
                Event::Literal { item, uid, len } => {
                    let (section, binary) = section(&item);
                    if is_header(&section) {
                        self.take_header(len)?;
                        continue;
                    }
                    self.streamed.push((section.clone(), true));
                    let command = self.done;
                    let from = Source::Wire(self.wire.frames().literal(len));
                    return Ok(Some(Piece::Body(Body { section, binary, uid, command, size: len, from })));
                }
                Event::Done(tag, status) => {
                    self.waiting.retain(|(t, _)| *t != tag);
                    self.done += 1;
                    if let (Some(was), Some(is)) = (self.uidvalidity, self.wire.news.uidvalidity)
                        && was != is
                    {
                        let text = "the mailbox was made anew while it was read (UIDVALIDITY changed)";
                        return Err(Error::new(Kind::Busy, text).again_is(Again::Now));
                    }
                    status.check().map_err(|e| e.host(self.wire.conn_ref().host()))?;
                }
                Event::Continue(_) => {
                    let text = "the server asks for more, but there is nothing to send";
                    return Err(Error::new(Kind::Protocol, text).host(self.wire.conn_ref().host()));
                }
                Event::Untagged(super::response::Response::Data(values)) => {
                    if let [_, kind, items] = values.as_slice()
                        && kind.is("FETCH")
                    {
                        let message = self.message(items.list());
                        if let Some(body) = self.ready.pop_front() {
                            self.then = Some(message);
                            return Ok(Some(Piece::Body(body)));
                        }
                        return Ok(Some(Piece::Message(message)));
                    }
                }
                Event::Untagged(_) => {
                    if let (Some(was), Some(is)) = (self.uidvalidity, self.wire.news.uidvalidity)
                        && was != is
                    {
                        let text = "the mailbox was made anew while it was read (UIDVALIDITY changed)";
                        let error = Error::new(Kind::Busy, text).again_is(Again::Now);
                        self.wire.conn().poison(error.clone());
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Reads on until all commands are done, and forgets what comes.
    pub fn drain(mut self) -> Result<()> {
        while let Some(piece) = self.next()? {
            if let Piece::Body(body) = piece {
                body.skip()?;
            }
        }
        Ok(())
    }

    fn take_header(&mut self, len: u64) -> Result<()> {
        let room = HEADER_LIMIT.saturating_sub(self.header.len()) as u64;
        let mut literal = self.wire.frames().literal(len);
        (&mut literal)
            .take(room)
            .read_to_end(&mut self.header)
            .map_err(|e| Error::from_io(e, Kind::Closed, "cannot read a header"))?;
        literal.skip()?;
        self.header_seen = true;
        self.header_cut |= len > room;
        Ok(())
    }

    /// All items of one response. Items nobody knows are passed over.
    fn message(&mut self, items: &[Value]) -> Box<Message> {
        let mut message = Message {
            header: std::mem::take(&mut self.header_seen).then(|| std::mem::take(&mut self.header)),
            header_cut: std::mem::take(&mut self.header_cut),
            bodies: std::mem::take(&mut self.streamed),
            ..Message::default()
        };
        let mut strings = Vec::new();
        let mut at = 0;
        while let (Some(name), Some(value)) = (items.get(at), items.get(at + 1)) {
            at += 2;
            match name {
                n if n.is("UID") => {
                    message.uid = value.number().and_then(|n| Uid::try_from(n).ok()).filter(|n| *n != 0);
                }
                n if n.is("FLAGS") => {
                    let flag = |v: &Value| Some(String::from_utf8_lossy(v.text()?).into_owned());
                    message.flags = Some(value.list().iter().filter_map(flag).collect());
                }
                n if n.is("INTERNALDATE") => message.internal_date = value.text().and_then(internal_date),
                n if n.is("RFC822.SIZE") => message.size = value.number(),
                n if n.is("BODYSTRUCTURE") => message.structure = Part::of(value),
                n if n.is("MODSEQ") => message.modseq = value.list().first().and_then(Value::number),
                n if n.is("PREVIEW") => message.preview = value.text().map(<[u8]>::to_vec),
                Value::Atom(item) if is_body(item) => {
                    let (section, binary) = section(item);
                    match value {
                        Value::Sunk(_) => {}
                        value if is_header(&section) => {
                            if let Some(text) = value.text() {
                                let header = message.header.get_or_insert_default();
                                header.extend_from_slice(&text[..text.len().min(HEADER_LIMIT)]);
                            }
                        }
                        value => match value.text() {
                            Some(text) => {
                                message.bodies.push((section.clone(), true));
                                strings.push((section, binary, text.to_vec()));
                            }
                            None => message.bodies.push((section, false)),
                        },
                    }
                }
                _ => {}
            }
        }
        for (section, binary, bytes) in strings {
            let size = bytes.len() as u64;
            let (uid, command) = (message.uid, self.done);
            let from = Source::Memory(Cursor::new(bytes));
            self.ready.push_back(Body { section, binary, uid, command, size, from });
        }
        Box::new(message)
    }
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        if !self.waiting.is_empty() {
            self.wire.conn().poison(Error::new(Kind::Closed, "messages were not read to their end"));
        }
    }
}

/// Whether an item's value is a body or a header: those may be of any size.
fn is_body(item: &[u8]) -> bool {
    let upper = item.to_ascii_uppercase();
    upper.starts_with(b"BODY[")
        || upper.starts_with(b"BINARY[")
        || matches!(upper.as_slice(), b"RFC822" | b"RFC822.TEXT" | b"RFC822.HEADER")
}

/// `BODY[1.2]<0>`: `1.2`, and whether the server decoded it.
fn section(item: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(item).to_ascii_uppercase();
    match text.as_str() {
        "RFC822" => return (String::new(), false),
        "RFC822.TEXT" => return ("TEXT".into(), false),
        "RFC822.HEADER" => return ("HEADER".into(), false),
        _ => {}
    }
    let inner = text.split_once('[').map_or("", |(_, rest)| rest);
    let inner = inner.split_once(']').map_or(inner, |(inner, _)| inner);
    (inner.to_string(), text.starts_with("BINARY"))
}

/// A message's own header, kept in memory up to a bound. A part's header is a body like any other.
fn is_header(section: &str) -> bool {
    section.starts_with("HEADER")
}
