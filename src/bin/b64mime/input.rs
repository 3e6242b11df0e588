//! Where messages come from: files, mboxes, Maildirs, standard input.

use crate::args::Reading;
use std::{
    io::Read,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{error::*, record, scratch},
    cli::{Output, args::usage, stdin},
    mime::mailbox::{self, Format, Item},
    net::Cancel,
};

/// One message to be read.
pub struct Input {
    /// For a person.
    pub name: String,
    /// For JSON: the file it is in.
    pub file: record::Value,
    /// Its number, if it is one of a mailbox.
    pub message: Option<u64>,
    from: From,
}

enum From {
    Stdin(Vec<u8>),
    Item(Item),
}

impl Input {
    pub fn open(&self) -> Result<Box<dyn Read + '_>> {
        match &self.from {
            From::Stdin(start) => Ok(Box::new(start.as_slice().chain(stdin::reader()))),
            From::Item(item) => item.open(),
        }
    }
}

/// Does something with each message, one after the other. A message that fails is said and counted, and the others
/// are done.
pub fn each(
    reading: &Reading,
    out: &mut Output,
    cancel: &Cancel,
    work: &mut dyn FnMut(&Input, &mut Output) -> Result<()>,
) -> Result<()> {
    let files = if reading.files.is_empty() { vec![PathBuf::from("-")] } else { reading.files.clone() };
    if files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err(usage("standard input can be read once"));
    }
    for file in &files {
        cancel.check()?;
        let inputs = match inputs(file, reading.format()) {
            Ok(inputs) => inputs,
            Err(error) if error.kind() == Kind::Usage => return Err(error),
            Err(error) => {
                out.fail(&error);
                continue;
            }
        };
        let mut any = false;
        for input in &inputs {
            if reading.message.is_some_and(|n| n != input.message.unwrap_or(1)) {
                continue;
            }
            any = true;
            cancel.check()?;
            if let Err(error) = work(input, out) {
                out.fail(&error);
            }
        }
        if !any && reading.message.is_some() {
            out.fail(&Error::new(Kind::Missing, format!("{} has no such message", shown(file))));
        }
    }
    Ok(())
}

/// The messages of one file.
pub fn inputs(file: &Path, format: Format) -> Result<Vec<Input>> {
    let named = record::name(file.as_os_str().as_encoded_bytes());
    if file.as_os_str() == "-" {
        return standard_input(format);
    }
    let items = mailbox::items(file, format)?;
    let input = |item: Item| Input {
        name: item.name.clone(),
        file: named.clone(),
        message: Some(item.number).filter(|n| *n > 0),
        from: From::Item(item),
    };
    Ok(items.into_iter().map(input).collect())
}

fn standard_input(format: Format) -> Result<Vec<Input>> {
    stdin::claim("the message")?;
    let failed = |e| Error::from_io(e, Kind::Local, "cannot read standard input");
    let mut reader = stdin::reader();
    let mut start = Vec::new();
    if format != Format::No {
        reader.by_ref().take(5).read_to_end(&mut start).map_err(failed)?;
    }
    if format == Format::No || (format == Format::Auto && start != b"From ") {
        let name = String::from("standard input");
        return Ok(vec![Input { name, file: "-".into(), message: None, from: From::Stdin(start) }]);
    }
    // An mbox has to be looked through first, so it is kept in an anonymous temporary file.
    let (file, _) = scratch::keep(&mut start.as_slice().chain(reader), "standard input")?;
    let items = mailbox::index(file, "standard input", format)?;
    let input = |item: Item| Input {
        name: item.name.clone(),
        file: "-".into(),
        message: Some(item.number),
        from: From::Item(item),
    };
    Ok(items.into_iter().map(input).collect())
}

fn shown(file: &Path) -> String {
    if file.as_os_str() == "-" { "standard input".into() } else { file.display().to_string() }
}

/// A limit kept the reader from looking at everything.
pub fn limited(name: &str) -> Error {
    let text = format!("{name} is nested deeper or has more parts than the limits allow");
    Error::new(Kind::Limit, text).hint("--max-depth, --max-parts and --max-header set them")
}
