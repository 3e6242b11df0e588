//! What must never happen: something done to the wrong message, to more of them than was said, or before what it depends on;
//! a message that is forgotten, or ends without a line.
use super::*;
use crate::sandbox::script::{Action, End, Fault, Rule, call, on, reply};
use crate::sandbox::store::{Message, Store};
use crate::support::program;
use std::{collections::BTreeMap, fs};

/// The mailbox is made anew, with one message of its own.
fn anew(store: &Store, mailbox: &'static str, bytes: Vec<u8>) -> Action {
    let store = store.clone();
    call(move || {
        store.with("user", |a| {
            let old = a.mailboxes.remove(mailbox).expect("a mailbox");
            a.create(mailbox).uidvalidity = old.uidvalidity + 1;
            a.append(mailbox, bytes.clone().into(), &[], MARCH);
        })
    })
}

pub fn numbers(server: &Server, mailbox: &str) -> Vec<u32> {
    server.store.messages(mailbox).iter().map(|m: &Message| m.uid).collect()
}

/// The outcome of each message that was told of; each only once.
#[track_caller]
fn outcomes(out: &Output) -> BTreeMap<u64, String> {
    let mut all = BTreeMap::new();
    for event in out.events("message") {
        let outcome = event["outcome"].as_str().unwrap().to_string();
        assert!(all.insert(event["uid"].as_u64().unwrap(), outcome).is_none(), "twice: {out:?}");
    }
    all
}

fn with(rules: Vec<Rule>) -> Server {
    ten(Options { rules, ..Options::default() })
}

#[test]
fn a_mailbox_made_anew_is_not_acted_on_by_old_numbers() {
    // Between the look at several mailboxes and the deed.
    let store = Store::default();
    let rules = vec![on("SELECT").nth(1).then(anew(&store, "INBOX", message("bob@b", "innocent", "")))];
    let server = Server::start(Options { store, rules, ..Options::default() });
    put(&server, "INBOX", message("ann@a", "old", ""), &[], MARCH);
    put(&server, "Other", message("ann@a", "other", ""), &[], MARCH - DAY);
    let out = run(&world(), &server, &["--in", "**", "from:ann", "--last", "1", "--delete", "--json"]);
    out.exits(75).says("made anew");
    assert_eq!(outcomes(&out)[&1], "temporary");
    assert_eq!(numbers(&server, "INBOX"), [1], "somebody else's message");
}

#[test]
fn what_waits_for_its_actions_is_given_up_with_its_mailbox() {
    let store = Store::default();
    let rules = vec![
        on("FETCH").nth(2).then(anew(&store, "INBOX", message("bob@b", "innocent", ""))),
        on("FETCH").nth(2).then(End::Close),
    ];
    let server = Server::start(Options { store, rules, ..Options::default() });
    for n in 0..1001 {
        put(&server, "INBOX", message("ann@a", &format!("s{n}"), ""), &[], MARCH);
    }
    let out = run(&world(), &server, &["from:ann", "--flag", "done", "--max-actions", "2000", "--json"]);
    out.says("made anew");
    let told = outcomes(&out);
    assert_eq!(told.len(), 1001);
    assert!(told.values().all(|o| o == "temporary"), "{out:?}");
    assert!(server.store.messages("INBOX")[0].flags.is_empty());
}

#[test]
fn a_slip_in_a_pattern_deletes_nothing() {
    let (world, server) = (world(), ten(Options::default()));
    for more in [&[][..], &["--dry-run"]] {
        let args = [&["--all", "--save", "*.pfd", "-d", "d", "--delete", "--json"], more].concat();
        let out = run(&world, &server, &args);
        out.exits(1);
        assert!(outcomes(&out).values().all(|o| o == "skipped"), "{out:?}");
        assert_eq!(numbers(&server, "INBOX").len(), 10);
    }
}

