//! The user agent's sorting: a small file of rules, the first that fits decides.
//!
//! ```text
//! # conditions                                   what becomes of the message
//! list-id rust-users                          -> folder Lists/rust
//! from *@ci.example.org and subject failed    -> folder CI/failed
//! attachment *.exe, *.scr                     -> folder Suspicious
//! not recipient me@example.org and larger 5M  -> skip
//! subject "[ticket]"                          -> command ./ticket.sh
//! all                                         -> keep
//! ```
//!
//! One rule a line, so that an error can name line and column, and `--dry-run` can name the rule. Conditions are joined by
//! `and`; several patterns after one test, separated by commas, are alternatives. A pattern is text to be found anywhere, or,
//! with `*` or `?` in it, a shape the whole value must have; neither minds upper and lower case.
//!
//! Values are what a reader sees: headers decoded, addresses taken apart. A folder's name comes from this file and never
//! from a message. What a rule needs to know of a message is asked through [`Facts`], so that nobody reads a body when
//! the rules look only at headers.

use crate::base::{error::*, escape, quantity};
use std::path::Path;

/// What rules can ask of a message. Each value is decoded Unicode.
pub trait Facts {
    /// Every value of a field, in order.
    fn header(&mut self, name: &str) -> Result<Vec<String>>;
    /// Every mailbox of an address field: display name (may be empty) and address.
    fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>>;
    /// The whole message's bytes.
    fn size(&self) -> u64;
    /// Every attachment: media type in lower case, and file name (may be empty).
    fn attachments(&mut self) -> Result<Vec<(String, String)>>;
    /// Whether the readable text holds the words, whatever their case.
    fn has_text(&mut self, lower_case: &str) -> Result<bool>;
}

/// A rules file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The line it stands on, from 1.
    pub line: usize,
    /// As it is written.
    pub text: String,
    tests: Vec<Test>,
    pub action: Action,
}

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Into this folder (a mailbox, on an IMAP server).
    Folder(String),
    /// To this command, instead of the store.
    Command(String),
    /// To where it would go without rules.
    Keep,
    /// Not delivered; it stays where it is.
    Skip,
    /// Neither delivered nor left where it is.
    Delete,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Test {
    not: bool,
    subject: Subject,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Addresses(&'static [&'static str], Vec<Pattern>),
    Header(String, Vec<Pattern>),
    ListId(Vec<Pattern>),
    Larger(u64),
    Smaller(u64),
    Attachment(Vec<Pattern>),
    Text(Vec<Pattern>),
    All,
}

const RECIPIENT: &[&str] = &["To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To"];
const TESTS: &str =
    "from, to, cc, recipient, subject, header NAME, list-id, larger, smaller, attachment, text, all";

impl Rules {
    /// Reads a rules file.
    ///
    /// # Errors
    /// `Config`, whatever is wrong with it; with the line, where there is one.
    pub fn load(path: &Path) -> Result<Rules> {
        let shown = escape::text(&path.to_string_lossy()).into_owned();
        let bytes = std::fs::read(path)
            .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {shown}")))?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = good.iter().filter(|b| **b == b'\n').count() + 1;
            Error::new(Kind::Config, format!("{shown}: line {line}: not UTF-8"))
        })?;
        Rules::parse(&text).map_err(|e| e.context(shown))
    }

    /// Reads the text of a rules file.
    ///
    /// # Errors
    /// `Config`, as `line 3, column 8: …`; the caller puts the file's name in front.
    pub fn parse(text: &str) -> Result<Rules> {
        let mut rules = Vec::new();
        for (n, line) in text.lines().enumerate() {
            let mut words = Words::new(line);
            if words.peek().map_err(|e| e.at(n))?.is_some() {
                rules.push(rule(n + 1, line, &mut words).map_err(|e| e.at(n))?);
            }
        }
        Ok(Rules(rules))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// Whether some rule looks deeper than the header.
    pub fn look_into_bodies(&self) -> bool {
        let deep = |t: &Test| matches!(t.subject, Subject::Attachment(_) | Subject::Text(_));
        self.0.iter().any(|r| r.tests.iter().any(deep))
    }

    /// The first rule that fits.
    pub fn decide(&self, facts: &mut dyn Facts) -> Result<Option<&Rule>> {
        for rule in &self.0 {
            let mut fits = true;
            for test in &rule.tests {
                if test.holds(facts)? == test.not {
                    fits = false;
                    break;
                }
            }
            if fits {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }
}

impl Test {
    /// Without its `not`.
    fn holds(&self, facts: &mut dyn Facts) -> Result<bool> {
        let any = |patterns: &[Pattern], value: &str| {
            let value = value.to_lowercase();
            patterns.iter().any(|p| p.fits(&value))
        };
        Ok(match &self.subject {
            Subject::Addresses(fields, patterns) => {
                for field in *fields {
                    let found = facts.addresses(field)?;
                    if found.iter().any(|(name, address)| any(patterns, address) || any(patterns, name)) {
                        return Ok(true);
                    }
                }
                false
            }
            Subject::Header(name, patterns) => facts.header(name)?.iter().any(|v| any(patterns, v)),
            Subject::ListId(patterns) => facts.header("List-Id")?.iter().any(|value| {
                // RFC 2919 §3: a phrase, and the identifier in angle brackets.
                let id =
                    value.rsplit_once('<').map_or(value.as_str(), |(_, id)| id.trim_end_matches('>').trim());
                any(patterns, id)
            }),
            Subject::Larger(size) => facts.size() > *size,
            Subject::Smaller(size) => facts.size() < *size,
            Subject::Attachment(patterns) => {
                facts.attachments()?.iter().any(|(kind, name)| any(patterns, kind) || any(patterns, name))
            }
            Subject::Text(patterns) => {
                for pattern in patterns {
                    if facts.has_text(&pattern.0)? {
                        return Ok(true);
                    }
                }
                false
            }
            Subject::All => true,
        })
    }
}

/// Lower-case text, or a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern(String);

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        if self.0.contains(['*', '?']) { shape(&self.0, value) } else { value.contains(&self.0) }
    }
}

