//! `--exec CMD`: a command for each message.
//!
//! The message is a file on the command's standard input, so a command that does not read cannot block us, and nothing
//! of the message is on the command line, where a shell would read it. What it is about is in the environment. The
//! command has a process group of its own, which is ended as a whole at the time limit.

use crate::base::error::*;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::{
    fs::File,
    io,
    os::{fd::AsFd, unix::process::CommandExt},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct Pipe {
    /// For `sh -c`.
    pub command: String,
    pub timeout: Duration,
    /// Its standard output goes to our standard error: ours is JSON.
    pub to_stderr: bool,
    /// Variables it does not inherit: our secrets'.
    pub hide: Vec<String>,
}

/// What came of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// Try again later: exit 75, a signal, the time limit; and a command that is not there, or cannot be executed, for that
    /// says nothing about the message.
    Temporary(String),
    /// Do not try again by itself: any other exit.
    Permanent(String),
}

/// The environment of one message, by the names `WIREPOST_UID` and so on.
#[derive(Clone, Debug, Default)]
pub struct About<'a> {
    pub uid: &'a str,
    pub from: &'a str,
    pub subject: &'a str,
    pub size: u64,
    pub mailbox: &'a str,
}

/// `EX_TEMPFAIL`.
const TEMPORARY: i32 = 75;
/// How long a group may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);
/// How often a wish to stop is looked at.
const SLICE: Duration = Duration::from_millis(250);

impl Pipe {
    /// Runs the command with `message` (from where it is positioned) on its standard input. `stop` is asked now and
    /// then whether to give up; its error is passed on. An `Err` otherwise: the command could not be started.
    pub fn run(&self, message: File, about: &About<'_>, stop: &dyn Fn() -> Result<()>) -> Result<Verdict> {
        self.run_into(message, None, about, stop)
    }

    /// As [`Pipe::run`]; what the command writes goes into `output`.
    pub fn run_into(
        &self,
        message: File,
        output: Option<File>,
        about: &About<'_>,
        stop: &dyn Fn() -> Result<()>,
    ) -> Result<Verdict> {
        let failed = |e: io::Error| Error::from_io(e, Kind::Config, "cannot run the command");
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command).stdin(message).process_group(0);
        if let Some(output) = output {
            command.stdout(output);
        } else if self.to_stderr {
            let stderr = io::stderr().as_fd().try_clone_to_owned().map_err(failed)?;
            command.stdout(Stdio::from(stderr));
        }
        for name in &self.hide {
            command.env_remove(name);
        }
        let size = about.size.to_string();
        for (name, value) in [
            ("WIREPOST_UID", about.uid),
            ("WIREPOST_FROM", about.from),
            ("WIREPOST_SUBJECT", about.subject),
            ("WIREPOST_SIZE", &size),
            ("WIREPOST_MAILBOX", about.mailbox),
        ] {
            command.env(name, for_environment(value));
        }
        let mut child = command.spawn().map_err(failed)?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (send, done) = mpsc::channel();
        let waiter = std::thread::Builder::new().name("wait".into()).spawn(move || {
            let _ = send.send(child.wait());
        });
        waiter.map_err(failed)?;
        let signal = |signal| group.map(|group| kill_process_group(group, signal));
        // The shell may go at once and what it began not: the group is there as long as one of it is, and its number with it.
        let end = || {
            signal(Signal::TERM);
            let deadline = Instant::now() + GRACE;
            while group.is_some_and(|group| test_kill_process_group(group).is_ok()) {
                if Instant::now() >= deadline {
                    signal(Signal::KILL);
                    break;
                }
                std::thread::sleep(SLICE / 10);
            }
            let _ = done.recv_timeout(GRACE);
        };
        let deadline = Instant::now() + self.timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match done.recv_timeout(left.min(SLICE)) {
                Ok(status) => return Ok(verdict(status.map_err(failed)?)),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    end();
                    let limit = self.timeout.as_secs();
                    return Ok(Verdict::Temporary(format!(
                        "the command took longer than {limit} s (--exec-timeout)"
                    )));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(e) = stop() {
                        end();
                        return Err(e);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(Kind::Bug, "the waiting thread ended early"));
                }
            }
        }
    }
}

