//! Greeting, TLS, login: cases 1 to 15.
use std::time::Duration;

use crate::sandbox::ftp::{Options, User};
use crate::sandbox::script::{Action, End, append, before, endless, on, reply, reply_then};
use crate::sandbox::tls::{Cert, Tls};
use crate::support::rftp::{PASSWORD, Site, USER, options};

const BAD: [Cert; 4] = [Cert::WrongName, Cert::Expired, Cert::NotYetValid, Cert::SelfSigned];

fn get(site: &Site) -> [String; 3] {
    ["get".into(), site.url("a.bin"), "out/".into()]
}

/// A download that must come to nothing.
fn fails(site: &Site, hasty: bool, code: i32) -> String {
    std::fs::create_dir_all(site.world.path("out")).unwrap();
    let args = get(site);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut run = if hasty { site.hasty(&args) } else { site.run(&args) };
    if site.has_tls {
        run = run.args(site.trust());
    }
    let out = run.go();
    out.ends_in(code, 8.0);
    assert_eq!(out.file()["outcome"], if code == 75 { "temporary" } else { "permanent" }, "{out:?}");
    assert_eq!(site.names_here("out"), [""; 0]);
    out.failure()
}

#[test]
fn c01_a_banner_that_never_comes_is_75() {
    let site = Site::with(vec![on("CONNECT").then(End::Stall)]);
    let said = fails(&site, true, 75);
    assert!(said.contains("timed out waiting for the greeting") && said.contains("--timeout 1 s"), "{said}");
    site.nothing_told();
}

#[test]
fn c02_a_banner_without_end_is_76() {
    let site = Site::with(vec![on("CONNECT").then(endless("220-and another thing\r\n"))]);
    assert!(fails(&site, false, 76).contains("a reply without end"));
    let site = Site::with(vec![on("CONNECT").then(endless("220-\r\n \x1b[2J\r\n"))]);
    assert!(fails(&site, false, 76).contains("a reply without end"));
    site.nothing_told();
}

#[test]
fn c03_a_reply_of_one_endless_line_is_76() {
    let line = ["220 ".as_bytes(), &[b'x'; 300_000], b"\r\n"].concat();
    let site = Site::with(vec![on("CONNECT").then(reply(&line))]);
    assert!(fails(&site, false, 76).contains("a line longer than 64 KiB"));
    let site = Site::with(vec![on("CONNECT").then(endless("x"))]);
    assert!(fails(&site, false, 76).contains("a line longer than 64 KiB"));
}

#[test]
fn c04_120_is_waited_for_but_not_for_ever() {
    let site = Site::with(vec![on("CONNECT").then(before("120 ready in 0 minutes\r\n"))]);
    site.there("a.bin", "x");
    site.run(&["get", &site.url("a.bin"), "."]).go().ends(0);
    let site = Site::with(vec![on("CONNECT").then(reply_then("120 ready in 9 minutes\r\n", End::Stall))]);
    assert!(fails(&site, true, 75).contains("the greeting"));
}

#[test]
fn c05_421_as_banner_is_75_and_tried_again() {
    let busy = || reply_then("421 Too many connections\r\n", End::Close);
    let site = Site::with(vec![on("CONNECT").then(busy())]);
    let said = fails(&site, false, 75);
    assert!(said.contains("accepts no connection: 421 Too many connections"), "{said}");

    let site = Site::with(vec![on("CONNECT").nth(1).then(busy())]);
    site.there("a.bin", "x");
    let out = site.run(&["get", &site.url("a.bin"), ".", "--retries", "1"]).go();
    out.ends(0);
    assert_eq!(site.here("a.bin").unwrap(), b"x");
}

#[test]
fn c06_control_bytes_in_replies_reach_no_terminal() {
    let wild = "\x1b]0;owned\x07 \x00\u{9b}31m \u{202e}txt \x7f";
    let site = Site::with(vec![
        on("CONNECT").then(reply([b"220 ".as_slice(), wild.as_bytes(), b"\x80\xff\r\n"].concat())),
        on("RETR").then(reply([b"550 ".as_slice(), wild.as_bytes(), b"\x80\xff\r\n"].concat())),
    ]);
    site.there("a.bin", "x");
    let out = site.run(&["get", &site.url("a.bin"), ".", "--trace"]).go();
    out.ends(66);
    assert!(out.err().contains("\\x1b]0;owned\\x07"), "{out:?}");
    let reply = out.file()["error"]["reply"].as_str().unwrap().to_string();
    assert!(reply.contains('\u{1b}') && reply.contains('\u{202e}'), "JSON keeps it, escaped: {reply:?}");
}

