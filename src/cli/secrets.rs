//! Who we are and what secret we have, from the first source that knows: `--password-file`, `--password-command`,
//! `--password-env`, the tool's own variable, netrc, the account file, and on a terminal a prompt. The only file that names
//! `rpassword`.

use super::{
    Login, Tool,
    config::{self, Source},
    netrc,
    stdin::{self, Fed},
};
use crate::{
    base::{error::*, secret::Secret},
    net::Proxy,
    textproto::sasl::Credentials,
};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    fs::File,
    io::{BufRead, BufReader, IsTerminal, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A secret is one line of at most this many bytes.
const LONGEST: u64 = 64 << 10;

/// The environment variable with the password of the proxy's user.
pub const PROXY_PASSWORD: &str = "WIREPOST_PROXY_PASSWORD";

/// The variables that may hold a secret of this user's, whichever program it is for: no command that is run for a message inherits them.
pub fn variables(login: &Login) -> Vec<String> {
    let ours =
        ["RFTP_PASSWORD", "RSENDMAIL_PASSWORD", "RPOP_PASSWORD", "RIMAP_SEARCH_PASSWORD", PROXY_PASSWORD];
    let named = [login.password_env.clone(), config::account().password_env().map(String::from)];
    ours.map(String::from).into_iter().chain(named.into_iter().flatten()).collect()
}

/// A user and how to prove it.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user: String,
    pub password: Secret,
    /// FTP's ACCT, from netrc.
    pub account: Option<Secret>,
}

/// The user: the flag, else the URL's, else the account's on this host, else the one netrc login of the host. `None`: nobody said.
pub fn user(login: &Login, from_url: Option<&str>, host: &str) -> Result<Option<String>> {
    if login.password.is_some() {
        return Err(Error::new(
            Kind::Usage,
            "a password in the command line can be read by every user of the machine",
        )
        .hint("--password-file, --password-command, --password-env or netrc can give it"));
    }
    if login.user.as_ref().is_some_and(|user| user.contains(':')) {
        // As curl has it; told without the value.
        return Err(Error::new(Kind::Usage, "--user takes no password: in the command line every user of the machine can read it")
            .hint("--password-file, --password-command, --password-env or netrc can give it; a colon in a name is %3A in the URL"));
    }
    if let Some(user) = login.user.as_deref().or(from_url) {
        return Ok(Some(user.to_string()));
    }
    if let Some(user) = config::account().user(host) {
        return Ok(Some(user.to_string()));
    }
    Ok(entries(login)?.as_deref().and_then(|e| netrc::only_login(e, host)).map(str::to_string))
}

/// The password of `user` on `host`.
///
/// # Errors
/// `Config` if no source has it.
pub fn identity(tool: &Tool, login: &Login, user: &str, host: &str) -> Result<Identity> {
    let found = |password| Ok(Identity { user: user.to_string(), password, account: None });
    if let Some(path) = &login.password_file {
        return found(from_file(path)?);
    }
    if let Some(command) = &login.password_command {
        return found(from_command(command, "--password-command")?);
    }
    if let Some(variable) = &login.password_env {
        return found(from_env(variable).ok_or_else(|| {
            Error::new(Kind::Config, format!("the environment has no variable {variable} (--password-env)"))
        })?);
    }
    if let Some(secret) = own_variable(tool, login) {
        return found(secret);
    }
    if let Some(entry) = entries(login)?.as_deref().and_then(|e| netrc::password(e, host, user)) {
        let password = entry.password.clone().unwrap_or_default();
        return Ok(Identity { user: user.to_string(), password, account: entry.account.clone() });
    }
    match config::account().password(host, user) {
        Some(Source::Plain(secret)) => return found(secret.clone()),
        Some(Source::File(path)) => return found(from_file(path)?),
        Some(Source::Command(command)) => return found(from_command(command, "--password-command")?),
        Some(Source::Env(variable)) => {
            let none = || {
                let text =
                    format!("the environment has no variable {variable} (the account's --password-env)");
                Error::new(Kind::Config, text)
            };
            return found(from_env(variable).ok_or_else(none)?);
        }
        None => {}
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let prompt = format!("Password for {user} on {host}: ");
        let typed = rpassword::prompt_password(crate::base::escape::text(&prompt))
            .map_err(|e| Error::from_io(e, Kind::Config, "cannot read the password"))?;
        return found(Secret::new(typed));
    }
    let variable = tool.password_variable;
    // The variable may hold another server's: what was queued earlier never gets it unasked.
    let hint = match login.earlier {
        true => {
            "netrc or the account can give it, or the message is queued anew with --password-env".to_string()
        }
        false => format!("--password-file, --password-command, {variable} or netrc can give it"),
    };
    Err(Error::new(Kind::Config, format!("no password for {user} on {host}")).host(host).hint(hint))
}

