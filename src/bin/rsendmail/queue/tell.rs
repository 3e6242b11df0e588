//! A message of the queue, told: a line of JSON, and words for a person.

use wirepost::{
    base::{date::Time, error::*, escape, quantity, record::Value},
    cli::{
        Output,
        event::{Event, QueuedMessage, QueuedRecipient},
        exit::Outcome,
        output::error_value,
    },
    store::spool::{Record, State},
};

/// All that is known of a message, but for the outcome.
pub fn event(id: &str, record: Option<&Record>) -> QueuedMessage {
    let Some(record) = record else {
        return QueuedMessage { id: id.to_string(), ..QueuedMessage::default() };
    };
    let about = &record.about;
    let recipient = |(to, r): (&wirepost::store::spool::record::To, &_)| {
        let r: &wirepost::store::spool::record::Recipient = r;
        QueuedRecipient {
            recipient: to.address.clone(),
            state: r.state.name(),
            attempts: r.attempts,
            error: r.error.clone(),
        }
    };
    let waits = record.due().is_some();
    QueuedMessage {
        outcome: "",
        id: id.to_string(),
        state: Some(record.state().name()),
        message_id: Some(about.message_id.clone()),
        source: about.source.clone(),
        from: Some(about.envelope.from.clone()),
        recipients: about.to.iter().zip(&record.recipients).map(recipient).collect(),
        server: Some(about.way.server.clone()),
        account: about.way.account.as_ref().map(|a| a.name.clone().unwrap_or_default()),
        secret: Some(about.way.secret.clone()),
        bytes: Some(about.size),
        queued: Some(about.queued.rfc3339()),
        tried: record.last_attempt.map(Time::rfc3339),
        next: record.due().map(Time::rfc3339),
        expires: waits.then(|| record.expires.rfc3339()),
        attempts: Some(record.attempts()),
        error: record.error().cloned(),
        ..QueuedMessage::default()
    }
}

pub fn emit(out: &mut Output, outcome: Outcome, event: QueuedMessage) {
    out.emit(&Event::QueuedMessage(Box::new(QueuedMessage { outcome: outcome.name(), ..event })));
}

/// What was asked for is done.
pub fn done(out: &mut Output, id: &str, record: &Record) {
    out.count(Outcome::Ok);
    if out.has_events() {
        emit(out, Outcome::Ok, event(id, Some(record)));
    }
}

pub fn skipped(out: &mut Output, id: &str, record: &Record, reason: &str) {
    out.count(Outcome::Skipped);
    if out.has_events() {
        let event = QueuedMessage { reason: Some(reason.into()), ..event(id, Some(record)) };
        emit(out, Outcome::Skipped, event);
    }
    out.done(format_args!("{id}: {reason}"));
}

pub fn failed(out: &mut Output, id: &str, record: Option<&Record>, error: &Error) {
    out.item_failed(error);
    let event = QueuedMessage { error: Some(error_value(error)), ..event(id, record) };
    emit(out, Outcome::of(error), event);
}

/// The words of an error that was written down.
pub fn words(error: &Value) -> String {
    let text = error.get("message").and_then(Value::as_str).unwrap_or_default();
    escape::text(text).into_owned()
}

/// `3 min`, `2 h`, `5 d`.
pub fn span(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..120 => format!("{s} s"),
        s @ 120..7200 => format!("{} min", s / 60),
        s @ 7200..172_800 => format!("{} h", s / 3600),
        s => format!("{} d", s / 86_400),
    }
}

/// One message in two lines: what and whom, then why it waits.
pub fn lines(out: &mut Output, id: &str, record: &Record) {
    let (about, now) = (&record.about, Time::now());
    let from = if about.envelope.from.is_empty() { "<>" } else { &about.envelope.from };
    let open = record.recipients.iter().zip(&about.to).filter(|(r, _)| r.state != State::Sent);
    let to: Vec<&str> = open.map(|(_, to)| to.address.as_str()).collect();
    let more = if to.len() > 3 { format!(" and {} more", to.len() - 3) } else { String::new() };
    let head = format!(
        "{id}  {:<7}  {:>8}  {:>7}  {from} -> {}{more}",
        record.state().name(),
        quantity::human(about.size),
        span(now.0 - about.queued.0),
        to.iter().take(3).copied().collect::<Vec<_>>().join(", ")
    );
    out.line(escape::text(&head));
    let next = match record.due() {
        Some(next) if record.state() == State::Queued && next > now => {
            format!(" (tried {} times, next in {})", record.attempts(), span(next.0 - now.0))
        }
        _ => String::new(),
    };
    let why = record.error().map(words).unwrap_or_default();
    if !why.is_empty() || !next.is_empty() {
        out.line(format_args!("             {why}{next}"));
    }
}
