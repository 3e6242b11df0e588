//! A session with one server that outlives its connections: it logs in when first needed, and again after a loss.
//!
//! A message is tried again as long as that can do no harm: nobody has got it yet, or only those are asked again who have not.
//! A server that cannot be reached, or that refuses the login, is not asked again for the next message of the same run.
//! With `--mx` it is many sessions, one for each domain ([`crate::exchangers`]).

use crate::{args::Shared, exchangers::Exchangers, outgoing::Outgoing, report::Kept, server::Target};
use std::{
    rc::Rc,
    time::{Duration, Instant},
};
use wirepost::{
    base::{body::Body, error::*},
    cli::{Output, args::TlsChoice},
    job::retry::Policy,
    net::{Cancel, Dialer, Endpoint, dns::Resolver},
    smtp::{Client, Envelope, Extensions, Tls},
    textproto::{Reply, sasl::Mechanism},
};

pub struct Session<'a> {
    pub target: Target,
    shared: &'a Shared,
    dialer: Rc<Dialer>,
    cancel: Cancel,
    client: Option<Client>,
    exchangers: Exchangers,
    /// With `--mx`: the sessions of domains, the last used last.
    pub(super) domains: Vec<Session<'a>>,
    /// With `--mx`: this is no domain's session, but the one that has them.
    has_domains: bool,
    /// What is offered by those of whom nothing is known.
    nothing: Extensions,
    /// `--max-per-connection`.
    pub most: Option<u64>,
    policy: Policy,
    mechanism: Option<&'static str>,
    /// Why there is no more connecting in this run.
    dead: Option<Error>,
    /// A server that has enough is left alone, and nothing is tried twice.
    once: bool,
    /// Of connections that are gone.
    round_trips: u64,
}

/// What became of one message.
#[derive(Default)]
pub struct Sent {
    /// For each recipient.
    pub recipients: Vec<Result<()>>,
    pub reply: Option<Reply>,
    pub attempts: u32,
    pub tls: Option<&'static str>,
    /// The failure that all of the failed have in common, if it is one: it is told once.
    pub common: Option<Error>,
    /// Who of them it is kept in the queue for.
    pub kept: Option<Kept>,
    /// Who took it or refused it, where that is not the one server of the run.
    pub server: Option<Endpoint>,
}

impl Sent {
    /// It was not to be sent to any of these.
    pub fn failed(to: &[usize], why: &Error) -> Sent {
        let recipients = to.iter().map(|_| Err(why.clone())).collect();
        Sent { recipients, attempts: 1, common: Some(why.clone()), ..Sent::default() }
    }
}

