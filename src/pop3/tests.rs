//! Whole sessions as transcripts, split at every byte of the server's side.

use super::*;
use crate::{
    base::secret::Secret,
    net::{Timeouts, Tracer, Transport, mem::transcript},
    textproto::{
        Style,
        sasl::{Credentials, Mechanism},
    },
};
use std::io::Read;

fn conn(io: Box<dyn Transport>) -> Conn {
    Conn::with(io, "h", Style::Line, Timeouts::default(), Tracer::default())
}

fn client(io: Box<dyn Transport>) -> Client {
    Client::greet(conn(io)).unwrap()
}

fn me() -> Credentials {
    Credentials::password("me", Secret::new("pw"))
}

const PIPELINED: &str = "S: +OK hi\nC: CAPA\nS: +OK\nS: PIPELINING\nS: .\n";

#[test]
fn a_session_from_greeting_to_quit() {
    let script = "
        S: +OK hello
        C: CAPA
        S: +OK list follows
        S: TOP
        S: UIDL
        S: sasl
        S: .
        C: USER me
        S: +OK
        C: PASS pw
        S: +OK logged in
        C: STAT
        S: +OK 2 320
        C: LIST
        S: +OK 2 messages
        S: 1 120
        S: 2 200
        S: .
        C: UIDL
        S: +OK
        S: 1 one
        S: 2 two
        S: .
        C: TOP 1 0
        S: +OK
        S: Subject: x
        S:
        S: .
        C: CAPA
        S: -ERR what
        C: RETR 1
        S: +OK 120 octets
        S: ..a
        S: .
        C: RETR 2
        S: +OK
        S: .
        C: DELE 1
        S: +OK
        C: DELE 2
        S: -ERR no such message
        C: QUIT
        S: +OK bye";
    transcript(script, |io| {
        let mut c = client(io);
        assert_eq!(c.login(Method::Best, &me(), false).unwrap(), "USER");
        assert_eq!(c.stat().unwrap(), Stat { messages: 2, bytes: 320 });
        let (all, has) = c.messages().unwrap();
        let short: Vec<_> = all.iter().map(|m| (m.number, m.size.unwrap(), &*m.uid)).collect();
        assert_eq!((short, has), (vec![(1, 120, "one"), (2, 200, "two")], true));
        let mut top = String::new();
        c.top(1, 0).unwrap().read_to_string(&mut top).unwrap();
        assert_eq!(top, "Subject: x\r\n\r\n");
        let mut got = Vec::new();
        let mut all = c.retrieve_all(&[1, 2]).unwrap();
        while let Some(mut item) = all.next().unwrap() {
            let mut text = String::new();
            item.read_to_string(&mut text).unwrap();
            got.push((item.number, text));
        }
        drop(all);
        assert_eq!(got, [(1, ".a\r\n".to_string()), (2, String::new())]);
        let mut gone = c.delete_all(&[1, 2]).unwrap();
        assert!(matches!(gone.next().unwrap(), Some((1, Ok(())))));
        assert!(matches!(gone.next().unwrap(), Some((2, Err(e))) if e.message() == "no such message"));
        assert!(gone.next().unwrap().is_none());
        drop(gone);
        c.quit().unwrap();
    });
}

#[test]
fn pipelined_commands_go_out_together() {
    let script = format!(
        "{PIPELINED}C: RETR 1\nC: RETR 2\nC: RETR 3\nS: +OK\nS: a\nS: .\nS: -ERR gone\nS: +OK\nS: c\nS: ."
    );
    transcript(&script, |io| {
        let mut c = client(io);
        let mut all = c.retrieve_all(&[1, 2, 3]).unwrap();
        let mut got = Vec::new();
        while let Some(mut item) = all.next().unwrap() {
            let mut text = String::new();
            let read = item.read_to_string(&mut text);
            got.push((item.number, read.is_ok(), text));
        }
        assert_eq!(got, [(1, true, "a\r\n".into()), (2, false, String::new()), (3, true, "c\r\n".into())]);
        drop(all);
        assert_eq!(c.round_trips(), 3, "the greeting, CAPA, and one for all messages");
    });
}

