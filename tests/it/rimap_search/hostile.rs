//! Servers that misbehave: every case ends in time, in the right exit code, without a secret, and without harm.
use super::*;
use crate::sandbox::script::{Action, End, Fault, before, call, endless, on, reply, reply_then};
use crate::sandbox::tls::Tls;
use std::time::{Duration, Instant};

/// One rule, one search, one exit code.
fn meets(event: &str, action: Action, args: &[&str], exit: i32) -> (Output, Server) {
    let server = ten(Options { rules: vec![on(event).then(action)], ..Options::default() });
    let world = world();
    let all: Vec<&str> =
        args.iter().copied().chain(["--retries", "0", "--timeout", "3s", "--reply-timeout", "4s"]).collect();
    let began = Instant::now();
    let out = run(&world, &server, &all);
    assert!(began.elapsed() < Duration::from_secs(12), "{event}: {out:?}");
    assert_eq!(out.code, exit, "{event} {out:?}");
    out.tame();
    // 0: it was over before anybody looked.
    assert!(out.max_rss < 48 << 20, "{out:?}");
    (out, server)
}

const FROM: &[&str] = &["--from", "ann"];

#[test]
fn greetings() {
    for (greeting, exit) in [
        ("* BYE too busy\r\n", 75),
        ("220 smtp.example ESMTP\r\n", 76),
        ("a1 OK hello\r\n", 76),
        ("\r\n", 76),
        ("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n", 80),
    ] {
        let (_, server) = meets("CONNECT", reply_then(greeting, End::Stall), FROM, exit);
        assert!(
            !server
                .commands()
                .join(
                    "
"
                )
                .contains("LOGIN"),
            "{greeting}"
        );
    }
    meets("CONNECT", Action::End(End::Stall), FROM, 75);
    meets("CONNECT", Action::End(End::Close), FROM, 75);
    meets("CONNECT", endless("* OK "), FROM, 76);
}

#[test]
fn preauth_before_required_tls_gets_nothing() {
    let options = Options {
        tls: Tls::Explicit,
        rules: vec![on("CONNECT").then(reply_then("* PREAUTH welcome\r\n", End::Stall))],
        ..Options::default()
    };
    let server = Server::start(options);
    let out =
        run(&world(), &server, &["--tls", "required", "--from", "x", "--retries", "0", "--timeout", "3s"]);
    out.exits(80).says("logged in already");
    assert!(
        !server
            .commands()
            .join(
                "
"
            )
            .contains("EXAMINE")
    );
}

