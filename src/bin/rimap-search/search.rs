//! `search`: finds messages in one mailbox or many, and shows, saves, delivers or acts on them.
//!
//! A run is a loop over mailboxes; each is found in, fetched from in windows, and acted on. When the connection is lost,
//! the mailbox is begun anew and what was handled already is left out, so nothing is told of or delivered twice.

use crate::{
    across,
    act::{self, Actions},
    args::{Search, Shared, Show},
    count,
    deliver::{self, Delivery},
    earlier::Earlier,
    find::{self, Found, Order},
    job::{Here, Job},
    names, query, rules,
    save::Saver,
    site::{self, Site},
    state,
    summary::{self, Summary},
    window,
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use wirepost::{
    base::{date::Time, error::*},
    cli::Output,
    imap::{Heard, Mailbox, Name, SearchKey, Session, Uid, UidSet},
    net::Cancel,
    store::Folder,
};

/// So many messages are looked at together.
const WINDOW: usize = 1000;
/// With `--wait`, how often to ask where the server does not tell.
const POLL: Duration = Duration::from_secs(10);

/// The verb.
pub fn run(search: &Search, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (url, words) = site::split(&search.words)?;
    let key = query::key(&search.criteria, words, Time::now())?;
    check(search, &key, out)?;
    if search.acts() || search.delivers() || !search.save.is_empty() {
        out.acts();
    }
    let earlier = search.retry_from.as_deref().map(Earlier::load).transpose()?;
    if earlier.as_ref().is_some_and(Earlier::is_empty) {
        out.note("the earlier run left nothing to be done");
        return Ok(());
    }
    let mut site = Site::new(&url, shared, out, cancel)?;
    let seen = match search.new {
        true => Some(state::open(search.state.as_deref(), &site.account(), search.wait_lock)?),
        false => None,
    };
    let summed = seen.is_some() || out.has_events() || search.acts();
    let mut delivery = Delivery::new(search, &site.account(), site.hidden(), out.is_json(), summed)?;
    let mut saver = if search.save.is_empty() { None } else { Some(Saver::new(search)?) };
    let rules = search.rules.as_deref().map(|path| rules::load(path, site.hidden())).transpose()?;
    if (search.delete || rules.as_ref().is_some_and(rules::Sorting::deletes))
        && !search.dry_run
        && search.show == Some(Show::Text)
        && out.is_json()
    {
        // A line of JSON tells how the action ended as well: if it cannot be written, the message is gone already.
        return Err(Error::new(Kind::Usage, "--show text --json and a deletion cannot be had at once")
            .hint("--json-file tells beside the texts; or delete in a run of its own"));
    }
    let mut session = site.session(out)?;
    let wanted = match (&site.mailbox, search.mailboxes.as_slice()) {
        _ if earlier.is_some() => earlier.iter().flat_map(Earlier::mailboxes).map(str::to_string).collect(),
        (Some(name), []) => vec![name.clone()],
        (None, []) => vec!["INBOX".to_string()],
        (_, given) => given.to_vec(),
    };
    let mailboxes = names::resolve(&mut session, &wanted)?;
    let actions = Actions::of(search, &mut session)?;
    let mut job = Job {
        search,
        key,
        cancel: cancel.clone(),
        seen,
        total: 0,
        here: Here::default(),
        counts: Vec::new(),
        earlier,
        left: HashMap::new(),
        several: mailboxes.len() > 1,
        delimiter: None,
        held: None,
        many: false,
        shown: false,
    };
    if job.several && search.maildir.is_some() {
        job.delimiter = session.delimiter()?;
    }
    let until = search.wait.map(|w| Instant::now() + w);
    loop {
        let mut tools =
            Tools { delivery: &mut delivery, saver: &mut saver, actions: &actions, rules: rules.as_ref() };
        let round = if across::is_needed(&job) {
            across::run(&mut job, &mut site, session, &mailboxes, &mut tools, out)
        } else {
            one_by_one(&mut job, &mut site, session, &mailboxes, &mut tools, out)
        };
        let until = until.filter(|u| round.is_ok() && job.found() == 0 && Instant::now() < *u);
        let Some(until) = until else {
            count::tell(&mut job, out);
            session = round?;
            break;
        };
        job.counts.clear();
        session = wait(&job, &mut site, round?, &mailboxes, until, out)?;
    }
    if let Some(seen) = &job.seen {
        seen.sync()?;
    }
    left(job.left.values().sum(), out);
    let saved_none = saver.as_ref().is_some_and(|s| s.saved == 0);
    let does = search.delivers() || search.acts();
    if (job.found() == 0 && !does) || saved_none {
        out.answer_no();
    }
    site::end(session, out);
    Ok(())
}

/// What must be refused before anything is done.
fn check(search: &Search, key: &SearchKey, out: &mut Output) -> Result<()> {
    let usage = |text: &str, hint: &str| Err(Error::new(Kind::Usage, text).hint(hint));
    if search.acts() && key.is_all() && !search.criteria.all && !search.new && search.retry_from.is_none() {
        return usage("an action needs a criterion", "--all says that every message is meant");
    }
    if search.criteria.all && !key.is_all() {
        return usage("--all and a criterion contradict each other", "leave one of them away");
    }
    if search.part.is_some() || search.range.is_some() || search.show == Some(Show::Raw) {
        out.raw()?;
    }
    if search.count && (search.acts() || search.delivers() || search.new) {
        return usage("--count only counts", "leave it away, or the actions");
    }
    Ok(())
}

pub struct Tools<'t> {
    pub delivery: &'t mut Option<Delivery>,
    pub saver: &'t mut Option<Saver>,
    pub actions: &'t Actions,
    pub rules: Option<&'t rules::Sorting>,
}

