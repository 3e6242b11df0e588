//! Which of many: by age, order and count. Pure.
//!
//! Orders run upwards: the oldest, the smallest, the first name comes first, so `--sort time --last 1` is the newest. A listing may
//! tell a time only to the minute or the day, or in an unknown zone; where that leaves it open whether a file is meant, [`Doubt`] decides. A time
//! that is not known at all is never guessed.

use clap::{Args, ValueEnum};
use std::time::Duration;
use wirepost::{
    base::{date::Time, error::*, escape, tree::Entry},
    cli::args::duration,
};

/// `--sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// The oldest first
    Time,
    /// By the bytes of the name
    Name,
    /// The smallest first
    Size,
}

/// Of all files that a name stands for (a pattern's matches, or what is in a directory), take:
#[derive(Args, Debug, Clone, Default)]
pub struct Select {
    /// Order by time, name or size: the oldest, first or smallest comes first
    #[arg(long, value_enum, value_name = "KEY", help_heading = "Selection")]
    pub sort: Option<Sort>,
    /// The first N in that order
    #[arg(long, value_name = "N", conflicts_with = "last", help_heading = "Selection")]
    pub first: Option<usize>,
    /// The last N in that order; --sort time --last 1 is the newest
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub last: Option<usize>,
    /// Only what was modified within this time (2d)
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Selection")]
    pub newer_than: Option<Duration>,
    /// Only what was modified longer ago than this (30d)
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Selection")]
    pub older_than: Option<Duration>,
}

/// What becomes of a file whose listed time leaves open whether it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is taken: one file too many is fetched or shown.
    In,
    /// It is left: nothing is removed by mistake.
    Out,
}

impl Select {
    /// Whether anything may be left out or reordered.
    pub fn is_active(&self) -> bool {
        self.sort.is_some() || self.narrows()
    }

    /// Whether anything may be left out.
    pub fn narrows(&self) -> bool {
        self.first.is_some() || self.last.is_some() || self.newer_than.is_some() || self.older_than.is_some()
    }

    /// The selected ones, in order. `entry` gives each one's entry.
    ///
    /// # Errors
    /// `Input` if a time or size that decides is not known.
    pub fn apply<T>(
        &self,
        mut items: Vec<T>,
        entry: impl Fn(&T) -> &Entry,
        now: Time,
        doubt: Doubt,
    ) -> Result<Vec<T>> {
        if !self.is_active() {
            return Ok(items);
        }
        if self.newer_than.is_some() || self.older_than.is_some() {
            for item in &items {
                time(entry(item))?;
            }
            // What is listed may lie anywhere so far from its time.
            let meant = |e: &Entry| {
                let Some(at) = e.modified else { return false };
                let off = if e.tolerance > 1 { i64::from(e.tolerance) } else { 0 };
                let (early, late) = (at.0 - off, at.0 + off);
                let (newest, oldest) = if doubt == Doubt::In { (late, early) } else { (early, late) };
                self.newer_than.is_none_or(|d| newest >= now.before(d).0)
                    && self.older_than.is_none_or(|d| oldest < now.before(d).0)
            };
            items.retain(|item| meant(entry(item)));
        }
        sort(&mut items, &entry, self.sort.unwrap_or(Sort::Name))?;
        if let Some(n) = self.first {
            items.truncate(n);
        }
        if let Some(n) = self.last {
            items.drain(..items.len().saturating_sub(n));
        }
        Ok(items)
    }
}

/// All but the newest `n`, the oldest first.
///
/// # Errors
/// As [`Select::apply`].
pub fn spare_newest<T>(n: usize, mut items: Vec<T>, entry: impl Fn(&T) -> &Entry) -> Result<Vec<T>> {
    sort(&mut items, &entry, Sort::Time)?;
    items.truncate(items.len().saturating_sub(n));
    Ok(items)
}

