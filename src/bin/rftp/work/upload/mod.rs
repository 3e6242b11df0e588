//! A worker's uploads. A file that was stored and found whole waits for the next write to get its time and its name; see
//! `wirepost::ftp::Glue`. It is told of only when the server has confirmed the rename, or a look has. What cannot be asked ahead, and
//! every try after the first, goes the way of a file on its own: see `one`.

pub mod one;

use super::{Ahead, Done, End, Manner, Next, Speaks, Told, next_try, proof};
use crate::{
    session::{Session, Voice},
    source::{Opened, Source},
};
use one::{Attempt, Begun, kept_mode};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use wirepost::{
    base::{date::Time, digest::Algorithm, error::*, tree::Entry},
    ftp::{Client, Glue, RemotePath, Sizes},
    job::{meter::Meter, pool},
    textproto::{Command, Reply},
};

/// Small enough to go out before the 150: it fits into the kernel's buffers.
const SMALL: u64 = 64 << 10;
/// Larger ones gain nothing from being asked ahead.
const MEDIUM: u64 = 4 << 20;

/// One file to be put.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Relative, as the caller knows it.
    pub path: Vec<u8>,
    pub local: PathBuf,
    pub remote: RemotePath,
    /// What stands there.
    pub there: Option<Entry>,
    pub size: u64,
    /// What a worker that left had begun.
    pub begun: Option<Begun>,
}

type Worker<'w> = pool::Worker<'w, Upload, Told<Upload, Held>>;

/// A file that is whole under its temporary name.
pub struct Held {
    pub job: Upload,
    pub temporary: RemotePath,
    modified: Option<Time>,
    done: Done,
    tried: u32,
    began: Instant,
    /// RNTO went out and its reply did not come: it may have happened.
    asked: bool,
}

/// Takes jobs until there are none.
pub fn work(worker: &Worker<'_>, session: &mut Session<'_>, manner: &Manner<'_>) {
    let mut last: Option<Held> = None;
    loop {
        let job = match worker.take() {
            Some(job) => job,
            None => {
                settle_last(worker, session, manner, &mut last);
                match worker.next() {
                    Some(job) => job,
                    None => return,
                }
            }
        };
        let began = Instant::now();
        let source = Source::Path(job.local.clone());
        let mut attempt = match Attempt::new(manner, source, &job.remote, None) {
            Ok(attempt) => attempt,
            Err(e) => {
                tell(worker, job, Err(e), 1, began, None, None);
                continue;
            }
        };
        if let Some(begun) = &job.begun {
            attempt.goes_on(begun);
        }
        let mut tried = 0;
        loop {
            tried += 1;
            let row = Row { worker, manner, job: &job, tried };
            let error = match row.store(session, &mut attempt, &mut last) {
                Ok((done, modified)) => {
                    let temporary = attempt.temporary;
                    let held = Held { job, temporary, modified, done, tried, began, asked: false };
                    if manner.hold {
                        let job = held.job.clone();
                        tell(worker, job, Ok(held.done.clone()), tried, began, Some(held), None);
                    } else {
                        last = Some(held);
                    }
                    break;
                }
                Err(e) => e,
            };
            let handed = || last.is_none().then(|| Upload { begun: attempt.begun(), ..job.clone() });
            match next_try(worker, session, error, tried, began, handed) {
                Next::Again => {}
                Next::Leave => return,
                Next::Fail(error) => {
                    manner.cancel.begin_cleanup(Duration::from_secs(2));
                    let left = attempt.clean_up(session);
                    tell(worker, job, Err(error), tried, began, None, left);
                    break;
                }
            }
        }
    }
}

fn tell(
    worker: &Worker<'_>,
    job: Upload,
    result: Result<Done>,
    tried: u32,
    began: Instant,
    held: Option<Held>,
    left: Option<RemotePath>,
) {
    let end = End { job, result, tried, time: began.elapsed(), held, left };
    worker.tell(Told::End(Box::new(end)));
    worker.done();
}

/// One try of one file in a row of them.
struct Row<'r> {
    worker: &'r Worker<'r>,
    manner: &'r Manner<'r>,
    job: &'r Upload,
    tried: u32,
}

