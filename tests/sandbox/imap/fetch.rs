//! FETCH: its items, and one message's answer.
use std::cell::LazyCell;
use std::io;

use super::super::clock::{MONTHS, civil};
use super::super::script::Acts;
use super::super::store::Message;
use super::super::wire::Wire;
use super::mime::{self, Part};
use super::parse::{Bad, Parser};

pub enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Envelope,
    Structure {
        extended: bool,
    },
    /// `Section`'s body with its transfer encoding undone (RFC 3516).
    Binary {
        label: String,
        path: Vec<usize>,
    },
    Section {
        label: String,
        path: Vec<usize>,
        tail: String,
        fields: Vec<String>,
        partial: Option<(u64, u64)>,
        peek: bool,
    },
}

pub fn items(p: &mut Parser<'_>) -> Result<Vec<Item>, Bad> {
    let fast = || vec![Item::Flags, Item::InternalDate, Item::Size];
    for (name, more) in [("ALL", 1), ("FAST", 0), ("FULL", 2)] {
        if p.eat(name) {
            let mut items = fast();
            items.extend([Item::Envelope, Item::Structure { extended: false }].into_iter().take(more));
            return Ok(items);
        }
    }
    if p.peek() == Some(b'(') { p.list(item) } else { Ok(vec![item(p)?]) }
}

fn item(p: &mut Parser<'_>) -> Result<Item, Bad> {
    let whole = |label: &str, tail: &str, peek| Item::Section {
        label: label.into(),
        path: Vec::new(),
        tail: tail.into(),
        fields: Vec::new(),
        partial: None,
        peek,
    };
    let name = p.take(|b| b.is_ascii_alphanumeric() || b == b'.').to_ascii_uppercase();
    Ok(match name.as_str() {
        "UID" => Item::Uid,
        "FLAGS" => Item::Flags,
        "INTERNALDATE" => Item::InternalDate,
        "RFC822.SIZE" => Item::Size,
        "ENVELOPE" => Item::Envelope,
        "BODYSTRUCTURE" => Item::Structure { extended: true },
        "RFC822" => whole("RFC822", "", false),
        "RFC822.HEADER" => whole("RFC822.HEADER", "HEADER", true),
        "RFC822.TEXT" => whole("RFC822.TEXT", "TEXT", false),
        "BODY" if p.peek() != Some(b'[') => Item::Structure { extended: false },
        "BODY" | "BODY.PEEK" => section(p, name == "BODY.PEEK")?,
        "BINARY.PEEK" => match section(p, true)? {
            Item::Section { path, tail, partial: None, .. } if tail.is_empty() => {
                let label = path.iter().map(usize::to_string).collect::<Vec<_>>().join(".");
                Item::Binary { label: format!("BINARY[{label}]"), path }
            }
            _ => return Err("not a part's section"),
        },
        _ => return Err("an unknown FETCH item"),
    })
}

fn section(p: &mut Parser<'_>, peek: bool) -> Result<Item, Bad> {
    p.want("[")?;
    let (mut path, mut fields) = (Vec::new(), Vec::new());
    let mut tail = String::new();
    while tail.is_empty() && p.peek() != Some(b']') {
        match p.take(|b| b.is_ascii_digit()) {
            "" => tail = p.take(|b| b.is_ascii_alphabetic() || b == b'.').to_ascii_uppercase(),
            n => path.push(n.parse().ok().filter(|n| *n > 0).ok_or("a wrong section")?),
        }
        let more = tail.is_empty() && p.peek() != Some(b']');
        if more && !p.eat(".") {
            return Err("a wrong section");
        }
    }
    match tail.as_str() {
        "" | "HEADER" | "TEXT" => {}
        "MIME" if !path.is_empty() => {}
        "HEADER.FIELDS" | "HEADER.FIELDS.NOT" => {
            p.want(" ")?;
            fields = p.list(Parser::text)?;
        }
        _ => return Err("an unknown section"),
    }
    p.want("]")?;
    let mut spec: Vec<String> = path.iter().map(usize::to_string).collect();
    spec.extend(Some(tail.clone()).filter(|tail| !tail.is_empty()));
    let listed = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(" ")) };
    let mut label = format!("BODY[{}{listed}]", spec.join("."));
    let mut partial = None;
    if p.eat("<") {
        let from = p.number()?;
        p.want(".")?;
        let n = p.number()?;
        p.want(">")?;
        label += &format!("<{from}>");
        partial = Some((from, n));
    }
    Ok(Item::Section { label, path, tail, fields, partial, peek })
}

