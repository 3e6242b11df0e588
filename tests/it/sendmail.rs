//! rsendmail in sendmail's clothes: called as cron, git, PHP, s-nail and mutt call it, and spoken to as an SMTP server.

use crate::sandbox::script::{Action, End, Rule, on, reply};
use crate::sandbox::smtp::{Options, Sent, Server};
use crate::support::{Output, Run, World, program};
use std::path::{Path, PathBuf};

struct Site {
    world: World,
    server: Server,
}

/// A machine with a smart host in its account file, and `sendmail`, `mailq` and `newaliases` as links to rsendmail.
fn site(rules: Vec<Rule>) -> Site {
    let site = Site { world: World::new(), server: Server::start(Options { rules, ..Options::default() }) };
    std::fs::create_dir(site.world.outer("config/wirepost")).unwrap();
    site.points_to(site.server.port());
    for name in ["sendmail", "mailq", "newaliases"] {
        std::os::unix::fs::symlink(program("rsendmail"), site.world.outer(name)).unwrap();
    }
    site
}

impl Site {
    fn points_to(&self, port: u16) {
        let text = format!("[rsendmail]\n--url smtp://127.0.0.1:{port}\n");
        std::fs::write(self.world.outer("config/wirepost/config"), text).unwrap();
    }

    fn program(&self, name: &str) -> PathBuf {
        self.world.outer(name)
    }

    fn call<'a>(&'a self, name: &str, args: &'a [&'a str]) -> Run<'a> {
        self.world.run_path(&self.program(name), args)
    }

    fn sendmail(&self, args: &[&str], message: &str) -> Output {
        self.world.run_path(&self.program("sendmail"), args).stdin(message).go()
    }

    #[track_caller]
    fn one(&self) -> Sent {
        let mut sent = self.server.sent();
        assert_eq!(sent.len(), 1);
        sent.remove(0)
    }
}

fn wire(sent: &Sent) -> String {
    String::from_utf8(sent.bytes.to_vec()).unwrap()
}

fn to(sent: &Sent) -> Vec<&str> {
    sent.to.iter().map(|(address, _)| address.as_str()).collect()
}

const CRON: &str = "From: \"(Cron Daemon)\" <root>\nTo: root\nSubject: Cron <root@host> echo hi\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>\n\nhi\n";

#[test]
fn cron() {
    let site = site(vec![]);
    let out = site.sendmail(&["-i", "-FCronDaemon", "-B8BITMIME", "-oem", "root"], CRON);
    assert_eq!((out.exits(0).out(), out.err()), (String::new(), String::new()));
    let sent = site.one();
    let (name, domain) = to(&sent)[0].split_once('@').unwrap();
    assert!(name == "root" && !domain.is_empty(), "a name without a domain is of this machine");
    assert!(
        wire(&sent).contains("\r\nSubject: Cron <root@host> echo hi\r\n")
            && wire(&sent).ends_with("\r\n\r\nhi\r\n")
    );
    // cronie, with its recipient in the header and a sender without a name.
    for from in ["root", "", "<>"] {
        let args = ["-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", from];
        site.sendmail(&args, CRON).exits(0);
    }
    let senders: Vec<String> = site.server.sent().into_iter().skip(1).map(|s| s.from).collect();
    assert!(senders[0].starts_with("root@") && senders[1..] == ["", ""], "{senders:?}");
    assert_eq!(site.server.violations(), [""; 0]);
}

/// With HOME and USER missing, as daemons start their programs; the envelope's sender is who runs us, not what the header says.
#[test]
fn php_and_its_like() {
    let site = site(vec![]);
    let message = "To: a@x.example\nCc: B <b@x.example>\nBcc: c@x.example\nSubject: hi\nFrom: shop@x.example\nX-PHP-Originating-Script: 0:m.php\n\nbody\n.\nrest\n";
    let out = site.call("sendmail", &["-t", "-i"]).stdin(message).go();
    out.exits(0);
    let sent = site.one();
    assert_eq!(to(&sent), ["a@x.example", "b@x.example", "c@x.example"]);
    assert!(sent.from.contains('@') && sent.from != "shop@x.example", "{}", sent.from);
    assert!(
        !wire(&sent).contains("Bcc") && wire(&sent).ends_with("body\r\n.\r\nrest\r\n"),
        "{}",
        wire(&sent)
    );
}

