//! Trees of files, here and there, filtered. Deep trees are walked without recursion, and a server's loop ends at a depth.

use crate::{
    args::Names,
    session::Session,
    temporary::{is_temporary, is_temporary_here},
    work::list::{self, Lister},
};
use std::{
    ffi::OsStr,
    fs,
    io::BufRead,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};
use wirepost::{
    base::{
        error::*,
        pattern::Rules,
        tree::{Entry, EntryKind},
    },
    cli::Output,
    ftp::RemotePath,
    store::local::{is_in_line, line},
};

/// Deeper than any real tree, shallower than a loop of links.
pub const DEEPEST: usize = 100;
/// More than any real tree: a loop that branches would list for ever without getting deep.
pub const MOST: usize = 2_000_000;

/// `--include`, `--exclude`, `--exclude-from`.
#[derive(Debug, Default)]
pub struct Filter {
    include: Rules,
    exclude: Rules,
}

impl Filter {
    pub fn new(names: &Names) -> Result<Filter> {
        let mut filter = Filter::default();
        names.include.iter().for_each(|p| filter.include.push(p.as_bytes()));
        for path in &names.exclude_from {
            let shown = path.display();
            let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
            let file = fs::File::open(path).map_err(failed)?;
            for line in std::io::BufReader::new(file).split(b'\n') {
                filter.exclude.push(&line.map_err(failed)?);
            }
        }
        names.exclude.iter().for_each(|p| filter.exclude.push(p.as_bytes()));
        Ok(filter)
    }

    /// Whether a path (relative to the top of its tree) takes part. A directory is entered unless it is excluded.
    pub fn takes(&self, path: &[u8], is_dir: bool) -> bool {
        if self.exclude.takes(path, is_dir) {
            return false;
        }
        is_dir || self.include.is_empty() || self.include.takes(path, false)
    }
}

/// One thing in a tree.
#[derive(Clone, Debug)]
pub struct Found {
    /// Relative to the top, `/` between its parts.
    pub path: Vec<u8>,
    pub entry: Entry,
}

