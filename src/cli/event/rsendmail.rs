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
    /// Its name in our own queue, where it was left to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued_as: Option<String>,
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

/// rsendmail queue: one message of the queue.
#[derive(Clone, Debug, Default, Serialize)]
pub struct QueuedMessage {
    pub outcome: &'static str,
    /// Its name in the queue.
    pub id: String,
    /// `queued`, `held`, `sending`, `unknown`, `failed`, `sent`; absent for one that is not there or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The envelope's sender; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<QueuedRecipient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where the secret comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Since when it is queued, when it was tried last, when it is tried next, and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// The server's last word on the message, and the number it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// Why it was left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// One recipient of a queued message.
#[derive(Clone, Debug, Serialize)]
pub struct QueuedRecipient {
    pub recipient: String,
    pub state: &'static str,
    pub attempts: u32,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rsendmail queue check: how many messages of each state there are.
#[derive(Clone, Debug, Default, Serialize)]
pub struct QueueCheck {
    pub outcome: &'static str,
    pub directory: Value,
    pub queued: u64,
    pub held: u64,
    pub sending: u64,
    pub unknown: u64,
    pub failed: u64,
    pub damaged: u64,
    /// Since when the oldest of those that wait does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
}

/// rsendmail --aliases-check: something wrong, or doubtful.
#[derive(Clone, Debug, Serialize)]
pub struct AliasFinding {
    pub file: String,
    /// Absent for the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// `error` where mail goes nowhere because of it, else `warning`.
    pub severity: &'static str,
    pub text: String,
}

/// rsendmail --aliases-check: the file; behind its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Aliases {
    pub outcome: &'static str,
    pub file: Value,
    /// How many names it has.
    pub names: usize,
    pub errors: usize,
    pub warnings: usize,
}
