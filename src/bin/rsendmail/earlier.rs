//! `--retry-from`: what an earlier run's JSON Lines say is still to be done.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    fs::File,
    hash::BuildHasher,
    io::{BufRead, BufReader},
    path::Path,
};
use wirepost::base::{
    error::*,
    record::{self, Value},
};

/// Where the recipients of an earlier run stand. Of those that are done with only a digest is kept: there may be millions.
#[derive(Default)]
pub struct Earlier {
    /// By the message's source and the recipient's address.
    recipients: HashMap<u128, bool>,
    /// Messages that were not even tried, and may be: by source.
    untried: HashSet<String>,
    /// Every message that the run got to.
    known: HashSet<u128>,
    /// Of those that are open.
    message_ids: HashMap<String, String>,
    keys: [RandomState; 2],
}

impl Earlier {
    /// `unknown`: take what may have been delivered as open as well.
    ///
    /// # Errors
    /// `Missing` for a file that is not there, `Input` for one that is not the output of a run.
    pub fn load(path: &Path, unknown: bool) -> Result<Earlier> {
        let shown = path.display();
        let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
        let mut found = Earlier::default();
        for (n, line) in BufReader::new(File::open(path).map_err(failed)?).split(b'\n').enumerate() {
            let line = line.map_err(failed)?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let wrong = |e: Error| e.context(format_args!("line {} of {shown}", n + 1));
            let line = std::str::from_utf8(&line).map_err(|_| wrong(Error::new(Kind::Input, "not UTF-8")))?;
            found.line(&record::from_line(line).map_err(wrong)?, unknown);
        }
        Ok(found)
    }

    fn line(&mut self, event: &Value, unknown: bool) {
        let field = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let open = match field("outcome") {
            "temporary" => true,
            "unknown" => unknown,
            _ => false,
        };
        let source = field("source");
        match field("type") {
            "recipient" => {
                if open {
                    self.message_ids.insert(source.to_string(), field("message_id").to_string());
                }
                self.recipients.insert(self.digest(source, field("recipient")), open);
            }
            "message" if open && event.get("message_id").is_none() => {
                self.untried.insert(source.to_string());
            }
            "message" => {}
            _ => return,
        }
        self.known.insert(self.digest(source, ""));
    }

    fn digest(&self, source: &str, recipient: &str) -> u128 {
        let [a, b] = [0, 1].map(|i: usize| self.keys[i].hash_one((source, recipient)));
        u128::from(a) << 64 | u128::from(b)
    }

    /// Whether this recipient of this message is still to be done.
    pub fn is_open(&self, source: Option<&str>, recipient: &str) -> bool {
        let source = source.unwrap_or_default();
        if self.untried.contains(source) {
            return true;
        }
        self.recipients.get(&self.digest(source, recipient)).copied().unwrap_or(false)
    }

    /// Whether the earlier run got as far as this message.
    pub fn knows(&self, source: &str) -> bool {
        self.known.contains(&self.digest(source, ""))
    }

    /// The Message-ID it had, which it keeps.
    pub fn message_id(&self, source: Option<&str>) -> Option<String> {
        self.message_ids.get(source.unwrap_or_default()).cloned().filter(|id| !id.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_temporary_is_open() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = |outcome: &str, who: &str| {
            format!(
                r#"{{"type":"recipient","outcome":"{outcome}","recipient":"{who}","message_id":"<1@x>"}}"#
            )
        };
        let text =
            [line("ok", "a@x"), line("temporary", "b@x"), line("unknown", "c@x"), line("permanent", "d@x")]
                .join("\n");
        std::fs::write(file.path(), text + "\n{\"type\":\"summary\"}\n").unwrap();
        for (unknown, open) in [(false, vec!["b@x"]), (true, vec!["b@x", "c@x"])] {
            let earlier = Earlier::load(file.path(), unknown).unwrap();
            let all = ["a@x", "b@x", "c@x", "d@x", "e@x"].into_iter().filter(|a| earlier.is_open(None, a));
            assert_eq!(all.collect::<Vec<_>>(), open);
            assert_eq!(earlier.message_id(None).as_deref(), Some("<1@x>"));
            assert!(!earlier.is_open(Some("other.eml"), "b@x"));
        }
        std::fs::write(file.path(), "hello\n").unwrap();
        assert_eq!(Earlier::load(file.path(), false).err().unwrap().kind(), Kind::Input);
    }
}
