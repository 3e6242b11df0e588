//! `mkdir`: directories, as mkdir(1) makes them.

use crate::{
    args::{self, Shared},
    report,
    session::Purpose,
};
use wirepost::{base::error::*, cli::Output, net::Cancel};

pub fn run(flags: &args::Mkdir, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remotes = report::remotes(&flags.names)?;
    let run = report::Run { verb: "mkdir", purpose: Purpose::Change, keep_going: flags.keep_going, shared };
    report::each(&run, &remotes, out, cancel, |session, path, out| {
        let made = session.run(out, |session, _, tried| {
            let client = session.client()?;
            if flags.parents {
                return client.make_dirs(path).map(|()| true);
            }
            // After a lost answer it may be ours that is there.
            match client.make_dir(&path.trimmed()) {
                Err(e) if e.kind() == Kind::Refused => match path.parent() {
                    Some(above) if client.look(&above)?.is_none() => {
                        Err(e.kind_is(Kind::Missing).hint("-p makes the directories above it as well"))
                    }
                    _ => Err(e),
                },
                made => made.map(|made| made || tried > 1),
            }
        });
        if !made.0? {
            let text = format!("cannot make {path} on {}: it exists", session.host());
            return Err(Error::new(Kind::Refused, text).hint("with --parents that is no failure"));
        }
        report::done("mkdir", session, path, out);
        Ok(())
    })
}
