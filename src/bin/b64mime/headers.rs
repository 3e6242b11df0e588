//! `headers`: the fields of a message, or of one of its parts, decoded.

use crate::args::Headers;
use crate::input::{self, Input};
use std::io::Read;
use wirepost::{
    base::{error::*, escape, record},
    cli::{
        Output,
        event::{Event, HeaderLine},
        exit::Outcome,
    },
    mime::{
        encode::BLOCK,
        header::fields,
        read::{
            Part,
            walk::{Done, Options, Visitor, Walk},
        },
    },
    net::Cancel,
};

pub fn run(flags: &Headers, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut any = false;
    input::each(&flags.reading, out, cancel, &mut |input, out| {
        let options =
            Options { limits: flags.reading.limits(), legacy: false, encoded: flags.part.is_some() };
        let mut walk = Walk::new(options);
        let mut find = Find { wanted: flags.part.as_deref(), header: None };
        let mut reader = input.open()?;
        // Only as much is read as it takes to find the header.
        let mut block = vec![0; if flags.part.is_some() { BLOCK } else { 16 * 1024 }];
        while find.header.is_none() {
            cancel.check()?;
            match reader.read(&mut block) {
                Ok(0) => {
                    walk.finish(&mut find)?;
                    break;
                }
                Ok(n) => walk.push(&block[..n], &mut find)?,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::source(e, format_args!("cannot read {}", input.name))),
            }
        }
        if let Some((path, header)) = find.header {
            any |= print(flags, input, &path, &header, out);
            out.count(Outcome::Ok);
        }
        Ok(())
    })?;
    if !any {
        out.answer_no();
    }
    Ok(())
}

fn print(flags: &Headers, input: &Input, path: &str, header: &[u8], out: &mut Output) -> bool {
    let mut any = false;
    for field in fields(header) {
        if !flags.field.is_empty() && !flags.field.iter().any(|name| field.is(name)) {
            continue;
        }
        any = true;
        let value = field.text();
        let name = escape::bytes(field.name);
        if flags.raw {
            let raw = header[field.span.0..field.span.1].trim_ascii_end();
            for line in raw.split(|b| *b == b'\n') {
                out.line(escape::bytes(line.strip_suffix(b"\r").unwrap_or(line)));
            }
        } else if flags.field.len() == 1 {
            // One field was asked for by its name: a script wants its value.
            out.line(escape::text(&value));
        } else {
            out.line(format_args!("{name}: {}", escape::text(&value)));
        }
        out.emit(&Event::Header(Box::new(HeaderLine {
            outcome: "ok",
            file: Some(input.file.clone()),
            message: input.message,
            part: Some(path.to_string()),
            name: Some(record::name(field.name)),
            value,
            raw: record::name(field.value),
            ..HeaderLine::default()
        })));
    }
    any
}

struct Find<'a> {
    wanted: Option<&'a str>,
    header: Option<(String, Vec<u8>)>,
}

impl Visitor for Find<'_> {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<bool> {
        let hit = self.wanted.is_none_or(|wanted| wanted == part.path);
        if hit && self.header.is_none() {
            self.header = Some((part.path.clone(), header.to_vec()));
        }
        Ok(false)
    }

    fn content(&mut self, _id: u64, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _part: &Part, _done: &Done) -> Result<()> {
        Ok(())
    }
}
