//! Moments and durations, and how each protocol writes them: the only file that names the date crate.
//!
//! A moment is whole seconds since 1970 in UTC. That is all FTP's MDTM, mail's Date and IMAP's INTERNALDATE carry for
//! certain, and it makes "is it newer" one comparison. Wire formats are parsed by hand from bytes: the grammars
//! are small, and what a peer sends is checked digit by digit; the calendar itself is the crate's.

use jiff::{Timestamp, Zoned, civil, tz};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Time {
    pub fn now() -> Time {
        Time::from(SystemTime::now())
    }

    /// Civil date and time at an offset of `offset` seconds east of UTC; `None` if there is no such day or hour.
    /// A leap second counts as the second before it.
    pub fn civil(y: i64, mo: i64, d: i64, h: i64, mi: i64, s: i64, offset: i64) -> Option<Time> {
        let small = |n: i64| i8::try_from(n).ok();
        let second = if s == 60 { 59 } else { s };
        let at = civil::DateTime::new(
            i16::try_from(y).ok()?,
            small(mo)?,
            small(d)?,
            small(h)?,
            small(mi)?,
            small(second)?,
            0,
        )
        .ok()?;
        let utc = at.to_zoned(tz::TimeZone::UTC).ok()?.timestamp().as_second();
        Some(Time(utc - offset))
    }

    fn utc(self) -> civil::DateTime {
        let stamp = Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        tz::Offset::UTC.to_datetime(stamp)
    }

    /// RFC 3339 in UTC: `2026-11-23T04:32:51Z`, as all our JSON has it.
    pub fn rfc3339(self) -> String {
        let t = self.utc();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// RFC 3659 §2.3: `20261123043251`, as MDTM, MFMT and MLSD have it.
    pub fn mdtm(self) -> String {
        let t = self.utc();
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// The inverse of [`Time::mdtm`]; a fraction is dropped. Some servers write the year 2026 as `19126`
    /// (a year-2000 bug: "19" and the years since 1900), which is understood.
    pub fn from_mdtm(text: &[u8]) -> Option<Time> {
        let whole = text.split(|b| *b == b'.').next()?;
        if !whole.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let (year, rest) = match whole.len() {
            14 => (number(&whole[..4])?, &whole[4..]),
            15 if whole.starts_with(b"191") => (1900 + number(&whole[2..5])?, &whole[5..]),
            _ => return None,
        };
        let n = |i: usize| number(&rest[i..i + 2]);
        Time::civil(year, n(0)?, n(2)?, n(4)?, n(6)?, n(8)?, 0)
    }

    /// RFC 5322 §3.3 in the machine's zone: `Mon, 23 Nov 2026 05:32:51 +0100`.
    pub fn rfc5322(self) -> String {
        let stamp = Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let t = Zoned::new(stamp, tz::TimeZone::system());
        let offset = t.offset().seconds();
        let (sign, away) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} {sign}{:02}{:02}",
            weekday(t.weekday()),
            t.day(),
            MONTHS[t.month() as usize - 1],
            t.year(),
            t.hour(),
            t.minute(),
            t.second(),
            away / 3600,
            away / 60 % 60
        )
    }

    /// A Date field's value, RFC 5322 §3.3 with §4.3's obsolete forms: a weekday or none, two-digit years, seconds or
    /// none, a numeric zone, or a name (all but `UT`, `GMT` and the American ones count as UTC, as §4.3 says).
    pub fn from_rfc5322(text: &[u8]) -> Option<Time> {
        let text = text.split(|b| *b == b'(').next()?;
        let text = match text.iter().position(|b| *b == b',') {
            Some(comma) => &text[comma + 1..],
            None => text,
        };
        let mut words = text.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).peekable();
        // A weekday without its comma is seen too.
        if words.peek().is_some_and(|w| w[0].is_ascii_alphabetic()) {
            words.next();
        }
        let (day, month, year) = (number(words.next()?)?, month(words.next()?)?, words.next()?);
        let year = match (year.len(), number(year)?) {
            (2, y @ 0..50) => 2000 + y,
            (2 | 3, y) => 1900 + y,
            (4, y) => y,
            _ => return None,
        };
        let mut clock = words.next()?.split(|b| *b == b':');
        let (h, mi) = (number(clock.next()?)?, number(clock.next()?)?);
        let s = clock.next().map_or(Some(0), number)?;
        let offset = match words.next() {
            Some([sign @ (b'+' | b'-'), digits @ ..]) if digits.len() == 4 => {
                let away = number(&digits[..2])? * 3600 + number(&digits[2..])? * 60;
                if *sign == b'-' { -away } else { away }
            }
            Some(name) => match &name.to_ascii_uppercase()[..] {
                b"EDT" => -4 * 3600,
                b"EST" | b"CDT" => -5 * 3600,
                b"CST" | b"MDT" => -6 * 3600,
                b"MST" | b"PDT" => -7 * 3600,
                b"PST" => -8 * 3600,
                _ => 0,
            },
            None => 0,
        };
        Time::civil(year, month, day, h, mi, s, offset)
    }

    /// As mbox From_ lines have it (RFC 4155), in UTC: `Mon Nov 23 04:32:51 2026`.
    pub fn asctime(self) -> String {
        let t = self.utc();
        let (month, day) = (MONTHS[t.month() as usize - 1], t.day());
        let clock = format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second());
        format!("{} {month} {day:>2} {clock} {:04}", weekday(t.weekday()), t.year())
    }

    /// The civil date in UTC: year, month, day.
    pub fn ymd(self) -> (i64, i64, i64) {
        let t = self.utc();
        (t.year().into(), t.month().into(), t.day().into())
    }

    /// For a person, in the machine's zone: `2026-11-23 05:32`.
    pub fn local(self) -> String {
        let stamp = Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let t = Zoned::new(stamp, tz::TimeZone::system());
        format!("{:04}-{:02}-{:02} {:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute())
    }

    /// A day or moment as a person writes it on a command line: `2026-11-23`, `2026-11-23T05:32[:51][Z|+01:00]`,
    /// `2026-11-23 05:32`; without a zone in the machine's.
    pub fn from_person(text: &str) -> Option<Time> {
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Some(Time(stamp.as_second()));
        }
        let at: civil::DateTime = match text.parse::<civil::DateTime>() {
            Ok(at) => at,
            Err(_) => text.parse::<civil::Date>().ok()?.to_datetime(civil::Time::midnight()),
        };
        Some(Time(at.to_zoned(tz::TimeZone::system()).ok()?.timestamp().as_second()))
    }

    /// The moment `ago` before this one.
    pub fn before(self, ago: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(ago.as_secs()).unwrap_or(i64::MAX)))
    }
}

