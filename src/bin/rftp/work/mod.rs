//! Many files at once: workers with a connection each, whose results go to the thread that prints.
//!
//! A worker knows files and paths, not flags and events: what is to be done comes as a job, how it went goes back as a value.

pub mod download;
pub mod list;
pub mod upload;

use crate::{
    args::{Exists, Replace, Transfer},
    session::{Session, Voice},
    source::Mark,
};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};
use wirepost::{
    base::{digest::Algorithm, error::*, tree::Entry},
    cli::{
        Output,
        progress::{self, Progress},
    },
    ftp::{RemotePath, Sizes},
    job::pool::{self, Worker},
    net::Cancel,
};

/// Among many, files from this size on show their progress.
const SHOWN: u64 = 4 << 20;

/// What all files of a run have in common.
pub struct Manner<'a> {
    pub cancel: &'a Cancel,
    pub progress: Progress,
    /// Files from this size on show their progress.
    pub shown_from: u64,
    pub times: bool,
    /// The SHA-256 of what was transferred is wanted.
    pub sha256: bool,
    /// Of one connection.
    pub limit_rate: Option<u64>,
    pub min_rate: Option<u64>,
    pub exists: Exists,
    pub min_age: Option<Duration>,
    pub resume: bool,
    /// Uploads go to their final name at once.
    pub in_place: bool,
    pub replace: Replace,
    /// What is fetched goes from the server afterwards: it has to be proved as well as it can be.
    pub removes_source: bool,
    /// Connections for one large download.
    pub segments: usize,
    /// Leave files under their temporary names: they are renamed later, together.
    pub hold: bool,
    pub glue: Glued,
}

impl<'a> Manner<'a> {
    /// Everything as it is without flags.
    pub fn usual(cancel: &'a Cancel, progress: Progress) -> Manner<'a> {
        Manner {
            cancel,
            progress,
            shown_from: 0,
            times: true,
            sha256: false,
            limit_rate: None,
            min_rate: None,
            exists: Exists::default(),
            min_age: None,
            resume: false,
            in_place: false,
            replace: Replace::default(),
            removes_source: false,
            segments: 1,
            hold: false,
            glue: Glued::default(),
        }
    }

    /// What a user chose for transfers in general.
    pub fn of(transfer: &Transfer, cancel: &'a Cancel, progress: Progress) -> Manner<'a> {
        Manner {
            times: !transfer.no_times,
            sha256: transfer.digest || transfer.manifest.is_some(),
            limit_rate: transfer.limit_rate.filter(|rate| *rate > 0),
            min_rate: transfer.min_rate,
            exists: transfer.exists,
            min_age: transfer.min_age,
            resume: transfer.resume,
            ..Manner::usual(cancel, progress)
        }
    }

    /// The same for each of several workers: only large files show their progress, and a limit is shared.
    pub fn shared_by(mut self, workers: usize) -> Manner<'a> {
        self.shown_from = SHOWN;
        self.limit_rate = self.limit_rate.map(|rate| (rate / workers.max(1) as u64).max(1));
        self
    }

    fn shown(&self, name: &str, size: Option<u64>) -> Option<progress::Meter> {
        size.is_none_or(|size| size >= self.shown_from).then(|| self.progress.start(name, size))
    }
}

/// How far a server takes commands ahead of the data: what one worker finds out holds for all.
#[derive(Debug)]
pub struct Glued(AtomicU8);

/// See [`Glued`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ahead {
    /// Nothing: each command waits for the reply to the one before.
    Nothing = 0,
    /// Commands, but not the question for the next port.
    Commands = 1,
    All = 2,
}

impl Default for Glued {
    fn default() -> Glued {
        Glued(AtomicU8::new(Ahead::All as u8))
    }
}

impl Glued {
    fn get(&self) -> Ahead {
        match self.0.load(Ordering::Relaxed) {
            0 => Ahead::Nothing,
            1 => Ahead::Commands,
            _ => Ahead::All,
        }
    }

    fn at_most(&self, ahead: Ahead) {
        self.0.fetch_min(ahead as u8, Ordering::Relaxed);
    }
}

/// How a transfer went, beside that it did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    pub bytes: u64,
    /// Of which so many went over the line.
    pub moved: u64,
    pub resumed_from: Option<u64>,
    pub sha256: Option<Vec<u8>>,
    /// `size`, `hash:sha-256`, `none`.
    pub verified: String,
    pub tls_version: Option<&'static str>,
    pub tls_resumed: Option<bool>,
    /// Left alone, and why.
    pub skipped: Option<&'static str>,
    /// What was sent.
    pub mark: Option<Mark>,
    /// What was fetched.
    pub entry: Option<Entry>,
}

/// What proves that the server has what was sent.
///
/// # Errors
/// `Refused`, for another try, if what it has is something else.
pub fn proof(
    host: &str,
    bytes: u64,
    sizes: Sizes,
    size: Option<u64>,
    ours: Option<(Algorithm, Vec<u8>)>,
    theirs: Option<Vec<u8>>,
) -> Result<String> {
    let wrong = |text: String| Err(Error::new(Kind::Refused, text).host(host).again_is(Again::Now));
    if let Some(size) = size.filter(|s| !sizes.allows(*s)) {
        return wrong(format!("the server kept {size} of {bytes} bytes"));
    }
    match (ours, theirs) {
        (Some((algorithm, ours)), Some(theirs)) if ours == theirs => Ok(format!("hash:{}", algorithm.name())),
        (Some((algorithm, _)), Some(_)) => {
            wrong(format!("what the server stored has another {} than what was sent", algorithm.name()))
        }
        _ if size.is_some_and(|s| sizes.proves(s)) => Ok("size".into()),
        _ => Ok("none".into()),
    }
}

