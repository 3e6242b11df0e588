//! The language of searches on a command line; RFC 9051's own is in [`super::grammar`].
//!
//! ```text
//! from:steve (subject:report OR subject:invoice) -is:seen since:2026-01-01 larger:5M "two words"
//! ```
//! Words stand for And; `OR`, `AND`, `NOT`, `-` and parentheses are what they look like; `field:(a OR b)` asks the field for
//! each. Everything becomes one [`SearchKey`] tree. An error names the column, so that a script's author sees which of
//! its quotes the shell ate.

pub use super::grammar::imap;
use super::{Day, Field, Flag, SearchKey, UidSet, utf7};
use crate::base::{
    date::{Time, span},
    error::*,
    quantity,
};

pub(super) const NESTING_LIMIT: usize = 50;

/// The fields that an expression may name, for a hint.
const FIELDS: &str = "from to cc bcc subject body text header list-id message-id keyword is has file since before on \
                      newer older sent-since sent-before sent-on larger smaller uid gmail";

/// Reads an expression. `now` is what `today` and the like are counted from.
///
/// # Errors
/// `Usage`, with the column.
pub fn expression(text: &str, now: Time) -> Result<SearchKey> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, now, field: None };
    let key = parser.any()?;
    match parser.peek() {
        None => Ok(key),
        Some(t) => Err(wrong(t.column, "a parenthesis that closes nothing")),
    }
}

/// One `field:value` of an expression, as flags give it.
///
/// # Errors
/// `Usage`: an empty or impossible value.
pub fn term(field: &str, value: &str, now: Time) -> Result<SearchKey> {
    leaf(field, value, now).map_err(|why| Error::new(Kind::Usage, format!("{field}: {why}")))
}

#[derive(Debug, PartialEq, Eq)]
struct Token {
    /// Counted in characters, from 1.
    column: usize,
    kind: Tok,
}

#[derive(Debug, PartialEq, Eq)]
enum Tok {
    Open,
    Close,
    Minus,
    Or,
    And,
    Not,
    /// `from:` with what follows it.
    Field(String),
    Word(String),
}

fn wrong(column: usize, why: impl std::fmt::Display) -> Error {
    Error::new(Kind::Usage, format!("search expression, column {column}: {why}"))
}

fn tokens(text: &str) -> Result<Vec<Token>> {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut out) = (0, Vec::new());
    while let Some(&c) = chars.get(at) {
        let column = at + 1;
        let mut push = |kind| out.push(Token { column, kind });
        match c {
            c if c.is_whitespace() => at += 1,
            '(' => {
                push(Tok::Open);
                at += 1;
            }
            ')' => {
                push(Tok::Close);
                at += 1;
            }
            '-' | '!' if chars.get(at + 1).is_some_and(|c| !c.is_whitespace()) => {
                push(Tok::Minus);
                at += 1;
            }
            _ => {
                let (mut word, mut quoted, mut named) = (String::new(), false, false);
                while let Some(&c) = chars.get(at) {
                    match c {
                        '"' => {
                            quoted = true;
                            at = quote(&chars, at, &mut word)?;
                            continue;
                        }
                        c if c.is_whitespace() || c == ')' || c == '(' => break,
                        ':' if !quoted && !named && is_field(&word) => {
                            push(Tok::Field(word.to_ascii_lowercase()));
                            named = true;
                            word.clear();
                            at += 1;
                            if matches!(chars.get(at), Some('(')) {
                                break;
                            }
                            if chars.get(at).is_none_or(|c| c.is_whitespace() || *c == ')') {
                                return Err(wrong(column, "a field without a value"));
                            }
                            continue;
                        }
                        c => word.push(c),
                    }
                    at += 1;
                }
                if named && word.is_empty() && !quoted {
                    continue;
                }
                push(match word.as_str() {
                    "OR" | "or" | "|" if !quoted && !named => Tok::Or,
                    "AND" | "and" if !quoted && !named => Tok::And,
                    "NOT" | "not" if !quoted && !named => Tok::Not,
                    _ => Tok::Word(word),
                });
            }
        }
    }
    Ok(out)
}

/// Whether what stands before a colon is meant as a field: letters, and no port or time of day.
fn is_field(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || c == '_')
}

