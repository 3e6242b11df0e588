//! A directory held open, so that what is checked is what is used.
//!
//! Names from servers and messages end up here. Every file operation goes through the directory's descriptor with one
//! single path component and never follows a symbolic link, so neither `../x` nor a link planted between check and
//! use leads anywhere else. [`Dir::below`] walks down the same way, one component at a time.

use crate::base::{error::*, escape};
use rustix::{
    fs::{self, AtFlags, Mode, OFlags},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Write},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
    sync::Arc,
};

/// An open directory and the path it was opened by (for messages only).
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
    path: PathBuf,
    device: u64,
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    File {
        len: u64,
        mode: Mode,
    },
    Dir,
    Link,
    /// A device, a pipe, a socket.
    Other,
}

const OPEN_DIR: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Dir {
    /// Opens what the user named; symbolic links on the user's own path are the user's business.
    pub fn open(path: &Path) -> Result<Arc<Dir>> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let fd = fs::open(path, OPEN_DIR, Mode::empty())
            .map_err(|e| failed(Kind::Create, e, "cannot open directory", path))?;
        Dir::of(fd, path.to_path_buf())
    }

    fn of(fd: OwnedFd, path: PathBuf) -> Result<Arc<Dir>> {
        let stat = fs::fstat(&fd).map_err(|e| failed(Kind::Local, e, "cannot look at", &path))?;
        // The width of a device number differs between platforms; only equality counts.
        #[allow(clippy::unnecessary_cast)]
        let device = stat.st_dev as u64;
        Ok(Arc::new(Dir { fd, path, device }))
    }

    /// As [`Dir::open`], making the directory and its parents first, durably; `mode` is subject to the umask.
    pub fn create(path: &Path, mode: u32) -> Result<Arc<Dir>> {
        use std::os::unix::fs::DirBuilderExt;
        let missing: Vec<&Path> =
            path.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.is_dir()).collect();
        if !missing.is_empty() {
            std::fs::DirBuilder::new().recursive(true).mode(mode).create(path).map_err(|e| {
                Error::from_io(e, Kind::Create, format_args!("cannot make directory {}", show(path)))
            })?;
        }
        for above in missing.into_iter().filter_map(Path::parent) {
            Dir::open(above)?.sync()?;
        }
        Dir::open(path)
    }

    /// The directory below, through no symbolic link; made with `mode` where it is missing and `mode` is given.
    pub fn below(self: &Arc<Dir>, components: &[&[u8]], mode: Option<u32>) -> Result<Arc<Dir>> {
        self.walk(components, mode, false)
    }

    /// As [`Dir::below`]; what had to be made is durable.
    pub fn make_below(self: &Arc<Dir>, components: &[&[u8]], mode: u32) -> Result<Arc<Dir>> {
        self.walk(components, Some(mode), true)
    }

    fn walk(self: &Arc<Dir>, components: &[&[u8]], mode: Option<u32>, durable: bool) -> Result<Arc<Dir>> {
        let mut here = self.clone();
        for name in components {
            let name = component(name)?;
            let path = here.path.join(name);
            if let Some(mode) = mode {
                match fs::mkdirat(&here.fd, name, Mode::from_raw_mode(mode)) {
                    Ok(()) if durable => here.sync()?,
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(e) => return Err(failed(Kind::Create, e, "cannot make directory", &path)),
                }
            }
            let fd = fs::openat(&here.fd, name, OPEN_DIR | OFlags::NOFOLLOW, Mode::empty()).map_err(|e| {
                // O_DIRECTORY with O_NOFOLLOW says ENOTDIR (Linux) or ELOOP (others) of a link.
                match here.node(name) {
                    Ok(Some(Node::Link)) => Error::new(
                        Kind::Create,
                        format!("will not go through the symbolic link {}", show(&path)),
                    ),
                    _ => failed(Kind::Create, e, "cannot open directory", &path),
                }
            })?;
            here = Dir::of(fd, path)?;
        }
        Ok(here)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates a file that did not exist, for reading and writing.
    pub fn create_new(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(fs::openat(&self.fd, name, flags, Mode::from_raw_mode(mode))?))
    }

    /// Creates a small file that has its whole content from its first instant; `AlreadyExists` if the name is taken.
    pub fn create_whole(&self, name: &OsStr, content: &[u8], mode: u32) -> io::Result<()> {
        if let Ok(mut file) = self.create_unnamed(mode) {
            file.write_all(content)?;
            match self.link_new(&file, name) {
                // A file system without links: the plain way.
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {}
                done => return done,
            }
        }
        self.create_new(name, mode)?.write_all(content)
    }

    /// Creates a file, for reading and writing, that has no name in the directory before [`Dir::link_new`] gives it one, and is gone
    /// if it never gets one. Not every file system has such.
    pub fn create_unnamed(&self, mode: u32) -> io::Result<File> {
        #[cfg(target_os = "linux")]
        {
            let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
            Ok(File::from(fs::openat(&self.fd, ".", flags, Mode::from_raw_mode(mode))?))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = mode;
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// Gives a file without a name one; `AlreadyExists` if something stands there.
    pub fn link_new(&self, file: &File, name: &OsStr) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        match fs::linkat(file, "", &self.fd, name, AtFlags::EMPTY_PATH) {
            // Before Linux 6.10 that is for the privileged (ENOENT).
            Err(Errno::NOENT | Errno::PERM | Errno::INVAL) => {}
            done => return Ok(done?),
        }
        self.link_by_proc(file, name)
    }

    /// As [`Dir::link_new`], for everybody where there is a /proc; slower.
    fn link_by_proc(&self, file: &File, name: &OsStr) -> io::Result<()> {
        let own = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(fs::linkat(fs::CWD, own.as_str(), &self.fd, name, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Opens an existing regular file for reading (and writing), never through a link.
    pub fn open_file(&self, name: &OsStr, write: bool) -> io::Result<File> {
        let access = if write { OFlags::RDWR } else { OFlags::RDONLY };
        // O_NONBLOCK: a pipe planted under the name must not hang us before it is seen to be no file.
        let flags = access | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = File::from(fs::openat(&self.fd, name, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(file)
    }

    /// What stands under the name; links are not followed.
    pub fn node(&self, name: &OsStr) -> io::Result<Option<Node>> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let mode = stat.st_mode as fs::RawMode;
                Ok(Some(match fs::FileType::from_raw_mode(mode) {
                    fs::FileType::RegularFile => Node::File {
                        len: u64::try_from(stat.st_size).unwrap_or(0),
                        mode: Mode::from_raw_mode(mode),
                    },
                    fs::FileType::Directory => Node::Dir,
                    fs::FileType::Symlink => Node::Link,
                    _ => Node::Other,
                }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Renames over whatever file stands at `to`.
    pub fn rename(&self, from: &OsStr, to_dir: &Dir, to: &OsStr) -> io::Result<()> {
        Ok(fs::renameat(&self.fd, from, &to_dir.fd, to)?)
    }

    /// Renames only if nothing stands at `to`; else `AlreadyExists`, atomically.
    pub fn rename_new(&self, from: &OsStr, to_dir: &Dir, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_vendor = "apple"))]
        match fs::renameat_with(&self.fd, from, &to_dir.fd, to, fs::RenameFlags::NOREPLACE) {
            // Not every file system knows the flag (NFS, old FUSE): a hard link has the same meaning.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
        match fs::linkat(&self.fd, from, &to_dir.fd, to, AtFlags::empty()) {
            // Nor does every one know hard links (FAT): the last resort is not atomic.
            Err(Errno::PERM | Errno::NOSYS | Errno::NOTSUP) => {
                if to_dir.node(to)?.is_some() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                self.rename(from, to_dir, to)
            }
            Ok(()) => Ok(fs::unlinkat(&self.fd, from, AtFlags::empty())?),
            Err(e) => Err(e.into()),
        }
    }

    pub fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Removes an empty directory.
    pub fn remove_dir(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR)?)
    }

    /// The names in the directory, without `.` and `..`, in no order.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.fd)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_os_string());
            }
        }
        Ok(names)
    }

    /// Makes the entries durable: a rename is on the disk only after this.
    pub fn sync(&self) -> Result<()> {
        match fs::fsync(&self.fd) {
            // Some file systems cannot sync a directory; theirs is then as durable as it gets.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(e) => Err(failed(Kind::Local, e, "cannot sync directory", &self.path)),
        }
    }

    /// The file system it stands on.
    pub fn device(&self) -> u64 {
        self.device
    }

    pub(crate) fn fd(&self) -> &OwnedFd {
        &self.fd
    }
}

