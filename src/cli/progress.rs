//! Progress on stderr: a bar where a person looks, a line now and then for a log, else nothing. The only file that names
//! `indicatif`.

use crate::base::{escape, quantity};
use clap::ValueEnum;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// `--progress`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// A bar if stderr is a terminal
    #[default]
    Auto,
    /// A line every ten seconds, for logs
    Plain,
    /// Nothing
    Off,
}

/// Where bars stand; cheap to clone and to share with workers.
#[derive(Clone)]
pub struct Progress(Kind);

#[derive(Clone)]
enum Kind {
    None,
    Bars(MultiProgress),
    Plain,
}

impl Progress {
    pub(super) fn new(mode: Mode, quiet: bool, json: bool) -> Progress {
        Progress(match mode {
            _ if quiet => Kind::None,
            Mode::Plain => Kind::Plain,
            Mode::Auto if !json && std::io::stderr().is_terminal() => Kind::Bars(MultiProgress::new()),
            _ => Kind::None,
        })
    }

    pub(super) fn none() -> Progress {
        Progress(Kind::None)
    }

    /// One transfer; `total` in bytes where it is known.
    pub fn start(&self, name: &str, total: Option<u64>) -> Meter {
        let name = escape::text(name).into_owned();
        match &self.0 {
            Kind::None => Meter(Shown::None),
            Kind::Bars(bars) => {
                let bar = match total {
                    Some(total) => bars.add(ProgressBar::new(total)),
                    None => bars.add(ProgressBar::new_spinner()),
                };
                let template = match total {
                    Some(_) => "{msg:30!} {bytes:>10} {bar:24} {bytes_per_sec:>12} {eta:>4}",
                    None => "{msg:30!} {bytes:>10} {spinner} {bytes_per_sec:>12}",
                };
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_message(name);
                Meter(Shown::Bar(bar))
            }
            Kind::Plain => {
                let state = Plain { name, total, done: 0, said: Instant::now() };
                Meter(Shown::Plain(Arc::new(Mutex::new(state))))
            }
        }
    }

    /// Runs something that prints, with the bars out of the way.
    pub fn suspend(&self, print: impl FnOnce()) {
        match &self.0 {
            Kind::Bars(bars) => bars.suspend(print),
            _ => print(),
        }
    }
}

/// One transfer's progress.
pub struct Meter(Shown);

enum Shown {
    None,
    Bar(ProgressBar),
    Plain(Arc<Mutex<Plain>>),
}

struct Plain {
    name: String,
    total: Option<u64>,
    done: u64,
    said: Instant,
}

const EVERY: Duration = Duration::from_secs(10);

impl Meter {
    /// `n` more bytes went through.
    pub fn add(&self, n: u64) {
        match &self.0 {
            Shown::None => {}
            Shown::Bar(bar) => bar.inc(n),
            Shown::Plain(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.done += n;
                if state.said.elapsed() >= EVERY {
                    state.said = Instant::now();
                    let of = state.total.map_or(String::new(), |t| format!(" of {}", quantity::human(t)));
                    let done = quantity::human(state.done);
                    let _ = writeln!(std::io::stderr().lock(), "{}: {done}{of}", state.name);
                }
            }
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A help text without the terminal's styles.
pub(super) fn plain_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        out.push_str(&rest[..at]);
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_is_quiet() {
        assert!(matches!(Progress::new(Mode::Plain, true, false).0, Kind::None));
        assert!(matches!(Progress::new(Mode::Plain, false, true).0, Kind::Plain));
    }
}
