//! `verify`: are the same bytes here and there? The size first, then the server's digest, and where it has none the file is read back.

use crate::{
    args::{self, By, Shared},
    lists::INTERRUPTED,
    manifest,
    remote::{Remote, Site},
    session::{Purpose, Session, Voice},
    told,
    walk::{self, Filter},
    work::{
        self,
        list::{self, There, directory},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{
        digest::{Algorithm, hex},
        error::*,
        escape, record,
        tree::{Entry, EntryKind},
    },
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    ftp::RemotePath,
    job::{meter::Meter, pool},
    net::Cancel,
};

/// From so many files a directory on, its listing costs less than a look at each.
const WORTH_LISTING: usize = 8;

/// What a comparison found.
enum Verdict {
    Same { how: String, sha256: Option<String> },
    Differs(&'static str),
}

pub fn run(flags: &args::Verify, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if shared.ftp.ascii {
        return Err(Error::new(Kind::Usage, "verify compares bytes, and --ascii changes them"));
    }
    let (local, remote) = match (&flags.manifest, flags.names.as_slice()) {
        (None, [local, remote]) => (Some(PathBuf::from(local)), Remote::parse(remote)?),
        (Some(_), [remote]) => (None, Remote::parse(remote)?),
        (None, _) => {
            return Err(Error::new(Kind::Usage, "a local and a remote name are needed")
                .hint("with --manifest SHA256SUMS the remote name is enough"));
        }
        (Some(_), _) => {
            return Err(Error::new(Kind::Usage, "--manifest takes the place of the local name"));
        }
    };
    let (top, pairs) = match (&local, &flags.manifest) {
        (Some(local), _) => (local.clone(), files(local, flags, &remote.site, out)?),
        (None, Some(list)) => {
            let listed = manifest::read(list)?;
            let pairs = listed.into_iter().map(|(name, digest)| (name, Some(digest))).collect();
            (PathBuf::new(), pairs)
        }
        (None, None) => return Err(Error::new(Kind::Bug, "nothing to compare with")),
    };
    if pairs.is_empty() {
        // As `sha256sum -c` of an empty list: a yes would be about nothing.
        out.warn("there is nothing to compare");
        out.answer_no();
        return Ok(());
    }
    let mut session = Session::new(remote.site.clone(), Purpose::Look, shared, out, cancel)?;
    let mut jobs = Vec::with_capacity(pairs.len());
    for (below, digest) in pairs {
        let local = if below.is_empty() { top.clone() } else { walk::local_path(&top, &below) };
        let target = match below.is_empty() {
            true if remote.path.is_empty() || remote.path.ends_with_slash() => {
                remote.path.join(local.file_name().unwrap_or_default().as_bytes())
            }
            true => Ok(remote.path.clone()),
            false => remote.path.join(&below),
        };
        let target = match target {
            Ok(target) => target,
            // No command can carry its name, so nothing stands under it there.
            Err(e) => {
                report(out, &session.site, &local, None, Err(e.kind_is(Kind::Input)));
                continue;
            }
        };
        jobs.push(Job { number: jobs.len(), local, target, digest, known: None });
    }
    learn(&mut jobs, &mut session, usize::from(flags.jobs), out)?;
    // Taken from the back.
    jobs.reverse();
    let by = flags.by;
    let site = session.site.clone();
    // Told in their order, whoever was faster.
    let (mut next, mut waiting) = (0, BTreeMap::new());
    let hear = |heard| match heard {
        Heard::Note(text) => out.note(text),
        Heard::Warn(text) => out.warn(text),
        Heard::End(end) => {
            waiting.insert(end.0.number, end);
            while let Some(end) = waiting.remove(&next) {
                report(out, &site, &end.0.local, Some(&end.0.target), end.1);
                next += 1;
            }
        }
    };
    let left = work::run(&mut session, usize::from(flags.jobs), jobs, cancel, hear, |worker, session| {
        verify_some(worker, session, by);
    });
    // Behind one that was given back, some may be done.
    for end in waiting.into_values() {
        report(out, &site, &end.0.local, Some(&end.0.target), end.1);
    }
    for job in left.into_iter().rev() {
        let file = event_of(&site, &job.local, Some(&job.target));
        told::skipped(out, job.local.display(), file, INTERRUPTED);
    }
    session.end(out);
    Ok(())
}

/// Of many files in few directories it is learnt by listings what there is of them, by several at once.
fn learn(jobs: &mut [Job], session: &mut Session<'_>, workers: usize, out: &mut Output) -> Result<()> {
    let dirs: BTreeSet<RemotePath> = jobs.iter().map(|j| directory(&j.target)).collect::<Result<_>>()?;
    // Only a listing tells whether it is that very name.
    let is_fragile = jobs.iter().any(|j| j.target.is_fragile());
    if jobs.len() < dirs.len() * WORTH_LISTING && !is_fragile {
        return Ok(());
    }
    let there = list::ahead(session, workers, |lister| There::learn(lister, &dirs, out, |_, _| Ok(())))?;
    let Some(mut there) = there else { return Ok(()) };
    for job in jobs {
        // A link's own entry says nothing of what it leads to.
        job.known = Some(there.take(&job.target)?)
            .filter(|found| found.as_ref().is_none_or(|e| e.kind != EntryKind::Link));
    }
    Ok(())
}

/// One comparison.
#[derive(Clone)]
struct Job {
    /// Its place in the order.
    number: usize,
    local: PathBuf,
    target: RemotePath,
    /// In place of the local file.
    digest: Option<Vec<u8>>,
    /// What a listing says of the target.
    known: Option<Option<Entry>>,
}

/// What a worker tells.
enum Heard {
    Note(String),
    Warn(String),
    End(Box<(Job, Result<Verdict>)>),
}

struct Speaks<'w>(&'w pool::Worker<'w, Job, Heard>);

impl Voice for Speaks<'_> {
    fn note(&mut self, text: String) {
        self.0.tell(Heard::Note(text));
    }
    fn warn(&mut self, text: String) {
        self.0.tell(Heard::Warn(text));
    }
}

/// A worker's comparisons.
fn verify_some(worker: &pool::Worker<'_, Job, Heard>, session: &mut Session<'_>, by: By) {
    while let Some(job) = worker.next() {
        if let Err(e) = session.client().map(|_| ())
            && (work::is_crowded(&e) || session.is_stranded())
            && worker.retire(job.clone()).is_none()
        {
            return;
        }
        let (result, _) = session.run(&mut Speaks(worker), |s, _, tried| {
            let found = match job.known.clone().filter(|_| tried == 1) {
                Some(found) => found,
                None => s.client()?.look_and_prepare(&job.target)?,
            };
            let Some(entry) = found else { return Ok(Verdict::Differs("missing")) };
            if entry.is_dir() {
                return Ok(Verdict::Differs("directory"));
            }
            match &job.digest {
                Some(digest) => compare_digest(s, digest, &job.target, &entry),
                None => compare(s, &job.local, &job.target, &entry, by),
            }
        });
        worker.tell(Heard::End(Box::new((job, result))));
        worker.done();
    }
}

/// The files to be compared, relative to `local`; the empty path is `local` itself.
fn files(
    local: &Path,
    flags: &args::Verify,
    site: &Site,
    out: &mut Output,
) -> Result<Vec<(Vec<u8>, Option<Vec<u8>>)>> {
    let filter = Filter::new(&flags.select)?;
    let about =
        local.metadata().map_err(|e| Error::source(e, format_args!("cannot read {}", local.display())))?;
    if !about.is_dir() {
        return Ok(vec![(Vec::new(), None)]);
    }
    let walk = walk::local(local, &filter, flags.select.follow);
    for (path, reason) in &walk.left_out {
        let path = walk::local_path(local, path);
        told::skipped(out, path.display(), event_of(site, &path, None), reason);
    }
    for (path, error) in &walk.failures {
        told::failed(out, event_of(site, &walk::local_path(local, path), None), error, None, None);
    }
    Ok(walk.found.into_iter().filter(|f| !f.entry.is_dir()).map(|f| (f.path, None)).collect())
}

/// Against a digest alone: the server's own, else what is read back.
fn compare_digest(
    session: &mut Session<'_>,
    digest: &[u8],
    remote: &RemotePath,
    entry: &Entry,
) -> Result<Verdict> {
    let client = session.client()?;
    let mut how = "hash:sha-256";
    let theirs = match client.offers_hash(Algorithm::Sha256) {
        true => client.digest(remote, Algorithm::Sha256)?,
        false => None,
    };
    let theirs = match theirs {
        Some(theirs) => theirs,
        None => {
            how = "read back";
            read_back(session, remote, entry.size)?
        }
    };
    if theirs != digest {
        return Ok(Verdict::Differs("contents"));
    }
    Ok(Verdict::Same { how: how.into(), sha256: Some(hex(digest)) })
}

/// The SHA-256 of a remote file, by reading all of it.
fn read_back(session: &mut Session<'_>, remote: &RemotePath, size: Option<u64>) -> Result<Vec<u8>> {
    let none = |_| ();
    let client = session.client()?;
    let mut download = client.retrieve(remote, 0)?;
    let mut meter = Meter::new(&none).digest(Algorithm::Sha256);
    if let Err(e) = meter.copy(&mut download, &mut io::sink(), u64::MAX) {
        return Err(download.fail(Error::from_io(e, Kind::Closed, "cannot read back")));
    }
    download.whole(size)?;
    Ok(meter.digest_of(Algorithm::Sha256).unwrap_or_default())
}

fn compare(
    session: &mut Session<'_>,
    local: &Path,
    remote: &RemotePath,
    entry: &Entry,
    by: By,
) -> Result<Verdict> {
    let client = session.client()?;
    let failed = |e| Error::source(e, format_args!("cannot read {}", local.display()));
    let mut file = File::open(local).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    match (entry.size, by) {
        (Some(there), _) if there != size => return Ok(Verdict::Differs("size")),
        (Some(_), By::Size) => return Ok(Verdict::Same { how: "size".into(), sha256: None }),
        (None, By::Size) => {
            return Err(Error::new(Kind::Refused, "the server does not tell sizes").host(client.host()));
        }
        _ => {}
    }
    let none = |_| ();
    if let Some(algorithm) = client.best_hash()
        && let Some(theirs) = client.digest(remote, algorithm)?
    {
        let mut meter = Meter::new(&none).digest(algorithm);
        meter.copy(&mut file, &mut io::sink(), u64::MAX).map_err(failed)?;
        let ours = meter.digest_of(algorithm).unwrap_or_default();
        if ours != theirs {
            return Ok(Verdict::Differs("contents"));
        }
        let sha256 = (algorithm == Algorithm::Sha256).then(|| hex(&ours));
        return Ok(Verdict::Same { how: format!("hash:{}", algorithm.name()), sha256 });
    }
    let theirs = read_back(session, remote, entry.size)?;
    let mut ours = Meter::new(&none).digest(Algorithm::Sha256);
    ours.copy(&mut file, &mut io::sink(), u64::MAX).map_err(failed)?;
    let ours = ours.digest_of(Algorithm::Sha256).unwrap_or_default();
    if ours != theirs {
        return Ok(Verdict::Differs("contents"));
    }
    Ok(Verdict::Same { how: "read back".into(), sha256: Some(hex(&ours)) })
}

fn event_of(site: &Site, local: &Path, remote: Option<&RemotePath>) -> event::File {
    event::File {
        direction: "verify",
        local: Some(record::name(local.as_os_str().as_bytes())),
        remote: remote.map(|r| record::name(r.as_bytes())),
        url: remote.map(|r| site.url(r)),
        ..event::File::default()
    }
}

fn report(out: &mut Output, site: &Site, local: &Path, remote: Option<&RemotePath>, result: Result<Verdict>) {
    let mut file = event_of(site, local, remote);
    let shown = escape::text(&local.display().to_string()).into_owned();
    match result {
        Ok(Verdict::Same { how, sha256 }) => {
            let line = format!("{shown}: the same ({how})");
            (file.verified, file.sha256) = (Some(how), sha256);
            told::done(out, line, file);
        }
        Ok(Verdict::Differs(reason)) => {
            out.item_says_no();
            let said = match reason {
                "missing" => "is missing there",
                "directory" => "is a directory there",
                "size" => "the sizes differ",
                _ => "the contents differ",
            };
            out.line(format_args!("{shown}: {said}"));
            (file.outcome, file.reason) = (Outcome::Permanent.name(), Some(reason));
            out.emit(&Event::File(Box::new(file)));
        }
        Err(e) => {
            let name = remote.map_or_else(|| local.display().to_string(), RemotePath::to_string);
            let error = e.context(format_args!("cannot verify {name} on {}", site.endpoint.host));
            told::failed(out, file, &error, None, None);
        }
    }
}
