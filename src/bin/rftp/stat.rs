//! `stat`: what stands under one name, as one line. With `--wait` until there is something.

use crate::{
    args::{self, Shared},
    ls::show_long,
    matches::{self, Found},
    poll, report,
    session::Purpose,
};
use wirepost::{base::error::*, cli::Output, net::Cancel};

pub fn run(flags: &args::Stat, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "stat", purpose: Purpose::Look, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let what = format!("cannot look at {path} on {}", session.host());
        let mut found = Vec::new();
        let hit = poll::until(flags.wait, cancel, || {
            let looked = matches::find(session, path, flags.no_glob, false, out);
            found = match looked.map_err(|e| e.context(&what))? {
                None => return Ok(None),
                Some(Found::One(entry)) => vec![(path.clone(), entry)],
                Some(Found::Matches(found)) => found,
            };
            Ok(Some(()))
        })?;
        match (hit, flags.wait) {
            (Some(()), _) => {
                for (path, entry) in &found {
                    show_long(session, &path.to_string(), path, entry, out);
                }
            }
            (None, Some(limit)) => {
                let host = session.host();
                out.warn(format_args!("{path} on {host}: nothing there within {} s", limit.as_secs_f64()));
                report::skipped("stat", session, path, "not there in time", out);
                out.answer_no();
            }
            (None, None) => return Err(matches::nothing(session, path).context(&what)),
        }
        Ok(())
    })
}