#[test]
fn what_is_on_the_way_is_bounded_and_refills_are_few() {
    let numbers: Vec<Number> = (1..=3000).collect();
    // Bytes of commands on the way at each answer, as the client must behave: never more than the window.
    let mut script = String::from(PIPELINED);
    let (mut sent, mut bytes) = (0, 0);
    for n in 1..=3000_usize {
        if bytes <= 4096 {
            while sent < 3000 {
                let command = format!("DELE {}", sent + 1);
                if bytes + command.len() + 2 > 8192 {
                    break;
                }
                bytes += command.len() + 2;
                sent += 1;
                script += &format!("C: {command}\n");
            }
        }
        bytes -= format!("DELE {n}").len() + 2;
        script += "S: +OK\n";
    }
    transcript_once(&script, |io| {
        let mut c = client(io);
        let mut gone = c.delete_all(&numbers).unwrap();
        let mut count = 0;
        while let Some((_, said)) = gone.next().unwrap() {
            said.unwrap();
            count += 1;
            assert!(gone.on_the_way() <= 8192);
        }
        assert_eq!(count, 3000);
        drop(gone);
        assert!(c.round_trips() < 12, "{}", c.round_trips());
    });
}

/// Long scripts are played as they are: the splitting is proved by the short ones.
fn transcript_once(script: &str, client: impl Fn(Box<dyn Transport>)) {
    crate::net::mem::transcript_whole(script, client);
}

#[test]
fn a_message_not_read_to_its_end_breaks_the_session() {
    let script = format!("{PIPELINED}C: RETR 1\nC: RETR 2\nS: +OK\nS: abc\nS: .\nS: +OK\nS: .");
    transcript_once(&script, |io| {
        let mut c = client(io);
        let mut all = c.retrieve_all(&[1, 2]).unwrap();
        let mut item = all.next().unwrap().unwrap();
        item.read_exact(&mut [0]).unwrap();
        drop(item);
        assert_eq!(all.next().err().unwrap().kind(), Kind::Closed);
        drop(all);
        assert!(c.conn.broken().is_some());
        // The script is to be used up.
        let _ = std::io::copy(c.conn.transport(), &mut std::io::sink());
    });
}

#[test]
fn a_cut_message_is_an_error() {
    transcript("S: +OK\nC: RETR 1\nS: +OK\nS: half\nS.", |io| {
        let mut c = client(io);
        let error = c.retrieve(1).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(Error::unwrap_io(error).unwrap().kind(), Kind::Closed);
    });
}

#[test]
fn greetings_that_say_no() {
    for (line, kind, again) in [
        ("-ERR go away", Kind::Refused, Again::Later),
        ("-ERR [SYS/TEMP] busy", Kind::Refused, Again::Later),
        ("-ERR [SYS/PERM] never", Kind::Refused, Again::Never),
        ("-ERR [IN-USE] locked", Kind::Busy, Again::Later),
        ("-ERR [AUTH] you?", Kind::Auth, Again::Never),
        ("220 smtp here", Kind::Protocol, Again::Never),
        ("+OKAY", Kind::Protocol, Again::Never),
    ] {
        transcript(&format!("S: {line}"), |io| {
            let error = Client::greet(conn(io)).err().unwrap();
            assert_eq!((error.kind(), error.again()), (kind, again), "{line}: {error}");
        });
    }
}

#[test]
fn a_refused_login_keeps_its_code() {
    for (line, kind) in [
        ("-ERR bad password", Kind::Auth),
        ("-ERR [AUTH] bad password", Kind::Auth),
        ("-ERR [IN-USE] open elsewhere", Kind::Busy),
        ("-ERR [LOGIN-DELAY] wait", Kind::Busy),
        ("-ERR [SYS/TEMP] later", Kind::Refused),
        ("-ERR [SYS/PERM] never", Kind::Refused),
    ] {
        transcript(&format!("S: +OK\nC: CAPA\nS: -ERR\nC: USER me\nS: +OK\nC: PASS pw\nS: {line}"), |io| {
            let error = client(io).login(Method::UserPass, &me(), false).unwrap_err();
            assert_eq!(error.kind(), kind, "{line}");
            assert!(error.message().starts_with("cannot log in as me: "));
            assert!(!format!("{error:?}").contains("pw"));
        });
    }
}

