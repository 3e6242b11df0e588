//! One mail transaction: MAIL, RCPT, DATA, the body, the verdict (RFC 5321 §3.3), pipelined as RFC 2920 allows.

use super::{Client, Delivery, Envelope, Policy, verdict::wanting};
use crate::{
    base::{address::Address, body::Body, error::*},
    textproto::{Command, Reply},
};
use std::io::Write;

/// Unanswered commands are bounded, for a server that does not read on while its answers are not read (RFC 2920 §3.1).
const GROUP_COMMANDS: usize = 100;
const GROUP_BYTES: usize = 8 << 10;

/// How the body follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// DATA rides behind the last RCPT.
    Pipelined,
    /// DATA waits until every reply to RCPT is in.
    Alone,
    /// BDAT (RFC 3030) needs no go-ahead, so it saves the round trip that DATA alone costs.
    Chunk,
    /// Nothing follows: a dry run.
    Never,
}

/// What a recipient's RCPT came to.
enum Answer {
    Accepted,
    Refused(Error),
    /// "Too many recipients": it is asked for again in a transaction of its own.
    Deferred(Error),
}

impl Answer {
    fn error(&self) -> Option<&Error> {
        match self {
            Answer::Accepted => None,
            Answer::Refused(e) | Answer::Deferred(e) => Some(e),
        }
    }
}

/// Under [`Policy::All`], where one is refused: all are over for good, or all may be tried again, so that no later try is without
/// the one whose refusal settled it.
fn one_fate(answers: &mut [Answer]) {
    let found = |again| move |e: &&Error| e.again() == again;
    let errors = || answers.iter().filter_map(Answer::error);
    let worst = errors().find(found(Again::Never)).or_else(|| errors().find(found(Again::Later)));
    let Some(again) = worst.or_else(|| errors().next()).map(Error::again) else { return };
    for answer in answers.iter_mut().filter(|a| a.error().is_none_or(|e| e.again() != again)) {
        let text = "not sent, for another recipient was refused (--rcpt-policy all)";
        *answer = Answer::Refused(Error::new(Kind::Refused, text).again_is(again));
    }
}

impl Client {
    /// Sends one message to all recipients.
    ///
    /// # Errors
    /// Nobody has got it and the reason is the same for all: MAIL was refused, the server lacks what the message needs, the
    /// connection died before the final dot, the body could not be read. All else is in the [`Delivery`].
    pub fn send(&mut self, envelope: &Envelope, body: &dyn Body) -> Result<Delivery> {
        envelope.fits(&self.ext, body.size(), self.conn.host(), self.conn.tls().is_some())?;
        let mut outcome: Vec<Option<Result<()>>> = envelope.to.iter().map(|_| None).collect();
        let (mut reply, mut bytes) = (None, 0);
        loop {
            let open: Vec<usize> = (0..outcome.len()).filter(|i| outcome[*i].is_none()).collect();
            let most = self.ext.rcpt_max.unwrap_or(usize::MAX);
            let (now, later) = open.split_at(open.len().min(most));
            let done = match self.transaction(envelope, now, body) {
                Ok(done) => done,
                // The first part went well: the rest cannot take that back.
                Err(e) if bytes > 0 => {
                    open.into_iter().for_each(|i| outcome[i] = Some(Err(e.clone())));
                    break;
                }
                Err(e) => return Err(e),
            };
            let progress = done.verdicts.iter().any(Result::is_ok);
            let mut verdicts = done.verdicts.into_iter();
            let mut again = !later.is_empty();
            let mut many = None;
            for (i, answer) in now.iter().zip(done.answers) {
                match answer {
                    Answer::Accepted => outcome[*i] = Some(verdicts.next().unwrap_or(Ok(()))),
                    Answer::Refused(e) => outcome[*i] = Some(Err(e)),
                    Answer::Deferred(_) if progress => again = true,
                    Answer::Deferred(e) => {
                        many = Some(e.clone());
                        outcome[*i] = Some(Err(e));
                    }
                }
            }
            if progress {
                (reply, bytes) = (done.reply, done.bytes);
                self.messages += 1;
            }
            if !again {
                break;
            }
            // Too many already, or a line that is dead: it would be the same for those who wait.
            if let Some(e) = many.or_else(|| self.conn.broken().cloned()) {
                outcome.iter_mut().filter(|o| o.is_none()).for_each(|o| *o = Some(Err(e.clone())));
                break;
            }
        }
        let recipients = outcome.into_iter().map(|o| o.unwrap_or(Ok(()))).collect();
        Ok(Delivery { recipients, reply, bytes })
    }