fn verdict(status: ExitStatus) -> Verdict {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) => Verdict::Delivered,
        (Some(TEMPORARY), _) => Verdict::Temporary("the command asks to try again later (exit 75)".into()),
        // POSIX, Shell Command Language §2.8.2: these two are the shell's own words.
        (Some(126), _) => Verdict::Temporary("the shell could not execute the command (exit 126)".into()),
        (Some(127), _) => Verdict::Temporary("the shell did not find the command (exit 127)".into()),
        (Some(code), _) => Verdict::Permanent(format!("the command failed (exit {code})")),
        (None, Some(signal)) => Verdict::Temporary(format!("the command was ended by signal {signal}")),
        (None, None) => Verdict::Temporary("the command ended in an unknown way".into()),
    }
}

/// A value that can stand in an environment: no NUL, and not so long that the command cannot start.
fn for_environment(value: &str) -> String {
    const MAX: usize = 8 * 1024;
    let mut value = value.replace('\0', "\u{fffd}");
    if value.len() > MAX {
        let end = (0..=MAX).rev().find(|&at| value.is_char_boundary(at)).unwrap_or(0);
        value.truncate(end);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Seek, Write},
        os::fd::OwnedFd,
    };

    fn run(command: &str, timeout: Duration) -> Result<Verdict> {
        let mut message = tempfile::tempfile().unwrap();
        message.write_all(b"Subject: x\n\nbody\n").unwrap();
        message.rewind().unwrap();
        let pipe =
            Pipe { command: command.into(), timeout, to_stderr: true, hide: vec!["PATH_OF_SECRETS".into()] };
        let about = About { uid: "u/1", from: "a@b", subject: "$(touch x)\0", size: 17, mailbox: "INBOX" };
        pipe.run(message, &about, &|| Ok(()))
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn exits_become_verdicts() {
        let permanent = |v| matches!(v, Verdict::Permanent(_));
        let temporary = |v| matches!(v, Verdict::Temporary(_));
        assert_eq!(run("cat > /dev/null", LONG).unwrap(), Verdict::Delivered);
        assert_eq!(run("exit 0", LONG).unwrap(), Verdict::Delivered, "reading is not required");
        assert!(temporary(run("exit 75", LONG).unwrap()));
        assert!(temporary(run("kill -9 $$", LONG).unwrap()));
        assert!(permanent(run("exit 1", LONG).unwrap()));
        // What is amiss with the command is no message's fault.
        assert!(temporary(run("/no/such/command", LONG).unwrap()));
        assert!(temporary(run("/", LONG).unwrap()));
    }

    #[test]
    fn the_message_is_on_stdin_and_about_it_in_the_environment() {
        let check = r#"test "$(tail -n 1)" = body && test "$WIREPOST_UID $WIREPOST_FROM $WIREPOST_SIZE" = "u/1 a@b 17" &&
            test "$WIREPOST_SUBJECT" = '$(touch x)�' && test "$WIREPOST_MAILBOX" = INBOX"#;
        assert_eq!(run(check, LONG).unwrap(), Verdict::Delivered);
    }

    #[test]
    fn the_whole_group_ends_at_the_limit() {
        let (mut all_gone, output) = io::pipe().unwrap();
        // The shell goes at the first signal; what it waits for does not, and keeps the pipe open as long as it lives.
        let pipe = Pipe {
            command: "(trap '' TERM; sleep 60) & wait".into(),
            timeout: Duration::from_millis(500),
            to_stderr: true,
            hide: Vec::new(),
        };
        let (message, output) = (tempfile::tempfile().unwrap(), File::from(OwnedFd::from(output)));
        let start = Instant::now();
        let verdict = pipe.run_into(message, Some(output), &About::default(), &|| Ok(())).unwrap();
        assert!(matches!(verdict, Verdict::Temporary(why) if why.contains("--exec-timeout")));
        io::copy(&mut all_gone, &mut io::sink()).unwrap();
        assert!(start.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_wish_to_stop_is_heard() {
        let pipe = Pipe { command: "sleep 30".into(), timeout: LONG, to_stderr: true, hide: Vec::new() };
        let message = tempfile::tempfile().unwrap();
        let start = Instant::now();
        let error = pipe.run(message, &About::default(), &|| Err(Error::interrupted(2))).unwrap_err();
        assert_eq!((error.kind(), error.signal()), (Kind::Interrupted, Some(2)));
        assert!(start.elapsed() < Duration::from_secs(25));
    }
}
