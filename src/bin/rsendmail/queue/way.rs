//! The way to a server, as a queue keeps it: flags, the account, where the secret comes from. Never the secret.
//!
//! What is kept is a command line: the flags of this run that say which server, who we are and how it is reached, as they were given
//! or stand in the account. A later run parses them as if they were its own; only files are named in full. So there is no second
//! schema, and a new flag is kept without a word here.
//!
//! A run sends what several runs queued, for several servers. So a password that came from a variable is kept as `--password-env`, and
//! the program's own variable is not asked for any other message: it would be offered to every server whose own secret comes later in
//! the order of sources.

use crate::{
    TOOL,
    args::{Rsendmail, Shared},
    server::Target,
};
use clap::{CommandFactory, Parser, builder::ValueParser, parser::ValueSource};
use std::{ffi::OsStr, path::Path};
use wirepost::{
    base::error::*,
    cli::{
        self, config,
        secrets::{self, Origin},
    },
    net::Proxy,
    store::spool::record::{Account, Way},
    textproto::sasl::Mechanism,
};

/// Flags under these headings are kept.
const HEADINGS: [&str; 4] = ["Server", "Login", "TLS", "Network"];
/// Of those, what is of this run only, or is kept in its final form.
const NOT: [&str; 6] = ["max_time", "retries", "retry_max_time", "server", "user", "password"];
/// What makes no difference to who is spoken to.
const PATIENCE: [&str; 7] =
    ["--connect-timeout", "--timeout", "--reply-timeout", "--verdict-timeout", "--ipv4", "--ipv6", "--bind"];

/// The way of this run, and what its user should know about it. `later`: a secret that is nowhere to be found today may be there
/// tomorrow.
///
/// # Errors
/// `Config` for a secret that a later run could not have: typed, from stdin, or from nowhere.
pub fn of_this_run(target: &Target, flags: &Rsendmail, later: bool) -> Result<(Way, Option<String>)> {
    let server = target.url();
    let mut kept = vec![format!("--server={server}")];
    kept.extend(target.user.iter().map(|user| format!("--user={user}")));
    kept.extend(given()?);
    let (secret, warning) = match secret(target, &flags.shared)? {
        None => ("none".to_string(), None),
        Some(Origin::Env(variable)) => {
            let text =
                format!("the queue does not keep the password: later runs need {variable} set as well");
            // From here on it is this one that is meant, and no other message's.
            let flag = format!("--password-env={variable}");
            if !kept.contains(&flag) {
                kept.push(flag);
            }
            (format!("environment {variable}"), Some(text))
        }
        Some(Origin::File(path)) => (format!("file {}", full(path.as_os_str())?), None),
        Some(Origin::Command) => ("command".into(), None),
        Some(Origin::Netrc(path)) => {
            let path = full(path.as_os_str())?;
            if !kept.iter().any(|flag| flag.starts_with("--netrc-file=")) {
                kept.push(format!("--netrc-file={path}"));
            }
            (format!("netrc {path}"), None)
        }
        Some(Origin::Account) => ("account".into(), None),
        Some(Origin::Nowhere) if later => ("nowhere".into(), None),
        Some(origin @ (Origin::Stdin | Origin::Prompt | Origin::Nowhere)) => return Err(unkeepable(&origin)),
    };
    let account = config::chosen().map(|(path, name)| {
        let config = full(path.as_os_str())?;
        Ok::<_, Error>(Account { name, config })
    });
    Ok((Way { server, flags: kept, account: account.transpose()?, secret }, warning))
}

/// Where the secret of this run comes from; `None` if it needs none.
pub fn secret(target: &Target, shared: &Shared) -> Result<Option<Origin>> {
    let Some(user) = target.user.as_deref().filter(|_| shared.server.auth != Some(Mechanism::External))
    else {
        return Ok(None);
    };
    let command = shared.server.token_command.as_deref();
    secrets::origin(&TOOL, &shared.login, command, user, &target.endpoint.host).map(Some)
}

