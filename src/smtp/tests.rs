use super::*;
use crate::{
    base::{address::Address, body::Body, secret::Secret},
    net::{Timeouts, Tracer, Transport, mem::transcript},
};
use std::io::Read;

struct Bytes(&'static [u8]);

impl Body for Bytes {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.0))
    }
}

const HI: Bytes = Bytes(b"Subject: hi\r\n\r\n.dot\r\n");

fn conn(io: Box<dyn Transport>) -> Conn {
    Conn::with(io, "h", Style::Smtp, Timeouts::default(), Tracer::default())
}

fn greet(io: Box<dyn Transport>) -> Result<Client> {
    Client::greet(conn(io), Options::default())
}

fn to(addresses: &[&str]) -> Envelope {
    let address = |a: &str| Address::parse(a).unwrap();
    Envelope::new(Some(address("a@x")), addresses.iter().map(|a| address(a)).collect())
}

const HELLO: &str = "S: 220 h\nC: EHLO [127.0.0.1]\n";
const PIPELINED: &str = "S: 250-h\nS: 250-PIPELINING\nS: 250 SIZE\n";
const BODY: &str = "C: Subject: hi\nC:\nC: ..dot\nC: .\n";

/// Plays the rest of a conversation after a greeting and an EHLO that offers PIPELINING and SIZE.
fn session(rest: &str, play: impl Fn(&mut Client)) {
    transcript(&format!("{HELLO}{PIPELINED}{rest}"), |io| play(&mut greet(io).unwrap()));
}

fn kinds(delivery: &Delivery) -> Vec<Option<(Kind, Again)>> {
    delivery.recipients.iter().map(|r| r.as_ref().err().map(|e| (e.kind(), e.again()))).collect()
}

#[test]
fn a_pipelined_message_takes_two_turns() {
    let script = format!(
        "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nC: DATA\n\
         S: 250 ok\nS: 250 ok\nS: 251 will forward\nS: 354 go\n{BODY}S: 250 2.0.0 queued as 17\n\
         C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\n\
         S: 250 ok\nS: 250 ok\nS: 354 go\n{BODY}S: 250 2.0.0 queued as 18\nC: QUIT\nS: 221 bye"
    );
    let script = format!("{HELLO}{PIPELINED}{script}");
    transcript(&script, |io| {
        let mut client = greet(io).unwrap();
        let before = client.round_trips();
        let delivery = client.send(&to(&["b@x", "c@x"]), &HI).unwrap();
        assert_eq!((delivery.accepted(), delivery.bytes), (2, 21));
        assert_eq!(delivery.reply.unwrap().text(), "2.0.0 queued as 17");
        assert_eq!(client.round_trips() - before, 2);
        assert_eq!(client.send(&to(&["b@x"]), &HI).unwrap().accepted(), 1);
        assert_eq!(client.messages(), 2);
        client.quit();
    });
}

#[test]
fn without_pipelining_every_command_waits_for_its_reply() {
    let script = format!(
        "{HELLO}S: 250 h\nC: MAIL FROM:<a@x>\nS: 250 ok\nC: RCPT TO:<b@x>\nS: 250 ok\nC: DATA\nS: 354 go\n{BODY}S: 250 ok"
    );
    transcript(&script, |io| {
        assert_eq!(greet(io).unwrap().send(&to(&["b@x"]), &HI).unwrap().accepted(), 1);
    });
}

#[test]
fn a_server_of_old_gets_helo() {
    let script = "S: 220 h\nC: EHLO [127.0.0.1]\nS: 502 what?\nC: HELO [127.0.0.1]\nS: 250 h hello";
    transcript(script, |io| {
        let client = greet(io).unwrap();
        assert!(!client.extensions().esmtp);
        assert_eq!(client.extensions().name, "h");
    });
}

#[test]
fn greetings_that_are_none() {
    for (greeting, kind, again) in [
        ("S: 554 go away", Kind::Refused, Again::Never),
        ("S: 421 later", Kind::Refused, Again::Now),
        ("S: 25 x", Kind::Protocol, Again::Never),
        ("S: 2500 x", Kind::Protocol, Again::Never),
        ("S: 220-x\nS: 221 y", Kind::Protocol, Again::Never),
        ("S: 354 go", Kind::Protocol, Again::Never),
        ("S.", Kind::Closed, Again::Now),
    ] {
        transcript(greeting, |io| {
            let error = greet(io).err().unwrap();
            assert_eq!((error.kind(), error.again()), (kind, again), "{greeting}");
        });
    }
}

