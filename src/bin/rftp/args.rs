//! rftp's flags.

use crate::{charset, select::Select};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    ffi::OsString,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    base::pattern::Rules,
    cli::{
        Common, Flags, Login, Network, TlsArgs,
        args::{duration, size},
    },
    ftp::Options,
};

/// What `--help` and the man page show beside: one for every verb.
const MORE: &str = "\
More examples:
  rftp put -r dist/ ftp://ci@h/builds/42/ --json-file out.jsonl
  rftp put --retry-from out.jsonl
  rftp cat ftp://h/pub/VERSION
  rftp stat ftp://me@h/out/done --wait 10m
  rftp mkdir -p ftp://me@h/builds/42/docs
  rftp mv 'ftp://me@h/in/*.csv' ftp://me@h/done/
  rftp chmod 644 'ftp://me@h/www/*.html'
  rftp quote ftp://me@h/ 'SITE HELP'
  rftp check ftps://me@h/ --cert-days 14
  rftp clean -r ftp://me@h/builds/ --dry-run
";

const EXAMPLES: &str = "\
Examples:
  rftp put dist/*.tar.gz ftp://ci@ftp.example.org/builds/42/
  tar c . | rftp put - ftp://h/a.tar
  rftp get 'ftp://h/logs/2026-*.gz' .
  rftp sync site/ ftp://me@h/www/ --delete --dry-run
  rftp ls -lR ftp://h/pub --json
  rftp verify dist/ ftp://h/builds/42/
  rftp rm 'ftp://me@h/backup/*.tar' --keep-newest 7
  rftp get 'ftp://me@h/out/*.csv' in/ --wait 5m --min-age 1m --remove-source

A remote is ftp://[user@]host[:port]/path, ftpes:// (explicit TLS, always) or ftps:// (implicit TLS). A path is relative to the
login directory, absolute after // or %2F. With RFTP_URL set (or --url in an account), :path is a path below it, not decoded.

put, get and mv go where cp would: a destination that ends in / is a directory, and is made; without the slash it is a directory if
one is there, else the new name. `put -r dist` lands as DEST/dist, `put -r dist/` in DEST itself; so does get.
";

/// Upload, download and browse by FTP, safely and from scripts
#[derive(Parser, Debug)]
#[command(name = "rftp", version, max_term_width = 110, after_help = EXAMPLES, after_long_help = long_help(), subcommand_required = true, arg_required_else_help = true)]
pub struct Rftp {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub shared: Shared,
}

fn long_help() -> String {
    format!("{EXAMPLES}\n{MORE}")
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
    pub ftp: Ftp,
}

/// The ways of FTP.
#[derive(Args, Clone, Debug, Default)]
pub struct Ftp {
    /// Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)
    #[arg(long, global = true, help_heading = "FTP")]
    pub active: bool,
    /// With --active: the local ports to use
    #[arg(long, global = true, value_name = "A-B", value_parser = ports, requires = "active", help_heading = "FTP")]
    pub port_range: Option<RangeInclusive<u16>>,
    /// Files are text: convert line ends (TYPE A)
    #[arg(long, global = true, help_heading = "FTP")]
    pub ascii: bool,
    /// The server's names are in this character set (latin1, shift_jis, …), not in UTF-8
    #[arg(long, global = true, value_name = "NAME", value_parser = charset::parse, help_heading = "FTP")]
    pub charset: Option<String>,
    /// Read what ACCT must say from FILE, for servers that ask for an account
    #[arg(long, global = true, value_name = "FILE", help_heading = "FTP")]
    pub ftp_account_file: Option<PathBuf>,
}

impl Ftp {
    pub fn options(&self) -> Options {
        Options {
            active: self.active,
            ports: self.port_range.clone(),
            ascii: self.ascii,
            charset: self.charset.as_deref().map(charset::of),
        }
    }
}

/// `50000-50100`.
fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
        (Ok(from @ 1..), Ok(to)) if from <= to => Ok(from..=to),
        _ => Err("not a range of ports such as 50000-50100".into()),
    }
}

impl Flags for Rftp {
    fn common(&self) -> &Common {
        &self.shared.common
    }
    fn retry_from(&self) -> Option<&Path> {
        match &self.verb {
            Verb::Put(put) => put.retry_from.as_deref(),
            Verb::Get(get) => get.retry_from.as_deref(),
            Verb::Rm(rm) => rm.retry_from.as_deref(),
            _ => None,
        }
    }
    fn max_time(&self) -> Option<Duration> {
        self.shared.network.max_time
    }
}

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Upload files: to a temporary name, verified, then renamed
    Put(Put),
    /// Download files: complete, durable, then renamed
    Get(Get),
    /// Write remote files to stdout
    Cat(Cat),
    /// List a directory
    Ls(Ls),
    /// Tell what stands under a name
    Stat(Stat),
    /// Make directories
    Mkdir(Mkdir),
    /// Remove files, or with -r directories
    Rm(Rm),
    /// Rename on the server
    Mv(Mv),
    /// Change permission bits
    Chmod(Chmod),
    /// Make a remote directory like a local one, or the reverse
    Sync(crate::sync::args::Sync),
    /// Compare local files with remote ones: exit 0 if they are the same, 1 if not
    Verify(Verify),
    /// Send commands as they are written and print the replies
    Quote(Quote),
    /// Try name, connection, TLS, login, capabilities and a data connection
    Check(Check),
    /// Remove the temporary files that interrupted uploads left
    Clean(Clean),
}

/// A pattern that says nothing is a variable that was not set: with it `rm -r --include "$WHICH"` would remove everything.
fn rule(text: &str) -> Result<String, String> {
    let mut rules = Rules::default();
    rules.push(text.as_bytes());
    if rules.is_empty() { Err("an empty pattern, or a comment".into()) } else { Ok(text.into()) }
}

fn octal(text: &str) -> Result<u32, String> {
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| *mode <= 0o7777 && text.len() >= 3)
        .ok_or_else(|| "not a mode in octal digits such as 644 or 0755".into())
}

/// What becomes of a target that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Exists {
    /// Replace it
    #[default]
    Overwrite,
    /// Leave it alone
    Skip,
    /// Replace it if the source is newer or the sizes differ
    Newer,
    /// Fail
    Fail,
}

/// Which names are meant.
#[derive(Args, Debug, Clone, Default)]
pub struct Names {
    /// Descend into directories
    #[arg(short, long)]
    pub recursive: bool,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    /// With -r: only files that match (gitignore's dialect); may be repeated
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, value_parser = rule)]
    pub include: Vec<String>,
    /// With -r: leave out what matches (gitignore's dialect); may be repeated
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, value_parser = rule)]
    pub exclude: Vec<String>,
    /// With -r: leave out what the patterns in FILE match
    #[arg(long, value_name = "FILE")]
    pub exclude_from: Vec<PathBuf>,
    /// Follow symbolic links; by default they are left out
    #[arg(long)]
    pub follow: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

/// How files are transferred.
#[derive(Args, Debug, Clone)]
pub struct Transfer {
    /// What to do where the target exists
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub exists: Exists,
    /// Do not set the target's modification time
    #[arg(long)]
    pub no_times: bool,
    /// Report the SHA-256 of what was transferred
    #[arg(long)]
    pub digest: bool,
    /// At most so many bytes a second; 0 is no limit
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub limit_rate: Option<u64>,
    /// Fail if fewer bytes a second arrive for half a minute
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub min_rate: Option<u64>,
    /// Go on with what an interrupted run left, if it provably belongs to the same source; leave what can be gone on with
    #[arg(long)]
    pub resume: bool,
    /// Leave files that were modified within this time (2m): they may still be written
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub min_age: Option<Duration>,
    /// Write a list for sha256sum -c, names relative to the destination
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Exit 1 if there was nothing to do
    #[arg(long)]
    pub exit_code: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// How an existing target is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Replace {
    /// By renaming over it: old or new at every moment
    #[default]
    Rename,
    /// Where the server refuses that, by removing it first
    DeleteFirst,
}

#[derive(Args, Debug)]
#[command(override_usage = "rftp put [OPTIONS] <SOURCE>... <REMOTE>")]
pub struct Put {
    /// Files, directories (with -r) or - for stdin, then the remote destination
    #[arg(required_unless_present = "retry_from", value_names = ["SOURCE", "REMOTE"], num_args = 1..)]
    pub names: Vec<OsString>,
    #[command(flatten)]
    pub select: Names,
    #[command(flatten)]
    pub transfer: Transfer,
    /// With -r: connections at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Read the names of the files from LIST (- is stdin), one a line; only the destination is an argument then
    #[arg(long, value_name = "LIST", conflicts_with = "retry_from")]
    pub files_from: Option<PathBuf>,
    /// The names in LIST end in NUL bytes
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,
    /// Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote; no other names
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    pub retry_from: Option<PathBuf>,
    /// Remove each file once it is stored and verified, and unchanged
    #[arg(long, conflicts_with = "move_source_to")]
    pub remove_source: bool,
    /// Move each file to the local directory DIR once it is stored and verified, and unchanged
    #[arg(long, value_name = "DIR")]
    pub move_source_to: Option<OsString>,
    /// How an existing target is replaced
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub replace: Replace,
    /// Write to the final name at once: for drop boxes that allow no rename
    #[arg(long)]
    pub in_place: bool,
}

#[derive(Args, Debug)]
#[command(override_usage = "rftp get [OPTIONS] <REMOTE>... [DEST]")]
pub struct Get {
    /// Remote files or directories (with -r), then the local destination (. if there is one name only)
    #[arg(required_unless_present_any = ["retry_from", "files_from"], num_args = 1.., value_names = ["REMOTE", "DEST"])]
    pub names: Vec<OsString>,
    #[command(flatten)]
    pub select: Names,
    #[command(flatten)]
    pub which: Select,
    #[command(flatten)]
    pub transfer: Transfer,
    /// With -r or a pattern: connections at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Fetch each large file by up to N connections, a part of it each, where the server can
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub segments: Option<u16>,
    /// Look until there is something to get, at most this long; else exit 1
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub wait: Option<Duration>,
    /// Read the remote names from LIST (- is stdin), one a line; only the destination is an argument then
    #[arg(long, value_name = "LIST", conflicts_with = "retry_from")]
    pub files_from: Option<PathBuf>,
    /// The names in LIST end in NUL bytes
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,
    /// Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote; no other names
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    pub retry_from: Option<PathBuf>,
    /// Remove each remote file once its copy is durable and verified, and it is unchanged
    #[arg(long, conflicts_with = "move_source_to")]
    pub remove_source: bool,
    /// Move each remote file to the remote directory DIR (relative to the login directory) once its copy is durable and
    /// verified, and it is unchanged
    #[arg(long, value_name = "DIR")]
    pub move_source_to: Option<OsString>,
}

#[derive(Args, Debug)]
pub struct Cat {
    /// Remote files
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
}

#[derive(Args, Debug)]
pub struct Ls {
    /// Remote directories, files or patterns
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Kind, size and time as well
    #[arg(short, long)]
    pub long: bool,
    /// Directories below as well
    #[arg(short = 'R', long)]
    pub recursive: bool,
    /// Names that begin with a dot as well
    #[arg(short, long)]
    pub all: bool,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    #[command(flatten)]
    pub which: Select,
}

#[derive(Args, Debug)]
pub struct Stat {
    /// Remote names or patterns
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Look until there is something of that name, at most this long; else exit 1
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub wait: Option<Duration>,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Args, Debug)]
pub struct Mkdir {
    /// Remote directories
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Make what is missing above as well; one that exists is no failure
    #[arg(short, long)]
    pub parents: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Args, Debug)]
pub struct Rm {
    /// Remote files, patterns, or (with -r) directories
    #[arg(value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Remove directories with all that is in them
    #[arg(short, long)]
    pub recursive: bool,
    /// With -r: even the root or the login directory
    #[arg(long)]
    pub force: bool,
    /// Spare the newest N of a pattern's matches, or (with -r) of the files in a directory
    #[arg(long, value_name = "N", help_heading = "Selection")]
    pub keep_newest: Option<usize>,
    #[command(flatten)]
    pub select: Select,
    /// With -r: only files that match (gitignore's dialect); directories stay
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, value_parser = rule, help_heading = "Selection")]
    pub include: Vec<String>,
    /// With -r: spare what matches (gitignore's dialect); directories stay
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, value_parser = rule, help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    /// Read the remote names from LIST (- is stdin), one a line
    #[arg(long, value_name = "LIST")]
    pub files_from: Option<PathBuf>,
    /// The names in LIST end in NUL bytes
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,
    /// Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["names", "files_from"])]
    pub retry_from: Option<PathBuf>,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
    /// Exit 1 if there was nothing to do
    #[arg(long)]
    pub exit_code: bool,
    /// Say what would be removed, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl Rm {
    /// Whether names below a directory are left out.
    pub fn filters(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty()
    }

    pub fn select_names(&self) -> Names {
        Names { include: self.include.clone(), exclude: self.exclude.clone(), ..Names::default() }
    }
}

#[derive(Args, Debug)]
#[command(override_usage = "rftp mv [OPTIONS] <REMOTE>... <DEST>")]
pub struct Mv {
    /// Remote names or patterns, then the remote destination
    #[arg(required = true, num_args = 2.., value_names = ["REMOTE", "DEST"])]
    pub names: Vec<OsString>,
    /// What to do where the target exists
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub exists: Exists,
    /// How an existing target is replaced
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub replace: Replace,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Args, Debug)]
pub struct Chmod {
    /// Permission bits in octal digits: 644
    #[arg(value_name = "MODE", value_parser = octal)]
    pub mode: u32,
    /// Remote names or patterns
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// What is in directories as well
    #[arg(short, long)]
    pub recursive: bool,
    /// Take names as they are written, never as patterns
    #[arg(short = 'g', long)]
    pub no_glob: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Args, Debug)]
pub struct Quote {
    /// The server, with a path: the directory to be in
    #[arg(value_name = "REMOTE")]
    pub remote: OsString,
    /// Commands, each as one argument: 'SITE HELP'
    #[arg(required = true, value_name = "COMMAND")]
    pub commands: Vec<OsString>,
    /// Go on with the other commands after a failure
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Args, Debug)]
pub struct Check {
    /// The server (or RFTP_URL), with a path: the directory to list
    #[arg(value_name = "REMOTE", default_value = ":", hide_default_value = true)]
    pub remote: OsString,
    /// Exit 1 if the server's certificate ends within so many days
    #[arg(long, value_name = "DAYS")]
    pub cert_days: Option<i64>,
}

#[derive(Args, Debug)]
pub struct Clean {
    /// Remote directories
    #[arg(required = true, value_name = "REMOTE")]
    pub names: Vec<OsString>,
    /// Directories below as well
    #[arg(short, long)]
    pub recursive: bool,
    /// Say what would be removed, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit 1 if there was nothing to do
    #[arg(long)]
    pub exit_code: bool,
    /// Go on with the other names after a failure
    #[arg(long)]
    pub keep_going: bool,
}

/// How contents are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// By digest: the server's, else by reading the file back
    #[default]
    Digest,
    /// By size alone
    Size,
}

#[derive(Args, Debug)]
#[command(
    override_usage = "rftp verify [OPTIONS] <LOCAL> <REMOTE>\n       rftp verify [OPTIONS] --manifest <FILE> <REMOTE>"
)]
pub struct Verify {
    /// A local file or directory (none with --manifest), then what it should be equal to
    #[arg(required = true, num_args = 1..=2, value_names = ["LOCAL", "REMOTE"])]
    pub names: Vec<OsString>,
    /// How to compare
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub by: By,
    /// Compare with the digests in FILE, as sha256sum writes them, names relative to REMOTE: needs no local copy
    #[arg(long, value_name = "FILE", conflicts_with = "by")]
    pub manifest: Option<PathBuf>,
    /// Connections at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    #[command(flatten)]
    pub select: Names,
}
