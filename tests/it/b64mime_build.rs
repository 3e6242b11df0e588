//! b64mime builds messages, and reads back what it built; pieces of messages.

use crate::support::World;

#[test]
fn what_is_built_reads_back() {
    let world = World::new();
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    world.file("ä ö.bin", &binary);
    world.file("crlf.txt", "a\r\nb\r\n");
    world.file("lf.txt", "a\nb\n");
    world.file("logo.png", b"\x89PNG\r\n\x1a\nrest");
    world.file("body.txt", "Grüße,\nFrom here on\n.\n");
    world.file("body.html", "<img src=\"cid:logo\">\n");
    let built = world
        .run(
            "b64mime",
            ["build", "--from", "Änn <ann@example.org>", "--to", "bob@example.net, Team: c@d;", "-s"],
        )
        .args(["☃ und mehr", "--bcc", "secret@example.com", "--body-file", "body.txt", "--html", "body.html"])
        .args([
            "--inline",
            "logo=logo.png",
            "--attach",
            "ä ö.bin",
            "--attach",
            "*.txt;type=text/x-odd",
            "--header",
            "X-Y: z",
        ])
        .args(["-o", "m.eml", "--json"])
        .go();
    built.exits(0);
    let written = &built.events("written")[0];
    let message = std::fs::read(world.path("m.eml")).unwrap();
    assert_eq!(written["bytes"].as_u64().unwrap(), message.len() as u64);
    let text = String::from_utf8(message.clone()).unwrap();
    assert!(text.is_ascii() && !text.contains("secret") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.contains(&format!("Message-ID: {}\r\n", written["message_id"].as_str().unwrap())));
    assert!(
        text.lines().all(|l| l.len() <= 998) && text.contains("\r\nDate: ") || text.starts_with("Date: ")
    );
    world.run("b64mime", ["lint", "m.eml", "--warnings"]).go().exits(0);
    world.run("b64mime", ["extract", "m.eml", "-d", "out", "--all"]).go().exits(0);
    let read = |name: &str| std::fs::read(world.path(name)).unwrap();
    for name in ["ä ö.bin", "crlf.txt", "lf.txt", "logo.png"] {
        assert!(read(&format!("out/{name}")) == read(name), "{name} is not what it was");
    }
    assert_eq!(read("out/part-1.1.1.txt"), "Grüße,\r\nFrom here on\r\n.\r\n".as_bytes());
    let headers = world.run("b64mime", ["headers", "m.eml"]).go().out();
    for line in
        ["From: Änn <ann@example.org>", "To: bob@example.net, Team: c@d;", "Subject: ☃ und mehr", "X-Y: z"]
    {
        assert!(headers.contains(line), "{line}: {headers}");
    }
    assert_eq!(world.run("b64mime", ["text", "m.eml"]).go().out(), "Grüße,\nFrom here on\n.\n");
    let size = world.run("b64mime", ["build", "--attach", "ä ö.bin", "--size"]).go().out();
    let stdout = world.run("b64mime", ["build", "--attach", "ä ö.bin"]).go().stdout;
    // The random parts have constant length.
    assert_eq!(size.trim().parse::<usize>().unwrap(), stdout.len());
}

#[test]
fn parts_nest_and_digests_hold_messages() {
    let world = World::new();
    world.file("a.eml", "Subject: one\n\nfirst\n");
    world.file("b.eml", "Subject: two\n\nsecond\n");
    world.file("x.html", "<p>hi</p>\n");
    let digest =
        world.run("b64mime", ["build", "--digest", "a.eml", "--digest", "b.eml", "--body", "two:"]).go();
    let list = world.run("b64mime", ["list", "--json"]).stdin(digest.exits(0).stdout.clone()).go();
    let types: Vec<String> = list
        .events("part")
        .iter()
        .map(|p| format!("{} {}", p["part"].as_str().unwrap(), p["media_type"].as_str().unwrap()))
        .collect();
    assert_eq!(
        types,
        [
            "TEXT multipart/mixed",
            "1 text/plain",
            "2 multipart/digest",
            "2.1 message/rfc822",
            "2.1.1 text/plain",
            "2.2 message/rfc822",
            "2.2.1 text/plain"
        ]
    );
    let part =
        world.run("b64mime", ["build", "--bare", "--body", "hi", "--html", "x.html", "-o", "part"]).go();
    part.exits(0);
    let nested =
        world.run("b64mime", ["build", "--part", "part", "--attach", "a.eml", "--as", "parallel"]).go();
    let text = nested.exits(0).out();
    assert!(
        text.contains("multipart/parallel")
            && text.contains("multipart/alternative")
            && text.contains("message/rfc822")
    );
    let list = world.run("b64mime", ["list"]).stdin(text).go().out();
    assert!(list.contains("1.2") && list.contains("a.eml"), "{list}");
    let empty = world.run("b64mime", ["build"]).go();
    assert!(empty.exits(0).out().ends_with("\r\n\r\n"), "{empty:?}");
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let world = World::new();
    world.file("eight.eml", "Subject: ü\n\nü\n");
    for (args, code) in [
        (&["--to", "a@b\r\nBcc: x@y"][..], 64),
        (&["-s", "a\nb"], 64),
        (&["--header", "X: a\r\nY: b"], 64),
        (&["--header", "Bcc: a@b"], 64),
        (&["--header", "nothing"], 64),
        (&["--to", "not an address"], 64),
        (&["--attach", "nosuch.pdf"], 66),
        (&["--attach", "*.nosuch"], 66),
        (&["--attach", "eight.eml;oops"], 64),
        (&["--inline", "x=eight.eml"], 64),
        (&["--digest", "eight.eml"], 65),
        (&["--body-file", "nosuch"], 66),
        (&["--body-file", "-", "--html", "-"], 64),
        (&["--date", "yesterday-ish"], 64),
        (&["--message-id", "no at"], 64),
    ] {
        let done = world.run("b64mime", ["build"]).args(args.iter()).stdin("").go();
        assert_eq!((done.code, done.stdout.len()), (code, 0), "{done:?}");
        done.tame();
    }
    // An attached message that would need eight bits goes as a file.
    let file = world.run("b64mime", ["build", "--attach", "eight.eml"]).go().out();
    assert!(file.contains("application/octet-stream") && file.contains("base64"));
}

