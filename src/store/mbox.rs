//! mbox, the "rd" kind: every line that reads `From ` after any number of `>` gets one more, so that reading can take
//! exactly one away again; Content-Length is never believed nor written.
//!
//! Messages are staged, quoted, in a file of their own. A batch is appended in one go under both locks: at worst a
//! crash leaves some whole messages and a piece of one at the end, and since offset and length were written down first
//! and the staged bytes are still there to compare with, [`settle`] takes exactly that piece away. A failed append is
//! undone at once.

use super::{
    Envelope, Folder, Mailstore, Place, Taken,
    dir::{Dir, show},
    intake::{self, Form, Intake},
    lock::{self, Dotlock},
    partial::{self, Partial},
};
use crate::base::{
    date::Time,
    digest::{Algorithm, Digest},
    error::*,
};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, BufRead, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// One mbox file, and the folders beside it.
pub struct Mbox {
    dir: Arc<Dir>,
    /// The directory's absolute path, for places.
    at: PathBuf,
    name: OsString,
    wait: Duration,
    stage: Partial,
    stage_path: Arc<Path>,
    staged: u64,
    intake: Intake,
    hand: Option<Piece>,
    filed: Vec<(Folder, Piece)>,
    open: Vec<Open>,
    places: Vec<Place>,
}

/// A message in the staging file.
struct Piece {
    start: u64,
    length: u64,
    sha256: [u8; 32],
    /// The header block; once it is filed, the From_ line.
    from: Vec<u8>,
}

/// An mbox that is locked and about to grow.
struct Open {
    path: Arc<Path>,
    file: File,
    base: u64,
    pieces: Vec<Piece>,
    // Released last, after the file with its fcntl lock is closed.
    _dotlock: Option<Dotlock>,
}

impl Mbox {
    /// `stage` is the directory of the staging file (the mbox's own may not be writable, as `/var/mail` is not), `tag`
    /// its name, so that one left by a killed run is found again: nobody else's may be the same, for a killed run's is emptied by
    /// the next that opens it. `wait`: how long to wait for other programs' locks.
    pub fn open(path: &Path, stage: &Path, tag: impl AsRef<OsStr>, wait: Duration) -> Result<Mbox> {
        if let Some(parent) = path.parent() {
            Dir::create(parent, 0o700)?;
        }
        let (dir, name) = partial::split(path)?;
        let absolute = |path: &Path| {
            std::path::absolute(path)
                .map_err(|e| Error::from_io(e, Kind::Create, format_args!("cannot open {}", show(path))))
        };
        let (at, stage_at) = (absolute(dir.path())?, absolute(stage)?);
        let mut temp = tag.as_ref().to_os_string();
        temp.push(".stage");
        let stage = Partial::named(&Dir::create(stage, 0o700)?, &name, &temp, 0o600)?;
        // A target that cannot be written is said before the first message is fetched.
        open_mbox(&dir, &name)?;
        Ok(Mbox {
            dir,
            at,
            name,
            wait,
            stage,
            stage_path: stage_at.join(temp).into(),
            staged: 0,
            intake: Intake::new(Form { mbox: true, sum: true, ..Form::default() }),
            hand: None,
            filed: Vec::new(),
            open: Vec::new(),
            places: Vec::new(),
        })
    }

    /// Where a folder's mbox is: beside this one, a directory for each level but the last.
    fn locate(&self, folder: &Folder) -> Result<(Arc<Dir>, OsString, PathBuf)> {
        let Some((last, above)) = folder.levels().split_last() else {
            return Ok((self.dir.clone(), self.name.clone(), self.at.join(&self.name)));
        };
        let above: Vec<&[u8]> = above.iter().map(String::as_bytes).collect();
        let dir = self.dir.make_below(&above, 0o700)?;
        let mut path = self.at.clone();
        path.extend(folder.levels());
        Ok((dir, OsString::from(last), path))
    }
}