/// A quoted part; backslash quotes a quote and itself.
fn quote(chars: &[char], open: usize, word: &mut String) -> Result<usize> {
    let mut at = open + 1;
    loop {
        match chars.get(at) {
            None => return Err(wrong(open + 1, "a quote without its end")),
            Some('"') => return Ok(at + 1),
            Some('\\') if matches!(chars.get(at + 1), Some('"' | '\\')) => {
                word.push(chars[at + 1]);
                at += 2;
            }
            Some(c) => {
                word.push(*c);
                at += 1;
            }
        }
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    now: Time,
    /// Inside `field:( … )`.
    field: Option<String>,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn any(&mut self) -> Result<SearchKey> {
        let mut keys = vec![self.all()?];
        while self.peek().is_some_and(|t| t.kind == Tok::Or) {
            self.at += 1;
            keys.push(self.all()?);
        }
        Ok(SearchKey::or(keys))
    }

    fn all(&mut self) -> Result<SearchKey> {
        let mut keys = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Tok::Or | Tok::Close => break,
                Tok::And if keys.is_empty() => {
                    return Err(wrong(token.column, "AND needs something before it"));
                }
                Tok::And => {
                    self.at += 1;
                    if self.peek().is_none_or(|next| matches!(next.kind, Tok::And | Tok::Or | Tok::Close)) {
                        return Err(wrong(token.column, "AND needs something behind it"));
                    }
                }
                _ => keys.push(self.one()?),
            }
        }
        if keys.is_empty() {
            let column = self.peek().or(self.tokens.last()).map_or(1, |t| t.column);
            return Err(wrong(column, "something to search for is missing"));
        }
        Ok(SearchKey::and(keys))
    }

    fn one(&mut self) -> Result<SearchKey> {
        self.depth += 1;
        let key = self.one_inner();
        self.depth -= 1;
        key
    }

    fn one_inner(&mut self) -> Result<SearchKey> {
        let Some(token) = self.peek() else {
            let column = self.tokens.last().map_or(1, |t| t.column);
            return Err(wrong(column, "something to search for is missing"));
        };
        if self.depth > NESTING_LIMIT {
            return Err(wrong(token.column, "parentheses nested too deep"));
        }
        self.at += 1;
        match &token.kind {
            Tok::Not | Tok::Minus => Ok(self.one()?.not()),
            Tok::Open => {
                let key = self.any()?;
                match self.peek() {
                    Some(Token { kind: Tok::Close, .. }) => self.at += 1,
                    _ => return Err(wrong(token.column, "a parenthesis without its end")),
                }
                Ok(key)
            }
            Tok::Field(field) => {
                let next = self.peek();
                match next.map(|t| &t.kind) {
                    Some(Tok::Word(value)) => {
                        self.at += 1;
                        leaf(field, value, self.now).map_err(|why| hinted(wrong(token.column, &why), &why))
                    }
                    Some(Tok::Open) => {
                        let outer = self.field.replace(field.clone());
                        let key = self.one();
                        self.field = outer;
                        key
                    }
                    _ => Err(wrong(token.column, "a field without a value")),
                }
            }
            Tok::Word(word) => {
                let field = self.field.clone().unwrap_or_else(|| "text".to_string());
                leaf(&field, word, self.now).map_err(|why| wrong(token.column, why))
            }
            Tok::Or | Tok::And | Tok::Close => Err(wrong(token.column, "something to search for is missing")),
        }
    }
}

fn hinted(error: Error, why: &str) -> Error {
    if why.starts_with("there is no field") { error.hint(format!("fields: {FIELDS}")) } else { error }
}

