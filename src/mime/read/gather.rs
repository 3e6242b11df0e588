//! Gathering a header line by line, and telling where it ends when nobody said so.

use super::body::Found;
use super::{DELIMITER, Line, Parser, Sink, State, What, text};
use crate::base::error::*;
use crate::mime::header::name_length;
use memchr::memchr;

impl Parser {
    /// Takes bytes up to the end of a line, or all; returns how many.
    pub(super) fn header_bytes(&mut self, input: &[u8], sink: &mut dyn Sink) -> Result<usize> {
        if let Some(line) = self.overflow {
            return self.overflow_bytes(input, line, sink);
        }
        let end = memchr(b'\n', input).map_or(input.len(), |at| at + 1);
        let part = &input[..end];
        let whole = part.last() == Some(&b'\n');
        if whole && self.line.is_empty() {
            self.header_line(part, sink)?;
            return Ok(end);
        }
        self.line.extend_from_slice(part);
        if whole {
            let mut line = std::mem::take(&mut self.line);
            self.header_line(&line, sink)?;
            line.clear();
            if line.capacity() <= 65536 {
                self.line = line;
            }
        } else if self.header.len() + self.line.len() > self.limits.header + 2 * DELIMITER {
            // Not before it is certain that the line is neither empty nor a delimiter, however it comes in.
            let line = std::mem::take(&mut self.line);
            self.overflow(&line, sink)?;
        }
        Ok(end)
    }

    /// The header is longer than the limit: what was read so far is all that is kept of it.
    fn overflow(&mut self, line: &[u8], sink: &mut dyn Sink) -> Result<()> {
        self.header_defect("header_limit", "");
        self.limited = true;
        // A line that was no field is given with the rest, and so is not put back any more.
        self.junk = None;
        let header = std::mem::take(&mut self.header);
        self.give(What::Header, &header, sink)?;
        self.header = header;
        self.give(What::Header, line, sink)?;
        self.overflow = Some(if line.ends_with(b"\n") { Line::Start } else { Line::Text });
        Ok(())
    }

    /// Beyond the limit only the empty line is looked for.
    fn overflow_bytes(&mut self, input: &[u8], mut line: Line, sink: &mut dyn Sink) -> Result<usize> {
        let mut at = 0;
        while at < input.len() {
            match (line, input[at]) {
                (Line::Start | Line::Cr, b'\n') => {
                    self.give(What::Header, &input[..=at], sink)?;
                    self.begin(sink)?;
                    return Ok(at + 1);
                }
                (Line::Start, b'\r') => line = Line::Cr,
                (_, b'\n') => line = Line::Start,
                _ => {
                    line = Line::Text;
                    at += memchr(b'\n', &input[at..]).unwrap_or(input.len() - at);
                    continue;
                }
            }
            at += 1;
        }
        self.overflow = Some(line);
        self.give(What::Header, input, sink)?;
        Ok(input.len())
    }

    pub(super) fn header_line(&mut self, line: &[u8], sink: &mut dyn Sink) -> Result<()> {
        if matches!(line, b"\n" | b"\r\n") {
            self.header.extend_from_slice(line);
            return self.begin(sink);
        }
        if line.starts_with(b"--")
            && let Found::Delimiter { level, end, length } =
                self.delimiter(&line[2..], true, self.header.len())
        {
            self.header_defect("header_unterminated", "");
            // The header's own last line end is the one before the delimiter; the body is empty.
            self.begin(sink)?;
            self.cut(level, end, &line[..length + 2], sink)?;
            self.held = line[length + 2..].to_vec();
            return Ok(());
        }
        if self.header.len() + line.len() > self.limits.header {
            return self.overflow(line, sink);
        }
        if matches!(line[0], b' ' | b'\t') && (self.any_field || !self.header.is_empty())
            || name_length(line).is_some()
        {
            if name_length(line).is_some() {
                if let Some(junk) = self.junk.take() {
                    let detail = text(&self.header[junk..]);
                    self.header_defect("field_invalid", detail);
                }
                self.any_field = true;
            }
            self.header.extend_from_slice(line);
            return Ok(());
        }
        // The envelope line of an mbox, quoted or not, in front of a message.
        if self.header.is_empty()
            && self.context.whole
            && (line.starts_with(b"From ") || line.starts_with(b">From "))
        {
            self.header.extend_from_slice(line);
            return Ok(());
        }
        if !self.any_field && self.header.is_empty() && name_length(line.trim_ascii_start()).is_some() {
            // The first field with a blank in front of it: a fold of nothing, left out.
            self.header_defect("field_invalid", text(line));
            self.header.extend_from_slice(line);
            return Ok(());
        }
        if !self.any_field {
            self.header_defect("header_unterminated", text(line));
            self.begin(sink)?;
            return self.again(line, sink);
        }
        if let Some(junk) = self.junk.take() {
            self.header_defect("header_unterminated", text(&self.header[junk..]));
            let mut body = self.header.split_off(junk);
            body.extend_from_slice(line);
            self.begin(sink)?;
            return self.again(&body, sink);
        }
        self.junk = Some(self.header.len());
        self.header.extend_from_slice(line);
        Ok(())
    }

    /// Bytes that were taken for a header are a body: they go before whatever comes next.
    pub(super) fn again(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<()> {
        if matches!(self.state, State::Header) {
            // A message without a header within a part without one: its text is its body.
            self.begin(sink)?;
        }
        self.held = bytes.to_vec();
        Ok(())
    }
}
