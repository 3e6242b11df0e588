//! Into the queue.

use super::{Site, outcomes, site, site_with, text};
use crate::sandbox::script::{Action, End, on, reply, reply_then};
use crate::sandbox::smtp::{Options, Server};
use crate::sandbox::tls::Tls;
use crate::support::World;
use std::time::Duration;

const FLAGS: [&str; 6] = ["--from", "me@x.example", "--subject", "s", "--body", "b"];

#[test]
fn what_is_queued_is_said_and_sent_by_a_later_run() {
    let site = site(vec![]);
    let out =
        site.rsendmail(&["--to", "a@x.example, b@x.example", "--queue", "-q", "--json"]).args(FLAGS).go();
    out.exits(0).says("queued as 1");
    let sent = &out.events("message")[0];
    assert_eq!((&sent["outcome"], &sent["accepted"]), (&"queued".into(), &0.into()));
    assert_eq!(out.events("recipient").len(), 2);
    assert_eq!(out.summary()["counts"]["queued"], 2);
    assert_eq!(site.server.connections(), 0);
    assert_eq!(site.ids(), [text(&sent["queued_as"])]);
    let out = site.run(&[]);
    out.exits(0);
    assert_eq!(outcomes(&out), ["ok"]);
    let gone = &out.events("queued_message")[0];
    assert_eq!((&gone["state"], &gone["queue_id"]), (&"sent".into(), &"S1".into()));
    assert_eq!(site.server.sent()[0].to.len(), 2);
    let wire = String::from_utf8(site.server.sent()[0].bytes.to_vec()).unwrap();
    assert!(wire.contains(sent["message_id"].as_str().unwrap()), "the Message-ID of the day it was queued");
    assert!(site.ids().is_empty());
    site.queue(&["list"]).go().exits(1);
    site.run(&[]).exits(0);
}

/// What is no refusal of this message or recipient waits for another day; what is, does not.
#[test]
fn on_failure_only_what_may_pass_is_queued() {
    for (name, rules, code, outcome, queued) in [
        ("RCPT 450", vec![on("RCPT").then(reply("450 4.2.1 busy\r\n"))], 0, "queued", 1),
        ("RCPT 550", vec![on("RCPT").then(reply("550 5.1.1 no\r\n"))], 67, "permanent", 0),
        ("MAIL 553", vec![on("MAIL").then(reply("553 5.1.8 no\r\n"))], 69, "permanent", 0),
        ("MAIL 530", vec![on("MAIL").then(reply("530 5.7.0 log in\r\n"))], 0, "queued", 1),
        ("dot 451", vec![on("DOT").then(reply("451 4.3.0 later\r\n"))], 0, "queued", 1),
        ("dot 554", vec![on("DOT").then(reply("554 5.7.1 spam\r\n"))], 69, "permanent", 0),
        ("EOF at MAIL", vec![on("MAIL").then(End::Close)], 0, "queued", 1),
        ("EOF after the dot", vec![on("DOT").then(Action::Swallow(End::Close))], 79, "unknown", 0),
        ("greeting 421", vec![on("CONNECT").then(reply_then("421 later\r\n", End::Close))], 0, "queued", 1),
        ("nonsense", vec![on("CONNECT").then(reply_then("hello\r\n", End::Close))], 0, "queued", 1),
    ] {
        let site = site(rules);
        let out =
            site.rsendmail(&["--to", "a@x.example", "--queue", "on-failure", "--json"]).args(FLAGS).go();
        out.exits(code);
        assert_eq!(out.events("recipient")[0]["outcome"], outcome, "{name}");
        assert_eq!(site.ids().len(), queued, "{name}");
        if queued == 1 {
            out.says("queued as ");
            assert!(!site.list()[0]["error"]["message"].as_str().unwrap().is_empty(), "{name}");
        }
    }
}

#[test]
fn only_those_who_have_not_got_it_are_left_to_the_queue() {
    let rules = vec![
        on("RCPT").with("<b@").then(reply("550 5.1.1 no\r\n")),
        on("RCPT").with("<c@").nth(1).then(reply("450 4.2.1 busy\r\n")),
    ];
    let site = site(rules);
    let to = ["--to", "a@x.example, b@x.example, c@x.example", "--queue=on-failure", "--json"];
    let out = site.rsendmail(&to).args(FLAGS).go();
    out.exits(3);
    let all: Vec<String> = out.events("recipient").iter().map(|r| text(&r["outcome"])).collect();
    assert_eq!(all, ["ok", "permanent", "queued"]);
    assert_eq!(out.events("message")[0]["outcome"], "permanent");
    site.run(&[]).exits(0);
    let sent = site.server.sent();
    assert_eq!((sent.len(), sent[1].to.len(), sent[1].to[0].0.as_str()), (2, 1, "c@x.example"));
    assert_eq!(sent[0].bytes, sent[1].bytes);
}

