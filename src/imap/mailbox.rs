//! An open mailbox: searching, sorting and fetching; what is done to its messages is in [`super::act`].
//!
//! The ladder for "the newest n": SORT with PARTIAL tells it in one answer of one line; SORT alone sends all and the end is
//! taken; without SORT the caller asks for the dates. A client that sends `RETURN` unasked gets nothing at all from some
//! servers, so each rung is climbed only where it is offered.

use super::{
    Name, Session, Uid, UidSet,
    fetch::{self, FetchItem, Fetching},
    list::missing,
    parse::Value,
    response::{Esearch, Response},
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

/// See the module's essay. Opening another mailbox ends it.
pub struct Mailbox<'s> {
    pub(super) session: &'s mut Session,
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

    pub(super) fn check_validity(&self) -> Result<()> {
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

    /// Different items of different messages, in one go.
    pub fn fetch_each(&mut self, wanted: &[(UidSet, Vec<FetchItem>)]) -> Fetching<'_> {
        let commands = wanted.iter().map(|(set, items)| fetch::command(set, items)).collect();
        let uidvalidity = Some(self.uidvalidity);
        Fetching::new(&mut self.session.wire, commands, uidvalidity)
    }
}

/// Whether a search failed because the server does not know UTF-8.
pub fn is_bad_charset(error: &Error) -> bool {
    error.kind() == Kind::Refused && error.message().contains("[BADCHARSET]")
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
