//! What must never happen: something done to the wrong message, to more of them than was said, or before what it depends on;
//! a message that is forgotten, or ends without a line.
use super::*;
use crate::sandbox::script::{Action, End, Fault, Rule, call, on, reply};
use crate::sandbox::store::{Message, Store};
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

fn numbers(server: &Server, mailbox: &str) -> Vec<u32> {
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

#[test]
fn two_of_one_name_are_both_there_before_their_messages_go() {
    for how in ["rename", "skip", "overwrite"] {
        let (world, server) = (world(), Server::start(Options::default()));
        world.file("d/r.txt", "old");
        for text in ["one", "two"] {
            let head =
                "From: a@a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n";
            let part = "Content-Disposition: attachment; filename=s.txt\r\n\r\n";
            put(&server, "INBOX", format!("{head}{part}{text}\r\n--o--\r\n").into_bytes(), &[], MARCH);
        }
        run(&world, &server, &["--all", "--save", "*", "-d", "d", "--on-conflict", how, "--delete"]).exits(0);
        assert_eq!(numbers(&server, "INBOX"), [0; 0]);
        let read = |name: &str| fs::read_to_string(world.path("d").join(name)).unwrap_or_default();
        assert_eq!([read("s.txt"), read("s.1.txt")], ["one", "two"], "{how}");
    }
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
