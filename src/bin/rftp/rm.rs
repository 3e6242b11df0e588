//! `rm`: removes files, and with `-r` directories. What is removed cannot be had back, so nothing is concluded from a listing that is
//! not whole, links are removed and never followed, and the root and the login directory need a word more.

use crate::{
    args::{self, Shared},
    batch::{self, ROW},
    lists,
    matches::{self, Found},
    remote::Remote,
    report,
    select::{self, Doubt},
    session::{Purpose, Session},
    walk::{self, DEEPEST, Filter, MOST},
    work::list::directory,
};
use std::{collections::VecDeque, sync::Arc};
use wirepost::{
    base::{
        date::Time,
        error::*,
        tree::{Entry, EntryKind, is_component},
    },
    cli::Output,
    ftp::RemotePath,
    net::Cancel,
};

const REMOVES_DIRECTORIES: &str = "-r removes directories with all that is in them";

/// So many names go out in one write.
const AT_ONCE: usize = 32;

struct Job<'a> {
    flags: &'a args::Rm,
    cancel: &'a Cancel,
    filter: Filter,
}

pub fn run(flags: &args::Rm, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut remotes = report::remotes(&flags.names)?;
    if let Some(list) = &flags.files_from {
        remotes.extend(report::remotes(&lists::files_from(list, flags.null)?)?);
    }
    if let Some(file) = &flags.retry_from {
        remotes.extend(lists::retry_from(file, "rm")?.into_iter().map(|left| left.remote));
    }
    if flags.names.is_empty() && flags.files_from.is_none() && flags.retry_from.is_none() {
        return Err(Error::new(Kind::Usage, "nothing to remove: no name was given")
            .hint("--help tells what there is"));
    }
    for remote in &remotes {
        guard(remote, None, flags)?;
    }
    let job = Job { flags, cancel, filter: Filter::new(&flags.select_names())? };
    let run = report::Run { verb: "rm", purpose: Purpose::Change, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let site = session.site.clone();
        let home = session.run(out, |s, _, _| Ok(s.client()?.home().cloned())).0?;
        guard(&Remote { site, path: path.clone() }, home.as_ref(), flags)?;
        remove(&job, session, path, home.as_ref(), out)
            .map_err(|e| e.context(format_args!("cannot remove {path} on {}", session.host())))
    })?;
    report::nothing_done(flags.exit_code, out);
    Ok(())
}

/// `-r` on the root, the login directory or one above it is most likely a variable that was empty.
fn guard(remote: &Remote, home: Option<&RemotePath>, flags: &args::Rm) -> Result<()> {
    if !flags.recursive || flags.force || !is_top(&remote.path, home) {
        return Ok(());
    }
    let text = format!("will not remove all of {}", remote.site.url(&remote.path));
    Err(Error::new(Kind::Input, text).hint("--force does it; is a variable in the name empty?"))
}

/// Whether a path leads to the root, the login directory or one above that.
fn is_top(path: &RemotePath, home: Option<&RemotePath>) -> bool {
    let mut parts: Vec<&[u8]> = Vec::new();
    let split = |bytes: &'_ [u8]| bytes.split(|b| *b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let home = home.map(|h| split(h.as_bytes())).unwrap_or_default();
    let home: Vec<&[u8]> = home.iter().map(Vec::as_slice).filter(|p| !p.is_empty()).collect();
    if !path.as_bytes().starts_with(b"/") {
        parts.extend(&home);
    }
    for part in path.as_bytes().split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if parts.pop().is_none() {
                    return true;
                }
            }
            part => parts.push(part),
        }
    }
    home.starts_with(&parts)
}

