//! A local directory as a [`Tree`]: what a comparison with a server sees of it.
//!
//! Names are listed by directory, never through a symbolic link: a walk meets a link as an entry and does not enter it, unless it
//! was asked to follow links. A name that vanishes while it is looked at was never there.

use crate::{
    base::{
        error::*,
        tree::{Entry, EntryKind, Tree},
    },
    store::dir::show,
};
use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

#[derive(Clone, Debug)]
pub struct LocalTree {
    top: PathBuf,
    follow: bool,
}

impl LocalTree {
    /// `follow`: a link counts as what it leads to.
    pub fn new(top: &Path, follow: bool) -> LocalTree {
        LocalTree { top: top.to_path_buf(), follow }
    }

    /// The local path of a relative one.
    pub fn path(&self, below: &[u8]) -> PathBuf {
        if below.is_empty() { self.top.clone() } else { self.top.join(OsStr::from_bytes(below)) }
    }

    /// `above`: the directory that it is in and all those above.
    fn entry(&self, path: &Path, name: &[u8], above: &[(u64, u64)]) -> io::Result<Entry> {
        let mut about = fs::symlink_metadata(path)?;
        if self.follow && about.is_symlink() {
            // A link that leads nowhere stays a link.
            about = fs::metadata(path).unwrap_or(about);
        }
        let kind = match about.file_type() {
            t if t.is_file() => EntryKind::File,
            // Followed, it would have no end.
            t if t.is_dir() && above.contains(&identity(&about)) => EntryKind::Link,
            t if t.is_dir() => EntryKind::Dir,
            t if t.is_symlink() => EntryKind::Link,
            _ => EntryKind::Other,
        };
        let mut entry = Entry::new(name, kind);
        entry.size = (kind == EntryKind::File).then_some(about.len());
        entry.modified = about.modified().ok().map(Into::into);
        entry.mode = Some(about.mode() & 0o7777);
        Ok(entry)
    }
}

fn identity(about: &fs::Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// What is unique to a directory and to each above it, up to the top of a walk: a link that leads to one of them leads round in circles.
pub fn line(top: &Path, dir: &Path) -> Vec<(u64, u64)> {
    let walked = dir.ancestors().take_while(|dir| dir.starts_with(top));
    walked.filter_map(|dir| fs::metadata(dir).ok()).map(|about| identity(&about)).collect()
}

/// Whether a directory is one of a [`line`].
pub fn is_in_line(dir: &Path, above: &[(u64, u64)]) -> bool {
    fs::metadata(dir).is_ok_and(|about| above.contains(&identity(&about)))
}

impl Tree for LocalTree {
    /// # Errors
    /// `Missing` if the directory is not there, `Local` for any other reason.
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let path = self.path(dir);
        let failed = |e: io::Error| {
            let kind = if e.kind() == io::ErrorKind::NotFound { Kind::Missing } else { Kind::Local };
            Error::from_io(e, kind, format_args!("cannot read {}", show(&path)))
        };
        let above = if self.follow { line(&self.top, &path) } else { Vec::new() };
        let mut entries = Vec::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            match self.entry(&path.join(&name), name.as_bytes(), &above) {
                Ok(entry) => entries.push(entry),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(failed(e)),
            }
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_upwards_is_a_link_also_where_links_are_followed() {
        use EntryKind::{Dir, Link};
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir_all(temp.path().join("top/d/e")).unwrap();
        fs::create_dir(temp.path().join("beside")).unwrap();
        for (to, link) in [("..", "up"), (".", "self"), ("../..", "out"), ("../../beside", "beside")] {
            std::os::unix::fs::symlink(to, temp.path().join("top/d").join(link)).unwrap();
        }
        let mut tree = LocalTree::new(&temp.path().join("top"), true);
        let mut kinds = |dir: &[u8]| {
            let mut list = tree.list(dir).unwrap();
            list.sort_by(|a, b| a.name.cmp(&b.name));
            list.into_iter().map(|e| e.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(b"d"), [Dir, Dir, Dir, Link, Link], "beside, e, out, self, up");
        assert_eq!(kinds(b"d/out"), [Dir, Link], "beside, top");
    }

    #[test]
    fn what_is_in_a_directory() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("d")).unwrap();
        fs::write(temp.path().join("d/file"), "12345").unwrap();
        std::os::unix::fs::symlink("/", temp.path().join("d/link")).unwrap();
        std::os::unix::fs::symlink("nowhere", temp.path().join("d/loose")).unwrap();
        let kinds = |follow| {
            let mut list = LocalTree::new(temp.path(), follow).list(b"d").unwrap();
            list.sort_by(|a, b| a.name.cmp(&b.name));
            assert_eq!(list[0].size, Some(5));
            list.iter().map(|e| e.kind).collect::<Vec<_>>()
        };
        use EntryKind::*;
        assert_eq!(kinds(false), [File, Link, Link]);
        assert_eq!(kinds(true), [File, Dir, Link]);
        let mut tree = LocalTree::new(temp.path(), false);
        assert_eq!(tree.list(b"none").unwrap_err().kind(), Kind::Missing);
        assert_eq!(tree.list(b"d/file").unwrap_err().kind(), Kind::Local);
    }
}
