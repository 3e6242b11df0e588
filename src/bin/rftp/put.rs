//! `put`: files arrive whole under their names, or not at all. Which files, where to, and what is said about each; one file's
//! way is in `work/upload`.
//!
//! A run that wrote several files into a directory removes temporaries that earlier runs left there more than a day ago: if it was not
//! listed for another reason it is looked through once at the end. A run of a few files does not pay for a listing, and leaves
//! that to `rftp clean`.

mod many;
mod one;

use one::{Item, failed, put_item, skip};

use crate::{
    args::{self, Exists, Shared},
    batch::{self, Made, ROW},
    clean,
    lists::{self, left_because},
    manifest::Manifest,
    place::{self, Destination},
    remote::{Remote, Site, is_remote},
    report,
    session::{Purpose, Session},
    source::Source,
    walk::{self, Filter},
    work::Manner,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::OsString,
    io::{self, IsTerminal},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    base::{error::*, escape, pattern},
    cli::{Output, stdin},
    ftp::RemotePath,
    net::Cancel,
};

/// From so many files on in one directory, its listing costs little beside them.
const SWEEP_FROM: usize = 8;
/// Temporaries that are older were left by a run that is gone.
pub const LEFT_OVER: Duration = Duration::from_secs(86_400);

/// What all files of a run share.
struct Job<'a> {
    flags: &'a args::Put,
    cancel: &'a Cancel,
    manifest: Option<Manifest>,
    /// How many files were written into which directory that was not listed.
    written: BTreeMap<RemotePath, usize>,
    /// Old temporaries in directories that were.
    left_over: Vec<RemotePath>,
    /// Where files of this run went, if two could go to the same place.
    taken: Option<HashSet<RemotePath>>,
}

impl<'a> Job<'a> {
    fn new(flags: &'a args::Put, cancel: &'a Cancel, several: bool) -> Result<Job<'a>> {
        let manifest = match &flags.transfer.manifest {
            Some(path) if !flags.transfer.dry_run => Some(Manifest::create(path)?),
            _ => None,
        };
        // With `--exists skip` the first one stays as it is.
        let taken = (several && flags.transfer.exists != Exists::Skip).then(HashSet::new);
        Ok(Job { flags, cancel, manifest, written: BTreeMap::new(), left_over: Vec::new(), taken })
    }

    /// Whether no other file of this run went there. One that did is not overwritten: its source may be gone by now.
    fn takes(&mut self, site: &Site, local: &Source, remote: &RemotePath, out: &mut Output) -> bool {
        if self.taken.as_mut().is_none_or(|taken| taken.insert(remote.clone())) {
            return true;
        }
        let text = format!("cannot store {}: another file of this run is {remote} already", local.shown());
        failed(out, site, local, Some(remote), &Error::new(Kind::Input, text), 1, None);
        false
    }

    /// How each file is put.
    fn manner(&self, out: &Output) -> Manner<'a> {
        Manner {
            in_place: self.flags.in_place,
            replace: self.flags.replace,
            ..Manner::of(&self.flags.transfer, self.cancel, out.progress().clone())
        }
    }
}

pub fn run(flags: &args::Put, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if shared.ftp.ascii && flags.transfer.resume {
        return Err(Error::new(Kind::Usage, "a transfer of text (--ascii) cannot be resumed"));
    }
    let filter = Filter::new(&flags.select)?;
    if let Some(file) = &flags.retry_from {
        let left = lists::retry_from(file, "upload")?;
        let mut job = Job::new(flags, cancel, true)?;
        retry(&mut job, left, &filter, shared, out)?;
        return end(job, out);
    }
    let Some((last, named)) = flags.names.split_last() else {
        return Err(Error::new(Kind::Usage, "nothing to put").hint("--help tells what there is"));
    };
    if !is_remote(last) && (named.is_empty() || named.iter().any(|name| is_remote(name))) {
        let error =
            Error::new(Kind::Usage, format!("no destination: {} is not a remote name", last.display()));
        return Err(error.hint("the remote destination comes last: rftp put FILE… ftp://user@host/dir/"));
    }
    let destination = Remote::parse(last)?;
    if named.is_empty() && flags.files_from.is_none() {
        return Err(Error::new(Kind::Usage, "nothing to put: only a destination was given")
            .hint("rftp put FILE… ftp://user@host/dir/"));
    }
    if let Some(wrong) = named.iter().find(|s| is_remote(s) && !PathBuf::from(s).exists()) {
        return Err(Error::new(Kind::Usage, format!("{} is not a local name", wrong.display()))
            .hint("put sends local files; get fetches remote ones"));
    }
    let mut sources = expand(named, flags.select.no_glob)?;
    if let Some(list) = &flags.files_from {
        sources.extend(lists::files_from(list, flags.null)?.into_iter().map(PathBuf::from));
    }
    let mut seen = HashSet::new();
    // `a` and `./a` are one, as patterns that overlap may say.
    sources.retain(|source| seen.insert(source.strip_prefix(".").unwrap_or(source).to_path_buf()));
    check(&sources, flags, &destination)?;
    let mut job = Job::new(flags, cancel, sources.len() > 1)?;
    let mut session = Session::new(destination.site.clone(), Purpose::Change, shared, out, cancel)?;
    put_all(&mut job, &mut session, &sources, &destination.path, &filter, out);
    sweep(&mut job, &mut session, out);
    session.end(out);
    end(job, out)
}

