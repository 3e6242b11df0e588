//! The target is remote.

use super::{Run, report::Deed};
use crate::{
    batch::{self, Made, ROW},
    clean,
    put::LEFT_OVER,
    walk::is_below,
    work::{
        self, End, Told,
        upload::{self, Held, Upload},
    },
};
use std::{sync::Arc, time::Duration};
use wirepost::{
    base::{
        error::*,
        tree::{Entry, EntryKind},
    },
    ftp::RemotePath,
    store::dir::Dir,
    sync::{Change, Known, Step},
    textproto::Command,
};

/// What becomes like the source.
pub enum Target {
    Remote { held: Vec<Held> },
    Local { top: Arc<Dir>, held: Vec<super::down::Waiting> },
}

/// A file of which nothing is known yet but that it may be there.
fn unknown(size: Option<u64>) -> Known {
    Known::File { size: size.unwrap_or(0), sha256: None }
}

impl Target {
    /// How many files wait for their names.
    pub fn held(&self) -> usize {
        match self {
            Target::Remote { held } => held.len(),
            Target::Local { held, .. } => held.len(),
        }
    }
}

impl Run<'_, '_> {
    /// Makes the target's top where it is missing.
    pub(super) fn open_target(&mut self, missing: bool) -> Result<Target> {
        if !self.sides.up {
            let top = Dir::create(&self.sides.local, 0o777)?;
            return Ok(Target::Local { top, held: Vec::new() });
        }
        if missing {
            let remote = self.sides.remote.clone();
            self.session.run(self.out, |s, _, _| s.client()?.make_dirs(&remote)).0?;
        }
        Ok(Target::Remote { held: Vec::new() })
    }

