//! From a host and a port to a connected socket: resolving, connecting, listening.
//!
//! * Resolving runs on a thread of its own, since nothing can interrupt it; at a limit or a signal that thread is abandoned.
//!   "No such host" (EAI_NONAME) and "ask again" (EAI_AGAIN) stay apart, for one is final and the other is not.
//! * All addresses of a host share one budget: each but the last gets half of what is left.
//! * Where there is a proxy every connection goes through it; none is ever made past it.

use super::{
    Cancel, Endpoint, Patience, Timeouts, Tracer, Transport,
    cancel::SLICE,
    dns::Resolver,
    proxy::{self, Proxy},
    socket::Socket,
    tls, unix,
};
use crate::base::error::*;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockAddr, Socket as RawSocket, TcpKeepalive, Type};
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    ops::RangeInclusive,
    os::fd::AsFd,
    sync::{
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

/// Which addresses may be used: `-4`, `-6`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Any,
    V4,
    V6,
}

/// How this run reaches the world; one for all connections, shared by its workers.
#[derive(Default)]
pub struct Dialer {
    pub cancel: Cancel,
    pub timeouts: Timeouts,
    pub family: Family,
    /// `--bind`: the local address of every connection.
    pub bind: Option<IpAddr>,
    /// `--proxy`. An error in finding its secret is told by the first connection that needs it.
    pub proxy: Option<Result<Proxy>>,
    pub tls: tls::TlsOptions,
    pub trace: Tracer,
    /// Where set, names are looked up in the DNS by this, and not by the system's name service.
    pub resolver: Option<Resolver>,
    /// Where set, connections are made by this and not by TCP: a script or a fuzzer plays the server's whole side.
    pub by: Option<Connect>,
    connector: tls::Lazy,
}

/// How many ports were listened on, by all workers of this run.
static LISTENED: AtomicU16 = AtomicU16::new(0);

/// Makes a connection to an endpoint.
pub type Connect = Box<dyn Fn(&Endpoint) -> Result<Box<dyn Transport>> + Send + Sync>;

impl Dialer {
    pub fn new(cancel: Cancel, timeouts: Timeouts, tls: tls::TlsOptions, trace: Tracer) -> Dialer {
        Dialer { cancel, timeouts, tls, trace, ..Dialer::default() }
    }

    /// A TCP connection to the endpoint, by the first of its addresses that answers.
    ///
    /// # Errors
    /// `Resolve` (no such host: never again; name service silent: now), `Connect`, `Timeout`, `Interrupted`.
    pub fn dial(&self, to: &Endpoint) -> Result<Box<dyn Transport>> {
        self.dial_within(to, self.timeouts.connect)
    }

    /// As [`Dialer::dial`], with a budget of its own for connecting.
    pub fn dial_within(&self, to: &Endpoint, budget: Duration) -> Result<Box<dyn Transport>> {
        if let Some(connect) = &self.by {
            return connect(to);
        }
        if let Some(path) = to.path() {
            let patience = Patience::silence(self.timeouts.silence, "the peer", "--timeout");
            let io = unix::connect(to, path, &self.cancel, budget, patience)?;
            self.trace.note(format_args!("connected to {to}"));
            return Ok(Box::new(io));
        }
        match &self.proxy {
            None => Ok(Box::new(self.direct(to, budget)?)),
            Some(Ok(proxy)) => Ok(Box::new(self.through(proxy, to, budget)?)),
            Some(Err(e)) => Err(e.clone()),
        }
    }

    /// Whether connections go through a proxy, so that nothing is known of the peer's address.
    pub fn is_proxied(&self) -> bool {
        self.proxy.is_some()
    }

    /// A connection that the proxy made for us.
    fn through(&self, proxy: &Proxy, to: &Endpoint, budget: Duration) -> Result<Socket> {
        let found = match proxy.kind {
            proxy::Kind::Socks5 => self.resolve(to)?.into_iter().map(|a| Some(a.ip())).collect(),
            _ => vec![None],
        };
        let deadline = Instant::now() + budget;
        let mut failed = None;
        for address in found {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut io = self.direct(&proxy.at, left).map_err(|e| e.context("cannot reach the proxy"))?;
            let left = deadline.saturating_duration_since(Instant::now());
            let patience = Patience::within(left, "the proxy's answer", "--connect-timeout");
            match proxy.ask(&mut io, to, address, patience) {
                Ok(()) => {
                    self.trace.note(format_args!("connected to {to} through the proxy {proxy}"));
                    io.set_patience(Patience::silence(self.timeouts.silence, "the peer", "--timeout"));
                    return Ok(io.beyond(&to.host));
                }
                Err(e) if e.kind() == Kind::Connect => failed = Some(e),
                Err(e) => return Err(e),
            }
        }
        Err(failed.unwrap_or_else(|| connect_error(to, "it has no address of the wanted family")))
    }

