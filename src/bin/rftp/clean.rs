//! `clean`: removes the temporaries that interrupted uploads left, whatever their age. Only names of our own pattern are touched.

use crate::{
    args::{self, Shared},
    report,
    session::{Purpose, Session},
    temporary::is_temporary,
    walk::{self, Filter},
};
use std::time::Duration;
use wirepost::{
    base::{
        date::Time,
        error::*,
        tree::{Entry, EntryKind},
    },
    cli::Output,
    ftp::RemotePath,
    net::Cancel,
};

pub fn run(flags: &args::Clean, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "clean", purpose: Purpose::Change, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let host = session.host().to_string();
        let failed = |e: Error| e.context(format_args!("cannot clean {path} on {host}"));
        let mut dirs = vec![path.clone()];
        if flags.recursive {
            let filter = Filter::default();
            let walk = walk::remote(session, 1, path, &filter, false, out).map_err(failed)?;
            for (below, error) in &walk.failures {
                report::failed("clean", session, &path.join(below)?, error, out);
            }
            for found in walk.found.iter().filter(|f| f.entry.is_dir()) {
                dirs.push(path.join(&found.path)?);
            }
        }
        for dir in dirs {
            cancel.check()?;
            for temporary in leftovers(session, &dir, out).map_err(failed)? {
                if flags.dry_run {
                    report::planned("clean", session, &temporary, out);
                    continue;
                }
                match remove(session, &temporary, out) {
                    Ok(()) => report::done("clean", session, &temporary, out),
                    Err(e) => report::failed("clean", session, &temporary, &e, out),
                }
            }
        }
        Ok(())
    })?;
    report::nothing_done(flags.exit_code, out);
    Ok(())
}

fn leftovers(session: &mut Session<'_>, dir: &RemotePath, out: &mut Output) -> Result<Vec<RemotePath>> {
    let listing = session.run(out, |s, _, _| s.client()?.list(dir)).0?;
    old(dir, &listing.entries, None).collect()
}

fn remove(session: &mut Session<'_>, path: &RemotePath, out: &mut Output) -> Result<()> {
    let removed = session.run(out, |s, _, tried| {
        let client = s.client()?;
        match client.delete(path) {
            // The answer to the first try was lost, not its effect.
            Err(e) if tried > 1 && e.code() == Some(550) && client.look(path)?.is_none() => Ok(()),
            other => other,
        }
    });
    removed.0
}

/// Removes what is older, in passing: nothing is said of it but with `-v`.
pub fn sweep(
    session: &mut Session<'_>,
    dir: &RemotePath,
    age: Option<Duration>,
    out: &mut Output,
) -> Result<()> {
    let listing = session.run(out, |s, _, _| s.client()?.list(dir)).0?;
    for path in old(dir, &listing.entries, age) {
        let path = path?;
        out.note(format_args!("removing {path}, which an earlier run left"));
        remove(session, &path, out)?;
    }
    Ok(())
}

/// The temporaries in a listing that are older.
pub fn old<'e>(
    dir: &'e RemotePath,
    entries: &'e [Entry],
    age: Option<Duration>,
) -> impl Iterator<Item = Result<RemotePath>> + 'e {
    let now = Time::now();
    let is_old = move |entry: &&Entry| {
        let doubt = if entry.tolerance > 1 { i64::from(entry.tolerance) } else { 0 };
        let older = |age| entry.modified.is_some_and(|at| at.0 + doubt < now.before(age).0);
        entry.kind != EntryKind::Dir && is_temporary(&entry.name) && age.is_none_or(older)
    };
    entries.iter().filter(is_old).map(|entry| dir.join(&entry.name))
}
