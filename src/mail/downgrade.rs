//! A ready message for a server that takes less than it holds: header fields get encoded words, and their addresses stay what they
//! are. What becomes of the contents is `mime::downgrade`'s matter.
//!
//! Only what has to change does. An address that is not ASCII has no other form, so it is refused.

use super::{
    addresses,
    raw::{Raw, Source},
};
use crate::base::error::*;
use crate::mime::{
    charset,
    downgrade::{refused, seven_bit},
    header::{self, Field},
};
use std::sync::Arc;

/// Fields that hold addresses.
const ADDRESSES: &[&str] = &[
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Errors-To",
    "Disposition-Notification-To",
];

/// The message with `header` fields in ASCII, or with its `body` in seven bits and short lines, or both.
///
/// # Errors
/// `Input` for what cannot be changed: it is signed, or already encoded in a way that what it holds contradicts.
pub fn downgrade(raw: &Raw, header: bool, body: bool) -> Result<Raw> {
    let name = raw.name();
    let mut change =
        |field: &Field<'_>, whole: &[u8]| if header { in_ascii(field, name) } else { Ok(whole.to_vec()) };
    let (file, len) = seven_bit(raw, name, body, &mut change)?;
    let source = Source::file(name, Arc::new(file), 0, len, false)?;
    Raw::new(source, None, "localhost", Some(&raw.message_id))
}

fn in_ascii(field: &Field<'_>, message: &str) -> Result<Vec<u8>> {
    let name = String::from_utf8_lossy(field.name).into_owned();
    if name.to_ascii_lowercase().starts_with("content-") {
        return Err(refused(message, &format!("{name} is not ASCII")));
    }
    let line = if ADDRESSES.iter().any(|a| field.is(a)) {
        let list = addresses::from_header(field.value).map_err(|e| refused(message, e.message()))?;
        if let Some(wide) = addresses::mailboxes(&list).find(|m| m.address.needs_utf8()) {
            let text = format!("{} needs SMTPUTF8, which the server does not offer", wide.address);
            return Err(Error::new(Kind::Refused, text));
        }
        addresses::field(&name, &list)?
    } else {
        let (text, _) = charset::guess(&header::unfold(field.value));
        header::unstructured(&name, text.trim())?
    };
    Ok(line.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::body::Body;
    use crate::mail::raw::LINE_MOST;
    use mail_parser::{MessageParser, MimeHeaders};

    fn raw(text: impl Into<Vec<u8>>) -> Raw {
        Raw::new(Source::bytes("m.eml", text.into()), None, "x", None).unwrap()
    }

    fn sent(raw: &Raw) -> String {
        let mut out = String::new();
        raw.open().unwrap().read_to_string(&mut out).unwrap();
        assert!(out.lines().all(|l| l.len() <= LINE_MOST));
        out
    }

    const HEAD: &str = "From: a@x\nDate: Mon, 23 Nov 2026 05:00:00 +0000\nMessage-ID: <1@x>\n";

    #[test]
    fn trap_17_text_becomes_quoted_printable_and_nothing_else_changes() {
        let long = "x".repeat(3000);
        let text = format!(
            "{HEAD}Subject: Gr\u{fc}\u{df}e\nTo: J\u{f6}rg <j@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\n\
             pre\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhell\u{f6}\n{long}\n\
             --b\nContent-Type: text/plain\n\nplain stays\n--b\nContent-Type: application/x-y; name=n\n\n\u{fc}\u{fc}\n--b--\n"
        );
        let before = raw(text);
        let after = downgrade(&before, true, true).unwrap();
        let out = sent(&after);
        assert!(out.is_ascii() && !after.eight_bit && !after.header_eight_bit, "{out}");
        assert_eq!(after.message_id, "<1@x>");
        assert!(out.contains("Content-Type: text/plain\r\n\r\nplain stays\r\n--b\r\n"), "{out}");
        assert!(!out.contains("8bit"));
        let parsed = MessageParser::default().parse(out.as_bytes()).unwrap();
        assert_eq!(parsed.subject(), Some("Gr\u{fc}\u{df}e"));
        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("J\u{f6}rg"));
        let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(body.trim_end(), format!("hell\u{f6}\n{long}"));
        let binary = parsed.attachments().find(|a| a.attachment_name() == Some("n")).unwrap();
        assert_eq!(binary.contents(), "\u{fc}\u{fc}".as_bytes());
    }

    #[test]
    fn text_that_says_nothing_of_itself_is_named() {
        let out = sent(&downgrade(&raw(format!("{HEAD}\nhell\u{f6}\n")), true, true).unwrap());
        assert!(out.contains("charset=utf-8\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhell=C3=B6\r\n"), "{out}");
        let mut latin = format!("{HEAD}Subject: x\n\n").into_bytes();
        latin.extend_from_slice(b"hell\xf6\n");
        let out = sent(&downgrade(&raw(latin), true, true).unwrap());
        assert!(out.contains("unknown-8bit") && out.contains("hell=F6"), "{out}");
    }

    #[test]
    fn what_is_signed_or_has_no_other_form_is_refused() {
        let signed = format!(
            "{HEAD}MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; protocol=x; micalg=y\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\u{fc}\n--b\nContent-Type: application/x\n\ns\n--b--\n"
        );
        let error = downgrade(&raw(signed.clone()), true, true).err().unwrap();
        assert!(error.kind() == Kind::Input && error.message().contains("signed"), "{error}");
        assert!(downgrade(&raw(signed.replace('\u{fc}', "u")), true, true).is_ok());
        let wide = format!("{HEAD}To: \u{fc}@x\n\nx\n");
        assert_eq!(downgrade(&raw(wide), true, false).err().unwrap().kind(), Kind::Refused);
        let lying = format!("{HEAD}Content-Transfer-Encoding: base64\n\n\u{fc}\n");
        assert_eq!(downgrade(&raw(lying), true, true).err().unwrap().kind(), Kind::Input);
    }

    #[test]
    fn only_what_has_to_change_does() {
        let text = format!("{HEAD}Subject: \u{fc}\n\nhell\u{f6}\n");
        let header = sent(&downgrade(&raw(text.clone()), true, false).unwrap());
        assert!(header.contains("=?utf-8?") && header.contains("hell\u{f6}"));
        let body = sent(&downgrade(&raw(text), false, true).unwrap());
        assert!(body.contains("Subject: \u{fc}") && body.contains("hell=C3=B6"));
    }
}
