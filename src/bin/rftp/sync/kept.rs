//! What a sync keeps from run to run: the state in the target, its journal here, and the lock against a second run.
//!
//! The journal is written line by line, before things are done and after: what a kill finds in flight is known as something that may be
//! there, whose contents are not known, so that it is put again, and can be removed. It goes on from one version of the state and says
//! which. A state of another version makes it void: then somebody else was there, or it is in the state already.

use crate::{
    session::Session,
    temporary::{beside, random},
};
use std::{
    collections::HashMap,
    fs::{self, File},
    hash::{BuildHasher, Hasher, RandomState},
    io::{BufReader, BufWriter, Read, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use wirepost::{
    base::{
        date::Time,
        digest::{Algorithm, digest, hex},
        error::*,
        record::{self, json},
        tree::Entry,
    },
    cli::Output,
    ftp::{RemotePath, Store},
    net::Cancel,
    sync::{Change, Known, State},
};

/// A state larger than this is not read: it is held in memory, and it comes from a server.
const LARGEST: u64 = 64 << 20;
/// A state that changed is written this often.
const EVERY: Duration = Duration::from_secs(30);

/// `$XDG_STATE_HOME/wirepost/rftp`.
fn home() -> Result<PathBuf> {
    let given = |name: &str| std::env::var_os(name).filter(|v| Path::new(v).is_absolute()).map(PathBuf::from);
    let base = given("XDG_STATE_HOME").or_else(|| Some(given("HOME")?.join(".local/state")));
    let base = base.ok_or_else(|| Error::new(Kind::Config, "neither XDG_STATE_HOME nor HOME is set"))?;
    let dir = base.join("wirepost/rftp");
    fs::create_dir_all(&dir).map_err(|e| failed(e, "make", &dir))?;
    Ok(dir)
}

fn failed(e: std::io::Error, what: &str, path: &Path) -> Error {
    Error::from_io(e, Kind::Config, format_args!("cannot {what} {}", path.display()))
}

/// The hold on a target, for as long as it lives.
pub struct Lock {
    _file: File,
    /// Without its ending.
    path: PathBuf,
}

impl Lock {
    /// # Errors
    /// `Busy`, naming the holder, if another run has it and does not end within `wait`; `Config` if there can be no lock.
    pub fn take(target: &str, wait: Option<Duration>, cancel: &Cancel) -> Result<Lock> {
        let name = &hex(&digest(Algorithm::Sha256, target.as_bytes()))[..24];
        let path = home()?.join(name);
        let file = path.with_extension("lock");
        let mut open = File::options();
        let mut lock = open
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(|e| failed(e, "open", &file))?;
        let began = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::Error(e)) => return Err(failed(e, "lock", &file)),
                Err(fs::TryLockError::WouldBlock) if began.elapsed() < wait.unwrap_or_default() => {
                    cancel.sleep(Duration::from_millis(200))?;
                }
                Err(fs::TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = (&lock).take(200).read_to_string(&mut holder);
                    let holder = if holder.is_empty() { "another run" } else { holder.trim_end() };
                    return Err(Error::new(Kind::Busy, format!("{holder} works on {target}"))
                        .hint("--wait-lock TIME waits for it"));
                }
            }
        }
        let text = format!("process {} since {}\n", std::process::id(), Time::now().rfc3339());
        let written = lock.set_len(0).and_then(|()| lock.write_all(text.as_bytes()));
        written.map_err(|e| failed(e, "write", &file))?;
        Ok(Lock { _file: lock, path })
    }
}

/// The state and its journal.
pub struct Kept {
    pub state: State,
    remote: RemotePath,
    journal: PathBuf,
    lines: Option<BufWriter<File>>,
    /// The state in the target as it was when it was read or written last.
    seen: Option<Entry>,
    /// A version whose rename was asked for and not seen: its temporary name, and its size.
    unseen: Option<(RemotePath, u64)>,
    changed: bool,
    saved: Instant,
    /// What is being done, and what was known of it before.
    begun: HashMap<Vec<u8>, Option<Known>>,
    /// It was made anew, and no version of it is in the target yet.
    is_new: bool,
    /// Nothing is written, here or there.
    dry_run: bool,
}

