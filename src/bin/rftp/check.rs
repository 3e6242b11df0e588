//! `check`: name, connection, TLS, login, capabilities and a data connection, one after the other, and what is wrong with the first
//! that fails. With `--cert-days` an early warning.

use crate::{
    args::{self, Shared},
    remote::{Remote, Scheme},
    session::{Purpose, Session},
};
use std::time::Instant;
use wirepost::{
    base::{error::*, escape},
    cli::{Output, check},
    net::Cancel,
};

pub fn run(flags: &args::Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let remote = Remote::parse(&flags.remote)?;
    let mut session = Session::new(remote.site.clone(), Purpose::Change, shared, out, cancel)?;
    let result = steps(flags, &remote, &mut session, out);
    session.end(out);
    result
}

fn steps(flags: &args::Check, remote: &Remote, session: &mut Session<'_>, out: &mut Output) -> Result<()> {
    let endpoint = &remote.site.endpoint;
    let began = Instant::now();
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
    let at = endpoint.to_string();
    out.line(format_args!("connect: {}{peer}, logged in after {took} ms", escape::text(&at)));
    let client = session.client()?;
    let mut found = check::found(endpoint, client.tls());
    found.capabilities = client.features().lines().to_vec();
    let (home, hash) = (client.home().map(ToString::to_string), client.best_hash());
    let hint = if found.tls || remote.site.scheme != Scheme::Ftp { "" } else { ": everything goes in clear" };
    out.line(format_args!("tls: {}{hint}", check::tls(&found)));
    let user = session.site.user.clone().unwrap_or_else(|| "anonymous".into());
    let at = home.map_or(String::new(), |h| format!(", in {}", escape::text(&h)));
    out.line(format_args!("login: {}{at}", escape::text(&user)));
    found.login = Some(user);
    let digest = hash.map_or(String::from("sizes only"), |a| format!("by {}", a.name()));
    check::capabilities(&found, out);
    out.line(format_args!("verification: {digest}"));
    let listed = session.run(out, |s, _, _| s.client()?.list(&remote.path)).0;
    let listing = listed.map_err(|e| e.context("no listing over a data connection"))?;
    let resumed = match session.client()?.tls_resumed() {
        Some(true) => ", TLS session resumed",
        Some(false) => ", TLS session not resumed",
        None => "",
    };
    out.line(format_args!("data: a listing of {} entries{resumed}", listing.entries.len()));
    check::end(found, flags.cert_days, out);
    Ok(())
}