fn sort<T>(items: &mut [T], entry: &impl Fn(&T) -> &Entry, by: Sort) -> Result<()> {
    match by {
        Sort::Name => items.sort_by(|a, b| entry(a).name.cmp(&entry(b).name)),
        Sort::Time => {
            for item in items.iter() {
                time(entry(item))?;
            }
            items.sort_by(|a, b| {
                let key = |e: &Entry| e.modified.map(|t| t.0);
                key(entry(a)).cmp(&key(entry(b))).then_with(|| entry(a).name.cmp(&entry(b).name))
            });
        }
        Sort::Size => {
            if let Some(unknown) = items.iter().map(entry).find(|e| e.size.is_none() && !e.is_dir()) {
                return Err(unknown_of(unknown, "size"));
            }
            items.sort_by(|a, b| {
                entry(a).size.cmp(&entry(b).size).then_with(|| entry(a).name.cmp(&entry(b).name))
            });
        }
    }
    Ok(())
}

fn time(entry: &Entry) -> Result<Time> {
    entry.modified.ok_or_else(|| unknown_of(entry, "time"))
}

fn unknown_of(entry: &Entry, what: &str) -> Error {
    let name = escape::bytes(&entry.name).into_owned();
    Error::new(Kind::Input, format!("cannot select by {what}: the server tells none of {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirepost::base::tree::EntryKind;

    const DAY: u64 = 86_400;

    fn entry(name: &str, days_ago: i64, size: u64) -> Entry {
        let mut e = Entry::new(name, EntryKind::File);
        e.modified = Some(Time(1_000_000_000 - days_ago * DAY as i64));
        e.size = Some(size);
        e
    }

    fn names(select: &Select, items: Vec<Entry>, doubt: Doubt) -> String {
        let kept = select.apply(items, |e| e, Time(1_000_000_000), doubt).unwrap();
        kept.iter().map(|e| String::from_utf8(e.name.clone()).unwrap()).collect::<Vec<_>>().join(" ")
    }

    fn some() -> Vec<Entry> {
        vec![entry("b", 3, 10), entry("a", 1, 30), entry("d", 40, 20), entry("c", 2, 5)]
    }

    #[test]
    fn order_count_and_age() {
        let days = |n: u64| Some(Duration::from_secs(n * DAY));
        let s = Select::default();
        for (select, want) in [
            (s.clone(), "b a d c"),
            (Select { sort: Some(Sort::Name), ..s.clone() }, "a b c d"),
            (Select { sort: Some(Sort::Time), ..s.clone() }, "d b c a"),
            (Select { sort: Some(Sort::Size), ..s.clone() }, "c b d a"),
            (Select { sort: Some(Sort::Time), last: Some(1), ..s.clone() }, "a"),
            (Select { first: Some(2), ..s.clone() }, "a b"),
            (Select { last: Some(9), ..s.clone() }, "a b c d"),
            (Select { first: Some(0), ..s.clone() }, ""),
            (Select { newer_than: days(2), ..s.clone() }, "a c"),
            (Select { older_than: days(30), ..s.clone() }, "d"),
            (Select { older_than: days(1), newer_than: days(5), ..s.clone() }, "b c"),
        ] {
            assert_eq!(names(&select, some(), Doubt::In), want, "{select:?}");
        }
    }

    #[test]
    fn a_time_that_may_be_meant_is_fetched_and_not_removed() {
        let mut coarse = entry("x", 2, 1);
        coarse.tolerance = DAY as u32;
        let newer = Select { newer_than: Some(Duration::from_secs(DAY * 3 / 2)), ..Select::default() };
        let older = Select { older_than: Some(Duration::from_secs(DAY * 3 / 2)), ..Select::default() };
        for select in [newer, older] {
            assert_eq!(names(&select, vec![coarse.clone()], Doubt::In), "x", "{select:?}");
            assert_eq!(names(&select, vec![coarse.clone()], Doubt::Out), "", "{select:?}");
        }
    }

    #[test]
    fn the_newest_are_spared_and_nothing_is_guessed() {
        let kept = spare_newest(3, some(), |e| e).unwrap();
        assert_eq!(kept.iter().map(|e| e.name.clone()).collect::<Vec<_>>(), [b"d".to_vec()]);
        assert!(spare_newest(9, some(), |e| e).unwrap().is_empty());
        let unknown = vec![Entry::new("u", EntryKind::File)];
        assert_eq!(spare_newest(0, unknown.clone(), |e| e).unwrap_err().kind(), Kind::Input);
        let by_size = Select { sort: Some(Sort::Size), ..Select::default() };
        assert!(by_size.apply(unknown, |e| e, Time(0), Doubt::In).is_err());
    }
}
