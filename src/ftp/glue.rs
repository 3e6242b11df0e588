//! Uploads of many files, two round trips each: what ends one file, stores the next and prepares the one after goes out in one write.
//!
//! ```text
//! > MFMT 20261123043251 .a.rftp-1     of the file before: its time,
//! > RNFR .a.rftp-1                    its name;
//! > RNTO a
//! > STOR .b.rftp-2                    this one,
//! > SIZE .b.rftp-2                    and whether all of it arrived;
//! > EPSV                              where the next one goes
//! ```
//!
//! Meanwhile the data connection comes about, and the data of a small file follows without waiting for the 150. What a
//! reply has to decide is never in the same write as the question: a file is renamed by the write after the one whose 226 and
//! SIZE were read. A server that cannot take commands ahead shows it by its replies; then the connection is given up, since it
//! cannot be known any more which reply answers what, and nothing worse has happened than a temporary file.

use super::{
    Client, Download, RemotePath,
    data::Shaken,
    passive::announced,
    transfer::{end_upload, lost},
};
use crate::{
    base::{date::Time, digest::Algorithm, error::*},
    net::{Endpoint, Transport},
    textproto::{Command, Reply},
};
use std::io::{self, Write};

/// One upload in a row of them.
pub struct Glue<'a> {
    /// What is left to do for the file before.
    pub before: &'a [Command],
    /// Where to: a temporary name, since the data may go out although the server refuses it.
    pub path: &'a RemotePath,
    /// A digest that the server shall compute, if it can.
    pub algorithm: Option<Algorithm>,
    /// The data need not wait for the 150: it is small and can be sent again.
    pub early: bool,
    /// Asks for the next port behind it all.
    pub prepare: bool,
}

/// How it went. The replies to what was left to do are there even if the rest failed, as far as they came.
pub struct Glued {
    pub before: Vec<Reply>,
    pub stored: Result<Stored>,
}

/// A file that the server says it has.
#[derive(Debug, Default)]
pub struct Stored {
    /// What SIZE says, where it says anything.
    pub size: Option<u64>,
    pub digest: Option<Vec<u8>>,
}

impl Client {
    /// Whether the port for the next data connection is known already: the condition of [`Client::store_glued`]. Text is never
    /// asked ahead, since its size and its type need questions of their own.
    pub fn is_prepared(&self) -> bool {
        self.passive.is_ready() && !self.options.ascii
    }

