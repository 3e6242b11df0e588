//! `rsendmail queue rm`: out of the queue, whatever state it is in.

use super::args::Which;
use wirepost::{base::error::*, cli::Output, store::spool::Spool};

pub fn run(which: &Which, spool: &Spool, out: &mut Output) -> Result<()> {
    which.each("removed", spool, out, |entry| {
        let record = entry.record.clone();
        entry.remove()?;
        Ok(Some(record))
    })?;
    spool.sync()
}
