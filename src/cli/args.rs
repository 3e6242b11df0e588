//! The flags that all programs share, in groups. They validate and describe; what they mean is built by their methods, and
//! nothing here touches the world but for the proxy's password.

use super::{output, progress, secrets};
use crate::{
    base::{b64, date, digest, error::*, quantity},
    net::{
        Cancel, Dialer, Family, Proxy, Timeouts, Tracer,
        tls::{TlsOptions, Version},
    },
};
use clap::{Args, ValueEnum};
use std::{net::IpAddr, path::PathBuf, time::Duration};

/// A command for the shell. An empty one is a variable that was not set, and would succeed at nothing.
///
/// # Errors
/// What is wrong with it.
pub fn command(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("the command is empty".into()) } else { Ok(text.into()) }
}

/// `90`, `5m`, `2h`, `30d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    date::span(text).ok_or_else(|| "not a duration such as 90, 30s, 5m, 2h or 30d".into())
}

/// `4096`, `10M`, `1.5G`.
pub fn size(text: &str) -> Result<u64, String> {
    quantity::size(text).ok_or_else(|| "not a size such as 4096, 64K, 10M or 1.5G".into())
}

fn pin(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.strip_prefix("sha256//").or_else(|| text.strip_prefix("sha256:")).unwrap_or(text);
    let bytes =
        if digits.len() == 64 { digest::unhex(digits.as_bytes()) } else { b64::decode(digits.as_bytes()) };
    bytes.filter(|b| b.len() == 32).ok_or_else(|| "not a SHA-256 in hexadecimal or base64".into())
}

/// `--proxy`, right or wrong: what is wrong with it is told without it, for it may hold a password.
#[derive(Clone, Debug)]
pub struct ProxyFlag(Result<Proxy, Error>);

fn proxy(text: &str) -> Result<ProxyFlag, std::convert::Infallible> {
    Ok(ProxyFlag(Proxy::parse(text)))
}

/// Output.
#[derive(Args, Clone, Debug, Default)]
pub struct Common {
    /// Write JSON Lines to stdout: one object an item, a summary last
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// Write the JSON Lines to FILE (or fd:3) beside the normal output
    #[arg(long, global = true, value_name = "FILE", help_heading = "Output")]
    pub json_file: Option<String>,
    /// Errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Say what is done
    #[arg(short, long, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// Show the whole conversation on stderr, secrets masked
    #[arg(long, global = true, help_heading = "Output")]
    pub trace: bool,
    /// Progress on stderr
    #[arg(long, global = true, value_enum, value_name = "MODE", default_value_t, help_heading = "Output")]
    pub progress: progress::Mode,
    /// Take the flags of account NAME from the account file
    #[arg(long, global = true, value_name = "NAME", help_heading = "Account")]
    pub account: Option<String>,
    /// The account file, in place of ~/.config/wirepost/config
    #[arg(long, global = true, value_name = "FILE", help_heading = "Account")]
    pub config: Option<PathBuf>,
}

/// Limits and ways of the network.
#[derive(Args, Clone, Debug)]
pub struct Network {
    /// Time to resolve, connect and shake hands
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, default_value = "15s", help_heading = "Network")]
    pub connect_timeout: Duration,
    /// Longest silence while bytes should flow, and time for a server's greeting
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, default_value = "60s", help_heading = "Network")]
    pub timeout: Duration,
    /// Time for a reply to a command
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, default_value = "5m", help_heading = "Network")]
    pub reply_timeout: Duration,
    /// Time for the whole run
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = "Network")]
    pub max_time: Option<Duration>,
    /// How often to try again after a passing failure
    #[arg(long, global = true, value_name = "N", default_value_t = 3, help_heading = "Network")]
    pub retries: u32,
    /// Begin no retry later than this after the first try
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = "Network")]
    pub retry_max_time: Option<Duration>,
    /// IPv4 only
    #[arg(short = '4', long = "ipv4", global = true, conflicts_with = "ipv6", help_heading = "Network")]
    pub ipv4: bool,
    /// IPv6 only
    #[arg(short = '6', long = "ipv6", global = true, help_heading = "Network")]
    pub ipv6: bool,
    /// Local address of all connections
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Network")]
    pub bind: Option<IpAddr>,
    /// Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT);
    /// no environment variable names one
    #[arg(long, global = true, value_name = "URL", value_parser = proxy, help_heading = "Network")]
    pub proxy: Option<ProxyFlag>,
    /// Read the proxy user's password from FILE, not from WIREPOST_PROXY_PASSWORD
    #[arg(long, global = true, value_name = "FILE", requires = "proxy", help_heading = "Network")]
    pub proxy_password_file: Option<PathBuf>,
}

/// `--tls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsChoice {
    /// TLS before anything else is said, or failure
    Required,
    /// No TLS
    Off,
}

/// `--tls-min`, `--tls-max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsVersion {
    #[value(name = "1.2")]
    V1_2,
    #[value(name = "1.3")]
    V1_3,
}

impl From<TlsVersion> for Version {
    fn from(v: TlsVersion) -> Version {
        match v {
            TlsVersion::V1_2 => Version::V1_2,
            TlsVersion::V1_3 => Version::V1_3,
        }
    }
}

