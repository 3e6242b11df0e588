//! Trees in memory: a plan that is carried out makes the target like the source, and then there is nothing left to do.

use super::*;
use crate::{base::date::Time, sync::Shard};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What stands under each path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fake {
    nodes: BTreeMap<Vec<u8>, Entry>,
    /// Directories that cannot be listed.
    broken: Vec<Vec<u8>>,
}

impl Tree for Fake {
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        if self.broken.iter().any(|b| b == dir) {
            return Err(Error::new(Kind::Closed, "cut"));
        }
        let parent =
            |path: &[u8]| path.iter().rposition(|b| *b == b'/').map_or(Vec::new(), |at| path[..at].to_vec());
        Ok(self.nodes.iter().filter(|(p, _)| parent(p) == dir).map(|(_, e)| e.clone()).collect())
    }
}

fn node(path: &str, kind: EntryKind, size: u64, time: i64) -> (Vec<u8>, Entry) {
    let name = path.rsplit('/').next().unwrap();
    let mut entry = Entry::new(name, kind);
    if kind == EntryKind::File {
        (entry.size, entry.modified) = (Some(size), Some(Time(time)));
    }
    (path.as_bytes().to_vec(), entry)
}

fn file(path: &str, size: u64) -> (Vec<u8>, Entry) {
    node(path, EntryKind::File, size, 1000)
}

fn dir(path: &str) -> (Vec<u8>, Entry) {
    node(path, EntryKind::Dir, 0, 0)
}

fn tree(nodes: impl IntoIterator<Item = (Vec<u8>, Entry)>) -> Fake {
    Fake { nodes: nodes.into_iter().collect(), broken: Vec::new() }
}

fn rules(takes: &dyn Fn(&[u8], bool) -> bool) -> Rules<'_> {
    Rules {
        takes,
        delete: true,
        times: Times::Kept,
        by_contents: false,
        fold_case: false,
        shard: Shard::default(),
        removes_dirs: true,
        by_state: false,
    }
}

fn all(_: &[u8], _: bool) -> bool {
    true
}

fn plan(source: &Fake, target: &Fake, rules: &Rules<'_>) -> Plan {
    compare(&mut source.clone(), &mut target.clone(), rules, &mut |_, _| ()).unwrap()
}

fn shown(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|s| format!("{} ({})", String::from_utf8_lossy(&s.path), s.why)).collect()
}

fn below(path: &[u8], dir: &[u8]) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| rest.starts_with(b"/"))
}

/// As a server would: no directory without its parent, none removed that is not empty.
fn carry_out(plan: &Plan, target: &mut Fake) {
    let remove = |target: &mut Fake, path: &[u8]| {
        assert!(target.nodes.remove(path).is_some(), "nothing at {}", String::from_utf8_lossy(path));
        assert!(
            !target.nodes.keys().any(|p| below(p, path)),
            "{} is not empty",
            String::from_utf8_lossy(path)
        );
    };
    let make = |target: &mut Fake, step: &Step| {
        if let Some(at) = step.path.iter().rposition(|b| *b == b'/') {
            assert!(target.nodes.get(&step.path[..at]).is_some_and(Entry::is_dir), "no parent: {step:?}");
        }
        target.nodes.insert(step.path.clone(), step.source.clone().unwrap());
    };
    plan.clear.iter().for_each(|s| remove(target, &s.path));
    plan.dirs.iter().for_each(|s| make(target, s));
    plan.copies.iter().for_each(|s| make(target, s));
    plan.deletes.iter().for_each(|s| remove(target, &s.path));
}

