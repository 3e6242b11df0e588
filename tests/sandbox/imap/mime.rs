//! A message's parts: sections, ENVELOPE and BODYSTRUCTURE (RFC 3501, 6.4.5 and 7.4.2).
use std::ops::Range;

/// Deeper parts count as leaves.
const DEPTH: usize = 100;

pub struct Part {
    header: Range<usize>,
    body: Range<usize>,
    kind: Kind,
}

enum Kind {
    Leaf,
    Multipart(Vec<Part>),
    Message(Box<Part>),
}

/// Header (with its blank line) and body.
pub fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(header_end(bytes))
}

fn header_end(bytes: &[u8]) -> usize {
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        if matches!(line, b"\r\n" | b"\n") {
            break;
        }
    }
    at
}

/// The field lines, each with its continuations.
fn lines(header: &[u8]) -> Vec<&[u8]> {
    let (mut all, mut from, mut at) = (Vec::new(), 0, 0);
    for line in header.split_inclusive(|b| *b == b'\n') {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") && at > from {
            all.push(&header[from..at]);
            from = at;
        }
        at += line.len();
    }
    all.push(&header[from..at]);
    all.retain(|line| line.contains(&b':'));
    all
}

fn name(line: &[u8]) -> String {
    String::from_utf8_lossy(line.split(|b| *b == b':').next().unwrap_or_default()).trim().to_owned()
}

/// The unfolded values of a field.
pub fn fields<'a>(header: &'a [u8], wanted: &'a str) -> impl Iterator<Item = String> + 'a {
    lines(header).into_iter().filter(move |line| name(line).eq_ignore_ascii_case(wanted)).map(|line| {
        let value = line.splitn(2, |b| *b == b':').nth(1).unwrap_or_default();
        String::from_utf8_lossy(value).replace("\r\n", "").replace('\n', "").trim().to_owned()
    })
}

