//! rsendmail's flags.

use crate::{message::MessageFlags, queue};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    cli::{
        Common, Flags, Login, Network, TlsArgs,
        args::{command, duration},
    },
    smtp::{Notify, Policy, Ret},
    textproto::sasl::Mechanism,
};

/// What `--help` and the man page show beside: one for every verb.
const MORE: &str = "\
More examples:
  rsendmail --to ops@example.org --subject 'backup failed' --body-file log.txt --queue on-failure
  rsendmail queue list
  rsendmail queue run
  rsendmail queue show 4F3A
  rsendmail queue hold 4F3A
  rsendmail queue release 4F3A
  rsendmail queue retry 4F3A
  rsendmail queue rm 4F3A
  rsendmail queue check --older-than 30m
";

const EXAMPLES: &str = "\
Examples:
  rsendmail --to ops@example.org --subject nightly --attach report.pdf --body 'see attached' --server smtp://me@mail.example.org
  df -h | rsendmail --to ops@example.org --subject disks
  rsendmail --to a@example.org --html page.html --inline logo=logo.png --attach '*.csv' --subject 'July'
  rsendmail --eml ready.eml -t --dry-run
  rsendmail --merge people.csv --to '{name} <{mail}>' --subject 'Bill {number}' --body-file letter.txt --template --attach 'bills/{number}.pdf'
  rsendmail --to ops@example.org --subject nightly --body done --queue on-failure;  rsendmail queue run
  rsendmail check smtps://me@mail.example.org

A server is smtp://[user@]host[:port] (TLS by STARTTLS; port 587 with a user, else 25), smtps:// (TLS from the start, port 465),
lmtp://host[:port] (port 24) or lmtp:///path/of/socket.
Without one RSENDMAIL_URL counts, else the mail server of this machine.
";

/// Send mail from scripts, and know what became of it
#[derive(Parser, Clone, Debug)]
#[command(name = "rsendmail", version, max_term_width = 110, after_help = EXAMPLES, after_long_help = long_help(), args_override_self = true)]
pub struct Rsendmail {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub message: Message,
    #[command(flatten)]
    pub ready: Ready,
    #[command(flatten)]
    pub envelope: Wrap,
    #[command(flatten)]
    pub sending: Sending,
    #[command(flatten)]
    pub aliasing: Aliasing,
    #[command(flatten)]
    pub many: Many,
    #[command(flatten)]
    pub filtering: Filtering,
    #[command(flatten)]
    pub queueing: Queueing,
    #[command(flatten)]
    pub shared: Shared,
}

fn long_help() -> String {
    format!("{EXAMPLES}\n{MORE}")
}

impl Flags for Rsendmail {
    fn common(&self) -> &Common {
        &self.shared.common
    }
    fn retry_from(&self) -> Option<&Path> {
        self.sending.retry_from.as_deref()
    }
    fn max_time(&self) -> Option<Duration> {
        self.shared.network.max_time
    }
}

#[derive(Subcommand, Clone, Debug)]
pub enum Verb {
    /// Try the server: name, connection, TLS, login, capabilities
    Check(Check),
    /// What is to be sent later: look at it, send it, hold it, remove it
    Queue(queue::args::Queue),
}

/// What all verbs share.
#[derive(Args, Clone, Debug)]
pub struct Shared {
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub network: Network,
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    pub login: Login,
}

fn mechanism(text: &str) -> Result<Mechanism, String> {
    Mechanism::from_name(text).ok_or_else(|| {
        "not one of scram-sha-256-plus, scram-sha-256, scram-sha-1, oauthbearer, xoauth2, plain, login, external, cram-md5".into()
    })
}

fn resolver(text: &str) -> Result<SocketAddr, String> {
    let ip = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    ip.or_else(|_| text.parse()).map_err(|_| "not an address such as 192.0.2.1 or [2001:db8::1]:53".into())
}

