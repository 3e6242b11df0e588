//! A kill, a full disk or a broken one at every write, sync, rename and send: after the next clean run every message is
//! there exactly once, and until then there is no message that is only a part.
//!
//! strace injects the fault into the k-th call of its kind. `WIREPOST_FULL=1` tries every k, else a sample.

use super::{Site, files, site, stored, subject};
use crate::support::program;
use std::{collections::BTreeMap, path::Path};

const COUNT: usize = 7;
const CALLS: [&str; 9] =
    ["write", "pwrite64", "fsync", "fdatasync", "syncfs", "renameat2", "ftruncate", "unlinkat", "sendto"];

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Maildir,
    Mbox,
    Eml,
}

fn flags(target: Target, delete: bool) -> Vec<&'static str> {
    // Small batches, so that a fault can be in the middle of things.
    let mut flags = vec!["fetch", "--retries=0", "--batch=3"];
    flags.extend(match target {
        Target::Maildir => ["--maildir", "store"],
        Target::Mbox => ["--mbox", "store"],
        Target::Eml => ["--dir", "store"],
    });
    if delete {
        flags.push("--delete");
    }
    flags
}

/// Runs rpop under strace with these options of it; the exit code.
fn traced(site: &Site, strace: &[&str], flags: &[&str]) -> i32 {
    let rpop = program("rpop").display().to_string();
    // Its own file descriptor: what rpop says stays apart.
    let trace = site.world.path("trace").display().to_string();
    let run = site.world.run_path(Path::new("/usr/bin/strace"), ["-f", "-o", &trace]);
    run.args(strace)
        .args(["--", &rpop])
        .args(flags)
        .env("RPOP_URL", site.server.url())
        .env("RPOP_PASSWORD", "secret-of-the-user")
        .go()
        .code
}

/// How often each call is made in an undisturbed run.
fn calls(target: Target, delete: bool) -> BTreeMap<&'static str, usize> {
    let site = site(vec![]).with(COUNT);
    let set = format!("trace={}", CALLS.join(","));
    assert_eq!(traced(&site, &["-e", &set], &flags(target, delete)), 0);
    let trace = std::fs::read_to_string(site.world.path("trace")).unwrap();
    let count = |call: &str| trace.lines().filter(|l| l.contains(&format!(" {call}("))).count();
    CALLS.iter().map(|call| (*call, count(call))).filter(|(_, n)| *n > 0).collect()
}

/// What stands in the store, each message whole.
fn delivered(site: &Site, target: Target) -> Vec<String> {
    match target {
        Target::Maildir => {
            let mut texts = files(&site.world.path("store/new"));
            texts.extend(files(&site.world.path("store/cur")));
            texts
        }
        Target::Eml => {
            let Ok(entries) = std::fs::read_dir(site.world.path("store")) else { return Vec::new() };
            let finished =
                entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|x| x == "eml"));
            finished.map(|p| std::fs::read_to_string(p).unwrap()).collect()
        }
        Target::Mbox => {
            let text = std::fs::read_to_string(site.world.path("store")).unwrap_or_default();
            let pieces = text.split("From MAILER-DAEMON ").skip(1);
            pieces.map(|p| p[p.find('\n').unwrap() + 1..].replace("\n>From ", "\nFrom ")).collect()
        }
    }
}

fn whole(target: Target, n: usize) -> String {
    // An empty line ends each message of an mbox.
    if target == Target::Mbox { stored(n) + "\n" } else { stored(n) }
}

fn matrix(target: Target, delete: bool, fault: &str, exits: &[i32]) {
    let full = std::env::var_os("WIREPOST_FULL").is_some();
    for (call, count) in calls(target, delete) {
        // A send that fails with a disk's error is no case.
        if call == "sendto" && !fault.contains("SIGKILL") {
            continue;
        }
        let step = if full { 1 } else { (count / 4).max(1) };
        for k in (1..=count).step_by(step) {
            let case = format!("{fault} at {call} {k} of {count}, delete: {delete}");
            let site = site(vec![]).with(COUNT);
            let (set, inject) = (format!("trace={call}"), format!("inject={call}:{fault}:when={k}"));
            let code = traced(&site, &["-e", &set, "-e", &inject], &flags(target, delete));
            assert!(exits.contains(&code), "{case}: exit {code}");
            if target != Target::Mbox {
                for text in delivered(&site, target) {
                    let n = subject(&text).parse().unwrap();
                    assert_eq!(text, whole(target, n), "{case}: a part");
                }
            }
            let left = site.server.store.messages("INBOX").len();
            assert!(
                left == COUNT || delivered(&site, target).len() == COUNT,
                "{case}: deleted but not delivered"
            );
            // The state lock and the mailbox's lock on the server are free again, or soon.
            site.server.wait_for(std::time::Duration::from_secs(5), |_| {
                site.server.store.with("user", |account| !account.locked)
            });
            let clean = site.rpop(&flags(target, delete)).go();
            clean.exits(0);
            let mut texts = delivered(&site, target);
            texts.sort();
            let mut expect: Vec<String> = (1..=COUNT).map(|n| whole(target, n)).collect();
            expect.sort();
            assert_eq!(texts, expect, "{case}");
            let left = site.server.store.messages("INBOX").len();
            assert_eq!(left, if delete { 0 } else { COUNT }, "{case}");
            if target == Target::Mbox {
                let text = std::fs::read_to_string(site.world.path("store")).unwrap();
                let whole: usize = texts.iter().map(String::len).sum();
                let lines = COUNT * "From MAILER-DAEMON Mon Nov 23 04:32:51 2026\n".len();
                // Only what is quoted is more.
                assert_eq!(text.len(), whole + lines + COUNT, "{case}: something else is in the mbox");
            }
        }
    }
}

const KILLED: &[i32] = &[137];
/// 0 where the fault has no consequence (a lock file that could not be removed); 3 where some were delivered before.
const FAILED: &[i32] = &[0, 3, 73, 74, 78];

#[test]
fn killed_with_a_maildir() {
    matrix(Target::Maildir, false, "signal=SIGKILL", KILLED);
    matrix(Target::Maildir, true, "signal=SIGKILL", KILLED);
}

#[test]
fn killed_with_an_mbox() {
    matrix(Target::Mbox, false, "signal=SIGKILL", KILLED);
    matrix(Target::Mbox, true, "signal=SIGKILL", KILLED);
}

#[test]
fn killed_with_eml_files() {
    matrix(Target::Eml, true, "signal=SIGKILL", KILLED);
}

#[test]
fn disks_that_are_full_or_broken() {
    for fault in ["error=ENOSPC", "error=EIO"] {
        matrix(Target::Maildir, true, fault, FAILED);
        matrix(Target::Mbox, true, fault, FAILED);
    }
}
