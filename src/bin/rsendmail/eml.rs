//! Ready messages: a file, standard input, all files of a directory or Maildir, or all messages of an mbox.
//!
//! What is to be sent is listed first, in an order that is the same each time; each message is opened when its turn comes.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
    path::{Path, PathBuf},
    sync::Arc,
};
use wirepost::{
    base::{error::*, escape, scratch},
    cli::stdin::{self, Fed},
    mail::raw::Source,
};

/// One message, not yet opened.
pub enum Item {
    Path(PathBuf),
    /// A range of an mbox, or standard input as a whole.
    Range {
        name: String,
        file: Arc<File>,
        from: u64,
        len: u64,
        mbox: bool,
    },
}

impl Item {
    pub fn name(&self) -> String {
        match self {
            Item::Path(path) => shown(path),
            Item::Range { name, .. } => name.clone(),
        }
    }

    pub fn open(&self) -> Result<Source> {
        match self {
            Item::Path(path) => {
                let name = shown(path);
                let failed = |e| Error::source(e, format_args!("cannot read {name}"));
                let file = File::open(path).map_err(failed)?;
                let about = file.metadata().map_err(failed)?;
                if !about.is_file() {
                    // A FIFO or a device has no size: it is kept first.
                    let (file, len) = scratch::keep(&mut Fed(file), &name)?;
                    return Source::file(&name, Arc::new(file), 0, len, false);
                }
                Source::file(&name, Arc::new(file), 0, about.len(), false)
            }
            Item::Range { name, file, from, len, mbox } => {
                Source::file(name, file.clone(), *from, *len, *mbox)
            }
        }
    }
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    escape::bytes(path.as_os_str().as_bytes()).into_owned()
}

/// Everything that the paths name, in order.
pub fn items(paths: &[PathBuf]) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            stdin::claim("the message")?;
            let (file, len) = scratch::keep(&mut stdin::reader(), "standard input")?;
            add_file(&mut items, "standard input", file, len)?;
            continue;
        }
        let name = shown(path);
        let failed = |e| Error::source(e, format_args!("cannot read {name}"));
        let about = std::fs::metadata(path).map_err(failed)?;
        if about.is_dir() {
            add_directory(&mut items, path)?;
        } else if about.is_file() && starts_like_mbox(path).map_err(failed)? {
            add_file(&mut items, &name, File::open(path).map_err(failed)?, about.len())?;
        } else {
            items.push(Item::Path(path.clone()));
        }
    }
    Ok(items)
}

fn starts_like_mbox(path: &Path) -> io::Result<bool> {
    let mut start = [0; 5];
    let mut file = File::open(path)?;
    Ok(file.read_exact(&mut start).is_ok() && &start == b"From ")
}

/// The files of a directory by name; of a Maildir those in `new` and `cur`.
fn add_directory(items: &mut Vec<Item>, path: &Path) -> Result<()> {
    let maildir = path.join("cur").is_dir() && path.join("new").is_dir();
    let dirs = if maildir { vec![path.join("cur"), path.join("new")] } else { vec![path.to_path_buf()] };
    for dir in dirs {
        let failed = |e| Error::source(e, format_args!("cannot read {}", shown(&dir)));
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !hidden && entry.file_type().map_err(failed)?.is_file() {
                names.push(entry.path());
            }
        }
        names.sort();
        items.extend(names.into_iter().map(Item::Path));
    }
    Ok(())
}

/// One message, or each message of an mbox.
fn add_file(items: &mut Vec<Item>, name: &str, file: File, len: u64) -> Result<()> {
    let failed = |e| Error::source(e, format_args!("cannot read {name}"));
    let file = Arc::new(file);
    let mut reader = &*file;
    let ranges = ranges(BufReader::with_capacity(64 << 10, reader.by_ref().take(len))).map_err(failed)?;
    reader.rewind().map_err(failed)?;
    let whole = ranges.is_empty();
    let one = ranges.len() == 1;
    if whole {
        let (name, file) = (name.to_string(), file.clone());
        items.push(Item::Range { name, file, from: 0, len, mbox: false });
    }
    for (i, (from, end)) in ranges.into_iter().enumerate() {
        let name = if one { name.to_string() } else { format!("{name}, message {}", i + 1) };
        items.push(Item::Range { name, file: file.clone(), from, len: end - from, mbox: true });
    }
    Ok(())
}

/// Where the messages of an mbox lie, without their separators; empty if it is none. A separator is a line that begins
/// with `From ` at the start or behind an empty line, which belongs to it.
fn ranges(mut reader: impl BufRead) -> io::Result<Vec<(u64, u64)>> {
    let mut found: Vec<(u64, u64)> = Vec::new();
    let (mut at, mut empty) = (0u64, 0u64);
    // Only the start of a line counts, so a long one is never held.
    let (mut line_start, mut head) = (0u64, Vec::with_capacity(8));
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            break;
        }
        let end = memchr::memchr(b'\n', block).map_or(block.len(), |n| n + 1);
        let room = 8 - head.len().min(8);
        head.extend_from_slice(&block[..end.min(room)]);
        let ended = block[end - 1] == b'\n';
        reader.consume(end);
        at += end as u64;
        if !ended {
            continue;
        }
        let first = line_start == 0;
        if head.starts_with(b"From ") && (first || empty > 0) {
            if let Some(last) = found.last_mut() {
                last.1 = line_start - empty;
            }
            found.push((at, at));
        } else if first {
            return Ok(Vec::new());
        }
        empty = if head == b"\n" || head == b"\r\n" { at - line_start } else { 0 };
        line_start = at;
        head.clear();
    }
    if let Some(last) = found.last_mut() {
        last.1 = at - if line_start == at { empty } else { 0 };
        last.1 = last.1.max(last.0);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let ranges = ranges(BufReader::with_capacity(3, text.as_bytes())).unwrap();
        ranges.iter().map(|(a, b)| text[*a as usize..*b as usize].to_string()).collect()
    }

    #[test]
    fn an_mbox_is_cut_at_its_separators() {
        assert_eq!(cut("Subject: x\n\nFrom here\n"), [""; 0]);
        assert_eq!(
            cut("From a\nS: 1\n\none\n\nFrom b\nS: 2\n\nFrom x is no separator?\n"),
            ["S: 1\n\none\n", "S: 2\n", ""]
        );
        assert_eq!(cut("From a\r\nS: 1\r\n\r\none\r\n\r\nFrom b\r\nS: 2"), ["S: 1\r\n\r\none\r\n", "S: 2"]);
        assert_eq!(
            cut("From a\nS: 1\n\none\nFrom two\n>From three\n"),
            ["S: 1\n\none\nFrom two\n>From three\n"]
        );
        assert_eq!(cut("From a\n"), [""]);
    }
}
