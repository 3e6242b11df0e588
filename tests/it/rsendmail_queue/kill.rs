//! A kill, a full disk or a broken one at every write, sync, rename and send, with a server that answers, refuses, stalls, and vanishes
//! behind the dot: every message ends sent once, or failed with a reason, or unknown and said so.
//!
//! strace injects the fault into the k-th call of its kind. `WIREPOST_FULL=1` tries every k, else a sample.

use super::{Site, message, site, text};
use crate::sandbox::script::{Action, End, Rule, on, reply};
use crate::support::{Output, program};
use std::{collections::BTreeMap, path::Path, time::Duration};

const COUNT: usize = 5;
const CALLS: [&str; 10] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "syncfs",
    "renameat2",
    "ftruncate",
    "unlinkat",
    "sendto",
    "flock",
];
/// The message whose server misbehaves.
const ODD: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Answers,
    Refuses,
    Stalls,
    Vanishes,
}

fn rules(manner: Manner) -> Vec<Rule> {
    match manner {
        Manner::Answers => vec![],
        Manner::Refuses => vec![
            on("RCPT").with("<r2@").then(reply("550 5.1.1 no\r\n")),
            on("RCPT").with("<r4@").nth(1).then(reply("450 4.2.1 busy\r\n")),
        ],
        Manner::Stalls => vec![on("DOT").nth(ODD).then(Action::Swallow(End::Stall))],
        Manner::Vanishes => vec![on("DOT").nth(ODD).then(Action::Swallow(End::Close))],
    }
}

/// Runs rsendmail under strace with these options of it.
fn traced(site: &Site, strace: &[&str], flags: &[&str]) -> Output {
    let rsendmail = program("rsendmail").display().to_string();
    let trace = site.world.path("trace").display().to_string();
    let run = site.world.run_path(Path::new("/usr/bin/strace"), ["-f", "-o", &trace]);
    run.args(strace).args(["--", &rsendmail]).args(flags).env("RSENDMAIL_URL", site.server.url()).go()
}

/// How often each call is made in an undisturbed run.
fn calls(site: &Site, flags: &[&str]) -> BTreeMap<&'static str, usize> {
    let set = format!("trace={}", CALLS.join(","));
    traced(site, &["-e", &set], flags);
    let trace = std::fs::read_to_string(site.world.path("trace")).unwrap();
    let count = |call: &str| trace.lines().filter(|l| l.contains(&format!(" {call}("))).count();
    CALLS.iter().map(|call| (*call, count(call))).filter(|(_, n)| *n > 0).collect()
}

/// Every fault there is to try: the call, which of them, and how strace is told.
fn faults(calls: BTreeMap<&'static str, usize>, fault: &str, samples: usize) -> Vec<(String, [String; 4])> {
    let full = std::env::var_os("WIREPOST_FULL").is_some();
    let mut all = Vec::new();
    for (call, count) in calls {
        // A send that fails with a disk's error is no case.
        if call == "sendto" && !fault.contains("SIGKILL") {
            continue;
        }
        let step = if full { 1 } else { (count / samples).max(1) };
        for k in (1..=count).step_by(step) {
            let inject = format!("inject={call}:{fault}:when={k}");
            let options = ["-e".into(), format!("trace={call}"), "-e".into(), inject];
            all.push((format!("{fault} at {call} {k} of {count}"), options));
        }
    }
    all
}

fn words(options: &[String; 4]) -> Vec<&str> {
    options.iter().map(String::as_str).collect()
}

/// What each message came to, after everything that could be sent was.
fn settled(site: &Site, case: &str, expect: impl Fn(usize, &str) -> bool) {
    assert!(site.server.wait_idle(Duration::from_secs(20)), "{case}: a connection is open");
    let (states, delivered) = (site.states(), site.delivered());
    for n in 1..=COUNT {
        let times = delivered.get(&n).copied().unwrap_or(0);
        let state = states.get(&n).map_or("gone", String::as_str);
        let fine = match state {
            "gone" => times == 1,
            "unknown" => times <= 1,
            "failed" => times == 0,
            _ => false,
        };
        assert!(fine, "{case}: message {n} is {state} and was delivered {times} times");
        assert!(expect(n, state), "{case}: message {n} is {state}");
    }
    for m in site.list() {
        assert!(!text(&m["error"]["message"]).is_empty(), "{case}: no reason in {m}");
    }
    assert!(!site.queue(&["list"]).go().err().contains("damaged"), "{case}");
}

