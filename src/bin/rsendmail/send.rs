//! Sending: every message of the plan in turn, over one session.

use crate::{
    args::{IfTooLarge, Rsendmail, When},
    pace::Pace,
    plan::{Next, Plan},
    queue::{flush::flush, keep::Keeper, work::may_pass},
    report,
    server::Target,
    session::Session,
};
use std::{
    io::{self, Read},
    time::Instant,
};
use wirepost::{
    base::{body::Body, error::*},
    cli::{Output, args::TlsChoice, progress},
    net::{Cancel, Endpoint},
    store::{self, Folder, Mailstore, stream::Stream},
};

/// Smaller messages are gone before a bar could be drawn.
const WORTH_A_BAR: u64 = 1 << 20;

pub fn run(flags: &Rsendmail, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let target = Target::new(&flags.shared, false)?;
    check(flags, &target)?;
    let mut plan = Plan::new(flags, &target, cancel)?;
    if flags.sending.print {
        return print(&mut plan, out, cancel);
    }
    let server = target.endpoint.clone();
    let keeper = Keeper::new(flags, &target)?;
    let always = keeper.as_ref().is_some_and(|k| k.when == When::Always);
    let mut keeping = keeper.as_ref().map(|k| k.begin(plan.has_many())).transpose()?;
    let mut session = match Target::new(&flags.shared, !always) {
        Ok(target) => Session::new(target, &flags.shared, out, cancel),
        // No secret today: what waits for it is safe in the queue.
        Err(e) if keeper.is_some() && may_pass(&e) => {
            let mut session = Session::new(target, &flags.shared, out, cancel);
            session.give_up(e);
            session
        }
        Err(e) => return Err(e),
    };
    if keeper.is_some() {
        session.one_connection();
    }
    session.most = flags.many.max_per_connection;
    let mut pace = Pace::new(flags.many.rate);
    let mut any = false;
    let dry = flags.sending.dry_run;
    while let Some((source, next)) = plan.next(cancel) {
        let began = Instant::now();
        let fitted = match next {
            Ok(Next::Send(message)) if always => message.whole(),
            Ok(Next::Send(message)) => message.fit(&mut session, out),
            Ok(Next::Skip(reason)) => {
                report::skipped(out, source.as_deref(), &server, reason);
                continue;
            }
            Err(e) => Err(e),
        };
        let mut message = match fitted {
            Ok(message) => message,
            Err(e) => {
                report::unfit(out, source.as_deref(), &server, &e);
                continue;
            }
        };
        if let Some(keeping) = keeping.as_mut().filter(|_| always) {
            keeping.unsent(message, out, began.elapsed());
            continue;
        }
        let size = message.body.size();
        if size >= WORTH_A_BAR && !dry {
            let name = message.source.as_deref().unwrap_or("message");
            let meter = out.progress().start(name, Some(size));
            message.body = Box::new(Metered { body: message.body, meter });
        }
        if let Some(keeping) = &mut keeping {
            keeping.pause(pace.left(), out);
        }
        if let Err(e) = pace.wait(cancel) {
            report::unfit(out, source.as_deref(), &server, &e);
            continue;
        }
        let sent = session.send(&message, dry, out);
        any |= sent.recipients.iter().any(Result::is_ok);
        match &mut keeping {
            Some(keeping) => keeping.tried(message, sent, out, began.elapsed()),
            None => report::sent(out, &message, &sent, &server, dry, began.elapsed()),
        }
    }
    if let Some(e) = &plan.stopped {
        out.fail(&e.clone().context("not all rows were sent"));
    }
    if plan.was_cut {
        out.warn("what stands behind a line with nothing but a dot was left out; -i takes it in");
    }
    if let Some(keeping) = keeping {
        keeping.end(out);
    }
    if any && !dry && !flags.queueing.no_flush {
        flush(flags, &mut session, out, cancel);
    }
    session.end(out);
    Ok(())
}

/// What flags cannot mean together.
fn check(flags: &Rsendmail, target: &Target) -> Result<()> {
    let wrong = |text: &str| Err(Error::new(Kind::Usage, text));
    if target.mx && flags.envelope.require_tls && flags.shared.tls.tls != Some(TlsChoice::Required) {
        return wrong("--require-tls with --mx needs --tls required, so that exchangers are verified");
    }
    if flags.filtering.filter.is_some() && flags.sending.if_too_large == IfTooLarge::DropAttachments {
        return wrong("--if-too-large drop-attachments cannot change what a filter made");
    }
    if flags.many.merge.is_some() && flags.queueing.sendmail {
        return wrong("sendmail takes one message, and --merge makes many");
    }
    Ok(())
}

/// `--print`: the message as it would go out; of a table all of them, as an mbox.
fn print(plan: &mut Plan<'_>, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let many = plan.is_table();
    let mut printed = 0;
    while let Some((source, next)) = plan.next(cancel) {
        let next = match next {
            Err(e) if many => {
                report::unfit(out, source.as_deref(), &Endpoint::new("", 0), &e);
                continue;
            }
            next => next?,
        };
        let Next::Send(message) = next else { continue };
        let message = message.whole()?;
        if std::mem::replace(&mut printed, 1) > 0 && !many {
            return Err(Error::new(Kind::Usage, "--print writes one message, and there are several"));
        }
        let mut body = message.body.open()?;
        if many {
            let mut mbox = Stream::mbox(out.raw()?)?;
            mbox.stage(&mut body)?;
            mbox.file(&Folder::inbox(), &store::Envelope::default())?;
            continue;
        }
        let mut raw = out.raw()?;
        io::copy(&mut body, &mut raw)
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
    }
    plan.stopped.take().map_or(Ok(()), Err)
}

/// A body that shows how far it is.
struct Metered {
    body: Box<dyn Body>,
    meter: progress::Meter,
}

impl Body for Metered {
    fn size(&self) -> u64 {
        self.body.size()
    }

    fn open(&self) -> Result<Box<dyn Read + '_>> {
        struct Counting<'a>(Box<dyn Read + 'a>, &'a progress::Meter);
        impl Read for Counting<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let n = self.0.read(out)?;
                self.1.add(n as u64);
                Ok(n)
            }
        }
        Ok(Box::new(Counting(self.body.open()?, &self.meter)))
    }
}
