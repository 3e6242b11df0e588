//! `--rules`: the same file as rpop's sorts messages on the server: a folder is a mailbox (made as needed), `skip` and
//! `keep` leave them, `delete` deletes, a command gets them on its standard input and then they stay.

use crate::{
    act::{self, Actions},
    attach, deliver,
    job::Job,
    names,
};
use std::{collections::BTreeMap, path::Path};
use wirepost::{
    base::{error::*, escape},
    cli::{Output, event::Hit, exit::Outcome},
    imap::{FetchItem, Mailbox, Message, Name, Part, Piece, Uid, UidSet},
    mail::{
        facts,
        rules::{Action, Facts, Rules},
    },
    store::{
        Mailstore,
        pipe::{About, Pipe},
        stream::Stream,
    },
};

/// The rules, and the variables that their commands do not inherit.
pub struct Sorting(Rules, Vec<String>);

/// Reads the file.
///
/// # Errors
/// `Config`, with line and column.
pub fn load(path: &Path, hidden: Vec<String>) -> Result<Sorting> {
    Rules::load(path).map(|rules| Sorting(rules, hidden))
}

struct Known {
    head: Vec<u8>,
    size: u64,
    structure: Option<Part>,
    text: Option<String>,
}

impl Facts for Known {
    fn header(&mut self, name: &str) -> Result<Vec<String>> {
        Ok(facts::values(&self.head, name))
    }

    fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>> {
        Ok(facts::people(&self.head, name))
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn attachments(&mut self) -> Result<Vec<(String, String)>> {
        let parts = self.structure.iter().flat_map(Part::leaves);
        let parts = parts.filter(|p| attach::is_attachment(p));
        Ok(parts.map(|p| (p.media_type(), attach::name_of(p).unwrap_or_default())).collect())
    }

    fn has_text(&mut self, lower_case: &str) -> Result<bool> {
        Ok(self.text.as_ref().is_some_and(|t| t.to_lowercase().contains(lower_case)))
    }
}

impl Sorting {
    /// Whether any of them deletes.
    pub fn deletes(&self) -> bool {
        self.0.iter().any(|rule| rule.action == Action::Delete)
    }

    /// Sorts what was found.
    ///
    /// # Errors
    /// The connection's: those it did not come to wait on.
    pub fn run(&self, mailbox: &mut Mailbox<'_>, job: &mut Job<'_>, out: &mut Output) -> Result<()> {
        for (action, set) in self.groups(mailbox, job, out)? {
            match action {
                Action::Keep | Action::Skip => left_alone(&set, job, out),
                Action::Folder(folder) => match target(&folder, mailbox, job.search.dry_run) {
                    Ok(target) if target == mailbox.name => left_alone(&set, job, out),
                    Ok(target) => {
                        let actions = Actions { move_to: Some(target), ..Actions::default() };
                        act::run(&actions, mailbox, &set, job, out)?;
                    }
                    Err(e) if mailbox.session().is_broken() => return Err(e),
                    Err(e) => {
                        let e = e.context(format_args!("cannot sort into {folder}"));
                        for hit in job.take(&set) {
                            job.failed(hit.uid.unwrap_or_default(), hit, &e, out);
                        }
                    }
                },
                Action::Delete => {
                    let expunge_all = job.search.expunge_all;
                    let actions = Actions { delete: true, expunge_all, ..Actions::default() };
                    act::run(&actions, mailbox, &set, job, out)?;
                }
                Action::Command(command) => self.pipe(&command, mailbox, &set, job, out)?,
            }
        }
        Ok(())
    }

