//! What a server answers in an open mailbox: read whole and byte by byte it is the same, and nothing of it is taken twice.
#![no_main]
mod bytes;
use bytes::bytes;
use libfuzzer_sys::fuzz_target;
use std::io::Read;
use wirepost::base::secret::Secret;
use wirepost::imap::{Client, Fetching, FetchItem, Mailbox, Name, Piece, SearchKey, Security, SortKey, UidSet};
use wirepost::net::Dialer;
use wirepost::textproto::sasl::Credentials;

const BEFORE: &str = "* PREAUTH hi\r\n* CAPABILITY IMAP4rev1 ESEARCH SORT ESORT PARTIAL LITERAL+ CONDSTORE BINARY\r\nw1 OK x\r\n\
                      * CAPABILITY IMAP4rev1 ESEARCH SORT ESORT PARTIAL LITERAL+ CONDSTORE BINARY\r\nw2 OK x\r\n\
                      * 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nw3 OK x\r\n";

fn pulled(mut fetching: Fetching<'_>) -> String {
    let mut out = String::new();
    loop {
        match fetching.next() {
            Ok(Some(Piece::Body(mut body))) => {
                let mut sum = 0u64;
                let mut block = [0; 4096];
                while let Ok(n @ 1..) = body.read(&mut block) {
                    sum = block[..n].iter().fold(sum, |s, b| s.rotate_left(5) ^ u64::from(*b));
                }
                out += &format!("{} {:?} {sum}\n", body.section, body.uid);
                let _ = body.skip();
            }
            Ok(Some(Piece::Message(message))) => out += &format!("{message:?}\n"),
            Ok(None) => return out,
            Err(e) => return out + &format!("{:?}", e.kind()),
        }
    }
}

fn run(data: &[u8], step: usize, what: &dyn Fn(&mut Mailbox<'_>) -> String) -> Option<String> {
    let (io, _) = bytes(&[BEFORE.as_bytes(), data, b"\r\nw4 OK x\r\n"].concat(), step);
    let client = Client::over(&Dialer::default(), io, "h", Security::Off, &[]).ok()?;
    let me = Credentials::password("me", Secret::new("pw"));
    let mut session = client.login(&me, None, true).ok()?;
    let mut mailbox = session.examine(&Name::inbox()).ok()?;
    Some(what(&mut mailbox))
}

fuzz_target!(|data: &[u8]| {
    if data.len() > 4096 {
        return;
    }
    let all = UidSet::parse(b"1:3").expect("a set");
    let items = [FetchItem::Flags, FetchItem::BodyStructure, FetchItem::Body { section: String::new(), range: None }];
    let jobs: [&dyn Fn(&mut Mailbox<'_>) -> String; 4] = [
        &|m| format!("{:?}", m.search(&SearchKey::All).map(|s| s.len()).map_err(|e| e.kind())),
        &|m| format!("{:?}", m.sort(SortKey::Arrival, &SearchKey::All).map_err(|e| e.kind())),
        &|m| format!("{:?}", m.page(SortKey::Arrival, &SearchKey::All, 5, true).map_err(|e| e.kind())),
        &|m| pulled(m.fetch(&all, &items)),
    ];
    for job in jobs {
        assert_eq!(run(data, usize::MAX, job), run(data, 1, job));
    }
});
