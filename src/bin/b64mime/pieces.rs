//! `split` and `join`: message/partial.

use crate::args::{Join, Split};
use crate::codec::{Checked, wrote};
use crate::input::{self, Input};
use crate::message::source;
use crate::target::{Dir, Stored, Whole, named};
use std::{
    io::{Read, Write},
    path::Path,
};
use wirepost::{
    base::{body::Body, error::*, escape, record},
    cli::{
        Output,
        event::{Event, Written},
        exit::Outcome,
    },
    mime::{mailbox::Format, names, partial},
    net::Cancel,
};

pub fn split(flags: &Split, out: &mut Output, cancel: &Cancel) -> Result<()> {
    out.acts();
    let file = flags.file.as_deref().unwrap_or(Path::new("-"));
    let stem = file.file_name().filter(|n| *n != "-").map(|n| n.to_string_lossy().into_owned());
    let stem = stem.as_deref().and_then(names::safe_name).unwrap_or_else(|| "message.eml".into());
    let stem = stem.strip_suffix(".eml").unwrap_or(&stem).to_string();
    let split = partial::Split::new(source(file, "the message")?, flags.size)?;
    let dir = Dir::open(&flags.dir, flags.on_conflict, false)?;
    let total = split.pieces.len();
    for nth in 0..total {
        let Some(piece) = split.piece(nth) else { break };
        let number = nth + 1;
        let name = format!("{stem}.{number}of{total}.eml");
        let mut partial = dir.create(&name)?;
        let mut reader = Checked { inner: piece.open()?, cancel };
        let bytes = std::io::copy(&mut reader, partial.file())
            .map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot write {name}")))?;
        if bytes != piece.size() {
            return Err(Error::new(
                Kind::Local,
                format!("{} changed while it was being read", file.display()),
            ));
        }
        let (path, outcome) = match dir.commit(partial, &name)? {
            Stored::As(path) => (path, Outcome::Ok),
            Stored::Skipped(path) => (path, Outcome::Skipped),
        };
        out.count(outcome);
        out.add_bytes(bytes);
        out.done(escape::text(&path.display().to_string()));
        out.emit(&Event::Written(Box::new(Written {
            outcome: outcome.name(),
            local: Some(record::name(path.as_os_str().as_encoded_bytes())),
            bytes,
            number: Some(number as u64),
            total: Some(total as u64),
            ..Written::default()
        })));
    }
    Ok(())
}

pub fn join(flags: &Join, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut pieces: Vec<Input> = Vec::new();
    let mut numbers = Vec::new();
    for file in &flags.files {
        for input in input::inputs(file, Format::Auto)? {
            cancel.check()?;
            // A message that is no piece may stand among them in a mailbox, not be named by itself.
            let number = partial::number(&mut *input.open()?)?;
            match number {
                Some(number) if flags.id.as_ref().is_none_or(|id| *id == number.id) => {
                    numbers.push(number);
                    pieces.push(input);
                }
                None if input.message.is_none() => {
                    return Err(Error::new(Kind::Input, format!("{} is no piece of a message", input.name)));
                }
                _ => {}
            }
        }
    }
    let order = partial::order(&numbers)?;
    let readers = order.iter().filter_map(|at| pieces.get(*at));
    let mut readers = readers.map(|input| -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(Checked { inner: input.open()?, cancel }))
    });
    let output = named(&flags.output);
    let bytes = match output {
        Some(path) => {
            let mut whole = Whole::create(path)?;
            let bytes = partial::join(&mut readers, &mut whole)?;
            whole.commit()?;
            bytes
        }
        None => {
            let mut stdout = out.stream()?;
            let bytes = partial::join(&mut readers, &mut stdout)?;
            stdout.flush().map_err(|e| Error::from_io(e, Kind::Local, "cannot write the message"))?;
            bytes
        }
    };
    wrote(out, output, Written { bytes, ..Written::default() });
    Ok(())
}
