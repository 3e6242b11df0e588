//! `scheme://user@host:port/path`, as far as all programs read it alike (RFC 3986 §3, RFC 1738 §3.2).
//!
//! Two readings of our own: the last `@` splits user from host, so that mail addresses work as logins; and a password in a URL
//! is refused, since argv and logs are public.

use crate::base::{address, error::*};

/// The parts of a URL. The user is decoded; the path is as it was written, since each program decodes it its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Lower case.
    pub scheme: String,
    pub user: Option<String>,
    /// Without the brackets of an IPv6 address; an internationalised name in its A-labels (RFC 5891), as it is looked up and
    /// stands in certificates.
    pub host: String,
    pub port: Option<u16>,
    /// With its leading `/`; empty if there is none.
    pub path: String,
}

/// Whether the text begins like a URL.
pub fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-')
    })
}

impl Url {
    /// # Errors
    /// `Usage` for what is no URL, has no host, or holds a password.
    pub fn parse(text: &str) -> Result<Url> {
        let wrong = |why: &str| Error::new(Kind::Usage, format!("{why}: {}", without_userinfo(text)));
        if text.bytes().any(|b| b.is_ascii_control()) {
            return Err(wrong("a control character in the URL"));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("not a URL"))?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let user = match user {
            Some(user) if user.contains(':') => {
                return Err(wrong("a password in a URL can be read by every user of the machine")
                    .hint("--password-file, --password-command, --password-env or netrc can give it"));
            }
            Some("") | None => None,
            Some(user) => {
                let bytes = decode(user).ok_or_else(|| wrong("a broken %XX in the URL's user"))?;
                Some(String::from_utf8(bytes).map_err(|_| wrong("the URL's user is not UTF-8"))?)
            }
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']').ok_or_else(|| wrong("an address without its ]"))?;
                (
                    host,
                    after
                        .strip_prefix(':')
                        .or(after.is_empty().then_some(""))
                        .ok_or_else(|| wrong("not a port"))?,
                )
            }
            None => place.rsplit_once(':').unwrap_or((place, "")),
        };
        if host.is_empty() {
            return Err(wrong("a URL without a host").hint("is a variable in it empty?"));
        }
        if host.contains([' ', '%', '?', '#', '\\']) || (host.contains(':') && !place.starts_with('[')) {
            return Err(wrong("not a host name in the URL"));
        }
        let host = address::to_ascii(host).ok_or_else(|| wrong("not a host name in the URL"))?;
        let port = match port {
            "" => None,
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                let port = digits.parse::<u16>().ok().filter(|p| *p > 0);
                Some(port.ok_or_else(|| wrong("no such port").hint("a port is a number from 1 to 65535"))?)
            }
            _ => return Err(wrong("not a port")),
        };
        Ok(Url { scheme: scheme.to_ascii_lowercase(), user, host, port, path: path.to_string() })
    }
}

/// The URL without what may be a secret, for messages.
fn without_userinfo(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_string() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, path) = match authority.rsplit_once('@') {
        Some((_, host)) => (host, path),
        // `user:pass/word@host`: what looks like a port may be the first half of a password, and what follows the other.
        None if !authority.starts_with('[') && has_no_port(authority) => {
            (path.rsplit_once('@').map_or("…", |(_, host)| host), "")
        }
        None => (authority, path),
    };
    format!("{scheme}://{host}{path}")
}

/// Whether what follows the colon is no port.
fn has_no_port(authority: &str) -> bool {
    authority
        .split_once(':')
        .is_some_and(|(_, port)| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()))
}

/// `%XX` undone. `None` for a `%` without two digits.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let digit = |b: Option<u8>| (b? as char).to_digit(16);
            let value = digit(bytes.next())? << 4 | digit(bytes.next())?;
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(b);
        }
    }
    Some(out)
}

/// Everything but unreserved characters and `/` as `%XX`.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for b in bytes {
        if b.is_ascii_alphanumeric() || b"-._~/".contains(b) {
            out.push(*b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts() {
        let url = Url::parse("FTP://me@example.org@h.example:2121/a%20b/").unwrap();
        assert_eq!(url.scheme, "ftp");
        assert_eq!(url.user.as_deref(), Some("me@example.org"));
        assert_eq!((url.host.as_str(), url.port, url.path.as_str()), ("h.example", Some(2121), "/a%20b/"));
        let url = Url::parse("imaps://[::1]:993").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.path.as_str()), ("::1", Some(993), ""));
        assert_eq!(Url::parse("ftp://me@Bücher.example/ü").unwrap().host, "xn--bcher-kva.example");
        assert_eq!(Url::parse("ftp://h//x").unwrap().path, "//x");
        assert_eq!(Url::parse("ftp://a%3Ab@h").unwrap().user.as_deref(), Some("a:b"));
    }

    #[test]
    fn mistakes() {
        for bad in [
            "h/x",
            "ftp://",
            "ftp://:21/",
            "ftp://h:0/",
            "ftp://h:x",
            "ftp://h:99999",
            "ftp://[::1/",
            "ftp://::1/",
            "ftp://h\r\n/",
            "ftp://\u{2028}/",
            "ftp://a。。b/",
        ] {
            assert_eq!(Url::parse(bad).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
        for text in
            ["ftp://me:hunter2@h/x", "ftp://me:hunter2", "ftp://me:hunter2/@h/x", "ftp://me:a/hunter2@h/x"]
        {
            let error = Url::parse(text).unwrap_err();
            assert!(!error.message().contains("hunter2"), "{error}");
        }
        let error = Url::parse("ftp://me:hunter2@h/x").unwrap_err();
        assert!(!error.message().contains("hunter2"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_make_the_trip(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }
    }
}
