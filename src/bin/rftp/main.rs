//! rftp: FTP from scripts. Each verb has its file; what they share is the site, the session and the places.

mod args;
mod batch;
mod cat;
mod charset;
mod check;
mod chmod;
mod clean;
mod dispose;
mod get;
mod lists;
mod ls;
mod manifest;
mod matches;
mod mkdir;
mod mv;
mod place;
mod poll;
mod put;
mod quote;
mod remote;
mod report;
mod rm;
mod segments;
mod select;
mod session;
mod source;
mod stat;
mod sync;
mod temporary;
mod told;
mod verify;
mod walk;
mod work;

#[cfg(test)]
#[path = "../common/manual.rs"]
mod manual;

use std::process::ExitCode;
use wirepost::{
    cli::{self, Output, Tool},
    net::Cancel,
};

pub static TOOL: Tool = Tool { name: "rftp", password_variable: "RFTP_PASSWORD" };

fn main() -> ExitCode {
    cli::main(&TOOL, run)
}

fn run(flags: args::Rftp, out: &mut Output, cancel: &Cancel) -> anyhow::Result<()> {
    use args::Verb;
    let shared = &flags.shared;
    let looks = |verb: &Verb| {
        use Verb::*;
        matches!(verb, Cat(_) | Ls(_) | Stat(_) | Verify(_) | Quote(_) | Check(_))
    };
    if !looks(&flags.verb) {
        out.acts();
    }
    match &flags.verb {
        Verb::Put(verb) => put::run(verb, shared, out, cancel)?,
        Verb::Get(verb) => get::run(verb, shared, out, cancel)?,
        Verb::Cat(verb) => cat::run(verb, shared, out, cancel)?,
        Verb::Ls(verb) => ls::run(verb, shared, out, cancel)?,
        Verb::Stat(verb) => stat::run(verb, shared, out, cancel)?,
        Verb::Mkdir(verb) => mkdir::run(verb, shared, out, cancel)?,
        Verb::Rm(verb) => rm::run(verb, shared, out, cancel)?,
        Verb::Mv(verb) => mv::run(verb, shared, out, cancel)?,
        Verb::Chmod(verb) => chmod::run(verb, shared, out, cancel)?,
        Verb::Sync(verb) => sync::run(verb, shared, out, cancel)?,
        Verb::Verify(verb) => verify::run(verb, shared, out, cancel)?,
        Verb::Quote(verb) => quote::run(verb, shared, out, cancel)?,
        Verb::Check(verb) => check::run(verb, shared, out, cancel)?,
        Verb::Clean(verb) => clean::run(verb, shared, out, cancel)?,
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn the_manual_and_the_completions_are_checked_in() {
    manual::compare::<args::Rftp>(&TOOL);
}
