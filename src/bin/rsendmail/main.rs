//! rsendmail: mail from scripts. A message is made from flags or read ready ([`plan`]), checked, and sent over a session that
//! outlives its connections; what became of it is told for each recipient.

mod alias;
mod args;
mod check;
mod compose;
mod earlier;
mod eml;
mod exchangers;
mod filter;
mod merge;
#[path = "../common/message.rs"]
mod message;
mod outgoing;
mod pace;
mod plan;
mod queue;
mod report;
mod send;
mod sendmail;
mod server;
mod session;
mod whom;

#[cfg(test)]
#[path = "../common/manual.rs"]
mod manual;

use std::process::ExitCode;
use wirepost::{
    cli::{self, Output, Tool},
    net::Cancel,
};

pub static TOOL: Tool = Tool { name: "rsendmail", password_variable: "RSENDMAIL_PASSWORD" };

fn main() -> ExitCode {
    match sendmail::call(&std::env::args_os().collect::<Vec<_>>()) {
        Some(call) => sendmail::main(call),
        None => cli::main(&TOOL, run),
    }
}

fn run(flags: args::Rsendmail, out: &mut Output, cancel: &Cancel) -> anyhow::Result<()> {
    match &flags.verb {
        Some(args::Verb::Check(verb)) => check::run(verb, &flags.shared, out, cancel)?,
        Some(args::Verb::Queue(verb)) => queue::run(verb, &flags, out, cancel)?,
        None if flags.aliasing.aliases_check => alias::check(&flags.aliasing, out)?,
        None => {
            if !flags.sending.print {
                out.acts();
            }
            send::run(&flags, out, cancel)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn the_manual_and_the_completions_are_checked_in() {
    manual::compare::<args::Rsendmail>(&TOOL);
}
