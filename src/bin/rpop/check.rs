//! `rpop check`: DNS, connection, TLS, login, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Rpop},
    session::{Server, leave},
    target::Target,
};
use wirepost::{
    base::{date::Time, error::*, escape},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    net::Cancel,
};

const DAY: i64 = 86_400;

pub fn run(args: &Rpop, flags: &Check, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let server = Server::new(args, Target::find(flags.url.as_deref())?, out, cancel)?;
    let mut found = server.with_session(out, |mut client, method, out| {
        let mut found = event::Check { login: Some(method.to_string()), ..event::Check::default() };
        if let Some(tls) = client.tls() {
            found.tls = true;
            found.tls_version = tls.version().map(String::from);
            if let Some(until) = tls.not_after() {
                found.certificate_until = Some(until.rfc3339());
                found.certificate_days = Some((until.0 - Time::now().0).div_euclid(DAY));
            }
        }
        found.capabilities = client.capabilities()?.names().collect();
        leave(client, out);
        Ok(found)
    })?;
    found.outcome = Outcome::Ok.name();
    found.host = server.host().to_string();
    found.port = server.port();
    let version = found.tls_version.as_deref().unwrap_or("TLS");
    let tls = match found.certificate_days {
        Some(days) => format!("{version}, the certificate ends in {days} days"),
        None if found.tls => version.to_string(),
        None => "no TLS".to_string(),
    };
    out.line(format_args!("{}:{} answers; {tls}", escape::text(&found.host), found.port));
    out.line(format_args!("logged in as asked, by {}", found.login.as_deref().unwrap_or_default()));
    out.line(format_args!("capabilities: {}", escape::text(&found.capabilities.join(", "))));
    if let (Some(least), Some(days)) = (flags.cert_days, found.certificate_days)
        && days < least
    {
        out.warn(format_args!("the certificate of {} ends in {days} days", found.host));
        out.answer_no();
    }
    out.count(Outcome::Ok);
    out.emit(&Event::Check(Box::new(found)));
    Ok(())
}
