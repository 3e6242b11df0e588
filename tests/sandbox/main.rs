//! The sandbox: in-process servers for the tests and for `scripts/demo`.
//!
//! `sandbox --serve` starts one of each kind on 127.0.0.1, over one mail store, with an account `user`. It says on
//! stdout, a JSON object a line, what listens where, then `{"type":"ready"}`, and serves until its stdin is closed. A line `smtp down`
//! there ends the first SMTP server, `smtp up` starts it again on its port; each is confirmed by a line on stdout.
#[path = "mod.rs"]
mod sandbox;

use std::io::{BufRead, Write};

use sandbox::tls::Tls;
use sandbox::{ftp, imap, pop3, smtp, store::Store};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    if std::env::args().skip(1).collect::<Vec<_>>() != ["--serve"] {
        writeln!(std::io::stderr(), "usage: sandbox --serve")?;
        std::process::exit(64);
    }
    let store = Store::default();
    let with = || store.clone();
    let explicit = (
        ftp::Server::start(ftp::Options { tls: Tls::Explicit, ..ftp::Options::default() }),
        smtp::Server::start(submission(0, with())),
        pop3::Server::start(pop3::Options { tls: Tls::Explicit, store: with(), ..pop3::Options::default() }),
        imap::Server::start(imap::Options { tls: Tls::Explicit, store: with(), ..imap::Options::default() }),
    );
    let root = Some(explicit.0.root().to_owned());
    let tls = Tls::Implicit;
    let implicit = (
        ftp::Server::start(ftp::Options { tls, root: root.clone(), ..ftp::Options::default() }),
        smtp::Server::start(smtp::Options { tls, store: with(), ..smtp::Options::default() }),
        pop3::Server::start(pop3::Options { tls, store: with(), ..pop3::Options::default() }),
        imap::Server::start(imap::Options { tls, store: with(), ..imap::Options::default() }),
    );
    let lmtp = smtp::Server::start(smtp::Options { lmtp: true, store: with(), ..smtp::Options::default() });

    let mut out = std::io::stdout().lock();
    let mut say = |value: Value| writeln!(out, "{value}").and_then(|()| out.flush());
    let ca = explicit.0.ca_pem_path();
    say(json!({"type": "account", "user": "user", "password": "secret", "ca": ca, "ftp_root": root}))?;
    for (url, port, tls) in [
        (explicit.0.url(), explicit.0.port(), "explicit"),
        (implicit.0.url(), implicit.0.port(), "implicit"),
        (explicit.1.url(), explicit.1.port(), "explicit"),
        (implicit.1.url(), implicit.1.port(), "implicit"),
        (lmtp.url(), lmtp.port(), "off"),
        (explicit.2.url(), explicit.2.port(), "explicit"),
        (implicit.2.url(), implicit.2.port(), "implicit"),
        (explicit.3.url(), explicit.3.port(), "explicit"),
        (implicit.3.url(), implicit.3.port(), "implicit"),
    ] {
        let scheme = url.split(':').next().unwrap_or_default();
        say(json!({"type": "server", "scheme": scheme, "url": url, "port": port, "tls": tls}))?;
    }
    say(json!({"type": "ready"}))?;
    let (smtp_port, mut smtp) = (explicit.1.port(), Some(explicit.1));
    for line in std::io::stdin().lock().lines() {
        match line?.as_str() {
            "smtp down" => drop(smtp.take()),
            "smtp up" => smtp = Some(smtp::Server::start(submission(smtp_port, with()))),
            other => {
                say(json!({"type": "unknown", "line": other}))?;
                continue;
            }
        }
        say(json!({"type": "smtp", "up": smtp.is_some()}))?;
    }
    Ok(())
}

/// The SMTP server that comes and goes. It lets one log in without TLS: on loopback nobody listens.
fn submission(port: u16, store: Store) -> smtp::Options {
    smtp::Options { port, tls: Tls::Explicit, clear_auth: true, store, ..smtp::Options::default() }
}
