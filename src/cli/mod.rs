//! The ground all five programs share on the command line: flags, secrets, events, output, exit codes.
//!
//! [`main`] is the one way a program starts and ends: it installs the signals and the panic hook, reads the flags, runs
//! the program, and turns what happened into messages, the JSON summary and the exit code. Programs print through
//! [`Output`] only, and decide no exit code themselves.

pub mod args;
pub mod check;
pub mod config;
pub mod event;
pub mod exit;
mod explain;
pub mod help;
mod hint;
mod ledger;
pub mod netrc;
pub mod output;
mod pipe;
pub mod progress;
pub mod secrets;
mod signal;
pub mod state;
pub mod stdin;

pub use args::{Common, Login, Network, TlsArgs};
pub use output::Output;

use crate::{base::error::*, net::Cancel};
use clap::Parser;
use explain::{Parsed, explain};
use std::{ffi::OsString, path::Path, process::ExitCode, sync::OnceLock};

/// What `main` has to know of a program.
pub struct Tool {
    pub name: &'static str,
    /// The environment variable that may hold its secret: `RFTP_PASSWORD`.
    pub password_variable: &'static str,
}

/// A program's flags, as far as `main` needs them.
pub trait Flags: Parser {
    fn common(&self) -> &Common;
    /// `--retry-from`, where the verb has it.
    fn retry_from(&self) -> Option<&Path> {
        None
    }
    /// `--max-time`, where the program has a network.
    fn max_time(&self) -> Option<std::time::Duration> {
        None
    }
}

/// Runs a program from argv to exit code.
pub fn main<A: Flags>(
    tool: &'static Tool,
    run: impl FnOnce(A, &mut Output, &Cancel) -> anyhow::Result<()>,
) -> ExitCode {
    main_with(tool, std::env::args_os().collect(), run)
}

/// As [`main`], for a program that has read its command line itself, and says what it comes to in its own flags.
pub fn main_with<A: Flags>(
    tool: &'static Tool,
    argv: Vec<OsString>,
    run: impl FnOnce(A, &mut Output, &Cancel) -> anyhow::Result<()>,
) -> ExitCode {
    no_core_dumps();
    panic_hook(tool.name);
    hint::this_is(tool.name);
    let signal = signal::install();
    let flags = match parse::<A>(tool, &argv) {
        Ok(flags) => flags,
        Err(Parsed::Help(text)) => return ExitCode::from(output::print_help(&text)),
        Err(Parsed::Version(text)) => {
            // Bug reports about TLS begin with this; a tool without a secret has no network.
            let text = match tool.password_variable {
                "" => text,
                _ => format!("{} ({})\n", text.trim_end(), crate::net::tls::library()),
            };
            return ExitCode::from(output::print_help(&text));
        }
        Err(Parsed::Wrong(error)) => {
            // Somebody who asked for JSON waits for a summary even if the flags are wrong.
            let json = argv.iter().any(|a| a == "--json");
            let mut out = Output::plain(tool.name, json);
            out.fail(&error);
            return ExitCode::from(out.finish());
        }
    };
    let cancel = Cancel::new(signal, flags.max_time());
    stdin::ends_with(&cancel);
    let mut out = match Output::new(tool.name, flags.common(), flags.retry_from(), cancel.clone()) {
        Ok(out) => out,
        Err(error) => {
            let mut out = Output::plain(tool.name, flags.common().json);
            out.fail(&error);
            return ExitCode::from(out.finish());
        }
    };
    if let Err(error) = run(flags, &mut out, &cancel) {
        out.fail(&into_error(error));
    }
    ExitCode::from(out.finish())
}

static ARGV: OnceLock<Vec<OsString>> = OnceLock::new();

/// The command line of this run with the account's flags in it, as it was parsed: for work that is left to a later run.
pub fn argv() -> &'static [OsString] {
    ARGV.get().map_or(&[], Vec::as_slice)
}

/// Ends a program whose command line cannot even be read.
pub fn wrong(tool: &'static Tool, error: &Error) -> ExitCode {
    let mut out = Output::plain(tool.name, false);
    out.fail(error);
    ExitCode::from(out.finish())
}

/// The flags of the account in front, then those of the command line: the last one wins.
fn parse<A: Flags>(tool: &Tool, argv: &[OsString]) -> Result<A, Parsed> {
    let wrong = |error: clap::Error| {
        explain(&error, || help::complete(A::command()), argv, config::url(tool).is_some())
    };
    let mut command = help::complete(A::command()).args_override_self(true);
    command.build();
    let whole = match config::apply(tool, &command, argv) {
        Ok(argv) => argv,
        // Help is to be had whatever stands in a file.
        Err(error) => match command.try_get_matches_from(argv).map_err(wrong) {
            Err(help @ Parsed::Help(_)) => return Err(help),
            _ => return Err(Parsed::Wrong(error)),
        },
    };
    let _ = ARGV.set(whole.clone());
    let matches = command.try_get_matches_from(whole).map_err(wrong)?;
    A::from_arg_matches(&matches).map_err(wrong)
}

/// What came up to the edge: ours as it is, anything else is a local failure.
fn into_error(error: anyhow::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => ours,
        Err(other) => match other.downcast::<std::io::Error>() {
            Ok(io) => Error::from_io(io, Kind::Local, "input or output failed"),
            Err(other) => Error::new(Kind::Bug, format!("{other:#}")),
        },
    }
}

/// A core dump would hold the secrets of the run.
fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

fn panic_hook(tool: &'static str) {
    std::panic::set_hook(Box::new(move |info| {
        let what = info
            .payload()
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| info.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        output::last_line(tool, &format!("a bug of ours: {what} ({place})"));
        std::process::exit(i32::from(exit::BUG));
    }));
}
