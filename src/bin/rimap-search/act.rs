//! Acting on what was found, once its output is durable: flags, copies, moves, deletion.
//!
//! Nothing but the messages that were found may be touched: without MOVE a move is a copy, and only after its OK the mark
//! \Deleted and an expunge of just these UIDs. Where a server cannot expunge just these, they stay marked, which is said and
//! is no success, unless `--expunge-all` allows the rest.

use crate::{args::Search, job::Job, names};
use wirepost::{
    base::error::*,
    cli::{Output, exit::Outcome},
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
        let mut move_to = match &search.move_to {
            Some(name) => Some(names::one(session, name)?),
            None if search.trash => Some(trash(session)?),
            None => None,
        };
        let mut copy_to = search.copy_to.as_deref().map(|n| names::one(session, n)).transpose()?;
        if search.dry_run {
            // Else what is planned here is refused there.
            for target in move_to.iter_mut().chain(&mut copy_to) {
                let hint = "`rimap-search mailbox create` makes it";
                names::there(session, target)
                    .map_err(|e| if e.kind() == Kind::Missing { e.hint(hint) } else { e })?;
            }
        }
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

    /// Whether the mailbox allows it.
    ///
    /// # Errors
    /// `Usage`, `Refused`.
    fn allowed(&self, mailbox: &Mailbox<'_>, dry_run: bool) -> Result<()> {
        if let Some(to) = self.move_to.as_ref().filter(|to| **to == mailbox.name) {
            return Err(Error::new(Kind::Usage, format!("the messages are in {to} already")));
        }
        // What is only looked at is opened for reading, and nothing can be told of the rest.
        if dry_run {
            return Ok(());
        }
        if mailbox.read_only && !(Actions { copy_to: None, ..self.clone() }).is_empty() {
            return Err(Error::new(Kind::Refused, "the mailbox can only be read"));
        }
        // Another flag would be forgotten with the session, whatever the server answers (RFC 9051 §7.1).
        let Some(kept) = &mailbox.permanent else { return Ok(()) };
        let lost = |f: &&String| !kept.iter().any(|k| k == "\\*" || k.eq_ignore_ascii_case(f));
        let unflag = self.unflag.iter().filter(|f| f.starts_with('\\'));
        match self.flag.iter().chain(unflag).find(lost) {
            Some(flag) => Err(Error::new(Kind::Refused, format!("the mailbox keeps no flag {flag}"))),
            None => Ok(()),
        }
    }

    /// Does it to these messages.
    ///
    /// # Errors
    /// What went wrong: some of it may have been done.
    pub fn apply(&self, mailbox: &mut Mailbox<'_>, set: &UidSet) -> Result<Applied> {
        let (mut moved, mut to, mut left) = (Vec::new(), None, None);
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
            return Ok(Applied { changed, ..Applied::default() });
        }
        let set = &set;
        if let Some(target) = &self.copy_to {
            moved = mailbox.copy(set, to.insert(target.clone()))?;
        }
        let copied = to.clone();
        let half_done = |e| match &copied {
            Some(to) => half_done(e, to),
            None => e,
        };
        if let Some(target) = &self.move_to {
            let to = to.insert(target.clone());
            if mailbox.can_move() {
                moved = mailbox.move_to(set, to).map_err(half_done)?;
            } else {
                moved = mailbox.copy(set, to).map_err(half_done)?;
                // What was copied goes, whatever became of its flags: else it would be there twice.
                left = self.remove(mailbox, set, None, &mut changed).map_err(|e| self::half_done(e, to))?;
            }
        } else if self.delete {
            left = self.remove(mailbox, set, guard, &mut changed).map_err(half_done)?;
        }
        Ok(Applied { moved, to, left, changed })
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
    /// Where they were moved or copied to, by the name the server knows it by.
    to: Option<Name>,
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

/// Whatever fails behind a copy leaves the copy there, and doing it all once more would make another.
fn half_done(e: Error, to: &Name) -> Error {
    let e = e.context(format_args!("copied to {}, and then", to.text())).again_is(Again::Never);
    match e.kind() {
        Kind::Closed | Kind::Timeout => e.kind_is(Kind::Unconfirmed),
        _ => e,
    }
}

/// Acts on messages that went well so far and tells of each.
///
/// # Errors
/// The connection's: those it did not come to wait on.
pub fn run(
    actions: &Actions,
    mailbox: &mut Mailbox<'_>,
    set: &UidSet,
    job: &mut Job<'_>,
    out: &mut Output,
) -> Result<()> {
    let told = actions.names();
    let what = told.join(", ");
    let allowed = actions.allowed(mailbox, job.search.dry_run);
    if job.search.dry_run && allowed.is_ok() {
        if !set.is_empty() {
            let n = count(set.len());
            out.line(format_args!(
                "{} in {}: {n} ({set})",
                wirepost::base::escape::text(&what),
                mailbox.name
            ));
        }
        for mut hit in job.take(set) {
            hit.actions.clone_from(&told);
            job.ended(hit.uid.unwrap_or_default(), hit, Outcome::Planned, out);
        }
        return Ok(());
    }
    let (mut done, mut reason) = (0, None);
    // A command each: where one is refused, it is known of which messages that is the end.
    for some in set.chunks(u64::MAX) {
        if mailbox.session().is_broken() {
            mailbox.session().noop()?;
        }
        let applied = allowed.clone().and_then(|()| actions.apply(mailbox, &some)).map_err(|e| {
            let mut e = e.context(format_args!("cannot {what} in {}", mailbox.name.text()));
            if job.seen.is_some() && job.search.delivers() {
                e = e.hint_if_none("they are delivered, and --new passes over them: --retry-from FILE with the action alone repeats it");
            }
            // Said once, counted for each message.
            out.item_failed(&e);
            e
        });
        if let Ok(Applied { left: Some(e), .. }) = &applied {
            reason.get_or_insert_with(|| e.clone());
        }
        for (nth, mut hit) in job.take(&some).into_iter().enumerate() {
            let uid = hit.uid.unwrap_or_default();
            hit.actions.clone_from(&told);
            match &applied {
                Err(e) => {
                    if nth > 0 {
                        out.count(Outcome::of(e));
                    }
                    job.failed_so(uid, hit, e, out);
                }
                Ok(applied) if applied.changed.contains(uid) => {
                    let text = format!(
                        "message {uid} in {} was changed meanwhile and may not fit any more: nothing was done to it",
                        hit.mailbox
                    );
                    hit.actions.clear();
                    job.failed(uid, hit, &Error::new(Kind::Busy, text), out);
                }
                Ok(applied) => {
                    if applied.left.is_some() {
                        hit.actions
                            .iter_mut()
                            .filter(|a| *a == "delete")
                            .for_each(|a| *a = "flag \\Deleted".into());
                    }
                    hit.moved_uid = applied.moved.iter().find(|(from, _)| *from == uid).map(|(_, to)| *to);
                    hit.moved_to = applied.to.as_ref().map(|n| n.text().to_string());
                    job.ended(uid, hit, Outcome::Ok, out);
                    done += 1;
                }
            }
        }
        if let Err(e) = applied
            && (e.kind() == Kind::Interrupted || e.again() == Again::Now && !job.here.hits.is_empty())
        {
            return Err(e);
        }
    }
    if let Some(e) = &reason {
        out.fail(e);
    }
    if done > 0 {
        out.done(format_args!("{what}: is done to {}", count(done)));
    }
    Ok(())
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