fn two_of_one_name(server: &Server) {
    for text in ["one", "two"] {
        let head =
            "From: a@a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n";
        let part = "Content-Disposition: attachment; filename=s.txt\r\n\r\n";
        put(server, "INBOX", format!("{head}{part}{text}\r\n--o--\r\n").into_bytes(), &[], MARCH);
    }
}

#[test]
fn two_of_one_name_are_both_there_before_their_messages_go() {
    for how in ["rename", "skip", "overwrite"] {
        let (world, server) = (world(), Server::start(Options::default()));
        world.file("d/r.txt", "old");
        two_of_one_name(&server);
        run(&world, &server, &["--all", "--save", "*", "-d", "d", "--on-conflict", how, "--delete"]).exits(0);
        assert_eq!(numbers(&server, "INBOX"), [0; 0]);
        let read = |name: &str| fs::read_to_string(world.path("d").join(name)).unwrap_or_default();
        assert_eq!([read("s.txt"), read("s.1.txt")], ["one", "two"], "{how}");
    }
    // Nor does the directory grow with every run.
    for how in ["skip", "overwrite"] {
        let (world, server) = (world(), Server::start(Options::default()));
        two_of_one_name(&server);
        for _ in 0..3 {
            let out = run(&world, &server, &["--all", "--save", "*", "-d", "d", "--on-conflict", how]);
            assert!(out.code <= 1, "{out:?}");
            assert_eq!(fs::read_dir(world.path("d")).unwrap().count(), 2, "{how}");
        }
    }
}

#[test]
fn a_message_stays_of_which_a_part_found_its_name_taken() {
    let (world, server) = (world(), Server::start(Options::default()));
    world.file("d/s.txt", "another");
    two_of_one_name(&server);
    let save = ["--all", "--save", "*", "-d", "d", "--on-conflict", "skip", "--delete", "--json"];
    let out = run(&world, &server, &save);
    out.exits(0);
    assert_eq!(numbers(&server, "INBOX"), [1]);
    assert_eq!(fs::read_to_string(world.path("d/s.txt")).unwrap(), "another");
    assert_eq!(fs::read_to_string(world.path("d/s.1.txt")).unwrap(), "two");
    let told: Vec<_> = out.events("message").iter().map(|e| e["reason"].clone()).collect();
    assert!(told.contains(&"exists".into()), "{out:?}");
}

/// What is printed is all that is left of a message that is deleted.
#[test]
fn texts_in_json_are_told_of_behind_the_action_which_is_no_deletion_then() {
    let (world, server) = (world(), ten(Options::default()));
    let out = run(&world, &server, &["--from", "ann", "--show", "text", "--json", "--delete"]);
    out.exits(64).says("--show text --json and a deletion");
    world.file("rules", "all -> delete\n");
    run(&world, &server, &["--from", "ann", "--show", "text", "--json", "--rules", "rules"]).exits(64);
    assert_eq!(numbers(&server, "INBOX").len(), 10);
}

#[test]
fn what_could_not_be_printed_is_not_acted_on() {
    let program = crate::support::program("rimap-search").display().to_string();
    // A pipe that had a reader, and a full disk.
    for sink in ["mkfifo p; exec 4<>p 3>p 4<&-", "exec 3>/dev/full"] {
        for what in [
            "--subject 'number 3' --show raw --delete",
            "--subject 'number 9' --show text --flag Flagged",
            "--from ann --show raw --delete",
            "--from ann --show text --move-to Other",
            "--from ann --part 1 --delete",
            "--from ann --range 0-9 --delete",
            "--from ann --show raw --new --state s --delete",
        ] {
            let (world, server) = (world(), ten(Options::default()));
            server.store.with("user", |a| {
                a.create("Other");
            });
            let go = |line: String| {
                let sh = world.run_path(std::path::Path::new("/bin/sh"), ["-c", &line]);
                sh.env("RIMAP_SEARCH_URL", server.url()).env("RIMAP_SEARCH_PASSWORD", "secret").go()
            };
            go(format!("{sink}; exec {program} {what} >&3")).exits(74).says("standard output");
            assert_eq!(numbers(&server, "INBOX").len(), 10, "{what}");
            let done =
                |c: &String| ["UID STORE", "EXPUNGE", "UID MOVE", "UID COPY"].iter().any(|v| c.contains(v));
            assert!(!server.commands().iter().any(done), "{sink} {what}");
            // Nor is it forgotten.
            let out = go(format!("exec {program} {what} --trace"));
            out.exits(0);
            assert!(server.commands().iter().any(done), "{out:?}");
        }
    }
}

