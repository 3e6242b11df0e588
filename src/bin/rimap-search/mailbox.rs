//! `mailbox`: list, tree, status, create, rename, delete, subscribe.

use crate::{
    args::{MailboxVerb, Shared},
    names,
    site::{self, Site},
};
use wirepost::{
    base::{error::*, escape, pattern, quantity},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    imap::{Listed, Name, Session, query},
    net::Cancel,
};

/// The verb.
pub fn run(verb: &MailboxVerb, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    use MailboxVerb as V;
    let (V::List { words }
    | V::Tree { words }
    | V::Status { words }
    | V::Create { words, .. }
    | V::Rename { words, .. }
    | V::Delete { words, .. }
    | V::Subscribe { words, .. }
    | V::Unsubscribe { words, .. }) = verb;
    let (url, words) = site::split(words)?;
    for name in words {
        query::mailbox_name(name)?;
    }
    let need = |n: usize, what: &str| {
        if words.len() < n { Err(Error::new(Kind::Usage, format!("{what} is missing"))) } else { Ok(()) }
    };
    match verb {
        V::Create { .. } | V::Delete { .. } | V::Subscribe { .. } | V::Unsubscribe { .. } => {
            need(1, "the mailbox's name")?;
        }
        V::Rename { .. } => {
            need(2, "the old or the new name")?;
            if words.len() > 2 {
                return Err(Error::new(Kind::Usage, "rename takes the old name and the new"));
            }
        }
        _ => {}
    }
    let mut site = Site::new(&url, shared, out, cancel)?;
    let mut session = site.session(out)?;
    let done = match verb {
        V::List { .. } => list(&mut session, words, false, out),
        V::Tree { .. } => tree(&mut session, words, out),
        V::Status { .. } => list(&mut session, words, true, out),
        V::Create { exist_ok, dry_run, .. } => {
            each("create", words, out, |name, out| create(&mut session, name, *exist_ok, *dry_run, out))
        }
        V::Rename { dry_run, .. } => rename(&mut session, &words[0], &words[1], *dry_run, out),
        V::Delete { force, dry_run, .. } => {
            each("delete", words, out, |name, out| delete(&mut session, name, *force, *dry_run, out))
        }
        V::Subscribe { dry_run, .. } => {
            each("subscribe", words, out, |name, out| subscribe(&mut session, name, true, *dry_run, out))
        }
        V::Unsubscribe { dry_run, .. } => {
            each("unsubscribe", words, out, |name, out| subscribe(&mut session, name, false, *dry_run, out))
        }
    };
    site::end(session, out);
    done
}

/// Each name by itself: one that fails does not stop the others.
fn each(
    verb: &'static str,
    words: &[String],
    out: &mut Output,
    mut one: impl FnMut(&str, &mut Output) -> Result<()>,
) -> Result<()> {
    for name in words {
        if let Err(e) = one(name, out) {
            if matches!(
                e.kind(),
                Kind::Closed | Kind::Timeout | Kind::Interrupted | Kind::Protocol | Kind::Limit
            ) {
                return Err(e);
            }
            out.item_failed(&e);
            let failed = event::Mailbox {
                outcome: Outcome::of(&e).name(),
                verb,
                name: name.clone(),
                error: Some(event::error(&e)),
                ..event::Mailbox::default()
            };
            out.emit(&Event::Mailbox(Box::new(failed)));
        }
    }
    Ok(())
}

fn told(listed: &Listed, verb: &'static str) -> event::Mailbox {
    let status = listed.status.unwrap_or_default();
    event::Mailbox {
        outcome: "ok",
        verb,
        name: listed.name.text().to_string(),
        delimiter: listed.delimiter.map(String::from),
        special_use: listed.special().map(capital),
        selectable: Some(listed.is_selectable()),
        subscribed: listed.has("\\subscribed").then_some(true),
        messages: status.messages,
        unseen: status.unseen,
        size: status.size,
        uidnext: status.uidnext,
        uidvalidity: status.uidvalidity,
        ..event::Mailbox::default()
    }
}

/// `\sent` as `\Sent`.
fn capital(attribute: &str) -> String {
    let mut chars = attribute.chars();
    let head: String = chars.by_ref().take(2).flat_map(char::to_uppercase).collect();
    head + chars.as_str()
}

