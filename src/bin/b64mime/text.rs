//! `text`: what a person would read, in UTF-8.

use crate::args::Text;
use crate::codec::Checked;
use crate::input;
use std::io::Write;
use wirepost::{
    base::{error::*, escape},
    cli::{Output, exit::Outcome},
    mime::{
        read::walk::{Options, Walk},
        text::Readable,
    },
    net::Cancel,
};

pub fn run(flags: &Text, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut stdout = out.stream()?;
    let terminal = out.is_terminal();
    let mut any = false;
    input::each(&flags.reading, out, cancel, &mut |input, out| {
        let mut tell = |text: &[u8]| {
            let wrote = |e| Error::from_io(e, Kind::Local, "cannot write the text");
            if !terminal {
                return stdout.write_all(text).map_err(wrote);
            }
            // A terminal obeys what a stranger wrote, unless it is escaped.
            for line in text.split_inclusive(|b| *b == b'\n') {
                let (line, end) = line.strip_suffix(b"\n").map_or((line, &b""[..]), |l| (l, b"\n"));
                stdout.write_all(escape::bytes(line).as_bytes()).map_err(wrote)?;
                stdout.write_all(end).map_err(wrote)?;
            }
            Ok(())
        };
        let options = Options { limits: flags.reading.limits(), legacy: false, encoded: flags.recurse };
        let mut walk = Walk::new(options);
        let mut readable = Readable::new(flags.recurse, &mut tell);
        walk.run(&mut Checked { inner: input.open()?, cancel }, &mut readable)?;
        any |= readable.any();
        for label in std::mem::take(&mut readable.unknown) {
            out.warn(format_args!(
                "{}: nobody knows the charset {label}; its text is left as it is",
                input.name
            ));
        }
        for label in std::mem::take(&mut readable.unfit) {
            out.warn(format_args!(
                "{}: not all of its text is {label}, as it says; what cannot be read is U+FFFD",
                input.name
            ));
        }
        if walk.limited() {
            return Err(input::limited(&input.name));
        }
        out.count(Outcome::Ok);
        Ok(())
    })?;
    if !any {
        out.answer_no();
    }
    Ok(())
}