#[test]
fn new_remembers_only_what_ended_well() {
    let new = ["--from", "ann", "--new", "--state", "s"];
    // A move that the server puts off.
    let server = with(vec![on("MOVE").nth(1).then(reply("{tag} NO [UNAVAILABLE] later\r\n"))]);
    put(&server, "Archive", message("x@x", "already", ""), &[], MARCH);
    let world = world();
    let args = [&new[..], &["--move-to", "Archive"]].concat();
    run(&world, &server, &args).exits(75);
    run(&world, &server, &args).exits(0);
    assert_eq!(numbers(&server, "Archive").len(), 6);

    // A report that nobody got.
    let shell = |what: &str| {
        let program = crate::support::program("rimap-search").display().to_string();
        let sh =
            world.run_path(std::path::Path::new("/bin/sh"), ["-c", &what.replace("rimap-search", &program)]);
        sh.env("RIMAP_SEARCH_URL", server.url()).env("RIMAP_SEARCH_PASSWORD", "secret").go()
    };
    shell("rimap-search --from bob --new --state t > /dev/full").exits(74);
    assert_eq!(shell("rimap-search --from bob --new --state t").exits(0).out().lines().count(), 5);
    shell("rimap-search --from bob --new --state t").exits(1);

    // One that was delivered is not delivered again, so what is left to be done is said.
    let server = with(vec![on("MOVE").nth(1).then(reply("{tag} NO [UNAVAILABLE] later\r\n"))]);
    put(&server, "Archive", message("x@x", "already", ""), &[], MARCH);
    let world = super::world();
    let both = [&args[..], &["--maildir", "md", "--json-file", "run.jsonl"]].concat();
    run(&world, &server, &both).exits(75).says("hint: they are delivered, and --new passes over them");
    run(&world, &server, &["--retry-from", "run.jsonl", "--move-to", "Archive"]).exits(0);
    assert_eq!(numbers(&server, "Archive").len(), 6);

    // Messages of which nothing came.
    let one = "* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 9)\r\n{tag} OK done\r\n";
    let server = with(vec![on("FETCH").nth(1).then(reply(one))]);
    let world = super::world();
    run(&world, &server, &new).exits(3);
    assert_eq!(uids(&run(&world, &server, &new)), [3, 5, 7, 9]);

    // A command that failed before the connection was lost.
    let server = with(vec![on("FETCH").nth(1).then(Fault::CutAfter(1000, End::Reset))]);
    let world = super::world();
    world.file("code", "75");
    let exec = ["--exec", "test $WIREPOST_UID != 1 || exit $(cat code)"];
    let args = [&new[..], &exec, &["--json"]].concat();
    let out = run(&world, &server, &args);
    assert_eq!(outcomes(&out)[&1], "temporary", "{out:?}");
    assert_eq!(outcomes(&out).len(), 5);
    world.file("code", "0");
    assert_eq!(outcomes(&run(&world, &server, &args)).into_keys().collect::<Vec<_>>(), [1]);
}

#[test]
fn the_first_and_the_last_are_those_of_what_is_new() {
    for several in [false, true] {
        let (world, server) = (world(), ten(Options::default()));
        let mut args = vec!["--from", "ann", "--new", "--state", "s", "--last", "2", "--json"];
        if several {
            put(&server, "Empty", message("x@x", "x", ""), &[], MARCH);
            args.extend(["--in", "**"]);
        }
        for want in [&[7, 9][..], &[3, 5], &[1], &[]] {
            let out = run(&world, &server, &args);
            assert_eq!(outcomes(&out).into_keys().collect::<Vec<_>>(), want, "{several}");
        }
    }
}

