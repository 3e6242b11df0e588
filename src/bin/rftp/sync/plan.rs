//! From two trees to a plan: which two, by what they are compared, and what needs the contents to be told.

use super::{
    Run, args,
    kept::{Kept, Lock},
    remote_tree::RemoteTree,
    report::{Deed, Sides},
};
use crate::{
    session::Session,
    temporary::{self, is_temporary_here},
    walk::Filter,
    work::list,
};
use std::{cell::RefCell, collections::HashMap, fs::File, io, path::Path};
use wirepost::{
    base::{
        digest::Algorithm,
        error::*,
        tree::{Entry, Tree},
    },
    cli::Output,
    ftp::RemotePath,
    job::meter::Meter,
    store::{dir::Dir, local::LocalTree},
    sync::{Change, Known, Plan, Rules, Step, Times, compare, differs},
};

/// So many digests are asked for in one write.
const ASKED: usize = 16;

/// The local target: what downloads that were killed left in it more than a day ago goes as it is met.
struct Swept(LocalTree);

impl Tree for Swept {
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let entries = self.0.list(dir)?;
        if !entries.iter().any(|e| is_temporary_here(&e.name)) {
            return Ok(entries);
        }
        if let Ok(dir) = Dir::open(&self.0.path(dir)) {
            temporary::sweep(&dir);
        }
        self.0.list(dir)
    }
}

/// The remote tree of nobody: what a target that is not there holds.
struct Nothing;

impl Tree for Nothing {
    fn list(&mut self, _: &[u8]) -> Result<Vec<Entry>> {
        Err(Error::new(Kind::Missing, "nothing there"))
    }
}

impl Run<'_, '_> {
    pub(super) fn plan(&mut self, filter: &Filter, lock: Option<&Lock>) -> Result<Plan> {
        let times = self.times()?;
        let shard = self.flags.shard.unwrap_or_default();
        let name = self.flags.state.clone().map(|name| name + &shard.suffix());
        let state_name = self.flags.state.as_deref().unwrap_or(args::STATE).as_bytes();
        let takes = |path: &[u8], is_dir: bool| {
            let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
            !is_temporary_here(name) && !is_state(path, state_name) && filter.takes(path, is_dir)
        };
        let mut rules = Rules {
            takes: &takes,
            delete: self.flags.delete,
            times,
            by_contents: self.flags.checksum || name.is_some(),
            fold_case: self.folds_case()?,
            shard,
            removes_dirs: shard.is_first() || name.is_some(),
            by_state: name.is_some(),
        };
        let dry_run = self.flags.dry_run;
        let mut local = LocalTree::new(&self.sides.local, self.flags.follow && self.sides.up);
        let mut plan = match (&name, lock) {
            (Some(name), Some(lock)) => {
                let remote = self.sides.remote(name.as_bytes())?;
                let mut kept = if self.flags.rebuild_state {
                    rules.by_contents = false;
                    let kept = Kept::anew(&mut self.session, remote, lock, dry_run, self.out)?;
                    self.kept = Some(kept);
                    self.rebuild(&mut local, &rules)?;
                    rules.by_contents = true;
                    self.kept.take().ok_or_else(|| Error::new(Kind::Bug, "no state"))?
                } else {
                    Kept::load(&mut self.session, remote, lock, dry_run, self.out)?
                };
                let (sides, out, list) = (&self.sides, &mut *self.out, &mut self.same);
                let mut plan = compare(&mut local, &mut kept.state, &rules, &mut |path, entry| {
                    same(sides, out, list, path, entry);
                })?;
                // What it did not make it does not remove, though something of it is in there.
                let made = |s: &Step| !s.removes_dir() || kept.state.get(&s.path) == Some(&Known::Dir);
                plan.deletes.retain(made);
                let unsure = std::mem::take(&mut plan.unsure);
                for step in unsure {
                    let known = match kept.state.get(&step.path) {
                        Some(Known::File { sha256, .. }) => sha256.clone(),
                        _ => None,
                    };
                    match known {
                        Some(known) => {
                            let path = self.sides.local(&step.path);
                            match local_digest(&path, Algorithm::Sha256) {
                                Ok(now) if now == known => self.is_same(&step.path),
                                Ok(_) => plan.copies.push(step),
                                Err(e) => plan.failures.push((step.path, e)),
                            }
                        }
                        None => plan.copies.push(step),
                    }
                }
                // It tells what was put there, not how it stands there now.
                plan.copies.iter_mut().for_each(|s| s.target = None);
                self.kept = Some(kept);
                plan
            }
            _ => {
                let mut list = self.same.take();
                let plan = self.compare(&mut local, &rules, |sides, out, path, entry| {
                    same(sides, out, &mut list, path, entry);
                })?;
                self.same = list;
                plan
            }
        };
        if self.sides.up {
            self.leave_out_unnameable(&mut plan);
        }
        if !plan.unsure.is_empty() {
            for path in self.by_digest(&mut plan, times)? {
                self.is_same(&path);
            }
        }
        if self.sides.up {
            self.forget_times(&mut plan)?;
        }
        plan.copies.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(plan)
    }