impl Row<'_> {
    /// Stores the file under its temporary name, found whole; finishes the one before on the way.
    fn store(
        &self,
        session: &mut Session<'_>,
        attempt: &mut Attempt<'_>,
        last: &mut Option<Held>,
    ) -> Result<(Done, Option<Time>)> {
        let Row { worker, manner, job, tried } = *self;
        if last.as_ref().is_some_and(|l| l.asked) {
            settle_last(worker, session, manner, last);
        }
        let mut source = Opened::open(&attempt.source)?;
        let Some(length) = source.size else {
            let text = format!("{} is not a file any more", job.local.display());
            return Err(Error::new(Kind::Missing, text));
        };
        let client = session.client()?;
        // A name that cannot be given in the end is no reason to store anything.
        client.named("RNTO", &job.remote)?;
        let usual = tried == 1 && length <= MEDIUM && !job.remote.is_fragile();
        let ahead = if usual { manner.glue.get() } else { Ahead::Nothing };
        let mut before = Vec::new();
        if let Some(held) = last.as_mut() {
            before = held.commands(client, manner)?;
        }
        if !before.is_empty() && (ahead == Ahead::Nothing || !client.is_prepared()) {
            let glued = client.finish_glued(&before);
            hear_of_last(worker, client, last, manner, before.len(), &glued.before);
            glued.stored?;
            before.clear();
        }
        if ahead != Ahead::Nothing && !client.is_prepared() {
            client.batch_and_prepare(&[])?;
        }
        if ahead == Ahead::Nothing || !client.is_prepared() {
            let sent = attempt.store(session, &mut source, &mut Speaks(worker))?;
            let client = session.client()?;
            let verified = attempt.prove(client, &sent, None)?;
            let tls = (client.tls_version(), client.tls_resumed());
            return Ok((sent.done(verified, tls, &source), source.modified));
        }
        attempt.begins(&mut source)?;
        let algorithm = client.best_hash();
        let shown = manner.shown(&job.local.display().to_string(), Some(length));
        let progress = |n| shown.iter().for_each(|bar| bar.add(n));
        let mut meter = Meter::new(&progress).limit(manner.limit_rate).least(manner.min_rate);
        for algorithm in algorithm.into_iter().chain(manner.sha256.then_some(Algorithm::Sha256)) {
            meter = meter.digest(algorithm);
        }
        if let Some(watch) = source.watch().filter(|_| !meter.sees_bytes()) {
            meter = meter.digest(watch);
        }
        let row = Glue {
            before: &before,
            path: &attempt.temporary,
            algorithm,
            early: length <= SMALL,
            prepare: ahead == Ahead::All,
        };
        let glued = client.store_glued(&row, |mut to| source.copy(&mut to, &mut meter));
        hear_of_last(worker, client, last, manner, before.len(), &glued.before);
        match &glued.stored {
            Err(e) if e.kind() == Kind::Protocol => manner.glue.at_most(Ahead::Nothing),
            Ok(_) if ahead == Ahead::All && !client.is_prepared() => manner.glue.at_most(Ahead::Commands),
            _ => {}
        }
        let stored = match glued.stored {
            // The directory is missing: the other way makes it.
            Err(e) if matches!(e.code(), Some(550 | 551 | 553)) && client.is_alive() => {
                return Err(self.make_parent(client, e));
            }
            stored => stored?,
        };
        source.unchanged(meter.any_digest())?;
        let ours = algorithm.and_then(|a| Some((a, meter.digest_of(a)?)));
        let sizes = Sizes::of(length);
        let verified = proof(client.host(), length, sizes, stored.size, ours, stored.digest)
            .inspect_err(|_| attempt.begins_anew())?;
        let done = Done {
            bytes: length,
            moved: length,
            sha256: meter.digest_of(Algorithm::Sha256),
            verified,
            tls_version: client.tls_version(),
            tls_resumed: client.tls_resumed(),
            mark: source.mark,
            ..Done::default()
        };
        Ok((done, source.modified))
    }

    /// After a refusal of STOR: if its directory could be made, one more try is worth it.
    fn make_parent(&self, client: &mut Client, refused: Error) -> Error {
        match self.job.remote.parent() {
            Some(parent) if client.make_dirs(&parent).is_ok() => refused.again_is(Again::Now),
            _ => refused,
        }
    }
}

impl Held {
    /// What it still needs: time, mode, name.
    pub fn commands(&self, client: &Client, manner: &Manner<'_>) -> Result<Vec<Command>> {
        let mut commands = Vec::with_capacity(4);
        if let Some(time) = self.modified.filter(|_| manner.times) {
            commands.extend(client.time_command(&self.temporary, time));
        }
        if let Some(mode) = self.job.there.as_ref().and_then(kept_mode) {
            commands.push(client.mode_command(&self.temporary, mode)?);
        }
        commands.push(client.named("RNFR", &self.temporary)?);
        commands.push(client.named("RNTO", &self.job.remote)?);
        Ok(commands)
    }

