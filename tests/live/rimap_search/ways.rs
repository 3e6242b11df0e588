//! TLS, logins, IDLE, compression, and mailboxes of odd names.
use super::corpus::Dice;
use super::*;
use crate::certs::Cert;
use crate::fixture::Tls;
use crate::fixture::dovecot::Options;

const MESSAGE: &[u8] = b"From: steve@example.org\r\nSubject: report\r\n\r\nall is well\r\n";

#[test]
fn tls_and_every_mechanism() {
    let Some(server) = Dovecot::start(&Options { secure_loopback: false, ..Options::default() }) else {
        return;
    };
    server.fill(server.user, "INBOX", [(MESSAGE, "")]);
    let world = world(&server);
    let ca = server.ca.to_string_lossy().into_owned();
    let plain = format!("imap://{}@{}:{}", server.user, server.host, server.imap);
    let implicit = format!("imaps://{}@{}:{}", server.user, server.host, server.imaps);
    let go = |url: &str, args: &[&str]| {
        let all = [&[url, "--from", "steve"], args].concat();
        world.run("rimap-search", all).env("RIMAP_SEARCH_PASSWORD", server.password).go()
    };
    for mechanism in ["plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"] {
        assert_eq!(uids(&go(&implicit, &["--ca-file", &ca, "--auth", mechanism])), [1], "{mechanism}");
    }
    let token = format!("echo {}", server.token(server.user));
    for mechanism in ["oauthbearer", "xoauth2"] {
        let out = go(&implicit, &["--ca-file", &ca, "--auth", mechanism, "--token-command", &token]);
        assert_eq!(uids(&out), [1], "{out:?}");
    }
    assert_eq!(uids(&go(&plain, &["--ca-file", &ca, "--tls", "required"])), [1]);
    assert_eq!(uids(&go(&implicit, &["--ca-file", &ca, "--compress"])), [1]);
    go(&plain, &["--tls", "off"]).exits(80);
    go(&implicit, &[]).exits(80);
    let out = world
        .run("rimap-search", ["check", &implicit, "--ca-file", &ca, "--cert-days", "2", "--json"])
        .env("RIMAP_SEARCH_PASSWORD", server.password)
        .go();
    let check = &out.events("check")[0];
    assert_eq!((&check["login"], &check["tls"]), (&"SCRAM-SHA-256".into(), &true.into()), "{out:?}");
    assert!(check["certificate_days"].is_i64(), "{out:?}");
    let wrong = world
        .run("rimap-search", [&implicit, "--ca-file", &ca, "x"])
        .env("RIMAP_SEARCH_PASSWORD", "wrong")
        .go();
    wrong.exits(77);
    let Some(other) = Dovecot::start(&Options { cert: Cert::WrongName, ..Options::default() }) else {
        return;
    };
    let url = format!("imaps://{}@{}:{}", other.user, other.host, other.imaps);
    let ca = other.ca.to_string_lossy().into_owned();
    go(&url, &["--ca-file", &ca]).exits(80);
}

#[test]
fn idle_hears_over_tls_and_again_after_a_while() {
    let Some(server) = Dovecot::start(&Options::default()) else { return };
    server.fill(server.user, "INBOX", [(MESSAGE, "")]);
    let world = world(&server);
    let ca = server.ca.to_string_lossy().into_owned();
    let url = format!("imaps://{}@{}:{}", server.user, server.host, server.imaps);
    let args =
        ["watch", &url, "--ca-file", &ca, "--count", "1", "--rearm", "700ms", "--max-time", "40s", "--trace"];
    let going = world.run("rimap-search", args).env("RIMAP_SEARCH_PASSWORD", server.password).start();
    let append = || {
        let args = ["append", &url, "-", "--to", "INBOX", "--ca-file", &ca];
        world
            .run("rimap-search", args)
            .env("RIMAP_SEARCH_PASSWORD", server.password)
            .stdin(MESSAGE)
            .go()
            .exits(0)
            .code
    };
    // The first IDLE is over by its limit before the message comes: the connection must have survived that.
    std::thread::scope(|s| {
        s.spawn(|| {
            let began = std::time::Instant::now();
            while began.elapsed() < std::time::Duration::from_secs(2) {
                world.run_path(std::path::Path::new("/bin/sleep"), ["0.5"]).go();
            }
            append()
        });
        let out = going.finish();
        out.exits(0);
        assert!(out.out().contains("report"), "{out:?}");
        assert!(
            out.err().matches("> w").filter(|_| true).count() > 4 && out.err().matches("IDLE").count() >= 2,
            "{out:?}"
        );
    });
}

/// Names that a Maildir server takes: whatever is no separator, slash or control character.
fn odd_name(dice: &mut Dice, n: usize) -> String {
    const POOL: [&str; 34] = [
        "a", "Z", "9", " ", "&", "-", "_", "+", ",", "=", "@", "#", "!", "$", "'", "\"", "\\", "(", ")", "[",
        "]", "{", "}", "<", ">", "|", "^", ";", ":", "?", "ä", "漢", "🎉", "Ж",
    ];
    let body: String = (0..=dice.roll(14)).map(|_| POOL[dice.roll(POOL.len())]).collect();
    format!("n{n}{body}x")
}

#[test]
fn a_thousand_odd_names() {
    let count = if std::env::var_os("WIREPOST_FULL").is_some() { 1000 } else { 120 };
    for separator in ['.', '/'] {
        let Some(server) = Dovecot::start(&Options { separator, tls: Tls::Off, ..Options::default() }) else {
            return;
        };
        let world = world(&server);
        let mut dice = Dice(0xace);
        let names: Vec<String> = (0..count / 2)
            .map(|n| {
                let name = odd_name(&mut dice, n);
                if dice.roll(4) == 0 {
                    format!("{}/{name}", odd_name(&mut dice, 10_000 + n / 9))
                } else {
                    name
                }
            })
            .collect();
        let spelt = |name: &str| name.replace('/', &separator.to_string());
        for some in names.chunks(100) {
            let args: Vec<&str> =
                ["mailbox", "create"].into_iter().chain(some.iter().map(String::as_str)).collect();
            run(&world, &server, &args).exits(0);
        }
        let list = || -> Vec<String> {
            let out = run(&world, &server, &["mailbox", "list", "--json"]);
            out.events("mailbox").iter().map(|m| m["name"].as_str().unwrap().to_string()).collect()
        };
        let listed = list();
        for name in &names {
            assert!(listed.contains(&spelt(name)), "{name:?} is not in {listed:?}");
        }
        // Each can be opened, filled, renamed and deleted by its name.
        for (n, name) in names.iter().enumerate().step_by(if count > 200 { 1 } else { 6 }) {
            let stdin = start(&world, &server, &["append", "-", "--to", name]).stdin(MESSAGE).go();
            stdin.exits(0);
            let out = run(&world, &server, &["--in", &spelt(name), "--from", "steve", "--json"]);
            assert_eq!(out.events("message")[0]["mailbox"], spelt(name).as_str(), "{out:?}");
            let renamed = format!("renamed {n} ö & co");
            run(&world, &server, &["mailbox", "rename", name, &renamed]).exits(0);
            run(&world, &server, &["mailbox", "delete", &renamed]).exits(65);
            run(&world, &server, &["mailbox", "delete", "--force", &renamed]).exits(0);
        }
    }
}
