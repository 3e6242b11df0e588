//! `put`: files arrive whole under their names, or not at all.
//!
//! One file takes, after the login: a look at the target and the question for a port (one write), the data connection, STOR to
//! a temporary name in the same directory, the data and its 226, then in one write the time, the mode, SIZE and a digest where the
//! server computes one, and at last RNFR with RNTO. A lost answer is settled by looking.

use crate::{
    args::{self, Exists, Shared},
    place::{self, Destination},
    remote::{Remote, is_remote},
    session::{Purpose, Session},
    walk::{self, Filter},
};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, IsTerminal, Read},
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
        stdin,
    },
    ftp::{Client, RemotePath, Store, Upload},
    job::meter::Meter,
    net::Cancel,
};

/// What one upload needs to know.
struct Job<'a> {
    flags: &'a args::Put,
    cancel: &'a Cancel,
}

/// One thing to be put.
enum Item {
    File { local: Source, remote: RemotePath },
    Dir { remote: RemotePath, below: Vec<u8> },
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Stdin,
}

impl Source {
    fn shown(&self) -> String {
        match self {
            Source::Path(path) => path.display().to_string(),
            Source::Stdin => "-".into(),
        }
    }
}

/// How an upload went.
struct Done {
    bytes: u64,
    sha256: Option<String>,
    verified: String,
    tls_version: Option<String>,
    tls_resumed: Option<bool>,
    skipped: Option<&'static str>,
}

pub fn run(flags: &args::Put, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (sources, last) = flags.names.split_at(flags.names.len() - 1);
    let destination = Remote::parse(&last[0]).map_err(|e| {
        e.hint_if_none("the last name is the remote destination: rftp put FILE… ftp://user@host/dir/")
    })?;
    if let Some(wrong) = sources.iter().find(|s| is_remote(s) && !PathBuf::from(s).exists()) {
        return Err(Error::new(Kind::Usage, format!("{} is not a local name", wrong.display()))
            .hint("put sends local files; get fetches remote ones"));
    }
    let filter = Filter::new(&flags.select)?;
    let sources = named(sources, flags.select.no_glob)?;
    check(&sources, flags, &destination)?;
    let mut session = Session::new(destination.site.clone(), Purpose::Change, shared, out, cancel)?;
    let job = Job { flags, cancel };
    let result = put_all(&job, &mut session, &sources, &destination.path, &filter, out);
    session.end(out);
    result
}

/// The sources by their names. A name that exists is that name; only otherwise it is a pattern.
fn named(sources: &[OsString], no_glob: bool) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for source in sources {
        let path = PathBuf::from(source);
        if no_glob || source == "-" || path.symlink_metadata().is_ok() || !pattern::is_glob(source.as_bytes())
        {
            paths.push(path);
        } else {
            let pattern = source
                .to_str()
                .ok_or_else(|| Error::new(Kind::Usage, format!("not a pattern: {}", source.display())))?;
            paths.extend(pattern::expand(pattern)?);
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
            if io::stdin().is_terminal() {
                return Err(Error::new(Kind::Usage, "standard input is a terminal, not a file"));
            }
            stdin::claim("the file -")?;
            continue;
        }
        let about = source
            .metadata()
            .map_err(|e| Error::source(e, format_args!("cannot read {}", source.display())))?;
        if about.is_dir() && !flags.select.recursive {
            return Err(Error::new(Kind::Usage, format!("{} is a directory", source.display()))
                .hint("-r puts directories with all that is in them"));
        }
    }
    if sources.len() > 1 && sources.iter().any(|s| s.as_os_str() == "-") {
        return Err(Error::new(Kind::Usage, "stdin goes alone"));
    }
    Ok(())
}

