//! rimap-search's lines.

use crate::base::record::Value;
use serde::Serialize;

/// rimap-search's `message`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hit {
    pub outcome: &'static str,
    pub mailbox: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uidvalidity: Option<u64>,
    /// The Date header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// When the server got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Bytes, as the server counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// As IMAP writes them: `\Seen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<Vec<String>>,
    /// With `--show headers`: every field, decoded, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<(String, String)>>,
    /// With `--show structure`: the parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Value>>,
    /// With `--show text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// With `--show preview`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// What was cut because it was long: `headers`, `text`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<&'static str>,
    /// `maildir`, `mbox`, `exec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<&'static str>,
    /// The file it is in, or came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What was done to it: `flag \Seen`, `move Archive`, `delete`, `append`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Where it is now, if the server told: mailbox and UID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_uid: Option<u32>,
    /// The line of the rules file that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rimap-search's `part`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Part {
    pub outcome: &'static str,
    pub mailbox: String,
    pub uid: u32,
    /// `2.1`.
    pub part: String,
    pub media_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file it was saved in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Value>,
    /// Bytes that were written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rimap-search's `mailbox`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Mailbox {
    pub outcome: &'static str,
    /// `list`, `status`, `create`, `rename`, `delete`, `subscribe`, `unsubscribe`.
    pub verb: &'static str,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// `\Sent` and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special_use: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selectable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uidnext: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uidvalidity: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// rimap-search's `count`.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    pub outcome: &'static str,
    pub mailbox: String,
    pub messages: u64,
}
