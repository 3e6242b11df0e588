use super::*;
use crate::sandbox::script::on;
use std::time::{Duration, Instant};

fn text(server: &Server, n: usize) -> String {
    String::from_utf8(server.sent()[n].bytes.to_vec()).unwrap()
}

#[test]
fn what_the_command_writes_is_what_is_sent() {
    let (world, server) = (World::new(), server(vec![]));
    let url = server.url();
    let sign = "printf 'X-Signed: by me\\n'; cat";
    let out = send(&world, &url, &["a@x.example"]).args(["--filter", sign]).go();
    out.exits(0);
    let one = text(&server, 0);
    assert!(one.starts_with("X-Signed: by me\r\nDate: ") && one.ends_with("\r\ntext\r\n"), "{one}");
    let id = out.events("message")[0]["message_id"].as_str().unwrap().to_string();
    assert!(one.contains(&format!("Message-ID: {id}\r\n")));
    // The command gets LF, and what it writes gets CRLF; a Bcc that it writes does not leave.
    let seen = "tee seen | sed '1s/^/Bcc: secret@x.example\\n/'";
    world.file(
        "m.eml",
        "From: me@x.example\r\nTo: a@x.example\r\nBcc: hidden@x.example\r\n\r\nline\r\n.\r\nend",
    );
    let args = ["--eml", "m.eml", "-t", "--server", &url, "--filter", seen];
    world.run("rsendmail", args).go().exits(0);
    let seen = std::fs::read_to_string(world.path("seen")).unwrap();
    assert!(
        !seen.contains('\r') && seen.ends_with("\n\nline\n.\nend\n") && !seen.contains("hidden"),
        "{seen:?}"
    );
    let two = text(&server, 1);
    assert!(
        !two.contains("secret@") && !two.contains("hidden@") && two.ends_with("\r\nline\r\n.\r\nend\r\n"),
        "{two}"
    );
    assert_eq!(recipients(&server)[1], ["a@x.example", "hidden@x.example"]);
    assert_eq!(server.violations(), [""; 0]);
    let out = world.run("rsendmail", ["--eml", "m.eml", "-t", "--filter", sign, "--print"]).go();
    assert!(out.exits(0).out().starts_with("X-Signed: by me\r\n"));
}

#[test]
fn its_exit_decides_and_nothing_is_sent() {
    let (world, server) = (World::new(), server(vec![]));
    let run = |command: &str| {
        send(&world, &server.url(), &["a@x.example"])
            .args(["--filter", command, "--filter-timeout", "2"])
            .go()
    };
    for (command, code, says) in [
        ("exit 75", 75, "the filter did not go through: the command asks to try again later (exit 75)"),
        ("cat; exit 1", 65, "the filter refused the message: the command failed (exit 1)"),
        ("cat; kill -9 $$", 75, "ended by signal 9"),
        ("/no/such/command", 75, "exit 127"),
        ("true", 65, "the filter wrote no message"),
        ("echo this is no header", 65, "line 1 is no header field"),
        ("cat; printf '%01000d\\n' 1", 65, "a line of 1000 bytes"),
        ("", 64, "the command is empty"),
    ] {
        let out = run(command);
        assert_eq!(out.code, code, "{command}: {out:?}");
        out.says(says);
    }
    let began = Instant::now();
    let out = run("(sleep 60; touch late) & cat; wait");
    out.exits(75).says("--filter-timeout");
    assert!(began.elapsed() < Duration::from_secs(30) && !world.path("late").exists());
    assert_eq!(server.connections(), 0, "a connection is not made for what is not sent");
}

#[test]
fn it_does_not_get_our_secrets() {
    let world = World::new().secret("me", "hunter2");
    let server = server(vec![]);
    world.private_file("config", "[rsendmail]\n--url smtp://me@h.example\n--password-env ACCOUNTS\n");
    let out = send(&world, &server.url(), &["a@x.example"])
        .env("RSENDMAIL_PASSWORD", "hunter2")
        .env("MINE", "hunter2")
        .env("WIREPOST_PROXY_PASSWORD", "hunter2")
        .env("ACCOUNTS", "hunter2")
        .env("OTHER", "fine")
        .args(["--config", "config", "--password-env", "MINE", "--filter", "env > env; cat"])
        .go();
    out.exits(0);
    let env = std::fs::read_to_string(world.path("env")).unwrap();
    assert!(
        !env.contains("hunter2") && env.contains("OTHER=fine") && env.contains("WIREPOST_FROM=me@x.example")
    );
}

#[test]
fn a_signature_is_not_broken_by_an_older_server() {
    let world = World::new();
    let server = Server::start(Options { off: vec!["8BITMIME", "SMTPUTF8"], ..Options::default() });
    world.file("m.eml", "From: me@x.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngrüße\n");
    let args = ["--eml", "m.eml", "--to", "a@x.example", "--server", &server.url(), "--retries", "0"];
    // Eight bits are encoded before the command sees them.
    world.run("rsendmail", args).args(["--filter", "tee seen"]).go().exits(0);
    assert!(std::fs::read(world.path("seen")).unwrap().is_ascii());
    // What it makes of them afterwards is its own.
    let out = world.run("rsendmail", args).args(["--filter", "sed 's/^$/\\nü/'"]).go();
    out.exits(69).says("does not offer 8BITMIME");
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn a_merge_is_filtered_row_by_row_and_large_messages_stream() {
    let world = World::new();
    let server = Server::start(Options {
        keep: 4096,
        rules: vec![on("NOOP").then(crate::sandbox::script::before(b""))],
        ..Options::default()
    });
    world.file("t.csv", "mail,ok\na@x.example,yes\nb@x.example,no\nc@x.example,yes\n");
    let args = [
        "--from",
        "me@x.example",
        "--merge",
        "t.csv",
        "--to",
        "{mail}",
        "--body",
        "{ok}",
        "--json",
        "--server",
        &server.url(),
    ];
    let out = world.run("rsendmail", args).args(["--filter", "tee m | grep -q '^no$' && exit 1; cat m"]).go();
    out.exits(3).says("t.csv, line 3: the filter refused the message");
    assert_eq!(recipients(&server), [["a@x.example"], ["c@x.example"]]);
    world.file("big", vec![b'x'; 30 << 20]);
    let out = send(&world, &server.url(), &["a@x.example"]).args(["--attach", "big", "--filter", "cat"]).go();
    out.exits(0).within(24 << 20);
}