    /// As far as RCPT, then RSET: what a server would say, without sending anything.
    pub fn probe(&mut self, envelope: &Envelope, size: u64) -> Result<Vec<Result<()>>> {
        envelope.fits(&self.ext, size, self.conn.host(), self.conn.tls().is_some())?;
        let all: Vec<usize> = (0..envelope.to.len()).collect();
        let answers = self.commands(envelope, &all, size, Start::Never)?.0;
        let answers = answers.iter().map(|a| a.error().cloned().map_or(Ok(()), Err)).collect();
        self.conn.call(&Command::new("RSET"), &[250])?;
        self.dirty = false;
        Ok(answers)
    }

    fn transaction(&mut self, envelope: &Envelope, to: &[usize], body: &dyn Body) -> Result<Done> {
        let together = self.options.pipelining && self.ext.pipelining && envelope.policy == Policy::Any;
        let start = match () {
            () if together => Start::Pipelined,
            () if self.options.chunking && self.ext.chunking => Start::Chunk,
            () => Start::Alone,
        };
        let (mut answers, data) = self.commands(envelope, to, body.size(), start)?;
        let mut accepted = answers.iter().filter(|a| matches!(a, Answer::Accepted)).count();
        if envelope.policy == Policy::All && accepted < answers.len() {
            one_fate(&mut answers);
            accepted = 0;
        }
        if accepted == 0 {
            // A server that says 354 all the same waits for a message: it gets the shortest there is, and whatever
            // it says to that, nobody was asked to have it (RFC 2920 §3.1).
            if matches!(&data, Some(Ok(_))) {
                self.nothing()?;
            }
            return Ok(Done { answers, verdicts: Vec::new(), reply: None, bytes: 0 });
        }
        let go = match (data, start) {
            (Some(go), _) => go,
            (None, Start::Chunk) => Ok(()),
            (None, _) => self.conn.send(&[Command::new("DATA")]).and_then(|()| self.data_reply())?,
        };
        if let Err(e) = go {
            return Ok(Done { answers, verdicts: vec![Err(e); accepted], reply: None, bytes: 0 });
        }
        let bytes = if start == Start::Chunk { self.chunk(body)? } else { self.data(body)? };
        let asked = to.iter().zip(&answers).filter(|(_, a)| matches!(a, Answer::Accepted));
        let accepted: Vec<&Address> = asked.map(|(i, _)| &envelope.to[*i].address).collect();
        let (verdicts, reply) = self.verdicts(&accepted);
        Ok(Done { answers, verdicts, reply, bytes })
    }

