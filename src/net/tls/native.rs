//! TLS by the platform's own library. The only file that names `native_tls`.

use super::{ChannelBinding, END_POINT, TlsInfo, TlsOptions, TlsSession, Version, read, refused};
use crate::{
    base::error::*,
    net::{Patience, Transport},
};
use native_tls::{Certificate, HandshakeError, Identity, Protocol, TlsConnector, TlsStream};
use std::{
    error::Error as _,
    io::{self, Read, Write},
    net::SocketAddr,
};

pub(super) struct Connector(TlsConnector);

impl Connector {
    pub(super) fn new(options: &TlsOptions) -> Result<Connector> {
        let setup = |e: native_tls::Error| Error::new(Kind::Tls, format!("cannot set up TLS: {e}"));
        let version = |v: Version| match v {
            Version::V1_2 => Protocol::Tlsv12,
            Version::V1_3 => Protocol::Tlsv13,
        };
        let mut builder = TlsConnector::builder();
        builder.min_protocol_version(Some(version(options.min.unwrap_or(Version::V1_2))));
        builder.max_protocol_version(options.max.map(version));
        builder.disable_built_in_roots(options.ca_only.is_some());
        for path in options.ca_only.iter().chain(&options.ca_file) {
            let pem = read(path, "certificate file")?;
            let certificates = Certificate::stack_from_pem(&pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(Error::new(Kind::Config, format!("no certificate in {}", path.display())));
            }
            for certificate in certificates {
                builder.add_root_certificate(certificate);
            }
        }
        if let Some(path) = &options.client_cert {
            let chain = read(path, "client certificate")?;
            let key = read(options.client_key.as_ref().unwrap_or(path), "client key")?;
            let identity = Identity::from_pkcs8(&chain, &key).map_err(|_| {
                Error::new(Kind::Config, format!("no usable certificate and key in {}", path.display()))
                    .hint("the key must be PKCS#8 in PEM (`openssl pkcs8 -topk8 -nodes`)")
            })?;
            builder.identity(identity);
        }
        let trusting = options.insecure || options.pin_only;
        builder.danger_accept_invalid_certs(trusting).danger_accept_invalid_hostnames(trusting);
        Ok(Connector(builder.build().map_err(setup)?))
    }

    pub(super) fn connect(&self, io: Box<dyn Transport>, name: &str) -> Result<Box<dyn Transport>> {
        match self.0.connect(name, io) {
            Ok(tls) => Ok(Box::new(Stream(tls))),
            Err(HandshakeError::Failure(e)) => Err(explain(name, &e)),
            // The socket below blocks by itself, so this cannot be.
            Err(HandshakeError::WouldBlock(_)) => Err(refused(name, "the handshake stopped half-way")),
        }
    }
}

/// An error of ours from the socket below, if the chain of causes holds one; else the library's words.
fn explain(name: &str, error: &native_tls::Error) -> Error {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(ours) = cause.downcast_ref::<Error>() {
            return ours.clone();
        }
        if let Some(ours) =
            cause.downcast_ref::<io::Error>().and_then(|io| io.get_ref()?.downcast_ref::<Error>())
        {
            return ours.clone();
        }
        source = cause.source();
    }
    let text = error.to_string();
    if text.contains("unexpected EOF") || text.contains("unexpected eof") {
        return refused(name, "the server closed the connection during the handshake");
    }
    // OpenSSL's words come as "error:0A00010B:SSL routines:ssl3_get_record:wrong version number:file:line: (…)",
    // a verdict on the certificate in the parentheses at the end.
    let verdict = text
        .rfind('(')
        .map(|at| text[at + 1..].trim_end_matches(')'))
        .filter(|v| !v.is_empty() && *v != "ok");
    let reason = text.split(':').nth(4).filter(|r| !r.is_empty());
    refused(name, verdict.or(reason).unwrap_or(&text))
}

struct Stream(TlsStream<Box<dyn Transport>>);

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(labelled)
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf).map_err(labelled)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn labelled(error: io::Error) -> io::Error {
    match Error::unwrap_io(error) {
        Ok(ours) => ours.into(),
        Err(e) => Error::new(Kind::Closed, format!("the TLS connection broke: {}", cause(&e))).into(),
    }
}

impl Transport for Stream {
    fn set_patience(&mut self, patience: Patience) {
        self.0.get_mut().set_patience(patience);
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        let _ = self.0.shutdown();
        self.0.get_mut().shutdown_write()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    fn tls(&self) -> Option<&dyn TlsInfo> {
        Some(self)
    }
}

impl TlsInfo for Stream {
    fn version(&self) -> Option<&'static str> {
        None
    }
    fn resumed(&self) -> Option<bool> {
        None
    }
    fn session(&self) -> Option<TlsSession> {
        None
    }
    fn channel_binding(&self) -> Option<ChannelBinding> {
        let data = self.0.tls_server_end_point().ok().flatten()?;
        Some(ChannelBinding { name: END_POINT, data })
    }
    fn certificate(&self) -> Option<Vec<u8>> {
        self.0.peer_certificate().ok().flatten()?.to_der().ok()
    }
    fn closed_cleanly(&self) -> bool {
        false
    }
}
