//! Postfix is up: logins under TLS, deliveries read back, refusals; and smtp-sink with its faults.

use crate::fixture::dialogue::Dialogue;
use crate::fixture::postfix::{Options, Postfix};
use crate::fixture::smtp_sink::SmtpSink;
use crate::fixture::{Tls, Version};

fn plain(server: &Postfix) -> String {
    openssl::base64::encode_block(format!("\0{}\0{}", server.user, server.password).as_bytes())
}

#[test]
fn submission_takes_a_login_after_starttls_and_delivers() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let mut client = Dialogue::connect(server.host, server.submission);
    client.expect("220");
    client.ask("EHLO test", "250");
    assert!(!client.said.contains("AUTH"), "{}", client.said);
    client.ask("STARTTLS", "220");
    client.secure(&server.ca);
    client.ask("EHLO test", "250");
    for extension in ["SCRAM-SHA-256", "SIZE", "PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN"] {
        assert!(client.said.contains(extension), "no {extension}\n{}", client.said);
    }
    client.ask("MAIL FROM:<tester@wirepost.test>", "250");
    client.ask("RCPT TO:<tester@wirepost.test>", "554");
    client.ask("RSET", "250");
    client.ask(&format!("AUTH PLAIN {}", plain(&server)), "235");
    client.ask("MAIL FROM:<tester@wirepost.test>", "250");
    client.ask("RCPT TO:<tester@wirepost.test>", "250");
    client.ask("RCPT TO:<any.one@many.test>", "250");
    client.ask("RCPT TO:<refused@wirepost.test>", "550");
    client.ask("RCPT TO:<later@wirepost.test>", "450");
    client.ask("RCPT TO:<full@wirepost.test>", "452");
    client.ask("RCPT TO:<nobody@wirepost.test>", "550");
    client.ask("DATA", "354");
    client.write_all(b"Subject: a test\r\n\r\n..a line with a dot\r\n");
    client.ask(".", "250");
    for mailbox in ["tester", "many"] {
        let message = server.delivered(mailbox, 1).remove(0);
        assert!(message.ends_with(b"Subject: a test\n\n.a line with a dot\n"), "{}", message.escape_ascii());
    }
}

#[test]
fn submissions_1_2_has_a_size_limit() {
    let options = Options { size_limit: 5000, max: Version::V1_2, ..Options::default() };
    let Some(server) = Postfix::start(&options) else { return };
    let mut client = Dialogue::connect_tls(server.host, server.submissions, &server.ca);
    client.expect("220");
    assert_eq!(client.tls_version(), "TLSv1.2");
    client.ask("EHLO test", "250");
    assert!(client.said.contains("SIZE 5000"), "{}", client.said);
    client.ask("AUTH PLAIN AHRlc3RlcgB3cm9uZw==", "535");
    client.ask(&format!("AUTH PLAIN {}", plain(&server)), "235");
    client.ask("MAIL FROM:<tester@wirepost.test> SIZE=6000", "552");
}

#[test]
fn the_mx_port_relays_for_nobody() {
    let Some(server) = Postfix::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let mut client = Dialogue::connect(server.host, server.mx);
    client.expect("220");
    client.ask("EHLO test", "250");
    assert!(!client.said.contains("STARTTLS") && !client.said.contains("AUTH"), "{}", client.said);
    client.ask("MAIL FROM:<>", "250");
    client.ask("RCPT TO:<someone@elsewhere.example>", "554");
    client.ask("RCPT TO:<other@wirepost.test>", "250");

    let mut client = Dialogue::connect(server.host, server.submission);
    client.expect("220");
    client.ask("EHLO test", "250");
    client.ask(&format!("AUTH PLAIN {}", plain(&server)), "235");
}

#[test]
fn smtp_sink_keeps_messages_and_refuses_on_demand() {
    let Some(sink) = SmtpSink::start(&["-r", "RCPT", "-b", "452 4.5.3 too many"]) else { return };
    let mut client = Dialogue::connect(sink.host, sink.port);
    client.expect("220");
    client.ask("EHLO test", "250");
    client.ask("MAIL FROM:<a@example.org>", "250");
    client.ask("RCPT TO:<b@example.org>", "452");

    let Some(sink) = SmtpSink::start(&[]) else { return };
    let mut client = Dialogue::connect(sink.host, sink.port);
    client.expect("220");
    client.ask("EHLO test", "250");
    client.ask("MAIL FROM:<a@example.org>", "250");
    client.ask("RCPT TO:<b@example.org>", "250");
    client.ask("DATA", "354");
    client.write_all(b"Subject: x\r\n\r\nbody\r\n");
    client.ask(".", "250");
    client.ask("QUIT", "221");
    let messages = sink.messages();
    assert!(messages.len() == 1 && messages[0].ends_with(b"body\n"), "{messages:?}");
}
