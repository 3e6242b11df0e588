//! A session with one site that outlives its connections: it logs in when first needed, and again after a loss.

use crate::{
    TOOL,
    args::Shared,
    remote::{Scheme, Site},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use wirepost::{
    base::{error::*, tree::Entry},
    cli::{Output, output, secrets},
    ftp::{Client, Login, RemotePath, Security},
    job::retry::Policy,
    net::{Cancel, Dialer, tls::Version},
    textproto::Command,
};

pub struct Session<'a> {
    pub site: Site,
    shared: &'a Shared,
    cancel: Cancel,
    dialer: Arc<Dialer>,
    login: Login,
    /// Whether the login is one that TLS must protect; an anonymous download is not.
    protect: bool,
    client: Option<Client>,
    /// Connections of workers that are done, for those that come after them.
    spare: Vec<Client>,
    /// This login was taken once, by this session or one it was forked from.
    welcome: Arc<AtomicBool>,
    /// Why no connection can come about: a refused login is not tried again for the next file (accounts get locked), nor
    /// is a certificate looked at a thousand times, nor is a server that is gone waited for with every file.
    hopeless: Option<Error>,
    /// There was a connection.
    was_connected: bool,
    /// None came about when one was wanted last.
    stranded: bool,
    /// How often the login was refused since it was taken.
    refused: u32,
    policy: Policy,
    /// Of connections that are gone.
    round_trips: u64,
}

/// What the session is for: an upload is protected even if it is anonymous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Look,
    Change,
}

/// Who hears of what passes: the one who prints, or from a worker the thread that does.
pub trait Voice {
    fn note(&mut self, text: String);
    fn warn(&mut self, text: String);
    /// See [`Output::retrying`].
    fn retrying(&mut self, text: String) {
        if output::is_watched() { self.warn(text) } else { self.note(text) }
    }
}

impl Voice for Output {
    fn note(&mut self, text: String) {
        Output::note(self, text);
    }
    fn warn(&mut self, text: String) {
        Output::warn(self, text);
    }
}

