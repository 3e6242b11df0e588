//! The readable text of a message, as a stream of UTF-8 with LF: its bodies in order. Of alternatives it is the first that has
//! text, with all that is in it: the plain one where they stand in their order (RFC 2046 §5.1.4), else the text of the HTML.
//!
//! HTML is not rendered, its text is taken out: tags go, blocks become lines, scripts and styles are left out. What is a tag, and
//! where it ends, is the HTML standard's (§13.2.5), or text would be lost. What is hidden by style is shown; nothing is ever fetched.

use crate::base::error::*;
use crate::mime::charset::ToUtf8;
use crate::mime::encode::{Codec, Identity, LineEnds, Out};
use crate::mime::read::walk::{Done, Visitor};
use crate::mime::read::{Kind as PartKind, Part, Role};

/// A visitor that gives the text to `tell`. Messages within are left alone unless `within`.
pub struct Readable<'a> {
    tell: &'a mut dyn FnMut(&[u8]) -> Result<()>,
    within: bool,
    /// Open alternatives, the innermost last.
    alternatives: Vec<Alternative>,
    /// Depth of messages within that are left alone.
    inside: Vec<u64>,
    now: Option<Now>,
    any: bool,
    lines: Out,
    text: Out,
    plain: Out,
    /// Charsets that nobody knows, whose text was given as it is.
    pub unknown: Vec<String>,
    /// Charsets of which there was text that is not of them.
    pub unfit: Vec<String>,
}

struct Alternative {
    id: u64,
    depth: usize,
    /// Its child that is read, and the one that is taken.
    child: u64,
    taken: Option<u64>,
}

struct Now {
    id: u64,
    label: String,
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
            unfit: Vec::new(),
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
        if last && now.charset.defects().has("charset_malformed") {
            self.unfit.push(now.label.clone());
        }
        Ok(())
    }
}