/// The listed mailboxes that the words name; all without words.
fn chosen(session: &mut Session, words: &[String], status: bool) -> Result<Vec<Listed>> {
    let mut all = session.list(status)?;
    session.tell_subscribed(&mut all)?;
    if words.is_empty() {
        return Ok(all);
    }
    let mut out: Vec<Listed> = Vec::new();
    for word in words {
        let fitting = names::among(session, &all, word)?;
        if fitting.is_empty() {
            return Err(Error::new(Kind::Missing, format!("there is no mailbox {word}")));
        }
        for listed in fitting {
            if !out.contains(listed) {
                out.push(listed.clone());
            }
        }
    }
    Ok(out)
}

fn list(session: &mut Session, words: &[String], status: bool, out: &mut Output) -> Result<()> {
    let found = chosen(session, words, status)?;
    for listed in &found {
        let special = listed.special().map(|s| format!("\t{}", capital(s))).unwrap_or_default();
        if status {
            if !listed.is_selectable() {
                continue;
            }
            let s = listed.status.unwrap_or_default();
            let number = |n: Option<u64>| n.map_or_else(|| "-".to_string(), |n| n.to_string());
            out.line(format_args!(
                "{}\t{}\t{}\t{}",
                listed.name,
                number(s.messages),
                number(s.unseen),
                number(s.size)
            ));
        } else {
            out.line(format_args!("{}{special}", listed.name));
        }
        out.count(Outcome::Ok);
        out.emit(&Event::Mailbox(Box::new(told(listed, if status { "status" } else { "list" }))));
    }
    if found.is_empty() {
        out.answer_no();
    }
    Ok(())
}

fn tree(session: &mut Session, words: &[String], out: &mut Output) -> Result<()> {
    let found = chosen(session, words, true)?;
    let mut above: Vec<String> = Vec::new();
    for listed in &found {
        let levels = names::levels(listed.name.text(), listed.delimiter);
        let same = above.iter().zip(&levels).take_while(|(a, b)| a == b).count();
        for (depth, level) in levels.iter().enumerate().skip(same) {
            let last = depth + 1 == levels.len();
            let counts = listed.status.filter(|_| last).map(counts).unwrap_or_default();
            let special =
                listed.special().filter(|_| last).map(|s| format!("  {}", capital(s))).unwrap_or_default();
            out.line(format_args!(
                "{:indent$}{}{counts}{special}",
                "",
                escape::text(level),
                indent = 2 * depth
            ));
        }
        above = levels;
        out.count(Outcome::Ok);
        out.emit(&Event::Mailbox(Box::new(told(listed, "list"))));
    }
    Ok(())
}

fn counts(status: wirepost::imap::MailboxStatus) -> String {
    let mut out = String::new();
    if let Some(n) = status.messages {
        out.push_str(&format!("  {n}"));
    }
    if let Some(n) = status.unseen.filter(|n| *n > 0) {
        out.push_str(&format!(", {n} unseen"));
    }
    if let Some(n) = status.size {
        out.push_str(&format!(", {}", quantity::human(n)));
    }
    out
}

fn done(verb: &'static str, name: &Name, planned: bool, reason: Option<&'static str>, out: &mut Output) {
    let outcome = match (planned, reason) {
        (true, _) => Outcome::Planned,
        (_, Some(_)) => Outcome::Skipped,
        _ => Outcome::Ok,
    };
    if planned {
        out.line(format_args!("would {verb} {name}"));
    } else {
        out.done(format_args!("{verb}: {name}"));
    }
    out.count(outcome);
    let told = event::Mailbox {
        outcome: outcome.name(),
        verb,
        name: name.text().to_string(),
        reason,
        ..event::Mailbox::default()
    };
    out.emit(&Event::Mailbox(Box::new(told)));
}

/// Makes those above as well: most servers do by themselves, some do not.
fn create(session: &mut Session, name: &str, exist_ok: bool, dry: bool, out: &mut Output) -> Result<()> {
    let target = names::made(session, name)?;
    if dry {
        done("create", &target, true, None, out);
        return Ok(());
    }
    let label = |e: Error| e.context(format_args!("cannot create {}", target.text()));
    match session.create(&target) {
        Ok(()) => {}
        Err(e) if exist_ok && session.status(&target).is_ok() => {
            drop(e);
            done("create", &target, false, Some("exists"), out);
            return Ok(());
        }
        Err(e) if e.kind() == Kind::Refused || e.kind() == Kind::Missing => {
            if session.status(&target).is_ok() {
                return Err(label(e));
            }
            parents(session, &target)?;
            session.create(&target).map_err(label)?;
        }
        Err(e) => return Err(label(e)),
    }
    done("create", &target, false, None, out);
    Ok(())
}

