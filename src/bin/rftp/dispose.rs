//! `--remove-source`, `--move-source-to`: what becomes of a source once its copy is durable and verified and the source is
//! known to be unchanged. A name that is taken where it is moved to is not overwritten: `a.csv` becomes `a.1.csv`.

use crate::{
    remote::{Remote, Site, is_remote},
    session::Session,
};
use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::ffi::OsStrExt,
    path::Path,
};
use wirepost::{
    base::{error::*, tree::Entry},
    cli::Output,
    ftp::RemotePath,
    store::{dir::Dir, partial},
};

/// So many names are tried for one that is taken.
const NAMES: u32 = 1000;

/// The `n`-th alternative of a name, its extension kept: 0 is the name itself.
fn numbered(name: &[u8], n: u32) -> Vec<u8> {
    if n == 0 {
        return name.to_vec();
    }
    match name.iter().rposition(|b| *b == b'.').filter(|at| *at > 0) {
        Some(at) => [&name[..at], format!(".{n}").as_bytes(), &name[at..]].concat(),
        None => [name, format!(".{n}").as_bytes()].concat(),
    }
}

/// For local sources.
pub enum Local<'a> {
    Remove,
    MoveTo(&'a OsStr),
}

impl Local<'_> {
    /// `landing` is the source's place below the directory that it is moved to.
    pub fn run(&self, path: &Path, landing: &[u8]) -> Result<()> {
        let shown = path.display();
        let Local::MoveTo(top) = self else {
            return fs::remove_file(path)
                .map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot remove {shown}")));
        };
        let failed = |e: io::Error| {
            let what = format!("cannot move {shown} to {}", top.display());
            match e.kind() {
                io::ErrorKind::CrossesDevices => {
                    Error::new(Kind::Create, format!("{what}: it is on another file system"))
                }
                _ => Error::from_io(e, Kind::Create, what),
            }
        };
        let mut parts: Vec<&[u8]> = landing.split(|b| *b == b'/').filter(|p| !p.is_empty()).collect();
        parts.pop();
        let to = Dir::create(Path::new(top), 0o777)?.below(&parts, Some(0o777))?;
        let (from, name): (_, OsString) = partial::split(path)?;
        for n in 0..NAMES {
            let target = numbered(name.as_bytes(), n);
            match from.rename_new(&name, &to, OsStr::from_bytes(&target)) {
                Ok(()) => {
                    to.sync()?;
                    return from.sync();
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed(e)),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }
}

/// For remote sources.
pub enum There {
    Remove,
    MoveTo(RemotePath),
}

impl There {
    /// The directory of `--move-source-to`: relative to the login directory, or a URL of the same site.
    pub fn parse(word: &OsStr, site: &Site) -> Result<There> {
        if !is_remote(word) {
            return RemotePath::new(word.as_bytes()).map(There::MoveTo);
        }
        let remote = Remote::parse(word)?;
        let same = remote.site.endpoint == site.endpoint;
        if !same {
            let text = format!("{} is on another server than the source", word.display());
            return Err(Error::new(Kind::Usage, text));
        }
        Ok(There::MoveTo(remote.path))
    }

    /// Removes or moves `path`, if it still is what `fetched` says it was.
    pub fn run(
        &self,
        session: &mut Session<'_>,
        path: &RemotePath,
        fetched: &Entry,
        landing: &[u8],
        out: &mut Output,
    ) -> Result<()> {
        let host = session.host().to_string();
        session
            .run(out, |session, out, tried| {
                let client = session.client()?;
                let now = match client.look(path)? {
                    Some(now) => now,
                    // Ours was the last word before the connection was lost.
                    None if tried > 1 => return Ok(()),
                    None => {
                        let text = format!("{path} on {host} is gone");
                        return Err(Error::new(Kind::Missing, text).host(&host));
                    }
                };
                if now.size != fetched.size || now.modified.map(|t| t.0) != fetched.modified.map(|t| t.0) {
                    let text = format!("{path} on {host} changed since it was fetched: it is kept");
                    return Err(Error::new(Kind::Busy, text).host(&host));
                }
                match self {
                    There::Remove => client.delete(path),
                    There::MoveTo(top) => {
                        let target = top.join(landing)?;
                        if let Some(parent) = target.parent() {
                            client.make_dirs(&parent)?;
                        }
                        let name = target.name();
                        for n in 0..NAMES {
                            let target = target.sibling(&numbered(&name, n))?;
                            if session.client()?.look(&target)?.is_none() {
                                let moved =
                                    session.rename(out, &[], path, &target, |there| there.size == now.size);
                                return moved.flatten();
                            }
                        }
                        Err(Error::new(Kind::Refused, format!("no name for {path} in {top} is free")))
                    }
                }
            })
            .0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_taken_get_a_number() {
        for (name, n, want) in [
            ("a.csv", 0, "a.csv"),
            ("a.csv", 1, "a.1.csv"),
            ("a", 2, "a.2"),
            (".x", 1, ".x.1"),
            ("a.tar.gz", 1, "a.tar.1.gz"),
        ] {
            assert_eq!(numbered(name.as_bytes(), n), want.as_bytes());
        }
    }
}
