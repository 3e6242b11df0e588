//! Which server, and who we are there: `--server`, `RSENDMAIL_URL`, else the mail server of this machine; with `--mx` the
//! exchangers of each domain.

use crate::{
    TOOL,
    args::{Server, Shared},
};
use std::{net::IpAddr, path::Path};
use wirepost::{
    base::{
        error::*,
        url::{self, Url},
    },
    cli::{
        args::TlsChoice,
        config,
        secrets::{self, By},
    },
    net::Endpoint,
    smtp::{Options, Protocol, Tls},
    textproto::sasl::{Credentials, Mechanism},
};

/// `--mx` as a server's URL.
const EXCHANGERS: &str = "mx:";

/// See the module's essay.
#[derive(Clone, Debug)]
pub struct Target {
    /// With `mx` the host is a domain, or [`Target::ANY`] for each of them.
    pub endpoint: Endpoint,
    /// The host is a domain, which has its exchangers in the DNS.
    pub mx: bool,
    implicit: bool,
    /// Nobody named a server.
    pub by_default: bool,
    /// The user as flag, URL or netrc give it.
    pub user: Option<String>,
    pub credentials: Option<Credentials>,
    pub mechanism: Option<Mechanism>,
    choice: Option<TlsChoice>,
    pub options: Options,
}

impl Target {
    /// Stands for all domains: no domain has this name.
    pub const ANY: &str = "mx";

    /// `login`: whether the secret will be needed.
    ///
    /// # Errors
    /// `Usage` for what is no server's URL; `Config` for a login without its secret.
    pub fn new(shared: &Shared, login: bool) -> Result<Target> {
        let flags = &shared.server;
        let is_mx = |server: &str| server.eq_ignore_ascii_case(EXCHANGERS);
        match (flags.mx, flags.server.as_deref()) {
            (true, Some(server)) if !is_mx(server) => {
                return Err(Error::new(Kind::Usage, "--mx needs no --server"));
            }
            (true, _) => return Target::exchangers(shared),
            _ => {}
        }
        let named = flags.server.clone().or_else(|| config::url(&TOOL));
        if named.as_deref().is_some_and(is_mx) {
            return Target::exchangers(shared);
        }
        if let Some(path) = named.as_deref().and_then(socket) {
            return Target::socket(shared, path?);
        }
        let url = Url::parse(named.as_deref().unwrap_or("smtp://localhost:25"))
            .map_err(|e| e.hint_if_none("a server is smtp://[user@]host[:port] or smtps://…"))?;
        let (implicit, protocol) = match url.scheme.as_str() {
            "smtp" => (false, Protocol::Smtp),
            "smtps" => (true, Protocol::Smtp),
            "lmtp" => (false, Protocol::Lmtp),
            other => {
                let error = Error::new(Kind::Usage, format!("{other}:// is no mail server to send to"));
                return Err(error.hint("a server is smtp://[user@]host[:port], smtps://… or lmtp://…"));
            }
        };
        if implicit {
            shared.tls.agrees(&url.scheme, "smtp")?;
        }
        if !matches!(url.path.as_str(), "" | "/") {
            return Err(Error::new(Kind::Usage, format!("a mail server has no path: {}", url.path)));
        }
        let user = secrets::user(&shared.login, url.user.as_deref(), &url.host)?;
        let external = flags.auth == Some(Mechanism::External);
        let port = url.port.unwrap_or(match (implicit, user.is_some() || external) {
            // RFC 2033 §5 only says that it must not be 25.
            _ if protocol == Protocol::Lmtp => 24,
            (true, _) => 465,
            // RFC 6409 §3.1: submission has a port of its own.
            (false, true) => 587,
            (false, false) => 25,
        });
        let credentials = if login { credentials(shared, flags, user.as_deref(), &url.host)? } else { None };
        Ok(Target {
            endpoint: Endpoint::new(url.host, port),
            mx: false,
            implicit,
            by_default: named.is_none(),
            user,
            credentials,
            mechanism: flags.auth,
            choice: shared.tls.tls,
            options: options(flags, protocol),
        })
    }

    /// A socket of this machine, where LMTP is spoken.
    fn socket(shared: &Shared, path: String) -> Result<Target> {
        if shared.network.proxy.is_some() {
            return Err(Error::new(Kind::Usage, "a socket of this machine is not behind a proxy"));
        }
        Ok(Target::bare(shared, Endpoint::new(path, 0), Protocol::Lmtp))
    }

    /// `--mx`: no one server, and nobody to log in with.
    fn exchangers(shared: &Shared) -> Result<Target> {
        if shared.network.proxy.is_some() {
            let text = "--mx asks name servers, which a proxy does not carry";
            return Err(Error::new(Kind::Usage, text));
        }
        if shared.login.user.is_some() || shared.server.auth.is_some() {
            return Err(Error::new(Kind::Usage, "mail exchangers take no login"));
        }
        // Where TLS comes to nothing the mail goes in clear: whoever says what TLS has to be must say that it has to be.
        let tls = &shared.tls;
        let wants = [
            ("--pin-sha256", !tls.pin_sha256.is_empty()),
            ("--ca-file", tls.ca_file.is_some()),
            ("--ca-only", tls.ca_only.is_some()),
            ("--client-cert", tls.client_cert.is_some()),
            ("--tls-min", tls.tls_min.is_some()),
            ("--tls-max", tls.tls_max.is_some()),
        ];
        if let Some((flag, _)) = wants.iter().find(|(_, given)| *given)
            && tls.tls != Some(TlsChoice::Required)
        {
            let text = format!(
                "{flag} with --mx needs --tls required: mail goes to exchangers without TLS otherwise"
            );
            return Err(Error::new(Kind::Usage, text));
        }
        let port = shared.server.mx_port;
        Ok(Target { mx: true, ..Target::bare(shared, Endpoint::new(Target::ANY, port), Protocol::Smtp) })
    }