    /// Files that differ by being newer in the target: where the server keeps no times that it is given, that is when they were
    /// copied, and copying them again would never come to an end.
    ///
    /// Several are asked about, since one may be somebody else's. A dry run asks nothing, since the question sets a time, and
    /// says so.
    fn forget_times(&mut self, plan: &mut Plan) -> Result<()> {
        let mut newer = plan.copies.iter().filter(|s| s.why == "time").take(3).peekable();
        if newer.peek().is_none() {
            return Ok(());
        }
        if self.flags.dry_run {
            let newer = plan.copies.iter_mut().filter(|s| s.why == "time");
            newer.for_each(|s| s.why = "time, if the server keeps any");
            return Ok(());
        }
        for step in newer {
            let path = self.sides.remote(&step.path)?;
            if self.session.run(self.out, |s, _, _| s.client()?.sets_time(&path)).0? {
                return Ok(());
            }
        }
        let host = self.session.host().to_string();
        self.out
            .warn(format_args!("{host} does not let times be set: what is newer there is taken for a copy"));
        let (same, copies): (Vec<_>, Vec<_>) =
            std::mem::take(&mut plan.copies).into_iter().partition(|s| s.why == "time");
        plan.copies = copies;
        same.iter().for_each(|step| self.is_same(&step.path));
        Ok(())
    }

    /// A local name that no command can carry fails by itself. Nothing of that name can be there, so it is new in the plan.
    fn leave_out_unnameable(&self, plan: &mut Plan) {
        for steps in [&mut plan.dirs, &mut plan.copies] {
            for step in std::mem::take(steps) {
                match self.sides.remote(&step.path) {
                    Ok(_) => steps.push(step),
                    Err(e) => plan.failures.push((step.path, e.kind_is(Kind::Input))),
                }
            }
        }
    }

    /// Compares the two trees, the remote one listed by several at once. `same` is told of what is as it should be while the walk
    /// goes on: of a tree where little changed, little is ever in memory.
    fn compare(
        &mut self,
        local: &mut LocalTree,
        rules: &Rules<'_>,
        mut same: impl FnMut(&Sides, &mut Output, &[u8], &Entry),
    ) -> Result<Plan> {
        let (sides, jobs, dry_run) = (&self.sides, usize::from(self.flags.jobs), self.flags.dry_run);
        let left_over = &mut self.left_over;
        let out = RefCell::new(&mut *self.out);
        list::ahead(&mut self.session, jobs, |lister| {
            let host = &sides.site.endpoint.host;
            let mut remote = RemoteTree {
                lister,
                top: &sides.remote,
                host,
                unsure: false,
                is_link: false,
                tells_zone: true,
                left_over: Vec::new(),
                out: &out,
            };
            let same = &mut |path: &[u8], entry: &Entry| same(sides, &mut out.borrow_mut(), path, entry);
            if sides.up {
                let plan = compare(local, &mut remote, rules, same);
                left_over.append(&mut remote.left_over);
                return plan;
            }
            let mut swept = Swept(local.clone());
            let target: &mut dyn Tree = match sides.local.exists() {
                false => &mut Nothing,
                true if dry_run => local,
                true => &mut swept,
            };
            let mut plan = compare(&mut remote, target, rules, same)?;
            plan.source_failed |= remote.unsure;
            Ok(plan)
        })
    }

