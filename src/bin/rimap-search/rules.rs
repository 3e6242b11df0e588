//! `--rules`: the same file as rpop's sorts messages on the server: a folder is a mailbox (made as needed), `skip` and
//! `keep` leave them, `delete` deletes, a command gets them on its standard input and then they stay.

use crate::{
    act::{self, Actions},
    args::Search,
    attach,
    job::Job,
    names,
};
use std::{collections::BTreeMap, path::Path};
use wirepost::{
    base::{error::*, escape},
    cli::{Output, event::Hit, exit::Outcome},
    imap::{FetchItem, Mailbox, Message, Name, Part, Piece, Uid, UidSet},
    mail::rules::{Action, Facts, Rules},
    mime::header,
    store::{
        Mailstore,
        pipe::{About, Pipe, Verdict},
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
        Ok(header::fields(&self.head).filter(|f| f.is(name)).map(|f| f.text()).collect())
    }

    fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>> {
        let values = self.header(name)?;
        Ok(values.iter().flat_map(|v| mailboxes(v)).collect())
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

/// Display names and addresses of a decoded address field: commas outside quotes and brackets part them.
fn mailboxes(value: &str) -> Vec<(String, String)> {
    let (mut out, mut now, mut quoted, mut inside) = (Vec::new(), String::new(), false, false);
    for c in value.chars().chain([',']) {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => inside = true,
            '>' if !quoted => inside = false,
            ',' if !quoted && !inside => {
                let text = std::mem::take(&mut now);
                let text = text.trim();
                if let Some((name, rest)) = text.rsplit_once('<') {
                    let address = rest.split('>').next().unwrap_or_default();
                    out.push((name.trim().trim_matches('"').to_string(), address.trim().to_string()));
                } else if !text.is_empty() {
                    out.push((String::new(), text.to_string()));
                }
                continue;
            }
            _ => {}
        }
        now.push(c);
    }
    out
}

impl Sorting {
    /// What has to be fetched to decide.
    pub fn add_items(&self, items: &mut Vec<FetchItem>) {
        items.retain(|i| !matches!(i, FetchItem::HeaderFields(_)));
        items.push(FetchItem::Header);
        if self.0.look_into_bodies() && !items.contains(&FetchItem::BodyStructure) {
            items.push(FetchItem::BodyStructure);
        }
    }

    /// Sorts what was found.
    ///
    /// # Errors
    /// The connection's; a mailbox that cannot be made.
    pub fn run(
        &self,
        mailbox: &mut Mailbox<'_>,
        hits: Vec<Hit>,
        search: &Search,
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let set: UidSet = hits.iter().filter_map(|h| h.uid).collect();
        let known = self.facts(mailbox, &set)?;
        let mut groups: BTreeMap<String, (Action, Vec<Hit>)> = BTreeMap::new();
        for mut hit in hits {
            let Some(mut facts) = hit.uid.and_then(|u| known.get(&u)).map(clone) else { continue };
            let rule = self.0.decide(&mut facts)?;
            hit.rule = rule.map(|r| r.line);
            if let (true, Some(rule), Some(uid)) = (search.dry_run, rule, hit.uid) {
                let by = escape::text(&rule.text);
                out.line(format_args!("message {uid} in {} would be sorted by: {by}", mailbox.name));
            }
            let action = rule.map_or(Action::Keep, |r| r.action.clone());
            groups.entry(format!("{action:?}")).or_insert_with(|| (action, Vec::new())).1.push(hit);
        }
        for (action, hits) in groups.into_values() {
            match action {
                Action::Keep | Action::Skip => left_alone(hits, out),
                Action::Folder(folder) => {
                    let target = names::one(mailbox.session(), &folder)?;
                    if target == mailbox.name {
                        left_alone(hits, out);
                        continue;
                    }
                    if !search.dry_run {
                        make(mailbox, &target)?;
                    }
                    let actions = Actions { move_to: Some(target), ..Actions::default() };
                    act::run(&actions, mailbox, hits, search.dry_run, out)?;
                }
                Action::Delete => {
                    let expunge_all = search.expunge_all;
                    let actions = Actions { delete: true, expunge_all, ..Actions::default() };
                    act::run(&actions, mailbox, hits, search.dry_run, out)?;
                }
                Action::Command(command) => self.pipe(&command, mailbox, hits, search, job, out)?,
            }
        }
        Ok(())
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
        hits: Vec<Hit>,
        search: &Search,
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let pipe = Pipe {
            command: command.to_string(),
            timeout: search.exec_timeout,
            to_stderr: out.is_json(),
            hide: self.1.clone(),
        };
        let mut store: Stream<std::io::Sink> = Stream::scratch(search.crlf)?;
        for mut hit in hits {
            let Some(uid) = hit.uid else { continue };
            hit.actions.push(format!("exec {command}"));
            let mut error = None;
            if search.dry_run {
                hit.outcome = Outcome::Planned.name();
            } else {
                let items = [FetchItem::Body { section: String::new(), range: None }];
                let mut fetching = mailbox.fetch(&UidSet::one(uid), &items);
                let mut size = None;
                while let Some(piece) = fetching.next()? {
                    if let Piece::Body(mut body) = piece {
                        size = Some(store.stage(&mut body)?.size);
                    }
                }
                let Some(size) = size else { continue };
                let text = uid.to_string();
                let about = About {
                    uid: &text,
                    from: hit.from.as_deref().unwrap_or_default(),
                    subject: hit.subject.as_deref().unwrap_or_default(),
                    size,
                    mailbox: &hit.mailbox,
                };
                let file = store.reread_file(search.crlf)?;
                let cancel = job.cancel.clone();
                let verdict = pipe.run(file, &about, &|| cancel.check())?;
                store.discard();
                error = match verdict {
                    Verdict::Delivered => None,
                    Verdict::Temporary(why) => Some(Error::new(Kind::Busy, why)),
                    Verdict::Permanent(why) => Some(Error::new(Kind::Refused, why)),
                };
            }
            match error {
                None => {
                    out.count(if search.dry_run { Outcome::Planned } else { Outcome::Ok });
                    out.emit(&wirepost::cli::event::Event::Hit(Box::new(hit)));
                }
                Some(e) => job.failed(uid, hit, &e.context(format_args!("message {uid}")), out),
            }
        }
        Ok(())
    }
}

/// Messages that stay where they are.
fn left_alone(hits: Vec<Hit>, out: &mut Output) {
    for mut hit in hits {
        hit.outcome = Outcome::Skipped.name();
        hit.reason = Some("rule");
        out.count(Outcome::Skipped);
        out.emit(&wirepost::cli::event::Event::Hit(Box::new(hit)));
    }
}

fn clone(known: &Known) -> Known {
    Known {
        head: known.head.clone(),
        size: known.size,
        structure: known.structure.clone(),
        text: known.text.clone(),
    }
}

/// Makes a mailbox that is not there.
fn make(mailbox: &mut Mailbox<'_>, name: &Name) -> Result<()> {
    match mailbox.session().status(name) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == Kind::Missing => mailbox.session().create(name),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let got = mailboxes("\"Doe, J\" <j@x>, b@y , Ü <ü@z>,");
        let want = [("Doe, J", "j@x"), ("", "b@y"), ("Ü", "ü@z")];
        assert_eq!(got, want.map(|(a, b)| (a.to_string(), b.to_string())));
    }
}
