//! Files that appear whole or not at all: written under a temporary name beside the target, then renamed.
//!
//! Both stand on the store's [`Partial`]. [`Dir`] is for names that strangers chose: relative to the open directory, never
//! through a symbolic link, and unless told never over a file. Nothing waits for the disk: the source is still there.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::error::*,
    store::{
        dir,
        partial::{Conflict, Partial},
    },
};

/// A single file that the user named (`-o FILE`).
pub enum Whole {
    /// Not a regular file (/dev/null, a pipe): written as it is.
    Plain(File),
    Partial(Partial),
}

impl Whole {
    pub fn create(path: &Path) -> Result<Whole> {
        if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) {
            let failed =
                |e| Error::from_io(e, Kind::Create, format_args!("cannot create {}", path.display()));
            return File::options().write(true).open(path).map(Whole::Plain).map_err(failed);
        }
        // Through a link of the user's own, the file it leads to is meant.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        Partial::beside(&path, 0o666).map(Whole::Partial)
    }

    pub fn commit(self) -> Result<()> {
        match self {
            Whole::Plain(_) => Ok(()),
            Whole::Partial(partial) => partial.place(Conflict::Overwrite).map(drop),
        }
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Whole::Plain(file) => file.write(bytes),
            Whole::Partial(partial) => partial.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A directory for names of strangers, and what becomes of those that are taken.
pub struct Dir {
    dir: Arc<dir::Dir>,
    conflict: Conflict,
}

/// What became of a file.
pub enum Stored {
    As(PathBuf),
    /// There was one of the name already.
    Skipped(PathBuf),
}

impl Dir {
    pub fn open(path: &Path, conflict: impl Into<Conflict>) -> Result<Dir> {
        Ok(Dir { dir: dir::Dir::create(path, 0o777)?, conflict: conflict.into() })
    }

    /// Whether a file of this name would be left alone.
    pub fn skips(&self, name: &str) -> bool {
        self.conflict == Conflict::Skip && self.dir.node(OsStr::new(name)).is_ok_and(|n| n.is_some())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file in the making, of a safe name.
    pub fn create(&self, name: &str) -> Result<Partial> {
        Partial::create(&self.dir, OsStr::new(name), 0o666)
    }

    /// Gives a whole file its name, or the one that it gets instead.
    pub fn commit(&self, partial: Partial, name: &str) -> Result<Stored> {
        let placed = partial.place(self.conflict).map_err(|e| match self.conflict {
            Conflict::Fail => e.hint("--on-conflict tells what to do then"),
            _ => e,
        })?;
        Ok(placed.map_or_else(|| Stored::Skipped(self.path(name)), Stored::As))
    }
}
