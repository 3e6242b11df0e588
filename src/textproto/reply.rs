//! Replies with a three-digit code: a pure parser, line by line, for FTP and SMTP.
//!
//! FTP (RFC 959 §4.2): `123-text`, then lines of any form, until `123 text`. SMTP (RFC 5321 §4.2.1): every line carries the
//! same code, all but the last with `-`. Anything else is an error of the peer, never guessed at.

use crate::base::error::*;

/// How a protocol frames its replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Ftp,
    Smtp,
    /// Not by codes: POP3 and IMAP read lines.
    Line,
}

/// A reply may have this many lines, and this many bytes in all.
pub const LINES_LIMIT: usize = 1000;
pub const BYTES_LIMIT: usize = 1 << 20;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// The text of each line, without code and separator; lines in the middle of an FTP reply whole.
    pub lines: Vec<Vec<u8>>,
}

impl Reply {
    /// The text of the last line.
    pub fn last(&self) -> &[u8] {
        self.lines.last().map_or(&[], Vec::as_slice)
    }

    /// All lines in one, for a person.
    pub fn text(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|l| String::from_utf8_lossy(l.trim_ascii())).collect();
        lines.join(" ").trim().to_string()
    }

    /// Whether one of the digit prefixes fits: 2 takes 2yz, 25 takes 25z, 250 itself.
    pub fn is(&self, want: &[u16]) -> bool {
        want.iter().any(|w| match w {
            0..10 => self.code / 100 == *w,
            10..100 => self.code / 10 == *w,
            _ => self.code == *w,
        })
    }

    /// The enhanced status code at the start of the text, RFC 2034 §4: its class must be the code's.
    pub fn enhanced(&self) -> Option<Enhanced> {
        enhanced(self.lines.first()?).filter(|e| u16::from(e.0) == self.code / 100)
    }

    pub fn refusal(&self) -> Refusal {
        Refusal { code: Some(self.code), enhanced: self.enhanced(), text: self.text() }
    }

    /// An error unless the reply is a wanted one.
    ///
    /// # Errors
    /// `Refused` for 4yz (again now; later for 421) and 5yz (never), `Protocol` for a code out of place.
    pub fn check(&self, want: &[u16]) -> Result<()> {
        if self.is(want) {
            return Ok(());
        }
        let refusal = self.refusal();
        let error = match self.code / 100 {
            4 => Error::new(Kind::Refused, refusal.to_string()).again_is(Again::Now),
            5 => Error::new(Kind::Refused, refusal.to_string()),
            _ => Error::new(Kind::Protocol, format!("unexpected reply: {refusal}")),
        };
        Err(error.refusal(refusal))
    }
}

/// `class.subject.detail` followed by a space or the end, RFC 3463 §2.
fn enhanced(text: &[u8]) -> Option<Enhanced> {
    let word = text.split(|b| *b == b' ').next()?;
    let mut parts = word.split(|b| *b == b'.');
    let mut number = |most: usize| {
        let digits = parts.next()?;
        if digits.is_empty() || digits.len() > most || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(digits.iter().fold(0u16, |n, d| n * 10 + u16::from(d - b'0')))
    };
    let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
    if parts.next().is_some() || !matches!(class, 2 | 4 | 5) {
        return None;
    }
    Some(Enhanced(u8::try_from(class).ok()?, subject, detail))
}

/// Takes lines without their ends, gives replies.
#[derive(Debug)]
pub struct ReplyParser {
    style: Style,
    code: Option<u16>,
    lines: Vec<Vec<u8>>,
    bytes: usize,
}

impl ReplyParser {
    pub fn new(style: Style) -> ReplyParser {
        ReplyParser { style, code: None, lines: Vec::new(), bytes: 0 }
    }

    /// The next line; a reply if it ends one.
    ///
    /// # Errors
    /// `Protocol` for a line that is no reply, `Limit` for one too many.
    pub fn push(&mut self, line: &[u8]) -> Result<Option<Reply>> {
        self.bytes += line.len();
        if self.lines.len() >= LINES_LIMIT || self.bytes > BYTES_LIMIT {
            return Err(Error::new(Kind::Limit, "a reply without end"));
        }
        let (code, last) = match (self.code, self.style) {
            (None, _) => {
                let (code, last) = head(line).ok_or_else(|| not_a_reply(line))?;
                (code, last)
            }
            (Some(code), Style::Ftp) => match head(line) {
                Some((this, true)) if this == code => (code, true),
                // Anything else is text, even if it looks like another reply (RFC 959 §4.2).
                _ => (code, false),
            },
            (Some(code), _) => match head(line) {
                Some((this, last)) if this == code => (code, last),
                _ => return Err(not_a_reply(line)),
            },
        };
        let coded = self.code.is_none() || self.style != Style::Ftp || last;
        let middle = head(line).is_some_and(|(this, _)| this == code);
        let text = if coded || middle { line.get(4..).unwrap_or_default() } else { line };
        self.lines.push(text.to_vec());
        if !last {
            self.code = Some(code);
            return Ok(None);
        }
        let lines = std::mem::take(&mut self.lines);
        (self.code, self.bytes) = (None, 0);
        Ok(Some(Reply { code, lines }))
    }
}

