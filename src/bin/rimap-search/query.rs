//! From flags and an expression to one search key.

use crate::args::Criteria;
use wirepost::{
    base::{date::Time, error::*},
    imap::{Flag, SearchKey, query},
};

/// All flags and the expression, joined by And; one flag given several times is Or.
///
/// # Errors
/// `Usage`.
pub fn key(flags: &Criteria, words: &[String], now: Time) -> Result<SearchKey> {
    let mut keys = Vec::new();
    let fields: [(&str, &Vec<String>); 19] = [
        ("from", &flags.from),
        ("to", &flags.to),
        ("cc", &flags.cc),
        ("bcc", &flags.bcc),
        ("subject", &flags.subject),
        ("body", &flags.body),
        ("text", &flags.text),
        ("header", &flags.header),
        ("list-id", &flags.list_id),
        ("message-id", &flags.message_id),
        ("since", &flags.since),
        ("before", &flags.before),
        ("on", &flags.on),
        ("sent-since", &flags.sent_since),
        ("sent-before", &flags.sent_before),
        ("larger", &flags.larger),
        ("smaller", &flags.smaller),
        ("keyword", &flags.keyword),
        ("uid", &flags.uid),
    ];
    for (field, values) in fields {
        any(&mut keys, values, |v| query::term(field, v, now).map_err(|e| flag_error(e, field)))?;
    }
    any(&mut keys, &flags.gmail_raw, |v| query::term("gmail", v, now))?;
    any(&mut keys, &flags.imap_search, query::imap)?;
    for expression in &flags.not {
        keys.push(query::expression(expression, now)?.not());
    }
    for (set, flag, yes) in [
        (flags.seen, Flag::Seen, true),
        (flags.unseen, Flag::Seen, false),
        (flags.flagged, Flag::Flagged, true),
        (flags.unflagged, Flag::Flagged, false),
        (flags.answered, Flag::Answered, true),
        (flags.unanswered, Flag::Answered, false),
    ] {
        if set {
            keys.push(SearchKey::Flag(flag, yes));
        }
    }
    if flags.has_attachment {
        keys.push(SearchKey::Attachment(None));
    }
    if !words.is_empty() {
        let text = words.join(" ");
        if text.trim().is_empty() {
            return Err(Error::new(Kind::Usage, "an empty search expression"));
        }
        keys.push(query::expression(&text, now)?);
    }
    Ok(SearchKey::and(keys))
}

fn any(keys: &mut Vec<SearchKey>, values: &[String], read: impl Fn(&str) -> Result<SearchKey>) -> Result<()> {
    if !values.is_empty() {
        keys.push(SearchKey::or(values.iter().map(|v| read(v)).collect::<Result<_>>()?));
    }
    Ok(())
}

fn flag_error(e: Error, field: &str) -> Error {
    Error::new(Kind::Usage, format!("--{}", e.message()))
        .hint(format!("rimap-search --help tells what --{field} takes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wirepost::imap::Field;

    #[test]
    fn flags_and_expression_join() {
        let flags = Criteria { from: vec!["a".into(), "b".into()], unseen: true, ..Criteria::default() };
        let key = key(&flags, &["subject:c".into()], Time(0)).unwrap();
        let from = |s: &str| SearchKey::Field(Field::From, s.into());
        assert_eq!(
            key,
            SearchKey::And(vec![
                SearchKey::Or(vec![from("a"), from("b")]),
                SearchKey::Flag(Flag::Seen, false),
                SearchKey::Field(Field::Subject, "c".into()),
            ])
        );
    }

    #[test]
    fn an_empty_value_is_wrong_usage() {
        let flags = Criteria { from: vec![String::new()], ..Criteria::default() };
        assert_eq!(key(&flags, &[], Time(0)).unwrap_err().kind(), Kind::Usage);
        assert!(key(&Criteria::default(), &[], Time(0)).unwrap().is_all());
    }
}
