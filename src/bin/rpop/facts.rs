//! What rules and listings ask of a message, answered from its header, and from its body only if need be.

use std::{
    fs::File,
    io::{self, Read, Seek},
};
use wirepost::{
    base::{date::Time, error::*},
    mail::rules::Facts,
    store::{
        Mailstore,
        intake::{Form, Intake},
    },
};

/// So much of a header is looked at.
pub const HEAD_MAX: u64 = 64 * 1024;

/// Every value of a field, decoded.
fn values(head: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(head).replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    text.lines()
        .filter_map(|l| l.split_once(':'))
        .filter(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v.trim().to_string())
        .collect()
}

/// The first value of a field, as a person reads it.
pub fn field(head: &[u8], name: &str) -> Option<String> {
    values(head, name).into_iter().next()
}

/// When it says it was sent.
pub fn date(head: &[u8]) -> Option<Time> {
    Time::from_rfc5322(field(head, "Date")?.as_bytes())
}

/// The header of a message that is a file.
pub fn head(file: &mut File) -> Result<Vec<u8>> {
    let taken = Intake::new(Form { crlf: true, ..Form::default() })
        .copy(&mut file.take(HEAD_MAX), &mut io::sink())?;
    Ok(taken.head)
}

/// Where the body is, if it is asked for.
pub enum Source<'a> {
    /// The message the store has in hand.
    Store(&'a mut dyn Mailstore),
    File(&'a File),
}

/// One message.
pub struct Message<'a> {
    pub head: &'a [u8],
    pub size: u64,
    pub source: Source<'a>,
}

impl Message<'_> {
    fn body(&mut self) -> Result<Box<dyn Read + '_>> {
        match &mut self.source {
            Source::Store(store) => store.reread(),
            Source::File(file) => {
                let mut file: &File = file;
                file.rewind().map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
                Ok(Box::new(file))
            }
        }
    }
}

impl Facts for Message<'_> {
    fn header(&mut self, name: &str) -> Result<Vec<String>> {
        Ok(values(self.head, name))
    }

    fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>> {
        Ok(values(self.head, name).into_iter().map(|v| (String::new(), v)).collect())
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn attachments(&mut self) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn has_text(&mut self, lower_case: &str) -> Result<bool> {
        let mut text = Vec::new();
        self.body()?.read_to_end(&mut text).map_err(|e| Error::from_io(e, Kind::Local, "cannot read"))?;
        Ok(String::from_utf8_lossy(&text).to_lowercase().contains(lower_case))
    }
}
