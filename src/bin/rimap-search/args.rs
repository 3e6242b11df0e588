//! rimap-search's flags.

use crate::conflict::OnConflict;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    cli::{
        Common, Flags, Login, Network, TlsArgs,
        args::{command, duration, size},
    },
    textproto::sasl::Mechanism,
};

/// What `--help` and the man page show beside: one for every verb.
const MORE: &str = "\
More examples:
  rimap-search search imaps://me@h 'from:billing has:attachment' --json
  rimap-search imaps://me@h --all --sort date --last 10
  rimap-search imaps://me@h --in '\\Sent' --to steve --since 7d --count
  rimap-search mailbox list imaps://me@h 'Projects/**'
  rimap-search mailbox tree imaps://me@h
  rimap-search mailbox status imaps://me@h INBOX
  rimap-search mailbox rename imaps://me@h Projects/2025 Archive/2025
  rimap-search mailbox delete imaps://me@h Projects/old --dry-run
  rimap-search mailbox subscribe imaps://me@h Lists/rust
  rimap-search mailbox unsubscribe imaps://me@h Lists/rust
  rimap-search append imaps://me@h sent.mbox --to Sent --skip-existing
  rimap-search watch imaps://me@h from:ci --exec ./notify.sh
  rimap-search check imaps://me@h --cert-days 14
";

const EXAMPLES: &str = "\
Examples:
  rimap-search imaps://me@h --from steve --last 1 --show text
  rimap-search imaps://me@h --in 'Archive/*' 'from:ci subject:failed since:7d' --json
  rimap-search imaps://me@h --has-attachment --larger 5M --save '*.pdf' -d pdfs/ --flag Seen
  rimap-search imaps://me@h 'list-id:rust older:30d' --move-to Archive/rust
  rimap-search mailbox create imaps://me@h Projects/2026/Q4

An expression: words stand for And; OR, NOT, - and parentheses; field:value with from to cc bcc subject body text header
list-id message-id keyword is has file since before on newer older sent-since sent-before sent-on larger smaller uid gmail.
One that begins with - goes behind --, or begins with NOT.
A day (2026-01-31, today) is the server's; a span (15m, 7d) and a time of day (2026-01-31T09:30) count to the second.
";

/// Search mail on an IMAP server, and show, save, fetch, file or delete what is found
#[derive(Parser, Debug)]
#[command(
    name = "rimap-search",
    version,
    max_term_width = 110,
    after_help = EXAMPLES,
    after_long_help = long_help(),
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
pub struct Rimap {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub search: Search,
    #[command(flatten)]
    pub shared: Shared,
}

fn long_help() -> String {
    format!("{EXAMPLES}\n{MORE}")
}

impl Flags for Rimap {
    fn common(&self) -> &Common {
        &self.shared.common
    }
    fn retry_from(&self) -> Option<&Path> {
        match &self.verb {
            Some(Verb::Search(search)) => search.retry_from.as_deref(),
            None => self.search.retry_from.as_deref(),
            _ => None,
        }
    }
    fn max_time(&self) -> Option<Duration> {
        // For watch the end of the time is no failure: it ends by itself, if it can.
        let grace = Duration::from_secs(u64::from(matches!(self.verb, Some(Verb::Watch(_)))));
        Some(self.shared.network.max_time? + grace)
    }
}

/// What all verbs share.
#[derive(Args, Debug)]
pub struct Shared {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub network: Network,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub login: Login,
    #[command(flatten)]
    pub imap: Imap,
}

/// What only IMAP has.
#[derive(Args, Debug)]
pub struct Imap {
    /// Take an OAuth 2.0 access token from the output of CMD
    #[arg(long, global = true, value_name = "CMD", value_parser = command, help_heading = "Login")]
    pub token_command: Option<String>,
    /// Log in by this mechanism and no other: plain, scram-sha-256, cram-md5, external …
    #[arg(long, global = true, value_name = "MECHANISM", value_parser = mechanism, help_heading = "Login")]
    pub auth: Option<Mechanism>,
    /// Compress the connection, where the server can
    #[arg(long, global = true, help_heading = "Network")]
    pub compress: bool,
    /// Capabilities to ignore, for a server that does not keep what it promises
    #[arg(long, global = true, value_name = "NAMES", value_delimiter = ',', help_heading = "Network")]
    pub without: Vec<String>,
}

