//! One download over all its tries, its questions asked one after the other.
//!
//! It takes a look and the question for a port in one write, the data connection, RETR, the data and its 226. The bytes go to a
//! temporary file beside the target; the end of the data proves nothing, the announced size and the 226 do.
//!
//! **Going on.** A second try within a run goes on with what came, and with `--resume` a later run does: if the source's size and
//! time are the same, and the last 64 KiB that are here are what the server sends again. A server that forgets the offset fails
//! that test. In doubt, and where the whole does not check out in the end, all of it is fetched anew.
//!
//! **In parts** (`--segments`, see `segments.rs`), only of a file whose size and time are known, before and after. While parts come the
//! temporary has gaps, so it bears a name that no run goes on with; when the run gives up in good order it is cut to what is
//! whole and gets its own name back.

mod parts;

use crate::{
    args::Exists,
    session::{Session, Voice},
    temporary,
    work::{Done, Manner},
};
use std::{
    ffi::{OsStr, OsString},
    fs, io,
    io::{Read, Seek, SeekFrom},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use wirepost::{
    base::{
        date::Time,
        digest::{Algorithm, digest},
        error::*,
        tree::Entry,
    },
    ftp::{Client, Download, RemotePath},
    job::meter::Meter,
    store::{
        dir::Dir,
        partial::{Conflict, Partial},
    },
};

/// What is fetched a second time, to see whether it is the same.
const OVERLAP: u64 = 64 << 10;

/// See the module's essay.
pub struct Attempt<'a> {
    manner: &'a Manner<'a>,
    remote: RemotePath,
    /// The directory of the target, held open, and its name there.
    dir: Arc<Dir>,
    name: OsString,
    local: PathBuf,
    /// What was known of the source before the first try.
    known: Option<Entry>,
    partial: Option<Partial>,
    /// Of which source its bytes are: size and time.
    of: Option<(u64, Time)>,
    /// What was gone on with did not add up.
    anew: bool,
    /// Parts are not to be had from this server.
    whole: bool,
}

