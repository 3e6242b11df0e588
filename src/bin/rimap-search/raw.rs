//! Messages and parts of them as they are, to standard output, straight from the server.

use crate::{
    args::Sort,
    attach, find,
    job::Job,
    search::missing,
    show,
    summary::{self, Summary},
    window::merge,
};
use std::collections::{HashMap, HashSet};
use wirepost::{
    base::error::*,
    cli::Output,
    imap::{FetchItem, Mailbox, Message, Part, Piece, Uid, UidSet},
};

/// One message as it is, to stdout, straight from the server. False: it ties with the one `beyond`, and nothing was written.
pub fn one(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    uid: Uid,
    beyond: Option<(Uid, Sort)>,
    out: &mut Output,
) -> Result<bool> {
    let set = UidSet::one(uid);
    let mut wanted = Vec::new();
    if let Some((other, by)) = beyond {
        wanted.push((UidSet::from_ranges([(other, other)]), find::sort_items(by)));
        wanted.push((set.clone(), find::sort_items(by)));
    }
    let mut items = if out.has_events() { summary::items() } else { Vec::new() };
    items.push(FetchItem::Body { section: String::new(), range: job.search.range });
    wanted.push((set, items));
    let (name, uidvalidity) = (mailbox.name.clone(), mailbox.uidvalidity);
    let (mut edge, mut other) = (Message::default(), Message::default());
    let (mut tie, mut came) = (false, false);
    let mut fetching = mailbox.fetch_each(&wanted);
    while let Some(piece) = fetching.next()? {
        match piece {
            Piece::Body(mut body) => {
                tie = beyond.is_some_and(|(_, by)| find::ties(by, &edge, &other));
                if tie || came || body.uid.is_some_and(|u| u != uid) {
                    body.skip()?;
                    continue;
                }
                came = true;
                let copied = show::copy(&mut body, &mut out.raw()?);
                let n =
                    copied.map_err(|e| Error::from_io(e, Kind::Local, "cannot write to standard output"))?;
                body.skip()?;
                out.add_bytes(n);
            }
            Piece::Message(message) if message.uid == Some(uid) => merge(&mut edge, *message),
            Piece::Message(message) if message.uid.is_some() && message.uid == beyond.map(|b| b.0) => {
                merge(&mut other, *message);
            }
            Piece::Message(_) => {}
        }
    }
    drop(fetching);
    if tie {
        return Ok(false);
    }
    if came {
        job.finished(uid, Summary::of(uid, &edge).hit(&name, uidvalidity), out);
    }
    missing(job, mailbox, &[uid], out);
    Ok(true)
}

/// Bodies to stdout, in order, of messages that were looked at.
pub fn stream(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    wanted: &[(Uid, Vec<FetchItem>, Option<Part>)],
    messages: &HashMap<Uid, Box<Message>>,
    out: &mut Output,
) -> Result<()> {
    let commands: Vec<_> = wanted.iter().map(|(uid, items, _)| (UidSet::one(*uid), items.clone())).collect();
    let (name, uidvalidity) = (mailbox.name.clone(), mailbox.uidvalidity);
    let mut fetching = mailbox.fetch_each(&commands);
    let mut came: HashSet<Uid> = HashSet::new();
    while let Some(piece) = fetching.next()? {
        match piece {
            Piece::Body(mut body) => {
                let found = match body.uid {
                    Some(uid) => wanted.iter().find(|w| w.0 == uid),
                    None => wanted.get(body.command),
                };
                // Each comes once: what comes again is not asked for.
                let Some((_, _, part)) = found.filter(|w| came.insert(w.0)) else {
                    body.skip()?;
                    continue;
                };
                let mut raw = out.raw()?;
                let part = part.as_ref().filter(|_| job.search.range.is_none() && !body.binary);
                let copied = match part {
                    Some(part) => show::copy(&mut attach::decoded(part, &mut body), &mut raw),
                    None => show::copy(&mut body, &mut raw),
                };
                let n =
                    copied.map_err(|e| Error::from_io(e, Kind::Local, "cannot write to standard output"))?;
                body.skip()?;
                out.add_bytes(n);
            }
            Piece::Message(message) => {
                if let Some((uid, true)) = message.uid.map(|u| (u, came.contains(&u)))
                    && !job.is_done(uid)
                {
                    let known = messages.get(&uid).map_or(&message, |known| known);
                    let hit = Summary::of(uid, known).hit(&name, uidvalidity);
                    job.finished(uid, hit, out);
                }
            }
        }
    }
    Ok(())
}
