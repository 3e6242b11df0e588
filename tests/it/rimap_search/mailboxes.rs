//! `mailbox` and `check`.
use super::*;
use crate::sandbox::script::{End, on};

#[test]
fn the_life_of_a_mailbox() {
    for (delimiter, off) in [('/', vec![]), ('.', vec!["LIST-EXTENDED"])] {
        let server = Server::start(Options { delimiter, off, ..Options::default() });
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
        mailbox(&["delete", "INBOX", "--force"]).exits(69).says("INBOX: it always stays");
        mailbox(&["delete", "Old/Projects"]).exits(65).says("hint: --force deletes those below it as well");
        mailbox(&["delete", "--dry-run", "--force", "Old/Projects/2026/Q4"]).exits(0);
        let status = mailbox(&["status", "Old/**", "--json"]);
        assert!(status.events("mailbox").iter().any(|m| m["messages"] == 1), "{status:?}");
        mailbox(&["delete", "--force", "Old/Projects/2026/Q4"]).exits(0);
        let gone = mailbox(&["delete", "Nowhere", "--json"]);
        assert_eq!(gone.exits(66).events("mailbox")[0]["verb"], "delete");
        let subscribed = || mailbox(&["list", "INBOX", "--json"]).events("mailbox")[0]["subscribed"].clone();
        mailbox(&["unsubscribe", "INBOX"]).exits(0);
        assert!(
            mailbox(&["subscribe", "--dry-run", "INBOX"]).exits(0).out().contains("would subscribe INBOX")
        );
        assert!(subscribed().is_null());
        mailbox(&["subscribe", "INBOX"]).exits(0);
        mailbox(&["unsubscribe", "--dry-run", "INBOX"]).exits(0);
        assert_eq!(subscribed(), true);
        let tree = mailbox(&["tree"]).out();
        assert!(tree.contains("\nOld\n  Projects  0\n    2026  0\n"), "{tree}");
        let all = mailbox(&["delete", "--force", "Old/Projects", "--json"]);
        let gone: Vec<_> = all.exits(0).events("mailbox").iter().map(|m| m["name"].clone()).collect();
        assert_eq!(
            gone,
            ["Old/Projects/2026", "Old/Projects"].map(|n| n.replace('/', &delimiter.to_string()))
        );
        assert_eq!(mailbox(&["list"]).out(), "INBOX\nEntwürfe & mehr\n");
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

#[test]
fn mailboxes_are_made_where_the_user_has_them() {
    let server = ten(Options { delimiter: '.', prefix: "INBOX.", ..Options::default() });
    let world = world();
    let mailbox = |args: &[&str]| run(&world, &server, &[&["mailbox"], args].concat());
    let names = || mailbox(&["list"]).out();
    let told = mailbox(&["create", "Projects/2026/Q4", "INBOX/Own", "--json"]);
    assert_eq!(told.exits(0).events("mailbox")[0]["name"], "INBOX.Projects.2026.Q4");
    mailbox(&["rename", "INBOX/Own", "Old/Own"]).exits(0);
    assert_eq!(
        names(),
        "INBOX\nINBOX.Old.Own\nINBOX.Projects\nINBOX.Projects.2026\nINBOX.Projects.2026.Q4\n"
    );
    assert!(!server.commands().iter().any(|c| c.contains("CREATE \"INBOX\"")));
    // They are found by the names they were made by.
    let out = run(&world, &server, &["--from", "ann", "--move-to", "Old/Own", "--json"]);
    assert_eq!(out.exits(0).events("message")[0]["moved_to"], "INBOX.Old.Own");
    let out = run(&world, &server, &["--in", "Old/Own", "--all", "--json"]);
    assert_eq!(out.exits(0).events("message")[0]["mailbox"], "INBOX.Old.Own");
    world.file("a.eml", "Subject: x\n\nhi\n");
    for _ in 0..2 {
        run(&world, &server, &["append", "a.eml", "--to", "Sent", "--create"]).exits(0);
    }
    run(&world, &server, &["append", "a.eml", "--to", "Sent"]).exits(0);
    world.file("rules", "all -> folder Bobs\n");
    run(&world, &server, &["--from", "bob", "--rules", "rules"]).exits(0);
    let count = |name: &str| server.store.messages(name).len();
    assert_eq!([count("INBOX.Sent"), count("INBOX.Bobs"), count("INBOX.Old.Own")], [3, 5, 5]);
    run(&world, &server, &["--in", "Nowhere", "x"]).exits(66).says("mailbox Nowhere");
    assert!(mailbox(&["status", "Sent"]).out().starts_with("INBOX.Sent\t3"));
    mailbox(&["delete", "Projects/2026", "--force"]).exits(0);
    mailbox(&["delete", "Nowhere"]).exits(66);
    assert!(names().contains("INBOX.Projects\nINBOX.Sent\n"), "{}", names());
    clean(&server);
}

#[test]
fn a_mailbox_is_named_as_the_list_shows_it() {
    let server = ten(Options::default());
    put(&server, "Bad&APx", message("ann@a", "odd", ""), &[], MARCH);
    put(&server, "Other&APx", message("ann@a", "odd", ""), &[], MARCH);
    let world = world();
    assert!(run(&world, &server, &["mailbox", "list"]).out().contains("Bad&APx\n"));
    assert_eq!(run(&world, &server, &["--in", "Bad&APx", "from:ann", "--count"]).out(), "1\n");
    run(&world, &server, &["--from", "bob", "--copy-to", "Bad&APx", "--dry-run"]).exits(0);
    run(&world, &server, &["--from", "bob", "--copy-to", "Bad&APx"]).exits(0);
    world.file("a.eml", "Subject: x\n\nhi\n");
    run(&world, &server, &["append", "a.eml", "--to", "Bad&APx", "--create"]).exits(0);
    run(&world, &server, &["append", "a.eml", "--to", "Bad&APx"]).exits(0);
    assert_eq!(server.store.messages("Bad&APx").len(), 8);
    let mailbox = |args: &[&str]| run(&world, &server, &[&["mailbox"], args].concat());
    mailbox(&["unsubscribe", "Bad&APx"]).exits(0);
    mailbox(&["rename", "Bad&APx", "Good"]).exits(0);
    assert_eq!(server.store.messages("Good").len(), 8);
    mailbox(&["rename", "*", "X"]).exits(66).says("fits several");
    clean(&server);
    // So is one whose name holds what separates levels elsewhere.
    let server = ten(Options { delimiter: '.', ..Options::default() });
    for name in ["a/b", "a.b"] {
        put(&server, name, message("ann@a", "x", ""), &[], MARCH);
    }
    run(&world, &server, &["--from", "bob", "--copy-to", "a/b"]).exits(0);
    assert_eq!((server.store.messages("a/b").len(), server.store.messages("a.b").len()), (6, 1));
    clean(&server);
}

#[test]
fn brackets_in_a_name_are_no_set_where_none_fits() {
    let server = Server::start(Options::default());
    for name in ["[Gmail]/All Mail", "[Gmail]/Sent Mail", "H/Sent Mail"] {
        put(&server, name, message("ann@a", "x", ""), &[], MARCH);
    }
    let world = world();
    let count = |name: &str| run(&world, &server, &["--in", name, "--all", "--count"]).out();
    assert_eq!(count("[Gmail]/*"), "1\t[Gmail]/All Mail\n1\t[Gmail]/Sent Mail\n");
    assert_eq!(count("[GH]/*"), "1\n");
    run(&world, &server, &["--in", "[X]/*", "--all"]).exits(66).says("hint: `rimap-search mailbox list`");
    clean(&server);
}