/// What a worker tells the thread that prints.
pub enum Told<J, H> {
    Note(String),
    Warn(String),
    End(Box<End<J, H>>),
}

/// The end of one job.
pub struct End<J, H> {
    pub job: J,
    pub result: Result<Done>,
    pub tried: u32,
    pub time: Duration,
    /// Done but for its name ([`Manner::hold`]).
    pub held: Option<H>,
    /// A temporary file that had to be left on the server.
    pub left: Option<RemotePath>,
}

impl<J, H> Told<J, H> {
    /// Says what is to be said, and gives an end to whoever heard it, in the thread that prints.
    pub fn said(self, out: &mut Output) -> Option<End<J, H>> {
        match self {
            Told::Note(text) => out.note(text),
            Told::Warn(text) => out.warn(text),
            Told::End(end) => return Some(*end),
        }
        None
    }
}

/// A worker's voice.
struct Speaks<'w, J, H>(&'w Worker<'w, J, Told<J, H>>);

impl<J, H> Voice for Speaks<'_, J, H> {
    fn note(&mut self, text: String) {
        self.0.tell(Told::Note(text));
    }
    fn warn(&mut self, text: String) {
        self.0.tell(Told::Warn(text));
    }
}

/// Whether the server has no room for this connection beside the others.
pub fn is_crowded(error: &Error) -> bool {
    let low = error.message().to_ascii_lowercase();
    error.kind() == Kind::Busy || (low.contains("too many") && error.code().is_some())
}

/// What becomes of a job of which a try failed.
pub enum Next {
    Again,
    /// It is left to the others, and so is everything else.
    Leave,
    Fail(Error),
}

/// Whether there is another try: for the one who has a connection, or is the last who could have one. `job` is what the others would
/// go on with, if it can be given to them.
pub fn next_try<J, H>(
    worker: &Worker<'_, J, Told<J, H>>,
    session: &mut Session<'_>,
    error: Error,
    tried: u32,
    began: Instant,
    job: impl Fn() -> Option<J>,
) -> Next {
    let leave = |error: &Error| {
        let left = job().is_some_and(|job| worker.retire(job).is_none());
        if left {
            worker.tell(Told::Note(format!("{}; going on with fewer connections", error.message())));
        }
        left
    };
    if (is_crowded(&error) || session.is_stranded()) && leave(&error) {
        return Next::Leave;
    }
    match session.again(&mut Speaks(worker), error, tried, began) {
        Ok(()) => Next::Again,
        Err(e) if session.is_stranded() && leave(&e) => Next::Leave,
        Err(e) => Next::Fail(e),
    }
}

/// Runs jobs with up to `workers` sessions: the one given and forks of it. Jobs are taken from the back. What was not begun when
/// the run was told to stop comes back.
pub fn run<'s, J: Send, T: Send>(
    session: &mut Session<'s>,
    workers: usize,
    jobs: Vec<J>,
    cancel: &Cancel,
    hear: impl FnMut(T),
    work: impl Fn(&Worker<'_, J, T>, &mut Session<'s>) + Sync,
) -> Vec<J> {
    if jobs.is_empty() {
        return jobs;
    }
    let workers = workers.clamp(1, jobs.len());
    let forks = Forks::of(session, workers);
    let mine = |worker: &Worker<'_, J, T>| forks.lend(worker.number, |mine| work(worker, mine));
    let left = pool::run(workers, jobs, &|| cancel.is_stopping(), mine, hear);
    forks.back_to(session);
    left
}

/// For jobs that are taken from the back: the largest come first, so that no worker is left with one at the end.
pub fn largest_last<J, S: Ord>(jobs: &mut [J], of: impl for<'j> Fn(&'j J) -> (S, &'j [u8])) {
    jobs.sort_by(|a, b| {
        let (a, b) = (of(a), of(b));
        a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1))
    });
}

/// A session for each worker.
pub struct Forks<'s>(Mutex<Vec<Option<Session<'s>>>>);

impl<'s> Forks<'s> {
    /// Those of them that come first get the connections that there are.
    pub fn of(session: &mut Session<'s>, workers: usize) -> Forks<'s> {
        let fork = |_| {
            let mut fork = session.fork();
            session.share(&mut fork);
            Some(fork)
        };
        Forks(Mutex::new((0..workers).map(fork).collect()))
    }

    fn of_worker(&self, number: usize, put: Option<Session<'s>>) -> Option<Session<'s>> {
        let mut forks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forks.get_mut(number).and_then(|slot| std::mem::replace(slot, put))
    }

    /// How many of them have a connection already.
    pub fn connected(&self) -> usize {
        let forks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forks.iter().flatten().filter(|fork| fork.is_connected()).count()
    }

    /// Lends a worker its session.
    pub fn lend(&self, number: usize, work: impl FnOnce(&mut Session<'s>)) {
        if let Some(mut mine) = self.of_worker(number, None) {
            work(&mut mine);
            self.of_worker(number, Some(mine));
        }
    }

    /// Connections and counts go back to where they came from.
    pub fn back_to(self, session: &mut Session<'s>) {
        let forks = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        forks.into_iter().flatten().for_each(|fork| session.absorb(fork));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_finds_out_holds_for_all() {
        let glued = Glued::default();
        assert_eq!(glued.get(), Ahead::All);
        glued.at_most(Ahead::Commands);
        glued.at_most(Ahead::All);
        assert_eq!(glued.get(), Ahead::Commands);
        glued.at_most(Ahead::Nothing);
        assert_eq!(glued.get(), Ahead::Nothing);
    }
}