    /// Decides of each that waits, and which belong together. Those that are gone are told of.
    fn groups(
        &self,
        mailbox: &mut Mailbox<'_>,
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<Vec<(Action, UidSet)>> {
        let waiting: Vec<Uid> = job.here.hits.iter().filter_map(|h| h.uid).collect();
        let mut groups: BTreeMap<String, (Action, Vec<Uid>)> = BTreeMap::new();
        let mut gone = Vec::new();
        // Headers and texts are held of few at a time: strangers decide how long those are.
        for some in waiting.chunks(if self.0.look_into_bodies() { 8 } else { 100 }) {
            let some: UidSet = some.iter().copied().collect();
            let mut known = self.facts(mailbox, &some)?;
            for hit in &mut job.here.hits {
                let Some(uid) = hit.uid.filter(|u| some.contains(*u)) else { continue };
                let Some(facts) = known.get_mut(&uid) else {
                    gone.push(uid);
                    continue;
                };
                let rule = self.0.decide(facts)?;
                hit.rule = rule.map(|r| r.line);
                if let (true, Some(rule)) = (job.search.dry_run, rule) {
                    let by = escape::text(&rule.text);
                    out.line(format_args!("message {uid} in {} would be sorted by: {by}", mailbox.name));
                }
                let action = rule.map_or(Action::Keep, |r| r.action.clone());
                groups.entry(format!("{action:?}")).or_insert_with(|| (action, Vec::new())).1.push(uid);
            }
        }
        for hit in job.take(&gone.into_iter().collect()) {
            missing(hit, job, out);
        }
        Ok(groups.into_values().map(|(action, uids)| (action, uids.into_iter().collect())).collect())
    }

    fn facts(&self, mailbox: &mut Mailbox<'_>, set: &UidSet) -> Result<BTreeMap<Uid, Known>> {
        let mut items = vec![FetchItem::Size, FetchItem::Header];
        let deep = self.0.look_into_bodies();
        if deep {
            items.push(FetchItem::BodyStructure);
        }
        let mut known = BTreeMap::new();
        crate::find::each(mailbox, set, &items, |uid, m: &Message| {
            let head = m.header.clone().unwrap_or_default();
            let (size, structure) = (m.size.unwrap_or(0), m.structure.clone());
            known.insert(uid, Known { head, size, structure, text: None });
        })?;
        if deep {
            let structures: Vec<(Uid, Part)> =
                known.iter().filter_map(|(u, k)| Some((*u, k.structure.clone()?))).collect();
            let asked: Vec<_> = structures.iter().map(|(u, p)| (*u, p, None)).collect();
            let mut texts: BTreeMap<Uid, String> = BTreeMap::new();
            crate::show::texts(mailbox, &asked, None, &mut |at, body, _| {
                crate::show::collect(body, texts.entry(asked[at].0).or_default()).map(|_| ())
            })?;
            for (uid, text) in texts {
                if let Some(k) = known.get_mut(&uid) {
                    k.text = Some(text);
                }
            }
        }
        Ok(known)
    }

    fn pipe(
        &self,
        command: &str,
        mailbox: &mut Mailbox<'_>,
        set: &UidSet,
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let pipe = Pipe {
            command: command.to_string(),
            timeout: job.search.exec_timeout,
            to_stderr: out.is_json(),
            hide: self.1.clone(),
        };
        let crlf = job.search.crlf;
        let mut store: Stream<std::io::Sink> = Stream::scratch(crlf)?;
        for uid in set.iter() {
            let mut size = None;
            if !job.search.dry_run {
                let items = [FetchItem::Body { section: String::new(), range: None }];
                let mut fetching = mailbox.fetch(&UidSet::one(uid), &items);
                while let Some(piece) = fetching.next()? {
                    if let Piece::Body(mut body) = piece {
                        size = Some(store.stage(&mut body)?.size);
                    }
                }
            }
            for mut hit in job.take(&UidSet::one(uid)) {
                hit.actions.push(format!("exec {command}"));
                if job.search.dry_run {
                    job.ended(uid, hit, Outcome::Planned, out);
                    continue;
                }
                let Some(size) = size else {
                    missing(hit, job, out);
                    continue;
                };
                let text = uid.to_string();
                let about = About {
                    uid: &text,
                    from: hit.from.as_deref().unwrap_or_default(),
                    subject: hit.subject.as_deref().unwrap_or_default(),
                    size,
                    mailbox: &hit.mailbox,
                };
                match deliver::hand_over(&pipe, &mut store, crlf, &about, &job.cancel).map(deliver::refusal) {
                    Ok(None) => job.ended(uid, hit, Outcome::Ok, out),
                    Ok(Some(e)) => job.failed(uid, hit, &e.context(format_args!("message {uid}")), out),
                    Err(e) => {
                        job.here.hits.push(hit);
                        return Err(e);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Messages that stay where they are.
fn left_alone(set: &UidSet, job: &mut Job<'_>, out: &mut Output) {
    for hit in job.take(set) {
        job.skipped(hit.uid.unwrap_or_default(), hit, "rule", out);
    }
}

/// One that went away after it was found.
fn missing(hit: Hit, job: &mut Job<'_>, out: &mut Output) {
    let uid = hit.uid.unwrap_or_default();
    let error = crate::search::gone(uid, &hit.mailbox);
    job.failed(uid, hit, &error, out);
}

/// The mailbox that a rule means, made as needed.
fn target(folder: &str, mailbox: &mut Mailbox<'_>, dry: bool) -> Result<Name> {
    let mut target = names::made(mailbox.session(), folder)?;
    if !dry && target != mailbox.name {
        names::make(mailbox.session(), &mut target)?;
    }
    Ok(target)
}
