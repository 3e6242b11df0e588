//! Through a proxy: SOCKS5 (RFC 1928, with user and password by RFC 1929) and HTTP's CONNECT (RFC 9110 §9.3.6).
//!
//! * `socks5h://` and `http://` hand the host's name to the proxy, which looks it up; with `socks5://` we look it up.
//! * **A proxy moves the peer out of sight.** What lies behind it may be anything, so no address is told for it, and nothing that
//!   trusts loopback trusts it. FTP's data connections go to the control connection's host by its name, the same way.
//! * **The proxy's answer is read byte by byte**, to its end and no further: the server's greeting may be in the next byte.
//! * **Named, not found.** `ALL_PROXY`, `FTP_PROXY` and their like are not read: they are set for web browsers, often name a proxy
//!   that rewrites FTP instead of tunnelling it, and would change a script's way without a word in it.

use super::{Endpoint, Patience, Transport};
use crate::base::error::Kind as Fault;
use crate::base::{
    b64,
    error::*,
    escape,
    secret::Secret,
    url::{self, Url},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The head of an HTTP answer, and each line of it, may be this long.
const HEAD: usize = 16 << 10;

/// How the proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// We look the host up.
    Socks5,
    /// The proxy does.
    Socks5h,
    Http,
}

/// `--proxy`, as it was written; the secret comes from elsewhere.
#[derive(Clone, Debug)]
pub struct Proxy {
    pub kind: Kind,
    pub at: Endpoint,
    pub user: Option<String>,
    pub password: Option<Secret>,
}

impl Proxy {
    /// `socks5h://[user@]host[:port]`, `socks5://…` or `http://…`; the port is 1080 where none is named, as with curl.
    ///
    /// # Errors
    /// `Usage`, also for a password in the URL.
    pub fn parse(text: &str) -> Result<Proxy> {
        let text = if url::is_url(text) { text.to_string() } else { format!("http://{text}") };
        let url = Url::parse(&text).map_err(|e| match e.get_hint() {
            Some(_) => e.hint("--proxy-password-file or WIREPOST_PROXY_PASSWORD can give it"),
            None => e,
        })?;
        let kind = match url.scheme.as_str() {
            "socks5" => Kind::Socks5,
            "socks5h" => Kind::Socks5h,
            "http" => Kind::Http,
            other => {
                return Err(Error::new(Fault::Usage, format!("no proxy is spoken to by {other}://"))
                    .hint("socks5h://, socks5:// and http:// are known"));
            }
        };
        if !matches!(url.path.as_str(), "" | "/") {
            return Err(Error::new(Fault::Usage, "a proxy's URL has no path"));
        }
        Ok(Proxy {
            kind,
            at: Endpoint::new(url.host, url.port.unwrap_or(1080)),
            user: url.user,
            password: None,
        })
    }

    /// Asks for a connection to `to` over one to the proxy that stands; `found` is its address where we looked it up.
    ///
    /// # Errors
    /// `Auth` if the proxy wants another login, `Refused` if it must not go there, `Connect` if it cannot, `Protocol` and `Limit` for
    /// an answer that is none.
    pub(super) fn ask(
        &self,
        io: &mut dyn Transport,
        to: &Endpoint,
        found: Option<IpAddr>,
        patience: Patience,
    ) -> Result<()> {
        io.set_patience(patience);
        let mut ask = Asking { proxy: self, io, to };
        match self.kind {
            Kind::Http => ask.connect(),
            Kind::Socks5 | Kind::Socks5h => ask.socks(found),
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at)
    }
}

/// One request to the proxy.
struct Asking<'a> {
    proxy: &'a Proxy,
    io: &'a mut dyn Transport,
    to: &'a Endpoint,
}

