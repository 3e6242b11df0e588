//! What to search for, as a tree, and how it goes to a server (RFC 9051 §6.4.4, RFC 5032, X-GM-EXT-1).
//!
//! Values are quoted or sent as literals, never pasted into a command. Two kinds of leaves no server understands: a
//! moment (servers compare days, in a zone of their own) and what BODYSTRUCTURE alone tells. They stay in the tree;
//! [`super::plan`] cuts it into what the server answers and what is decided here.

use super::{
    Day, UidSet,
    wire::{Capabilities, Request},
};
use crate::base::date::Time;

/// One search key. `And` and `Or` take any number: none of either is everything, and nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchKey {
    All,
    /// `SEEN`, `UNSEEN`, `FLAGGED` …: a key without an argument.
    Flag(Flag, bool),
    New,
    Old,
    Recent,
    Keyword(String, bool),
    /// `FROM`, `TO`, `CC`, `BCC`, `SUBJECT`: part of that header's text.
    Field(Field, String),
    /// Part of any header's text; an empty text asks whether there is one.
    Header(String, String),
    Body(String),
    Text(String),
    /// By INTERNALDATE's day.
    Before(Day),
    On(Day),
    Since(Day),
    /// By the Date header's day.
    SentBefore(Day),
    SentOn(Day),
    SentSince(Day),
    Larger(u64),
    Smaller(u64),
    Uid(UidSet),
    /// Changed, or arrived, with this count of changes or a later one (RFC 7162 §3.1.5).
    Modseq(u64),
    /// Message numbers: in `--imap-search` only.
    Sequence(UidSet),
    /// Arrived at least so many seconds ago.
    Older(u64),
    /// Arrived at most so many seconds ago.
    Younger(u64),
    /// Gmail's own language.
    GmailRaw(String),
    /// Arrived at this moment or later; before it.
    SinceMoment(Time),
    BeforeMoment(Time),
    /// An attachment, its name fitting the glob if there is one.
    Attachment(Option<String>),
    Not(Box<SearchKey>),
    And(Vec<SearchKey>),
    Or(Vec<SearchKey>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Answered,
    Deleted,
    Draft,
    Flagged,
    Seen,
}

impl Flag {
    pub const ALL: [(&'static str, Flag); 5] = [
        ("ANSWERED", Flag::Answered),
        ("DELETED", Flag::Deleted),
        ("DRAFT", Flag::Draft),
        ("FLAGGED", Flag::Flagged),
        ("SEEN", Flag::Seen),
    ];

    fn name(self) -> &'static str {
        Flag::ALL.iter().find(|(_, f)| *f == self).map_or("SEEN", |(n, _)| n)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    From,
    To,
    Cc,
    Bcc,
    Subject,
}

impl Field {
    pub const ALL: [(&'static str, Field); 5] = [
        ("FROM", Field::From),
        ("TO", Field::To),
        ("CC", Field::Cc),
        ("BCC", Field::Bcc),
        ("SUBJECT", Field::Subject),
    ];

    pub fn name(self) -> &'static str {
        Field::ALL.iter().find(|(_, f)| *f == self).map_or("FROM", |(n, _)| n)
    }
}

impl SearchKey {
    /// The opposite of the key.
    #[allow(clippy::should_implement_trait, reason = "named after the key")]
    pub fn not(self) -> SearchKey {
        match self {
            SearchKey::Not(inner) => *inner,
            other => SearchKey::Not(Box::new(other)),
        }
    }