/// `*` any run, `?` one character. Going back only to the last star keeps it from ever being exponential.
fn shape(pattern: &str, value: &str) -> bool {
    let (pattern, value): (Vec<char>, Vec<char>) = (pattern.chars().collect(), value.chars().collect());
    let (mut p, mut v) = (0, 0);
    let mut star = None;
    while v < value.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, v));
                p += 1;
            }
            Some(&c) if c == '?' || c == value[v] => {
                p += 1;
                v += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    v = from + 1;
                    star = Some((at, v));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// What is wrong, and in which column.
struct Wrong {
    column: usize,
    what: String,
}

impl Wrong {
    fn at(self, line: usize) -> Error {
        let text = format!("line {}, column {}: {}", line + 1, self.column, self.what);
        Error::new(Kind::Config, text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    column: usize,
    quoted: bool,
}

/// The words of a line: separated by blanks and commas, a comma being a word of its own; `"…"` with `\"` and `\\`.
struct Words<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn new(line: &'a str) -> Words<'a> {
        Words { line, at: 0 }
    }

    fn column(&self, at: usize) -> usize {
        self.line[..at].chars().count() + 1
    }

    fn here(&self) -> usize {
        let rest = &self.line[self.at..];
        self.at + (rest.len() - rest.trim_start().len())
    }

    fn wrong<T>(&self, at: usize, what: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong { column: self.column(at), what: what.into() })
    }

    fn peek(&mut self) -> Result<Option<Word>, Wrong> {
        let at = self.at;
        let word = self.next();
        self.at = at;
        word
    }

    fn next(&mut self) -> Result<Option<Word>, Wrong> {
        let start = self.here();
        let rest = &self.line[start..];
        let column = self.column(start);
        let Some(first) = rest.chars().next().filter(|c| *c != '#') else {
            self.at = self.line.len();
            return Ok(None);
        };
        if first == ',' {
            self.at = start + 1;
            return Ok(Some(Word { text: ",".into(), column, quoted: false }));
        }
        if first == '"' {
            let mut text = String::new();
            let mut chars = rest.char_indices().skip(1);
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        self.at = start + at + 1;
                        return Ok(Some(Word { text, column, quoted: true }));
                    }
                    '\\' => match chars.next() {
                        Some((_, c @ ('"' | '\\'))) => text.push(c),
                        _ => return self.wrong(start + at, "after a backslash only \" or \\"),
                    },
                    c => text.push(c),
                }
            }
            return self.wrong(start, "the quotation does not end");
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '"').unwrap_or(rest.len());
        self.at = start + end;
        Ok(Some(Word { text: rest[..end].to_string(), column, quoted: false }))
    }

    fn expect(&mut self, what: &str) -> Result<Word, Wrong> {
        let at = self.here();
        match self.next()? {
            Some(word) if word.quoted || (word.text != "->" && word.text != ",") => Ok(word),
            _ => self.wrong(at, format!("expected {what}")),
        }
    }
}

