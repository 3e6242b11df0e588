//! What has been delivered: the memory of an account, one file of JSON Lines that is only ever appended to.
//!
//! It is a journal. Before a batch goes to its place, one line a message says what is about to be where
//! ([`Seen::intend`], durable); afterwards one short line says that it happened ([`Seen::done`]). A run that was killed
//! in between leaves intents open, and the next one looks at the places themselves ([`Seen::settle`]): what is there is
//! delivered, what is not is fetched again. So no kill loses a message or delivers one twice.
//!
//! A line that was being written when the power went is cut off at the next start; damage anywhere else is an error and
//! never silently an empty memory, which would fetch a whole mailbox again. Identifiers that the server no longer lists, or
//! whose messages it is about to be told to delete, are marked as gone, kept for a week (a server with a bad day lists
//! nothing), and then left out when the file is rewritten. One that is gone and listed again may be another message's: that
//! is settled by the bytes ([`Seen::digests`], [`Seen::back`]), never by the identifier.
//!
//! Of each identifier only what every run needs is held in memory, and not the identifier itself; names and digests are
//! read from the file when a server makes them necessary.

mod line;
#[cfg(test)]
mod tests;

use super::{
    Place, Taken,
    dir::{Dir, show},
    lock,
    partial::{self, Conflict, Partial},
    settle,
};
use crate::base::{
    date::Time,
    digest,
    error::*,
    record::{self, json},
};
use line::{Fact, Intent, Tell, header};
use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    fs::File,
    io::{BufRead, BufReader, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// See the module's essay.
#[derive(Debug)]
pub struct Seen {
    dir: Arc<Dir>,
    name: OsString,
    account: String,
    file: File,
    len: u64,
    entries: HashMap<Key, Slot>,
    /// Numbers that callers keep here.
    marks: HashMap<Box<str>, u64>,
    open: Vec<Intent>,
    /// Lines in the file that say nothing any more.
    stale: usize,
    _lock: File,
}

/// What is known of one identifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// When it was delivered, or passed over.
    pub at: Time,
    /// Delivered, and not merely passed over.
    pub delivered: bool,
    /// Passed over for good: the command refused it.
    pub failed: bool,
    /// The message is no longer there, as far as is known: the server may have given the identifier to another.
    pub gone: bool,
}

/// An identifier in memory: half of its SHA-256, which nobody can make two of. A mailbox of a hundred thousand messages costs a few MiB
/// so; the identifiers themselves are in the file, for the rare occasion.
type Key = [u8; 16];

fn key(uid: &str) -> Key {
    let sum = digest::digest(digest::Algorithm::Sha256, uid.as_bytes());
    let mut key = Key::default();
    key.iter_mut().zip(&sum).for_each(|(to, from)| *to = *from);
    key
}

/// What is held of one identifier.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// [`Entry::at`], as [`stamp`] has it.
    at: u32,
    /// Since when the server does not list it; 0: it does.
    gone: u32,
    delivered: bool,
    failed: bool,
    /// It is in the listing at hand.
    listed: bool,
}

/// How long an identifier is remembered that the server no longer lists.
const REMEMBER_GONE: i64 = 7 * 86400;
/// Rewriting is worth it from here on.
const STALE: usize = 256;

impl Seen {
    /// Opens the memory at `path` for `account` (`user@host:port`), making it if there is none. One run at a time:
    /// waits at most `wait` for another.
    pub fn open(path: &Path, account: &str, wait: Duration) -> Result<Seen> {
        let failed = |e| Error::from_io(e, Kind::Config, format_args!("cannot open state {}", show(path)));
        let config = |e: Error| e.kind_is(Kind::Config).context("cannot open state");
        if let Some(parent) = path.parent() {
            Dir::create(parent, 0o700).map_err(config)?;
        }
        let (dir, name) = partial::split(path).map_err(config)?;
        let mut lock = path.as_os_str().to_os_string();
        lock.push(".lock");
        let lock = lock::state(Path::new(&lock), wait)?;
        let mut fresh = false;
        let file = match dir.open_file(&name, true) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                fresh = true;
                dir.create_new(&name, 0o600).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        let mut seen = Seen {
            dir,
            name,
            account: account.to_string(),
            file,
            len: 0,
            entries: HashMap::new(),
            marks: HashMap::new(),
            open: Vec::new(),
            stale: 0,
            _lock: lock,
        };
        if !fresh {
            seen.load()?;
        }
        if seen.len == 0 {
            seen.append(&header(account), true).map_err(|e| e.kind_is(Kind::Config))?;
            seen.dir.sync().map_err(|e| e.kind_is(Kind::Config))?;
        }
        Ok(seen)
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join(&self.name)
    }

