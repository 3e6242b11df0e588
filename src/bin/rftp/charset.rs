//! `--charset`: names on servers that never heard of UTF-8.

use std::sync::Arc;
use wirepost::{
    ftp,
    mime::charset::{self, is_known},
};

struct Labelled(String);

/// The charset of that label.
///
/// # Errors
/// One line, for a label that nobody knows.
pub fn parse(label: &str) -> Result<String, String> {
    if is_known(label) && charset::encode(label, "a").is_some() {
        return Ok(label.to_string());
    }
    Err("not a known character set such as latin1, windows-1252, shift_jis or koi8-r".into())
}

pub fn of(label: &str) -> Arc<dyn ftp::Charset> {
    Arc::new(Labelled(label.to_string()))
}

impl ftp::Charset for Labelled {
    fn encode(&self, name: &str) -> Option<Vec<u8>> {
        charset::encode(&self.0, name)
    }
    fn decode(&self, name: &[u8]) -> Option<String> {
        charset::decode(self.0.as_bytes(), name)
    }
    fn label(&self) -> &str {
        &self.0
    }
}
