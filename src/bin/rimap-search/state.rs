//! `--new`: what was handled before is remembered in a journal, as in rpop. An identifier is a mailbox, its UIDVALIDITY
//! and a UID: a mailbox that was made anew is new.

use std::{path::Path, time::Duration};
use wirepost::{
    base::{digest, error::*},
    cli::state::directory,
    imap::{Name, SearchKey, Uid},
    store::seen::{Seen, file_name},
};

/// Opens the state: the one that is named, or the account's own.
///
/// # Errors
/// `Config`: it cannot be written. `Busy`: another run has it.
pub fn open(named: Option<&Path>, account: &str, wait: Duration) -> Result<Seen> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => directory()
            .map_err(|e| e.hint("--state FILE names one"))?
            .join("rimap-search")
            .join(file_name(account)),
    };
    let mut seen = Seen::open(&path, account, wait)?;
    seen.settle()?;
    Ok(seen)
}

/// The name under which the count of changes is kept up to which a search was done in a mailbox.
pub fn mark(key: &SearchKey, mailbox: &Name, uidvalidity: u64) -> String {
    let sum = digest::digest(digest::Algorithm::Sha256, format!("{key:?}").as_bytes());
    format!("{uidvalidity}.{}.{}", digest::hex(&sum[..8]), mailbox.text())
}

/// What a message is remembered by.
pub fn key(mailbox: &Name, uidvalidity: u64, uid: Uid) -> String {
    format!("{uidvalidity}.{uid}.{}", mailbox.text())
}