fn rule(line: usize, text: &str, words: &mut Words<'_>) -> Result<Rule, Wrong> {
    let mut tests = Vec::new();
    loop {
        tests.push(test(words)?);
        let at = words.here();
        match words.next()? {
            Some(word) if !word.quoted && word.text == "and" => {}
            Some(word) if !word.quoted && word.text == "->" => break,
            Some(word) => {
                let what = format!("expected `and`, a comma or `->` before {:?}", word.text);
                return words.wrong(at, what);
            }
            None => return words.wrong(at, "expected `->` and an action"),
        }
    }
    let action = action(words)?;
    let at = words.here();
    if words.next()?.is_some() {
        return words.wrong(at, "nothing may follow the action");
    }
    Ok(Rule { line, text: text.trim().to_string(), tests, action })
}

fn test(words: &mut Words<'_>) -> Result<Test, Wrong> {
    let mut word = words.expect("a condition")?;
    let not = word.text == "not" && !word.quoted;
    if not {
        word = words.expect("a condition")?;
    }
    let subject = match word.text.as_str() {
        "from" => Subject::Addresses(&["From", "Sender"], patterns(words)?),
        "to" => Subject::Addresses(&["To"], patterns(words)?),
        "cc" => Subject::Addresses(&["Cc"], patterns(words)?),
        "recipient" => Subject::Addresses(RECIPIENT, patterns(words)?),
        "subject" => Subject::Header("Subject".into(), patterns(words)?),
        "header" => {
            let name = words.expect("the name of a header field")?;
            let plain = name.text.bytes().all(|b| b.is_ascii_graphic() && b != b':');
            if !plain || name.text.is_empty() {
                let what = format!("{:?} is no name of a header field", name.text);
                return Err(Wrong { column: name.column, what });
            }
            Subject::Header(name.text, patterns(words)?)
        }
        "list-id" => Subject::ListId(patterns(words)?),
        "larger" => Subject::Larger(size(words)?),
        "smaller" => Subject::Smaller(size(words)?),
        "attachment" => Subject::Attachment(patterns(words)?),
        "text" => Subject::Text(patterns(words)?),
        "all" => Subject::All,
        other => {
            let what = format!("{other:?} is no condition; there are {TESTS}");
            return Err(Wrong { column: word.column, what });
        }
    };
    Ok(Test { not, subject })
}

fn patterns(words: &mut Words<'_>) -> Result<Vec<Pattern>, Wrong> {
    let mut out = Vec::new();
    loop {
        let word = words.expect("a pattern")?;
        if word.text.is_empty() {
            return Err(Wrong { column: word.column, what: "an empty pattern would fit everything".into() });
        }
        out.push(Pattern(word.text.to_lowercase()));
        match words.peek()? {
            Some(comma) if !comma.quoted && comma.text == "," => words.next()?,
            _ => return Ok(out),
        };
    }
}

fn size(words: &mut Words<'_>) -> Result<u64, Wrong> {
    let word = words.expect("a size such as 5M")?;
    quantity::size(&word.text)
        .ok_or_else(|| Wrong { column: word.column, what: format!("{:?} is no size such as 5M", word.text) })
}

