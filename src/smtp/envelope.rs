//! The envelope of a message (RFC 5321 §2.3.1), and what became of it.
//!
//! The envelope is not the header: `To:` says what a reader sees, [`Envelope::to`] says where it goes. An [`Address`] was
//! checked when it was made, so none that could carry a second command, or another parameter, ever reaches a command line.

use super::Extensions;
use crate::{
    base::{address::Address, error::*},
    textproto::{Command, Reply},
};

/// When a delivery report is wanted for a recipient, RFC 3461 §4.1. All false: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    pub success: bool,
    pub failure: bool,
    pub delay: bool,
}

impl Notify {
    /// `never`, or `success,failure,delay` in any order and case.
    pub fn parse(text: &str) -> Option<Notify> {
        let mut notify = Notify::default();
        if text.eq_ignore_ascii_case("never") {
            return Some(notify);
        }
        for word in text.split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "success" => notify.success = true,
                "failure" => notify.failure = true,
                "delay" => notify.delay = true,
                _ => return None,
            }
        }
        Some(notify)
    }

    /// As [`Notify::parse`] reads it, and a server.
    pub fn wire(self) -> String {
        let on = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        let on: Vec<_> = on.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        if on.is_empty() { "NEVER".to_string() } else { on.join(",") }
    }
}

/// What a delivery report shall return of the message, RFC 3461 §4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ret {
    Full,
    Headers,
}

/// One forward-path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub address: Address,
    pub notify: Option<Notify>,
}

impl From<Address> for Recipient {
    fn from(address: Address) -> Recipient {
        Recipient { address, notify: None }
    }
}

/// What becomes of the others if a recipient is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// They get it.
    #[default]
    Any,
    /// Nobody does.
    All,
}

#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// The reverse-path; `None` is `<>`, for what must not be answered (RFC 5321 §4.5.5).
    pub from: Option<Address>,
    pub to: Vec<Recipient>,
    pub policy: Policy,
    /// The body holds octets above 127.
    pub eight_bit: bool,
    /// The header holds UTF-8, as RFC 6532 allows.
    pub utf8: bool,
    pub ret: Option<Ret>,
    pub envid: Option<String>,
    /// The message goes on only over verified TLS (RFC 8689).
    pub require_tls: bool,
}

impl Envelope {
    pub fn new(from: Option<Address>, to: Vec<Address>) -> Envelope {
        Envelope { from, to: to.into_iter().map(Recipient::from).collect(), ..Envelope::default() }
    }

    /// The first address that only SMTPUTF8 can carry.
    fn wide(&self) -> Option<&Address> {
        self.from.iter().chain(self.to.iter().map(|r| &r.address)).find(|a| a.needs_utf8())
    }

    fn wants_dsn(&self) -> bool {
        self.ret.is_some() || self.envid.is_some() || self.to.iter().any(|r| r.notify.is_some())
    }

    /// Whether this server can take it at all, asked before anything is sent.
    ///
    /// # Errors
    /// `Refused`, naming what the server lacks; `Usage` for an ENVID that cannot be sent.
    pub fn fits(&self, ext: &Extensions, size: u64, host: &str, tls: bool) -> Result<()> {
        let lacks = |what: String| Err(Error::new(Kind::Refused, what).host(host));
        if self.to.is_empty() {
            return Err(Error::new(Kind::Usage, "nobody to send to"));
        }
        if ext.is_too_large(size) {
            let most = ext.size.unwrap_or(0);
            return lacks(format!("the message has {size} bytes, and {host} takes at most {most}"));
        }
        if !ext.smtputf8 {
            if let Some(address) = self.wide() {
                return lacks(format!("{host} does not offer SMTPUTF8, which {address} needs"));
            }
            if self.utf8 {
                return lacks(format!("{host} does not offer SMTPUTF8, which the message's header needs"));
            }
        }
        if self.eight_bit && !ext.eight_bit_mime {
            return lacks(format!("{host} does not offer 8BITMIME, which the message needs"));
        }
        if self.wants_dsn() && !ext.dsn {
            return lacks(format!(
                "{host} does not offer DSN: --notify, --ret and --envid cannot be honoured"
            ));
        }
        if let Some(most) = ext.rcpt_max.filter(|most| self.policy == Policy::All && self.to.len() > *most) {
            let many = self.to.len();
            return lacks(format!(
                "{host} takes at most {most} recipients at once, and --rcpt-policy all wants {many} together"
            ));
        }
        if self.require_tls && !(ext.requiretls && tls) {
            return lacks(format!("{host} does not offer REQUIRETLS"));
        }
        if self.envid.as_ref().is_some_and(|id| id.is_empty() || xtext(id).len() > 100) {
            return Err(Error::new(Kind::Usage, "an envelope id has 1 to 100 characters (RFC 3461 §4.4)"));
        }
        Ok(())
    }