#[test]
fn a_lone_dot_ends_the_message_only_without_i() {
    let text = "Subject: s\n\none\n.\ntwo\n";
    for (args, end, says) in [
        (&["-i", "a@x.example"][..], "one\r\n.\r\ntwo\r\n", false),
        (&["-oi", "a@x.example"], "one\r\n.\r\ntwo\r\n", false),
        (&["-O", "IgnoreDots=True", "a@x.example"], "one\r\n.\r\ntwo\r\n", false),
        (&["a@x.example"], "one\r\n", true),
    ] {
        let site = site(vec![]);
        let out = site.sendmail(args, text);
        assert!(wire(&site.one()).ends_with(&format!("\r\n\r\n{end}")), "{args:?}");
        assert_eq!(out.exits(0).err().contains("-i takes it in"), says, "{out:?}");
    }
}

#[test]
fn text_without_a_header_gets_one() {
    let site = site(vec![]);
    site.sendmail(&["-FMe & You", "-fme@x.example", "a@x.example"], "hello there\nworld\n").exits(0);
    let sent = site.one();
    assert_eq!(sent.from, "me@x.example");
    let text = wire(&sent);
    assert!(text.ends_with("\r\n\r\nhello there\r\nworld\r\n") && text.contains("Date: "), "{text}");
    assert!(text.contains("From: \"Me & You\" <") || text.contains("From: Me & You <"), "{text}");
    site.sendmail(&["-FA", "b@x.example"], "From me Mon Nov 23 05:32:51 2026\nSubject: mbox\n\nFrom x\n")
        .exits(0);
    let text = wire(&site.server.sent()[1]);
    assert!(
        text.contains("Subject: mbox\r\n") && text.ends_with("\r\n\r\nFrom x\r\n"),
        "one message, not an mbox: {text}"
    );
}

/// The calls of mail programs, in their own words.
#[test]
fn mail_programs() {
    let text = "From: Me <me@x.example>\nTo: a@x.example\nSubject: s\n\nb\n";
    for (program, args, from) in [
        ("s-nail", &["-i", "-r", "me@x.example", "--", "a@x.example"][..], "me@x.example"),
        (
            "mutt",
            &["-oem", "-oi", "-f", "me@x.example", "-N", "failure,delay", "-R", "hdrs", "--", "a@x.example"],
            "me@x.example",
        ),
        ("mailutils", &["-oi", "-f", "me@x.example", "-t"], "me@x.example"),
        ("git", &["-f", "me@x.example", "-i", "a@x.example"], "me@x.example"),
        ("bounce", &["-f", "<>", "-G", "-Am", "-L", "tag", "-X", "/dev/null", "-i", "a@x.example"], ""),
    ] {
        let site = site(vec![]);
        site.sendmail(args, text).exits(0);
        let sent = site.one();
        assert_eq!((sent.from.as_str(), to(&sent)), (from, vec!["a@x.example"]), "{program}");
        if program == "mutt" {
            assert!(sent.params.iter().any(|p| p == "RET=HDRS"), "{:?}", sent.params);
            assert!(sent.to[0].1.iter().any(|p| p == "NOTIFY=FAILURE,DELAY"), "{:?}", sent.to);
        }
    }
}

