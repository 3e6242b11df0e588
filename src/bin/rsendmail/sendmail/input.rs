//! The message on stdin as sendmail takes it: one, whatever it begins with, to the end or (without `-i`) to a line with nothing but a
//! dot; and what is no header is the text.

use crate::eml;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write},
    sync::Arc,
};
use wirepost::{
    base::{error::*, scratch},
    cli::stdin,
};

/// Nothing in a header is longer; what is goes through unseen.
const LINE: u64 = 64 << 10;

/// Keeps standard input as one message. The second value says that something stood behind the dot.
pub fn message(dot_ends: bool) -> Result<(eml::Item, bool)> {
    stdin::claim("the message")?;
    let file = scratch::file()?;
    let mut reader = BufReader::with_capacity(64 << 10, stdin::reader());
    let done = copy(&mut reader, BufWriter::with_capacity(64 << 10, &file), dot_ends);
    let ended = done.map_err(|e| Error::from_io(e, Kind::Local, "cannot keep the message"))?;
    let more = ended && !reader.buffer().is_empty();
    Ok((item(file)?, more))
}

/// A file that is kept, as a message.
pub fn item(mut file: File) -> Result<eml::Item> {
    let failed = |e| Error::from_io(e, Kind::Local, "cannot keep the message");
    let len = file.metadata().map_err(failed)?.len();
    file.rewind().map_err(failed)?;
    let name = "standard input".to_string();
    Ok(eml::Item::Range { name, file: Arc::new(file), from: 0, len, mbox: false })
}

/// Copies line by line; whether a dot ended it.
fn copy(from: &mut impl BufRead, mut to: impl Write, dot_ends: bool) -> io::Result<bool> {
    let mut line = Vec::new();
    let (mut in_header, mut first, mut at_start) = (true, true, true);
    loop {
        line.clear();
        if from.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            to.flush()?;
            return Ok(false);
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if at_start && dot_ends && text == b"." && line.ends_with(b"\n") {
            to.flush()?;
            return Ok(true);
        }
        if in_header && at_start {
            let folded = text.starts_with(b" ") || text.starts_with(b"\t");
            let separator = first && text.starts_with(b"From ");
            in_header = separator || (!text.is_empty() && ((folded && !first) || is_field(text)));
            if !in_header && !text.is_empty() {
                to.write_all(b"\n")?;
            }
        }
        to.write_all(&line)?;
        (first, at_start) = (false, line.ends_with(b"\n"));
    }
}

/// RFC 5322 §2.2: a name of printable characters, a colon. With a blank before the colon it is one of §4.5.
fn is_field(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| matches!(b, 33..=57 | 59..=126)).count();
    let blanks = line[name..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    name > 0 && line.get(name + blanks) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(text: &str, dot_ends: bool) -> (String, bool) {
        let mut out = Vec::new();
        let ended = copy(&mut text.as_bytes(), &mut out, dot_ends).unwrap();
        (String::from_utf8(out).unwrap(), ended)
    }

    #[test]
    fn a_dot_ends_it_only_where_it_may() {
        let text = "Subject: x\n\none\n.\ntwo\n";
        assert_eq!(copied(text, false), (text.into(), false));
        assert_eq!(copied(text, true), ("Subject: x\n\none\n".into(), true));
        assert_eq!(copied("S: x\r\n\r\n.\r\nx", true), ("S: x\r\n\r\n".into(), true));
        for whole in ["S: x\n\n..\n", "S: x\n\n.x\n", "S: x\n\nx.\n", "S: x\n\n."] {
            assert_eq!(copied(whole, true), (whole.into(), false));
        }
        let long = format!("S: x\n\n{}.\nend\n", "x".repeat(LINE as usize - 1));
        assert_eq!(copied(&long, true), (long.clone(), false), "a dot at the edge of a block is none");
    }

    #[test]
    fn what_is_no_header_is_the_text() {
        for (text, want) in [
            ("hello\nworld\n", "\nhello\nworld\n"),
            ("Subject: x\nhello: y\nnot one\n", "Subject: x\nhello: y\n\nnot one\n"),
            ("From me Mon\nSubject: x\n\ny\n", "From me Mon\nSubject: x\n\ny\n"),
            ("Subject: x\n y\n\nz\nw\n", "Subject: x\n y\n\nz\nw\n"),
            ("Subject : x\n\nz", "Subject : x\n\nz"),
            (" x\n", "\n x\n"),
            ("\nx\n", "\nx\n"),
            ("", ""),
        ] {
            assert_eq!(copied(text, false).0, want, "{text:?}");
        }
    }
}
