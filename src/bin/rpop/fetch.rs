//! `rpop fetch`: what is new, to where it belongs, each message once.

use crate::{
    args::{Fetch, Rpop, StateArgs},
    deliver::{Delivery, Progress, skipped},
    dry::{self, Dry},
    facts, list,
    plan::{Plan, Wish, doubt},
    rm,
    session::{Server, leave},
    target::Target,
};
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use wirepost::{
    base::{date, date::Time, error::*, record},
    cli::{
        Output,
        event::{Deletion, Event, Message},
        exit::Outcome,
        secrets, state,
    },
    mail::rules::{Action, Rules},
    net::Cancel,
    pop3::{Client, Listed, Number},
    store::{
        Folder, Mailstore, eml::EmlDir, maildir::Maildir, mbox::Mbox, pipe::Pipe, seen, seen::Seen,
        stream::Stream,
    },
};

/// How long other programs' locks on an mbox are waited for, even if nobody says so.
const MBOX_WAIT: Duration = Duration::from_secs(30);

pub fn run(args: &Rpop, flags: &Fetch, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let rules = flags.rules.as_deref().map(Rules::load).transpose()?;
    if flags.rules_check {
        return Ok(());
    }
    let (kind, command) = destination(flags)?;
    if let Some(rules) = &rules {
        check_folders(rules, flags, kind)?;
    }
    let since = flags.since.as_deref().map(moment).transpose()?;
    if flags.stdout {
        let _ = out.raw()?;
    }
    let server = Server::new(args, Target::find(flags.url.as_deref())?, out, cancel)?;
    // The memory first: without it nothing may be fetched, or it would come again.
    let account = server.account();
    let mut seen = Seen::open(&state_path(&flags.state, &account)?, &account, flags.state.wait_lock)?;
    let (done, undone) = seen.settle()?;
    if done + undone > 0 {
        out.note(format_args!(
            "settled an interrupted run: {done} were delivered, {undone} are to be fetched again"
        ));
    }
    if flags.catch_up {
        return catch_up(&server, &mut seen, flags.dry_run, out);
    }
    let only = flags.retry_from.as_deref().map(still_to_do).transpose()?;
    let wish = Wish {
        only,
        all: flags.all,
        max: flags.max,
        max_size: flags.max_size,
        retry_failed: flags.retry_failed,
        delete: flags.delete,
        delete_after: flags.delete_after,
        keep_newest: flags.keep_newest,
    };
    if flags.dry_run {
        let dry = Dry { wish: &wish, since, seen: &seen, rules: rules.as_ref(), kind };
        return server.with_session(out, |client, _, out| dry.run(client, out));
    }
    let path = seen.path();
    let store = open_store(flags, &path, out)?;
    let pipe = Pipe {
        command: String::new(),
        timeout: flags.exec_timeout,
        to_stderr: out.is_json() || flags.stdout,
        hide: secrets::variables(&args.login),
    };
    let delivery = Delivery {
        store,
        kind,
        rules,
        command,
        pipe,
        crlf: flags.crlf,
        quarantine: flags.quarantine.clone(),
        seen,
        all: flags.all,
        cancel: cancel.clone(),
        batch_messages: flags.batch,
        deletes: wish.deletes(),
        progress: Progress::default(),
    };
    let mut fetch =
        Run { wish, since, delivery, listed: Vec::new(), asked: Vec::new(), told: false, server: &server };
    let done = server.with_session(out, |client, _, out| fetch.session(client, out));
    if let Err(e) = &done {
        fetch.abandon(e, out);
    }
    done?;
    let new = fetch.delivery.progress.delivered;
    out.done(format_args!("{new} new {}", if new == 1 { "message" } else { "messages" }));
    if flags.exit_code && fetch.delivery.progress.fetched == 0 {
        out.answer_no();
    }
    Ok(())
}

struct Run<'a> {
    wish: Wish,
    since: Option<Time>,
    delivery: Delivery,
    /// What the latest session listed that came so far.
    listed: Vec<Listed>,
    /// The places in it of what was to be fetched.
    asked: Vec<usize>,
    /// It was said what is left out.
    told: bool,
    server: &'a Server,
}

