//! Directories made and things removed, many in one write: a tree's skeleton costs a few round trips, not one for each.
//!
//! The server carries commands out in the order in which they come, so a directory and what is in it may share a write. So many
//! go out at once that the replies to them fit into the kernel's buffers however long they are.

use crate::session::{Session, Voice};
use wirepost::{base::error::*, ftp::RemotePath, textproto::Reply};

/// So much goes out in one write; callers cut their work into rows of it, so that they can tell of each row as it is done.
pub const ROW: usize = 40;

/// What MKD found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    Now,
    /// The answer to the first try was lost, and now it is there.
    Perhaps,
    /// It was there before.
    Before,
}

/// MKD of each in a row, parents first.
///
/// # Errors
/// If the connection is lost for good: what became of them is not known.
pub fn make_dirs(
    session: &mut Session<'_>,
    voice: &mut impl Voice,
    row: &[RemotePath],
) -> Result<Vec<Result<Made>>> {
    let made = session.run(voice, |session, _, tried| {
        let client = session.client()?;
        let commands: Vec<_> = row.iter().map(|p| client.named("MKD", p)).collect::<Result<_>>()?;
        let replies = client.batch(&commands)?;
        // Only going there tells whether it is there already (RFC 959 has no code for that).
        let refused = row.iter().zip(&replies).filter(|(_, reply)| !reply.is(&[2]));
        let refused: Vec<RemotePath> = refused.map(|(path, _)| path.clone()).collect();
        let mut there = client.are_dirs(&refused)?.into_iter();
        let mut result = |reply: &Reply| match reply.check(&[2]) {
            Ok(()) => Ok(Made::Now),
            Err(_) if there.next() == Some(true) => Ok(if tried > 1 { Made::Perhaps } else { Made::Before }),
            Err(e) => Err(e.host(client.host())),
        };
        Ok(replies.iter().map(&mut result).collect())
    });
    made.0
}

/// DELE, or of a directory RMD, of each in a row; what is in a directory comes before it. Gone is gone, whoever did it.
///
/// # Errors
/// As [`make_dirs`].
pub fn remove(
    session: &mut Session<'_>,
    voice: &mut impl Voice,
    row: &[(RemotePath, bool)],
) -> Result<Vec<Result<()>>> {
    let gone = session.run(voice, |session, _, _| {
        let client = session.client()?;
        let named =
            |(path, is_dir): &(RemotePath, bool)| client.named(if *is_dir { "RMD" } else { "DELE" }, path);
        let commands: Vec<_> = row.iter().map(named).collect::<Result<_>>()?;
        let mut gone = Vec::with_capacity(row.len());
        for ((path, _), reply) in row.iter().zip(client.batch(&commands)?) {
            gone.push(match reply.check(&[2]) {
                Ok(()) => Ok(()),
                Err(e) => match client.look(path) {
                    Ok(None) => Ok(()),
                    Ok(Some(_)) => Err(e.host(client.host())),
                    // The others are not held up by one that cannot be looked at.
                    Err(unknown) if client.is_alive() => Err(unknown),
                    Err(lost) => return Err(lost),
                },
            });
        }
        Ok(gone)
    });
    gone.0
}
