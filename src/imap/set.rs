//! Sets of UIDs, kept as ranges whatever is in them: `1:4294967295` costs eight bytes, from a server as from a user
//! (a set that is expanded on sight is a memory bomb).

use crate::base::error::*;
use std::fmt;

/// Unique identifiers are 32 bits wide and never 0 (RFC 9051 §2.3.1.1).
pub type Uid = u32;

/// What a set may hold: more ranges than this come from a hostile server only.
const RANGES_LIMIT: usize = 1 << 21;

/// Sorted ranges that neither overlap nor touch. `u32::MAX` stands for `*` where a set was written with one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UidSet(Vec<(Uid, Uid)>);

impl UidSet {
    pub fn new() -> UidSet {
        UidSet::default()
    }

    pub fn one(uid: Uid) -> UidSet {
        UidSet(vec![(uid, uid)])
    }

    /// Any ranges, in any order, either end first.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (Uid, Uid)>) -> UidSet {
        let mut all: Vec<_> = ranges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
        all.sort_unstable();
        let mut out: Vec<(Uid, Uid)> = Vec::with_capacity(all.len().min(64));
        for range in all {
            join(&mut out, range);
        }
        UidSet(out)
    }

    /// As a server or a user writes it: `1:3,7,9:*`.
    ///
    /// # Errors
    /// `Protocol` for anything that is no set; a user's set is labelled by its caller.
    pub fn parse(text: &[u8]) -> Result<UidSet> {
        let bad = || Error::new(Kind::Protocol, format!("not a set of UIDs: {}", shown(text)));
        let mut ranges = Vec::new();
        for range in text.split(|b| *b == b',') {
            if ranges.len() >= RANGES_LIMIT {
                return Err(Error::new(Kind::Limit, "a set with too many ranges"));
            }
            let mut ends = range.splitn(2, |b| *b == b':');
            let first = ends.next().and_then(end).ok_or_else(bad)?;
            ranges.push((first, ends.next().map_or(Some(first), end).ok_or_else(bad)?));
        }
        Ok(UidSet::from_ranges(ranges))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many UIDs are in it.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(a, b)| u64::from(b - a) + 1).sum()
    }

    pub fn ranges(&self) -> &[(Uid, Uid)] {
        &self.0
    }

    pub fn last(&self) -> Option<Uid> {
        self.0.last().map(|r| r.1)
    }

    pub fn contains(&self, uid: Uid) -> bool {
        let at = self.0.partition_point(|(_, b)| *b < uid);
        self.0.get(at).is_some_and(|(a, _)| *a <= uid)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Uid> + '_ {
        self.0.iter().flat_map(|(a, b)| *a..=*b)
    }

    pub fn union(&self, other: &UidSet) -> UidSet {
        UidSet::from_ranges(self.0.iter().chain(&other.0).copied())
    }

    pub fn intersection(&self, other: &UidSet) -> UidSet {
        let (mut out, mut i, mut j) = (Vec::new(), 0, 0);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            let (from, to) = (a.0.max(b.0), a.1.min(b.1));
            if from <= to {
                out.push((from, to));
            }
            if a.1 < b.1 { i += 1 } else { j += 1 }
        }
        UidSet(out)
    }

    pub fn difference(&self, other: &UidSet) -> UidSet {
        let mut holes = Vec::with_capacity(other.0.len() + 1);
        let mut from = 0;
        for (a, b) in &other.0 {
            if *a > from {
                holes.push((from, a - 1));
            }
            from = b.saturating_add(1);
        }
        if other.last() != Some(Uid::MAX) {
            holes.push((from, Uid::MAX));
        }
        self.intersection(&UidSet(holes))
    }

    /// The set cut into sets of at most so many UIDs, each at most about 8 KiB when written: servers limit their lines.
    pub fn chunks(&self, most: u64) -> Vec<UidSet> {
        const RANGES: usize = 380; // 21 bytes each at most
        let (mut out, mut now, mut room) = (Vec::new(), Vec::new(), most.max(1));
        for (mut a, b) in self.0.iter().copied() {
            loop {
                if room == 0 || now.len() == RANGES {
                    out.push(UidSet(std::mem::take(&mut now)));
                    room = most.max(1);
                }
                let to = Uid::try_from(u64::from(a).saturating_add(room - 1).min(u64::from(b))).unwrap_or(b);
                now.push((a, to));
                room -= u64::from(to - a) + 1;
                if to == b {
                    break;
                }
                a = to + 1;
            }
        }
        if !now.is_empty() {
            out.push(UidSet(now));
        }
        out
    }
}

