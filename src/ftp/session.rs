//! From a host to a session that is logged in: greeting, TLS, USER and PASS, what the server can do, TYPE I.
//!
//! The order is the one that works everywhere (RFC 4217 §4 and §12): greeting, AUTH TLS, handshake, HOST, USER, PASS, ACCT; then in
//! one write FEAT, PWD, OPTS UTF8, PBSZ, PROT and TYPE, whose replies decide nothing about each other.

use super::{Client, Options, RemotePath, going, passive::Passive};
use crate::{
    base::{digest::Algorithm, error::*, secret::Secret},
    net::{Dialer, Endpoint, Patience},
    textproto::{Command, Conn, Reply, Style},
};
use std::{net::IpAddr, sync::Arc};

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    Off,
    /// AUTH TLS after the greeting.
    Explicit,
    /// Before the greeting.
    Implicit,
}

/// Who logs in.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub password: Secret,
    /// For servers that ask for it (332).
    pub account: Option<Secret>,
}

impl Login {
    /// RFC 1635: any mail address is the password; this one names nobody.
    pub fn anonymous() -> Login {
        Login { user: "anonymous".into(), password: Secret::new("anonymous@"), account: None }
    }
}

/// What FEAT told (RFC 2389), and what was learnt since.
#[derive(Clone, Debug, Default)]
pub struct Features {
    lines: Vec<String>,
    /// Digest algorithms of HASH, and of X commands; the best first.
    pub hashes: Vec<(HashCommand, Algorithm)>,
    /// MDTM sets a time (vsftpd, where MFMT is missing).
    pub mdtm_sets: bool,
    /// Refused although it was announced, or never announced and refused.
    refused: Vec<&'static str>,
}

/// How a digest is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashCommand {
    /// HASH, with the algorithm chosen by OPTS HASH.
    Hash,
    /// XSHA256 and the like.
    X(&'static str),
}

impl Features {
    fn parse(reply: &Reply) -> Features {
        let mut features = Features::default();
        if reply.code != 211 {
            return features;
        }
        // The first and the last line are not features (RFC 2389 §3.2).
        let inner = reply.lines.get(1..reply.lines.len().saturating_sub(1)).unwrap_or_default();
        for line in inner {
            features.lines.push(String::from_utf8_lossy(line.trim_ascii()).to_ascii_uppercase());
        }
        for algorithm in
            [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1, Algorithm::Md5, Algorithm::Crc32]
        {
            let offered =
                |l: &&String| l.starts_with("HASH ") && l[5..].split(';').any(|a| names(a, algorithm));
            if features.lines.iter().any(|l| offered(&l)) {
                features.hashes.push((HashCommand::Hash, algorithm));
            }
            let x = match algorithm {
                Algorithm::Sha256 => "XSHA256",
                Algorithm::Sha512 => "XSHA512",
                Algorithm::Sha1 => "XSHA1",
                Algorithm::Md5 => "XMD5",
                Algorithm::Crc32 => "XCRC",
            };
            if features.has(x) {
                features.hashes.push((HashCommand::X(x), algorithm));
            }
        }
        features
    }

    /// Whether a command (or `SITE UTIME`) is announced and was not refused since.
    pub fn has(&self, name: &str) -> bool {
        !self.refused.contains(&name)
            && self.lines.iter().any(|l| {
                l.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ';']))
            })
    }

    /// Whether it is worth a try: announced, or the server announces nothing at all, and not refused yet.
    pub fn may_have(&self, name: &'static str) -> bool {
        self.has(name) || (self.lines.is_empty() && !self.refused.contains(&name))
    }

    /// Never try it again on this connection.
    pub fn refuse(&mut self, name: &'static str) {
        self.refused.push(name);
    }

    /// As the server wrote them.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// An element of HASH's list: the current algorithm carries a star.
fn names(listed: &str, algorithm: Algorithm) -> bool {
    Algorithm::from_name(listed.trim().trim_end_matches('*')) == Some(algorithm)
}

