//! Flags, moves, copies, deletion, rules, append, watch.
use super::*;
use crate::sandbox::store::Message;
use std::fs;

fn subjects(server: &Server, mailbox: &str) -> Vec<String> {
    let subject = |m: &Message| {
        let text = String::from_utf8_lossy(&m.bytes).into_owned();
        text.lines().find_map(|l| l.strip_prefix("Subject: ")).unwrap_or_default().to_string()
    };
    server.store.messages(mailbox).iter().map(subject).collect()
}

#[test]
fn flags_are_set_and_cleared() {
    let (world, server) = (world(), ten(Options::default()));
    let out = run(
        &world,
        &server,
        &["--from", "ann", "--flag", "seen", "--flag", "work", "--unflag", "Flagged", "--json"],
    );
    out.exits(0);
    assert_eq!(out.events("message").len(), 5);
    assert_eq!(out.events("message")[0]["actions"][0], "flag \\Seen");
    assert!(server.store.messages("INBOX").iter().all(|m| m.flags.contains("\\Seen")));
    assert_eq!(server.store.messages("INBOX").iter().filter(|m| m.flags.contains("work")).count(), 5);
    assert_eq!(uids(&run(&world, &server, &["keyword:work", "uid:1:4"])), [1, 3]);
    clean(&server);
}

#[test]
fn a_flag_that_would_not_stay_is_not_called_set() {
    let server = ten(Options { permanent: "\\Seen", ..Options::default() });
    let world = world();
    for args in [["--flag", "Work"], ["--flag", "flagged"], ["--unflag", "Answered"]] {
        let out = run(&world, &server, &[&["--from", "ann", "--json"], &args[..]].concat());
        out.exits(69).says("keeps no flag ");
        assert!(out.events("message").iter().all(|m| m["outcome"] == "permanent"), "{out:?}");
    }
    run(&world, &server, &["--from", "ann", "--flag", "seen", "--unflag", "Work"]).exits(0);
    assert!(server.store.messages("INBOX").iter().all(|m| m.flags.contains("\\Seen")));
    let server = ten(Options { permanent: "", read_only: true, ..Options::default() });
    put(&server, "Archive", message("x@x", "already", ""), &[], MARCH);
    for args in [&["--flag", "seen"][..], &["--delete"], &["--move-to", "Archive"]] {
        run(&world, &server, &[&["--from", "ann"], args].concat()).exits(69).says("can only be read");
    }
    run(&world, &server, &["--from", "ann", "--copy-to", "Archive"]).exits(0);
    assert_eq!((server.store.messages("Archive").len(), server.store.messages("INBOX").len()), (6, 10));
    clean(&server);
}

#[test]
fn what_changed_after_it_was_found_is_left_alone() {
    use crate::sandbox::script::{call, on};
    for offered in [true, false] {
        let store = crate::sandbox::store::Store::default();
        let meddle = {
            let store = store.clone();
            call(move || {
                store.with("user", |a| {
                    a.change("INBOX", 3, |f| {
                        f.insert("\\Flagged".into());
                    })
                })
            })
        };
        let off = if offered { vec![] } else { vec!["CONDSTORE"] };
        let server =
            ten(Options { store, off, rules: vec![on("STORE").nth(1).then(meddle)], ..Options::default() });
        let world = world();
        let out = run(&world, &server, &["from:ann -is:flagged", "--delete", "--json"]);
        let left: Vec<u32> = server.store.messages("INBOX").iter().map(|m| m.uid).collect();
        if offered {
            out.exits(3).says("message 3 in INBOX was changed meanwhile");
            let outcomes: Vec<_> = out.events("message").iter().map(|m| m["outcome"].clone()).collect();
            assert_eq!(outcomes, ["ok", "temporary", "ok", "ok", "ok"]);
            assert_eq!(left, [2, 3, 4, 6, 8, 10]);
        } else {
            out.exits(0);
            assert_eq!(left, [2, 4, 6, 8, 10]);
        }
        // A search that flags have no part in is not disturbed by them.
        run(&world, &server, &["--from", "bob", "--flag", "done", "--unflag", "seen"]).exits(0);
        assert!(!server.commands().iter().any(|c| c.contains("UNCHANGEDSINCE") && c.contains("done")));
        clean(&server);
    }
}

