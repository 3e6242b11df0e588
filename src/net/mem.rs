//! A transport made of a script, for unit tests: `S:` lines are what the server says, `C:` lines what the client must have
//! said by then, byte for byte. [`transcript`] plays a script whole, and again split at every byte of the server's side.
//!
//! A line is `S: text` or `C: text` and stands for the text with CRLF; `S| text` and `C| text` take the escapes
//! `\r \n \0 \\ \xNN` and add nothing. `S.` ends the server's side (end of file).

use super::{Patience, Transport};
use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

#[derive(Debug)]
enum Step {
    Server(Vec<u8>),
    Client(Vec<u8>),
    End,
}

pub(crate) struct Script {
    state: Arc<Mutex<State>>,
}

struct State {
    steps: VecDeque<Step>,
    /// Bytes of the server's side handed out so far, and where to split it next.
    given: usize,
    split: Split,
    ended: bool,
}

#[derive(Clone, Copy)]
enum Split {
    Whole,
    Every,
    At(usize),
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.bytes();
    while let Some(b) = chars.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        match chars.next() {
            Some(b'r') => out.push(b'\r'),
            Some(b'n') => out.push(b'\n'),
            Some(b'0') => out.push(0),
            Some(b'x') => {
                let hex = [chars.next().unwrap(), chars.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
            }
            Some(other) => out.push(other),
            None => panic!("a lone backslash in a script"),
        }
    }
    out
}

fn steps(script: &str) -> VecDeque<Step> {
    let mut steps: VecDeque<Step> = VecDeque::new();
    for line in script.lines().map(str::trim_start).filter(|l| !l.is_empty()) {
        let (mark, text) = line.split_at(2);
        let text = text.strip_prefix(' ').unwrap_or(text);
        let bytes = match mark {
            "S:" | "C:" => [text.as_bytes(), b"\r\n"].concat(),
            "S|" | "C|" => unescape(text),
            "S." => {
                steps.push_back(Step::End);
                continue;
            }
            _ => panic!("a script line begins with S or C: {line}"),
        };
        match (mark.starts_with('S'), steps.back_mut()) {
            (true, Some(Step::Server(more))) | (false, Some(Step::Client(more))) => more.extend(bytes),
            (true, _) => steps.push_back(Step::Server(bytes)),
            (false, _) => steps.push_back(Step::Client(bytes)),
        }
    }
    steps
}

impl State {
    fn read(&mut self, buf: &mut [u8]) -> usize {
        match self.steps.front_mut() {
            Some(Step::Server(bytes)) => {
                let n = match self.split {
                    Split::Whole => bytes.len(),
                    Split::Every => 1,
                    Split::At(at) if self.given < at => at - self.given,
                    Split::At(_) => bytes.len(),
                };
                let n = n.min(bytes.len()).min(buf.len());
                buf[..n].copy_from_slice(&bytes[..n]);
                bytes.drain(..n);
                self.given += n;
                if bytes.is_empty() {
                    self.steps.pop_front();
                }
                n
            }
            Some(Step::Client(want)) => {
                panic!("the client waits, but should have said {:?}", String::from_utf8_lossy(want))
            }
            Some(Step::End) | None => {
                self.ended = true;
                0
            }
        }
    }

    fn write(&mut self, mut said: &[u8]) {
        while !said.is_empty() {
            // A client may speak while the server's bytes still wait to be read (pipelining).
            let step = self.steps.iter_mut().find(|s| matches!(s, Step::Client(_)));
            let Some(Step::Client(want)) = step else {
                panic!("the client said {:?}, but the script is over", String::from_utf8_lossy(said))
            };
            let n = want.len().min(said.len());
            assert_eq!(
                String::from_utf8_lossy(&said[..n]),
                String::from_utf8_lossy(&want[..n]),
                "what the client said, and should have said"
            );
            assert_eq!(said[..n], want[..n]);
            want.drain(..n);
            said = &said[n..];
            self.steps.retain(|s| !matches!(s, Step::Client(want) if want.is_empty()));
            // Two server steps may have become neighbours; they are read one after the other.
        }
    }
}

impl Read for Script {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.state.lock().unwrap().read(buf))
    }
}

impl Write for Script {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.state.lock().unwrap().write(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Script {
    fn set_patience(&mut self, _: Patience) {}
    fn shutdown_write(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 1).into())
    }
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 2).into())
    }
}

/// Plays the script against the client's code, whole and split at every byte; all of it must be used up.
pub(crate) fn transcript(script: &str, client: impl Fn(Box<dyn Transport>)) {
    let server: usize = steps(script).iter().map(|s| if let Step::Server(b) = s { b.len() } else { 0 }).sum();
    let splits = [Split::Whole, Split::Every].into_iter().chain((1..server.min(4000)).map(Split::At));
    for split in splits {
        play(script, split, &client);
    }
}

/// As [`transcript`], unsplit: for long scripts, and where what arrives together is the point.
pub(crate) fn transcript_whole(script: &str, client: impl Fn(Box<dyn Transport>)) {
    play(script, Split::Whole, &client);
}

fn play(script: &str, split: Split, client: &impl Fn(Box<dyn Transport>)) {
    let state = State { steps: steps(script), given: 0, split, ended: false };
    let state = Arc::new(Mutex::new(state));
    client(Box::new(Script { state: state.clone() }));
    let state = state.lock().unwrap();
    let left: Vec<_> = state.steps.iter().filter(|s| !matches!(s, Step::End)).collect();
    assert!(left.is_empty(), "left over: {left:?}");
}
