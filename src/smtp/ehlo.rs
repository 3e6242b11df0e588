//! What a server says it can do: the reply to EHLO, RFC 5321 §4.1.1.1.
//!
//! Keywords are of any case, unknown ones are passed over, and nothing of this survives STARTTLS.

use crate::textproto::Reply;

/// The extensions of the current EHLO. Empty after HELO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// The name the server calls itself by.
    pub name: String,
    /// Whether there was an EHLO at all, not only HELO.
    pub esmtp: bool,
    /// SIZE (RFC 1870): `Some(0)` is "no fixed limit".
    pub size: Option<u64>,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// CHUNKING (RFC 3030): BDAT instead of DATA.
    pub chunking: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_status_codes: bool,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// REQUIRETLS (RFC 8689).
    pub requiretls: bool,
    /// LIMITS (RFC 9422): the most recipients a transaction may have.
    pub rcpt_max: Option<usize>,
    /// AUTH (RFC 4954) and the older `AUTH=`: the names of the mechanisms.
    pub auth: Vec<String>,
    /// Every keyword as it came, for `check`.
    pub keywords: Vec<String>,
}

impl Extensions {
    /// From a 250 to EHLO.
    pub fn parse(reply: &Reply) -> Extensions {
        let mut lines = reply.lines.iter().map(|line| String::from_utf8_lossy(line).trim().to_string());
        let name = lines.next().unwrap_or_default();
        let name = name.split(' ').next().unwrap_or_default().to_string();
        let mut found = Extensions { name, esmtp: true, ..Extensions::default() };
        for line in lines {
            found.keyword(&line);
            found.keywords.push(line);
        }
        found
    }

    fn keyword(&mut self, line: &str) {
        // "AUTH=LOGIN PLAIN" is how some servers said it before RFC 2554.
        let (word, rest) = line.split_once([' ', '=']).unwrap_or((line, ""));
        let mut words = rest.split_whitespace();
        match word.to_ascii_uppercase().as_str() {
            "SIZE" => self.size = Some(words.next().and_then(number).unwrap_or(0)),
            "PIPELINING" => self.pipelining = true,
            "8BITMIME" => self.eight_bit_mime = true,
            "SMTPUTF8" => self.smtputf8 = true,
            "DSN" => self.dsn = true,
            "CHUNKING" => self.chunking = true,
            "ENHANCEDSTATUSCODES" => self.enhanced_status_codes = true,
            "STARTTLS" => self.starttls = true,
            "REQUIRETLS" => self.requiretls = true,
            "LIMITS" => {
                let most = words.find_map(|w| {
                    let (key, value) = w.split_once('=')?;
                    key.eq_ignore_ascii_case("RCPTMAX").then(|| number(value))?
                });
                self.rcpt_max = most.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
            }
            "AUTH" => {
                for mechanism in words {
                    if !self.auth.iter().any(|known| known.eq_ignore_ascii_case(mechanism)) {
                        self.auth.push(mechanism.to_string());
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether the server said how large a message may be, and this one is larger.
    pub fn is_too_large(&self, size: u64) -> bool {
        self.size.is_some_and(|most| most != 0 && size > most)
    }
}

fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    // RFC 1870 §4 allows twenty digits; one that does not fit is as good as no limit.
    plain.then(|| digits.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lines: &[&str]) -> Extensions {
        Extensions::parse(&Reply { code: 250, lines: lines.iter().map(|l| l.as_bytes().to_vec()).collect() })
    }

    #[test]
    fn keywords_of_any_case_and_form() {
        let ext = parse(&[
            "mx.example greets you",
            "size 1000",
            "Pipelining",
            "8bitmime",
            "SMTPUTF8",
            "DSN",
            "CHUNKING",
            "ENHANCEDSTATUSCODES",
            "StartTLS",
            "REQUIRETLS",
            "LIMITS MAILMAX=5 RCPTMAX=20",
            "AUTH=LOGIN PLAIN",
            "AUTH PLAIN SCRAM-SHA-256",
            "XUNKNOWN a b",
        ]);
        assert_eq!((ext.name.as_str(), ext.size, ext.rcpt_max), ("mx.example", Some(1000), Some(20)));
        assert!(ext.pipelining && ext.eight_bit_mime && ext.smtputf8 && ext.dsn && ext.chunking);
        assert!(ext.enhanced_status_codes && ext.starttls && ext.requiretls && ext.esmtp);
        assert_eq!(ext.auth, ["LOGIN", "PLAIN", "SCRAM-SHA-256"]);
        assert_eq!(ext.keywords.len(), 13);
    }

    #[test]
    fn sizes() {
        assert!(parse(&["h", "SIZE 10"]).is_too_large(11));
        for none in [&["h", "SIZE 10"][..], &["h", "SIZE"], &["h", "SIZE 0"], &["h", "SIZE -1"], &["h"]] {
            assert!(!parse(none).is_too_large(10), "{none:?}");
        }
        assert!(!parse(&["h", "SIZE 99999999999999999999"]).is_too_large(u64::MAX));
        assert_eq!(parse(&["h", "LIMITS RCPTMAX=x"]).rcpt_max, None);
        assert_eq!(parse(&[""]), Extensions { esmtp: true, ..Extensions::default() });
    }
}
