//! A worker's uploads. A file that was stored and found whole waits for the next write to get its time and its name; see
//! `wirepost::ftp::Glue`. It is told of only when the server has confirmed the rename, or a look has.

use super::{Ahead, Done, End, Manner, Speaks, Told, is_crowded};
use crate::{
    session::Session,
    source::{Opened, Source},
    temporary::{beside, random},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use wirepost::{
    base::{date::Time, digest::Algorithm, error::*, tree::Entry},
    ftp::{Client, Glue, RemotePath, Sizes, Store},
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
        let temporary = match beside(&job.remote, random) {
            Ok(name) => name,
            Err(e) => {
                tell(worker, job, Err(e), 1, began, None, None);
                continue;
            }
        };
        let mut attempt = Attempt { worker, manner, temporary, tried: 0, stored: false };
        loop {
            attempt.tried += 1;
            let error = match attempt.store(session, &job, &mut last) {
                Ok((done, modified)) => {
                    let Attempt { temporary, tried, .. } = attempt;
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
            let job = if is_crowded(&error) && last.is_none() {
                match worker.retire(job.clone()) {
                    Some(job) => job,
                    None => {
                        worker.tell(Told::Note(format!(
                            "{}; going on with fewer connections",
                            error.message()
                        )));
                        return;
                    }
                }
            } else {
                job.clone()
            };
            if let Err(error) = session.again(&mut Speaks(worker), error, attempt.tried, began) {
                manner.cancel.begin_cleanup(Duration::from_secs(2));
                let left = attempt.clean_up(session);
                tell(worker, job, Err(error), attempt.tried, began, None, left);
                break;
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

/// One upload over all its tries.
struct Attempt<'a> {
    worker: &'a Worker<'a>,
    manner: &'a Manner<'a>,
    temporary: RemotePath,
    tried: u32,
    /// Something may stand under the temporary name.
    stored: bool,
}

impl Attempt<'_> {
    /// Stores the file under its temporary name, found whole; finishes the one before on the way.
    fn store(
        &mut self,
        session: &mut Session<'_>,
        job: &Upload,
        last: &mut Option<Held>,
    ) -> Result<(Done, Option<Time>)> {
        if last.as_ref().is_some_and(|l| l.asked) {
            settle_last(self.worker, session, self.manner, last);
        }
        let mut source = Opened::open(&Source::Path(job.local.clone()))?;
        let Some(length) = source.size else {
            let text = format!("{} is not a file any more", job.local.display());
            return Err(Error::new(Kind::Missing, text));
        };
        let client = session.client()?;
        let algorithm = client.best_hash();
        let glue = &self.manner.glue;
        let ahead = if self.tried == 1 && length <= MEDIUM { glue.get() } else { Ahead::Nothing };
        let mut before = Vec::new();
        if let Some(held) = last.as_mut() {
            before = held.commands(client, self.manner)?;
        }
        if !before.is_empty() && (ahead == Ahead::Nothing || !client.is_prepared()) {
            let glued = client.finish_glued(&before);
            hear_of_last(self.worker, client, last, self.manner, before.len(), &glued.before);
            glued.stored?;
            before.clear();
        }
        if ahead != Ahead::Nothing && !client.is_prepared() {
            client.batch_and_prepare(&[])?;
        }
        let shown = self.manner.meter(&job.local.display().to_string(), length);
        let progress = |n| {
            if let Some(meter) = &shown {
                meter.add(n);
            }
        };
        let mut meter = Meter::new(&progress).limit(self.manner.limit_rate).least(self.manner.min_rate);
        if let Some(algorithm) = algorithm {
            meter = meter.digest(algorithm);
        }
        if self.manner.sha256 {
            meter = meter.digest(Algorithm::Sha256);
        }
        self.stored = true;
        let (bytes, sizes, size, digest) = if ahead == Ahead::Nothing || !client.is_prepared() {
            let how = Store { make_dirs: true, ..Store::default() };
            let mut upload = client.store(&self.temporary, how)?;
            let bytes = match source.send(0, &mut upload, &mut meter) {
                Ok(n) => n,
                Err(e) => {
                    let error = Error::from_io(e, Kind::Local, "cannot read");
                    self.manner.cancel.begin_cleanup(Duration::from_secs(2));
                    return Err(upload.fail(error));
                }
            };
            let sizes = upload.sizes();
            // Under a temporary name a lost 226 means no more than another try.
            upload.finish().map_err(|e| match e.kind() {
                Kind::Unconfirmed => e.kind_is(Kind::Closed).again_is(Again::Now),
                _ => e,
            })?;
            let (size, digest) = client.probe_and_prepare(&self.temporary, algorithm)?;
            (bytes, sizes, size, digest)
        } else {
            let row = Glue {
                before: &before,
                path: &self.temporary,
                algorithm,
                early: length <= SMALL,
                prepare: ahead == Ahead::All,
            };
            let glued = client.store_glued(&row, |mut to| source.copy(&mut to, &mut meter));
            hear_of_last(self.worker, client, last, self.manner, before.len(), &glued.before);
            match &glued.stored {
                Err(e) if e.kind() == Kind::Protocol => glue.at_most(Ahead::Nothing),
                Ok(_) if ahead == Ahead::All && !client.is_prepared() => glue.at_most(Ahead::Commands),
                _ => {}
            }
            let stored = match glued.stored {
                // The directory is missing: the other way makes it.
                Err(e) if matches!(e.code(), Some(550 | 551 | 553)) && client.is_alive() => {
                    return Err(self.make_parent(client, job, e));
                }
                stored => stored?,
            };
            (stored.bytes, Sizes::of(stored.bytes), stored.size, stored.digest)
        };
        source.unchanged()?;
        let verified = verified(client, sizes, bytes, size, algorithm, digest, &meter)?;
        let sha256 = meter.digest_of(Algorithm::Sha256);
        let done = Done {
            bytes,
            sha256,
            verified,
            tls_version: client.tls_version(),
            tls_resumed: client.tls_resumed(),
            mark: source.mark,
        };
        Ok((done, source.modified))
    }

    /// After a refusal of STOR: if its directory could be made, one more try is worth it.
    fn make_parent(&self, client: &mut Client, job: &Upload, refused: Error) -> Error {
        match job.remote.parent() {
            Some(parent) if client.make_dirs(&parent).is_ok() => refused.again_is(Again::Now),
            _ => refused,
        }
    }

    /// Removes the temporary file after a failure; the name of what had to be left.
    fn clean_up(&self, session: &mut Session<'_>) -> Option<RemotePath> {
        if !self.stored {
            return None;
        }
        let removed = session.client().and_then(|client| client.delete(&self.temporary));
        match removed {
            Err(e) if e.code() != Some(550) => Some(self.temporary.clone()),
            _ => None,
        }
    }
}

/// What proves that the server has what was sent.
fn verified(
    client: &Client,
    sizes: Sizes,
    bytes: u64,
    size: Option<u64>,
    algorithm: Option<Algorithm>,
    digest: Option<Vec<u8>>,
    meter: &Meter<'_>,
) -> Result<String> {
    if let Some(size) = size.filter(|s| !sizes.allows(*s)) {
        let text = format!("the server kept {size} of {bytes} bytes");
        return Err(Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now));
    }
    match (algorithm, digest) {
        (Some(algorithm), Some(theirs)) if meter.digest_of(algorithm) == Some(theirs.clone()) => {
            Ok(format!("hash:{}", algorithm.name()))
        }
        (Some(algorithm), Some(_)) => {
            let text = format!("what the server stored has another {} than what was sent", algorithm.name());
            Err(Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now))
        }
        _ if size.is_some_and(|s| sizes.proves(s)) => Ok("size".into()),
        _ => Ok("none".into()),
    }
}

impl Held {
    /// What it still needs: time, mode, name.
    pub fn commands(&self, client: &Client, manner: &Manner<'_>) -> Result<Vec<Command>> {
        let mut commands = Vec::with_capacity(4);
        if let Some(time) = self.modified.filter(|_| manner.times) {
            commands.extend(client.time_command(&self.temporary, time));
        }
        if let Some(mode) = self.job.there.as_ref().filter(|e| !e.is_dir()).and_then(|e| e.mode) {
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
        if client.size(&self.temporary)?.is_some() {
            let commands = self.commands(client, manner)?;
            let glued = client.finish_glued(&commands);
            glued.stored?;
            return self.judge(&glued.before);
        }
        match client.size(&self.job.remote)? {
            Some(size) if size == self.done.bytes => Ok(()),
            _ => Err(Error::new(Kind::Unconfirmed, "the connection was lost while it was renamed")),
        }
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
    let (result, _) = session.run(&mut Speaks(worker), |session, _, _| {
        let client = session.client()?;
        if held.asked {
            return held.settle(client, manner);
        }
        let commands = held.commands(client, manner)?;
        held.asked = true;
        let glued = client.finish_glued(&commands);
        glued.stored?;
        held.judge(&glued.before)
    });
    let mut left = None;
    if let Err(e) = &result
        && e.kind() != Kind::Unconfirmed
    {
        let gone = session.client().and_then(|c| c.delete(&held.temporary)).is_ok();
        left = (!gone).then(|| held.temporary.clone());
    }
    worker.tell(Told::End(Box::new(held.told(result, left))));
    worker.done();
}
