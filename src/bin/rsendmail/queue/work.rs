//! Sending what is queued for one server: claim, send, write down, over one connection.
//!
//! Messages are claimed some at a time, so that a wait for the disk is shared by many; the end of each is marked before it goes out (by
//! the body itself, as it hands out its last bytes). What ends a connection ends the turn of its server: a 421, a second loss in
//! a row, no connection or no login at all. The rest stays due.

use super::{
    busy,
    mark::{Marked, Whole, envelope},
    tell,
};
use crate::{
    outgoing::{Content, Outgoing, Prepared},
    report,
    session::{Sent, Session},
};
use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use wirepost::{
    base::{date::Time, error::*},
    cli::{
        Output,
        event::QueuedMessage,
        exit::{self, Outcome as Ended},
        output::error_value,
    },
    job::retry::backoff,
    mail::raw::{Raw, Source},
    net::Cancel,
    store::spool::{
        Entry, Locked, Record, Run, Spool, State,
        record::{Event, Outcome},
    },
};

/// As many are claimed at once as can be sent in this time: after a power cut so many may be unknown.
const CLAIM: Duration = Duration::from_millis(500);
/// The first time so many, before it is known how long they take.
const FIRST: usize = 16;
const MOST: usize = 256;

/// See the module's essay.
pub struct Work<'a, 's> {
    pub spool: &'a Spool,
    pub session: &'a mut Session<'s>,
    pub cancel: &'a Cancel,
    /// What is due then.
    pub at: Time,
    /// Those as well whose time has not come, or that were named.
    pub now: bool,
    pub unknown: bool,
    /// Begin no message later than this.
    pub until: Option<Instant>,
    /// Whether each message is an item of this run, or only sent by the way.
    pub tell: bool,
    /// What waits for another run.
    pub rest: Rest,
    stop: Option<Stop>,
    losses: u32,
    /// How many are claimed at once.
    claim: usize,
}

/// What is left to a later run, for a person.
#[derive(Default)]
pub struct Rest {
    pub messages: u64,
    /// When the first of them is due.
    pub next: Option<Time>,
    /// The first messages whose turn did not come, and how many there are.
    stopped: Vec<String>,
    stops: usize,
}

impl Rest {
    /// So many names are told.
    const NAMES: usize = 3;

    fn waits(&mut self, record: &Record) {
        if let Some(due) = record.due().filter(|_| !record.held) {
            self.messages += 1;
            self.next = Some(self.next.map_or(due, |next| next.min(due)));
        }
    }

    fn stopped(&mut self, id: &str) {
        self.stops += 1;
        if self.stopped.len() < Rest::NAMES {
            self.stopped.push(id.to_string());
        }
    }

    /// `1k0a, 1k0b, 1k0c and 9 more`.
    fn names(&self) -> String {
        let more = self.stops - self.stopped.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", self.stopped.join(", "))
    }

    /// Together with that of another server.
    pub fn join(&mut self, other: &Rest) {
        self.messages += other.messages;
        self.next = self.next.into_iter().chain(other.next).min();
    }
}

/// Why the rest has to wait.
enum Stop {
    /// The server cannot be reached, or does not let us in: each of them was tried, in effect.
    Unreachable(Error),
    /// It was not their turn any more.
    Enough(Error),
}

impl<'a, 's> Work<'a, 's> {
    pub fn new(spool: &'a Spool, session: &'a mut Session<'s>, cancel: &'a Cancel) -> Work<'a, 's> {
        session.one_connection();
        let (stop, losses) = (None, 0);
        Work {
            spool,
            session,
            cancel,
            at: Time::now(),
            now: false,
            unknown: false,
            until: None,
            tell: true,
            rest: Rest::default(),
            stop,
            losses,
            claim: FIRST,
        }
    }

    /// All of these in turn, as far as they are due.
    ///
    /// # Errors
    /// `Local` if what came of them cannot be written down.
    pub fn send(&mut self, ids: &[String], out: &mut Output) -> Result<()> {
        let mut run = Run::new(self.spool, ids.len())?;
        let mut ids = ids.iter();
        loop {
            let mut ours = Vec::new();
            for id in ids.by_ref() {
                ours.extend(self.take(id, out));
                if ours.len() == self.claim {
                    break;
                }
            }
            if ours.is_empty() {
                self.tell_stop(out);
                return run.sync();
            }
            self.check();
            match &self.stop {
                None => self.claimed(ours, &mut run, out)?,
                Some(_) => ours.into_iter().for_each(|entry| self.wait(entry, out)),
            }
        }
    }

