//! One large file by several connections, each of which fetches a part of it (`--segments`): for links where one connection is held
//! back by the time its bytes are on their way, and servers that give each connection so much and no more.
//!
//! RETR has a beginning (REST) and no end: a part's connection is closed when it has its part, and what the server says to that does
//! not matter; the last one runs to the end of the file and its 226. That a server really begins where it was told to is not taken
//! on trust: every part begins a little before its place, and what comes there has to be what the part before it ends with. A
//! server that fails this test gets the file fetched in one piece.
//!
//! A part that breaks off goes on where it was. A connection that cannot be had leaves its part to the others.

use crate::{
    session::{Session, Voice},
    work::{Forks, is_crowded},
};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};
use wirepost::{
    base::error::*,
    ftp::{Download, RemotePath},
    job::{
        meter::{BLOCK, Meter},
        segments::Segments,
    },
    net::Cancel,
};

/// No part is smaller at its beginning: a login and a transfer's start must be worth it.
pub const LEAST: u64 = 1 << 20;
/// So much before its place a part begins.
const OVERLAP: u64 = 16 << 10;

/// What is wanted.
pub struct Wanted<'w> {
    pub remote: &'w RemotePath,
    pub file: &'w File,
    /// What is before is here already.
    pub from: u64,
    pub size: u64,
    pub connections: usize,
    pub limit_rate: Option<u64>,
    pub min_rate: Option<u64>,
    pub cancel: &'w Cancel,
    pub progress: &'w (dyn Fn(u64) + Sync),
}

/// How it went wrong.
pub struct Broken {
    pub error: Error,
    /// Up to here the file is right.
    pub whole: u64,
    /// The server does not begin where it is told to: parts are not to be had from it.
    pub misplaced: bool,
}

struct Board {
    segments: Segments,
    /// What came before the beginning of each part that nobody had what is before it of.
    proofs: HashMap<u64, Vec<u8>>,
    workers: usize,
    failed: Option<Error>,
    misplaced: bool,
}

struct Fetch<'f> {
    wanted: &'f Wanted<'f>,
    board: Mutex<Board>,
    changed: Condvar,
}

/// What ends a part's transfer early.
fn misplaced(host: &str) -> Error {
    Error::new(Kind::Input, format!("{host} does not begin where it is told to")).host(host)
}

/// Fetches all of it.
pub fn fetch(
    session: &mut Session<'_>,
    wanted: &Wanted<'_>,
    voice: &mut impl Voice,
) -> std::result::Result<(), Broken> {
    let segments = Segments::new(wanted.from, wanted.size, wanted.connections, LEAST);
    let workers = segments.count();
    let forks = Forks::of(session, workers);
    let board = Board { segments, proofs: HashMap::new(), workers, failed: None, misplaced: false };
    let fetch = Fetch { wanted, board: Mutex::new(board), changed: Condvar::new() };
    std::thread::scope(|scope| {
        let (said, heard) = mpsc::channel();
        for number in 0..workers {
            let (forks, fetch, mut said) = (&forks, &fetch, Speaks(said.clone()));
            scope.spawn(move || forks.lend(number, |session| fetch.work(session, &mut said)));
        }
        drop(said);
        for (warning, text) in heard {
            if warning { voice.warn(text) } else { voice.note(text) }
        }
    });
    forks.back_to(session);
    let board = fetch.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut wrong = board.misplaced;
    let whole = board.segments.prefix(|border| match board.proofs.get(&border) {
        Some(proof) => is_here(wanted.file, border, proof).inspect(|right| wrong |= !right).unwrap_or(false),
        None => false,
    });
    let error = match board.failed {
        Some(error) => error,
        None if wrong => misplaced(session.host()),
        None if board.segments.is_done() && whole == wanted.size => return Ok(()),
        None => Error::new(Kind::Closed, "not all of it came").host(session.host()),
    };
    Err(Broken { error, whole, misplaced: wrong })
}

/// Whether these bytes stand before a place of the file.
fn is_here(file: &File, before: u64, bytes: &[u8]) -> io::Result<bool> {
    let mut here = vec![0; bytes.len()];
    file.read_exact_at(&mut here, before - bytes.len() as u64)?;
    Ok(here == bytes)
}

/// A worker's voice.
struct Speaks(mpsc::Sender<(bool, String)>);

impl Voice for Speaks {
    fn note(&mut self, text: String) {
        // It is heard until the last worker is gone.
        let _ = self.0.send((false, text));
    }
    fn warn(&mut self, text: String) {
        let _ = self.0.send((true, text));
    }
}

