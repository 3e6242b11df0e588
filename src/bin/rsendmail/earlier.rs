//! `--retry-from`: what an earlier run's JSON Lines say is still to be done.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::BuildHasher,
    path::Path,
};
use wirepost::base::{
    error::*,
    record::{self, Value},
};

/// Where the messages of an earlier run stand. Of what is done only a digest is kept: there may be millions.
#[derive(Default)]
pub struct Earlier {
    /// By the message's source and the recipient's address: whether it is to be done still.
    recipients: HashMap<u128, bool>,
    /// By source, every message that the run got to the end of: whether it may be tried as a whole, since nothing of it was.
    messages: HashMap<u128, bool>,
    /// Sources of what is left since nobody knows whether it arrived.
    unknown: HashSet<u128>,
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
        let mut found = Earlier::default();
        record::events(path, |event| {
            found.add(event, unknown);
            Ok(())
        })?;
        Ok(found)
    }

    fn add(&mut self, event: &Value, unknown: bool) {
        let field = |name: &str| event[name].as_str().unwrap_or_default();
        let open = match field("outcome") {
            "temporary" => true,
            "unknown" => unknown,
            _ => false,
        };
        let source = field("source");
        if field("outcome") == "unknown" && !unknown {
            self.unknown.insert(self.digest(source, ""));
        }
        match field("type") {
            "recipient" => {
                if open {
                    self.message_ids.insert(source.to_string(), field("message_id").to_string());
                }
                self.recipients.insert(self.digest(source, field("recipient")), open);
            }
            "message" => {
                let untried = open && event.get("message_id").is_none();
                self.messages.insert(self.digest(source, ""), untried);
            }
            _ => {}
        }
    }

    fn digest(&self, source: &str, recipient: &str) -> u128 {
        let [a, b] = [0, 1].map(|i: usize| self.keys[i].hash_one((source, recipient)));
        u128::from(a) << 64 | u128::from(b)
    }

    /// Whether this recipient of this message is still to be done. The run may have ended before it had a word on the recipient, or
    /// on the message: nothing is done that is not said to be.
    pub fn is_open(&self, source: Option<&str>, recipient: &str) -> bool {
        let source = source.unwrap_or_default();
        let said = self.recipients.get(&self.digest(source, recipient));
        *said.or_else(|| self.messages.get(&self.digest(source, ""))).unwrap_or(&true)
    }

    /// Whether it is unknown of some recipient of this message that it arrived, and they are left alone for that.
    pub fn is_unknown(&self, source: Option<&str>) -> bool {
        self.unknown.contains(&self.digest(source.unwrap_or_default(), ""))
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
        let text = [
            line("ok", "a@x"),
            line("temporary", "b@x"),
            line("unknown", "c@x"),
            line("permanent", "d@x"),
            r#"{"type":"message","outcome":"permanent","message_id":"<1@x>"}"#.into(),
        ];
        std::fs::write(file.path(), text.join("\n") + "\n{\"type\":\"summary\"}\n").unwrap();
        for (unknown, open) in [(false, vec!["b@x"]), (true, vec!["b@x", "c@x"])] {
            let earlier = Earlier::load(file.path(), unknown).unwrap();
            let all = ["a@x", "b@x", "c@x", "d@x", "e@x"].into_iter().filter(|a| earlier.is_open(None, a));
            assert_eq!(all.collect::<Vec<_>>(), open);
            assert_eq!(earlier.is_unknown(None), !unknown);
            assert_eq!(earlier.message_id(None).as_deref(), Some("<1@x>"));
        }
    }

    #[test]
    fn what_a_run_did_not_come_to_is_open() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let recipient = |outcome: &str| {
            format!(
                r#"{{"type":"recipient","outcome":"{outcome}","source":"1","recipient":"a@x","message_id":"<1@x>"}}"#
            )
        };
        let untried = |outcome: &str| format!(r#"{{"type":"message","outcome":"{outcome}","source":"1"}}"#);
        let error = || r#"{"type":"error"}"#.to_string();
        // Whether a@x and b@x of message 1 are still to be done.
        for (lines, open) in [
            (vec![error()], [true, true]),
            (vec![untried("temporary")], [true, true]),
            (vec![untried("permanent")], [false, false]),
            (vec![untried("skipped")], [false, false]),
            // Killed between two words on one message.
            (vec![recipient("ok")], [false, true]),
            // Two runs in one file: the later one's word on a recipient counts.
            (vec![untried("temporary"), recipient("ok")], [false, true]),
            (vec![recipient("temporary"), untried("temporary")], [true, true]),
        ] {
            std::fs::write(file.path(), lines.join("\n")).unwrap();
            let earlier = Earlier::load(file.path(), false).unwrap();
            assert_eq!(["a@x", "b@x"].map(|who| earlier.is_open(Some("1"), who)), open, "{lines:?}");
            assert!(earlier.is_open(Some("2"), "a@x"));
        }
    }
}
