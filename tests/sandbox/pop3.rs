//! The POP3 server: RFC 1939 with CAPA (2449), STLS (2595), AUTH (5034), APOP and response codes (3206).
//!
//! A session has its account's INBOX to itself, numbers it at login, and deletes at QUIT. Pseudo-events:
//! `CONNECT`, `HANDSHAKE`, `AUTH-LINE`. `Fault::CutAfter` on RETR or TOP counts bytes behind the status line,
//! `Fault::Listing` and `Fault::Lines` are what LIST, UIDL or RETR say between status line and dot.
use std::io::{self, Read};
use std::ops::Deref;

use openssl::hash::{MessageDigest, hash};
use openssl::ssl::SslAcceptor;

use super::sasl;
use super::script::{Acts, Rule, Script};
use super::store::{Message, Store};
use super::tls::{self, Cert, SslVersion, Tls};
use super::wire::{Dialect, Flow, Running, Wire, drive, verb};

#[derive(Clone, Debug)]
pub struct Options {
    pub port: u16,
    pub store: Store,
    pub tls: Tls,
    pub cert: Cert,
    pub tls_min: Option<SslVersion>,
    pub tls_max: Option<SslVersion>,
    pub client_cert: bool,
    pub auth: Vec<&'static str>,
    /// The greeting has a timestamp, and APOP works.
    pub apop: bool,
    /// Capabilities and commands that are not there.
    pub off: Vec<&'static str>,
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            store: Store::default(),
            tls: Tls::Off,
            cert: Cert::Good,
            tls_min: None,
            tls_max: None,
            client_cert: false,
            auth: vec![
                "SCRAM-SHA-256",
                "SCRAM-SHA-1",
                "PLAIN",
                "LOGIN",
                "CRAM-MD5",
                "XOAUTH2",
                "OAUTHBEARER",
            ],
            apop: false,
            off: Vec::new(),
            rules: Vec::new(),
        }
    }
}

pub struct Server {
    running: Running,
    pub store: Store,
    tls: Tls,
}

impl Server {
    pub fn start(mut options: Options) -> Server {
        let (port, tls, store) = (options.port, options.tls, options.store.clone());
        let script = Script::new(std::mem::take(&mut options.rules));
        Server { running: Running::start(port, script, move |wire| serve(wire, &options)), store, tls }
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls == Tls::Implicit { "pop3s" } else { "pop3" };
        format!("{scheme}://user@127.0.0.1:{}", self.port())
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
    acceptor: Option<SslAcceptor>,
    stamp: String,
    name: Option<String>,
    drop: Option<Maildrop>,
}

/// An account's INBOX, as it was at login.
struct Maildrop {
    store: Store,
    user: String,
    validity: u32,
    messages: Vec<Message>,
    deleted: Vec<bool>,
}

impl Drop for Maildrop {
    fn drop(&mut self) {
        self.store.with(&self.user, |account| account.locked = false);
    }
}

fn serve(mut wire: Wire, options: &Options) -> io::Result<()> {
    let Options { cert, tls_min: min, tls_max: max, client_cert, .. } = *options;
    let settings = tls::Settings { cert, min, max, client_cert };
    let acceptor = (options.tls != Tls::Off).then(|| tls::acceptor(settings));
    if let (Tls::Implicit, Some(acceptor)) = (options.tls, &acceptor) {
        wire.secure(acceptor, false)?;
    }
    let stamp = format!("<{}.{}@sandbox.example>", wire.connection, super::clock::now());
    let greeting = if options.apop { format!("+OK sandbox {stamp}\r\n") } else { "+OK sandbox\r\n".into() };
    let mut session = Session { wire, options, acceptor, stamp, name: None, drop: None };
    drive(&mut session, &greeting)
}

impl Dialect for Session<'_> {
    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn secure(&mut self) -> io::Result<()> {
        self.name = None;
        match &self.acceptor {
            Some(acceptor) => self.wire.secure(acceptor, false),
            None => Ok(()),
        }
    }

