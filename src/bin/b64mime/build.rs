//! `build`: a message, or a part of one, from files.

use crate::args::Build;
use crate::codec::{copy, wrote};
use crate::message::source;
use crate::target::named;
use wirepost::{
    base::{body::Body, date::Time, error::*},
    cli::{Output, args::usage, event::Written, exit::Outcome},
    mime::encode::{LineEnds, Through},
    net::Cancel,
};

pub fn run(flags: &Build, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut draft = flags.message.draft()?;
    for path in &flags.digest {
        draft.digest.push(source(path, "a message")?);
    }
    for path in &flags.part {
        draft.ready.push(source(path, "a part")?);
    }
    draft.container.clone_from(&flags.container);
    draft.message_id.clone_from(&flags.message_id);
    if let Some(date) = &flags.date {
        let parsed = Time::from_person(date)
            .ok_or_else(|| usage(format!("'{date}' is no date")).hint("2026-11-23T05:32"))?;
        draft.date = Some(parsed);
    }
    let (body, message_id): (Box<dyn Body>, _) = if flags.bare {
        (Box::new(draft.bare()?), None)
    } else {
        let composed = draft.compose()?;
        let id = composed.message_id.clone();
        (Box::new(composed), Some(id))
    };
    if flags.size {
        out.line(body.size());
        out.count(Outcome::Ok);
        return Ok(());
    }
    let output = named(&flags.output);
    let mut reader = body.open()?;
    let bytes = if flags.lf {
        copy(&mut Through::new(reader, LineEnds::default()), output, out, cancel)?
    } else {
        copy(&mut reader, output, out, cancel)?
    };
    wrote(out, output, Written { bytes, message_id, ..Written::default() });
    Ok(())
}
