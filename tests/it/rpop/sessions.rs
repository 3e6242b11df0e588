//! Lost connections: the next session goes on where the one before ended, and each message comes to one end.

use super::*;
use crate::sandbox::script::{Action, End, Fault, listing, on, reply, reply_then};
use std::time::Duration;

/// For each line of a message its subject's number or its identifier, and the outcome.
fn outcomes(out: &Output) -> Vec<(u64, String)> {
    let one =
        |e: &serde_json::Value| (e["number"].as_u64().unwrap(), e["outcome"].as_str().unwrap().to_owned());
    out.events("message").iter().map(one).collect()
}

fn told(wanted: &[(u64, &str)]) -> Vec<(u64, String)> {
    wanted.iter().map(|(n, outcome)| (*n, (*outcome).to_owned())).collect()
}

/// The third message breaks off in the first session.
fn breaks(rules: Vec<Rule>) -> Vec<Rule> {
    let mut all = vec![on("RETR").with("3").nth(1).then(Fault::CutAfter(20, End::Cut))];
    all.extend(rules);
    all
}

#[test]
fn what_was_fetched_before_a_lost_connection_is_deleted_after_it() {
    for flags in [&["--all", "--delete"][..], &["--delete"], &["--all", "--delete-after", "0"]] {
        let site = site(breaks(vec![])).with(5);
        let out = site.rpop(&["fetch", "--maildir", "Mail", "--json"]).args(flags).go();
        assert_eq!(out.exits(0).summary()["counts"]["ok"], 5);
        assert_eq!(site.server.connections(), 2);
        assert_eq!(site.subjects("Mail"), numbers(1..=5));
        assert!(site.server.store.messages("INBOX").is_empty(), "{flags:?}");
    }
    // Too young is too young in the second session too.
    let site = site(breaks(vec![])).with(5);
    site.rpop(&["fetch", "--maildir", "Mail", "--all", "--delete-after", "9d"]).go().exits(0);
    assert_eq!(site.server.store.messages("INBOX").len(), 5);
}

/// `--max` is for the run.
#[test]
fn so_many_are_fetched_in_all() {
    let site = site(breaks(vec![])).with(9);
    site.rpop(&["fetch", "--maildir", "Mail", "--all", "--max", "5"]).go().exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=5));
}

#[test]
fn what_has_failed_is_told_once_and_not_tried_again_in_the_same_run() {
    let script =
        "n=$(sed -n 's/^Subject: //p'); echo $n >> log; test $n != 1 || exit 75; test $n != 2 || exit 1";
    for flags in [&[][..], &["--retry-failed"], &["--all"]] {
        let refused = on("RETR").with("4").then(reply("-ERR [SYS/TEMP] later\r\n"));
        let site =
            site(vec![on("RETR").with("5").nth(1).then(Fault::CutAfter(20, End::Cut)), refused]).with(6);
        let out = site.rpop(&["fetch", "--exec", script, "--json"]).args(flags).go();
        out.exits(3);
        let expect = [(1, "temporary"), (2, "permanent"), (3, "ok"), (4, "temporary"), (5, "ok"), (6, "ok")];
        assert_eq!(outcomes(&out), told(&expect), "{flags:?}");
        assert_eq!(site.server.connections(), 2);
        let counts = &out.summary()["counts"];
        assert_eq!(
            (&counts["ok"], &counts["temporary"], &counts["permanent"]),
            (&3.into(), &2.into(), &1.into())
        );
        assert_eq!(std::fs::read_to_string(site.world.path("log")).unwrap(), "1\n2\n3\n5\n6\n");
    }
}

#[test]
fn what_rules_decided_holds_in_the_next_session() {
    let rules = "subject 1 -> delete\nsubject 2 -> skip\n";
    let site = site(breaks(vec![])).with(4);
    let rules = site.world.file("rules", rules).display().to_string();
    let out = site.rpop(&["fetch", "--maildir", "Mail", "--json", "--rules", &rules]).go();
    let expect = [(1, "skipped"), (2, "skipped"), (3, "ok"), (4, "ok")];
    assert_eq!((outcomes(out.exits(0)), site.server.connections()), (told(&expect), 2));
    assert_eq!(out.events("deletion")[0]["messages"], 1);
    assert_eq!(site.server.store.messages("INBOX").len(), 3);
}