    fn command(&mut self, line: &[u8], acts: &Acts) -> io::Result<Flow> {
        let verb = verb(line);
        let line = String::from_utf8_lossy(line).into_owned();
        let arg = line.get(verb.len() + 1..).unwrap_or_default();
        let clear = self.options.tls == Tls::Required && !self.wire.is_tls();
        if !self.has("PIPELINING") && self.wire.pipelined() {
            self.wire.hub.violation(format!("bytes pipelined behind {verb}"));
        }
        if !self.has(&verb) {
            self.wire.reply("-ERR Not implemented");
            return Ok(Flow::Go);
        }
        match (verb.as_str(), &self.drop) {
            ("CAPA", _) => self.capa(),
            ("QUIT", _) => {
                if let Some(drop) = self.drop.take() {
                    drop.update();
                }
                self.wire.reply("+OK Bye");
                return Ok(Flow::Quit);
            }
            ("STLS", None) if self.acceptor.is_some() && !self.wire.is_tls() => {
                self.wire.reply("+OK Go ahead");
                return Ok(Flow::Secure);
            }
            ("USER" | "PASS" | "AUTH" | "APOP", None) if clear => self.wire.reply("-ERR STLS first"),
            ("USER", None) => {
                self.name = Some(arg.to_owned());
                self.wire.reply("+OK And the password?");
            }
            ("PASS", None) => {
                let name = self.name.take();
                let right = name.filter(|name| self.options.store.password(name).as_deref() == Some(arg));
                self.enter(right);
            }
            ("APOP", None) if self.options.apop => {
                let right = arg.rsplit_once(' ').filter(|(name, sum)| {
                    let secret = self.options.store.password(name).unwrap_or_default();
                    let md5 = hash(MessageDigest::md5(), format!("{}{secret}", self.stamp).as_bytes());
                    md5.is_ok_and(|md5| md5.iter().map(|b| format!("{b:02x}")).collect::<String>() == *sum)
                });
                self.enter(right.map(|(name, _)| name.to_owned()));
            }
            ("AUTH", None) => {
                let (mechanism, initial) =
                    arg.split_once(' ').map_or((arg, None), |(m, i)| (m, Some(i.as_bytes())));
                if !self.options.auth.iter().any(|name| name.eq_ignore_ascii_case(mechanism)) {
                    self.wire.reply("-ERR Unknown mechanism");
                    return Ok(Flow::Go);
                }
                let plus = self.options.auth.iter().any(|name| name.ends_with("-PLUS"));
                let mut server = sasl::Server::new(mechanism, &self.options.store, self.wire.ssl(), plus);
                let user = sasl::converse(&mut self.wire, &mut server, initial, "+ ")?;
                self.enter(user);
            }
            (_, None) => self.wire.reply("-ERR Not before login"),
            (_, Some(_)) => self.transaction(&verb, arg, acts)?,
        }
        Ok(Flow::Go)
    }
}

