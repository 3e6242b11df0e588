//! Each message once, to where it belongs, and what happens on the server.

use super::{files, message, numbers, site, site_with, stored};
use crate::sandbox::{pop3, script::on, store::Store, tls::Tls};
use std::time::Duration;

#[test]
fn new_messages_come_once() {
    let site = site(vec![]).with(3);
    let out = site.fetch(&[]);
    let summary = out.exits(0).summary();
    assert_eq!(summary["counts"]["ok"], 3);
    let events = out.events("message");
    assert_eq!(events.len(), 3);
    assert_eq!((&events[0]["outcome"], &events[0]["store"]), (&"ok".into(), &"maildir".into()));
    assert_eq!(events[0]["size"], message(1).len());
    assert!(std::path::Path::new(events[0]["path"].as_str().unwrap()).exists());
    assert_eq!(site.subjects("Mail"), numbers(1..=3));
    let mut texts = files(&site.world.path("Mail/new"));
    texts.sort();
    assert_eq!(texts, [stored(1), stored(2), stored(3)]);
    // Again: nothing. One more: that one.
    assert_eq!(site.fetch(&[]).exits(0).events("message").len(), 0);
    site.fetch(&["--exit-code"]).exits(1);
    site.server.store.add(message(4));
    site.fetch(&["--exit-code"]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=4));
    assert_eq!(site.server.store.messages("INBOX").len(), 4, "kept by default");
    assert_eq!(site.server.violations(), [""; 0]);
}

#[test]
fn success_is_silent_and_nothing_else_is_touched() {
    let site = site(vec![]).with(1);
    let before = site.world.snapshot();
    let out = site.rpop(&["fetch", "--maildir", "Mail"]).go();
    assert_eq!((out.exits(0).out(), out.err()), (String::new(), String::new()));
    assert!(site.world.changed_since(&before, &["work/Mail", "state/wirepost"]).is_empty());
    let out = site.rpop(&["fetch", "--maildir", "Mail", "--all", "-v"]).go();
    assert!(out.exits(0).out().starts_with("message 1 ("), "{out:?}");
}

#[test]
fn a_mailbox_costs_few_round_trips() {
    let site = site(vec![]).with(300);
    let summary = site.fetch(&["--delete"]).exits(0).summary();
    let trips = summary["round_trips"].as_u64().unwrap();
    assert!(trips <= 14, "{trips} round trips");
    assert!(site.server.round_trips() <= 14, "{}", site.server.round_trips());
    assert_eq!(site.subjects("Mail").len(), 300);
    assert!(site.server.store.messages("INBOX").is_empty());
}

#[test]
fn without_pipelining_one_at_a_time() {
    let options = pop3::Options { off: vec!["PIPELINING"], ..pop3::Options::default() };
    let site = site_with(options).with(5);
    site.fetch(&["--delete"]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=5));
    assert_eq!(site.server.violations(), [""; 0]);
}

#[test]
fn what_was_delivered_can_be_deleted_and_nothing_else() {
    let site = site(vec![]).with(2);
    let dry = site.rpop(&["fetch", "--catch-up", "--dry-run"]).go();
    assert_eq!(dry.exits(0).out(), "would count message 1 as fetched\nwould count message 2 as fetched\n");
    let dry = site.fetch(&["--catch-up", "--dry-run"]);
    assert_eq!(dry.exits(0).summary()["counts"]["planned"], 2, "and nothing is remembered: {dry:?}");
    site.fetch(&["--catch-up"]).exits(0);
    assert!(site.subjects("Mail").is_empty());
    site.server.store.add(message(3));
    site.fetch(&[]).exits(0);
    site.server.store.add(message(4));
    let out = site.fetch(&["--delete"]);
    let deletion = &out.exits(0).events("deletion")[0];
    assert_eq!((&deletion["outcome"], &deletion["messages"]), (&"ok".into(), &2.into()));
    // What was caught up with was never delivered: it is still nowhere else.
    assert_eq!(site.left(), ["1", "2"]);
    assert_eq!(site.subjects("Mail"), ["3", "4"]);
}

