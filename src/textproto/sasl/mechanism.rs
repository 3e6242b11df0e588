//! The mechanisms themselves: which one to take, and what each says.
//!
//! PLAIN (RFC 4616), LOGIN (never standardised, everywhere), CRAM-MD5 (RFC 2195), EXTERNAL (RFC 4422 appendix A), OAUTHBEARER
//! (RFC 7628), XOAUTH2 (Google's forerunner of it), and SCRAM, which has a file of its own.

use super::{
    Channel, Credentials, Proof,
    scram::{Binding, Scram},
};
use crate::base::{
    digest::{self, Algorithm, hex},
    error::*,
    record,
    secret::Secret,
};
use std::fmt;

/// From the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Only when it is asked for by name: which bindings a server knows it does not say, and a wrong one is refused as a wrong
    /// password is.
    ScramSha256Plus,
    ScramSha256,
    ScramSha1,
    OauthBearer,
    XOauth2,
    External,
    Plain,
    Login,
    /// Only when it is asked for by name: it is weaker than PLAIN under TLS, for the server has to keep the password.
    CramMd5,
}

const ALL: [Mechanism; 9] = [
    Mechanism::ScramSha256Plus,
    Mechanism::ScramSha256,
    Mechanism::ScramSha1,
    Mechanism::OauthBearer,
    Mechanism::XOauth2,
    Mechanism::External,
    Mechanism::Plain,
    Mechanism::Login,
    Mechanism::CramMd5,
];

