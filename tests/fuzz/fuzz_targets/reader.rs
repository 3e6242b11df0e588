//! The reader: no cut of a message changes what is found, every byte is given out once, nothing panics.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::base::error::Result;
use wirepost::mime::lint::Lint;
use wirepost::mime::read::walk::{Done, Options, Visitor, Walk};
use wirepost::mime::read::{Limits, Part, What};

#[derive(Default, PartialEq, Debug)]
struct Told {
    parts: Vec<(Part, Vec<u8>)>,
    ends: Vec<Done>,
    bytes: Vec<u8>,
}

impl Visitor for Told {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        let _ = part.safe_name();
        self.parts.push((part.clone(), Vec::new()));
        Ok(true)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        let (_, content) = self.parts.iter_mut().find(|(p, _)| p.id == id).expect("a part that started");
        content.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, _part: &Part, done: &Done) -> Result<()> {
        self.ends.push(done.clone());
        Ok(())
    }

    fn octets(&mut self, _what: What, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((step, message)) = data.split_first() else { return };
    let limits = Limits { depth: 8, parts: 50, header: 512 };
    for options in [Options::default(), Options { limits, ..Options::default() }] {
        let (mut whole, mut cut) = (Told::default(), Told::default());
        let mut walk = Walk::new(options);
        walk.push(message, &mut whole).expect("no error");
        walk.finish(&mut whole).expect("no error");
        let mut walk = Walk::new(options);
        for piece in message.chunks(usize::from(*step).max(1)) {
            walk.push(piece, &mut cut).expect("no error");
        }
        walk.finish(&mut cut).expect("no error");
        assert_eq!(whole, cut);
        assert_eq!(whole.bytes, message);
        let mut lint = Lint::default();
        Walk::new(options).run(&mut { message }, &mut lint).expect("no error");
        lint.finish();
    }
});
