//! Criteria, order, windows of several mailboxes, and the paths without extensions.
use super::*;
use crate::sandbox::script::on;
use crate::sandbox::store::Store;
use std::fs;

#[test]
fn criteria_find_what_they_say() {
    let (world, server) = (world(), ten(Options::default()));
    for (args, want) in [
        (&["--from", "ann"][..], &[1, 3, 5, 7, 9][..]),
        (&["--from", "ann", "--from", "bob", "--unseen"], &[1, 3, 5, 7, 9]),
        (&["from:bob -subject:3"], &[2, 6, 8, 10]),
        (&["search", "from:bob subject:\"number 3\""], &[4]),
        (&["(subject:1 OR subject:2) from:ann"], &[3]),
        (&["--since", "2026-03-08"], &[8, 9, 10]),
        (&["--before", "2026-03-02"], &[1]),
        (&["since:2026-03-03 before:2026-03-05"], &[3, 4]),
        (&["--on", "2026-03-03", "--on", "2026-03-05"], &[3, 5]),
        (&["since:2026-03-09T12:00Z"], &[10]),
        (&["before:2026-03-01T12:00Z"], &[1]),
        (&["--larger", "900"], &[9, 10]),
        (&["--not", "is:seen", "--smaller", "600"], &[1, 3, 5]),
        (&["--uid", "2,5:6", "--uid", "10:*"], &[2, 5, 6, 10]),
        // A server takes `20:*` for the last message, 10.
        (&["--uid", "20:*"], &[]),
        (&["--uid", "2,20:*", "--last", "1"], &[2]),
        (&["uid:20:* OR subject:\"number 3\""], &[4]),
        (&["from:bob -uid:20:*"], &[2, 4, 6, 8, 10]),
        (&["--uid", "9:*", "--sort", "date", "--reverse"], &[10, 9]),
        (&["--uid", "*"], &[10]),
        (&["--imap-search", "OR FROM ann SUBJECT \"number 1\"", "--imap-search", "1:2"], &[1, 2, 3, 5, 7, 9]),
        (&["--header", "Subject:number 4"], &[5]),
        (&["--list-id", "nothing"], &[]),
        (&["--message-id", "number-7"], &[8]),
        (&["sent-since:2026-03-04"], &[]),
        // The next word is the text, whatever it begins with.
        (&["--subject", "-5 degrees"], &[]),
        (&["--from", "-ann", "--subject", "--all"], &[]),
    ] {
        let out = run(&world, &server, args);
        assert_eq!(uids(&out), want, "{args:?}");
        out.exits(if want.is_empty() { 1 } else { 0 });
    }
    clean(&server);
}

#[test]
fn wrong_usage_is_said_before_anything_is_done() {
    let (world, server) = (world(), ten(Options::default()));
    for (args, says) in [
        (&["--from", ""][..], "the value is empty"),
        (&["from:"], "column 1: a field without a value"),
        (&["subject:x fro:y"], "column 11: there is no field fro:"),
        (&["--since", "yesteryear"], "no time such as"),
        (&["--imap-search", "FROM"], "column 5"),
        (&["--delete"], "an action needs a criterion"),
        (&["--all", "--from", "x", "--delete"], "contradict"),
        (&["--in", "", "x"], "a mailbox's name is empty"),
        (&["--in", "a\r\nb", "x"], "line break"),
        (&["--from", "a\r\nb"], "line break"),
        (&["--from", "x", "--flag", "no flag"], "is no flag"),
        (&["--json", "--show", "raw", "x"], "cannot share"),
        (&["--quiet", "mailbox", "list"], "comes before all flags"),
        (&["--password", "x", "x"], "can be read by every user"),
    ] {
        let out = run(&world, &server, args);
        out.exits(64).says(says);
    }
    let out = world.run("rimap-search", ["x"]).go();
    out.exits(64).says("no server");
    assert!(server.store.messages("INBOX").len() == 10);
}

