//! `get`: a file appears under its local name when it is whole and durable, or not at all. Which files, where to, and what is said
//! about each; one file's way is in `work/download`.
//!
//! Below the destination no local link is followed: a tree lands in it, whatever somebody planted there.

mod many;
mod one;

use one::{failed, file, skip};

use crate::{
    args::{self, Exists, Shared},
    lists::{self, INTERRUPTED, left_because},
    manifest::Manifest,
    matches::{self, Found},
    place::{self, Destination},
    poll,
    remote::{Remote, Site, is_remote},
    report,
    select::Doubt,
    session::{Purpose, Session},
    walk::{self, Filter},
    work::{Manner, download},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map},
    ffi::OsString,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::{
        date::Time,
        error::*,
        escape, pattern,
        tree::{Entry, EntryKind, is_component},
    },
    cli::Output,
    ftp::RemotePath,
    net::Cancel,
    store::dir::Dir,
};

const GETS_DIRECTORIES: &str = "-r gets directories with all that is in them";
/// Why nothing below a directory was tried.
const CLOSED: &str = "its directory could not be made";

/// What all files of a run share.
struct Job<'a> {
    flags: &'a args::Get,
    cancel: &'a Cancel,
    filter: Filter,
    manifest: Option<Manifest>,
    /// The directory everything of the present name lands in, once it was needed.
    base: Option<(PathBuf, Arc<Dir>)>,
    /// The directories that were written to and cleared up; with `--resume`, what others may be gone on with there.
    partials: BTreeMap<PathBuf, Vec<OsString>>,
    /// Where files of this run went, if two could go to the same place.
    taken: Option<HashMap<PathBuf, String>>,
}

impl<'a> Job<'a> {
    /// Whether no other file of this run went there. One that did is not overwritten: its source may be gone by now. The same file
    /// may be meant by several names and patterns.
    fn takes(&mut self, site: &Site, remote: &RemotePath, to: &Landing, out: &mut Output) -> bool {
        let (local, url) = (to.path(), site.url(remote));
        match self.taken.as_mut().map(|taken| taken.entry(local.clone())) {
            None => return true,
            Some(hash_map::Entry::Vacant(free)) => {
                free.insert(url);
                return true;
            }
            Some(hash_map::Entry::Occupied(by)) if *by.get() == url => {
                skip(out, site, remote, Some(&local), "named twice");
                return false;
            }
            Some(hash_map::Entry::Occupied(_)) => {}
        }
        let text = format!("cannot get {remote}: another file of this run is {} already", local.display());
        failed(out, site, remote, Some(&local), &Error::new(Kind::Input, text), 1);
        false
    }

    /// How each file is fetched.
    fn manner(&self, out: &Output) -> Manner<'a> {
        Manner {
            removes_source: self.flags.remove_source || self.flags.move_source_to.is_some(),
            segments: self.flags.segments.map_or(1, usize::from),
            ..Manner::of(&self.flags.transfer, self.cancel, out.progress().clone())
        }
    }
}

/// Where one name lands: a directory of the user's, and the place below it.
#[derive(Clone)]
struct Landing {
    base: PathBuf,
    below: Vec<u8>,
}

impl Landing {
    fn path(&self) -> PathBuf {
        walk::local_path(&self.base, &self.below)
    }

    fn join(&self, name: &[u8]) -> Landing {
        Landing { base: self.base.clone(), below: walk::join(&self.below, name) }
    }
}

