//! Messages to read: one file, an mbox (o, rd, cl2), a Maildir. For reading only; `store` is what writes them.
//!
//! An mbox is indexed first: where a blank line is followed by a `From ` line that looks like one, a message begins. A
//! Content-Length is believed only where it lands exactly on such a place or on the end, since many are wrong.
//! Nothing is held but the index.

use crate::base::error::*;
use crate::mime::encode::{Codec, Out, Through};
use crate::mime::header::fields;
use memchr::{memchr, memmem};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How a mailbox tells its messages apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A file that starts with a `From ` line is an mbox, a directory with new and cur a Maildir, all else one message.
    #[default]
    Auto,
    /// One message, whatever it looks like.
    No,
    /// Body lines that began with `From ` have a `>` in front; nothing undoes it.
    O,
    /// So do those that began with `>From `, so it can be undone.
    Rd,
    /// Content-Length tells how long a body is; nothing is quoted.
    Cl2,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Item {
    /// For a person: the file, and of an mbox the number in it.
    pub name: String,
    /// From 1; 0 if it is alone in its file.
    pub number: u64,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Range { file: Arc<File>, from: u64, len: u64, unquote: bool },
    Path(PathBuf),
}

impl Item {
    /// The `From ` line before it, if it is of an mbox.
    pub fn from_line(&self) -> io::Result<Vec<u8>> {
        let Place::Range { file, from, .. } = &self.place else { return Ok(Vec::new()) };
        let start = from.saturating_sub(1024);
        let mut line = vec![0; usize::try_from(from - start).unwrap_or_default()];
        file.read_exact_at(&mut line, start)?;
        let text = line.trim_ascii_end().len();
        let start = line[..text].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        Ok(line[start..text].to_vec())
    }

    pub fn open(&self) -> Result<Box<dyn Read + '_>> {
        match &self.place {
            Place::Path(path) => {
                let file = File::open(path)
                    .map_err(|e| Error::source(e, format_args!("cannot read {}", path.display())))?;
                Ok(Box::new(file))
            }
            Place::Range { file, from, len, unquote } => {
                let range = Range { file, at: *from, end: from + len };
                if *unquote {
                    Ok(Box::new(Through::new(range, Unquote::default())))
                } else {
                    Ok(Box::new(range))
                }
            }
        }
    }
}

