//! Scripted misbehaviour: "on the second STOR, do this instead".
//!
//! A rule names an event (a command's verb, or one of the pseudo-events a server documents, such as `CONNECT`
//! or `HANDSHAKE`) and an action. All rules that match an event apply to it, so faults can be combined. Bytes
//! in actions are sent raw, line ends included; `{name}` in them is replaced by the session's variable of that
//! name (`{tag}` in IMAP, `{port}`, `{p1}` and `{p2}` in FTP).
use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In good form: close_notify where there is TLS, then FIN.
    Close,
    /// FIN without close_notify: on plain TCP the same as `Close`, under TLS a truncation.
    Cut,
    /// RST.
    Reset,
    /// Not at all: nothing more is said until the client goes away.
    Stall,
}

#[derive(Clone)]
pub enum Action {
    /// Says this instead of carrying the command out.
    Reply(Vec<u8>),
    /// Says this instead of carrying the command out, then ends.
    ReplyThen(Vec<u8>, End),
    /// Ends instead of carrying the command out.
    End(End),
    /// Says this first.
    Before(Vec<u8>),
    /// Says this behind the reply, in the same segment.
    Append(Vec<u8>),
    /// Carries the command out, but its last reply is this.
    Final(Vec<u8>),
    /// Carries the command out, keeps the last reply to itself, ends.
    Swallow(End),
    /// Carries the command out, replies, ends.
    Then(End),
    /// Says this over and over until the client goes away.
    Endless(Vec<u8>),
    /// From here on every byte of a reply is a segment of its own, with a pause before each.
    Drip(Duration),
    /// Takes its time.
    Wait(Duration),
    /// Does something in between (a file changes between SIZE and RETR), then carries the command out.
    Call(Arc<dyn Fn() + Send + Sync>),
    /// A fault of the command's payload.
    Data(Fault),
}

/// Faults of what a command transfers. The first ones make sense wherever a payload is, the others are FTP's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection that carries the payload ends after this many bytes (or at its end, if it is shorter).
    CutAfter(u64, End),
    /// A pause before each byte.
    Drip(Duration),
    /// This line, `{n}` counting up, as often as told, is what a listing says.
    Lines(Vec<u8>, u64),
    /// These bytes are the listing.
    Listing(Vec<u8>),
    /// The 1yz reply.
    Opening(Vec<u8>),
    /// REST is accepted, and forgotten.
    IgnoreRest,
    /// The data comes, and its connection is closed, before the 1yz reply.
    DataFirst,
    /// The 2yz reply comes right behind the 1yz reply, before the data.
    FinalFirst,
    /// The file is made, and the 2yz reply comes at once: no 1yz, no data.
    NoData,
    /// The port announced by PASV or EPSV is closed again.
    DeadPort,
    /// Refuses an upload with this reply after so many bytes.
    RefuseAfter(u64, Vec<u8>),
    /// Stores so many bytes of an upload and reports success.
    KeepOnly(u64),
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Action::Reply(_) => "Reply",
            Action::ReplyThen(..) => "ReplyThen",
            Action::End(_) => "End",
            Action::Before(_) => "Before",
            Action::Append(_) => "Append",
            Action::Final(_) => "Final",
            Action::Swallow(_) => "Swallow",
            Action::Then(_) => "Then",
            Action::Endless(_) => "Endless",
            Action::Drip(_) => "Drip",
            Action::Wait(_) => "Wait",
            Action::Call(_) => "Call",
            Action::Data(fault) => return fault.fmt(f),
        };
        f.write_str(name)
    }
}

impl From<Fault> for Action {
    fn from(fault: Fault) -> Action {
        Action::Data(fault)
    }
}

impl From<End> for Action {
    fn from(end: End) -> Action {
        Action::End(end)
    }
}

pub fn reply(bytes: impl AsRef<[u8]>) -> Action {
    Action::Reply(bytes.as_ref().to_vec())
}

pub fn reply_then(bytes: impl AsRef<[u8]>, end: End) -> Action {
    Action::ReplyThen(bytes.as_ref().to_vec(), end)
}

pub fn before(bytes: impl AsRef<[u8]>) -> Action {
    Action::Before(bytes.as_ref().to_vec())
}

pub fn append(bytes: impl AsRef<[u8]>) -> Action {
    Action::Append(bytes.as_ref().to_vec())
}

pub fn finally(bytes: impl AsRef<[u8]>) -> Action {
    Action::Final(bytes.as_ref().to_vec())
}

pub fn endless(bytes: impl AsRef<[u8]>) -> Action {
    Action::Endless(bytes.as_ref().to_vec())
}

pub fn listing(bytes: impl AsRef<[u8]>) -> Action {
    Fault::Listing(bytes.as_ref().to_vec()).into()
}