/// The server.
#[derive(Args, Clone, Debug)]
pub struct Server {
    /// smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket
    #[arg(long, global = true, value_name = "URL", help_heading = "Server")]
    pub server: Option<String>,
    /// Deliver to the mail exchangers of each recipient's domain, under TLS where they offer it (not verified, unless --tls required)
    #[arg(long, help_heading = "Server")]
    pub mx: bool,
    /// The port of mail exchangers
    #[arg(long, value_name = "PORT", requires = "mx", default_value_t = 25, help_heading = "Server")]
    pub mx_port: u16,
    /// Ask this name server, in place of those in /etc/resolv.conf
    #[arg(long, value_name = "ADDRESS[:PORT]", requires = "mx", value_parser = resolver, help_heading = "Server")]
    pub resolver: Option<SocketAddr>,
    /// Our name in EHLO
    #[arg(long, global = true, value_name = "NAME", help_heading = "Server")]
    pub helo: Option<String>,
    /// Log in by this mechanism and no other
    #[arg(long, global = true, value_name = "MECHANISM", value_parser = mechanism, help_heading = "Login")]
    pub auth: Option<Mechanism>,
    /// Take an OAuth 2.0 access token from the output of CMD
    #[arg(long, global = true, value_name = "CMD", value_parser = command, help_heading = "Login")]
    pub token_command: Option<String>,
    /// Time for the verdict on a message once all of it is sent
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, default_value = "10m", help_heading = "Network")]
    pub verdict_timeout: Duration,
    /// One command at a time, even if the server pipelines
    #[arg(long, global = true, help_heading = "Network")]
    pub no_pipelining: bool,
    /// Never BDAT, even if the server offers CHUNKING
    #[arg(long, global = true, help_heading = "Network")]
    pub no_chunking: bool,
}

/// The message, made from flags.
#[derive(Args, Clone, Debug, Default)]
pub struct Message {
    #[command(flatten)]
    pub flags: MessageFlags,
    /// Send nothing if the text is empty
    #[arg(short = 'E', long, help_heading = "Message")]
    pub skip_empty: bool,
}

impl Message {
    /// The first flag given that makes a message, rather than only naming who sends and who gets it.
    pub fn given(&self) -> Option<&'static str> {
        let f = &self.flags;
        let given = [
            (f.subject.is_some(), "--subject"),
            (f.body.is_some(), "--body"),
            (f.body_file.is_some(), "--body-file"),
            (f.html.is_some(), "--html"),
            (!f.reply_to.is_empty(), "--reply-to"),
            (!f.headers.is_empty(), "--header"),
            (!f.inline.is_empty(), "--inline"),
            (f.has_content(), "--attach"),
            (self.skip_empty, "--skip-empty"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag)
    }
}

/// Ready messages.
#[derive(Args, Clone, Debug, Default)]
pub struct Ready {
    /// Send the message in FILE, stdin (-), or all messages of a directory, Maildir or mbox; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Ready messages")]
    pub eml: Vec<PathBuf>,
    /// Take the recipients from To, Cc and Bcc of the message; without --eml it is read from stdin
    #[arg(short = 't', long, help_heading = "Ready messages")]
    pub read_recipients: bool,
    /// Refuse eight-bit text that the server cannot take, in place of encoding it anew
    #[arg(long, help_heading = "Ready messages")]
    pub no_downgrade: bool,
}

/// `--rcpt-policy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RcptPolicy {
    /// Those that are accepted get it
    #[default]
    Any,
    /// Nobody gets it if one is refused
    All,
}

impl From<RcptPolicy> for Policy {
    fn from(policy: RcptPolicy) -> Policy {
        match policy {
            RcptPolicy::Any => Policy::Any,
            RcptPolicy::All => Policy::All,
        }
    }
}

/// `--ret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RetChoice {
    /// The whole message
    Full,
    /// Its header
    Hdrs,
}

impl From<RetChoice> for Ret {
    fn from(ret: RetChoice) -> Ret {
        match ret {
            RetChoice::Full => Ret::Full,
            RetChoice::Hdrs => Ret::Headers,
        }
    }
}

fn notify(text: &str) -> Result<Notify, String> {
    Notify::parse(text).ok_or_else(|| "not never, or some of success,failure,delay".into())
}

/// The envelope.
#[derive(Args, Clone, Debug)]
pub struct Wrap {
    /// The sender that failures are reported to; '' for none
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Envelope")]
    pub envelope_from: Option<String>,
    /// What becomes of the others if a recipient is refused
    #[arg(long, value_enum, value_name = "POLICY", default_value_t, help_heading = "Envelope")]
    pub rcpt_policy: RcptPolicy,
    /// When to report on a delivery: never, or success,failure,delay
    #[arg(long, value_name = "WHEN", value_parser = notify, help_heading = "Envelope")]
    pub notify: Option<Notify>,
    /// What a report shall return
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Envelope")]
    pub ret: Option<RetChoice>,
    /// An id that reports name
    #[arg(long, value_name = "ID", allow_hyphen_values = true, help_heading = "Envelope")]
    pub envid: Option<String>,
    /// Over verified TLS all the way, or not at all (REQUIRETLS)
    #[arg(long, help_heading = "Envelope")]
    pub require_tls: bool,
}

/// `--if-too-large`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum IfTooLarge {
    /// Fail
    #[default]
    Fail,
    /// Send it without its attachments, and say so in the text
    DropAttachments,
}