impl Session<'_> {
    fn has(&self, name: &str) -> bool {
        !self.options.off.contains(&name)
    }

    fn capa(&mut self) {
        let mut lines =
            ["TOP", "UIDL", "USER", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"].map(str::to_owned).to_vec();
        lines.push(format!("SASL {}", self.options.auth.join(" ")));
        if self.acceptor.is_some() && !self.wire.is_tls() {
            lines.push("STLS".into());
        }
        self.wire.reply("+OK What there is:");
        lines.retain(|line| self.has(line.split(' ').next().unwrap_or_default()));
        for line in lines {
            self.wire.reply(line);
        }
        self.wire.reply(".");
    }

    fn enter(&mut self, user: Option<String>) {
        let Some(user) = user else { return self.wire.reply("-ERR [AUTH] No") };
        let store = self.options.store.clone();
        let entered = store.with(&user, |account| {
            let free = !std::mem::replace(&mut account.locked, true);
            free.then(|| {
                account
                    .mailboxes
                    .get("INBOX")
                    .map(|m| (m.uidvalidity, m.messages.clone()))
                    .unwrap_or_default()
            })
        });
        let Some((validity, messages)) = entered else {
            return self.wire.reply("-ERR [IN-USE] Another session has it");
        };
        let deleted = vec![false; messages.len()];
        self.drop = Some(Maildrop { store, user, validity, messages, deleted });
        self.wire.reply("+OK Welcome");
    }

    fn transaction(&mut self, verb: &str, arg: &str, acts: &Acts) -> io::Result<()> {
        let Session { wire, drop: Some(drop), .. } = self else { return Ok(()) };
        let (first, second) = arg.split_once(' ').unwrap_or((arg, ""));
        let number = first.parse::<usize>().ok().filter(|n| drop.there(*n));
        match (verb, number) {
            ("NOOP", _) => wire.reply("+OK"),
            ("RSET", _) => {
                drop.deleted.fill(false);
                wire.reply("+OK Nothing is deleted");
            }
            ("STAT", _) => {
                let all = drop.all();
                let octets: u64 = all.iter().map(|n| drop.size(*n)).sum();
                wire.reply(format!("+OK {} {octets}", all.len()));
            }
            ("LIST" | "UIDL", Some(n)) => wire.reply(format!("+OK {}", drop.line(verb, n))),
            ("LIST" | "UIDL", None) if arg.is_empty() => {
                wire.reply("+OK");
                if !scripted(wire, acts)? {
                    for n in drop.all() {
                        wire.reply(drop.line(verb, n));
                    }
                }
                wire.reply(".");
            }
            ("RETR", Some(n)) => {
                wire.reply(format!("+OK {} octets", drop.size(n)));
                if !scripted(wire, acts)? {
                    dotted(wire, &drop.messages[n - 1].bytes, usize::MAX, acts)?;
                }
                wire.reply(".");
            }
            ("TOP", Some(n)) => match second.parse() {
                Ok(lines) => {
                    wire.reply("+OK");
                    dotted(wire, &drop.messages[n - 1].bytes, lines, acts)?;
                    wire.reply(".");
                }
                Err(_) => wire.reply("-ERR TOP message lines"),
            },
            ("DELE", Some(n)) => {
                drop.deleted[n - 1] = true;
                wire.reply("+OK Deleted");
            }
            ("LIST" | "UIDL" | "RETR" | "TOP" | "DELE", None) => wire.reply("-ERR No such message"),
            _ => wire.reply("-ERR Unknown command"),
        }
        Ok(())
    }
}

/// Says what the script has instead; `false` if it has nothing.
fn scripted(wire: &mut Wire, acts: &Acts) -> io::Result<bool> {
    let Some(mut listing) = acts.listing() else { return Ok(false) };
    let (mut buf, mut sent) = ([0; 64 * 1024], 0);
    loop {
        match listing.read(&mut buf)? {
            0 => return Ok(true),
            n => wire.payload(&buf[..n], &mut sent, acts)?,
        }
    }
}

/// The header and so many lines of the body, dot-stuffed, with a line end at the end.
fn dotted(wire: &mut Wire, bytes: &[u8], lines: usize, acts: &Acts) -> io::Result<()> {
    let (mut sent, mut body, mut last) = (0, None, &b"\n"[..]);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if body == Some(lines) {
            break;
        }
        body = match body {
            None => matches!(line, b"\r\n" | b"\n").then_some(0),
            Some(n) => Some(n + 1),
        };
        if line.starts_with(b".") {
            wire.payload(b".", &mut sent, acts)?;
        }
        wire.payload(line, &mut sent, acts)?;
        last = line;
    }
    if !last.ends_with(b"\n") {
        wire.payload(b"\r\n", &mut sent, acts)?;
    }
    Ok(())
}

impl Maildrop {
    fn there(&self, n: usize) -> bool {
        n.checked_sub(1).and_then(|at| self.deleted.get(at)) == Some(&false)
    }

    fn all(&self) -> Vec<usize> {
        (1..=self.messages.len()).filter(|n| self.there(*n)).collect()
    }

    fn size(&self, n: usize) -> u64 {
        self.messages[n - 1].bytes.len() as u64
    }

    fn line(&self, verb: &str, n: usize) -> String {
        let message = &self.messages[n - 1];
        match (verb, &message.uidl) {
            ("LIST", _) => format!("{n} {}", self.size(n)),
            (_, Some(uidl)) => format!("{n} {uidl}"),
            _ => format!("{n} {:08x}.{}", self.validity, message.uid),
        }
    }

    fn update(&self) {
        let gone =
            |uid: u32| self.messages.iter().zip(&self.deleted).any(|(m, deleted)| *deleted && m.uid == uid);
        self.store.with(&self.user, |account| {
            if let Some(inbox) = account.mailboxes.get_mut("INBOX") {
                inbox.messages.retain(|m| !gone(m.uid));
            }
        });
    }
}
