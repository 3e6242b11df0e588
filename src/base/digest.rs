//! Digests, keyed digests and key derivation: the only file that names their crates.
//!
//! SHA-256 is what we record and compare. The others exist because servers offer them (HASH, XMD5, XCRC) or because a
//! mechanism is defined with them (SCRAM, CRAM-MD5, APOP); none of them is used where we choose.

use hmac::{KeyInit, Mac};
use sha2::Digest as _;

/// Digest algorithms by the names of the IANA registry that HASH uses (draft-ietf-ftpext2-hash §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Sha512,
    Sha1,
    Md5,
    Crc32,
}

impl Algorithm {
    /// From `SHA-256`, `SHA256`, `sha-1`, `MD5`, `CRC32` …
    pub fn from_name(name: &str) -> Option<Algorithm> {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        Some(match plain.as_str() {
            "SHA256" => Algorithm::Sha256,
            "SHA512" => Algorithm::Sha512,
            "SHA1" | "SHA" => Algorithm::Sha1,
            "MD5" => Algorithm::Md5,
            "CRC32" | "CRC" => Algorithm::Crc32,
            _ => return None,
        })
    }

    /// As `verified` in JSON has it after `hash:`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha-256",
            Algorithm::Sha512 => "sha-512",
            Algorithm::Sha1 => "sha-1",
            Algorithm::Md5 => "md5",
            Algorithm::Crc32 => "crc32",
        }
    }
}

/// A digest in the making.
#[derive(Clone)]
pub enum Digest {
    Sha256(sha2::Sha256),
    Sha512(Box<sha2::Sha512>),
    Sha1(sha1::Sha1),
    Md5(md5::Md5),
    Crc32(crc32fast::Hasher),
}

impl Digest {
    pub fn new(algorithm: Algorithm) -> Digest {
        match algorithm {
            Algorithm::Sha256 => Digest::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Digest::Sha512(Box::new(sha2::Sha512::new())),
            Algorithm::Sha1 => Digest::Sha1(sha1::Sha1::new()),
            Algorithm::Md5 => Digest::Md5(md5::Md5::new()),
            Algorithm::Crc32 => Digest::Crc32(crc32fast::Hasher::new()),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Digest::Sha256(d) => d.update(bytes),
            Digest::Sha512(d) => d.update(bytes),
            Digest::Sha1(d) => d.update(bytes),
            Digest::Md5(d) => d.update(bytes),
            Digest::Crc32(d) => d.update(bytes),
        }
    }

    /// The raw digest; CRC-32 as four bytes, most significant first.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Digest::Sha256(d) => d.finalize().to_vec(),
            Digest::Sha512(d) => d.finalize().to_vec(),
            Digest::Sha1(d) => d.finalize().to_vec(),
            Digest::Md5(d) => d.finalize().to_vec(),
            Digest::Crc32(d) => d.finalize().to_be_bytes().to_vec(),
        }
    }
}

/// Digest of one slice.
pub fn digest(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    let mut d = Digest::new(algorithm);
    d.update(bytes);
    d.finish()
}

/// HMAC (RFC 2104) with SHA-256, SHA-1 or MD5; `None` for an algorithm that no mechanism of ours keys.
pub fn hmac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    macro_rules! keyed {
        ($hash:ty) => {{
            let mut mac = hmac::Hmac::<$hash>::new_from_slice(key).ok()?;
            mac.update(message);
            Some(mac.finalize().into_bytes().to_vec())
        }};
    }
    match algorithm {
        Algorithm::Sha256 => keyed!(sha2::Sha256),
        Algorithm::Sha1 => keyed!(sha1::Sha1),
        Algorithm::Md5 => keyed!(md5::Md5),
        _ => None,
    }
}

/// PBKDF2 (RFC 8018 §5.2) as SCRAM's Hi() uses it: one block of the hash's own length.
pub fn pbkdf2(algorithm: Algorithm, password: &[u8], salt: &[u8], rounds: u32) -> Option<Vec<u8>> {
    match algorithm {
        Algorithm::Sha256 => {
            let mut out = vec![0; 32];
            pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, rounds, &mut out);
            Some(out)
        }
        Algorithm::Sha1 => {
            let mut out = vec![0; 20];
            pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, salt, rounds, &mut out);
            Some(out)
        }
        _ => None,
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        out.push(DIGITS[usize::from(b >> 4)] as char);
        out.push(DIGITS[usize::from(b & 15)] as char);
    }
    out
}

/// The inverse of [`hex`], either case.
pub fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| (b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    text.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        let hexed = |a| hex(&digest(a, b"abc"));
        assert_eq!(
            hexed(Algorithm::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hexed(Algorithm::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hexed(Algorithm::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hexed(Algorithm::Crc32), "352441c2");
        let mac = hmac(Algorithm::Md5, b"Jefe", b"what do ya want for nothing?").unwrap();
        assert_eq!(hex(&mac), "750c783e6ab0b503eaa86e310a5db738", "RFC 2202 case 2");
        let key = pbkdf2(Algorithm::Sha1, b"password", b"salt", 4096).unwrap();
        assert_eq!(hex(&key), "4b007901b765489abead49d926f721d065a429c1", "RFC 6070 case 3");
        assert_eq!(unhex(b"4B0079").unwrap(), [0x4b, 0, 0x79]);
        assert_eq!(unhex(b"4B007"), None);
        assert_eq!(unhex(b"zz"), None);
    }
}