/// git's own send-email, where git has it.
#[test]
fn git_send_email() {
    let git = ["/usr/local/bin/git", "/usr/bin/git"].map(Path::new);
    let has = |git: &&&Path| {
        let path = std::process::Command::new(**git).arg("--exec-path").output();
        path.is_ok_and(|out| {
            Path::new(String::from_utf8_lossy(&out.stdout).trim()).join("git-send-email").exists()
        })
    };
    // Where it is not, `mail_programs` has its words.
    let Some(git) = git.iter().find(has) else { return };
    let site = site(vec![]);
    let run = |args: &[&str]| {
        let run = site.world.run_path(git, args).env("GIT_CONFIG_NOSYSTEM", "1");
        let run = run.env("GIT_AUTHOR_NAME", "Me").env("GIT_AUTHOR_EMAIL", "me@x.example");
        run.env("GIT_COMMITTER_NAME", "Me").env("GIT_COMMITTER_EMAIL", "me@x.example").go()
    };
    run(&["init", "-q", "."]).exits(0);
    site.world.file("f", "one\n");
    run(&["add", "f"]).exits(0);
    run(&["commit", "-q", "-m", "first: gr\u{fc}n"]).exits(0);
    site.world.file("f", "two\n.\n");
    run(&["commit", "-q", "-a", "-m", "second"]).exits(0);
    run(&["format-patch", "-q", "--root", "-o", "p"]).exits(0);
    let sendmail = format!("--sendmail-cmd={}", site.program("sendmail").display());
    let args = ["send-email", "--quiet", "--confirm=never", "--suppress-cc=all", "--from=me@x.example"];
    let more = ["--envelope-sender=auto", "--to=list@x.example", "--cc=b@x.example", &sendmail, "p"];
    run(&[&args[..], &more[..]].concat()).exits(0);
    let sent = site.server.sent();
    assert_eq!(sent.len(), 2);
    for (sent, subject) in sent.iter().zip(["first", "second"]) {
        assert_eq!((sent.from.as_str(), to(sent)), ("me@x.example", vec!["list@x.example", "b@x.example"]));
        assert!(wire(sent).contains(subject) && wire(sent).contains("diff --git"), "{}", wire(sent));
    }
    assert!(wire(&sent[1]).contains("\r\n+.\r\n"));
}

/// What cannot go now is queued, silently, and with 0; `mailq` shows it, `sendmail -q` sends it.
#[test]
fn what_cannot_be_sent_waits() {
    let site = site(vec![on("MAIL").nth(1).then(reply("451 4.3.0 later\r\n"))]);
    let mailq = site.call("mailq", &[]).go();
    assert_eq!(mailq.exits(0).out(), "Mail queue is empty\n");
    let out = site.sendmail(&["-i", "a@x.example"], CRON);
    assert_eq!((out.exits(0).out(), out.err()), (String::new(), String::new()));
    let mailq = site.call("mailq", &[]).go();
    assert!(mailq.exits(0).out().contains("a@x.example"), "{mailq:?}");
    // Both tell the age, and a second may begin between them; not each time.
    let same = || site.call("mailq", &[]).go().out() == site.call("sendmail", &["-bp"]).go().out();
    assert!((0..5).any(|_| same()));
    site.call("sendmail", &["-q"]).go().exits(0);
    assert_eq!(to(&site.one()), ["a@x.example"]);
    site.call("mailq", &[]).go().exits(0);
    site.sendmail(&["-odq", "b@x.example"], CRON).exits(0);
    assert_eq!(site.server.sent().len(), 1);
    site.call("sendmail", &["-qff"]).go().exits(0);
    assert_eq!(site.server.sent().len(), 2);
    // Nobody listens there.
    let port = crate::support::nobody().port();
    site.points_to(port);
    let out = site.sendmail(&["-i", "a@x.example"], CRON);
    assert!(out.exits(0).seconds < 3.0, "the queue has patience, so that whoever calls needs none: {out:?}");
    site.call("sendmail", &["-q"]).go().exits(75);
}

/// The names of this machine go where its aliases say, from every way in; `newaliases` looks them through.
#[test]
fn local_names_have_aliases() {
    let site = site(vec![]);
    let aliases = site.world.file("aliases", "root: ann@x.example, \\bob\nnobody: /dev/null\n");
    let account = format!(
        "[rsendmail]\n--url smtp://127.0.0.1:{}\n--aliases {}\n",
        site.server.port(),
        aliases.display()
    );
    std::fs::write(site.world.outer("config/wirepost/config"), account).unwrap();
    site.sendmail(&["-i", "-FCronDaemon", "root"], CRON).exits(0);
    site.sendmail(&["-t", "-i"], CRON).exits(0);
    site.sendmail(&["-i", "nobody"], CRON).exits(0);
    let dialogue = "HELO me\nMAIL FROM:<>\nRCPT TO:<root>\nDATA\nS: x\n\nx\n.\nMAIL FROM:<>\nRCPT TO:<nobody>\nDATA\nS: x\n\nx\n.\n";
    assert!(bs(&site, dialogue).exits(0).out().contains("aliases are /dev/null"));
    let sent = site.server.sent();
    assert_eq!(sent.len(), 3);
    for sent in &sent {
        assert!(to(sent)[0] == "ann@x.example" && to(sent)[1].starts_with("bob@"), "{:?}", sent.to);
    }
    assert_eq!(site.call("newaliases", &[]).go().exits(0).err(), "");
    site.world.file("aliases", "root: ann@x.example\nno colon\n");
    site.call("newaliases", &[]).go().exits(65).says("1 mistake");
    site.call("sendmail", &["-bi"]).go().exits(65);
}

