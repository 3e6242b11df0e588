//! The text of an alias file: lines that belong together, names, and what stands behind them. Pure functions of text.

use super::start_of;
use crate::{base::address::Address, mail::addresses};
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct Target {
    pub(super) line: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Address(Address),
    /// `\name`: not looked up again.
    Local(Address),
    Include(PathBuf),
    Nowhere,
    /// What cannot be done, and why.
    Bad(String),
}

/// The lines that belong together, each with the number of its first; comments and empty lines between them left out.
pub(super) fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    for (n, line) in text.lines().enumerate() {
        // An empty line or a comment does not end an alias, as for Postfix.
        if is_comment(line) {
            continue;
        }
        match lines.last_mut() {
            Some((_, last)) if line.starts_with([' ', '\t']) => {
                // A newline for every line of the file, so that places can be counted.
                last.extend(std::iter::repeat_n('\n', n - at));
                last.push_str(line);
            }
            _ => lines.push((n + 1, line.to_string())),
        }
        at = n;
    }
    lines
}

pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// At the first colon outside quotes.
pub(super) fn split_name(line: &str) -> Option<(&str, &str)> {
    let mut marks = Marks::default();
    let at = line.char_indices().find(|(_, c)| marks.is_plain(*c) && *c == ':')?.0;
    Some((&line[..at], &line[at + 1..]))
}

/// Which characters stand outside of quotes and comments.
#[derive(Default)]
struct Marks {
    quoted: bool,
    comment: usize,
    escaped: bool,
}

impl Marks {
    fn is_plain(&mut self, c: char) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match c {
            '\\' => {
                self.escaped = self.quoted || self.comment > 0;
                return false;
            }
            '"' if self.comment == 0 => self.quoted = !self.quoted,
            '(' if !self.quoted => self.comment += 1,
            ')' if !self.quoted && self.comment > 0 => {
                self.comment -= 1;
                return false;
            }
            _ => {}
        }
        !self.quoted && self.comment == 0
    }
}

/// What stands behind the colon, or on a line of a list: parts between commas.
pub(super) fn targets(value: &str, first: usize) -> Vec<Target> {
    let mut found = Vec::new();
    let (mut marks, mut start, mut line) = (Marks::default(), 0, first);
    let mut push = |part: &str, line: usize| {
        let lead = part.len() - part.trim_start().len();
        let line = line + part[..lead].matches('\n').count();
        if !part.trim().is_empty() {
            found.push(Target { line, what: what(&part.replace('\n', " ")) });
        }
    };
    // A part that begins a command goes to the end of its line: a shell has commas of its own.
    for (at, c) in value.char_indices() {
        let plain = marks.is_plain(c);
        if plain && c == ',' && !value[start..at].trim_start().starts_with('|') {
            push(&value[start..at], line);
            line += value[start..at].matches('\n').count();
            start = at + 1;
        }
    }
    push(&value[start..], line);
    found
}

fn what(part: &str) -> What {
    let part = part.trim();
    // A part as a whole may be quoted: "|cmd with blanks".
    let inside = part.strip_prefix('"').and_then(|p| p.strip_suffix('"')).unwrap_or(part).trim_start();
    let include = inside.get(..9).filter(|w| w.eq_ignore_ascii_case(":include:"));
    if include.is_some() {
        let path = inside[9..].trim();
        if !path.starts_with('/') {
            return What::Bad(format!("a list needs its whole path: '{}'", start_of(part)));
        }
        return What::Include(PathBuf::from(path));
    }
    match inside.chars().next() {
        Some('|') => return What::Bad(format!("mail is not given to a command: '{}'", start_of(inside))),
        Some('/') if inside == "/dev/null" => return What::Nowhere,
        Some('/') => return What::Bad(format!("mail is not written to a file: '{}'", start_of(inside))),
        Some(':') => return What::Bad(format!("'{}' is not understood", start_of(part))),
        _ => {}
    }
    let (text, local) = match part.strip_prefix('\\') {
        Some(name) => (name, true),
        None => (part, false),
    };
    match addresses::parse_one(text).map(|m| m.address) {
        Ok(address) if local => What::Local(address),
        Ok(address) => What::Address(address),
        Err(_) => What::Bad(format!("'{}' is no address", start_of(part))),
    }
}
