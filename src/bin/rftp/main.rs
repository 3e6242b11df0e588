//! rftp: FTP from scripts. Each verb has its file; what they share is the site, the session and the places.

mod args;
mod cat;
mod charset;
mod get;
mod ls;
mod place;
mod put;
mod remote;
mod session;
mod verify;
mod walk;

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
    match &flags.verb {
        Verb::Put(verb) => put::run(verb, shared, out, cancel)?,
        Verb::Get(verb) => get::run(verb, shared, out, cancel)?,
        Verb::Cat(verb) => cat::run(verb, shared, out, cancel)?,
        Verb::Ls(verb) => ls::run(verb, shared, out, cancel)?,
        Verb::Verify(verb) => verify::run(verb, shared, out, cancel)?,
    }
    Ok(())
}