    fn is_same(&mut self, path: &[u8]) {
        is_same(&self.sides, self.out, &mut self.same, path);
    }

    /// Whether the target keeps the times that it is given.
    fn times(&mut self) -> Result<Times> {
        if self.flags.no_times {
            return Ok(Times::OfCopy);
        }
        if !self.sides.up || self.flags.state.is_some() {
            return Ok(Times::Kept);
        }
        let probe = RemotePath::new("x")?;
        let sets = self.session.run(self.out, |session, _, _| {
            let client = session.client()?;
            Ok(client.time_command(&probe, wirepost::base::date::Time(0)).is_some())
        });
        Ok(if sets.0? { Times::Kept } else { Times::OfCopy })
    }

    /// Whether the target takes `A` and `a` for the same name: Windows does, and so does macOS most often.
    fn folds_case(&mut self) -> Result<bool> {
        if !self.sides.up {
            return Ok(cfg!(any(windows, target_vendor = "apple")));
        }
        if self.flags.state.is_some() {
            return Ok(false);
        }
        let (reply, _) = self.session.run(self.out, |s, _, _| s.client()?.quote(b"SYST"));
        Ok(reply?.text().to_ascii_lowercase().contains("windows"))
    }

    /// `--checksum`: what has the same size is compared by the server's digest; a server that computes none leaves the times, and it is
    /// said. Where it refuses one, a file may be anything.
    /// Those that are the same come back.
    fn by_digest(&mut self, plan: &mut Plan, times: Times) -> Result<Vec<Vec<u8>>> {
        let mut same = Vec::new();
        let unsure = std::mem::take(&mut plan.unsure);
        let (algorithm, _) = self.session.run(self.out, |s, _, _| Ok(s.client()?.best_hash()));
        let algorithm = algorithm?;
        if algorithm.is_none() {
            let host = self.session.host().to_string();
            self.out.warn(format_args!("{host} computes no digest: sizes and times are compared"));
        }
        let mut refused = 0;
        for chunk in unsure.chunks(ASKED) {
            let paths: Vec<RemotePath> =
                chunk.iter().map(|s| self.sides.remote(&s.path)).collect::<Result<_>>()?;
            let theirs = match algorithm {
                Some(algorithm) => {
                    let ask = |s: &mut Session<'_>, _: &mut _, _| s.client()?.digests(&paths, algorithm);
                    self.session.run(self.out, ask).0?
                }
                None => vec![None; paths.len()],
            };
            for (step, theirs) in chunk.iter().zip(theirs) {
                let ours = match (&theirs, algorithm) {
                    (Some(_), Some(algorithm)) => local_digest(&self.sides.local(&step.path), algorithm),
                    _ => Ok(Vec::new()),
                };
                let changed = match (ours, theirs) {
                    (Err(e), _) => {
                        plan.failures.push((step.path.clone(), e));
                        continue;
                    }
                    (Ok(ours), Some(theirs)) => (ours != theirs).then_some("contents"),
                    (Ok(_), None) if algorithm.is_some() => {
                        refused += 1;
                        Some("no digest")
                    }
                    _ => match (&step.source, &step.target) {
                        (Some(source), Some(target)) => differs(source, target, times),
                        _ => Some("contents"),
                    },
                };
                match changed {
                    Some(why) => plan.copies.push(Step { why, ..step.clone() }),
                    None => same.push(step.path.clone()),
                }
            }
        }
        if refused > 0 {
            let host = self.session.host().to_string();
            self.out
                .warn(format_args!("{host} gave no digest of {refused} files: they are taken for different"));
        }
        Ok(same)
    }

