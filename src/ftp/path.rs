//! Names on the server: bytes, relative to the login directory or absolute.
//!
//! A path is what stands in a command, nothing is decoded or normalised behind the user's back. In a URL a path is relative to
//! the login directory, and absolute after `//` or `%2F` (RFC 1738 §3.2.2).

use crate::base::{error::*, escape, url};
use std::fmt;

/// A path that is safe to put into a command: no CR, LF or NUL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemotePath(Vec<u8>);

impl RemotePath {
    /// Bytes as they go into a command; empty is the login directory.
    ///
    /// # Errors
    /// `Usage` if a byte in it could end the command.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<RemotePath> {
        let bytes = bytes.into();
        if bytes.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            let shown = escape::bytes(&bytes).into_owned();
            return Err(Error::new(
                Kind::Usage,
                format!("a line break or NUL byte in a remote name: {shown}"),
            ));
        }
        Ok(RemotePath(bytes))
    }

    /// The path of a URL: `/a` is `a`, `//a` and `/%2Fa` are `/a`. `?` and `#` are ordinary characters.
    pub fn from_url(path: &str) -> Result<RemotePath> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let bytes = url::decode(path).ok_or_else(|| {
            Error::new(Kind::Usage, format!("a broken %XX in the path {path}")).hint("a % is written %25")
        })?;
        RemotePath::new(bytes)
    }

    /// The part of a URL that names exactly this path.
    pub fn to_url(&self) -> String {
        match self.0.strip_prefix(b"/") {
            Some(rest) => format!("/%2F{}", url::encode(rest)),
            None => format!("/{}", url::encode(&self.0)),
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a server may make another name of it on the way: it holds the byte that Telnet escapes. What is asked about such a
    /// name proves nothing; a listing shows what is there.
    pub fn is_fragile(&self) -> bool {
        self.0.contains(&255)
    }

    pub fn ends_with_slash(&self) -> bool {
        self.0.ends_with(b"/")
    }

    /// Without slashes at its end; the root stays `/`.
    pub fn trimmed(&self) -> RemotePath {
        let mut end = self.0.len();
        while end > 1 && self.0[end - 1] == b'/' {
            end -= 1;
        }
        RemotePath(self.0[..end].to_vec())
    }

    /// A relative path below this one. `name` must come from one that was checked.
    ///
    /// # Errors
    /// `Usage` for a control character: listings with such names are not believed, so what we make has none. A URL may name
    /// one ([`RemotePath::from_url`]).
    pub fn join(&self, name: &[u8]) -> Result<RemotePath> {
        if name.iter().any(|b| *b < b' ' || *b == 0x7f) {
            let shown = escape::bytes(name).into_owned();
            return Err(Error::new(Kind::Usage, format!("a control character in a remote name: {shown}")));
        }
        let mut bytes = self.0.clone();
        if !bytes.is_empty() && !bytes.ends_with(b"/") {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        RemotePath::new(bytes)
    }

    /// The last component, trailing slashes aside; empty for the root and the login directory.
    pub fn name(&self) -> Vec<u8> {
        let t = self.trimmed().0;
        t.rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec()
    }

    /// The directory that holds it; `None` where that is the login directory's or the root's own business.
    pub fn parent(&self) -> Option<RemotePath> {
        let t = self.trimmed().0;
        match t.iter().rposition(|b| *b == b'/') {
            Some(0) if t.len() > 1 => Some(RemotePath(b"/".to_vec())),
            Some(0) | None => None,
            Some(at) => Some(RemotePath(t[..at].to_vec())),
        }
    }

    /// Another name in the same directory.
    pub fn sibling(&self, name: &[u8]) -> Result<RemotePath> {
        self.parent().unwrap_or(RemotePath(Vec::new())).join(name)
    }
}

/// For messages: raw, escaped where it is printed; the login directory is `.`.
impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str(".") } else { f.write_str(&String::from_utf8_lossy(&self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(text: &str) -> RemotePath {
        RemotePath::new(text).unwrap()
    }

    #[test]
    fn urls_name_paths() {
        for (written, path) in [
            ("", ""),
            ("/", ""),
            ("/a/b", "a/b"),
            ("//a", "/a"),
            ("/%2Fa", "/a"),
            ("/a%20b?c#d", "a b?c#d"),
            ("/d/", "d/"),
        ] {
            assert_eq!(RemotePath::from_url(written).unwrap(), p(path), "{written}");
        }
        assert_eq!(RemotePath::from_url("/a%0D%0ADELE%20b").unwrap_err().kind(), Kind::Usage);
        assert_eq!(RemotePath::from_url("/100%").unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn parts() {
        assert_eq!(p("a/b/").name(), b"b");
        assert_eq!(p("a/b/").parent(), Some(p("a")));
        assert_eq!(p("/b").parent(), Some(p("/")));
        assert_eq!((p("b").parent(), p("/").parent(), p("").parent()), (None, None, None));
        assert_eq!(p("a/b").sibling(b".x").unwrap(), p("a/.x"));
        assert_eq!(p("b").sibling(b".x").unwrap(), p(".x"));
        assert_eq!(p("/b").sibling(b".x").unwrap(), p("/.x"));
        assert_eq!(p("/").join(b"x").unwrap(), p("/x"));
        assert_eq!(p("").join(b"x").unwrap(), p("x"));
    }

    proptest! {
        #[test]
        fn a_url_names_exactly_its_path(bytes in prop::collection::vec(1u8.., 0..30)) {
            if let Ok(path) = RemotePath::new(bytes) {
                prop_assert_eq!(RemotePath::from_url(&path.to_url()).unwrap(), path);
            }
        }
    }
}