/// How it is sent.
#[derive(Args, Clone, Debug)]
pub struct Sending {
    /// Write the message to stdout, send nothing
    #[arg(long, conflicts_with = "dry_run", help_heading = "Sending")]
    pub print: bool,
    /// Go as far as RCPT, then reset
    #[arg(long, help_heading = "Sending")]
    pub dry_run: bool,
    /// What to do with a message larger than the server takes
    #[arg(long, value_enum, value_name = "WHAT", default_value_t, help_heading = "Sending")]
    pub if_too_large: IfTooLarge,
    /// Send only what FILE, the JSON Lines of an earlier run, calls temporary
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub retry_from: Option<PathBuf>,
    /// With --retry-from: what it calls unknown as well, which may be delivered twice
    #[arg(long, requires = "retry_from", help_heading = "Sending")]
    pub retry_unknown: bool,
}

/// `--queue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Leave everything to a later `queue run`
    Always,
    /// Leave to it what cannot be sent now, unless the server refused this message or recipient
    OnFailure,
    Never,
}

/// The queue.
#[derive(Args, Clone, Debug)]
pub struct Queueing {
    /// Leave it to the queue: always, on-failure or never; alone: always
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        num_args = 0..=1,
        default_missing_value = "always",
        hide_possible_values = true,
        help_heading = "Queue"
    )]
    pub queue: Option<When>,
    /// The queue's directory, in place of RSENDMAIL_QUEUE_DIR and the one in the state directory
    #[arg(long, global = true, value_name = "DIR", help_heading = "Queue")]
    pub queue_dir: Option<PathBuf>,
    /// How long a queued message is tried
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5d", help_heading = "Queue")]
    pub max_age: Duration,
    /// After a good send, leave alone what is queued for the same server
    #[arg(long, help_heading = "Queue")]
    pub no_flush: bool,
    /// The flags are sendmail's; has to come first
    #[arg(long, hide_short_help = true, help_heading = "Queue")]
    pub sendmail: bool,
    /// The name of the author whose address is not named
    #[arg(long, hide = true, value_name = "NAME")]
    pub full_name: Option<String>,
    /// A line that is a dot ends the message on stdin.
    #[arg(skip)]
    pub dot_ends: bool,
}

/// Aliases.
#[derive(Args, Clone, Debug, Default)]
pub struct Aliasing {
    /// Where mail for names without a domain goes, in the format of /etc/aliases, which counts by itself unless the server is this machine's own
    #[arg(long, value_name = "FILE", help_heading = "Envelope")]
    pub aliases: Option<PathBuf>,
    /// Look for mistakes in the aliases, send nothing
    #[arg(long, help_heading = "Envelope")]
    pub aliases_check: bool,
}

/// Many messages from one.
#[derive(Args, Clone, Debug, Default)]
pub struct Many {
    /// One message for each row of FILE (or stdin, -), CSV with names in its first line or JSON Lines: {name} in the flags of
    /// message and envelope stands for the row's value, {{ for a brace
    #[arg(long, value_name = "FILE", help_heading = "Many messages")]
    pub merge: Option<PathBuf>,
    /// The field that tells one row from another in JSON and for --retry-from, in place of the line
    #[arg(long, value_name = "FIELD", requires = "merge", help_heading = "Many messages")]
    pub merge_key: Option<String>,
    /// Fields count inside the files of --body-file and --html too
    #[arg(long, requires = "merge", help_heading = "Many messages")]
    pub template: bool,
    /// No more messages than this, such as 10/s or 500/m
    #[arg(long, value_name = "N/TIME", value_parser = rate, help_heading = "Many messages")]
    pub rate: Option<Duration>,
    /// A new connection after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Many messages")]
    pub max_per_connection: Option<u64>,
}

/// `10/s` as the time from one to the next.
fn rate(text: &str) -> Result<Duration, String> {
    let wrong = || String::from("not a rate such as 10/s, 500/m or 2000/h");
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number = number.parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0001 && *n < 1e9);
    Ok(Duration::from_secs_f64(seconds / number.ok_or_else(wrong)?))
}

/// A command that changes the message.
#[derive(Args, Clone, Debug)]
pub struct Filtering {
    /// Send what CMD writes, given the message (DKIM, PGP, S/MIME); exit 75, or a command that is not there, puts it off; any other failure ends it
    #[arg(long, value_name = "CMD", value_parser = command, help_heading = "Filter")]
    pub filter: Option<String>,
    /// Time for one run of it
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m", help_heading = "Filter")]
    pub filter_timeout: Duration,
}

#[derive(Args, Clone, Debug)]
pub struct Check {
    /// smtp://[user@]host[:port], smtps://…, lmtp://… or lmtp:///socket, as --server
    #[arg(value_name = "URL", conflicts_with = "server")]
    pub url: Option<String>,
    /// The answer is no if the server's certificate ends within so many days
    #[arg(long, value_name = "DAYS")]
    pub cert_days: Option<i64>,
}
