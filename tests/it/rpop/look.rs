//! The verbs that look, and rm.

use super::{message, site, site_with, stored};
use crate::sandbox::{
    pop3,
    script::{End, Fault, on, reply},
    tls::Tls,
};
use serde_json::Value;

#[test]
fn list_numbers_sizes_and_identifiers() {
    let site = site(vec![]).with(2);
    let out = site.rpop(&["list"]).go();
    let text = out.exits(0).tame().out();
    let words: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(words[..2], ["1", &message(1).len().to_string()]);
    let events = site.rpop(&["list", "--json"]).go().events("listed");
    assert_eq!((&events[1]["number"], &events[1]["new"]), (&2.into(), &true.into()));
    assert_eq!(events[1].get("subject"), None, "not asked for");
    let out = site.rpop(&["list", "--headers", "--json"]).go();
    assert_eq!(out.events("listed")[1]["subject"], "2");
    assert_eq!(out.events("listed")[1]["from"], "a@example.org");
    assert!(site.server.commands_of("RETR").is_empty());
    site.fetch(&["--max", "1"]).exits(0);
    let new = site.rpop(&["list", "--new", "--json"]).go().events("listed");
    assert_eq!(new.iter().map(|e| e["number"].clone()).collect::<Vec<Value>>(), [Value::from(2)]);
    site.fetch(&[]).exits(0);
    site.rpop(&["list", "--new"]).go().exits(1);
    site.rpop(&["list", "--new", "--wait", "1"]).go().exits(1);
}

#[test]
fn headers_of_strangers_are_tame_on_a_screen() {
    let site = site(vec![]);
    site.server.store.add("Subject: \x1b]0;x\x07 \u{202e}evil\r\nFrom: \x1b[31m\r\n\r\nx");
    let out = site.rpop(&["list", "--headers"]).go();
    out.exits(0).tame();
    assert!(out.out().contains("evil"));
}

#[test]
fn show_and_top_give_the_bytes() {
    let site = site(vec![]).with(3);
    let uids = site.rpop(&["list", "--json"]).go().events("listed");
    let uid = uids[1]["uid"].as_str().unwrap().to_owned();
    assert_eq!(site.rpop(&["show", "2"]).go().exits(0).out(), stored(2));
    assert_eq!(site.rpop(&["show", "--crlf", &format!("uid:{uid}")]).go().exits(0).out(), message(2));
    let out = site.rpop(&["show", "1", "3"]).go();
    assert_eq!(out.exits(0).out(), stored(1) + &stored(3));
    let top = site.rpop(&["top", "1", "--lines", "1"]).go();
    assert_eq!(top.exits(0).out(), "From: a@example.org\nSubject: 1\n\n.dot\n");
    site.rpop(&["show", "9"]).go().exits(66).says("there is no message 9");
    site.rpop(&["show", "1", "9"]).go().exits(3);
    site.rpop(&["show", "1", "--json"]).go().exits(64);
    assert_eq!(site.server.store.messages("INBOX").len(), 3);
}

#[test]
fn rm_deletes_what_is_named() {
    let site = site(vec![]).with(4);
    let uid = site.rpop(&["list", "--json"]).go().events("listed")[2]["uid"].as_str().unwrap().to_owned();
    site.rpop(&["rm", "1", &uid, "--dry-run"]).go().exits(0);
    assert_eq!(site.server.store.messages("INBOX").len(), 4);
    let out = site.rpop(&["rm", "1", &uid, "1", "9", "uid:9", "--json"]).go();
    let events = out.exits(3).events("message");
    let outcomes: Vec<_> = events.iter().map(|e| e["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "ok", "permanent", "permanent"]);
    // By what it was named.
    assert_eq!((&events[2]["number"], events[2].get("uid")), (&9.into(), None));
    assert_eq!((&events[3]["uid"], events[3].get("number")), (&"9".into(), None));
    assert_eq!(site.server.store.messages("INBOX").len(), 2);
}

#[test]
fn stat_and_check() {
    let site = site_with(pop3::Options { tls: Tls::Implicit, ..pop3::Options::default() }).with(2);
    let stat = &site.rpop(&["stat", "--json"]).go().events("maildrop")[0];
    assert_eq!((&stat["messages"], &stat["bytes"]), (&2.into(), &(2 * message(1).len()).into()));
    let out = site.rpop(&["check", "--json"]).go();
    let check = &out.exits(0).events("check")[0];
    assert_eq!(check["tls"], true);
    assert_eq!(check["login"], "SCRAM-SHA-256");
    assert!(check["capabilities"].as_array().unwrap().contains(&"PIPELINING".into()));
    let days = check["certificate_days"].as_i64().unwrap();
    site.rpop(&["check", "--cert-days", &days.to_string()]).go().exits(0);
    site.rpop(&["check", "--cert-days", &(days + 2).to_string()]).go().exits(1).says("ends in");
}

#[test]
fn every_event_has_its_fields() {
    let site = site(vec![]).with(1);
    let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let out = site.rpop(&["list", "--headers", "--json"]).go();
    assert_eq!(keys(&out.events("listed")[0]), "type outcome number uid size new from subject");
    let out = site.fetch(&["--delete"]);
    assert_eq!(keys(&out.events("message")[0]), "type outcome verb number uid size sha256 store path");
    assert_eq!(keys(&out.events("deletion")[0]), "type outcome messages");
    let out = site.rpop(&["stat", "--json"]).go();
    assert_eq!(keys(&out.events("maildrop")[0]), "type outcome messages bytes");
    let out = site.rpop(&["check", "--json"]).go();
    assert_eq!(keys(&out.events("check")[0]), "type outcome host port tls login capabilities");
}

#[test]
fn each_message_that_is_shown_has_its_line() {
    let refused = on("RETR").with("2").then(reply("-ERR [SYS/PERM] broken\r\n"));
    let site = site(vec![refused, on("RETR").with("3").then(Fault::CutAfter(20, End::Cut))]).with(4);
    let lines = |args: &[&str]| {
        let out = site.rpop(args).args(["--json-file", "events"]).go();
        let text = std::fs::read_to_string(site.world.path("events")).unwrap();
        let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (out.code, events.into_iter().filter(|e| e["type"] != "summary").collect::<Vec<_>>())
    };
    let (code, events) = lines(&["show", "1", "9", "2", "uid:none", "3", "4"]);
    let told: Vec<_> = events
        .iter()
        .map(|e| {
            (
                e["type"].as_str().unwrap(),
                e["verb"].as_str().unwrap_or("-"),
                e["outcome"].as_str().unwrap_or("-"),
                e["number"].as_u64(),
            )
        })
        .collect();
    let expect = [
        ("message", "show", "ok", Some(1)),
        ("message", "show", "permanent", Some(9)),
        ("message", "show", "permanent", Some(2)),
        ("message", "show", "permanent", None),
        ("message", "show", "temporary", Some(3)),
        ("message", "show", "temporary", Some(4)),
    ];
    assert_eq!((code, &told[..6]), (3, &expect[..]), "{events:?}");
    assert!(told[6..].iter().all(|(kind, ..)| *kind == "error"), "{events:?}");
    assert_eq!(
        (&events[0]["size"], events[0]["sha256"].as_str().unwrap().len()),
        (&message(1).len().into(), 64)
    );
    assert!(events[3]["uid"] == "none" && events[2]["error"]["message"].as_str().unwrap().contains("broken"));
    let (_, events) = lines(&["top", "1"]);
    assert_eq!((events.len(), &events[0]["verb"], events[0].get("sha256")), (1, &"top".into(), None));
}
