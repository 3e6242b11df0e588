//! Temporary names, here and there: `.NAME.rftp-…` in the target's own directory.
//!
//! Most end in 16 random hex digits: nobody but the run that made one can go on with it. One that a later run may go on with
//! carries the proof that it may in its name: the size of the source, and 16 hex digits of a digest that identifies the source.
//! The pattern is read strictly, because what matches it is never taken for a file, and `rftp clean` removes it.

use std::{
    ffi::OsStr,
    hash::{BuildHasher, Hasher, RandomState},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use wirepost::{
    base::{digest::hex, error::*},
    ftp::RemotePath,
    store::{dir::Dir, partial},
};

const MARK: &[u8] = b".rftp-";
/// A name may have 255 bytes: what is left of them for the target's own name.
const KEPT: usize = 255 - 1 - MARK.len() - 20 - 1 - 16;

/// A name for this run only.
pub fn random(target: &[u8]) -> Vec<u8> {
    named(target, &format!("{:016x}", RandomState::new().build_hasher().finish()))
}

/// A name that only the same source leads to again: its size and a digest that identifies it.
pub fn proven(target: &[u8], size: u64, digest: &[u8]) -> Vec<u8> {
    named(target, &format!("{size}-{}", hex(&digest[..digest.len().min(8)])))
}

fn named(target: &[u8], tag: &str) -> Vec<u8> {
    [b".", &target[..target.len().min(KEPT)], MARK, tag.as_bytes()].concat()
}

/// The name beside a remote target.
///
/// # Errors
/// `Usage` if the target is no name for a file.
pub fn beside(target: &RemotePath, name: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<RemotePath> {
    let own = target.name();
    if own.is_empty() {
        return Err(Error::new(Kind::Usage, format!("{target} is no name for a file")));
    }
    target.sibling(&name(&own))
}

/// Names of ours: never sent, fetched, matched or deleted as if they were files.
pub fn is_temporary(name: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(name, MARK) else { return false };
    let tag = &name[at + MARK.len()..];
    let digits = match tag.iter().position(|b| *b == b'-') {
        Some(dash) if dash > 0 && dash <= 20 && tag[..dash].iter().all(u8::is_ascii_digit) => {
            &tag[dash + 1..]
        }
        Some(_) => return false,
        None => tag,
    };
    name.starts_with(b".")
        && at > 1
        && digits.len() == 16
        && digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Also names that only a file here has while it comes.
pub fn is_temporary_here(name: &[u8]) -> bool {
    is_temporary(name) || partial::is_temporary_name(OsStr::from_bytes(name))
}

/// Whether a name is one that a later run may go on with for this very target.
pub fn is_proven_for(name: &[u8], target: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(name, MARK).filter(|_| is_temporary(name)) else { return false };
    name[1..at] == target[..target.len().min(KEPT)] && name[at + MARK.len()..].contains(&b'-')
}

/// Removes what downloads that were killed left in a directory here more than a day ago. What a later run may go on with
/// stays. One that is at work writes to its file, which may bear its source's time already; when it was changed cannot be set.
pub fn sweep(dir: &Dir) {
    sweep_at(dir, SystemTime::now());
}

fn sweep_at(dir: &Dir, now: SystemTime) {
    const OLD: Duration = Duration::from_secs(86_400);
    for name in dir.names().unwrap_or_default() {
        let bytes = name.as_bytes();
        let random = is_temporary(bytes) && !tag(bytes).contains(&b'-');
        if !random && !partial::is_temporary_name(&name) {
            continue;
        }
        let about = std::fs::symlink_metadata(dir.path().join(&name));
        let ours = about.is_ok_and(|about| {
            let changed = UNIX_EPOCH + Duration::from_secs(u64::try_from(about.ctime()).unwrap_or(0));
            let old = now.duration_since(changed).is_ok_and(|age| age > OLD);
            old && about.is_file() && about.uid() == rustix::process::geteuid().as_raw()
        });
        if ours {
            let _ = dir.remove(&name);
        }
    }
}

fn tag(name: &[u8]) -> &[u8] {
    memchr::memmem::rfind(name, MARK).map_or(&[], |at| &name[at + MARK.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_name_stands_beside_its_target() {
        let path = |t: &str| RemotePath::new(t).unwrap();
        let temp = beside(&path("in/a.csv"), random).unwrap();
        assert!(temp.as_bytes().starts_with(b"in/.a.csv.rftp-") && is_temporary(&temp.name()));
        let long = beside(&path(&"x".repeat(255)), |n| proven(n, u64::MAX, &[0xab; 32])).unwrap();
        assert!(long.name().len() <= 255 && is_temporary(&long.name()));
        assert!(beside(&path(""), random).is_err());
        assert_eq!(proven(b"a", 7, &[1, 2, 3, 4, 5, 6, 7, 8, 9]), b".a.rftp-7-0102030405060708");
    }

    #[test]
    fn what_belongs_to_a_target() {
        let name = b"a.rftp-1-0123456789abcdef";
        assert!(is_proven_for(&proven(name, 7, &[1; 32]), name));
        assert!(!is_proven_for(&proven(name, 7, &[1; 32]), b"a") && !is_proven_for(&random(name), name));
    }

    #[test]
    fn a_sweep_goes_by_when_a_file_was_changed_not_by_the_time_it_bears() {
        let there = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - Duration::from_secs(3 * 86_400);
        let stays = [".a.part-notes", ".a.rftp-1-0123456789abcdef"];
        for name in [".x.part-0123456789abcdef", ".x.rftp-0123456789abcdef"].iter().chain(&stays) {
            std::fs::File::create(there.path().join(name)).unwrap().set_modified(old).unwrap();
        }
        let dir = Dir::open(there.path()).unwrap();
        sweep_at(&dir, SystemTime::now());
        assert_eq!(dir.names().unwrap().len(), 4, "they may belong to a run that is at work");
        sweep_at(&dir, SystemTime::now() + Duration::from_secs(2 * 86_400));
        let mut left = dir.names().unwrap();
        left.sort();
        assert_eq!(left, stays);
    }

    #[test]
    fn only_our_own_pattern_is_ours() {
        for ours in [
            &b".a.rftp-0123456789abcdef"[..],
            b".a.rftp-12-0123456789abcdef",
            b"..rftp-x.rftp-0123456789abcdef",
        ] {
            assert!(is_temporary(ours), "{ours:?}");
        }
        for other in [
            &b".rftp-state"[..],
            b".rftp-0123456789abcdef",
            b"a.rftp-0123456789abcdef",
            b".a.rftp-0123456789ABCDEF",
            b".a.rftp-0123456789abcde",
            b".a.rftp--0123456789abcdef",
            b".a.rftp-x-0123456789abcdef",
            b".a.rftp-notes",
            b".a",
            b"",
        ] {
            assert!(!is_temporary(other), "{other:?}");
        }
    }
}
