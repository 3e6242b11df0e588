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
    let entries = parse(&text)
        .map_err(|line| Error::new(Kind::Config, format!("{shown} is not a netrc file: line {line}")))?;
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

const KEYWORDS: [&str; 8] =
    ["machine", "default", "login", "user", "password", "passwd", "account", "macdef"];

/// The entries in order.
///
/// # Errors
/// The line where a keyword lacks its value or is unknown.
pub fn parse(text: &[u8]) -> std::result::Result<Vec<Entry>, usize> {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_end();
    let (mut rest, mut entries) = (text, Vec::new());
    match read(&mut rest, &mut entries) {
        Some(()) => Ok(entries),
        None => Err(1 + text[..text.len() - rest.len()].matches('\n').count()),
    }
}

fn read(rest: &mut &str, entries: &mut Vec<Entry>) -> Option<()> {
    loop {
        *rest = rest.trim_start();
        // A comment stands where a keyword does: what begins with # behind one is its value.
        if rest.starts_with('#') {
            *rest = rest.find('\n').map_or("", |at| &rest[at..]);
            continue;
        }
        let Some(word) = token(rest)? else { return Some(()) };
        match word.as_str() {
            "machine" => entries.push(Entry { host: Some(value(rest)?), ..Entry::default() }),
            "default" => entries.push(Entry::default()),
            "login" | "user" => entries.last_mut()?.login = Some(value(rest)?),
            "password" | "passwd" => entries.last_mut()?.password = Some(Secret::new(value(rest)?)),
            "account" => entries.last_mut()?.account = Some(Secret::new(value(rest)?)),
            "macdef" => {
                // A macro runs to the next empty line.
                let end = rest.find("\n\n").map_or(rest.len(), |at| at + 2);
                *rest = &rest[end..];
            }
            _ => return None,
        }
    }
}

/// What belongs to a keyword. It may stand on the next line; but the next keyword there is no value, or a word of the file would be
/// sent as a secret.
fn value(rest: &mut &str) -> Option<String> {
    let below = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let value = token(rest)??;
    (!below || !KEYWORDS.contains(&value.as_str())).then_some(value)
}

/// The next word: `Some(None)` at the end, `None` for a quote that is not closed.
fn token(rest: &mut &str) -> Option<Option<String>> {
    *rest = rest.trim_start();
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
        for (bad, line) in [
            ("login x", 1),
            ("machine", 1),
            ("machine h password \"x", 1),
            ("# a\nmachine h login a\n\nfrobnicate\nmachine g\n", 4),
            ("machine h login me password\naccount\nlogin me\n", 2),
            ("machine h login me password\n\n\tmachine g\n", 3),
            ("machine h login me\npassword\n\n", 2),
        ] {
            assert_eq!(parse(bad.as_bytes()).unwrap_err(), line, "{bad}");
        }
    }

    /// A word of one entry is never another's secret.
    #[test]
    fn a_value_may_begin_as_a_comment_does() {
        let text = "machine h password #abc\naccount\nx\nlogin me # mine\n#password no\nmachine #g\nlogin\n  b password # c";
        assert_eq!(parse(text.as_bytes()).unwrap_err(), 8, "c is no keyword");
        let entries = parse(text.trim_end_matches(" c").as_bytes()).unwrap();
        let secret = |s: &Option<Secret>| s.as_ref().map(|s| s.expose().to_vec());
        assert_eq!(secret(&entries[0].password).unwrap(), b"#abc");
        assert_eq!(
            (secret(&entries[0].account).unwrap(), entries[0].login.as_deref()),
            (b"x".to_vec(), Some("me"))
        );
        assert_eq!((entries[1].host.as_deref(), entries[1].login.as_deref()), (Some("#g"), Some("b")));
        assert_eq!(secret(&entries[1].password).unwrap(), b"#");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(machine|login|password|macdef|default|\"|\\\\|#|\n| |x){0,20}") {
            let _ = parse(text.as_bytes());
        }
    }
}
