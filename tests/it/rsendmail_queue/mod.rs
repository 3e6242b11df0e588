//! rsendmail's queue against the sandbox: what goes in, what comes out, and what a kill leaves.
mod keeping;
mod kill;
mod runners;
mod running;
mod verbs;

use crate::sandbox::script::Rule;
use crate::sandbox::smtp::{Options, Server};
use crate::support::{Output, Run, World};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub struct Site {
    pub world: World,
    pub server: Server,
}

pub fn site(rules: Vec<Rule>) -> Site {
    site_with(Options { rules, ..Options::default() })
}

pub fn site_with(options: Options) -> Site {
    Site { world: World::new(), server: Server::start(options) }
}

impl Site {
    pub fn rsendmail(&self, args: &[&str]) -> Run<'_> {
        self.world.run("rsendmail", args).env("RSENDMAIL_URL", self.server.url())
    }

    /// Queues messages one to so many, the n-th for `r<n>@x.example`.
    pub fn with(self, count: usize) -> Site {
        for n in 1..=count {
            self.world.file(format!("in/{n:05}.eml"), message(n));
        }
        self.rsendmail(&["--eml", "in", "-t", "--queue", "-q"]).go().exits(0);
        self
    }

    pub fn queue(&self, args: &[&str]) -> Run<'_> {
        self.rsendmail(&["queue"]).args(args)
    }

    /// `queue run` with JSON.
    pub fn run(&self, args: &[&str]) -> Output {
        self.queue(&["run", "--json"]).args(args).go()
    }

    pub fn list(&self) -> Vec<Value> {
        let out = self.queue(&["list", "--json"]).go();
        let events = out.events("queued_message");
        // Looking without a hit is 1.
        out.exits(i32::from(events.is_empty()));
        events
    }

    /// The state of each message in the queue, by its number.
    pub fn states(&self) -> BTreeMap<usize, String> {
        let number = |id: &str| id.trim_matches(['<', '>']).split('@').next().unwrap().parse().unwrap();
        self.list().iter().map(|m| (number(m["message_id"].as_str().unwrap()), text(&m["state"]))).collect()
    }

    /// How often each message was taken by the server.
    pub fn delivered(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for sent in self.server.sent() {
            let bytes = String::from_utf8_lossy(&sent.bytes).into_owned();
            let n = bytes.lines().find_map(|l| l.strip_prefix("Subject: ")).unwrap().parse().unwrap();
            assert_eq!(bytes, wire(n), "a message that is not whole");
            *counts.entry(n).or_default() += 1;
        }
        counts
    }

    pub fn directory(&self) -> PathBuf {
        self.world.outer("state/wirepost/rsendmail/queue")
    }

    pub fn ids(&self) -> Vec<String> {
        self.list().iter().map(|m| text(&m["id"])).collect()
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

pub fn message(n: usize) -> String {
    format!(
        "From: me@x.example\nTo: r{n}@x.example\nSubject: {n}\nDate: Mon, 23 Nov 2026 05:32:51 +0100\nMessage-ID: <{n}@x.example>\n\n.dot\nend {n}\n"
    )
}

pub fn wire(n: usize) -> String {
    message(n).replace('\n', "\r\n")
}

/// The outcomes of the messages of a run.
pub fn outcomes(out: &Output) -> Vec<String> {
    out.events("queued_message").iter().map(|m| text(&m["outcome"])).collect()
}