impl Visitor for Readable<'_> {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        if let Some(around) = self.alternatives.last_mut()
            && part.depth == around.depth + 1
        {
            around.child = part.id;
        }
        if part.media_type == "multipart/alternative" && part.kind == PartKind::Multipart {
            self.alternatives.push(Alternative { id: part.id, depth: part.depth, child: 0, taken: None });
        }
        let message = part.kind == PartKind::Message || part.is_encoded_message();
        if message && !self.within {
            self.inside.push(part.id);
        }
        let html = part.media_type == "text/html";
        if part.role != Role::Body || !self.inside.is_empty() || !(html || part.media_type == "text/plain") {
            return Ok(false);
        }
        if self.alternatives.iter().any(|a| a.taken.is_some_and(|taken| taken != a.child)) {
            return Ok(false);
        }
        self.alternatives.iter_mut().for_each(|a| a.taken = Some(a.child));
        if self.any {
            (self.tell)(b"\n")?;
        }
        self.any = true;
        let label = part.charset().unwrap_or("").to_string();
        let charset: Box<dyn Codec> = match ToUtf8::new(&label) {
            Some(known) => Box::new(known),
            None => {
                self.unknown.push(label.clone());
                Box::new(Identity)
            }
        };
        let html = html.then(Html::default);
        self.now =
            Some(Now { id: part.id, label, charset, ends: LineEnds::default(), html, open_line: false });
        Ok(true)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        if self.now.as_ref().is_some_and(|n| n.id == id) { self.give(bytes, false) } else { Ok(()) }
    }

    fn end(&mut self, part: &Part, _done: &Done) -> Result<()> {
        self.alternatives.retain(|a| a.id != part.id);
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
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Markup {
    #[default]
    Text,
    Tag,
    /// In a tag behind its name.
    Attributes,
    /// Behind the equals sign of one: only here a quote is one.
    Value,
    Unquoted,
    Quoted(u8),
    Comment,
    Entity,
}

impl Codec for Html {
    fn push(&mut self, input: &[u8], out: &mut Out) -> Result<()> {
        input.iter().for_each(|byte| self.byte(*byte, out));
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        match self.state {
            Markup::Entity => self.byte(b'\n', out),
            Markup::Tag if self.word.is_empty() => self.text(b'<', out),
            _ => {}
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
                // "a < b" and "I <3 you" are text, and in a script all is but its own end.
                byte if self.word.is_empty() && !self.opens(byte) => {
                    self.state = Markup::Text;
                    self.text(b'<', out);
                    self.byte(byte, out);
                }
                b'>' => self.tag(out),
                b'-' if self.word == b"!-" => {
                    // They count as those of the end too: "<!-->" is a whole comment.
                    self.word = b"--".to_vec();
                    self.state = Markup::Comment;
                }
                byte if byte.is_ascii_whitespace() || (byte == b'/' && !self.word.is_empty()) => {
                    let ends = self.silent.as_ref().is_none_or(|s| self.word.get(1..) == Some(s));
                    self.state = if ends { Markup::Attributes } else { Markup::Text };
                }
                byte => {
                    if self.word.len() < 32 {
                        self.word.push(byte.to_ascii_lowercase());
                    }
                }
            },
            Markup::Attributes | Markup::Value | Markup::Unquoted if byte == b'>' => self.tag(out),
            Markup::Attributes if byte == b'=' => self.state = Markup::Value,
            Markup::Value if matches!(byte, b'"' | b'\'') => self.state = Markup::Quoted(byte),
            Markup::Value if !byte.is_ascii_whitespace() => self.state = Markup::Unquoted,
            Markup::Unquoted if byte.is_ascii_whitespace() => self.state = Markup::Attributes,
            Markup::Quoted(quote) if byte == quote => self.state = Markup::Attributes,
            Markup::Attributes | Markup::Value | Markup::Unquoted | Markup::Quoted(_) => {}
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

    /// Whether this byte behind a `<` makes it the beginning of markup.
    fn opens(&self, byte: u8) -> bool {
        byte == b'/' || (self.silent.is_none() && (byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'?')))
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
            b"script" | b"style" | b"title" if !closing => self.silent = Some(name.to_vec()),
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
    fn no_text_of_html_is_lost() {
        for (html, want) in [
            // The end tag of the head may be left out; a slash ends no element.
            ("<html><head><title>t</title><body>Hello world</body>", "Hello world"),
            ("<head/>Hello", "Hello"),
            // What is no letter opens no tag.
            ("I <3 you</p> and <> more <", "I <3 you\n\nand <> more <"),
            ("<?xml version='1.0'?>a<!DOCTYPE html PUBLIC \"it's\">b<![if !mso]>c", "abc"),
            // A quote is one only where a value begins.
            ("<p title=it's>One</p><p>it's text", "One\n\nit's text"),
            ("<a href=http://x/?a='b>One</a> <a href = '>'\">two</a> it's", "One two it's"),
            ("<a b'c>d</a>'", "d'"),
            // Comments that are over at once, and those of Outlook.
            ("<!-->a<!--->b<!--c-->d<!--[if !mso]><!-->e<!--<![endif]-->", "abde"),
            // A script ends where its own tag does.
            ("<script>if (a<b) '</p x=\"' < \"<!--\"</script>text", "text"),
            ("<style>a { content: '<!--' }</style >text", "text"),
        ] {
            let message = format!("Content-Type: text/html; charset=utf-8\n\n{html}");
            assert_eq!(text(message.as_bytes()), format!("{want}\n"), "{html}");
        }
    }

    #[test]
    fn an_alternative_is_taken_whole() {
        let part = |kind: &str, text: &str| format!("Content-Type: {kind}\n\n{text}\n");
        let multi = |kind: &str, boundary: &str, parts: &[String]| {
            let parts: String = parts.iter().map(|p| format!("--{boundary}\n{p}")).collect();
            format!("Content-Type: multipart/{kind}; boundary={boundary}\n\n{parts}--{boundary}--\n")
        };
        let (one, two) = (part("text/plain", "one"), part("text/plain", "two"));
        let (pdf, html) = (part("application/pdf", "x"), part("text/html", "<p>html"));
        let mixed = multi("mixed", "M", &[one.clone(), pdf.clone(), two.clone()]);
        assert_eq!(
            text(multi("alternative", "A", &[mixed.clone(), html.clone()]).as_bytes()),
            "one\n\ntwo\n"
        );
        let inner = multi("alternative", "B", &[one.clone(), html.clone()]);
        assert_eq!(text(multi("alternative", "A", &[inner.clone(), html.clone()]).as_bytes()), "one\n");
        assert_eq!(text(multi("mixed", "A", &[inner, two]).as_bytes()), "one\n\ntwo\n");
        assert_eq!(text(multi("alternative", "A", &[pdf, html]).as_bytes()), "html\n");
    }

    #[test]
    fn messages_within_are_left_alone() {
        let message = b"Content-Type: multipart/mixed; boundary=A\n\n--A\n\none\n--A\nContent-Type: message/rfc822\n\nSubject: x\n\ntwo\n--A\n\nthree\n--A--\n";
        assert_eq!(text(message), "one\n\nthree\n");
    }
}
