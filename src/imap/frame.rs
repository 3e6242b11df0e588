//! Framing: from bytes to lines and literals, before anything is parsed.
//!
//! A response is a line, and whenever a line of data ends with `{n}`, n bytes follow and then the line goes on (RFC 9051
//! §4.3). Framing goes by count only, so text inside a message can never pass for a response. The bounds live here: a line
//! has an end, an announced size is a number and never an allocation, and a literal is held in memory only up to a bound;
//! one that is a message goes to whoever asked for it as it arrives.
//!
//! `OK`, `NO`, `BAD`, `BYE`, `PREAUTH` and `+` end with free text in which `{5}` means nothing, so what a line is decides
//! whether its end can announce a literal. The numbers of SEARCH and SORT are taken off while their line still
//! arrives: a million hits are one line.

use super::{
    parse::{BYTES_LIMIT, Builder, Value},
    response::{Response, Status},
    set::{SetBuilder, Uid, number, shown},
};
use crate::{
    base::error::*,
    net::Patience,
    textproto::{Conn, Exactly},
};

/// A SORT answer may name this many messages.
const SORT_LIMIT: usize = 1 << 22;
/// An ESEARCH answer is one set, and a set of a large mailbox is long.
const ESEARCH_LIMIT: usize = 8 << 20;
const SOFT: usize = 32 << 10;

pub(crate) struct Frames {
    conn: Conn,
    line: Vec<u8>,
    /// `line` holds the start of a line whose end is not here yet.
    partial: bool,
    /// The response that a literal interrupted.
    building: Option<Build>,
}

struct Build {
    builder: Builder,
    /// Why it cannot be understood; its frame is read to the end all the same.
    odd: Option<Error>,
}

/// What [`Frames::step`] came upon.
pub(crate) enum Step {
    Response(Response),
    /// A literal of a FETCH that the caller wants as a stream: so many bytes come now, to be read from
    /// [`Frames::literal`] before the next step.
    Literal {
        item: Vec<u8>,
        uid: Option<Uid>,
        len: u64,
    },
}

/// Which literals of a FETCH go to the caller: asked by the item's name.
pub(crate) type Wanted<'a> = &'a dyn Fn(&[u8]) -> bool;

impl Frames {
    pub(crate) fn new(conn: Conn) -> Frames {
        Frames { conn, line: Vec::new(), partial: false, building: None }
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    pub(crate) fn conn_ref(&self) -> &Conn {
        &self.conn
    }

    /// The connection, for another layer. Nothing may wait.
    pub(crate) fn into_conn(self) -> Conn {
        self.conn
    }

    /// The literal that the last step announced.
    pub(crate) fn literal(&mut self, len: u64) -> Exactly<'_> {
        self.conn.exactly(len)
    }

    /// Whether a byte of the next response is here, or comes within the patience.
    pub(crate) fn wait(&mut self, patience: Patience) -> Result<()> {
        if self.line.is_empty() || !self.partial {
            self.conn.chunk(patience)?;
        }
        Ok(())
    }

    /// The next response, or the next literal that is wanted as a stream.
    ///
    /// # Errors
    /// `Protocol` and `Limit` for what is no response at all or breaks a bound; the connection is of no use afterwards.
    pub(crate) fn step(&mut self, patience: Patience, wanted: Wanted<'_>) -> Result<Step> {
        self.step_inner(patience, wanted).map_err(|e| {
            if matches!(e.kind(), Kind::Protocol | Kind::Limit) {
                let e = e.host(self.conn.host());
                self.conn.poison(e.clone());
                return e;
            }
            e
        })
    }