/// One field and its value.
fn leaf(field: &str, value: &str, now: Time) -> Result<SearchKey, String> {
    use SearchKey as K;
    if value.is_empty() && field != "header" {
        return Err("the value is empty".into());
    }
    if value.contains(['\r', '\n', '\0']) {
        return Err("a line break or NUL byte in a value".into());
    }
    let text = || value.to_string();
    let size = || quantity::size(value).ok_or_else(|| format!("{value} is no size such as 4096, 64K or 5M"));
    Ok(match field {
        "from" => K::Field(Field::From, text()),
        "to" => K::Field(Field::To, text()),
        "cc" => K::Field(Field::Cc, text()),
        "bcc" => K::Field(Field::Bcc, text()),
        "subject" => K::Field(Field::Subject, text()),
        "body" => K::Body(text()),
        "text" => K::Text(text()),
        "header" => {
            let (name, value) = value.split_once([':', '=']).unwrap_or((value, ""));
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(format!("{name} is no name of a header"));
            }
            K::Header(name.to_string(), value.trim_start().to_string())
        }
        "list-id" | "list" => K::Header("List-Id".into(), text()),
        "message-id" | "msgid" => K::Header("Message-ID".into(), text()),
        "keyword" => K::Keyword(keyword(value)?, true),
        "is" => is(&value.to_ascii_lowercase()).ok_or_else(|| {
            format!("is:{value} is not known; seen, unseen, flagged, answered, deleted, draft, recent, new and old are")
        })?,
        "has" => match value.to_ascii_lowercase().as_str() {
            "attachment" | "attachments" => K::Attachment(None),
            _ => return Err(format!("has:{value} is not known; has:attachment is")),
        },
        "file" | "filename" => K::Attachment(Some(text())),
        "since" => since(value, now)?,
        "before" => before(value, now)?,
        "on" => K::On(day(value, now)?),
        "newer" => K::Younger(seconds(value)?),
        "older" => K::Older(seconds(value)?),
        "sent-since" | "sentsince" => K::SentSince(day(value, now)?),
        "sent-before" | "sentbefore" => K::SentBefore(day(value, now)?),
        "sent-on" | "senton" => K::SentOn(day(value, now)?),
        "larger" => K::Larger(size()?),
        "smaller" => K::Smaller(size()?),
        "uid" => K::Uid(set(value)?),
        "gmail" | "gmail-raw" => K::GmailRaw(text()),
        _ => return Err(format!("there is no field {field}:")),
    })
}

fn is(word: &str) -> Option<SearchKey> {
    use SearchKey as K;
    Some(match word {
        "seen" | "read" => K::Flag(Flag::Seen, true),
        "unseen" | "unread" => K::Flag(Flag::Seen, false),
        "flagged" | "starred" => K::Flag(Flag::Flagged, true),
        "unflagged" => K::Flag(Flag::Flagged, false),
        "answered" => K::Flag(Flag::Answered, true),
        "unanswered" => K::Flag(Flag::Answered, false),
        "deleted" => K::Flag(Flag::Deleted, true),
        "undeleted" => K::Flag(Flag::Deleted, false),
        "draft" => K::Flag(Flag::Draft, true),
        "undraft" => K::Flag(Flag::Draft, false),
        "recent" => K::Recent,
        "new" => K::New,
        "old" => K::Old,
        _ => return None,
    })
}

/// A keyword is an atom (RFC 9051 §9 `flag-keyword`).
pub(super) fn keyword(text: &str) -> Result<String, String> {
    let fits =
        |b: u8| b.is_ascii_graphic() && !matches!(b, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']');
    if text.is_empty() || !text.bytes().all(fits) {
        return Err(format!("{text} is no keyword"));
    }
    Ok(text.to_string())
}

pub(super) fn set(text: &str) -> Result<UidSet, String> {
    UidSet::parse(text.as_bytes()).map_err(|_| format!("{text} is no set such as 7, 1:5 or 10:*"))
}

fn seconds(text: &str) -> Result<u64, String> {
    let span = months(text).or_else(|| span(text).map(|d| d.as_secs()));
    span.filter(|n| *n > 0 && *n <= u64::from(u32::MAX))
        .ok_or_else(|| format!("{text} is no time such as 15m, 2h, 7d, 2w, 3mo or 1y"))
}

