//! `sendmail -bs`: SMTP (RFC 5321) on standard input and output, for programs that would rather talk than pipe.
//!
//! A message is answered with 250 once it is durable in the queue, and with nothing else; what was taken is sent when the dialogue is
//! over. The peer is a program of this machine and this user: lines may end with LF, and nobody logs in.

use crate::{
    args::Rsendmail,
    outgoing::{Content, Prepared},
    plan::Plan,
    queue::{self, keep::Keeper},
    server::{Target, own_domain},
};
use std::{
    io::{self, BufRead, BufReader, Read, Seek, Write},
    sync::Arc,
};
use wirepost::{
    base::{address::Address, error::*, scratch},
    cli::{Output, stdin},
    mail::raw::{Raw, Source},
    net::Cancel,
};

/// The longest command line there is (RFC 5321 §4.5.3.1.4 and what extensions add).
const LINE: u64 = 4096;
const RECIPIENTS: usize = 1000;

struct Dialogue<'a> {
    plan: Plan<'a>,
    keeper: &'a Keeper,
    cancel: &'a Cancel,
    greeted: bool,
    from: Option<Option<Address>>,
    to: Vec<Address>,
    taken: Vec<String>,
}

pub fn run(flags: &Rsendmail, out: &mut Output, cancel: &Cancel) -> Result<()> {
    stdin::claim("an SMTP dialogue")?;
    let target = Target::new(&flags.shared, false)?;
    let keeper = Keeper::for_all(flags, &target)?;
    let plan = Plan::for_dialogue(flags, &target)?;
    let (to, taken) = (Vec::new(), Vec::new());
    let mut dialogue = Dialogue { plan, keeper: &keeper, cancel, greeted: false, from: None, to, taken };
    let done = dialogue.hold(&mut BufReader::new(stdin::reader()), out);
    let taken = std::mem::take(&mut dialogue.taken);
    if !taken.is_empty() && !keeper.is_only() {
        queue::run::quietly(&taken, flags, out, cancel);
    }
    done
}

/// What a command comes to.
enum Answer {
    Say(String),
    Data,
    Quit,
}

impl Dialogue<'_> {
    fn hold(&mut self, from: &mut impl BufRead, out: &mut Output) -> Result<()> {
        let name = own_domain();
        say(out, &format!("220 {name} ESMTP rsendmail"))?;
        loop {
            let mut line = Vec::new();
            let read = from.by_ref().take(LINE).read_until(b'\n', &mut line);
            read.map_err(|e| Error::from_io(e, Kind::Local, "cannot read the dialogue"))?;
            if line.is_empty() {
                return Ok(());
            }
            if !line.ends_with(b"\n") && line.len() as u64 == LINE {
                // What follows cannot be told from commands.
                return say(out, "500 5.5.2 The line is too long");
            }
            let answer = match String::from_utf8(line) {
                Ok(line) => self.command(line.trim_end_matches(['\r', '\n']), &name),
                Err(_) => Answer::Say("500 5.5.2 That is not UTF-8".into()),
            };
            match answer {
                Answer::Say(text) => say(out, &text)?,
                Answer::Quit => return say(out, "221 2.0.0 Bye"),
                Answer::Data => {
                    say(out, "354 End with a line that is a dot")?;
                    let answer = match self.data(from) {
                        Ok(Some(Some(id))) => format!("250 2.0.0 Ok: queued as {id}"),
                        Ok(Some(None)) => "250 2.0.0 Ok: its recipients' aliases are /dev/null".into(),
                        // Half a message is none.
                        Ok(None) => return Ok(()),
                        Err(e) => format!("{} {}", verdict(&e), one_line(&e)),
                    };
                    (self.from, self.to) = (None, Vec::new());
                    say(out, &answer)?;
                }
            }
        }
    }

    fn command(&mut self, line: &str, name: &str) -> Answer {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let text = match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => {
                (self.greeted, self.from, self.to) = (true, None, Vec::new());
                if verb.eq_ignore_ascii_case("HELO") {
                    format!("250 {name}")
                } else {
                    format!(
                        "250-{name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES"
                    )
                }
            }
            "MAIL" if !self.greeted => "503 5.5.1 EHLO first".into(),
            "MAIL" if self.from.is_some() => "503 5.5.1 There is a sender already".into(),
            "MAIL" => match path(rest, "FROM:", true).and_then(|path| self.address(path)) {
                Ok(from) => {
                    self.from = Some(from);
                    "250 2.1.0 Ok".into()
                }
                Err(text) => text,
            },
            "RCPT" if self.from.is_none() => "503 5.5.1 MAIL first".into(),
            "RCPT" if self.to.len() == RECIPIENTS => "452 4.5.3 Too many recipients".into(),
            "RCPT" => match path(rest, "TO:", false).and_then(|path| self.address(path)) {
                Ok(Some(to)) => {
                    self.to.push(to);
                    "250 2.1.5 Ok".into()
                }
                Ok(None) => "553 5.1.3 Nobody is named".into(),
                Err(text) => text,
            },
            "DATA" if self.to.is_empty() => "503 5.5.1 RCPT first".into(),
            "DATA" => return Answer::Data,
            "RSET" => {
                (self.from, self.to) = (None, Vec::new());
                "250 2.0.0 Ok".into()
            }
            "NOOP" => "250 2.0.0 Ok".into(),
            "VRFY" => "252 2.5.2 Send some mail, and see".into(),
            "HELP" => "214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT".into(),
            "QUIT" => return Answer::Quit,
            _ => "500 5.5.2 No such command".into(),
        };
        Answer::Say(text)
    }

    fn address(&self, path: &str) -> std::result::Result<Option<Address>, String> {
        if path.is_empty() {
            return Ok(None);
        }
        Address::parse(path).map(Some).map_err(|e| format!("553 5.1.3 {}", one_line(&e)))
    }

    /// The message, to its dot, into the queue, unless it is for nobody; `None` if the dialogue ends before it does.
    fn data(&mut self, from: &mut impl BufRead) -> Result<Option<Option<String>>> {
        let failed = |e| Error::from_io(e, Kind::Local, "cannot keep the message");
        let file = scratch::file();
        // The message is read to its dot whatever becomes of it, or its text would be taken for commands.
        let whole = match &file {
            Ok(file) => unstuff(from, file),
            Err(_) => unstuff(from, io::sink()),
        };
        if !whole.map_err(failed)? {
            return Ok(None);
        }
        let mut file = file?;
        let len = file.metadata().map_err(failed)?.len();
        file.rewind().map_err(failed)?;
        let source = Source::file("the message", Arc::new(file), 0, len, false)?;
        let raw = Raw::new(source, self.plan.author_written().as_deref(), &own_domain(), None)?;
        let sender = self.from.clone().unwrap_or_default();
        let envelope = self.plan.envelope(sender, self.to.clone())?;
        if envelope.to.is_empty() {
            return Ok(Some(None));
        }
        let message_id = raw.message_id.clone();
        let message = Prepared { source: None, message_id, envelope, content: Content::Raw(raw) };
        let message = self.plan.filtered(message, self.cancel)?.whole()?;
        let id = self.keeper.put(&message)?;
        self.taken.push(id.clone());
        Ok(Some(Some(id)))
    }
}

