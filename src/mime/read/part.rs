//! What a part's header says: type, encoding, disposition, names, role, and what is wrong with it.

use crate::mime::defect::Defect;
use crate::mime::encode::Encoding;
use crate::mime::header::{self, fields};
use crate::mime::params::{self, Param, Structured};

/// How the reader goes on behind the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Leaf,
    Multipart,
    /// A message within, in the open (message/rfc822, message/global).
    Message,
}

/// What a part is for (after RFC 8621 §4.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Text that a reader shows as the message itself.
    Body,
    /// Shown within the body: an image between texts, or one that the HTML names by its Content-ID.
    Inline,
    Attachment,
    /// A multipart.
    Container,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Body => "body",
            Role::Inline => "inline",
            Role::Attachment => "attachment",
            Role::Container => "container",
        }
    }
}

/// Where a part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Mime,
    /// Found within the text of a part, or within a winmail.dat.
    Uuencode,
    Yenc,
    Tnef,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Source::Mime => "mime",
            Source::Uuencode => "uuencode",
            Source::Yenc => "yenc",
            Source::Tnef => "tnef",
        }
    }
}

/// One part. Numbers are bytes from the start of the message; inside something that was encoded there are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// As IMAP numbers parts (RFC 9051 §6.4.5.1): `1`, `2.1`; the multipart that is a whole message is `TEXT`, or
    /// `2.TEXT` inside part 2; what was found in the text of part 1 is `1.uu1`.
    pub path: String,
    /// How many containers are around it.
    pub depth: usize,
    /// Unique within one reading, in order of appearance.
    pub id: u64,
    pub kind: Kind,
    pub source: Source,
    pub media_type: String,
    pub params: Vec<Param>,
    pub disposition: Option<String>,
    pub encoding: Encoding,
    /// The file name as its writer meant it. Not safe: see `names::safe_name`.
    pub name: Option<String>,
    pub name_raw: Option<Vec<u8>>,
    /// Content-ID without its angle brackets.
    pub cid: Option<String>,
    pub role: Role,
    pub header_at: Option<u64>,
    pub body_at: Option<u64>,
    pub defects: Vec<Defect>,
}

impl Part {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|p| p.name == name).map(|p| p.value.as_str())
    }

    pub fn charset(&self) -> Option<&str> {
        self.param("charset").filter(|c| !c.is_empty())
    }

    pub fn is_type(&self, prefix: &str) -> bool {
        self.media_type.starts_with(prefix)
    }

    /// A message that is encoded against the rules (RFC 2046 §5.2.1), and has to be decoded to be read.
    pub fn is_encoded_message(&self) -> bool {
        self.kind == Kind::Leaf && is_message(&self.media_type) && !self.encoding.is_identity()
    }

    /// The name to store it under: safe, or made of its number and type.
    pub fn safe_name(&self) -> String {
        let given = self.name.as_deref().and_then(crate::mime::names::safe_name);
        given.unwrap_or_else(|| {
            let extension = crate::mime::media_type::extension(&self.media_type);
            format!("part-{}.{extension}", self.path)
        })
    }
}

pub(super) fn is_message(media_type: &str) -> bool {
    matches!(media_type, "message/rfc822" | "message/global")
}

/// What surrounds a part whose header is about to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// The number of the message or multipart around it, "" at the top.
    pub prefix: String,
    /// It is the whole of a message: a multipart has no number then.
    pub whole: bool,
    /// Its number among its siblings.
    pub number: u32,
    /// The subtype of the multipart around it.
    pub within: String,
    pub in_alternative: bool,
}

impl Context {
    fn path(&self, multipart: bool) -> String {
        let last = if self.whole && multipart { "TEXT".to_string() } else { self.number.to_string() };
        if self.prefix.is_empty() { last } else { format!("{}.{last}", self.prefix) }
    }

    /// What its own children have before their numbers.
    pub fn child_prefix(&self, path: &str) -> String {
        if self.whole && path.ends_with("TEXT") { self.prefix.clone() } else { path.to_string() }
    }
}

