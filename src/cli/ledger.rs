//! What the last line of the JSON is made of, and the file that `--json-file` names: kept apart from the [`super::Output`], since a
//! program may end where it writes its bytes, and that line is owed there as well.

use super::{
    event::{Event, Summary},
    exit::{Outcome, Tally},
    output,
};
use crate::base::{error::*, record};
use std::{
    fs::File,
    io::{BufWriter, Write},
    os::{
        fd::{OwnedFd, RawFd},
        unix::fs::MetadataExt,
    },
    path::Path,
    time::Instant,
};

pub(super) struct Ledger {
    pub tool: &'static str,
    pub tally: Tally,
    pub file: Option<BufWriter<File>>,
    pub started: Instant,
    pub bytes: u64,
    pub round_trips: u64,
}

impl Ledger {
    pub fn new(tool: &'static str) -> Ledger {
        let (tally, started) = (Tally::default(), Instant::now());
        Ledger { tool, tally, file: None, started, bytes: 0, round_trips: 0 }
    }

    /// A line of JSON, for the file.
    ///
    /// # Errors
    /// `Local`. The file is given up then.
    pub fn write(&mut self, line: &str) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        writeln!(file, "{line}").and_then(|()| file.flush()).map_err(|e| {
            self.file = None;
            Error::from_io(e, Kind::Local, "cannot write the JSON file")
        })
    }

    pub fn summary(&self, exit: u8) -> Event {
        let tally = &self.tally;
        let worst =
            [Outcome::Unknown, Outcome::Permanent, Outcome::Temporary, Outcome::Queued, Outcome::Planned]
                .into_iter()
                .find(|o| tally.of(*o) > 0)
                .unwrap_or(Outcome::Ok);
        Event::Summary(Summary {
            tool: self.tool,
            outcome: worst.name(),
            exit,
            retry: tally.again().name(),
            counts: tally.counts().map(|(o, n)| (o.name().to_string(), n.into())).collect(),
            bytes: self.bytes,
            seconds: output::seconds(self.started.elapsed()),
            round_trips: self.round_trips,
        })
    }

    /// The program ends here and now, since its standard output is closed or cannot be written: what the file says is whole.
    pub fn end(&mut self, exit: u8) -> ! {
        let line = record::to_line(&self.summary(exit));
        let _ = self.write(&line);
        std::process::exit(i32::from(exit));
    }
}

/// `--json-file FILE` or `fd:3`. A file begins empty, so what is still to be read cannot be the same one.
pub(super) fn open(name: &str, earlier: Option<&Path>) -> Result<File> {
    let file = |path: &Path| std::fs::metadata(path).ok().map(|about| (about.dev(), about.ino()));
    let same = earlier.filter(|path| file(path).is_some() && file(path) == file(name.as_ref()));
    if let (Some(same), false) = (same, name.starts_with("fd:")) {
        let text = format!("--json-file would empty {}, which --retry-from reads", same.display());
        return Err(Error::new(Kind::Usage, text).hint("write to another file"));
    }
    let opened = match name.strip_prefix("fd:").map(str::parse::<RawFd>) {
        None => File::options().write(true).create(true).truncate(true).open(name),
        Some(Ok(fd)) if fd >= 0 => descriptor(fd).map(File::from),
        Some(_) => return Err(Error::new(Kind::Usage, format!("not a file descriptor: {name}"))),
    };
    opened.map_err(|e| Error::from_io(e, Kind::Create, format_args!("cannot create {name}")))
}

/// The descriptor itself and not its file opened anew: what others wrote to it before stays, and what they write behind us follows.
fn descriptor(fd: RawFd) -> std::io::Result<OwnedFd> {
    use rustix::{fs::OFlags, io::Errno};
    let path = format!("/dev/fd/{fd}");
    // Whether it is open at all is asked first: the descriptor of our own process, next, would take its number.
    std::fs::symlink_metadata(&path).map_err(|_| Errno::BADF)?;
    // Where the kernel is too old, or a container forbids it, the nearest thing: at the end, wherever that is.
    let copy = copied(fd).or_else(|_| File::options().append(true).open(&path).map(OwnedFd::from))?;
    let mode = rustix::fs::fcntl_getfl(&copy)? & OFlags::RWMODE;
    if mode == OFlags::RDONLY { Err(Errno::BADF.into()) } else { Ok(copy) }
}

#[cfg(target_os = "linux")]
fn copied(fd: RawFd) -> rustix::io::Result<OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    pidfd_getfd(pidfd_open(getpid(), PidfdFlags::empty())?, fd, PidfdGetfdFlags::empty())
}

#[cfg(not(target_os = "linux"))]
fn copied(_: RawFd) -> rustix::io::Result<OwnedFd> {
    Err(rustix::io::Errno::NOSYS)
}