impl<'a> Attempt<'a> {
    pub fn new(
        manner: &'a Manner<'a>,
        remote: RemotePath,
        dir: Arc<Dir>,
        name: OsString,
        known: Option<Entry>,
    ) -> Attempt<'a> {
        let local = dir.path().join(&name);
        let (partial, of, anew, whole) = (None, None, false, false);
        Attempt { manner, remote, dir, name, local, known, partial, of, anew, whole }
    }

    /// One try. What came is whole under its temporary name then, or was left alone.
    pub fn get(&mut self, session: &mut Session<'_>, voice: &mut impl Voice) -> Result<Done> {
        // What was known of it may be why the last try failed.
        let known = self.known.take();
        let (entry, reason) = decide(self.manner, session.client()?, &self.remote, known, &self.local)?;
        if reason.is_some() {
            return Ok(Done { skipped: reason, verified: "none".into(), ..Done::default() });
        }
        let size = entry.as_ref().and_then(|e| e.size);
        let modified = entry.as_ref().and_then(|e| e.modified);
        let url = session.site.url(&self.remote);
        // Of a text neither offsets nor sizes say how much of it is here.
        let identity = size.zip(modified).filter(|_| !session.client().is_ok_and(|c| c.is_text()));
        let from = self.prepare(&url, identity)?;
        let mut done = match self.in_parts(session, from, identity, voice)? {
            Some(done) => done,
            None => self.fetch(session, if self.whole { 0 } else { from }, size, voice)?,
        };
        self.is_of(modified);
        done.entry = entry;
        Ok(done)
    }

    /// An empty temporary, for whoever fills it himself.
    pub fn begin(&mut self, size: Option<u64>) -> Result<&mut Partial> {
        self.known = None;
        self.prepare("", None)?;
        self.of = size.map(|size| (size, Time(i64::MIN)));
        self.partial.as_mut().ok_or_else(|| Error::new(Kind::Bug, "no temporary"))
    }

    /// The time of the source whose bytes are in the temporary: another try may go on with them, and the file gets it.
    pub fn is_of(&mut self, modified: Option<Time>) {
        self.of = self.of.and_then(|(size, _)| Some((size, modified?)));
        if let (Some(time), Some(partial)) = (modified.filter(|_| self.manner.times), &self.partial) {
            let _ = partial.set_modified(time.into());
        }
    }

    /// Gives what came its name, durably.
    pub fn place(&mut self) -> Result<()> {
        self.take().map_or(Ok(()), |partial| partial.persist(Conflict::Overwrite).map(|_| ()))
    }

    /// What came, for whoever gives it its name.
    pub fn take(&mut self) -> Option<Partial> {
        self.partial.take()
    }

    /// The temporary file, and how much of it can be gone on with.
    fn prepare(&mut self, url: &str, identity: Option<(u64, Time)>) -> Result<u64> {
        if self.of != identity || identity.is_none() {
            // Another source now: what there is belongs to none.
            self.partial = None;
            self.of = identity;
        }
        if self.partial.is_none() {
            let (dir, name) = (&self.dir, &self.name);
            self.partial = Some(match identity.filter(|_| self.manner.resume) {
                Some((size, modified)) => {
                    let source =
                        digest(Algorithm::Sha256, format!("{url}\0{size}\0{}", modified.0).as_bytes());
                    let temp = OsString::from_vec(temporary::proven(name.as_bytes(), size, &source));
                    let mut partial = match Partial::reopen(dir, name, &temp)? {
                        Some(partial) => partial,
                        None => Partial::named(dir, name, &temp, 0o666)?,
                    };
                    partial.keep(true);
                    partial
                }
                None => Partial::create(dir, name, 0o666)?,
            });
        }
        let Some(partial) = &mut self.partial else { return Ok(0) };
        let failed =
            |e| Error::from_io(e, Kind::Local, format_args!("cannot write {}", self.local.display()));
        let here = partial.file().metadata().map_err(failed)?.len();
        let usable = !self.anew && here > OVERLAP && identity.is_some_and(|(size, _)| here <= size);
        if !usable {
            partial.file().set_len(0).and_then(|()| partial.file().rewind()).map_err(failed)?;
        }
        Ok(if usable { here } else { 0 })
    }

    /// The bytes from `from` on, and the proof that they are all.
    fn fetch(
        &mut self,
        session: &mut Session<'_>,
        mut from: u64,
        size: Option<u64>,
        voice: &mut impl Voice,
    ) -> Result<Done> {
        let shown = self.local.display().to_string();
        let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot write {shown}"));
        let Some(partial) = &mut self.partial else { return Err(Error::new(Kind::Bug, "no temporary")) };
        let mut tail = Vec::new();
        if from > 0 {
            let file = partial.file();
            file.seek(SeekFrom::Start(from - OVERLAP)).map_err(failed)?;
            file.take(OVERLAP).read_to_end(&mut tail).map_err(failed)?;
        }
        let hash = session.client()?.best_hash().filter(|_| self.manner.removes_source);
        let missing = |e: Error| if e.code() == Some(550) { e.kind_is(Kind::Missing) } else { e };
        let mut download = loop {
            let client = session.client()?;
            if from == 0 {
                break client.retrieve(&self.remote, 0).map_err(missing)?;
            }
            let why = match client.retrieve(&self.remote, from - OVERLAP) {
                Err(e) if e.kind() == Kind::Refused => e,
                Err(e) => return Err(e),
                Ok(mut download) => match is_next(&mut download, &tail) {
                    Ok(true) => {
                        // Borrowed again where it is used: the two ways out of this loop hold the client for different times.
                        break download;
                    }
                    Ok(false) => download.fail(Error::new(Kind::Input, "what is here is not what is there")),
                    Err(e) => return Err(download.fail(Error::from_io(e, Kind::Closed, "cannot read"))),
                },
            };
            voice.note(format!("{}: {why}; fetching it from its start", self.remote));
            partial.file().set_len(0).map_err(failed)?;
            from = 0;
        };
        partial.file().seek(SeekFrom::Start(0)).map_err(failed)?;
        let size = size.or(download.announced().filter(|_| from == 0));
        let bar = self.manner.shown(&self.remote.to_string(), size);
        let progress = |n| bar.iter().for_each(|bar| bar.add(n));
        progress(from);
        let mut meter = Meter::new(&progress).limit(self.manner.limit_rate).least(self.manner.min_rate);
        if self.manner.sha256 {
            meter = meter.digest(Algorithm::Sha256);
        }
        if let Some(hash) = hash {
            meter = meter.digest(hash);
        }
        let seen = if meter.sees_bytes() { meter.seed(partial.file(), from).map(|_| ()) } else { Ok(()) };
        let placed = seen.and_then(|()| partial.file().seek(SeekFrom::Start(from)).map(|_| ()));
        if let Err(e) = placed {
            return Err(download.fail(failed(e)));
        }
        let fetched = match meter.copy(&mut download, partial, u64::MAX) {
            Ok(n) => n,
            Err(e) => {
                self.manner.cancel.begin_cleanup(Duration::from_secs(2));
                return Err(download.fail(failed(e)));
            }
        };
        let bytes = from + fetched;
        let began = from.saturating_sub(OVERLAP);
        let mut verified = download
            .whole(size.map(|size| size.saturating_sub(began)))
            .inspect_err(|_| self.anew = size.is_some_and(|size| bytes > size))?
            .to_string();
        let digests = (meter.digest_of(Algorithm::Sha256), hash.and_then(|h| meter.digest_of(h)));
        drop(meter);
        if let Some(how) = self.by_digest(session, hash, digests.1)? {
            verified = how;
        }
        let client = session.client()?;
        Ok(Done {
            bytes,
            moved: fetched,
            resumed_from: (from > 0).then_some(from),
            sha256: digests.0,
            verified,
            tls_version: client.tls_version(),
            tls_resumed: client.tls_resumed(),
            ..Done::default()
        })
    }

    /// Where the source is to go once it is here, the server's digest is asked for, if it computes one.
    fn by_digest(
        &mut self,
        session: &mut Session<'_>,
        hash: Option<Algorithm>,
        ours: Option<Vec<u8>>,
    ) -> Result<Option<String>> {
        let (Some(hash), Some(ours)) = (hash, ours) else { return Ok(None) };
        let client = session.client()?;
        match client.digest(&self.remote, hash)? {
            Some(theirs) if theirs != ours => {
                self.anew = true;
                let text = format!("what came has another {} than what is there", hash.name());
                Err(Error::new(Kind::Closed, text).host(client.host()))
            }
            Some(_) => Ok(Some(format!("hash:{}", hash.name()))),
            None => Ok(None),
        }
    }

    /// After the last try failed: what a later run can go on with stays, and its path is told.
    pub fn give_up(mut self) -> Option<PathBuf> {
        let mut partial = self.partial.take()?;
        let len = partial.file().metadata().map_or(0, |a| a.len());
        let stays = self.manner.resume && self.of.is_some() && !self.anew && len > OVERLAP;
        partial.keep(stays);
        stays.then(|| partial.path())
    }
}