    /// Why the turn of some did not come: once for all of them. What waits is no error, and with -q, as in a crontab, nothing is
    /// said of it.
    fn tell_stop(&self, out: &mut Output) {
        let Some(Stop::Unreachable(e) | Stop::Enough(e)) = &self.stop else { return };
        if self.tell && self.rest.stops > 0 && e.kind() != Kind::Interrupted && !out.is_quiet() {
            out.warn(format_args!("{}: {e}", self.rest.names()));
            out.hint(e);
        }
    }

    /// Its lock, if it is due.
    fn take(&mut self, id: &str, out: &mut Output) -> Option<Entry> {
        let mut entry = match self.spool.lock(id) {
            Ok(Locked::Ours(entry)) => *entry,
            Ok(Locked::Gone) => return None,
            Ok(Locked::Busy) => {
                if self.tell {
                    let record = self.spool.read(id).ok().flatten();
                    tell::failed(out, id, record.as_ref(), &busy(id));
                }
                return None;
            }
            Err(e) => {
                if self.tell {
                    tell::failed(out, id, None, &e);
                }
                return None;
            }
        };
        if self.unknown {
            let of = |r: &wirepost::store::spool::record::Recipient| r.state == State::Unknown;
            let all = &entry.record.recipients;
            let to: Vec<usize> = (0..all.len()).filter(|i| of(&all[*i])).collect();
            let expires = entry.record.expires;
            if !to.is_empty()
                && let Err(e) = entry.note(&Event::Retry { to, expires })
            {
                tell::failed(out, id, Some(&entry.record), &e);
                return None;
            }
        }
        let due = entry.record.due()?;
        if entry.record.held {
            if self.tell {
                tell::skipped(out, id, &entry.record, "it is held");
            }
            return None;
        }
        if !entry.record.is_due(self.at) && !self.now {
            self.rest.waits(&entry.record);
            if self.tell {
                let event = QueuedMessage {
                    reason: Some(format!("it is not due before {}", due.rfc3339())),
                    ..tell::event(id, Some(&entry.record))
                };
                out.count(Ended::Temporary);
                tell::emit(out, Ended::Temporary, event);
            }
            return None;
        }
        Some(entry)
    }

    /// Whether it is time to stop for another reason than the server's.
    fn check(&mut self) {
        if self.stop.is_none() {
            let late = self.until.is_some_and(|until| Instant::now() >= until);
            let late =
                late.then(|| Error::new(Kind::Timeout, "there is no time left").again_is(Again::Later));
            self.stop = self.cancel.check().err().or(late).map(Stop::Enough);
        }
    }

    fn claimed(&mut self, mut ours: Vec<Entry>, run: &mut Run, out: &mut Output) -> Result<()> {
        // A server that is not there needs no claims.
        if let Err(e) = self.session.connect() {
            self.stop = Some(Stop::Unreachable(e));
            ours.into_iter().for_each(|entry| self.wait(entry, out));
            return Ok(());
        }
        if let Err(e) = run.claim(&mut ours) {
            for entry in ours.iter().filter(|_| self.tell) {
                tell::failed(out, &entry.id, Some(&entry.record), &e);
            }
            self.stop = Some(Stop::Enough(e));
            return Ok(());
        }
        let (began, count) = (Instant::now(), ours.len());
        let mut failed = None;
        for entry in ours {
            self.check();
            if self.stop.is_some() {
                // Its claim is taken back as it goes.
                self.wait(entry, out);
                continue;
            }
            failed = self.one(entry, run, out).err().or(failed);
        }
        let each = began.elapsed().as_secs_f64() / count as f64;
        self.claim = ((CLAIM.as_secs_f64() / each.max(1e-6)) as usize).clamp(1, MOST);
        failed.map_or(Ok(()), Err)
    }

