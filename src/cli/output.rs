//! The only place that prints. Results go to stdout, everything else to stderr; JSON Lines replace or accompany the results.
//!
//! One thread writes: workers hand their events to the one that owns the [`Output`]. Text of a peer or a file is escaped
//! here, on its way to a person; JSON escapes by itself. A reader that closed the pipe ends a program that looks something up, quietly;
//! one that does something does it, whoever reads of it ([`Output::acts`]).

use super::{
    Common,
    event::{self, Event},
    exit::{Outcome, Tally},
    hint,
    ledger::{self, Ledger},
    pipe,
    progress::{self, Progress},
};
use crate::{
    base::{error::*, escape, record},
    net::{Cancel, Tracer},
};
use std::{
    cell::{RefCell, RefMut},
    fmt,
    fs::File,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    os::fd::AsFd,
    path::Path,
    rc::Rc,
    sync::Once,
    time::Duration,
};

/// See the module's essay.
pub struct Output {
    tool: &'static str,
    json: bool,
    quiet: bool,
    verbose: bool,
    /// Whether success of a verb that does something is worth a line.
    chatty: bool,
    trace: bool,
    stdout: BufWriter<StdoutLock<'static>>,
    /// See [`Output::acts`].
    acts: bool,
    /// Nobody reads standard output any more, or it cannot be written.
    unread: bool,
    told_of_signal: bool,
    /// What items were abandoned for, until it is said.
    cause: Option<String>,
    terminal: bool,
    progress: Progress,
    ledger: Rc<RefCell<Ledger>>,
    /// Something was not begun because the run was told to end.
    cut_short: bool,
    cancel: Cancel,
}

impl Output {
    /// `earlier`: what `--retry-from` is to read.
    pub(super) fn new(
        tool: &'static str,
        flags: &Common,
        earlier: Option<&Path>,
        cancel: Cancel,
    ) -> Result<Output> {
        let mut out = Output::plain(tool, flags.json);
        if let Some(name) = &flags.json_file {
            out.ledger.borrow_mut().file = Some(BufWriter::new(ledger::open(name, earlier)?));
        }
        out.quiet = flags.quiet;
        out.verbose = flags.verbose;
        out.chatty = !flags.quiet && !flags.json && (flags.verbose || out.terminal);
        out.trace = flags.trace;
        out.cancel = cancel;
        out.progress = Progress::new(flags.progress, flags.quiet, flags.json);
        Ok(out)
    }

    /// Before the flags are known.
    pub(super) fn plain(tool: &'static str, json: bool) -> Output {
        let terminal = io::stdout().is_terminal();
        Output {
            tool,
            json,
            quiet: false,
            verbose: false,
            chatty: false,
            trace: false,
            stdout: BufWriter::with_capacity(32 << 10, io::stdout().lock()),
            acts: false,
            unread: false,
            told_of_signal: false,
            cause: None,
            terminal,
            progress: Progress::none(),
            ledger: Rc::new(RefCell::new(Ledger::new(tool))),
            cut_short: false,
            cancel: Cancel::default(),
        }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The verb does something, which is not half done because nobody reads on: what is printed is then lost, and nothing else.
    pub fn acts(&mut self) {
        self.acts = true;
    }

    /// A result for a person; with `--json` nothing. Names of others in it must have gone through `base::escape`.
    pub fn line(&mut self, text: impl fmt::Display) {
        if !self.json && !self.unread {
            let written = writeln!(self.stdout, "{text}");
            self.sent(written);
        }
    }

    /// A line about something done: only where a person looks, or with `-v`.
    pub fn done(&mut self, text: impl fmt::Display) {
        if self.chatty {
            self.line(text);
        }
    }

    /// The raw bytes of a result.
    ///
    /// # Errors
    /// `Usage` with `--json`, whose lines they would mix with.
    pub fn raw(&mut self) -> Result<Raw<'_>> {
        if self.json {
            let text = "raw bytes and --json cannot share standard output";
            return Err(Error::new(Kind::Usage, text).hint("--json-file FILE writes the JSON elsewhere"));
        }
        Ok(Raw(self))
    }

    /// Standard output itself, without a buffer: for streams that write in large blocks, or whose short pieces have to
    /// be passed on at once.
    ///
    /// # Errors
    /// As [`Output::raw`].
    pub fn stream(&mut self) -> Result<Stream> {
        self.raw()?;
        let flushed = self.stdout.flush();
        self.sent(flushed);
        let failed = |e| Error::from_io(e, Kind::Local, "cannot write to standard output");
        let fd = io::stdout().as_fd().try_clone_to_owned().map_err(failed)?;
        pipe::widen(&fd);
        Ok(Stream { ledger: self.ledger.clone(), file: File::from(fd) })
    }