    /// `MAIL FROM:<...>` with the parameters that the server offers.
    pub(super) fn mail(&self, ext: &Extensions, size: u64) -> Result<Command> {
        let from = self.from.as_ref().map(Address::wire).unwrap_or_default();
        let mut mail = Command::new("MAIL FROM:<").text(from)?.text(">")?;
        if ext.size.is_some() {
            mail = mail.arg(format!("SIZE={size}"))?;
        }
        // What it declares is the content, and the header is a part of that: some servers refuse UTF-8 there that was not declared
        // (RFC 6152 §3). Who offers SMTPUTF8 has to offer this as well (RFC 6531 §3.1, item 8).
        if self.eight_bit || (self.utf8 && ext.eight_bit_mime) {
            mail = mail.arg("BODY=8BITMIME")?;
        }
        if self.utf8 || self.wide().is_some() {
            mail = mail.arg("SMTPUTF8")?;
        }
        if let Some(ret) = self.ret {
            mail = mail.arg(if ret == Ret::Full { "RET=FULL" } else { "RET=HDRS" })?;
        }
        if let Some(id) = &self.envid {
            mail = mail.arg(format!("ENVID={}", xtext(id)))?;
        }
        if self.require_tls {
            mail = mail.arg("REQUIRETLS")?;
        }
        Ok(mail)
    }
}

impl Recipient {
    /// `RCPT TO:<...>`; with NOTIFY goes ORCPT, so that a report names the address we were given (RFC 3461 §4.2).
    pub(super) fn rcpt(&self) -> Result<Command> {
        let to = self.address.wire();
        let rcpt = Command::new("RCPT TO:<").text(&to)?.text(">")?;
        let Some(notify) = self.notify else { return Ok(rcpt) };
        let rcpt = rcpt.arg(format!("NOTIFY={}", notify.wire()))?;
        // RFC 6533 §3 has a type of its own for addresses that are not ASCII.
        if to.is_ascii() { rcpt.arg(format!("ORCPT=rfc822;{}", xtext(&to))) } else { Ok(rcpt) }
    }
}

/// RFC 3461 §4: `+` and two hexadecimal digits for what is not printable ASCII, and for `+` and `=`.
fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'!'..=b'~' if b != b'+' && b != b'=' => out.push(b as char),
            _ => out.push_str(&format!("+{b:02X}")),
        }
    }
    out
}

/// What became of one message that the server was asked to take.
#[derive(Debug)]
pub struct Delivery {
    /// For each recipient of the envelope, in its order: accepted, or why not. Kind `Unconfirmed` is neither: the line
    /// died after the final dot.
    pub recipients: Vec<Result<()>>,
    /// The server's last word on the message: most name their queue's number in it.
    pub reply: Option<Reply>,
    /// Bytes of message that went out, without stuffed dots.
    pub bytes: u64,
}

impl Delivery {
    pub fn accepted(&self) -> usize {
        self.recipients.iter().filter(|r| r.is_ok()).count()
    }

