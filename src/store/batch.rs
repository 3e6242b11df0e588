//! Durability in batches: many files, one wait for the disk.
//!
//! An fsync for each of many small files makes storing them two to six times slower; `syncfs(2)` makes a whole batch
//! durable for about the price of one. Its errors are reported per descriptor and only since Linux 5.8, so the
//! descriptor is opened before the first write of the batch, and one error fails the whole batch. Where `syncfs`
//! promises nothing (network and FUSE file systems, overlays, other kernels), each file is synced by itself.
//!
//! The wait may be another thread's while the next batch is written; an error of one then fails the other too.

use super::dir::{Dir, failed};
use crate::base::error::*;
use rustix::fs;
use std::{fs::File, os::fd::OwnedFd, sync::Arc};

/// `--sync`: how data reaches the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncMode {
    /// One `syncfs` a batch, where the file system allows.
    #[default]
    Batch,
    /// One `fsync` a file: does not flush other programs' data.
    File,
}

/// The file systems a batch writes to, and the directories whose entries it changes.
#[derive(Debug, Default)]
pub struct Batch {
    mode: SyncMode,
    disks: Vec<Disk>,
    dirty: Vec<Arc<Dir>>,
}

#[derive(Debug)]
struct Disk {
    device: u64,
    /// `None`: each file of this one is synced by itself.
    all: Option<Arc<OwnedFd>>,
    wrote: bool,
}

impl Batch {
    pub fn new(mode: SyncMode) -> Batch {
        Batch { mode, ..Batch::default() }
    }

    /// Takes in the file system of `dir`. Must come before the first write there.
    pub fn join(&mut self, dir: &Dir) -> Result<()> {
        let device = dir.device();
        if !self.disks.iter().any(|d| d.device == device) {
            let all = match self.mode {
                SyncMode::Batch => whole(dir)?.map(Arc::new),
                SyncMode::File => None,
            };
            self.disks.push(Disk { device, all, wrote: false });
        }
        Ok(())
    }

    /// One file is written: its data will be durable after [`Batch::sync_data`], or is so now.
    pub fn wrote(&mut self, dir: &Dir, file: &File) -> Result<()> {
        let device = dir.device();
        match self.disks.iter_mut().find(|d| d.device == device && d.all.is_some()) {
            Some(disk) => disk.wrote = true,
            None => file.sync_all().map_err(|e| {
                Error::from_io(e, Kind::Local, format_args!("cannot sync a file in {}", dir.path().display()))
            })?,
        }
        Ok(())
    }

    /// Waits until everything written is on the disk. An error means nothing of the batch may be trusted.
    pub fn sync_data(&mut self) -> Result<()> {
        for disk in self.disks.iter_mut().filter(|d| d.wrote) {
            if let Some(fd) = &disk.all {
                sync_whole(fd)?;
            }
            disk.wrote = false;
        }
        Ok(())
    }

    /// What a thread of its own needs for [`Batch::sync_data`] of what is written now, while more is.
    pub fn hand_over(&mut self) -> Unsynced {
        let wrote = |d: &mut Disk| std::mem::take(&mut d.wrote).then(|| d.all.clone()).flatten();
        Unsynced(self.disks.iter_mut().filter_map(wrote).collect())
    }

    /// An entry of `dir` was made or renamed.
    pub fn changed(&mut self, dir: &Arc<Dir>) {
        if !self.dirty.iter().any(|d| Arc::ptr_eq(d, dir)) {
            self.dirty.push(dir.clone());
        }
    }

    /// Waits until the changed directories are on the disk, each once.
    pub fn sync_entries(&mut self) -> Result<()> {
        for dir in self.dirty.drain(..) {
            dir.sync()?;
        }
        Ok(())
    }
}

/// The disks of a batch that is not durable yet.
#[derive(Debug)]
pub struct Unsynced(Vec<Arc<OwnedFd>>);

impl Unsynced {
    /// Waits until all of it is on the disk. An error means nothing of the batch may be trusted.
    pub fn sync(self) -> Result<()> {
        self.0.iter().try_for_each(|fd| sync_whole(fd))
    }
}

/// A descriptor for `syncfs`, if it can be relied on for this file system and kernel.
#[cfg(target_os = "linux")]
fn whole(dir: &Dir) -> Result<Option<OwnedFd>> {
    // ext2 to ext4, XFS, Btrfs, F2FS, tmpfs, ZFS, bcachefs.
    const LOCAL: [i64; 7] =
        [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994, 0x2fc1_2fc1, 0xca45_1a4e];
    let stat = fs::fstatfs(dir.fd()).map_err(|e| failed(Kind::Local, e, "cannot look at", dir.path()))?;
    let kind = (stat.f_type as i64) & 0xffff_ffff;
    if !LOCAL.contains(&kind) || kernel() < (5, 8) {
        return Ok(None);
    }
    // An own open: errors are remembered per open file description, from its opening on.
    let flags = fs::OFlags::RDONLY | fs::OFlags::DIRECTORY | fs::OFlags::CLOEXEC;
    let fd = fs::openat(dir.fd(), ".", flags, fs::Mode::empty())
        .map_err(|e| failed(Kind::Local, e, "cannot open directory", dir.path()))?;
    Ok(Some(fd))
}

#[cfg(target_os = "linux")]
fn kernel() -> (u32, u32) {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(target_os = "linux")]
fn sync_whole(fd: &OwnedFd) -> Result<()> {
    fs::syncfs(fd).map_err(|e| Error::from_io(e.into(), Kind::Local, "cannot make the written files durable"))
}

#[cfg(not(target_os = "linux"))]
fn whole(_: &Dir) -> Result<Option<OwnedFd>> {
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
fn sync_whole(_: &OwnedFd) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_file_outside_the_joined_disks_is_synced_at_once() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        for mode in [SyncMode::Batch, SyncMode::File] {
            let mut batch = Batch::new(mode);
            let file = dir.create_new(OsStr::new(&format!("{mode:?}")), 0o600).unwrap();
            batch.wrote(&dir, &file).unwrap();
            assert!(batch.disks.is_empty(), "not joined: nothing is left to do");
            batch.join(&dir).unwrap();
            batch.join(&dir).unwrap();
            assert_eq!(batch.disks.len(), 1);
            batch.wrote(&dir, &file).unwrap();
            batch.changed(&dir);
            batch.changed(&dir);
            assert_eq!(batch.dirty.len(), 1);
            batch.sync_data().unwrap();
            batch.sync_entries().unwrap();
            assert!(batch.dirty.is_empty() && batch.disks.iter().all(|d| !d.wrote));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_kernel_has_a_number() {
        assert!(kernel() > (2, 6));
    }
}
