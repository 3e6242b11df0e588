//! SCRAM (RFC 5802, RFC 7677), the client's side: a pure machine from challenges to responses.
//!
//! The password never leaves; a proof does, and the server has to send a signature back that only one who knows the
//! password's verifier can make. What a hostile server could ask for is bounded: between 4096 rounds (fewer would make
//! the proof cheap to guess from, RFC 7677 §4) and a million (half a second; more is a way to burn our processor).

use super::mechanism::Step;
use crate::{
    base::{
        b64,
        digest::{self, Algorithm},
        error::*,
        secret::Secret,
    },
    net::tls::ChannelBinding,
};

pub const ROUNDS_LEAST: u32 = 4096;
pub const ROUNDS_MOST: u32 = 1_000_000;

/// Whether the exchange is bound to the TLS channel below it (RFC 5802 §6).
#[derive(Clone, Debug)]
pub enum Binding {
    /// `p=` and its name.
    Used(ChannelBinding),
    /// `y`: we could, but the server does not offer it.
    Possible,
    /// `n`.
    Not,
}

pub struct Scram {
    algorithm: Algorithm,
    password: Secret,
    binding: Binding,
    /// `n,a=...,`
    gs2: String,
    nonce: String,
    /// `n=user,r=nonce`
    first_bare: String,
    state: State,
}

enum State {
    Begun,
    /// The signature that the server owes us.
    Proved(Vec<u8>),
    /// It paid.
    Verified,
}

impl Scram {
    /// `nonce`: printable, without commas.
    ///
    /// # Errors
    /// `Config` for a name or password that SASLprep (RFC 4013) forbids.
    pub fn new(
        algorithm: Algorithm,
        user: &str,
        acting_as: &str,
        password: &Secret,
        binding: Binding,
        nonce: &str,
    ) -> Result<Scram> {
        let wrong =
            |what: &str| Error::new(Kind::Config, format!("the {what} holds characters SCRAM forbids"));
        let user = stringprep::saslprep(user).map_err(|_| wrong("user's name"))?;
        let text = std::str::from_utf8(password.expose()).map_err(|_| {
            Error::new(Kind::Config, "the password is not UTF-8, as SCRAM needs").hint("try --auth plain")
        })?;
        let password = stringprep::saslprep(text).map_err(|_| wrong("password"))?;
        let flag = match &binding {
            Binding::Used(binding) => format!("p={}", binding.name),
            Binding::Possible => "y".into(),
            Binding::Not => "n".into(),
        };
        let authzid = if acting_as.is_empty() { String::new() } else { format!("a={}", saslname(acting_as)) };
        Ok(Scram {
            algorithm,
            password: Secret::new(password.as_bytes()),
            binding,
            gs2: format!("{flag},{authzid},"),
            nonce: nonce.to_string(),
            first_bare: format!("n={},r={nonce}", saslname(&user)),
            state: State::Begun,
        })
    }

