//! The bytes are the server's whole side of an IMAP session. No panic, an end, and no password before required TLS.
#![no_main]
mod bytes;
use bytes::bytes;
use libfuzzer_sys::fuzz_target;
use wirepost::base::secret::Secret;
use wirepost::imap::{Change, Client, FetchItem, Name, SearchKey, Security, UidSet};
use wirepost::net::Dialer;
use wirepost::textproto::sasl::Credentials;

fn session(says: &[u8], security: Security) -> String {
    let (io, heard) = bytes(says, usize::MAX);
    let me = Credentials::password("ann", Secret::new("pw-of-ann"));
    let client = Client::over(&Dialer::default(), io, "h", security, &[]);
    if let Ok(mut session) = client.and_then(|c| c.login(&me, None, true)) {
        let _ = session.list(true);
        let _ = session.namespaces();
        if let Ok(mut mailbox) = session.open_counting(&Name::inbox(), false) {
            let found = mailbox.search(&SearchKey::Text("ü".into())).unwrap_or_default();
            let _ = mailbox.fetch(&found, &[FetchItem::Header, FetchItem::BodyStructure]).drain();
            let one = UidSet::one(1);
            let _ = mailbox.store(&one, Change::Add, &["\\Seen".into()], Some(7));
            let _ = mailbox.copy(&one, &mut Name::new("Archive/ä"));
            let _ = mailbox.move_to(&one, &mut Name::new("Archive"));
        }
        let mut message = &b"Subject: x\r\n\r\nx\r\n"[..];
        let _ = session.append(&Name::inbox(), &[], None, 17, &mut message);
        session.logout();
    }
    let heard = heard.lock().expect("a lock");
    String::from_utf8_lossy(&heard).into_owned()
}

fuzz_target!(|says: &[u8]| {
    session(says, Security::Off);
    // A handshake loads the system's certificates each time; only what is said before it matters here.
    if !says.windows(2).any(|w| w.eq_ignore_ascii_case(b"OK")) || says.len() < 64 {
        let heard = session(says, Security::StartTls);
        assert!(!heard.contains("LOGIN") && !heard.contains("AUTHENTICATE") && !heard.contains("pw-of"), "{heard}");
    }
});
