//! `ls`: what is there.

use crate::{
    args::{self, Shared},
    matches::{self, Found},
    report,
    select::Doubt,
    session::{Purpose, Session},
    walk::{DEEPEST, MOST, join},
};
use wirepost::{
    base::{
        date::Time,
        error::*,
        escape, record,
        tree::{Entry, EntryKind},
    },
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    ftp::{Listing, RemotePath},
    net::Cancel,
};

pub fn run(flags: &args::Ls, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "ls", purpose: Purpose::Look, keep_going: false, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| ls(flags, session, path, cancel, out))
}

fn ls(
    flags: &args::Ls,
    session: &mut Session<'_>,
    path: &RemotePath,
    cancel: &Cancel,
    out: &mut Output,
) -> Result<()> {
    let host = session.host().to_string();
    let failed = |e: Error| e.context(format_args!("cannot list {path} on {host}"));
    let selects = flags.which.is_active();
    let mut held = selects.then(Vec::new);
    match matches::find(session, path, flags.no_glob, selects, out).map_err(failed)? {
        None => return Err(failed(matches::nothing(session, path))),
        Some(Found::One(entry)) if entry.is_dir() => {}
        Some(Found::One(entry)) => {
            return show_all(flags, session, vec![(path.to_string(), path.clone(), entry)], out);
        }
        Some(Found::Matches(found)) => {
            let found = found.into_iter().map(|(path, entry)| (path.to_string(), path, entry)).collect();
            return show_all(flags, session, found, out);
        }
    }
    let mut open: Vec<(Vec<u8>, usize)> = vec![(Vec::new(), 0)];
    let mut seen = 0;
    while let Some((below, depth)) = open.pop() {
        cancel.check()?;
        let dir = if below.is_empty() { path.clone() } else { path.join(&below)? };
        let mut listing = match matches::list(session, &dir, selects, out) {
            Ok(listing) => listing,
            // What is the newest cannot be told from a part.
            Err(e) if below.is_empty() || selects || e.kind() == Kind::Interrupted => return Err(e),
            Err(e) => {
                out.fail(&e);
                continue;
            }
        };
        complain(&host, &dir, &listing, |_| true, out);
        seen += 1 + listing.entries.len();
        if seen > MOST {
            return Err(
                Error::new(Kind::Limit, format!("{path} on {host} is a tree without end")).host(&host)
            );
        }
        listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
        let mut dirs = Vec::new();
        for entry in &listing.entries {
            if !flags.all && entry.name.starts_with(b".") {
                continue;
            }
            let relative = join(&below, &entry.name);
            let shown = String::from_utf8_lossy(&relative).into_owned();
            let full = dir.join(&entry.name)?;
            match &mut held {
                Some(held) => held.push((shown.clone(), full, entry.clone())),
                None => show(session, &shown, &full, entry, flags.long, out),
            }
            if flags.recursive && entry.is_dir() {
                if depth == DEEPEST {
                    out.fail(&Error::new(Kind::Limit, format!("{shown} on {host} is too deep")).host(&host));
                } else {
                    dirs.push((relative, depth + 1));
                }
            }
        }
        open.extend(dirs.into_iter().rev());
    }
    match held {
        Some(held) => show_all(flags, session, held, out),
        None => Ok(()),
    }
}

/// What the selection leaves; nothing is a no.
fn show_all(
    flags: &args::Ls,
    session: &Session<'_>,
    found: Vec<(String, RemotePath, Entry)>,
    out: &mut Output,
) -> Result<()> {
    let found = flags.which.apply(found, |(_, _, entry)| entry, Time::now(), Doubt::In)?;
    if found.is_empty() {
        out.answer_no();
    }
    for (name, path, entry) in found {
        show(session, &name, &path, &entry, flags.long, out);
    }
    Ok(())
}

/// What could not be made sense of in a listing is an item that failed; of names that are none only those that are `wanted`.
pub fn complain(
    host: &str,
    dir: &RemotePath,
    listing: &Listing,
    wanted: impl Fn(&[u8]) -> bool,
    out: &mut Output,
) {
    listing.faults(dir, host, wanted).iter().for_each(|e| out.fail(e));
    if let Some(text) = listing.warning(dir, host) {
        out.warn(text);
    }
}

/// One line, with all that is known.
pub fn show_long(session: &Session<'_>, name: &str, path: &RemotePath, entry: &Entry, out: &mut Output) {
    show(session, name, path, entry, true, out);
}

fn show(session: &Session<'_>, name: &str, path: &RemotePath, entry: &Entry, long: bool, out: &mut Output) {
    out.count(Outcome::Ok);
    let shown = escape::text(name);
    if long {
        let kind = match entry.kind {
            EntryKind::File => '-',
            EntryKind::Dir => 'd',
            EntryKind::Link => 'l',
            EntryKind::Other => '?',
        };
        let size = entry.size.map_or(String::from("-"), |s| s.to_string());
        let time = entry.modified.map_or(String::from("-"), Time::local);
        let target = entry.target.as_deref().map_or(String::new(), |t| format!(" -> {}", escape::bytes(t)));
        out.line(format_args!("{kind} {size:>12} {time:16} {shown}{target}"));
    } else {
        let slash = if entry.is_dir() { "/" } else { "" };
        out.line(format_args!("{shown}{slash}"));
    }
    out.emit(&Event::Entry(Box::new(event::Entry {
        outcome: Outcome::Ok.name(),
        name: record::name(&entry.name),
        path: record::name(path.as_bytes()),
        url: session.site.url(path),
        kind: entry.kind.name(),
        size: entry.size,
        modified: entry.modified.map(Time::rfc3339),
        mode: entry.mode.map(|m| format!("{m:04o}")),
        target: entry.target.as_deref().map(record::name),
    })));
}