#[test]
fn the_most_that_may_be_acted_on_is_for_the_whole_run() {
    let (world, server) = (world(), ten(Options::default()));
    for n in 0..3 {
        put(&server, "Archive", message("ann@a", &format!("filed {n}"), ""), &[], MARCH);
    }
    for more in [&[][..], &["--last", "7"]] {
        let args = ["--in", "**", "from:ann", "--delete", "--max-actions", "6"];
        run(&world, &server, &[&args, more].concat()).exits(65).says("nothing was done");
        assert_eq!((numbers(&server, "Archive").len(), numbers(&server, "INBOX").len()), (3, 10));
    }
    run(&world, &server, &["--in", "**", "from:ann", "--delete", "--max-actions", "8"]).exits(0);
    assert_eq!((numbers(&server, "Archive").len(), numbers(&server, "INBOX").len()), (0, 5));
}

#[test]
fn a_copy_that_was_made_is_not_made_again() {
    for (action, exit, outcome) in [
        (Action::End(End::Close), 79, "unknown"),
        (reply("{tag} NO [UNAVAILABLE] later\r\n"), 69, "permanent"),
    ] {
        let rules = vec![on("STORE").then(action)];
        let server = ten(Options { off: vec!["MOVE"], rules, ..Options::default() });
        server.store.with("user", |a| {
            a.create("There");
        });
        let out = run(&world(), &server, &["--from", "ann", "--move-to", "There", "--json"]);
        out.exits(exit).says("copied to There");
        assert!(outcomes(&out).values().all(|o| o == outcome), "{out:?}");
        assert_eq!(numbers(&server, "There").len(), 5);
    }
}

#[test]
fn each_command_is_judged_by_itself() {
    let server = Server::start(Options {
        rules: vec![on("MOVE").nth(2).then(reply("{tag} NO [OVERQUOTA] full\r\n"))],
        ..Options::default()
    });
    for n in 0..800 {
        put(&server, "INBOX", message(["ann@a", "bob@b"][n % 2], &format!("s{n}"), ""), &[], MARCH);
    }
    server.store.with("user", |a| {
        a.create("There");
    });
    let out = run(&world(), &server, &["from:ann", "--move-to", "There", "--json"]);
    out.exits(3);
    let moved = numbers(&server, "There").len();
    assert!(moved < 400);
    assert_eq!(outcomes(&out).values().filter(|o| *o == "ok").count(), moved);
    assert_eq!(outcomes(&out).len(), 400);
}

#[test]
fn every_message_that_rules_come_to_ends_in_a_line() {
    let store = Store::default();
    let gone = {
        let store = store.clone();
        call(move || {
            store.with("user", |a| a.mailboxes.get_mut("INBOX").unwrap().messages.retain(|m| m.uid != 5));
        })
    };
    let rules = vec![
        on("CREATE").with("Denied").then(reply("{tag} NO [NOPERM] no\r\n")),
        on("FETCH").nth(2).then(gone),
    ];
    let server = ten(Options { store, rules, ..Options::default() });
    let world = world();
    world.file(
        "rules",
        "subject \"number 2\" -> folder Denied\nfrom ann -> folder Fine\nfrom bob -> folder Zoo\n",
    );
    let out = run(&world, &server, &["--all", "--rules", "rules", "--json"]);
    out.exits(3);
    let told = outcomes(&out);
    assert_eq!(told.len(), 10, "{out:?}");
    assert_eq!((told[&3].as_str(), told[&5].as_str()), ("permanent", "permanent"), "{out:?}");
    assert_eq!((numbers(&server, "Fine").len(), numbers(&server, "Zoo").len()), (3, 5));
}

