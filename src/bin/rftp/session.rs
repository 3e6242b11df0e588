//! A session with one site that outlives its connections: it logs in when first needed, and again after a loss.

use crate::{
    TOOL,
    args::Shared,
    remote::{Scheme, Site},
};
use std::{sync::Arc, time::Instant};
use wirepost::{
    base::error::*,
    cli::{Output, secrets},
    ftp::{Client, Login, Security},
    job::retry::Policy,
    net::{Cancel, Dialer, tls::Version},
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
    /// Why no connection can come about: a refused login is not tried again for the next file (accounts get locked), nor
    /// is a certificate looked at a thousand times.
    hopeless: Option<Error>,
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

impl<'a> Session<'a> {
    /// Finds out who logs in; connects later.
    pub fn new(
        mut site: Site,
        purpose: Purpose,
        shared: &'a Shared,
        out: &Output,
        cancel: &Cancel,
    ) -> Result<Session<'a>> {
        let host = &site.endpoint.host;
        let user = secrets::user(&shared.login, site.user.as_deref(), host)?;
        let anonymous = user.is_none() || user.as_deref() == Some("anonymous");
        let login = match &user {
            Some(user) if !anonymous => {
                let identity = secrets::identity(&TOOL, &shared.login, user, host)?;
                Login { user: identity.user, password: identity.password, account: identity.account }
            }
            _ => Login::anonymous(),
        };
        site.user = user;
        let dialer = Arc::new(shared.network.dialer(&shared.tls, true, cancel, out.tracer()));
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
            hopeless: None,
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
            let (scheme, protect, tls) = (self.site.scheme, self.protect, &self.shared.tls);
            let security = |peer| match scheme {
                Scheme::Ftps => Security::Implicit,
                Scheme::Ftpes => Security::Explicit,
                Scheme::Ftp if tls.tls.is_none() && !protect => Security::Off,
                Scheme::Ftp if tls.required(peer, false) => Security::Explicit,
                Scheme::Ftp => Security::Off,
            };
            let mut client =
                Client::connect(&self.dialer, &self.site.endpoint, security).map_err(|e| self.without(e))?;
            match client.login(&self.login) {
                Ok(()) => self.client = Some(client),
                Err(e) => {
                    self.round_trips += client.quit();
                    return Err(self.without(e));
                }
            }
        }
        self.client.as_mut().ok_or_else(|| Error::new(Kind::Bug, "no client"))
    }

    /// No connection came about. Remembered if it never will.
    fn without(&mut self, error: Error) -> Error {
        if error.again() == Again::Never {
            self.hopeless = Some(error.clone());
        }
        error
    }

    /// The client if it is connected and usable: for cleaning up.
    pub fn living(&mut self) -> Option<&mut Client> {
        self.client.as_mut().filter(|c| c.is_alive())
    }

    /// Drops the connection without a word.
    fn forget(&mut self) {
        if let Some(client) = self.client.take() {
            self.round_trips += client.round_trips();
        }
    }

    /// Runs an operation, again after a passing failure as the policy allows. Returns how often it was tried as well.
    pub fn run<T>(
        &mut self,
        out: &mut Output,
        mut operation: impl FnMut(&mut Session<'a>, &mut Output, u32) -> Result<T>,
    ) -> (Result<T>, u32) {
        let began = Instant::now();
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match operation(self, out, tried) {
                Ok(done) => return (Ok(done), tried),
                Err(e) => e,
            };
            if self.reuse_refused(out) {
                continue;
            }
            if self.cancel.is_stopping() {
                return (Err(error), tried);
            }
            let Some(wait) = self.policy.wait(&error, tried, began.elapsed()) else {
                return (Err(error), tried);
            };
            out.note(format_args!("{}; trying again in {:.1} s", error.message(), wait.as_secs_f64()));
            if let Err(stop) = self.cancel.sleep(wait) {
                return (Err(stop), tried);
            }
        }
    }

    /// A server that refuses to resume a TLS 1.3 session often resumes one of 1.2: reconnects once with that, and says so.
    fn reuse_refused(&mut self, out: &mut Output) -> bool {
        let refused = self.client.as_ref().is_some_and(Client::reuse_refused);
        if !refused
            || self.dialer.tls.max == Some(Version::V1_2)
            || self.dialer.tls.min == Some(Version::V1_3)
        {
            return false;
        }
        out.warn(format_args!(
            "{} refuses the data connection's session with TLS 1.3; trying TLS 1.2",
            self.host()
        ));
        let mut dialer = self.shared.network.dialer(&self.shared.tls, true, &self.cancel, out.tracer());
        dialer.tls.max = Some(Version::V1_2);
        self.dialer = Arc::new(dialer);
        self.forget();
        true
    }

    /// Says goodbye and hands the counts over.
    pub fn end(mut self, out: &mut Output) {
        let waits = match self.client.take() {
            Some(client) => client.quit(),
            None => 0,
        };
        out.add_round_trips(self.round_trips + waits);
    }
}