impl From<SystemTime> for Time {
    fn from(at: SystemTime) -> Time {
        match at.duration_since(UNIX_EPOCH) {
            Ok(since) => Time(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
            Err(before) => {
                let d = before.duration();
                Time(-i64::try_from(d.as_secs()).unwrap_or(i64::MAX) - i64::from(d.subsec_nanos() > 0))
            }
        }
    }
}

impl From<Time> for SystemTime {
    fn from(at: Time) -> SystemTime {
        let seconds = Duration::from_secs(at.0.unsigned_abs());
        let moved = if at.0 < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
        moved.unwrap_or(UNIX_EPOCH)
    }
}

fn weekday(day: civil::Weekday) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.to_monday_zero_offset() as usize]
}

/// The number of a month by its English name's first three letters, any case: 1 to 12.
pub fn month(name: &[u8]) -> Option<i64> {
    let name = name.get(..3)?;
    let at = MONTHS.iter().position(|m| m.as_bytes().eq_ignore_ascii_case(name))?;
    i64::try_from(at + 1).ok()
}

/// The English short name of month 1 to 12.
pub fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or("Jan")
}

/// Decimal digits only, no sign, at most 18 of them.
pub fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
}

/// The year that a date without one means: a month and day more than a day ahead of `now` was last year
/// (`ls` and LIST leave the year away for the last six months).
pub fn year_of(month: i64, day: i64, now: Time) -> i64 {
    let tomorrow = Time(now.0 + 86_400).ymd();
    if (month, day) > (tomorrow.1, tomorrow.2) && (tomorrow.0, tomorrow.1) != (now.ymd().0 + 1, 1) {
        tomorrow.0 - 1
    } else if (month, day) > (tomorrow.1, tomorrow.2) {
        now.ymd().0
    } else {
        tomorrow.0
    }
}

