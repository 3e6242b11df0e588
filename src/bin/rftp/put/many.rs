//! The files of a tree by several workers, as long as each one's way is the usual one: to a temporary name, over whatever file is
//! there. What is there is learnt by listing the directories, not by a look at each name.

use super::{
    Job, LEFT_OVER,
    one::{Ended, ended, failed, is_young, skip},
};
use crate::{
    args::{Exists, Put, Replace},
    clean,
    lists::INTERRUPTED,
    session::Session,
    source::Source,
    work::{
        self, End, Told,
        list::{self, There, directory},
        upload::{self, Held, Upload},
    },
};
use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
};
use wirepost::{
    base::{error::*, tree::EntryKind},
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
        dirs.insert(directory(&file.remote)?);
    }
    dirs.retain(|dir| !made.contains(dir));
    let workers = usize::from(job.flags.jobs).min(files.len());
    let left_over = &mut job.left_over;
    let there = list::ahead(session, workers, |lister| {
        lister.warm();
        There::learn(lister, &dirs, out, |dir, entries| {
            for old in clean::old(dir, entries, Some(LEFT_OVER)) {
                left_over.push(old?);
            }
            Ok(())
        })
    });
    let Some(mut there) = there? else { return Ok(files) };
    let mut jobs = Vec::with_capacity(files.len());
    for File { local, remote, landing, size } in files {
        let source = Source::Path(local.clone());
        if is_young(job, &source) {
            skip(out, &session.site, &source, Some(&remote), "too young");
            continue;
        }
        let entry = there.take(&remote)?;
        match &entry {
            Some(e) if e.is_dir() => {
                let error = Error::new(Kind::Refused, "a directory of that name is there");
                let error = error.context(format_args!("cannot store {remote} on {}", session.host()));
                failed(out, &session.site, &source, Some(&remote), &error, 1, None);
                continue;
            }
            Some(e) if e.kind == EntryKind::Link => {
                out.warn(upload::one::replaced_link(&remote, e, session.host()));
            }
            _ => {}
        }
        // A link's mode is not that of what it leads to.
        let there = entry.filter(|e| e.kind == EntryKind::File);
        jobs.push(Upload { path: landing, local, remote, there, size, begun: None });
    }
    work::largest_last(&mut jobs, |job| (job.size, &job.path));
    let workers = usize::from(job.flags.jobs);
    let (manner, cancel, site) = (job.manner(out).shared_by(workers), job.cancel, session.site.clone());
    let hear = |told: Told<Upload, Held>| {
        let Some(End { job: file, result, tried, time, left, .. }) = told.said(out) else { return };
        let Upload { local, remote, path: landing, .. } = file;
        let (local, hint) = (Source::Path(local), String::new());
        ended(job, &site, out, Ended { local, remote, landing, result, tried, time, left, hint });
    };
    let left = work::run(session, workers, jobs, cancel, hear, |worker, session| {
        work::upload::work(worker, session, &manner);
    });
    for file in left.into_iter().rev() {
        skip(out, &session.site, &Source::Path(file.local), Some(&file.remote), INTERRUPTED);
    }
    Ok(Vec::new())
}
