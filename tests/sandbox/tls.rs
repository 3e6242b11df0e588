//! The sandbox's certificates and TLS contexts, made in memory by an authority that lives as long as the process.
//!
//! Each control connection of the FTP server gets a context of its own: a data connection can then resume only
//! a session of its own control connection, which is what the strict servers in the field ask for.
use std::sync::OnceLock;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
pub use openssl::ssl::SslVersion;
use openssl::ssl::{SslAcceptor, SslMethod, SslVerifyMode};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509, X509NameBuilder};

/// Where TLS stands on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tls {
    /// Not offered.
    #[default]
    Off,
    /// Offered (AUTH TLS, STARTTLS, STLS), not asked for.
    Explicit,
    /// Offered, and nothing goes without it.
    Required,
    /// From the first byte.
    Implicit,
}

/// Which certificate a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Cert {
    /// For localhost, 127.0.0.1 and ::1, signed by the authority.
    #[default]
    Good,
    WrongName,
    Expired,
    NotYetValid,
    SelfSigned,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    pub cert: Cert,
    pub min: Option<SslVersion>,
    pub max: Option<SslVersion>,
    /// Asks for a client certificate and accepts only one of the authority's.
    pub client_cert: bool,
}

type Pair = (X509, PKey<Private>);

fn authority() -> &'static Pair {
    static AUTHORITY: OnceLock<Pair> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let key = key();
        let cert = certificate("wirepost sandbox CA", &key, Kind::Authority, None, (-1, 30));
        (cert, key)
    })
}

/// The authority's certificate, for the client's `--ca-file`.
pub fn ca_pem() -> Vec<u8> {
    authority().0.to_pem().expect("PEM")
}

/// A client certificate and its key, both PEM, with this common name.
pub fn client_pem(name: &str) -> (Vec<u8>, Vec<u8>) {
    let key = key();
    let cert = certificate(name, &key, Kind::Client, Some(authority()), (-1, 30));
    (cert.to_pem().expect("PEM"), key.private_key_to_pem_pkcs8().expect("PEM"))
}

pub fn acceptor(settings: Settings) -> SslAcceptor {
    let (cert, key) = server_pair(settings.cert);
    let mut b = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).expect("TLS context");
    b.set_private_key(key).expect("key");
    b.set_certificate(cert).expect("certificate");
    b.set_session_id_context(b"sandbox").expect("session context");
    b.set_min_proto_version(settings.min.or(Some(SslVersion::TLS1_2))).expect("version");
    b.set_max_proto_version(settings.max).expect("version");
    if settings.client_cert {
        let mut store = X509StoreBuilder::new().expect("store");
        store.add_cert(authority().0.clone()).expect("store");
        b.set_verify_cert_store(store.build()).expect("store");
        b.add_client_ca(&authority().0).expect("CA");
        b.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    }
    b.build()
}

/// The SHA-256 of the public key (SPKI, DER) of the certificate that a server shows.
pub fn spki_sha256(cert: Cert) -> Vec<u8> {
    let der = server_pair(cert).1.public_key_to_der().expect("DER");
    openssl::hash::hash(MessageDigest::sha256(), &der).expect("digest").to_vec()
}

fn server_pair(cert: Cert) -> &'static Pair {
    static PAIRS: [OnceLock<Pair>; 5] = [const { OnceLock::new() }; 5];
    PAIRS[cert as usize].get_or_init(|| {
        let key = key();
        let signer = (cert != Cert::SelfSigned).then(authority);
        let (kind, days) = match cert {
            Cert::WrongName => (Kind::Server(&["wrong.example"]), (-1, 30)),
            Cert::Expired => (Kind::LOCAL, (-30, -1)),
            Cert::NotYetValid => (Kind::LOCAL, (10, 30)),
            Cert::Good | Cert::SelfSigned => (Kind::LOCAL, (-1, 30)),
        };
        (certificate("sandbox", &key, kind, signer, days), key)
    })
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("key")).expect("key")
}

enum Kind {
    Authority,
    Client,
    Server(&'static [&'static str]),
}

impl Kind {
    const LOCAL: Kind = Kind::Server(&["localhost", "127.0.0.1", "::1"]);
}

fn certificate(name: &str, key: &PKey<Private>, kind: Kind, signer: Option<&Pair>, days: (i64, i64)) -> X509 {
    let mut subject = X509NameBuilder::new().expect("name");
    subject.append_entry_by_text("CN", name).expect("name");
    let subject = subject.build();
    let mut serial = BigNum::new().expect("serial");
    serial.rand(120, MsbOption::MAYBE_ZERO, false).expect("serial");
    let now = super::clock::now();
    let time = |days: i64| Asn1Time::from_unix(now + days * 86_400).expect("time");

    let mut b = X509::builder().expect("certificate");
    b.set_version(2).expect("version");
    b.set_serial_number(&Asn1Integer::from_bn(&serial).expect("serial")).expect("serial");
    b.set_subject_name(&subject).expect("subject");
    b.set_issuer_name(signer.map_or(&subject, |s| s.0.subject_name())).expect("issuer");
    b.set_pubkey(key).expect("key");
    b.set_not_before(&time(days.0)).expect("time");
    b.set_not_after(&time(days.1)).expect("time");
    match kind {
        Kind::Authority => {
            let constraints = BasicConstraints::new().critical().ca().build().expect("extension");
            b.append_extension(constraints).expect("extension");
            let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build().expect("extension");
            b.append_extension(usage).expect("extension");
        }
        Kind::Client => {
            let usage = ExtendedKeyUsage::new().client_auth().build().expect("extension");
            b.append_extension(usage).expect("extension");
        }
        Kind::Server(names) => {
            let mut san = SubjectAlternativeName::new();
            for name in names {
                if name.parse::<std::net::IpAddr>().is_ok() {
                    san.ip(name)
                } else {
                    san.dns(name)
                };
            }
            let san = san.build(&b.x509v3_context(signer.map(|s| &*s.0), None)).expect("extension");
            b.append_extension(san).expect("extension");
            let usage = ExtendedKeyUsage::new().server_auth().build().expect("extension");
            b.append_extension(usage).expect("extension");
        }
    }
    b.sign(signer.map_or(key, |s| &s.1), MessageDigest::sha256()).expect("signature");
    b.build()
}
