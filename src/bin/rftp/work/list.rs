//! Directories listed ahead of the one who walks through them, by several workers.
//!
//! A walk asks for one directory after the other, in an order that it alone decides, and tells which it will ask for next
//! ([`Lister::soon`]). Workers take those in the same order, so the walk seldom waits, and what it sees and says does not depend on
//! who was faster. So much is held for it and no more: what a tree holds in all never is in memory. A worker connects only when
//! there is more to list than the others will have done by the time it is logged in.

use super::{Forks, is_crowded};
use crate::session::{Session, Voice};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use wirepost::{
    base::{error::*, tree::Entry},
    ftp::{Listing, RemotePath},
};

/// Nothing more is listed ahead while so many entries wait for the walk.
const HELD: usize = 8 << 10;
/// So many directories a worker lists while another logs in.
const WORTH_A_LOGIN: usize = 2;

#[derive(Default)]
struct Board {
    /// What will be asked for; the next at the end.
    open: Vec<RemotePath>,
    /// In some worker's hands.
    out: HashSet<RemotePath>,
    done: HashMap<RemotePath, Result<Listing>>,
    /// Entries in `done`.
    held: usize,
    /// The walk waits for what is at the end of `open`.
    urgent: bool,
    /// Workers that are there, and those of them that are connected.
    workers: usize,
    connected: usize,
    said: Vec<(bool, String)>,
    /// There is work for all of them behind the walk: they may log in now.
    warm: bool,
    closed: bool,
}

/// Where a walk gets its listings from.
pub struct Lister<'l> {
    board: &'l Mutex<Board>,
    changed: &'l Condvar,
    /// The last directory that was asked for, and of those that will be the one each was found in, by what is unique to it: that
    /// shows a symbolic link to a directory for what it is.
    last: Option<(RemotePath, Arc<[u8]>)>,
    found_in: HashMap<RemotePath, Arc<[u8]>>,
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'b>(changed: &Condvar, board: MutexGuard<'b, Board>) -> MutexGuard<'b, Board> {
    changed.wait(board).unwrap_or_else(PoisonError::into_inner)
}

impl Lister<'_> {
    /// These will be asked for next, in this order, before those that were told of earlier.
    pub fn soon(&mut self, dirs: impl DoubleEndedIterator<Item = RemotePath>) {
        let dirs = dirs.inspect(|dir| {
            if let Some((last, unique)) = &self.last
                && directory(dir).is_ok_and(|above| above == *last)
            {
                self.found_in.insert(dir.clone(), unique.clone());
            }
        });
        lock(self.board).open.extend(dirs.rev());
        self.changed.notify_all();
    }

    /// How many connections there may be.
    pub fn workers(&self) -> usize {
        lock(self.board).workers
    }

    /// All workers log in, though there may be nothing to list for them: their connections will be needed when the walk is over.
    pub fn warm(&mut self) {
        lock(self.board).warm = true;
        self.changed.notify_all();
    }

    /// What is in a directory, as `Client::list` tells it.
    pub fn list(&mut self, dir: &RemotePath, voice: &mut impl Voice) -> Result<Listing> {
        let mut listing = self.get(dir, voice)?;
        listing.is_link = listing.is_of_a_link(self.found_in.remove(dir).as_deref());
        self.last = listing.unique().map(|unique| (dir.trimmed(), unique.into()));
        Ok(listing)
    }

    fn get(&mut self, dir: &RemotePath, voice: &mut impl Voice) -> Result<Listing> {
        let mut board = lock(self.board);
        loop {
            for (warning, text) in std::mem::take(&mut board.said) {
                if warning { voice.warn(text) } else { voice.note(text) }
            }
            if let Some(listing) = board.done.remove(dir) {
                board.held -= listing.as_ref().map_or(0, |l| l.entries.len());
                self.changed.notify_all();
                return listing;
            }
            if !(board.out.contains(dir) || board.urgent && board.open.last() == Some(dir)) {
                board.open.retain(|d| d != dir);
                board.open.push(dir.clone());
                board.urgent = true;
                self.changed.notify_all();
            }
            board = wait(self.changed, board);
        }
    }
}

/// The directory that a path is in.
pub fn directory(path: &RemotePath) -> Result<RemotePath> {
    match path.parent() {
        Some(dir) => Ok(dir),
        None if path.as_bytes().starts_with(b"/") => RemotePath::new("/"),
        None => RemotePath::new(""),
    }
}

/// What stands in some directories: learnt by a listing each, and not by a look at every name.
#[derive(Default)]
pub struct There(HashMap<RemotePath, HashMap<Vec<u8>, Entry>>);

