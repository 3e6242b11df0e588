//! Files in plain text: uuencode and yEnc blocks, as mail had them before MIME and news has them still.
//!
//! A `begin 644 name` line alone proves nothing, it can be a quotation: the line behind it has to be one of data as well. Text is
//! looked at line by line; everything streams.

use crate::base::error::*;
use crate::mime::encode::{Codec, Defects, Out, Temper, YencDecoder};
use crate::mime::encode::{uu_begin, uu_data, yenc_begin};
use crate::mime::read::Source;
use crate::mime::{charset, header};

/// What was found.
pub enum Event<'a> {
    Start {
        name: String,
        source: Source,
        media_type: Option<String>,
    },
    Bytes(&'a [u8]),
    /// `size`: bytes as it stood there.
    End {
        size: u64,
        defects: Defects,
    },
}

type Tell<'a> = &'a mut dyn FnMut(Event<'_>) -> Result<()>;

enum State {
    Text,
    /// A `begin` line was seen; its name.
    Begun(Vec<u8>),
    Uu,
    Yenc(Box<YencDecoder>),
}

/// A line longer than this is looked at in pieces.
const LINE: usize = 16 * 1024;

/// See the module's essay.
pub struct Scanner {
    state: State,
    line: Vec<u8>,
    /// The piece in hand goes on with a line.
    middle: bool,
    out: Out,
    size: u64,
    at: u64,
    defects: Defects,
}

impl Default for Scanner {
    fn default() -> Scanner {
        Scanner::new()
    }
}

impl Scanner {
    pub fn new() -> Scanner {
        Scanner {
            state: State::Text,
            line: Vec::new(),
            middle: false,
            out: Out::new(),
            size: 0,
            at: 0,
            defects: Defects::default(),
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], tell: Tell<'_>) -> Result<()> {
        while !bytes.is_empty() {
            let reach = bytes.len().min(LINE - self.line.len());
            let (end, whole) = match memchr::memchr(b'\n', &bytes[..reach]) {
                Some(at) => (at + 1, true),
                None => (reach, false),
            };
            if whole && self.line.is_empty() {
                self.piece(&bytes[..end], tell)?;
            } else {
                self.line.extend_from_slice(&bytes[..end]);
                if whole || self.line.len() >= LINE {
                    let mut line = std::mem::take(&mut self.line);
                    self.piece(&line, tell)?;
                    line.clear();
                    self.line = line;
                }
            }
            bytes = &bytes[end..];
        }
        Ok(())
    }

    pub fn finish(&mut self, tell: Tell<'_>) -> Result<()> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.piece(&line, tell)?;
        }
        match std::mem::replace(&mut self.state, State::Text) {
            State::Uu => {
                self.defects.note("uu_no_end", self.at);
                self.end(tell)
            }
            State::Yenc(decoder) => self.yenc_end(decoder, tell),
            _ => Ok(()),
        }
    }

    fn end(&mut self, tell: Tell<'_>) -> Result<()> {
        let defects = std::mem::take(&mut self.defects);
        tell(Event::End { size: std::mem::take(&mut self.size), defects })
    }

    /// A line, or a piece of one.
    fn piece(&mut self, line: &[u8], tell: Tell<'_>) -> Result<()> {
        let fresh = !self.middle;
        self.middle = line.last() != Some(&b'\n');
        self.at += line.len() as u64;
        let bare = line.trim_ascii_end();
        match &mut self.state {
            State::Text => {
                // The first byte sorts out nearly every line.
                match line.first() {
                    Some(b'b') if fresh => {
                        if let Some((false, name)) = uu_begin(line) {
                            self.state = State::Begun(name.to_vec());
                        }
                    }
                    Some(b'=') if fresh => {
                        if let Some(name) = yenc_begin(line) {
                            let name = charset::guess(name).0;
                            self.start(name, Source::Yenc, line, tell)?;
                            let mut decoder = YencDecoder::new(Temper::Mail);
                            decoder.push(line, &mut self.out)?;
                            self.state = State::Yenc(Box::new(decoder));
                        }
                    }
                    _ => {}
                }
                Ok(())
            }
            State::Begun(name) => {
                let name = std::mem::take(name);
                self.out.clear();
                let data = if fresh { uu_data(line, &mut self.out) } else { None };
                if data.is_none() || bare.is_empty() {
                    self.state = State::Text;
                    // It may itself be a beginning.
                    self.middle = !fresh;
                    self.at -= line.len() as u64;
                    return self.piece(line, tell);
                }
                let name = header::decode_words(&name).0;
                self.start(name, Source::Uuencode, line, tell)?;
                self.state = State::Uu;
                tell(Event::Bytes(self.out.bytes()))
            }
            State::Uu => {
                self.size += line.len() as u64;
                if fresh && bare == b"end" {
                    self.state = State::Text;
                    return self.end(tell);
                }
                self.out.clear();
                if uu_data(line, &mut self.out).is_none() {
                    self.defects.note("uu_line", self.at);
                }
                tell(Event::Bytes(self.out.bytes()))
            }
            State::Yenc(decoder) => {
                self.size += line.len() as u64;
                self.out.clear();
                decoder.push(line, &mut self.out)?;
                if !self.out.is_empty() {
                    tell(Event::Bytes(self.out.bytes()))?;
                }
                if fresh
                    && line.starts_with(b"=yend")
                    && let State::Yenc(decoder) = std::mem::replace(&mut self.state, State::Text)
                {
                    return self.yenc_end(decoder, tell);
                }
                Ok(())
            }
        }
    }

    fn start(&mut self, name: String, source: Source, line: &[u8], tell: Tell<'_>) -> Result<()> {
        self.size = line.len() as u64;
        self.defects = Defects::default();
        tell(Event::Start { name, source, media_type: None })
    }

    fn yenc_end(&mut self, mut decoder: Box<YencDecoder>, tell: Tell<'_>) -> Result<()> {
        self.out.clear();
        decoder.finish(&mut self.out)?;
        self.defects = decoder.defects();
        self.end(tell)
    }
}
