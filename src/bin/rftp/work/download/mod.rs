//! A worker's downloads: each file appears under its name when it is whole and durable, or not at all. What cannot be asked ahead, and
//! every try after the first, goes the way of a file on its own: see `one`.

pub mod one;

use super::{Ahead, Done, End, Manner, Next, Speaks, Told, next_try};
use crate::session::Session;
use one::Attempt;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    sync::Arc,
    time::{Duration, Instant},
};
use wirepost::{
    base::{
        digest::Algorithm,
        error::*,
        tree::{Entry, is_component},
    },
    ftp::RemotePath,
    job::{meter::Meter, pool},
    store::{
        dir::Dir,
        partial::{Conflict, Partial},
    },
};

/// One file to be fetched.
#[derive(Clone, Debug)]
pub struct Download {
    /// Relative, here and there.
    pub path: Vec<u8>,
    pub remote: RemotePath,
    /// What the server said of it.
    pub entry: Entry,
}

/// A file that is whole under its temporary name.
pub struct Held {
    path: Vec<u8>,
    partial: OsString,
}

impl Held {
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// Gives it its name.
    pub fn place(&self, top: &Arc<Dir>) -> Result<()> {
        let (dir, name) = place_of(top, &self.path, false)?;
        let Some(partial) = Partial::reopen(&dir, name, &self.partial)? else {
            let text = format!("{} is gone", self.partial.display());
            return Err(Error::new(Kind::Local, text));
        };
        partial.place(Conflict::Overwrite)?;
        dir.sync()
    }

    /// Removes what is not to get its name any more.
    pub fn discard(self, top: &Arc<Dir>) {
        if let Ok((dir, _)) = place_of(top, &self.path, false) {
            let _ = dir.remove(&self.partial);
        }
    }
}

type Worker<'w> = pool::Worker<'w, Download, Told<Download, Held>>;

/// Takes jobs until there are none.
pub fn work(worker: &Worker<'_>, session: &mut Session<'_>, top: &Arc<Dir>, manner: &Manner<'_>) {
    while let Some(job) = worker.next() {
        let (began, mut tried) = (Instant::now(), 0);
        let placed = place_of(top, &job.path, true);
        let (dir, name) = match placed {
            Ok(placed) => placed,
            Err(e) => {
                tell(worker, job, Err(e), 1, began);
                continue;
            }
        };
        let known = Some(job.entry.clone());
        let mut attempt = Attempt::new(manner, job.remote.clone(), dir, name.into(), known);
        let result = loop {
            tried += 1;
            let result = if tried == 1 && manner.glue.get() == Ahead::All && job.entry.size.is_some() {
                ahead(session, &job, manner, &mut attempt)
            } else {
                attempt.get(session, &mut Speaks(worker))
            };
            let error = match result.and_then(|done| Ok((done, place(&job, manner, &mut attempt)?))) {
                Ok(done) => break Ok(done),
                Err(e) => e,
            };
            match next_try(worker, session, error, tried, began, || Some(job.clone())) {
                Next::Again => {}
                Next::Leave => return,
                Next::Fail(error) => {
                    manner.cancel.begin_cleanup(Duration::from_secs(2));
                    break Err(error);
                }
            }
        };
        tell(worker, job, result, tried, began);
    }
}

fn tell(
    worker: &Worker<'_>,
    job: Download,
    result: Result<(Done, Option<Held>)>,
    tried: u32,
    began: Instant,
) {
    let (result, held) = match result {
        Ok((done, held)) => (Ok(done), held),
        Err(e) => (Err(e), None),
    };
    worker.tell(Told::End(Box::new(End { job, result, tried, time: began.elapsed(), held, left: None })));
    worker.done();
}

/// Gives what came its name, or holds it back.
fn place(job: &Download, manner: &Manner<'_>, attempt: &mut Attempt<'_>) -> Result<Option<Held>> {
    let Some(mut partial) = attempt.take() else { return Ok(None) };
    if !manner.hold {
        partial.persist(Conflict::Overwrite)?;
        return Ok(None);
    }
    partial.file().sync_all().map_err(|e| Error::from_io(e, Kind::Local, "cannot write"))?;
    let name = partial.name().to_os_string();
    partial.keep(true);
    Ok(Some(Held { path: job.path.clone(), partial: name }))
}

/// The directory of a relative path below the top, through no symbolic link, and the name in it.
pub fn place_of<'p>(top: &Arc<Dir>, path: &'p [u8], make: bool) -> Result<(Arc<Dir>, &'p OsStr)> {
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    let Some((name, above)) = parts.split_last() else { return Err(Error::new(Kind::Bug, "no path")) };
    if let Some(bad) = parts.iter().find(|p| !is_component(p)) {
        let shown = wirepost::base::escape::bytes(bad).into_owned();
        return Err(Error::new(Kind::Input, format!("{shown} is no name for a local file")));
    }
    Ok((top.below(above, make.then_some(0o777))?, OsStr::from_bytes(name)))
}

/// One file in a row of them: its RETR goes out in one write with the question for the port of the next.
fn ahead(
    session: &mut Session<'_>,
    job: &Download,
    manner: &Manner<'_>,
    attempt: &mut Attempt<'_>,
) -> Result<Done> {
    let client = session.client()?;
    let entry = &job.entry;
    let size = entry.size.unwrap_or(0);
    let partial = attempt.begin(entry.size)?;
    if !client.is_prepared() {
        client.batch_and_prepare(&[])?;
    }
    let exact = entry.tolerance > 1 && manner.times;
    let missing = |e: Error| if e.code() == Some(550) { e.kind_is(Kind::Missing) } else { e };
    let (mut download, mut time) = if client.is_prepared() {
        client.retrieve_glued(&job.remote, exact).map_err(missing)?
    } else {
        (client.retrieve(&job.remote, 0).map_err(missing)?, None)
    };
    time = time.or(entry.modified);
    let shown = manner.shown(&job.remote.to_string(), entry.size);
    let progress = |n| shown.iter().for_each(|bar| bar.add(n));
    let mut meter = Meter::new(&progress).limit(manner.limit_rate).least(manner.min_rate);
    if manner.sha256 {
        meter = meter.digest(Algorithm::Sha256);
    }
    let copied = meter.copy(&mut download, partial, u64::MAX);
    let not_ahead = |e: &Error| {
        if e.kind() == Kind::Protocol {
            manner.glue.at_most(Ahead::Nothing);
        }
    };
    attempt.is_of(time);
    let bytes = match copied {
        Ok(n) => n,
        Err(e) => {
            let error = Error::from_io(e, Kind::Local, "cannot write what comes");
            manner.cancel.begin_cleanup(Duration::from_secs(2));
            return Err(download.fail(error)).inspect_err(not_ahead);
        }
    };
    let verified = download.whole(Some(size)).inspect_err(not_ahead)?;
    if !client.is_prepared() {
        manner.glue.at_most(Ahead::Commands);
    }
    Ok(Done {
        bytes,
        moved: bytes,
        sha256: meter.digest_of(Algorithm::Sha256),
        verified: verified.into(),
        tls_version: client.tls_version(),
        tls_resumed: client.tls_resumed(),
        entry: Some(entry.clone()),
        ..Done::default()
    })
}
