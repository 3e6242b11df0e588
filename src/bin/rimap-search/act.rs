//! Acting on what was found, once its output is durable: flags, copies, moves, deletion.
//!
//! Nothing but the messages that were found may be touched: without MOVE a move is a copy, and only after its OK the mark
//! \Deleted and an expunge of just these UIDs. Where a server cannot expunge just these, they stay marked, which is said and
//! is no success, unless `--expunge-all` allows the rest.

use crate::{args::Search, names};
use wirepost::{
    base::error::*,
    cli::{
        Output,
        event::{self, Event, Hit},
        exit::Outcome,
    },
    imap::{Change, Mailbox, Name, Session, Uid, UidSet},
};

/// What is to be done, in this order.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    pub flag: Vec<String>,
    pub unflag: Vec<String>,
    pub copy_to: Option<Name>,
    pub move_to: Option<Name>,
    pub delete: bool,
    pub expunge_all: bool,
}

/// `Seen` or `\Seen` is the system flag; any other word a keyword.
///
/// # Errors
/// `Usage`.
pub fn flag(text: &str) -> Result<String> {
    let bare = text.trim_start_matches('\\');
    for system in ["Seen", "Flagged", "Answered", "Deleted", "Draft"] {
        if bare.eq_ignore_ascii_case(system) {
            return Ok(format!("\\{system}"));
        }
    }
    let fits = |b: u8| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b);
    if text.is_empty() || !text.bytes().all(fits) {
        return Err(Error::new(Kind::Usage, format!("{text} is no flag"))
            .hint("Seen, Flagged, Answered, Deleted, Draft, or a keyword of letters and digits"));
    }
    Ok(text.to_string())
}

