//! A session with one server that outlives its connections: it logs in when first needed, and again after a loss.
//!
//! A message is tried again as long as that can do no harm: nobody has got it yet, or only those are asked again who have not.
//! A server that cannot be reached, or that refuses the login, is not asked again for the next message of the same run.
//!
//! With `--mx` the one server is a domain with its exchangers (RFC 5321 §5.1): the first that can be reached is used, and where
//! it puts a message off before anybody has it, the next is asked at once.

use crate::{args::Shared, outgoing::Outgoing, server::Target};
use std::{
    rc::Rc,
    time::{Duration, Instant},
};
use wirepost::{
    base::error::*,
    cli::{Output, args::TlsChoice},
    job::retry::Policy,
    net::{Cancel, Dialer, Endpoint, dns::Resolver},
    smtp::{Client, Envelope, Extensions, Tls},
    textproto::Reply,
};

pub struct Session<'a> {
    pub target: Target,
    shared: &'a Shared,
    dialer: Rc<Dialer>,
    cancel: Cancel,
    client: Option<Client>,
    /// The exchangers of the domain, in the order in which they are asked, and which is asked now.
    exchangers: Vec<String>,
    at: usize,
    /// `--max-per-connection`.
    pub most: Option<u64>,
    policy: Policy,
    mechanism: Option<&'static str>,
    /// Why there is no more connecting in this run.
    dead: Option<Error>,
    /// Of connections that are gone.
    round_trips: u64,
}

/// What became of one message.
pub struct Sent {
    /// For each recipient.
    pub recipients: Vec<Result<()>>,
    pub reply: Option<Reply>,
    pub attempts: u32,
    pub tls: Option<&'static str>,
    /// The failure that all of the failed have in common, if it is one: it is told once.
    pub common: Option<Error>,
    /// Who took it or refused it, where that is not the one server of the run.
    pub server: Option<Endpoint>,
}

/// What this run dials with.
pub fn dialer(target: &Target, shared: &Shared, out: &Output, cancel: &Cancel) -> Rc<Dialer> {
    let mut dialer = shared.network.dialer(&shared.tls, false, cancel, out.tracer());
    if target.mx {
        dialer.resolver = Some(shared.server.resolver.map_or_else(Resolver::system, Resolver::at));
        // Nobody could verify what an exchanger shows: TLS without that is better than none (RFC 7435 §3).
        dialer.tls.insecure |= shared.tls.tls != Some(TlsChoice::Required);
    }
    Rc::new(dialer)
}

