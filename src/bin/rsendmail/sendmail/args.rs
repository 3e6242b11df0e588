//! sendmail's command line: read in its own grammar, which is older than getopt and which a hundred programs speak.
//!
//! Flags that only make sense inside a mail server are accepted and passed over, as every sendmail does; those that ask for a daemon are
//! refused, since whoever asks relies on one. A flag's value stands right behind it or in the next word; `-d`, `-q`, `-o`, `-b` and `-A` have theirs
//! right behind them only. What is not known is passed over.

use wirepost::base::error::*;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `-bm`: send what stdin says.
    #[default]
    Deliver,
    /// `-bs`: speak SMTP on stdin and stdout.
    Smtp,
    /// `-bp`, mailq.
    List,
    /// `-bi`, newaliases.
    Aliases,
    /// `-q`: send what is queued.
    Flush,
}

/// See the module's essay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub mode: Mode,
    /// `-f`, `-r`; empty for none.
    pub from: Option<String>,
    pub full_name: Option<String>,
    /// `-t`
    pub read_recipients: bool,
    /// Not `-i`: a line with nothing but a dot ends the message.
    pub dot_ends: bool,
    /// `-odq`: only into the queue.
    pub queue_only: bool,
    pub verbose: bool,
    pub notify: Option<String>,
    pub ret: Option<String>,
    pub envid: Option<String>,
    pub recipients: Vec<String>,
}

/// Their value is the rest of the word, or the next one.
const WITH_VALUE: &str = "BCFLNOXfhprRVM";

/// `name`: what we were called.
///
/// # Errors
/// `Usage` for what asks for a daemon, and for a flag that lacks its value.
pub fn parse(name: &str, words: &[String]) -> Result<Call> {
    let mut call = Call { dot_ends: true, ..Call::default() };
    match name {
        "mailq" => call.mode = Mode::List,
        "newaliases" => call.mode = Mode::Aliases,
        _ => {}
    }
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            call.recipients.extend(words.cloned());
            break;
        }
        let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
            call.recipients.push(word.clone());
            continue;
        };
        let mut rest = flags.chars();
        while let Some(flag) = rest.next() {
            if WITH_VALUE.contains(flag) {
                let behind = rest.as_str();
                let value = if behind.is_empty() { words.next().cloned() } else { Some(behind.to_string()) };
                let value = value.ok_or_else(|| Error::new(Kind::Usage, format!("-{flag} needs a value")))?;
                call.value(flag, value);
                break;
            }
            match flag {
                'b' | 'q' | 'o' | 'd' | 'A' => {
                    call.attached(flag, rest.as_str())?;
                    break;
                }
                't' => call.read_recipients = true,
                'i' => call.dot_ends = false,
                'v' => call.verbose = true,
                'I' => call.mode = Mode::Aliases,
                _ => {}
            }
        }
    }
    Ok(call)
}

