//! rsendmail against Postfix, with Dovecot checking its logins, and against smtp-sink: what arrived is compared byte by
//! byte, and read by somebody else's parser.

use crate::{
    fixture::{
        Tls,
        postfix::{DOMAIN, Options, Postfix},
        smtp_sink::SmtpSink,
    },
    support::{Output, Run, World},
};
use std::{fs, io::Write, process::Command};

fn full() -> bool {
    std::env::var_os("WIREPOST_FULL").is_some()
}

/// A message that is the same each time it is printed or sent.
fn ready(body: &str) -> String {
    format!(
        "From: Ann <ann@{DOMAIN}>\nTo: tester@{DOMAIN}\nBcc: hidden@{DOMAIN}\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\
         Date: Mon, 23 Nov 2026 05:00:00 +0000\nMessage-ID: <1.live@{DOMAIN}>\n\n{body}"
    )
}

/// Bodies that break clients: dots, line ends, empty lines, an end without a line end.
const BODIES: &[&str] = &[
    "plain\n",
    "",
    ".\n",
    "..\n.\n...\n",
    "no end",
    "\n\n\n",
    "a\n.\nb\r\n.\r\nc\r.\rd",
    "From here\n>From there\n",
    ".first\nlast.",
];

fn lf(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

/// A run against this server's submission port.
fn submit<'w>(world: &'w World, server: &Postfix, mechanism: &str, implicit: bool) -> Run<'w> {
    let user = format!("{}@{DOMAIN}", server.user);
    let password = world.private_file("password", server.password);
    let (scheme, port) = if implicit { ("smtps", server.submissions) } else { ("smtp", server.submission) };
    let url = format!("{scheme}://{user}@{}:{port}", server.host);
    let ca = server.ca.to_str().unwrap();
    let run = world.run(
        "rsendmail",
        ["--server", &url, "--tls", "required", "--ca-file", ca, "--json", "--retries", "0"],
    );
    let run = run.args(["--password-file", password.to_str().unwrap()]);
    if mechanism.is_empty() { run } else { run.args(["--auth", mechanism]) }
}

#[test]
fn what_is_submitted_arrives_byte_for_byte_by_every_way_in() {
    let options =
        Options { mechanisms: "plain login scram-sha-1 scram-sha-256 cram-md5".into(), ..Options::default() };
    let Some(server) = Postfix::start(&options) else { return };
    let mut sent = Vec::new();
    for implicit in [false, true] {
        for mechanism in ["", "scram-sha-256", "scram-sha-1", "plain", "login"] {
            let world = World::new().secret(server.user, server.password);
            let body = BODIES[sent.len() % BODIES.len()];
            world.file("m.eml", ready(body));
            let to = format!("tester@{DOMAIN}");
            let args = ["--eml", "m.eml", "--to", &to, "--trace"];
            let out = submit(&world, &server, mechanism, implicit).args(args).go();
            out.exits(0).tame();
            let message = &out.events("message")[0];
            assert!(
                message["queue_id"].is_string() && message["tls_version"] == "TLSv1.3"
                    || message["tls_version"] == "TLS",
                "{message}"
            );
            let printed = world.run("rsendmail", ["--eml", "m.eml", "--to", &to, "--print"]).go();
            assert_eq!(message["bytes"], printed.stdout.len());
            sent.push(lf(&printed.out()));
            assert!(!printed.out().contains("hidden@"));
            assert!(printed.out().ends_with(&lf(body).replace('\n', "\r\n")));
        }
    }
    let got = server.delivered("tester", sent.len());
    for want in &sent {
        let one = got.iter().filter(|m| m.ends_with(want.as_bytes())).count();
        assert!(one >= 1, "not there byte for byte: {want:?}\n{}", server.log());
    }
    for message in &got {
        let text = String::from_utf8_lossy(message);
        assert!(!text.contains("hidden@") && text.contains("with ESMTPSA"), "{text}");
    }
}