#[test]
fn a_name_for_ehlo_is_one_word() {
    for bad in ["", "a b", "a\r\nQUIT", "ü"] {
        transcript("S: 220 h", |io| {
            let options = Options { helo: Some(bad.into()), ..Options::default() };
            assert_eq!(Client::greet(conn(io), options).err().unwrap().kind(), Kind::Usage);
        });
    }
}

#[test]
fn one_refused_recipient_does_not_keep_it_from_the_others() {
    let rest = format!(
        "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nC: RCPT TO:<d@x>\nC: DATA\n\
         S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no such user\nS: 450 4.2.1 busy\nS: 354 go\n{BODY}S: 250 ok"
    );
    session(&rest, |client| {
        let delivery = client.send(&to(&["b@x", "c@x", "d@x"]), &HI).unwrap();
        assert_eq!(
            kinds(&delivery),
            [None, Some((Kind::NoUser, Again::Never)), Some((Kind::Refused, Again::Now))]
        );
        let error = delivery.recipients[1].as_ref().unwrap_err();
        assert_eq!(error.message(), "h refused c@x: 550 5.1.1 no such user");
    });
}

#[test]
fn with_policy_all_nobody_gets_it_and_data_is_not_sent() {
    let rest = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\n\
                S: 250 ok\nS: 250 ok\nS: 550 no\nC: RSET\nC: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\n\
                S: 250 ok\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\n";
    session(&format!("{rest}{BODY}S: 250 ok"), |client| {
        let all = |a: &[&str]| Envelope { policy: Policy::All, ..to(a) };
        let delivery = client.send(&all(&["b@x", "c@x"]), &HI).unwrap();
        assert_eq!(delivery.accepted(), 0);
        assert_eq!(client.send(&all(&["b@x"]), &HI).unwrap().accepted(), 1);
    });
}

#[test]
fn with_policy_all_the_worst_refusal_is_everybodys() {
    for (answers, again) in [
        ("S: 450 busy\nS: 550 no\nS: 250 ok\n", Again::Never),
        ("S: 250 ok\nS: 450 busy\nS: 452 4.5.3 too many\n", Again::Later),
    ] {
        let rest = format!(
            "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nC: RCPT TO:<d@x>\nS: 250 ok\n{answers}"
        );
        session(&rest, |client| {
            let envelope = Envelope { policy: Policy::All, ..to(&["b@x", "c@x", "d@x"]) };
            let delivery = client.send(&envelope, &HI).unwrap();
            let fates: Vec<_> = delivery.recipients.iter().map(|r| r.as_ref().unwrap_err().again()).collect();
            assert_eq!(fates, [again; 3]);
        });
    }
}

#[test]
fn with_policy_all_a_server_of_few_recipients_is_not_asked() {
    let script = format!("{HELLO}S: 250-h\nS: 250 LIMITS RCPTMAX=2\n");
    transcript(&script, |io| {
        let envelope = Envelope { policy: Policy::All, ..to(&["b@x", "c@x", "d@x"]) };
        let error = greet(io).unwrap().send(&envelope, &HI).unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Refused, Again::Never));
        assert!(error.message().contains("at most 2 recipients at once"), "{error}");
    });
}

#[test]
fn chunking_saves_the_turn_of_data_alone() {
    let script = format!(
        "{HELLO}S: 250-h\nS: 250-PIPELINING\nS: 250 CHUNKING\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@x>\n\
         S: 250 ok\nS: 250 ok\nC: BDAT 21 LAST\nC: Subject: hi\nC:\nC: .dot\nS: 250 ok"
    );
    transcript(&script, |io| {
        let mut client = greet(io).unwrap();
        let before = client.round_trips();
        let envelope = Envelope { policy: Policy::All, ..to(&["b@x"]) };
        assert_eq!(client.send(&envelope, &HI).unwrap().accepted(), 1);
        assert_eq!(client.round_trips() - before, 2);
    });
}

#[test]
fn trap_12_all_refused_and_354_all_the_same_gets_a_lone_dot() {
    let rest = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 354 go\n\
                C: .\nS: 250 thank you";
    session(rest, |client| {
        let delivery = client.send(&to(&["b@x"]), &HI).unwrap();
        assert_eq!(kinds(&delivery), [Some((Kind::NoUser, Again::Never))]);
        assert_eq!(client.messages(), 0);
    });
}