fn mechanism(text: &str) -> Result<Mechanism, String> {
    Mechanism::from_name(text)
        .ok_or_else(|| "not a mechanism such as plain, scram-sha-256 or external".into())
}

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Search; also what is done without a verb
    Search(Box<Search>),
    /// List, make, rename and delete mailboxes
    #[command(subcommand)]
    Mailbox(MailboxVerb),
    /// Add messages to a mailbox
    Append(Append),
    /// Wait for new messages and tell of each
    Watch(Box<Watch>),
    /// Try the way to the server: name, connection, TLS, login
    Check(Check),
}

/// What to look for.
#[derive(Args, Debug, Default, Clone)]
pub struct Criteria {
    /// Sender holds TEXT (any of these flags, given again, means or)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub from: Vec<String>,
    /// To holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub to: Vec<String>,
    /// Cc holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub cc: Vec<String>,
    /// Bcc holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub bcc: Vec<String>,
    /// Subject holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub subject: Vec<String>,
    /// Body holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub body: Vec<String>,
    /// Header or body holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub text: Vec<String>,
    /// Header K holds V; K: alone, it exists
    #[arg(long, value_name = "K:V", allow_hyphen_values = true, help_heading = "Criteria")]
    pub header: Vec<String>,
    /// List-Id holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub list_id: Vec<String>,
    /// Message-ID holds TEXT
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub message_id: Vec<String>,
    /// Arrived on that day or later, within a span (15m, 7d), or since a moment
    #[arg(long, value_name = "WHEN", help_heading = "Criteria")]
    pub since: Vec<String>,
    /// Arrived before that day, moment, or longer ago than a span
    #[arg(long, value_name = "WHEN", help_heading = "Criteria")]
    pub before: Vec<String>,
    /// Arrived on that day
    #[arg(long, value_name = "DAY", help_heading = "Criteria")]
    pub on: Vec<String>,
    /// Date header on that day or later
    #[arg(long, value_name = "DAY", help_heading = "Criteria")]
    pub sent_since: Vec<String>,
    /// Date header before that day
    #[arg(long, value_name = "DAY", help_heading = "Criteria")]
    pub sent_before: Vec<String>,
    /// Larger than SIZE
    #[arg(long, value_name = "SIZE", help_heading = "Criteria")]
    pub larger: Vec<String>,
    /// Smaller than SIZE
    #[arg(long, value_name = "SIZE", help_heading = "Criteria")]
    pub smaller: Vec<String>,
    /// Was read
    #[arg(long, help_heading = "Criteria")]
    pub seen: bool,
    /// Was not read
    #[arg(long, conflicts_with = "seen", help_heading = "Criteria")]
    pub unseen: bool,
    /// Is flagged
    #[arg(long, help_heading = "Criteria")]
    pub flagged: bool,
    /// Is not flagged
    #[arg(long, conflicts_with = "flagged", help_heading = "Criteria")]
    pub unflagged: bool,
    /// Was answered
    #[arg(long, help_heading = "Criteria")]
    pub answered: bool,
    /// Was not answered
    #[arg(long, conflicts_with = "answered", help_heading = "Criteria")]
    pub unanswered: bool,
    /// Bears this keyword
    #[arg(long, value_name = "WORD", help_heading = "Criteria")]
    pub keyword: Vec<String>,
    /// Is one of these: 7, 1:5, 10:*
    #[arg(long, value_name = "SET", help_heading = "Criteria")]
    pub uid: Vec<String>,
    /// Has an attachment
    #[arg(long, help_heading = "Criteria")]
    pub has_attachment: bool,
    /// Does not fit this expression
    #[arg(long, value_name = "EXPR", help_heading = "Criteria")]
    pub not: Vec<String>,
    /// In the words of RFC 9051: 'OR FROM a SUBJECT b'
    #[arg(long, value_name = "KEYS", help_heading = "Criteria")]
    pub imap_search: Vec<String>,
    /// In Gmail's own language
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Criteria")]
    pub gmail_raw: Vec<String>,
    /// Every message: an action needs a criterion, and this says that none is meant
    #[arg(long, help_heading = "Criteria")]
    pub all: bool,
}

