//! How many there are: what `--count` tells, and whether `--max-actions` allows so many.

use crate::{
    find::{self, Order},
    job::Job,
    search::{fitting, reading},
    site::Site,
};
use wirepost::{
    base::{date::Time, error::*},
    cli::{
        Output,
        event::{Count, Event},
    },
    imap::{Mailbox, Name, Plan, SearchKey, Session},
};

pub fn here(job: &mut Job<'_>, mailbox: &mut Mailbox<'_>, out: &mut Output) -> Result<()> {
    let order = Order { by: None, reverse: false, first: None, last: None };
    let plan = Plan::new(&job.key, mailbox.session().capabilities(), false, Time::now())?;
    let n = if plan.is_remote() && plan.within().is_none() && job.key.is_ascii() {
        mailbox.search_count(&job.key)?
    } else {
        find::find(mailbox, &job.key.clone(), &order, false, out)?.uids.len() as u64
    };
    job.total += n;
    job.counts.push((mailbox.name.clone(), n));
    Ok(())
}

pub fn tell(job: &mut Job<'_>, out: &mut Output) {
    for (name, n) in std::mem::take(&mut job.counts) {
        if job.several {
            out.line(format_args!("{n}\t{name}"));
        } else {
            out.line(n);
        }
        out.emit(&Event::Count(Count { outcome: "ok", mailbox: name.text().to_string(), messages: n }));
    }
}

/// `--max-actions` is for the whole run, so several mailboxes are counted before anything is done in the first of them.
pub fn first(
    job: &mut Job<'_>,
    site: &mut Site<'_>,
    mut session: Session,
    mailboxes: &[Name],
    out: &mut Output,
) -> Result<Session> {
    let order = Order { by: None, reverse: false, first: None, last: None };
    let mut total = 0;
    for name in mailboxes {
        let n;
        (session, n) = reading(site, session, out, |session, out| {
            let mut mailbox = session.examine(name)?;
            let key = job.key_for(&mailbox, false, out)?.unwrap_or(SearchKey::All);
            fitting(job, &mut mailbox, &key, &order, false, out).map(|f| f.uids.len() as u64)
        })?;
        // A mailbox that cannot be read is told of when its turn comes.
        total += n.unwrap_or(0);
    }
    not_too_many(job, total).map(|()| session)
}

pub fn not_too_many(job: &Job<'_>, n: u64) -> Result<()> {
    let most = job.search.max_actions;
    if !job.search.acts() || n <= most {
        return Ok(());
    }
    let left = if job.total > 0 { "the rest was left alone" } else { "nothing was done" };
    let text = format!("{n} messages would be acted on, more than --max-actions {most}: {left}");
    Err(Error::new(Kind::Input, text).hint("raise --max-actions if they are meant"))
}
