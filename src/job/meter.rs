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
    /// `--limit-rate`, bytes a second: (rate, since, passed).
    limit: Option<(u64, Instant, u64)>,
    /// `--min-rate`, bytes a second, looked at over a window.
    least: Option<(u64, Instant, u64)>,
    buffer: Vec<u8>,
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
        self.limit = rate.map(|r| (r.max(1), Instant::now(), 0));
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
        match self.limit {
            Some((rate, ..)) => usize::try_from(rate / 8).unwrap_or(BLOCK).clamp(1, BLOCK),
            None => BLOCK,
        }
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
        if let Some((rate, since, passed)) = &mut self.limit {
            *passed += n;
            let due = Duration::from_secs_f64(*passed as f64 / *rate as f64);
            let wait = due.saturating_sub(since.elapsed());
            if !wait.is_zero() {
                std::thread::sleep(wait.min(Duration::from_millis(200)));
            }
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
    fn a_limit_slows_down() {
        let none = |_| ();
        let mut meter = Meter::new(&none).limit(Some(100_000));
        let began = Instant::now();
        meter.copy(&mut io::repeat(0), &mut io::sink(), 20_000).unwrap();
        assert!(began.elapsed() >= Duration::from_millis(150));
    }
}
