//! What a server says, as types: statuses and their codes, and the shapes of untagged data that several commands share.

use super::{
    parse::{Value, values},
    set::{Uid, UidSet},
};
use crate::base::error::*;

/// One response.
#[derive(Debug)]
pub(crate) enum Response {
    Tagged(Vec<u8>, Status),
    /// `+ text`.
    Continue(Vec<u8>),
    Status(Status),
    /// `* SEARCH`: the numbers, in no order that matters.
    Search(UidSet),
    /// `* SORT`: the numbers in the order asked for.
    Sort(Vec<Uid>),
    /// `* ESEARCH`, RFC 4731 and 9394.
    Esearch(Esearch),
    /// Any other untagged response.
    Data(Vec<Value>),
    /// Untagged data that cannot be understood; its frame was whole.
    Odd(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Esearch {
    pub(crate) tag: Option<Vec<u8>>,
    pub(crate) all: Option<UidSet>,
    pub(crate) count: Option<u64>,
    pub(crate) min: Option<Uid>,
    pub(crate) max: Option<Uid>,
    /// The UIDs of PARTIAL as they stand: after SORT their order matters.
    pub(crate) partial: Option<Vec<(Uid, Uid)>>,
    /// Something in it was no set or no number.
    pub(crate) wrong: Option<String>,
}

impl Response {
    /// `ESEARCH (TAG "a1") UID COUNT 3 ALL 1,5:6`.
    pub(crate) fn esearch(text: &[u8]) -> Response {
        let values = match values_large(text) {
            Ok(values) => values,
            Err(e) => return Response::Odd(e.message().to_string()),
        };
        let mut found = Esearch::default();
        let mut rest = values.iter().skip(1).peekable();
        if let Some(list) = rest.next_if(|v| matches!(v, Value::List(_))) {
            found.tag = list.list().get(1).and_then(Value::text).map(<[u8]>::to_vec);
        }
        rest.next_if(|v| v.is("UID"));
        while let (Some(name), Some(value)) = (rest.next(), rest.next()) {
            let wrong = match () {
                () if name.is("ALL") => set(value).map(|s| found.all = Some(s)),
                () if name.is("COUNT") => value.number().map(|n| found.count = Some(n)),
                () if name.is("MIN") => uid(value).map(|n| found.min = Some(n)),
                () if name.is("MAX") => uid(value).map(|n| found.max = Some(n)),
                () if name.is("PARTIAL") => partial(value).map(|p| found.partial = Some(p)),
                () => Some(()),
            };
            if wrong.is_none() {
                found.wrong = Some(format!(
                    "{} in an answer to SEARCH",
                    String::from_utf8_lossy(name.text().unwrap_or(b"?"))
                ));
            }
        }
        Response::Esearch(found)
    }
}

/// As [`values`], for the one response whose set may be longer than any other's.
fn values_large(text: &[u8]) -> Result<Vec<Value>> {
    if text.len() < 1 << 19 {
        return values(text);
    }
    // Words only: a set has no quotes, and the tag's list is cut off before.
    let (mut out, mut rest) = (vec![Value::Atom(b"ESEARCH".to_vec())], &text[b"ESEARCH".len()..]);
    if let Some(open) = rest.trim_ascii_start().strip_prefix(b"(") {
        let close = open
            .iter()
            .position(|b| *b == b')')
            .ok_or_else(|| Error::new(Kind::Input, "no end of the tag"))?;
        out.push(Value::List(values(&open[..close])?));
        rest = &open[close + 1..];
    }
    out.extend(rest.split(|b| *b == b' ').filter(|w| !w.is_empty()).map(|w| Value::Atom(w.to_vec())));
    Ok(out)
}

fn uid(value: &Value) -> Option<Uid> {
    value.number().and_then(|n| Uid::try_from(n).ok()).filter(|n| *n != 0)
}

/// A set of results: `*` names none.
fn set(value: &Value) -> Option<UidSet> {
    UidSet::parse(value.text()?).ok().filter(|s| s.last() != Some(Uid::MAX))
}

/// `(1:3 94,7,9)`; NIL for none.
fn partial(value: &Value) -> Option<Vec<(Uid, Uid)>> {
    let [_, uids] = value.list() else { return None };
    let Some(text) = uids.text() else { return Some(Vec::new()) };
    let range = |part: &[u8]| {
        let set = UidSet::parse(part).ok().filter(|s| s.last() != Some(Uid::MAX))?;
        let (a, b) = *set.ranges().first()?;
        // A range may run downwards: 9:7 is 9, 8, 7.
        let falling = part.split(|b| *b == b':').next().and_then(super::set::number) == Some(u64::from(b));
        Some(if falling { (b, a) } else { (a, b) })
    };
    text.split(|b| *b == b',').map(range).collect()
}

/// OK, NO, BAD, BYE, PREAUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

/// A status response: RFC 9051 §7.1.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) condition: Condition,
    /// The response code without its brackets, such as `UIDVALIDITY 17`.
    pub(crate) code: Vec<Value>,
    pub(crate) text: String,
}

impl Status {
    /// What follows the tag, if it is a status.
    pub(crate) fn parse(line: &[u8]) -> Option<Status> {
        let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
        let condition = match line[..end].to_ascii_uppercase().as_slice() {
            b"OK" => Condition::Ok,
            b"NO" => Condition::No,
            b"BAD" => Condition::Bad,
            b"BYE" => Condition::Bye,
            b"PREAUTH" => Condition::Preauth,
            _ => return None,
        };
        let mut text = line.get(end + 1..).unwrap_or_default();
        let mut code = Vec::new();
        if let Some(inner) = text.strip_prefix(b"[")
            && let Some(close) = close(inner)
        {
            code = values(&inner[..close]).unwrap_or_default();
            text = inner[close + 1..].trim_ascii_start();
        }
        Some(Status { condition, code, text: String::from_utf8_lossy(text).trim().to_string() })
    }

