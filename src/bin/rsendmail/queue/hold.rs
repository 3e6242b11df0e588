//! `rsendmail queue hold` and `release`.

use super::args::Which;
use wirepost::{
    base::error::*,
    cli::Output,
    store::spool::{Spool, record::Event},
};

pub fn run(which: &Which, hold: bool, spool: &Spool, out: &mut Output) -> Result<()> {
    which.each(if hold { "held" } else { "released" }, spool, out, |mut entry| {
        if entry.record.held == hold {
            return Ok(None);
        }
        entry.note(if hold { &Event::Hold } else { &Event::Release })?;
        Ok(Some(entry.record.clone()))
    })
}
