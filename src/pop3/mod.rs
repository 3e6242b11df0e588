//! A POP3 client: RFC 1939, with CAPA and PIPELINING (2449), STLS (2595), SASL (5034) and response codes (3206).
//!
//! * **Pipelined with bounds.** Where the server allows, many RETRs (or DELEs) are on the way at once, so a mailbox costs a
//!   few round trips and not one a message. What is on the way is bounded in bytes of commands: a server that does
//!   not read until we have read can then never block both sides.
//! * **A lending pull.** [`Client::retrieve_all`] gives one message at a time to be read as it streams in; the client is
//!   borrowed meanwhile. A message that is not read to its end breaks the connection.
//! * **Numbers are of the session.** Between sessions only UIDL identifies a message, and where the server gives one
//!   twice, not even that; see [`listing`].
//! * **A refusal keeps its response code**: `[IN-USE]` and `[SYS/TEMP]` pass, `[AUTH]` and `[SYS/PERM]` do not.
//! * **DELE means nothing before QUIT** (RFC 1939 §6). When the reply to QUIT is lost after a DELE, what happened is unknown.

pub mod listing;
mod login;
mod pull;

pub use listing::{Listed, Stat};
pub use login::Method;
pub use pull::{Deleting, Item, Retrieving};

use crate::{
    base::error::*,
    net::{Dialer, Patience, TlsInfo},
    textproto::{Command, Conn, DotReader},
};

/// A message's number in this session, from 1.
pub type Number = u32;

/// A session. Which state it is in (RFC 1939 §3) is the caller's business; the server says so if a command is early.
pub struct Client {
    conn: Conn,
    /// The greeting's timestamp, for APOP.
    stamp: Option<String>,
    capabilities: Option<Capabilities>,
    /// DELEs that were accepted and wait for QUIT.
    deleted: u64,
}

/// What CAPA lists, RFC 2449 §6: names in upper case with their arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    lines: Vec<(String, Vec<String>)>,
}

impl Capabilities {
    pub fn has(&self, name: &str) -> bool {
        self.lines.iter().any(|(n, _)| n == name)
    }

    pub fn arguments(&self, name: &str) -> &[String] {
        self.lines.iter().find(|(n, _)| n == name).map_or(&[], |(_, arguments)| arguments)
    }

    /// As a person reads them.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|(name, arguments)| [std::slice::from_ref(name), arguments].concat().join(" "))
    }
}

/// A capability list may have this many lines.
const CAPABILITIES_MAX: usize = 200;

impl Client {
    /// Reads the greeting of a fresh connection.
    ///
    /// # Errors
    /// A greeting of `-ERR` is for now, unless its response code says otherwise.
    pub fn greet(conn: Conn) -> Result<Client> {
        let mut client = Client { conn, stamp: None, capabilities: None, deleted: 0 };
        let patience = Patience::within(client.conn.timeouts().silence, "the greeting", "--timeout");
        let text = client.status_within(patience).map_err(|e| {
            let plain = e.kind() == Kind::Refused && !e.get_refusal().is_some_and(|r| r.text.contains('['));
            if plain { e.again_is(Again::Later) } else { e }
        })?;
        client.stamp = stamp(&text);
        Ok(client)
    }

    pub fn host(&self) -> &str {
        self.conn.host()
    }

    pub fn tls(&self) -> Option<&dyn TlsInfo> {
        self.conn.tls()
    }

    pub fn round_trips(&self) -> u64 {
        self.conn.round_trips()
    }

    /// CAPA, asked once and again after TLS and login change the answer. A server without it has no capabilities.
    pub fn capabilities(&mut self) -> Result<&Capabilities> {
        if self.capabilities.is_none() {
            self.conn.send(&[Command::new("CAPA")])?;
            let found = match self.status() {
                Ok(_) => {
                    let mut lines = Vec::new();
                    self.lines("the capabilities", CAPABILITIES_MAX, |line| {
                        let text = String::from_utf8_lossy(line).to_ascii_uppercase();
                        let mut words = text.split_ascii_whitespace().map(String::from);
                        if let Some(name) = words.next() {
                            lines.push((name, words.collect()));
                        }
                        Ok(())
                    })?;
                    Capabilities { lines }
                }
                Err(e) if e.kind() == Kind::Refused => Capabilities::default(),
                Err(e) => return Err(e),
            };
            self.capabilities = Some(found);
        }
        Ok(self.capabilities.get_or_insert_default())
    }

