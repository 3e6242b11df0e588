//! What goes over a data connection: [`Download`] and [`Upload`], which hold the client until the server's verdict is read.
//!
//! An upload ends with close_notify, then FIN, then reading until the server closes. A server that sends tickets meets a reset if
//! we just close, and throws away what it has; one waits for the FIN before it says 226.

use super::{
    Client,
    ascii::{FromWire, Sizes, ToWire},
    unconfirmed,
};
use crate::{
    base::error::*,
    net::{Patience, TlsInfo, Transport},
    textproto::Reply,
};
use std::{
    fs::File,
    io::{self, Read, Write},
    time::Duration,
};

/// How long the server may take to close its side after ours, and to say why after a failure.
pub(super) const DRAIN: Duration = Duration::from_secs(5);
/// How long the server may take to close its side before ours, where a proxy is in the way.
const BEFORE_FIN: Duration = Duration::from_secs(1);
/// So much text is converted at once.
const TEXT_PIECE: usize = 64 << 10;

/// The server's verdict on a transfer.
#[derive(Clone, Debug)]
pub struct Finished {
    pub reply: Reply,
    /// Under TLS: whether the peer said that it was the end. `None` without TLS.
    pub clean: Option<bool>,
}

/// Ends an upload's data connection in such a way that all of it arrives. Under TLS tickets may be on their way here, and closing with
/// them unread would be a reset, upon which servers throw away what they have. There are proxies that close both ways upon our
/// FIN, with the same effect: they are given time to hand the tickets over first.
pub(super) fn end_upload(io: &mut dyn Transport, proxied: bool) -> io::Result<()> {
    if io.tls().is_none() {
        return io.shutdown_write();
    }
    if proxied {
        io.close_notify();
        drain(io, BEFORE_FIN);
    }
    io.shutdown_write()?;
    drain(io, DRAIN);
    Ok(())
}

/// Reads until the server closes, at most so long.
fn drain(io: &mut dyn Transport, limit: Duration) {
    io.set_patience(Patience::within(limit, "the end of the data connection", "--timeout"));
    let mut rest = [0; 4096];
    while matches!(io.read(&mut rest), Ok(n) if n > 0) {}
}

/// Labels an error of the data connection.
pub(super) fn lost(error: io::Error, host: &str) -> Error {
    Error::from_io(error, Kind::Closed, format_args!("lost the data connection to {host}")).host(host)
}

/// A file or a listing on its way here. [`Download::finish`] tells whether it was whole.
pub struct Download<'a> {
    client: &'a mut Client,
    io: Option<Box<dyn Transport>>,
    sizes: Sizes,
    announced: Option<u64>,
    text: Option<FromWire>,
    settled: bool,
}

impl Download<'_> {
    pub(super) fn new(client: &mut Client, io: Box<dyn Transport>, announced: Option<u64>) -> Download<'_> {
        Download { client, io: Some(io), announced, sizes: Sizes::default(), text: None, settled: false }
    }

    /// Line ends are converted on the way, if the transfer is one of text.
    pub(super) fn convert(&mut self) {
        self.text = self.client.options.ascii.then(FromWire::default);
    }

    /// Bytes that came so far.
    pub fn received(&self) -> u64 {
        self.sizes.wire()
    }

    /// What size the file may have there, by what came.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// How many bytes the server said it would send, if it said so when it opened the connection. Worth something only
    /// where SIZE is not to be had, and from the start of the file.
    pub fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// After the end of file: closes, and reads the verdict. A transfer without one is not complete.
    pub fn finish(mut self) -> Result<Finished> {
        self.settled = true;
        let clean = self.io.as_ref().and_then(|io| io.tls()).map(TlsInfo::closed_cleanly);
        if let Some(mut io) = self.io.take() {
            // Our close_notify: some servers call the transfer failed without it.
            let _ = io.shutdown_write();
        }
        let verdict = self.client.verdict();
        let reply = self.client.after_verdict(verdict)?;
        Ok(Finished { reply, clean })
    }

    /// As [`Download::finish`], of a file that was read to its end: what proves it whole, `size` or `none`. The size is what the
    /// server told before, of what lies behind the place where this began.
    ///
    /// # Errors
    /// `Closed` where the size is another one, or where none was told and TLS's own end is missing.
    pub fn whole(self, size: Option<u64>) -> Result<&'static str> {
        let (host, sizes) = (self.client.host().to_string(), self.sizes);
        let clean = self.finish()?.clean;
        let text = match size {
            Some(size) if sizes.proves(size) => return Ok("size"),
            Some(size) if sizes.allows(size) => return Ok("none"),
            Some(size) => {
                let came = sizes.wire();
                format!("{came} bytes came where {size} were announced: cut, or changed meanwhile")
            }
            None if clean == Some(false) => {
                "the data ended without TLS's own end, and no size was announced to prove it whole".into()
            }
            None => return Ok("none"),
        };
        Err(Error::new(Kind::Closed, text).host(&host))
    }

    /// Enough of it: closes without the rest. What the server says to that does not matter.
    pub fn enough(mut self) {
        self.settled = true;
        self.io = None;
        self.client.after_failure(Error::new(Kind::Closed, "a transfer was ended early"));
    }

    /// After an error, ours or the connection's: closes, and gives the better of the two reasons, theirs if there is one.
    pub fn fail(mut self, error: Error) -> Error {
        self.settled = true;
        self.io = None;
        let error = self.client.after_failure(error);
        if self.client.is_alive() {
            let _ = self.client.read_ahead();
        }
        error
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let host = self.client.conn.host();
        let Some(io) = &mut self.io else { return Ok(0) };
        let Some(text) = &mut self.text else {
            let n = io.read(buf).map_err(|e| lost(e, host))?;
            self.sizes.add(n as u64);
            return Ok(n);
        };
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match text.give(buf) {
                0 => {}
                n => return Ok(n),
            }
            // The caller's buffer serves for what is not converted yet.
            match io.read(buf).map_err(|e| lost(e, host))? {
                0 => {
                    text.end();
                    return Ok(text.give(buf));
                }
                n => text.push(&buf[..n], &mut self.sizes),
            }
        }
    }
}