/// A value and its parameters, as in Content-Type.
fn parameters(value: &str) -> (String, Vec<(String, String)>) {
    let (mut pieces, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in value.chars() {
        if escaped {
            escaped = false;
        } else if c == '\\' && quoted {
            escaped = true;
            continue;
        } else if c == '"' {
            quoted = !quoted;
            continue;
        } else if c == ';' && !quoted {
            pieces.push(String::new());
            continue;
        }
        pieces.last_mut().expect("never empty").push(c);
    }
    let mut pieces = pieces.into_iter();
    let head = pieces.next().unwrap_or_default().trim().to_owned();
    let pair = |piece: String| {
        let (key, value) = piece.split_once('=')?;
        Some((key.trim().to_ascii_uppercase(), value.trim().to_owned()))
    };
    (head, pieces.filter_map(pair).collect())
}

impl Part {
    pub fn parse(bytes: &[u8]) -> Part {
        Part::read(bytes, 0..bytes.len(), "TEXT/PLAIN", 0)
    }

    fn read(bytes: &[u8], range: Range<usize>, default: &str, depth: usize) -> Part {
        let end = range.start + header_end(&bytes[range.clone()]);
        let (header, body) = (range.start..end, end..range.end);
        let (kind, params) = content_type(&bytes[header.clone()], default);
        let boundary = params.iter().find(|(key, _)| key == "BOUNDARY");
        let kind = match (kind.split('/').next(), boundary) {
            _ if depth > DEPTH => Kind::Leaf,
            (Some("MULTIPART"), Some((_, boundary))) => {
                let default = if kind == "MULTIPART/DIGEST" { "MESSAGE/RFC822" } else { "TEXT/PLAIN" };
                let parts = pieces(bytes, body.clone(), boundary);
                let parts = parts.into_iter().map(|range| Part::read(bytes, range, default, depth + 1));
                Kind::Multipart(parts.collect())
            }
            _ if kind == "MESSAGE/RFC822" => {
                Kind::Message(Box::new(Part::read(bytes, body.clone(), "TEXT/PLAIN", depth + 1)))
            }
            _ => Kind::Leaf,
        };
        Part { header, body, kind }
    }

    /// The n-th part. A message without parts is its own part 1.
    fn sub(&self, n: usize, message: bool) -> Option<&Part> {
        match &self.kind {
            Kind::Multipart(parts) => parts.get(n.checked_sub(1)?),
            _ if message => (n == 1).then_some(self),
            Kind::Message(inner) => inner.sub(n, true),
            Kind::Leaf => None,
        }
    }

    /// The bytes of a section: the numbers of its path and what follows them, upper case; `fields` for HEADER.FIELDS.
    pub fn section(&self, bytes: &[u8], path: &[usize], tail: &str, fields: &[String]) -> Option<Vec<u8>> {
        let mut part = self;
        for (depth, n) in path.iter().enumerate() {
            part = part.sub(*n, depth == 0)?;
        }
        let message = match (&part.kind, path.is_empty()) {
            (_, true) => Some(part),
            (Kind::Message(inner), false) => Some(&**inner),
            _ => None,
        };
        let range = match tail {
            "" if path.is_empty() => 0..bytes.len(),
            "" => part.body.clone(),
            "MIME" => part.header.clone(),
            "TEXT" => message?.body.clone(),
            "HEADER" => message?.header.clone(),
            _ => {
                let not = tail.ends_with(".NOT");
                let wanted = |line: &&[u8]| fields.iter().any(|f| f.eq_ignore_ascii_case(&name(line))) != not;
                let header = &bytes[message?.header.clone()];
                let mut kept = lines(header).into_iter().filter(wanted).collect::<Vec<_>>().concat();
                kept.extend_from_slice(b"\r\n");
                return Some(kept);
            }
        };
        Some(bytes[range].to_vec())
    }

    pub fn envelope(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let header = &bytes[self.header.clone()];
        let first = |name: &str| fields(header, name).next();
        out.push(b'(');
        for name in ["Date", "Subject"] {
            nstring(out, first(name).as_deref());
            out.push(b' ');
        }
        for name in ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"] {
            let own = first(name).filter(|value| !value.is_empty());
            let value =
                if matches!(name, "Sender" | "Reply-To") { own.or_else(|| first("From")) } else { own };
            addresses(out, value.as_deref());
            out.push(b' ');
        }
        nstring(out, first("In-Reply-To").as_deref());
        out.push(b' ');
        nstring(out, first("Message-ID").as_deref());
        out.push(b')');
    }

    pub fn structure(&self, bytes: &[u8], extended: bool, default: &str, out: &mut Vec<u8>) {
        let header = &bytes[self.header.clone()];
        let first = |name: &str| fields(header, name).next();
        let (kind, params) = content_type(header, default);
        let (kind, subtype) = kind.split_once('/').unwrap_or(("TEXT", "PLAIN"));
        out.push(b'(');
        if let Kind::Multipart(parts) = &self.kind {
            let default = if subtype == "DIGEST" { "MESSAGE/RFC822" } else { "TEXT/PLAIN" };
            for part in parts {
                part.structure(bytes, extended, default, out);
            }
            out.push(b' ');
            nstring(out, Some(subtype));
            if extended {
                out.push(b' ');
                pairs(out, &params);
            }
        } else {
            for (n, text) in [kind, subtype].into_iter().enumerate() {
                out.extend_from_slice(if n == 0 { b"" } else { b" " });
                nstring(out, Some(text));
            }
            out.push(b' ');
            pairs(out, &params);
            for name in ["Content-ID", "Content-Description"] {
                out.push(b' ');
                nstring(out, first(name).as_deref());
            }
            out.push(b' ');
            nstring(
                out,
                Some(&first("Content-Transfer-Encoding").unwrap_or("7BIT".into()).to_ascii_uppercase()),
            );
            out.extend_from_slice(format!(" {}", self.body.len()).as_bytes());
            if let Kind::Message(inner) = &self.kind {
                out.push(b' ');
                inner.envelope(bytes, out);
                out.push(b' ');
                inner.structure(bytes, extended, "TEXT/PLAIN", out);
            }
            if kind == "TEXT" || matches!(self.kind, Kind::Message(_)) {
                let count = bytes[self.body.clone()].iter().filter(|b| **b == b'\n').count();
                out.extend_from_slice(format!(" {count}").as_bytes());
            }
            if extended {
                out.push(b' ');
                nstring(out, first("Content-MD5").as_deref());
            }
        }
        if extended {
            match first("Content-Disposition").map(|value| parameters(&value)) {
                None => out.extend_from_slice(b" NIL"),
                Some((kind, params)) => {
                    out.extend_from_slice(b" (");
                    nstring(out, Some(&kind.to_ascii_uppercase()));
                    out.push(b' ');
                    pairs(out, &params);
                    out.push(b')');
                }
            }
            out.extend_from_slice(b" NIL NIL");
        }
        out.push(b')');
    }
}