#[test]
fn each_difference_has_its_name() {
    let source = tree([
        file("same", 1),
        file("size", 2),
        node("newer", EntryKind::File, 3, 1010),
        node("older", EntryKind::File, 3, 990),
        node("just", EntryKind::File, 3, 1001),
        file("new", 1),
        dir("d"),
        file("d/x", 1),
        node("link", EntryKind::Link, 0, 0),
    ]);
    let target = tree([
        file("same", 1),
        file("size", 3),
        file("newer", 3),
        file("older", 3),
        file("just", 3),
        file("gone", 1),
        dir("old"),
        file("old/y", 1),
        dir("old/z"),
        node("link", EntryKind::File, 9, 9),
    ]);
    let plan = plan(&source, &target, &rules(&all));
    assert_eq!(shown(&plan.dirs), ["d (new)"]);
    assert_eq!(
        shown(&plan.copies),
        ["new (new)", "newer (newer)", "older (time)", "size (size)", "d/x (new)"]
    );
    let gone = "(not in the source)";
    assert_eq!(
        shown(&plan.deletes),
        ["gone", "old/y", "old/z", "old"].map(|p| format!("{p} {gone}")),
        "what a link in the source stands for is spared"
    );
    assert_eq!(plan.left_out, [(b"link".to_vec(), "symbolic link")]);
    assert_eq!((plan.in_source, plan.in_target), (9, 10));
    let when_copied = Rules { times: Times::OfCopy, delete: false, ..rules(&all) };
    let plan =
        super::compare(&mut source.clone(), &mut target.clone(), &when_copied, &mut |_, _| ()).unwrap();
    assert!(!shown(&plan.copies).contains(&"older (time)".to_string()));
    assert!(plan.deletes.is_empty());
}

#[test]
fn the_tolerance_is_that_of_the_coarser_listing() {
    let (_, s) = node("a", EntryKind::File, 1, 1059);
    let (_, mut t) = node("a", EntryKind::File, 1, 1000);
    assert_eq!(differs(&s, &t, Times::Kept), Some("newer"));
    t.tolerance = 60;
    assert_eq!(differs(&s, &t, Times::Kept), None);
    (t.modified, t.size) = (None, Some(1));
    assert_eq!(differs(&s, &t, Times::Kept), None);
    t.size = None;
    assert_eq!(differs(&s, &t, Times::Kept), Some("unknown size"));
}

#[test]
fn file_where_a_directory_should_be_and_the_reverse() {
    let source = tree([file("a", 1), dir("b"), file("b/x", 1)]);
    let target = tree([dir("a"), file("a/deep", 1), file("b", 1)]);
    let with = plan(&source, &target, &rules(&all));
    assert_eq!(
        shown(&with.clear),
        ["b (in the way of a directory)", "a/deep (in the way of a file)", "a (in the way of a file)"]
    );
    let mut after = target.clone();
    carry_out(&with, &mut after);
    assert_eq!(after, source);
    let without = plan(&source, &target, &Rules { delete: false, ..rules(&all) });
    assert!(without.is_empty() && without.failures.len() == 2, "{without:?}");
    let spare = |path: &[u8], _: bool| path != b"a/deep";
    let spared = plan(&source, &target, &rules(&spare));
    assert_eq!(shown(&spared.clear), ["b (in the way of a directory)"]);
    assert_eq!(spared.failures.len(), 1, "{spared:?}");
    assert_eq!(shown(&spared.copies), ["b/x (new)"]);
}

#[test]
fn what_is_excluded_is_spared_with_all_above_it() {
    let takes = |path: &[u8], _: bool| !path.ends_with(b".log");
    let target = tree([dir("d"), dir("d/e"), file("d/e/x.log", 1), file("d/e/y", 1), dir("f")]);
    let source = tree([file("a", 1), file("b.log", 1)]);
    let plan = plan(&source, &target, &rules(&takes));
    assert_eq!(shown(&plan.copies), ["a (new)"]);
    assert_eq!(shown(&plan.deletes), ["d/e/y (not in the source)", "f (not in the source)"]);
}

#[test]
fn from_a_part_nothing_follows() {
    let mut source = tree([dir("a"), dir("b"), file("b/x", 1)]);
    source.broken.push(b"a".to_vec());
    let mut target = tree([dir("a"), file("a/1", 1), dir("b"), dir("c"), dir("c/d"), file("c/y", 1)]);
    let seen = plan(&source, &target, &rules(&all));
    assert!(seen.source_failed && seen.failures.len() == 1);
    assert!(!shown(&seen.deletes).iter().any(|s| s.starts_with("a/")), "{seen:?}");
    target.broken.push(b"c/d".to_vec());
    let seen = plan(&source, &target, &rules(&all));
    assert_eq!(shown(&seen.deletes), ["c/y (not in the source)"]);
    source.broken.push(Vec::new());
    assert!(compare(&mut source, &mut target, &rules(&all), &mut |_, _| ()).is_err());
}

#[test]
fn names_that_differ_in_case_only() {
    let source = tree([file("A", 1), file("a", 2), file("ReadMe", 1)]);
    let target = tree([file("README", 1)]);
    let folded = Rules { fold_case: true, ..rules(&all) };
    let seen = plan(&source, &target, &folded);
    assert_eq!(shown(&seen.copies), ["A (new)"]);
    assert_eq!(seen.failures.len(), 1);
    assert!(seen.deletes.is_empty(), "README is ReadMe there");
    assert_eq!(plan(&source, &target, &rules(&all)).deletes.len(), 1);
}

