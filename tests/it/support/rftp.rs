//! rftp against a sandbox server: one user, one world, and the checks that hold for every run, whatever the server does.
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{Output, Run, Snapshot, World};
use crate::sandbox::ftp::{Options, Server, User};
use crate::sandbox::script::Rule;
use crate::sandbox::tls::Tls;

pub const USER: &str = "ann";
pub const PASSWORD: &str = "tr0ub4dor&3";
/// No run may need more memory than this, whatever it is sent.
pub const MEMORY: u64 = 32 << 20;

pub struct Site {
    pub world: World,
    pub server: Server,
    pub has_tls: bool,
}

/// The sandbox's options with our user.
pub fn options() -> Options {
    let user = User { name: USER.into(), password: PASSWORD.into(), account: None };
    Options { users: vec![user], data_timeout: Duration::from_secs(2), ..Options::default() }
}

impl Site {
    pub fn new(options: Options) -> Site {
        let has_tls = options.tls != Tls::Off;
        Site { world: World::new().secret(USER, PASSWORD), server: Server::start(options), has_tls }
    }

    /// A plain server that misbehaves.
    pub fn with(rules: Vec<Rule>) -> Site {
        Site::new(Options { rules, ..options() })
    }

    /// A server with explicit TLS that misbehaves; `run` asks for TLS then.
    pub fn tls(rules: Vec<Rule>) -> Site {
        Site::new(Options { rules, tls: Tls::Explicit, ..options() })
    }

    /// The URL of a path relative to the login directory.
    pub fn url(&self, path: &str) -> String {
        self.server.url().replacen("://", &format!("://{USER}@"), 1) + "/" + path
    }

    /// rftp with JSON, no retries and limits that a healthy server on a busy machine keeps.
    pub fn run(&self, args: &[&str]) -> Run<'_> {
        self.limited(args, 10)
    }

    /// As `run`, with limits that a stalling server runs into soon.
    pub fn hasty(&self, args: &[&str]) -> Run<'_> {
        self.limited(args, 1)
    }

    fn limited(&self, args: &[&str], seconds: u32) -> Run<'_> {
        let seconds = seconds.to_string();
        let mut all: Vec<String> = args.iter().map(ToString::to_string).collect();
        let mut default = |flag: &str, value: &str| {
            if !args.contains(&flag) {
                all.extend([flag.to_string(), value.to_string()]);
            }
        };
        for flag in ["--timeout", "--connect-timeout", "--reply-timeout"] {
            default(flag, &seconds);
        }
        default("--retries", "0");
        all.push("--json".into());
        self.world.run("rftp", all).env("RFTP_PASSWORD", PASSWORD)
    }

    /// The flags under which the server's certificate is good.
    pub fn trust(&self) -> [String; 4] {
        let ca = self.server.ca_pem_path().display().to_string();
        ["--tls".into(), "required".into(), "--ca-only".into(), ca]
    }

    /// A file on the server.
    pub fn there(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.server.root().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    pub fn on_server(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.server.root().join(name)).ok()
    }

    pub fn here(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.world.path(name)).ok()
    }

    /// The names in a directory on the server, sorted.
    pub fn names_there(&self, dir: &str) -> Vec<String> {
        names(self.server.root().join(dir))
    }

    /// The names in a directory below the working directory, sorted.
    pub fn names_here(&self, dir: &str) -> Vec<String> {
        names(self.world.path(dir))
    }

    /// What was made or changed outside the working directory's `out`.
    pub fn strayed(&self, before: &Snapshot) -> Vec<PathBuf> {
        self.world.changed_since(before, &["work/out"])
    }

    /// No password was sent.
    #[track_caller]
    pub fn nothing_told(&self) {
        let said = self.server.commands();
        let told =
            said.iter().any(|c| c.starts_with("USER") || c.starts_with("PASS") || c.contains(PASSWORD));
        assert!(!told, "{said:?}");
    }
}

fn names(dir: PathBuf) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

impl Output {
    /// Asserts the exit code and what holds always: a summary, tame streams, bounded memory. Gives the summary back.
    #[track_caller]
    pub fn ends(&self, code: i32) -> Value {
        self.exits(code).tame();
        // A run that is over within milliseconds may not have been measured at all.
        assert!(self.max_rss < MEMORY, "{self:?}");
        self.summary()
    }

    /// As `ends`, within so many seconds.
    #[track_caller]
    pub fn ends_in(&self, code: i32, seconds: f64) -> Value {
        assert!(self.seconds < seconds, "{self:?}");
        self.ends(code)
    }

    /// The only `file` event.
    #[track_caller]
    pub fn file(&self) -> Value {
        let mut files = self.events("file");
        assert_eq!(files.len(), 1, "{self:?}");
        files.pop().unwrap_or_default()
    }

    /// The message of the first failure, an item's or the run's.
    #[track_caller]
    pub fn failure(&self) -> String {
        let events = self.json();
        let error = events.iter().map(|e| &e["error"]).find(|e| !e.is_null());
        error.unwrap_or_else(|| panic!("no error in {self:?}"))["message"].as_str().unwrap_or_default().into()
    }
}