/// The list is whole, and the answer to "was there anything to do" is given.
fn end(job: Job<'_>, out: &mut Output) -> Result<()> {
    if let Some(manifest) = job.manifest {
        manifest.finish()?;
    }
    report::nothing_done(job.flags.transfer.exit_code, out);
    Ok(())
}

/// What an earlier run left, each to its own place again.
fn retry(
    job: &mut Job<'_>,
    left: Vec<lists::Left>,
    filter: &Filter,
    shared: &Shared,
    out: &mut Output,
) -> Result<()> {
    let mut session: Option<(Site, Session<'_>)> = None;
    let mut stopped = false;
    for left in left {
        let Some(local) = left.local else { continue };
        if session.as_ref().is_none_or(|(site, _)| *site != left.remote.site) {
            if let Some((_, mut old)) = session.take() {
                sweep(job, &mut old, out);
                old.end(out);
            }
            let new = Session::new(left.remote.site.clone(), Purpose::Change, shared, out, job.cancel)?;
            session = Some((left.remote.site.clone(), new));
        }
        let Some((_, session)) = &mut session else { continue };
        let (remote, landing) = (left.remote.path, file_name(&local));
        if let Some(reason) = left_because(stopped, job.cancel) {
            skip(out, &session.site, &Source::Path(local), Some(&remote), reason);
            continue;
        }
        let before = out.failures();
        if local.is_dir() {
            put_tree(job, session, &local, &remote, &landing, filter, out);
        } else {
            let local = Source::Path(local);
            if job.takes(&session.site, &local, &remote, out) {
                put_item(job, session, Item { local, remote, landing, known: None }, out);
            }
        }
        stopped = out.failures() > before && !job.flags.select.keep_going;
    }
    if let Some((_, mut session)) = session {
        sweep(job, &mut session, out);
        session.end(out);
    }
    Ok(())
}

fn file_name(path: &Path) -> Vec<u8> {
    path.file_name().unwrap_or_default().as_bytes().to_vec()
}

/// The sources by their names. A name that exists is that name; only otherwise it is a pattern.
fn expand(sources: &[OsString], no_glob: bool) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for source in sources {
        let path = PathBuf::from(source);
        if no_glob || source == "-" || path.symlink_metadata().is_ok() || !pattern::is_glob(source.as_bytes())
        {
            paths.push(path);
        } else {
            paths.extend(pattern::expand(source)?);
        }
    }
    Ok(paths)
}

/// What can be known to be wrong before anything is connected.
fn check(sources: &[PathBuf], flags: &args::Put, destination: &Remote) -> Result<()> {
    for source in sources {
        if source.as_os_str() == "-" {
            if destination.path.is_empty() || destination.path.ends_with_slash() {
                return Err(Error::new(Kind::Usage, "stdin has no name: the destination must give one"));
            }
            if flags.remove_source || flags.move_source_to.is_some() {
                return Err(Error::new(Kind::Usage, "stdin cannot be removed or moved"));
            }
            if io::stdin().is_terminal() {
                return Err(Error::new(Kind::Usage, "standard input is a terminal, not a file"));
            }
            stdin::claim("the file -")?;
            continue;
        }
        match source.metadata() {
            Ok(about) if about.is_dir() && !flags.select.recursive => {
                return Err(Error::new(Kind::Usage, format!("{} is a directory", source.display()))
                    .hint("-r puts directories with all that is in them"));
            }
            Ok(_) => {}
            // It fails by itself, when its turn comes.
            Err(_) if flags.select.keep_going => {}
            Err(e) => return Err(Error::source(e, format_args!("cannot read {}", source.display()))),
        }
    }
    if sources.len() > 1 && sources.iter().any(|s| s.as_os_str() == "-") {
        return Err(Error::new(Kind::Usage, "stdin goes alone"));
    }
    let mut names = HashMap::new();
    for source in sources.iter().filter(|s| flags.transfer.exists != Exists::Skip && !s.is_dir()) {
        let name = place::below(source.as_os_str().as_bytes(), Destination::Directory);
        if let Some(other) = names.insert(name, source) {
            let text = format!("{} and {} would become the same file", other.display(), source.display());
            return Err(Error::new(Kind::Usage, text));
        }
    }
    Ok(())
}