#[test]
fn moving_with_and_without_the_extension() {
    for off in [vec![], vec!["MOVE"], vec!["MOVE", "UIDPLUS"]] {
        let plain = off.len() == 2;
        let server = ten(Options { off, ..Options::default() });
        put(&server, "Archive", message("x@x", "already", ""), &[], MARCH);
        // Somebody else's mark must survive.
        server.store.with("user", |a| {
            a.mailboxes.get_mut("INBOX").unwrap().messages[1].flags.insert("\\Deleted".into());
        });
        let world = world();
        run(&world, &server, &["--from", "ann", "--move-to", "Nowhere"]).exits(66).says("hint: ");
        assert_eq!(server.store.messages("INBOX").len(), 10);
        let out = run(&world, &server, &["--from", "ann", "--move-to", "Archive", "--json"]);
        assert_eq!(server.store.messages("Archive").len(), 6);
        assert!(subjects(&server, "INBOX").contains(&"number 1".to_string()), "not ours to expunge");
        if plain {
            out.exits(3).says("hint: --expunge-all");
            assert_eq!(server.store.messages("INBOX").len(), 10);
            run(&world, &server, &["--from", "ann", "--delete", "--expunge-all"]).exits(0);
            assert_eq!(server.store.messages("INBOX").len(), 4, "whatever bore the mark");
        } else {
            out.exits(0);
            assert_eq!(server.store.messages("INBOX").len(), 5);
            let hit = &out.events("message")[0];
            assert_eq!((&hit["moved_to"], &hit["moved_uid"]), (&"Archive".into(), &2.into()));
        }
        clean(&server);
    }
}

#[test]
fn deletion_trash_copies_and_guards() {
    let (world, server) = (world(), ten(Options::default()));
    server.store.with("user", |a| a.create("Bin").special = Some("\\Trash".into()));
    let guarded = run(&world, &server, &["--from", "bob", "--delete", "--max-actions", "3", "--json"]);
    guarded.exits(65).says("nothing was done");
    // Each message ends in its line, and what stopped them all is no sixth.
    assert_eq!((guarded.events("message").len(), guarded.events("error").len()), (5, 0), "{guarded:?}");
    assert_eq!(guarded.summary()["counts"]["permanent"], 5);
    assert_eq!(server.store.messages("INBOX").len(), 10);
    for to in ["--move-to", "--copy-to"] {
        let out = run(&world, &server, &["--from", "bob", to, "Nowhere", "--dry-run"]);
        out.exits(66).says("hint: `rimap-search mailbox create` makes it");
    }
    let dry = run(&world, &server, &["--from", "bob", "--delete", "--dry-run", "--json"]);
    assert_eq!(dry.events("message").iter().filter(|m| m["outcome"] == "planned").count(), 5);
    assert_eq!(server.store.messages("INBOX").len(), 10);
    run(&world, &server, &["subject:\"number 3\"", "--trash"]).exits(0);
    assert_eq!(subjects(&server, "Bin"), ["number 3"]);
    run(&world, &server, &["subject:\"number 5\"", "--copy-to", "Bin"]).exits(0);
    assert_eq!((server.store.messages("Bin").len(), server.store.messages("INBOX").len()), (2, 9));
    run(&world, &server, &["--from", "bob", "--delete"]).exits(0);
    assert_eq!(subjects(&server, "INBOX").len(), 5);
    // Nothing to do is no failure for a verb that does something.
    run(&world, &server, &["--from", "bob", "--delete"]).exits(0);
    // Fetched first, then deleted.
    run(&world, &server, &["--from", "ann", "--maildir", "md", "--delete"]).exits(0);
    assert_eq!(
        fs::read_dir(world.path("md/new")).unwrap().count()
            + fs::read_dir(world.path("md/cur")).unwrap().count(),
        5
    );
    assert!(server.store.messages("INBOX").is_empty());
    clean(&server);
}

