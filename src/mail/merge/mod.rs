//! Many messages from one: `{field}` in a flag stands for what a row of a table says.
//!
//! A row's values come from somebody else than the flags, so what they may hold depends on the [`Place`] they go to: a name with a
//! comma must not become two recipients, a number with a `*` not every file of a directory, a title with a `<` not HTML.

mod rows;

pub use rows::{Row, Rows, unknown};

use crate::base::{error::*, escape};

/// Where a value goes, and so what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Text that is encoded later, line ends and all.
    Text,
    /// One line: a subject, a header field, an id.
    Line,
    /// A list of addresses: a value is a name or an address there, never more; only alone it may be a list.
    Addresses,
    /// The path of a file, with or without what `--attach` takes behind it.
    Path,
    /// HTML: its special characters are written as references.
    Html,
}

/// A piece of a text with fields in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// `{name}` is a field, `{{` and `}}` are braces.
fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = rest.find(['{', '}']).unwrap_or(rest.len());
        if next > 0 {
            let (piece, after) = rest.split_at(next);
            rest = after;
            return Some(Ok(Piece::Text(piece)));
        }
        let brace = &rest[..1];
        if rest[1..].starts_with(brace) || brace == "}" {
            let twice = usize::from(rest[1..].starts_with(brace));
            rest = &rest[1 + twice..];
            return Some(Ok(Piece::Text(brace)));
        }
        let inside = rest[1..].find(['{', '}', '\n']).filter(|at| rest[1 + at..].starts_with('}'));
        let Some(end) = inside else {
            let start: String = rest.chars().take(20).collect();
            let text = format!("a '{{' is not closed: '{}'", escape::text(&start));
            rest = "";
            return Some(Err(Error::new(Kind::Input, text).hint("'{{' stands for '{'")));
        };
        let name = rest[1..=end].trim();
        rest = &rest[end + 2..];
        Some(Ok(Piece::Field(name)))
    })
}

/// The names of the fields in a text.
///
/// # Errors
/// `Input` for a brace that is not closed.
pub fn fields(text: &str) -> Result<Vec<&str>> {
    let mut names = Vec::new();
    for piece in pieces(text) {
        if let Piece::Field(name) = piece? {
            names.push(name);
        }
    }
    Ok(names)
}

/// The text with the row's values in the places of its fields.
///
/// # Errors
/// `Input` for a field that the row does not have, or a value that may not stand there.
pub fn fill(text: &str, row: &Row, place: Place) -> Result<String> {
    let alone = matches!(fields(text)?.as_slice(), [name] if is_field(text, name));
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = Position::default();
    let mut rest = pieces(text).peekable();
    let all: Vec<Piece<'_>> = std::iter::from_fn(|| rest.next()).collect::<Result<_>>()?;
    for (i, piece) in all.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                at.pass(text);
                out.push_str(text);
            }
            Piece::Field(name) => {
                let value = row.get(name)?;
                let wrong =
                    |why: &str| Error::new(Kind::Input, format!("the field {} {why}", escape::text(name)));
                if place != Place::Text && place != Place::Html && value.contains(['\r', '\n', '\0']) {
                    return Err(wrong("holds a line end, which cannot stand there"));
                }
                match place {
                    Place::Text | Place::Line => out.push_str(value),
                    Place::Html => html(value, &mut out),
                    Place::Path => out.push_str(path(value).map_err(&wrong)?),
                    Place::Addresses if alone => out.push_str(value),
                    Place::Addresses => {
                        let name = at.quoted || (!at.angle && is_name(&all[i + 1..]));
                        if name {
                            at.name(value, &mut out);
                        } else if value.contains([',', ';', ':', '<', '>', '"', '(', ')', '\\', ' ', '\t']) {
                            return Err(wrong("is more than an address"));
                        } else {
                            out.push_str(value);
                        }
                    }
                }
            }
        }
    }
    Ok(out)
}

fn is_field(text: &str, name: &str) -> bool {
    let inside = text.trim().strip_prefix('{').and_then(|t| t.strip_suffix('}'));
    inside.is_some_and(|inside| inside.trim() == name)
}

/// Whether what stands before this is a display name: its address follows in angle brackets.
fn is_name(after: &[Piece<'_>]) -> bool {
    let mut quoted = false;
    for piece in after {
        let Piece::Text(text) = piece else { continue };
        for c in text.chars() {
            match c {
                '"' => quoted = !quoted,
                '<' if !quoted => return true,
                ',' | ';' if !quoted => return false,
                _ => {}
            }
        }
    }
    false
}

/// Where in a list of addresses we are.
#[derive(Default)]
struct Position {
    quoted: bool,
    angle: bool,
}

impl Position {
    fn pass(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.quoted = !self.quoted,
                '<' if !self.quoted => self.angle = true,
                '>' if !self.quoted => self.angle = false,
                _ => {}
            }
        }
    }

    /// A part of a display name, quoted as far as it has to be.
    fn name(&self, value: &str, out: &mut String) {
        let special = value.contains(['"', '\\', ',', ';', ':', '<', '>', '(', ')', '[', ']', '@', '.']);
        let quote = special && !self.quoted;
        out.extend(quote.then_some('"'));
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.extend(quote.then_some('"'));
    }
}

/// A part of a path: it may not widen what is meant.
fn path(value: &str) -> std::result::Result<&str, &'static str> {
    if value.contains(['*', '?', '[', ';']) {
        return Err("holds one of * ? [ ; which mean something in a path");
    }
    if value.split('/').any(|part| part == "..") {
        return Err("leads out of its directory with '..'");
    }
    if value == "-" || value.is_empty() { Err("names no file") } else { Ok(value) }
}

fn html(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
