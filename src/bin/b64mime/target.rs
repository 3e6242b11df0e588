//! Files that appear whole or not at all: written under a temporary name beside the target, then renamed.
//!
//! [`Dir`] is for names that strangers chose, on the ground of the store's [`Partial`]: relative to the open directory, never
//! through a symbolic link, and unless told never over a file. Nothing waits for the disk: the source is still there.

use crate::args::OnConflict;
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
pub struct Whole {
    inner: To,
    path: PathBuf,
}

enum To {
    /// Not a regular file (/dev/null, a pipe): written as it is.
    Plain(File),
    Temporary(tempfile::NamedTempFile),
}

impl Whole {
    pub fn create(path: &Path) -> Result<Whole> {
        let failed = |e| Error::from_io(e, Kind::Create, format_args!("cannot create {}", path.display()));
        if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) {
            let file = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Whole { inner: To::Plain(file), path: path.into() });
        }
        // Through a link of the user's own, the file it leads to is meant.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let file = builder.prefix(".b64mime-").permissions(mode).tempfile_in(dir).map_err(failed)?;
        Ok(Whole { inner: To::Temporary(file), path })
    }

    pub fn commit(self) -> Result<()> {
        match self.inner {
            To::Plain(_) => Ok(()),
            To::Temporary(file) => {
                let failed = |e: tempfile::PersistError| {
                    Error::from_io(
                        e.error,
                        Kind::Create,
                        format_args!("cannot create {}", self.path.display()),
                    )
                };
                file.persist(&self.path).map(drop).map_err(failed)
            }
        }
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            To::Plain(file) => file.write(bytes),
            To::Temporary(file) => file.as_file_mut().write(bytes),
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
    conflict: OnConflict,
    given: Given,
}

/// What became of a file.
pub enum Stored {
    As(PathBuf),
    /// There was one of the name already.
    Skipped(PathBuf),
}

impl Dir {
    pub fn open(path: &Path, conflict: OnConflict, dry: bool) -> Result<Dir> {
        let dir = match dry {
            true if path.symlink_metadata().is_err() => None,
            true => Some(dir::Dir::open(path)?),
            false => Some(dir::Dir::create(path, 0o777)?),
        };
        Ok(Dir { dir, path: path.into(), conflict, given: Given::default() })
    }

    fn has(&self, name: &OsStr) -> bool {
        self.dir.as_ref().is_some_and(|dir| dir.node(name).is_ok_and(|n| n.is_some()))
    }

    /// The name for the next file of this name, as far as this run's other files decide it.
    pub fn name(&mut self, own: &str) -> String {
        match self.conflict {
            OnConflict::Skip | OnConflict::Overwrite => text(self.given.name(OsStr::new(own), |_| false)),
            OnConflict::Rename | OnConflict::Fail => own.into(),
        }
    }

    /// Whether a file of this name would be left alone.
    pub fn skips(&self, name: &str) -> bool {
        self.conflict == OnConflict::Skip && self.has(OsStr::new(name))
    }

    /// The name that a file of this name would get.
    ///
    /// # Errors
    /// Why there would be none.
    pub fn planned(&mut self, name: &str) -> Result<String> {
        if matches!(self.conflict, OnConflict::Skip | OnConflict::Overwrite) {
            return Ok(name.into());
        }
        let mut given = std::mem::take(&mut self.given);
        let planned = text(given.name(OsStr::new(name), |n| self.has(n)));
        self.given = given;
        if self.conflict == OnConflict::Fail && planned != name {
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
        let conflict = match self.conflict {
            OnConflict::Rename => Conflict::Rename,
            OnConflict::Skip => Conflict::Skip,
            OnConflict::Overwrite => Conflict::Overwrite,
            OnConflict::Fail => Conflict::Fail,
        };
        let placed = partial.place(conflict).map_err(|e| match conflict {
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
