//! From a message that streams in to one that is durable and remembered: staging, rules, batches, commands.
//!
//! Order is everything here. A batch is staged; made durable; written down as intended; put in place, durable; written
//! down as done; and only then may its messages be deleted on the server. A message for a command has no place to
//! look up afterwards, so it is remembered at once, each by itself.

use crate::facts::{self, InHand};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry as Slot},
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{digest, error::*, escape, quantity, record},
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
    /// Digests delivered before, by identifiers that prove nothing; looked up when first needed.
    digests: HashMap<Box<str>, HashSet<[u8; 32]>>,
    batch: Vec<Pending>,
    pub batch_messages: usize,
    bytes: u64,
    /// What is durable, and which numbers of this session may be deleted.
    pub delivered: u64,
    pub deletable: Vec<u32>,
    /// Whether any will be.
    pub deletes: bool,
    /// Numbers that a rule deletes.
    pub condemned: Vec<u32>,
    /// Identifiers this run delivered, over all its sessions.
    pub done: HashSet<String>,
    /// Numbers of this session whose message came to its end, one way or the other.
    pub told: Numbers,
}

/// A set of small numbers: a bit each.
#[derive(Default)]
pub struct Numbers(Vec<u64>);

impl Numbers {
    pub fn insert(&mut self, n: u32) {
        let at = n as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (n % 64);
    }

    pub fn contains(&self, n: u32) -> bool {
        self.0.get(n as usize / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

struct Pending {
    number: u32,
    uid: Box<str>,
    /// What it is remembered by.
    key: String,
    taken: Taken,
    folder: Folder,
    rule: Option<usize>,
}

impl Delivery {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        store: Box<dyn Mailstore>,
        kind: &'static str,
        rules: Option<Rules>,
        command: Option<String>,
        pipe: Pipe,
        crlf: bool,
        quarantine: Option<PathBuf>,
        seen: Seen,
        all: bool,
        cancel: &Cancel,
    ) -> Delivery {
        Delivery {
            store,
            kind,
            rules,
            command,
            pipe,
            crlf,
            quarantine,
            seen,
            all,
            cancel: cancel.clone(),
            digests: HashMap::new(),
            batch: Vec::new(),
            batch_messages: 500,
            bytes: 0,
            delivered: 0,
            deletable: Vec::new(),
            deletes: false,
            condemned: Vec::new(),
            done: HashSet::new(),
            told: Numbers::default(),
        }
    }

    /// Takes one message in. An error is the connection's or the disk's, never the message's own.
    pub fn take(&mut self, listed: &Listed, body: &mut dyn Read, out: &mut Output) -> Result<()> {
        let mut taken = self.store.stage(body)?;
        out.add_bytes(taken.size);
        let head = std::mem::take(&mut taken.head);
        let key = match &*listed.uid {
            "" => format!("sha256:{}", digest::hex(&taken.sha256)),
            uid => uid.to_string(),
        };
        if self.is_duplicate(listed, &key, &taken)? {
            self.store.discard();
            self.deletable(listed.number);
            self.told.insert(listed.number);
            skipped(listed, "duplicate", None, out);
            return Ok(());
        }
        let (action, rule) = self.decide(&head, taken.size)?;
        let mut pending = Pending {
            number: listed.number,
            uid: Box::from(&*listed.uid),
            key,
            taken,
            folder: Folder::inbox(),
            rule,
        };
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
                self.told.insert(listed.number);
                skipped(listed, "rule", rule, out);
                Ok(())
            }
            (Action::Delete, _) => {
                // Not remembered: if QUIT gets lost it comes again, and is deleted again.
                self.store.discard();
                self.condemned.push(listed.number);
                self.told.insert(listed.number);
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
    fn is_duplicate(&mut self, listed: &Listed, key: &str, taken: &Taken) -> Result<bool> {
        if !listed.uid.is_empty() && !listed.doubtful {
            return Ok(false);
        }
        // Without an identifier any message may be the one.
        let known = match self.digests.entry(Box::from(&*listed.uid)) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(slot) => slot.insert(self.seen.digests(|uid| listed.uid.is_empty() || uid == key)?),
        };
        Ok(known.contains(&taken.sha256))
    }

    /// These bytes are as good as delivered: nothing is deleted before they are. What only passed by here (a command that
    /// failed) must not make its twin a duplicate.
    fn know(&mut self, pending: &Pending) {
        if let Some(known) = self.digests.get_mut(&pending.uid) {
            known.insert(pending.taken.sha256);
        }
    }

    fn file(&mut self, pending: Pending, out: &mut Output) -> Result<()> {
        self.store.file(&pending.folder, &Envelope::default())?;
        self.know(&pending);
        self.bytes += pending.taken.size;
        self.batch.push(pending);
        // What goes to stdout is out: there is nothing to gain by waiting.
        if self.batch.len() >= self.batch_messages || self.bytes >= BATCH_BYTES || self.kind == "stdout" {
            self.flush(out)?;
        }
        Ok(())
    }

    /// Ends the batch: when this returns, everything taken so far is durable and remembered.
    pub fn flush(&mut self, out: &mut Output) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let places = self.store.prepare()?;
        let intents: Vec<(&str, &Taken, &Place)> =
            self.batch.iter().zip(&places).map(|(p, place)| (p.key.as_str(), &p.taken, place)).collect();
        self.seen.intend(&intents)?;
        self.store.commit()?;
        self.seen.done()?;
        self.bytes = 0;
        for (pending, place) in std::mem::take(&mut self.batch).into_iter().zip(places) {
            let path = place.path();
            self.deletable(pending.number);
            self.told.insert(pending.number);
            self.finished(&pending.uid);
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

    fn deletable(&mut self, number: u32) {
        if self.deletes {
            self.deletable.push(number);
        }
    }

    fn finished(&mut self, uid: &str) {
        self.delivered += 1;
        if self.all && !uid.is_empty() {
            self.done.insert(uid.to_string());
        }
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
        let verdict = pipe.run(message, &about, &|| cancel.check());
        if verdict.is_ok() {
            self.told.insert(pending.number);
        }
        let (error, known) = match verdict {
            Ok(Verdict::Delivered) => {
                self.store.discard();
                self.seen.delivered(&pending.key, &pending.taken)?;
                self.know(&pending);
                self.deletable(pending.number);
                self.finished(&pending.uid);
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
        let mut path = None;
        if known {
            match self.quarantine.clone() {
                Some(dir) => {
                    path = Some(self.lock_away(&dir)?);
                    self.seen.delivered(&pending.key, &pending.taken)?;
                    self.deletable(pending.number);
                }
                None => {
                    self.seen.failed(&pending.key, error.message())?;
                    error = error.hint("--retry-failed tries it again");
                }
            }
        }
        self.store.discard();
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
