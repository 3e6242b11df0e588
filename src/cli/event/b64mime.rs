//! b64mime's lines.

use crate::base::record::{Map, Value};
use serde::Serialize;

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

/// b64mime's `header`: a field of a message, or a value given by itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HeaderLine {
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Value>,
    /// Decoded, or encoded where that was asked for.
    pub value: String,
    /// As it stood there, folds included.
    pub raw: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
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
