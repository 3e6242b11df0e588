//! Listings: one line in, one entry out. Pure.
//!
//! MLSD (RFC 3659 §7) is made for machines: facts, one space, the name to the end of the line. LIST was made for people, so
//! it is read as servers write it: `ls -l` of Unix with its three kinds of dates, and DOS. The name is what
//! follows the date and exactly one space, never trimmed: names may begin and end with spaces.

use crate::base::{
    date::{self, Time, number},
    tree::{Entry, EntryKind},
};

/// What a line of a listing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Entry(Entry),
    /// A heading: nothing to report.
    Nothing,
    /// The directory itself, and of MLSD what is unique to it on this server.
    Itself(Option<Box<[u8]>>),
    /// The same of the directory that holds it.
    Parent(Option<Box<[u8]>>),
    /// Not understood.
    Garbage,
}

/// A line of MLSD, or of MLST without its leading space: `type=file;size=7;modify=20261123043251; name`.
pub fn mlsx(line: &[u8]) -> Line {
    let Some(space) = memchr::memchr(b' ', line) else { return Line::Garbage };
    let (facts, name) = (&line[..space], &line[space + 1..]);
    let mut entry = Entry::new(name, EntryKind::Other);
    let (mut typed, mut unique) = (false, None);
    let mut own: Option<fn(Option<Box<[u8]>>) -> Line> = None;
    for fact in facts.split(|b| *b == b';').filter(|f| !f.is_empty()) {
        let Some(at) = memchr::memchr(b'=', fact) else { return Line::Garbage };
        let (key, value) = (&fact[..at], &fact[at + 1..]);
        match key.to_ascii_lowercase().as_slice() {
            b"type" => {
                typed = true;
                let low = value.to_ascii_lowercase();
                entry.kind = match low.as_slice() {
                    b"file" => EntryKind::File,
                    b"dir" => EntryKind::Dir,
                    b"cdir" => {
                        own = Some(Line::Itself);
                        EntryKind::Dir
                    }
                    b"pdir" => {
                        own = Some(Line::Parent);
                        EntryKind::Dir
                    }
                    link if link.starts_with(b"os.unix=slink") || link.starts_with(b"os.unix=symlink") => {
                        entry.target = memchr::memchr(b':', value).map(|at| value[at + 1..].into());
                        EntryKind::Link
                    }
                    _ => EntryKind::Other,
                };
            }
            b"size" => entry.size = number(value).and_then(|n| u64::try_from(n).ok()),
            b"modify" => entry.modified = Time::from_mdtm(value),
            b"unique" => unique = Some(value.into()),
            b"unix.mode" => entry.mode = octal(value),
            _ => {}
        }
    }
    if let Some(own) = own {
        return own(unique);
    }
    if !typed || name.is_empty() {
        return Line::Garbage;
    }
    if entry.kind != EntryKind::File {
        entry.size = None;
    }
    Line::Entry(entry)
}

fn octal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 || !digits.iter().all(|d| (b'0'..=b'7').contains(d)) {
        return None;
    }
    Some(digits.iter().fold(0, |n, d| n * 8 + u32::from(d - b'0')) & 0o7777)
}

/// A line of LIST. `offset` is the server's zone, seconds east of UTC; `now` decides the year of dates without one.
pub fn list(line: &[u8], offset: i64, now: Time) -> Line {
    let first = line.first().copied().unwrap_or(b' ');
    let read = match first {
        b'-' | b'd' | b'l' | b'b' | b'c' | b'p' | b's' => unix(line, offset, now),
        b'0'..=b'9' => dos(line, offset),
        _ if line.is_empty() || line.starts_with(b"total ") => return Line::Nothing,
        _ => None,
    };
    match read {
        Some(entry) if entry.name == b"." => Line::Itself(None),
        Some(entry) if entry.name == b".." => Line::Parent(None),
        Some(entry) => Line::Entry(entry),
        None => Line::Garbage,
    }
}

