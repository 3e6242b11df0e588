//! What is known of one queued message: a file of JSON Lines that is only ever appended to, and what its lines add up to.
//!
//! The first line says what the message is, where it goes and by what way; every later line is something that happened. A line that was
//! being written when the power went is the last one, lacks its newline, and does not count. Any other damage is an error: a message
//! of which it is not known whether it was sent is neither sent nor forgotten.
//!
//! Times are the clock's, and a clock may be wrong (a board without a battery wakes up in 1970) and be set right later. So a time that is
//! further ahead than any wait is no reason to wait, and a message whose time has jumped is given its whole time anew.
//!
//! All of this is pure: bytes in, a state out.

use crate::base::{
    date::Time,
    error::*,
    record::{self, Value},
};
use serde::{Deserialize, Serialize};

pub const VERSION: u32 = 1;

/// No wait between two tries is so long, in seconds.
const AHEAD: i64 = 3 * 3600;
/// No queue that is run at all leaves a message alone for so long.
const ALONE: i64 = 30 * 86_400;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub version: u32,
    #[serde(with = "moment")]
    pub queued: Time,
    /// Until when it is tried.
    #[serde(with = "moment")]
    pub expires: Time,
    pub message_id: String,
    /// The file it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub size: u64,
    pub way: Way,
    pub envelope: Wrap,
    pub to: Vec<To>,
    /// Why it could not be sent at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// How a message gets to its server. What is equal goes over one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// The server, for people.
    pub server: String,
    /// The flags that say how to reach it, and as whom.
    pub flags: Vec<String>,
    /// The account whose login it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Where the secret comes from, for people. Never the secret.
    pub secret: String,
}

/// An account of an account file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub config: String,
}

/// The envelope, but for its recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wrap {
    /// Empty for none.
    pub from: String,
    /// Nobody is to get it if one is refused.
    pub all: bool,
    pub eight_bit: bool,
    pub utf8: bool,
    pub require_tls: bool,
    /// It is not encoded anew for a server that takes less: it may be signed.
    pub sealed: bool,
    /// It may go without its attachments, where the server takes less.
    pub short: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envid: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct To {
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<String>,
}

/// A later line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run is about to send it. Durable before a byte of it goes out. `boot` names the running system: while that is the same, what
    /// was written later is there too, synced or not.
    Claim {
        #[serde(with = "moment")]
        at: Time,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boot: Option<String>,
    },
    /// The end of the message is about to be sent to these. From here on silence means: unknown.
    Sending {
        to: Vec<usize>,
    },
    /// What came of it; ends the claim.
    Result {
        #[serde(with = "moment")]
        at: Time,
        results: Vec<Outcome>,
    },
    /// The claim ends, and nothing had happened.
    Free,
    Hold,
    Release,
    /// These are to be tried again, from now until then.
    Retry {
        to: Vec<usize>,
        #[serde(with = "moment")]
        expires: Time,
    },
}

/// What came of some recipients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub to: Vec<usize>,
    pub state: State,
    /// For one that is still queued: not before this.
    #[serde(default, with = "moment_or_none", skip_serializing_if = "Option::is_none")]
    pub next: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// Of one recipient; of a message, that of the recipient who matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Sent,
    /// For good; the server's words say why.
    Failed,
    /// It may or may not have been delivered. Tried again only if somebody says so.
    Unknown,
    Queued,
    Held,
    /// A run is at it.
    Sending,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Sending, State::Queued, State::Held, State::Unknown, State::Failed, State::Sent];

    pub fn name(self) -> &'static str {
        match self {
            State::Sent => "sent",
            State::Failed => "failed",
            State::Unknown => "unknown",
            State::Queued => "queued",
            State::Held => "held",
            State::Sending => "sending",
        }
    }
}

/// One recipient as the lines leave it.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub state: State,
    pub attempts: u32,
    pub next: Time,
    pub error: Option<Value>,
}

