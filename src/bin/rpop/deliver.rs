//! From a message that streams in to one that is durable and remembered: staging, rules, batches, commands.
//!
//! Order is everything here. A batch is staged; made durable; written down as intended; put in place, durable; written
//! down as done; and only then may its messages be deleted on the server. A message for a command has no place to
//! look up afterwards, so it is remembered at once, each by itself.

use crate::facts::{self, InHand};
use std::{
    collections::{HashMap, HashSet},
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{date::Time, digest, error::*, escape, quantity, record},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    mail::{
        facts::Message,
        rules::{Action, Rule, Rules},
    },
    net::Cancel,
    pop3::Listed,
    store::{
        Envelope, Folder, Mailstore, Place, Taken,
        batch::SyncMode,
        eml::EmlDir,
        pipe::{About, Pipe, Verdict},
        seen::Seen,
    },
};

/// A batch ends at so many bytes, or at as many messages as the user says.
const BATCH_BYTES: u64 = 64 << 20;

pub struct Delivery {
    pub store: Box<dyn Mailstore>,
    /// `maildir`, `mbox`, `dir`, `exec`, `stdout`.
    pub kind: &'static str,
    pub rules: Option<Rules>,
    /// Where everything goes that no rule sends elsewhere, if that is a command.
    pub command: Option<String>,
    /// How commands are run.
    pub pipe: Pipe,
    pub crlf: bool,
    pub quarantine: Option<PathBuf>,
    pub seen: Seen,
    /// Every message is wanted, whatever is remembered.
    pub all: bool,
    pub cancel: Cancel,
    /// A batch ends at so many messages.
    pub batch_messages: usize,
    /// Whether anything will be deleted on the server.
    pub deletes: bool,
    pub progress: Progress,
}

/// How far the run has come.
#[derive(Default)]
pub struct Progress {
    pub delivered: u64,
    /// Messages taken in so far, over all sessions.
    pub fetched: usize,
    pub session: Session,
    /// What this run made of messages that its memory would let through again, by what tells them: see [`Delivery::end`].
    ended: HashMap<Box<str>, Ended>,
    /// What was delivered before under each identifier of the session that proves nothing; without an identifier it may have
    /// been under any.
    digests: HashMap<Box<str>, HashSet<[u8; 32]>>,
    /// The memory was asked for them: that is when the first is needed, and all at once.
    looked_up: bool,
    batch: Vec<Pending>,
    bytes: u64,
}

/// What became of the messages of one session, by their places in its listing.
#[derive(Default)]
pub struct Session {
    /// They came to their end, one way or the other.
    pub told: Vec<bool>,
    /// They are delivered, and may be deleted if they are due.
    pub deletable: Vec<usize>,
    /// A rule deletes them.
    pub condemned: Vec<usize>,
}

/// How a message ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Delivered,
    /// A rule deletes it.
    Condemned,
    /// It stays where it is.
    Left,
}

struct Ended {
    end: End,
    /// How many messages that look like this were told of, and how many of those the session at hand has met again.
    told: u32,
    met: u32,
}

struct Pending {
    place: usize,
    number: u32,
    uid: Box<str>,
    /// What it is remembered by.
    key: String,
    taken: Taken,
    folder: Folder,
    rule: Option<usize>,
    /// The identifier is this message's alone.
    sure: bool,
}

impl Pending {
    /// What tells it from all others in every session of a run.
    fn name(&self) -> Box<str> {
        if self.sure { self.uid.clone() } else { by_digest(&self.taken).into() }
    }
}

fn by_digest(taken: &Taken) -> String {
    format!("sha256:{}", digest::hex(&taken.sha256))
}

/// Whether the identifier is this message's alone.
fn is_sure(listed: &Listed) -> bool {
    !listed.uid.is_empty() && !listed.doubtful
}