#[test]
fn apop_is_the_rfc_s_example_and_only_on_request() {
    let script = "
        S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
        C: CAPA
        S: -ERR
        C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
        S: +OK";
    transcript(script, |io| {
        let who = Credentials::password("mrose", Secret::new("tanstaaf"));
        assert_eq!(client(io).login(Method::Apop, &who, false).unwrap(), "APOP");
    });
    for none in ["", "ready", "<a@b", "a@b>", "<>", "<@>", "<a b@c>", "<a\u{e4}@c>", "<a<@c>"] {
        assert_eq!(stamp(none), None, "{none}");
        transcript(&format!("S: +OK {none}\nC: CAPA\nS: -ERR"), |io| {
            assert_eq!(client(io).login(Method::Apop, &me(), false).unwrap_err().kind(), Kind::Config);
        });
    }
}

#[test]
fn sasl_is_taken_where_it_is_offered() {
    let capa = |list: &str| format!("S: +OK\nC: CAPA\nS: +OK\nS: SASL {list}\nS: .\n");
    // base64 of NUL me NUL pw.
    let script = capa("PLAIN LOGIN") + "C: AUTH PLAIN AG1lAHB3\nS: +OK in";
    transcript(&script, |io| {
        assert_eq!(client(io).login(Method::Best, &me(), false).unwrap(), "PLAIN");
    });
    let script = capa("CRAM-MD5 NTLM") + "C: USER me\nS: +OK\nC: PASS pw\nS: +OK";
    transcript(&script, |io| {
        assert_eq!(client(io).login(Method::Best, &me(), false).unwrap(), "USER");
    });
    let script = capa("PLAIN") + "C: AUTH PLAIN AG1lAHB3\nS: -ERR [AUTH] no";
    transcript(&script, |io| {
        let error = client(io).login(Method::Sasl(Mechanism::Plain), &me(), false).unwrap_err();
        assert_eq!(error.kind(), Kind::Auth);
    });
}

#[test]
fn a_lost_quit_is_unknown_only_after_a_deletion() {
    let quit = "C: QUIT\nS.";
    transcript(&format!("{PIPELINED}C: DELE 1\nS: +OK\n{quit}"), |io| {
        let mut c = client(io);
        let mut gone = c.delete_all(&[1]).unwrap();
        while gone.next().unwrap().is_some() {}
        drop(gone);
        assert_eq!(c.quit().unwrap_err().kind(), Kind::Unconfirmed);
    });
    transcript(&format!("S: +OK\n{quit}"), |io| {
        assert_eq!(client(io).quit().unwrap_err().kind(), Kind::Closed);
    });
    transcript(&format!("{PIPELINED}C: DELE 1\nS: +OK\nC: QUIT\nS: -ERR some not removed"), |io| {
        let mut c = client(io);
        let mut gone = c.delete_all(&[1]).unwrap();
        while gone.next().unwrap().is_some() {}
        drop(gone);
        let error = c.quit().unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Refused, Again::Later));
    });
}

#[test]
fn lists_that_do_not_end_and_lists_that_are_none() {
    transcript("S: +OK\nC: LIST\nS: +OK\nS: 1 10\nS: one two\nS: .", |io| {
        let error = client(io).messages().unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol);
        assert!(error.message().contains("one two"), "{error}");
    });
    transcript("S: +OK\nC: LIST\nS: +OK\nS: 1 1\nS: .\nC: UIDL\nS: -ERR unknown", |io| {
        assert!(!client(io).messages().unwrap().1);
    });
    let endless = "S: X\n".repeat(CAPABILITIES_MAX + 1);
    transcript_once(&format!("S: +OK\nC: CAPA\nS: +OK\n{endless}"), |io| {
        assert_eq!(client(io).capabilities().err().unwrap().kind(), Kind::Limit);
    });
}

#[test]
fn nothing_may_follow_the_go_ahead_for_tls() {
    use crate::net::{Cancel, TlsOptions};
    let dialer = || {
        let cancel = Cancel::new(Default::default(), None);
        Dialer::new(cancel, Timeouts::default(), TlsOptions::default(), Tracer::default())
    };
    transcript_once("S: +OK\nC: STLS\nS: +OK begin\nS: +OK injected", |io| {
        assert_eq!(client(io).start_tls(&dialer()).err().unwrap().kind(), Kind::Tls);
    });
    transcript("S: +OK\nC: STLS\nS: -ERR no", |io| {
        assert_eq!(client(io).start_tls(&dialer()).err().unwrap().kind(), Kind::Tls);
    });
}
