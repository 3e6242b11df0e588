//! b64mime: MIME and base64 from scripts. Each verb has its file; `input` opens messages, `target` stores files.

mod args;
mod build;
mod codec;
#[path = "../common/conflict.rs"]
mod conflict;
mod extract;
mod header;
mod headers;
mod input;
mod lint;
mod list;
#[path = "../common/message.rs"]
mod message;
mod pieces;
mod target;
mod text;

#[cfg(test)]
#[path = "../common/manual.rs"]
mod manual;

use std::{io::IsTerminal, process::ExitCode};
use wirepost::{
    cli::{self, Output, Tool, args::usage},
    net::Cancel,
};

static TOOL: Tool = Tool { name: "b64mime", password_variable: "" };

fn main() -> ExitCode {
    cli::main(&TOOL, run)
}

fn run(flags: args::B64mime, out: &mut Output, cancel: &Cancel) -> anyhow::Result<()> {
    use args::Verb;
    let as_base64 = flags.decode || flags.wrap.is_some() || flags.ignore_garbage || flags.output.is_some();
    match &flags.verb {
        None => {
            if !as_base64 && flags.file.is_none() && std::io::stdin().is_terminal() {
                return Err(usage("nothing to do").hint("--help tells what there is").into());
            }
            codec::as_base64(&flags, out, cancel)?;
        }
        // A flag in front of the verb would be dropped in silence.
        Some(_) if as_base64 || flags.file.is_some() => {
            return Err(usage("flags of a verb go behind it")
                .hint("b64mime VERB --help tells which it has")
                .into());
        }
        Some(Verb::Encode(verb)) => codec::encode(verb, out, cancel)?,
        Some(Verb::Decode(verb)) => codec::decode(verb, out, cancel)?,
        Some(Verb::List(verb)) => list::run(verb, out, cancel)?,
        Some(Verb::Extract(verb)) => extract::run(verb, out, cancel)?,
        Some(Verb::Text(verb)) => text::run(verb, out, cancel)?,
        Some(Verb::Headers(verb)) => headers::run(verb, out, cancel)?,
        Some(Verb::Header(verb)) => header::run(verb, out)?,
        Some(Verb::Build(verb)) => build::run(verb, out, cancel)?,
        Some(Verb::Split(verb)) => pieces::split(verb, out, cancel)?,
        Some(Verb::Join(verb)) => pieces::join(verb, out, cancel)?,
        Some(Verb::Lint(verb)) => lint::run(verb, out, cancel)?,
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn the_manual_and_the_completions_are_checked_in() {
    manual::compare::<args::B64mime>(&TOOL);
}
