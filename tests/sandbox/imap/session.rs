//! One connection: the commands.
use std::io;
use std::time::Duration;

use openssl::ssl::SslAcceptor;

use super::super::sasl;
use super::super::script::Acts;
use super::super::tls::{self, Tls};
use super::super::wire::{Dialect, Flow, Wire, drive};
use super::mailboxes::MISSING;
use super::parse::{Bad, Parser, contains};
use super::{CAPABILITIES, Options};

pub struct Selected {
    pub name: String,
    pub read_only: bool,
    /// The UIDs by sequence number, as far as the client has been told.
    pub view: Vec<u32>,
}

pub struct Session<'a> {
    pub wire: Wire,
    pub options: &'a Options,
    pub acceptor: Option<SslAcceptor>,
    pub user: Option<String>,
    pub selected: Option<Selected>,
    pub tag: String,
}

pub fn serve(mut wire: Wire, options: &Options) -> io::Result<()> {
    let Options { cert, tls_min: min, tls_max: max, client_cert, .. } = *options;
    let settings = tls::Settings { cert, min, max, client_cert };
    let acceptor = (options.tls != Tls::Off).then(|| tls::acceptor(settings));
    if let (Tls::Implicit, Some(acceptor)) = (options.tls, &acceptor) {
        wire.secure(acceptor, false)?;
    }
    let mut session = Session { wire, options, acceptor, user: None, selected: None, tag: String::new() };
    let greeting = format!("* OK [CAPABILITY {}] sandbox\r\n", session.capabilities());
    drive(&mut session, &greeting)
}

/// How a command ends: what follows the tag, or a syntax error.
pub type Done = Result<String, Bad>;

pub fn ok(text: &str) -> Done {
    Ok(format!("OK {text}"))
}

pub fn no(text: &str) -> Done {
    Ok(format!("NO {text}"))
}

impl Dialect for Session<'_> {
    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn event(&mut self, line: &[u8]) -> String {
        let line = String::from_utf8_lossy(line).into_owned();
        let mut words = line.split(' ');
        self.wire.set_var("tag", words.next().unwrap_or_default());
        let verb = words.next().unwrap_or_default();
        let uid = verb.eq_ignore_ascii_case("UID");
        if uid { words.next().unwrap_or_default() } else { verb }.to_ascii_uppercase()
    }

    fn secure(&mut self) -> io::Result<()> {
        match &self.acceptor {
            Some(acceptor) => self.wire.secure(acceptor, false),
            None => Ok(()),
        }
    }

    fn command(&mut self, line: &[u8], acts: &Acts) -> io::Result<Flow> {
        let Some(whole) = self.literals(line)? else { return Ok(Flow::Go) };
        let mut p = Parser::new(&whole);
        let tag = p.take(|b| b.is_ascii_graphic() && !b"(){%*\"\\+".contains(&b)).to_owned();
        if tag.is_empty() || !p.eat(" ") {
            self.wire.hub.violation("a command without a tag");
            self.wire.reply("* BAD A tag, please");
            return Ok(Flow::Go);
        }
        self.tag.clone_from(&tag);
        let mut verb = p.atom().unwrap_or_default().to_ascii_uppercase();
        let uid = verb == "UID" && p.eat(" ");
        if uid {
            verb = p.atom().unwrap_or_default().to_ascii_uppercase();
        }
        let mut flow = Flow::Go;
        let done = match verb.as_str() {
            name if self.options.off.contains(&name) => Err("not implemented"),
            "STARTTLS" if self.acceptor.is_some() && !self.wire.is_tls() => {
                flow = Flow::Secure;
                ok("Go ahead")
            }
            "LOGOUT" => {
                flow = Flow::Quit;
                self.wire.reply("* BYE sandbox");
                ok("Bye")
            }
            "AUTHENTICATE" => self.authenticate(&mut p)?,
            "IDLE" if self.user.is_some() && self.has("IDLE") => self.idle()?,
            "FETCH" if self.selected.is_some() => self.fetch(&mut p, uid, acts)?,
            _ => self.dispatch(&verb, uid, &mut p),
        };
        // Sequence numbers must hold still while commands that use them may be under way (RFC 3501, 7.4.1).
        if uid || !matches!(verb.as_str(), "FETCH" | "STORE" | "SEARCH" | "SORT") {
            self.announce();
        }
        match done {
            Ok(text) => self.wire.reply(format!("{tag} {text}")),
            Err(why) => {
                self.wire.hub.violation(format!("BAD {verb}: {why}"));
                self.wire.reply(format!("{tag} BAD {why}"));
            }
        }
        Ok(flow)
    }
}

