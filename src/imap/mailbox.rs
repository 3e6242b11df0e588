//! An open mailbox: searching, sorting, and acting on what was found.
//!
//! The ladder for "the newest n": SORT with PARTIAL tells it in one answer of one line; SORT alone sends all and the end is
//! taken; without SORT the caller asks for the dates. A client that sends `RETURN` unasked gets nothing at all from some
//! servers, so each rung is climbed only where it is offered.

use super::{
    Name, Session, Uid, UidSet,
    fetch::{self, FetchItem, Fetching},
    list::missing,
    parse::Value,
    response::{Esearch, Response, Status},
    search::{self, SearchKey},
    wire::{Request, Wire},
};
use crate::base::error::*;

/// What to sort by (RFC 5256 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// INTERNALDATE.
    Arrival,
    /// The Date header.
    Sent,
    Size,
    /// The sender's mailbox, without its domain.
    From,
}

impl SortKey {
    fn name(self) -> &'static str {
        match self {
            SortKey::Arrival => "ARRIVAL",
            SortKey::Sent => "DATE",
            SortKey::Size => "SIZE",
            SortKey::From => "FROM",
        }
    }
}

/// The first or last of a sorted search, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub uids: Vec<Uid>,
    /// The message that would be next beyond the page: where it ties with the page's edge, which of both belongs to the page is
    /// for the caller to decide, since a reversed sort does not reverse ties (RFC 5256 §3).
    pub beyond: Option<Uid>,
}

/// How flags change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    Remove,
}

/// See the module's essay. Opening another mailbox ends it.
pub struct Mailbox<'s> {
    session: &'s mut Session,
    pub name: Name,
    /// 0 where the server keeps no UIDs across sessions.
    pub uidvalidity: u64,
    pub uidnext: Option<u64>,
    pub exists: u64,
    /// The latest change (RFC 7162), where the mailbox was opened to know and the server keeps count.
    pub modseq: Option<u64>,
    /// What was searched for depends on flags: a message changed since then is not what was found any more.
    pub guard: Option<u64>,
    /// The flags that stay, `\*` if new ones may be made; `None`: the server did not say.
    pub permanent: Option<Vec<String>>,
    pub read_only: bool,
}

/// What the server tells when a mailbox is opened.
struct Opened {
    uidnext: Option<u64>,
    modseq: Option<u64>,
    permanent: Option<Vec<String>>,
    read_only: bool,
}

impl Opened {
    fn of(session: &mut Session, name: &Name, read_only: bool, changes: bool) -> Result<Opened> {
        let mut request = session.on(if read_only { "EXAMINE" } else { "SELECT" }, name);
        let counts = changes && session.wire.caps.has("CONDSTORE");
        if counts {
            // Some servers begin to count only when asked (RFC 7162 §3.1).
            request = request.atom("(CONDSTORE)");
        }
        session.wire.news = super::wire::News::default();
        let mut opened = Opened { uidnext: None, modseq: None, permanent: None, read_only };
        let done = session.wire.call(&request, &mut |response| {
            if let Response::Status(status) = response {
                if let Some(n) = status.number("UIDNEXT") {
                    opened.uidnext = Some(n);
                }
                if let Some(n) = status.number("HIGHESTMODSEQ").filter(|n| counts && *n > 0) {
                    opened.modseq = Some(n);
                }
                if let (true, Some(flags)) = (status.is("PERMANENTFLAGS"), status.code.get(1)) {
                    let flag = |v: &Value| Some(String::from_utf8_lossy(v.text()?).into_owned());
                    opened.permanent = Some(flags.list().iter().filter_map(flag).collect());
                }
            }
            Ok(())
        });
        let status = done.map_err(|e| missing(e, name))?;
        opened.read_only |= status.is("READ-ONLY");
        Ok(opened)
    }
}

