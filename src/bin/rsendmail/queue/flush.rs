//! After a good send: what is due for the same server goes over the same connection, for a short time.
//!
//! It is done by the way, so what comes of it changes neither the exit code nor the JSON of this run; the queue remembers it. No message
//! is begun after [`TIME`]; the verdict on one that is on its way is waited for, since not waiting would leave it unknown.

use super::{directory, way, work::Work};
use crate::{args::Rsendmail, session::Session};
use std::time::{Duration, Instant};
use wirepost::{
    base::{date::Time, error::*},
    cli::Output,
    net::Cancel,
    store::spool::Spool,
};

const TIME: Duration = Duration::from_secs(10);

pub fn flush(flags: &Rsendmail, session: &mut Session<'_>, out: &mut Output, cancel: &Cancel) {
    if let Err(e) = try_flush(flags, session, out, cancel) {
        out.note(format_args!("the queue was left alone: {e}"));
    }
}

fn try_flush(flags: &Rsendmail, session: &mut Session<'_>, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let until = Instant::now() + TIME;
    let Some(spool) = Spool::open(&directory(&flags.queueing)?)? else { return Ok(()) };
    let all = spool.ids()?;
    if all.is_empty() || !session.is_open() {
        return Ok(());
    }
    let (ours, _) = way::of_this_run(&session.target, flags, true)?;
    let now = Time::now();
    let mut due = Vec::new();
    for id in all {
        if Instant::now() >= until {
            break;
        }
        // A record that is damaged is for `queue check` to tell.
        let Ok(Some(record)) = spool.read(&id) else { continue };
        if !record.held && record.is_due(now) && way::shares_connection(&record.about.way, &ours) {
            due.push(id);
        }
    }
    let mut work = Work::new(&spool, session, cancel);
    work.until = Some(until);
    work.tell = false;
    work.send(&due, out)
}
