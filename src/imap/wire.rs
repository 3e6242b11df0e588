//! Commands out, responses in: tags, literals, and what a server may say at any time.
//!
//! A server may send untagged data whenever it likes (RFC 9051 §5.2), so what belongs to nobody is noted or ignored and
//! never an error; a tagged response that belongs to no command of ours is one. Message sequence numbers, which an unsolicited
//! EXPUNGE shifts, are not used anywhere: all results are UIDs.

use super::{
    frame::{Frames, Step},
    parse::Value,
    response::{Condition, Response, Status},
    utf7,
};
use crate::{
    base::{error::*, secret::Secret},
    net::Patience,
    textproto::Conn,
};
use zeroize::Zeroize;

/// More than so many are no news to anybody.
const ALERTS: usize = 20;

/// What the server can do, as it last said. Names are kept in capitals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(Vec<String>);

impl Capabilities {
    pub(crate) fn of(values: &[Value]) -> Capabilities {
        let word = |v: &Value| Some(String::from_utf8_lossy(v.text()?).to_ascii_uppercase());
        Capabilities(values.iter().filter_map(word).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|c| c == name)
    }

    /// What follows `prefix` in those that begin with it: the mechanisms of `AUTH=`.
    pub fn after(&self, prefix: &str) -> Vec<&str> {
        self.0.iter().filter_map(|c| c.strip_prefix(prefix)).collect()
    }

    pub fn names(&self) -> &[String] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes capabilities away: `--without SORT,ESEARCH`, for servers that promise what they do not keep.
    pub fn forget(&mut self, names: &[String]) {
        self.0.retain(|c| !names.iter().any(|n| n.eq_ignore_ascii_case(c)));
    }
}

/// One command without its tag, built so that nothing can be smuggled into it: values are quoted or sent as literals.
#[derive(Clone, Default)]
pub(crate) struct Request {
    parts: Vec<Part>,
    shown: String,
    secret: bool,
    /// A parenthesis was just opened: no space goes before what comes next.
    opened: bool,
}

#[derive(Clone)]
enum Part {
    Text(Vec<u8>),
    Literal(Vec<u8>),
}

impl Request {
    pub(crate) fn new(verb: &str) -> Request {
        let mut request = Request::default();
        request.push(verb);
        request
    }

    fn push(&mut self, text: &str) {
        self.shown.push_str(text);
        self.push_bytes(text.as_bytes());
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Text(t)) => t.extend_from_slice(bytes),
            _ => self.parts.push(Part::Text(bytes.to_vec())),
        }
    }

    /// Text of ours after a space: an atom, a set, a list.
    pub(crate) fn atom(mut self, text: impl std::fmt::Display) -> Request {
        self.space();
        self.push(&text.to_string());
        self
    }

    fn space(&mut self) {
        if !std::mem::take(&mut self.opened) {
            self.push(" ");
        }
    }

    /// What was added last is an opening parenthesis.
    pub(crate) fn opened(mut self) -> Request {
        self.opened = true;
        self
    }

    /// Text of ours without a space before it.
    pub(crate) fn glue(mut self, text: &str) -> Request {
        self.push(text);
        self
    }

    /// A string of anybody after a space: quoted where that can be, else a literal. `utf8`: the server takes UTF-8
    /// between quotes (RFC 6855 §3).
    pub(crate) fn string(mut self, text: &[u8], utf8: bool) -> Request {
        self.space();
        self.value(text, utf8);
        self
    }

    fn value(&mut self, text: &[u8], utf8: bool) {
        if !quotable(text, utf8) {
            self.shown.push_str(&format!("{{{}}} {}", text.len(), super::set::shown(text)));
            self.parts.push(Part::Literal(text.to_vec()));
            return;
        }
        let mut quoted = vec![b'"'];
        for b in text {
            if matches!(b, b'"' | b'\\') {
                quoted.push(b'\\');
            }
            quoted.push(*b);
        }
        quoted.push(b'"');
        self.shown.push_str(&String::from_utf8_lossy(&quoted));
        self.push_bytes(&quoted);
    }

    /// A secret after a space; the trace shows `****`.
    pub(crate) fn secret(mut self, secret: &Secret) -> Request {
        let shown = std::mem::take(&mut self.shown);
        self.push(" ");
        self.value(secret.expose(), false);
        self.shown = shown + " ****";
        self.secret = true;
        self
    }

    /// A secret that is an atom (base64), after a space; the trace shows `****`.
    pub(crate) fn secret_atom(mut self, secret: &Secret) -> Request {
        self.push_bytes(b" ");
        self.push_bytes(secret.expose());
        self.shown.push_str(" ****");
        self.secret = true;
        self
    }

    /// The command as the trace shows it.
    #[cfg(test)]
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Its bytes on the wire, more or less.
    pub(crate) fn len(&self) -> usize {
        let bytes = |p: &Part| match p {
            Part::Text(bytes) | Part::Literal(bytes) => bytes.len() + 8,
        };
        self.parts.iter().map(bytes).sum()
    }

    pub(crate) fn has_literal(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Literal(_)))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.secret {
            for part in &mut self.parts {
                let (Part::Text(bytes) | Part::Literal(bytes)) = part;
                bytes.zeroize();
            }
        }
    }
}

