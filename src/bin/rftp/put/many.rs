//! The files of a tree by several workers, as long as each one's way is the usual one: to a temporary name, over whatever file is
//! there. What is there is learnt by listing the directories, not by a look at each name.

use super::{Job, LEFT_OVER, failed, is_young, settle, skip, succeeded};
use crate::{
    args::{Exists, Put, Replace},
    clean,
    session::{Session, Voice},
    source::Source,
    upload,
    work::{
        self, Ear, End, Glued, Manner,
        list::{self, Lister},
        upload::{Held, Upload},
    },
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::PathBuf,
};
use wirepost::{
    base::{
        digest::hex,
        error::*,
        tree::{Entry, EntryKind},
    },
    cli::Output,
    ftp::RemotePath,
};

/// One file of a tree.
pub struct File {
    pub local: PathBuf,
    pub remote: RemotePath,
    pub landing: Vec<u8>,
    pub size: u64,
}

/// Whether the flags leave each file the usual way.
pub fn suits(flags: &Put, session: &Session<'_>) -> bool {
    let transfer = &flags.transfer;
    !session.is_text()
        && transfer.exists == Exists::Overwrite
        && flags.replace == Replace::Rename
        && !transfer.resume
        && !transfer.dry_run
        && !flags.in_place
}

/// Hears how they went, and says it.
struct Hearing<'h, 'j, 's> {
    job: &'h mut Job<'j>,
    session: &'h Session<'s>,
    out: &'h mut Output,
}

impl Voice for Hearing<'_, '_, '_> {
    fn note(&mut self, text: String) {
        self.out.note(text);
    }
    fn warn(&mut self, text: String) {
        self.out.warn(text);
    }
}

impl Ear<Upload, Held> for Hearing<'_, '_, '_> {
    fn end(&mut self, end: End<Upload, Held>) {
        let End { job: file, result, tried, time, left, .. } = end;
        let Hearing { job, session, out } = self;
        let (local, remote) = (Source::Path(file.local), &file.remote);
        let done = match result {
            Ok(done) => done,
            Err(e) => {
                let mut error = e.context(format_args!("cannot store {remote} on {}", session.host()));
                if let Some(left) = &left {
                    error = error.hint_if_none(format!("{left} was left on the server"));
                }
                return failed(out, session, &local, Some(remote), &error, tried, left.as_ref());
            }
        };
        let done = upload::Done {
            bytes: done.bytes,
            sent: done.bytes,
            sha256: done.sha256.as_deref().map(hex),
            verified: done.verified,
            tls_version: done.tls_version.map(str::to_string),
            tls_resumed: done.tls_resumed,
            mark: done.mark,
            ..upload::Done::default()
        };
        match settle(job, &local, &file.path, &done) {
            Ok(removed) => succeeded(out, session, &local, remote, &done, tried, time, removed),
            Err(e) => {
                let error = e.context(format_args!("{remote} is stored on {}, but", session.host()));
                failed(out, session, &local, Some(remote), &error, tried, None);
            }
        }
    }
}

/// Directories by name, and what is in each.
type There = HashMap<Vec<u8>, HashMap<Vec<u8>, Entry>>;

/// What is in these directories; `None` if that cannot be learnt. What earlier runs left there is noted.
fn what_is(
    lister: &mut Lister<'_>,
    dirs: &BTreeSet<RemotePath>,
    left_over: &mut Vec<RemotePath>,
    out: &mut Output,
) -> Result<Option<There>> {
    let mut there = There::new();
    lister.soon(dirs.iter().cloned());
    lister.warm();
    for dir in dirs {
        let entries = match lister.list(dir, out) {
            Ok(listing) if listing.is_whole() => {
                for old in clean::old(dir, &listing.entries, Some(LEFT_OVER)) {
                    left_over.push(old?);
                }
                listing.entries
            }
            // It could not be made, which each of its files will say by itself.
            Err(e) if e.kind() == Kind::Missing => Vec::new(),
            Err(e) if e.kind() == Kind::Interrupted => return Err(e),
            _ => return Ok(None),
        };
        let entries = entries.into_iter().map(|e| (e.name.clone(), e)).collect();
        there.insert(dir.as_bytes().to_vec(), entries);
    }
    Ok(Some(there))
}

/// Puts them all into directories of which those in `made` are new, or gives them back if what is there cannot be learnt.
pub fn put(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    files: Vec<File>,
    made: &HashSet<RemotePath>,
    out: &mut Output,
) -> Result<Vec<File>> {
    let mut dirs = BTreeSet::new();
    for file in &files {
        dirs.insert(match file.remote.parent() {
            Some(dir) => dir,
            None if file.remote.as_bytes().starts_with(b"/") => RemotePath::new("/")?,
            None => RemotePath::new("")?,
        });
    }
    dirs.retain(|dir| !made.contains(dir));
    let workers = usize::from(job.flags.jobs).min(files.len());
    let left_over = &mut job.left_over;
    let there = list::ahead(session, workers, |lister| what_is(lister, &dirs, left_over, out));
    let mut there = match there {
        Ok(Some(there)) => there,
        Ok(None) => return Ok(files),
        Err(e) => return Err(e),
    };
    let mut jobs = Vec::with_capacity(files.len());
    for File { local, remote, landing, size } in files {
        let source = Source::Path(local.clone());
        if is_young(job, &source) {
            skip(out, session, &source, Some(&remote), "too young");
            continue;
        }
        let dir = remote.as_bytes().iter().rposition(|b| *b == b'/').map_or(0, |at| at.max(1));
        let entry = there.get_mut(&remote.as_bytes()[..dir]).and_then(|d| d.remove(&remote.name()));
        match &entry {
            Some(e) if e.is_dir() => {
                let error = Error::new(Kind::Refused, "a directory of that name is there");
                let error = error.context(format_args!("cannot store {remote} on {}", session.host()));
                failed(out, session, &source, Some(&remote), &error, 1, None);
                continue;
            }
            Some(e) if e.kind == EntryKind::Link => {
                let to = e.target.as_deref();
                let to = to.map_or(String::new(), |t| format!(" to {}", String::from_utf8_lossy(t)));
                let host = session.host();
                out.warn(format_args!("{remote} on {host} is a symbolic link{to}: it is replaced"));
            }
            _ => {}
        }
        // A link's mode is not that of what it leads to.
        let there = entry.filter(|e| e.kind == EntryKind::File);
        jobs.push(Upload { path: landing, local, remote, there, size });
    }
    // Taken from the back: the largest first, so that no worker is left with one at the end.
    jobs.sort_by(|a, b| a.size.cmp(&b.size).then_with(|| b.path.cmp(&a.path)));
    let transfer = &job.flags.transfer;
    let workers = usize::from(job.flags.jobs);
    let manner = Manner {
        cancel: job.cancel,
        progress: out.progress().clone(),
        times: !transfer.no_times,
        sha256: transfer.digest || transfer.manifest.is_some(),
        limit_rate: transfer.limit_rate.map(|r| (r / workers as u64).max(1)),
        min_rate: transfer.min_rate,
        hold: false,
        glue: Glued::default(),
    };
    let cancel = job.cancel;
    let mut fork = session.fork();
    session.lend(&mut fork);
    let mut hearing = Hearing { job, session, out };
    let left = work::run(&mut fork, workers, jobs, cancel, &mut hearing, |worker, session| {
        work::upload::work(worker, session, &manner);
    });
    session.absorb(fork);
    for file in left.into_iter().rev() {
        skip(out, session, &Source::Path(file.local), Some(&file.remote), "interrupted");
    }
    Ok(Vec::new())
}
