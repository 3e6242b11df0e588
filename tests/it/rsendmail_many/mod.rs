//! rsendmail beyond one message to one server: aliases, LMTP, mail exchangers, merges, filters.
mod aliases;
mod exchangers;
mod filter;
mod lmtp;
mod merge;

use crate::sandbox::script::Rule;
use crate::sandbox::smtp::{Options, Server};
use crate::support::{Output, Run, World};

fn server(rules: Vec<Rule>) -> Server {
    Server::start(Options { rules, ..Options::default() })
}

/// A message made from flags, sent to this server.
fn send<'w>(world: &'w World, url: &str, to: &[&str]) -> Run<'w> {
    let args = ["--from", "me@x.example", "--subject", "hi", "--body", "text", "--json", "--retries", "0"];
    let run = world.run("rsendmail", args).args(["--server", url]);
    to.iter().fold(run, |run, to| run.args(["--to", to]))
}

/// For each recipient what became of it.
#[track_caller]
fn outcomes(out: &Output) -> Vec<(String, String)> {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_string();
    out.events("recipient").iter().map(|e| (text(&e["recipient"]), text(&e["outcome"]))).collect()
}

fn recipients(server: &Server) -> Vec<Vec<String>> {
    server.sent().iter().map(|s| s.to.iter().map(|(a, _)| a.clone()).collect()).collect()
}
