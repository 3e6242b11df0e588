//! `watch`: waits for new messages by IDLE, and tells of each that fits, or gives it to a command. A lost connection is made
//! again, and what arrived meanwhile is found by its UID.

use crate::{
    args::{Shared, Watch},
    deliver, names, query,
    site::{self, Site},
    summary::{self, Summary},
};
use std::time::{Duration, Instant};
use wirepost::{
    base::{date::Time, error::*},
    cli::{
        Output,
        event::{Event, Hit},
        exit::Outcome,
    },
    imap::{FetchItem, Heard, Mailbox, Name, Piece, SearchKey, Session, Uid, UidSet},
    net::Cancel,
    store::{
        Mailstore,
        pipe::{About, Pipe},
        stream::Stream,
    },
};

/// Where IDLE is not to be had, how often to ask.
const POLL: Duration = Duration::from_secs(30);

struct Watcher<'a> {
    args: &'a Watch,
    key: SearchKey,
    name: Name,
    cancel: Cancel,
    until: Option<Instant>,
    pipe: Option<Pipe>,
    /// Messages from here on are new, in the mailbox of that UIDVALIDITY.
    next: Option<(u64, Uid)>,
    told: u64,
}

/// The verb.
pub fn run(args: &Watch, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let until = shared.network.max_time.map(|t| Instant::now() + t);
    let (url, words) = site::split(&args.words)?;
    let key = query::key(&args.criteria, words, Time::now())?;
    let mut site = Site::new(&url, shared, out, cancel)?;
    let late = |e: Error| match e.kind() {
        Kind::Timeout if cancel.is_stopping() => {
            Error::new(Kind::Timeout, "the time was over before anything could be watched (--max-time)")
                .again_is(Again::Later)
        }
        _ => e,
    };
    let mut session = site.session(out).map_err(late)?;
    let name = names::one(&mut session, &args.mailbox)?;
    let pipe = args.exec.as_ref().map(|command| Pipe {
        command: command.clone(),
        timeout: args.exec_timeout,
        to_stderr: out.is_json(),
        hide: site.hidden(),
    });
    let mut watcher = Watcher { args, key, name, cancel: cancel.clone(), until, pipe, next: None, told: 0 };
    let (mut began, mut tried) = (Instant::now(), 0);
    loop {
        let before = watcher.told;
        match watcher.watch(&mut session, out) {
            Ok(()) => break,
            // A server that says nothing any more does not keep us: the time is over.
            Err(e) if e.kind() == Kind::Timeout && cancel.is_stopping() && watcher.next.is_some() => break,
            Err(e) if e.again() == Again::Now => {
                out.add_round_trips(session.round_trips());
                if watcher.told > before {
                    (began, tried) = (Instant::now(), 0);
                }
                tried += 1;
                site.pause(&e, tried, began.elapsed(), out)?;
                session = site.session(out).map_err(late)?;
                began = Instant::now();
            }
            Err(e) => {
                site::end(session, out);
                return Err(late(e));
            }
        }
    }
    if watcher.told == 0 {
        out.answer_no();
    }
    site::end(session, out);
    Ok(())
}

