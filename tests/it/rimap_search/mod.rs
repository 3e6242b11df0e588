//! rimap-search against the sandbox's IMAP server: finding, showing, saving, delivering, acting, mailboxes, and what it does
//! when the server misbehaves.
mod acting;
mod care;
mod finding;
mod hostile;
mod mailboxes;
mod showing;

use crate::sandbox::imap::{Options, Server};
use crate::sandbox::script::{Action, call};
use crate::sandbox::store::Store;
use crate::support::{Output, World};

/// A message as a sender would write it.
pub fn message(from: &str, subject: &str, body: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: me@here.example\r\nSubject: {subject}\r\nDate: Tue, 03 Mar 2026 10:00:00 +0100\r\n\
         Message-ID: <{}@x.example>\r\n\r\n{body}\r\n",
        subject.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    )
    .into_bytes()
}

/// Puts a message with flags and a date into a mailbox, which is made as needed.
pub fn put(server: &Server, mailbox: &str, bytes: Vec<u8>, flags: &[&str], date: i64) -> u32 {
    server.store.with("user", |account| {
        account.create(mailbox);
        account.append(mailbox, bytes.into(), flags, date).unwrap()
    })
}

pub const DAY: i64 = 86_400;
/// 2026-03-01T00:00:00Z.
pub const MARCH: i64 = 1_772_323_200;

/// Ten messages: ann and bob by turns, one a day from the first of March; the odd ones seen.
pub fn ten(options: Options) -> Server {
    let server = Server::start(options);
    for n in 0..10i64 {
        let from = if n % 2 == 0 { "Ann <ann@a.example>" } else { "Bob <bob@b.example>" };
        let flags: &[&str] = if n % 2 == 0 { &[] } else { &["\\Seen"] };
        let text = message(from, &format!("number {n}"), &"x".repeat(100 * usize::try_from(n).unwrap()));
        put(&server, "INBOX", text, flags, MARCH + n * DAY);
    }
    server
}

pub fn world() -> World {
    World::new().secret("user", "secret")
}

/// A message arrives in the INBOX.
pub fn arrives(store: &Store, from: &'static str, subject: &'static str) -> Action {
    let store = store.clone();
    call(move || {
        store.with("user", |a| a.append("INBOX", message(from, subject, "").into(), &[], MARCH));
    })
}

/// Runs `rimap-search` on the server; the URL goes in by the environment.
pub fn run(world: &World, server: &Server, args: &[&str]) -> Output {
    world
        .run("rimap-search", args)
        .env("RIMAP_SEARCH_URL", server.url())
        .env("RIMAP_SEARCH_PASSWORD", "secret")
        .go()
}

/// The UIDs that a search lists, in the order of its lines.
pub fn uids(output: &Output) -> Vec<u32> {
    output
        .out()
        .lines()
        .map(|l| l.split('\t').next().unwrap().parse().unwrap_or_else(|_| panic!("{output:?}")))
        .collect()
}

/// The server saw nothing it had to object to.
pub fn clean(server: &Server) {
    assert_eq!(server.violations(), [""; 0]);
}
