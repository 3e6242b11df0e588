//! One connection: the commands.
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use openssl::ssl::SslAcceptor;

use super::super::script::Acts;
use super::super::store::{Account, Mailbox, Message};
use super::super::tls::{self, Tls};
use super::super::wire::{Dialect, Flow, Wire, drive};
use super::super::{clock, sasl};
use super::fetch::{self, Item};
use super::parse::{Bad, Parser, Set, contains};
use super::{CAPABILITIES, Options, search};

struct Selected {
    name: String,
    read_only: bool,
    /// The UIDs by sequence number, as far as the client has been told.
    view: Vec<u32>,
}

struct Session<'a> {
    wire: Wire,
    options: &'a Options,
    acceptor: Option<SslAcceptor>,
    user: Option<String>,
    selected: Option<Selected>,
    tag: String,
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
type Done = Result<String, Bad>;

fn ok(text: &str) -> Done {
    Ok(format!("OK {text}"))
}

fn no(text: &str) -> Done {
    Ok(format!("NO {text}"))
}

const MISSING: &str = "[NONEXISTENT] No such mailbox";
const TRY_CREATE: &str = "[TRYCREATE] No such mailbox";

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
    fn has(&self, capability: &str) -> bool {
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
                self.wire.reply(format!("* NAMESPACE ((\"\" \"{}\")) NIL NIL", self.options.delimiter));
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

    fn with<T>(&self, f: impl FnOnce(&mut Account) -> T) -> T {
        self.options.store.with(self.user.as_deref().unwrap_or_default(), f)
    }

    /// Something done to the selected mailbox; `None` if it is gone.
    fn in_mailbox<T>(&self, f: impl FnOnce(&mut Mailbox) -> T) -> Option<T> {
        let name = &self.selected.as_ref()?.name;
        self.with(|account| account.mailboxes.get_mut(name).map(f))
    }

    fn largest(&self) -> u32 {
        self.selected.as_ref().and_then(|s| s.view.last().copied()).unwrap_or(0)
    }

    /// The messages of the selected mailbox the client knows of, with their numbers.
    fn messages(&self) -> Vec<(u32, Message)> {
        let view = self.selected.as_ref().map(|s| s.view.clone()).unwrap_or_default();
        let all = self.in_mailbox(|m| m.messages.clone()).unwrap_or_default();
        let number = |m: &Message| view.binary_search(&m.uid).ok().map(|at| at as u32 + 1);
        all.into_iter().filter_map(|m| Some((number(&m)?, m))).collect()
    }

    fn chosen(&self, set: &Set, uid: bool) -> Result<Vec<(u32, Message)>, Bad> {
        let count = self.selected.as_ref().map_or(0, |s| s.view.len()) as u32;
        let over = |n: &u32| *n != u32::MAX && *n > count;
        if !uid && set.iter().any(|(a, b)| over(a) || over(b) || count == 0) {
            return Err("no such sequence number");
        }
        let largest = if uid { self.largest() } else { count };
        let mut chosen = self.messages();
        chosen.retain(|(n, m)| contains(set, if uid { m.uid } else { *n }, largest));
        Ok(chosen)
    }

    /// Tells what has come and gone since the client was told last.
    fn announce(&mut self) {
        let Some(now) = self.in_mailbox(|m| m.messages.iter().map(|m| m.uid).collect::<Vec<u32>>()) else {
            return;
        };
        let Some(selected) = &mut self.selected else { return };
        let mut at = 0;
        while let Some(uid) = selected.view.get(at) {
            if now.binary_search(uid).is_ok() {
                at += 1;
            } else {
                selected.view.remove(at);
                self.wire.reply(format!("* {} EXPUNGE", at + 1));
            }
        }
        if selected.view.len() < now.len() {
            self.wire.reply(format!("* {} EXISTS", now.len()));
            selected.view = now;
        }
    }

    fn select(&mut self, p: &mut Parser<'_>, examine: bool) -> Done {
        p.want(" ")?;
        let name = p.mailbox()?;
        p.end()?;
        self.selected = None;
        let Some(mailbox) = self.with(|account| account.mailboxes.get(&name).cloned()) else {
            return no(MISSING);
        };
        let view: Vec<u32> = mailbox.messages.iter().map(|m| m.uid).collect();
        let flags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
        let lines = [
            format!("* FLAGS ({flags})"),
            format!("* OK [PERMANENTFLAGS ({flags} \\*)] Yours"),
            format!("* {} EXISTS", view.len()),
            "* 0 RECENT".to_owned(),
            format!("* OK [UIDVALIDITY {}] Valid", mailbox.uidvalidity),
            format!("* OK [UIDNEXT {}] Next", mailbox.uidnext),
        ];
        for line in lines {
            self.wire.reply(line);
        }
        self.selected = Some(Selected { name, read_only: examine, view });
        ok(if examine { "[READ-ONLY] Selected" } else { "[READ-WRITE] Selected" })
    }

    fn manage(&mut self, verb: &str, p: &mut Parser<'_>) -> Done {
        p.want(" ")?;
        let name = p.mailbox()?;
        p.end()?;
        let delimiter = self.options.delimiter;
        let name = name.strip_suffix(delimiter).unwrap_or(&name).to_owned();
        self.with(|account| {
            let there = account.mailboxes.contains_key(&name);
            match verb {
                "CREATE" if there => no("[ALREADYEXISTS] It exists"),
                "CREATE" if name.is_empty() || name.contains(['%', '*']) => no("[CANNOT] Not such a name"),
                "CREATE" => {
                    // Superior names come with it (RFC 3501, 6.3.3).
                    for (at, _) in name.match_indices(delimiter) {
                        account.create(&name[..at]);
                    }
                    account.create(&name);
                    ok("Created")
                }
                _ if !there => no(MISSING),
                "DELETE" if name == "INBOX" => no("[CANNOT] INBOX stays"),
                "DELETE" => {
                    let inferior = format!("{name}{delimiter}");
                    if account.mailboxes.keys().any(|other| other.starts_with(&inferior)) {
                        return no("[HASCHILDREN] It has inferior names");
                    }
                    account.mailboxes.remove(&name);
                    ok("Deleted")
                }
                _ => {
                    account.create(&name).subscribed = verb == "SUBSCRIBE";
                    ok("Done")
                }
            }
        })
    }

    fn rename(&mut self, p: &mut Parser<'_>) -> Done {
        p.want(" ")?;
        let from = p.mailbox()?;
        p.want(" ")?;
        let to = p.mailbox()?;
        p.end()?;
        let inferior = format!("{from}{}", self.options.delimiter);
        self.with(|account| {
            if !account.mailboxes.contains_key(&from) {
                return no(MISSING);
            }
            if account.mailboxes.contains_key(&to) {
                return no("[ALREADYEXISTS] It exists");
            }
            let moved: Vec<String> = account
                .mailboxes
                .keys()
                .filter(|n| **n == from || n.starts_with(&inferior))
                .cloned()
                .collect();
            for name in moved {
                if let Some(mailbox) = account.mailboxes.remove(&name) {
                    account.mailboxes.insert(format!("{to}{}", &name[from.len()..]), mailbox);
                }
            }
            if from == "INBOX" {
                account.create("INBOX");
            }
            ok("Renamed")
        })
    }

    fn list(&mut self, p: &mut Parser<'_>, lsub: bool) -> Done {
        let (extended, list_status) = (self.has("LIST-EXTENDED"), self.has("LIST-STATUS"));
        p.want(" ")?;
        let mut options = Vec::new();
        if p.peek() == Some(b'(') && (extended || self.has("SPECIAL-USE")) {
            options = p.list(|p| Ok(p.atom()?.to_ascii_uppercase()))?;
            p.want(" ")?;
        }
        let reference = p.text()?;
        p.want(" ")?;
        let pattern = |p: &mut Parser<'_>| match p.peek() {
            Some(b'"' | b'{') => p.text(),
            _ => Ok(p.take(|b| b.is_ascii_graphic() && !b"(){\"\\".contains(&b)).to_owned()),
        };
        let patterns = if p.peek() == Some(b'(') && extended { p.list(pattern)? } else { vec![pattern(p)?] };
        let mut status = Vec::new();
        if p.eat(" RETURN ") {
            p.list(|p| {
                if p.eat("STATUS ") && list_status {
                    status = p.list(|p| Ok(p.atom()?.to_ascii_uppercase()))?;
                    return Ok(());
                }
                p.atom().map(drop)
            })?;
        }
        p.end()?;
        let (verb, delimiter) = (if lsub { "LSUB" } else { "LIST" }, self.options.delimiter);
        if patterns == [""] {
            self.wire.reply(format!("* {verb} (\\Noselect) \"{delimiter}\" \"\""));
            return ok("That is all");
        }
        let all: Vec<(String, Mailbox)> =
            self.with(|a| a.mailboxes.iter().map(|(n, m)| (n.clone(), m.clone())).collect());
        for (name, mailbox) in &all {
            let wanted =
                patterns.iter().any(|pattern| glob(&format!("{reference}{pattern}"), name, delimiter));
            let subscribed = lsub || options.iter().any(|o| o == "SUBSCRIBED");
            let special = options.iter().any(|o| o == "SPECIAL-USE");
            if !wanted || (subscribed && !mailbox.subscribed) || (special && mailbox.special.is_none()) {
                continue;
            }
            let inferior = format!("{name}{delimiter}");
            let children = all.iter().any(|(other, _)| other.starts_with(&inferior));
            let mut attributes = vec![if children { "\\HasChildren" } else { "\\HasNoChildren" }];
            if mailbox.subscribed && extended {
                attributes.push("\\Subscribed");
            }
            if self.has("SPECIAL-USE") {
                attributes.extend(mailbox.special.as_deref());
            }
            self.wire.reply(format!("* {verb} ({}) \"{delimiter}\" {}", attributes.join(" "), quoted(name)));
            if !status.is_empty() {
                if let Some(line) = self.status(name, &status)? {
                    self.wire.reply(line);
                }
            }
        }
        ok("That is all")
    }

    fn status(&self, name: &str, items: &[String]) -> Result<Option<String>, Bad> {
        let Some(m) = self.with(|account| account.mailboxes.get(name).cloned()) else { return Ok(None) };
        let unseen = m.messages.iter().filter(|m| !m.flags.contains("\\Seen")).count();
        let mut values = Vec::new();
        for item in items {
            let value = match item.as_str() {
                "MESSAGES" => m.messages.len(),
                "RECENT" => 0,
                "UIDNEXT" => m.uidnext as usize,
                "UIDVALIDITY" => m.uidvalidity as usize,
                "UNSEEN" => unseen,
                _ => return Err("an unknown STATUS item"),
            };
            values.push(format!("{item} {value}"));
        }
        Ok(Some(format!("* STATUS {} ({})", quoted(name), values.join(" "))))
    }

    fn append(&mut self, p: &mut Parser<'_>) -> Done {
        p.want(" ")?;
        let name = p.mailbox()?;
        p.want(" ")?;
        let mut flags = Vec::new();
        if p.peek() == Some(b'(') {
            flags = p.list(Parser::flag)?;
            p.want(" ")?;
        }
        let mut date = clock::now();
        if p.peek() == Some(b'"') {
            date = p.date_time()?;
            p.want(" ")?;
        }
        let bytes = Arc::new(p.string()?);
        p.end()?;
        if bytes.len() > self.options.append_limit {
            return no("[TOOBIG] Too big");
        }
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let added = self.with(|account| {
            let uid = account.append(&name, bytes, &flags, date)?;
            Some((account.mailboxes.get(&name)?.uidvalidity, uid))
        });
        match added {
            None => no(TRY_CREATE),
            Some((validity, uid)) if self.has("UIDPLUS") => {
                ok(&format!("[APPENDUID {validity} {uid}] Appended"))
            }
            Some(_) => ok("Appended"),
        }
    }

    fn expunge(&mut self, mut wanted: impl FnMut(u32) -> bool) {
        self.in_mailbox(|m| m.messages.retain(|m| !(m.flags.contains("\\Deleted") && wanted(m.uid))));
    }

    fn search(&mut self, p: &mut Parser<'_>, uid: bool, sort: bool) -> Done {
        p.want(" ")?;
        let mut options = None;
        if p.eat("RETURN ") {
            if !self.has(if sort { "ESORT" } else { "ESEARCH" }) {
                return Err("RETURN was not offered");
            }
            let partial = self.has("PARTIAL");
            let mut asked = p.list(|p| match p.atom()?.to_ascii_uppercase().as_str() {
                "PARTIAL" if partial => {
                    p.want(" ")?;
                    Ok(format!("PARTIAL {}", p.take(|b| b.is_ascii_digit() || b":-".contains(&b))))
                }
                option @ ("MIN" | "MAX" | "COUNT" | "ALL") => Ok(option.to_owned()),
                _ => Err("an unknown RETURN option"),
            })?;
            if asked.is_empty() {
                asked.push("ALL".into());
            }
            options = Some(asked);
            p.want(" ")?;
        }
        let mut criteria = Vec::new();
        let mut charset = "US-ASCII".to_owned();
        if sort {
            criteria = p.list(|p| Ok(p.atom()?.to_ascii_uppercase()))?;
            p.want(" ")?;
            charset = p.text()?;
            p.want(" ")?;
        } else if p.eat("CHARSET ") {
            charset = p.text()?;
            p.want(" ")?;
        }
        if !["US-ASCII", "UTF-8"].iter().any(|known| known.eq_ignore_ascii_case(&charset)) {
            return no("[BADCHARSET (US-ASCII UTF-8)] Unknown");
        }
        let key = search::keys(p)?;
        p.end()?;
        let mut hits = self.messages();
        let largest = (hits.len() as u32, self.largest());
        hits.retain(|(n, message)| search::matches(&key, *n, message, largest));
        if sort {
            search::sort(&mut hits, &criteria)?;
        }
        let hits: Vec<u32> = hits.iter().map(|(n, m)| if uid { m.uid } else { *n }).collect();
        match options {
            Some(options) => {
                let kind = if uid { " UID" } else { "" };
                let results = search::results(&options, &hits);
                self.wire.reply(format!("* ESEARCH (TAG \"{}\"){kind}{results}", self.tag));
            }
            None => {
                let numbers: String = hits.iter().map(|n| format!(" {n}")).collect();
                self.wire.reply(format!("* {}{numbers}", if sort { "SORT" } else { "SEARCH" }));
            }
        }
        ok("That is all")
    }

    fn fetch(&mut self, p: &mut Parser<'_>, uid: bool, acts: &Acts) -> io::Result<Done> {
        let mut arguments = || -> Result<(Set, Vec<Item>), Bad> {
            p.want(" ")?;
            let set = p.set()?;
            p.want(" ")?;
            let items = fetch::items(p)?;
            p.end().map(|()| (set, items))
        };
        let (mut items, chosen) =
            match arguments().and_then(|(set, items)| Ok((items, self.chosen(&set, uid)?))) {
                Ok(asked) => asked,
                Err(why) => return Ok(Err(why)),
            };
        if uid && !items.iter().any(|item| matches!(item, Item::Uid)) {
            items.insert(0, Item::Uid);
        }
        let sees = items.iter().any(|item| matches!(item, Item::Section { peek: false, .. }));
        let sees = sees && self.selected.as_ref().is_some_and(|s| !s.read_only);
        if sees && !items.iter().any(|item| matches!(item, Item::Flags)) {
            items.push(Item::Flags);
        }
        for (n, mut message) in chosen {
            if sees {
                message.flags.insert("\\Seen".into());
                self.update(message.uid, |flags| flags.extend(["\\Seen".into()]));
            }
            fetch::answer(&mut self.wire, n, &message, &items, acts)?;
        }
        Ok(ok("That is all"))
    }

    fn update(&self, uid: u32, f: impl FnOnce(&mut BTreeSet<String>)) {
        self.in_mailbox(|mailbox| {
            mailbox.messages.iter_mut().find(|m| m.uid == uid).map(|m| f(&mut m.flags))
        });
    }

    fn store(&mut self, p: &mut Parser<'_>, uid: bool) -> Done {
        p.want(" ")?;
        let set = p.set()?;
        p.want(" ")?;
        let sign = p.take(|b| b == b'+' || b == b'-');
        p.want("FLAGS")?;
        let silent = p.eat(".SILENT");
        p.want(" ")?;
        let flags = if p.peek() == Some(b'(') { p.list(Parser::flag)? } else { vec![p.flag()?] };
        p.end()?;
        if self.selected.as_ref().is_some_and(|s| s.read_only) {
            return no("[READ-ONLY] No");
        }
        for (n, message) in self.chosen(&set, uid)? {
            let mut now = message.flags.clone();
            match sign {
                "+" => now.extend(flags.iter().cloned()),
                "-" => now.retain(|flag| !flags.contains(flag)),
                _ => now = flags.iter().cloned().collect(),
            }
            self.update(message.uid, |flags| flags.clone_from(&now));
            if !silent {
                let uid = if uid { format!("UID {} ", message.uid) } else { String::new() };
                let flags = now.into_iter().collect::<Vec<_>>().join(" ");
                self.wire.reply(format!("* {n} FETCH ({uid}FLAGS ({flags}))"));
            }
        }
        ok("Stored")
    }

    fn copy(&mut self, p: &mut Parser<'_>, uid: bool, moving: bool) -> Done {
        p.want(" ")?;
        let set = p.set()?;
        p.want(" ")?;
        let to = p.mailbox()?;
        p.end()?;
        if moving && self.selected.as_ref().is_some_and(|s| s.read_only) {
            return no("[READ-ONLY] No");
        }
        let chosen = self.chosen(&set, uid)?;
        let copied = self.with(|account| {
            let mut uids = Vec::new();
            for (_, m) in &chosen {
                let flags: Vec<&str> = m.flags.iter().map(String::as_str).collect();
                uids.push(account.append(&to, Arc::clone(&m.bytes), &flags, m.date)?);
            }
            Some((account.mailboxes.get(&to)?.uidvalidity, uids))
        });
        let Some((validity, new)) = copied else { return no(TRY_CREATE) };
        let old: Vec<u32> = chosen.iter().map(|(_, m)| m.uid).collect();
        let mut code = String::new();
        if self.has("UIDPLUS") && !old.is_empty() {
            code = format!("[COPYUID {validity} {} {}] ", search::compact(&old), search::compact(&new));
        }
        if !moving {
            return ok(&format!("{code}Copied"));
        }
        if !code.is_empty() {
            self.wire.reply(format!("* OK {code}Moved"));
        }
        self.in_mailbox(|mailbox| mailbox.messages.retain(|m| !old.contains(&m.uid)));
        self.announce();
        ok("Moved")
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
        self.wire.hub.log(|log| log.commands.push(String::from_utf8_lossy(&line).into_owned()));
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

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `*` is anything, `%` anything but the delimiter.
fn glob(pattern: &str, name: &str, delimiter: char) -> bool {
    let mut chars = pattern.chars();
    match chars.next() {
        None => name.is_empty(),
        Some(wild @ ('*' | '%')) => {
            let ends = name.char_indices().map(|(at, c)| (at, Some(c))).chain([(name.len(), None)]);
            for (at, c) in ends {
                if glob(chars.as_str(), &name[at..], delimiter) {
                    return true;
                }
                if wild == '%' && c == Some(delimiter) {
                    return false;
                }
            }
            false
        }
        Some(c) => name.starts_with(c) && glob(chars.as_str(), &name[c.len_utf8()..], delimiter),
    }
}