/// Whether text may stand between quotes: `QUOTED-CHAR`, RFC 9051 §9.
fn quotable(text: &[u8], utf8: bool) -> bool {
    let plain = |b: &u8| !matches!(b, 0 | b'\r' | b'\n') && (*b < 128 || utf8);
    text.len() <= 1000 && text.iter().all(plain)
}

/// A tag of ours; its command is not finished yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a command whose answer nobody reads shifts all answers after it"]
pub(crate) struct Tag(String);

impl Tag {
    pub(crate) fn is(&self, tag: &[u8]) -> bool {
        self.0.as_bytes() == tag
    }
}

/// What untagged responses told about the mailbox that is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    pub(crate) exists: Option<u64>,
    pub(crate) uidvalidity: Option<u64>,
    pub(crate) changes: u64,
}

pub(crate) struct Wire {
    frames: Frames,
    count: u32,
    waiting: Vec<String>,
    /// Commands that ended before somebody asked for them.
    done: Vec<(String, Status)>,
    pub(crate) caps: Capabilities,
    pub(crate) forget: Vec<String>,
    pub(crate) utf8: bool,
    pub(crate) alerts: Vec<String>,
    bye: Option<String>,
    pub(crate) news: News,
}

/// Something that came while a command was at work.
pub(crate) enum Event {
    Untagged(Response),
    Literal { item: Vec<u8>, uid: Option<u32>, len: u64 },
    Done(Tag, Status),
    Continue(Vec<u8>),
}

impl Wire {
    pub(crate) fn new(conn: Conn) -> Wire {
        Wire {
            frames: Frames::new(conn),
            count: 0,
            waiting: Vec::new(),
            done: Vec::new(),
            caps: Capabilities::default(),
            forget: Vec::new(),
            utf8: false,
            alerts: Vec::new(),
            bye: None,
            news: News::default(),
        }
    }

    /// The same on another layer of the connection. What was learnt before is forgotten.
    pub(crate) fn renewed(self, layer: impl FnOnce(Conn) -> Result<Conn>) -> Result<Wire> {
        let forget = self.forget;
        let mut wire = Wire::new(layer(self.frames.into_conn())?);
        (wire.count, wire.forget) = (self.count, forget);
        Ok(wire)
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        self.frames.conn()
    }

    pub(crate) fn conn_ref(&self) -> &Conn {
        self.frames.conn_ref()
    }

    pub(crate) fn frames(&mut self) -> &mut Frames {
        &mut self.frames
    }

    pub(crate) fn set_capabilities(&mut self, values: &[Value]) {
        self.caps = Capabilities::of(values);
        self.caps.forget(&self.forget);
    }

    /// The verdict on a command, within `--reply-timeout`.
    pub(crate) fn patience(&self) -> Patience {
        Patience::within(self.conn_ref().timeouts().reply, "the answer", "--reply-timeout")
    }

    fn host(&self) -> &str {
        self.conn_ref().host()
    }

    /// Puts a command out; [`Conn::flush`], by the next read, sends it. Synchronising literals wait for the server's
    /// go-ahead here.
    pub(crate) fn send(&mut self, request: &Request) -> Result<Tag> {
        self.count += 1;
        let tag = format!("w{}", self.count);
        self.waiting.push(tag.clone());
        let shown = format!("{tag} {}", request.shown);
        self.conn().push_bytes(format!("{tag} ").as_bytes(), &shown);
        for part in &request.parts {
            match part {
                Part::Text(text) => self.conn().push_bytes(text, ""),
                Part::Literal(bytes) => {
                    let tag = Tag(tag.clone());
                    self.announce(&tag, bytes.len() as u64)?;
                    self.conn().push_bytes(bytes, "");
                }
            }
        }
        self.conn().push_bytes(b"\r\n", "");
        Ok(Tag(tag))
    }

    /// Whether a literal of that size may follow without a go-ahead (RFC 7888).
    pub(crate) fn nonsync(&self, len: u64) -> bool {
        self.caps.has("LITERAL+") || (self.caps.has("LITERAL-") && len <= 4096)
    }

    /// `{n}` and the wait for `+`, or `{n+}`.
    fn announce(&mut self, tag: &Tag, len: u64) -> Result<()> {
        if self.nonsync(len) {
            self.conn().push_bytes(format!("{{{len}+}}\r\n").as_bytes(), "");
            return Ok(());
        }
        self.conn().push_bytes(format!("{{{len}}}\r\n").as_bytes(), "");
        self.go_ahead(tag).map(|_| ())
    }

    /// Waits for `+`.
    ///
    /// # Errors
    /// What the server says instead: then the command is over.
    pub(crate) fn go_ahead(&mut self, tag: &Tag) -> Result<Vec<u8>> {
        loop {
            match self.event(self.patience(), &|_| false)? {
                Event::Continue(text) => return Ok(text),
                Event::Done(done, status) if done == *tag => {
                    status.check().map_err(|e| e.host(self.host()))?;
                    let error =
                        Error::new(Kind::Protocol, "the server ended a command half-way").host(self.host());
                    self.conn().poison(error.clone());
                    return Err(error);
                }
                Event::Done(other, status) => self.done.push((other.0, status)),
                Event::Untagged(_) | Event::Literal { .. } => {}
            }
        }
    }

