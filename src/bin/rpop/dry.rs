//! `rpop fetch --dry-run`: what a run would do with each message, and by which rule.
//!
//! Rules look at headers, so those are asked for by TOP, many on the way at once; only where a rule looks into bodies, or the
//! server refuses TOP, is a message fetched whole, into a scratch file. A size is the one that the server announces.

use crate::{
    facts::InHand,
    fetch::{leave_out_older, left},
    plan::{Wish, doubt},
    session::leave,
};
use std::io;
use wirepost::{
    base::{date::Time, error::*, escape, quantity},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    mail::{
        facts::Message,
        rules::{Action, Rule, Rules},
    },
    pop3::{Client, Listed, Number},
    store::{Mailstore, seen::Seen, stream::Stream},
};

/// What a dry run looks at.
pub struct Dry<'a> {
    pub wish: &'a Wish,
    pub since: Option<Time>,
    pub seen: &'a Seen,
    pub rules: Option<&'a Rules>,
    /// Where goes what no rule sends elsewhere: `maildir`, `mbox`, `dir`, `exec`, `stdout`.
    pub kind: &'static str,
}

impl Dry<'_> {
    pub fn run(&self, mut client: Client, out: &mut Output) -> Result<()> {
        let now = Time::now();
        let (mut listed, _) = client.messages()?;
        doubt(&mut listed, self.seen);
        let mut plan = self.wish.plan(&listed, |uid| self.seen.get(uid), |_| false, now);
        if let Some(since) = self.since {
            leave_out_older(&mut plan, &listed, since, &mut client)?;
        }
        let ruled = match self.rules {
            Some(rules) => decide(rules, &listed, &plan.fetch, &mut client, out)?,
            None => vec![None; plan.fetch.len()],
        };
        for (&index, rule) in plan.fetch.iter().zip(ruled) {
            let due = self.wish.is_due(now, now, index, listed.len());
            self.fetch(&listed[index], rule, due, out);
        }
        for &index in &plan.delete {
            let m = &listed[index];
            out.line(format_args!("would delete message {}", m.number));
            tell(m, event::Message { verb: "rm", ..event::Message::default() }, Outcome::Planned, out);
        }
        for &(index, reason) in &plan.skip {
            let m = &listed[index];
            out.line(format_args!("would skip message {} ({reason})", m.number));
            let event = event::Message { verb: "fetch", reason: Some(reason), ..event::Message::default() };
            tell(m, event, Outcome::Skipped, out);
        }
        left(&plan, out);
        leave(client, out);
        Ok(())
    }

    fn fetch(&self, m: &Listed, rule: Option<&Rule>, due: bool, out: &mut Output) {
        let by = match rule {
            Some(rule) => format!("; by: {}", escape::text(&rule.text)),
            None if self.rules.is_some() => "; no rule fits".to_string(),
            None => String::new(),
        };
        let number = m.number;
        let mut event =
            event::Message { verb: "fetch", rule: rule.map(|r| r.line), ..event::Message::default() };
        match rule.map(|r| &r.action) {
            Some(Action::Skip) => {
                out.line(format_args!("would skip message {number}{by}"));
                event.reason = Some("rule");
                return tell(m, event, Outcome::Skipped, out);
            }
            Some(Action::Delete) => {
                out.line(format_args!("would delete message {number}{by}"));
                event.verb = "rm";
                return tell(m, event, Outcome::Planned, out);
            }
            Some(Action::Folder(name)) => {
                event.folder = Some(name.clone());
                event.store = Some(self.kind);
            }
            Some(Action::Command(_)) => event.store = Some("exec"),
            Some(Action::Keep) | None => event.store = Some(self.kind),
        }
        event.deletes = due;
        let size = m.size.map_or("?".to_string(), quantity::human);
        let then = if due { " and delete it on the server" } else { "" };
        out.line(format_args!("would fetch message {number} ({size}){then}{by}"));
        tell(m, event, Outcome::Planned, out);
    }
}

pub fn tell(m: &Listed, event: event::Message, outcome: Outcome, out: &mut Output) {
    out.count(outcome);
    out.emit(&Event::Message(Box::new(event::Message {
        outcome: outcome.name(),
        number: Some(m.number),
        uid: m.uid.named(),
        size: m.size,
        ..event
    })));
}

/// The rule for each of `which`, as a run would find it.
fn decide<'a>(
    rules: &'a Rules,
    listed: &[Listed],
    which: &[usize],
    client: &mut Client,
    out: &mut Output,
) -> Result<Vec<Option<&'a Rule>>> {
    let mut store = Stream::<io::Sink>::scratch(false)?;
    let mut found: Vec<Option<&Rule>> = vec![None; which.len()];
    // Places in `which` of what is to be fetched whole.
    let mut whole: Vec<usize> = (0..which.len()).collect();
    if !rules.look_into_bodies() {
        let numbers: Vec<Number> = which.iter().map(|&i| listed[i].number).collect();
        let mut tops = client.tops(&numbers, 0)?;
        let mut at = 0;
        whole.clear();
        while let Some(item) = tops.next()? {
            match (item.body, listed[which[at]].size) {
                (Ok(mut head), Some(size)) => {
                    let head = store.stage(&mut head)?.head;
                    found[at] = fits(rules, &head, size, &mut store)?;
                }
                (Ok(head), None) => {
                    head.skip()?;
                    whole.push(at);
                }
                // TOP is optional (RFC 1939 §7).
                (Err(_), _) => whole.push(at),
            }
            at += 1;
        }
    }
    let numbers: Vec<Number> = whole.iter().map(|&at| listed[which[at]].number).collect();
    let total: u64 = whole.iter().filter_map(|&at| listed[which[at]].size).sum();
    let meter = out.progress().start("look", Some(total));
    let mut pulled = client.retrieve_all(&numbers)?;
    for &at in &whole {
        let Some(item) = pulled.next()? else { break };
        let number = item.number;
        let mut body = match item.body {
            Ok(body) => body,
            Err(e) => {
                out.warn(e.context(format_args!("cannot look at message {number}")));
                continue;
            }
        };
        let taken = store.stage(&mut body)?;
        meter.add(taken.size);
        found[at] = fits(rules, &taken.head, taken.size, &mut store)?;
    }
    Ok(found)
}

fn fits<'a>(rules: &'a Rules, head: &[u8], size: u64, store: &mut dyn Mailstore) -> Result<Option<&'a Rule>> {
    rules.decide(&mut Message { head, size, source: &mut InHand(store) })
}
