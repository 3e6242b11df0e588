//! What a server says in the end, and how a refusal is seen.

use super::{Client, Protocol};
use crate::{
    base::{address::Address, error::*},
    net::Patience,
    textproto::Reply,
};

impl Client {
    fn verdict_patience(&self) -> Patience {
        Patience::within(self.options.verdict, "the verdict on the message", "--verdict-timeout")
    }

    /// The verdict for each recipient that was accepted: in SMTP one for all, in LMTP one each, in the order of the RCPTs
    /// (RFC 2033 §4.2). With the last word of the server.
    pub(super) fn verdicts(&mut self, accepted: &[&Address]) -> (Vec<Result<()>>, Option<Reply>) {
        if self.options.protocol == Protocol::Smtp {
            let (verdict, reply) = self.verdict();
            self.dirty = verdict.is_err();
            return (vec![verdict; accepted.len()], reply);
        }
        let mut last = None;
        let mut verdicts = Vec::with_capacity(accepted.len());
        for address in accepted {
            let (verdict, reply) = self.verdict();
            verdicts.push(match verdict {
                Err(e) if e.kind() == Kind::Refused => Err(self.refused(&address.to_string(), e)),
                verdict => verdict,
            });
            last = reply.or(last);
        }
        // Whatever it says, the transaction is over.
        self.dirty = false;
        (verdicts, last)
    }

    /// The reply to the last byte: 2yz is a yes, 4yz and 5yz are noes, and everything else, silence and nonsense
    /// alike, leaves it unknown.
    fn verdict(&mut self) -> (Result<()>, Option<Reply>) {
        let host = self.conn.host().to_string();
        let unknown = |why: &Error| {
            let text = format!("{host} did not confirm the message, which it may have taken: {why}");
            Error::new(Kind::Unconfirmed, text)
                .host(&host)
                .hint("sending it again may deliver it twice; the Message-ID tells such copies apart")
        };
        match self.conn.any_reply(self.verdict_patience()) {
            Ok(reply) => match reply.check(&[2]) {
                Ok(()) => (Ok(()), Some(reply)),
                Err(e) if e.kind() == Kind::Refused => {
                    if reply.code == 421 {
                        self.conn.poison(e.clone());
                    }
                    let e = match self.options.protocol {
                        Protocol::Smtp => e.context(format_args!("{host} refused the message")),
                        Protocol::Lmtp => e,
                    };
                    (Err(e.host(&host)), Some(reply))
                }
                Err(e) => {
                    self.conn.poison(e.clone());
                    (Err(unknown(&e)), None)
                }
            },
            Err(e) => {
                self.conn.poison(e.clone());
                (Err(unknown(&e)), None)
            }
        }
    }

    /// Ends a message that nobody is to have, where the server waits for one all the same.
    pub(super) fn nothing(&mut self) -> Result<()> {
        if self.options.protocol == Protocol::Lmtp {
            // Nobody can say how many replies would follow.
            let error =
                Error::new(Kind::Protocol, "the server wants a message for nobody").host(self.conn.host());
            self.conn.poison(error);
            return Ok(());
        }
        self.conn.dot_writer().finish()?;
        self.conn.any_reply(self.verdict_patience())?;
        self.dirty = false;
        Ok(())
    }

    /// A recipient's refusal, with the kind that the server's words give it.
    pub(super) fn refused(&self, address: &str, error: Error) -> Error {
        let refusal = error.get_refusal().cloned().unwrap_or_default();
        let kind = match (refusal.code, refusal.enhanced) {
            (_, Some(Enhanced(5, 1, 1..=3 | 6 | 10))) => Kind::NoUser,
            (Some(550 | 551 | 553), None) => Kind::NoUser,
            _ => error.kind(),
        };
        wanting(error.kind_is(kind).context(format_args!("{} refused {address}", self.conn.host())))
    }
}

/// A refusal that asks for a login or for TLS first (RFC 4954 §6, RFC 3207 §4) is seen as that.
pub(super) fn wanting(error: Error) -> Error {
    let tls = error.get_refusal().is_some_and(|r| r.text.to_ascii_uppercase().contains("STARTTLS"));
    match error.code() {
        Some(530 | 538) if tls => {
            error.kind_is(Kind::Tls).hint_if_none("--tls required begins with STARTTLS")
        }
        Some(530 | 535 | 538) => error.kind_is(Kind::Auth).hint_if_none("the server wants a login: -u NAME"),
        _ => error,
    }
}
