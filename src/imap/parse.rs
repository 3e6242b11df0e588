//! From the text of a response to a tree of values: tolerant, bounded, and pure.
//!
//! The grammar of RFC 9051 §9 names each item that a response may hold. This parser knows none of them: atoms, strings,
//! lists, and nothing else, so that an item which a server invented is one more value and spoils nothing. It is fed
//! fragment by fragment, since a literal in the middle of a response may be of any size and goes to a file while
//! the response is not yet at its end ([`super::frame`]).
//!
//! Bounds: lists nest 64 deep, a response has 1 MiB and 200,000 values beside what streams away.

use super::set::{number, shown};
use crate::base::error::*;

pub(crate) const DEPTH_LIMIT: usize = 64;
pub(crate) const BYTES_LIMIT: usize = 1 << 20;
const VALUES_LIMIT: usize = 200_000;

/// One value of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An atom, a number, NIL, a flag, or `BODY[…]<…>` with all that is between its brackets.
    Atom(Vec<u8>),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    List(Vec<Value>),
    /// A literal of so many bytes that went elsewhere.
    Sunk(u64),
}

impl Value {
    /// Atoms and strings alike: servers differ in what they quote. NIL is no text.
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Value::Atom(a) if a.eq_ignore_ascii_case(b"NIL") => None,
            Value::Atom(b) | Value::Text(b) => Some(b),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<u64> {
        self.text().and_then(number)
    }

    /// The values of a list; NIL, an atom or a string has none.
    pub fn list(&self) -> &[Value] {
        match self {
            Value::List(values) => values,
            _ => &[],
        }
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Atom(a) if a.eq_ignore_ascii_case(b"NIL"))
    }

    /// Whether it is this word, in any case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Value::Atom(a) if a.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// Builds one response's values from its fragments.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    /// The lists that are open, the outermost first.
    open: Vec<Vec<Value>>,
    bytes: usize,
    values: usize,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder { open: vec![Vec::new()], ..Builder::default() }
    }

    /// Text between literals. No token crosses a literal's announcement.
    ///
    /// # Errors
    /// `Input` for text that is no response data, which spoils this response only; `Limit` for a bound, which ends
    /// the connection.
    pub(crate) fn feed(&mut self, text: &[u8]) -> Result<()> {
        self.count(text.len())?;
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            match b {
                b' ' | b'\t' => at += 1,
                b'(' => {
                    if self.open.len() > DEPTH_LIMIT {
                        return Err(Error::new(Kind::Limit, "lists nested too deep"));
                    }
                    self.open.push(Vec::new());
                    at += 1;
                }
                b')' => {
                    let list = self.open.pop().filter(|_| !self.open.is_empty()).ok_or_else(|| odd(text))?;
                    self.push(Value::List(list))?;
                    at += 1;
                }
                b'"' => {
                    let (value, used) = quoted(&text[at + 1..]).ok_or_else(|| odd(text))?;
                    self.push(Value::Text(value))?;
                    at += 1 + used;
                }
                _ => {
                    let used = atom(&text[at..]);
                    self.push(Value::Atom(text[at..at + used].to_vec()))?;
                    at += used;
                }
            }
        }
        Ok(())
    }

    /// A literal that was read into memory, or one that went elsewhere.
    pub(crate) fn literal(&mut self, value: Value) -> Result<()> {
        if let Value::Text(bytes) = &value {
            self.count(bytes.len())?;
        }
        self.push(value)
    }

    /// How many more bytes this response may hold.
    pub(crate) fn room(&self) -> usize {
        BYTES_LIMIT.saturating_sub(self.bytes)
    }

    /// The message data item whose value comes next, if this is a FETCH response and an item's name was just read:
    /// `BODY[1.2]`, `RFC822` …
    pub(crate) fn item(&self) -> Option<&[u8]> {
        match (self.open.as_slice(), self.open.last()?.last()) {
            ([top, _], Some(Value::Atom(name))) if top.get(1).is_some_and(|v| v.is("FETCH")) => Some(name),
            _ => None,
        }
    }

    /// The values read so far of the list that an item stands in.
    pub(crate) fn siblings(&self) -> &[Value] {
        self.open.last().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn finish(mut self) -> Result<Vec<Value>> {
        match self.open.pop() {
            Some(top) if self.open.is_empty() => Ok(top),
            _ => Err(Error::new(Kind::Input, "a list without its end")),
        }
    }

    fn push(&mut self, value: Value) -> Result<()> {
        self.values += 1;
        if self.values > VALUES_LIMIT {
            return Err(Error::new(Kind::Limit, "a response with too many values"));
        }
        if let Some(list) = self.open.last_mut() {
            list.push(value);
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<()> {
        self.bytes += bytes;
        if self.bytes > BYTES_LIMIT {
            return Err(Error::new(Kind::Limit, format!("a response larger than {} KiB", BYTES_LIMIT >> 10)));
        }
        Ok(())
    }
}

/// The values of one piece of text that holds no literal.
pub(crate) fn values(text: &[u8]) -> Result<Vec<Value>> {
    let mut builder = Builder::new();
    builder.feed(text)?;
    builder.finish()
}

fn odd(text: &[u8]) -> Error {
    Error::new(Kind::Input, format!("cannot understand {}", shown(text)))
}

/// What is behind an opening quote: the string and how much was used, its closing quote included. Bytes above 127 are let
/// through: servers send them.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let stop = at + memchr::memchr2(b'"', b'\\', &text[at..])?;
        out.extend_from_slice(&text[at..stop]);
        if text[stop] == b'"' {
            return Some((out, stop + 1));
        }
        out.push(*text.get(stop + 1)?);
        at = stop + 2;
    }
}

