//! A message in a file of its own, from its first byte to its place: what a Maildir and a directory of files have in common.
//!
//! It is written where no reader looks, durable with the rest of its batch, and then gets its name. Until then it has none at all,
//! where the system can do that: one change of a directory in place of three, and nothing is left of what never gets there.
//! Such a file is held open, which is bounded; the others have a temporary name and are renamed.

use super::{
    Place, Taken,
    batch::{Batch, SyncMode, Unsynced},
    dir::{Dir, show},
    intake::{Form, Intake},
};
use crate::base::error::*;
use rustix::process::{Resource, getrlimit};
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read, Seek},
    os::fd::AsRawFd,
    sync::{Arc, mpsc},
    thread::{Builder, JoinHandle},
    time::SystemTime,
};

const MODE: u32 = 0o600;

pub(super) struct Staging {
    /// Everything is staged here, whatever folder it goes to.
    pub(super) dir: Arc<Dir>,
    pub(super) batch: Batch,
    intake: Intake,
    hand: Option<Hand>,
    /// Files whose descriptors are below this are without a name; `None` before the first, which tries whether it can be done.
    unnamed: Option<i32>,
    filed: Vec<Filed>,
    /// The batch that is to be committed next.
    sealed: Sealed,
    /// A batch failed: what the disk says of a later one, or of the same once more, proves nothing.
    spoilt: bool,
}

/// The message that was taken in last.
struct Hand {
    temp: String,
    file: File,
    /// Whether the file has the temporary name.
    named: bool,
}

struct Filed {
    /// If it has no name.
    file: Option<File>,
    to: Arc<Dir>,
    place: Place,
    /// What its name has behind that of its place.
    info: String,
}

impl Staging {
    pub(super) fn new(dir: &Arc<Dir>, form: Form, sync: SyncMode) -> Result<Staging> {
        let mut batch = Batch::new(sync);
        batch.join(dir)?;
        Ok(Staging {
            dir: dir.clone(),
            batch,
            intake: Intake::new(form),
            hand: None,
            unnamed: None,
            filed: Vec::new(),
            sealed: Sealed::Nothing,
            spoilt: false,
        })
    }

    /// From here on in this form.
    pub(super) fn set_form(&mut self, form: Form) {
        self.intake = Intake::new(form);
    }

    /// Takes a message in. The name is nobody's, and its own until it is placed if it must have one.
    pub(super) fn stage(&mut self, temp: String, message: &mut dyn Read) -> Result<Taken> {
        self.discard();
        let (file, named) = self.create(OsStr::new(&temp)).map_err(|e| {
            let path = self.dir.path().join(&temp);
            Error::from_io(e, Kind::Create, format_args!("cannot create {}", show(&path)))
        })?;
        // In hand from here on, so that an error removes it.
        let hand = self.hand.insert(Hand { temp, file, named });
        let taken = self.intake.copy(message, &mut hand.file);
        let taken = taken.and_then(|taken| self.batch.wrote(&self.dir, &hand.file).map(|()| taken));
        if taken.is_err() {
            self.discard();
        }
        taken
    }

    /// The file, and whether it has the name.
    fn create(&mut self, temp: &OsStr) -> io::Result<(File, bool)> {
        match self.unnamed {
            // A file that cannot be given a name would be lost: the first one gets it while it is empty.
            None => {
                let file = self.dir.create_unnamed(MODE).and_then(|file| {
                    self.dir.link_new(&file, temp)?;
                    Ok(file)
                });
                self.unnamed = Some(if file.is_ok() { spare() } else { 0 });
                if let Ok(file) = file {
                    return Ok((file, true));
                }
            }
            Some(0) => {}
            // A descriptor is the lowest that is free, so it tells how many are taken, by whomever.
            Some(most) => {
                let file = self.dir.create_unnamed(MODE)?;
                let named = file.as_raw_fd() >= most;
                if named {
                    self.dir.link_new(&file, temp)?;
                }
                return Ok((file, named));
            }
        }
        Ok((self.dir.create_new(temp, MODE)?, true))
    }

