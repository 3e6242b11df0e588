//! rsendmail against the sandbox: what it sends, what it says became of it, and what servers may do to it.
use crate::sandbox::script::{
    Action, End, Fault, Rule, append, before, endless, finally, on, reply, reply_then,
};
use crate::sandbox::smtp::{Options, Server};
use crate::sandbox::tls::{Cert, Tls};
use crate::support::{Output, Run, World};
use serde_json::Value;
use std::time::Duration;

const EML: &str = "From: Ann <ann@x.example>\nTo: a@x.example, b@x.example\nCc: Team: c@x.example;\nBcc: d@x.example\nSubject: hi\n\n.one\ntwo\n";

fn server(rules: Vec<Rule>) -> Server {
    Server::start(Options { rules, ..Options::default() })
}

/// A run that sends a ready message to one recipient and never tries twice.
fn one<'w>(world: &'w World, server: &Server) -> Run<'w> {
    world.file("m.eml", EML);
    let url = server.url();
    world.run(
        "rsendmail",
        ["--eml", "m.eml", "--to", "a@x.example", "--json", "--retries", "0", "--server", &url],
    )
}

/// As [`one`], to three.
fn three<'w>(world: &'w World, server: &Server) -> Run<'w> {
    one(world, server).args(["--to", "b@x.example, c@x.example"])
}

#[track_caller]
fn outcomes(out: &Output) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    out.events("recipient").iter().map(|e| text(&e["outcome"])).collect()
}

#[test]
fn utf8_in_a_header_is_declared_as_eight_bits() {
    let (world, server) = (World::new(), server(vec![]));
    let url = server.url();
    let args = [
        "--from",
        "me@example.org",
        "--to",
        "jörg@example.org",
        "--subject",
        "x",
        "--body",
        "y",
        "--server",
        &url,
    ];
    world.run("rsendmail", args).go().exits(0);
    let sent = &server.sent()[0];
    assert!(sent.params.iter().any(|p| p == "BODY=8BITMIME") && sent.params.iter().any(|p| p == "SMTPUTF8"));
    assert!(String::from_utf8_lossy(&sent.bytes).contains("\r\nTo: jörg@example.org\r\n"));
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn a_ready_message_goes_to_those_its_header_names_without_bcc() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("m.eml", EML);
    let url = server.url();
    let out = world.run("rsendmail", ["--eml", "m.eml", "-t", "--server", &url, "--json"]).go();
    out.exits(0).tame();
    assert_eq!(outcomes(&out), ["ok"; 4]);
    let message = &out.events("message")[0];
    assert_eq!((&message["outcome"], &message["accepted"]), (&"ok".into(), &4.into()));
    assert_eq!(message["queue_id"], "S1");
    let sent = &server.sent()[0];
    assert_eq!(sent.from, "ann@x.example");
    let to: Vec<&str> = sent.to.iter().map(|(a, _)| a.as_str()).collect();
    assert_eq!(to, ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]);
    let text = String::from_utf8(sent.bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    // With a blank: the random part of the Message-ID may end in a d.
    assert!(!head.contains(" d@x.example") && !head.contains("Bcc"), "{head}");
    assert!(head.contains("\r\nDate: ") && head.contains(message["message_id"].as_str().unwrap()), "{head}");
    assert!(message["message_id"].as_str().unwrap().ends_with("@x.example>"));
    assert_eq!(body, ".one\r\ntwo\r\n");
    assert_eq!(message["bytes"], sent.size);
    assert_eq!(server.violations(), [""; 0]);
    assert_eq!(out.summary()["round_trips"], 5, "greeting, EHLO, commands, message, QUIT");
}

#[test]
fn success_is_silent_and_failure_is_one_line() {
    let (world, ok) = (World::new(), server(vec![]));
    world.file("m.eml", EML);
    let url = ok.url();
    let out = world.run("rsendmail", ["--eml", "m.eml", "-t", "--server", &url]).go();
    assert_eq!((out.exits(0).out(), out.err()), (String::new(), String::new()));
    let no = server(vec![on("RCPT").then(reply("550 5.1.1 no \x1b[31msuch user\r\n"))]);
    let url = no.url();
    let args = ["--eml", "m.eml", "--to", "a@x.example", "--server", &url];
    let out = world.run("rsendmail", args).go();
    out.exits(67).tame();
    assert_eq!(
        out.err(),
        "rsendmail: m.eml: 127.0.0.1 refused a@x.example: 550 5.1.1 no \\x1b[31msuch user\n"
    );
}

