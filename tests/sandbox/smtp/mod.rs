//! The SMTP server: RFC 5321 with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN, CHUNKING, ENHANCEDSTATUSCODES,
//! STARTTLS, AUTH and REQUIRETLS; LMTP (RFC 2033) with a switch.
//!
//! What an extension allows is allowed only where it was offered; what it is not (bytes behind a command that
//! has to be the last of its group; in a message a bare LF, a line over 998, eight bits under BODY=7BIT) is a
//! violation in the log, and such a message is refused.
//!
//! Pseudo-events: `CONNECT`, `HANDSHAKE`, `AUTH-LINE` (each answer to a challenge), `DOT` (the end of a message,
//! and in LMTP once a recipient, with its address). `Fault::CutAfter` on DATA counts the bytes of the message.
mod body;

use std::io;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use openssl::ssl::SslAcceptor;

use self::body::Body;
use super::sasl;
use super::script::{Acts, Rule, Script};
use super::store::Store;
use super::tls::{self, Cert, SslVersion, Tls};
use super::wire::{Dialect, Flow, Running, Wire, drive, verb};

#[derive(Clone, Debug)]
pub struct Options {
    /// Of loopback.
    pub ip: [u8; 4],
    pub port: u16,
    pub store: Store,
    pub tls: Tls,
    pub cert: Cert,
    pub tls_min: Option<SslVersion>,
    pub tls_max: Option<SslVersion>,
    pub client_cert: bool,
    pub lmtp: bool,
    /// The mechanisms offered (under TLS, or without it where `clear_auth` is set).
    pub auth: Vec<&'static str>,
    pub clear_auth: bool,
    /// MAIL only after AUTH: `530`.
    pub require_auth: bool,
    pub size: u64,
    /// EHLO keywords and commands that are not there.
    pub off: Vec<&'static str>,
    /// RCPT beyond this is `452 4.5.3`.
    pub max_recipients: usize,
    /// MAIL beyond this, on one connection, is `421`.
    pub max_messages: usize,
    /// Addresses without an account are taken too (and seen in `sent` only); else `550`.
    pub relay: bool,
    /// How many bytes of a message `sent` keeps.
    pub keep: usize,
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            ip: [127, 0, 0, 1],
            port: 0,
            store: Store::default(),
            tls: Tls::Off,
            cert: Cert::Good,
            tls_min: None,
            tls_max: None,
            client_cert: false,
            lmtp: false,
            auth: vec![
                "SCRAM-SHA-256",
                "SCRAM-SHA-1",
                "PLAIN",
                "LOGIN",
                "CRAM-MD5",
                "XOAUTH2",
                "OAUTHBEARER",
            ],
            clear_auth: false,
            require_auth: false,
            size: 50_000_000,
            off: Vec::new(),
            max_recipients: 100,
            max_messages: usize::MAX,
            relay: true,
            keep: usize::MAX,
            rules: Vec::new(),
        }
    }
}

/// A message that was taken.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub connection: usize,
    pub tls: bool,
    pub user: Option<String>,
    /// What EHLO, HELO or LHLO said.
    pub helo: String,
    pub from: String,
    /// The parameters of MAIL, as they came.
    pub params: Vec<String>,
    /// Recipients with their parameters.
    pub to: Vec<(String, Vec<String>)>,
    /// Without dot-stuffing; cut at `Options::keep`.
    pub bytes: Arc<Vec<u8>>,
    pub size: u64,
    pub sha256: [u8; 32],
}

type Outbox = Arc<Mutex<Vec<Sent>>>;

pub struct Server {
    running: Running,
    sent: Outbox,
    pub store: Store,
    tls: Tls,
    lmtp: bool,
}

impl Server {
    pub fn start(mut options: Options) -> Server {
        let sent = Outbox::default();
        let (tls, lmtp, store) = (options.tls, options.lmtp, options.store.clone());
        let at = (options.ip, options.port).into();
        let script = Script::new(std::mem::take(&mut options.rules));
        let session = {
            let sent = Arc::clone(&sent);
            move |wire: Wire| serve(wire, &options, &sent)
        };
        Server { running: Running::start_at(at, script, session), sent, store, tls, lmtp }
    }

    /// The messages taken so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn url(&self) -> String {
        let scheme = match self.tls {
            _ if self.lmtp => "lmtp",
            Tls::Implicit => "smtps",
            _ => "smtp",
        };
        format!("{scheme}://{}", self.addr())
    }
}

impl Deref for Server {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

struct Session<'a> {
    wire: Wire,
    options: &'a Options,
    outbox: &'a Outbox,
    acceptor: Option<SslAcceptor>,
    /// Whether EHLO was said, so that extensions count.
    extended: bool,
    helo: Option<String>,
    user: Option<String>,
    /// MAIL was taken.
    mail: Option<Sent>,
    body: Body,
    messages: usize,
}

