//! The exit codes, and how the outcomes of many items become one. The only place that decides them.

use crate::base::error::*;

pub const OK: u8 = 0;
/// The answer is no.
pub const NO: u8 = 1;
/// Some done, some not.
pub const SOME: u8 = 3;
pub const USAGE: u8 = 64;
pub const INPUT: u8 = 65;
pub const MISSING: u8 = 66;
pub const NO_USER: u8 = 67;
pub const NO_HOST: u8 = 68;
pub const REFUSED: u8 = 69;
pub const BUG: u8 = 70;
pub const CANNOT_CREATE: u8 = 73;
pub const LOCAL: u8 = 74;
pub const AGAIN: u8 = 75;
pub const PROTOCOL: u8 = 76;
pub const AUTH: u8 = 77;
pub const CONFIG: u8 = 78;
pub const UNKNOWN: u8 = 79;
pub const TLS: u8 = 80;

/// The table of codes as `--help` and the man pages show it.
pub const TABLE: &str = "  0  everything asked for was done          73  cannot create the output
  1  the answer is no                       74  local read or write failed
  3  some done, some not                    75  try again later
 64  wrong usage                            76  the peer broke the protocol or a limit
 65  malformed input, or a guard refused    77  login or permission refused
 66  a named source is missing              78  configuration or secret not to be had
 67  no such user or recipient              79  outcome unknown: it may have happened
 68  no such host                           80  TLS
 69  the server refused for good   129/130/143  hung up, interrupted, terminated
 70  a bug of ours";

/// The same in full, for the man pages and the README.
pub const MEANINGS: [(&str, &str); 19] = [
    ("0", "everything asked for was done"),
    ("1", "the answer is no (nothing found, differs, lint found something)"),
    ("3", "some done, some not; each item says how it went"),
    ("64", "wrong usage"),
    ("65", "malformed input data, or a guard refused"),
    ("66", "a named source is missing or unreadable, here or there; a pattern without match"),
    ("67", "no such user or recipient"),
    ("68", "no such host"),
    ("69", "the server refused for good (5yz, NO, -ERR)"),
    ("70", "a bug of ours"),
    ("73", "cannot create the output"),
    ("74", "local read or write failed (disk full)"),
    ("75", "try again later (4yz, timeout, connection lost before any effect, name service)"),
    ("76", "the peer broke the protocol, or a limit was exceeded"),
    ("77", "login or permission refused"),
    ("78", "configuration, state or secret not to be had"),
    ("79", "outcome unknown: it may have happened (never retried by itself)"),
    ("80", "TLS: certificate, required TLS not to be had, session reuse"),
    ("129, 130, 143", "hung up, interrupted, terminated (partial files removed or named)"),
];

/// How many items make one code.
pub const MERGING: &str = "\
Many items make one code: a signal before all; any unknown is 79; some done and some not is 3; none done is 75 if all of it may be \
tried again, else the first failure's code.";

/// The code of one failure by itself.
pub fn code(error: &Error) -> u8 {
    match error.kind() {
        Kind::Usage => USAGE,
        Kind::Input => INPUT,
        Kind::Missing => MISSING,
        Kind::NoUser => NO_USER,
        Kind::Resolve if error.again() == Again::Never => NO_HOST,
        Kind::Resolve | Kind::Connect | Kind::Timeout | Kind::Closed | Kind::Busy => AGAIN,
        Kind::Tls => TLS,
        Kind::Protocol | Kind::Limit => PROTOCOL,
        Kind::Auth if error.again() != Again::Never => AGAIN,
        Kind::Auth => AUTH,
        Kind::Refused if error.again() == Again::Never => REFUSED,
        Kind::Refused => AGAIN,
        Kind::Unconfirmed => UNKNOWN,
        Kind::Create => CANNOT_CREATE,
        Kind::Local => LOCAL,
        Kind::Config => CONFIG,
        Kind::Interrupted => 128 + u8::try_from(error.signal().unwrap_or(2)).unwrap_or(2),
        Kind::Bug => BUG,
    }
}

/// How one item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Ok,
    /// Left alone for a reason that is no failure, or because an earlier failure stopped the run.
    Skipped,
    /// A dry run would have done it.
    Planned,
    /// Durable in a queue, to be done later.
    Queued,
    /// Not done; trying again makes sense.
    Temporary,
    /// Not done; trying again does not.
    Permanent,
    /// It may or may not have happened.
    Unknown,
}

impl Outcome {
    pub fn of(error: &Error) -> Outcome {
        match (error.kind(), error.again()) {
            (Kind::Unconfirmed, _) => Outcome::Unknown,
            (_, Again::Never) => Outcome::Permanent,
            _ => Outcome::Temporary,
        }
    }

