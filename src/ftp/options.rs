//! What a user may choose about a session beyond server and login.

use crate::base::error::*;
use std::{borrow::Cow, ops::RangeInclusive, sync::Arc};

/// The defaults are what nearly every server wants: passive mode, bytes as they are, names in UTF-8.
#[derive(Clone, Default)]
pub struct Options {
    /// The server connects to us (EPRT, PORT).
    pub active: bool,
    /// The ports to choose from in active mode; any free one where there is no range.
    pub ports: Option<RangeInclusive<u16>>,
    /// Files are text: TYPE A, with their line ends converted on the way.
    pub ascii: bool,
    /// Names are written otherwise there.
    pub charset: Option<Arc<dyn Charset>>,
}

/// How a server writes names, where that is not UTF-8.
pub trait Charset: Send + Sync {
    /// The bytes for a command; `None` if the name cannot be written so.
    fn encode(&self, name: &str) -> Option<Vec<u8>>;
    /// A name from a listing; `None` if it is not written so.
    fn decode(&self, name: &[u8]) -> Option<String>;
    fn label(&self) -> &str;
}

impl Options {
    /// A path as it goes into a command. A component that is not UTF-8 is taken for bytes meant as they are (`%E9` in a URL).
    pub(super) fn as_sent<'a>(&self, path: &'a [u8]) -> Result<Cow<'a, [u8]>> {
        let Some(charset) = &self.charset else { return Ok(Cow::Borrowed(path)) };
        let one = |name: &'a [u8]| match std::str::from_utf8(name) {
            Ok(text) => charset.encode(text).ok_or_else(|| {
                let text = format!("{text} cannot be written in {} (--charset)", charset.label());
                Error::new(Kind::Input, text)
            }),
            Err(_) => Ok(name.to_vec()),
        };
        let names: Vec<Vec<u8>> = path.split(|b| *b == b'/').map(one).collect::<Result<_>>()?;
        Ok(Cow::Owned(names.join(&b'/')))
    }

    /// A name that the server sent, in UTF-8; one that cannot be read stays as it is.
    pub(super) fn as_read(&self, name: Vec<u8>) -> Vec<u8> {
        match self.charset.as_ref().and_then(|charset| charset.decode(&name)) {
            Some(text) => text.into_bytes(),
            None => name,
        }
    }
}
