//! Every line of JSON that the programs write: one type each, all of them here.
//!
//! Scripts rely on these fields; the README documents them and tests pin them. Fields are snake_case, byte counts are
//! integers, times RFC 3339 UTC, a name that is not UTF-8 is `{"bytes": base64}`; a field that does not apply is absent.

mod b64mime;
mod imap;
mod rftp;
mod rpop;
mod rsendmail;

pub use b64mime::*;
pub use imap::*;
pub use rftp::*;
pub use rpop::*;
pub use rsendmail::*;

use crate::{
    base::{
        error::*,
        record::{Map, Value, json},
    },
    cli::exit::Outcome,
};
use serde::Serialize;

/// One line. Serialised with its `type` first.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// rftp: one file, directory or link that was asked for.
    File(Box<File>),
    /// rftp: what is there (ls, stat).
    Entry(Box<Entry>),
    /// rftp quote: a reply of the server.
    Reply(Reply),
    /// b64mime list: one part of a message.
    #[serde(rename = "part")]
    MimePart(Box<PartLine>),
    /// b64mime extract: one part that was asked for.
    Extracted(Box<Extracted>),
    /// b64mime headers: one field.
    Header(Box<HeaderLine>),
    /// b64mime lint: something wrong or ambiguous.
    Finding(Box<Finding>),
    /// b64mime lint: one message.
    Linted(Box<Linted>),
    /// b64mime encode, decode, build, split, join: what was written.
    Written(Box<Written>),
    /// rsendmail: one message; behind its `recipient` lines.
    #[serde(rename = "message")]
    Sent(Box<Sent>),
    /// rsendmail: one recipient of one message.
    Recipient(Recipient),
    /// rsendmail --aliases-check: something wrong with the aliases.
    AliasFinding(AliasFinding),
    /// rsendmail --aliases-check: the aliases as a whole.
    Aliases(Aliases),
    /// rsendmail queue: one message of the queue.
    QueuedMessage(Box<QueuedMessage>),
    /// rsendmail queue check: the queue as a whole.
    QueueCheck(Box<QueueCheck>),
    /// rpop: one message that was asked for.
    Message(Box<Message>),
    /// rpop: one message as the server lists it.
    Listed(Box<Listed>),
    /// rpop stat: the whole mailbox.
    Maildrop(Maildrop),
    /// rpop: messages the server was told to delete.
    Deletion(Deletion),
    /// rimap-search: one message that was found, or added.
    #[serde(rename = "message")]
    Hit(Box<Hit>),
    /// rimap-search: one part of a message that was asked for.
    Part(Box<Part>),
    /// rimap-search: one mailbox.
    Mailbox(Box<Mailbox>),
    /// rimap-search: how many messages fit (--count).
    Count(Count),
    /// `check` of the network tools.
    Check(Box<Check>),
    /// A failure that belongs to no single item.
    Error(Failed),
    /// Always the last line.
    Summary(Summary),
}

/// `check`: what a working connection is like.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Check {
    pub outcome: &'static str,
    pub host: String,
    pub port: u16,
    pub tls: bool,
    /// Where the TLS library tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// When the server's certificate ends, and in how many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_days: Option<i64>,
    /// How the login was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    pub capabilities: Vec<String>,
}

/// `error`.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    pub outcome: &'static str,
    pub error: Value,
}

/// `summary`. A run whose output does not end with it has failed.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub tool: &'static str,
    pub outcome: &'static str,
    pub exit: u8,
    pub retry: &'static str,
    /// How many items ended how.
    pub counts: Map<String, Value>,
    pub bytes: u64,
    pub seconds: f64,
    pub round_trips: u64,
}

/// The error object inside items.
pub fn error(error: &Error) -> Value {
    let mut object = json!({ "kind": error.kind().name(), "message": error.message() });
    let mut put = |key: &str, value: Option<Value>| {
        if let (Some(map), Some(value)) = (object.as_object_mut(), value) {
            map.insert(key.to_string(), value);
        }
    };
    put("hint", super::hint::shown(error).map(Value::from));
    put("host", error.get_host().map(Value::from));
    if let Some(refusal) = error.get_refusal() {
        put("code", refusal.code.map(Value::from));
        put("enhanced", refusal.enhanced.map(|e| Value::from(e.to_string())));
        put("reply", Some(Value::from(refusal.text.clone())));
    }
    put("retry", Some(Value::from(error.again().name())));
    object
}

impl Event {
    /// A failure that belongs to no single item.
    pub fn failure(e: &Error) -> Event {
        Event::Error(Failed { outcome: Outcome::of(e).name(), error: error(e) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::record::to_line;

    #[test]
    fn the_error_object() {
        let refusal =
            Refusal { code: Some(552), enhanced: Some(Enhanced(5, 2, 2)), text: "5.2.2 full".into() };
        let e = Error::new(Kind::Refused, "cannot store a on h: 552 5.2.2 full").host("h").refusal(refusal);
        assert_eq!(
            to_line(&error(&e)),
            r#"{"kind":"refused","message":"cannot store a on h: 552 5.2.2 full","host":"h","code":552,"enhanced":"5.2.2","reply":"5.2.2 full","retry":"never"}"#
        );
    }

    #[test]
    fn absent_fields_are_absent() {
        let file = File { outcome: "ok", direction: "upload", bytes: Some(7), ..File::default() };
        assert_eq!(
            to_line(&Event::File(Box::new(file))),
            r#"{"type":"file","outcome":"ok","direction":"upload","bytes":7}"#
        );
    }
}
