//! `rpop stat`: how many messages, how many bytes.

use crate::{
    args::{Rpop, Stat},
    session::{Server, leave},
    target::Target,
};
use wirepost::{
    base::{error::*, quantity},
    cli::{
        Output,
        event::{Event, Maildrop},
        exit::Outcome,
    },
    net::Cancel,
};

pub fn run(args: &Rpop, flags: &Stat, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let server = Server::new(args, Target::find(flags.url.as_deref())?, out, cancel)?;
    let stat = server.with_session(out, |mut client, _, out| {
        let stat = client.stat()?;
        leave(client, out);
        Ok(stat)
    })?;
    let noun = if stat.messages == 1 { "message" } else { "messages" };
    out.line(format_args!("{} {noun}, {}", stat.messages, quantity::human(stat.bytes)));
    out.emit(&Event::Maildrop(Maildrop {
        outcome: Outcome::Ok.name(),
        messages: stat.messages,
        bytes: stat.bytes,
    }));
    out.count(Outcome::Ok);
    Ok(())
}