    fn direct(&self, to: &Endpoint, budget: Duration) -> Result<Socket> {
        let addresses = self.resolve(to)?;
        let deadline = Instant::now() + budget;
        let mut failed = None;
        for (i, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = if i + 1 == addresses.len() { left } else { left / 2 };
            match self.connect(to, *address, share) {
                Ok(stream) => {
                    self.trace.note(format_args!("connected to {address}"));
                    let patience = Patience::silence(self.timeouts.silence, "the peer", "--timeout");
                    return Socket::new(stream, self.cancel.clone(), patience, &to.host)
                        .map_err(|e| connect_error(to, &cause(&e)));
                }
                Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                Err(e) => {
                    self.trace.note(format_args!("{address}: {e}"));
                    failed.get_or_insert(e);
                }
            }
            self.cancel.check()?;
        }
        Err(failed.unwrap_or_else(|| connect_error(to, "it has no address of the wanted family")))
    }

    /// TLS over a connection: the handshake, with the certificate checked against `name` as the options say, and the
    /// session of an earlier connection offered where there is one.
    ///
    /// # Errors
    /// `Tls`; and what the connection itself may say.
    pub fn secure(
        &self,
        io: Box<dyn Transport>,
        name: &str,
        resume: Option<&tls::TlsSession>,
    ) -> Result<Box<dyn Transport>> {
        let handshake = self.begin_secure(io, name, resume)?;
        self.finish_secure(handshake, name)
    }

    /// As [`Dialer::secure`], without waiting for the peer: something else can be waited for meanwhile.
    pub fn begin_secure(
        &self,
        mut io: Box<dyn Transport>,
        name: &str,
        resume: Option<&tls::TlsSession>,
    ) -> Result<tls::Handshake> {
        io.set_patience(Patience::within(self.timeouts.connect, "the TLS handshake", "--connect-timeout"));
        tls::begin(&self.connector, &self.tls, io, name, resume)
    }

    /// The rest of what [`Dialer::begin_secure`] began.
    pub fn finish_secure(&self, handshake: tls::Handshake, name: &str) -> Result<Box<dyn Transport>> {
        let mut io = tls::finish(&self.connector, &self.tls, handshake, name)?;
        if let Some(info) = io.tls() {
            self.trace.note(format_args!("{}", tls::Summary(info)));
        }
        io.set_patience(Patience::silence(self.timeouts.silence, "the peer", "--timeout"));
        Ok(io)
    }

    /// Opens a port for the peer to connect to, on the address that an existing connection has here. The ports of a range are
    /// taken in turn: a server that connects from one fixed port cannot use the same pair twice within minutes. Where all are taken,
    /// by other transfers as a rule, one is waited for.
    pub fn listen(&self, local: IpAddr, ports: Option<RangeInclusive<u16>>) -> Result<TcpListener> {
        let ports: Vec<u16> = ports.unwrap_or(0..=0).collect();
        let first = usize::from(LISTENED.fetch_add(1, Ordering::Relaxed)) % ports.len().max(1);
        let deadline = Instant::now() + self.timeouts.connect;
        let last = loop {
            let mut last = None;
            for port in ports[first..].iter().chain(&ports[..first]) {
                match TcpListener::bind((local, *port)) {
                    Ok(listener) => return Ok(listener),
                    Err(e) => last = Some(e),
                }
            }
            let taken = last.as_ref().is_some_and(|e| e.kind() == io::ErrorKind::AddrInUse);
            if !taken || Instant::now() >= deadline {
                break last;
            }
            self.cancel.check()?;
            std::thread::sleep(SLICE / 8);
        };
        let why = last.map_or_else(|| "the range is empty".to_string(), |e| cause(&e));
        let error = Error::new(Kind::Local, format!("cannot listen on {local}: {why}"));
        // Another run may hold the few ports there are.
        Err(if ports.len() > 1 {
            error.again_is(Again::Later).hint("--port-range may be too small")
        } else {
            error
        })
    }