impl Delivery {
    /// A new session, which lists these messages.
    pub fn begin(&mut self, listed: &[Listed]) {
        self.progress.session = Session { told: vec![false; listed.len()], ..Session::default() };
        let unsure = listed.iter().filter(|m| !is_sure(m));
        self.progress.digests = unsure.map(|m| (Box::from(&*m.uid), HashSet::new())).collect();
        self.progress.looked_up = false;
        self.progress.ended.values_mut().for_each(|ended| ended.met = 0);
    }

    /// Whether an earlier session of this run has dealt with the message of this identifier, which is nobody else's.
    pub fn is_ended(&self, uid: &str) -> bool {
        self.progress.ended.contains_key(uid)
    }

    /// Takes up what an earlier session of this run made of a message: it is not told of again. `false`: none did.
    pub fn again(&mut self, place: usize, name: &str) -> bool {
        let Some(ended) = self.progress.ended.get_mut(name).filter(|ended| ended.met < ended.told) else {
            return false;
        };
        ended.met += 1;
        let end = ended.end;
        self.note(place, end);
        true
    }

    fn note(&mut self, place: usize, end: End) {
        if let Some(told) = self.progress.session.told.get_mut(place) {
            *told = true;
        }
        match end {
            End::Delivered if self.deletes => self.progress.session.deletable.push(place),
            End::Condemned => self.progress.session.condemned.push(place),
            End::Delivered | End::Left => {}
        }
    }

    /// A message has come to its end. The connection may be lost yet, so it is kept in mind for the next session, by its
    /// identifier where that is its own, else by its digest; what the account's memory holds back anyway need not be.
    fn end(&mut self, pending: &Pending, end: End) {
        self.note(pending.place, end);
        if self.all || !pending.sure || end != End::Delivered {
            self.keep_in_mind(pending.name(), end);
        }
    }

    fn keep_in_mind(&mut self, name: Box<str>, end: End) {
        let ended = self.progress.ended.entry(name).or_insert(Ended { end, told: 0, met: 0 });
        (ended.end, ended.told, ended.met) = (end, ended.told + 1, ended.met + 1);
    }

    /// The server does not give the message out.
    pub fn unfetched(&mut self, place: usize, listed: &Listed) {
        self.note(place, End::Left);
        if is_sure(listed) {
            self.keep_in_mind(Box::from(&*listed.uid), End::Left);
        }
    }

    /// Takes one message in. An error is the connection's or the disk's, never the message's own.
    pub fn take(
        &mut self,
        place: usize,
        listed: &Listed,
        body: &mut dyn Read,
        out: &mut Output,
    ) -> Result<()> {
        let mut taken = self.store.stage(body)?;
        out.add_bytes(taken.size);
        let head = std::mem::take(&mut taken.head);
        let sure = is_sure(listed);
        if !sure && self.again(place, &by_digest(&taken)) {
            self.store.discard();
            return Ok(());
        }
        self.progress.fetched += 1;
        let key = if listed.uid.is_empty() { by_digest(&taken) } else { listed.uid.to_string() };
        let mut pending = Pending {
            place,
            number: listed.number,
            uid: Box::from(&*listed.uid),
            key,
            taken,
            folder: Folder::inbox(),
            rule: None,
            sure,
        };
        if self.is_duplicate(&pending)? {
            self.store.discard();
            self.seen.back(&pending.uid, Time::now())?;
            self.end(&pending, End::Delivered);
            skipped(listed, "duplicate", None, out);
            return Ok(());
        }
        let (action, rule) = self.decide(&head, pending.taken.size)?;
        pending.rule = rule;
        match (action, &self.command) {
            (Action::Keep, None) => self.file(pending, out),
            (Action::Folder(name), _) => {
                pending.folder = Folder::parse(&name)?;
                self.file(pending, out)
            }
            (Action::Keep, Some(command)) => {
                let command = command.clone();
                self.pipe(&command, pending, &head, out)
            }
            (Action::Command(command), _) => self.pipe(&command, pending, &head, out),
            (Action::Skip, _) => {
                self.store.discard();
                if !listed.uid.is_empty() {
                    self.seen.remember([&*listed.uid])?;
                }
                self.end(&pending, End::Left);
                skipped(listed, "rule", rule, out);
                Ok(())
            }
            (Action::Delete, _) => {
                // Not remembered: if QUIT gets lost it comes again, and is deleted again.
                self.store.discard();
                self.end(&pending, End::Condemned);
                skipped(listed, "rule", rule, out);
                Ok(())
            }
        }
    }

