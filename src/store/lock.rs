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

/// Opens the mbox `name` in `dir` by `open` and locks it both ways, waiting at most `wait`.
///
/// It is opened under the dotlock, anew for each try, and looked up once more when it is locked: whoever held the locks may
/// have removed an emptied mbox or put another in its place, and what is appended to a file without a name is lost.
pub fn mbox(
    dir: &Arc<Dir>,
    name: &OsStr,
    mut open: impl FnMut() -> Result<File>,
    wait: Duration,
) -> Result<(File, Option<Dotlock>)> {
    let deadline = Instant::now() + wait;
    let dotlock = dotlock(dir, name, deadline)?;
    let path = dir.path().join(name);
    loop {
        let file = open()?;
        let locked = match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => true,
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::AGAIN) => false,
            // A file system without fcntl locks: the dotlock has to do.
            Err(rustix::io::Errno::NOLCK | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP)
                if dotlock.is_some() =>
            {
                true
            }
            Err(e) => {
                return Err(Error::from_io(e.into(), Kind::Local, format!("cannot lock {}", show(&path))));
            }
        };
        if locked && is_at(&file, &path) {
            return Ok((file, dotlock));
        }
        if Instant::now() >= deadline {
            return Err(Error::new(Kind::Busy, format!("{} is locked by another program", show(&path))));
        }
        if !locked {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether the file is still what stands under its name.
fn is_at(file: &File, path: &Path) -> bool {
    let there = std::fs::metadata(path).and_then(|there| Ok((there, file.metadata()?)));
    there.is_ok_and(|(there, ours)| (there.dev(), there.ino()) == (ours.dev(), ours.ino()))
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
    fn a_file_that_lost_its_name_meanwhile_is_opened_anew() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let (name, path) = (OsStr::new("box"), temp.path().join("box"));
        let mut opened = 0;
        let opening = || {
            let file = open(&dir, "box");
            opened += 1;
            match opened {
                1 => std::fs::remove_file(&path).unwrap(),
                2 => std::fs::rename(
                    {
                        std::fs::write(temp.path().join("x"), "x").unwrap();
                        temp.path().join("x")
                    },
                    &path,
                )
                .unwrap(),
                _ => {}
            }
            Ok(file)
        };
        let (file, _held) = mbox(&dir, name, opening, Duration::from_secs(20)).unwrap();
        assert!(is_at(&file, &path) && file.metadata().unwrap().len() == 1);
        assert_eq!(opened, 3);
    }

    #[test]
    fn a_dotlock_is_respected_until_its_owner_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Dir::open(temp.path()).unwrap();
        let lock_it = || mbox(&dir, OsStr::new("box"), || Ok(open(&dir, "box")), NOW);
        let lock = temp.path().join("box.lock");
        let held = lock_it().unwrap();
        let text = std::fs::read_to_string(&lock).unwrap();
        assert_eq!(text, format!("{} {} wirepost\n", std::process::id(), host()));
        drop(held);
        assert!(!lock.exists());
        // Ours, of another process that lives: respected.
        std::fs::write(&lock, format!("1 {} wirepost\n", host())).unwrap();
        let error = lock_it().unwrap_err();
        assert_eq!(error.kind(), Kind::Busy, "{error}");
        // Somebody else's, of now: respected. Of long ago: not.
        std::fs::write(&lock, "0").unwrap();
        assert_eq!(lock_it().unwrap_err().kind(), Kind::Busy);
        let old = std::time::SystemTime::now() - FORGOTTEN - Duration::from_secs(5);
        File::options().write(true).open(&lock).unwrap().set_modified(old).unwrap();
        drop(lock_it().unwrap());
        // Ours, of a process that was: not respected at all. 2^22 is beyond any process number.
        std::fs::write(&lock, format!("4194304 {} wirepost\n", host())).unwrap();
        drop(lock_it().unwrap());
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
