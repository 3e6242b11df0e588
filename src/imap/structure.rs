//! BODYSTRUCTURE as a tree of parts (RFC 9051 §7.5.2): what a message holds, without fetching it.
//!
//! Servers leave fields out, swap NIL and empty strings and invent extensions; whatever cannot be read is absent and no
//! error. Depth is bounded by the parser below.

use super::parse::Value;

/// One part of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// `1`, `2.1`; a message that is no multipart is part `1`. Empty for the multipart at the top.
    pub path: String,
    /// `text`, in lower case.
    pub kind: String,
    pub subtype: String,
    /// In the order they came; names in lower case, values as they stand.
    pub params: Vec<(String, Vec<u8>)>,
    pub id: Option<Vec<u8>>,
    pub description: Option<Vec<u8>>,
    /// `base64`, in lower case.
    pub encoding: String,
    /// Bytes as they are encoded.
    pub size: u64,
    /// `attachment`, `inline`, in lower case.
    pub disposition: Option<String>,
    pub disposition_params: Vec<(String, Vec<u8>)>,
    /// Of a multipart, or the body of a `message/rfc822`.
    pub parts: Vec<Part>,
}

impl Part {
    /// From the value of a BODYSTRUCTURE item.
    pub fn of(value: &Value) -> Option<Part> {
        read(value, String::new(), true)
    }

    /// `text/plain`.
    pub fn media_type(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    pub fn is_multipart(&self) -> bool {
        self.kind == "multipart"
    }

    /// All parts that are no multipart, in order; what an attached message holds comes after that message.
    pub fn leaves(&self) -> Vec<&Part> {
        let mut out = Vec::new();
        self.gather(&mut out);
        out
    }

    fn gather<'p>(&'p self, out: &mut Vec<&'p Part>) {
        if !self.is_multipart() {
            out.push(self);
        }
        self.parts.iter().for_each(|p| p.gather(out));
    }

    /// A parameter of the type or, before it, of the disposition.
    pub fn param<'p>(params: &'p [(String, Vec<u8>)], name: &str) -> Option<&'p [u8]> {
        params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_slice())
    }
}

fn lower(value: Option<&Value>) -> String {
    value.and_then(Value::text).map(|t| String::from_utf8_lossy(t).to_ascii_lowercase()).unwrap_or_default()
}

fn params(value: Option<&Value>) -> Vec<(String, Vec<u8>)> {
    let pairs = value.map_or(&[][..], Value::list).chunks(2);
    let pair = |p: &[Value]| match p {
        [name, value] => Some((lower(Some(name)), value.text().unwrap_or_default().to_vec())),
        _ => None,
    };
    pairs.filter_map(pair).collect()
}

fn below(path: &str, n: usize) -> String {
    if path.is_empty() { n.to_string() } else { format!("{path}.{n}") }
}

/// `whole`: a message's body stands here, so a part that is no multipart is numbered 1 in it.
fn read(value: &Value, path: String, whole: bool) -> Option<Part> {
    let fields = value.list();
    let mut part = Part { path: path.clone(), ..Part::default() };
    if matches!(fields.first()?, Value::List(_)) {
        let count = fields.iter().take_while(|v| matches!(v, Value::List(_))).count();
        part.kind = "multipart".into();
        part.subtype = lower(fields.get(count));
        part.params = params(fields.get(count + 1));
        disposition(fields.get(count + 2), &mut part);
        let parts = fields[..count].iter().enumerate();
        part.parts = parts.filter_map(|(i, v)| read(v, below(&path, i + 1), false)).collect();
        return Some(part);
    }
    if whole {
        part.path = below(&path, 1);
    }
    part.kind = lower(fields.first());
    part.subtype = lower(fields.get(1));
    part.params = params(fields.get(2));
    part.id = fields.get(3).and_then(Value::text).map(<[u8]>::to_vec);
    part.description = fields.get(4).and_then(Value::text).map(<[u8]>::to_vec);
    part.encoding = lower(fields.get(5));
    part.size = fields.get(6).and_then(Value::number).unwrap_or(0);
    // text has its lines next; message/rfc822 an envelope, a body and its lines; then MD5 and the disposition.
    let mut rest = 7;
    if part.kind == "text" {
        rest = 8;
    } else if part.kind == "message" && matches!(part.subtype.as_str(), "rfc822" | "global") {
        if let Some(inner) = fields.get(8) {
            part.parts.extend(read(inner, part.path.clone(), true));
        }
        rest = 10;
    }
    disposition(fields.get(rest + 1), &mut part);
    Some(part)
}

fn disposition(value: Option<&Value>, part: &mut Part) {
    if let [kind, rest @ ..] = value.map_or(&[][..], Value::list) {
        part.disposition = Some(lower(Some(kind))).filter(|d| !d.is_empty());
        part.disposition_params = params(rest.first());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::parse::values;
    use proptest::prelude::*;

    fn part(text: &str) -> Part {
        Part::of(&values(text.as_bytes()).unwrap()[0]).unwrap()
    }

    #[test]
    fn a_message_with_everything() {
        let top = part(concat!(
            r#"((("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 1 NIL NIL NIL NIL)"#,
            r#"("TEXT" "HTML" NIL NIL NIL "QUOTED-PRINTABLE" 20 2) "ALTERNATIVE" ("BOUNDARY" "b"))"#,
            r#"("APPLICATION" "PDF" ("NAME" "a.pdf") "<id>" "d" "BASE64" 4000 NIL ("ATTACHMENT" ("FILENAME" "b.pdf")) NIL NIL)"#,
            r#"("MESSAGE" "RFC822" NIL NIL NIL "8BIT" 900 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" NIL NIL NIL "8BIT" 5 1) 9 NIL ("inline" NIL))"#,
            r#" "MIXED" ("BOUNDARY" "a") NIL NIL)"#
        ));
        let paths: Vec<_> = top.leaves().iter().map(|p| (p.path.as_str(), p.media_type())).collect();
        assert_eq!(
            paths,
            [
                ("1.1", "text/plain".into()),
                ("1.2", "text/html".into()),
                ("2", "application/pdf".into()),
                ("3", "message/rfc822".into()),
                ("3.1", "text/plain".to_string())
            ]
        );
        let pdf = top.leaves()[2].clone();
        assert_eq!(
            (pdf.size, pdf.encoding.as_str(), pdf.disposition.as_deref()),
            (4000, "base64", Some("attachment"))
        );
        assert_eq!(Part::param(&pdf.disposition_params, "filename"), Some(&b"b.pdf"[..]));
        assert_eq!(top.leaves()[3].disposition.as_deref(), Some("inline"));
        let single = part(r#"("TEXT" "PLAIN" NIL NIL NIL NIL NIL NIL)"#);
        assert_eq!((single.path.as_str(), single.encoding.as_str()), ("1", ""));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(\\(|\\)| |NIL|\"TEXT\"|\"MESSAGE\"|\"RFC822\"|7|x){0,40}") {
            if let Ok(values) = values(text.as_bytes()) {
                values.iter().for_each(|v| { Part::of(v).map(|p| p.leaves().len()); });
            }
        }
    }
}