/// What this run dials with.
fn dialer(target: &Target, shared: &Shared, out: &Output, cancel: &Cancel) -> Rc<Dialer> {
    let bound = shared.server.auth == Some(Mechanism::ScramSha256Plus);
    let mut dialer = shared.network.dialer(&shared.tls, bound, cancel, out.tracer());
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
        let has_domains = target.mx;
        Session { has_domains, ..Session::with(target, shared, dialer) }
    }

    /// The session of one domain: it dials as this one does, and has its limits.
    pub(super) fn of_domain(&self, target: Target) -> Session<'a> {
        let mut session = Session::with(target, self.shared, self.dialer.clone());
        (session.most, session.once, session.policy) = (self.most, self.once, self.policy);
        session.dead = self.dead.clone();
        session
    }

    fn with(target: Target, shared: &'a Shared, dialer: Rc<Dialer>) -> Session<'a> {
        let policy = Policy { retries: shared.network.retries, max_time: shared.network.retry_max_time };
        let cancel = dialer.cancel.clone();
        Session {
            target,
            shared,
            dialer,
            cancel,
            client: None,
            exchangers: Exchangers::default(),
            domains: Vec::new(),
            has_domains: false,
            nothing: Extensions::default(),
            most: None,
            policy,
            mechanism: None,
            dead: None,
            once: false,
            round_trips: 0,
        }
    }

    /// From here on each message is tried once, for the queue has a patience of its own.
    pub fn one_connection(&mut self) {
        self.once = true;
        self.policy.retries = 0;
    }

    /// There is no sense in connecting.
    pub fn give_up(&mut self, why: Error) {
        self.dead = Some(why);
    }

    /// Why there is no connecting any more.
    pub fn dead(&self) -> Option<&Error> {
        self.dead.as_ref()
    }

    /// A connection, if there is to be one in this run.
    ///
    /// # Errors
    /// What stands in the way; it is not tried again.
    pub fn connect(&mut self) -> Result<()> {
        if let Some(dead) = &self.dead {
            return Err(dead.clone());
        }
        if self.has_domains {
            return Ok(());
        }
        let connected = self.client().map(drop);
        if let Err(e) = &connected {
            self.dead = Some(e.clone());
        }
        connected
    }

    /// Whether each domain has a server of its own, so that what one of them says is nothing to the others.
    pub fn has_domains(&self) -> bool {
        self.has_domains
    }

    /// Whether the next message has a connection that stands.
    pub fn is_open(&self) -> bool {
        self.client.as_ref().is_some_and(Client::is_usable) || self.domains.iter().any(Session::is_open)
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

    /// What the server offers; `None` if it cannot be asked in this run, so that nothing is sent either. Of exchangers nothing is
    /// known beforehand: what goes to them must need nothing.
    pub fn extensions(&mut self, out: &mut Output) -> Option<&Extensions> {
        if self.has_domains {
            return Some(&self.nothing);
        }
        let (began, mut rounds) = (Instant::now(), 1);
        while self.dead.is_none() {
            let Err(e) = self.client() else { break };
            // What a server can take must not be told from a connection that failed: the next one may stand.
            let wait = self.policy.wait(&e, rounds, began.elapsed()).filter(|_| !self.cancel.is_stopping());
            let Some(wait) = wait else {
                self.dead = Some(e);
                break;
            };
            rounds += 1;
            self.dead = self.again_in(wait, &e, out).err();
        }
        self.client.as_ref().filter(|_| self.dead.is_none()).map(Client::extensions)
    }

    /// Says that it will be tried again, and waits until then.
    fn again_in(&self, wait: Duration, why: &Error, out: &mut Output) -> Result<()> {
        out.retrying(format_args!("{}; trying again in {:.1} s", why.message(), wait.as_secs_f64()));
        self.cancel.sleep(wait)
    }

    fn open(&mut self) -> Result<Client> {
        if self.has_domains {
            let error = Error::new(Kind::Usage, "there is no one server to connect to with --mx");
            return Err(error.hint("--server names one"));
        }
        if self.target.mx {
            let (target, shared, dialer) = (&self.target, self.shared, &self.dialer);
            let open_at = |at: &Endpoint| open_exchanger(dialer, target, shared, at);
            return self.exchangers.open(dialer, &target.endpoint, open_at);
        }
        let (target, shared) = (&self.target, self.shared);
        let tls = |peer| target.tls(shared, peer);
        let mut client =
            Client::open(&self.dialer, &target.endpoint, target.options.clone(), tls).map_err(|e| {
                if target.by_default && e.kind() == Kind::Connect {
                    let text = "no server is named, and this machine has none at localhost:25";
                    let hint = "--server smtp://[user@]host or RSENDMAIL_URL names one";
                    return Error::new(Kind::Config, text).hint(hint);
                }
                e
            })?;
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

    /// How long to wait before this is tried again; not at all where another exchanger can be asked.
    fn wait(&self, e: &Error, rounds: u32, elapsed: Duration) -> Option<Duration> {
        let other = self.client.is_some() && self.exchangers.has_next();
        if other && e.again() != Again::Never && !self.cancel.is_stopping() {
            return Some(Duration::ZERO);
        }
        self.policy.wait(e, rounds, elapsed)
    }

    /// One try for those recipients that are still open.
    fn attempt(
        &mut self,
        envelope: &Envelope,
        body: &dyn Body,
        dry: bool,
    ) -> Result<(Vec<Result<()>>, Option<Reply>)> {
        loop {
            let reused = self.client.as_ref().is_some_and(|c| c.is_usable() && c.messages() > 0);
            let client = self.client()?;
            let done = if dry {
                client.probe(envelope, body.size()).map(|recipients| (recipients, None))
            } else {
                client.send(envelope, body).map(|d| (d.recipients, d.reply))
            };
            match done {
                // A server that had enough of this connection, or forgot it, says nothing about the message.
                Err(e) if reused && (e.kind() == Kind::Closed || (e.code() == Some(421) && !self.once)) => {
                    self.forget();
                }
                other => return other,
            }
        }
    }

    /// Sends to all recipients, again and again to those whom it may still reach.
    pub fn send(&mut self, message: &Outgoing, dry: bool, out: &mut Output) -> Sent {
        if self.has_domains {
            return self.send_by_domain(message, dry, out);
        }
        self.send_to(&message.envelope, &*message.body, dry, out)
    }

    pub(super) fn send_to(
        &mut self,
        envelope: &Envelope,
        body: &dyn Body,
        dry: bool,
        out: &mut Output,
    ) -> Sent {
        let began = Instant::now();
        let all = &envelope.to;
        let mut outcome: Vec<Option<Result<()>>> = all.iter().map(|_| None).collect();
        let (mut reply, mut attempts, mut common) = (None, 0, None);
        // What an exchanger said that may take them later. The others may be dead or decoys: what they say then makes it no worse.
        let mut later: Vec<Option<Error>> = all.iter().map(|_| None).collect();
        // How often all exchangers, or the one server, were asked.
        let mut rounds = 1;
        if self.client.as_ref().is_none_or(|c| !c.is_usable()) {
            self.exchangers.begin_anew();
        }
        loop {
            let open: Vec<usize> = (0..all.len()).filter(|i| outcome[*i].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let to = open.iter().map(|i| all[*i].clone()).collect();
            let envelope = Envelope { to, ..envelope.clone() };
            let mut again: Option<(Duration, Error)> = None;
            if let Some(dead) = &self.dead {
                common = Some(dead.clone());
                open.iter().for_each(|i| outcome[*i] = Some(Err(dead.clone())));
                break;
            }
            attempts += 1;
            match self.attempt(&envelope, body, dry) {
                Ok((answers, said)) => {
                    reply = said.or(reply);
                    for (i, answer) in open.iter().zip(answers) {
                        match answer {
                            Err(e) => match self.wait(&e, rounds, began.elapsed()) {
                                Some(wait) => {
                                    later[*i] = Some(e.clone());
                                    again.get_or_insert((wait, e));
                                }
                                None => outcome[*i] = Some(Err(e)),
                            },
                            answer => outcome[*i] = Some(answer),
                        }
                    }
                }
                Err(e) => match self.wait(&e, rounds, began.elapsed()) {
                    Some(wait) if !self.cancel.is_stopping() => {
                        if self.client.is_some() {
                            open.iter().for_each(|i| later[*i] = Some(e.clone()));
                        }
                        again = Some((wait, e));
                    }
                    _ => {
                        let unreached = self.client.is_none() && !self.cancel.is_stopping();
                        let put_off = self.target.mx && unreached && open.iter().any(|i| later[*i].is_some());
                        if self.client.is_none() && !put_off {
                            self.dead = Some(e.clone());
                        }
                        for i in open {
                            let said = later[i].take().filter(|_| put_off);
                            outcome[i] = Some(Err(said.unwrap_or_else(|| e.clone())));
                        }
                        common = (!put_off).then_some(e);
                    }
                },
            }
            let Some((wait, error)) = again else { continue };
            if wait.is_zero() {
                self.leave();
                self.exchangers.go_on();
                out.note(format_args!("{}; asking the next exchanger", error.message()));
                continue;
            }
            rounds += 1;
            if let Err(stop) = self.again_in(wait, &error, out) {
                common = Some(stop.clone());
                outcome.iter_mut().filter(|o| o.is_none()).for_each(|o| *o = Some(Err(stop.clone())));
            }
        }
        let tls = self.client.as_ref().and_then(Client::tls).map(|t| t.version().unwrap_or("TLS"));
        let recipients = outcome.into_iter().map(|o| o.unwrap_or(Ok(()))).collect();
        let server = self.exchangers.host().map(|host| Endpoint::new(host, self.target.endpoint.port));
        Sent { recipients, reply, attempts, tls, common, kept: None, server }
    }

    /// Says goodbye and hands the counts over.
    pub fn end(mut self, out: &mut Output) {
        std::mem::take(&mut self.domains).into_iter().for_each(|session| session.end(out));
        self.cancel.begin_cleanup(Duration::from_secs(2));
        let waits = self.client.take().map_or(0, Client::quit);
        out.add_round_trips(self.round_trips + waits);
    }
}

/// As far as an exchanger goes along: TLS where it offers it, and without where that comes to nothing.
fn open_exchanger(dialer: &Dialer, target: &Target, shared: &Shared, at: &Endpoint) -> Result<Client> {
    let open = |tls: Option<Tls>| {
        Client::open(dialer, at, target.options.clone(), |peer| {
            tls.unwrap_or_else(|| target.tls(shared, peer))
        })
    };
    match open(None) {
        Err(e) if e.kind() == Kind::Tls && shared.tls.tls.is_none() => {
            dialer.trace.note(format_args!("{e}; without TLS then"));
            open(Some(Tls::Off))
        }
        opened => opened,
    }
}