#[test]
fn a_token_of_dovecots_logs_in() {
    let options = Options { mechanisms: "plain oauthbearer xoauth2".into(), ..Options::default() };
    let Some(server) = Postfix::start(&options) else { return };
    let user = format!("{}@{DOMAIN}", server.user);
    let token = server.dovecot.token(&user);
    let world = World::new().secret(&user, &token);
    world.file("m.eml", ready("by token\n"));
    let file = world.private_file("token", &token);
    let command = format!("cat {}", file.display());
    let url = format!("smtps://{user}@{}:{}", server.host, server.submissions);
    let ca = server.ca.to_str().unwrap();
    let to = format!("tester@{DOMAIN}");
    for mechanism in ["oauthbearer", "xoauth2"] {
        let args = [
            "--server",
            &url,
            "--ca-file",
            ca,
            "--eml",
            "m.eml",
            "--to",
            &to,
            "--auth",
            mechanism,
            "--token-command",
        ];
        world.run("rsendmail", args).args([&command, "--trace"]).go().exits(0);
        world.run("rsendmail", args).args(["echo expired"]).go().exits(77);
    }
    assert_eq!(server.delivered("tester", 2).len(), 2);
}

#[test]
fn another_parser_reads_what_was_meant() {
    let Some(server) = Postfix::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let world = World::new();
    let noise: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    world.file("in/daten ü.bin", &noise);
    world.file("in/notes.txt", "line\n.\nlast");
    world.file("in/page.html", "<p>Grüße <img src=cid:logo>");
    world.file("in/logo.png", b"\x89PNG\r\n\x1a\n\0\0\0");
    let url = format!("smtp://{}:{}", server.host, server.mx);
    let (to, from) =
        (format!("Jörg \"J.\" <tester@{DOMAIN}>, Team: other@{DOMAIN};"), format!("Änn <ann@{DOMAIN}>"));
    let args = [
        "--server",
        &url,
        "--to",
        &to,
        "--from",
        &from,
        "--subject",
        "Bericht für Jörg, mit €-Zeichen und einer langen Zeile dahinter",
        "--body",
        "Grüße\n.\nfrom us\n",
        "--html",
        "in/page.html",
        "--inline",
        "logo=in/logo.png",
        "--attach",
        "in/daten ü.bin",
        "--attach",
        "in/notes.txt;name=Notizen – 2026.txt",
        "--header",
        "X-Ünsinn: no",
    ];
    // A field name is ASCII: refused before anything is sent.
    world.run("rsendmail", args).go().exits(64);
    world.run("rsendmail", &args[..args.len() - 2]).go().exits(0);
    let got = server.delivered("tester", 1);
    server.delivered("other", 1);
    world.file("got.eml", &got[0]);
    let script = r#"
import email, email.policy, hashlib, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
assert not m.defects, m.defects
for part in m.walk():
    assert not part.defects, (part, part.defects)
print(m["subject"])
print(m["from"].addresses[0].display_name, m["to"].addresses[0].display_name, m["to"].groups[1].display_name)
print(repr(m.get_body(("plain",)).get_content()))
print(m.get_body(("html",)).get_content().strip())
for part in m.iter_attachments():
    print(part.get_content_type(), part.get_filename(), hashlib.sha256(part.get_payload(decode=True)).hexdigest())
"#;
    let parsed = Command::new("python3")
        .env("PYTHONIOENCODING", "utf-8")
        .args(["-c", script])
        .arg(world.path("got.eml"))
        .output()
        .unwrap();
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    let hash = |bytes: &[u8]| wirepost_hash(bytes);
    let want = format!(
        "Bericht für Jörg, mit €-Zeichen und einer langen Zeile dahinter\nÄnn Jörg J. Team\n{}\n<p>Grüße <img src=cid:logo>\n\
         application/octet-stream daten ü.bin {}\ntext/plain Notizen – 2026.txt {}\n",
        r"'Grüße\r\n.\r\nfrom us\r\n'",
        hash(&noise),
        hash(b"line\n.\nlast")
    );
    assert_eq!(String::from_utf8_lossy(&parsed.stdout), want);
}

