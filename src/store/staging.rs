//! A message in a file of its own, from its first byte to its place: what a Maildir and a directory of files have in common.
//!
//! It is written under a name that no reader looks at, durable with the rest of its batch, and then renamed.

use super::{
    Place, Taken,
    batch::{Batch, SyncMode, Unsynced},
    dir::{Dir, show},
    intake::{Form, Intake},
};
use crate::base::error::*;
use std::{
    ffi::OsStr,
    io::Read,
    sync::{Arc, mpsc},
    thread::{Builder, JoinHandle},
};

pub(super) struct Staging {
    /// Everything is staged here, whatever folder it goes to.
    pub(super) dir: Arc<Dir>,
    pub(super) batch: Batch,
    intake: Intake,
    /// The name of the message in hand.
    hand: Option<String>,
    filed: Vec<Filed>,
    /// The batch that is to be committed next.
    sealed: Sealed,
    /// A batch failed: what the disk says of a later one, or of the same once more, proves nothing.
    spoilt: bool,
}

struct Filed {
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
            filed: Vec::new(),
            sealed: Sealed::Nothing,
            spoilt: false,
        })
    }

    /// From here on in this form.
    pub(super) fn set_form(&mut self, form: Form) {
        self.intake = Intake::new(form);
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

    /// The message in hand goes to `to`, under its place's name and `info`.
    pub(super) fn file(&mut self, to: &Arc<Dir>, place: Place, info: String) -> Result<()> {
        self.hand()?;
        self.hand = None;
        self.filed.push(Filed { to: to.clone(), place, info });
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

/// A batch that is ended.
#[derive(Default)]
enum Sealed {
    #[default]
    Nothing,
    Going(JoinHandle<Result<Durable>>),
    Durable(Durable),
}

enum Durable {
    /// Under the names that no reader looks at.
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
    for Filed { to, place, info } in filed {
        let (temp, name) = place.names();
        let name = format!("{name}{info}");
        dir.rename_new(OsStr::new(temp), &to, OsStr::new(&name)).map_err(|e| {
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
        for filed in self.filed.drain(..) {
            let _ = self.dir.remove(OsStr::new(filed.place.names().0));
        }
    }
}
