//! A secret: bytes that are wiped when dropped and that no formatter shows.
//!
//! There is no `Display`, and `Debug` says only "(redacted)", so a secret cannot reach a trace, an error or JSON
//! by accident: whoever wants its bytes has to write [`Secret::expose`], which is easy to search for.

use std::fmt;
use zeroize::Zeroize;

#[derive(Clone, Default)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        Secret(bytes.into())
    }

    /// The bytes themselves: for the wire and for digests only.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Some(super::Secret::new("hunter2"))), "Some((redacted))");
    }
}