    /// Whether it may have been delivered to somebody, and nobody knows.
    pub fn is_unknown(&self) -> bool {
        self.recipients.iter().any(|r| r.as_ref().is_err_and(|e| e.kind() == Kind::Unconfirmed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_carries_a_second_command_or_parameter() {
        for bad in
            ["a@b\r\nRCPT TO:<c@d>", "a@b\nx", "a\0@b", "\"a\r\nb\"@c", "a@b> NOTIFY=NEVER", "a b@c", ""]
        {
            assert_eq!(Address::parse(bad).unwrap_err().kind(), Kind::Usage, "{bad:?}");
        }
        let odd = Address::parse("\"a b> NOTIFY=NEVER\"@c").unwrap();
        assert_eq!(Recipient::from(odd).rcpt().unwrap().shown(), "RCPT TO:<\"a b> NOTIFY=NEVER\"@c>");
        let idn = Address::parse("a@bücher.example").unwrap();
        assert_eq!(Recipient::from(idn).rcpt().unwrap().shown(), "RCPT TO:<a@xn--bcher-kva.example>");
    }

    #[test]
    fn parameters_go_only_where_they_are_offered_or_needed() {
        let ext = Extensions {
            size: Some(0),
            smtputf8: true,
            dsn: true,
            requiretls: true,
            ..Extensions::default()
        };
        let address = |a| Address::parse(a).unwrap();
        let mut envelope = Envelope::new(Some(address("jörg@example.com")), vec![address("b@c")]);
        assert_eq!(envelope.mail(&ext, 7).unwrap().shown(), "MAIL FROM:<jörg@example.com> SIZE=7 SMTPUTF8");
        let both = Extensions { eight_bit_mime: true, ..ext.clone() };
        assert!(!envelope.mail(&both, 7).unwrap().shown().contains("BODY"), "an address is no content");
        envelope.utf8 = true;
        assert!(envelope.mail(&both, 7).unwrap().shown().ends_with(" SIZE=7 BODY=8BITMIME SMTPUTF8"));
        (envelope.from, envelope.utf8) = (None, false);
        assert_eq!(envelope.mail(&Extensions::default(), 7).unwrap().shown(), "MAIL FROM:<>");
        envelope.ret = Some(Ret::Headers);
        envelope.envid = Some("a+b=c d".into());
        envelope.require_tls = true;
        let mail = envelope.mail(&ext, 7).unwrap();
        assert_eq!(mail.shown(), "MAIL FROM:<> SIZE=7 RET=HDRS ENVID=a+2Bb+3Dc+20d REQUIRETLS");
        let mut to = Recipient::from(address("b+x@c"));
        assert_eq!(to.rcpt().unwrap().shown(), "RCPT TO:<b+x@c>");
        to.notify = Notify::parse("Failure,delay");
        assert_eq!(to.rcpt().unwrap().shown(), "RCPT TO:<b+x@c> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Bx@c");
        to.notify = Notify::parse("never");
        assert!(to.rcpt().unwrap().shown().contains("NOTIFY=NEVER"));
        assert_eq!(Notify::parse("sometimes"), None);
    }

    #[test]
    fn what_a_server_lacks_is_said_before_anything_is_sent() {
        let address = |a| Address::parse(a).unwrap();
        let plain = Envelope::new(None, vec![address("b@c")]);
        let none = Extensions::default();
        let said =
            |e: &Envelope, ext: &Extensions| e.fits(ext, 100, "h", true).map_err(|e| e.message().to_string());
        assert_eq!(said(&plain, &none), Ok(()));
        let small = Extensions { size: Some(99), ..Extensions::default() };
        assert_eq!(said(&plain, &small).unwrap_err(), "the message has 100 bytes, and h takes at most 99");
        let wide = Envelope::new(None, vec![address("ü@c")]);
        assert_eq!(said(&wide, &none).unwrap_err(), "h does not offer SMTPUTF8, which ü@c needs");
        let eight = Envelope { eight_bit: true, ..plain.clone() };
        assert!(said(&eight, &none).unwrap_err().contains("8BITMIME"));
        let report = Envelope { ret: Some(Ret::Full), ..plain.clone() };
        assert!(said(&report, &none).unwrap_err().contains("DSN"));
        let tls = Envelope { require_tls: true, ..plain.clone() };
        assert!(said(&tls, &none).unwrap_err().contains("REQUIRETLS"));
        assert!(tls.fits(&Extensions { requiretls: true, ..none.clone() }, 1, "h", false).is_err());
        assert_eq!(Envelope::default().fits(&none, 1, "h", true).unwrap_err().kind(), Kind::Usage);
    }
}
