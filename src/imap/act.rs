//! What is done to messages of an open mailbox: STORE, COPY, MOVE and EXPUNGE, by UID.
//!
//! A target is named as the user has it. Where the server knows none of that name, it is looked for under the name it has there, and
//! that is handed back. Commands that take effect once are not repeated: a lost answer is `Unconfirmed`.

use super::{
    Mailbox, Name, Uid, UidSet,
    list::missing,
    parse::Value,
    response::{Response, Status},
    wire::Request,
};
use crate::base::error::*;

/// How flags change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    Remove,
}

impl Mailbox<'_> {
    /// Sets or clears flags; those of messages that changed after `since` stay as they are, and these messages are
    /// told (RFC 7162 §3.1.3).
    ///
    /// # Errors
    /// `Refused`.
    pub fn store(
        &mut self,
        set: &UidSet,
        change: Change,
        flags: &[String],
        since: Option<u64>,
    ) -> Result<UidSet> {
        let sign = if change == Change::Add { "+" } else { "-" };
        let mut changed = UidSet::new();
        for chunk in set.chunks(u64::MAX) {
            let mut request = Request::new("UID STORE").atom(&chunk);
            if let Some(since) = since {
                request = request.atom(format_args!("(UNCHANGEDSINCE {since})"));
            }
            let request = request.atom(format_args!("{sign}FLAGS.SILENT ({})", flags.join(" ")));
            let status = self.wire().tell(&request)?;
            if status.is("MODIFIED") {
                let told = status.code.get(1).and_then(Value::text).unwrap_or_default();
                changed = changed.union(&UidSet::parse(told)?.intersection(&chunk));
            }
        }
        self.check_validity()?;
        Ok(changed)
    }

    /// Copies; the whole of it or nothing (RFC 9051 §6.4.7). The new UIDs, where the server tells; `to` becomes the name the
    /// server knows the target by.
    ///
    /// # Errors
    /// `Unconfirmed` if the answer was lost.
    pub fn copy(&mut self, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        self.transfer("UID COPY", set, to)
    }

    /// Whether [`Mailbox::move_to`] is one step.
    pub fn can_move(&self) -> bool {
        self.session.wire.caps.has("MOVE") || self.session.wire.caps.has("IMAP4REV2")
    }

    /// Whether just these messages can be expunged.
    pub fn can_expunge_some(&self) -> bool {
        self.session.wire.caps.has("UIDPLUS") || self.session.wire.caps.has("IMAP4REV2")
    }

    /// Moves in one step; needs MOVE (RFC 6851). Otherwise as [`Mailbox::copy`].
    ///
    /// # Errors
    /// `Unconfirmed` if the answer was lost.
    pub fn move_to(&mut self, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        self.transfer("UID MOVE", set, to)
    }

    fn transfer(&mut self, verb: &str, set: &UidSet, to: &mut Name) -> Result<Vec<(Uid, Uid)>> {
        let mut map = Vec::new();
        // As many as were asked for: a server may tell more.
        let most = usize::try_from(set.len()).unwrap_or(usize::MAX);
        for chunk in set.chunks(u64::MAX) {
            match self.transfer_some(verb, &chunk, to, most, &mut map) {
                Err(e) if e.kind() == Kind::Missing => match self.session.meant(to) {
                    Ok(Some(real)) if real != self.name => {
                        *to = real;
                        self.transfer_some(verb, &chunk, to, most, &mut map)?;
                    }
                    _ => return Err(e),
                },
                other => other?,
            }
        }
        self.check_validity()?;
        Ok(map)
    }

    fn transfer_some(
        &mut self,
        verb: &str,
        set: &UidSet,
        to: &Name,
        most: usize,
        map: &mut Vec<(Uid, Uid)>,
    ) -> Result<()> {
        let target = self.session.wire_name(to);
        let request = Request::new(verb).atom(set).string(&target, self.session.wire.utf8);
        let mut note = |status: &Status| {
            let room = most.saturating_sub(map.len());
            map.extend(copied(status).into_iter().take(room));
        };
        let done = self.wire().call(&request, &mut |response| {
            // MOVE tells in an untagged OK, before the EXPUNGEs (RFC 6851 §4.3).
            if let Response::Status(status) = response {
                note(&status);
            }
            Ok(())
        });
        note(&done.map_err(|e| unconfirmed(missing_target(e, to)))?);
        Ok(())
    }

    /// Takes away for good just these messages, which bear \Deleted; needs UIDPLUS.
    ///
    /// # Errors
    /// `Refused`.
    pub fn expunge(&mut self, set: &UidSet) -> Result<()> {
        for chunk in set.chunks(u64::MAX) {
            self.wire().tell(&Request::new("UID EXPUNGE").atom(&chunk))?;
        }
        Ok(())
    }

    /// Takes away whatever bears \Deleted, by whomever.
    ///
    /// # Errors
    /// `Refused`.
    pub fn expunge_all(&mut self) -> Result<()> {
        self.wire().tell(&Request::new("EXPUNGE")).map(|_| ())
    }
}

/// A lost answer to a command that takes effect once.
pub(super) fn unconfirmed(e: Error) -> Error {
    match e.kind() {
        Kind::Closed | Kind::Timeout => {
            e.context("it may have happened").kind_is(Kind::Unconfirmed).again_is(Again::Never)
        }
        _ => e,
    }
}

fn missing_target(e: Error, to: &Name) -> Error {
    if e.kind() == Kind::Missing {
        return missing(e, to).hint("`rimap-search mailbox create` makes it");
    }
    e
}

/// `COPYUID 17 1:3 5:7`: pairs of old and new.
fn copied(status: &Status) -> Vec<(Uid, Uid)> {
    if !status.is("COPYUID") {
        return Vec::new();
    }
    let set = |at: usize| status.code.get(at).and_then(Value::text).and_then(|t| UidSet::parse(t).ok());
    match (set(2), set(3)) {
        (Some(from), Some(to)) if from.len() == to.len() && from.len() < 1_000_000 => {
            from.iter().zip(to.iter()).collect()
        }
        _ => Vec::new(),
    }
}