/// The code of a line and whether it ends the reply: three digits, then a space, a hyphen or nothing.
fn head(line: &[u8]) -> Option<(u16, bool)> {
    let digits = line.get(..3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'1'..=b'6').contains(&digits[0]) {
        return None;
    }
    let code = digits.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'));
    match line.get(3) {
        None | Some(b' ') => Some((code, true)),
        Some(b'-') => Some((code, false)),
        Some(_) => None,
    }
}

fn not_a_reply(line: &[u8]) -> Error {
    let shown = &line[..line.len().min(80)];
    Error::new(
        Kind::Protocol,
        format!("the server sent what is no reply: {}", String::from_utf8_lossy(shown)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(style: Style, text: &str) -> Result<Vec<Reply>> {
        let mut parser = ReplyParser::new(style);
        let replies: Result<Vec<_>> = text.lines().map(|l| parser.push(l.as_bytes())).collect();
        Ok(replies?.into_iter().flatten().collect())
    }

    #[test]
    fn replies_of_ftp() {
        let replies = parse(
            Style::Ftp,
            "220 hi\n230-Welcome\n 231 not yet\n999 nor this\n230-nor this\n230 done\n226\n",
        )
        .unwrap();
        assert_eq!(replies.len(), 3);
        assert_eq!(replies[1].code, 230);
        assert_eq!(replies[1].lines.len(), 5);
        assert_eq!(replies[1].lines[3], b"nor this");
        assert_eq!(replies[2], Reply { code: 226, lines: vec![vec![]] });
    }

    #[test]
    fn replies_of_smtp_keep_their_code() {
        let replies = parse(Style::Smtp, "250-mx\n250-SIZE 1000\n250 HELP\n").unwrap();
        assert_eq!(replies[0].lines, [b"mx".to_vec(), b"SIZE 1000".to_vec(), b"HELP".to_vec()]);
        assert!(parse(Style::Smtp, "250-mx\n251 HELP\n").is_err());
        for bad in ["25", "2500 x", "250_x", "x50 a", "750 a", "-ERR", ""] {
            assert_eq!(
                ReplyParser::new(Style::Smtp).push(bad.as_bytes()).unwrap_err().kind(),
                Kind::Protocol,
                "{bad}"
            );
        }
    }

    #[test]
    fn a_reply_has_an_end() {
        let mut parser = ReplyParser::new(Style::Ftp);
        let error = (0..).find_map(|_| parser.push(b"220-more").err()).unwrap();
        assert_eq!(error.kind(), Kind::Limit);
    }

    #[test]
    fn prefixes_and_enhanced_codes() {
        let reply = Reply { code: 552, lines: vec![b"5.2.2 over quota".to_vec()] };
        assert!(reply.is(&[5]) && reply.is(&[55]) && reply.is(&[552]) && !reply.is(&[2, 551, 56]));
        assert_eq!(reply.enhanced(), Some(Enhanced(5, 2, 2)));
        let error = reply.check(&[2]).unwrap_err();
        assert_eq!(
            (error.kind(), error.again(), error.message()),
            (Kind::Refused, Again::Never, "552 5.2.2 over quota")
        );
        assert_eq!(Reply { code: 250, lines: vec![b"5.2.2 odd".to_vec()] }.enhanced(), None);
        assert_eq!(enhanced(b"2.0.0.0 x"), None);
        assert_eq!(enhanced(b"2.0 x"), None);
    }

    proptest! {
        #[test]
        fn no_lines_make_it_panic(lines in prop::collection::vec("[0-6]{0,4}[ -]?.{0,8}", 0..20)) {
            for style in [Style::Ftp, Style::Smtp] {
                let mut parser = ReplyParser::new(style);
                for line in &lines {
                    if let Ok(Some(reply)) = parser.push(line.as_bytes()) {
                        prop_assert!((100..700).contains(&reply.code) && !reply.lines.is_empty());
                    }
                }
            }
        }
    }
}
