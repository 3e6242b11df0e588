//! Headers and bodies as rpop has them: in a store's hand, or in a file.

use std::{
    fs::File,
    io::{self, Read, Seek},
};
use wirepost::{
    base::{date::Time, error::*},
    mail::facts::{self, Source},
    store::{
        Mailstore,
        intake::{Form, Intake},
    },
};

/// So much of a header is looked at.
pub const HEAD_MAX: u64 = 64 * 1024;

/// The first value of a field, as a person reads it.
pub fn field(head: &[u8], name: &str) -> Option<String> {
    facts::values(head, name).into_iter().next()
}

/// When it says it was sent.
pub fn date(head: &[u8]) -> Option<Time> {
    Time::from_rfc5322(field(head, "Date")?.as_bytes())
}

/// The header of a message that is a file.
pub fn head(file: &mut File) -> Result<Vec<u8>> {
    let form = Form { crlf: true, ..Form::default() };
    let taken = Intake::new(form).copy(&mut file.take(HEAD_MAX), &mut io::sink())?;
    Ok(taken.head)
}

/// The message a store has in hand.
pub struct InHand<'a>(pub &'a mut dyn Mailstore);

impl Source for InHand<'_> {
    fn open(&mut self, read: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
        read(&mut *self.0.reread()?)
    }
}

/// A message that is a file.
pub struct InFile<'a>(pub &'a File);

impl Source for InFile<'_> {
    fn open(&mut self, read: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
        let mut file = self.0;
        file.rewind().map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
        read(&mut file)
    }
}
