//! The walk in lockstep.

use super::{Plan, Rules, Step, Times, Tree};
use crate::base::{
    error::*,
    tree::{Entry, EntryKind},
};
use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

/// Deeper than any real tree, shallower than a server's loop of links.
const DEEPEST: usize = 100;

/// Which sides of a directory are there, and what becomes of the target's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Both,
    SourceOnly,
    /// Only in the target: goes at the end.
    Delete,
    /// In the way of a file: goes at the beginning.
    Clear,
}

struct Walk<'a> {
    rules: &'a Rules<'a>,
    plan: Plan,
    open: Vec<(Vec<u8>, Mode)>,
    /// Directories of the target that hold something spared.
    kept: HashSet<Vec<u8>>,
    /// Directories in the way of a file that is another shard's.
    theirs: HashSet<Vec<u8>>,
}

/// Compares two trees. `same` is told of each file that is as it should be, and of each directory that is on both sides.
///
/// # Errors
/// Only what makes everything else pointless: the source's top cannot be listed, or the target's for another reason than
/// that it is not there. All else is part of the plan.
pub fn compare(
    source: &mut dyn Tree,
    target: &mut dyn Tree,
    rules: &Rules<'_>,
    same: &mut dyn FnMut(&[u8], &Entry),
) -> Result<Plan> {
    let open = vec![(Vec::new(), Mode::Both)];
    let (kept, theirs) = (HashSet::new(), HashSet::new());
    let mut walk = Walk { rules, plan: Plan::default(), open, kept, theirs };
    while let Some((dir, mode)) = walk.open.pop() {
        let from_source = match mode {
            Mode::Both | Mode::SourceOnly => source.list(&dir),
            _ => Ok(Vec::new()),
        };
        let from_source = match from_source {
            Ok(entries) => entries,
            Err(e) if dir.is_empty() || e.kind() == Kind::Interrupted => return Err(e),
            Err(e) => {
                walk.plan.source_failed = true;
                walk.plan.failures.push((dir, e));
                continue;
            }
        };
        if matches!(mode, Mode::Both | Mode::SourceOnly) && source.is_link() {
            walk.leave_link(dir);
            continue;
        }
        let from_target = match mode {
            Mode::SourceOnly => Ok(Vec::new()),
            _ => target.list(&dir),
        };
        let from_target = match from_target {
            Ok(entries) => entries,
            Err(e) if dir.is_empty() && e.kind() == Kind::Missing => {
                walk.plan.target_missing = true;
                Vec::new()
            }
            Err(e) if dir.is_empty() || e.kind() == Kind::Interrupted => return Err(e),
            // Another shard removed it meanwhile.
            Err(e) if e.kind() == Kind::Missing && matches!(mode, Mode::Delete | Mode::Clear) => Vec::new(),
            Err(e) => {
                walk.keep(&dir);
                walk.plan.failures.push((dir, e));
                continue;
            }
        };
        let mode = match mode {
            Mode::SourceOnly => mode,
            _ if !target.is_link() => mode,
            // What it leads to is not the target's.
            _ if walk.replaces_link(&dir, mode) => Mode::SourceOnly,
            _ => continue,
        };
        let known = walk.open.len();
        walk.directory(&dir, mode, from_source, from_target, same);
        let below = |modes: &[Mode]| -> Vec<Vec<u8>> {
            let new = walk.open[known..].iter().rev();
            new.filter(|(_, mode)| modes.contains(mode)).map(|(dir, _)| dir.clone()).collect()
        };
        source.soon(&below(&[Mode::Both, Mode::SourceOnly]));
        target.soon(&below(&[Mode::Both, Mode::Delete, Mode::Clear]));
    }
    Ok(walk.finish())
}

