//! Remote names that may be patterns: a name that exists is that name, only otherwise it is a pattern.

use crate::{ls::complain, session::Session, temporary::is_temporary};
use wirepost::{
    base::{error::*, pattern, tree::Entry},
    cli::Output,
    ftp::{Listing, RemotePath},
};

/// What stands under the name, or what it matches; `None` for nothing at all. `whole`: which of them are meant follows from all of
/// them. The next data port is asked for with it.
pub fn find(
    session: &mut Session<'_>,
    path: &RemotePath,
    no_glob: bool,
    whole: bool,
    out: &mut Output,
) -> Result<Option<Found>> {
    if let Some(entry) = session.run(out, |s, _, _| s.client()?.look_and_prepare(path)).0? {
        return Ok(Some(Found::One(entry)));
    }
    if no_glob || !pattern::is_glob(path.as_bytes()) {
        return Ok(None);
    }
    let found = matching(session, path, whole, out)?;
    Ok((!found.is_empty()).then_some(Found::Matches(found)))
}

pub enum Found {
    One(Entry),
    /// At least one.
    Matches(Vec<(RemotePath, Entry)>),
}

/// The names in a directory that a pattern matches, in their order; the pattern stands for the last component only.
fn matching(
    session: &mut Session<'_>,
    path: &RemotePath,
    whole: bool,
    out: &mut Output,
) -> Result<Vec<(RemotePath, Entry)>> {
    let dir = path.parent().map_or_else(|| RemotePath::new(""), Ok)?;
    let (host, wanted) = (session.host().to_string(), path.name());
    if pattern::is_glob(dir.as_bytes()) {
        return Err(Error::new(Kind::Usage, "a pattern may stand in the last part of a path only"));
    }
    let listing = match list(session, &dir, whole, out) {
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

/// A directory's listing; `whole`: what is concluded from it follows from all that is there, as which are the newest does.
///
/// A listing whose end anybody on the way may have made is had once more then. A server that sends TLS's own end sends it with the
/// second, and the second of one that does not is no worse than the first.
///
/// # Errors
/// `Protocol` if it is not whole and has to be.
pub fn list(session: &mut Session<'_>, dir: &RemotePath, whole: bool, out: &mut Output) -> Result<Listing> {
    let mut listing = session.run(out, |s, _, _| s.client()?.list(dir)).0?;
    if whole && listing.unsure {
        listing = session.run(out, |s, _, _| s.client()?.list(dir)).0?;
    }
    let host = session.host();
    if whole && !listing.faults(dir, host, |_| true).is_empty() {
        let text = format!("cannot select: the listing of {dir} on {host} is not whole");
        return Err(Error::new(Kind::Protocol, text).host(host));
    }
    Ok(listing)
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

/// What is said of a pattern that matches nothing but directories where these are not wanted.
pub fn directories_only(hint: &str) -> Error {
    Error::new(Kind::Usage, "it matches directories only").hint(hint)
}