impl Asking<'_> {
    fn fail(&self, kind: Fault, why: impl fmt::Display) -> Error {
        let text = format!("cannot connect to {} through the proxy {}: {why}", self.to, self.proxy);
        Error::new(kind, text).host(&self.to.host)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let sent = self.io.write_all(bytes).and_then(|()| self.io.flush());
        sent.map_err(|e| Error::from_io(e, Fault::Closed, format_args!("lost the proxy {}", self.proxy)))
    }

    fn read(&mut self, buf: &mut [u8]) -> Result<()> {
        match self.io.read_exact(buf) {
            Ok(()) => Ok(()),
            Err(e) => match Error::unwrap_io(e) {
                Ok(ours) => Err(ours),
                Err(_) => Err(self.fail(Fault::Closed, "it closed the connection")),
            },
        }
    }

    /// CONNECT, and its answer up to the empty line.
    fn connect(&mut self) -> Result<()> {
        let to = self.to;
        let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n").into_bytes();
        if let (Some(user), Some(password)) = (&self.proxy.user, &self.proxy.password) {
            // RFC 7617: the first colon ends the user.
            if user.contains(':') {
                return Err(self.fail(Fault::Usage, "a user of an HTTP proxy cannot hold a colon"));
            }
            let both = Secret::new([user.as_bytes(), b":", password.expose()].concat());
            let line = Secret::new(format!("Proxy-Authorization: Basic {}\r\n", b64::encode(both.expose())));
            request.extend_from_slice(line.expose());
        }
        request.extend_from_slice(b"\r\n");
        let request = Secret::new(request);
        self.send(request.expose())?;
        let status = self.head()?;
        let words = escape::bytes(status.get(9..).unwrap_or_default()).into_owned();
        let code = status
            .strip_prefix(b"HTTP/1.")
            .filter(|rest| rest.len() >= 5 && rest[1] == b' ' && rest.get(5).is_none_or(|b| *b == b' '))
            .and_then(|rest| crate::base::date::number(&rest[2..5]));
        match code {
            Some(200..300) => Ok(()),
            Some(407) => Err(self.no_login(&words)),
            Some(502..=504) => Err(self.fail(Fault::Connect, words)),
            Some(_) => Err(self.fail(Fault::Refused, words)),
            None => Err(self
                .fail(Fault::Protocol, "its answer is not HTTP's")
                .hint("a SOCKS proxy is named by socks5h://")),
        }
    }

    fn no_login(&self, words: &str) -> Error {
        let hint = match self.proxy.user {
            Some(_) => "check the user in --proxy and the password in --proxy-password-file",
            None => "write http://user@host:port or socks5h://user@host:port, and give --proxy-password-file",
        };
        self.fail(Fault::Auth, words).hint(hint)
    }

    /// The status line; the fields after it are read and dropped.
    fn head(&mut self) -> Result<Vec<u8>> {
        let (mut status, mut line, mut total) = (None, Vec::new(), 0);
        loop {
            let mut byte = [0];
            self.read(&mut byte)?;
            total += 1;
            if total > HEAD {
                return Err(self.fail(Fault::Limit, "its answer has no end"));
            }
            if byte[0] != b'\n' {
                line.push(byte[0]);
                continue;
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            match (&status, line.is_empty()) {
                (None, _) => status = Some(std::mem::take(&mut line)),
                (Some(_), true) => return Ok(status.unwrap_or_default()),
                (Some(_), false) => line.clear(),
            }
        }
    }

    /// RFC 1928: methods, the login where one is wanted (RFC 1929), CONNECT.
    fn socks(&mut self, found: Option<IpAddr>) -> Result<()> {
        let login = self.proxy.user.clone().zip(self.proxy.password.clone());
        self.send(if login.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] })?;
        let mut answer = [0; 2];
        self.read(&mut answer)?;
        match (answer, login) {
            ([5, 0], _) => {}
            ([5, 2], Some((user, password))) => {
                let (user, password) = (user.as_bytes(), password.expose());
                let (Ok(n @ 1..), Ok(m @ 1..)) = (u8::try_from(user.len()), u8::try_from(password.len()))
                else {
                    return Err(
                        self.fail(Fault::Usage, "SOCKS has room for 1 to 255 bytes of user and of password")
                    );
                };
                let request = Secret::new([&[1, n], user, &[m], password].concat());
                self.send(request.expose())?;
                self.read(&mut answer)?;
                if answer[1] != 0 {
                    return Err(self.no_login("it refuses the login"));
                }
            }
            ([5, 0xff | 2], _) => return Err(self.no_login("it wants a login")),
            _ => return Err(self.fail(Fault::Protocol, "its answer is not that of SOCKS 5")),
        }
        // In one write: there are proxies that take what one read gives for the whole request.
        let mut request = vec![5, 1, 0];
        match found.or_else(|| self.to.host.parse().ok()) {
            Some(IpAddr::V4(ip)) => request.extend([&[1][..], &ip.octets()].concat()),
            Some(IpAddr::V6(ip)) => request.extend([&[4][..], &ip.octets()].concat()),
            None => {
                let Ok(n) = u8::try_from(self.to.host.len()) else {
                    return Err(self.fail(Fault::Usage, "the name is longer than SOCKS has room for"));
                };
                request.extend([&[3, n][..], self.to.host.as_bytes()].concat());
            }
        }
        request.extend(self.to.port.to_be_bytes());
        self.send(&request)?;
        self.socks_reply()
    }

    /// `VER REP RSV ATYP BND.ADDR BND.PORT`; the address that the proxy uses is of no use to us.
    fn socks_reply(&mut self) -> Result<()> {
        let mut head = [0; 4];
        self.read(&mut head[..2])?;
        if head[0] != 5 {
            return Err(self.fail(Fault::Protocol, "its answer is not that of SOCKS 5"));
        }
        // A refusal may come without the rest, and the connection ends with it (RFC 1928 §6).
        match head[1] {
            0 => {}
            1 => return Err(self.fail(Fault::Connect, "it failed")),
            2 => return Err(self.fail(Fault::Refused, "its rules do not allow it")),
            3 => return Err(self.fail(Fault::Connect, "network unreachable")),
            4 => return Err(self.fail(Fault::Connect, "host unreachable, or not found there")),
            5 => return Err(self.fail(Fault::Connect, "connection refused")),
            6 => return Err(self.fail(Fault::Connect, "the time to live ran out")),
            7 => return Err(self.fail(Fault::Refused, "it makes no connections")),
            8 => return Err(self.fail(Fault::Refused, "it does not know this kind of address")),
            n => return Err(self.fail(Fault::Connect, format_args!("it says {n}"))),
        }
        self.read(&mut head[2..])?;
        let length = match head[3] {
            1 => 4,
            4 => 16,
            3 => {
                let mut n = [0];
                self.read(&mut n)?;
                usize::from(n[0])
            }
            _ => return Err(self.fail(Fault::Protocol, "it names an address of no known kind")),
        };
        let mut rest = [0; 255 + 2];
        self.read(&mut rest[..length + 2])
    }
}

