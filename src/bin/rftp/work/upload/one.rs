//! One upload over all its tries, its questions asked one after the other.
//!
//! It takes, after the login: a look at the target and the question for a port (one write), the data connection, STOR to a
//! temporary name in the same directory, the data and its 226, then in one write the mode, SIZE and a digest where the
//! server computes one, and at last the time with RNFR and RNTO: a temporary that bore its source's time before would look like a
//! leftover of long ago to whoever clears those up. A lost answer is settled by looking. A worker with many files uses parts of
//! it: where nothing can be asked ahead, and for every try after the first.
//!
//! **Going on.** A second try within a run goes on with what the first one left, if the source is unchanged. A later run does with
//! `--resume`: the temporary's name then holds the source's size and digest, so it can belong to no other contents. If the whole
//! does not check out in the end, it is sent anew from its start.

mod end;

use crate::{
    args::Exists,
    session::{Session, Voice},
    source::{Mark, Opened, Source, WATCH},
    temporary,
    work::{Done, Manner, proof},
};
use std::time::Duration;
use wirepost::{
    base::{
        digest::Algorithm,
        error::*,
        tree::{Entry, EntryKind},
    },
    ftp::{Client, RemotePath, Sizes, Store},
    job::meter::Meter,
    textproto::Command,
};

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

/// What stands under a temporary name, and of which source.
#[derive(Clone, Debug)]
pub struct Begun {
    temporary: RemotePath,
    mark: Option<Mark>,
}

/// See the module's essay.
pub struct Attempt<'a> {
    manner: &'a Manner<'a>,
    pub source: Source,
    remote: RemotePath,
    /// Where the data goes before it has its name.
    pub temporary: RemotePath,
    /// What a look at the target told already.
    known: Option<Option<Entry>>,
    /// Stdin or a pipe was read: there is no second try.
    consumed: bool,
    stage: Stage,
    /// The source as the last try found it.
    mark: Option<Mark>,
    /// It changed between two tries.
    changes: bool,
    /// Its digest, where the temporary's name holds it.
    sha256: Option<Vec<u8>>,
    /// What was gone on with did not add up: from the start, whatever is there.
    anew: bool,
}

/// What was sent, as far as it is known.
pub struct Sent {
    pub bytes: u64,
    /// What size the file may have there.
    pub sizes: Sizes,
    from: u64,
    digest: Option<(Algorithm, Vec<u8>)>,
    sha256: Option<Vec<u8>>,
    /// Some digest of it.
    seen: Option<(Algorithm, Vec<u8>)>,
}

impl Sent {
    /// It is there, and what proves it.
    pub fn done(self, verified: String, tls: Tls, source: &Opened) -> Done {
        let asked_for = self.digest.filter(|(a, _)| *a == Algorithm::Sha256).map(|(_, digest)| digest);
        Done {
            bytes: self.bytes,
            moved: self.bytes - self.from,
            resumed_from: (self.from > 0).then_some(self.from),
            sha256: self.sha256.or(asked_for),
            verified,
            tls_version: tls.0,
            tls_resumed: tls.1,
            mark: source.mark,
            ..Done::default()
        }
    }
}

