//! rpop: fetch mail from a POP3 server.

mod args;
mod check;
mod deliver;
mod dry;
mod facts;
mod fetch;
mod list;
mod plan;
mod rm;
mod session;
mod show;
mod sort;
mod stat;
mod target;

#[cfg(test)]
#[path = "../common/manual.rs"]
mod manual;

use args::{Rpop, Verb};
use std::process::ExitCode;
use wirepost::{
    cli::{self, Output, Tool},
    net::Cancel,
};

pub static TOOL: Tool = Tool { name: "rpop", password_variable: "RPOP_PASSWORD" };

fn main() -> ExitCode {
    cli::main(&TOOL, run)
}

fn run(args: Rpop, out: &mut Output, cancel: &Cancel) -> anyhow::Result<()> {
    if matches!(&args.verb, Verb::Fetch(_) | Verb::Rm(_) | Verb::Sort(_)) {
        out.acts();
    }
    match &args.verb {
        Verb::Fetch(flags) => fetch::run(&args, flags, out, cancel)?,
        Verb::List(flags) => list::run(&args, flags, out, cancel)?,
        Verb::Show(flags) => show::show(&args, flags, out, cancel)?,
        Verb::Top(flags) => show::top(&args, flags, out, cancel)?,
        Verb::Rm(flags) => rm::run(&args, flags, out, cancel)?,
        Verb::Stat(flags) => stat::run(&args, flags, out, cancel)?,
        Verb::Check(flags) => check::run(&args, flags, out, cancel)?,
        Verb::Sort(flags) => sort::run(&args, flags, out, cancel)?,
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn the_manual_and_the_completions_are_checked_in() {
    manual::compare::<args::Rpop>(&TOOL);
}