    fn step_inner(&mut self, patience: Patience, wanted: Wanted<'_>) -> Result<Step> {
        if self.building.is_none() {
            let whole = self.read(patience, SOFT)?;
            if let Some(found) = self.numbers(patience)? {
                return Ok(Step::Response(found));
            }
            let esearch = head(&self.line).1 == b"ESEARCH";
            if !whole {
                self.read_all(patience, if esearch { ESEARCH_LIMIT } else { BYTES_LIMIT })?;
            }
            if let Some(response) = plain(&self.line)? {
                return Ok(Step::Response(response));
            }
            // The star and its space.
            self.line.drain(..2);
            if esearch {
                return Ok(Step::Response(Response::esearch(&self.line)));
            }
            self.building = Some(Build { builder: Builder::new(), odd: None });
        } else {
            self.read_all(patience, BYTES_LIMIT)?;
        }
        loop {
            let Some(build) = &mut self.building else {
                return Err(Error::new(Kind::Bug, "a fragment without a response"));
            };
            let announced = announced(&self.line)?;
            let text = announced.as_ref().map_or(&self.line[..], |(at, _)| &self.line[..*at]);
            if build.odd.is_none() {
                match build.builder.feed(text) {
                    Err(e) if e.kind() == Kind::Input => build.odd = Some(e),
                    other => other?,
                }
            }
            let Some((_, len)) = announced else { break };
            let item = build.builder.item().filter(|_| build.odd.is_none());
            if let Some(item) = item.filter(|i| wanted(i)) {
                let (item, uid) = (item.to_vec(), uid_of(build.builder.siblings()));
                build.builder.literal(Value::Sunk(len))?;
                return Ok(Step::Literal { item, uid, len });
            }
            if build.odd.is_some() {
                self.conn.exactly(len).skip()?;
            } else {
                if len > build.builder.room() as u64 {
                    let text = format!("a literal of {len} bytes where none that large belongs");
                    return Err(Error::new(Kind::Limit, text));
                }
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut self.conn.exactly(len), &mut bytes)
                    .map_err(|e| Error::from_io(e, Kind::Closed, "cannot read a literal"))?;
                build.builder.literal(Value::Text(bytes))?;
            }
            self.read_all(patience, BYTES_LIMIT)?;
        }
        let Some(build) = self.building.take() else {
            return Err(Error::new(Kind::Bug, "a response without an end"));
        };
        let values = match build.odd {
            Some(e) => Err(e),
            None => build.builder.finish(),
        };
        Ok(Step::Response(match values {
            Ok(values) => Response::Data(values),
            Err(e) if e.kind() == Kind::Input => Response::Odd(e.message().to_string()),
            Err(e) => return Err(e),
        }))
    }

    /// Reads to the end of the line, or until `soft` bytes are here: true at the end.
    fn read(&mut self, patience: Patience, soft: usize) -> Result<bool> {
        if !self.partial {
            self.line.clear();
        }
        loop {
            let chunk = self.conn.chunk(patience)?;
            let (n, whole) = match memchr::memchr(b'\n', chunk) {
                Some(at) => (at + 1, true),
                None => (chunk.len(), false),
            };
            self.line.extend_from_slice(&chunk[..n]);
            self.conn.consume(n);
            self.partial = !whole;
            if whole {
                self.line.pop();
                if self.line.last() == Some(&b'\r') {
                    self.line.pop();
                }
                if self.conn.trace().is_on() {
                    self.conn.trace().received(&self.line);
                }
                return Ok(true);
            }
            if self.line.len() >= soft {
                return Ok(false);
            }
        }
    }

    fn read_all(&mut self, patience: Patience, limit: usize) -> Result<()> {
        if !self.read(patience, limit)? {
            let text = format!("{} sent a line without end", self.conn.host());
            return Err(Error::new(Kind::Limit, text));
        }
        Ok(())
    }

    /// The numbers of `* SEARCH` and `* SORT`, in pieces while they arrive.
    fn numbers(&mut self, patience: Patience) -> Result<Option<Response>> {
        let (star, word, from) = head(&self.line);
        let sort = word == b"SORT";
        if !star || !(sort || word == b"SEARCH") {
            return Ok(None);
        }
        self.line.drain(..from);
        let (mut set, mut order) = (SetBuilder::default(), Vec::new());
        // (MODSEQ n), RFC 7162 §3.1.5, is the last thing on the line, however many pieces it comes in.
        let mut over = false;
        loop {
            let whole = !self.partial;
            let end = match (whole, self.line.iter().rposition(|b| *b == b' ')) {
                (true, _) => self.line.len(),
                (false, Some(at)) => at,
                (false, None) => return Err(odd_number(&self.line)),
            };
            for word in self.line[..end].split(|b| *b == b' ').filter(|w| !w.is_empty()) {
                over |= word[0] == b'(' || (sort && word.starts_with(b"MODSEQ"));
                if over {
                    break;
                }
                let uid = number(word.strip_suffix(b")").unwrap_or(word))
                    .and_then(|n| Uid::try_from(n).ok())
                    .filter(|n| *n != 0)
                    .ok_or_else(|| odd_number(word))?;
                if !sort {
                    set.push(uid)?;
                } else if order.len() < SORT_LIMIT {
                    order.push(uid);
                } else {
                    return Err(Error::new(Kind::Limit, "more results than any mailbox has"));
                }
            }
            self.line.drain(..end);
            if whole {
                return Ok(Some(if sort { Response::Sort(order) } else { Response::Search(set.finish()) }));
            }
            self.read(patience, SOFT)?;
        }
    }
}

