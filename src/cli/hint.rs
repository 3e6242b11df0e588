//! What a person could try next, where the error itself does not say.

use crate::base::error::*;

/// How the clients put it when the first line is one of another protocol.
const ELSEWHERE: [&str; 4] = ["what is no reply", "not a response of IMAP", "with \"220 ", "with \"* OK"];

/// At most one hint.
pub(super) fn of(error: &Error) -> Option<String> {
    let text = match (error.kind(), error.code()) {
        (Kind::Resolve, _) if error.again() == Again::Never => "check the spelling of the host",
        (Kind::Timeout, _)
            if ["the greeting", "does not take connections"].iter().any(|w| error.message().contains(w)) =>
        {
            "a port that begins with TLS says nothing first: its URL is ftps://, smtps://, pop3s:// or imaps://"
        }
        (Kind::Connect, _) if error.message().contains("connection refused") => {
            "nothing listens there: check host and port, or whether the server is up"
        }
        (Kind::Protocol, _) if ELSEWHERE.iter().any(|words| error.message().contains(words)) => {
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