fn content_type(header: &[u8], default: &str) -> (String, Vec<(String, String)>) {
    let value = fields(header, "Content-Type").next();
    let (kind, params) = parameters(value.as_deref().unwrap_or(default));
    let kind = kind.to_ascii_uppercase();
    if kind.contains('/') { (kind, params) } else { ("TEXT/PLAIN".into(), params) }
}

/// Where the body parts between the boundary's lines are.
fn pieces(bytes: &[u8], body: Range<usize>, boundary: &str) -> Vec<Range<usize>> {
    let (mut parts, mut open, mut at) = (Vec::new(), None, body.start);
    for line in bytes[body.clone()].split_inclusive(|b| *b == b'\n') {
        let text = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary.as_bytes()));
        let text = text.map(<[u8]>::trim_ascii_end).filter(|rest| rest.is_empty() || *rest == b"--");
        if let Some(rest) = text {
            if let Some(from) = open.take() {
                // The line end before the delimiter is the delimiter's.
                let cut = if bytes[from..at].ends_with(b"\r\n") { 2 } else { 1 };
                parts.push(from..at.saturating_sub(cut).max(from));
            }
            if rest == b"--" {
                return parts;
            }
            open = Some(at + line.len());
        }
        at += line.len();
    }
    parts.extend(open.map(|from| from..body.end));
    parts
}

pub fn nstring(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => out.extend_from_slice(b"NIL"),
        Some(text) if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\') => {
            out.extend_from_slice(format!("\"{text}\"").as_bytes());
        }
        Some(text) => out.extend_from_slice(format!("{{{}}}\r\n{text}", text.len()).as_bytes()),
    }
}

fn pairs(out: &mut Vec<u8>, params: &[(String, String)]) {
    if params.is_empty() {
        return out.extend_from_slice(b"NIL");
    }
    for (n, (key, value)) in params.iter().enumerate() {
        out.push(if n == 0 { b'(' } else { b' ' });
        nstring(out, Some(key));
        out.push(b' ');
        nstring(out, Some(value));
    }
    out.push(b')');
}

/// `Name <local@host>, …`: groups are passed over.
fn addresses(out: &mut Vec<u8>, value: Option<&str>) {
    let Some(value) = value else { return out.extend_from_slice(b"NIL") };
    let (mut all, mut quoted) = (vec![String::new()], false);
    for c in value.chars() {
        quoted ^= c == '"';
        match c {
            ',' | ';' if !quoted => all.push(String::new()),
            ':' if !quoted => all = vec![String::new()],
            c => all.last_mut().expect("never empty").push(c),
        }
    }
    let start = out.len();
    for one in all.iter().filter(|one| one.contains('@')) {
        let (display, spec) = one
            .rsplit_once('<')
            .map_or(("", one.trim()), |(d, s)| (d.trim(), s.trim_end().trim_end_matches('>')));
        let (local, host) = spec.rsplit_once('@').unwrap_or((spec, ""));
        out.extend_from_slice(if out.len() == start { b"((" } else { b"(" });
        let display = display.trim_matches('"').replace("\\\"", "\"");
        nstring(out, Some(&*display).filter(|d| !d.is_empty()));
        out.extend_from_slice(b" NIL ");
        nstring(out, Some(local));
        out.push(b' ');
        nstring(out, Some(host));
        out.push(b')');
    }
    out.extend_from_slice(if out.len() == start { b"NIL" } else { b")" });
}
