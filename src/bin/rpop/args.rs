//! The flags of rpop: what can be said, not what it means.

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    cli::{
        self, Common, Login, Network, TlsArgs,
        args::{command, duration, size},
    },
    pop3::Method,
    store::batch::SyncMode,
};

/// Fetch mail from a POP3 server
///
/// What was fetched is remembered, so that each message comes once; nothing is lost, whenever the program or the
/// machine stops.
#[derive(Parser, Debug)]
#[command(name = "rpop", version, max_term_width = 100, after_long_help = long_help())]
pub struct Rpop {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub auth: Auth,
    #[command(flatten)]
    pub login: Login,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub network: Network,
    #[command(flatten)]
    pub common: Common,
}

/// What `--help` and the man page show beside: one for every verb.
const MORE: &str = "\
More examples:
  rpop show pop3s://me@h 7 > m.eml
  rpop top pop3s://me@h 7 --lines 20
  rpop rm pop3s://me@h uid:4711 --dry-run
  rpop stat pop3s://me@h
  rpop check pop3s://me@h --cert-days 14
  rpop sort --maildir ~/Mail --rules ~/.mailrules --dry-run
";

const AFTER: &str = "\
Examples:
  rpop fetch pop3s://me@pop.example.org --maildir ~/Mail
  rpop fetch pop3s://me@h --mbox inbox --delete-after 30d
  rpop fetch pop3s://me@h --exec ./ticket.sh --delete
  rpop fetch pop3s://me@h --maildir ~/Mail --rules ~/.mailrules --dry-run
  rpop list pop3s://me@h --headers --json

The URL may be left out where RPOP_URL holds it. Its user may be an address: the last @ counts.
The password comes from --password-file, --password-command, --password-env, RPOP_PASSWORD, netrc or a prompt.

Rules, one a line, the first that fits decides:
  list-id rust-users               -> folder Lists/rust
  from *@ci.example.org and subject failed -> folder CI
  not recipient me@example.org and larger 5M -> skip
  attachment *.exe, *.scr          -> delete
  subject \"[ticket]\"               -> command ./ticket.sh
  conditions: from to cc recipient subject header list-id larger smaller attachment text all
  actions: folder NAME, command CMD, keep, skip (stays on the server), delete
";

fn long_help() -> String {
    format!("{AFTER}\n{MORE}")
}

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Fetch new messages and put them where they belong
    Fetch(Box<Fetch>),
    /// List the messages on the server
    List(List),
    /// Write messages to stdout
    Show(Show),
    /// Write the header and first lines of messages to stdout
    Top(Top),
    /// Delete messages on the server
    Rm(Rm),
    /// Count the messages and their bytes
    Stat(Stat),
    /// Try DNS, connection, TLS, login and capabilities
    Check(Check),
    /// Sort the messages of a local Maildir by rules
    Sort(Sort),
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("destination").multiple(false))]
pub struct Fetch {
    /// pop3s://user@host, or pop3://user@host (STLS)
    pub url: Option<String>,

    /// Into the Maildir DIR
    #[arg(long, value_name = "DIR", group = "destination", help_heading = "Where to")]
    pub maildir: Option<PathBuf>,
    /// Into the mbox FILE
    #[arg(long, value_name = "FILE", group = "destination", help_heading = "Where to")]
    pub mbox: Option<PathBuf>,
    /// Into DIR, one .eml file a message
    #[arg(short, long, value_name = "DIR", group = "destination", help_heading = "Where to")]
    pub dir: Option<PathBuf>,
    /// To the standard input of CMD, run by the shell for each message
    ///
    /// Exit 0: the message is delivered. Exit 75, a signal, the time limit, or a command that is not there or cannot be executed
    /// (126, 127): the next run tries it again. Any other exit: it stays on the server, and no run tries it again before
    /// --retry-failed.
    #[arg(long, value_name = "CMD", value_parser = command, group = "destination", help_heading = "Where to")]
    pub exec: Option<String>,
    /// To stdout, as an mbox
    #[arg(long, group = "destination", help_heading = "Where to")]
    pub stdout: bool,
    /// Put here what the command refuses, and count it as delivered
    #[arg(long, value_name = "DIR", help_heading = "Where to")]
    pub quarantine: Option<PathBuf>,
    /// Time for one run of the command
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m", help_heading = "Where to")]
    pub exec_timeout: Duration,
    /// Keep the line ends of the wire (--exec, --dir)
    #[arg(long, help_heading = "Where to")]
    pub crlf: bool,
    /// Make at most N messages durable at once
    #[arg(long, value_name = "N", default_value_t = 250, hide = true)]
    pub batch: usize,
    /// How data reaches the disk
    #[arg(long, value_enum, value_name = "HOW", default_value_t, help_heading = "Where to")]
    pub sync: Sync,

    /// All messages, not only new ones
    #[arg(long, help_heading = "Which messages")]
    pub all: bool,
    /// At most N messages, the oldest first
    #[arg(long, value_name = "N", help_heading = "Which messages")]
    pub max: Option<usize>,
    /// Leave larger messages on the server
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Which messages")]
    pub max_size: Option<u64>,
    /// Only messages dated since TIME (2026-11-23, or 7d for a week ago)
    #[arg(long, value_name = "TIME", help_heading = "Which messages")]
    pub since: Option<String>,
    /// Try again what the command refused in an earlier run
    #[arg(long, help_heading = "Which messages")]
    pub retry_failed: bool,
    /// Only what an earlier run's JSON Lines in FILE call temporary
    #[arg(long, value_name = "FILE", conflicts_with = "all", help_heading = "Which messages")]
    pub retry_from: Option<PathBuf>,
    /// Fetch nothing, and remember all that is there now as fetched
    #[arg(long, conflicts_with_all = ["all", "delete", "delete_after", "keep_newest"], help_heading = "Which messages")]
    pub catch_up: bool,
    /// Sort by the rules in FILE (their language: rpop --help)
    ///
    /// Their language is told by `rpop --help`, and in rpop(1) under RULES. --dry-run shows which rule takes which message.
    #[arg(long, value_name = "FILE", help_heading = "Which messages")]
    pub rules: Option<PathBuf>,
    /// Only check the rules
    #[arg(long, requires = "rules", help_heading = "Which messages")]
    pub rules_check: bool,

