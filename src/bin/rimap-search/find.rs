//! From a key to the messages in their order: by the server as far as it can, the rest here, in as few round trips as
//! there can be. With `-v` it is said what the server could not do.

use crate::{
    args::{Search, Sort},
    summary::{self, Seen},
};
use std::cmp::Ordering;
use wirepost::{
    base::{date::Time, error::*},
    cli::Output,
    imap::{FetchItem, Mailbox, Message, Piece, Plan, SearchKey, SortKey, Uid, UidSet, is_bad_charset},
    mail::addresses,
};

/// In which order, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub by: Option<Sort>,
    pub reverse: bool,
    pub first: Option<u64>,
    pub last: Option<u64>,
}

impl Order {
    pub fn of(search: &Search) -> Order {
        let limited = search.first.is_some() || search.last.is_some();
        Order {
            by: search.sort.or(limited.then_some(Sort::Date)),
            reverse: search.reverse,
            first: search.first,
            last: search.last,
        }
    }

    pub fn limit(&self) -> Option<u64> {
        self.first.or(self.last)
    }

    /// Of a page, the message next to the one beyond it.
    pub fn edge(&self, page: &[Uid]) -> Option<Uid> {
        if self.last.is_some() != self.reverse { page.first() } else { page.last() }.copied()
    }

    /// Takes what is wanted of a list in ascending order, and turns it round if need be.
    pub fn cut<T>(&self, mut all: Vec<T>) -> Vec<T> {
        let most = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        if let Some(n) = self.first {
            all.truncate(most(n));
        }
        if let Some(n) = self.last {
            all.drain(..all.len().saturating_sub(most(n)));
        }
        if self.reverse {
            all.reverse();
        }
        all
    }
}

/// The messages found.
#[derive(Debug)]
pub struct Found {
    pub uids: Vec<Uid>,
    /// The one beyond the page's edge, if a page was all that was asked for.
    pub beyond: Option<Uid>,
    /// The order among equals is not sure yet.
    pub page: bool,
}

impl Found {
    pub fn all(uids: Vec<Uid>) -> Found {
        Found { uids, beyond: None, page: false }
    }
}

/// A page is asked for only if one look tells how it is ordered.
const PAGE: u64 = 1000;

/// What a message is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    Number(i64),
    Text(String),
}

/// What has to be fetched to sort by it.
pub fn sort_items(by: Sort) -> Vec<FetchItem> {
    match by {
        Sort::Date => vec![FetchItem::InternalDate],
        Sort::Sent => vec![FetchItem::InternalDate, FetchItem::HeaderFields(vec!["DATE"])],
        Sort::Size => vec![FetchItem::Size],
        Sort::From => vec![FetchItem::HeaderFields(vec!["FROM"])],
    }
}

/// As RFC 5256 §2.2 and §3 have it: a Date that cannot be read gives way to the arrival; the sender is the part before the
/// at sign of the first address.
pub fn sort_value(by: Sort, message: &Message) -> SortValue {
    let head = message.header.as_deref().unwrap_or_default();
    let arrived = message.internal_date;
    match by {
        Sort::Date => SortValue::Number(arrived.map_or(0, |t| t.0)),
        Sort::Sent => {
            let sent = summary::raw(head, "Date").and_then(|d| Time::from_rfc5322(&d)).or(arrived);
            SortValue::Number(sent.map_or(0, |t| t.0))
        }
        Sort::Size => SortValue::Number(message.size.and_then(|n| i64::try_from(n).ok()).unwrap_or(0)),
        Sort::From => {
            let raw = summary::raw(head, "From").unwrap_or_default();
            let list = addresses::from_header(&raw).unwrap_or_default();
            let local = match addresses::mailboxes(&list).next() {
                Some(first) => first.address.local().to_string(),
                None => summary::field(head, "From").unwrap_or_default(),
            };
            SortValue::Text(local.to_lowercase())
        }
    }
}

fn server_key(by: Sort) -> SortKey {
    match by {
        Sort::Date => SortKey::Arrival,
        Sort::Sent => SortKey::Sent,
        Sort::Size => SortKey::Size,
        Sort::From => SortKey::From,
    }
}

/// Finds. `exact`: no page, because its edge is a tie.
///
/// # Errors
/// The server's.
pub fn find(
    mailbox: &mut Mailbox<'_>,
    key: &SearchKey,
    order: &Order,
    exact: bool,
    out: &mut Output,
) -> Result<Found> {
    match attempt(mailbox, key, order, exact, false, out) {
        Err(e) if is_bad_charset(&e) && !key.is_ascii() => {
            out.note("the server cannot search in UTF-8: headers are compared here");
            attempt(mailbox, key, order, exact, true, out)
        }
        other => other,
    }
}

