//! ~/.netrc: machine, login, password (ftp(1)); quoted values, comments and macdef understood. The host must match as it is
//! written, and whoever asks with a user gets the password of that very user only.

use crate::base::{error::*, secret::Secret};
use std::{
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// One entry; `host` is `None` for `default`.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub host: Option<String>,
    pub login: Option<String>,
    pub password: Option<Secret>,
    pub account: Option<Secret>,
}

/// `NETRC`, else `~/.netrc`.
pub fn default_path() -> Option<PathBuf> {
    match std::env::var_os("NETRC") {
        Some(path) => Some(path.into()),
        None => Some(PathBuf::from(std::env::var_os("HOME")?).join(".netrc")),
    }
}

/// Reads a file; `None` if there is none.
///
/// # Errors
/// `Config` if others may read it although it holds a password, or if it is malformed.
pub fn load(path: &Path) -> Result<Option<Vec<Entry>>> {
    let shown = path.display();
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::from_io(e, Kind::Config, format_args!("cannot read {shown}"))),
    };
    let mut text = Vec::new();
    file.by_ref()
        .take(1 << 20)
        .read_to_end(&mut text)
        .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {shown}")))?;
    let entries =
        parse(&text).ok_or_else(|| Error::new(Kind::Config, format!("{shown} is not a netrc file")))?;
    if entries.iter().any(|e| e.password.is_some()) {
        private(&file, path)?;
    }
    Ok(Some(entries))
}

/// Refuses a file with a secret that others can read or that belongs to somebody else.
pub fn private(file: &File, path: &Path) -> Result<()> {
    let about = file
        .metadata()
        .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {}", path.display())))?;
    let ours = about.uid() == rustix::process::geteuid().as_raw() || about.uid() == 0;
    if about.is_file() && (about.mode() & 0o077 != 0 || !ours) {
        let text = format!("{} holds a secret and others can read it", path.display());
        return Err(Error::new(Kind::Config, text).hint(format!("chmod 600 {}", path.display())));
    }
    Ok(())
}

/// The entries in order. `None` where a keyword lacks its value or is unknown.
pub fn parse(text: &[u8]) -> Option<Vec<Entry>> {
    let text = String::from_utf8_lossy(text);
    let mut entries: Vec<Entry> = Vec::new();
    let mut rest = text.as_ref();
    while let Some(word) = token(&mut rest)? {
        match word.as_str() {
            "machine" => {
                let host = token(&mut rest)??;
                entries.push(Entry { host: Some(host), ..Entry::default() });
            }
            "default" => entries.push(Entry::default()),
            "login" | "user" => entries.last_mut()?.login = Some(token(&mut rest)??),
            "password" | "passwd" => {
                entries.last_mut()?.password = Some(Secret::new(token(&mut rest)??));
            }
            "account" => entries.last_mut()?.account = Some(Secret::new(token(&mut rest)??)),
            "macdef" => {
                // A macro runs to the next empty line.
                let end = rest.find("\n\n").map_or(rest.len(), |at| at + 2);
                rest = &rest[end..];
            }
            _ => return None,
        }
    }
    Some(entries)
}

/// The next word: `Some(None)` at the end, `None` for a quote that is not closed.
fn token(rest: &mut &str) -> Option<Option<String>> {
    loop {
        *rest = rest.trim_start();
        match rest.strip_prefix('#') {
            // A comment stands between entries; a value may begin with # only when quoted.
            Some(comment) => *rest = comment.find('\n').map_or("", |at| &comment[at..]),
            None => break,
        }
    }
    if rest.is_empty() {
        return Some(None);
    }
    let mut out = String::new();
    if let Some(quoted) = rest.strip_prefix('"') {
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    *rest = &quoted[at + 1..];
                    return Some(Some(out));
                }
                '\\' => out.push(match chars.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                }),
                c => out.push(c),
            }
        }
        return None;
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let mut chars = rest[..end].chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    *rest = &rest[end..];
    Some(Some(out))
}

/// The one login of a host, if there is exactly one.
pub fn only_login<'a>(entries: &'a [Entry], host: &str) -> Option<&'a str> {
    let mut of_host = entries.iter().filter(|e| is_host(e, host)).filter_map(|e| e.login.as_deref());
    let first = of_host.next()?;
    of_host.all(|other| other == first).then_some(first)
}

/// The password of that user on that host; an entry without a login serves any user of its host.
pub fn password<'a>(entries: &'a [Entry], host: &str, user: &str) -> Option<&'a Entry> {
    let fits = |e: &&Entry| e.login.as_deref().is_none_or(|l| l == user) && e.password.is_some();
    entries
        .iter()
        .filter(|e| is_host(e, host))
        .find(fits)
        .or_else(|| entries.iter().filter(|e| e.host.is_none() && e.login.is_some()).find(fits))
}

fn is_host(entry: &Entry, host: &str) -> bool {
    entry.host.as_deref().is_some_and(|h| h.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &[u8] = b"# mine\nmachine h login a password p1\n\nmachine h login \"b c\" password \"x \\\" y\"\n\
        macdef init\ncd /pub\nls\n\nmachine other\n\tlogin z\n\tpasswd \"#q\"\ndefault login anonymous password me@\n";

    #[test]
    fn host_and_user_must_match() {
        let entries = parse(TEXT).unwrap();
        assert_eq!(entries.len(), 4);
        let get = |host, user| {
            password(&entries, host, user).map(|e| e.password.clone().unwrap().expose().to_vec())
        };
        assert_eq!(get("h", "a").unwrap(), b"p1");
        assert_eq!(get("H", "b c").unwrap(), b"x \" y");
        assert_eq!(get("h", "z"), None, "never the password of another user");
        assert_eq!(get("other", "z").unwrap(), b"#q");
        assert_eq!(get("else", "anonymous").unwrap(), b"me@");
        assert_eq!(only_login(&entries, "other"), Some("z"));
        assert_eq!(only_login(&entries, "h"), None, "two logins: the user has to say which");
    }

    #[test]
    fn malformed_is_said() {
        for bad in ["login x", "machine", "machine h password \"x", "frobnicate"] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(machine|login|password|macdef|default|\"|\\\\|#|\n| |x){0,20}") {
            let _ = parse(text.as_bytes());
        }
    }
}
