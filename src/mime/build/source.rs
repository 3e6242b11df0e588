//! Where the bytes of a message come from, and what kinds of bytes and lines they are.

use crate::base::{error::*, scratch};
use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
    sync::Arc,
};

/// The longest line there may be, without its CRLF (RFC 5322 §2.1.1).
pub(in crate::mime) const LINE_MOST: u64 = 998;

/// Where bytes come from; can be read any number of times.
#[derive(Clone, Debug)]
pub enum Source {
    Bytes(Arc<[u8]>),
    File { name: String, file: Arc<File>, from: u64, len: u64 },
}

impl Source {
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Source {
        Source::Bytes(bytes.into().into())
    }

    /// A file as it is now; `tail`: only the last so many bytes.
    ///
    /// # Errors
    /// `Missing` if it cannot be read; `Usage` if it is no regular file (its size would mean nothing).
    pub fn file(path: &Path, tail: Option<u64>) -> Result<Source> {
        let name = path.display().to_string();
        let failed = |e| Error::source(e, format_args!("cannot read {name}"));
        let file = File::open(path).map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        if meta.is_dir() {
            return Err(Error::new(Kind::Missing, format!("cannot read {name}: is a directory")));
        }
        if !meta.is_file() {
            return Source::spool(&name, &mut { file });
        }
        Ok(Source::open_file(&name, file, meta.len(), tail))
    }

    fn open_file(name: &str, file: File, size: u64, tail: Option<u64>) -> Source {
        let len = tail.map_or(size, |tail| tail.min(size));
        Source::File { name: name.to_string(), file: Arc::new(file), from: size - len, len }
    }

    /// What cannot be read twice, in an anonymous temporary file.
    pub fn spool(name: &str, reader: &mut dyn Read) -> Result<Source> {
        let (file, size) = scratch::keep(reader, name)?;
        Ok(Source::open_file(name, file, size, None))
    }

    pub fn size(&self) -> u64 {
        match self {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::File { len, .. } => *len,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Source::Bytes(_) => "the text",
            Source::File { name, .. } => name,
        }
    }

    pub fn open(&self) -> Frozen<'_> {
        Frozen { source: self, at: 0 }
    }
}

/// A source read once, at the length it had.
pub struct Frozen<'a> {
    source: &'a Source,
    at: u64,
}

impl Read for Frozen<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.source {
            Source::Bytes(bytes) => {
                let rest = &bytes[usize::try_from(self.at).unwrap_or(bytes.len()).min(bytes.len())..];
                let n = rest.len().min(buf.len());
                buf[..n].copy_from_slice(&rest[..n]);
                self.at += n as u64;
                Ok(n)
            }
            Source::File { name, file, from, len } => {
                let most = usize::try_from(len - self.at).unwrap_or(usize::MAX).min(buf.len());
                if most == 0 {
                    return Ok(0);
                }
                let n = file.read_at(&mut buf[..most], from + self.at).map_err(|e| {
                    if e.kind() == io::ErrorKind::Interrupted {
                        return e;
                    }
                    Error::from_io(e, Kind::Local, format_args!("cannot read {name}")).into()
                })?;
                if n == 0 {
                    return Err(changed(name).into());
                }
                self.at += n as u64;
                Ok(n)
            }
        }
    }
}

pub(super) fn changed(name: &str) -> Error {
    Error::new(Kind::Local, format!("{name} changed while it was being read"))
        .hint("a file that is still written is best attached as a copy")
}

/// What kinds of bytes and lines a source has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    pub bytes: u64,
    pub eight_bit: u64,
    pub nul: u64,
    /// Other controls that are no white space.
    pub control: u64,
    pub crlf: u64,
    pub lone_lf: u64,
    pub lone_cr: u64,
    /// Bytes of the longest line without its end.
    pub longest: u64,
    pub closed: bool,
    pub utf8: bool,
}

impl Analysis {
    pub fn of(source: &Source) -> Result<Analysis> {
        let mut found = Analysis { utf8: true, closed: true, ..Analysis::default() };
        let mut reader = source.open();
        let mut block = vec![0; 64 * 1024];
        let (mut line, mut cr, mut partial) = (0u64, false, Vec::new());
        loop {
            let n = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    return Err(Error::from_io(
                        e,
                        Kind::Local,
                        format_args!("cannot read {}", source.name()),
                    ));
                }
            };
            found.utf8 = found.utf8 && utf8(&mut partial, &block[..n]);
            for &byte in &block[..n] {
                found.bytes += 1;
                match byte {
                    b'\n' => {
                        if cr {
                            found.crlf += 1
                        } else {
                            found.lone_lf += 1
                        }
                        found.longest = found.longest.max(line);
                        line = 0;
                        cr = false;
                        continue;
                    }
                    _ if cr => {
                        found.lone_cr += 1;
                        found.longest = found.longest.max(line);
                        line = 0;
                        cr = false;
                    }
                    _ => {}
                }
                match byte {
                    b'\r' => cr = true,
                    0 => found.nul += 1,
                    128.. => found.eight_bit += 1,
                    b'\t' | 32..=126 => {}
                    _ => found.control += 1,
                }
                if !cr {
                    line += 1;
                }
            }
        }
        found.longest = found.longest.max(line);
        found.lone_cr += u64::from(cr);
        // A CR at the very end ends its line, too.
        found.closed = line == 0 || cr;
        found.utf8 &= partial.is_empty();
        Ok(found)
    }

    /// The size with every line end CRLF, the last line closed.
    pub(super) fn canonical(&self) -> u64 {
        self.bytes + self.lone_lf + self.lone_cr + if self.closed { 0 } else { 2 }
    }

    /// Whether it can stand in a message as it is, byte by byte.
    pub(super) fn is_wire(&self) -> bool {
        self.eight_bit == 0
            && self.nul == 0
            && self.lone_cr == 0
            && self.lone_lf == 0
            && self.longest <= LINE_MOST
    }
}

/// Whether the text so far is UTF-8 if this block is; a sequence that is not whole waits in `partial`.
pub(in crate::mime) fn utf8(partial: &mut Vec<u8>, block: &[u8]) -> bool {
    let joint;
    let bytes = if partial.is_empty() {
        block
    } else {
        partial.extend_from_slice(block);
        joint = std::mem::take(partial);
        &joint
    };
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(e) if e.error_len().is_none() => {
            *partial = bytes[e.valid_up_to()..].to_vec();
            true
        }
        Err(_) => false,
    }
}
