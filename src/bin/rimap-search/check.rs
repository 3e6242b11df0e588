//! `check`: DNS, connection, TLS, login, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Shared},
    site::{self, Site},
};
use wirepost::{
    base::error::*,
    cli::{Output, check},
    net::Cancel,
};

/// The verb.
pub fn run(args: &Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let words: Vec<String> = args.place.url.iter().cloned().collect();
    let (url, rest) = site::split(&words)?;
    if let Some(word) = rest.first() {
        return Err(Error::new(Kind::Usage, format!("not a URL: {word}")));
    }
    let mut site = Site::new(&url, shared, out, cancel)?;
    let session = site.session(out)?;
    let mut found = check::found(&site.endpoint, session.tls());
    found.login = Some(session.mechanism().to_string());
    found.capabilities = session.capabilities().names().to_vec();
    site::end(session, out);
    check::tell(found, args.cert_days, out);
    Ok(())
}