/// What a walk found, directories before what is in them, and what it had to leave out.
#[derive(Debug, Default)]
pub struct Walk {
    pub found: Vec<Found>,
    /// Symbolic links and special files that were left out.
    pub left_out: Vec<(Vec<u8>, &'static str)>,
    pub failures: Vec<(Vec<u8>, Error)>,
    /// One of its listings may have been cut on the way.
    unsure: bool,
}

/// Walks a local directory.
pub fn local(top: &Path, filter: &Filter, follow: bool) -> Walk {
    let mut walk = Walk::default();
    let mut open: Vec<(PathBuf, Vec<u8>, usize)> = vec![(top.to_path_buf(), Vec::new(), 0)];
    while let Some((dir, below, depth)) = open.pop() {
        let mut names = Vec::new();
        let read = fs::read_dir(&dir).and_then(|entries| {
            for entry in entries {
                names.push(entry?.file_name());
            }
            Ok(())
        });
        if let Err(e) = read {
            let error = Error::source(e, format_args!("cannot read {}", dir.display()));
            walk.failures.push((below, error));
            continue;
        }
        names.sort();
        let above = if follow { line(top, &dir) } else { Vec::new() };
        // A stack gives the last pushed first: directories are pushed in reverse, so that the order is that of names.
        let mut dirs = Vec::new();
        for name in names {
            let path = join(&below, name.as_bytes());
            let full = dir.join(&name);
            if is_temporary_here(name.as_bytes()) {
                continue;
            }
            match stat(&full, name.as_bytes(), follow) {
                Ok(entry) if !filter.takes(&path, entry.is_dir()) => {}
                Ok(entry) if entry.kind == EntryKind::Link => walk.left_out.push((path, "symbolic link")),
                Ok(entry) if entry.kind == EntryKind::Other => {
                    walk.left_out.push((path, "not a regular file"))
                }
                Ok(entry) if follow && entry.is_dir() && is_in_line(&full, &above) => {
                    walk.left_out.push((path, "a link to a directory that it is in"));
                }
                Ok(entry) => {
                    if entry.is_dir() {
                        if depth == DEEPEST {
                            let error = Error::new(Kind::Limit, format!("{} is too deep", full.display()));
                            walk.failures.push((path, error));
                            continue;
                        }
                        dirs.push((full, path.clone(), depth + 1));
                    }
                    walk.found.push(Found { path, entry });
                }
                Err(error) => walk.failures.push((path, error)),
            }
        }
        open.extend(dirs.into_iter().rev());
    }
    walk
}

/// A local name as an entry.
pub fn stat(path: &Path, name: &[u8], follow: bool) -> Result<Entry> {
    let about = if follow { fs::metadata(path) } else { fs::symlink_metadata(path) };
    let about = about.map_err(|e| Error::source(e, format_args!("cannot read {}", path.display())))?;
    let kind = match about.file_type() {
        t if t.is_file() => EntryKind::File,
        t if t.is_dir() => EntryKind::Dir,
        t if t.is_symlink() => EntryKind::Link,
        _ => EntryKind::Other,
    };
    let mut entry = Entry::new(name, kind);
    entry.size = (kind == EntryKind::File).then_some(about.len());
    entry.modified = about.modified().ok().map(Into::into);
    entry.mode = Some(about.mode() & 0o7777);
    Ok(entry)
}

/// Walks a remote directory, listed by up to `jobs` connections. `whole`: as [`crate::matches::list`] has it, of all its listings.
///
/// # Errors
/// For the top, and if no listing can be had any more; other failures below it are part of the walk.
pub fn remote(
    session: &mut Session<'_>,
    jobs: usize,
    top: &RemotePath,
    filter: &Filter,
    whole: bool,
    out: &mut Output,
) -> Result<Walk> {
    let host = session.host().to_string();
    let mut walk =
        |session: &mut _| list::ahead(session, jobs, |lister| remote_by(lister, &host, top, filter, out));
    let first = walk(session)?;
    if whole && first.unsure { walk(session) } else { Ok(first) }
}

fn remote_by(
    lister: &mut Lister<'_>,
    host: &str,
    top: &RemotePath,
    filter: &Filter,
    out: &mut Output,
) -> Result<Walk> {
    let mut walk = Walk::default();
    let mut seen = 0;
    let mut open: Vec<(Vec<u8>, usize)> = vec![(Vec::new(), 0)];
    while let Some((below, depth)) = open.pop() {
        let dir = if below.is_empty() { top.clone() } else { top.join(&below)? };
        let listing = match lister.list(&dir, out) {
            Ok(listing) => listing,
            // One that is lost after all tries is lost for the others too.
            Err(e)
                if below.is_empty()
                    || !matches!(e.kind(), Kind::Missing | Kind::Refused | Kind::Protocol | Kind::Limit) =>
            {
                return Err(e);
            }
            Err(e) => {
                walk.failures.push((below, e));
                continue;
            }
        };
        if listing.is_link {
            walk.found.retain(|found| found.path != below);
            walk.left_out.push((below, "symbolic link"));
            continue;
        }
        seen += 1 + listing.entries.len();
        if seen > MOST {
            let text = format!("{top} on {host} is a tree without end");
            return Err(Error::new(Kind::Limit, text).host(host));
        }
        for fault in listing.faults(&dir, host, |_| true) {
            walk.failures.push((below.clone(), fault));
        }
        if let Some(text) = listing.warning(&dir, host) {
            walk.unsure = true;
            out.warn(text);
        }
        let mut entries = listing.entries;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let twice: Vec<Vec<u8>> =
            entries.windows(2).filter(|w| w[0].name == w[1].name).map(|w| w[0].name.clone()).collect();
        entries.dedup_by(|a, b| a.name == b.name);
        for name in twice {
            let text = format!("{host} lists {} twice in {dir}", String::from_utf8_lossy(&name));
            walk.failures.push((join(&below, &name), Error::new(Kind::Protocol, text).host(host)));
        }
        let mut dirs = Vec::new();
        for entry in entries {
            let path = join(&below, &entry.name);
            if is_temporary(&entry.name) || !filter.takes(&path, entry.is_dir()) {
                continue;
            }
            match entry.kind {
                EntryKind::Link => walk.left_out.push((path, "symbolic link")),
                EntryKind::Other => walk.left_out.push((path, "not a regular file")),
                EntryKind::Dir if depth == DEEPEST => {
                    let text = format!("{} on {host} is too deep", String::from_utf8_lossy(&path));
                    walk.failures.push((path, Error::new(Kind::Limit, text).host(host)));
                }
                kind => {
                    if kind == EntryKind::Dir {
                        dirs.push((path.clone(), depth + 1));
                    }
                    walk.found.push(Found { path, entry });
                }
            }
        }
        let next: Vec<RemotePath> = dirs.iter().filter_map(|(dir, _)| top.join(dir).ok()).collect();
        lister.soon(next.into_iter());
        if walk.found.len() > lister.workers() * 4 {
            lister.warm();
        }
        open.extend(dirs.into_iter().rev());
    }
    Ok(walk)
}

/// A relative path and one more component.
pub fn join(below: &[u8], name: &[u8]) -> Vec<u8> {
    if below.is_empty() { name.to_vec() } else { [below, b"/", name].concat() }
}

/// Whether a relative path leads through a directory.
pub fn is_below(dir: &[u8], path: &[u8]) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| rest.starts_with(b"/"))
}

/// A relative path of a walk below a local directory.
pub fn local_path(top: &Path, below: &[u8]) -> PathBuf {
    if below.is_empty() { top.to_path_buf() } else { top.join(OsStr::from_bytes(below)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let names = Names {
            include: vec!["*.gz".into()],
            exclude: vec!["/tmp/".into(), "secret*".into()],
            ..Names::default()
        };
        let filter = Filter::new(&names).unwrap();
        for (path, is_dir, want) in [
            ("a.gz", false, true),
            ("d/a.gz", false, true),
            ("a.txt", false, false),
            ("d", true, true),
            ("tmp", true, false),
            ("tmp/a.gz", false, false),
            ("d/secret.gz", false, false),
        ] {
            assert_eq!(filter.takes(path.as_bytes(), is_dir), want, "{path}");
        }
    }
}
