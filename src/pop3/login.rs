//! Logging in: SASL where the server has it, USER and PASS else, APOP only when asked for.
//!
//! APOP (RFC 1939 §7) is MD5 over a text the server chooses, and collisions in it have let a spoofed server read passwords
//! letter by letter (CVE-2007-1558). So it is never chosen by us, and never used in clear.

use super::Client;
use crate::{
    base::{
        digest::{Algorithm, digest, hex},
        error::*,
        secret::Secret,
    },
    net::Patience,
    textproto::{
        Command,
        sasl::{self, Channel, Credentials, Dialect, Mechanism, Proof, Turn},
    },
};

/// How to log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The best SASL mechanism in common, else USER and PASS.
    #[default]
    Best,
    /// USER and PASS.
    UserPass,
    Apop,
    Sasl(Mechanism),
}

impl Method {
    /// From what a person writes: `best`, `user`, `apop`, or a mechanism's name.
    pub fn from_name(name: &str) -> Option<Method> {
        match name.to_ascii_lowercase().as_str() {
            "best" | "auto" => Some(Method::Best),
            "user" | "userpass" => Some(Method::UserPass),
            "apop" => Some(Method::Apop),
            _ => Mechanism::from_name(name).map(Method::Sasl),
        }
    }
}

impl Client {
    /// Logs in; returns the name of the method that did it.
    ///
    /// # Errors
    /// `Auth`: refused. `Busy`: the mailbox is open elsewhere. `Tls`: the secret would go in clear. `Config`: no method in common.
    pub fn login(&mut self, method: Method, credentials: &Credentials, clear: bool) -> Result<&'static str> {
        let channel = Channel::of(&self.conn, clear);
        let offered = self.capabilities()?.arguments("SASL").to_vec();
        let done = match method {
            Method::UserPass => self.user_pass(credentials, &channel),
            Method::Apop => self.apop(credentials, &channel),
            Method::Sasl(only) => self.sasl(&offered, Some(only), credentials, &channel),
            Method::Best => {
                // A server that offers only what is weak or unknown to us may still take USER.
                let usable = |m: &String| {
                    Mechanism::from_name(m)
                        .is_some_and(|m| m != Mechanism::CramMd5 && m != Mechanism::External)
                };
                let password = matches!(credentials.proof, Proof::Password(_));
                if password && !offered.iter().any(usable) {
                    self.user_pass(credentials, &channel)
                } else {
                    self.sasl(&offered, None, credentials, &channel)
                }
            }
        };
        self.forget_capabilities();
        done
    }

    fn sasl(
        &mut self,
        offered: &[String],
        only: Option<Mechanism>,
        credentials: &Credentials,
        channel: &Channel,
    ) -> Result<&'static str> {
        sasl::authenticate(self, offered, only, credentials, channel).map(Mechanism::name)
    }

    fn user_pass(&mut self, credentials: &Credentials, channel: &Channel) -> Result<&'static str> {
        let password = password(credentials, channel)?;
        let user = Command::new("USER").arg(&credentials.user)?;
        let pass = Command::new("PASS").secret(password)?;
        // Both at once only where that is allowed: PASS is then sent before USER is accepted, which reveals
        // nothing that it would not anyhow.
        let said = if self.capabilities()?.has("PIPELINING") {
            self.conn.send(&[user, pass])?;
            let user = self.status();
            if let Err(e) = &user
                && matches!(e.kind(), Kind::Closed | Kind::Timeout | Kind::Protocol | Kind::Limit)
            {
                return Err(e.clone());
            }
            let pass = self.status();
            user.and(pass)
        } else {
            self.conn.send(&[user])?;
            self.status().and_then(|_| {
                self.conn.send(&[pass])?;
                self.status()
            })
        };
        said.map(|_| "USER").map_err(|e| refused(e, credentials))
    }

    fn apop(&mut self, credentials: &Credentials, channel: &Channel) -> Result<&'static str> {
        let password = password(credentials, channel)?;
        let Some(stamp) = &self.stamp else {
            let text = format!("{} does not offer APOP: its greeting has no timestamp", self.conn.host());
            let hint = "after STLS there is no greeting: APOP needs pop3s:// or a loopback server";
            return Err(Error::new(Kind::Config, text).hint(hint).host(self.conn.host()));
        };
        let text = Secret::new([stamp.as_bytes(), password.expose()].concat());
        let sum = Secret::new(hex(&digest(Algorithm::Md5, text.expose())));
        let apop = Command::new("APOP").arg(&credentials.user)?.secret(&sum)?;
        self.conn.send(&[apop])?;
        self.status().map(|_| "APOP").map_err(|e| refused(e, credentials))
    }
}

fn password<'a>(credentials: &'a Credentials, channel: &Channel) -> Result<&'a Secret> {
    if !channel.private {
        let text = format!("no login at {} without TLS: the password could be read on the way", channel.host);
        return Err(Error::new(Kind::Tls, text).host(&channel.host));
    }
    match &credentials.proof {
        Proof::Password(password) => Ok(password),
        _ => Err(Error::new(Kind::Config, "this way to log in needs a password").host(&channel.host)),
    }
}

/// A plain no to a login is about the login.
fn refused(e: Error, credentials: &Credentials) -> Error {
    let e = if e.kind() == Kind::Refused && e.again() == Again::Never && !is_system(&e) {
        e.kind_is(Kind::Auth)
    } else {
        e
    };
    e.context(format_args!("cannot log in as {}", credentials.user))
}

fn is_system(e: &Error) -> bool {
    e.get_refusal().is_some_and(|r| r.text.to_ascii_uppercase().starts_with("[SYS/"))
}

impl Client {
    fn turn(&mut self) -> Result<Turn> {
        let patience = Patience::within(self.conn.timeouts().reply, "the reply", "--reply-timeout");
        let line = self.conn.read_line(patience)?;
        if let Some(challenge) = line.strip_prefix(b"+ ") {
            return Ok(Turn::Challenge(challenge.to_vec()));
        }
        if line == b"+" {
            return Ok(Turn::Challenge(Vec::new()));
        }
        match super::listing::status(line) {
            Some(Ok(_)) => Ok(Turn::Done),
            Some(Err(text)) => {
                let e = super::refusal(text).host(self.conn.host());
                let plain = e.kind() == Kind::Refused && e.again() == Again::Never && !is_system(&e);
                Ok(Turn::Refused(if plain { e.kind_is(Kind::Auth) } else { e }))
            }
            None => {
                let line = line.to_vec();
                let error = self.garbled("AUTH", &line);
                self.conn.poison(error.clone());
                Err(error)
            }
        }
    }
}

/// RFC 5034 §4.
impl Dialect for Client {
    /// The line with the command is limited to 255 octets.
    fn takes_initial(&self, len: usize) -> bool {
        len <= 220
    }

    fn begin(&mut self, mechanism: &'static str, initial: Option<&Secret>) -> Result<Turn> {
        let mut command = Command::new("AUTH").arg(mechanism)?;
        if let Some(initial) = initial {
            command = command.secret(initial)?;
        }
        self.conn.send(&[command])?;
        self.turn()
    }

    fn respond(&mut self, response: &Secret) -> Result<Turn> {
        self.conn.send(&[Command::new("").secret(response)?])?;
        self.turn()
    }

    fn cancel(&mut self) -> Result<Turn> {
        self.conn.send(&[Command::new("*")])?;
        self.turn()
    }
}
