//! Who sends a message and who gets it: what flags say, what the machine knows, what a ready message's header names.

use crate::{
    args::Rsendmail,
    sendmail::user,
    server::{Target, mail_domain, own_domain},
};
use wirepost::{
    base::{address::Address, error::*},
    mail::{
        addresses::{self, Mailbox},
        raw::{Field, Raw},
    },
};

/// Who sends, where the message does not say.
#[derive(Clone)]
pub struct Sender {
    /// `--envelope-from`: `Some(None)` is the empty one.
    pub envelope: Option<Option<Address>>,
    pub author: Result<Mailbox>,
}

impl Sender {
    pub fn new(flags: &Rsendmail, target: &Target) -> Result<Sender> {
        let envelope = match flags.envelope.envelope_from.as_deref() {
            None => None,
            Some("" | "<>") => Some(None),
            Some(text) => Some(Some(Address::parse(text).map_err(|e| e.context("--envelope-from"))?)),
        };
        let author = author(flags, target);
        if let Err(e) = &author
            && flags.message.flags.from.is_some()
        {
            return Err(e.clone());
        }
        Ok(Sender { envelope, author })
    }
}

/// The recipients that flags name.
pub fn named(flags: &Rsendmail) -> Result<Vec<Address>> {
    let message = &flags.message.flags;
    let mut to = Vec::new();
    for (flag, lists) in [("--to", &message.to), ("--cc", &message.cc), ("--bcc", &message.bcc)] {
        for text in lists {
            let list = addresses::parse(text).map_err(|e| e.context(flag))?;
            to.extend(addresses::mailboxes(&list).map(|m| m.address.clone()));
        }
    }
    Ok(to)
}

/// `--from`, `RSENDMAIL_FROM`, the login if it is an address, else this user of this machine.
pub fn author(flags: &Rsendmail, target: &Target) -> Result<Mailbox> {
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

/// The addresses of the fields that name recipients: of the last time it was resent, if that has any, else To, Cc and Bcc.
pub fn recipients(raw: &Raw) -> Result<Vec<Address>> {
    let resent = resent_to(raw);
    if !resent.is_empty() {
        return all(raw, resent);
    }
    let mut found = Vec::new();
    for name in ["To", "Cc", "Bcc"] {
        found.extend(all(raw, raw.fields().chain(raw.hidden()).filter(|f| f.is(name)))?);
    }
    Ok(found)
}

/// The fields that name those to whom it was resent last.
fn resent_to(raw: &Raw) -> Vec<Field<'_>> {
    raw.resent().filter(|f| ["Resent-To", "Resent-Cc", "Resent-Bcc"].iter().any(|name| f.is(name))).collect()
}

/// The sender that the header names: Sender before From, those of the last time it was resent before both.
pub fn sender(raw: &Raw) -> Result<Option<Address>> {
    let resent: Vec<Field<'_>> = if resent_to(raw).is_empty() { Vec::new() } else { raw.resent().collect() };
    let resent = |name| resent.iter().find(|f| f.is(name)).map(Field::value);
    let plain = |name| raw.fields().find(|f| f.is(name)).map(|f| f.value());
    for value in [resent("Resent-Sender"), resent("Resent-From"), plain("Sender"), plain("From")] {
        if let Some(value) = value
            && let Some(first) = list(raw, &value)?.into_iter().next()
        {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

fn all<'a>(raw: &Raw, fields: impl IntoIterator<Item = Field<'a>>) -> Result<Vec<Address>> {
    let mut found = Vec::new();
    for field in fields {
        found.extend(list(raw, &field.value())?);
    }
    Ok(found)
}

fn list(raw: &Raw, value: &str) -> Result<Vec<Address>> {
    let list = addresses::from_header(value.as_bytes());
    let list = list.map_err(|e| e.kind_is(Kind::Input).context(raw.name()))?;
    Ok(addresses::mailboxes(&list).map(|m| m.address.clone()).collect())
}