pub fn answer(wire: &mut Wire, n: u32, m: &Message, items: &[Item], acts: &Acts) -> io::Result<()> {
    let part = LazyCell::new(|| Part::parse(&m.bytes));
    wire.put(format!("* {n} FETCH ("));
    let mut sent = 0;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            wire.put(" ");
        }
        let mut out = Vec::new();
        match item {
            Item::Uid => wire.put(format!("UID {}", m.uid)),
            Item::Flags => {
                wire.put(format!("FLAGS ({})", m.flags.iter().cloned().collect::<Vec<_>>().join(" ")));
            }
            Item::InternalDate => wire.put(format!("INTERNALDATE \"{}\"", date_time(m.date))),
            Item::Size => wire.put(format!("RFC822.SIZE {}", m.bytes.len())),
            Item::Envelope => {
                out.extend_from_slice(b"ENVELOPE ");
                part.envelope(&m.bytes, &mut out);
            }
            Item::Structure { extended } => {
                out.extend_from_slice(if *extended { b"BODYSTRUCTURE " } else { b"BODY " });
                part.structure(&m.bytes, *extended, "TEXT/PLAIN", &mut out);
            }
            Item::Binary { label, path } => {
                let Some(bytes) = decoded(&part, &m.bytes, path) else {
                    wire.put(format!("{label} NIL"));
                    continue;
                };
                wire.put(format!("{label} ~{{{}}}\r\n", bytes.len()));
                wire.payload(&bytes, &mut sent, acts)?;
            }
            Item::Section { label, path, tail, fields, partial, .. } => {
                let whole = path.is_empty() && tail.is_empty();
                let found = if whole { None } else { part.section(&m.bytes, path, tail, fields) };
                let mut bytes = match (&found, whole) {
                    (Some(bytes), _) => bytes.as_slice(),
                    (None, true) => m.bytes.as_slice(),
                    (None, false) => {
                        wire.put(format!("{label} NIL"));
                        continue;
                    }
                };
                if let Some((from, n)) = partial {
                    let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &bytes[at(*from)..at(from.saturating_add(*n))];
                }
                wire.put(format!("{label} {{{}}}\r\n", bytes.len()));
                for block in bytes.chunks(256 * 1024) {
                    wire.payload(block, &mut sent, acts)?;
                }
            }
        }
        wire.put(out);
    }
    wire.reply(")");
    Ok(())
}

/// A part as its author had it; `None` for an encoding this server does not know, or that is broken.
pub fn decoded(part: &Part, message: &[u8], path: &[usize]) -> Option<Vec<u8>> {
    let body = part.section(message, path, "", &[])?;
    let header = part.section(message, path, "MIME", &[])?;
    let encoding = mime::fields(&header, "Content-Transfer-Encoding").next().unwrap_or_default();
    match encoding.to_ascii_lowercase().as_str() {
        "" | "7bit" | "8bit" | "binary" => Some(body),
        "base64" => {
            let text: Vec<u8> = body.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
            openssl::base64::decode_block(std::str::from_utf8(&text).ok()?).ok()
        }
        _ => None,
    }
}

fn date_time(time: i64) -> String {
    let [year, month, day, hour, minute, second] = civil(time);
    format!("{day:>2}-{}-{year:04} {hour:02}:{minute:02}:{second:02} +0000", MONTHS[(month - 1) as usize])
}