/// `--sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// When it arrived
    Date,
    /// The Date header
    Sent,
    Size,
    /// The sender
    From,
}

/// `--show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// The whole header
    Headers,
    /// The parts
    Structure,
    /// The readable text
    Text,
    /// The first line or two of it
    Preview,
    /// The message as it is
    Raw,
}

#[derive(Args, Debug, Default, Clone)]
pub struct Search {
    /// imaps://[user@]host[:port] (or RIMAP_SEARCH_URL), then an expression
    #[arg(value_names = ["URL", "EXPR"], num_args = 0..)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub criteria: Criteria,

    /// Search this mailbox, or all that fit the glob (* stays in its level, ** does not), or a special use such as \Archive
    #[arg(long = "in", value_name = "MAILBOX", help_heading = "Selection")]
    pub mailboxes: Vec<String>,
    /// Only the last N, by --sort or arrival
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub last: Option<u64>,
    /// Only the first N, by --sort or arrival
    #[arg(long, value_name = "N", conflicts_with = "last", help_heading = "Selection")]
    pub first: Option<u64>,
    /// Order; without it as they stand in the mailbox
    #[arg(long, value_enum, value_name = "KEY", help_heading = "Selection")]
    pub sort: Option<Sort>,
    /// The other way round
    #[arg(long, help_heading = "Selection")]
    pub reverse: bool,
    /// Only what the --state has not seen, and remember it
    #[arg(long, help_heading = "Selection")]
    pub new: bool,
    /// Only what the JSON Lines of an earlier run in FILE call temporary
    #[arg(long, value_name = "FILE", conflicts_with = "mailboxes", help_heading = "Selection")]
    pub retry_from: Option<PathBuf>,
    /// Give the command once more what it refused in an earlier run
    #[arg(long, requires = "new", help_heading = "Selection")]
    pub retry_failed: bool,
    /// What --new remembers it in
    #[arg(long, value_name = "FILE", requires = "new", help_heading = "Selection")]
    pub state: Option<PathBuf>,
    /// Wait so long for a state in use by another run
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s", help_heading = "Selection")]
    pub wait_lock: Duration,
    /// If nothing is found, wait so long for a hit
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Selection")]
    pub wait: Option<Duration>,

