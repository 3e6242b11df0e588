//! `rsendmail queue run`: everything that is due, server by server, each over one connection.
//!
//! Exit 0: nothing that waits is left. 75: something is. 3 or 69: something failed for good. 79: of something it is not known.

use super::{
    args::Run,
    tell, unknown, way,
    work::{Rest, Work},
};
use crate::{args::Rsendmail, server::Target, session::Session};
use std::collections::HashMap;
use wirepost::{
    base::{date::Time, error::*},
    cli::Output,
    net::Cancel,
    store::spool::{Spool, State, record::Way},
};

pub fn run(flags: &Run, spool: &Spool, out: &mut Output, cancel: &Cancel) -> Result<()> {
    out.leaves_rest();
    spool.sweep()?;
    let mut rest = Rest::default();
    let now = Time::now();
    for batch in by_way(flags, now, spool, out)? {
        match server(&batch, flags, now, true, spool, out, cancel) {
            Ok(left) => rest.join(&left),
            Err(e) => out.fail(&e),
        }
    }
    // Else nothing would tell why the exit is 75.
    if let Some(next) = rest.next {
        let next = if next > Time::now() { format!("at {}", next.local()) } else { "now".into() };
        out.warn(format_args!("{} waiting, the next due {next}", rest.messages));
    }
    Ok(())
}

/// These and only these, and nothing is said of them: the queue knows what came of each.
pub fn quietly(ids: &[String], flags: &Rsendmail, out: &mut Output, cancel: &Cancel) {
    if let Err(e) = these(ids, flags, out, cancel) {
        out.note(format_args!("what is queued was not sent: {e}"));
    }
}

fn these(ids: &[String], flags: &Rsendmail, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let Some(spool) = Spool::open(&super::directory(&flags.queueing)?)? else { return Ok(()) };
    let wanted = Run { ids: ids.to_vec(), ..Run::default() };
    let now = Time::now();
    for batch in by_way(&wanted, now, &spool, out)? {
        server(&batch, &wanted, now, false, &spool, out, cancel)?;
    }
    Ok(())
}

/// The messages that go one way.
struct Batch {
    way: Way,
    ids: Vec<String>,
    /// One of them is to be tried now.
    due: bool,
}

/// What is to be looked at, by the way it goes; the ways in the order of their oldest message.
fn by_way(flags: &Run, now: Time, spool: &Spool, out: &mut Output) -> Result<Vec<Batch>> {
    let ids = if flags.ids.is_empty() { spool.ids()? } else { flags.ids.clone() };
    let all_due = flags.now || !flags.ids.is_empty() || flags.retry_unknown;
    let mut ways: Vec<Batch> = Vec::new();
    let mut known: HashMap<Way, usize> = HashMap::new();
    for id in ids {
        let record = match spool.read(&id) {
            Ok(Some(record)) => record,
            Ok(None) => {
                if !flags.ids.is_empty() {
                    tell::failed(out, &id, None, &unknown(&id));
                }
                continue;
            }
            Err(e) => {
                tell::failed(out, &id, None, &e);
                continue;
            }
        };
        let doubtful = record.recipients.iter().any(|r| r.state == State::Unknown);
        if record.due().is_none() && !(flags.retry_unknown && doubtful) {
            if !flags.ids.is_empty() {
                tell::skipped(out, &id, &record, "there is nothing to send");
            }
            continue;
        }
        let way = &record.about.way;
        let at = *known.entry(way.clone()).or_insert_with(|| {
            ways.push(Batch { way: way.clone(), ids: Vec::new(), due: all_due });
            ways.len() - 1
        });
        ways[at].due |= !record.held && record.is_due(now);
        ways[at].ids.push(id);
    }
    Ok(ways)
}

fn server(
    batch: &Batch,
    flags: &Run,
    now: Time,
    tell: bool,
    spool: &Spool,
    out: &mut Output,
    cancel: &Cancel,
) -> Result<Rest> {
    let (stored, failed) = way::flags(&batch.way)?;
    let (target, failed) = match failed {
        // Nobody asks for a secret for what is not due.
        None if !batch.due => (Target::new(&stored.shared, false)?, None),
        None => match Target::new(&stored.shared, true) {
            Ok(target) => (target, None),
            Err(e) => (Target::new(&stored.shared, false)?, Some(e)),
        },
        failed => (Target::new(&stored.shared, false)?, failed),
    };
    let mut session = Session::new(target, &stored.shared, out, cancel);
    if let Some(e) = failed {
        session.give_up(e);
    }
    let mut work = Work::new(spool, &mut session, cancel);
    // What is due later than that would go without the secret that nobody asked for.
    work.at = now;
    work.now = flags.now || !flags.ids.is_empty();
    work.unknown = flags.retry_unknown;
    work.tell = tell;
    let done = work.send(&batch.ids, out);
    let rest = std::mem::take(&mut work.rest);
    session.end(out);
    done.map(|()| rest)
}
