//! One error type for the whole library.
//!
//! An error says what kind of failure it is, in one line what failed, and when trying again makes sense; retry
//! code and exit codes ask it and never guess. Two decisions carry it:
//!
//! * **Two noes.** A peer that refuses in good form (`Refused`, `Auth`, with the peer's own words in a
//!   [`Refusal`]) is told apart from one that breaks the grammar (`Protocol`) or a limit (`Limit`).
//! * **It survives a trip through [`std::io::Read`] and [`std::io::Write`].** Whoever owns the socket labels the error,
//!   wraps it by `From<Error> for io::Error`, and [`Error::from_io`] takes it out again unchanged. So after
//!   `io::copy(file, upload)` it is known whose side broke.
//!
//! The message names the thing and the cause once; it never holds a secret, and text of a peer inside it is raw:
//! it is escaped where it is printed.

use std::{fmt, io};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is. The exit code follows from it (`cli::exit`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command line is wrong (64).
    Usage,
    /// Input data is malformed, or a guard refused (65).
    Input,
    /// A named source does not exist or cannot be read, here or there (66).
    Missing,
    /// The recipient or user does not exist there (67).
    NoUser,
    /// No such host (68).
    Resolve,
    /// No connection came about: refused, unreachable, or the name service did not answer (75).
    Connect,
    /// Certificate, TLS that was required and is not to be had, session reuse (80).
    Tls,
    /// A named limit of time ran out (75).
    Timeout,
    /// The peer closed the connection before anything took effect (75).
    Closed,
    /// The peer broke the grammar (76).
    Protocol,
    /// A bound of ours was exceeded by the peer (76).
    Limit,
    /// Login or permission refused (77).
    Auth,
    /// The server refused in good form: for good (69), or for now (75) if `again` is `Later`.
    Refused,
    /// Something is in use by another run, or the server is full for now (75).
    Busy,
    /// It may or may not have happened (79). Never retried by itself.
    Unconfirmed,
    /// The output cannot be created (73).
    Create,
    /// A local read or write failed (74).
    Local,
    /// Configuration, state or a secret is not to be had (78).
    Config,
    /// A signal asked us to stop (128 + its number).
    Interrupted,
    /// A bug of ours (70).
    Bug,
}

impl Kind {
    /// The name that stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Usage => "usage",
            Kind::Input => "input",
            Kind::Missing => "missing",
            Kind::NoUser => "no_user",
            Kind::Resolve => "resolve",
            Kind::Connect => "connect",
            Kind::Tls => "tls",
            Kind::Timeout => "timeout",
            Kind::Closed => "closed",
            Kind::Protocol => "protocol",
            Kind::Limit => "limit",
            Kind::Auth => "auth",
            Kind::Refused => "refused",
            Kind::Busy => "busy",
            Kind::Unconfirmed => "unconfirmed",
            Kind::Create => "create",
            Kind::Local => "local",
            Kind::Config => "config",
            Kind::Interrupted => "interrupted",
            Kind::Bug => "bug",
        }
    }
}

/// When trying the same thing again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Within this run: a lost connection, a timeout, a 4yz before any effect.
    Now,
    /// In a later run: the server, the disk or another program has to change first.
    Later,
    /// Not until somebody changes something.
    Never,
}

impl Again {
    /// The name that stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Again::Now => "now",
            Again::Later => "later",
            Again::Never => "never",
        }
    }
}

/// An enhanced status code, RFC 3463: class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced(pub u8, pub u16, pub u16);

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A no in good form, in the server's own words (RFC 959 §4.2, RFC 5321 §4.2, RFC 1939 §3, RFC 9051 §7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The three-digit code; `None` for POP3 and IMAP, which have none.
    pub code: Option<u16>,
    pub enhanced: Option<Enhanced>,
    /// The text after the code, lines joined by a space. Raw: not yet escaped for a terminal.
    pub text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) if self.text.is_empty() => write!(f, "{code}"),
            Some(code) => write!(f, "{code} {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// See the module's essay. Small (one pointer), so that `Result<T>` stays cheap.
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    again: Again,
    message: String,
    hint: Option<String>,
    host: Option<String>,
    refusal: Option<Refusal>,
    signal: Option<i32>,
}

