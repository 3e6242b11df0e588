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
    let (target, names) = target::with_messages(&flags.what)?;
    let server = Server::new(args, target, out, cancel)?;
    server.with_session(out, |mut client, _, out| {
        let (listed, _) = client.messages()?;
        let mut numbers: Vec<Number> = Vec::new();
        let mut missing = Vec::new();
        for (name, number) in target::select(names, &listed) {
            match number {
                Ok(number) if numbers.contains(&number) => {}
                Ok(number) => numbers.push(number),
                Err(e) => missing.push((name, e)),
            }
        }
        let uid = |number: Number| listed.iter().find(|m| m.number == number).and_then(|m| m.uid.named());
        let say = |out: &mut Output, number: Number, outcome: Outcome, error: Option<&Error>| {
            out.emit(&Event::Message(Box::new(Message {
                outcome: outcome.name(),
                verb: "rm",
                number: Some(number),
                uid: uid(number),
                error: error.map(event::error),
                ..Message::default()
            })));
        };
        if flags.dry_run {
            for &number in &numbers {
                out.line(format_args!("would delete message {number}"));
                out.count(Outcome::Planned);
                say(out, number, Outcome::Planned, None);
            }
            crate::session::leave(client, out);
        } else {
            let marked = mark(&mut client, &numbers)?;
            let trips = client.round_trips();
            out.add_round_trips(trips + 1);
            let quit = client.quit();
            for (number, said) in marked {
                match said.and_then(|()| quit.clone()) {
                    Ok(()) => {
                        out.done(format_args!("deleted message {number}"));
                        out.count(Outcome::Ok);
                        say(out, number, Outcome::Ok, None);
                    }
                    Err(e) => {
                        let e = e.context(format_args!("cannot delete message {number}"));
                        out.item_failed(&e);
                        say(out, number, Outcome::of(&e), Some(&e));
                    }
                }
            }
        }
        for (name, e) in missing {
            out.item_failed(&e);
            out.emit(&Event::Message(Box::new(Message {
                outcome: Outcome::of(&e).name(),
                verb: "rm",
                uid: Some(name.into()),
                error: Some(event::error(&e)),
                ..Message::default()
            })));
        }
        Ok(())
    })
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