/// A filter sees what goes through -bs as it sees what goes by other ways.
#[test]
fn a_filter_of_the_account_counts() {
    let site = site(vec![]);
    let account = format!(
        "[rsendmail]\n--url smtp://127.0.0.1:{}\n--filter sed 's/^Subject: .*/Subject: filtered/'\n",
        site.server.port()
    );
    std::fs::write(site.world.outer("config/wirepost/config"), account).unwrap();
    site.sendmail(&["-i", "a@x.example"], CRON).exits(0);
    let dialogue = "HELO me\nMAIL FROM:<>\nRCPT TO:<b@x.example>\nDATA\nSubject: x\n\nx\n.\n";
    bs(&site, dialogue).exits(0);
    let sent = site.server.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|s| wire(s).contains("Subject: filtered\r\n")), "{:?}", wire(&sent[0]));
}

#[test]
fn exit_codes_are_those_of_sysexits() {
    let two = ["-i", "a@x.example", "b@x.example"];
    for (rules, args, code) in [
        (vec![on("RCPT").then(reply("550 5.1.1 no\r\n"))], &two[..], 67),
        (vec![on("RCPT").nth(2).then(reply("550 5.1.1 no\r\n"))], &two, 67),
        (vec![on("DOT").then(reply("554 5.7.1 spam\r\n"))], &two, 69),
        (vec![on("DOT").then(Action::Swallow(End::Close))], &two, 76),
        (vec![], &["-i"], 64),
        (vec![], &["-bd"], 64),
        (vec![], &["-q30m"], 64),
        (vec![], &["-t"], 64),
        (vec![], &["-i", "a b@x.example"], 64),
    ] {
        let site = site(rules);
        let message = if args == ["-t"] { "Subject: nobody\n\n" } else { CRON };
        let out = site.sendmail(args, message);
        out.exits(code);
        assert!(!out.err().is_empty(), "{out:?}");
    }
    let site = site(vec![]);
    site.call("sendmail", &["-bd"]).go().exits(64).says("there is no daemon here");
}

#[test]
fn by_a_flag_as_well_as_by_a_name() {
    let site = site(vec![]);
    let out =
        site.world.run("rsendmail", ["--sendmail", "-i", "-fme@x.example", "a@x.example"]).stdin(CRON).go();
    out.exits(0);
    assert_eq!(site.one().from, "me@x.example");
    site.world.run("rsendmail", ["--sendmail", "-bp"]).go().exits(0);
}

fn bs(site: &Site, dialogue: &str) -> Output {
    site.call("sendmail", &["-bs"]).stdin(dialogue).go()
}

#[test]
fn smtp_on_stdin() {
    let site = site(vec![]);
    let out = bs(
        &site,
        "EHLO me\r\nMAIL FROM:<me@x.example> BODY=8BITMIME\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nSubject: one\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\nRCPT TO:<c@x.example>\nDATA\nSubject: two\n\nx\n.\nQUIT\r\nignored\r\n",
    );
    out.exits(0);
    let codes: Vec<&str> = out
        .out()
        .lines()
        .map(|l| &l[..4])
        .map(|c| match c {
            "220 " => "220",
            "221 " => "221",
            "250 " | "250-" => "250",
            "354 " => "354",
            other => panic!("{other}"),
        })
        .collect();
    let want = "220 250 250 250 250 250 250 250 250 354 250 250 250 354 250 221";
    assert_eq!(codes.join(" "), want, "{out:?}");
    let sent = site.server.sent();
    assert_eq!((sent.len(), sent[0].from.as_str(), sent[1].from.as_str()), (2, "me@x.example", ""));
    assert_eq!(to(&sent[0]), ["a@x.example", "b@x.example"]);
    assert!(wire(&sent[0]).ends_with("\r\n\r\n.dot\r\n") && wire(&sent[1]).contains("Subject: two"));
    assert_eq!(site.call("mailq", &[]).go().out(), "Mail queue is empty\n");
}

