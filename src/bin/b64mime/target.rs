//! Files that appear whole or not at all: written under a temporary name beside the target, then renamed.
//!
//! [`Dir`] is for names that strangers chose. It holds the directory open and works relative to it, so that nothing that
//! happens to the path meanwhile leads elsewhere; a temporary file is made where nothing was (O_EXCL, O_NOFOLLOW), and
//! renaming never writes through a symbolic link. Unless told, it never replaces a file either.

use crate::args::OnConflict;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Write},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::{error::*, random},
    mime::names,
};

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

/// A directory for names of strangers.
pub struct Dir {
    fd: Arc<OwnedFd>,
    path: PathBuf,
    conflict: OnConflict,
    /// Where to go on numbering, so that ten thousand parts of one name take no quadratic time.
    next: HashMap<String, u32>,
}

/// A file in the making; removed if it is dropped.
pub struct Temporary {
    dir: Arc<OwnedFd>,
    name: String,
    pub file: File,
    kept: bool,
}

/// What became of a file.
pub enum Stored {
    As(PathBuf),
    /// There was one of the name already.
    Skipped(PathBuf),
}

impl Dir {
    pub fn open(path: &Path, conflict: OnConflict) -> Result<Dir> {
        let failed =
            |e: io::Error| Error::from_io(e, Kind::Create, format_args!("cannot create {}", path.display()));
        std::fs::create_dir_all(path).map_err(failed)?;
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(|e| failed(e.into()))?;
        Ok(Dir { fd: Arc::new(fd), path: path.to_path_buf(), conflict, next: HashMap::new() })
    }

    /// Whether a file of this name would be left alone.
    pub fn skips(&self, name: &str) -> bool {
        let there = || rustix::fs::statat(&*self.fd, name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
        self.conflict == OnConflict::Skip && there()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn create(&self) -> Result<Temporary> {
        let name = format!(".b64mime-{}.tmp", random::token()?);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        let fd = rustix::fs::openat(&*self.fd, &name, flags, mode).map_err(|e| {
            let what = format_args!("cannot create a file in {}", self.path.display()).to_string();
            Error::from_io(e.into(), Kind::Create, what)
        })?;
        Ok(Temporary { dir: self.fd.clone(), name, file: File::from(fd), kept: false })
    }

    /// Gives a whole file its name. `wanted` is a safe name; the one it got is returned.
    pub fn commit(&self, mut temporary: Temporary, wanted: &str, from: u32) -> Result<(Stored, u32)> {
        let failed = |e: rustix::io::Errno, name: &str| {
            Error::from_io(
                e.into(),
                Kind::Create,
                format_args!("cannot create {}", self.path(name).display()),
            )
        };
        if self.conflict == OnConflict::Overwrite {
            // A link of that name is itself replaced, never followed.
            rustix::fs::renameat(&*self.fd, &temporary.name, &*self.fd, wanted)
                .map_err(|e| failed(e, wanted))?;
            temporary.kept = true;
            return Ok((Stored::As(self.path(wanted)), 0));
        }
        let mut n = from;
        loop {
            let name = if n == 0 { wanted.to_string() } else { names::numbered(wanted, n) };
            match self.rename_new(&temporary.name, &name) {
                Ok(()) => {
                    temporary.kept = true;
                    return Ok((Stored::As(self.path(&name)), n + 1));
                }
                Err(rustix::io::Errno::EXIST) => match self.conflict {
                    OnConflict::Skip => return Ok((Stored::Skipped(self.path(&name)), n)),
                    OnConflict::Fail => {
                        let text = format!("{} exists", self.path(&name).display());
                        return Err(
                            Error::new(Kind::Create, text).hint("--on-conflict tells what to do then")
                        );
                    }
                    _ => n += 1,
                },
                Err(e) => return Err(failed(e, &name)),
            }
        }
    }

    /// Where numbering goes on for a name.
    pub fn number(&self, wanted: &str) -> u32 {
        self.next.get(wanted).copied().unwrap_or(0)
    }

    pub fn remember(&mut self, wanted: &str, next: u32) {
        self.next.insert(wanted.to_string(), next);
    }

    /// Renames unless something of that name is there.
    fn rename_new(&self, from: &str, to: &str) -> rustix::io::Result<()> {
        use rustix::io::Errno;
        match rustix::fs::renameat_with(&*self.fd, from, &*self.fd, to, RenameFlags::NOREPLACE) {
            // Some file systems cannot: a second name says the same.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                rustix::fs::linkat(&*self.fd, from, &*self.fd, to, AtFlags::empty())?;
                rustix::fs::unlinkat(&*self.fd, from, AtFlags::empty())
            }
            other => other,
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            let _ = rustix::fs::unlinkat(&*self.dir, &self.name, AtFlags::empty());
        }
    }
}
