//! Mailboxes as a user names them: any separator, globs, special uses.
//!
//! A user writes levels with `/`; a server may separate them otherwise. A name that exists as it is written is that
//! mailbox; else `/` stands for the server's separator. The list of all mailboxes is asked for only where a name cannot do without it:
//! any other is used as it is, and looked for in the list once the server says that it knows none of that name
//! ([`Session::meant`]).

use wirepost::{
    base::{error::*, pattern},
    imap::{Listed, Name, Session, query},
};

/// Whether finding it needs the list of all mailboxes.
fn needs_list(name: &str) -> bool {
    pattern::is_glob(name.as_bytes()) || name.starts_with('\\') || name.contains('/')
}

/// The mailboxes that the names and globs stand for, in the order given, each once.
///
/// # Errors
/// `Missing`: a glob or a special use without a match.
pub fn resolve(session: &mut Session, wanted: &[String]) -> Result<Vec<Name>> {
    let mut found: Vec<Name> = Vec::new();
    let all = if wanted.iter().any(|n| needs_list(n)) { session.list(false)? } else { Vec::new() };
    for name in wanted {
        query::mailbox_name(name)?;
        let fitting = among(session, &all, name)?;
        if fitting.is_empty() {
            push(&mut found, unlisted(session, name)?);
        }
        fitting.into_iter().for_each(|l| push(&mut found, l.name.clone()));
    }
    Ok(found)
}

/// As [`fitting`]; a name that is nowhere is looked for below the prefix that the user's own mailboxes have.
///
/// # Errors
/// `Missing`: a glob or special use without a match.
pub fn among<'l>(session: &mut Session, all: &'l [Listed], wanted: &str) -> Result<Vec<&'l Listed>> {
    let found = fitting(all, wanted)?;
    if !found.is_empty() || all.is_empty() {
        return Ok(found);
    }
    let name = unlisted(session, wanted)?;
    let own = session.own(&name)?;
    Ok(all.iter().filter(|l| l.name == own).collect())
}

/// A name that is nowhere, as this server would spell it.
fn unlisted(session: &mut Session, wanted: &str) -> Result<Name> {
    let delimiter = if wanted.contains('/') { session.delimiter()? } else { None };
    Ok(Name::new(spelt(wanted, delimiter)))
}

/// The listed mailboxes that one name, glob or special use stands for. None for a name that is nowhere.
///
/// # Errors
/// `Missing`: a glob or special use without a match.
fn fitting<'l>(all: &'l [Listed], wanted: &str) -> Result<Vec<&'l Listed>> {
    let exact: Vec<_> = all.iter().filter(|l| l.name.text() == wanted || is_inbox(l, wanted)).collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    if let Some(special) = wanted.strip_prefix('\\') {
        let special = format!("\\{}", special.to_ascii_lowercase());
        let hit: Vec<_> = all.iter().filter(|l| l.has(&special)).collect();
        if hit.is_empty() {
            let e = Error::new(Kind::Missing, format!("the server names no mailbox {wanted}"));
            return Err(e.hint("`rimap-search mailbox list` shows what there is"));
        }
        return Ok(hit);
    }
    let spelt_so: Vec<_> = all.iter().filter(|l| l.name.text() == spelt(wanted, l.delimiter)).collect();
    if !spelt_so.is_empty() || !pattern::is_glob(wanted.as_bytes()) {
        return Ok(spelt_so);
    }
    let fitting = |glob: &str| -> Vec<&Listed> {
        let fits = |l: &&Listed| pattern::matches(glob.as_bytes(), with_slashes(l).as_bytes());
        all.iter().filter(|l| l.is_selectable()).filter(fits).collect()
    };
    let mut hit = fitting(wanted);
    if hit.is_empty() {
        // Brackets are a set in a glob, and part of the name of one well-known hierarchy: `[Gmail]/*`.
        hit = fitting(&wanted.replace('[', "\\["));
    }
    if hit.is_empty() {
        let e = Error::new(Kind::Missing, format!("no mailbox fits {wanted}"));
        return Err(e.hint("`rimap-search mailbox list` shows what there is"));
    }
    Ok(hit)
}

fn is_inbox(listed: &Listed, wanted: &str) -> bool {
    listed.name.is_inbox() && wanted.eq_ignore_ascii_case("INBOX")
}

/// One mailbox to act on: the existing one, or the name as this server would spell it.
///
/// # Errors
/// `Usage`, `Missing`.
pub fn one(session: &mut Session, wanted: &str) -> Result<Name> {
    query::mailbox_name(wanted)?;
    if !wanted.starts_with('\\') && !wanted.contains('/') {
        return Ok(Name::new(wanted));
    }
    listed(session, wanted)
}

/// As [`one`], of a mailbox that is looked for in the list whatever its name.
///
/// # Errors
/// `Usage`, `Missing`.
pub fn listed(session: &mut Session, wanted: &str) -> Result<Name> {
    let all = session.list(false)?;
    match among(session, &all, wanted)?.as_slice() {
        [] => unlisted(session, wanted),
        [first, rest @ ..] if rest.is_empty() || !pattern::is_glob(wanted.as_bytes()) => {
            Ok(first.name.clone())
        }
        _ => Err(Error::new(Kind::Missing, format!("{wanted} fits several"))),
    }
}

/// One mailbox that is to be made if it is not there: as [`one`], and below the prefix that the user's own mailboxes have.
///
/// # Errors
/// `Usage`, `Missing`.
pub fn made(session: &mut Session, wanted: &str) -> Result<Name> {
    query::mailbox_name(wanted)?;
    if wanted.starts_with('\\') {
        return listed(session, wanted);
    }
    // Tells the separator as well.
    session.namespaces()?;
    let name = unlisted(session, wanted)?;
    session.own(&name)
}

/// Makes a mailbox that is not there; one that is gets the name the server knows it by.
///
/// # Errors
/// `Refused`.
pub fn make(session: &mut Session, name: &mut Name) -> Result<()> {
    match there(session, name) {
        Err(e) if e.kind() == Kind::Missing => session.create(name),
        other => other,
    }
}

/// Whether a mailbox is there; it gets the name the server knows it by.
///
/// # Errors
/// `Missing`.
pub fn there(session: &mut Session, name: &mut Name) -> Result<()> {
    match session.status(name) {
        Err(e) if e.kind() == Kind::Missing => match session.meant(name)? {
            Some(real) => *name = real,
            None => return Err(e),
        },
        other => drop(other?),
    }
    Ok(())
}

/// `a/b` as a server spells it that separates levels by `delimiter`.
pub fn spelt(name: &str, delimiter: Option<char>) -> String {
    match delimiter {
        Some('/') | None => name.to_string(),
        Some(other) => name.replace('/', &other.to_string()),
    }
}

/// The levels of a listed mailbox joined by `/`.
pub fn with_slashes(listed: &Listed) -> String {
    levels(listed.name.text(), listed.delimiter).join("/")
}

pub fn levels(name: &str, delimiter: Option<char>) -> Vec<String> {
    match delimiter {
        Some(d) => name.split(d).map(str::to_string).collect(),
        None => vec![name.to_string()],
    }
}

fn push(found: &mut Vec<Name>, name: Name) {
    if !found.contains(&name) {
        found.push(name);
    }
}