    /// What the replies to these say.
    pub fn judge(&self, replies: &[Reply]) -> Result<()> {
        let [.., from, to] = replies else { return Err(Error::new(Kind::Bug, "no replies")) };
        from.check(&[3])?;
        to.check(&[2]).map_err(|e| match &self.job.there {
            Some(_) => e.hint("the server renames onto no existing file"),
            None => e,
        })
    }

    /// After a lost answer: what stands under which name decides.
    pub fn settle(&self, client: &mut Client, manner: &Manner<'_>) -> Result<()> {
        let ours = |there: &Entry| there.size == Some(self.done.bytes);
        // A look that is refused tells nothing: it may have happened.
        let doubt = |e: Error| if e.kind() == Kind::Refused { e.kind_is(Kind::Unconfirmed) } else { e };
        match client.was_renamed(&self.temporary, &self.job.remote, ours).map_err(doubt)? {
            Some(true) => Ok(()),
            Some(false) => {
                let commands = self.commands(client, manner)?;
                let glued = client.finish_glued(&commands);
                glued.stored?;
                self.judge(&glued.before)
            }
            None => Err(Error::new(Kind::Unconfirmed, "the connection was lost while it was renamed")),
        }
    }

    /// Gives it its name; looks what became of that if the answer is lost, or was.
    fn finish(
        &mut self,
        session: &mut Session<'_>,
        voice: &mut impl Voice,
        manner: &Manner<'_>,
    ) -> Result<()> {
        if !self.asked {
            let (result, _) = session.run(voice, |session, _, _| {
                let client = session.client()?;
                let commands = self.commands(client, manner)?;
                let glued = client.finish_glued(&commands);
                match glued.stored {
                    Ok(_) => self.judge(&glued.before),
                    Err(e) => {
                        self.asked = true;
                        Err(e.again_is(Again::Never))
                    }
                }
            });
            if !self.asked {
                return result;
            }
        }
        let (result, _) = session.run(voice, |session, _, _| self.settle(session.client()?, manner));
        // Whatever keeps us from looking: it may have happened.
        result.map_err(|e| match e.kind() {
            Kind::Interrupted => e,
            kind if kind != Kind::Unconfirmed && session.is_connected() => e,
            _ => e.kind_is(Kind::Unconfirmed).again_is(Again::Never),
        })
    }

    pub fn told(self, result: Result<()>, left: Option<RemotePath>) -> End<Upload, Held> {
        let Held { job, done, tried, began, .. } = self;
        End { job, result: result.map(|()| done), tried, time: began.elapsed(), held: None, left }
    }
}

/// The replies to what the file before still needed: its end, or, if they did not all come, a doubt.
fn hear_of_last(
    worker: &Worker<'_>,
    client: &mut Client,
    last: &mut Option<Held>,
    manner: &Manner<'_>,
    asked: usize,
    replies: &[Reply],
) {
    if asked == 0 {
        return;
    }
    let Some(mut held) = last.take() else { return };
    if replies.len() < asked {
        held.asked = true;
        *last = Some(held);
        return;
    }
    let result = held.judge(replies);
    let mut left = None;
    if result.is_err() {
        manner.cancel.begin_cleanup(Duration::from_secs(2));
        let gone = client.is_alive() && client.delete(&held.temporary).is_ok();
        left = (!gone).then(|| held.temporary.clone());
    }
    worker.tell(Told::End(Box::new(held.told(result, left))));
    worker.done();
}

/// The last file of a row, or one whose rename is in doubt.
fn settle_last(worker: &Worker<'_>, session: &mut Session<'_>, manner: &Manner<'_>, last: &mut Option<Held>) {
    let Some(mut held) = last.take() else { return };
    manner.cancel.begin_cleanup(Duration::from_secs(2));
    let result = held.finish(session, &mut Speaks(worker), manner);
    let mut left = None;
    if let Err(e) = &result {
        let gone =
            e.kind() != Kind::Unconfirmed && session.client().and_then(|c| c.delete(&held.temporary)).is_ok();
        left = (!gone).then(|| held.temporary.clone());
    }
    worker.tell(Told::End(Box::new(held.told(result, left))));
    worker.done();
}