impl Error {
    /// `message` says in one line what failed and why, without a full stop. Whether trying again makes sense
    /// follows from the kind; [`Error::again_is`] overrides it.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        let again = match kind {
            Kind::Connect | Kind::Timeout | Kind::Closed => Again::Now,
            Kind::Busy => Again::Later,
            _ => Again::Never,
        };
        let message = message.into();
        Error(Box::new(Inner { kind, again, message, hint: None, host: None, refusal: None, signal: None }))
    }

    /// A signal asked for the end.
    pub fn interrupted(signal: i32) -> Error {
        let said = if signal == 15 { "terminated" } else { "interrupted" };
        let mut error = Error::new(Kind::Interrupted, said);
        error.0.signal = Some(signal);
        error.again_is(Again::Later)
    }

    /// A local input or output error: what was done, on which file. An [`Error`] inside keeps its identity
    /// and gets no second label.
    pub fn from_io(error: io::Error, kind: Kind, what: impl fmt::Display) -> Error {
        match error.downcast::<Error>() {
            Ok(ours) => ours,
            Err(error) => {
                let again =
                    if error.kind() == io::ErrorKind::StorageFull { Again::Later } else { Again::Never };
                Error::new(kind, format!("{what}: {}", cause(&error))).again_is(again)
            }
        }
    }

    /// Takes an [`Error`] out of an [`io::Error`], or gives the other back.
    pub fn unwrap_io(error: io::Error) -> std::result::Result<Error, io::Error> {
        error.downcast::<Error>()
    }

    /// Opening or reading a named source failed: missing or not permitted is `Missing` (66), all else `Local`.
    pub fn source(error: io::Error, what: impl fmt::Display) -> Error {
        use io::ErrorKind as K;
        let kind = match error.kind() {
            K::NotFound | K::PermissionDenied | K::IsADirectory | K::NotADirectory => Kind::Missing,
            _ => Kind::Local,
        };
        Error::from_io(error, kind, what)
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// As [`Error::hint`], unless there is one already: the place nearest to the cause knows best.
    pub fn hint_if_none(self, hint: impl Into<String>) -> Error {
        if self.0.hint.is_some() { self } else { self.hint(hint) }
    }

    pub fn host(mut self, host: impl Into<String>) -> Error {
        self.0.host = Some(host.into());
        self
    }

    pub fn refusal(mut self, refusal: Refusal) -> Error {
        self.0.refusal = Some(refusal);
        self
    }

    pub fn again_is(mut self, again: Again) -> Error {
        self.0.again = again;
        self
    }

    /// The same failure seen as another kind (a 550 to RCPT is `NoUser`, a 530 to PASS is `Auth`).
    pub fn kind_is(mut self, kind: Kind) -> Error {
        self.0.kind = kind;
        self
    }

    /// Puts what was being done in front: `cannot store a.csv on h: 552 Quota exceeded`.
    pub fn context(mut self, what: impl fmt::Display) -> Error {
        if self.0.kind != Kind::Interrupted {
            self.0.message = format!("{what}: {}", self.0.message);
        }
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    pub fn again(&self) -> Again {
        self.0.again
    }

    /// One line, without the hint; a peer's words in it are raw.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn get_hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    pub fn get_host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    pub fn get_refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// The reply code of the refusal, if that is what it is.
    pub fn code(&self) -> Option<u16> {
        self.0.refusal.as_ref().and_then(|r| r.code)
    }

    /// The signal behind `Interrupted`.
    pub fn signal(&self) -> Option<i32> {
        self.0.signal
    }
}

impl Clone for Error {
    fn clone(&self) -> Error {
        Error(self.0.clone())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({:?}, {:?})", self.0.kind, self.0.message, self.0.again)
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        let kind = match error.kind() {
            Kind::Timeout => io::ErrorKind::TimedOut,
            Kind::Closed => io::ErrorKind::UnexpectedEof,
            Kind::Protocol | Kind::Input => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}

/// The words of an [`io::Error`] as a person would say them: without "(os error 2)", lower case, no full stop.
pub fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = match text.find(" (os error ") {
        Some(at) => &text[..at],
        None => &text,
    };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(std::iter::once(second)).chain(chars).collect()
        }
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_a_trip_through_io() {
        let there =
            Error::new(Kind::Timeout, "no bytes from h for 60 s (--timeout)").hint("try --timeout 120");
        let back = Error::from_io(io::Error::from(there), Kind::Local, "cannot read x");
        assert_eq!(back.kind(), Kind::Timeout);
        assert_eq!(back.message(), "no bytes from h for 60 s (--timeout)");
        assert_eq!(back.get_hint(), Some("try --timeout 120"));
    }

    #[test]
    fn a_cause_is_said_without_its_number() {
        let error = Error::source(io::Error::from_raw_os_error(2), "cannot read x");
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Missing, "cannot read x: no such file or directory")
        );
        let full = Error::from_io(io::Error::from_raw_os_error(28), Kind::Local, "cannot write x");
        assert_eq!(full.message(), "cannot write x: no space left on device");
        assert_eq!(full.again(), Again::Later);
    }

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
