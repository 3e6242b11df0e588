//! Where data connections go: the question for a port, ahead of its use or not, and what servers answer.
//!
//! EPSV (RFC 2428) first, since it has no address to get wrong; PASV where EPSV is refused or its port is dead, once and for the rest
//! of the session. Whatever address a 227 names, we connect to the control connection's peer; through a proxy, which hides that,
//! to its host by name.

use crate::{
    net::Endpoint,
    textproto::{Command, Conn, Reply},
};
use std::net::IpAddr;

/// How ports are asked for, and one asked for ahead of its use.
pub(super) struct Passive {
    /// Where ports are opened.
    pub(super) host: String,
    /// PASV can be tried: it has room for IPv4 addresses only.
    pub(super) v4: bool,
    /// Never asked: active mode.
    pub(super) off: bool,
    pub(super) extended: bool,
    /// Asked, its reply not read.
    pub(super) asked: bool,
    pub(super) ready: Option<u16>,
}

impl Passive {
    /// `peer` is `None` where a proxy hides it.
    pub(super) fn new(host: &str, peer: Option<IpAddr>) -> Passive {
        let peer = peer.or_else(|| host.parse().ok()).map(|ip| ip.to_canonical());
        let host = peer.map_or_else(|| host.to_string(), |ip| ip.to_string());
        let v4 = peer.is_none_or(|ip| ip.is_ipv4());
        Passive { host, v4, off: false, extended: true, asked: false, ready: None }
    }

    /// Whether the answer is still to come.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// Adds the question to the next write, unless its answer is here.
    pub(super) fn ask(&mut self, conn: &mut Conn) {
        if self.ready.is_none() && !self.asked && !self.off {
            conn.push(&Command::new(if self.extended { "EPSV" } else { "PASV" }));
            self.asked = true;
        }
    }

    /// Whether a port is known.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.is_some()
    }

    /// Where the next data connection goes, if that is known.
    pub(super) fn take(&mut self) -> Option<Endpoint> {
        let port = self.ready.take()?;
        Some(Endpoint::new(self.host.clone(), port))
    }

    /// Takes in the reply to a question that was asked ahead. A refusal says nothing about how to ask: it may mean the moment.
    pub(super) fn answered(&mut self, reply: &Reply) {
        self.asked = false;
        self.ready = self.port_in(reply).flatten();
    }

    /// The port in the reply; `None` if it is another reply, `Some(None)` if it is the right one and names none.
    pub(super) fn port_in(&self, reply: &Reply) -> Option<Option<u16>> {
        let (want, read): (u16, fn(&[u8]) -> Option<u16>) =
            if self.extended { (229, epsv_port) } else { (227, pasv_port) };
        (reply.code == want).then(|| read(&reply.lines.join(&b' ')))
    }
}

/// `229 … (|||6446|)`, RFC 2428 §3; any printable delimiter, and some servers' extra ones.
fn epsv_port(text: &[u8]) -> Option<u16> {
    let open = memchr::memchr(b'(', text)?;
    let delimiter = *text.get(open + 1)?;
    let rest = &text[open + 1..];
    let digits = rest.iter().position(u8::is_ascii_digit)?;
    if digits < 3 || rest[..digits].iter().any(|b| *b != delimiter) {
        return None;
    }
    let end = rest[digits..].iter().position(|b| !b.is_ascii_digit())? + digits;
    if rest[end] != delimiter {
        return None;
    }
    port(crate::base::date::number(&rest[digits..end])?)
}

/// The last two of the six numbers of a 227, RFC 959 §4.1.2; the address before them is not used.
fn pasv_port(text: &[u8]) -> Option<u16> {
    let numbers = text
        .split(|b| !b.is_ascii_digit() && *b != b',' && *b != b'-')
        .find(|run| run.iter().filter(|b| **b == b',').count() == 5)?;
    let mut six = [0; 6];
    for (slot, digits) in six.iter_mut().zip(numbers.split(|b| *b == b',')) {
        *slot = crate::base::date::number(digits).filter(|n| *n < 256)?;
    }
    port(six[4] * 256 + six[5])
}

/// `150 Opening BINARY mode data connection for a.bin (511 bytes).`: no RFC asks for it, most servers say it.
pub(super) fn announced(text: &str) -> Option<u64> {
    let (before, _) = text.rsplit_once(" bytes")?;
    let (_, digits) = before.rsplit_once('(')?;
    u64::try_from(crate::base::date::number(digits.as_bytes())?).ok()
}

fn port(n: i64) -> Option<u16> {
    u16::try_from(n).ok().filter(|p| *p > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports() {
        assert_eq!(epsv_port(b"Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(epsv_port(b"(!!!6446!)"), Some(6446));
        for bad in [
            &b"(|||0|)"[..],
            b"(|||65536|)",
            b"(|||-1|)",
            b"(|||6446)",
            b"(||6446|)",
            b"|||6446|",
            b"(",
            b"(|1|2|3|4|)",
        ] {
            assert_eq!(epsv_port(bad), None, "{bad:?}");
        }
        assert_eq!(pasv_port(b"Entering Passive Mode (10,0,0,1,25,46)."), Some(6446));
        assert_eq!(pasv_port(b"Entering Passive Mode 127,0,0,1,25,46"), Some(6446));
        for bad in [
            &b"(1,2,3,4,256,1)"[..],
            b"(1,2,3,4,-1,1)",
            b"(1,2,3,4,5)",
            b"(1,2,3,4,0,0)",
            b"",
            b"(1,2,3,4,5,6,7)",
        ] {
            assert_eq!(pasv_port(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sizes_in_150() {
        assert_eq!(announced("Opening BINARY mode data connection for a (1).bin (511 bytes)."), Some(511));
        for none in [
            "Here it comes",
            "(x bytes)",
            "(-1 bytes)",
            "511 bytes",
            "(18446744073709551616 bytes)",
            " bytes",
        ] {
            assert_eq!(announced(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([(|!,0-9.) -]| bytes|ü){0,40}") {
            let _ = announced(&text);
            let _ = (epsv_port(text.as_bytes()), pasv_port(text.as_bytes()));
        }
    }
}
