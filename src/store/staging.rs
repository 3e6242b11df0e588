//! A message in a file of its own, from its first byte to its place: what a Maildir and a directory of files have in common.
//!
//! It is written under a name that no reader looks at, durable with the rest of its batch, and then renamed.

use super::{
    Place, Taken,
    batch::{Batch, SyncMode},
    dir::{Dir, show},
    intake::{Form, Intake},
};
use crate::base::error::*;
use std::{ffi::OsStr, io::Read, sync::Arc};

pub(super) struct Staging {
    /// Everything is staged here, whatever folder it goes to.
    pub(super) dir: Arc<Dir>,
    pub(super) batch: Batch,
    intake: Intake,
    /// The name of the message in hand.
    hand: Option<String>,
    filed: Vec<Filed>,
    /// A batch failed: what the disk says of a later one, or of the same once more, proves nothing.
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

    pub(super) fn prepare(&mut self) -> Result<Vec<Place>> {
        if self.spoilt {
            return Err(Error::new(Kind::Local, "what was written before could not be made durable"));
        }
        self.spoilt = true;
        self.batch.sync_data()?;
        self.spoilt = false;
        Ok(self.filed.iter().map(|filed| filed.place.clone()).collect())
    }

    pub(super) fn commit(&mut self) -> Result<Vec<Place>> {
        let mut places = Vec::with_capacity(self.filed.len());
        self.spoilt = true;
        for Filed { temp, to, name, place } in std::mem::take(&mut self.filed) {
            self.dir.rename_new(OsStr::new(&temp), &to, OsStr::new(&name)).map_err(|e| {
                let path = to.path().join(&name);
                Error::from_io(e, Kind::Local, format_args!("cannot deliver {}", show(&path)))
            })?;
            self.batch.changed(&to);
            places.push(place);
        }
        self.batch.sync_entries()?;
        self.spoilt = false;
        Ok(places)
    }
}

impl Drop for Staging {
    /// What was not committed was not delivered.
    fn drop(&mut self) {
        self.discard();
        for filed in self.filed.drain(..) {
            let _ = self.dir.remove(OsStr::new(&filed.temp));
        }
    }
}
