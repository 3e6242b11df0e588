//! rsendmail as the last station: Dovecot's LMTP over TCP and by its socket, Postfix as a mail exchanger that our own name server
//! names; and a merge into real mailboxes.

use crate::{
    dns::{NameServer, Rdata, ip, mx},
    fixture::{
        dovecot::{self, Dovecot},
        postfix::{DOMAIN, MANY, Options, Postfix},
    },
    support::{Output, World},
};

const BODIES: &[&str] = &["plain\n", ".\n..\n", "no end", "a\r\n.\r\nb\n", "From here\n"];

fn outcomes(out: &Output) -> Vec<String> {
    out.events("recipient").iter().map(|e| e["outcome"].as_str().unwrap_or_default().to_string()).collect()
}

fn lf(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    if text.ends_with('\n') { text } else { text + "\n" }
}

#[test]
fn dovecots_lmtp_takes_it_over_tcp_and_by_its_socket() {
    let options = dovecot::Options {
        users: vec!["other".to_owned(), "broken".to_owned()],
        ..dovecot::Options::default()
    };
    let Some(server) = Dovecot::start(&options) else { return };
    let world = World::new();
    let tcp = format!("lmtp://{}:{}", server.host, server.lmtp);
    let socket = format!("lmtp://{}", server.lmtp_socket.display());
    for (n, body) in BODIES.iter().enumerate() {
        world.file("m.eml", format!("From: a@x.example\nTo: tester\nSubject: {n}\n\n{body}"));
        for url in [&tcp, &socket] {
            let args = ["--server", url, "--eml", "m.eml", "--to", "tester, other", "--json", "--trace"];
            let out = world.run("rsendmail", args).go();
            out.exits(0).says("LHLO ");
            assert_eq!(outcomes(&out), ["ok", "ok"], "{url}");
        }
    }
    for user in ["tester", "other"] {
        let got: Vec<String> = server
            .messages(user, "INBOX")
            .iter()
            .map(|(_, m)| String::from_utf8_lossy(m).into_owned())
            .collect();
        assert_eq!(got.len(), 2 * BODIES.len());
        for (n, body) in BODIES.iter().enumerate() {
            let mine = got.iter().filter(|m| m.contains(&format!("\nSubject: {n}\n")));
            let same = mine.filter(|m| m.split_once("\n\n").unwrap().1 == lf(body)).count();
            assert_eq!(same, 2, "{body:?} in {got:?}");
        }
    }
    // One home that is no directory: a verdict of its own, behind the dot.
    std::fs::write(server.maildir("broken", "INBOX").parent().unwrap(), "in the way").unwrap();
    for url in [&tcp, &socket] {
        let args =
            ["--server", url, "--eml", "m.eml", "--to", "tester, broken, other", "--json", "--retries", "0"];
        let out = world.run("rsendmail", args).go();
        out.exits(3);
        assert_eq!(outcomes(&out), ["ok", "temporary", "ok"], "{out:?}");
    }
    assert_eq!(server.messages("other", "INBOX").len(), 2 * BODIES.len() + 2);
}

fn zone() -> Vec<(&'static str, Vec<Rdata>)> {
    vec![
        (DOMAIN, vec![mx(10, "gone.wirepost.test"), mx(20, "localhost")]),
        (MANY, vec![mx(10, "localhost")]),
        ("gone.wirepost.test", vec![ip("127.0.0.99")]),
        ("localhost", vec![ip("127.0.0.1")]),
    ]
}

#[test]
fn postfix_is_found_by_its_mx_and_used_under_tls() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let dns = NameServer::start(&zone(), &[]);
    let world = World::new();
    let port = server.mx.to_string();
    let to = format!("tester@{DOMAIN}");
    let args = [
        "--mx",
        "--mx-port",
        &port,
        "--resolver",
        &dns.addr(),
        "--from",
        "a@x.example",
        "--to",
        &to,
        "--json",
    ];
    let run = |more: &[&str]| {
        world.run("rsendmail", args).args(["--retries", "0", "--body", "by mx"]).args(more).go()
    };
    let out = run(&[]);
    out.exits(0);
    let message = &out.events("message")[0];
    assert!(message["tls_version"].is_string() && message["queue_id"].is_string(), "{message}");
    assert_eq!(message["server"], format!("localhost:{port}"), "the first exchanger is not there");
    // Verified, where that is asked for: the certificate is for localhost.
    run(&["--tls", "required", "--ca-file", server.ca.to_str().unwrap()]).exits(0);
    // Not by an authority that nobody trusts; the other exchanger may yet come up, so it is worth another try.
    run(&["--tls", "required"]).exits(75);
    let got = server.delivered("tester", 2);
    assert!(got.iter().all(|m| String::from_utf8_lossy(m).contains("with ESMTPS")), "{}", server.log());
    let out = run(&["--to", &format!("nobody@{DOMAIN}"), "--to", &format!("x@{MANY}")]);
    out.exits(3);
    assert_eq!(outcomes(&out), ["ok", "permanent", "ok"]);
}

#[test]
fn a_merge_reaches_every_mailbox() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let world = World::new();
    let names = ["tester", "other", "third"];
    let rows: String = (0..60).map(|n| format!("{}@{DOMAIN},\"Row, {n}\",{n}\n", names[n % 3])).collect();
    world.file("t.csv", format!("mail,name,number\n{rows}"));
    world.file("letter.txt", "Dear {name},\nyour number is {number}.\n");
    let url = format!("smtp://{}:{}", server.host, server.mx);
    let args =
        ["--server", &url, "--merge", "t.csv", "--from", "a@x.example", "--to", "{name} <{mail}>", "--json"];
    let args =
        [&args[..], &["--subject", "Bill {number}", "--body-file", "letter.txt", "--template"]].concat();
    let out = world.run("rsendmail", &args).args(["--filter", "printf 'X-Filter: was here\\n'; cat"]).go();
    out.exits(0);
    assert_eq!(out.summary()["counts"]["ok"], 60);
    for (i, name) in names.iter().enumerate() {
        let got = server.delivered(name, 20);
        assert_eq!(got.len(), 20);
        for n in (0..60).filter(|n| n % 3 == i) {
            let body = format!("Dear Row, {n},\nyour number is {n}.\n");
            let mine = got.iter().filter(|m| String::from_utf8_lossy(m).ends_with(&body)).collect::<Vec<_>>();
            assert_eq!(mine.len(), 1, "{n}");
            let text = String::from_utf8_lossy(mine[0]);
            assert!(
                text.contains("\nX-Filter: was here\n") && text.contains(&format!("\nSubject: Bill {n}\n")),
                "{text}"
            );
        }
    }
}
