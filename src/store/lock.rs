//! The two locks an mbox needs: `FILE.lock`, which the oldest mail programs look for, and fcntl, which Debian's policy
//! and Dovecot's defaults name. The dotlock is taken first. Where the directory cannot be written (`/var/mail` for an
//! ordinary user) the fcntl lock has to do.

use super::dir::{Dir, Node, show};
use crate::base::error::*;
use rustix::fs::{FlockOperation, fcntl_lock};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Held as long as it lives. The fcntl lock goes with the file, which its owner closes.
#[derive(Debug)]
pub struct Dotlock {
    dir: Arc<Dir>,
    name: OsString,
}

/// A lock of a program that is not ours is taken for forgotten after this long (as procmail's default).
const FORGOTTEN: Duration = Duration::from_secs(1024);
const PAUSE: Duration = Duration::from_millis(100);

/// Locks the mbox `name` in `dir`, open as `file`, both ways, waiting at most `wait`.
pub fn mbox(dir: &Arc<Dir>, name: &OsStr, file: &File, wait: Duration) -> Result<Option<Dotlock>> {
    let deadline = Instant::now() + wait;
    let dotlock = dotlock(dir, name, deadline)?;
    loop {
        match fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(dotlock),
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::AGAIN) if Instant::now() < deadline => {
                std::thread::sleep(PAUSE);
            }
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::AGAIN) => {
                let path = show(&dir.path().join(name));
                return Err(Error::new(Kind::Busy, format!("{path} is locked by another program")));
            }
            // A file system without fcntl locks: the dotlock has to do.
            Err(rustix::io::Errno::NOLCK | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP)
                if dotlock.is_some() =>
            {
                return Ok(dotlock);
            }
            Err(e) => {
                let what = format!("cannot lock {}", show(&dir.path().join(name)));
                return Err(Error::from_io(e.into(), Kind::Local, what));
            }
        }
    }
}

fn dotlock(dir: &Arc<Dir>, name: &OsStr, deadline: Instant) -> Result<Option<Dotlock>> {
    let mut lock = name.to_os_string();
    lock.push(".lock");
    loop {
        // Who holds it is in it from its first instant, so that one a killed run left is known for what it is.
        let text = format!("{} {} wirepost\n", std::process::id(), host());
        match dir.create_whole(&lock, text.as_bytes(), 0o644) {
            Ok(()) => return Ok(Some(Dotlock { dir: dir.clone(), name: lock })),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                if forgotten(dir, &lock) {
                    let _ = dir.remove(&lock);
                } else if Instant::now() >= deadline {
                    let path = show(&dir.path().join(&lock));
                    return Err(Error::new(Kind::Busy, format!("another program holds {path}")));
                } else {
                    std::thread::sleep(PAUSE);
                }
            }
            Err(e)
                if matches!(
                    e.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                return Ok(None);
            }
            Err(e) => {
                let what = format!("cannot create {}", show(&dir.path().join(&lock)));
                return Err(Error::from_io(e, Kind::Local, what));
            }
        }
    }
}

/// Ours, of a process that is no more on this host; or anybody's, from long ago.
fn forgotten(dir: &Dir, name: &OsStr) -> bool {
    let Ok(Some(Node::File { .. })) = dir.node(name) else { return false };
    let Ok(file) = dir.open_file(name, false) else { return false };
    let Ok(about) = file.metadata() else { return false };
    let mut text = String::new();
    let _ = file.take(256).read_to_string(&mut text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let gone = match words[..] {
        // Our own number: one that could not be removed, for a lock that is held is not asked for again.
        [pid, host_, "wirepost"] => host_ == host() && (!alive(pid) || pid == std::process::id().to_string()),
        _ => about.modified().is_ok_and(|t| t.elapsed().is_ok_and(|age| age > FORGOTTEN)),
    };
    // Still the one that was looked at, and not a new one of somebody who was as quick.
    let same = std::fs::symlink_metadata(dir.path().join(name)).is_ok_and(|now| now.ino() == about.ino());
    gone && same
}

/// Whether a process of this number exists, whoever owns it.
fn alive(pid: &str) -> bool {
    let Some(pid) = pid.parse().ok().and_then(rustix::process::Pid::from_raw) else { return true };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

impl Drop for Dotlock {
    fn drop(&mut self) {
        let _ = self.dir.remove(&self.name);
    }
}

/// A lock on a state: a file of its own beside it, since the state is replaced by renames. Says who holds it.
pub fn state(path: &Path, wait: Duration) -> Result<File> {
    let failed =
        |e: io::Error| Error::from_io(e, Kind::Config, format_args!("cannot open state {}", show(path)));
    let mut file =
        File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
    let deadline = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(std::fs::TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(PAUSE),
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = (&mut file).take(64).read_to_string(&mut holder);
                let holder = match holder.trim().parse::<u32>() {
                    Ok(pid) => format!("process {pid}"),
                    Err(_) => "another run".to_string(),
                };
                let what = format!("the state {} is in use by {holder}", show(path));
                return Err(Error::new(Kind::Busy, what).hint("wait for it with --wait-lock 30s"));
            }
            Err(std::fs::TryLockError::Error(e)) => return Err(failed(e)),
        }
    }
    file.set_len(0).map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn open(dir: &Dir, name: &str) -> File {
        let path = dir.path().join(name);
        File::options().read(true).append(true).create(true).open(path).unwrap()
    }

    #[test]
    fn a_dotlock_is_respected_until_its_owner_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let file = open(&dir, "box");
        let (name, lock) = (OsStr::new("box"), temp.path().join("box.lock"));
        let held = mbox(&dir, name, &file, NOW).unwrap();
        let text = std::fs::read_to_string(&lock).unwrap();
        assert_eq!(text, format!("{} {} wirepost\n", std::process::id(), host()));
        drop(held);
        assert!(!lock.exists());
        // Ours, of another process that lives: respected.
        std::fs::write(&lock, format!("1 {} wirepost\n", host())).unwrap();
        let error = mbox(&dir, name, &file, NOW).unwrap_err();
        assert_eq!(error.kind(), Kind::Busy, "{error}");
        // Somebody else's, of now: respected. Of long ago: not.
        std::fs::write(&lock, "0").unwrap();
        assert_eq!(mbox(&dir, name, &file, NOW).unwrap_err().kind(), Kind::Busy);
        let old = std::time::SystemTime::now() - FORGOTTEN - Duration::from_secs(5);
        File::options().write(true).open(&lock).unwrap().set_modified(old).unwrap();
        drop(mbox(&dir, name, &file, NOW).unwrap());
        // Ours, of a process that was: not respected at all. 2^22 is beyond any process number.
        std::fs::write(&lock, format!("4194304 {} wirepost\n", host())).unwrap();
        drop(mbox(&dir, name, &file, NOW).unwrap());
        assert!(!lock.exists());
    }

    #[test]
    fn a_state_names_its_holder() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("s.lock");
        let held = state(&path, NOW).unwrap();
        let error = state(&path, NOW).unwrap_err();
        assert!(error.message().ends_with(&format!("in use by process {}", std::process::id())), "{error}");
        drop(held);
        state(&path, NOW).unwrap();
        let error = state(Path::new("/proc/nowhere/s.lock"), NOW).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
    }
}