    /// What is known of an identifier. One that failed for good counts as known.
    pub fn get(&self, uid: &str) -> Option<Entry> {
        let slot = self.entries.get(&key(uid))?;
        let at = Time(i64::from(slot.at));
        Some(Entry { at, delivered: slot.delivered, failed: slot.failed, gone: slot.gone > 0 })
    }

    /// Whether the message that has this identifier now is one that was dealt with. Of what was passed over there are no bytes to
    /// compare, and nobody deletes it: it is taken for the same.
    pub fn knows(&self, uid: &str) -> bool {
        self.get(uid).is_some_and(|entry| !(entry.gone && entry.delivered))
    }

    /// So many more are about to come: room for them at once is less than room by and by. Within reason: a server may
    /// promise anything.
    pub fn expect(&mut self, more: usize) {
        self.entries.reserve(more.min(1 << 17));
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What was delivered here, each identifier with its digest: for identifiers that prove nothing. Reads the whole file.
    pub fn digests(&self, mut each: impl FnMut(&str, [u8; 32])) -> Result<()> {
        let tell = &mut |uid: &str, fact| {
            if let Fact::Seen { sha256: Some(sha256), .. } = fact {
                each(uid, sha256);
            }
            Ok(())
        };
        self.replay(&mut Vec::new(), tell).map(drop)
    }

    /// Settles what an earlier run left open: how many of them turned out to be delivered, and how many not.
    pub fn settle(&mut self) -> Result<(usize, usize)> {
        if self.open.is_empty() {
            return Ok((0, 0));
        }
        let places: Vec<Place> =
            self.open.iter().map(|i| i.place.as_deref().cloned().unwrap_or(Place::Gone)).collect();
        let found = settle(&places).map_err(|e| e.context("cannot settle an interrupted delivery"))?;
        let undone: Vec<usize> = (0..found.len()).filter(|&n| !found[n]).collect();
        let line = json!({ "done": found.len(), "undone": undone });
        self.append(&(record::to_line(&line) + "\n"), true)?;
        let counts = (found.len() - undone.len(), undone.len());
        self.close(found.len(), &undone);
        Ok(counts)
    }

    /// Writes down, durably, what is about to be where.
    pub fn intend(&mut self, batch: &[(&str, &Taken, &Place)]) -> Result<()> {
        let (at, start, before) = (Time::now(), self.len, self.open.len());
        let mut text = String::new();
        for (n, (uid, taken, place)) in batch.iter().enumerate() {
            let mut intent = Intent::new(uid, at, taken, (*place).clone());
            intent.write(&mut text);
            // The place is for the run that finds this open, and reads it from the file.
            intent.place = None;
            self.open.push(intent);
            let last = n + 1 == batch.len();
            if text.len() >= CHUNK || last {
                if let Err(e) = self.append(&text, last) {
                    // What was written of it would be settled as undone; it need not be there at all.
                    let _ = self.file.set_len(start);
                    self.len = start;
                    self.open.truncate(before);
                    return Err(e);
                }
                text.clear();
            }
        }
        Ok(())
    }

    /// Everything intended has happened. Not yet durable: see [`Seen::sync`]; a kill before that is settled.
    pub fn done(&mut self) -> Result<()> {
        let n = self.open.len();
        self.append(&format!("{{\"done\":{n}}}\n"), false)?;
        self.close(n, &[]);
        Ok(())
    }

    /// One message went where nothing can be looked up (a command, a stream): durable at once.
    pub fn delivered(&mut self, uid: &str, taken: &Taken) -> Result<()> {
        let at = Time::now();
        let (size, sha256) = (Some(taken.size), Some(taken.sha256));
        let fact = Fact::Seen { at, size, sha256 };
        self.append(&fact.line(uid), true)?;
        self.learn(uid, &fact);
        Ok(())
    }

    /// These are not to be fetched, and were not delivered (`--catch-up`, a rule that skips). What was is left as it is.
    pub fn remember<'a>(&mut self, uids: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let at = Time::now();
        let delivered = |uid: &str| self.get(uid).is_some_and(|entry| entry.delivered && !entry.gone);
        let uids: Vec<&str> = uids.into_iter().filter(|uid| !delivered(uid)).collect();
        self.write_names("seen", &uids, at)?;
        for uid in uids {
            self.learn(uid, &Fact::Seen { at, size: None, sha256: None });
        }
        Ok(())
    }