    /// Forgets what CAPA said: RFC 2449 §6 lets a login change it.
    pub(super) fn forget_capabilities(&mut self) {
        self.capabilities = None;
    }

    /// STLS, RFC 2595 §4: everything learnt in clear is forgotten.
    pub fn start_tls(mut self, dialer: &Dialer) -> Result<Client> {
        let host = self.conn.host().to_string();
        self.conn.send(&[Command::new("STLS")])?;
        self.status().map_err(|e| match e.kind() {
            Kind::Refused => Error::new(Kind::Tls, format!("{host} refuses TLS: {e}"))
                .hint("a server that speaks TLS from the start is pop3s://, usually port 995")
                .host(&host),
            _ => e,
        })?;
        let conn = self.conn.secure(dialer, &host)?;
        Ok(Client { conn, stamp: None, capabilities: None, deleted: 0 })
    }

    /// STAT: how many messages, and how many bytes.
    pub fn stat(&mut self) -> Result<Stat> {
        self.conn.send(&[Command::new("STAT")])?;
        let text = self.status()?;
        listing::stat(&text).ok_or_else(|| self.garbled("STAT", text.as_bytes()))
    }

    /// LIST and UIDL: every message in order of number, and whether the server has identifiers at all. LIST is what there
    /// is; what UIDL says of other numbers is left out.
    pub fn messages(&mut self) -> Result<(Vec<Listed>, bool)> {
        self.conn.send(&[Command::new("LIST")])?;
        // Most servers say here how many there are: room at once is less than room by and by. It is only a hint, and room that is
        // not used costs nothing.
        let said = self.status()?;
        let count = said.split_ascii_whitespace().find_map(|word| word.parse::<usize>().ok());
        let mut all = Vec::with_capacity(count.unwrap_or_default().min(1 << 16));
        self.items("LIST", listing::MESSAGES_MAX, |line| {
            let Some((number, size)) = listing::scan(line) else { return Ok(false) };
            all.push(Listed { number, size: Some(size), uid: "".into(), doubtful: false });
            Ok(true)
        })?;
        listing::put_in_order(&mut all);
        if all.is_empty() {
            return Ok((all, true));
        }
        self.conn.send(&[Command::new("UIDL")])?;
        match self.status() {
            Ok(_) => {}
            Err(e) if e.kind() == Kind::Refused && e.again() == Again::Never => return Ok((all, false)),
            Err(e) => return Err(e),
        }
        let (mut bytes, host) = (0, self.conn.host().to_string());
        // The mailbox does not change within a session: a much longer answer than LIST's is not waited for.
        self.items("UIDL", (2 * all.len()).max(100), |line| {
            bytes += line.len();
            if bytes > listing::IDENTIFIERS_MAX {
                let most = listing::IDENTIFIERS_MAX >> 20;
                return Err(Error::new(
                    Kind::Limit,
                    format!("{host} sent more than {most} MiB of identifiers"),
                ));
            }
            let Some((number, uid)) = listing::unique_id(line) else { return Ok(false) };
            listing::identify(&mut all, number, uid);
            Ok(true)
        })?;
        listing::doubt(&mut all);
        Ok((all, true))
    }

    /// The lines of a multi-line response, each taken by `each` or found to be none.
    fn items(
        &mut self,
        verb: &'static str,
        max: usize,
        mut each: impl FnMut(&[u8]) -> Result<bool>,
    ) -> Result<()> {
        let mut garbage = None;
        self.lines(verb, max, |line| {
            if garbage.is_none() && !each(line)? {
                garbage = Some(line.to_vec());
            }
            Ok(())
        })?;
        garbage.map_or(Ok(()), |line| Err(self.garbled(verb, &line)))
    }