/// Reads a header. `header_at` is where it starts.
pub(super) fn examine(header: &[u8], context: &Context, header_at: Option<u64>) -> Part {
    let mut defects = Vec::new();
    let at = |offset: usize| header_at.map(|start| start + offset as u64);
    let (mut content_type, mut disposition, mut encoding, mut cid) = (None, None, None, None);
    let mut once = Vec::new();
    let mut non_utf8 = false;
    for field in fields(header) {
        if !non_utf8 && !field.value.is_ascii() && std::str::from_utf8(field.value).is_err() {
            non_utf8 = true;
            let detail = String::from_utf8_lossy(field.name).into_owned();
            defects.push(Defect::new("header_not_utf8", at(field.span.0), detail));
        }
        let Some(canonical) = SINGLE.iter().find(|name| field.is(name)) else { continue };
        if once.contains(canonical) {
            let value = String::from_utf8_lossy(field.value).trim().chars().take(200).collect::<String>();
            defects.push(Defect::new("duplicate_field", at(field.span.0), format!("{canonical}: {value}")));
            continue;
        }
        once.push(canonical);
        match *canonical {
            "Content-Type" => content_type = Some((field, params::parse(field.value))),
            "Content-Disposition" => disposition = Some((field, params::parse(field.value))),
            "Content-Transfer-Encoding" => encoding = Some(field),
            "Content-ID" => cid = Some(bare_id(field.value)),
            _ => {}
        }
    }
    let default = if context.within == "digest" { "message/rfc822" } else { "text/plain" };
    let mut parsed = Structured::default();
    let mut media_type = default.to_string();
    if let Some((field, structured)) = content_type {
        note(&structured, at(field.span.0), &mut defects);
        match valid_type(&structured.value) {
            Some(good) => media_type = good,
            None if structured.value == "text" => {}
            None => {
                // What is no type at all is opaque (RFC 2045 §5.2 leaves it open); a bare "text" is an old custom.
                media_type = if structured.value.is_empty() {
                    default.into()
                } else {
                    "application/octet-stream".into()
                };
                defects.push(Defect::new("content_type_invalid", at(field.span.0), structured.value.clone()));
            }
        }
        parsed = structured;
    }
    let coded = encoding.map(|field| {
        let known = Encoding::from_field(field.value);
        if known == Encoding::Unknown {
            let detail = String::from_utf8_lossy(field.value).trim().chars().take(200).collect::<String>();
            defects.push(Defect::new("cte_unknown", at(field.span.0), detail));
        }
        (known, field.span.0)
    });
    let (mut encoding, encoding_at) = coded.unwrap_or_default();
    let multipart = media_type.starts_with("multipart/");
    let mut kind = Kind::Leaf;
    if multipart {
        // An encoded multipart is forbidden (RFC 2045 §6.4); its parts are looked for in the open.
        if !encoding.is_identity() {
            defects.push(Defect::new("cte_on_container", at(encoding_at), encoding.name()));
            encoding = Encoding::SevenBit;
        }
        kind = Kind::Multipart;
    } else if is_message(&media_type) {
        if encoding.is_identity() {
            kind = Kind::Message;
        } else {
            defects.push(Defect::new("cte_on_container", at(encoding_at), encoding.name()));
        }
    }
    let mut disposition_value = None;
    let mut filename = None;
    if let Some((field, structured)) = &disposition {
        note(structured, at(field.span.0), &mut defects);
        filename = structured.get("filename").filter(|p| !p.value.is_empty()).cloned();
        disposition_value = Some(structured.value.clone()).filter(|v| !v.is_empty());
    }
    let named = parsed.get("name").filter(|p| !p.value.is_empty()).cloned();
    if let (Some(a), Some(b)) = (&filename, &named)
        && a.value != b.value
        && (b.extended || b.value.is_ascii() && a.value.is_ascii())
    {
        defects.push(Defect::new("file_name_differs", header_at, format!("{} and {}", a.value, b.value)));
    }
    if let (Some(a), Some(b)) = (&filename, &named)
        && a.extended
        && a.value == b.value
    {
        // For readers that do not know RFC 2231, and it tells them the same name.
        let fallback = String::from_utf8_lossy(&b.raw);
        defects.retain(|d| d.name != "encoded_word_in_parameter" || d.detail != fallback);
    }
    let chosen = filename.or(named);
    if let Some(name) = &chosen {
        let value = &name.value;
        if value.contains(['/', '\\']) {
            defects.push(Defect::new("file_name_path", header_at, value.as_str()));
        }
        if value.chars().any(crate::base::escape::is_harmful) {
            defects.push(Defect::new("file_name_control", header_at, value.as_str()));
        }
    }
    defects.truncate(64);
    let mut role =
        role(kind, &media_type, disposition_value.as_deref(), chosen.is_some(), cid.is_some(), context);
    // Readers differ in what such a part is, so it is not taken for the harmless one.
    let two_types =
        defects.iter().any(|d| d.name == "duplicate_field" && d.detail.starts_with("Content-Type"));
    if two_types && kind == Kind::Leaf {
        role = Role::Attachment;
    }
    Part {
        path: context.path(kind == Kind::Multipart),
        depth: 0,
        id: 0,
        kind,
        source: Source::Mime,
        media_type,
        params: parsed.params,
        disposition: disposition_value,
        encoding,
        name: chosen.as_ref().map(|p| p.value.clone()),
        name_raw: chosen.map(|p| p.raw),
        cid,
        role,
        header_at,
        body_at: None,
        defects,
    }
}

/// Fields that a message may have once (RFC 5322 §3.6, RFC 2045): two of them are read differently by different programs.
const SINGLE: &[&str] = &[
    "Content-Type",
    "Content-Disposition",
    "Content-Transfer-Encoding",
    "Content-ID",
    "MIME-Version",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
];

fn note(structured: &Structured, at: Option<u64>, defects: &mut Vec<Defect>) {
    for (name, detail) in &structured.odd {
        defects.push(Defect::new(name, at, detail.as_str()));
    }
}

fn valid_type(value: &str) -> Option<String> {
    let (kind, subtype) = value.split_once('/')?;
    let token = |s: &str| {
        !s.is_empty()
            && s.len() <= 127
            && s.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
    };
    (token(kind) && token(subtype)).then(|| value.to_string())
}

fn bare_id(value: &[u8]) -> String {
    let text = header::unfold(value);
    let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
    let inside = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(id, _)| id.trim());
    inside.unwrap_or(text.as_str()).chars().take(1000).collect()
}

/// RFC 8621 §4.1.4, as far as it can be told without looking at later parts.
fn role(
    kind: Kind,
    media_type: &str,
    disposition: Option<&str>,
    named: bool,
    cid: bool,
    context: &Context,
) -> Role {
    if kind == Kind::Multipart {
        return Role::Container;
    }
    let text = matches!(media_type, "text/plain" | "text/html");
    let media = ["image/", "audio/", "video/"].iter().any(|m| media_type.starts_with(m));
    let first = context.whole || context.number == 1;
    let in_line = disposition != Some("attachment")
        && (text || media)
        && (first || (context.within != "related" && (media || !named)));
    if in_line && text {
        return Role::Body;
    }
    let shown = in_line || context.within == "related" && cid || disposition == Some("inline") && !text;
    if shown && disposition != Some("attachment") && (media || cid) { Role::Inline } else { Role::Attachment }
}
