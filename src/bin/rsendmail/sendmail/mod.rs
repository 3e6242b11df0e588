//! Called `sendmail`, `mailq` or `newaliases`, or with `--sendmail` as its first flag, rsendmail takes the place of sendmail for all the
//! programs that send their mail that way.
//!
//! The flags are read in sendmail's grammar ([`args`]) and said again in rsendmail's own; so the account file counts here too, and there
//! is one way to send. What differs is decided where it is needed, by `--sendmail`: what cannot be sent is queued, exit codes are
//! sysexits.h's, a name without a domain is of this machine, and the envelope's sender is who runs us, whatever the header says.

pub mod args;
pub mod bs;
pub mod input;
pub mod user;

use args::{Call, Mode};
use std::{ffi::OsString, path::Path, process::ExitCode};
use wirepost::base::error::*;

/// The call, if we are called by one of its names; else `None`.
pub fn call(argv: &[OsString]) -> Option<Result<Call>> {
    let name = argv.first().and_then(|name| Path::new(name).file_name()?.to_str()).unwrap_or_default();
    let by_name = matches!(name, "sendmail" | "mailq" | "newaliases");
    let by_flag = argv.get(1).is_some_and(|first| first == "--sendmail");
    if !by_name && !by_flag {
        return None;
    }
    let words = argv.iter().skip(1 + usize::from(!by_name)).map(|word| match word.to_str() {
        Some(word) => Ok(word.to_string()),
        None => Err(Error::new(Kind::Usage, format!("{} is not UTF-8", word.display()))),
    });
    Some(words.collect::<Result<Vec<_>>>().and_then(|words| args::parse(name, &words)))
}

/// Runs it.
pub fn main(call: Result<Call>) -> ExitCode {
    use wirepost::cli;
    let call = match call {
        Ok(call) => call,
        Err(e) => return cli::wrong(&crate::TOOL, &e),
    };
    let words = call.words().into_iter().map(OsString::from).collect();
    cli::main_with(&crate::TOOL, words, move |mut flags: crate::args::Rsendmail, out, cancel| {
        out.keep_to_sysexits();
        flags.queueing.dot_ends = call.dot_ends;
        match call.mode {
            Mode::Smtp => bs::run(&flags, out, cancel)?,
            _ => crate::run(flags, out, cancel)?,
        }
        Ok(())
    })
}
