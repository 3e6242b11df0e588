//! rsendmail's lines.

use crate::base::record::Value;
use serde::Serialize;

/// rsendmail's `message`. Its outcome is the worst of its recipients'.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sent {
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The file it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The envelope's sender; empty for none.
    pub from: String,
    /// How many it was for, and how many of them the server took.
    pub recipients: usize,
    pub accepted: usize,
    /// `host:port`
    pub server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// The number in the server's queue, where its last word names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<String>,
    /// The server's last word on the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rsendmail's `recipient`.
#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    pub outcome: &'static str,
    pub recipient: String,
    pub message_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}