/// `3mo`, `1y`: 30 and 365 days.
fn months(text: &str) -> Option<u64> {
    let (digits, days) = match (text.strip_suffix("mo"), text.strip_suffix('y')) {
        (Some(digits), _) => (digits, 30),
        (_, Some(digits)) => (digits, 365),
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(days * 86_400)
}

fn day(text: &str, now: Time) -> Result<Day, String> {
    let here = |t: Time| Day::parse(t.local().get(..10)?);
    match text.to_ascii_lowercase().as_str() {
        "today" => here(now),
        "yesterday" => here(Time(now.0 - 86_400)),
        other => Day::parse(other),
    }
    .ok_or_else(|| format!("{text} is no day such as 2026-01-31, today or yesterday"))
}

/// A day is the server's own; a span is counted to the second; a time of day is a moment.
fn since(text: &str, now: Time) -> Result<SearchKey, String> {
    when(text, now, SearchKey::Younger, SearchKey::SinceMoment, SearchKey::Since)
}

fn before(text: &str, now: Time) -> Result<SearchKey, String> {
    when(text, now, SearchKey::Older, SearchKey::BeforeMoment, SearchKey::Before)
}

fn when(
    text: &str,
    now: Time,
    by_span: fn(u64) -> SearchKey,
    by_moment: fn(Time) -> SearchKey,
    by_day: fn(Day) -> SearchKey,
) -> Result<SearchKey, String> {
    if let Ok(day) = day(text, now) {
        return Ok(by_day(day));
    }
    if let Ok(n) = seconds(text)
        && !text.bytes().all(|b| b.is_ascii_digit())
    {
        return Ok(by_span(n));
    }
    match Time::from_person(text) {
        Some(t) => Ok(by_moment(t)),
        None => Err(format!("{text} is no time such as 2026-01-31, 2026-01-31T09:30, today, 15m or 7d")),
    }
}

/// A mailbox's name as a user gives it, for a check before anything is sent.
///
/// # Errors
/// `Usage`: no server could mean it.
pub fn mailbox_name(name: &str) -> Result<()> {
    if name.is_empty() || name.contains(['\r', '\n', '\0']) || utf7::encode(name).len() > 1000 {
        return Err(Error::new(
            Kind::Usage,
            "a mailbox's name is empty, too long, or holds a line break or NUL byte",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::search::command;
    use proptest::prelude::*;

    const NOW: Time = Time(1_790_000_000); // 2026-09-21T14:13:20Z

    fn wire(text: &str) -> String {
        let key = expression(text, NOW).unwrap_or_else(|e| panic!("{text}: {e}"));
        command("S", None, &key, false).shown()[2..].to_string()
    }

    #[test]
    fn expressions() {
        for (text, want) in [
            ("from:steve", "FROM \"steve\""),
            ("FROM:steve is:unseen", "FROM \"steve\" UNSEEN"),
            ("from:a OR from:b subject:c", "OR FROM \"a\" (FROM \"b\" SUBJECT \"c\")"),
            (
                "from:steve (subject:report OR subject:invoice) -is:seen since:2026-01-01",
                "FROM \"steve\" OR SUBJECT \"report\" SUBJECT \"invoice\" NOT SEEN SINCE 1-Jan-2026",
            ),
            ("subject:(a OR \"b c\")", "OR SUBJECT \"a\" SUBJECT \"b c\""),
            ("subject:(a -b)", "SUBJECT \"a\" NOT SUBJECT \"b\""),
            ("\"two words\" x", "TEXT \"two words\" TEXT \"x\""),
            ("subject:\"q3: report\"", "SUBJECT \"q3: report\""),
            ("subject:re:x", "SUBJECT \"re:x\""),
            ("12:30", "TEXT \"12:30\""),
            ("\"from:x\"", "TEXT \"from:x\""),
            ("larger:5M NOT smaller:1.5K", "LARGER 5242880 NOT SMALLER 1536"),
            ("header:X-Foo:bar", "HEADER \"X-Foo\" \"bar\""),
            ("list-id:rust", "HEADER \"List-Id\" \"rust\""),
            ("since:15m", "YOUNGER 900"),
            ("before:1y", "OLDER 31536000"),
            ("-(from:a from:b)", "NOT (FROM \"a\" FROM \"b\")"),
            ("a AND b and not c", "TEXT \"a\" TEXT \"b\" NOT TEXT \"c\""),
            ("uid:5:9,20:*", "UID 5:9,20:*"),
            ("keyword:$Junk", "KEYWORD $Junk"),
            ("on:2026-02-28", "ON 28-Feb-2026"),
            ("- x", "TEXT \"-\" TEXT \"x\""),
        ] {
            assert_eq!(wire(text), want, "{text}");
        }
        assert_eq!(
            expression("since:2026-01-31T09:30Z", NOW).unwrap(),
            SearchKey::SinceMoment(Time(1_769_851_800))
        );
    }

    #[test]
    fn errors_have_a_column() {
        for (text, column, part) in [
            ("", 1, "missing"),
            ("from:", 1, "without a value"),
            ("a from: b", 3, "without a value"),
            ("a (b", 3, "without its end"),
            ("a b)", 4, "closes nothing"),
            ("ü fro:x", 3, "no field fro:"),
            ("a \"b", 3, "quote without its end"),
            ("OR a", 1, "missing"),
            ("a OR", 3, "missing"),
            ("a AND", 3, "behind"),
            ("a AND OR b", 3, "behind"),
            ("(a AND) b", 4, "behind"),
            ("a AND AND b", 3, "behind"),
            ("since:2026-13-01", 1, "no time"),
            ("a larger:x", 3, "no size"),
            ("is:odd", 1, "not known"),
            ("uid:0", 1, "no set"),
            ("()", 2, "missing"),
        ] {
            let e = expression(text, NOW).unwrap_err();
            assert!(
                e.message().contains(&format!("column {column}:")) && e.message().contains(part),
                "{text}: {e}"
            );
            assert_eq!(e.kind(), Kind::Usage);
        }
        assert!(expression(&"(".repeat(500), NOW).is_err());
        assert!(expression(&"-".repeat(500), NOW).is_err());
    }

    #[test]
    fn the_rfcs_own_grammar() {
        for (text, want) in [
            ("OR FROM a SUBJECT b", "OR FROM \"a\" SUBJECT \"b\""),
            ("unseen (from \"x y\" NOT (deleted))", "UNSEEN FROM \"x y\" NOT DELETED"),
            ("1:5 UID 7:*", "1:5 UID 7:*"),
            ("SINCE 1-Feb-2026 LARGER 10", "SINCE 1-Feb-2026 LARGER 10"),
            ("HEADER Subject \"\"", "HEADER \"Subject\" \"\""),
            ("OR (FROM a TO b) NOT ALL", "OR (FROM \"a\" TO \"b\") NOT ALL"),
            ("YOUNGER 60 KEYWORD $x UNKEYWORD y", "YOUNGER 60 KEYWORD $x UNKEYWORD y"),
        ] {
            let key = imap(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(&command("S", None, &key, false).shown()[2..], want);
        }
        for (text, column) in [
            ("", 1),
            ("FROM", 5),
            ("OR FROM a", 10),
            ("FOO", 1),
            ("SINCE 31-Feb-2026", 7),
            ("(SEEN", 1),
            ("SEEN)", 5),
            ("FROM \"a", 6),
        ] {
            let e = imap(text).unwrap_err();
            assert!(e.message().contains(&format!("column {column}:")), "{text}: {e}");
        }
    }

    fn key() -> impl Strategy<Value = SearchKey> {
        let word = "[a-zA-Z0-9 \"\\\\(){}*%äß:]{1,8}";
        let leaf = prop_oneof![
            word.prop_map(|s| SearchKey::Field(Field::Subject, s)),
            word.prop_map(SearchKey::Body),
            any::<bool>().prop_map(|b| SearchKey::Flag(Flag::Seen, b)),
            (1u64..1 << 40).prop_map(SearchKey::Larger),
            (0i64..20_000).prop_map(|d| SearchKey::Since(Day::utc(Time(d * 86_400)))),
            (1u32..99, 1u32..99).prop_map(|(a, b)| SearchKey::Uid(UidSet::from_ranges([(a, b)]))),
        ];
        leaf.prop_recursive(4, 20, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(SearchKey::not),
                prop::collection::vec(inner.clone(), 2..4).prop_map(SearchKey::and),
                (inner.clone(), inner).prop_map(|(a, b)| SearchKey::Or(vec![a, b])),
            ]
        })
    }

    proptest! {
        /// What we write for a server is the same query when it is read by the RFC's grammar.
        #[test]
        fn what_is_written_is_read(key in key()) {
            // Literals do not stand on one line; UTF-8 between quotes does.
            let text = command("S", None, &key, true);
            prop_assert!(!text.has_literal());
            let again = imap(&text.shown()[2..]).unwrap();
            prop_assert_eq!(again, key);
        }

        #[test]
        fn nothing_makes_them_panic(text in "\\PC{0,30}", shaped in "(from:|\\(|\\)|OR |-|\"|a |NOT |since:|[0-9]){0,12}") {
            for text in [&text, &shaped] {
                let _ = expression(text, NOW);
                let _ = imap(text);
            }
        }
    }
}
