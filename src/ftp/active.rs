//! Active mode (RFC 959 §5.2, RFC 2428 §2): we listen, the server connects.
//!
//! The port is opened on the address that the control connection has here, told by EPRT, or by PORT where a server does not know
//! that, and only the control connection's peer may use it. The command waits for that answer: a server that refused the port
//! and got the command nevertheless would try RFC 959's default port, with the target already truncated.

use super::Client;
use crate::{
    base::error::*,
    net::Transport,
    textproto::{Command, Reply},
};
use std::net::{IpAddr, SocketAddr, TcpListener};

const HINT: &str =
    "behind a firewall or NAT the server cannot reach us: without --active we connect to it (passive mode)";

impl Client {
    /// As passive mode's: a data connection for which the command was given and its 1yz read.
    pub(super) fn open_active(&mut self, command: &Command) -> Result<(Box<dyn Transport>, Reply)> {
        let peer = self.conn.peer_addr()?.ip();
        let listener = self.offer_port()?;
        self.conn.send(std::slice::from_ref(command))?;
        let reply = self.any()?;
        if let Err(e) = reply.check(&[1]) {
            let e = self.explained(e).host(self.host());
            return Err(if e.code() == Some(425) { e.hint_if_none(HINT) } else { e });
        }
        let accepted = self.dialer.accept(&listener, peer, self.conn.host());
        match accepted {
            Ok(io) => Ok((io, reply)),
            Err(e) if e.kind() == Kind::Interrupted => Err(self.after_failure(e)),
            Err(e) => {
                // Nobody came: the server may say why.
                let said = self.after_failure(e.clone().kind_is(Kind::Closed));
                Err(if said.code().is_some() { said } else { e }.hint_if_none(HINT))
            }
        }
    }

    /// Listens, and tells the server where.
    fn offer_port(&mut self) -> Result<TcpListener> {
        if self.dialer.is_proxied() {
            return Err(Error::new(Kind::Usage, "the server cannot connect to us through a proxy")
                .hint("leave --active out: passive mode goes through the proxy"));
        }
        let local = self.conn.local_addr()?.ip();
        let listener = self.dialer.listen(local, self.options.ports.clone())?;
        let at = listener
            .local_addr()
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot tell the port we listen on"))?;
        let ip = at.ip().to_canonical();
        let what = format!("{} does not take our port {}", self.host(), at.port());
        if self.eprt {
            let reply = self.batch(&[Command::new("EPRT").arg(eprt(ip, at))?])?.remove(0);
            if reply.is(&[2]) {
                return Ok(listener);
            }
            // 522: it wants another family; all others: it does not know EPRT.
            if !ip.is_ipv4() || !matches!(reply.code, 500 | 501 | 502 | 504 | 522) {
                return Err(self.no_port(&reply, &what));
            }
            self.eprt = false;
        }
        let IpAddr::V4(v4) = ip else {
            return Err(Error::new(Kind::Refused, "PORT knows no IPv6").host(self.host()).context(what));
        };
        let [a, b, c, d] = v4.octets();
        let [p, q] = at.port().to_be_bytes();
        let reply = self.batch(&[Command::new("PORT").arg(format!("{a},{b},{c},{d},{p},{q}"))?])?.remove(0);
        if reply.is(&[2]) { Ok(listener) } else { Err(self.no_port(&reply, &what)) }
    }

    fn no_port(&self, reply: &Reply, what: &str) -> Error {
        let refused = reply.check(&[2]).err().unwrap_or_else(|| Error::new(Kind::Protocol, "no port"));
        refused.host(self.host()).context(what).hint(HINT)
    }
}

/// `|1|132.235.1.2|6275|`, `|2|1080::8:800:200C:417A|5282|`.
fn eprt(ip: IpAddr, at: SocketAddr) -> String {
    let family = if ip.is_ipv4() { 1 } else { 2 };
    format!("|{family}|{ip}|{}|", at.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_of_eprt() {
        for (ip, want) in [("132.235.1.2", "|1|132.235.1.2|6275|"), ("::1", "|2|::1|6275|")] {
            let ip: IpAddr = ip.parse().unwrap();
            assert_eq!(eprt(ip, SocketAddr::new(ip, 6275)), want);
        }
    }
}