/// The situations in which ten other senders cannot be told apart by their exit codes.
#[test]
fn the_failure_matrix() {
    let world = World::new();
    let second = |code: &str| vec![on("RCPT").nth(2).then(reply(code))];
    type Row = (&'static str, Vec<Rule>, bool, i32, &'static [&'static str], usize);
    let rows: Vec<Row> = vec![
        ("2nd of 3 RCPT 550", second("550 5.1.1 no\r\n"), true, 3, &["ok", "permanent", "ok"], 1),
        ("2nd of 3 RCPT 450", second("450 4.2.1 busy\r\n"), true, 3, &["ok", "temporary", "ok"], 1),
        ("only RCPT 450", vec![on("RCPT").then(reply("450 4.2.1 busy\r\n"))], false, 75, &["temporary"], 0),
        ("only RCPT 550", vec![on("RCPT").then(reply("550 5.1.1 no\r\n"))], false, 67, &["permanent"], 0),
        (
            "RCPT 550 5.7.1",
            vec![on("RCPT").then(reply("550 5.7.1 no relay\r\n"))],
            false,
            69,
            &["permanent"],
            0,
        ),
        ("MAIL 451", vec![on("MAIL").then(reply("451 4.3.0 later\r\n"))], false, 75, &["temporary"], 0),
        ("MAIL 452", vec![on("MAIL").then(reply("452 4.3.1 full\r\n"))], false, 75, &["temporary"], 0),
        ("MAIL 553", vec![on("MAIL").then(reply("553 5.1.8 no\r\n"))], false, 69, &["permanent"], 0),
        ("DATA 451", vec![on("DATA").then(reply("451 4.3.0 later\r\n"))], false, 75, &["temporary"], 0),
        ("dot 451", vec![on("DOT").then(reply("451 4.3.0 later\r\n"))], false, 75, &["temporary"], 0),
        ("dot 552", vec![on("DOT").then(reply("552 5.2.2 full\r\n"))], false, 69, &["permanent"], 0),
        ("dot 554", vec![on("DOT").then(reply("554 5.7.1 spam\r\n"))], false, 69, &["permanent"], 0),
        ("dot 354", vec![on("DOT").then(reply("354 go on\r\n"))], false, 79, &["unknown"], 0),
        ("EOF after the dot", vec![on("DOT").then(Action::Swallow(End::Close))], false, 79, &["unknown"], 1),
        ("RST after the dot", vec![on("DOT").then(Action::Swallow(End::Reset))], false, 79, &["unknown"], 1),
        ("EOF at MAIL", vec![on("MAIL").then(End::Close)], false, 75, &["temporary"], 0),
        (
            "greeting 421",
            vec![on("CONNECT").then(reply_then("421 later\r\n", End::Close))],
            false,
            75,
            &["temporary"],
            0,
        ),
        (
            "greeting 554",
            vec![on("CONNECT").then(reply_then("554 no\r\n", End::Close))],
            false,
            69,
            &["permanent"],
            0,
        ),
        (
            "421 at RCPT",
            vec![on("RCPT").then(reply_then("421 bye\r\n", End::Close))],
            false,
            75,
            &["temporary"],
            0,
        ),
    ];
    for (name, rules, many, code, want, taken) in rows {
        let server = server(rules);
        let out = if many { three(&world, &server) } else { one(&world, &server) }.go();
        assert_eq!(
            (out.code, outcomes(&out)),
            (code, want.iter().map(ToString::to_string).collect()),
            "{name}: {out:?}"
        );
        assert_eq!(server.sent().len(), taken, "{name}");
        assert_eq!(out.summary()["exit"], code, "{name}");
        assert_eq!(out.events("message").len(), 1, "{name}");
    }
    let nobody = crate::support::nobody();
    world.file("m.eml", EML);
    let url = format!("smtp://{nobody}");
    let args = ["--eml", "m.eml", "-t", "--server", &url, "--retries", "0"];
    world.run("rsendmail", args).go().exits(75).says("connection refused");
    let args = ["--eml", "m.eml", "-t", "--server", "smtp://no.such.host.invalid", "--retries", "0"];
    let out = world.run("rsendmail", args).go();
    assert!(matches!(out.code, 68 | 75), "a machine without a name service cannot know: {out:?}");
}

#[test]
fn case_51_a_connection_lost_in_the_message_changed_nothing() {
    let world = World::new();
    {
        let server = server(vec![on("DATA").nth(1).then(Fault::CutAfter(100_000, End::Reset))]);
        world.file("big.eml", format!("From: a@x.example\n\n{}", "0123456789abcdef\n".repeat(1 << 20)));
        let url = server.url();
        let args = ["--eml", "big.eml", "--to", "b@x.example", "--server", &url, "--json", "--retries"];
        let out = world.run("rsendmail", args).args(["0"]).go();
        out.exits(75).within(24 << 20);
        assert!(server.sent().is_empty());
        world.run("rsendmail", args).args(["1"]).go().exits(0);
    }
}

#[test]
fn with_policy_all_nobody_gets_it_if_one_is_refused() {
    let world = World::new();
    for (refusal, code, outcome) in
        [("550 5.1.1 no\r\n", 67, "permanent"), ("450 4.2.1 busy\r\n", 75, "temporary")]
    {
        let server = server(vec![on("RCPT").nth(2).then(reply(refusal))]);
        let out = three(&world, &server).args(["--rcpt-policy", "all"]).go();
        out.exits(if code == 67 { 69 } else { code });
        assert_eq!(outcomes(&out), [outcome; 3]);
        assert!(server.sent().is_empty() && server.commands_of("DATA").is_empty());
    }
}

#[test]
fn what_may_pass_is_tried_again_within_the_run() {
    let world = World::new();
    let rules = vec![
        on("CONNECT").nth(1).then(reply_then("421 later\r\n", End::Close)),
        on("RCPT").nth(2).then(reply("450 4.2.1 busy\r\n")),
    ];
    let server = server(rules);
    let out = three(&world, &server).args(["--retries", "2"]).go();
    out.exits(0);
    assert_eq!(outcomes(&out), ["ok"; 3]);
    let sent = server.sent();
    assert_eq!((sent.len(), sent[1].to.len()), (2, 1), "the one that was busy alone, and nobody twice");
    assert_eq!(sent[0].bytes, sent[1].bytes, "with the same Message-ID");
    assert_eq!(out.events("message")[0]["attempts"], 3);
}

#[test]
fn trap_15_and_case_52_an_unknown_outcome_names_the_message_and_is_not_tried_again() {
    let world = World::new();
    let server = server(vec![on("DOT").then(Action::Swallow(End::Close))]);
    let out = one(&world, &server).args(["--retries", "3"]).go();
    out.exits(79).says("Message-ID <");
    assert_eq!(server.sent().len(), 1);
    let stalled = super::rsendmail::server(vec![on("DOT").then(Action::Swallow(End::Stall))]);
    let out = one(&world, &stalled).args(["--verdict-timeout", "0.5"]).go();
    out.exits(79).says("--verdict-timeout");
}

/// A server that ends its side of the connection and reads on: behind the reply to DATA, or behind the dot.
fn half_closing(after_dot: bool) -> (u16, std::thread::JoinHandle<Vec<u8>>) {
    use std::io::{BufRead, Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let mut lines = std::io::BufReader::new(client.try_clone().unwrap());
        let say = |text: &str| (&client).write_all(text.as_bytes()).unwrap();
        say("220 h ESMTP\r\n");
        for reply in ["250 h", "250 ok", "250 ok", "354 go"] {
            lines.read_line(&mut String::new()).unwrap();
            say(&format!("{reply}\r\n"));
        }
        let mut got = Vec::new();
        while after_dot && !got.ends_with(b"\r\n.\r\n") {
            assert!(lines.read_until(b'\n', &mut got).unwrap() > 0);
        }
        client.shutdown(std::net::Shutdown::Write).unwrap();
        lines.read_to_end(&mut got).unwrap();
        got
    });
    (port, served)
}

#[test]
fn a_server_that_stops_talking_and_reads_on_may_have_taken_the_message() {
    for after_dot in [true, false] {
        let world = World::new();
        world.file("m.eml", EML);
        let (port, served) = half_closing(after_dot);
        let url = format!("smtp://127.0.0.1:{port}");
        let args = ["--eml", "m.eml", "--to", "a@x.example", "--json", "--retries", "2", "--server", &url];
        let out = world.run("rsendmail", args).go();
        // It has read all of it, dot included: whether it keeps it nobody can say any more, so it is not sent again.
        out.exits(79);
        assert_eq!(outcomes(&out), ["unknown"]);
        assert!(served.join().unwrap().ends_with(b"\r\n.\r\n"));
    }
}

#[test]
fn a_signal_while_the_verdict_is_out_leaves_it_unknown() {
    let world = World::new();
    let server = server(vec![on("DOT").then(Action::Swallow(End::Stall))]);
    let going = one(&world, &server).start();
    assert!(
        server.wait_for(Duration::from_secs(20), |log| log.commands.iter().any(|c| c.starts_with("DATA")))
    );
    // The message itself is one turn behind DATA.
    let began = std::time::Instant::now();
    while server.sent().is_empty() && began.elapsed() < Duration::from_secs(20) {
        server.wait_for(Duration::from_millis(5), |_| false);
    }
    assert_eq!(server.sent().len(), 1);
    going.signal(rustix::process::Signal::TERM);
    let out = going.finish();
    out.exits(143);
    assert_eq!(outcomes(&out), ["unknown"]);
}

#[test]
fn trap_1_nothing_said_in_clear_survives_starttls() {
    let world = World::new();
    let rules = vec![on("STARTTLS").then(append("250-evil\r\n250 AUTH PLAIN\r\n"))];
    let server = Server::start(Options { rules, tls: Tls::Explicit, ..Options::default() });
    let out = one(&world, &server).args(["--tls", "required"]).go();
    out.exits(80);
    assert!(server.commands_of("MAIL").is_empty() && server.commands_of("AUTH").is_empty());
}

#[test]
fn trap_20_and_case_45_tls_that_is_required_and_not_to_be_had_ends_it() {
    let world = World::new();
    let required = |options: Options, name: &str| {
        let server = Server::start(options);
        let out = one(&world, &server).args(["--tls", "required"]).go();
        assert_eq!(out.code, 80, "{name}: {out:?}");
        assert!(server.commands_of("MAIL").is_empty(), "{name}");
    };
    required(Options::default(), "not offered");
    for (name, action) in [
        ("454", reply("454 4.7.0 not now\r\n")),
        ("501", reply("501 no\r\n")),
        ("220 and EOF", reply_then("220 go\r\n", End::Close)),
    ] {
        let rules = vec![on("STARTTLS").then(action)];
        required(Options { rules, tls: Tls::Explicit, ..Options::default() }, name);
    }
    for cert in [Cert::WrongName, Cert::Expired, Cert::NotYetValid, Cert::SelfSigned] {
        for tls in [Tls::Explicit, Tls::Implicit] {
            let server = Server::start(Options { cert, tls, ..Options::default() });
            let ca = server.ca_pem_path().to_str().unwrap().to_string();
            let out = one(&world, &server).args(["--tls", "required", "--ca-file", &ca]).go();
            assert_eq!(out.code, 80, "{cert:?} {tls:?}: {out:?}");
            assert!(server.sent().is_empty());
        }
    }
}

#[test]
fn under_tls_with_a_login_by_every_mechanism() {
    for (mechanism, want) in [
        ("", "AUTH SCRAM-SHA-256"),
        ("scram-sha-256", "AUTH SCRAM-SHA-256"),
        ("scram-sha-1", "AUTH SCRAM-SHA-1"),
        ("plain", "AUTH PLAIN"),
        ("login", "AUTH LOGIN"),
        ("cram-md5", "AUTH CRAM-MD5"),
    ] {
        for tls in [Tls::Required, Tls::Implicit] {
            let world = World::new().secret("user", "secret");
            let server = Server::start(Options { tls, require_auth: true, ..Options::default() });
            let ca = server.ca_pem_path().to_str().unwrap().to_string();
            let mut run = one(&world, &server).env("RSENDMAIL_PASSWORD", "secret");
            run = run.args(["-u", "user", "--tls", "required", "--ca-file", &ca, "--trace"]);
            if !mechanism.is_empty() {
                run = run.args(["--auth", mechanism]);
            }
            let out = run.go();
            out.exits(0);
            assert!(server.commands_of("AUTH")[0].starts_with(want), "{mechanism}");
            let sent = &server.sent()[0];
            assert_eq!((sent.user.as_deref(), sent.tls), (Some("user"), true));
            assert!(out.events("message")[0]["tls_version"].as_str().unwrap().starts_with("TLS"));
        }
    }
}

#[test]
fn a_token_logs_in() {
    for mechanism in ["OAUTHBEARER", "XOAUTH2"] {
        let world = World::new();
        let options =
            Options { tls: Tls::Implicit, auth: vec![mechanism], require_auth: true, ..Options::default() };
        let server = Server::start(options);
        let ca = server.ca_pem_path().to_str().unwrap().to_string();
        let run = |token: &str| {
            one(&world, &server)
                .args(["-u", "user", "--ca-file", &ca, "--token-command", &format!("echo {token}")])
                .go()
        };
        run("secret").exits(0);
        run("expired").exits(77);
    }
}

#[test]
fn case_47_a_refused_login_is_not_tried_twice_and_its_secret_not_shown() {
    let world = World::new().secret("user", "wrong-password");
    let server = Server::start(Options { tls: Tls::Implicit, ..Options::default() });
    let ca = server.ca_pem_path().to_str().unwrap().to_string();
    let args = ["-u", "user", "--ca-file", &ca, "--retries", "3", "--trace"];
    let out = one(&world, &server).env("RSENDMAIL_PASSWORD", "wrong-password").args(args).go();
    out.exits(77);
    assert_eq!(server.commands_of("AUTH").len(), 1);
    let later = Server::start(Options {
        rules: vec![on("AUTH").then(reply("454 4.7.0 too many logins\r\n"))],
        tls: Tls::Implicit,
        ..Options::default()
    });
    let ca = later.ca_pem_path().to_str().unwrap().to_string();
    let args = ["-u", "user", "--ca-file", &ca, "--retries", "3"];
    one(&world, &later).env("RSENDMAIL_PASSWORD", "wrong-password").args(args).go().exits(75);
    assert_eq!(later.commands_of("AUTH").len(), 1);
}

#[test]
fn trap_19_nothing_is_said_in_clear_to_a_far_server() {
    // The peer is on loopback, so the rule is asked for.
    let world = World::new().secret("user", "secret");
    let server = Server::start(Options { clear_auth: true, ..Options::default() });
    let args = ["-u", "user", "--tls", "required"];
    let out = one(&world, &server).env("RSENDMAIL_PASSWORD", "secret").args(args).go();
    out.exits(80);
    assert!(server.commands_of("AUTH").is_empty());
    one(&world, &server).env("RSENDMAIL_PASSWORD", "secret").args(["-u", "user"]).go().exits(0);
    assert_eq!(server.sent()[0].user.as_deref(), Some("user"));
}

#[test]
fn case_46_a_challenge_that_makes_no_sense_ends_with_76() {
    let world = World::new().secret("user", "secret");
    for rule in [
        on("AUTH").then(reply("334 !!!not base64!!!\r\n")),
        on("AUTH").then(reply(
            "334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n334 \r\n",
        )),
    ] {
        let server = Server::start(Options {
            clear_auth: true,
            auth: vec!["LOGIN"],
            rules: vec![rule],
            ..Options::default()
        });
        let out = one(&world, &server).env("RSENDMAIL_PASSWORD", "secret").args(["-u", "user"]).go();
        out.exits(76);
        assert!(server.commands_of("MAIL").is_empty());
    }
}

#[test]
fn case_44_a_server_without_ehlo_gets_helo() {
    let world = World::new();
    let server = Server::start(Options { off: vec!["EHLO"], ..Options::default() });
    one(&world, &server).go().exits(0);
    assert_eq!(server.commands_of("HELO").len(), 1);
    let out = one(&world, &server).args(["--tls", "required"]).go();
    out.exits(80);
}

#[test]
fn case_48_a_message_too_large_is_refused_before_data() {
    let world = World::new();
    let server = Server::start(Options { size: 100, ..Options::default() });
    one(&world, &server).go().exits(69).says("takes at most 100");
    assert!(server.commands_of("MAIL").is_empty());
}

#[test]
fn case_53_replies_in_single_bytes_are_replies() {
    let world = World::new();
    let server = server(vec![on("CONNECT").then(Action::Drip(Duration::from_micros(200)))]);
    one(&world, &server).go().exits(0);
}

#[test]
fn case_54_a_goodbye_without_an_answer_costs_two_seconds_at_most() {
    let world = World::new();
    let server = server(vec![on("QUIT").then(End::Stall)]);
    let out = one(&world, &server).go();
    out.exits(0);
    assert!(out.seconds < 3.0, "{out:?}");
}

#[test]
fn case_50_silence_has_its_limits() {
    let world = World::new();
    for event in ["CONNECT", "EHLO", "MAIL", "DATA"] {
        let server = server(vec![on(event).then(End::Stall)]);
        let out = one(&world, &server).args(["--reply-timeout", "0.4", "--timeout", "0.4"]).go();
        out.exits(75).says("timed out");
        assert!(out.seconds < 5.0, "{event}");
    }
}

#[test]
fn a_greeting_is_waited_for_by_either_of_two_flags() {
    let world = World::new();
    for flag in ["--timeout", "--reply-timeout"] {
        let server = server(vec![on("CONNECT").then(End::Stall)]);
        let out = one(&world, &server).args([flag, "0.4"]).go();
        out.exits(75)
            .says(&format!("waiting for the greeting from 127.0.0.1 ({flag} 0.4 s)"))
            .says("smtps://");
        assert!(out.seconds < 30.0, "{out:?}");
    }
}

#[test]
fn trap_11_and_cases_55_and_56_replies_that_are_none_end_with_76() {
    let world = World::new();
    for (event, said) in [
        ("EHLO", "25 x\r\n"),
        ("EHLO", "2500 x\r\n"),
        ("EHLO", "250-x\r\n251 y\r\n"),
        ("MAIL", "354 go\r\n"),
        ("RCPT", "354 go\r\n"),
        ("DATA", "250 ok\r\n"),
        ("MAIL", "\0\x1b\u{80}\r\n"),
    ] {
        let server = server(vec![on(event).then(reply(said))]);
        let out = one(&world, &server).go();
        assert_eq!(out.code, 76, "{event} {said:?}: {out:?}");
        out.tame();
        assert!(server.sent().is_empty());
    }
    for (event, flood) in [("CONNECT", "220-more\r\n"), ("EHLO", "250-more\r\n"), ("CONNECT", "2")] {
        let server = server(vec![on(event).then(endless(flood))]);
        let out = one(&world, &server).go();
        assert!(out.exits(76).max_rss < 32 << 20, "{out:?}");
    }
    let server = server(vec![on("CONNECT").then(before("220-\x1b]0;evil\x07\r\n"))]);
    one(&world, &server).args(["--trace"]).go().exits(0).tame();
}

#[test]
fn trap_5_and_case_57_nothing_is_smuggled_and_nothing_is_dialled() {
    let (world, server) = (World::new(), server(vec![]));
    for args in [
        ["--to", "a@x\r\nRCPT TO:<evil@x>"],
        ["--to", "a@x\nBcc: evil@x"],
        ["--envelope-from", "a@x>\r\nDATA"],
        ["--envelope-from", "a@x> SIZE=1"],
        ["--helo", "a\r\nQUIT"],
        ["--helo", "a b"],
        ["--envid", ""],
    ] {
        let out = one(&world, &server).args(args).go();
        assert_eq!(out.code, 64, "{args:?}: {out:?}");
        out.tame();
    }
    world.file("m.eml", EML);
    let url = server.url();
    let run = |more: &[&str]| world.run("rsendmail", ["--server", &url]).args(more).go();
    run(&["--eml", "m.eml"]).exits(64).says("nobody to send to");
    run(&["--eml", "none.eml", "-t"]).exits(66);
    run(&["--eml", "m.eml", "-t", "--subject", "x"]).exits(64);
    run(&["--eml", "m.eml", "-t", "--password", "hunter2"]).exits(64);
    world.file("bad.eml", "no header here\n\nx\n");
    run(&["--eml", "bad.eml", "--to", "a@x.example"]).exits(65);
    assert!(server.commands_of("MAIL").is_empty() && server.commands_of("RCPT").is_empty());
}

#[test]
fn trap_3_and_case_58_dots_and_lone_line_ends_arrive_as_lines() {
    let (world, server) = (World::new(), server(vec![]));
    let body = "a\n.\nb\r.\r..c\r\n.\r\n..\r\n.";
    world.file("m.eml", format!("From: a@x.example\nSubject: x\n\n{body}"));
    let url = server.url();
    let args = ["--eml", "m.eml", "--to", "a@x.example", "--server", &url];
    world.run("rsendmail", args).go().exits(0);
    let text = String::from_utf8(server.sent()[0].bytes.to_vec()).unwrap();
    assert!(text.ends_with("\r\n\r\na\r\n.\r\nb\r\n.\r\n..c\r\n.\r\n..\r\n.\r\n"), "{text:?}");
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn trap_18_and_case_59_an_address_that_needs_smtputf8_is_refused_by_name() {
    let world = World::new();
    let server = Server::start(Options { off: vec!["SMTPUTF8"], ..Options::default() });
    world.file("m.eml", EML);
    let url = server.url();
    let send = |to: &str| world.run("rsendmail", ["--eml", "m.eml", "--server", &url, "--to", to]).go();
    send("ü@x.example").exits(69).says("SMTPUTF8, which ü@x.example needs");
    send("u@bücher.example").exits(0);
    assert_eq!(server.sent()[0].to[0].0, "u@xn--bcher-kva.example");
    let able = super::rsendmail::server(vec![]);
    let url = able.url();
    let args = ["--eml", "m.eml", "--server", &url, "--to", "ü@bücher.example"];
    world.run("rsendmail", args).go().exits(0);
    let sent = &able.sent()[0];
    assert!(sent.params.iter().any(|p| p == "SMTPUTF8") && sent.to[0].0 == "ü@bücher.example");
}

#[test]
fn reports_are_asked_for_where_the_server_offers_them() {
    let (world, able) = (World::new(), server(vec![]));
    let flags = ["--notify", "success,delay", "--ret", "hdrs", "--envid", "id+1", "--envelope-from", ""];
    one(&world, &able).args(flags).go().exits(0);
    let sent = &able.sent()[0];
    assert_eq!(sent.from, "");
    assert!(sent.params.contains(&"RET=HDRS".into()) && sent.params.contains(&"ENVID=id+2B1".into()));
    assert_eq!(sent.to[0].1, ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;a@x.example"]);
    let unable = Server::start(Options { off: vec!["DSN"], ..Options::default() });
    one(&world, &unable).args(flags).go().exits(69).says("DSN");
}

#[test]
fn many_messages_go_over_one_connection() {
    let (world, server) = (World::new(), server(vec![]));
    for i in 0..20 {
        world.file(
            format!("box/{i:02}.eml"),
            format!("From: a@x.example\nTo: b@x.example\nSubject: {i}\n\nbody {i}\n"),
        );
    }
    world.file("box/.hidden", "not a message");
    let url = server.url();
    let out = world.run("rsendmail", ["--eml", "box", "-t", "--server", &url, "--json"]).go();
    out.exits(0);
    assert_eq!((server.connections(), server.sent().len()), (1, 20));
    assert_eq!(out.summary()["round_trips"], 2 + 20 * 2 + 1, "two a message");
    assert_eq!(out.summary()["counts"]["ok"], 20);
    let first = String::from_utf8(server.sent()[7].bytes.to_vec()).unwrap();
    assert!(first.contains("Subject: 7\r\n"), "in the order of their names");
}

#[test]
fn trap_9_of_reuse_a_connection_that_turns_out_dead_is_replaced_in_silence() {
    let world = World::new();
    let server = Server::start(Options { max_messages: 3, ..Options::default() });
    for i in 0..10 {
        world.file(format!("box/{i}.eml"), "From: a@x.example\nTo: b@x.example\n\nbody\n");
    }
    let url = server.url();
    let args = ["--eml", "box", "-t", "--server", &url, "--json", "--retries", "0"];
    let out = world.run("rsendmail", args).go();
    out.exits(0);
    assert_eq!(out.err(), "");
    assert_eq!((server.connections(), server.sent().len()), (4, 10));
    let dying = super::rsendmail::server(vec![on("DOT").then(Action::Then(End::Close))]);
    let url = dying.url();
    let args = ["--eml", "box", "-t", "--server", &url, "--json", "--retries", "0"];
    world.run("rsendmail", args).go().exits(0);
    assert_eq!((dying.connections(), dying.sent().len()), (10, 10));
}

#[test]
fn a_bad_message_among_many_stops_no_other() {
    let (world, server) =
        (World::new(), server(vec![on("RCPT").with("gone@").then(reply("550 5.1.1 gone\r\n"))]));
    world.file("box/1.eml", "From: a@x.example\nTo: b@x.example\n\nx\n");
    world.file("box/2.eml", "this is none\n");
    world.file("box/3.eml", "From: a@x.example\nTo: gone@x.example\n\nx\n");
    world.file("box/4.eml", "From: a@x.example\nTo: b@x.example\n\nx\n");
    let url = server.url();
    let out = world.run("rsendmail", ["--eml", "box", "-t", "--server", &url, "--json"]).go();
    out.exits(3).says("2.eml is no message: line 1").says("gone@x.example");
    assert_eq!(server.sent().len(), 2);
    let outcomes: Vec<String> =
        out.events("message").iter().map(|e| e["outcome"].as_str().unwrap().to_string()).collect();
    assert_eq!(outcomes, ["ok", "permanent", "permanent", "ok"]);
}

#[test]
fn an_mbox_and_a_maildir_are_many_messages_too() {
    let (world, server) = (World::new(), server(vec![]));
    let mbox = "From a Mon Nov 23\nFrom: a@x.example\nTo: b@x.example\n\n>From here\n>>From there\n\nFrom b Mon Nov 23\nFrom: a@x.example\nTo: c@x.example\n\ntwo\n";
    world.file("m.mbox", mbox);
    for dir in ["md/cur", "md/new", "md/tmp"] {
        world.file(format!("{dir}/x"), "From: a@x.example\nTo: d@x.example\n\nx\n");
    }
    let url = server.url();
    world.run("rsendmail", ["--eml", "m.mbox", "--eml", "md", "-t", "--server", &url]).go().exits(0);
    let sent = server.sent();
    assert_eq!(sent.len(), 4);
    let body = |n: usize| {
        String::from_utf8(sent[n].bytes.to_vec()).unwrap().split_once("\r\n\r\n").unwrap().1.to_string()
    };
    assert_eq!((body(0), body(1)), ("From here\r\n>From there\r\n".into(), "two\r\n".into()));
    assert_eq!((&*sent[0].to[0].0, &*sent[1].to[0].0), ("b@x.example", "c@x.example"));
}

#[test]
fn trap_24_standard_input_is_a_message_for_t() {
    let (world, server) = (World::new(), server(vec![]));
    let url = server.url();
    world.run("rsendmail", ["-t", "--server", &url]).stdin(EML).go().exits(0);
    assert_eq!(server.sent()[0].to.len(), 4);
    let resent = "Resent-To: new@x.example\nResent-From: me@x.example\nResent-To: older@x.example\nTo: old@x.example\nFrom: a@x.example\n\nx\n";
    world.run("rsendmail", ["-t", "--server", &url]).stdin(resent).go().exits(0);
    let sent = &server.sent()[1];
    assert_eq!(
        (sent.to.len(), sent.to[0].0.as_str(), sent.from.as_str()),
        (1, "new@x.example", "me@x.example")
    );
    // An older block has fields that the newest has not: they are of a time long gone.
    let resent = "Resent-From: me@x.example\nResent-To: new@x.example\nResent-Bcc: quiet@x.example\nResent-From: old@x.example\nResent-Sender: old@x.example\nResent-To: older@x.example\nResent-Cc: older@x.example\nResent-Bcc: oldest@x.example\nTo: old@x.example\nFrom: a@x.example\n\nx\n";
    world.run("rsendmail", ["-t", "--server", &url]).stdin(resent).go().exits(0);
    let sent = &server.sent()[2];
    let to: Vec<&str> = sent.to.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!((to, sent.from.as_str()), (vec!["new@x.example", "quiet@x.example"], "me@x.example"));
    let text = String::from_utf8_lossy(&sent.bytes).into_owned();
    assert!(!text.contains("quiet@") && !text.contains("oldest@"), "{text}");
    let empty = "To: undisclosed-recipients:;\nFrom: a@x.example\n\nx\n";
    world.run("rsendmail", ["-t", "--server", &url]).stdin(empty).go().exits(64);
}

#[test]
fn a_dry_run_goes_as_far_as_rcpt() {
    let (world, server) = (World::new(), server(vec![on("RCPT").with("b@").then(reply("550 5.1.1 no\r\n"))]));
    let out = three(&world, &server).args(["--dry-run"]).go();
    out.exits(3);
    assert_eq!(outcomes(&out), ["planned", "permanent", "planned"]);
    assert!(server.sent().is_empty() && server.commands_of("DATA").is_empty());
    assert_eq!(server.commands_of("RSET").len(), 1);
    let args = ["--eml", "m.eml", "-t", "--dry-run", "--queue", "--server", &server.url()];
    let out = world.run("rsendmail", args).go();
    assert!(
        out.out().starts_with("would send <") && out.out().contains(" to 3 of 4 by 127.0.0.1:"),
        "{out:?}"
    );
}

#[test]
fn check_says_what_the_server_is() {
    let world = World::new().secret("user", "secret");
    let server = Server::start(Options { tls: Tls::Implicit, ..Options::default() });
    let (url, ca) = (server.url(), server.ca_pem_path().to_str().unwrap().to_string());
    let run = |more: &[&str]| {
        let args = ["check", "--server", &url, "--ca-file", &ca, "-u", "user", "--json"];
        world.run("rsendmail", args).args(more).env("RSENDMAIL_PASSWORD", "secret").go()
    };
    let out = run(&[]);
    let found = &out.exits(0).events("check")[0];
    assert_eq!((&found["outcome"], &found["login"]), (&"ok".into(), &"SCRAM-SHA-256".into()));
    assert!(found["capabilities"].as_array().unwrap().iter().any(|c| c == "PIPELINING"));
    assert!(found["certificate_days"].as_i64().is_some());
    run(&["--cert-days", "4000"]).exits(1);
    run(&["--auth", "plain", "--password-env", "NONE"]).exits(78);
    world.run("rsendmail", ["check", "--server", "smtp://127.0.0.1:1", "--json"]).go().exits(75);
    // The URL is a word, as in the other programs; and one of two is too many.
    let says = "cannot connect to 127.0.0.1:1";
    world.run("rsendmail", ["check", "smtp://127.0.0.1:1", "--retries", "0"]).go().exits(75).says(says);
    let out = world.run("rsendmail", ["check", "smtp://127.0.0.1:1", "--server", &url]).go();
    out.exits(64).says("cannot be used with");
    // An account's server is none that was named beside.
    let account = format!("[rsendmail]\n--server {url}\n--retries 0\n");
    let config = world.private_file("accounts", account).display().to_string();
    let args = ["check", "smtp://127.0.0.1:1", "--config", &config];
    world.run("rsendmail", args).go().exits(75).says(says);
}

#[test]
fn trap_13_too_many_recipients_are_split() {
    let world = World::new();
    let server = Server::start(Options { max_recipients: 7, ..Options::default() });
    let list: Vec<String> = (0..20).map(|i| format!("u{i}@x.example")).collect();
    let out = one(&world, &server).args(["--to", &list.join(",")]).go();
    out.exits(0);
    assert_eq!(server.sent().iter().map(|s| s.to.len()).collect::<Vec<_>>(), [7, 7, 7]);
}

#[test]
fn recipients_are_asked_for_once() {
    let (world, server) = (World::new(), server(vec![]));
    one(&world, &server).args(["--to", "a@X.example, A@x.example", "--cc", "a@x.EXAMPLE"]).go().exits(0);
    assert_eq!(server.sent()[0].to.len(), 2, "local parts may have case, domains have none");
}

#[test]
fn a_server_that_refuses_while_it_is_sent_says_why() {
    let world = World::new();
    let server = server(vec![on("DOT").then(finally("250 2.0.0 fine, thanks\r\n"))]);
    let out = one(&world, &server).go();
    assert_eq!(out.exits(0).events("message")[0]["reply"], "2.0.0 fine, thanks");
}

/// A run that makes a message.
fn make<'w>(world: &'w World, server: &Server) -> Run<'w> {
    let url = server.url();
    let args =
        ["--to", "Bü <b@x.example>", "--from", "a@x.example", "--server", &url, "--json", "--retries", "0"];
    world.run("rsendmail", args)
}

/// The last message taken, as its own parser sees it.
fn text_of(server: &Server) -> String {
    String::from_utf8(server.sent().last().expect("a message").bytes.to_vec()).expect("ASCII")
}

#[test]
fn trap_7_and_8_a_message_from_flags_arrives_as_it_was_meant() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("page.html", "<p>Grüße <img src=cid:logo>");
    world.file("logo.png", b"\x89PNG\r\n\x1a\n\0\0");
    world.file("r/one.csv", "a,b\n1,2\n");
    world.file("r/zwei ü.csv", "c\r\nd\n");
    let args = [
        "--subject",
        "Bericht für Jörg",
        "--body",
        "Grüße,\n.\nend",
        "--html",
        "page.html",
        "--inline",
        "logo=logo.png",
        "--attach",
        "r/*.csv",
        "--header",
        "X-Note: ünï",
        "--reply-to",
        "r@x.example",
        "--cc",
        "c@x.example",
        "--bcc",
        "q@x.example, z@x.example",
    ];
    make(&world, &server).args(args).go().exits(0);
    assert_eq!(server.violations(), [""; 0]);
    let sent = &server.sent()[0];
    let to: Vec<&str> = sent.to.iter().map(|(a, _)| a.as_str()).collect();
    assert_eq!(to, ["b@x.example", "c@x.example", "q@x.example", "z@x.example"]);
    assert!(
        !sent.params.iter().any(|p| p.starts_with("BODY") || p == "SMTPUTF8"),
        "never needed for our own"
    );
    assert!(sent.params.contains(&format!("SIZE={}", sent.size)), "{:?}", sent.params);
    let text = text_of(&server);
    assert!(
        text.is_ascii() && !text.contains("q@x.example") && text.lines().all(|l| l.len() <= 78),
        "{text}"
    );
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(message.subject(), Some("Bericht für Jörg"));
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), "Grüße,\n.\nend");
    assert!(message.body_html(0).unwrap().contains("Grüße"));
    let names: Vec<_> =
        message.attachments().filter_map(|a| mail_parser::MimeHeaders::attachment_name(a)).collect();
    assert!(names.contains(&"one.csv") && names.contains(&"zwei ü.csv"), "{names:?}");
    let csv = message
        .attachments()
        .find(|a| mail_parser::MimeHeaders::attachment_name(*a) == Some("zwei ü.csv"))
        .unwrap();
    assert_eq!(csv.contents(), b"c\r\nd\n", "every byte is kept");
}

