//! What is put: a local file, or standard input. Its size is frozen when it is opened, and what became of it meanwhile is
//! looked at before anything is concluded.

use crate::dispose;
use rustix::fs::OFlags;
use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    base::{
        date::Time,
        digest::Algorithm,
        error::*,
        record::{self, Value},
    },
    cli::stdin::{self, Fed},
    ftp::Upload,
    job::meter::Meter,
};

#[derive(Clone)]
pub enum Source {
    Path(PathBuf),
    Stdin,
}

impl Source {
    /// For messages; raw.
    pub fn shown(&self) -> String {
        match self {
            Source::Path(path) => path.display().to_string(),
            Source::Stdin => "-".into(),
        }
    }

    /// For JSON: nothing is lost.
    pub fn value(&self) -> Value {
        match self {
            Source::Path(path) => record::name(path.as_os_str().as_bytes()),
            Source::Stdin => record::name(b"-"),
        }
    }
}

/// What tells that a file is the same and unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    file: (u64, u64),
    size: u64,
    modified: (i64, i64),
}

impl Mark {
    fn of(about: &Metadata) -> Mark {
        Mark {
            file: (about.dev(), about.ino()),
            size: about.len(),
            modified: (about.mtime(), about.mtime_nsec()),
        }
    }
}

/// The source, opened: its size is frozen here.
pub struct Opened {
    read: Input,
    /// `None` for stdin, pipes and devices.
    pub size: Option<u64>,
    pub modified: Option<Time>,
    /// `None` for what can be read only once.
    pub mark: Option<Mark>,
    /// It was written to a moment ago.
    is_fresh: bool,
    shown: String,
}

/// A file that was written to this long ago may still be.
const FRESH: Duration = Duration::from_secs(10);
/// Tells whether the beginning of a file changed.
pub const WATCH: Algorithm = Algorithm::Crc32;

enum Input {
    File(File),
    Stdin,
}

impl Opened {
    pub fn open(source: &Source) -> Result<Opened> {
        let shown = source.shown();
        let Source::Path(path) = source else {
            let (read, is_fresh) = (Input::Stdin, false);
            return Ok(Opened { read, size: None, modified: None, mark: None, is_fresh, shown });
        };
        let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
        // A pipe nobody writes to yet is waited for where it is read: there a signal and --max-time end it.
        let nonblock = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = File::options().read(true).custom_flags(nonblock).open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        // A pipe or a device has no size and can be read once.
        let size = about.is_file().then_some(about.len());
        let modified = about.is_file().then(|| about.modified().ok().map(Into::into)).flatten();
        let mark = about.is_file().then(|| Mark::of(&about));
        let is_fresh = about.modified().is_ok_and(|at| at.elapsed().map_or(true, |age| age < FRESH));
        Ok(Opened { read: Input::File(file), size, modified, mark, is_fresh, shown })
    }

    /// The digest of all of it; the position is at its start again.
    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Vec<u8>> {
        let none = |_| ();
        let mut meter = Meter::new(&none).digest(algorithm);
        let size = self.size.unwrap_or(0);
        self.go_to(0)?;
        self.seed(&mut meter, size)?;
        self.go_to(0)?;
        Ok(meter.digest_of(algorithm).unwrap_or_default())
    }

