//! Files that appear whole or not at all: written under a temporary name beside the target, then renamed.
//!
//! Both stand on the store's [`Partial`]. [`Dir`] is for names that strangers chose: relative to the open directory, never
//! through a symbolic link, and unless told never over a file. Nothing waits for the disk: the source is still there.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::error::*,
    store::{
        dir,
        partial::{Conflict, Given, Partial},
    },
};

/// What `-o` names; `-` is standard output, as without the flag.
pub fn named(output: &Option<PathBuf>) -> Option<&Path> {
    output.as_deref().filter(|path| path.as_os_str() != "-")
}

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
    /// `None`: it is not there, and a dry run makes nothing.
    dir: Option<Arc<dir::Dir>>,
    path: PathBuf,
    conflict: Conflict,
    given: Given,
}

/// What became of a file.
pub enum Stored {
    As(PathBuf),
    /// There was one of the name already.
    Skipped(PathBuf),
}

impl Dir {
    pub fn open(path: &Path, conflict: impl Into<Conflict>, dry: bool) -> Result<Dir> {
        let dir = match dry {
            true if path.symlink_metadata().is_err() => None,
            true => Some(dir::Dir::open(path)?),
            false => Some(dir::Dir::create(path, 0o777)?),
        };
        Ok(Dir { dir, path: path.into(), conflict: conflict.into(), given: Given::default() })
    }

    fn has(&self, name: &OsStr) -> bool {
        self.dir.as_ref().is_some_and(|dir| dir.node(name).is_ok_and(|n| n.is_some()))
    }

    /// The name for the next file of this name, as far as this run's other files decide it.
    pub fn name(&mut self, own: &str) -> String {
        match self.conflict {
            Conflict::Skip | Conflict::Overwrite => text(self.given.name(OsStr::new(own), |_| false)),
            Conflict::Rename | Conflict::Fail => own.into(),
        }
    }

    /// Whether a file of this name would be left alone.
    pub fn skips(&self, name: &str) -> bool {
        self.conflict == Conflict::Skip && self.has(OsStr::new(name))
    }

    /// The name that a file of this name would get.
    ///
    /// # Errors
    /// Why there would be none.
    pub fn planned(&mut self, name: &str) -> Result<String> {
        if matches!(self.conflict, Conflict::Skip | Conflict::Overwrite) {
            return Ok(name.into());
        }
        let mut given = std::mem::take(&mut self.given);
        let planned = text(given.name(OsStr::new(name), |n| self.has(n)));
        self.given = given;
        if self.conflict == Conflict::Fail && planned != name {
            let path = self.path(name);
            let what = format_args!("cannot create {}", path.display());
            return Err(taken(Error::from_io(io::ErrorKind::AlreadyExists.into(), Kind::Create, what)));
        }
        Ok(planned)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A file in the making, of a safe name.
    pub fn create(&self, name: &str) -> Result<Partial> {
        let none = || Error::new(Kind::Bug, "a dry run creates nothing");
        Partial::create(self.dir.as_ref().ok_or_else(none)?, OsStr::new(name), 0o666)
    }

    /// Gives a whole file its name, or the one that it gets instead.
    pub fn commit(&self, partial: Partial, name: &str) -> Result<Stored> {
        let placed = partial.place(self.conflict).map_err(|e| match self.conflict {
            Conflict::Fail => taken(e),
            _ => e,
        })?;
        Ok(placed.map_or_else(|| Stored::Skipped(self.path(name)), Stored::As))
    }
}

fn text(name: OsString) -> String {
    name.to_string_lossy().into_owned()
}

fn taken(error: Error) -> Error {
    error.hint("--on-conflict tells what to do then")
}