impl There {
    /// Lists them; `each` sees every listing. `None` if one is not to be had, or is not whole.
    pub fn learn(
        lister: &mut Lister<'_>,
        dirs: &BTreeSet<RemotePath>,
        voice: &mut impl Voice,
        mut each: impl FnMut(&RemotePath, &[Entry]) -> Result<()>,
    ) -> Result<Option<There>> {
        let mut there = There::default();
        lister.soon(dirs.iter().cloned());
        for dir in dirs {
            let entries = match lister.list(dir, voice) {
                Ok(listing) if listing.is_whole() => listing.entries,
                // Then nothing stands in it.
                Err(e) if e.kind() == Kind::Missing => Vec::new(),
                Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                _ => return Ok(None),
            };
            each(dir, &entries)?;
            there.0.insert(dir.clone(), entries.into_iter().map(|e| (e.name.clone(), e)).collect());
        }
        Ok(Some(there))
    }

    /// What stands under a name, asked for once.
    pub fn take(&mut self, path: &RemotePath) -> Result<Option<Entry>> {
        Ok(self.0.get_mut(&directory(path)?).and_then(|dir| dir.remove(&path.name())))
    }
}

/// Runs a walk with up to `workers` sessions, forks of the one given, that list for it.
pub fn ahead<'s, T>(session: &mut Session<'s>, workers: usize, walk: impl FnOnce(&mut Lister<'_>) -> T) -> T {
    let workers = workers.max(1);
    let forks = Forks::of(session, workers);
    let board = Mutex::new(Board { workers, connected: forks.connected(), ..Board::default() });
    let changed = Condvar::new();
    let done = std::thread::scope(|scope| {
        for number in 0..workers {
            let (forks, board, changed) = (&forks, &board, &changed);
            scope.spawn(move || forks.lend(number, |session| work(session, board, changed)));
        }
        let _closes = Closes(&board, &changed);
        walk(&mut Lister { board: &board, changed: &changed, last: None, found_in: HashMap::new() })
    });
    forks.back_to(session);
    done
}

/// Tells the workers that nobody asks any more, whatever way the walk ends.
struct Closes<'c>(&'c Mutex<Board>, &'c Condvar);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        lock(self.0).closed = true;
        self.1.notify_all();
    }
}

/// Keeps what a worker has to say until the walk comes by.
struct Speaks<'b>(&'b Mutex<Board>);

impl Voice for Speaks<'_> {
    fn note(&mut self, text: String) {
        lock(self.0).said.push((false, text));
    }
    fn warn(&mut self, text: String) {
        lock(self.0).said.push((true, text));
    }
}

fn work(session: &mut Session<'_>, board: &Mutex<Board>, changed: &Condvar) {
    let mut counted = session.is_connected();
    while let Some(task) = take(board, changed, &mut counted) {
        let Task::List(dir) = task else {
            if session.client().is_err() {
                // It is not missed, unless the others had no luck either.
                let mut board = lock(board);
                (board.connected, counted) = (board.connected - 1, false);
                if board.workers > 1 {
                    board.workers -= 1;
                    changed.notify_all();
                    return;
                }
            }
            continue;
        };
        let (began, mut tried) = (Instant::now(), 0);
        let listing = loop {
            tried += 1;
            let error = match session.client().and_then(|client| client.list(&dir)) {
                Ok(listing) => break Ok(listing),
                Err(e) => e,
            };
            let leaves = is_crowded(&error) || session.is_stranded();
            if leaves && retire(&mut lock(board), &dir) {
                changed.notify_all();
                return;
            }
            if let Err(error) = session.again(&mut Speaks(board), error, tried, began) {
                if session.is_stranded() && retire(&mut lock(board), &dir) {
                    changed.notify_all();
                    return;
                }
                break Err(error);
            }
        };
        let mut board = lock(board);
        board.out.remove(&dir);
        board.held += listing.as_ref().map_or(0, |l| l.entries.len());
        board.done.insert(dir, listing);
        changed.notify_all();
    }
}

/// The server has no room for this worker: its directory goes back, unless it is the last worker.
fn retire(board: &mut Board, dir: &RemotePath) -> bool {
    if board.workers == 1 {
        return false;
    }
    board.workers -= 1;
    board.connected -= 1;
    board.out.remove(dir);
    board.open.push(dir.clone());
    true
}

/// What a worker does next.
enum Task {
    List(RemotePath),
    LogIn,
}

/// The next task for a worker; `None` at the end.
fn take(board: &Mutex<Board>, changed: &Condvar, connected: &mut bool) -> Option<Task> {
    let mut board = lock(board);
    loop {
        if board.warm && board.connected > 0 && !std::mem::replace(connected, true) {
            board.connected += 1;
            return Some(Task::LogIn);
        }
        if board.closed {
            return None;
        }
        let worth = *connected || board.connected == 0 || board.open.len() > board.connected * WORTH_A_LOGIN;
        if worth
            && (board.urgent || board.held < HELD)
            && let Some(dir) = board.open.pop()
        {
            board.urgent = false;
            if !std::mem::replace(connected, true) {
                board.connected += 1;
            }
            board.out.insert(dir.clone());
            return Some(Task::List(dir));
        }
        board = wait(changed, board);
    }
}
