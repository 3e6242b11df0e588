//! `--save`: the wanted attachments of messages whose structures are known, streamed to files of safe names that appear
//! whole. Where the server undoes base64 itself (BINARY, RFC 3516) a quarter of the bytes is spared; what it
//! cannot decode is asked for once more as it stands, and decoded here.
//!
//! Files become durable in batches, and only then are they told of: the actions may delete the message they are from.

use crate::{args::Search, attach, job::Job, show, summary::Summary};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::{error::*, escape, record},
    cli::{
        Output,
        event::{self, Event, Hit},
        exit::Outcome,
    },
    imap::{Body, Mailbox, Name, Part, Piece, Uid, UidSet},
    mime::names,
    store::{
        batch::{Batch, SyncMode},
        dir::Dir,
        partial::{Conflict, Given, Partial},
    },
};

/// So many files wait open for the disk together.
const BATCH: usize = 64;

/// Saves the wanted attachments of messages whose structures are known.
pub struct Saver {
    dir: Arc<Dir>,
    template: Option<String>,
    conflict: Conflict,
    wanted: Vec<String>,
    given: Given,
    /// Parts that were told of, of messages that are not done with: after a lost connection they are not saved once more.
    told: HashMap<(Name, u64, Uid, String), Result<Place>>,
    pub saved: u64,
}

impl Saver {
    /// # Errors
    /// `Create`: the directory cannot be made.
    pub fn new(search: &Search) -> Result<Saver> {
        // A dry run makes nothing.
        let path = search.dir.as_deref().filter(|_| !search.dry_run).unwrap_or(Path::new("."));
        if let Some(template) = &search.name {
            names::from_template(template, |key| {
                ["name", "date", "from", "subject", "uid", "part"].contains(&key).then(|| "x".to_string())
            })
            .map_err(|bad| Error::new(Kind::Usage, format!("--name: there is no {bad}")))?;
        }
        Ok(Saver {
            dir: Dir::create(path, 0o777)?,
            template: search.name.clone(),
            conflict: search.on_conflict.into(),
            wanted: search.save.clone(),
            given: Given::default(),
            told: HashMap::new(),
            saved: 0,
        })
    }