/// What is told of a peer behind a proxy: nothing. It is not loopback, wherever the proxy is.
pub(super) const BEYOND: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::mem::transcript;
    use std::{
        io::{self, Read, Write},
        time::Duration,
    };

    fn proxy(url: &str, password: Option<&str>) -> Proxy {
        Proxy { password: password.map(Secret::new), ..Proxy::parse(url).unwrap() }
    }

    fn asks(proxy: &Proxy, to: &Endpoint, script: &str) -> Vec<Result<()>> {
        let results = std::sync::Mutex::new(Vec::new());
        transcript(script, |mut io| {
            let patience = Patience::within(Duration::from_secs(5), "the proxy", "--connect-timeout");
            let mut result = proxy.ask(&mut *io, to, None, patience);
            if result.is_ok() {
                // Not a byte more was taken.
                let mut next = [0; 3];
                result = io.read_exact(&mut next).map_err(|_| Error::new(Fault::Bug, "eaten"));
                assert_eq!(&next, b"220");
            }
            results.lock().unwrap().push(result);
        });
        results.into_inner().unwrap()
    }

    fn fails(proxy: &Proxy, to: &Endpoint, script: &str, kind: Fault, text: &str) {
        for result in asks(proxy, to, script) {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.message().contains(text), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn urls() {
        let p = Proxy::parse("socks5h://me@p.example:9050").unwrap();
        assert_eq!((p.kind, p.at.to_string().as_str()), (Kind::Socks5h, "p.example:9050"));
        assert_eq!(p.user.as_deref(), Some("me"));
        assert_eq!(Proxy::parse("p:3128").unwrap().kind, Kind::Http);
        assert_eq!(Proxy::parse("socks5://[::1]").unwrap().at, Endpoint::new("::1", 1080));
        for bad in ["ftp://p", "socks4://p", "http://me:hunter2@p", "http://p/x", "socks5://"] {
            let error = Proxy::parse(bad).unwrap_err();
            assert!(error.kind() == Fault::Usage && !error.message().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn connect() {
        let to = Endpoint::new("h.example", 21);
        let script = "C: CONNECT h.example:21 HTTP/1.1\nC: Host: h.example:21\nC| \\r\\n\n";
        let ok = format!("{script}S: HTTP/1.0 200 Connection established\nS: Via: x\nS| \\r\\n\nS| 220\n");
        assert!(asks(&proxy("http://p:1", None), &to, &ok).iter().all(Result::is_ok));
        for (status, kind, text) in [
            ("HTTP/1.1 407 Proxy Authentication Required", Fault::Auth, "407"),
            ("HTTP/1.1 403 Forbidden", Fault::Refused, "403 Forbidden"),
            ("HTTP/1.1 502 Bad Gateway", Fault::Connect, "502 Bad Gateway"),
            ("HTTP/1.1 2000 what", Fault::Protocol, "not HTTP"),
            ("SSH-2.0-x", Fault::Protocol, "not HTTP"),
            ("", Fault::Protocol, "not HTTP"),
        ] {
            let script = format!("{script}S: {status}\nS| \\r\\n\n");
            fails(&proxy("http://p:1", None), &to, &script, kind, text);
        }
        fails(
            &proxy("http://p:1", None),
            &to,
            &format!("{script}S: HTTP/1.1 200 OK\nS.\n"),
            Fault::Closed,
            "closed",
        );
    }

    /// Says the same for ever.
    struct Endless;

    impl Read for Endless {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            buf.fill(b'x');
            Ok(buf.len())
        }
    }

    impl Write for Endless {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            Ok(buf.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Transport for Endless {
        fn set_patience(&mut self, _: Patience) {}
        fn shutdown_write(&mut self) -> io::Result<()> {
            Ok(())
        }
        fn local_addr(&self) -> io::Result<SocketAddr> {
            Ok(BEYOND)
        }
        fn peer_addr(&self) -> io::Result<SocketAddr> {
            Ok(BEYOND)
        }
    }

    #[test]
    fn an_answer_without_end() {
        let patience = Patience::within(Duration::from_secs(5), "the proxy", "--connect-timeout");
        let to = Endpoint::new("h", 21);
        let error = proxy("http://p", None).ask(&mut Endless, &to, None, patience).unwrap_err();
        assert_eq!(error.kind(), Fault::Limit);
    }

    #[test]
    fn connect_with_a_login() {
        let script = "C: CONNECT [::1]:21 HTTP/1.1\nC: Host: [::1]:21\n\
            C: Proxy-Authorization: Basic bWU6aHVudGVyMg==\nC| \\r\\n\nS: HTTP/1.1 200 OK\nS| \\r\\n220\n";
        let to = Endpoint::new("::1", 21);
        assert!(asks(&proxy("http://me@p", Some("hunter2")), &to, script).iter().all(Result::is_ok));
    }

    #[test]
    fn socks() {
        let name = Endpoint::new("h", 21);
        let plain = proxy("socks5h://p", None);
        let request = "C| \\x05\\x01\\0\nS| \\x05\\0\nC| \\x05\\x01\\0\\x03\\x01h\\0\\x15\n";
        for bound in ["\\x01\\x7f\\0\\0\\x01\\x12\\x34", "\\x03\\x02ab\\x12\\x34"] {
            let ok = format!("{request}S| \\x05\\0\\0{bound}220\n");
            assert!(asks(&plain, &name, &ok).iter().all(Result::is_ok));
        }
        for (reply, kind, text) in [
            ("\\x05\\x05", Fault::Connect, "connection refused"),
            ("\\x05\\x02", Fault::Refused, "rules"),
            ("\\x04\\0", Fault::Protocol, "SOCKS 5"),
            ("\\x05\\0\\0\\x09", Fault::Protocol, "address"),
        ] {
            fails(&plain, &name, &format!("{request}S| {reply}\n"), kind, text);
        }
        fails(&plain, &name, "C| \\x05\\x01\\0\nS| \\x05\\xff\n", Fault::Auth, "wants a login");
        fails(&plain, &name, "C| \\x05\\x01\\0\nS| HT\n", Fault::Protocol, "SOCKS 5");
        fails(&plain, &name, "C| \\x05\\x01\\0\nS.\n", Fault::Closed, "closed");
        let v6 = Endpoint::new("::1", 21);
        let request = format!(
            "C| \\x05\\x01\\0\nS| \\x05\\0\nC| \\x05\\x01\\0\\x04{}\\x01\\0\\x15\n",
            "\\0".repeat(15)
        );
        let ok = format!("{request}S| \\x05\\0\\0\\x01\\0\\0\\0\\0\\0\\0220\n");
        assert!(asks(&plain, &v6, &ok).iter().all(Result::is_ok));
    }

    #[test]
    fn socks_with_a_login() {
        let to = Endpoint::new("10.0.0.1", 21);
        let me = proxy("socks5://me@p", Some("hunter2"));
        let login = "C| \\x05\\x02\\0\\x02\nS| \\x05\\x02\nC| \\x01\\x02me\\x07hunter2\n";
        let ok = format!(
            "{login}S| \\x01\\0\nC| \\x05\\x01\\0\\x01\\x0a\\0\\0\\x01\\0\\x15\nS| \\x05\\0\\0\\x01\\0\\0\\0\\0\\0\\0220\n"
        );
        assert!(asks(&me, &to, &ok).iter().all(Result::is_ok));
        fails(&me, &to, &format!("{login}S| \\x01\\x01\n"), Fault::Auth, "refuses the login");
    }
}