/// A span as a person writes it: `90`, `90s`, `5m`, `2h`, `30d`, `2w`; bare numbers are seconds; fractions are allowed.
pub fn span(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Some(ms) = text.strip_suffix("ms") {
        return Some(Duration::from_millis(u64::try_from(number(ms.as_bytes())?).ok()?));
    }
    let (digits, unit) = match text.char_indices().last()? {
        (_, c) if c.is_ascii_digit() => (text, 1.0),
        (at, 's') => (&text[..at], 1.0),
        (at, 'm') => (&text[..at], 60.0),
        (at, 'h') => (&text[..at], 3600.0),
        (at, 'd') => (&text[..at], 86_400.0),
        (at, 'w') => (&text[..at], 604_800.0),
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let seconds = digits.parse::<f64>().ok()? * unit;
    Duration::try_from_secs_f64(seconds).ok().filter(|d| d.as_secs() < 100 * 366 * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_messages() {
        let noon = Time(1_795_435_200);
        for text in [
            "Mon, 23 Nov 2026 12:00:00 +0000",
            "23 Nov 2026 12:00 GMT",
            "Mon 23 Nov 26 13:00:00 +0100 (CET)",
            "Mon, 23 Nov 2026 07:00:00 EST",
            " 23 nov 126 12:00:00",
        ] {
            assert_eq!(Time::from_rfc5322(text.as_bytes()), Some(noon), "{text}");
        }
        for none in
            ["", "now", "32 Nov 2026 12:00", "23 Nox 2026 12:00", "23 Nov 2026", "23 Nov 2026 1200", "1,"]
        {
            assert_eq!(Time::from_rfc5322(none.as_bytes()), None, "{none}");
        }
        assert_eq!(noon.asctime(), "Mon Nov 23 12:00:00 2026");
    }

    #[test]
    fn mdtm_there_and_back() {
        let t = Time::from_mdtm(b"20261123043251").unwrap();
        assert_eq!(t.rfc3339(), "2026-11-23T04:32:51Z");
        assert_eq!(t.mdtm(), "20261123043251");
        assert_eq!(Time::from_mdtm(b"20261123043251.999"), Some(t));
        assert_eq!(Time::from_mdtm(b"191261123043251"), Some(t));
        for bad in
            [&b""[..], b"2026", b"20261323043251", b"2026112304325x", b"-0261123043251", b"99999999999999"]
        {
            assert_eq!(Time::from_mdtm(bad), None);
        }
    }

    #[test]
    fn spans() {
        assert_eq!(span("90"), Some(Duration::from_secs(90)));
        assert_eq!(span("5m"), Some(Duration::from_secs(300)));
        assert_eq!(span("1.5h"), Some(Duration::from_secs(5400)));
        assert_eq!(span("30d"), Some(Duration::from_secs(30 * 86_400)));
        assert_eq!(span("250ms"), Some(Duration::from_millis(250)));
        for bad in ["", "x", "5x", "-5", "m", "1e9", "inf", "NaN", "99999999999d"] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_date_without_a_year_lies_behind_us() {
        let now = Time::from_mdtm(b"20261123043251").unwrap();
        assert_eq!(year_of(11, 23, now), 2026);
        assert_eq!(year_of(11, 24, now), 2026, "clocks and zones differ by a day");
        assert_eq!(year_of(12, 24, now), 2025);
        let eve = Time::from_mdtm(b"20261231120000").unwrap();
        assert_eq!(year_of(1, 1, eve), 2027);
        assert_eq!(year_of(12, 31, eve), 2026);
        assert_eq!(year_of(7, 1, eve), 2026);
    }

    #[test]
    fn a_moment_before_1970_rounds_down() {
        let t = Time::from(UNIX_EPOCH - Duration::from_millis(1500));
        assert_eq!(t, Time(-2));
        assert_eq!(SystemTime::from(Time(-2)), UNIX_EPOCH - Duration::from_secs(2));
    }
}
