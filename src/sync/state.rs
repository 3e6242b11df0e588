//! The state of an incremental deploy: what was put into the target, by path, with size and SHA-256.
//!
//! It stands for the target in a comparison (it is a [`Tree`]), so nothing has to be listed there, and nothing can be deleted
//! that it did not create. It is a text of JSON Lines; its first line carries a number that changes with every version written,
//! which ties the local journal to the version that it goes on from, and lets a run see that another one was there meanwhile.

use super::compare::join;
use crate::base::{
    digest::{hex, unhex},
    error::*,
    record::{self, Value, json},
    tree::{Entry, EntryKind, Tree},
};
use std::{
    collections::BTreeMap,
    io::{BufRead, Read, Write},
};

const FORMAT: &str = "wirepost-state";
const VERSION: u64 = 1;
/// A path has some KiB, of which escapes make six times as many.
const LONGEST: u64 = 64 << 10;

/// What is known of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Made by us.
    Dir,
    /// Without a digest it differs from everything.
    File { size: u64, sha256: Option<Vec<u8>> },
}

/// One change of a state, as a journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Has(Vec<u8>, Known),
    Gone(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Of the version that was read; empty if there was none.
    pub generation: String,
    paths: BTreeMap<Vec<u8>, Known>,
}

impl State {
    pub fn get(&self, path: &[u8]) -> Option<&Known> {
        self.paths.get(path)
    }

    pub fn len(&self) -> usize {
        self.paths.len()
    }

    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Has(path, known) => drop(self.paths.insert(path.clone(), known.clone())),
            Change::Gone(path) => drop(self.paths.remove(path)),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// `Config` if it is none, or of a version we do not know: going on without it would upload or forget everything.
    pub fn read(mut from: impl BufRead) -> Result<State> {
        let bad = |n: usize, what: &str| Error::new(Kind::Config, format!("line {n} of the state {what}"));
        let mut state = State::default();
        let mut line = Vec::new();
        for n in 0.. {
            line.clear();
            let read = from.by_ref().take(LONGEST).read_until(b'\n', &mut line);
            read.map_err(|e| Error::from_io(e, Kind::Config, "cannot read the state"))?;
            if line.is_empty() {
                break;
            }
            if line.len() as u64 == LONGEST {
                return Err(bad(n + 1, "is too long"));
            }
            let line = std::str::from_utf8(&line).map_err(|_| bad(n + 1, "is not UTF-8"))?;
            let line = line.strip_suffix('\n').unwrap_or(line);
            let value = record::from_line(line).map_err(|e| bad(n + 1, &format!("is {}", e.message())))?;
            if n == 0 {
                if value["format"] != FORMAT || value["version"].as_u64() != Some(VERSION) {
                    return Err(bad(1, "names no format of ours"));
                }
                state.generation = value["generation"].as_str().unwrap_or_default().to_string();
                continue;
            }
            let change = change_of(&value).ok_or_else(|| bad(n + 1, "is not understood"))?;
            state.apply(&change);
        }
        if state.generation.is_empty() {
            return Err(Error::new(Kind::Config, "the state is empty"));
        }
        Ok(state)
    }

    /// Writes it under a new number.
    pub fn write(&self, generation: &str, mut to: impl Write) -> std::io::Result<()> {
        let head = json!({ "format": FORMAT, "version": VERSION, "generation": generation });
        writeln!(to, "{}", record::to_line(&head))?;
        for (path, known) in &self.paths {
            writeln!(to, "{}", Change::Has(path.clone(), known.clone()).to_line())?;
        }
        Ok(())
    }

    /// The files, for whoever needs them all.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Known)> {
        self.paths.iter().map(|(path, known)| (path.as_slice(), known))
    }
}

impl Change {
    pub fn to_line(&self) -> String {
        record::to_line(&match self {
            Change::Gone(path) => json!({ "gone": record::name(path) }),
            Change::Has(path, Known::Dir) => json!({ "dir": record::name(path) }),
            Change::Has(path, Known::File { size, sha256 }) => {
                let mut value = json!({ "file": record::name(path), "size": size });
                if let (Some(sum), Some(map)) = (sha256, value.as_object_mut()) {
                    map.insert("sha256".into(), Value::from(hex(sum)));
                }
                value
            }
        })
    }

    pub fn from_line(line: &str) -> Option<Change> {
        record::from_line(line).ok().and_then(|v| change_of(&v))
    }
}

