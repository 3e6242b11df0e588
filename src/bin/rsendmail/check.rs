//! `rsendmail check`: DNS, connection, TLS, login where there is one, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Shared},
    server::Target,
    session::Session,
};
use wirepost::{
    base::error::*,
    cli::{Output, check},
    net::Cancel,
};

pub fn run(flags: &Check, shared: &Shared, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut shared = shared.clone();
    if flags.url.is_some() {
        shared.server.server.clone_from(&flags.url);
    }
    let target = Target::new(&shared, true)?;
    let endpoint = target.endpoint.clone();
    let mut session = Session::new(target, &shared, out, cancel);
    let client = session.client()?;
    let mut found = check::found(&endpoint, client.tls());
    found.capabilities.clone_from(&client.extensions().keywords);
    found.login = session.mechanism().map(String::from);
    session.end(out);
    check::tell(found, flags.cert_days, out);
    Ok(())
}
