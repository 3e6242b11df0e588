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

/// What one run is about, and how far it is.
pub struct Job<'a> {
    pub search: &'a Search,
    pub key: SearchKey,
    pub cancel: Cancel,
    pub seen: Option<Seen>,
    /// Found in the mailboxes before the one at hand.
    pub total: u64,
    pub here: Here,
    /// With `--count`, what is to be told at the end.
    pub counts: Vec<(Name, u64)>,
    /// What an earlier run left, if that is all that is wanted.
    pub earlier: Option<Earlier>,
    /// How many of a mailbox are left alone because the command refused them in an earlier run.
    pub left: HashMap<Name, u64>,
    pub several: bool,
    /// What separates the levels of mailboxes, where their names become folders.
    pub delimiter: Option<char>,
    /// Lines of a list that wait for those of other mailboxes before them.
    pub held: Option<HashMap<Uid, Line>>,
    /// There are more texts than one, and one of them was shown.
    pub many: bool,
    pub shown: bool,
}

/// What is told of a message.
pub type Line = (String, Box<Hit>);

/// What is known of the mailbox at hand, as of one UIDVALIDITY: UIDs mean nothing without it, so all of it goes at once when
/// another mailbox's turn comes, or when this one turns out to have been made anew. A lost connection leaves it as it is.
#[derive(Debug, Default)]
pub struct Here {
    /// By the name the server knows it by.
    pub mailbox: Option<Name>,
    pub uidvalidity: Option<u64>,
    /// The count of changes before anything was found.
    pub modseq: Option<u64>,
    /// UIDNEXT and EXISTS when it was opened: whether something arrived since.
    pub size: (Option<u64>, u64),
    pub found: UidSet,
    /// Of these, what was looked at already.
    pub done: HashSet<Uid>,
    /// Of these, what waits for the actions before it is told of.
    pub hits: Vec<Hit>,
    /// Of these, what ended well, and is not remembered yet.
    pub well: Vec<Uid>,
    pub failures: u64,
}

