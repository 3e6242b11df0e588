//! The server's side of SASL: PLAIN, LOGIN, EXTERNAL, CRAM-MD5, SCRAM (SHA-1, SHA-256, -PLUS), XOAUTH2, OAUTHBEARER.
//!
//! An OAuth token is right if it is the account's password.
use openssl::base64::{decode_block, encode_block};
use openssl::hash::{MessageDigest, hash};
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::ssl::SslRef;

use super::store::Store;

pub enum Step {
    Challenge(Vec<u8>),
    Done(String),
    Failed,
}

pub struct Server {
    store: Store,
    mechanism: String,
    /// The bindings of this connection, by name.
    bindings: Vec<(&'static str, Vec<u8>)>,
    plus_offered: bool,
    state: State,
}

enum State {
    Start,
    LoginPassword(String),
    Cram(String),
    Scram {
        user: String,
        nonce: String,
        first: String,
        gs2: Vec<u8>,
    },
    /// The client still has to answer the last challenge, with nothing.
    Over(Option<String>),
}

const ITERATIONS: usize = 4096;
const SALT: &[u8] = b"sixteen bytes ok";

impl Server {
    pub fn new(mechanism: &str, store: &Store, ssl: Option<&SslRef>, plus_offered: bool) -> Server {
        let bindings = ssl.map(bindings).unwrap_or_default();
        let (mechanism, state) = (mechanism.to_ascii_uppercase(), State::Start);
        Server { store: store.clone(), mechanism, bindings, plus_offered, state }
    }

    /// Whether the server speaks first, so that an initial response makes no sense.
    pub fn speaks_first(&self) -> bool {
        matches!(self.mechanism.as_str(), "LOGIN" | "CRAM-MD5")
    }

    /// The first challenge, for a client that sent no initial response.
    pub fn first(&mut self) -> Vec<u8> {
        match self.mechanism.as_str() {
            "LOGIN" => b"Username:".to_vec(),
            "CRAM-MD5" => {
                let challenge = format!("<{}@sandbox>", nonce());
                self.state = State::Cram(challenge.clone());
                challenge.into_bytes()
            }
            _ => Vec::new(),
        }
    }

    pub fn step(&mut self, response: &[u8]) -> Step {
        let text = String::from_utf8_lossy(response).into_owned();
        match (std::mem::replace(&mut self.state, State::Over(None)), self.mechanism.as_str()) {
            (State::Over(user), _) => user.map_or(Step::Failed, Step::Done),
            (_, "PLAIN") => match text.split('\0').collect::<Vec<_>>()[..] {
                [authzid, user, password] if authzid.is_empty() || authzid == user => {
                    self.check(user, password)
                }
                _ => Step::Failed,
            },
            (State::Start, "LOGIN") => {
                self.state = State::LoginPassword(text);
                Step::Challenge(b"Password:".to_vec())
            }
            (State::LoginPassword(user), _) => self.check(&user, &text),
            // The certificate is the one of `user`, who may act as others.
            (_, "EXTERNAL") => Step::Done(if text.is_empty() { "user".to_owned() } else { text }),
            (State::Cram(challenge), _) => {
                let Some((user, sum)) = text.rsplit_once(' ') else { return Step::Failed };
                let password = self.store.password(user).unwrap_or_default();
                let right = hex(&hmac(MessageDigest::md5(), password.as_bytes(), challenge.as_bytes()));
                if sum == right { Step::Done(user.to_owned()) } else { Step::Failed }
            }
            (State::Start, "XOAUTH2" | "OAUTHBEARER") => self.oauth(&text),
            (State::Start, name) if name.starts_with("SCRAM-") => {
                self.scram_first(&text).unwrap_or(Step::Failed)
            }
            (State::Scram { user, nonce, first, gs2 }, _) => {
                self.scram_final(&text, user, &nonce, &first, &gs2).unwrap_or(Step::Failed)
            }
            _ => Step::Failed,
        }
    }

    fn check(&self, user: &str, password: &str) -> Step {
        let right = self.store.password(user).is_some_and(|right| right == password);
        if right { Step::Done(user.to_owned()) } else { Step::Failed }
    }

