//! Where a message goes, in a form that can be written down before it is there and looked up after a crash.

use super::{dir::Dir, maildir, mbox};
use crate::base::{
    digest,
    error::*,
    record::{self, Map, Value, json},
};
use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The place of one message in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `base` in `new` or `cur` of the Maildir (or folder) `dir`; `temp` was its name in `tmp`.
    Maildir { dir: Arc<Path>, base: String, temp: String },
    /// `length` bytes from `offset`, the first `from` of them the From_ line; the rest have the digest. `stage` holds
    /// the same bytes (after the From_ line) at `staged`.
    Mbox {
        file: Arc<Path>,
        offset: u64,
        from: u64,
        length: u64,
        sha256: [u8; 32],
        stage: Arc<Path>,
        staged: u64,
    },
    /// One file.
    Eml { dir: PathBuf, name: String, temp: String },
    /// It went to a command or to standard output: there is nothing to look up.
    Gone,
}

impl Place {
    /// For messages and JSON.
    pub fn path(&self) -> PathBuf {
        match self {
            Place::Maildir { dir, base, .. } => dir.join("new").join(base),
            Place::Mbox { file, .. } => file.to_path_buf(),
            Place::Eml { dir, name, .. } => dir.join(name),
            Place::Gone => PathBuf::new(),
        }
    }

    /// The names in the directories of staging and of delivery, where it is a file of its own.
    pub(super) fn names(&self) -> (&str, &str) {
        match self {
            Place::Maildir { base, temp, .. } => (temp, base),
            Place::Eml { name, temp, .. } => (temp, name),
            Place::Mbox { .. } | Place::Gone => ("", ""),
        }
    }

    /// Adds what [`Place::from_json`] needs.
    pub fn to_json(&self, map: &mut Map<String, Value>) {
        let path = |path: &Path| record::name(path.as_os_str().as_bytes());
        match self {
            Place::Maildir { dir, base, temp } => {
                map.insert("maildir".into(), path(dir));
                map.insert("name".into(), json!(base));
                map.insert("temp".into(), json!(temp));
            }
            Place::Mbox { file, offset, from, length, sha256, stage, staged } => {
                map.insert("mbox".into(), path(file));
                for (key, number) in
                    [("offset", offset), ("from", from), ("length", length), ("staged", staged)]
                {
                    map.insert(key.into(), json!(number));
                }
                map.insert("stored_sha256".into(), json!(digest::hex(sha256)));
                map.insert("stage".into(), path(stage));
            }
            Place::Eml { dir, name, temp } => {
                map.insert("dir".into(), path(dir));
                map.insert("name".into(), json!(name));
                map.insert("temp".into(), json!(temp));
            }
            Place::Gone => {}
        }
    }

    pub fn from_json(map: &Value) -> Option<Place> {
        let path = |key: &str| {
            let bytes = record::name_bytes(map.get(key)?)?;
            Some(PathBuf::from(OsStr::from_bytes(&bytes)))
        };
        let text = |key: &str| map.get(key)?.as_str().map(String::from);
        let number = |key: &str| map.get(key)?.as_u64();
        if let Some(dir) = path("maildir") {
            return Some(Place::Maildir { dir: dir.into(), base: text("name")?, temp: text("temp")? });
        }
        if let Some(dir) = path("dir") {
            return Some(Place::Eml { dir, name: text("name")?, temp: text("temp")? });
        }
        if let Some(file) = path("mbox") {
            return Some(Place::Mbox {
                file: file.into(),
                offset: number("offset")?,
                from: number("from")?,
                length: number("length")?,
                sha256: digest::unhex(text("stored_sha256")?.as_bytes())?.try_into().ok()?,
                stage: path("stage")?.into(),
                staged: number("staged")?,
            });
        }
        Some(Place::Gone)
    }
}

/// What came of deliveries that were written down as intended, in the same order: whether each is there, whole and
/// durable. What is half there is undone, so that it can be delivered again.
pub fn settle(places: &[Place]) -> Result<Vec<bool>> {
    let mut out = vec![false; places.len()];
    let mut done = vec![false; places.len()];
    for at in 0..places.len() {
        if done[at] {
            continue;
        }
        match &places[at] {
            Place::Maildir { dir, .. } => {
                // One look at a directory answers for all its messages.
                let mut group = Vec::new();
                let mut bases = Vec::new();
                for (n, place) in places.iter().enumerate().skip(at) {
                    if let Place::Maildir { dir: other, base, temp } = place
                        && other == dir
                    {
                        group.push(n);
                        bases.push((base.as_str(), temp.as_str()));
                    }
                }
                for (n, found) in group.into_iter().zip(maildir::settle(dir, &bases)?) {
                    (out[n], done[n]) = (found, true);
                }
            }
            place @ Place::Mbox { .. } => out[at] = mbox::settle(place)?,
            Place::Eml { dir, name, temp } => {
                if let Ok(dir) = Dir::open(dir) {
                    out[at] = matches!(dir.node(OsStr::new(name)), Ok(Some(_)));
                    dir.sync()?;
                    let _ = dir.remove(OsStr::new(temp));
                }
            }
            Place::Gone => {}
        }
    }
    for place in places {
        // Everything it was needed for is decided.
        if let Place::Mbox { stage, .. } = place {
            let _ = std::fs::remove_file(stage);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_written_down() {
        let odd = PathBuf::from(OsStr::from_bytes(b"/m/caf\xe9"));
        for place in [
            Place::Maildir {
                dir: odd.as_path().into(),
                base: "1.M2P3Q4.h,S=5".into(),
                temp: "1.M2P3Q4.h".into(),
            },
            Place::Mbox {
                file: odd.as_path().into(),
                offset: 1,
                from: 2,
                length: 3,
                sha256: [7; 32],
                stage: odd.as_path().into(),
                staged: 4,
            },
            Place::Eml { dir: odd, name: "a.eml".into(), temp: ".a.part".into() },
            Place::Gone,
        ] {
            let mut map = Map::new();
            place.to_json(&mut map);
            assert_eq!(Place::from_json(&Value::Object(map)), Some(place));
        }
    }
}
