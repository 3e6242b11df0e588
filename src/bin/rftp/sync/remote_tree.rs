//! A remote directory as a tree to compare.

use crate::{clean, put::LEFT_OVER, temporary::is_temporary, work::list::Lister};
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
    /// One of its listings may have been cut on the way.
    pub unsure: bool,
    /// The last directory was a link, and nothing in it is part of the tree.
    pub is_link: bool,
    /// Its times can be compared; if not, that was said.
    pub tells_zone: bool,
    /// What runs that were killed left in it more than a day ago: no part of the tree, and to be removed from a target. What is
    /// younger may be at work, and is spared with the directories it is in.
    pub left_over: Vec<RemotePath>,
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

    fn is_link(&self) -> bool {
        self.is_link
    }

    fn list(&mut self, dir: &[u8]) -> Result<Vec<Entry>> {
        let (path, host) = (self.path(dir)?, self.host);
        self.is_link = false;
        let listing = self.lister.list(&path, &mut **self.out.borrow_mut())?;
        if let Some(fault) = listing.faults(&path, host, |_| true).pop() {
            return Err(fault);
        }
        if let Some(text) = listing.warning(&path, host) {
            self.unsure = true;
            self.out.borrow_mut().warn(text);
        }
        if listing.is_link {
            self.is_link = true;
            return Ok(Vec::new());
        }
        if listing.is_of_unknown_zone && std::mem::take(&mut self.tells_zone) {
            let text = format!(
                "{host} lists times of a zone that it does not tell: a change within a day shows by size only"
            );
            self.out.borrow_mut().warn(text + "; --checksum compares contents");
        }
        let mut entries = listing.entries;
        let all = entries.len();
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        if entries.len() < all {
            let text = format!("{host} lists a name twice in {path}");
            return Err(Error::new(Kind::Protocol, text).host(host));
        }
        let left_over = &mut self.left_over;
        entries.retain(|e| {
            let old = clean::old(&path, std::slice::from_ref(e), Some(LEFT_OVER)).next();
            let is_old = matches!(old, Some(Ok(_)));
            left_over.extend(old.and_then(Result::ok));
            !is_old
        });
        for young in entries.iter().filter(|e| is_temporary(&e.name)) {
            let name = String::from_utf8_lossy(&young.name);
            let text =
                format!("{name} in {path} is another run's, at work or left less than a day ago: it stays");
            self.out.borrow_mut().note(text);
        }
        Ok(entries)
    }
}