fn put_all(
    job: &Job<'_>,
    session: &mut Session<'_>,
    sources: &[PathBuf],
    destination: &RemotePath,
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    let several = sources.len() > 1;
    let mut stopped = false;
    let mut kind = (several || destination.is_empty() || destination.ends_with_slash())
        .then_some(Destination::Directory);
    for source in sources {
        let raw = source.as_os_str().as_bytes();
        let is_dir = source.is_dir();
        if source.as_os_str() == "-" {
            kind = Some(Destination::Name);
        }
        if stopped {
            skip(out, session, &Source::Path(source.clone()), None, "an earlier failure");
            continue;
        }
        let kind = match kind {
            Some(kind) => kind,
            None => {
                let looked = session.run(out, |s, _, _| s.client()?.look_and_prepare(destination)).0;
                match looked {
                    Ok(Some(entry)) if entry.is_dir() => Destination::Directory,
                    Ok(_) => Destination::Name,
                    Err(e) => {
                        return Err(
                            e.context(format_args!("cannot put to {destination} on {}", session.host()))
                        );
                    }
                }
            }
        };
        let target = match place::below(raw, kind) {
            name if name.is_empty() => destination.trimmed(),
            name => destination.join(&name)?,
        };
        let before = out_failures(out);
        if is_dir {
            put_tree(job, session, source, &target, filter, out)?;
        } else {
            let local = if raw == b"-" { Source::Stdin } else { Source::Path(source.clone()) };
            put_item(job, session, Item::File { local, remote: target }, out);
        }
        stopped = out_failures(out) > before && !is_dir && !job.flags.select.keep_going;
        job.cancel.check()?;
    }
    Ok(())
}

fn out_failures(out: &Output) -> u64 {
    out.failures()
}

/// A directory and what is in it: goes on after a failure.
fn put_tree(
    job: &Job<'_>,
    session: &mut Session<'_>,
    top: &Path,
    target: &RemotePath,
    filter: &Filter,
    out: &mut Output,
) -> Result<()> {
    let walk = walk::local(top, filter, job.flags.select.follow);
    for (path, reason) in &walk.left_out {
        let local = Source::Path(walk::local_path(top, path));
        skip(out, session, &local, None, reason);
    }
    for (path, error) in &walk.failures {
        let local = Source::Path(walk::local_path(top, path));
        failed(out, session, &local, None, error, 1, None);
    }
    put_item(job, session, Item::Dir { remote: target.clone(), below: Vec::new() }, out);
    let mut items = Vec::with_capacity(walk.found.len());
    for found in walk.found {
        let remote = target.join(&found.path)?;
        items.push(match found.entry.kind {
            EntryKind::Dir => Item::Dir { remote, below: found.path },
            _ => Item::File { local: Source::Path(walk::local_path(top, &found.path)), remote },
        });
    }
    // Directories first: many in one write, and every file finds its own.
    let (dirs, files): (Vec<_>, Vec<_>) = items.into_iter().partition(|i| matches!(i, Item::Dir { .. }));
    for item in dirs.into_iter().chain(files) {
        job.cancel.check()?;
        put_item(job, session, item, out);
    }
    Ok(())
}

/// One item, from its first try to its event.
fn put_item(job: &Job<'_>, session: &mut Session<'_>, item: Item, out: &mut Output) {
    let began = Instant::now();
    match item {
        Item::Dir { remote, below } => {
            if job.flags.transfer.dry_run {
                if !below.is_empty() {
                    out.line(format_args!("mkdir {}", escape::text(&session.site.url(&remote))));
                }
                return;
            }
            let made = session.run(out, |s, _, _| s.client()?.make_dirs(&remote)).0;
            if let Err(e) = made {
                failed(
                    out,
                    session,
                    &Source::Path(PathBuf::from(OsStr::from_bytes(&below))),
                    Some(&remote),
                    &e,
                    1,
                    None,
                );
            }
        }
        Item::File { local, remote } => {
            if job.flags.transfer.dry_run {
                planned(out, session, &local, &remote);
                return;
            }
            // One temporary name for all tries: a later try replaces what an earlier one left.
            let temporary = match temporary_name(&remote) {
                Ok(path) => path,
                Err(e) => return failed(out, session, &local, Some(&remote), &e, 1, None),
            };
            let mut attempt = Attempt {
                job,
                local: &local,
                remote: &remote,
                temporary: &temporary,
                consumed: false,
                stage: Stage::Start,
            };
            let (result, tried) = session.run(out, |session, out, _| attempt.put(session, out));
            match result {
                Ok(done) => succeeded(out, session, &local, &remote, &done, tried, began.elapsed()),
                Err(e) => {
                    job.cancel.begin_cleanup(Duration::from_secs(2));
                    let left = attempt.clean_up(session);
                    let what = format!("cannot store {remote} on {}", session.host());
                    failed(out, session, &local, Some(&remote), &e.context(what), tried, left.as_ref());
                }
            }
        }
    }
}

