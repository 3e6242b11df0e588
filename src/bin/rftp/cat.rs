//! `cat`: remote files to stdout. What was written cannot be taken back, so a file that breaks off is not tried again.

use crate::{
    args::{self, Shared},
    lists::left_because,
    matches::{self, Found},
    report,
    session::{Purpose, Session},
};
use wirepost::{base::error::*, cli::Output, ftp::RemotePath, job::meter::Meter, net::Cancel};

const LISTS_DIRECTORIES: &str = "rftp ls lists directories";

pub fn run(flags: &args::Cat, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    out.raw()?;
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "cat", purpose: Purpose::Look, keep_going: false, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let found =
            matches::find(session, path, flags.no_glob, false, out).map_err(|e| failed(session, path, e))?;
        let entry = match found {
            None => return Err(failed(session, path, matches::nothing(session, path))),
            Some(Found::One(entry)) => entry,
            Some(Found::Matches(found)) if found.iter().all(|(_, e)| e.is_dir()) => {
                return Err(failed(session, path, matches::directories_only(LISTS_DIRECTORIES)));
            }
            Some(Found::Matches(found)) => {
                let before = out.failures();
                for (path, entry) in found {
                    match left_because(out.failures() > before, cancel) {
                        Some(reason) => report::skipped("cat", session, &path, reason, out),
                        None if entry.is_dir() => report::skipped("cat", session, &path, "directory", out),
                        None => {
                            if let Err(e) = one(session, &path, entry.size, out) {
                                report::failed("cat", session, &path, &e, out);
                            }
                        }
                    }
                }
                return Ok(());
            }
        };
        if entry.is_dir() {
            let error = Error::new(Kind::Usage, "it is a directory").hint(LISTS_DIRECTORIES);
            return Err(failed(session, path, error));
        }
        one(session, path, entry.size, out)
    })
}

fn failed(session: &Session<'_>, path: &RemotePath, error: Error) -> Error {
    error.context(format_args!("cannot get {path} from {}", session.host()))
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
    let bytes = result.map_err(|e| failed(session, path, e))?;
    report::shown("cat", session, path, bytes, out);
    Ok(())
}