fn any_tree() -> impl Strategy<Value = Fake> {
    let path = prop::collection::vec(prop::sample::select(vec!["a", "b", "a-", "C"]), 1..4);
    let what = (prop::bool::weighted(0.3), 0u64..3, prop::sample::select(vec![1000i64, 1001, 2000]));
    prop::collection::btree_map(path, what, 0..14).prop_map(|nodes| {
        let mut fake = Fake::default();
        for (parts, (is_dir, size, time)) in nodes {
            for n in 1..parts.len() {
                let (path, entry) = dir(&parts[..n].join("/"));
                fake.nodes.insert(path, entry);
            }
            let path = parts.join("/");
            fake.nodes.entry(path.as_bytes().to_vec()).or_insert_with(|| {
                let kind = if is_dir { EntryKind::Dir } else { EntryKind::File };
                node(&path, kind, size, time).1
            });
        }
        fake
    })
}

proptest! {
    #[test]
    fn afterwards_both_are_the_same(source in any_tree(), target in any_tree()) {
        let rules = rules(&all);
        let first = plan(&source, &target, &rules);
        prop_assert!(first.failures.is_empty());
        let mut after = target.clone();
        carry_out(&first, &mut after);
        let second = plan(&source, &after, &rules);
        prop_assert!(second.is_empty(), "{:?}", second);
        prop_assert_eq!(after.nodes.keys().collect::<Vec<_>>(), source.nodes.keys().collect::<Vec<_>>());
    }

    #[test]
    fn without_delete_nothing_is_lost(source in any_tree(), target in any_tree()) {
        let rules = Rules { delete: false, ..rules(&all) };
        let first = plan(&source, &target, &rules);
        prop_assert_eq!(first.losses(), 0);
        let mut after = target.clone();
        carry_out(&first, &mut after);
        prop_assert!(target.nodes.keys().all(|p| after.nodes.contains_key(p)));
        prop_assert!(plan(&source, &after, &rules).is_empty());
    }

    #[test]
    fn the_shards_together_are_one_run(source in any_tree(), target in any_tree(), n in 1u64..4) {
        let whole = plan(&source, &target, &rules(&all));
        let shards: Vec<Plan> = (1..=n)
            .map(|i| plan(&source, &target, &Rules { shard: Shard::parse(&format!("{i}/{n}")).unwrap(), removes_dirs: i == 1, ..rules(&all) }))
            .collect();
        let together = |of: fn(&Plan) -> &Vec<Step>| {
            let mut paths: Vec<_> = shards.iter().flat_map(|p| of(p).iter().map(|s| s.path.clone())).collect();
            paths.sort();
            paths
        };
        let one = |of: fn(&Plan) -> &Vec<Step>| {
            let mut paths: Vec<_> = of(&whole).iter().map(|s| s.path.clone()).collect();
            paths.sort();
            paths
        };
        prop_assert_eq!(together(|p| &p.copies), one(|p| &p.copies));
        prop_assert_eq!(together(|p| &p.deletes), one(|p| &p.deletes));
        let mut cleared = together(|p| &p.clear);
        cleared.dedup();
        prop_assert_eq!(cleared, one(|p| &p.clear));
        for shard in &shards {
            // The guard is asked about the whole.
            prop_assert_eq!((shard.losses(), shard.in_target), (whole.losses(), whole.in_target));
        }
        let mut made = together(|p| &p.dirs);
        made.dedup();
        prop_assert_eq!(made, one(|p| &p.dirs));
    }

    #[test]
    fn a_broken_listing_deletes_nothing_below_it(source in any_tree(), target in any_tree(), which in 0usize..14) {
        let mut target = target;
        let dirs: Vec<_> = target.nodes.iter().filter(|(_, e)| e.is_dir()).map(|(p, _)| p.clone()).collect();
        if let Some(broken) = dirs.get(which % dirs.len().max(1)) {
            target.broken.push(broken.clone());
            let seen = plan(&source, &target, &rules(&all));
            for step in seen.deletes.iter().chain(&seen.clear) {
                prop_assert!(!below(&step.path, broken) && !below(broken, &step.path), "{:?}", step);
            }
        }
    }
}
