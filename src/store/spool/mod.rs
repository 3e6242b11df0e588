//! A queue of messages to be sent later: no daemon, any number of runs at once, and no kill at any instruction that sends a message
//! twice or loses one.
//!
//! ```text
//! DIR/envelope/ID.json   what is known of the message: `record`
//! DIR/message/ID.eml     the message as it goes over the wire
//! ```
//!
//! Decisions:
//! * **A message is queued once its record has its name.** The message is written first, both are made durable, the entry of the message
//!   as well, then the record is renamed into place and that entry made durable. A kill before the rename leaves nothing that counts, and
//!   what it leaves is swept away after a day.
//! * **The lock of a message is on its record** (`flock`), which is never replaced: who holds it may send it, hold it, remove it.
//!   It ends with the process, so nobody waits for a run that was killed.
//! * **Nothing is sent before it is claimed**, durably, and the end of no message is sent before that is written down. A run that dies in
//!   between leaves the claim, and the next one settles it: without the mark nothing has happened, with it the outcome is unknown.
//! * **Durability is bought in batches**: many claims, and the results of those before, in one wait for the disk; see [`batch`](super::batch).
//! * Names begin with the time, so that the order of names is the order of the queue; a listing reads one small file a message.
//!
//! Whoever can write here can have commands run as the owner (the record says where the secret comes from), so a directory of somebody
//! else, or one that others can write, is refused.

mod claim;
mod enqueue;
pub mod record;
#[cfg(test)]
mod tests;

pub use claim::{Entry, Locked, Run};
pub use enqueue::Enqueue;
pub use record::{About, Record, State};

use super::dir::{Dir, show};
use crate::base::error::*;
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

/// What a killed run left is swept away after this long.
const FORGOTTEN: Duration = Duration::from_secs(86_400);

/// See the module's essay.
#[derive(Clone, Debug)]
pub struct Spool {
    at: PathBuf,
    envelopes: Arc<Dir>,
    messages: Arc<Dir>,
    boot: Option<Arc<str>>,
}

impl Spool {
    /// Opens the queue in `at`, making it.
    ///
    /// # Errors
    /// `Config` if it cannot be used, or must not.
    pub fn create(at: &Path) -> Result<Spool> {
        let config = |e: Error| e.kind_is(Kind::Config).context("no queue");
        Dir::create(at, 0o700).map_err(config)?;
        Spool::open_in(at, Some(0o700)).map_err(config)
    }