#[test]
fn starttls_that_is_not_there_or_is_poisoned() {
    let with = |action: Action| {
        let rules = vec![on("STARTTLS").then(action)];
        Server::start(Options { tls: Tls::Explicit, rules, ..Options::default() })
    };
    for action in [
        reply("{tag} NO not today\r\n"),
        reply("{tag} BAD what\r\n"),
        reply("{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
    ] {
        let server = with(action);
        let out = run(
            &world(),
            &server,
            &["--tls", "required", "--from", "x", "--retries", "0", "--timeout", "3s"],
        );
        out.exits(80);
        let log = server.commands().join(
            "
",
        );
        assert!(!log.contains("LOGIN") && !log.contains("AUTHENTICATE"), "{log}");
    }
}

#[test]
fn literals_that_lie() {
    for line in [
        "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (DATE)] {99999999999999999999}\r\n",
        "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (DATE)] {-1}\r\n",
        "* LIST () \"/\" {4294967295}\r\n",
    ] {
        meets("FETCH", reply_then(line, End::Stall), FROM, 76);
    }
    meets(
        "FETCH",
        reply_then("* 1 FETCH (UID 1 BODY[HEADER.FIELDS (DATE)] {10}\r\nabc", End::Close),
        FROM,
        75,
    );
    // Announced without end and never sent: silence ends it, no memory is taken for it.
    meets("FETCH", reply_then("* 1 FETCH (UID 1 BODY[] {4294967295}\r\nabc", End::Stall), FROM, 75);
}

#[test]
fn a_flood_of_tiny_literals_costs_little() {
    let mut flood = b"* LIST (".to_vec();
    for _ in 0..200_000 {
        flood.extend_from_slice(b"{1}\r\nx ");
    }
    // Quadratic, this would outlive the run's own limit.
    meets("FETCH", reply_then(flood, End::Stall), FROM, 76);
}

#[test]
fn odd_answers_to_search() {
    for (answer, exit) in [
        ("* ESEARCH (TAG \"{tag}\") UID ALL 1:*\r\n{tag} OK x\r\n", 76),
        ("* ESEARCH (TAG \"{tag}\") UID ALL 4294967296\r\n{tag} OK x\r\n", 76),
        ("* SEARCH 1 2 4294967296\r\n{tag} OK x\r\n", 76),
        ("* SEARCH 1 2 -3\r\n{tag} OK x\r\n", 76),
        ("{tag} OK x\r\n", 1),
        ("* ESEARCH (TAG \"{tag}\") UID\r\n{tag} OK x\r\n", 1),
        ("* SEARCH\r\n{tag} OK x\r\n", 1),
        ("* SEARCH 1\r\n* SEARCH 3 5 (MODSEQ 99)\r\n{tag} OK x\r\n", 0),
        ("* ESEARCH (TAG \"{tag}\") UID ALL 5:3,1 MODSEQ 7\r\n{tag} OK x\r\n", 0),
        ("{tag} NO [UNAVAILABLE] later\r\n", 75),
        ("{tag} NO no\r\n", 69),
        ("{tag} BAD what\r\n", 69),
        ("w99 OK not yours\r\n", 76),
        ("* SEARCH 1\r\n", 75),
    ] {
        let action = if exit > 1 { reply_then(answer, End::Stall) } else { reply(answer) };
        meets("SEARCH", action, FROM, exit);
    }
}

#[test]
fn what_comes_unasked_is_no_news() {
    let chatter = "* 3 EXPUNGE\r\n* 11 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* OK [ALERT] \x1b]0;owned\x07 be careful\r\n\
                   * X-NEW (1 {3}\r\nabc \"d\")\r\n* 2 FETCH (UID 2 X-FUTURE (a (b)) FLAGS ())\r\n* LIST ((\r\n";
    for event in ["SEARCH", "FETCH", "EXAMINE"] {
        let (out, server) = meets(event, before(chatter), FROM, 0);
        assert_eq!(uids(&out), [1, 3, 5, 7, 9], "{event}");
        out.says("127.0.0.1 says: \\x1b]0;owned\\x07 be careful");
        clean(&server);
    }
}

#[test]
fn refusals_by_their_codes() {
    meets("AUTHENTICATE", reply("{tag} NO [UNAVAILABLE] x\r\n"), FROM, 75);
    meets("AUTHENTICATE", reply("{tag} NO [AUTHENTICATIONFAILED] x\r\n"), FROM, 77);
    meets("AUTHENTICATE", reply("{tag} NO nope\r\n"), FROM, 77);
    meets("EXAMINE", reply("{tag} NO [NONEXISTENT] x\r\n"), FROM, 66);
    meets("EXAMINE", reply("{tag} NO [INUSE] x\r\n"), FROM, 75);
    // Capabilities that cannot be asked for are none.
    let (out, _) = meets("CAPABILITY", reply("{tag} BAD what\r\n"), FROM, 0);
    assert_eq!(uids(&out), [1, 3, 5, 7, 9]);
}

#[test]
fn a_server_without_utf8_is_searched_all_the_same() {
    let rules = vec![on("SEARCH").with("CHARSET").then(reply("{tag} NO [BADCHARSET (US-ASCII)] x\r\n"))];
    let server = Server::start(Options { rules, ..Options::default() });
    put(&server, "INBOX", message("Jürgen <j@x>", "a", ""), &[], MARCH);
    put(&server, "INBOX", message("ann <a@x>", "b", ""), &[], MARCH);
    // Headers are looked at here; bodies are not fetched to be searched.
    assert_eq!(uids(&run(&world(), &server, &["from:Jürgen"])), [1]);
    run(&world(), &server, &["body:Jürgen", "--retries", "0"]).exits(69);
}

#[test]
fn a_mailbox_made_anew_while_it_is_read() {
    let answer = before("* OK [UIDVALIDITY 999] new\r\n");
    meets("FETCH", answer, FROM, 75);
}

#[test]
fn criteria_are_never_pasted() {
    let server = ten(Options::default());
    put(&server, "we\"ird", message("ann@a", "q\"u\\o{3+}te", "x"), &[], MARCH);
    let world = world();
    let out = run(&world, &server, &["--in", "we\"ird", "--subject", "q\"u\\o{3+}te"]);
    assert_eq!(uids(&out), [1], "{out:?}");
    for odd in ["{3+}", "a) DELETED (", "\\", "\"", "* 1 FETCH", "ü\u{202e}x"] {
        run(&world, &server, &["--subject", odd, "--in", "we\"ird"]).tame();
    }
    clean(&server);
}

#[test]
fn a_plus_for_ever_has_an_end() {
    let rules = vec![on("LITERAL").then(endless("+ more\r\n"))];
    let server = ten(Options { off: vec!["LITERAL+"], rules, ..Options::default() });
    let out = run(
        &world(),
        &server,
        &["--from", "ü", "--retries", "0", "--timeout", "3s", "--reply-timeout", "3s"],
    );
    out.exits(76);
}

#[test]
fn one_message_that_is_not_sent_fails_alone() {
    // Another UID, the same twice, and one without a body.
    let odd = "* 1 FETCH (UID 77 BODY[] {1}\r\nx FLAGS ())\r\n\
               * 1 FETCH (UID 1 BODY[] {19}\r\nSubject: one\r\n\r\nhi\r FLAGS ())\r\n\
               * 1 FETCH (UID 1 BODY[] {19}\r\nSubject: one\r\n\r\nhi\r FLAGS ())\r\n\
               * 3 FETCH (BODY[] {21}\r\nSubject: three\r\n\r\nhi\r UID 3)\r\n\
               * 5 FETCH (UID 5 BODY[] NIL)\r\n\
               {tag} OK done\r\n";
    let (out, _) = meets("FETCH", reply(odd), &["--from", "ann", "--maildir", "md", "--json"], 3);
    let outcome = |uid: u32| {
        let all: Vec<_> = out.events("message").into_iter().filter(|m| m["uid"] == uid).collect();
        assert_eq!(all.len(), 1, "{uid} {out:?}");
        all[0]["outcome"].as_str().unwrap().to_string()
    };
    assert_eq!([1, 3, 5, 7, 9].map(outcome), ["ok", "ok", "permanent", "permanent", "permanent"]);
}

#[test]
fn long_and_wild_headers_are_cut_and_tamed() {
    let server = Server::start(Options::default());
    let wild = format!("\x1b[31m{}\u{202e}", "x".repeat(1 << 20));
    put(&server, "INBOX", message("ann@a", &wild, ""), &[], MARCH);
    let out = run(&world(), &server, &["from:ann"]);
    out.exits(0).tame();
    assert!(out.max_rss < 24 << 20, "{out:?}");
    assert!(
        out.out().contains("\\x1b[31mxxx") && out.out().contains('…') && out.out().len() < 5000,
        "{}",
        out.out().len()
    );
}

#[test]
fn nesting_has_a_bound() {
    meets(
        "FETCH",
        reply_then(format!("* 1 FETCH (UID 1 X {}", "(".repeat(100_000) + "\r\n"), End::Stall),
        FROM,
        76,
    );
}

#[test]
fn a_cut_is_taken_up_again() {
    // The connection breaks in the middle of the bodies; the second one delivers the rest, nothing twice.
    let rules = vec![on("FETCH").nth(1).then(Fault::CutAfter(1500, End::Reset))];
    let server = ten(Options { rules, ..Options::default() });
    let world = world();
    let out = run(&world, &server, &["--all", "--maildir", "md", "--json"]);
    out.exits(0);
    let files = |d: &str| std::fs::read_dir(world.path(d)).unwrap().count();
    assert_eq!(files("md/new") + files("md/cur"), 10);
    assert_eq!(files("md/tmp"), 0);
    assert_eq!(out.events("message").len(), 10);
}

#[test]
fn a_lost_answer_to_a_move_is_unknown() {
    let server =
        ten(Options { rules: vec![on("MOVE").then(Action::Swallow(End::Close))], ..Options::default() });
    server.store.with("user", |a| {
        a.create("There");
    });
    let out = run(&world(), &server, &["--from", "ann", "--move-to", "There", "--json", "--retries", "0"]);
    out.exits(79);
    assert!(out.events("message").iter().all(|m| m["outcome"] == "unknown"), "{out:?}");
    let append = Server::start(Options {
        rules: vec![on("APPEND").then(Action::Swallow(End::Close))],
        ..Options::default()
    });
    let world = world();
    world.file("a.eml", "Subject: x\n\nhi\n");
    run(&world, &append, &["append", "a.eml", "--to", "INBOX"]).exits(79);
}

#[test]
fn a_watch_ends_in_time_whatever_the_server_says() {
    let watch = ["watch", "--max-time", "1s", "--retries", "0"];
    let stall = || Action::End(End::Stall);
    for (event, action, exit) in [
        ("IDLE", reply_then("+ idling\r\n", End::Stall), 1),
        ("IDLE", stall(), 1),
        ("EXAMINE", stall(), 75),
        ("AUTHENTICATE", stall(), 75),
        ("CONNECT", stall(), 75),
    ] {
        let rules = vec![on(event).then(action)];
        let server = ten(Options { rules, ..Options::default() });
        let out = run(&world(), &server, &watch);
        assert!(out.seconds < 5.0, "{event}: {out:?}");
        assert_eq!(out.code, exit, "{event} {out:?}");
    }
    // A command that takes too long is one that failed.
    let store = Store::default();
    let rules = vec![on("IDLE").then(arrives(&store, "ann@a", "first"))];
    let server = ten(Options { store, rules, ..Options::default() });
    let out = run(&world(), &server, &[&watch[..], &["--exec", "sleep 60", "--json"]].concat());
    assert!(out.seconds < 5.0, "{out:?}");
    assert_eq!(out.exits(75).events("message")[0]["outcome"], "temporary");
}

#[test]
fn a_mailbox_made_anew_while_nobody_watched_is_told_of() {
    let store = Store::default();
    let anew = {
        let store = store.clone();
        call(move || {
            store.with("user", |a| {
                let old = a.mailboxes.remove("INBOX").expect("a mailbox");
                a.create("INBOX").uidvalidity = old.uidvalidity + 1;
                a.append("INBOX", message("ann@a", "new life", "").into(), &[], MARCH);
            });
        })
    };
    let rules = vec![on("IDLE").nth(1).then(anew), on("IDLE").nth(1).then(End::Close)];
    let server = ten(Options { store, rules, ..Options::default() });
    let out = run(&world(), &server, &["watch", "from:ann", "--count", "1", "--max-time", "10s"]);
    out.exits(0).says("INBOX was made anew meanwhile");
    assert!(out.out().contains("new life"), "{out:?}");
}