/// `FROM:<path>` and its parameters, of which those that say nothing new are known.
fn path<'a>(text: &'a str, word: &str, of_mail: bool) -> std::result::Result<&'a str, String> {
    let wrong = || format!("501 5.5.4 {word}<address> is what belongs here");
    let head = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)).ok_or_else(wrong)?;
    let rest = text[head.len()..].trim_start();
    let rest = rest.strip_prefix('<').ok_or_else(wrong)?;
    let end = rest.rfind('>').ok_or_else(wrong)?;
    for parameter in rest[end + 1..].split_whitespace() {
        let name = parameter.split('=').next().unwrap_or_default().to_ascii_uppercase();
        if !(of_mail && matches!(name.as_str(), "SIZE" | "BODY" | "SMTPUTF8" | "AUTH")) {
            return Err(format!("555 5.5.4 {name} is not known here"));
        }
    }
    Ok(&rest[..end])
}

/// Up to the dot; whether there was one. A write that fails is told at the dot.
fn unstuff(from: &mut impl BufRead, to: impl Write) -> io::Result<bool> {
    let mut to = io::BufWriter::with_capacity(64 << 10, to);
    let (mut line, mut at_start, mut failed) = (Vec::new(), true, None);
    loop {
        line.clear();
        if from.by_ref().take(64 << 10).read_until(b'\n', &mut line)? == 0 {
            return Ok(false);
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if at_start && line.ends_with(b"\n") && matches!(text, b"." | b".\r") {
            let flushed = to.flush();
            return failed.map_or(flushed, Err).map(|()| true);
        }
        let body = if at_start && line.starts_with(b".") { &line[1..] } else { &line[..] };
        if failed.is_none() {
            failed = to.write_all(body).err();
        }
        at_start = line.ends_with(b"\n");
    }
}

/// For good only what the message is refused for: that no disk, list or queue of this machine is to be had may pass.
fn verdict(error: &Error) -> &'static str {
    let its_own = matches!(error.kind(), Kind::Input | Kind::Usage | Kind::Refused | Kind::NoUser);
    if its_own && error.again() == Again::Never { "554 5.6.0" } else { "451 4.3.0" }
}

fn one_line(error: &Error) -> String {
    error.message().chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect()
}

fn say(out: &mut Output, text: &str) -> Result<()> {
    let mut raw = out.raw()?;
    let written = raw.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| raw.flush());
    written.map_err(|e| Error::from_io(e, Kind::Local, "cannot write to standard output"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(path("FROM:<a@b>", "FROM:", true), Ok("a@b"));
        assert_eq!(path("from: <> BODY=8BITMIME SIZE=7", "FROM:", true), Ok(""));
        assert_eq!(path("TO:<\"a>b\"@c>", "TO:", false), Ok("\"a>b\"@c"));
        for bad in ["", "FROM", "FROM:a@b", "FROM:<a@b", "TO:<a@b>", "\u{fc}\u{fc}\u{fc}"] {
            assert!(path(bad, "FROM:", true).unwrap_err().starts_with("501"), "{bad}");
        }
        assert!(path("FROM:<a@b> RET=FULL", "FROM:", true).unwrap_err().starts_with("555"));
        assert!(path("TO:<a@b> SIZE=1", "TO:", false).unwrap_err().starts_with("555"));
    }

    #[test]
    fn the_dot_and_its_doubles() {
        let mut file = tempfile::tempfile().unwrap();
        assert!(unstuff(&mut &b"..a\r\n.\r\nQUIT\r\n"[..], &mut file).unwrap());
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, ".a\r\n");
        assert!(!unstuff(&mut &b"a\r\n"[..], &mut file).unwrap());
    }
}
