//! What is to be sent: the one message that flags describe, or ready messages one after the other.
//!
//! All that flags say is checked here, before a connection is opened; a ready message is looked at when its turn comes.

use crate::{
    alias::Expansion,
    args::{IfTooLarge, Rsendmail},
    compose,
    earlier::Earlier,
    eml,
    filter::Filter,
    merge::{Filled, Merge, Texts},
    outgoing::{Content, Prepared},
    report,
    sendmail::input,
    server::{Target, mail_domain, own_domain},
    whom::{Sender, author, named, recipients, sender},
};
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    rc::Rc,
};
use wirepost::{
    base::{address::Address, error::*},
    mail::raw::Raw,
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
    earlier: Option<Rc<Earlier>>,
    aliases: Rc<Expansion>,
    filter: Option<Filter>,
    /// Where the messages are rows.
    merge: Option<Merge>,
    /// The target that it is made for.
    target: Target,
    /// The row that this is the plan of, and what it brings along.
    row: Option<(String, Texts)>,
    /// Whether it is said to be of this machine. Our own mail server knows that better.
    qualify: bool,
    /// Something stood behind the dot that ended a message.
    pub was_cut: bool,
    /// Why rows were left unread.
    pub stopped: Option<Error>,
}

enum Item {
    Made,
    Ready(eml::Item),
    /// As sendmail reads it.
    Piped,
}

