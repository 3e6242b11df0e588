//! A message on its way: prepared before there is a connection, fitted to what the server can take once there is.

use crate::{args::IfTooLarge, session::Session};
use std::io::Read;
use wirepost::{
    base::{body::Body, error::*, quantity},
    cli::Output,
    mail::{
        compose::{Composed, Draft},
        downgrade::downgrade,
        raw::{LINE_MOST, Raw},
    },
    mime::build::Source,
    smtp::{Envelope, Extensions},
};

/// A message that is ready to go.
pub struct Outgoing {
    /// The file it came from; `None` for one made from flags.
    pub source: Option<String>,
    pub message_id: String,
    pub envelope: Envelope,
    pub body: Box<dyn Body>,
    /// It must not be encoded anew, whatever server it comes to.
    pub sealed: bool,
}

/// A message that is known, but not yet in the form that this server takes.
pub struct Prepared {
    pub source: Option<String>,
    pub message_id: String,
    pub envelope: Envelope,
    pub content: Content,
}

pub enum Content {
    Raw(Raw),
    /// One that must not be encoded anew: it may be signed, or the user says so.
    Sealed(Raw),
    Made {
        draft: Box<Draft>,
        composed: Composed,
    },
}

impl Content {
    /// A ready message; `sealed` where no server is reason enough to change it.
    pub fn ready(raw: Raw, sealed: bool) -> Content {
        if sealed { Content::Sealed(raw) } else { Content::Raw(raw) }
    }
}

impl Prepared {
    /// For a server that takes everything.
    pub fn whole(mut self) -> Result<Outgoing> {
        if let Content::Raw(raw) = &self.content {
            let header = raw.header_eight_bit && !raw.header_is_utf8();
            let body = raw.longest > LINE_MOST;
            if header || body {
                self.content = Content::Raw(downgrade(raw, header, body)?);
            }
        }
        self.finish()
    }

    /// In a form that every server takes: seven bits.
    pub fn seven_bit(mut self) -> Result<Outgoing> {
        if let Content::Raw(raw) = &self.content
            && (raw.eight_bit || raw.header_eight_bit)
        {
            self.content = Content::Raw(downgrade(raw, raw.header_eight_bit, raw.eight_bit)?);
        }
        self.whole()
    }

    /// In the form that the server takes; as it is where no server is to be had, which sending will find as well.
    pub fn fit(
        mut self,
        session: &mut Session<'_>,
        if_too_large: IfTooLarge,
        out: &mut Output,
    ) -> Result<Outgoing> {
        match &mut self.content {
            Content::Raw(raw) => {
                let (mut header, mut body) = (false, raw.longest > LINE_MOST);
                if (raw.eight_bit || raw.header_eight_bit)
                    && let Some(ext) = session.extensions(out)
                {
                    body |= raw.eight_bit && !ext.eight_bit_mime;
                    header =
                        raw.header_eight_bit && !(ext.smtputf8 && ext.eight_bit_mime && raw.header_is_utf8());
                }
                if header || body {
                    self.content = Content::Raw(downgrade(raw, header, body)?);
                }
            }
            Content::Sealed(_) => {}
            Content::Made { draft, composed } => {
                if if_too_large == IfTooLarge::DropAttachments
                    && !(draft.attachments.is_empty() && draft.inline.is_empty())
                    && let Some(ext) = session.extensions(out)
                    && ext.is_too_large(composed.size())
                {
                    *composed = without_attachments(draft, composed, ext)?;
                }
            }
        }
        self.finish()
    }

    fn finish(self) -> Result<Outgoing> {
        let Prepared { source, message_id, mut envelope, content } = self;
        let sealed = matches!(content, Content::Sealed(_));
        let body: Box<dyn Body> = match content {
            Content::Raw(raw) | Content::Sealed(raw) => {
                if raw.longest > LINE_MOST {
                    let (name, longest) = (raw.name(), raw.longest);
                    let text =
                        format!("{name} has a line of {longest} bytes, and mail has room for {LINE_MOST}");
                    return Err(Error::new(Kind::Input, text));
                }
                if raw.header_eight_bit && !raw.header_is_utf8() {
                    let text = format!("the header of {} is neither ASCII nor UTF-8", raw.name());
                    return Err(Error::new(Kind::Input, text));
                }
                envelope.eight_bit = raw.eight_bit || raw.header_eight_bit;
                envelope.utf8 = raw.header_eight_bit;
                Box::new(raw)
            }
            Content::Made { composed, .. } => {
                envelope.utf8 = composed.needs_utf8;
                Box::new(composed)
            }
        };
        Ok(Outgoing { source, message_id, envelope, body, sealed })
    }
}

/// So that at least the words arrive: what is left out is named in the text.
fn without_attachments(draft: &mut Draft, whole: &Composed, ext: &Extensions) -> Result<Composed> {
    /// Of a text longer than this nothing is lost by leaving the rest out as well.
    const TEXT_MOST: u64 = 256 << 10;
    let mut text = Vec::new();
    if let Some(source) = &draft.text {
        let mut source = source.open().take(TEXT_MOST);
        source.read_to_end(&mut text).map_err(|e| Error::from_io(e, Kind::Local, "cannot read the text"))?;
        if !text.ends_with(b"\n") && !text.is_empty() {
            text.push(b'\n');
        }
    }
    let names: Vec<String> = draft
        .attachments
        .iter()
        .chain(&draft.inline)
        .map(|a| format!("  {} ({})\n", a.name, quantity::human(a.source.size())))
        .collect();
    let note = format!(
        "\n[Left out, because the mail server takes at most {}:]\n{}",
        quantity::human(ext.size.unwrap_or(0)),
        names.concat()
    );
    text.extend_from_slice(note.as_bytes());
    draft.text = Some(Source::bytes(text));
    draft.attachments.clear();
    draft.inline.clear();
    draft.message_id = Some(whole.message_id.clone());
    draft.compose()
}