    /// The temporary name of the message in hand.
    pub(super) fn hand(&self) -> Result<&str> {
        self.in_hand().map(|hand| hand.temp.as_str())
    }

    fn in_hand(&self) -> Result<&Hand> {
        self.hand.as_ref().ok_or_else(|| Error::new(Kind::Bug, "no message is in hand"))
    }

    pub(super) fn reread(&self) -> Result<Box<dyn Read + '_>> {
        let mut file = &self.in_hand()?.file;
        file.rewind().map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message again"))?;
        Ok(Box::new(file))
    }

    pub(super) fn discard(&mut self) {
        if let Some(Hand { temp, named: true, .. }) = self.hand.take() {
            let _ = self.dir.remove(OsStr::new(&temp));
        }
    }

    /// When the message in hand arrived.
    pub(super) fn set_time(&self, time: SystemTime) -> Result<()> {
        let Hand { file, temp, .. } = self.in_hand()?;
        file.set_modified(time).map_err(|e| {
            let path = self.dir.path().join(temp);
            Error::from_io(e, Kind::Local, format_args!("cannot set the time of {}", show(&path)))
        })
    }

    /// The message in hand goes to `to`, under its place's name and `info`.
    pub(super) fn file(&mut self, to: &Arc<Dir>, place: Place, info: String) -> Result<()> {
        self.in_hand()?;
        let file = self.hand.take().filter(|hand| !hand.named).map(|hand| hand.file);
        self.filed.push(Filed { file, to: to.clone(), place, info });
        Ok(())
    }

    /// Ends the batch: until it is committed, what is filed belongs to the next. A thread makes it durable meanwhile, and
    /// puts it in its place if nothing has to come between. `false`: there is no thread to be had.
    pub(super) fn seal(&mut self, straight: bool) -> Result<bool> {
        self.check()?;
        if !matches!(self.sealed, Sealed::Nothing) {
            return Err(Error::new(Kind::Bug, "the batch before is not committed"));
        }
        let dir = self.dir.clone();
        // The batch is handed over when there is a thread to take it: without one it stays as it was.
        let (give, take) = mpsc::channel::<(Unsynced, Vec<Filed>)>();
        let work = move || {
            let Ok((unsynced, filed)) = take.recv() else { return Ok(Durable::Filed(Vec::new())) };
            unsynced.sync()?;
            Ok(if straight { Durable::Placed(place(&dir, filed)?) } else { Durable::Filed(filed) })
        };
        let Ok(thread) = Builder::new().name("sync".into()).stack_size(128 << 10).spawn(work) else {
            return Ok(false);
        };
        let batch = (self.batch.hand_over(), std::mem::take(&mut self.filed));
        give.send(batch).map_err(|_| Error::new(Kind::Bug, "a thread that stores is gone"))?;
        self.sealed = Sealed::Going(thread);
        Ok(true)
    }

    fn check(&self) -> Result<()> {
        if self.spoilt {
            return Err(Error::new(Kind::Local, "what was written before could not be made durable"));
        }
        Ok(())
    }

    pub(super) fn prepare(&mut self) -> Result<Vec<Place>> {
        let durable = self.durable()?;
        let places = match &durable {
            Durable::Filed(filed) => filed.iter().map(|filed| filed.place.clone()).collect(),
            Durable::Placed(places) => places.clone(),
        };
        self.sealed = Sealed::Durable(durable);
        Ok(places)
    }

    pub(super) fn commit(&mut self) -> Result<Vec<Place>> {
        let durable = self.durable()?;
        self.spoilt = true;
        let places = match durable {
            Durable::Filed(filed) => place(&self.dir, filed)?,
            Durable::Placed(places) => places,
        };
        self.spoilt = false;
        Ok(places)
    }

    /// The batch that was sealed, or else what is filed, once it is durable.
    fn durable(&mut self) -> Result<Durable> {
        self.check()?;
        self.spoilt = true;
        let durable = match std::mem::take(&mut self.sealed) {
            Sealed::Going(thread) => wait(thread)?,
            Sealed::Durable(durable) => durable,
            Sealed::Nothing => {
                self.batch.sync_data()?;
                Durable::Filed(std::mem::take(&mut self.filed))
            }
        };
        self.spoilt = false;
        Ok(durable)
    }
}

