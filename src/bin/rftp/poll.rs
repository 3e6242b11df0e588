//! `--wait`: looks again and again until there is something, for a limited time.

use std::time::{Duration, Instant};
use wirepost::{base::error::*, net::Cancel};

/// The pause between two looks grows from the first of these to the second.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// Looks once, and while there is nothing until the time is over.
pub fn until<T>(
    limit: Option<Duration>,
    cancel: &Cancel,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let began = Instant::now();
    let mut pause = PAUSES.0;
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        let left = limit.unwrap_or_default().saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        cancel.sleep(pause.min(left))?;
        pause = pause.mul_f64(1.5).min(PAUSES.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_until_there_is_something_or_the_time_is_over() {
        let cancel = Cancel::default();
        let mut looks = 0;
        let mut look = |at: u32| {
            looks += 1;
            Ok((looks >= at).then_some(looks))
        };
        assert_eq!(until(None, &cancel, || look(2)).unwrap(), None);
        assert_eq!(until(None, &cancel, || look(2)).unwrap(), Some(2));
        assert_eq!(until(Some(Duration::from_millis(10)), &cancel, || look(9)).unwrap(), None);
        assert_eq!(looks, 4, "once at the beginning and once at the end");
        assert!(until(None, &cancel, || Err::<Option<()>, _>(Error::new(Kind::Closed, "x"))).is_err());
    }
}
