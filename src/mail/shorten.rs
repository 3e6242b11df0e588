//! A message of ours for a server that takes less than all of it: in place of each attachment stands a line that says what was left
//! out. So at least the words arrive.

use super::raw::{Raw, Source};
use crate::base::{body::Body, error::*, quantity, scratch};
use crate::mime::{
    encode::{Codec, Encoding, Out, QpEncoder},
    header,
    read::{self, End, Part, Role, Sink, What},
};
use std::{
    fs::File,
    io::{self, BufWriter, Seek, Write},
    sync::Arc,
};

/// The message without its attachments. `most`: what the server takes, for the words.
///
/// # Errors
/// `Create` or `Local` where the result cannot be kept.
pub fn shorten(message: &dyn Body, message_id: &str, most: u64) -> Result<Raw> {
    const NAME: &str = "the message";
    let out = BufWriter::with_capacity(64 << 10, scratch::file()?);
    let mut shorten = Shorten { most, out, left: None };
    // Ours has few parts.
    read::all(message, NAME, &mut shorten)?;
    let mut file = shorten.out.into_inner().map_err(|e| written(e.into_error()))?;
    let len = file.stream_position().map_err(written)?;
    Raw::new(Source::file(NAME, Arc::new(file), 0, len, false)?, None, "localhost", Some(message_id))
}

fn written(e: io::Error) -> Error {
    Error::from_io(e, Kind::Local, "cannot write a temporary file")
}

struct Shorten {
    most: u64,
    out: BufWriter<File>,
    /// The part that is left out, and how much of it there was.
    left: Option<(u64, u64)>,
}

impl Shorten {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(written)
    }
}

impl Sink for Shorten {
    fn start(&mut self, part: &Part, bytes: &[u8]) -> Result<()> {
        if self.left.is_some() {
            return Ok(());
        }
        if !matches!(part.role, Role::Attachment | Role::Inline) {
            return self.put(bytes);
        }
        self.left = Some((part.id, 0));
        for field in header::fields(bytes) {
            if !field.name.to_ascii_lowercase().starts_with(b"content-") {
                self.put(&bytes[field.span.0..field.span.1])?;
            }
        }
        self.put(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        )
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        match (what, &mut self.left) {
            // Written by start, which follows it.
            (What::Header, _) => Ok(()),
            (_, Some((_, size))) => {
                *size += bytes.iter().filter(|b| !b"\r\n=".contains(b)).count() as u64;
                Ok(())
            }
            (_, None) => self.put(bytes),
        }
    }

    fn end(&mut self, part: &Part, end: &End) -> Result<()> {
        let Some((_, size)) = self.left.take_if(|(id, _)| *id == part.id) else { return Ok(()) };
        let size = if part.encoding == Encoding::Base64 { size * 3 / 4 } else { end.size };
        let text = format!(
            "[Left out, because the mail server takes at most {}:\r\n{} ({})]",
            quantity::human(self.most),
            part.safe_name(),
            quantity::human(size)
        );
        let (mut codec, mut coded) = (QpEncoder::text(), Out::new());
        codec.push(text.as_bytes(), &mut coded)?;
        codec.finish(&mut coded)?;
        self.put(coded.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::compose::Draft;
    use crate::mime::{
        build::{Attachment, Source},
        params::Style,
    };
    use mail_parser::{MessageParser, MimeHeaders};
    use std::io::Read;

    fn file(name: &str, media_type: &str, cid: Option<&str>, bytes: Vec<u8>) -> Attachment {
        let (name, media_type, cid) = (name.to_string(), media_type.to_string(), cid.map(String::from));
        Attachment { source: Source::bytes(bytes), name, media_type, cid, style: Style::Both }
    }

    #[test]
    fn words_stay_and_files_are_named() {
        let inner =
            b"From: a@x\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\ninner\r\n--i--\r\n";
        let draft = Draft {
            to: vec!["b@x.example".into()],
            from: Some("a@x.example".into()),
            text: Some(Source::bytes("the disk is full\n")),
            html: Some(Source::bytes("<p>full <img src=cid:logo>")),
            inline: vec![file("logo.png", "image/png", Some("logo"), vec![7; 50_000])],
            attachments: vec![
                file("gr\u{fc}n.log", "text/plain", None, vec![b'x'; 3000]),
                file("m.eml", "message/rfc822", None, inner.to_vec()),
                file("d.bin", "application/octet-stream", None, vec![0; 40_000]),
            ],
            ..Draft::default()
        };
        let composed = draft.compose().unwrap();
        let short = shorten(&composed, &composed.message_id, 20_000).unwrap();
        let mut text = String::new();
        short.open().unwrap().read_to_string(&mut text).unwrap();
        assert!(text.len() < 5_000 && short.message_id == composed.message_id, "{text}");
        let parsed = MessageParser::default().parse(text.as_bytes()).unwrap();
        let bodies: Vec<_> = parsed.parts.iter().filter_map(|p| p.text_contents()).collect();
        let left =
            |what: &str| format!("[Left out, because the mail server takes at most 19.5 KiB:\r\n{what}]");
        let left = ["logo.png (48.8 KiB)", "gr\u{fc}n.log (2.9 KiB)", "m.eml", "d.bin (39.1 KiB)"].map(left);
        assert_eq!(bodies.len(), 6, "{bodies:?}");
        assert_eq!(bodies[0].trim_end(), "the disk is full");
        assert!(bodies[1].contains("<p>full"));
        for (body, left) in bodies[2..].iter().zip(&left) {
            assert!(body.starts_with(left.trim_end_matches(']')), "{body}");
        }
        assert!(parsed.parts.iter().all(|p| p.attachment_name().is_none()));
        // One that is nothing else.
        let draft = Draft { text: None, html: None, inline: Vec::new(), ..draft };
        let composed = Draft { attachments: vec![draft.attachments[2].clone()], ..draft }.compose().unwrap();
        let short = shorten(&composed, &composed.message_id, 20_000).unwrap();
        assert!(short.size() < 1_000 && short.size() < composed.size());
    }
}