    /// Whether the code is this word.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.code.first().is_some_and(|v| v.is(word))
    }

    /// The number after that code, such as `[UIDVALIDITY 17]`.
    pub(crate) fn number(&self, word: &str) -> Option<u64> {
        self.code.get(1).filter(|_| self.is(word))?.number()
    }

    /// An error unless it is OK.
    ///
    /// # Errors
    /// `Auth`, `Missing`, `Refused` … by the response code (RFC 5530), with the server's words.
    pub(crate) fn check(&self) -> Result<()> {
        if self.condition == Condition::Ok {
            return Ok(());
        }
        let code = self.code.first().and_then(Value::text).unwrap_or_default();
        let name = String::from_utf8_lossy(code).to_ascii_uppercase();
        let verdict = match self.condition {
            Condition::Bad => "BAD",
            Condition::Bye => "BYE",
            _ => "NO",
        };
        let label = if name.is_empty() { verdict.to_string() } else { format!("{verdict} [{name}]") };
        let text = format!("{label} {}", self.text).trim().to_string();
        let (kind, again) = match name.as_str() {
            "UNAVAILABLE" | "INUSE" | "SERVERBUG" | "THROTTLED" | "OVERQUOTA" | "LIMIT" => {
                (Kind::Refused, Again::Later)
            }
            "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" | "NOPERM" | "CONTACTADMIN" => {
                (Kind::Auth, Again::Never)
            }
            "PRIVACYREQUIRED" => (Kind::Tls, Again::Never),
            "NONEXISTENT" | "TRYCREATE" => (Kind::Missing, Again::Never),
            _ if self.condition == Condition::Bye => (Kind::Closed, Again::Now),
            _ => (Kind::Refused, Again::Never),
        };
        let refusal = Refusal { code: None, enhanced: None, text: text.clone() };
        Err(Error::new(kind, text).again_is(again).refusal(refusal))
    }
}

/// Where the code's bracket closes: a flag or a quoted text in it may hold one of its own.
fn close(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut deep) = (false, 0);
    for (at, b) in text.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'[' if !quoted => deep += 1,
            b']' if !quoted && deep == 0 => return Some(at),
            b']' if !quoted => deep -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn esearch(text: &str) -> Esearch {
        match Response::esearch(text.as_bytes()) {
            Response::Esearch(e) => e,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn answers_to_search() {
        let e = esearch(r#"ESEARCH (TAG "a1") UID COUNT 3 ALL 1,5:6 MIN 1 MAX 6 MODSEQ 9"#);
        assert_eq!((e.count, e.min, e.max), (Some(3), Some(1), Some(6)));
        assert_eq!(e.all.unwrap().to_string(), "1,5:6");
        assert_eq!(e.tag.as_deref(), Some(&b"a1"[..]));
        assert_eq!(
            esearch("ESEARCH (TAG \"a\") UID PARTIAL (1:3 94,9:7)").partial,
            Some(vec![(94, 94), (9, 7)])
        );
        assert_eq!(esearch("ESEARCH (TAG \"a\") UID PARTIAL (1:3 NIL)").partial, Some(vec![]));
        assert_eq!(esearch("ESEARCH (TAG \"a\") UID").all, None);
        for bad in ["ALL 1:*", "ALL 4294967296", "MAX 0", "PARTIAL 5", "COUNT x"] {
            assert!(esearch(&format!("ESEARCH UID {bad}")).wrong.is_some(), "{bad}");
        }
        let long: Vec<_> = (0..120_000).map(|n| (n * 2 + 1).to_string()).collect();
        let e = esearch(&format!("ESEARCH (TAG \"a\") UID ALL {}", long.join(",")));
        assert_eq!(e.all.unwrap().len(), 120_000);
    }

    #[test]
    fn statuses() {
        let s = Status::parse(b"OK [PERMANENTFLAGS (\\Deleted [x] \\*)] fine {5}").unwrap();
        assert_eq!((s.condition, s.text.as_str()), (Condition::Ok, "fine {5}"));
        assert_eq!(s.code.len(), 2);
        assert_eq!(Status::parse(b"ok [UIDNEXT 17]").unwrap().number("UIDNEXT"), Some(17));
        assert!(Status::parse(b"OKAY x").is_none());
        for (line, kind, again) in [
            ("NO [UNAVAILABLE] down", Kind::Refused, Again::Later),
            ("NO [AUTHENTICATIONFAILED] x", Kind::Auth, Again::Never),
            ("NO [TRYCREATE] x", Kind::Missing, Again::Never),
            ("BAD what", Kind::Refused, Again::Never),
            ("BYE bye", Kind::Closed, Again::Now),
        ] {
            let e = Status::parse(line.as_bytes()).unwrap().check().unwrap_err();
            assert_eq!((e.kind(), e.again()), (kind, again), "{line}");
            assert_eq!(e.message(), line);
        }
    }
}
