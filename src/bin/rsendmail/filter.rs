//! `--filter CMD`: the message goes through a command, and what that writes is sent: DKIM, PGP, S/MIME.
//!
//! The command reads the message from a file, with LF line ends as every program of this kind expects, and writes into another
//! without a name, so nothing waits for a pipe and no size is held in memory. What it wrote is looked at as any ready message:
//! line ends, Bcc, the fields there have to be. But it is not encoded anew, which would break a signature; so eight-bit text is
//! encoded before (RFC 6376 §5.3).

use crate::{
    args::Rsendmail,
    outgoing::{Content, Prepared},
};
use std::{
    fs::File,
    io::{self, Seek, Write},
    sync::Arc,
};
use wirepost::{
    base::{address::Address, error::*, scratch},
    cli::secrets,
    mail::raw::{Raw, Source},
    net::Cancel,
    store::pipe::{About, Pipe, Verdict},
};

pub struct Filter {
    pipe: Pipe,
}

impl Filter {
    pub fn new(flags: &Rsendmail) -> Result<Option<Filter>> {
        let Some(command) = flags.filtering.filter.clone() else { return Ok(None) };
        let hide = secrets::variables(&flags.shared.login);
        let pipe = Pipe { command, timeout: flags.filtering.filter_timeout, to_stderr: true, hide };
        Ok(Some(Filter { pipe }))
    }

    /// The message as the command makes it.
    ///
    /// # Errors
    /// `Busy` if it may be tried again later, `Input` if the command failed for good or wrote no message.
    pub fn apply(&self, prepared: Prepared, cancel: &Cancel) -> Result<Prepared> {
        let source = prepared.source.clone();
        let outgoing = prepared.seven_bit()?;
        let failed = |e| Error::from_io(e, Kind::Local, "cannot keep the message for the filter");
        let mut input = scratch::file()?;
        let mut lines = LineFeeds(&mut input);
        io::copy(&mut outgoing.body.open()?, &mut lines).map_err(failed)?;
        input.rewind().map_err(failed)?;
        let output = scratch::file()?;
        let sender = outgoing.envelope.from.as_ref().map_or(String::new(), ToString::to_string);
        let about = About {
            uid: &outgoing.message_id,
            from: &sender,
            size: outgoing.body.size(),
            ..About::default()
        };
        let ours = output.try_clone().map_err(failed)?;
        match self.pipe.run_into(input, Some(output), &about, &|| cancel.check())? {
            Verdict::Delivered => {}
            Verdict::Temporary(why) => {
                let why = why.replace("--exec-timeout", "--filter-timeout");
                return Err(Error::new(Kind::Busy, format!("the filter did not go through: {why}")));
            }
            Verdict::Permanent(why) => {
                return Err(Error::new(Kind::Input, format!("the filter refused the message: {why}")));
            }
        }
        let raw = self.read(ours, &outgoing.message_id, outgoing.envelope.from.as_ref())?;
        let message_id = raw.message_id.clone();
        Ok(Prepared { source, message_id, envelope: outgoing.envelope, content: Content::Sealed(raw) })
    }

    fn read(&self, mut file: File, message_id: &str, from: Option<&Address>) -> Result<Raw> {
        let failed = |e| Error::from_io(e, Kind::Local, "cannot read what the filter wrote");
        let len = file.metadata().map_err(failed)?.len();
        file.rewind().map_err(failed)?;
        if len == 0 {
            return Err(Error::new(Kind::Input, "the filter wrote no message"));
        }
        let source = Source::file("what the filter wrote", Arc::new(file), 0, len, false)?;
        let from = from.map(Address::wire);
        let domain = message_id.trim_end_matches('>').rsplit('@').next().unwrap_or("localhost");
        Raw::new(source, from.as_deref(), domain, Some(message_id))
    }
}

/// Canonical text with LF line ends: it has no CR but before an LF.
struct LineFeeds<'a>(&'a mut File);

impl Write for LineFeeds<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let mut start = 0;
        let mut out = Vec::with_capacity(buf.len());
        for cr in memchr::memchr_iter(b'\r', buf) {
            out.extend_from_slice(&buf[start..cr]);
            start = cr + 1;
        }
        out.extend_from_slice(&buf[start..]);
        self.0.write_all(&out)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