#[test]
fn the_envelope_is_kept_with_all_it_asks_for() {
    let site = site(vec![]);
    let flags =
        ["--to", "\"a b\"@x.example", "--envelope-from", "", "--notify", "failure,delay", "--ret", "hdrs"];
    site.rsendmail(&flags).args(["--envid", "id+1", "--queue"]).args(FLAGS).go().exits(0);
    site.rsendmail(&["--to", "a@x.example", "--queue", "--rcpt-policy", "all"]).args(FLAGS).go().exits(0);
    site.run(&[]).exits(0);
    let sent = site.server.sent();
    assert_eq!((sent[0].from.as_str(), sent[0].to[0].0.as_str()), ("", "\"a b\"@x.example"));
    let params = sent[0].params.join(" ");
    assert!(params.contains("RET=HDRS") && params.contains("ENVID=id+2B1"), "{params}");
    assert!(sent[0].to[0].1.iter().any(|p| p == "NOTIFY=FAILURE,DELAY"), "{:?}", sent[0].to);
    let commands = site.server.commands();
    assert_eq!(commands.iter().filter(|c| c.starts_with("DATA") || c.starts_with("BDAT")).count(), 2);
}

/// Eight-bit text is queued as it is, and encoded for the server that turns out not to take it.
#[test]
fn a_message_is_fitted_to_the_server_when_it_is_sent() {
    for (off, encoded) in [(vec![], false), (vec!["8BITMIME"], true)] {
        let site = site_with(Options { off, ..Options::default() });
        let eml = "From: me@x.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngr\u{fc}n\n";
        site.world.file("m.eml", eml);
        site.rsendmail(&["--eml", "m.eml", "--to", "a@x.example", "--queue"]).go().exits(0);
        site.run(&[]).exits(0);
        let wire = String::from_utf8(site.server.sent()[0].bytes.to_vec()).unwrap();
        assert_eq!(wire.contains("gr=C3=BCn"), encoded, "{wire}");
        assert_eq!(site.server.violations(), [""; 0]);
    }
}

#[test]
fn many_are_queued_in_batches_and_told_when_they_are_durable() {
    let count = 450;
    let site = site(vec![]).with(count);
    assert_eq!(site.ids().len(), count);
    let numbers: Vec<usize> = site.states().into_keys().collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    site.run(&[]).exits(0);
    assert_eq!(site.server.connections(), 1, "one connection for all");
    assert_eq!(site.delivered().len(), count);
}