/// `.NAME.rftp-…` beside the target, within the 255 bytes of a name.
fn temporary_name(target: &RemotePath) -> Result<RemotePath> {
    let random = RandomState::new().build_hasher().finish();
    let name = target.name();
    if name.is_empty() {
        return Err(Error::new(Kind::Usage, format!("{target} is no name for a file")));
    }
    let kept = &name[..name.len().min(220)];
    target.sibling(&[b".", kept, format!(".rftp-{random:016x}").as_bytes()].concat())
}

/// How far an upload came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Start,
    /// Something stands under the temporary name.
    Storing,
    /// All of it does, says the server or a look at it.
    Stored,
    /// RNTO was sent.
    Renaming,
}

/// One upload over all its tries.
struct Attempt<'a> {
    job: &'a Job<'a>,
    local: &'a Source,
    remote: &'a RemotePath,
    temporary: &'a RemotePath,
    /// Stdin was read: there is no second try.
    consumed: bool,
    stage: Stage,
}

/// What was sent, as far as it is known.
struct Sent {
    bytes: u64,
    digest: Option<(Algorithm, Vec<u8>)>,
    sha256: Option<String>,
}

impl Attempt<'_> {
    fn put(&mut self, session: &mut Session<'_>, out: &mut Output) -> Result<Done> {
        if self.consumed {
            return Err(Error::new(Kind::Closed, "standard input cannot be read a second time")
                .again_is(Again::Later));
        }
        let in_place = self.job.flags.in_place;
        let mut source = Opened::open(self.local)?;
        let client = session.client()?;
        let there = client.look_and_prepare(self.remote)?;
        if let Some(reason) = self.policy(client, there.as_ref(), &source)? {
            return Ok(Done {
                bytes: 0,
                sha256: None,
                verified: "none".into(),
                tls_version: None,
                tls_resumed: None,
                skipped: Some(reason),
            });
        }
        if let Some(entry) = there.as_ref().filter(|e| e.kind == EntryKind::Link) {
            let to = entry
                .target
                .as_deref()
                .map_or(String::new(), |t| format!(" to {}", String::from_utf8_lossy(t)));
            out.warn(format_args!(
                "{} on {} is a symbolic link{to}: it is replaced",
                self.remote,
                client.host()
            ));
        }
        let name = if in_place { self.remote } else { self.temporary };
        let algorithm = client.best_hash();
        let mut upload = client.store(name, Store { make_dirs: true, ..Store::default() })?;
        self.stage = Stage::Storing;
        let sent = {
            let meter = out.progress().start(&self.local.shown(), source.size);
            let progress = |n| meter.add(n);
            let mut meter = Meter::new(&progress)
                .limit(self.job.flags.transfer.limit_rate)
                .least(self.job.flags.transfer.min_rate);
            if let Some(algorithm) = algorithm {
                meter = meter.digest(algorithm);
            }
            if self.job.flags.transfer.digest {
                meter = meter.digest(Algorithm::Sha256);
            }
            self.consumed = source.size.is_none();
            match source.send(&mut upload, &mut meter) {
                Ok(bytes) => Sent {
                    bytes,
                    digest: algorithm.and_then(|a| Some((a, meter.digest_of(a)?))),
                    sha256: meter.digest_of(Algorithm::Sha256).map(|d| hex(&d)),
                },
                Err(e) => {
                    let error =
                        Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.local.shown()));
                    self.job.cancel.begin_cleanup(Duration::from_secs(2));
                    return Err(upload.fail(error));
                }
            }
        };
        match upload.finish() {
            Ok(_) => {}
            Err(e) if e.kind() == Kind::Unconfirmed => {
                // All of it went out and no answer came: look.
                out.note(format_args!("{}; looking whether the file arrived", e.message()));
                self.settle_store(session, name, sent.bytes, &e)?;
            }
            Err(e) => return Err(e),
        }
        self.stage = Stage::Stored;
        source.unchanged()?;
        let client = session.client()?;
        let verified = self.verify(client, name, &sent, there.as_ref(), &source)?;
        if !in_place {
            self.stage = Stage::Renaming;
            let renamed = client.rename(self.temporary, self.remote);
            match renamed {
                Ok(()) => {}
                Err(e) if e.kind() == Kind::Unconfirmed => {
                    out.note(format_args!("{}; looking whether the file was renamed", e.message()));
                    self.settle_rename(session, sent.bytes, &e)?;
                }
                Err(e) => {
                    self.stage = Stage::Stored;
                    return Err(if there.is_some() && e.kind() == Kind::Refused {
                        e.hint("the server renames onto no existing file: remove it first, or use --in-place")
                    } else {
                        e
                    });
                }
            }
        }
        let client = session.client()?;
        Ok(Done {
            bytes: sent.bytes,
            sha256: sent.sha256.or_else(|| match &sent.digest {
                Some((Algorithm::Sha256, digest)) => Some(hex(digest)),
                _ => None,
            }),
            verified,
            tls_version: client.tls_version().map(str::to_string),
            tls_resumed: client.tls_resumed(),
            skipped: None,
        })
    }

    /// What `--exists` makes of the target; a reason to leave it alone.
    fn policy(
        &self,
        client: &Client,
        there: Option<&Entry>,
        source: &Opened,
    ) -> Result<Option<&'static str>> {
        let Some(there) = there else { return Ok(None) };
        if there.is_dir() {
            return Err(Error::new(Kind::Refused, "a directory of that name is there"));
        }
        Ok(match self.job.flags.transfer.exists {
            Exists::Overwrite => None,
            Exists::Skip => Some("exists"),
            Exists::Fail => {
                let text = format!("{} exists on {}", self.remote, client.host());
                return Err(Error::new(Kind::Refused, text));
            }
            Exists::Newer => {
                let same_size = source.size.is_some() && there.size == source.size;
                let not_newer = match (source.modified, there.modified) {
                    (Some(here), Some(then)) => here.0 <= then.0 + there.tolerance,
                    _ => false,
                };
                (same_size && not_newer).then_some("not newer")
            }
        })
    }

    /// In one write: the time, the old file's mode, the size, the digest. Says what proves the contents.
    fn verify(
        &self,
        client: &mut Client,
        name: &RemotePath,
        sent: &Sent,
        there: Option<&Entry>,
        source: &Opened,
    ) -> Result<String> {
        let mut before = Vec::new();
        if let Some(time) = source.modified.filter(|_| !self.job.flags.transfer.no_times) {
            before.extend(client.time_command(name, time));
        }
        if let Some(mode) = there.and_then(|e| e.mode).filter(|_| !self.job.flags.in_place) {
            before.push(client.mode_command(name, mode)?);
        }
        let algorithm = sent.digest.as_ref().map(|(a, _)| *a);
        let (size, digest) = client.size_and_digest_after(&before, name, algorithm)?;
        if let Some(size) = size.filter(|s| *s != sent.bytes) {
            let text = format!("the server kept {size} of {} bytes", sent.bytes);
            let error = Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now);
            return Err(if self.job.flags.in_place {
                error.kind_is(Kind::Unconfirmed).again_is(Again::Never)
            } else {
                error
            });
        }
        match (&sent.digest, digest) {
            (Some((algorithm, ours)), Some(theirs)) if *ours == theirs => {
                Ok(format!("hash:{}", algorithm.name()))
            }
            (Some((algorithm, _)), Some(_)) => {
                let text =
                    format!("what the server stored has another {} than what was sent", algorithm.name());
                Err(Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now))
            }
            _ if size.is_some() => Ok("size".into()),
            _ => Ok("none".into()),
        }
    }

    /// After a lost 226: the size under the name decides.
    fn settle_store(
        &self,
        session: &mut Session<'_>,
        name: &RemotePath,
        bytes: u64,
        lost: &Error,
    ) -> Result<()> {
        let looked = session.client().and_then(|c| c.size(name));
        match looked {
            Ok(Some(size)) if size == bytes => Ok(()),
            Ok(_) => {
                Err(Error::new(Kind::Closed, format!("{} (the file did not arrive whole)", lost.message())))
            }
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            // Under a temporary name nothing has happened yet; in place it may have.
            Err(_) if self.job.flags.in_place => Err(lost.clone()),
            Err(_) => Err(lost.clone().kind_is(Kind::Closed).again_is(Again::Now)),
        }
    }

    /// After a lost answer to RNTO: what stands under which name decides.
    fn settle_rename(&mut self, session: &mut Session<'_>, bytes: u64, lost: &Error) -> Result<()> {
        let looked = session.client().and_then(|client| {
            let temporary = client.size(self.temporary)?;
            let target = client.size(self.remote)?;
            Ok((temporary, target))
        });
        match looked {
            Ok((None, Some(size))) if size == bytes => Ok(()),
            Ok((Some(_), _)) => session.client()?.rename(self.temporary, self.remote),
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            _ => Err(lost.clone()),
        }
    }

    /// Removes the temporary file after a failure; the name of what had to be left.
    fn clean_up(&self, session: &mut Session<'_>) -> Option<RemotePath> {
        match self.stage {
            _ if self.job.flags.in_place => return None,
            Stage::Start => return None,
            // It may be the target by now: it is named, and left alone.
            Stage::Renaming => return Some(self.temporary.clone()),
            Stage::Storing | Stage::Stored => {}
        }
        let removed = match session.living() {
            Some(client) => client.delete(self.temporary).is_ok(),
            None => session.client().and_then(|c| c.delete(self.temporary)).is_ok(),
        };
        (!removed).then(|| self.temporary.clone())
    }
}