impl Actions {
    /// Reads the flags, and finds the mailboxes they name.
    ///
    /// # Errors
    /// `Usage`, `Missing`.
    pub fn of(search: &Search, session: &mut Session) -> Result<Actions> {
        let all = |flags: &[String]| flags.iter().map(|f| flag(f)).collect::<Result<Vec<_>>>();
        let move_to = match &search.move_to {
            Some(name) => Some(names::one(session, name)?),
            None if search.trash => Some(trash(session)?),
            None => None,
        };
        let copy_to = search.copy_to.as_deref().map(|n| names::one(session, n)).transpose()?;
        Ok(Actions {
            flag: all(&search.flag)?,
            unflag: all(&search.unflag)?,
            copy_to,
            move_to,
            delete: search.delete,
            expunge_all: search.expunge_all,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.flag.is_empty()
            && self.unflag.is_empty()
            && self.copy_to.is_none()
            && self.move_to.is_none()
            && !self.delete
    }

    /// As JSON and `--dry-run` tell of them.
    pub fn names(&self) -> Vec<String> {
        let mut out: Vec<String> = self.flag.iter().map(|f| format!("flag {f}")).collect();
        out.extend(self.unflag.iter().map(|f| format!("unflag {f}")));
        out.extend(self.copy_to.iter().map(|n| format!("copy {}", n.text())));
        out.extend(self.move_to.iter().map(|n| format!("move {}", n.text())));
        if self.delete {
            out.push("delete".into());
        }
        out
    }

    /// Does it to these messages.
    ///
    /// # Errors
    /// What went wrong: some of it may have been done.
    pub fn apply(&self, mailbox: &mut Mailbox<'_>, set: &UidSet) -> Result<Applied> {
        let mut moved = Vec::new();
        let mut left = None;
        let mut changed = UidSet::new();
        // The first store decides whose turn it is; later ones would trip over the changes that it made itself.
        let mut guard = mailbox.guard;
        let mut set = set.clone();
        for (change, flags) in [(Change::Add, &self.flag), (Change::Remove, &self.unflag)] {
            if !flags.is_empty() && !set.is_empty() {
                changed = changed.union(&mailbox.store(&set, change, flags, guard.take())?);
                set = set.difference(&changed);
            }
        }
        if set.is_empty() {
            return Ok(Applied { moved, left, changed });
        }
        let set = &set;
        if let Some(to) = &self.copy_to {
            moved = mailbox.copy(set, to)?;
        }
        if let Some(to) = &self.move_to {
            if *to == mailbox.name {
                return Err(Error::new(Kind::Usage, format!("the messages are in {to} already")));
            }
            if mailbox.can_move() {
                return Ok(Applied { moved: mailbox.move_to(set, to)?, left, changed });
            }
            moved = mailbox.copy(set, to)?;
            // What was copied goes, whatever became of its flags: else it would be there twice.
            left = self.remove(mailbox, set, None, &mut changed)?;
        } else if self.delete {
            left = self.remove(mailbox, set, guard, &mut changed)?;
        }
        Ok(Applied { moved, left, changed })
    }

    /// Marks and expunges; the reason why they stay marked, if they do.
    fn remove(
        &self,
        mailbox: &mut Mailbox<'_>,
        set: &UidSet,
        guard: Option<u64>,
        changed: &mut UidSet,
    ) -> Result<Option<Error>> {
        let kept = mailbox.store(set, Change::Add, &["\\Deleted".to_string()], guard)?;
        let set = &set.difference(&kept);
        *changed = changed.union(&kept);
        if set.is_empty() {
            return Ok(None);
        }
        if mailbox.can_expunge_some() {
            mailbox.expunge(set)?;
        } else if self.expunge_all {
            mailbox.expunge_all()?;
        } else {
            let text = format!(
                "{} marked \\Deleted and left in {}: the server cannot expunge just these (no UIDPLUS)",
                count(set.len()),
                mailbox.name.text()
            );
            let e = Error::new(Kind::Refused, text);
            return Ok(Some(e.hint("--expunge-all expunges whatever bears that mark")));
        }
        Ok(None)
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Applied {
    /// Where each is afterwards, if the server told.
    moved: Vec<(Uid, Uid)>,
    /// Why they are still there, only marked.
    left: Option<Error>,
    /// Left alone: somebody changed them after they were found.
    changed: UidSet,
}

/// The trash: by its special use, else by the names it usually has.
fn trash(session: &mut Session) -> Result<Name> {
    let all = session.list(false)?;
    let by_use = all.iter().find(|l| l.has("\\trash"));
    let usual = ["Trash", "INBOX.Trash", "INBOX/Trash", "Deleted Items", "Deleted Messages"];
    let by_name = || usual.iter().find_map(|n| all.iter().find(|l| l.name.text() == *n));
    by_use.or_else(by_name).map(|l| l.name.clone()).ok_or_else(|| {
        Error::new(Kind::Missing, "the server names no trash").hint("--move-to MAILBOX says where to")
    })
}

/// Acts on messages that went well so far and tells of each; `hits` are theirs.
pub fn run(
    actions: &Actions,
    mailbox: &mut Mailbox<'_>,
    mut hits: Vec<Hit>,
    dry: bool,
    out: &mut Output,
) -> Result<()> {
    let ok = |h: &Hit| h.outcome == Outcome::Ok.name();
    let set: UidSet = hits.iter().filter(|h| ok(h)).filter_map(|h| h.uid).collect();
    let done = if dry || set.is_empty() { Ok(Applied::default()) } else { actions.apply(mailbox, &set) };
    let told = actions.names();
    let target = actions.move_to.as_ref().or(actions.copy_to.as_ref());
    let mut failed = None;
    let verb = if dry { "would be" } else { "is" };
    match &done {
        Ok(_) => out.done(format_args!("{}: {} done to {}", told.join(", "), verb, count(set.len()))),
        Err(e) => {
            failed =
                Some(e.clone().context(format_args!("cannot {} in {}", told.join(", "), mailbox.name.text())))
        }
    }
    if dry && !set.is_empty() {
        out.line(format_args!(
            "{} in {}: {} ({set})",
            wirepost::base::escape::text(&told.join(", ")),
            mailbox.name,
            count(set.len())
        ));
    }
    if let Some(e) = &failed {
        // Said once, counted for each message.
        out.item_failed(e);
    }
    if let Ok(Applied { left: Some(e), .. }) = &done {
        out.fail(e);
    }
    let mut first = failed.is_some();
    for mut hit in hits.drain(..) {
        if ok(&hit) {
            hit.actions.clone_from(&told);
            match &failed {
                Some(e) => {
                    hit.outcome = Outcome::of(e).name();
                    hit.error = Some(event::error(e));
                    if !std::mem::take(&mut first) {
                        out.count(Outcome::of(e));
                    }
                }
                None if hit.uid.is_some_and(|u| done.as_ref().is_ok_and(|a| a.changed.contains(u))) => {
                    let text = format!(
                        "message {} in {} was changed meanwhile and may not fit any more: nothing was done to it",
                        hit.uid.unwrap_or_default(),
                        hit.mailbox
                    );
                    let e = Error::new(Kind::Busy, text).again_is(Again::Later);
                    hit.actions.clear();
                    hit.outcome = Outcome::of(&e).name();
                    hit.error = Some(event::error(&e));
                    out.item_failed(&e);
                }
                None => {
                    let outcome = if dry { Outcome::Planned } else { Outcome::Ok };
                    hit.outcome = outcome.name();
                    out.count(outcome);
                    if let (Ok(Applied { moved, left, .. }), Some(uid)) = (&done, hit.uid) {
                        if left.is_some() {
                            hit.actions
                                .iter_mut()
                                .filter(|a| *a == "delete")
                                .for_each(|a| *a = "flag \\Deleted".into());
                        }
                        hit.moved_uid = moved.iter().find(|(from, _)| *from == uid).map(|(_, to)| *to);
                        hit.moved_to = target.filter(|_| !dry).map(|n| n.text().to_string());
                    }
                }
            }
        }
        out.emit(&Event::Hit(Box::new(hit)));
    }
    match failed {
        Some(e) if matches!(e.kind(), Kind::Closed | Kind::Timeout | Kind::Interrupted) => Err(e),
        _ => Ok(()),
    }
}

fn count(n: u64) -> String {
    if n == 1 { "1 message".into() } else { format!("{n} messages") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_by_name() {
        assert_eq!(flag("seen").unwrap(), "\\Seen");
        assert_eq!(flag("\\Flagged").unwrap(), "\\Flagged");
        assert_eq!(flag("$Junk").unwrap(), "$Junk");
        for bad in ["", "a b", "a)", "\\Recent", "ü"] {
            assert!(flag(bad).is_err(), "{bad}");
        }
    }
}
