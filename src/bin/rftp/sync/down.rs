//! The target is local: nothing is written or removed through a symbolic link below its top.

use super::{Run, report::Deed};
use crate::work::{
    self, Done, End, Told,
    download::{self, Download, Held, place_of},
};
use std::{io, sync::Arc, time::Duration};
use wirepost::{base::error::*, store::dir::Dir, sync::Step};

/// A file that waits for its name, and what will be told of it then.
pub type Waiting = (Held, Done, u32, Duration);

impl Run<'_, '_> {
    pub(super) fn make_local(&mut self, top: &Arc<Dir>, steps: Vec<Step>) -> Result<()> {
        for step in steps {
            self.cancel.check()?;
            let parts: Vec<&[u8]> = step.path.split(|b| *b == b'/').collect();
            match top.below(&parts, Some(0o777)) {
                Ok(_) => self.sides.did(Deed::MakeDir, &step.path, self.out),
                Err(e) => {
                    self.sides.failed(Deed::MakeDir, &step.path, e, 1, None, self.out);
                }
            }
        }
        Ok(())
    }

    pub(super) fn remove_local(&mut self, top: &Arc<Dir>, steps: Vec<Step>) -> Result<()> {
        let shard = self.flags.shard.unwrap_or_default();
        for step in steps {
            self.cancel.check()?;
            let is_dir = step.removes_dir();
            let removed = place_of(top, &step.path, false).and_then(|(dir, name)| {
                let removed = if is_dir { dir.remove_dir(name) } else { dir.remove(name) };
                match removed {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::new(Kind::Local, cause(&e))),
                    _ => Ok(()),
                }
            });
            match removed {
                Ok(()) => self.sides.did(Deed::Delete, &step.path, self.out),
                // The other shards may not have come to their files in it yet.
                Err(_) if is_dir && !shard.is_whole() => {
                    let reason = "not empty yet";
                    self.sides.skipped(Deed::Delete, &step.path, reason, false, self.out);
                }
                Err(e) => self.sides.failed(Deed::Delete, &step.path, e, 1, None, self.out),
            }
        }
        Ok(())
    }

    pub(super) fn copy_down(
        &mut self,
        top: &Arc<Dir>,
        held: &mut Vec<Waiting>,
        steps: Vec<Step>,
    ) -> Result<()> {
        let mut jobs = Vec::with_capacity(steps.len());
        for step in steps {
            let Some(entry) = step.source else { continue };
            jobs.push(Download { remote: self.sides.remote(&step.path)?, entry, path: step.path });
        }
        work::largest_last(&mut jobs, |job| (job.entry.size, &job.path));
        let (manner, cancel, workers) = (self.manner(self.cancel), self.cancel, usize::from(self.flags.jobs));
        let mut session = self.session.fork();
        self.session.lend(&mut session);
        let hear = |told: Told<Download, Held>| {
            let Some(end) = told.said(self.out) else { return };
            let End { job, result, tried, time, held: one, .. } = end;
            match result {
                Ok(done) if one.is_some() => held.extend(one.map(|one| (one, done, tried, time))),
                Ok(done) => self.copied(&job.path, &done, tried, time),
                Err(e) => self.sides.failed(Deed::Copy, &job.path, e, tried, None, self.out),
            }
        };
        let left = work::run(&mut session, workers, jobs, cancel, hear, |worker, session| {
            download::work(worker, session, top, &manner);
        });
        self.session.absorb(session);
        for job in left.into_iter().rev() {
            self.sides.skipped(Deed::Copy, &job.path, "interrupted", false, self.out);
        }
        Ok(())
    }

    /// As `name_held`.
    pub(super) fn name_local(&mut self, top: &Arc<Dir>, held: &mut Vec<Waiting>, n: usize) -> Result<()> {
        let mut waiting = std::mem::take(held).into_iter();
        for (one, done, tried, time) in waiting.by_ref().take(n) {
            match one.place(top) {
                Ok(()) => self.copied(one.path(), &done, tried, time),
                Err(e) => {
                    self.sides.failed(Deed::Copy, one.path(), e, tried, None, self.out);
                    one.discard(top);
                    break;
                }
            }
        }
        held.extend(waiting);
        Ok(())
    }
}