    fn tally(&self) -> RefMut<'_, Tally> {
        RefMut::map(self.ledger.borrow_mut(), |ledger| &mut ledger.tally)
    }

    /// Whether anybody reads what [`Output::emit`] is given.
    pub fn has_events(&self) -> bool {
        self.json || self.ledger.borrow().file.is_some()
    }

    /// Hands what was printed so far to whoever reads it: for verbs that go on for hours.
    pub fn flush(&mut self) {
        if self.unread {
            return;
        }
        let flushed = self.stdout.flush();
        self.sent(flushed);
    }

    /// That all that was printed is out: asked before what it shows is removed.
    ///
    /// # Errors
    /// `Local`: some of it is lost, or nobody reads it.
    pub fn written(&mut self) -> Result<()> {
        if self.unread {
            return Err(Error::new(Kind::Local, "standard output is closed, or its disk is full"));
        }
        self.stdout.flush().map_err(|e| {
            self.unread = true;
            stdout_error(&e)
        })
    }

    /// An item failed for a reason that was told already: counts it.
    pub fn also_failed(&mut self, error: &Error) {
        self.tally().fail(error);
    }

    /// An item that nobody came to, because of a failure that ends more than it and is told of by itself. The item's own event is the
    /// caller's to emit.
    pub fn abandon(&mut self, cause: &Error) {
        self.tally().abandon(Outcome::of(cause));
        self.cause = Some(cause.message().to_string());
    }

    /// One line of JSON.
    pub fn emit(&mut self, event: &Event) {
        if self.has_events() {
            let line = record::to_line(event);
            if self.json && !self.unread {
                let written = writeln!(self.stdout, "{line}").and_then(|()| self.stdout.flush());
                self.sent(written);
            }
            let written = self.ledger.borrow_mut().write(&line);
            if let Err(error) = written {
                self.item_failed(&error);
            }
        }
    }

    /// Counts an item that did not fail.
    pub fn count(&mut self, outcome: Outcome) {
        self.tally().count(outcome);
    }

    /// An item failed: says so and counts it. The item's own event is the caller's to emit.
    pub fn item_failed(&mut self, error: &Error) {
        self.say(error);
        self.tally().fail(error);
    }

    /// A failure that belongs to no item: says so, counts it, and emits an `error` event. One that items were abandoned for belongs to
    /// those, and is only said.
    pub fn fail(&mut self, error: &Error) {
        if self.cause.take_if(|cause| cause == error.message()).is_some() {
            self.say(error);
            return self.tally().cause(error);
        }
        self.item_failed(error);
        self.emit(&Event::failure(error));
    }

    /// An item was not begun because the run was told to end. If no failure says so, the end of the run will: what is not done
    /// must not look like success.
    pub fn cut_short(&mut self) {
        self.cut_short = true;
    }

    /// How many items were not done so far.
    pub fn failures(&self) -> u64 {
        let tally = self.tally();
        [Outcome::Temporary, Outcome::Permanent, Outcome::Unknown].iter().map(|o| tally.of(*o)).sum()
    }

    /// How many items were done so far, or would be.
    pub fn done_so_far(&self) -> u64 {
        let tally = self.tally();
        [Outcome::Ok, Outcome::Queued, Outcome::Planned].iter().map(|o| tally.of(*o)).sum()
    }

    /// The answer to the question asked is no (exit 1).
    pub fn answer_no(&mut self) {
        self.tally().answer_no();
    }

    /// See [`Tally::item_says_no`].
    pub fn item_says_no(&mut self) {
        self.tally().item_says_no();
    }

    /// See [`Tally::partly`].
    pub fn partly(&mut self) {
        self.tally().partly();
    }

    /// See [`Tally::leaves_rest`].
    pub fn leaves_rest(&mut self) {
        self.tally().leaves_rest();
    }

    /// See [`Tally::keep_to_sysexits`].
    pub fn keep_to_sysexits(&mut self) {
        self.tally().keep_to_sysexits();
    }

    /// `-v`: what a person may want to know.
    pub fn note(&mut self, text: impl fmt::Display) {
        if self.verbose && !self.quiet {
            self.print_stderr(&format!("{}: {}", self.tool, escape::text(&text.to_string())));
        }
    }

    /// Something to know although nothing failed; not with `-q`.
    pub fn warn(&mut self, text: impl fmt::Display) {
        if !self.quiet {
            self.print_stderr(&format!("{}: {}", self.tool, escape::text(&text.to_string())));
        }
    }

    /// A try failed and another follows: what somebody who sits there waits for, and what a log need not hold.
    pub fn retrying(&mut self, text: impl fmt::Display) {
        if is_watched() {
            self.warn(text);
        } else {
            self.note(text);
        }
    }

    /// A line on stderr even with `-q`.
    pub fn always(&mut self, text: impl fmt::Display) {
        self.print_stderr(&format!("{}: {}", self.tool, escape::text(&text.to_string())));
    }

    pub fn add_bytes(&mut self, n: u64) {
        self.ledger.borrow_mut().bytes += n;
    }

    pub fn add_round_trips(&mut self, n: u64) {
        self.ledger.borrow_mut().round_trips += n;
    }

    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Where the conversation goes with `--trace`; may be used by any thread.
    pub fn tracer(&self) -> Tracer {
        if !self.trace {
            return Tracer::default();
        }
        let progress = self.progress.clone();
        Tracer::new(move |line| progress.suspend(|| to_stderr(&escape::text(line))))
    }

    fn say(&mut self, error: &Error) {
        // One signal stops many items: it is told of once.
        if error.kind() == Kind::Interrupted && std::mem::replace(&mut self.told_of_signal, true) {
            return self.hint(error);
        }
        let message = escape::text(error.message()).into_owned();
        self.print_stderr(&format!("{}: {message}", self.tool));
        self.hint(error);
    }

    /// The hint of an error that is told in other words.
    pub fn hint(&mut self, error: &Error) {
        if let Some(hint) = hint::shown(error) {
            self.print_stderr(&format!("hint: {}", escape::text(&hint)));
        }
    }

    fn print_stderr(&mut self, line: &str) {
        if !self.unread {
            let _ = self.stdout.flush();
        }
        self.progress.suspend(|| to_stderr(line));
    }

    /// A closed pipe is no failure; any other failure of stdout is one of the disk behind it.
    fn sent(&mut self, written: io::Result<()>) {
        let Err(e) = written else { return };
        if !self.acts {
            stdout_failed(&self.ledger, &e, false);
        }
        self.unread = true;
        if e.kind() != io::ErrorKind::BrokenPipe {
            let error = stdout_error(&e);
            self.say(&error);
            self.tally().fail(&error);
        }
    }

    /// The summary, and the exit code.
    pub fn finish(mut self) -> u8 {
        // What cannot be written counts.
        self.flush();
        if let Some(why) = self.cancel.why().filter(|_| self.cut_short && self.failures() == 0) {
            self.fail(&why);
        }
        if let Some(signal) = self.cancel.signal() {
            self.tally().signal(signal);
        }
        let exit = self.tally().exit();
        if self.trace {
            to_stderr(&format!("* {} round trips", self.ledger.borrow().round_trips));
        }
        let summary = self.ledger.borrow().summary(exit);
        self.emit(&summary);
        self.tally().exit()
    }
}

