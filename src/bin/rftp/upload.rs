//! One upload over all its tries.
//!
//! It takes, after the login: a look at the target and the question for a port (one write), the data connection, STOR to a
//! temporary name in the same directory, the data and its 226, then in one write the time, the mode, SIZE and a digest where the
//! server computes one, and at last RNFR with RNTO. A lost answer is settled by looking.
//!
//! **Going on.** A second try within a run goes on with what the first one left, if the source is unchanged. A later run does with
//! `--resume`: the temporary's name then holds the source's size and digest, so it can belong to no other contents. If the whole
//! does not check out in the end, it is sent anew from its start.

use crate::{
    args::{self, Exists, Replace},
    session::Session,
    source::{Mark, Opened, Source},
    temporary,
};
use std::time::Duration;
use wirepost::{
    base::{
        date::Time,
        digest::{Algorithm, hex},
        error::*,
        tree::{Entry, EntryKind},
    },
    cli::Output,
    ftp::{Client, RemotePath, Sizes, Store},
    job::meter::Meter,
    net::Cancel,
};

/// How an upload went.
#[derive(Default)]
pub struct Done {
    pub bytes: u64,
    pub sent: u64,
    pub resumed_from: Option<u64>,
    pub sha256: Option<String>,
    pub verified: String,
    pub tls_version: Option<String>,
    pub tls_resumed: Option<bool>,
    pub skipped: Option<&'static str>,
    /// What exactly was sent.
    pub mark: Option<Mark>,
}

/// How far an upload came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Start,
    /// Something stands under the temporary name.
    Storing,
    /// All of it does, says the server or a look at it.
    Stored,
    /// RNTO was sent.
    Renaming,
    /// The old target was removed for it: the temporary is all there is.
    Alone,
}

/// See the module's essay.
pub struct Attempt<'a> {
    flags: &'a args::Put,
    cancel: &'a Cancel,
    local: &'a Source,
    remote: &'a RemotePath,
    temporary: RemotePath,
    /// What a look at the target told already.
    known: Option<Option<Entry>>,
    /// Stdin was read: there is no second try.
    consumed: bool,
    stage: Stage,
    /// The source as the last try found it.
    mark: Option<Mark>,
    /// Its digest, where the temporary's name holds it.
    sha256: Option<Vec<u8>>,
    /// What was gone on with did not add up: from the start, whatever is there.
    anew: bool,
}

/// What was sent, as far as it is known.
struct Sent {
    bytes: u64,
    /// What size the file may have there.
    sizes: Sizes,
    from: u64,
    digest: Option<(Algorithm, Vec<u8>)>,
    sha256: Option<String>,
}