    /// `--rebuild-state`: what is the same on both sides, by digest where the server computes one, else by size and time, counts
    /// as put there by us, and so does a directory. What differs is put again; what only the target has is not ours.
    fn rebuild(&mut self, local: &mut LocalTree, rules: &Rules<'_>) -> Result<()> {
        let times = rules.times;
        let by_digest = self.session.run(self.out, |s, _, _| Ok(s.client()?.best_hash().is_some())).0?;
        let rules = Rules { takes: rules.takes, delete: false, by_contents: by_digest, ..*rules };
        let mut there: Vec<(Vec<u8>, Entry)> = Vec::new();
        let mut plan =
            self.compare(local, &rules, |_, _, path, entry| there.push((path.to_vec(), entry.clone())))?;
        if let Some((path, error)) = plan.failures.pop() {
            let what = format!("cannot rebuild the state: {}", String::from_utf8_lossy(&path));
            return Err(error.context(what));
        }
        let sizes: HashMap<Vec<u8>, u64> = plan.unsure.iter().map(|s| (s.path.clone(), s.size())).collect();
        let mut files: Vec<(Vec<u8>, u64)> = Vec::new();
        for (path, entry) in there {
            match entry.size {
                Some(size) => files.push((path, size)),
                None => self.note(Change::Has(path, Known::Dir)),
            }
        }
        if by_digest {
            let same = self.by_digest(&mut plan, times)?;
            files.extend(same.into_iter().map(|path| {
                let size = sizes.get(&path).copied().unwrap_or(0);
                (path, size)
            }));
        }
        for (path, size) in files {
            let sha256 = local_digest(&self.sides.local(&path), Algorithm::Sha256)?;
            self.note_file(&path, size, Some(sha256));
        }
        for step in plan.copies.iter().filter(|s| s.target.is_some()) {
            let size = step.target.as_ref().and_then(|t| t.size).unwrap_or(0);
            self.note_file(&step.path, size, None);
        }
        Ok(())
    }
}

/// What a walk tells of is as it should be.
fn same(sides: &Sides, out: &mut Output, list: &mut Option<Vec<Vec<u8>>>, path: &[u8], entry: &Entry) {
    if !entry.is_dir() {
        is_same(sides, out, list, path);
    }
}

/// A file that need not be copied.
fn is_same(sides: &Sides, out: &mut Output, list: &mut Option<Vec<Vec<u8>>>, path: &[u8]) {
    list.iter_mut().for_each(|list| list.push(path.to_vec()));
    sides.skipped(Deed::Copy, path, "same", true, out);
}

/// A state in the top, this shard's or another's, is no part of a tree.
fn is_state(path: &[u8], name: &[u8]) -> bool {
    path.strip_prefix(name).is_some_and(|rest| {
        let is_number = |n: &[u8]| !n.is_empty() && n.iter().all(u8::is_ascii_digit);
        let shard = rest.strip_prefix(b".").and_then(|r| {
            let at = memchr::memmem::find(r, b"-of-")?;
            Some(is_number(&r[..at]) && is_number(&r[at + 4..]))
        });
        rest.is_empty() || shard == Some(true)
    })
}

pub(super) fn local_digest(path: &Path, algorithm: Algorithm) -> Result<Vec<u8>> {
    let failed = |e| Error::source(e, format_args!("cannot read {}", path.display()));
    let none = |_| ();
    let mut meter = Meter::new(&none).digest(algorithm);
    let mut file = File::open(path).map_err(failed)?;
    meter.copy(&mut file, &mut io::sink(), u64::MAX).map_err(failed)?;
    Ok(meter.digest_of(algorithm).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn states_take_no_part() {
        let is = |path: &[u8]| super::is_state(path, b".rftp-state");
        assert!(is(b".rftp-state") && is(b".rftp-state.2-of-4"));
        for other in
            [&b".rftp-state.x"[..], b".rftp-state.1-of-", b".rftp-state-of-1", b"d/.rftp-state", b".rftp"]
        {
            assert!(!is(other), "{other:?}");
        }
        assert!(!super::is_state(b"index.html", b"index"));
    }
}