const RUN: [&str; 4] = ["queue", "run", "--verdict-timeout=10", "--json"];

fn running(manner: Manner, fault: &str, samples: usize) {
    // The patience is the queue's, as it was given when the messages were queued.
    let prepare = || {
        let site = site(rules(manner));
        for n in 1..=COUNT {
            site.world.file(format!("in/{n:05}.eml"), message(n));
        }
        site.rsendmail(&["--eml", "in", "-t", "--queue", "-q", "--verdict-timeout", "0.3"]).go().exits(0);
        site
    };
    for (case, options) in faults(calls(&prepare(), &RUN), fault, samples) {
        let case = format!("{manner:?}: {case}");
        let site = prepare();
        let out = traced(&site, &words(&options), &RUN);
        if fault.contains("SIGKILL") {
            assert_eq!(out.code, 137, "{case}: {out:?}");
        } else {
            assert!([0, 3, 69, 74, 75, 78, 79].contains(&out.code), "{case}: {out:?}");
            // Whatever it said it sent is sent.
            let delivered = site.delivered();
            for m in out.events("queued_message").iter().filter(|m| m["outcome"] == "ok") {
                let id = text(&m["message_id"]);
                let n: usize = id[1..].split('@').next().unwrap().parse().unwrap();
                assert_eq!(delivered.get(&n), Some(&1), "{case}: {m}");
            }
        }
        // The next runs meet the rest of what the server has in store, and then a good one.
        for _ in 0..3 {
            let next = site.queue(&["run", "--now"]).go();
            assert!([0, 3, 69, 75, 79].contains(&next.code), "{case}: {next:?}");
        }
        settled(&site, &case, |n, state| match (manner, n) {
            (Manner::Refuses, 2) => state != "gone",
            (Manner::Answers | Manner::Refuses, _) => state != "failed",
            _ => true,
        });
        let unknown = site.states().into_values().filter(|s| s == "unknown").count();
        let most = if manner == Manner::Answers || manner == Manner::Refuses { 1 } else { 2 };
        assert!(unknown <= most, "{case}: {unknown} are unknown");
    }
}

#[test]
fn killed_while_it_runs() {
    running(Manner::Answers, "signal=SIGKILL", 5);
    running(Manner::Refuses, "signal=SIGKILL", 2);
}

#[test]
fn killed_while_the_server_says_nothing() {
    running(Manner::Stalls, "signal=SIGKILL", 2);
    running(Manner::Vanishes, "signal=SIGKILL", 2);
}

#[test]
fn a_disk_that_is_full_or_broken_while_it_runs() {
    running(Manner::Answers, "error=ENOSPC", 3);
    running(Manner::Refuses, "error=EIO", 2);
    running(Manner::Vanishes, "error=ENOSPC", 2);
    if std::env::var_os("WIREPOST_FULL").is_some() {
        for manner in [Manner::Answers, Manner::Stalls, Manner::Vanishes] {
            running(manner, "error=EIO", 1);
        }
        running(Manner::Refuses, "error=ENOSPC", 1);
        running(Manner::Stalls, "error=ENOSPC", 1);
    }
}

