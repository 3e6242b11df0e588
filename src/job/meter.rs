//! Copying with an eye on it: counts, digests, limits.

use crate::base::{
    digest::{Algorithm, Digest},
    error::*,
};
use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

/// One buffer of this size a transfer: large enough that system calls do not count, small enough to stay in the cache.
pub const BLOCK: usize = 256 << 10;

/// What happens to the bytes that pass, beside being copied.
pub struct Meter<'a> {
    digests: Vec<(Algorithm, Digest)>,
    progress: &'a dyn Fn(u64),
    /// `--limit-rate`.
    limit: Option<Limit>,
    /// `--min-rate`, bytes a second, looked at over a window.
    least: Option<(u64, Instant, u64)>,
    buffer: Vec<u8>,
}

/// So many bytes a second.
struct Limit {
    rate: u64,
    /// When all that passed may have passed.
    due: Instant,
}

impl Limit {
    /// What was not used while nothing could pass is saved up for so long.
    const SAVED: Duration = Duration::from_secs(1);

    /// How long to wait once `n` more have passed.
    fn wait(&mut self, n: u64, now: Instant) -> Duration {
        let from = self.due.max(now.checked_sub(Self::SAVED).unwrap_or(now));
        self.due = from + Duration::from_secs_f64(n as f64 / self.rate as f64);
        self.due.saturating_duration_since(now)
    }
}

/// The time over which a rate below `--min-rate` must last.
const WINDOW: Duration = Duration::from_secs(30);

impl<'a> Meter<'a> {
    /// `progress` is told each number of bytes that passed.
    pub fn new(progress: &'a dyn Fn(u64)) -> Meter<'a> {
        Meter { digests: Vec::new(), progress, limit: None, least: None, buffer: Vec::new() }
    }

    /// Digests what passes.
    pub fn digest(mut self, algorithm: Algorithm) -> Meter<'a> {
        if !self.digests.iter().any(|(a, _)| *a == algorithm) {
            self.digests.push((algorithm, Digest::new(algorithm)));
        }
        self
    }

