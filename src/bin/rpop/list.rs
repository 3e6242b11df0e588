//! `rpop list`: what is on the server, with `--headers` from TOP alone.

use crate::{
    args::{List, Rpop},
    facts,
    fetch::state_path,
    session::{Server, leave},
    target::Target,
};
use std::{
    io::Read,
    path::Path,
    time::{Duration, Instant},
};
use wirepost::{
    base::{date::Time, error::*, escape},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    net::Cancel,
    pop3::{Client, Listed, Number},
    store::seen::Seen,
};

/// How often `--wait` asks: each time is a login.
const EVERY: Duration = Duration::from_secs(10);

pub fn run(args: &Rpop, flags: &List, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let server = Server::new(args, Target::find(flags.url.as_deref())?, out, cancel)?;
    let path = state_path(&flags.state, &server.account())?;
    let until = flags.wait.map(|wait| Instant::now() + wait);
    let mut first = true;
    let rows = loop {
        let looked = look(&server, flags, &path, &mut first, out);
        let waiting = until.filter(|until| Instant::now() < *until);
        match looked {
            Ok(rows) if flags.wait.is_none() || rows.iter().any(|row| row.new) => break rows,
            Ok(_) if waiting.is_none() => break Vec::new(),
            // A fetch is at it: what it leaves is seen the next time.
            Err(e) if waiting.is_none() || e.kind() != Kind::Busy => return Err(e),
            Ok(_) | Err(_) => {}
        }
        let left = waiting.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        cancel.sleep(EVERY.min(left))?;
    };
    if rows.is_empty() {
        out.answer_no();
    }
    for row in rows {
        let uid = row.uid.as_deref().unwrap_or("-");
        let size = row.size.map_or("?".to_string(), |s| s.to_string());
        if flags.headers {
            out.line(format_args!(
                "{:>5} {size:>9} {:16} {:24.24} {}",
                row.number,
                row.date.as_deref().map_or(String::new(), |d| {
                    Time::from_person(d).map_or_else(String::new, Time::local)
                }),
                escape::text(row.from.as_deref().unwrap_or_default()),
                escape::text(row.subject.as_deref().unwrap_or_default()),
            ));
        } else {
            out.line(format_args!("{:>5} {size:>9} {}", row.number, escape::text(uid)));
        }
        out.count(Outcome::Ok);
        out.emit(&Event::Listed(Box::new(row)));
    }
    Ok(())
}

/// What there is now. The memory is read anew each time, and let go at once, for a fetch may want it.
fn look(
    server: &Server,
    flags: &List,
    path: &Path,
    first: &mut bool,
    out: &mut Output,
) -> Result<Vec<event::Listed>> {
    // Looking makes no state.
    let seen = match path.exists() {
        true => Some(Seen::open(path, &server.account(), flags.state.wait_lock)?),
        false => None,
    };
    let is_new =
        |m: &Listed| m.doubtful || m.uid.is_empty() || seen.as_ref().is_none_or(|s| !s.knows(&m.uid));
    server.with_session(out, |mut client, _, out| {
        let (listed, has) = client.messages()?;
        if std::mem::take(first) && !has {
            out.warn(format_args!(
                "{} has no identifiers (UIDL): every message counts as new",
                server.host()
            ));
        }
        let rows = listed.iter().map(|m| row(m, is_new(m))).filter(|row| row.new || !flags.new);
        let mut rows: Vec<event::Listed> = rows.collect();
        if flags.headers {
            let numbers: Vec<Number> = rows.iter().map(|row| row.number).collect();
            headers(&mut client, &numbers, |at, head| describe(&mut rows[at], head))?;
        }
        leave(client, out);
        Ok(rows)
    })
}

fn row(message: &Listed, new: bool) -> event::Listed {
    event::Listed {
        outcome: Outcome::Ok.name(),
        number: message.number,
        uid: message.uid.named(),
        size: message.size,
        new,
        ..event::Listed::default()
    }
}

fn describe(row: &mut event::Listed, head: &[u8]) {
    row.date = facts::date(head).map(Time::rfc3339);
    row.from = facts::field(head, "From");
    row.to = facts::field(head, "To");
    row.subject = facts::field(head, "Subject");
    row.message_id = facts::field(head, "Message-ID");
}

/// The header of each message, handed over with its place among the numbers; empty where the server refuses it.
pub fn headers(client: &mut Client, numbers: &[Number], mut each: impl FnMut(usize, &[u8])) -> Result<()> {
    let mut head = Vec::new();
    let mut tops = client.tops(numbers, 0)?;
    for at in 0.. {
        let Some(item) = tops.next()? else { break };
        head.clear();
        if let Ok(mut body) = item.body {
            let most = facts::HEAD_MAX;
            body.by_ref()
                .take(most)
                .read_to_end(&mut head)
                .map_err(|e| Error::from_io(e, Kind::Closed, "cannot read a header"))?;
            body.skip()?;
        }
        each(at, &head);
    }
    Ok(())
}
