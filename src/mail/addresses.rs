//! Lists of addresses (RFC 5322 §3.4): display names, groups, comments, quoted local parts, source routes, encoded words.
//!
//! One reading serves header fields and command lines. It is strict about what would go on the wire, [`Address`] refuses the
//! rest, and lenient about what only people see: a name with a dot or a comma's worth of missing quotes is a name.

use crate::base::{address::Address, error::*, escape};
use crate::mime::{charset, header};

/// An address with the name that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: Address,
}

/// One element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Mailbox(Mailbox),
    /// `Team: a@b, c@d;`, possibly empty.
    Group(String, Vec<Mailbox>),
}

impl Entry {
    /// The addresses in it.
    pub fn mailboxes(&self) -> &[Mailbox] {
        match self {
            Entry::Mailbox(one) => std::slice::from_ref(one),
            Entry::Group(_, members) => members,
        }
    }
}

/// All addresses of a list, in order.
pub fn mailboxes(list: &[Entry]) -> impl Iterator<Item = &Mailbox> {
    list.iter().flat_map(Entry::mailboxes)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A run of characters without blanks and specials.
    Word(String),
    Quoted(String),
    Literal(String),
    Comment(String),
    Blank,
    Special(char),
}

/// A field's value as it stands in a header.
pub fn from_header(value: &[u8]) -> Result<Vec<Entry>> {
    let (text, _) = charset::guess(&header::unfold(value));
    parse(&text)
}

/// A list as a person writes it.
///
/// # Errors
/// `Usage`, with the part that is no address.
pub fn parse(text: &str) -> Result<Vec<Entry>> {
    if text.chars().any(|c| matches!(c, '\r' | '\n' | '\0')) {
        return Err(Error::new(
            Kind::Usage,
            format!("'{}' is no list of addresses: it has a line end", escape::text(text)),
        ));
    }
    let tokens = tokens(text)?;
    let mut list = Vec::new();
    let mut rest = tokens.as_slice();
    // Inside of a group: its name, its members.
    let mut group: Option<(String, Vec<Mailbox>)> = None;
    while !rest.is_empty() {
        let mut angle = false;
        let stop = rest.iter().position(|t| match t {
            Token::Special('<') => {
                angle = true;
                false
            }
            Token::Special('>') => {
                angle = false;
                false
            }
            Token::Special(',' | ';') => !angle,
            // A colon ends a group's name; inside angle brackets it ends a route.
            Token::Special(':') => !angle,
            _ => false,
        });
        let (part, behind) = rest.split_at(stop.unwrap_or(rest.len()));
        let end = behind.first();
        rest = behind.get(1..).unwrap_or_default();
        if end == Some(&Token::Special(':')) {
            if group.is_some() {
                return Err(bad(text, "a group within a group"));
            }
            group = Some((phrase(part), Vec::new()));
            continue;
        }
        if part.iter().any(|t| !matches!(t, Token::Blank | Token::Comment(_))) {
            let one = mailbox(part, text)?;
            match &mut group {
                Some((_, members)) => members.push(one),
                None => list.push(Entry::Mailbox(one)),
            }
        }
        if end == Some(&Token::Special(';'))
            && let Some((name, members)) = group.take()
        {
            list.push(Entry::Group(name, members));
        }
    }
    // A group that was not closed is closed by the end.
    if let Some((name, members)) = group {
        list.push(Entry::Group(name, members));
    }
    Ok(list)
}

/// Exactly one address.
pub fn parse_one(text: &str) -> Result<Mailbox> {
    let mut list = parse(text)?;
    match (list.pop(), list.is_empty()) {
        (Some(Entry::Mailbox(one)), true) => Ok(one),
        _ => Err(bad(text, "one address is wanted here")),
    }
}

fn bad(text: &str, why: &str) -> Error {
    Error::new(Kind::Usage, format!("'{}' is no list of addresses: {why}", escape::text(text)))
}

fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => {
                if out.last() != Some(&Token::Blank) {
                    out.push(Token::Blank);
                }
            }
            '"' => {
                let mut inside = String::new();
                loop {
                    match chars.next() {
                        Some('\\') => inside.extend(chars.next()),
                        Some('"') => break,
                        Some(c) => inside.push(c),
                        None => return Err(bad(text, "a quote is not closed")),
                    }
                }
                out.push(Token::Quoted(inside));
            }
            '(' => {
                let (mut inside, mut depth) = (String::new(), 1);
                while depth > 0 {
                    match chars.next() {
                        Some('\\') => inside.extend(chars.next()),
                        Some('(') => depth += 1,
                        Some(')') => depth -= 1,
                        Some(c) => inside.push(c),
                        None => return Err(bad(text, "a comment is not closed")),
                    }
                }
                out.push(Token::Comment(inside));
            }
            '[' => {
                let mut inside = String::from("[");
                for c in chars.by_ref() {
                    inside.push(c);
                    if c == ']' {
                        break;
                    }
                }
                out.push(Token::Literal(inside));
            }
            '<' | '>' | ',' | ';' | ':' | '@' => out.push(Token::Special(c)),
            c => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| !" \t\"([<>,;:@".contains(*c)) {
                    word.push(c);
                }
                out.push(Token::Word(word));
            }
        }
    }
    Ok(out)
}

