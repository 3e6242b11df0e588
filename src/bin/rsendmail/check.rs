//! `rsendmail check`: DNS, connection, TLS, login where there is one, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Shared},
    server::Target,
    session::Session,
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

pub fn run(flags: &Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut shared = shared.clone();
    if flags.url.is_some() {
        shared.server.server.clone_from(&flags.url);
    }
    let shared = &shared;
    let target = Target::new(shared, true)?;
    let endpoint = target.endpoint.clone();
    let mut session = Session::new(target, shared, out, cancel);
    let client = session.client()?;
    let mut found = event::Check {
        outcome: Outcome::Ok.name(),
        host: endpoint.host.clone(),
        port: endpoint.port,
        capabilities: client.extensions().keywords.clone(),
        ..event::Check::default()
    };
    if let Some(tls) = client.tls() {
        found.tls = true;
        found.tls_version = tls.version().map(String::from);
        if let Some(until) = tls.not_after() {
            found.certificate_until = Some(until.rfc3339());
            found.certificate_days = Some((until.0 - Time::now().0).div_euclid(DAY));
        }
    }
    found.login = session.mechanism().map(String::from);
    session.end(out);
    let version = found.tls_version.as_deref().unwrap_or("TLS");
    let tls = match found.certificate_days {
        Some(days) => format!("{version}, the certificate ends in {days} days"),
        None if found.tls => version.to_string(),
        None => "no TLS".to_string(),
    };
    out.line(format_args!("{endpoint} answers; {tls}"));
    match &found.login {
        Some(login) => out.line(format_args!("logged in, by {login}")),
        None => out.line("no login was asked for"),
    }
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
