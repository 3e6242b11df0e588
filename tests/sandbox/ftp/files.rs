//! Names below the root, listing lines, times and digests.
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openssl::hash::{Hasher, MessageDigest};

use super::super::clock::{MONTHS, civil, now, seconds};
use super::Listing;

/// A path as the client sees it: its components below the root.
pub type Virtual = Vec<Vec<u8>>;

pub fn resolve(cwd: &Virtual, arg: &[u8]) -> Virtual {
    let mut path = if arg.starts_with(b"/") { Vec::new() } else { cwd.clone() };
    for part in arg.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(path.pop()),
            name => path.push(name.to_vec()),
        }
    }
    path
}

pub fn real(root: &Path, path: &Virtual) -> PathBuf {
    path.iter().fold(root.to_owned(), |dir, name| dir.join(OsStr::from_bytes(name)))
}

pub fn shown(path: &Virtual) -> Vec<u8> {
    path.iter().fold(Vec::new(), |shown, name| [&shown, b"/".as_slice(), name].concat())
}

/// The directory's entries by name, with the metadata of what they lead to.
pub fn entries(dir: &Path) -> io::Result<Vec<(Vec<u8>, Metadata)>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        // A file may be renamed between the two calls.
        if let Ok(meta) = entry.metadata() {
            entries.push((entry.file_name().into_vec(), meta));
        }
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

fn modified(meta: &Metadata) -> i64 {
    let time = meta.modified().unwrap_or(UNIX_EPOCH);
    time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// `YYYYMMDDHHMMSS`.
pub fn stamp(meta: &Metadata) -> String {
    civil(modified(meta)).map(|n| format!("{n:02}")).concat()
}

/// `YYYYMMDDHHMM[SS[.sss]]`.
pub fn parse_stamp(text: &[u8]) -> Option<SystemTime> {
    let digits = text.split(|b| *b == b'.').next()?;
    if !matches!(digits.len(), 12 | 14) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n = |from: usize, to: usize| {
        digits.get(from..to).map_or(0, |d| d.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
    };
    let time = seconds([n(0, 4), n(4, 6), n(6, 8), n(8, 10), n(10, 12), n(12, 14)]);
    Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(time).ok()?))
}

pub fn set_modified(path: &Path, time: SystemTime) -> io::Result<()> {
    std::fs::File::open(path)?.set_modified(time)
}

pub fn facts(meta: &Metadata) -> String {
    let kind = if meta.is_dir() { "dir" } else { "file" };
    let perm = if meta.is_dir() { "flcdmpe" } else { "adfrw" };
    let mode = meta.permissions().mode() & 0o7777;
    let size = if meta.is_dir() { String::new() } else { format!("size={};", meta.len()) };
    format!("type={kind};{size}modify={};perm={perm};UNIX.mode=0{mode:o}; ", stamp(meta))
}

pub fn list_line(dialect: Listing, name: &[u8], meta: &Metadata) -> Vec<u8> {
    let time = modified(meta);
    let [year, month, day, hour, minute, _] = civil(time);
    let text = match dialect {
        Listing::Dos => {
            let half = if hour < 12 { "AM" } else { "PM" };
            let size =
                if meta.is_dir() { "      <DIR>         ".into() } else { format!("{:>20}", meta.len()) };
            let hour = (hour + 11) % 12 + 1;
            format!("{month:02}-{day:02}-{:02}  {hour:02}:{minute:02}{half} {size} ", year % 100)
        }
        Listing::Unix => {
            let mode = meta.permissions().mode();
            let mut bits = String::from(if meta.is_symlink() {
                "l"
            } else if meta.is_dir() {
                "d"
            } else {
                "-"
            });
            for (n, c) in "rwxrwxrwx".chars().enumerate() {
                bits.push(if mode & (0o400 >> n) != 0 { c } else { '-' });
            }
            let now = now();
            let recent = (now - 182 * 86_400..=now + 86_400).contains(&time);
            let when = if recent { format!("{hour:02}:{minute:02}") } else { format!("{year:>5}") };
            let month = MONTHS[(month - 1) as usize];
            format!("{bits}    1 ftp      ftp      {:>12} {month} {day:>2} {when} ", meta.len())
        }
    };
    [text.as_bytes(), name].concat()
}

/// A digest of the bytes `from..to` of a file, in hexadecimal, or `None` where the algorithm is unknown.
pub fn digest(path: &Path, algorithm: &str, from: u64, to: Option<u64>) -> Option<io::Result<String>> {
    let digest = match algorithm {
        "SHA-512" => MessageDigest::sha512(),
        "SHA-256" => MessageDigest::sha256(),
        "SHA-1" => MessageDigest::sha1(),
        "MD5" => MessageDigest::md5(),
        "CRC32" => return Some(crc(path, from, to)),
        _ => return None,
    };
    let run = || {
        let mut hasher = Hasher::new(digest).map_err(io::Error::other)?;
        feed(path, from, to, |bytes| hasher.update(bytes).map_err(io::Error::other))?;
        let sum = hasher.finish().map_err(io::Error::other)?;
        Ok(sum.iter().map(|b| format!("{b:02x}")).collect())
    };
    Some(run())
}

fn crc(path: &Path, from: u64, to: Option<u64>) -> io::Result<String> {
    let mut crc = crc32fast::Hasher::new();
    feed(path, from, to, |bytes| {
        crc.update(bytes);
        Ok(())
    })?;
    Ok(format!("{:08x}", crc.finalize()))
}

fn feed(
    path: &Path,
    from: u64,
    to: Option<u64>,
    mut sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut file = file.take(to.map_or(u64::MAX, |to| to.saturating_sub(from)));
    let mut buf = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buf)? {
            0 => return Ok(()),
            n => sink(&buf[..n])?,
        }
    }
}
