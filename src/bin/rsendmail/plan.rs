//! What is to be sent: the one message that flags describe, or ready messages one after the other.
//!
//! All that flags say is checked here, before a connection is opened; a ready message is looked at when its turn comes.

use crate::{
    args::Rsendmail,
    eml,
    outgoing::{Content, Prepared},
    server::{Target, mail_domain},
};
use std::path::PathBuf;
use wirepost::{
    base::{address::Address, error::*},
    mail::{
        addresses::{self, Mailbox},
        raw::Raw,
    },
    smtp::{Envelope, Recipient},
};

pub struct Plan<'a> {
    flags: &'a Rsendmail,
    items: std::vec::IntoIter<eml::Item>,
    /// The sender that flags name, or that this machine suggests.
    from: Sender,
    /// Recipients that flags name.
    to: Vec<Address>,
}

/// Who sends, where the message does not say.
struct Sender {
    /// `--envelope-from`: `Some(None)` is the empty one.
    envelope: Option<Option<Address>>,
    author: Result<Mailbox>,
}

impl<'a> Plan<'a> {
    pub fn new(flags: &'a Rsendmail, target: &Target) -> Result<Plan<'a>> {
        let message = &flags.message;
        let mut to = Vec::new();
        for (flag, lists) in [("--to", &message.to), ("--cc", &message.cc), ("--bcc", &message.bcc)] {
            for text in lists {
                let list = addresses::parse(text).map_err(|e| e.context(flag))?;
                to.extend(addresses::mailboxes(&list).map(|m| m.address.clone()));
            }
        }
        let envelope = match flags.envelope.envelope_from.as_deref() {
            None => None,
            Some("" | "<>") => Some(None),
            Some(text) => Some(Some(Address::parse(text).map_err(|e| e.context("--envelope-from"))?)),
        };
        let from = Sender { envelope, author: author(flags, target) };
        if let Err(e) = &from.author
            && message.from.is_some()
        {
            return Err(e.clone());
        }
        let mut paths = flags.ready.eml.clone();
        if paths.is_empty() && flags.ready.read_recipients {
            paths.push(PathBuf::from("-"));
        }
        if !paths.is_empty() {
            let given = message.given();
            if let Some(flag) = given {
                let text = format!("{flag} makes a message, and --eml or -t sends one that is ready");
                return Err(Error::new(Kind::Usage, text));
            }
            if to.is_empty() && !flags.ready.read_recipients {
                let error = Error::new(Kind::Usage, "nobody to send to");
                return Err(error.hint("-t takes the recipients from the message, --to names them"));
            }
        }
        let items = eml::items(&paths)?.into_iter();
        Ok(Plan { flags, items, from, to })
    }

    /// Why a message may be left out.
    pub fn reason(&self) -> &'static str {
        "the text is empty"
    }

    /// The next message, with the file it comes from; `None` in it for one that is left out.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<(Option<String>, Result<Option<Prepared>>)> {
        let item = self.items.next()?;
        let name = item.name();
        Some((Some(name.clone()), self.ready(&item).map(Some)))
    }

    fn ready(&self, item: &eml::Item) -> Result<Prepared> {
        let name = item.name();
        let author = self.from.author.as_ref().ok();
        let domain = author.and_then(|m| m.address.domain()).map(str::to_string).or_else(mail_domain);
        let raw = Raw::new(
            item.open()?,
            author.map(|m| m.address.wire()).as_deref(),
            domain.as_deref().unwrap_or("localhost"),
        )?;
        let mut to = self.to.clone();
        if self.flags.ready.read_recipients {
            to.extend(recipients(&raw)?);
        }
        let from = match &self.from.envelope {
            Some(from) => from.clone(),
            None if self.flags.message.from.is_some() => author.map(|m| m.address.clone()),
            None => match sender(&raw)? {
                Some(address) => Some(address),
                None => Some(self.from.author.clone()?.address),
            },
        };
        if to.is_empty() {
            return Err(Error::new(Kind::Usage, format!("{name} names no recipient in To, Cc and Bcc")));
        }
        if raw.header_eight_bit && raw.fields().any(|f| std::str::from_utf8(f.whole).is_err()) {
            let text = format!("the header of {name} is neither ASCII nor UTF-8");
            return Err(Error::new(Kind::Input, text));
        }
        let envelope = self.envelope(from, to);
        Ok(Prepared {
            source: Some(name),
            message_id: raw.message_id.clone(),
            envelope,
            content: Content::Raw(raw),
        })
    }

    fn envelope(&self, from: Option<Address>, to: Vec<Address>) -> Envelope {
        let flags = &self.flags.envelope;
        let mut unique: Vec<Address> = Vec::with_capacity(to.len());
        let mut seen = std::collections::HashSet::new();
        for address in to {
            // RFC 5321 §2.4: domains have no case, local parts may.
            let key = match address.domain() {
                Some(domain) => format!("{}@{}", address.local(), domain.to_lowercase()),
                None => address.local().to_string(),
            };
            if seen.insert(key) {
                unique.push(address);
            }
        }
        let recipient = |address| Recipient { address, notify: flags.notify };
        Envelope {
            from,
            to: unique.into_iter().map(recipient).collect(),
            policy: flags.rcpt_policy.into(),
            ret: flags.ret.map(Into::into),
            envid: flags.envid.clone(),
            require_tls: flags.require_tls,
            ..Envelope::default()
        }
    }
}

