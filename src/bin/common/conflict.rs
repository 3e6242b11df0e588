//! `--on-conflict`: one word in every program that stores files under names of strangers.

use clap::ValueEnum;
use wirepost::store::partial::Conflict;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Number the new file
    #[default]
    Rename,
    /// Leave the old file alone
    Skip,
    /// Replace the old file
    Overwrite,
    /// Fail
    Fail,
}

impl From<OnConflict> for Conflict {
    fn from(given: OnConflict) -> Conflict {
        match given {
            OnConflict::Rename => Conflict::Rename,
            OnConflict::Skip => Conflict::Skip,
            OnConflict::Overwrite => Conflict::Overwrite,
            OnConflict::Fail => Conflict::Fail,
        }
    }
}