/// What becomes of one message of the plan.
pub enum Next {
    Send(Box<Prepared>),
    /// It is left out, for this reason.
    Skip(&'static str),
}

impl<'a> Plan<'a> {
    pub fn new(flags: &'a Rsendmail, target: &Target, cancel: &Cancel) -> Result<Plan<'a>> {
        let earlier = flags.sending.retry_from.as_deref();
        let earlier = earlier.map(|path| Earlier::load(path, flags.sending.retry_unknown)).transpose()?;
        let mut plan = Plan::empty(flags, target);
        plan.earlier = earlier.map(Rc::new);
        plan.filter = Filter::new(flags)?;
        plan.merge = Merge::new(flags, cancel)?;
        if plan.merge.is_some() {
            nobody(flags, None)?;
            given(flags)?;
            let from = [&flags.message.flags.from, &flags.envelope.envelope_from];
            let has_fields = from.into_iter().flatten().any(|text| text.contains('{'));
            match Sender::new(flags, target) {
                Ok(sender) => plan.sender = sender,
                // Of one with fields in it nothing is known yet.
                Err(_) if has_fields => {}
                Err(e) => return Err(e),
            }
            return Ok(plan);
        }
        plan.to = named(flags)?;
        plan.sender = Sender::new(flags, target)?;
        plan.items = items(flags, &plan.to)?.into_iter();
        Ok(plan)
    }

    fn empty(flags: &'a Rsendmail, target: &Target) -> Plan<'a> {
        let missing = Error::new(Kind::Usage, "nobody is named as the author");
        // In sendmail's clothes a bare name is of this machine, whatever server is named.
        let qualify = flags.queueing.sendmail && !target.by_default;
        Plan {
            flags,
            items: Vec::new().into_iter(),
            sender: Sender { envelope: None, author: Err(missing) },
            to: Vec::new(),
            far: target.is_far(),
            earlier: None,
            aliases: Rc::new(Expansion::new(&flags.aliasing, target.is_far() || qualify)),
            filter: None,
            merge: None,
            target: target.clone(),
            row: None,
            qualify,
            was_cut: false,
            stopped: None,
        }
    }

    /// The one message of a row.
    fn of_row(&self, filled: Filled, cancel: &Cancel) -> Result<Next> {
        let Filled { source, flags, texts } = filled;
        let mut plan = Plan::empty(&flags, &self.target);
        plan.to = named(&flags)?;
        let same = flags.message.flags.from == self.flags.message.flags.from
            && flags.envelope.envelope_from == self.flags.envelope.envelope_from;
        plan.sender = if same { self.sender.clone() } else { Sender::new(&flags, &self.target)? };
        (plan.earlier, plan.aliases) = (self.earlier.clone(), self.aliases.clone());
        let mut items = items(&flags, &plan.to)?;
        plan.row = Some((source, texts));
        match (items.pop(), items.is_empty()) {
            (Some(Item::Made), true) => plan.made(cancel),
            (Some(Item::Ready(item)), true) => plan.ready(&item),
            _ => Err(Error::new(Kind::Input, "a row is one message, and --eml names another number of them")),
        }
    }

    /// Whether the messages are the rows of a table.
    pub fn is_table(&self) -> bool {
        self.merge.is_some()
    }

    /// Whether more than one is left.
    pub fn has_many(&self) -> bool {
        self.merge.is_some() || self.items.len() > 1
    }

    /// The next message, with the file it comes from.
    pub fn next(&mut self, cancel: &Cancel) -> Option<(Option<String>, Result<Next>)> {
        let (source, next) = self.unfiltered(cancel)?;
        let next = match next {
            Ok(Next::Send(prepared)) => {
                let filtered = self.filtered(*prepared, cancel).map(|p| Next::Send(Box::new(p)));
                filtered.map_err(|e| match &source {
                    Some(source) if self.filter.is_some() => e.context(source),
                    _ => e,
                })
            }
            next => next,
        };
        Some((source, next))
    }

    /// What the filter makes of it, if there is one.
    pub fn filtered(&self, prepared: Prepared, cancel: &Cancel) -> Result<Prepared> {
        match &self.filter {
            Some(filter) => filter.apply(prepared, cancel),
            None => Ok(prepared),
        }
    }

    fn unfiltered(&mut self, cancel: &Cancel) -> Option<(Option<String>, Result<Next>)> {
        if let Some(merge) = &mut self.merge {
            let row = merge.next_row(self.flags);
            // Of the rows that are not begun each needs no word: the next run sends them. Nor does one that nobody wrote in time.
            if let Err(e) = cancel.check() {
                self.stopped = Some(e);
                return None;
            }
            let (source, filled) = row?;
            let next = filled.and_then(|filled| {
                self.of_row(filled, cancel).map_err(|e| {
                    let e = if e.kind() == Kind::Usage { e.kind_is(Kind::Input) } else { e };
                    e.context(&source)
                })
            });
            return Some((Some(source), next));
        }
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
        let flags = &self.flags.message.flags;
        let mut draft = match &self.row {
            None => compose::draft(flags, cancel)?,
            Some((_, texts)) => {
                let mut draft = flags.draft()?;
                draft.text = texts.text.clone().or(draft.text);
                draft.html = texts.html.clone().or(draft.html);
                draft.attachments.extend(texts.attachments.clone());
                draft
            }
        };
        if self.flags.message.skip_empty
            && draft.html.is_none()
            && draft.text.as_ref().is_none_or(|t| t.size() == 0)
        {
            return Ok(Next::Skip("the text is empty"));
        }
        draft.from = Some(compose::written(&author)?);
        let source = self.row.as_ref().map(|(source, _)| source.clone());
        draft.message_id = self.earlier.as_ref().and_then(|e| e.message_id(source.as_deref()));
        let composed = draft.compose()?;
        let to = composed.recipients.iter().map(|m| m.address.clone()).collect();
        let from = self.sender.envelope.clone().unwrap_or(Some(author.address));
        let message_id = composed.message_id.clone();
        let envelope = self.envelope(from, to)?;
        let short = self.flags.sending.if_too_large == IfTooLarge::DropAttachments;
        let content = Content::Made { composed, short };
        Ok(self.left(Prepared { source, message_id, envelope, content }))
    }

    fn ready(&self, item: &eml::Item) -> Result<Next> {
        let name = item.name();
        let author = self.sender.author.as_ref().ok();
        let domain = author.and_then(|m| m.address.domain()).map(str::to_string).or_else(mail_domain);
        let source = self.row.as_ref().map_or(name.clone(), |(source, _)| source.clone());
        let message_id = self.earlier.as_ref().and_then(|e| e.message_id(Some(&source)));
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
        let source = Some(source);
        let content = Content::ready(raw, self.flags.ready.no_downgrade);
        Ok(self.left(Prepared { source, message_id, envelope, content }))
    }

    /// Without those that an earlier run has done with.
    fn left(&self, mut prepared: Prepared) -> Next {
        if prepared.envelope.to.is_empty() {
            return Next::Skip("its recipients' aliases are /dev/null");
        }
        let source = prepared.source.as_deref();
        if let Some(earlier) = &self.earlier {
            prepared.envelope.to.retain(|r| earlier.is_open(source, &r.address.to_string()));
            if prepared.envelope.to.is_empty() {
                return Next::Skip(match earlier.is_unknown(source) {
                    true => report::UNKNOWN,
                    false => "an earlier run has done it",
                });
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
        Ok(Plan { sender, filter: Filter::new(flags)?, ..Plan::empty(flags, target) })
    }

    pub fn envelope(&self, from: Option<Address>, to: Vec<Address>) -> Result<Envelope> {
        let to = self.aliases.resolve(to)?;
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
            return Err(Error::new(Kind::Usage, text).hint("--aliases FILE can say where its mail goes"));
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

/// What the flags ask to be sent.
fn items(flags: &Rsendmail, to: &[Address]) -> Result<Vec<Item>> {
    nobody(flags, Some(to))?;
    if flags.queueing.sendmail {
        return Ok(vec![Item::Piped]);
    }
    let mut paths = flags.ready.eml.clone();
    if paths.is_empty() && flags.ready.read_recipients {
        paths.push(PathBuf::from("-"));
    }
    if paths.is_empty() {
        something(flags, io::stdin().is_terminal())?;
        return Ok(vec![Item::Made]);
    }
    given(flags)?;
    Ok(eml::items(&paths)?.into_iter().map(Item::Ready).collect())
}

/// Whoever types a call that names no content has forgotten it, or waits to be asked for a text, as mail(1) asks. A script may mean
/// the empty mail: its standard input is no terminal.
fn something(flags: &Rsendmail, terminal: bool) -> Result<()> {
    if terminal && flags.message.given().is_none() {
        let error = Error::new(Kind::Usage, "nothing to send: no subject, no text, no attachment");
        return Err(
            error.hint("--subject, --body, --body-file or --attach; the text may also come by a pipe")
        );
    }
    Ok(())
}

/// Whether there is nobody to send to. `to`: whom the flags name, where that is known.
fn nobody(flags: &Rsendmail, to: Option<&[Address]>) -> Result<()> {
    let message = &flags.message.flags;
    let none = match to {
        Some(to) => to.is_empty(),
        None => message.to.is_empty() && message.cc.is_empty() && message.bcc.is_empty(),
    };
    if !none || flags.ready.read_recipients {
        return Ok(());
    }
    let error = Error::new(Kind::Usage, "nobody to send to");
    Err(error.hint(match (flags.queueing.sendmail, flags.ready.eml.is_empty()) {
        (true, _) => "-t takes them from the message",
        (_, true) => "--to, --cc or --bcc name recipients; --eml and -t send a ready message",
        (_, false) => "-t takes the recipients from the message, --to names them",
    }))
}

/// No flag makes a message where one is ready.
fn given(flags: &Rsendmail) -> Result<()> {
    let ready = !flags.ready.eml.is_empty() || flags.ready.read_recipients;
    match flags.message.given().filter(|_| ready) {
        Some(flag) => {
            let text = format!("{flag} makes a message, and --eml or -t sends one that is ready");
            Err(Error::new(Kind::Usage, text))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn a_person_is_told_that_there_is_nothing_to_send() {
        let said = |more: &[&str], terminal| {
            let flags = ["rsendmail", "--to", "a@x.example"].iter().chain(more);
            something(&Rsendmail::parse_from(flags), terminal).map_err(|e| e.kind())
        };
        assert_eq!(said(&[], true), Err(Kind::Usage));
        assert_eq!(said(&[], false), Ok(()), "a script may mean it");
        for flag in
            [["--subject", "x"], ["--body", ""], ["--attach", "f"], ["--html", "f"], ["--body-file", "-"]]
        {
            assert_eq!(said(&flag, true), Ok(()), "{flag:?}");
        }
    }
}
