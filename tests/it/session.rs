//! Shell sessions pinned word for word: what a person types, what they see, and the exit code.
//!
//! A file holds commands behind `$ `, each followed by what it prints on both streams and by `(exit N)`; lines in between that
//! begin with `#` are remarks, and `% ` runs a command in silence or, as `% NAME=VALUE`, sets a variable for what follows. `BLESS=1`
//! (scripts/bless) writes what is printed now. Whatever differs from run to run (ports, directories, times) is replaced.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{World, program};

pub struct Session {
    world: World,
    env: BTreeMap<String, String>,
    /// What is found in output, and what stands there in its place.
    replace: Vec<(String, String)>,
}

impl Session {
    pub fn new() -> Session {
        let world = World::new();
        let outer = format!("{}/", world.outer("").display()).replace("//", "/");
        let work = format!("{}/", world.path("").display()).replace("//", "/");
        let replace = vec![(work, String::new()), (outer, "/me/".into())];
        Session { world, env: BTreeMap::new(), replace }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// A variable for the commands whose value has no place in the file.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.into(), value.into());
    }

    /// A server for the commands, as `$NAME`; its port is not shown.
    pub fn server(&mut self, name: &str, url: &str) {
        let port = url.rsplit(':').next().unwrap_or_default().trim_end_matches('/').to_string();
        self.set(name, url);
        self.set(&format!("{name}_PORT"), port.clone());
        self.replace.push((format!(":{port}"), ":PORT".into()));
    }

    /// What a shell prints and how it ends; stdin is empty.
    pub fn shell(&self, command: &str) -> (String, i32) {
        let script = format!("exec 2>&1\n{command}");
        let run = self.world.run_path(Path::new("/bin/sh"), ["-c", script.as_str()]);
        let programs = program("rftp").parent().expect("a directory").display().to_string();
        let run = run.env("PATH", format!("{programs}:/usr/bin:/bin")).limit(Duration::from_secs(60));
        let run = self.env.iter().fold(run, |run, (name, value)| run.env(name, value));
        let out = run.go();
        (self.settle(&out.out()), out.code)
    }

    fn settle(&self, text: &str) -> String {
        let text = self.replace.iter().fold(text.to_string(), |text, (from, to)| text.replace(from, to));
        moments(&text)
    }

    /// Compares a file with what happens now, or writes it.
    pub fn check(mut self, file: &str) {
        let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/messages").join(file);
        let wanted = std::fs::read_to_string(&path).expect("a file of messages");
        let mut found = String::new();
        for line in wanted.lines() {
            if let Some(setting) = line.strip_prefix("% ") {
                writeln!(found, "{line}").expect("a string");
                self.setting(setting);
            } else if let Some(command) = line.strip_prefix("$ ") {
                let (text, code) = self.shell(command);
                let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                writeln!(found, "{line}\n{text}{end}(exit {code})\n").expect("a string");
            } else if line.starts_with('#') {
                writeln!(found, "{line}").expect("a string");
            }
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, found).expect("the file");
            return;
        }
        let differs = wanted.lines().zip(found.lines()).find(|(a, b)| a != b);
        assert!(
            wanted == found,
            "{file} is not what is said now (scripts/bless writes it). First difference: {differs:#?}\n{found}"
        );
    }

    fn setting(&mut self, setting: &str) {
        let name = setting.split('=').next().unwrap_or_default();
        if setting.contains('=') && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            let value = setting[name.len() + 1..].to_string();
            self.env.insert(name.into(), value);
            return;
        }
        let (text, code) = self.shell(setting);
        assert_eq!(code, 0, "{setting}: {text}");
    }
}

/// The text with each RFC 3339 moment, each number of seconds and each SHA-256 replaced.
fn moments(text: &str) -> String {
    let bytes = text.as_bytes();
    let digits =
        |from: usize, n: usize| bytes.get(from..from + n).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let day = digits(at, 4) && rest[4..].starts_with('-') && digits(at + 5, 2) && digits(at + 8, 2);
        if day && rest.get(10..11) == Some("T") && rest.get(19..20) == Some("Z") {
            out.push_str("TIME");
            at += 20;
            continue;
        }
        let hex = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if hex == 64 {
            out.push_str("DIGEST");
            at += hex;
            continue;
        }
        let c = rest.chars().next().unwrap_or_default();
        out.push(c);
        at += c.len_utf8();
        if let Some(number) = rest.strip_prefix("\"seconds\":") {
            let number = number.find([',', '}']).unwrap_or(0);
            out.push_str("seconds\":0.1");
            at += 9 + number;
        }
    }
    out
}

#[test]
fn what_differs_from_run_to_run_is_replaced() {
    assert_eq!(
        moments("until 2026-11-23T05:06:07Z, {\"seconds\":0.031,\"x\":1}"),
        "until TIME, {\"seconds\":0.1,\"x\":1}"
    );
    assert_eq!(moments("2026-11-23 Grüße 1.5"), "2026-11-23 Grüße 1.5");
}