    /// The messages of these identifiers are about to be deleted on the server: durable before it is told for good.
    /// Whether it then happens or not, and whoever has the identifier afterwards (RFC 1939 §7 allows another message to),
    /// the identifier alone proves nothing from here on.
    pub fn gone<'a>(&mut self, uids: impl IntoIterator<Item = &'a str>, now: Time) -> Result<()> {
        let uids: Vec<&str> = uids.into_iter().filter(|uid| self.knows(uid)).collect();
        self.write_names("gone", &uids, now)?;
        self.sync()?;
        for uid in uids {
            self.learn(uid, &Fact::Gone(now));
        }
        Ok(())
    }

    /// What has this identifier is byte for byte what was delivered under it. See [`Seen::sync`].
    pub fn back(&mut self, uid: &str, now: Time) -> Result<()> {
        if self.get(uid).is_some_and(|entry| entry.gone) {
            self.write_names("back", &[uid], now)?;
            self.learn(uid, &Fact::Back);
        }
        Ok(())
    }

    fn write_names<S: AsRef<str>>(&mut self, key: &str, uids: &[S], at: Time) -> Result<()> {
        for some in uids.chunks(100) {
            let some: Vec<&str> = some.iter().map(AsRef::as_ref).collect();
            let line = json!({ key: some, "at": at.rfc3339() });
            self.append(&(record::to_line(&line) + "\n"), false)?;
            self.stale += usize::from(key != "seen");
        }
        Ok(())
    }

    /// This one cannot be delivered and is not tried again by itself.
    pub fn failed(&mut self, uid: &str, why: &str) -> Result<()> {
        let at = Time::now();
        let line = json!({ "failed": uid, "at": at.rfc3339(), "why": why });
        self.append(&(record::to_line(&line) + "\n"), true)?;
        self.learn(uid, &Fact::Failed(at));
        Ok(())
    }

    /// The number kept under this name.
    pub fn mark(&self, name: &str) -> Option<u64> {
        self.marks.get(name).copied()
    }

    /// Keeps a number under a name; see [`Seen::sync`].
    pub fn set_mark(&mut self, name: &str, number: u64) -> Result<()> {
        if self.mark(name) == Some(number) {
            return Ok(());
        }
        self.append(&Fact::Mark(number).line(name), false)?;
        self.stale += usize::from(self.marks.insert(name.into(), number).is_some());
        if self.open.is_empty() && self.stale >= STALE && self.stale * 2 > self.entries.len() {
            self.rewrite()?;
        }
        Ok(())
    }

    /// Waits until everything said is on the disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| self.cannot_write(e))
    }

    /// The server listed exactly these: others are marked as gone, and the file is rewritten when it is worth it.
    pub fn listed<'a>(&mut self, uids: impl IntoIterator<Item = &'a str>, now: Time) -> Result<()> {
        // An open batch, and an empty listing, say more about the day than about the mail.
        if !self.open.is_empty() {
            return Ok(());
        }
        let (mut any, mut back) = (false, Vec::new());
        for uid in uids {
            any = true;
            if let Some(entry) = self.entries.get_mut(&key(uid)) {
                entry.listed = true;
                if entry.gone > 0 && !entry.delivered {
                    entry.gone = 0;
                    back.push(Box::from(uid));
                }
            }
        }
        let (stamp, mut lost) = (stamp(now), HashSet::new());
        for (key, entry) in &mut self.entries {
            if !std::mem::take(&mut entry.listed) && any && entry.gone == 0 {
                entry.gone = stamp;
                lost.insert(*key);
            }
        }
        if !any {
            return Ok(());
        }
        let gone = self.names(lost)?;
        self.write_names("gone", &gone, now)?;
        self.write_names("back", &back, now)?;
        let old = |e: &Slot| e.gone > 0 && i64::from(stamp) - i64::from(e.gone) > REMEMBER_GONE;
        let useless = self.stale + self.entries.values().filter(|e| old(e)).count();
        if useless >= STALE && useless * 2 > self.entries.len() {
            self.entries.retain(|_, e| !old(e));
            self.rewrite()?;
        }
        Ok(())
    }

    /// Writes the file anew, without what is not remembered any more.
    fn rewrite(&mut self) -> Result<()> {
        let mut partial = Partial::create(&self.dir, &self.name, 0o600)?;
        let (mut text, mut len) = (header(&self.account), 0);
        let mut write = |text: &mut String, partial: &mut Partial| {
            len += text.len() as u64;
            let written = partial.write_all(text.as_bytes());
            text.clear();
            written.map_err(|e| Error::from_io(e, Kind::Local, "cannot write the state"))
        };
        self.replay(&mut Vec::new(), &mut |uid, fact| {
            let old = matches!(fact, Fact::Gone(_) | Fact::Back | Fact::Mark(_));
            if let (Some(slot), false) = (self.entries.get(&key(uid)), old) {
                text += &fact.line(uid);
                if slot.gone > 0 {
                    text += &Fact::Gone(Time(i64::from(slot.gone))).line(uid);
                }
            }
            if text.len() >= CHUNK { write(&mut text, &mut partial) } else { Ok(()) }
        })?;
        for (name, number) in &self.marks {
            text += &Fact::Mark(*number).line(name);
        }
        write(&mut text, &mut partial)?;
        partial.persist(Conflict::Overwrite)?;
        self.file = self.dir.open_file(&self.name, true).map_err(|e| self.cannot_write(e))?;
        self.len = len;
        self.stale = 0;
        Ok(())
    }

    /// The identifiers behind these keys.
    fn names(&self, mut wanted: HashSet<Key>) -> Result<Vec<Box<str>>> {
        let mut names = Vec::with_capacity(wanted.len());
        if wanted.is_empty() {
            return Ok(names);
        }
        self.replay(&mut Vec::new(), &mut |uid, _| {
            if wanted.remove(&key(uid)) {
                names.push(uid.into());
            }
            Ok(())
        })?;
        Ok(names)
    }

    fn append(&mut self, text: &str, sync: bool) -> Result<()> {
        use std::os::unix::fs::FileExt;
        let written = self.file.write_all_at(text.as_bytes(), self.len);
        let written = written.and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) => {
                self.len += text.len() as u64;
                Ok(())
            }
            Err(e) => {
                // Half a line in the middle would be damage; half a line at the end is cut off at the next start.
                let _ = self.file.set_len(self.len);
                Err(self.cannot_write(e))
            }
        }
    }

    fn cannot_write(&self, error: std::io::Error) -> Error {
        Error::from_io(error, Kind::Local, format_args!("cannot write state {}", show(&self.path())))
    }

    fn load(&mut self) -> Result<()> {
        let (mut open, mut learnt) = (Vec::new(), HashMap::new());
        std::mem::swap(&mut learnt, &mut self.entries);
        let (mut stale, mut marks) = (0, HashMap::new());
        let good = self.replay(&mut open, &mut |uid, fact| {
            match fact {
                Fact::Mark(n) => stale += usize::from(marks.insert(Box::from(uid), n).is_some()),
                Fact::Gone(_) | Fact::Back => {
                    stale += 1;
                    learn(&mut learnt, uid, &fact);
                }
                _ => learn(&mut learnt, uid, &fact),
            }
            Ok(())
        })?;
        self.marks = marks;
        (self.entries, self.open, self.stale, self.len) = (learnt, open, stale, good);
        let unread =
            |e| Error::from_io(e, Kind::Config, format_args!("cannot mend state {}", show(&self.path())));
        if self.file.metadata().map_err(unread)?.len() > good {
            self.file.set_len(good).map_err(unread)?;
        }
        Ok(())
    }

    /// Reads the file from its start and tells each fact in order; intents without an end are left in `open`. Returns how
    /// much of it is whole lines.
    fn replay(&self, open: &mut Vec<Intent>, tell: Tell<'_>) -> Result<u64> {
        let path = self.path();
        let unread = |e| Error::from_io(e, Kind::Config, format_args!("cannot read state {}", show(&path)));
        let mut file = self.file.try_clone().map_err(unread)?;
        file.rewind().map_err(unread)?;
        let mut reader = BufReader::with_capacity(64 * 1024, file);
        let (mut line, mut number, mut good) = (Vec::new(), 0, 0);
        loop {
            line.clear();
            let n = reader.read_until(b'\n', &mut line).map_err(unread)?;
            if n == 0 || line.last() != Some(&b'\n') {
                return Ok(good);
            }
            number += 1;
            good += n as u64;
            let value = std::str::from_utf8(&line).ok().and_then(|text| record::from_line(text).ok());
            let said = value.and_then(|value| match value.get("account") {
                Some(account) => account.as_str().map(|account| self.is_ours(account)),
                None => line::read(&value, open, &mut *tell),
            });
            said.unwrap_or_else(|| {
                let what = format!("state {} is damaged at line {number}", show(&path));
                Err(Error::new(Kind::Config, what)
                    .hint("mend the line, or move the file away to start afresh"))
            })?;
        }
    }

    fn is_ours(&self, account: &str) -> Result<()> {
        if account == self.account {
            return Ok(());
        }
        let what = format!("state {} belongs to {account}, not to {}", show(&self.path()), self.account);
        Err(Error::new(Kind::Config, what).hint("give each account a --state of its own"))
    }

    /// The first `n` open intents came to an end.
    fn close(&mut self, n: usize, undone: &[usize]) {
        let n = n.min(self.open.len());
        for (at, intent) in self.open.drain(..n).enumerate() {
            if undone.contains(&at) {
                self.stale += 1;
            } else {
                learn(&mut self.entries, &intent.uid, &intent.fact());
            }
        }
    }

    fn learn(&mut self, uid: &str, fact: &Fact) {
        learn(&mut self.entries, uid, fact);
    }
}

