//! Messages that `append` adds: files, mboxes, Maildirs, stdin. Each can be read twice, once to be measured (APPEND
//! wants the exact size before the first byte) and once to be sent, always with CRLF line ends.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufReader, Read, Seek},
    path::{Path, PathBuf},
};
use wirepost::{
    base::{
        date::{self, Time},
        error::*,
        scratch,
    },
    cli::stdin,
    mime::{
        header,
        mailbox::{self, Format},
    },
    store::maildir::Maildir,
};

/// One message, found and not yet read.
#[derive(Debug)]
pub struct Source {
    pub path: PathBuf,
    kind: Kinds,
    flags: Vec<String>,
    pub date: Option<Time>,
}

#[derive(Debug)]
enum Kinds {
    File,
    /// One of an mbox.
    Piece(mailbox::Item),
    /// Standard input, kept aside.
    Kept(File),
}

/// The messages behind the words, in order.
///
/// # Errors
/// `Missing`: no such file.
pub fn find(words: &[OsString]) -> Result<Vec<Source>> {
    let mut out = Vec::new();
    for word in words {
        if word == "-" {
            stdin::claim("the message")?;
            let (file, _) = scratch::keep(&mut stdin::reader(), "standard input")?;
            out.push(Source { path: "-".into(), kind: Kinds::Kept(file), flags: Vec::new(), date: None });
            continue;
        }
        let path = Path::new(word);
        let about = std::fs::metadata(path)
            .map_err(|e| Error::source(e, format_args!("cannot read {}", path.display())))?;
        if about.is_dir() && Maildir::is_one(path) {
            maildir(path, &mut out)?;
        } else if about.is_dir() {
            for file in sorted(path)? {
                if file.is_file() {
                    out.push(one(file));
                }
            }
        } else if is_mbox(path)? {
            mbox(path, &mut out)?;
        } else {
            out.push(one(path.to_path_buf()));
        }
    }
    Ok(out)
}

fn one(path: PathBuf) -> Source {
    Source { path, kind: Kinds::File, flags: Vec::new(), date: None }
}

fn sorted(dir: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e| Error::source(e, format_args!("cannot read {}", dir.display()));
    let mut out: Vec<PathBuf> = std::fs::read_dir(dir)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?
        .iter()
        .map(std::fs::DirEntry::path)
        .collect();
    out.sort();
    Ok(out)
}

/// `new` and `cur` with the flags in the names, dates from the files.
fn maildir(path: &Path, out: &mut Vec<Source>) -> Result<()> {
    for dir in ["cur", "new"] {
        for file in sorted(&path.join(dir))? {
            let Ok(about) = std::fs::metadata(&file) else { continue };
            if !about.is_file() {
                continue;
            }
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let info = name.rsplit_once(":2,").map(|(_, i)| i.to_string()).unwrap_or_default();
            let table = [
                ('S', "\\Seen"),
                ('R', "\\Answered"),
                ('F', "\\Flagged"),
                ('D', "\\Draft"),
                ('T', "\\Deleted"),
            ];
            let flags =
                table.iter().filter(|(c, _)| info.contains(*c)).map(|(_, f)| (*f).to_string()).collect();
            let date = about.modified().ok().map(Time::from);
            out.push(Source { path: file, kind: Kinds::File, flags, date });
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| Error::source(e, format_args!("cannot read {}", path.display())))
}

fn is_mbox(path: &Path) -> Result<bool> {
    let mut head = [0; 5];
    let mut file = open(path)?;
    Ok(file.read(&mut head).is_ok_and(|n| n == 5) && &head == b"From ")
}

/// The borders are where our MIME reader sees them, as it does for b64mime: what is no From_ line is no border.
fn mbox(path: &Path, out: &mut Vec<Source>) -> Result<()> {
    let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", path.display()));
    for item in mailbox::items(path, Format::Auto)? {
        let date = delivered(&item.from_line().map_err(failed)?);
        out.push(Source { path: path.to_path_buf(), kind: Kinds::Piece(item), flags: Vec::new(), date });
    }
    Ok(())
}

/// When a message was put into an mbox: the date at the end of its From_ line, in UTC as RFC 4155 wants it.
fn delivered(line: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [.., _, month, day, clock, year] = words.as_slice() else { return None };
    let number = |text: &str| date::number(text.as_bytes());
    let [h, m, s] = clock.split(':').collect::<Vec<_>>().try_into().ok()?;
    let month = date::month(month.as_bytes())?;
    Time::civil(number(year)?, month, number(day)?, number(h)?, number(m)?, number(s)?, 0)
}

/// The flags that the programs which keep mboxes write into the header: `Status: RO`, `X-Status: AF`.
fn marks(head: &[u8]) -> Vec<String> {
    let table = [
        ("Status", 'R', "\\Seen"),
        ("X-Status", 'A', "\\Answered"),
        ("X-Status", 'F', "\\Flagged"),
        ("X-Status", 'T', "\\Draft"),
        ("X-Status", 'D', "\\Deleted"),
    ];
    let said = |name: &str, letter: char| {
        header::fields(head).any(|f| f.is(name) && String::from_utf8_lossy(f.value).contains(letter))
    };
    table.iter().filter(|(name, letter, _)| said(name, *letter)).map(|(.., f)| (*f).to_string()).collect()
}

impl Source {
    /// The flags it has where it is; `head` is its header.
    pub fn flags(&self, head: &[u8]) -> Vec<String> {
        match self.kind {
            Kinds::Piece(_) => marks(head),
            _ => self.flags.clone(),
        }
    }

    /// The message from its start, with CRLF.
    ///
    /// # Errors
    /// `Missing`.
    pub fn reader(&mut self) -> Result<Crlf<Box<dyn Read + '_>>> {
        let failed = |e| Error::from_io(e, Kind::Local, "cannot read the message");
        let inner: Box<dyn Read + '_> = match &mut self.kind {
            Kinds::File => Box::new(BufReader::with_capacity(128 << 10, open(&self.path)?)),
            Kinds::Kept(file) => {
                file.rewind().map_err(failed)?;
                Box::new(BufReader::with_capacity(128 << 10, file))
            }
            Kinds::Piece(item) => item.open()?,
        };
        Ok(Crlf { inner, block: vec![0; 64 << 10], last: 0, ready: Vec::new(), at: 0 })
    }

    /// How long it is with CRLF, and its header.
    ///
    /// # Errors
    /// `Input`: a NUL byte, which no IMAP server takes.
    pub fn measure(&mut self) -> Result<(u64, Vec<u8>)> {
        let shown = self.path.display().to_string();
        let mut reader = self.reader()?;
        let (mut size, mut head, mut whole) = (0, Vec::new(), false);
        let mut block = vec![0; 64 << 10];
        loop {
            let n =
                reader.read(&mut block).map_err(|e| Error::source(e, format_args!("cannot read {shown}")))?;
            if n == 0 {
                break;
            }
            size += n as u64;
            if memchr::memchr(0, &block[..n]).is_some() {
                return Err(Error::new(
                    Kind::Input,
                    format!("{shown} holds a NUL byte, which IMAP cannot carry"),
                ));
            }
            if !whole && head.len() < 256 << 10 {
                head.extend_from_slice(&block[..n]);
                if let Some(end) = memchr::memmem::find(&head, b"\r\n\r\n") {
                    head.truncate(end + 4);
                    whole = true;
                }
            }
        }
        if size == 0 {
            return Err(Error::new(Kind::Input, format!("{shown} is empty")));
        }
        Ok((size, head))
    }
}

