//! A message on its way: prepared before there is a connection, fitted to what the server can take once there is.

use crate::{args::Rsendmail, session::Session};
use wirepost::{
    base::{body::Body, error::*},
    mail::raw::{LINE_MOST, Raw},
    smtp::Envelope,
};

/// A message that is ready to go.
pub struct Outgoing {
    /// The file it came from; `None` for one made from flags.
    pub source: Option<String>,
    pub message_id: String,
    pub envelope: Envelope,
    pub body: Box<dyn Body>,
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
}

impl Prepared {
    /// As it is.
    pub fn whole(self) -> Result<Outgoing> {
        let Prepared { source, message_id, mut envelope, content } = self;
        let body: Box<dyn Body> = match content {
            Content::Raw(raw) => {
                if raw.longest > LINE_MOST {
                    let text = format!(
                        "{} has a line of {} bytes, and mail has room for {LINE_MOST}",
                        raw.name(),
                        raw.longest
                    );
                    return Err(Error::new(Kind::Input, text));
                }
                envelope.eight_bit = raw.eight_bit || raw.header_eight_bit;
                envelope.utf8 = raw.header_eight_bit;
                Box::new(raw)
            }
        };
        Ok(Outgoing { source, message_id, envelope, body })
    }

    /// In the form that the server takes.
    pub fn fit(self, _session: &mut Session<'_>, _flags: &Rsendmail) -> Result<Outgoing> {
        self.whole()
    }
}