    /// Delete on the server what was delivered
    #[arg(long, help_heading = "On the server")]
    pub delete: bool,
    /// Delete on the server what was delivered longer ago than TIME
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "delete", help_heading = "On the server")]
    pub delete_after: Option<Duration>,
    /// Delete on the server what was delivered, but never the newest N
    #[arg(long, value_name = "N", help_heading = "On the server")]
    pub keep_newest: Option<usize>,

    #[command(flatten)]
    pub state: StateArgs,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Exit with 1 if there was nothing new
    #[arg(long)]
    pub exit_code: bool,
}

/// What was fetched before.
#[derive(Args, Debug, Clone, Default)]
pub struct StateArgs {
    /// Remember in the state NAME, or in a file (with a slash), instead of one by account
    #[arg(long, value_name = "NAME", help_heading = "State")]
    pub state: Option<String>,
    /// Wait so long for another run that uses the state or the mbox
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0", help_heading = "State")]
    pub wait_lock: Duration,
}

#[derive(Args, Debug)]
pub struct List {
    /// pop3s://user@host, or pop3://user@host (STLS)
    pub url: Option<String>,
    /// Show date, sender and subject too
    #[arg(long)]
    pub headers: bool,
    /// Only what was not fetched yet
    #[arg(long)]
    pub new: bool,
    /// Ask again until something is there, at most so long
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub wait: Option<Duration>,
    #[command(flatten)]
    pub state: StateArgs,
}

#[derive(Args, Debug)]
pub struct Show {
    /// [URL] and messages: numbers (7), or unique identifiers (uid:ABC or ABC)
    #[arg(required = true, value_name = "URL|MESSAGE")]
    pub what: Vec<String>,
    /// Keep the line ends of the wire
    #[arg(long)]
    pub crlf: bool,
}

#[derive(Args, Debug)]
pub struct Top {
    /// [URL] and messages: numbers (7), or unique identifiers (uid:ABC or ABC)
    #[arg(required = true, value_name = "URL|MESSAGE")]
    pub what: Vec<String>,
    /// So many lines of the body
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lines: u32,
    /// Keep the line ends of the wire
    #[arg(long)]
    pub crlf: bool,
}

#[derive(Args, Debug)]
pub struct Rm {
    /// [URL] and messages: numbers (7), or unique identifiers (uid:ABC or ABC)
    #[arg(required = true, value_name = "URL|MESSAGE")]
    pub what: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Stat {
    /// pop3s://user@host, or pop3://user@host (STLS)
    pub url: Option<String>,
}

#[derive(Args, Debug)]
pub struct Check {
    /// pop3s://user@host, or pop3://user@host (STLS)
    pub url: Option<String>,
    /// Exit with 1 if the certificate ends in fewer days
    #[arg(long, value_name = "DAYS")]
    pub cert_days: Option<i64>,
}

#[derive(Args, Debug)]
pub struct Sort {
    /// The Maildir whose inbox is sorted
    #[arg(long, value_name = "DIR")]
    pub maildir: PathBuf,
    /// The rules
    #[arg(long, value_name = "FILE")]
    pub rules: PathBuf,
    /// Time for one run of a command
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m")]
    pub exec_timeout: Duration,
    /// Only check the rules
    #[arg(long)]
    pub rules_check: bool,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// `--sync`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Sync {
    /// All of a batch at once
    #[default]
    Batch,
    /// Each file by itself: other programs' data is not flushed
    File,
}

impl From<Sync> for SyncMode {
    fn from(sync: Sync) -> SyncMode {
        match sync {
            Sync::Batch => SyncMode::Batch,
            Sync::File => SyncMode::File,
        }
    }
}

/// How to prove who we are.
#[derive(Args, Clone, Debug, Default)]
pub struct Auth {
    /// best, user, apop, or a SASL mechanism such as scram-sha-256
    #[arg(long, global = true, value_name = "METHOD", value_parser = method, default_value = "best", help_heading = "Login")]
    pub auth: Method,
    /// Log in by OAuth: take the access token from the output of CMD
    #[arg(long, global = true, value_name = "CMD", value_parser = command, help_heading = "Login")]
    pub token_command: Option<String>,
}

fn method(name: &str) -> Result<Method, String> {
    Method::from_name(name).ok_or_else(|| "not best, user, apop or a SASL mechanism we know".into())
}

impl cli::Flags for Rpop {
    fn common(&self) -> &Common {
        &self.common
    }

    fn retry_from(&self) -> Option<&Path> {
        match &self.verb {
            Verb::Fetch(fetch) => fetch.retry_from.as_deref(),
            _ => None,
        }
    }

    fn max_time(&self) -> Option<Duration> {
        self.network.max_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Rpop::command().debug_assert();
    }

    #[test]
    fn one_destination_only() {
        assert!(Rpop::try_parse_from(["rpop", "fetch", "u", "--maildir", "a", "--mbox", "b"]).is_err());
        assert!(Rpop::try_parse_from(["rpop", "fetch", "u", "--maildir", "a", "--json"]).is_ok());
        assert!(Rpop::try_parse_from(["rpop", "--auth", "nonsense", "stat"]).is_err());
    }
}