impl Session<'_> {
    pub fn has(&self, capability: &str) -> bool {
        CAPABILITIES.contains(&capability) && !self.options.off.contains(&capability)
    }

    fn capabilities(&self) -> String {
        let mut all = vec!["IMAP4rev1".to_owned()];
        all.extend(CAPABILITIES.iter().filter(|name| self.has(name)).map(|&name| name.to_owned()));
        let clear = !self.wire.is_tls();
        if self.acceptor.is_some() && clear && !self.options.off.contains(&"STARTTLS") {
            all.push("STARTTLS".into());
        }
        if self.options.tls == Tls::Required && clear {
            all.push("LOGINDISABLED".into());
        } else {
            all.extend(self.options.auth.iter().map(|name| format!("AUTH={name}")));
        }
        all.join(" ")
    }

    /// The command with its literals; `None` if one of them was refused.
    fn literals(&mut self, line: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut whole = line.to_vec();
        let mut last = line.to_vec();
        loop {
            let Some((size, now)) = literal(&last) else { return Ok(Some(whole)) };
            if now && !self.has("LITERAL+") {
                self.wire.hub.violation("LITERAL+ was not offered");
            }
            let acts = self.wire.fire("LITERAL", &last);
            let go_on = self.wire.before(&acts)?;
            if go_on && !now && size > self.options.append_limit {
                let tag = String::from_utf8_lossy(line.split(|b| *b == b' ').next().unwrap_or_default())
                    .into_owned();
                self.wire.reply(format!("{tag} NO [TOOBIG] Too big"));
                return Ok(None);
            }
            if go_on && !now {
                if self.wire.pipelined() {
                    self.wire.hub.violation("bytes in front of a literal's go-ahead");
                }
                self.wire.reply("+ Go ahead");
            }
            self.wire.after(&acts)?;
            if !go_on {
                return Ok(None);
            }
            whole.extend_from_slice(b"\r\n");
            let mut left = size;
            while left > 0 {
                let chunk = self.wire.chunk(left)?;
                if chunk.is_empty() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                whole.extend_from_slice(chunk);
                left -= chunk.len();
            }
            let Some(next) = self.wire.line()? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
            whole.extend_from_slice(&next);
            last = next;
        }
    }

    fn authenticate(&mut self, p: &mut Parser<'_>) -> io::Result<Done> {
        let mut arguments = || -> Result<(String, Option<Vec<u8>>), Bad> {
            p.want(" ")?;
            let mechanism = p.atom()?.to_owned();
            let initial = if p.eat(" ") { Some(p.take(|b| b != b' ').as_bytes().to_vec()) } else { None };
            p.end().map(|()| (mechanism, initial))
        };
        let (mechanism, initial) = match arguments() {
            Ok(arguments) => arguments,
            Err(why) => return Ok(Err(why)),
        };
        if self.user.is_some() || (initial.is_some() && !self.has("SASL-IR")) {
            return Ok(Err("not now"));
        }
        if self.options.tls == Tls::Required && !self.wire.is_tls() {
            return Ok(no("[PRIVACYREQUIRED] STARTTLS first"));
        }
        if !self.options.auth.iter().any(|name| name.eq_ignore_ascii_case(&mechanism)) {
            return Ok(no("Unknown mechanism"));
        }
        let plus = self.options.auth.iter().any(|name| name.ends_with("-PLUS"));
        let mut server = sasl::Server::new(&mechanism, &self.options.store, self.wire.ssl(), plus);
        self.user = sasl::converse(&mut self.wire, &mut server, initial.as_deref(), "+ ")?;
        Ok(self.welcome())
    }

    fn welcome(&self) -> Done {
        match self.user {
            Some(_) => ok(&format!("[CAPABILITY {}] Welcome", self.capabilities())),
            None => no("[AUTHENTICATIONFAILED] No"),
        }
    }

    fn dispatch(&mut self, verb: &str, uid: bool, p: &mut Parser<'_>) -> Done {
        match verb {
            "CAPABILITY" => {
                p.end()?;
                self.wire.reply(format!("* CAPABILITY {}", self.capabilities()));
                ok("That is all")
            }
            "NOOP" => p.end().and_then(|()| ok("Fine")),
            "ID" if self.has("ID") => {
                self.wire.reply("* ID (\"name\" \"sandbox\")");
                ok("Pleased")
            }
            "LOGIN" if self.user.is_none() => {
                p.want(" ")?;
                let name = p.text()?;
                p.want(" ")?;
                let password = p.text()?;
                p.end()?;
                if self.options.tls == Tls::Required && !self.wire.is_tls() {
                    self.wire.hub.violation("LOGIN although it is disabled");
                    return no("[PRIVACYREQUIRED] STARTTLS first");
                }
                self.user = Some(name).filter(|name| self.options.store.password(name) == Some(password));
                self.welcome()
            }
            _ if self.user.is_none() => Err("not before login, or unknown"),
            "ENABLE" if self.has("ENABLE") => {
                self.wire.reply("* ENABLED");
                ok("Nothing enabled")
            }
            "NAMESPACE" if self.has("NAMESPACE") => {
                let (prefix, delimiter) = (self.options.prefix, self.options.delimiter);
                self.wire.reply(format!("* NAMESPACE ((\"{prefix}\" \"{delimiter}\")) NIL NIL"));
                ok("That is all")
            }
            "SELECT" | "EXAMINE" => self.select(p, verb == "EXAMINE"),
            "CREATE" | "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE" => self.manage(verb, p),
            "RENAME" => self.rename(p),
            "LIST" | "LSUB" => self.list(p, verb == "LSUB"),
            "STATUS" => {
                p.want(" ")?;
                let name = p.mailbox()?;
                p.want(" ")?;
                let items = p.list(|p| Ok(p.atom()?.to_ascii_uppercase()))?;
                p.end()?;
                match self.status(&name, &items)? {
                    Some(line) => {
                        self.wire.reply(line);
                        ok("That is all")
                    }
                    None => no(MISSING),
                }
            }
            "APPEND" => self.append(p),
            _ if self.selected.is_none() => Err("no mailbox is selected, or unknown"),
            "CHECK" => p.end().and_then(|()| ok("Fine")),
            "CLOSE" | "UNSELECT" if verb == "CLOSE" || self.has("UNSELECT") => {
                p.end()?;
                if verb == "CLOSE" && self.selected.as_ref().is_some_and(|s| !s.read_only) {
                    self.expunge(|_| true);
                }
                self.selected = None;
                ok("Closed")
            }
            "EXPUNGE" => {
                let set = if uid && self.has("UIDPLUS") {
                    p.want(" ")?;
                    Some(p.set()?)
                } else if uid {
                    return Err("UIDPLUS was not offered");
                } else {
                    None
                };
                p.end()?;
                if self.selected.as_ref().is_some_and(|s| s.read_only) {
                    return no("[READ-ONLY] No");
                }
                let largest = self.largest();
                self.expunge(|n| set.as_ref().is_none_or(|set| contains(set, n, largest)));
                ok("Expunged")
            }
            "SEARCH" | "SORT" if verb == "SEARCH" || self.has("SORT") => self.search(p, uid, verb == "SORT"),
            "STORE" => self.store(p, uid),
            "COPY" | "MOVE" if verb == "COPY" || self.has("MOVE") => self.copy(p, uid, verb == "MOVE"),
            _ => Err("unknown command"),
        }
    }

    fn idle(&mut self) -> io::Result<Done> {
        self.wire.reply("+ idling");
        self.wire.flush()?;
        while !self.wire.readable() {
            self.announce();
            self.wire.flush()?;
            if self.wire.hub.stopping() {
                break;
            }
            self.wire.hub.pause(Duration::from_millis(20));
        }
        let line = self.wire.line()?.unwrap_or_default();
        self.wire.note(&line);
        Ok(if line.eq_ignore_ascii_case(b"DONE") { ok("Back") } else { Err("DONE was expected") })
    }
}

/// The size of the literal this line ends with, and whether its bytes come unasked.
fn literal(line: &[u8]) -> Option<(usize, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let at = inner.iter().rposition(|b| *b == b'{')?;
    let text = std::str::from_utf8(&inner[at + 1..]).ok()?;
    let number = text.strip_suffix('+').unwrap_or(text);
    Some((number.parse().ok()?, number.len() < text.len()))
}