    /// server-first-message to client-final-message.
    fn prove(&mut self, server_first: &[u8]) -> Result<Secret> {
        let text = std::str::from_utf8(server_first).map_err(|_| odd("is not UTF-8"))?;
        let mut attributes = text.split(',');
        let mut next = |name: &str| attributes.next().and_then(|a| a.strip_prefix(name));
        // A mandatory extension would come first (RFC 5802 §5.1, "m="): we know none, so it is refused with the rest.
        let nonce = next("r=").ok_or_else(|| odd("has no nonce"))?;
        let salt = next("s=").ok_or_else(|| odd("has no salt"))?;
        let rounds = next("i=").ok_or_else(|| odd("has no iteration count"))?;
        let grown = nonce.strip_prefix(&self.nonce).is_some_and(|more| !more.is_empty());
        if !grown || !nonce.bytes().all(|b| (0x21..0x7f).contains(&b)) {
            return Err(odd("does not continue our nonce"));
        }
        let salt =
            b64::decode(salt.as_bytes()).filter(|s| !s.is_empty()).ok_or_else(|| odd("has no salt"))?;
        let digits = !rounds.is_empty() && rounds.len() <= 10 && rounds.bytes().all(|b| b.is_ascii_digit());
        let rounds: u64 = if digits { rounds.parse().unwrap_or(0) } else { 0 };
        let rounds = match u32::try_from(rounds) {
            Ok(n) if (ROUNDS_LEAST..=ROUNDS_MOST).contains(&n) => n,
            _ => {
                let text = format!(
                    "the server asks for {rounds} rounds of SCRAM, not {ROUNDS_LEAST} to {ROUNDS_MOST}"
                );
                return Err(Error::new(Kind::Limit, text));
            }
        };
        let bug = || Error::new(Kind::Bug, "no such digest for SCRAM");
        let hmac = |key: &[u8], text: &[u8]| digest::hmac(self.algorithm, key, text).ok_or_else(bug);
        let salted = Secret::new(
            digest::pbkdf2(self.algorithm, self.password.expose(), &salt, rounds).ok_or_else(bug)?,
        );
        let mut bound = self.gs2.clone().into_bytes();
        if let Binding::Used(binding) = &self.binding {
            bound.extend_from_slice(&binding.data);
        }
        let without_proof = format!("c={},r={nonce}", b64::encode(&bound));
        let auth_message = format!("{},{text},{without_proof}", self.first_bare);
        let client_key = hmac(salted.expose(), b"Client Key")?;
        let stored_key = digest::digest(self.algorithm, &client_key);
        let signature = hmac(&stored_key, auth_message.as_bytes())?;
        let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        let server_key = hmac(salted.expose(), b"Server Key")?;
        self.state = State::Proved(hmac(&server_key, auth_message.as_bytes())?);
        Ok(Secret::new(format!("{without_proof},p={}", b64::encode(&proof))))
    }

    /// server-final-message: its signature, or its refusal.
    fn verify(&mut self, server_final: &[u8], owed: &[u8]) -> Result<Secret> {
        let first = server_final.split(|b| *b == b',').next().unwrap_or_default();
        if let Some(error) = first.strip_prefix(b"e=") {
            let text = format!("the server refused the login: {}", String::from_utf8_lossy(error));
            return Err(Error::new(Kind::Auth, text));
        }
        let signature = first.strip_prefix(b"v=").and_then(b64::decode);
        if signature.as_deref() != Some(owed) {
            return Err(unproved());
        }
        self.state = State::Verified;
        Ok(Secret::default())
    }
}

impl Step for Scram {
    fn initial(&mut self) -> Option<Secret> {
        Some(Secret::new(format!("{}{}", self.gs2, self.first_bare)))
    }

    fn step(&mut self, challenge: &[u8]) -> Result<Secret> {
        match &self.state {
            State::Begun => self.prove(challenge),
            State::Proved(owed) => {
                let owed = owed.clone();
                self.verify(challenge, &owed)
            }
            State::Verified => Err(odd("came when all had been said")),
        }
    }

    fn done(&self) -> Result<()> {
        match self.state {
            State::Verified => Ok(()),
            _ => Err(unproved()),
        }
    }

    fn explain(&self, refusal: Error) -> Error {
        if let Binding::Used(ChannelBinding { name, .. }) = &self.binding {
            return refusal.hint_if_none(format!(
                "check user and password; if they are right, the server may not know {name}: --auth scram-sha-256"
            ));
        }
        // Servers that offer SCRAM for accounts without its verifier refuse right passwords.
        refusal.hint_if_none(
            "check user and password; if they are right, the server may lack what SCRAM needs: --auth plain",
        )
    }
}

fn odd(what: &str) -> Error {
    Error::new(Kind::Protocol, format!("the server's SCRAM message {what}"))
}

fn unproved() -> Error {
    Error::new(Kind::Protocol, "the server could not prove that it knows the password: it may be an impostor")
}

/// RFC 5802 §5.1: "=" and "," have escapes in names.
pub(super) fn saslname(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}
