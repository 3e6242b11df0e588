//! One file that is put, from its first try to what is said of it.

use super::{Job, file_name};
use crate::{
    dispose,
    remote::Site,
    session::Session,
    source::{self, Source},
    told,
    work::{Done, list::directory, upload::one::Attempt},
};
use std::time::{Duration, Instant};
use wirepost::{
    base::{date::Time, digest::hex, error::*, escape, quantity, record, tree::Entry},
    cli::{Output, event},
    ftp::RemotePath,
};

/// One file to be put.
pub(super) struct Item {
    pub(super) local: Source,
    pub(super) remote: RemotePath,
    /// Its place below the destination.
    pub(super) landing: Vec<u8>,
    /// What a look at the target told already.
    pub(super) known: Option<Option<Entry>>,
}

/// One item, from its first try to its event.
pub(super) fn put_item(job: &mut Job<'_>, session: &mut Session<'_>, item: Item, out: &mut Output) {
    let began = Instant::now();
    let Item { local, remote, landing, known } = item;
    if is_young(job, &local) {
        return skip(out, &session.site, &local, Some(&remote), "too young");
    }
    let manner = job.manner(out);
    let mut attempt = match Attempt::new(&manner, local.clone(), &remote, known) {
        Ok(attempt) => attempt,
        Err(e) => return failed(out, &session.site, &local, Some(&remote), &e, 1, None),
    };
    if job.flags.transfer.dry_run {
        return match session.run(out, |session, _, _| attempt.plan(session)).0 {
            Ok(None) => planned(out, &session.site, &local, &remote),
            Ok(Some(reason)) => skip(out, &session.site, &local, Some(&remote), reason),
            Err(e) => {
                let error = e.context(format_args!("cannot store {remote} on {}", session.host()));
                failed(out, &session.site, &local, Some(&remote), &error, 1, None);
            }
        };
    }
    let (result, tried) = session.run(out, |session, out, _| attempt.put(session, out));
    let (mut left, mut hint) = (None, String::new());
    if result.is_err() {
        job.cancel.begin_cleanup(Duration::from_secs(2));
        left = attempt.clean_up(session);
        if let Some(left) = left.as_ref().filter(|_| attempt.can_go_on()) {
            hint = format!("{left} holds what arrived: the same with --resume goes on from there");
        }
    }
    if let (Ok(_), false, Ok(dir)) = (&result, job.flags.in_place, directory(&remote)) {
        *job.written.entry(dir).or_default() += 1;
    }
    let time = began.elapsed();
    ended(job, &session.site, out, Ended { local, remote, landing, result, tried, time, left, hint });
}

/// How one file ended.
pub(super) struct Ended {
    pub(super) local: Source,
    pub(super) remote: RemotePath,
    pub(super) landing: Vec<u8>,
    pub(super) result: Result<Done>,
    pub(super) tried: u32,
    pub(super) time: Duration,
    pub(super) left: Option<RemotePath>,
    /// In place of the usual one.
    pub(super) hint: String,
}

/// What follows the end of a file, and what is said of it.
pub(super) fn ended(job: &mut Job<'_>, site: &Site, out: &mut Output, end: Ended) {
    let Ended { local, remote, landing, result, tried, time, left, hint } = end;
    let host = &site.endpoint.host;
    let error = match result {
        Ok(done) if done.skipped.is_some() => {
            return skip(out, site, &local, Some(&remote), done.skipped.unwrap_or_default());
        }
        Ok(done) => match settle(job, &local, &landing, &done) {
            Ok(removed) => {
                let shown = escape::text(&local.shown()).into_owned();
                let line = format!("{shown} -> {} ({})", site.url(&remote), quantity::human(done.bytes));
                let file = file_event(site, &local, Some(&remote));
                return told::transferred(out, line, file, &done, tried, time, removed);
            }
            Err(e) => e.context(format_args!("{remote} is stored on {host}, but")),
        },
        Err(e) => {
            let error = e.context(format_args!("cannot store {remote} on {host}"));
            match &left {
                Some(_) if !hint.is_empty() => error.hint_if_none(hint),
                Some(left) => error.hint_if_none(format!("{left} was left on the server")),
                None => error,
            }
        }
    };
    failed(out, site, &local, Some(&remote), &error, tried, left.as_ref());
}

/// Files that may still be written are left.
pub(super) fn is_young(job: &Job<'_>, local: &Source) -> bool {
    let (Some(age), Source::Path(path)) = (job.flags.transfer.min_age, local) else { return false };
    let modified = path.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|a| a.modified().ok());
    modified.is_some_and(|at| Time::from(at) > Time::now().before(age))
}

/// What follows a success: the manifest's line, the end of the source. Whether that was removed or moved.
pub(super) fn settle(job: &mut Job<'_>, local: &Source, landing: &[u8], done: &Done) -> Result<Option<bool>> {
    if let (Some(manifest), Some(sha256)) = (&mut job.manifest, &done.sha256) {
        manifest.add(landing, &hex(sha256))?;
    }
    let what = match &job.flags.move_source_to {
        Some(dir) => dispose::Local::MoveTo(dir),
        None if job.flags.remove_source => dispose::Local::Remove,
        None => return Ok(None),
    };
    let (Source::Path(path), Some(mark)) = (local, done.mark) else {
        return Err(Error::new(Kind::Local, format!("{} is no file that could be removed", local.shown())));
    };
    if done.verified == "none" {
        let text =
            format!("{} is kept: the server says neither size nor digest of what it has", local.shown());
        return Err(Error::new(Kind::Input, text));
    }
    // Its own name is what the source keeps where the target got another one.
    let landing = if landing.contains(&b'/') { landing.to_vec() } else { file_name(path) };
    source::settle(path, mark, &what, &landing).map(|()| Some(true))
}

pub(super) fn file_event(site: &Site, local: &Source, remote: Option<&RemotePath>) -> event::File {
    event::File {
        direction: "upload",
        local: Some(local.value()),
        remote: remote.map(|r| record::name(r.as_bytes())),
        url: remote.map(|r| site.url(r)),
        ..event::File::default()
    }
}

pub(super) fn skip(
    out: &mut Output,
    site: &Site,
    local: &Source,
    remote: Option<&RemotePath>,
    reason: &'static str,
) {
    told::skipped(out, local.shown(), file_event(site, local, remote), reason);
}

pub(super) fn planned(out: &mut Output, site: &Site, local: &Source, remote: &RemotePath) {
    let line = format!("put {} {}", escape::text(&local.shown()), site.url(remote));
    told::planned(out, line, file_event(site, local, Some(remote)));
}

pub(super) fn failed(
    out: &mut Output,
    site: &Site,
    local: &Source,
    remote: Option<&RemotePath>,
    error: &Error,
    tried: u32,
    left: Option<&RemotePath>,
) {
    told::failed(out, file_event(site, local, remote), error, Some(tried), left);
}
