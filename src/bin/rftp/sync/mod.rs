//! `sync`: make one tree like another, one way, in either direction.
//!
//! First the plan, by `wirepost::sync`, then the guards, and only then, and not with `--dry-run`, anything is changed: what stands in
//! the way goes, directories are made, files are copied by several workers, and last, if nothing failed, what is to be deleted
//! goes. What the target does is in `up` and `down`; here is the order.

pub mod args;
mod down;
mod kept;
mod plan;
mod remote_tree;
mod report;
mod up;

use crate::{
    args::{Names, Shared},
    manifest::Manifest,
    remote::{Remote, is_remote},
    report::nothing_done,
    session::{Purpose, Session},
    walk::Filter,
    work::{Done, Manner},
};
use kept::{Kept, Lock};
use report::{Deed, Sides};
use std::{path::PathBuf, time::Duration};
use wirepost::{
    base::{
        digest::{Algorithm, hex},
        error::*,
        pattern,
    },
    cli::Output,
    ftp::RemotePath,
    net::Cancel,
    sync::{Change, Known, Plan, Step},
};

/// A sync under way.
struct Run<'r, 's> {
    flags: &'r args::Sync,
    sides: Sides,
    session: Session<'s>,
    cancel: &'r Cancel,
    out: &'r mut Output,
    kept: Option<Kept>,
    /// Failures before anything was done.
    failures: u64,
    /// Writing the state failed: it is not tried again with every file.
    state_failed: bool,
    manifest: Option<Manifest>,
    /// With a manifest: the files that need not be copied.
    same: Option<Vec<Vec<u8>>>,
    /// What killed runs left in the target long ago.
    left_over: Vec<RemotePath>,
}

pub fn run(flags: &args::Sync, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if shared.ftp.ascii {
        return Err(Error::new(Kind::Usage, "sync compares bytes, and --ascii changes them"));
    }
    let (up, local, remote) = match (is_remote(&flags.source), is_remote(&flags.target)) {
        (false, true) => {
            let remote = Remote::parse(&flags.target)?;
            (true, &flags.source, remote)
        }
        (true, false) => {
            let remote = Remote::parse(&flags.source)?;
            (false, &flags.target, remote)
        }
        _ => {
            return Err(Error::new(Kind::Usage, "one of the two directories is local, the other remote")
                .hint("rftp sync site/ ftp://user@host/www/"));
        }
    };
    if flags.state.is_some() && !up {
        return Err(Error::new(Kind::Usage, "a state is kept in a remote target")
            .hint("without --state, sizes and times are compared"));
    }
    if let Some(name) = flags.state.as_ref().filter(|n| n.is_empty() || n.contains('/')) {
        return Err(Error::new(Kind::Usage, format!("not a name for a state: {name:?}")));
    }
    let names = Names {
        include: flags.include.clone(),
        exclude: flags.exclude.clone(),
        exclude_from: flags.exclude_from.clone(),
        ..Names::default()
    };
    let filter = Filter::new(&names)?;
    let local = PathBuf::from(local);
    if up {
        let failed = |e| Error::source(e, format_args!("cannot read {}", local.display()));
        let about = std::fs::metadata(&local).map_err(failed)?;
        if !about.is_dir() {
            return Err(Error::new(Kind::Usage, format!("{} is not a directory", local.display()))
                .hint("put sends files"));
        }
        std::fs::read_dir(&local).map_err(failed)?;
    }
    let purpose = if up { Purpose::Change } else { Purpose::Look };
    let session = Session::new(remote.site, purpose, shared, out, cancel)?;
    let sides = Sides { up, local, remote: remote.path.trimmed(), site: session.site.clone() };
    let shard = flags.shard.unwrap_or_default();
    let target = if sides.up { session.site.url(&sides.remote) } else { kept::local_name(&sides.local) };
    let lock = if flags.dry_run && flags.state.is_none() {
        None
    } else {
        Some(Lock::take(&format!("{target}{}", shard.suffix()), flags.wait_lock, cancel)?)
    };
    let manifest = flags.manifest.as_ref().filter(|_| !flags.dry_run);
    let manifest = manifest.map(|path| Manifest::create(path)).transpose()?;
    let mut run = Run {
        flags,
        sides,
        session,
        cancel,
        out,
        kept: None,
        failures: 0,
        state_failed: false,
        same: manifest.is_some().then(Vec::new),
        left_over: Vec::new(),
        manifest,
    };
    let result = run.all(&filter, lock.as_ref()).and_then(|()| run.end_manifest());
    nothing_done(flags.exit_code, run.out);
    let Run { session, out, .. } = run;
    session.end(out);
    result
}

