//! Files without a name: for what cannot be read twice, or whose size has to be known before it is sent. They are gone with the
//! process, whatever ends it.

use crate::base::error::*;
use std::{
    fs::File,
    io::{self, Read, Seek, Write},
};

/// A new one, in the directory for temporary files.
///
/// # Errors
/// `Create`: there is no such directory, or it takes no files.
pub fn file() -> Result<File> {
    tempfile::tempfile().map_err(|e| Error::from_io(e, Kind::Create, "cannot create a temporary file"))
}

/// All that a reader gives, kept: the file, at its start, and its size. `name` is what messages call it. Whose fault it is if it
/// fails, the reader's or the disk's, is told apart.
pub fn keep(from: &mut dyn Read, name: &str) -> Result<(File, u64)> {
    let mut file = file()?;
    let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot keep {name}"));
    let mut block = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        match from.read(&mut block) {
            Ok(0) => break,
            Ok(n) => {
                file.write_all(&block[..n]).map_err(failed)?;
                size += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::source(e, format_args!("cannot read {name}"))),
        }
    }
    file.rewind().map_err(failed)?;
    Ok((file, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_again_and_a_reader_that_fails_is_named() {
        let (mut file, size) = keep(&mut &b"abc"[..], "x").unwrap();
        assert_eq!((io::read_to_string(&mut file).unwrap().as_str(), size), ("abc", 3));
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let error = keep(&mut b"abc".chain(Broken), "the pipe").unwrap_err();
        assert!(error.message().starts_with("cannot read the pipe: "), "{error}");
    }
}
