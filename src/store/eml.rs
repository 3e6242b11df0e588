//! A directory of `.eml` files, one a message; folders are directories below it.
//!
//! The names are ours: time of the run, a counter, and the start of the digest. Nothing of a server or a message is in
//! them.

use super::{
    Envelope, Folder, Mailstore, Place, Taken,
    batch::{Batch, SyncMode},
    dir::{Dir, show},
    intake::{Form, Intake},
};
use crate::base::{date::Time, digest, error::*};
use std::{
    collections::HashMap,
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct EmlDir {
    dir: Arc<Dir>,
    at: PathBuf,
    prefix: String,
    count: u64,
    folders: HashMap<Folder, Arc<Dir>>,
    intake: Intake,
    batch: Batch,
    hand: Option<(String, String)>,
    filed: Vec<Filed>,
}

struct Filed {
    temp: String,
    name: String,
    dir: Arc<Dir>,
    at: PathBuf,
}

impl EmlDir {
    /// `crlf`: keep the wire's line ends.
    pub fn open(path: &Path, crlf: bool, sync: SyncMode) -> Result<EmlDir> {
        let dir = Dir::create(path, 0o700)?;
        let at = std::path::absolute(path)
            .map_err(|e| Error::from_io(e, Kind::Create, format_args!("cannot open {}", show(path))))?;
        let mut batch = Batch::new(sync);
        batch.join(&dir)?;
        // 20261123T050336Z: sorts by time of arrival, and no character that a file system minds.
        let stamp: String = Time::now().rfc3339().chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(EmlDir {
            dir,
            at,
            prefix: format!("{stamp}-{}", std::process::id()),
            count: 0,
            folders: HashMap::new(),
            intake: Intake::new(Form { crlf, ..Form::default() }),
            batch,
            hand: None,
            filed: Vec::new(),
        })
    }
}

impl Mailstore for EmlDir {
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken> {
        self.discard();
        self.count += 1;
        let temp = format!(".{}-{:05}.part", self.prefix, self.count);
        let mut file = self.dir.create_new(OsStr::new(&temp), 0o600).map_err(|e| {
            let path = self.dir.path().join(&temp);
            Error::from_io(e, Kind::Create, format_args!("cannot create {}", show(&path)))
        })?;
        self.hand = Some((temp.clone(), String::new()));
        let taken = self.intake.copy(message, &mut file).and_then(|t| {
            self.batch.wrote(&self.dir, &file)?;
            Ok(t)
        });
        match taken {
            Ok(taken) => {
                let name =
                    format!("{}-{:05}-{}.eml", self.prefix, self.count, digest::hex(&taken.sha256[..4]));
                self.hand = Some((temp, name));
                Ok(taken)
            }
            Err(e) => {
                self.discard();
                Err(e)
            }
        }
    }

    fn reread(&mut self) -> Result<Box<dyn Read + '_>> {
        let Some((temp, _)) = &self.hand else { return Err(Error::new(Kind::Bug, "no message is in hand")) };
        let file = self.dir.open_file(OsStr::new(temp), false);
        Ok(Box::new(file.map_err(|e| Error::from_io(e, Kind::Local, "cannot read a staged message"))?))
    }

    fn discard(&mut self) {
        if let Some((temp, _)) = self.hand.take() {
            let _ = self.dir.remove(OsStr::new(&temp));
        }
    }

    fn file(&mut self, folder: &Folder, _: &Envelope) -> Result<()> {
        let dir = match self.folders.get(folder) {
            Some(dir) => dir.clone(),
            None => {
                let levels: Vec<&[u8]> = folder.levels().iter().map(String::as_bytes).collect();
                let dir = self.dir.make_below(&levels, 0o700)?;
                self.folders.insert(folder.clone(), dir.clone());
                dir
            }
        };
        let Some((temp, name)) = self.hand.take() else {
            return Err(Error::new(Kind::Bug, "no message is in hand"));
        };
        let mut at = self.at.clone();
        at.extend(folder.levels());
        self.filed.push(Filed { temp, name, dir, at });
        Ok(())
    }

    fn prepare(&mut self) -> Result<Vec<Place>> {
        self.batch.sync_data()?;
        Ok(self.filed.iter().map(Filed::place).collect())
    }

    fn commit(&mut self) -> Result<Vec<Place>> {
        let mut places = Vec::with_capacity(self.filed.len());
        for filed in std::mem::take(&mut self.filed) {
            let place = filed.place();
            let renamed = self.dir.rename_new(OsStr::new(&filed.temp), &filed.dir, OsStr::new(&filed.name));
            renamed.map_err(|e| {
                Error::from_io(e, Kind::Local, format_args!("cannot create {}", show(&place.path())))
            })?;
            self.batch.changed(&filed.dir);
            places.push(place);
        }
        self.batch.sync_entries()?;
        Ok(places)
    }
}

impl Filed {
    fn place(&self) -> Place {
        Place::Eml { dir: self.at.clone(), name: self.name.clone(), temp: self.temp.clone() }
    }
}

impl Drop for EmlDir {
    fn drop(&mut self) {
        self.discard();
        for filed in self.filed.drain(..) {
            let _ = self.dir.remove(OsStr::new(&filed.temp));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_our_own_names() {
        let temp = tempfile::tempdir().unwrap();
        let at = temp.path().join("mail");
        let mut store = EmlDir::open(&at, true, SyncMode::Batch).unwrap();
        store.stage(&mut &b"a\r\n"[..]).unwrap();
        store.file(&Folder::inbox(), &Envelope::default()).unwrap();
        store.stage(&mut &b"b"[..]).unwrap();
        store.file(&Folder::parse("x/y").unwrap(), &Envelope::default()).unwrap();
        let places = store.prepare().unwrap();
        assert_eq!(store.commit().unwrap(), places);
        assert_eq!(std::fs::read(places[0].path()).unwrap(), b"a\r\n");
        assert_eq!(places[1].path().parent().unwrap(), at.join("x/y"));
        assert_eq!(super::super::settle(&places).unwrap(), [true, true]);
        store.stage(&mut &b"c"[..]).unwrap();
        store.file(&Folder::inbox(), &Envelope::default()).unwrap();
        let places = store.prepare().unwrap();
        drop(store);
        assert_eq!(super::super::settle(&places).unwrap(), [false]);
        assert_eq!(std::fs::read_dir(&at).unwrap().count(), 2);
    }
}
