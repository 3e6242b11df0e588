//! One file that is fetched, from its first try to what is said of it.

use super::{Job, Landing, base};
use crate::{
    args::Exists,
    dispose::There,
    remote::Site,
    session::Session,
    temporary, told,
    work::{
        Done,
        download::one::{self, Attempt},
    },
};
use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use wirepost::{
    base::{digest::hex, error::*, escape, quantity, record, tree::Entry},
    cli::{Output, event},
    ftp::RemotePath,
    store::{dir::Dir, partial::Partial},
};

/// One file, from its first try to its event.
pub(super) fn file(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    remote: &RemotePath,
    entry: Option<Entry>,
    to: &Landing,
    out: &mut Output,
) {
    let began = Instant::now();
    let local = to.path();
    let young = entry.as_ref().and_then(|e| one::is_young(job.flags.transfer.min_age, e.modified));
    if let Some(reason) = young {
        return skip(out, &session.site, remote, Some(&local), reason);
    }
    let what = format!("cannot get {remote} from {}", session.host());
    let manner = job.manner(out);
    if job.flags.transfer.dry_run {
        let decided = session.run(out, |session, _, tried| {
            let mut known = entry.clone().filter(|_| tried == 1);
            if manner.exists != Exists::Newer {
                // How old it is to the second decides nothing.
                known.iter_mut().for_each(|entry| entry.tolerance = 1);
            }
            one::decide(&manner, session.client()?, remote, known, &local)
        });
        return match decided.0 {
            Ok((_, None)) => planned(out, &session.site, remote, &local),
            Ok((_, Some(reason))) => skip(out, &session.site, remote, Some(&local), reason),
            Err(e) => failed(out, &session.site, remote, Some(&local), &e.context(what), 1),
        };
    }
    let placed = base(job, to).and_then(|dir| one::place(&dir, &to.below));
    let (dir, name) = match placed {
        Ok(placed) => placed,
        Err(e) => return failed(out, &session.site, remote, Some(&local), &e.context(what), 1),
    };
    let mut attempt = Attempt::new(&manner, remote.clone(), dir.clone(), name.clone(), entry);
    let (result, tried) = session.run(out, |session, out, _| {
        let done = attempt.get(session, out)?;
        attempt.place().map(|()| done)
    });
    let done = match result {
        Ok(done) => done,
        Err(e) => {
            job.cancel.begin_cleanup(Duration::from_secs(2));
            let mut error = e.context(what);
            if let Some(left) = attempt.give_up() {
                let left = left.display();
                error = error.hint_if_none(format!(
                    "{left} holds what came: the same with --resume goes on from there"
                ));
            }
            return failed(out, &session.site, remote, Some(&local), &error, tried);
        }
    };
    if let Some(reason) = done.skipped {
        return skip(out, &session.site, remote, Some(&local), reason);
    }
    clear_up(job, &dir, &name);
    let result = settle(job, session, remote, to, &done, out);
    ended(out, &session.site, remote, &local, &done, tried, began.elapsed(), result);
}

/// What is said of a file that is here. `settled`: what became of the rest, such as its source.
#[allow(clippy::too_many_arguments, reason = "all that is told of a file")]
pub(super) fn ended(
    out: &mut Output,
    site: &Site,
    remote: &RemotePath,
    local: &Path,
    done: &Done,
    tried: u32,
    time: Duration,
    settled: Result<Option<bool>>,
) {
    match settled {
        Ok(removed) => {
            let shown = local.display().to_string();
            let (url, size) = (site.url(remote), quantity::human(done.bytes));
            let line = format!("{url} -> {} ({size})", escape::text(&shown));
            told::transferred(out, line, file_event(site, remote, Some(local)), done, tried, time, removed);
        }
        Err(e) => {
            let error = e.context(format_args!("{} is here, but", local.display()));
            failed(out, site, remote, Some(local), &error, tried);
        }
    }
}

/// Now that the target is whole, what earlier runs fetched of its other contents is good for nothing; so is what killed runs left.
pub(super) fn clear_up(job: &mut Job<'_>, dir: &Arc<Dir>, name: &OsStr) {
    let resume = job.flags.transfer.resume;
    let partials = job.partials.entry(dir.path().to_path_buf()).or_insert_with(|| {
        temporary::sweep(dir);
        if !resume {
            return Vec::new();
        }
        let names = dir.names().unwrap_or_default();
        names.into_iter().filter(|n| temporary::is_temporary(n.as_bytes())).collect()
    });
    for old in partials.iter().filter(|n| temporary::is_proven_for(n.as_bytes(), name.as_bytes())) {
        // One that another run holds stays; any other is removed with the handle.
        drop(Partial::reopen(dir, name, old));
    }
}

/// What follows a success: the manifest's line, the end of the source. Whether that was removed or moved.
pub(super) fn settle(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    remote: &RemotePath,
    to: &Landing,
    done: &Done,
    out: &mut Output,
) -> Result<Option<bool>> {
    if let (Some(manifest), Some(sha256)) = (&mut job.manifest, &done.sha256) {
        manifest.add(&to.below, &hex(sha256))?;
    }
    let what = match &job.flags.move_source_to {
        Some(dir) => There::parse(dir, &session.site)?,
        None if job.flags.remove_source => There::Remove,
        None => return Ok(None),
    };
    let entry = match &done.entry {
        Some(entry) if done.verified != "none" => entry,
        _ => {
            let text = format!("{remote} is kept: the server tells neither its size nor its digest");
            return Err(Error::new(Kind::Input, text).host(session.host()));
        }
    };
    // Its own name is what the source keeps where the copy got another one.
    let landing = if to.below.contains(&b'/') { to.below.clone() } else { remote.name() };
    what.run(session, remote, entry, &landing, out).map(|()| Some(true))
}

pub(super) fn file_event(site: &Site, remote: &RemotePath, local: Option<&Path>) -> event::File {
    event::File {
        direction: "download",
        local: local.map(|l| record::name(l.as_os_str().as_bytes())),
        remote: Some(record::name(remote.as_bytes())),
        url: Some(site.url(remote)),
        ..event::File::default()
    }
}

pub(super) fn planned(out: &mut Output, site: &Site, remote: &RemotePath, local: &Path) {
    let shown = local.display().to_string();
    let line = format!("get {} {}", site.url(remote), escape::text(&shown));
    told::planned(out, line, file_event(site, remote, Some(local)));
}

pub(super) fn skip(
    out: &mut Output,
    site: &Site,
    remote: &RemotePath,
    local: Option<&Path>,
    reason: &'static str,
) {
    told::skipped(out, remote, file_event(site, remote, local), reason);
}

pub(super) fn failed(
    out: &mut Output,
    site: &Site,
    remote: &RemotePath,
    local: Option<&Path>,
    error: &Error,
    tried: u32,
) {
    told::failed(out, file_event(site, remote, local), error, Some(tried), None);
}
