//! `append`: messages into a mailbox, streamed; dates and flags as a Maildir or an mbox tells them.

use crate::{
    act,
    args::{Append, Shared},
    deliver, find, names,
    site::{self, Site},
    source::{self, Source},
    summary::Summary,
};
use std::{os::unix::ffi::OsStrExt, time::Instant};
use wirepost::{
    base::{date::Time, error::*, escape, record},
    cli::{
        Output,
        event::{Event, Hit},
        exit::Outcome,
    },
    imap::{FetchItem, Name, SearchKey, Session},
    net::Cancel,
};

/// The verb.
pub fn run(args: &Append, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (url, words) = site::split(&args.words)?;
    if words.is_empty() {
        return Err(Error::new(Kind::Usage, "nothing to append").hint("name files, or - for standard input"));
    }
    out.acts();
    let extra = args.flag.iter().map(|f| act::flag(f)).collect::<Result<Vec<_>>>()?;
    let mut sources = source::find(words)?;
    let mut site = Site::new(&url, shared, out, cancel)?;
    let mut session = site.session(out)?;
    let mut to =
        if args.create { names::made(&mut session, &args.to) } else { names::one(&mut session, &args.to) }?;
    if args.create && !args.dry_run {
        names::make(&mut session, &mut to)?;
    }
    // Why nobody comes to those that are left: the server is lost for good, or a signal came.
    let mut over: Option<Error> = None;
    for source in &mut sources {
        let mut hit = Hit {
            path: Some(record::name(source.path.as_os_str().as_bytes())),
            actions: vec!["append".into()],
            ..Hit::default()
        };
        if let Some(e) = &over {
            hit.mailbox = to.text().to_string();
            out.abandon(e);
            out.emit(&Event::Hit(Box::new(deliver::with_error(hit, e))));
            continue;
        }
        let began = Instant::now();
        let mut tried = 0;
        let done = loop {
            if session.is_broken() {
                match site.session(out) {
                    Ok(fresh) => {
                        out.add_round_trips(session.round_trips());
                        session = fresh;
                    }
                    Err(e) => {
                        over = Some(e.clone());
                        break Err(e);
                    }
                }
            }
            tried += 1;
            let error = match add(args, &mut session, &to, source, &extra, &mut hit, out) {
                Ok(outcome) => break Ok(outcome),
                Err(e) => e,
            };
            if error.kind() == Kind::Missing
                && let Ok(Some(real)) = session.meant(&to)
            {
                to = real;
                continue;
            }
            if error.again() != Again::Now {
                break Err(error);
            }
            if let Err(e) = site.pause(&error, tried, began.elapsed(), out) {
                break Err(e);
            }
        };
        hit.mailbox = to.text().to_string();
        match done {
            Ok(outcome) => {
                hit.outcome = outcome.name();
                out.count(outcome);
                out.emit(&Event::Hit(Box::new(hit)));
            }
            Err(e) => {
                let e = e.context(format_args!("cannot append {}", source.path.display()));
                if e.kind() == Kind::Interrupted {
                    over = Some(e.clone());
                }
                out.item_failed(&e);
                out.emit(&Event::Hit(Box::new(deliver::with_error(hit, &e))));
            }
        }
    }
    site::end(session, out);
    Ok(())
}

fn add(
    args: &Append,
    session: &mut Session,
    to: &Name,
    source: &mut Source,
    extra: &[String],
    hit: &mut Hit,
    out: &mut Output,
) -> Result<Outcome> {
    let (size, head) = source.measure()?;
    let mut flags = source.flags(&head);
    let more: Vec<String> = extra.iter().filter(|f| !flags.contains(f)).cloned().collect();
    flags.extend(more);
    let summary = Summary::of_head(0, &head);
    hit.size = Some(size);
    hit.subject.clone_from(&summary.subject);
    hit.from.clone_from(&summary.from);
    hit.message_id.clone_from(&summary.message_id);
    hit.date = summary.sent.map(Time::rfc3339);
    if args.skip_existing
        && let Some(id) =
            summary.message_id.as_deref().filter(|id| !id.trim_matches(['<', '>', ' ']).is_empty())
    {
        let known = match is_there(session, to, id) {
            // A mailbox that is not there holds nothing.
            Err(e) if e.kind() == Kind::Missing && args.dry_run => false,
            other => other?,
        };
        if known {
            hit.reason = Some("exists");
            return Ok(Outcome::Skipped);
        }
    }
    let shown = escape::text(&source.path.to_string_lossy()).into_owned();
    if args.dry_run {
        out.line(format_args!("would append {shown} to {to}"));
        return Ok(Outcome::Planned);
    }
    let date = source.date.or(summary.sent);
    let placed = session.append(to, &flags, date, size, &mut source.reader()?)?;
    if let Some((uidvalidity, uid)) = placed {
        hit.uidvalidity = Some(uidvalidity);
        hit.uid = Some(uid);
    }
    out.add_bytes(size);
    out.done(format_args!("{shown} -> {to}"));
    Ok(Outcome::Ok)
}

/// Whether a message of that Message-ID is in the mailbox. HEADER finds whatever holds the text (RFC 9051 §6.4.4), so what is
/// found is looked at.
fn is_there(session: &mut Session, mailbox: &Name, id: &str) -> Result<bool> {
    let mut mailbox = session.examine(mailbox)?;
    let found = mailbox.search(&SearchKey::Header("Message-ID".into(), id.to_string()))?;
    let mut there = false;
    if !found.is_empty() {
        find::each(&mut mailbox, &found, &[FetchItem::HeaderFields(vec!["MESSAGE-ID"])], |uid, m| {
            let head = m.header.as_deref().unwrap_or_default();
            there |= Summary::of_head(uid, head).message_id.as_deref() == Some(id);
        })?;
    }
    Ok(there)
}