#[test]
fn a_delivery_that_fails_is_not_acted_on() {
    let (world, server) = (world(), ten(Options::default()));
    let out = run(&world, &server, &["--from", "ann", "--exec", "test $WIREPOST_UID != 3", "--delete"]);
    out.exits(3);
    let left: Vec<u32> = server.store.messages("INBOX").iter().map(|m| m.uid).collect();
    assert_eq!(left, [2, 3, 4, 6, 8, 10]);
}

#[test]
fn rules_sort_on_the_server() {
    let (world, server) = (world(), ten(Options::default()));
    world.file(
        "rules",
        "subject \"number 4\" -> skip\nfrom ann@* -> folder People/Ann\nsubject \"number 1\" -> delete\n\
         text xxxxx and larger 900 -> folder Big\nall -> keep\n",
    );
    let dry = run(&world, &server, &["--all", "--rules", "rules", "--dry-run"]);
    for line in [
        "message 5 in INBOX would be sorted by: subject \"number 4\" -> skip\n",
        "message 10 in INBOX would be sorted by: text xxxxx and larger 900 -> folder Big\n",
    ] {
        assert!(dry.exits(0).out().contains(line), "{dry:?}");
    }
    assert_eq!(dry.out().matches("would be sorted by").count(), 10);
    assert_eq!(server.store.messages("INBOX").len(), 10);
    let out = run(&world, &server, &["--all", "--rules", "rules", "--json"]);
    out.exits(0);
    assert_eq!(subjects(&server, "People/Ann"), ["number 0", "number 2", "number 6", "number 8"]);
    assert_eq!(subjects(&server, "Big"), ["number 9"]);
    assert_eq!(subjects(&server, "INBOX"), ["number 3", "number 4", "number 5", "number 7"]);
    assert_eq!(out.events("message").len(), 10);
    world.file("bad", "subject -> folder\n");
    run(&world, &server, &["--all", "--rules", "bad"]).exits(78).says("line 1");
    world.file("latin", b"all -> keep\n\xfc");
    run(&world, &server, &["--all", "--rules", "latin"]).exits(78).says("latin: line 2: not UTF-8");
    run(&world, &server, &["--all", "--rules", "missing"]).exits(78).says("cannot read missing");
    clean(&server);
}

