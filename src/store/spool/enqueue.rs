//! Into the queue.

use super::{About, Spool, id, micros, name};
use crate::{
    base::{error::*, record},
    store::batch::{Batch, SyncMode},
};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read, Write},
};

/// Messages on their way in. None of them is queued before [`Enqueue::commit`] returns; dropped before that, none is left.
pub struct Enqueue<'a> {
    spool: &'a Spool,
    batch: Batch,
    waiting: Vec<Waiting>,
    bytes: u64,
    last: u64,
    buffer: Vec<u8>,
}

/// Written, but not yet queued.
struct Waiting {
    id: String,
    message: OsString,
    record: OsString,
    /// Locked, so that no run sends it before whoever queues it knows that it is durable.
    _lock: File,
    renamed: bool,
}

/// Each holds a file descriptor, of which a process may have 1,024.
const MOST: usize = 200;
const MOST_BYTES: u64 = 64 << 20;

impl<'a> Enqueue<'a> {
    pub(super) fn new(spool: &'a Spool, many: bool) -> Result<Enqueue<'a>> {
        let mut batch = Batch::new(if many { SyncMode::Batch } else { SyncMode::File });
        batch.join(&spool.messages)?;
        batch.join(&spool.envelopes)?;
        Ok(Enqueue { spool, batch, waiting: Vec::new(), bytes: 0, last: 0, buffer: vec![0; 64 << 10] })
    }

    /// Writes one message and what is known of it; the name it will have.
    ///
    /// # Errors
    /// `Local` if it cannot be written, or is not as long as `about` says.
    pub fn add(&mut self, about: &About, message: &mut dyn Read) -> Result<String> {
        let (id, file) = self.create()?;
        let mut waiting = Waiting {
            message: format!("{id}.eml").into(),
            record: format!(".{id}.new").into(),
            // Replaced at once by the record's.
            _lock: file,
            renamed: false,
            id,
        };
        let written = self.write(about, message, &mut waiting);
        let id = waiting.id.clone();
        // On an error too: dropping it removes what is there.
        self.waiting.push(waiting);
        if let Err(e) = written {
            self.forget(self.waiting.len() - 1);
            return Err(e);
        }
        self.bytes += about.size;
        Ok(id)
    }

    fn create(&mut self) -> Result<(String, File)> {
        let mut number = micros().max(self.last + 1);
        loop {
            let id = id(number);
            match self.spool.messages.create_new(OsStr::new(&format!("{id}.eml")), 0o600) {
                Ok(file) => {
                    self.last = number;
                    return Ok((id, file));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(e) => return Err(self.cannot(e)),
            }
        }
    }

    fn write(&mut self, about: &About, message: &mut dyn Read, waiting: &mut Waiting) -> Result<()> {
        let mut size = 0;
        loop {
            match message.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(n) => {
                    size += n as u64;
                    waiting._lock.write_all(&self.buffer[..n]).map_err(|e| self.cannot(e))?;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
            }
        }
        if size != about.size {
            let text = format!("the message has {size} bytes, and not the {} it should have", about.size);
            return Err(Error::new(Kind::Local, text));
        }
        self.batch.wrote(&self.spool.messages, &waiting._lock)?;
        self.batch.changed(&self.spool.messages);
        let mut file = self.spool.envelopes.create_new(&waiting.record, 0o600).map_err(|e| self.cannot(e))?;
        file.try_lock().map_err(|e| self.cannot(e.into()))?;
        let line = record::to_line(about) + "\n";
        file.write_all(line.as_bytes()).map_err(|e| self.cannot(e))?;
        self.batch.wrote(&self.spool.envelopes, &file)?;
        waiting._lock = file;
        Ok(())
    }

    /// How many wait for [`Enqueue::commit`].
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether it is time to commit.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MOST || self.bytes >= MOST_BYTES
    }

    /// Makes all of them durable, and queued.
    ///
    /// # Errors
    /// None of them is queued.
    pub fn commit(&mut self) -> Result<Vec<String>> {
        let done = self.try_commit();
        match done {
            Ok(()) => {
                self.bytes = 0;
                Ok(self.waiting.drain(..).map(|w| w.id).collect())
            }
            Err(e) => {
                self.undo();
                Err(e)
            }
        }
    }

    fn try_commit(&mut self) -> Result<()> {
        let envelopes = &self.spool.envelopes;
        self.batch.sync_data()?;
        // The entries of the messages, before a record can name them.
        self.batch.sync_entries()?;
        for waiting in &mut self.waiting {
            envelopes
                .rename_new(&waiting.record, envelopes, &name(&waiting.id))
                .map_err(|e| Error::from_io(e, Kind::Local, "cannot write to the queue"))?;
            waiting.renamed = true;
            self.batch.changed(envelopes);
        }
        self.batch.sync_entries()
    }

    fn undo(&mut self) {
        for n in (0..self.waiting.len()).rev() {
            self.forget(n);
        }
        self.bytes = 0;
    }

    fn forget(&mut self, n: usize) {
        let waiting = self.waiting.remove(n);
        let record = if waiting.renamed { name(&waiting.id) } else { waiting.record.clone() };
        let _ = self.spool.envelopes.remove(&record);
        let _ = self.spool.messages.remove(&waiting.message);
    }

    fn cannot(&self, e: io::Error) -> Error {
        let at = super::show(&self.spool.at);
        Error::from_io(e, Kind::Local, format_args!("cannot write to the queue {at}"))
    }
}

impl Drop for Enqueue<'_> {
    fn drop(&mut self) {
        self.undo();
    }
}