/// TLS.
#[derive(Args, Clone, Debug)]
pub struct TlsArgs {
    /// Whether TLS must be used; required unless the server is on loopback
    #[arg(long, global = true, value_enum, value_name = "MODE", help_heading = "TLS")]
    pub tls: Option<TlsChoice>,
    /// Trust the certificates in FILE as well (PEM)
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub ca_file: Option<PathBuf>,
    /// Trust the certificates in FILE and no others (PEM)
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "ca_file", help_heading = "TLS")]
    pub ca_only: Option<PathBuf>,
    /// SHA-256 of the server's public key; must match beside the usual checks
    #[arg(long, global = true, value_name = "HASH", value_parser = pin, help_heading = "TLS")]
    pub pin_sha256: Vec<Vec<u8>>,
    /// The pinned key is enough: no other check of the certificate
    #[arg(long, global = true, requires = "pin_sha256", help_heading = "TLS")]
    pub pin_only: bool,
    /// Our certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub client_cert: Option<PathBuf>,
    /// Its key, if it is in another file (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "client_cert", help_heading = "TLS")]
    pub client_key: Option<PathBuf>,
    /// Least version of TLS
    #[arg(long, global = true, value_enum, value_name = "VERSION", help_heading = "TLS")]
    pub tls_min: Option<TlsVersion>,
    /// Highest version of TLS
    #[arg(long, global = true, value_enum, value_name = "VERSION", help_heading = "TLS")]
    pub tls_max: Option<TlsVersion>,
    /// Check no certificate at all: anybody can read and change what is sent
    #[arg(long, global = true, help_heading = "TLS")]
    pub insecure_skip_verify: bool,
}

/// Who we are, and where the secret comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct Login {
    /// User to log in as
    #[arg(short, long, global = true, value_name = "NAME", help_heading = "Login")]
    pub user: Option<String>,
    /// Read the password from the first line of FILE, or of stdin (-)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Login")]
    pub password_file: Option<PathBuf>,
    /// Take the password from the output of CMD
    #[arg(long, global = true, value_name = "CMD", value_parser = command, help_heading = "Login")]
    pub password_command: Option<String>,
    /// Take the password from the environment variable VAR
    #[arg(long, global = true, value_name = "VAR", help_heading = "Login")]
    pub password_env: Option<String>,
    /// Read logins from FILE in place of ~/.netrc
    #[arg(long, global = true, value_name = "FILE", help_heading = "Login")]
    pub netrc_file: Option<PathBuf>,
    /// The work is an earlier run's: the program's own variable, which is for whatever server this run is about, is not for its servers.
    #[arg(skip)]
    pub earlier: bool,
    /// Refused: a password in argv can be read by every user of the machine
    #[arg(long, global = true, hide = true, value_name = "SECRET")]
    pub password: Option<String>,
}

impl Network {
    pub fn timeouts(&self) -> Timeouts {
        Timeouts { connect: self.connect_timeout, silence: self.timeout, reply: self.reply_timeout }
    }

    /// The dialer of this run. `beyond_native`: see [`TlsOptions`].
    pub fn dialer(&self, tls: &TlsArgs, beyond_native: bool, cancel: &Cancel, trace: Tracer) -> Dialer {
        if tls.insecure_skip_verify {
            output::unverified();
        }
        let mut dialer = Dialer::new(cancel.clone(), self.timeouts(), tls.options(beyond_native), trace);
        dialer.family = match (self.ipv4, self.ipv6) {
            (true, _) => Family::V4,
            (_, true) => Family::V6,
            _ => Family::Any,
        };
        dialer.bind = self.bind;
        let file = self.proxy_password_file.as_deref();
        dialer.proxy = self.proxy.clone().map(|flag| flag.0.and_then(|proxy| secrets::proxy(proxy, file)));
        dialer
    }
}

impl TlsArgs {
    pub fn options(&self, beyond_native: bool) -> TlsOptions {
        TlsOptions {
            ca_file: self.ca_file.clone(),
            ca_only: self.ca_only.clone(),
            pins: self.pin_sha256.clone(),
            pin_only: self.pin_only,
            client_cert: self.client_cert.clone(),
            client_key: self.client_key.clone(),
            min: self.tls_min.map(Into::into),
            max: self.tls_max.map(Into::into),
            insecure: self.insecure_skip_verify,
            beyond_native,
        }
    }

    /// `--tls off` and a scheme that is TLS from the start say the opposite of each other.
    ///
    /// # Errors
    /// `Usage`, naming the scheme without.
    pub fn agrees(&self, scheme: &str, plain: &str) -> Result<()> {
        if self.tls != Some(TlsChoice::Off) || scheme == plain {
            return Ok(());
        }
        Err(usage(format!("{scheme}:// is TLS always, --tls off denies it")).hint(format!("use {plain}://")))
    }

    /// Whether a connection must be under TLS before a login or a message goes over it. By default it must, but for a
    /// peer on loopback that was reached directly.
    pub fn required(&self, peer: IpAddr, proxied: bool) -> bool {
        match self.tls {
            Some(TlsChoice::Required) => true,
            Some(TlsChoice::Off) => false,
            None => proxied || !peer.to_canonical().is_loopback(),
        }
    }
}

/// Wrong usage in one line.
pub fn usage(message: impl Into<String>) -> Error {
    Error::new(Kind::Usage, message)
}