#[test]
fn append_streams_and_skips_what_is_there() {
    for off in [vec![], vec!["LITERAL+", "UIDPLUS"]] {
        let server = Server::start(Options { off, ..Options::default() });
        let world = world();
        world.file("a.eml", "Subject: one\nMessage-ID: <1@x>\nDate: Tue, 03 Mar 2026 10:00:00 +0100\n\nhi\n");
        world.file(
            "m.mbox",
            "From a Tue Mar  3 09:00:00 2026\nSubject: two\nMessage-ID: <2@x>\n\n>From x\n\n\
             From b Tue Mar  3 09:00:00 2026\nSubject: three\n\nend\n",
        );
        world.file("md/cur/1.x:2,FS", "Subject: four\n\nmaildir\n");
        for dir in ["md/new", "md/tmp"] {
            fs::create_dir_all(world.path(dir)).unwrap();
        }
        run(&world, &server, &["append", "a.eml", "--to", "New"]).exits(66).says("a.eml");
        let out =
            run(&world, &server, &["append", "a.eml", "m.mbox", "md", "--to", "New", "--create", "--json"]);
        out.exits(0);
        assert_eq!(subjects(&server, "New"), ["one", "two", "three", "four"]);
        let got = server.store.messages("New");
        assert_eq!(
            *got[0].bytes,
            b"Subject: one\r\nMessage-ID: <1@x>\r\nDate: Tue, 03 Mar 2026 10:00:00 +0100\r\n\r\nhi\r\n"
        );
        assert_eq!(got[0].date, 1_772_528_400);
        assert!(String::from_utf8_lossy(&got[1].bytes).ends_with("\r\n\r\nFrom x\r\n"));
        assert_eq!(got[3].flags.iter().cloned().collect::<Vec<_>>(), ["\\Flagged", "\\Seen"]);
        let out =
            run(&world, &server, &["append", "a.eml", "m.mbox", "--to", "New", "--skip-existing", "--json"]);
        let outcomes: Vec<_> =
            out.events("message").iter().map(|m| m["outcome"].as_str().unwrap().to_string()).collect();
        assert_eq!(outcomes, ["skipped", "skipped", "ok"], "the last has no Message-ID");
        let stdin = world
            .run("rimap-search", ["append", "-", "--to", "New", "--flag", "Seen"])
            .env("RIMAP_SEARCH_URL", server.url())
            .env("RIMAP_SEARCH_PASSWORD", "secret")
            .stdin("Subject: piped\n\nx\n")
            .go();
        stdin.exits(0);
        assert_eq!(subjects(&server, "New").last().unwrap(), "piped");
        world.file("nul.eml", b"Subject: x\n\na\0b\n");
        run(&world, &server, &["append", "nul.eml", "--to", "New"]).exits(65).says("NUL");
        run(&world, &server, &["append", "gone.eml", "--to", "New"]).exits(66);
        clean(&server);
    }
}

#[test]
fn watch_tells_of_what_arrives() {
    for off in [vec![], vec!["ESEARCH", "SORT"]] {
        let server = ten(Options { off, ..Options::default() });
        let world = world();
        let going = world
            .run("rimap-search", ["watch", "from:ann", "--count", "2", "--json"])
            .env("RIMAP_SEARCH_URL", server.url())
            .env("RIMAP_SEARCH_PASSWORD", "secret")
            .start();
        while !server
            .commands()
            .join(
                "
",
            )
            .contains("IDLE")
        {
            std::thread::yield_now();
        }
        for (from, subject) in
            [("bob@b", "no"), ("ann@a", "first"), ("ann@a", "second"), ("ann@a", "too late")]
        {
            put(&server, "INBOX", message(from, subject, ""), &[], MARCH);
        }
        let out = going.finish();
        let told: Vec<_> =
            out.events("message").iter().map(|m| m["subject"].as_str().unwrap().to_string()).collect();
        assert_eq!(told, ["first", "second"], "{out:?}");
        clean(&server);
    }
    let (world, server) = (world(), ten(Options::default()));
    run(&world, &server, &["watch", "--max-time", "1s"]).exits(1);
    run(&world, &server, &["watch", "--max-time", "2s", "--rearm", "500ms"]).exits(1);
    assert!(
        server
            .commands()
            .join(
                "
"
            )
            .matches("IDLE")
            .count()
            >= 3,
        "begun anew"
    );
}

#[test]
fn commands_do_not_inherit_our_secrets() {
    let (world, server) = (world(), ten(Options::default()));
    let config = format!("[rimap-search]\n--url {}\n--password-env ACCOUNTS\n", server.url());
    world.private_file("config", config);
    let rules = world.file("rules", "all -> command env > env; cat > /dev/null\n").display().to_string();
    for what in [["--exec", "env > env"], ["--rules", &rules]] {
        let run =
            world.run("rimap-search", ["--config", "config", "--password-env", "MINE", "--from", "ann"]);
        let names = ["MINE", "ACCOUNTS", "WIREPOST_PROXY_PASSWORD", "RIMAP_SEARCH_PASSWORD", "RPOP_PASSWORD"];
        names
            .iter()
            .fold(run.args(what), |run, name| run.env(name, "secret"))
            .env("OTHER", "fine")
            .go()
            .exits(0);
        let env = std::fs::read_to_string(world.path("env")).unwrap();
        fs::remove_file(world.path("env")).unwrap();
        assert!(!env.contains("=secret") && env.contains("OTHER=fine"), "{what:?}: {env}");
    }
}

