//! One window of messages: what is wanted of them is fetched in one go, and told of in their order.

use crate::{
    args::{Search, Show},
    attach,
    find::{self, Order},
    job::Job,
    raw,
    save::{Place, Saver},
    search::{Tools, missing},
    show,
    summary::{self, Summary},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    io::Read,
};
use wirepost::{
    base::error::*,
    cli::Output,
    imap::{FetchItem, Mailbox, Message, Name, Part, Piece, Uid, UidSet},
};

/// So many bytes of texts are held at a time.
const HELD: usize = 8 << 20;

/// One window in its order. False: the page's edge is a tie, and nothing was told yet.
pub fn window(
    job: &mut Job<'_>,
    mailbox: &mut Mailbox<'_>,
    uids: &[Uid],
    (page, beyond): (bool, Option<Uid>),
    order: &Order,
    tools: &mut Tools<'_>,
    out: &mut Output,
) -> Result<bool> {
    let search = job.search;
    let set: UidSet = uids.iter().copied().collect();
    let mut items = summary::items();
    let needs_structure = matches!(search.show, Some(Show::Structure | Show::Text | Show::Preview))
        || tools.saver.is_some()
        || search.part.is_some();
    if needs_structure {
        items.push(FetchItem::BodyStructure);
    }
    if search.show == Some(Show::Headers) {
        items.retain(|i| !matches!(i, FetchItem::HeaderFields(_)));
        items.push(FetchItem::Header);
    }
    let previews = search.show == Some(Show::Preview) && mailbox.session().capabilities().has("PREVIEW");
    if previews {
        items.push(FetchItem::Preview);
    }
    let guess = uids.len() == 1 && search.show == Some(Show::Text);
    if guess {
        items.push(FetchItem::Body { section: "1".into(), range: Some((0, show::GUESS)) });
    }
    if uids.len() == 1 && search.show == Some(Show::Raw) {
        return raw::one(job, mailbox, uids[0], beyond.zip(order.by), out);
    }
    let mut wanted = vec![(set.clone(), items)];
    if let (Some(beyond), Some(by)) = (beyond, order.by) {
        wanted.push((UidSet::one(beyond), find::sort_items(by)));
    }
    let mut messages: HashMap<Uid, Box<Message>> = HashMap::new();
    let mut other: Option<Message> = None;
    let mut guessed: Vec<u8> = Vec::new();
    let mut fetching = mailbox.fetch_each(&wanted);
    while let Some(piece) = fetching.next()? {
        match piece {
            Piece::Body(mut body) => {
                if guess && body.section == "1" {
                    (&mut body)
                        .take(show::GUESS)
                        .read_to_end(&mut guessed)
                        .map_err(|e| Error::from_io(e, Kind::Closed, "cannot read a text"))?;
                }
                body.skip()?;
            }
            Piece::Message(message) => match message.uid {
                Some(uid) if set.contains(uid) => {
                    let message = shortened(message, search);
                    match messages.entry(uid) {
                        Entry::Vacant(slot) => drop(slot.insert(message)),
                        Entry::Occupied(known) => merge(known.into_mut(), *message),
                    }
                }
                uid if uid.is_some() && uid == beyond => other = Some(*message),
                _ => {}
            },
        }
    }
    drop(fetching);
    if let (Some(other), Some(by)) = (&other, order.by)
        && order.edge(uids).and_then(|u| messages.get(&u)).is_some_and(|m| find::ties(by, m, other))
    {
        return Ok(false);
    }
    let mut present: Vec<Uid> = uids.iter().copied().filter(|u| messages.contains_key(u)).collect();
    if let (true, Some(by)) = (page, order.by) {
        // A reversed sort keeps ties in the order of the mailbox (RFC 5256 §3), which is the wrong way round for us.
        present.sort_by_cached_key(|u| (messages.get(u).map(|m| find::sort_value(by, m)), *u));
        if order.reverse {
            present.reverse();
        }
    }
    let told = Told {
        messages: &messages,
        present: &present,
        guessed: guess.then_some(guessed.as_slice()),
        previews,
    };
    told.tell(job, mailbox, tools, out)?;
    missing(job, mailbox, uids, out);
    Ok(true)
}

/// A header is kept as long as it is wanted whole.
fn shortened(mut message: Box<Message>, search: &Search) -> Box<Message> {
    if search.show != Some(Show::Headers)
        && let Some(head) = &mut message.header
        && head.len() > 32 << 10
    {
        head.truncate(32 << 10);
    }
    message
}

/// A server may tell of one message in several responses.
pub fn merge(known: &mut Message, more: Message) {
    let new = |a: &Option<Vec<u8>>, b: &Option<Vec<u8>>| a.is_none() && b.is_some();
    if new(&known.header, &more.header) {
        known.header = more.header;
        known.header_cut = more.header_cut;
    }
    known.flags = more.flags.or(known.flags.take());
    known.internal_date = known.internal_date.or(more.internal_date);
    known.size = known.size.or(more.size);
    known.structure = known.structure.take().or(more.structure);
    known.preview = known.preview.take().or(more.preview);
    known.uid = more.uid;
}