/// The source, opened: its size is frozen here.
struct Opened {
    read: Input,
    /// `None` for stdin.
    size: Option<u64>,
    modified: Option<Time>,
    shown: String,
}

enum Input {
    File(File),
    Stdin(io::Stdin),
}

impl Opened {
    fn open(source: &Source) -> Result<Opened> {
        let shown = source.shown();
        let Source::Path(path) = source else {
            return Ok(Opened { read: Input::Stdin(io::stdin()), size: None, modified: None, shown });
        };
        let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
        let file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        // A pipe or a device has no size and can be read once.
        let size = about.is_file().then_some(about.len());
        let modified = about.is_file().then(|| about.modified().ok().map(Into::into)).flatten();
        Ok(Opened { read: Input::File(file), size, modified, shown })
    }

    /// Sends all of it: without copying where nobody has to see the bytes.
    fn send(&mut self, upload: &mut Upload<'_>, meter: &mut Meter<'_>) -> io::Result<u64> {
        let Some(size) = self.size else {
            return match &mut self.read {
                Input::Stdin(stdin) => meter.copy(&mut Labelled(stdin.lock(), &self.shown), upload, u64::MAX),
                Input::File(file) => meter.copy(&mut Labelled(file, &self.shown), upload, u64::MAX),
            };
        };
        let Input::File(file) = &mut self.read else { return Ok(0) };
        let mut left = size;
        if !meter.sees_bytes() {
            while left > 0 {
                match upload.send_file(file, left.min(meter.chunk() as u64 * 16)) {
                    Ok(0) => break,
                    Ok(n) => {
                        left -= n;
                        meter.passed(n)?;
                    }
                    Err(e) if e.kind() == io::ErrorKind::Unsupported => break,
                    Err(e) => return Err(e),
                }
            }
        }
        left -= meter.copy(&mut Labelled(file, &self.shown), upload, left)?;
        if left > 0 {
            let text = format!("{} became shorter while it was read", self.shown);
            return Err(Error::new(Kind::Local, text).again_is(Again::Now).into());
        }
        Ok(size)
    }