impl Watcher<'_> {
    /// Until enough was told, or the time is over.
    fn watch(&mut self, session: &mut Session, out: &mut Output) -> Result<()> {
        let idle = session.capabilities().has("IDLE");
        let mut mailbox = session.examine(&self.name)?;
        // What arrives while we are at work is news at the next wait.
        let mut known = mailbox.changes();
        match self.next {
            Some((validity, _)) if validity == mailbox.uidvalidity => self.tell(&mut mailbox, out)?,
            Some(_) => {
                let text = "was made anew meanwhile (UIDVALIDITY changed): all that is in it is new";
                out.warn(format_args!("mailbox {} {text}", mailbox.name.text()));
                self.next = Some((mailbox.uidvalidity, 1));
                self.tell(&mut mailbox, out)?;
            }
            None => {
                let next = match mailbox.uidnext.and_then(|n| Uid::try_from(n).ok()) {
                    Some(next) => next,
                    None => mailbox.search(&SearchKey::All)?.last().map_or(1, |n| n + 1),
                };
                self.next = Some((mailbox.uidvalidity, next));
            }
        }
        out.note(format_args!("watching {}", mailbox.name.text()));
        loop {
            if self.args.count.is_some_and(|n| self.told >= n) {
                return Ok(());
            }
            let left = self.until.map(|u| u.saturating_duration_since(Instant::now()));
            if left.is_some_and(|l| l.is_zero()) {
                return Ok(());
            }
            let limit = left.map_or(self.args.rearm, |l| l.min(self.args.rearm));
            let heard = mailbox.wait(limit, known)?;
            if heard == Heard::News || !idle {
                known = mailbox.changes();
                self.tell(&mut mailbox, out)?;
            }
            if !idle && heard == Heard::Nothing {
                self.cancel.sleep(POLL.min(left.unwrap_or(POLL)))?;
            }
        }
    }

    /// Tells of what is new and fits.
    fn tell(&mut self, mailbox: &mut Mailbox<'_>, out: &mut Output) -> Result<()> {
        let Some((validity, next)) = self.next else { return Ok(()) };
        let new = SearchKey::Uid(UidSet::from_ranges([(next, Uid::MAX)]));
        let key = SearchKey::and(vec![new, self.key.clone()]);
        let order = crate::find::Order { by: None, reverse: false, first: None, last: None };
        let found = crate::find::find(mailbox, &key, &order, false, out)?;
        for uid in found.uids {
            if self.args.count.is_some_and(|n| self.told >= n) {
                return Ok(());
            }
            self.one(mailbox, uid, out)?;
            self.next = Some((validity, uid.saturating_add(1)));
        }
        Ok(())
    }

    fn one(&mut self, mailbox: &mut Mailbox<'_>, uid: Uid, out: &mut Output) -> Result<()> {
        let mut items = summary::items();
        if self.pipe.is_some() {
            items.push(FetchItem::Body { section: String::new(), range: None });
        }
        let (name, validity) = (mailbox.name.clone(), mailbox.uidvalidity);
        let mut store: Stream<std::io::Sink> = Stream::scratch(false)?;
        let mut size = None;
        let mut summary = None;
        let mut fetching = mailbox.fetch(&UidSet::one(uid), &items);
        while let Some(piece) = fetching.next()? {
            match piece {
                Piece::Body(mut body) => size = Some(store.stage(&mut body)?.size),
                Piece::Message(m) if m.uid == Some(uid) && m.header.is_some() => {
                    summary = Some(Summary::of(uid, &m))
                }
                Piece::Message(_) => {}
            }
        }
        // It may be gone again.
        let Some(summary) = summary else { return Ok(()) };
        let hit = summary.hit(&name, validity);
        self.told += 1;
        let Some(pipe) = &self.pipe else {
            out.line(summary.line(None, out.is_terminal()));
            finish(hit, None, out);
            return Ok(());
        };
        let text = uid.to_string();
        let about = About {
            uid: &text,
            from: summary.from.as_deref().unwrap_or_default(),
            subject: summary.subject.as_deref().unwrap_or_default(),
            size: size.unwrap_or(0),
            mailbox: name.text(),
        };
        let verdict = deliver::hand_over(pipe, &mut store, false, &about, &self.cancel).map(deliver::refusal);
        let error = verdict.as_ref().map_or_else(|e| Some(e.clone()), Clone::clone);
        finish(hit, error.map(|e| e.context(format_args!("message {uid}"))), out);
        verdict.map(|_| ())
    }
}

fn finish(hit: Hit, error: Option<Error>, out: &mut Output) {
    match error {
        None => {
            out.count(Outcome::Ok);
            out.emit(&Event::Hit(Box::new(hit)));
        }
        Some(e) => {
            out.item_failed(&e);
            out.emit(&Event::Hit(Box::new(deliver::with_error(hit, &e))));
        }
    }
    out.flush();
}
