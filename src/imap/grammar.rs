//! The search grammar of RFC 9051 §6.4.4 and §9, as users of `--imap-search` write it: read, checked, and made a tree like
//! any other query, so that nothing a user writes reaches a server unread.

use super::{
    Day, Field, Flag, SearchKey, UidSet,
    query::{NESTING_LIMIT, keyword, set},
};
use crate::base::error::*;

/// The grammar of RFC 9051 §9 `search`, without the charset: `OR FROM a (SUBJECT "b c" UNSEEN)`.
///
/// # Errors
/// `Usage`, with the column.
pub fn imap(text: &str) -> Result<SearchKey> {
    let mut raw = Raw { text: text.as_bytes(), at: 0, depth: 0 };
    let mut keys = Vec::new();
    loop {
        raw.spaces();
        match raw.text.get(raw.at) {
            None => break,
            Some(b')') => return Err(raw.wrong("a parenthesis that closes nothing")),
            Some(_) => keys.push(raw.key()?),
        }
    }
    if keys.is_empty() {
        return Err(raw.wrong("a search key is missing"));
    }
    Ok(SearchKey::and(keys))
}

struct Raw<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
}

impl Raw<'_> {
    fn wrong(&self, why: impl std::fmt::Display) -> Error {
        let before = String::from_utf8_lossy(&self.text[..self.at.min(self.text.len())]);
        Error::new(Kind::Usage, format!("IMAP search, column {}: {why}", before.chars().count() + 1))
    }

    fn spaces(&mut self) {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    /// A key's argument, quoted or not.
    fn string(&mut self) -> Result<String> {
        self.spaces();
        let start = self.at;
        let mut out = Vec::new();
        if self.text.get(self.at) == Some(&b'"') {
            self.at += 1;
            loop {
                match self.text.get(self.at) {
                    Some(b'"') => break,
                    Some(b'\\') if matches!(self.text.get(self.at + 1), Some(b'"' | b'\\')) => {
                        out.push(self.text[self.at + 1]);
                        self.at += 2;
                    }
                    Some(b'\r' | b'\n' | 0) => return Err(self.wrong("a line break or NUL byte in a value")),
                    Some(b) => {
                        out.push(*b);
                        self.at += 1;
                    }
                    None => {
                        self.at = start;
                        return Err(self.wrong("a quote without its end"));
                    }
                }
            }
            self.at += 1;
        } else {
            while let Some(b) = self.text.get(self.at) {
                match b {
                    b' ' | b'(' | b')' => break,
                    b'"' | b'{' | b'\r' | b'\n' | 0 => return Err(self.wrong("a value that needs quotes")),
                    b => out.push(*b),
                }
                self.at += 1;
            }
            if out.is_empty() {
                return Err(self.wrong("a value is missing"));
            }
        }
        String::from_utf8(out).map_err(|_| self.wrong("text that is not UTF-8"))
    }

    /// An argument of a certain form.
    fn of<T>(&mut self, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        self.spaces();
        let start = self.at;
        let text = self.string()?;
        read(&text).ok_or_else(|| {
            self.at = start;
            self.wrong(format_args!("{text} is no {what}"))
        })
    }

    fn key(&mut self) -> Result<SearchKey> {
        self.depth += 1;
        if self.depth > NESTING_LIMIT {
            return Err(self.wrong("keys nested too deep"));
        }
        let key = self.key_inner();
        self.depth -= 1;
        key
    }

    fn key_inner(&mut self) -> Result<SearchKey> {
        use SearchKey as K;
        self.spaces();
        if self.text.get(self.at) == Some(&b'(') {
            let open = self.at;
            self.at += 1;
            let mut keys = Vec::new();
            loop {
                self.spaces();
                match self.text.get(self.at) {
                    Some(b')') => break,
                    Some(_) => keys.push(self.key()?),
                    None => {
                        self.at = open;
                        return Err(self.wrong("a parenthesis without its end"));
                    }
                }
            }
            if keys.is_empty() {
                return Err(self.wrong("a search key is missing"));
            }
            self.at += 1;
            return Ok(SearchKey::and(keys));
        }
        let start = self.at;
        let word = self.string()?.to_ascii_uppercase();
        let (yes, plain) = match word.strip_prefix("UN") {
            Some(rest) => (false, rest),
            None => (true, word.as_str()),
        };
        if let Some((_, flag)) = Flag::ALL.iter().find(|(n, _)| *n == plain) {
            return Ok(K::Flag(*flag, yes));
        }
        if let Some((_, field)) = Field::ALL.iter().find(|(n, _)| *n == word) {
            return Ok(K::Field(*field, self.string()?));
        }
        let number = |s: &str| super::set::number(s.as_bytes());
        let within =
            |s: &str| super::set::number(s.as_bytes()).filter(|n| *n > 0 && *n <= u64::from(u32::MAX));
        Ok(match word.as_str() {
            "ALL" => K::All,
            "NEW" => K::New,
            "OLD" => K::Old,
            "RECENT" => K::Recent,
            "KEYWORD" => K::Keyword(self.of("keyword", |s| keyword(s).ok())?, true),
            "UNKEYWORD" => K::Keyword(self.of("keyword", |s| keyword(s).ok())?, false),
            "HEADER" => {
                let name = self.of("name of a header", |s| {
                    s.bytes().all(|b| b.is_ascii_graphic()).then(|| s.to_string())
                })?;
                K::Header(name, self.string()?)
            }
            "BODY" => K::Body(self.string()?),
            "TEXT" => K::Text(self.string()?),
            "BEFORE" => K::Before(self.of("date", Day::parse)?),
            "ON" => K::On(self.of("date", Day::parse)?),
            "SINCE" => K::Since(self.of("date", Day::parse)?),
            "SENTBEFORE" => K::SentBefore(self.of("date", Day::parse)?),
            "SENTON" => K::SentOn(self.of("date", Day::parse)?),
            "SENTSINCE" => K::SentSince(self.of("date", Day::parse)?),
            "LARGER" => K::Larger(self.of("size", number)?),
            "SMALLER" => K::Smaller(self.of("size", number)?),
            "OLDER" => K::Older(self.of("number of seconds", within)?),
            "YOUNGER" => K::Younger(self.of("number of seconds", within)?),
            "UID" => K::Uid(self.of("set", |s| set(s).ok())?),
            "X-GM-RAW" => K::GmailRaw(self.string()?),
            "NOT" => self.key()?.not(),
            "OR" => {
                let left = self.key()?;
                K::Or(vec![left, self.key()?])
            }
            other => match UidSet::parse(other.as_bytes()) {
                Ok(set) => K::Sequence(set),
                Err(_) => {
                    self.at = start;
                    return Err(self.wrong(format_args!("{other} is no search key")));
                }
            },
        })
    }
}