fn mailbox(part: &[Token], text: &str) -> Result<Mailbox> {
    let Some(open) = part.iter().position(|t| *t == Token::Special('<')) else {
        let address = address(part, text)?;
        // The older way: a@b (Ann Example).
        let comment = part.iter().rev().find_map(|t| match t {
            Token::Comment(c) => Some(header::decode_words(c.trim().as_bytes()).0),
            _ => None,
        });
        return Ok(Mailbox { name: comment.filter(|c| !c.is_empty()), address });
    };
    let inside = &part[open + 1..];
    let Some(close) = inside.iter().position(|t| *t == Token::Special('>')) else {
        return Err(bad(text, "an angle bracket is not closed"));
    };
    if inside[close + 1..].iter().any(|t| !matches!(t, Token::Blank | Token::Comment(_))) {
        return Err(bad(text, "something stands behind the angle bracket"));
    }
    let mut inside = &inside[..close];
    // A source route (RFC 5321 appendix C) has said nothing to anybody for decades.
    if inside.first() == Some(&Token::Special('@'))
        && let Some(colon) = inside.iter().position(|t| *t == Token::Special(':'))
    {
        inside = &inside[colon + 1..];
    }
    let name = phrase(&part[..open]);
    Ok(Mailbox { name: Some(name).filter(|n| !n.is_empty()), address: address(inside, text)? })
}

/// Local part, `@`, domain; blanks and comments may stand around (RFC 5322 §4.4), not within a word.
fn address(part: &[Token], text: &str) -> Result<Address> {
    let tokens: Vec<&Token> =
        part.iter().filter(|t| !matches!(t, Token::Blank | Token::Comment(_))).collect();
    let at = tokens.iter().rposition(|t| **t == Token::Special('@'));
    let (local, domain) = match at {
        Some(at) => (&tokens[..at], Some(&tokens[at + 1..])),
        None => (&tokens[..], None),
    };
    let join = |tokens: &[&Token]| -> Result<String> {
        let mut out = String::new();
        let mut glue = true;
        for token in tokens {
            let (Token::Word(word) | Token::Quoted(word) | Token::Literal(word)) = token else {
                return Err(bad(text, "an address is not whole"));
            };
            // Two words side by side are one only if a dot joins them.
            if !glue && !word.starts_with('.') {
                return Err(bad(text, "an address has a blank in it"));
            }
            glue = word.ends_with('.');
            out.push_str(word);
        }
        Ok(out)
    };
    let local_text = join(local)?;
    let quoted = local.iter().any(|t| matches!(t, Token::Quoted(_)));
    let address = Address::new(&local_text, domain.map(join).transpose()?.as_deref())?;
    if !quoted && local_text.contains(['\\', '[', ']', ')', '"']) {
        return Err(bad(text, "an address has a character that would have to be quoted"));
    }
    Ok(address)
}

fn phrase(part: &[Token]) -> String {
    let mut raw = String::new();
    for token in part {
        match token {
            Token::Word(word) | Token::Literal(word) | Token::Quoted(word) => raw.push_str(word),
            Token::Blank => raw.push(' '),
            Token::Special(c) => raw.push(*c),
            Token::Comment(_) => {}
        }
    }
    header::decode_words(raw.trim().as_bytes()).0
}

/// A field of addresses with its line end, encoded and folded: `To: Ann <a@b>, Team: c@d;`.
pub fn field(name: &str, list: &[Entry]) -> Result<String> {
    header::check_name(name)?;
    let mut atoms = Vec::new();
    for (nth, entry) in list.iter().enumerate() {
        let comma = if nth + 1 < list.len() { "," } else { "" };
        let lead = if nth == 0 { name.len() + 2 } else { 1 };
        match entry {
            Entry::Mailbox(one) => atoms.extend(written(one, lead, comma)?),
            Entry::Group(title, members) => {
                header::check(name, title)?;
                let mut words = header::phrase_atoms(title, lead);
                if let Some(last) = words.last_mut() {
                    last.push(':');
                }
                atoms.extend(words);
                for (m, member) in members.iter().enumerate() {
                    atoms.extend(written(member, 1, if m + 1 < members.len() { "," } else { "" })?);
                }
                if let Some(last) = atoms.last_mut() {
                    last.push(';');
                    last.push_str(comma);
                }
            }
        }
    }
    Ok(header::fold(name, &atoms))
}

