//! What has been delivered: the memory of an account, one file of JSON Lines that is only ever appended to.
//!
//! It is a journal. Before a batch is renamed into place, one line a message says what is about to be where
//! ([`Seen::intend`], durable); afterwards one short line says that it happened ([`Seen::done`]). A run that was killed
//! in between leaves intents open, and the next one looks at the places themselves ([`Seen::settle`]): what is there is
//! delivered, what is not is fetched again. So no kill loses a message or delivers one twice.
//!
//! A line that was being written when the power went is cut off at the next start; damage anywhere else is an error and
//! never silently an empty memory, which would fetch a whole mailbox again. Identifiers that the server no longer lists
//! are marked, kept for a week (a server with a bad day lists nothing), and then left out when the file is rewritten.
//!
//! Of each identifier only what every run needs is held in memory; digests are read from the file when a server makes
//! them necessary.

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
    record::{self, Map, Value, json},
};
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
    entries: HashMap<Box<str>, Entry>,
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
    /// Since when the server does not list it; 0: it does.
    gone: u32,
    /// It is in the listing at hand.
    listed: bool,
}

/// What a line says, once it is known to hold.
#[derive(Clone, Debug)]
enum Fact {
    Seen { at: Time, size: Option<u64>, sha256: Option<[u8; 32]> },
    Failed(Time),
    Gone(Time),
    Back,
}

