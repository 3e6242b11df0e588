//! What is there: one name, or a directory.
//!
//! MLST and MLSD (RFC 3659 §7) where the server has them. Elsewhere a name is asked by SIZE, MDTM and CWD, and a directory is
//! entered before it is listed: several servers answer LIST of a missing directory with an empty listing and 226, and
//! whoever believes that deletes the other side.

use super::{Client, Options, RemotePath, listing, times::time_reply};
use crate::{
    base::{
        date::{Time, number},
        error::*,
        escape,
        tree::{self, Entry, EntryKind},
    },
    textproto::{Command, Reply},
};
use std::io::{BufRead, BufReader, Read};

/// A directory may hold this many entries: more are a server that does not end.
const MOST: usize = 1_000_000;
/// Their names and the rest of their lines together.
const MOST_BYTES: u64 = 256 << 20;
const LINE: u64 = 16 << 10;
/// So many names that are none are reported one by one.
const MOST_UNSAFE: usize = 1000;

/// A directory's entries, and how far they can be trusted.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Names that could not become local ones, as the server sent them; of very many only the first.
    pub unsafe_names: Vec<Vec<u8>>,
    /// Lines that were not understood.
    pub garbage: usize,
    /// The server said that it left something out, or broke off within a line.
    pub cut: bool,
    /// Under TLS: the end was FIN alone, which anybody on the way can send (RFC 4217 §15 wants close_notify, and not every server
    /// sends it). What is here is true; what is not here proves nothing.
    pub unsure: bool,
    /// The directory is a symbolic link, shown as what it leads to. Only who knows where it was found can tell
    /// ([`Listing::is_of_a_link`]).
    pub is_link: bool,
    /// Its times are of a zone that is not known: each may be off by so much, and says so.
    pub is_of_unknown_zone: bool,
    /// What is unique to the directory itself on this server (RFC 3659 §7.5.2), and to the one that holds it.
    unique: Option<Box<[u8]>>,
    above: Option<Box<[u8]>>,
    /// It had a line for the directory itself or the one above: it was one of this directory, though it may be empty.
    shows_itself: bool,
}

impl Listing {
    /// What is unique to the directory on this server, where it tells that.
    pub fn unique(&self) -> Option<&[u8]> {
        self.unique.as_deref()
    }

    /// Whether the directory is a symbolic link, shown as what it leads to: then it says that it is in another directory than the one
    /// it was found in. Servers that tell nothing unique leave that open.
    pub fn is_of_a_link(&self, found_in: Option<&[u8]>) -> bool {
        self.above.as_deref().zip(found_in).is_some_and(|(above, found_in)| above != found_in)
    }

    /// Whether anything may be concluded from a name's absence.
    pub fn is_whole(&self) -> bool {
        !self.cut && !self.unsure && self.garbage == 0 && self.unsafe_names.is_empty()
    }

    /// What is wrong with it; of names that are none only those that are `wanted`.
    pub fn faults(&self, dir: &RemotePath, host: &str, wanted: impl Fn(&[u8]) -> bool) -> Vec<Error> {
        let mut faults = Vec::new();
        let mut say = |text: String| faults.push(Error::new(Kind::Protocol, text).host(host));
        for name in self.unsafe_names.iter().filter(|name| wanted(name)) {
            say(format!("{host} lists a name in {dir} that is no file name: {}", escape::bytes(name)));
        }
        if self.cut {
            say(format!("{host} left something out of the listing of {dir}"));
        }
        if self.garbage > 0 {
            say(format!("{} lines of the listing of {dir} on {host} were not understood", self.garbage));
        }
        faults
    }

    /// What a user has to know of it who takes it as it is.
    pub fn warning(&self, dir: &RemotePath, host: &str) -> Option<String> {
        let text = "ended without TLS's own end: something may be missing";
        self.unsure.then(|| format!("the listing of {dir} on {host} {text}"))
    }

    fn take(&mut self, line: listing::Line, options: &Options) {
        let line = match line {
            listing::Line::Entry(mut entry) => {
                entry.name = options.as_read(entry.name);
                entry.target = entry.target.map(|t| options.as_read(t.into_vec()).into_boxed_slice());
                listing::Line::Entry(entry)
            }
            other => other,
        };
        match line {
            listing::Line::Entry(entry) if tree::is_component(&entry.name) => self.entries.push(entry),
            listing::Line::Entry(entry) if self.unsafe_names.len() < MOST_UNSAFE => {
                self.unsafe_names.push(entry.name);
            }
            listing::Line::Entry(_) => self.garbage += 1,
            listing::Line::Nothing => {}
            listing::Line::Itself(unique) => (self.unique, self.shows_itself) = (unique, true),
            listing::Line::Parent(unique) => (self.above, self.shows_itself) = (unique, true),
            listing::Line::Garbage => self.garbage += 1,
        }
    }
}