impl Run<'_> {
    /// One session from the listing to QUIT. Called again after a lost connection, it goes on where the memory ends.
    fn session(&mut self, mut client: Client, out: &mut Output) -> Result<()> {
        let (mut listed, has) = client.messages()?;
        doubt(&mut listed, &self.delivery.seen);
        let now = Time::now();
        let plan = self.plan(&mut client, &listed, has, now)?;
        // Until here it is the session before this one that tells what was not fetched.
        self.delivery.begin(&listed);
        for &place in &plan.ended {
            self.delivery.again(place, &listed[place].uid);
        }
        if !std::mem::replace(&mut self.told, true) {
            for (index, reason) in &plan.skip {
                skipped(&listed[*index], reason, None, out);
            }
            left(&plan, out);
        }
        let done = self.carry_out(client, &listed, &plan, now, out);
        (self.listed, self.asked) = (listed, plan.fetch);
        done
    }

    fn plan(&self, client: &mut Client, listed: &[Listed], has: bool, now: Time) -> Result<Plan> {
        if !has && !self.wish.all {
            let text =
                format!("{} has no identifiers (UIDL), so new messages cannot be told", self.server.host());
            return Err(Error::new(Kind::Refused, text)
                .hint("--all fetches all messages, and leaves out those that are byte for byte known"));
        }
        let delivery = &self.delivery;
        let mut wish = self.wish.clone();
        wish.max = wish.max.map(|max| max.saturating_sub(delivery.progress.fetched));
        let mut plan = wish.plan(listed, |uid| delivery.seen.get(uid), |uid| delivery.is_ended(uid), now);
        if let Some(since) = self.since {
            leave_out_older(&mut plan, listed, since, client)?;
        }
        Ok(plan)
    }

    /// The rest of a session, once it is known what is to be done.
    fn carry_out(
        &mut self,
        mut client: Client,
        listed: &[Listed],
        plan: &Plan,
        now: Time,
        out: &mut Output,
    ) -> Result<()> {
        self.delivery.seen.expect(plan.fetch.len());
        let pulled = self.pull(&mut client, listed, &plan.fetch, out);
        // What came whole is kept, even if the connection is gone; but not if it is the disk that failed.
        let kept = match &pulled {
            Err(e)
                if matches!(
                    e.kind(),
                    Kind::Local | Kind::Create | Kind::Config | Kind::Usage | Kind::Bug
                ) =>
            {
                Ok(())
            }
            _ => self.delivery.flush(out),
        };
        let trips = client.round_trips();
        out.add_round_trips(trips);
        // No QUIT on a failure: some servers hide what was read, once QUIT was said.
        kept.and(pulled)?;
        let listed_uids = listed.iter().map(|m| &*m.uid).filter(|u| !u.is_empty());
        self.delivery.seen.listed(listed_uids, now)?;
        self.delivery.seen.sync()?;
        self.delete(client, listed, plan, now, out)
    }

    /// The run ends here: what was to be fetched and was not is told of with the reason, since every message that is asked
    /// for ends in one line.
    fn abandon(&mut self, error: &Error, out: &mut Output) {
        for &place in self.asked.iter().filter(|&&place| !self.delivery.progress.session.told[place]) {
            out.abandon(error);
            if out.has_events() {
                unfetched(&self.listed[place], error, out);
            }
        }
    }

    fn pull(
        &mut self,
        client: &mut Client,
        listed: &[Listed],
        asked: &[usize],
        out: &mut Output,
    ) -> Result<()> {
        let numbers: Vec<Number> = asked.iter().map(|&i| listed[i].number).collect();
        let total: u64 = asked.iter().filter_map(|&i| listed[i].size).sum();
        let meter = out.progress().start("fetch", Some(total));
        let mut pulled = client.retrieve_all(&numbers)?;
        for &index in asked {
            let Some(item) = pulled.next()? else { break };
            match item.body {
                Ok(mut body) => {
                    self.delivery.take(index, &listed[index], &mut body, out)?;
                    meter.add(listed[index].size.unwrap_or(0));
                }
                Err(e) => {
                    let e = e.context(format_args!("cannot fetch message {}", listed[index].number));
                    self.delivery.unfetched(index, &listed[index]);
                    out.item_failed(&e);
                    unfetched(&listed[index], &e, out);
                }
            }
        }
        Ok(())
    }

    fn delete(
        &mut self,
        mut client: Client,
        listed: &[Listed],
        plan: &Plan,
        now: Time,
        out: &mut Output,
    ) -> Result<()> {
        let count = listed.len();
        let session = &self.delivery.progress.session;
        let due = session.deletable.iter().filter(|&&place| self.wish.is_due(now, now, place, count));
        let places = plan.delete.iter().chain(due).chain(&session.condemned);
        let mut numbers: Vec<Number> = places.map(|&place| listed[place].number).collect();
        let before = client.round_trips();
        if numbers.is_empty() {
            out.add_round_trips(1);
            if let Err(e) = client.quit() {
                out.note(format_args!("QUIT: {}", e.message()));
            }
            return Ok(());
        }
        numbers.sort_unstable();
        let said = rm::mark(&mut client, &numbers)?;
        let trips = client.round_trips() - before + 1;
        out.add_round_trips(trips);
        let mut marked = 0;
        let mut uids: Vec<&str> = Vec::with_capacity(numbers.len());
        for (number, said) in said {
            match said {
                Ok(()) => {
                    marked += 1;
                    let at = listed.binary_search_by_key(&number, |m| m.number);
                    uids.extend(at.ok().map(|at| &*listed[at].uid));
                }
                Err(e) => out.fail(&e.context(format_args!("cannot delete message {number}"))),
            }
        }
        self.delivery.seen.gone(uids, now)?;
        let quit = client.quit();
        let outcome = quit.as_ref().err().map_or(Outcome::Ok, Outcome::of);
        out.emit(&Event::Deletion(Deletion { outcome: outcome.name(), messages: marked }));
        if let Err(e) = quit {
            // Never by a retry of this run: the next one sees what is still there.
            let e = if e.again() == Again::Now { e.again_is(Again::Later) } else { e };
            return Err(e);
        }
        out.done(format_args!("{marked} deleted on the server"));
        Ok(())
    }
}