    fn one(&mut self, entry: Entry, run: &mut Run, out: &mut Output) -> Result<()> {
        let open = entry.record.open();
        let (id, entry) = (entry.id.clone(), Rc::new(entry));
        let (sent, now) = match self.outgoing(&entry, &open, out) {
            Ok(message) => (self.session.send(&message, false, out), Time::now()),
            Err(e) => (Sent::failed(&open, &e), Time::now()),
        };
        self.judge(&sent);
        let Some(entry) = Rc::into_inner(entry) else { return Err(Error::new(Kind::Bug, "a lock is lost")) };
        let results = results(&entry.record, &open, &sent, now);
        let before = entry.record.clone();
        match run.result(entry, results) {
            Ok(after) => {
                self.rest.waits(&after);
                self.told(&id, &before, &after, &open, &sent, out);
                Ok(())
            }
            // It is as the claim and its mark say.
            Err(e) => {
                let e = e.context(format_args!("what became of {id} is not written down"));
                if self.tell {
                    tell::failed(out, &id, Some(&before), &e);
                    return Ok(());
                }
                Err(e)
            }
        }
    }

    /// Whether the next one has a chance.
    fn judge(&mut self, sent: &Sent) {
        if self.session.has_domains() {
            return;
        }
        let errors = || sent.recipients.iter().filter_map(|r| r.as_ref().err());
        if let Some(dead) = self.session.dead() {
            self.stop = Some(Stop::Unreachable(dead.clone()));
        } else if let Some(enough) = errors().find(|e| e.code() == Some(421)) {
            self.stop = Some(Stop::Enough(enough.clone()));
        } else if let Some(lost) = errors().find(|e| is_of_the_line(e)) {
            self.losses += 1;
            if self.losses > 1 {
                self.stop = Some(Stop::Enough(lost.clone()));
            }
        } else {
            self.losses = 0;
        }
    }

    /// A message whose turn has not come.
    fn wait(&mut self, mut entry: Entry, out: &mut Output) {
        let error = match &self.stop {
            Some(Stop::Unreachable(e)) => {
                let open = entry.record.open();
                let results = results(&entry.record, &open, &Sent::failed(&open, e), Time::now());
                if let Err(e) = entry.defer(results) {
                    tell::failed(out, &entry.id, Some(&entry.record), &e);
                    return;
                }
                e
            }
            Some(Stop::Enough(e)) => e,
            None => return,
        };
        self.rest.stopped(&entry.id);
        self.rest.waits(&entry.record);
        if self.tell {
            let state = entry.record.state();
            let outcome = if state == State::Failed { Ended::Permanent } else { Ended::Temporary };
            out.also_failed(&remaining(error, state));
            let event = QueuedMessage {
                error: Some(error_value(error)),
                ..tell::event(&entry.id, Some(&entry.record))
            };
            tell::emit(out, outcome, event);
        }
    }

    /// The message as it goes over the wire, with the mark at its end.
    fn outgoing(&mut self, entry: &Rc<Entry>, open: &[usize], out: &mut Output) -> Result<Outgoing> {
        let about = &entry.record.about;
        let file = entry.message()?;
        let len =
            file.metadata().map_err(|e| Error::source(e, format_args!("cannot read {}", entry.id)))?.len();
        if len != about.size {
            let text = format!("the queued message has {len} bytes, and had {}", about.size);
            return Err(Error::new(Kind::Input, text));
        }
        let envelope = envelope(about, open)?;
        let (source, message_id) = (about.source.clone(), about.message_id.clone());
        let mut message = if envelope.eight_bit || envelope.utf8 {
            // This server may want it in another form.
            let raw = Source::file(&entry.id, Arc::new(file), 0, len, false)?;
            let raw = Raw::new(raw, None, "localhost", None)?;
            let content = Content::ready(raw, about.envelope.sealed);
            Prepared { source, message_id, envelope, content }.fit(self.session, out)?
        } else {
            let body = Box::new(Whole { file, len });
            Outgoing { source, message_id, envelope, body, sealed: false, short: false }
        };
        message.short = about.envelope.short;
        let mut message = message.shortened(self.session, out)?;
        message.body = Box::new(Marked { body: message.body, entry: entry.clone(), to: open.to_vec() });
        Ok(message)
    }