#[derive(Debug)]
struct Intent {
    uid: Box<str>,
    at: Time,
    size: Option<u64>,
    sha256: Option<[u8; 32]>,
    place: Place,
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
    pub fn get(&self, uid: &str) -> Option<&Entry> {
        self.entries.get(uid)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The digests delivered here, under identifiers that `of` wants: for identifiers that prove nothing.
    pub fn digests(&self, of: impl Fn(&str) -> bool) -> Result<HashSet<[u8; 32]>> {
        let mut found = HashSet::new();
        self.replay(&mut Vec::new(), &mut |uid, fact| {
            if let Fact::Seen { sha256: Some(sha256), .. } = fact
                && of(uid)
            {
                found.insert(sha256);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Settles what an earlier run left open: how many of them turned out to be delivered, and how many not.
    pub fn settle(&mut self) -> Result<(usize, usize)> {
        if self.open.is_empty() {
            return Ok((0, 0));
        }
        let places: Vec<Place> = self.open.iter().map(|i| i.place.clone()).collect();
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
            intent.place = Place::Gone;
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

    /// These count as delivered without being fetched (`--catch-up`, a rule that skips).
    pub fn remember<'a>(&mut self, uids: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let at = Time::now();
        let uids: Vec<&str> = uids.into_iter().collect();
        for some in uids.chunks(100) {
            let line = json!({ "seen": some, "at": at.rfc3339() });
            self.append(&(record::to_line(&line) + "\n"), false)?;
        }
        for uid in uids {
            self.learn(uid, &Fact::Seen { at, size: None, sha256: None });
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
            if let Some(entry) = self.entries.get_mut(uid) {
                entry.listed = true;
                if std::mem::take(&mut entry.gone) > 0 {
                    back.push(Box::from(uid));
                }
            }
        }
        let (stamp, mut gone) = (stamp(now), Vec::new());
        for (uid, entry) in &mut self.entries {
            if !std::mem::take(&mut entry.listed) && any && entry.gone == 0 {
                entry.gone = stamp;
                gone.push(uid.clone());
            }
        }
        if !any {
            return Ok(());
        }
        for (key, uids) in [("gone", gone), ("back", back)] {
            for some in uids.chunks(100) {
                let line = json!({ key: some, "at": now.rfc3339() });
                self.append(&(record::to_line(&line) + "\n"), false)?;
                self.stale += 1;
            }
        }
        let old = |e: &Entry| e.gone > 0 && i64::from(stamp) - i64::from(e.gone) > REMEMBER_GONE;
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
            if self.entries.contains_key(uid) && !matches!(fact, Fact::Gone(_) | Fact::Back) {
                text += &fact.line(uid);
            }
            if text.len() >= CHUNK { write(&mut text, &mut partial) } else { Ok(()) }
        })?;
        for (uid, entry) in self.entries.iter().filter(|(_, e)| e.gone > 0) {
            text += &Fact::Gone(Time(i64::from(entry.gone))).line(uid);
        }
        write(&mut text, &mut partial)?;
        partial.persist(Conflict::Overwrite)?;
        self.file = self.dir.open_file(&self.name, true).map_err(|e| self.cannot_write(e))?;
        self.len = len;
        self.stale = 0;
        Ok(())
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
        let mut stale = 0;
        let good = self.replay(&mut open, &mut |uid, fact| {
            stale += usize::from(matches!(fact, Fact::Gone(_) | Fact::Back));
            learn(&mut learnt, uid, &fact);
            Ok(())
        })?;
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
            let said = value.and_then(|value| self.apply(&value, open, &mut *tell));
            said.unwrap_or_else(|| {
                let what = format!("state {} is damaged at line {number}", show(&path));
                Err(Error::new(Kind::Config, what)
                    .hint("mend the line, or move the file away to start afresh"))
            })?;
        }
    }

    /// Takes one line in: `None` if it is none of ours.
    fn apply(&self, value: &Value, open: &mut Vec<Intent>, tell: Tell<'_>) -> Option<Result<()>> {
        if let Some(account) = value.get("account") {
            let account = account.as_str()?;
            if account != self.account {
                let what =
                    format!("state {} belongs to {account}, not to {}", show(&self.path()), self.account);
                return Some(Err(
                    Error::new(Kind::Config, what).hint("give each account a --state of its own")
                ));
            }
            return Some(Ok(()));
        }
        if let Some(done) = value.get("done") {
            let n = usize::try_from(done.as_u64()?).ok()?.min(open.len());
            let number = |n: &Value| n.as_u64().and_then(|n| usize::try_from(n).ok());
            let undone = match value.get("undone") {
                Some(list) => list.as_array()?.iter().map(number).collect::<Option<Vec<_>>>()?,
                None => Vec::new(),
            };
            for (_, intent) in open.drain(..n).enumerate().filter(|(at, _)| !undone.contains(at)) {
                if let Err(e) = tell(&intent.uid, intent.fact()) {
                    return Some(Err(e));
                }
            }
            return Some(Ok(()));
        }
        let at = Time::from_person(value.get("at")?.as_str()?)?;
        let size = value.get("size").and_then(Value::as_u64);
        let sha256 = match value.get("sha256") {
            Some(text) => Some(digest::unhex(text.as_str()?.as_bytes())?.try_into().ok()?),
            None => None,
        };
        if let Some(uid) = value.get("uid") {
            let place = Place::from_json(value)?;
            open.push(Intent { uid: uid.as_str()?.into(), at, size, sha256, place });
            return Some(Ok(()));
        }
        if let Some(uid) = value.get("failed") {
            return Some(tell(uid.as_str()?, Fact::Failed(at)));
        }
        let (uids, fact) = if let Some(uids) = value.get("seen") {
            (uids, Fact::Seen { at, size, sha256 })
        } else if let Some(uids) = value.get("gone") {
            (uids, Fact::Gone(at))
        } else {
            (value.get("back")?, Fact::Back)
        };
        for uid in uids.as_array()? {
            if let Err(e) = tell(uid.as_str()?, fact.clone()) {
                return Some(Err(e));
            }
        }
        Some(Ok(()))
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

/// Who is told what the file says.
type Tell<'a> = &'a mut dyn FnMut(&str, Fact) -> Result<()>;

/// So much is written at once.
const CHUNK: usize = 32 * 1024;

fn learn(entries: &mut HashMap<Box<str>, Entry>, uid: &str, fact: &Fact) {
    if let (Fact::Gone(_) | Fact::Back, None) = (fact, entries.get(uid)) {
        return;
    }
    let entry = entries.entry(uid.into()).or_default();
    match fact {
        Fact::Seen { at, sha256, .. } => {
            let delivered = entry.delivered || sha256.is_some();
            *entry = Entry { at: *at, delivered, ..Entry::default() };
        }
        Fact::Failed(at) => *entry = Entry { at: *at, failed: true, ..Entry::default() },
        Fact::Gone(since) => entry.gone = stamp(*since),
        Fact::Back => entry.gone = 0,
    }
}

/// Seconds that fit, and are never 0.
fn stamp(time: Time) -> u32 {
    u32::try_from(time.0.max(1)).unwrap_or(u32::MAX)
}

impl Fact {
    fn line(&self, uid: &str) -> String {
        let value = match self {
            Fact::Seen { at, size, sha256: Some(sha256) } => {
                let sha256 = digest::hex(sha256);
                json!({ "seen": [uid], "at": at.rfc3339(), "size": size, "sha256": sha256 })
            }
            Fact::Seen { at, .. } => json!({ "seen": [uid], "at": at.rfc3339() }),
            Fact::Failed(at) => json!({ "failed": uid, "at": at.rfc3339() }),
            Fact::Gone(at) => json!({ "gone": [uid], "at": at.rfc3339() }),
            Fact::Back => json!({ "back": [uid], "at": Time::default().rfc3339() }),
        };
        record::to_line(&value) + "\n"
    }
}

impl Intent {
    fn new(uid: &str, at: Time, taken: &Taken, place: Place) -> Intent {
        Intent { uid: uid.into(), at, size: Some(taken.size), sha256: Some(taken.sha256), place }
    }

    fn fact(&self) -> Fact {
        Fact::Seen { at: self.at, size: self.size, sha256: self.sha256 }
    }

    fn write(&self, text: &mut String) {
        let mut map = Map::new();
        map.insert("uid".into(), json!(self.uid));
        map.insert("at".into(), json!(self.at.rfc3339()));
        map.insert("size".into(), json!(self.size));
        map.insert("sha256".into(), json!(self.sha256.map(|s| digest::hex(&s))));
        self.place.to_json(&mut map);
        *text += &record::to_line(&Value::Object(map));
        text.push('\n');
    }
}

fn header(account: &str) -> String {
    record::to_line(&json!({ "account": account, "version": 1 })) + "\n"
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const NOW: Duration = Duration::ZERO;

    fn taken(n: u8) -> Taken {
        Taken { size: u64::from(n), stored: 0, sha256: [n; 32], stored_sha256: [0; 32], head: Vec::new() }
    }

    fn open(path: &Path) -> Seen {
        Seen::open(path, "me@h:995", NOW).unwrap()
    }

    fn eml(dir: &Path, name: &str) -> Place {
        Place::Eml { dir: dir.to_path_buf(), name: name.into(), temp: "none".into() }
    }

    #[test]
    fn what_was_said_is_remembered() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a/b/state.jsonl");
        let mut seen = open(&path);
        assert!(seen.is_empty());
        let (one, two) = (eml(temp.path(), "1"), eml(temp.path(), "2"));
        seen.intend(&[("u1", &taken(1), &one), ("u2", &taken(2), &two)]).unwrap();
        seen.delivered("piped", &taken(9)).unwrap();
        seen.done().unwrap();
        seen.delivered("piped too", &taken(8)).unwrap();
        seen.remember(["skipped"]).unwrap();
        seen.failed("bad", "exit 1").unwrap();
        drop(seen);
        let mut seen = open(&path);
        assert_eq!(seen.settle().unwrap(), (0, 0));
        assert_eq!(seen.len(), 6);
        assert_eq!(seen.digests(|uid| uid == "u2").unwrap(), [[2; 32]].into());
        assert!(seen.get("piped").unwrap().delivered && !seen.get("skipped").unwrap().delivered);
        assert!(seen.get("bad").unwrap().failed && !seen.get("skipped").unwrap().failed);
        assert_eq!(seen.digests(|_| true).unwrap(), [[1; 32], [2; 32], [8; 32], [9; 32]].into());
        let error = Seen::open(&path, "me@h:995", NOW).unwrap_err();
        assert_eq!(error.kind(), Kind::Busy);
        drop(seen);
        assert_eq!(Seen::open(&path, "you@h:995", NOW).unwrap_err().kind(), Kind::Config);
    }

    /// Cut the file at every byte: it opens, and what was complete is known.
    #[test]
    fn a_torn_end_is_mended_and_open_intents_are_settled() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("state");
        fs::write(temp.path().join("there"), "x").unwrap();
        let (there, lost) = (eml(temp.path(), "there"), eml(temp.path(), "lost"));
        let mut seen = open(&path);
        seen.intend(&[("u1", &taken(1), &there), ("u2", &taken(2), &lost)]).unwrap();
        drop(seen);
        let text = fs::read(&path).unwrap();
        let ends: Vec<usize> = (0..text.len()).filter(|&n| text[n] == b'\n').map(|n| n + 1).collect();
        for cut in 0..=text.len() {
            fs::write(&path, &text[..cut]).unwrap();
            let mut seen = open(&path);
            let complete = ends.iter().filter(|&&end| end <= cut).count();
            let expect = [(0, 0), (0, 0), (1, 0), (1, 1)][complete];
            assert_eq!(seen.settle().unwrap(), expect, "cut at {cut}");
            assert_eq!(seen.get("u1").is_some(), expect.0 == 1);
            assert!(seen.get("u2").is_none());
            seen.remember(["u3"]).unwrap();
            drop(seen);
            assert!(open(&path).get("u3").is_some());
        }
    }

    #[test]
    fn damage_is_said_and_never_a_fresh_start() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("state");
        drop(open(&path));
        for bad in ["not json\n", "{\"x\":1}\n", "{\"uid\":\"u\",\"at\":\"yesterday\"}\n", "\u{0}\n"] {
            let text = format!("{}{bad}{{\"done\":0}}\n", header("me@h:995"));
            fs::write(&path, text).unwrap();
            let error = Seen::open(&path, "me@h:995", NOW).unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.message().ends_with("is damaged at line 2"), "{error}");
        }
    }