    /// Opens the queue in `at`; `None` if there is none.
    ///
    /// # Errors
    /// As [`Spool::create`].
    pub fn open(at: &Path) -> Result<Option<Spool>> {
        match std::fs::metadata(at.join("envelope")) {
            Ok(_) => Spool::open_in(at, None)
                .map(Some)
                .map_err(|e| e.kind_is(Kind::Config).context("cannot open the queue")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => {
                Err(Error::from_io(e, Kind::Config, format_args!("cannot open the queue {}", show(at))))
            }
        }
    }

    fn open_in(at: &Path, make: Option<u32>) -> Result<Spool> {
        let about = std::fs::metadata(at)
            .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot look at {}", show(at))))?;
        if about.uid() != rustix::process::geteuid().as_raw() {
            return Err(Error::new(Kind::Config, format!("{} belongs to another user", show(at))));
        }
        if about.mode() & 0o022 != 0 {
            let text = format!("others can write to {}", show(at));
            return Err(Error::new(Kind::Config, text).hint(format!("chmod go-w {}", show(at))));
        }
        let root = Dir::open(at)?;
        let envelopes = root.below(&[b"envelope"], make)?;
        let messages = root.below(&[b"message"], make)?;
        if make.is_some() {
            root.sync()?;
        }
        Ok(Spool { at: at.to_path_buf(), envelopes, messages, boot: boot() })
    }

    pub fn path(&self) -> &Path {
        &self.at
    }

    /// The names of all that is queued, the oldest first.
    pub fn ids(&self) -> Result<Vec<String>> {
        let names = self.envelopes.names().map_err(|e| self.failed(e, "read"))?;
        let id = |name: OsString| {
            let id = name.to_str()?.strip_suffix(".json")?;
            is_id(id).then(|| id.to_string())
        };
        let mut ids: Vec<String> = names.into_iter().filter_map(id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// What is known of a message, without its lock; `None` if there is none. A claim of a run that is gone shows as what it will be
    /// settled as.
    ///
    /// # Errors
    /// `Config` for a record that is damaged.
    pub fn read(&self, id: &str) -> Result<Option<Record>> {
        let Some((file, mut record, _)) = self.load(id)? else { return Ok(None) };
        if record.is_claimed()
            && file.try_lock_shared().is_ok()
            && let Some(event) = record.settle(self.boot.as_deref())
        {
            record.apply(&event);
        }
        Ok(Some(record))
    }

    fn load(&self, id: &str) -> Result<Option<(File, Record, u64)>> {
        if !is_id(id) {
            return Ok(None);
        }
        let file = match self.envelopes.open_file(&name(id), true) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|e| self.failed(e, "open"))?,
        };
        let (record, len) = self.load_from(id, &file)?;
        Ok(Some((file, record, len)))
    }

    fn load_from(&self, id: &str, file: &File) -> Result<(Record, u64)> {
        use std::os::unix::fs::FileExt;
        let mut bytes = vec![0; 4096];
        let mut have = 0;
        loop {
            match file.read_at(&mut bytes[have..], have as u64).map_err(|e| self.failed(e, "read"))? {
                0 => break,
                n => have += n,
            }
            if have == bytes.len() {
                bytes.resize(have * 2, 0);
            }
        }
        Record::parse(&bytes[..have]).map_err(|e| e.context(format_args!("the record of {id}")))
    }

    /// The message itself, at its start.
    ///
    /// # Errors
    /// `Missing` if it is gone.
    pub fn message(&self, id: &str) -> Result<File> {
        let file = self.messages.open_file(OsStr::new(&format!("{id}.eml")), false);
        file.map_err(|e| Error::source(e, format_args!("cannot read the queued message {id}")))
    }

    /// Takes messages in; `many`: so many that one wait for the disk is cheaper than one for each.
    pub fn enqueue(&self, many: bool) -> Result<Enqueue<'_>> {
        Enqueue::new(self, many)
    }

    /// Waits until removals are on the disk.
    pub fn sync(&self) -> Result<()> {
        self.envelopes.sync()
    }

    /// Removes what killed runs left.
    pub fn sweep(&self) -> Result<()> {
        let old = |dir: &Dir, name: &OsStr| {
            let about = std::fs::symlink_metadata(dir.path().join(name));
            let age = about.ok().and_then(|a| a.modified().ok()).map(|t| SystemTime::now().duration_since(t));
            age.is_some_and(|age| age.is_ok_and(|age| age > FORGOTTEN))
        };
        for name in self.envelopes.names().map_err(|e| self.failed(e, "read"))? {
            if name.as_encoded_bytes().starts_with(b".") && old(&self.envelopes, &name) {
                let _ = self.envelopes.remove(&name);
            }
        }
        for file in self.messages.names().map_err(|e| self.failed(e, "read"))? {
            let Some(id) = file.to_str().and_then(|f| f.strip_suffix(".eml")) else { continue };
            if is_id(id) && old(&self.messages, &file) && matches!(self.envelopes.node(&name(id)), Ok(None)) {
                let _ = self.messages.remove(&file);
            }
        }
        Ok(())
    }

    fn failed(&self, e: io::Error, what: &str) -> Error {
        Error::from_io(e, Kind::Config, format_args!("cannot {what} the queue {}", show(&self.at)))
    }
}

fn name(id: &str) -> OsString {
    format!("{id}.json").into()
}

/// What [`id`] makes, and so what can be a name in a queue.
pub fn is_id(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|b| DIGITS.contains(&b))
}

/// No letters that are read for one another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The name for a message of this microsecond.
fn id(micros: u64) -> String {
    (0..11).rev().map(|n| DIGITS[(micros >> (5 * n)) as usize & 31] as char).collect()
}

fn micros() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(0)
}

/// What tells this run of the system from the one before; `None` where systems do not tell.
fn boot() -> Option<Arc<str>> {
    let mut text = String::new();
    File::open("/proc/sys/kernel/random/boot_id").ok()?.take(64).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (text.len() == 36).then(|| text.into())
}