/// Words with where they begin and end.
fn words(line: &[u8]) -> Vec<(usize, usize)> {
    let mut out = Vec::with_capacity(9);
    let mut at = 0;
    while at < line.len() && out.len() < 12 {
        if line[at] == b' ' || line[at] == b'\t' {
            at += 1;
            continue;
        }
        let from = at;
        while at < line.len() && line[at] != b' ' && line[at] != b'\t' {
            at += 1;
        }
        out.push((from, at));
    }
    out
}

/// `drwxr-xr-x 2 owner group 4096 Nov 23 04:32 name -> target`; owner and group may be missing or hold odd words.
fn unix(line: &[u8], offset: i64, now: Time) -> Option<Entry> {
    let words = words(line);
    let word = |i: usize| words.get(i).map(|(from, to)| &line[*from..*to]);
    let permissions = word(0).filter(|p| p.len() >= 10)?;
    // The date follows the size; nothing before the third word can be it.
    for i in 2..words.len() {
        let Some(size) = word(i - 1).and_then(number) else { continue };
        let Some((modified, tolerance, used)) = unix_date(&[word(i), word(i + 1), word(i + 2)], offset, now)
        else {
            continue;
        };
        let end = words[i + used - 1].1;
        // Exactly one space stands before the name.
        let name = line.get(end + 1..).filter(|n| !n.is_empty())?;
        let kind = match permissions[0] {
            b'-' => EntryKind::File,
            b'd' => EntryKind::Dir,
            b'l' => EntryKind::Link,
            _ => EntryKind::Other,
        };
        let mut entry = Entry::new(name, kind);
        if kind == EntryKind::Link
            && let Some(at) = memchr::memmem::find(name, b" -> ")
        {
            entry.target = Some(name[at + 4..].into());
            entry.name = name[..at].to_vec();
        }
        entry.size = u64::try_from(size).ok().filter(|_| kind == EntryKind::File);
        (entry.modified, entry.tolerance) = (Some(modified), tolerance);
        entry.mode = mode(permissions);
        return Some(entry);
    }
    None
}

/// `Nov 23 04:32`, `Nov 23 2025`, `23 Nov 04:32` or `2026-11-23 04:32`: the moment, its tolerance, and how many words it took.
fn unix_date(words: &[Option<&[u8]>; 3], offset: i64, now: Time) -> Option<(Time, u32, usize)> {
    let first = words[0]?;
    if first.len() == 10 && first[4] == b'-' && first[7] == b'-' {
        let (h, m) = clock(words[1]?)?;
        let (y, mo, d) = (number(&first[..4])?, number(&first[5..7])?, number(&first[8..])?);
        return Some((Time::civil(y, mo, d, h, m, 0, offset)?, 60, 2));
    }
    let (month, day) = match (date::month(first), date::month(words[1]?)) {
        (Some(month), _) if first.len() == 3 => (month, number(words[1]?)?),
        (_, Some(month)) => (month, number(first)?),
        _ => return None,
    };
    let third = words[2]?;
    if let Some((h, m)) = clock(third) {
        let year = date::year_of(month, day, Time(now.0 + offset));
        return Some((Time::civil(year, month, day, h, m, 0, offset)?, 60, 3));
    }
    let year = number(third).filter(|_| third.len() == 4)?;
    Some((Time::civil(year, month, day, 0, 0, 0, offset)?, 86_400, 3))
}

/// `4:32`, `04:32`.
fn clock(text: &[u8]) -> Option<(i64, i64)> {
    let at = memchr::memchr(b':', text)?;
    let (h, m) = (number(&text[..at])?, number(&text[at + 1..])?);
    (h < 24 && m < 60).then_some((h, m))
}