    #[test]
    fn what_vanished_is_forgotten_after_a_week_and_not_before() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("state");
        let mut seen = open(&path);
        let uids: Vec<String> = (0..1000).map(|n| format!("u{n}")).collect();
        seen.remember(uids.iter().map(String::as_str)).unwrap();
        seen.delivered("dup", &taken(1)).unwrap();
        seen.delivered("dup", &taken(2)).unwrap();
        seen.failed("bad", "no").unwrap();
        let day = 86400;
        seen.listed([], Time(0)).unwrap();
        assert_eq!(seen.len(), 1002, "an empty listing proves nothing");
        seen.listed(["u1", "dup", "bad"], Time(0)).unwrap();
        drop(seen);
        let mut seen = open(&path);
        seen.listed(["u1", "u2", "dup", "bad"], Time(6 * day)).unwrap();
        assert_eq!(seen.len(), 1002);
        seen.listed(["u1", "dup", "bad"], Time(8 * day)).unwrap();
        assert_eq!(seen.len(), 4, "u2 was back in between");
        drop(seen);
        let seen = open(&path);
        assert_eq!(seen.digests(|uid| uid == "dup").unwrap(), [[1; 32], [2; 32]].into());
        assert!(seen.get("bad").unwrap().failed && seen.get("u2").unwrap().gone > 0);
        assert!(fs::read_to_string(&path).unwrap().lines().count() < 10);
    }

    #[test]
    fn names_of_states() {
        let name = file_name("../../me@h:995");
        assert!(name.starts_with("/") || !name.contains('/'), "{name}");
        assert_ne!(file_name("a/b@h:1"), file_name("a_b@h:1"));
    }
}
