//! The rows of a table, one at a time: CSV (RFC 4180) with names in its first line, or JSON Lines. The only file that names `csv`.
//!
//! A row is bounded, for a quote that is not closed would take all the rest for one value. What is wrong with one row is that
//! row's error, and the next one can be read.

use crate::base::{
    error::*,
    escape,
    record::{self, Value},
};
use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

/// A row may have this many bytes.
const ROW_MOST: usize = 4 << 20;
const BLOCK: usize = 64 << 10;

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line it begins on.
    pub line: u64,
    names: Rc<Vec<String>>,
    /// As many as there are names; `None` for what is no text.
    values: Vec<Option<String>>,
}

impl Row {
    /// The value of a field.
    ///
    /// # Errors
    /// `Input` if there is no such field, or it holds no text.
    pub fn get(&self, name: &str) -> Result<&str> {
        let Some(at) = self.names.iter().position(|n| n == name) else {
            return Err(unknown(name, &self.names));
        };
        self.values
            .get(at)
            .and_then(Option::as_deref)
            .ok_or_else(|| Error::new(Kind::Input, format!("the field {} holds no text", escape::text(name))))
    }

    /// From names and values, for tests.
    pub fn of(pairs: &[(&str, &str)]) -> Row {
        let names = pairs.iter().map(|(name, _)| name.to_string()).collect();
        let values = pairs.iter().map(|(_, value)| Some(value.to_string())).collect();
        Row { line: 1, names: Rc::new(names), values }
    }
}

/// There is no such field; these are there.
pub fn unknown(name: &str, names: &[String]) -> Error {
    let known: Vec<_> = names.iter().take(20).map(|n| escape::text(n)).collect();
    let error = Error::new(Kind::Input, format!("there is no field '{}'", escape::text(name)));
    error.hint(format!("there are {}", known.join(", ")))
}

pub struct Rows {
    source: Source,
    /// Nothing can be read behind what went wrong.
    ended: bool,
}

enum Source {
    Csv {
        reader: Box<csv::Reader<Bounded>>,
        record: csv::ByteRecord,
        names: Rc<Vec<String>>,
        left: Rc<Cell<usize>>,
    },
    Json {
        reader: BufReader<Box<dyn Read>>,
        line: u64,
    },
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    /// Values between tabs.
    Tsv,
    Json,
}

impl Format {
    /// By the file's name; `None` if that says nothing.
    pub fn of_name(name: &str) -> Option<Format> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "tsv" | "tab" => Some(Format::Tsv),
            "jsonl" | "ndjson" | "json" => Some(Format::Json),
            _ => None,
        }
    }
}

impl Rows {
    /// `name` tells the format by its end, else the first byte does.
    ///
    /// # Errors
    /// `Input` for a table without names.
    pub fn new(from: Box<dyn Read>, name: &str) -> Result<Rows> {
        let mut from = BufReader::with_capacity(BLOCK, from);
        let start = from.fill_buf().map_err(lost)?;
        let bom = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let first = start[bom..].iter().find(|b| !b.is_ascii_whitespace()).copied();
        from.consume(bom);
        let format =
            Format::of_name(name).unwrap_or(if first == Some(b'{') { Format::Json } else { Format::Csv });
        if format == Format::Json {
            return Ok(Rows {
                source: Source::Json { reader: BufReader::with_capacity(BLOCK, Box::new(from)), line: 0 },
                ended: false,
            });
        }
        let left = Rc::new(Cell::new(ROW_MOST));
        let bounded = Bounded { from: Box::new(from), left: left.clone(), cr: false, open: false };
        let delimiter = if format == Format::Tsv { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BLOCK)
            .from_reader(bounded);
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(broken)?;
        let names = record
            .iter()
            .map(|name| std::str::from_utf8(name).map(|n| n.trim().to_string()))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|_| Error::new(Kind::Input, "line 1: not UTF-8"))?;
        if names.iter().all(String::is_empty) {
            return Err(Error::new(Kind::Input, "line 1: the names of the fields have to stand there"));
        }
        for (i, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..i].contains(name) {
                let text = format!("line 1: the name '{}' stands there twice", escape::text(name));
                return Err(Error::new(Kind::Input, text));
            }
        }
        let names = Rc::new(names);
        Ok(Rows { source: Source::Csv { reader: Box::new(reader), record, names, left }, ended: false })
    }

    /// The names of the fields, where all rows have the same.
    pub fn names(&self) -> Option<&[String]> {
        match &self.source {
            Source::Csv { names, .. } => Some(names),
            Source::Json { .. } => None,
        }
    }

    /// The next row, or what is wrong with it and on which line.
    pub fn next_row(&mut self) -> Option<std::result::Result<Row, (u64, Error)>> {
        if self.ended {
            return None;
        }
        let next = match &mut self.source {
            Source::Csv { reader, record, names, left } => csv_row(reader, record, names, left),
            Source::Json { reader, line } => json_row(reader, line),
        };
        match next {
            Next::Row(row) => Some(Ok(row)),
            Next::Wrong(line, e) => Some(Err((line, e))),
            Next::Lost(line, e) => {
                self.ended = true;
                Some(Err((line, e)))
            }
            Next::End => None,
        }
    }
}

