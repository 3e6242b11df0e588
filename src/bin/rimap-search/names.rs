//! Mailboxes as a user names them: any separator, globs, special uses.
//!
//! A user writes levels with `/`; a server may separate them otherwise. A name that exists as it is written is that
//! mailbox; else `/` stands for the server's separator.

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
    let mut listed: Option<Vec<Listed>> = None;
    for name in wanted {
        query::mailbox_name(name)?;
        if !needs_list(name) {
            push(&mut found, Name::new(name.as_str()));
            continue;
        }
        if listed.is_none() {
            listed = Some(session.list(false)?);
        }
        let all = listed.as_deref().unwrap_or_default();
        let fitting = fitting(all, name)?;
        if fitting.is_empty() {
            push(&mut found, Name::new(spelt(name, session.delimiter()?)));
        }
        fitting.into_iter().for_each(|l| push(&mut found, l.name.clone()));
    }
    Ok(found)
}

/// The listed mailboxes that one name, glob or special use stands for. None for a name that is nowhere.
///
/// # Errors
/// `Missing`: a glob or special use without a match.
pub fn fitting<'l>(all: &'l [Listed], wanted: &str) -> Result<Vec<&'l Listed>> {
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
    let fits =
        |l: &&Listed| l.is_selectable() && pattern::matches(wanted.as_bytes(), with_slashes(l).as_bytes());
    let hit: Vec<_> = all.iter().filter(fits).collect();
    if hit.is_empty() {
        return Err(Error::new(Kind::Missing, format!("no mailbox fits {wanted}")));
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
    if wanted.starts_with('\\') {
        return Ok(fitting(&session.list(false)?, wanted)?[0].name.clone());
    }
    if !wanted.contains('/') {
        return Ok(Name::new(wanted));
    }
    Ok(Name::new(spelt(wanted, session.delimiter()?)))
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