fn serve(mut wire: Wire, options: &Options, outbox: &Outbox) -> io::Result<()> {
    let Options { cert, tls_min: min, tls_max: max, client_cert, .. } = *options;
    let settings = tls::Settings { cert, min, max, client_cert };
    let acceptor = (options.tls != Tls::Off).then(|| tls::acceptor(settings));
    if let (Tls::Implicit, Some(acceptor)) = (options.tls, &acceptor) {
        wire.secure(acceptor, false)?;
    }
    let body = Body::default();
    let (extended, helo, user, mail, messages) = (false, None, None, None, 0);
    let mut session = Session { wire, options, outbox, acceptor, extended, helo, user, mail, body, messages };
    let protocol = if options.lmtp { "LMTP" } else { "ESMTP" };
    drive(&mut session, &format!("220 sandbox.example {protocol}\r\n"))
}

impl Dialect for Session<'_> {
    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn secure(&mut self) -> io::Result<()> {
        (self.helo, self.extended, self.user, self.mail) = (None, false, None, None);
        match &self.acceptor {
            Some(acceptor) => self.wire.secure(acceptor, false),
            None => Ok(()),
        }
    }

    fn command(&mut self, line: &[u8], acts: &Acts) -> io::Result<Flow> {
        let Ok(line) = std::str::from_utf8(line) else {
            self.wire.reply("500 5.5.2 Not UTF-8");
            return Ok(Flow::Go);
        };
        let verb = verb(line.as_bytes());
        let arg = line.get(verb.len() + 1..).unwrap_or_default();
        let last = matches!(
            verb.as_str(),
            "EHLO" | "HELO" | "LHLO" | "DATA" | "QUIT" | "STARTTLS" | "AUTH" | "NOOP"
        );
        if (last || !self.offers("PIPELINING")) && verb != "BDAT" && self.wire.pipelined() {
            self.wire.hub.violation(format!("bytes pipelined behind {verb}"));
        }
        if self.options.off.contains(&verb.as_str()) {
            self.wire.reply("502 5.5.1 Not implemented");
            return Ok(Flow::Go);
        }
        match verb.as_str() {
            "EHLO" | "HELO" | "LHLO" => self.hello(&verb, arg),
            "NOOP" => self.wire.reply("250 2.0.0 Fine"),
            "RSET" => {
                (self.mail, self.body) = (None, Body::default());
                self.wire.reply("250 2.0.0 Forgotten");
            }
            "QUIT" => {
                self.wire.reply("221 2.0.0 Bye");
                return Ok(Flow::Quit);
            }
            "VRFY" => self.wire.reply("252 2.5.0 Try it"),
            _ if self.helo.is_none() => self.wire.reply("503 5.5.1 EHLO first"),
            "STARTTLS" if !self.offers("STARTTLS") => self.wire.reply("502 5.5.1 Not offered"),
            "STARTTLS" => {
                self.wire.reply("220 2.0.0 Go ahead");
                return Ok(Flow::Secure);
            }
            _ if self.options.tls == Tls::Required && !self.wire.is_tls() => {
                self.wire.reply("530 5.7.0 STARTTLS first");
            }
            "AUTH" => self.auth(arg)?,
            "MAIL" => {
                self.messages += 1;
                if self.messages > self.options.max_messages {
                    self.wire.reply("421 4.7.0 Enough for one connection");
                    return Ok(Flow::Quit);
                }
                let reply = self.mail(arg).unwrap_or_else(|refusal| refusal);
                self.wire.reply(reply);
            }
            "RCPT" => {
                let reply = self.rcpt(arg).unwrap_or_else(|refusal| refusal);
                self.wire.reply(reply);
            }
            "DATA" if self.mail.as_ref().is_none_or(|mail| mail.to.is_empty()) => {
                self.wire.reply("554 5.5.1 No valid recipients");
            }
            "DATA" if self.param("BODY=BINARYMIME") => self.wire.reply("503 5.5.1 BINARYMIME wants BDAT"),
            "DATA" => {
                self.wire.reply("354 Send it");
                let cut = acts.cut();
                if self.body.read_dotted(&mut self.wire, cut)? {
                    self.finish()?;
                }
            }
            "BDAT" => self.bdat(arg, acts)?,
            _ => self.wire.reply("500 5.5.2 Unknown command"),
        }
        Ok(Flow::Go)
    }
}

