//! The message from flags: what `rsendmail` sends and `b64mime build` writes.
//!
//! A [`Draft`] is what the flags said, in plain strings and sources. [`Draft::compose`] checks all of it before anything
//! is sent and gives a [`Composed`]: a body that can be opened any number of times, whose size is known, and who it is for.
//! The tree is always the same, as far as it is needed: mixed(related(alternative(text, html), inline), attachments).
//!
//! Bcc is who gets it and never what it says. Date and Message-ID are always there; the Message-ID is random and in the
//! sender's domain, so that it tells nothing about this machine and can stay the same over retries.

use crate::base::{body::Body, date::Time, error::*, random};
use crate::mail::addresses::{self, Entry, Mailbox};
use crate::mime::build::{Attachment, Message, Part, Source};
use crate::mime::header;
use std::io::Read;

/// What the flags said.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Lists of addresses, as a person writes them.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub from: Option<String>,
    pub reply_to: Vec<String>,
    pub subject: Option<String>,
    /// `Key: value`.
    pub headers: Vec<String>,
    pub text: Option<Source>,
    pub html: Option<Source>,
    /// With their Content-IDs set.
    pub inline: Vec<Attachment>,
    pub attachments: Vec<Attachment>,
    /// Messages that go along as multipart/digest.
    pub digest: Vec<Source>,
    /// Parts that somebody made.
    pub ready: Vec<Source>,
    /// In place of "mixed".
    pub container: Option<String>,
    pub date: Option<Time>,
    /// Without its angle brackets.
    pub message_id: Option<String>,
}

/// See the module's essay.
#[derive(Clone, Debug)]
pub struct Composed {
    message: Message,
    /// With its angle brackets; "" for a bare part.
    pub message_id: String,
    pub from: Option<Mailbox>,
    /// Everybody it goes to, Bcc included, each once.
    pub recipients: Vec<Mailbox>,
    /// An address in its header needs SMTPUTF8.
    pub needs_utf8: bool,
}

impl Composed {
    /// The fields and nothing else.
    pub fn header(&self) -> &[u8] {
        self.message.header()
    }
}

impl Body for Composed {
    fn size(&self) -> u64 {
        self.message.size()
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        self.message.open()
    }
}

/// Fields that have a flag, or that are ours to write.
const OURS: &[(&str, &str)] = &[
    ("To", "--to"),
    ("Cc", "--cc"),
    ("Bcc", "--bcc"),
    ("Resent-Bcc", "--bcc"),
    ("From", "--from"),
    ("Reply-To", "--reply-to"),
    ("Subject", "--subject"),
    ("Date", "b64mime build --date"),
    ("Message-ID", "b64mime build --message-id"),
    ("MIME-Version", ""),
    ("Content-Type", ""),
    ("Content-Transfer-Encoding", ""),
    ("Content-Disposition", ""),
];

/// Fields that hold addresses: words in them are encoded around the addresses only.
const ADDRESSES: &[&str] = &[
    "Sender",
    "Resent-From",
    "Resent-To",
    "Resent-Cc",
    "Resent-Sender",
    "Disposition-Notification-To",
    "Errors-To",
];

impl Draft {
    /// The message, and who it is for. Nothing is sent yet, all of it is checked.
    pub fn compose(&self) -> Result<Composed> {
        let list = |flags: &[String]| -> Result<Vec<Entry>> {
            Ok(flags.iter().map(|f| addresses::parse(f)).collect::<Result<Vec<_>>>()?.concat())
        };
        let (to, cc, bcc) = (list(&self.to)?, list(&self.cc)?, list(&self.bcc)?);
        let reply_to = list(&self.reply_to)?;
        let from = self.from.as_deref().map(addresses::parse_one).transpose()?;
        let mut fields = String::new();
        let date = self.date.unwrap_or_else(Time::now);
        fields.push_str(&format!("Date: {}\r\n", date.rfc5322()));
        if let Some(from) = &from {
            fields.push_str(&addresses::field("From", &[Entry::Mailbox(from.clone())])?);
        }
        if !reply_to.is_empty() {
            fields.push_str(&addresses::field("Reply-To", &reply_to)?);
        }
        if !to.is_empty() {
            fields.push_str(&addresses::field("To", &to)?);
        } else if cc.is_empty() && !bcc.is_empty() {
            // A message to nobody looks like spam to many.
            fields.push_str("To: undisclosed-recipients:;\r\n");
        }
        if !cc.is_empty() {
            fields.push_str(&addresses::field("Cc", &cc)?);
        }
        if let Some(subject) = &self.subject {
            fields.push_str(&header::unstructured("Subject", subject)?);
        }
        let message_id = self.message_id(from.as_ref())?;
        fields.push_str(&format!("Message-ID: {message_id}\r\n"));
        for line in &self.headers {
            fields.push_str(&own_field(line)?);
        }
        fields.push_str("MIME-Version: 1.0\r\n");
        let mut recipients: Vec<Mailbox> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for one in [&to, &cc, &bcc].into_iter().flat_map(|l| addresses::mailboxes(l)) {
            let domain = one.address.domain().map(str::to_lowercase);
            if seen.insert((one.address.local().to_string(), domain)) {
                recipients.push(one.clone());
            }
        }
        let shown = [&to, &cc, &reply_to].into_iter().flat_map(|l| addresses::mailboxes(l)).chain(&from);
        let needs_utf8 = shown.into_iter().any(|m| m.address.needs_utf8());
        let message = Message::new(&fields, &self.tree()?);
        Ok(Composed { message, message_id, from, recipients, needs_utf8 })
    }

