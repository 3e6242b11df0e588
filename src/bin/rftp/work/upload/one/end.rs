//! How an upload ends: the temporary gets its name, or a lost answer is settled, or what is left is cleared up.

use super::{Attempt, Stage};
use crate::{
    args::Replace,
    session::{Session, Voice},
};
use wirepost::{
    base::{date::Time, error::*, tree::Entry},
    ftp::{RemotePath, Sizes},
    textproto::Command,
};

impl Attempt<'_> {
    /// The temporary becomes the target, behind the commands in `before`.
    pub(super) fn rename(
        &mut self,
        session: &mut Session<'_>,
        sizes: Sizes,
        before: &[Command],
        exists: bool,
        voice: &mut impl Voice,
    ) -> Result<()> {
        self.stage = Stage::Renaming;
        let proves = |there: &Entry| there.size.is_some_and(|size| sizes.proves(size));
        let mut renamed = session.rename(voice, before, &self.temporary, &self.remote, proves);
        if let Ok(Err(e)) = &renamed
            && exists
            && e.again() == Again::Never
        {
            // For good, and of all that can be wrong only the new name is in question.
            if self.manner.replace == Replace::DeleteFirst {
                session.client()?.delete(&self.remote)?;
                renamed = session.rename(voice, before, &self.temporary, &self.remote, proves);
                if !matches!(renamed, Ok(Ok(()))) {
                    self.stage = Stage::Alone;
                }
            } else {
                let hint =
                    "if the server renames onto no existing file: --replace delete-first, or --in-place";
                renamed = Ok(Err(e.clone().hint(hint)));
            }
        }
        match renamed.flatten() {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == Kind::Unconfirmed => Err(e),
            Err(e) if self.stage == Stage::Alone => Err(e
                .again_is(Again::Never)
                .hint(format!("the new contents are whole in {}", self.temporary))),
            Err(e) => {
                self.stage = Stage::Stored;
                Err(e)
            }
        }
    }

    /// After a lost 226: the size under the name decides.
    pub(super) fn settle_store(
        &self,
        session: &mut Session<'_>,
        name: &RemotePath,
        sizes: Sizes,
        lost: &Error,
    ) -> Result<()> {
        let looked = session.client().and_then(|c| c.size(name));
        match looked {
            Ok(Some(size)) if sizes.proves(size) => Ok(()),
            // Whoever it is meant for may have taken it by now.
            Ok(None) if self.manner.in_place => Err(lost.clone()),
            Ok(_) => {
                Err(Error::new(Kind::Closed, format!("{} (the file did not arrive whole)", lost.message())))
            }
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            // Under a temporary name nothing has happened yet; in place it may have.
            Err(_) if self.manner.in_place => Err(lost.clone()),
            Err(_) => Err(lost.clone().kind_is(Kind::Closed).again_is(Again::Now)),
        }
    }

    /// Removes the temporary file after a failure; the name of what had to be left, or was left to be gone on with.
    pub fn clean_up(&self, session: &mut Session<'_>) -> Option<RemotePath> {
        match self.stage {
            _ if self.manner.in_place => return None,
            Stage::Start => return None,
            // It may be the target by now, or is all there is: it is named, and left alone.
            Stage::Renaming | Stage::Alone => return self.left(session),
            Stage::Storing | Stage::Stored if self.can_go_on() => return self.left(session),
            Stage::Storing | Stage::Stored => {}
        }
        let same = session.is_connected();
        let gone = session.client().and_then(|client| match client.delete(&self.temporary) {
            Ok(()) => Ok(true),
            // The session that was lost may make the file only now: nothing to remove yet proves nothing.
            Err(_) if !same => Ok(false),
            // Refused: most likely there is nothing to remove.
            Err(_) => Ok(client.look(&self.temporary)?.is_none()),
        });
        if gone.unwrap_or(false) { None } else { self.left(session) }
    }

    /// A temporary that stays, for a day at least: by the time of its source it might look like a leftover of long ago.
    fn left(&self, session: &mut Session<'_>) -> Option<RemotePath> {
        if self.stage > Stage::Storing && session.is_connected() {
            let _ =
                session.client().and_then(|client| match client.time_command(&self.temporary, Time::now()) {
                    Some(command) => client.batch(&[command]).map(|_| ()),
                    None => Ok(()),
                });
        }
        Some(self.temporary.clone())
    }

    /// Whether a later run can go on with what was left.
    pub fn can_go_on(&self) -> bool {
        self.sha256.is_some() && !self.anew && self.stage != Stage::Alone
    }
}