impl Session<'_> {
    fn offers(&self, keyword: &str) -> bool {
        self.extended && self.keywords().iter().any(|k| k.split(' ').next() == Some(keyword))
    }

    fn keywords(&self) -> Vec<String> {
        let mut all: Vec<String> =
            ["PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME"]
                .map(str::to_owned)
                .into();
        all.push(format!("SIZE {}", self.options.size));
        let tls = self.wire.is_tls();
        if self.acceptor.is_some() && !tls {
            all.push("STARTTLS".into());
        }
        if tls {
            all.push("REQUIRETLS".into());
        }
        if (tls || self.options.clear_auth) && !self.options.auth.is_empty() {
            all.push(format!("AUTH {}", self.options.auth.join(" ")));
        }
        all.retain(|k| !self.options.off.contains(&k.split(' ').next().unwrap_or_default()));
        all
    }

    fn hello(&mut self, verb: &str, arg: &str) {
        if (verb == "LHLO") != self.options.lmtp {
            return self.wire.reply("500 5.5.1 Wrong protocol");
        }
        if arg.is_empty() || arg.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return self.wire.reply("501 5.5.4 A name, please");
        }
        (self.helo, self.mail, self.extended) = (Some(arg.to_owned()), None, verb != "HELO");
        let mut lines = vec!["sandbox.example".to_owned()];
        if self.extended {
            lines.extend(self.keywords());
        }
        let last = lines.len() - 1;
        for (n, line) in lines.iter().enumerate() {
            self.wire.reply(format!("250{}{line}", if n == last { ' ' } else { '-' }));
        }
    }

    fn auth(&mut self, arg: &str) -> io::Result<()> {
        let (mechanism, initial) = arg.split_once(' ').map_or((arg, None), |(m, i)| (m, Some(i.as_bytes())));
        let known = self.options.auth.iter().any(|name| name.eq_ignore_ascii_case(mechanism));
        if self.user.is_some() || self.mail.is_some() {
            self.wire.reply("503 5.5.1 Not now");
        } else if !self.offers("AUTH") {
            self.wire.reply("538 5.7.11 Encryption required");
        } else if !known {
            self.wire.reply("504 5.5.4 Unknown mechanism");
        } else {
            let plus = self.options.auth.iter().any(|name| name.ends_with("-PLUS"));
            let mut server = sasl::Server::new(mechanism, &self.options.store, self.wire.ssl(), plus);
            self.user = sasl::converse(&mut self.wire, &mut server, initial, "334 ")?;
            match self.user {
                Some(_) => self.wire.reply("235 2.7.0 Welcome"),
                None => self.wire.reply("535 5.7.8 Authentication credentials invalid"),
            }
        }
        Ok(())
    }

    fn param(&self, param: &str) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.params.iter().any(|p| p.eq_ignore_ascii_case(param)))
    }

    fn mail(&mut self, arg: &str) -> Result<String, String> {
        if self.mail.is_some() {
            return Err("503 5.5.1 One at a time".into());
        }
        if self.options.require_auth && self.user.is_none() {
            return Err("530 5.7.0 Authentication required".into());
        }
        let (from, params) = path(arg, "FROM:").ok_or("501 5.5.4 MAIL FROM:<address>")?;
        for param in &params {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            let keyword = match name.to_ascii_uppercase().as_str() {
                "SIZE" if value.parse::<u64>().is_ok_and(|n| n > self.options.size) => {
                    return Err("552 5.3.4 Too big".into());
                }
                "SIZE" => "SIZE",
                "BODY" if value.eq_ignore_ascii_case("BINARYMIME") => "BINARYMIME",
                "BODY" => "8BITMIME",
                "SMTPUTF8" => "SMTPUTF8",
                "RET" | "ENVID" => "DSN",
                "AUTH" => "AUTH",
                "REQUIRETLS" => "REQUIRETLS",
                _ => "-",
            };
            if !self.offers(keyword) {
                return Err("555 5.5.4 Parameter not offered".into());
            }
        }
        let utf8 = params.iter().any(|p| p.eq_ignore_ascii_case("SMTPUTF8"));
        check_address(&from, utf8, true)?;
        let (helo, user) = (self.helo.clone().unwrap_or_default(), self.user.clone());
        let (connection, tls) = (self.wire.connection, self.wire.is_tls());
        self.mail = Some(Sent { connection, tls, user, helo, from, params, ..Sent::default() });
        self.body = Body { room: self.options.keep, ..Body::default() };
        Ok("250 2.1.0 Sender fine".into())
    }

    fn rcpt(&mut self, arg: &str) -> Result<String, String> {
        let utf8 = self.param("SMTPUTF8");
        let dsn = self.offers("DSN");
        let mail = self.mail.as_mut().ok_or("503 5.5.1 MAIL first")?;
        let (to, params) = path(arg, "TO:").ok_or("501 5.5.4 RCPT TO:<address>")?;
        let known = |p: &String| ["NOTIFY=", "ORCPT="].iter().any(|n| p.to_ascii_uppercase().starts_with(n));
        if params.iter().any(|p| !dsn || !known(p)) {
            return Err("555 5.5.4 Parameter not offered".into());
        }
        check_address(&to, utf8, false)?;
        if mail.to.len() >= self.options.max_recipients {
            return Err("452 4.5.3 Too many recipients".into());
        }
        if !self.options.relay && self.options.store.account_of(&to).is_none() {
            return Err(format!("550 5.1.1 <{to}> unknown"));
        }
        mail.to.push((to, params));
        Ok("250 2.1.5 Recipient fine".into())
    }

    fn bdat(&mut self, arg: &str, acts: &Acts) -> io::Result<()> {
        let (size, last) = arg.split_once(' ').map_or((arg, ""), |(n, last)| (n, last));
        let Ok(size) = size.parse::<u64>() else {
            self.wire.reply("501 5.5.4 BDAT size");
            return Ok(());
        };
        // The bytes come in any case.
        if !self.body.read_counted(&mut self.wire, size, acts.cut())? {
            return Ok(());
        }
        if !self.offers("CHUNKING") || self.mail.as_ref().is_none_or(|mail| mail.to.is_empty()) {
            self.wire.reply("503 5.5.1 No valid recipients");
        } else if last.eq_ignore_ascii_case("LAST") {
            self.finish()?;
        } else {
            self.wire.reply("250 2.0.0 Go on");
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let Some(mut mail) = self.mail.take() else { return Ok(()) };
        let mut body = std::mem::take(&mut self.body);
        if body.eight_bit
            && !mail.params.iter().any(|p| {
                p.to_ascii_uppercase().starts_with("BODY=") && !p.to_ascii_uppercase().ends_with("=7BIT")
            })
        {
            body.flaws.push("eight bits without BODY=8BITMIME");
        }
        if !mail.params.iter().any(|p| p.eq_ignore_ascii_case("BODY=BINARYMIME")) {
            for flaw in &body.flaws {
                self.wire.hub.violation(*flaw);
            }
            if let Some(flaw) = body.flaws.first() {
                self.wire.reply(format!("554 5.6.0 {flaw}"));
                return Ok(());
            }
        }
        if body.size > self.options.size {
            self.wire.reply("552 5.3.4 Too big");
            return Ok(());
        }
        (mail.bytes, mail.size, mail.sha256) = (Arc::new(body.kept), body.size, body.digest.0.finish());
        let to = mail.to.clone();
        if self.options.lmtp {
            mail.to.clear();
            for (address, params) in to {
                let acts = self.wire.fire("DOT", address.as_bytes());
                if self.wire.before(&acts)? {
                    mail.to.push((address.clone(), params));
                    self.wire.reply(format!("250 2.1.5 <{address}> has it"));
                }
                self.wire.after(&acts)?;
            }
            self.keep(mail);
            return Ok(());
        }
        let acts = self.wire.fire("DOT", b"");
        if self.wire.before(&acts)? {
            let id = self.keep(mail);
            self.wire.reply(format!("250 2.0.0 Queued as S{id}"));
        }
        self.wire.after(&acts)
    }

    fn keep(&mut self, mail: Sent) -> usize {
        for (address, _) in &mail.to {
            if let Some(account) = self.options.store.account_of(address) {
                self.options.store.deliver(&account, Arc::clone(&mail.bytes));
            }
        }
        let mut outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.push(mail);
        outbox.len()
    }
}

