//! `rpop show` and `rpop top`: messages to stdout. On a terminal, what could drive it is escaped.

use crate::{
    args::{Rpop, Show, Top},
    session::{Server, leave},
    target::{self, Name, Target},
};
use std::io::{self, Read, Write};
use wirepost::{
    base::{digest, error::*, escape},
    cli::{
        Output,
        event::{self, Event, Message},
        exit::Outcome,
    },
    net::Cancel,
    store::intake::{Form, Intake},
};

pub fn show(args: &Rpop, flags: &Show, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (target, names) = target::with_messages(&flags.what)?;
    run(args, target, names, None, flags.crlf, out, cancel)
}

pub fn top(args: &Rpop, flags: &Top, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (target, names) = target::with_messages(&flags.what)?;
    run(args, target, names, Some(flags.lines), flags.crlf, out, cancel)
}

fn run(
    args: &Rpop,
    target: Target,
    names: Vec<Name>,
    lines: Option<u32>,
    crlf: bool,
    out: &mut Output,
    cancel: &Cancel,
) -> Result<()> {
    // Said before anything is asked of the server.
    let _ = out.raw()?;
    let server = Server::new(args, target, out, cancel)?;
    // A failure after the first byte is no reason to begin again: half a message would be out twice.
    let (mut client, listed) = server.with_session(out, |mut client, _, _| {
        let (listed, _) = client.messages()?;
        Ok((client, listed))
    })?;
    let terminal = out.is_terminal();
    let mut intake = Intake::new(Form { crlf: crlf && !terminal, ..Form::default() });
    let mut lost: Option<Error> = None;
    for name in &names {
        let number = name.find(&listed);
        let shown = match (&lost, number.clone()) {
            (Some(lost), _) => Err(lost.clone()),
            (None, number) => number.and_then(|number| {
                let body = match lines {
                    Some(lines) => client.top(number, lines),
                    None => client.retrieve(number),
                };
                let mut body = body.map_err(|e| e.context(format_args!("cannot read message {number}")))?;
                let mut raw = out.raw()?;
                if terminal {
                    intake.copy(&mut body, &mut Escape(&mut raw))
                } else {
                    intake.copy(&mut body, &mut raw)
                }
            }),
        };
        let mut message =
            Message { verb: if lines.is_some() { "top" } else { "show" }, ..Message::default() };
        (message.number, message.uid) = name.parts();
        if let Some(found) = number.ok().and_then(|number| listed.iter().find(|m| m.number == number)) {
            (message.number, message.uid) = (Some(found.number), found.uid.named());
        }
        let outcome = match shown {
            Ok(taken) => {
                out.add_bytes(taken.size);
                out.count(Outcome::Ok);
                message.size = Some(taken.size);
                message.sha256 = lines.is_none().then(|| digest::hex(&taken.sha256));
                Outcome::Ok
            }
            Err(e) => {
                message.error = Some(event::error(&e));
                let outcome = Outcome::of(&e);
                if matches!(e.kind(), Kind::Missing | Kind::Input | Kind::Refused) {
                    out.item_failed(&e);
                } else {
                    // Told once, by the end of the run.
                    out.abandon(&e);
                    lost.get_or_insert(e);
                }
                outcome
            }
        };
        message.outcome = outcome.name();
        out.emit(&Event::Message(Box::new(message)));
    }
    out.raw()?.flush().map_err(|e| Error::from_io(e, Kind::Local, "cannot write"))?;
    if let Some(lost) = lost {
        return Err(lost);
    }
    leave(client, out);
    Ok(())
}

/// Escapes each line on its way to a terminal.
struct Escape<W>(W);

impl<W: Write> Write for Escape<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut line = Vec::new();
            let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
            (&rest[..end]).read_to_end(&mut line)?;
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            self.0.write_all(escape::bytes(text).replace("\\t", "\t").as_bytes())?;
            if line.ends_with(b"\n") {
                self.0.write_all(b"\n")?;
            }
            rest = &rest[end..];
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