#[test]
fn what_smtp_on_stdin_took_is_durable_before_250() {
    let site = site(vec![on("DOT").nth(1).then(reply("451 4.3.0 later\r\n"))]);
    let out = bs(&site, "HELO me\nMAIL FROM:<me@x.example>\nRCPT TO:<a@x.example>\nDATA\nS: x\n\nx\n.\n");
    assert!(out.exits(0).out().contains("250 2.0.0 Ok: queued as 1"), "{out:?}");
    assert!(site.call("mailq", &[]).go().out().contains("a@x.example"));
    // Half a message is none, nor is one without an end.
    let out = bs(&site, "HELO me\nMAIL FROM:<me@x.example>\nRCPT TO:<h@x.example>\nDATA\nS: x\n\nx\n");
    assert!(!out.exits(0).out().contains("queued as"));
    assert!(!site.call("mailq", &[]).go().out().contains("h@x.example"));
}

#[test]
fn smtp_on_stdin_bears_nonsense() {
    let site = site(vec![]);
    let out = bs(
        &site,
        "MAIL FROM:<a@x>\r\nEHLO x\r\nRCPT TO:<a@x>\r\nDATA\r\nMAIL FROM:a@x\r\nMAIL FROM:<a@x> RET=FULL\r\nMAIL FROM:<a@x>\r\nMAIL FROM:<b@x>\r\nRCPT TO:<>\r\nRCPT TO:<a b@x>\r\nHACK\r\n\u{1b}[31m\r\nVRFY x\r\nRSET\r\nNOOP\r\nRCPT TO:<a@x>\r\nQUIT\r\n",
    );
    out.exits(0).tame_crlf();
    let replies = out.out();
    let codes: Vec<&str> = replies.lines().filter(|l| l.as_bytes()[3] == b' ').map(|l| &l[..3]).collect();
    let want = [
        "220", "503", "250", "503", "503", "501", "555", "250", "503", "553", "553", "500", "500", "252",
        "250", "250", "503", "221",
    ];
    assert_eq!(codes, want, "{out:?}");
    let long = format!("EHLO {}\r\nQUIT\r\n", "x".repeat(100_000));
    let out = bs(&site, &long);
    assert!(out.exits(0).out().ends_with("500 5.5.2 The line is too long\r\n"));
    assert!(site.server.sent().is_empty());
}

/// The text of a message is never a command, and a message that cannot be kept now may be kept later.
#[test]
fn smtp_on_stdin_survives_a_disk_that_takes_nothing() {
    let site = site(vec![]);
    let text = "MAIL FROM:<evil@x.example>\nRCPT TO:<victim@x.example>\nDATA\nx\n..\n";
    let dialogue =
        format!("HELO me\nMAIL FROM:<me@x.example>\nRCPT TO:<a@x.example>\nDATA\n{text}.\nNOOP\nQUIT\n");
    let out = site.call("sendmail", &["-bs"]).env("TMPDIR", "/nonexistent").stdin(dialogue).go();
    let replies = out.exits(0).out();
    let codes: Vec<&str> = replies.lines().map(|l| &l[..3]).collect();
    assert_eq!(codes, ["220", "250", "250", "250", "354", "451", "250", "221"], "{out:?}");
    assert!(replies.contains("451 4.3.0 cannot create a temporary file"), "{out:?}");
    assert!(site.server.sent().is_empty());
}

trait Tame {
    fn tame_crlf(&self);
}

impl Tame for Output {
    fn tame_crlf(&self) {
        let wild = self.out().chars().find(|c| c.is_control() && !matches!(c, '\r' | '\n'));
        assert_eq!(wild, None, "{self:?}");
    }
}
