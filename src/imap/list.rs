//! Mailboxes as things: names, the hierarchy, and what LIST, STATUS and NAMESPACE tell (RFC 9051 §6.3, RFC 5258, 5819, 6154).

use super::{Session, parse::Value, response::Response, wire::Request};
use crate::base::{error::*, escape};

/// More mailboxes than any server has.
const MOST: usize = 1_000_000;

/// A mailbox's name: as a person reads it, and where a server gave it, the bytes it gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    text: String,
    /// A name that a server spells wrongly can only be given back byte for byte.
    wire: Option<Vec<u8>>,
}

impl Name {
    /// `INBOX` is one mailbox in whatever case it is written (RFC 9051 §5.1): it has one name here.
    pub fn new(text: impl Into<String>) -> Name {
        let name = Name { text: text.into(), wire: None };
        if name.is_inbox() { Name::inbox() } else { name }
    }

    pub fn inbox() -> Name {
        Name { text: "INBOX".into(), wire: None }
    }

    /// In UTF-8, levels separated as the server does.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_inbox(&self) -> bool {
        self.text.eq_ignore_ascii_case("INBOX")
    }
}

/// For a terminal.
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&escape::text(&self.text))
    }
}

/// One line of LIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: Name,
    pub delimiter: Option<char>,
    /// In lower case, with their backslash: `\noselect`, `\sent`.
    pub attributes: Vec<String>,
    pub status: Option<MailboxStatus>,
}

impl Listed {
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|a| a == attribute)
    }

    /// Whether it can be opened.
    pub fn is_selectable(&self) -> bool {
        !self.has("\\noselect") && !self.has("\\nonexistent")
    }

    /// The special use, RFC 6154: `\sent`, `\trash` …
    pub fn special(&self) -> Option<&str> {
        const USES: [&str; 8] =
            ["\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash", "\\important"];
        self.attributes.iter().map(String::as_str).find(|a| USES.contains(a))
    }
}

/// What STATUS told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxStatus {
    pub messages: Option<u64>,
    pub unseen: Option<u64>,
    pub uidnext: Option<u64>,
    pub uidvalidity: Option<u64>,
    pub size: Option<u64>,
}

/// One namespace, RFC 2342.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// `personal`, `other`, `shared`.
    pub kind: &'static str,
    pub prefix: String,
    pub delimiter: Option<char>,
}

impl Session {
    /// All mailboxes there are; with the special uses, and with their status where it is wanted.
    ///
    /// # Errors
    /// `Refused`.
    pub fn list(&mut self, status: bool) -> Result<Vec<Listed>> {
        let special = self.wire.caps.has("SPECIAL-USE") && self.wire.caps.has("LIST-EXTENDED");
        let with_status = status && self.wire.caps.has("LIST-STATUS");
        let mut options = Vec::new();
        if special {
            options.push("SPECIAL-USE".to_string());
        }
        if self.extended_list() {
            options.push("SUBSCRIBED".into());
            options.push("CHILDREN".into());
        }
        if with_status {
            options.push(format!("STATUS ({})", self.status_items()));
        }
        let mut request = Request::new("LIST \"\" \"*\"");
        if !options.is_empty() {
            request = request.atom(format_args!("RETURN ({})", options.join(" ")));
        }
        let mut found = self.listed(&request)?;
        if status && !with_status {
            for listed in found.iter_mut().filter(|l| l.is_selectable()) {
                listed.status = match self.status(&listed.name) {
                    Err(e) if self.is_broken() => return Err(e),
                    status => status.ok(),
                };
            }
        }
        // Where all names are separated alike, the user's own are.
        let mut others = found.iter().filter(|l| !l.name.is_inbox()).map(|l| l.delimiter);
        if let Some(first) = others.next().filter(|d| others.all(|o| o == *d)) {
            self.delimiter.get_or_insert(first);
        }
        found.sort_by(|a, b| (!a.name.is_inbox(), &a.name).cmp(&(!b.name.is_inbox(), &b.name)));
        Ok(found)
    }

    /// Marks those that are subscribed to, where [`Session::list`] could not ask for that along with the rest.
    ///
    /// # Errors
    /// `Refused`.
    pub fn tell_subscribed(&mut self, all: &mut [Listed]) -> Result<()> {
        if self.extended_list() {
            return Ok(());
        }
        let found = match self.listed(&Request::new("LSUB \"\" \"*\"")) {
            Err(e) if e.kind() == Kind::Refused => return Ok(()),
            found => found?,
        };
        let names: std::collections::HashSet<_> = found.into_iter().map(|l| l.name).collect();
        for listed in all.iter_mut().filter(|l| names.contains(&l.name)) {
            listed.attributes.push("\\subscribed".into());
        }
        Ok(())
    }