impl<'a> Session<'a> {
    /// Finds out who logs in; connects later.
    pub fn new(
        mut site: Site,
        purpose: Purpose,
        shared: &'a Shared,
        out: &Output,
        cancel: &Cancel,
    ) -> Result<Session<'a>> {
        shared.tls.agrees(site.scheme.name().0, "ftp")?;
        let host = &site.endpoint.host;
        let user = secrets::user(&shared.login, site.user.as_deref(), host)?;
        let anonymous = user.is_none() || user.as_deref() == Some("anonymous");
        let login = match &user {
            Some(user) if !anonymous => {
                let identity = secrets::identity(&TOOL, &shared.login, user, host)?;
                let account = match &shared.ftp.ftp_account_file {
                    Some(path) => Some(secrets::from_file(path)?),
                    None => identity.account,
                };
                Login { user: identity.user, password: identity.password, account }
            }
            _ => Login::anonymous(),
        };
        site.user = user;
        let dialer = Arc::new(shared.network.dialer(&shared.tls, true, cancel, out.tracer()));
        if shared.ftp.active && dialer.is_proxied() {
            return Err(Error::new(Kind::Usage, "--active cannot go through a --proxy")
                .hint("passive mode, the default, does"));
        }
        let policy = Policy { retries: shared.network.retries, max_time: shared.network.retry_max_time };
        let protect = !anonymous || purpose == Purpose::Change;
        Ok(Session {
            site,
            shared,
            cancel: cancel.clone(),
            dialer,
            login,
            protect,
            client: None,
            spare: Vec::new(),
            welcome: Arc::default(),
            hopeless: None,
            was_connected: false,
            stranded: false,
            refused: 0,
            policy,
            round_trips: 0,
        })
    }

    pub fn host(&self) -> &str {
        &self.site.endpoint.host
    }

    /// The client, logged in. One try.
    pub fn client(&mut self) -> Result<&mut Client> {
        if self.client.as_ref().is_some_and(|c| !c.is_alive()) {
            self.forget();
        }
        if let Some(error) = &self.hopeless {
            return Err(error.clone());
        }
        if self.client.is_none() {
            self.client = self.spare.pop().filter(Client::is_alive);
        }
        if self.client.is_some() {
            (self.was_connected, self.stranded) = (true, false);
        } else {
            let (scheme, protect, tls) = (self.site.scheme, self.protect, &self.shared.tls);
            let proxied = self.dialer.is_proxied();
            let security = |peer| match scheme {
                Scheme::Ftps => Security::Implicit,
                Scheme::Ftpes => Security::Explicit,
                Scheme::Ftp if tls.tls.is_none() && !protect => Security::Off,
                Scheme::Ftp if tls.required(peer, proxied) => Security::Explicit,
                Scheme::Ftp => Security::Off,
            };
            let mut client =
                Client::connect(&self.dialer, &self.site.endpoint, security).map_err(|e| self.without(e))?;
            client = client.with(self.shared.ftp.options());
            match client.login(&self.login) {
                Ok(()) => {
                    self.welcome.store(true, Ordering::Relaxed);
                    (self.was_connected, self.stranded, self.refused) = (true, false, 0);
                    self.client = Some(client);
                }
                Err(e) => {
                    self.round_trips += client.quit();
                    return Err(self.without(e));
                }
            }
        }
        self.client.as_mut().ok_or_else(|| Error::new(Kind::Bug, "no client"))
    }

    /// A failure to connect that may have passed is forgotten: much time has gone by.
    pub fn hope_again(&mut self) {
        self.hopeless.take_if(|e| e.again() == Again::Now);
    }

    /// No connection came about. Remembered if it never will. A login that was taken before and is refused now most likely means
    /// that there are too many; if the server does not say so, it is believed once: a password may change in the middle.
    fn without(&mut self, error: Error) -> Error {
        self.stranded = true;
        if error.kind() == Kind::Auth && self.welcome.load(Ordering::Relaxed) {
            self.refused += 1;
            let low = error.message().to_ascii_lowercase();
            if self.refused == 1 || low.contains("too many") || low.contains("maximum") {
                return error.kind_is(Kind::Busy).again_is(Again::Now);
            }
        }
        if error.again() == Again::Never {
            self.hopeless = Some(error.clone());
        }
        error
    }

    /// Whether files are text, whose bytes here and there are not the same.
    pub fn is_text(&self) -> bool {
        self.shared.ftp.ascii
    }

    /// Whether no connection can be had, now that another may have one: none came about in the first place, or in all tries.
    pub fn is_stranded(&self) -> bool {
        self.stranded && (!self.was_connected || self.hopeless.is_some())
    }

    /// Whether there is a connection that can be used.
    pub fn is_connected(&self) -> bool {
        self.client.as_ref().is_some_and(Client::is_alive)
    }

    /// Drops the connection without a word.
    fn forget(&mut self) {
        if let Some(client) = self.client.take() {
            self.round_trips += client.round_trips();
        }
    }

    /// Another session with the same site and login, not connected.
    pub fn fork(&self) -> Session<'a> {
        Session {
            site: self.site.clone(),
            shared: self.shared,
            cancel: self.cancel.clone(),
            dialer: self.dialer.clone(),
            login: self.login.clone(),
            protect: self.protect,
            client: None,
            spare: Vec::new(),
            welcome: self.welcome.clone(),
            hopeless: self.hopeless.clone(),
            was_connected: false,
            stranded: false,
            refused: 0,
            policy: self.policy,
            round_trips: 0,
        }
    }

    /// Takes the other's connections, its counts and what it learnt.
    pub fn absorb(&mut self, mut other: Session<'a>) {
        self.round_trips += std::mem::take(&mut other.round_trips);
        self.hopeless = self.hopeless.take().or(other.hopeless.take());
        if self.is_connected() || other.is_connected() {
            // One connection came about, so another may.
            self.hopeless = None;
        }
        for client in other.client.take().into_iter().chain(std::mem::take(&mut other.spare)) {
            match client.is_alive() {
                true if self.client.is_none() => self.client = Some(client),
                true => self.spare.push(client),
                false => self.round_trips += client.round_trips(),
            }
        }
    }

    /// Gives its connection to another session.
    pub fn lend(&mut self, other: &mut Session<'a>) {
        other.client = self.client.take();
        other.spare = std::mem::take(&mut self.spare);
    }

    /// Gives another session a connection, if there is one: its own first.
    pub fn share(&mut self, other: &mut Session<'a>) {
        other.client = self.client.take().or_else(|| self.spare.pop());
    }

    /// Runs an operation, again after a passing failure as the policy allows. Returns how often it was tried as well.
    pub fn run<T, V: Voice>(
        &mut self,
        out: &mut V,
        mut operation: impl FnMut(&mut Session<'a>, &mut V, u32) -> Result<T>,
    ) -> (Result<T>, u32) {
        let began = Instant::now();
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match operation(self, out, tried) {
                Ok(done) => return (Ok(done), tried),
                Err(e) => e,
            };
            if let Err(e) = self.again(out, error, tried, began) {
                return (Err(e), tried);
            }
        }
    }

    /// See [`Client::rename`]. If the answer is lost, which of the two names is there tells what became of it; see
    /// [`Client::was_renamed`].
    ///
    /// # Errors
    /// `Unconfirmed` if nobody can tell.
    pub fn rename<V: Voice>(
        &mut self,
        out: &mut V,
        before: &[Command],
        from: &RemotePath,
        to: &RemotePath,
        proves: impl Fn(&Entry) -> bool,
    ) -> Result<Result<()>> {
        let lost = match self.client()?.rename(before, from, to) {
            Err(e) if e.kind() == Kind::Unconfirmed => e,
            other => return other,
        };
        out.note(format!("{}; looking whether it was renamed", lost.message()));
        match self.run(out, |session, _, _| session.client()?.was_renamed(from, to, &proves)).0 {
            Ok(Some(true)) => Ok(Ok(())),
            Ok(Some(false)) => self.client()?.rename(before, from, to),
            Err(e) if e.kind() == Kind::Interrupted => Err(e),
            Ok(None) | Err(_) => Err(lost),
        }
    }

    /// After a failure: waits for the next try if there is to be one; else gives the error back.
    pub fn again(&mut self, out: &mut impl Voice, error: Error, tried: u32, began: Instant) -> Result<()> {
        if self.reuse_refused(out) {
            return Ok(());
        }
        if self.cancel.is_stopping() || self.hopeless.is_some() {
            return Err(error);
        }
        let Some(wait) = self.policy.wait(&error, tried, began.elapsed()) else {
            if self.stranded && error.again() == Again::Now {
                self.hopeless = Some(error.clone());
            }
            return Err(error);
        };
        out.retrying(format!("{}; trying again in {:.1} s", error.message(), wait.as_secs_f64()));
        self.cancel.sleep(wait)
    }

    /// A server that refuses to resume a TLS 1.3 session often resumes one of 1.2: reconnects once with that, and says so.
    fn reuse_refused(&mut self, out: &mut impl Voice) -> bool {
        let refused = self.client.as_ref().is_some_and(Client::reuse_refused);
        if !refused
            || self.dialer.tls.max == Some(Version::V1_2)
            || self.dialer.tls.min == Some(Version::V1_3)
        {
            return false;
        }
        out.warn(format!(
            "{} refuses the data connection's session with TLS 1.3; trying TLS 1.2",
            self.host()
        ));
        let trace = self.dialer.trace.clone();
        let mut dialer = self.shared.network.dialer(&self.shared.tls, true, &self.cancel, trace);
        dialer.tls.max = Some(Version::V1_2);
        self.dialer = Arc::new(dialer);
        self.forget();
        self.spare.clear();
        true
    }

    /// Says goodbye and hands the counts over.
    pub fn end(mut self, out: &mut Output) {
        let clients = self.client.take().into_iter().chain(self.spare).collect();
        out.add_round_trips(self.round_trips + Client::quit_all(clients));
    }
}
