//! Dovecot is up: POP3, IMAP and LMTP, logins in clear and under TLS, a filled mailbox.

use crate::certs::Cert;
use crate::fixture::dialogue::Dialogue;
use crate::fixture::dovecot::{Dovecot, Options};
use crate::fixture::{Tls, Version};

const MESSAGE: &[u8] = b"From: steve@example.org\r\nSubject: report\r\n\r\nall is well\r\n";

#[test]
fn pop3_with_stls_lists_what_was_filled_in() {
    let Some(server) = Dovecot::start(&Options::default()) else { return };
    server.fill(server.user, "INBOX", [(MESSAGE, ""), (MESSAGE, "S")]);
    let mut client = Dialogue::connect(server.host, server.pop3);
    client.expect("+OK");
    client.ask("STLS", "+OK");
    client.secure(&server.ca);
    client.ask(&format!("USER {}", server.user), "+OK");
    client.ask("PASS wrong", "-ERR");
    client.ask(&format!("USER {}", server.user), "+OK");
    client.ask(&format!("PASS {}", server.password), "+OK");
    client.ask("STAT", &format!("+OK 2 {}", 2 * MESSAGE.len()));
    client.ask("QUIT", "+OK");
}

#[test]
fn passwords_in_clear_are_refused_where_tls_is_offered() {
    let Some(server) =
        Dovecot::start(&Options { client_cert: true, secure_loopback: false, ..Options::default() })
    else {
        return;
    };
    let mut client = Dialogue::connect(server.host, server.imap);
    let greeting = client.expect("* OK");
    assert!(greeting.contains("STARTTLS") && greeting.contains("LOGINDISABLED"), "{greeting}");
    client.ask("a STARTTLS", "a OK");
    client.secure_as(&server.ca, Some(&server.certs.client));
    client.ask(&format!("b LOGIN {} {}", server.user, server.password), "b OK");
}

#[test]
fn imaps_1_2_searches_and_takes_a_token() {
    let options = Options { max: Version::V1_2, separator: '/', ..Options::default() };
    let Some(server) = Dovecot::start(&options) else { return };
    server.fill(server.user, "INBOX", [(MESSAGE, "")]);
    server.fill(server.user, "Archive.2026", (0..1000).map(|_| (MESSAGE, "S")));
    let mut client = Dialogue::connect_tls(server.host, server.imaps, &server.ca);
    client.expect("* OK");
    assert_eq!(client.tls_version(), "TLSv1.2");
    let bearer = format!("user={}\x01auth=Bearer {}\x01\x01", server.user, server.token(server.user));
    client
        .ask(&format!("a AUTHENTICATE XOAUTH2 {}", openssl::base64::encode_block(bearer.as_bytes())), "a OK");
    client.ask("b SELECT Archive/2026", "b OK");
    client.ask("c UID SEARCH UNSEEN", "c OK");
    assert!(client.said.contains("* 1000 EXISTS"), "{}", client.said);
    client.ask("d LOGOUT", "d OK");
    assert_eq!(server.messages(server.user, "INBOX")[0].1, MESSAGE);
}

#[test]
fn lmtp_delivers_and_capabilities_can_be_overridden() {
    let options = Options {
        tls: Tls::Off,
        capability: Some("IMAP4rev1".to_owned()),
        users: vec!["other".to_owned()],
        ..Options::default()
    };
    let Some(server) = Dovecot::start(&options) else { return };
    let mut client = Dialogue::connect(server.host, server.lmtp);
    client.expect("220");
    client.ask("LHLO test", "250");
    client.ask("MAIL FROM:<steve@example.org>", "250");
    client.ask("RCPT TO:<other>", "250");
    client.ask("DATA", "354");
    client.write_all(MESSAGE);
    client.ask(".", "250");
    let messages = server.messages("other", "INBOX");
    assert!(messages.len() == 1 && messages[0].1.ends_with(b"all is well\n"), "{messages:?}");

    let mut client = Dialogue::connect(server.host, server.imap);
    client.expect("* OK");
    client.ask(&format!("a LOGIN other {}", server.password), "a OK");
    client.ask("b CAPABILITY", "b OK");
    assert!(client.said.contains("* CAPABILITY IMAP4rev1\n"), "{}", client.said);
}

#[test]
fn a_certificate_for_another_name_is_shown() {
    let Some(server) = Dovecot::start(&Options { cert: Cert::WrongName, ..Options::default() }) else {
        return;
    };
    let error = Dialogue::connect(server.host, server.pop3s).tls_error(&server.ca);
    assert!(error.contains("ostname mismatch"), "{error}");
}
