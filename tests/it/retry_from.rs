//! `--retry-from` in the four programs that have it: one reading of one kind of file, which may be cut, joined or edited.
use crate::rftp_site;
use crate::sandbox::script::{End, on, reply};
use crate::sandbox::store::Store;
use crate::sandbox::{imap, pop3, smtp};
use crate::support::World;
use std::time::Duration;

const PASSWORD: &str = "pw-of-the-user";

/// One program with a server that has, or takes, one item.
struct Case {
    program: &'static str,
    args: Vec<String>,
    variable: &'static str,
    password: &'static str,
    /// The line of its one item, but for the outcome.
    line: String,
    /// How often the item was done.
    done: Box<dyn Fn() -> usize>,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// The four of them, in this world.
fn cases(world: &World) -> Vec<Case> {
    let site = rftp_site::Site::new(rftp_site::options());
    let local = world.file("one.txt", "one").display().to_string();
    let url = site.url("one.txt");
    let rftp = Case {
        program: "rftp",
        args: words(&["put"]),
        variable: "RFTP_PASSWORD",
        password: rftp_site::PASSWORD,
        line: format!(r#""type":"file","direction":"upload","local":"{local}","url":"{url}""#),
        done: Box::new(move || site.server.commands_of("STOR").len()),
    };
    let store = || {
        let store = Store::default();
        store.add_account("user", PASSWORD);
        store.add("From: ann@a.example\r\nSubject: one\r\n\r\nhello\r\n");
        store.with("user", |a| a.mailboxes.get_mut("INBOX").unwrap().messages[0].uidl = Some("u1".into()));
        store
    };
    let server = pop3::Server::start(pop3::Options { store: store(), ..Default::default() });
    let rpop = Case {
        program: "rpop",
        args: words(&["fetch", &server.url(), "-u", "user", "--maildir", "Mail"]),
        variable: "RPOP_PASSWORD",
        password: PASSWORD,
        line: r#""type":"message","uid":"u1""#.into(),
        done: Box::new(move || server.commands_of("RETR").len()),
    };
    let server = imap::Server::start(imap::Options { store: store(), ..Default::default() });
    let uid = server.store.messages("INBOX")[0].uid;
    let rimap = Case {
        program: "rimap-search",
        args: words(&[&server.url(), "-u", "user", "--maildir", "Hits", "--from", "ann"]),
        variable: "RIMAP_SEARCH_PASSWORD",
        password: PASSWORD,
        line: format!(r#""type":"message","mailbox":"INBOX","uid":{uid}"#),
        done: Box::new(move || {
            server.commands_of("UID").iter().filter(|c| c.contains("BODY.PEEK[]")).count()
        }),
    };
    let server = smtp::Server::start(smtp::Options::default());
    let rsendmail = Case {
        program: "rsendmail",
        args: words(&[
            "--server",
            &server.url(),
            "--from",
            "me@x.example",
            "--to",
            "a@x.example",
            "--body",
            "x",
        ]),
        variable: "RSENDMAIL_PASSWORD",
        password: PASSWORD,
        line: r#""type":"recipient","recipient":"a@x.example""#.into(),
        done: Box::new(move || server.sent().len()),
    };
    vec![rftp, rpop, rimap, rsendmail]
}

#[test]
fn all_programs_read_it_alike() {
    for (name, code, says, times) in [
        ("blank lines", 0, "", 1),
        ("no line end", 0, "", 1),
        ("twice, done at last", 0, "", 0),
        ("twice, not done at last", 0, "", 1),
        ("nonsense", 65, "run.jsonl: line 2: not JSON at column 1", 0),
        ("bytes", 65, "run.jsonl: line 2: not UTF-8", 0),
        ("nothing", 65, "run.jsonl is not the output of a run", 0),
        ("no event", 65, "run.jsonl is not the output of a run", 0),
    ] {
        let world = World::new();
        for case in cases(&world) {
            let line = |outcome: &str| format!("{{{},\"outcome\":\"{outcome}\"}}\n", case.line);
            let (again, done) = (line("temporary"), line("ok"));
            let log: Vec<u8> = match name {
                "blank lines" => format!("\n  \n{again}\r\n\n").into(),
                "no line end" => again.trim().into(),
                "twice, done at last" => [again, done].concat().into(),
                "twice, not done at last" => [done, again].concat().into(),
                "nonsense" => [&again, "hello\n"].concat().into(),
                "bytes" => [again.as_bytes(), b"\xff\n"].concat(),
                "no event" => b"{}\n[]\n\"type\"\n".into(),
                _ => Vec::new(),
            };
            world.file("run.jsonl", log);
            let run = world.run(case.program, &case.args).env(case.variable, case.password);
            let out = run.args(["--retry-from", "run.jsonl"]).go();
            assert_eq!((out.code, (case.done)()), (code, times), "{} {name}: {out:?}", case.program);
            out.says(says);
        }
    }
}

/// What a script writes: the same file for both. It would be empty before it is read.
#[test]
fn the_runs_own_lines_go_elsewhere() {
    let world = World::new();
    for case in cases(&world) {
        let log = format!("{{{},\"outcome\":\"temporary\"}}\n", case.line);
        world.file("run.jsonl", &log);
        let _ = std::os::unix::fs::symlink("run.jsonl", world.path("link.jsonl"));
        for name in ["run.jsonl", "./run.jsonl", "link.jsonl"] {
            let run = world.run(case.program, &case.args).env(case.variable, case.password);
            let out = run.args(["--retry-from", "run.jsonl", "--json-file", name]).go();
            out.exits(64).says("--json-file would empty run.jsonl, which --retry-from reads");
        }
        let kept = std::fs::read_to_string(world.path("run.jsonl")).unwrap();
        assert_eq!((kept, (case.done)()), (log, 0), "{}", case.program);
        let run = world.run(case.program, &case.args).env(case.variable, case.password);
        run.args(["--retry-from", "run.jsonl", "--json-file", "second.jsonl"]).go().exits(0);
        assert_eq!((case.done)(), 1, "{}", case.program);
    }
}

#[test]
fn what_a_killed_run_did_not_come_to_is_sent() {
    let world = World::new();
    for n in 1..=3 {
        world.file(format!("{n}.eml"), format!("From: me@x.example\nTo: r{n}@x.example\n\n{n}\n"));
    }
    let server = smtp::Server::start(smtp::Options {
        rules: vec![on("MAIL").nth(2).then(End::Stall)],
        ..Default::default()
    });
    let args = ["--eml", "1.eml", "--eml", "2.eml", "--eml", "3.eml", "-t", "--server", &server.url()];
    let run = || world.run("rsendmail", args);
    let going = run().args(["--json-file", "run.jsonl"]).start();
    assert!(server.wait_for(Duration::from_secs(20), |log| {
        log.commands.iter().filter(|c| c.starts_with("MAIL")).count() == 2
    }));
    going.signal(rustix::process::Signal::KILL);
    going.finish();
    let out = run().args(["--retry-from", "run.jsonl", "--json"]).go();
    let outcomes: Vec<_> = out.exits(0).events("message").iter().map(|m| m["outcome"].clone()).collect();
    assert_eq!(outcomes, ["skipped", "ok", "ok"]);
    let to: Vec<_> = server.sent().iter().map(|s| s.to[0].0.clone()).collect();
    assert_eq!(to, ["r1@x.example", "r2@x.example", "r3@x.example"]);
}

#[test]
fn a_message_that_was_told_of_by_nobody_is_sent() {
    let world = World::new();
    let server = smtp::Server::start(smtp::Options {
        rules: vec![on("RCPT").nth(1).then(reply("450 4.2.0 later\r\n"))],
        ..Default::default()
    });
    let args = ["--from", "me@x.example", "--to", "a@x.example", "--body", "x", "--server", &server.url()];
    let run = |more: &[&str]| world.run("rsendmail", args).args(["--retries", "0"]).args(more).go();
    // What a script writes: the same file for both.
    run(&["--json-file", "run.jsonl"]).exits(75);
    run(&["--retry-from", "run.jsonl", "--json-file", "run.jsonl"]).exits(64);
    run(&["--retry-from", "run.jsonl", "--json-file", "second.jsonl"]).exits(0);
    assert_eq!(server.sent().len(), 1);
    // A run that found but what is wrong with its flags had no message.
    world.file("error.jsonl", "{\"type\":\"error\"}\n");
    run(&["--retry-from", "error.jsonl"]).exits(0);
    assert_eq!(server.sent().len(), 2);
}
