//! The flags of `rsendmail queue`.

use clap::{Args, Subcommand, ValueEnum};
use std::time::Duration;
use wirepost::{cli::args::duration, store::spool};

#[derive(Args, Clone, Debug)]
pub struct Queue {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand, Clone, Debug)]
pub enum Verb {
    /// List what is queued
    List(List),
    /// Send what is due
    Run(Run),
    /// Show all that is known of a message
    Show(Show),
    /// Send it no more until it is released
    Hold(Which),
    /// Let go what was held
    Release(Which),
    /// Try again now, also what failed for good
    Retry(Retry),
    /// Remove from the queue, unsent
    Rm(Which),
    /// Whether all is well: nothing failed, nothing unknown, nothing waits for long
    Check(Check),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateChoice {
    Queued,
    Held,
    Sending,
    Unknown,
    Failed,
}

impl StateChoice {
    pub fn is(self, state: spool::State) -> bool {
        use spool::State as S;
        let own = match self {
            StateChoice::Queued => S::Queued,
            StateChoice::Held => S::Held,
            StateChoice::Sending => S::Sending,
            StateChoice::Unknown => S::Unknown,
            StateChoice::Failed => S::Failed,
        };
        own == state
    }
}

#[derive(Args, Clone, Debug, Default)]
pub struct List {
    /// Only those in this state; may be repeated
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Vec<StateChoice>,
}

#[derive(Args, Clone, Debug, Default)]
pub struct Run {
    /// Only these, and now
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Those as well whose time has not come
    #[arg(long)]
    pub now: bool,
    /// Those as well that may have been delivered: this may deliver them twice
    #[arg(long)]
    pub retry_unknown: bool,
}

#[derive(Args, Clone, Debug)]
pub struct Show {
    /// Which, as list shows them
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// The message itself
    #[arg(long)]
    pub message: bool,
}

#[derive(Args, Clone, Debug, Default)]
pub struct Which {
    /// Which, as list shows them
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// All that is queued
    #[arg(long)]
    pub all: bool,
    /// All in this state; may be repeated
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Vec<StateChoice>,
}

#[derive(Args, Clone, Debug)]
pub struct Retry {
    #[command(flatten)]
    pub which: Which,
    /// To those as well who may have got it: this may deliver it twice
    #[arg(long)]
    pub unknown: bool,
    /// How long it is tried from now on
    #[arg(long = "for", value_name = "TIME", value_parser = duration, default_value = "5d")]
    pub time: Duration,
}

#[derive(Args, Clone, Debug)]
pub struct Check {
    /// The answer is no if something waits for longer
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "4h")]
    pub older_than: Duration,
}
