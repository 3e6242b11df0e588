use super::*;
use crate::sandbox::script::{Action, End, on, reply, reply_then};
use std::time::Duration;

const PEOPLE: &str =
    "mail,name,number\nann@x.example,Ann,1\nbob@x.example,\"Smith, Bob\",2\ncarl@x.example,Cärl,3\n";

fn merge<'w>(world: &'w World, url: &str, file: &str) -> Run<'w> {
    let args = ["--from", "me@x.example", "--server", url, "--merge", file, "--json", "--retries", "0"];
    world.run("rsendmail", args).args(["--to", "{name} <{mail}>", "--subject", "Bill {number}"])
}

fn texts(server: &Server) -> Vec<String> {
    server.sent().iter().map(|s| String::from_utf8(s.bytes.to_vec()).unwrap()).collect()
}

#[track_caller]
fn sources(out: &Output) -> Vec<(String, String)> {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_string();
    out.events("message").iter().map(|e| (text(&e["source"]), text(&e["outcome"]))).collect()
}

#[test]
fn each_row_is_a_message_and_all_go_over_one_connection() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    (1..=3).for_each(|n| drop(world.file(format!("bills/{n}.txt"), format!("bill number {n}\n"))));
    let out = merge(&world, &server.url(), "people.csv")
        .args([
            "--body",
            "Dear {name},\n{{{number}}}\n",
            "--attach",
            "bills/{number}.txt",
            "--header",
            "X-Row: {number}",
        ])
        .args(["--envelope-from", "bounce+{number}@x.example", "--envid", "n{number}"])
        .go();
    out.exits(0).tame();
    assert_eq!(
        recipients(&server),
        [["ann@x.example"], ["bob@x.example"], ["carl@x.example"]],
        "a comma in a name makes no recipient"
    );
    let texts = texts(&server);
    assert!(texts[1].contains("To: \"Smith, Bob\" <bob@x.example>\r\n"), "{}", texts[1]);
    assert!(
        texts[0].contains("Subject: Bill 1\r\n") && texts[0].contains("Dear Ann,\r\n{1}\r\n"),
        "{}",
        texts[0]
    );
    assert!(texts[0].contains("X-Row: 1\r\n") && texts[0].contains("filename=1.txt"), "{}", texts[0]);
    assert!(texts[2].contains("To: =?utf-8?b?Q8Okcmw=?= <carl@x.example>"), "{}", texts[2]);
    let sent = server.sent();
    assert_eq!((sent[2].connection, sent[2].from.as_str()), (1, "bounce+3@x.example"));
    assert!(sent[2].params.contains(&"ENVID=n3".to_string()));
    let lines: Vec<_> = [2, 3, 4].map(|n| (format!("people.csv, line {n}"), "ok".to_string())).into();
    assert_eq!(sources(&out), lines);
    assert_eq!(out.summary()["round_trips"], 9, "greeting, EHLO, two a message, QUIT");
    let ids: std::collections::HashSet<_> =
        out.events("message").iter().map(|m| m["message_id"].to_string()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn json_lines_and_standard_input() {
    let (world, server) = (World::new(), server(vec![]));
    let rows = "{\"mail\":\"ann@x.example\",\"name\":\"Ann\",\"number\":1}\n{\"mail\":\"bob@x.example\",\"name\":\"Bob\",\"number\":2.5}\n";
    merge(&world, &server.url(), "-").args(["--body", "x"]).stdin(rows).go().exits(0);
    assert!(texts(&server)[1].contains("Subject: Bill 2.5\r\n"));
    merge(&world, &server.url(), "-").args(["--body", "x"]).stdin(PEOPLE).go().exits(0);
    assert_eq!(server.sent().len(), 5);
    // The text from standard input, the rows from a file.
    world.file("rows.jsonl", rows);
    merge(&world, &server.url(), "rows.jsonl").stdin("one text for all {name}\n").go().exits(0);
    assert!(texts(&server)[6].contains("one text for all {name}\r\n"));
    merge(&world, &server.url(), "rows.jsonl")
        .args(["--template"])
        .stdin("a text for {name}\n")
        .go()
        .exits(0);
    assert!(texts(&server)[8].contains("a text for Bob\r\n"));
    let out = merge(&world, &server.url(), "-").args(["--body-file", "-"]).stdin(rows).go();
    out.exits(64).says("standard input cannot be both");
}

#[test]
fn templates_fill_files_and_escape_html() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("t.csv", "mail,name,number\nann@x.example,<Ann> & Co,1\n");
    world.file("letter.txt", "Dear {name}\n");
    world.file("letter.html", "<style>p {{ color: red }}</style><p>{name}</p>\n");
    let args = ["--body-file", "letter.txt", "--html", "letter.html"];
    merge(&world, &server.url(), "t.csv").args(args).args(["--template"]).go().exits(0);
    let text = &texts(&server)[0];
    assert!(text.contains("Dear <Ann> & Co\r\n"), "{text}");
    assert!(text.contains("<style>p { color: red }</style><p>&lt;Ann&gt; &amp; Co</p>"), "{text}");
    merge(&world, &server.url(), "t.csv").args(args).go().exits(0);
    assert!(texts(&server)[1].contains("Dear {name}\r\n"), "without --template files are as they are");
    world.file("letter.txt", "Dear {nmae}\n");
    let out = merge(&world, &server.url(), "t.csv").args(args).args(["--template"]).go();
    out.exits(65)
        .says("the text: line 1 of t.csv: there is no field 'nmae'")
        .says("hint: there are mail, name, number");
}