/// The OAuth token of `user` on `host` (RFC 6750): from the command of the flag `--token-command`, else the account's. `None` if
/// neither is given, and a password is what there is.
pub fn token(command: Option<&str>, user: &str, host: &str) -> Result<Option<Secret>> {
    let account = config::account();
    let command = command.or_else(|| account.token_command(host, user));
    command.map(|command| from_command(command, "--token-command")).transpose()
}

/// What there is to log in by, beside the user's password.
#[derive(Clone, Copy, Debug, Default)]
pub struct By<'a> {
    /// `--token-command`.
    pub token_command: Option<&'a str>,
    /// `--auth external`: the certificate of our side of TLS says it all, and the user is at most whom to act as.
    pub external: bool,
    /// There is a certificate: where nobody is named, that is who we are.
    pub certificate: bool,
}

/// What to log in to `host` with, for SASL. `None`: nobody is named.
///
/// # Errors
/// `Config` for a secret that no source has.
pub fn credentials(
    tool: &Tool,
    login: &Login,
    by: By<'_>,
    user: Option<&str>,
    host: &str,
) -> Result<Option<Credentials>> {
    let user = match user {
        user if by.external => return Ok(Some(Credentials::certificate(user.unwrap_or_default()))),
        None if by.certificate => return Ok(Some(Credentials::certificate(""))),
        None => return Ok(None),
        Some(user) => user,
    };
    Ok(Some(match token(by.token_command, user, host)? {
        Some(token) => Credentials::token(user, token),
        None => Credentials::password(user, identity(tool, login, user, host)?.password),
    }))
}

/// Where [`identity`] and [`token`] would find the secret: for a run that leaves its work to a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    File(PathBuf),
    Stdin,
    Command,
    Env(String),
    Netrc(PathBuf),
    Account,
    Prompt,
    Nowhere,
}

/// See [`Origin`]. Asks nobody and runs nothing.
///
/// # Errors
/// `Config` for a netrc file that cannot be used.
pub fn origin(tool: &Tool, login: &Login, command: Option<&str>, user: &str, host: &str) -> Result<Origin> {
    let account = config::account();
    if command.is_some() {
        return Ok(Origin::Command);
    }
    if account.token_command(host, user).is_some() {
        return Ok(Origin::Account);
    }
    if let Some(path) = &login.password_file {
        let stdin = path == Path::new("-");
        return Ok(if stdin { Origin::Stdin } else { Origin::File(path.clone()) });
    }
    if login.password_command.is_some() {
        return Ok(Origin::Command);
    }
    if let Some(variable) = &login.password_env {
        return Ok(Origin::Env(variable.clone()));
    }
    if own_variable(tool, login).is_some() {
        return Ok(Origin::Env(tool.password_variable.to_string()));
    }
    if entries(login)?.as_deref().and_then(|e| netrc::password(e, host, user)).is_some() {
        let path = login.netrc_file.clone().or_else(netrc::default_path);
        return Ok(path.map_or(Origin::Nowhere, Origin::Netrc));
    }
    if account.password(host, user).is_some() {
        return Ok(Origin::Account);
    }
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    Ok(if terminal { Origin::Prompt } else { Origin::Nowhere })
}