enum Next {
    Row(Row),
    Wrong(u64, Error),
    /// And nothing can be read behind it.
    Lost(u64, Error),
    End,
}

fn csv_row(
    reader: &mut csv::Reader<Bounded>,
    record: &mut csv::ByteRecord,
    names: &Rc<Vec<String>>,
    left: &Rc<Cell<usize>>,
) -> Next {
    left.set(ROW_MOST + BLOCK);
    let at = reader.position().line();
    match reader.read_byte_record(record) {
        Ok(true) => {}
        Ok(false) => return Next::End,
        Err(e) => return Next::Lost(at, broken(e)),
    }
    // The position the crate gives is that of the empty lines before it.
    let within = record.as_slice().iter().filter(|b| **b == b'\n').count() as u64;
    let line = reader.position().line().saturating_sub(1 + within);
    if record.len() != names.len() {
        let (has, wants) = (record.len(), names.len());
        return Next::Wrong(
            line,
            Error::new(Kind::Input, format!("it has {has} fields, and the first line {wants}")),
        );
    }
    let mut values = Vec::with_capacity(names.len());
    for (value, name) in record.iter().zip(names.iter()) {
        match std::str::from_utf8(value) {
            Ok(value) => values.push(Some(value.to_string())),
            Err(_) => {
                let text = format!("the field {} is not UTF-8", escape::text(name));
                return Next::Wrong(line, Error::new(Kind::Input, text));
            }
        }
    }
    Next::Row(Row { line, names: names.clone(), values })
}

fn json_row(reader: &mut BufReader<Box<dyn Read>>, line: &mut u64) -> Next {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        *line += 1;
        match reader.by_ref().take(ROW_MOST as u64 + 1).read_until(b'\n', &mut bytes) {
            Ok(0) => return Next::End,
            Ok(n) if n > ROW_MOST => return Next::Lost(*line, too_long()),
            Ok(_) if bytes.iter().all(u8::is_ascii_whitespace) => {}
            Ok(_) => break,
            Err(e) => return Next::Lost(*line, lost(e)),
        }
    }
    let value = std::str::from_utf8(&bytes)
        .map_err(|_| Error::new(Kind::Input, "not UTF-8"))
        .and_then(|text| record::from_line(text.trim_end()));
    let object = match value {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Next::Wrong(*line, Error::new(Kind::Input, "it is no JSON object")),
        Err(e) => return Next::Wrong(*line, e),
    };
    let (mut names, mut values) = (Vec::with_capacity(object.len()), Vec::with_capacity(object.len()));
    for (name, value) in object {
        names.push(name);
        values.push(match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(is) => Some(is.to_string()),
            Value::Null => Some(String::new()),
            Value::Array(_) | Value::Object(_) => None,
        });
    }
    Next::Row(Row { line: *line, names: Rc::new(names), values })
}

/// Reads on only as far as one row may go, every line end as LF, with one behind the last line: so lines can be counted.
struct Bounded {
    from: Box<dyn Read>,
    left: Rc<Cell<usize>>,
    /// The last byte was a CR, which is an LF already.
    cr: bool,
    /// A line is begun.
    open: bool,
}

impl Read for Bounded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.left.get();
            if left == 0 {
                return Err(too_long().into());
            }
            let most = left.min(out.len());
            let n = self.from.read(&mut out[..most])?;
            self.left.set(left - n);
            if n == 0 {
                let Some(first) = out.first_mut().filter(|_| std::mem::take(&mut self.open)) else {
                    return Ok(0);
                };
                *first = b'\n';
                return Ok(1);
            }
            let mut kept = 0;
            for i in 0..n {
                let byte = out[i];
                if byte == b'\n' && std::mem::take(&mut self.cr) {
                    continue;
                }
                self.cr = byte == b'\r';
                out[kept] = if self.cr { b'\n' } else { byte };
                kept += 1;
            }
            if kept > 0 {
                self.open = out[kept - 1] != b'\n';
                return Ok(kept);
            }
        }
    }
}

fn too_long() -> Error {
    Error::new(Kind::Input, format!("a row of more than {} MiB; is a quote not closed?", ROW_MOST >> 20))
}

fn lost(e: io::Error) -> Error {
    Error::from_io(e, Kind::Local, "cannot read the rows")
}

fn broken(e: csv::Error) -> Error {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => lost(e),
        other => Error::new(Kind::Input, format!("not CSV: {other:?}")),
    }
}