    /// The first rule that fits; without one the message is kept.
    fn decide(&mut self, head: &[u8], size: u64) -> Result<(Action, Option<usize>)> {
        let Some(rules) = &self.rules else { return Ok((Action::Keep, None)) };
        let mut facts = Message { head, size, source: &mut InHand(&mut *self.store) };
        let rule: Option<&Rule> = rules.decide(&mut facts)?;
        Ok(rule.map_or((Action::Keep, None), |r| (r.action.clone(), Some(r.line))))
    }

    /// Whether these very bytes were delivered before under an identifier that proves nothing.
    fn is_duplicate(&mut self, pending: &Pending) -> Result<bool> {
        if pending.sure {
            return Ok(false);
        }
        let digests = &mut self.progress.digests;
        if !std::mem::replace(&mut self.progress.looked_up, true) {
            self.seen.digests(|uid, sha256| {
                for uid in [uid, ""] {
                    digests.get_mut(uid).map(|known| known.insert(sha256));
                }
            })?;
        }
        Ok(digests.get(&pending.uid).is_some_and(|known| known.contains(&pending.taken.sha256)))
    }

    /// These bytes are as good as delivered: nothing is deleted before they are. What only passed by here (a command that
    /// failed) must not make its twin a duplicate.
    fn know(&mut self, pending: &Pending) {
        if let Some(known) = self.progress.digests.get_mut(&pending.uid) {
            known.insert(pending.taken.sha256);
        }
    }

    fn file(&mut self, pending: Pending, out: &mut Output) -> Result<()> {
        self.store.file(&pending.folder, &Envelope::default())?;
        self.know(&pending);
        self.progress.bytes += pending.taken.size;
        self.progress.batch.push(pending);
        // What goes to stdout is out: there is nothing to gain by waiting.
        if self.progress.batch.len() >= self.batch_messages
            || self.progress.bytes >= BATCH_BYTES
            || self.kind == "stdout"
        {
            self.flush(out)?;
        }
        Ok(())
    }

    /// Ends the batch: when this returns, everything taken so far is durable and remembered.
    pub fn flush(&mut self, out: &mut Output) -> Result<()> {
        if self.progress.batch.is_empty() {
            return Ok(());
        }
        let places = self.store.prepare()?;
        let intents: Vec<(&str, &Taken, &Place)> = self
            .progress
            .batch
            .iter()
            .zip(&places)
            .map(|(p, place)| (p.key.as_str(), &p.taken, place))
            .collect();
        self.seen.intend(&intents)?;
        self.store.commit()?;
        self.seen.done()?;
        self.progress.bytes = 0;
        for (pending, place) in std::mem::take(&mut self.progress.batch).into_iter().zip(places) {
            let path = place.path();
            self.progress.delivered += 1;
            self.end(&pending, End::Delivered);
            out.count(Outcome::Ok);
            if out.is_verbose() || out.is_terminal() {
                let to = if path.as_os_str().is_empty() { self.kind.into() } else { show(&path) };
                let size = quantity::human(pending.taken.size);
                out.done(format_args!("message {} ({size}) -> {to}", pending.number));
            }
            let path = Some(&path).filter(|p| !p.as_os_str().is_empty());
            self.event(&pending, Outcome::Ok, self.kind, path, None, out);
        }
        Ok(())
    }