/// `FROM:<address> PARAM=value …`.
fn path(arg: &str, key: &str) -> Option<(String, Vec<String>)> {
    let head = arg.get(..key.len()).filter(|head| head.eq_ignore_ascii_case(key))?;
    let rest = arg[head.len()..].strip_prefix('<')?;
    // A quoted local part may hold anything but a control character.
    let (mut quoted, mut escaped) = (false, false);
    let end = rest.find(|c| {
        let end = c == '>' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        end
    })?;
    let params = rest[end + 1..].split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>();
    let clean = rest[end + 1..].is_empty() || rest[end + 1..].starts_with(' ');
    (clean && params.iter().all(|p| !p.is_empty())).then(|| (rest[..end].to_owned(), params))
}

fn check_address(address: &str, utf8: bool, sender: bool) -> Result<(), String> {
    if !address.is_ascii() && !utf8 {
        return Err("553 5.6.7 SMTPUTF8 needed".into());
    }
    let bare = address.starts_with('"') || !address.contains([' ', '<', '>', ',', ';']);
    let whole =
        address.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let short = address.eq_ignore_ascii_case("postmaster") || (sender && address.is_empty());
    if address.contains(|c: char| c.is_control()) || !bare || !(whole || short) {
        return Err("501 5.1.3 Bad address".into());
    }
    Ok(())
}
