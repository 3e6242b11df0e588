//! Several mailboxes in one order: each is asked for its own messages, what these are sorted by is compared here, and what was
//! chosen is told of in that order. Lines of a list are held until those before them are there, so that no mailbox is opened for
//! each of its messages; what is too large to be held is fetched as its turn comes.

use crate::{
    args::{Search, Sort},
    count,
    find::{self, Order, SortValue},
    job::{Here, Job, Line},
    search::{Tools, fitting, persistently, reading},
    site::Site,
};
use std::collections::HashMap;
use wirepost::{
    base::error::*,
    cli::{Output, event::Event, exit::Outcome},
    imap::{Name, SearchKey, Session, Uid, UidSet},
};

/// So many lines are held.
const HELD: usize = 1000;

/// Whether the order of messages in different mailboxes matters: which are the first or the last, or which is told of first.
pub fn is_needed(job: &Job<'_>) -> bool {
    let search = job.search;
    job.several && (Order::of(search).limit().is_some() || search.sort.is_some() && is_told(search))
}

/// Whether what is found is told of in an order, and not only counted, saved, delivered or acted on.
fn is_told(search: &Search) -> bool {
    !search.count && !search.acts() && !search.delivers() && search.save.is_empty()
}

/// Whether what is told of a message is a line and no more. What `--new` remembers has to be out before, so that is not held.
fn is_list(search: &Search) -> bool {
    let more = search.show.is_some() || search.part.is_some() || search.range.is_some();
    is_told(search) && !more && !search.new
}

/// A mailbox as it was when it was searched: the UIDs hold as long as it is that, and a guard counts from before the search.
struct Looked {
    mailbox: Name,
    uidvalidity: u64,
    modseq: Option<u64>,
}

type Chosen = (SortValue, usize, Uid);

/// Finds in all of them, and handles what was chosen.
pub fn run(
    job: &mut Job<'_>,
    site: &mut Site<'_>,
    mut session: Session,
    mailboxes: &[Name],
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<Session> {
    let order = Order::of(job.search);
    let by = order.by.unwrap_or(Sort::Date);
    // Where all of them are wanted, they are only sorted here.
    let ascending = Order { by: order.limit().and(order.by), reverse: false, ..order };
    let mut keyed: Vec<Chosen> = Vec::new();
    let mut looked: HashMap<usize, Looked> = HashMap::new();
    for (at, name) in mailboxes.iter().enumerate() {
        let found;
        (session, found) = reading(site, session, out, |session, out| {
            let mut mailbox =
                if job.is_guarded() { session.open_counting(name, true) } else { session.examine(name) }?;
            let mine = Looked {
                mailbox: mailbox.name.clone(),
                uidvalidity: mailbox.uidvalidity,
                modseq: mailbox.modseq,
            };
            let key = job.key_for(&mailbox, false, out)?.unwrap_or(SearchKey::All);
            let found = fitting(job, &mut mailbox, &key, &ascending, true, out)?;
            let set: UidSet = found.uids.into_iter().collect();
            let mut keyed = Vec::new();
            if !set.is_empty() {
                find::each(&mut mailbox, &set, &find::sort_items(by), |uid, m| {
                    keyed.push((find::sort_value(by, m), at, uid));
                })?;
            }
            if order.limit().is_none() {
                // Of what nothing came it has to be said.
                let known: UidSet = keyed.iter().map(|k: &Chosen| k.2).collect();
                let gone = set.difference(&known);
                keyed.extend(gone.iter().map(|uid| (SortValue::Number(i64::MIN), at, uid)));
            }
            Ok((mine, keyed))
        })?;
        match found {
            Ok((mine, found)) => {
                looked.insert(at, mine);
                keyed.extend(found);
            }
            Err(e) => out.fail(&e),
        }
    }
    keyed.sort();
    let chosen = order.cut(keyed);
    count::not_too_many(job, chosen.len() as u64)?;
    job.many = chosen.len() > 1;
    let holds = is_list(job.search);
    for piece in pieces(&chosen, job.search, holds) {
        let mut held = HashMap::new();
        for at in 0..mailboxes.len() {
            let uids: Vec<Uid> = piece.iter().filter(|(_, m, _)| *m == at).map(|(_, _, uid)| *uid).collect();
            let Some(mine) = looked.get(&at).filter(|_| !uids.is_empty()) else { continue };
            job.begin();
            job.here = Here {
                mailbox: Some(mine.mailbox.clone()),
                uidvalidity: Some(mine.uidvalidity),
                modseq: mine.modseq,
                found: uids.iter().copied().collect(),
                ..Here::default()
            };
            job.held = holds.then(HashMap::new);
            let round = persistently(job, site, session, &mine.mailbox, Some(&uids), tools, out);
            held.extend(job.held.take().into_iter().flatten().map(|(uid, line)| ((at, uid), line)));
            match round {
                Ok(next) => session = next,
                Err(e) => {
                    tell(piece, held, out);
                    return Err(e);
                }
            }
        }
        tell(piece, held, out);
    }
    Ok(session)
}

/// What is handled together, one mailbox after the other.
fn pieces<'c>(
    chosen: &'c [Chosen],
    search: &Search,
    holds: bool,
) -> Box<dyn Iterator<Item = &'c [Chosen]> + 'c> {
    if holds {
        Box::new(chosen.chunks(HELD))
    } else if is_told(search) {
        Box::new(chosen.chunk_by(|a, b| a.1 == b.1))
    } else {
        Box::new(std::iter::once(chosen))
    }
}

fn tell(piece: &[Chosen], mut held: HashMap<(usize, Uid), Line>, out: &mut Output) {
    for (_, at, uid) in piece {
        if let Some((line, hit)) = held.remove(&(*at, *uid)) {
            out.line(line);
            out.count(Outcome::Ok);
            out.emit(&Event::Hit(hit));
        }
    }
}
