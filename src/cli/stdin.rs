//! Standard input can be used once. Whoever wants it says what for, and the second one is told.

use super::pipe;
use crate::base::error::*;
use std::{io, sync::Mutex};

static TAKEN: Mutex<Option<&'static str>> = Mutex::new(None);

/// Reserves standard input for `what` ("the password", "the file -").
///
/// # Errors
/// `Usage` if it is used already.
pub fn claim(what: &'static str) -> Result<()> {
    let mut taken = TAKEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match *taken {
        Some(first) => {
            Err(Error::new(Kind::Usage, format!("standard input cannot be both {first} and {what}"))
                .hint("give one of them by a file"))
        }
        None => {
            *taken = Some(what);
            pipe::widen(io::stdin());
            Ok(())
        }
    }
}
