//! The readable text of a message, as a stream of UTF-8 with LF: its bodies in order, of alternatives the plain one, else
//! the text of the HTML.
//!
//! HTML is not rendered, its text is taken out: tags go, blocks become lines, scripts and styles are left out. What is hidden by
//! style is shown; nothing is ever fetched.

use crate::base::error::*;
use crate::mime::charset::ToUtf8;
use crate::mime::encode::{Codec, Identity, LineEnds, Out};
use crate::mime::read::walk::{Done, Visitor};
use crate::mime::read::{Kind as PartKind, Part, Role};

/// A visitor that gives the text to `tell`. Messages within are left alone unless `within`.
pub struct Readable<'a> {
    tell: &'a mut dyn FnMut(&[u8]) -> Result<()>,
    within: bool,
    /// Open alternatives, and whether one of each has been taken.
    alternatives: Vec<(u64, bool)>,
    /// Depth of messages within that are left alone.
    inside: Vec<u64>,
    now: Option<Now>,
    any: bool,
    lines: Out,
    text: Out,
    plain: Out,
    /// Charsets that nobody knows, whose text was given as it is.
    pub unknown: Vec<String>,
}

struct Now {
    id: u64,
    charset: Box<dyn Codec>,
    ends: LineEnds,
    html: Option<Html>,
    open_line: bool,
}

impl<'a> Readable<'a> {
    pub fn new(within: bool, tell: &'a mut dyn FnMut(&[u8]) -> Result<()>) -> Readable<'a> {
        Readable {
            tell,
            within,
            alternatives: Vec::new(),
            inside: Vec::new(),
            now: None,
            any: false,
            lines: Out::new(),
            text: Out::new(),
            plain: Out::new(),
            unknown: Vec::new(),
        }
    }

    /// Whether there was any text.
    pub fn any(&self) -> bool {
        self.any
    }

    fn give(&mut self, bytes: &[u8], last: bool) -> Result<()> {
        let Some(now) = &mut self.now else { return Ok(()) };
        let (text, lines, plain) = (&mut self.text, &mut self.lines, &mut self.plain);
        text.clear();
        lines.clear();
        now.charset.push(bytes, text)?;
        if last {
            now.charset.finish(text)?;
        }
        now.ends.push(text.bytes(), lines)?;
        if last {
            now.ends.finish(lines)?;
        }
        let mut out = lines.bytes();
        if let Some(html) = &mut now.html {
            plain.clear();
            html.push(lines.bytes(), plain)?;
            if last {
                html.finish(plain)?;
            }
            out = plain.bytes();
        }
        if let Some(byte) = out.last() {
            now.open_line = *byte != b'\n';
            (self.tell)(out)?;
        }
        if last && now.open_line {
            (self.tell)(b"\n")?;
        }
        Ok(())
    }
}

impl Visitor for Readable<'_> {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        if part.media_type == "multipart/alternative" && part.kind == PartKind::Multipart {
            self.alternatives.push((part.id, false));
        }
        let message = part.kind == PartKind::Message || part.is_encoded_message();
        if message && !self.within {
            self.inside.push(part.id);
        }
        let html = part.media_type == "text/html";
        if part.role != Role::Body || !self.inside.is_empty() || !(html || part.media_type == "text/plain") {
            return Ok(false);
        }
        if let Some((_, taken)) = self.alternatives.last_mut()
            && std::mem::replace(taken, true)
        {
            return Ok(false);
        }
        if self.any {
            (self.tell)(b"\n")?;
        }
        self.any = true;
        let label = part.charset().unwrap_or("");
        let charset: Box<dyn Codec> = match ToUtf8::new(label) {
            Some(known) => Box::new(known),
            None => {
                self.unknown.push(label.to_string());
                Box::new(Identity)
            }
        };
        let html = html.then(Html::default);
        self.now = Some(Now { id: part.id, charset, ends: LineEnds::default(), html, open_line: false });
        Ok(true)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        if self.now.as_ref().is_some_and(|n| n.id == id) { self.give(bytes, false) } else { Ok(()) }
    }

    fn end(&mut self, part: &Part, _done: &Done) -> Result<()> {
        self.alternatives.retain(|(id, _)| *id != part.id);
        self.inside.retain(|id| *id != part.id);
        if self.now.as_ref().is_some_and(|n| n.id == part.id) {
            self.give(&[], true)?;
            self.now = None;
        }
        Ok(())
    }
}

