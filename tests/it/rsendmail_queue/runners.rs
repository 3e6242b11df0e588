//! Two runs at once over many messages: each is delivered exactly once.

use super::{site, text};
use crate::sandbox::script::{End, on, reply_then};
use std::time::Duration;

fn count() -> usize {
    if std::env::var_os("WIREPOST_FULL").is_some() { 1000 } else { 100 }
}

#[test]
fn two_runs_at_once_deliver_each_message_once() {
    let site = site(vec![]).with(count());
    let (one, two) = (site.queue(&["run", "--json"]).start(), site.queue(&["run", "--json"]).start());
    let outs = [one.finish(), two.finish()];
    let sent = |out: &crate::support::Output| {
        let all = out.events("queued_message");
        all.iter().filter(|m| m["outcome"] == "ok").map(|m| text(&m["message_id"])).collect::<Vec<_>>()
    };
    for out in &outs {
        assert!(matches!(out.code, 0 | 75), "{out:?}");
    }
    let mut told: Vec<String> = outs.iter().flat_map(sent).collect();
    told.sort();
    told.dedup();
    let delivered = site.delivered();
    assert_eq!((told.len(), delivered.len()), (count(), count()));
    assert!(delivered.values().all(|n| *n == 1), "{delivered:?}");
    assert!(site.states().is_empty());
}

/// One of three runs is killed in the middle: what it had in hand is settled by the next, and nothing goes twice.
#[test]
fn a_run_that_is_killed_beside_others_harms_nobody() {
    let site =
        site(vec![on("DOT").nth(20).then(crate::sandbox::script::Action::Wait(Duration::from_millis(300)))])
            .with(count());
    let killed = site.queue(&["run"]).start();
    let others = [site.queue(&["run"]).start(), site.queue(&["run"]).start()];
    assert!(site.server.wait_for(Duration::from_secs(20), |log| log.commands.len() > 60));
    rustix::process::kill_process(killed.pid(), rustix::process::Signal::KILL).unwrap();
    assert!(matches!(killed.finish().code, 137 | 0 | 75));
    for other in others {
        assert!(matches!(other.finish().code, 0 | 75 | 79));
    }
    let last = site.run(&[]);
    last.exits(0);
    assert!(site.server.wait_idle(Duration::from_secs(20)));
    let (states, delivered) = (site.states(), site.delivered());
    for n in 1..=count() {
        let times = delivered.get(&n).copied().unwrap_or(0);
        match states.get(&n).map(String::as_str) {
            None => assert_eq!(times, 1, "message {n}"),
            Some("unknown") => assert!(times <= 1, "message {n}"),
            Some(other) => panic!("message {n} is {other}"),
        }
    }
    assert!(states.len() <= 1, "only the one that was on its way: {states:?}");
}

/// A list, a hold and a removal beside a run see each message whole.
#[test]
fn looking_and_removing_beside_a_run() {
    let site = site(vec![on("CONNECT").nth(2).then(reply_then("421 x\r\n", End::Close))]).with(count());
    let ids = site.ids();
    let running = site.queue(&["run", "--json"]).start();
    for id in ids.iter().rev().take(10) {
        let out = site.queue(&["rm", id, "--json"]).go();
        assert!(matches!(out.code, 0 | 66 | 75), "{out:?}");
        site.list();
    }
    running.finish();
    let last = site.run(&[]);
    last.exits(0);
    assert!(site.delivered().values().all(|n| *n == 1));
    assert!(site.states().is_empty());
}