/// Why a file has to be copied over one that is there; `None`: it is the same, as far as size and time tell.
pub fn differs(source: &Entry, target: &Entry, times: Times) -> Option<&'static str> {
    if source.size.is_some() && target.size.is_some() && source.size != target.size {
        return Some("size");
    }
    let (Some(here), Some(there)) = (source.modified, target.modified) else {
        // Without a time the size has to do, and without either nothing is known.
        return (source.size.is_none() || target.size.is_none()).then_some("unknown size");
    };
    let tolerance = i64::from(source.tolerance.max(target.tolerance));
    if here.0 > there.0 + tolerance {
        return Some("newer");
    }
    (times == Times::Kept && there.0 > here.0 + tolerance).then_some("time")
}

impl Walk<'_> {
    /// One directory: both listings side by side, in the order of names.
    fn directory(
        &mut self,
        dir: &[u8],
        mode: Mode,
        source: Vec<Entry>,
        target: Vec<Entry>,
        same: &mut dyn FnMut(&[u8], &Entry),
    ) {
        let source = self.sorted(dir, source, true);
        let target = self.sorted(dir, target, false);
        self.plan.in_source += source.len() as u64;
        self.plan.in_target += target.len() as u64;
        let mut dirs = Vec::new();
        let (mut source, mut target) = (source.into_iter().peekable(), target.into_iter().peekable());
        loop {
            let order = match (source.peek(), target.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(s), Some(t)) => self.key(&s.name).cmp(&self.key(&t.name)),
            };
            let s = if order.is_le() { source.next() } else { None };
            let t = if order.is_ge() { target.next() } else { None };
            self.pair(dir, mode, s, t, &mut dirs, same);
        }
        self.open.extend(dirs.into_iter().rev());
    }

    /// By key and without what takes no part. The key is the name, folded where the target does not tell cases apart.
    fn sorted(&mut self, dir: &[u8], mut entries: Vec<Entry>, is_source: bool) -> Vec<Entry> {
        entries.retain(|entry| {
            let path = join(dir, &entry.name);
            let takes = (self.rules.takes)(&path, entry.is_dir());
            if !takes && !is_source {
                self.keep(&path);
            }
            takes
        });
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        if self.rules.fold_case {
            entries.sort_by_cached_key(|e| self.key(&e.name).into_owned());
        }
        if is_source && self.rules.fold_case {
            let mut first: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
            entries.retain(|entry| {
                let key = self.key(&entry.name).into_owned();
                let Some(other) = first.get(&key) else {
                    first.insert(key, entry.name.clone());
                    return true;
                };
                let text = format!(
                    "differs from {} in case only, which the target does not tell apart",
                    String::from_utf8_lossy(other)
                );
                self.plan.failures.push((join(dir, &entry.name), Error::new(Kind::Input, text)));
                false
            });
        }
        entries.dedup_by(|a, b| self.key(&a.name) == self.key(&b.name));
        entries
    }

    fn key<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        match std::str::from_utf8(name) {
            Ok(text) if self.rules.fold_case => Cow::Owned(text.to_lowercase().into_bytes()),
            _ => Cow::Borrowed(name),
        }
    }

    fn pair(
        &mut self,
        dir: &[u8],
        mode: Mode,
        source: Option<Entry>,
        target: Option<Entry>,
        dirs: &mut Vec<(Vec<u8>, Mode)>,
        same: &mut dyn FnMut(&[u8], &Entry),
    ) {
        use EntryKind::{Dir, File, Link, Other};
        // On the target it keeps the name that it has there.
        let named = source.as_ref().or(target.as_ref()).map(|e| join(dir, &e.name)).unwrap_or_default();
        let Some(s) = source else {
            let Some(t) = target else { return };
            return self.only_target(named, mode, t, dirs);
        };
        let there = target.as_ref().map(|t| t.kind);
        let is_dir = s.kind == Dir;
        if matches!(s.kind, Link | Other) {
            let reason = if s.kind == Link { "symbolic link" } else { "not a regular file" };
            if there.is_some() {
                self.keep(&named);
            }
            if self.rules.shard.takes(&named) {
                self.plan.left_out.push((named, reason));
            }
            return;
        }
        if is_dir && depth(&named) >= DEEPEST {
            let error = Error::new(Kind::Limit, "the tree is too deep");
            self.plan.source_failed = true;
            self.plan.failures.push((named, error));
            return;
        }
        let mine = self.rules.shard.takes(&named);
        let step = |why| Step { path: named.clone(), why, source: Some(s.clone()), target: target.clone() };
        match (is_dir, there) {
            (true, Some(Dir)) => {
                same(&named, &s);
                dirs.push((named, Mode::Both));
            }
            (true, None) => {
                self.plan.dirs.push(step("new"));
                dirs.push((named, Mode::SourceOnly));
            }
            (true, Some(_)) if self.rules.delete && there != Some(Other) => {
                let why = "in the way of a directory";
                self.plan.clear.push(step(why));
                self.plan.dirs.push(step("new"));
                dirs.push((named, Mode::SourceOnly));
            }
            (false, None) if mine => self.plan.copies.push(step("new")),
            (false, Some(File)) if mine => {
                let t = target.as_ref().unwrap_or(&s);
                let same_size = s.size.is_some() && s.size == t.size;
                match differs(&s, t, self.rules.times) {
                    _ if self.rules.by_contents && same_size => self.plan.unsure.push(step("contents")),
                    Some(why) => self.plan.copies.push(step(why)),
                    None => same(&named, &s),
                }
            }
            (false, Some(Link)) if mine => self.plan.copies.push(step("a link is there")),
            (false, Some(Dir)) if self.rules.delete => {
                if mine {
                    self.plan.copies.push(step("a directory is there"));
                } else {
                    self.theirs.insert(named.clone());
                }
                self.plan.clear.push(Step { why: "in the way of a file", source: None, ..step("") });
                dirs.push((named, Mode::Clear));
            }
            (false, _) if !mine => {}
            (_, there) => {
                let what = match there {
                    Some(Dir) => "a directory",
                    Some(Link) => "a symbolic link",
                    Some(File) => "a file",
                    _ => "something that is neither file nor directory",
                };
                let error = Error::new(Kind::Refused, format!("{what} of that name is there"));
                let error = if there == Some(Other) {
                    error
                } else {
                    error.hint("--delete replaces one by the other")
                };
                // Whatever is below it stays as well.
                self.keep(&named);
                self.plan.failures.push((named, error));
            }
        }
    }

    fn only_target(&mut self, path: Vec<u8>, mode: Mode, entry: Entry, dirs: &mut Vec<(Vec<u8>, Mode)>) {
        let mode = if mode == Mode::Clear { Mode::Clear } else { Mode::Delete };
        if !self.rules.delete {
            return;
        }
        if entry.kind == EntryKind::Other || depth(&path) >= DEEPEST {
            return self.keep(&path);
        }
        if entry.is_dir() {
            dirs.push((path.clone(), mode));
        }
        let why = if mode == Mode::Clear { "in the way of a file" } else { "not in the source" };
        let step = Step { path, why, source: None, target: Some(entry) };
        match mode {
            Mode::Clear => self.plan.clear.push(step),
            _ => self.plan.deletes.push(step),
        }
    }

    /// What was taken for a directory of the source is a link: it takes no part, and what stands there in the target stays.
    fn leave_link(&mut self, path: Vec<u8>) {
        self.keep(&path);
        self.plan.dirs.retain(|step| step.path != path);
        self.plan.clear.retain(|step| step.path != path);
        if self.rules.shard.takes(&path) {
            self.plan.left_out.push((path, "symbolic link"));
        }
    }

    /// What was taken for a directory of the target is a link. Whether a directory takes its place; else it is in the plan as a link.
    fn replaces_link(&mut self, path: &[u8], mode: Mode) -> bool {
        let link = || Some(Entry::new(name_of(path), EntryKind::Link));
        let steps = match mode {
            Mode::Delete => &mut self.plan.deletes,
            Mode::Clear => &mut self.plan.clear,
            Mode::Both | Mode::SourceOnly if self.rules.delete => {
                let source = Some(Entry::new(name_of(path), EntryKind::Dir));
                let step = |why, target| Step { path: path.to_vec(), why, source: source.clone(), target };
                self.plan.clear.push(step("in the way of a directory", link()));
                self.plan.dirs.push(step("new", None));
                return true;
            }
            Mode::Both | Mode::SourceOnly => {
                let error = Error::new(Kind::Refused, "a symbolic link of that name is there");
                self.plan.failures.push((path.to_vec(), error.hint("--delete replaces one by the other")));
                return false;
            }
        };
        if let Some(step) = steps.iter_mut().rev().find(|step| step.path == path) {
            step.target = link();
        }
        false
    }

    /// The directories above something that stays, stay.
    fn keep(&mut self, path: &[u8]) {
        let mut path = path;
        while self.kept.insert(path.to_vec()) {
            match path.iter().rposition(|b| *b == b'/') {
                Some(at) => path = &path[..at],
                None => break,
            }
        }
    }

    fn finish(mut self) -> Plan {
        let kept = &self.kept;
        let plan = &mut self.plan;
        plan.deletes.retain(|s| !kept.contains(&s.path));
        // A directory that a file should replace, with something in it that has to stay: neither goes.
        let blocked: HashSet<Vec<u8>> = plan
            .clear
            .iter()
            .filter(|s| s.removes_dir() && kept.contains(&s.path))
            .map(|s| s.path.clone())
            .collect();
        if !blocked.is_empty() {
            plan.clear.retain(|s| !is_in(&blocked, &s.path));
            let (stay, go): (Vec<_>, Vec<_>) =
                std::mem::take(&mut plan.copies).into_iter().partition(|s| blocked.contains(&s.path));
            plan.copies = go;
            for step in stay {
                let text = "a directory of that name is there, with something in it that has to stay";
                plan.failures.push((step.path, Error::new(Kind::Refused, text)));
            }
        }
        self.leave_to_the_others();
        let plan = &mut self.plan;
        let last =
            |s: &Step| (s.removes_dir(), if s.removes_dir() { usize::MAX - depth(&s.path) } else { 0 });
        plan.clear.sort_by_key(last);
        plan.deletes.sort_by_key(last);
        self.plan
    }

    /// Up to here the plan is that of all shards together: how much goes is judged by that ([`Plan::may_delete`]), or a loss that none
    /// may allow would be cut into parts that each of them does.
    fn leave_to_the_others(&mut self) {
        let Walk { rules, plan, theirs, .. } = self;
        let of_all = plan.losses();
        plan.deletes
            .retain(|s| if s.removes_dir() { rules.removes_dirs } else { rules.shard.takes(&s.path) });
        // A file replaces all of a directory, so its shard clears all of it; with states each shard knows of what it put there only.
        let (others, ours): (Vec<_>, Vec<_>) =
            std::mem::take(&mut plan.clear).into_iter().partition(|s| is_in(theirs, &s.path));
        plan.clear = ours;
        plan.deletes.extend(others.into_iter().filter(|_| rules.by_state));
        if !rules.shard.is_first() {
            // The others make what their own files need.
            let mut needed = HashSet::new();
            for step in &plan.copies {
                for (at, _) in step.path.iter().enumerate().filter(|(_, b)| **b == b'/') {
                    needed.insert(step.path[..at].to_vec());
                }
            }
            plan.dirs.retain(|s| needed.contains(&s.path));
            plan.clear.retain(|s| s.source.is_none() || needed.contains(&s.path));
        }
        plan.elsewhere = of_all - plan.losses();
    }
}

/// Whether the path, or a directory above it, is one of these.
fn is_in(dirs: &HashSet<Vec<u8>>, path: &[u8]) -> bool {
    let above = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| &path[..at]);
    !dirs.is_empty() && above.chain([path]).any(|dir| dirs.contains(dir))
}

fn name_of(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or_default()
}

fn depth(path: &[u8]) -> usize {
    path.iter().filter(|b| **b == b'/').count()
}

pub(super) fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir.is_empty() { name.to_vec() } else { [dir, b"/", name].concat() }
}

#[cfg(test)]
mod tests;