/// The text of HTML in UTF-8, whose lines each have their end.
#[derive(Default)]
pub struct Html {
    state: Markup,
    /// A tag's name, or an entity, as far as it came.
    word: Vec<u8>,
    /// Inside of an element whose text is none.
    silent: Option<Vec<u8>>,
    /// White space is owed; nothing stands on the line yet.
    blank: bool,
    line: bool,
    started: bool,
    empty_lines: u8,
    quote: u8,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Markup {
    #[default]
    Text,
    Tag,
    /// In a tag behind its name.
    Attributes,
    Comment,
    Entity,
}

impl Codec for Html {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        input.iter().for_each(|byte| self.byte(*byte, out));
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if self.state == Markup::Entity {
            self.byte(b'\n', out);
        }
        if self.line {
            self.newline(out);
        }
        Ok(())
    }
}

impl Html {
    fn byte(&mut self, byte: u8, out: &mut Out) {
        match self.state {
            Markup::Text => match byte {
                b'<' => {
                    self.state = Markup::Tag;
                    self.word.clear();
                }
                b'&' if self.silent.is_none() => {
                    self.state = Markup::Entity;
                    self.word.clear();
                }
                byte => self.text(byte, out),
            },
            Markup::Tag => match byte {
                b'>' => self.tag(out),
                b'-' if self.word == b"!-" => {
                    self.word.clear();
                    self.state = Markup::Comment;
                }
                byte if byte.is_ascii_whitespace() && self.word.is_empty() => {
                    // "a < b" is text.
                    self.state = Markup::Text;
                    self.text(b'<', out);
                    self.text(byte, out);
                }
                byte if byte.is_ascii_whitespace() || (byte == b'/' && !self.word.is_empty()) => {
                    self.state = Markup::Attributes;
                    self.quote = 0;
                }
                byte => {
                    if self.word.len() < 32 {
                        self.word.push(byte.to_ascii_lowercase());
                    }
                }
            },
            Markup::Attributes => match (self.quote, byte) {
                (0, b'>') => self.tag(out),
                (0, b'"' | b'\'') => self.quote = byte,
                (quote, byte) if quote == byte => self.quote = 0,
                _ => {}
            },
            Markup::Comment => {
                if byte == b'>' && self.word.ends_with(b"--") {
                    self.state = Markup::Text;
                }
                if self.word.len() == 2 {
                    self.word.remove(0);
                }
                self.word.push(byte);
            }
            Markup::Entity => {
                if byte == b';' || self.word.len() > 10 || !(byte.is_ascii_alphanumeric() || byte == b'#') {
                    self.state = Markup::Text;
                    let word = std::mem::take(&mut self.word);
                    match entity(&word) {
                        Some(c) => {
                            let mut buf = [0; 4];
                            for b in c.encode_utf8(&mut buf).bytes() {
                                self.text(b, out);
                            }
                            if byte != b';' {
                                self.byte(byte, out);
                            }
                        }
                        None => {
                            self.text(b'&', out);
                            for b in word {
                                self.text(b, out);
                            }
                            self.byte(byte, out);
                        }
                    }
                } else {
                    self.word.push(byte);
                }
            }
        }
    }