#[test]
fn c07_530_to_pass_is_77_and_not_retried() {
    let site = Site::new(options());
    for name in ["a", "b", "c"] {
        site.there(name, "x");
    }
    let urls = ["a", "b", "c"].map(|n| site.url(n));
    let args = ["get", &urls[0], &urls[1], &urls[2], ".", "--keep-going", "--retries", "3"];
    let out = site.run(&args).env("RFTP_PASSWORD", "wrong").go();
    out.ends(77);
    assert!(out.failure().contains("cannot log in to 127.0.0.1 as ann: 530"), "{out:?}");
    assert_eq!(out.events("file").len(), 3);
    assert_eq!(site.server.commands_of("PASS").len(), 1, "accounts get locked");

    // 421 and "too many" are no verdict on the password.
    let site = Site::with(vec![on("PASS").nth(1).then(reply("530 Sorry, too many users\r\n"))]);
    site.there("a", "x");
    site.run(&["get", &site.url("a"), ".", "--retries", "1"]).go().ends(0);
}

#[test]
fn c08_332_without_an_account_is_77() {
    let user = User { name: USER.into(), password: PASSWORD.into(), account: Some("acct#1".into()) };
    let site = Site::new(Options { users: vec![user], ..options() });
    site.there("a.bin", "x");
    let said = fails(&site, false, 77);
    assert!(said.contains("332"), "{said}");
    assert!(site.server.commands_of("ACCT").is_empty() && site.server.commands_of("RETR").is_empty());
}

#[test]
fn c09_tls_refused_is_80_and_no_name_is_told() {
    let site = Site::new(options());
    let out = site.run(&["get", &site.url("a"), ".", "--tls", "required"]).go();
    out.ends(80);
    assert!(out.failure().contains("offers no TLS: 502"), "{out:?}");
    site.nothing_told();
    for no in ["530 Not today\r\n", "431 No certificate\r\n", "200 What for?\r\n"] {
        let site = Site::tls(vec![on("AUTH").then(reply(no))]);
        fails(&site, false, 80);
        site.nothing_told();
    }
}

#[test]
fn c10_bytes_behind_234_are_80_and_no_name_is_told() {
    let site = Site::tls(vec![on("AUTH").then(append("230 Logged in, go on\r\n"))]);
    assert!(fails(&site, false, 80).contains("sent more in clear after it agreed to start TLS"));
    site.nothing_told();
    // The same in a segment of its own ends in the handshake.
    let late = vec![
        on("HANDSHAKE").then(Action::Wait(Duration::from_millis(200))),
        on("HANDSHAKE").then(before("230 Logged in, go on\r\n")),
    ];
    let site = Site::tls(late);
    fails(&site, false, 80);
    site.nothing_told();
}

#[test]
fn c11_a_handshake_that_stalls_is_75() {
    for tls in [Tls::Explicit, Tls::Implicit] {
        let rules = vec![on("HANDSHAKE").then(End::Stall)];
        let site = Site::new(Options { rules, tls, ..options() });
        let said = fails(&site, true, 75);
        assert!(said.contains("the TLS handshake") && said.contains("--connect-timeout 1 s"), "{said}");
    }
    let site = Site::tls(vec![on("HANDSHAKE").then(End::Close)]);
    fails(&site, false, 80);
}

#[test]
fn c12_a_bad_certificate_is_80_and_no_name_is_told() {
    for cert in BAD {
        for tls in [Tls::Explicit, Tls::Implicit] {
            let site = Site::new(Options { cert, tls, ..options() });
            let said = fails(&site, false, 80);
            assert!(said.contains("TLS with 127.0.0.1 failed"), "{said}");
            site.nothing_told();
        }
    }
    // An authority nobody named is no authority.
    let site = Site::tls(vec![]);
    let out = site.run(&["get", &site.url("a"), ".", "--tls", "required"]).go();
    out.ends(80);
    site.nothing_told();
}

#[test]
fn c13_a_bad_certificate_on_the_data_connection_is_80_and_no_file() {
    for cert in BAD {
        let site = Site::new(Options { data_cert: Some(cert), tls: Tls::Required, ..options() });
        site.there("a.bin", "secret contents");
        let said = fails(&site, false, 80);
        assert!(said.contains("TLS with 127.0.0.1 failed"), "{cert:?}: {said}");

        site.world.file("b.bin", "ours");
        let out = site.run(&["put", "b.bin", &site.url("")]).args(site.trust()).go();
        out.ends(80);
        assert_eq!(site.names_there(""), ["a.bin"], "{out:?}");
    }
}

#[test]
fn c14_prot_p_refused_is_80_and_nothing_goes_in_clear() {
    for no in ["536 Not here\r\n", "431 No\r\n", "502 What?\r\n"] {
        let site = Site::tls(vec![on("PROT").then(reply(no))]);
        site.there("a.bin", "x");
        assert!(fails(&site, false, 80).contains("refuses to protect data connections"));
        assert!(site.server.commands_of("RETR").is_empty() && site.server.log().data.is_empty());
    }
}

#[test]
fn c15_a_login_nobody_made_is_80() {
    let site = Site::tls(vec![on("CONNECT").then(reply("230 Welcome back\r\n"))]);
    site.there("a.bin", "x");
    assert!(fails(&site, false, 80).contains("greets with a login nobody made"));
    assert_eq!(site.server.commands(), [""; 0]);
}
