//! Lists of digests as `sha256sum` writes and checks them: `HEX  NAME`, names relative to the destination, so that the list
//! can be checked there (`sha256sum -c`, `rftp verify --manifest`).

use std::{
    io::{BufRead, Write},
    path::Path,
};
use wirepost::{
    base::{digest::unhex, error::*},
    store::partial::{Conflict, Partial},
};

/// A list in the making; it appears under its name when it is whole.
pub struct Manifest(Partial);

impl Manifest {
    /// # Errors
    /// `Create` if it cannot be: before anything is transferred.
    pub fn create(path: &Path) -> Result<Manifest> {
        Partial::beside(path, 0o666).map(Manifest)
    }

    pub fn add(&mut self, name: &[u8], sha256: &str) -> Result<()> {
        self.0
            .write_all(&line(name, sha256))
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot write the manifest"))
    }

    pub fn finish(self) -> Result<()> {
        self.0.persist(Conflict::Overwrite).map(|_| ())
    }
}

/// A name with a backslash or a line break is escaped, and its line begins with a backslash.
fn line(name: &[u8], sha256: &str) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(name.len());
    for b in name {
        match b {
            b'\\' => escaped.extend_from_slice(b"\\\\"),
            b'\n' => escaped.extend_from_slice(b"\\n"),
            b'\r' => escaped.extend_from_slice(b"\\r"),
            b => escaped.push(*b),
        }
    }
    let mark: &[u8] = if escaped.len() > name.len() { b"\\" } else { b"" };
    [mark, sha256.as_bytes(), b"  ", &escaped, b"\n"].concat()
}

/// Reads a list: names and SHA-256 digests.
///
/// # Errors
/// `Missing` if it cannot be read, `Input` for a line that is none.
pub fn read(path: &Path) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let shown = path.display();
    let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
    let mut found = Vec::new();
    let reader = std::io::BufReader::new(std::fs::File::open(path).map_err(failed)?);
    for (i, line) in reader.split(b'\n').enumerate() {
        let line = line.map_err(failed)?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        found.push(parse(line).ok_or_else(|| {
            let text = format!("{shown}: line {} is no line of a sha256sum list", i + 1);
            Error::new(Kind::Input, text)
        })?);
    }
    Ok(found)
}

/// `HEX  NAME`, `HEX *NAME`, or with a backslash before both where the name is escaped.
fn parse(line: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
    let digest = unhex(line.get(..64)?)?;
    let name = line[64..].strip_prefix(b"  ").or_else(|| line[64..].strip_prefix(b" *"))?;
    let name = if escaped { unescape(name)? } else { name.to_vec() };
    (!name.is_empty()).then_some((name, digest))
}

fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            b => *b,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_there_and_back() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        for name in [&b"a b"[..], b"d/\\x", b"two\nlines", b"\xff", b" lead"] {
            let line = line(name, hex);
            let (back, digest) = parse(line.strip_suffix(b"\n").unwrap()).unwrap();
            assert_eq!((back.as_slice(), digest), (name, unhex(hex.as_bytes()).unwrap()));
        }
        assert_eq!(line(b"x", hex), format!("{hex}  x\n").into_bytes());
        assert_eq!(parse(format!("{hex} *x").as_bytes()).unwrap().0, b"x");
        for bad in ["", "x", &hex[..63], &format!("{hex} x"), &format!("{hex}  "), &format!("\\{hex}  a\\z")]
        {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
