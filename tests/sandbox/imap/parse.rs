//! The grammar of commands (RFC 3501, 9): a cursor over a whole command, its literals in place.

use super::super::clock::{MONTHS, seconds};

/// Why a command is BAD.
pub type Bad = &'static str;

pub struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A sequence set; `*` is `u32::MAX`.
pub type Set = Vec<(u32, u32)>;

pub fn contains(set: &Set, n: u32, largest: u32) -> bool {
    let star = |n: u32| if n == u32::MAX { largest } else { n };
    set.iter().map(|(a, b)| (star(*a), star(*b))).any(|(a, b)| (a.min(b)..=a.max(b)).contains(&n))
}

fn is_atom(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte)
}

impl<'a> Parser<'a> {
    pub fn new(bytes: &'a [u8]) -> Parser<'a> {
        Parser { bytes, at: 0 }
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn eat(&mut self, text: &str) -> bool {
        let rest = &self.bytes[self.at..];
        let here = rest.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        if here {
            self.at += text.len();
        }
        here
    }

    pub fn want(&mut self, text: &'static str) -> Result<(), Bad> {
        if self.eat(text) {
            Ok(())
        } else {
            Err(if text == " " { "a space is missing" } else { "a character is missing" })
        }
    }

    pub fn end(&self) -> Result<(), Bad> {
        if self.at == self.bytes.len() { Ok(()) } else { Err("something follows the command") }
    }

    pub fn take(&mut self, mut while_: impl FnMut(u8) -> bool) -> &'a str {
        let from = self.at;
        while self.peek().is_some_and(&mut while_) {
            self.at += 1;
        }
        std::str::from_utf8(&self.bytes[from..self.at]).unwrap_or_default()
    }

    pub fn atom(&mut self) -> Result<&'a str, Bad> {
        match self.take(is_atom) {
            "" => Err("an atom is missing"),
            atom => Ok(atom),
        }
    }

    pub fn number(&mut self) -> Result<u64, Bad> {
        self.take(|b| b.is_ascii_digit()).parse().map_err(|_| "a number is missing")
    }

    /// A quoted string or a literal.
    pub fn string(&mut self) -> Result<Vec<u8>, Bad> {
        if self.eat("\"") {
            let mut out = Vec::new();
            loop {
                let byte = self.peek().ok_or("a quote is missing")?;
                self.at += 1;
                match byte {
                    b'"' => return Ok(out),
                    b'\\' => {
                        let escaped = self.peek().filter(|b| b"\"\\".contains(b)).ok_or("a wrong escape")?;
                        self.at += 1;
                        out.push(escaped);
                    }
                    b'\r' | b'\n' | 0 => return Err("a line end in a quoted string"),
                    byte if !byte.is_ascii() => return Err("eight bits in a quoted string"),
                    byte => out.push(byte),
                }
            }
        }
        self.eat("~");
        self.want("{")?;
        let n = usize::try_from(self.number()?).map_err(|_| "too big")?;
        self.eat("+");
        self.want("}\r\n")?;
        let bytes = self.bytes.get(self.at..self.at.saturating_add(n)).ok_or("a short literal")?;
        self.at += n;
        Ok(bytes.to_vec())
    }

    pub fn astring(&mut self) -> Result<Vec<u8>, Bad> {
        match self.peek() {
            Some(b'"' | b'{' | b'~') => self.string(),
            _ => match self.take(|b| is_atom(b) || b == b']') {
                "" => Err("a string is missing"),
                atom => Ok(atom.as_bytes().to_vec()),
            },
        }
    }

    pub fn text(&mut self) -> Result<String, Bad> {
        self.astring().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A mailbox name: seven bits, INBOX in any case.
    pub fn mailbox(&mut self) -> Result<String, Bad> {
        let name = self.text()?;
        match name {
            name if !name.is_ascii() => Err("a mailbox name in eight bits"),
            name if name.eq_ignore_ascii_case("INBOX") => Ok("INBOX".into()),
            name => Ok(name),
        }
    }

    pub fn set(&mut self) -> Result<Set, Bad> {
        let mut set = Set::new();
        loop {
            let from = self.set_number()?;
            let to = if self.eat(":") { self.set_number()? } else { from };
            set.push((from, to));
            if !self.eat(",") {
                return Ok(set);
            }
        }
    }

    fn set_number(&mut self) -> Result<u32, Bad> {
        if self.eat("*") {
            return Ok(u32::MAX);
        }
        match u32::try_from(self.number()?) {
            Ok(n) if n > 0 => Ok(n),
            _ => Err("a number out of range"),
        }
    }

    /// `(item item …)`.
    pub fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Parser<'a>) -> Result<T, Bad>,
    ) -> Result<Vec<T>, Bad> {
        self.want("(")?;
        let mut items = Vec::new();
        while !self.eat(")") {
            if !items.is_empty() {
                self.want(" ")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub fn flag(&mut self) -> Result<String, Bad> {
        let system = self.eat("\\");
        let name = self.atom()?;
        if !system {
            return Ok(name.to_owned());
        }
        let known = ["Answered", "Flagged", "Deleted", "Seen", "Draft"];
        let known = known.iter().find(|k| k.eq_ignore_ascii_case(name)).ok_or("an unknown system flag")?;
        Ok(format!("\\{known}"))
    }

    /// `"17-Jul-1996 02:44:25 -0700"`, with the quotes.
    pub fn date_time(&mut self) -> Result<i64, Bad> {
        let text = String::from_utf8(self.string()?).map_err(|_| "a wrong date")?;
        let text = text.trim_start();
        let (day, rest) = text.split_once(' ').ok_or("a wrong date")?;
        let (time, zone) = rest.split_once(' ').ok_or("a wrong date")?;
        let n: Vec<i64> = time.split(':').filter_map(|n| n.parse().ok()).collect();
        let offset: i64 = zone.parse().map_err(|_| "a wrong zone")?;
        let [hour, minute, second] = n[..] else { return Err("a wrong time") };
        let zone = (offset / 100 * 60 + offset % 100) * 60;
        Ok(day_of(day).ok_or("a wrong date")? + (hour * 60 + minute) * 60 + second - zone)
    }

    /// `1-Feb-1994`, quoted or not.
    pub fn date(&mut self) -> Result<i64, Bad> {
        day_of(&self.text()?).ok_or("a wrong date")
    }
}

fn day_of(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (day, month, year) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
    let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month))? as i64 + 1;
    Some(seconds([year, month, day, 0, 0, 0]))
}
