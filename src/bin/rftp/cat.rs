//! `cat`: remote files to stdout. What was written cannot be taken back, so a file that breaks off is not tried again.

use crate::{
    args::{self, Shared},
    matches,
    remote::Remote,
    session::{Purpose, Session},
};
use wirepost::{
    base::{error::*, pattern, tree::EntryKind},
    cli::{Output, exit::Outcome},
    ftp::RemotePath,
    job::meter::Meter,
    net::Cancel,
};

pub fn run(flags: &args::Cat, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    out.raw()?;
    let remotes: Vec<Remote> = flags.names.iter().map(|n| Remote::parse(n)).collect::<Result<_>>()?;
    for remote in &remotes {
        cancel.check()?;
        let mut session = Session::new(remote.site.clone(), Purpose::Look, shared, out, cancel)?;
        let result = cat(&mut session, &remote.path, flags.no_glob, out);
        let host = session.host().to_string();
        session.end(out);
        result.map_err(|e| e.context(format_args!("cannot get {} from {host}", remote.path)))?;
    }
    Ok(())
}

fn cat(session: &mut Session<'_>, path: &RemotePath, no_glob: bool, out: &mut Output) -> Result<()> {
    let entry = session.run(out, |s, _, _| s.client()?.look_and_prepare(path)).0?;
    match entry {
        Some(entry) if entry.is_dir() => {
            Err(Error::new(Kind::Usage, "it is a directory").hint("rftp ls lists directories"))
        }
        Some(entry) => one(session, path, entry.size, out),
        None if !no_glob && pattern::is_glob(path.as_bytes()) => {
            for (path, entry) in matches::some(session, path, out)? {
                if entry.kind != EntryKind::Dir {
                    one(session, &path, entry.size, out)?;
                }
            }
            Ok(())
        }
        None => Err(Error::new(Kind::Missing, "no such file").host(session.host())),
    }
}

fn one(session: &mut Session<'_>, path: &RemotePath, size: Option<u64>, out: &mut Output) -> Result<()> {
    // Until the first byte is out, trying again is harmless.
    let mut begun = false;
    let (result, _) = session.run(out, |session, out, _| {
        let mut download = session.client()?.retrieve(path, 0)?;
        let none = |_| ();
        let mut raw = out.raw()?;
        let copied = Meter::new(&none).copy(&mut download, &mut raw, u64::MAX);
        begun |= download.received() > 0;
        let once = |e: Error| if begun { e.again_is(Again::Later) } else { e };
        match copied {
            Ok(n) => download.whole(size).map(|_| n).map_err(once),
            Err(e) => Err(once(download.fail(Error::from_io(e, Kind::Local, "cannot write")))),
        }
    });
    out.add_bytes(result?);
    out.count(Outcome::Ok);
    Ok(())
}