fn remove(
    job: &Job<'_>,
    session: &mut Session<'_>,
    path: &RemotePath,
    home: Option<&RemotePath>,
    out: &mut Output,
) -> Result<()> {
    let flags = job.flags;
    let narrows = flags.select.narrows() || flags.keep_newest.is_some();
    match matches::find(session, path, flags.no_glob, narrows, out)? {
        None => Err(matches::nothing(session, path)),
        Some(Found::One(entry)) if entry.is_dir() => {
            if !flags.recursive {
                return Err(Error::new(Kind::Usage, "it is a directory").hint(REMOVES_DIRECTORIES));
            }
            let selects = narrows || flags.filters();
            if (selects || flags.dry_run) && is_link(session, path, out)? {
                if selects {
                    return Err(Error::new(
                        Kind::Input,
                        "it is a link to a directory: what is behind it stays",
                    )
                    .hint("without a selection -r removes the link"));
                }
                files(job, session, vec![path.trimmed()], out);
                return Ok(());
            }
            if selects {
                return some_of(job, session, path, narrows, out);
            }
            let spare = is_top(path, home);
            tree(job, session, &path.trimmed(), spare, out)
        }
        Some(Found::One(entry)) => {
            let one = chosen(job, vec![(path.clone(), entry)])?;
            files(job, session, one.into_iter().map(|(path, _)| path).collect(), out);
            Ok(())
        }
        Some(Found::Matches(found)) => {
            // Without -r directories do not take part, not even in the counting.
            let (dirs, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, e)| e.is_dir());
            let mut all = others;
            if flags.recursive {
                all.extend(dirs);
                all.sort_by(|a, b| a.0.cmp(&b.0));
            } else {
                if all.is_empty() {
                    return Err(matches::directories_only(REMOVES_DIRECTORIES));
                }
                for (path, _) in &dirs {
                    report::skipped("rm", session, path, "directory", out);
                }
            }
            let (dirs, others): (Vec<_>, Vec<_>) =
                chosen(job, all)?.into_iter().partition(|(_, e)| e.is_dir());
            files(job, session, others.into_iter().map(|(path, _)| path).collect(), out);
            for (dir, _) in dirs {
                job.cancel.check()?;
                tree(job, session, &dir, false, out)?;
            }
            Ok(())
        }
    }
}

/// Whether what was looked up as a directory is a link to one: many servers follow a link that is asked for by its name.
fn is_link(session: &mut Session<'_>, path: &RemotePath, out: &mut Output) -> Result<bool> {
    let path = path.trimmed();
    let name = path.name();
    if !is_component(&name) {
        return Ok(false);
    }
    let above = matches::list(session, &directory(&path)?, false, out)?;
    if above.entries.iter().any(|e| e.name == name && e.kind == EntryKind::Link) {
        return Ok(true);
    }
    Ok(above.unique().is_some() && matches::list(session, &path, false, out)?.is_of_a_link(above.unique()))
}

/// What the selection leaves to be removed.
fn chosen(job: &Job<'_>, found: Vec<(RemotePath, Entry)>) -> Result<Vec<(RemotePath, Entry)>> {
    let found = match job.flags.keep_newest {
        Some(n) => select::spare_newest(n, found, |(_, e)| e)?,
        None => found,
    };
    job.flags.select.apply(found, |(_, e)| e, Time::now(), Doubt::Out)
}

/// Some of the files below a directory; the directories stay.
fn some_of(
    job: &Job<'_>,
    session: &mut Session<'_>,
    top: &RemotePath,
    narrows: bool,
    out: &mut Output,
) -> Result<()> {
    let walk = walk::remote(session, 1, top, &job.filter, narrows, out)?;
    if !walk.failures.is_empty() {
        // What is the newest, or whether there are seven, cannot be told from a part.
        for (below, error) in &walk.failures {
            report::failed("rm", session, &top.join(below)?, error, out);
        }
        return Ok(());
    }
    let mut found = Vec::new();
    for file in walk.found.into_iter().filter(|f| !f.entry.is_dir()) {
        found.push((top.join(&file.path)?, file.entry));
    }
    let found = chosen(job, found)?;
    files(job, session, found.into_iter().map(|(path, _)| path).collect(), out);
    Ok(())
}

