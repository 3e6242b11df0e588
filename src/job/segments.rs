//! One file in parts that come at the same time: who fetches what, how far each came, and what can be relied on after a failure.
//! Bookkeeping only.
//!
//! The file is cut into equal parts. Whoever is done takes the next part that nobody has, and when there is none, the latter half of
//! the part that has the most to come: a slow connection does not hold up the end. One that comes to the end of its part while
//! nobody has begun the next just goes on, so with a single connection the file comes in one go.

/// One part: `at` is how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub start: u64,
    pub at: u64,
    pub end: u64,
    taken: bool,
}

impl Part {
    fn left(&self) -> u64 {
        self.end - self.at
    }
}

#[derive(Clone, Debug)]
pub struct Segments {
    /// In no order; a part's place is its number.
    parts: Vec<Part>,
    from: u64,
    least: u64,
}

impl Segments {
    /// Cuts `from..to` into up to `count` parts of at least `least` bytes.
    pub fn new(from: u64, to: u64, count: usize, least: u64) -> Segments {
        let (all, least) = (to.saturating_sub(from), least.max(1));
        let count = (count as u64).min(all / least).max(1);
        let border = |n: u64| from + all / count * n + (all % count).min(n);
        let part = |n| Part { start: border(n), at: border(n), end: border(n + 1), taken: false };
        Segments { parts: (0..count).map(part).collect(), from, least }
    }

    /// How many there are by now.
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    pub fn part(&self, number: usize) -> Part {
        self.parts[number]
    }

    /// A part to be fetched, if there is any.
    pub fn take(&mut self) -> Option<usize> {
        let free = |p: &&Part| !p.taken && p.left() > 0;
        let first = self.parts.iter().filter(free).map(|p| p.start).min();
        if let Some(number) = self.parts.iter().position(|p| free(&p) && Some(p.start) == first) {
            self.parts[number].taken = true;
            return Some(number);
        }
        let largest =
            self.parts.iter_mut().max_by_key(|p| p.left()).filter(|p| p.left() / 2 >= self.least)?;
        let middle = largest.at + largest.left() / 2;
        let half = Part { start: middle, at: middle, end: largest.end, taken: true };
        largest.end = middle;
        self.parts.push(half);
        Some(self.parts.len() - 1)
    }

    /// Nobody fetches it any more.
    pub fn give_back(&mut self, number: usize) {
        self.parts[number].taken = false;
    }

    /// `n` more bytes came for a part. How many of them belong to it: fewer where somebody else has what follows.
    pub fn arrived(&mut self, number: usize, n: u64) -> u64 {
        let mut part = self.parts[number];
        let before = part.at;
        while part.left() < n - (part.at - before) {
            let follows = |p: &&mut Part| !p.taken && p.start == part.end && p.at == p.start && p.left() > 0;
            part.at = part.end;
            let Some(next) = self.parts.iter_mut().find(follows) else { break };
            part.end = next.end;
            (next.start, next.at) = (next.end, next.end);
        }
        part.at = part.end.min(before + n);
        self.parts[number] = part;
        part.at - before
    }

    /// The last `n` bytes did not come after all.
    pub fn lost(&mut self, number: usize, n: u64) {
        let part = &mut self.parts[number];
        part.at = part.at.saturating_sub(n).max(part.start);
    }

    pub fn is_done(&self) -> bool {
        self.parts.iter().all(|p| p.left() == 0)
    }

    /// Up to where everything is here without a gap. `joined` tells whether a part that begins there belongs to what is before it.
    pub fn prefix(&self, mut joined: impl FnMut(u64) -> bool) -> u64 {
        let mut parts: Vec<&Part> = self.parts.iter().filter(|p| p.at > p.start).collect();
        parts.sort_by_key(|p| p.start);
        let mut here = self.from;
        for part in parts {
            if part.start != here || (here > self.from && !joined(here)) {
                break;
            }
            here = part.at;
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_equal_and_not_too_small() {
        let spans = |s: &Segments| s.parts.iter().map(|p| (p.start, p.end)).collect::<Vec<_>>();
        assert_eq!(spans(&Segments::new(10, 41, 3, 5)), [(10, 21), (21, 31), (31, 41)]);
        assert_eq!(spans(&Segments::new(0, 10, 8, 4)), [(0, 5), (5, 10)]);
        assert_eq!(spans(&Segments::new(0, 3, 8, 4)), [(0, 3)]);
        assert!(Segments::new(7, 7, 4, 4).is_done());
    }

    #[test]
    fn alone_it_comes_in_one_go() {
        let mut s = Segments::new(0, 100, 4, 10);
        assert_eq!(s.take(), Some(0));
        assert_eq!((s.arrived(0, 60), s.arrived(0, 60)), (60, 40));
        assert!(s.is_done());
    }

    #[test]
    fn what_another_has_is_left_to_it_and_who_is_done_helps() {
        let mut s = Segments::new(0, 100, 2, 10);
        assert_eq!((s.take(), s.take()), (Some(0), Some(1)));
        assert_eq!(s.arrived(0, 60), 50, "the rest is the other's");
        assert_eq!(s.take(), Some(2), "half of what the other has to fetch");
        assert_eq!((s.part(1).end, s.part(2).start, s.part(2).end), (75, 75, 100));
        s.give_back(2);
        assert_eq!(s.arrived(1, 50), 50, "nobody began it, so it goes on");
        assert!(s.is_done() && s.take().is_none());
    }

    #[test]
    fn after_a_failure_what_has_no_gap_counts() {
        let mut s = Segments::new(5, 105, 4, 10);
        for _ in 0..3 {
            s.take();
        }
        s.arrived(0, 25);
        s.arrived(1, 20);
        s.arrived(2, 25);
        assert_eq!((s.prefix(|_| true), s.prefix(|_| false)), (50, 30));
        s.lost(1, 30);
        assert_eq!(s.prefix(|_| true), 30);
    }

    proptest! {
        /// Whoever takes and gives back in whatever order: every byte is fetched once.
        #[test]
        fn all_of_it_comes_once(size in 1u64..3000, count in 1usize..6, steps in prop::collection::vec((0u8..3, 0usize..8, 1u64..400), 0..80)) {
            let mut s = Segments::new(0, size, count, 20);
            let mut seen = vec![0u8; size as usize];
            let mut mine: Vec<usize> = Vec::new();
            let fetch = |s: &mut Segments, number: usize, n: u64, seen: &mut Vec<u8>| {
                let at = s.part(number).at;
                let n = s.arrived(number, n);
                seen[at as usize..(at + n) as usize].iter_mut().for_each(|b| *b += 1);
                n
            };
            for (what, which, n) in steps {
                match what {
                    0 => mine.extend(s.take()),
                    1 if !mine.is_empty() => s.give_back(mine.swap_remove(which % mine.len())),
                    2 if !mine.is_empty() => drop(fetch(&mut s, mine[which % mine.len()], n, &mut seen)),
                    _ => {}
                }
            }
            mine.iter().for_each(|n| s.give_back(*n));
            while let Some(number) = s.take() {
                while fetch(&mut s, number, 64, &mut seen) == 64 {}
                s.give_back(number);
            }
            prop_assert!(s.is_done());
            prop_assert!(seen.iter().all(|n| *n == 1));
            prop_assert_eq!(s.prefix(|_| true), size);
        }
    }
}