#[test]
fn a_field_that_is_not_there_is_found_before_anything_is_sent() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    let out = merge(&world, &server.url(), "people.csv").args(["--body", "{nmae}"]).go();
    out.exits(65).says("--body: line 1 of people.csv: there is no field 'nmae'");
    merge(&world, &server.url(), "people.csv")
        .args(["--body", "{name"])
        .go()
        .exits(65)
        .says("a '{' is not closed");
    merge(&world, &server.url(), "people.csv").args(["--merge-key", "id", "--body", "x"]).go().exits(65);
    merge(&world, &server.url(), "gone.csv").args(["--body", "x"]).go().exits(66);
    merge(&world, &server.url(), "people.csv").args(["--body", "x", "--eml", "m.eml"]).go().exits(64);
    world
        .run("rsendmail", ["--merge", "people.csv", "--body", "x", "--server", &server.url()])
        .go()
        .exits(64);
    assert_eq!(server.connections(), 0);
    // In JSON Lines each row has its own names.
    world.file(
        "t.jsonl",
        "{\"mail\":\"a@x.example\",\"name\":\"A\",\"number\":1}\n{\"mail\":\"b@x.example\",\"number\":1}\n",
    );
    let out = merge(&world, &server.url(), "t.jsonl").args(["--body", "x"]).go();
    out.exits(3).says("t.jsonl, line 2: --to: there is no field 'name'");
}

#[test]
fn a_bad_row_is_told_by_its_line_and_the_others_go_on() {
    let (world, server) = (World::new(), server(vec![]));
    let table = "mail,name,number\na@x.example,Ann,1\nnot an address,B,2\nc@x.example,\"two\nlines\",3\nshort\n\nd@x.example,D,../4\n\
                 e@x.example,E,*\nf@x.example,F,\"6\r\nBcc: g@x.example\"\nh@x.example,H,8\n";
    world.file("t.csv", table);
    (1..9).for_each(|n| drop(world.file(format!("{n}.txt"), "x\n")));
    let run = |file: &str| {
        merge(&world, &server.url(), file).args(["--body", "x", "--attach", "{number}.txt"]).go()
    };
    let out = run("t.csv");
    out.exits(3).tame();
    for says in [
        "t.csv, line 3: --to: the field mail is more than an address",
        "t.csv, line 4: --to: the field name holds a line end",
        "t.csv, line 6: it has 1 fields, and the first line 3",
        "t.csv, line 8: --attach: the field number leads out of its directory",
        "t.csv, line 9: --attach: the field number holds one of * ? [ ;",
        "t.csv, line 10: --subject: the field number holds a line end",
    ] {
        out.says(says);
    }
    assert_eq!(recipients(&server), [["a@x.example"], ["h@x.example"]]);
    assert_eq!(out.events("message").len(), 8);
    // A quote that is not closed takes the rest with it, but no more than a bound.
    world.file(
        "open.csv",
        format!(
            "mail,name,number\na@x.example,A,1\nb@x.example,\"B,2\n{}",
            "c@x.example,C,3\n".repeat(400_000)
        ),
    );
    let out = run("open.csv");
    out.exits(3).says("open.csv, line 3: a row of more than 4 MiB").within(40 << 20);
    assert_eq!(server.sent().len(), 3);
}

