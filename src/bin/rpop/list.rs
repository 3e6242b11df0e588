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
    let found = loop {
        // Read anew each time, and not held meanwhile: a fetch may run. Looking makes no state.
        let seen = if path.exists() {
            Some(Seen::open(&path, &server.account(), flags.state.wait_lock)?)
        } else {
            None
        };
        let is_new = |m: &Listed| {
            m.doubtful || m.uid.is_empty() || seen.as_ref().is_none_or(|s| s.get(&m.uid).is_none())
        };
        let work = |mut client: Client, _: &'static str, out: &mut Output| {
            let (mut listed, has) = client.messages()?;
            if !has && first {
                out.warn(format_args!(
                    "{} has no identifiers (UIDL): every message counts as new",
                    server.host()
                ));
            }
            first = false;
            if flags.new {
                listed.retain(&is_new);
            }
            let numbers: Vec<Number> = listed.iter().map(|m| m.number).collect();
            let heads = if flags.headers { headers(&mut client, &numbers)? } else { Vec::new() };
            leave(client, out);
            Ok((listed, heads))
        };
        let (listed, heads) = server.with_session(out, work)?;
        let hit = listed.iter().any(|m| flags.wait.is_none() || flags.new || is_new(m));
        let new: Vec<bool> = listed.iter().map(is_new).collect();
        let rows = (listed, heads, new);
        match until {
            Some(until) if !hit && Instant::now() < until => {
                cancel.sleep(EVERY.min(until.saturating_duration_since(Instant::now())))?;
            }
            _ => break if hit || flags.wait.is_none() { rows } else { Default::default() },
        }
    };
    let (listed, heads, new) = found;
    if listed.is_empty() {
        out.answer_no();
    }
    let heads = heads.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    for ((message, head), new) in listed.iter().zip(heads).zip(new) {
        let row = row(message, new, head);
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

fn row(message: &Listed, new: bool, head: Option<Vec<u8>>) -> event::Listed {
    let field = |name| head.as_ref().and_then(|h| facts::field(h, name));
    event::Listed {
        outcome: Outcome::Ok.name(),
        number: message.number,
        uid: message.uid.named(),
        size: message.size,
        new,
        date: head.as_ref().and_then(|h| facts::date(h)).map(Time::rfc3339),
        from: field("From"),
        to: field("To"),
        subject: field("Subject"),
        message_id: field("Message-ID"),
    }
}

/// The header of each message; empty where the server refuses it.
pub fn headers(client: &mut Client, numbers: &[Number]) -> Result<Vec<Vec<u8>>> {
    let mut heads = Vec::with_capacity(numbers.len());
    let mut tops = client.tops(numbers, 0)?;
    while let Some(item) = tops.next()? {
        let mut head = Vec::new();
        if let Ok(mut body) = item.body {
            let most = facts::HEAD_MAX;
            body.by_ref()
                .take(most)
                .read_to_end(&mut head)
                .map_err(|e| Error::from_io(e, Kind::Closed, "cannot read a header"))?;
            body.skip()?;
        }
        heads.push(head);
    }
    Ok(heads)
}