/// A refusal that is about the name. 450 is for now, unless the server says that it means nothing of the kind.
fn says_missing(refusal: &Error) -> bool {
    match refusal.code() {
        Some(450) => refusal.message().to_ascii_lowercase().contains("no such"),
        code => code == Some(550),
    }
}

impl Client {
    /// Whether the path is a directory that can be entered. The working directory is as before.
    pub fn is_dir(&mut self, path: &RemotePath) -> Result<bool> {
        if path.is_empty() || path.as_bytes() == b"/" {
            return Ok(true);
        }
        Ok(self.look(path)?.is_some_and(|e| e.is_dir()))
    }

    /// Which of these are directories that can be entered, in one write: CWD to each, and back home each time.
    pub fn are_dirs(&mut self, paths: &[RemotePath]) -> Result<Vec<bool>> {
        let Some(home) = self.home.clone() else {
            return paths.iter().map(|path| self.is_dir(path)).collect();
        };
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = Vec::with_capacity(paths.len() * 2);
        for path in paths {
            commands.push(self.named("CWD", path)?);
            commands.push(self.named("CWD", &home)?);
        }
        let replies = self.batch(&commands)?;
        if let Some(lost) = replies.iter().skip(1).step_by(2).find(|reply| !reply.is(&[2])) {
            // Whatever is asked for next would be asked for in another directory.
            let text = format!("{} leads not back to its login directory: {}", self.host(), lost.refusal());
            let error = Error::new(Kind::Closed, text).host(self.host());
            self.conn.poison(error.clone());
            return Err(error);
        }
        Ok(replies.iter().step_by(2).map(|reply| reply.is(&[2])).collect())
    }

    /// One name; `None` if there is nothing of that name. A link is followed where the server follows it.
    pub fn look(&mut self, path: &RemotePath) -> Result<Option<Entry>> {
        self.look_and(path, false)
    }

    /// As [`Client::look`], with the next passive port asked for in the same write: for a transfer that follows.
    pub fn look_and_prepare(&mut self, path: &RemotePath) -> Result<Option<Entry>> {
        self.look_and(path, true)
    }

    fn look_and(&mut self, path: &RemotePath, prepare: bool) -> Result<Option<Entry>> {
        self.set_type(false)?;
        let batch = if prepare { Client::batch_and_prepare } else { Client::batch };
        if self.features.may_have("MLST") {
            let command = self.named("MLST", path)?;
            let reply = batch(self, &[command])?.remove(0);
            match reply.code {
                250 => {
                    let line = reply.lines.iter().find(|l| l.starts_with(b" "));
                    match line.map(|l| listing::mlsx(&l[1..])) {
                        Some(listing::Line::Entry(mut entry)) => {
                            entry.name = path.name();
                            self.look_behind(path, &mut entry)?;
                            return Ok(Some(entry));
                        }
                        // Of the directory itself some servers say type=cdir.
                        Some(listing::Line::Itself(_) | listing::Line::Parent(_)) => {
                            return Ok(Some(Entry::new(path.name(), EntryKind::Dir)));
                        }
                        _ => self.features.refuse("MLST"),
                    }
                }
                500 | 502 | 504 => self.features.refuse("MLST"),
                550 | 553 => return Ok(None),
                // 501 for names with spaces, 530 for anonymous, 4yz for now: ask otherwise.
                _ => {}
            }
        }
        if path.is_empty() {
            // The login directory: CWD takes no empty name.
            return Ok(Some(Entry::new(path.name(), EntryKind::Dir)));
        }
        let commands = [self.named("SIZE", path)?, self.mdtm(path)?, self.named("CWD", path)?];
        let replies = batch(self, &commands)?;
        let (size, time, cwd) = (&replies[0], &replies[1], &replies[2]);
        if cwd.is(&[2]) {
            self.go_home()?;
            return Ok(Some(Entry::new(path.name(), EntryKind::Dir)));
        }
        if size.code != 213 && time.code != 213 {
            // A no for now tells nothing of the file (RFC 959 §4.2.1), and whoever believes that it does overwrites what is there.
            if let Some(busy) = replies.iter().find(|reply| reply.is(&[4])) {
                let what = format!("cannot look at {path} on {}", self.host());
                return busy.check(&[2]).map(|()| None).map_err(|e| e.host(self.host()).context(what));
            }
            // Not known here, or not permitted to this user.
            let tells = |reply: &Reply| !matches!(reply.code, 500..=504 | 530..=534);
            return if tells(size) || tells(time) { Ok(None) } else { self.look_in_listing(path) };
        }
        let mut entry = Entry::new(path.name(), EntryKind::File);
        entry.size = size_reply(size);
        entry.modified = time_reply(time);
        Ok(Some(entry))
    }

