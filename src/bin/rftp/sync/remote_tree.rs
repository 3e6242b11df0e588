//! A remote directory as a tree to compare.

use crate::{temporary::is_temporary, work::list::Lister};
use std::cell::RefCell;
use wirepost::{
    base::{
        error::*,
        tree::{Entry, Tree},
    },
    cli::Output,
    ftp::RemotePath,
};

pub struct RemoteTree<'t, 'l, 'o> {
    pub lister: &'t mut Lister<'l>,
    pub top: &'t RemotePath,
    pub host: &'t str,
    /// Shared with who hears of the walk.
    pub out: &'t RefCell<&'o mut Output>,
}

impl RemoteTree<'_, '_, '_> {
    fn path(&self, dir: &[u8]) -> Result<RemotePath> {
        if dir.is_empty() { Ok(self.top.clone()) } else { self.top.join(dir) }
    }
}

impl Tree for RemoteTree<'_, '_, '_> {
    fn soon(&mut self, dirs: &[Vec<u8>]) {
        let paths: Vec<RemotePath> = dirs.iter().filter_map(|dir| self.path(dir).ok()).collect();
        self.lister.soon(paths.into_iter());
    }

    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let (path, host) = (self.path(dir)?, self.host);
        let listing = self.lister.list(&path, &mut **self.out.borrow_mut())?;
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
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        if entries.len() < all {
            return wrong(format!("{host} lists a name twice in {path}"));
        }
        entries.retain(|e| !is_temporary(&e.name));
        Ok(entries)
    }
}
