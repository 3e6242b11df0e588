//! Tells what became of a message: a line for each recipient and one for the message in JSON, words for a person.

use crate::{outgoing::Outgoing, session::Sent};
use std::time::Duration;
use wirepost::{
    base::{error::*, escape},
    cli::{
        Output,
        event::{self, Event, Recipient},
        exit::Outcome,
        output::{error_value, seconds},
    },
    net::Endpoint,
    textproto::Reply,
};

/// The number that most servers name in their last word: `250 2.0.0 Ok: queued as 4F1B22`.
pub fn queue_id(reply: &Reply) -> Option<String> {
    let text = reply.text();
    let at = text.to_ascii_lowercase().find("queued as ")?;
    let id: String = text[at + 10..].chars().take_while(char::is_ascii_graphic).collect();
    let id = id.trim_end_matches(['.', ',', ';', ')']);
    (!id.is_empty()).then(|| id.to_string())
}

/// What our own queue took.
pub struct Kept {
    pub id: String,
    /// For which of the recipients.
    pub which: Vec<bool>,
}

/// How bad an outcome is for the message as a whole.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Unknown => 4,
        Outcome::Permanent => 3,
        Outcome::Temporary => 2,
        Outcome::Queued => 1,
        _ => 0,
    }
}

/// One message that was tried.
pub fn sent(out: &mut Output, message: &Outgoing, sent: &Sent, server: &Endpoint, dry: bool, took: Duration) {
    let server = sent.server.as_ref().unwrap_or(server);
    let done = if dry { Outcome::Planned } else { Outcome::Ok };
    let mut worst = done;
    let mut accepted = 0;
    let mut told = std::collections::HashSet::new();
    for (i, (recipient, result)) in message.envelope.to.iter().zip(&sent.recipients).enumerate() {
        let kept = sent.kept.as_ref().is_some_and(|kept| kept.which[i]);
        let outcome = if kept { Outcome::Queued } else { result.as_ref().err().map_or(done, Outcome::of) };
        if weight(outcome) > weight(worst) {
            worst = outcome;
        }
        match result {
            _ if kept => out.count(Outcome::Queued),
            Ok(()) => {
                accepted += 1;
                out.count(done);
            }
            // One reason for all is said once.
            Err(e) if told.insert(e.message().to_string()) => out.item_failed(&named(e, message)),
            Err(e) => out.also_failed(e),
        }
        out.emit(&Event::Recipient(Recipient {
            outcome: outcome.name(),
            recipient: recipient.address.to_string(),
            message_id: message.message_id.clone(),
            source: message.source.clone(),
            error: result.as_ref().err().map(error_value),
        }));
    }
    let size = message.body.size();
    if accepted > 0 && !dry {
        out.add_bytes(size);
    }
    let reply = sent.reply.as_ref();
    let error = sent.common.as_ref().map(error_value);
    out.emit(&Event::Sent(Box::new(event::Sent {
        outcome: worst.name(),
        message_id: Some(message.message_id.clone()),
        source: message.source.clone(),
        from: message.envelope.from.as_ref().map_or(String::new(), ToString::to_string),
        recipients: message.envelope.to.len(),
        accepted,
        server: server.to_string(),
        bytes: Some(size),
        seconds: Some(seconds(took)),
        attempts: Some(sent.attempts),
        tls_version: sent.tls.map(String::from),
        queue_id: reply.and_then(queue_id),
        queued_as: sent.kept.as_ref().map(|kept| kept.id.clone()),
        reply: reply.map(Reply::text),
        reason: None,
        error,
    })));
    if accepted > 0 {
        let verb = if dry { "would send" } else { "sent" };
        let said = reply.map_or(String::new(), |r| format!(": {}", r.text()));
        let text = format!(
            "{verb} {} to {accepted} of {} by {server}{said}",
            message.message_id,
            message.envelope.to.len()
        );
        match dry {
            true => out.line(escape::text(&text)),
            false => out.done(escape::text(&text)),
        }
    }
}

/// A message that was not even tried.
pub fn unfit(out: &mut Output, source: Option<&str>, server: &Endpoint, error: &Error) {
    out.item_failed(error);
    out.emit(&Event::Sent(Box::new(event::Sent {
        outcome: Outcome::of(error).name(),
        source: source.map(String::from),
        server: server.to_string(),
        error: Some(error_value(error)),
        ..event::Sent::default()
    })));
}

/// Why a message is left alone that an earlier run may or may not have sent.
pub const UNKNOWN: &str = "unknown whether it was sent; --retry-unknown sends it again";

/// A message that was left alone.
pub fn skipped(out: &mut Output, source: Option<&str>, server: &Endpoint, reason: &'static str) {
    out.count(Outcome::Skipped);
    out.emit(&Event::Sent(Box::new(event::Sent {
        outcome: Outcome::Skipped.name(),
        source: source.map(String::from),
        server: server.to_string(),
        reason: Some(reason),
        ..event::Sent::default()
    })));
    match source {
        // Nobody else will say so.
        _ if reason != UNKNOWN => out.done(format_args!("sent nothing: {reason}")),
        Some(source) => out.warn(format_args!("{source}: {reason}")),
        None => out.warn(reason),
    }
}

/// With the file's name where there may be several; with the Message-ID where somebody will have to look for it.
fn named(error: &Error, message: &Outgoing) -> Error {
    let error = match &message.source {
        Some(source) => error.clone().context(source),
        None => error.clone(),
    };
    if error.kind() == Kind::Unconfirmed {
        return error.hint(format!(
            "sending it again may deliver it twice; look for Message-ID {} first",
            message.message_id
        ));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queues_number_is_found_where_servers_put_it() {
        let id = |text: &str| queue_id(&Reply { code: 250, lines: vec![text.as_bytes().to_vec()] });
        assert_eq!(id("2.0.0 Ok: queued as 4F1B22").as_deref(), Some("4F1B22"));
        assert_eq!(id("2.6.0 <x@y> Queued as abc-1.").as_deref(), Some("abc-1"));
        assert_eq!(id("ok"), None);
        assert_eq!(id("queued as \u{1b}"), None);
    }
}
