use super::*;
use crate::sandbox::script::{Action, End, on, reply, reply_then};
use std::{
    io,
    net::{Shutdown, TcpStream},
    os::unix::net::UnixListener,
};

fn lmtp(rules: Vec<Rule>) -> Server {
    Server::start(Options { lmtp: true, rules, ..Options::default() })
}

const THREE: [&str; 3] = ["a@x.example", "b@x.example", "c@x.example"];

#[track_caller]
fn words(out: &Output) -> Vec<String> {
    outcomes(out).into_iter().map(|(_, outcome)| outcome).collect()
}

#[test]
fn every_recipient_has_its_own_verdict() {
    let world = World::new();
    let server = lmtp(vec![]);
    let out = send(&world, &server.url(), &THREE).args(["--trace"]).go();
    out.exits(0);
    assert_eq!(words(&out), ["ok"; 3]);
    assert!(server.commands()[0].starts_with("LHLO "), "{:?}", server.commands());
    assert_eq!(server.violations(), [""; 0]);
    assert_eq!(out.summary()["round_trips"], 5);

    type Row<'a> = (&'a str, Vec<Rule>, i32, [&'a str; 3]);
    let rows: Vec<Row<'_>> = vec![
        (
            "full",
            vec![on("DOT").with("b@").then(reply("552 5.2.2 b is full\r\n"))],
            3,
            ["ok", "permanent", "ok"],
        ),
        ("busy", vec![on("DOT").with("b@").then(reply("451 4.2.0 later\r\n"))], 3, ["ok", "temporary", "ok"]),
        ("gone", vec![on("DOT").then(reply("550 5.1.1 nobody\r\n"))], 67, ["permanent"; 3]),
        (
            "cut",
            vec![on("DOT").with("b@").then(Action::Swallow(End::Close))],
            79,
            ["ok", "unknown", "unknown"],
        ),
        ("nonsense", vec![on("DOT").with("c@").then(reply("354 what\r\n"))], 79, ["ok", "ok", "unknown"]),
        (
            "421",
            vec![on("DOT").with("b@").then(reply_then("421 4.3.2 bye\r\n", End::Close))],
            79,
            ["ok", "temporary", "unknown"],
        ),
        (
            "refused before",
            vec![
                on("RCPT").with("a@").then(reply("550 5.1.1 no a\r\n")),
                on("DOT").with("c@").then(reply("552 5.2.2 c is full\r\n")),
            ],
            3,
            ["permanent", "ok", "permanent"],
        ),
    ];
    for (name, rules, code, want) in rows {
        let server = lmtp(rules);
        let out = send(&world, &server.url(), &THREE).go();
        assert_eq!((out.code, words(&out)), (code, want.map(String::from).to_vec()), "{name}: {out:?}");
    }
}

#[test]
fn only_who_was_put_off_is_asked_again() {
    let world = World::new();
    let server = lmtp(vec![on("DOT").with("b@").nth(1).then(reply("451 4.2.0 later\r\n"))]);
    let out = send(&world, &server.url(), &THREE).args(["--retries", "1"]).go();
    out.exits(0);
    assert_eq!(words(&out), ["ok"; 3]);
    assert_eq!(recipients(&server), [vec!["a@x.example", "c@x.example"], vec!["b@x.example"]]);
}

#[test]
fn without_pipelining_and_with_chunking_it_is_the_same() {
    let world = World::new();
    let server = lmtp(vec![on("DOT").with("b@").then(reply("552 5.2.2 full\r\n"))]);
    for flags in [["--no-pipelining"].as_slice(), &["--no-chunking"], &["--no-chunking", "--no-pipelining"]] {
        let out = send(&world, &server.url(), &THREE).args(flags).go();
        assert_eq!(
            (out.code, words(&out)),
            (3, ["ok", "permanent", "ok"].map(String::from).to_vec()),
            "{flags:?}"
        );
    }
    assert_eq!(server.violations(), [""; 0]);
    // Nobody is left, and the server wants a message all the same.
    let odd = lmtp(vec![on("RCPT").then(reply("550 5.1.1 no\r\n")), on("DATA").then(reply("354 go\r\n"))]);
    let out = send(&world, &odd.url(), &THREE).go();
    out.exits(67);
    assert!(odd.sent().is_empty());
}

#[test]
fn smtp_is_not_lmtp() {
    let world = World::new();
    let server = server(vec![]);
    let url = server.url().replace("smtp://", "lmtp://");
    let out = send(&world, &url, &["a@x.example"]).go();
    out.exits(69).says("LHLO was refused").says("hint: what answers there may be SMTP");
    assert_eq!(server.commands_of("HELO"), [""; 0]);
    for bad in ["lmtp://", "lmtp:///", "lmtp:///a%00b", "lmtp://h/path"] {
        send(&world, bad, &["a@x.example"]).go().exits(64);
    }
}

/// A socket of this machine that leads to the server.
fn relay(path: &std::path::Path, server: &Server) {
    let (listener, to) = (UnixListener::bind(path).unwrap(), server.addr());
    std::thread::spawn(move || {
        while let Ok((here, _)) = listener.accept() {
            let Ok(there) = TcpStream::connect(to) else { return };
            let (mut from, mut into) = (here.try_clone().unwrap(), there.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = io::copy(&mut from, &mut into);
                let _ = into.shutdown(Shutdown::Write);
            });
            let (mut here, mut there) = (here, there);
            let _ = io::copy(&mut there, &mut here);
        }
    });
}

#[test]
fn a_socket_of_this_machine() {
    let world = World::new();
    let server = lmtp(vec![on("DOT").with("b@").then(reply("552 5.2.2 full\r\n"))]);
    let path = world.path("a socket");
    relay(&path, &server);
    let url = format!("lmtp://{}", path.display().to_string().replace(' ', "%20"));
    let out = send(&world, &url, &THREE).go();
    out.exits(3);
    assert_eq!(words(&out), ["ok", "permanent", "ok"]);
    assert_eq!(out.events("message")[0]["server"], path.display().to_string());
    let shown = path.display();
    out.says(&format!("{shown} refused b@x.example: 552 5.2.2 full"));
    // A name without a domain is that machine's, and so is who may read what is said: no TLS.
    assert!(!server.sent()[0].tls);
    let gone = format!("lmtp://{}", world.path("gone").display());
    send(&world, &gone, &["a@x.example"]).go().exits(75).says("no such file or directory");
    send(&world, &gone, &["a@x.example"]).args(["--proxy", "socks5h://127.0.0.1:1"]).go().exits(64);
}
