//! Logging in by SASL (RFC 4422), for SMTP, POP3 and IMAP alike.
//!
//! A protocol gives a [`Dialect`]: how its AUTH command, its challenges and its cancelling look. All else is here, once:
//!
//! * **Nothing in clear.** Without TLS, and unless the peer is this very machine or the caller allows it in so many words,
//!   no mechanism is even begun: SCRAM too gives an eavesdropper what to guess passwords against.
//! * **The strongest of what both sides have**, but for what servers fail at although they offer it (a binding to the TLS
//!   connection of a kind that they do not know): that on request only. And never a weaker one after a refusal: a wrong password tried five ways locks
//!   accounts. Only "I do not know this mechanism" (504, 534) leads on to the next.
//! * **The server proves itself too** where the mechanism can (SCRAM): a success without its signature is a failure.
//! * **Bounded**: at most [`ROUNDS`] challenges; what SCRAM may ask of our processor is capped in [`scram`].
//! * Secrets go out in [`Secret`]s, which no trace shows, base64 or not.

mod mechanism;
pub mod scram;

pub use mechanism::Mechanism;

use super::Conn;
use crate::{
    base::{b64, error::*, secret::Secret},
    net::{TlsInfo, tls::ChannelBinding},
};

/// No mechanism of ours needs more than four.
pub const ROUNDS: usize = 8;

/// What a user logs in with.
#[derive(Clone, Debug)]
pub enum Proof {
    Password(Secret),
    /// An OAuth 2.0 access token.
    Token(Secret),
    /// The certificate of our side of TLS says it all (EXTERNAL).
    Certificate,
}

/// Who logs in, and by what.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The authentication identity.
    pub user: String,
    /// The identity to act as, where it is another (RFC 4422 §2): seldom.
    pub acting_as: Option<String>,
    pub proof: Proof,
}

impl Credentials {
    pub fn password(user: &str, password: Secret) -> Credentials {
        Credentials { user: user.to_string(), acting_as: None, proof: Proof::Password(password) }
    }

    pub fn token(user: &str, token: Secret) -> Credentials {
        Credentials { user: user.to_string(), acting_as: None, proof: Proof::Token(token) }
    }

    pub fn certificate(user: &str) -> Credentials {
        Credentials { user: user.to_string(), acting_as: None, proof: Proof::Certificate }
    }
}

/// What the connection below the mechanism is like.
#[derive(Clone, Debug, Default)]
pub struct Channel {
    pub host: String,
    pub port: u16,
    /// There is TLS, the peer is a loopback address, or the caller allows clear text.
    pub private: bool,
    /// What the login can be bound to the TLS connection with.
    pub binding: Option<ChannelBinding>,
}

impl Channel {
    /// As the connection stands now. `allow_clear`: the user said that this network may read along (`--tls off` for a far
    /// host); a loopback peer needs no such word.
    pub fn of(conn: &Conn, allow_clear: bool) -> Channel {
        let peer = conn.peer_addr().ok();
        let private = allow_clear || conn.tls().is_some() || peer.is_some_and(|a| a.ip().is_loopback());
        Channel {
            host: conn.host().to_string(),
            port: peer.map_or(0, |a| a.port()),
            private,
            binding: conn.tls().and_then(TlsInfo::channel_binding),
        }
    }
}

/// The server's next word.
#[derive(Debug)]
pub enum Turn {
    /// `334`, `+ `: the base64 text behind it, not yet decoded.
    Challenge(Vec<u8>),
    /// `235`, `+OK`, `OK`.
    Done,
    /// A no in good form: kind `Auth` (never again by itself), or `Refused` and again later (454, `[SYS/TEMP]`,
    /// `[UNAVAILABLE]`). An `Auth` error that means the mechanism alone is wanting carries code 504 or 534.
    Refused(Error),
}