#[test]
fn a_run_that_was_cut_is_taken_up_where_it_stopped() {
    let world = World::new();
    let rows: String = (1..=20).map(|n| format!("r{n}@x.example,R{n},{n}\n")).collect();
    world.file("t.csv", format!("mail,name,number\n{rows}"));
    let server = server(vec![
        on("RCPT").with("r3@").nth(1).then(reply("450 4.2.0 later\r\n")),
        on("RCPT").with("r4@").nth(1).then(reply("550 5.1.1 no\r\n")),
        on("DOT").nth(8).then(Action::Swallow(End::Stall)),
    ]);
    let run = || merge(&world, &server.url(), "t.csv").args(["--body", "x"]);
    let going = run().args(["--json-file", "first.jsonl"]).start();
    assert!(server.wait_for(Duration::from_secs(20), |log| log.commands.iter().any(|c| c.contains("r10@"))));
    let began = std::time::Instant::now();
    while server.sent().len() < 8 && began.elapsed() < Duration::from_secs(20) {
        server.wait_for(Duration::from_millis(5), |_| false);
    }
    going.signal(rustix::process::Signal::KILL);
    assert_eq!(going.finish().code, 137);
    let out = run().args(["--retry-from", "first.jsonl"]).go();
    out.exits(0);
    let mut all: Vec<_> = recipients(&server).concat();
    // The one whose verdict was out when the run was killed is not known to have been sent.
    let tenth = all.iter().filter(|a| *a == "r10@x.example").count();
    assert_eq!(tenth, 2, "{all:?}");
    all.dedup();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 19, "all but the one that was refused: {all:?}");
    let skipped =
        out.events("message").iter().filter(|m| m["reason"] == "an earlier run has done it").count();
    assert_eq!(skipped, 8);
    // By a key, in a table that has changed.
    world.file("u.csv", "mail,name,number\nr1@x.example,R1,1\nr2@x.example,R2,2\n");
    let run = |file: &str| merge(&world, &server.url(), file).args(["--body", "x", "--merge-key", "number"]);
    run("u.csv").args(["--json-file", "second.jsonl"]).go().exits(0);
    world.file("u.csv", "mail,name,number\nnew@x.example,N,9\nr2@x.example,R2,2\nr1@x.example,R1,1\n");
    let out = run("u.csv").args(["--retry-from", "second.jsonl"]).go();
    assert_eq!(
        sources(&out).iter().map(|(_, o)| o.as_str()).collect::<Vec<_>>(),
        ["ok", "skipped", "skipped"]
    );
    assert_eq!(sources(&out)[0].0, "u.csv, 9");
}

#[test]
fn the_pace_and_the_length_of_a_connection_are_the_users() {
    let (world, server) = (World::new(), server(vec![]));
    let rows: String = (1..=6).map(|n| format!("r{n}@x.example,R{n},{n}\n")).collect();
    world.file("t.csv", format!("mail,name,number\n{rows}"));
    let out = merge(&world, &server.url(), "t.csv")
        .args(["--body", "x", "--rate", "20/s", "--max-per-connection", "4"])
        .go();
    out.exits(0);
    assert!(out.seconds >= 0.25, "{out:?}");
    let connections: Vec<_> = server.sent().iter().map(|s| s.connection).collect();
    assert_eq!(connections, [1, 1, 1, 1, 2, 2]);
    assert_eq!(server.commands_of("QUIT").len(), 2);
    for bad in ["0/s", "x", "1/d", "-1/s", "inf/s"] {
        merge(&world, &server.url(), "t.csv").args(["--body", "x", &format!("--rate={bad}")]).go().exits(64);
    }
}

