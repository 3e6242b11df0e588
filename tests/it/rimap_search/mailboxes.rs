//! `mailbox` and `check`.
use super::*;
use crate::sandbox::script::{End, on};

#[test]
fn the_life_of_a_mailbox() {
    for delimiter in ['/', '.'] {
        let server = Server::start(Options { delimiter, ..Options::default() });
        let world = world();
        let mailbox = |args: &[&str]| run(&world, &server, &[&["mailbox"], args].concat());
        mailbox(&["create", "Projects/2026/Q4", "Entwürfe & mehr"]).exits(0);
        mailbox(&["create", "Projects/2026/Q4"]).exits(69);
        mailbox(&["create", "--exist-ok", "Projects/2026/Q4"]).exits(0);
        let names = mailbox(&["list"]).out();
        let q4 = "Projects/2026/Q4".replace('/', &delimiter.to_string());
        assert!(
            names.starts_with("INBOX\n") && names.contains(&q4) && names.contains("Entwürfe & mehr\n"),
            "{names}"
        );
        mailbox(&["rename", "Projects", "Old/Projects"]).exits(0);
        assert!(mailbox(&["list", "Old/**"]).out().contains("Q4"));
        put(
            &server,
            &"Old/Projects/2026/Q4".replace('/', &delimiter.to_string()),
            message("a@b", "x", ""),
            &[],
            MARCH,
        );
        mailbox(&["delete", "Old/Projects/2026/Q4"]).exits(65).says("1 messages are in it");
        mailbox(&["delete", "Old/Projects"]).exits(65).says("below it");
        mailbox(&["delete", "--dry-run", "--force", "Old/Projects/2026/Q4"]).exits(0);
        let status = mailbox(&["status", "Old/**", "--json"]);
        assert!(status.events("mailbox").iter().any(|m| m["messages"] == 1), "{status:?}");
        mailbox(&["delete", "--force", "Old/Projects/2026/Q4"]).exits(0);
        let gone = mailbox(&["delete", "Nowhere", "--json"]);
        assert_eq!(gone.exits(66).events("mailbox")[0]["verb"], "delete");
        mailbox(&["subscribe", "INBOX"]).exits(0);
        mailbox(&["unsubscribe", "INBOX"]).exits(0);
        let tree = mailbox(&["tree"]).out();
        assert!(tree.contains("\nOld\n  Projects  0\n    2026  0\n"), "{tree}");
        mailbox(&["create", ""]).exits(64);
        mailbox(&["create"]).exits(64);
        clean(&server);
    }
}

#[test]
fn a_lost_connection_is_no_mailbox_without_counts() {
    let rules = vec![on("STATUS").then(End::Close)];
    let server = Server::start(Options { off: vec!["LIST-STATUS"], rules, ..Options::default() });
    run(&world(), &server, &["mailbox", "status", "--retries", "0"]).exits(75);
}

#[test]
fn check_tells_of_the_way() {
    let (world, server) = (world(), Server::start(Options::default()));
    let out = run(&world, &server, &["check", "--json"]);
    let check = &out.events("check")[0];
    assert_eq!((&check["host"], &check["login"]), (&"127.0.0.1".into(), &"SCRAM-SHA-256".into()));
    let url = format!("imap://user@127.0.0.1:{}", server.port());
    let wrong = world.run("rimap-search", ["check", &url]).env("RIMAP_SEARCH_PASSWORD", "wrong").go();
    wrong.exits(77).says("cannot log in as user");
}
