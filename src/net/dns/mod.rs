//! Where the mail of a domain goes: MX, A and AAAA, asked of the machine's name servers (RFC 5321 §5.1).
//!
//! getaddrinfo(3) knows no MX, so this is a resolver of our own, as small as can be: a stub that asks one question at a time.
//!
//! * **UDP, then TCP** for an answer that says it was cut (RFC 7766). No EDNS: the few records of mail fit, and no server or
//!   firewall stumbles over it.
//! * **An answer has to be ours**: random number, a new socket and so a new source port for each try, connected to the one server,
//!   the question repeated. All else is passed over while the time lasts.
//! * **No such domain, no answer, no mail** are three things: `Resolve` for good, `Resolve` for now, and `Refused` for a
//!   domain that takes no mail (RFC 7505).
//! * Exchangers of equal preference are in random order, so that load is shared (RFC 5321 §5.1). A domain without MX is its own
//!   exchanger.

pub mod message;

use self::message::{Answer, Data, Name, Type, Wrong};
use super::{Dialer, Endpoint, Family, Patience, Transport, cancel::SLICE, socket::Socket};
use crate::base::{error::*, random};
use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

/// Where the system says which name servers it has.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// As resolv.conf(5) has it.
const SERVERS_MOST: usize = 3;
/// Aliases that lead to aliases.
const ALIASES_MOST: usize = 8;
/// Of a domain with more exchangers the first so many are tried.
const EXCHANGERS_MOST: usize = 16;
/// Addresses of one host.
const ADDRESSES_MOST: usize = 8;
/// Datagrams that are not ours, before a server is given up for this try.
const STRANGERS_MOST: usize = 100;

/// Which servers are asked, and how patiently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    servers: Vec<SocketAddr>,
    /// For one try with one server.
    timeout: Duration,
    attempts: u32,
}

impl Resolver {
    /// The name servers of this machine.
    pub fn system() -> Resolver {
        Resolver::parse(&std::fs::read_to_string(RESOLV_CONF).unwrap_or_default())
    }

    /// This server and no other.
    pub fn at(server: SocketAddr) -> Resolver {
        Resolver { servers: vec![server], ..Resolver::parse("") }
    }

