//! rimap-search: finds, fetches, files and watches mail on IMAP servers, from scripts. Each verb has its file; what they
//! share is the site, the summary of a message, and the mailboxes' names.

mod across;
mod act;
mod append;
mod args;
mod attach;
mod check;
#[path = "../common/conflict.rs"]
mod conflict;
mod count;
mod deliver;
mod earlier;
mod find;
mod job;
mod mailbox;
mod names;
mod query;
mod raw;
mod rules;
mod save;
mod search;
mod show;
mod site;
mod source;
mod state;
mod summary;
mod watch;
mod window;

#[cfg(test)]
#[path = "../common/manual.rs"]
mod manual;

use args::{Rimap, Verb};
use std::process::ExitCode;
use wirepost::{
    base::error::*,
    cli::{self, Output, Tool},
    net::Cancel,
};

pub static TOOL: Tool = Tool { name: "rimap-search", password_variable: "RIMAP_SEARCH_PASSWORD" };

fn main() -> ExitCode {
    cli::main(&TOOL, run)
}

fn run(flags: Rimap, out: &mut Output, cancel: &Cancel) -> anyhow::Result<()> {
    let shared = &flags.shared;
    match &flags.verb {
        Some(Verb::Search(search)) => search::run(search, shared, out, cancel)?,
        Some(Verb::Mailbox(verb)) => mailbox::run(verb, shared, out, cancel)?,
        Some(Verb::Append(verb)) => append::run(verb, shared, out, cancel)?,
        Some(Verb::Watch(verb)) => watch::run(verb, shared, out, cancel)?,
        Some(Verb::Check(verb)) => check::run(verb, shared, out, cancel)?,
        None => {
            let mut search = flags.search;
            match search.words.first().map(String::as_str) {
                // Flags came before the verb, so it was taken for a word.
                Some("search") => {
                    search.words.remove(0);
                }
                Some(verb @ ("mailbox" | "append" | "watch" | "check")) => {
                    let e = Error::new(Kind::Usage, format!("the verb {verb} comes before all flags"));
                    return Err(e
                        .hint(format!("rimap-search {verb} … ; quote the word to search for it"))
                        .into());
                }
                _ => {}
            }
            search::run(&search, shared, out, cancel)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn the_manual_and_the_completions_are_checked_in() {
    manual::compare::<args::Rimap>(&TOOL);
}