    /// MAIL, RCPT and, if it rides along, DATA: the answers, and the answer to DATA.
    fn commands(
        &mut self,
        envelope: &Envelope,
        to: &[usize],
        size: u64,
        start: Start,
    ) -> Result<(Vec<Answer>, Option<Result<()>>)> {
        let pipelined = self.options.pipelining && self.ext.pipelining;
        let mut queue: Vec<(Ask, Command)> = Vec::with_capacity(to.len() + 3);
        if self.dirty {
            queue.push((Ask::Rset, Command::new("RSET")));
        }
        queue.push((Ask::Mail, envelope.mail(&self.ext, size)?));
        for i in to {
            queue.push((Ask::Rcpt(*i), envelope.to[*i].rcpt()?));
        }
        if start == Start::Pipelined {
            queue.push((Ask::Data, Command::new("DATA")));
        }
        self.dirty = true;
        let (mut answers, mut data, mut mail) = (Vec::with_capacity(to.len()), None, Ok(()));
        let mut rest = &queue[..];
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |(_, c): &&(Ask, Command)| {
                bytes += c.wire().len() + 2;
                bytes <= GROUP_BYTES
            };
            let most = if pipelined { GROUP_COMMANDS } else { 1 };
            let n = rest.iter().take(most).take_while(fits).count().max(1);
            let (group, later) = rest.split_at(n);
            rest = later;
            group.iter().for_each(|(_, command)| self.conn.push(command));
            self.conn.flush()?;
            for (ask, _) in group {
                let answered = match ask {
                    Ask::Rset => self.expect(&[250], "RSET").map(drop),
                    Ask::Mail => self.expect(&[250], "MAIL").map(|reply| mail = reply.map(drop)),
                    Ask::Rcpt(i) => self.expect(&[25], "RCPT").map(|reply| {
                        answers.push(self.recipient(&envelope.to[*i].address.to_string(), reply));
                    }),
                    Ask::Data => self.data_reply().map(|reply| data = Some(reply)),
                };
                match answered {
                    Ok(()) => {}
                    // Some close once they have refused MAIL: the refusal is what there is to say.
                    Err(_) if mail.is_err() => break,
                    Err(e) => return Err(e),
                }
            }
            if mail.is_err() {
                rest = &[];
            }
        }
        let from = envelope.from.as_ref().map_or("<>".into(), ToString::to_string);
        if let Err(error) = mail {
            if let Some(Ok(())) = data {
                self.nothing()?;
            }
            // Servers begin no transaction when they refuse MAIL, but not all of them agree.
            return Err(wanting(
                error.context(format_args!("{} refused the sender {from}", self.conn.host())),
            ));
        }
        Ok((answers, data))
    }

    /// The reply to a command: a wanted one, a refusal in good form, or, as the outer error, anything that ends the
    /// connection: 421, or a reply that does not belong here, after which no order can be trusted.
    fn expect(&mut self, want: &[u16], what: &str) -> Result<Result<Reply>> {
        match self.conn.reply(want) {
            Ok(reply) => Ok(Ok(reply)),
            Err(e) if e.kind() == Kind::Refused && e.code() != Some(421) => Ok(Err(e)),
            Err(e) => {
                let e = if e.kind() == Kind::Protocol { e.context(format_args!("after {what}")) } else { e };
                self.conn.poison(e.clone());
                Err(e)
            }
        }
    }

    fn data_reply(&mut self) -> Result<Result<()>> {
        let reply = self.expect(&[354], "DATA")?;
        Ok(reply.map(drop).map_err(|e| e.context(format_args!("{} refused the message", self.conn.host()))))
    }

    fn recipient(&self, address: &str, reply: Result<Reply>) -> Answer {
        let error = match reply {
            Ok(reply) => {
                if reply.code == 251 {
                    self.conn.trace().note(format_args!("{address} is forwarded: {}", reply.text()));
                }
                return Answer::Accepted;
            }
            Err(error) => error,
        };
        let error = self.refused(address, error);
        let refusal = error.get_refusal().cloned().unwrap_or_default();
        // RFC 5321 §4.5.3.1.10: 452, and of old servers 552, for one recipient more than they take at once.
        let words = refusal.text.to_ascii_lowercase();
        let many = match (refusal.code, refusal.enhanced) {
            (Some(452 | 552), Some(Enhanced(_, 5, 3))) => true,
            (Some(452 | 552), None) => words.contains("too many"),
            _ => false,
        };
        if many { Answer::Deferred(error.again_is(Again::Later)) } else { Answer::Refused(error) }
    }

    /// The body and its dot. An error here means that the dot did not go out, so nothing has happened.
    fn data(&mut self, body: &dyn Body) -> Result<u64> {
        let mut source = body.open()?;
        let mut buffer = vec![0; buffer_size(body)];
        let mut sent = 0;
        let mut writer = self.conn.dot_writer();
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
            };
            sent += n as u64;
            writer.write_all(&buffer[..n]).map_err(|e| Error::from_io(e, Kind::Closed, "cannot send"))?;
        }
        if sent != body.size() {
            return Err(changed(body.size(), sent));
        }
        writer.finish()?;
        self.note(sent);
        Ok(sent)
    }

    /// The body as one chunk, the last (RFC 3030 §2): counted, so nothing in it needs a stuffed dot.
    fn chunk(&mut self, body: &dyn Body) -> Result<u64> {
        let size = body.size();
        let mut source = body.open()?;
        let mut buffer = vec![0; buffer_size(body)];
        let mut left = size;
        let command = Command::new("BDAT").arg(size.to_string())?.arg("LAST")?;
        let mut writer = self.conn.counted_writer(&command);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let n = match source.read(&mut buffer[..most]) {
                Ok(0) => return Err(changed(size, size - left)),
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
            };
            left -= n as u64;
            writer.write_all(&buffer[..n]).map_err(|e| Error::from_io(e, Kind::Closed, "cannot send"))?;
        }
        writer.finish()?;
        self.note(size);
        Ok(size)
    }

    fn note(&self, bytes: u64) {
        self.conn.trace().note(format_args!("{bytes} bytes of message"));
    }
}

/// What a command of a group was.
enum Ask {
    Rset,
    Mail,
    Rcpt(usize),
    Data,
}

/// What one transaction came to.
struct Done {
    answers: Vec<Answer>,
    /// For each that was accepted.
    verdicts: Vec<Result<()>>,
    reply: Option<Reply>,
    bytes: u64,
}

/// Large enough that a large message costs few calls, no larger than a small one needs.
fn buffer_size(body: &dyn Body) -> usize {
    usize::try_from(body.size()).unwrap_or(usize::MAX).clamp(4 << 10, 256 << 10)
}

fn changed(size: u64, sent: u64) -> Error {
    let text = format!("the message changed while it was sent: {size} bytes were announced, {sent} came");
    Error::new(Kind::Local, text).again_is(Again::Now)
}