    /// Runs a command on the message in hand; it is delivered when the command says so.
    fn pipe(&mut self, command: &str, pending: Pending, head: &[u8], out: &mut Output) -> Result<()> {
        let message = self.store.reread_file(self.crlf)?;
        let text = |name| facts::field(head, name).unwrap_or_default();
        let (from, subject) = (text("From"), text("Subject"));
        let about = About {
            uid: &pending.uid,
            from: &from,
            subject: &subject,
            size: pending.taken.size,
            mailbox: "INBOX",
        };
        let cancel = self.cancel.clone();
        let pipe = Pipe { command: command.to_string(), ..self.pipe.clone() };
        let (error, known) = match pipe.run(message, &about, &|| cancel.check()) {
            Ok(Verdict::Delivered) => {
                self.store.discard();
                self.seen.delivered(&pending.key, &pending.taken)?;
                self.know(&pending);
                self.progress.delivered += 1;
                self.end(&pending, End::Delivered);
                out.count(Outcome::Ok);
                out.done(format_args!("message {} -> {command}", pending.number));
                self.event(&pending, Outcome::Ok, "exec", None, None, out);
                return Ok(());
            }
            Ok(Verdict::Temporary(why)) => (Error::new(Kind::Busy, why), false),
            Ok(Verdict::Permanent(why)) => (Error::new(Kind::Refused, why), true),
            Err(e) => {
                self.store.discard();
                return Err(e);
            }
        };
        let mut error = error.context(format_args!("message {} was not delivered", pending.number));
        let (mut path, mut end) = (None, End::Left);
        if known {
            match self.quarantine.clone() {
                Some(dir) => {
                    path = Some(self.lock_away(&dir)?);
                    self.seen.delivered(&pending.key, &pending.taken)?;
                    end = End::Delivered;
                }
                None => {
                    self.seen.failed(&pending.key, error.message())?;
                    error = error.hint("--retry-failed tries it again");
                }
            }
        }
        self.store.discard();
        self.end(&pending, end);
        out.item_failed(&error);
        let (outcome, store) = (Outcome::of(&error), if path.is_some() { "quarantine" } else { "exec" });
        self.event(&pending, outcome, store, path.as_ref(), Some(&error), out);
        Ok(())
    }

    /// The message in hand into the quarantine, durable.
    fn lock_away(&mut self, dir: &Path) -> Result<PathBuf> {
        let mut quarantine = EmlDir::open(dir, true, SyncMode::File)?;
        quarantine.stage(&mut *self.store.reread()?)?;
        quarantine.file(&Folder::inbox(), &Envelope::default())?;
        quarantine.prepare()?;
        let place = quarantine.commit()?;
        Ok(place.first().map(Place::path).unwrap_or_default())
    }

    fn event(
        &self,
        pending: &Pending,
        outcome: Outcome,
        store: &'static str,
        path: Option<&PathBuf>,
        error: Option<&Error>,
        out: &mut Output,
    ) {
        if !out.has_events() {
            return;
        }
        let folder = Some(&pending.folder).filter(|f| !f.is_inbox()).map(ToString::to_string);
        out.emit(&Event::Message(Box::new(event::Message {
            outcome: outcome.name(),
            verb: "fetch",
            number: Some(pending.number),
            uid: Some(pending.uid.clone()).filter(|u| !u.is_empty()),
            size: Some(pending.taken.size),
            sha256: Some(digest::hex(&pending.taken.sha256)),
            store: Some(store),
            path: path.map(|p| record::name(p.as_os_str().as_bytes())),
            folder,
            rule: pending.rule,
            deletes: false,
            reason: None,
            error: error.map(event::error),
        })));
    }
}

/// A message that was asked for and left alone.
pub fn skipped(listed: &Listed, reason: &'static str, rule: Option<usize>, out: &mut Output) {
    out.count(Outcome::Skipped);
    out.done(format_args!("message {} skipped ({})", listed.number, reason.replace('_', " ")));
    out.emit(&Event::Message(Box::new(event::Message {
        outcome: Outcome::Skipped.name(),
        verb: "fetch",
        number: Some(listed.number),
        uid: listed.uid.named(),
        size: listed.size,
        reason: Some(reason),
        rule,
        ..event::Message::default()
    })));
}

fn show(path: &Path) -> String {
    escape::bytes(path.as_os_str().as_bytes()).into_owned()
}
