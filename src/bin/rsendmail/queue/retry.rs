//! `rsendmail queue retry`: from the beginning, as if it were queued now. What failed for good is tried again; what may have been
//! delivered only if that is said.

use super::args::Retry;
use wirepost::{
    base::{date::Time, error::*},
    cli::Output,
    store::spool::{Spool, State, record::Event},
};

pub fn run(flags: &Retry, spool: &Spool, out: &mut Output) -> Result<()> {
    let seconds = i64::try_from(flags.time.as_secs()).unwrap_or(i64::MAX);
    let expires = Time(Time::now().0.saturating_add(seconds));
    flags.which.each("due again:", spool, out, |mut entry| {
        let open = |state: State| match state {
            State::Queued | State::Failed => true,
            State::Unknown => flags.unknown,
            _ => false,
        };
        let recipients = entry.record.recipients.iter().enumerate();
        let to: Vec<usize> = recipients.filter(|(_, r)| open(r.state)).map(|(i, _)| i).collect();
        if to.is_empty() {
            return Ok(None);
        }
        entry.note(&Event::Retry { to, expires })?;
        Ok(Some(entry.record.clone()))
    })
}