impl Run<'_, '_> {
    fn all(&mut self, filter: &Filter, lock: Option<&Lock>) -> Result<()> {
        let mut plan = self.plan(filter, lock)?;
        self.failures = self.out.failures();
        for (path, reason) in std::mem::take(&mut plan.left_out) {
            self.sides.skipped(Deed::Copy, &path, reason, false, self.out);
        }
        let source_failed = plan.source_failed;
        for (path, error) in std::mem::take(&mut plan.failures) {
            self.sides.failed(Deed::Copy, &path, error, 1, None, self.out);
        }
        if source_failed && plan.losses() > 0 {
            self.out.warn("the source is not wholly known: nothing is deleted");
            self.spare(&mut plan, "the source is not wholly known");
        }
        plan.may_delete(self.flags.max_delete.unwrap_or_default())?;
        if self.flags.dry_run {
            self.print(&plan);
            return Ok(());
        }
        self.carry_out(plan)
    }

    /// Nothing is to be deleted after all, nor replaced by something of another kind.
    fn spare(&mut self, plan: &mut Plan, reason: &'static str) {
        let cleared = std::mem::take(&mut plan.clear);
        let above = |path: &[u8]| {
            cleared
                .iter()
                .any(|c| path == c.path || path.strip_prefix(&*c.path).is_some_and(|r| r.starts_with(b"/")))
        };
        for (deed, steps) in [(Deed::MakeDir, &mut plan.dirs), (Deed::Copy, &mut plan.copies)] {
            let (blocked, free): (Vec<_>, Vec<_>) =
                std::mem::take(steps).into_iter().partition(|s| above(&s.path));
            *steps = free;
            for step in blocked {
                self.sides.skipped(deed, &step.path, reason, false, self.out);
            }
        }
        for step in cleared.iter().chain(&std::mem::take(&mut plan.deletes)) {
            self.sides.skipped(Deed::Delete, &step.path, reason, false, self.out);
        }
    }

    /// The plan, in the order in which it would be carried out.
    fn print(&mut self, plan: &Plan) {
        let (last, first) = self.split(plan.copies.clone());
        let phases = [
            (Deed::Delete, &plan.clear),
            (Deed::MakeDir, &plan.dirs),
            (Deed::Copy, &first),
            (Deed::Copy, &last),
            (Deed::Delete, &plan.deletes),
        ];
        for (deed, steps) in phases {
            for step in steps {
                let size = step.source.as_ref().and_then(|e| e.size);
                self.sides.planned(deed, &step.path, step.why, size, self.out);
            }
        }
    }

    /// Those that come after all others, and the others.
    fn split(&self, copies: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
        let is_last = |step: &Step| {
            let name = step.path.rsplit(|b| *b == b'/').next().unwrap_or_default();
            self.flags.last.iter().any(|glob| {
                let glob = glob.as_bytes();
                pattern::matches(glob, &step.path) || (!glob.contains(&b'/') && pattern::matches(glob, name))
            })
        };
        copies.into_iter().partition(is_last)
    }

