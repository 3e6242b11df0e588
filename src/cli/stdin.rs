//! Standard input can be used once: whoever wants it says what for, and the second one is told.
//!
//! What a program is fed may be silent for as long as it likes, and so is what waits for it. So every read of standard input, and of
//! whatever else another program writes into, is one of [`Fed`]: it waits in slices and ends with the run, by a signal or
//! `--max-time`. An end of file that comes with a signal is not believed: the one that was writing got that signal too.

use super::pipe;
use crate::{
    base::error::*,
    net::cancel::{Cancel, SLICE},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::{
    io::{self, Read, Stdin},
    os::fd::AsFd,
    sync::{Mutex, OnceLock, PoisonError},
};

static TAKEN: Mutex<Option<&'static str>> = Mutex::new(None);
static RUN: OnceLock<Cancel> = OnceLock::new();

/// The run that reads end with.
pub(super) fn ends_with(run: &Cancel) {
    let _ = RUN.set(run.clone());
}

/// Reserves standard input for `what` ("the password", "the file -").
///
/// # Errors
/// `Usage` if it is used already.
pub fn claim(what: &'static str) -> Result<()> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Standard input, for the one that claimed it. Without a buffer: one of the standard library's would hold short reads back.
pub fn reader() -> Fed<Stdin> {
    Fed(io::stdin())
}

/// See the module's essay.
pub struct Fed<F>(pub F);

impl<F: AsFd> Read for Fed<F> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let stopped = || RUN.get().map_or(Ok(()), Cancel::check);
        let slice = Timespec { tv_sec: 0, tv_nsec: i64::from(SLICE.subsec_nanos()) };
        loop {
            stopped()?;
            let mut fds = [PollFd::new(&self.0, PollFlags::IN)];
            if matches!(poll(&mut fds, Some(&slice)), Ok(0) | Err(Errno::INTR)) {
                continue;
            }
            match rustix::io::read(&self.0, &mut *buf) {
                // Another reader was faster.
                Err(Errno::INTR | Errno::AGAIN) => {}
                Ok(0) => return stopped().map(|()| 0).map_err(Into::into),
                done => return Ok(done?),
            }
        }
    }
}
