//! Whole conversations, byte for byte, each played with the server's side split at every place.
use super::*;
use crate::{
    base::secret::Secret,
    net::{
        Dialer, Transport,
        mem::{transcript, transcript_whole},
    },
    textproto::sasl::{Credentials, Mechanism},
};
use std::io::Read;

fn client(io: Box<dyn Transport>) -> Result<Client> {
    Client::over(&Dialer::default(), io, "h", Security::Off, &[])
}

fn session(io: Box<dyn Transport>) -> Session {
    let me = Credentials::password("me", Secret::new("pw"));
    client(io).unwrap().login(&me, Some(Mechanism::Plain), true).unwrap()
}

const LOGIN: &str = "\
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi
C: w1 AUTHENTICATE PLAIN AG1lAHB3
S: w1 OK [CAPABILITY IMAP4rev1 CAPS] in
";

fn with(caps: &str, rest: &str) -> String {
    LOGIN.replace("CAPS", caps) + rest
}

#[test]
fn greetings_and_logins() {
    transcript(
        "S: * OK hi\nC: w1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: w1 OK x\nC: w2 LOGIN \"me\" \"p\\\"w\"\n\
         S: w2 OK in\nC: w3 CAPABILITY\nS: * CAPABILITY IMAP4rev1 SORT\nS: w3 OK x\n",
        |io| {
            let me = Credentials::password("me", Secret::new("p\"w"));
            let session = client(io).unwrap().login(&me, None, true).unwrap();
            assert_eq!((session.mechanism(), session.capabilities().has("SORT")), ("LOGIN", true));
        },
    );
    transcript(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi\nC: w1 CAPABILITY\nS: * CAPABILITY X\nS: w1 OK x\n",
        |io| {
            let me = Credentials::password("me", Secret::new("pw"));
            let session = client(io).unwrap().login(&me, None, true).unwrap();
            assert!(session.capabilities().has("X"));
        },
    );
    for (greeting, kind) in [
        ("S: * BYE busy\n", Kind::Closed),
        ("S: 220 h ESMTP\n", Kind::Protocol),
        ("S: + go\n", Kind::Protocol),
        ("S: w1 OK x\n", Kind::Protocol),
        ("S.\n", Kind::Closed),
        ("S| * OK no end\nS.\n", Kind::Closed),
    ] {
        transcript(greeting, |io| assert_eq!(client(io).err().unwrap().kind(), kind, "{greeting}"));
    }
    // Without SASL-IR the first response waits for its turn; a no is a no.
    transcript(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\nC: w1 AUTHENTICATE PLAIN\nS: + \nC: AG1lAHB3\nS: w1 NO [AUTHENTICATIONFAILED] x\n",
        |io| {
            let me = Credentials::password("me", Secret::new("pw"));
            assert_eq!(client(io).unwrap().login(&me, None, true).err().unwrap().kind(), Kind::Auth);
        },
    );
    transcript("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\n", |io| {
        let me = Credentials::password("me", Secret::new("pw"));
        assert_eq!(client(io).unwrap().login(&me, None, true).err().unwrap().kind(), Kind::Tls);
    });
}

const EXAMINE: &str = "\
C: w2 EXAMINE \"INBOX\"
S: * 3 EXISTS
S: * OK [UIDVALIDITY 7] x
S: * OK [UIDNEXT 10] x
S: w2 OK [READ-ONLY] x
";

#[test]
fn what_follows_the_numbers_is_no_number() {
    // A long line is handed on in pieces of 32 KiB: this one ends within the count of changes.
    let mut numbers = "* SEARCH".to_string();
    while numbers.len() + " (MODSEQ 9".len() < 32 << 10 {
        numbers += " 7";
    }
    let script = format!("{EXAMINE}C: w3 UID SEARCH ALL\nS: {numbers} (MODSEQ 917)\nS: w3 OK x\n");
    transcript(&with("X", &script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::inbox()).unwrap();
        assert_eq!(mailbox.search(&SearchKey::All).unwrap(), UidSet::one(7));
    });
}

