//! `rsendmail queue check`: for monitoring. The answer is no (exit 1) if a message failed or is unknown, if a record is damaged, or if
//! something waits for longer than it should.

use super::args::Check;
use std::path::Path;
use wirepost::{
    base::{date::Time, error::*, record},
    cli::{
        Output,
        event::{Event, QueueCheck},
        exit::Outcome,
    },
    store::spool::{Spool, State},
};

pub fn run(flags: &Check, spool: &Spool, out: &mut Output) -> Result<()> {
    spool.sweep()?;
    let mut found = empty(spool.path());
    let (mut oldest, mut astray): (Option<Time>, bool) = (None, false);
    let now = Time::now();
    for id in spool.ids()? {
        let record = match spool.read(&id) {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            Err(e) => {
                found.damaged += 1;
                out.warn(e.message());
                continue;
            }
        };
        let count = match record.state() {
            State::Queued => &mut found.queued,
            State::Held => &mut found.held,
            State::Sending => &mut found.sending,
            State::Unknown => &mut found.unknown,
            State::Failed => &mut found.failed,
            State::Sent => continue,
        };
        *count += 1;
        // One recipient of a message that waits for another counts too.
        let of = |state| record.recipients.iter().any(|r| r.state == state);
        found.failed += u64::from(record.state() != State::Failed && of(State::Failed));
        found.unknown += u64::from(!matches!(record.state(), State::Unknown) && of(State::Unknown));
        if matches!(record.state(), State::Queued | State::Sending) {
            oldest = Some(oldest.map_or(record.since, |o| o.min(record.since)));
            // Since when it waits nobody knows; the next run would try it.
            astray |= record.is_astray(now);
        }
    }
    let age = oldest.map(|o| now.0 - o.0);
    let late = astray || age.is_some_and(|age| u64::try_from(age).unwrap_or(0) > flags.older_than.as_secs());
    found.oldest = oldest.map(Time::rfc3339);
    let since = age.map_or(String::new(), |age| format!(" (the oldest for {})", super::tell::span(age)));
    out.line(format_args!(
        "{} queued{since}, {} held, {} being sent, {} unknown, {} failed, {} damaged",
        found.queued, found.held, found.sending, found.unknown, found.failed, found.damaged
    ));
    if late || found.unknown + found.failed + found.damaged > 0 {
        out.answer_no();
    }
    out.count(Outcome::Ok);
    out.emit(&Event::QueueCheck(Box::new(found)));
    Ok(())
}

fn empty(at: &Path) -> QueueCheck {
    use std::os::unix::ffi::OsStrExt;
    let directory = record::name(at.as_os_str().as_bytes());
    QueueCheck { outcome: Outcome::Ok.name(), directory, ..QueueCheck::default() }
}

pub fn nothing(at: &Path, out: &mut Output) {
    out.line("nothing is queued");
    out.count(Outcome::Ok);
    out.emit(&Event::QueueCheck(Box::new(empty(at))));
}
