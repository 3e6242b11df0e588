//! `get`: a file appears under its local name when it is whole and durable, or not at all.
//!
//! One file takes a look and the question for a port in one write, the data connection, RETR, the data and its 226. The bytes go to a
//! temporary file beside the target; the end of the data proves nothing, the announced size and the 226 do.

use crate::{
    args::{self, Exists, Shared},
    ls::complain,
    place::{self, Destination},
    remote::{Remote, Site, is_remote},
    session::{Purpose, Session},
    walk::{self, Filter},
};
use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use wirepost::{
    base::{
        date::Time,
        digest::{Algorithm, hex},
        error::*,
        escape, pattern, quantity, record,
        tree::{Entry, EntryKind},
    },
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
        output::seconds,
    },
    ftp::RemotePath,
    job::meter::Meter,
    net::Cancel,
    store::partial::{Conflict, Partial},
};

struct Job<'a> {
    flags: &'a args::Get,
    cancel: &'a Cancel,
}

/// How a download went.
struct Done {
    bytes: u64,
    sha256: Option<String>,
    verified: &'static str,
    tls_version: Option<String>,
    tls_resumed: Option<bool>,
    skipped: Option<&'static str>,
}

pub fn run(flags: &args::Get, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (names, destination) = split(&flags.names)?;
    let remotes: Vec<Remote> = names.iter().map(|n| Remote::parse(n)).collect::<Result<_>>()?;
    let filter = Filter::new(&flags.select)?;
    let job = Job { flags, cancel };
    let mut session: Option<(Site, Session<'_>)> = None;
    let several = remotes.len() > 1;
    let mut stopped = false;
    for remote in &remotes {
        if stopped {
            let session = session.as_ref().map(|(_, s)| s);
            skip(out, session, &remote.path, None, "an earlier failure");
            continue;
        }
        if session.as_ref().is_none_or(|(site, _)| *site != remote.site) {
            if let Some((_, old)) = session.take() {
                old.end(out);
            }
            let new = Session::new(remote.site.clone(), Purpose::Look, shared, out, cancel)?;
            session = Some((remote.site.clone(), new));
        }
        let Some((_, session)) = &mut session else { continue };
        let before = out.failures();
        if let Err(e) = get_one(&job, session, remote, &destination, several, &filter, out) {
            let error = e.context(format_args!("cannot get {} from {}", remote.path, session.host()));
            failed(out, session, &remote.path, None, &error, 1);
        }
        stopped = out.failures() > before && !flags.select.keep_going;
        if cancel.is_stopping() {
            break;
        }
    }
    if let Some((_, session)) = session {
        session.end(out);
    }
    Ok(())
}

/// The remote names and the local destination.
fn split(names: &[OsString]) -> Result<(&[OsString], PathBuf)> {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() && !is_remote(last) => {
            if last == "-" {
                return Err(Error::new(Kind::Usage, "get writes files").hint("rftp cat writes to stdout"));
            }
            Ok((rest, PathBuf::from(last)))
        }
        _ => Ok((names, PathBuf::from("."))),
    }
}

/// One name of the command line: a file, a directory, or a pattern.
fn get_one(
    job: &Job<'_>,
    session: &mut Session<'_>,
    remote: &Remote,
    destination: &Path,
    several: bool,
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    let path = &remote.path;
    let directory = several || destination.as_os_str().as_bytes().ends_with(b"/") || destination.is_dir();
    let entry = session.run(out, |s, _, _| s.client()?.look_and_prepare(path)).0?;
    let Some(entry) = entry else {
        if !job.flags.select.no_glob && pattern::is_glob(path.as_bytes()) {
            make_dir(job, destination, true)?;
            return get_matches(job, session, path, destination, filter, out);
        }
        return Err(Error::new(Kind::Missing, "no such file or directory").host(session.host()));
    };
    let kind = if directory { Destination::Directory } else { Destination::Name };
    let raw = path.as_bytes();
    if directory {
        make_dir(job, destination, true)?;
    }
    if entry.is_dir() {
        if !job.flags.select.recursive {
            return Err(Error::new(Kind::Usage, "it is a directory")
                .hint("-r gets directories with all that is in them"));
        }
        let name = if raw.is_empty() { Vec::new() } else { place::below(raw, kind) };
        let local = local_below(destination, &name)?;
        return get_tree(job, session, path, &local, filter, out);
    }
    let local = local_below(destination, &place::below(raw, kind))?;
    get_file(job, session, path, Some(entry), &local, out);
    Ok(())
}