    /// Goes to where the sending begins; what can be read only once stands there already.
    pub fn go_to(&mut self, at: u64) -> Result<()> {
        let (Input::File(file), Some(_)) = (&mut self.read, self.size) else { return Ok(()) };
        let moved = file.seek(SeekFrom::Start(at));
        moved.map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.shown)))?;
        Ok(())
    }

    /// Shows the next `n` bytes to the meter's digests only: they are on the server already.
    pub fn seed(&mut self, meter: &mut Meter<'_>, n: u64) -> Result<()> {
        let Input::File(file) = &mut self.read else { return Ok(()) };
        let seen = meter
            .seed(&mut Labelled(file, &self.shown), n)
            .map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.shown)))?;
        if seen < n {
            return Err(self.shorter());
        }
        Ok(())
    }

    fn shorter(&self) -> Error {
        let text = format!("{} became shorter while it was read", self.shown);
        Error::new(Kind::Local, text).again_is(Again::Now)
    }

    /// Sends the rest from `from` on: without copying where nobody has to see the bytes. How many bytes there are in all.
    pub fn send(&mut self, from: u64, upload: &mut Upload<'_>, meter: &mut Meter<'_>) -> io::Result<u64> {
        let Some(size) = self.size else {
            return match &mut self.read {
                Input::Stdin => meter.copy(&mut Labelled(stdin::reader(), &self.shown), upload, u64::MAX),
                Input::File(file) => meter.copy(&mut Labelled(Fed(file), &self.shown), upload, u64::MAX),
            };
        };
        let Input::File(file) = &mut self.read else { return Ok(0) };
        let mut left = size - from;
        if !meter.sees_bytes() {
            while left > 0 {
                match upload.send_file(file, left.min(meter.piece())) {
                    Ok(0) => break,
                    Ok(n) => {
                        left -= n;
                        meter.passed(n)?;
                    }
                    Err(e) if e.kind() == io::ErrorKind::Unsupported => break,
                    Err(e) => return Err(e),
                }
            }
        }
        left -= meter.copy(&mut Labelled(file, &self.shown), upload, left)?;
        if left > 0 {
            return Err(self.shorter().into());
        }
        Ok(size)
    }

    /// Copies a file of known size from where it stands.
    pub fn copy(&mut self, to: &mut impl io::Write, meter: &mut Meter<'_>) -> io::Result<()> {
        let (Input::File(file), Some(size)) = (&mut self.read, self.size) else { return Ok(()) };
        let n = meter.copy(&mut Labelled(file, &self.shown), to, size)?;
        if n < size { Err(self.shorter().into()) } else { Ok(()) }
    }

    /// What shall pass beside the bytes so that [`Opened::unchanged`] can tell what became of a file that was written to a moment ago:
    /// the cheapest digest.
    pub fn watch(&self) -> Option<Algorithm> {
        self.is_fresh.then_some(WATCH)
    }

    /// A file that was written while it was read may be half of the one and half of the other. One that only grew, such as
    /// a log, was sent as it was when it was opened; that its beginning still is what was sent is for a digest to tell.
    pub fn unchanged(&mut self, sent: Option<(Algorithm, Vec<u8>)>) -> Result<()> {
        let changed = self.is_as_opened();
        let (Err(_), Some(size), Some((algorithm, sent))) = (&changed, self.size, sent) else {
            return changed;
        };
        if self.about()?.len() > size && self.digest(algorithm)? == sent { Ok(()) } else { changed }
    }

    /// Nobody wrote to the file since it was opened.
    pub fn is_as_opened(&self) -> Result<()> {
        if self.mark.is_some() && self.mark != Some(Mark::of(&self.about()?)) {
            let text = format!("{} changed while it was sent", self.shown);
            return Err(Error::new(Kind::Local, text).again_is(Again::Now));
        }
        Ok(())
    }

    fn about(&self) -> Result<Metadata> {
        let Input::File(file) = &self.read else { return Err(Error::new(Kind::Bug, "no file")) };
        file.metadata().map_err(|e| Error::source(e, format_args!("cannot read {}", self.shown)))
    }
}

/// Removes a source that has arrived, or moves it away; `mark` is what was sent. One that is another file by now, or only grew,
/// stays: what it holds was not sent.
pub fn settle(path: &Path, mark: Mark, what: &dispose::Local<'_>, landing: &[u8]) -> Result<()> {
    let shown = path.display();
    let about =
        fs::metadata(path).map_err(|e| Error::source(e, format_args!("cannot look at {shown} again")))?;
    if Mark::of(&about) != mark {
        let text = format!("{shown} changed since it was sent: it is kept");
        return Err(Error::new(Kind::Busy, text));
    }
    what.run(path, landing)
}

/// Says whose read failed.
struct Labelled<'a, R>(R, &'a str);

impl<R: Read> Read for Labelled<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|e| match e.kind() {
            io::ErrorKind::Interrupted => e,
            _ => Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.1)).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_that_grew_is_as_it_was_if_its_beginning_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"one").unwrap();
        let open = || Opened::open(&Source::Path(path.clone())).unwrap();
        let sent = |bytes: &[u8]| Some((WATCH, wirepost::base::digest::digest(WATCH, bytes)));
        assert_eq!(open().watch(), Some(WATCH), "it was written just now");
        let mut grew = open();
        assert!(grew.unchanged(None).is_ok());
        file.write_all(b" two").unwrap();
        assert!(grew.unchanged(sent(b"one")).is_ok());
        assert_eq!(grew.unchanged(None).unwrap_err().again(), Again::Now, "nobody can tell");
        // Rewritten in place with more, when half of it was sent.
        let mut changed = open();
        fs::write(&path, "once upon a time").unwrap();
        assert!(changed.unchanged(sent(b"one two")).is_err());
        let mut cut = open();
        fs::write(&path, "once").unwrap();
        assert!(cut.unchanged(sent(b"once upon a time")).is_err());
    }
}