    /// One command to its end; untagged data goes to `on`.
    pub(crate) fn call(
        &mut self,
        request: &Request,
        on: &mut dyn FnMut(Response) -> Result<()>,
    ) -> Result<Status> {
        let tag = self.send(request)?;
        self.finish(&tag, on)
    }

    /// One command whose untagged data is of no interest.
    pub(crate) fn tell(&mut self, request: &Request) -> Result<Status> {
        self.call(request, &mut |_| Ok(()))
    }

    /// Reads to the end of a command that was sent.
    ///
    /// # Errors
    /// The server's no; the first error of `on`, once the command is at its end, so that the connection stays usable.
    pub(crate) fn finish(&mut self, tag: &Tag, on: &mut dyn FnMut(Response) -> Result<()>) -> Result<Status> {
        let mut failed = None;
        let status = loop {
            if let Some(at) = self.done.iter().position(|(t, _)| *t == tag.0) {
                break self.done.swap_remove(at).1;
            }
            match self.event(self.patience(), &|_| false)? {
                Event::Untagged(response) => {
                    if let Err(e) = on(response) {
                        failed.get_or_insert(e);
                    }
                }
                Event::Done(done, status) => self.done.push((done.0, status)),
                Event::Continue(_) => {
                    return Err(self.unexpected("the server asks for more, but there is nothing to send"));
                }
                Event::Literal { .. } => {}
            }
        };
        status.check().map_err(|e| e.host(self.host()))?;
        match failed {
            Some(e) => Err(e.host(self.host())),
            None => Ok(status),
        }
    }

    fn unexpected(&mut self, text: &str) -> Error {
        let error = Error::new(Kind::Protocol, text).host(self.host());
        self.conn().poison(error.clone());
        error
    }

    /// The next thing the server says; what may come at any time has been noted.
    pub(crate) fn event(&mut self, patience: Patience, wanted: super::frame::Wanted<'_>) -> Result<Event> {
        let step = self.frames.step(patience, wanted).map_err(|e| match (&self.bye, e.kind()) {
            (Some(text), Kind::Closed) => {
                let text = format!("{} closed the connection: {text}", self.frames.conn_ref().host());
                Error::new(Kind::Closed, text).host(self.frames.conn_ref().host())
            }
            _ => e,
        })?;
        let response = match step {
            Step::Literal { item, uid, len } => return Ok(Event::Literal { item, uid, len }),
            Step::Response(response) => response,
        };
        match &response {
            Response::Tagged(tag, _) => {
                let name = String::from_utf8_lossy(tag).into_owned();
                let Some(at) = self.waiting.iter().position(|t| *t == name) else {
                    return Err(
                        self.unexpected(&format!("the server ended a command {name} that was not given"))
                    );
                };
                self.waiting.remove(at);
                let Response::Tagged(_, status) = response else {
                    return Err(Error::new(Kind::Bug, "no tag"));
                };
                self.note(&status);
                return Ok(Event::Done(Tag(name), status));
            }
            Response::Continue(_) => {
                let Response::Continue(text) = response else { return Err(Error::new(Kind::Bug, "no plus")) };
                return Ok(Event::Continue(text));
            }
            Response::Status(status) => self.note(&status.clone()),
            Response::Data(values) => match values.as_slice() {
                [n, kind, ..] if kind.is("EXISTS") => {
                    // Some servers tell the same number with every command: that is no news.
                    let known = std::mem::replace(&mut self.news.exists, n.number());
                    self.news.changes += u64::from(known != self.news.exists);
                }
                [_, kind, ..] if kind.is("EXPUNGE") => {
                    self.news.exists = self.news.exists.map(|n| n.saturating_sub(1));
                    self.news.changes += 1;
                }
                [kind, rest @ ..] if kind.is("CAPABILITY") => {
                    let rest = rest.to_vec();
                    self.set_capabilities(&rest);
                }
                _ => {}
            },
            Response::Odd(text) => self.conn_ref().trace().note(format_args!("ignored: {text}")),
            _ => {}
        }
        Ok(Event::Untagged(response))
    }

    fn note(&mut self, status: &Status) {
        if status.is("ALERT") && self.alerts.len() < ALERTS {
            self.alerts.push(status.text.clone());
        }
        if status.is("CAPABILITY") {
            let rest = status.code[1..].to_vec();
            self.set_capabilities(&rest);
        }
        if status.condition == Condition::Bye {
            self.bye = Some(status.text.clone());
        }
        if let Some(n) = status.number("UIDVALIDITY") {
            self.news.uidvalidity = Some(n);
        }
    }

    /// A mailbox's name as it goes to this server.
    pub(crate) fn mailbox_name(&self, name: &str) -> Vec<u8> {
        if self.utf8 { name.as_bytes().to_vec() } else { utf7::encode(name).into_bytes() }
    }
}
