//! Whole messages into a Maildir, an mbox or a command. Bodies stream from the server into the store's staging place; a
//! batch becomes durable together, and only then are its messages told of, remembered and acted on.

use crate::{args::Search, job::Job, names, state, summary::Summary};
use std::{collections::HashSet, fmt, os::unix::ffi::OsStrExt, path::Path};
use wirepost::{
    base::{digest, error::*, escape, record},
    cli::{
        Output,
        event::{self, Hit},
        exit::Outcome,
    },
    imap::{FetchItem, Mailbox, Message, Name, Piece, Uid, UidSet},
    net::Cancel,
    store::{
        Envelope, Folder, Mailstore, Marks, Place, Taken,
        batch::SyncMode,
        maildir::Maildir,
        mbox::Mbox,
        pipe::{About, Pipe, Verdict},
        stream::Stream,
    },
};

/// A batch ends at so many messages or bytes.
const BATCH_MESSAGES: usize = 500;
const BATCH_BYTES: u64 = 64 << 20;

pub struct Delivery {
    store: Box<dyn Mailstore>,
    kind: &'static str,
    pipe: Option<Pipe>,
    crlf: bool,
    batch: Vec<Pending>,
    bytes: u64,
    /// The batch before, which becomes durable while this one comes.
    sealed: Vec<Pending>,
    straight: bool,
    /// What is in either.
    held: HashSet<Uid>,
    /// The disk, or the memory of what was delivered, failed: nothing more is committed, and what was begun is not closed.
    failed: bool,
    /// The mailbox and UIDVALIDITY that the batch is from.
    from: Option<(Name, u64)>,
}

struct Pending {
    uid: Uid,
    taken: Taken,
    /// If anybody will read it.
    hit: Option<Box<Hit>>,
}

impl Delivery {
    /// Opens the store that the flags name; `None`: they name none. `summed`: the digests of messages are told or remembered.
    ///
    /// # Errors
    /// `Create`.
    pub fn new(
        search: &Search,
        account: &str,
        hidden: Vec<String>,
        to_stderr: bool,
        summed: bool,
    ) -> Result<Option<Delivery>> {
        if search.dry_run {
            return Ok(None);
        }
        let (store, kind, pipe): (Box<dyn Mailstore>, _, _) = if let Some(dir) = &search.maildir {
            let store = Maildir::open(dir, SyncMode::Batch)?;
            (Box::new(if summed { store } else { store.unsummed() }), "maildir", None)
        } else if let Some(file) = &search.mbox {
            let tag = digest::hex(&digest::digest(digest::Algorithm::Sha256, account.as_bytes())[..4]);
            let stage = wirepost::cli::state::directory()?.join("rimap-search");
            (Box::new(Mbox::open(file, &stage, &tag, search.wait_lock)?), "mbox", None)
        } else if let Some(command) = &search.exec {
            let pipe =
                Pipe { command: command.clone(), timeout: search.exec_timeout, to_stderr, hide: hidden };
            let store: Stream<std::io::Sink> = Stream::scratch(search.crlf)?;
            (Box::new(store), "exec", Some(pipe))
        } else {
            return Ok(None);
        };
        let crlf = search.crlf;
        Ok(Some(Delivery {
            store,
            kind,
            pipe,
            crlf,
            batch: Vec::new(),
            bytes: 0,
            sealed: Vec::new(),
            straight: false,
            held: HashSet::new(),
            failed: false,
            from: None,
        }))
    }

    /// Fetches and delivers these; those delivered are handed to `job`, durable.
    ///
    /// # Errors
    /// The connection's, or the disk's: what was not handed over is not delivered.
    pub fn take(
        &mut self,
        mailbox: &mut Mailbox<'_>,
        set: &UidSet,
        folder: &Folder,
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        let items = [
            FetchItem::Flags,
            FetchItem::InternalDate,
            FetchItem::Body { section: String::new(), range: None },
        ];
        let (name, uidvalidity) = (mailbox.name.clone(), mailbox.uidvalidity);
        if self.failed {
            return Err(Error::new(Kind::Local, "what was fetched before could not be stored"));
        }
        self.from = Some((name.clone(), uidvalidity));
        let mut fetching = mailbox.fetch(set, &items);
        let mut in_hand: Option<Taken> = None;
        loop {
            match fetching.next()? {
                None => break,
                Some(Piece::Body(mut body)) => {
                    if !body.section.is_empty() || body.uid.is_some_and(|u| !set.contains(u)) {
                        body.skip()?;
                        continue;
                    }
                    in_hand = Some(self.store.stage(&mut body)?);
                }
                Some(Piece::Message(message)) => {
                    let Some(taken) = in_hand.take() else { continue };
                    let fits = message
                        .uid
                        .filter(|u| set.contains(*u) && !job.is_done(*u) && !self.held.contains(u));
                    let Some(uid) = fits else {
                        self.store.discard();
                        continue;
                    };
                    self.one(uid, taken, &message, (&name, uidvalidity, folder), job, out)?;
                }
            }
        }
        self.flush(&name, uidvalidity, job, out)
    }