#[derive(Clone, Debug)]
struct Claim {
    boot: Option<String>,
    sending: Vec<usize>,
}

/// What all lines add up to.
#[derive(Clone, Debug)]
pub struct Record {
    pub about: About,
    pub recipients: Vec<Recipient>,
    pub held: bool,
    pub expires: Time,
    /// From when on its age counts: since it was queued, or since the clock was set.
    pub since: Time,
    pub last_attempt: Option<Time>,
    /// What the clock said last.
    clock: Option<Time>,
    claim: Option<Claim>,
}

impl Record {
    pub fn new(about: About) -> Record {
        let fresh = |_: &To| Recipient {
            state: State::Queued,
            attempts: u32::from(about.error.is_some()),
            next: about.queued,
            error: about.error.clone(),
        };
        let recipients = about.to.iter().map(fresh).collect();
        let last_attempt = about.error.as_ref().map(|_| about.queued);
        let (expires, since, clock) = (about.expires, about.queued, Some(about.queued));
        Record { recipients, held: false, expires, since, last_attempt, clock, claim: None, about }
    }

    /// When it is given up and from when on its age counts, for a clock that says `now`: both anew, if either that clock or the one
    /// before it was wrong.
    pub fn term(&self, now: Time) -> (Time, Time) {
        let time = self.about.expires.0.saturating_sub(self.about.queued.0);
        match self.clock {
            Some(clock) if is_ahead(clock, now) || now.0.saturating_sub(clock.0) > time.max(ALONE) => {
                (Time(now.0.saturating_add(time)), now)
            }
            _ => (self.expires, self.since),
        }
    }

    fn tick(&mut self, at: Time) {
        (self.expires, self.since) = self.term(at);
        self.clock = Some(at);
    }

    /// Adds up the lines, and tells where the last whole one ends.
    ///
    /// # Errors
    /// `Config`, naming the line that makes no sense.
    pub fn parse(bytes: &[u8]) -> Result<(Record, u64)> {
        let mut found: Option<Record> = None;
        let mut at = 0;
        for (n, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let read = match &mut found {
                None => read::<About>(text).and_then(|about| match about.version {
                    VERSION => {
                        found = Some(Record::new(about));
                        Some(())
                    }
                    _ => None,
                }),
                Some(record) => read::<Event>(text).and_then(|event| record.apply(&event)),
            };
            if read.is_none() {
                // Pages that never reached the disk read as zeros.
                if memchr::memchr_iter(0, &bytes[at..]).count() == bytes.len() - at {
                    break;
                }
                return Err(Error::new(Kind::Config, format!("damaged at line {}", n + 1)));
            }
            at += line.len();
        }
        match found {
            Some(record) => Ok((record, at as u64)),
            None => Err(Error::new(Kind::Config, "damaged at line 1")),
        }
    }

    /// `None` if it does not fit what is known.
    pub fn apply(&mut self, event: &Event) -> Option<()> {
        let known = |to: &[usize]| to.iter().all(|i| *i < self.recipients.len());
        match event {
            Event::Claim { at, boot } => {
                self.tick(*at);
                self.claim = Some(Claim { boot: boot.clone(), sending: Vec::new() });
            }
            Event::Sending { to } => {
                if !known(to) {
                    return None;
                }
                self.claim.as_mut()?.sending.clone_from(to);
            }
            Event::Result { at, results } => {
                if !results.iter().all(|r| known(&r.to)) {
                    return None;
                }
                for result in results {
                    for i in &result.to {
                        let recipient = &mut self.recipients[*i];
                        recipient.state = result.state;
                        recipient.attempts += 1;
                        recipient.next = result.next.unwrap_or(*at);
                        recipient.error.clone_from(&result.error);
                    }
                }
                self.tick(*at);
                self.last_attempt = Some(*at);
                self.claim = None;
            }
            Event::Free => self.claim = None,
            Event::Hold => self.held = true,
            Event::Release => self.held = false,
            Event::Retry { to, expires } => {
                if !known(to) {
                    return None;
                }
                for i in to {
                    let recipient = &mut self.recipients[*i];
                    (recipient.state, recipient.attempts) = (State::Queued, 0);
                    recipient.next = self.about.queued;
                }
                // Of when that was the line does not tell.
                (self.expires, self.clock) = (*expires, None);
            }
        }
        Some(())
    }

