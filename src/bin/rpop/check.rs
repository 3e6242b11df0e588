//! `rpop check`: DNS, connection, TLS, login, capabilities; with `--cert-days` an early warning.

use crate::{
    args::{Check, Rpop},
    session::{Server, leave},
    target::Target,
};
use wirepost::{
    base::error::*,
    cli::{Output, check},
    net::Cancel,
};

pub fn run(args: &Rpop, flags: &Check, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let server = Server::new(args, Target::find(flags.url.as_deref())?, out, cancel)?;
    let found = server.with_session(out, |mut client, method, out| {
        let mut found = check::found(server.endpoint(), client.tls());
        found.login = Some(method.to_string());
        found.capabilities = client.capabilities()?.names().collect();
        leave(client, out);
        Ok(found)
    })?;
    check::tell(found, flags.cert_days, out);
    Ok(())
}