#[test]
fn after_all_were_refused_the_next_transaction_resets_first() {
    let rest = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 503 no rcpt\n\
                C: RSET\nC: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<c@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\n";
    session(&format!("{rest}{BODY}S: 250 ok"), |client| {
        assert_eq!(client.send(&to(&["b@x"]), &HI).unwrap().accepted(), 0);
        assert_eq!(client.send(&to(&["c@x"]), &HI).unwrap().accepted(), 1);
    });
}

#[test]
fn mail_refused_is_an_error_for_all_even_if_the_line_dies_with_it() {
    let ask = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\n";
    for (reply, kind, again) in [
        ("S: 451 later\nS: 503 x\nS: 503 x", Kind::Refused, Again::Now),
        ("S: 553 no\nS: 503 x\nS: 503 x", Kind::Refused, Again::Never),
        ("S: 530 log in\nS: 503 x\nS: 503 x", Kind::Auth, Again::Never),
        ("S: 530 Must issue a STARTTLS command first\nS: 503 x\nS: 503 x", Kind::Tls, Again::Never),
        ("S: 550 no\nS.", Kind::Refused, Again::Never),
        ("S: 553 no\nS: 503 x\nS: 354 go\nC: .\nS: 503 no", Kind::Refused, Again::Never),
    ] {
        session(&format!("{ask}{reply}"), |client| {
            let error = client.send(&to(&["b@x"]), &HI).unwrap_err();
            assert_eq!((error.kind(), error.again()), (kind, again), "{reply}");
        });
    }
}

#[test]
fn trap_13_too_many_recipients_go_in_a_transaction_of_their_own() {
    let mail = "MAIL FROM:<a@x> SIZE=21";
    for many in ["452 4.5.3 too many", "452 too many recipients", "552 5.5.3 too many"] {
        let rest = format!(
            "C: {mail}\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: {many}\nS: 354 go\n{BODY}S: 250 ok\n\
             C: {mail}\nC: RCPT TO:<c@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n{BODY}S: 250 ok"
        );
        session(&rest, |client| {
            assert_eq!(client.send(&to(&["b@x", "c@x"]), &HI).unwrap().accepted(), 2, "{many}");
        });
    }
    let rest = format!("C: {mail}\nC: RCPT TO:<b@x>\nC: DATA\nS: 250 ok\nS: 452 4.5.3 too many\nS: 503 no");
    session(&rest, |client| {
        let delivery = client.send(&to(&["b@x"]), &HI).unwrap();
        assert_eq!(kinds(&delivery), [Some((Kind::Refused, Again::Later))], "no loop without progress");
    });
}

#[test]
fn a_mailbox_that_is_full_is_not_too_many_recipients() {
    let rest = format!(
        "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 552 5.2.2 full\nS: 354 go\n{BODY}S: 250 ok"
    );
    session(&rest, |client| {
        let delivery = client.send(&to(&["b@x", "c@x"]), &HI).unwrap();
        assert_eq!(kinds(&delivery), [None, Some((Kind::Refused, Again::Never))]);
    });
}

#[test]
fn the_servers_limit_of_recipients_is_kept() {
    let turn = |a: &str, b: &str| {
        format!(
            "C: MAIL FROM:<a@x>\nC: RCPT TO:<{a}>\nC: RCPT TO:<{b}>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\n{BODY}S: 250 ok\n"
        )
    };
    let script = format!(
        "{HELLO}S: 250-h\nS: 250-PIPELINING\nS: 250 LIMITS RCPTMAX=2\n{}{}",
        turn("b@x", "c@x"),
        turn("d@x", "e@x")
    );
    transcript(&script, |io| {
        let mut client = greet(io).unwrap();
        assert_eq!(client.send(&to(&["b@x", "c@x", "d@x", "e@x"]), &HI).unwrap().accepted(), 4);
    });
}

#[test]
fn trap_2_and_14_only_2yz_after_the_dot_is_success() {
    let ask = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n";
    for (reply, want) in [
        ("S: 250 ok", None),
        ("S: 451 later", Some((Kind::Refused, Again::Now))),
        ("S: 552 5.2.2 full", Some((Kind::Refused, Again::Never))),
        ("S: 554 spam", Some((Kind::Refused, Again::Never))),
        ("S: 421 bye", Some((Kind::Refused, Again::Now))),
        ("S: 354 go on", Some((Kind::Unconfirmed, Again::Never))),
        ("S: 250-ok\nS: 251 not", Some((Kind::Unconfirmed, Again::Never))),
        ("S: 25", Some((Kind::Unconfirmed, Again::Never))),
        ("S.", Some((Kind::Unconfirmed, Again::Never))),
        ("S| 250\nS.", Some((Kind::Unconfirmed, Again::Never))),
    ] {
        session(&format!("{ask}{BODY}{reply}"), |client| {
            let delivery = client.send(&to(&["b@x"]), &HI).unwrap();
            assert_eq!(kinds(&delivery), [want], "{reply}");
            assert_eq!(delivery.is_unknown(), matches!(want, Some((Kind::Unconfirmed, _))));
            assert_eq!(client.is_usable(), !delivery.is_unknown() && reply != "S: 421 bye");
        });
    }
}

