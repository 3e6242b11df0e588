//! What is to be sent: the one message that flags describe, or ready messages one after the other.
//!
//! All that flags say is checked here, before a connection is opened; a ready message is looked at when its turn comes.

use crate::{
    args::Rsendmail,
    compose,
    earlier::Earlier,
    eml,
    outgoing::{Content, Prepared},
    sendmail::{input, user},
    server::{Target, mail_domain, own_domain},
};
use std::path::PathBuf;
use wirepost::{
    base::{address::Address, error::*},
    mail::{
        addresses::{self, Mailbox},
        raw::Raw,
    },
    net::Cancel,
    smtp::{Envelope, Recipient},
};

pub struct Plan<'a> {
    flags: &'a Rsendmail,
    items: std::vec::IntoIter<Item>,
    sender: Sender,
    /// Recipients that flags name.
    to: Vec<Address>,
    /// Whether a name without a domain means nothing to the server.
    far: bool,
    /// Whether it is said to be of this machine. Our own mail server knows that better.
    qualify: bool,
    earlier: Option<Earlier>,
    /// Something stood behind the dot that ended a message.
    pub was_cut: bool,
}

enum Item {
    Made,
    Ready(eml::Item),
    /// As sendmail reads it.
    Piped,
}

/// Who sends, where the message does not say.
struct Sender {
    /// `--envelope-from`: `Some(None)` is the empty one.
    envelope: Option<Option<Address>>,
    author: Result<Mailbox>,
}

