//! Maildir, and Maildir++ folders.
//!
//! A message is written to `tmp/`, without a name where that can be (see `staging`), and gets its name in `new/` when it is
//! durable: one that nobody else can choose (time, microseconds, process, counter, host). Readers look only into `new/` and
//! `cur/`, so no lock is needed. The name carries `S=` (bytes as stored) and `W=` (bytes with CRLF), which spares Dovecot and
//! Courier a read of every message. Unlike the peers we sync the directory too: without it a power cut can take the name back
//! after the server's copy is gone.

use super::{
    Envelope, Folder, Mailstore, Marks, Place, Taken,
    batch::SyncMode,
    dir::{Dir, show},
    intake::Form,
    staging::Staging,
};
use crate::base::error::*;
use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// One Maildir with its folders.
pub struct Maildir {
    root: Arc<Dir>,
    folders: HashMap<Folder, Boxes>,
    /// In the root's `tmp`.
    staging: Staging,
    /// What the name of the message in hand says of its sizes.
    sizes: String,
}

/// The two directories that readers look into.
#[derive(Clone)]
struct Boxes {
    path: Arc<Path>,
    new: Arc<Dir>,
    cur: Arc<Dir>,
}

const MODE: u32 = 0o700;

impl Maildir {
    /// Opens a Maildir, making what is missing of it.
    pub fn open(path: &Path, sync: SyncMode) -> Result<Maildir> {
        let root = Dir::create(path, MODE)?;
        // Places are written down and looked up by later runs, which may stand elsewhere.
        let full = std::path::absolute(path)
            .map_err(|e| Error::from_io(e, Kind::Create, format_args!("cannot open {}", show(path))))?;
        let (tmp, inbox) = boxes(&root, &full)?;
        sweep(&tmp, SystemTime::now());
        let folders = HashMap::from([(Folder::inbox(), inbox)]);
        Ok(Maildir {
            root,
            folders,
            staging: Staging::new(&tmp, Form::default(), sync)?,
            sizes: String::new(),
        })
    }

    /// Nobody asks for the digests of what comes in, so they are not computed: the dearest thing we do to a message ourselves.
    pub fn unsummed(mut self) -> Maildir {
        self.staging.set_form(Form { unsummed: true, ..Form::default() });
        self
    }

    /// Whether the directory looks like a Maildir: for `sort`, which must not make one by mistake.
    pub fn is_one(path: &Path) -> bool {
        ["cur", "new", "tmp"].iter().all(|d| path.join(d).is_dir())
    }

    fn boxes(&mut self, folder: &Folder) -> Result<Boxes> {
        if let Some(boxes) = self.folders.get(folder) {
            return Ok(boxes.clone());
        }
        let name = folder.maildir_name()?;
        let dir = self.root.make_below(&[name.as_bytes()], MODE)?;
        let root = self.folders[&Folder::inbox()].path.clone();
        let (_, boxes) = boxes(&dir, &root.join(&name))?;
        // Maildir++: tells a delivery agent that the Maildir above is the one with the quota. Present is fine.
        if dir.create_new(OsStr::new("maildirfolder"), 0o600).is_ok() {
            dir.sync()?;
        }
        self.staging.batch.join(&boxes.new)?;
        self.folders.insert(folder.clone(), boxes.clone());
        Ok(boxes)
    }
}

/// A message that is in a Maildir already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// In `cur`, not `new`.
    cur: bool,
    name: OsString,
}

/// Sorting what is there already.
impl Maildir {
    /// The inbox's messages, the oldest name first.
    pub fn messages(&self) -> Result<Vec<Kept>> {
        let inbox = &self.folders[&Folder::inbox()];
        let mut found = Vec::new();
        for (dir, cur) in [(&inbox.new, false), (&inbox.cur, true)] {
            let names = dir.names().map_err(|e| {
                Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(dir.path())))
            })?;
            let real = names.into_iter().filter(|n| !n.as_encoded_bytes().starts_with(b"."));
            found.extend(real.map(|name| Kept { cur, name }));
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn source(&self, kept: &Kept) -> Arc<Dir> {
        let inbox = &self.folders[&Folder::inbox()];
        if kept.cur { inbox.cur.clone() } else { inbox.new.clone() }
    }

    pub fn path(&self, kept: &Kept) -> PathBuf {
        self.source(kept).path().join(&kept.name)
    }

