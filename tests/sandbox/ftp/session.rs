//! One control connection: the commands.
use std::io;
use std::path::{Path, PathBuf};

use openssl::ssl::SslAcceptor;

use super::super::script::{Acts, End};
use super::super::tls::{self, Tls};
use super::super::wire::{self, Dialect, Flow, Wire, drive};
use super::data::Source;
use super::files::{self, Virtual};
use super::{Options, User};

pub enum Login<'a> {
    Nobody,
    Named(Option<&'a User>),
    /// ACCT is still owed.
    Account(&'a User),
    In,
}

pub struct Session<'a> {
    pub wire: Wire,
    pub options: &'a Options,
    pub root: &'a Path,
    pub acceptor: Option<SslAcceptor>,
    pub data_acceptor: Option<SslAcceptor>,
    pub login: Login<'a>,
    pub cwd: Virtual,
    pub ascii: bool,
    pub rest: u64,
    pub renaming: Option<PathBuf>,
    pub source: Option<Source>,
    pub pbsz: bool,
    pub private: bool,
    pub hash: String,
    pub range: Option<(u64, u64)>,
}

pub fn serve(mut wire: Wire, options: &Options, root: &Path) -> io::Result<()> {
    let acceptor = (options.tls != Tls::Off).then(|| tls::acceptor(options.settings(options.cert)));
    if let (Tls::Implicit, Some(acceptor)) = (options.tls, &acceptor) {
        wire.secure(acceptor, options.late_tickets)?;
    }
    if wire.hub.open() > options.max_connections {
        wire.reply("421 Too many connections, try again later");
        wire.flush()?;
        return Err(wire.end(End::Close));
    }
    let data_acceptor = match options.data_cert {
        Some(cert) if acceptor.is_some() => Some(tls::acceptor(options.settings(cert))),
        _ => acceptor.clone(),
    };
    let mut session = Session {
        wire,
        options,
        root,
        acceptor,
        data_acceptor,
        login: Login::Nobody,
        cwd: files::resolve(&Vec::new(), options.login_dir.as_bytes()),
        ascii: true,
        rest: 0,
        renaming: None,
        source: None,
        pbsz: false,
        private: false,
        hash: "SHA-256".into(),
        range: None,
    };
    drive(&mut session, &format!("220 {}\r\n", options.banner))
}

const IAC: u8 = 255;

/// A command line without Telnet: IAC IAC is one byte 255, IAC with anything else a command to be passed over.
fn telnet(line: &[u8], options: &Options) -> Vec<u8> {
    if !options.telnet {
        return line.to_vec();
    }
    let mut out = Vec::with_capacity(line.len());
    let mut bytes = line.iter();
    while let Some(byte) = bytes.next() {
        if *byte != IAC || bytes.next() == Some(&IAC) {
            out.push(*byte);
        }
    }
    out
}

impl Dialect for Session<'_> {
    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn event(&mut self, line: &[u8]) -> String {
        wire::verb(&telnet(line, self.options))
    }

    fn secure(&mut self) -> io::Result<()> {
        // What was said in the clear counts no longer (RFC 4217, 4.4).
        (self.login, self.pbsz, self.private) = (Login::Nobody, false, false);
        match &self.acceptor {
            Some(acceptor) => self.wire.secure(acceptor, self.options.late_tickets),
            None => Ok(()),
        }
    }

    fn command(&mut self, line: &[u8], acts: &Acts) -> io::Result<Flow> {
        let line = telnet(line, self.options);
        let verb = wire::verb(&line);
        let arg = line.get(verb.len() + 1..).unwrap_or_default().to_vec();
        if !matches!(verb.as_str(), "PASV" | "EPSV" | "PORT" | "EPRT" | "RETR" | "STOR" | "APPE") {
            self.rest = 0;
        }
        let renaming = self.renaming.take();
        if !self.options.has(&verb) {
            self.wire.reply("502 Command not implemented");
            return Ok(Flow::Go);
        }
        match verb.as_str() {
            "AUTH" => return Ok(self.auth(&arg)),
            "QUIT" => {
                self.wire.reply("221 Bye");
                return Ok(Flow::Quit);
            }
            "FEAT" => self.feat(),
            "NOOP" => self.wire.reply("200 Fine"),
            "SYST" => self.wire.reply("215 UNIX Type: L8"),
            "HOST" => match self.login {
                Login::Nobody => self.wire.reply("220 Host accepted"),
                _ => self.wire.reply("503 HOST comes before USER"),
            },
            "ABOR" => self.wire.reply("226 Nothing to abort"),
            "PBSZ" if self.wire.is_tls() => {
                self.pbsz = true;
                self.wire.reply("200 PBSZ=0");
            }
            "PROT" if self.pbsz => match arg.to_ascii_uppercase().as_slice() {
                b"P" => {
                    self.private = true;
                    self.wire.reply("200 Private");
                }
                b"C" if self.options.tls != Tls::Required => {
                    self.private = false;
                    self.wire.reply("200 Clear");
                }
                b"C" => self.wire.reply("534 Data must be protected"),
                b"S" | b"E" => self.wire.reply("536 Not with TLS"),
                _ => self.wire.reply("504 Unknown protection level"),
            },
            "PBSZ" | "PROT" => self.wire.reply("503 AUTH, then PBSZ, then PROT"),
            "CCC" => self.wire.reply("533 No"),
            "OPTS" => self.opts(&arg),
            _ if self.options.tls == Tls::Required && !self.wire.is_tls() => {
                self.wire.reply("530 TLS is required here: AUTH TLS first");
            }
            "USER" => self.user(&arg),
            "PASS" => self.pass(&arg),
            "ACCT" => self.acct(&arg),
            _ if !matches!(self.login, Login::In) => self.wire.reply("530 Please log in with USER and PASS"),
            _ => return self.logged_in(&verb, &arg, acts, renaming),
        }
        Ok(Flow::Go)
    }
}