pub fn run(flags: &args::Get, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if shared.ftp.ascii && flags.transfer.resume {
        return Err(Error::new(Kind::Usage, "a transfer of text (--ascii) cannot be resumed"));
    }
    let mut wanted: Vec<(Remote, Option<PathBuf>)> = Vec::new();
    let mut destination = PathBuf::from(".");
    let several;
    if let Some(file) = &flags.retry_from {
        for left in lists::retry_from(file, "download")? {
            wanted.push((left.remote, left.local));
        }
        several = false;
    } else {
        let listed = match &flags.files_from {
            Some(list) => Some(lists::files_from(list, flags.null)?),
            None => None,
        };
        let names = match (&listed, flags.names.as_slice()) {
            (Some(listed), []) => listed.as_slice(),
            (Some(listed), [dest]) if !is_remote(dest) => {
                destination = PathBuf::from(dest);
                listed.as_slice()
            }
            (Some(_), _) => {
                return Err(Error::new(Kind::Usage, "with --files-from only the destination is an argument"));
            }
            (None, names) => {
                let (names, dest) = split(names)?;
                destination = dest;
                names
            }
        };
        for name in names {
            wanted.push((Remote::parse(name)?, None));
        }
        let mut seen = HashSet::new();
        wanted.retain(|(remote, _)| seen.insert(remote.site.url(&remote.path)));
        several = wanted.len() > 1 || listed.is_some();
        check(&wanted, flags)?;
    }
    let manifest = match &flags.transfer.manifest {
        Some(path) if !flags.transfer.dry_run => Some(Manifest::create(path)?),
        _ => None,
    };
    let mut job = Job {
        flags,
        cancel,
        filter: Filter::new(&flags.select)?,
        manifest,
        base: None,
        partials: BTreeMap::new(),
        // With `--exists skip` the first one stays as it is.
        taken: (wanted.len() > 1 && flags.transfer.exists != Exists::Skip).then(HashMap::new),
    };
    let mut session: Option<(Site, Session<'_>)> = None;
    let mut stopped = false;
    for (remote, local) in &wanted {
        if session.as_ref().is_none_or(|(site, _)| *site != remote.site) {
            if let Some((_, old)) = session.take() {
                old.end(out);
            }
            let removes = flags.remove_source || flags.move_source_to.is_some();
            let purpose = if removes { Purpose::Change } else { Purpose::Look };
            let new = Session::new(remote.site.clone(), purpose, shared, out, cancel)?;
            session = Some((remote.site.clone(), new));
        }
        let Some((_, session)) = &mut session else { continue };
        let to = local.as_deref().unwrap_or(&destination);
        // Where a later run shall put it: of several the destination is a directory, be it there or not.
        let told = if several { to.join("") } else { to.to_path_buf() };
        if let Some(reason) = left_because(stopped, cancel) {
            skip(out, &session.site, &remote.path, Some(&told), reason);
            continue;
        }
        let before = out.failures();
        if let Err(e) = get_one(&mut job, session, remote, to, several, out) {
            let error = e.context(format_args!("cannot get {} from {}", remote.path, session.host()));
            failed(out, &session.site, &remote.path, Some(&told), &error, 1);
        }
        stopped = out.failures() > before && !flags.select.keep_going;
    }
    if let Some((_, session)) = session {
        session.end(out);
    }
    if let Some(manifest) = job.manifest {
        manifest.finish()?;
    }
    report::nothing_done(flags.transfer.exit_code, out);
    Ok(())
}

/// What can be known to be wrong before anything is connected: without -r names that are no patterns are files.
fn check(wanted: &[(Remote, Option<PathBuf>)], flags: &args::Get) -> Result<()> {
    let mut names = HashMap::new();
    for (remote, _) in wanted {
        let name = place::below(remote.path.as_bytes(), Destination::Directory);
        let is_glob = !flags.select.no_glob && pattern::is_glob(&name);
        if flags.select.recursive || flags.transfer.exists == Exists::Skip || is_glob || name.is_empty() {
            continue;
        }
        if let Some(other) = names.insert(name, remote) {
            let (other, one) = (other.site.url(&other.path), remote.site.url(&remote.path));
            return Err(Error::new(Kind::Usage, format!("{other} and {one} would become the same file")));
        }
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
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    remote: &Remote,
    destination: &Path,
    several: bool,
    out: &mut Output,
) -> Result<()> {
    let path = &remote.path;
    let found = poll::until(job.flags.wait, job.cancel, || look(job, session, path, out))?;
    let Some(found) = found else {
        if let Some(limit) = job.flags.wait {
            out.warn(format_args!(
                "{path} on {}: nothing there within {} s",
                session.host(),
                limit.as_secs_f64()
            ));
            skip(out, &session.site, path, None, "not there in time");
            out.answer_no();
            return Ok(());
        }
        return Err(matches::nothing(session, path));
    };
    let is_glob = !job.flags.select.no_glob && pattern::is_glob(&path.name());
    let directory = several
        || destination.as_os_str().as_bytes().ends_with(b"/")
        || destination.is_dir()
        || (is_glob && !matches!(found, Found::One(_)));
    let kind = if directory { Destination::Directory } else { Destination::Name };
    let raw = path.as_bytes();
    let below = place::below(raw, kind);
    if !below.is_empty() && !is_component(&below) && matches!(found, Found::One(_)) {
        let shown = escape::bytes(&below).into_owned();
        return Err(Error::new(Kind::Input, format!("{shown} is no name for a local file")));
    }
    match found {
        Found::One(entry) if entry.is_dir() => {
            if !job.flags.select.recursive && job.flags.retry_from.is_none() {
                return Err(Error::new(Kind::Usage, "it is a directory").hint(GETS_DIRECTORIES));
            }
            let below = if raw.is_empty() { Vec::new() } else { below };
            tree(job, session, path, Landing { base: destination.to_path_buf(), below }, out)?;
            Ok(())
        }
        Found::One(entry) => {
            let to = if directory {
                Landing { base: destination.to_path_buf(), below }
            } else {
                named(destination)?
            };
            if job.takes(&session.site, path, &to, out) {
                file(job, session, path, Some(entry), &to, out);
            }
            Ok(())
        }
        Found::Matches(found) => {
            // Directories take part only where they are wanted.
            let (dirs, mut all): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, e)| e.is_dir());
            if job.flags.select.recursive {
                all.extend(dirs);
                all.sort_by(|a, b| a.0.cmp(&b.0));
            } else if all.is_empty() {
                return Err(matches::directories_only(GETS_DIRECTORIES));
            } else {
                dirs.iter().for_each(|(path, _)| skip(out, &session.site, path, None, "directory"));
            }
            let mut all = job.flags.which.apply(all, |(_, e)| e, Time::now(), Doubt::In)?;
            all.retain(|(path, entry)| {
                let to = Landing { base: destination.to_path_buf(), below: entry.name.clone() };
                entry.is_dir() || job.takes(&session.site, path, &to, out)
            });
            if many::suits(job.flags, session) {
                let (files, rest): (Vec<_>, Vec<_>) =
                    all.into_iter().partition(|(_, e)| e.kind == EntryKind::File);
                let place = |(path, entry): (RemotePath, Entry)| {
                    let to = Landing { base: destination.to_path_buf(), below: entry.name.clone() };
                    (path, entry, to)
                };
                many::get(job, session, files.into_iter().map(place).collect(), out)?;
                all = rest;
            }
            for (path, entry) in all {
                let to = Landing { base: destination.to_path_buf(), below: entry.name.clone() };
                match entry.kind {
                    _ if job.cancel.is_stopping() => {
                        skip(out, &session.site, &path, Some(&to.path()), INTERRUPTED);
                    }
                    EntryKind::Dir => tree(job, session, &path, to, out)?,
                    // A link may lead to a file: the server follows it, and what comes is stored as a file.
                    EntryKind::Link | EntryKind::Other => file(job, session, &path, None, &to, out),
                    EntryKind::File => file(job, session, &path, Some(entry), &to, out),
                }
            }
            Ok(())
        }
    }
}

