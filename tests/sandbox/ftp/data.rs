//! The data connection: where it comes from, its TLS, and the two directions, with the script's faults.
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use openssl::ssl::SslAcceptor;
use rustix::event::PollFlags;

use super::super::script::{Action, Acts, End, Fault};
use super::super::wire::{Data, Socket, Stream, Wire, ready};
use super::{Options, Reuse};

pub enum Source {
    Passive(TcpListener),
    Active(SocketAddr),
}

/// Why there is no data connection: what is said, and whether the control connection survives it.
pub struct Refusal {
    pub reply: &'static str,
    pub fatal: bool,
}

const fn refused(reply: &'static str) -> Refusal {
    Refusal { reply, fatal: false }
}

const NOT_OPEN: Refusal = refused("425 Cannot open the data connection");

/// The outer error is the control connection's end, the inner one a refusal.
pub fn connect(
    wire: &mut Wire,
    source: Option<Source>,
    tls: Option<&SslAcceptor>,
    options: &Options,
) -> io::Result<Result<Stream, Refusal>> {
    let tcp = match source {
        None => return Ok(Err(refused("425 Use EPSV, PASV, EPRT or PORT first"))),
        Some(Source::Active(to)) => TcpStream::connect_timeout(&to, options.data_timeout).ok(),
        Some(Source::Passive(listener)) => accept(wire, &listener, options.data_timeout),
    };
    let Some(tcp) = tcp else { return Ok(Err(NOT_OPEN)) };
    let socket = Socket::new(tcp, &wire.hub)?;
    let Some(acceptor) = tls else {
        wire.hub.log(|log| log.data.push(Data::default()));
        return Ok(Ok(Stream::Plain(socket)));
    };
    let acts = wire.fire("DATA-HANDSHAKE", b"");
    let mut plain = Some(Stream::Plain(socket));
    for act in &acts.0 {
        match act {
            Action::Reply(bytes) => {
                if let Some(stream) = &mut plain {
                    stream.send(bytes)?;
                }
            }
            Action::End(end) => {
                if let Some(stream) = plain.take() {
                    stream.end(*end, Duration::ZERO);
                }
            }
            _ => {}
        }
    }
    let Some(Stream::Plain(socket)) = plain else { return Ok(Err(NOT_OPEN)) };
    let Ok(stream) = Stream::accept(socket, acceptor, false) else {
        return Ok(Err(refused("425 TLS handshake failed on the data connection")));
    };
    let resumed = stream.ssl().is_some_and(|ssl| {
        ssl.session_reused() && (options.reuse != Reuse::OnlyV12 || ssl.version_str() == "TLSv1.2")
    });
    wire.hub.log(|log| log.data.push(Data { resumed: Some(resumed), bytes: 0 }));
    match options.reuse {
        Reuse::Refuse522 if !resumed => {
            stream.end(End::Close, Duration::ZERO);
            Ok(Err(Refusal { reply: "522 SSL connection failed: session reuse required", fatal: true }))
        }
        Reuse::Refuse425 | Reuse::OnlyV12 if !resumed => {
            stream.end(End::Close, Duration::ZERO);
            Ok(Err(refused("425 Unable to build data connection: Operation not permitted")))
        }
        _ => Ok(Ok(stream)),
    }
}

fn accept(wire: &Wire, listener: &TcpListener, time: Duration) -> Option<TcpStream> {
    let until = Instant::now() + time;
    while Instant::now() < until && !wire.hub.stopping() && !wire.gone() {
        if !ready(listener, PollFlags::IN, Duration::from_millis(50)) {
            continue;
        }
        match listener.accept() {
            Ok((tcp, from)) if from.ip() == wire.peer => return Some(tcp),
            _ => {}
        }
    }
    None
}

/// How a transfer went.
#[derive(PartialEq, Eq)]
pub enum Verdict {
    Complete,
    Failed,
    Refused(Vec<u8>),
}