#[test]
fn alerts_have_an_end() {
    let alerts = "S: * OK [ALERT] look out\n".repeat(100);
    transcript_whole(&with("X", &format!("C: w2 NOOP\n{alerts}S: w2 OK x\n")), |io| {
        let mut session = session(io);
        session.noop().unwrap();
        assert_eq!(session.alerts().len(), 20);
    });
}

#[test]
fn searches_by_every_ladder() {
    let key =
        SearchKey::and(vec![SearchKey::Field(Field::From, "ü".into()), SearchKey::Flag(Flag::Seen, false)]);
    let go = |caps: &str, rest: &str, want: &[u32]| {
        transcript(&with(caps, &(EXAMINE.to_string() + rest)), |io| {
            let mut session = session(io);
            let mut mailbox = session.examine(&Name::inbox()).unwrap();
            assert_eq!((mailbox.exists, mailbox.uidvalidity, mailbox.uidnext), (3, 7, Some(10)));
            assert_eq!(mailbox.search(&key).unwrap().iter().collect::<Vec<_>>(), want);
        });
    };
    go(
        "X",
        "C| w3 UID SEARCH CHARSET UTF-8 FROM {2}\\r\\n\nS: + go\nC| \\xc3\\xbc UNSEEN\\r\\n\nS: * SEARCH 4 2\nS: * 4 EXISTS\nS: * SEARCH 9\nS: w3 OK x\n",
        &[2, 4, 9],
    );
    go(
        "ESEARCH LITERAL+",
        "C| w3 UID SEARCH RETURN (ALL) CHARSET UTF-8 FROM {2+}\\r\\n\\xc3\\xbc UNSEEN\\r\\n\nS: * ESEARCH (TAG \"w3\") UID ALL 1:2,9\nS: w3 OK x\n",
        &[1, 2, 9],
    );
    go(
        "ESEARCH LITERAL-",
        "C| w3 UID SEARCH RETURN (ALL) CHARSET UTF-8 FROM {2+}\\r\\n\\xc3\\xbc UNSEEN\\r\\n\nS: * ESEARCH (TAG \"w3\") UID\nS: w3 OK x\n",
        &[],
    );
}

#[test]
fn several_searches_at_once_keep_their_answers_apart() {
    let script = EXAMINE.to_string()
        + "C: w3 UID SEARCH RETURN (ALL) SEEN\nC: w4 UID SEARCH RETURN (ALL) NEW\n\
           S: * ESEARCH (TAG \"w4\") UID ALL 2\nS: * ESEARCH (TAG \"w3\") UID ALL 1\nS: w4 OK x\nS: w3 OK x\n";
    transcript(&with("ESEARCH", &script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::inbox()).unwrap();
        let found = mailbox.search_each(&[SearchKey::Flag(Flag::Seen, true), SearchKey::New]).unwrap();
        assert_eq!(found, [UidSet::one(1), UidSet::one(2)]);
    });
}

#[test]
fn pages_of_a_sort() {
    let script = EXAMINE.to_string()
        + "C: w3 UID SORT RETURN (PARTIAL 1:3) (REVERSE ARRIVAL) US-ASCII FROM \"steve\"\n\
           S: * ESEARCH (TAG \"w3\") UID PARTIAL (1:3 94,7:6)\nS: w3 OK x\n\
           C: w4 UID SORT (SIZE) US-ASCII FROM \"steve\"\nS: * SORT 5 2 8\nS: w4 OK x\n";
    transcript(&with("SORT ESORT PARTIAL", &script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::inbox()).unwrap();
        let key = SearchKey::Field(Field::From, "steve".into());
        let page = mailbox.page(SortKey::Arrival, &key, 2, true).unwrap().unwrap();
        assert_eq!((page.uids, page.beyond), (vec![7, 94], Some(6)));
        assert_eq!(mailbox.sort(SortKey::Size, &key).unwrap(), [5, 2, 8]);
    });
}