#[test]
fn delete_after_and_keep_newest_wait() {
    let site = site(vec![]).with(4);
    site.fetch(&["--delete-after", "30d"]).exits(0);
    assert_eq!(site.server.store.messages("INBOX").len(), 4, "too young");
    site.fetch(&["--delete-after", "0"]).exits(0);
    assert_eq!(site.server.store.messages("INBOX").len(), 0);
    for n in 5..=9 {
        site.server.store.add(message(n));
    }
    site.fetch(&["--keep-newest", "2"]).exits(0);
    assert_eq!(site.server.store.messages("INBOX").len(), 2);
    assert_eq!(site.subjects("Mail"), numbers(1..=9));
}

#[test]
fn limits_and_dry_run() {
    let site = site(vec![]).with(2);
    site.server.store.add(format!("Subject: large\r\n\r\n{}\r\n", "x".repeat(5000)));
    let out = site.fetch(&["--dry-run", "--max-size", "1K"]);
    let planned: Vec<_> = out.exits(0).events("message").iter().map(|e| e["outcome"].to_string()).collect();
    assert_eq!(planned, ["\"planned\"", "\"planned\"", "\"skipped\""]);
    assert!(site.subjects("Mail").is_empty());
    assert!(site.server.commands_of("RETR").is_empty());
    site.fetch(&["--max", "1"]).exits(0);
    assert_eq!(site.subjects("Mail"), ["1"]);
    let out = site.fetch(&["--max-size", "1K"]);
    assert_eq!(out.exits(0).events("message")[0]["reason"], "max_size");
    assert_eq!(site.subjects("Mail"), ["1", "2"]);
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), ["1", "2", "large"]);
}

#[test]
fn since_looks_at_headers_only() {
    let site = site(vec![]);
    for (n, year) in [(1, 2001), (2, 2031), (3, 1999)] {
        site.server.store.add(format!("Date: Mon, 1 Jan {year} 00:00:00 +0000\r\n{}", message(n)));
    }
    let out = site.fetch(&["--since", "2020-01-01"]);
    assert_eq!(out.exits(0).events("message").len(), 3);
    assert_eq!(site.subjects("Mail"), ["2"]);
    assert_eq!(site.server.commands_of("RETR"), ["RETR 2"]);
    site.fetch(&["--since", "yesterday"]).exits(64);
}

#[test]
fn all_means_all() {
    let site = site(vec![]).with(2);
    site.fetch(&[]).exits(0);
    site.fetch(&["--all"]).exits(0);
    assert_eq!(site.subjects("Mail"), ["1", "1", "2", "2"]);
}

#[test]
fn into_an_mbox_that_python_reads() {
    let site = site(vec![]).with(3);
    for n in 1..=2 {
        site.rpop(&["fetch", "--mbox", "box"]).go().exits(0);
        site.server.store.add(message(3 + n));
    }
    let script = "import mailbox\nfor m in mailbox.mbox('box'):\n  b=m.get_payload()\n  print(m['subject'], b.count('>From'), len(b.splitlines()))";
    let python = site.world.run_path("/usr/bin/env".as_ref(), ["python3", "-c", script]);
    let out = python.env("PATH", std::env::var("PATH").unwrap()).env("PYENV_VERSION", "").go();
    // Python does not undo the quoting; it finds the right messages all the same.
    assert_eq!(out.exits(0).out(), "1 1 5\n2 1 5\n3 1 5\n4 1 5\n");
    assert!(!site.world.path("box.lock").exists());
    assert_eq!(std::fs::read_dir(site.world.path("")).unwrap().count(), 1, "no staging file is left");
}

#[test]
fn into_a_directory_of_eml_files() {
    let site = site(vec![]).with(2);
    site.rpop(&["fetch", "--dir", "mail", "--crlf"]).go().exits(0);
    let mut texts = files(&site.world.path("mail"));
    texts.sort();
    assert_eq!(texts, [message(1), message(2)]);
    let names: Vec<_> = std::fs::read_dir(site.world.path("mail")).unwrap().collect();
    assert!(names.into_iter().all(|n| n.unwrap().file_name().to_string_lossy().ends_with(".eml")));
}

#[test]
fn to_stdout_as_an_mbox() {
    let site = site(vec![]).with(2);
    let out = site.rpop(&["fetch", "--stdout"]).go();
    let text = out.exits(0).out();
    assert_eq!(text.matches("\n>From ").count(), 2);
    assert_eq!(text.lines().filter(|l| l.starts_with("From MAILER-DAEMON ")).count(), 2);
    site.rpop(&["fetch", "--stdout", "--json"]).go().exits(64);
    assert_eq!(site.rpop(&["fetch", "--stdout"]).go().exits(0).out(), "");
}

