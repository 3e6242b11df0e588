//! A queued message as it goes over the wire again: its envelope, its file, and the mark at its end.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    rc::Rc,
};
use wirepost::{
    base::{address::Address, body::Body, error::*},
    smtp::{Envelope, Notify, Policy, Recipient, Ret},
    store::spool::{Entry, record::About},
};

/// The envelope for those who are still to get it.
pub fn envelope(about: &About, open: &[usize]) -> Result<Envelope> {
    let wrap = &about.envelope;
    let to = open.iter().map(|i| {
        let to = &about.to[*i];
        let notify = to.notify.as_deref().and_then(Notify::parse);
        Ok(Recipient { address: Address::parse(&to.address)?, notify })
    });
    Ok(Envelope {
        from: if wrap.from.is_empty() { None } else { Some(Address::parse(&wrap.from)?) },
        to: to.collect::<Result<_>>()?,
        policy: if wrap.all { Policy::All } else { Policy::Any },
        eight_bit: wrap.eight_bit,
        utf8: wrap.utf8,
        ret: wrap.ret.as_deref().map(|ret| if ret == "full" { Ret::Full } else { Ret::Headers }),
        envid: wrap.envid.clone(),
        require_tls: wrap.require_tls,
    })
}

/// A file as it is.
pub struct Whole {
    pub file: File,
    pub len: u64,
}

impl Body for Whole {
    fn size(&self) -> u64 {
        self.len
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        struct From<'a>(&'a File, u64);
        impl Read for From<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let n = self.0.read_at(out, self.1)?;
                self.1 += n as u64;
                Ok(n)
            }
        }
        Ok(Box::new(From(&self.file, 0)))
    }
}

/// A body that writes down that its end goes out, before it hands that out.
pub struct Marked {
    pub body: Box<dyn Body>,
    pub entry: Rc<Entry>,
    pub to: Vec<usize>,
}

impl Body for Marked {
    fn size(&self) -> u64 {
        self.body.size()
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        Ok(Box::new(Marking { from: self.body.open()?, left: self.body.size(), of: self, marked: false }))
    }
}

struct Marking<'a> {
    from: Box<dyn Read + 'a>,
    left: u64,
    of: &'a Marked,
    marked: bool,
}

impl Read for Marking<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(out)?;
        self.left = self.left.saturating_sub(n as u64);
        // BDAT needs no dot: with its last byte the server has it all.
        if !self.marked && (n == 0 || self.left == 0) {
            self.of.entry.sending(&self.of.to)?;
            self.marked = true;
        }
        Ok(n)
    }
}