#[test]
fn stdin_and_tails_and_gzip() {
    let world = World::new();
    world.file("app.log", "line one\nline two\n");
    let built = world
        .run(
            "b64mime",
            [
                "build",
                "--attach-stdin",
                "in.csv",
                "--attach",
                "app.log;tail=9;name=end.log",
                "--attach",
                "app.log;gzip",
            ],
        )
        .stdin("a,b\n")
        .go();
    world.run("b64mime", ["extract", "-d", "out"]).stdin(built.exits(0).stdout.clone()).go().exits(0);
    let read = |name: &str| std::fs::read(world.path("out").join(name)).unwrap();
    assert_eq!((read("in.csv"), read("end.log")), (b"a,b\n".to_vec(), b"line two\n".to_vec()));
    let plain = world.run_path(std::path::Path::new("/bin/sh"), ["-c", "gzip -dc out/app.log.gz"]).go();
    assert_eq!(plain.out(), "line one\nline two\n");
}

#[test]
fn split_and_join() {
    let world = World::new();
    world.file("big.bin", (0..=255).cycle().take(200_000).collect::<Vec<u8>>());
    world
        .run("b64mime", ["build", "--to", "a@b.example", "-s", "big", "--attach", "big.bin", "-o", "m.eml"])
        .go()
        .exits(0);
    let split = world.run("b64mime", ["split", "m.eml", "--size", "64K", "-d", "pieces", "--json"]).go();
    split.exits(0);
    let pieces = split.events("written");
    assert!(pieces.len() >= 5 && pieces.iter().all(|p| p["bytes"].as_u64().unwrap() <= 65536), "{split:?}");
    let mut names: Vec<String> = pieces.iter().map(|p| p["local"].as_str().unwrap().to_string()).collect();
    names.reverse();
    world.run("b64mime", ["join", "-o", "joined.eml"]).args(&names).go().exits(0);
    world.run("b64mime", ["extract", "joined.eml", "-d", "out"]).go().exits(0);
    assert!(
        std::fs::read(world.path("out/big.bin")).unwrap() == std::fs::read(world.path("big.bin")).unwrap()
    );
    let missing = world.run("b64mime", ["join"]).args(&names[1..]).go();
    missing.exits(65).says("is missing");
    world.run("b64mime", ["join", "m.eml"]).go().exits(65).says("no piece");
}

#[test]
fn a_text_may_begin_with_a_dash() {
    let world = World::new();
    let words =
        ["--from", "a@x.example", "--to", "-b <b@x.example>", "-s", "-5 degrees", "--body", "-- failed"];
    let more = ["--header", "X-Y: -z", "--attach-stdin", "-x y"];
    for (name, first) in
        [("b64mime", &["build"][..]), ("rsendmail", &["--server", "smtp://127.0.0.1:1", "--print"])]
    {
        let out = world.run(name, first).args(words).args(more).stdin("x").go();
        out.exits(0);
        for line in
            ["To: -b <b@x.example>", "Subject: -5 degrees", "X-Y: -z", "-- failed", "filename=\"-x y\""]
        {
            assert!(out.out().contains(line), "{name}: {line}: {out:?}");
        }
    }
    let out = world.run("b64mime", ["encode", "--uu", "--name", "-x y"]).stdin("x").go();
    assert!(out.out().starts_with("begin 644 -x y\n"), "{out:?}");
    world.file("m.eml", out.stdout.clone());
    world.run("b64mime", ["extract", "m.eml", "--name", "-x *", "--to-stdout"]).go().exits(0);
}

#[test]
fn a_subject_that_no_header_can_hold_hinders_no_split() {
    let world = World::new();
    world.file("m.eml", "Subject: =?utf-8?q?a=0Ab=00c?=\r\n\r\nx\r\n");
    world.run("b64mime", ["split", "m.eml", "--size", "4K", "-d", "o"]).go().exits(0);
    let piece = world.run("b64mime", ["headers", "o/m.1of1.eml", "-H", "Subject"]).go();
    assert_eq!(piece.out(), "a b c (1/1)\n");
}
