//! What a person could try next, where the error itself does not say.

use crate::base::error::*;

/// At most one hint.
pub(super) fn of(error: &Error) -> Option<String> {
    let text = match (error.kind(), error.code()) {
        (Kind::Resolve, _) if error.again() == Again::Never => "check the spelling of the host",
        (Kind::Timeout, _) if error.message().contains("--timeout") => {
            "--timeout sets how long silence is borne; a firewall may also drop data connections"
        }
        (Kind::Auth, Some(530 | 535)) => {
            "check user and password; --trace shows the conversation with the password masked"
        }
        (Kind::Config, _) if error.message().contains("no password") => {
            "--password-file, --password-command, netrc or a prompt on a terminal can give it"
        }
        _ => return None,
    };
    Some(text.into())
}
