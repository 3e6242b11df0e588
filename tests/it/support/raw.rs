//! A client without a protocol, to try the sandbox's servers by hand: lines out, lines in, TLS on demand.
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::Duration;

use openssl::ssl::{Ssl, SslConnector, SslMethod, SslSessionRef, SslStream, SslVersion};

pub enum Raw {
    Plain(TcpStream),
    Tls(SslStream<TcpStream>),
    Gone,
}

pub fn connector(ca: &Path, max: Option<SslVersion>) -> SslConnector {
    let mut b = SslConnector::builder(SslMethod::tls_client()).expect("TLS");
    b.set_ca_file(ca).expect("CA");
    b.set_max_proto_version(max).expect("version");
    b.build()
}

impl Raw {
    pub fn connect(port: u16) -> Raw {
        let tcp = TcpStream::connect(("127.0.0.1", port)).expect("connect");
        tcp.set_read_timeout(Some(Duration::from_secs(10))).expect("timeout");
        Raw::Plain(tcp)
    }

    /// The client's side of a handshake; `Err` is OpenSSL's word for it.
    pub fn secure(
        &mut self,
        connector: &SslConnector,
        session: Option<&SslSessionRef>,
    ) -> Result<(), String> {
        let Raw::Plain(tcp) = std::mem::replace(self, Raw::Gone) else { return Err("not plain".into()) };
        let config = connector.configure().expect("TLS");
        let mut ssl = config.into_ssl("127.0.0.1").expect("TLS");
        set_session(&mut ssl, session);
        let tls = ssl.connect(tcp).map_err(|e| e.to_string())?;
        *self = Raw::Tls(tls);
        Ok(())
    }

    pub fn tls(&self) -> &SslStream<TcpStream> {
        match self {
            Raw::Tls(tls) => tls,
            _ => panic!("no TLS here"),
        }
    }

    pub fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Raw::Plain(tcp) => tcp.read(buf),
            Raw::Tls(tls) => tls.read(buf),
            Raw::Gone => Ok(0),
        }
    }

    pub fn send(&mut self, text: impl AsRef<[u8]>) {
        match self {
            Raw::Plain(tcp) => tcp.write_all(text.as_ref()).expect("write"),
            Raw::Tls(tls) => tls.write_all(text.as_ref()).expect("write"),
            Raw::Gone => panic!("gone"),
        }
    }

    /// The next line, with its end; empty at the end of file.
    pub fn line(&mut self) -> String {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\n") && matches!(self.read(&mut byte), Ok(1)) {
            line.push(byte[0]);
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// A whole reply of FTP or SMTP.
    pub fn reply(&mut self) -> String {
        let first = self.line();
        let mut all = first.clone();
        if first.as_bytes().get(3) == Some(&b'-') {
            let end = format!("{} ", &first[..3]);
            loop {
                let line = self.line();
                all.push_str(&line);
                if line.is_empty() || line.starts_with(&end) {
                    break;
                }
            }
        }
        all
    }

    pub fn call(&mut self, command: &str) -> String {
        self.send(format!("{command}\r\n"));
        self.reply()
    }

    /// Lines up to and with the one that begins so.
    pub fn until(&mut self, start: &str) -> String {
        let mut all = String::new();
        loop {
            let line = self.line();
            all.push_str(&line);
            if line.is_empty() || line.starts_with(start) {
                return all;
            }
        }
    }

    /// Everything up to the end of file; the error's kind if there is one instead.
    pub fn rest(&mut self) -> Result<Vec<u8>, std::io::ErrorKind> {
        let (mut all, mut buf) = (Vec::new(), [0; 65536]);
        loop {
            match self.read(&mut buf) {
                Ok(0) => return Ok(all),
                Ok(n) => all.extend_from_slice(&buf[..n]),
                Err(e) => return Err(e.kind()),
            }
        }
    }

    /// close_notify (if told so), FIN, and everything the other side still has to say.
    pub fn finish(mut self, notify: bool) {
        if let (Raw::Tls(tls), true) = (&mut self, notify) {
            let _ = tls.shutdown();
        }
        let tcp = match &self {
            Raw::Plain(tcp) => tcp,
            Raw::Tls(tls) => tls.get_ref(),
            Raw::Gone => return,
        };
        // A server that refused the transfer may be gone.
        let _ = tcp.shutdown(Shutdown::Write);
        let _ = self.rest();
    }
}

#[allow(unsafe_code)]
fn set_session(ssl: &mut Ssl, session: Option<&SslSessionRef>) {
    if let Some(session) = session {
        // SAFETY: every caller takes the session from a connection of the same `SslConnector`.
        unsafe { ssl.set_session(session).expect("session") };
    }
}
