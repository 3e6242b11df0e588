//! Digests that the server computes: HASH (draft-ietf-ftpext2-hash) and the X commands that came before it.

use super::{Client, RemotePath, session::HashCommand};
use crate::{
    base::{
        digest::{Algorithm, unhex},
        error::*,
    },
    textproto::{Command, Reply},
};

impl Client {
    /// The best digest that the server offers, if any. It is of the bytes there, which those of a text here are not.
    pub fn best_hash(&self) -> Option<Algorithm> {
        if self.options.ascii {
            return None;
        }
        self.features.hashes.first().map(|(_, algorithm)| *algorithm)
    }

    /// Whether the server computes that very digest.
    pub fn offers_hash(&self, algorithm: Algorithm) -> bool {
        self.features.hashes.iter().any(|(_, a)| *a == algorithm)
    }

    /// SIZE and, where an algorithm is given and offered, the digest, asked in one write. Either is `None` where the server
    /// cannot say. A large file takes the server a while to read: the reply's own limit holds.
    pub fn size_and_digest(
        &mut self,
        path: &RemotePath,
        algorithm: Option<Algorithm>,
    ) -> Result<(Option<u64>, Option<Vec<u8>>)> {
        self.size_and_digest_after(&[], path, algorithm)
    }

    /// As [`Client::size_and_digest`], with other commands before it in the same write whose replies do not matter.
    pub fn size_and_digest_after(
        &mut self,
        before: &[Command],
        path: &RemotePath,
        algorithm: Option<Algorithm>,
    ) -> Result<(Option<u64>, Option<Vec<u8>>)> {
        // Of a text some servers tell no size in TYPE A, and others one that no file has.
        self.set_type(false)?;
        let (probe, how) = self.probe(path, algorithm)?;
        let mut commands = before.to_vec();
        commands.extend(probe);
        let replies = self.batch(&commands)?;
        let (size, digest) = self.read_probe(&replies[before.len()..], how);
        Ok((size, digest))
    }

    /// The digests of several files, asked in one write. `None` where the server does not say one.
    pub fn digests(&mut self, paths: &[RemotePath], algorithm: Algorithm) -> Result<Vec<Option<Vec<u8>>>> {
        let how = self.features.hashes.iter().find(|(_, offered)| *offered == algorithm);
        let Some((how, _)) = how.copied() else { return Ok(vec![None; paths.len()]) };
        let mut commands = Vec::with_capacity(paths.len() + 1);
        let verb = match how {
            HashCommand::Hash => {
                commands.push(Command::new("OPTS HASH").arg(registered(algorithm))?);
                "HASH"
            }
            HashCommand::X(verb) => verb,
        };
        let first = commands.len();
        for path in paths {
            commands.push(self.named(verb, path)?);
        }
        Ok(self.batch(&commands)?[first..].iter().map(|r| digest_in(r, algorithm)).collect())
    }

    /// The commands that ask for SIZE and a digest, and what will read their replies.
    pub(super) fn probe(
        &self,
        path: &RemotePath,
        algorithm: Option<Algorithm>,
    ) -> Result<(Vec<Command>, Option<Algorithm>)> {
        let mut commands = vec![self.named("SIZE", path)?];
        let how =
            algorithm.and_then(|a| self.features.hashes.iter().find(|(_, offered)| *offered == a).copied());
        match how {
            Some((HashCommand::Hash, algorithm)) => {
                commands.push(Command::new("OPTS HASH").arg(registered(algorithm))?);
                commands.push(self.named("HASH", path)?);
            }
            Some((HashCommand::X(verb), _)) => commands.push(self.named(verb, path)?),
            None => {}
        }
        Ok((commands, how.map(|(_, algorithm)| algorithm)))
    }

    /// What the replies to [`Client::probe`] say.
    pub(super) fn read_probe(
        &mut self,
        replies: &[Reply],
        how: Option<Algorithm>,
    ) -> (Option<u64>, Option<Vec<u8>>) {
        let size = replies.first().and_then(super::lookup::size_reply);
        let digest = how.and_then(|algorithm| digest_in(replies.last()?, algorithm));
        if how.is_some() && digest.is_none() {
            // Announced, but not done (a file too large, a server without its module): do not ask for each file again.
            self.features.hashes.clear();
        }
        (size, digest)
    }

    /// The digest of a remote file by one algorithm; `None` where the server does not compute it.
    pub fn digest(&mut self, path: &RemotePath, algorithm: Algorithm) -> Result<Option<Vec<u8>>> {
        Ok(self.size_and_digest(path, Some(algorithm))?.1)
    }
}

/// The name in IANA's registry of FTP hash functions.
fn registered(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha512 => "SHA-512",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC32",
    }
}

/// The word of the reply that can only be the digest: hexadecimal of the right length. HASH says
/// `213 SHA-256 0-49 6169…  name`, the X commands `250 6169…`; names come last, so the first such word counts. CRC-32 may
/// come without its leading zeros.
fn digest_in(reply: &Reply, algorithm: Algorithm) -> Option<Vec<u8>> {
    if !reply.is(&[2]) {
        return None;
    }
    let length = match algorithm {
        Algorithm::Sha256 => 64,
        Algorithm::Sha512 => 128,
        Algorithm::Sha1 => 40,
        Algorithm::Md5 => 32,
        Algorithm::Crc32 => 8,
    };
    let lines: Vec<u8> = reply.lines.join(&b' ');
    let mut words = lines.split(|b| *b == b' ').filter(|w| !w.is_empty());
    if algorithm == Algorithm::Crc32 {
        let word = words.find(|w| w.len() <= 8 && w.iter().all(u8::is_ascii_hexdigit) && !w.is_empty())?;
        let mut padded = vec![b'0'; 8 - word.len()];
        padded.extend_from_slice(word);
        return unhex(&padded);
    }
    words.find(|w| w.len() == length).and_then(unhex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_in_replies() {
        let reply = |code, text: &str| Reply { code, lines: vec![text.as_bytes().to_vec()] };
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        for r in [
            reply(213, &format!("MD5 0-3 {md5} a b")),
            reply(250, &md5.to_uppercase()),
            reply(251, &format!("\"x\" {md5}")),
        ] {
            assert_eq!(digest_in(&r, Algorithm::Md5), unhex(md5.as_bytes()));
        }
        assert_eq!(digest_in(&reply(250, "F2441C2"), Algorithm::Crc32).unwrap(), [0x0f, 0x24, 0x41, 0xc2]);
        assert_eq!(digest_in(&reply(550, md5), Algorithm::Md5), None);
        assert_eq!(digest_in(&reply(213, "MD5 0-3 short x"), Algorithm::Md5), None);
    }
}