#[test]
fn watch_misses_nothing_that_comes_while_it_is_at_work() {
    use crate::sandbox::script::on;
    let store = crate::sandbox::store::Store::default();
    // Each is told of in the answer to something else than IDLE.
    let rules = vec![
        on("IDLE").nth(1).then(arrives(&store, "ann@a", "first")),
        on("SEARCH").nth(1).then(arrives(&store, "ann@a", "second")),
        on("FETCH").nth(2).then(arrives(&store, "ann@a", "third")),
    ];
    let server = ten(Options { store, rules, ..Options::default() });
    let out = run(&world(), &server, &["watch", "from:ann", "--count", "3", "--max-time", "10s", "--json"]);
    let told: Vec<_> =
        out.events("message").iter().map(|m| m["subject"].as_str().unwrap().to_string()).collect();
    assert_eq!(told, ["first", "second", "third"], "{out:?}");
    clean(&server);
}

#[test]
fn rules_read_addresses_as_they_stand() {
    let (world, server) = (world(), Server::start(Options::default()));
    put(&server, "INBOX", message("=?utf-8?q?Doe=2C_Jane?= <jane@a>", "one", ""), &[], MARCH);
    world.file("rules", "from \"Doe, Jane\" -> folder Jane\n");
    run(&world, &server, &["--all", "--rules", "rules"]).exits(0);
    assert_eq!(subjects(&server, "Jane"), ["one"]);
    clean(&server);
}

#[test]
fn a_sentence_is_no_border_of_an_mbox() {
    let (world, server) = (world(), Server::start(Options::default()));
    let from = "From a@x Tue Mar  3 09:00:00 2026\n";
    let body = "first\n\nFrom here on it gets interesting.\n\nFrom b@x Tue Mar  3 09:00:01 2026\nis quoted by nobody\n";
    let counted = format!("{from}Subject: one\nContent-Length: {}\n\n{body}\n", body.len());
    world.file("m.mbox", format!("{counted}{from}Subject: two\n\n>From x\n\n"));
    let listed = world.run("b64mime", ["list", "m.mbox", "--json"]).go();
    let dry = run(&world, &server, &["append", "m.mbox", "--to", "INBOX", "--dry-run"]);
    assert_eq!(dry.exits(0).out().matches("would append").count(), 2, "{listed:?}");
    run(&world, &server, &["append", "m.mbox", "--to", "INBOX"]).exits(0);
    assert_eq!(subjects(&server, "INBOX"), ["one", "two"]);
    let got = server.store.messages("INBOX");
    assert!(got[0].bytes.ends_with(body.replace('\n', "\r\n").as_bytes()));
    assert!(got[1].bytes.ends_with(b"\r\n\r\nFrom x\r\n"));
    assert_eq!(got[0].date, 1_772_528_400);
}

#[test]
fn a_command_from_a_variable_that_is_not_set_is_none() {
    let (world, server) = (world(), ten(Options::default()));
    for flag in ["--exec", "--password-command", "--token-command"] {
        for command in ["", " "] {
            run(&world, &server, &["--from", "ann", flag, command, "--delete"])
                .exits(64)
                .says("the command is empty");
        }
    }
    assert_eq!(super::care::numbers(&server, "INBOX").len(), 10);
    for (program, args) in [
        ("rpop", &["fetch", "pop3://nobody@localhost:9", "--delete", "--exec", ""][..]),
        ("rsendmail", &["--from", "a@a.example", "--to", "b@b.example", "--body", "x", "--filter", ""]),
    ] {
        world.run(program, args).go().exits(64).says("the command is empty");
    }
}