#[test]
fn standard_input_is_the_text_or_an_attachment() {
    let (world, server) = (World::new(), server(vec![]));
    make(&world, &server).args(["-s", "x"]).stdin("from a pipe\n.\nend\n").go().exits(0);
    assert!(text_of(&server).ends_with("\r\n\r\nfrom a pipe\r\n.\r\nend\r\n"));
    make(&world, &server).args(["--body-file", "-"]).stdin("named\n").go().exits(0);
    assert!(text_of(&server).ends_with("\r\n\r\nnamed\r\n"));
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    make(&world, &server)
        .args(["--body", "see", "--attach-stdin", "dump.bin"])
        .stdin(bytes.clone())
        .go()
        .exits(0);
    let text = text_of(&server);
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(message.attachment(0).unwrap().contents(), bytes);
    let both = make(&world, &server).args(["--body-file", "-", "--attach-stdin", "x"]).stdin("x").go();
    both.exits(64).says("standard input");
    make(&world, &server).args(["-s", "nothing"]).go().exits(0);
    assert!(text_of(&server).ends_with("us-ascii\r\n\r\n"), "{}", text_of(&server));
    make(&world, &server)
        .args(["--password-file", "-", "-u", "user", "--body-file", "-"])
        .stdin("x")
        .go()
        .exits(64);
}

