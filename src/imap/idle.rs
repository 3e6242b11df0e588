//! IDLE: being told of new messages (RFC 2177). Servers and middleboxes drop quiet connections, so the wait is cut into
//! pieces of a few minutes, each a new IDLE; where there is no IDLE, NOOP asks now and then.

use super::{
    Mailbox,
    response::Response,
    wire::{Event, Request},
};
use crate::{base::error::*, net::Patience};
use std::time::{Duration, Instant};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The mailbox changed.
    News,
    /// The time was over.
    Nothing,
}

impl Mailbox<'_> {
    /// How often the mailbox changed since it was opened, as far as the server told.
    pub fn changes(&mut self) -> u64 {
        self.wire().news.changes
    }

    /// Waits until the mailbox has changed more often than `known`, at most so long. IDLE is begun anew at the end of it, so `limit` is a
    /// few minutes. A server tells of news while it answers other commands too, so what is known is what [`Mailbox::changes`] said
    /// before these.
    ///
    /// # Errors
    /// What the connection says.
    pub fn wait(&mut self, limit: Duration, known: u64) -> Result<Heard> {
        if self.changes() > known {
            return Ok(Heard::News);
        }
        if !(self.wire().caps.has("IDLE") || self.wire().caps.has("IMAP4REV2")) {
            self.session().noop()?;
            return Ok(if self.changes() > known { Heard::News } else { Heard::Nothing });
        }
        let tag = self.wire().send(&Request::new("IDLE"))?;
        self.wire().go_ahead(&tag)?;
        let until = Instant::now() + limit;
        let mut heard = Heard::Nothing;
        loop {
            if self.changes() > known {
                heard = Heard::News;
                break;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let patience = Patience::silence(left, "news", "--timeout");
            match self.wire().frames().wait(patience) {
                Ok(()) => {}
                Err(e) if e.kind() == Kind::Timeout && Instant::now() >= until => break,
                Err(e) => return Err(e),
            }
            let patience = self.wire().patience();
            match self.wire().event(patience, &|_| false)? {
                Event::Done(..) => {
                    // The server ended it by itself: nothing is left to end.
                    return Ok(heard);
                }
                Event::Untagged(Response::Data(values)) if values.get(1).is_some_and(|v| v.is("FETCH")) => {
                    heard = Heard::News;
                    break;
                }
                _ => {}
            }
        }
        self.wire().conn().push_bytes(b"DONE\r\n", "DONE");
        self.wire().finish(&tag, &mut |_| Ok(()))?;
        Ok(heard)
    }
}
