//! What the user names: a server, and messages on it.

use crate::TOOL;
use wirepost::{
    base::{
        error::*,
        url::{Url, is_url},
    },
    cli::config,
    net::Endpoint,
    pop3::{Listed, Number},
};

/// `pop3s://user@host:port`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub endpoint: Endpoint,
    /// TLS from the first byte.
    pub implicit: bool,
    pub user: Option<String>,
}

impl Target {
    /// From the argument, else from `RPOP_URL` or the account.
    pub fn find(url: Option<&str>) -> Result<Target> {
        match url {
            Some(url) => Target::parse(url),
            None => match config::url(&TOOL) {
                Some(url) => Target::parse(&url),
                None => Err(Error::new(Kind::Usage, "no server is named")
                    .hint("give pop3s://user@host, set RPOP_URL, or write --url into the account file")),
            },
        }
    }

    pub fn parse(text: &str) -> Result<Target> {
        let usage = |why: String, hint: &str| Err(Error::new(Kind::Usage, why).hint(hint));
        if !is_url(text) {
            return usage(format!("not a URL: {text}"), "write pop3s://user@host, or pop3://user@host");
        }
        let url = Url::parse(text)?;
        let (implicit, default) = match url.scheme.as_str() {
            "pop3" => (false, 110),
            "pop3s" => (true, 995),
            _ => {
                return usage(
                    format!("{}:// is no POP3 server", url.scheme),
                    "write pop3s://user@host, or pop3://user@host",
                );
            }
        };
        if !matches!(url.path.as_str(), "" | "/") {
            return usage("a POP3 URL has no path".into(), "POP3 knows one mailbox only");
        }
        // RFC 2384's `;AUTH=` is --auth here.
        let user = url.user.map(|u| u.split(';').next().unwrap_or_default().to_string());
        let endpoint = Endpoint::new(url.host, url.port.unwrap_or(default));
        Ok(Target { endpoint, implicit, user: user.filter(|u| !u.is_empty()) })
    }
}

/// Splits `[URL] MESSAGE…`: the first argument is the URL if it looks like one.
pub fn with_messages(what: &[String]) -> Result<(Target, &[String])> {
    let (url, messages) = match what.split_first() {
        Some((first, rest)) if is_url(first) => (Some(first.as_str()), rest),
        _ => (None, what),
    };
    if messages.is_empty() {
        return Err(Error::new(Kind::Usage, "no message is named").hint("give its number or its identifier"));
    }
    Ok((Target::find(url)?, messages))
}

/// The numbers of the named messages, each with the name it was called by. A bare number is a message number;
/// `uid:7` is the identifier `7`.
pub fn select<'a>(names: &'a [String], listed: &[Listed]) -> Vec<(&'a str, Result<Number>)> {
    let by_uid = |uid: &str| {
        let mut found = listed.iter().filter(|m| *m.uid == *uid && !uid.is_empty());
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.number),
            (None, _) => Err(Error::new(Kind::Missing, format!("there is no message {uid} on the server"))),
            (Some(_), Some(_)) => {
                let text = format!("the server gives the identifier {uid} to more than one message");
                Err(Error::new(Kind::Input, text).hint("name them by number"))
            }
        }
    };
    let one = |name: &'a String| {
        let number = match (name.strip_prefix("uid:"), name.parse::<Number>()) {
            (Some(uid), _) => by_uid(uid),
            (None, Ok(n)) if listed.iter().any(|m| m.number == n) => Ok(n),
            (None, Ok(n)) => Err(Error::new(Kind::Missing, format!("there is no message {n} on the server"))),
            (None, Err(_)) => by_uid(name),
        };
        (name.as_str(), number)
    };
    names.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> (String, u16, bool, Option<String>) {
        let t = Target::parse(url).unwrap();
        (t.endpoint.host, t.endpoint.port, t.implicit, t.user)
    }

    #[test]
    fn urls() {
        let me = |user: &str| Some(user.to_string());
        assert_eq!(target("pop3s://me@h"), ("h".into(), 995, true, me("me")));
        assert_eq!(target("POP3://me@example.org@h:1110/"), ("h".into(), 1110, false, me("me@example.org")));
        assert_eq!(target("pop3://me%40x;AUTH=APOP@[::1]:7"), ("::1".into(), 7, false, me("me@x")));
        assert_eq!(target("pop3://[::1]"), ("::1".into(), 110, false, None));
        for bad in ["h", "http://h", "pop3://", "pop3://h:x", "pop3://h/INBOX", "pop3://a:secret@h"] {
            let error = Target::parse(bad).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{bad}");
            assert!(!error.message().contains("secret"));
        }
    }

    #[test]
    fn messages_by_number_and_identifier() {
        let listed: Vec<Listed> = [(1, "a"), (2, "7"), (3, "d"), (4, "d")]
            .map(|(number, uid)| Listed { number, size: None, uid: uid.into(), doubtful: uid == "d" })
            .to_vec();
        let names = ["2", "uid:7", "a", "7", "d", "x"].map(String::from);
        let found: Vec<_> =
            select(&names, &listed).into_iter().map(|(_, n)| n.map_err(|e| e.kind())).collect();
        let missing = Err(Kind::Missing);
        assert_eq!(found, [Ok(2), Ok(2), Ok(1), missing, Err(Kind::Input), missing]);
    }
}
