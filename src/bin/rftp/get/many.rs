//! The files of a tree or a pattern by several workers, as long as each one's way is the usual one: fetched whole, over whatever
//! file is there.

use super::{Job, Landing, base, failed, file, skip, succeeded};
use crate::{
    args::{Exists, Get},
    download,
    segments::LEAST,
    session::{Session, Voice},
    work::{
        self, Ear, End, Glued, Manner,
        download::{Download, Held},
    },
};
use std::path::PathBuf;
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

/// Hears how they went, and says it.
struct Hearing<'h, 'j, 's> {
    job: &'h mut Job<'j>,
    session: &'h Session<'s>,
    out: &'h mut Output,
    top: PathBuf,
}

impl Voice for Hearing<'_, '_, '_> {
    fn note(&mut self, text: String) {
        self.out.note(text);
    }
    fn warn(&mut self, text: String) {
        self.out.warn(text);
    }
}

impl Ear<Download, Held> for Hearing<'_, '_, '_> {
    fn end(&mut self, end: End<Download, Held>) {
        let End { job: file, result, tried, time, .. } = end;
        let local = crate::walk::local_path(&self.top, &file.path);
        let done = match result {
            Ok(done) => done,
            Err(e) => {
                let host = self.session.host();
                let error = e.context(format_args!("cannot get {} from {host}", file.remote));
                return failed(self.out, self.session, &file.remote, Some(&local), &error, tried);
            }
        };
        let done = download::Done {
            bytes: done.bytes,
            fetched: done.bytes,
            sha256: done.sha256.as_deref().map(hex),
            verified: done.verified,
            tls_version: done.tls_version.map(str::to_string),
            tls_resumed: done.tls_resumed,
            ..download::Done::default()
        };
        if let (Some(manifest), Some(sha256)) = (&mut self.job.manifest, &done.sha256)
            && let Err(e) = manifest.add(&file.path, sha256)
        {
            let error = e.context(format_args!("{} is here, but", local.display()));
            return failed(self.out, self.session, &file.remote, Some(&local), &error, tried);
        }
        succeeded(self.out, self.session, &file.remote, &local, &done, tried, time, None);
    }
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
        job.cancel.check()?;
        file(job, session, &remote, Some(entry), &to, out);
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
        match download::is_young(job.flags.transfer.min_age, entry.modified) {
            Some(reason) => skip(out, session, &remote, Some(&to.path()), reason),
            None => jobs.push(Download { path: to.below, remote, entry }),
        }
    }
    // Taken from the back: the largest first, so that no worker is left with one at the end.
    jobs.sort_by(|a, b| a.entry.size.cmp(&b.entry.size).then_with(|| b.path.cmp(&a.path)));
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
    let mut hearing = Hearing { job, session, out, top: top.clone() };
    let left = work::run(&mut fork, workers, jobs, cancel, &mut hearing, |worker, session| {
        work::download::work(worker, session, &dir, &manner);
    });
    session.absorb(fork);
    for file in left.into_iter().rev() {
        skip(out, session, &file.remote, Some(&crate::walk::local_path(&top, &file.path)), "interrupted");
    }
    Ok(())
}