pub fn call(f: impl Fn() + Send + Sync + 'static) -> Action {
    Action::Call(Arc::new(f))
}

#[derive(Clone, Debug)]
pub struct Rule {
    event: String,
    with: Option<String>,
    first: usize,
    last: usize,
    connection: Option<usize>,
    action: Action,
}

/// A rule in the making: `on("STOR").nth(2).then(..)`; without `nth` it holds every time.
pub fn on(event: &str) -> On {
    On(Rule {
        event: event.to_ascii_uppercase(),
        with: None,
        first: 1,
        last: usize::MAX,
        connection: None,
        action: Action::Before(Vec::new()),
    })
}

pub struct On(Rule);

impl On {
    /// Only the n-th time (counted from one, over all connections, among the events that match otherwise).
    pub fn nth(mut self, n: usize) -> On {
        self.0.first = n;
        self.0.last = n;
        self
    }

    /// Only from the n-th time on.
    pub fn from(mut self, n: usize) -> On {
        self.0.first = n;
        self
    }

    /// Only where the command line contains this.
    pub fn with(mut self, text: &str) -> On {
        self.0.with = Some(text.to_owned());
        self
    }

    /// Only on the n-th connection, counted from one.
    pub fn connection(mut self, n: usize) -> On {
        self.0.connection = Some(n);
        self
    }

    pub fn then(mut self, action: impl Into<Action>) -> Rule {
        self.0.action = action.into();
        self.0
    }
}

/// The rules of one server, and how often each was asked.
#[derive(Default)]
pub struct Script {
    rules: Mutex<Vec<(Rule, usize)>>,
}

impl Script {
    pub fn new(rules: Vec<Rule>) -> Script {
        let script = Script::default();
        script.replace(rules);
        script
    }

    /// Other rules from here on.
    pub fn replace(&self, rules: Vec<Rule>) {
        *self.rules() = rules.into_iter().map(|rule| (rule, 0)).collect();
    }

    fn rules(&self) -> MutexGuard<'_, Vec<(Rule, usize)>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fire(&self, event: &str, line: &[u8], connection: usize) -> Acts {
        let line = String::from_utf8_lossy(line);
        let mut acts = Vec::new();
        for (rule, count) in self.rules().iter_mut() {
            let here = rule.event.eq_ignore_ascii_case(event)
                && rule.connection.is_none_or(|n| n == connection)
                && rule.with.as_ref().is_none_or(|text| line.contains(text));
            *count += usize::from(here);
            if here && (rule.first..=rule.last).contains(count) {
                acts.push(rule.action.clone());
            }
        }
        Acts(acts)
    }
}

/// What applies to one event.
#[derive(Clone, Debug, Default)]
pub struct Acts(pub Vec<Action>);

impl Acts {
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().filter_map(|act| if let Action::Data(fault) = act { Some(fault) } else { None })
    }

    pub fn has(&self, fault: &Fault) -> bool {
        self.faults().any(|f| f == fault)
    }

    /// After how many bytes the payload's connection ends, and how.
    pub fn cut(&self) -> Option<(u64, End)> {
        self.faults().find_map(|f| if let Fault::CutAfter(n, end) = f { Some((*n, *end)) } else { None })
    }

    pub fn drip(&self) -> Option<Duration> {
        self.faults().find_map(|f| if let Fault::Drip(pause) = f { Some(*pause) } else { None })
    }

    /// What is listed instead of what is there.
    pub fn listing(&self) -> Option<Box<dyn Read>> {
        self.faults().find_map(|fault| match fault {
            Fault::Listing(bytes) => Some(Box::new(Cursor::new(bytes.clone())) as Box<dyn Read>),
            Fault::Lines(line, end) => {
                Some(Box::new(Lines { template: line.clone(), next: 0, end: *end, line: Cursor::default() }))
            }
            _ => None,
        })
    }
}

/// A listing made up on the way.
struct Lines {
    template: Vec<u8>,
    next: u64,
    end: u64,
    line: Cursor<Vec<u8>>,
}

impl Read for Lines {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.line.read(buf)?;
        if n > 0 || self.next >= self.end {
            return Ok(n);
        }
        let mut block = Vec::new();
        while block.len() < 64 * 1024 && self.next < self.end {
            let number = self.next.to_string();
            let at = self.template.windows(3).position(|w| w == b"{n}");
            let (head, tail) =
                at.map_or((&*self.template, &[][..]), |at| (&self.template[..at], &self.template[at + 3..]));
            block.extend_from_slice(head);
            if at.is_some() {
                block.extend_from_slice(number.as_bytes());
            }
            block.extend_from_slice(tail);
            self.next += 1;
        }
        self.line = Cursor::new(block);
        self.line.read(buf)
    }
}
