//! A file fetched in parts, and what makes it one: see `segments.rs`.

use super::Attempt;
use crate::{
    segments,
    session::{Session, Voice},
    temporary,
    work::Done,
};
use std::{ffi::OsStr, io::Seek, os::unix::ffi::OsStrExt};
use wirepost::{
    base::{date::Time, digest::Algorithm, error::*},
    ftp::RemotePath,
    job::meter::Meter,
};

impl Attempt<'_> {
    /// `--segments`; `None` where the file has to be fetched in one piece.
    pub(super) fn in_parts(
        &mut self,
        session: &mut Session<'_>,
        from: u64,
        identity: Option<(u64, Time)>,
        voice: &mut impl Voice,
    ) -> Result<Option<Done>> {
        let connections = self.manner.segments;
        if connections < 2 || self.whole {
            return Ok(None);
        }
        let client = session.client()?;
        let (remote, host) = (&self.remote, client.host().to_string());
        let Some((size, modified)) = identity.filter(|_| client.features().may_have("REST")) else {
            voice.note(format!("{remote} is fetched in one piece: {host} tells not enough about it"));
            return Ok(None);
        };
        if size.saturating_sub(from) < 2 * segments::LEAST {
            return Ok(None);
        }
        let Some(partial) = &mut self.partial else { return Err(Error::new(Kind::Bug, "no temporary")) };
        let own = partial.name().to_os_string();
        partial.rename(OsStr::from_bytes(&temporary::random(self.name.as_bytes())))?;
        let failed =
            |e| Error::from_io(e, Kind::Local, format_args!("cannot write {}", self.local.display()));
        let file = partial.file().try_clone().map_err(failed)?;
        let bar = self.manner.shown(&remote.to_string(), Some(size));
        let progress = |n| bar.iter().for_each(|bar| bar.add(n));
        progress(from);
        let wanted = segments::Wanted {
            remote,
            file: &file,
            from,
            size,
            connections,
            limit_rate: self.manner.limit_rate,
            min_rate: self.manner.min_rate,
            cancel: self.manner.cancel,
            progress: &progress,
        };
        if let Err(broken) = segments::fetch(session, &wanted, voice) {
            file.set_len(broken.whole).map_err(failed)?;
            partial.rename(&own)?;
            if !broken.misplaced {
                return Err(broken.error);
            }
            // What does not fit together may be of two versions of the file.
            let changed = changed(session, remote, size, modified)?;
            self.anew |= changed.is_some();
            if let Some(error) = changed {
                return Err(error);
            }
            voice.note(format!("{remote}: {}; fetching it in one piece", broken.error));
            file.set_len(0).map_err(failed)?;
            self.whole = true;
            return Ok(None);
        }
        partial.rename(&own)?;
        if let Some(error) = changed(session, remote, size, modified)? {
            self.anew = true;
            return Err(error);
        }
        let hash = session.client()?.best_hash().filter(|_| self.manner.removes_source);
        let none = |_| ();
        let mut meter = Meter::new(&none);
        for algorithm in hash.into_iter().chain(self.manner.sha256.then_some(Algorithm::Sha256)) {
            meter = meter.digest(algorithm);
        }
        if meter.sees_bytes() {
            let all = partial.file();
            all.rewind().and_then(|()| meter.seed(all, size)).map_err(failed)?;
        }
        let verified = self.by_digest(session, hash, hash.and_then(|h| meter.digest_of(h)))?;
        let client = session.client()?;
        Ok(Some(Done {
            bytes: size,
            moved: size - from,
            resumed_from: (from > 0).then_some(from),
            sha256: meter.digest_of(Algorithm::Sha256).filter(|_| self.manner.sha256),
            verified: verified.unwrap_or_else(|| "size".into()),
            tls_version: client.tls_version(),
            tls_resumed: client.tls_resumed(),
            ..Done::default()
        }))
    }
}

/// What is wrong if the source is not what it was when its parts were begun.
fn changed(
    session: &mut Session<'_>,
    remote: &RemotePath,
    size: u64,
    modified: Time,
) -> Result<Option<Error>> {
    let client = session.client()?;
    let now = client.look(remote)?;
    if now.and_then(|e| e.size.zip(e.modified)) == Some((size, modified)) {
        return Ok(None);
    }
    let text = format!("{remote} changed on {} while it was fetched", client.host());
    Ok(Some(Error::new(Kind::Closed, text).host(client.host())))
}
