//! rftp's flags.

use crate::charset;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, ops::RangeInclusive, path::PathBuf, time::Duration};
use wirepost::{
    cli::{Common, Flags, Login, Network, TlsArgs, args::size, exit},
    ftp::Options,
};

const EXAMPLES: &str = "\
Examples:
  rftp put dist/*.tar.gz ftp://ci@ftp.example.org/builds/42/
  tar c . | rftp put - ftp://h/a.tar
  rftp get 'ftp://h/logs/2026-*.gz' .
  rftp ls -lR ftp://h/pub --json
  rftp verify dist/ ftp://h/builds/42/

A remote is ftp://[user@]host[:port]/path, ftpes:// (explicit TLS, always) or ftps:// (implicit TLS). A path is relative to the
login directory, absolute after // or %2F. With RFTP_URL set (or --url in an account), :path is a path below it, not decoded.
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
    format!("{EXAMPLES}\nExit codes:\n{}", exit::TABLE)
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
    /// Compare local files with remote ones: exit 0 if they are the same, 1 if not
    Verify(Verify),
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
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// With -r: leave out what matches (gitignore's dialect); may be repeated
    #[arg(long, value_name = "PATTERN")]
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
    /// At most so many bytes a second
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub limit_rate: Option<u64>,
    /// Fail if fewer bytes a second arrive for half a minute
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub min_rate: Option<u64>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Put {
    /// Files, directories (with -r) or - for stdin, then the remote destination
    #[arg(required = true, num_args = 2.., value_names = ["SOURCE", "REMOTE"])]
    pub names: Vec<OsString>,
    #[command(flatten)]
    pub select: Names,
    #[command(flatten)]
    pub transfer: Transfer,
    /// Write to the final name at once: for drop boxes that allow no rename
    #[arg(long)]
    pub in_place: bool,
}

#[derive(Args, Debug)]
pub struct Get {
    /// Remote files or directories (with -r), then the local destination (. if there is one name only)
    #[arg(required = true, num_args = 1.., value_names = ["REMOTE", "DEST"])]
    pub names: Vec<OsString>,
    #[command(flatten)]
    pub select: Names,
    #[command(flatten)]
    pub transfer: Transfer,
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
pub struct Verify {
    /// A local file or directory
    #[arg(value_name = "LOCAL")]
    pub local: PathBuf,
    /// What it should be equal to
    #[arg(value_name = "REMOTE")]
    pub remote: OsString,
    /// How to compare
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub by: By,
    #[command(flatten)]
    pub select: Names,
}