/// The order that the promise rests on, call by call: what must be on the disk is, before anybody is told or sent anything.
#[test]
fn durable_before_it_counts() {
    let order = |flags: &[&str], site: &Site, calls: &str| {
        let set = format!("trace={calls}");
        traced(site, &["-s", "400", "-y", "-e", &set], flags).exits(0);
        std::fs::read_to_string(site.world.path("trace")).unwrap()
    };
    let at = |trace: &str, from: usize, what: &dyn Fn(&str) -> bool, name: &str| {
        let found = trace.lines().enumerate().skip(from).find(|(_, l)| what(l));
        found.unwrap_or_else(|| panic!("no {name} behind line {from} of\n{trace}")).0
    };
    // In: the message and its record, synced; the message's entry, synced; the record's name, synced; only then it is said.
    let site = site(vec![]);
    site.world.file("m.eml", message(1));
    let flags = ["--eml", "m.eml", "-t", "--queue", "--json"];
    let trace = order(&flags, &site, "write,fsync,renameat2");
    let synced = |end: &'static str| move |l: &str| l.contains("fsync(") && l.contains(end);
    let one = at(&trace, 0, &synced("eml>)"), "sync of the message");
    let two = at(&trace, one, &synced(".new>)"), "sync of the record");
    let three = at(&trace, two, &synced("/message>)"), "sync of the message's entry");
    let four = at(&trace, three, &|l| l.contains("renameat2("), "rename");
    let five = at(&trace, four, &synced("/envelope>)"), "sync of the record's entry");
    let said = at(&trace, 0, &|l| l.contains("write(1<") && l.contains("\\\"queued\\\""), "word of it");
    assert!(said > five, "said at {said}, durable at {five}:\n{trace}");
    // Out: the claim, synced; the mark; and the end of the message behind both. The record goes after the answer.
    let trace = order(&RUN, &site, "pwrite64,fdatasync,fsync,sendto,recvfrom,unlinkat");
    let claim = at(&trace, 0, &|l| l.contains("pwrite64(") && l.contains("claim"), "claim");
    let durable = at(&trace, claim, &|l| l.contains("sync("), "sync of the claim");
    let mark = at(&trace, durable, &|l| l.contains("pwrite64(") && l.contains("sending"), "mark");
    let body = at(&trace, 0, &|l| l.contains("sendto(") && l.contains("end 1"), "message");
    let gone = at(&trace, 0, &|l| l.contains("unlinkat(") && l.contains(".json"), "removal");
    let answer = at(&trace, body, &|l| l.contains("recvfrom(") && l.contains("250"), "answer");
    assert!(
        mark < body && answer < gone,
        "mark {mark}, message {body}, answer {answer}, removal {gone}:\n{trace}"
    );
    assert_eq!(site.delivered()[&1], 1);
}

/// On the way in: what was said to be queued is, and is whole; what was not may be, whole, or leaves nothing that counts.
#[test]
fn on_the_way_in() {
    let flags = ["--eml", "in", "-t", "--queue", "--json"];
    let prepare = || {
        let site = site(vec![]);
        for n in 1..=COUNT {
            site.world.file(format!("in/{n:05}.eml"), message(n));
        }
        site
    };
    for fault in ["signal=SIGKILL", "error=ENOSPC", "error=EIO"] {
        for (case, options) in faults(calls(&prepare(), &flags), fault, 3) {
            let site = prepare();
            let out = traced(&site, &words(&options), &flags);
            let numbers = |messages: Vec<serde_json::Value>| {
                let n =
                    |m: &serde_json::Value| text(&m["message_id"])[1..].split('@').next().unwrap().parse();
                let all: std::result::Result<Vec<usize>, _> = messages.iter().map(n).collect();
                all.unwrap()
            };
            let queued: Vec<usize> = site.states().into_keys().collect();
            assert!(site.states().values().all(|s| s == "queued"), "{case}");
            // A kill may cut the last line of what is said.
            let lines = out.out();
            let said = lines.lines().filter_map(|l| serde_json::from_str(l).ok());
            let said: Vec<serde_json::Value> = said
                .filter(|m: &serde_json::Value| m["type"] == "message" && m["outcome"] == "queued")
                .collect();
            for n in numbers(said.clone()) {
                assert!(queued.contains(&n), "{case}: message {n} is not queued: {out:?}");
            }
            // Whoever cannot be told finds no summary, and knows no more than after a kill.
            let untold = out.err().contains("standard output");
            if untold {
                assert_ne!(out.code, 0, "{case}: {out:?}");
            } else if !fault.contains("SIGKILL") {
                assert_eq!(numbers(said).len(), queued.len(), "{case}: {out:?}");
                assert!([0, 3, 73, 74, 75, 78].contains(&out.code), "{case}: {out:?}");
                assert_eq!(out.code == 0, queued.len() == COUNT, "{case}: {out:?}");
            }
            site.run(&[]).exits(0);
            assert_eq!(site.delivered().into_keys().collect::<Vec<_>>(), queued, "{case}");
        }
    }
}
