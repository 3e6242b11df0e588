//! From flags to a draft: files opened, standard input kept, nothing sent.

use crate::message::{MessageFlags, source};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{io, path::Path};
use wirepost::{
    base::error::*,
    mail::{
        addresses::{self, Entry, Mailbox},
        compose::Draft,
    },
    mime::build::Source,
    net::Cancel,
};

/// How long standard input may be silent before it is said that it is waited for.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The message that the flags describe, but for its author.
pub fn draft(flags: &MessageFlags, cancel: &Cancel) -> Result<Draft> {
    let mut draft = flags.draft()?;
    if !flags.has_body() && flags.attach_stdin.is_none() {
        draft.text = implied(cancel)?;
    }
    Ok(draft)
}

/// A mailbox as `--from` would say it.
pub fn written(mailbox: &Mailbox) -> Result<String> {
    let field = addresses::field("From", &[Entry::Mailbox(mailbox.clone())])?;
    let value = field.split_once(':').map_or("", |(_, value)| value);
    Ok(value.replace("\r\n", "").trim().to_string())
}

/// Standard input is the text if no flag gives one and it is a pipe or a file.
pub fn implied(cancel: &Cancel) -> Result<Option<Source>> {
    let stdin = io::stdin();
    let about = rustix::fs::fstat(&stdin).map(|s| rustix::fs::FileType::from_raw_mode(s.st_mode));
    let kind = match about {
        Ok(kind) => kind,
        Err(_) => return Ok(None),
    };
    use rustix::fs::FileType as F;
    if !matches!(kind, F::Fifo | F::Socket | F::RegularFile) {
        return Ok(None);
    }
    let began = std::time::Instant::now();
    loop {
        cancel.check()?;
        let slice = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut fds, Some(&slice)) {
            Ok(0) | Err(rustix::io::Errno::INTR) if began.elapsed() < SILENCE => {}
            Ok(0) => {
                let text = "no text comes from standard input, which is open";
                return Err(Error::new(Kind::Usage, text)
                    .hint("--body, --body-file or </dev/null say what the text is"));
            }
            _ => break,
        }
    }
    source(Path::new("-"), "the text").map(Some)
}
