//! IMAP4rev1 and rev2 (RFC 3501, RFC 9051), as much of it as a searching, fetching and filing client needs.
//!
//! Decisions:
//! * **States in the types.** [`Client`] is connected, [`Session`] is logged in, [`Mailbox`] has a mailbox open and borrows
//!   its session, so that a command in the wrong state does not compile.
//! * **Frame first, then parse** ([`frame`], [`parse`]): a tolerant reader that no invention of a server can stop, with
//!   bounds that no server can exceed. Literals of any size stream.
//! * **UIDs only.** Message numbers shift whenever somebody else expunges; UIDVALIDITY is checked.
//! * **Extensions are used where offered and never needed.** Capabilities are asked for anew after STARTTLS and after the
//!   login; each extension has a path that works without it.
//! * **Reading changes nothing**: EXAMINE and PEEK.

mod act;
mod append;
mod date;
mod deflate;
mod fetch;
mod frame;
mod grammar;
mod idle;
mod list;
mod login;
mod mailbox;
#[cfg(test)]
mod oracle;
mod parse;
mod plan;
pub mod query;
mod response;
mod search;
mod set;
mod structure;
#[cfg(test)]
mod tests;
pub mod utf7;
mod wire;

pub use act::Change;
pub use date::{Day, internal_date};
pub use fetch::{Body, FetchItem, Fetching, HEADER_LIMIT, Message, Piece};
pub use idle::Heard;
pub use list::{Listed, MailboxStatus, Name, Namespace};
pub use login::{Client, Security};
pub use mailbox::{Mailbox, Page, SortKey, is_bad_charset};
pub use plan::{Facts, Needs, Plan};
pub use search::{Field, Flag, SearchKey};
pub use set::{Uid, UidSet};
pub use structure::Part;
pub use wire::Capabilities;

use crate::{base::error::*, net::TlsInfo};
use wire::{Request, Wire};

/// A logged-in connection.
pub struct Session {
    pub(super) wire: Wire,
    /// The hierarchy separator of the user's own mailboxes, once it was asked for.
    delimiter: Option<Option<char>>,
    namespaces: Option<Vec<Namespace>>,
    /// How the login was done, for `check`.
    mechanism: &'static str,
}

impl Session {
    fn new(wire: Wire, mechanism: &'static str) -> Session {
        Session { wire, delimiter: None, namespaces: None, mechanism }
    }

    pub fn capabilities(&self) -> &Capabilities {
        &self.wire.caps
    }

    /// How the login was done: `SCRAM-SHA-256`, `LOGIN` …
    pub fn mechanism(&self) -> &'static str {
        self.mechanism
    }

    /// What the server wants its user to know (`[ALERT]`), once.
    pub fn alerts(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wire.alerts)
    }

    pub fn round_trips(&self) -> u64 {
        self.wire.conn_ref().round_trips()
    }

    pub fn tls(&self) -> Option<&dyn TlsInfo> {
        self.wire.conn_ref().tls()
    }

    pub fn host(&self) -> &str {
        self.wire.conn_ref().host()
    }

    /// Whether the connection is of no use any more.
    pub fn is_broken(&self) -> bool {
        self.wire.conn_ref().broken().is_some()
    }

    /// Opens a mailbox for reading only: nothing in it changes.
    ///
    /// # Errors
    /// `Missing`: there is none of that name.
    pub fn examine(&mut self, name: &Name) -> Result<Mailbox<'_>> {
        Mailbox::open(self, name, true, false)
    }

    /// Opens a mailbox.
    ///
    /// # Errors
    /// `Missing`: there is none of that name.
    pub fn select(&mut self, name: &Name) -> Result<Mailbox<'_>> {
        Mailbox::open(self, name, false, false)
    }

    /// Opens a mailbox and, where the server counts changes, learns how far it is ([`Mailbox::modseq`]).
    ///
    /// # Errors
    /// `Missing`: there is none of that name.
    pub fn open_counting(&mut self, name: &Name, read_only: bool) -> Result<Mailbox<'_>> {
        Mailbox::open(self, name, read_only, true)
    }

    /// Names in UTF-8 from now on (RFC 6855), where the server will have it no other way.
    ///
    /// # Errors
    /// `Refused`.
    pub fn utf8(&mut self) -> Result<()> {
        self.wire.tell(&Request::new("ENABLE UTF8=ACCEPT"))?;
        self.wire.utf8 = true;
        Ok(())
    }

    /// Says who we are where a server asks for it (RFC 2971); some turn away clients that do not.
    ///
    /// # Errors
    /// `Refused`.
    pub fn id(&mut self) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let request =
            Request::new("ID").atom(format_args!("(\"name\" \"wirepost\" \"version\" \"{version}\")"));
        self.wire.tell(&request).map(|_| ())
    }

    /// Asks for nothing: finds out whether the connection lives.
    ///
    /// # Errors
    /// What the connection says.
    pub fn noop(&mut self) -> Result<()> {
        self.wire.tell(&Request::new("NOOP")).map(|_| ())
    }

    /// Says goodbye, and waits for the answer only briefly: nothing depends on it.
    pub fn logout(mut self) {
        if self.is_broken() {
            return;
        }
        if self.wire.send(&Request::new("LOGOUT")).is_ok() {
            let limit = std::time::Duration::from_millis(500);
            let patience = crate::net::Patience::within(limit, "the goodbye", "--timeout");
            while let Ok(event) = self.wire.event(patience, &|_| false) {
                if matches!(event, wire::Event::Done(..)) {
                    break;
                }
            }
        }
    }
}