    pub(super) fn make_dirs(&mut self, target: &Target, steps: Vec<Step>) -> Result<()> {
        if let Target::Local { top, .. } = target {
            return self.make_local(top, steps);
        }
        for row in steps.chunks(ROW) {
            let paths: Vec<RemotePath> =
                row.iter().map(|s| self.sides.remote(&s.path)).collect::<Result<_>>()?;
            self.begin(row.iter().map(|s| (s.path.clone(), Known::Dir)));
            let made = batch::make_dirs(&mut self.session, self.out, &paths)?;
            for (step, made) in row.iter().zip(made) {
                match made {
                    // In the plan it was missing.
                    Ok(Made::Now | Made::Perhaps) => {
                        self.note(Change::Has(step.path.clone(), Known::Dir));
                        self.sides.did(Deed::MakeDir, &step.path, self.out);
                    }
                    Ok(Made::Before) => {
                        self.take_back(&step.path);
                        self.sides.skipped(Deed::MakeDir, &step.path, "exists", true, self.out);
                    }
                    Err(e) => {
                        self.take_back(&step.path);
                        self.sides.failed(Deed::MakeDir, &step.path, e, 1, None, self.out);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, target: &Target, steps: Vec<Step>) -> Result<()> {
        if let Target::Local { top, .. } = target {
            return self.remove_local(top, steps);
        }
        let steps = self.unlink(steps)?;
        for row in steps.chunks(ROW) {
            let files = row.iter().filter(|s| !s.removes_dir());
            self.begin(files.map(|s| (s.path.clone(), unknown(s.target.as_ref().and_then(|e| e.size)))));
            let named = |s: &Step| Ok((self.sides.remote(&s.path)?, s.removes_dir()));
            let paths: Vec<(RemotePath, bool)> = row.iter().map(named).collect::<Result<_>>()?;
            let gone = batch::remove(&mut self.session, self.out, &paths)?;
            for ((step, (path, _)), gone) in row.iter().zip(&paths).zip(gone) {
                let stays = match gone {
                    Ok(()) => Ok(None),
                    Err(e) => self.stays(step, path, e),
                };
                match stays {
                    Ok(None) => {
                        self.note(Change::Gone(step.path.clone()));
                        self.sides.did(Deed::Delete, &step.path, self.out);
                    }
                    Ok(Some(reason)) => {
                        self.sides.skipped(Deed::Delete, &step.path, reason, false, self.out);
                    }
                    Err(e) => {
                        self.take_back(&step.path);
                        self.sides.failed(Deed::Delete, &step.path, e, 1, None, self.out);
                    }
                }
            }
        }
        Ok(())
    }

    /// Some servers show a link to a directory as a directory, and what is behind it is not the target's. DELE removes the link and
    /// is refused for what really is one: so every directory that goes is asked that first. What remains to be done. With a state what
    /// goes is what it made, and that was a directory: whatever else stands there now is somebody else's.
    fn unlink(&mut self, mut steps: Vec<Step>) -> Result<Vec<Step>> {
        if self.kept.is_some() {
            return Ok(steps);
        }
        let mut dirs: Vec<Vec<u8>> =
            steps.iter().filter(|s| s.removes_dir()).map(|s| s.path.clone()).collect();
        dirs.sort();
        let mut links: Vec<Vec<u8>> = Vec::new();
        for row in dirs.chunks(ROW) {
            let paths: Vec<RemotePath> =
                row.iter().map(|path| self.sides.remote(path)).collect::<Result<_>>()?;
            let replies = self.session.run(self.out, |s, _, _| s.client()?.delete_all(&paths)).0?;
            let gone = row.iter().zip(replies).filter(|(_, reply)| reply.is_ok());
            links.extend(gone.map(|(path, _)| path.clone()));
        }
        for link in links {
            self.note(Change::Gone(link.clone()));
            self.sides.did(Deed::Delete, &link, self.out);
            steps.retain(|step| step.path != link && !is_below(&link, &step.path));
        }
        Ok(steps)
    }

    /// After a refusal: whether it may stay for what is in it, or is gone after all; else the refusal.
    fn stays(&mut self, step: &Step, path: &RemotePath, refused: Error) -> Result<Option<&'static str>> {
        let file = step.target.as_ref().is_some_and(|e| e.kind == EntryKind::File);
        if file && step.source.as_ref().is_some_and(Entry::is_dir) {
            // Another shard was here first, and made the directory that the file was in the way of.
            let now = self.session.run(self.out, |s, _, _| s.client()?.look(path)).0;
            return if matches!(now, Ok(Some(e)) if e.is_dir()) { Ok(None) } else { Err(refused) };
        }
        let shard = self.flags.shard.unwrap_or_default();
        if !step.removes_dir() || (shard.is_whole() && self.kept.is_none()) {
            return Err(refused);
        }
        // The other shards may not have come to their files in it yet; and a state does not know what is somebody else's.
        let entries = match self.session.run(self.out, |s, _, _| s.client()?.list(path)).0 {
            Ok(listing) => listing.entries,
            // Another shard's file has its place by now.
            Err(e) if e.kind() == Kind::Missing => return Ok(None),
            Err(_) => return Err(refused),
        };
        let old = clean::old(path, &entries, Some(LEFT_OVER));
        let mut row = old.map(|path| Ok((path?, false))).collect::<Result<Vec<_>>>()?;
        if row.len() < entries.len() {
            return Ok(Some(if shard.is_whole() { "not empty" } else { "not empty yet" }));
        }
        row.push((path.clone(), true));
        match batch::remove(&mut self.session, self.out, &row)?.pop() {
            Some(Ok(())) => Ok(None),
            _ => Err(refused),
        }
    }

    /// Removes what killed runs left in the target long ago. Nobody has to hear of it.
    pub(super) fn sweep(&mut self) {
        let left_over: Vec<_> =
            std::mem::take(&mut self.left_over).into_iter().map(|path| (path, false)).collect();
        for row in left_over.chunks(ROW) {
            for (path, _) in row {
                self.out.note(format_args!("removing {path}, which an earlier run left"));
            }
            if let Err(e) = batch::remove(&mut self.session, self.out, row) {
                self.out.note(format_args!("leftovers stay: {e}"));
                return;
            }
        }
    }

    pub(super) fn copy(&mut self, target: &mut Target, steps: Vec<Step>) -> Result<()> {
        let held = match target {
            Target::Local { top, held } => return self.copy_down(&top.clone(), held, steps),
            Target::Remote { held } => held,
        };
        let mut jobs = Vec::with_capacity(steps.len());
        for step in steps {
            jobs.push(Upload {
                local: self.sides.local(&step.path),
                remote: self.sides.remote(&step.path)?,
                size: step.size(),
                there: step.target,
                path: step.path,
                begun: None,
            });
        }
        work::largest_last(&mut jobs, |job| (job.size, &job.path));
        self.begin(jobs.iter().map(|job| (job.path.clone(), unknown(Some(job.size)))));
        let (manner, cancel, workers) = (self.manner(self.cancel), self.cancel, usize::from(self.flags.jobs));
        // Another session, since ours may be needed for the state meanwhile.
        let mut session = self.session.fork();
        self.session.lend(&mut session);
        let hear = |told: Told<Upload, Held>| {
            if let Some(end) = told.said(self.out) {
                self.heard(end, held);
            }
        };
        let left = work::run(&mut session, workers, jobs, cancel, hear, |worker, session| {
            upload::work(worker, session, &manner);
        });
        self.session.absorb(session);
        for job in left.into_iter().rev() {
            self.take_back(&job.path);
            self.sides.skipped(Deed::Copy, &job.path, "interrupted", false, self.out);
        }
        Ok(())
    }

    fn heard(&mut self, end: End<Upload, Held>, held: &mut Vec<Held>) {
        let End { job, result, tried, time, held: one, left } = end;
        match result {
            Ok(_) if one.is_some() => held.extend(one),
            Ok(done) => {
                self.note_file(&job.path, done.bytes, done.sha256.clone());
                self.copied(&job.path, &done, tried, time);
                self.save_now_and_then();
            }
            Err(e) => {
                if !matches!(e.kind(), Kind::Unconfirmed | Kind::Interrupted) {
                    self.take_back(&job.path);
                }
                self.sides.failed(Deed::Copy, &job.path, e, tried, left.as_ref(), self.out);
            }
        }
    }

    /// A machine that is lost takes its journal with it: so the state is written while the others work.
    fn save_now_and_then(&mut self) {
        // The end of a run that is stopped is in the journal: there is no time for more.
        if self.state_failed || self.cancel.is_stopping() {
            return;
        }
        let Some(kept) = self.kept.as_mut().filter(|k| k.is_due()) else { return };
        self.session.hope_again();
        if let Err(e) = kept.save(&mut self.session, self.out) {
            if e.again() == Again::Now || e.kind() == Kind::Interrupted {
                // The journal goes on, and there will be another time.
                self.out.warn(e.message());
            } else {
                self.state_failed = true;
                self.out.fail(&e);
            }
        }
    }

    /// `--delay-updates`: the first `n` of what was stored get their names, many in one write. Behind a write in which one failed
    /// there is no other; what has no name then stays with the target, to be discarded.
    pub(super) fn name_held(&mut self, target: &mut Target, n: usize) -> Result<()> {
        let held = match target {
            Target::Local { top, held } => return self.name_local(&top.clone(), held, n),
            Target::Remote { held } => held,
        };
        let manner = self.manner(self.cancel);
        let (before, mut n) = (self.out.failures(), n.min(held.len()));
        while n > 0 && self.out.failures() == before {
            let row: Vec<Held> = held.drain(..n.min(ROW / 4)).collect();
            n -= row.len();
            let mut asked = false;
            let mut judged: Vec<Result<()>> = Vec::new();
            let (done, _) = self.session.run(self.out, |session, _, _| {
                let client = session.client()?;
                if std::mem::replace(&mut asked, true) {
                    // Lost in the middle: each one is looked at, and if that is lost as well, those that remain.
                    let rest = &row[judged.len()..];
                    for held in rest {
                        let settled = held.settle(client, &manner);
                        if let Err(e) = &settled
                            && !client.is_alive()
                        {
                            return Err(e.clone().kind_is(Kind::Closed).again_is(Again::Now));
                        }
                        judged.push(settled);
                    }
                    return Ok(());
                }
                let each: Vec<Vec<Command>> =
                    row.iter().map(|h| h.commands(client, &manner)).collect::<Result<_>>()?;
                let glued = client.finish_glued(&each.concat());
                let mut replies = glued.before.as_slice();
                for (held, commands) in row.iter().zip(&each) {
                    let Some((mine, rest)) = replies.split_at_checked(commands.len()) else { break };
                    judged.push(held.judge(mine));
                    replies = rest;
                }
                glued.stored.map(|_| ())
            });
            let mut judged = judged.into_iter();
            for held in row {
                let result = judged.next().unwrap_or_else(|| match &done {
                    Err(e) if asked => Err(e.clone().kind_is(Kind::Unconfirmed)),
                    Err(e) => Err(e.clone()),
                    Ok(()) => Err(Error::new(Kind::Bug, "not renamed")),
                });
                let mut left = result.is_err().then(|| held.temporary.clone());
                // Where nobody knows whether it was renamed, it is left alone.
                let refused = result.as_ref().is_err_and(|e| e.kind() != Kind::Unconfirmed);
                if refused && self.session.is_connected() {
                    let temporary = [(held.temporary.clone(), false)];
                    let gone = batch::remove(&mut self.session, self.out, &temporary);
                    left = left.filter(|_| !matches!(gone.as_deref(), Ok([Ok(())])));
                }
                let end = held.told(result, left);
                self.heard(end, &mut Vec::new());
            }
        }
        Ok(())
    }

    /// After a failure, or a signal, what is held gets no name.
    pub(super) fn discard(&mut self, target: &mut Target) {
        let reason = if self.cancel.is_stopping() { "interrupted" } else { "an earlier failure" };
        let held = match target {
            Target::Local { top, held } => {
                for (held, ..) in std::mem::take(held) {
                    self.sides.skipped(Deed::Copy, held.path(), reason, false, self.out);
                    held.discard(top);
                }
                return;
            }
            Target::Remote { held } => std::mem::take(held),
        };
        if held.is_empty() {
            return;
        }
        self.cancel.begin_cleanup(Duration::from_secs(2));
        for row in held.chunks(ROW) {
            let paths: Vec<_> = row.iter().map(|h| (h.temporary.clone(), false)).collect();
            let gone = batch::remove(&mut self.session, self.out, &paths);
            if let Err(e) = gone {
                self.out.fail(&e.context("cannot remove the temporary files"));
            }
        }
        for held in held {
            self.take_back(&held.job.path);
            self.sides.skipped(Deed::Copy, &held.job.path, reason, false, self.out);
        }
    }
}