/// A file's new name, in a directory that is there. A link that the user named is followed, as `cp` does: the file behind it is
/// replaced, not the link (which may be /dev/stdout).
fn named(destination: &Path) -> Result<Landing> {
    let refused = |why: &str| {
        let error = Error::new(Kind::Create, format!("cannot create {}: {why}", destination.display()));
        Err(error.hint("rftp cat writes to standard output"))
    };
    let behind = match destination.is_symlink().then(|| destination.canonicalize()) {
        None => None,
        Some(Ok(path)) if path.is_file() => Some(path),
        Some(Ok(_)) => return refused("a link to something that is no file"),
        Some(Err(_)) => return refused("a link to nothing"),
    };
    let destination = behind.as_deref().unwrap_or(destination);
    let name = destination.file_name().ok_or_else(|| {
        Error::new(Kind::Create, format!("cannot create {}: not a file name", destination.display()))
    })?;
    let base = destination.parent().unwrap_or(Path::new(""));
    Ok(Landing { base: base.to_path_buf(), below: name.as_bytes().to_vec() })
}

/// One look for what a name stands for. While it is waited for, what is too young is not there yet.
fn look(
    job: &Job<'_>,
    session: &mut Session<'_>,
    path: &RemotePath,
    out: &mut Output,
) -> Result<Option<Found>> {
    let whole = job.flags.which.narrows();
    let Some(found) = matches::find(session, path, job.flags.select.no_glob, whole, out)? else {
        return Ok(None);
    };
    let young = |e: &Entry| download::one::is_young(job.flags.transfer.min_age, e.modified).is_some();
    let waits = job.flags.wait.is_some();
    Ok(match found {
        Found::One(entry) if waits && !entry.is_dir() && young(&entry) => None,
        Found::Matches(all) if waits => {
            let select =
                |items| job.flags.which.apply(items, |(_, e): &(_, Entry)| e, Time::now(), Doubt::In);
            let wanted = |e: &Entry| job.flags.select.recursive || !e.is_dir();
            let hits = all.iter().filter(|(_, e)| wanted(e) && !young(e)).cloned().collect::<Vec<_>>();
            if select(hits)?.is_empty() { None } else { Some(Found::Matches(all)) }
        }
        found => Some(found),
    })
}