    /// A file that was written while it was read may be half of the one and half of the other. One that only grew, such as
    /// a log, was sent as it was when it was opened.
    fn unchanged(&self) -> Result<()> {
        let (Input::File(file), Some(size)) = (&self.read, self.size) else { return Ok(()) };
        let failed = |e| Error::source(e, format_args!("cannot read {}", self.shown));
        let about = file.metadata().map_err(failed)?;
        let modified: Option<Time> = about.modified().ok().map(Into::into);
        if about.len() <= size && modified != self.modified || about.len() < size {
            let text = format!("{} changed while it was sent", self.shown);
            return Err(Error::new(Kind::Local, text).again_is(Again::Now));
        }
        Ok(())
    }
}

/// Says whose read failed.
struct Labelled<'a, R>(R, &'a str);

impl<R: Read> Read for Labelled<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|e| match e.kind() {
            io::ErrorKind::Interrupted => e,
            _ => Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.1)).into(),
        })
    }
}

fn file_event(session: &Session<'_>, local: &Source, remote: Option<&RemotePath>) -> event::File {
    event::File {
        direction: "upload",
        local: Some(record::name(local.shown().as_bytes())),
        remote: remote.map(|r| record::name(r.as_bytes())),
        url: remote.map(|r| session.site.url(r)),
        ..event::File::default()
    }
}

