//! A worker's downloads: each file appears under its name when it is whole and durable, or not at all.

use super::{Ahead, Done, End, Manner, Speaks, Told, is_crowded};
use crate::{session::Session, temporary};
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
        let began = Instant::now();
        let mut tried = 0;
        let result = loop {
            tried += 1;
            let error = match fetch(session, top, &job, manner, tried) {
                Ok(done) => break Ok(done),
                Err(e) => e,
            };
            if is_crowded(&error) && worker.retire(job.clone()).is_none() {
                worker.tell(Told::Note(format!("{}; going on with fewer connections", error.message())));
                return;
            }
            if let Err(error) = session.again(&mut Speaks(worker), error, tried, began) {
                manner.cancel.begin_cleanup(Duration::from_secs(2));
                break Err(error);
            }
        };
        let (result, held) = match result {
            Ok((done, held)) => (Ok(done), held),
            Err(e) => (Err(e), None),
        };
        worker.tell(Told::End(Box::new(End { job, result, tried, time: began.elapsed(), held, left: None })));
        worker.done();
    }
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

fn fetch(
    session: &mut Session<'_>,
    top: &Arc<Dir>,
    job: &Download,
    manner: &Manner<'_>,
    tried: u32,
) -> Result<(Done, Option<Held>)> {
    let (dir, name) = place_of(top, &job.path, true)?;
    let client = session.client()?;
    let looked;
    let mut entry = &job.entry;
    if tried > 1 || entry.size.is_none() {
        // What the listing said may be why the last try failed.
        looked = client.look_and_prepare(&job.remote)?;
        match &looked {
            Some(now) => entry = now,
            None => return Err(Error::new(Kind::Missing, "no such file").host(client.host())),
        }
    }
    let temporary = temporary::random(name.as_bytes());
    let mut partial = Partial::named(&dir, name, OsStr::from_bytes(&temporary), 0o666)?;
    let ahead = tried == 1 && manner.glue.get() == Ahead::All;
    if ahead && !client.is_prepared() {
        client.batch_and_prepare(&[])?;
    }
    let mut time = entry.modified;
    let exact = entry.tolerance > 1 && manner.times;
    let missing = |e: Error| if e.code() == Some(550) { e.kind_is(Kind::Missing) } else { e };
    let mut download = if ahead && client.is_prepared() {
        let (download, told) = client.retrieve_glued(&job.remote, exact).map_err(missing)?;
        time = told.or(time);
        download
    } else {
        client.retrieve(&job.remote, 0).map_err(missing)?
    };
    let shown = manner.meter(&job.remote.to_string(), entry.size.unwrap_or(0));
    let progress = |n| {
        if let Some(meter) = &shown {
            meter.add(n);
        }
    };
    let mut meter = Meter::new(&progress).limit(manner.limit_rate).least(manner.min_rate);
    if manner.sha256 {
        meter = meter.digest(Algorithm::Sha256);
    }
    let bytes = match meter.copy(&mut download, &mut partial, u64::MAX) {
        Ok(n) => n,
        Err(e) => {
            let error = Error::from_io(e, Kind::Local, format_args!("cannot write {}", name.display()));
            manner.cancel.begin_cleanup(Duration::from_secs(2));
            return Err(download.fail(error));
        }
    };
    let sizes = download.sizes();
    let finished = download.finish().inspect_err(|e| {
        if e.kind() == Kind::Protocol {
            manner.glue.at_most(Ahead::Nothing);
        }
    })?;
    if ahead && !client.is_prepared() {
        manner.glue.at_most(Ahead::Commands);
    }
    let verified = match entry.size {
        Some(size) if sizes.proves(size) => "size",
        Some(size) if sizes.allows(size) => "none",
        Some(size) => {
            let text = format!("{bytes} bytes came where {size} were announced: cut, or changed meanwhile");
            return Err(Error::new(Kind::Closed, text).host(client.host()));
        }
        None if finished.clean == Some(false) => {
            let text = "the data ended without TLS's own end, and no size was announced to prove it whole";
            return Err(Error::new(Kind::Closed, text).host(client.host()));
        }
        None => "none",
    };
    if let Some(time) = time.filter(|_| manner.times) {
        let _ = partial.set_modified(time.into());
    }
    let done = Done {
        bytes,
        sha256: meter.digest_of(Algorithm::Sha256),
        verified: verified.into(),
        tls_version: client.tls_version(),
        tls_resumed: client.tls_resumed(),
        mark: None,
    };
    if !manner.hold {
        partial.persist(Conflict::Overwrite)?;
        return Ok((done, None));
    }
    partial.file().sync_all().map_err(|e| Error::from_io(e, Kind::Local, "cannot write"))?;
    let path = partial.path();
    partial.keep(true);
    let held = path.file_name().map(|p| Held { path: job.path.clone(), partial: p.to_os_string() });
    Ok((done, held))
}