/// A directory and what is in it. What keeps all of it from being tried is told of what is in the directory: whoever repeats that
/// fetches it into the very place, whether that is there by now or not.
fn tree(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    top: &RemotePath,
    to: Landing,
    out: &mut Output,
) -> Result<()> {
    let place = to.path();
    if let Err(e) = contents(job, session, top, to, out) {
        let error = e.context(format_args!("cannot get {top} from {}", session.host()));
        failed(out, &session.site, &top.join(b"")?, Some(&place), &error, 1);
    }
    Ok(())
}

/// What is in a directory: goes on after a failure.
fn contents(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    top: &RemotePath,
    to: Landing,
    out: &mut Output,
) -> Result<()> {
    let jobs = if job.flags.transfer.dry_run { 1 } else { usize::from(job.flags.jobs) };
    let walk = walk::remote(session, jobs, top, &job.filter, job.flags.which.narrows(), out)?;
    for (path, reason) in &walk.left_out {
        skip(out, &session.site, &top.join(path)?, None, reason);
    }
    for (path, error) in &walk.failures {
        failed(out, &session.site, &top.join(path)?, None, error, 1);
    }
    let selects = job.flags.which.is_active();
    if selects && job.flags.which.narrows() && !walk.failures.is_empty() {
        // Which are the newest cannot be told from a part.
        return Ok(());
    }
    let (dirs, files): (Vec<_>, Vec<_>) = walk.found.into_iter().partition(|f| f.entry.is_dir());
    // Directories that could not be made, or must not be entered.
    let mut closed: Vec<Vec<u8>> = Vec::new();
    let is_closed = |closed: &[Vec<u8>], path: &[u8]| closed.iter().any(|dir| walk::is_below(dir, path));
    if !selects {
        make_dir(job, &to)?;
        for dir in dirs {
            let (remote, to) = (top.join(&dir.path)?, to.join(&dir.path));
            if is_closed(&closed, &dir.path) {
                skip(out, &session.site, &remote, Some(&to.path()), CLOSED);
            } else if let Err(e) = make_dir(job, &to) {
                failed(out, &session.site, &remote, Some(&to.path()), &e, 1);
                closed.push(dir.path);
            }
        }
    }
    let mut items = Vec::with_capacity(files.len());
    for found in job.flags.which.apply(files, |f| &f.entry, Time::now(), Doubt::In)? {
        let (remote, to) = (top.join(&found.path)?, to.join(&found.path));
        if is_closed(&closed, &found.path) {
            skip(out, &session.site, &remote, Some(&to.path()), CLOSED);
        } else if job.takes(&session.site, &remote, &to, out) {
            items.push((remote, found.entry, to));
        }
    }
    if many::suits(job.flags, session) {
        return many::get(job, session, items, out);
    }
    for (remote, entry, to) in items {
        file_or_left(job, session, &remote, entry, &to, out);
    }
    Ok(())
}

/// One of several files, unless the run is to end.
fn file_or_left(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    remote: &RemotePath,
    entry: Entry,
    to: &Landing,
    out: &mut Output,
) {
    match left_because(false, job.cancel) {
        Some(reason) => skip(out, &session.site, remote, Some(&to.path()), reason),
        None => file(job, session, remote, Some(entry), to, out),
    }
}

/// The open directory of a landing place; made where it is missing.
fn base(job: &mut Job<'_>, to: &Landing) -> Result<Arc<Dir>> {
    if let Some((path, dir)) = &job.base
        && *path == to.base
    {
        return Ok(dir.clone());
    }
    let dir = Dir::create(&to.base, 0o777)?;
    job.base = Some((to.base.clone(), dir.clone()));
    Ok(dir)
}

fn make_dir(job: &mut Job<'_>, to: &Landing) -> Result<()> {
    if job.flags.transfer.dry_run {
        return Ok(());
    }
    let parts: Vec<&[u8]> = to.below.split(|b| *b == b'/').filter(|p| !p.is_empty()).collect();
    base(job, to)?.below(&parts, Some(0o777)).map(|_| ())
}