pub fn send(
    wire: &Wire,
    mut to: Stream,
    from: &mut dyn Read,
    ascii: bool,
    acts: &Acts,
) -> io::Result<Verdict> {
    let (limit, end) = acts.cut().unwrap_or((u64::MAX, End::Close));
    let mut buf = vec![0; 256 * 1024];
    let (mut sent, mut last) = (0, 0);
    loop {
        let n = from.read(&mut buf)?;
        let bytes = if ascii { to_network(&buf[..n], &mut last) } else { buf[..n].to_vec() };
        let take = bytes.len().min(usize::try_from(limit - sent).unwrap_or(usize::MAX));
        if deliver(wire, &mut to, &bytes[..take], acts.drip()).is_err() {
            return Ok(Verdict::Failed);
        }
        sent += take as u64;
        wire.hub.log(|log| log.data.iter_mut().last().into_iter().for_each(|d| d.bytes = sent));
        if take < bytes.len() {
            to.end(end, Duration::ZERO);
            return Ok(Verdict::Failed);
        }
        if n == 0 {
            to.end(end, Duration::ZERO);
            return Ok(Verdict::Complete);
        }
    }
}

fn deliver(wire: &Wire, to: &mut Stream, bytes: &[u8], drip: Option<Duration>) -> io::Result<()> {
    let Some(pause) = drip else { return to.send(bytes) };
    for byte in bytes {
        wire.hub.pause(pause);
        to.send(&[*byte])?;
    }
    Ok(())
}

pub fn receive(
    wire: &Wire,
    mut from: Stream,
    to: &mut dyn Write,
    ascii: bool,
    options: &Options,
    acts: &Acts,
) -> io::Result<Verdict> {
    let (mut limit, mut end) = acts.cut().unwrap_or((u64::MAX, End::Close));
    let (mut keep, mut refusal) = (u64::MAX, None);
    for fault in acts.faults() {
        match fault {
            Fault::KeepOnly(n) => keep = *n,
            Fault::RefuseAfter(n, reply) => (limit, end, refusal) = (*n, End::Close, Some(reply.clone())),
            _ => {}
        }
    }
    let mut buf = vec![0; 256 * 1024];
    let (mut got, mut cr) = (0, false);
    loop {
        let room = buf.len().min(usize::try_from(limit - got).unwrap_or(usize::MAX));
        if room == 0 {
            if end == End::Stall {
                // Unread: the client's window closes.
                while !from.socket().gone() && !wire.gone() && !wire.hub.stopping() {
                    wire.hub.pause(Duration::from_millis(50));
                }
                end = End::Cut;
            }
            from.end(end, Duration::ZERO);
            return Ok(refusal.map_or(Verdict::Failed, Verdict::Refused));
        }
        let Ok(n) = from.read(&mut buf[..room]) else { return Ok(Verdict::Failed) };
        let bytes = if ascii { from_network(&buf[..n], n == 0, &mut cr) } else { buf[..n].to_vec() };
        let take = bytes.len().min(usize::try_from(keep).unwrap_or(usize::MAX));
        to.write_all(&bytes[..take])?;
        keep -= take as u64;
        got += n as u64;
        wire.hub.log(|log| log.data.iter_mut().last().into_iter().for_each(|d| d.bytes = got));
        if n == 0 {
            break;
        }
    }
    if options.close_notify && !from.closed_in_form() {
        wire.hub.violation("an upload ended without close_notify");
        return Ok(Verdict::Failed);
    }
    if options.wait_fin {
        from.wait_fin();
    }
    from.end(End::Close, Duration::ZERO);
    Ok(Verdict::Complete)
}

/// TYPE A, outwards: LF becomes CRLF, what is CRLF already stays.
fn to_network(bytes: &[u8], last: &mut u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for byte in bytes {
        if *byte == b'\n' && *last != b'\r' {
            out.push(b'\r');
        }
        out.push(*byte);
        *last = *byte;
    }
    out
}

/// TYPE A, inwards: CRLF becomes LF, a lone CR stays.
fn from_network(bytes: &[u8], end: bool, cr: &mut bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    for byte in bytes {
        if std::mem::take(cr) && *byte != b'\n' {
            out.push(b'\r');
        }
        if *byte == b'\r' { *cr = true } else { out.push(*byte) }
    }
    if end && std::mem::take(cr) {
        out.push(b'\r');
    }
    out
}
