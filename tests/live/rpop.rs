//! rpop against Dovecot: every way in, large mailboxes, and its Maildir read back by Dovecot itself.

use crate::{
    fixture::{
        Tls,
        dialogue::Dialogue,
        dovecot::{Dovecot, Options},
    },
    support::{Output, World},
};
use std::{fs, path::Path};

fn full() -> bool {
    std::env::var_os("WIREPOST_FULL").is_some()
}

struct Site {
    world: World,
    server: Dovecot,
}

fn site(options: &Options) -> Option<Site> {
    let server = Dovecot::start(options)?;
    Some(Site { world: World::new().secret(server.user, server.password), server })
}

impl Site {
    fn rpop(&self, url: &str, args: &[&str]) -> Output {
        let ca = self.server.ca.display().to_string();
        self.world
            .run("rpop", args)
            .args(["--ca-file", &ca])
            .env("RPOP_URL", url)
            .env("RPOP_PASSWORD", self.server.password)
            .limit(std::time::Duration::from_secs(120))
            .go()
    }

    fn plain(&self) -> String {
        format!("pop3://{}@{}:{}", self.server.user, self.server.host, self.server.pop3)
    }

    fn implicit(&self) -> String {
        format!("pop3s://{}@{}:{}", self.server.user, self.server.host, self.server.pop3s)
    }
}

/// Message `n`: dots, From_ lines, long lines, eight bits, about `size` bytes.
fn message(n: usize, size: usize) -> Vec<u8> {
    let mut text =
        format!("From: a@example.org\r\nSubject: {n}\r\n\r\n.\r\n..x\r\nFrom {n}\r\n\u{e4}\r\n").into_bytes();
    while text.len() < size {
        text.extend_from_slice(
            format!("{n} {} and so on, and so on, and so on, and on.\r\n", text.len()).as_bytes(),
        );
    }
    text.extend_from_slice(b".end\r\n");
    text
}

fn stored(message: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(message).replace("\r\n", "\n").into_bytes()
}

fn files(dir: &Path) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = fs::read_dir(dir).unwrap().map(|e| fs::read(e.unwrap().path()).unwrap()).collect();
    all.sort();
    all
}

#[test]
fn every_way_in() {
    for (options, tls_flag) in
        [(Options { tls: Tls::Off, ..Options::default() }, "off"), (Options::default(), "required")]
    {
        let Some(site) = site(&options) else { return };
        let text = message(1, 0);
        site.server.fill(site.server.user, "INBOX", [(&text[..], "")]);
        let mut urls = vec![site.plain()];
        if options.tls != Tls::Off {
            urls.push(site.implicit());
        }
        for url in urls {
            for method in ["best", "user", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"] {
                let out = site.rpop(&url, &["show", "1", "--auth", method, "--tls", tls_flag]);
                assert_eq!(out.exits(0).stdout, stored(&text), "{url} {method}");
            }
            let token = format!("echo {}", site.server.token(site.server.user));
            for method in ["best", "xoauth2", "oauthbearer"] {
                let args = ["stat", "--token-command", &token, "--auth", method, "--tls", tls_flag];
                site.rpop(&url, &args).exits(0);
            }
            let wrong = ["stat", "--password-command", "echo wrong", "--tls", tls_flag];
            site.rpop(&url, &wrong).exits(77);
        }
    }
}

#[test]
fn ten_thousand_messages_come_once_and_dovecot_reads_them() {
    let count = if full() { 10_000 } else { 1_500 };
    let Some(site) = site(&Options::default()) else { return };
    let user = site.server.user;
    let texts: Vec<_> = (1..=count).map(|n| message(n, 4096)).collect();
    site.server.fill(user, "INBOX", texts.iter().map(|t| (&t[..], "")));
    let fetch = |flags: &[&str]| {
        site.rpop(&site.plain(), &[&["fetch", "--maildir", "Mail", "--json"], flags].concat())
    };
    let out = fetch(&["--keep-newest", "1"]);
    let summary = out.exits(0).summary();
    assert_eq!(summary["counts"]["ok"], count);
    assert!(summary["round_trips"].as_u64().unwrap() <= 100, "{summary}");
    let mut expect: Vec<_> = texts.iter().map(|t| stored(t)).collect();
    expect.sort();
    assert!(files(&site.world.path("Mail/new")) == expect, "what lies there is not what was sent");
    assert_eq!(site.server.messages(user, "INBOX").len(), 1);
    assert_eq!(fetch(&[]).exits(0).events("message").len(), 0);

    // Given back to Dovecot as a mailbox: it finds the messages, and its sizes are those in the names.
    let inbox = site.server.maildir("reader", "INBOX");
    for sub in ["new", "cur", "tmp"] {
        fs::create_dir_all(inbox.join(sub)).unwrap();
    }
    for entry in fs::read_dir(site.world.path("Mail/new")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, inbox.join("new").join(path.file_name().unwrap())).unwrap();
    }
    site.server.give_away("reader");
    let mut client = Dialogue::connect(site.server.host, site.server.pop3);
    client.expect("+OK");
    client.ask("STLS", "+OK");
    client.secure(&site.server.ca);
    // The static user database knows every name; its password comes from a token.
    let bearer = format!("user=reader\x01auth=Bearer {}\x01\x01", site.server.token("reader"));
    client.ask(&format!("AUTH XOAUTH2 {}", openssl::base64::encode_block(bearer.as_bytes())), "+OK");
    let octets: usize = texts.iter().map(Vec::len).sum();
    client.ask("STAT", &format!("+OK {count} {octets}"));
}

#[test]
fn two_hundred_megabytes_in_flat_memory() {
    let size = if full() { 200 << 20 } else { 40 << 20 };
    let Some(site) = site(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let text = message(1, size);
    site.server.fill(site.server.user, "INBOX", [(&text[..], "")]);
    let expect = stored(&text);
    for (to, at) in [("--maildir", "Mail"), ("--mbox", "box")] {
        let out = site.rpop(&site.plain(), &["fetch", "--all", to, at]);
        // A test build; the release build is measured by scripts/bench.
        out.exits(0).within(24 << 20);
    }
    assert!(files(&site.world.path("Mail/new")) == [expect.clone()]);
    let mbox = fs::read(site.world.path("box")).unwrap();
    // The From_ line, one quoted line, and the empty line at the end.
    let line = mbox.iter().position(|b| *b == b'\n').unwrap() + 1;
    assert_eq!(mbox.len(), line + expect.len() + 1 + 1);
    let out = site.rpop(&site.plain(), &["show", "1"]);
    assert!(out.exits(0).stdout == expect);
}
