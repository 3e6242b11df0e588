//! `quote`: commands as they are written, and the server's replies. The exit code follows from the class of the reply.
//!
//! Commands that open data connections or change what is protected would make the session another one than the program believes;
//! those are refused.

use crate::{
    args::{self, Shared},
    remote::Remote,
    session::{Purpose, Session},
};
use std::os::unix::ffi::OsStrExt;
use wirepost::{
    base::{error::*, escape},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    net::Cancel,
};

/// They need a data connection: other verbs do that.
const TRANSFERS: [&str; 13] =
    ["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", "PORT", "EPRT", "PASV", "EPSV", "LPRT", "LPSV"];
/// They make another session of it, or carry a secret.
const SESSION: [&str; 12] =
    ["USER", "PASS", "ACCT", "AUTH", "ADAT", "PROT", "PBSZ", "CCC", "REIN", "QUIT", "ABOR", "MODE"];

pub fn run(flags: &args::Quote, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remote = Remote::parse(&flags.remote)?;
    for command in &flags.commands {
        let verb = verb(command.as_bytes());
        if TRANSFERS.contains(&verb.as_str()) {
            return Err(Error::new(Kind::Usage, format!("{verb} needs a data connection"))
                .hint("get, put, cat and ls transfer files and listings"));
        }
        if SESSION.contains(&verb.as_str()) {
            return Err(Error::new(
                Kind::Usage,
                format!("{verb} is not for quote: it changes the session itself"),
            )
            .hint("login and protection have their own flags"));
        }
        if verb.is_empty() {
            return Err(Error::new(Kind::Usage, "an empty command"));
        }
    }
    let mut session = Session::new(remote.site.clone(), Purpose::Change, shared, out, cancel)?;
    let result = quote(flags, &remote, &mut session, out);
    session.end(out);
    result
}

fn quote(flags: &args::Quote, remote: &Remote, session: &mut Session<'_>, out: &mut Output) -> Result<()> {
    let host = session.host().to_string();
    // Only the login is tried again: what a command may have done is not known here.
    session.run(out, |s, _, _| s.client().map(|_| ())).0?;
    let client = session.client()?;
    if !remote.path.is_empty() {
        let line = [b"CWD ", remote.path.as_bytes()].concat();
        let what = format!("cannot go to {} on {host}", remote.path);
        client.quote(&line)?.check(&[2]).map_err(|e| e.host(&host).context(what))?;
    }
    for command in &flags.commands {
        let shown = escape::bytes(command.as_bytes()).into_owned();
        let reply = client.quote(command.as_bytes()).map_err(|e| {
            let kind = if e.kind() == Kind::Closed { Kind::Unconfirmed } else { e.kind() };
            let again = if kind == Kind::Unconfirmed { Again::Never } else { e.again() };
            e.kind_is(kind).again_is(again).context(format_args!("{shown} on {host}"))
        })?;
        for (i, line) in reply.lines.iter().enumerate() {
            let last = i + 1 == reply.lines.len();
            let mark = if last { ' ' } else { '-' };
            let text = escape::bytes(line);
            match i == 0 || last {
                true => out.line(format_args!("{}{mark}{text}", reply.code)),
                false => out.line(text),
            }
        }
        let checked =
            reply.check(&[2, 3]).map_err(|e| e.host(&host).context(format_args!("{shown} on {host}")));
        let mut event = event::Reply {
            outcome: Outcome::Ok.name(),
            command: shown.clone(),
            code: reply.code,
            lines: reply.lines.iter().map(|l| String::from_utf8_lossy(l).into_owned()).collect(),
            error: None,
        };
        match checked {
            Ok(()) => out.count(Outcome::Ok),
            Err(e) => {
                event.outcome = Outcome::of(&e).name();
                event.error = Some(event::error(&e));
                out.item_failed(&e);
            }
        }
        out.emit(&Event::Reply(event));
        if reply.code / 100 == 1 {
            // What follows a 1yz belongs to a transfer that is none of ours.
            return Ok(());
        }
        if out.failures() > 0 && !flags.keep_going {
            break;
        }
    }
    Ok(())
}

fn verb(command: &[u8]) -> String {
    let word = command.trim_ascii().split(|b| *b == b' ').next().unwrap_or_default();
    String::from_utf8_lossy(word).to_ascii_uppercase()
}
