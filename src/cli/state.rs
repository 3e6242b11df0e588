//! Where programs keep what they must remember between runs: `$XDG_STATE_HOME/wirepost`.

use crate::base::error::*;
use std::{env, path::PathBuf};

/// The directory, which need not exist yet.
///
/// # Errors
/// `Config` if the environment tells of no home.
pub fn directory() -> Result<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    // A relative XDG path is to be ignored, says the XDG base directory specification.
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .map(|dir| dir.join("wirepost"))
        .ok_or_else(|| {
            Error::new(Kind::Config, "no directory for the state: neither XDG_STATE_HOME nor HOME is set")
        })
}