impl<'s> Mailbox<'s> {
    /// Opens it under the name the server knows it by, which is the mailbox's from then on.
    pub(super) fn open(
        session: &'s mut Session,
        name: &Name,
        read_only: bool,
        changes: bool,
    ) -> Result<Mailbox<'s>> {
        let (name, opened) = match Opened::of(session, name, read_only, changes) {
            Err(e) if e.kind() == Kind::Missing => match session.meant(name) {
                Ok(Some(real)) => (real.clone(), Opened::of(session, &real, read_only, changes)?),
                _ => return Err(e),
            },
            other => (name.clone(), other?),
        };
        let (exists, uidvalidity) = (session.wire.news.exists, session.wire.news.uidvalidity);
        Ok(Mailbox {
            session,
            name,
            uidvalidity: uidvalidity.unwrap_or(0),
            uidnext: opened.uidnext,
            exists: exists.unwrap_or(0),
            modseq: opened.modseq,
            guard: None,
            permanent: opened.permanent,
            read_only: opened.read_only,
        })
    }

    pub fn session(&mut self) -> &mut Session {
        self.session
    }

    pub(super) fn wire(&mut self) -> &mut Wire {
        &mut self.session.wire
    }

    /// How many messages there are by the latest news.
    pub fn count(&self) -> u64 {
        self.session.wire.news.exists.unwrap_or(self.exists)
    }

    fn check_validity(&self) -> Result<()> {
        match self.session.wire.news.uidvalidity {
            Some(is) if is != self.uidvalidity => {
                let text =
                    format!("mailbox {} was made anew meanwhile (UIDVALIDITY changed)", self.name.text());
                Err(Error::new(Kind::Busy, text).again_is(Again::Now))
            }
            _ => Ok(()),
        }
    }

    /// The messages that fit the key.
    ///
    /// # Errors
    /// `Refused`; [`is_bad_charset`] tells whether the charset was the reason.
    pub fn search(&mut self, key: &SearchKey) -> Result<UidSet> {
        Ok(self.search_each(std::slice::from_ref(key))?.pop().unwrap_or_default())
    }

    /// The messages that fit each of the keys, asked for in one go where answers carry the tag of their question.
    ///
    /// # Errors
    /// As [`Mailbox::search`].
    pub fn search_each(&mut self, keys: &[SearchKey]) -> Result<Vec<UidSet>> {
        let utf8 = self.wire().utf8;
        let esearch = self.wire().caps.has("ESEARCH") || self.wire().caps.has("IMAP4REV2");
        let options = esearch.then_some("ALL");
        let requests: Vec<_> = keys.iter().map(|k| search::command("UID SEARCH", options, k, utf8)).collect();
        let mut found = Vec::with_capacity(keys.len());
        // A synchronising literal would wait in the middle of another command's answer.
        let waits = requests.iter().any(Request::has_literal) && !self.wire().nonsync(4096);
        if esearch && !waits {
            let tags = requests.iter().map(|r| self.wire().send(r)).collect::<Result<Vec<_>>>()?;
            // Data may come before the command it belongs to is the one we wait for, so it is told apart by its tag.
            let mut all: Vec<(Option<Vec<u8>>, UidSet)> = Vec::new();
            let mut failed = None;
            for tag in &tags {
                let done = self.wire().finish(tag, &mut |r| esearch_set(r).map(|s| all.extend(s)));
                if let Err(e) = done {
                    if self.session.is_broken() {
                        return Err(e);
                    }
                    failed.get_or_insert(e);
                }
            }
            if let Some(e) = failed {
                return Err(e);
            }
            for tag in &tags {
                let mine = all.iter().filter(|(t, _)| t.as_deref().is_none_or(|t| tag.is(t)));
                found.push(mine.fold(UidSet::new(), |sum, (_, s)| sum.union(s)));
            }
        } else {
            for request in &requests {
                let mut set = UidSet::new();
                self.wire().call(request, &mut |response| {
                    if let Some((_, more)) = esearch_set(response)? {
                        set = set.union(&more);
                    }
                    Ok(())
                })?;
                found.push(set);
            }
        }
        self.check_validity()?;
        Ok(found)
    }

    /// How many fit, without their names where the server can.
    ///
    /// # Errors
    /// As [`Mailbox::search`].
    pub fn search_count(&mut self, key: &SearchKey) -> Result<u64> {
        if !(self.wire().caps.has("ESEARCH") || self.wire().caps.has("IMAP4REV2")) {
            return Ok(self.search(key)?.len());
        }
        let request = search::command("UID SEARCH", Some("COUNT"), key, self.wire().utf8);
        let mut count = 0;
        self.wire().call(&request, &mut |response| {
            if let Response::Esearch(Esearch { count: Some(n), .. }) = response {
                count = n;
            }
            Ok(())
        })?;
        Ok(count)
    }

    /// Whether the server sorts.
    pub fn can_sort(&self) -> bool {
        self.session.wire.caps.has("SORT")
    }

    /// The messages that fit, in ascending order; needs SORT.
    ///
    /// # Errors
    /// As [`Mailbox::search`].
    pub fn sort(&mut self, by: SortKey, key: &SearchKey) -> Result<Vec<Uid>> {
        let mut order = Vec::new();
        let request = self.sort_command(by.name(), None, key);
        self.wire().call(&request, &mut |response| {
            if let Response::Sort(mut uids) = response {
                order.append(&mut uids);
            }
            Ok(())
        })?;
        self.check_validity()?;
        Ok(order)
    }

    fn sort_command(&mut self, by: &str, options: Option<&str>, key: &SearchKey) -> Request {
        // The charset is not optional here (RFC 5256 §3).
        let charset = if key.is_ascii() && !self.wire().utf8 { "US-ASCII" } else { "UTF-8" };
        let mut request = Request::new("UID SORT");
        if let Some(options) = options {
            request = request.atom(format_args!("RETURN ({options})"));
        }
        search::top(key, request.atom(format_args!("({by}) {charset}")), self.wire().utf8)
    }

    /// The first or the last `n` in ascending order, if the server can tell just those (RFC 5267, RFC 9394).
    ///
    /// # Errors
    /// As [`Mailbox::search`].
    pub fn page(&mut self, by: SortKey, key: &SearchKey, n: u64, last: bool) -> Result<Option<Page>> {
        let caps = &self.wire().caps;
        let able = caps.has("SORT")
            && caps.has("ESORT")
            && (caps.has("PARTIAL") || caps.has("CONTEXT=SORT") || caps.has("CONTEXT=SEARCH"));
        if !able || n == 0 {
            return Ok(None);
        }
        let order = if last { format!("REVERSE {}", by.name()) } else { by.name().to_string() };
        let options = format!("PARTIAL 1:{}", n.saturating_add(1).min(u64::from(u32::MAX)));
        let request = self.sort_command(&order, Some(&options), key);
        let mut found: Option<Vec<(Uid, Uid)>> = None;
        let done = self.wire().call(&request, &mut |response| {
            if let Response::Esearch(e) = response {
                wrong(&e)?;
                found = e.partial.or(Some(Vec::new()));
            }
            Ok(())
        });
        match done {
            Err(e) if e.kind() == Kind::Refused && e.message().starts_with("BAD") => return Ok(None),
            other => other?,
        };
        self.check_validity()?;
        let Some(found) = found else { return Ok(None) };
        let most = usize::try_from(n).unwrap_or(usize::MAX);
        let mut uids: Vec<Uid> = Vec::new();
        for (a, b) in found {
            let run: Box<dyn Iterator<Item = Uid>> =
                if a <= b { Box::new(a..=b) } else { Box::new((b..=a).rev()) };
            // One more than asked for is as long as an honest answer gets.
            uids.extend(run.take((most + 1).saturating_sub(uids.len())));
        }
        let beyond = if uids.len() > most { uids.pop() } else { None }.filter(|_| last);
        if last {
            uids.reverse();
        }
        Ok(Some(Page { uids, beyond }))
    }

    /// Asks for items of many messages: few commands, bounded in length.
    pub fn fetch(&mut self, set: &UidSet, items: &[FetchItem]) -> Fetching<'_> {
        let commands = set.chunks(1000).iter().map(|s| fetch::command(s, items)).collect();
        let uidvalidity = Some(self.uidvalidity);
        Fetching::new(&mut self.session.wire, commands, uidvalidity)
    }

    /// One command each, in the order given, so that bodies come in that order.
    pub fn fetch_in_order(&mut self, uids: &[Uid], items: &[FetchItem]) -> Fetching<'_> {
        let commands = uids.iter().map(|u| fetch::command(&UidSet::one(*u), items)).collect();
        let uidvalidity = Some(self.uidvalidity);
        Fetching::new(&mut self.session.wire, commands, uidvalidity)
    }

    /// Different items of different messages, in one go.
    pub fn fetch_each(&mut self, wanted: &[(UidSet, Vec<FetchItem>)]) -> Fetching<'_> {
        let commands = wanted.iter().map(|(set, items)| fetch::command(set, items)).collect();
        let uidvalidity = Some(self.uidvalidity);
        Fetching::new(&mut self.session.wire, commands, uidvalidity)
    }

    /// Sets or clears flags; those of messages that changed after `since` stay as they are, and these messages are
    /// told (RFC 7162 §3.1.3).
    ///
    /// # Errors
    /// `Refused`.
    pub fn store(
        &mut self,
        set: &UidSet,
        change: Change,
        flags: &[String],
        since: Option<u64>,
    ) -> Result<UidSet> {
        let sign = if change == Change::Add { "+" } else { "-" };
        let mut changed = UidSet::new();
        for chunk in set.chunks(u64::MAX) {
            let mut request = Request::new("UID STORE").atom(&chunk);
            if let Some(since) = since {
                request = request.atom(format_args!("(UNCHANGEDSINCE {since})"));
            }
            let request = request.atom(format_args!("{sign}FLAGS.SILENT ({})", flags.join(" ")));
            let status = self.wire().tell(&request)?;
            if status.is("MODIFIED") {
                let told = status.code.get(1).and_then(Value::text).unwrap_or_default();
                changed = changed.union(&UidSet::parse(told)?.intersection(&chunk));
            }
        }
        self.check_validity()?;
        Ok(changed)
    }

    /// Copies; the whole of it or nothing (RFC 9051 §6.4.7). The new UIDs, where the server tells; `to` becomes the name the
    /// server knows the target by.
    ///
    /// # Errors
    /// `Unconfirmed` if the answer was lost.
    pub fn copy(&mut self, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        self.transfer("UID COPY", set, to)
    }

    /// Whether [`Mailbox::move_to`] is one step.
    pub fn can_move(&self) -> bool {
        self.session.wire.caps.has("MOVE") || self.session.wire.caps.has("IMAP4REV2")
    }

    /// Whether just these messages can be expunged.
    pub fn can_expunge_some(&self) -> bool {
        self.session.wire.caps.has("UIDPLUS") || self.session.wire.caps.has("IMAP4REV2")
    }

    /// Moves in one step; needs MOVE (RFC 6851). Otherwise as [`Mailbox::copy`].
    ///
    /// # Errors
    /// `Unconfirmed` if the answer was lost.
    pub fn move_to(&mut self, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        self.transfer("UID MOVE", set, to)
    }

    fn transfer(&mut self, verb: &str, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        let mut map = Vec::new();
        // As many as were asked for: a server may tell more.
        let most = usize::try_from(set.len()).unwrap_or(usize::MAX);
        for chunk in set.chunks(u64::MAX) {
            match self.transfer_some(verb, &chunk, to, most, &mut map) {
                Err(e) if e.kind() == Kind::Missing => match self.session.meant(to) {
                    Ok(Some(real)) if real != self.name => {
                        *to = real;
                        self.transfer_some(verb, &chunk, to, most, &mut map)?;
                    }
                    _ => return Err(e),
                },
                other => other?,
            }
        }
        self.check_validity()?;
        Ok(map)
    }

    fn transfer_some(
        &mut self,
        verb: &str,
        set: &UidSet,
        to: &Name,
        most: usize,
        map: &mut Vec<(Uid, Uid)>,
    ) -> Result<()> {
        let target = self.session.wire_name(to);
        let request = Request::new(verb).atom(set).string(&target, self.session.wire.utf8);
        let mut note = |status: &Status| {
            let room = most.saturating_sub(map.len());
            map.extend(copied(status).into_iter().take(room));
        };
        let done = self.wire().call(&request, &mut |response| {
            // MOVE tells in an untagged OK, before the EXPUNGEs (RFC 6851 §4.3).
            if let Response::Status(status) = response {
                note(&status);
            }
            Ok(())
        });
        note(&done.map_err(|e| unconfirmed(missing_target(e, to)))?);
        Ok(())
    }

    /// Takes away for good just these messages, which bear \Deleted; needs UIDPLUS.
    ///
    /// # Errors
    /// `Refused`.
    pub fn expunge(&mut self, set: &UidSet) -> Result<()> {
        for chunk in set.chunks(u64::MAX) {
            self.wire().tell(&Request::new("UID EXPUNGE").atom(&chunk))?;
        }
        Ok(())
    }

    /// Takes away whatever bears \Deleted, by whomever.
    ///
    /// # Errors
    /// `Refused`.
    pub fn expunge_all(&mut self) -> Result<()> {
        self.wire().tell(&Request::new("EXPUNGE")).map(|_| ())
    }
}

