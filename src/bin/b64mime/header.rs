//! `header`: single values, from the command line or line by line from stdin.

use crate::args::Header;
use std::io::{BufRead, Read};
use wirepost::{
    base::{error::*, escape},
    cli::{Output, exit::Outcome, stdin},
    mime::{header, params},
};

/// No header is longer.
const MOST: u64 = 1 << 20;

pub fn run(flags: &Header, out: &mut Output) -> Result<()> {
    match flags {
        Header::Decode { text } => values(text.as_deref(), &mut |value| {
            out.line(escape::text(&header::decode(value)));
            Ok(())
        })?,
        Header::Encode { text, name } => values(text.as_deref(), &mut |value| {
            let text = String::from_utf8(value.to_vec())
                .map_err(|_| Error::new(Kind::Input, "the text is not UTF-8"))?;
            match name {
                Some(name) => out.line(header::unstructured(name, &text)?.trim_end().replace("\r\n", "\n")),
                None => {
                    header::check("the text", &text)?;
                    out.line(header::text_atoms(&text, 1).join(" "));
                }
            }
            Ok(())
        })?,
        Header::Params { text } => values(text.as_deref(), &mut |value| {
            let parsed = params::parse(value);
            out.line(escape::text(&parsed.value));
            for param in &parsed.params {
                out.line(format_args!("{}={}", escape::text(&param.name), escape::text(&param.value)));
            }
            Ok(())
        })?,
    }
    out.count(Outcome::Ok);
    Ok(())
}

fn values(text: Option<&str>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    if let Some(text) = text {
        return each(text.as_bytes());
    }
    stdin::claim("the values")?;
    let mut reader = std::io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(MOST).read_until(b'\n', &mut line);
        if read.map_err(|e| Error::from_io(e, Kind::Local, "cannot read standard input"))? == 0 {
            return Ok(());
        }
        if line.len() as u64 == MOST {
            return Err(Error::new(Kind::Limit, "a line is longer than 1 MiB"));
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        each(line.strip_suffix(b"\r").unwrap_or(line))?;
    }
}
