//! What `--show` and `--part` add to a message: only the parts that are needed are fetched, and they stream.

use crate::attach;
use std::io::{self, Read, Write};
use wirepost::{
    base::{error::*, escape, quantity, record},
    cli::Output,
    imap::{FetchItem, Mailbox, Message, Part, Piece, Uid, UidSet},
    mime::header,
};

/// Of a text so much goes into JSON or a preview's making.
const TEXT_LIMIT: u64 = 4 << 20;
/// So much of a first part is asked for together with the structure: most texts are shorter.
pub const GUESS: u64 = 64 << 10;
const PREVIEW: usize = 200;
/// So much of a text is fetched for it.
pub const PREVIEW_BYTES: u64 = 8 << 10;

/// The fields of a header, decoded.
pub fn headers(message: &Message) -> Vec<(String, String)> {
    let head = message.header.as_deref().unwrap_or_default();
    header::fields(head).map(|f| (String::from_utf8_lossy(f.name).into_owned(), f.text())).collect()
}

/// The parts as JSON has them.
pub fn parts(structure: &Part) -> Vec<record::Value> {
    let mut out = Vec::new();
    walk(structure, &mut |part| {
        let mut value = record::json!({ "part": part.path, "media_type": part.media_type() });
        if let Some(map) = value.as_object_mut() {
            let mut put = |key: &str, value: Option<record::Value>| {
                value.map(|v| map.insert(key.to_string(), v));
            };
            put("name", attach::name_of(part).map(Into::into));
            put("size", (!part.is_multipart()).then(|| part.size.into()));
            put("encoding", Some(part.encoding.clone()).filter(|e| !e.is_empty()).map(Into::into));
            put("charset", attach::charset_of(part).map(Into::into));
            put("disposition", part.disposition.clone().map(Into::into));
            put("attachment", (!part.is_multipart()).then(|| attach::is_attachment(part).into()));
        }
        out.push(value);
    });
    out
}

/// The parts as a person reads them, one a line.
pub fn tree(structure: &Part) -> String {
    let mut out = String::new();
    walk(structure, &mut |part| {
        let depth = part.path.matches('.').count() + usize::from(!part.path.is_empty());
        let name = attach::name_of(part).map(|n| format!("  {}", escape::text(&n))).unwrap_or_default();
        let size =
            if part.is_multipart() { String::new() } else { format!("  {}", quantity::human(part.size)) };
        let kind = part.media_type();
        let path = if part.path.is_empty() { "-" } else { &part.path };
        out.push_str(&format!(
            "{:indent$}{path}  {}{size}{name}\n",
            "",
            escape::text(&kind),
            indent = 2 * depth
        ));
    });
    out
}

fn walk(part: &Part, with: &mut dyn FnMut(&Part)) {
    with(part);
    part.parts.iter().for_each(|p| walk(p, with));
}

