//! A remote name on the command line: which site, which path.

use crate::TOOL;
use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
use wirepost::{
    base::{
        error::*,
        url::{self, Url},
    },
    cli::config,
    ftp::RemotePath,
    net::Endpoint,
};

/// One server and one user: one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub scheme: Scheme,
    pub endpoint: Endpoint,
    pub user: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// TLS by the rules.
    Ftp,
    /// Explicit TLS, always.
    Ftpes,
    /// Implicit TLS.
    Ftps,
}

impl Scheme {
    fn parse(text: &str) -> Option<(Scheme, u16)> {
        Some(match text {
            "ftp" => (Scheme::Ftp, 21),
            "ftpes" => (Scheme::Ftpes, 21),
            "ftps" => (Scheme::Ftps, 990),
            _ => return None,
        })
    }

    /// Its name and its port.
    pub fn name(self) -> (&'static str, u16) {
        match self {
            Scheme::Ftp => ("ftp", 21),
            Scheme::Ftpes => ("ftpes", 21),
            Scheme::Ftps => ("ftps", 990),
        }
    }
}

impl Site {
    /// The URL that names exactly this path here.
    pub fn url(&self, path: &RemotePath) -> String {
        let (scheme, default) = self.scheme.name();
        let user = self.user.as_ref().map_or(String::new(), |u| format!("{}@", url::encode(u.as_bytes())));
        let host = if self.endpoint.host.contains(':') {
            format!("[{}]", self.endpoint.host)
        } else {
            self.endpoint.host.clone()
        };
        let port =
            if self.endpoint.port == default { String::new() } else { format!(":{}", self.endpoint.port) };
        format!("{scheme}://{user}{host}{port}{}", path.to_url())
    }
}

/// A path on a site.
#[derive(Clone, Debug)]
pub struct Remote {
    pub site: Site,
    pub path: RemotePath,
}

/// Whether the word is meant as a remote one.
pub fn is_remote(word: &OsStr) -> bool {
    word.to_str().is_some_and(url::is_url) || word.as_bytes().starts_with(b":")
}

impl Remote {
    /// A URL, or `:path` below `RFTP_URL` or the account's URL.
    pub fn parse(word: &OsStr) -> Result<Remote> {
        if let Some(path) = word.as_bytes().strip_prefix(b":") {
            let base = config::url(&TOOL).ok_or_else(|| {
                Error::new(Kind::Usage, format!("{} is below a URL, and none is known", word.display()))
                    .hint("RFTP_URL gives it, or --url in the account file")
            })?;
            let Remote { site, path: base } = Remote::parse_url(&base)?;
            let path = if path.starts_with(b"/") { RemotePath::new(path)? } else { base.join(path)? };
            return Ok(Remote { site, path });
        }
        match word.to_str() {
            Some(text) if url::is_url(text) => Remote::parse_url(text),
            text => {
                let error = Error::new(Kind::Usage, format!("not a remote name: {}", word.display()));
                Err(match text.and_then(as_url) {
                    Some(url) => error.hint(format!("write {url}")),
                    None => error.hint("a remote is written ftp://user@host/path"),
                })
            }
        }
    }

    fn parse_url(text: &str) -> Result<Remote> {
        let url = Url::parse(text)?;
        let (scheme, port) = Scheme::parse(&url.scheme).ok_or_else(|| {
            Error::new(Kind::Usage, format!("rftp does not speak {}://", url.scheme))
                .hint("ftp://, ftpes:// and ftps:// are known")
        })?;
        let endpoint = Endpoint::new(url.host, url.port.unwrap_or(port));
        Ok(Remote { site: Site { scheme, endpoint, user: url.user }, path: RemotePath::from_url(&url.path)? })
    }
}

/// What was meant by `host:path`, as scp writes it, or by a URL without its scheme: a number behind the colon is a port.
fn as_url(text: &str) -> Option<String> {
    let (host, rest) = text.split_once(':')?;
    if host.is_empty() || rest.is_empty() || host.contains('/') || host.starts_with("ftp") {
        return None;
    }
    let (port, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some(match port.parse::<u16>() {
        Ok(port) => format!("ftp://{host}:{port}/{path}"),
        Err(_) => format!("ftp://{host}/{rest}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_sites_and_paths() {
        let remote = Remote::parse(OsStr::new("ftp://me@x@h/%2Fa%20b")).unwrap();
        assert_eq!(remote.site.user.as_deref(), Some("me@x"));
        assert_eq!((remote.site.endpoint.port, remote.path.as_bytes()), (21, &b"/a b"[..]));
        assert_eq!(remote.site.url(&remote.path), "ftp://me%40x@h/%2Fa%20b");
        let remote = Remote::parse(OsStr::new("ftps://[::1]:990/x")).unwrap();
        assert_eq!(remote.site.url(&remote.path), "ftps://[::1]/x");
        assert_eq!(Remote::parse(OsStr::new("sftp://h/x")).unwrap_err().kind(), Kind::Usage);
        assert_eq!(Remote::parse(OsStr::new("h/x")).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn what_was_meant_by_a_word_without_a_scheme() {
        for (word, meant) in [
            ("h:in/x", Some("ftp://h/in/x")),
            ("me@h:2026-11/x", Some("ftp://me@h/2026-11/x")),
            ("127.0.0.1:36085/x", Some("ftp://127.0.0.1:36085/x")),
            ("h:2121", Some("ftp://h:2121/")),
            ("h:99999/x", Some("ftp://h/99999/x")),
            ("h/x:1", None),
            ("ftp:/h/x", None),
            ("h:", None),
        ] {
            assert_eq!(as_url(word).as_deref(), meant, "{word}");
        }
    }
}