/// So much is written at once.
const CHUNK: usize = 32 * 1024;

fn learn(entries: &mut HashMap<Key, Slot>, uid: &str, fact: &Fact) {
    let key = key(uid);
    if let (Fact::Gone(_) | Fact::Back | Fact::Mark(_), None) = (fact, entries.get(&key)) {
        return;
    }
    let entry = entries.entry(key).or_default();
    match fact {
        Fact::Seen { at, sha256, .. } => {
            *entry = Slot { at: stamp(*at), delivered: sha256.is_some(), ..Slot::default() };
        }
        Fact::Failed(at) => *entry = Slot { at: stamp(*at), failed: true, ..Slot::default() },
        Fact::Gone(since) => entry.gone = stamp(*since),
        Fact::Back => entry.gone = 0,
        Fact::Mark(_) => {}
    }
}

/// Seconds that fit, and are never 0.
fn stamp(time: Time) -> u32 {
    u32::try_from(time.0.max(1)).unwrap_or(u32::MAX)
}

/// A file name for an account: readable, harmless, and different for different accounts.
pub fn file_name(account: &str) -> String {
    let plain: String = account
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "@._-".contains(c) { c } else { '_' })
        .take(80)
        .collect();
    let sum = digest::digest(digest::Algorithm::Sha256, account.as_bytes());
    format!("{}-{}.jsonl", plain.trim_start_matches('.'), digest::hex(&sum[..4]))
}
