//! The times of files: LIST shows them in a zone of its own and as exactly as there was room; MDTM (RFC 3659 §3) tells them in UTC, for a
//! round trip. So it is asked for as little as makes the others exact.

use super::{Client, RemotePath, lookup::Listing};
use crate::{
    base::{
        date::Time,
        error::*,
        tree::{Entry, EntryKind},
    },
    textproto::{Command, Reply},
};

/// No server's zone is further from UTC than that, in seconds.
const ZONES: u32 = 15 * 3600;
/// What a date without a time leaves open, in seconds.
const DAY: u32 = 86_400;
/// So many names go out in one write.
const AT_ONCE: usize = 32;
/// So many files are asked for their time to find out the zone: one may be written to just then.
const ZONE_TRIES: usize = 3;

impl Client {
    /// LIST tells times in the server's own zone, and not which one that is; MDTM tells them in UTC. So one file, asked once, tells
    /// the zone for all. Where none does, any zone may be meant. `found` is the working directory's listing.
    pub(super) fn measure_zone(&mut self, found: &mut Listing) -> Result<()> {
        if self.zone.is_some() {
            return Ok(());
        }
        let timed = |e: &&Entry| e.kind == EntryKind::File && e.tolerance <= 60 && e.modified.is_some();
        let mut newest: Vec<&Entry> = found.entries.iter().filter(timed).collect();
        newest.sort_by_key(|e| std::cmp::Reverse(e.modified));
        // Where nothing has an exact time, no zone would make it exact.
        let matters = !newest.is_empty();
        for entry in newest.into_iter().take(ZONE_TRIES) {
            if !self.features.may_have("MDTM") {
                break;
            }
            let command = self.mdtm(&RemotePath::new(entry.name.clone())?)?;
            let reply = self.batch(&[command])?.remove(0);
            if matches!(reply.code, 500 | 502) {
                self.features.refuse("MDTM");
            }
            let Some(zone) =
                time_reply(&reply).zip(entry.modified).and_then(|(told, shown)| zone_between(shown, told))
            else {
                continue;
            };
            self.zone = Some(zone);
            for entry in &mut found.entries {
                entry.modified = entry.modified.map(|t| Time(t.0 - zone));
            }
            return Ok(());
        }
        found.is_of_unknown_zone = matters;
        found.entries.iter_mut().for_each(|entry| entry.tolerance += ZONES);
        Ok(())
    }

    /// LIST shows what is of the future as what is older than half a year: without the time of the day. By the day alone such a file
    /// would seem older than another of today.
    pub(super) fn time_the_future(&mut self, found: &mut Listing) -> Result<()> {
        let now = Time::now().0;
        let is_ahead = |e: &&mut Entry| {
            let day = e.tolerance >= DAY && e.kind == EntryKind::File;
            day && e.modified.is_some_and(|at| at.0 + i64::from(e.tolerance) > now)
        };
        let mut ahead: Vec<&mut Entry> = found.entries.iter_mut().filter(is_ahead).collect();
        for some in ahead.chunks_mut(AT_ONCE) {
            if !self.features.may_have("MDTM") {
                break;
            }
            let ask = |e: &&mut Entry| self.mdtm(&RemotePath::new(e.name.clone())?);
            let commands = some.iter().map(ask).collect::<Result<Vec<_>>>()?;
            for (entry, reply) in some.iter_mut().zip(self.batch(&commands)?) {
                if matches!(reply.code, 500 | 502) {
                    self.features.refuse("MDTM");
                }
                if let Some(time) = time_reply(&reply) {
                    (entry.modified, entry.tolerance) = (Some(time), 1);
                }
            }
        }
        Ok(())
    }

    /// MDTM of a name. Where MDTM sets times a name that begins with one would be taken for that.
    pub(super) fn mdtm(&self, path: &RemotePath) -> Result<Command> {
        let stamped = path.as_bytes().iter().take_while(|b| b.is_ascii_digit()).count() >= 14;
        if self.features.mdtm_sets && stamped {
            return self.named("MDTM", &RemotePath::new([b"./", path.as_bytes()].concat())?);
        }
        self.named("MDTM", path)
    }
}

/// The zone in which a listing shows a moment, in seconds east of UTC: a whole number of quarters of an hour, or the two are not the
/// same moment.
fn zone_between(shown: Time, told: Time) -> Option<i64> {
    const QUARTER: i64 = 900;
    let apart = shown.0 - told.0;
    // What is shown has no seconds, so it lies up to a minute before what is told.
    let zone = (apart + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    ((-60..=1).contains(&(apart - zone)) && zone.abs() <= i64::from(ZONES)).then_some(zone)
}

/// The time in a reply to MDTM.
pub(super) fn time_reply(reply: &Reply) -> Option<Time> {
    if reply.code == 213 { Time::from_mdtm(reply.last().trim_ascii()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_what_lies_between_two_clocks() {
        let told = Time::civil(2026, 11, 23, 4, 32, 51, 0).unwrap();
        for (shown, zone) in [
            ((4, 32), Some(0)),
            ((5, 32), Some(3600)),
            ((10, 2), Some(19_800)),
            ((0, 32), Some(-14_400)),
            ((4, 40), None),
            ((4, 30), None),
        ] {
            let shown = Time::civil(2026, 11, 23, shown.0, shown.1, 0, 0).unwrap();
            assert_eq!(zone_between(shown, told), zone);
        }
        assert_eq!(zone_between(Time(told.0 - 365 * 86_400), told), None);
    }
}
