//! APPEND: a message into a mailbox, streamed (RFC 9051 §6.3.12).

use super::{Name, Session, Uid, act::unconfirmed, date::date_time, parse::Value};
use crate::base::{date::Time, error::*};
use std::io::Read;

/// A message this small goes along with its command; a larger one waits for the server's go-ahead, which may be a no that
/// saves the upload (RFC 7888 §4).
const AT_ONCE: u64 = 64 << 10;
const BLOCK: usize = 64 << 10;

impl Session {
    /// Adds a message of exactly `size` bytes with CRLF line ends. Its UIDVALIDITY and UID, where the server tells.
    ///
    /// # Errors
    /// `Missing`: no such mailbox. `Unconfirmed`: the answer was lost. `Local`: the message was shorter than it should be; the
    /// connection is of no use then.
    pub fn append(
        &mut self,
        to: &Name,
        flags: &[String],
        date: Option<Time>,
        size: u64,
        message: &mut dyn Read,
    ) -> Result<Option<(u64, Uid)>> {
        let mut request = self.on("APPEND", to);
        if !flags.is_empty() {
            request = request.atom(format_args!("({})", flags.join(" ")));
        }
        if let Some(date) = date {
            request = request.atom(format_args!("\"{}\"", date_time(date)));
        }
        let nonsync = size <= AT_ONCE && self.wire.nonsync(size);
        let plus = if nonsync { "+" } else { "" };
        let tag = self.wire.send(&request.atom(format_args!("{{{size}{plus}}}")))?;
        if !nonsync {
            self.wire.go_ahead(&tag).map_err(|e| super::list::missing(e, to))?;
        }
        let mut block = vec![0; BLOCK];
        let mut left = size;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            let n = match message.read(&mut block[..most]) {
                Ok(0) => {
                    let e = Error::new(Kind::Local, format!("the message ended {left} bytes early"));
                    self.wire.conn().poison(e.clone());
                    return Err(e);
                }
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    let e = Error::from_io(e, Kind::Local, "cannot read the message");
                    self.wire.conn().poison(e.clone());
                    return Err(e);
                }
            };
            self.wire.conn().push_bytes(&block[..n], "");
            self.wire.conn().flush()?;
            left -= n as u64;
        }
        self.wire.conn().push_bytes(b"\r\n", "");
        let status = self.wire.finish(&tag, &mut |_| Ok(())).map_err(|e| {
            unconfirmed(if e.kind() == Kind::Missing { super::list::missing(e, to) } else { e })
        })?;
        let code = |at: usize| status.code.get(at).filter(|_| status.is("APPENDUID")).and_then(Value::number);
        Ok(match (code(1), code(2).and_then(|n| Uid::try_from(n).ok())) {
            (Some(validity), Some(uid)) => Some((validity, uid)),
            _ => None,
        })
    }
}