#[test]
fn an_empty_text_can_be_left_unsent() {
    let (world, server) = (World::new(), server(vec![]));
    let out = make(&world, &server).args(["-E", "-s", "nightly"]).stdin("").go();
    assert_eq!(out.exits(0).events("message")[0]["outcome"], "skipped");
    assert_eq!(server.connections(), 0);
    make(&world, &server).args(["-E"]).stdin("x").go().exits(0);
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn what_flags_say_is_checked_before_a_connection_is_opened() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("a.txt", "x");
    let cases: Vec<(&[&str], i32)> = vec![
        (&["--attach", "none.pdf"], 66),
        (&["--attach", "*.pdf"], 66),
        (&["--attach", "a.txt;name=x\r\ny"], 64),
        (&["--attach", "a.txt;nonsense"], 64),
        (&["--subject", "a\r\nBcc: evil@x"], 64),
        (&["--header", "Bcc: evil@x"], 64),
        (&["--header", "no colon"], 64),
        (&["--header", "X: a\nb"], 64),
        (&["--reply-to", "a b"], 64),
        (&["--from", "a@x, b@x"], 64),
        (&["--from", "a\r\n@x"], 64),
        (&["--html", "none.html"], 66),
        (&["--inline", "x=a.txt"], 64),
        (&["--body", "x", "--body-file", "a.txt"], 64),
        (&["--server", "http://x"], 64),
        (&["--server", "smtp://me:secret@127.0.0.1"], 64),
        (&["--server", "smtp://127.0.0.1/path"], 64),
        (&["--to", "nonsense at all"], 64),
        (&["--unknown"], 64),
        (&["--auth", "plain"], 64),
    ];
    for (args, code) in cases {
        let out = make(&world, &server).args(args).go();
        assert_eq!(out.code, code, "{args:?}: {out:?}");
        out.tame();
        out.summary();
    }
    assert_eq!(server.connections(), 0);
    let out = world.run("rsendmail", ["--subject", "x"]).go();
    out.exits(64).says("nobody to send to");
    let out = world
        .run(
            "rsendmail",
            ["--to", "a@x.example", "--body", "x", "--server", "smtp://far.invalid", "--from", "root"],
        )
        .go();
    out.exits(64).says("root has no domain");
}

