//! Runs the built programs the way a script would: a bare environment, a directory of its own, a time limit.
//!
//! A `World` is one such directory (home, configuration, state, temporary files and a working directory in it).
//! Every run is watched: it is killed, with its process group, when it exceeds its limit; its peak memory is
//! taken from `/proc`; and no secret the world knows, bare or in base64, may appear in anything it prints.
#![allow(dead_code)]

pub mod raw;
pub mod tunnel;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};
use serde_json::Value;
use tempfile::TempDir;

/// The program of this name, as cargo built it beside this test binary.
pub fn program(name: &str) -> PathBuf {
    let exe = std::env::current_exe().expect("our own name");
    let path = exe.ancestors().nth(2).expect("target directory").join(name);
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// An address where nobody listens, now or as long as the tests run: its port is taken, so that no other test's server gets it.
pub fn nobody() -> std::net::SocketAddr {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    let address = socket.local_addr().expect("its address").as_socket().expect("an internet address");
    std::mem::forget(socket);
    address
}

/// A port that is free, outside of those that are given out to whoever asks for any.
pub fn free_port() -> u16 {
    let first = 10_000 + u16::try_from(std::process::id() % 10_000).unwrap_or(0);
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (first..first + 1000).find(is_free).expect("a free port")
}

pub struct World {
    dir: TempDir,
    secrets: Vec<String>,
}

/// Every file below a world, with what tells a change.
pub type Snapshot = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

impl World {
    pub fn new() -> World {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in ["home", "config", "state", "tmp", "work"] {
            std::fs::create_dir(dir.path().join(name)).expect("a directory");
        }
        World { dir, secrets: Vec::new() }
    }

    /// What no stream of any run may show.
    pub fn secret(mut self, user: &str, password: &str) -> World {
        let base64 = |bytes: String| openssl::base64::encode_block(bytes.as_bytes());
        self.secrets.push(password.to_owned());
        self.secrets.push(base64(password.to_owned()));
        self.secrets.push(base64(format!("\0{user}\0{password}")));
        self
    }

    /// A path in the working directory.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join("work").join(name)
    }

    /// A path beside it: `home/.netrc`, `state/..`.
    pub fn outer(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file in the working directory, its parents made.
    pub fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// A file only its owner may read, as secrets have to be kept.
    pub fn private_file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.file(name, content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        path
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut found = Snapshot::new();
        walk(self.dir.path(), &mut found);
        found
    }

    /// What was made, changed or removed since then, outside these directories (relative to the world's).
    pub fn changed_since(&self, before: &Snapshot, except: &[&str]) -> Vec<PathBuf> {
        let now = self.snapshot();
        let mut changed: Vec<PathBuf> = now
            .iter()
            .filter(|(path, what)| before.get(*path) != Some(*what))
            .map(|(path, _)| path.clone())
            .collect();
        changed.extend(before.keys().filter(|path| !now.contains_key(*path)).cloned());
        changed.retain(|path| !except.iter().any(|dir| path.starts_with(self.outer(dir))));
        changed
    }

    pub fn run<S: AsRef<OsStr>>(&self, name: &str, args: impl IntoIterator<Item = S>) -> Run<'_> {
        self.run_path(&program(name), args)
    }

    /// Runs what is not ours under the same conditions.
    pub fn run_path<S: AsRef<OsStr>>(&self, path: &Path, args: impl IntoIterator<Item = S>) -> Run<'_> {
        let mut command = Command::new(path);
        command.env_clear().current_dir(self.path("")).args(args);
        let dirs =
            [("HOME", "home"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("TMPDIR", "tmp")];
        for (variable, dir) in dirs {
            command.env(variable, self.outer(dir));
        }
        // `--exec` and `--password-command` need a shell's programs.
        command.env("PATH", "/usr/bin:/bin");
        Run { world: self, command, stdin: None, limit: Duration::from_secs(30) }
    }
}

fn walk(dir: &Path, found: &mut Snapshot) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() {
            walk(&entry.path(), found);
        } else {
            found.insert(entry.path(), (meta.len(), meta.modified().ok()));
        }
    }
}

/// A run in the making.
pub struct Run<'w> {
    world: &'w World,
    command: Command,
    stdin: Option<Vec<u8>>,
    limit: Duration,
}

impl<'w> Run<'w> {
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Run<'w> {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Run<'w> {
        self.command.env(name, value);
        self
    }

    /// Without it stdin is /dev/null.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Run<'w> {
        self.stdin = Some(bytes.into());
        self
    }

    pub fn cwd(mut self, dir: impl AsRef<Path>) -> Run<'w> {
        self.command.current_dir(dir);
        self
    }

    /// The wall time after which the run is killed and the test fails (30 s).
    pub fn limit(mut self, limit: Duration) -> Run<'w> {
        self.limit = limit;
        self
    }

    pub fn start(mut self) -> Going {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let shown = format!("{:?}", self.command.get_args().collect::<Vec<&OsStr>>());
        let mut child = self.command.spawn().expect("the program starts");
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), self.stdin) {
            // It may well not read to the end.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        let stdout = reader(child.stdout.take().expect("a pipe"));
        let stderr = reader(child.stderr.take().expect("a pipe"));
        let name = self.command.get_program().to_owned();
        let (started, limit) = (Instant::now(), self.limit);
        Going { child, stdout, stderr, name, shown, started, limit, secrets: self.world.secrets.clone() }
    }

    pub fn go(self) -> Output {
        self.start().finish()
    }
}

fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// A run under way.
pub struct Going {
    child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
    name: OsString,
    shown: String,
    started: Instant,
    limit: Duration,
    secrets: Vec<String>,
}

impl Going {
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal");
    }

    pub fn finish(mut self) -> Output {
        let fd = pidfd_open(self.pid(), PidfdFlags::empty()).expect("a pidfd");
        let slice = Timespec { tv_sec: 0, tv_nsec: 4_000_000 };
        let (mut max_rss, mut late) = (0, false);
        while poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&slice)) == Ok(0) {
            // The high-water mark of this very image; what wait4 tells begins with that of the test's own.
            max_rss = max_rss.max(high_water(self.pid()));
            if self.started.elapsed() > self.limit {
                late = true;
                break;
            }
        }
        let seconds = self.started.elapsed().as_secs_f64();
        if late {
            let _ = kill_process_group(self.pid(), Signal::KILL);
        }
        let status = self.child.wait().expect("an exit status");
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        let output = Output {
            command: format!("{} {}", self.name.to_string_lossy(), self.shown),
            code,
            stdout: self.stdout.join().expect("stdout"),
            stderr: self.stderr.join().expect("stderr"),
            max_rss,
            seconds,
        };
        assert!(!late, "still running after {:?}: {output:?}", self.limit);
        for secret in &self.secrets {
            for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
                let shown = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
                assert!(!shown, "a secret ({secret}) on {stream}: {output:?}");
            }
        }
        output
    }
}

/// The peak of resident memory in bytes, 0 if the process is gone.
fn high_water(pid: Pid) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// How a run went.
pub struct Output {
    pub command: String,
    /// The exit code; 128 + n for signal n.
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Sampled every few milliseconds: what the last of them allocated may be missing.
    pub max_rss: u64,
    pub seconds: f64,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Output { command, code, max_rss, seconds, .. } = self;
        let (out, err) = (self.out(), self.err());
        write!(
            f,
            "\n$ {command}\nexit {code}, {seconds:.2} s, {max_rss} bytes\n--- stdout\n{out}\n--- stderr\n{err}\n---"
        )
    }
}

impl Output {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Output {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Asserts that stderr says this.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Output {
        assert!(self.err().contains(text), "no {text:?} in {self:?}");
        self
    }

    /// Asserts that no byte that steers a terminal is on either stream (stdout only where it is text).
    #[track_caller]
    pub fn tame(&self) -> &Output {
        for bytes in [&self.stdout, &self.stderr] {
            let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("not UTF-8: {self:?}"));
            let bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let wild = text.chars().find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || bidi(*c));
            assert_eq!(wild, None, "{self:?}");
        }
        self
    }

    /// Asserts that memory stayed below so many bytes. A run that was over before anybody looked had no time to take much.
    #[track_caller]
    pub fn within(&self, bytes: u64) -> &Output {
        let measured = self.max_rss > 0 || self.seconds < 0.02;
        assert!(measured && self.max_rss < bytes, "{self:?}");
        self
    }

    /// Standard output as JSON lines, each an object with a type.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        let line = |line: &str| -> Value {
            let value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line:?}: {self:?}"));
            let Value::Object(object) = &value else { panic!("no object: {line:?}") };
            assert!(object.get("type").is_some_and(Value::is_string), "no type: {line:?}");
            value
        };
        self.out().lines().map(line).collect()
    }

    /// The JSON lines of one type.
    #[track_caller]
    pub fn events(&self, kind: &str) -> Vec<Value> {
        self.json().into_iter().filter(|event| event["type"] == kind).collect()
    }

    /// The last JSON line, which has to be the only summary and to know the exit code.
    #[track_caller]
    pub fn summary(&self) -> Value {
        let (mut all, summaries) = (self.json(), self.events("summary"));
        let last = all.pop().unwrap_or_default();
        assert_eq!(summaries, std::slice::from_ref(&last), "{self:?}");
        assert_eq!(last["exit"], self.code, "{self:?}");
        last
    }
}

#[test]
fn runs_are_watched() {
    let world = World::new().secret("me", "hunter2");
    let before = world.snapshot();
    let shell = |script: &str| world.run_path(Path::new("/bin/sh"), ["-c", script]);
    let out = shell("cat; echo out; echo err >&2; touch f; exit 3").stdin("in ").env("A", "b").go();
    assert_eq!((out.code, out.out(), out.err()), (3, "in out\n".into(), "err\n".into()));
    assert_eq!(world.changed_since(&before, &[]), [world.path("f")]);
    assert!(world.changed_since(&before, &["work"]).is_empty());
    shell("env | grep -c =").go().exits(0);

    let fails = |run: Run<'_>| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.go())).is_err();
    assert!(fails(shell("sleep 60 & wait").limit(Duration::from_millis(50))), "hangs");
    assert!(fails(shell("echo AG1lAGh1bnRlcjI=")), "shows a secret in base64");
    let wild = shell("printf '\\033[31m'").go();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| wild.tame().code)).is_err());
}

#[test]
fn memory_is_measured() {
    let script = "x=$(yes | head -c 20000000); sleep 0.2; echo ${#x}";
    let out = World::new().run_path(Path::new("/bin/sh"), ["-c", script]).go();
    assert!((20_000_000..200_000_000).contains(&out.max_rss), "{out:?}");
    assert_eq!(out.out(), "19999999\n");
}