/// Messages that no run will try again by itself must not be forgotten by whoever reads the log.
pub fn left(plan: &Plan, out: &mut Output) {
    let text = match plan.failed() {
        0 => return,
        1 => "1 message is left, because the command refused it in an earlier run; --retry-failed tries it again"
            .to_string(),
        n => format!(
            "{n} messages are left, because the command refused them in an earlier run; --retry-failed tries them again"
        ),
    };
    out.warn(text);
}

/// One message that did not come.
fn unfetched(listed: &Listed, e: &Error, out: &mut Output) {
    out.emit(&Event::Message(Box::new(Message {
        outcome: Outcome::of(e).name(),
        verb: "fetch",
        number: Some(listed.number),
        uid: listed.uid.named(),
        size: listed.size,
        error: Some(wirepost::cli::event::error(e)),
        ..Message::default()
    })));
}

/// Looks at the headers of what would be fetched, and skips what is dated earlier. No date counts as new.
pub fn leave_out_older(plan: &mut Plan, listed: &[Listed], since: Time, client: &mut Client) -> Result<()> {
    let numbers: Vec<Number> = plan.fetch.iter().map(|&i| listed[i].number).collect();
    let mut old = vec![false; numbers.len()];
    list::headers(client, &numbers, |at, head| old[at] = facts::date(head).is_some_and(|date| date < since))?;
    let (mut fetch, mut skip) = (Vec::new(), Vec::new());
    for (&index, old) in plan.fetch.iter().zip(old) {
        if old {
            skip.push((index, "since"));
        } else {
            fetch.push(index);
        }
    }
    plan.fetch = fetch;
    plan.skip.append(&mut skip);
    Ok(())
}

fn catch_up(server: &Server, seen: &mut Seen, dry: bool, out: &mut Output) -> Result<()> {
    let listed = server.with_session(out, |mut client, _, out| {
        let (listed, has) = client.messages()?;
        leave(client, out);
        if !has {
            let text = format!("{} has no identifiers (UIDL): nothing can be remembered", server.host());
            return Err(Error::new(Kind::Refused, text));
        }
        Ok(listed)
    })?;
    let new: Vec<&Listed> =
        listed.iter().filter(|m| !m.uid.is_empty() && !m.doubtful && !seen.knows(&m.uid)).collect();
    if dry {
        for m in &new {
            out.line(format_args!("would count message {} as fetched", m.number));
            dry::tell(
                m,
                Message { verb: "fetch", reason: Some("catch_up"), ..Message::default() },
                Outcome::Planned,
                out,
            );
        }
        return Ok(());
    }
    seen.remember(new.iter().map(|m| &*m.uid))?;
    seen.sync()?;
    for m in &new {
        skipped(m, "catch_up", None, out);
    }
    out.done(format_args!("{} messages count as fetched from now on", new.len()));
    Ok(())
}