/// A window's messages, about to be told of.
struct Told<'w> {
    messages: &'w HashMap<Uid, Box<Message>>,
    present: &'w [Uid],
    guessed: Option<&'w [u8]>,
    previews: bool,
}

impl Told<'_> {
    fn tell(
        &self,
        job: &mut Job<'_>,
        mailbox: &mut Mailbox<'_>,
        tools: &mut Tools<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let search = job.search;
        if let Some(section) = &search.part {
            return self.parts(section, job, mailbox, out);
        }
        if search.range.is_some() || search.show == Some(Show::Raw) {
            let body = FetchItem::Body { section: String::new(), range: search.range };
            let wanted: Vec<_> = self.present.iter().map(|u| (*u, vec![body.clone()], None)).collect();
            return raw::stream(job, mailbox, &wanted, self.messages, out);
        }
        if let Some(saver) = tools.saver {
            let with: Vec<_> = self
                .present
                .iter()
                .map(|u| (Summary::of(*u, &self.messages[u]), self.messages[u].structure.clone()))
                .collect();
            if search.dry_run {
                return self.planned(saver, &with, job, mailbox, out);
            }
            return saver.run(mailbox, &with, job, out);
        }
        match search.show {
            Some(Show::Text | Show::Preview) => self.texts(job, mailbox, out),
            _ => {
                self.list(job, mailbox, tools.rules.is_some(), out);
                Ok(())
            }
        }
    }

    fn planned(
        &self,
        saver: &mut Saver,
        with: &[(Summary, Option<Part>)],
        job: &mut Job<'_>,
        mailbox: &mut Mailbox<'_>,
        out: &mut Output,
    ) -> Result<()> {
        for (summary, structure) in with {
            let parts: Vec<&Part> = structure.iter().flat_map(|s| saver.wanted(s)).collect();
            for part in &parts {
                let name = attach::name_of(part).unwrap_or_default();
                let name = wirepost::base::escape::text(&name).into_owned();
                out.line(format_args!("would save part {} of message {}: {name}", part.path, summary.uid));
            }
            saver.saved += parts.len() as u64;
            let hit = summary.hit(&mailbox.name, mailbox.uidvalidity);
            let place = (!parts.is_empty()).then_some(Place::Ours);
            saver.finished(summary.uid, hit, place, job, out);
        }
        Ok(())
    }

    fn list(&self, job: &mut Job<'_>, mailbox: &Mailbox<'_>, sorting: bool, out: &mut Output) {
        let (search, terminal) = (job.search, out.is_terminal());
        let quiet = (search.acts() || sorting || search.delivers())
            && !out.is_verbose()
            && !terminal
            && search.show.is_none();
        for uid in self.present {
            let message = &self.messages[uid];
            let summary = Summary::of(*uid, message);
            let place = job.several.then(|| mailbox.name.clone());
            match search.show {
                Some(Show::Headers) => {
                    show::print_headers(message, out);
                    out.line("");
                }
                Some(Show::Structure) => {
                    out.line(summary.line(place.as_ref(), terminal));
                    if let Some(structure) = &message.structure {
                        out.line(show::tree(structure).trim_end());
                    }
                }
                _ if search.dry_run && search.delivers() => {
                    out.line(format_args!("would deliver message {uid} of {}", mailbox.name));
                }
                _ if quiet || job.held.is_some() => {}
                _ => out.line(summary.line(place.as_ref(), terminal)),
            }
            let mut hit = summary.hit(&mailbox.name, mailbox.uidvalidity);
            if out.has_events() {
                if search.show == Some(Show::Headers) {
                    hit.headers = Some(show::headers(message));
                }
                if search.show == Some(Show::Structure) {
                    hit.parts = message.structure.as_ref().map(show::parts);
                }
                if message.header_cut {
                    hit.cut.push("headers");
                }
            }
            if let Some(held) = &mut job.held {
                held.insert(*uid, (summary.line(place.as_ref(), terminal), Box::new(hit)));
                job.here.done.insert(*uid);
                continue;
            }
            job.finished(*uid, hit, out);
        }
    }

    /// Texts and previews.
    fn texts(&self, job: &mut Job<'_>, mailbox: &mut Mailbox<'_>, out: &mut Output) -> Result<()> {
        let preview = job.search.show == Some(Show::Preview);
        let (name, uidvalidity) = (mailbox.name.clone(), mailbox.uidvalidity);
        let summaries: Vec<_> = self.present.iter().map(|u| Summary::of(*u, &self.messages[u])).collect();
        let collects = preview || out.is_json() || out.has_events();
        let mut asked = Vec::new();
        for uid in self.present {
            let message = &self.messages[uid];
            if self.previews && message.preview.is_some() {
                continue;
            }
            if let Some(structure) = &message.structure {
                if let Some(label) = attach::readable(structure).into_iter().find_map(attach::unknown_charset)
                {
                    out.warn(format_args!("message {uid} in {name}: nobody knows its charset {label}"));
                }
                asked.push((*uid, structure, self.guessed));
            }
        }
        let mut text: HashMap<Uid, (String, bool)> = HashMap::new();
        let (mut held, mut told) = (0, 0);
        let raw = !out.is_terminal();
        job.many |= self.present.len() > 1;
        let mut last = None;
        let order: Vec<Uid> = asked.iter().map(|a| a.0).collect();
        show::texts(mailbox, &asked, preview.then_some(show::PREVIEW_BYTES), &mut |at, body, _| {
            let uid = order[at];
            if job.is_done(uid) {
                return Ok(());
            }
            if collects {
                // Texts come in order: those before this one need not be held until the last has come.
                if held > HELD {
                    while told < summaries.len() && summaries[told].uid != uid {
                        self.text(
                            &summaries[told],
                            &name,
                            uidvalidity,
                            text.remove(&summaries[told].uid),
                            job,
                            out,
                        );
                        told += 1;
                    }
                    held = text.values().map(|t| t.0.len()).sum();
                }
                let into = text.entry(uid).or_default();
                held -= into.0.len();
                let cut = show::collect(body, &mut into.0)?;
                held += into.0.len();
                into.1 |= cut;
                if !out.is_json() && !preview {
                    self.heading(&summaries, uid, &mut last, job, out);
                    let shown = into.0.clone();
                    show::print(&mut shown.as_bytes(), &mut out.raw()?, raw)?;
                }
                return Ok(());
            }
            self.heading(&summaries, uid, &mut last, job, out);
            show::print(body, &mut out.raw()?, raw)
        })?;
        for summary in &summaries[told..] {
            self.text(summary, &name, uidvalidity, text.remove(&summary.uid), job, out);
        }
        Ok(())
    }

    /// Tells of one message with its text, or with a preview of it.
    fn text(
        &self,
        summary: &Summary,
        name: &Name,
        uidvalidity: u64,
        text: Option<(String, bool)>,
        job: &mut Job<'_>,
        out: &mut Output,
    ) {
        let mut hit = summary.hit(name, uidvalidity);
        let (found, cut) = text.unwrap_or_default();
        if job.search.show == Some(Show::Preview) {
            let words = match &self.messages[&summary.uid].preview {
                Some(bytes) => show::preview(&String::from_utf8_lossy(bytes)),
                None => show::preview(&found),
            };
            out.line(summary.line(job.several.then_some(name), out.is_terminal()));
            out.line(format_args!("    {}", wirepost::base::escape::text(&words)));
            hit.preview = Some(words);
        } else {
            hit.text = Some(found).filter(|_| out.has_events());
            if cut {
                hit.cut.push("text");
            }
        }
        job.finished(summary.uid, hit, out);
    }

    fn heading(
        &self,
        all: &[Summary],
        uid: Uid,
        last: &mut Option<Uid>,
        job: &mut Job<'_>,
        out: &mut Output,
    ) {
        if *last == Some(uid) {
            return;
        }
        if std::mem::replace(&mut job.shown, true) {
            out.line(format_args!("\n{}", "-".repeat(72)));
        }
        *last = Some(uid);
        if (job.many || out.is_terminal())
            && let Some(summary) = all.iter().find(|s| s.uid == uid)
        {
            out.line(summary.heading());
        }
    }

    /// `--part`.
    fn parts(
        &self,
        section: &str,
        job: &mut Job<'_>,
        mailbox: &mut Mailbox<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let mut wanted = Vec::new();
        for uid in self.present {
            let part = self.messages[uid]
                .structure
                .iter()
                .flat_map(Part::leaves)
                .find(|p| p.path == section)
                .cloned();
            if part.is_none() {
                let text = format!("message {uid} has no part {section}");
                let hit = Summary::of(*uid, &self.messages[uid]).hit(&mailbox.name, mailbox.uidvalidity);
                job.failed(
                    *uid,
                    hit,
                    &Error::new(Kind::Missing, text).hint("--show structure tells its parts"),
                    out,
                );
                continue;
            }
            let item = FetchItem::Body { section: section.to_string(), range: job.search.range };
            wanted.push((*uid, vec![item], part));
        }
        // Decoded by the server where it can. Several go to stdout in their order, so none of them may have to be asked for twice.
        if let [(uid, _, Some(part))] = wanted.as_slice()
            && job.search.range.is_none()
            && mailbox.session().capabilities().has("BINARY")
            && let item @ FetchItem::Binary { .. } = attach::item(part, true)
        {
            let decoded = [(*uid, vec![item], Some(part.clone()))];
            match raw::stream(job, mailbox, &decoded, self.messages, out) {
                Err(e) if e.kind() == Kind::Refused => out.note(e.message()),
                other => other?,
            }
            if job.is_done(*uid) {
                return Ok(());
            }
        }
        raw::stream(job, mailbox, &wanted, self.messages, out)
    }
}
