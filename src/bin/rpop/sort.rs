//! `rpop sort`: the rules applied to a Maildir that is there already. Nothing is copied: a move is one rename, which
//! keeps the name and the flags.

use crate::{
    args::{Rpop, Sort},
    facts::{self, InFile},
};
use std::{io::Seek, os::unix::ffi::OsStrExt, path::PathBuf};
use wirepost::{
    base::{error::*, escape, record},
    cli::{
        Output,
        event::{self, Event, Message},
        exit::Outcome,
        secrets,
    },
    mail::{
        self,
        rules::{Action, Rules},
    },
    net::Cancel,
    store::{
        Folder,
        batch::SyncMode,
        maildir::{Kept, Maildir},
        pipe::{About, Pipe, Verdict},
    },
};

pub fn run(args: &Rpop, flags: &Sort, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let rules = Rules::load(&flags.rules)?;
    for rule in rules.iter() {
        if let Action::Folder(name) = &rule.action {
            let fit = Folder::parse(name).and_then(|f| f.maildir_name());
            let at = format!("{}: line {}", flags.rules.display(), rule.line);
            fit.map_err(|e| e.kind_is(Kind::Config).context(at))?;
        }
    }
    if flags.rules_check {
        return Ok(());
    }
    if !Maildir::is_one(&flags.maildir) {
        let shown = escape::text(&flags.maildir.to_string_lossy()).into_owned();
        return Err(Error::new(Kind::Missing, format!("{shown} is no Maildir"))
            .hint("a Maildir has the directories cur, new and tmp"));
    }
    let mut maildir = Maildir::open(&flags.maildir, SyncMode::Batch)?;
    let pipe = Pipe {
        command: String::new(),
        timeout: flags.exec_timeout,
        to_stderr: out.is_json(),
        hide: secrets::variables(&args.login),
    };
    let mut done = Vec::new();
    let result = maildir.messages()?.iter().try_for_each(|kept| {
        cancel.check()?;
        let Some(mut file) = maildir.read(kept)? else { return Ok(()) };
        let path = maildir.path(kept);
        let size = file.metadata().map_or(0, |m| m.len());
        let head = facts::head(&mut file)?;
        let mut source = InFile(&file);
        let mut message = mail::facts::Message { head: &head, size, source: &mut source };
        let Some(rule) = rules.decide(&mut message)? else { return Ok(()) };
        let mut item = Item { path: path.clone(), to: None, folder: None, rule: rule.line, size };
        let outcome = match &rule.action {
            Action::Keep | Action::Skip => return Ok(()),
            Action::Folder(name) if Folder::parse(name)?.is_inbox() => return Ok(()),
            _ if flags.dry_run => {
                out.line(format_args!("{} would be sorted by: {}", show(&path), escape::text(&rule.text)));
                Ok(Outcome::Planned)
            }
            Action::Folder(name) => {
                let folder = Folder::parse(name)?;
                item.folder = Some(folder.to_string());
                maildir.refile(kept, &folder).map(|to| {
                    item.to = Some(to);
                    Outcome::Ok
                })
            }
            Action::Delete => maildir.remove(kept).map(|()| Outcome::Ok),
            Action::Command(command) => {
                file.rewind().map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
                let pipe = Pipe { command: command.clone(), ..pipe.clone() };
                piped(&pipe, file, &head, size, &mut maildir, kept, cancel)
            }
        };
        done.push((item, outcome));
        Ok(())
    });
    // Durable before it is said.
    maildir.sync()?;
    for (item, outcome) in done {
        item.say(outcome, out);
    }
    result
}

/// A message a command took is no longer here, as when it is fetched.
fn piped(
    pipe: &Pipe,
    file: std::fs::File,
    head: &[u8],
    size: u64,
    maildir: &mut Maildir,
    kept: &Kept,
    cancel: &Cancel,
) -> Result<Outcome> {
    let text = |name| facts::field(head, name).unwrap_or_default();
    let about = About { uid: "", from: &text("From"), subject: &text("Subject"), size, mailbox: "INBOX" };
    match pipe.run(file, &about, &|| cancel.check())? {
        Verdict::Delivered => maildir.remove(kept).map(|()| Outcome::Ok),
        Verdict::Temporary(why) => Err(Error::new(Kind::Busy, why)),
        Verdict::Permanent(why) => Err(Error::new(Kind::Refused, why)),
    }
}

struct Item {
    path: PathBuf,
    to: Option<PathBuf>,
    folder: Option<String>,
    rule: usize,
    size: u64,
}

impl Item {
    fn say(self, outcome: Result<Outcome>, out: &mut Output) {
        let path = self.to.as_ref().unwrap_or(&self.path);
        let mut message = Message {
            outcome: Outcome::Ok.name(),
            verb: "sort",
            size: Some(self.size),
            store: Some("maildir"),
            path: Some(record::name(path.as_os_str().as_bytes())),
            folder: self.folder.clone(),
            rule: Some(self.rule),
            ..Message::default()
        };
        match outcome {
            Ok(outcome) => {
                message.outcome = outcome.name();
                out.count(outcome);
                if outcome == Outcome::Ok {
                    let folder = self.folder.as_deref().unwrap_or("gone");
                    out.done(format_args!("{} -> {}", show(&self.path), escape::text(folder)));
                }
            }
            Err(e) => {
                let e = e.context(format_args!("cannot sort {}", show(&self.path)));
                message.outcome = Outcome::of(&e).name();
                message.error = Some(event::error(&e));
                out.item_failed(&e);
            }
        }
        out.emit(&Event::Message(Box::new(message)));
    }
}

fn show(path: &std::path::Path) -> String {
    escape::bytes(path.as_os_str().as_bytes()).into_owned()
}