#[test]
fn to_a_command() {
    let site = site(vec![]).with(4);
    let script = "n=$(sed -n 's/^Subject: //p'); printf '%s %s %s\\n' $n \"$WIREPOST_SUBJECT\" $WIREPOST_SIZE >> log; \
        test -z \"$RPOP_PASSWORD\" || exit 9; echo noise; case $n in 2) exit 75;; 3) exit 1;; esac";
    let run = |flags: &[&str]| site.rpop(&["fetch", "--exec", script, "--json"]).args(flags).go();
    let out = run(&["--delete"]);
    out.exits(3).says("message 3 was not delivered: the command failed (exit 1)").says("noise");
    let outcomes: Vec<String> =
        out.events("message").iter().map(|e| e["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["ok", "temporary", "permanent", "ok"]);
    let size = message(1).len();
    let line = |n: usize| format!("{n} {n} {size}\n");
    let log = || std::fs::read_to_string(site.world.path("log")).unwrap();
    assert_eq!(log(), [line(1), line(2), line(3), line(4)].concat());
    assert_eq!(site.server.store.messages("INBOX").len(), 2, "what was not delivered stays");
    // Only what was temporary, on request.
    std::fs::write(site.world.path("earlier.jsonl"), &out.stdout).unwrap();
    site.server.store.add(message(5));
    let out = run(&["--retry-from", "earlier.jsonl"]);
    assert_eq!(out.exits(75).events("message").len(), 1);
    site.rpop(&["rm", "3"]).go().exits(0);
    // The temporary one is tried again, the permanent one only on request.
    let out = run(&[]);
    assert_eq!(out.exits(75).events("message").len(), 2);
    assert!(out.events("message").iter().any(|e| e["reason"] == "failed_before"));
    let out = run(&["--retry-failed", "--quarantine", "bad", "--delete"]);
    out.exits(69);
    assert_eq!(files(&site.world.path("bad")), [stored(3)]);
    assert_eq!(site.server.store.messages("INBOX").len(), 1, "what is locked away is dealt with");
}

#[test]
fn what_a_command_refused_makes_no_duplicate_of_its_twin() {
    let site = site_with(pop3::Options { off: vec!["UIDL"], ..pop3::Options::default() });
    for n in [1, 1, 2, 2] {
        site.server.store.add(message(n));
    }
    let script = "grep -q 'Subject: 1' && exit 75 || exit 0";
    site.rpop(&["fetch", "--exec", script, "--all", "--delete"]).go().exits(3);
    // Both of the refused are there; of the others one was taken and the other was its duplicate.
    let left: Vec<_> = site.server.store.messages("INBOX").iter().map(|m| m.bytes.to_vec()).collect();
    assert_eq!(left, [message(1).into_bytes(), message(1).into_bytes()]);
}

#[test]
fn a_command_that_takes_too_long_is_ended_and_tried_again() {
    let site = site(vec![]).with(1);
    let out = site.rpop(&["fetch", "--exec", "sleep 30 & wait", "--exec-timeout", "1"]).go();
    out.exits(75).says("--exec-timeout");
    assert!(out.seconds < 10.0);
    site.rpop(&["fetch", "--exec", "cat > got"]).go().exits(0);
    assert_eq!(std::fs::read_to_string(site.world.path("got")).unwrap(), stored(1));
}

#[test]
fn every_way_to_log_in() {
    for tls in [Tls::Off, Tls::Explicit, Tls::Implicit] {
        let options = pop3::Options { apop: true, tls, ..pop3::Options::default() };
        let site = site_with(options).with(1);
        for method in ["best", "user", "apop", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"] {
            let out = site.rpop(&["stat", "--auth", method]).go();
            if method == "apop" && tls == Tls::Explicit {
                // After STLS there is no greeting, and what was said in clear is forgotten.
                out.exits(78).says("does not offer APOP");
            } else {
                assert_eq!(out.exits(0).out(), format!("1 message, {} B\n", message(1).len()), "{method}");
            }
        }
        let token = site.rpop(&["stat", "--token-command", "echo secret-of-the-user", "--auth", "xoauth2"]);
        token.go().exits(0);
        assert_eq!(site.server.violations(), [""; 0]);
    }
    let wrong = site(vec![]);
    let out = wrong.rpop(&["stat"]).env("RPOP_PASSWORD", "wrong").go();
    out.exits(77).says("cannot log in as user: [AUTH] No");
    assert_eq!(wrong.server.connections(), 1, "never tried again");
}

#[test]
fn tls_is_verified_and_required() {
    let options = || pop3::Options { tls: Tls::Implicit, ..pop3::Options::default() };
    let site = site_with(options());
    let url = site.server.url();
    let bare = |args: &[&str]| {
        site.world.run("rpop", args).env("RPOP_PASSWORD", "secret-of-the-user").env("RPOP_URL", &url).go()
    };
    bare(&["stat"]).exits(80);
    assert!(site.server.commands().is_empty(), "nothing was said to an unknown server");
    let clear = super::site(vec![]);
    clear.rpop(&["stat", "--tls", "required"]).go().exits(80).says("refuses TLS");
    assert!(!clear.server.commands().iter().any(|c| c.starts_with("USER") || c.starts_with("AUTH")));
}

#[test]
fn the_memory_comes_first() {
    let site = site(vec![]).with(1);
    std::fs::write(site.world.outer("state/wirepost"), "in the way").unwrap();
    site.fetch(&[]).exits(78);
    assert_eq!(site.server.connections(), 0);
    site.fetch(&["--state", "./mine.jsonl"]).exits(0);
    let text = std::fs::read_to_string(site.world.path("mine.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 3, "account, intent, done: {text}");
    // Damage is said; another account's memory is refused.
    std::fs::write(site.world.path("mine.jsonl"), text.replace("{\"done\":1}", "{\"done\"")).unwrap();
    site.fetch(&["--state", "./mine.jsonl"]).exits(78).says("is damaged at line 3");
    std::fs::write(site.world.path("mine.jsonl"), text.replace("user@", "other@")).unwrap();
    site.fetch(&["--state", "./mine.jsonl"]).exits(78).says("belongs to other@");
}

#[test]
fn a_memory_in_use_names_its_holder() {
    let site =
        site(vec![on("RETR").then(crate::sandbox::script::Action::Wait(Duration::from_secs(3)))]).with(1);
    let first = site.rpop(&["fetch", "--maildir", "Mail"]).start();
    assert!(
        site.server
            .wait_for(Duration::from_secs(10), |log| { log.commands.iter().any(|c| c.starts_with("RETR")) })
    );
    let pid = first.pid().as_raw_nonzero();
    site.fetch(&[]).exits(75).says(&format!("is in use by process {pid}"));
    site.fetch(&["--wait-lock", "20s"]).exits(0);
    first.finish().exits(0);
    assert_eq!(site.subjects("Mail"), ["1"]);
}

#[test]
fn a_lost_connection_is_taken_up_again_where_it_broke() {
    use crate::sandbox::script::{End, Fault};
    for all in [false, true] {
        let site = site(vec![on("RETR").nth(3).then(Fault::CutAfter(20, End::Cut))]).with(5);
        let mut run = site.rpop(&["fetch", "--maildir", "Mail", "--json"]);
        if all {
            run = run.args(["--all"]);
        }
        let out = run.go();
        assert_eq!(out.exits(0).summary()["counts"]["ok"], 5);
        assert_eq!(site.subjects("Mail"), numbers(1..=5), "all: {all}");
        assert_eq!(site.server.connections(), 2);
    }
}

#[test]
fn usage_is_checked_before_anything_is_done() {
    let site = site(vec![]);
    site.rpop(&["fetch"]).go().exits(64).says("where shall the messages go?");
    site.rpop(&["fetch", "--maildir", "a", "--mbox", "b"]).go().exits(64);
    site.rpop(&["fetch", "pop3s://me:hunter2@h", "--maildir", "a"]).go().exits(64);
    site.rpop(&["stat"]).env("RPOP_URL", "").go().exits(64).says("no server is named");
    site.rpop(&["stat", "--password", "hunter2"]).go().exits(64);
    assert_eq!(site.server.connections(), 0);
}

#[test]
fn one_store_serves_two_accounts() {
    let store = Store::default();
    store.add_account("other", "secret-of-the-user");
    let site = site_with(pop3::Options { store, ..pop3::Options::default() }).with(1);
    let bytes = std::sync::Arc::new(message(7).into_bytes());
    site.server.store.deliver("other", bytes).unwrap();
    site.fetch(&[]).exits(0);
    site.fetch(&["--user", "other"]).exits(0);
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), ["1", "7"]);
}