struct Range<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buf.len());
        let n = self.file.read_at(&mut buf[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// The messages of a path.
pub fn items(path: &Path, format: Format) -> Result<Vec<Item>> {
    let name = path.display().to_string();
    let failed = |e| Error::source(e, format_args!("cannot read {name}"));
    if path.is_dir() {
        return maildir(path);
    }
    let mut file = File::open(path).map_err(failed)?;
    let single = || Ok(vec![Item { name: name.clone(), number: 0, place: Place::Path(path.to_path_buf()) }]);
    if format == Format::No || !file.metadata().map_err(failed)?.is_file() {
        return single();
    }
    let mut start = [0; 5];
    let n = file.read(&mut start).map_err(failed)?;
    if format == Format::Auto && &start[..n] != b"From " {
        return single();
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    index(file, &name, format)
}

/// The messages of an mbox in a file that is open.
pub fn index(file: File, name: &str, format: Format) -> Result<Vec<Item>> {
    let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot read {name}"));
    let size = file.metadata().map_err(failed)?.len();
    let starts = separators(&file, size).map_err(failed)?;
    if starts.first() != Some(&0) && size > 0 {
        return Err(Error::new(
            Kind::Input,
            format!("{name} is no mbox: it does not start with a From line"),
        ));
    }
    let file = Arc::new(file);
    let mut items = Vec::new();
    let mut nth = 0;
    while nth < starts.len() {
        let start = starts[nth];
        let mut end = starts.get(nth + 1).copied().unwrap_or(size);
        let (header, message) = beginning(&file, start, end).map_err(failed)?;
        let mut counted = false;
        if matches!(format, Format::Auto | Format::Cl2)
            && let Some(length) = content_length(&header)
            && let Some(body) = body_start(&header)
        {
            let stop = message.saturating_add(body as u64).saturating_add(length);
            // It lands on a From line, on the blank line before it, or on the end.
            let next = starts.get(starts.partition_point(|s| *s < stop.max(end))).copied();
            for at in next.into_iter().chain([size]) {
                if !counted && lands(&file, stop, at).map_err(failed)? {
                    (end, counted) = (at, true);
                }
            }
        }
        nth = starts.partition_point(|s| *s < end);
        let len = trimmed(&file, message, end).map_err(failed)?;
        let number = items.len() as u64 + 1;
        let unquote = match format {
            Format::Auto => !counted,
            format => format == Format::Rd,
        };
        let place = Place::Range { file: file.clone(), from: message, len, unquote };
        items.push(Item { name: format!("{name}:{number}"), number, place });
    }
    Ok(items)
}

/// Whether a body that was counted up to `stop` ends at `at`: right there, or with one blank line between. Anything else there is
/// the body's own, a `>` more than was counted, and the field no more than a line of the message.
fn lands(file: &File, stop: u64, at: u64) -> io::Result<bool> {
    if at <= stop || at - stop > 2 {
        return Ok(at == stop);
    }
    let from = stop.saturating_sub(1);
    let mut gap = [0; 3];
    let n = file.read_at(&mut gap[..(at - from) as usize], from)?;
    Ok(matches!(&gap[..n], b"\n\n" | b"\n\r\n"))
}

/// Where messages begin: every `From ` line at the start or behind a blank line.
fn separators(file: &File, size: u64) -> io::Result<Vec<u64>> {
    const BLOCK: usize = 256 * 1024;
    /// A From line has to be whole to be judged; none is longer.
    const LINE: usize = 1024;
    let finder = memmem::Finder::new(b"\nFrom ");
    let mut found = Vec::new();
    let mut block = vec![0; BLOCK + LINE];
    let mut at = 0u64;
    while at < size {
        let mut n = 0;
        while n < block.len() {
            match file.read_at(&mut block[n..], at + n as u64)? {
                0 => break,
                more => n += more,
            }
        }
        if n == 0 {
            break;
        }
        let data = &block[..n];
        if at == 0 && data.starts_with(b"From ") {
            found.push(0);
        }
        let judge = if n == block.len() { BLOCK } else { n };
        let mut from = 0;
        while let Some(hit) = finder.find(&data[from..]) {
            let line = from + hit + 1;
            if line > judge {
                break;
            }
            from = line;
            let before = &data[..line - 1];
            // The blank line before may be in the block before this one: blocks overlap by two bytes.
            let blank = before.ends_with(b"\n") || before.ends_with(b"\n\r");
            let end = memchr(b'\n', &data[line..]).map_or(n, |e| line + e);
            if blank && is_from_line(&data[line..end.min(line + LINE)]) {
                let offset = at + line as u64;
                if found.last().is_none_or(|last| *last < offset) {
                    found.push(offset);
                }
            }
        }
        if n < block.len() {
            break;
        }
        at += (BLOCK - 3) as u64;
    }
    Ok(found)
}

/// `From a@b Mon Nov 23 04:05:06 2026`, or `From -`, or nothing behind it: old writers did all of that. A sentence that begins with
/// the word does not have a time of day in it.
fn is_from_line(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let rest = line.strip_prefix(b"From").unwrap_or(line).trim_ascii();
    if rest.is_empty() || rest == b"-" || rest.starts_with(b"- ") {
        return true;
    }
    let time = rest.windows(5).any(|w| {
        w[0].is_ascii_digit()
            && w[1].is_ascii_digit()
            && w[2] == b':'
            && w[3].is_ascii_digit()
            && w[4].is_ascii_digit()
    });
    let month =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"]
            .iter()
            .any(|m| rest.split(u8::is_ascii_whitespace).any(|w| w == *m));
    time && month
}

/// The start of a message behind its From line: its header as far as it is looked at, and where it starts. `end` is where the
/// next may begin.
fn beginning(file: &File, start: u64, end: u64) -> io::Result<(Vec<u8>, u64)> {
    let most = usize::try_from(end - start).unwrap_or(usize::MAX).min(64 * 1024);
    let mut bytes = vec![0; most];
    let mut n = 0;
    while n < most {
        match file.read_at(&mut bytes[n..], start + n as u64)? {
            0 => break,
            more => n += more,
        }
    }
    bytes.truncate(n);
    let line = memchr(b'\n', &bytes).map_or(n, |at| at + 1);
    Ok((bytes.split_off(line), start + line as u64))
}

fn body_start(header: &[u8]) -> Option<usize> {
    let lf = memmem::find(header, b"\n\n").map(|at| at + 2);
    let crlf = memmem::find(header, b"\n\r\n").map(|at| at + 3);
    [lf, crlf].into_iter().flatten().min()
}

fn content_length(header: &[u8]) -> Option<u64> {
    let field = fields(&header[..body_start(header)?]).find(|f| f.is("Content-Length"))?;
    u64::try_from(crate::base::date::number(field.value.trim_ascii())?).ok()
}

/// The blank line before the next From line belongs to the mbox.
fn trimmed(file: &File, from: u64, end: u64) -> io::Result<u64> {
    let len = end.saturating_sub(from);
    let tail = len.min(4);
    let mut bytes = vec![0; tail as usize];
    file.read_at(&mut bytes, end - tail)?;
    let drop = if bytes.ends_with(b"\n\r\n") {
        2
    } else if bytes.ends_with(b"\n\n") {
        1
    } else {
        0
    };
    Ok(len - drop)
}

fn maildir(path: &Path) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut any = false;
    for sub in ["cur", "new"] {
        let dir = path.join(sub);
        if !dir.is_dir() {
            continue;
        }
        any = true;
        let failed = |e| Error::source(e, format_args!("cannot read {}", dir.display()));
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !hidden && entry.path().is_file() {
                names.push(entry.path());
            }
        }
        names.sort();
        for path in names {
            let number = items.len() as u64 + 1;
            items.push(Item { name: path.display().to_string(), number, place: Place::Path(path) });
        }
    }
    if !any {
        let text = format!("{} is a directory, and no Maildir", path.display());
        return Err(Error::new(Kind::Missing, text));
    }
    Ok(items)
}

/// Takes one `>` off lines that begin with `>From `, `>>From ` and so on.
#[derive(Default)]
struct Unquote {
    state: Quote,
}

#[derive(Clone, Copy, Default)]
enum Quote {
    #[default]
    Start,
    /// The last `>` at the start of the line, which is held back, and so many bytes of "From ".
    Seen(usize),
    Text,
}

const FROM: &[u8] = b"From ";

impl Codec for Unquote {
    fn push(&mut self, mut input: &[u8], out: &mut Out) -> Result<()> {
        while let Some(byte) = input.first() {
            match self.state {
                Quote::Start if *byte == b'>' => {
                    self.state = Quote::Seen(0);
                    input = &input[1..];
                }
                Quote::Seen(0) if *byte == b'>' => {
                    let more = input.iter().take_while(|b| **b == b'>').count();
                    out.extend(&input[..more]);
                    input = &input[more..];
                }
                Quote::Seen(matched) if *byte == FROM[matched] => {
                    input = &input[1..];
                    self.state = Quote::Seen(matched + 1);
                    if matched + 1 == FROM.len() {
                        out.extend(FROM);
                        self.state = Quote::Text;
                    }
                }
                Quote::Seen(_) => self.finish(out)?,
                Quote::Start | Quote::Text => {
                    let end = memchr(b'\n', input).map_or(input.len(), |at| at + 1);
                    out.extend(&input[..end]);
                    self.state = if input[end - 1] == b'\n' { Quote::Start } else { Quote::Text };
                    input = &input[end..];
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        if let Quote::Seen(matched) = self.state {
            out.push(b'>');
            out.extend(&FROM[..matched]);
            self.state = Quote::Text;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn messages(mbox: &[u8], format: Format) -> Vec<String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(mbox).unwrap();
        let read = |item: &Item| {
            let mut text = String::new();
            item.open().unwrap().read_to_string(&mut text).unwrap();
            text
        };
        index(file, "x", format).unwrap().iter().map(read).collect()
    }

    const FROM_LINE: &str = "From a@b Mon Nov 23 04:05:06 2026\n";

    #[test]
    fn messages_of_an_mbox() {
        let mbox = format!(
            "{FROM_LINE}Subject: 1\n\nFrom here on\n\nFrom now on it is text\n>From x\n>>From y\n>z\n\n{FROM_LINE}Subject: 2\n\nb\n"
        );
        let first = "Subject: 1\n\nFrom here on\n\nFrom now on it is text\nFrom x\n>From y\n>z\n";
        assert_eq!(messages(mbox.as_bytes(), Format::Auto), [first, "Subject: 2\n\nb\n"]);
        assert_eq!(messages(mbox.as_bytes(), Format::Rd)[0], first);
        assert!(messages(mbox.as_bytes(), Format::O)[0].contains("\n>From x\n>>From y\n"));
        let crlf = mbox.replace('\n', "\r\n");
        assert_eq!(
            messages(crlf.as_bytes(), Format::Auto),
            [first.replace('\n', "\r\n"), "Subject: 2\r\n\r\nb\r\n".into()]
        );
        assert_eq!(messages(b"From \nSubject: x\n\n\nFrom -\nSubject: y\n\n", Format::Auto).len(), 2);
        assert!(messages(b"", Format::Auto).is_empty());
    }

    #[test]
    fn a_content_length_is_believed_where_it_lands() {
        let body = format!("text\n\n{FROM_LINE}>From is no message\n");
        let mbox =
            format!("{FROM_LINE}Content-Length: {}\n\n{body}\n{FROM_LINE}Subject: 2\n\nb\n", body.len());
        let all = messages(mbox.as_bytes(), Format::Auto);
        assert_eq!(all.len(), 2);
        assert!(all[0].ends_with(&body), "{all:?}");
        let wrong = mbox.replace(&format!("Content-Length: {}", body.len()), "Content-Length: 7");
        assert_eq!(messages(wrong.as_bytes(), Format::Auto).len(), 3);
    }

    #[test]
    fn a_separator_at_any_place_of_a_block_is_found() {
        for shift in 0..12 {
            let filler = "x".repeat(256 * 1024 - 60 + shift);
            let mbox = format!("{FROM_LINE}\n{filler}\n\n{FROM_LINE}Subject: 2\n\nb\n");
            assert_eq!(messages(mbox.as_bytes(), Format::Auto).len(), 2, "{shift}");
        }
    }

    #[test]
    fn a_maildir() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(items(dir.path(), Format::Auto).unwrap_err().kind(), Kind::Missing);
        for (name, text) in [("cur/2:2,S", "b"), ("new/1", "c"), ("cur/1:2,", "a"), ("new/.x", "no")] {
            std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let all = items(dir.path(), Format::Auto).unwrap();
        let read = |i: &Item| io::read_to_string(i.open().unwrap()).unwrap();
        assert_eq!(all.iter().map(read).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
