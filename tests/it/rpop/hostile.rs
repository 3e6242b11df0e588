//! Servers that are broken or malicious. Whatever they do: no panic, an end in time, flat memory, nothing outside the
//! Maildir, no message lost and none that is only a part.

use super::{files, message, numbers, site, site_with, stored};
use crate::sandbox::{
    pop3,
    script::{Action, End, Fault, append, endless, finally, listing, on, reply, reply_then},
    tls::Tls,
};
use std::time::Duration;

const MIB: u64 = 1 << 20;

#[test]
fn greetings_that_refuse() {
    for (greeting, code) in [
        ("-ERR go away\r\n", 75),
        ("-ERR [SYS/TEMP] later\r\n", 75),
        ("-ERR [IN-USE] locked\r\n", 75),
        ("-ERR [SYS/PERM] never\r\n", 69),
        ("-ERR [AUTH] who are you\r\n", 77),
        ("220 smtp.example.org\r\n", 76),
        ("+OK\0\x1b[31m hi\r\n+OK", 76),
    ] {
        let site = site(vec![on("CONNECT").then(reply_then(greeting, End::Close))]);
        site.fetch(&[]).exits(code).tame();
    }
}

#[test]
fn refusals_that_are_no_lines() {
    for what in [vec![b'x'; 400_000], vec![0xff; 70_000], b"+OK \x1b]0;title\x07\r\n".to_vec()] {
        let site = site(vec![on("CONNECT").then(endless(what))]);
        let out = site.rpop(&["stat", "--retries", "0"]).limit(Duration::from_secs(20)).go();
        out.tame();
        out.exits(76);
    }
}

#[test]
fn silence_is_named_and_ends() {
    for (event, flags, what) in
        [("CONNECT", ["--timeout", "1"], "the greeting"), ("STAT", ["--reply-timeout", "1"], "the reply")]
    {
        let site = site(vec![on(event).then(Action::End(End::Stall))]);
        let out = site.rpop(&["stat", "--retries", "0"]).args(flags).go();
        out.exits(75).says(what).says(flags[0]);
        assert!(out.seconds < 3.0, "{out:?}");
    }
    let site = site(vec![on("RETR").then(Fault::Drip(Duration::from_millis(300)))]).with(1);
    let out = site.fetch(&["--max-time", "2"]);
    out.exits(75);
    assert!(out.seconds < 4.0, "{out:?}");
    assert!(site.subjects("Mail").is_empty());
}

#[test]
fn no_capabilities_and_no_identifiers() {
    let options = pop3::Options { off: vec!["CAPA"], ..pop3::Options::default() };
    let without_capa = site_with(options).with(2);
    without_capa.fetch(&[]).exits(0);
    assert_eq!(without_capa.subjects("Mail"), numbers(1..=2));

    let site = site_with(pop3::Options { off: vec!["UIDL"], ..pop3::Options::default() }).with(2);
    site.fetch(&[]).exits(69).says("has no identifiers (UIDL)").says("hint: --all");
    assert!(site.subjects("Mail").is_empty());
    site.fetch(&["--all"]).exits(0);
    site.server.store.add(message(3));
    let out = site.fetch(&["--all"]);
    assert_eq!(out.exits(0).summary()["counts"]["skipped"], 2, "told by their digests");
    assert_eq!(site.subjects("Mail"), numbers(1..=3));
    site.fetch(&["--catch-up"]).exits(69);
}

#[test]
fn tls_that_is_tampered_with() {
    let explicit = |rules| pop3::Options { tls: Tls::Explicit, rules, ..pop3::Options::default() };
    for (rule, code) in [
        (on("STLS").then(append("+OK injected\r\n")), 80),
        (on("STLS").then(reply("-ERR no\r\n")), 80),
        (on("STLS").then(reply_then("+OK\r\n", End::Close)), 80),
        (on("STLS").then(reply_then("+OK\r\n", End::Stall)), 75),
        (on("STLS").then(reply("+OK\r\n")), 80),
    ] {
        let site = site_with(explicit(vec![rule.clone()]));
        let out = site.fetch(&["--connect-timeout", "1", "--timeout", "2", "--reply-timeout", "2"]);
        out.exits(code);
        let said = site.server.commands();
        assert!(
            !said.iter().any(|c| c.starts_with("USER") || c.starts_with("AUTH") || c.starts_with("PASS"))
        );
    }
}

