//! `check`, which all network tools have: what a working connection is like, in the same fields and the same words.

use super::{
    Output,
    event::{Check, Event},
    exit::Outcome,
};
use crate::{
    base::{date::Time, escape},
    net::{Endpoint, TlsInfo},
};

const DAY: i64 = 86_400;

/// What there is to say of a connection to `at`; login and capabilities are for the caller to add.
pub fn found(at: &Endpoint, tls: Option<&dyn TlsInfo>) -> Check {
    let until = tls.and_then(TlsInfo::not_after);
    Check {
        outcome: Outcome::Ok.name(),
        host: at.host.clone(),
        port: at.port,
        tls: tls.is_some(),
        tls_version: tls.and_then(TlsInfo::version).map(String::from),
        certificate_until: until.map(Time::rfc3339),
        certificate_days: until.map(|until| (until.0 - Time::now().0).div_euclid(DAY)),
        ..Check::default()
    }
}

/// The TLS of it, for a person.
pub fn tls(found: &Check) -> String {
    let version = found.tls_version.as_deref().unwrap_or("TLS");
    match found.certificate_days {
        Some(days) => format!("{version}, the certificate ends in {days} days"),
        None if found.tls => version.to_string(),
        None => "no TLS".to_string(),
    }
}

/// All of it, for people and programs. With fewer days than `least` left the answer is no.
pub fn tell(found: Check, least: Option<i64>, out: &mut Output) {
    let at = Endpoint::new(found.host.clone(), found.port).to_string();
    out.line(format_args!("{} answers; {}", escape::text(&at), tls(&found)));
    match &found.login {
        Some(login) => out.line(format_args!("logged in, by {}", escape::text(login))),
        None => out.line("no login was asked for"),
    }
    capabilities(&found, out);
    end(found, least, out);
}

pub fn capabilities(found: &Check, out: &mut Output) {
    out.line(format_args!("capabilities: {}", escape::text(&found.capabilities.join(", "))));
}

/// As [`tell`], where the lines for people were others.
pub fn end(found: Check, least: Option<i64>, out: &mut Output) {
    let host = escape::text(&found.host);
    match (least, found.certificate_days) {
        (Some(least), Some(days)) if days < least => {
            out.warn(format_args!("the certificate of {host} ends in {days} days"));
            out.answer_no();
        }
        // Whoever watches a certificate wants to know that there is none any more.
        (Some(_), None) if !found.tls => {
            out.warn(format_args!("there is no TLS to {host}, and no certificate"));
            out.answer_no();
        }
        _ => {}
    }
    out.count(Outcome::Ok);
    out.emit(&Event::Check(Box::new(found)));
}