    /// ProFTPD tells of a link that it is a file, and the link's own size, time and mode, which is 0777 always; SIZE and MDTM tell what
    /// is behind it, and that is what RETR sends.
    fn look_behind(&mut self, path: &RemotePath, entry: &mut Entry) -> Result<()> {
        let may_be_a_link = entry.kind == EntryKind::File && entry.mode == Some(0o777);
        if entry.kind != EntryKind::Link && !may_be_a_link {
            return Ok(());
        }
        let replies = self.batch(&[self.named("SIZE", path)?, self.mdtm(path)?])?;
        let (size, time) = (size_reply(&replies[0]), time_reply(&replies[1]));
        let differs =
            size.is_some_and(|n| entry.size != Some(n)) || time.is_some_and(|t| entry.modified != Some(t));
        if differs {
            *entry = Entry { kind: EntryKind::Link, size, modified: time, mode: None, ..entry.clone() };
        }
        Ok(())
    }

    /// A name of which the server tells nothing but in its directory's listing.
    fn look_in_listing(&mut self, path: &RemotePath) -> Result<Option<Entry>> {
        let dir = path.parent().map_or_else(|| RemotePath::new(""), Ok)?;
        let (listing, name) = match self.list(&dir) {
            Err(e) if e.kind() == Kind::Missing => return Ok(None),
            listing => (listing?, path.name()),
        };
        let fault = listing.faults(&dir, self.host(), |_| true).pop();
        match (listing.entries.into_iter().find(|e| e.name == name), fault) {
            (None, Some(fault)) => Err(fault),
            (found, _) => Ok(found),
        }
    }

    /// After a CWD: back to where the login left us.
    fn go_home(&mut self) -> Result<()> {
        let command = match &self.home {
            Some(home) => self.named("CWD", home)?,
            // Without PWD there is no way back but a new login.
            None => {
                let error = Error::new(Kind::Closed, "the login directory is not known").host(self.host());
                self.conn.poison(error);
                return Ok(());
            }
        };
        self.call(&command, &[2]).map(|_| ())
    }

    /// SIZE in TYPE I; `None` where the server cannot say.
    pub fn size(&mut self, path: &RemotePath) -> Result<Option<u64>> {
        self.set_type(false)?;
        let reply = self.batch(&[self.named("SIZE", path)?])?.remove(0);
        Ok(size_reply(&reply))
    }

    /// Whether the server lets a file's time be set; found out by giving this file the time that it has. A server that announces a
    /// command for it may refuse it (vsftpd's `mdtm_write=NO`), and one whose MDTM takes no time does not say so.
    pub fn sets_time(&mut self, path: &RemotePath) -> Result<bool> {
        let Some(time) = self.look(path)?.and_then(|entry| entry.modified) else { return Ok(false) };
        let Some(command) = self.time_command(path, time) else { return Ok(false) };
        Ok(!self.batch(&[command])?.remove(0).is(&[5]))
    }

    /// All that is in a directory.
    ///
    /// # Errors
    /// `Missing` if it is not there or no directory; any failure of the transfer. A listing that the server cut short is not
    /// an error: [`Listing::cut`] says so. One that ends without close_notify is `Closed` where an earlier one ended with it, else
    /// [`Listing::unsure`].
    pub fn list(&mut self, dir: &RemotePath) -> Result<Listing> {
        let what = format!("cannot list {dir} on {}", self.host());
        self.list_any(dir).map_err(|e| match says_missing(&e) {
            true => e.kind_is(Kind::Missing).again_is(Again::Never).context(&what),
            false => e.context(&what),
        })
    }

    fn list_any(&mut self, dir: &RemotePath) -> Result<Listing> {
        if self.features.may_have("MLSD") || self.features.has("MLST") {
            let mut command = Command::new("MLSD");
            if !dir.is_empty() {
                command = self.named("MLSD", dir)?;
            }
            match self.read_listing(&command, |line, _| listing::mlsx(line)) {
                Err(e) if matches!(e.code(), Some(500 | 502 | 504)) => {
                    self.features.refuse("MLSD");
                    self.features.refuse("MLST");
                }
                // Some servers take no argument with a space in it.
                Err(e) if e.code() == Some(501) && !dir.is_empty() => {
                    return self.inside(dir, |client| {
                        client.read_listing(&Command::new("MLSD"), |line, _| listing::mlsx(line))
                    });
                }
                other => return other,
            }
        }
        self.inside(dir, |client| {
            let mut found = client.list_lines()?;
            client.measure_zone(&mut found)?;
            client.time_the_future(&mut found)?;
            Ok(found)
        })
    }