    fn oauth(&self, text: &str) -> Step {
        let field = |name: &str| text.split('\x01').find_map(|f| f.strip_prefix(name));
        let user =
            field("user=").or_else(|| text.split(',').find_map(|f| f.strip_prefix("a="))).unwrap_or_default();
        let token = field("auth=Bearer ").unwrap_or_default();
        match self.check(user, token) {
            // RFC 7628, 3.2.3: the reason comes as a challenge, which the client answers before it is refused.
            Step::Failed => Step::Challenge(br#"{"status":"invalid_token","schemes":"bearer"}"#.to_vec()),
            done => done,
        }
    }

    fn digest(&self) -> MessageDigest {
        if self.mechanism.contains("SHA-256") { MessageDigest::sha256() } else { MessageDigest::sha1() }
    }

    fn scram_first(&mut self, text: &str) -> Option<Step> {
        let bare_at = text.match_indices(',').nth(1)?.0 + 1;
        let (gs2, bare) = text.split_at(bare_at);
        let plus = self.mechanism.ends_with("-PLUS");
        let mut binding = Vec::new();
        match gs2.split(',').next()? {
            "n" if !plus => {}
            // The client could bind and believes that we cannot: somebody has taken the offer out.
            "y" if !plus && !self.plus_offered => {}
            flag if plus => {
                let name = flag.strip_prefix("p=")?;
                binding.clone_from(&self.bindings.iter().find(|(n, _)| *n == name)?.1);
            }
            _ => return None,
        }
        let user = bare.strip_prefix("n=")?.split(',').next()?.replace("=2C", ",").replace("=3D", "=");
        let client = bare.split(',').nth(1)?.strip_prefix("r=")?;
        let nonce = format!("{client}{}", nonce());
        let server = format!("r={nonce},s={},i={ITERATIONS}", encode_block(SALT));
        let gs2 = [gs2.as_bytes(), &binding].concat();
        self.state = State::Scram { user, nonce, first: format!("{bare},{server}"), gs2 };
        Some(Step::Challenge(server.into_bytes()))
    }

    fn scram_final(
        &mut self,
        text: &str,
        user: String,
        nonce: &str,
        first: &str,
        gs2: &[u8],
    ) -> Option<Step> {
        let (without, proof) = text.rsplit_once(",p=")?;
        if without != format!("c={},r={nonce}", encode_block(gs2)) {
            return None;
        }
        let md = self.digest();
        let password = self.store.password(&user)?;
        let mut salted = vec![0; md.size()];
        pbkdf2_hmac(password.as_bytes(), SALT, ITERATIONS, md, &mut salted).ok()?;
        let client_key = hmac(md, &salted, b"Client Key");
        let message = format!("{first},{without}");
        let signature = hmac(md, &hash(md, &client_key).ok()?, message.as_bytes());
        let right: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        if decode_block(proof).ok()? != right {
            return None;
        }
        let server_key = hmac(md, &salted, b"Server Key");
        self.state = State::Over(Some(user));
        Some(Step::Challenge(
            format!("v={}", encode_block(&hmac(md, &server_key, message.as_bytes()))).into_bytes(),
        ))
    }
}

fn bindings(ssl: &SslRef) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    if let Some(sum) = ssl.certificate().and_then(|cert| cert.digest(MessageDigest::sha256()).ok()) {
        all.push(("tls-server-end-point", sum.to_vec()));
    }
    let mut exported = vec![0; 32];
    if ssl.export_keying_material(&mut exported, "EXPORTER-Channel-Binding", Some(b"")).is_ok() {
        all.push(("tls-exporter", exported));
    }
    let mut finished = vec![0; 64];
    let n = ssl.peer_finished(&mut finished);
    if ssl.version_str() == "TLSv1.2" && !ssl.session_reused() {
        all.push(("tls-unique", finished[..n].to_vec()));
    }
    all
}

fn nonce() -> String {
    let mut bytes = [0; 15];
    openssl::rand::rand_bytes(&mut bytes).expect("random bytes");
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hmac(md: MessageDigest, key: &[u8], data: &[u8]) -> Vec<u8> {
    let key = PKey::hmac(key).expect("key");
    Signer::new(md, &key).and_then(|mut signer| signer.sign_oneshot_to_vec(data)).expect("HMAC")
}

/// The dialogue over a wire whose lines are base64: `challenge` is what a challenge begins with (`334 `, `+ `).
/// `Ok(None)` is a refusal. Event: `AUTH-LINE`, for each line the client sends.
pub fn converse(
    wire: &mut super::wire::Wire,
    server: &mut Server,
    initial: Option<&[u8]>,
    challenge: &str,
) -> std::io::Result<Option<String>> {
    let decode = |text: &[u8]| match text {
        b"=" | b"" => Some(Vec::new()),
        text => std::str::from_utf8(text).ok().and_then(|text| decode_block(text).ok()),
    };
    let mut step = match initial {
        Some(_) if server.speaks_first() && server.mechanism != "LOGIN" => Step::Failed,
        Some(text) => decode(text).map_or(Step::Failed, |response| server.step(&response)),
        None => Step::Challenge(server.first()),
    };
    loop {
        match step {
            Step::Done(user) => return Ok(Some(user)),
            Step::Failed => return Ok(None),
            Step::Challenge(bytes) => wire.reply(format!("{challenge}{}", encode_block(&bytes))),
        }
        step = loop {
            let Some(line) = wire.line()? else { return Ok(None) };
            wire.note(&line);
            let acts = wire.fire("AUTH-LINE", &line);
            let go_on = wire.before(&acts)?;
            wire.after(&acts)?;
            match line.as_slice() {
                b"*" => break Step::Failed,
                // The script has asked something else.
                _ if !go_on => {}
                line => break decode(line).map_or(Step::Failed, |response| server.step(&response)),
            }
        };
    }
}