/// Everything a fetch gave, as text.
fn fetched(fetching: &mut Fetching<'_>) -> Result<Vec<String>> {
    let mut out = Vec::new();
    while let Some(piece) = fetching.next()? {
        out.push(match piece {
            Piece::Body(mut body) => {
                let mut text = String::new();
                body.read_to_string(&mut text).unwrap();
                format!("body {:?} [{}] {text:?}", body.uid, body.section)
            }
            Piece::Message(m) => format!(
                "message {:?} flags {:?} size {:?} header {:?}",
                m.uid,
                m.flags.unwrap_or_default(),
                m.size,
                m.header.map(|h| String::from_utf8(h).unwrap())
            ),
        });
    }
    Ok(out)
}

#[test]
fn bodies_stream_wherever_the_uid_stands() {
    let script = EXAMINE.to_string()
        + "C: w3 UID FETCH 1:3 (UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[1])\n\
           S| * 1 FETCH (UID 1 FLAGS (\\\\Seen x) BODY[HEADER.FIELDS (SUBJECT)] {6}\\r\\nS: a\\r\\n RFC822.SIZE 99 BODY[1] {9}\\r\\nw3 OK no\\n)\\r\\n\n\
           S| * 2 EXPUNGE\\r\\n* 2 FETCH (BODY[1] \"short\" X-NEW (a {2}\\r\\n(\\\" b) UID 2)\\r\\n\n\
           S| * 3 FETCH (BODY[1] NIL UID 3 BODY[HEADER.FIELDS (SUBJECT)] \"\")\\r\\n\n\
           S: * 1 FETCH (FLAGS ())\nS: w3 OK done {5}\n";
    transcript(&with("X", &script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::inbox()).unwrap();
        let items = [
            FetchItem::Flags,
            FetchItem::Size,
            FetchItem::HeaderFields(vec!["SUBJECT"]),
            FetchItem::Body { section: "1".into(), range: None },
        ];
        let mut fetching = mailbox.fetch(&UidSet::from_ranges([(1, 3)]), &items);
        let got = fetched(&mut fetching).unwrap();
        assert_eq!(
            got,
            [
                r#"body Some(1) [1] "w3 OK no\n""#,
                r#"message Some(1) flags ["\\Seen", "x"] size Some(99) header Some("S: a\r\n")"#,
                r#"body Some(2) [1] "short""#,
                r#"message Some(2) flags [] size None header None"#,
                r#"message Some(3) flags [] size None header Some("")"#,
                r#"message None flags [] size None header None"#,
            ]
        );
    });
}

#[test]
fn a_body_left_half_read_breaks_the_connection() {
    let script =
        EXAMINE.to_string() + "C: w3 UID FETCH 1 (UID BODY.PEEK[])\nS| * 1 FETCH (UID 1 BODY[] {3}\\r\\na\n";
    transcript(&with("X", &script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::inbox()).unwrap();
        let mut fetching =
            mailbox.fetch(&UidSet::one(1), &[FetchItem::Body { section: String::new(), range: None }]);
        let mut one = [0];
        let Some(Piece::Body(mut body)) = fetching.next().unwrap() else { panic!() };
        body.read_exact(&mut one).unwrap();
        drop(body);
        assert_eq!(fetching.next().err().unwrap().kind(), Kind::Closed);
        drop(fetching);
        assert!(session.is_broken());
    });
}

#[test]
fn what_must_not_be_trusted() {
    for (answer, kind) in [
        ("S: w9 OK x\n", Kind::Protocol),
        ("S: + go on\n", Kind::Protocol),
        ("S: * SEARCH 1 0\n", Kind::Protocol),
        ("S: * SEARCH 4294967296\n", Kind::Protocol),
        ("S: * LIST {99999999999999999999}\n", Kind::Protocol),
        ("S: * LIST {2000000}\n", Kind::Limit),
        ("S: * OK [UIDVALIDITY 8] new\nS: * SEARCH 1\nS: w3 OK x\n", Kind::Busy),
        ("S: * BYE so long\nS.\n", Kind::Closed),
        ("S| * SEARCH 1 2\nS.\n", Kind::Closed),
        ("S: w3 NO [UNAVAILABLE] x\n", Kind::Refused),
    ] {
        transcript(&with("X", &(EXAMINE.to_string() + "C: w3 UID SEARCH ALL\n" + answer)), |io| {
            let mut session = session(io);
            let mut mailbox = session.examine(&Name::inbox()).unwrap();
            let error = mailbox.search(&SearchKey::All).unwrap_err();
            assert_eq!(error.kind(), kind, "{answer} {error}");
        });
    }
}

