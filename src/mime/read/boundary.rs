//! The letters of delimiter lines (RFC 2046 §5.1.1).

use super::{BOUNDARY, DELIMITER};
use memchr::memchr;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    No,
    More,
    /// White space up to the end of the line: how many bytes, without and with that end.
    Yes(usize, usize),
}

/// Whether the rest of a line is white space.
pub(super) fn blank(rest: &[u8], end: bool) -> Blank {
    let n = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match &rest[n..] {
        [b'\n', ..] => Blank::Yes(n, n + 1),
        [b'\r', b'\n', ..] => Blank::Yes(n, n + 2),
        [b'\r'] | [] if end => Blank::Yes(n, rest.len()),
        [b'\r'] | [] if n < DELIMITER - BOUNDARY => Blank::More,
        _ => Blank::No,
    }
}

/// The next line end that two dashes follow.
pub(super) fn dashes(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let dash = at + memchr(b'-', &data[at..])?;
        if dash > from && data[dash - 1] == b'\n' && data.get(dash + 1) == Some(&b'-') {
            return Some(dash - 1);
        }
        at = dash + 1;
    }
}

/// How many bytes at the end may be the start of a delimiter.
pub(super) fn unfinished(data: &[u8]) -> usize {
    [&b"\r\n-"[..], b"\n-", b"\r\n", b"\n", b"\r"]
        .iter()
        .find(|end| data.ends_with(end))
        .map_or(0, |end| end.len())
}