#[test]
fn lists_that_lie() {
    // STAT is not even asked: LIST is what there is.
    let stat = site(vec![on("STAT").then(reply("+OK 2147483648 9\r\n"))]).with(3);
    stat.fetch(&[]).exits(0);
    assert_eq!(stat.subjects("Mail"), numbers(1..=3));

    for (event, lines) in [("LIST", "{n} 10\r\n"), ("UIDL", "{n} uid\r\n")] {
        let rule = on(event).then(Fault::Lines(lines.into(), u64::MAX));
        let site = site(vec![rule]).with(1);
        let out = site.rpop(&["list", "--retries", "0"]).limit(Duration::from_secs(60)).go();
        out.exits(76).within(48 * MIB);
    }
    for bad in ["x y\r\n", "0 1\r\n", "1\r\n", "-1 3\r\n"] {
        site(vec![on("LIST").then(listing(bad))]).with(1).fetch(&[]).exits(76);
    }
    // A number is no measure of memory.
    let lines = "1 10\r\n4294967295 10\r\n";
    let far = site(vec![on("LIST").then(listing(lines)), on("UIDL").then(listing(lines))]).with(1);
    far.fetch(&[]).exits(3).within(48 * MIB);
    let sizes = site(vec![on("LIST").then(listing("1 99999999999999999999999\r\n2 0\r\n"))]).with(2);
    sizes.fetch(&[]).exits(0);
    assert_eq!(sizes.subjects("Mail"), numbers(1..=2));
}

#[test]
fn identifiers_that_are_no_names() {
    let long = "u".repeat(600);
    let uids = format!("1 ../../../tmp/evil\r\n2 {long}\r\n3\r\n4 /etc/passwd\r\n5 \x1b[31m\r\n");
    let site = site(vec![on("UIDL").then(listing(uids))]).with(5);
    let before = site.world.snapshot();
    site.fetch(&[]).exits(0).tame();
    assert_eq!(site.subjects("Mail"), numbers(1..=5));
    assert!(site.world.changed_since(&before, &["work/Mail", "state/wirepost"]).is_empty());
    // Those that identify nothing are fetched again, and known by their bytes.
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=5));
}

#[test]
fn an_identifier_given_twice_is_never_trusted() {
    let site = site(vec![on("UIDL").then(listing("1 same\r\n2 same\r\n3 own\r\n"))]).with(3);
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=3));
    let out = site.fetch(&["--delete"]);
    assert_eq!(out.exits(0).events("message").len(), 2);
    assert!(out.events("message").iter().all(|e| e["reason"] == "duplicate"));
    assert_eq!(site.subjects("Mail"), numbers(1..=3));
    assert!(site.server.store.messages("INBOX").is_empty());
}

#[test]
fn sizes_that_lie_and_bodies_at_every_edge() {
    let body = "..a\r\n...\r\n..\r\nFrom x\r\n\r\n.. \r\n";
    let site = site(vec![
        on("LIST").then(listing("1 100\r\n2 10000000\r\n")),
        on("RETR").with("1").then(Fault::Listing(body.repeat(2_000).into_bytes())),
    ])
    .with(2);
    site.fetch(&[]).exits(0).within(40 * MIB);
    let texts = files(&site.world.path("Mail/new"));
    assert!(texts.contains(&".a\n..\n.\nFrom x\n\n. \n".repeat(2_000)));
    assert!(texts.contains(&stored(2)));
}

#[test]
fn a_message_that_breaks_off_is_no_message() {
    for end in [End::Close, End::Cut, End::Reset] {
        for at in [1, 40, 60] {
            let site = site(vec![on("RETR").nth(2).then(Fault::CutAfter(at, end))]).with(3);
            let out = site.fetch(&["--delete"]);
            out.exits(3);
            assert_eq!(site.subjects("Mail"), ["1"], "what came whole is kept");
            assert_eq!(site.server.store.messages("INBOX").len(), 3, "nothing is deleted");
            assert!(files(&site.world.path("Mail/tmp")).is_empty());
            assert!(site.server.commands_of("QUIT").is_empty());
            site.fetch(&["--delete"]).exits(0);
            assert_eq!(site.subjects("Mail"), numbers(1..=3), "{end:?} at {at}");
            assert!(site.server.store.messages("INBOX").is_empty());
        }
    }
}

#[test]
fn one_refused_message_does_not_stop_the_others() {
    let site = site(vec![on("RETR").with("2").then(reply("-ERR [SYS/PERM] broken\r\n"))]).with(3);
    let out = site.fetch(&["--delete"]);
    out.exits(3).says("cannot fetch message 2: [SYS/PERM] broken");
    assert_eq!(site.subjects("Mail"), ["1", "3"]);
    assert_eq!(site.server.store.messages("INBOX").len(), 1);
}