#[test]
fn before_the_dot_a_dead_line_changed_nothing() {
    let ask = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\n";
    for replies in ["S.", "S: 250 ok\nS.", "S: 250 ok\nS: 250 ok\nS.", "S: 421 shutting down"] {
        session(&format!("{ask}{replies}"), |client| {
            let error = client.send(&to(&["b@x"]), &HI).unwrap_err();
            assert_eq!(error.again(), Again::Now, "{replies}");
            assert!(matches!(error.kind(), Kind::Closed | Kind::Refused));
            assert!(!client.is_usable());
        });
    }
}

#[test]
fn replies_out_of_order_end_the_connection() {
    let ask = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: DATA\n";
    for replies in
        ["S: 354 go", "S: 250 ok\nS: 354 go", "S: 250 ok\nS: 250 ok\nS: 250 ok", "S: 250 ok\nS: 221 bye"]
    {
        session(&format!("{ask}{replies}"), |client| {
            assert_eq!(client.send(&to(&["b@x"]), &HI).unwrap_err().kind(), Kind::Protocol, "{replies}");
            assert!(!client.is_usable());
        });
    }
}

#[test]
fn trap_16_a_message_too_large_is_not_sent() {
    let script = format!("{HELLO}S: 250 SIZE\nC: QUIT\nS: 221 bye");
    transcript(&script, |io| assert_eq!(greet(io).unwrap().quit(), 3));
    transcript(&format!("{HELLO}S: 250-h\nS: 250 SIZE 20"), |io| {
        let error = greet(io).unwrap().send(&to(&["b@x"]), &HI).unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Refused, Again::Never));
    });
}

#[test]
fn trap_21_a_body_that_shrinks_is_never_sent_as_whole() {
    struct Shrunk;
    impl Body for Shrunk {
        fn size(&self) -> u64 {
            100
        }
        fn open(&self) -> Result<Box<dyn Read + '_>> {
            Ok(Box::new(&b"Subject: x\r\n"[..]))
        }
    }
    for (offer, start) in [
        ("S: 250 PIPELINING", "C: RCPT TO:<b@x>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go"),
        ("S: 250-PIPELINING\nS: 250 CHUNKING", "C: RCPT TO:<b@x>\nS: 250 ok\nS: 250 ok"),
    ] {
        let script = format!("{HELLO}S: 250-h\n{offer}\nC: MAIL FROM:<a@x>\n{start}");
        transcript(&script, |io| {
            let mut client = greet(io).unwrap();
            let policy = if offer.contains("CHUNKING") { Policy::All } else { Policy::Any };
            let error = client.send(&Envelope { policy, ..to(&["b@x"]) }, &Shrunk).unwrap_err();
            assert_eq!(error.kind(), Kind::Local);
            assert!(!client.is_usable(), "no dot, no RSET: the line is dead");
        });
    }
}

#[test]
fn many_recipients_go_in_groups() {
    let names: Vec<String> = (0..250).map(|i| format!("user{i}@x")).collect();
    let mut script = format!("{HELLO}{PIPELINED}C: MAIL FROM:<a@x> SIZE=21\n");
    for (i, name) in names.iter().enumerate() {
        script += &format!("C: RCPT TO:<{name}>\n");
        // The 100th command of a group is its last.
        if i % 100 == 98 {
            script += &"S: 250 ok\n".repeat(100);
        }
    }
    script += &format!("C: DATA\n{}S: 354 go\n{BODY}S: 250 ok", "S: 250 ok\n".repeat(51));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    transcript(&script, |io| {
        assert_eq!(greet(io).unwrap().send(&to(&names), &HI).unwrap().accepted(), 250);
    });
}