    fn told(&self, id: &str, before: &Record, after: &Record, open: &[usize], sent: &Sent, out: &mut Output) {
        let failures: Vec<(usize, &Error)> =
            open.iter().zip(&sent.recipients).filter_map(|(i, r)| Some((*i, r.as_ref().err()?))).collect();
        let worst = failures.iter().max_by_key(|(i, _)| weight(after.recipients[*i].state));
        let reply = sent.reply.as_ref();
        let said = reply.map_or(String::new(), |r| format!(": {}", r.text()));
        let server = &after.about.way.server;
        if !self.tell {
            match worst {
                Some((i, e)) if after.recipients[*i].state == State::Failed => {
                    out.warn(format_args!("{id}: {e}"))
                }
                Some((_, e)) => out.note(format_args!("{id}: {e}")),
                None => out.note(format_args!("sent {id} by {server}{said}")),
            }
            return;
        }
        let outcome = match worst {
            None => {
                out.count(Ended::Ok);
                Ended::Ok
            }
            Some((i, e)) => {
                if failures.len() < open.len() {
                    out.partly();
                }
                let state = after.recipients[*i].state;
                match remaining(e, state).context(id) {
                    e if state == State::Queued && out.is_quiet() => out.also_failed(&e),
                    e => out.item_failed(&e),
                }
                match state {
                    State::Unknown => Ended::Unknown,
                    State::Failed => Ended::Permanent,
                    _ => Ended::Temporary,
                }
            }
        };
        if failures.len() < open.len() {
            out.add_bytes(before.about.size);
            out.done(format_args!("sent {id} by {server}{}", wirepost::base::escape::text(&said)));
        }
        if out.has_events() {
            let event = QueuedMessage {
                tls_version: sent.tls.map(String::from),
                queue_id: reply.and_then(report::queue_id),
                reply: reply.map(wirepost::textproto::Reply::text),
                error: worst.map(|(_, e)| error_value(e)),
                ..tell::event(id, Some(after))
            };
            tell::emit(out, outcome, event);
        }
    }
}

fn weight(state: State) -> u8 {
    match state {
        State::Unknown => 3,
        State::Failed => 2,
        _ => 1,
    }
}

/// The error as the run as a whole sees it: what stays queued is there for another run, what failed for good was refused.
fn remaining(error: &Error, state: State) -> Error {
    match state {
        State::Unknown => error.clone(),
        State::Failed => error.clone().kind_is(Kind::Refused).again_is(Again::Never),
        _ if error.kind() == Kind::Interrupted => error.clone(),
        _ => error.clone().kind_is(Kind::Busy).again_is(Again::Later),
    }
}

/// The connection is to blame, and neither the message nor its recipient.
fn is_of_the_line(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Closed | Kind::Timeout | Kind::Protocol | Kind::Limit | Kind::Unconfirmed | Kind::Connect
    )
}

/// Whether this is worth another try in an hour, although it may not be worth one now: no refusal of this message or recipient.
pub fn may_pass(error: &Error) -> bool {
    match exit::code(error) {
        exit::NO_HOST | exit::AGAIN | exit::PROTOCOL | exit::AUTH | exit::CONFIG | exit::TLS => true,
        // A disk that cannot be read, or has no room for a temporary file, in a run of the queue.
        exit::LOCAL | exit::CANNOT_CREATE => true,
        _ => error.kind() == Kind::Interrupted,
    }
}

/// What the answers mean for each recipient; those with the same end share a line.
fn results(record: &Record, open: &[usize], sent: &Sent, now: Time) -> Vec<Outcome> {
    let mut results: Vec<Outcome> = Vec::new();
    let wait = backoff(record.attempts() + 1).as_secs();
    let next = Time(now.0.saturating_add(i64::try_from(wait).unwrap_or(i64::MAX)));
    let (expires, since) = record.term(now);
    for (i, answer) in open.iter().zip(&sent.recipients) {
        let (state, next, error) = match answer {
            Ok(()) => (State::Sent, None, None),
            Err(e) if e.kind() == Kind::Unconfirmed => (State::Unknown, None, Some(error_value(e))),
            Err(e) if e.kind() == Kind::Interrupted => (State::Queued, Some(now), None),
            Err(e) if !may_pass(e) => (State::Failed, None, Some(error_value(e))),
            Err(e) if now >= expires => {
                let text = format!("given up after {}: {e}", tell::span(now.0 - since.0));
                let mut value = error_value(e);
                if let Some(map) = value.as_object_mut() {
                    map.insert("message".into(), text.into());
                }
                (State::Failed, None, Some(value))
            }
            // The last try is when its time is over.
            Err(e) => (State::Queued, Some(next.min(expires)), Some(error_value(e))),
        };
        let same = |r: &&mut Outcome| r.state == state && r.error == error;
        match results.iter_mut().find(same) {
            Some(result) => result.to.push(*i),
            None => results.push(Outcome { to: vec![*i], state, next, error }),
        }
    }
    results
}