impl FromIterator<Uid> for UidSet {
    fn from_iter<T: IntoIterator<Item = Uid>>(uids: T) -> UidSet {
        let mut set = SetBuilder::default();
        uids.into_iter().for_each(|uid| set.push_unchecked((uid, uid)));
        set.finish()
    }
}

/// As it goes to a server.
impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (a, b)) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            match (*a, *b) {
                (Uid::MAX, _) => f.write_str("*")?,
                (a, Uid::MAX) => write!(f, "{a}:*")?,
                (a, b) if a == b => write!(f, "{a}")?,
                (a, b) => write!(f, "{a}:{b}")?,
            }
        }
        Ok(())
    }
}

/// Takes numbers as they come; those in order cost nothing, the others one sort at the end.
#[derive(Default)]
pub(crate) struct SetBuilder(Vec<(Uid, Uid)>);

impl SetBuilder {
    pub(crate) fn push(&mut self, uid: Uid) -> Result<()> {
        self.push_unchecked((uid, uid));
        if self.0.len() > RANGES_LIMIT {
            return Err(Error::new(Kind::Limit, "more results than any mailbox has"));
        }
        Ok(())
    }

    fn push_unchecked(&mut self, range: (Uid, Uid)) {
        match self.0.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(range.0) => last.1 = range.1,
            _ => self.0.push(range),
        }
    }

    pub(crate) fn finish(self) -> UidSet {
        UidSet::from_ranges(self.0)
    }
}

fn join(out: &mut Vec<(Uid, Uid)>, range: (Uid, Uid)) {
    match out.last_mut() {
        Some(last) if range.0 <= last.1.saturating_add(1) => last.1 = last.1.max(range.1),
        _ => out.push(range),
    }
}

fn end(text: &[u8]) -> Option<Uid> {
    if text == b"*" {
        return Some(Uid::MAX);
    }
    number(text).and_then(|n| Uid::try_from(n).ok()).filter(|n| *n != 0)
}

/// Decimal digits that fit 64 bits.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    digits.iter().try_fold(0u64, |n, d| {
        let d = d.is_ascii_digit().then(|| u64::from(d - b'0'))?;
        n.checked_mul(10)?.checked_add(d)
    })
}

/// Bytes of a peer for a message: cut, not yet escaped.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(80)];
    let dots = if cut.len() < bytes.len() { "…" } else { "" };
    format!("{}{dots}", String::from_utf8_lossy(cut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn written_and_read() {
        let set = UidSet::parse(b"7,3:1,4,9:*").unwrap();
        assert_eq!(set.to_string(), "1:4,7,9:*");
        for bad in ["", "0", "1,", ",", "1:", "a", "4294967296", "-1", "1:2:3", "99999999999999999999"] {
            assert!(UidSet::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(UidSet::parse(b"1:4294967295").unwrap().len(), 4_294_967_295);
    }

    proptest! {
        #[test]
        fn algebra_is_that_of_sets(a in prop::collection::vec(1u32..200, 0..60), b in prop::collection::vec(1u32..200, 0..60), most in 1u64..20) {
            let (sa, sb): (UidSet, UidSet) = (a.iter().copied().collect(), b.iter().copied().collect());
            let (ta, tb): (BTreeSet<u32>, BTreeSet<u32>) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(sa.iter().collect::<Vec<_>>(), ta.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(sa.union(&sb).iter().collect::<BTreeSet<_>>(), &ta | &tb);
            prop_assert_eq!(sa.intersection(&sb).iter().collect::<BTreeSet<_>>(), &ta & &tb);
            prop_assert_eq!(sa.difference(&sb).iter().collect::<BTreeSet<_>>(), &ta - &tb);
            prop_assert_eq!(sa.len(), ta.len() as u64);
            prop_assert!(sa.chunks(u64::MAX).len() <= 1);
            let chunks = sa.chunks(most);
            prop_assert!(chunks.iter().all(|c| c.len() <= most && !c.is_empty()));
            prop_assert_eq!(chunks.iter().flat_map(UidSet::iter).collect::<Vec<_>>(), sa.iter().collect::<Vec<_>>());
            if !sa.is_empty() {
                prop_assert_eq!(UidSet::parse(sa.to_string().as_bytes()).unwrap(), sa);
            }
        }

        #[test]
        fn nothing_makes_it_panic(text in "[0-9:,*a]{0,30}") {
            let _ = UidSet::parse(text.as_bytes());
        }
    }
}
