//! `--mx`: for each domain among the recipients a session of its own with its exchangers (RFC 5321 §5.1).
//!
//! The first exchanger that can be reached is used, and where it puts a message off before anybody has it, the next is asked at
//! once. A domain's session stays for the next message, so that a run makes one connection to each; of many domains the longest
//! unused gives way.

use crate::{
    outgoing::Outgoing,
    session::{Sent, Session},
};
use wirepost::{
    base::{address::to_ascii, error::*},
    cli::Output,
    net::{Dialer, Endpoint},
    smtp::{Client, Envelope, Policy},
};

/// Connections to different domains that are open at once.
const DOMAINS_MOST: usize = 8;

/// The exchangers of one domain, in the order in which they are asked, and which is asked now.
#[derive(Default)]
pub struct Exchangers {
    hosts: Vec<String>,
    at: usize,
}

impl Exchangers {
    /// The one that is asked now.
    pub fn host(&self) -> Option<&str> {
        self.hosts.get(self.at).map(String::as_str)
    }

    pub fn has_next(&self) -> bool {
        self.at + 1 < self.hosts.len()
    }

    pub fn go_on(&mut self) {
        self.at += 1;
    }

    pub fn begin_anew(&mut self) {
        self.at = 0;
    }

    /// A connection with the first that gives one, from the one that is asked now.
    pub fn open(
        &mut self,
        dialer: &Dialer,
        domain: &Endpoint,
        open_at: impl Fn(&Endpoint) -> Result<Client>,
    ) -> Result<Client> {
        if let (true, Some(resolver)) = (self.hosts.is_empty(), &dialer.resolver) {
            self.hosts = resolver.exchangers(dialer, &domain.host)?;
        }
        let mut failed: Option<Error> = None;
        while let Some(host) = self.host() {
            match open_at(&Endpoint::new(host, domain.port)) {
                Ok(client) => return Ok(client),
                Err(e) if dialer.cancel.is_stopping() => return Err(e),
                Err(e) => {
                    dialer.trace.note(&e);
                    // While one of them may be there later, so may the mail.
                    let better = |f: &Error| f.again() == Again::Never && e.again() != Again::Never;
                    if failed.as_ref().is_none_or(better) {
                        failed = Some(e);
                    }
                }
            }
            self.go_on();
        }
        self.begin_anew();
        Err(failed.unwrap_or_else(|| Error::new(Kind::Bug, "no exchanger")))
    }
}

impl<'a> Session<'a> {
    /// The session with the exchangers of one domain, opened or not.
    fn domain(&mut self, domain: &str, out: &mut Output) -> &mut Session<'a> {
        let session = match self.domains.iter().position(|s| s.target.endpoint.host == domain) {
            Some(at) => self.domains.remove(at),
            None => {
                if self.domains.len() >= DOMAINS_MOST {
                    self.domains.remove(0).end(out);
                }
                let mut target = self.target.clone();
                target.endpoint.host = domain.to_string();
                self.of_domain(target)
            }
        };
        self.domains.push(session);
        let last = self.domains.len() - 1;
        &mut self.domains[last]
    }

    /// Sends to the recipients of each domain in turn.
    pub(super) fn send_by_domain(&mut self, message: &Outgoing, dry: bool, out: &mut Output) -> Sent {
        let (envelope, body) = (&message.envelope, &*message.body);
        let groups = by_domain(envelope);
        if let [(domain, _)] = &groups[..] {
            return self.domain(domain, out).send_to(envelope, body, dry, out);
        }
        let every: Vec<usize> = (0..envelope.to.len()).collect();
        if envelope.policy == Policy::All {
            let text = "with --mx, --rcpt-policy all can hold within one domain only";
            return Sent::failed(&every, &Error::new(Kind::Usage, text));
        }
        let mut all = Sent::default();
        let mut outcome: Vec<Option<Result<()>>> = every.iter().map(|_| None).collect();
        for (domain, which) in groups {
            let to = which.iter().map(|i| envelope.to[*i].clone()).collect();
            let envelope = Envelope { to, ..envelope.clone() };
            let sent = self.domain(&domain, out).send_to(&envelope, body, dry, out);
            for (i, result) in which.iter().zip(sent.recipients) {
                outcome[*i] = Some(result);
            }
            all.attempts = all.attempts.max(sent.attempts);
            all.tls = sent.tls.or(all.tls);
            all.reply = sent.reply.or(all.reply);
        }
        let missing = || Err(Error::new(Kind::Bug, "a recipient was left out"));
        all.recipients = outcome.into_iter().map(|o| o.unwrap_or_else(missing)).collect();
        all
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
