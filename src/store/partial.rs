//! A file that appears whole or not at all.
//!
//! The data goes to a temporary file in the target's own directory (a rename does not cross file systems), is made
//! durable, is renamed into place, and then the directory is made durable: at every instant the target is the old
//! file or the new one. What is dropped unfinished is removed, and nothing is removed that was not made here: the
//! temporary is created with `O_EXCL`. The exception is a partial that is to be resumed: it has a name the caller
//! can find again, is locked while in use, and stays when [`Partial::keep`] says so.

use super::{
    batch::Batch,
    dir::{Dir, Node, show},
};
use crate::base::error::*;
use rustix::fs::Mode;
use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fs::File,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Write},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// What becomes of the new file where the target exists already (`--on-conflict`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// `x`, then `x.1`; `report.pdf`, then `report.1.pdf`.
    Rename,
    Skip,
    #[default]
    Overwrite,
    Fail,
}

/// See the module's essay.
#[derive(Debug)]
pub struct Partial {
    dir: Arc<Dir>,
    temp: OsString,
    target: OsString,
    file: File,
    /// Whether dropping removes the temporary.
    remove: bool,
}

impl Partial {
    /// A temporary of random name that will become `target` (one path component) in `dir`. `mode` is subject to the
    /// umask: 0o666 for files, 0o600 for mail.
    pub fn create(dir: &Arc<Dir>, target: &OsStr, mode: u32) -> Result<Partial> {
        let target = checked(dir, target)?;
        loop {
            let temp = temporary_name(&target);
            match dir.create_new(&temp, mode) {
                Ok(file) => return Ok(Partial { dir: dir.clone(), temp, target, file, remove: true }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(cannot_create(e, dir, &target)),
            }
        }
    }

    /// As [`Partial::create`] for a path of the user's.
    pub fn beside(target: &Path, mode: u32) -> Result<Partial> {
        let (dir, name) = split(target)?;
        Partial::create(&dir, &name, mode)
    }

    /// A temporary of a name that a later run can find again. One that exists is taken up where it ends only by
    /// [`Partial::reopen`]; here it is emptied. In use by another run: `Busy`.
    pub fn named(dir: &Arc<Dir>, target: &OsStr, temp: &OsStr, mode: u32) -> Result<Partial> {
        let target = checked(dir, target)?;
        match dir.create_new(temp, mode) {
            Ok(file) => lock(Partial { dir: dir.clone(), temp: temp.into(), target, file, remove: true }),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                match Partial::reopen(dir, &target, temp)? {
                    Some(partial) => {
                        partial.file.set_len(0).map_err(|e| cannot_create(e, dir, &target))?;
                        Ok(partial)
                    }
                    None => Err(cannot_create(io::ErrorKind::AlreadyExists.into(), dir, &target)),
                }
            }
            Err(e) => Err(cannot_create(e, dir, &target)),
        }
    }

    /// The partial that an earlier run left, positioned at its start; `None` if there is none that can only be ours
    /// (a regular file of this user with one name). Whether its bytes belong to the source is the caller's to prove.
    pub fn reopen(dir: &Arc<Dir>, target: &OsStr, temp: &OsStr) -> Result<Option<Partial>> {
        let target = checked(dir, target)?;
        let file = match dir.open_file(temp, true) {
            Ok(file) => file,
            Err(_) => return Ok(None),
        };
        let about = file.metadata().map_err(|e| cannot_create(e, dir, &target))?;
        if about.uid() != rustix::process::geteuid().as_raw() || about.nlink() != 1 {
            return Ok(None);
        }
        lock(Partial { dir: dir.clone(), temp: temp.into(), target, file, remove: true }).map(Some)
    }

    /// It shall have another name than it was created for.
    pub fn aim(&mut self, target: &OsStr) -> Result<()> {
        self.target = checked(&self.dir, target)?;
        Ok(())
    }