impl Kept {
    /// Reads the state, and what the journal has beyond it.
    pub fn load(
        session: &mut Session<'_>,
        remote: RemotePath,
        lock: &Lock,
        dry_run: bool,
        out: &mut Output,
    ) -> Result<Kept> {
        let (read, _) = session.run(out, |session, _, _| {
            let client = session.client()?;
            let Some(seen) = client.look_and_prepare(&remote)? else { return Ok(None) };
            let mut download = client.retrieve(&remote, 0)?;
            let mut limited = (&mut download).take(LARGEST);
            let mut read = State::read(BufReader::new(&mut limited));
            if limited.limit() == 0 {
                let text = format!("it is larger than {} MiB", LARGEST >> 20);
                read = Err(Error::new(Kind::Config, text)
                    .hint("each --shard has a state of its own, so N of them can describe N times as much"));
            }
            match read {
                Ok(state) => download.whole(seen.size).map(|_| Some((seen, state))),
                Err(e) => Err(download.fail(e)),
            }
        });
        let read = read.map_err(|e| {
            let e = e.context(format_args!("cannot read the state {remote} on {}", session.host()));
            e.hint_if_none("--rebuild-state makes it anew from what is there")
        })?;
        let (seen, state) = match read {
            Some((seen, state)) => (Some(seen), state),
            None => (None, State::default()),
        };
        let mut kept = Kept::of(state, remote, lock, seen, dry_run);
        kept.replay(out)?;
        Ok(kept)
    }

    fn of(state: State, remote: RemotePath, lock: &Lock, seen: Option<Entry>, dry_run: bool) -> Kept {
        let journal = lock.path.with_extension("journal");
        Kept {
            state,
            remote,
            journal,
            lines: None,
            seen,
            unseen: None,
            changed: false,
            saved: Instant::now(),
            begun: HashMap::new(),
            is_new: false,
            dry_run,
        }
    }

    /// Begins anew, whatever is there.
    pub fn anew(
        session: &mut Session<'_>,
        remote: RemotePath,
        lock: &Lock,
        dry_run: bool,
        out: &mut Output,
    ) -> Result<Kept> {
        let (seen, _) = session.run(out, |s, _, _| s.client()?.look(&remote));
        let mut kept = Kept { is_new: true, ..Kept::of(State::default(), remote, lock, seen?, dry_run) };
        kept.state.generation = generation();
        kept.begin_journal()?;
        Ok(kept)
    }

    /// Takes over what the journal has beyond the state, and goes on behind it.
    fn replay(&mut self, out: &mut Output) -> Result<()> {
        let text = fs::read(&self.journal).unwrap_or_default();
        let mut lines = text.split_inclusive(|b| *b == b'\n').filter(|l| l.ends_with(b"\n"));
        let mut whole = 0;
        let head = lines.next().inspect(|l| whole = l.len());
        let of = head.and_then(|l| record::from_line(std::str::from_utf8(l).ok()?).ok());
        let after = of.as_ref().and_then(|v| v["after"].as_str());
        if self.state.generation.is_empty() || after != Some(self.state.generation.as_str()) {
            return self.begin_journal();
        }
        let mut n = 0;
        for line in lines {
            let Some(change) = std::str::from_utf8(line).ok().and_then(Change::from_line) else { break };
            self.state.apply(&change);
            (n, whole) = (n + 1, whole + line.len());
        }
        if n > 0 {
            out.note(format_args!("{n} changes of a run that did not end are taken over"));
            self.changed = true;
        }
        if self.dry_run {
            return Ok(());
        }
        // The last line may be half of one.
        let open = File::options().append(true).open(&self.journal);
        let file = open.and_then(|file| file.set_len(whole as u64).map(|()| file));
        self.lines = Some(BufWriter::new(file.map_err(|e| failed(e, "write", &self.journal))?));
        Ok(())
    }