/// Without identifiers the bytes tell what was there already; a twin is told once as well.
#[test]
fn without_identifiers_digests_tell_what_was_dealt_with() {
    for (uidl, off) in [(None, vec!["UIDL"]), (Some("1 x\r\n2 x\r\n3 x\r\n4 x\r\n5 x\r\n"), vec![])] {
        let mut rules = breaks(vec![]);
        rules.extend(uidl.map(|uids| on("UIDL").then(listing(uids))));
        let site = site_with(pop3::Options { rules, off, ..pop3::Options::default() });
        for n in [1, 1, 2, 3, 2] {
            site.server.store.add(message(n));
        }
        let script = "n=$(sed -n 's/^Subject: //p'); echo $n >> log; test $n != 1 || exit 75";
        let out = site.rpop(&["fetch", "--exec", script, "--json", "--all", "--delete"]).go();
        let expect = [(1, "temporary"), (2, "temporary"), (3, "ok"), (4, "ok"), (5, "skipped")];
        assert_eq!((outcomes(out.exits(3)), site.server.connections()), (told(&expect), 2), "{uidl:?}");
        assert_eq!(std::fs::read_to_string(site.world.path("log")).unwrap(), "1\n1\n2\n3\n");
        let left: Vec<_> = site.server.store.messages("INBOX").iter().map(|m| m.bytes.to_vec()).collect();
        assert_eq!(left, [message(1).into_bytes(), message(1).into_bytes()]);
    }
}

/// The server goes for good: what the last session that came so far did not bring is told of.
#[test]
fn a_second_session_that_fails_early_takes_nothing_back() {
    for event in ["LIST", "CONNECT"] {
        let gone = on(event).from(2).then(reply_then("-ERR [SYS/TEMP] gone\r\n", End::Cut));
        let site = site(breaks(vec![gone])).with(4);
        let out = site.rpop(&["fetch", "--maildir", "Mail", "--json", "--retries", "1"]).go();
        let expect = [(1, "ok"), (2, "ok"), (3, "temporary"), (4, "temporary")];
        assert_eq!(outcomes(out.exits(3)), told(&expect), "{event}");
    }
}

#[test]
fn rm_after_a_lost_connection_takes_nobody_elses_message() {
    let lost = || on("DELE").nth(1).then(Action::End(End::Cut));
    let store = crate::sandbox::store::Store::default();
    let handle = store.clone();
    // Between the two sessions somebody else deletes the first message.
    let shift = move || {
        handle
            .with("user", |account| account.mailboxes.get_mut("INBOX").map(|inbox| inbox.messages.remove(0)));
    };
    let rules = vec![lost(), on("CONNECT").nth(2).then(crate::sandbox::script::call(shift))];
    let site = site_with(pop3::Options { rules, store, ..pop3::Options::default() }).with(4);
    let out = site.rpop(&["rm", "2", "9", "--json"]).go();
    out.exits(3);
    assert_eq!(site.server.connections(), 2);
    assert_eq!(site.left(), ["3", "4"]);
    let events = out.events("message");
    assert_eq!((events.len(), &events[1]["number"], events[1].get("uid")), (2, &9.into(), None), "{out:?}");
    // Without identifiers nothing tells which message is meant: it is not tried again.
    let options = pop3::Options { rules: vec![lost()], off: vec!["UIDL"], ..pop3::Options::default() };
    let site = site_with(options).with(2);
    let out = site.rpop(&["rm", "2", "--json"]).go();
    out.exits(75);
    assert_eq!((site.server.connections(), site.server.store.messages("INBOX").len()), (1, 2));
    assert_eq!(outcomes(&out), told(&[(2, "temporary")]));
}

/// A fetch may go on while another waits for mail.
#[test]
fn waiting_holds_no_memory() {
    let site = site(vec![]).with(1);
    site.fetch(&[]).exits(0);
    let waiting = site.rpop(&["list", "--new", "--wait", "20", "--json"]).start();
    assert!(site.server.wait_for(Duration::from_secs(10), |log| {
        log.commands.iter().filter(|c| *c == "QUIT").count() == 2
    }));
    site.server.store.add(message(2));
    site.fetch(&["--wait-lock", "5s"]).exits(0);
    site.server.store.add(message(3));
    let out = waiting.finish();
    let numbers: Vec<_> = out.exits(0).events("listed").iter().map(|e| e["number"].clone()).collect();
    assert_eq!(numbers, [3]);
}

/// And where the memory is a fetch's, that is no end of the wait.
#[test]
fn a_memory_in_use_is_waited_for() {
    let site = site(vec![on("RETR").nth(2).then(Action::Wait(Duration::from_secs(3)))]).with(1);
    site.fetch(&[]).exits(0);
    site.server.store.add(message(2));
    let fetching = site.rpop(&["fetch", "--maildir", "Mail"]).start();
    assert!(site.server.wait_for(Duration::from_secs(10), |log| log.commands.iter().any(|c| c == "RETR 2")));
    site.rpop(&["list", "--new", "--wait", "6"]).go().exits(1);
    fetching.finish().exits(0);
}