impl<'a> Attempt<'a> {
    /// # Errors
    /// `Usage` if the target is no name for a file.
    pub fn new(
        flags: &'a args::Put,
        cancel: &'a Cancel,
        local: &'a Source,
        remote: &'a RemotePath,
        known: Option<Option<Entry>>,
    ) -> Result<Attempt<'a>> {
        Ok(Attempt {
            flags,
            cancel,
            local,
            remote,
            temporary: temporary::beside(remote, temporary::random)?,
            known,
            consumed: false,
            stage: Stage::Start,
            mark: None,
            sha256: None,
            anew: false,
        })
    }

    /// One try.
    pub fn put(&mut self, session: &mut Session<'_>, out: &mut Output) -> Result<Done> {
        if self.consumed {
            return Err(Error::new(Kind::Closed, "standard input cannot be read a second time")
                .again_is(Again::Later));
        }
        let in_place = self.flags.in_place;
        let mut source = Opened::open(self.local)?;
        let client = session.client()?;
        let there = match self.known.take() {
            Some(known) => known,
            None => client.look_and_prepare(self.remote)?,
        };
        if let Some(reason) = self.policy(client, there.as_ref(), &source)? {
            return Ok(Done { skipped: Some(reason), verified: "none".into(), ..Done::default() });
        }
        if let Some(entry) = there.as_ref().filter(|e| e.kind == EntryKind::Link) {
            let to = entry
                .target
                .as_deref()
                .map_or(String::new(), |t| format!(" to {}", String::from_utf8_lossy(t)));
            out.warn(format_args!(
                "{} on {} is a symbolic link{to}: it is replaced",
                self.remote,
                client.host()
            ));
        }
        self.same_source(&mut source)?;
        let client = session.client()?;
        let from = self.offset(client, &source)?;
        let sent = self.send(session, &mut source, from, out)?;
        self.stage = Stage::Stored;
        source.unchanged()?;
        let client = session.client()?;
        let verified = match self.verify(client, &sent, there.as_ref(), &source) {
            Ok(verified) => verified,
            Err(e) => {
                self.anew = e.kind() == Kind::Refused;
                return Err(e);
            }
        };
        if !in_place {
            self.rename(session, sent.sizes, there.is_some(), out)?;
        }
        let client = session.client()?;
        Ok(Done {
            bytes: sent.bytes,
            sent: sent.bytes - sent.from,
            resumed_from: (sent.from > 0).then_some(sent.from),
            sha256: sent.sha256.or_else(|| match &sent.digest {
                Some((Algorithm::Sha256, digest)) => Some(hex(digest)),
                _ => None,
            }),
            verified,
            tls_version: client.tls_version().map(str::to_string),
            tls_resumed: client.tls_resumed(),
            skipped: None,
            mark: source.mark,
        })
    }

    fn name(&self) -> &RemotePath {
        if self.flags.in_place { self.remote } else { &self.temporary }
    }

    /// Whether the source is what the last try sent; with `--resume` the temporary's name follows from it.
    fn same_source(&mut self, source: &mut Opened) -> Result<()> {
        if source.mark.is_some() && source.mark == self.mark {
            return Ok(());
        }
        // Other contents begin anew.
        self.stage = Stage::Start;
        self.mark = source.mark;
        if let Some(size) = source.size.filter(|_| self.flags.transfer.resume && !self.flags.in_place) {
            let digest = source.digest(Algorithm::Sha256)?;
            self.temporary = temporary::beside(self.remote, |n| temporary::proven(n, size, &digest))?;
            self.sha256 = Some(digest);
        }
        Ok(())
    }

    /// How much of the source is there under the temporary name.
    fn offset(&self, client: &mut Client, source: &Opened) -> Result<u64> {
        let Some(size) = source.size.filter(|n| *n > 0) else { return Ok(0) };
        let ours = self.sha256.is_some() || self.stage >= Stage::Storing;
        if self.flags.in_place || self.anew || !ours || client.is_text() {
            return Ok(0);
        }
        Ok(client.size(&self.temporary)?.filter(|n| *n <= size).unwrap_or(0))
    }

    /// Sends what is missing.
    fn send(
        &mut self,
        session: &mut Session<'_>,
        source: &mut Opened,
        mut from: u64,
        out: &mut Output,
    ) -> Result<Sent> {
        let client = session.client()?;
        let algorithm = client.best_hash();
        let wants_sha256 = self.flags.transfer.digest || self.flags.transfer.manifest.is_some();
        let needed = algorithm.into_iter().chain(wants_sha256.then_some(Algorithm::Sha256));
        let needed: Vec<_> = needed.filter(|a| *a != Algorithm::Sha256 || self.sha256.is_none()).collect();
        let name = self.name().clone();
        // From here on something may stand there: servers make the file before they open the data connection.
        self.stage = Stage::Storing;
        let upload = if from > 0 && source.size == Some(from) {
            None
        } else if from > 0 {
            let (upload, begins) = client.store_on(&name, from)?;
            if begins < from {
                out.note(format_args!("{name} cannot be gone on with here: it is sent from its start"));
            }
            from = begins;
            Some(upload)
        } else {
            Some(client.store(&name, Store { make_dirs: true, ..Store::default() })?)
        };
        let meter = out.progress().start(&self.local.shown(), source.size);
        meter.add(from);
        let progress = |n| meter.add(n);
        let mut meter =
            Meter::new(&progress).limit(self.flags.transfer.limit_rate).least(self.flags.transfer.min_rate);
        for algorithm in needed {
            meter = meter.digest(algorithm);
        }
        let prepared =
            if from > 0 && meter.sees_bytes() { source.seed(&mut meter, from) } else { source.go_to(from) };
        let (mut bytes, mut sizes, mut lost) = (from, Sizes::of(from), None);
        match (upload, prepared) {
            (Some(upload), Err(e)) => return Err(upload.fail(e)),
            (None, Err(e)) => return Err(e),
            (None, Ok(())) => {}
            (Some(mut upload), Ok(())) => {
                self.consumed = source.size.is_none();
                match source.send(from, &mut upload, &mut meter) {
                    Ok(n) => bytes = n,
                    Err(e) => {
                        let shown = self.local.shown();
                        let error = Error::from_io(e, Kind::Local, format_args!("cannot read {shown}"));
                        self.cancel.begin_cleanup(Duration::from_secs(2));
                        return Err(upload.fail(error));
                    }
                }
                sizes = upload.sizes();
                match upload.finish() {
                    Ok(_) => {}
                    Err(e) if e.kind() == Kind::Unconfirmed => lost = Some(e),
                    Err(e) => return Err(e),
                }
            }
        }
        let known = self.sha256.clone();
        let digest_of = |a| match a {
            Algorithm::Sha256 if known.is_some() => known.clone(),
            a => meter.digest_of(a),
        };
        let sent = Sent {
            bytes,
            sizes,
            from,
            digest: algorithm.and_then(|a| Some((a, digest_of(a)?))),
            sha256: digest_of(Algorithm::Sha256).map(|d| hex(&d)),
        };
        drop(meter);
        if let Some(e) = lost {
            // All of it went out and no answer came: look.
            out.note(format_args!("{}; looking whether the file arrived", e.message()));
            self.settle_store(session, &name, sizes, &e)?;
        }
        Ok(sent)
    }

    /// What `--exists` makes of the target; a reason to leave it alone.
    fn policy(
        &self,
        client: &Client,
        there: Option<&Entry>,
        source: &Opened,
    ) -> Result<Option<&'static str>> {
        let Some(there) = there else { return Ok(None) };
        if there.is_dir() {
            return Err(Error::new(Kind::Refused, "a directory of that name is there"));
        }
        Ok(match self.flags.transfer.exists {
            Exists::Overwrite => None,
            Exists::Skip => Some("exists"),
            Exists::Fail => {
                let text = format!("{} exists on {}", self.remote, client.host());
                return Err(Error::new(Kind::Refused, text));
            }
            Exists::Newer => {
                let same_size = source.size.is_some() && there.size == source.size;
                let not_newer = match (source.modified, there.modified) {
                    (Some(here), Some(then)) => here.0 <= then.0 + i64::from(there.tolerance),
                    _ => false,
                };
                (same_size && not_newer).then_some("not newer")
            }
        })
    }

    /// In one write: the time, the old file's mode, the size, the digest. Says what proves the contents.
    fn verify(
        &self,
        client: &mut Client,
        sent: &Sent,
        there: Option<&Entry>,
        source: &Opened,
    ) -> Result<String> {
        let name = self.name();
        let mut before = Vec::new();
        let time: Option<Time> = source.modified.filter(|_| !self.flags.transfer.no_times);
        if let Some(time) = time {
            before.extend(client.time_command(name, time));
        }
        if let Some(mode) = there.and_then(|e| e.mode).filter(|_| !self.flags.in_place) {
            before.push(client.mode_command(name, mode)?);
        }
        let algorithm = sent.digest.as_ref().map(|(a, _)| *a);
        let (size, digest) = client.size_and_digest_after(&before, name, algorithm)?;
        if let Some(size) = size.filter(|s| !sent.sizes.allows(*s)) {
            let text = format!("the server kept {size} of {} bytes", sent.bytes);
            let error = Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now);
            return Err(if self.flags.in_place {
                error.kind_is(Kind::Unconfirmed).again_is(Again::Never)
            } else {
                error
            });
        }
        match (&sent.digest, digest) {
            (Some((algorithm, ours)), Some(theirs)) if *ours == theirs => {
                Ok(format!("hash:{}", algorithm.name()))
            }
            (Some((algorithm, _)), Some(_)) => {
                let text =
                    format!("what the server stored has another {} than what was sent", algorithm.name());
                Err(Error::new(Kind::Refused, text).host(client.host()).again_is(Again::Now))
            }
            _ if size.is_some_and(|s| sent.sizes.proves(s)) => Ok("size".into()),
            _ => Ok("none".into()),
        }
    }

    /// The temporary becomes the target.
    fn rename(
        &mut self,
        session: &mut Session<'_>,
        sizes: Sizes,
        exists: bool,
        out: &mut Output,
    ) -> Result<()> {
        self.stage = Stage::Renaming;
        let client = session.client()?;
        let mut renamed = client.rename(&self.temporary, self.remote);
        if let Err(e) = &renamed
            && exists
            && e.kind() == Kind::Refused
            && self.flags.replace == Replace::DeleteFirst
        {
            client.delete(self.remote)?;
            renamed = client.rename(&self.temporary, self.remote);
            if renamed.is_err() {
                self.stage = Stage::Alone;
            }
        }
        match renamed {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == Kind::Unconfirmed => {
                out.note(format_args!("{}; looking whether the file was renamed", e.message()));
                self.settle_rename(session, sizes, &e)
            }
            Err(e) if self.stage == Stage::Alone => Err(e
                .again_is(Again::Never)
                .hint(format!("the new contents are whole in {}", self.temporary))),
            Err(e) => {
                self.stage = Stage::Stored;
                Err(if exists && e.kind() == Kind::Refused && self.flags.replace != Replace::DeleteFirst {
                    e.hint(
                        "if the server renames onto no existing file: --replace delete-first, or --in-place",
                    )
                } else {
                    e
                })
            }
        }
    }

    /// After a lost 226: the size under the name decides.
    fn settle_store(
        &self,
        session: &mut Session<'_>,
        name: &RemotePath,
        sizes: Sizes,
        lost: &Error,
    ) -> Result<()> {
        let looked = session.client().and_then(|c| c.size(name));
        match looked {
            Ok(Some(size)) if sizes.proves(size) => Ok(()),
            Ok(_) => {
                Err(Error::new(Kind::Closed, format!("{} (the file did not arrive whole)", lost.message())))
            }
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            // Under a temporary name nothing has happened yet; in place it may have.
            Err(_) if self.flags.in_place => Err(lost.clone()),
            Err(_) => Err(lost.clone().kind_is(Kind::Closed).again_is(Again::Now)),
        }
    }

    /// After a lost answer to RNTO: what stands under which name decides.
    fn settle_rename(&mut self, session: &mut Session<'_>, sizes: Sizes, lost: &Error) -> Result<()> {
        let looked = session.client().and_then(|client| {
            let temporary = client.size(&self.temporary)?;
            let target = client.size(self.remote)?;
            Ok((temporary, target))
        });
        match looked {
            Ok((None, Some(size))) if sizes.proves(size) => Ok(()),
            Ok((Some(_), _)) => session.client()?.rename(&self.temporary, self.remote),
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            _ => Err(lost.clone()),
        }
    }

    /// Removes the temporary file after a failure; the name of what had to be left, or was left to be gone on with.
    pub fn clean_up(&self, session: &mut Session<'_>) -> Option<RemotePath> {
        match self.stage {
            _ if self.flags.in_place => return None,
            Stage::Start => return None,
            // It may be the target by now, or is all there is: it is named, and left alone.
            Stage::Renaming | Stage::Alone => return Some(self.temporary.clone()),
            Stage::Storing | Stage::Stored if self.can_go_on() => return Some(self.temporary.clone()),
            Stage::Storing | Stage::Stored => {}
        }
        let same = session.is_connected();
        let gone = session.client().and_then(|client| match client.delete(&self.temporary) {
            Ok(()) => Ok(true),
            // The session that was lost may make the file only now: nothing to remove yet proves nothing.
            Err(_) if !same => Ok(false),
            // Refused: most likely there is nothing to remove.
            Err(_) => Ok(client.look(&self.temporary)?.is_none()),
        });
        (!gone.unwrap_or(false)).then(|| self.temporary.clone())
    }

    /// Whether a later run can go on with what was left.
    pub fn can_go_on(&self) -> bool {
        self.sha256.is_some() && !self.anew && self.stage != Stage::Alone
    }
}
