//! A folder's name: levels of UTF-8 words. It comes from the user (a rule, a flag) and never from a message; still, a
//! level is one harmless component, since it becomes a directory.

use crate::base::{b64, error::*};
use std::fmt;

/// `Lists/rust` as `["Lists", "rust"]`; no level at all is the store itself, the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Folder(Vec<String>);

impl Folder {
    /// The store itself.
    pub fn inbox() -> Folder {
        Folder::default()
    }

    /// Levels are separated by `/`. `INBOX` (in any case) is the store itself.
    pub fn parse(name: &str) -> Result<Folder> {
        if name.eq_ignore_ascii_case("inbox") {
            return Ok(Folder::default());
        }
        let bad =
            |why: &str| Err(Error::new(Kind::Usage, format!("{name:?} is no name for a folder: {why}")));
        let levels: Vec<String> = name.split('/').map(String::from).collect();
        for level in &levels {
            if level.is_empty() {
                return bad("a level is empty");
            }
            if level.starts_with('.') {
                return bad("a level starts with a dot");
            }
            if level.starts_with('~') || level.chars().any(char::is_control) {
                return bad("a level holds a character that mail programs do not take");
            }
            if level.len() > 128 || levels.len() > 16 {
                return bad("it is too long");
            }
        }
        Ok(Folder(levels))
    }

    pub fn is_inbox(&self) -> bool {
        self.0.is_empty()
    }

    pub fn levels(&self) -> &[String] {
        &self.0
    }

    /// The directory of a Maildir++ folder: `.Lists.rust`, in modified UTF-7 as Dovecot and Courier read it.
    pub fn maildir_name(&self) -> Result<String> {
        let mut name = String::new();
        for level in &self.0 {
            if level.contains('.') {
                let why = format!("cannot make folder {self}: a level cannot hold a dot in a Maildir");
                return Err(Error::new(Kind::Usage, why).hint("separate levels by a slash"));
            }
            name.push('.');
            name.push_str(&modified_utf7(level));
        }
        Ok(name)
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("INBOX") } else { f.write_str(&self.0.join("/")) }
    }
}

/// RFC 3501 §5.1.3: printable ASCII stands for itself, `&` is `&-`, all else is UTF-16 in base64 with `,` for `/`.
fn modified_utf7(name: &str) -> String {
    let mut out = String::new();
    let mut run: Vec<u8> = Vec::new();
    let close = |run: &mut Vec<u8>, out: &mut String| {
        if !run.is_empty() {
            out.push('&');
            out.push_str(&b64::encode(run).trim_end_matches('=').replace('/', ","));
            out.push('-');
            run.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            close(&mut run, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                run.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    close(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_is_no_name() {
        assert_eq!(Folder::parse("Lists/rust").unwrap().maildir_name().unwrap(), ".Lists.rust");
        assert!(Folder::parse("inbox").unwrap().is_inbox());
        for bad in ["", "/", "a/", "/a", "a//b", "..", "a/../b", ".hidden", "a\0", "a\n", "~root"] {
            assert_eq!(Folder::parse(bad).unwrap_err().kind(), Kind::Usage, "{bad:?}");
        }
        assert!(Folder::parse("a.b").unwrap().maildir_name().is_err());
    }

    #[test]
    fn the_examples_of_rfc_3501() {
        assert_eq!(modified_utf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(modified_utf7("Tom & Jerry"), "Tom &- Jerry");
        assert_eq!(modified_utf7("Entwürfe"), "Entw&APw-rfe");
    }
}
