//! SEARCH and SORT: the keys of RFC 3501 and WITHIN (5032), ESEARCH's results (4731, 9394), SORT (5256).
use mail_parser::MessageParser;

use super::super::clock;
use super::super::store::Message;
use super::mime;
use super::parse::{Bad, Parser, Set, contains};

pub enum Key {
    All,
    And(Vec<Key>),
    Or(Box<Key>, Box<Key>),
    Not(Box<Key>),
    Flag(String),
    Header(String, Vec<u8>),
    Body(Vec<u8>),
    Text(Vec<u8>),
    Larger(u64),
    Smaller(u64),
    /// INTERNALDATE, or with `true` the Date field, in this span of seconds.
    Between(bool, i64, i64),
    Numbers(Set),
    Uids(Set),
    /// CONDSTORE's: changed with this count or later.
    Modseq(u64),
}

const DAY: i64 = 86_400;

pub fn keys(p: &mut Parser<'_>) -> Result<Key, Bad> {
    let mut all = vec![key(p)?];
    while p.eat(" ") {
        all.push(key(p)?);
    }
    Ok(Key::And(all))
}

fn key(p: &mut Parser<'_>) -> Result<Key, Bad> {
    if p.peek() == Some(b'(') {
        p.want("(")?;
        let keys = keys(p)?;
        p.want(")")?;
        return Ok(keys);
    }
    if matches!(p.peek(), Some(b'*' | b'0'..=b'9')) {
        return Ok(Key::Numbers(p.set()?));
    }
    let name = p.atom()?.to_ascii_uppercase();
    let flag = |name: &str| Key::Flag(format!("\\{name}"));
    let not = |key| Key::Not(Box::new(key));
    Ok(match name.as_str() {
        "ALL" | "OLD" => Key::All,
        "RECENT" | "NEW" => not(Key::All),
        "ANSWERED" => flag("Answered"),
        "DELETED" => flag("Deleted"),
        "DRAFT" => flag("Draft"),
        "FLAGGED" => flag("Flagged"),
        "SEEN" => flag("Seen"),
        "UNANSWERED" => not(flag("Answered")),
        "UNDELETED" => not(flag("Deleted")),
        "UNDRAFT" => not(flag("Draft")),
        "UNFLAGGED" => not(flag("Flagged")),
        "UNSEEN" => not(flag("Seen")),
        _ => {
            p.want(" ")?;
            match name.as_str() {
                "KEYWORD" => Key::Flag(p.flag()?),
                "UNKEYWORD" => not(Key::Flag(p.flag()?)),
                "BCC" | "CC" | "FROM" | "SUBJECT" | "TO" => Key::Header(name, p.astring()?),
                "HEADER" => {
                    let field = p.text()?;
                    p.want(" ")?;
                    Key::Header(field, p.astring()?)
                }
                "BODY" => Key::Body(p.astring()?),
                "TEXT" => Key::Text(p.astring()?),
                "LARGER" => Key::Larger(p.number()?),
                "SMALLER" => Key::Smaller(p.number()?),
                "BEFORE" => Key::Between(false, i64::MIN, p.date()?),
                "SENTBEFORE" => Key::Between(true, i64::MIN, p.date()?),
                "SINCE" => Key::Between(false, p.date()?, i64::MAX),
                "SENTSINCE" => Key::Between(true, p.date()?, i64::MAX),
                "ON" | "SENTON" => {
                    let day = p.date()?;
                    Key::Between(name == "SENTON", day, day + DAY)
                }
                "OLDER" => Key::Between(false, i64::MIN, clock::now() - p.number()? as i64 + 1),
                "YOUNGER" => Key::Between(false, clock::now() - p.number()? as i64, i64::MAX),
                "UID" => Key::Uids(p.set()?),
                "MODSEQ" => Key::Modseq(p.number()?),
                "NOT" => not(key(p)?),
                "OR" => {
                    let first = key(p)?;
                    p.want(" ")?;
                    Key::Or(Box::new(first), Box::new(key(p)?))
                }
                _ => return Err("an unknown search key"),
            }
        }
    })
}