/// A local path for a remote name, which must be one component.
fn local_below(destination: &Path, name: &[u8]) -> Result<PathBuf> {
    if name.is_empty() {
        return Ok(destination.to_path_buf());
    }
    if !wirepost::base::tree::is_component(name) {
        let shown = escape::bytes(name).into_owned();
        return Err(Error::new(Kind::Input, format!("{shown} is no name for a local file")));
    }
    Ok(destination.join(OsStr::from_bytes(name)))
}

/// The names in a directory that a pattern matches; the pattern stands for the last component only.
pub fn matching(
    session: &mut Session<'_>,
    path: &RemotePath,
    out: &mut Output,
) -> Result<Vec<(RemotePath, Entry)>> {
    let dir = path.parent().unwrap_or(RemotePath::new("")?);
    let (host, wanted) = (session.host().to_string(), path.name());
    if pattern::is_glob(dir.as_bytes()) {
        return Err(Error::new(Kind::Usage, "a pattern may stand in the last part of a path only"));
    }
    let listing = session.run(out, |s, _, _| s.client()?.list(&dir)).0?;
    if listing.cut {
        return Err(Error::new(Kind::Protocol, format!("{host} left something out of the listing of {dir}"))
            .host(&host));
    }
    complain(&host, &dir, &listing, out);
    let hidden = wanted.starts_with(b".");
    let mut found = Vec::new();
    for entry in listing.entries {
        let name = &entry.name;
        if (hidden || !name.starts_with(b".")) && !walk::is_temporary(name) && pattern::matches(&wanted, name)
        {
            found.push((path.sibling(name)?, entry));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    if found.is_empty() {
        return Err(Error::new(Kind::Missing, format!("nothing matches {path} on {host}")).host(&host));
    }
    Ok(found)
}

fn get_matches(
    job: &Job<'_>,
    session: &mut Session<'_>,
    path: &RemotePath,
    destination: &Path,
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    for (path, entry) in matching(session, path, out)? {
        job.cancel.check()?;
        let local = local_below(destination, &entry.name)?;
        match entry.kind {
            EntryKind::Dir if job.flags.select.recursive => {
                get_tree(job, session, &path, &local, filter, out)?
            }
            EntryKind::Dir => skip(out, Some(session), &path, None, "directory"),
            // A link may lead to a file: the server follows it, and what comes is stored as a file.
            EntryKind::Link | EntryKind::Other => get_file(job, session, &path, None, &local, out),
            EntryKind::File => get_file(job, session, &path, Some(entry), &local, out),
        }
    }
    Ok(())
}

/// A directory and what is in it: goes on after a failure.
fn get_tree(
    job: &Job<'_>,
    session: &mut Session<'_>,
    top: &RemotePath,
    local: &Path,
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    let walk = session.run(out, |s, _, _| walk::remote(s.client()?, top, filter)).0?;
    for (path, reason) in &walk.left_out {
        skip(out, Some(session), &top.join(path)?, None, reason);
    }
    for (path, error) in &walk.failures {
        failed(out, session, &top.join(path)?, None, error, 1);
    }
    make_dir(job, local, true)?;
    // Directories that could not be made, or must not be entered.
    let mut closed: Vec<Vec<u8>> = Vec::new();
    for found in walk.found {
        job.cancel.check()?;
        let (remote, local) = (top.join(&found.path)?, walk::local_path(local, &found.path));
        if closed.iter().any(|dir| walk::is_below(dir, &found.path)) {
            skip(out, Some(session), &remote, Some(&local), "its directory could not be made");
        } else if found.entry.is_dir() {
            if let Err(e) = make_dir(job, &local, false) {
                failed(out, session, &remote, Some(&local), &e, 1);
                closed.push(found.path);
            }
        } else {
            get_file(job, session, &remote, Some(found.entry), &local, out);
        }
    }
    Ok(())
}

/// A directory of the tree. The user's own path may lead through symbolic links; below its top none is followed, for
/// the names there are the server's choice.
fn make_dir(job: &Job<'_>, path: &Path, top: bool) -> Result<()> {
    if job.flags.transfer.dry_run {
        return Ok(());
    }
    if !top && fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        let text = format!("will not go through the symbolic link {}", path.display());
        return Err(Error::new(Kind::Create, text));
    }
    match fs::create_dir_all(path) {
        Ok(()) => Ok(()),
        Err(e) => Err(Error::from_io(e, Kind::Create, format_args!("cannot create {}", path.display()))),
    }
}

/// One file, from its first try to its event.
fn get_file(
    job: &Job<'_>,
    session: &mut Session<'_>,
    remote: &RemotePath,
    entry: Option<Entry>,
    local: &Path,
    out: &mut Output,
) {
    let began = Instant::now();
    if job.flags.transfer.dry_run {
        out.count(Outcome::Planned);
        out.line(format_args!(
            "get {} {}",
            session.site.url(remote),
            escape::text(&local.display().to_string())
        ));
        let mut file = file_event(Some(session), remote, Some(local));
        file.outcome = Outcome::Planned.name();
        return out.emit(&Event::File(Box::new(file)));
    }
    let (result, tried) = session.run(out, |session, out, tried| {
        // What was known of it may be why the last try failed.
        let known = entry.clone().filter(|_| tried == 1);
        fetch(job, session, remote, known, local, out)
    });
    match result {
        Ok(done) => succeeded(out, session, remote, local, &done, tried, began.elapsed()),
        Err(e) => {
            job.cancel.begin_cleanup(Duration::from_secs(2));
            let error = e.context(format_args!("cannot get {remote} from {}", session.host()));
            failed(out, session, remote, Some(local), &error, tried);
        }
    }
}

fn fetch(
    job: &Job<'_>,
    session: &mut Session<'_>,
    remote: &RemotePath,
    known: Option<Entry>,
    local: &Path,
    out: &mut Output,
) -> Result<Done> {
    let client = session.client()?;
    let entry = match known {
        Some(entry) if entry.size.is_some() && entry.tolerance <= 1 => Some(entry),
        _ => client.look_and_prepare(remote)?,
    };
    let size = entry.as_ref().and_then(|e| e.size);
    let modified = entry.as_ref().and_then(|e| e.modified);
    if let Some(reason) = policy(job.flags.transfer.exists, local, size, modified)? {
        let (verified, sha256) = ("none", None);
        return Ok(Done {
            bytes: 0,
            sha256,
            verified,
            tls_version: None,
            tls_resumed: None,
            skipped: Some(reason),
        });
    }
    let mut partial = Partial::beside(local, 0o666)?;
    let mut download = client.retrieve(remote, 0).map_err(|e| match e.code() {
        Some(550) => e.kind_is(Kind::Missing),
        _ => e,
    })?;
    let size = size.or(download.announced());
    let bytes;
    let sha256 = {
        let meter = out.progress().start(&remote.to_string(), size);
        let progress = |n| meter.add(n);
        let mut meter =
            Meter::new(&progress).limit(job.flags.transfer.limit_rate).least(job.flags.transfer.min_rate);
        if job.flags.transfer.digest {
            meter = meter.digest(Algorithm::Sha256);
        }
        match meter.copy(&mut download, &mut partial, u64::MAX) {
            Ok(n) => bytes = n,
            Err(e) => {
                let error = Error::from_io(e, Kind::Local, format_args!("cannot write {}", local.display()));
                job.cancel.begin_cleanup(Duration::from_secs(2));
                return Err(download.fail(error));
            }
        }
        meter.digest_of(Algorithm::Sha256).map(|d| hex(&d))
    };
    let finished = download.finish()?;
    let verified = match size {
        Some(size) if size == bytes => "size",
        Some(size) => {
            let text = format!("{bytes} bytes came where {size} were announced: cut, or changed meanwhile");
            return Err(Error::new(Kind::Closed, text).host(session.host()));
        }
        None if finished.clean == Some(false) => {
            let text = "the data ended without TLS's own end, and no size was announced to prove it whole";
            return Err(Error::new(Kind::Closed, text).host(session.host()));
        }
        None => "none",
    };
    if let Some(time) = modified.filter(|_| !job.flags.transfer.no_times) {
        let _ = partial.set_modified(time.into());
    }
    partial.persist(Conflict::Overwrite)?;
    let client = session.client()?;
    Ok(Done {
        bytes,
        sha256,
        verified,
        tls_version: client.tls_version().map(str::to_string),
        tls_resumed: client.tls_resumed(),
        skipped: None,
    })
}

/// What `--exists` makes of the target; a reason to leave it alone.
fn policy(
    exists: Exists,
    local: &Path,
    size: Option<u64>,
    modified: Option<Time>,
) -> Result<Option<&'static str>> {
    let about = match fs::symlink_metadata(local) {
        Ok(about) => about,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            return Err(Error::from_io(e, Kind::Create, format_args!("cannot create {}", local.display())));
        }
    };
    if about.is_dir() {
        return Err(Error::new(Kind::Create, format!("{} is a directory", local.display())));
    }
    Ok(match exists {
        Exists::Overwrite => None,
        Exists::Skip => Some("exists"),
        Exists::Fail => return Err(Error::new(Kind::Create, format!("{} exists", local.display()))),
        Exists::Newer => {
            let here: Option<Time> = about.modified().ok().map(Into::into);
            let not_newer = matches!((here, modified), (Some(here), Some(there)) if there.0 <= here.0 + 1);
            (size == Some(about.len()) && not_newer).then_some("not newer")
        }
    })
}