/// How one protocol carries the exchange. Everything is base64 already; an empty initial response is `=`
/// (RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2), an empty later one an empty line.
///
/// An `Err` is for the connection only: lost, timed out, grammar broken.
pub trait Dialect {
    /// Whether `initial` may be given to [`Dialect::begin`] if it is `len` bytes long. By default up to what a 512-byte
    /// command line carries; IMAP needs SASL-IR for it.
    fn takes_initial(&self, len: usize) -> bool {
        len <= 470
    }
    /// `AUTH MECHANISM [initial]`, and the reply.
    fn begin(&mut self, mechanism: &'static str, initial: Option<&Secret>) -> Result<Turn>;
    /// A response line, and the reply.
    fn respond(&mut self, response: &Secret) -> Result<Turn>;
    /// The line `*`, and the reply, which will be a refusal.
    fn cancel(&mut self) -> Result<Turn>;
}

/// Logs in by the best mechanism that the server offers and the credentials fit; or by `only`, if it is given. Returns the
/// one that did it.
///
/// # Errors
/// `Auth`: refused. `Tls`: it would go in clear. `Config`: no mechanism in common, or a secret that cannot be sent. `Protocol`:
/// challenges that make no sense, a server that could not prove itself.
pub fn authenticate(
    dialect: &mut dyn Dialect,
    offered: &[String],
    only: Option<Mechanism>,
    credentials: &Credentials,
    channel: &Channel,
) -> Result<Mechanism> {
    if !channel.private {
        let text = format!("no login at {} without TLS: the password could be read on the way", channel.host);
        return Err(Error::new(Kind::Tls, text).host(&channel.host));
    }
    let candidates = mechanism::candidates(offered, only, credentials, channel)?;
    let mut refused = None;
    for mechanism in candidates {
        match exchange(dialect, mechanism, offered, credentials, channel)? {
            None => return Ok(mechanism),
            Some(error) => {
                let wanting = matches!(error.code(), Some(504 | 534)) && only.is_none();
                let error = error.context(format_args!("cannot log in as {}", credentials.user));
                if !wanting {
                    return Err(error.host(&channel.host));
                }
                refused = Some(error);
            }
        }
    }
    Err(refused.unwrap_or_else(|| mechanism::nothing_in_common(offered, channel)).host(&channel.host))
}

/// One mechanism from begin to end; the refusal, if it was one.
fn exchange(
    dialect: &mut dyn Dialect,
    mechanism: Mechanism,
    offered: &[String],
    credentials: &Credentials,
    channel: &Channel,
) -> Result<Option<Error>> {
    let mut client = mechanism::start(mechanism, offered, credentials, channel)?;
    let mut early = client.initial();
    let encoded = early.as_ref().map(encode_initial);
    let initial = encoded.filter(|secret| dialect.takes_initial(secret.expose().len()));
    if initial.is_some() {
        early = None;
    }
    let mut turn = dialect.begin(mechanism.name(), initial.as_ref())?;
    for _ in 0..ROUNDS {
        let challenge = match turn {
            Turn::Done => return client.done().map(|()| None),
            Turn::Refused(error) => return Ok(Some(client.explain(error))),
            Turn::Challenge(text) => text,
        };
        let response = match (early.take(), b64::decode(challenge.trim_ascii())) {
            // The first response that could not ride on the command: its challenge is empty, or is ignored.
            (Some(early), Some(_)) => Ok(early),
            (None, Some(challenge)) => client.step(&challenge),
            (_, None) => Err(Error::new(Kind::Protocol, "a login challenge that is not base64")),
        };
        turn = match response {
            Ok(response) => dialect.respond(&encode(&response))?,
            Err(error) => {
                dialect.cancel()?;
                return Err(error.host(&channel.host));
            }
        };
    }
    if let Turn::Done = turn {
        return client.done().map(|()| None);
    }
    if let Turn::Refused(error) = turn {
        return Ok(Some(client.explain(error)));
    }
    dialect.cancel()?;
    let text = format!("{} asked for more than {ROUNDS} rounds to log in", channel.host);
    Err(Error::new(Kind::Protocol, text).host(&channel.host))
}

fn encode(secret: &Secret) -> Secret {
    Secret::new(b64::encode(secret.expose()))
}

fn encode_initial(secret: &Secret) -> Secret {
    if secret.is_empty() { Secret::new("=") } else { encode(secret) }
}

#[cfg(test)]
mod tests;
