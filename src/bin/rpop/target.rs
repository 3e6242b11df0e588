//! What the user names: a server, and messages on it.

use crate::TOOL;
use std::fmt;
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
pub fn with_messages(what: &[String]) -> Result<(Target, Vec<Name>)> {
    let (url, messages) = match what.split_first() {
        Some((first, rest)) if is_url(first) => (Some(first.as_str()), rest),
        _ => (None, what),
    };
    if messages.is_empty() {
        return Err(Error::new(Kind::Usage, "no message is named").hint("give its number or its identifier"));
    }
    Ok((Target::find(url)?, messages.iter().map(|word| Name::parse(word)).collect()))
}

/// What the user calls a message by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Of one session: in the next it may be another message's.
    Number(Number),
    Uid(String),
}

impl Name {
    /// A bare number is a message number; `uid:7` is the identifier `7`.
    fn parse(word: &str) -> Name {
        match (word.strip_prefix("uid:"), word.parse()) {
            (None, Ok(number)) => Name::Number(number),
            (uid, _) => Name::Uid(uid.unwrap_or(word).to_string()),
        }
    }

    /// Its number in this session.
    pub fn find(&self, listed: &[Listed]) -> Result<Number> {
        let mut found = listed.iter().filter(|m| match self {
            Name::Number(number) => m.number == *number,
            Name::Uid(uid) => *m.uid == *uid.as_str() && !uid.is_empty(),
        });
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.number),
            (None, _) => Err(Error::new(Kind::Missing, format!("there is no message {self} on the server"))),
            (Some(_), Some(_)) => {
                let text = format!("the server gives the identifier {self} to more than one message");
                Err(Error::new(Kind::Input, text).hint("name them by number"))
            }
        }
    }

    /// From here on it goes by the identifier, which outlives the session; `false` if the message has none of its own.
    pub fn pin(&mut self, listed: &[Listed]) -> bool {
        let Name::Number(number) = *self else { return true };
        let message = listed.iter().find(|m| m.number == number && !m.uid.is_empty() && !m.doubtful);
        if let Some(message) = message {
            *self = Name::Uid(message.uid.to_string());
        }
        message.is_some()
    }

    /// For the event of one that is not there.
    pub fn parts(&self) -> (Option<Number>, Option<Box<str>>) {
        match self {
            Name::Number(number) => (Some(*number), None),
            Name::Uid(uid) => (None, Some(uid.as_str().into())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Number(number) => number.fmt(f),
            Name::Uid(uid) => f.write_str(uid),
        }
    }
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
        let names = ["2", "uid:7", "a", "7", "d", "x", "uid:"].map(Name::parse);
        let found: Vec<_> = names.iter().map(|n| n.find(&listed).map_err(|e| e.kind())).collect();
        let missing = Err(Kind::Missing);
        assert_eq!(found, [Ok(2), Ok(2), Ok(1), missing, Err(Kind::Input), missing, missing]);
        let mut names = ["1", "3", "a"].map(Name::parse);
        assert_eq!(names.each_mut().map(|n| n.pin(&listed)), [true, false, true]);
        assert_eq!(names.map(|n| n.to_string()), ["a", "3", "a"]);
    }
}