    /// What there is to say about a claim whose run is gone. `boot` is the system that runs now.
    ///
    /// Where the system is still the same, the mark before the end of the message was seen by it: without one nothing was sent. After
    /// a power cut the mark may be lost, so each claimed message may have been sent.
    pub fn settle(&self, boot: Option<&str>) -> Option<Event> {
        let claim = self.claim.as_ref()?;
        let open = self.open();
        let doubtful: Vec<usize> = match &claim.boot {
            // Where systems have no names, each mark was synced.
            None => claim.sending.clone(),
            Some(then) if Some(then.as_str()) == boot => claim.sending.clone(),
            Some(_) => open.clone(),
        };
        let to: Vec<usize> = doubtful.into_iter().filter(|i| open.contains(i)).collect();
        if to.is_empty() {
            return Some(Event::Free);
        }
        let text = "the run that sent it ended before the server's answer was written down";
        let error = record::json!({ "kind": "unconfirmed", "message": text, "retry": "never" });
        let outcome = Outcome { to, state: State::Unknown, next: None, error: Some(error) };
        Some(Event::Result { at: Time::now(), results: vec![outcome] })
    }

    pub fn is_claimed(&self) -> bool {
        self.claim.is_some()
    }

    /// Those who are still to get it.
    pub fn open(&self) -> Vec<usize> {
        (0..self.recipients.len()).filter(|i| self.recipients[*i].state == State::Queued).collect()
    }

    /// When it is to be tried next; `None` if nobody waits for it.
    pub fn due(&self) -> Option<Time> {
        self.recipients.iter().filter(|r| r.state == State::Queued).map(|r| r.next).min()
    }

    /// Whether it is to be tried now.
    pub fn is_due(&self, now: Time) -> bool {
        self.due().is_some_and(|due| due <= now || is_ahead(due, now))
    }

    /// Whether it waits for a moment that only a wrong clock can have named.
    pub fn is_astray(&self, now: Time) -> bool {
        is_ahead(self.since, now) || self.due().is_some_and(|due| is_ahead(due, now))
    }

    pub fn state(&self) -> State {
        if self.claim.is_some() {
            return State::Sending;
        }
        match self.recipients.iter().map(|r| r.state).max().unwrap_or(State::Sent) {
            State::Queued if self.held => State::Held,
            state => state,
        }
    }

    /// How often it was tried.
    pub fn attempts(&self) -> u32 {
        self.recipients.iter().map(|r| r.attempts).max().unwrap_or(0)
    }

    /// The last thing that went wrong, of the recipient who matters most.
    pub fn error(&self) -> Option<&Value> {
        let worst = self.recipients.iter().filter(|r| r.error.is_some()).max_by_key(|r| r.state);
        worst.and_then(|r| r.error.as_ref())
    }
}

fn is_ahead(time: Time, now: Time) -> bool {
    time.0.saturating_sub(now.0) > AHEAD
}

fn read<T: serde::de::DeserializeOwned>(line: &[u8]) -> Option<T> {
    record::read(std::str::from_utf8(line).ok()?).ok()
}

mod moment {
    use crate::base::date::Time;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&time.rfc3339())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        let text = String::deserialize(from)?;
        Time::from_person(&text).ok_or_else(|| D::Error::custom("no moment"))
    }
}

mod moment_or_none {
    use super::moment;
    use crate::base::date::Time;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => moment::serialize(time, to),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
        moment::deserialize(from).map(Some)
    }
}
