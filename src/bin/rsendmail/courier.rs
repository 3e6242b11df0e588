//! Who carries a message: the one server, or with `--mx` for each domain among the recipients a session of its own.
//!
//! A domain's session stays for the next message, so a run makes one connection to each; of many domains the longest unused
//! gives way.

use crate::{
    args::Shared,
    outgoing::{Outgoing, Server},
    server::Target,
    session::{Sent, Session, dialer},
};
use std::rc::Rc;
use wirepost::{
    base::{address::to_ascii, error::*},
    cli::Output,
    net::{Cancel, Dialer, Endpoint},
    smtp::{Envelope, Extensions, Policy},
};

/// Connections to different domains that are open at once.
const SESSIONS_MOST: usize = 8;

pub struct Courier<'a> {
    target: Target,
    shared: &'a Shared,
    dialer: Rc<Dialer>,
    /// By domain, the last used last; without `--mx` there is one, and its domain is "".
    sessions: Vec<(String, Session<'a>)>,
    /// `--max-per-connection`.
    most: Option<u64>,
}

impl<'a> Courier<'a> {
    pub fn new(
        target: Target,
        shared: &'a Shared,
        most: Option<u64>,
        out: &Output,
        cancel: &Cancel,
    ) -> Courier<'a> {
        let dialer = dialer(&target, shared, out, cancel);
        Courier { target, shared, dialer, sessions: Vec::new(), most }
    }

    /// The session for a domain, opened or not.
    fn session(&mut self, domain: &str, out: &mut Output) -> &mut Session<'a> {
        let session = match self.sessions.iter().position(|(of, _)| of == domain) {
            Some(at) => self.sessions.remove(at),
            None => {
                if self.sessions.len() >= SESSIONS_MOST {
                    self.sessions.remove(0).1.end(out);
                }
                let mut target = self.target.clone();
                if target.mx {
                    target.endpoint = Endpoint::new(domain, target.endpoint.port);
                }
                let mut session = Session::with(target, self.shared, self.dialer.clone());
                session.most = self.most;
                (domain.to_string(), session)
            }
        };
        self.sessions.push(session);
        let last = self.sessions.len() - 1;
        &mut self.sessions[last].1
    }

    /// Sends to all recipients.
    pub fn send(&mut self, message: &Outgoing, dry: bool, out: &mut Output) -> Sent {
        if !self.target.mx {
            return self.session("", out).send(&message.envelope, &*message.body, dry, out);
        }
        let groups = by_domain(&message.envelope);
        if let [(domain, _)] = &groups[..] {
            return self.session(domain, out).send(&message.envelope, &*message.body, dry, out);
        }
        let mut outcome: Vec<Result<()>> = message.envelope.to.iter().map(|_| Ok(())).collect();
        if message.envelope.policy == Policy::All {
            let text = "with --mx, --rcpt-policy all can hold within one domain only";
            let error = Error::new(Kind::Usage, text);
            outcome.iter_mut().for_each(|o| *o = Err(error.clone()));
            return Sent { recipients: outcome, common: Some(error), ..Sent::default() };
        }
        let mut all = Sent::default();
        for (domain, which) in groups {
            let to = which.iter().map(|i| message.envelope.to[*i].clone()).collect();
            let envelope = Envelope { to, ..message.envelope.clone() };
            let sent = self.session(&domain, out).send(&envelope, &*message.body, dry, out);
            for (i, result) in which.iter().zip(sent.recipients) {
                outcome[*i] = result;
            }
            all.attempts = all.attempts.max(sent.attempts);
            all.tls = sent.tls.or(all.tls);
            all.reply = sent.reply.or(all.reply);
        }
        Sent { recipients: outcome, ..all }
    }

    /// Says goodbye to all.
    pub fn end(self, out: &mut Output) {
        for (_, session) in self.sessions {
            session.end(out);
        }
    }
}

impl Server for Courier<'_> {
    /// Of exchangers nothing is known beforehand, and there may be many: a message for them needs no extension.
    fn extensions(&mut self, out: &mut Output) -> Option<Extensions> {
        if self.target.mx {
            return Some(Extensions::default());
        }
        self.session("", out).client().ok().map(|client| client.extensions().clone())
    }
}

/// The recipients of each domain, in the order in which the domains come.
fn by_domain(envelope: &Envelope) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (i, recipient) in envelope.to.iter().enumerate() {
        let domain = recipient.address.domain().unwrap_or_default();
        let domain = to_ascii(domain).unwrap_or_else(|| domain.to_string()).to_ascii_lowercase();
        match groups.iter_mut().find(|(of, _)| *of == domain) {
            Some((_, which)) => which.push(i),
            None => groups.push((domain, vec![i])),
        }
    }
    groups
}