/// Texts of messages whose structures are known, or their first `limit` bytes: one round trip for all of them. `guessed` holds first parts that came
/// along already. `with` gets each message's text in pieces, in order: the message, the piece, whether more was cut.
///
/// # Errors
/// The connection's.
pub fn texts(
    mailbox: &mut Mailbox<'_>,
    messages: &[(Uid, &Part, Option<&[u8]>)],
    limit: Option<u64>,
    with: &mut dyn FnMut(usize, &mut dyn Read, bool) -> Result<()>,
) -> Result<()> {
    let mut wanted = Vec::new();
    let mut owners: Vec<(usize, Part)> = Vec::new();
    for (at, (uid, structure, guess)) in messages.iter().enumerate() {
        let parts = attach::readable(structure);
        if let ([only], Some(guess)) = (parts.as_slice(), guess)
            && only.path == "1"
            && only.size <= GUESS
        {
            with(at, &mut attach::text(only, *guess), false)?;
            continue;
        }
        for part in parts {
            let section = part.path.clone();
            wanted.push((UidSet::one(*uid), vec![FetchItem::Body { section, range: limit.map(|n| (0, n)) }]));
            owners.push((at, part.clone()));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let mut fetching = mailbox.fetch_each(&wanted);
    while let Some(found) = fetching.next()? {
        let Piece::Body(body) = found else { continue };
        // Answers come in the order of the commands; one that does not is found by its UID and section.
        let fits = |(at, part): &(usize, Part)| {
            body.uid.is_none_or(|u| messages[*at].0 == u) && body.section == part.path.to_ascii_uppercase()
        };
        let owner = owners.get(body.command).filter(|o| fits(o)).or_else(|| owners.iter().find(|o| fits(o)));
        let Some((at, part)) = owner else {
            body.skip()?;
            continue;
        };
        let mut body = body;
        with(*at, &mut attach::text(part, &mut body), false)?;
        body.skip()?;
    }
    Ok(())
}

/// Text for a terminal: what moves the cursor is escaped, line ends stay.
pub fn print(text: &mut dyn Read, out: &mut dyn Write, raw: bool) -> Result<()> {
    let failed = |e| Error::from_io(e, Kind::Local, "cannot write the text");
    let read = |e| Error::from_io(e, Kind::Local, "cannot read the text");
    if raw {
        let mut unix = Unix { inner: text, held: false };
        io::copy(&mut unix, out).map_err(read)?;
        return Ok(());
    }
    let mut lines = io::BufReader::new(text);
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = io::BufRead::read_until(&mut (&mut lines).take(64 << 10), b'\n', &mut line).map_err(read)?;
        if n == 0 {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        let body = line.strip_suffix(b"\n").unwrap_or(&line);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        let shown = String::from_utf8_lossy(body).replace('\t', "        ");
        out.write_all(escape::text(&shown).as_bytes()).map_err(failed)?;
        if whole {
            out.write_all(b"\n").map_err(failed)?;
        }
    }
}

/// CRLF as LF.
struct Unix<'r> {
    inner: &'r mut dyn Read,
    /// A CR was read whose LF may come.
    held: bool,
}

impl Read for Unix<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.len() < 2 {
            let mut two = [0; 2];
            let n = self.read(&mut two)?;
            if out.is_empty() || n == 0 {
                return Ok(0);
            }
            out[0] = two[0];
            return Ok(1);
        }
        loop {
            let from = usize::from(self.held);
            if self.held {
                out[0] = b'\r';
            }
            let n = self.inner.read(&mut out[from..])?;
            if n == 0 {
                return Ok(usize::from(std::mem::take(&mut self.held)));
            }
            let len = from + n;
            self.held = out[len - 1] == b'\r';
            let (mut to, end) = (0, len - usize::from(self.held));
            for at in 0..end {
                if out[at] == b'\r' && out.get(at + 1) == Some(&b'\n') && at + 1 < len {
                    continue;
                }
                out[to] = out[at];
                to += 1;
            }
            if to > 0 {
                return Ok(to);
            }
        }
    }
}

/// A text for JSON: all of it up to a bound, and whether it was cut.
pub fn collect(text: &mut dyn Read, into: &mut String) -> Result<bool> {
    let mut bytes = Vec::new();
    let failed = |e| Error::from_io(e, Kind::Local, "cannot read the text");
    let room = TEXT_LIMIT.saturating_sub(into.len() as u64);
    text.take(room).read_to_end(&mut bytes).map_err(failed)?;
    let mut one = [0];
    let cut = bytes.len() as u64 == room && text.read(&mut one).map_err(failed)? > 0;
    into.push_str(&String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
    Ok(cut)
}

/// The first words of a text, on one line.
pub fn preview(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(60).collect();
    words.join(" ").chars().take(PREVIEW).collect()
}

/// Big blocks: `io::copy` would move 8 KiB at a time.
pub fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<u64> {
    let mut block = vec![0; 128 << 10];
    let mut total = 0;
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                to.write_all(&block[..n])?;
                total += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// What one message's `--show headers` prints.
pub fn print_headers(message: &Message, out: &mut Output) {
    for (name, value) in headers(message) {
        out.line(format_args!("{}: {}", escape::text(&name), escape::text(&value)));
    }
    if message.header_cut {
        out.line("[cut: the header is longer than 256 KiB]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_unix() {
        for step in 1..6 {
            struct Slow<'a>(&'a [u8], usize);
            impl Read for Slow<'_> {
                fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                    let n = self.1.min(out.len()).min(self.0.len());
                    out[..n].copy_from_slice(&self.0[..n]);
                    self.0 = &self.0[n..];
                    Ok(n)
                }
            }
            let mut slow = Slow(b"a\r\n\r\r\nb\rc\r\n\r", step);
            let mut out = Vec::new();
            Unix { inner: &mut slow, held: false }.read_to_end(&mut out).unwrap();
            assert_eq!(out, b"a\n\r\nb\rc\n\r", "{step}");
        }
    }
}
