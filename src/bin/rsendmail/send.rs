//! Sending: every message of the plan in turn, over one session.

use crate::{
    args::Rsendmail,
    plan::{Next, Plan},
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
    cli::{Output, progress},
    net::Cancel,
};

/// Smaller messages are gone before a bar could be drawn.
const WORTH_A_BAR: u64 = 1 << 20;

pub fn run(flags: &Rsendmail, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let target = Target::new(&flags.shared, !flags.sending.print)?;
    let mut plan = Plan::new(flags, &target)?;
    if flags.sending.print {
        return print(&mut plan, out, cancel);
    }
    let server = target.endpoint.clone();
    let mut session = Session::new(target, &flags.shared, out, cancel);
    let dry = flags.sending.dry_run;
    while let Some((source, next)) = plan.next(cancel) {
        let began = Instant::now();
        let fitted = match next {
            Ok(Next::Send(message)) => message.fit(&mut session, flags),
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
        let size = message.body.size();
        if size >= WORTH_A_BAR && !dry {
            let name = message.source.as_deref().unwrap_or("message");
            let meter = out.progress().start(name, Some(size));
            message.body = Box::new(Metered { body: message.body, meter });
        }
        let sent = session.send(&message, dry, out);
        report::sent(out, &message, &sent, &server, dry, began.elapsed());
    }
    session.end(out);
    Ok(())
}

/// `--print`: the message as it would go out.
fn print(plan: &mut Plan<'_>, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut printed = 0;
    while let Some((_, next)) = plan.next(cancel) {
        let Next::Send(message) = next? else { continue };
        let message = message.whole()?;
        if std::mem::replace(&mut printed, 1) > 0 {
            return Err(Error::new(Kind::Usage, "--print writes one message, and there are several"));
        }
        let mut body = message.body.open()?;
        let mut raw = out.raw()?;
        io::copy(&mut body, &mut raw)
            .map_err(|e| Error::from_io(e, Kind::Local, "cannot read the message"))?;
    }
    Ok(())
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