impl Mechanism {
    /// As IANA registers it.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Mechanism::ScramSha256 => "SCRAM-SHA-256",
            Mechanism::ScramSha1 => "SCRAM-SHA-1",
            Mechanism::OauthBearer => "OAUTHBEARER",
            Mechanism::XOauth2 => "XOAUTH2",
            Mechanism::External => "EXTERNAL",
            Mechanism::Plain => "PLAIN",
            Mechanism::Login => "LOGIN",
            Mechanism::CramMd5 => "CRAM-MD5",
        }
    }

    /// From its name, any case.
    pub fn from_name(name: &str) -> Option<Mechanism> {
        ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(name))
    }

    fn fits(self, proof: &Proof) -> bool {
        use Mechanism as M;
        match proof {
            Proof::Password(_) => !matches!(self, M::OauthBearer | M::XOauth2 | M::External),
            Proof::Token(_) => matches!(self, M::OauthBearer | M::XOauth2),
            Proof::Certificate => self == M::External,
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn is_offered(offered: &[String], mechanism: Mechanism) -> bool {
    offered.iter().any(|o| o.eq_ignore_ascii_case(mechanism.name()))
}

/// What to try, in order. One that is asked for is tried even where the server does not list it.
pub(super) fn candidates(
    offered: &[String],
    only: Option<Mechanism>,
    credentials: &Credentials,
    channel: &Channel,
) -> Result<Vec<Mechanism>> {
    let fits = |m: Mechanism| {
        m.fits(&credentials.proof) && (m != Mechanism::ScramSha256Plus || channel.binding.is_some())
    };
    if let Some(only) = only {
        if !only.fits(&credentials.proof) {
            let text = format!("{only} does not go with what there is to log in with");
            return Err(Error::new(Kind::Config, text));
        }
        if !fits(only) {
            let text = format!("{only} needs TLS that gives channel bindings, and this connection has none");
            return Err(Error::new(Kind::Config, text));
        }
        return Ok(vec![only]);
    }
    let on_request = [Mechanism::ScramSha256Plus, Mechanism::CramMd5];
    let wanted = |m: &Mechanism| !on_request.contains(m) && is_offered(offered, *m) && fits(*m);
    let found: Vec<_> = ALL.into_iter().filter(wanted).collect();
    if found.is_empty() { Err(nothing_in_common(offered, channel)) } else { Ok(found) }
}

pub(super) fn nothing_in_common(offered: &[String], channel: &Channel) -> Error {
    let text = if offered.is_empty() {
        format!("{} offers no way to log in", channel.host)
    } else {
        format!("{} offers no way to log in that fits: it has {}", channel.host, offered.join(", "))
    };
    let error = Error::new(Kind::Config, text).host(&channel.host);
    match [Mechanism::ScramSha256Plus, Mechanism::CramMd5].into_iter().find(|m| is_offered(offered, *m)) {
        Some(m) => error
            .hint(format!("{m} is used only when it is named (--auth {})", m.name().to_ascii_lowercase())),
        None => error,
    }
}

/// The client's side of one exchange.
pub(super) trait Step {
    /// What the client says first, for mechanisms in which it does.
    fn initial(&mut self) -> Option<Secret>;
    fn step(&mut self, challenge: &[u8]) -> Result<Secret>;
    /// The server says we are in: whether it has proved enough itself.
    fn done(&self) -> Result<()> {
        Ok(())
    }
    /// Adds what is known beyond the refusal's own words.
    fn explain(&self, refusal: Error) -> Error {
        refusal
    }
}

pub(super) fn start(
    mechanism: Mechanism,
    offered: &[String],
    credentials: &Credentials,
    channel: &Channel,
) -> Result<Box<dyn Step>> {
    use Mechanism as M;
    let user = &credentials.user;
    for name in [Some(user), credentials.acting_as.as_ref()].into_iter().flatten() {
        if name.contains(['\0', '\r', '\n', '\x01']) {
            return Err(Error::new(Kind::Usage, "a control character in the user's name"));
        }
    }
    let authzid = credentials.acting_as.clone().unwrap_or_default();
    let plain = |secret: &Secret| {
        if secret.expose().contains(&0) {
            return Err(Error::new(Kind::Config, "the password holds a NUL byte"));
        }
        Ok(secret.clone())
    };
    Ok(match (mechanism, &credentials.proof) {
        (M::ScramSha256Plus | M::ScramSha256 | M::ScramSha1, Proof::Password(password)) => {
            let algorithm = if mechanism == M::ScramSha1 { Algorithm::Sha1 } else { Algorithm::Sha256 };
            let binds = |o: &String| o.to_ascii_uppercase().ends_with("-PLUS");
            let binding = match &channel.binding {
                Some(binding) if mechanism == M::ScramSha256Plus => Binding::Used(binding.clone()),
                // We could, and of what the server offers nothing can: said, so that a tampered list is found out. Where any
                // could, a server must take it for tampering (RFC 5802 §6).
                Some(_) if is_offered(offered, mechanism) && !offered.iter().any(binds) => Binding::Possible,
                _ => Binding::Not,
            };
            let nonce = digest_nonce()?;
            Box::new(Scram::new(algorithm, user, &authzid, password, binding, &nonce)?)
        }
        (M::Plain, Proof::Password(password)) => {
            let mut message = format!("{authzid}\0{user}\0").into_bytes();
            message.extend_from_slice(plain(password)?.expose());
            Box::new(Single { initial: Some(Secret::new(message)), rest: vec![] })
        }
        (M::Login, Proof::Password(password)) => {
            Box::new(Single { initial: None, rest: vec![plain(password)?, Secret::new(user.as_bytes())] })
        }
        (M::External, Proof::Certificate) => {
            Box::new(Single { initial: Some(Secret::new(authzid)), rest: vec![] })
        }
        (M::CramMd5, Proof::Password(password)) => {
            Box::new(CramMd5 { user: user.clone(), password: password.clone(), done: false })
        }
        (M::OauthBearer, Proof::Token(token)) => {
            let mut message = format!("n,a={},\x01", super::scram::saslname(user));
            message += &format!("host={}\x01port={}\x01auth=Bearer ", channel.host, channel.port);
            Box::new(Bearer::new(message, token, b"\x01")?)
        }
        (M::XOauth2, Proof::Token(token)) => {
            Box::new(Bearer::new(format!("user={user}\x01auth=Bearer "), token, b"")?)
        }
        _ => return Err(Error::new(Kind::Bug, "a mechanism that does not go with its proof")),
    })
}

/// RFC 5802 §5.1: printable, without a comma.
fn digest_nonce() -> Result<String> {
    Ok(hex(&crate::base::random::bytes::<18>()?))
}

/// Mechanisms in which what we say does not depend on what we hear.
struct Single {
    initial: Option<Secret>,
    /// Later responses, the last one first.
    rest: Vec<Secret>,
}

impl Step for Single {
    fn initial(&mut self) -> Option<Secret> {
        self.initial.take()
    }

    fn step(&mut self, _: &[u8]) -> Result<Secret> {
        self.rest.pop().ok_or_else(|| Error::new(Kind::Protocol, "a login challenge when all had been said"))
    }
}

/// RFC 2195 §2.
pub(super) struct CramMd5 {
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) done: bool,
}

impl Step for CramMd5 {
    fn initial(&mut self) -> Option<Secret> {
        None
    }

    fn step(&mut self, challenge: &[u8]) -> Result<Secret> {
        if std::mem::replace(&mut self.done, true) {
            return Err(Error::new(Kind::Protocol, "a second CRAM-MD5 challenge"));
        }
        let mac = digest::hmac(Algorithm::Md5, self.password.expose(), challenge)
            .ok_or_else(|| Error::new(Kind::Bug, "no HMAC-MD5"))?;
        Ok(Secret::new(format!("{} {}", self.user, hex(&mac))))
    }
}

/// OAUTHBEARER and XOAUTH2. A refusal comes as a challenge with a JSON document that says why; it wants one more, empty
/// response before the real refusal (RFC 7628 §3.2.3).
struct Bearer {
    initial: Option<Secret>,
    dummy: &'static [u8],
    /// The `status` or `error` of the document.
    why: Option<String>,
}

impl Bearer {
    fn new(head: String, token: &Secret, dummy: &'static [u8]) -> Result<Bearer> {
        if !token.expose().iter().all(|b| (0x21..0x7f).contains(b)) || token.is_empty() {
            return Err(Error::new(Kind::Config, "the access token holds what no token can hold"));
        }
        let mut message = head.into_bytes();
        message.extend_from_slice(token.expose());
        message.extend_from_slice(b"\x01\x01");
        Ok(Bearer { initial: Some(Secret::new(message)), dummy, why: None })
    }
}

impl Step for Bearer {
    fn initial(&mut self) -> Option<Secret> {
        self.initial.take()
    }

    fn step(&mut self, challenge: &[u8]) -> Result<Secret> {
        if self.why.is_some() {
            return Err(Error::new(Kind::Protocol, "a second error document"));
        }
        let document = std::str::from_utf8(challenge).ok().and_then(|t| record::from_line(t).ok());
        let word = |key: &str| document.as_ref()?.get(key)?.as_str().map(String::from);
        let why = [word("status"), word("error"), word("error_description"), word("scope")];
        self.why = Some(why.into_iter().flatten().collect::<Vec<_>>().join(", "));
        Ok(Secret::new(self.dummy))
    }

    fn explain(&self, refusal: Error) -> Error {
        match &self.why {
            Some(why) if !why.is_empty() => {
                refusal.hint_if_none(format!("the token was refused: {why}; it may have expired"))
            }
            _ => refusal,
        }
    }
}