/// Asks whether the page ends in a tie, and if it does for the whole order: what it holds is then sure.
///
/// # Errors
/// The server's.
pub fn settle(
    mailbox: &mut Mailbox<'_>,
    key: &SearchKey,
    order: &Order,
    found: Found,
    out: &mut Output,
) -> Result<Found> {
    let (Some(beyond), Some(by), Some(edge)) = (found.beyond, order.by, order.edge(&found.uids)) else {
        return Ok(found);
    };
    let both = [edge, beyond].into_iter().collect();
    let known = values(mailbox, by, &both)?;
    let value = |uid| known.iter().find(|(_, u)| *u == uid).map(|(value, _)| value);
    if value(edge) == value(beyond) {
        return find(mailbox, key, order, true, out);
    }
    Ok(Found { beyond: None, ..found })
}

fn attempt(
    mailbox: &mut Mailbox<'_>,
    key: &SearchKey,
    order: &Order,
    exact: bool,
    ascii: bool,
    out: &mut Output,
) -> Result<Found> {
    let caps = mailbox.session().capabilities().clone();
    let plan = Plan::new(key, &caps, ascii, Time::now())?;
    let within = plan.within();
    if plan.is_remote()
        && let Some(by) = order.by
        && mailbox.can_sort()
    {
        if let Some(n) = order.limit().filter(|n| !exact && *n <= PAGE && within.is_none())
            && let Some(page) = mailbox.page(server_key(by), key, n, order.last.is_some())?
        {
            let mut uids = page.uids;
            if order.reverse {
                uids.reverse();
            }
            return Ok(Found { uids, beyond: page.beyond, page: order.last.is_some() });
        }
        let mut all = mailbox.sort(server_key(by), key)?;
        all.retain(|u| within.as_ref().is_none_or(|w| w.contains(*u)));
        return Ok(Found::all(order.cut(all)));
    }
    let found = mailbox.search_each(&plan.searches)?;
    let mut set = plan.candidates(&found);
    if !plan.is_remote() {
        out.note(format_args!("{} candidates are looked at here", set.len()));
        set = decide(mailbox, &plan, &found, &set)?;
    }
    let Some(by) = order.by else { return Ok(Found::all(order.cut(set.iter().collect()))) };
    if set.is_empty() {
        return Ok(Found::all(Vec::new()));
    }
    if !mailbox.can_sort() {
        out.note("the server does not sort: done here");
    }
    let mut keyed = values(mailbox, by, &set)?;
    keyed.sort();
    Ok(Found::all(order.cut(keyed.into_iter().map(|(_, uid)| uid).collect())))
}

/// The candidates that fit, by what is fetched of them.
fn decide(mailbox: &mut Mailbox<'_>, plan: &Plan, found: &[UidSet], set: &UidSet) -> Result<UidSet> {
    let needs = plan.needs();
    let mut items = Vec::new();
    if needs.internal_date {
        items.push(FetchItem::InternalDate);
    }
    if needs.structure {
        items.push(FetchItem::BodyStructure);
    }
    items.extend(needs.headers.into_iter().map(FetchItem::HeaderField));
    if items.is_empty() {
        let nothing = Message::default();
        return Ok(set.iter().filter(|u| plan.decide(*u, found, &Seen(&nothing))).collect());
    }
    let mut fits = Vec::new();
    each(mailbox, set, &items, |uid, message| {
        if plan.decide(uid, found, &Seen(message)) {
            fits.push(uid);
        }
    })?;
    Ok(fits.into_iter().collect())
}

fn values(mailbox: &mut Mailbox<'_>, by: Sort, set: &UidSet) -> Result<Vec<(SortValue, Uid)>> {
    let mut keyed = Vec::new();
    each(mailbox, set, &sort_items(by), |uid, message| keyed.push((sort_value(by, message), uid)))?;
    Ok(keyed)
}

/// Small items of many messages; what was not asked for is passed over.
pub fn each(
    mailbox: &mut Mailbox<'_>,
    set: &UidSet,
    items: &[FetchItem],
    mut with: impl FnMut(Uid, &Message),
) -> Result<()> {
    let mut seen = std::collections::HashSet::new();
    let mut fetching = mailbox.fetch(set, items);
    while let Some(piece) = fetching.next()? {
        match piece {
            Piece::Body(body) => body.skip()?,
            Piece::Message(message) => {
                if let Some(uid) = message.uid.filter(|u| set.contains(*u))
                    && (message.header.is_some()
                        || message.internal_date.is_some()
                        || message.size.is_some()
                        || message.structure.is_some())
                    && seen.insert(uid)
                {
                    with(uid, &message);
                }
            }
        }
    }
    Ok(())
}

/// Whether the page's edge ties with what is beyond it.
pub fn ties(by: Sort, edge: &Message, beyond: &Message) -> bool {
    sort_value(by, edge).cmp(&sort_value(by, beyond)) == Ordering::Equal
}
