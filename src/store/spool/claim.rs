//! Out of the queue: locks, claims, marks and results.

use super::{
    Spool, name,
    record::{Event, Outcome, Record, State},
};
use crate::{
    base::{date::Time, error::*, record},
    store::batch::{Batch, SyncMode},
};
use std::{
    cell::Cell,
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
    time::{Duration, Instant},
};

/// What asking for a lock came to.
pub enum Locked {
    /// Ours, as long as it lives.
    Ours(Box<Entry>),
    /// Another run has it.
    Busy,
    /// There is none of this name (any more).
    Gone,
}

/// A message that is ours.
pub struct Entry {
    pub id: String,
    pub record: Record,
    spool: Spool,
    file: File,
    len: Cell<u64>,
    /// Something of a line that does not count stands behind `len`.
    torn: Cell<bool>,
    /// Claimed, and nothing sent: the claim can be taken back.
    claimed: Cell<bool>,
}

impl Spool {
    /// Locks a message, and settles what a run that is gone left open.
    ///
    /// # Errors
    /// `Config` for a record that is damaged.
    pub fn lock(&self, id: &str) -> Result<Locked> {
        if !super::is_id(id) {
            return Ok(Locked::Gone);
        }
        let file = match self.envelopes.open_file(&name(id), true) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Locked::Gone),
            file => file.map_err(|e| self.failed(e, "open"))?,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(Locked::Busy),
            Err(std::fs::TryLockError::Error(e)) => return Err(self.failed(e, "lock a message of")),
        }
        // Whoever had it before may have removed it.
        if file.metadata().map_err(|e| self.failed(e, "read"))?.nlink() == 0 {
            return Ok(Locked::Gone);
        }
        let (record, len) = self.load_from(id, &file)?;
        let torn = file.metadata().map_err(|e| self.failed(e, "read"))?.len() != len;
        let mut entry = Entry {
            id: id.to_string(),
            record,
            spool: self.clone(),
            file,
            len: Cell::new(len),
            torn: Cell::new(torn),
            claimed: Cell::new(false),
        };
        if let Some(event) = entry.record.settle(self.boot.as_deref()) {
            entry.put(&event, true)?;
        }
        Ok(Locked::Ours(Box::new(entry)))
    }
}

impl Entry {
    pub fn message(&self) -> Result<File> {
        self.spool.message(&self.id)
    }

    /// Writes down what happened, durably.
    pub fn note(&mut self, event: &Event) -> Result<()> {
        self.put(event, true)
    }

    fn put(&mut self, event: &Event, sync: bool) -> Result<()> {
        self.append(event, sync)?;
        self.record.apply(event).ok_or_else(|| Error::new(Kind::Bug, "an event that does not fit"))
    }

    fn append(&self, event: &Event, sync: bool) -> Result<()> {
        let line = record::to_line(event) + "\n";
        let len = self.len.get();
        let whole = || if self.torn.get() { self.file.set_len(len) } else { Ok(()) };
        let written = whole().and_then(|()| {
            self.torn.set(true);
            self.file.write_all_at(line.as_bytes(), len)?;
            if sync { self.file.sync_data() } else { Ok(()) }
        });
        match written {
            Ok(()) => {
                self.torn.set(false);
                self.len.set(len + line.len() as u64);
                Ok(())
            }
            Err(e) => Err(self.spool.failed(e, "write to").kind_is(Kind::Local)),
        }
    }

    /// What came of it without a claim, since nothing was sent. A power cut may forget it: it is tried again then.
    pub fn defer(&mut self, results: Vec<Outcome>) -> Result<()> {
        self.claimed.set(false);
        self.put(&Event::Result { at: Time::now(), results }, false)
    }

    /// The end of the message is about to go out to these: nothing may be sent after this fails.
    pub fn sending(&self, to: &[usize]) -> Result<()> {
        self.claimed.set(false);
        self.append(&Event::Sending { to: to.to_vec() }, self.spool.boot.is_none())
    }

    /// Takes the message out of the queue.
    pub fn remove(self) -> Result<()> {
        self.unlink()
    }

    fn unlink(&self) -> Result<()> {
        let gone = self.spool.envelopes.remove(&name(&self.id));
        gone.map_err(|e| self.spool.failed(e, "remove a message of").kind_is(Kind::Local))?;
        // The record was what counted; a message without one is swept away.
        let _ = self.spool.messages.remove(format!("{}.eml", self.id).as_ref());
        Ok(())
    }
}

/// One run over the queue: it claims messages, and its waits for the disk are shared by many of them. The wait for the next claims is
/// the one for the results of those before.
pub struct Run {
    spool: Spool,
    batch: Batch,
    /// Results that a power cut could still forget.
    results: usize,
    synced: Instant,
}

/// From here on one wait for the whole disk is cheaper than one for each file.
const MANY: usize = 5;
/// So many results, and for so long, may be lost in a power cut, which makes them unknown.
const RESULTS: usize = 64;
const AGE: Duration = Duration::from_secs(5);

impl Run {
    /// `count`: how many messages there may be.
    pub fn new(spool: &Spool, count: usize) -> Result<Run> {
        let mode = if count < MANY { SyncMode::File } else { SyncMode::Batch };
        let mut batch = Batch::new(mode);
        batch.join(&spool.envelopes)?;
        Ok(Run { spool: spool.clone(), batch, results: 0, synced: Instant::now() })
    }

    /// Claims all of these, durably.
    ///
    /// # Errors
    /// Nothing of it may be sent.
    pub fn claim(&mut self, entries: &mut [Entry]) -> Result<()> {
        let event = Event::Claim { at: Time::now(), boot: self.spool.boot.as_deref().map(String::from) };
        let few = entries.len() < MANY && self.results < RESULTS && self.synced.elapsed() < AGE;
        for entry in entries.iter_mut() {
            entry.put(&event, few)?;
            entry.claimed.set(true);
            if !few {
                self.batch.wrote(&self.spool.envelopes, &entry.file)?;
            }
        }
        if !few {
            self.batch.sync_data()?;
            (self.results, self.synced) = (0, Instant::now());
        }
        Ok(())
    }

    /// What came of a claimed message, and what its record says then. One with nothing left to do or to tell leaves the queue.
    ///
    /// Durable with the next [`Run::claim`] or [`Run::sync`]; until then a power cut makes it unknown, as the claim says.
    pub fn result(&mut self, mut entry: Entry, results: Vec<Outcome>) -> Result<Record> {
        entry.claimed.set(false);
        self.results += 1;
        let mut after = entry.record.clone();
        let event = Event::Result { at: Time::now(), results };
        after.apply(&event).ok_or_else(|| Error::new(Kind::Bug, "a result that does not fit"))?;
        if after.state() == State::Sent {
            // Removing needs no space on a full disk.
            entry.unlink()?;
            self.batch.changed(&entry.spool.envelopes);
            return Ok(after);
        }
        entry.put(&event, false)?;
        self.batch.wrote(&entry.spool.envelopes, &entry.file)?;
        Ok(after)
    }

    /// Waits until all results are on the disk.
    pub fn sync(mut self) -> Result<()> {
        self.batch.sync_data()?;
        self.batch.sync_entries()
    }
}

impl Drop for Entry {
    /// A claim that came to nothing is taken back.
    fn drop(&mut self) {
        if self.claimed.take() {
            let _ = self.put(&Event::Free, false);
        }
    }
}