#[test]
fn no_server_at_all_is_a_matter_of_configuration() {
    let world = World::new();
    if std::net::TcpStream::connect(("localhost", 25)).is_ok() {
        return; // this machine has a mail server
    }
    let out = world
        .run("rsendmail", ["--to", "a@x.example", "--body", "x", "--from", "a@x.example", "--retries", "0"])
        .go();
    out.exits(78).says("no server is named");
}

#[test]
fn trap_16_an_alert_arrives_without_what_is_too_large() {
    let world = World::new();
    let server = Server::start(Options { size: 20_000, ..Options::default() });
    world.file("big.log", "x".repeat(100_000));
    let args = ["--body", "the disk is full", "--attach", "big.log"];
    make(&world, &server).args(args).go().exits(69);
    assert!(server.commands_of("MAIL").is_empty());
    make(&world, &server).args(args).args(["--if-too-large", "drop-attachments"]).go().exits(0);
    let text = text_of(&server);
    assert!(
        text.contains("the disk is full") && text.contains("big.log (97.7 KiB)") && text.contains("19.5 KiB"),
        "{text}"
    );
}

#[test]
fn retry_from_does_only_what_is_left_and_keeps_the_message_id() {
    let world = World::new();
    let rules = vec![
        on("RCPT").with("b@").nth(1).then(reply("450 4.2.1 busy\r\n")),
        on("RCPT").with("gone@").then(reply("550 5.1.1 gone\r\n")),
    ];
    let server = server(rules);
    let run = || make(&world, &server).args(["--to", "c@x.example, gone@x.example", "--body", "x"]);
    let first = run().go();
    first.exits(3);
    world.file("first.jsonl", &first.stdout);
    let second = run().args(["--retry-from", "first.jsonl"]).go();
    second.exits(0);
    let sent = server.sent();
    assert_eq!(sent[1].to.iter().map(|(a, _)| a.as_str()).collect::<Vec<_>>(), ["b@x.example"]);
    assert_eq!(first.events("message")[0]["message_id"], second.events("message")[0]["message_id"]);
    world.file("second.jsonl", &second.stdout);
    let third = run().args(["--retry-from", "second.jsonl"]).go();
    assert_eq!(third.exits(0).events("message")[0]["outcome"], "skipped");
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn print_writes_the_message_and_sends_nothing() {
    let (world, server) = (World::new(), server(vec![]));
    let url = server.url();
    let args = [
        "--to",
        "b@x.example",
        "--from",
        "a@x.example",
        "--bcc",
        "quiet@x.example",
        "--body",
        "x",
        "--server",
        &url,
        "--print",
    ];
    let out = world.run("rsendmail", args).go();
    out.exits(0);
    assert!(out.out().contains("\r\n\r\nx\r\n") && !out.out().contains("quiet@x.example"));
    world.run("rsendmail", args).args(["--json"]).go().exits(64);
    assert_eq!(server.connections(), 0);
}

#[test]
fn the_senders_address_comes_from_where_it_is_known() {
    let world = World::new().secret("user", "secret");
    let server = Server::start(Options { clear_auth: true, ..Options::default() });
    server.store.add_account("user@mail.example", "secret");
    let url = server.url();
    let base = ["--to", "b@x.example", "--body", "x", "--server", &url];
    world.run("rsendmail", base).env("RSENDMAIL_FROM", "Env <env@x.example>").go().exits(0);
    assert!(
        text_of(&server).contains("From: Env <env@x.example>") && server.sent()[0].from == "env@x.example"
    );
    let login = ["-u", "user@mail.example"];
    world.run("rsendmail", base).args(login).env("RSENDMAIL_PASSWORD", "secret").go().exits(0);
    assert_eq!(server.sent()[1].from, "user@mail.example");
    world
        .run("rsendmail", base)
        .args(["--from", "f@x.example", "--envelope-from", "bounce@x.example"])
        .go()
        .exits(0);
    assert!(text_of(&server).contains("From: f@x.example") && server.sent()[2].from == "bounce@x.example");
    world.run("rsendmail", base).env("USER", "ops").go().exits(0);
    assert!(server.sent()[3].from.starts_with("ops@"));
}

#[test]
fn a_large_attachment_streams_in_little_memory() {
    let (world, server) =
        (World::new(), Server::start(Options { size: 500_000_000, keep: 1000, ..Options::default() }));
    let path = world.path("big.bin");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(100 << 20).unwrap();
    let out = make(&world, &server)
        .args(["--body", "x", "--attach", "big.bin"])
        .limit(Duration::from_secs(120))
        .go();
    out.exits(0).within(24 << 20);
    assert!(server.sent()[0].size > (100 << 20) / 3 * 4);
    assert_eq!(out.events("message")[0]["bytes"], server.sent()[0].size);
}

#[test]
fn trap_21_and_case_60_an_attachment_that_changes_is_sent_as_it_was_or_not_at_all() {
    let world = World::new();
    let path = world.path("log.txt");
    std::fs::write(&path, "0123456789\n".repeat(100_000)).unwrap();
    let (grow, shrink) = (path.clone(), path.clone());
    let growing = server(vec![on("MAIL").then(crate::sandbox::script::call(move || {
        use std::io::Write;
        std::fs::OpenOptions::new().append(true).open(&grow).unwrap().write_all(b"GROWN").unwrap();
    }))]);
    make(&world, &growing).args(["--body", "x", "--attach", "log.txt"]).go().exits(0);
    let text = text_of(&growing);
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(message.attachment(0).unwrap().contents(), "0123456789\n".repeat(100_000).as_bytes());
    let shrinking = server(vec![on("MAIL").then(crate::sandbox::script::call(move || {
        std::fs::OpenOptions::new().write(true).open(&shrink).unwrap().set_len(10).unwrap();
    }))]);
    let out = make(&world, &shrinking).args(["--body", "x", "--attach", "log.txt"]).go();
    out.exits(74);
    assert!(shrinking.sent().is_empty());
}

#[test]
fn trap_17_eight_bits_are_encoded_anew_where_the_server_lacks_8bitmime() {
    let world = World::new();
    let eml = "From: a@x.example\nTo: Jörg <b@x.example>\nSubject: Grüße\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhellö\n";
    world.file("m.eml", eml);
    let send = |server: &Server, more: &[&str]| {
        let url = server.url();
        let args = ["--eml", "m.eml", "-t", "--server", &url, "--retries", "0"];
        world.run("rsendmail", args).args(more).go()
    };
    let able = server(vec![]);
    send(&able, &[]).exits(0);
    let sent = &able.sent()[0];
    assert!(sent.params.iter().any(|p| p == "BODY=8BITMIME") && sent.params.iter().any(|p| p == "SMTPUTF8"));
    assert!(String::from_utf8(sent.bytes.to_vec()).unwrap().ends_with("hellö\r\n"));
    for off in [vec!["8BITMIME"], vec!["SMTPUTF8"], vec!["8BITMIME", "SMTPUTF8"]] {
        let unable = Server::start(Options { off, ..Options::default() });
        send(&unable, &[]).exits(0);
        let text = String::from_utf8(unable.sent()[0].bytes.to_vec()).unwrap();
        let head = text.split_once("\r\n\r\n").unwrap().0;
        assert!(head.is_ascii(), "{text}");
        let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
        assert_eq!(message.subject(), Some("Grüße"));
        assert_eq!(message.body_text(0).unwrap().trim_end(), "hellö");
        assert_eq!(unable.violations(), [""; 0]);
        send(&unable, &["--no-downgrade"]).exits(69);
    }
}

#[test]
fn what_a_server_takes_is_not_told_from_a_connection_that_failed() {
    let world = World::new();
    let eml = "From: a@x.example\nTo: b@x.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhell\u{f6}\n";
    world.file("m.eml", eml);
    world.file("big.log", "x".repeat(100_000));
    let flaky = || {
        let rules = vec![on("CONNECT").nth(1).then(End::Close)];
        Server::start(Options { rules, size: 20_000, off: vec!["8BITMIME"], ..Options::default() })
    };
    let short =
        ["--from", "a@x.example", "--to", "b@x.example", "--body", "the disk is full", "--attach", "big.log"];
    for (args, says) in [(&["--eml", "m.eml", "-t"][..], "hell=C3=B6"), (&short, "the disk is full")] {
        let run = |server: &Server| {
            let url = server.url();
            world.run("rsendmail", args).args(["--server", &url, "--if-too-large", "drop-attachments"])
        };
        let server = flaky();
        run(&server).go().exits(0);
        assert!(text_of(&server).contains(says) && server.connections() == 2);
        // Where there is no second try it may be there later, which is what is said.
        let server = flaky();
        run(&server).args(["--retries", "0"]).go().exits(75);
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn trap_6_a_line_too_long_for_mail_is_broken_where_it_is_joined_again() {
    let (world, server) = (World::new(), server(vec![]));
    let long = "0123456789".repeat(500);
    world.file("m.eml", format!("From: a@x.example\nTo: b@x.example\n\n{long}\n"));
    let url = server.url();
    world.run("rsendmail", ["--eml", "m.eml", "-t", "--server", &url]).go().exits(0);
    let text = text_of(&server);
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(message.body_text(0).unwrap().trim_end(), long);
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn trap_23_a_message_as_attachment_is_not_encoded() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("clean.eml", "From: a@x.example\r\nSubject: inner\r\n\r\n.dot\r\n");
    make(&world, &server).args(["--body", "see", "--attach", "clean.eml"]).go().exits(0);
    let text = text_of(&server);
    assert!(
        text.contains("Content-Type: message/rfc822") && text.contains("\r\nSubject: inner\r\n\r\n.dot\r\n"),
        "{text}"
    );
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert_eq!(message.attachment(0).unwrap().message().unwrap().subject(), Some("inner"));
}

#[test]
fn text_files_keep_their_line_ends_wherever_they_are_stored() {
    let (world, server) = (World::new(), server(vec![]));
    let files = [
        ("crlf.txt", "one\r\ntwo\r\n"),
        ("lf.csv", "a;b\nc;d\n"),
        ("mixed.log", "a\r\nb\nc\r\n"),
        ("bare.txt", "no end"),
    ];
    let mut run = make(&world, &server).args(["--body", "see"]);
    for (name, text) in files {
        world.file(name, text);
        run = run.args(["--attach", name]);
    }
    run.go().exits(0);
    let wire = text_of(&server);
    // As it came, and as a store with LF keeps it.
    for stored in [wire.clone(), wire.replace("\r\n", "\n")] {
        let message = mail_parser::MessageParser::default().parse(stored.as_bytes()).unwrap();
        let found: Vec<_> = message
            .attachments()
            .map(|a| (mail_parser::MimeHeaders::attachment_name(a).unwrap(), a.contents().to_vec()))
            .collect();
        let want: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect();
        assert_eq!(found, want, "{stored}");
    }
}

#[test]
fn an_eight_bit_message_within_has_its_own_parts_encoded() {
    let (world, server) = (World::new(), server(vec![]));
    let inner = "From: a@x.example\nSubject: inner\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
                 Content-Transfer-Encoding: 8bit\n\nGrüße aus Köln\n";
    world.file("eight.eml", inner);
    make(&world, &server).args(["--body", "see", "--attach", "eight.eml"]).go().exits(0);
    let text = text_of(&server);
    assert!(text.is_ascii() && text.contains("Content-Type: message/rfc822"), "{text}");
    let message = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    let within = message.attachment(0).unwrap().message().unwrap();
    assert_eq!(
        (within.subject(), within.body_text(0).unwrap().trim_end()),
        (Some("inner"), "Grüße aus Köln")
    );
}