/// A directory and all that is in it, from below. `spare`: the directory itself stays.
fn tree(
    job: &Job<'_>,
    session: &mut Session<'_>,
    top: &RemotePath,
    spare: bool,
    out: &mut Output,
) -> Result<()> {
    let host = session.host().to_string();
    if !spare && !unlink(job, session, std::slice::from_ref(top), out)?.is_empty() {
        return Ok(());
    }
    let mut open = vec![(top.clone(), 0, None)];
    let (mut dirs, mut seen) = (Vec::new(), 0);
    while let Some((dir, depth, found_in)) = open.pop() {
        job.cancel.check()?;
        if depth > DEEPEST {
            return Err(Error::new(Kind::Limit, format!("{dir} on {host} is too deep")).host(&host));
        }
        let listing = session.run(out, |s, _, _| s.client()?.list(&dir)).0?;
        if let Some(fault) = listing.faults(&dir, &host, |_| true).pop() {
            return Err(fault.hint("nothing is removed there"));
        }
        if listing.is_of_a_link(found_in.as_deref()) {
            // In a dry run, or it could not be removed.
            files(job, session, vec![dir], out);
            continue;
        }
        let found_in: Option<Arc<[u8]>> = listing.unique().map(Into::into);
        seen += 1 + listing.entries.len();
        if seen > MOST {
            return Err(Error::new(Kind::Limit, format!("{top} on {host} is a tree without end")).host(&host));
        }
        let (mut within, mut below) = (Vec::new(), Vec::new());
        for entry in listing.entries {
            let path = dir.join(&entry.name)?;
            if entry.is_dir() { below.push(path) } else { within.push(path) }
        }
        let links = unlink(job, session, &below, out)?;
        below.retain(|path| !links.contains(path));
        open.extend(below.into_iter().rev().map(|path| (path, depth + 1, found_in.clone())));
        files(job, session, within, out);
        dirs.push(dir);
    }
    if spare {
        dirs.remove(0);
    }
    // A directory was pushed before what is in it.
    let dirs: Vec<(RemotePath, bool)> = dirs.into_iter().rev().map(|dir| (dir, true)).collect();
    for row in dirs.chunks(ROW) {
        job.cancel.check()?;
        if job.flags.dry_run {
            row.iter().for_each(|(dir, _)| report::planned("rm", session, dir, out));
            continue;
        }
        for ((dir, _), removed) in row.iter().zip(batch::remove(session, out, row)?) {
            match removed {
                Ok(()) => report::done("rm", session, dir, out),
                Err(e) => {
                    let error = e.context(format_args!("cannot remove {dir} on {host}"));
                    report::failed("rm", session, dir, &error, out);
                }
            }
        }
    }
    Ok(())
}

/// Some servers show a link to a directory as a directory. DELE removes the link, and is refused for what really is one.
fn unlink(
    job: &Job<'_>,
    session: &mut Session<'_>,
    dirs: &[RemotePath],
    out: &mut Output,
) -> Result<Vec<RemotePath>> {
    let mut gone = Vec::new();
    if job.flags.dry_run {
        return Ok(gone);
    }
    for some in dirs.chunks(AT_ONCE) {
        let replies = session.run(out, |s, _, _| s.client()?.delete_all(some)).0?;
        for (path, _) in some.iter().zip(replies).filter(|(_, reply)| reply.is_ok()) {
            report::done("rm", session, path, out);
            gone.push(path.clone());
        }
    }
    Ok(gone)
}

/// Files and links, many in one write.
fn files(job: &Job<'_>, session: &mut Session<'_>, paths: Vec<RemotePath>, out: &mut Output) {
    if job.flags.dry_run {
        paths.iter().for_each(|path| report::planned("rm", session, path, out));
        return;
    }
    let mut left: VecDeque<RemotePath> = paths.into();
    while !left.is_empty() {
        let some: Vec<RemotePath> = left.iter().take(AT_ONCE).cloned().collect();
        let deleted = session.run(out, |session, _, tried| {
            let client = session.client()?;
            let mut replies = client.delete_all(&some)?;
            for (path, reply) in some.iter().zip(&mut replies) {
                // The answers to the first try were lost, not their effects.
                if tried > 1
                    && matches!(reply, Err(e) if e.code() == Some(550))
                    && client.look(path)?.is_none()
                {
                    *reply = Ok(());
                }
            }
            Ok(replies)
        });
        left.drain(..some.len());
        match deleted.0 {
            Ok(replies) => {
                for (path, reply) in some.iter().zip(replies) {
                    match reply {
                        Ok(()) => report::done("rm", session, path, out),
                        Err(e) => report::failed("rm", session, path, &e, out),
                    }
                }
            }
            Err(e) => {
                for path in some.iter().chain(&left) {
                    let error = e.clone().context(format_args!("cannot remove {path} on {}", session.host()));
                    report::failed("rm", session, path, &error, out);
                }
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_top() {
        let p = |t: &str| RemotePath::new(t).unwrap();
        let home = p("/home/me");
        for top in [
            "",
            ".",
            "/",
            "./",
            "//",
            "/home",
            "/home/me",
            "/home/me/",
            "..",
            "a/..",
            "a/../..",
            "../../..",
            "/x/..",
        ] {
            assert!(is_top(&p(top), Some(&home)), "{top}");
        }
        for other in ["a", "a/b", "/home/you", "/home/me/a", "../you", "/etc", "a/../b"] {
            assert!(!is_top(&p(other), Some(&home)), "{other}");
        }
        // Where the login directory is not known.
        for top in ["", ".", "/", "..", "a/.."] {
            assert!(is_top(&p(top), None), "{top}");
        }
        assert!(!is_top(&p("a"), None) && !is_top(&p("/a"), None));
    }
}