    /// Gives the temporary another name: what is in it now proves something else, or nothing.
    pub fn rename(&mut self, temp: &OsStr) -> Result<()> {
        let renamed = self.dir.rename(&self.temp, &self.dir, temp);
        renamed.map_err(|e| cannot_create(e, &self.dir, &self.target))?;
        self.temp = temp.into();
        Ok(())
    }

    /// The temporary's own name.
    pub fn name(&self) -> &OsStr {
        &self.temp
    }

    /// Reads, seeks, `sendfile`, `set_len`: whatever the transfer needs.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The temporary's path, for messages and JSON.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join(&self.temp)
    }

    /// Modification time of the finished file.
    pub fn set_modified(&self, time: std::time::SystemTime) -> io::Result<()> {
        self.file.set_modified(time)
    }

    /// Whether the temporary stays when this is dropped unfinished, for a later [`Partial::reopen`].
    pub fn keep(&mut self, keep: bool) {
        self.remove = !keep;
    }

    /// Durable data, rename, durable entry. Where it landed; `None`: skipped, since the target exists.
    pub fn persist(self, conflict: Conflict) -> Result<Option<PathBuf>> {
        self.file.sync_all().map_err(|e| {
            Error::from_io(e, Kind::Local, format_args!("cannot write {}", show(&self.target_path())))
        })?;
        let dir = self.dir.clone();
        let place = self.place(conflict)?;
        if place.is_some() {
            dir.sync()?;
        }
        Ok(place)
    }

    /// Tells the batch that the data is complete. The rename, [`Partial::place`], comes after [`Batch::sync_data`].
    pub fn stage(&self, batch: &mut Batch) -> Result<()> {
        batch.wrote(&self.dir, &self.file)
    }

    /// As [`Partial::place`], with the directory noted for [`Batch::sync_entries`].
    pub fn place_in(self, batch: &mut Batch, conflict: Conflict) -> Result<Option<PathBuf>> {
        let dir = self.dir.clone();
        let place = self.place(conflict)?;
        if place.is_some() {
            batch.changed(&dir);
        }
        Ok(place)
    }

    /// Only the rename: nothing is made durable. For batches, and for output whose loss in a power cut is no loss.
    pub fn place(mut self, conflict: Conflict) -> Result<Option<PathBuf>> {
        let target = self.target_path();
        let failed = |e| Error::from_io(e, Kind::Create, format_args!("cannot create {}", show(&target)));
        if conflict == Conflict::Overwrite {
            match self.dir.node(&self.target).map_err(failed)? {
                Some(Node::File { mode, .. }) => {
                    // A replaced file keeps who may read it; set-id bits are not inherited by new contents.
                    let mode = mode & (Mode::RWXU | Mode::RWXG | Mode::RWXO);
                    rustix::fs::fchmod(&self.file, mode).map_err(|e| failed(e.into()))?;
                }
                // Renaming over /dev/null or a socket would destroy it.
                Some(Node::Other) => return Err(failed(io::Error::other("not a regular file"))),
                _ => {}
            }
            self.dir.rename(&self.temp, &self.dir, &self.target).map_err(failed)?;
            self.remove = false;
            return Ok(Some(target));
        }
        let mut n = 0;
        loop {
            let name = numbered(&self.target, n);
            match self.dir.rename_new(&self.temp, &self.dir, &name) {
                Ok(()) => {
                    self.remove = false;
                    return Ok(Some(self.dir.path().join(name)));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => match conflict {
                    Conflict::Skip => return Ok(None),
                    Conflict::Fail => return Err(failed(e)),
                    // Another program may take the number meanwhile.
                    _ => n = self.free_after(n).map_err(failed)?,
                },
                Err(e) => return Err(failed(e)),
            }
        }
    }

    /// A number above a taken one that is free, the lowest where those given so far have no holes. Found by doubling and halving: a
    /// directory may hold thousands of one name.
    fn free_after(&self, taken: u32) -> io::Result<u32> {
        let is_free = |n: u32| Ok::<_, io::Error>(self.dir.node(&numbered(&self.target, n))?.is_none());
        let (mut taken, mut step) = (taken, 1u32);
        let mut free = loop {
            let n = taken.checked_add(step).ok_or(io::ErrorKind::AlreadyExists)?;
            if is_free(n)? {
                break n;
            }
            (taken, step) = (n, step.saturating_mul(2));
        };
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if is_free(middle)? { free = middle } else { taken = middle }
        }
        Ok(free)
    }

    fn target_path(&self) -> PathBuf {
        self.dir.path().join(&self.target)
    }
}