    /// resolv.conf(5). What is not understood there is passed over, as by everybody.
    pub fn parse(conf: &str) -> Resolver {
        let mut found = Resolver { servers: Vec::new(), timeout: Duration::from_secs(5), attempts: 2 };
        for line in conf.lines() {
            let mut words = line.split(['#', ';']).next().unwrap_or_default().split_whitespace();
            match words.next() {
                Some("nameserver") if found.servers.len() < SERVERS_MOST => {
                    let ip = words.next().and_then(|w| w.parse::<IpAddr>().ok());
                    found.servers.extend(ip.map(|ip| SocketAddr::new(ip, 53)));
                }
                Some("options") => {
                    for word in words {
                        let number = |n: &str| n.parse::<u32>().ok();
                        match word.split_once(':') {
                            Some(("timeout", n)) => {
                                let seconds = number(n).unwrap_or(5).clamp(1, 30);
                                found.timeout = Duration::from_secs(seconds.into());
                            }
                            Some(("attempts", n)) => found.attempts = number(n).unwrap_or(2).clamp(1, 5),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if found.servers.is_empty() {
            found.servers.push((Ipv4Addr::LOCALHOST, 53).into());
        }
        found
    }

    /// The hosts that take mail for a domain, in the order in which they are to be tried.
    ///
    /// # Errors
    /// `Resolve`: no such domain, or no answer for now; `Refused`: it takes no mail.
    pub fn exchangers(&self, dialer: &Dialer, domain: &str) -> Result<Vec<String>> {
        if let Some(literal) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
            // RFC 5321 §4.1.3.
            let ip = literal.strip_prefix("IPv6:").unwrap_or(literal).parse::<IpAddr>();
            let ip = ip.map_err(|_| Error::new(Kind::Resolve, format!("no such host: {domain}")))?;
            return Ok(vec![ip.to_string()]);
        }
        let context = |e: Error| e.context(format_args!("cannot find where mail for {domain} goes"));
        let said = self.look_up(dialer, &Name::parse(domain)?, Type::Mx).map_err(context)?;
        let records: Vec<(u16, &Name)> = said
            .iter()
            .filter_map(|data| match data {
                Data::Exchanger(preference, host) => Some((*preference, host)),
                _ => None,
            })
            .collect();
        if records.is_empty() {
            return Ok(vec![domain.trim_end_matches('.').to_string()]);
        }
        if records.iter().all(|(_, host)| host.is_root()) {
            let text = format!("{domain} takes no mail, as its entry in the DNS says (RFC 7505)");
            return Err(Error::new(Kind::Refused, text).host(domain));
        }
        let mut hosts = Vec::new();
        for (preference, host) in records {
            if let Some(host) = host.host() {
                hosts.push((preference, u64::from_be_bytes(random::bytes()?), host));
            }
        }
        hosts.sort();
        let mut unique: Vec<String> = Vec::new();
        for (_, _, host) in hosts {
            if !unique.contains(&host) && unique.len() < EXCHANGERS_MOST {
                unique.push(host);
            }
        }
        if unique.is_empty() {
            let text = format!("the mail exchangers of {domain} have names that no host can have");
            return Err(Error::new(Kind::Resolve, text).host(domain));
        }
        dialer.trace.note(format_args!("mail for {domain} goes to {}", unique.join(", ")));
        Ok(unique)
    }

    /// The addresses of a host that may be used.
    pub fn addresses(&self, dialer: &Dialer, host: &str) -> Result<Vec<IpAddr>> {
        let name = Name::parse(host)?;
        let types = match dialer.family {
            Family::Any => &[Type::Aaaa, Type::A][..],
            Family::V4 => &[Type::A],
            Family::V6 => &[Type::Aaaa],
        };
        let (mut found, mut failed) = (Vec::new(), None);
        for wanted in types {
            match self.look_up(dialer, &name, *wanted) {
                Ok(said) => found.extend(said.into_iter().filter_map(|data| match data {
                    Data::Address(ip) => Some(ip),
                    _ => None,
                })),
                Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                Err(e) => {
                    failed.get_or_insert(e);
                }
            }
        }
        found.truncate(ADDRESSES_MOST);
        match (found.is_empty(), failed) {
            (false, _) => Ok(found),
            (true, Some(e)) => Err(e.host(host)),
            (true, None) => Err(Error::new(Kind::Resolve, format!("{host} has no address")).host(host)),
        }
    }

    /// All records of one type, aliases followed. None at all is an answer too.
    fn look_up(&self, dialer: &Dialer, name: &Name, wanted: Type) -> Result<Vec<Data>> {
        let mut name = name.clone();
        for _ in 0..ALIASES_MOST {
            let answer = self.ask(dialer, &name, wanted)?;
            let (last, said) = answer.of(&name);
            if answer.code == 3 {
                let host = last.host().unwrap_or_default();
                return Err(Error::new(Kind::Resolve, format!("no such host: {host}")).host(host));
            }
            if !said.is_empty() || last == name {
                return Ok(said.into_iter().cloned().collect());
            }
            // An alias whose end the server did not follow.
            name = last;
        }
        let host = name.host().unwrap_or_default();
        Err(Error::new(Kind::Resolve, format!("too many aliases lead to {host}")).host(host))
    }

    /// One question, to each server in turn until one answers.
    fn ask(&self, dialer: &Dialer, name: &Name, wanted: Type) -> Result<Answer> {
        let deadline = Instant::now() + dialer.timeouts.connect;
        let mut why = None;
        for _ in 0..self.attempts {
            for server in &self.servers {
                let until = (Instant::now() + self.timeout).min(deadline);
                match self.ask_one(dialer, *server, name, wanted, until) {
                    // "Not such a name" is an answer; "I cannot" and "I will not" are somebody else's turn.
                    Ok(Some(answer)) if matches!(answer.code, 0 | 3) => return Ok(answer),
                    Ok(Some(answer)) => {
                        why = Some(format!("the name server {server} cannot answer (code {})", answer.code));
                    }
                    Ok(None) => {}
                    Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                    Err(e) => why = Some(format!("the name server {server}: {e}")),
                }
                dialer.cancel.check()?;
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        let why = why.unwrap_or_else(|| "the name service did not answer".into());
        Err(Error::new(Kind::Resolve, why).again_is(Again::Now))
    }

    fn ask_one(
        &self,
        dialer: &Dialer,
        server: SocketAddr,
        name: &Name,
        wanted: Type,
        until: Instant,
    ) -> Result<Option<Answer>> {
        let id = u16::from_be_bytes(random::bytes()?);
        let query = message::query(id, name, wanted);
        match by_datagram(dialer, server, &query, until, |p| message::answer(p, id, name, wanted))? {
            Some(answer) if answer.truncated => {
                let reply = by_stream(dialer, server, &query, until)?;
                match message::answer(&reply, id, name, wanted) {
                    Ok(answer) => Ok(Some(answer)),
                    Err(_) => Err(Error::new(Kind::Protocol, "it breaks the protocol")),
                }
            }
            other => Ok(other),
        }
    }
}

/// The first datagram that answers; `None` when time is up or the server is not there.
fn by_datagram(
    dialer: &Dialer,
    server: SocketAddr,
    query: &[u8],
    until: Instant,
    read: impl Fn(&[u8]) -> Result<Answer, Wrong>,
) -> Result<Option<Answer>> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let local = dialer.bind.filter(|ip| ip.is_ipv4() == server.is_ipv4()).unwrap_or(any);
    let failed = |e| Error::from_io(e, Kind::Connect, "cannot be asked");
    let socket = UdpSocket::bind((local, 0)).map_err(failed)?;
    // Connected: the kernel drops what others send, and says when nobody listens there.
    socket.connect(server).map_err(failed)?;
    socket.send(query).map_err(failed)?;
    let mut packet = [0; 4096];
    let mut strangers = 0;
    while strangers < STRANGERS_MOST {
        dialer.cancel.check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left.min(SLICE))).map_err(failed)?;
        match socket.recv(&mut packet) {
            Ok(n) => match read(&packet[..n]) {
                Ok(answer) => return Ok(Some(answer)),
                Err(_) => strangers += 1,
            },
            Err(e) => match e.kind() {
                std::io::ErrorKind::WouldBlock
                | std::io::ErrorKind::TimedOut
                | std::io::ErrorKind::Interrupted => {}
                _ => return Err(failed(e)),
            },
        }
    }
    Err(Error::new(Kind::Protocol, "it breaks the protocol"))
}

/// RFC 1035 §4.2.2: a length of two octets before each message.
fn by_stream(dialer: &Dialer, server: SocketAddr, query: &[u8], until: Instant) -> Result<Vec<u8>> {
    let to = Endpoint::new(server.ip().to_string(), server.port());
    let left = until.saturating_duration_since(Instant::now());
    let stream = dialer.connect(&to, server, left)?;
    let left = until.saturating_duration_since(Instant::now());
    let patience = Patience::within(left, "its answer", "--connect-timeout");
    let lost = |e| Error::from_io(e, Kind::Closed, "cannot be asked");
    let mut io = Socket::new(stream, dialer.cancel.clone(), patience, &to.host).map_err(lost)?;
    io.set_patience(patience);
    let length = u16::try_from(query.len()).map_err(|_| Error::new(Kind::Bug, "a long query"))?;
    io.write_all(&[&length.to_be_bytes(), query].concat()).map_err(lost)?;
    let mut length = [0; 2];
    io.read_exact(&mut length).map_err(lost)?;
    let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
    io.read_exact(&mut reply).map_err(lost)?;
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_as_it_comes() {
        let conf = "# comment\nsearch x.example\nnameserver 192.0.2.1 # first\nnameserver fe80::1%eth0\n\
                    nameserver 2001:db8::1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\noptions timeout:2 attempts:9 rotate\n";
        let found = Resolver::parse(conf);
        let want = ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"].map(|a| a.parse().unwrap());
        assert_eq!(found.servers, want);
        assert_eq!((found.timeout, found.attempts), (Duration::from_secs(2), 5));
        assert_eq!(Resolver::parse("garbage\0\n").servers, ["127.0.0.1:53".parse().unwrap()]);
    }

    #[test]
    fn nobody_there_is_told_at_once_and_may_pass() {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let began = Instant::now();
        let error = Resolver::at(port).exchangers(&Dialer::default(), "x.example").unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Resolve, Again::Now));
        assert!(began.elapsed() < Duration::from_secs(4), "a closed port is no silence");
        let literal = Resolver::at(port).exchangers(&Dialer::default(), "[IPv6:::1]").unwrap();
        assert_eq!(literal, ["::1"]);
        assert!(Resolver::at(port).exchangers(&Dialer::default(), "[x]").is_err());
    }
}