fn action(words: &mut Words<'_>) -> Result<Action, Wrong> {
    let word = words.expect("an action")?;
    Ok(match word.text.as_str() {
        "folder" => {
            let name = words.expect("the name of a folder")?;
            if name.text.is_empty() {
                return Err(Wrong { column: name.column, what: "a folder needs a name".into() });
            }
            Action::Folder(name.text)
        }
        "command" => {
            // The rest of the line is the shell's, quotes, `#` and all.
            let at = words.here();
            let command = words.line[at..].trim();
            if command.is_empty() {
                return words.wrong(at, "expected a command");
            }
            words.at = words.line.len();
            Action::Command(command.to_string())
        }
        "keep" => Action::Keep,
        "skip" => Action::Skip,
        "delete" => Action::Delete,
        other => {
            let what = format!("{other:?} is no action; there are folder, command, keep, skip, delete");
            return Err(Wrong { column: word.column, what });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Message;

    impl Facts for Message {
        fn header(&mut self, name: &str) -> Result<Vec<String>> {
            Ok(match name.to_ascii_lowercase().as_str() {
                "subject" => vec!["[Ticket] Größe FAILED".into()],
                "list-id" => vec!["Rust users <rust-users.example.org>".into()],
                "x-spam" => vec!["no".into(), "YES".into()],
                _ => Vec::new(),
            })
        }
        fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>> {
            Ok(match name {
                "From" => vec![("Steve Example".into(), "steve@ci.example.org".into())],
                "Cc" => vec![(String::new(), "me@example.org".into())],
                _ => Vec::new(),
            })
        }
        fn size(&self) -> u64 {
            5000
        }
        fn attachments(&mut self) -> Result<Vec<(String, String)>> {
            Ok(vec![("application/pdf".into(), "Report.PDF".into())])
        }
        fn has_text(&mut self, lower_case: &str) -> Result<bool> {
            Ok("please unsubscribe me".contains(lower_case))
        }
    }

    fn fits(conditions: &str) -> bool {
        let rules = Rules::parse(&format!("{conditions} -> keep")).unwrap();
        rules.decide(&mut Message).unwrap().is_some()
    }

    #[test]
    fn every_condition() {
        for yes in [
            "all",
            "from steve",
            "from *@CI.example.org",
            "from \"steve example\"",
            "from nobody, steve",
            "recipient me@example.org",
            "cc me@",
            "subject größe",
            "subject \"[ticket]\" and subject failed",
            "header X-Spam yes",
            "list-id rust-users.example.org",
            "list-id rust-*.example.???",
            "larger 4K",
            "smaller 5001",
            "attachment *.pdf",
            "attachment application/*",
            "text UNSUBSCRIBE",
            "not to me@example.org",
            "not from bob and not larger 1M",
        ] {
            assert!(fits(yes), "{yes}");
        }
        for no in [
            "from *@ci.example",
            "to me@example.org",
            "subject ?",
            "list-id \"rust users\"",
            "larger 5000",
            "smaller 5000",
            "attachment *.exe",
            "text nothing",
            "not all",
            "from steve and subject nothing",
            "header X-None *",
        ] {
            assert!(!fits(no), "{no}");
        }
    }

    #[test]
    fn the_first_that_fits_wins() {
        let text = "# sorting\n\nfrom bob -> delete\n\
            subject failed -> folder \"CI/went wrong\" # a comment\nall -> command a | b # c";
        let rules = Rules::parse(text).unwrap();
        let rule = rules.decide(&mut Message).unwrap().unwrap();
        assert_eq!((rule.line, &rule.action), (4, &Action::Folder("CI/went wrong".into())));
        assert_eq!(rules.iter().last().unwrap().action, Action::Command("a | b # c".into()));
        assert!(!rules.look_into_bodies());
        assert!(Rules::parse("text x -> keep").unwrap().look_into_bodies());
        assert!(Rules::parse("").unwrap().decide(&mut Message).unwrap().is_none());
    }

    #[test]
    fn errors_name_line_and_column() {
        for (text, error) in [
            ("from", "line 1, column 5: expected a pattern"),
            ("all\n", "line 1, column 4: expected `->` and an action"),
            ("all ->", "line 1, column 7: expected an action"),
            (
                "\nall -> bin",
                "line 2, column 8: \"bin\" is no action; there are folder, command, keep, skip, delete",
            ),
            ("ü x -> keep", "line 1, column 1: \"ü\" is no condition; there are "),
            ("from ü y -> keep", "line 1, column 8: expected `and`, a comma or `->` before \"y\""),
            ("from \"x -> keep", "line 1, column 6: the quotation does not end"),
            ("from \"a\\n\" -> keep", "line 1, column 8: after a backslash only \" or \\"),
            ("from \"\" -> keep", "line 1, column 6: an empty pattern would fit everything"),
            ("larger big -> keep", "line 1, column 8: \"big\" is no size such as 5M"),
            ("header a:b c -> keep", "line 1, column 8: \"a:b\" is no name of a header field"),
            ("all -> folder", "line 1, column 14: expected the name of a folder"),
            ("all -> command  ", "line 1, column 17: expected a command"),
            ("all -> keep it", "line 1, column 13: nothing may follow the action"),
            ("all and -> keep", "line 1, column 9: expected a condition"),
        ] {
            let found = Rules::parse(text).unwrap_err();
            assert_eq!(found.kind(), Kind::Config);
            assert!(found.message().starts_with(error), "{text:?}: {found}");
        }
    }

    #[test]
    fn a_shape_of_many_stars_is_quick() {
        // This would never end if it backtracked.
        assert!(!shape(&("*a".repeat(40) + "b"), &"a".repeat(20_000)));
    }
}
