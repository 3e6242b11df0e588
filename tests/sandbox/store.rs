//! The mail store the three mail servers share, in memory: accounts, mailboxes, messages.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock;

#[derive(Clone, Debug)]
pub struct Message {
    pub uid: u32,
    pub bytes: Arc<Vec<u8>>,
    /// System flags as `\Seen`, keywords bare.
    pub flags: BTreeSet<String>,
    /// INTERNALDATE, in seconds since 1970.
    pub date: i64,
    /// What POP3's UIDL says instead of one made from the UID.
    pub uidl: Option<String>,
    pub modseq: u64,
}

#[derive(Clone, Debug)]
pub struct Mailbox {
    pub uidvalidity: u32,
    pub uidnext: u32,
    pub messages: Vec<Message>,
    pub subscribed: bool,
    /// `\Sent`, `\Trash` and so on (RFC 6154).
    pub special: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub password: String,
    /// By name in the server's own form (modified UTF-7).
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// A POP3 session has it (RFC 1939, 4).
    pub locked: bool,
    next_validity: u32,
    pub modseq: u64,
}

impl Account {
    pub fn create(&mut self, name: &str) -> &mut Mailbox {
        self.next_validity += 1;
        let fresh = Mailbox {
            uidvalidity: self.next_validity,
            uidnext: 1,
            messages: Vec::new(),
            subscribed: true,
            special: None,
        };
        self.mailboxes.entry(name.to_owned()).or_insert(fresh)
    }

    /// Changes a message's flags, which counts as a change.
    pub fn change(&mut self, mailbox: &str, uid: u32, f: impl FnOnce(&mut BTreeSet<String>)) {
        let mailbox = self.mailboxes.get_mut(mailbox);
        if let Some(message) = mailbox.and_then(|m| m.messages.iter_mut().find(|m| m.uid == uid)) {
            self.modseq += 1;
            message.modseq = self.modseq;
            f(&mut message.flags);
        }
    }

    /// Appends a message and tells its UID; `None` without such a mailbox.
    pub fn append(&mut self, mailbox: &str, bytes: Arc<Vec<u8>>, flags: &[&str], date: i64) -> Option<u32> {
        self.modseq += 1;
        let modseq = self.modseq;
        let mailbox = self.mailboxes.get_mut(mailbox)?;
        let uid = mailbox.uidnext;
        mailbox.uidnext += 1;
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        mailbox.messages.push(Message { uid, bytes, flags, date, uidl: None, modseq });
        Some(uid)
    }
}

/// A handle on the store; clones are the same store.
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<BTreeMap<String, Account>>>);

impl Default for Store {
    /// One account, `user` with the password `secret`, and its INBOX.
    fn default() -> Store {
        let store = Store(Arc::default());
        store.add_account("user", "secret");
        store
    }
}

impl Store {
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add_account(&self, name: &str, password: &str) {
        let (mailboxes, next_validity) = (BTreeMap::new(), 1_000_000);
        let mut account =
            Account { password: password.into(), mailboxes, locked: false, next_validity, modseq: 1 };
        account.create("INBOX");
        self.lock().insert(name.to_owned(), account);
    }

    pub fn password(&self, name: &str) -> Option<String> {
        self.lock().get(name).map(|account| account.password.clone())
    }

    /// Something done to an account; it must exist.
    pub fn with<T>(&self, name: &str, f: impl FnOnce(&mut Account) -> T) -> T {
        f(self.lock().get_mut(name).expect("an account of this name"))
    }

    /// Puts a message into the INBOX of `user`, and tells its UID.
    pub fn add(&self, message: impl AsRef<[u8]>) -> u32 {
        self.deliver("user", Arc::new(message.as_ref().to_vec())).expect("an INBOX")
    }

    /// Puts a message into an account's INBOX.
    pub fn deliver(&self, account: &str, bytes: Arc<Vec<u8>>) -> Option<u32> {
        self.lock().get_mut(account)?.append("INBOX", bytes, &[], clock::now())
    }

    /// The messages in a mailbox of `user`.
    pub fn messages(&self, mailbox: &str) -> Vec<Message> {
        self.with("user", |account| {
            account.mailboxes.get(mailbox).map(|m| m.messages.clone()).unwrap_or_default()
        })
    }

    /// The account mail for this address goes to: one of the address's name, or of its local part's.
    pub fn account_of(&self, address: &str) -> Option<String> {
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        let accounts = self.lock();
        [address, local].into_iter().find(|name| accounts.contains_key(*name)).map(str::to_owned)
    }
}
