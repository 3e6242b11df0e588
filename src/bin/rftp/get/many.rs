//! The files of a tree or a pattern by several workers, as long as each one's way is the usual one: fetched whole, over whatever
//! file is there.

use super::{
    Job, Landing, base, file_or_left,
    one::{ended, failed, skip},
};
use crate::{
    args::{Exists, Get},
    lists::INTERRUPTED,
    segments::LEAST,
    session::Session,
    temporary,
    walk::local_path,
    work::{
        self, End, Told,
        download::{self, Download, Held},
    },
};
use std::collections::BTreeSet;
use wirepost::{
    base::{digest::hex, error::*, tree::Entry},
    cli::Output,
    ftp::RemotePath,
};

/// Whether the flags leave each file the usual way.
pub fn suits(flags: &Get, session: &Session<'_>) -> bool {
    let transfer = &flags.transfer;
    !session.is_text()
        && transfer.exists == Exists::Overwrite
        && !transfer.resume
        && !transfer.dry_run
        && !flags.remove_source
        && flags.move_source_to.is_none()
}

/// Gets them all.
pub fn get(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    files: Vec<(RemotePath, Entry, Landing)>,
    out: &mut Output,
) -> Result<()> {
    let large = |(_, entry, _): &(RemotePath, Entry, Landing)| {
        job.flags.segments.is_some() && entry.size.is_some_and(|size| size >= 2 * LEAST)
    };
    let (large, files): (Vec<_>, Vec<_>) = files.into_iter().partition(large);
    get_small(job, session, files, out)?;
    // By several connections each.
    for (remote, entry, to) in large {
        file_or_left(job, session, &remote, entry, &to, out);
    }
    Ok(())
}

fn get_small(
    job: &mut Job<'_>,
    session: &mut Session<'_>,
    files: Vec<(RemotePath, Entry, Landing)>,
    out: &mut Output,
) -> Result<()> {
    let Some((_, _, first)) = files.first() else { return Ok(()) };
    let (dir, top) = (base(job, first)?, first.base.clone());
    let mut jobs = Vec::with_capacity(files.len());
    for (remote, entry, to) in files {
        match download::one::is_young(job.flags.transfer.min_age, entry.modified) {
            Some(reason) => skip(out, &session.site, &remote, Some(&to.path()), reason),
            None => jobs.push(Download { path: to.below, remote, entry }),
        }
    }
    let parent = |path: &[u8]| path[..memchr::memrchr(b'/', path).unwrap_or(0)].to_vec();
    let filled: BTreeSet<Vec<u8>> = jobs.iter().map(|job| parent(&job.path)).collect();
    work::largest_last(&mut jobs, |job| (job.entry.size, &job.path));
    let workers = usize::from(job.flags.jobs);
    let (manner, cancel, site) = (job.manner(out).shared_by(workers), job.cancel, session.site.clone());
    let hear = |told: Told<Download, Held>| {
        let Some(End { job: file, result, tried, time, .. }) = told.said(out) else { return };
        let local = local_path(&top, &file.path);
        match result {
            Ok(done) => {
                let listed = match (&mut job.manifest, &done.sha256) {
                    (Some(manifest), Some(sha256)) => manifest.add(&file.path, &hex(sha256)),
                    _ => Ok(()),
                };
                ended(out, &site, &file.remote, &local, &done, tried, time, listed.map(|()| None));
            }
            Err(e) => {
                let error = e.context(format!("cannot get {} from {}", file.remote, site.endpoint.host));
                failed(out, &site, &file.remote, Some(&local), &error, tried);
            }
        }
    };
    let left = work::run(session, workers, jobs, cancel, hear, |worker, session| {
        work::download::work(worker, session, &dir, &manner);
    });
    for path in filled {
        let names: Vec<&[u8]> = path.split(|b| *b == b'/').filter(|name| !name.is_empty()).collect();
        if let Ok(dir) = dir.below(&names, None) {
            temporary::sweep(&dir);
        }
    }
    for file in left.into_iter().rev() {
        let local = local_path(&top, &file.path);
        skip(out, &session.site, &file.remote, Some(&local), INTERRUPTED);
    }
    Ok(())
}
