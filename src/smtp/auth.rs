//! AUTH, RFC 4954: SMTP's dialect of SASL.

use crate::{
    base::{error::*, secret::Secret},
    textproto::{
        Command, Conn, Reply,
        sasl::{self, Credentials, Dialect, Mechanism, Turn},
    },
};

pub(super) fn login(
    conn: &mut Conn,
    offered: &[String],
    credentials: &Credentials,
    only: Option<Mechanism>,
    allow_clear: bool,
) -> Result<Mechanism> {
    let channel = sasl::Channel::of(conn, allow_clear);
    sasl::authenticate(&mut Smtp { conn }, offered, only, credentials, &channel)
}

struct Smtp<'a> {
    conn: &'a mut Conn,
}

impl Smtp<'_> {
    fn turn(&mut self, command: &Command) -> Result<Turn> {
        let reply = self.conn.call(command, &[3, 2, 4, 5])?;
        Ok(match reply.code {
            334 => Turn::Challenge(reply.last().to_vec()),
            235 => Turn::Done,
            400..=599 => Turn::Refused(refused(&reply, self.conn.host())),
            _ => {
                let text = format!("unexpected reply to AUTH: {}", reply.refusal());
                let error = Error::new(Kind::Protocol, text).host(self.conn.host());
                self.conn.poison(error.clone());
                return Err(error);
            }
        })
    }
}

impl Dialect for Smtp<'_> {
    fn begin(&mut self, mechanism: &'static str, initial: Option<&Secret>) -> Result<Turn> {
        let mut command = Command::new("AUTH").arg(mechanism)?;
        if let Some(initial) = initial {
            command = command.secret(initial)?;
        }
        self.turn(&command)
    }

    fn respond(&mut self, response: &Secret) -> Result<Turn> {
        self.turn(&Command::new("").secret(response)?)
    }

    fn cancel(&mut self) -> Result<Turn> {
        self.turn(&Command::new("*"))
    }
}

/// RFC 4954 §6, and what large providers add to it.
fn refused(reply: &Reply, host: &str) -> Error {
    let refusal = reply.refusal();
    let error = match reply.code {
        // 454 and the like: nothing is wrong with the password, and it may work in a later run.
        400..=499 => Error::new(Kind::Refused, refusal.to_string()).again_is(Again::Later),
        538 => Error::new(Kind::Tls, refusal.to_string()),
        _ => Error::new(Kind::Auth, refusal.to_string()),
    };
    let text = refusal.text.to_ascii_lowercase();
    let hint = match refusal.enhanced {
        Some(Enhanced(5, 7, 139)) => "this service refuses passwords for SMTP: log in with --token-command",
        Some(Enhanced(5, 7, 9)) if text.contains("application-specific") || text.contains("app password") => {
            "this account wants a password made for one application"
        }
        _ => "",
    };
    let error = error.refusal(refusal).host(host);
    if hint.is_empty() { error } else { error.hint(hint) }
}