impl Mailstore for Mbox {
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken> {
        self.discard();
        let start = self.staged;
        let taken = self
            .stage
            .file()
            .seek(SeekFrom::Start(start))
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot stage a message"))
            .and_then(|_| self.intake.copy(message, &mut self.stage))?;
        let piece =
            Piece { start, length: taken.stored, sha256: taken.stored_sha256, from: taken.head.clone() };
        self.staged += taken.stored;
        self.hand = Some(piece);
        Ok(taken)
    }

    fn reread(&mut self) -> Result<Box<dyn Read + '_>> {
        let Some(piece) = &self.hand else { return Err(Error::new(Kind::Bug, "no message is in hand")) };
        // The separating empty line is the mbox's, not the message's.
        let (start, length) = (piece.start, piece.length.saturating_sub(1));
        let file = self.stage.file();
        file.seek(SeekFrom::Start(start))
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read a staged message"))?;
        Ok(Box::new(Unquote::new(io::BufReader::new(file.take(length)))))
    }

    fn discard(&mut self) {
        if let Some(piece) = self.hand.take() {
            self.staged = piece.start;
        }
    }

    fn file(&mut self, folder: &Folder, envelope: &Envelope) -> Result<()> {
        self.locate(folder)?;
        let Some(mut piece) = self.hand.take() else {
            return Err(Error::new(Kind::Bug, "no message is in hand"));
        };
        piece.from = from_line(&piece.from, envelope.date);
        self.filed.push((folder.clone(), piece));
        Ok(())
    }

    fn prepare(&mut self) -> Result<Vec<Place>> {
        // What lies behind the last filed one would make the staging file lie about what was meant.
        self.discard();
        let staged = self.staged;
        let stage = self.stage.file();
        stage
            .set_len(staged)
            .and_then(|()| stage.sync_data())
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot make staged messages durable"))?;
        let filed = std::mem::take(&mut self.filed);
        let mut ends: Vec<u64> = Vec::new();
        for (folder, mut piece) in filed {
            let (dir, name, path) = self.locate(&folder)?;
            let at = match self.open.iter().position(|o| *o.path == *path) {
                Some(at) => at,
                None => {
                    let opening = || open_mbox(&dir, &name);
                    let (file, dotlock) = lock::mbox(&dir, &name, opening, self.wait)?;
                    let base = length(&file, &path)?;
                    self.open.push(Open {
                        path: path.into(),
                        file,
                        base,
                        pieces: Vec::new(),
                        _dotlock: dotlock,
                    });
                    ends.push(base);
                    self.open.len() - 1
                }
            };
            let open = &mut self.open[at];
            if ends[at] == open.base {
                // The file of another program may end without the empty line that a From_ line needs before it.
                let gap = gap(&open.file, open.base)?;
                piece.from.splice(0..0, gap.iter().copied());
            }
            let (offset, from) = (ends[at], piece.from.len() as u64);
            ends[at] += from + piece.length;
            self.places.push(Place::Mbox {
                file: open.path.clone(),
                offset,
                from,
                length: from + piece.length,
                sha256: piece.sha256,
                stage: self.stage_path.clone(),
                staged: piece.start,
            });
            open.pieces.push(piece);
        }
        Ok(self.places.clone())
    }

    fn commit(&mut self) -> Result<Vec<Place>> {
        for open in std::mem::take(&mut self.open) {
            if let Err(e) = append(&open, self.stage.file()) {
                // Undone at once; if even that fails, the next run settles it by what is staged.
                let undone = open.file.set_len(open.base).and_then(|()| open.file.sync_all());
                self.stage.keep(undone.is_err());
                return Err(Error::from_io(
                    e,
                    Kind::Local,
                    format_args!("cannot append to {}", show(&open.path)),
                ));
            }
        }
        self.staged = 0;
        Ok(std::mem::take(&mut self.places))
    }
}