impl Write for Partial {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf).map_err(|e| match e.kind() {
            io::ErrorKind::Interrupted => e,
            _ => {
                let what = format!("cannot write {}", show(&self.target_path()));
                Error::from_io(e, Kind::Local, what).into()
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.remove {
            let _ = self.dir.remove(&self.temp);
        }
    }
}

/// The directory of a path, opened, and the last component.
pub fn split(path: &Path) -> Result<(Arc<Dir>, OsString)> {
    let name = path
        .file_name()
        .ok_or_else(|| Error::new(Kind::Create, format!("cannot create {}: not a file name", show(path))))?;
    let dir = Dir::open(path.parent().unwrap_or(Path::new(".")))?;
    Ok((dir, name.to_os_string()))
}

fn checked(dir: &Dir, target: &OsStr) -> Result<OsString> {
    let bytes = target.as_bytes();
    if matches!(bytes, b"" | b"." | b"..") || bytes.contains(&b'/') || bytes.contains(&0) {
        let path = dir.path().join(target);
        return Err(Error::new(Kind::Create, format!("cannot create {}: not a file name", show(&path))));
    }
    Ok(target.to_os_string())
}

/// `.NAME.part-1f0c…`: hidden, beside the target, and within the 255 bytes a name may have.
fn temporary_name(target: &OsStr) -> OsString {
    let random = RandomState::new().build_hasher().finish();
    let bytes = target.as_bytes();
    let mut name = OsString::from(".");
    name.push(OsStr::from_bytes(&bytes[..bytes.len().min(220)]));
    name.push(format!(".part-{random:016x}"));
    name
}

/// Whether this is a name that [`Partial::create`] makes.
pub fn is_temporary_name(name: &OsStr) -> bool {
    let name = name.as_bytes();
    let at = memchr::memmem::rfind(name, b".part-").filter(|at| *at > 0 && name[0] == b'.');
    at.is_some_and(|at| {
        let digits = &name[at + 6..];
        digits.len() == 16 && digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The `n`-th alternative of a name, with its extension kept: 0 is the name itself.
fn numbered(name: &OsStr, n: u32) -> OsString {
    if n == 0 {
        return name.to_os_string();
    }
    let path = Path::new(name);
    let extension = path.extension().filter(|e| e.len() <= 32);
    let stem = if extension.is_some() { path.file_stem().unwrap_or(name) } else { name }.as_bytes();
    let mut end = OsString::from(format!(".{n}"));
    if let Some(extension) = extension {
        end.push(".");
        end.push(extension);
    }
    // A name has room for 255 bytes; no character is cut in two.
    let mut cut = stem.len().min(255 - end.len());
    while cut < stem.len() && cut > 0 && stem[cut] & 0xc0 == 0x80 {
        cut -= 1;
    }
    let mut out = OsStr::from_bytes(&stem[..cut]).to_os_string();
    out.push(end);
    out
}

/// The names that a run gave. A second file of one name must not replace the first, nor be left out for it: its name is the next
/// number's, the same in each run over the same files, and the policy for what exists counts for that name.
#[derive(Debug, Default)]
pub struct Given(HashMap<OsString, u32>);

impl Given {
    /// The name that this run gives to its next file of that name, past those that are `taken` otherwise.
    pub fn name(&mut self, own: &OsStr, taken: impl Fn(&OsStr) -> bool) -> OsString {
        let mut n = self.0.get(own).copied().unwrap_or(0);
        let name = loop {
            let name = numbered(own, n);
            n = n.saturating_add(1);
            // Another file may have that name of its own.
            if !self.0.contains_key(&name) && !taken(&name) {
                break name;
            }
        };
        self.0.insert(name.clone(), 1);
        self.0.insert(own.to_os_string(), n);
        name
    }
}

fn lock(partial: Partial) -> Result<Partial> {
    // Not ours alone: then it is not ours to remove either.
    match partial.file.try_lock() {
        Ok(()) => Ok(partial),
        Err(_) => {
            let mut partial = partial;
            partial.remove = false;
            Err(Error::new(Kind::Busy, format!("{} is in use by another run", show(&partial.path()))))
        }
    }
}

fn cannot_create(error: io::Error, dir: &Dir, target: &OsStr) -> Error {
    let path = dir.path().join(target);
    Error::from_io(error, Kind::Create, format_args!("cannot create {}", show(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn written(target: &Path, text: &str) -> Partial {
        let mut partial = Partial::beside(target, 0o600).unwrap();
        partial.write_all(text.as_bytes()).unwrap();
        partial
    }

    #[test]
    fn old_or_new_and_never_a_leftover() {
        let temp = tempfile::tempdir().unwrap();
        let target = temp.path().join("a.txt");
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, Permissions::from_mode(0o640)).unwrap();
        let partial = written(&target, "new");
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::metadata(partial.path()).unwrap().mode() & 0o777, 0o600);
        drop(partial);
        assert_eq!(names(temp.path()), ["a.txt"]);
        written(&target, "new").persist(Conflict::Overwrite).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o640, "a replaced file keeps its mode");
        assert_eq!(names(temp.path()), ["a.txt"]);
    }

    #[test]
    fn a_temporary_is_known_by_its_name() {
        for target in ["a", "a.part-0", &"x".repeat(255)] {
            assert!(is_temporary_name(&temporary_name(OsStr::new(target))), "{target}");
        }
        for other in
            ["a", ".a.part-", "a.part-0123456789abcdef", ".a.part-0123456789ABCDEF", ".part-0123456789abcdef"]
        {
            assert!(!is_temporary_name(OsStr::new(other)), "{other}");
        }
    }

    #[test]
    fn a_name_is_given_once_in_a_run() {
        let mut given = Given::default();
        let mut name = |own: &str| given.name(OsStr::new(own), |n| n == "taken").into_string().unwrap();
        let all = ["a.txt", "a.1.txt", "a.txt", "a.txt", "a.2.txt", "taken", "taken"].map(&mut name);
        assert_eq!(all, ["a.txt", "a.1.txt", "a.2.txt", "a.3.txt", "a.2.1.txt", "taken.1", "taken.2"]);
    }

    #[test]
    fn every_policy_for_a_target_that_exists() {
        let temp = tempfile::tempdir().unwrap();
        let target = temp.path().join("r.pdf");
        for (conflict, landed) in [
            (Conflict::Fail, Some("r.pdf")),
            (Conflict::Rename, Some("r.1.pdf")),
            (Conflict::Rename, Some("r.2.pdf")),
            (Conflict::Skip, None),
        ] {
            let place = written(&target, "x").persist(conflict).unwrap();
            assert_eq!(place, landed.map(|n| temp.path().join(n)), "{conflict:?}");
        }
        let error = written(&target, "x").persist(Conflict::Fail).unwrap_err();
        assert_eq!(error.kind(), Kind::Create);
        assert!(error.message().ends_with("r.pdf: file exists"), "{error}");
        assert_eq!(names(temp.path()), ["r.1.pdf", "r.2.pdf", "r.pdf"]);
        assert_eq!(numbered(OsStr::new("x"), 1), "x.1");
        let long = numbered(OsStr::new(&("ü".repeat(125) + ".jpeg")), 12);
        assert_eq!(long.to_str().unwrap(), "ü".repeat(123) + ".12.jpeg");
        assert_eq!(numbered(OsStr::new(&("x.".to_string() + &"y".repeat(253))), 1).len(), 255);
    }

    #[test]
    fn a_number_is_found_without_trying_each() {
        let temp = tempfile::tempdir().unwrap();
        let target = temp.path().join("r.pdf");
        for n in 0..40 {
            let want = if n == 0 { "r.pdf".to_string() } else { format!("r.{n}.pdf") };
            assert_eq!(
                written(&target, "x").persist(Conflict::Rename).unwrap(),
                Some(temp.path().join(want))
            );
        }
        for n in 40..=20_000 {
            fs::hard_link(temp.path().join("r.1.pdf"), temp.path().join(format!("r.{n}.pdf"))).unwrap();
        }
        let place = written(&target, "x").persist(Conflict::Rename).unwrap();
        assert_eq!(place, Some(temp.path().join("r.20001.pdf")));
    }

    #[test]
    fn a_link_is_replaced_and_never_followed_and_a_pipe_is_spared() {
        let temp = tempfile::tempdir().unwrap();
        let (aim, link, pipe) = (temp.path().join("aim"), temp.path().join("link"), temp.path().join("pipe"));
        fs::write(&aim, "aim").unwrap();
        std::os::unix::fs::symlink(&aim, &link).unwrap();
        written(&link, "new").persist(Conflict::Overwrite).unwrap();
        assert_eq!(fs::read(&aim).unwrap(), b"aim");
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        let dir = Dir::open(temp.path()).unwrap();
        rustix::fs::mknodat(
            dir.fd(),
            "pipe",
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        let error = written(&pipe, "new").persist(Conflict::Overwrite).unwrap_err();
        assert!(error.message().ends_with("pipe: not a regular file"), "{error}");
        assert_eq!(names(temp.path()), ["aim", "link", "pipe"]);
    }

    #[test]
    fn a_kept_partial_is_found_again_by_one_run_only() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let (target, part) = (OsStr::new("big"), OsStr::new(".big.part"));
        assert!(Partial::reopen(&dir, target, part).unwrap().is_none());
        let mut partial = Partial::named(&dir, target, part, 0o600).unwrap();
        partial.write_all(b"half").unwrap();
        partial.keep(true);
        drop(partial);
        let mut again = Partial::reopen(&dir, target, part).unwrap().unwrap();
        assert_eq!(Partial::reopen(&dir, target, part).unwrap_err().kind(), Kind::Busy);
        assert_eq!(io::read_to_string(again.file()).unwrap(), "half");
        again.write_all(b" and half").unwrap();
        again.persist(Conflict::Fail).unwrap();
        assert_eq!(fs::read(temp.path().join("big")).unwrap(), b"half and half");
        assert_eq!(names(temp.path()), ["big"]);
    }

    #[test]
    fn names_that_are_no_names_and_names_that_are_long() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        for bad in ["", ".", "..", "a/b", "../x"] {
            assert_eq!(Partial::create(&dir, OsStr::new(bad), 0o600).unwrap_err().kind(), Kind::Create);
        }
        let long = "ü".repeat(127);
        Partial::create(&dir, OsStr::new(&long), 0o600).unwrap().persist(Conflict::Fail).unwrap();
        assert_eq!(names(temp.path()), [long]);
    }

    #[test]
    fn a_batch_of_partials() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let mut batch = Batch::new(Default::default());
        batch.join(&dir).unwrap();
        let mut staged = Vec::new();
        for n in 0..5 {
            let mut partial = Partial::create(&dir, OsStr::new(&format!("f{n}")), 0o600).unwrap();
            partial.write_all(b"x").unwrap();
            partial.stage(&mut batch).unwrap();
            staged.push(partial);
        }
        batch.sync_data().unwrap();
        for partial in staged {
            partial.place_in(&mut batch, Conflict::Fail).unwrap();
        }
        batch.sync_entries().unwrap();
        assert_eq!(names(temp.path()), ["f0", "f1", "f2", "f3", "f4"]);
    }
}