impl Client {
    /// Connects and reads the greeting; `security` decides about TLS once the peer's address is known.
    ///
    /// # Errors
    /// As [`Dialer::dial`] and [`Dialer::secure`]; `Tls` where TLS is wanted and not to be had; `Busy` for 421.
    pub fn connect(
        dialer: &Arc<Dialer>,
        to: &Endpoint,
        security: impl FnOnce(IpAddr) -> Security,
    ) -> Result<Client> {
        let mut io = dialer.dial(to)?;
        let peer = io.peer_addr().map_err(|e| Error::from_io(e, Kind::Closed, "no peer"))?;
        let security = security(peer.ip());
        if security == Security::Implicit {
            io = dialer.secure(io, &to.host, None)?;
        }
        let mut conn = Conn::new(io, &to.host, Style::Ftp, dialer);
        let logged_in = greeting(&mut conn, dialer)?;
        if security != Security::Off && logged_in {
            // It would skip the login that TLS protects (a 230 in clear may be anybody's).
            let text = format!("{} greets with a login nobody made, before TLS", to.host);
            return Err(Error::new(Kind::Tls, text).host(&to.host));
        }
        if security == Security::Explicit {
            conn = auth_tls(conn, dialer, &to.host)?;
        }
        Ok(Client {
            conn,
            dialer: dialer.clone(),
            features: Features::default(),
            protected: security != Security::Off,
            home: None,
            passive: Passive::new(&to.host, (!dialer.is_proxied()).then(|| peer.ip())),
            options: Options::default(),
            eprt: true,
            ascii: false,
            reuse_refused: false,
            resumed: None,
            ends_well: false,
            escape_known: false,
            zone: None,
            list_plain: false,
        })
    }

    /// USER, PASS and ACCT as the server asks for them, then the setup of the session.
    ///
    /// # Errors
    /// `Auth` if the server refuses the login (never tried again), `Busy` if it is full.
    pub fn login(&mut self, login: &Login) -> Result<()> {
        let host = self.host().to_string();
        let user = &login.user;
        let refused = |reply: &Reply| {
            let refusal = reply.refusal();
            let low = refusal.text.to_ascii_lowercase();
            let full = reply.code == 421 || (low.contains("too many") && reply.code / 100 >= 4);
            let error = Error::new(Kind::Auth, format!("cannot log in to {host} as {user}: {refusal}"));
            let error = match reply.code / 100 {
                _ if full => error.kind_is(Kind::Busy).again_is(Again::Now),
                4 => error.again_is(Again::Later),
                5 => error,
                _ => error.kind_is(Kind::Protocol),
            };
            error.refusal(refusal).host(&host)
        };
        let mut reply = self.ask_as(user)?;
        if reply.code == 331 {
            reply = self.ask(Command::new("PASS").secret(&login.password)?)?;
        }
        if reply.code == 332 {
            let account = login.account.as_ref().ok_or_else(|| {
                refused(&reply)
                    .kind_is(Kind::Auth)
                    .hint("the server wants an account: netrc's account or --ftp-account-file gives it")
            })?;
            reply = self.ask(Command::new("ACCT").secret(account)?)?;
        }
        if !reply.is(&[230, 202, 232]) {
            return Err(refused(&reply));
        }
        self.set_up()
    }

    /// USER, and before it in the same write HOST (RFC 7151), for a server that serves several names. Whether it knows that command
    /// does not matter; a host by its address has no name to tell.
    fn ask_as(&mut self, user: &str) -> Result<Reply> {
        let mut commands = vec![Command::new("USER").arg(user)?];
        if self.host().parse::<IpAddr>().is_err() {
            commands.insert(0, Command::new("HOST").arg(self.host())?);
        }
        let mut replies = self.batch(&commands)?;
        replies.pop().ok_or_else(|| Error::new(Kind::Bug, "no reply to USER"))
    }

    fn ask(&mut self, command: Command) -> Result<Reply> {
        Ok(self.batch(&[command])?.remove(0))
    }

    /// What the server can do, and what every transfer needs.
    fn set_up(&mut self) -> Result<()> {
        let mut commands = vec![
            Command::new("FEAT"),
            Command::new("PWD"),
            Command::new("TYPE I"),
            // Needed by servers that announce UTF8 and use it only then; harmless where it is refused. With another charset of the
            // user's choice it has to stay off, or be put off.
            Command::new(if self.options.charset.is_some() { "OPTS UTF8 OFF" } else { "OPTS UTF8 ON" }),
        ];
        if self.protected {
            // RFC 4217 §9: PBSZ 0 must come before PROT, after an implicit handshake as well.
            commands.push(Command::new("PBSZ 0"));
            commands.push(Command::new("PROT P"));
        }
        let replies = self.batch(&commands)?;
        self.features = Features::parse(&replies[0]);
        // vsftpd has no MFMT, but its MDTM takes a time; others would take the time for a part of the name.
        self.features.mdtm_sets =
            !self.features.has("MFMT") && !self.features.has("MLST") && self.features.has("MDTM");
        let home = Some(&replies[1]).filter(|r| r.code == 257).and_then(|r| quoted(r.last()));
        self.home = home.and_then(|p| RemotePath::new(self.options.as_read(p.as_bytes().to_vec())).ok());
        let host = self.host().to_string();
        replies[2]
            .check(&[2])
            .map_err(|e| e.host(&host).context(format_args!("cannot set TYPE I on {host}")))?;
        if self.protected && !replies[5].is(&[2]) {
            let refusal = replies[5].refusal();
            let text = format!("{host} refuses to protect data connections: PROT P: {refusal}");
            return Err(Error::new(Kind::Tls, text).refusal(refusal).host(&host));
        }
        Ok(())
    }
}

