//! Messages for a stream (standard output) or for a command: staged in a file without a name, and given on only when
//! they are whole, so that a cut message never looks like one.
//!
//! Several messages on one stream need borders: the stream is an mbox of the "rd" kind, which every mail tool splits.

use super::{
    Envelope, Folder, Mailstore, Place, Taken,
    intake::{Form, Intake},
    mbox::Unquote,
};
use crate::base::{error::*, scratch};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

pub struct Stream<W> {
    /// `None`: messages are only staged, for a command.
    out: Option<W>,
    stage: File,
    intake: Intake,
    mbox: bool,
    hand: Option<Vec<u8>>,
    filed: u64,
    count: usize,
}

impl<W: Write> Stream<W> {
    /// An mbox on `out`.
    pub fn mbox(out: W) -> Result<Stream<W>> {
        Stream::new(Some(out), Form { mbox: true, ..Form::default() })
    }

    /// Only staging: see [`Mailstore::reread`].
    pub fn scratch(crlf: bool) -> Result<Stream<W>> {
        Stream::new(None, Form { crlf, ..Form::default() })
    }

    fn new(out: Option<W>, form: Form) -> Result<Stream<W>> {
        let stage = scratch::file()?;
        Ok(Stream { out, stage, intake: Intake::new(form), mbox: form.mbox, hand: None, filed: 0, count: 0 })
    }

    fn rewind(&mut self, to: u64) -> Result<()> {
        self.stage
            .seek(SeekFrom::Start(to))
            .map(|_| ())
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read a staged message"))
    }
}

impl<W: Write> Mailstore for Stream<W> {
    fn stage(&mut self, message: &mut dyn Read) -> Result<Taken> {
        self.discard();
        self.rewind(self.filed)?;
        let taken = self.intake.copy(message, &mut self.stage)?;
        self.stage
            .set_len(self.filed + taken.stored)
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot stage a message"))?;
        self.hand = Some(taken.head.clone());
        Ok(taken)
    }

    fn reread(&mut self) -> Result<Box<dyn Read + '_>> {
        self.rewind(self.filed)?;
        if !self.mbox {
            return Ok(Box::new(&self.stage));
        }
        let len = self.stage.metadata().map_or(0, |m| m.len());
        let length = len.saturating_sub(self.filed + 1);
        Ok(Box::new(Unquote::new(io::BufReader::new((&self.stage).take(length)))))
    }

    fn reread_file(&mut self, crlf: bool) -> Result<File> {
        if self.mbox {
            return super::copy_out(self.reread()?, crlf);
        }
        self.rewind(self.filed)?;
        self.stage.try_clone().map_err(|e| Error::from_io(e, Kind::Local, "cannot read a staged message"))
    }

    fn discard(&mut self) {
        self.hand = None;
    }

    fn file(&mut self, folder: &Folder, envelope: &Envelope) -> Result<()> {
        if !folder.is_inbox() {
            let what = format!("cannot file into folder {folder}: the output has no folders");
            return Err(Error::new(Kind::Usage, what));
        }
        let (Some(head), Some(out)) = (self.hand.take(), &mut self.out) else {
            return Err(Error::new(Kind::Bug, "no message is in hand"));
        };
        let len = self.stage.metadata().map_or(0, |m| m.len());
        // One message at a time goes out: what is on the stream cannot be taken back anyhow.
        self.stage
            .seek(SeekFrom::Start(self.filed))
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read a staged message"))?;
        let written = out
            .write_all(&super::mbox::from_line(&head, envelope.date))
            .and_then(|()| io::copy(&mut (&self.stage).take(len - self.filed), out))
            .and_then(|_| out.flush());
        written.map_err(|e| Error::from_io(e, Kind::Local, "cannot write the message"))?;
        self.count += 1;
        Ok(())
    }

    fn prepare(&mut self) -> Result<Vec<Place>> {
        Ok(vec![Place::Gone; self.count])
    }

    fn commit(&mut self) -> Result<Vec<Place>> {
        Ok(vec![Place::Gone; std::mem::take(&mut self.count)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_an_mbox() {
        let mut out = Vec::new();
        let mut store = Stream::mbox(&mut out).unwrap();
        store.stage(&mut &b"a longer one that is thrown away"[..]).unwrap();
        store.stage(&mut &b"Return-Path: <a@b>\r\n\r\nFrom x\r\n"[..]).unwrap();
        assert_eq!(io::read_to_string(store.reread().unwrap()).unwrap(), "Return-Path: <a@b>\n\nFrom x\n");
        let envelope = Envelope { date: Some(crate::base::date::Time(0)), ..Envelope::default() };
        store.file(&Folder::inbox(), &envelope).unwrap();
        assert_eq!(store.commit().unwrap(), [Place::Gone]);
        drop(store);
        let expect = "From a@b Thu Jan  1 00:00:00 1970\nReturn-Path: <a@b>\n\n>From x\n\n";
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    #[test]
    fn a_scratch_gives_a_file() {
        let mut store = Stream::<Vec<u8>>::scratch(false).unwrap();
        for text in ["one is long\r\n", "two\r\n"] {
            store.stage(&mut text.as_bytes()).unwrap();
            let file = store.reread_file(false).unwrap();
            assert_eq!(io::read_to_string(file).unwrap(), text.replace('\r', ""));
        }
    }
}
