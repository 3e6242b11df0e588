//! Parts of messages: which are attachments, what they are called, and their bytes with the encodings undone.

use std::io::Read;
use wirepost::{
    base::pattern,
    imap::{FetchItem, Part},
    mime::{
        charset::ToUtf8,
        encode::{Codec, Encoding, Temper, Through},
        params,
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

/// The text of a part in UTF-8. Text without a charset, or with one nobody knows, is UTF-8 where it is that.
pub fn text<'r>(part: &Part, body: impl Read + 'r) -> Box<dyn Read + 'r> {
    let bytes = decoded(part, body);
    let declared = charset_of(part).unwrap_or_default();
    let codec: Option<Box<dyn Codec>> =
        ToUtf8::new(&declared).or_else(|| ToUtf8::new("utf-8")).map(|c| Box::new(c) as Box<dyn Codec>);
    match codec {
        Some(codec) => Box::new(Through::new(bytes, codec)),
        None => bytes,
    }
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

/// The words of an HTML text: tags gone, blocks on lines of their own, the usual entities resolved.
pub fn words_of_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        push_words(&rest[..at], &mut out);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
            let known = end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end + 1)));
            let (c, used) = known.unwrap_or(('&', 1));
            out.push(c);
            rest = &rest[used..];
            continue;
        }
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let name: String =
            rest[1..end].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        rest = &rest[end + 1..];
        match name.to_ascii_lowercase().as_str() {
            tag @ ("script" | "style" | "title" | "head") => {
                let close = format!("</{tag}");
                let lower = rest.to_ascii_lowercase();
                rest = lower
                    .find(&close)
                    .and_then(|at| rest[at..].find('>').map(|e| &rest[at + e + 1..]))
                    .unwrap_or("");
            }
            "br" | "br/" | "p" | "/p" | "div" | "/div" | "tr" | "/tr" | "li" | "h1" | "h2" | "h3" | "/h1"
            | "/h2" | "/h3" | "hr" | "table" | "/table" => {
                let trimmed = out.trim_end_matches(' ').len();
                out.truncate(trimmed);
                if !out.is_empty() && !out.ends_with("\n\n") {
                    out.push('\n');
                }
            }
            "td" | "th" => out.push(' '),
            _ => {}
        }
    }
    if !rest.starts_with('<') {
        push_words(rest, &mut out);
    }
    let mut text = out.trim().to_string();
    text.push('\n');
    text
}

fn push_words(text: &str, out: &mut String) {
    for c in text.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "copy" => '©',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "euro" => '€',
        number => {
            let code = match number.strip_prefix("#x").or_else(|| number.strip_prefix("#X")) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.strip_prefix('#')?.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')?
        }
    })
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

    #[test]
    fn html_becomes_words() {
        let html = "<html><head><title>x</title><style>p{}</style></head><body><p>a &amp; b</p><div>c<br>d&#228;&bogus;</div><script>1<2</script>";
        assert_eq!(words_of_html(html), "a & b\n\nc\ndä&bogus;\n");
        assert_eq!(words_of_html("a < b"), "a\n");
        assert_eq!(words_of_html(""), "\n");
    }
}