    /// The name that stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Skipped => "skipped",
            Outcome::Planned => "planned",
            Outcome::Queued => "queued",
            Outcome::Temporary => "temporary",
            Outcome::Permanent => "permanent",
            Outcome::Unknown => "unknown",
        }
    }

    const ALL: [Outcome; 7] = [
        Outcome::Ok,
        Outcome::Skipped,
        Outcome::Planned,
        Outcome::Queued,
        Outcome::Temporary,
        Outcome::Permanent,
        Outcome::Unknown,
    ];
}

/// Counts outcomes and remembers what decides the exit code.
#[derive(Debug, Default)]
pub struct Tally {
    counts: [u64; 7],
    /// How many of these were not come to.
    abandoned: u64,
    /// How many of these are no failures, but what the question was about.
    answers: u64,
    /// The first failure that was not to be tried again, else the first of all.
    first: Option<u8>,
    first_permanent: Option<u8>,
    signal: Option<i32>,
    /// Of an item that failed something was done.
    partly: bool,
    /// The answer to a question was no.
    no: bool,
    /// What is temporary stays queued, and makes nothing half done.
    queue: bool,
    sysexits: bool,
}

impl Tally {
    pub fn count(&mut self, outcome: Outcome) {
        self.counts[Outcome::ALL.iter().position(|o| *o == outcome).unwrap_or(0)] += 1;
    }

    /// A failed item: counts its outcome and remembers its code.
    pub fn fail(&mut self, error: &Error) {
        self.count(Outcome::of(error));
        self.remember(error);
    }

    fn remember(&mut self, error: &Error) {
        if error.kind() == Kind::Interrupted {
            self.signal = self.signal.or(error.signal());
        }
        self.first.get_or_insert(code(error));
        if Outcome::of(error) == Outcome::Permanent {
            self.first_permanent.get_or_insert(code(error));
        }
    }

    /// Of an item that failed something was done: what is done is not nothing.
    pub fn partly(&mut self) {
        self.partly = true;
    }

    /// An item that nobody came to, because of a failure that is told of by itself: that failure's code stays the run's.
    pub fn abandon(&mut self, outcome: Outcome) {
        self.count(outcome);
        self.abandoned += 1;
    }

    /// That failure, where it is none of its own beside those items: one of them stands for it.
    pub fn cause(&mut self, error: &Error) {
        self.abandoned = self.abandoned.saturating_sub(1);
        self.remember(error);
    }

    /// The answer is no: 1, unless something worse happened.
    pub fn answer_no(&mut self) {
        self.no = true;
    }

    /// As [`Tally::answer_no`], because of one item: it is not as it should be, which is what was asked.
    pub fn item_says_no(&mut self) {
        self.count(Outcome::Permanent);
        self.answers += 1;
        self.no = true;
    }

    /// For the run of a queue: what is to be tried again is there for the next run, whatever else was done (75).
    pub fn leaves_rest(&mut self) {
        self.queue = true;
    }

    /// For those who call us sendmail: no code that sysexits.h does not have.
    pub fn keep_to_sysexits(&mut self) {
        self.sysexits = true;
    }

    pub fn signal(&mut self, signal: i32) {
        self.signal = Some(signal);
    }

    /// Each outcome that occurred, with its count.
    pub fn counts(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.into_iter().zip(self.counts).filter(|(_, n)| *n > 0)
    }

    pub fn of(&self, outcome: Outcome) -> u64 {
        self.counts[Outcome::ALL.iter().position(|o| *o == outcome).unwrap_or(0)]
    }

    /// One code for all: a signal before all; any unknown; some done and some not; none done: again later if all of it may
    /// be, else the first failure's code.
    pub fn exit(&self) -> u8 {
        let code = self.own_exit();
        if !self.sysexits {
            return code;
        }
        // What was done is done, and what was not decides.
        let code = if code == SOME { self.first_permanent.or(self.first).unwrap_or(AGAIN) } else { code };
        match code {
            // Nothing to say no to.
            NO => OK,
            // The remote system did something that was impossible during a protocol exchange.
            UNKNOWN => PROTOCOL,
            // The way is not as it is set up to be.
            TLS => CONFIG,
            code => code,
        }
    }

