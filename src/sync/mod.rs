//! Making one tree like another: compare and decide. Nothing here touches a file or a server.
//!
//! [`compare`] walks two [`Tree`]s in lockstep, one directory at a time, so that what is in memory is the difference and not the
//! trees. Its result, a [`Plan`], is what a dry run prints and what a run carries out; there is no second place that decides.
//!
//! Decisions:
//! * **Nothing follows from a part.** A directory whose listing failed is left as it is, on both sides, and with one such failure
//!   on the source's side nothing at all is deleted ([`Plan::may_delete`]).
//! * **Whatever a rule leaves out of the source is spared in the target**: what is excluded, symbolic links, special files. A
//!   directory that holds something spared stays.
//! * **Order**: what stands in the way goes first, then directories from the top down, then files, then deletions from the bottom up.
//! * **A shard is a stable part of the work** ([`Shard`]): files by the hash of their path; directories are made by whoever needs
//!   them and removed by the first, or by the one whose state says that it made them.

mod compare;
mod shard;
mod state;

pub use compare::{compare, differs};
pub use shard::Shard;
pub use state::{Change, Known, State};

use crate::base::{
    error::*,
    tree::{Entry, Tree},
};

/// How times on the target are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// They were set to the source's: different means changed.
    #[default]
    Kept,
    /// They tell when the copy was made: only a source that is newer has changed.
    OfCopy,
}

/// What a comparison goes by.
pub struct Rules<'a> {
    /// Whether a path (and whether it is a directory) takes part.
    pub takes: &'a dyn Fn(&[u8], bool) -> bool,
    /// What only the target has goes.
    pub delete: bool,
    pub times: Times,
    /// Files of the same size are compared by contents, later: they go to [`Plan::unsure`].
    pub by_contents: bool,
    /// The target does not tell `A` from `a`.
    pub fold_case: bool,
    pub shard: Shard,
    /// Directories that go are this run's to remove: the first shard's, or whoever's state has them.
    pub removes_dirs: bool,
    /// The target is what a state knows: of what the other shards put there nothing is seen.
    pub by_state: bool,
}

/// One thing to be done, or to be looked at.
#[derive(Clone, Debug)]
pub struct Step {
    /// Relative to the top, `/` between its parts.
    pub path: Vec<u8>,
    /// `new`, `size`, `newer`, `time`, `contents`, `not in the source` …
    pub why: &'static str,
    pub source: Option<Entry>,
    pub target: Option<Entry>,
}

impl Step {
    /// Whether it is about a directory on the target.
    pub fn removes_dir(&self) -> bool {
        self.target.as_ref().is_some_and(Entry::is_dir)
    }

    pub fn size(&self) -> u64 {
        self.source.as_ref().and_then(|e| e.size).unwrap_or(0)
    }
}

/// What has to be done to the target, phase by phase, each in its order.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the way of something of another kind: removed first, the deepest first.
    pub clear: Vec<Step>,
    /// Directories to be made, parents first.
    pub dirs: Vec<Step>,
    pub copies: Vec<Step>,
    /// With [`Rules::by_contents`]: files of the same size, to be compared.
    pub unsure: Vec<Step>,
    /// Only in the target: files first, then directories, the deepest first.
    pub deletes: Vec<Step>,
    /// Left out of the source by rule.
    pub left_out: Vec<(Vec<u8>, &'static str)>,
    pub failures: Vec<(Vec<u8>, Error)>,
    /// What the other shards delete, in this plan's stead.
    pub elsewhere: u64,
    /// How much was seen on each side.
    pub in_source: u64,
    pub in_target: u64,
    /// Something about the source is not known.
    pub source_failed: bool,
    /// The target's top is not there yet.
    pub target_missing: bool,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.clear.is_empty() && self.dirs.is_empty() && self.copies.is_empty() && self.deletes.is_empty()
    }

    /// How much the target would lose, by all shards together.
    pub fn losses(&self) -> u64 {
        (self.clear.len() + self.deletes.len()) as u64 + self.elsewhere
    }

    /// Whether anything may be deleted: all that is known must be the whole truth, and no more may go than was allowed.
    ///
    /// # Errors
    /// `Input`, with what to do about it.
    pub fn may_delete(&self, most: MaxDelete) -> Result<()> {
        if self.clear.is_empty() && self.deletes.is_empty() {
            return Ok(());
        }
        let losses = self.losses();
        if self.in_source == 0 {
            return Err(Error::new(Kind::Input, "the source is empty: nothing is deleted for that")
                .hint("an empty source is most often a mistake; rm -r empties a directory"));
        }
        let allowed = most.of(self.in_target);
        if losses > allowed {
            let all = self.in_target;
            let shards = if self.elsewhere > 0 { " by all shards" } else { "" };
            let text = format!(
                "{losses} of {all} would be deleted{shards}, and at most {allowed} may be (--max-delete)"
            );
            return Err(Error::new(Kind::Input, text)
                .hint(format!("look with --dry-run; --max-delete {losses} allows it")));
        }
        Ok(())
    }
}

/// `--max-delete`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxDelete {
    /// The larger of ten and a quarter.
    #[default]
    Usual,
    Count(u64),
    Percent(u64),
}

impl MaxDelete {
    /// `100` or `50%`.
    pub fn parse(text: &str) -> Option<MaxDelete> {
        match text.strip_suffix('%') {
            Some(percent) => percent.parse().ok().filter(|p| *p <= 100).map(MaxDelete::Percent),
            None => text.parse().ok().map(MaxDelete::Count),
        }
    }

    fn of(self, all: u64) -> u64 {
        match self {
            MaxDelete::Usual => (all / 4).max(10),
            MaxDelete::Count(n) => n,
            MaxDelete::Percent(p) => all.saturating_mul(p) / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_may_go() {
        assert_eq!((MaxDelete::Usual.of(20), MaxDelete::Usual.of(1000)), (10, 250));
        assert_eq!(MaxDelete::parse("50%").unwrap().of(30), 15);
        assert_eq!(MaxDelete::parse("7").unwrap().of(30), 7);
        for bad in ["", "-1", "101%", "x", "%"] {
            assert_eq!(MaxDelete::parse(bad), None, "{bad}");
        }
        let step = Step { path: b"a".to_vec(), why: "x", source: None, target: None };
        let mut plan = Plan { deletes: vec![step; 11], in_target: 12, in_source: 1, ..Plan::default() };
        assert_eq!(plan.may_delete(MaxDelete::Usual).unwrap_err().kind(), Kind::Input);
        assert!(plan.may_delete(MaxDelete::Count(11)).is_ok());
        plan.in_source = 0;
        assert_eq!(plan.may_delete(MaxDelete::Count(11)).unwrap_err().kind(), Kind::Input);
    }
}