fn change_of(value: &Value) -> Option<Change> {
    let path = |key: &str| value.get(key).and_then(record::name_bytes).filter(|p| is_path(p));
    if let Some(path) = path("gone") {
        return Some(Change::Gone(path));
    }
    if let Some(path) = path("dir") {
        return Some(Change::Has(path, Known::Dir));
    }
    let sha256 = match value.get("sha256") {
        Some(text) => Some(unhex(text.as_str()?.as_bytes()).filter(|d| d.len() == 32)?),
        None => None,
    };
    Some(Change::Has(path("file")?, Known::File { size: value["size"].as_u64()?, sha256 }))
}

/// A relative path that leads nowhere else: it comes from a server and names what is deleted there.
fn is_path(path: &[u8]) -> bool {
    path.split(|b| *b == b'/').all(|part| {
        !matches!(part, b"" | b"." | b"..") && !part.iter().any(|b| matches!(b, b'\r' | b'\n' | 0))
    })
}

impl Tree for State {
    /// Directories above what it knows appear although it did not make them.
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let prefix = if dir.is_empty() { Vec::new() } else { join(dir, b"") };
        let mut entries: Vec<Entry> = Vec::new();
        for (path, known) in self.paths.range(prefix.clone()..) {
            let Some(rest) = path.strip_prefix(prefix.as_slice()) else { break };
            if rest.is_empty() {
                continue;
            }
            let (name, deeper) = match memchr::memchr(b'/', rest) {
                Some(at) => (&rest[..at], true),
                None => (rest, false),
            };
            // `d`, `d-x`, `d/y`: what is below a directory need not follow it at once.
            if deeper || *known == Known::Dir {
                if !entries.iter().rev().any(|e| e.name == name) {
                    entries.push(Entry::new(name, EntryKind::Dir));
                }
                continue;
            }
            let mut entry = Entry::new(name, EntryKind::File);
            if let Known::File { size, .. } = known {
                entry.size = Some(*size);
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(size: u64) -> Known {
        Known::File { size, sha256: Some(vec![7; 32]) }
    }

    fn state(paths: &[(&str, Known)]) -> State {
        let mut state = State::default();
        for (path, known) in paths {
            state.apply(&Change::Has(path.as_bytes().to_vec(), known.clone()));
        }
        state
    }

    #[test]
    fn a_state_is_a_tree() {
        let mut s = state(&[
            ("d", Known::Dir),
            ("d-x", file(1)),
            ("d/y", file(2)),
            ("d/e/f", file(3)),
            ("given/z", file(4)),
        ]);
        let mut names = |dir: &str| -> Vec<String> {
            let list = s.list(dir.as_bytes()).unwrap();
            list.iter()
                .map(|e| String::from_utf8_lossy(&e.name).into_owned() + if e.is_dir() { "/" } else { "" })
                .collect()
        };
        assert_eq!(names(""), ["d/", "d-x", "given/"]);
        assert_eq!(names("d"), ["e/", "y"]);
        assert_eq!(names("given"), ["z"]);
        assert!(names("none").is_empty());
    }

    #[test]
    fn what_is_no_state_is_refused() {
        let head = "{\"format\":\"wirepost-state\",\"version\":1,\"generation\":\"g\"}\n";
        for bad in [
            String::new(),
            "{}\n".into(),
            "not json\n".into(),
            head.replace(":1", ":2"),
            format!("{head}{{\"file\":\"../x\",\"size\":1}}\n"),
            format!("{head}{{\"dir\":\"/x\"}}\n"),
            format!("{head}{{\"file\":\"a\\r\\nDELE b\",\"size\":1}}\n"),
            format!("{head}{{\"file\":\"a\",\"size\":-1}}\n"),
            format!("{head}{{\"file\":\"a\",\"size\":1,\"sha256\":\"00\"}}\n"),
            format!("{head}{{\"file\":\"a\",\"si"),
        ] {
            assert_eq!(State::read(bad.as_bytes()).unwrap_err().kind(), Kind::Config, "{bad}");
        }
        assert!(State::read(head.as_bytes()).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn written_and_read_it_is_the_same(
            paths in prop::collection::btree_map("[a-c\u{e9}]{1,2}(/[a-c]{1,2}){0,2}", prop::option::of(0u64..9), 0..20)
        ) {
            let mut s = State { generation: "7".into(), ..State::default() };
            for (path, size) in paths {
                let known = size.map_or(Known::Dir, |n| Known::File { size: n, sha256: (n > 4).then(|| vec![1; 32]) });
                s.apply(&Change::Has(path.into_bytes(), known));
            }
            let mut text = Vec::new();
            s.write("7", &mut text).unwrap();
            prop_assert_eq!(State::read(text.as_slice()).unwrap(), s);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = (State::read(text.as_bytes()).is_ok(), Change::from_line(&text));
        }
    }
}