/// One path component, or a refusal: what a server sent as a name is never a path.
fn component(name: &[u8]) -> Result<&OsStr> {
    if matches!(name, b"" | b"." | b"..") || name.iter().any(|b| matches!(b, b'/' | 0)) {
        return Err(Error::new(
            Kind::Create,
            format!("{:?} is not a name for a directory", String::from_utf8_lossy(name)),
        ));
    }
    Ok(OsStr::from_bytes(name))
}

pub(crate) fn failed(kind: Kind, e: Errno, what: &str, path: &Path) -> Error {
    Error::from_io(io::Error::from(e), kind, format_args!("{what} {}", show(path)))
}

/// A path as it stands in messages.
pub(crate) fn show(path: &Path) -> String {
    escape::bytes(path.as_os_str().as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_down_through_a_link_or_a_dot() {
        let temp = tempfile::tempdir().unwrap();
        let root = Dir::open(temp.path()).unwrap();
        std::os::unix::fs::symlink("/tmp", temp.path().join("link")).unwrap();
        assert!(root.below(&[b"a", b"b"], Some(0o700)).is_ok());
        assert!(temp.path().join("a/b").is_dir());
        for bad in [&b".."[..], b".", b"", b"a/b", b"a\0"] {
            assert_eq!(root.below(&[bad], Some(0o700)).unwrap_err().kind(), Kind::Create, "{bad:?}");
        }
        let error = root.below(&[b"link", b"x"], Some(0o700)).unwrap_err();
        assert!(error.message().starts_with("will not go through the symbolic link"), "{error}");
    }

    #[test]
    fn a_link_or_a_pipe_is_not_opened_as_a_file() {
        let temp = tempfile::tempdir().unwrap();
        let root = Dir::open(temp.path()).unwrap();
        std::fs::write(temp.path().join("f"), "x").unwrap();
        std::os::unix::fs::symlink("f", temp.path().join("l")).unwrap();
        rustix::fs::mknodat(root.fd(), "p", rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o600), 0)
            .unwrap();
        assert!(root.open_file(OsStr::new("f"), false).is_ok());
        assert!(root.open_file(OsStr::new("l"), false).is_err());
        assert!(root.open_file(OsStr::new("p"), false).is_err());
        assert_eq!(root.node(OsStr::new("l")).unwrap(), Some(Node::Link));
        assert_eq!(root.node(OsStr::new("p")).unwrap(), Some(Node::Other));
        assert_eq!(root.node(OsStr::new("none")).unwrap(), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_a_name_gets_one_or_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let root = Dir::open(temp.path()).unwrap();
        for (name, link) in [("a", Dir::link_new as fn(&Dir, &File, &OsStr) -> _), ("b", Dir::link_by_proc)] {
            let mut file = root.create_unnamed(0o600).unwrap();
            file.write_all(name.as_bytes()).unwrap();
            assert_eq!(root.node(OsStr::new(name)).unwrap(), None);
            link(&root, &file, OsStr::new(name)).unwrap();
            let other = root.create_unnamed(0o600).unwrap();
            let error: io::Error = link(&root, &other, OsStr::new(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read(temp.path().join(name)).unwrap(), name.as_bytes());
        }
        assert_eq!(root.names().unwrap().len(), 2);
    }

    #[test]
    fn rename_new_never_replaces() {
        let temp = tempfile::tempdir().unwrap();
        let root = Dir::open(temp.path()).unwrap();
        std::fs::write(temp.path().join("new"), "new").unwrap();
        std::fs::write(temp.path().join("old"), "old").unwrap();
        let (new, old) = (OsStr::new("new"), OsStr::new("old"));
        assert_eq!(root.rename_new(new, &root, old).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(temp.path().join("old")).unwrap(), b"old");
        root.rename(new, &root, old).unwrap();
        assert_eq!(std::fs::read(temp.path().join("old")).unwrap(), b"new");
    }
}