    /// RETR of one message.
    pub fn retrieve(&mut self, number: Number) -> Result<DotReader<'_>> {
        self.conn.send(&[Command::new("RETR").arg(number.to_string())?])?;
        self.status()?;
        Ok(self.conn.dot_reader())
    }

    /// TOP: the header and `lines` lines of the body.
    pub fn top(&mut self, number: Number, lines: u32) -> Result<DotReader<'_>> {
        self.conn.send(&[Command::new("TOP").arg(number.to_string())?.arg(lines.to_string())?])?;
        self.status()?;
        Ok(self.conn.dot_reader())
    }

    /// RSET: nothing is marked for deletion any more.
    pub fn reset(&mut self) -> Result<()> {
        self.conn.send(&[Command::new("RSET")])?;
        self.status()?;
        self.deleted = 0;
        Ok(())
    }

    /// QUIT: the server now deletes what was marked.
    ///
    /// # Errors
    /// `Unconfirmed` if messages were marked and no reply came. A refusal (`some deleted messages not removed`) is for now.
    pub fn quit(mut self) -> Result<()> {
        let deleted = self.deleted;
        let said = self.conn.send(&[Command::new("QUIT")]).and_then(|()| self.status());
        match said {
            Ok(_) => Ok(()),
            Err(e) if e.kind() == Kind::Refused => Err(e.again_is(Again::Later)),
            // Whatever ended the wait, a signal as well: it was asked for.
            Err(e) if deleted > 0 && e.get_refusal().is_none() => {
                let text =
                    format!("no reply to QUIT after {deleted} deletions, which may have happened: {e}");
                Err(Error::new(Kind::Unconfirmed, text).host(self.conn.host()))
            }
            Err(e) => Err(e),
        }
    }

    /// The next status line: what follows `+OK`.
    fn status(&mut self) -> Result<String> {
        let patience = Patience::within(self.conn.timeouts().reply, "the reply", "--reply-timeout");
        self.status_within(patience)
    }

    fn status_within(&mut self, patience: Patience) -> Result<String> {
        let line = self.conn.read_line(patience)?;
        let verdict = listing::status(line);
        match verdict {
            Some(Ok(text)) => Ok(text),
            Some(Err(text)) => Err(refusal(text).host(self.conn.host())),
            None => {
                let line = line.to_vec();
                let error = self.garbled("a command", &line);
                self.conn.poison(error.clone());
                Err(error)
            }
        }
    }

    /// The lines of a multi-line response up to its dot.
    fn lines(
        &mut self,
        what: &'static str,
        max: usize,
        mut each: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        for _ in 0..=max {
            let patience = Patience::silence(self.conn.timeouts().silence, what, "--timeout");
            let line = self.conn.read_line(patience)?;
            if line == b"." {
                return Ok(());
            }
            if let Err(e) = each(line.strip_prefix(b".").unwrap_or(line)) {
                self.conn.poison(e.clone());
                return Err(e.host(self.conn.host()));
            }
        }
        let text = format!("{} sent more than {max} lines of {what}", self.conn.host());
        let error = Error::new(Kind::Limit, text).host(self.conn.host());
        self.conn.poison(error.clone());
        Err(error)
    }

    fn garbled(&self, to: &str, line: &[u8]) -> Error {
        let shown = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        let text = format!("{} answered {to} with {shown:?}", self.conn.host());
        Error::new(Kind::Protocol, text).host(self.conn.host())
    }
}

/// A no, by its response code (RFC 2449 §8, RFC 3206).
fn refusal(text: String) -> Error {
    let code =
        text.strip_prefix('[').and_then(|t| t.split_once(']')).map(|(code, _)| code.to_ascii_uppercase());
    let words = if text.is_empty() { "the server says no".to_string() } else { text.clone() };
    let error = match code.as_deref() {
        Some("IN-USE") => Error::new(Kind::Busy, words).hint("another program has the mailbox open"),
        Some("LOGIN-DELAY") => Error::new(Kind::Busy, words).hint("the server wants a pause between logins"),
        Some("SYS/TEMP") => Error::new(Kind::Refused, words).again_is(Again::Later),
        Some("AUTH") => Error::new(Kind::Auth, words),
        _ => Error::new(Kind::Refused, words),
    };
    error.refusal(Refusal { code: None, enhanced: None, text })
}

/// The timestamp of a greeting, RFC 1939 §7: `<process.clock@host>`. Nothing that is not one is ever signed.
fn stamp(text: &str) -> Option<String> {
    let start = text.find('<')?;
    let end = start + text[start..].find('>')?;
    let stamp = &text[start..=end];
    let inner = &stamp[1..stamp.len() - 1];
    let (left, right) = inner.split_once('@')?;
    let plain = inner.bytes().all(|b| b.is_ascii_graphic() && b != b'<');
    (plain && !left.is_empty() && !right.is_empty() && stamp.len() <= 255).then(|| stamp.to_string())
}

#[cfg(test)]
mod tests;
