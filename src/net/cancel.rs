//! Stopping: one flag and one absolute deadline, shared by everything that waits.
//!
//! Nothing interrupts a blocking call by itself, so whoever waits asks here at least every 250 ms. The first signal sets the
//! flag: all waits end with `Interrupted`. Then [`Cancel::begin_cleanup`] opens a short grace in which waits are allowed
//! again, for removing temporary files and saying QUIT, in the threads that begin it: the others' transfers end at once, and have the
//! same grace to clean up after themselves. A second signal ends the process at once (`cli::signal`).

use crate::base::error::*;
use std::{
    cell::Cell,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The longest time a wait goes without asking [`Cancel::check`].
pub const SLICE: Duration = Duration::from_millis(200);

thread_local! {
    /// Whose cleaning up this thread has begun.
    static CLEANS: Cell<*const State> = const { Cell::new(ptr::null()) };
}

/// Shared by all clones.
#[derive(Clone)]
pub struct Cancel(Arc<State>);

struct State {
    /// The number of the signal that came; 0 for none.
    signal: Arc<AtomicUsize>,
    started: Instant,
    /// `--max-time`, counted from `started`.
    max_time: Option<Duration>,
    /// The end of the cleaning up in milliseconds after `started`; 0 while the run goes on.
    grace: AtomicU64,
}

impl Default for Cancel {
    fn default() -> Cancel {
        Cancel::new(Arc::default(), None)
    }
}

impl Cancel {
    /// `signal` is set to a signal's number by its handler; the time of the run counts from now.
    pub fn new(signal: Arc<AtomicUsize>, max_time: Option<Duration>) -> Cancel {
        Cancel(Arc::new(State { signal, started: Instant::now(), max_time, grace: AtomicU64::new(0) }))
    }

    /// An error if the run has to end: a signal came, or `--max-time` is over.
    pub fn check(&self) -> Result<()> {
        let grace = self.0.grace.load(Ordering::Relaxed);
        if grace != 0 && ptr::eq(CLEANS.get(), Arc::as_ptr(&self.0)) {
            if self.0.started.elapsed() >= Duration::from_millis(grace) {
                return Err(self
                    .why()
                    .unwrap_or_else(|| Error::new(Kind::Timeout, "the time to clean up is over")));
            }
            return Ok(());
        }
        match self.why() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Why the run was told to end, if it was, cleaning up or not.
    pub fn why(&self) -> Option<Error> {
        match self.0.signal.load(Ordering::Relaxed) {
            0 => {}
            signal => return Some(Error::interrupted(i32::try_from(signal).unwrap_or(15))),
        }
        match self.0.max_time {
            Some(max) if self.0.started.elapsed() >= max => {
                let text = format!("the run took longer than {} s (--max-time)", max.as_secs_f64());
                Some(Error::new(Kind::Timeout, text).again_is(Again::Later))
            }
            _ => None,
        }
    }

    /// Whether the run was told to end, cleaning up or not.
    pub fn is_stopping(&self) -> bool {
        self.why().is_some()
    }

    /// The signal that came, if one did.
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.0.signal.load(Ordering::Relaxed)).ok().filter(|s| *s != 0)
    }

    /// If the run was told to end, allows this thread waits until `grace` after the first thread that asked; without effect while it
    /// goes on.
    pub fn begin_cleanup(&self, grace: Duration) {
        if self.is_stopping() {
            let until = (self.0.started.elapsed() + grace).as_millis().clamp(1, u128::from(u64::MAX));
            let until = u64::try_from(until).unwrap_or(u64::MAX);
            let _ = self.0.grace.compare_exchange(0, until, Ordering::Relaxed, Ordering::Relaxed);
            CLEANS.set(Arc::as_ptr(&self.0));
        }
    }

    /// Waits, for a retry's delay or a poll, at most so long; ends early with the reason if the run has to end.
    pub fn sleep(&self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        loop {
            self.check()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_ends_waits_until_cleaning_begins() {
        let signal = Arc::new(AtomicUsize::new(0));
        let cancel = Cancel::new(signal.clone(), None);
        assert!(cancel.check().is_ok());
        cancel.begin_cleanup(Duration::from_secs(60));
        assert!(cancel.check().is_ok(), "nothing to clean up after");
        signal.store(2, Ordering::Relaxed);
        let error = cancel.check().unwrap_err();
        assert_eq!((error.kind(), error.signal()), (Kind::Interrupted, Some(2)));
        assert!(cancel.sleep(Duration::from_secs(3600)).is_err());
        cancel.begin_cleanup(Duration::from_secs(60));
        assert!(cancel.check().is_ok());
        assert_eq!(cancel.signal(), Some(2));
        // A transfer in another thread does not go on for that, and is cleaned up after as well.
        let other = cancel.clone();
        std::thread::spawn(move || {
            assert!(other.check().is_err());
            other.begin_cleanup(Duration::ZERO);
            assert!(other.check().is_ok(), "the grace is that of the first");
        })
        .join()
        .unwrap();
    }

    #[test]
    fn the_run_has_a_deadline() {
        let cancel = Cancel::new(Arc::default(), Some(Duration::ZERO));
        let error = cancel.check().unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Timeout, Again::Later));
        cancel.begin_cleanup(Duration::ZERO);
        assert!(cancel.sleep(Duration::from_secs(3600)).is_err(), "the grace is over too");
    }
}
