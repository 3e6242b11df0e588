//! The mail sandbox, tried by hand: what the other tests build on.
use openssl::hash::{MessageDigest, hash};

use crate::sandbox::script::{End, Fault, append, on, reply};
use crate::sandbox::tls::Tls;
use crate::sandbox::{imap, pop3, smtp};
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
fn scram_follows_rfc_5802() {
    let options = smtp::Options { clear_auth: true, ..smtp::Options::default() };
    options.store.add_account("user", "pencil");
    let server = smtp::Server::start(options);
    let base64 = |bytes: &[u8]| openssl::base64::encode_block(bytes);
    for (password, code) in [("pencil", "334"), ("crayon", "535")] {
        let mut c = ehlo(&server);
        let reply = c.call(&format!("AUTH SCRAM-SHA-256 {}", base64(b"n,,n=user,r=abc")));
        let first = openssl::base64::decode_block(reply["334 ".len()..].trim_end()).expect("base64");
        let first = String::from_utf8(first).expect("text");
        let [nonce, salt, "i=4096"] = first.split(',').collect::<Vec<_>>()[..] else { panic!("{first}") };
        assert!(nonce.starts_with("r=abc") && nonce.len() > 20, "{first}");

        let (md, mut salted) = (MessageDigest::sha256(), [0; 32]);
        let salt = openssl::base64::decode_block(&salt["s=".len()..]).expect("base64");
        openssl::pkcs5::pbkdf2_hmac(password.as_bytes(), &salt, 4096, md, &mut salted).expect("PBKDF2");
        let key = hmac(&salted, b"Client Key");
        let message = format!("n=user,r=abc,{first},c=biws,{nonce}");
        let signature = hmac(&hash(md, &key).expect("digest"), message.as_bytes());
        let proof: Vec<u8> = key.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        let reply = c.call(&base64(format!("c=biws,{nonce},p={}", base64(&proof)).as_bytes()));
        assert_eq!(reply[..3], *code);
        if code == "334" {
            let verifier = format!("v={}", base64(&hmac(&hmac(&salted, b"Server Key"), message.as_bytes())));
            assert_eq!(reply, format!("334 {}\r\n", base64(verifier.as_bytes())));
            assert_eq!(c.call("")[..3], *"235");
        }
    }
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let key = openssl::pkey::PKey::hmac(key).expect("key");
    let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &key).expect("HMAC");
    signer.sign_oneshot_to_vec(data).expect("HMAC")
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
    assert_eq!(c.line(), "+OK 2 000f4241.2\r\n");
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

const MIXED: &str = "From: \"Ann, B\" <ann@a.example>\r\nTo: bob@b.example\r\nSubject: =?utf-8?Q?gr=C3=BC=C3=9Fe?=\r\n\
    Date: Tue, 3 Mar 2026 10:00:00 +0100\r\nContent-Type: multipart/mixed; boundary=\"b;1\"\r\n\r\npreamble\r\n--b;1\r\n\r\n\
    hello\r\n--b;1\r\nContent-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Disposition: attachment; filename=\"x.pdf\"\r\n\r\nAAEC\r\n--b;1\r\nContent-Type: message/rfc822\r\n\r\n\
    Subject: inner\r\n\r\ndeep\r\n--b;1--\r\n";

fn imap(server: &imap::Server) -> Raw {
    let mut c = Raw::connect(server.port());
    assert!(c.line().starts_with("* OK [CAPABILITY IMAP4rev1 "));
    c.send("a LOGIN user secret\r\nb SELECT inbox\r\n");
    assert!(c.until("b ").ends_with("b OK [READ-WRITE] Selected\r\n"));
    c
}

fn ask(c: &mut Raw, command: &str) -> String {
    c.send(format!("t {command}\r\n"));
    c.until("t ")
}