    /// Takes the connection of that very peer; connections of anybody else are closed and reported in the trace.
    pub fn accept(&self, listener: &TcpListener, peer: IpAddr, host: &str) -> Result<Box<dyn Transport>> {
        let deadline = Instant::now() + self.timeouts.connect;
        let fail = |e: &io::Error| Error::new(Kind::Local, format!("cannot accept: {}", cause(e)));
        loop {
            let patience =
                Patience::silence(self.timeouts.connect, "the data connection", "--connect-timeout");
            self.ready(listener, PollFlags::IN, deadline)?
                .then_some(())
                .ok_or_else(|| patience.error(host))?;
            let (stream, from) = listener.accept().map_err(|e| fail(&e))?;
            if from.ip().to_canonical() != peer.to_canonical() {
                self.trace.note(format_args!("closed a connection from {from}: it is not {peer}"));
                continue;
            }
            let patience = Patience::silence(self.timeouts.silence, "the peer", "--timeout");
            let socket = Socket::new(stream, self.cancel.clone(), patience, host).map_err(|e| fail(&e))?;
            return Ok(Box::new(socket));
        }
    }

    fn resolve(&self, to: &Endpoint) -> Result<Vec<SocketAddr>> {
        let wanted = |a: &SocketAddr| {
            let family = match self.family {
                Family::Any => true,
                Family::V4 => a.is_ipv4(),
                Family::V6 => a.is_ipv6(),
            };
            // From an address of the one family none of the other can be reached.
            family && self.bind.is_none_or(|local| local.is_ipv4() == a.is_ipv4())
        };
        if let Ok(ip) = to.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, to.port)].into_iter().filter(wanted).collect());
        }
        if let Some(resolver) = &self.resolver {
            let found = resolver.addresses(self, &to.host)?;
            return Ok(found.into_iter().map(|ip| SocketAddr::new(ip, to.port)).filter(wanted).collect());
        }
        let (send, receive) = mpsc::channel();
        let host = to.host.clone();
        // Never joined: getaddrinfo(3) cannot be interrupted, and the process may end while it waits.
        std::thread::spawn(move || send.send(look_up(&host)));
        let deadline = Instant::now() + self.timeouts.connect;
        loop {
            self.cancel.check()?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let what = "the name service to find the host";
                return Err(
                    Patience::silence(self.timeouts.connect, what, "--connect-timeout").error(&to.host)
                );
            }
            match receive.recv_timeout(left.min(SLICE)) {
                Ok(Ok(found)) => {
                    let mut addresses: Vec<SocketAddr> = Vec::new();
                    for address in found.into_iter().map(|ip| SocketAddr::new(ip, to.port)).filter(wanted) {
                        if !addresses.contains(&address) {
                            addresses.push(address);
                        }
                    }
                    return Ok(addresses);
                }
                Ok(Err(error)) => return Err(error.host(&to.host)),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(Kind::Bug, "the resolver's thread ended"));
                }
            }
        }
    }

    pub(super) fn connect(&self, to: &Endpoint, address: SocketAddr, budget: Duration) -> Result<TcpStream> {
        let fail = |e: &io::Error| connect_error(to, &cause(e));
        let socket =
            RawSocket::new(Domain::for_address(address), Type::STREAM, None).map_err(|e| fail(&e))?;
        if let Some(local) = self.bind {
            socket.bind(&SockAddr::from(SocketAddr::new(local, 0))).map_err(|e| {
                Error::new(Kind::Local, format!("cannot use {local} as our address: {}", cause(&e)))
            })?;
        }
        let keepalive =
            TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(30));
        socket.set_tcp_keepalive(&keepalive).map_err(|e| fail(&e))?;
        socket.set_nonblocking(true).map_err(|e| fail(&e))?;
        match socket.connect(&SockAddr::from(address)) {
            Ok(()) => {}
            Err(e) if e.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                if !self.ready(&socket, PollFlags::OUT, Instant::now() + budget)? {
                    let limit = self.timeouts.connect;
                    return Err(Patience::silence(limit, "a connection", "--connect-timeout").error(&to.host));
                }
                if let Some(e) = socket.take_error().map_err(|e| fail(&e))? {
                    return Err(fail(&e));
                }
            }
            Err(e) => return Err(fail(&e)),
        }
        socket.set_nonblocking(false).map_err(|e| fail(&e))?;
        Ok(socket.into())
    }

    /// Waits in slices until the descriptor is ready; false at the deadline.
    fn ready(&self, fd: &impl AsFd, what: PollFlags, deadline: Instant) -> Result<bool> {
        loop {
            self.cancel.check()?;
            let left = deadline.saturating_duration_since(Instant::now()).min(SLICE);
            let time = Timespec { tv_sec: 0, tv_nsec: i64::from(left.subsec_nanos()) };
            let mut fds = [PollFd::new(fd, what)];
            match poll(&mut fds, Some(&time)) {
                Ok(0) | Err(rustix::io::Errno::INTR) if Instant::now() >= deadline => return Ok(false),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(e) => return Err(Error::from_io(e.into(), Kind::Local, "cannot wait")),
            }
        }
    }
}

