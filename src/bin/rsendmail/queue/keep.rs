//! Into the queue: `--queue`, and what could not be sent under `--queue on-failure`.
//!
//! Nothing is said to be queued before it is durable, and durability is bought for many messages at once; so what came of a message is
//! told when its batch is on the disk. No batch waits for long: until then a kill takes all of it.

use super::{directory, way, work::may_pass};
use crate::{
    args::{Rsendmail, When},
    outgoing::Outgoing,
    report::{self, Kept},
    server::Target,
    session::Sent,
};
use std::{
    io::Read,
    time::{Duration, Instant},
};
use wirepost::{
    base::{body::Body, date::Time, error::*},
    cli::{Output, exit, output::error_value},
    net::Endpoint,
    smtp::{Policy, Ret},
    store::spool::{
        About, Enqueue, Spool,
        record::{To, VERSION, Way, Wrap},
    },
};

/// So long a message may wait for others to be written with it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The queue of this run, and the way its messages go from there.
pub struct Keeper {
    pub when: When,
    spool: Spool,
    way: Way,
    server: Endpoint,
    max_age: Duration,
    /// sendmail says nothing about what it queued.
    silent: bool,
    /// What a user has to know whose message is queued.
    caveat: Option<String>,
}

impl Keeper {
    /// `None` if nothing is to be queued in this run.
    ///
    /// # Errors
    /// `Config` if the queue, or the secret, cannot be had later: better now than when it is needed.
    pub fn new(flags: &Rsendmail, target: &Target) -> Result<Option<Keeper>> {
        let asked = flags.queueing.queue;
        let when = asked.unwrap_or(if flags.queueing.sendmail { When::OnFailure } else { When::Never });
        if when == When::Never || flags.sending.dry_run || flags.sending.print {
            return Ok(None);
        }
        let (way, caveat) = way::of_this_run(target, flags, when == When::OnFailure)?;
        let spool = Spool::create(&directory(&flags.queueing)?)?;
        Ok(Some(Keeper {
            when,
            spool,
            way,
            server: target.endpoint.clone(),
            max_age: flags.queueing.max_age,
            silent: flags.queueing.sendmail,
            caveat,
        }))
    }

    /// For one that queues everything, and whose queue is run by itself.
    ///
    /// # Errors
    /// As [`Keeper::new`].
    pub fn for_all(flags: &Rsendmail, target: &Target) -> Result<Keeper> {
        let when = flags.queueing.queue.unwrap_or(When::OnFailure);
        let (way, _) = way::of_this_run(target, flags, true)?;
        let spool = Spool::create(&directory(&flags.queueing)?)?;
        let (server, max_age) = (target.endpoint.clone(), flags.queueing.max_age);
        Ok(Keeper { when, spool, way, server, max_age, silent: true, caveat: None })
    }

    /// Whether it is left to a later run to send it.
    pub fn is_only(&self) -> bool {
        self.when == When::Always
    }

    /// One message, durably; its name.
    pub fn put(&self, message: &Outgoing) -> Result<String> {
        let mut enqueue = self.spool.enqueue(false)?;
        let all = vec![true; message.envelope.to.len()];
        let id = enqueue.add(&self.about(message, &all, None), &mut *message.body.open()?)?;
        enqueue.commit()?;
        Ok(id)
    }

    /// `many`: more than one message may come.
    pub fn begin(&self, many: bool) -> Result<Keeping<'_>> {
        let (waiting, since, told) = (Vec::new(), Instant::now(), Told::default());
        Ok(Keeping { keeper: self, enqueue: self.spool.enqueue(many)?, many, waiting, since, told })
    }

    fn about(&self, message: &Outgoing, which: &[bool], why: Option<&Error>) -> About {
        let age = i64::try_from(self.max_age.as_secs()).unwrap_or(i64::MAX);
        let now = Time::now();
        let envelope = &message.envelope;
        let to = envelope.to.iter().zip(which).filter(|(_, which)| **which);
        About {
            version: VERSION,
            queued: now,
            expires: Time(now.0.saturating_add(age)),
            message_id: message.message_id.clone(),
            source: message.source.clone(),
            size: message.body.size(),
            way: self.way.clone(),
            envelope: wrap(message),
            to: to
                .map(|(to, _)| To {
                    address: to.address.to_string(),
                    notify: to.notify.map(wirepost::smtp::Notify::wire),
                })
                .collect(),
            error: why.map(error_value),
        }
    }
}

fn wrap(message: &Outgoing) -> Wrap {
    let envelope = &message.envelope;
    Wrap {
        from: envelope.from.as_ref().map(ToString::to_string).unwrap_or_default(),
        all: envelope.policy == Policy::All,
        eight_bit: envelope.eight_bit,
        utf8: envelope.utf8,
        require_tls: envelope.require_tls,
        sealed: message.sealed,
        short: message.short,
        ret: envelope.ret.map(|ret| if ret == Ret::Full { "full" } else { "hdrs" }.to_string()),
        envid: envelope.envid.clone(),
    }
}

/// Messages on their way into the queue.
pub struct Keeping<'a> {
    keeper: &'a Keeper,
    enqueue: Enqueue<'a>,
    many: bool,
    waiting: Vec<Waiting>,
    /// Since when the first of them does.
    since: Instant,
    told: Told,
}

