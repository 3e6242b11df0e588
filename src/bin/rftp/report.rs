//! What the small verbs share: names in their order, one session a site, and one line of JSON for each item.

use crate::{
    args::Shared,
    lists::left_because,
    remote::{Remote, Site},
    session::{Purpose, Session},
    told,
};
use std::fmt::Display;
use wirepost::{
    base::{error::*, escape, record},
    cli::{
        Output,
        event::{Event, File},
        exit::Outcome,
    },
    ftp::RemotePath,
    net::Cancel,
};

/// How a verb runs over its names.
pub struct Run<'a> {
    pub verb: &'static str,
    pub purpose: Purpose,
    pub keep_going: bool,
    pub shared: &'a Shared,
}

/// Runs `one` for each name, in order. The first failure stops the run unless `keep_going`: the rest is skipped. What `one`
/// returns as an error is the item's, unless it was told already.
pub fn each<'a>(
    run: &Run<'a>,
    remotes: &[Remote],
    out: &mut Output,
    cancel: &Cancel,
    mut one: impl FnMut(&mut Session<'a>, &RemotePath, &mut Output) -> Result<()>,
) -> Result<()> {
    let Run { verb, purpose, keep_going, shared } = *run;
    let mut session: Option<(Site, Session<'a>)> = None;
    let mut stopped = false;
    for remote in remotes {
        if session.as_ref().is_none_or(|(site, _)| *site != remote.site) {
            if let Some((_, old)) = session.take() {
                old.end(out);
            }
            let new = Session::new(remote.site.clone(), purpose, shared, out, cancel)?;
            session = Some((remote.site.clone(), new));
        }
        let Some((_, session)) = &mut session else { continue };
        if let Some(reason) = left_because(stopped, cancel) {
            skipped(verb, session, &remote.path, reason, out);
            continue;
        }
        let before = out.failures();
        if let Err(e) = one(session, &remote.path, out) {
            failed(verb, session, &remote.path, &e, out);
        }
        stopped = out.failures() > before && !keep_going;
    }
    if let Some((_, session)) = session {
        session.end(out);
    }
    Ok(())
}

/// The names of a command line as remote ones.
pub fn remotes<N: AsRef<std::ffi::OsStr>>(names: &[N]) -> Result<Vec<Remote>> {
    names.iter().map(|n| Remote::parse(n.as_ref())).collect()
}

fn event(verb: &'static str, session: &Session<'_>, path: &RemotePath) -> File {
    File {
        direction: verb,
        remote: Some(record::name(path.as_bytes())),
        url: Some(session.site.url(path)),
        ..File::default()
    }
}

/// Done: counted, and told where a person looks.
pub fn done(verb: &'static str, session: &Session<'_>, path: &RemotePath, out: &mut Output) {
    done_as(format_args!("{verb} {}", session.site.url(path)), verb, session, path, out);
}

/// As [`done`], where name and verb do not say all of it.
pub fn done_as(
    line: impl Display,
    verb: &'static str,
    session: &Session<'_>,
    path: &RemotePath,
    out: &mut Output,
) {
    told::done(out, line, event(verb, session, path));
}

/// Shown to whoever looks: what it says is its contents.
pub fn shown(verb: &'static str, session: &Session<'_>, path: &RemotePath, bytes: u64, out: &mut Output) {
    out.count(Outcome::Ok);
    out.add_bytes(bytes);
    let file = File { outcome: Outcome::Ok.name(), bytes: Some(bytes), ..event(verb, session, path) };
    out.emit(&Event::File(Box::new(file)));
}

/// One item has another name now.
pub fn moved(session: &Session<'_>, from: &RemotePath, to: &RemotePath, out: &mut Output) {
    let line = format!("mv {} -> {}", session.site.url(from), session.site.url(to));
    let event = File { from: Some(record::name(from.as_bytes())), ..event("mv", session, to) };
    told::done(out, line, event);
}

/// Would be done.
pub fn planned(verb: &'static str, session: &Session<'_>, path: &RemotePath, out: &mut Output) {
    let line = format!("{verb} {}", escape::text(&session.site.url(path)));
    told::planned(out, line, event(verb, session, path));
}

pub fn skipped(
    verb: &'static str,
    session: &Session<'_>,
    path: &RemotePath,
    reason: &'static str,
    out: &mut Output,
) {
    told::skipped(out, path, event(verb, session, path), reason);
}

pub fn failed(verb: &'static str, session: &Session<'_>, path: &RemotePath, error: &Error, out: &mut Output) {
    told::failed(out, event(verb, session, path), error, None, None);
}

/// `--exit-code`: a run that found nothing to do answers no.
pub fn nothing_done(asked: bool, out: &mut Output) {
    if asked && out.done_so_far() == 0 {
        out.answer_no();
    }
}