    /// All of them, flat; one alone is itself.
    pub fn and(keys: Vec<SearchKey>) -> SearchKey {
        let mut flat = Vec::with_capacity(keys.len());
        for key in keys {
            match key {
                SearchKey::And(inner) => flat.extend(inner),
                SearchKey::All => {}
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => SearchKey::All,
            1 => flat.remove(0),
            _ => SearchKey::And(flat),
        }
    }

    /// Any of them; one alone is itself.
    pub fn or(mut keys: Vec<SearchKey>) -> SearchKey {
        if keys.len() == 1 { keys.remove(0) } else { SearchKey::Or(keys) }
    }

    /// Whether a message can come to fit, or cease to, because somebody changed its flags.
    pub fn depends_on_flags(&self) -> bool {
        self.any(&|k| {
            use SearchKey as K;
            matches!(k, K::Flag(..) | K::Keyword(..) | K::New | K::Old | K::Recent | K::GmailRaw(_))
        })
    }

    /// Whether a message that neither arrives nor changes can come to fit: by the time that goes by, by the session, by
    /// its number.
    pub fn depends_on_the_day(&self) -> bool {
        self.any(&|k| {
            use SearchKey as K;
            matches!(
                k,
                K::Older(_) | K::Younger(_) | K::New | K::Old | K::Recent | K::GmailRaw(_) | K::Sequence(_)
            )
        })
    }

    pub(super) fn any(&self, is: &dyn Fn(&SearchKey) -> bool) -> bool {
        match self {
            SearchKey::Not(inner) => inner.any(is),
            SearchKey::And(keys) | SearchKey::Or(keys) => keys.iter().any(|k| k.any(is)),
            leaf => is(leaf),
        }
    }

    /// Whether it selects nothing at all out of everything.
    pub fn is_all(&self) -> bool {
        matches!(self, SearchKey::All)
    }

    /// The texts in it, for CHARSET.
    fn texts(&self, out: &mut Vec<String>) {
        match self {
            SearchKey::Field(_, t)
            | SearchKey::Body(t)
            | SearchKey::Text(t)
            | SearchKey::Keyword(t, _)
            | SearchKey::GmailRaw(t) => out.push(t.clone()),
            SearchKey::Header(n, t) => out.extend([n.clone(), t.clone()]),
            SearchKey::Not(inner) => inner.texts(out),
            SearchKey::And(keys) | SearchKey::Or(keys) => keys.iter().for_each(|k| k.texts(out)),
            _ => {}
        }
    }

    pub fn is_ascii(&self) -> bool {
        let mut texts = Vec::new();
        self.texts(&mut texts);
        texts.iter().all(|t| t.is_ascii())
    }

    /// Whether a server can answer it whole.
    pub(crate) fn is_remote(&self, caps: &Capabilities) -> bool {
        match self {
            SearchKey::SinceMoment(_) | SearchKey::BeforeMoment(_) | SearchKey::Attachment(_) => false,
            SearchKey::Older(_) | SearchKey::Younger(_) => caps.has("WITHIN"),
            SearchKey::GmailRaw(_) => caps.has("X-GM-EXT-1"),
            SearchKey::Not(inner) => inner.is_remote(caps),
            SearchKey::And(keys) | SearchKey::Or(keys) => keys.iter().all(|k| k.is_remote(caps)),
            _ => true,
        }
    }

    /// Adds the key to a command. Only keys that [`SearchKey::is_remote`] go out; any other is everything.
    pub(crate) fn write(&self, request: Request, utf8: bool) -> Request {
        use SearchKey as K;
        let un = |yes: &bool| if *yes { "" } else { "UN" };
        match self {
            K::All | K::SinceMoment(_) | K::BeforeMoment(_) | K::Attachment(_) => request.atom("ALL"),
            K::Flag(flag, yes) => request.atom(format_args!("{}{}", un(yes), flag.name())),
            K::New => request.atom("NEW"),
            K::Old => request.atom("OLD"),
            K::Recent => request.atom("RECENT"),
            // A flag-keyword is an atom; what is none was refused when it was read.
            K::Keyword(word, yes) => request.atom(format_args!("{}KEYWORD {word}", un(yes))),
            K::Field(field, text) => request.atom(field.name()).string(text.as_bytes(), utf8),
            K::Header(name, text) => {
                request.atom("HEADER").string(name.as_bytes(), utf8).string(text.as_bytes(), utf8)
            }
            K::Body(text) => request.atom("BODY").string(text.as_bytes(), utf8),
            K::Text(text) => request.atom("TEXT").string(text.as_bytes(), utf8),
            K::Before(day) => request.atom(format_args!("BEFORE {day}")),
            K::On(day) => request.atom(format_args!("ON {day}")),
            K::Since(day) => request.atom(format_args!("SINCE {day}")),
            K::SentBefore(day) => request.atom(format_args!("SENTBEFORE {day}")),
            K::SentOn(day) => request.atom(format_args!("SENTON {day}")),
            K::SentSince(day) => request.atom(format_args!("SENTSINCE {day}")),
            K::Larger(n) => request.atom(format_args!("LARGER {n}")),
            K::Smaller(n) => request.atom(format_args!("SMALLER {n}")),
            K::Uid(set) if set.is_empty() => request.atom("NOT ALL"),
            K::Uid(set) => request.atom(format_args!("UID {set}")),
            K::Modseq(n) => request.atom(format_args!("MODSEQ {n}")),
            K::Sequence(set) => request.atom(set),
            K::Older(n) => request.atom(format_args!("OLDER {n}")),
            K::Younger(n) => request.atom(format_args!("YOUNGER {n}")),
            K::GmailRaw(text) => request.atom("X-GM-RAW").string(text.as_bytes(), utf8),
            K::Not(inner) => inner.write(request.atom("NOT"), utf8),
            K::And(keys) => group(keys, request, utf8),
            K::Or(keys) => match keys.as_slice() {
                [] => request.atom("NOT ALL"),
                [one] => one.write(request, utf8),
                // OR takes two: halves, so that a list of thousands nests a dozen deep and not thousands.
                many => {
                    let (left, right) = many.split_at(many.len() / 2);
                    let left = K::Or(left.to_vec()).write(request.atom("OR"), utf8);
                    K::Or(right.to_vec()).write(left, utf8)
                }
            },
        }
    }
}

/// `(a b c)`: the parentheses make one key of it.
fn group(keys: &[SearchKey], request: Request, utf8: bool) -> Request {
    if keys.is_empty() {
        return request.atom("ALL");
    }
    let mut request = request.atom("(").opened();
    for key in keys {
        request = key.write(request, utf8);
    }
    request.glue(")")
}

/// The whole of a SEARCH: `UID SEARCH RETURN (ALL) CHARSET UTF-8 …`.
pub(crate) fn command(verb: &str, options: Option<&str>, key: &SearchKey, utf8: bool) -> Request {
    let mut request = Request::new(verb);
    if let Some(options) = options {
        request = request.atom(format_args!("RETURN ({options})"));
    }
    if !utf8 && !key.is_ascii() {
        request = request.atom("CHARSET UTF-8");
    }
    top(key, request, utf8)
}

/// The keys of the outermost And stand side by side.
pub(crate) fn top(key: &SearchKey, mut request: Request, utf8: bool) -> Request {
    match key {
        SearchKey::And(keys) if !keys.is_empty() => {
            for key in keys {
                request = key.write(request, utf8);
            }
            request
        }
        key => key.write(request, utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn shown(key: &SearchKey) -> String {
        command("UID SEARCH", None, key, false).shown().to_string()
    }

    #[test]
    fn keys_on_the_wire() {
        use SearchKey as K;
        let from = |s: &str| K::Field(Field::From, s.into());
        for (key, want) in [
            (K::All, "ALL"),
            (from("steve"), "FROM \"steve\""),
            (from("a\"b\\ {3+}"), "FROM \"a\\\"b\\\\ {3+}\""),
            (from("müller"), "CHARSET UTF-8 FROM {7} müller"),
            (from("a\r\nb"), "FROM {4} a\r\nb"),
            (K::and(vec![from("a"), K::Flag(Flag::Seen, false)]), "FROM \"a\" UNSEEN"),
            (K::and(vec![from("a"), K::and(vec![K::New, K::All])]), "FROM \"a\" NEW"),
            (
                K::Or(vec![from("a"), from("b"), K::And(vec![K::New, K::Old])]),
                "OR FROM \"a\" OR FROM \"b\" (NEW OLD)",
            ),
            (K::And(vec![from("a"), K::New]).not(), "NOT (FROM \"a\" NEW)"),
            (K::New.not().not(), "NEW"),
            (K::Or(vec![]), "NOT ALL"),
            (K::Header("List-Id".into(), String::new()), "HEADER \"List-Id\" \"\""),
            (K::Since(Day { year: 2026, month: 2, day: 1 }), "SINCE 1-Feb-2026"),
            (K::Uid(UidSet::parse(b"1:3,9:*").unwrap()), "UID 1:3,9:*"),
            (K::Keyword("$x".into(), false), "UNKEYWORD $x"),
            (K::Modseq(12), "MODSEQ 12"),
            (K::And(vec![K::And(vec![K::New, K::Old]), K::Recent]), "(NEW OLD) RECENT"),
        ] {
            assert_eq!(shown(&key), format!("UID SEARCH {want}"), "{key:?}");
        }
    }

    #[test]
    fn a_thousand_alternatives_nest_a_dozen_deep() {
        let many = SearchKey::Or((1..=1000).map(SearchKey::Larger).collect());
        assert_eq!(shown(&many).matches("OR ").count(), 999);
    }
}
