//! `mv`: renames on the server, with cp's rules for where things land.

use crate::{
    args::{self, Exists, Replace, Shared},
    matches::{self, Found},
    place::{self, Destination},
    remote::Remote,
    report,
    session::{Purpose, Session},
};
use std::collections::HashSet;
use wirepost::{
    base::{error::*, tree::Entry},
    cli::Output,
    ftp::RemotePath,
    net::Cancel,
};

pub fn run(flags: &args::Mv, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let Some((last, names)) = flags.names.split_last() else { return Ok(()) };
    let remotes = report::remotes(names)?;
    let destination = Remote::parse(last)?;
    if let Some(other) = remotes.iter().find(|r| r.site != destination.site) {
        let text = format!("{} is on another site than {}", other.site.url(&other.path), last.display());
        return Err(
            Error::new(Kind::Usage, text).hint("mv renames on one server; get and put move between two")
        );
    }
    let several = remotes.len() > 1;
    let to = &destination.path;
    // Whether the destination is a directory, and what stands under its name, once it was looked at.
    let mut kind: Option<(bool, Option<Entry>)> = None;
    let mut taken = HashSet::new();
    let run = report::Run { verb: "mv", purpose: Purpose::Change, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let found = match matches::find(session, path, flags.no_glob, false, out)? {
            None => {
                let what = format!("cannot move {path} on {}", session.host());
                return Err(matches::nothing(session, path).context(what));
            }
            Some(Found::One(entry)) => vec![(path.trimmed(), entry)],
            Some(Found::Matches(found)) => found,
        };
        let several = several || found.len() > 1;
        let known = match kind.clone() {
            Some(known) => known,
            None => {
                let there = session.run(out, |s, _, _| s.client()?.look(to)).0?;
                let is_dir = to.is_empty() || there.as_ref().is_some_and(Entry::is_dir);
                if !is_dir && to.ends_with_slash() {
                    session.run(out, |s, _, _| s.client()?.make_dirs(to)).0?;
                } else if !is_dir && several {
                    let text =
                        format!("cannot move several to {to}: it is no directory on {}", session.host());
                    return Err(Error::new(Kind::Usage, text)
                        .hint("a directory to be made is written with a / at its end"));
                }
                let found = (is_dir || to.ends_with_slash(), there);
                kind.insert(found).clone()
            }
        };
        for (path, entry) in found {
            cancel.check()?;
            let (target, there) = if known.0 {
                let name = place::below(path.as_bytes(), Destination::Directory);
                let target = to.join(&name)?;
                let there = session.run(out, |s, _, _| s.client()?.look(&target)).0?;
                (target, there)
            } else {
                (to.clone(), known.1.clone())
            };
            if flags.exists != Exists::Skip && !taken.insert(target.clone()) {
                let text = format!("cannot move {path}: another file of this run is {target} already");
                report::failed("mv", session, &path, &Error::new(Kind::Input, text), out);
                continue;
            }
            match one(session, flags, &path, &entry, &target, there.as_ref(), out) {
                Ok(None) => report::moved(session, &path, &target, out),
                Ok(Some(reason)) => report::skipped("mv", session, &path, reason, out),
                Err(e) => report::failed("mv", session, &path, &e, out),
            }
        }
        Ok(())
    })
}

/// One rename; a reason to leave it.
fn one(
    session: &mut Session<'_>,
    flags: &args::Mv,
    from: &RemotePath,
    entry: &Entry,
    to: &RemotePath,
    there: Option<&Entry>,
    out: &mut Output,
) -> Result<Option<&'static str>> {
    let what = format!("cannot rename {from} to {to} on {}", session.host());
    if from.trimmed() == to.trimmed() {
        return Err(Error::new(Kind::Usage, format!("{what}: it is the same name")));
    }
    if let Some(there) = there {
        let newer = match (entry.modified, there.modified) {
            (Some(ours), Some(theirs)) => ours.0 > theirs.0,
            _ => true,
        };
        match flags.exists {
            Exists::Skip => return Ok(Some("exists")),
            Exists::Newer if !newer => return Ok(Some("not newer")),
            Exists::Fail => return Err(Error::new(Kind::Refused, format!("{what}: it exists"))),
            _ if there.is_dir() => {
                return Err(Error::new(Kind::Refused, format!("{what}: a directory of that name is there")));
            }
            _ => {}
        }
    }
    // Where one name is the other in other letters they may be one file, and what is in the way would be what is moved.
    let deletes = flags.replace == Replace::DeleteFirst
        && !from.trimmed().as_bytes().eq_ignore_ascii_case(to.trimmed().as_bytes());
    let result = session.run(out, |session, out, _| match session.rename(out, &[], from, to, |_| true)? {
        Err(e) if there.is_none() || e.again() != Again::Never => Err(e),
        Err(_) if deletes => {
            session.client()?.delete(to)?;
            session.rename(out, &[], from, to, |_| true).flatten()
        }
        Err(e) => Err(e.hint("if the server renames onto no existing file: --replace delete-first")),
        Ok(()) => Ok(()),
    });
    result.0.map(|()| None)
}
