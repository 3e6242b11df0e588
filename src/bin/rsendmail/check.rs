//! `rsendmail check`: tries the server as far as a login goes, and says what it found.

use crate::{
    args::{Check, Shared},
    server::Target,
    session::Session,
};
use std::time::Instant;
use wirepost::{
    base::{date::Time, error::*, escape},
    cli::{
        Output,
        event::{Event, Server},
        exit::Outcome,
        output::{error_value, seconds},
    },
    net::{Cancel, TlsInfo},
};

pub fn run(flags: &Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let began = Instant::now();
    let target = Target::new(shared, true)?;
    let server = target.endpoint.to_string();
    let login = target.credentials.is_some();
    let mut session = Session::new(target, shared, out, cancel);
    let found = session.client().map(|client| {
        let until = client.tls().and_then(TlsInfo::not_after);
        Server {
            outcome: Outcome::Ok.name(),
            server: server.clone(),
            tls_version: client.tls().map(|tls| tls.version().unwrap_or("TLS").to_string()),
            certificate_until: until.map(Time::rfc3339),
            certificate_days: until.map(|t| (t.0 - Time::now().0).div_euclid(86_400)),
            capabilities: client.extensions().keywords.clone(),
            ..Server::default()
        }
    });
    match found {
        Ok(mut found) => {
            found.mechanism = session.mechanism();
            found.seconds = Some(seconds(began.elapsed()));
            out.line(format_args!("{server} answers"));
            match (&found.tls_version, found.certificate_days) {
                (Some(version), Some(days)) => {
                    out.line(format_args!("{version}, certificate valid for {days} more days"));
                }
                (Some(version), None) => out.line(version),
                (None, _) => out.line("no TLS"),
            }
            if login {
                out.line(format_args!("logged in by {}", found.mechanism.unwrap_or("?")));
            }
            for keyword in &found.capabilities {
                out.line(format_args!("  {}", escape::text(keyword)));
            }
            out.count(Outcome::Ok);
            if let (Some(least), Some(days)) = (flags.cert_days, found.certificate_days)
                && days < i64::from(least)
            {
                out.warn(format_args!("the certificate of {server} ends in {days} days"));
                out.answer_no();
            }
            out.emit(&Event::Server(Box::new(found)));
        }
        Err(e) => {
            out.item_failed(&e);
            out.emit(&Event::Server(Box::new(Server {
                outcome: Outcome::of(&e).name(),
                server,
                seconds: Some(seconds(began.elapsed())),
                error: Some(error_value(&e)),
                ..Server::default()
            })));
        }
    }
    session.end(out);
    Ok(())
}
