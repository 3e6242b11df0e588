//! A message on its way: prepared before there is a connection, fitted to what the server can take once there is.

use crate::session::Session;
use wirepost::{
    base::{body::Body, error::*},
    cli::Output,
    mail::{
        compose::Composed,
        downgrade::downgrade,
        raw::{LINE_MOST, Raw},
        shorten::shorten,
    },
    smtp::Envelope,
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
    /// Rather without its attachments than not at all.
    pub short: bool,
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
    /// `short` as in [`Outgoing`].
    Made {
        composed: Composed,
        short: bool,
    },
}

impl Outgoing {
    /// Without its attachments, where it may be and the server does not take them.
    pub fn shortened(mut self, session: &mut Session<'_>, out: &mut Output) -> Result<Outgoing> {
        let size = self.body.size();
        if self.short
            && let Some(ext) = session.extensions(out)
            && ext.is_too_large(size)
        {
            self.body = Box::new(shorten(&*self.body, &self.message_id, ext.size.unwrap_or(0))?);
        }
        Ok(self)
    }
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
    pub fn fit(mut self, session: &mut Session<'_>, out: &mut Output) -> Result<Outgoing> {
        if let Content::Raw(raw) = &self.content {
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
        self.finish()?.shortened(session, out)
    }

    fn finish(self) -> Result<Outgoing> {
        let Prepared { source, message_id, mut envelope, content } = self;
        let sealed = matches!(content, Content::Sealed(_));
        let short = matches!(content, Content::Made { short: true, .. });
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
        Ok(Outgoing { source, message_id, envelope, body, sealed, short })
    }
}