    fn bare(shared: &Shared, endpoint: Endpoint, protocol: Protocol) -> Target {
        Target {
            endpoint,
            mx: false,
            implicit: false,
            by_default: false,
            user: None,
            credentials: None,
            mechanism: None,
            choice: shared.tls.tls,
            options: options(&shared.server, protocol),
        }
    }

    /// The server with the user and the port that count.
    pub fn url(&self) -> String {
        if self.mx {
            return EXCHANGERS.to_string();
        }
        if let Some(path) = self.endpoint.path() {
            return format!("lmtp://{}", url::encode(path.as_os_str().as_encoded_bytes()));
        }
        let scheme = match (self.options.protocol, self.implicit) {
            (Protocol::Lmtp, _) => "lmtp",
            (_, true) => "smtps",
            (_, false) => "smtp",
        };
        let user = self.user.as_deref().map(|user| format!("{}@", encoded(user))).unwrap_or_default();
        format!("{scheme}://{user}{}", self.endpoint)
    }

    /// The TLS that a connection to this peer must have.
    pub fn tls(&self, shared: &Shared, peer: IpAddr) -> Tls {
        if self.mx && self.choice.is_none() {
            return Tls::Opportunistic;
        }
        match (self.implicit, shared.tls.required(peer, shared.network.proxy.is_some())) {
            (true, _) => Tls::Implicit,
            (false, true) => Tls::Starttls,
            (false, false) => Tls::Off,
        }
    }

    /// Whether the server is another machine, as far as its name tells.
    pub fn is_far(&self) -> bool {
        let host = &self.endpoint.host;
        if self.mx || self.endpoint.path().is_some() {
            return self.mx;
        }
        let near = host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
        !near && !host.eq_ignore_ascii_case("localhost")
    }

    /// Whether a password may go in clear: only if the user said so.
    pub fn allow_clear(&self) -> bool {
        self.choice == Some(TlsChoice::Off)
    }
}

fn options(flags: &Server, protocol: Protocol) -> Options {
    Options {
        protocol,
        helo: flags.helo.clone().or_else(qualified_host),
        verdict: flags.verdict_timeout,
        pipelining: !flags.no_pipelining,
        chunking: !flags.no_chunking,
    }
}

/// The path in `lmtp:///run/dovecot/lmtp`.
fn socket(url: &str) -> Option<Result<String>> {
    let scheme = url.get(..7).filter(|s| s.eq_ignore_ascii_case("lmtp://"))?;
    let path = url[scheme.len()..].strip_prefix('/')?;
    let path = url::decode(path).and_then(|bytes| String::from_utf8(bytes).ok());
    Some(match path.filter(|p| !p.is_empty() && !p.contains('\0')) {
        Some(path) => Ok(format!("/{path}")),
        None => Err(Error::new(Kind::Usage, format!("not the path of a socket: {url}"))),
    })
}

/// What could end a URL's user in `%XX`.
fn encoded(user: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~@+".contains(&b);
    user.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

fn credentials(
    shared: &Shared,
    flags: &Server,
    user: Option<&str>,
    host: &str,
) -> Result<Option<Credentials>> {
    let by = By {
        token_command: flags.token_command.as_deref(),
        external: flags.auth == Some(Mechanism::External),
        // For TLS alone: many servers take mail from whoever has one, without a login.
        certificate: false,
    };
    let found = secrets::credentials(&TOOL, &shared.login, by, user, host)?;
    if found.is_none() && (flags.token_command.is_some() || flags.auth.is_some()) {
        return Err(Error::new(Kind::Usage, "a login needs a user").hint("-u NAME, or smtp://NAME@host"));
    }
    Ok(found)
}

/// The name of this machine, if it is a full one.
pub fn qualified_host() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (name.trim_end_matches('.').contains('.') && name.chars().all(fine)).then_some(name)
}

/// The name of this machine, full or not: for what is of this machine and nobody else's.
pub fn own_domain() -> String {
    mail_domain().unwrap_or_else(|| {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !name.is_empty() && name.chars().all(fine) { name } else { "localhost".into() }
    })
}

/// The domain of an address for a user of this machine: where the machine says what its mail comes from, else its name.
pub fn mail_domain() -> Option<String> {
    let said = std::fs::read_to_string(Path::new("/etc/mailname")).unwrap_or_default();
    let said = said.lines().next().unwrap_or_default().trim().to_string();
    if said.contains('.') { Some(said) } else { qualified_host() }
}