/// Whether the server sends again what is here already.
fn is_next(download: &mut Download<'_>, tail: &[u8]) -> io::Result<bool> {
    let mut again = vec![0; tail.len()];
    let mut at = 0;
    while at < again.len() {
        match download.read(&mut again[at..])? {
            0 => return Ok(false),
            n => at += n,
        }
    }
    Ok(again == tail)
}

/// What the server says of a file, and why it is to be left alone, if it is.
pub fn decide(
    manner: &Manner<'_>,
    client: &mut Client,
    remote: &RemotePath,
    known: Option<Entry>,
    local: &Path,
) -> Result<(Option<Entry>, Option<&'static str>)> {
    let entry = match known {
        Some(entry) if entry.size.is_some() && entry.tolerance <= 1 => Some(entry),
        _ => client.look_and_prepare(remote)?,
    };
    let (size, modified) = entry.as_ref().map_or((None, None), |e| (e.size, e.modified));
    let reason = match is_young(manner.min_age, modified) {
        None => policy(manner.exists, local, size, modified)?,
        young => young,
    };
    Ok((entry, reason))
}

/// `--min-age`: a file that may still be written is left; so is one whose age is not known.
pub fn is_young(min_age: Option<Duration>, modified: Option<Time>) -> Option<&'static str> {
    let age = min_age?;
    match modified {
        None => Some("age not known"),
        Some(at) if at > Time::now().before(age) => Some("too young"),
        Some(_) => None,
    }
}

/// What `--exists` makes of the target; a reason to leave it alone.
fn policy(
    exists: Exists,
    local: &Path,
    size: Option<u64>,
    modified: Option<Time>,
) -> Result<Option<&'static str>> {
    let about = match fs::symlink_metadata(local) {
        Ok(about) => about,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            return Err(Error::from_io(e, Kind::Create, format_args!("cannot create {}", local.display())));
        }
    };
    if about.is_dir() {
        return Err(Error::new(Kind::Create, format!("{} is a directory", local.display())));
    }
    Ok(match exists {
        Exists::Overwrite => None,
        Exists::Skip => Some("exists"),
        Exists::Fail => return Err(Error::new(Kind::Create, format!("{} exists", local.display()))),
        Exists::Newer => {
            let here: Option<Time> = about.modified().ok().map(Into::into);
            let not_newer = matches!((here, modified), (Some(here), Some(there)) if there.0 <= here.0 + 1);
            (size == Some(about.len()) && not_newer).then_some("not newer")
        }
    })
}

/// The directory that holds a place below `base`, its missing parts made and no link followed, and the name there.
pub fn place(base: &Arc<Dir>, landing: &[u8]) -> Result<(Arc<Dir>, OsString)> {
    let mut parts: Vec<&[u8]> = landing.split(|b| *b == b'/').filter(|p| !p.is_empty()).collect();
    let name = parts.pop().unwrap_or_default();
    Ok((base.below(&parts, Some(0o777))?, OsStr::from_bytes(name).to_os_string()))
}