fn written(one: &Mailbox, lead: usize, end: &str) -> Result<Vec<String>> {
    let Some(name) = one.name.as_deref().filter(|n| !n.is_empty()) else {
        return Ok(vec![format!("{}{end}", one.address.wire())]);
    };
    header::check("a display name", name)?;
    let mut atoms = header::phrase_atoms(name, lead);
    atoms.push(format!("<{}>{end}", one.address.wire()));
    Ok(atoms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let one = |m: &Mailbox| match &m.name {
            Some(name) => format!("[{name}]{}", m.address),
            None => m.address.to_string(),
        };
        match parse(text) {
            Err(e) => format!("error: {}", e.message()),
            Ok(list) => list
                .iter()
                .map(|e| match e {
                    Entry::Mailbox(m) => one(m),
                    Entry::Group(name, m) => {
                        format!("{name}({})", m.iter().map(one).collect::<Vec<_>>().join(" "))
                    }
                })
                .collect::<Vec<_>>()
                .join(" | "),
        }
    }

    #[test]
    fn lists_as_they_come() {
        for (text, want) in [
            ("a@b.c", "a@b.c"),
            ("a@b.c, d@e", "a@b.c | d@e"),
            ("Ann Example <a@b>", "[Ann Example]a@b"),
            ("\"Example, Ann\" <a@b>, x@y", "[Example, Ann]a@b | x@y"),
            ("John Q. Public <j@p>", "[John Q. Public]j@p"),
            ("Ann Ü <a@b>", "[Ann Ü]a@b"),
            ("=?utf-8?q?=C3=84nn?= =?utf-8?q?_X?= <a@b>", "[Änn X]a@b"),
            ("a@b (Ann (really))", "[Ann really]a@b"),
            ("Team: a@b, Ann <c@d>;, e@f", "Team(a@b [Ann]c@d) | e@f"),
            ("undisclosed-recipients:;", "undisclosed-recipients()"),
            ("Team: a@b", "Team(a@b)"),
            ("\"a b\"@c", "\"a b\"@c"),
            ("<\"a@b\"@c>", "\"a@b\"@c"),
            ("<@relay,@other:a@b>", "a@b"),
            ("a . b @ c . d", "a.b@c.d"),
            ("a@[127.0.0.1]", "a@[127.0.0.1]"),
            ("root", "root"),
            ("root, postmaster", "root | postmaster"),
            (",, a@b ,", "a@b"),
            ("", ""),
            ("a@bücher.example", "a@bücher.example"),
            ("a@b <c@d>", "[a@b]c@d"),
        ] {
            assert_eq!(shown(text), want, "{text}");
        }
        for bad in [
            "a b@c",
            "<a@b",
            "\"a",
            "a (b",
            "<a@b> c",
            "a@",
            "@b",
            "<>",
            "a@b c@d",
            "x: y: z;",
            "a@b\r\nX: y",
            "A <a\\b@c>",
        ] {
            assert!(shown(bad).starts_with("error: "), "{bad}: {}", shown(bad));
        }
    }

    #[test]
    fn hostile_lists_take_no_time() {
        for seed in [";", "(", "\"", "<", "a,", ":;", "((", "a@b,", "[", ">,<", "Team:"] {
            let _ = parse(&seed.repeat((1 << 18) / seed.len()));
        }
    }

    #[test]
    fn fields_are_folded_and_encoded() {
        let list = parse("Änn <a@bücher.example>, \"B, C\" <b@c>, Team: x@y, z@w;").unwrap();
        assert_eq!(
            field("To", &list).unwrap(),
            "To: =?utf-8?q?=C3=84nn?= <a@xn--bcher-kva.example>, \"B, C\" <b@c>, Team: x@y,\r\n z@w;\r\n"
        );
        let many: Vec<String> = (0..200).map(|n| format!("user{n}@example.org")).collect();
        let text = field("Cc", &parse(&many.join(",")).unwrap()).unwrap();
        assert!(text.lines().all(|l| l.len() <= 78));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(names in prop::collection::vec("[ -~äöü☃]{0,40}", 1..6), local in "[a-z \"\\\\@.]{1,20}") {
            let address = Address::new(&local, Some("example.org"));
            prop_assume!(address.is_ok());
            let address = address.unwrap();
            let list: Vec<Entry> = names
                .iter()
                .map(|n| Entry::Mailbox(Mailbox { name: Some(n.clone()).filter(|n| !n.is_empty()), address: address.clone() }))
                .collect();
            let text = field("To", &list).unwrap();
            let back = from_header(text.split_once(':').unwrap().1.as_bytes()).unwrap();
            prop_assert_eq!(back.len(), list.len());
            for (a, b) in mailboxes(&back).zip(mailboxes(&list)) {
                prop_assert_eq!(&a.address, &b.address);
                let name = b.name.as_deref().map(str::trim).filter(|n| !n.is_empty());
                prop_assert_eq!(a.name.as_deref().map(str::trim).filter(|n| !n.is_empty()), name);
            }
        }
    }
}
