//! sync's flags.

use clap::Args;
use std::{ffi::OsString, path::PathBuf, time::Duration};
use wirepost::{
    cli::args::{duration, size},
    sync::{MaxDelete, Shard},
};

/// The state's usual name.
pub const STATE: &str = ".rftp-state";

#[derive(Args, Debug)]
pub struct Sync {
    /// The directory that is right: local or remote
    #[arg(value_name = "SOURCE")]
    pub source: OsString,
    /// The directory that becomes like it: remote or local
    #[arg(value_name = "TARGET")]
    pub target: OsString,
    /// Remove from the target what is not in the source
    #[arg(long)]
    pub delete: bool,
    /// Refuse to remove more than N, or N% of the target [default: the larger of 10 and 25%]
    #[arg(long, value_name = "N", value_parser = max_delete)]
    pub max_delete: Option<MaxDelete>,
    /// Compare files of the same size by digest, where the server computes one
    #[arg(long)]
    pub checksum: bool,
    /// Go by the SHA-256 of what was put there last, kept in NAME in the target (at most 64 MiB, some 400,000 files); only uploads
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = STATE, conflicts_with = "checksum")]
    pub state: Option<String>,
    /// Make the state anew from what is in the target
    #[arg(long, requires = "state")]
    pub rebuild_state: bool,
    /// Give all files their names at the end, together, and none if one failed
    #[arg(long)]
    pub delay_updates: bool,
    /// Files that come after all others, if those were done; may be repeated
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub last: Vec<String>,
    /// Connections at once
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Only the I-th of N parts of the work, for N runs that share it
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,
    /// How long to wait while another run works on the same target
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub wait_lock: Option<Duration>,
    /// Only files that match (gitignore's dialect); may be repeated
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub include: Vec<String>,
    /// Leave out, on both sides, what matches (gitignore's dialect); may be repeated
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub exclude: Vec<String>,
    /// Leave out, on both sides, what the patterns in FILE match
    #[arg(long, value_name = "FILE")]
    pub exclude_from: Vec<PathBuf>,
    /// Follow local symbolic links; by default links are left out
    #[arg(long)]
    pub follow: bool,
    /// Do not set modification times
    #[arg(long)]
    pub no_times: bool,
    /// At most so many bytes a second; 0 is no limit
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub limit_rate: Option<u64>,
    /// Fail if fewer bytes a second arrive for half a minute
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub min_rate: Option<u64>,
    /// Write a list for sha256sum -c of all files that are the same on both sides then, names relative to the target
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Exit 1 if there was nothing to do
    #[arg(long)]
    pub exit_code: bool,
    /// Print the plan that a run would carry out, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

fn max_delete(text: &str) -> Result<MaxDelete, String> {
    MaxDelete::parse(text).ok_or_else(|| "not a number such as 100 or 50%".into())
}

fn shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text).ok_or_else(|| "not a part such as 2/4".into())
}
