//! What a person could try next, where the error itself does not say.

use crate::base::error::*;
use std::sync::OnceLock;

static TOOL: OnceLock<&'static str> = OnceLock::new();

/// Which program it is: its own URLs are what its user can change.
pub(super) fn this_is(tool: &'static str) {
    let _ = TOOL.set(tool);
}

pub(super) fn tool() -> &'static str {
    TOOL.get().copied().unwrap_or_default()
}

/// The scheme of a port that begins in clear, and of one that begins with TLS.
fn schemes(tool: Option<&str>) -> (&'static str, &'static str) {
    match tool {
        Some("rftp") => ("ftp://", "ftps://"),
        Some("rsendmail") => ("smtp://", "smtps://"),
        Some("rpop") => ("pop3://", "pop3s://"),
        _ => ("imap://", "imaps://"),
    }
}

/// The hint that the error has, else the one that fits it.
pub(super) fn shown(error: &Error) -> Option<String> {
    error.get_hint().map(str::to_string).or_else(|| of(error))
}

/// How the clients put it when the first line is one of another protocol.
const ELSEWHERE: [&str; 4] = ["what is no reply", "not a response of IMAP", "with \"220 ", "with \"* OK"];

/// At most one hint.
fn of(error: &Error) -> Option<String> {
    let (clear, secure) = schemes(TOOL.get().copied());
    let says = |words: &[&str]| words.iter().any(|w| error.message().contains(w));
    let text = match (error.kind(), error.code()) {
        (Kind::Tls, _) if says(&["wrong version number", "packet length too long"]) => {
            return Some(format!(
                "this port does not begin with TLS: its URL is {clear}, and TLS follows by a command"
            ));
        }
        (Kind::Resolve, _) if error.again() == Again::Never => "check the spelling of the host",
        (Kind::Timeout, _) if says(&["the greeting", "does not take connections"]) => {
            return Some(format!("a port that begins with TLS says nothing first: its URL is {secure}"));
        }
        (Kind::Connect, _) if error.message().contains("connection refused") => {
            "nothing listens there: check host and port, or whether the server is up"
        }
        (Kind::Protocol, _) if says(&ELSEWHERE) => {
            "another protocol may be spoken on this port: check scheme and port of the URL"
        }
        (Kind::Auth, Some(530)) if error.message().contains("as anonymous") => {
            "this server wants a user: ftp://USER@host/, or --user"
        }
        (Kind::Timeout, _) if error.message().contains("--timeout") => {
            "--timeout sets how long silence is borne; a firewall may also drop data connections"
        }
        (Kind::Auth, Some(530 | 535)) => {
            "check user and password; --trace shows the conversation with the password masked"
        }
        (Kind::Config, _) if error.message().contains("offers no way to log in") => {
            "most servers offer it under TLS only: --tls required"
        }
        (Kind::Config, _) if error.message().contains("no password") => {
            "--password-file, --password-command, netrc or a prompt on a terminal can give it"
        }
        _ => return None,
    };
    Some(text.into())
}