/// The proxy with the password of its user, from the file, else from the environment.
///
/// # Errors
/// `Config` if the proxy's URL names a user and neither has it.
pub fn proxy(mut proxy: Proxy, file: Option<&Path>) -> Result<Proxy> {
    proxy.password = match (&proxy.user, file) {
        (None, None) => None,
        (None, Some(_)) => {
            return Err(Error::new(Kind::Usage, "--proxy-password-file needs a user in --proxy"));
        }
        (Some(_), Some(path)) => Some(from_file(path)?),
        (Some(user), None) => Some(from_env(PROXY_PASSWORD).ok_or_else(|| {
            let text = format!("no password for {user} on the proxy {proxy}");
            let hint = format!("--proxy-password-file or {PROXY_PASSWORD} can give it");
            Error::new(Kind::Config, text).host(&proxy.at.host).hint(hint)
        })?),
    };
    Ok(proxy)
}

fn entries(login: &Login) -> Result<Option<Vec<netrc::Entry>>> {
    match &login.netrc_file {
        Some(path) => match netrc::load(path)? {
            Some(entries) => Ok(Some(entries)),
            None => Err(Error::new(Kind::Config, format!("cannot read {}: no such file", path.display()))),
        },
        None => netrc::default_path().map_or(Ok(None), |path: PathBuf| netrc::load(&path)),
    }
}

fn own_variable(tool: &Tool, login: &Login) -> Option<Secret> {
    if login.earlier { None } else { from_env(tool.password_variable) }
}

fn from_env(variable: &str) -> Option<Secret> {
    use std::os::unix::ffi::OsStringExt;
    std::env::var_os(variable).filter(|v| !v.is_empty()).map(|v| Secret::new(v.into_vec()))
}

/// The first line of a file, or of stdin.
pub fn from_file(path: &Path) -> Result<Secret> {
    if path == Path::new("-") {
        stdin::claim("the password")?;
        return first_line(stdin::reader(), "standard input");
    }
    let shown = path.display();
    let file =
        File::open(path).map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {shown}")))?;
    netrc::private(&file, path)?;
    first_line(file, &shown.to_string())
}

/// The first line that a command writes; its stderr is the user's.
pub fn from_command(command: &str, flag: &str) -> Result<Secret> {
    let failed = |why: String| Error::new(Kind::Config, format!("{flag}: {why}"));
    let lost = |e| Error::from_io(e, Kind::Config, format_args!("{flag}: cannot run sh"));
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped());
    // All that it begins ends with it, by a process group of its own; but from there it could not ask on a terminal.
    let apart = File::open("/dev/tty").is_err();
    if apart {
        shell.process_group(0);
    }
    let mut child = shell.spawn().map_err(lost)?;
    let mut output = Vec::new();
    let read = child.stdout.take().map_or(Ok(0), |pipe| Fed(pipe).read_to_end(&mut output));
    let output = Secret::new(output);
    if read.is_err() {
        let _ = if apart {
            kill_process_group(Pid::from_child(&child), Signal::KILL).map_err(Into::into)
        } else {
            child.kill()
        };
    }
    let status = child.wait().map_err(lost)?;
    read.map_err(lost)?;
    if !status.success() {
        return Err(failed(format!("the command failed ({status})")));
    }
    first_line(output.expose(), flag)
}

fn first_line(from: impl Read, shown: &str) -> Result<Secret> {
    let mut line = Vec::new();
    BufReader::new(from.take(LONGEST))
        .read_until(b'\n', &mut line)
        .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {shown}")))?;
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    if line.is_empty() {
        return Err(Error::new(Kind::Config, format!("no password in {shown}")));
    }
    Ok(Secret::new(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_its_first_line() {
        assert_eq!(from_command("printf 'one\\r\\ntwo\\n'", "x").unwrap().expose(), b"one");
        assert_eq!(from_command("exit 3", "x").unwrap_err().kind(), Kind::Config);
        assert_eq!(from_command("true", "x").unwrap_err().message(), "no password in x");
    }

    #[test]
    fn a_password_in_argv_is_refused() {
        let login = Login { password: Some("hunter2".into()), ..Login::default() };
        let error = user(&login, None, "h").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(!format!("{error:?}{error}").contains("hunter2"));
        let login = Login { user: Some("me:hunter2".into()), ..Login::default() };
        let error = user(&login, None, "h").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(!format!("{error:?}{error}").contains("hunter2"));
        // In a URL it is said with care.
        assert_eq!(user(&Login::default(), Some("me:too"), "h").unwrap().as_deref(), Some("me:too"));
    }
}