fn file_event(session: Option<&Session<'_>>, remote: &RemotePath, local: Option<&Path>) -> event::File {
    event::File {
        direction: "download",
        local: local.map(|l| record::name(l.as_os_str().as_bytes())),
        remote: Some(record::name(remote.as_bytes())),
        url: session.map(|s| s.site.url(remote)),
        ..event::File::default()
    }
}

fn succeeded(
    out: &mut Output,
    session: &Session<'_>,
    remote: &RemotePath,
    local: &Path,
    done: &Done,
    tried: u32,
    time: Duration,
) {
    if let Some(reason) = done.skipped {
        return skip(out, Some(session), remote, Some(local), reason);
    }
    out.count(Outcome::Ok);
    out.add_bytes(done.bytes);
    let shown = local.display().to_string();
    let url = session.site.url(remote);
    out.done(format_args!("{url} -> {} ({})", escape::text(&shown), quantity::human(done.bytes)));
    let mut file = file_event(Some(session), remote, Some(local));
    file.outcome = Outcome::Ok.name();
    file.bytes = Some(done.bytes);
    file.seconds = Some(seconds(time));
    file.attempts = Some(tried);
    file.sha256 = done.sha256.clone();
    file.verified = Some(done.verified.to_string());
    file.tls_version = done.tls_version.clone();
    file.tls_resumed = done.tls_resumed;
    out.emit(&Event::File(Box::new(file)));
}

fn skip(
    out: &mut Output,
    session: Option<&Session<'_>>,
    remote: &RemotePath,
    local: Option<&Path>,
    reason: &'static str,
) {
    out.count(Outcome::Skipped);
    out.note(format_args!("{remote} skipped: {reason}"));
    let mut file = file_event(session, remote, local);
    file.outcome = Outcome::Skipped.name();
    file.reason = Some(reason);
    out.emit(&Event::File(Box::new(file)));
}

fn failed(
    out: &mut Output,
    session: &Session<'_>,
    remote: &RemotePath,
    local: Option<&Path>,
    error: &Error,
    tried: u32,
) {
    out.item_failed(error);
    let mut file = file_event(Some(session), remote, local);
    file.outcome = Outcome::of(error).name();
    file.attempts = Some(tried);
    file.error = Some(event::error(error));
    out.emit(&Event::File(Box::new(file)));
}
