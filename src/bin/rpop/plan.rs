//! What is to be done with each message on the server: a pure decision, which `--dry-run` shows and a run carries out.

use std::{collections::HashSet, time::Duration};
use wirepost::{
    base::date::Time,
    pop3::Listed,
    store::seen::{Entry, Seen},
};

/// What the flags ask for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Only these identifiers (`--retry-from`).
    pub only: Option<HashSet<String>>,
    pub all: bool,
    pub max: Option<usize>,
    pub max_size: Option<u64>,
    pub retry_failed: bool,
    pub delete: bool,
    pub delete_after: Option<Duration>,
    pub keep_newest: Option<usize>,
}

/// Indices into the listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub fetch: Vec<usize>,
    /// Asked for, but left alone, and why.
    pub skip: Vec<(usize, &'static str)>,
    /// Delivered by an earlier run, and due.
    pub delete: Vec<usize>,
    /// Dealt with by an earlier session of this run.
    pub ended: Vec<usize>,
}

/// The command refused it in an earlier run.
const FAILED: &str = "failed_before";

/// An identifier that was gone and is listed again may be another message's (RFC 1939 §7 keeps it for one only as long as that
/// one exists): like one that stands twice, it identifies nothing, and the bytes tell. What was only passed over has none.
pub fn doubt(listed: &mut [Listed], seen: &Seen) {
    for message in listed {
        message.doubtful |= seen.get(&message.uid).is_some_and(|entry| entry.gone && entry.delivered);
    }
}

impl Plan {
    /// How many are left alone because a command refused them in an earlier run.
    pub fn failed(&self) -> usize {
        self.skip.iter().filter(|(_, reason)| *reason == FAILED).count()
    }
}

impl Wish {
    /// Whether messages may be deleted at all.
    pub fn deletes(&self) -> bool {
        self.delete || self.delete_after.is_some() || self.keep_newest.is_some()
    }

    /// Whether a message delivered at `at` may be deleted now, being at `index` of `count`.
    pub fn is_due(&self, at: Time, now: Time, index: usize, count: usize) -> bool {
        let old = self.delete_after.is_none_or(|age| at <= now.before(age));
        let newest = self.keep_newest.is_some_and(|n| index + n >= count);
        self.deletes() && old && !newest
    }

    /// `listed` in order of number, oldest first; `known` is the memory of the account, `ended` that of the run.
    pub fn plan(
        &self,
        listed: &[Listed],
        known: impl Fn(&str) -> Option<Entry>,
        ended: impl Fn(&str) -> bool,
        now: Time,
    ) -> Plan {
        let most = self.max.unwrap_or(usize::MAX).min(listed.len());
        let mut plan = Plan { fetch: Vec::with_capacity(most), ..Plan::default() };
        for (index, message) in listed.iter().enumerate() {
            if self.only.as_ref().is_some_and(|only| !only.contains(&*message.uid)) {
                continue;
            }
            // An identifier that stands twice, or none, identifies nothing: only the digest can tell.
            let sure = !message.doubtful && !message.uid.is_empty();
            if sure && ended(&message.uid) {
                plan.ended.push(index);
                continue;
            }
            let entry = if sure { known(&message.uid) } else { None };
            match entry {
                Some(entry) if entry.failed && !self.retry_failed => {
                    plan.skip.push((index, FAILED));
                    continue;
                }
                Some(entry) if !entry.failed && !self.all => {
                    // Only what was delivered: what was merely passed over is still nowhere else.
                    if entry.delivered && self.is_due(entry.at, now, index, listed.len()) {
                        plan.delete.push(index);
                    }
                    continue;
                }
                _ => {}
            }
            if self.max_size.is_some_and(|max| message.size.is_some_and(|size| size > max)) {
                plan.skip.push((index, "max_size"));
            } else if self.max.is_none_or(|max| plan.fetch.len() < max) {
                plan.fetch.push(index);
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn listed() -> Vec<Listed> {
        // In order: delivered long ago, delivered lately, passed over, failed, new, new and large, twice, twice, none, dealt with.
        [
            ("old", 1),
            ("late", 1),
            ("passed", 1),
            ("failed", 1),
            ("new", 1),
            ("large", 9),
            ("twin", 1),
            ("twin", 1),
            ("", 1),
            ("ended", 1),
        ]
        .into_iter()
        .enumerate()
        .map(|(n, (uid, size))| Listed {
            number: u32::try_from(n).unwrap() + 1,
            size: Some(size),
            uid: uid.into(),
            doubtful: uid == "twin",
        })
        .collect()
    }

    fn plan(wish: &Wish) -> Plan {
        let entry = |at, delivered, failed| {
            let mut entry = Entry::default();
            (entry.at, entry.delivered, entry.failed) = (Time(at), delivered, failed);
            Some(entry)
        };
        let known = |uid: &str| match uid {
            "old" => entry(0, true, false),
            "late" => entry(99 * DAY, true, false),
            "passed" => entry(0, false, false),
            "failed" => entry(0, false, true),
            "twin" => entry(0, true, false),
            _ => None,
        };
        wish.plan(&listed(), known, |uid| uid == "ended", Time(100 * DAY))
    }

    #[test]
    fn new_ones_are_fetched_and_doubtful_ones_looked_at_again() {
        let plan = plan(&Wish::default());
        assert_eq!(plan.fetch, [4, 5, 6, 7, 8]);
        assert_eq!(plan.skip, [(3, "failed_before")]);
        assert!(plan.delete.is_empty());
        assert_eq!(plan.ended, [9]);
    }

    #[test]
    fn only_what_was_delivered_is_deleted() {
        let delete = Wish { delete: true, ..Wish::default() };
        assert_eq!(plan(&delete).delete, [0, 1]);
        let after = Wish { delete_after: Some(Duration::from_secs(30 * 86_400)), ..Wish::default() };
        assert_eq!(plan(&after).delete, [0]);
        for (keep, gone) in [(0, vec![0, 1]), (8, vec![0, 1]), (9, vec![0]), (10, vec![]), (99, vec![])] {
            assert_eq!(plan(&Wish { keep_newest: Some(keep), ..Wish::default() }).delete, gone, "{keep}");
        }
    }

    #[test]
    fn limits() {
        let wish = Wish { max: Some(2), max_size: Some(5), retry_failed: true, ..Wish::default() };
        assert_eq!(plan(&wish).fetch, [3, 4]);
        assert_eq!(plan(&wish).skip, [(5, "max_size")]);
        let only = Some(["new", "late", "gone"].map(String::from).into());
        assert_eq!(plan(&Wish { only, ..Wish::default() }).fetch, [4]);
        assert_eq!(plan(&Wish { all: true, ..Wish::default() }).fetch, [0, 1, 2, 4, 5, 6, 7, 8]);
    }
}
