//! `rsendmail queue list`: what is queued, the oldest first. Exit 1 if there is nothing.

use super::{args::List, matches, tell};
use wirepost::{
    base::error::*,
    cli::{Output, exit::Outcome},
    store::spool::Spool,
};

/// `mailq`: as that program says it.
pub fn run(flags: &List, mailq: bool, spool: &Spool, out: &mut Output) -> Result<()> {
    let mut found = 0;
    for id in spool.ids()? {
        let record = match spool.read(&id) {
            Ok(Some(record)) => record,
            // Sent in the meantime.
            Ok(None) => continue,
            Err(e) => {
                found += 1;
                tell::failed(out, &id, None, &e);
                continue;
            }
        };
        if !matches(&flags.state, &record) {
            continue;
        }
        found += 1;
        out.count(Outcome::Ok);
        if out.has_events() {
            tell::emit(out, Outcome::Ok, tell::event(&id, Some(&record)));
        }
        if !out.is_json() {
            tell::lines(out, &id, &record);
        }
    }
    if found == 0 {
        nothing(mailq, out);
    }
    Ok(())
}

pub fn nothing(mailq: bool, out: &mut Output) {
    if mailq {
        return out.line("Mail queue is empty");
    }
    out.done("nothing is queued");
    out.answer_no();
}