/// The identifiers that an earlier run's JSON Lines call temporary: the last word on each counts.
fn still_to_do(path: &Path) -> Result<HashSet<String>> {
    let mut uids = HashSet::new();
    record::events(path, |event| {
        if event["type"] == "message"
            && let Some(uid) = event["uid"].as_str()
        {
            match event["outcome"] == "temporary" {
                true => drop(uids.insert(uid.to_string())),
                false => drop(uids.remove(uid)),
            }
        }
        Ok(())
    })?;
    Ok(uids)
}

fn destination(flags: &Fetch) -> Result<(&'static str, Option<String>)> {
    Ok(if flags.maildir.is_some() {
        ("maildir", None)
    } else if flags.mbox.is_some() {
        ("mbox", None)
    } else if flags.dir.is_some() {
        ("dir", None)
    } else if let Some(command) = &flags.exec {
        ("exec", Some(command.clone()))
    } else if flags.stdout {
        ("stdout", None)
    } else if flags.catch_up {
        ("exec", None)
    } else {
        return Err(Error::new(Kind::Usage, "where shall the messages go?")
            .hint("--maildir DIR, --mbox FILE, --dir DIR, --exec CMD or --stdout"));
    })
}

fn open_store(flags: &Fetch, state: &Path, out: &mut Output) -> Result<Box<dyn Mailstore>> {
    let sync = flags.sync.into();
    let wait = flags.state.wait_lock.max(MBOX_WAIT);
    Ok(if let Some(path) = &flags.maildir {
        Box::new(Maildir::open(path, sync)?)
    } else if let Some(path) = &flags.mbox {
        // Beside the state and by its name: the state is one run's at a time.
        let stage = state.parent().unwrap_or(Path::new("."));
        Box::new(Mbox::open(path, stage, state.file_name().unwrap_or_default(), wait)?)
    } else if let Some(path) = &flags.dir {
        Box::new(EmlDir::open(path, flags.crlf, sync)?)
    } else if flags.stdout {
        Box::new(Stream::mbox(out.stream()?)?)
    } else {
        Box::new(Stream::<io::Sink>::scratch(flags.crlf)?)
    })
}

/// A folder that cannot be is said before the first message, not at the one it is for.
fn check_folders(rules: &Rules, flags: &Fetch, kind: &str) -> Result<()> {
    for rule in rules.iter() {
        if let Action::Folder(name) = &rule.action {
            let fit = Folder::parse(name).and_then(|folder| match kind {
                "maildir" => folder.maildir_name().map(drop),
                "exec" | "stdout" => Err(Error::new(
                    Kind::Usage,
                    format!("{kind} has no folders, so nothing can go to {name}"),
                )),
                _ => Ok(()),
            });
            let path = flags.rules.as_deref().map_or(String::new(), |p| p.display().to_string());
            fit.map_err(|e| e.kind_is(Kind::Config).context(format_args!("{path}: line {}", rule.line)))?;
        }
    }
    Ok(())
}

/// A moment, or so long ago.
fn moment(text: &str) -> Result<Time> {
    let ago = || date::span(text).map(|span| Time::now().before(span));
    Time::from_person(text).or_else(ago).ok_or_else(|| {
        Error::new(Kind::Usage, format!("{text:?} is no time")).hint("--since 2026-11-23, or --since 7d")
    })
}

/// Where an account's memory is.
pub fn state_path(flags: &StateArgs, account: &str) -> Result<PathBuf> {
    match &flags.state {
        Some(path) if path.contains('/') => Ok(PathBuf::from(path)),
        Some(name) if name.is_empty() || name.starts_with('.') => {
            Err(Error::new(Kind::Usage, format!("{name:?} is no name for a state")))
        }
        Some(name) => Ok(state::directory()?.join("rpop").join(format!("{name}.jsonl"))),
        None => Ok(state::directory()?.join("rpop").join(seen::file_name(account))),
    }
}