fn wirepost_hash(bytes: &[u8]) -> String {
    openssl::sha::sha256(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn outcomes(out: &Output) -> Vec<String> {
    out.events("recipient").iter().map(|e| e["outcome"].as_str().unwrap_or_default().to_string()).collect()
}

#[test]
fn postfixs_refusals_are_told_apart() {
    let options = Options { tls: Tls::Off, size_limit: 100_000, ..Options::default() };
    let Some(server) = Postfix::start(&options) else { return };
    let world = World::new();
    world.file("m.eml", ready("x\n"));
    world.file("large.eml", ready(&"large\n".repeat(20_000)));
    let url = format!("smtp://{}:{}", server.host, server.mx);
    let send = |to: &[&str], more: &[&str]| {
        let args = ["--server", &url, "--json", "--retries", "0"];
        let to: Vec<String> = to.iter().flat_map(|t| ["--to".to_string(), format!("{t}@{DOMAIN}")]).collect();
        world.run("rsendmail", args).args(to).args(more).go()
    };
    let eml = ["--eml", "m.eml"];
    for (who, code, outcome) in [
        ("unknown", 67, "permanent"),
        ("refused", 69, "permanent"),
        ("later", 75, "temporary"),
        ("full", 75, "temporary"),
    ] {
        let out = send(&[who], &eml);
        assert_eq!((out.code, outcomes(&out)), (code, vec![outcome.to_string()]), "{who}: {out:?}");
    }
    let out = send(&["tester", "refused", "later", "other"], &eml);
    assert_eq!(
        (out.code, outcomes(&out)),
        (3, ["ok", "permanent", "temporary", "ok"].map(String::from).into())
    );
    assert_eq!((server.delivered("tester", 1).len(), server.delivered("other", 1).len()), (1, 1));
    let out = send(&["tester", "refused"], &["--eml", "m.eml", "--rcpt-policy", "all"]);
    out.exits(69);
    send(&["tester"], &["--eml", "large.eml"]).exits(69).says("takes at most 100000");
    let out = send(&["third", "later"], &["--eml", "m.eml", "--dry-run"]);
    assert_eq!((out.code, outcomes(&out)), (3, ["planned", "temporary"].map(String::from).into()));
    let elsewhere =
        world.run("rsendmail", ["--server", &url, "--eml", "m.eml", "--to", "a@elsewhere.example"]).go();
    elsewhere.exits(69).says("Relay access denied");
    assert_eq!(server.delivered("tester", 1).len(), 1, "and nobody got anything twice or by mistake");
}

#[test]
fn a_wrong_password_and_a_wrong_certificate() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let world = World::new().secret(server.user, "not-the-password");
    world.file("m.eml", ready("x\n"));
    let to = format!("tester@{DOMAIN}");
    let args = ["--eml", "m.eml", "--to", &to];
    let wrong = world.private_file("wrong", "not-the-password");
    let out =
        submit(&world, &server, "", true).args(args).args(["--password-file", wrong.to_str().unwrap()]).go();
    out.exits(77);
    let url = format!("smtps://{}:{}", server.host, server.submissions);
    world.run("rsendmail", ["--server", &url, "--retries", "0"]).args(args).go().exits(80);
    let plain = format!("smtp://{}:{}", server.host, server.submissions);
    let args_plain = ["--server", &plain, "--retries", "0", "--reply-timeout", "3"];
    let out = world.run("rsendmail", args_plain).args(args).go();
    assert!(matches!(out.code, 75 | 76), "TLS was expected, and plain text came: {out:?}");
    let submission = format!("smtp://{}:{}", server.host, server.submission);
    let out = world.run("rsendmail", ["--server", &submission, "--retries", "0"]).args(args).go();
    out.exits(80).says("STARTTLS");
}

#[test]
fn the_faults_of_smtp_sink_have_their_codes() {
    let world = World::new();
    world.file("m.eml", ready("x\n"));
    let to = format!("tester@{DOMAIN}");
    for (arguments, code) in [
        (&["-q", "."][..], 79),
        (&["-Q", "."], 75),
        (&["-r", "."], 75),
        (&["-f", "."], 69),
        (&["-r", "DATA"], 75),
        (&["-f", "DATA"], 69),
        (&["-q", "DATA"], 75),
        (&["-r", "MAIL"], 75),
        (&["-f", "MAIL"], 69),
        (&["-Q", "MAIL"], 75),
        (&["-q", "RCPT"], 75),
        (&["-r", "RCPT"], 75),
        (&["-f", "CONNECT"], 69),
        (&["-Q", "CONNECT"], 75),
        (&["-q", "CONNECT"], 75),
        (&["-q", "QUIT"], 0),
        (&["-p"], 0),
        (&["-e"], 0),
        (&["-8"], 0),
    ] {
        let Some(sink) = SmtpSink::start(arguments) else { return };
        let url = format!("smtp://{}:{}", sink.host, sink.port);
        let args = ["--server", &url, "--eml", "m.eml", "--to", &to, "--retries", "0", "--json"];
        let out = world.run("rsendmail", args).go();
        assert_eq!(out.code, code, "smtp-sink {arguments:?}: {out:?}");
        assert_eq!(out.summary()["exit"], code);
    }
}

#[test]
fn a_sink_receives_exactly_the_canonical_body() {
    let Some(sink) = SmtpSink::start(&[]) else { return };
    let world = World::new();
    let mut want = Vec::new();
    let mut x = 88_172_645_463_325_252u64;
    let mut next = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    for i in 0..if full() { 2000 } else { 200 } {
        // Dots and line ends everywhere, also around the borders of all buffers there are.
        let pad = [0, 4090, 16_380, 32_760, 65_530, 131_060][i % 6];
        let mut body = "x".repeat(900) + "\n";
        body = body.repeat(pad / 901);
        for _ in 0..next(60) {
            body.push_str([".", "..", "a", "\n", "\r\n", "\r", "b.", "\n.\n", "\r\n.\r\n"][next(9) as usize]);
        }
        world.file(format!("box/{i:05}.eml"), ready(&body));
        want.push(lf(&body));
    }
    let url = format!("smtp://{}:{}", sink.host, sink.port);
    let to = format!("tester@{DOMAIN}");
    let out = world
        .run("rsendmail", ["--server", &url, "--eml", "box", "--to", &to, "--json"])
        .limit(std::time::Duration::from_secs(300))
        .go();
    out.exits(0);
    assert_eq!(out.summary()["round_trips"], 2 + want.len() * 2 + 1);
    let mut got: Vec<String> = sink
        .messages()
        .into_iter()
        .map(|m| String::from_utf8(m).unwrap().split_once("\n\n").unwrap().1.to_string())
        .collect();
    got.sort();
    want.sort();
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(&want) {
        assert!(got == want, "{got:?}\n--- instead of\n{want:?}");
    }
}

#[test]
fn an_attachment_of_any_size_goes_in_little_memory() {
    let Some(sink) = SmtpSink::start(&[]) else { return };
    let world = World::new();
    let size: u64 = if full() { 1 << 30 } else { 64 << 20 };
    let path = world.path("big.bin");
    let mut file = fs::File::create(&path).unwrap();
    file.set_len(size).unwrap();
    file.write_all(b"not only zeros").unwrap();
    let url = format!("smtp://{}:{}", sink.host, sink.port);
    let to = format!("tester@{DOMAIN}");
    let args = ["--server", &url, "--to", &to, "--from", &to, "--body", "x", "--attach", "big.bin", "--json"];
    let out = world.run("rsendmail", args).limit(std::time::Duration::from_secs(600)).go();
    out.exits(0).within(16 << 20);
    let got = &sink.messages()[0];
    let sent = out.events("message")[0]["bytes"].as_u64().unwrap();
    let lines = got.iter().filter(|b| **b == b'\n').count() as u64;
    assert!(
        got.len() as u64 + lines >= sent && sent > size / 3 * 4,
        "{} lines, {} bytes, {sent} sent",
        lines,
        got.len()
    );
}