/// The descriptors that files may be held open by: the rest is for folders, connections and what a command is run with.
fn spare() -> i32 {
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    i32::try_from(most / 2).unwrap_or(i32::MAX).min(4096)
}

/// A batch that is ended.
#[derive(Default)]
enum Sealed {
    #[default]
    Nothing,
    Going(JoinHandle<Result<Durable>>),
    Durable(Durable),
}

enum Durable {
    /// Where no reader looks.
    Filed(Vec<Filed>),
    Placed(Vec<Place>),
}

fn wait(thread: JoinHandle<Result<Durable>>) -> Result<Durable> {
    thread.join().unwrap_or_else(|_| Err(Error::new(Kind::Bug, "a thread that stores panicked")))
}

/// Everything gets its name, durable to the directory entry.
fn place(dir: &Dir, filed: Vec<Filed>) -> Result<Vec<Place>> {
    let mut batch = Batch::default();
    let mut places = Vec::with_capacity(filed.len());
    for Filed { file, to, place, info } in filed {
        let (temp, name) = place.names();
        let name = format!("{name}{info}");
        let placed = match file {
            Some(file) => to.link_new(&file, OsStr::new(&name)),
            None => dir.rename_new(OsStr::new(temp), &to, OsStr::new(&name)),
        };
        placed.map_err(|e| {
            let path = to.path().join(&name);
            Error::from_io(e, Kind::Local, format_args!("cannot deliver {}", show(&path)))
        })?;
        batch.changed(&to);
        places.push(place);
    }
    batch.sync_entries()?;
    Ok(places)
}

impl Drop for Staging {
    /// What was not committed was not delivered.
    fn drop(&mut self) {
        self.discard();
        let sealed = match std::mem::take(&mut self.sealed) {
            Sealed::Going(thread) => wait(thread).ok(),
            Sealed::Durable(durable) => Some(durable),
            Sealed::Nothing => None,
        };
        if let Some(Durable::Filed(mut filed)) = sealed {
            self.filed.append(&mut filed);
        }
        for filed in self.filed.drain(..).filter(|filed| filed.file.is_none()) {
            let _ = self.dir.remove(OsStr::new(filed.place.names().0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_a_name_and_without_in_one_batch() {
        let temp = tempfile::tempdir().unwrap();
        let root = Dir::open(temp.path()).unwrap();
        let below = |name: &str| root.below(&[name.as_bytes()], Some(0o700)).unwrap();
        let (tmp, new) = (below("tmp"), below("new"));
        let count = |dir: &Dir| dir.names().unwrap().len();
        // From which descriptor on there are names, and how many of four have one then: the first has, it tries the system.
        for (most, named) in [(0, 4), (1, 4), (i32::MAX, 1)] {
            let filed = || {
                let mut staging = Staging::new(&tmp, Form::default(), SyncMode::Batch).unwrap();
                for n in 0..4 {
                    staging.stage(format!("{most}-{n}"), &mut &b"text"[..]).unwrap();
                    assert_eq!(io::read_to_string(staging.reread().unwrap()).unwrap(), "text");
                    let name = staging.hand().unwrap().to_string();
                    let place = Place::Eml { dir: new.path().into(), name: name.clone(), temp: name };
                    staging.file(&new, place, String::new()).unwrap();
                    assert!(staging.unnamed.replace(most).is_some_and(|spare| n > 0 || spare > 100));
                }
                assert_eq!(count(&tmp), named, "{most}");
                staging
            };
            drop(filed());
            assert_eq!(count(&tmp), 0, "what is not committed leaves nothing");
            let mut staging = filed();
            staging.prepare().unwrap();
            for place in staging.commit().unwrap() {
                assert_eq!(std::fs::read(place.path()).unwrap(), b"text");
            }
            assert_eq!(count(&tmp), 0);
        }
        assert_eq!(count(&new), 12);
    }
}
