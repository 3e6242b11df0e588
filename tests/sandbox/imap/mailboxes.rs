//! The commands on mailboxes: SELECT, CREATE and their like, LIST, STATUS, APPEND.
use std::sync::Arc;

use super::super::clock;
use super::super::store::Mailbox;
use super::parse::{Bad, Parser};
use super::session::{Done, Selected, Session, no, ok};

pub const MISSING: &str = "[NONEXISTENT] No such mailbox";
pub const TRY_CREATE: &str = "[TRYCREATE] No such mailbox";

impl Session<'_> {
    pub fn select(&mut self, p: &mut Parser<'_>, examine: bool) -> Done {
        p.want(" ")?;
        let name = p.mailbox()?;
        if p.eat(" (CONDSTORE)") && !self.has("CONDSTORE") {
            return Err("CONDSTORE was not offered");
        }
        p.end()?;
        self.selected = None;
        let found = self.with(|account| Some((account.mailboxes.get(&name).cloned()?, account.modseq)));
        let Some((mailbox, modseq)) = found else { return no(MISSING) };
        let view: Vec<u32> = mailbox.messages.iter().map(|m| m.uid).collect();
        let flags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
        let lines = [
            format!("* FLAGS ({flags})"),
            format!("* OK [PERMANENTFLAGS ({})] Yours", self.options.permanent),
            format!("* {} EXISTS", view.len()),
            "* 0 RECENT".to_owned(),
            format!("* OK [UIDVALIDITY {}] Valid", mailbox.uidvalidity),
            format!("* OK [UIDNEXT {}] Next", mailbox.uidnext),
        ];
        for line in lines {
            self.wire.reply(line);
        }
        if self.has("CONDSTORE") {
            self.wire.reply(format!("* OK [HIGHESTMODSEQ {modseq}] Latest"));
        }
        let read_only = examine || self.options.read_only;
        self.selected = Some(Selected { name, read_only, view });
        ok(if read_only { "[READ-ONLY] Selected" } else { "[READ-WRITE] Selected" })
    }

    pub fn manage(&mut self, verb: &str, p: &mut Parser<'_>) -> Done {
        p.want(" ")?;
        let name = p.mailbox()?;
        p.end()?;
        let (delimiter, prefix) = (self.options.delimiter, self.options.prefix);
        let name = name.strip_suffix(delimiter).unwrap_or(&name).to_owned();
        self.with(|account| {
            let there = account.mailboxes.contains_key(&name);
            match verb {
                "CREATE" if there => no("[ALREADYEXISTS] It exists"),
                "CREATE" if !name.starts_with(prefix) => no("[CANNOT] Not a name of yours"),
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

    pub fn rename(&mut self, p: &mut Parser<'_>) -> Done {
        p.want(" ")?;
        let from = p.mailbox()?;
        p.want(" ")?;
        let to = p.mailbox()?;
        p.end()?;
        let inferior = format!("{from}{}", self.options.delimiter);
        if !to.starts_with(self.options.prefix) {
            return no("[CANNOT] Not a name of yours");
        }
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

    pub fn list(&mut self, p: &mut Parser<'_>, lsub: bool) -> Done {
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
            if !status.is_empty()
                && let Some(line) = self.status(name, &status)?
            {
                self.wire.reply(line);
            }
        }
        ok("That is all")
    }

    pub fn status(&self, name: &str, items: &[String]) -> Result<Option<String>, Bad> {
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

    pub fn append(&mut self, p: &mut Parser<'_>) -> Done {
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
