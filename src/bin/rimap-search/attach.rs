//! Parts of messages: which are attachments, what they are called, and their bytes with the encodings undone.

use std::io::Read;
use wirepost::{
    base::pattern,
    imap::{FetchItem, Part},
    mime::{
        charset::{self, ToUtf8},
        encode::{Codec, Encoding, Temper, Through},
        params,
        text::Html,
    },
};

/// The file name, decoded; from the disposition, else from the type.
pub fn name_of(part: &Part) -> Option<String> {
    named(&part.disposition_params, "filename").or_else(|| named(&part.params, "name"))
}

/// Servers hand parameters out as they stand in the header, so sections and charsets (RFC 2231) are put together by
/// the same code that reads headers.
fn named(given: &[(String, Vec<u8>)], name: &str) -> Option<String> {
    if given.is_empty() {
        return None;
    }
    let mut text = b"x".to_vec();
    for (key, value) in given {
        text.extend_from_slice(b"; ");
        text.extend_from_slice(key.as_bytes());
        text.push(b'=');
        if key.ends_with('*') {
            text.extend(value.iter().filter(|b| !matches!(b, b';' | b'"' | b' ' | b'\r' | b'\n')));
            continue;
        }
        text.push(b'"');
        for b in value {
            if matches!(b, b'"' | b'\\') {
                text.push(b'\\');
            }
            if !matches!(b, b'\r' | b'\n') {
                text.push(*b);
            }
        }
        text.push(b'"');
    }
    params::parse(&text).param(name).map(str::to_string).filter(|n| !n.is_empty())
}

/// The charset of a text, as it is declared.
pub fn charset_of(part: &Part) -> Option<String> {
    named(&part.params, "charset")
}

/// Whether a person would call it an attachment.
pub fn is_attachment(part: &Part) -> bool {
    if part.is_multipart() {
        return false;
    }
    let named = name_of(part).is_some();
    match part.disposition.as_deref() {
        Some("attachment") => true,
        Some("inline") => named && part.id.is_none(),
        _ if matches!(part.subtype.as_str(), "pgp-signature" | "pkcs7-signature" | "x-pkcs7-signature") => {
            named
        }
        _ if part.kind == "text" => named,
        _ if part.kind == "message" => part.subtype == "rfc822" || named,
        _ => part.id.is_none() || named,
    }
}

/// Whether `--save`'s pattern takes the part: by type where it has a slash, else by name.
pub fn is_wanted(part: &Part, wanted: &str) -> bool {
    if part.is_multipart() {
        return false;
    }
    if wanted.contains('/') {
        return pattern::matches(wanted.to_ascii_lowercase().as_bytes(), part.media_type().as_bytes());
    }
    if wanted == "*" {
        return is_attachment(part);
    }
    name_of(part).is_some_and(|n| fits(wanted, &n))
}

/// Whether a glob fits a name, whatever its case.
pub fn fits(glob: &str, name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    pattern::matches(glob.to_lowercase().as_bytes(), name.to_lowercase().as_bytes())
}

/// What to ask for to get a part. `binary`: the server undoes transfer encodings (RFC 3516), which is worth it for base64 alone.
pub fn item(part: &Part, binary: bool) -> FetchItem {
    let section = part.path.clone();
    match binary && Encoding::from_field(part.encoding.as_bytes()) == Encoding::Base64 {
        true => FetchItem::Binary { section },
        false => FetchItem::Body { section, range: None },
    }
}

/// The bytes of a part as its author had them.
pub fn decoded<'r>(part: &Part, body: impl Read + 'r) -> Box<dyn Read + 'r> {
    let encoding = Encoding::from_field(part.encoding.as_bytes());
    if encoding.is_identity() || encoding == Encoding::Unknown {
        return Box::new(body);
    }
    Box::new(Through::new(body, encoding.decoder(Temper::Mail)))
}

/// The charset of a text that nobody knows.
pub fn unknown_charset(part: &Part) -> Option<String> {
    charset_of(part).filter(|label| !charset::is_known(label))
}

/// The text of a part in UTF-8, of HTML what it says. Text without a charset, or with one nobody knows, is read as
/// [`charset`] reads what has none.
pub fn text<'r>(part: &Part, body: impl Read + 'r) -> Box<dyn Read + 'r> {
    let bytes = decoded(part, body);
    let declared = charset_of(part).unwrap_or_default();
    let text: Box<dyn Read + 'r> = match ToUtf8::new(&declared).or_else(|| ToUtf8::new("")) {
        Some(codec) => Box::new(Through::new(bytes, Box::new(codec) as Box<dyn Codec>)),
        None => bytes,
    };
    if part.subtype == "html" { Box::new(Through::new(text, Html::default())) } else { text }
}

/// The parts that make up the readable text: of alternatives the plainest, of a mixture all.
pub fn readable(part: &Part) -> Vec<&Part> {
    let mut out = Vec::new();
    gather(part, &mut out);
    out
}

fn gather<'p>(part: &'p Part, out: &mut Vec<&'p Part>) {
    if part.is_multipart() {
        if part.subtype != "alternative" {
            part.parts.iter().for_each(|p| gather(p, out));
            return;
        }
        let each: Vec<Vec<&Part>> = part.parts.iter().map(readable).collect();
        let plain = each.iter().find(|r| !r.is_empty() && r.iter().all(|p| p.subtype == "plain"));
        if let Some(best) = plain.or_else(|| each.iter().rev().find(|r| !r.is_empty())) {
            out.extend(best);
        }
        return;
    }
    if part.kind == "text" && part.disposition.as_deref() != Some("attachment") {
        out.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: &str, subtype: &str) -> Part {
        Part { kind: kind.into(), subtype: subtype.into(), ..Part::default() }
    }

    #[test]
    fn names_are_decoded() {
        let mut p = part("application", "pdf");
        p.disposition_params = vec![
            ("filename*0*".into(), b"utf-8''a%20".to_vec()),
            ("filename*1*".into(), b"%C3%BC.pdf".to_vec()),
        ];
        assert_eq!(name_of(&p).as_deref(), Some("a ü.pdf"));
        p.disposition_params = vec![("filename".into(), b"=?utf-8?q?=C3=BC?=.pdf".to_vec())];
        assert_eq!(name_of(&p).as_deref(), Some("ü.pdf"));
        p.disposition_params = vec![("filename".into(), b"a\"; filename=b".to_vec())];
        assert_eq!(name_of(&p).as_deref(), Some("a\"; filename=b"));
    }

    #[test]
    fn what_is_an_attachment() {
        let mut p = part("application", "pdf");
        assert!(is_attachment(&p) && is_wanted(&p, "application/*") && !is_wanted(&p, "*.pdf"));
        p.params = vec![("name".into(), b"dir/X.PDF".to_vec())];
        assert!(is_wanted(&p, "*.pdf"));
        p = part("image", "png");
        p.id = Some(b"<x>".to_vec());
        assert!(!is_attachment(&p));
        assert!(!is_attachment(&part("text", "plain")) && !is_attachment(&part("multipart", "mixed")));
    }
}