#[test]
fn a_deletion_that_is_refused_or_lost() {
    let refused = site(vec![on("DELE").with("2").then(reply("-ERR no\r\n"))]).with(3);
    refused.fetch(&["--delete"]).exits(3).says("cannot delete message 2: no");
    assert_eq!(refused.server.store.messages("INBOX").len(), 1);

    for action in [Action::Swallow(End::Close), Action::End(End::Reset), Action::Swallow(End::Cut)] {
        let site = site(vec![on("QUIT").nth(1).then(action)]).with(3);
        let out = site.fetch(&["--delete"]);
        out.exits(79).says("no reply to QUIT after 3 deletions");
        assert_eq!(out.events("deletion")[0]["outcome"], "unknown");
        assert_eq!(site.server.connections(), 1, "never tried again by itself");
        site.fetch(&["--delete"]).exits(0);
        assert_eq!(site.subjects("Mail"), numbers(1..=3));
        assert!(site.server.store.messages("INBOX").is_empty());
    }
    let partly = site(vec![on("QUIT").then(finally("-ERR some deleted messages not removed\r\n"))]).with(1);
    partly.fetch(&["--delete"]).exits(3).says("some deleted messages not removed");
}

/// A signal while QUIT is not answered: it was asked for, so it may have happened.
#[test]
fn a_deletion_that_is_interrupted_is_unknown() {
    let site = site(vec![on("QUIT").then(Action::End(End::Stall))]).with(1);
    for args in [&["rm", "1", "--json"][..], &["fetch", "--maildir", "Mail", "--delete", "--json"]] {
        let run = site.rpop(args).start();
        let quits = |log: &crate::sandbox::hub::Log| log.commands.iter().filter(|c| *c == "QUIT").count();
        let before = usize::from(args[0] == "fetch");
        assert!(site.server.wait_for(Duration::from_secs(10), |log| quits(log) > before));
        run.signal(rustix::process::Signal::INT);
        let out = run.finish();
        out.exits(130);
        let kind = if args[0] == "rm" { "message" } else { "deletion" };
        assert_eq!(out.events(kind)[0]["outcome"], "unknown", "{out:?}");
        // The server has let go of the mailbox.
        site.server.wait_for(Duration::from_secs(5), |_| site.server.store.with("user", |a| !a.locked));
    }
}

#[test]
fn numbers_mean_nothing_between_sessions() {
    let site = site(vec![]).with(3);
    site.fetch(&["--max", "2"]).exits(0);
    site.rpop(&["rm", "1"]).go().exits(0);
    site.server.store.add(message(4));
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=4));
}

#[test]
fn apop_is_not_signed_for_a_spoofed_greeting() {
    for stamp in ["<no at sign>", "<a@b c>", "<@>", "none"] {
        let greeting = format!("+OK {stamp}\r\n");
        let site = site(vec![on("CONNECT").then(finally(greeting))]);
        site.rpop(&["stat", "--auth", "apop"]).go().exits(78);
        assert!(site.server.commands_of("APOP").is_empty());
    }
}

#[test]
fn a_command_gets_no_control_over_the_shell() {
    let site = site(vec![]);
    site.server.store.add("From: $(touch pwned) `touch pwned`\r\nSubject: '; touch pwned; '\r\n\r\nx\r\n");
    site.rpop(&["fetch", "--exec", "cat > /dev/null"]).go().exits(0);
    assert!(!site.world.path("pwned").exists());
}

#[test]
fn a_signal_keeps_what_came_whole_and_nothing_else() {
    use rustix::process::Signal;
    let site = site(vec![on("RETR").nth(3).then(Fault::CutAfter(30, End::Stall))]).with(4);
    let run = site.rpop(&["fetch", "--maildir", "Mail"]).start();
    assert!(
        site.server.wait_for(Duration::from_secs(10), |log| {
            log.commands.iter().any(|c| c.starts_with("RETR 3"))
        })
    );
    run.signal(Signal::TERM);
    let out = run.finish();
    out.exits(143);
    assert!(out.seconds < 5.0);
    assert!(files(&site.world.path("Mail/tmp")).is_empty());
    site.fetch(&[]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=4));
}

#[test]
fn large_headers_are_not_held() {
    let site = site(vec![]);
    let head = format!(
        "Date: Fri, 1 Jan 1999 00:00:00 +0000\r\nX: x\r\n{}",
        format!(" {}\r\n", "x".repeat(900)).repeat(66)
    );
    for _ in 0..1_000 {
        site.server.store.add(format!("{head}\r\nx\r\n"));
    }
    let out = site.fetch(&["--since", "2020-01-01"]);
    assert_eq!(out.exits(0).within(32 * MIB).summary()["counts"]["skipped"], 1_000);
    let out = site.rpop(&["list", "--headers", "--json"]).go();
    assert_eq!(out.exits(0).within(32 * MIB).events("listed").len(), 1_000);
}