/// What becomes of one message of the plan.
pub enum Next {
    Send(Box<Prepared>),
    /// It is left out, for this reason.
    Skip(&'static str),
}

impl<'a> Plan<'a> {
    pub fn new(flags: &'a Rsendmail, target: &Target) -> Result<Plan<'a>> {
        let message = &flags.message.flags;
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
        let sender = Sender { envelope, author: author(flags, target) };
        if let Err(e) = &sender.author
            && message.from.is_some()
        {
            return Err(e.clone());
        }
        let earlier = flags.sending.retry_from.as_deref();
        let earlier = earlier.map(|path| Earlier::load(path, flags.sending.retry_unknown)).transpose()?;
        let mut paths = flags.ready.eml.clone();
        if paths.is_empty() && flags.ready.read_recipients {
            paths.push(PathBuf::from("-"));
        }
        let items = if flags.queueing.sendmail {
            if to.is_empty() && !flags.ready.read_recipients {
                return Err(
                    Error::new(Kind::Usage, "nobody to send to").hint("-t takes them from the message")
                );
            }
            vec![Item::Piped]
        } else if paths.is_empty() {
            if to.is_empty() {
                let error = Error::new(Kind::Usage, "nobody to send to");
                return Err(
                    error.hint("--to, --cc or --bcc name recipients; --eml and -t send a ready message")
                );
            }
            vec![Item::Made]
        } else {
            if let Some(flag) = flags.message.given() {
                let text = format!("{flag} makes a message, and --eml or -t sends one that is ready");
                return Err(Error::new(Kind::Usage, text));
            }
            if to.is_empty() && !flags.ready.read_recipients {
                let error = Error::new(Kind::Usage, "nobody to send to");
                return Err(error.hint("-t takes the recipients from the message, --to names them"));
            }
            eml::items(&paths)?.into_iter().map(Item::Ready).collect()
        };
        Ok(Plan {
            flags,
            items: items.into_iter(),
            sender,
            to,
            far: target.is_far(),
            qualify: flags.queueing.sendmail && !target.by_default,
            earlier,
            was_cut: false,
        })
    }

    /// Whether more than one is left.
    pub fn has_many(&self) -> bool {
        self.items.len() > 1
    }

    /// The next message, with the file it comes from.
    pub fn next(&mut self, cancel: &Cancel) -> Option<(Option<String>, Result<Next>)> {
        match self.items.next()? {
            Item::Made => Some((None, self.made(cancel))),
            Item::Ready(item) => Some((Some(item.name()), self.ready(&item))),
            Item::Piped => {
                let piped = input::message(self.flags.queueing.dot_ends);
                self.was_cut = piped.as_ref().is_ok_and(|(_, more)| *more);
                Some((None, piped.and_then(|(item, _)| self.ready(&item))))
            }
        }
    }

    fn made(&self, cancel: &Cancel) -> Result<Next> {
        let author = self.sender.author.clone()?;
        let mut draft = compose::draft(&self.flags.message.flags, cancel)?;
        if self.flags.message.skip_empty
            && draft.html.is_none()
            && draft.text.as_ref().is_none_or(|t| t.size() == 0)
        {
            return Ok(Next::Skip("the text is empty"));
        }
        draft.from = Some(compose::written(&author)?);
        draft.message_id = self.earlier.as_ref().and_then(|e| e.message_id(None));
        let composed = draft.compose()?;
        let to = composed.recipients.iter().map(|m| m.address.clone()).collect();
        let from = self.sender.envelope.clone().unwrap_or(Some(author.address));
        let message_id = composed.message_id.clone();
        let envelope = self.envelope(from, to)?;
        let content = Content::Made { draft: Box::new(draft), composed };
        Ok(self.left(Prepared { source: None, message_id, envelope, content }))
    }

    fn ready(&self, item: &eml::Item) -> Result<Next> {
        let name = item.name();
        let author = self.sender.author.as_ref().ok();
        let domain = author.and_then(|m| m.address.domain()).map(str::to_string).or_else(mail_domain);
        let message_id = self.earlier.as_ref().and_then(|e| e.message_id(Some(&name)));
        let raw = Raw::new(
            item.open()?,
            self.author_written().as_deref(),
            domain.as_deref().unwrap_or("localhost"),
            message_id.as_deref(),
        )?;
        let mut to = self.to.clone();
        if self.flags.ready.read_recipients {
            to.extend(recipients(&raw)?);
        }
        let from = match &self.sender.envelope {
            Some(from) => from.clone(),
            None if self.flags.queueing.sendmail => author.map(|m| m.address.clone()),
            None if self.flags.message.flags.from.is_some() => author.map(|m| m.address.clone()),
            None => match sender(&raw)? {
                Some(address) => Some(address),
                None => Some(self.sender.author.clone()?.address),
            },
        };
        if to.is_empty() {
            return Err(Error::new(Kind::Usage, format!("{name} names no recipient in To, Cc and Bcc")));
        }
        let envelope = self.envelope(from, to)?;
        let message_id = raw.message_id.clone();
        Ok(self.left(Prepared { source: Some(name), message_id, envelope, content: Content::Raw(raw) }))
    }

    /// Without those that an earlier run has done with.
    fn left(&self, mut prepared: Prepared) -> Next {
        if let Some(earlier) = &self.earlier {
            let source = prepared.source.as_deref();
            prepared.envelope.to.retain(|r| earlier.is_open(source, &r.address.to_string()));
            if prepared.envelope.to.is_empty() {
                return Next::Skip("an earlier run has done it");
            }
        }
        Next::Send(Box::new(prepared))
    }

    /// What a From field says that is made because there is none.
    pub fn author_written(&self) -> Option<String> {
        self.sender.author.as_ref().ok().and_then(|author| compose::written(author).ok())
    }

    /// One without messages, for those that come by other ways.
    pub fn for_dialogue(flags: &'a Rsendmail, target: &Target) -> Result<Plan<'a>> {
        let sender = Sender { envelope: None, author: author(flags, target) };
        let (items, to) = (Vec::new().into_iter(), Vec::new());
        Ok(Plan {
            flags,
            items,
            sender,
            to,
            far: target.is_far(),
            qualify: flags.queueing.sendmail && !target.by_default,
            earlier: None,
            was_cut: false,
        })
    }

    pub fn envelope(&self, from: Option<Address>, to: Vec<Address>) -> Result<Envelope> {
        let flags = &self.flags.envelope;
        let qualified = |address: Address| match address.domain() {
            None if self.qualify => Address::new(address.local(), Some(&own_domain())),
            _ => Ok(address),
        };
        let from = from.map(qualified).transpose()?;
        let to: Vec<Address> = to.into_iter().map(qualified).collect::<Result<_>>()?;
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
        if self.far
            && let Some(bare) = unique.iter().chain(&from).find(|a| a.domain().is_none())
        {
            let text = format!("{bare} has no domain, and the server is another machine");
            return Err(Error::new(Kind::Usage, text));
        }
        let recipient = |address| Recipient { address, notify: flags.notify };
        Ok(Envelope {
            from,
            to: unique.into_iter().map(recipient).collect(),
            policy: flags.rcpt_policy.into(),
            ret: flags.ret.map(Into::into),
            envid: flags.envid.clone(),
            require_tls: flags.require_tls,
            ..Envelope::default()
        })
    }
}

/// `--from`, `RSENDMAIL_FROM`, the login if it is an address, else this user of this machine.
fn author(flags: &Rsendmail, target: &Target) -> Result<Mailbox> {
    let said = flags.message.flags.from.clone();
    let said = said.or_else(|| std::env::var("RSENDMAIL_FROM").ok().filter(|from| !from.is_empty()));
    if let Some(text) = said {
        return addresses::parse_one(&text).map_err(|e| e.context("--from"));
    }
    let me = user::me();
    let full_name = flags.queueing.full_name.clone();
    let full_name = full_name.or_else(|| me.as_ref()?.full_name.clone().filter(|_| flags.queueing.sendmail));
    let login = target.user.as_deref().filter(|u| u.contains('@'));
    if let Some(address) = login.and_then(|u| Address::parse(u).ok()) {
        return Ok(Mailbox { name: full_name, address });
    }
    let user = ["USER", "LOGNAME"].iter().find_map(|v| std::env::var(v).ok().filter(|u| !u.is_empty()));
    let user = user.or(me.map(|me| me.name)).unwrap_or_else(|| {
        if rustix::process::geteuid().is_root() { "root".into() } else { "nobody".into() }
    });
    let domain = if flags.queueing.sendmail { Some(own_domain()) } else { mail_domain() };
    if domain.is_none() && target.is_far() {
        let text = "nobody is named as the author, and this machine has no full name to make an address from";
        return Err(Error::new(Kind::Usage, text).hint("--from ADDRESS or RSENDMAIL_FROM names one"));
    }
    let address = Address::new(&user, Some(domain.as_deref().unwrap_or("localhost")))?;
    Ok(Mailbox { name: full_name, address })
}

/// The addresses of the fields that name recipients: of the last time it was resent, if it was (RFC 5322 §3.6.6: the
/// newest block stands first), else To, Cc and Bcc.
fn recipients(raw: &Raw) -> Result<Vec<Address>> {
    let resent = resent(raw);
    let names = if resent { ["Resent-To", "Resent-Cc", "Resent-Bcc"] } else { ["To", "Cc", "Bcc"] };
    let mut found = Vec::new();
    for name in names {
        // There may be but one of each in a block; of a message that was not resent all are taken.
        let most = if resent { 1 } else { usize::MAX };
        for field in raw.fields().chain(raw.hidden()).filter(|f| f.is(name)).take(most) {
            found.extend(list(raw, &field.value())?);
        }
    }
    Ok(found)
}

fn resent(raw: &Raw) -> bool {
    let names = ["Resent-To", "Resent-Cc", "Resent-Bcc"];
    raw.fields().chain(raw.hidden()).any(|f| names.iter().any(|name| f.is(name)))
}

/// The sender that the header names: Sender before From, the newest resent block before both.
fn sender(raw: &Raw) -> Result<Option<Address>> {
    let order: &[&str] =
        if resent(raw) { &["Resent-Sender", "Resent-From", "Sender", "From"] } else { &["Sender", "From"] };
    for name in order {
        if let Some(field) = raw.fields().find(|f| f.is(name))
            && let Some(first) = list(raw, &field.value())?.into_iter().next()
        {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

fn list(raw: &Raw, value: &str) -> Result<Vec<Address>> {
    let list = addresses::from_header(value.as_bytes());
    let list = list.map_err(|e| e.kind_is(Kind::Input).context(raw.name()))?;
    Ok(addresses::mailboxes(&list).map(|m| m.address.clone()).collect())
}