#[test]
fn a_dry_run_ends_with_rset() {
    let rest = "C: MAIL FROM:<a@x> SIZE=21\nC: RCPT TO:<b@x>\nC: RCPT TO:<c@x>\nS: 250 ok\nS: 250 ok\nS: 550 no\nC: RSET\nS: 250 ok";
    session(rest, |client| {
        let answers = client.probe(&to(&["b@x", "c@x"]), HI.size()).unwrap();
        assert!(answers[0].is_ok() && answers[1].is_err());
    });
}

#[test]
fn logging_in_and_being_refused() {
    let me = || sasl::Credentials::password("me", Secret::new("pw"));
    let offer = format!("{HELLO}S: 250-h\nS: 250 AUTH PLAIN LOGIN\n");
    let plain = "C: AUTH PLAIN AG1lAHB3\n";
    transcript(&format!("{offer}{plain}S: 235 in"), |io| {
        let mechanism = greet(io).unwrap().login(&me(), None, false).unwrap();
        assert_eq!(mechanism.name(), "PLAIN");
    });
    for (reply, kind, again) in [
        ("535 5.7.8 wrong", Kind::Auth, Again::Never),
        ("454 4.7.0 later", Kind::Refused, Again::Later),
        ("250 ok", Kind::Protocol, Again::Never),
        ("354 go", Kind::Protocol, Again::Never),
    ] {
        transcript(&format!("{offer}{plain}S: {reply}"), |io| {
            let error = greet(io).unwrap().login(&me(), None, false).unwrap_err();
            assert_eq!((error.kind(), error.again()), (kind, again), "{reply}");
            assert!(!error.message().contains("pw") && !error.message().contains("AG1lAHB3"));
        });
    }
    transcript(
        &format!(
            "{offer}{plain}S: 504 no\nC: AUTH LOGIN\nS: 334 VXNlcg==\nC: bWU=\nS: 334 UGFzcw==\nC: cHc=\nS: 235 in"
        ),
        |io| {
            assert_eq!(greet(io).unwrap().login(&me(), None, false).unwrap().name(), "LOGIN");
        },
    );
    transcript(&format!("{offer}{plain}S: 334 !!!\nC: *\nS: 501 cancelled"), |io| {
        assert_eq!(greet(io).unwrap().login(&me(), None, false).unwrap_err().kind(), Kind::Protocol);
    });
}

#[test]
fn a_trace_shows_no_secret() {
    use std::sync::{Arc, Mutex};
    let script =
        format!("{HELLO}S: 250-h\nS: 250 AUTH PLAIN LOGIN\nC: AUTH LOGIN\nS: 334 x\nC: *\nS: 501 no");
    transcript(&script, |io| {
        let seen = Arc::new(Mutex::new(String::new()));
        let sink = seen.clone();
        let trace = Tracer::new(move |line| *sink.lock().unwrap() += line);
        let conn = Conn::with(io, "h", Style::Smtp, Timeouts::default(), trace);
        let mut client = Client::greet(conn, Options::default()).unwrap();
        let me = sasl::Credentials::password("me", Secret::new("pw"));
        assert!(client.login(&me, Some(sasl::Mechanism::Login), false).is_err());
        let seen = seen.lock().unwrap();
        assert!(seen.contains("AUTH LOGIN") && !seen.contains("cHc="), "{seen}");
    });
}

#[test]
fn what_a_password_can_be_guessed_by_is_in_no_trace() {
    use std::sync::{Arc, Mutex};
    let seen = Arc::new(Mutex::new(String::new()));
    let sink = seen.clone();
    let trace = Tracer::new(move |line| *sink.lock().unwrap() += &format!("{line}\n"));
    let proof = crate::base::b64::encode(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    let salt = crate::base::b64::encode(b"r=abc,s=QSXCR+Q6sek8bf92,i=4096");
    for line in [
        format!("334 {salt}"),
        format!("+ {proof}"),
        format!("+OK {proof}"),
        format!("235 2.7.0 {proof}\r\n"),
    ] {
        trace.received(line.as_bytes());
    }
    for line in ["+ ", "334 VXNlcm5hbWU6", "+ eyJzdGF0dXMiOiI0MDEifQ==", "220 dj0x", "+OK"] {
        trace.received(line.as_bytes());
    }
    assert_eq!(
        *seen.lock().unwrap(),
        "< 334 ****\n< + ****\n< +OK ****\n< 235 2.7.0 ****\n< + \n< 334 VXNlcm5hbWU6\n\
         < + eyJzdGF0dXMiOiI0MDEifQ==\n< 220 dj0x\n< +OK\n"
    );
}