/// `largest`: the last sequence number and the last UID, what `*` stands for.
pub fn matches(key: &Key, n: u32, message: &Message, largest: (u32, u32)) -> bool {
    match key {
        Key::All => true,
        Key::And(keys) => keys.iter().all(|key| matches(key, n, message, largest)),
        Key::Or(a, b) => matches(a, n, message, largest) || matches(b, n, message, largest),
        Key::Not(key) => !matches(key, n, message, largest),
        Key::Flag(flag) => message.flags.iter().any(|f| f.eq_ignore_ascii_case(flag)),
        Key::Header(field, text) => fields(message, field).iter().any(|value| holds(value.as_bytes(), text)),
        Key::Body(text) => holds(mime::split(&message.bytes).1, text),
        Key::Text(text) => holds(&message.bytes, text),
        Key::Larger(size) => message.bytes.len() as u64 > *size,
        Key::Smaller(size) => (message.bytes.len() as u64) < *size,
        Key::Between(sent, from, to) => {
            let date = if *sent { sent_date(message).unwrap_or(message.date) } else { message.date };
            (*from..*to).contains(&date)
        }
        Key::Numbers(set) => contains(set, n, largest.0),
        Key::Uids(set) => contains(set, message.uid, largest.1),
        Key::Modseq(n) => message.modseq >= *n,
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    let lower = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase();
    lower(text).contains(&lower(part))
}

/// The values of a field, as they stand and decoded.
fn fields(message: &Message, name: &str) -> Vec<String> {
    let (header, _) = mime::split(&message.bytes);
    let mut values: Vec<String> = mime::fields(header, name).collect();
    let decoded = MessageParser::new().parse_headers(header);
    values.extend(
        decoded
            .iter()
            .flat_map(|m| m.header_values(name.to_owned()))
            .filter_map(|v| v.as_text().map(str::to_owned)),
    );
    values
}

fn sent_date(message: &Message) -> Option<i64> {
    let parsed = MessageParser::new().parse_headers(mime::split(&message.bytes).0)?;
    parsed.date().map(mail_parser::DateTime::to_timestamp)
}

/// `(REVERSE DATE …)`, sorted so.
pub fn sort(messages: &mut [(u32, Message)], criteria: &[String]) -> Result<(), Bad> {
    let known = ["ARRIVAL", "CC", "DATE", "FROM", "REVERSE", "SIZE", "SUBJECT", "TO"];
    if criteria.is_empty() || !criteria.iter().all(|c| known.contains(&c.as_str())) {
        return Err("an unknown sort criterion");
    }
    let mut order = vec![("UID", false)];
    let mut reverse = false;
    for criterion in criteria {
        if criterion == "REVERSE" {
            reverse = true;
        } else {
            order.insert(order.len() - 1, (criterion, std::mem::take(&mut reverse)));
        }
    }
    let rank = |(n, m): &(u32, Message), what: &str| match what {
        "UID" => (i64::from(*n), String::new()),
        "ARRIVAL" => (m.date, String::new()),
        "DATE" => (sent_date(m).unwrap_or(m.date), String::new()),
        "SIZE" => (m.bytes.len() as i64, String::new()),
        "FROM" => (0, fields(m, "FROM").pop().map_or_else(String::new, |from| mailbox(&from))),
        field => (0, fields(m, field).pop().unwrap_or_default().to_lowercase()),
    };
    messages.sort_by(|a, b| {
        let by = |(what, reverse): &(&str, bool)| {
            let order = rank(a, what).cmp(&rank(b, what));
            if *reverse { order.reverse() } else { order }
        };
        order.iter().map(by).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(())
}

/// The first address of a field, up to its at sign (RFC 5256, 3).
fn mailbox(field: &str) -> String {
    let (mut bare, mut quoted, mut depth) = (String::new(), false, 0);
    for c in field.chars() {
        match c {
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            c if !quoted && depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let first = bare.split(',').next().unwrap_or_default();
    let address = first.split_once('<').map_or(first, |(_, rest)| rest);
    address.split('@').next().unwrap_or_default().trim().to_lowercase()
}

/// Numbers as a sequence set, in their order.
pub fn compact(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *n => *last = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let run = |(a, b): &(u32, u32)| if a == b { a.to_string() } else { format!("{a}:{b}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

/// What RETURN asked for.
pub fn results(options: &[String], hits: &[u32]) -> String {
    let mut out = String::new();
    for option in options {
        match option.as_str() {
            "MIN" => out += &hits.iter().min().map_or(String::new(), |n| format!(" MIN {n}")),
            "MAX" => out += &hits.iter().max().map_or(String::new(), |n| format!(" MAX {n}")),
            "COUNT" => out += &format!(" COUNT {}", hits.len()),
            "ALL" if !hits.is_empty() => out += &format!(" ALL {}", compact(hits)),
            partial => {
                let Some((range, (from, to))) =
                    partial.strip_prefix("PARTIAL ").and_then(|r| Some((r, window(r, hits.len())?)))
                else {
                    continue;
                };
                let part = hits.get(from..to).filter(|part| !part.is_empty()).map_or("NIL".into(), compact);
                out += &format!(" PARTIAL ({range} {part})");
            }
        }
    }
    out
}

/// `1:10` or `-1:-10` (from the end) as a range of indices.
fn window(range: &str, len: usize) -> Option<(usize, usize)> {
    let (a, b) = range.split_once(':')?;
    let n = |text: &str| text.trim_start_matches('-').parse::<usize>().ok();
    let (low, high) = (n(a)?.min(n(b)?), n(a)?.max(n(b)?).min(len));
    let low = (low.max(1) - 1).min(high);
    Some(if a.starts_with('-') { (len - high, len - low) } else { (low, high) })
}
