//! `rsendmail queue`: the verbs, and what they share.
//!
//! The queue itself is [`wirepost::store::spool`]; here it meets the session. [`keep`] puts messages in, [`work`] sends what is due, [`run`]
//! and [`flush`] say when; [`way`] is how a message remembers its server.

pub mod args;
mod check;
pub mod flush;
mod hold;
pub mod keep;
pub mod list;
mod mark;
mod retry;
mod rm;
pub mod run;
mod show;
mod tell;
mod way;
pub mod work;

use crate::{
    args::{Queueing, Rsendmail},
    sendmail::user,
};
use args::{Queue, StateChoice, Verb, Which};
use std::path::PathBuf;
use wirepost::{
    base::error::*,
    cli::{Output, state},
    net::Cancel,
    store::spool::{Entry, Locked, Record, Spool},
};

pub fn run(queue: &Queue, flags: &Rsendmail, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let at = directory(&flags.queueing)?;
    if !matches!(&queue.verb, Verb::List(_) | Verb::Show(_) | Verb::Check(_)) {
        out.acts();
    }
    let Some(spool) = Spool::open(&at)? else {
        return match &queue.verb {
            Verb::List(_) => {
                list::nothing(flags.queueing.sendmail, out);
                Ok(())
            }
            Verb::Check(_) => {
                check::nothing(&at, out);
                Ok(())
            }
            Verb::Run(verb) => no_such(out, &verb.ids),
            Verb::Show(verb) => no_such(out, &verb.ids),
            Verb::Hold(which) | Verb::Release(which) | Verb::Rm(which) => no_such(out, &which.ids),
            Verb::Retry(verb) => no_such(out, &verb.which.ids),
        };
    };
    match &queue.verb {
        Verb::List(verb) => list::run(verb, flags.queueing.sendmail, &spool, out),
        Verb::Run(verb) => run::run(verb, &spool, out, cancel),
        Verb::Show(verb) => show::run(verb, &spool, out),
        Verb::Hold(which) => hold::run(which, true, &spool, out),
        Verb::Release(which) => hold::run(which, false, &spool, out),
        Verb::Retry(verb) => retry::run(verb, &spool, out),
        Verb::Rm(which) => rm::run(which, &spool, out),
        Verb::Check(verb) => check::run(verb, &spool, out),
    }
}

/// Where the queue is: flag, environment, else below the state directory.
pub fn directory(flags: &Queueing) -> Result<PathBuf> {
    if let Some(dir) = &flags.queue_dir {
        return Ok(dir.clone());
    }
    if let Some(dir) = std::env::var_os("RSENDMAIL_QUEUE_DIR").filter(|dir| !dir.is_empty()) {
        return Ok(dir.into());
    }
    // Daemons start programs without HOME; the user database knows it too.
    let state = state::directory().or_else(|e| match user::me().and_then(|me| me.home) {
        Some(home) => Ok(home.join(".local/state/wirepost")),
        None => Err(e),
    });
    Ok(state?.join("rsendmail/queue"))
}

/// Nothing is queued: whatever was named is not there.
fn no_such(out: &mut Output, ids: &[String]) -> Result<()> {
    ids.iter().for_each(|id| tell::failed(out, id, None, &unknown(id)));
    Ok(())
}

fn unknown(id: &str) -> Error {
    Error::new(Kind::Missing, format!("no message {id} is queued"))
}

fn busy(id: &str) -> Error {
    Error::new(Kind::Busy, format!("another run is at {id}"))
}

impl Which {
    /// The names of those that are meant. One that is named need not be there.
    ///
    /// # Errors
    /// `Usage` if none is meant.
    fn ids(&self, spool: &Spool) -> Result<Vec<String>> {
        if !self.ids.is_empty() {
            if self.all || !self.state.is_empty() {
                let text = "names and --all or --state exclude each other";
                return Err(Error::new(Kind::Usage, text));
            }
            return Ok(self.ids.clone());
        }
        if !self.all && self.state.is_empty() {
            let error = Error::new(Kind::Usage, "no message is named");
            return Err(error.hint("queue list tells their names; --all means all of them, --state some"));
        }
        let mut ids = spool.ids()?;
        if !self.state.is_empty() {
            ids.retain(|id| spool.read(id).is_ok_and(|r| r.is_some_and(|r| matches(&self.state, &r))));
        }
        Ok(ids)
    }

    /// Does something to each that is meant, under its lock, and tells what came of it: `did`, or of `Ok(None)` that there was nothing
    /// to do.
    fn each(
        &self,
        did: &str,
        spool: &Spool,
        out: &mut Output,
        mut what: impl FnMut(Box<Entry>) -> Result<Option<Record>>,
    ) -> Result<()> {
        for id in self.ids(spool)? {
            let done = match spool.lock(&id) {
                Ok(Locked::Ours(entry)) => {
                    let before = entry.record.clone();
                    what(entry).map(|after| (before, after))
                }
                Ok(Locked::Busy) => Err(busy(&id)),
                // Gone since it was listed, or never there.
                Ok(Locked::Gone) if self.ids.is_empty() => continue,
                Ok(Locked::Gone) => Err(unknown(&id)),
                Err(e) => Err(e),
            };
            match done {
                Ok((_, Some(after))) => {
                    out.done(format_args!("{did} {id}"));
                    tell::done(out, &id, &after);
                }
                Ok((before, None)) => tell::skipped(out, &id, &before, "there is nothing to do"),
                Err(e) => tell::failed(out, &id, spool.read(&id).ok().flatten().as_ref(), &e),
            }
        }
        Ok(())
    }
}

fn matches(states: &[StateChoice], record: &Record) -> bool {
    states.is_empty() || states.iter().any(|s| s.is(record.state()))
}