/// The greeting; true if it says that we are logged in already.
fn greeting(conn: &mut Conn, dialer: &Dialer) -> Result<bool> {
    let patience = || Patience::within(dialer.timeouts.silence, "the greeting", "--timeout");
    let mut reply = conn.any_reply(patience())?;
    if reply.code == 120 {
        reply = conn.any_reply(patience())?;
    }
    match reply.code {
        220 => Ok(false),
        230 => Ok(true),
        421 => Err(going(&reply, conn.host()).context(format_args!("{} accepts no connection", conn.host()))),
        _ => Err(reply
            .check(&[220])
            .err()
            .unwrap_or_else(|| Error::new(Kind::Protocol, "no greeting"))
            .host(conn.host())
            .context(format_args!("{} accepts no connection", conn.host()))),
    }
}

/// AUTH TLS (RFC 4217 §4), or its elder AUTH SSL where only that is known.
fn auth_tls(mut conn: Conn, dialer: &Dialer, host: &str) -> Result<Conn> {
    let patience = || Patience::within(dialer.timeouts.reply, "the reply", "--reply-timeout");
    conn.send(&[Command::new("AUTH TLS")])?;
    let mut reply = conn.any_reply(patience())?;
    if matches!(reply.code, 500 | 502 | 504) {
        conn.send(&[Command::new("AUTH SSL")])?;
        reply = conn.any_reply(patience())?;
    }
    if !reply.is(&[234, 334]) {
        if reply.code == 421 {
            return Err(going(&reply, host));
        }
        let refusal = reply.refusal();
        let text = format!("{host} offers no TLS: {refusal}");
        return Err(Error::new(Kind::Tls, text)
            .refusal(refusal)
            .host(host)
            .hint("--tls off would send everything in clear, the password included"));
    }
    conn.secure(dialer, host)
}

/// The path in `"/dir ""x"""`, RFC 959 appendix II: quotes inside are doubled.
fn quoted(text: &[u8]) -> Option<RemotePath> {
    let mut rest = text.strip_prefix(b"\"")?.iter();
    let mut path = Vec::new();
    loop {
        match rest.next()? {
            b'"' if rest.as_slice().first() == Some(&b'"') => {
                rest.next();
                path.push(b'"');
            }
            b'"' => return RemotePath::new(path).ok().filter(|p| p.as_bytes().starts_with(b"/")),
            b => path.push(*b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::textproto::ReplyParser;

    fn reply(text: &str) -> Reply {
        let mut parser = ReplyParser::new(Style::Ftp);
        text.lines().find_map(|l| parser.push(l.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn features() {
        let f = Features::parse(&reply(
            "211-Features:\n MDTM\n MFMT\n HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512\n XSHA256\n mlst type*;size*;\n SITE UTIME\n211 End",
        ));
        assert!(f.has("MDTM") && f.has("MLST") && f.has("SITE UTIME") && !f.has("MDT"));
        assert_eq!(f.hashes[0], (HashCommand::Hash, Algorithm::Sha256));
        assert_eq!(f.hashes[1], (HashCommand::X("XSHA256"), Algorithm::Sha256));
        assert!(f.hashes.contains(&(HashCommand::Hash, Algorithm::Sha1)));
        assert!(!f.may_have("MLSD"));
        let none = Features::parse(&reply("500 what?"));
        assert!(none.may_have("MLSD") && !none.has("MLSD"));
        assert!(Features::parse(&reply("211 no features")).lines.is_empty());
    }

    #[test]
    fn the_directory_in_quotes() {
        assert_eq!(quoted(b"\"/a \"\"b\"\"\" is it").unwrap().as_bytes(), b"/a \"b\"");
        for bad in [&b""[..], b"/a", b"\"/a", b"\"\"", b"\"a\""] {
            assert_eq!(quoted(bad), None, "{bad:?}");
        }
    }
}
