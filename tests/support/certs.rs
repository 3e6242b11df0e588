//! Throw-away certificates: one authority, and what a TLS test wants signed (or not signed) by it.
//!
//! Made anew for every test that asks, a few milliseconds each, for a checked-in certificate expires one day and
//! a checked-in key alarms every secret scanner. Keys are P-256 (quick to make, accepted by every server here).
//! All of it lies as PEM files in a temporary directory that goes when the value is dropped.

#![allow(dead_code, reason = "several test programs include this file; none uses all of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};

/// A certificate with its key, as PEM files.
#[derive(Debug, Clone)]
pub struct Pair {
    pub cert: PathBuf,
    /// PKCS #8, readable by the owner only.
    pub key: PathBuf,
    /// Key and certificate in one file, as some servers want them.
    pub both: PathBuf,
}

/// Which certificate a server is to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cert {
    /// For localhost, 127.0.0.1, 127.0.0.2 and ::1, signed by the authority.
    #[default]
    Good,
    /// Signed by the authority, for another name.
    WrongName,
    Expired,
    NotYetValid,
    /// For localhost, but signed by nobody.
    SelfSigned,
}

pub struct Certs {
    dir: tempfile::TempDir,
    /// The authority that a client is told to trust.
    pub ca: PathBuf,
    /// Another authority, which signed nothing here.
    pub other_ca: PathBuf,
    pub server: Pair,
    pub wrong_name: Pair,
    pub expired: Pair,
    pub not_yet_valid: Pair,
    pub self_signed: Pair,
    /// A client's own: common name "tester", signed by the authority.
    pub client: Pair,
}

/// The name on the `wrong_name` certificate.
pub const WRONG_NAME: &str = "elsewhere.example";

const DAY: i64 = 86_400;
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "127.0.0.2", "::1"];

struct Issuer {
    cert: X509,
    key: PKey<Private>,
}

impl Certs {
    /// Makes all of them. Panics when it cannot: without certificates there is nothing to test.
    pub fn new() -> Certs {
        Certs::make().expect("make certificates")
    }

    fn make() -> Result<Certs, Box<dyn std::error::Error>> {
        let dir = tempfile::Builder::new().prefix("wirepost-certs-").tempdir()?;
        // Servers that drop their privileges read certificates afterwards; the keys stay private.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        let at = dir.path();
        let now = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_secs())?;
        let valid = (now - DAY, now + 30 * DAY);

        let (ca, ca_file) = authority("wirepost test authority", valid, &at.join("ca.pem"))?;
        let (_, other_ca) = authority("some other authority", valid, &at.join("other-ca.pem"))?;
        let past = (now - 30 * DAY, now - DAY);
        let future = (now + DAY, now + 30 * DAY);
        Ok(Certs {
            ca: ca_file,
            other_ca,
            server: leaf(at, "server", LOCAL, valid, Some(&ca))?,
            wrong_name: leaf(at, "wrong-name", &[WRONG_NAME], valid, Some(&ca))?,
            expired: leaf(at, "expired", LOCAL, past, Some(&ca))?,
            not_yet_valid: leaf(at, "not-yet-valid", LOCAL, future, Some(&ca))?,
            self_signed: leaf(at, "self-signed", LOCAL, valid, None)?,
            client: leaf(at, "tester", &[], valid, Some(&ca))?,
            dir,
        })
    }

    pub fn pair(&self, which: Cert) -> &Pair {
        match which {
            Cert::Good => &self.server,
            Cert::WrongName => &self.wrong_name,
            Cert::Expired => &self.expired,
            Cert::NotYetValid => &self.not_yet_valid,
            Cert::SelfSigned => &self.self_signed,
        }
    }

    /// The directory of all these files.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

fn authority(
    name: &str,
    valid: (i64, i64),
    file: &Path,
) -> Result<(Issuer, PathBuf), Box<dyn std::error::Error>> {
    let key = new_key()?;
    let subject = common_name(name)?;
    let mut builder = blank(&subject, &subject, &key, valid)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(&key, MessageDigest::sha256())?;
    let cert = builder.build();
    fs::write(file, cert.to_pem()?)?;
    Ok((Issuer { cert, key }, file.to_owned()))
}

/// A certificate for `names` (host names and addresses; a client's has none), signed by `issuer` or by itself.
fn leaf(
    dir: &Path,
    name: &str,
    names: &[&str],
    valid: (i64, i64),
    issuer: Option<&Issuer>,
) -> Result<Pair, Box<dyn std::error::Error>> {
    let key = new_key()?;
    let subject = common_name(names.first().unwrap_or(&name))?;
    let issuer_name = issuer.map_or(&*subject, |issuer| issuer.cert.subject_name());
    let mut builder = blank(&subject, issuer_name, &key, valid)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    let mut usage = ExtendedKeyUsage::new();
    let usage = if names.is_empty() { usage.client_auth() } else { usage.server_auth() };
    builder.append_extension(usage.build()?)?;
    let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.cert), None);
    let mut extensions = vec![SubjectKeyIdentifier::new().build(&context)?];
    if issuer.is_some() {
        extensions.push(AuthorityKeyIdentifier::new().keyid(false).build(&context)?);
    }
    if !names.is_empty() {
        let mut san = SubjectAlternativeName::new();
        for name in names {
            match name.parse::<std::net::IpAddr>() {
                Ok(_) => san.ip(name),
                Err(_) => san.dns(name),
            };
        }
        extensions.push(san.build(&context)?);
    }
    for extension in extensions {
        builder.append_extension(extension)?;
    }
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256())?;

    let (cert, key) = (builder.build().to_pem()?, key.private_key_to_pem_pkcs8()?);
    let both = [key.as_slice(), cert.as_slice()].concat();
    Ok(Pair {
        cert: public(dir.join(format!("{name}.pem")), &cert)?,
        key: private(dir.join(format!("{name}.key")), &key)?,
        both: private(dir.join(format!("{name}.both.pem")), &both)?,
    })
}

fn blank(
    subject: &openssl::x509::X509NameRef,
    issuer: &openssl::x509::X509NameRef,
    key: &PKey<Private>,
    (from, to): (i64, i64),
) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::from_unix(from)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(to)?)?;
    Ok(builder)
}

fn new_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn common_name(name: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(builder.build())
}

fn public(path: PathBuf, content: &[u8]) -> std::io::Result<PathBuf> {
    fs::write(&path, content)?;
    Ok(path)
}

fn private(path: PathBuf, content: &[u8]) -> std::io::Result<PathBuf> {
    fs::write(&path, content)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(path)
}