impl Call {
    fn value(&mut self, flag: char, value: String) {
        match flag {
            'f' | 'r' => self.from = Some(if value == "<>" { String::new() } else { value }),
            'F' => self.full_name = Some(value).filter(|name| !name.trim().is_empty()),
            'N' => self.notify = Some(value),
            'R' => self.ret = Some(value),
            'V' => self.envid = Some(value),
            'O' => match value.split_once('=') {
                Some((name, "q" | "d")) if name.eq_ignore_ascii_case("DeliveryMode") => {
                    self.queue_only = true;
                }
                Some((name, set)) if name.eq_ignore_ascii_case("IgnoreDots") => {
                    self.dot_ends = !set.to_ascii_lowercase().starts_with(['t', 'y', '1']);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn attached(&mut self, flag: char, value: &str) -> Result<()> {
        match (flag, value) {
            ('b', "m" | "") => self.mode = Mode::Deliver,
            ('b', "s") => self.mode = Mode::Smtp,
            ('b', "p") => self.mode = Mode::List,
            ('b', "i") => self.mode = Mode::Aliases,
            ('b', other) => {
                let what = match other.chars().next() {
                    Some('d' | 'D' | 'l') => "there is no daemon here",
                    Some('v' | 't') => "addresses are not tested here",
                    _ => "no such mode",
                };
                let error = Error::new(Kind::Usage, format!("-b{other}: {what}"));
                return Err(error.hint("-bm, -bs, -bp and -bi are known; -q sends what is queued"));
            }
            ('q', interval) if interval.starts_with(|c: char| c.is_ascii_digit()) => {
                let error = Error::new(Kind::Usage, format!("-q{interval}: there is no daemon here"));
                return Err(error.hint("-q from cron, or a systemd timer, sends what is queued now and then"));
            }
            ('q', _) => self.mode = Mode::Flush,
            ('o', "i") => self.dot_ends = false,
            ('o', "dq" | "dd") => self.queue_only = true,
            _ => {}
        }
        Ok(())
    }

    /// The same in the words of rsendmail.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = vec!["rsendmail".into(), "--sendmail".into()];
        let mut put = |flag: &str, value: &str| words.push(format!("--{flag}={value}"));
        match self.mode {
            Mode::List => {
                words.extend(["queue".into(), "list".into()]);
                return words;
            }
            Mode::Flush => {
                words.extend(["queue".into(), "run".into(), "--now".into()]);
                return words;
            }
            Mode::Aliases => {
                words.push("--aliases-check".into());
                return words;
            }
            Mode::Smtp | Mode::Deliver => {}
        }
        let given = [
            ("envelope-from", &self.from),
            ("full-name", &self.full_name),
            ("notify", &self.notify),
            ("ret", &self.ret),
            ("envid", &self.envid),
        ];
        for (flag, value) in given {
            if let Some(value) = value {
                put(flag, value);
            }
        }
        if self.queue_only {
            put("queue", "always");
        }
        if self.mode == Mode::Deliver {
            put("eml", "-");
            self.recipients.iter().for_each(|to| put("to", to));
            if self.read_recipients {
                words.push("--read-recipients".into());
            }
        }
        if self.verbose {
            words.push("--verbose".into());
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        let words: Vec<String> = line.split(' ').filter(|w| !w.is_empty()).map(String::from).collect();
        parse(&words[0], &words[1..]).unwrap()
    }

    #[test]
    fn what_programs_really_say() {
        let cron = call("sendmail -i -FCronDaemon -B8BITMIME -oem user");
        assert_eq!(cron.recipients, ["user"]);
        assert_eq!((cron.full_name.as_deref(), cron.dot_ends), (Some("CronDaemon"), false));
        let cronie = call("sendmail -FCronDaemon -i -odi -oem -oi -t -f root");
        assert!(cronie.read_recipients && !cronie.dot_ends && cronie.recipients.is_empty());
        assert_eq!(cronie.from.as_deref(), Some("root"));
        let php = call("sendmail -t -i");
        assert!(php.read_recipients && !php.dot_ends);
        let git = call("sendmail -i a@x.example b@x.example");
        assert_eq!(git.recipients, ["a@x.example", "b@x.example"]);
        let git = call("sendmail -f me@x.example -i a@x.example");
        assert_eq!((git.from.as_deref(), git.recipients.len()), (Some("me@x.example"), 1));
        let nail = call("sendmail -i -r me@x.example -- a@x.example -b@x.example");
        assert_eq!(nail.recipients, ["a@x.example", "-b@x.example"]);
        let mutt =
            call("sendmail -oem -oi -f me@x.example -B8BITMIME -N failure,delay -R hdrs -- a@x.example");
        assert_eq!((mutt.notify.as_deref(), mutt.ret.as_deref()), (Some("failure,delay"), Some("hdrs")));
        let null = call("sendmail -f <> -Vid+1 a@x.example");
        assert_eq!((null.from.as_deref(), null.envid.as_deref()), (Some(""), Some("id+1")));
        assert!(null.dot_ends);
        assert_eq!(
            parse("sendmail", &["-f".into(), String::new(), "a".into()]).unwrap().from.as_deref(),
            Some("")
        );
        let odd = call(
            "sendmail -G -Am -Ltag -d0.1 -h 3 -XFILE -pSMTP:host -n -m -s -U -x -O Timeout=1 -C /etc/x -odq a",
        );
        assert_eq!((odd.recipients.as_slice(), odd.queue_only), (&["a".to_string()][..], true));
        assert!(call("sendmail -tiv").read_recipients && call("sendmail -tiv").verbose);
    }

    #[test]
    fn modes() {
        for (line, mode) in [
            ("sendmail -bm a", Mode::Deliver),
            ("sendmail -bs", Mode::Smtp),
            ("sendmail -bp", Mode::List),
            ("mailq", Mode::List),
            ("mailq -v", Mode::List),
            ("sendmail -bi", Mode::Aliases),
            ("newaliases", Mode::Aliases),
            ("sendmail -q", Mode::Flush),
            ("sendmail -qf", Mode::Flush),
        ] {
            assert_eq!(call(line).mode, mode, "{line}");
        }
        for bad in ["-bd", "-bD", "-bt", "-bv", "-bz", "-q30m", "-q1h", "-f", "-N"] {
            assert_eq!(parse("sendmail", &[bad.into()]).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
    }
}
