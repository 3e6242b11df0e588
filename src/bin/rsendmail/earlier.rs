//! `--retry-from`: what an earlier run's JSON Lines say is still to be done.

use std::{collections::HashMap, path::Path};
use wirepost::base::{
    error::*,
    record::{self, Value},
};

/// Where a recipient of an earlier run stands.
#[derive(Default)]
pub struct Earlier {
    /// By the message's source and the recipient's address.
    recipients: HashMap<(String, String), bool>,
    /// Messages that were not even tried, and may be: by source.
    untried: Vec<String>,
    message_ids: HashMap<String, String>,
}

impl Earlier {
    /// `unknown`: take what may have been delivered as open as well.
    ///
    /// # Errors
    /// `Missing` for a file that is not there, `Input` for one that is not the output of a run.
    pub fn load(path: &Path, unknown: bool) -> Result<Earlier> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::source(e, format_args!("cannot read {shown}")))?;
        let mut found = Earlier::default();
        for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let event =
                record::from_line(line).map_err(|e| e.context(format_args!("line {} of {shown}", n + 1)))?;
            let field = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
            let open = match field("outcome").as_str() {
                "temporary" => true,
                "unknown" => unknown,
                _ => false,
            };
            let source = field("source");
            match field("type").as_str() {
                "recipient" => {
                    found.message_ids.insert(source.clone(), field("message_id"));
                    found.recipients.insert((source, field("recipient")), open);
                }
                "message" if open && event.get("message_id").is_none() => found.untried.push(source),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Whether this recipient of this message is still to be done.
    pub fn is_open(&self, source: Option<&str>, recipient: &str) -> bool {
        let source = source.unwrap_or_default().to_string();
        if self.untried.contains(&source) {
            return true;
        }
        self.recipients.get(&(source, recipient.to_string())).copied().unwrap_or(false)
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
