//! IMAP's two ways to write time: a day in SEARCH (RFC 9051 §9 `date`) and a moment in INTERNALDATE (`date-time`).

use crate::base::date::{Time, month, month_name, number};

/// A day without a zone, as SEARCH compares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

impl Day {
    /// The day that begins or goes on at this moment in UTC.
    pub fn utc(t: Time) -> Day {
        let (year, month, day) = t.ymd();
        Day { year, month, day }
    }

    /// `2026-11-23`, or IMAP's own `23-Nov-2026`.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.split('-');
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let n = |s: &str| number(s.as_bytes());
        let day = if a.len() == 4 {
            Day { year: n(a)?, month: n(b)?, day: n(c)? }
        } else {
            let month = (b.len() == 3).then(|| month(b.as_bytes())).flatten()?;
            Day { year: (c.len() == 4).then(|| n(c)).flatten()?, month, day: n(a)? }
        };
        day.start().map(|_| day)
    }

    /// Midnight in UTC; `None` if there is no such day.
    pub fn start(self) -> Option<Time> {
        Time::civil(self.year, self.month, self.day, 0, 0, 0, 0)
    }

    /// So many days later.
    pub fn plus(self, days: i64) -> Day {
        self.start().map_or(self, |t| Day::utc(Time(t.0 + days * 86_400)))
    }
}

/// `23-Nov-2026`, as SEARCH wants it.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{:04}", self.day, month_name(self.month), self.year)
    }
}

/// INTERNALDATE: `23-Nov-2026 05:32:51 +0100`, the day with a space or a zero before it or neither.
pub fn internal_date(text: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let mut words = text.split_ascii_whitespace();
    let (day, clock, zone) = (Day::parse(words.next()?)?, words.next()?, words.next()?);
    let mut parts = clock.split(':').map(|s| number(s.as_bytes()));
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let zone = number(digits.as_bytes()).filter(|_| digits.len() == 4)?;
    let offset = sign * (zone / 100 * 3600 + zone % 100 * 60);
    if words.next().is_some() || parts.next().is_some() {
        return None;
    }
    Time::civil(day.year, day.month, day.day, h, m, s, offset)
}

/// A moment for APPEND, in UTC: `23-Nov-2026 04:32:51 +0000`.
pub fn date_time(t: Time) -> String {
    let day = Day::utc(t);
    let second = t.0.rem_euclid(86_400);
    format!(
        "{:02}-{}-{:04} {:02}:{:02}:{:02} +0000",
        day.day,
        month_name(day.month),
        day.year,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_and_moments() {
        assert_eq!(Day::parse("2026-02-01").unwrap().to_string(), "1-Feb-2026");
        assert_eq!(Day::parse("1-feb-2026"), Day::parse("2026-02-01"));
        for bad in ["", "2026-13-01", "2026-02-30", "1-Foo-2026", "1-Febr-2026", "2026-2", "1-2-3-4", "x-y-z"]
        {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        assert_eq!(Day::parse("2026-02-28").unwrap().plus(1), Day::parse("2026-03-01").unwrap());
        let t = internal_date(b" 1-Jul-2026 01:02:03 +0200").unwrap();
        assert_eq!(t.rfc3339(), "2026-06-30T23:02:03Z");
        for bad in [
            "",
            "1-Jul-2026",
            "1-Jul-2026 01:02 +0000",
            "1-Jul-2026 25:00:00 +0000",
            "1-Jul-2026 01:02:03 0200",
        ] {
            assert_eq!(internal_date(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn moments_make_the_trip(t in 0i64..4_000_000_000) {
            prop_assert_eq!(internal_date(date_time(Time(t)).as_bytes()), Some(Time(t)));
        }
    }
}