    /// The parts of a message that are wanted.
    pub fn wanted<'p>(&self, structure: &'p Part) -> Vec<&'p Part> {
        let fits = |p: &&Part| self.wanted.iter().any(|w| attach::is_wanted(p, w));
        structure.leaves().into_iter().filter(fits).collect()
    }

    /// Streams one part to a temporary file, under the name it is to have.
    fn save(&self, part: &Part, summary: &Summary, body: &mut Body<'_>) -> Result<(OsString, Partial, u64)> {
        let own = attach::name_of(part).and_then(|n| names::safe_name(&n));
        let own =
            own.unwrap_or_else(|| format!("message-{}-part-{}.{}", summary.uid, part.path, extension(part)));
        let name = match &self.template {
            None => own,
            Some(template) => {
                let filled = names::from_template(template, |key| {
                    Some(match key {
                        "name" => own.clone(),
                        "date" => summary
                            .sent
                            .or(summary.arrived)
                            .map(|t| t.rfc3339()[..10].to_string())
                            .unwrap_or_default(),
                        "from" => address(summary.from.as_deref().unwrap_or_default()),
                        "subject" => summary.subject.clone().unwrap_or_default(),
                        "uid" => summary.uid.to_string(),
                        "part" => part.path.clone(),
                        _ => return None,
                    })
                });
                filled.ok().flatten().unwrap_or(own)
            }
        };
        let name = OsString::from(name);
        let mut partial = Partial::create(&self.dir, &name, 0o666)?;
        let path = partial.path();
        let binary = body.binary;
        let mut plain: Box<dyn Read + '_> = if binary { Box::new(body) } else { attach::decoded(part, body) };
        let n = show::copy(&mut plain, partial.file()).map_err(|e| match Error::unwrap_io(e) {
            Ok(ours) => ours,
            Err(e) => Error::from_io(e, Kind::Local, format_args!("cannot write {}", path.display())),
        })?;
        drop(plain);
        Ok((name, partial, n))
    }

    /// Puts a finished file in its place.
    fn place(&mut self, saved: Saved, batch: &mut Batch) -> Result<(Option<PathBuf>, u64)> {
        let (name, mut partial, n) = saved?;
        if matches!(self.conflict, Conflict::Skip | Conflict::Overwrite) {
            partial.aim(&self.given.name(&name, |_| false))?;
        }
        Ok((partial.place_in(batch, self.conflict)?, n))
    }

    /// Fetches and saves what is wanted of these messages; how each ended is handed to `job`.
    ///
    /// # Errors
    /// The connection's.
    pub fn run(
        &mut self,
        mailbox: &mut Mailbox<'_>,
        messages: &[(Summary, Option<Part>)],
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let mut tasks: Vec<Task> = Vec::new();
        for (at, (_, structure)) in messages.iter().enumerate() {
            let parts = structure.iter().flat_map(|s| self.wanted(s));
            tasks.extend(parts.map(|part| Task { at, part: part.clone(), done: false }));
        }
        let mut failed: Vec<Option<Error>> = messages.iter().map(|_| None).collect();
        let (name, uidvalidity) = (mailbox.name.clone(), mailbox.uidvalidity);
        let key = |t: &Task| (name.clone(), uidvalidity, messages[t.at].0.uid, t.part.path.clone());
        for task in &mut tasks {
            if let Some(told) = self.told.get(&key(task)) {
                task.done = true;
                failed[task.at] = failed[task.at].take().or_else(|| told.clone().err());
            }
        }
        let binary = mailbox.session().capabilities().has("BINARY");
        self.fetch(mailbox, messages, &mut tasks, binary, &mut failed, out)?;
        if binary && tasks.iter().any(|t| !t.done) {
            // What the server cannot decode (`[UNKNOWN-CTE]`, RFC 3516 §4.3) it can still send as it stands.
            self.fetch(mailbox, messages, &mut tasks, false, &mut failed, out)?;
        }
        for task in tasks.iter().filter(|t| !t.done) {
            let uid = messages[task.at].0.uid;
            let text = format!("the server did not send part {} of message {uid}", task.part.path);
            failed[task.at].get_or_insert(Error::new(Kind::Protocol, text));
        }
        let mut places: Vec<Option<Place>> = vec![None; messages.len()];
        for task in &tasks {
            let told = self.told.get(&key(task)).and_then(|t| t.as_ref().ok()).copied();
            places[task.at] = places[task.at].max(told.or(Some(Place::Ours)));
        }
        for (((summary, _), error), place) in messages.iter().zip(failed).zip(places) {
            let hit = summary.hit(&mailbox.name, mailbox.uidvalidity);
            match error {
                None => self.finished(summary.uid, hit, place, job, out),
                Some(e) => job.failed(summary.uid, hit, &e, out),
            }
        }
        self.told.clear();
        Ok(())
    }

    /// A message is done with. One that had nothing to save is not acted on: a slip in a pattern must not delete what was to be
    /// saved first, nor may a file that has the name of a part already.
    pub fn finished(&self, uid: Uid, hit: Hit, place: Option<Place>, job: &mut Job<'_>, out: &mut Output) {
        match place {
            None if job.search.acts() => job.skipped(uid, hit, "nothing_saved", out),
            Some(Place::Taken) if job.search.acts() => job.skipped(uid, hit, "exists", out),
            _ => job.finished(uid, hit, out),
        }
    }

    /// Asks for the parts that are not done yet, and saves what comes.
    fn fetch(
        &mut self,
        mailbox: &mut Mailbox<'_>,
        messages: &[(Summary, Option<Part>)],
        tasks: &mut [Task],
        binary: bool,
        failed: &mut [Option<Error>],
        out: &mut Output,
    ) -> Result<()> {
        let asked: Vec<usize> = (0..tasks.len()).filter(|i| !tasks[*i].done).collect();
        let wanted: Vec<_> = asked
            .iter()
            .map(|i| &tasks[*i])
            .map(|t| (UidSet::one(messages[t.at].0.uid), vec![attach::item(&t.part, binary)]))
            .collect();
        let place = (mailbox.name.clone(), mailbox.uidvalidity);
        let mut batch = Batch::new(SyncMode::Batch);
        batch.join(&self.dir)?;
        let mut saved: Vec<(usize, Saved)> = Vec::new();
        let mut fetching = mailbox.fetch_each(&wanted);
        loop {
            let mut body = match fetching.next() {
                Ok(Some(Piece::Body(body))) => body,
                Ok(Some(Piece::Message(_))) => continue,
                Ok(None) => break,
                // One command's no: its part stays undone.
                Err(e) if e.kind() == Kind::Refused => {
                    out.note(e.message());
                    continue;
                }
                Err(e) => return Err(e),
            };
            let fits = |i: &usize| {
                let task = &tasks[*i];
                !task.done
                    && body.uid.is_none_or(|u| messages[task.at].0.uid == u)
                    && body.section == task.part.path.to_ascii_uppercase()
            };
            // Answers come in the order of the commands; one that does not is found by its UID and section.
            let expected = asked.get(body.command).copied();
            let Some(owner) = expected.filter(fits).or_else(|| (0..tasks.len()).find(fits)) else {
                body.skip()?;
                continue;
            };
            let task = &mut tasks[owner];
            task.done = true;
            let result = self.save(&task.part, &messages[task.at].0, &mut body);
            if let Err(e) = &result
                && matches!(
                    e.kind(),
                    Kind::Closed | Kind::Timeout | Kind::Protocol | Kind::Limit | Kind::Interrupted
                )
            {
                return Err(e.clone());
            }
            body.skip()?;
            if let Ok((_, partial, _)) = &result {
                partial.stage(&mut batch)?;
            }
            saved.push((owner, result));
            if saved.len() >= BATCH {
                self.settle(&mut saved, &mut batch, &place, messages, tasks, failed, out)?;
            }
        }
        drop(fetching);
        self.settle(&mut saved, &mut batch, &place, messages, tasks, failed, out)
    }

    /// Makes files durable, and tells of them.
    #[allow(clippy::too_many_arguments, reason = "what fetch has at hand")]
    fn settle(
        &mut self,
        saved: &mut Vec<(usize, Saved)>,
        batch: &mut Batch,
        (name, uidvalidity): &(Name, u64),
        messages: &[(Summary, Option<Part>)],
        tasks: &[Task],
        failed: &mut [Option<Error>],
        out: &mut Output,
    ) -> Result<()> {
        batch.sync_data()?;
        let placed: Vec<_> = saved.drain(..).map(|(owner, s)| (owner, self.place(s, batch))).collect();
        batch.sync_entries()?;
        for (owner, result) in placed {
            let task = &tasks[owner];
            let summary = &messages[task.at].0;
            let told = self.tell(&task.part, summary, name, result, out);
            let key = (name.clone(), *uidvalidity, summary.uid, task.part.path.clone());
            failed[task.at] = failed[task.at].take().or_else(|| told.clone().err());
            self.told.insert(key, told);
        }
        Ok(())
    }

    /// Tells what became of one part.
    ///
    /// # Errors
    /// Why it was not saved.
    fn tell(
        &mut self,
        part: &Part,
        summary: &Summary,
        mailbox: &Name,
        result: Result<(Option<PathBuf>, u64)>,
        out: &mut Output,
    ) -> Result<Place> {
        let mut told = event::Part {
            outcome: Outcome::Ok.name(),
            mailbox: mailbox.text().to_string(),
            uid: summary.uid,
            part: part.path.clone(),
            media_type: part.media_type(),
            name: attach::name_of(part),
            ..event::Part::default()
        };
        let mut verdict = Ok(Place::Ours);
        match result {
            Ok((Some(path), n)) => {
                self.saved += 1;
                out.add_bytes(n);
                let shown = path.to_string_lossy();
                let shown = escape::text(&shown);
                out.done(format_args!("message {} part {} -> {shown}", summary.uid, part.path));
                told.path = Some(record::name(path.as_os_str().as_bytes()));
                told.bytes = Some(n);
                out.count(Outcome::Ok);
            }
            Ok((None, _)) => {
                verdict = Ok(Place::Taken);
                told.outcome = Outcome::Skipped.name();
                told.reason = Some("exists");
                out.count(Outcome::Skipped);
            }
            Err(e) => {
                let e = e.context(format_args!("message {} part {}", summary.uid, part.path));
                told.outcome = Outcome::of(&e).name();
                told.error = Some(event::error(&e));
                out.item_failed(&e);
                verdict = Err(e);
            }
        }
        out.emit(&Event::Part(Box::new(told)));
        verdict
    }
}

/// Where a part is, or would be: that of a message is the worst of its parts'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In its file.
    Ours,
    /// Nowhere: another file has its name, and keeps it.
    Taken,
}

/// A part's file that waits for its place, or why there is none.
type Saved = Result<(OsString, Partial, u64)>;

/// One part that is to be saved.
struct Task {
    /// Which message it belongs to.
    at: usize,
    part: Part,
    done: bool,
}

fn extension(part: &Part) -> &'static str {
    match wirepost::mime::media_type::extension(&part.media_type()) {
        "" => "bin",
        known => known,
    }
}

/// The address in a From text.
fn address(from: &str) -> String {
    let inner = from.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(a, _)| a);
    inner.unwrap_or(from).trim().to_string()
}