fn succeeded(
    out: &mut Output,
    session: &Session<'_>,
    local: &Source,
    remote: &RemotePath,
    done: &Done,
    tried: u32,
    time: Duration,
) {
    if let Some(reason) = done.skipped {
        return skip(out, session, local, Some(remote), reason);
    }
    out.count(Outcome::Ok);
    out.add_bytes(done.bytes);
    let shown = session.site.url(remote);
    out.done(format_args!("{} -> {shown} ({})", escape::text(&local.shown()), quantity::human(done.bytes)));
    let mut file = file_event(session, local, Some(remote));
    file.outcome = Outcome::Ok.name();
    file.bytes = Some(done.bytes);
    file.seconds = Some(seconds(time));
    file.attempts = Some(tried);
    file.sha256 = done.sha256.clone();
    file.verified = Some(done.verified.clone());
    file.tls_version = done.tls_version.clone();
    file.tls_resumed = done.tls_resumed;
    out.emit(&Event::File(Box::new(file)));
}

fn skip(
    out: &mut Output,
    session: &Session<'_>,
    local: &Source,
    remote: Option<&RemotePath>,
    reason: &'static str,
) {
    out.count(Outcome::Skipped);
    out.note(format_args!("{} skipped: {reason}", local.shown()));
    let mut file = file_event(session, local, remote);
    file.outcome = Outcome::Skipped.name();
    file.reason = Some(reason);
    out.emit(&Event::File(Box::new(file)));
}

fn planned(out: &mut Output, session: &Session<'_>, local: &Source, remote: &RemotePath) {
    out.count(Outcome::Planned);
    out.line(format_args!("put {} {}", escape::text(&local.shown()), session.site.url(remote)));
    let mut file = file_event(session, local, Some(remote));
    file.outcome = Outcome::Planned.name();
    out.emit(&Event::File(Box::new(file)));
}

fn failed(
    out: &mut Output,
    session: &Session<'_>,
    local: &Source,
    remote: Option<&RemotePath>,
    error: &Error,
    tried: u32,
    temporary: Option<&RemotePath>,
) {
    let error = match temporary {
        Some(left) => &error.clone().hint_if_none(format!("{left} was left on the server")),
        None => error,
    };
    out.item_failed(error);
    let mut file = file_event(session, local, remote);
    file.outcome = Outcome::of(error).name();
    file.attempts = Some(tried);
    file.temporary = temporary.map(|t| record::name(t.as_bytes()));
    file.error = Some(event::error(error));
    out.emit(&Event::File(Box::new(file)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_name_stands_beside_its_target() {
        let path = |t: &str| RemotePath::new(t).unwrap();
        let temp = temporary_name(&path("in/a.csv")).unwrap();
        assert!(temp.as_bytes().starts_with(b"in/.a.csv.rftp-") && walk::is_temporary(&temp.name()));
        let long = temporary_name(&path(&"x".repeat(255))).unwrap();
        assert!(long.name().len() <= 255);
        assert!(temporary_name(&path("")).is_err());
    }
}