/// Written, but neither durable nor told.
struct Waiting {
    message: Outgoing,
    sent: Sent,
    which: Vec<bool>,
    took: Duration,
}

/// For the one line at the end.
#[derive(Default)]
struct Told {
    messages: usize,
    last: String,
    why: Option<Error>,
}

impl Keeping<'_> {
    /// A message that is not even tried.
    pub fn unsent(&mut self, message: Outgoing, out: &mut Output, took: Duration) {
        let recipients = message.envelope.to.iter().map(|_| Ok(())).collect();
        let which = vec![true; message.envelope.to.len()];
        let sent = Sent { recipients, ..Sent::default() };
        self.keep(Waiting { message, sent, which, took }, None, out);
    }

    /// A message that was tried: those of its recipients who may get it later are left to the queue.
    pub fn tried(&mut self, message: Outgoing, sent: Sent, out: &mut Output, took: Duration) {
        let later =
            |e: &Error| may_pass(e) && !matches!(e.kind(), Kind::Interrupted | Kind::Local | Kind::Create);
        let which: Vec<bool> = sent.recipients.iter().map(|r| r.as_ref().is_err_and(later)).collect();
        let why = sent.recipients.iter().filter_map(|r| r.as_ref().err()).find(|e| later(e)).cloned();
        match why {
            None => report::sent(out, &message, &sent, &self.keeper.server, false, took),
            why => self.keep(Waiting { message, sent, which, took }, why.as_ref(), out),
        }
    }

    fn keep(&mut self, mut waiting: Waiting, why: Option<&Error>, out: &mut Output) {
        let about = self.keeper.about(&waiting.message, &waiting.which, why);
        let written = waiting.message.body.open().and_then(|mut body| self.enqueue.add(&about, &mut body));
        // What is in the file need not be held.
        waiting.message.body = Box::new(Size(about.size));
        match written {
            Ok(id) => {
                waiting.sent.kept = Some(Kept { id, which: waiting.which.clone() });
                self.told.why = why.cloned();
                if self.waiting.is_empty() {
                    self.since = Instant::now();
                }
                self.waiting.push(waiting);
                if !self.many || self.enqueue.is_full() {
                    self.commit(out);
                }
                self.pause(Duration::ZERO, out);
            }
            Err(e) => self.lost(waiting, &e, out),
        }
    }

    /// Nothing comes for so long.
    pub fn pause(&mut self, coming: Duration, out: &mut Output) {
        if !self.waiting.is_empty() && self.since.elapsed() + coming > PATIENCE {
            self.commit(out);
        }
    }

    /// Everything that waits is durable when this returns, or told as failed.
    fn commit(&mut self, out: &mut Output) {
        let done = self.enqueue.commit();
        for waiting in std::mem::take(&mut self.waiting) {
            match &done {
                Ok(_) => {
                    self.told.messages += 1;
                    self.told.last = waiting.sent.kept.as_ref().map(|k| k.id.clone()).unwrap_or_default();
                    let Waiting { message, sent, took, .. } = &waiting;
                    report::sent(out, message, sent, &self.keeper.server, false, *took);
                }
                Err(e) => self.lost(waiting, e, out),
            }
        }
    }

    /// Neither sent nor queued.
    fn lost(&self, mut waiting: Waiting, error: &Error, out: &mut Output) {
        waiting.sent.kept = None;
        for (result, which) in waiting.sent.recipients.iter_mut().zip(&waiting.which) {
            if *which {
                *result = Err(match &*result {
                    Err(first) => first.clone().context(format_args!("{error}; and it was not sent")),
                    Ok(()) => error.clone(),
                });
            }
        }
        let Waiting { message, sent, took, .. } = &waiting;
        report::sent(out, message, sent, &self.keeper.server, false, *took);
    }

    /// Commits what waits, and says what was queued: also with -q, since nothing was sent.
    pub fn end(mut self, out: &mut Output) {
        if self.enqueue.waiting() > 0 {
            self.commit(out);
        }
        let Told { messages, last, why } = &self.told;
        // What time alone does not mend is the user's to mend.
        let lasting = why.as_ref().filter(|why| exit::code(why) == exit::CONFIG);
        let until = if lasting.is_some() { "; it does not go out before this is mended" } else { "" };
        let why = why.as_ref().map(|why| format!(" ({}{until})", why.message())).unwrap_or_default();
        let server = &self.keeper.way.server;
        let text = match messages {
            0 => return,
            1 => format!("queued as {last} for {server}{why}"),
            n => format!("queued {n} messages for {server}{why}"),
        };
        if self.keeper.silent {
            return out.note(text);
        }
        out.always(text);
        if let Some(lasting) = lasting {
            out.hint(lasting);
        }
        if let Some(caveat) = &self.keeper.caveat {
            out.warn(caveat);
        }
    }
}

/// Of a message that is elsewhere.
struct Size(u64);

impl Body for Size {
    fn size(&self) -> u64 {
        self.0
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Err(Error::new(Kind::Bug, "the message is in the queue"))
    }
}
