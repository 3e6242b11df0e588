//! One mail address that is safe to put on the wire or into a header, and internationalised domains: the only file that names
//! `idna`.
//!
//! An [`Address`] cannot hold what could end a command or a field: it is checked when it is made, and refused, not cleaned. Its
//! local part is kept without quotes and quoted again where that is needed (RFC 5321 §4.1.2). A domain in Unicode goes on
//! the wire in A-labels; a local part that is not ASCII needs SMTPUTF8 (RFC 6531), and is never rewritten.

use crate::base::{error::*, escape};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    local: String,
    /// As it was written; `None` for a bare local name such as root.
    domain: Option<String>,
}

impl Address {
    /// From its parts; the local part without quotes.
    ///
    /// # Errors
    /// `Usage` for control characters, an empty part, a domain that is none, or more than RFC 5321 §4.5.3.1 has room for.
    pub fn new(local: &str, domain: Option<&str>) -> Result<Address> {
        let shown = || match domain {
            Some(domain) => format!("{local}@{domain}"),
            None => local.to_string(),
        };
        let wrong = |why: &str| {
            Err(Error::new(Kind::Usage, format!("'{}' is no address: {why}", escape::text(&shown()))))
        };
        if local.is_empty() {
            return wrong("nothing stands before the @");
        }
        if local.chars().chain(domain.unwrap_or("x").chars()).any(is_control) {
            return wrong("it holds a control character");
        }
        if local.len() > 64 * 4 || domain.is_some_and(|d| d.len() > 255) {
            return wrong("it is too long");
        }
        if let Some(domain) = domain
            && !is_domain(domain)
        {
            return wrong("what stands behind the @ is no domain");
        }
        let address = Address { local: local.to_string(), domain: domain.map(str::to_string) };
        // As it is sent, a domain may be longer than as it is written.
        match address.domain.as_deref().map(to_ascii) {
            Some(None) => return wrong("its domain cannot be written in ASCII"),
            Some(Some(domain)) if domain.len() > 255 => return wrong("it is too long"),
            _ => {}
        }
        Ok(address)
    }

    /// From `local@domain` as it stands between angle brackets; the local part may be quoted. The last `@` splits.
    pub fn parse(text: &str) -> Result<Address> {
        let text = text.trim_matches([' ', '\t']);
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Address::new(&unquote(text), None).and_then(Address::checked);
        };
        Address::new(&unquote(local), Some(domain)).and_then(|a| {
            let quoted = local.starts_with('"');
            if quoted { Ok(a) } else { a.checked() }
        })
    }

    /// Of a local part that was not quoted: no blanks, no brackets.
    fn checked(self) -> Result<Address> {
        if self.local.contains([' ', '<', '>', '(', ')', '[', ']', ',', ';', ':', '\\', '"', '@']) {
            let text = format!("'{}' is no address", escape::text(&self.local));
            return Err(Error::new(Kind::Usage, text));
        }
        Ok(self)
    }

    /// The local part, without quotes.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain as it was written.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// As it goes into MAIL, RCPT and header fields: quoted where needed, the domain in A-labels unless the local part
    /// needs SMTPUTF8 anyway.
    pub fn wire(&self) -> String {
        let local = self.quoted_local();
        match &self.domain {
            None => local,
            Some(domain) if self.needs_utf8() => format!("{local}@{domain}"),
            Some(domain) => format!("{local}@{}", to_ascii(domain).unwrap_or_else(|| domain.clone())),
        }
    }

    /// Whether it can be sent only with SMTPUTF8.
    pub fn needs_utf8(&self) -> bool {
        !self.local.is_ascii()
    }

    /// Two addresses that reach the same mailbox as far as can be told: domains have no case, local parts may.
    pub fn same(&self, other: &Address) -> bool {
        let domain =
            |a: &Address| a.domain.as_deref().map(|d| to_ascii(d).unwrap_or_default().to_lowercase());
        self.local == other.local && domain(self) == domain(other)
    }

    fn quoted_local(&self) -> String {
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
        let dotted = self.local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
        if dotted {
            return self.local.clone();
        }
        let escaped: String = self
            .local
            .chars()
            .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
            .collect();
        format!("\"{escaped}\"")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted_local())?;
        match &self.domain {
            Some(domain) => write!(f, "@{domain}"),
            None => Ok(()),
        }
    }
}

/// A domain in A-labels (RFC 5891); a literal such as `[127.0.0.1]` and plain ASCII stay as they are. `None` if it has no such form.
pub fn to_ascii(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_string());
    }
    idna::domain_to_ascii(domain).ok().filter(|d| is_domain(d))
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        return !literal.is_empty()
            && literal.bytes().all(|b| b.is_ascii_graphic() && !b"[]\\<>\"".contains(&b));
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let label = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (!c.is_ascii() && !c.is_whitespace())
    };
    !domain.is_empty()
        && domain.split(['.', '。']).all(|l| {
            !l.is_empty()
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.len() <= 63 * 4
                && l.chars().all(label)
        })
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn unquote(local: &str) -> String {
    let Some(inside) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return local.to_string();
    };
    let mut out = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_the_wire() {
        for (text, wire, utf8) in [
            ("a@example.com", "a@example.com", false),
            ("a+b.c@example.com", "a+b.c@example.com", false),
            ("\"a b\"@example.com", "\"a b\"@example.com", false),
            ("\"a\\\"b\"@x", "\"a\\\"b\"@x", false),
            ("\"plain\"@x.org", "plain@x.org", false),
            ("a@bücher.example", "a@xn--bcher-kva.example", false),
            ("ü@bücher.example", "ü@bücher.example", true),
            ("a@[127.0.0.1]", "a@[127.0.0.1]", false),
            ("root", "root", false),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.wire().as_str(), address.needs_utf8()), (wire, utf8), "{text}");
        }
        // Two bytes a character as written, more as sent.
        let long = format!("a@{}x", "ü.".repeat(60));
        for bad in [
            &long,
            "",
            "@x",
            "a@",
            "a@b\r\nRCPT TO:<c@d>",
            "a\0@b",
            "a b@c",
            "a@b c",
            "a@b>",
            "<a@b",
            "a@b..c",
            "a@-\u{2028}",
            "a@[]",
            "\"a\nb\"@c",
            "a,b@c",
        ] {
            let error = Address::parse(bad).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{bad:?}");
            assert!(!error.message().contains(['\r', '\n', '\0']));
        }
        assert!(Address::parse("a@EXAMPLE.com").unwrap().same(&Address::parse("a@example.COM").unwrap()));
        assert!(!Address::parse("A@example.com").unwrap().same(&Address::parse("a@example.com").unwrap()));
    }
}