#[test]
fn lists_in_every_spelling() {
    let script = "C: w2 LIST \"\" \"*\"\n\
        S: * LIST (\\HasNoChildren \\Sent) \"/\" \"Entw&APw-rfe\"\nS: * LIST () NIL inbox\n\
        S| * LIST (\\\\Noselect) \".\" {5}\\r\\na \\\" b\\r\\n\nS: * LIST () \"/\" \"&bad\"\nS: * LIST ((\nS: w2 OK x\n\
        C: w3 EXAMINE \"&bad\"\nS: w3 OK x\nC: w4 CREATE \"R&-D &2D3eAA-\"\nS: w4 OK x\n";
    transcript(&with("X", script), |io| {
        let mut session = session(io);
        let listed = session.list(false).unwrap();
        let names: Vec<_> = listed.iter().map(|l| l.name.text().to_string()).collect();
        assert_eq!(names, ["INBOX", "&bad", "Entwürfe", "a \" b"]);
        assert_eq!((listed[2].special(), listed[2].delimiter), (Some("\\sent"), Some('/')));
        assert!(!listed[3].is_selectable() && listed[0].delimiter.is_none());
        // A name that the server spells wrongly goes back as it came.
        session.examine(&listed[1].name).unwrap();
        session.create(&Name::new("R&D 😀")).unwrap();
    });
}

#[test]
fn a_mailbox_is_found_by_the_name_that_is_shown_of_it() {
    let script = "C: w2 EXAMINE \"Bad&-APx\"\nS: w2 NO [NONEXISTENT] x\n\
        C: w3 NAMESPACE\nS: * NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\nS: w3 OK x\n\
        C: w4 LIST \"\" \"*\"\nS: * LIST () \".\" \"Bad&APx\"\nS: w4 OK x\nC: w5 EXAMINE \"Bad&APx\"\nS: w5 OK x\n\
        C: w6 UID COPY 1 \"Old\"\nS: w6 NO [TRYCREATE] x\n\
        C: w7 LIST \"\" \"*\"\nS: * LIST () \".\" \"INBOX.Old\"\nS: w7 OK x\nC: w8 UID COPY 1 \"INBOX.Old\"\nS: w8 OK x\n";
    transcript(&with("NAMESPACE", script), |io| {
        let mut session = session(io);
        let mut mailbox = session.examine(&Name::new("Bad&APx")).unwrap();
        assert_eq!(mailbox.name.text(), "Bad&APx");
        let mut to = Name::new("Old");
        mailbox.copy(&UidSet::one(1), &mut to).unwrap();
        assert_eq!(to.text(), "INBOX.Old");
        let mut own = |name: &str| session.own(&Name::new(name)).unwrap().text().to_string();
        assert_eq!([own("A"), own("inbox.A"), own("inbox")], ["INBOX.A", "inbox.A", "INBOX"]);
        assert_eq!(session.delimiter().unwrap(), Some('.'));
    });
}

#[test]
fn acting() {
    let script = "C: w2 SELECT \"INBOX\"\nS: * OK [UIDVALIDITY 7]\nS: w2 OK [READ-WRITE] x\n\
        C: w3 UID STORE 1:2 +FLAGS.SILENT (\\Seen $x)\nS: w3 OK x\n\
        C: w4 UID MOVE 1:2 \"A\\\"b\"\nS: * OK [COPYUID 9 1:2 41:42] x\nS: * 1 EXPUNGE\nS: w4 OK x\n\
        C: w5 UID COPY 5 \"C\"\nS: w5 NO [TRYCREATE] none\nC: w6 LIST \"\" \"*\"\nS: w6 OK x\n\
        C: w7 UID EXPUNGE 7\nS: w7 OK x\nC: w8 UID MOVE 8 \"D\"\nS.\n";
    transcript(&with("MOVE UIDPLUS", script), |io| {
        let mut session = session(io);
        let mut mailbox = session.select(&Name::inbox()).unwrap();
        let two = UidSet::from_ranges([(1, 2)]);
        mailbox.store(&two, Change::Add, &["\\Seen".into(), "$x".into()], None).unwrap();
        assert_eq!(mailbox.move_to(&two, &mut Name::new("A\"b")).unwrap(), [(1, 41), (2, 42)]);
        assert_eq!(mailbox.copy(&UidSet::one(5), &mut Name::new("C")).unwrap_err().kind(), Kind::Missing);
        mailbox.expunge(&UidSet::one(7)).unwrap();
        assert_eq!(
            mailbox.move_to(&UidSet::one(8), &mut Name::new("D")).unwrap_err().kind(),
            Kind::Unconfirmed
        );
    });
}

