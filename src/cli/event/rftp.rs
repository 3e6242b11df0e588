//! rftp's lines.

use crate::base::record::Value;
use serde::Serialize;

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
    /// `mv`: what `remote` was called before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
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

/// rftp's `reply`.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    pub outcome: &'static str,
    pub command: String,
    pub code: u16,
    /// The text of each line, without its code.
    pub lines: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}
