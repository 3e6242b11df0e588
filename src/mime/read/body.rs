//! The body of a part: bytes up to a delimiter, and what a delimiter does.
//!
//! All open boundaries are looked for at once, the innermost first. What may still become a delimiter when more arrives is held
//! back by the caller, never more than a line of it.

use super::boundary::{Blank, blank, dashes, unfinished};
use super::part::Context;
use super::{Parser, Sink, State, What, text};
use crate::base::error::*;
use crate::mime::defect::Defect;
use crate::mime::encode::Encoding;

pub(super) enum Found {
    No,
    /// The line has to be whole first.
    More,
    Delimiter {
        level: usize,
        end: bool,
        length: usize,
    },
}

impl Parser {
    /// Gives out what is no delimiter; returns how many bytes were used. Stops behind a delimiter (the state has changed), or
    /// before bytes that may be the start of one.
    pub(super) fn body_bytes(
        &mut self,
        data: &[u8],
        end: bool,
        sink: &mut dyn Sink,
    ) -> Result<(usize, bool)> {
        let State::Body(what) = self.state else { return Ok((0, false)) };
        if !self.stack.iter().any(|level| !level.boundary.is_empty()) {
            self.give(what, data, sink)?;
            return Ok((data.len(), false));
        }
        let mut from = 0;
        if self.bol {
            // The first line of a body has no line end before it.
            let dashes = data.iter().take(2).take_while(|b| **b == b'-').count();
            if dashes == data.len() && dashes < 2 && !end {
                return Ok((0, true));
            }
            if dashes == 2 {
                match self.delimiter(&data[2..], end, 0) {
                    Found::More => return Ok((0, true)),
                    Found::Delimiter { level, end, length } => {
                        self.cut(level, end, &data[..length + 2], sink)?;
                        return Ok((length + 2, false));
                    }
                    Found::No => {}
                }
            }
            self.bol = false;
        }
        // In base64 a dash is rarer than any pair of bytes, and a single byte is found fastest.
        let sparse = what == What::Body
            && self.stack.last().is_some_and(|level| level.part.encoding == Encoding::Base64);
        loop {
            let found =
                if sparse { dashes(data, from) } else { self.finder.find(&data[from..]).map(|at| from + at) };
            let Some(newline) = found else { break };
            let start = if newline > 0 && data[newline - 1] == b'\r' { newline - 1 } else { newline };
            match self.delimiter(&data[newline + 3..], end, newline + 1) {
                Found::No => from = newline + 3,
                Found::More => {
                    self.give(what, &data[..start], sink)?;
                    return Ok((start, true));
                }
                Found::Delimiter { level, end, length } => {
                    let stop = newline + 3 + length;
                    self.give(what, &data[..start], sink)?;
                    self.cut(level, end, &data[start..stop], sink)?;
                    return Ok((stop, false));
                }
            }
        }
        let keep = if end { 0 } else { unfinished(data) };
        self.give(what, &data[..data.len() - keep], sink)?;
        Ok((data.len() - keep, keep > 0))
    }

    /// What a line is that starts with two dashes, given what is behind them; it starts `ahead` bytes from here.
    pub(super) fn delimiter(&mut self, line: &[u8], end: bool, ahead: usize) -> Found {
        let mut more = false;
        for nth in (0..self.stack.len()).rev() {
            let level = &self.stack[nth];
            let boundary = level.boundary.as_slice();
            if boundary.is_empty() {
                continue;
            }
            if line.len() < boundary.len() {
                more |= !end && boundary.starts_with(line);
                continue;
            }
            let Some(rest) = line.strip_prefix(boundary) else { continue };
            // The end has two more dashes; a boundary may itself end in dashes, so both readings are tried.
            let open = blank(rest, end);
            let shut = if rest.len() < 2 && !end && b"--".starts_with(rest) {
                Blank::More
            } else {
                rest.strip_prefix(b"--").map_or(Blank::No, |rest| blank(rest, end))
            };
            match (open, shut) {
                (Blank::Yes(..) | Blank::More, _) | (_, Blank::Yes(..) | Blank::More) if level.closed => {
                    if let (Blank::Yes(..), _) | (_, Blank::Yes(..)) = (open, shut) {
                        self.odd(nth, "delimiter_after_end", ahead);
                    } else {
                        more = true;
                    }
                }
                (Blank::Yes(_, n), _) => {
                    return Found::Delimiter { level: nth, end: false, length: boundary.len() + n };
                }
                (_, Blank::Yes(n, _)) => {
                    // Its line end may be the one that belongs to an outer delimiter.
                    return Found::Delimiter { level: nth, end: true, length: boundary.len() + 2 + n };
                }
                (Blank::More, _) | (_, Blank::More) => more = true,
                (Blank::No, Blank::No) if !level.closed => self.odd(nth, "boundary_prefix", ahead),
                _ => {}
            }
        }
        if more { Found::More } else { Found::No }
    }

    /// Notes a defect of an open part once.
    fn odd(&mut self, nth: usize, name: &'static str, ahead: usize) {
        let at = self.position().map(|at| at + ahead as u64);
        let level = &mut self.stack[nth];
        if !level.defects.iter().any(|d| d.name == name) {
            let detail = text(&level.boundary);
            level.defects.push(Defect::new(name, at, detail));
        }
    }

    /// A delimiter of the part at `level`: what is inside ends, the next part begins or none.
    pub(super) fn cut(&mut self, level: usize, end: bool, bytes: &[u8], sink: &mut dyn Sink) -> Result<()> {
        while self.stack.len() > level + 1 {
            self.pop(sink)?;
        }
        self.give(What::Delimiter, bytes, sink)?;
        self.bol = !end;
        let full = self.parts >= self.limits.parts;
        let at = self.position();
        let Some(open) = self.stack.last_mut() else { return Ok(()) };
        if end || full {
            if full && !end {
                self.limited = true;
                if !open.defects.iter().any(|d| d.name == "part_limit") {
                    open.defects.push(Defect::new("part_limit", at, ""));
                }
            }
            open.closed |= end;
            self.state = State::Body(What::Epilogue);
            return Ok(());
        }
        open.children += 1;
        let subtype = open.part.media_type.strip_prefix("multipart/").unwrap_or_default().to_string();
        self.context = Context {
            prefix: open.context.child_prefix(&open.part.path),
            whole: false,
            number: open.children,
            in_alternative: open.context.in_alternative || subtype == "alternative",
            within: subtype,
        };
        self.state = State::Header;
        Ok(())
    }
}
