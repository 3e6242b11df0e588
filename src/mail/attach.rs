//! What `--attach` and `--inline` name: files and globs, with what is said behind them.

use crate::base::{error::*, pattern};
use crate::mime::build::{Attachment, Source};
use crate::mime::{header, media_type, names, params::Style};
use std::{
    ffi::OsStr,
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// What `--attach` says: a file or a glob, and `;type=…`, `;name=…`, `;tail=1M`, `;gzip` behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachSpec {
    pub path: PathBuf,
    pub media_type: Option<String>,
    pub name: Option<String>,
    pub tail: Option<u64>,
    pub gzip: bool,
}

impl AttachSpec {
    /// A path that exists as it is written is that path, semicolons and all. Bytes that are no UTF-8 are the path's.
    pub fn parse(text: &OsStr) -> Result<AttachSpec> {
        let whole = || AttachSpec { path: text.into(), ..AttachSpec::default() };
        let pieces = text.as_bytes().split(|b| *b == b';').skip(1).map(std::str::from_utf8);
        let Ok(pieces) = pieces.collect::<Result<Vec<_>, _>>() else { return Ok(whole()) };
        if pieces.is_empty() || Path::new(text).exists() {
            return Ok(whole());
        }
        let path = text.as_bytes().split(|b| *b == b';').next().unwrap_or_default();
        let mut spec = AttachSpec { path: OsStr::from_bytes(path).into(), ..AttachSpec::default() };
        for piece in pieces {
            match piece.split_once('=').map_or((piece, ""), |(k, v)| (k, v)) {
                ("type", value) if value.contains('/') => spec.media_type = Some(value.to_ascii_lowercase()),
                ("name", value) if !value.is_empty() => spec.name = Some(value.into()),
                ("tail", value) => {
                    let size = crate::base::quantity::size(value).ok_or_else(|| {
                        Error::new(Kind::Usage, format!("'{value}' is no size"))
                            .hint("such as tail=64K or tail=1M")
                    })?;
                    spec.tail = Some(size);
                }
                ("gzip", "") => spec.gzip = true,
                _ => {
                    let error =
                        Error::new(Kind::Usage, format!("'{piece}' says nothing about an attachment"));
                    return Err(error.hint("type=…, name=…, tail=SIZE and gzip do"));
                }
            }
        }
        if spec.path.as_os_str().is_empty() {
            return Err(Error::new(Kind::Usage, "an attachment without a path"));
        }
        Ok(spec)
    }

    /// The files it stands for, opened.
    pub fn open(&self, style: Style) -> Result<Vec<Attachment>> {
        let name = self.path.as_os_str();
        let paths = if !self.path.exists() && pattern::is_glob(name.as_bytes()) {
            // A directory among the matches of a glob was not meant.
            let mut paths = pattern::expand(name)?;
            paths.retain(|p| !p.is_dir());
            if paths.is_empty() {
                return Err(Error::new(Kind::Missing, format!("no file matches {}", self.path.display())));
            }
            paths
        } else {
            vec![self.path.clone()]
        };
        paths.iter().map(|path| self.one(path, style)).collect()
    }

    fn one(&self, path: &Path, style: Style) -> Result<Attachment> {
        let own = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut name = self.name.clone().unwrap_or(own);
        let mut source = Source::file(path, self.tail)?;
        let mut guessed = media_type::by_name(&name);
        if self.gzip {
            // The size has to be known beforehand, so it is packed beforehand.
            let mut packed = flate2::read::GzEncoder::new(source.open(), flate2::Compression::default());
            let shown = format!("{}.gz", path.display());
            let spooled = Source::spool(&shown, &mut packed)?;
            source = spooled;
            if self.name.is_none() {
                name.push_str(".gz");
            }
            guessed = "application/gzip".into();
        }
        header::check(&format!("the name of {}", path.display()), &name)?;
        // A directory in a name is nobody's business, and a danger at the other end.
        let name = name.rsplit(['/', '\\']).next().map(str::to_string).unwrap_or_default();
        let name = if name.chars().any(char::is_control) {
            names::safe_name(&name).unwrap_or_default()
        } else {
            name
        };
        let media_type = self.media_type.clone().unwrap_or(guessed);
        Ok(Attachment { source, name, media_type, cid: None, style })
    }
}

/// `CID=FILE`.
pub fn inline(text: &OsStr, style: Style) -> Result<Attachment> {
    let halves = text.as_bytes().iter().position(|b| *b == b'=').map(|at| text.as_bytes().split_at(at));
    let named = halves.and_then(|(cid, path)| Some((std::str::from_utf8(cid).ok()?, &path[1..])));
    let (cid, path) = named.ok_or_else(|| {
        Error::new(Kind::Usage, format!("'{}' is not CID=FILE", text.display()))
            .hint("--inline logo=logo.png, shown by <img src=\"cid:logo\">")
    })?;
    let path = OsStr::from_bytes(path);
    let spec = AttachSpec::parse(path)?;
    let mut files = spec.open(style)?;
    match (files.pop(), files.is_empty()) {
        (Some(mut file), true) => {
            file.cid = Some(cid.to_string());
            Ok(file)
        }
        _ => Err(Error::new(
            Kind::Usage,
            format!("{} is more than one file for one Content-ID", path.display()),
        )),
    }
}

/// What comes on standard input, as a file of this name.
pub fn from_reader(reader: &mut dyn Read, name: &str, style: Style) -> Result<Attachment> {
    header::check("a file name", name)?;
    let source = Source::spool(name, reader)?;
    Ok(Attachment { source, name: name.into(), media_type: media_type::by_name(name), cid: None, style })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_attach_says() {
        let spec = AttachSpec::parse(OsStr::new("a.log;tail=1M;gzip;name=b.gz;type=Text/X")).unwrap();
        assert_eq!(
            spec,
            AttachSpec {
                path: "a.log".into(),
                media_type: Some("text/x".into()),
                name: Some("b.gz".into()),
                tail: Some(1 << 20),
                gzip: true
            }
        );
        for bad in ["a;b", "a;tail=x", "a;type=x", ";gzip", "a;gzip=1"] {
            assert_eq!(AttachSpec::parse(OsStr::new(bad)).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
        let dir = tempfile::tempdir().unwrap();
        for name in ["x.txt", "y.txt", "odd;name.txt"] {
            std::fs::write(dir.path().join(name), "0123456789").unwrap();
        }
        let parse = |text: String| AttachSpec::parse(OsStr::new(&text)).unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        assert_eq!(parse(path("odd;name.txt")).path, PathBuf::from(path("odd;name.txt")));
        let many = parse(path("[xy].txt")).open(Style::Both).unwrap();
        assert_eq!(many.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["x.txt", "y.txt"]);
        let error = parse(path("*.pdf")).open(Style::Both).unwrap_err();
        assert_eq!(error.kind(), Kind::Missing);
        let packed = parse(format!("{};tail=3;gzip", path("x.txt"))).open(Style::Both).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(packed[0].source.open()).read_to_string(&mut back).unwrap();
        assert_eq!((packed[0].name.as_str(), back.as_str()), ("x.txt.gz", "789"));
        // A name that is no UTF-8 is a name; the message tells it as well as it can.
        let odd = OsStr::from_bytes(b"caf\xe9.txt");
        std::fs::write(dir.path().join(odd), "x").unwrap();
        for given in [dir.path().join(odd), dir.path().join("caf*")] {
            let one = AttachSpec::parse(given.as_os_str()).unwrap().open(Style::Both).unwrap();
            assert_eq!(one[0].name, "caf\u{fffd}.txt");
        }
    }
}