    /// Opens it for reading; `None` if it is gone meanwhile: another program reads this Maildir too.
    pub fn read(&self, kept: &Kept) -> Result<Option<File>> {
        match self.source(kept).open_file(&kept.name, false) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => {
                Err(Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(&self.path(kept)))))
            }
        }
    }

    /// Moves it, flags and all, in one rename. Durable after [`Maildir::sync`].
    pub fn refile(&mut self, kept: &Kept, folder: &Folder) -> Result<PathBuf> {
        let boxes = self.boxes(folder)?;
        let from = self.source(kept);
        let to = if kept.cur { &boxes.cur } else { &boxes.new };
        from.rename_new(&kept.name, to, &kept.name).map_err(|e| {
            Error::from_io(e, Kind::Local, format_args!("cannot move {} to {folder}", show(&self.path(kept))))
        })?;
        self.staging.batch.changed(to);
        Ok(to.path().join(&kept.name))
    }

    pub fn remove(&mut self, kept: &Kept) -> Result<()> {
        let from = self.source(kept);
        from.remove(&kept.name).map_err(|e| {
            Error::from_io(e, Kind::Local, format_args!("cannot remove {}", show(&self.path(kept))))
        })
    }

    /// Waits until every move is on the disk: all new places before the old ones, so that a power cut leaves a message twice rather
    /// than nowhere.
    pub fn sync(&mut self) -> Result<()> {
        self.staging.batch.sync_entries()?;
        let inbox = &self.folders[&Folder::inbox()];
        inbox.new.sync()?;
        inbox.cur.sync()
    }
}

impl Mailstore for Maildir {
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken> {
        let taken = self.staging.stage(unique(), message)?;
        self.sizes = format!(",S={},W={}", taken.stored, taken.size);
        Ok(taken)
    }

    fn reread(&mut self) -> Result<Box<dyn Read + '_>> {
        self.staging.reread()
    }

    fn discard(&mut self) {
        self.staging.discard();
    }

    fn file(&mut self, folder: &Folder, envelope: &Envelope) -> Result<()> {
        let boxes = self.boxes(folder)?;
        let temp = self.staging.hand()?.to_string();
        if let Some(date) = envelope.date.and_then(|d| u64::try_from(d.0).ok()) {
            // Dovecot and mutt take the file's time for the time of arrival.
            self.staging.set_time(UNIX_EPOCH + Duration::from_secs(date))?;
        }
        let (base, info) = (format!("{temp}{}", self.sizes), info(&envelope.marks));
        let to = if info.is_empty() { &boxes.new } else { &boxes.cur };
        self.staging.file(to, Place::Maildir { dir: boxes.path, base, temp }, info)
    }

    fn seal(&mut self, straight: bool) -> Result<bool> {
        self.staging.seal(straight)
    }

    fn prepare(&mut self) -> Result<Vec<Place>> {
        self.staging.prepare()
    }

    fn commit(&mut self) -> Result<Vec<Place>> {
        self.staging.commit()
    }
}

fn boxes(dir: &Arc<Dir>, path: &Path) -> Result<(Arc<Dir>, Boxes)> {
    let below = |name: &[u8]| dir.make_below(&[name], MODE);
    // In this order: a reader that sees `cur` may rely on the others.
    let (tmp, new, cur) = (below(b"tmp")?, below(b"new")?, below(b"cur")?);
    Ok((tmp, Boxes { path: path.into(), new, cur }))
}

/// The info part of RFC-less tradition: letters in ASCII order. No flag at all: the message is new.
fn info(marks: &Marks) -> String {
    let letters: String = [
        (marks.draft, 'D'),
        (marks.flagged, 'F'),
        (marks.answered, 'R'),
        (marks.seen, 'S'),
        (marks.deleted, 'T'),
    ]
    .iter()
    .filter(|(set, _)| *set)
    .map(|(_, letter)| letter)
    .collect();
    if letters.is_empty() { letters } else { format!(":2,{letters}") }
}

/// `1732337681.M482910P4711Q7.host`: never used before, by this process or any other.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    static PROCESS: LazyLock<u32> = LazyLock::new(std::process::id);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}.M{}P{}Q{n}.{}", now.as_secs(), now.subsec_micros(), *PROCESS, host())
}

/// The host's name with the two characters escaped that mean something in a Maildir name.
fn host() -> &'static str {
    static HOST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HOST.get_or_init(|| {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let name = name.replace('/', "\\057").replace(':', "\\072").replace(',', "\\054");
        let name: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
        if name.is_empty() { "localhost".to_string() } else { name }
    })
}