    /// Whether LIST can be asked for more than names (RFC 5258).
    fn extended_list(&self) -> bool {
        self.wire.caps.has("LIST-EXTENDED") || self.wire.caps.has("IMAP4REV2")
    }

    fn listed(&mut self, request: &Request) -> Result<Vec<Listed>> {
        let (mut found, mut statuses): (Vec<Listed>, Vec<(Vec<u8>, MailboxStatus)>) =
            (Vec::new(), Vec::new());
        let utf8 = self.wire.utf8;
        self.wire.call(request, &mut |response| {
            let Response::Data(values) = response else { return Ok(()) };
            match values.as_slice() {
                [kind, attributes, delimiter, name, ..] if kind.is("LIST") || kind.is("LSUB") => {
                    if found.len() >= MOST {
                        return Err(Error::new(Kind::Limit, "more mailboxes than any server has"));
                    }
                    let Some(wire) = name.text() else { return Ok(()) };
                    let lower = |v: &Value| Some(String::from_utf8_lossy(v.text()?).to_ascii_lowercase());
                    found.push(Listed {
                        name: name_of(wire, utf8),
                        delimiter: delimiter_of(delimiter),
                        attributes: attributes.list().iter().filter_map(lower).collect(),
                        status: None,
                    });
                }
                [kind, name, items, ..] if kind.is("STATUS") => {
                    if let Some(wire) = name.text().filter(|_| statuses.len() < MOST) {
                        statuses.push((wire.to_vec(), status_of(items.list())));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        let statuses: std::collections::HashMap<_, _> =
            statuses.into_iter().map(|(wire, status)| (name_of(&wire, utf8), status)).collect();
        for listed in &mut found {
            listed.status = statuses.get(&listed.name).copied();
        }
        Ok(found)
    }

    fn status_items(&self) -> &'static str {
        if self.wire.caps.has("STATUS=SIZE") {
            "MESSAGES UNSEEN UIDNEXT UIDVALIDITY SIZE"
        } else {
            "MESSAGES UNSEEN UIDNEXT UIDVALIDITY"
        }
    }

    /// Counts of one mailbox, without opening it.
    ///
    /// # Errors
    /// `Missing`: there is none of that name.
    pub fn status(&mut self, name: &Name) -> Result<MailboxStatus> {
        let request = self.on("STATUS", name).atom(format_args!("({})", self.status_items()));
        let mut found = MailboxStatus::default();
        let told = self.wire.call(&request, &mut |response| {
            if let Response::Data(values) = response
                && let [kind, _, items, ..] = values.as_slice()
                && kind.is("STATUS")
            {
                found = status_of(items.list());
            }
            Ok(())
        });
        told.map_err(|e| missing(e, name))?;
        Ok(found)
    }

    /// A command on one mailbox.
    pub(super) fn on(&self, verb: &str, name: &Name) -> Request {
        Request::new(verb).string(&self.wire_name(name), self.wire.utf8)
    }

    pub(super) fn wire_name(&self, name: &Name) -> Vec<u8> {
        name.wire.clone().unwrap_or_else(|| self.wire.mailbox_name(&name.text))
    }

    /// The separator of the hierarchy the user's own mailboxes are in; `None` where all names are flat.
    ///
    /// # Errors
    /// `Refused`.
    pub fn delimiter(&mut self) -> Result<Option<char>> {
        if let Some(known) = self.delimiter {
            return Ok(known);
        }
        let found = self.listed(&Request::new("LIST \"\" \"\""))?;
        let delimiter = found.first().and_then(|l| l.delimiter);
        self.delimiter = Some(delimiter);
        Ok(delimiter)
    }

    /// Asked for once; none where the server does not tell of them.
    ///
    /// # Errors
    /// `Refused`.
    pub fn namespaces(&mut self) -> Result<Vec<Namespace>> {
        if let Some(known) = &self.namespaces {
            return Ok(known.clone());
        }
        let mut found = Vec::new();
        if !(self.wire.caps.has("NAMESPACE") || self.wire.caps.has("IMAP4REV2")) {
            return Ok(found);
        }
        let utf8 = self.wire.utf8;
        self.wire.call(&Request::new("NAMESPACE"), &mut |response| {
            if let Response::Data(values) = response
                && values.first().is_some_and(|v| v.is("NAMESPACE"))
            {
                for (kind, group) in ["personal", "other", "shared"].into_iter().zip(&values[1..]) {
                    for space in group.list() {
                        if let [prefix, delimiter, ..] = space.list() {
                            let prefix = name_of(prefix.text().unwrap_or_default(), utf8).text;
                            found.push(Namespace { kind, prefix, delimiter: delimiter_of(delimiter) });
                        }
                    }
                }
            }
            Ok(())
        })?;
        if let Some(own) = found.iter().find(|n| n.kind == "personal") {
            self.delimiter = Some(own.delimiter);
        }
        self.namespaces = Some(found.clone());
        Ok(found)
    }

    /// The name as a mailbox of the user's own: where these begin with a prefix (`INBOX.`), and the name is in no namespace as
    /// it is written, below that.
    ///
    /// # Errors
    /// `Refused`.
    pub fn own(&mut self, name: &Name) -> Result<Name> {
        let spaces = self.namespaces()?;
        let starts = |prefix: &str| {
            let head = name.text.as_bytes().get(..prefix.len());
            head.is_some_and(|h| h.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        match spaces.iter().find(|n| n.kind == "personal") {
            Some(own) if !name.is_inbox() && !spaces.iter().any(|n| starts(&n.prefix)) => {
                Ok(Name::new(format!("{}{}", own.prefix, name.text)))
            }
            _ => Ok(name.clone()),
        }
    }

    /// The mailbox that is meant by a name which the server does not know: one that it spells by rules of its own, or one that
    /// is below the prefix of the user's own mailboxes.
    ///
    /// # Errors
    /// `Refused`.
    pub fn meant(&mut self, name: &Name) -> Result<Option<Name>> {
        if name.wire.is_some() || name.is_inbox() {
            return Ok(None);
        }
        let own = self.own(name)?;
        let found = self.list(false)?.into_iter().map(|l| l.name);
        Ok(found.filter(|n| n != name).find(|n| n.text == name.text || n.text == own.text))
    }

    /// # Errors
    /// `Refused`.
    pub fn create(&mut self, name: &Name) -> Result<()> {
        self.wire.tell(&self.on("CREATE", name)).map(|_| ())
    }

    /// Takes a mailbox away with all that is in it.
    ///
    /// # Errors
    /// `Missing`, `Refused`.
    pub fn delete(&mut self, name: &Name) -> Result<()> {
        self.wire.tell(&self.on("DELETE", name)).map(|_| ()).map_err(|e| missing(e, name))
    }

    /// Gives a mailbox, and those below it, another name.
    ///
    /// # Errors
    /// `Missing`, `Refused`.
    pub fn rename(&mut self, from: &Name, to: &Name) -> Result<()> {
        let request = self.on("RENAME", from).string(&self.wire_name(to), self.wire.utf8);
        self.wire.tell(&request).map(|_| ()).map_err(|e| missing(e, from))
    }

    /// # Errors
    /// `Refused`.
    pub fn subscribe(&mut self, name: &Name, yes: bool) -> Result<()> {
        self.wire.tell(&self.on(if yes { "SUBSCRIBE" } else { "UNSUBSCRIBE" }, name)).map(|_| ())
    }
}

/// A no about a mailbox that is not there, in our words; servers without response codes say it in theirs.
pub(super) fn missing(e: Error, name: &Name) -> Error {
    let lower = e.message().to_ascii_lowercase();
    let gone =
        lower.contains("doesn't exist") || lower.contains("does not exist") || lower.contains("not found");
    let e = if e.kind() == Kind::Refused && gone { e.kind_is(Kind::Missing) } else { e };
    e.context(format_args!("mailbox {}", name.text))
}

fn name_of(wire: &[u8], utf8: bool) -> Name {
    let text = if utf8 { String::from_utf8(wire.to_vec()).ok() } else { super::utf7::decode(wire) };
    match text {
        Some(text) => Name::new(text),
        None => Name { text: String::from_utf8_lossy(wire).into_owned(), wire: Some(wire.to_vec()) },
    }
}

fn delimiter_of(value: &Value) -> Option<char> {
    value.text()?.first().filter(|b| b.is_ascii_graphic()).map(|b| char::from(*b))
}

pub(super) fn status_of(items: &[Value]) -> MailboxStatus {
    let mut status = MailboxStatus::default();
    for pair in items.chunks(2) {
        let [name, value] = pair else { break };
        let n = value.number();
        match name {
            v if v.is("MESSAGES") => status.messages = n,
            v if v.is("UNSEEN") => status.unseen = n,
            v if v.is("UIDNEXT") => status.uidnext = n,
            v if v.is("UIDVALIDITY") => status.uidvalidity = n,
            v if v.is("SIZE") => status.size = n,
            _ => {}
        }
    }
    status
}