impl Fetch<'_> {
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part to fetch; `None` when there will be none any more.
    fn take(&self) -> Option<usize> {
        let mut board = self.lock();
        loop {
            if board.failed.is_some() || board.misplaced || board.segments.is_done() {
                return None;
            }
            if let Some(number) = board.segments.take() {
                return Some(number);
            }
            // One that another has may come back.
            board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self, session: &mut Session<'_>, voice: &mut Speaks) {
        while let Some(number) = self.take() {
            let (began, mut tried) = (Instant::now(), 0);
            let result = loop {
                tried += 1;
                let before = self.lock().segments.part(number).at;
                let error = match self.part(session, number) {
                    Ok(()) => break Ok(()),
                    Err(e) => e,
                };
                if self.lock().segments.part(number).at > before {
                    // It gets on: what failed is not what failed before.
                    tried = 1;
                }
                let ends = {
                    let board = self.lock();
                    board.misplaced || board.failed.is_some() || (is_crowded(&error) && board.workers > 1)
                };
                if ends {
                    break Err(error);
                }
                if let Err(error) = session.again(voice, error, tried, began) {
                    break Err(error);
                }
            };
            let mut board = self.lock();
            board.segments.give_back(number);
            self.changed.notify_all();
            let Err(error) = result else { continue };
            let ours = matches!(error.kind(), Kind::Local | Kind::Interrupted);
            if board.workers > 1 && !ours && !board.misplaced && board.failed.is_none() {
                board.workers -= 1;
                voice.note(format!("{}; going on with fewer connections", error.message()));
            } else {
                board.failed.get_or_insert(error);
            }
            return;
        }
        self.changed.notify_all();
    }

    /// One transfer: what is to come of a part, or of what is left of it.
    fn part(&self, session: &mut Session<'_>, number: usize) -> Result<()> {
        let Wanted { remote, file, from, size, .. } = *self.wanted;
        let part = self.lock().segments.part(number);
        let mut at = part.at;
        let here = at > part.start || part.start == from;
        let overlap = OVERLAP.min(if here && part.start > from { at - part.start } else { at });
        let client = session.client()?;
        let host = client.host().to_string();
        let mut download = match client.retrieve(remote, at - overlap) {
            Err(e) if matches!(e.code(), Some(500..=504)) && at > overlap => {
                self.lock().misplaced = true;
                return Err(e);
            }
            Err(e) if e.code() == Some(550) => return Err(e.kind_is(Kind::Missing)),
            other => other?,
        };
        let mut before = vec![0; usize::try_from(overlap).unwrap_or(0)];
        if let Err(e) = download.read_exact(&mut before) {
            return Err(download.fail(Error::from_io(e, Kind::Closed, "the data broke off")));
        }
        if here {
            let same = is_here(file, at, &before).map_err(|e| Error::from_io(e, Kind::Local, "cannot read"));
            if !matches!(same, Ok(true)) {
                self.lock().misplaced = same.is_ok();
                return Err(download.fail(same.err().unwrap_or_else(|| misplaced(&host))));
            }
        } else {
            self.lock().proofs.insert(at, before);
        }
        let progress = |n| (self.wanted.progress)(n);
        let share = self.wanted.limit_rate.map(|rate| (rate / self.wanted.connections as u64).max(1));
        let mut meter = Meter::new(&progress).limit(share).least(self.wanted.min_rate);
        let mut buffer = vec![0; meter.chunk().min(BLOCK)];
        loop {
            let n = match download.read(&mut buffer) {
                Ok(n) => n,
                Err(e) => return Err(self.give_up(download, e)),
            };
            if n == 0 {
                break;
            }
            let mut board = self.lock();
            if board.failed.is_some() || board.misplaced {
                drop(board);
                return Err(download.fail(Error::new(Kind::Closed, "another part failed")));
            }
            let ours = board.segments.arrived(number, n as u64);
            drop(board);
            let passed = usize::try_from(ours).unwrap_or(n);
            let written = file.write_all_at(&buffer[..passed], at).and_then(|()| Ok(meter.passed(ours)?));
            if let Err(e) = written {
                self.lock().segments.lost(number, ours);
                return Err(self.give_up(download, e));
            }
            at += ours;
            if at == size && passed < n {
                self.lock().misplaced = true;
                return Err(download.fail(misplaced(&host)));
            }
            if passed < n || (at < size && self.lock().segments.part(number).end == at) {
                download.enough();
                return Ok(());
            }
        }
        download.finish()?;
        if at < size {
            let text = format!("the data ended at {at} of {size} bytes");
            return Err(Error::new(Kind::Closed, text).host(&host));
        }
        Ok(())
    }

    fn give_up(&self, download: Download<'_>, error: io::Error) -> Error {
        let error = Error::from_io(error, Kind::Local, "cannot write");
        self.wanted.cancel.begin_cleanup(Duration::from_secs(2));
        download.fail(error)
    }
}