#[test]
fn imap_fetches_structures_and_sections() {
    let server = imap::Server::start(imap::Options::default());
    server.store.add(MIXED);
    let c = &mut imap(&server);
    assert_eq!(
        ask(c, "FETCH 1 BODYSTRUCTURE"),
        "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 0 NIL NIL NIL NIL)\
         (\"APPLICATION\" \"PDF\" (\"NAME\" \"x.pdf\") NIL NIL \"BASE64\" 4 NIL (\"ATTACHMENT\" (\"FILENAME\" \"x.pdf\")) NIL NIL)\
         (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 22 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) \
         (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 4 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL) \
         \"MIXED\" (\"BOUNDARY\" \"b;1\") NIL NIL NIL))\r\nt OK That is all\r\n"
    );
    assert_eq!(
        ask(c, "UID FETCH 1:* (ENVELOPE RFC822.SIZE)"),
        format!(
            "* 1 FETCH (UID 1 ENVELOPE (\"Tue, 3 Mar 2026 10:00:00 +0100\" \"=?utf-8?Q?gr=C3=BC=C3=9Fe?=\" \
             ((\"Ann, B\" NIL \"ann\" \"a.example\")) ((\"Ann, B\" NIL \"ann\" \"a.example\")) \
             ((\"Ann, B\" NIL \"ann\" \"a.example\")) ((NIL NIL \"bob\" \"b.example\")) NIL NIL NIL NIL) RFC822.SIZE {})\r\n\
             t OK That is all\r\n",
            MIXED.len()
        )
    );
    for (section, answer) in [
        ("BODY.PEEK[1]", "BODY[1] {5}\r\nhello"),
        ("BODY.PEEK[2]<1.2>", "BODY[2]<1> {2}\r\nAE"),
        ("BODY.PEEK[3.HEADER]", "BODY[3.HEADER] {18}\r\nSubject: inner\r\n\r\n"),
        ("BODY.PEEK[3.1]", "BODY[3.1] {4}\r\ndeep"),
        ("BODY.PEEK[2.MIME]<0.13>", "BODY[2.MIME]<0> {13}\r\nContent-Type:"),
        ("BODY.PEEK[HEADER.FIELDS (to x)]", "BODY[HEADER.FIELDS (to x)] {21}\r\nTo: bob@b.example\r\n\r\n"),
        ("BODY.PEEK[4]", "BODY[4] NIL"),
    ] {
        assert_eq!(
            ask(c, &format!("FETCH 1 {section}")),
            format!("* 1 FETCH ({answer})\r\nt OK That is all\r\n")
        );
    }
    assert!(server.store.messages("INBOX")[0].flags.is_empty(), "PEEK");
    assert!(ask(c, "FETCH 1 BODY[TEXT]<0.8>").contains("{8}\r\npreamble FLAGS (\\Seen))"));
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn imap_searches_and_sorts() {
    let server = imap::Server::start(imap::Options::default());
    server.store.add(MIXED);
    for (n, subject) in ["beta", "alpha"].iter().enumerate() {
        let flags: &[&str] = if n == 0 { &["\\Seen", "work"] } else { &[] };
        let text = format!("From: c@d\r\nSubject: {subject}\r\n\r\n{}", "x".repeat(1000 * n));
        let day = 1_767_225_600 + n as i64 * 86_400;
        server.store.with("user", |a| a.append("INBOX", text.into_bytes().into(), flags, day));
    }
    let c = &mut imap(&server);
    for (search, hits) in [
        ("ALL", " 1 2 3"),
        ("from ANN", " 1"),
        ("CHARSET UTF-8 SUBJECT {6+}\r\ngr\u{fc}\u{df}", " 1"),
        ("OR SUBJECT beta (NOT SEEN LARGER 900)", " 2 3"),
        ("ON 1-Jan-2026", " 2"),
        ("SENTON 3-Mar-2026", " 1"),
        ("KEYWORD work UNFLAGGED", " 2"),
        ("SINCE 2-Jan-2026 UID 3:*", " 3"),
        ("YOUNGER 100", " 1"),
        ("HEADER subject \"\" 2:3", " 2 3"),
        ("BODY nothing", ""),
    ] {
        assert_eq!(
            ask(c, &format!("UID SEARCH {search}")),
            format!("* SEARCH{hits}\r\nt OK That is all\r\n"),
            "{search}"
        );
    }
    assert!(
        ask(c, "UID SEARCH RETURN (MIN MAX COUNT ALL) ALL")
            .starts_with("* ESEARCH (TAG \"t\") UID MIN 1 MAX 3 COUNT 3 ALL 1:3\r\n")
    );
    assert!(ask(c, "UID SORT (SUBJECT) UTF-8 2:3").starts_with("* SORT 3 2\r\n"));
    assert!(
        ask(c, "UID SORT RETURN (PARTIAL 1:1) (REVERSE ARRIVAL) UTF-8 ALL")
            .contains("UID PARTIAL (1:1 1)\r\n")
    );
    assert!(ask(c, "SEARCH CHARSET KOI8-R ALL").starts_with("t NO [BADCHARSET (US-ASCII UTF-8)]"));
    assert!(ask(c, "SEARCH SUBJECT").starts_with("t BAD"));
    assert_eq!(server.violations().len(), 1);
}

#[test]
fn imap_manages_mailboxes_and_messages() {
    let server = imap::Server::start(imap::Options::default());
    let c = &mut imap(&server);
    assert!(ask(c, "CREATE a/b/c").starts_with("t OK"));
    assert!(ask(c, "DELETE a/b").starts_with("t NO [HASCHILDREN]"));
    assert!(ask(c, "RENAME a/b x").starts_with("t OK"));
    let list = ask(c, "LIST \"\" %");
    assert!(list.contains("(\\HasChildren \\Subscribed) \"/\" \"x\"\r\n") && !list.contains("x/c"), "{list}");
    assert!(ask(c, "LIST \"\" * RETURN (STATUS (MESSAGES))").contains("* STATUS \"x/c\" (MESSAGES 0)\r\n"));
    c.send("t APPEND x (\\Seen kw) \"01-Feb-2026 10:00:00 +0100\" {9}\r\n");
    assert_eq!(c.line(), "+ Go ahead\r\n");
    c.send("x: y\r\n\r\nz\r\n");
    assert!(c.line().starts_with("t OK [APPENDUID 10000"));
    assert!(ask(c, "APPEND nowhere {1+}\r\nx").starts_with("t NO [TRYCREATE]"));
    let appended = &server.store.messages("x")[0];
    assert_eq!((appended.date, appended.bytes.len()), (1_769_936_400, 9));
    assert!(ask(c, "SELECT x").contains("* 1 EXISTS\r\n"));
    assert!(ask(c, "UID COPY 1 INBOX").contains("[COPYUID 1000001 1 1] Copied"));
    assert_eq!(
        ask(c, "UID STORE 1 +FLAGS (\\Deleted)"),
        "* 1 FETCH (UID 1 FLAGS (\\Deleted \\Seen kw))\r\nt OK Stored\r\n"
    );
    assert_eq!(ask(c, "UID EXPUNGE 1:*"), "* 1 EXPUNGE\r\nt OK Expunged\r\n");
    ask(c, "SELECT INBOX");
    let moved = ask(c, "UID MOVE 1:* x/c");
    assert!(moved.contains("* OK [COPYUID 1000004 1 1] Moved\r\n* 1 EXPUNGE\r\n"), "{moved}");
    c.send("t IDLE\r\n");
    assert_eq!(c.line(), "+ idling\r\n");
    server.store.add("x: y\r\n\r\n");
    assert_eq!(c.line(), "* 1 EXISTS\r\n");
    c.send("DONE\r\n");
    assert_eq!(c.line(), "t OK Back\r\n");
    assert!(ask(c, "LOGOUT").starts_with("* BYE"));
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn imap_misbehaves_and_holds_back_extensions() {
    let rules = vec![
        on("SEARCH").nth(1).then(reply("* 1 EXPUNGE\r\n* SEARCH 1\r\nWRONG OK\r\n{tag} OK Done\r\n")),
        on("LITERAL").then(reply("{tag} NO [TOOBIG] No\r\n")),
        on("FETCH").then(Fault::CutAfter(3, End::Cut)),
    ];
    let off = vec!["LITERAL+", "MOVE", "UIDPLUS"];
    let options = imap::Options { rules, off, tls: Tls::Required, ..imap::Options::default() };
    options.store.add("x: y\r\n\r\n");
    let server = imap::Server::start(options);
    let mut c = Raw::connect(server.port());
    assert!(c.line().contains(" STARTTLS LOGINDISABLED] sandbox"));
    assert!(ask(&mut c, "LOGIN user secret").contains("t NO [PRIVACYREQUIRED]"));
    assert!(ask(&mut c, "STARTTLS").contains("t OK"));
    c.secure(&connector(server.ca_pem_path(), None), None).expect("handshake");
    assert!(
        ask(&mut c, "AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0").contains("t OK [CAPABILITY IMAP4rev1 SASL-IR ")
    );
    assert!(ask(&mut c, "EXAMINE INBOX").contains("t OK [READ-ONLY]"));
    assert_eq!(ask(&mut c, "UID SEARCH ALL"), "* 1 EXPUNGE\r\n* SEARCH 1\r\nWRONG OK\r\nt OK Done\r\n");
    assert_eq!(ask(&mut c, "CREATE {3}"), "t NO [TOOBIG] No\r\n");
    assert!(
        ask(&mut c, "UID MOVE 1 x").starts_with("t BAD") && ask(&mut c, "UID EXPUNGE 1").starts_with("t BAD")
    );
    c.send("t FETCH 1 BODY.PEEK[]\r\n");
    assert_eq!(c.line(), "* 1 FETCH (BODY[] {8}\r\n");
    assert_eq!(c.line(), "x: ");
}
