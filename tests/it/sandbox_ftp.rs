//! The FTP sandbox, tried by hand: what the other tests build on.
use std::time::Duration;

use crate::sandbox::ftp::{Options, Reuse, Server};
use crate::sandbox::script::{End, Fault, append, finally, on, reply};
use crate::sandbox::tls::{Cert, SslVersion, Tls};
use crate::support::raw::{Raw, connector};

fn login(server: &Server) -> Raw {
    let mut c = Raw::connect(server.port());
    assert_eq!(c.reply(), "220 sandbox\r\n");
    assert_eq!(c.call("USER user"), "331 Password, please\r\n");
    assert_eq!(c.call("PASS secret"), "230 Logged in\r\n");
    assert_eq!(c.call("TYPE I"), "200 Type set\r\n");
    c
}

fn epsv(c: &mut Raw) -> Raw {
    let reply = c.call("EPSV");
    Raw::connect(reply.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port"))
}

fn put(c: &mut Raw, name: &str, bytes: &[u8]) -> String {
    let mut data = epsv(c);
    c.send(format!("STOR {name}\r\n"));
    data.send(bytes);
    data.finish(true);
    c.reply() + &c.reply()
}

fn get(c: &mut Raw, command: &str) -> (Vec<u8>, String) {
    let mut data = epsv(c);
    let opening = c.call(command);
    if !opening.starts_with('1') {
        return (Vec::new(), opening);
    }
    let bytes = data.rest().expect("data");
    (bytes, c.reply())
}

#[test]
fn files_go_in_and_come_out() {
    let server = Server::start(Options::default());
    let mut c = login(&server);
    assert_eq!(c.call("MKD a b"), "257 \"/a b\" made\r\n");
    assert_eq!(c.call("CWD a b"), "250 Directory changed\r\n");
    assert_eq!(put(&mut c, "x", b"hello\nworld"), "150 Send it\r\n226 Done\r\n");
    assert_eq!(std::fs::read(server.root().join("a b/x")).expect("x"), b"hello\nworld");
    assert_eq!(c.call("SIZE x"), "213 11\r\n");
    assert_eq!(c.call("REST 6"), "350 Restarting at 6\r\n");
    assert_eq!(get(&mut c, "RETR x").0, b"world");
    assert_eq!(get(&mut c, "RETR x").0, b"hello\nworld", "REST holds once");
    assert_eq!(c.call("MFMT 20240229123456 x"), "213 Modify=20240229123456; \r\n");
    assert_eq!(c.call("MDTM x"), "213 20240229123456\r\n");
    assert_eq!(c.call("MDTM 19991231235959 x"), "213 19991231235959\r\n");
    assert_eq!(
        c.call("HASH x"),
        "213 SHA-256 0-11 26c60a61d01db5836ca70fefd44a6a016620413c8ef5f259a6c5612d4f79d3b8 x\r\n"
    );
    assert_eq!(c.call("XCRC x"), "250 AB7D37D5\r\n");
    let (lines, _) = get(&mut c, "MLSD");
    let lines = String::from_utf8(lines).expect("text");
    assert!(lines.contains("type=file;size=11;modify=19991231235959;perm=adfrw;UNIX.mode=0"), "{lines}");
    let (lines, _) = get(&mut c, "LIST -a");
    assert!(String::from_utf8(lines).expect("text").ends_with(" 11 Dec 31  1999 x\r\n"));
    assert_eq!(get(&mut c, "NLST").0, b"x\r\n");
    assert_eq!(c.call("RNFR x"), "350 And now?\r\n");
    assert_eq!(c.call("NOOP"), "200 Fine\r\n");
    assert_eq!(c.call("RNTO y"), "503 RNFR first\r\n");
    assert_eq!(c.call("CWD ../.."), "250 Directory changed\r\n");
    assert_eq!(c.call("RETR ../../../etc/passwd"), "550 No such file or directory\r\n");
    assert_eq!(c.call("QUIT"), "221 Bye\r\n");
    assert_eq!(c.line(), "");
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn pipelined_commands_are_answered_in_order_in_one_round_trip() {
    let server = Server::start(Options::default());
    let mut c = login(&server);
    let before = server.round_trips();
    c.send("NOOP\r\nPWD\r\nMKD d\r\nEPSV\r\nSYST\r\n");
    let codes: Vec<String> = (0..5).map(|_| c.reply()[..3].to_owned()).collect();
    assert_eq!(codes, ["200", "257", "257", "229", "215"]);
    c.send("NOOP\r\n");
    c.reply();
    let end = |log: &crate::sandbox::hub::Log| log.round_trips == before + 2;
    assert!(server.wait_for(Duration::from_secs(5), end), "{} after {before}", server.round_trips());
    // The next port rides with the upload.
    let mut data = epsv(&mut c);
    c.send("STOR f\r\nEPSV\r\n");
    data.send("x".repeat(300_000));
    data.finish(true);
    assert_eq!([c.reply(), c.reply()].concat(), "150 Send it\r\n226 Done\r\n");
    assert!(c.reply().starts_with("229"));
    assert_eq!(server.log().data.last().expect("data").bytes, 300_000);
}

fn secured(server: &Server, max: Option<SslVersion>) -> (Raw, openssl::ssl::SslConnector) {
    let tls = connector(server.ca_pem_path(), max);
    let mut c = Raw::connect(server.port());
    c.reply();
    assert!(c.call("USER user").starts_with("530"), "TLS is required");
    assert_eq!(c.call("AUTH TLS"), "234 Go ahead\r\n");
    c.secure(&tls, None).expect("handshake");
    for (command, code) in [
        ("PROT P", "503"),
        ("PBSZ 0", "200"),
        ("PROT P", "200"),
        ("USER user", "331"),
        ("PASS secret", "230"),
    ] {
        assert_eq!(c.call(command)[..3], *code, "{command}");
    }
    (c, tls)
}

#[test]
fn session_reuse_is_asked_for_in_both_versions() {
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let late_tickets = version == SslVersion::TLS1_3;
        let options =
            Options { tls: Tls::Required, reuse: Reuse::Refuse425, late_tickets, ..Options::default() };
        let server = Server::start(options);
        let (mut c, tls) = secured(&server, Some(version));
        for resume in [true, false, true] {
            let mut data = epsv(&mut c);
            c.send("STOR f\r\n");
            let session = c.tls().ssl().session().filter(|_| resume).map(ToOwned::to_owned);
            assert_eq!(c.reply(), "150 Send it\r\n");
            data.secure(&tls, session.as_deref()).expect("data handshake");
            if resume {
                data.send("x".repeat(100_000));
            }
            data.finish(true);
            assert_eq!(c.reply()[..3], *(if resume { "226" } else { "425" }), "{version:?}");
        }
        // The session of another control connection will not do.
        let (mut other, _) = secured(&server, Some(version));
        let mut data = epsv(&mut other);
        other.send("STOR f\r\n");
        data.secure(&tls, c.tls().ssl().session()).expect("data handshake");
        data.finish(true);
        assert_eq!([other.reply(), other.reply()].map(|r| r[..3].to_owned()), ["150", "425"]);
        let resumed: Vec<_> = server.log().data.iter().map(|d| d.resumed == Some(true)).collect();
        assert_eq!(resumed, [true, false, true, false]);
        assert_eq!(std::fs::metadata(server.root().join("f")).expect("f").len(), 0, "STOR truncates first");
    }
}

#[test]
fn refuse522_ends_the_control_connection() {
    let options = Options { tls: Tls::Required, reuse: Reuse::Refuse522, ..Options::default() };
    let server = Server::start(options);
    let (mut c, tls) = secured(&server, None);
    let mut data = epsv(&mut c);
    assert_eq!(c.call("LIST"), "150 Here it comes\r\n");
    data.secure(&tls, None).expect("data handshake");
    assert_eq!(data.rest().expect("nothing"), b"");
    assert_eq!(c.reply(), "522 SSL connection failed: session reuse required\r\n");
    assert_eq!(c.line(), "");
}

#[test]
fn uploads_need_close_notify() {
    let server = Server::start(Options { tls: Tls::Explicit, ..Options::default() });
    let tls = connector(server.ca_pem_path(), None);
    let mut c = Raw::connect(server.port());
    c.reply();
    c.call("AUTH TLS");
    c.secure(&tls, None).expect("handshake");
    for command in ["PBSZ 0", "PROT P", "USER anonymous", "PASS x"] {
        assert_eq!(c.call(command).as_bytes()[0] & 0xfe, b'2', "{command}");
    }
    let mut data = epsv(&mut c);
    assert_eq!(c.call("STOR f"), "150 Send it\r\n");
    data.secure(&tls, None).expect("data handshake");
    data.send("half");
    data.finish(false);
    assert_eq!(c.reply(), "426 Failure on the data connection\r\n");
    assert_eq!(server.violations().len(), 1);
}

#[test]
fn certificates_are_as_told() {
    let cases = [
        (Cert::WrongName, "mismatch"),
        (Cert::Expired, "expired"),
        (Cert::NotYetValid, "not yet valid"),
        (Cert::SelfSigned, "self-signed"),
    ];
    for (cert, word) in cases {
        let server = Server::start(Options { tls: Tls::Implicit, cert, ..Options::default() });
        let mut c = Raw::connect(server.port());
        let error = c.secure(&connector(server.ca_pem_path(), None), None).expect_err("refused");
        assert!(error.contains(word), "{cert:?}: {error}");
    }
}

#[test]
fn rules_misbehave() {
    let rules = vec![
        on("RETR").nth(1).then(Fault::CutAfter(3, End::Close)),
        on("RETR").nth(2).then(Fault::CutAfter(3, End::Reset)),
        on("RETR").nth(3).then(Fault::CutAfter(3, End::Close)),
        on("RETR").nth(3).then(finally("226 All fine\r\n")),
        on("PASV").then(finally("227 Passive (10,1,2,3,{p1},{p2})\r\n")),
        on("SIZE").with("big").then(reply("213 99999999999999999999\r\n")),
        on("STOR").nth(1).then(Fault::KeepOnly(2)),
        on("STOR").nth(2).then(Fault::RefuseAfter(2, b"552 Full\r\n".to_vec())),
        on("LIST").then(Fault::Lines(b"-rw-r--r-- 1 a b 1 Jan  1 00:00 {n}\r\n".to_vec(), 1000)),
        on("SYST").then(append("200 extra\r\n")),
        on("NOOP").then(End::Reset),
    ];
    let server = Server::start(Options { rules, ..Options::default() });
    std::fs::write(server.root().join("f"), "0123456789").expect("file");
    let mut c = login(&server);
    assert_eq!(get(&mut c, "RETR f"), (b"012".to_vec(), "426 Failure on the data connection\r\n".into()));
    let mut data = epsv(&mut c);
    c.call("RETR f");
    assert_eq!(data.rest(), Err(std::io::ErrorKind::ConnectionReset));
    assert_eq!(c.reply()[..3], *"426");
    assert_eq!(get(&mut c, "RETR f"), (b"012".to_vec(), "226 All fine\r\n".into()));
    assert!(c.call("PASV").starts_with("227 Passive (10,1,2,3,"));
    assert_eq!(c.call("SIZE big"), "213 99999999999999999999\r\n");
    assert_eq!(put(&mut c, "g", b"hello"), "150 Send it\r\n226 Done\r\n");
    assert_eq!(c.call("SIZE g"), "213 2\r\n");
    assert!(put(&mut c, "g", b"hello").ends_with("552 Full\r\n"));
    let (lines, _) = get(&mut c, "LIST");
    assert!(lines.ends_with(b" 999\r\n"));
    c.send("SYST\r\n");
    assert_eq!([c.reply(), c.reply()].concat(), "215 UNIX Type: L8\r\n200 extra\r\n");
    c.send("NOOP\r\n");
    assert_eq!(c.rest(), Err(std::io::ErrorKind::ConnectionReset));
}

#[test]
fn a_server_goes_while_clients_stall() {
    let rules = vec![on("STOR").then(Fault::CutAfter(0, End::Stall)), on("NOOP").then(End::Stall)];
    let server = Server::start(Options { rules, ..Options::default() });
    let (mut a, mut b, mut c) = (login(&server), login(&server), login(&server));
    a.send("NOOP\r\n");
    let _data = epsv(&mut b);
    b.send("STOR f\r\n");
    assert_eq!(b.reply(), "150 Send it\r\n");
    c.send("EPSV\r\nLIST\r\n");
    assert!(c.reply().starts_with("229"));
    assert_eq!(server.commands_on(2).last().map(String::as_str), Some("STOR f"));
    drop(server);
    assert_eq!(a.line(), "");
}
