//! Many commands on the way at once, their answers taken one by one.

use super::{Client, Number};
use crate::{
    base::error::*,
    textproto::{Command, DotReader},
};
use std::io::{self, BufRead, Read};

/// So many bytes of commands may be on the way. They fit into any socket's send buffer, so that writing them never
/// waits for a server that is itself waiting for us to read.
const WINDOW: usize = 8 * 1024;

/// The commands of one kind and where we are in them.
struct Window<'a> {
    numbers: &'a [Number],
    verb: &'static str,
    lines: Option<u32>,
    /// Commands sent, answers taken, and the commands' bytes between.
    sent: usize,
    taken: usize,
    bytes: usize,
    pipelined: bool,
}

impl Window<'_> {
    fn command(&self, number: Number) -> Result<Command> {
        let command = Command::new(self.verb).arg(number.to_string())?;
        match self.lines {
            Some(lines) => command.arg(lines.to_string()),
            None => Ok(command),
        }
    }

    /// Sends what fits: nothing while more than half of the window is on the way, so that refills are few and
    /// large.
    fn fill(&mut self, client: &mut Client) -> Result<()> {
        if self.sent > self.taken && (!self.pipelined || self.bytes > WINDOW / 2) {
            return Ok(());
        }
        while let Some(&number) = self.numbers.get(self.sent) {
            let command = self.command(number)?;
            let length = command.wire().len() + 2;
            if self.sent > self.taken && (!self.pipelined || self.bytes + length > WINDOW) {
                break;
            }
            client.conn.push(&command);
            self.sent += 1;
            self.bytes += length;
        }
        client.conn.flush()
    }

    /// The next number whose status is to be read.
    fn next(&mut self, client: &mut Client) -> Result<Option<Number>> {
        if self.taken == self.numbers.len() {
            return Ok(None);
        }
        self.fill(client)?;
        let number = self.numbers[self.taken];
        self.bytes -= self.command(number)?.wire().len() + 2;
        self.taken += 1;
        Ok(Some(number))
    }

    /// Answers nobody will take make the connection useless.
    fn abandon(&self, client: &mut Client) {
        if self.sent > self.taken {
            client.conn.poison(Error::new(Kind::Closed, "answers on the way were not taken"));
        }
    }
}

/// See [`Client::retrieve_all`].
pub struct Retrieving<'a> {
    client: &'a mut Client,
    window: Window<'a>,
}

/// One message of a pull; to be read to its end.
pub struct Item<'a> {
    pub number: Number,
    /// The message, or the server's no to this one alone.
    pub body: Result<DotReader<'a>>,
}

impl Client {
    /// The messages, in this order, each streamed.
    pub fn retrieve_all<'a>(&'a mut self, numbers: &'a [Number]) -> Result<Retrieving<'a>> {
        self.pull("RETR", numbers, None)
    }

    /// The headers and `lines` lines of each.
    pub fn tops<'a>(&'a mut self, numbers: &'a [Number], lines: u32) -> Result<Retrieving<'a>> {
        self.pull("TOP", numbers, Some(lines))
    }

    fn pull<'a>(
        &'a mut self,
        verb: &'static str,
        numbers: &'a [Number],
        lines: Option<u32>,
    ) -> Result<Retrieving<'a>> {
        let pipelined = self.capabilities()?.has("PIPELINING");
        let window = Window { numbers, verb, lines, sent: 0, taken: 0, bytes: 0, pipelined };
        Ok(Retrieving { client: self, window })
    }

    /// Marks messages for deletion; it happens at [`Client::quit`].
    pub fn delete_all<'a>(&'a mut self, numbers: &'a [Number]) -> Result<Deleting<'a>> {
        let pipelined = self.capabilities()?.has("PIPELINING");
        let window = Window { numbers, verb: "DELE", lines: None, sent: 0, taken: 0, bytes: 0, pipelined };
        Ok(Deleting { client: self, window })
    }
}

impl Retrieving<'_> {
    /// The next message; `None` at the end. The one before must have been read to its end.
    ///
    /// (Not `Iterator`: what it gives borrows it.)
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Item<'_>>> {
        let Some(number) = self.window.next(self.client)? else { return Ok(None) };
        let body = match self.client.status() {
            Ok(_) => Ok(self.client.conn.dot_reader()),
            Err(e) if matches!(e.kind(), Kind::Refused | Kind::Busy | Kind::Auth) => Err(e),
            Err(e) => return Err(e),
        };
        Ok(Some(Item { number, body }))
    }
}

impl Drop for Retrieving<'_> {
    fn drop(&mut self) {
        self.window.abandon(self.client);
    }
}

/// See [`Client::delete_all`].
pub struct Deleting<'a> {
    client: &'a mut Client,
    window: Window<'a>,
}

impl Deleting<'_> {
    /// The next answer: the number, and whether the server took it.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<(Number, Result<()>)>> {
        let Some(number) = self.window.next(self.client)? else { return Ok(None) };
        match self.client.status() {
            Ok(_) => {
                self.client.deleted += 1;
                Ok(Some((number, Ok(()))))
            }
            Err(e) if matches!(e.kind(), Kind::Refused | Kind::Busy | Kind::Auth) => {
                Ok(Some((number, Err(e))))
            }
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
impl Deleting<'_> {
    pub(super) fn on_the_way(&self) -> usize {
        self.window.bytes
    }
}

impl Drop for Deleting<'_> {
    fn drop(&mut self) {
        self.window.abandon(self.client);
    }
}

impl Read for Item<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.body {
            Ok(body) => body.read(out),
            Err(e) => Err(e.clone().into()),
        }
    }
}

impl BufRead for Item<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.body {
            Ok(body) => body.fill_buf(),
            Err(e) => Err(e.clone().into()),
        }
    }

    fn consume(&mut self, n: usize) {
        if let Ok(body) = &mut self.body {
            body.consume(n);
        }
    }
}