impl<'a> Session<'a> {
    pub fn new(target: Target, shared: &'a Shared, out: &Output, cancel: &Cancel) -> Session<'a> {
        let dialer = dialer(&target, shared, out, cancel);
        Session::with(target, shared, dialer)
    }

    /// As [`Session::new`], sharing a dialer.
    pub fn with(target: Target, shared: &'a Shared, dialer: Rc<Dialer>) -> Session<'a> {
        let policy = Policy { retries: shared.network.retries, max_time: shared.network.retry_max_time };
        let cancel = dialer.cancel.clone();
        Session {
            target,
            shared,
            dialer,
            cancel,
            client: None,
            exchangers: Vec::new(),
            at: 0,
            most: None,
            policy,
            mechanism: None,
            dead: None,
            round_trips: 0,
        }
    }

    /// A connection, logged in. One try.
    pub fn client(&mut self) -> Result<&mut Client> {
        if self.client.as_ref().is_some_and(|c| !c.is_usable()) {
            self.forget();
        }
        if self.client.as_ref().is_some_and(|c| self.most.is_some_and(|most| c.messages() >= most)) {
            self.leave();
        }
        if self.client.is_none() {
            self.client = Some(self.open()?);
        }
        self.client.as_mut().ok_or_else(|| Error::new(Kind::Bug, "no client"))
    }

    /// What the server offers; `None` if it cannot be asked now.
    pub fn extensions(&mut self) -> Option<&Extensions> {
        self.client().ok().map(|client| client.extensions())
    }

    fn open(&mut self) -> Result<Client> {
        if !self.target.mx {
            return self.open_at(&self.target.endpoint.clone());
        }
        if self.exchangers.is_empty()
            && let Some(resolver) = &self.dialer.resolver
        {
            self.exchangers = resolver.exchangers(&self.dialer, &self.target.endpoint.host)?;
            self.at = 0;
        }
        let mut failed: Option<Error> = None;
        while let Some(host) = self.exchangers.get(self.at) {
            match self.open_at(&Endpoint::new(host, self.target.endpoint.port)) {
                Ok(client) => return Ok(client),
                Err(e) if self.cancel.is_stopping() => return Err(e),
                Err(e) => {
                    self.dialer.trace.note(&e);
                    // While one of them may be there later, so may the mail.
                    if failed.as_ref().is_none_or(|f| f.again() == Again::Never && e.again() != Again::Never) {
                        failed = Some(e);
                    }
                }
            }
            self.at += 1;
        }
        self.at = 0;
        Err(failed.unwrap_or_else(|| Error::new(Kind::Bug, "no exchanger")))
    }

    fn open_at(&mut self, endpoint: &Endpoint) -> Result<Client> {
        let (target, shared) = (&self.target, self.shared);
        let open = |tls: &dyn Fn(std::net::IpAddr) -> Tls| {
            Client::open(&self.dialer, endpoint, target.options.clone(), tls)
        };
        let mut client = match open(&|peer| target.tls(shared, peer)) {
            Err(e) if target.mx && e.kind() == Kind::Tls && shared.tls.tls.is_none() => {
                self.dialer.trace.note(format_args!("{e}; without TLS then"));
                open(&|_| Tls::Off)?
            }
            Err(e) if target.by_default && e.kind() == Kind::Connect => {
                let text = "no server is named, and this machine has none at localhost:25";
                let hint = "--server smtp://[user@]host or RSENDMAIL_URL names one";
                return Err(Error::new(Kind::Config, text).hint(hint));
            }
            opened => opened?,
        };
        if let Some(credentials) = &target.credentials {
            match client.login(credentials, target.mechanism, target.allow_clear()) {
                Ok(mechanism) => self.mechanism = Some(mechanism.name()),
                Err(e) => {
                    self.round_trips += client.quit();
                    return Err(e);
                }
            }
        }
        Ok(client)
    }

    /// How the last login was done.
    pub fn mechanism(&self) -> Option<&'static str> {
        self.mechanism
    }

    fn forget(&mut self) {
        if let Some(client) = self.client.take() {
            self.round_trips += client.round_trips();
        }
    }

    /// Ends the connection in good form.
    fn leave(&mut self) {
        if let Some(client) = self.client.take() {
            self.round_trips += client.quit();
        }
    }

    /// Goes on with the next exchanger; false if this was the last, or there are none.
    fn next_exchanger(&mut self) -> bool {
        let more = self.client.is_some() && self.at + 1 < self.exchangers.len();
        if more {
            self.leave();
            self.at += 1;
        }
        more
    }

    /// How long to wait before this is tried again; not at all where another exchanger is left.
    fn wait(&self, e: &Error, rounds: u32, elapsed: Duration) -> Option<Duration> {
        let other = self.client.is_some() && self.at + 1 < self.exchangers.len();
        if other && e.again() != Again::Never && !self.cancel.is_stopping() {
            return Some(Duration::ZERO);
        }
        self.policy.wait(e, rounds, elapsed)
    }

    /// One try for those recipients that are still open.
    fn attempt(
        &mut self,
        envelope: &Envelope,
        message: &Outgoing,
        dry: bool,
    ) -> Result<(Vec<Result<()>>, Option<Reply>)> {
        loop {
            let reused = self.client.as_ref().is_some_and(|c| c.is_usable() && c.messages() > 0);
            let client = self.client()?;
            let done = if dry {
                client.probe(envelope, message.body.size()).map(|recipients| (recipients, None))
            } else {
                client.send(envelope, &*message.body).map(|d| (d.recipients, d.reply))
            };
            match done {
                // A server that had enough of this connection, or forgot it, says nothing about the message.
                Err(e) if reused && (e.kind() == Kind::Closed || e.code() == Some(421)) => self.forget(),
                other => return other,
            }
        }
    }

    /// Sends to all recipients, again and again to those whom it may still reach.
    pub fn send(&mut self, message: &Outgoing, dry: bool, out: &mut Output) -> Sent {
        let began = Instant::now();
        let all = &message.envelope.to;
        let mut outcome: Vec<Option<Result<()>>> = all.iter().map(|_| None).collect();
        let (mut reply, mut attempts, mut common) = (None, 0, None);
        // How often all exchangers, or the one server, were asked.
        let mut rounds = 1;
        if self.client.as_ref().is_none_or(|c| !c.is_usable()) {
            self.at = 0;
        }
        loop {
            let open: Vec<usize> = (0..all.len()).filter(|i| outcome[*i].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let to = open.iter().map(|i| all[*i].clone()).collect();
            let envelope = Envelope { to, ..message.envelope.clone() };
            let mut again: Option<(Duration, Error)> = None;
            if let Some(dead) = &self.dead {
                common = Some(dead.clone());
                open.iter().for_each(|i| outcome[*i] = Some(Err(dead.clone())));
                break;
            }
            attempts += 1;
            match self.attempt(&envelope, message, dry) {
                Ok((answers, said)) => {
                    reply = said.or(reply);
                    for (i, answer) in open.iter().zip(answers) {
                        match answer {
                            Err(e) if again.is_none() => {
                                match self.wait(&e, rounds, began.elapsed()) {
                                    Some(wait) => again = Some((wait, e)),
                                    None => outcome[*i] = Some(Err(e)),
                                }
                            }
                            Err(e) if self.wait(&e, rounds, began.elapsed()).is_some() => {}
                            answer => outcome[*i] = Some(answer),
                        }
                    }
                }
                Err(e) => match self.wait(&e, rounds, began.elapsed()) {
                    Some(wait) if !self.cancel.is_stopping() => again = Some((wait, e)),
                    _ => {
                        if self.client.is_none() {
                            self.dead = Some(e.clone());
                        }
                        common = Some(e.clone());
                        open.iter().for_each(|i| outcome[*i] = Some(Err(e.clone())));
                    }
                },
            }
            let Some((wait, error)) = again else { continue };
            if wait.is_zero() && self.next_exchanger() {
                out.note(format_args!("{}; asking the next exchanger", error.message()));
                continue;
            }
            rounds += 1;
            out.note(format_args!("{}; trying again in {:.1} s", error.message(), wait.as_secs_f64()));
            if let Err(stop) = self.cancel.sleep(wait) {
                common = Some(stop.clone());
                outcome.iter_mut().filter(|o| o.is_none()).for_each(|o| *o = Some(Err(stop.clone())));
            }
        }
        let tls = self.client.as_ref().and_then(Client::tls).map(|t| t.version().unwrap_or("TLS"));
        let recipients = outcome.into_iter().map(|o| o.unwrap_or(Ok(()))).collect();
        let server = self.exchangers.get(self.at).map(|h| Endpoint::new(h, self.target.endpoint.port));
        Sent { recipients, reply, attempts, tls, common, server }
    }

    /// Says goodbye and hands the counts over.
    pub fn end(mut self, out: &mut Output) {
        self.cancel.begin_cleanup(Duration::from_secs(2));
        let waits = self.client.take().map_or(0, Client::quit);
        out.add_round_trips(self.round_trips + waits);
    }
}
