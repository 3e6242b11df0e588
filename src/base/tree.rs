//! What a directory holds, seen alike here and on a server.

use crate::base::{date::Time, error::*};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Dir,
    Link,
    Other,
}

impl EntryKind {
    /// The name that stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::File => "file",
            EntryKind::Dir => "dir",
            EntryKind::Link => "link",
            EntryKind::Other => "other",
        }
    }
}

/// One thing in a directory. Names are bytes: they need not be UTF-8. A listing holds as many as a directory has, so its size counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// One path component.
    pub name: Vec<u8>,
    pub kind: EntryKind,
    /// Bytes, of files.
    pub size: Option<u64>,
    pub modified: Option<Time>,
    /// How far `modified` may be off, in seconds: LIST tells minutes or days only, and not in which zone.
    pub tolerance: u32,
    /// Permission bits.
    pub mode: Option<u32>,
    /// Where a link points to.
    pub target: Option<Box<[u8]>>,
}

impl Entry {
    pub fn new(name: impl Into<Vec<u8>>, kind: EntryKind) -> Entry {
        Entry { name: name.into(), kind, size: None, modified: None, tolerance: 1, mode: None, target: None }
    }

    pub fn is_dir(&self) -> bool {
        self.kind == EntryKind::Dir
    }
}

/// Whether a name that somebody else chose may become a local path component: not empty, not `.` or `..`, no `/`, no control
/// byte, not longer than file systems take.
pub fn is_component(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..")
        && name.len() <= 255
        && !name.iter().any(|b| *b < b' ' || *b == 0x7f || *b == b'/')
}

/// Local directories and servers look alike to whoever compares them.
pub trait Tree {
    /// What is directly in the directory, `/` between the parts of its path, in no particular order.
    ///
    /// # Errors
    /// Also if the listing may be incomplete: nothing may be concluded from a part of it.
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>>;

    /// Whether the directory that was listed last is a symbolic link, shown as the directory that it leads to.
    fn is_link(&self) -> bool {
        false
    }

    /// These directories will be listed next, in this order, and then those that were told of before: whoever can may begin.
    fn soon(&mut self, _dirs: &[Vec<u8>]) {}
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_component_is_one() {
        for bad in [&b""[..], b".", b"..", b"a/b", b"/", b"a\0", b"a\nb", b"\x1b]0;", &[b'a'; 256]] {
            assert!(!super::is_component(bad), "{bad:?}");
        }
        for good in [&b"..."[..], b" a ", b".x", b"caf\xe9", "ü".as_bytes(), &[b'a'; 255]] {
            assert!(super::is_component(good), "{good:?}");
        }
    }
}
