//! A message in a file of its own, from its first byte to its place: what a Maildir and a directory of files have in common.
//!
//! It is written under a name that no reader looks at, durable with the rest of its batch, and then renamed. The disk may be waited
//! for in the background, while the next batch is written: with small messages that is a tenth of all time.

use super::{
    Place, Taken,
    batch::{Batch, SyncMode},
    dir::{Dir, show},
    intake::{Form, Intake},
};
use crate::base::error::*;
use std::{ffi::OsStr, io::Read, sync::Arc, thread};

pub(super) struct Staging {
    /// Everything is staged here, whatever folder it goes to.
    pub(super) dir: Arc<Dir>,
    pub(super) batch: Batch,
    intake: Intake,
    /// The name of the message in hand.
    hand: Option<String>,
    filed: Vec<Filed>,
    behind: Option<thread::JoinHandle<Result<()>>>,
    /// A batch failed in the background: what the disk says of later ones may be the same failure, or hide it.
    spoilt: bool,
}

struct Filed {
    temp: String,
    to: Arc<Dir>,
    name: String,
    place: Place,
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
            filed: Vec::new(),
            behind: None,
            spoilt: false,
        })
    }

    /// Takes a message in under this name, which nobody has.
    pub(super) fn stage(&mut self, temp: String, message: &mut dyn Read) -> Result<Taken> {
        self.discard();
        let mut file = self.dir.create_new(OsStr::new(&temp), 0o600).map_err(|e| {
            let path = self.dir.path().join(&temp);
            Error::from_io(e, Kind::Create, format_args!("cannot create {}", show(&path)))
        })?;
        // In hand from here on, so that an error removes it.
        self.hand = Some(temp);
        let taken = self.intake.copy(message, &mut file);
        let taken = taken.and_then(|taken| self.batch.wrote(&self.dir, &file).map(|()| taken));
        if taken.is_err() {
            self.discard();
        }
        taken
    }

    /// The name of the message in hand.
    pub(super) fn hand(&self) -> Result<&str> {
        self.hand.as_deref().ok_or_else(|| Error::new(Kind::Bug, "no message is in hand"))
    }

    pub(super) fn reread(&self) -> Result<Box<dyn Read + '_>> {
        let name = self.hand()?;
        let file = self.dir.open_file(OsStr::new(name), false).map_err(|e| {
            let path = self.dir.path().join(name);
            Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(&path)))
        })?;
        Ok(Box::new(file))
    }

    pub(super) fn discard(&mut self) {
        if let Some(temp) = self.hand.take() {
            let _ = self.dir.remove(OsStr::new(&temp));
        }
    }

    /// The message in hand goes to `to`, as `name`.
    pub(super) fn file(&mut self, to: &Arc<Dir>, name: String, place: Place) -> Result<()> {
        let temp = self.hand()?.to_string();
        self.hand = None;
        self.filed.push(Filed { temp, to: to.clone(), name, place });
        Ok(())
    }

    fn places(&self) -> Vec<Place> {
        self.filed.iter().map(|filed| filed.place.clone()).collect()
    }

    pub(super) fn prepare(&mut self) -> Result<Vec<Place>> {
        self.settled()?;
        self.batch.sync_data()?;
        Ok(self.places())
    }

    pub(super) fn commit(&mut self) -> Result<Vec<Place>> {
        let places = self.places();
        place(&self.dir, std::mem::take(&mut self.filed), &mut self.batch)?;
        Ok(places)
    }

    /// See [`super::Mailstore::begin_commit`].
    pub(super) fn begin_commit(&mut self) -> Result<Vec<Place>> {
        self.settled()?;
        let places = self.places();
        let (dir, filed, mut batch) = (self.dir.clone(), std::mem::take(&mut self.filed), self.batch.split());
        self.behind = Some(thread::spawn(move || {
            if let Err(e) = batch.sync_data() {
                filed.iter().for_each(|filed| drop(dir.remove(OsStr::new(&filed.temp))));
                return Err(e);
            }
            place(&dir, filed, &mut batch)
        }));
        Ok(places)
    }

    /// See [`super::Mailstore::settled`].
    pub(super) fn settled(&mut self) -> Result<()> {
        let broken = || Error::new(Kind::Local, "what was written could not be made durable");
        if let Some(behind) = self.behind.take() {
            let done = behind.join().unwrap_or_else(|_| Err(broken()));
            self.spoilt |= done.is_err();
            return done;
        }
        if self.spoilt { Err(broken()) } else { Ok(()) }
    }
}

/// Gives what is durable its name, durably. What could not have it is gone after an error.
fn place(dir: &Dir, filed: Vec<Filed>, batch: &mut Batch) -> Result<()> {
    let mut filed = filed.into_iter();
    while let Some(Filed { temp, to, name, .. }) = filed.next() {
        if let Err(e) = dir.rename_new(OsStr::new(&temp), &to, OsStr::new(&name)) {
            for temp in std::iter::once(temp).chain(filed.map(|filed| filed.temp)) {
                let _ = dir.remove(OsStr::new(&temp));
            }
            let path = to.path().join(&name);
            return Err(Error::from_io(e, Kind::Local, format_args!("cannot deliver {}", show(&path))));
        }
        batch.changed(&to);
    }
    batch.sync_entries()
}

impl Drop for Staging {
    /// What was not committed was not delivered.
    fn drop(&mut self) {
        let _ = self.settled();
        self.discard();
        for filed in self.filed.drain(..) {
            let _ = self.dir.remove(OsStr::new(&filed.temp));
        }
    }
}