/// One that failed does not wait in memory for all that are to come.
#[test]
fn a_kill_in_the_wait_for_the_next_message_loses_nothing() {
    let site = site(vec![on("RCPT").nth(1).then(reply("451 4.3.0 later\r\n"))]);
    site.world.file("people.csv", "mail\na@x.example\nb@x.example\n");
    let args = ["--merge", "people.csv", "--to", "{mail}", "--queue=on-failure", "--rate", "1/h"];
    let going = site.rsendmail(&args).args(FLAGS).args(["--json-file", "run.jsonl"]).start();
    let began = std::time::Instant::now();
    while site.list().is_empty() && began.elapsed().as_secs() < 20 {
        site.server.wait_for(Duration::from_millis(50), |_| false);
    }
    going.signal(rustix::process::Signal::KILL);
    going.finish();
    assert_eq!(site.list().len(), 1);
    let log = std::fs::read_to_string(site.world.path("run.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 2, "the recipient and the message: {log}");
    site.run(&["--now"]).exits(0);
    assert_eq!(site.server.sent()[0].to[0].0, "a@x.example");
}

/// What must not be encoded anew is not, by whatever way it comes to the server: the message may be signed.
#[test]
fn a_sealed_message_stays_as_it_is() {
    let eml = "From: me@x.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngr\u{fc}n\n";
    for seal in [["--no-downgrade"; 1].as_slice(), &["--filter", "sed 's/^$/\\n\u{fc}/'"]] {
        let site = site_with(Options { off: vec!["8BITMIME"], ..Options::default() });
        site.world.file("m.eml", eml);
        let queue = || {
            let args = ["--eml", "m.eml", "--to", "a@x.example", "--queue"];
            site.rsendmail(&args).args(seal).go().exits(0);
        };
        queue();
        // By the way, behind another message.
        site.rsendmail(&["--to", "b@x.example"]).args(FLAGS).go().exits(0);
        assert_eq!(site.server.sent().len(), 1);
        assert_eq!(site.list()[0]["state"], "failed");
        // In a run of its own.
        queue();
        site.run(&[]).exits(69).says("does not offer 8BITMIME");
        assert_eq!(site.server.sent().len(), 1);
        // To a server that takes it.
        let able = Server::start(Options::default());
        let args = ["--eml", "m.eml", "--to", "a@x.example", "--queue", "--server", &able.url()];
        site.rsendmail(&args).args(seal).go().exits(0);
        site.queue(&["run", "-q"]).go();
        assert!(String::from_utf8_lossy(&able.sent()[0].bytes).contains("\u{fc}"));
    }
}

/// What a server can take is not told from a connection that failed.
#[test]
fn a_message_that_found_no_server_is_fitted_when_there_is_one() {
    let eml = "From: me@x.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngr\u{fc}n\n";
    for begin in [Action::from(End::Close), reply_then("421 busy\r\n", End::Close)] {
        let rules = vec![on("CONNECT").nth(1).then(begin)];
        let site = site_with(Options { rules, off: vec!["8BITMIME"], ..Options::default() });
        site.world.file("m.eml", eml);
        let args = ["--eml", "m.eml", "--to", "a@x.example", "--queue=on-failure"];
        site.rsendmail(&args).go().exits(0).says("queued as");
        assert_eq!(site.server.connections(), 1);
        site.run(&["--now"]).exits(0);
        assert!(String::from_utf8_lossy(&site.server.sent()[0].bytes).contains("gr=C3=BCn"));
    }
}

/// Nobody knows what the server takes when it is queued: what may be left out is when it is sent.
#[test]
fn an_alert_that_was_queued_arrives_without_what_is_too_large() {
    for queue in ["--queue", "--queue=on-failure"] {
        let rules = vec![on("CONNECT").nth(1).then(End::Close)];
        let site = site_with(Options { rules, size: 3_000, ..Options::default() });
        site.world.file("big.log", "x".repeat(15_000));
        let args = ["--to", "a@x.example", "--attach", "big.log", queue];
        let drop = ["--if-too-large", "drop-attachments"];
        site.rsendmail(&args).args(FLAGS).args(drop).go().exits(0);
        if queue == "--queue" {
            site.run(&["--now"]).exits(75);
        }
        site.run(&["--now"]).exits(0);
        let wire = String::from_utf8(site.server.sent()[0].bytes.to_vec()).unwrap();
        assert!(wire.contains("\r\nb\r\n") && wire.contains("big.log (14.6 KiB)"), "{wire}");
        // It is not what everybody wants.
        site.rsendmail(&args[..4]).args(FLAGS).args(["--queue"]).go().exits(0);
        site.run(&[]).exits(69).says("takes at most 3000");
    }
}

/// Where the secret comes from is kept, and never the secret.
#[test]
fn no_secret_comes_to_rest() {
    let secret = "hunter2-of-the-user";
    let start = || {
        let options = Options { tls: Tls::Explicit, require_auth: true, ..Options::default() };
        options.store.add_account("user", secret);
        Site { world: World::new().secret("user", secret), server: Server::start(options) }
    };
    let run = |site: &Site, flags: &[&str]| {
        let ca = site.server.ca_pem_path().display().to_string();
        let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
        let args = ["-u", "user", "--tls", "required", "--ca-file", &ca, "--to", "a@x.example", "--queue"];
        site.rsendmail(&args).args(FLAGS).args(flags).go()
    };
    let kept = |site: &Site, from: &str| {
        let mut all = Vec::new();
        for dir in ["envelope", "message"] {
            for entry in std::fs::read_dir(site.directory().join(dir)).unwrap() {
                all.extend(std::fs::read(entry.unwrap().path()).unwrap());
            }
        }
        assert!(!all.windows(secret.len()).any(|w| w == secret.as_bytes()), "the secret is in the queue");
        let told = text(&site.list()[0]["secret"]);
        assert!(told.starts_with(from), "{told}");
    };
    // A file, named in full since a later run may be elsewhere.
    let site = start();
    site.world.private_file("pw", secret);
    run(&site, &["--password-file", "pw"]).exits(0);
    kept(&site, "file /");
    site.queue(&["run"]).cwd("/").go().exits(0);
    assert_eq!(site.server.sent()[0].user.as_deref(), Some("user"));
    assert!(site.server.sent()[0].tls);
    // A command.
    let site = start();
    run(&site, &["--password-command", "cat pw"]).exits(0);
    kept(&site, "command");
    site.queue(&["run"]).go().exits(75).says("--password-command");
    site.world.private_file("pw", secret);
    site.queue(&["run", "--now"]).go().exits(0);
    // netrc.
    let site = start();
    std::fs::write(
        site.world.outer("home/.netrc"),
        format!("machine 127.0.0.1 login user password {secret}"),
    )
    .unwrap();
    run(&site, &[]).exits(78).says("others can read it");
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(site.world.outer("home/.netrc"), mode).unwrap();
    run(&site, &[]).exits(0);
    kept(&site, "netrc /");
    site.queue(&["run"]).env("HOME", "/nowhere").go().exits(0);
    // The environment: a later run needs it too, which is said.
    let site = start();
    let ca = site.server.ca_pem_path().display().to_string();
    let args = ["-u", "user", "--tls", "required", "--ca-file", &ca, "--to", "a@x.example", "--queue"];
    let out = site.rsendmail(&args).args(FLAGS).env("RSENDMAIL_PASSWORD", secret).go();
    out.exits(0).says("later runs need RSENDMAIL_PASSWORD set as well");
    kept(&site, "environment RSENDMAIL_PASSWORD");
    site.queue(&["run"]).go().exits(75).says("no variable RSENDMAIL_PASSWORD");
    site.queue(&["run", "--now"]).env("RSENDMAIL_PASSWORD", secret).go().exits(0);
    // What only this run can have.
    let site = start();
    let out = site.rsendmail(&args).args(FLAGS).args(["--password-file", "-"]).stdin(secret).go();
    out.exits(78).says("a password from standard input cannot be had by a later run");
    run(&site, &[]).exits(78).says("nowhere to be found");
    assert!(!site.directory().exists());
    assert_eq!(site.server.connections(), 0);
}

/// One run, two servers: each is told the password that was meant for it, whatever the environment holds.
#[test]
fn a_password_of_one_server_is_not_offered_to_another() {
    let start = |secret: &str| {
        let options = Options { tls: Tls::Explicit, require_auth: true, ..Options::default() };
        options.store.add_account("user", secret);
        Server::start(options)
    };
    let site = Site { world: World::new(), server: start("first-secret") };
    let second = start("second-secret");
    let third = start("third-secret");
    let queue = |server: &Server, url: &str| {
        let ca = server.ca_pem_path().display().to_string();
        let args = ["-u", "user", "--tls", "required", "--ca-file", &ca, "--to", "a@x.example", "--queue"];
        site.world.run("rsendmail", ["--server", url]).args(args).args(FLAGS)
    };
    queue(&site.server, &site.server.url()).env("RSENDMAIL_PASSWORD", "first-secret").go().exits(0);
    // The second's is in a netrc, the third's in the account file.
    site.world.private_file("netrc", "machine 127.0.0.1 login user password second-secret");
    queue(&second, &second.url()).args(["--netrc-file", "netrc"]).go().exits(0);
    let url = third.url().replace("127.0.0.1", "localhost");
    site.world
        .private_file("config", format!("[rsendmail]\n--url {url}\n--user user\n--password third-secret\n"));
    queue(&third, &url).args(["--config", "config"]).go().exits(0);
    let out = site.run(&[]);
    out.exits(75).says("no variable RSENDMAIL_PASSWORD");
    assert_eq!([&site.server, &second, &third].map(|s| s.sent().len()), [0, 1, 1]);
    let out = site.queue(&["run", "--now", "-q"]).env("RSENDMAIL_PASSWORD", "first-secret").go();
    out.exits(0);
    queue(&second, &second.url()).args(["--netrc-file", "netrc"]).go().exits(0);
    queue(&third, &url).args(["--config", "config"]).go().exits(0);
    site.queue(&["run"]).env("RSENDMAIL_PASSWORD", "first-secret").go().exits(0);
    assert_eq!([&site.server, &second, &third].map(|s| s.sent().len()), [1, 2, 2]);
}

/// What nobody mends never goes out, so it is said how.
#[test]
fn what_is_queued_for_a_lasting_fault_says_how_to_mend_it() {
    let site = site(vec![]);
    let url = format!("smtp://user@127.0.0.1:{}", site.server.port());
    let file = site.world.file("pw", "secret").display().to_string();
    let send = |file: &str| {
        let to =
            ["--to", "a@x.example", "--from", "b@x.example", "--body", "x", "--queue", "on-failure", "-q"];
        site.rsendmail(&to).args(["--server", &url, "--password-file", file]).go()
    };
    let out = send(&file);
    out.exits(0).says("others can read it; it does not go out before this is mended)\nhint: chmod 600 ");
    send("missing")
        .exits(0)
        .says("cannot read missing: no such file or directory; it does not go out before");
    site.queue(&["run"]).go().exits(75).says("others can read it\nhint: chmod 600 ");
}

/// Of an account its name is kept: what it says on the day of the run counts.
#[test]
fn an_account_is_read_again_by_the_run() {
    let options = Options { tls: Tls::Explicit, require_auth: true, ..Options::default() };
    options.store.add_account("user", "new-secret");
    let world = World::new().secret("user", "new-secret");
    let site = Site { world, server: Server::start(options) };
    let account = |password: &str| {
        let text = format!(
            "[rsendmail work]\n--url smtp://user@127.0.0.1:{}\n--tls required\n--ca-file {}\n--password {password}\n--from me@x.example\n",
            site.server.port(),
            site.server.ca_pem_path().display()
        );
        site.world.private_file("accounts", text);
    };
    account("old-secret");
    let flags =
        ["--account", "work", "--config", "accounts", "--to", "a@x.example", "--body", "b", "--queue"];
    site.world.run("rsendmail", flags).go().exits(0);
    let told = &site.list()[0];
    assert_eq!((&told["account"], &told["secret"]), (&"work".into(), &"account".into()));
    let out = site.world.run("rsendmail", ["queue", "run"]).cwd("/").go();
    out.exits(75).says("535");
    account("new-secret");
    site.world.run("rsendmail", ["queue", "run", "--now"]).cwd("/").go().exits(0);
    assert_eq!(site.server.sent()[0].user.as_deref(), Some("user"));
    assert!(site.server.sent()[0].tls, "the account's other flags were kept");
    // An account that is gone keeps its messages waiting.
    site.world.run("rsendmail", flags).go().exits(0);
    std::fs::remove_file(site.world.path("accounts")).unwrap();
    site.world.run("rsendmail", ["queue", "run"]).go().exits(75).says("cannot read");
    assert_eq!(site.ids().len(), 1);
}

#[test]
fn after_a_good_send_what_is_due_for_the_same_server_goes_too() {
    let site = site(vec![]).with(3);
    let other = super::site(vec![]);
    let url = other.server.url();
    site.rsendmail(&["--to", "a@x.example", "--no-flush"]).args(FLAGS).go().exits(0);
    assert_eq!(site.server.sent().len(), 1);
    site.rsendmail(&["--to", "a@x.example", "--server", &url]).args(FLAGS).go().exits(0);
    assert_eq!(
        (site.server.sent().len(), other.server.sent().len()),
        (1, 1),
        "another server's are left alone"
    );
    let id = &site.ids()[1];
    site.queue(&["hold", id]).go().exits(0);
    let out = site.rsendmail(&["--to", "a@x.example", "--json"]).args(FLAGS).go();
    out.exits(0);
    assert_eq!(out.summary()["counts"]["ok"], 1, "what goes by the way is no item of this run");
    assert_eq!((site.server.sent().len(), site.server.connections()), (4, 2));
    assert_eq!(site.states().into_values().collect::<Vec<_>>(), ["held"]);
}

#[test]
fn a_queue_that_cannot_be_used_is_said_before_anything_is_done() {
    let site = site(vec![]);
    site.world.file("file", "x");
    for dir in ["file", "file/q", "/proc/nowhere"] {
        let args = ["--to", "a@x.example", "--queue=on-failure", "--queue-dir", dir];
        site.rsendmail(&args).args(FLAGS).go().exits(78);
    }
    assert_eq!(site.server.connections(), 0);
    let args = ["--to", "a@x.example", "--queue=on-failure", "--queue-dir", "q"];
    site.rsendmail(&args).args(FLAGS).go().exits(0);
    assert_eq!(site.server.sent().len(), 1);
    let args = ["--to", "a@x.example", "--queue"];
    site.rsendmail(&args).args(FLAGS).env("RSENDMAIL_QUEUE_DIR", site.world.path("q")).go().exits(0);
    site.queue(&["list", "--queue-dir", "q"]).go().exits(0);
    assert!(!site.directory().exists());
    site.rsendmail(&["--to", "a@x.example", "--queue=sometimes"]).args(FLAGS).go().exits(64);
}