#[test]
fn the_last_and_the_first_with_every_ladder() {
    let all: [&[&'static str]; 5] = [
        &[],
        &["PARTIAL"],
        &["PARTIAL", "ESORT"],
        &["PARTIAL", "ESORT", "SORT"],
        &["PARTIAL", "ESORT", "SORT", "ESEARCH", "WITHIN", "LITERAL+", "SASL-IR"],
    ];
    for off in all {
        let server = ten(Options { off: off.to_vec(), ..Options::default() });
        // Arrived long ago, but last in the mailbox; two of one second.
        put(&server, "INBOX", message("Ann <ann@a.example>", "old", ""), &[], MARCH - DAY);
        let a = put(&server, "INBOX", message("Ann <ann@a.example>", "tie one", ""), &[], MARCH + 20 * DAY);
        let b = put(&server, "INBOX", message("Ann <ann@a.example>", "tie two", ""), &[], MARCH + 20 * DAY);
        let world = world();
        for (args, want) in [
            (&["--from", "ann", "--last", "1"][..], vec![b]),
            (&["--from", "ann", "--last", "2"], vec![a, b]),
            (&["--from", "ann", "--last", "3"], vec![9, a, b]),
            (&["--from", "ann", "--last", "3", "--reverse"], vec![b, a, 9]),
            (&["--from", "ann", "--first", "2"], vec![11, 1]),
            (
                &["--from", "ann", "--first", "99", "--sort", "size", "--smaller", "700"],
                vec![11, a, b, 1, 3, 5],
            ),
            (&["--from", "bob", "--sort", "size", "--last", "1"], vec![10]),
            (&["--sort", "from", "--uid", "1:4"], vec![1, 3, 2, 4]),
            (&["--from", "bob", "--sort", "date", "--reverse"], vec![10, 8, 6, 4, 2]),
        ] {
            let out = run(&world, &server, args);
            assert_eq!(uids(&out), want, "{args:?} without {off:?} {out:?}");
        }
        // What becomes of them does not change which they are.
        for (n, more) in [
            &["--maildir", "md"][..],
            &["--exec", "true"],
            &["--save", "*", "--dir", "d"],
            &["--new", "--state", "s"],
        ]
        .iter()
        .enumerate()
        {
            let fresh = |w: &&str| if w.len() < 3 { format!("{w}{n}") } else { w.to_string() };
            let more: Vec<String> = more.iter().map(fresh).collect();
            let args =
                ["--from", "ann", "--last", "1", "--json"].into_iter().chain(more.iter().map(String::as_str));
            let out = run(&world, &server, &args.collect::<Vec<_>>());
            let told: Vec<u64> = out.json().iter().filter_map(|line| line["uid"].as_u64()).collect();
            assert_eq!(told, [u64::from(b)], "{more:?} without {off:?} {out:?}");
        }
        let raw = run(&world, &server, &["--from", "ann", "--last", "1", "--show", "raw"]);
        assert!(raw.out().contains("Subject: tie two"), "{raw:?}");
        clean(&server);
    }
}

#[test]
fn time_to_the_second_and_utf8_without_the_extensions() {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64;
    for off in [vec![], vec!["WITHIN", "LITERAL+"]] {
        let server = Server::start(Options { off, ..Options::default() });
        for (n, age) in [30, 600, 4000, 200_000].into_iter().enumerate() {
            put(&server, "INBOX", message("Jürgen <j@x>", &format!("m{n}"), "Grüße"), &[], now - age);
        }
        let world = world();
        assert_eq!(uids(&run(&world, &server, &["since:15m"])), [1, 2]);
        assert_eq!(uids(&run(&world, &server, &["--before", "1h"])), [3, 4]);
        assert_eq!(uids(&run(&world, &server, &["(since:1m OR before:1d)"])), [1, 4]);
        assert_eq!(uids(&run(&world, &server, &["NOT since:15m from:Jürgen"])), [3, 4]);
        assert_eq!(uids(&run(&world, &server, &["body:Grüße", "is:unseen"])), [1, 2, 3, 4]);
        clean(&server);
    }
}

#[test]
fn many_mailboxes_and_their_names() {
    for delimiter in ['/', '.'] {
        let server = Server::start(Options { delimiter, ..Options::default() });
        let name = |n: &str| n.replace('/', &delimiter.to_string());
        for (n, mailbox) in
            ["Archive/2025", "Archive/2026", "Archive/2026/Q1", "Entw&APw-rfe"].iter().enumerate()
        {
            put(
                &server,
                &name(mailbox),
                message("ann@a", &format!("in {n}"), ""),
                &[],
                MARCH + n as i64 * DAY,
            );
        }
        server
            .store
            .with("user", |a| a.mailboxes.get_mut("Entw&APw-rfe").unwrap().special = Some("\\Drafts".into()));
        let world = world();
        let places = |args: &[&str]| -> Vec<String> {
            run(&world, &server, args)
                .out()
                .lines()
                .map(|l| l.split('\t').next().unwrap().to_string())
                .collect()
        };
        assert_eq!(places(&["--in", "Archive/*", "from:ann"]), [name("Archive/2025"), name("Archive/2026")]);
        assert_eq!(
            places(&["--in", "Archive/**", "from:ann"]),
            [name("Archive/2025"), name("Archive/2026"), name("Archive/2026/Q1")]
        );
        let json = run(&world, &server, &["--in", "Entwürfe", "--json", "from:ann"]);
        assert_eq!(json.events("message")[0]["mailbox"], "Entwürfe");
        let json = run(&world, &server, &["--in", "\\Drafts", "--json", "from:ann"]);
        assert_eq!(json.events("message")[0]["mailbox"], "Entwürfe");
        run(&world, &server, &["--in", "Nowhere", "x"]).exits(66).says("mailbox Nowhere");
        run(&world, &server, &["--in", "No*where", "x"]).exits(66).says("no mailbox fits");
        run(&world, &server, &["--in", "\\Junk", "x"]).exits(66);
        // The last two of all of them together, by arrival.
        assert_eq!(
            places(&["--in", "**", "--last", "2", "from:ann"]),
            [name("Archive/2026/Q1"), "Entwürfe".to_string()]
        );
        assert_eq!(
            run(&world, &server, &["--in", "Archive/**", "--count", "from:ann"]).out().lines().count(),
            3
        );
        clean(&server);
    }
}

#[test]
fn a_thousand_hits_take_three_round_trips() {
    let server = Server::start(Options::default());
    for n in 0..1000 {
        put(&server, "INBOX", message("ann@a", &format!("s{n}"), ""), &[], MARCH + n);
    }
    let world = world();
    let out = run(&world, &server, &["--from", "ann", "--json"]);
    assert_eq!(out.events("message").len(), 1000);
    let trips = out.summary()["round_trips"].as_u64().unwrap();
    // The greeting, three of SCRAM, EXAMINE, SEARCH, FETCH; the goodbye is not waited for.
    assert_eq!(trips, 7);
    assert!(out.max_rss < 16 << 20, "{out:?}");
    let out = run(&world, &server, &["--from", "ann", "--last", "1", "--show", "text", "--json"]);
    assert_eq!(out.summary()["round_trips"], 7, "found in one, printed with the second: {out:?}");
    clean(&server);
}

#[test]
fn the_last_from_somebody_by_every_ladder() {
    for (off, most) in [
        (vec![], 2),
        (vec!["PARTIAL"], 2),
        (vec!["ESORT"], 2),
        (vec!["SORT", "ESORT"], 3),
        (vec!["SORT", "ESORT", "ESEARCH"], 3),
    ] {
        let server = Server::start(Options { off: off.clone(), ..Options::default() });
        for n in 0..300 {
            let from = if n % 3 == 0 { "steve@a" } else { "ann@b" };
            // The last to be put in is not the last that arrived.
            let arrived = if n == 150 { MARCH + 9999 } else { MARCH + n };
            put(&server, "INBOX", message(from, &format!("s{n}"), &format!("text {n}")), &[], arrived);
        }
        let world = world();
        let out = run(&world, &server, &["--from", "steve", "--last", "1", "--show", "text", "--json"]);
        assert_eq!(out.events("message")[0]["text"], "text 150\n", "{off:?}");
        // The greeting and three of SCRAM, EXAMINE; then what it takes to find and to print.
        let trips = out.summary()["round_trips"].as_u64().unwrap() - 5;
        assert!(trips <= most, "{off:?}: {trips}");
        clean(&server);
    }
}

#[test]
fn new_remembers_what_was_seen() {
    let (world, server) = (world(), ten(Options::default()));
    let args = ["--from", "ann", "--new", "--state", "s.jsonl"];
    assert_eq!(uids(&run(&world, &server, &args)), [1, 3, 5, 7, 9]);
    run(&world, &server, &args).exits(1);
    let uid = put(&server, "INBOX", message("ann@a", "late", ""), &[], MARCH);
    assert_eq!(uids(&run(&world, &server, &args)), [uid]);
    // A mailbox made anew is new.
    server.store.with("user", |a| a.mailboxes.get_mut("INBOX").unwrap().uidvalidity += 1);
    assert_eq!(run(&world, &server, &args).out().lines().count(), 6);
    let held = run(&world, &server, &["--from", "ann", "--new"]);
    held.exits(0);
    assert!(world.outer("state/wirepost/rimap-search").is_dir());
}

#[test]
fn waiting_for_a_hit() {
    let (world, server) = (world(), ten(Options::default()));
    run(&world, &server, &["subject:nothing", "--wait", "1s"]).exits(1);
    let going = world
        .run("rimap-search", ["subject:late", "--wait", "20s"])
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
    put(&server, "INBOX", message("ann@a", "late", ""), &[], MARCH);
    let out = going.finish();
    assert_eq!(uids(&out), [11], "{out:?}");
    // The count is told once, at the end.
    let out = run(&world, &server, &["subject:nothing", "--count", "--wait", "1s", "--json"]);
    assert_eq!(out.exits(1).events("count").len(), 1);
    assert_eq!(run(&world, &server, &["--uid", "20:*", "--count"]).out(), "0\n");
}

#[test]
fn what_comes_between_the_search_and_the_wait_is_found() {
    let store = Store::default();
    let late = arrives(&store, "ann@a", "late");
    let rules = vec![on("EXAMINE").nth(2).then(late)];
    let server = ten(Options { store, rules, ..Options::default() });
    let out = run(&world(), &server, &["subject:late", "--wait", "20s"]);
    assert_eq!(uids(&out), [11], "{out:?}");
    assert!(out.seconds < 15.0, "{out:?}");
}

#[test]
fn inbox_is_one_mailbox_in_whatever_case() {
    let (world, server) = (world(), ten(Options::default()));
    run(&world, &server, &["--in", "inbox", "--in", "*", "--all", "--maildir", "md"]).exits(0);
    let files = |d: &str| std::fs::read_dir(world.path(d)).unwrap().count();
    assert_eq!(files("md/new") + files("md/cur"), 10);
    run(&world, &server, &["--in", "Inbox", "--all", "--new", "--state", "s"]).exits(0);
    run(&world, &server, &["--all", "--new", "--state", "s"]).exits(1);
    let url = format!("{}/inbox", server.url());
    run(&world, &server, &[&url, "--all", "--new", "--state", "s"]).exits(1);
    for more in [&[][..], &["--dry-run"]] {
        let args = [&["--in", "inbox", "--from", "ann", "--move-to", "INBOX"], more].concat();
        run(&world, &server, &args).exits(64).says("are in INBOX already");
    }
    assert_eq!(server.store.messages("INBOX").len(), 10);
    clean(&server);
}

#[test]
fn the_sender_is_the_first_address_whoever_sorts() {
    for off in [vec![], vec!["SORT"]] {
        let server = Server::start(Options { off, ..Options::default() });
        for from in ["mmm@y", "A <aaa@x>, Z <zzz@y>", "\"x <b\" <nnn@y>", "ccc@b (c <d>)", "BBB@x"] {
            put(&server, "INBOX", message(from, "x", ""), &[], MARCH);
        }
        assert_eq!(uids(&run(&world(), &server, &["--all", "--sort", "from"])), [2, 5, 4, 1, 3]);
        clean(&server);
    }
}

/// Two mailboxes whose messages came by turns.
fn by_turns(options: Options) -> Server {
    let server = Server::start(options);
    for day in 1..=6 {
        let (mailbox, from) = if day % 2 == 0 { ("B", "bob@b") } else { ("A", "ann@a") };
        put(
            &server,
            mailbox,
            message(from, &format!("day {day}"), &"x".repeat(90 - 10 * day)),
            &[],
            MARCH + day as i64 * DAY,
        );
    }
    server
}

#[test]
fn several_mailboxes_are_told_of_in_one_order() {
    for off in [vec![], vec!["SORT", "ESORT"]] {
        let (world, server) = (world(), by_turns(Options { off, ..Options::default() }));
        for (args, want) in [
            (&["--last", "3"][..], "456"),
            (&["--last", "3", "--reverse"], "654"),
            (&["--first", "4"], "1234"),
            (&["--sort", "date"], "123456"),
            (&["--sort", "size"], "654321"),
            (&["--sort", "size", "--first", "3", "--reverse"], "456"),
            (&["--sort", "from"], "135246"),
            (&["--reverse"], "531642"),
        ] {
            for more in
                [&[][..], &["--show", "structure"], &["--show", "preview"], &["--new", "--state", "s"]]
            {
                let args = [&["--in", "A", "--in", "B", "--all"], args, more].concat();
                let out = run(&world, &server, &args);
                let told: String = out
                    .out()
                    .lines()
                    .filter_map(|l| l.split("\tday ").nth(1)?.get(..1).map(str::to_string))
                    .collect();
                assert_eq!(told, want, "{args:?} {out:?}");
                let json = run(&world, &server, &[&args[..], &["--json"]].concat()).events("message");
                let _ = fs::remove_file(world.path("s"));
                if !args.contains(&"--new") {
                    let told: String =
                        json.iter().map(|m| m["subject"].as_str().unwrap()[4..].to_string()).collect();
                    assert_eq!(told, want, "{args:?}");
                }
            }
        }
        let both = ["--in", "A", "--in", "B", "--all", "--last", "3"];
        let texts = run(&world, &server, &[&both[..], &["--show", "text"]].concat()).out();
        let at = |day: &str| texts.find(&format!("Subject: day {day}\n")).unwrap();
        assert!(at("4") < at("5") && at("5") < at("6") && texts.matches("\n-----").count() == 2, "{texts}");
        let raw = run(&world, &server, &[&both[..], &["--show", "raw"]].concat()).out();
        let days: Vec<&str> = raw.matches("Subject: day ").collect();
        assert!(days.len() == 3 && raw.find("day 4").unwrap() < raw.find("day 5").unwrap(), "{raw}");
        // A list opens a mailbox to search it and once more to tell of it, however the messages lie.
        let before = server.commands().len();
        run(&world, &server, &[&both[..], &["--json"]].concat()).exits(0);
        assert_eq!(server.commands()[before..].iter().filter(|c| c.contains("EXAMINE")).count(), 4);
        // What is only counted or acted on is not asked for by turns.
        assert_eq!(run(&world, &server, &[&both[..], &["--count"]].concat()).out(), "1\tA\n2\tB\n");
        run(&world, &server, &[&both[..], &["--flag", "seen"]].concat()).exits(0);
        assert_eq!(server.commands().iter().filter(|c| c.contains("SELECT")).count(), 2);
        clean(&server);
    }
}