    /// LIST of the working directory. `-a` shows names that begin with a dot; to RFC 959 it is a name as any other, and a server that
    /// takes it for one says that there is no such thing, or lists nothing.
    fn list_lines(&mut self) -> Result<Listing> {
        let zone = self.zone.unwrap_or(0);
        let list = |client: &mut Client, command| {
            client.read_listing(&Command::new(command), |line, now| listing::list(line, zone, now))
        };
        if self.list_plain {
            return list(self, "LIST");
        }
        let all = list(self, "LIST -a");
        // Of the name or of the option: anything else is of this moment, and a plain LIST would hide what begins with a dot.
        let is_of_it = |e: &Error| says_missing(e) || matches!(e.code(), Some(500..=504 | 553));
        let refused = matches!(&all, Err(e) if is_of_it(e) && self.is_alive());
        let is_nothing = |all: &Listing| all.is_whole() && all.entries.is_empty() && !all.shows_itself;
        if refused || all.as_ref().is_ok_and(is_nothing) {
            let plain = list(self, "LIST")?;
            self.list_plain = refused || !plain.entries.is_empty();
            return Ok(plain);
        }
        all
    }

    /// Runs something in a directory, which must be there, and comes back.
    fn inside<T>(&mut self, dir: &RemotePath, run: impl FnOnce(&mut Client) -> Result<T>) -> Result<T> {
        if dir.is_empty() {
            return run(self);
        }
        let command = self.named("CWD", dir)?;
        self.call(&command, &[2])?;
        let result = run(self);
        if self.is_alive() {
            self.go_home()?;
        }
        result
    }

    fn read_listing(
        &mut self,
        command: &Command,
        parse: impl Fn(&[u8], Time) -> listing::Line,
    ) -> Result<Listing> {
        let host = self.host().to_string();
        let mut found = Listing::default();
        let now = Time::now();
        let options = self.options.clone();
        self.set_type(false)?;
        let download = match self.download(command) {
            Ok(download) => download,
            // "No files found" is an empty directory, not an error.
            Err(e) if e.code() == Some(450) && e.message().to_ascii_lowercase().contains("no files") => {
                return Ok(found);
            }
            Err(e) => return Err(e),
        };
        let mut lines = BufReader::with_capacity(64 << 10, download);
        let mut line = Vec::new();
        let mut bytes = 0;
        loop {
            line.clear();
            let n = match lines.by_ref().take(LINE).read_until(b'\n', &mut line) {
                Ok(n) => n as u64,
                Err(e) => {
                    let error = Error::from_io(e, Kind::Closed, "cannot read the listing");
                    return Err(lines.into_inner().fail(error));
                }
            };
            bytes += n;
            let too_long = n == LINE && !line.ends_with(b"\n");
            if too_long || found.entries.len() >= MOST || bytes > MOST_BYTES {
                let error = Error::new(Kind::Limit, format!("a listing without end from {host}")).host(&host);
                return Err(lines.into_inner().fail(error));
            }
            if n == 0 {
                break;
            }
            let Some(line) = line.strip_suffix(b"\n") else {
                // Half a name is another name.
                found.cut = true;
                continue;
            };
            found.take(parse(line.strip_suffix(b"\r").unwrap_or(line), now), &options);
        }
        let finished = lines.into_inner().finish()?;
        found.cut |= finished.reply.text().to_ascii_lowercase().contains("truncated");
        found.unsure = finished.clean == Some(false);
        if found.unsure && self.ends_well {
            let text = "the listing ended without TLS's own end, and an earlier one with it";
            return Err(Error::new(Kind::Closed, text).host(&host));
        }
        self.ends_well |= finished.clean == Some(true);
        Ok(found)
    }
}

/// The size in a reply to SIZE.
pub(super) fn size_reply(reply: &Reply) -> Option<u64> {
    if reply.code == 213 { size_of(reply.last()) } else { None }
}

/// `213 1234`: digits only, as far as a file can be.
fn size_of(text: &[u8]) -> Option<u64> {
    number(text.trim_ascii()).and_then(|n| u64::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_a_size() {
        assert_eq!(size_of(b"1234"), Some(1234));
        for bad in [&b""[..], b"-1", b"12 34", b"18446744073709551616", b"x"] {
            assert_eq!(size_of(bad), None);
        }
    }
}
