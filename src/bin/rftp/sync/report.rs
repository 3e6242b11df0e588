//! What sync says: a line and an event for each thing of the plan, done or planned.

use crate::{remote::Site, told, work::Done};
use std::{os::unix::ffi::OsStrExt, path::PathBuf, time::Duration};
use wirepost::{
    base::{error::*, escape, quantity, record},
    cli::{Output, event},
    ftp::RemotePath,
};

/// What is done to a path of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Copy,
    MakeDir,
    Delete,
}

/// Which tree is where.
pub struct Sides {
    /// The target is the remote one.
    pub up: bool,
    pub local: PathBuf,
    pub remote: RemotePath,
    pub site: Site,
}

impl Sides {
    pub fn local(&self, path: &[u8]) -> PathBuf {
        crate::walk::local_path(&self.local, path)
    }

    pub fn remote(&self, path: &[u8]) -> Result<RemotePath> {
        if path.is_empty() { Ok(self.remote.clone()) } else { self.remote.join(path) }
    }

    fn event(&self, deed: Deed, path: &[u8]) -> event::File {
        let mut file = event::File {
            direction: match deed {
                Deed::Copy if self.up => "upload",
                Deed::Copy => "download",
                Deed::MakeDir => "mkdir",
                Deed::Delete => "delete",
            },
            ..event::File::default()
        };
        if deed == Deed::Copy || !self.up {
            file.local = Some(record::name(self.local(path).as_os_str().as_bytes()));
        }
        if (deed == Deed::Copy || self.up)
            && let Ok(remote) = self.remote(path)
        {
            file.remote = Some(record::name(remote.as_bytes()));
            file.url = Some(self.site.url(&remote));
        }
        file
    }

    /// For a person: what, and where.
    fn shown(&self, deed: Deed, path: &[u8]) -> String {
        let local = escape::text(&self.local(path).display().to_string()).into_owned();
        let url = self.remote(path).map_or(String::new(), |r| self.site.url(&r));
        match deed {
            Deed::Copy if self.up => format!("put {local} {url}"),
            Deed::Copy => format!("get {url} {local}"),
            Deed::MakeDir => format!("mkdir {}", if self.up { url } else { local }),
            Deed::Delete => format!("delete {}", if self.up { url } else { local }),
        }
    }

    pub fn planned(&self, deed: Deed, path: &[u8], why: &'static str, size: Option<u64>, out: &mut Output) {
        let mut file = self.event(deed, path);
        (file.reason, file.bytes) = (Some(why), size);
        told::planned(out, format_args!("{} ({why})", self.shown(deed, path)), file);
    }

    /// A directory made, or something deleted.
    pub fn did(&self, deed: Deed, path: &[u8], out: &mut Output) {
        told::done(out, self.shown(deed, path), self.event(deed, path));
    }

    pub fn copied(&self, path: &[u8], done: &Done, tried: u32, time: Duration, out: &mut Output) {
        let line = format!("{} ({})", self.shown(Deed::Copy, path), quantity::human(done.bytes));
        told::transferred(out, line, self.event(Deed::Copy, path), done, tried, time, None);
    }

    /// Left alone. `quiet`: nothing that anybody has to be told in words.
    pub fn skipped(&self, deed: Deed, path: &[u8], reason: &'static str, quiet: bool, out: &mut Output) {
        let file = self.event(deed, path);
        match quiet {
            true => told::quietly_skipped(out, file, reason),
            false => told::skipped(out, String::from_utf8_lossy(path), file, reason),
        }
    }

    pub fn failed(
        &self,
        deed: Deed,
        path: &[u8],
        error: Error,
        tried: u32,
        left: Option<&RemotePath>,
        out: &mut Output,
    ) {
        let host = &self.site.endpoint.host;
        let name = String::from_utf8_lossy(path);
        let error = match deed {
            Deed::Copy if self.up => error.context(format_args!("cannot store {name} on {host}")),
            Deed::Copy => error.context(format_args!("cannot get {name} from {host}")),
            Deed::MakeDir => error.context(format_args!("cannot make the directory {name}")),
            Deed::Delete => error.context(format_args!("cannot delete {name}")),
        };
        let error = match left {
            Some(left) => error.hint_if_none(format!("{left} was left on the server")),
            None => error,
        };
        told::failed(out, self.event(deed, path), &error, Some(tried), left);
    }
}