fn put_all(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    sources: &[PathBuf],
    destination: &RemotePath,
    filter: &Filter,
    out: &mut Output,
) {
    let several = sources.len() > 1 || job.flags.files_from.is_some();
    let mut stopped = false;
    let mut kind = (several || destination.is_empty() || destination.ends_with_slash())
        .then_some(Destination::Directory);
    let mut known = None;
    for source in sources {
        let raw = source.as_os_str().as_bytes();
        let is_dir = source.is_dir();
        if source.as_os_str() == "-" {
            kind = Some(Destination::Name);
        }
        let kind = match kind {
            Some(kind) => kind,
            None => {
                let looked = session.run(out, |s, _, _| s.client()?.look_and_prepare(destination)).0;
                match looked {
                    Ok(Some(entry)) if entry.is_dir() => Destination::Directory,
                    Ok(entry) => {
                        known = Some(entry);
                        Destination::Name
                    }
                    Err(e) => {
                        let local = Source::Path(source.clone());
                        let what = format!("cannot put to {destination} on {}", session.host());
                        failed(out, &session.site, &local, Some(destination), &e.context(what), 1, None);
                        break;
                    }
                }
            }
        };
        let below = place::below(raw, kind);
        let target = match &below {
            name if name.is_empty() => destination.trimmed(),
            name => match destination.join(name) {
                Ok(target) => target,
                Err(e) => {
                    let local = Source::Path(source.clone());
                    if let Some(reason) = left_because(stopped, job.cancel) {
                        skip(out, &session.site, &local, None, reason);
                    } else {
                        unnameable(out, session, &local, e);
                        stopped = !job.flags.select.keep_going;
                    }
                    continue;
                }
            },
        };
        if let Some(reason) = left_because(stopped, job.cancel) {
            skip(out, &session.site, &Source::Path(source.clone()), Some(&target), reason);
            continue;
        }
        let before = out.failures();
        if is_dir {
            put_tree(job, session, source, &target, &below, filter, out);
        } else {
            let local = if raw == b"-" { Source::Stdin } else { Source::Path(source.clone()) };
            // Under a name of its own the list below the destination's directory has that name.
            let landing = if below.is_empty() { target.name() } else { below };
            if job.takes(&session.site, &local, &target, out) {
                put_item(job, session, Item { local, remote: target, landing, known: known.take() }, out);
            }
        }
        stopped = out.failures() > before && !is_dir && !job.flags.select.keep_going;
    }
}

/// A directory and what is in it. What keeps all of it from being tried is told of the directory: whoever repeats it repeats all.
fn put_tree(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    top: &Path,
    target: &RemotePath,
    below: &[u8],
    filter: &Filter,
    out: &mut Output,
) {
    if let Err(e) = put_below(job, session, top, target, below, filter, out) {
        let error = e.context(format_args!("cannot put {} to {target} on {}", top.display(), session.host()));
        failed(out, &session.site, &Source::Path(top.to_path_buf()), Some(target), &error, 1, None);
    }
}