fn append(open: &Open, stage: &File) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(32 * 1024, &open.file);
    let mut buf = vec![0; 32 * 1024];
    for piece in &open.pieces {
        out.write_all(&piece.from)?;
        let (mut at, end) = (piece.start, piece.start + piece.length);
        while at < end {
            let most = usize::try_from(end - at).unwrap_or(buf.len()).min(buf.len());
            let n = stage.read_at(&mut buf[..most], at)?;
            if n == 0 {
                return Err(io::Error::other("the staged message was cut"));
            }
            out.write_all(&buf[..n])?;
            at += n as u64;
        }
    }
    out.flush()?;
    drop(out);
    open.file.sync_data()
}

/// The mbox, open for appending and reading. One that is made here has a durable name: what is appended later needs it.
fn open_mbox(dir: &Dir, name: &OsStr) -> Result<File> {
    let path = dir.path().join(name);
    let failed = |e| Error::from_io(e, Kind::Create, format_args!("cannot open mbox {}", show(&path)));
    match dir.create_new(name, 0o600) {
        Ok(_) => dir.sync()?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(failed(e)),
    }
    // The user's own link to the mbox is followed; what it leads to must be a file.
    let file = File::options().read(true).append(true).open(&path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("not a regular file")));
    }
    Ok(file)
}

fn length(file: &File, path: &Path) -> Result<u64> {
    let about = file.metadata();
    Ok(about.map_err(|e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(path))))?.len())
}

/// What is missing between the end of the file and the empty line before a From_ line.
fn gap(file: &File, len: u64) -> Result<&'static [u8]> {
    // As if something that is no newline stood before the file.
    let mut tail = [b' '; 2];
    let have = usize::try_from(len.min(2)).unwrap_or(2);
    file.read_exact_at(&mut tail[2 - have..], len - have as u64)
        .map_err(|e| Error::from_io(e, Kind::Local, "cannot read the mbox"))?;
    Ok(match (len, tail) {
        (0, _) | (_, [b'\n', b'\n']) => b"",
        (_, [_, b'\n']) => b"\n",
        _ => b"\n\n",
    })
}

/// The line before each message: `From a@example.org Mon Nov 23 05:03:36 2026`.
pub(super) fn from_line(head: &[u8], date: Option<Time>) -> Vec<u8> {
    let date = date.unwrap_or_else(Time::now).asctime();
    [b"From ", &sender(head)[..], b" ", date.as_bytes(), b"\n"].concat()
}

/// The sender for the From_ line: Return-Path's, if it is one harmless word.
fn sender(head: &[u8]) -> Vec<u8> {
    let path = intake::field(head, "Return-Path").unwrap_or_default();
    let path = path.strip_prefix(b"<").and_then(|p| p.strip_suffix(b">")).unwrap_or(path);
    if path.is_empty() || path.len() > 320 || !path.iter().all(u8::is_ascii_graphic) {
        return b"MAILER-DAEMON".to_vec();
    }
    path.to_vec()
}

/// Takes one `>` from every line of the form `>+From `: the inverse of the quoting.
pub struct Unquote<R> {
    inner: R,
    line: Vec<u8>,
    at: usize,
    /// The line goes on: only its first piece can be a From_ line.
    middle: bool,
}

impl<R: BufRead> Unquote<R> {
    pub fn new(inner: R) -> Unquote<R> {
        Unquote { inner, line: Vec::new(), at: 0, middle: false }
    }
}