    /// Only how many there are
    #[arg(long, help_heading = "Results")]
    pub count: bool,
    /// Show more of each message
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "count", help_heading = "Results")]
    pub show: Option<Show>,
    /// Write this part, decoded, to stdout
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["show", "count"], help_heading = "Results")]
    pub part: Option<String>,
    /// Only these bytes of the part or the message, as the server stores them
    #[arg(long, value_name = "FROM-TO", value_parser = range, conflicts_with_all = ["show", "count"], help_heading = "Results")]
    pub range: Option<(u64, u64)>,
    /// Save attachments of this type (image/*) or name (*.pdf)
    #[arg(long, value_name = "TYPE|GLOB", conflicts_with_all = ["show", "count", "part", "range"], help_heading = "Results")]
    pub save: Vec<String>,
    /// Where to save
    #[arg(short, long, value_name = "DIR", requires = "save", help_heading = "Results")]
    pub dir: Option<PathBuf>,
    /// Name of saved files: {name} {date} {from} {subject} {uid} {part}
    #[arg(
        long,
        value_name = "TEMPLATE",
        allow_hyphen_values = true,
        requires = "save",
        help_heading = "Results"
    )]
    pub name: Option<String>,
    /// What to do about a file that exists
    #[arg(long, value_enum, value_name = "HOW", default_value_t, help_heading = "Results")]
    pub on_conflict: OnConflict,
    /// Deliver whole messages to this Maildir
    #[arg(long, value_name = "DIR", conflicts_with_all = ["show", "count", "part", "range", "save"], help_heading = "Results")]
    pub maildir: Option<PathBuf>,
    /// Deliver whole messages to this mbox
    #[arg(long, value_name = "FILE", conflicts_with_all = ["maildir", "show", "count", "part", "range", "save"], help_heading = "Results")]
    pub mbox: Option<PathBuf>,
    /// Run CMD for each message, which is its standard input
    ///
    /// Exit 0: the message is delivered. Exit 75, a signal, the time limit, or a command that is not there or cannot be executed
    /// (126, 127): with --new the next run tries it again. Any other exit: with --new no run tries it again before --retry-failed.
    #[arg(long, value_name = "CMD", value_parser = command, conflicts_with_all = ["maildir", "mbox", "show", "count", "part", "range", "save"], help_heading = "Results")]
    pub exec: Option<String>,
    /// How long CMD may take
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m", help_heading = "Results")]
    pub exec_timeout: Duration,
    /// Give CMD the message with CRLF line ends
    #[arg(long, help_heading = "Results")]
    pub crlf: bool,
    /// Leave out messages larger than this
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Results")]
    pub max_size: Option<u64>,

    /// Set this flag: Seen, Flagged, Answered, Deleted, Draft or a keyword
    #[arg(long, value_name = "FLAG", help_heading = "Actions")]
    pub flag: Vec<String>,
    /// Clear this flag
    #[arg(long, value_name = "FLAG", help_heading = "Actions")]
    pub unflag: Vec<String>,
    /// Move to this mailbox
    #[arg(long, value_name = "MAILBOX", conflicts_with_all = ["trash", "delete"], help_heading = "Actions")]
    pub move_to: Option<String>,
    /// Copy to this mailbox
    #[arg(long, value_name = "MAILBOX", help_heading = "Actions")]
    pub copy_to: Option<String>,
    /// Move to the trash
    #[arg(long, conflicts_with = "delete", help_heading = "Actions")]
    pub trash: bool,
    /// Delete for good
    #[arg(long, help_heading = "Actions")]
    pub delete: bool,
    /// Where a server cannot expunge just these messages, expunge whatever is marked \Deleted
    #[arg(long, help_heading = "Actions")]
    pub expunge_all: bool,
    /// Sort what is found by a file of rules
    #[arg(long, value_name = "FILE", conflicts_with_all = ["move_to", "trash", "delete", "maildir", "mbox", "exec"], help_heading = "Actions")]
    pub rules: Option<PathBuf>,
    /// Do nothing if more than this many messages are found
    #[arg(long, value_name = "N", default_value_t = 500, help_heading = "Actions")]
    pub max_actions: u64,
    /// Only say what would be done
    #[arg(long, help_heading = "Actions")]
    pub dry_run: bool,
}

impl Search {
    /// Whether it changes anything on the server.
    pub fn acts(&self) -> bool {
        !self.flag.is_empty()
            || !self.unflag.is_empty()
            || self.move_to.is_some()
            || self.copy_to.is_some()
            || self.trash
            || self.delete
            || self.rules.is_some()
    }

    /// Whether whole messages are delivered somewhere.
    pub fn delivers(&self) -> bool {
        self.maildir.is_some() || self.mbox.is_some() || self.exec.is_some()
    }

    /// Whether what is printed is the messages themselves: acted on before it is out, they are lost.
    pub fn prints_messages(&self) -> bool {
        self.part.is_some() || self.range.is_some() || matches!(self.show, Some(Show::Raw | Show::Text))
    }
}

