//! A remote directory as a tree to compare.

use crate::{
    session::{Session, Voice},
    temporary::is_temporary,
};
use wirepost::{
    base::{
        error::*,
        tree::{Entry, Tree},
    },
    ftp::RemotePath,
};

/// Keeps what a session has to say while a walk goes on.
#[derive(Default)]
pub struct Later(pub Vec<(bool, String)>);

impl Voice for Later {
    fn note(&mut self, text: String) {
        self.0.push((false, text));
    }
    fn warn(&mut self, text: String) {
        self.0.push((true, text));
    }
}

pub struct RemoteTree<'t, 's> {
    pub session: &'t mut Session<'s>,
    pub top: RemotePath,
    pub said: Later,
}

impl Tree for RemoteTree<'_, '_> {
    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let path = if dir.is_empty() { self.top.clone() } else { self.top.join(dir)? };
        let listing = self.session.run(&mut self.said, |s, _, _| s.client()?.list(&path)).0?;
        let host = self.session.host();
        let wrong = |text: String| Err(Error::new(Kind::Protocol, text).host(host));
        if let Some(name) = listing.unsafe_names.first() {
            let shown = wirepost::base::escape::bytes(name).into_owned();
            return wrong(format!("{host} lists a name in {path} that is no file name: {shown}"));
        }
        if listing.cut {
            return wrong(format!("{host} left something out of the listing of {path}"));
        }
        if listing.garbage > 0 {
            return wrong(format!(
                "{} lines of the listing of {path} on {host} were not understood",
                listing.garbage
            ));
        }
        let mut entries = listing.entries;
        let all = entries.len();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        if entries.len() < all {
            return wrong(format!("{host} lists a name twice in {path}"));
        }
        entries.retain(|e| !is_temporary(&e.name));
        Ok(entries)
    }
}