impl<R: BufRead> Read for Unquote<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            self.line.clear();
            // A line of any length, in pieces.
            self.inner.by_ref().take(64 * 1024).read_until(b'\n', &mut self.line)?;
            let marks = self.line.iter().take_while(|&&b| b == b'>').count();
            let quoted = !self.middle && marks > 0 && self.line[marks..].starts_with(b"From ");
            self.at = usize::from(quoted);
            self.middle = self.line.last().is_some_and(|&b| b != b'\n');
        }
        let n = buf.len().min(self.line.len() - self.at);
        buf[..n].copy_from_slice(&self.line[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// Whether the message stands whole at its place; a piece of it at the end of the file is taken away.
pub(super) fn settle(place: &Place) -> Result<bool> {
    let Place::Mbox { file: path, offset, from, length: whole, sha256, stage, staged } = place else {
        return Ok(false);
    };
    if !path.exists() {
        return Ok(false);
    }
    let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", show(path)));
    let (dir, name) = partial::split(path)?;
    let opening = || match File::options().read(true).write(true).open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Err(failed(e).kind_is(Kind::Missing)),
        opened => opened.map_err(failed),
    };
    let (file, _dotlock) = match lock::mbox(&dir, &name, opening, Duration::from_secs(30)) {
        Err(e) if e.kind() == Kind::Missing => return Ok(false),
        locked => locked?,
    };
    let len = length(&file, path)?;
    if len >= offset + whole {
        let there =
            digest_of(&file, offset + from, whole.saturating_sub(*from)).map_err(failed)? == sha256[..];
        if there {
            file.sync_all().map_err(failed)?;
        }
        return Ok(there);
    }
    if len > *offset && is_piece(&file, len, *offset, *from, stage, *staged).map_err(failed)? {
        file.set_len(*offset).and_then(|()| file.sync_all()).map_err(failed)?;
    }
    Ok(false)
}

fn digest_of(file: &File, mut at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut digest = Digest::new(Algorithm::Sha256);
    let end = at + length;
    let mut buf = vec![0; 128 * 1024];
    while at < end {
        let most = usize::try_from(end - at).unwrap_or(buf.len()).min(buf.len());
        file.read_exact_at(&mut buf[..most], at)?;
        digest.update(&buf[..most]);
        at += most as u64;
    }
    Ok(digest.finish())
}

/// Whether what stands from `offset` to the end can only be the beginning of our append.
fn is_piece(file: &File, len: u64, offset: u64, from: u64, stage: &Path, staged: u64) -> io::Result<bool> {
    let mut head = vec![0; usize::try_from((len - offset).min(from)).unwrap_or(0)];
    file.read_exact_at(&mut head, offset)?;
    let line = head.trim_ascii_start();
    if !line.starts_with(&b"From "[..line.len().min(5)]) {
        return Ok(false);
    }
    let Ok(stage) = File::open(stage) else { return Ok(len - offset <= from) };
    let (mut at, mut from_stage) = (offset + from, staged);
    let (mut ours, mut theirs) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    while at < len {
        let most = usize::try_from(len - at).unwrap_or(ours.len()).min(ours.len());
        file.read_exact_at(&mut ours[..most], at)?;
        if stage.read_exact_at(&mut theirs[..most], from_stage).is_err() || ours[..most] != theirs[..most] {
            return Ok(false);
        }
        (at, from_stage) = (at + most as u64, from_stage + most as u64);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn open(path: &Path) -> Mbox {
        Mbox::open(path, path.parent().unwrap(), "test", Duration::ZERO).unwrap()
    }

    fn put(store: &mut Mbox, text: &[u8]) {
        store.stage(&mut { text }).unwrap();
        let envelope = Envelope { date: Some(Time(0)), ..Envelope::default() };
        store.file(&Folder::inbox(), &envelope).unwrap();
    }

    const ONE: &[u8] = b"Return-Path: <a@b>\r\n\r\nFrom x\r\n>From y";
    const ONE_STORED: &[u8] =
        b"From a@b Thu Jan  1 00:00:00 1970\nReturn-Path: <a@b>\n\n>From x\n>>From y\n\n";
    const TWO_STORED: &[u8] = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\ntwo\n\n";

    #[test]
    fn appended_quoted_and_separated() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("box");
        for (before, gap) in [("", ""), ("x", "\n\n"), ("\n", "\n"), ("x\n", "\n"), ("x\n\n", "")] {
            fs::write(&path, before).unwrap();
            let mut store = open(&path);
            put(&mut store, ONE);
            put(&mut store, b"two");
            let places = store.prepare().unwrap();
            assert_eq!(store.commit().unwrap(), places);
            let expect = [before.as_bytes(), gap.as_bytes(), ONE_STORED, TWO_STORED].concat();
            assert_eq!(fs::read(&path).unwrap(), expect, "{before:?}");
            assert_eq!(super::super::settle(&places).unwrap(), [true, true]);
            drop(store);
            assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1, "no staging file, no lock is left");
        }
    }

    #[test]
    fn what_is_read_back_before_filing_is_the_message() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = open(&temp.path().join("box"));
        store.stage(&mut &b"thrown away"[..]).unwrap();
        store.stage(&mut { ONE }).unwrap();
        let text = io::read_to_string(store.reread().unwrap()).unwrap();
        assert_eq!(text, "Return-Path: <a@b>\n\nFrom x\n>From y\n");
        store.discard();
        put(&mut store, b"two");
        store.prepare().unwrap();
        store.commit().unwrap();
        put(&mut store, b"two");
        store.prepare().unwrap();
        store.commit().unwrap();
        assert_eq!(fs::read(temp.path().join("box")).unwrap(), [TWO_STORED, TWO_STORED].concat());
    }

    /// Every length a killed append can leave the file at: what settles as undone is gone without a trace.
    #[test]
    fn a_crash_anywhere_in_the_append_is_settled() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("box");
        let before = b"From me Thu Jan  1 00:00:00 1970\nold";
        fs::write(&path, before).unwrap();
        let mut store = open(&path);
        put(&mut store, ONE);
        put(&mut store, b"two");
        let places = store.prepare().unwrap();
        let stage = store.stage_path.clone();
        let staged = fs::read(&stage).unwrap();
        store.commit().unwrap();
        drop(store);
        let whole = fs::read(&path).unwrap();
        fs::write(&stage, staged).unwrap();
        let end_of_one = before.len() + 2 + ONE_STORED.len();
        for cut in before.len()..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let found: Vec<bool> = places.iter().map(|p| settle(p).unwrap()).collect();
            assert_eq!(found, [cut >= end_of_one, cut == whole.len()], "cut at {cut}");
            let left = fs::read(&path).unwrap().len();
            let expect = [(end_of_one, before.len()), (whole.len(), end_of_one)];
            let expect = expect.iter().find(|(end, _)| cut < *end).map_or(whole.len(), |(_, to)| *to);
            assert_eq!(left, expect, "cut at {cut}");
        }
        // What another program appended is never touched.
        let theirs = [&before[..], b"\n\nFrom you Thu Jan  1 00:00:00 1970\nx"].concat();
        fs::write(&path, &theirs).unwrap();
        assert_eq!(super::super::settle(&places).unwrap(), [false, false]);
        assert_eq!(fs::read(&path).unwrap(), theirs);
        assert!(!stage.exists(), "settled: the staging file has done its work");
    }

    #[test]
    fn folders_are_files_beside_it_and_a_locked_one_is_busy() {
        let temp = tempfile::tempdir().unwrap();
        let mut store = open(&temp.path().join("box"));
        for folder in ["Lists/rust", "Bulk", "Lists/rust"] {
            store.stage(&mut &b"x"[..]).unwrap();
            store.file(&Folder::parse(folder).unwrap(), &Envelope::default()).unwrap();
        }
        store.prepare().unwrap();
        store.commit().unwrap();
        let count =
            |p: &str| fs::read_to_string(temp.path().join(p)).unwrap().matches("From MAILER-DAEMON ").count();
        assert_eq!((count("Lists/rust"), count("Bulk"), count("box")), (2, 1, 0));
        fs::write(temp.path().join("box.lock"), "1").unwrap();
        put(&mut store, b"x");
        assert_eq!(store.prepare().unwrap_err().kind(), Kind::Busy);
    }
}