/// `0-4095`, `4096-`, as offset and length.
fn range(text: &str) -> Result<(u64, u64), String> {
    let parse = || {
        let (from, to) = text.split_once('-')?;
        let from: u64 = from.parse().ok()?;
        let to: u64 = if to.is_empty() { u64::from(u32::MAX) - 1 } else { to.parse().ok()? };
        (from <= to && to < u64::from(u32::MAX)).then(|| (from, to - from + 1))
    };
    parse().ok_or_else(|| "not a range such as 0-4095 or 4096-".into())
}

/// Where: for the verbs that take no expression.
#[derive(Args, Debug)]
pub struct Place {
    /// imaps://[user@]host[:port], where RIMAP_SEARCH_URL does not say
    #[arg(value_name = "URL")]
    pub url: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum MailboxVerb {
    /// One line a mailbox
    List {
        /// URL, then globs
        #[arg(value_names = ["URL", "GLOB"], num_args = 0..)]
        words: Vec<String>,
    },
    /// As a tree, with counts
    Tree {
        /// URL, then globs
        #[arg(value_names = ["URL", "GLOB"], num_args = 0..)]
        words: Vec<String>,
    },
    /// Counts of mailboxes
    Status {
        /// URL, then names or globs
        #[arg(value_names = ["URL", "NAME"], num_args = 0..)]
        words: Vec<String>,
    },
    /// Make mailboxes, and those above them
    Create {
        /// URL, then names
        #[arg(value_names = ["URL", "NAME"], num_args = 0..)]
        words: Vec<String>,
        /// One that exists is fine
        #[arg(long)]
        exist_ok: bool,
        #[arg(long)]
        /// Only say what would be done
        dry_run: bool,
    },
    /// Rename a mailbox and those below it
    Rename {
        /// URL, then the old name and the new
        #[arg(value_names = ["URL", "OLD", "NEW"], num_args = 0..)]
        words: Vec<String>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Delete mailboxes
    Delete {
        /// URL, then names
        #[arg(value_names = ["URL", "NAME"], num_args = 0..)]
        words: Vec<String>,
        /// Even if messages are in it, and with all that are below it
        #[arg(long)]
        force: bool,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Subscribe to mailboxes
    Subscribe {
        /// URL, then names
        #[arg(value_names = ["URL", "NAME"], num_args = 0..)]
        words: Vec<String>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// End the subscription of mailboxes
    Unsubscribe {
        /// URL, then names
        #[arg(value_names = ["URL", "NAME"], num_args = 0..)]
        words: Vec<String>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args, Debug)]
pub struct Append {
    /// URL (or RIMAP_SEARCH_URL), then files, mboxes, Maildirs, or - for stdin
    #[arg(value_names = ["URL", "FILE"], num_args = 0..)]
    pub words: Vec<OsString>,
    /// The mailbox
    #[arg(long, value_name = "MAILBOX")]
    pub to: String,
    /// Set this flag beside those a Maildir tells of
    #[arg(long, value_name = "FLAG")]
    pub flag: Vec<String>,
    /// Leave out a message whose Message-ID is there already
    #[arg(long)]
    pub skip_existing: bool,
    /// Make the mailbox if there is none
    #[arg(long)]
    pub create: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Watch {
    /// URL (or RIMAP_SEARCH_URL), then an expression
    #[arg(value_names = ["URL", "EXPR"], num_args = 0..)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub criteria: Criteria,
    /// The mailbox
    #[arg(long = "in", value_name = "MAILBOX", default_value = "INBOX")]
    pub mailbox: String,
    /// End after so many messages
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Run CMD for each message, which is its standard input
    #[arg(long, value_name = "CMD", value_parser = command)]
    pub exec: Option<String>,
    /// How long CMD may take
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m")]
    pub exec_timeout: Duration,
    /// Begin IDLE anew after so long
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "9m")]
    pub rearm: Duration,
}

#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    pub place: Place,
    /// Exit 1 if the certificate ends in fewer days
    #[arg(long, value_name = "DAYS")]
    pub cert_days: Option<i64>,
}
