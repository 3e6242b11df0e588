//! `header`: single values, from the command line or line by line from stdin.

use crate::args::Header;
use std::io::{BufRead, BufReader, Read};
use wirepost::{
    base::{
        error::*,
        escape,
        record::{self, Value},
    },
    cli::{
        Output,
        event::{Event, HeaderLine},
        exit::Outcome,
        stdin,
    },
    mime::{header, params},
};

/// No header is longer.
const MOST: u64 = 1 << 20;

pub fn run(flags: &Header, out: &mut Output) -> Result<()> {
    let text = match flags {
        Header::Decode { text } | Header::Encode { text, .. } | Header::Params { text } => text.as_deref(),
    };
    values(text, &mut |raw| {
        let line =
            HeaderLine { outcome: Outcome::Ok.name(), raw: record::name(raw), ..HeaderLine::default() };
        let line = match flags {
            Header::Decode { .. } => {
                let value = header::decode(raw);
                out.line(escape::text(&value));
                HeaderLine { value, ..line }
            }
            Header::Encode { name, .. } => {
                let value = encoded(raw, name.as_deref())?;
                out.line(&value);
                HeaderLine { value, name: name.clone().map(Value::from), ..line }
            }
            Header::Params { .. } => {
                let parsed = params::parse(raw);
                out.line(escape::text(&parsed.value));
                for param in &parsed.params {
                    out.line(format_args!("{}={}", escape::text(&param.name), escape::text(&param.value)));
                }
                let params = parsed.params.into_iter().map(|p| (p.name, Value::from(p.value))).collect();
                HeaderLine { value: parsed.value, params: Some(params), ..line }
            }
        };
        out.count(Outcome::Ok);
        out.emit(&Event::Header(Box::new(line)));
        Ok(())
    })
}

fn encoded(raw: &[u8], name: Option<&str>) -> Result<String> {
    let text = str::from_utf8(raw).map_err(|_| Error::new(Kind::Input, "the text is not UTF-8"))?;
    if let Some(name) = name {
        return Ok(header::unstructured(name, text)?.trim_end().replace("\r\n", "\n"));
    }
    header::check("the text", text)?;
    Ok(header::text_atoms(text, 1).join(" "))
}

fn values(text: Option<&str>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    if let Some(text) = text {
        return each(text.as_bytes());
    }
    stdin::claim("the values")?;
    let mut reader = BufReader::new(stdin::reader());
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