    /// The content alone, with its own fields: a part for another message.
    pub fn bare(&self) -> Result<Message> {
        Ok(Message::new("", &self.tree()?))
    }

    fn message_id(&self, from: Option<&Mailbox>) -> Result<String> {
        if let Some(id) = &self.message_id {
            let inside = id.trim().trim_start_matches('<').trim_end_matches('>');
            let good = inside.contains('@')
                && inside.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\\\",;".contains(&b));
            if !good || inside.len() > 900 {
                return Err(Error::new(Kind::Usage, format!("'{id}' is no Message-ID")));
            }
            return Ok(format!("<{inside}>"));
        }
        let domain = from.and_then(|f| f.address.domain()).and_then(crate::base::address::to_ascii);
        let domain = domain.filter(|d| !d.starts_with('[')).unwrap_or_else(|| "localhost".into());
        Ok(format!("<{}@{domain}>", random::token()?))
    }

    fn tree(&self) -> Result<Part> {
        let mut texts = Vec::new();
        if let Some(text) = &self.text {
            texts.push(Part::text(text.clone(), "plain")?);
        }
        if let Some(html) = &self.html {
            texts.push(Part::text(html.clone(), "html")?);
        }
        let mut main = match texts.len() {
            0 => None,
            1 => texts.pop(),
            _ => Some(Part::multipart("alternative", &[], texts)?),
        };
        if !self.inline.is_empty() {
            let root = main.take().ok_or_else(|| {
                Error::new(Kind::Usage, "--inline needs a body that shows it").hint("give --html")
            })?;
            let root_type = root.media_type();
            let mut parts = vec![root];
            for file in &self.inline {
                parts.push(Part::attachment(file)?);
            }
            // RFC 2387 §3.1: the type of the root.
            main = Some(Part::multipart("related", &[("type", &root_type)], parts)?);
        }
        let mut parts: Vec<Part> = main.into_iter().collect();
        for source in &self.ready {
            parts.push(Part::ready(source.clone())?);
        }
        if !self.digest.is_empty() {
            let messages = self.digest.iter().map(|m| Part::message(m.clone())).collect::<Result<_>>()?;
            parts.push(Part::multipart("digest", &[], messages)?);
        }
        for file in &self.attachments {
            parts.push(Part::attachment(file)?);
        }
        let alone = parts.len() == 1 && self.attachments.is_empty() && self.ready.is_empty();
        match (&self.container, parts.pop()) {
            (None, Some(only)) if alone => Ok(only),
            (_, None) => Part::text(Source::bytes(Vec::new()), "plain"),
            (container, Some(last)) => {
                parts.push(last);
                let subtype = container.as_deref().unwrap_or("mixed");
                if subtype.is_empty()
                    || !subtype.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b))
                {
                    return Err(Error::new(Kind::Usage, format!("'{subtype}' is no multipart type")));
                }
                Part::multipart(subtype, &[], parts)
            }
        }
    }
}