fn unkeepable(origin: &Origin) -> Error {
    let from = match origin {
        Origin::Stdin => "a password from standard input",
        Origin::Prompt => "a password that is typed",
        _ => "a password that is nowhere to be found",
    };
    Error::new(Kind::Config, format!("{from} cannot be had by a later run of the queue"))
        .hint("--password-file, --password-command, netrc or an account can give it each time")
}

/// The flags of this run under the headings that count.
fn given() -> Result<Vec<String>> {
    let mut command = Rsendmail::command().args_override_self(true);
    command.build();
    let known: Vec<_> = command.get_arguments().cloned().collect();
    let matches = command.try_get_matches_from(cli::argv()).map_err(|_| bug())?;
    let mut kept = Vec::new();
    for arg in known {
        let id = arg.get_id().as_str();
        let counts = arg.get_help_heading().is_some_and(|heading| HEADINGS.contains(&heading));
        let from = matches.value_source(id);
        if NOT.contains(&id) || !counts || from != Some(ValueSource::CommandLine) {
            continue;
        }
        let Some(long) = arg.get_long() else { continue };
        if !arg.get_action().takes_values() {
            kept.push(format!("--{long}"));
            continue;
        }
        let is_path = arg.get_value_parser().type_id() == ValueParser::path_buf().type_id();
        for value in matches.get_raw(id).into_iter().flatten() {
            let value = if is_path { full(value)? } else { text(value)?.to_string() };
            if id == "proxy" {
                // One with a password in it must not come to rest in a file.
                Proxy::parse(&value)?;
            }
            kept.push(format!("--{long}={value}"));
        }
    }
    Ok(kept)
}

fn text(value: &OsStr) -> Result<&str> {
    let text = format!("a queue cannot keep {}, which is not UTF-8", value.display());
    value.to_str().ok_or_else(|| Error::new(Kind::Config, text))
}

fn full(path: &OsStr) -> Result<String> {
    let path = text(path)?;
    if path == "-" {
        return Ok(path.to_string());
    }
    let full = std::path::absolute(path)
        .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot name {path} in full")))?;
    Ok(text(full.as_os_str())?.to_string())
}

fn bug() -> Error {
    Error::new(Kind::Bug, "the command line is not as it was")
}

/// The flags of a way, and its account's login from here on; with them the reason, if there is one, why they are not to be used: this
/// version does not understand them all, or the account is no more.
///
/// # Errors
/// `Config` if not even the server can be told from them.
pub fn flags(way: &Way) -> Result<(Rsendmail, Option<Error>)> {
    let account = way.account.as_ref().map(|a| (Path::new(&a.config), a.name.as_deref()));
    let switched = config::switch(&TOOL, account).err();
    match parse(way, |_| true) {
        Ok(flags) => Ok((flags, switched)),
        Err(e) => Ok((parse(way, |flag| flag.starts_with("--server="))?, Some(e))),
    }
}

fn parse(way: &Way, wanted: impl Fn(&str) -> bool) -> Result<Rsendmail> {
    let kept = way.flags.iter().map(String::as_str).filter(|flag| wanted(flag));
    let mut flags = Rsendmail::try_parse_from(std::iter::once(TOOL.name).chain(kept)).map_err(|e| {
        let said = e.render().to_string();
        let said = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_string();
        Error::new(Kind::Config, format!("the queue keeps flags for {} that do not fit: {said}", way.server))
    })?;
    flags.shared.login.earlier = true;
    Ok(flags)
}

/// Whether a connection made for one will do for the other: the same server, the same login, the same TLS.
pub fn shares_connection(a: &Way, b: &Way) -> bool {
    let counts = |flag: &&String| {
        let name = flag.split('=').next().unwrap_or_default();
        !PATIENCE.contains(&name)
    };
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) =
        (a.flags.iter().filter(counts).collect(), b.flags.iter().filter(counts).collect());
    ours.sort_unstable();
    theirs.sort_unstable();
    (&a.server, &a.account, ours) == (&b.server, &b.account, theirs)
}