    /// Lets at most this many bytes a second pass.
    pub fn limit(mut self, rate: Option<u64>) -> Meter<'a> {
        self.limit = rate.map(|r| Limit { rate: r.max(1), due: Instant::now() });
        self
    }

    /// Fails when fewer bytes a second pass for half a minute.
    pub fn least(mut self, rate: Option<u64>) -> Meter<'a> {
        self.least = rate.map(|r| (r, Instant::now(), 0));
        self
    }

    /// Whether the bytes themselves must be seen, so that no shortcut past this process may be taken.
    pub fn sees_bytes(&self) -> bool {
        !self.digests.is_empty()
    }

    /// The most that should pass at once, so that a limit is kept smoothly.
    pub fn chunk(&self) -> usize {
        match &self.limit {
            Some(limit) => usize::try_from(limit.rate / 8).unwrap_or(BLOCK).clamp(1, BLOCK),
            None => BLOCK,
        }
    }

    /// As [`Meter::chunk`], where nobody has to see the bytes.
    pub fn piece(&self) -> u64 {
        let blocks = if self.limit.is_some() { 1 } else { 16 };
        self.chunk() as u64 * blocks
    }

    /// Bytes that were seen on their way.
    pub fn pass(&mut self, bytes: &[u8]) -> Result<()> {
        for (_, digest) in &mut self.digests {
            digest.update(bytes);
        }
        self.passed(bytes.len() as u64)
    }

    /// Bytes that passed unseen.
    pub fn passed(&mut self, n: u64) -> Result<()> {
        (self.progress)(n);
        if let Some(limit) = &mut self.limit {
            // Not long, for no more than a chunk passes at once.
            std::thread::sleep(limit.wait(n, Instant::now()));
        }
        if let Some((rate, since, passed)) = &mut self.least {
            *passed += n;
            let elapsed = since.elapsed();
            if elapsed >= WINDOW {
                if (*passed as f64) < *rate as f64 * elapsed.as_secs_f64() {
                    let text =
                        format!("slower than {rate} bytes a second for {} s (--min-rate)", WINDOW.as_secs());
                    return Err(Error::new(Kind::Timeout, text));
                }
                (*since, *passed) = (Instant::now(), 0);
            }
        }
        Ok(())
    }

    /// Shows up to `n` bytes to the digests only: bytes that need not pass because they are there already. How many there were.
    pub fn seed(&mut self, from: &mut impl Read, n: u64) -> io::Result<u64> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(BLOCK, 0);
        let mut seen = 0;
        let result = loop {
            let room = usize::try_from(n - seen).unwrap_or(usize::MAX).min(BLOCK);
            if room == 0 {
                break Ok(seen);
            }
            match from.read(&mut buffer[..room]) {
                Ok(0) => break Ok(seen),
                Ok(got) => {
                    self.digests.iter_mut().for_each(|(_, digest)| digest.update(&buffer[..got]));
                    seen += got as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => break Err(e),
            }
        };
        self.buffer = buffer;
        result
    }

    /// A digest of all that passed, if there is any.
    pub fn any_digest(&self) -> Option<(Algorithm, Vec<u8>)> {
        self.digests.first().map(|(algorithm, d)| (*algorithm, d.clone().finish()))
    }

    /// The digest of all that passed, if it was asked for.
    pub fn digest_of(&self, algorithm: Algorithm) -> Option<Vec<u8>> {
        self.digests.iter().find(|(a, _)| *a == algorithm).map(|(_, d)| d.clone().finish())
    }

    /// Copies up to `most` bytes, fewer at the end of the source only. Each side is expected to label its errors.
    pub fn copy(&mut self, from: &mut impl Read, to: &mut impl Write, most: u64) -> io::Result<u64> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(BLOCK, 0);
        let mut copied = 0;
        let result = loop {
            let room = usize::try_from(most - copied).unwrap_or(usize::MAX).min(self.chunk());
            if room == 0 {
                break Ok(copied);
            }
            let n = match from.read(&mut buffer[..room]) {
                Ok(0) => break Ok(copied),
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => break Err(e),
            };
            if let Err(e) = to.write_all(&buffer[..n]) {
                break Err(e);
            }
            copied += n as u64;
            if let Err(e) = self.pass(&buffer[..n]) {
                break Err(e.into());
            }
        };
        self.buffer = buffer;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_passes_is_counted_and_digested() {
        let seen = Cell::new(0);
        let count = |n| seen.set(seen.get() + n);
        let mut meter = Meter::new(&count).digest(Algorithm::Md5);
        let mut out = Vec::new();
        assert_eq!(meter.copy(&mut &b"abcdef"[..], &mut out, 3).unwrap(), 3);
        assert_eq!((out.as_slice(), seen.get()), (&b"abc"[..], 3));
        let want = crate::base::digest::digest(Algorithm::Md5, b"abc");
        assert_eq!(meter.digest_of(Algorithm::Md5), Some(want));
        assert_eq!(meter.digest_of(Algorithm::Sha256), None);
    }

    #[test]
    fn too_slow_for_a_whole_window_is_a_timeout() {
        let none = |_| ();
        let mut meter = Meter::new(&none).least(Some(1000));
        meter.passed(1).unwrap();
        let began = Instant::now().checked_sub(WINDOW).unwrap();
        meter.least = Some((1000, began, 40_000));
        meter.passed(1).unwrap();
        // The next window begins with nothing.
        let (_, since, passed) = meter.least.unwrap();
        assert!(since.elapsed() < WINDOW && passed == 0);
        meter.least = Some((1000, began, 20_000));
        let error = meter.passed(1).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Timeout, "slower than 1000 bytes a second for 30 s (--min-rate)")
        );
    }

    #[test]
    fn a_limit_is_kept_however_much_passes_at_once() {
        let (began, second) = (Instant::now(), Duration::from_secs(1));
        let mut limit = Limit { rate: 1000, due: began };
        assert_eq!(limit.wait(2000, began), 2 * second);
        assert_eq!(limit.wait(500, began + 2 * second), second / 2);
        // It took longer than that, so the next need not wait for all of theirs; but a minute's pause allows no minute's burst.
        assert_eq!(limit.wait(1000, began + 3 * second), second / 2);
        assert_eq!(limit.wait(3000, began + 60 * second), 2 * second);
        let none = |_| ();
        let meter = |rate| Meter::new(&none).limit(rate);
        assert_eq!((meter(Some(80_000)).piece(), meter(Some(80_000)).chunk()), (10_000, 10_000));
        assert!(meter(None).piece() > BLOCK as u64);
    }

    #[test]
    fn a_limit_slows_down() {
        let none = |_| ();
        let mut meter = Meter::new(&none).limit(Some(100_000));
        let began = Instant::now();
        meter.copy(&mut io::repeat(0), &mut io::sink(), 20_000).unwrap();
        assert!(began.elapsed() >= Duration::from_millis(150));
    }
}