/// `Key: value` as a person gave it, as a field.
fn own_field(line: &str) -> Result<String> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| Error::new(Kind::Usage, format!("'{line}' is no header field: it has no colon")))?;
    let (name, value) = (name.trim(), value.trim());
    header::check_name(name)?;
    if let Some((ours, flag)) = OURS.iter().find(|(ours, _)| name.eq_ignore_ascii_case(ours)) {
        let error = Error::new(Kind::Usage, format!("{ours} cannot be set as a header field"));
        return Err(match *flag {
            "" => error,
            flag => error.hint(format!("{flag} does it")),
        });
    }
    header::check(name, value)?;
    if ADDRESSES.iter().any(|a| name.eq_ignore_ascii_case(a)) {
        return addresses::field(name, &addresses::parse(value)?);
    }
    header::unstructured(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{media_type, params::Style};

    fn draft() -> Draft {
        Draft {
            to: vec!["Ann <a@example.org>".into()],
            from: Some("me@example.com".into()),
            subject: Some("hi".into()),
            text: Some(Source::bytes("hello\n")),
            date: Some(Time(0)),
            ..Draft::default()
        }
    }

    fn text(composed: &Composed) -> String {
        let mut all = String::new();
        composed.open().unwrap().read_to_string(&mut all).unwrap();
        assert_eq!(all.len() as u64, composed.size());
        assert!(!all.replace("\r\n", "").contains(['\r', '\n']));
        all
    }

    #[test]
    fn a_plain_message() {
        let composed = draft().compose().unwrap();
        let text = text(&composed);
        assert!(
            text.contains("From: me@example.com\r\nTo: Ann <a@example.org>\r\nSubject: hi\r\n"),
            "{text}"
        );
        assert!(
            text.ends_with(
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nhello\r\n"
            )
        );
        assert!(text.contains(&format!("\r\nMessage-ID: {}\r\n", composed.message_id)));
        assert!(composed.message_id.ends_with("@example.com>") && text.starts_with("Date: "));
    }

    #[test]
    fn bcc_is_who_gets_it_and_never_what_it_says() {
        let mut d = draft();
        d.bcc = vec!["secret@example.net, A@Example.ORG, a@EXAMPLE.org".into()];
        let composed = d.compose().unwrap();
        let all = text(&composed);
        assert!(!all.contains("secret") && !all.to_lowercase().contains("bcc"));
        let who: Vec<_> = composed.recipients.iter().map(|m| m.address.wire()).collect();
        assert_eq!(who, ["a@example.org", "secret@example.net", "A@Example.ORG"]);
        d.to.clear();
        assert!(text(&d.compose().unwrap()).contains("To: undisclosed-recipients:;\r\n"));
    }

    #[test]
    fn the_tree_is_as_large_as_it_needs_to_be() {
        let file = |name: &str| Attachment {
            source: Source::bytes("x"),
            name: name.into(),
            media_type: media_type::by_name(name),
            cid: None,
            style: Style::Both,
        };
        let mut d = draft();
        d.html = Some(Source::bytes("<img src=cid:logo>"));
        d.inline = vec![Attachment { cid: Some("logo".into()), ..file("l.png") }];
        d.attachments = vec![file("ä.pdf")];
        let all = text(&d.compose().unwrap());
        let order = [
            "multipart/mixed",
            "multipart/related",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "image/png",
            "application/pdf",
        ];
        let at: Vec<_> = order.iter().map(|t| all.find(t).unwrap()).collect();
        assert!(at.is_sorted(), "{all}");
        assert!(all.contains("Content-ID: <logo>") && all.contains("type=\"multipart/alternative\""));
        assert!(
            all.contains("filename*=utf-8''%C3%A4.pdf") && all.contains("name=\"=?utf-8?b?w6QucGRm?=\""),
            "{all}"
        );
        d = draft();
        d.inline = vec![Attachment { cid: Some("bad id".into()), ..file("l.png") }];
        assert!(d.compose().is_err());
        d = Draft { attachments: vec![file("a.bin")], ..Draft::default() };
        assert!(text(&d.compose().unwrap()).contains("multipart/mixed"));
    }

    #[test]
    fn nothing_is_injected() {
        let bad = "x\r\nBcc: evil@example.net";
        let cases: &[fn(&mut Draft, &str)] = &[
            |d, s| d.subject = Some(s.into()),
            |d, s| d.to = vec![s.into()],
            |d, s| d.from = Some(s.into()),
            |d, s| d.headers = vec![format!("X: {s}")],
            |d, s| d.headers = vec![format!("{s}: x")],
            |d, s| d.message_id = Some(s.into()),
            |d, s| d.container = Some(s.into()),
            |d, s| {
                d.attachments = vec![Attachment {
                    source: Source::bytes("x"),
                    name: s.into(),
                    media_type: "a/b".into(),
                    cid: None,
                    style: Style::Both,
                }];
            },
            |d, s| {
                d.attachments = vec![Attachment {
                    source: Source::bytes("x"),
                    name: "n".into(),
                    media_type: format!("a/b{s}"),
                    cid: None,
                    style: Style::Both,
                }];
            },
        ];
        for (nth, change) in cases.iter().enumerate() {
            for bad in [bad, "a\nb", "a\0b", "a\rb"] {
                let mut d = draft();
                change(&mut d, bad);
                assert_eq!(
                    d.compose().map(|c| text(&c)).unwrap_err().kind(),
                    Kind::Usage,
                    "case {nth} {bad:?}"
                );
            }
        }
        for field in ["To: x", "bcc: x@y", "resent-bcc: x@y", "Content-Type: x", "no colon"] {
            let mut d = draft();
            d.headers = vec![field.into()];
            assert!(d.compose().is_err(), "{field}");
        }
    }

    #[test]
    fn an_address_that_needs_utf8_is_said() {
        let mut d = draft();
        d.to = vec!["ü@example.org".into()];
        assert!(d.compose().unwrap().needs_utf8);
        d.to = vec!["a@bücher.example".into()];
        let composed = d.compose().unwrap();
        assert!(!composed.needs_utf8 && text(&composed).contains("a@xn--bcher-kva.example"));
    }
}
