//! Remote names that may be patterns: a name that exists is that name, only otherwise it is a pattern.

use crate::{ls::complain, session::Session, temporary::is_temporary};
use wirepost::{
    base::{error::*, pattern, tree::Entry},
    cli::Output,
    ftp::RemotePath,
};

/// What stands under the name, or what it matches; nothing at all is no error here. The next data port is asked for with it.
pub fn find(session: &mut Session<'_>, path: &RemotePath, no_glob: bool, out: &mut Output) -> Result<Found> {
    if let Some(entry) = session.run(out, |s, _, _| s.client()?.look_and_prepare(path)).0? {
        return Ok(Found::One(entry));
    }
    if no_glob || !pattern::is_glob(path.as_bytes()) {
        return Ok(Found::Nothing);
    }
    Ok(match matching(session, path, out)? {
        found if found.is_empty() => Found::Nothing,
        found => Found::Matches(found),
    })
}

pub enum Found {
    Nothing,
    One(Entry),
    Matches(Vec<(RemotePath, Entry)>),
}

/// The names in a directory that a pattern matches, in their order; the pattern stands for the last component only.
pub fn matching(
    session: &mut Session<'_>,
    path: &RemotePath,
    out: &mut Output,
) -> Result<Vec<(RemotePath, Entry)>> {
    let dir = path.parent().map_or_else(|| RemotePath::new(""), Ok)?;
    let (host, wanted) = (session.host().to_string(), path.name());
    if pattern::is_glob(dir.as_bytes()) {
        return Err(Error::new(Kind::Usage, "a pattern may stand in the last part of a path only"));
    }
    let listing = match session.run(out, |s, _, _| s.client()?.list(&dir)).0 {
        Err(e) if e.kind() == Kind::Missing => return Ok(Vec::new()),
        listing => listing?,
    };
    if listing.cut {
        return Err(listing.faults(&dir, &host, |_| false).remove(0));
    }
    let hidden = wanted.starts_with(b".");
    let is_wanted = |name: &[u8]| {
        (hidden || !name.starts_with(b".")) && !is_temporary(name) && pattern::matches(&wanted, name)
    };
    complain(&host, &dir, &listing, is_wanted, out);
    let mut found = Vec::new();
    for entry in listing.entries.into_iter().filter(|e| is_wanted(&e.name)) {
        found.push((path.sibling(&entry.name)?, entry));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// As [`matching`], where nothing is a mistake.
pub fn some(
    session: &mut Session<'_>,
    path: &RemotePath,
    out: &mut Output,
) -> Result<Vec<(RemotePath, Entry)>> {
    let found = matching(session, path, out)?;
    if found.is_empty() { Err(nothing(session, path)) } else { Ok(found) }
}

/// What is said of a name without anything behind it.
pub fn nothing(session: &Session<'_>, path: &RemotePath) -> Error {
    let host = session.host();
    let text = if pattern::is_glob(path.as_bytes()) {
        format!("nothing matches {path} on {host}")
    } else {
        "no such file or directory".to_string()
    };
    Error::new(Kind::Missing, text).host(host)
}
