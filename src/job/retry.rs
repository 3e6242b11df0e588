//! When to try again, and after how long. A policy only: the caller waits.
//!
//! The error says whether trying again makes sense ([`Again::Now`]); the policy counts, and spaces the tries 1, 2, 4 … seconds
//! apart with a quarter of jitter, so that many clients of a server that came back do not arrive together.

use crate::base::error::*;
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

const LONGEST: Duration = Duration::from_secs(60);

/// `--retries`, `--retry-max-time`.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub retries: u32,
    /// No retry begins later than this after the first try.
    pub max_time: Option<Duration>,
}

impl Policy {
    /// How long to wait before the next try; `None` to give up. `tried` counts the tries so far, from 1; `elapsed` runs from
    /// the first.
    pub fn wait(&self, error: &Error, tried: u32, elapsed: Duration) -> Option<Duration> {
        if error.again() != Again::Now || tried > self.retries {
            return None;
        }
        let wait = jittered(tried, RandomState::new().build_hasher().finish());
        if self.max_time.is_some_and(|max| elapsed + wait > max) {
            return None;
        }
        Some(wait)
    }
}

fn jittered(tried: u32, random: u64) -> Duration {
    spread(tried, Duration::from_secs(1), LONGEST, random)
}

/// How long a queue waits before it tries a message again that was tried so often, `tried` from 1: a minute, two, four … up to two hours,
/// with a quarter of jitter.
pub fn backoff(tried: u32) -> Duration {
    spread(
        tried,
        Duration::from_secs(60),
        Duration::from_secs(7200),
        RandomState::new().build_hasher().finish(),
    )
}

fn spread(tried: u32, first: Duration, longest: Duration, random: u64) -> Duration {
    let base = first.saturating_mul(1 << tried.saturating_sub(1).min(16)).min(longest);
    base + base.mul_f64(0.25 * (random % 1000) as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again() {
        let policy = Policy { retries: 3, max_time: Some(Duration::from_secs(5)) };
        let now = Duration::ZERO;
        assert!(policy.wait(&Error::new(Kind::Closed, "x"), 1, now).is_some());
        assert!(policy.wait(&Error::new(Kind::Closed, "x"), 4, now).is_none(), "three retries, four tries");
        for never in [Kind::Auth, Kind::Refused, Kind::Unconfirmed, Kind::Local, Kind::Interrupted] {
            assert!(policy.wait(&Error::new(never, "x"), 1, now).is_none(), "{never:?}");
        }
        assert!(policy.wait(&Error::new(Kind::Closed, "x"), 1, Duration::from_secs(5)).is_none());
    }

    #[test]
    fn waits_grow() {
        assert_eq!(jittered(1, 0), Duration::from_secs(1));
        assert_eq!(jittered(3, 0), Duration::from_secs(4));
        assert!(jittered(1, 999) < Duration::from_millis(1250));
        assert_eq!(jittered(40, 0), LONGEST);
        assert!((60..75).contains(&backoff(1).as_secs()) && (960..1200).contains(&backoff(5).as_secs()));
        assert!((7200..9000).contains(&backoff(u32::MAX).as_secs()));
    }
}