    fn begin_journal(&mut self) -> Result<()> {
        if self.dry_run {
            return Ok(());
        }
        let text = record::to_line(&json!({ "after": self.state.generation })) + "\n";
        let path = &self.journal;
        let new = path.with_extension("new");
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            fs::rename(&new, path)?;
            Ok(file)
        });
        self.lines = Some(BufWriter::new(written.map_err(|e| failed(e, "write", path))?));
        Ok(())
    }

    fn line(&mut self, change: &Change) -> Result<()> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        writeln!(lines, "{}", change.to_line()).map_err(|e| failed(e, "write", &self.journal))
    }

    fn flush(&mut self) -> Result<()> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        lines.flush().map_err(|e| failed(e, "write", &self.journal))
    }

    /// Something was done.
    pub fn note(&mut self, change: &Change) -> Result<()> {
        let (Change::Has(path, _) | Change::Gone(path)) = change;
        self.begun.remove(path);
        self.state.apply(change);
        self.changed = true;
        self.line(change)?;
        self.flush()
    }

    /// These are going to be made, replaced or removed: until it is known what came of that, they may be there, and may be anything.
    pub fn begin(&mut self, changes: impl Iterator<Item = (Vec<u8>, Known)>) -> Result<()> {
        for (path, known) in changes {
            let before = self.state.get(&path).cloned();
            let change = Change::Has(path.clone(), known);
            self.state.apply(&change);
            self.begun.insert(path, before);
            self.changed = true;
            self.line(&change)?;
        }
        self.flush()
    }

    /// What was known of a path before something was begun, as a change that brings that back.
    pub fn before(&mut self, path: &[u8]) -> Option<Change> {
        let (path, before) = self.begun.remove_entry(path)?;
        Some(match before {
            Some(known) => Change::Has(path, known),
            None => Change::Gone(path),
        })
    }

    /// Before anything is done: there must be a version in the target for the journal to go on from, or the journal of a run that
    /// was killed would be believed although the target was emptied since.
    pub fn found(&mut self, session: &mut Session<'_>, out: &mut Output) -> Result<()> {
        let missing = self.seen.is_none() || self.is_new;
        self.changed |= missing;
        if missing { self.save(session, out) } else { Ok(()) }
    }

    /// Whether it is time to write the state, so that a machine that is lost takes little with it.
    pub fn is_due(&self) -> bool {
        self.changed && self.saved.elapsed() >= EVERY
    }

    /// Writes the state into the target: to a temporary name, found whole, renamed.
    ///
    /// # Errors
    /// `Busy` if another run has written it since.
    pub fn save(&mut self, session: &mut Session<'_>, out: &mut Output) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let generation = generation();
        let temporary = beside(&self.remote, random)?;
        let what = format!("cannot write the state {} on {}", self.remote, session.host());
        let (saved, _) = session.run(out, |session, _, _| {
            let client = session.client()?;
            let now = client.look_and_prepare(&self.remote)?;
            let stamp = |e: &Option<Entry>| e.as_ref().map(|e| (e.size, e.modified));
            // Whether an answer was lost with the rename or before it, what stands there now tells.
            if let Some((temporary, size)) = &self.unseen
                && client.was_renamed(temporary, &self.remote, |e| e.size == Some(*size))? == Some(true)
            {
                self.seen.clone_from(&now);
            }
            if stamp(&now) != stamp(&self.seen) {
                return Err(Error::new(Kind::Busy, "another run has written it meanwhile"));
            }
            let mut upload = client.store(&temporary, Store { make_dirs: true, ..Store::default() })?;
            let mut to = BufWriter::with_capacity(64 << 10, &mut upload);
            let written = self.state.write(&generation, &mut to).and_then(|()| to.flush());
            drop(to);
            if let Err(e) = written {
                return Err(upload.fail(Error::from_io(e, Kind::Closed, "cannot send it")));
            }
            let sent = upload.sent();
            upload.finish().map_err(|e| e.kind_is(Kind::Closed).again_is(Again::Now))?;
            match client.size(&temporary)? {
                Some(size) if size != sent => {
                    let text = format!("the server kept {size} of {sent} bytes");
                    return Err(Error::new(Kind::Refused, text).again_is(Again::Now));
                }
                _ => {}
            }
            self.unseen = Some((temporary.clone(), sent));
            match client.rename(&[], &temporary, &self.remote).flatten() {
                Ok(()) => client.look(&self.remote),
                Err(e) if e.kind() == Kind::Unconfirmed => Err(e.kind_is(Kind::Closed).again_is(Again::Now)),
                Err(e) => {
                    if client.is_alive() {
                        let _ = client.delete(&temporary);
                    }
                    Err(e)
                }
            }
        });
        // Also after a failure: the next try waits as long, or every file would begin with one.
        self.saved = Instant::now();
        self.seen = saved.map_err(|e| e.context(what))?;
        self.unseen = None;
        self.state.generation = generation;
        self.begin_journal()?;
        (self.changed, self.is_new) = (false, false);
        Ok(())
    }
}

fn generation() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// The name that a target has for locks and journals.
pub fn local_name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| std::path::absolute(path).unwrap_or(path.into()));
    String::from_utf8_lossy(full.as_os_str().as_bytes()).into_owned()
}