    fn one(
        &mut self,
        uid: Uid,
        taken: Taken,
        message: &Message,
        (name, uidvalidity, folder): (&Name, u64, &Folder),
        job: &mut Job<'_>,
        out: &mut Output,
    ) -> Result<()> {
        out.add_bytes(taken.size);
        let summary = || Summary {
            arrived: message.internal_date,
            flags: message.flags.clone(),
            size: Some(taken.size),
            ..Summary::of_head(uid, &taken.head)
        };
        if let Some(pipe) = self.pipe.clone() {
            let summary = summary();
            let (from, subject) =
                (summary.from.clone().unwrap_or_default(), summary.subject.clone().unwrap_or_default());
            let uid_text = uid.to_string();
            let about = About {
                uid: &uid_text,
                from: &from,
                subject: &subject,
                size: taken.size,
                mailbox: name.text(),
            };
            let verdict = hand_over(&pipe, &mut *self.store, self.crlf, &about, &job.cancel)?;
            let mut hit = summary.hit(name, uidvalidity);
            hit.store = Some(self.kind);
            hit.sha256 = Some(digest::hex(&taken.sha256));
            let key = state::key(name, uidvalidity, uid);
            let Some(mut error) = refusal(verdict) else {
                if let Some(seen) = &mut job.seen {
                    seen.delivered(&key, &taken)?;
                }
                out.done(format_args!("message {uid} -> {}", pipe.command));
                job.finished(uid, hit, out);
                return Ok(());
            };
            if let (Kind::Refused, Some(seen)) = (error.kind(), &mut job.seen) {
                seen.failed(&key, error.message())?;
                error = error.hint("--retry-failed tries it again");
            }
            job.failed(uid, hit, &error.context(format_args!("message {uid} was not delivered")), out);
            return Ok(());
        }
        let has = |flag: &str| message.flags.iter().flatten().any(|f| f.eq_ignore_ascii_case(flag));
        let marks = Marks {
            seen: has("\\Seen"),
            answered: has("\\Answered"),
            flagged: has("\\Flagged"),
            deleted: has("\\Deleted"),
            draft: has("\\Draft"),
        };
        self.store.file(folder, &Envelope { date: message.internal_date, marks })?;
        self.bytes += taken.size;
        let hit = job.tells(out).then(|| Box::new(summary().hit(name, uidvalidity)));
        let taken = Taken { head: Vec::new(), ..taken };
        self.held.insert(uid);
        self.batch.push(Pending { uid, taken, hit });
        if self.batch.len() >= BATCH_MESSAGES || self.bytes >= BATCH_BYTES {
            self.seal(name, uidvalidity, job, out)?;
        }
        Ok(())
    }

    /// Ends the batch: it becomes durable while the next one comes, if the store can do that.
    fn seal(&mut self, name: &Name, uidvalidity: u64, job: &mut Job<'_>, out: &mut Output) -> Result<()> {
        self.finish(name, uidvalidity, job, out)?;
        if self.batch.is_empty() || self.failed {
            return Ok(());
        }
        self.failed = true;
        let straight = job.seen.is_none();
        let goes_on = self.store.seal(straight)?;
        self.straight = goes_on && straight;
        self.failed = false;
        self.sealed = std::mem::take(&mut self.batch);
        self.bytes = 0;
        if goes_on { Ok(()) } else { self.finish(name, uidvalidity, job, out) }
    }

    fn flush(&mut self, name: &Name, uidvalidity: u64, job: &mut Job<'_>, out: &mut Output) -> Result<()> {
        self.seal(name, uidvalidity, job, out)?;
        self.finish(name, uidvalidity, job, out)
    }

