//! `check`: name, connection, TLS, login, capabilities and a data connection, one after the other, and what is wrong with the first
//! that fails. With `--cert-days` an early warning.

use crate::{
    args::{self, Shared},
    remote::{Remote, Scheme},
    session::{Purpose, Session},
};
use std::time::Instant;
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

pub fn run(flags: &args::Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remote = Remote::parse(&flags.remote)?;
    let mut session = Session::new(remote.site.clone(), Purpose::Change, shared, out, cancel)?;
    let result = check(flags, &remote, &mut session, out);
    session.end(out);
    result
}

fn check(flags: &args::Check, remote: &Remote, session: &mut Session<'_>, out: &mut Output) -> Result<()> {
    let (host, port) = (remote.site.endpoint.host.clone(), remote.site.endpoint.port);
    let began = Instant::now();
    let mut found = event::Check { host: host.clone(), port, ..event::Check::default() };
    session.run(out, |s, _, _| s.client().map(|_| ())).0.map_err(|e| {
        let step = match e.kind() {
            Kind::Resolve => "the name is not found",
            Kind::Connect => "no connection",
            // It says so itself.
            Kind::Tls => return e,
            Kind::Auth => "the login is refused",
            _ => "no session",
        };
        e.context(step)
    })?;
    let took = began.elapsed().as_millis();
    let client = session.client()?;
    let peer = client.peer().map_or(String::new(), |a| format!(" ({a})"));
    out.line(format_args!("connect: {}:{port}{peer}, logged in after {took} ms", escape::text(&host)));
    let client = session.client()?;
    found.tls = client.tls_version().is_some();
    found.tls_version = client.tls_version().map(String::from);
    if let Some(ends) = client.certificate_ends() {
        found.certificate_until = Some(ends.rfc3339());
        found.certificate_days = Some((ends.0 - Time::now().0).div_euclid(DAY));
    }
    found.capabilities = client.features().lines().to_vec();
    let (home, hash) = (client.home().map(ToString::to_string), client.best_hash());
    match (&found.tls_version, found.certificate_days) {
        (Some(version), Some(days)) => {
            out.line(format_args!("tls: {version}, the certificate ends in {days} days"));
        }
        (Some(version), None) => out.line(format_args!("tls: {version}")),
        (None, _) => {
            let hint = if remote.site.scheme == Scheme::Ftp { ": everything goes in clear" } else { "" };
            out.line(format_args!("tls: none{hint}"));
        }
    }
    let user = session.site.user.clone().unwrap_or_else(|| "anonymous".into());
    let at = home.map_or(String::new(), |h| format!(", in {}", escape::text(&h)));
    out.line(format_args!("login: {}{at}", escape::text(&user)));
    found.login = Some(user);
    let digest = hash.map_or(String::from("sizes only"), |a| format!("by {}", a.name()));
    out.line(format_args!("capabilities: {}", escape::text(&found.capabilities.join(", "))));
    out.line(format_args!("verification: {digest}"));
    let listed = session.run(out, |s, _, _| s.client()?.list(&remote.path)).0;
    let listing = listed.map_err(|e| e.context("no listing over a data connection"))?;
    let resumed = match session.client()?.tls_resumed() {
        Some(true) => ", TLS session resumed",
        Some(false) => ", TLS session not resumed",
        None => "",
    };
    out.line(format_args!("data: a listing of {} entries{resumed}", listing.entries.len()));
    found.outcome = Outcome::Ok.name();
    out.count(Outcome::Ok);
    if let (Some(least), Some(days)) = (flags.cert_days, found.certificate_days)
        && days < least
    {
        out.warn(format_args!("the certificate of {host} ends in {days} days"));
        out.answer_no();
    }
    out.emit(&Event::Check(Box::new(found)));
    Ok(())
}
