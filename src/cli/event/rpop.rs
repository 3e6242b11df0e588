//! rpop's lines.

use crate::base::record::Value;
use serde::Serialize;

/// rpop's `message`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Message {
    pub outcome: &'static str,
    /// `fetch`, `show`, `top`, `rm`, `sort`.
    pub verb: &'static str,
    /// The number in this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Box<str>>,
    /// Bytes as they came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// `maildir`, `mbox`, `dir`, `exec`, `stdout`, `quarantine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<&'static str>,
    /// The file it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The line of the rules file that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    /// Of a plan: it would be deleted on the server once it is delivered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deletes: bool,
    /// Why it was skipped: `max_size`, `since`, `rule`, `duplicate`, `failed_before`, `catch_up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rpop's `listed`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Listed {
    pub outcome: &'static str,
    pub number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Not fetched yet, as far as the state tells.
    pub new: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// rpop's `maildrop`.
#[derive(Clone, Debug, Serialize)]
pub struct Maildrop {
    pub outcome: &'static str,
    pub messages: u64,
    pub bytes: u64,
}

/// rpop's `deletion`: it took place only if the outcome is `ok`.
#[derive(Clone, Debug, Serialize)]
pub struct Deletion {
    pub outcome: &'static str,
    pub messages: u64,
}