    fn carry_out(&mut self, mut plan: Plan) -> Result<()> {
        self.sweep();
        if plan.is_empty() && self.kept.is_none() {
            return Ok(());
        }
        let mut target = self.open_target(plan.target_missing)?;
        if let Some(kept) = &mut self.kept {
            kept.found(&mut self.session, self.out)?;
        }
        // Anything that failed, in the plan already or now, holds back what comes last.
        let before = self.failures;
        self.remove(&target, std::mem::take(&mut plan.clear))?;
        self.make_dirs(&target, std::mem::take(&mut plan.dirs))?;
        let (last, first) = self.split(std::mem::take(&mut plan.copies));
        self.copy(&mut target, first)?;
        let others = target.held();
        if self.out.failures() > before && !last.is_empty() && !self.flags.delay_updates {
            self.skip_all(Deed::Copy, last);
        } else {
            self.copy(&mut target, last)?;
        }
        // What comes last is named by a write of its own, once the others have their names.
        for n in [others, usize::MAX] {
            if self.out.failures() == before && !self.cancel.is_stopping() {
                self.name_held(&mut target, n)?;
            }
        }
        self.discard(&mut target);
        // Not what the clean-up may wait for: what was stopped deletes nothing.
        let stopped = self.cancel.why();
        if self.out.failures() > before || stopped.is_some() {
            self.skip_all(Deed::Delete, std::mem::take(&mut plan.deletes));
        }
        if let Some(why) = stopped {
            return Err(why);
        }
        self.remove(&target, std::mem::take(&mut plan.deletes))?;
        match &mut self.kept {
            Some(kept) => kept.save(&mut self.session, self.out),
            None => Ok(()),
        }
    }

    /// A file has come where it should be.
    fn copied(&mut self, path: &[u8], done: &Done, tried: u32, time: Duration) {
        if let (Some(manifest), Some(sha256)) = (&mut self.manifest, &done.sha256)
            && let Err(e) = manifest.add(path, &hex(sha256))
        {
            self.manifest = None;
            self.out.fail(&e);
        }
        self.sides.copied(path, done, tried, time, self.out);
    }

    /// What was the same before belongs to the list as well. What a state does not know of it, the local file tells.
    fn end_manifest(&mut self) -> Result<()> {
        let Some(mut manifest) = self.manifest.take() else { return Ok(()) };
        for path in self.same.take().unwrap_or_default() {
            self.cancel.check()?;
            let sha256 = match self.kept.as_ref().and_then(|kept| kept.state.get(&path)) {
                Some(Known::File { sha256: Some(known), .. }) => known.clone(),
                _ => plan::local_digest(&self.sides.local(&path), Algorithm::Sha256)?,
            };
            manifest.add(&path, &hex(&sha256))?;
        }
        manifest.finish()
    }

    fn skip_all(&mut self, deed: Deed, steps: Vec<Step>) {
        let reason = if self.cancel.is_stopping() { "interrupted" } else { "an earlier failure" };
        if !steps.is_empty() && deed == Deed::Delete {
            self.out.warn(format_args!("{} deletions were left out ({reason})", steps.len()));
        }
        for step in steps {
            self.sides.skipped(deed, &step.path, reason, false, self.out);
        }
    }

    fn manner<'m>(&self, cancel: &'m Cancel) -> Manner<'m> {
        let manner = Manner {
            times: !self.flags.no_times,
            sha256: self.kept.is_some() || self.manifest.is_some(),
            limit_rate: self.flags.limit_rate.filter(|rate| *rate > 0),
            min_rate: self.flags.min_rate,
            hold: self.flags.delay_updates,
            ..Manner::usual(cancel, self.out.progress().clone())
        };
        manner.shared_by(usize::from(self.flags.jobs))
    }

    /// The state learns of something done. A failure is said once, and is one of the run.
    fn note(&mut self, change: Change) {
        let Some(kept) = &mut self.kept else { return };
        if self.state_failed {
            return;
        }
        if let Err(e) = kept.note(&change) {
            self.state_failed = true;
            self.out.fail(&e);
        }
    }

    /// The state learns of what is going to be done.
    fn begin(&mut self, changes: impl Iterator<Item = (Vec<u8>, Known)>) {
        let Some(kept) = &mut self.kept else { return };
        if self.state_failed {
            return;
        }
        if let Err(e) = kept.begin(changes) {
            self.state_failed = true;
            self.out.fail(&e);
        }
    }

    /// The state learns that it did not come to that.
    fn take_back(&mut self, path: &[u8]) {
        if let Some(change) = self.kept.as_mut().and_then(|kept| kept.before(path)) {
            self.note(change);
        }
    }

    fn note_file(&mut self, path: &[u8], size: u64, sha256: Option<Vec<u8>>) {
        self.note(Change::Has(path.to_vec(), Known::File { size, sha256 }));
    }
}