impl Drop for Download<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.client.conn.poison(Error::new(Kind::Closed, "a transfer was not finished"));
        }
    }
}

/// A file on its way there. [`Upload::finish`] tells whether it arrived.
pub struct Upload<'a> {
    client: &'a mut Client,
    io: Option<Box<dyn Transport>>,
    sizes: Sizes,
    sent: u64,
    text: Option<ToWire>,
    settled: bool,
}

impl Upload<'_> {
    pub(super) fn new(
        client: &mut Client,
        io: Box<dyn Transport>,
        sizes: Sizes,
        text: Option<ToWire>,
    ) -> Upload<'_> {
        Upload { client, io: Some(io), sizes, sent: 0, text, settled: false }
    }

    /// Bytes of the file that went so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// What size the file may have there, by what went.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Sends from the file's position without copying, as [`Transport::send_file`].
    pub fn send_file(&mut self, file: &File, n: u64) -> io::Result<u64> {
        let Some(io) = &mut self.io else { return Ok(0) };
        if self.text.is_some() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let sent = io.send_file(file, n)?;
        self.sizes.add(sent);
        self.sent += sent;
        Ok(sent)
    }

    /// Ends the data, waits until the server has it all, and reads the verdict.
    ///
    /// # Errors
    /// `Unconfirmed` if all data went out and the connection was lost before the verdict came.
    pub fn finish(mut self) -> Result<Finished> {
        self.settled = true;
        let host = self.client.conn.host().to_string();
        let Some(mut io) = self.io.take() else {
            return Err(Error::new(Kind::Bug, "an upload was finished twice"));
        };
        let ended = end_upload(&mut *io, self.client.dialer.is_proxied());
        let clean = io.tls().map(TlsInfo::closed_cleanly);
        drop(io);
        if let Err(e) = ended {
            return Err(self.client.after_failure(lost(e, &host)));
        }
        let reply = self.client.verdict().map_err(unconfirmed)?;
        Ok(Finished { reply, clean })
    }

    /// As [`Download::fail`].
    pub fn fail(mut self, error: Error) -> Error {
        self.settled = true;
        self.io = None;
        self.client.after_failure(error)
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let host = self.client.conn.host();
        let Some(io) = &mut self.io else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let n = match &mut self.text {
            Some(text) => {
                let piece = &buf[..buf.len().min(TEXT_PIECE)];
                io.write_all(text.convert(piece, &mut self.sizes)).map_err(|e| lost(e, host))?;
                piece.len()
            }
            None => {
                let n = io.write(buf).map_err(|e| lost(e, host))?;
                self.sizes.add(n as u64);
                n
            }
        };
        self.sent += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.client.conn.poison(Error::new(Kind::Closed, "a transfer was not finished"));
        }
    }
}