/// The length of the atom at the start. The brackets of `BODY[HEADER.FIELDS (DATE FROM)]<0>` belong to it.
fn atom(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        match b {
            b' ' | b'\t' | b'(' | b')' | b'"' if at > 0 => break,
            b'[' if sectioned(&text[..at]) => match memchr::memchr(b']', &text[at..]) {
                Some(end) => at += end + 1,
                None => return text.len(),
            },
            _ => at += 1,
        }
    }
    at
}

fn sectioned(name: &[u8]) -> bool {
    ["BODY", "BINARY", "BINARY.SIZE", "BODY.PEEK"].iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn atom_of(s: &str) -> Value {
        Value::Atom(s.into())
    }

    #[test]
    fn what_servers_send() {
        let got = values(
            br#"12 FETCH (UID 5 FLAGS (\Seen $x) BODY[HEADER.FIELDS (DATE "X")]<0> "a\"b\\" X-NEW (1 (2)) )"#,
        )
        .unwrap();
        assert_eq!(got[..2], [atom_of("12"), atom_of("FETCH")]);
        let items = got[2].list();
        assert_eq!(items[3].list(), [atom_of("\\Seen"), atom_of("$x")]);
        assert_eq!(items[4], atom_of("BODY[HEADER.FIELDS (DATE \"X\")]<0>"));
        assert_eq!(items[5], Value::Text(b"a\"b\\".to_vec()));
        assert_eq!(items[7].list()[1].list(), [atom_of("2")]);
        let nil = values(b"NIL nil \"NIL\" {x [y]z").unwrap();
        assert!(nil[0].is_nil() && nil[1].is_nil() && !nil[2].is_nil());
        assert_eq!(nil[2].text(), Some(&b"NIL"[..]));
        assert_eq!(nil[4], atom_of("[y]z"));
        for bad in ["(", ")", "(a))", "\"a", "\"a\\"] {
            assert_eq!(values(bad.as_bytes()).unwrap_err().kind(), Kind::Input, "{bad}");
        }
    }

    #[test]
    fn bounds() {
        assert_eq!(values("(".repeat(100_000).as_bytes()).unwrap_err().kind(), Kind::Limit);
        assert_eq!(values(&vec![b'a'; BYTES_LIMIT + 1]).unwrap_err().kind(), Kind::Limit);
        assert_eq!(values("a ".repeat(VALUES_LIMIT + 1).as_bytes()).unwrap_err().kind(), Kind::Limit);
        assert!(values(&[b"(".repeat(DEPTH_LIMIT), b")".repeat(DEPTH_LIMIT)].concat()).is_ok());
    }

    /// Writes a value as a server might.
    fn wire(value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Atom(a) => out.extend_from_slice(a),
            Value::Text(t) => {
                out.push(b'"');
                for b in t {
                    if matches!(b, b'"' | b'\\') {
                        out.push(b'\\');
                    }
                    out.push(*b);
                }
                out.push(b'"');
            }
            Value::List(values) => {
                out.push(b'(');
                for (i, v) in values.iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    wire(v, out);
                }
                out.push(b')');
            }
            Value::Sunk(_) => {}
        }
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            "[A-Za-z0-9.$\\\\*-]{1,8}".prop_map(|s| Value::Atom(s.into())),
            prop::collection::vec(
                any::<u8>().prop_filter("no line ends", |b| !matches!(b, b'\r' | b'\n')),
                0..12
            )
            .prop_map(Value::Text),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| prop::collection::vec(inner, 0..6).prop_map(Value::List))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in prop::collection::vec(tree(), 0..6)) {
            let mut text = Vec::new();
            wire(&Value::List(values.clone()), &mut text);
            prop_assert_eq!(super::values(&text).unwrap(), vec![Value::List(values)]);
        }

        #[test]
        fn nothing_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..60), shaped in "[(){}\"\\\\A\\[\\] <>~BODY]{0,40}") {
            let _ = values(&text);
            let _ = values(shaped.as_bytes());
        }
    }
}