/// Whether a search failed because the server does not know UTF-8.
pub fn is_bad_charset(error: &Error) -> bool {
    error.kind() == Kind::Refused && error.message().contains("[BADCHARSET]")
}

/// A lost answer to a command that takes effect once.
pub(super) fn unconfirmed(e: Error) -> Error {
    match e.kind() {
        Kind::Closed | Kind::Timeout => {
            e.context("it may have happened").kind_is(Kind::Unconfirmed).again_is(Again::Never)
        }
        _ => e,
    }
}

fn missing_target(e: Error, to: &Name) -> Error {
    if e.kind() == Kind::Missing {
        return missing(e, to).hint("`rimap-search mailbox create` makes it");
    }
    e
}

/// `COPYUID 17 1:3 5:7`: pairs of old and new.
fn copied(status: &Status) -> Vec<(Uid, Uid)> {
    if !status.is("COPYUID") {
        return Vec::new();
    }
    let set = |at: usize| status.code.get(at).and_then(Value::text).and_then(|t| UidSet::parse(t).ok());
    match (set(2), set(3)) {
        (Some(from), Some(to)) if from.len() == to.len() && from.len() < 1_000_000 => {
            from.iter().zip(to.iter()).collect()
        }
        _ => Vec::new(),
    }
}

/// What a SEARCH response adds to the result, and the tag it names.
type Found = Option<(Option<Vec<u8>>, UidSet)>;

fn esearch_set(response: Response) -> Result<Found> {
    match response {
        Response::Search(set) => Ok(Some((None, set))),
        Response::Esearch(e) => {
            wrong(&e)?;
            Ok(Some((e.tag, e.all.unwrap_or_default())))
        }
        Response::Odd(text) if text.contains("SEARCH") => Err(Error::new(Kind::Protocol, text)),
        _ => Ok(None),
    }
}

fn wrong(e: &Esearch) -> Result<()> {
    match &e.wrong {
        Some(what) => Err(Error::new(Kind::Protocol, format!("cannot understand {what}"))),
        None => Ok(()),
    }
}
