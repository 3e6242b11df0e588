//! A search under way: what it is about, and how far it is in the mailbox at hand.
//!
//! Every message that is asked for ends in one line, whatever happens to the connection, so what was found and what was
//! handled are kept apart here.

use crate::{args::Search, deliver, earlier::Earlier, state, summary::Summary};
use std::collections::{HashMap, HashSet};
use wirepost::{
    base::error::*,
    cli::{
        Output,
        event::{Event, Hit},
        exit::Outcome,
    },
    imap::{Mailbox, Name, SearchKey, Uid, UidSet},
    net::Cancel,
    store::seen::Seen,
};

/// What one run is about, and how far it is in the mailbox at hand.
pub struct Job<'a> {
    pub search: &'a Search,
    pub key: SearchKey,
    pub cancel: Cancel,
    pub seen: Option<Seen>,
    /// Handled already, in the mailbox of this UIDVALIDITY.
    pub done: HashSet<Uid>,
    pub uidvalidity: Option<u64>,
    /// Messages that wait for the actions before they are told of.
    pub hits: Vec<Hit>,
    /// Found in all mailboxes.
    pub total: u64,
    /// Messages that failed, in all of them.
    pub failures: u64,
    /// Found in the mailbox at hand.
    pub found: UidSet,
    /// What an earlier run left, if that is all that is wanted.
    pub earlier: Option<Earlier>,
    /// How many of a mailbox are left alone because the command refused them in an earlier run.
    pub left: HashMap<Name, u64>,
    pub several: bool,
}

impl Job<'_> {
    pub fn is_done(&self, uid: Uid) -> bool {
        self.done.contains(&uid)
    }

    pub fn leaves(&self, mailbox: &Name) -> bool {
        self.left.get(mailbox).is_some_and(|n| *n > 0)
    }

    /// Whether anybody will read what is known of a message.
    pub fn tells(&self, out: &Output) -> bool {
        out.has_events() || self.search.acts()
    }

    /// A message's output is durable.
    pub fn finished(&mut self, uid: Uid, hit: Hit, out: &mut Output) {
        self.done.insert(uid);
        if self.search.acts() {
            self.hits.push(hit);
            return;
        }
        let planned = self.search.dry_run && (self.search.delivers() || !self.search.save.is_empty());
        let outcome = if planned { Outcome::Planned } else { Outcome::Ok };
        out.count(outcome);
        if out.has_events() {
            out.emit(&Event::Hit(Box::new(Hit { outcome: outcome.name(), ..hit })));
        }
    }

    /// A message failed, and the others go on.
    pub fn failed(&mut self, uid: Uid, hit: Hit, error: &Error, out: &mut Output) {
        self.done.insert(uid);
        self.failures += 1;
        out.item_failed(error);
        out.emit(&Event::Hit(Box::new(deliver::with_error(hit, error))));
    }

    /// What is to be searched for here; `None`: nothing changed since the same search was done before.
    pub fn key_for(
        &self,
        mailbox: &Mailbox<'_>,
        follows: bool,
        out: &mut Output,
    ) -> Result<Option<SearchKey>> {
        if let Some(earlier) = &self.earlier {
            return earlier.narrow(self.key.clone(), mailbox).map(Some);
        }
        let known = self.seen.as_ref().filter(|_| follows);
        let mark = known.and_then(|s| s.mark(&state::mark(&self.key, &mailbox.name, mailbox.uidvalidity)));
        Ok(match (mark, mailbox.modseq) {
            (Some(mark), Some(now)) if mark == now => {
                out.note(format_args!("nothing changed in {} since the last time", mailbox.name.text()));
                None
            }
            (Some(mark), Some(now)) if mark < now => {
                Some(SearchKey::and(vec![SearchKey::Modseq(mark + 1), self.key.clone()]))
            }
            _ => Some(self.key.clone()),
        })
    }

    /// Another mailbox: nothing of it is known yet.
    pub fn begin(&mut self) {
        self.done.clear();
        self.found = UidSet::new();
        self.uidvalidity = None;
    }

    /// A mailbox is given up: what was found in it and not handled is told of with the reason, since every message that is asked
    /// for ends in one line.
    pub fn abandon(&mut self, mailbox: &Name, error: &Error, out: &mut Output) {
        let outcome = Outcome::of(error);
        let uidvalidity = self.uidvalidity.unwrap_or(0);
        let open = std::mem::take(&mut self.found);
        let open = open.iter().filter(|u| !self.done.contains(u));
        let hit = |uid| Summary { uid, ..Summary::default() }.hit(mailbox, uidvalidity);
        let open: Vec<Hit> = std::mem::take(&mut self.hits).into_iter().chain(open.map(hit)).collect();
        for hit in open {
            self.failures += 1;
            out.abandon(outcome);
            if out.has_events() {
                out.emit(&Event::Hit(Box::new(deliver::with_error(hit, error))));
            }
        }
    }

    pub fn skipped(&mut self, uid: Uid, mut hit: Hit, reason: &'static str, out: &mut Output) {
        self.done.insert(uid);
        hit.outcome = Outcome::Skipped.name();
        hit.reason = Some(reason);
        out.count(Outcome::Skipped);
        out.emit(&Event::Hit(Box::new(hit)));
    }
}