fn one_by_one(
    job: &mut Job<'_>,
    site: &mut Site<'_>,
    mut session: Session,
    mailboxes: &[Name],
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<Session> {
    if job.several && job.search.acts() {
        session = count::first(job, site, session, mailboxes, out)?;
    }
    for name in mailboxes {
        job.begin();
        session = persistently(job, site, session, name, None, tools, out)?;
    }
    Ok(session)
}

/// One mailbox, begun again after a lost connection. A mailbox's own failure is told of and the others go on.
pub fn persistently(
    job: &mut Job<'_>,
    site: &mut Site<'_>,
    mut session: Session,
    name: &Name,
    only: Option<&[Uid]>,
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<Session> {
    let began = Instant::now();
    let mut tried = 0;
    loop {
        tried += 1;
        let handled = job.here.done.len();
        let error = match in_mailbox(job, &mut session, name, only, tools, out) {
            Ok(()) => return Ok(session),
            Err(e) => e,
        };
        if let Some(delivery) = tools.delivery
            && let Err(e) = delivery.give_up(job, out)
        {
            out.fail(&e);
        }
        if let Err(e) = job.remember(out) {
            out.fail(&e);
        }
        if !session.is_broken() && error.again() != Again::Now {
            job.abandon(&error, out);
            if job.several && matches!(error.kind(), Kind::Missing | Kind::Refused | Kind::Auth) {
                out.fail(&error);
                return Ok(session);
            }
            site::end(session, out);
            return Err(error);
        }
        out.add_round_trips(session.round_trips());
        if job.here.done.len() > handled {
            tried = 1;
        }
        let again = site.pause(&error, tried, began.elapsed(), out).and_then(|()| site.session(out));
        session = match again {
            Ok(session) => session,
            Err(error) => {
                job.abandon(&error, out);
                return Err(error);
            }
        };
    }
}

fn in_mailbox(
    job: &mut Job<'_>,
    session: &mut Session,
    name: &Name,
    only: Option<&[Uid]>,
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<()> {
    let search = job.search;
    let changes = search.acts() && !search.dry_run;
    let guarded = job.is_guarded();
    // Behind chosen UIDs the rest of the mailbox is still to come.
    let follows = search.new && only.is_none() && follows(search, &job.key);
    let mut mailbox = match (guarded || follows, changes) {
        (true, _) => session.open_counting(name, !changes)?,
        (false, true) => session.select(name)?,
        (false, false) => session.examine(name)?,
    };
    job.opened(&mailbox, only.is_some(), out)?;
    mailbox.guard = job.here.modseq.filter(|_| guarded);
    let order = Order::of(search);
    let found = match only {
        Some(uids) => Found { uids: uids.to_vec(), beyond: None, page: false },
        None if search.count && order.limit().is_none() && job.earlier.is_none() => {
            return count::here(job, &mut mailbox, out);
        }
        None => match job.key_for(&mailbox, follows, out)? {
            Some(key) => {
                let found = fitting(job, &mut mailbox, &key, &order, false, out)?;
                // What is delivered is not looked at again; other pages are settled as they are shown.
                match tools.delivery.is_some() && !search.dry_run {
                    true => find::settle(&mut mailbox, &key, &order, found, out)?,
                    false => found,
                }
            }
            None => Found { uids: Vec::new(), beyond: None, page: false },
        },
    };
    process(job, &mut mailbox, found, &order, tools, out)?;
    job.remember(out)?;
    if let (true, Some(modseq), Some(seen)) =
        // What the command refused has to be found again, so that it can be said that it is left.
        (
            follows && job.here.failures == 0 && !job.leaves(&mailbox.name),
            mailbox.modseq,
            &mut job.seen,
        )
        && !search.dry_run
    {
        seen.set_mark(&state::mark(&job.key, &mailbox.name, mailbox.uidvalidity), modseq)?;
    }
    Ok(())
}

/// Whether what `--new` left unseen in an earlier run of the same search can only be what arrived or changed since: then a
/// server that counts changes is asked for no more.
fn follows(search: &Search, key: &SearchKey) -> bool {
    search.new
        && search.first.is_none()
        && search.last.is_none()
        && search.max_size.is_none()
        && search.retry_from.is_none()
        && !search.retry_failed
        && !key.depends_on_the_day()
}

/// What fits and was not handled by an earlier run, in its order.
pub fn fitting(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    key: &SearchKey,
    order: &Order,
    exact: bool,
    out: &mut Output,
) -> Result<Found> {
    if job.seen.is_none() {
        return find::find(mailbox, key, order, exact, out);
    }
    // The first and the last are those of what is new.
    let all = Order { reverse: false, first: None, last: None, ..*order };
    let found = find::find(mailbox, key, &all, true, out)?;
    Ok(Found::all(order.cut(job.unseen(mailbox, found.uids))))
}

/// Reads something, once more after a lost connection. What concerns one mailbox alone is handed back.
pub fn reading<T>(
    site: &mut Site<'_>,
    mut session: Session,
    out: &mut Output,
    mut read: impl FnMut(&mut Session, &mut Output) -> Result<T>,
) -> Result<(Session, Result<T>)> {
    let began = Instant::now();
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match read(&mut session, out) {
            Err(e) if matches!(e.kind(), Kind::Missing | Kind::Refused | Kind::Auth) => {
                return Ok((session, Err(e)));
            }
            Err(e) => e,
            Ok(found) => return Ok((session, Ok(found))),
        };
        if !session.is_broken() && error.again() != Again::Now {
            site::end(session, out);
            return Err(error);
        }
        out.add_round_trips(session.round_trips());
        site.pause(&error, tried, began.elapsed(), out)?;
        session = site.session(out)?;
    }
}

/// Handles what was found, window by window; then the actions.
fn process(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    mut found: Found,
    order: &Order,
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<()> {
    let search = job.search;
    found.uids.retain(|u| !job.is_done(*u));
    job.here.found = found.uids.iter().chain(&job.here.done).copied().collect();
    if search.count {
        job.counts.push((mailbox.name.clone(), found.uids.len() as u64));
        return Ok(());
    }
    count::not_too_many(job, job.found())?;
    let folder =
        if job.several { deliver::folder_of(&mailbox.name, job.delimiter)? } else { Folder::inbox() };
    if let Some(delivery) = tools.delivery.as_mut().filter(|_| !search.dry_run) {
        let set: UidSet = found.uids.iter().copied().collect();
        let set = small_enough(job, mailbox, set, out)?;
        if let Some(seen) = &mut job.seen {
            seen.expect(usize::try_from(set.len()).unwrap_or(0));
        }
        delivery.take(mailbox, &set, &folder, job, out)?;
        missing(job, mailbox, &set.iter().collect::<Vec<_>>(), out);
    } else {
        let mut at = 0;
        let mut beyond = found.beyond;
        // Whole headers may be long, and strangers wrote them.
        let window = if search.show == Some(Show::Headers) { WINDOW / 20 } else { WINDOW };
        while at < found.uids.len() {
            let end = (at + window).min(found.uids.len());
            let page = (found.page, beyond.take());
            if !window::window(job, mailbox, &found.uids[at..end], page, order, tools, out)? {
                // The page's edge is a tie: which messages belong to it takes the whole order.
                let key = job.key_for(mailbox, false, out)?.unwrap_or(SearchKey::All);
                let again = find::find(mailbox, &key, order, true, out)?;
                return process(job, mailbox, again, order, tools, out);
            }
            at = end;
        }
    }
    if search.prints_messages() && search.acts() && !search.dry_run {
        out.written()?;
    }
    if let Some(rules) = tools.rules {
        return rules.run(mailbox, job, out);
    }
    if !tools.actions.is_empty() {
        let set = job.here.hits.iter().filter_map(|h| h.uid).collect();
        return act::run(tools.actions, mailbox, &set, job, out);
    }
    Ok(())
}

/// Messages that no run will try again by itself must not be forgotten by whoever reads the log.
fn left(failed: u64, out: &mut Output) {
    let text = match failed {
        0 => return,
        1 => "1 message is left, because the command refused it in an earlier run; --retry-failed tries it again"
            .to_string(),
        n => format!(
            "{n} messages are left, because the command refused them in an earlier run; --retry-failed tries them again"
        ),
    };
    out.warn(text);
}

/// Leaves out what is larger than `--max-size`.
fn small_enough(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    set: UidSet,
    out: &mut Output,
) -> Result<UidSet> {
    let Some(most) = job.search.max_size else { return Ok(set) };
    let mut large = Vec::new();
    find::each(mailbox, &set, &summary::items(), |uid, message| {
        if message.size.is_some_and(|n| n > most) {
            large.push(Summary::of(uid, message));
        }
    })?;
    for summary in &large {
        let hit = summary.hit(&mailbox.name, mailbox.uidvalidity);
        job.skipped(summary.uid, hit, "max_size", out);
    }
    Ok(set.difference(&large.iter().map(|s| s.uid).collect()))
}

/// Tells of messages that were asked for and never came.
pub fn missing(job: &mut Job<'_>, mailbox: &Mailbox<'_>, asked: &[Uid], out: &mut Output) {
    let open: Vec<Uid> = asked.iter().copied().filter(|u| !job.is_done(*u)).collect();
    for uid in open {
        let hit = Summary { uid, ..Summary::default() }.hit(&mailbox.name, mailbox.uidvalidity);
        job.failed(uid, hit, &gone(uid, mailbox.name.text()), out);
    }
}

/// Of a message that was found and then never came.
pub fn gone(uid: Uid, mailbox: &str) -> Error {
    Error::new(Kind::Missing, format!("the server sent nothing of message {uid} in {mailbox} (is it gone?)"))
}

/// Waits for news in a mailbox, or the end of the time. A server tells of one mailbox at a time, so of several none is listened to:
/// they are asked again after a while.
fn wait(
    job: &Job<'_>,
    site: &mut Site<'_>,
    mut session: Session,
    mailboxes: &[Name],
    until: Instant,
    out: &mut Output,
) -> Result<Session> {
    let left = until.saturating_duration_since(Instant::now()).min(Duration::from_secs(540));
    let [name] = mailboxes else {
        site.cancel().sleep(left.min(POLL))?;
        return Ok(session);
    };
    let idle = session.capabilities().has("IDLE");
    let heard = session.examine(name).and_then(|mut mailbox| {
        let known = mailbox.changes();
        // What arrived behind the search's back is news as well.
        let grown = job.here.size != (mailbox.uidnext, mailbox.exists);
        if grown { Ok(Heard::News) } else { mailbox.wait(left, known) }
    });
    match heard {
        Ok(Heard::News) => Ok(session),
        Ok(_) => {
            if !idle {
                site.cancel().sleep(left.min(POLL))?;
            }
            Ok(session)
        }
        Err(e) if e.again() == Again::Now => {
            out.add_round_trips(session.round_trips());
            site.session(out)
        }
        Err(e) => Err(e),
    }
}