/// `--from`, `RSENDMAIL_FROM`, the login if it is an address, else this user of this machine.
fn author(flags: &Rsendmail, target: &Target) -> Result<Mailbox> {
    let said = flags.message.from.clone();
    let said = said.or_else(|| std::env::var("RSENDMAIL_FROM").ok().filter(|from| !from.is_empty()));
    if let Some(text) = said {
        return addresses::parse_one(&text).map_err(|e| e.context("--from"));
    }
    if let Some(address) =
        target.user.as_deref().filter(|u| u.contains('@')).and_then(|u| Address::parse(u).ok())
    {
        return Ok(Mailbox { name: None, address });
    }
    let user = ["USER", "LOGNAME"].iter().find_map(|v| std::env::var(v).ok()).filter(|u| !u.is_empty());
    let user = user.unwrap_or_else(|| {
        if rustix::process::geteuid().is_root() { "root".into() } else { "nobody".into() }
    });
    let domain = mail_domain();
    if domain.is_none() && target.is_far() {
        let text = "nobody is named as the author, and this machine has no full name to make an address from";
        return Err(Error::new(Kind::Usage, text).hint("--from ADDRESS or RSENDMAIL_FROM names one"));
    }
    let address = Address::new(&user, Some(domain.as_deref().unwrap_or("localhost")))?;
    Ok(Mailbox { name: None, address })
}

/// The fields of the header that name recipients: of the last time it was resent, if it was (RFC 5322 §3.6.6: the newest
/// block stands first), else To, Cc and Bcc.
fn recipients(raw: &Raw) -> Result<Vec<Address>> {
    let names: [&str; 3] =
        if resent(raw) { ["Resent-To", "Resent-Cc", "Resent-Bcc"] } else { ["To", "Cc", "Bcc"] };
    let mut found = Vec::new();
    for name in names {
        let mut fields = raw.fields().chain(raw.hidden()).filter(|f| f.is(name));
        // Of resent blocks only the newest counts; of the others there may be but one, and all are taken.
        let fields: Vec<_> = if resent(raw) { fields.next().into_iter().collect() } else { fields.collect() };
        for field in fields {
            let list = addresses::from_header(field.value().as_bytes());
            let list = list.map_err(|e| e.kind_is(Kind::Input).context(raw.name()))?;
            found.extend(addresses::mailboxes(&list).map(|m| m.address.clone()));
        }
    }
    Ok(found)
}

fn resent(raw: &Raw) -> bool {
    let resent = ["Resent-To", "Resent-Cc", "Resent-Bcc"];
    raw.fields().chain(raw.hidden()).any(|f| resent.iter().any(|name| f.is(name)))
}

/// The sender that the header names: Sender before From, the newest resent block before both.
fn sender(raw: &Raw) -> Result<Option<Address>> {
    let order: &[&str] =
        if resent(raw) { &["Resent-Sender", "Resent-From", "Sender", "From"] } else { &["Sender", "From"] };
    for name in order {
        if let Some(field) = raw.fields().find(|f| f.is(name)) {
            let list = addresses::from_header(field.value().as_bytes());
            let list = list.map_err(|e| e.kind_is(Kind::Input).context(raw.name()))?;
            if let Some(first) = addresses::mailboxes(&list).next() {
                return Ok(Some(first.address.clone()));
            }
        }
    }
    Ok(None)
}