    fn own_exit(&self) -> u8 {
        let refused = self.of(Outcome::Permanent) - self.answers;
        let failed = self.of(Outcome::Temporary) + refused;
        let done = self.of(Outcome::Ok) + self.of(Outcome::Queued) + self.of(Outcome::Planned);
        if let Some(signal) = self.signal {
            return 128 + u8::try_from(signal).unwrap_or(2);
        }
        if self.of(Outcome::Unknown) > 0 {
            return UNKNOWN;
        }
        if failed == 0 {
            return if self.no { NO } else { OK };
        }
        if self.queue && refused == 0 {
            return AGAIN;
        }
        if done > 0 || self.partly {
            return SOME;
        }
        if refused == 0 && failed > self.abandoned + 1 {
            return AGAIN;
        }
        self.first_permanent.or(self.first).unwrap_or(BUG)
    }

    /// When the whole thing is worth another try.
    pub fn again(&self) -> Again {
        if self.of(Outcome::Temporary) > 0 || self.signal.is_some() { Again::Later } else { Again::Never }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(outcomes: &[Outcome], errors: &[Error]) -> u8 {
        let mut tally = Tally::default();
        outcomes.iter().for_each(|o| tally.count(*o));
        errors.iter().for_each(|e| tally.fail(e));
        tally.exit()
    }

    #[test]
    fn outcomes_merge() {
        let lost = || Error::new(Kind::Closed, "x");
        let refused = || Error::new(Kind::Refused, "x");
        let unknown = || Error::new(Kind::Unconfirmed, "x");
        assert_eq!(exit(&[], &[]), OK);
        assert_eq!(exit(&[Outcome::Ok, Outcome::Skipped], &[]), OK);
        assert_eq!(exit(&[Outcome::Skipped], &[refused()]), REFUSED);
        assert_eq!(exit(&[Outcome::Ok], &[refused()]), SOME);
        assert_eq!(exit(&[Outcome::Ok], &[refused(), unknown()]), UNKNOWN);
        assert_eq!(exit(&[], &[lost(), lost()]), AGAIN);
        assert_eq!(exit(&[], &[lost(), refused()]), REFUSED);
        assert_eq!(exit(&[Outcome::Ok], &[unknown(), Error::interrupted(15)]), 143);
        let mut queue = Tally::default();
        queue.leaves_rest();
        queue.count(Outcome::Ok);
        queue.fail(&lost());
        assert_eq!(queue.exit(), AGAIN);
        queue.fail(&refused());
        assert_eq!(queue.exit(), SOME);
        for (errors, want) in [
            (vec![unknown()], PROTOCOL),
            (vec![Error::new(Kind::Tls, "x")], CONFIG),
            (vec![Error::new(Kind::NoUser, "x")], NO_USER),
            (vec![lost()], AGAIN),
        ] {
            let mut old = Tally::default();
            old.keep_to_sysexits();
            old.count(Outcome::Ok);
            errors.iter().for_each(|e| old.fail(e));
            assert_eq!(old.exit(), want, "{errors:?}");
        }
        let mut asked = Tally::default();
        asked.answer_no();
        assert_eq!(asked.exit(), NO);
        let mut compared = Tally::default();
        compared.count(Outcome::Ok);
        compared.item_says_no();
        assert_eq!((compared.exit(), compared.of(Outcome::Permanent)), (NO, 1));
        compared.fail(&refused());
        assert_eq!((compared.exit(), compared.of(Outcome::Permanent)), (SOME, 2));
    }

    #[test]
    fn the_tables_name_the_same_codes() {
        for (code, _) in MEANINGS {
            let said = TABLE.split_whitespace().any(|word| word == code.replace(", ", "/"));
            assert!(said, "{code} is not in the short table");
        }
    }

    #[test]
    fn every_kind_has_its_code() {
        let e = |kind| Error::new(kind, "x");
        for (error, want) in [
            (e(Kind::Usage), 64),
            (e(Kind::Input), 65),
            (e(Kind::Missing), 66),
            (e(Kind::NoUser), 67),
            (e(Kind::Resolve), 68),
            (e(Kind::Resolve).again_is(Again::Now), 75),
            (e(Kind::Refused), 69),
            (e(Kind::Refused).again_is(Again::Now), 75),
            (e(Kind::Bug), 70),
            (e(Kind::Create), 73),
            (e(Kind::Local), 74),
            (e(Kind::Connect), 75),
            (e(Kind::Timeout), 75),
            (e(Kind::Closed), 75),
            (e(Kind::Busy), 75),
            (e(Kind::Protocol), 76),
            (e(Kind::Limit), 76),
            (e(Kind::Auth), 77),
            (e(Kind::Auth).again_is(Again::Later), 75),
            (e(Kind::Config), 78),
            (e(Kind::Unconfirmed), 79),
            (e(Kind::Tls), 80),
            (Error::interrupted(2), 130),
            (Error::interrupted(15), 143),
        ] {
            assert_eq!(code(&error), want, "{error:?}");
        }
    }
}