fn parents(session: &mut Session, target: &Name) -> Result<()> {
    let Some(delimiter) = session.delimiter()? else { return Ok(()) };
    let cuts: Vec<usize> = target.text().match_indices(delimiter).map(|(at, _)| at).collect();
    for name in cuts.into_iter().map(|at| Name::new(&target.text()[..at])).filter(|n| !n.is_inbox()) {
        // One that exists refuses, which is as good.
        let _ = session.create(&name);
    }
    Ok(())
}

fn rename(session: &mut Session, from: &str, to: &str, dry: bool, out: &mut Output) -> Result<()> {
    let (from, to) = (names::listed(session, from)?, names::made(session, to)?);
    let outcome = if dry { Outcome::Planned } else { Outcome::Ok };
    if dry {
        out.line(format_args!("would rename {from} to {to}"));
    } else {
        let label = |e: Error| e.context(format_args!("cannot rename {} to {}", from.text(), to.text()));
        if let Err(e) = session.rename(&from, &to) {
            if session.is_broken() || session.status(&to).is_ok() {
                return Err(label(e));
            }
            parents(session, &to)?;
            session.rename(&from, &to).map_err(label)?;
        }
        out.done(format_args!("rename: {from} -> {to}"));
    }
    out.count(outcome);
    let told = event::Mailbox {
        outcome: outcome.name(),
        verb: "rename",
        name: from.text().to_string(),
        renamed_to: Some(to.text().to_string()),
        ..event::Mailbox::default()
    };
    out.emit(&Event::Mailbox(Box::new(told)));
    Ok(())
}

/// A mailbox with messages in it, or mailboxes below it, is not deleted without `--force`; with it these go as well, the deepest
/// first, since the server would leave them (RFC 9051 §6.3.5).
fn delete(session: &mut Session, name: &str, force: bool, dry: bool, out: &mut Output) -> Result<()> {
    let all = session.list(false)?;
    let listed = match names::among(session, &all, name)?.as_slice() {
        [] => return Err(Error::new(Kind::Missing, format!("there is no mailbox {name}"))),
        [first, rest @ ..] if rest.is_empty() || !pattern::is_glob(name.as_bytes()) => *first,
        _ => return Err(Error::new(Kind::Missing, format!("{name} fits several"))),
    };
    if listed.name.is_inbox() {
        // Those below would be gone before the server could say so.
        return Err(Error::new(Kind::Refused, "cannot delete INBOX: it always stays (RFC 9051 §6.3.5)"));
    }
    let mut doomed = vec![listed];
    if let Some(d) = listed.delimiter {
        let below = format!("{}{d}", listed.name.text());
        doomed.extend(all.iter().filter(|l| l.name.text().starts_with(&below)));
        doomed.sort_by_key(|l| std::cmp::Reverse(l.name.text().matches(d).count()));
    }
    if !force {
        let messages = if listed.is_selectable() { session.status(&listed.name)?.messages } else { Some(0) };
        // An unknown count is no proof of emptiness.
        let what = match messages {
            Some(0) if doomed.len() == 1 => None,
            Some(0) => Some("mailboxes are below it".to_string()),
            Some(n) => Some(format!("{n} messages are in it")),
            None => Some("the server does not say whether it is empty".to_string()),
        };
        if let Some(what) = what {
            let e = Error::new(Kind::Input, format!("cannot delete {}: {what}", listed.name.text()));
            return Err(e.hint(match doomed.len() {
                1 => "--force deletes it all the same",
                _ => "--force deletes those below it as well",
            }));
        }
    }
    for one in doomed {
        let deleted = if dry { Ok(()) } else { session.delete(&one.name) };
        match deleted {
            // A mere level may go with the last that is below it.
            Err(e) if e.kind() == Kind::Missing && !one.is_selectable() => {}
            other => other.map_err(|e| e.context(format_args!("cannot delete {}", one.name.text())))?,
        }
        done("delete", &one.name, dry, None, out);
    }
    Ok(())
}

fn subscribe(session: &mut Session, name: &str, yes: bool, dry: bool, out: &mut Output) -> Result<()> {
    let target = names::listed(session, name)?;
    let verb = if yes { "subscribe" } else { "unsubscribe" };
    if !dry {
        session.subscribe(&target, yes).map_err(|e| e.context(format_args!("cannot {verb} {name}")))?;
    }
    done(verb, &target, dry, None, out);
    Ok(())
}
