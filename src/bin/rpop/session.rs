//! From a URL and flags to a session that is logged in, and how often that is tried.

use crate::{TOOL, args::Rpop, target::Target};
use std::time::Instant;
use wirepost::{
    base::error::*,
    cli::{
        Output,
        args::TlsChoice,
        secrets::{self, By},
    },
    job::retry::Policy,
    net::{Cancel, Dialer, Endpoint},
    pop3::{Client, Method},
    textproto::{
        Conn, Style,
        sasl::{Credentials, Mechanism},
    },
};

/// Everything that is needed to log in, as often as it takes.
pub struct Server {
    target: Target,
    credentials: Credentials,
    method: Method,
    dialer: Dialer,
    tls: wirepost::cli::TlsArgs,
    cancel: Cancel,
    policy: Policy,
}

impl Server {
    /// Finds user and secret; connects to nothing.
    pub fn new(args: &Rpop, target: Target, out: &Output, cancel: &Cancel) -> Result<Server> {
        args.tls.agrees(if target.implicit { "pop3s" } else { "pop3" }, "pop3")?;
        let host = target.endpoint.host.clone();
        let user = secrets::user(&args.login, target.user.as_deref(), &host)?;
        let by = By {
            token_command: args.auth.token_command.as_deref(),
            external: args.auth.auth == Method::Sasl(Mechanism::External),
            certificate: args.tls.client_cert.is_some(),
        };
        let credentials = secrets::credentials(&TOOL, &args.login, by, user.as_deref(), &host)?;
        let credentials = credentials.ok_or_else(|| {
            Error::new(Kind::Usage, format!("no user for {host}")).hint("write pop3s://user@host, or --user")
        })?;
        let bound = args.auth.auth == Method::Sasl(Mechanism::ScramSha256Plus);
        Ok(Server {
            target,
            credentials,
            method: args.auth.auth,
            dialer: args.network.dialer(&args.tls, bound, cancel, out.tracer()),
            tls: args.tls.clone(),
            cancel: cancel.clone(),
            policy: Policy { retries: args.network.retries, max_time: args.network.retry_max_time },
        })
    }

    pub fn host(&self) -> &str {
        &self.target.endpoint.host
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.target.endpoint
    }

    /// `user@host:port`: whose state it is.
    pub fn account(&self) -> String {
        format!("{}@{}", self.credentials.user, self.target.endpoint)
    }

    /// Connects, secures and logs in, once. Returns how the login was done, too.
    pub fn open(&self) -> Result<(Client, &'static str)> {
        let mut client = self.connect()?;
        let clear = self.tls.tls == Some(TlsChoice::Off);
        let method = client.login(self.method, &self.credentials, clear)?;
        Ok((client, method))
    }

    fn connect(&self) -> Result<Client> {
        let host = self.host();
        let io = self.dialer.dial(&self.target.endpoint)?;
        let peer = io.peer_addr().map_err(|e| Error::from_io(e, Kind::Closed, "lost the connection"))?;
        if self.target.implicit {
            let io = self.dialer.secure(io, host, None)?;
            return Client::greet(Conn::new(io, host, Style::Line, &self.dialer));
        }
        let client = Client::greet(Conn::new(io, host, Style::Line, &self.dialer))?;
        if self.tls.required(peer.ip(), self.dialer.is_proxied()) {
            client.start_tls(&self.dialer)
        } else {
            Ok(client)
        }
    }

    /// Runs `work` with a fresh session, again after a passing failure: connection lost or not made, a timeout. What
    /// was done before the failure is the work's own to know.
    pub fn with_session<T>(
        &self,
        out: &mut Output,
        mut work: impl FnMut(Client, &'static str, &mut Output) -> Result<T>,
    ) -> Result<T> {
        let started = Instant::now();
        for tried in 1.. {
            let done = self.open().and_then(|(client, method)| work(client, method, out));
            let error = match done {
                Ok(done) => return Ok(done),
                Err(e) => e,
            };
            let Some(wait) = self.policy.wait(&error, tried, started.elapsed()) else { return Err(error) };
            out.retrying(format_args!(
                "{}; trying again ({tried} of {})",
                error.message(),
                self.policy.retries
            ));
            self.cancel.sleep(wait)?;
        }
        Err(Error::new(Kind::Bug, "endless retries came to an end"))
    }
}

/// Ends a session in which nothing was marked: what was read is read, whatever QUIT says.
pub fn leave(client: Client, out: &mut Output) {
    let trips = client.round_trips();
    out.add_round_trips(trips + 1);
    if let Err(e) = client.quit() {
        out.note(format_args!("QUIT: {}", e.message()));
    }
}
