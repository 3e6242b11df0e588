//! A stable N-th of the work, so that several runs share one: the same path is always the same shard's, whoever looks.

use crate::base::digest::{Algorithm, digest};

/// `I/N`: the part number I of N, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Default for Shard {
    /// All of it.
    fn default() -> Shard {
        Shard { index: 1, count: 1 }
    }
}

impl Shard {
    pub fn parse(text: &str) -> Option<Shard> {
        let (index, count) = text.split_once('/')?;
        let shard = Shard { index: index.parse().ok()?, count: count.parse().ok()? };
        (shard.index >= 1 && shard.index <= shard.count && shard.count <= 100_000).then_some(shard)
    }

    /// Whether this file is this shard's: the first eight bytes of the SHA-256 of its relative path, modulo N.
    pub fn takes(self, path: &[u8]) -> bool {
        if self.count == 1 {
            return true;
        }
        let hash = digest(Algorithm::Sha256, path);
        let first = hash.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b));
        first % self.count == self.index - 1
    }

    /// The one that makes empty directories and removes those that go.
    pub fn is_first(self) -> bool {
        self.index == 1
    }

    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// What tells its state from the others': nothing, or `.2-of-4`.
    pub fn suffix(self) -> String {
        if self.is_whole() { String::new() } else { format!(".{}-of-{}", self.index, self.count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_as_i_of_n() {
        assert_eq!(Shard::parse("2/4").unwrap().suffix(), ".2-of-4");
        assert_eq!(Shard::parse("1/1"), Some(Shard::default()));
        for bad in ["", "0/4", "5/4", "1", "1/0", "-1/4", "1/x", "1/4/2"] {
            assert_eq!(Shard::parse(bad), None, "{bad}");
        }
        // Part of the promise: a path stays with its shard from one version to the next.
        let which = |path: &[u8]| (1..=4).find(|i| Shard::parse(&format!("{i}/4")).unwrap().takes(path));
        assert_eq!((which(b"a"), which(b"index.html"), which(b"d/x")), (Some(3), Some(3), Some(1)));
    }

    proptest! {
        #[test]
        fn every_path_has_exactly_one(path in prop::collection::vec(any::<u8>(), 0..20), n in 1u64..9) {
            let takers = (1..=n).filter(|i| Shard { index: *i, count: n }.takes(&path)).count();
            prop_assert_eq!(takers, 1);
        }
    }
}