#[test]
fn a_server_that_has_enough_of_a_connection_gets_another() {
    let world = World::new();
    let rows: String = (1..=9).map(|n| format!("r{n}@x.example,R{n},{n}\n")).collect();
    world.file("t.csv", format!("mail,name,number\n{rows}"));
    let server = Server::start(Options { max_messages: 4, ..Options::default() });
    merge(&world, &server.url(), "t.csv").args(["--body", "x"]).go().exits(0);
    assert_eq!(server.sent().len(), 9);
    let dying = super::server(vec![on("MAIL").from(3).then(reply_then("421 bye\r\n", End::Close))]);
    let out = merge(&world, &dying.url(), "t.csv").args(["--body", "x"]).go();
    out.exits(3);
    assert_eq!(sources(&out).iter().filter(|(_, o)| o == "temporary").count(), 7);
}

#[test]
fn plans_and_prints_show_each() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    let run = |flag: &str| merge(&world, &server.url(), "people.csv").args(["--body", "From {name}", flag]);
    let out = run("--dry-run").go();
    out.exits(0);
    assert_eq!(outcomes(&out).iter().filter(|(_, o)| o == "planned").count(), 3);
    assert!(server.sent().is_empty());
    let args = [
        "--from",
        "me@x.example",
        "--merge",
        "people.csv",
        "--to",
        "{mail}",
        "--bcc",
        "b@x.example",
        "--body",
        "From {name}",
    ];
    let out = world.run("rsendmail", args).args(["--print"]).go();
    out.exits(0);
    // The third is not ASCII, and encoded.
    assert_eq!(out.out().matches("\n>From ").count(), 2, "{out:?}");
    assert!(!out.out().contains("hidden@"));
    // It can be read back.
    world.file("all.mbox", &out.stdout);
    world.run("rsendmail", ["--eml", "all.mbox", "-t", "--server", &server.url()]).go().exits(0);
    assert_eq!(recipients(&server), [["ann@x.example"], ["bob@x.example"], ["carl@x.example"]]);
    assert!(texts(&server)[1].ends_with("\r\nFrom Smith, Bob\r\n"));
}

#[test]
fn ready_messages_by_row() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    (1..=3).for_each(|n| {
        drop(world.file(format!("m{n}.eml"), format!("From: me@x.example\nTo: t{n}@x.example\n\nm{n}\n")))
    });
    let args =
        ["--merge", "people.csv", "--eml", "m{number}.eml", "--to", "{mail}", "--server", &server.url()];
    world.run("rsendmail", args).go().exits(0);
    assert_eq!(recipients(&server), [["ann@x.example"], ["bob@x.example"], ["carl@x.example"]]);
    assert!(texts(&server)[2].ends_with("\r\n\r\nm3\r\n"));
}

#[test]
fn ten_thousand_rows_in_sixteen_mib() {
    let world = World::new();
    let server = Server::start(Options { keep: 0, ..Options::default() });
    let rows: String = (1..=10_000).map(|n| format!("r{n}@x.example,\"Row, {n}\",{n}\n")).collect();
    world.file("t.csv", format!("mail,name,number\n{rows}"));
    let run =
        || merge(&world, &server.url(), "t.csv").args(["--body", "Dear {name},\nyour number is {number}.\n"]);
    let out = run().args(["--json-file", "log.jsonl"]).limit(Duration::from_secs(120)).go();
    out.exits(0).within(16 << 20);
    assert_eq!(server.sent().len(), 10_000);
    let out = run().args(["--retry-from", "log.jsonl"]).limit(Duration::from_secs(120)).go();
    out.exits(0).within(16 << 20);
    assert_eq!((server.sent().len(), &out.summary()["counts"]["skipped"]), (10_000, &10_000.into()));
}

#[test]
fn rows_can_wait_in_the_queue() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    let out = merge(&world, &server.url(), "people.csv").args(["--body", "x", "--queue"]).go();
    out.exits(0);
    assert!(outcomes(&out).iter().all(|(_, o)| o == "queued") && server.sent().is_empty());
    world.run("rsendmail", ["queue", "run"]).go().exits(0);
    let mut all = recipients(&server).concat();
    all.sort();
    assert_eq!(all, ["ann@x.example", "bob@x.example", "carl@x.example"]);
}

#[test]
fn a_run_that_has_no_more_time_says_that_rows_are_left() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("people.csv", PEOPLE);
    let out = merge(&world, &server.url(), "people.csv")
        .args(["--body", "x", "--rate", "1/m", "--max-time", "1"])
        .go();
    out.exits(3).says("--max-time");
    assert_eq!(server.sent().len(), 1);
}
