//! `check`: DNS, connection, TLS, login, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Shared},
    site::{self, Site},
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

/// The verb.
pub fn run(args: &Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let words: Vec<String> = args.place.url.iter().cloned().collect();
    let (url, rest) = site::split(&words)?;
    if let Some(word) = rest.first() {
        return Err(Error::new(Kind::Usage, format!("not a URL: {word}")));
    }
    let mut site = Site::new(&url, shared, out, cancel)?;
    let session = site.session(out)?;
    let mut found = event::Check {
        outcome: Outcome::Ok.name(),
        host: site.endpoint.host.clone(),
        port: site.endpoint.port,
        login: Some(session.mechanism().to_string()),
        capabilities: session.capabilities().names().to_vec(),
        ..event::Check::default()
    };
    if let Some(tls) = session.tls() {
        found.tls_version = tls.version().map(String::from);
        if let Some(until) = tls.not_after() {
            found.certificate_until = Some(until.rfc3339());
            found.certificate_days = Some((until.0 - Time::now().0).div_euclid(DAY));
        }
    }
    let tls = match (&found.tls_version, found.certificate_days, session.tls().is_some()) {
        (_, _, false) => "no TLS".to_string(),
        (version, Some(days), _) => {
            format!("{}, the certificate ends in {days} days", version.as_deref().unwrap_or("TLS"))
        }
        (version, None, _) => version.clone().unwrap_or_else(|| "TLS".into()),
    };
    site::end(session, out);
    out.line(format_args!("{}:{} answers; {tls}", escape::text(&found.host), found.port));
    out.line(format_args!("logged in, by {}", found.login.as_deref().unwrap_or_default()));
    out.line(format_args!("capabilities: {}", escape::text(&found.capabilities.join(", "))));
    if let (Some(least), Some(days)) = (args.cert_days, found.certificate_days)
        && days < least
    {
        out.warn(format_args!("the certificate of {} ends in {days} days", found.host));
        out.answer_no();
    }
    out.count(Outcome::Ok);
    out.emit(&Event::Check(Box::new(found)));
    Ok(())
}
