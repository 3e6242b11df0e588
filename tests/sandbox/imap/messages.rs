//! The commands on the messages of the selected mailbox: SEARCH, FETCH, STORE, COPY, MOVE, EXPUNGE.
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::super::script::Acts;
use super::super::store::{Account, Mailbox, Message};
use super::fetch::{self, Item};
use super::mailboxes::TRY_CREATE;
use super::parse::{Bad, Parser, Set, contains};
use super::search;
use super::session::{Done, Session, no, ok};

impl Session<'_> {
    pub fn with<T>(&self, f: impl FnOnce(&mut Account) -> T) -> T {
        self.options.store.with(self.user.as_deref().unwrap_or_default(), f)
    }

    /// Something done to the selected mailbox; `None` if it is gone.
    pub fn in_mailbox<T>(&self, f: impl FnOnce(&mut Mailbox) -> T) -> Option<T> {
        let name = &self.selected.as_ref()?.name;
        self.with(|account| account.mailboxes.get_mut(name).map(f))
    }

    pub fn largest(&self) -> u32 {
        self.selected.as_ref().and_then(|s| s.view.last().copied()).unwrap_or(0)
    }

    /// The messages of the selected mailbox the client knows of, with their numbers.
    pub fn messages(&self) -> Vec<(u32, Message)> {
        let view = self.selected.as_ref().map(|s| s.view.clone()).unwrap_or_default();
        let all = self.in_mailbox(|m| m.messages.clone()).unwrap_or_default();
        let number = |m: &Message| view.binary_search(&m.uid).ok().map(|at| at as u32 + 1);
        all.into_iter().filter_map(|m| Some((number(&m)?, m))).collect()
    }

    pub fn chosen(&self, set: &Set, uid: bool) -> Result<Vec<(u32, Message)>, Bad> {
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
    pub fn announce(&mut self) {
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

    pub fn expunge(&mut self, mut wanted: impl FnMut(u32) -> bool) {
        self.in_mailbox(|m| m.messages.retain(|m| !(m.flags.contains("\\Deleted") && wanted(m.uid))));
    }

    pub fn search(&mut self, p: &mut Parser<'_>, uid: bool, sort: bool) -> Done {
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

    pub fn fetch(&mut self, p: &mut Parser<'_>, uid: bool, acts: &Acts) -> io::Result<Done> {
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
        if items.iter().any(|item| matches!(item, Item::Binary { .. })) && !self.has("BINARY") {
            return Ok(Err("BINARY was not offered"));
        }
        let unknown = |(_, m): &(u32, Message)| {
            let part = super::mime::Part::parse(&m.bytes);
            let decoded = |path| fetch::decoded(&part, &m.bytes, path).is_some();
            items.iter().any(|item| matches!(item, Item::Binary { path, .. } if !decoded(path)))
        };
        if chosen.iter().any(unknown) {
            return Ok(no("[UNKNOWN-CTE] Not that encoding"));
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

    pub fn update(&self, uid: u32, f: impl FnOnce(&mut BTreeSet<String>)) {
        let Some(name) = self.selected.as_ref().map(|s| s.name.clone()) else { return };
        self.with(|account| account.change(&name, uid, f));
    }

    pub fn store(&mut self, p: &mut Parser<'_>, uid: bool) -> Done {
        p.want(" ")?;
        let set = p.set()?;
        p.want(" ")?;
        let mut since = u64::MAX;
        if p.eat("(UNCHANGEDSINCE ") {
            if !self.has("CONDSTORE") {
                return Err("CONDSTORE was not offered");
            }
            since = p.number()?;
            p.want(")")?;
            p.want(" ")?;
        }
        let sign = p.take(|b| b == b'+' || b == b'-');
        p.want("FLAGS")?;
        let silent = p.eat(".SILENT");
        p.want(" ")?;
        let flags = if p.peek() == Some(b'(') { p.list(Parser::flag)? } else { vec![p.flag()?] };
        p.end()?;
        if self.selected.as_ref().is_some_and(|s| s.read_only) {
            return no("[READ-ONLY] No");
        }
        let mut modified = Vec::new();
        for (n, message) in self.chosen(&set, uid)? {
            if message.modseq > since {
                modified.push(if uid { message.uid } else { n });
                continue;
            }
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
        if modified.is_empty() {
            return ok("Stored");
        }
        ok(&format!("[MODIFIED {}] Stored the others", search::compact(&modified)))
    }

    pub fn copy(&mut self, p: &mut Parser<'_>, uid: bool, moving: bool) -> Done {
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
}