fn connect_error(to: &Endpoint, why: &str) -> Error {
    Error::new(Kind::Connect, format!("cannot connect to {to}: {why}")).host(&to.host)
}

/// getaddrinfo(3), with its errors told apart.
fn look_up(host: &str) -> Result<Vec<IpAddr>> {
    use dns_lookup::LookupErrorKind as Eai;
    let hints = dns_lookup::AddrInfoHints {
        socktype: dns_lookup::SockType::Stream.into(),
        ..dns_lookup::AddrInfoHints::default()
    };
    match dns_lookup::getaddrinfo(Some(host), None, Some(hints)) {
        Ok(found) => Ok(found.filter_map(std::io::Result::ok).map(|a| a.sockaddr.ip()).collect()),
        Err(e) => Err(match e.kind() {
            Eai::NoName | Eai::NoData | Eai::Badflags => {
                Error::new(Kind::Resolve, format!("no such host: {host}"))
            }
            _ => {
                let text = format!("cannot look up {host}: the name service did not answer");
                Error::new(Kind::Resolve, text).again_is(Again::Now)
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Read,
        sync::{Arc, atomic::AtomicUsize, atomic::Ordering},
    };

    fn dialer(signal: &Arc<AtomicUsize>, connect: Duration) -> Dialer {
        let timeouts = Timeouts { connect, silence: Duration::from_millis(300), ..Timeouts::default() };
        Dialer::new(
            Cancel::new(signal.clone(), None),
            timeouts,
            tls::TlsOptions::default(),
            Tracer::default(),
        )
    }

    #[test]
    fn silence_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let dialer = dialer(&Arc::default(), Duration::from_secs(5));
        let to = Endpoint::new("127.0.0.1", listener.local_addr().unwrap().port());
        let mut io = dialer.dial(&to).unwrap();
        let error = Error::from_io(io.read(&mut [0; 9]).unwrap_err(), Kind::Local, "x");
        assert_eq!(error.kind(), Kind::Timeout);
        assert_eq!(error.message(), "timed out waiting for the peer from 127.0.0.1 (--timeout 0.3 s)");
    }

    #[test]
    fn a_signal_ends_a_wait_that_would_be_long() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let signal = Arc::new(AtomicUsize::new(0));
        let dialer = dialer(&signal, Duration::from_secs(3600));
        let peer = "127.0.0.1".parse().unwrap();
        std::thread::scope(|s| {
            s.spawn(|| signal.store(15, Ordering::Relaxed));
            let error = dialer.accept(&listener, peer, "h").err().unwrap();
            assert_eq!(error.signal(), Some(15));
        });
    }

    #[test]
    fn refused_is_a_connection_that_may_come_about_later() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dialer = dialer(&Arc::default(), Duration::from_secs(5));
        let error = dialer.dial(&Endpoint::new("127.0.0.1", port)).err().unwrap();
        assert_eq!((error.kind(), error.again()), (Kind::Connect, Again::Now));
        assert_eq!(error.message(), format!("cannot connect to 127.0.0.1:{port}: connection refused"));
    }
}