/// Whether somebody sees what goes to stderr as it comes.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Standard output for the bytes of a file.
pub struct Raw<'a>(&'a mut Output);

impl Write for Raw<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.stdout.write(bytes) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => {
                stdout_failed(&self.0.ledger, &e, self.0.acts)
            }
            other => other,
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.stdout.flush().map_err(|e| stdout_failed(&self.0.ledger, &e, self.0.acts))
    }
}

/// See [`Output::stream`].
pub struct Stream {
    ledger: Rc<RefCell<Ledger>>,
    file: File,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => stdout_failed(&self.ledger, &e, false),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that has seen enough is no failure, unless something was to be done with what is read: what failed before is one all the same.
fn stdout_failed(ledger: &RefCell<Ledger>, error: &io::Error, acts: bool) -> ! {
    let mut ledger = ledger.borrow_mut();
    if error.kind() == io::ErrorKind::BrokenPipe && !acts {
        let exit = ledger.tally.exit();
        ledger.end(exit);
    }
    let error = stdout_error(error);
    last_line(ledger.tool, error.message());
    ledger.tally.fail(&error);
    ledger.end(super::exit::code(&error));
}

fn stdout_error(error: &io::Error) -> Error {
    Error::new(Kind::Local, format!("cannot write to standard output: {}", cause(error)))
}

fn to_stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// `--insecure-skip-verify` may stand in an account and be forgotten: each run says it once, `-q` or not.
pub(super) fn unverified() {
    static TOLD: Once = Once::new();
    let text = "--insecure-skip-verify: no certificate is checked, anybody can read and change what is sent";
    TOLD.call_once(|| last_line(hint::tool(), text));
}

/// The last words of a program that cannot go on.
pub(super) fn last_line(tool: &str, text: &str) {
    to_stderr(&format!("{tool}: {}", escape::text(text)));
}

/// Help and version texts: stdout, exit 0.
pub(super) fn print_help(text: &str) -> u8 {
    let text = if io::stdout().is_terminal() { text.to_string() } else { progress::plain_text(text) };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => super::exit::LOCAL,
        _ => super::exit::OK,
    }
}

/// How long something took, for JSON: whole milliseconds.
pub fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The error object of an item's event.
pub fn error_value(error: &Error) -> record::Value {
    event::error(error)
}
