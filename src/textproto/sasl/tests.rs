use super::{
    mechanism::{CramMd5, Step},
    scram::*,
    *,
};
use crate::base::digest::Algorithm;
use std::collections::VecDeque;

fn text(secret: &Secret) -> String {
    String::from_utf8(secret.expose().to_vec()).unwrap()
}

fn rounds(algorithm: Algorithm, nonce: &str, server: [&str; 2]) -> (String, String) {
    let password = Secret::new("pencil");
    let mut scram = Scram::new(algorithm, "user", "", &password, Binding::Not, nonce).unwrap();
    let first = text(&scram.initial().unwrap());
    let last = text(&scram.step(server[0].as_bytes()).unwrap());
    assert!(scram.done().is_err(), "not before the server has proved itself");
    assert!(scram.step(server[1].as_bytes()).unwrap().is_empty());
    scram.done().unwrap();
    (first, last)
}

#[test]
fn scram_sha_1_as_rfc_5802_section_5() {
    let server = [
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ];
    let (first, last) = rounds(Algorithm::Sha1, "fyko+d2lbbFgONRv9qkxdawL", server);
    assert_eq!(first, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    assert_eq!(last, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
}

#[test]
fn scram_sha_256_as_rfc_7677_section_3() {
    let server = [
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ];
    let (first, last) = rounds(Algorithm::Sha256, "rOprNGfwEbeRWgbNEkqO", server);
    assert_eq!(first, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assert_eq!(
        last,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    );
}

#[test]
fn scram_names_are_escaped_and_the_binding_is_said() {
    let new =
        |binding| Scram::new(Algorithm::Sha256, "a=b,c", "boss", &Secret::new("x"), binding, "N").unwrap();
    let first = |binding| text(&new(binding).initial().unwrap());
    assert_eq!(first(Binding::Possible), "y,a=boss,n=a=3Db=2Cc,r=N");
    assert_eq!(first(Binding::Used(binding())), "p=tls-exporter,a=boss,n=a=3Db=2Cc,r=N");
    let last = new(Binding::Used(binding())).step(b"r=Nx,s=AAAA,i=4096").unwrap();
    let bound = b64::encode(b"p=tls-exporter,a=boss,\x01\x02");
    assert!(text(&last).starts_with(&format!("c={bound},r=Nx,p=")));
}

#[test]
fn scram_prepares_what_saslprep_maps() {
    // U+00AD vanishes, U+2168 becomes "IX" (RFC 4013 §3).
    for (given, same) in [("I\u{ad}X", "IX"), ("\u{2168}", "IX")] {
        let proof = |p: &str| {
            let mut s = Scram::new(Algorithm::Sha1, p, "", &Secret::new(p), Binding::Not, "N").unwrap();
            text(&s.step(b"r=Nx,s=AAAA,i=4096").unwrap())
        };
        assert_eq!(proof(given), proof(same));
    }
    let forbidden = Scram::new(Algorithm::Sha1, "u", "", &Secret::new("a\u{7}"), Binding::Not, "N");
    assert_eq!(forbidden.err().unwrap().kind(), Kind::Config);
    let bytes = Scram::new(Algorithm::Sha1, "u", "", &Secret::new(b"\xff".to_vec()), Binding::Not, "N");
    assert_eq!(bytes.err().unwrap().kind(), Kind::Config);
}

#[test]
fn scram_refuses_what_a_hostile_server_may_ask() {
    let step = |challenge: &str| {
        let mut s = Scram::new(Algorithm::Sha256, "u", "", &Secret::new("p"), Binding::Not, "NONCE").unwrap();
        s.step(challenge.as_bytes()).err().map(|e| e.kind())
    };
    assert_eq!(step("r=NONCEx,s=AAAA,i=4096,x=extension"), None);
    for (challenge, kind) in [
        ("r=NONCE,s=AAAA,i=4096", Kind::Protocol),
        ("r=OTHERx,s=AAAA,i=4096", Kind::Protocol),
        ("m=must,r=NONCEx,s=AAAA,i=4096", Kind::Protocol),
        ("r=NONCEx,s=,i=4096", Kind::Protocol),
        ("r=NONCEx,s=A,i=4096", Kind::Protocol),
        ("r=NONCEx,s=AAAA", Kind::Protocol),
        ("r=NONCEx,s=AAAA,i=4095", Kind::Limit),
        ("r=NONCEx,s=AAAA,i=1000001", Kind::Limit),
        ("r=NONCEx,s=AAAA,i=99999999999999999999", Kind::Limit),
        ("r=NONCEx,s=AAAA,i=-1", Kind::Limit),
        ("", Kind::Protocol),
    ] {
        assert_eq!(step(challenge), Some(kind), "{challenge}");
    }
}

#[test]
fn a_wrong_server_signature_is_an_impostor() {
    let mut s = Scram::new(Algorithm::Sha1, "u", "", &Secret::new("p"), Binding::Not, "N").unwrap();
    s.step(b"r=Nx,s=AAAA,i=4096").unwrap();
    let error = s.step(b"v=AAAA").unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    assert!(s.done().is_err());
    let error = s.step(b"e=invalid-proof").unwrap_err();
    assert_eq!(error.kind(), Kind::Auth);
}

#[test]
fn cram_md5_as_rfc_2195_section_2() {
    let mut cram = CramMd5 { user: "tim".into(), password: Secret::new("tanstaaftanstaaf"), done: false };
    let answer = cram.step(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
    assert_eq!(text(&answer), "tim b913a602c7eda7a495b4e6e7334d3890");
    assert!(cram.step(b"again").is_err());
}

/// A protocol played by a script: what each turn of the server is, and what it was told.
struct Played {
    turns: VecDeque<Turn>,
    said: Vec<String>,
    initial: bool,
}

impl Dialect for Played {
    fn takes_initial(&self, len: usize) -> bool {
        self.initial && len <= 470
    }
    fn begin(&mut self, mechanism: &'static str, initial: Option<&Secret>) -> Result<Turn> {
        let initial = initial.map_or(String::new(), |i| format!(" {}", text(i)));
        self.said.push(format!("AUTH {mechanism}{initial}"));
        Ok(self.turns.pop_front().unwrap())
    }
    fn respond(&mut self, response: &Secret) -> Result<Turn> {
        self.said.push(text(response));
        Ok(self.turns.pop_front().unwrap())
    }
    fn cancel(&mut self) -> Result<Turn> {
        self.said.push("*".into());
        Ok(Turn::Refused(Error::new(Kind::Auth, "501 cancelled")))
    }
}

fn challenge(text: &str) -> Turn {
    Turn::Challenge(text.as_bytes().to_vec())
}

fn refused(code: u16) -> Turn {
    let refusal = Refusal { code: Some(code), ..Refusal::default() };
    Turn::Refused(Error::new(Kind::Auth, format!("{code} no")).refusal(refusal))
}

fn play(
    offered: &str,
    initial: bool,
    credentials: &Credentials,
    turns: Vec<Turn>,
) -> (Result<Mechanism>, Vec<String>) {
    let channel = Channel { host: "server.example.com".into(), port: 143, private: true, binding: None };
    let offered: Vec<String> = offered.split_whitespace().map(String::from).collect();
    let mut played = Played { turns: turns.into(), said: Vec::new(), initial };
    let result = authenticate(&mut played, &offered, None, credentials, &channel);
    (result, played.said)
}

#[test]
fn plain_as_rfc_4616_section_4() {
    let tim = Credentials::password("tim", Secret::new("tanstaaftanstaaf"));
    let (result, said) = play("PLAIN LOGIN CRAM-MD5", true, &tim, vec![Turn::Done]);
    assert_eq!(result.unwrap(), Mechanism::Plain);
    assert_eq!(said, [format!("AUTH PLAIN {}", b64::encode(b"\0tim\0tanstaaftanstaaf"))]);
    let kurt = Credentials {
        acting_as: Some("Ursel".into()),
        ..Credentials::password("Kurt", Secret::new("xipj3plmq"))
    };
    let (_, said) = play("plain", false, &kurt, vec![challenge(""), Turn::Done]);
    assert_eq!(said, ["AUTH PLAIN".to_string(), b64::encode(b"Ursel\0Kurt\0xipj3plmq")]);
}

#[test]
fn login_says_name_and_password_whatever_the_prompts_say() {
    let me = Credentials::password("me", Secret::new("pw"));
    let turns = vec![challenge("VXNlcm5hbWU6"), challenge("UGFzc3dvcmQ6"), Turn::Done];
    let (result, said) = play("LOGIN", true, &me, turns);
    assert_eq!(result.unwrap(), Mechanism::Login);
    assert_eq!(said, ["AUTH LOGIN", "bWU=", "cHc="]);
}

#[test]
fn oauthbearer_as_rfc_7628_section_4_1() {
    let token = Secret::new("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
    let user = Credentials::token("user@example.com", token);
    let (result, said) = play("XOAUTH2 OAUTHBEARER PLAIN", true, &user, vec![Turn::Done]);
    assert_eq!(result.unwrap(), Mechanism::OauthBearer);
    let want = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
    assert_eq!(said, [format!("AUTH OAUTHBEARER {want}")]);
}

#[test]
fn the_error_document_is_read_and_answered() {
    // RFC 7628 §4.3 and the like of Google's.
    let document = b64::encode(br#"{"status":"invalid_token","scope":"example_scope"}"#);
    for (offered, dummy) in [("OAUTHBEARER", "AQ=="), ("XOAUTH2", "")] {
        let user = Credentials::token("user@example.com", Secret::new("abc"));
        let (result, said) = play(offered, true, &user, vec![challenge(&document), refused(535)]);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), Kind::Auth);
        assert!(error.get_hint().unwrap().contains("invalid_token, example_scope"), "{error:?}");
        assert_eq!(said[1], dummy);
    }
}

#[test]
fn a_long_token_waits_for_the_challenge() {
    let user = Credentials::token("u", Secret::new("t".repeat(2000)));
    let (result, said) = play("XOAUTH2", true, &user, vec![challenge(""), Turn::Done]);
    assert!(result.is_ok());
    assert_eq!(said[0], "AUTH XOAUTH2");
    assert!(said[1].len() > 2000);
}

#[test]
fn external_has_an_empty_initial_response() {
    let (result, said) = play("EXTERNAL", true, &Credentials::certificate("me"), vec![Turn::Done]);
    assert!(result.is_ok());
    assert_eq!(said, ["AUTH EXTERNAL ="]);
}

#[test]
fn a_refusal_is_final_but_an_unknown_mechanism_is_not() {
    let me = Credentials::password("me", Secret::new("pw"));
    let (result, said) = play("SCRAM-SHA-256 PLAIN", true, &me, vec![refused(535)]);
    assert_eq!((result.unwrap_err().kind(), said.len()), (Kind::Auth, 1));
    let (result, said) = play("SCRAM-SHA-256 PLAIN", true, &me, vec![refused(504), Turn::Done]);
    assert_eq!((result.unwrap(), said.len()), (Mechanism::Plain, 2));
}

#[test]
fn success_without_the_servers_proof_is_failure() {
    let me = Credentials::password("me", Secret::new("pw"));
    let (result, _) = play("SCRAM-SHA-1", true, &me, vec![Turn::Done]);
    assert_eq!(result.unwrap_err().kind(), Kind::Protocol);
}

#[test]
fn challenges_that_make_no_sense_are_cancelled() {
    let me = Credentials::password("me", Secret::new("pw"));
    let (result, said) = play("PLAIN", true, &me, vec![challenge("!!garbage!!")]);
    assert_eq!(result.unwrap_err().kind(), Kind::Protocol);
    assert_eq!(said.last().unwrap(), "*");
    assert!(!said[1..].iter().any(|s| s.contains(&b64::encode(b"pw"))));
    let (result, said) = play("LOGIN", true, &me, vec![challenge(""), challenge(""), challenge("")]);
    assert_eq!(result.unwrap_err().kind(), Kind::Protocol);
    assert_eq!(said, ["AUTH LOGIN", "bWU=", "cHc=", "*"]);
}

#[test]
fn challenges_without_end_end() {
    struct Asking(usize);
    impl Dialect for Asking {
        fn begin(&mut self, _: &'static str, _: Option<&Secret>) -> Result<Turn> {
            Ok(challenge(""))
        }
        fn respond(&mut self, _: &Secret) -> Result<Turn> {
            self.0 += 1;
            Ok(challenge(""))
        }
        fn cancel(&mut self) -> Result<Turn> {
            Ok(Turn::Refused(Error::new(Kind::Auth, "501")))
        }
    }
    let channel = Channel { private: true, ..Channel::default() };
    for name in ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"] {
        let me = Credentials::password("me", Secret::new("pw"));
        let mut asking = Asking(0);
        let only = Mechanism::from_name(name);
        let error = authenticate(&mut asking, &[], only, &me, &channel).unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol);
        assert!(asking.0 <= ROUNDS);
    }
}

#[test]
fn nothing_is_said_in_clear() {
    let me = Credentials::password("me", Secret::new("pw"));
    let mut played = Played { turns: VecDeque::new(), said: Vec::new(), initial: true };
    let offered = ["SCRAM-SHA-256".to_string(), "PLAIN".into()];
    let error = authenticate(&mut played, &offered, None, &me, &Channel::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Tls);
    assert!(played.said.is_empty());
}

#[test]
fn the_strongest_in_common_is_taken() {
    let me = Credentials::password("me", Secret::new("pw"));
    let all: Vec<String> = [
        "LOGIN",
        "PLAIN",
        "CRAM-MD5",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "SCRAM-SHA-256-PLUS",
        "XOAUTH2",
        "GSSAPI",
    ]
    .map(String::from)
    .into();
    let bound = Channel { private: true, binding: Some(binding()), ..Channel::default() };
    let unbound = Channel { binding: None, ..bound.clone() };
    let first = |offered: &[String], c: &Credentials, channel: &Channel| {
        mechanism::candidates(offered, None, c, channel).map(|m| m[0].name()).map_err(|e| e.kind())
    };
    assert_eq!(first(&all, &me, &bound), Ok("SCRAM-SHA-256"));
    assert_eq!(first(&all[5..6], &me, &bound), Err(Kind::Config), "the binding only on request");
    assert_eq!(first(&all, &me, &unbound), Ok("SCRAM-SHA-256"));
    assert_eq!(first(&all, &Credentials::token("me", Secret::new("t")), &bound), Ok("XOAUTH2"));
    assert_eq!(first(&all, &Credentials::certificate("me"), &bound), Err(Kind::Config));
    assert_eq!(first(&all[2..3], &me, &bound), Err(Kind::Config), "CRAM-MD5 only on request");
    let named = mechanism::candidates(&all, Mechanism::from_name("cram-md5"), &me, &unbound).unwrap();
    assert_eq!(named, [Mechanism::CramMd5]);
    let plus = Mechanism::from_name("scram-sha-256-plus");
    assert_eq!(mechanism::candidates(&all, plus, &me, &bound).unwrap(), [Mechanism::ScramSha256Plus]);
    assert_eq!(mechanism::candidates(&all, plus, &me, &unbound).unwrap_err().kind(), Kind::Config);
}

/// RFC 5802 §6: `y` where nothing that is offered can bind, for a server that can must then refuse.
#[test]
fn what_is_said_of_bindings_fits_the_offer() {
    let me = Credentials::password("me", Secret::new("pw"));
    let flag = |offered: &str, mechanism: Mechanism, binding: Option<ChannelBinding>| {
        let offered: Vec<String> = offered.split(' ').map(String::from).collect();
        let channel = Channel { private: true, binding, ..Channel::default() };
        let first = mechanism::start(mechanism, &offered, &me, &channel).unwrap().initial().unwrap();
        text(&first).split(',').next().unwrap().to_string()
    };
    let (sha1, sha256) = (Mechanism::ScramSha1, Mechanism::ScramSha256);
    assert_eq!(flag("SCRAM-SHA-1 PLAIN", sha1, Some(binding())), "y");
    assert_eq!(flag("SCRAM-SHA-1 PLAIN", sha1, None), "n");
    assert_eq!(flag("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", sha1, Some(binding())), "n");
    assert_eq!(flag("SCRAM-SHA-256 scram-sha-1-plus", sha256, Some(binding())), "n");
    assert_eq!(flag("SCRAM-SHA-256-PLUS SCRAM-SHA-256", sha256, Some(binding())), "n");
    assert_eq!(flag("", sha256, Some(binding())), "n", "nothing is known of the offer");
    assert_eq!(flag("", Mechanism::ScramSha256Plus, Some(binding())), "p=tls-exporter");
}

fn binding() -> ChannelBinding {
    ChannelBinding { name: "tls-exporter", data: vec![1, 2] }
}
