//! winmail.dat: the attachments in Microsoft's TNEF (MS-OXTNEF), which Outlook sends instead of MIME parts.
//!
//! The format is a list of attributes with lengths and checksums. An attachment's data often comes before its name, so the data is put
//! aside (in memory while small, then in an anonymous temporary file) until the attachment is whole. Attributes
//! that are not wanted are skipped without being held; nothing is allocated by an announced length.

use crate::base::error::*;
use crate::mime::encode::Defects;
use crate::mime::legacy::Event;
use crate::mime::{charset, read::Source};
use std::io::{Read, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

type Tell<'a> = &'a mut dyn FnMut(Event<'_>) -> Result<()>;

const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

// Attribute ids, the level byte left off (MS-OXTNEF §2.1.3.2).
const RENDER_DATA: u32 = 0x0006_9002;
const TITLE: u32 = 0x0001_8010;
const DATA: u32 = 0x0006_800f;
const PROPERTIES: u32 = 0x0006_9005;

/// A value that is held (names, properties) up to this size.
const HELD: usize = 256 * 1024;
/// Data kept in memory before it goes to a temporary file.
const SPOOL: usize = 256 * 1024;

enum State {
    Signature,
    Attribute,
    Value {
        id: u32,
        level: u8,
        left: u64,
        sum: u16,
    },
    Checksum {
        id: u32,
        level: u8,
        sum: u16,
    },
    /// It is no TNEF, or broke off: the rest is not looked at.
    Over,
}

#[derive(Default)]
struct Attachment {
    title: Option<Vec<u8>>,
    long_name: Option<String>,
    media_type: Option<String>,
    data: Option<SpooledTempFile>,
    size: u64,
}

/// See the module's essay.
pub struct Tnef {
    state: State,
    held: Vec<u8>,
    open: Option<Attachment>,
    at: u64,
    defects: Defects,
}

impl Default for Tnef {
    fn default() -> Tnef {
        Tnef::new()
    }
}

impl Tnef {
    pub fn new() -> Tnef {
        Tnef { state: State::Signature, held: Vec::new(), open: None, at: 0, defects: Defects::default() }
    }

    pub fn defects(&self) -> Defects {
        self.defects.clone()
    }

    pub fn push(&mut self, mut bytes: &[u8], tell: Tell<'_>) -> Result<()> {
        while !bytes.is_empty() {
            let used = self.step(bytes, tell)?;
            self.at += used as u64;
            bytes = &bytes[used..];
        }
        Ok(())
    }

    pub fn finish(&mut self, tell: Tell<'_>) -> Result<()> {
        let clean = matches!(self.state, State::Attribute | State::Over) && self.held.is_empty();
        if !clean {
            self.defects.note("tnef_malformed", self.at);
        }
        self.close(tell)
    }

    /// Fills `held` up to `need` bytes; how many were used, and whether it is full.
    fn fill(&mut self, bytes: &[u8], need: usize) -> (usize, bool) {
        let take = bytes.len().min(need - self.held.len());
        self.held.extend_from_slice(&bytes[..take]);
        (take, self.held.len() == need)
    }

    fn step(&mut self, bytes: &[u8], tell: Tell<'_>) -> Result<usize> {
        match self.state {
            State::Over => Ok(bytes.len()),
            State::Signature => {
                let (used, full) = self.fill(bytes, 6);
                if full {
                    let good = self.held.starts_with(&SIGNATURE);
                    self.held.clear();
                    self.state = if good { State::Attribute } else { State::Over };
                    if !good {
                        self.defects.note("tnef_malformed", self.at);
                    }
                }
                Ok(used)
            }
            State::Attribute => {
                let (used, full) = self.fill(bytes, 9);
                if full {
                    let level = self.held[0];
                    let id = word(&self.held[1..5]);
                    let left = u64::from(word(&self.held[5..9]));
                    self.held.clear();
                    if !matches!(level, 1 | 2) {
                        self.defects.note("tnef_malformed", self.at);
                        self.state = State::Over;
                        return Ok(used);
                    }
                    if level == 2 && id == RENDER_DATA {
                        self.close(tell)?;
                        self.open = Some(Attachment::default());
                    }
                    self.state = if left == 0 {
                        State::Checksum { id, level, sum: 0 }
                    } else {
                        State::Value { id, level, left, sum: 0 }
                    };
                }
                Ok(used)
            }
            State::Value { id, level, left, sum } => {
                let take = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let part = &bytes[..take];
                let sum = part.iter().fold(sum, |n, b| n.wrapping_add(u16::from(*b)));
                if level == 2 {
                    self.value(id, part)?;
                }
                let left = left - take as u64;
                self.state = if left == 0 {
                    State::Checksum { id, level, sum }
                } else {
                    State::Value { id, level, left, sum }
                };
                Ok(take)
            }
            State::Checksum { id, level, sum } => {
                self.checksum(id, level, sum, u16::from(bytes[0]));
                Ok(1)
            }
        }
    }

    /// The checksum comes as two bytes, least significant first; the first is taken off the sum before the second is seen.
    fn checksum(&mut self, id: u32, level: u8, sum: u16, byte: u16) {
        match id & FIRST_SEEN {
            0 => {
                if sum & 0xff != byte {
                    self.defects.note("tnef_checksum", self.at);
                }
                self.state = State::Checksum { id: id | FIRST_SEEN, level, sum };
            }
            _ => {
                if sum >> 8 != byte {
                    self.defects.note("tnef_checksum", self.at);
                }
                let value = std::mem::take(&mut self.held);
                if level == 2 {
                    self.whole(id & !FIRST_SEEN, &value);
                }
                self.state = State::Attribute;
            }
        }
    }

    /// Bytes of an attachment's attribute.
    fn value(&mut self, id: u32, part: &[u8]) -> Result<()> {
        match id {
            DATA => {
                let open = self.open.get_or_insert_with(Attachment::default);
                let data = open.data.get_or_insert_with(|| SpooledTempFile::new(SPOOL));
                open.size += part.len() as u64;
                data.write_all(part)
                    .map_err(|e| Error::from_io(e, Kind::Local, "cannot put an attachment aside"))
            }
            TITLE | PROPERTIES => {
                let room = HELD.saturating_sub(self.held.len());
                self.held.extend_from_slice(&part[..part.len().min(room)]);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn whole(&mut self, id: u32, value: &[u8]) {
        let open = self.open.get_or_insert_with(Attachment::default);
        match id {
            TITLE => {
                let end = value.iter().position(|b| *b == 0).unwrap_or(value.len());
                open.title = Some(value[..end].to_vec());
            }
            PROPERTIES => {
                let (long_name, media_type) = properties(value);
                open.long_name = long_name.or(open.long_name.take());
                open.media_type = media_type.or(open.media_type.take());
            }
            _ => {}
        }
    }

    /// An attachment is whole: it is told.
    fn close(&mut self, tell: Tell<'_>) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Some(mut data) = open.data else { return Ok(()) };
        let title = open.title.map(|t| charset::guess(&t).0);
        let name = open.long_name.or(title).unwrap_or_default();
        let media_type = open.media_type.filter(|t| t.contains('/')).map(|t| t.to_ascii_lowercase());
        tell(Event::Start { name, source: Source::Tnef, media_type })?;
        let failed = |e| Error::from_io(e, Kind::Local, "cannot read an attachment that was put aside");
        data.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut block = vec![0; 32 * 1024];
        loop {
            match data.read(&mut block).map_err(failed)? {
                0 => break,
                n => tell(Event::Bytes(&block[..n]))?,
            }
        }
        tell(Event::End { size: open.size, defects: Defects::default() })
    }
}

/// A bit that no attribute id uses.
const FIRST_SEEN: u32 = 0x8000_0000;

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))
}

/// The long file name and the media type among an attachment's MAPI properties (MS-OXTNEF §2.1.3.4); what cannot be
/// understood ends the search.
fn properties(value: &[u8]) -> (Option<String>, Option<String>) {
    let (mut long_name, mut media_type) = (None, None);
    let mut rest = Cursor(value);
    let count = rest.number().unwrap_or(0);
    for _ in 0..count.min(1000) {
        let Some(found) = rest.property() else { break };
        match found {
            (0x3707, Some(text)) => long_name = Some(text),
            (0x370e, Some(text)) => media_type = Some(text),
            _ => {}
        }
    }
    (long_name, media_type)
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4).map(word)
    }

    /// A value of variable length, filled up to four bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let n = self.number()? as usize;
        let value = self.take(n)?;
        self.take(n.wrapping_neg() % 4)?;
        Some(value)
    }

    fn property(&mut self) -> Option<(u16, Option<String>)> {
        let tag = self.number()?;
        let (kind, id) = (tag as u16, (tag >> 16) as u16);
        if id >= 0x8000 {
            // A named property: a GUID, and a number or a name.
            self.take(16)?;
            if self.number()? == 0 {
                self.number()?;
            } else {
                self.sized()?;
            }
        }
        let many = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let variable = matches!(kind, 0x1e | 0x1f | 0x0d | 0x102);
        let count = if many || variable { self.number()? } else { 1 };
        let mut text = None;
        for _ in 0..count.min(4096) {
            match kind {
                0x02 | 0x03 | 0x04 | 0x0a | 0x0b => {
                    self.take(4)?;
                }
                0x05 | 0x06 | 0x07 | 0x14 | 0x40 => {
                    self.take(8)?;
                }
                0x48 => {
                    self.take(16)?;
                }
                0x1e => {
                    let bytes = self.sized()?;
                    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
                    text = Some(charset::guess(&bytes[..end]).0);
                }
                0x1f => {
                    let wide = charset::decode(b"utf-16le", self.sized()?)?;
                    text = Some(wide.trim_end_matches('\0').to_string());
                }
                0x0d | 0x102 => {
                    self.sized()?;
                }
                _ => return None,
            }
        }
        Some((id, text))
    }
}