#[test]
fn appending() {
    let script = "C: w2 APPEND \"A\" (\\Seen) \"01-Jan-1970 00:00:01 +0000\" {5}\nS: + go\nC: a\\\n";
    // The body is "a\r\nb\n" without the script's own line ends.
    let script = script.replace("C: a\\\n", "C| a\\r\\nb\\n\\r\\n\nS: w2 OK [APPENDUID 7 9] x\nC| w3 APPEND \"B\" {1+}\\r\\nx\\r\\n\nS: w3 NO [TRYCREATE] x\n");
    transcript(&with("LITERAL-", &script.replace("{5}", "{5+}").replace("S: + go\n", "")), |io| {
        let mut session = session(io);
        let flags = ["\\Seen".to_string()];
        let placed = session.append(
            &Name::new("A"),
            &flags,
            Some(crate::base::date::Time(1)),
            5,
            &mut &b"a\r\nb\n"[..],
        );
        assert_eq!(placed.unwrap(), Some((7, 9)));
        let missing = session.append(&Name::new("B"), &[], None, 1, &mut &b"x"[..]).unwrap_err();
        assert_eq!(missing.kind(), Kind::Missing);
    });
    transcript(&with("X", &script.replace("{1+}\\r\\nx\\r\\n", "{1}\\r\\n")), |io| {
        let mut session = session(io);
        let flags = ["\\Seen".to_string()];
        session
            .append(&Name::new("A"), &flags, Some(crate::base::date::Time(1)), 5, &mut &b"a\r\nb\n"[..])
            .unwrap();
        let missing = session.append(&Name::new("B"), &[], None, 1, &mut &b"x"[..]).unwrap_err();
        assert_eq!(missing.kind(), Kind::Missing);
    });
    // A source that ends early must not be completed with anything.
    transcript(&with("LITERAL-", "C| w2 APPEND \"A\" {5+}\\r\\nabc\n"), |io| {
        let mut session = session(io);
        assert_eq!(
            session.append(&Name::new("A"), &[], None, 5, &mut &b"abc"[..]).unwrap_err().kind(),
            Kind::Local
        );
        assert!(session.is_broken());
    });
}

#[test]
fn a_compressed_conversation() {
    use flate2::{Compress, Compression, FlushCompress};
    let pack = |parts: &[&str]| -> Vec<String> {
        let mut deflate = Compress::new(Compression::default(), false);
        let part = |text: &&str| {
            let mut out = Vec::with_capacity(1000);
            deflate.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync).unwrap();
            out.iter().map(|b| format!("\\x{b:02x}")).collect()
        };
        parts.iter().map(part).collect()
    };
    let said = pack(&["* 1 EXISTS\r\nw3 OK x\r\n"]);
    let mut ours = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(1000);
    ours.compress_vec(b"w3 NOOP\r\n", &mut out, FlushCompress::None).unwrap();
    ours.compress_vec(b"", &mut out, FlushCompress::Sync).unwrap();
    let sent: String = out.iter().map(|b| format!("\\x{b:02x}")).collect();
    let script = format!("C: w2 COMPRESS DEFLATE\nS: w2 OK x\nC| {sent}\nS| {}\nS.\n", said[0]);
    transcript(&with("COMPRESS=DEFLATE", &script), |io| {
        let mut session = session(io).compress().unwrap();
        session.noop().unwrap();
        // What ends the server's block holds no bytes of its own.
        let patience = session.wire.patience();
        assert_eq!(session.wire.frames().wait(patience).unwrap_err().kind(), Kind::Closed);
    });
}
