//! The mail sandbox, tried by hand: what the other tests build on.
use crate::sandbox::script::{End, Fault, append, on, reply};
use crate::sandbox::tls::Tls;
use crate::sandbox::{pop3, smtp};
use crate::support::raw::{Raw, connector};

fn ehlo(server: &smtp::Server) -> Raw {
    let mut c = Raw::connect(server.port());
    assert_eq!(c.reply(), "220 sandbox.example ESMTP\r\n");
    assert!(c.call("EHLO [127.0.0.1]").starts_with("250-sandbox.example\r\n250-PIPELINING\r\n"));
    c
}

fn codes(c: &mut Raw, n: usize) -> Vec<String> {
    (0..n).map(|_| c.reply().split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn smtp_takes_a_pipelined_message_for_an_account() {
    let server = smtp::Server::start(smtp::Options::default());
    let mut c = ehlo(&server);
    c.send(
        "MAIL FROM:<a@b.example> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<user@x.example> NOTIFY=NEVER\r\nDATA\r\n",
    );
    assert_eq!(codes(&mut c, 3), ["250", "250", "354"]);
    c.send("Subject: x\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<\"a b\"@c>\r\nRSET\r\n");
    assert_eq!(codes(&mut c, 4), ["250"; 4]);
    let sent = server.sent();
    assert_eq!((sent[0].from.as_str(), sent[0].helo.as_str()), ("a@b.example", "[127.0.0.1]"));
    assert_eq!(sent[0].to, [("user@x.example".to_owned(), vec!["NOTIFY=NEVER".to_owned()])]);
    assert_eq!(*server.store.messages("INBOX")[0].bytes, b"Subject: x\r\n\r\n.dot\r\n");
    assert_eq!(server.violations(), [""; 0]);
    c.send("BDAT 3 LAST\r\nabc");
    assert_eq!(c.reply(), "503 5.5.1 No valid recipients\r\n");
    c.send("MAIL FROM:<a@b>\r\nRCPT TO:<user>\r\nRCPT TO:<user@x>\r\nBDAT 5\r\nx\r\n.\rBDAT 2 LAST\r\n\ny");
    assert_eq!(codes(&mut c, 5), ["250", "501", "250", "250", "250"]);
    assert_eq!(*server.sent()[1].bytes, b"x\r\n.\r\ny");
}

#[test]
fn smtp_sees_what_a_client_must_not_do() {
    let server = smtp::Server::start(smtp::Options { size: 100, relay: false, ..smtp::Options::default() });
    let mut c = ehlo(&server);
    for (command, code) in [
        ("MAIL FROM:<a@b> SIZE=101", "552"),
        ("MAIL FROM:<a@b> FOO=1", "555"),
        ("MAIL FROM: <a@b>", "501"),
        ("MAIL FROM:<ä@b>", "553"),
        ("RCPT TO:<a@b>", "503"),
        ("MAIL FROM:<ä@b> SMTPUTF8", "250"),
        ("RCPT TO:<nobody@b>", "550"),
        ("DATA", "554"),
        ("AUTH PLAIN AHVzZXIAc2VjcmV0", "503"),
        ("RCPT TO:<user@b>", "250"),
        ("DATA\r\nbody", "354"),
        (".", "250"),
        ("MAIL FROM:<a@b>", "250"),
        ("RCPT TO:<user@b>", "250"),
        ("DATA", "354"),
        ("8 bits: ä\r\n.", "554"),
        ("STARTTLS", "502"),
    ] {
        assert_eq!(c.call(command)[..3], *code, "{command}");
    }
    assert_eq!(server.violations(), ["bytes pipelined behind DATA", "eight bits without BODY=8BITMIME"]);
}

#[test]
fn smtp_authenticates_under_tls_only() {
    let options = smtp::Options { tls: Tls::Required, require_auth: true, ..smtp::Options::default() };
    let server = smtp::Server::start(options);
    let mut c = ehlo(&server);
    assert_eq!(c.call("MAIL FROM:<a@b>")[..3], *"530");
    assert_eq!(c.call("AUTH PLAIN AHVzZXIAc2VjcmV0")[..3], *"530");
    assert_eq!(c.call("STARTTLS")[..3], *"220");
    c.secure(&connector(server.ca_pem_path(), None), None).expect("handshake");
    assert_eq!(c.call("MAIL FROM:<a@b>")[..3], *"503", "EHLO again");
    assert!(c.call("EHLO x").contains("AUTH SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"));
    assert_eq!(c.call("AUTH PLAIN AHVzZXIAd3Jvbmc=")[..3], *"535");
    assert_eq!(c.call("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n");
    assert_eq!(c.call("dXNlcg=="), "334 UGFzc3dvcmQ6\r\n");
    assert_eq!(c.call("c2VjcmV0")[..3], *"235");
    assert_eq!(c.call("MAIL FROM:<a@b>")[..3], *"250");
}

#[test]
fn scram_follows_the_exchange_of_rfc_7677() {
    let options = smtp::Options { clear_auth: true, ..smtp::Options::default() };
    options.store.add_account("user", "pencil");
    let server = smtp::Server::start(options);
    let mut c = ehlo(&server);
    let base64 = |text: &str| openssl::base64::encode_block(text.as_bytes());
    let reply = c.call(&format!("AUTH SCRAM-SHA-256 {}", base64("n,,n=user,r=abc")));
    let challenge = openssl::base64::decode_block(reply["334 ".len()..].trim_end()).expect("base64");
    let challenge = String::from_utf8(challenge).expect("text");
    assert!(challenge.starts_with("r=abc") && challenge.ends_with(",i=4096"), "{challenge}");
    let nonce = challenge.split(',').next().expect("a nonce");
    assert_eq!(c.call(&base64(&format!("c=biws,{nonce},p={}", base64("wrong"))))[..3], *"535");
}

#[test]
fn smtp_misbehaves_after_the_dot() {
    let rules = vec![
        on("DOT").nth(1).then(crate::sandbox::script::Action::Swallow(End::Close)),
        on("DOT").nth(2).then(reply("451 4.3.0 Later\r\n")),
        on("DATA").nth(3).then(Fault::CutAfter(5, End::Reset)),
        on("STARTTLS").then(append("250 injected\r\n")),
    ];
    let server = smtp::Server::start(smtp::Options { rules, tls: Tls::Explicit, ..smtp::Options::default() });
    let send = || {
        let mut c = ehlo(&server);
        c.send("MAIL FROM:<a@b>\r\nRCPT TO:<user@x>\r\nDATA\r\n");
        assert_eq!(codes(&mut c, 3), ["250", "250", "354"]);
        c.send("x: y\r\n.\r\n");
        c
    };
    assert_eq!(send().line(), "");
    assert_eq!(server.sent().len(), 1, "it was taken all the same");
    assert_eq!(send().line(), "451 4.3.0 Later\r\n");
    assert_eq!(send().rest(), Err(std::io::ErrorKind::ConnectionReset));
    assert_eq!(server.sent().len(), 1);
    let mut c = ehlo(&server);
    c.send("STARTTLS\r\n");
    assert_eq!([c.line(), c.line()], ["220 2.0.0 Go ahead\r\n", "250 injected\r\n"]);
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let rules = vec![on("DOT").with("full@").then(reply("452 4.2.2 Full\r\n"))];
    let server = smtp::Server::start(smtp::Options { lmtp: true, rules, ..smtp::Options::default() });
    let mut c = Raw::connect(server.port());
    c.reply();
    assert_eq!(c.call("EHLO x")[..3], *"500");
    assert_eq!(c.call("LHLO x")[..3], *"250");
    c.send("MAIL FROM:<a@b>\r\nRCPT TO:<user@x>\r\nRCPT TO:<full@x>\r\nRCPT TO:<user@y>\r\nDATA\r\n");
    assert_eq!(codes(&mut c, 5), ["250", "250", "250", "250", "354"]);
    c.send("x: y\r\n.\r\n");
    assert_eq!(codes(&mut c, 3), ["250", "452", "250"]);
    assert_eq!(server.sent()[0].to.len(), 2);
}

fn pop3(server: &pop3::Server) -> Raw {
    let mut c = Raw::connect(server.port());
    assert!(c.line().starts_with("+OK sandbox"));
    c
}

#[test]
fn pop3_lists_sends_and_deletes_at_quit() {
    let server = pop3::Server::start(pop3::Options::default());
    for text in ["Subject: 1\r\n\r\n.x\r\n..\r\nlast", "Subject: 2\r\n\r\nb\r\n", "Subject: 3\r\n\r\n"] {
        server.store.add(text);
    }
    let mut c = pop3(&server);
    c.send("USER user\r\nPASS secret\r\nSTAT\r\nLIST\r\nUIDL 2\r\nRETR 1\r\n");
    assert_eq!(c.until("+OK W"), "+OK And the password?\r\n+OK Welcome\r\n");
    assert_eq!(c.line(), "+OK 3 57\r\n");
    assert_eq!(c.until("."), "+OK\r\n1 26\r\n2 17\r\n3 14\r\n.\r\n");
    assert_eq!(c.line(), "+OK 000f4241.2\r\n");
    assert_eq!(c.until(".\r"), "+OK 26 octets\r\nSubject: 1\r\n\r\n..x\r\n...\r\nlast\r\n.\r\n");
    c.send("TOP 1 1\r\nDELE 1\r\nDELE 1\r\nSTAT\r\n");
    assert_eq!(c.until(".\r"), "+OK\r\nSubject: 1\r\n\r\n..x\r\n.\r\n");
    assert_eq!(c.until("+OK 2"), "+OK Deleted\r\n-ERR No such message\r\n+OK 2 31\r\n");
    let mut second = pop3(&server);
    second.send("USER user\r\nPASS wrong\r\nUSER user\r\nPASS secret\r\n");
    let replies: String = (0..4).map(|_| second.line()).collect();
    assert!(replies.contains("-ERR [AUTH] No\r\n") && replies.contains("-ERR [IN-USE]"), "{replies}");
    assert_eq!(server.store.messages("INBOX").len(), 3, "not before QUIT");
    c.send("QUIT\r\n");
    assert_eq!([c.line(), c.line()].concat(), "+OK Bye\r\n");
    assert_eq!(server.store.messages("INBOX").len(), 2);
}

#[test]
fn pop3_secures_and_authenticates() {
    let server = pop3::Server::start(pop3::Options { tls: Tls::Required, ..pop3::Options::default() });
    let mut c = pop3(&server);
    c.send("USER user\r\nCAPA\r\n");
    assert!(c.until(".\r").contains("STLS\r\n"));
    c.send("STLS\r\n");
    assert_eq!(c.line(), "+OK Go ahead\r\n");
    c.secure(&connector(server.ca_pem_path(), None), None).expect("handshake");
    c.send("AUTH PLAIN\r\nAHVzZXIAc2VjcmV0\r\n");
    assert_eq!([c.line(), c.line()].concat(), "+ \r\n+OK Welcome\r\n");
}

#[test]
fn pop3_misbehaves() {
    let rules = vec![
        on("RETR").nth(1).then(Fault::CutAfter(4, End::Close)),
        on("LIST").then(Fault::Lines(b"{n} 5\r\n".to_vec(), 20_000)),
        on("QUIT").then(crate::sandbox::script::Action::Swallow(End::Close)),
    ];
    let server = pop3::Server::start(pop3::Options { rules, off: vec!["UIDL"], ..pop3::Options::default() });
    server.store.add("x: y\r\n\r\n");
    let login = || {
        let mut c = pop3(&server);
        c.send("USER user\r\nPASS secret\r\n");
        c.until("+OK W");
        c
    };
    let mut c = login();
    c.send("UIDL\r\nLIST\r\n");
    let list = c.until(".");
    assert!(
        list.starts_with("-ERR Not implemented\r\n+OK\r\n0 5\r\n") && list.ends_with("\r\n19999 5\r\n.\r\n")
    );
    c.send("RETR 1\r\n");
    assert_eq!(c.rest().expect("a clean end"), b"+OK 8 octets\r\nx: y");
    let free = |_: &_| !server.store.with("user", |account| account.locked);
    assert!(server.wait_for(std::time::Duration::from_secs(5), free));
    let mut c = login();
    c.send("DELE 1\r\nQUIT\r\n");
    assert_eq!(c.rest().expect("a clean end"), b"+OK Deleted\r\n");
    assert_eq!(server.store.messages("INBOX").len(), 0, "it took effect all the same");
}