    /// The sealed batch is durable, remembered and told of.
    fn finish(&mut self, name: &Name, uidvalidity: u64, job: &mut Job<'_>, out: &mut Output) -> Result<()> {
        if self.sealed.is_empty() || self.failed {
            return Ok(());
        }
        // Until it is known to be done.
        self.failed = true;
        // Of a batch that went straight to its place there is nothing to be written down before.
        let places = if self.straight { Vec::new() } else { self.store.prepare()? };
        if let Some(seen) = &mut job.seen {
            let keys: Vec<_> = self.sealed.iter().map(|p| state::key(name, uidvalidity, p.uid)).collect();
            let intents: Vec<(&str, &Taken, &Place)> = keys
                .iter()
                .zip(&self.sealed)
                .zip(&places)
                .map(|((k, p), place)| (k.as_str(), &p.taken, place))
                .collect();
            seen.intend(&intents)?;
        }
        let places = self.store.commit()?;
        if let Some(seen) = &mut job.seen {
            seen.done()?;
        }
        self.failed = false;
        for (Pending { uid, taken, hit }, place) in std::mem::take(&mut self.sealed).into_iter().zip(places) {
            self.held.remove(&uid);
            out.done(Delivered(uid, &place));
            let hit = hit.map_or_else(Hit::default, |hit| Hit {
                store: Some(self.kind),
                path: Some(shown(&place.path())),
                sha256: Some(digest::hex(&taken.sha256)),
                ..*hit
            });
            job.finished(uid, hit, out);
        }
        Ok(())
    }

    /// After a lost connection: what was half staged is forgotten and will be fetched again, what was whole is delivered.
    ///
    /// # Errors
    /// The disk's.
    pub fn give_up(&mut self, job: &mut Job<'_>, out: &mut Output) -> Result<()> {
        self.store.discard();
        match self.from.take() {
            Some((name, uidvalidity)) => self.flush(&name, uidvalidity, job, out),
            None => Ok(()),
        }
    }
}

/// The longest name of a folder's directory: its files have longer ones.
const FOLDER_MOST: usize = 200;

/// A mailbox as a folder of a Maildir: its levels, what no folder can hold as `\` and its code. One name is that of no other
/// mailbox, so what is cut off is replaced by a digest of the whole.
///
/// # Errors
/// `Usage`: it cannot be named at all.
pub fn folder_of(name: &Name, delimiter: Option<char>) -> Result<Folder> {
    if name.is_inbox() {
        return Ok(Folder::inbox());
    }
    let level = |level: String| -> String {
        let plain = |c: char| !(matches!(c, '.' | '/' | '~' | '\\') || c.is_control());
        let code = |c: char| if plain(c) { c.to_string() } else { format!("\\{:02x}", u32::from(c)) };
        if level.is_empty() { "\\".into() } else { level.chars().map(code).collect() }
    };
    let whole = names::levels(name.text(), delimiter).into_iter().map(level).collect::<Vec<_>>().join("/");
    let fits = |folder: &Folder| folder.maildir_name().is_ok_and(|n| n.len() <= FOLDER_MOST);
    let folder = Folder::parse(&whole);
    if folder.as_ref().is_ok_and(fits) {
        return folder;
    }
    let sum = digest::hex(&digest::digest(digest::Algorithm::Sha256, name.text().as_bytes())[..8]);
    let cuts = (0..whole.len().min(FOLDER_MOST)).rev().filter(|at| whole.is_char_boundary(*at));
    let short = cuts.map(|at| Folder::parse(&format!("{}-{sum}", &whole[..at])));
    short.filter_map(Result::ok).find(fits).map_or(folder, Ok)
}

/// Gives a staged message to a command.
///
/// # Errors
/// The disk's, or a signal.
pub fn hand_over(
    pipe: &Pipe,
    store: &mut dyn Mailstore,
    crlf: bool,
    about: &About<'_>,
    cancel: &Cancel,
) -> Result<Verdict> {
    let verdict = store.reread_file(crlf).and_then(|file| pipe.run(file, about, &|| cancel.check()));
    store.discard();
    verdict
}

/// Why the command did not take it, if it did not.
pub fn refusal(verdict: Verdict) -> Option<Error> {
    match verdict {
        Verdict::Delivered => None,
        Verdict::Temporary(why) => Some(Error::new(Kind::Busy, why)),
        Verdict::Permanent(why) => Some(Error::new(Kind::Refused, why)),
    }
}

/// `message 7 -> Mail/new/…`
struct Delivered<'a>(Uid, &'a Place);

impl fmt::Display for Delivered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} -> {}", self.0, escape::text(&self.1.path().to_string_lossy()))
    }
}

fn shown(path: &Path) -> record::Value {
    record::name(path.as_os_str().as_bytes())
}

/// Ends an item that failed.
pub fn with_error(mut hit: Hit, error: &Error) -> Hit {
    hit.outcome = Outcome::of(error).name();
    hit.error = Some(event::error(error));
    hit
}
