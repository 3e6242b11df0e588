//! `--rate`: no more messages than so many in a time, evenly.

use std::time::{Duration, Instant};
use wirepost::{base::error::Result, net::Cancel};

pub struct Pace {
    /// From one message to the next.
    interval: Option<Duration>,
    next: Instant,
}

impl Pace {
    pub fn new(interval: Option<Duration>) -> Pace {
        Pace { interval, next: Instant::now() }
    }

    /// How long [`Pace::wait`] would take.
    pub fn left(&self) -> Duration {
        self.interval.map_or(Duration::ZERO, |_| self.next.saturating_duration_since(Instant::now()))
    }

    /// Waits until the next message may go. Time that others took is not made up for by a burst.
    ///
    /// # Errors
    /// The run has to end.
    pub fn wait(&mut self, cancel: &Cancel) -> Result<()> {
        let Some(interval) = self.interval else { return Ok(()) };
        cancel.sleep(self.left())?;
        self.next = self.next.max(Instant::now() - interval) + interval;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_spread_over_time() {
        let mut pace = Pace::new(Some(Duration::from_millis(20)));
        let began = Instant::now();
        (0..4).for_each(|_| pace.wait(&Cancel::default()).unwrap());
        assert!(began.elapsed() >= Duration::from_millis(60));
        Pace::new(None).wait(&Cancel::default()).unwrap();
    }
}