/// `rwxr-x---` to 0o750, with set-id and sticky bits.
fn mode(permissions: &[u8]) -> Option<u32> {
    let mut bits = 0;
    for (i, c) in permissions.get(1..10)?.iter().enumerate() {
        let bit = 0o400 >> i;
        let special = [0o4000, 0o2000, 0o1000][i / 3];
        bits |= match c {
            b'-' => 0,
            b'r' | b'w' | b'x' => bit,
            b's' | b't' => bit | special,
            b'S' | b'T' => special,
            _ => return None,
        };
    }
    Some(bits)
}

/// `11-23-26  04:32AM       <DIR>          name` and `11-23-2026  16:32  1234 name`.
fn dos(line: &[u8], offset: i64) -> Option<Entry> {
    let words = words(line);
    let word = |i: usize| words.get(i).map(|(from, to)| &line[*from..*to]);
    let day = word(0)?;
    let mut parts = day.split(|b| *b == b'-' || *b == b'/').map(number);
    let (month, day, year) = (parts.next()??, parts.next()??, parts.next()??);
    let year = match year {
        0..70 => 2000 + year,
        70..100 => 1900 + year,
        _ => year,
    };
    let time = word(1)?.to_ascii_uppercase();
    let (time, half) = match (time.strip_suffix(b"AM"), time.strip_suffix(b"PM")) {
        (Some(t), _) => (t, Some(0)),
        (_, Some(t)) => (t, Some(12)),
        _ => (time.as_slice(), None),
    };
    let (hour, minute) = clock(time)?;
    let hour = half.map_or(hour, |add| hour % 12 + add);
    let what = word(2)?;
    let (kind, size) = match what {
        b"<DIR>" => (EntryKind::Dir, None),
        b"<JUNCTION>" | b"<SYMLINK>" | b"<SYMLINKD>" => (EntryKind::Link, None),
        digits => (EntryKind::File, Some(u64::try_from(number(digits)?).ok()?)),
    };
    // <DIR> is padded to the column of sizes, so the name begins after the blanks.
    let name = line.get(words[2].1..)?;
    let name = if size.is_some() { name.get(1..)? } else { name.trim_ascii_start() };
    if name.is_empty() {
        return None;
    }
    let mut entry = Entry::new(name, kind);
    entry.size = size;
    entry.modified = Time::civil(year, month, day, hour, minute, 0, offset);
    entry.tolerance = 60;
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Time = Time(1_795_408_371); // 2026-11-23T04:32:51Z

    fn entry(line: Line) -> (String, EntryKind, Option<u64>, String) {
        let Line::Entry(e) = line else { panic!("{line:?}") };
        (String::from_utf8(e.name).unwrap(), e.kind, e.size, e.modified.map_or(String::new(), Time::rfc3339))
    }

    #[test]
    fn mlsd() {
        let e =
            entry(mlsx(b"type=file;size=1073741824;modify=20261123043251.123;UNIX.mode=0644;  two spaces "));
        assert_eq!(e, (" two spaces ".into(), EntryKind::File, Some(1 << 30), "2026-11-23T04:32:51Z".into()));
        assert_eq!(entry(mlsx(b"Type=dir;Modify=20261123043251; d")).1, EntryKind::Dir);
        let Line::Entry(link) = mlsx(b"type=OS.unix=slink:/etc/passwd;size=9; l") else { panic!() };
        assert_eq!(
            (link.kind, link.target.unwrap(), link.size),
            (EntryKind::Link, b"/etc/passwd"[..].into(), None)
        );
        assert_eq!(mlsx(b"type=cdir; ."), Line::Itself(None));
        assert_eq!(mlsx(b"unique=8U1;Type=pdir;modify=x; "), Line::Parent(Some(b"8U1"[..].into())));
        assert_eq!(entry(mlsx(b"type=file;size=18446744073709551616; x")).2, None);
        for bad in [&b""[..], b"type=file;", b"type=file; ", b"size=7; x", b"nonsense x"] {
            assert_eq!(mlsx(bad), Line::Garbage, "{bad:?}");
        }
    }

    #[test]
    fn unix_listings() {
        for (line, name, size, time) in [
            (
                "-rw-r--r--   1 ci       users        1234 Nov 23 04:32 a b.txt",
                "a b.txt",
                Some(1234),
                "2026-11-23T04:32:00Z",
            ),
            (
                "-rw-r--r--   1 ci       users        1234 Dec 24 04:32 x",
                "x",
                Some(1234),
                "2025-12-24T04:32:00Z",
            ),
            (
                "-rw-r--r--   1 ci       users        1234 Nov 23  2019  leading",
                " leading",
                Some(1234),
                "2019-11-23T00:00:00Z",
            ),
            (
                "-rw-r--r--   1 1000     1000            0 2026-11-23 04:32 iso",
                "iso",
                Some(0),
                "2026-11-23T04:32:00Z",
            ),
            (
                "-rw-rw-r--   1 nogroup      77 23 Nov 04:32 swapped",
                "swapped",
                Some(77),
                "2026-11-23T04:32:00Z",
            ),
            (
                "-rw-r--r--   1 domain users 5 group 42 Jan  5 2020 odd owner",
                "odd owner",
                Some(42),
                "2020-01-05T00:00:00Z",
            ),
            ("-rw-r--r--+  1 a b 42 Jan  5 2020 acl", "acl", Some(42), "2020-01-05T00:00:00Z"),
        ] {
            let e = entry(list(line.as_bytes(), 0, NOW));
            assert_eq!(e, (name.into(), EntryKind::File, size, time.into()), "{line}");
        }
        let Line::Entry(link) = list(b"lrwxrwxrwx 1 a b 4 Nov 23 04:32 l -> /etc", 0, NOW) else { panic!() };
        assert_eq!(
            (link.kind, link.name, link.target.unwrap()),
            (EntryKind::Link, b"l".to_vec(), b"/etc"[..].into())
        );
        let Line::Entry(dir) = list(b"drwxr-s--T 2 a b 4096 Nov 23 04:32 d", 3600, NOW) else { panic!() };
        assert_eq!((dir.kind, dir.size, dir.mode), (EntryKind::Dir, None, Some(0o3750)));
        assert_eq!(
            dir.modified.unwrap().rfc3339(),
            "2026-11-23T03:32:00Z",
            "the server's zone is east of us"
        );
        for (line, is) in [
            ("total 12", Line::Nothing),
            ("", Line::Nothing),
            ("drwxr-xr-x 2 a b 4096 Nov 23 04:32 .", Line::Itself(None)),
            ("drwxr-xr-x 2 a b 4096 Nov 23 04:32 ..", Line::Parent(None)),
        ] {
            assert_eq!(list(line.as_bytes(), 0, NOW), is);
        }
        for bad in [
            "-rw-r--r-- 1 a b",
            "garbage",
            "-rw",
            "-rw-r--r-- 1 a b 7 Nov 23 04:32",
            "-rw-r--r-- 1 a b 7 Nov 23 04:32 ",
        ] {
            assert_eq!(list(bad.as_bytes(), 0, NOW), Line::Garbage, "{bad}");
        }
    }

    #[test]
    fn dos_listings() {
        let e = entry(list(b"11-23-26  04:32PM                 1234 a b.txt", 0, NOW));
        assert_eq!(e, ("a b.txt".into(), EntryKind::File, Some(1234), "2026-11-23T16:32:00Z".into()));
        let e = entry(list(b"11-23-2026  12:05AM       <DIR>          Program Files", 0, NOW));
        assert_eq!(e, ("Program Files".into(), EntryKind::Dir, None, "2026-11-23T00:05:00Z".into()));
        assert_eq!(list(b"11-23-26  04:32PM  zz a", 0, NOW), Line::Garbage);
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(-rw-r--r--|drwx|type=|size=|;|=| |Nov|23|04:32|2026|-|<DIR>|PM|x|ü){0,14}") {
            let _ = (mlsx(line.as_bytes()), list(line.as_bytes(), 0, NOW));
        }
    }
}
