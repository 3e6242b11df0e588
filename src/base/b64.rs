//! The only file that names the `base64` crate: small values for protocols. Streams are `mime::encode`'s, which uses
//! the engines from here.

use base64::Engine;

/// RFC 4648 §4, padded.
pub fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// RFC 4648 §4, strict: padding required, no white space. `None` if it is not that.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_vectors_of_rfc_4648() {
        assert_eq!(super::encode(b"foob"), "Zm9vYg==");
        assert_eq!(super::decode(b"Zm9vYg==").unwrap(), b"foob");
        assert_eq!(super::decode(b"Zm9vYg"), None);
    }
}