    fn tag(&mut self, out: &mut Out) {
        self.state = Markup::Text;
        let word = std::mem::take(&mut self.word);
        let (closing, name) = match word.strip_prefix(b"/") {
            Some(name) => (true, name),
            None => (false, word.as_slice()),
        };
        if let Some(silent) = &self.silent {
            if closing && name == silent.as_slice() {
                self.silent = None;
            }
            return;
        }
        match name {
            b"script" | b"style" | b"title" | b"head" if !closing => self.silent = Some(name.to_vec()),
            b"br" => self.newline(out),
            b"p" | b"div" | b"tr" | b"li" | b"ul" | b"ol" | b"table" | b"h1" | b"h2" | b"h3" | b"h4"
            | b"h5" | b"h6" | b"blockquote" | b"pre" | b"hr" | b"section" | b"article" | b"header"
            | b"footer" => {
                if self.line {
                    self.newline(out);
                }
                if name == b"p" && self.empty_lines == 0 {
                    self.newline(out);
                }
            }
            b"td" | b"th" => self.blank = self.line,
            _ => {}
        }
    }

    fn newline(&mut self, out: &mut Out) {
        self.blank = false;
        if !self.line {
            // At most one empty line, and none at the top.
            if self.empty_lines >= 1 || !self.started {
                return;
            }
            self.empty_lines += 1;
        }
        self.line = false;
        out.push(b'\n');
    }

    fn text(&mut self, byte: u8, out: &mut Out) {
        if self.silent.is_some() {
            return;
        }
        if byte.is_ascii_whitespace() {
            self.blank |= self.line;
            return;
        }
        if std::mem::take(&mut self.blank) {
            out.push(b' ');
        }
        self.line = true;
        self.started = true;
        self.empty_lines = 0;
        out.push(byte);
    }
}

fn entity(word: &[u8]) -> Option<char> {
    if let Some(number) = word.strip_prefix(b"#") {
        let text = std::str::from_utf8(number).ok()?;
        let code = match text.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => text.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match word {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => '\u{a0}',
        b"copy" => '©',
        b"reg" => '®',
        b"euro" => '€',
        b"hellip" => '…',
        b"ndash" => '–',
        b"mdash" => '—',
        b"lsquo" => '‘',
        b"rsquo" => '’',
        b"ldquo" => '“',
        b"rdquo" => '”',
        b"bull" => '•',
        b"auml" => 'ä',
        b"ouml" => 'ö',
        b"uuml" => 'ü',
        b"Auml" => 'Ä',
        b"Ouml" => 'Ö',
        b"Uuml" => 'Ü',
        b"szlig" => 'ß',
        b"eacute" => 'é',
        b"egrave" => 'è',
        b"agrave" => 'à',
        b"ccedil" => 'ç',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::read::walk::{Options, Walk};

    fn text(message: &[u8]) -> String {
        let mut all = Vec::new();
        let mut tell = |b: &[u8]| {
            all.extend_from_slice(b);
            Ok(())
        };
        let mut readable = Readable::new(false, &mut tell);
        Walk::new(Options::default()).run(&mut { message }, &mut readable).unwrap();
        String::from_utf8_lossy(&all).into_owned()
    }

    #[test]
    fn bodies_in_utf8() {
        assert_eq!(text(b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9\r\n"), "café\n");
        assert_eq!(text(b"\r\ncaf\xe9"), "café\n");
        let alternative = b"Content-Type: multipart/alternative; boundary=A\n\n--A\n\nplain\n--A\nContent-Type: text/html\n\n<p>html\n--A--\n";
        assert_eq!(text(alternative), "plain\n");
        let html = b"Content-Type: text/html\n\n<style>x</style><p>Hello &amp; <b>good</b>\nday</p><p>a &lt; b<br>c<!-- no > -->d</p>1 < 2 &nosuch; &#9731";
        assert_eq!(text(html), "Hello & good day\n\na < b\ncd\n\n1 < 2 &nosuch; ☃\n");
    }

    #[test]
    fn messages_within_are_left_alone() {
        let message = b"Content-Type: multipart/mixed; boundary=A\n\n--A\n\none\n--A\nContent-Type: message/rfc822\n\nSubject: x\n\ntwo\n--A\n\nthree\n--A--\n";
        assert_eq!(text(message), "one\n\nthree\n");
    }
}
