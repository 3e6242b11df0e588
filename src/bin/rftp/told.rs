//! What is said of one item: a line for a person and an event for a script, always together.

use crate::{lists::INTERRUPTED, work::Done};
use std::{fmt::Display, time::Duration};
use wirepost::{
    base::{digest::hex, error::*, record},
    cli::{
        Output,
        event::{self, Event, File},
        exit::Outcome,
        output::seconds,
    },
    ftp::RemotePath,
};

/// A file that was transferred. `removed`: what became of its source, where something was to.
pub fn transferred(
    out: &mut Output,
    line: impl Display,
    mut file: File,
    done: &Done,
    tried: u32,
    time: Duration,
    removed: Option<bool>,
) {
    out.count(Outcome::Ok);
    out.add_bytes(done.moved);
    out.done(line);
    file.outcome = Outcome::Ok.name();
    file.bytes = Some(done.bytes);
    file.seconds = Some(seconds(time));
    file.attempts = Some(tried);
    file.resumed_from = done.resumed_from;
    file.sha256 = done.sha256.as_deref().map(hex);
    file.verified = Some(done.verified.clone());
    file.tls_version = done.tls_version.map(str::to_string);
    file.tls_resumed = done.tls_resumed;
    file.source_removed = removed;
    emit(out, file);
}

/// Something else that was done.
pub fn done(out: &mut Output, line: impl Display, mut file: File) {
    out.count(Outcome::Ok);
    out.done(line);
    file.outcome = Outcome::Ok.name();
    emit(out, file);
}

/// Left alone.
pub fn skipped(out: &mut Output, name: impl Display, mut file: File, reason: &'static str) {
    out.note(format_args!("{name} skipped: {reason}"));
    passed_over(out, &mut file, reason);
    emit(out, file);
}

/// Left alone, and nobody has to be told in words.
pub fn quietly_skipped(out: &mut Output, mut file: File, reason: &'static str) {
    passed_over(out, &mut file, reason);
    emit(out, file);
}

fn passed_over(out: &mut Output, file: &mut File, reason: &'static str) {
    out.count(Outcome::Skipped);
    if reason == INTERRUPTED {
        out.cut_short();
    }
    (file.outcome, file.reason) = (Outcome::Skipped.name(), Some(reason));
}

/// What a run would do.
pub fn planned(out: &mut Output, line: impl Display, mut file: File) {
    out.count(Outcome::Planned);
    out.line(line);
    file.outcome = Outcome::Planned.name();
    emit(out, file);
}

/// `left`: a temporary file that had to stay on the server.
pub fn failed(
    out: &mut Output,
    mut file: File,
    error: &Error,
    tried: Option<u32>,
    left: Option<&RemotePath>,
) {
    out.item_failed(error);
    file.outcome = Outcome::of(error).name();
    file.attempts = tried;
    file.temporary = left.map(|t| record::name(t.as_bytes()));
    file.error = Some(event::error(error));
    emit(out, file);
}

fn emit(out: &mut Output, file: File) {
    out.emit(&Event::File(Box::new(file)));
}