/// What the connection that carried it was like: its version of TLS, and whether the session was resumed.
type Tls = (Option<&'static str>, Option<bool>);

impl<'a> Attempt<'a> {
    /// # Errors
    /// `Usage` if the target is no name for a file.
    pub fn new(
        manner: &'a Manner<'a>,
        source: Source,
        remote: &RemotePath,
        known: Option<Option<Entry>>,
    ) -> Result<Attempt<'a>> {
        Ok(Attempt {
            manner,
            source,
            remote: remote.clone(),
            temporary: temporary::beside(remote, temporary::random)?,
            known,
            consumed: false,
            stage: Stage::Start,
            mark: None,
            changes: false,
            sha256: None,
            anew: false,
        })
    }

    /// Why the target would be left alone, if it would; what is there is asked for only where that decides.
    pub fn plan(&self, session: &mut Session<'_>) -> Result<Option<&'static str>> {
        let source = Opened::open(&self.source)?;
        let client = session.client()?;
        let there = match &self.known {
            Some(known) => known.clone(),
            None if self.manner.exists == Exists::Overwrite => None,
            None => client.look(&self.remote)?,
        };
        self.policy(client, there.as_ref(), &source)
    }

    /// One try, all of it.
    pub fn put(&mut self, session: &mut Session<'_>, voice: &mut impl Voice) -> Result<Done> {
        if self.consumed {
            let shown = match &self.source {
                Source::Stdin => "standard input".into(),
                path => path.shown(),
            };
            let text = format!("{shown} cannot be read a second time");
            return Err(Error::new(Kind::Closed, text).again_is(Again::Later));
        }
        let mut source = Opened::open(&self.source)?;
        let client = session.client()?;
        // A name that cannot be given in the end is no reason to store anything.
        client.named("RNTO", &self.remote)?;
        let there = match self.known.take() {
            Some(known) => known,
            None => client.look_and_prepare(&self.remote)?,
        };
        // In place, what stands there since our STOR is our own: the policy was asked about what stood there before.
        let ours = self.manner.in_place && self.stage > Stage::Start;
        if let Some(reason) = if ours { None } else { self.policy(client, there.as_ref(), &source)? } {
            return Ok(Done { skipped: Some(reason), verified: "none".into(), ..Done::default() });
        }
        if let Some(entry) = there.as_ref().filter(|e| e.kind == EntryKind::Link) {
            voice.warn(replaced_link(&self.remote, entry, client.host()));
        }
        let sent = self.store(session, &mut source, voice)?;
        let client = session.client()?;
        // Asked now: when all is done there may be no connection, and nothing is to fail, or be sent again, for want of one.
        let tls = (client.tls_version(), client.tls_resumed());
        let time = source.modified.filter(|_| self.manner.times);
        let time = time.and_then(|time| client.time_command(self.name(), time));
        if self.manner.in_place {
            let verified = self.prove_in_place(session, &sent, time.as_slice(), voice)?;
            return Ok(sent.done(verified, tls, &source));
        }
        let mode = match there.as_ref().and_then(kept_mode) {
            Some(mode) => Some(client.mode_command(self.name(), mode)?),
            None => None,
        };
        let verified = self.prove(client, &sent, Some(mode.as_slice()))?;
        self.rename(session, sent.sizes, time.as_slice(), there.is_some(), voice)?;
        Ok(sent.done(verified, tls, &source))
    }

    /// Brings the whole source under the temporary name, from where an earlier try left it.
    pub fn store(
        &mut self,
        session: &mut Session<'_>,
        source: &mut Opened,
        voice: &mut impl Voice,
    ) -> Result<Sent> {
        self.same_source(source)?;
        let from = self.offset(session.client()?, source)?;
        let mut sent = self.send(session, source, from, voice)?;
        self.stage = Stage::Stored;
        source.unchanged(sent.seen.take())?;
        Ok(sent)
    }

    /// Something is going to stand under the temporary name: servers make the file before they open the data connection.
    pub fn begins(&mut self, source: &mut Opened) -> Result<()> {
        self.same_source(source)?;
        self.stage = Stage::Storing;
        Ok(())
    }

    /// What stands under the temporary name is not what was sent.
    pub fn begins_anew(&mut self) {
        self.anew = true;
    }

    /// For another worker to go on with, or to clean up after.
    pub fn begun(&self) -> Option<Begun> {
        let something = self.stage == Stage::Storing || self.stage == Stage::Stored;
        something.then(|| Begun { temporary: self.temporary.clone(), mark: self.mark })
    }

    /// Takes over what another worker began.
    pub fn goes_on(&mut self, begun: &Begun) {
        self.temporary = begun.temporary.clone();
        self.mark = begun.mark;
        self.stage = Stage::Storing;
    }

    fn name(&self) -> &RemotePath {
        if self.manner.in_place { &self.remote } else { &self.temporary }
    }

    /// Whether the source is what the last try sent; with `--resume` the temporary's name follows from it.
    fn same_source(&mut self, source: &mut Opened) -> Result<()> {
        if source.mark.is_some() && source.mark == self.mark {
            return Ok(());
        }
        // Other contents begin anew; in place they do so anyway, on top of what we left there.
        if !self.manner.in_place {
            self.stage = Stage::Start;
        }
        self.changes |= self.mark.is_some();
        self.mark = source.mark;
        if let Some(size) = source.size.filter(|_| self.manner.resume && !self.manner.in_place) {
            let digest = source.digest(Algorithm::Sha256)?;
            self.temporary = temporary::beside(&self.remote, |n| temporary::proven(n, size, &digest))?;
            self.sha256 = Some(digest);
        }
        Ok(())
    }

    /// How much of the source is there under the temporary name.
    fn offset(&self, client: &mut Client, source: &Opened) -> Result<u64> {
        let Some(size) = source.size.filter(|n| *n > 0) else { return Ok(0) };
        let ours = self.sha256.is_some() || self.stage >= Stage::Storing;
        if self.manner.in_place || self.anew || !ours || client.is_text() {
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
        voice: &mut impl Voice,
    ) -> Result<Sent> {
        let client = session.client()?;
        let algorithm = client.best_hash();
        let needed = algorithm.into_iter().chain(self.manner.sha256.then_some(Algorithm::Sha256));
        let needed: Vec<_> = needed.filter(|a| *a != Algorithm::Sha256 || self.sha256.is_none()).collect();
        let name = self.name().clone();
        self.stage = Stage::Storing;
        let upload = if from > 0 && source.size == Some(from) {
            None
        } else if from > 0 {
            let (upload, begins) = client.store_on(&name, from)?;
            if begins < from {
                voice.note(format!("{name} cannot be gone on with here: it is sent from its start"));
            }
            from = begins;
            Some(upload)
        } else {
            Some(client.store(&name, Store { make_dirs: true, ..Store::default() })?)
        };
        let shown = self.manner.shown(&self.source.shown(), source.size);
        let progress = |n| shown.iter().for_each(|bar| bar.add(n));
        progress(from);
        let mut meter = Meter::new(&progress).limit(self.manner.limit_rate).least(self.manner.min_rate);
        for algorithm in needed {
            meter = meter.digest(algorithm);
        }
        if let Some(watch) = source.watch().or(self.changes.then_some(WATCH))
            && !meter.sees_bytes()
            && self.sha256.is_none()
        {
            meter = meter.digest(watch);
        }
        let prepared =
            if from > 0 && meter.sees_bytes() { source.seed(&mut meter, from) } else { source.go_to(from) };
        // What is there is the beginning of the file as it was when it was opened.
        let prepared = prepared.and_then(|()| if from > 0 { source.is_as_opened() } else { Ok(()) });
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
                        let shown = self.source.shown();
                        let error = Error::from_io(e, Kind::Local, format_args!("cannot read {shown}"));
                        self.manner.cancel.begin_cleanup(Duration::from_secs(2));
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
            sha256: digest_of(Algorithm::Sha256),
            seen: known.clone().map(|digest| (Algorithm::Sha256, digest)).or_else(|| meter.any_digest()),
        };
        drop(meter);
        if let Some(e) = lost {
            // All of it went out and no answer came: look.
            voice.note(format!("{}; looking whether the file arrived", e.message()));
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
        Ok(match self.manner.exists {
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

    /// What proves the contents, asked for in one write behind the commands in `before`; without any, in front of the question
    /// for the next file's port.
    pub fn prove(&mut self, client: &mut Client, sent: &Sent, before: Option<&[Command]>) -> Result<String> {
        if self.name().is_fragile() {
            self.is_named(client)?;
        }
        let algorithm = sent.digest.as_ref().map(|(a, _)| *a);
        let (size, theirs) = match before {
            Some(before) => client.size_and_digest_after(before, self.name(), algorithm)?,
            None => client.probe_and_prepare(self.name(), algorithm)?,
        };
        let cut = size.is_some_and(|size| !sent.sizes.allows(size));
        let ours = sent.digest.clone();
        proof(client.host(), sent.bytes, sent.sizes, size, ours, theirs).map_err(|e| {
            self.anew = e.kind() == Kind::Refused;
            // In place something happened that no other try may take back.
            if cut && self.manner.in_place { e.kind_is(Kind::Unconfirmed).again_is(Again::Never) } else { e }
        })
    }

    /// In place the file is whoever's it is meant for as soon as the server said that it is stored: it is not sent once more for
    /// want of a proof.
    fn prove_in_place(
        &mut self,
        session: &mut Session<'_>,
        sent: &Sent,
        before: &[Command],
        voice: &mut impl Voice,
    ) -> Result<String> {
        let lost = match self.prove(session.client()?, sent, Some(before)) {
            Err(e) if !session.is_connected() && e.kind() != Kind::Interrupted => e,
            proved => return proved,
        };
        voice.note(format!("{}; looking once more", lost.message()));
        match session.client().and_then(|client| self.prove(client, sent, Some(before))) {
            Err(e) if !session.is_connected() && e.kind() != Kind::Interrupted => Ok("none".into()),
            looked => looked,
        }
    }

    /// A listing comes over a data connection, so it shows a name as it is on the server, whatever became of it in a command.
    fn is_named(&self, client: &mut Client) -> Result<()> {
        let dir = self.name().parent().map_or_else(|| RemotePath::new(""), Ok)?;
        let (listing, name) = (client.list(&dir)?, self.name().name());
        if !listing.is_whole() || listing.entries.iter().any(|e| e.name == name) {
            return Ok(());
        }
        let text = format!("{} does not take this name as it is", client.host());
        Err(Error::new(Kind::Refused, text).host(client.host()))
    }
}

/// The mode that an old file passes on. A link's own means nothing.
pub fn kept_mode(there: &Entry) -> Option<u32> {
    there.mode.filter(|_| there.kind == EntryKind::File)
}

/// What is said where a link stands under the name.
pub fn replaced_link(remote: &RemotePath, entry: &Entry, host: &str) -> String {
    let to = entry.target.as_deref();
    let to = to.map_or(String::new(), |t| format!(" to {}", String::from_utf8_lossy(t)));
    format!("{remote} on {host} is a symbolic link{to}: it is replaced")
}
