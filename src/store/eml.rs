//! A directory of `.eml` files, one a message; folders are directories below it.
//!
//! The names are ours: time of the run, a counter, and the start of the digest. Nothing of a server or a message is in
//! them.

use super::{
    Envelope, Folder, Mailstore, Place, Taken,
    batch::SyncMode,
    dir::{Dir, show},
    intake::Form,
    staging::Staging,
};
use crate::base::{date::Time, digest, error::*};
use std::{
    collections::HashMap,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct EmlDir {
    at: PathBuf,
    prefix: String,
    count: u64,
    folders: HashMap<Folder, Arc<Dir>>,
    staging: Staging,
    /// What the message in hand will be called.
    name: String,
}

impl EmlDir {
    /// `crlf`: keep the wire's line ends.
    pub fn open(path: &Path, crlf: bool, sync: SyncMode) -> Result<EmlDir> {
        let dir = Dir::create(path, 0o700)?;
        let at = std::path::absolute(path)
            .map_err(|e| Error::from_io(e, Kind::Create, format_args!("cannot open {}", show(path))))?;
        // 20261123T050336Z: sorts by time of arrival, and no character that a file system minds.
        let stamp: String = Time::now().rfc3339().chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(EmlDir {
            at,
            prefix: format!("{stamp}-{}", std::process::id()),
            count: 0,
            folders: HashMap::new(),
            staging: Staging::new(&dir, Form { crlf, ..Form::default() }, sync)?,
            name: String::new(),
        })
    }
}

impl Mailstore for EmlDir {
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken> {
        self.count += 1;
        let start = format!("{}-{:05}", self.prefix, self.count);
        let taken = self.staging.stage(format!(".{start}.part"), message)?;
        self.name = format!("{start}-{}.eml", digest::hex(&taken.sha256[..4]));
        Ok(taken)
    }

    fn reread(&mut self) -> Result<Box<dyn Read + '_>> {
        self.staging.reread()
    }

    fn discard(&mut self) {
        self.staging.discard();
    }

    fn file(&mut self, folder: &Folder, _: &Envelope) -> Result<()> {
        let dir = match self.folders.get(folder) {
            Some(dir) => dir.clone(),
            None => {
                let levels: Vec<&[u8]> = folder.levels().iter().map(String::as_bytes).collect();
                let dir = self.staging.dir.make_below(&levels, 0o700)?;
                self.folders.insert(folder.clone(), dir.clone());
                dir
            }
        };
        let mut at = self.at.clone();
        at.extend(folder.levels());
        let (name, temp) = (self.name.clone(), self.staging.hand()?.to_string());
        self.staging.file(&dir, Place::Eml { dir: at, name, temp }, String::new())
    }

    fn prepare(&mut self) -> Result<Vec<Place>> {
        self.staging.prepare()
    }

    fn commit(&mut self) -> Result<Vec<Place>> {
        self.staging.commit()
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
