//! Every line of JSON that the programs write: one type each, all of them here.
//!
//! Scripts rely on these fields; the README documents them and tests pin them. Fields are snake_case, byte counts are
//! integers, times RFC 3339 UTC, a name that is not UTF-8 is `{"bytes": base64}`; a field that does not apply is absent.

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
    /// b64mime list: one part of a message.
    Part(Box<PartLine>),
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
    /// A failure that belongs to no single item.
    Error(Failed),
    /// Always the last line.
    Summary(Summary),
}

/// rftp's `file`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct File {
    pub outcome: &'static str,
    /// `upload`, `download`, or the verb (`verify`, `rm`, `mkdir`, `mv`, …).
    pub direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<Value>,
    /// Names exactly this item when given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// `size`, `hash:sha-256`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_resumed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_removed: Option<bool>,
    /// A temporary file that was left on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary: Option<Value>,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rftp's `entry`: a line of a listing.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub outcome: &'static str,
    pub name: Value,
    pub path: Value,
    pub url: String,
    /// `file`, `dir`, `link`, `other`.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Value>,
}

/// A defect inside b64mime's lines.
#[derive(Clone, Debug, Serialize)]
pub struct DefectLine {
    pub name: &'static str,
    /// Bytes from the start of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// b64mime's `part`.
#[derive(Clone, Debug, Serialize)]
pub struct PartLine {
    pub outcome: &'static str,
    pub file: Value,
    /// Which message of a mailbox, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// As IMAP numbers parts; `TEXT` is the multipart that is the whole message.
    pub part: String,
    pub depth: usize,
    /// `leaf`, `multipart`, `message`.
    pub kind: &'static str,
    /// `mime`, `uuencode`, `yenc`, `tnef`.
    pub source: &'static str,
    pub media_type: String,
    /// `body`, `inline`, `attachment`, `container`.
    pub role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// The file name as its writer meant it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As it stood there, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_raw: Option<Value>,
    /// The name that extract would give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    pub encoding: &'static str,
    /// Bytes as it stands in the message.
    pub size: u64,
    /// Bytes of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded_size: Option<u64>,
    /// Where its header, its body and its end are: bytes from the start of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_at: Option<u64>,
    /// Of its content, with --digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What its first bytes are, where that is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<&'static str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    pub defects: Vec<DefectLine>,
}

/// b64mime's `extracted`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Extracted {
    pub outcome: &'static str,
    pub file: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    pub part: String,
    pub media_type: String,
    pub role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// b64mime's `header`.
#[derive(Clone, Debug, Serialize)]
pub struct HeaderLine {
    pub outcome: &'static str,
    pub file: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    pub part: String,
    pub name: Value,
    /// Decoded.
    pub value: String,
    /// As it stands there, folds included.
    pub raw: Value,
}

/// b64mime's `finding`.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub file: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    pub part: String,
    /// `warning` (readers differ, or something is lost) or `note`.
    pub severity: &'static str,
    pub name: &'static str,
    pub meaning: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// b64mime's `linted`.
#[derive(Clone, Debug, Serialize)]
pub struct Linted {
    pub outcome: &'static str,
    pub file: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    pub warnings: u64,
    pub notes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// b64mime's `written`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Written {
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Value>,
    pub bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Of how many this is which (split).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
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
    put("hint", error.get_hint().map(Value::from));
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