impl Job<'_> {
    pub fn is_done(&self, uid: Uid) -> bool {
        self.here.done.contains(&uid)
    }

    /// How many messages were found so far.
    pub fn found(&self) -> u64 {
        self.total + self.here.found.len()
    }

    /// Whether what changed after it was found is to be left alone.
    pub fn is_guarded(&self) -> bool {
        self.search.acts() && !self.search.dry_run && self.key.depends_on_flags()
    }

    /// Those that no earlier run of `--new` handled.
    pub fn unseen(&mut self, mailbox: &Mailbox<'_>, mut uids: Vec<Uid>) -> Vec<Uid> {
        let Some(seen) = &self.seen else { return uids };
        let (here, again, mut failed) = (&self.here, self.search.retry_failed, 0);
        uids.retain(|u| {
            let known = seen.get(&state::key(&mailbox.name, mailbox.uidvalidity, *u));
            failed += u64::from(known.is_some_and(|e| e.failed));
            // What this run itself handled still counts among its first or last.
            here.done.contains(u) || known.is_none_or(|e| e.failed && again)
        });
        self.left.insert(mailbox.name.clone(), if again { 0 } else { failed });
        uids
    }

    pub fn leaves(&self, mailbox: &Name) -> bool {
        self.left.get(mailbox).is_some_and(|n| *n > 0)
    }

    /// Whether anybody will read what is known of a message.
    pub fn tells(&self, out: &Output) -> bool {
        out.has_events() || self.search.acts()
    }

    /// A message's output is durable: what is left to be done to it are the actions.
    pub fn finished(&mut self, uid: Uid, hit: Hit, out: &mut Output) {
        if self.search.acts() {
            self.here.done.insert(uid);
            self.here.hits.push(hit);
            return;
        }
        let planned = self.search.dry_run && (self.search.delivers() || !self.search.save.is_empty());
        self.ended(uid, hit, if planned { Outcome::Planned } else { Outcome::Ok }, out);
    }

    /// Takes those that wait for the actions: whoever takes them tells of them.
    pub fn take(&mut self, these: &UidSet) -> Vec<Hit> {
        let (taken, left) = std::mem::take(&mut self.here.hits)
            .into_iter()
            .partition(|h| h.uid.is_some_and(|u| these.contains(u)));
        self.here.hits = left;
        taken
    }

    /// The last word on a message that went well.
    pub fn ended(&mut self, uid: Uid, hit: Hit, outcome: Outcome, out: &mut Output) {
        self.here.done.insert(uid);
        self.here.well.push(uid);
        out.count(outcome);
        if out.has_events() {
            out.emit(&Event::Hit(Box::new(Hit { outcome: outcome.name(), ..hit })));
        }
    }

    /// A message is left alone, which is no failure.
    pub fn skipped(&mut self, uid: Uid, mut hit: Hit, reason: &'static str, out: &mut Output) {
        hit.reason = Some(reason);
        self.ended(uid, hit, Outcome::Skipped, out);
    }

    /// A message failed, and the others go on.
    pub fn failed(&mut self, uid: Uid, hit: Hit, error: &Error, out: &mut Output) {
        out.item_failed(error);
        self.failed_so(uid, hit, error, out);
    }

    /// As [`Job::failed`], of an error that was told of and counted already.
    pub fn failed_so(&mut self, uid: Uid, hit: Hit, error: &Error, out: &mut Output) {
        self.here.done.insert(uid);
        self.here.failures += 1;
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
        self.total = self.found();
        self.here = Here::default();
    }

    /// The mailbox was opened. One that was made anew since its UIDs were found has other messages, and what waited to be done to
    /// those that are gone must not be done to these: the search begins at its beginning.
    ///
    /// # Errors
    /// `Busy`: that cannot be, since the UIDs were `chosen` before.
    pub fn opened(&mut self, mailbox: &Mailbox<'_>, chosen: bool, out: &mut Output) -> Result<()> {
        if self.here.uidvalidity.is_some_and(|v| v != mailbox.uidvalidity) {
            let text =
                format!("mailbox {} was made anew meanwhile (UIDVALIDITY changed)", mailbox.name.text());
            let error = Error::new(Kind::Busy, text);
            if chosen {
                return Err(error);
            }
            if self.is_open() {
                self.abandon(&error, out);
                out.fail(&error);
            }
            self.begin();
        }
        self.here.mailbox = Some(mailbox.name.clone());
        self.here.uidvalidity = Some(mailbox.uidvalidity);
        self.here.size = (mailbox.uidnext, mailbox.exists);
        self.here.modseq = self.here.modseq.or(mailbox.modseq);
        Ok(())
    }

    /// Whether something that was found has no last word yet.
    fn is_open(&self) -> bool {
        !self.here.hits.is_empty() || self.here.found.iter().any(|u| !self.is_done(u))
    }

    /// The mailbox is given up: what was found in it and not handled is told of with the reason, since every message that is asked
    /// for ends in one line.
    pub fn abandon(&mut self, error: &Error, out: &mut Output) {
        let Some(mailbox) = self.here.mailbox.clone() else { return };
        let uidvalidity = self.here.uidvalidity.unwrap_or(0);
        let hit = |uid| Summary { uid, ..Summary::default() }.hit(&mailbox, uidvalidity);
        let open: Vec<Uid> = self.here.found.iter().filter(|u| !self.here.done.contains(u)).collect();
        let waiting = std::mem::take(&mut self.here.hits);
        for hit in waiting.into_iter().chain(open.into_iter().map(hit)) {
            out.abandon(error);
            self.failed_so(hit.uid.unwrap_or_default(), hit, error, out);
        }
    }

    /// With `--new`: what ended well is not looked at again by a later run. It has to be out before it is remembered: where standard
    /// output cannot be written and nothing is done but looking, the program ends here.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn remember(&mut self, out: &mut Output) -> Result<()> {
        out.flush();
        let well = std::mem::take(&mut self.here.well);
        let (Some(seen), Some(mailbox), Some(uidvalidity), false) = (
            &mut self.seen,
            &self.here.mailbox,
            self.here.uidvalidity,
            self.search.dry_run || self.search.delivers(),
        ) else {
            return Ok(());
        };
        let keys: Vec<_> = well.iter().map(|u| state::key(mailbox, uidvalidity, *u)).collect();
        seen.remember(keys.iter().map(String::as_str))
    }
}
