//! `rpop rm`: delete messages on the server. Nothing has happened before QUIT said so.

use crate::{
    args::{Rm, Rpop},
    session::Server,
    target,
};
use wirepost::{
    base::error::*,
    cli::{
        Output,
        event::{self, Event, Message},
        exit::Outcome,
    },
    net::Cancel,
    pop3::{Client, Number},
};

pub fn run(args: &Rpop, flags: &Rm, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (target, mut names) = target::with_messages(&flags.what)?;
    let server = Server::new(args, target, out, cancel)?;
    let mut missing = Vec::new();
    let done = server.with_session(out, |mut client, _, out| {
        let (listed, _) = client.messages()?;
        let (mut numbers, mut sure): (Vec<Number>, bool) = (Vec::new(), true);
        // What is named is what this session knows by the name: after a lost connection a number may be another's.
        names.retain_mut(|name| match name.find(&listed) {
            Ok(number) => {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
                sure &= name.pin(&listed);
                true
            }
            Err(e) => {
                missing.push((name.clone(), e));
                false
            }
        });
        let uid = |number: Number| listed.iter().find(|m| m.number == number).and_then(|m| m.uid.named());
        if flags.dry_run {
            for &number in &numbers {
                out.line(format_args!("would delete message {number}"));
                out.count(Outcome::Planned);
                say((Some(number), uid(number)), Outcome::Planned, None, out);
            }
            crate::session::leave(client, out);
            return Ok(());
        }
        let marked = mark(&mut client, &numbers).map_err(|e| match e.again() {
            Again::Now if !sure => e.again_is(Again::Later),
            _ => e,
        })?;
        let trips = client.round_trips();
        out.add_round_trips(trips + 1);
        let quit = client.quit();
        for (number, said) in marked {
            match said.and_then(|()| quit.clone()) {
                Ok(()) => {
                    out.done(format_args!("deleted message {number}"));
                    out.count(Outcome::Ok);
                    say((Some(number), uid(number)), Outcome::Ok, None, out);
                }
                Err(e) => {
                    let e = e.context(format_args!("cannot delete message {number}"));
                    out.item_failed(&e);
                    say((Some(number), uid(number)), Outcome::of(&e), Some(&e), out);
                }
            }
        }
        Ok(())
    });
    for (name, e) in missing {
        out.item_failed(&e);
        say(name.parts(), Outcome::of(&e), Some(&e), out);
    }
    if let Err(e) = &done {
        for name in names {
            out.abandon(e);
            say(name.parts(), Outcome::of(e), Some(e), out);
        }
    }
    done
}

fn say(
    (number, uid): (Option<Number>, Option<Box<str>>),
    outcome: Outcome,
    error: Option<&Error>,
    out: &mut Output,
) {
    out.emit(&Event::Message(Box::new(Message {
        outcome: outcome.name(),
        verb: "rm",
        number,
        uid,
        error: error.map(event::error),
        ..Message::default()
    })));
}

/// DELE of each; what the server said to each.
pub fn mark(client: &mut Client, numbers: &[Number]) -> Result<Vec<(Number, Result<()>)>> {
    let mut said = Vec::with_capacity(numbers.len());
    let mut deleting = client.delete_all(numbers)?;
    while let Some(answer) = deleting.next()? {
        said.push(answer);
    }
    Ok(said)
}