/// Line ends as IMAP wants them: a lone LF gets its CR.
pub struct Crlf<R> {
    inner: R,
    block: Vec<u8>,
    last: u8,
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Read for Crlf<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            let n = self.inner.read(&mut self.block)?;
            if n == 0 {
                return Ok(0);
            }
            self.ready.clear();
            self.at = 0;
            for line in self.block[..n].split_inclusive(|b| *b == b'\n') {
                match line.strip_suffix(b"\n") {
                    Some(text) if text.last().copied().unwrap_or(self.last) != b'\r' => {
                        self.ready.extend_from_slice(text);
                        self.ready.extend_from_slice(b"\r\n");
                    }
                    _ => self.ready.extend_from_slice(line),
                }
                self.last = line.last().copied().unwrap_or(self.last);
            }
        }
        let n = out.len().min(self.ready.len() - self.at);
        out[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_cut_at_its_borders() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m");
        std::fs::write(
            &path,
            "From a@x Tue Mar  3 09:00:00 2026\nA: 1\n\nx\n>From y\n\nFrom -\nB: 2\n\nFrom here on\nlast\n\n\
             From c Tue Mar  3 09:00:01 2026\nContent-Length: 42\n\n>a\n\nFrom d Tue Mar  3 09:00:02 2026\n>From\n\n",
        )
        .unwrap();
        let mut found = find(&[path.as_os_str().to_owned()]).unwrap();
        assert_eq!(found[0].date, Some(Time(1_772_528_400)));
        assert_eq!(found[1].date, None);
        assert_eq!(found[0].flags(b"Status: RO\r\nX-Status: F\r\n\r\n"), ["\\Seen", "\\Flagged"]);
        let mut texts = Vec::new();
        for source in &mut found {
            let mut text = String::new();
            source.reader().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(source.measure().unwrap().0, text.len() as u64);
            texts.push(text);
        }
        assert_eq!(texts[0], "A: 1\r\n\r\nx\r\nFrom y\r\n");
        assert_eq!(texts[1], "B: 2\r\n\r\nFrom here on\r\nlast\r\n", "a sentence is no border");
        let counted = "Content-Length: 42\r\n\r\n>a\r\n\r\nFrom d Tue Mar  3 09:00:02 2026\r\n>From\r\n";
        assert_eq!(texts[2..], [counted], "what is counted is not looked into");
        assert_eq!(found[2].date, Some(Time(1_772_528_401)));
    }

    #[test]
    fn an_mbox_with_crlf_is_cut_at_whole_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m");
        std::fs::write(&path, "From -\r\nA: 1\r\n\r\nx\r\n\r\nFrom -\r\nB: 2\r\n\r\n").unwrap();
        let read = |source: &mut Source| io::read_to_string(source.reader().unwrap()).unwrap();
        let texts: Vec<_> = find(&[path.as_os_str().to_owned()]).unwrap().iter_mut().map(read).collect();
        assert_eq!(texts, ["A: 1\r\n\r\nx\r\n", "B: 2\r\n"]);
    }

    #[test]
    fn line_ends_at_every_split() {
        struct Slow<'a>(&'a [u8], usize);
        impl Read for Slow<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let n = self.1.min(out.len()).min(self.0.len());
                out[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        for step in 1..8 {
            let inner = Slow(b"a\nb\r\n\n\r\nc\rd", step);
            let mut out = Vec::new();
            Crlf { inner, block: vec![0; 16], last: 0, ready: Vec::new(), at: 0 }
                .read_to_end(&mut out)
                .unwrap();
            assert_eq!(out, b"a\r\nb\r\n\r\n\r\nc\rd", "{step}");
        }
    }
}
