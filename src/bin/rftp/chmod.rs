//! `chmod`: permission bits, by SITE CHMOD.

use crate::{
    args::{self, Shared},
    matches::{self, Found},
    report,
    session::{Purpose, Session},
    walk::{self, Filter},
};
use wirepost::{base::error::*, cli::Output, ftp::RemotePath, net::Cancel};

pub fn run(flags: &args::Chmod, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "chmod", purpose: Purpose::Change, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let mut paths = Vec::new();
        match matches::find(session, path, flags.no_glob, false, out)? {
            None => {
                let what = format!("cannot change {path} on {}", session.host());
                return Err(matches::nothing(session, path).context(what));
            }
            Some(Found::One(entry)) => paths.push((path.clone(), entry)),
            Some(Found::Matches(found)) => paths.extend(found),
        }
        for (path, entry) in paths {
            cancel.check()?;
            change(session, &path, flags.mode, out);
            if flags.recursive && entry.is_dir() {
                let all = Filter::default();
                let walk = walk::remote(session, 1, &path, &all, false, out)?;
                for (below, error) in &walk.failures {
                    report::failed("chmod", session, &path.join(below)?, error, out);
                }
                for found in &walk.found {
                    cancel.check()?;
                    change(session, &path.join(&found.path)?, flags.mode, out);
                }
            }
        }
        Ok(())
    })
}

fn change(session: &mut Session<'_>, path: &RemotePath, mode: u32, out: &mut Output) {
    let result = session.run(out, |session, _, _| {
        let client = session.client()?;
        let command = client.mode_command(path, mode)?;
        let reply = client.batch(&[command])?.remove(0);
        reply.check(&[2]).map_err(|e| {
            let e = e.host(client.host());
            if matches!(reply.code, 500 | 502 | 504) { e.hint("this server changes no modes") } else { e }
        })
    });
    match result.0 {
        Ok(()) => {
            let line = format!("chmod {mode:o} {}", session.site.url(path));
            report::done_as(line, "chmod", session, path, out);
        }
        Err(e) => {
            let error = e.context(format_args!("cannot change the mode of {path} on {}", session.host()));
            report::failed("chmod", session, path, &error, out);
        }
    }
}
