//! `rpop show` and `rpop top`: messages to stdout. On a terminal, what could drive it is escaped.

use crate::{
    args::{Rpop, Show, Top},
    session::{Server, leave},
    target::{self, Target},
};
use std::io::{self, Read, Write};
use wirepost::{
    base::{error::*, escape},
    cli::{Output, exit::Outcome},
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
    names: &[String],
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
    for (_, number) in target::select(names, &listed) {
        let shown = number.and_then(|number| {
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
        });
        match shown {
            Ok(taken) => {
                out.add_bytes(taken.size);
                out.count(Outcome::Ok);
            }
            Err(e) if matches!(e.kind(), Kind::Missing | Kind::Input | Kind::Refused) => out.fail(&e),
            Err(e) => return Err(e),
        }
    }
    out.raw()?.flush().map_err(|e| Error::from_io(e, Kind::Local, "cannot write"))?;
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