impl<'a> Session<'a> {
    fn auth(&mut self, arg: &[u8]) -> Flow {
        let known = matches!(arg.to_ascii_uppercase().as_slice(), b"TLS" | b"TLS-C" | b"SSL");
        if self.acceptor.is_none() {
            self.wire.reply("502 Command not implemented");
        } else if self.wire.is_tls() {
            self.wire.reply("503 TLS is on already");
        } else if !known {
            self.wire.reply("504 Unknown security mechanism");
        } else {
            self.wire.reply("234 Go ahead");
            return Flow::Secure;
        }
        Flow::Go
    }

    fn feat(&mut self) {
        let mut lines = vec![];
        if self.acceptor.is_some() {
            lines.extend(["AUTH TLS", "PBSZ", "PROT"]);
        }
        lines.extend(["UTF8", "TVFS", "EPSV", "EPRT", "PASV", "SIZE", "MDTM", "MFMT", "REST STREAM", "HOST"]);
        lines.extend(["MLST type*;size*;modify*;perm*;UNIX.mode*;", "XSHA256", "XSHA1", "XMD5", "XCRC"]);
        lines.push("RANG STREAM");
        let hash = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"]
            .map(|name| format!("{name}{}", if name == self.hash { "*" } else { "" }))
            .join(";");
        let hash = format!("HASH {hash}");
        lines.push(&hash);
        self.wire.reply("211-Features:");
        for line in lines {
            if self.options.has(line.split(' ').next().unwrap_or_default()) {
                self.wire.reply(format!(" {line}"));
            }
        }
        self.wire.reply("211 End");
    }

    fn opts(&mut self, arg: &[u8]) {
        let text = String::from_utf8_lossy(arg).to_ascii_uppercase();
        match text.split_once(' ').unwrap_or((&text, "")) {
            ("UTF8", "ON" | "") if self.options.has("UTF8") => self.wire.reply("200 UTF8 is on"),
            ("MLST", _) => self.wire.reply("200 MLST OPTS type;size;modify;perm;UNIX.mode;"),
            ("HASH", "") if self.options.has("HASH") => self.wire.reply(format!("200 {}", self.hash)),
            ("HASH", name @ ("SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32"))
                if self.options.has("HASH") =>
            {
                self.hash = name.to_owned();
                self.wire.reply(format!("200 {name}"));
            }
            _ => self.wire.reply("501 Unknown option"),
        }
    }

    fn user(&mut self, arg: &[u8]) {
        let name = String::from_utf8_lossy(arg);
        let user = self.options.users.iter().find(|user| user.name == name);
        let anonymous = self.options.anonymous && matches!(&*name, "anonymous" | "ftp");
        self.login = Login::Named(user);
        match user {
            Some(user) if user.password.is_empty() => self.welcome(Some(user)),
            None if anonymous => {
                // Only PASS, with whatever, is missing.
                self.login = Login::Named(Some(&ANONYMOUS));
                self.wire.reply("331 Any password will do");
            }
            _ => self.wire.reply("331 Password, please"),
        }
    }

    fn pass(&mut self, arg: &[u8]) {
        match self.login {
            Login::Named(Some(user)) if std::ptr::eq(user, &raw const ANONYMOUS) => self.welcome(None),
            Login::Named(Some(user)) if user.password.as_bytes() == arg => self.welcome(Some(user)),
            Login::Named(_) => {
                self.login = Login::Nobody;
                self.wire.reply("530 Login incorrect");
            }
            _ => self.wire.reply("503 USER first"),
        }
    }

    fn welcome(&mut self, user: Option<&'a User>) {
        match user.filter(|user| user.account.is_some()) {
            Some(user) => {
                self.login = Login::Account(user);
                self.wire.reply("332 Account, please");
            }
            None => {
                self.login = Login::In;
                self.wire.reply("230 Logged in");
            }
        }
    }

    fn acct(&mut self, arg: &[u8]) {
        match self.login {
            Login::Account(user)
                if user.account.as_ref().is_some_and(|account| account.as_bytes() == arg) =>
            {
                self.login = Login::In;
                self.wire.reply("230 Logged in");
            }
            Login::Account(_) => self.wire.reply("530 Wrong account"),
            _ => self.wire.reply("202 Not needed"),
        }
    }
}

static ANONYMOUS: User = User { name: String::new(), password: String::new(), account: None };