/// Removes what crashed deliveries left in `tmp` more than 36 hours ago, as the Maildir rules ask of deliverers. A message that is
/// being delivered may have the time of its arrival years ago already; when its file was changed cannot be set.
fn sweep(tmp: &Dir, now: SystemTime) {
    const OLD: Duration = Duration::from_secs(36 * 3600);
    for name in tmp.names().unwrap_or_default() {
        let about = std::fs::symlink_metadata(tmp.path().join(&name));
        let old = about.is_ok_and(|about| {
            let changed = UNIX_EPOCH + Duration::from_secs(u64::try_from(about.ctime()).unwrap_or(0));
            about.is_file() && now.duration_since(changed).is_ok_and(|age| age > OLD)
        });
        if old {
            let _ = tmp.remove(&name);
        }
    }
}

/// For each of `bases`: whether it stands in `new` or `cur` of the Maildir, with any flags; durable if so. What is
/// left of the others in `tmp` is removed.
pub(super) fn settle(dir: &Path, bases: &[(&str, &str)]) -> Result<Vec<bool>> {
    let mut there = HashMap::new();
    for sub in ["new", "cur"] {
        // A folder that is gone holds nothing: then it was not delivered, or somebody took it away.
        let path = dir.join(sub);
        if !path.exists() {
            continue;
        }
        let dir = Dir::open(&path)?;
        let names = dir
            .names()
            .map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(dir.path()))))?;
        dir.sync()?;
        for name in names {
            if let Some(name) = name.to_str() {
                there.insert(name.split(':').next().unwrap_or(name).to_string(), ());
            }
        }
    }
    let found: Vec<bool> = bases.iter().map(|(base, _)| there.contains_key(*base)).collect();
    // Messages are staged in the root's tmp; a folder is one level below it.
    let is_folder = dir.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
    let above = if is_folder { dir.parent().unwrap_or(dir) } else { dir };
    for tmp in [dir.join("tmp"), above.join("tmp")] {
        if let Ok(tmp) = Dir::open(&tmp) {
            for ((_, temp), _) in bases.iter().zip(&found).filter(|(_, found)| !**found) {
                let _ = tmp.remove(OsStr::new(temp));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn count(path: &Path) -> usize {
        fs::read_dir(path).unwrap().count()
    }

    fn keep(store: &mut Maildir, text: &str) {
        store.stage(&mut text.as_bytes()).unwrap();
        store.file(&Folder::inbox(), &Envelope::default()).unwrap();
    }

    #[test]
    fn staged_filed_prepared_committed() {
        let temp = tempfile::tempdir().unwrap();
        let at = temp.path().join("Mail");
        let mut store = Maildir::open(&at, SyncMode::Batch).unwrap();
        let taken = store.stage(&mut &b"Subject: x\r\n\r\nhello\r\n"[..]).unwrap();
        assert_eq!((taken.size, taken.stored), (21, 18));
        assert_eq!(std::io::read_to_string(store.reread().unwrap()).unwrap(), "Subject: x\n\nhello\n");
        store.file(&Folder::inbox(), &Envelope::default()).unwrap();
        store.stage(&mut &b"two"[..]).unwrap();
        let seen = Marks { seen: true, flagged: true, ..Marks::default() };
        let envelope = Envelope { marks: seen, date: Some(crate::base::date::Time(86400)) };
        store.file(&Folder::parse("Lists/Über").unwrap(), &envelope).unwrap();
        assert_eq!(count(&at.join("new")), 0);
        let places = store.prepare().unwrap();
        assert_eq!(super::super::settle(&places).unwrap(), [false, false]);
        // Settling removed what was not delivered, as after a crash: stage them again.
        let mut store = Maildir::open(&at, SyncMode::File).unwrap();
        keep(&mut store, "one");
        store.stage(&mut &b"two"[..]).unwrap();
        store.file(&Folder::parse("Lists/Über").unwrap(), &envelope).unwrap();
        let places = store.prepare().unwrap();
        assert_eq!(store.commit().unwrap(), places);
        assert_eq!(super::super::settle(&places).unwrap(), [true, true]);
        assert_eq!((count(&at.join("new")), count(&at.join("tmp"))), (1, 0));
        let folder = at.join(".Lists.&ANw-ber");
        assert!(folder.join("maildirfolder").exists());
        let filed = fs::read_dir(folder.join("cur")).unwrap().next().unwrap().unwrap();
        assert!(filed.file_name().to_str().unwrap().ends_with(",S=3,W=3:2,FS"));
        assert_eq!(filed.metadata().unwrap().modified().unwrap(), UNIX_EPOCH + Duration::from_secs(86400));
    }

    #[test]
    fn after_a_batch_that_failed_none_is_committed() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = Maildir::open(temp.path(), SyncMode::Batch).unwrap();
        keep(&mut store, "one");
        fs::remove_dir(temp.path().join("new")).unwrap();
        store.prepare().unwrap();
        assert!(store.commit().unwrap_err().message().starts_with("cannot deliver "));
        fs::create_dir(temp.path().join("new")).unwrap();
        assert!(store.prepare().is_err(), "an empty batch would say that all of it is done");
    }

    #[test]
    fn a_sealed_batch_is_committed_without_what_came_after_it() {
        for straight in [false, true] {
            let temp = tempfile::tempdir().unwrap();
            let new = temp.path().join("new");
            let mut store = Maildir::open(temp.path(), SyncMode::Batch).unwrap().unsummed();
            keep(&mut store, "one");
            assert!(store.seal(straight).unwrap());
            keep(&mut store, "two");
            assert_eq!(store.seal(straight).unwrap_err().kind(), Kind::Bug, "one at a time");
            let places = store.prepare().unwrap();
            assert_eq!((places.len(), count(&new)), (1, usize::from(straight)));
            assert_eq!(store.commit().unwrap(), places);
            assert!(places[0].path().exists() && count(&new) == 1);
            assert!(store.seal(straight).unwrap());
            assert_eq!((store.commit().unwrap().len(), count(&new)), (1, 2));
            // What is on its way is waited for; it was told of to nobody unless it was to go straight to its place.
            keep(&mut store, "three");
            assert!(store.seal(straight).unwrap());
            keep(&mut store, "four");
            drop(store);
            assert_eq!((count(&new), count(&temp.path().join("tmp"))), (2 + usize::from(straight), 0));
        }
    }

    #[test]
    fn a_batch_that_fails_on_its_way_spoils_what_follows() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = Maildir::open(temp.path(), SyncMode::Batch).unwrap();
        keep(&mut store, "one");
        fs::remove_dir(temp.path().join("new")).unwrap();
        assert!(store.seal(true).unwrap());
        assert!(store.commit().unwrap_err().message().starts_with("cannot deliver "));
        fs::create_dir(temp.path().join("new")).unwrap();
        assert!(store.seal(true).is_err() && store.commit().is_err());
    }

    #[test]
    fn what_is_not_committed_leaves_nothing() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = Maildir::open(temp.path(), SyncMode::Batch).unwrap();
        keep(&mut store, "one");
        store.stage(&mut &b"two"[..]).unwrap();
        struct Cut;
        impl Read for Cut {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(Error::new(Kind::Closed, "h closed the connection").into())
            }
        }
        assert_eq!(store.stage(&mut Cut).unwrap_err().kind(), Kind::Closed);
        assert_eq!(count(&temp.path().join("tmp")), 1);
        drop(store);
        assert_eq!((count(&temp.path().join("tmp")), count(&temp.path().join("new"))), (0, 0));
    }

    #[test]
    fn old_leftovers_are_swept_and_what_is_at_work_is_spared() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = Maildir::open(temp.path(), SyncMode::Batch).unwrap();
        fs::write(temp.path().join("tmp/left"), "").unwrap();
        store.stage(&mut &b"old mail"[..]).unwrap();
        let envelope = Envelope { date: Some(crate::base::date::Time(86400)), ..Envelope::default() };
        store.file(&Folder::inbox(), &envelope).unwrap();
        assert_eq!(count(&temp.path().join("tmp")), 2, "the first of a run has a name");
        drop(Maildir::open(temp.path(), SyncMode::Batch).unwrap());
        store.prepare().unwrap();
        assert!(store.commit().unwrap()[0].path().exists());
        let tmp = Dir::open(&temp.path().join("tmp")).unwrap();
        for (hours, left) in [(35, 1), (37, 0)] {
            sweep(&tmp, SystemTime::now() + Duration::from_secs(hours * 3600));
            assert_eq!(tmp.names().unwrap().len(), left);
        }
    }
}
