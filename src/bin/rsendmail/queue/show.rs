//! `rsendmail queue show`: all that is known of a message, or the message itself.

use super::{args::Show, tell, unknown};
use std::io;
use wirepost::{
    base::{date::Time, error::*, escape, quantity},
    cli::Output,
    store::spool::{Record, Spool},
};

pub fn run(flags: &Show, spool: &Spool, out: &mut Output) -> Result<()> {
    if flags.message {
        let [id] = &flags.ids[..] else {
            return Err(Error::new(Kind::Usage, "--message writes one message, and several are named"));
        };
        let Some(_) = spool.read(id)? else { return Err(unknown(id)) };
        let mut raw = out.raw()?;
        io::copy(&mut spool.message(id)?, &mut raw)
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
        return Ok(());
    }
    for id in &flags.ids {
        match spool.read(id).and_then(|found| found.ok_or_else(|| unknown(id))) {
            Ok(record) => {
                tell::done(out, id, &record);
                if !out.is_json() {
                    person(out, id, &record);
                }
            }
            Err(e) => tell::failed(out, id, None, &e),
        }
    }
    Ok(())
}

fn person(out: &mut Output, id: &str, record: &Record) {
    let about = &record.about;
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            out.line(format_args!("{name:<11} {}", escape::text(value)));
        }
    };
    line("id", id);
    line("state", record.state().name());
    line("message-id", &about.message_id);
    line("source", about.source.as_deref().unwrap_or_default());
    line("size", &quantity::human(about.size));
    line("server", &about.way.server);
    if let Some(account) = &about.way.account {
        line("account", &format!("{} in {}", account.name.as_deref().unwrap_or("(unnamed)"), account.config));
    }
    line("secret", &about.way.secret);
    line("queued", &about.queued.rfc3339());
    line("tried", &record.last_attempt.map(Time::rfc3339).unwrap_or_default());
    if let Some(next) = record.due() {
        line("next", &next.rfc3339());
        line("expires", &record.expires.rfc3339());
    }
    line("from", if about.envelope.from.is_empty() { "<>" } else { &about.envelope.from });
    for (to, recipient) in about.to.iter().zip(&record.recipients) {
        let why = recipient.error.as_ref().map(|e| format!(": {}", tell::words(e))).unwrap_or_default();
        line("to", &format!("{} {}, tried {}{why}", to.address, recipient.state.name(), recipient.attempts));
    }
}
