//! A name server on loopback, UDP and TCP on one port: a zone, and answers that no server should give.
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Clone, Debug)]
pub enum Rdata {
    Mx(u16, &'static str),
    Ip(IpAddr),
    Cname(&'static str),
}

pub fn mx(preference: u16, host: &'static str) -> Rdata {
    Rdata::Mx(preference, host)
}

pub fn ip(address: &str) -> Rdata {
    Rdata::Ip(address.parse().expect("an address"))
}

/// What becomes of questions about a name, in place of what the zone says.
#[derive(Clone, Debug)]
pub enum Act {
    /// RCODE: 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    Code(u8),
    /// No answer.
    Silence,
    /// No answer to the first so many questions.
    SilenceFor(usize),
    /// Over UDP only that there is more.
    Truncate,
    /// Truncated over UDP, and over TCP these bytes behind the length.
    TruncateThen(Vec<u8>),
    /// An answer with this many records, which are these bytes.
    Records(u16, Vec<u8>),
    /// Answers to other questions, with other numbers, and no messages at all, before the one that is right.
    Strangers(usize),
    /// Only those.
    StrangersOnly,
}

struct State {
    zone: HashMap<String, Vec<Rdata>>,
    acts: HashMap<String, Act>,
    asked: Mutex<Vec<String>>,
    stop: AtomicBool,
}

pub struct NameServer {
    addr: SocketAddr,
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

impl NameServer {
    pub fn start(zone: &[(&str, Vec<Rdata>)], acts: &[(&str, Act)]) -> NameServer {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
            // The same number may be taken for TCP: another one then.
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().expect("an address")) {
                break (udp, tcp);
            }
        };
        let addr = udp.local_addr().expect("an address");
        let zone = zone.iter().map(|(name, data)| (name.to_string(), data.clone())).collect();
        let acts = acts.iter().map(|(name, act)| (name.to_string(), act.clone())).collect();
        let state = Arc::new(State { zone, acts, asked: Mutex::default(), stop: AtomicBool::new(false) });
        let (a, b) = (Arc::clone(&state), Arc::clone(&state));
        let threads =
            vec![std::thread::spawn(move || a.datagrams(&udp)), std::thread::spawn(move || b.streams(&tcp))];
        NameServer { addr, state, threads }
    }

    pub fn addr(&self) -> String {
        self.addr.to_string()
    }

    /// The questions so far: `udp x.example MX`.
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        let _ = UdpSocket::bind("127.0.0.1:0").and_then(|s| s.send_to(b"", self.addr));
        let _ = TcpStream::connect(self.addr);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl State {
    fn datagrams(&self, udp: &UdpSocket) {
        let mut packet = [0; 2048];
        while let Ok((n, from)) = udp.recv_from(&mut packet) {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            for answer in self.answers(&packet[..n], false) {
                let _ = udp.send_to(&answer, from);
            }
        }
    }

    fn streams(&self, tcp: &TcpListener) {
        while let Ok((mut stream, _)) = tcp.accept() {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = self.stream(&mut stream);
        }
    }

    fn stream(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut query)?;
        for answer in self.answers(&query, true) {
            let length = u16::try_from(answer.len()).expect("a short answer");
            stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())?;
        }
        Ok(())
    }

    fn answers(&self, query: &[u8], tcp: bool) -> Vec<Vec<u8>> {
        let Some((name, kind, end)) = question(query) else { return Vec::new() };
        let word = match kind {
            1 => "A",
            15 => "MX",
            28 => "AAAA",
            _ => "?",
        };
        let nth = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(format!("{} {name} {word}", if tcp { "tcp" } else { "udp" }));
            asked.iter().filter(|q| q.contains(&format!(" {name} "))).count()
        };
        let reply = |code: u8, truncated: bool, count: u16, records: &[u8]| {
            let mut out = query[..end].to_vec();
            out[2] = 0x81 | u8::from(truncated) << 1;
            out[3] = 0x80 | code;
            out[4..12].copy_from_slice(&[0, 1, (count >> 8) as u8, (count & 0xFF) as u8, 0, 0, 0, 0]);
            out.extend(records);
            out
        };
        let (count, records) = self.records(&name, kind);
        let right = match self.zone.contains_key(&name) {
            true => reply(0, false, count, &records),
            false => reply(3, false, 0, b""),
        };
        let strangers = |n: usize| {
            (0..n).map(|i| {
                let mut other = right.clone();
                match i % 4 {
                    0 => other[0] ^= 0x55,
                    1 => other[14] ^= 1,
                    2 => other[2] &= 0x7F,
                    _ => other.truncate(i % 12),
                }
                other
            })
        };
        match self.acts.get(&name) {
            None => vec![right],
            Some(Act::Code(code)) => vec![reply(*code, false, 0, b"")],
            Some(Act::Silence) => Vec::new(),
            Some(Act::SilenceFor(n)) if nth <= *n => Vec::new(),
            Some(Act::SilenceFor(_)) => vec![right],
            Some(Act::Truncate | Act::TruncateThen(_)) if !tcp => vec![reply(0, true, 0, b"")],
            Some(Act::Truncate) => vec![right],
            Some(Act::TruncateThen(bytes)) => vec![bytes.clone()],
            Some(Act::Records(count, bytes)) => vec![reply(0, false, *count, bytes)],
            Some(Act::Strangers(n)) => strangers(*n).chain([right.clone()]).collect(),
            Some(Act::StrangersOnly) => strangers(200).collect(),
        }
    }

    /// Aliases are followed, as a resolver does.
    fn records(&self, name: &str, kind: u16) -> (u16, Vec<u8>) {
        let (mut count, mut out) = (0, Vec::new());
        let mut name = name.to_string();
        for _ in 0..5 {
            let mut alias = None;
            for data in self.zone.get(&name).into_iter().flatten() {
                let (of, bytes) = match data {
                    Rdata::Mx(preference, host) => {
                        (15, [&preference.to_be_bytes()[..], &wire(host)].concat())
                    }
                    Rdata::Ip(IpAddr::V4(ip)) => (1, ip.octets().to_vec()),
                    Rdata::Ip(IpAddr::V6(ip)) => (28, ip.octets().to_vec()),
                    Rdata::Cname(to) => {
                        alias = Some((*to).to_string());
                        (5, wire(to))
                    }
                };
                if of == kind || of == 5 {
                    out.extend(wire(&name));
                    out.extend([
                        0,
                        of as u8,
                        0,
                        1,
                        0,
                        0,
                        0,
                        60,
                        0,
                        u8::try_from(bytes.len()).expect("short"),
                    ]);
                    out.extend(bytes);
                    count += 1;
                }
            }
            match alias {
                Some(to) => name = to,
                None => break,
            }
        }
        (count, out)
    }
}

fn wire(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|l| !l.is_empty()) {
        out.push(u8::try_from(label.len()).expect("a short label"));
        out.extend(label.bytes());
    }
    out.push(0);
    out
}

/// The name, the type, and where the question ends.
fn question(query: &[u8]) -> Option<(String, u16, usize)> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*query.get(at)?, *query.get(at + 1)?]);
    query.get(at + 3)?;
    Some((labels.join("."), kind, at + 4))
}
