//! The verbs, their JSON and their exit codes.

use super::{outcomes, site, text, wire};
use crate::sandbox::script::{on, reply};

#[test]
fn an_empty_queue_answers_every_verb() {
    let site = site(vec![]);
    for (args, code) in [
        (&["list"][..], 1),
        (&["run"], 0),
        (&["check"], 0),
        (&["hold", "--all"], 0),
        (&["rm", "1k0xmjqqy86"], 66),
        (&["show", "1k0xmjqqy86"], 66),
        (&["retry", "../../x"], 66),
        (&["release"], 0),
    ] {
        let out = site.queue(args).args(["--json"]).go();
        assert_eq!(out.exits(code).summary()["exit"], code, "{args:?}");
        assert!(!site.directory().exists(), "looking makes nothing");
    }
    site.queue(&[]).go().exits(64);
}

#[test]
fn a_list_is_for_people_and_for_programs() {
    let site = site(vec![]).with(2);
    let out = site.queue(&["list"]).go();
    out.exits(0).tame();
    assert_eq!(out.out().lines().count(), 2);
    assert!(out.out().contains("me@x.example -> r1@x.example"), "{out:?}");
    let list = site.list();
    assert_eq!(list.len(), 2);
    let one = &list[0];
    for field in ["id", "state", "message_id", "from", "server", "secret", "queued", "next", "expires"] {
        assert!(one[field].is_string(), "no {field} in {one}");
    }
    assert_eq!((&one["bytes"], &one["attempts"]), (&wire(1).len().into(), &0.into()));
    assert_eq!(one["recipients"][0]["recipient"], "r1@x.example");
    assert_eq!(text(&one["server"]), format!("smtp://127.0.0.1:{}", site.server.port()));
    site.queue(&["list", "--state", "failed"]).go().exits(1);
    site.queue(&["list", "--state", "failed", "--state", "queued"]).go().exits(0);
}

#[test]
fn show_tells_all_and_gives_the_message_back() {
    let site = site(vec![]).with(1);
    let id = &site.ids()[0];
    let out = site.queue(&["show", id]).go();
    out.exits(0);
    for word in ["state       queued", "to          r1@x.example", "secret      none", "<1@x.example>"] {
        assert!(out.out().contains(word), "no {word:?} in {out:?}");
    }
    assert_eq!(outcomes(&site.queue(&["show", id, "--json"]).go()), ["ok"]);
    let out = site.queue(&["show", "--message", id]).go();
    assert_eq!(out.exits(0).out(), wire(1));
    site.queue(&["show", "--message", "--json", id]).go().exits(64);
    site.queue(&["show", "--message", id, id]).go().exits(64);
}

#[test]
fn what_is_held_waits_until_it_is_released() {
    let site = site(vec![]).with(3);
    let ids = site.ids();
    let out = site.queue(&["hold", &ids[0], &ids[1], "--json"]).go();
    assert_eq!(outcomes(out.exits(0)), ["ok", "ok"]);
    assert_eq!(outcomes(&site.queue(&["hold", &ids[0], "--json"]).go()), ["skipped"]);
    let out = site.run(&["--now"]);
    assert_eq!(outcomes(out.exits(0)), ["skipped", "skipped", "ok"]);
    assert_eq!(site.states().into_values().collect::<Vec<_>>(), ["held", "held"]);
    site.queue(&["check", "--older-than", "0"]).go().exits(0);
    assert_eq!(site.queue(&["release", &ids[1], "-v"]).go().out(), format!("released {}\n", ids[1]));
    assert_eq!(site.queue(&["hold", &ids[1], "-v"]).go().out(), format!("held {}\n", ids[1]));
    let out = site.queue(&["release", "--state", "held", "--json"]).go();
    assert_eq!(outcomes(out.exits(0)), ["ok", "ok"]);
    site.run(&[]).exits(0);
    assert_eq!(site.delivered().len(), 3);
}

#[test]
fn rm_removes_and_says_what_is_not_there() {
    let site = site(vec![]).with(3);
    let ids = site.ids();
    let out = site.queue(&["rm", &ids[0], "1k0xmjqqy86", "--json"]).go();
    assert_eq!(outcomes(out.exits(3)), ["ok", "permanent"]);
    assert_eq!(site.ids(), ids[1..]);
    site.queue(&["rm"]).go().exits(64).says("no message is named");
    site.queue(&["rm", "--all", &ids[1]]).go().exits(64);
    site.queue(&["rm", "--all"]).go().exits(0);
    assert!(site.ids().is_empty());
    let left: Vec<_> = std::fs::read_dir(site.directory().join("message")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    site.run(&[]).exits(0);
    assert_eq!(site.server.connections(), 0);
}

#[test]
fn check_knows_what_waits_for_too_long() {
    let site = site(vec![on("RCPT").with("<r2@").then(reply("550 5.1.1 no\r\n"))]).with(1);
    let out = site.queue(&["check", "--json"]).go();
    out.exits(0);
    assert_eq!(out.events("queue_check")[0]["queued"], 1);
    // A second has to pass for something to be older than none.
    let id = &site.ids()[0];
    let path = site.directory().join(format!("envelope/{id}.json"));
    let record = std::fs::read_to_string(&path).unwrap();
    let queued = text(&site.list()[0]["queued"]);
    std::fs::write(&path, record.replacen(&queued, "2026-01-02T03:04:05Z", 1)).unwrap();
    site.queue(&["check", "--older-than", "30m"]).go().exits(1);
    site.queue(&["check", "--older-than", "36500d"]).go().exits(0);
    assert_eq!(
        site.queue(&["check", "--json"]).go().events("queue_check")[0]["oldest"],
        "2026-01-02T03:04:05Z"
    );
}

#[test]
fn only_those_named_are_sent_and_at_once() {
    let site = site(vec![on("RCPT").with("<r2@").nth(1).then(reply("450 4.2.1 busy\r\n"))]).with(3);
    let ids = site.ids();
    site.run(&[&ids[1]]).exits(75);
    assert!(site.delivered().is_empty());
    assert_eq!(outcomes(&site.run(&[&ids[1], &ids[2]])), ["ok", "ok"]);
    let out = site.run(&[&ids[0], &ids[1]]);
    assert_eq!(outcomes(out.exits(3)), ["permanent", "ok"], "one is gone already");
    assert_eq!(site.delivered().into_values().collect::<Vec<_>>(), [1; 3]);
}