    /// One upload of a row. `body` writes the data.
    pub fn store_glued(
        &mut self,
        glue: &Glue<'_>,
        body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Glued {
        let mut before = Vec::with_capacity(glue.before.len());
        let stored = self.store_ahead(glue, &mut before, body);
        Glued { before, stored }
    }

    /// What is left to do when no file follows.
    pub fn finish_glued(&mut self, before: &[Command]) -> Glued {
        self.in_step();
        let mut replies = Vec::with_capacity(before.len());
        let sent = self.conn.send(before).and_then(|()| self.read_some(before.len(), &mut replies));
        Glued { before: replies, stored: sent.map(|()| Stored::default()) }
    }

    /// SIZE and digest of a file that was stored, and the next port, where nothing can be asked ahead of the data.
    pub fn probe_and_prepare(
        &mut self,
        path: &RemotePath,
        algorithm: Option<Algorithm>,
    ) -> Result<(Option<u64>, Option<Vec<u8>>)> {
        let (probe, how) = self.probe(path, algorithm)?;
        let replies = self.batch_and_prepare(&probe)?;
        Ok(self.read_probe(&replies, how))
    }

    fn read_some(&mut self, n: usize, to: &mut Vec<Reply>) -> Result<()> {
        while to.len() < n {
            to.push(self.any()?);
        }
        Ok(())
    }

    fn store_ahead(
        &mut self,
        glue: &Glue<'_>,
        before: &mut Vec<Reply>,
        body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Stored> {
        let store = self.named("STOR", glue.path)?;
        let (probe, how) = self.probe(glue.path, glue.algorithm)?;
        self.in_step();
        let to = self.passive.take().ok_or_else(|| Error::new(Kind::Bug, "no port is known ahead"))?;
        for command in glue.before.iter().chain([&store]).chain(&probe) {
            self.conn.push(command);
        }
        if glue.prepare {
            self.passive.ask(&mut self.conn);
        }
        self.conn.flush()?;
        let io = self.dial_ahead(&to)?;
        let io = self.hello(io);
        let mut opening = None;
        if self.protected || !glue.early {
            self.read_some(glue.before.len(), before)?;
            opening = Some(self.any()?);
        }
        // Refused: nobody is at the other end of the data connection.
        let refused = opening.as_ref().is_some_and(|r| !r.is(&[1]));
        let sent = if refused {
            drop(io);
            Ok(())
        } else {
            self.send_body(io, body)
        };
        if let Err(e) = &sent
            && !self.is_alive()
        {
            return Err(e.clone());
        }
        // Whatever became of the data, the replies are owed: unread, the next command would meet them.
        self.read_some(glue.before.len(), before)?;
        let opening = match opening {
            Some(reply) => reply,
            None => self.any()?,
        };
        // Judged one by one: a server that ends the transfer for EPSV (pyftpdlib) never says how it went, and waiting for as many
        // replies as there were commands would be waiting for the time limit.
        let verdict = if opening.is(&[1]) { Some(self.any()?) } else { None };
        // Success without a 1yz is none: nobody asked for the data.
        let end = verdict.as_ref().unwrap_or(&opening);
        if !(end.is(&[4, 5]) || verdict.is_some() && end.is(&[226, 250])) {
            return Err(self.out_of_order());
        }
        let mut probed = Vec::with_capacity(probe.len());
        while probed.len() < probe.len() {
            let reply = self.any()?;
            if reply.is(&[1, 226, 227, 229]) {
                return Err(self.out_of_order());
            }
            probed.push(reply);
        }
        if glue.prepare {
            self.read_ahead()?;
        }
        if let Err(e) = end.check(&[2]) {
            return Err(self.explained(e).host(self.host()));
        }
        sent?;
        let (size, digest) = self.read_probe(&probed, how);
        Ok(Stored { size, digest })
    }

    /// RETR in one write with the question for the port of the transfer after it, and for the file's exact time if that is wanted.
    /// The port of this one must be known ([`Client::is_prepared`]).
    pub fn retrieve_glued(&mut self, path: &RemotePath, time: bool) -> Result<(Download<'_>, Option<Time>)> {
        let retr = self.named("RETR", path)?;
        self.learn_escape(std::slice::from_ref(&retr))?;
        self.in_step();
        let to = self.passive.take().ok_or_else(|| Error::new(Kind::Bug, "no port is known ahead"))?;
        if time {
            self.conn.push(&self.named("MDTM", path)?);
        }
        self.conn.push(&retr);
        self.passive.ask(&mut self.conn);
        self.conn.flush()?;
        let io = self.dial_ahead(&to)?;
        let io = self.hello(io);
        let modified = if time {
            let reply = self.any()?;
            Some(reply).filter(|r| r.code == 213).and_then(|r| Time::from_mdtm(r.last().trim_ascii()))
        } else {
            None
        };
        let reply = self.any()?;
        if let Err(e) = reply.check(&[1]) {
            self.read_ahead()?;
            return Err(self.explained(e).host(self.host()));
        }
        let io = self.protect(io).inspect_err(|e| self.conn.poison(e.clone()))?;
        Ok((Download::new(self, io, announced(&reply.text())), modified))
    }

    /// What a transfer's verdict is worth, once the question that was asked behind it is answered too.
    pub(super) fn after_verdict(&mut self, verdict: Result<Reply>) -> Result<Reply> {
        if verdict.as_ref().is_ok_and(|reply| self.is_port_instead(reply)) {
            return Err(self.out_of_order());
        }
        if self.is_alive() {
            self.read_ahead()?;
        }
        verdict
    }

    /// The answer to a question for a port that was asked behind a transfer.
    pub(super) fn read_ahead(&mut self) -> Result<()> {
        if !self.passive.is_asked() {
            return Ok(());
        }
        let reply = self.any()?;
        self.passive.answered(&reply);
        if reply.is(&[227, 229, 4, 5]) { Ok(()) } else { Err(self.out_of_order()) }
    }

    /// Whether this is the answer to a question for a port that was asked behind a transfer, where the transfer's own should be.
    pub(super) fn is_port_instead(&self, reply: &Reply) -> bool {
        self.passive.is_asked() && reply.is(&[227, 229])
    }

    pub(super) fn out_of_order(&mut self) -> Error {
        let text = format!("{} answers out of order when it is asked ahead", self.host());
        let error = Error::new(Kind::Protocol, text).again_is(Again::Now).host(self.host());
        self.conn.poison(error.clone());
        error
    }

    fn dial_ahead(&mut self, to: &Endpoint) -> Result<Box<dyn Transport>> {
        match self.dialer.dial(to) {
            Ok(io) => {
                self.conn.add_round_trips(1);
                Ok(io)
            }
            Err(e) => {
                // The server waits for it, who knows how long, and the replies behind wait with it.
                let error = e.context(format_args!("no data connection to {}", self.host()));
                self.conn.poison(error.clone());
                Err(error)
            }
        }
    }

    /// TLS where it has to be, the data, its end.
    fn send_body(&mut self, io: Shaken, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        // What the server says of a failed handshake was taken for its reason: the order of replies is lost with it.
        let io = self.protect(io).inspect_err(|e| self.conn.poison(e.clone()))?;
        let host = self.host().to_string();
        let mut sending = Sending { io, host };
        body(&mut sending).map_err(|e| Error::from_io(e, Kind::Local, "cannot read what is to be sent"))?;
        let Sending { mut io, host } = sending;
        end_upload(&mut *io, self.dialer.is_proxied()).map_err(|e| lost(e, &host))
    }
}

/// Says whose write failed.
struct Sending {
    io: Box<dyn Transport>,
    host: String,
}

impl Write for Sending {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.io.write(buf).map_err(|e| lost(e, &self.host).into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
