//! `verify`: are the same bytes here and there? The size first, then the server's digest, and where it has none the file is read back.

use crate::{
    args::{self, By, Shared},
    remote::Remote,
    session::{Purpose, Session},
    walk::{self, Filter},
};
use std::{
    fs::File,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{
        digest::{Algorithm, hex},
        error::*,
        escape, record,
    },
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    ftp::RemotePath,
    job::meter::Meter,
    net::Cancel,
};

/// What a comparison found.
enum Verdict {
    Same { how: String, sha256: Option<String> },
    Differs(&'static str),
}

pub fn run(flags: &args::Verify, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remote = Remote::parse(&flags.remote)?;
    if shared.ftp.ascii {
        return Err(Error::new(Kind::Usage, "verify compares bytes, and --ascii changes them"));
    }
    let filter = Filter::new(&flags.select)?;
    let about = flags
        .local
        .metadata()
        .map_err(|e| Error::source(e, format_args!("cannot read {}", flags.local.display())))?;
    let mut pairs: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    if about.is_dir() {
        let walk = walk::local(&flags.local, &filter, flags.select.follow);
        for (path, reason) in &walk.left_out {
            out.note(format_args!("{} skipped: {reason}", String::from_utf8_lossy(path)));
        }
        for (_, error) in &walk.failures {
            out.fail(error);
        }
        let files = walk.found.into_iter().filter(|f| !f.entry.is_dir());
        pairs.extend(files.map(|f| (walk::local_path(&flags.local, &f.path), f.path)));
    } else {
        pairs.push((flags.local.clone(), Vec::new()));
    }
    let mut session = Session::new(remote.site.clone(), Purpose::Look, shared, out, cancel)?;
    for (local, below) in pairs {
        cancel.check()?;
        let target = match below.is_empty() {
            true if remote.path.is_empty() || remote.path.ends_with_slash() => {
                remote.path.join(local.file_name().unwrap_or_default().as_bytes())?
            }
            true => remote.path.clone(),
            false => remote.path.join(&below)?,
        };
        let (result, _) = session.run(out, |s, _, _| compare(s, &local, &target, flags.by));
        report(out, &session, &local, &target, result);
    }
    session.end(out);
    Ok(())
}

fn compare(session: &mut Session<'_>, local: &Path, remote: &RemotePath, by: By) -> Result<Verdict> {
    let client = session.client()?;
    let failed = |e| Error::source(e, format_args!("cannot read {}", local.display()));
    let mut file = File::open(local).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let Some(entry) = client.look_and_prepare(remote)? else {
        return Ok(Verdict::Differs("missing"));
    };
    if entry.is_dir() {
        return Ok(Verdict::Differs("directory"));
    }
    match (entry.size, by) {
        (Some(there), _) if there != size => return Ok(Verdict::Differs("size")),
        (Some(_), By::Size) => return Ok(Verdict::Same { how: "size".into(), sha256: None }),
        (None, By::Size) => {
            return Err(Error::new(Kind::Refused, "the server does not tell sizes").host(client.host()));
        }
        _ => {}
    }
    let none = |_| ();
    if let Some(algorithm) = client.best_hash()
        && let Some(theirs) = client.digest(remote, algorithm)?
    {
        let mut meter = Meter::new(&none).digest(algorithm);
        meter.copy(&mut file, &mut io::sink(), u64::MAX).map_err(failed)?;
        let ours = meter.digest_of(algorithm).unwrap_or_default();
        if ours != theirs {
            return Ok(Verdict::Differs("contents"));
        }
        let sha256 = (algorithm == Algorithm::Sha256).then(|| hex(&ours));
        return Ok(Verdict::Same { how: format!("hash:{}", algorithm.name()), sha256 });
    }
    let mut download = client.retrieve(remote, 0)?;
    let mut theirs = Meter::new(&none).digest(Algorithm::Sha256);
    let n = match theirs.copy(&mut download, &mut io::sink(), u64::MAX) {
        Ok(n) => n,
        Err(e) => return Err(download.fail(Error::from_io(e, Kind::Closed, "cannot read back"))),
    };
    download.finish()?;
    if entry.size.is_some_and(|s| s != n) {
        let text = format!("{n} bytes came back where {} were announced", entry.size.unwrap_or(0));
        return Err(Error::new(Kind::Closed, text).host(session.host()));
    }
    let mut ours = Meter::new(&none).digest(Algorithm::Sha256);
    ours.copy(&mut file, &mut io::sink(), u64::MAX).map_err(failed)?;
    let ours = ours.digest_of(Algorithm::Sha256);
    if ours != theirs.digest_of(Algorithm::Sha256) {
        return Ok(Verdict::Differs("contents"));
    }
    Ok(Verdict::Same { how: "read back".into(), sha256: ours.map(|d| hex(&d)) })
}

fn report(
    out: &mut Output,
    session: &Session<'_>,
    local: &Path,
    remote: &RemotePath,
    result: Result<Verdict>,
) {
    let mut file = event::File {
        direction: "verify",
        local: Some(record::name(local.as_os_str().as_bytes())),
        remote: Some(record::name(remote.as_bytes())),
        url: Some(session.site.url(remote)),
        ..event::File::default()
    };
    match result {
        Ok(Verdict::Same { how, sha256 }) => {
            out.count(Outcome::Ok);
            let shown = local.display().to_string();
            out.done(format_args!("{}: the same ({how})", escape::text(&shown)));
            (file.outcome, file.verified, file.sha256) = (Outcome::Ok.name(), Some(how), sha256);
        }
        Ok(Verdict::Differs(reason)) => {
            out.answer_no();
            let shown = local.display().to_string();
            out.line(format_args!("{}: {reason}", escape::text(&shown)));
            (file.outcome, file.reason) = (Outcome::Permanent.name(), Some(reason));
        }
        Err(e) => {
            let error = e.context(format_args!("cannot verify {remote} on {}", session.host()));
            out.item_failed(&error);
            (file.outcome, file.error) = (Outcome::of(&error).name(), Some(event::error(&error)));
        }
    }
    out.emit(&Event::File(Box::new(file)));
}