/// What is in a directory: goes on after a failure.
fn put_below(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    top: &Path,
    target: &RemotePath,
    below: &[u8],
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    let walk = walk::local(top, filter, job.flags.select.follow);
    for (path, reason) in &walk.left_out {
        let local = Source::Path(walk::local_path(top, path));
        skip(out, &session.site, &local, None, reason);
    }
    for (path, error) in &walk.failures {
        let local = Source::Path(walk::local_path(top, path));
        failed(out, &session.site, &local, None, error, 1, None);
    }
    // Directories first: every file finds its own.
    let (mut dirs, mut remotes, mut items) = (Vec::new(), vec![target.clone()], Vec::new());
    for found in walk.found {
        let local = walk::local_path(top, &found.path);
        match target.join(&found.path) {
            Err(e) => unnameable(out, session, &Source::Path(local), e),
            Ok(remote) if found.entry.is_dir() => {
                remotes.push(remote);
                dirs.push(found);
            }
            Ok(remote) if !job.takes(&session.site, &Source::Path(local.clone()), &remote, out) => {}
            Ok(remote) => {
                let (landing, size) = (walk::join(below, &found.path), found.entry.size.unwrap_or(0));
                items.push(many::File { local, remote, landing, size });
            }
        }
    }
    let made = make_dirs(job, session, top, &dirs, &remotes, out)?;
    if many::suits(job.flags, session) {
        items = many::put(job, session, items, &made, out)?;
    }
    for many::File { local, remote, landing, .. } in items {
        let local = Source::Path(local);
        match left_because(false, job.cancel) {
            Some(reason) => skip(out, &session.site, &local, Some(&remote), reason),
            None => put_item(job, session, Item { local, remote, landing, known: None }, out),
        }
    }
    Ok(())
}

/// A local name that no command can carry: that one fails, and the others do not have to.
fn unnameable(out: &mut Output, session: &Session<'_>, local: &Source, error: Error) {
    let what = format!("cannot store {} on {}", local.shown(), session.host());
    failed(out, &session.site, local, None, &error.kind_is(Kind::Input).context(what), 1, None);
}

/// The target's directories; the top is the first, with all above it. Those that were made are empty, and come back.
fn make_dirs(
    job: &Job<'_>,
    session: &mut Session<'_>,
    top: &Path,
    dirs: &[walk::Found],
    remotes: &[RemotePath],
    out: &mut Output,
) -> Result<HashSet<RemotePath>> {
    let mut made = HashSet::new();
    // The root and the login directory are there.
    let is_root = |path: &RemotePath| path.is_empty() || path.as_bytes() == b"/";
    let skip = usize::from(remotes.first().is_some_and(is_root));
    if job.flags.transfer.dry_run {
        for row in remotes[skip..].chunks(ROW) {
            let there = session.run(out, |s, _, _| s.client()?.are_dirs(row)).0?;
            for (remote, _) in row.iter().zip(there).filter(|(_, there)| !there) {
                out.line(format_args!("mkdir {}", escape::text(&session.site.url(remote))));
            }
        }
        return Ok(made);
    }
    let local = |n: usize| match n.checked_sub(1).and_then(|n| dirs.get(n)) {
        Some(dir) => Source::Path(walk::local_path(top, &dir.path)),
        None => Source::Path(top.to_path_buf()),
    };
    for (at, row) in remotes[skip..].chunks(ROW).enumerate() {
        job.cancel.check()?;
        let mut results = batch::make_dirs(session, out, row)?;
        if at == 0
            && skip == 0
            && matches!(&results[..], [Err(e), ..] if e.kind() == Kind::Refused)
            && session.run(out, |s, _, _| s.client()?.make_dirs(&row[0])).0.is_ok()
        {
            // Something above the top was missing as well.
            results = batch::make_dirs(session, out, row)?;
        }
        for (n, (remote, result)) in row.iter().zip(results).enumerate() {
            match result {
                Ok(Made::Now) => drop(made.insert(remote.clone())),
                Ok(_) => {}
                Err(e) => {
                    let error = e.context(format_args!("cannot make {remote} on {}", session.host()));
                    failed(out, &session.site, &local(skip + at * ROW + n), Some(remote), &error, 1, None);
                }
            }
        }
    }
    Ok(made)
}

/// Removes what earlier runs left in the directories that this one filled.
fn sweep(job: &mut Job<'_>, session: &mut Session<'_>, out: &mut Output) {
    let dirs = std::mem::take(&mut job.written);
    let left_over: Vec<_> =
        std::mem::take(&mut job.left_over).into_iter().map(|path| (path, false)).collect();
    for row in left_over.chunks(ROW) {
        if job.cancel.is_stopping() || out.failures() > 0 {
            return;
        }
        row.iter().for_each(|(path, _)| out.note(format_args!("removing {path}, which an earlier run left")));
        if let Err(e) = batch::remove(session, out, row) {
            out.note(format_args!("leftovers stay: {e}"));
        }
    }
    for (dir, _) in dirs.into_iter().filter(|(_, files)| *files >= SWEEP_FROM) {
        // Where something failed there is more to care about.
        if job.cancel.is_stopping() || out.failures() > 0 {
            return;
        }
        if let Err(e) = clean::sweep(session, &dir, Some(LEFT_OVER), out) {
            out.note(format_args!("leftovers in {dir} stay: {e}"));
        }
    }
}
