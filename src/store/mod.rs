//! Where mail and files come to rest: nothing here knows a socket.
//!
//! A message is *staged* (written to its end where no reader looks), *filed* (its place is chosen, which may
//! need the whole message: rules, or an IMAP server that names the UID last), *prepared* (its data is durable, and its
//! place is known), and *committed* (named or appended, and the directory entry durable). Between the last two the
//! caller writes the places down, so that after a kill at any instant [`settle`] can tell what came of each: see
//! [`seen`].
//!
//! Batches bound the waits for the disk; see [`batch`].
pub mod batch;
pub mod dir;
pub mod eml;
pub mod folder;
pub mod intake;
pub mod local;
pub mod lock;
pub mod maildir;
pub mod mbox;
pub mod partial;
pub mod pipe;
pub mod place;
pub mod seen;
pub mod spool;
mod staging;
pub mod stream;

use crate::base::{date::Time, error::*, scratch};
use std::{
    fs::File,
    io::{Read, Seek, Write},
};

pub use folder::Folder;
pub use intake::Taken;
pub use place::{Place, settle};

/// What a server tells of a message beside its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// When it arrived; now, where nobody said.
    pub date: Option<Time>,
    pub marks: Marks,
}

/// System flags, RFC 9051 §2.3.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub seen: bool,
    pub answered: bool,
    pub flagged: bool,
    pub deleted: bool,
    pub draft: bool,
}

/// See the module's essay. One message is in hand at a time: `stage`, then `file` or `discard`.
pub trait Mailstore {
    /// Takes one message in to its end. On an error nothing of it is left. One still in hand is discarded.
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken>;

    /// The message in hand again, from its start, with LF.
    fn reread(&mut self) -> Result<Box<dyn Read + '_>>;

    /// As [`Mailstore::reread`], as a file that a command can have as its standard input.
    fn reread_file(&mut self, crlf: bool) -> Result<File> {
        copy_out(self.reread()?, crlf)
    }

    /// The message in hand is not to be delivered.
    fn discard(&mut self);

    /// The message in hand goes to `folder` (which is made as needed).
    fn file(&mut self, folder: &Folder, envelope: &Envelope) -> Result<()>;

    /// Ends the batch: it becomes durable while the next one is staged, and the next [`Mailstore::prepare`] and
    /// [`Mailstore::commit`] are about it alone. `straight`: nothing happens between those two, it may go to its place as well.
    /// `false` if this store has but one batch at a time, or no thread is to be had: it is then as it was.
    fn seal(&mut self, _straight: bool) -> Result<bool> {
        Ok(false)
    }

    /// The data of everything filed is durable when this returns; the places, in the order of filing.
    fn prepare(&mut self) -> Result<Vec<Place>>;

    /// Puts everything prepared, or sealed straight, in its place, durable to the directory entry. An error says nothing about which
    /// of them arrived: [`settle`] tells.
    fn commit(&mut self) -> Result<Vec<Place>>;
}

/// A copy in a file without a name, at its start; with CRLF if that is wanted.
fn copy_out(mut from: Box<dyn Read + '_>, crlf: bool) -> Result<File> {
    let failed = |e| Error::from_io(e, Kind::Local, "cannot copy a message to a temporary file");
    let mut file = scratch::file()?;
    let mut chunk = vec![0; 64 * 1024];
    let mut out = Vec::new();
    loop {
        let n = from.read(&mut chunk).map_err(failed)?;
        if n == 0 {
            break;
        }
        out.clear();
        for line in chunk[..n].split_inclusive(|&b| b == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(text) if crlf => out.extend_from_slice(&[text, b"\r\n"].concat()),
                _ => out.extend_from_slice(line),
            }
        }
        file.write_all(&out).map_err(failed)?;
    }
    file.rewind().map_err(failed)?;
    Ok(file)
}
