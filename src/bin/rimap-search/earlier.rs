//! `--retry-from`: the messages that the JSON Lines of an earlier run call temporary, by mailbox. They are searched for by
//! their UIDs, together with whatever else is asked for; a mailbox that was made anew meanwhile has none of them.

use std::{collections::HashMap, path::Path};
use wirepost::{
    base::{error::*, record},
    imap::{Mailbox, SearchKey, Uid, UidSet},
};

/// What an earlier run left, in the order of its mailboxes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Earlier(Vec<Left>);

#[derive(Debug, PartialEq, Eq)]
struct Left {
    mailbox: String,
    uidvalidity: u64,
    uids: UidSet,
}

impl Earlier {
    /// # Errors
    /// `Missing` for a file that is not there, `Input` for one that is not the output of a run.
    pub fn load(path: &Path) -> Result<Earlier> {
        let mut order: Vec<(String, u64)> = Vec::new();
        // The last word on a message counts.
        let mut open: HashMap<(usize, Uid), bool> = HashMap::new();
        record::events(path, |event| {
            let number = |name: &str| event[name].as_u64();
            let uid = number("uid").and_then(|n| Uid::try_from(n).ok()).filter(|n| *n > 0);
            if event["type"] == "message"
                && let (Some(mailbox), Some(uid)) = (event["mailbox"].as_str(), uid)
            {
                let place = (mailbox.to_string(), number("uidvalidity").unwrap_or(0));
                let at = order.iter().position(|p| *p == place).unwrap_or_else(|| {
                    order.push(place);
                    order.len() - 1
                });
                open.insert((at, uid), event["outcome"] == "temporary");
            }
            Ok(())
        })?;
        let left = order.into_iter().enumerate().map(|(at, (mailbox, uidvalidity))| {
            let uids = open.iter().filter(|((m, _), open)| *m == at && **open).map(|((_, uid), _)| *uid);
            Left { mailbox, uidvalidity, uids: uids.collect() }
        });
        Ok(Earlier(left.filter(|l| !l.uids.is_empty()).collect()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mailboxes in which something is left.
    pub fn mailboxes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|l| l.mailbox.as_str())
    }

    /// The key, for just what is left in this mailbox.
    ///
    /// # Errors
    /// `Missing`: the mailbox was made anew.
    pub fn narrow(&self, key: SearchKey, mailbox: &Mailbox<'_>) -> Result<SearchKey> {
        let mut uids = UidSet::new();
        for left in self.0.iter().filter(|l| l.mailbox == mailbox.name.text()) {
            if left.uidvalidity != 0 && left.uidvalidity != mailbox.uidvalidity {
                let text = format!(
                    "mailbox {} was made anew since the earlier run: its messages are others",
                    mailbox.name.text()
                );
                return Err(Error::new(Kind::Missing, text));
            }
            uids = uids.union(&left.uids);
        }
        Ok(SearchKey::and(vec![SearchKey::Uid(uids), key]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_word_on_a_message_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.jsonl");
        let line = |mailbox: &str, uid: u32, outcome: &str| {
            format!(
                "{{\"type\":\"message\",\"outcome\":\"{outcome}\",\"mailbox\":\"{mailbox}\",\"uid\":{uid},\"uidvalidity\":7}}\n"
            )
        };
        let text = [
            line("B", 3, "temporary"),
            line("A", 1, "ok"),
            line("B", 4, "permanent"),
            line("B", 5, "temporary"),
            line("B", 5, "ok"),
            "{\"type\":\"summary\",\"outcome\":\"temporary\"}\n".into(),
        ];
        std::fs::write(&path, text.concat()).unwrap();
        let earlier = Earlier::load(&path).unwrap();
        assert_eq!(earlier.mailboxes().collect::<Vec<_>>(), ["B"]);
        assert_eq!(earlier.0[0].uids.iter().collect::<Vec<_>>(), [3]);
        std::fs::write(&path, "From a\n").unwrap();
        assert_eq!(Earlier::load(&path).unwrap_err().kind(), Kind::Input);
        assert_eq!(Earlier::load(&dir.path().join("none")).unwrap_err().kind(), Kind::Missing);
    }
}