fn odd_number(word: &[u8]) -> Error {
    Error::new(Kind::Protocol, format!("not the number of a message: {}", shown(word)))
}

/// Whether the line begins with a star, its first word after that in capitals, and where what follows begins.
fn head(line: &[u8]) -> (bool, Vec<u8>, usize) {
    let Some(rest) = line.strip_prefix(b"* ") else { return (false, Vec::new(), 0) };
    let len = rest.iter().take(16).position(|b| *b == b' ').unwrap_or(rest.len().min(16));
    (true, rest[..len].to_ascii_uppercase(), 2 + len)
}

fn uid_of(items: &[Value]) -> Option<Uid> {
    let at = items.iter().position(|v| v.is("UID"))?;
    items.get(at + 1)?.number().and_then(|n| Uid::try_from(n).ok())
}

/// A response that is one line of text: tagged, `+`, or an untagged status.
fn plain(line: &[u8]) -> Result<Option<Response>> {
    let odd = || Error::new(Kind::Protocol, format!("not a response of IMAP: {}", shown(line)));
    if line == b"+" {
        return Ok(Some(Response::Continue(Vec::new())));
    }
    if let Some(text) = line.strip_prefix(b"+ ") {
        return Ok(Some(Response::Continue(text.to_vec())));
    }
    let at = line.iter().position(|b| *b == b' ').filter(|at| *at > 0).ok_or_else(odd)?;
    let (tag, rest) = (&line[..at], &line[at + 1..]);
    let status = Status::parse(rest);
    if tag == b"*" {
        return Ok(status.map(Response::Status));
    }
    let wellformed = tag.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    match status {
        Some(status) if wellformed => Ok(Some(Response::Tagged(tag.to_vec(), status))),
        _ => Err(odd()),
    }
}

/// The literal that the end of a line announces: where the announcement begins, and how many bytes follow.
///
/// # Errors
/// `Protocol` for a size that is no number of 63 bits: `{-1}`, `{99999999999999999999}`.
fn announced(line: &[u8]) -> Result<Option<(usize, u64)>> {
    let Some(body) = line.strip_suffix(b"}") else { return Ok(None) };
    let Some(open) = body.iter().rposition(|b| *b == b'{') else { return Ok(None) };
    let at = if open > 0 && body[open - 1] == b'~' { open - 1 } else { open };
    let free = at == 0 || matches!(body[at - 1], b' ' | b'(');
    if !free {
        return Ok(None);
    }
    let digits = &body[open + 1..];
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    match number(digits) {
        Some(n) if n <= i64::MAX as u64 => Ok(Some((at, n))),
        _ => Err(Error::new(Kind::Protocol, format!("a literal of no size: {}", shown(&line[at..])))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements() {
        assert_eq!(announced(b"a {12}").unwrap(), Some((2, 12)));
        assert_eq!(announced(b"a (~{0}").unwrap(), Some((3, 0)));
        assert_eq!(announced(b"a {12+}").unwrap(), Some((2, 12)));
        assert_eq!(announced(b"a{12}").unwrap(), None);
        assert_eq!(announced(b"a}").unwrap(), None);
        for bad in ["{-1}", "{99999999999999999999}", "{}", "{1 }", "{9223372036854775808}"] {
            assert_eq!(announced(bad.as_bytes()).unwrap_err().kind(), Kind::Protocol, "{bad}");
        }
        assert_eq!(announced(b"{4294967295}").unwrap(), Some((0, 4_294_967_295)));
    }

    #[test]
    fn lines_that_are_no_response() {
        for bad in ["", "A1", " OK x", "A1 MAYBE x", "a\u{7}b OK x", "220 smtp"] {
            assert!(plain(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(plain(b"* LIST () \"/\" x").unwrap().is_none());
    }
}