#[test]
fn every_source_ends_in_a_line_when_the_server_is_lost() {
    let rules = vec![
        on("SELECT").then(End::Close),
        on("APPEND").nth(1).then(End::Close),
        on("CONNECT").from(2).then(End::Close),
    ];
    let server = Server::start(Options { rules, ..Options::default() });
    let world = world();
    for name in ["a", "b", "c"] {
        world.file(name, format!("Subject: {name}\n\nx\n"));
    }
    let out = run(&world, &server, &["append", "a", "b", "c", "--to", "INBOX", "--json", "--retries", "1"]);
    let told: Vec<_> =
        out.events("message").iter().map(|m| m["path"].as_str().unwrap().to_string()).collect();
    assert_eq!(told, ["a", "b", "c"], "{out:?}");
    out.summary();
}

#[test]
fn only_a_message_of_the_same_name_is_skipped() {
    let (world, server) = (world(), Server::start(Options::default()));
    put(&server, "INBOX", b"Message-ID: <11@x>\r\nSubject: eleven\r\n\r\nx\r\n".to_vec(), &[], MARCH);
    world.file("one.eml", "Message-ID: <1@x>\nSubject: one\n\nx\n");
    world.file("none.eml", "Message-ID: <>\nSubject: none\n\nx\n");
    world.file("eleven.eml", "Subject: eleven\nMessage-ID: <11@x>\n\nx\n");
    let args = ["append", "one.eml", "none.eml", "eleven.eml", "--to", "INBOX", "--skip-existing", "--json"];
    let out = run(&world, &server, &args);
    let told: Vec<_> =
        out.events("message").iter().map(|m| m["outcome"].as_str().unwrap().to_string()).collect();
    assert_eq!(told, ["ok", "ok", "skipped"], "{out:?}");
}

#[test]
fn what_was_saved_before_the_connection_was_lost_is_not_saved_again() {
    for how in ["rename", "overwrite", "skip"] {
        // The first look, then a command for each part: some were durable when it broke.
        let (world, server) = (world(), with(vec![on("FETCH").nth(90).then(End::Close)]));
        for n in 0..100 {
            let head = "From: a@a\r\nContent-Type: application/x\r\n";
            let part = format!("Content-Disposition: attachment; filename=f{n}\r\n\r\n{n}\r\n");
            put(&server, "INBOX", format!("{head}{part}").into_bytes(), &[], MARCH);
        }
        let out = run(&world, &server, &["--all", "--save", "*", "-d", "d", "--on-conflict", how, "--json"]);
        out.exits(0);
        assert_eq!(fs::read_dir(world.path("d")).unwrap().count(), 100, "{how}");
        assert_eq!(out.events("part").len(), 100, "{how}");
        assert!(server.commands().iter().filter(|c| c.contains("EXAMINE")).count() == 2, "it was lost");
    }
}

/// A folder of a Maildir is two descriptors; the messages of a batch take what they leave, and no more.
#[test]
fn many_mailboxes_come_with_few_descriptors() {
    let (world, server) = (world(), ten(Options::default()));
    for n in 0..70 {
        put(&server, &format!("A{n}"), message("a@a.example", "one", ""), &[], MARCH);
    }
    for _ in 0..190 {
        put(&server, "INBOX", message("a@a.example", "more", ""), &[], MARCH);
    }
    let script = "ulimit -n 192; exec \"$0\" \"$@\"";
    let program = program("rimap-search").display().to_string();
    let args = ["-c", script, &program, "--in", "A*", "--in", "INBOX", "--all", "--maildir", "Mail"];
    let run = world.run_path(std::path::Path::new("/bin/bash"), args);
    run.env("RIMAP_SEARCH_URL", server.url()).env("RIMAP_SEARCH_PASSWORD", "secret").go().exits(0);
    let count = |dir: &str| std::fs::read_dir(world.path(dir)).unwrap().count();
    assert_eq!(count("Mail/new") + count("Mail/cur"), 200);
    assert_eq!((0..70).map(|n| count(&format!("Mail/.A{n}/new"))).sum::<usize>(), 70);
    assert_eq!(count("Mail/tmp"), 0);
}
