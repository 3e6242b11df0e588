//! rpop against the sandbox: what it promises, and servers that break theirs.
mod fetch;
mod hostile;
mod kill;
mod look;
mod reuse;
mod rules;
mod sessions;
mod store;

use crate::sandbox::{pop3, script::Rule, tls::Tls};
use crate::support::{Output, Run, World};
use std::path::Path;

/// A server with messages, and a world that knows its password.
pub struct Site {
    pub world: World,
    pub server: pop3::Server,
    tls: Tls,
}

pub fn site(rules: Vec<Rule>) -> Site {
    site_with(pop3::Options { rules, ..pop3::Options::default() })
}

pub fn site_with(options: pop3::Options) -> Site {
    let world = World::new().secret("user", "secret-of-the-user");
    options.store.add_account("user", "secret-of-the-user");
    let tls = options.tls;
    Site { world, server: pop3::Server::start(options), tls }
}

impl Site {
    /// Messages `one` to so many, each with its number in the subject.
    pub fn with(self, count: usize) -> Site {
        for n in 1..=count {
            self.server.store.add(message(n));
        }
        self
    }

    pub fn rpop<'a>(&'a self, args: &[&'a str]) -> Run<'a> {
        let ca = self.server.ca_pem_path().display().to_string();
        let tls = match self.tls {
            Tls::Off => Vec::new(),
            Tls::Implicit => vec!["--ca-file".to_owned(), ca],
            // On loopback nothing is required by itself.
            _ => vec!["--tls=required".to_owned(), "--ca-file".to_owned(), ca],
        };
        self.world
            .run("rpop", args)
            .args(tls)
            .env("RPOP_URL", self.server.url())
            .env("RPOP_PASSWORD", "secret-of-the-user")
    }

    /// `fetch --maildir Mail` and the flags.
    pub fn fetch(&self, flags: &[&str]) -> Output {
        self.rpop(&["fetch", "--maildir", "Mail", "--json", "--retries", "0"]).args(flags).go()
    }

    /// The subjects of what is still on the server.
    pub fn left(&self) -> Vec<String> {
        let messages = self.server.store.messages("INBOX");
        messages.iter().map(|m| subject(&String::from_utf8_lossy(&m.bytes))).collect()
    }

    /// The subjects in a Maildir, sorted: each delivered message once for each time it was.
    pub fn subjects(&self, maildir: &str) -> Vec<String> {
        let mut all = Vec::new();
        for sub in ["new", "cur"] {
            for text in files(&self.world.path(maildir).join(sub)) {
                all.push(subject(&text));
            }
        }
        all.sort_by_key(|s| (s.len(), s.clone()));
        all
    }
}

pub fn message(n: usize) -> String {
    format!("From: a@example.org\r\nSubject: {n}\r\n\r\n.dot\r\n..dots\r\nFrom {n}\r\n.\r\nend {n}\r\n")
}

/// What the message is in a store.
pub fn stored(n: usize) -> String {
    message(n).replace("\r\n", "\n")
}

pub fn subject(text: &str) -> String {
    text.lines().find_map(|l| l.strip_prefix("Subject: ")).unwrap_or("none").to_owned()
}

/// The contents of the files in a directory.
pub fn files(dir: &Path) -> Vec<String> {
    let read = |e: std::io::Result<std::fs::DirEntry>| {
        let path = e.unwrap().path();
        path.is_file().then(|| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
    };
    std::fs::read_dir(dir).map(|entries| entries.filter_map(read).collect()).unwrap_or_default()
}

pub fn numbers(range: std::ops::RangeInclusive<usize>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}
