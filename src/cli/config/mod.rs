//! The account file: `~/.config/wirepost/config` (`$XDG_CONFIG_HOME/wirepost/config`, or `--config FILE`), never needed; where a user
//! has none, `/etc/wirepost/config` is read.
//!
//! ```text
//! # Of all programs in one file; what a section does not say is as without it.
//! [rftp]
//! --retries 5
//!
//! [rftp work]
//! --url ftp://me@ftp.example.org/builds/
//! --password-command pass show work/ftp
//! --ca-file ~/work-ca.pem
//! ```
//!
//! `[rftp]` counts when no account is named, `[rftp work]` with `--account work`: one section, never both. There is no second
//! schema: a line is one flag of the command line, and the rest of the line is its value, blanks inside it and all; one in double quotes
//! loses them, a leading `~/` is the home directory, and nothing else is special. A line that begins with `#` is a comment.
//! The flags are put in front of the command line's own. One that stands there too, or that excludes one that does, is left out:
//! the command line wins. Flags of one verb count for that verb.
//!
//! Two things are kept apart from the others:
//! * `--url`, known here only, stands for the environment's `RFTP_URL` and its like where that is not set.
//! * Who we are (`--user`, the password's source, `--token-command`) comes after all other sources, and belongs to the host of
//!   `--url`: a login from this file is never sent to another host. `--password` may stand here and nowhere else.
//!
//! A file with any of those that others can read is refused, and so is any that others can write.

mod file;
mod place;

use super::Tool;
use crate::base::{error::*, secret::Secret, url::Url};
use clap::Command;
use file::{Flag, Name};
use place::Place;
use std::{
    ffi::OsString,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// Where a secret comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Plain(Secret),
    File(PathBuf),
    Command(String),
    Env(String),
}

/// What the chosen section says beside flags.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    url: Option<String>,
    host: Option<String>,
    user: Option<String>,
    password: Option<Source>,
    token_command: Option<String>,
    /// Where it stands.
    from: Option<(PathBuf, Option<String>)>,
}

impl Account {
    /// The account's user on its own host.
    pub(super) fn user(&self, host: &str) -> Option<&str> {
        self.user.as_deref().filter(|_| self.is_at(host))
    }

    /// The password's source, for that very host and user.
    pub(super) fn password(&self, host: &str, user: &str) -> Option<&Source> {
        self.password.as_ref().filter(|_| self.user(host) == Some(user))
    }

    /// The variable that holds the password, wherever that is sent.
    pub(super) fn password_env(&self) -> Option<&str> {
        match &self.password {
            Some(Source::Env(variable)) => Some(variable),
            _ => None,
        }
    }

    /// The command that makes a token, for that very host and user.
    pub(super) fn token_command(&self, host: &str, user: &str) -> Option<&str> {
        self.token_command.as_deref().filter(|_| self.user(host) == Some(user))
    }

    fn is_at(&self, host: &str) -> bool {
        self.host.as_deref().is_some_and(|h| h.eq_ignore_ascii_case(host))
    }
}

/// The account of this run, once the flags are read.
static ACCOUNT: RwLock<Option<Arc<Account>>> = RwLock::new(None);

pub(super) fn account() -> Arc<Account> {
    ACCOUNT.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
}

fn set(account: Account) {
    *ACCOUNT.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(account));
}

/// The file and the name of the account that counts, if one does.
pub fn chosen() -> Option<(PathBuf, Option<String>)> {
    account().from.clone()
}

/// From here on the login of this account counts, or that of none: for a program that does the work of several accounts in turn. Its
/// other flags are the caller's to have kept.
///
/// # Errors
/// `Config`, naming file and line.
pub fn switch(tool: &Tool, to: Option<(&Path, Option<&str>)>) -> Result<()> {
    let mut account = Account::default();
    if let Some((path, name)) = to {
        let Some((file, text)) = file::read(path, true)? else { return Ok(()) };
        let at = |line, why: &str| Error::new(Kind::Config, format!("{}:{line}: {why}", path.display()));
        let lines = file::section(&text, tool.name, name).map_err(|(line, why)| at(line, why))?;
        let lines = lines.ok_or_else(|| no_section(path, tool, name.unwrap_or_default()))?;
        let mut secret = None;
        for line in lines {
            let flag = Flag::parse(line.text).map_err(|why| at(line.number, &why))?;
            if account.take(&flag).transpose().map_err(|why| at(line.number, &why))? == Some(true) {
                secret = Some(line.number);
            }
        }
        account.complete(secret, &file, path, name)?;
    }
    set(account);
    Ok(())
}

/// The URL that stands where the command line gives none: the environment's (`RFTP_URL`), else the account's.
pub fn url(tool: &Tool) -> Option<String> {
    let variable = url_variable(tool);
    std::env::var(variable).ok().filter(|url| !url.is_empty()).or_else(|| account().url.clone())
}

/// `RFTP_URL`, `RIMAP_SEARCH_URL`.
pub fn url_variable(tool: &Tool) -> String {
    format!("{}_URL", tool.name.replace('-', "_").to_ascii_uppercase())
}

/// argv with the account's flags in it; the rest of the account is kept for [`account`] and [`url`].
///
/// # Errors
/// `Config`, naming file and line.
pub(super) fn apply(tool: &Tool, command: &Command, argv: &[OsString]) -> Result<Vec<OsString>> {
    let scanned = place::scan(command, argv);
    let (path, wanted) = match (&scanned.config, &scanned.account) {
        (Some(path), _) => (PathBuf::from(path), true),
        (None, account) => match file::own_or_system() {
            Some(path) => (path, account.is_some()),
            None if account.is_none() => return Ok(argv.to_vec()),
            None => return Err(Error::new(Kind::Config, "there is no home directory to find accounts in")),
        },
    };
    let name = scanned.account.as_deref();
    let Some((file, text)) = file::read(&path, wanted)? else { return Ok(argv.to_vec()) };
    let at = |line: usize, why: &str| Error::new(Kind::Config, format!("{}:{line}: {why}", path.display()));
    let lines = match file::section(&text, tool.name, name) {
        Ok(Some(lines)) => lines,
        Ok(None) => match name {
            None => return Ok(argv.to_vec()),
            Some(name) => return Err(no_section(&path, tool, name)),
        },
        Err((line, why)) => return Err(at(line, why)),
    };
    let verb = scanned.verb.as_ref().map(|(_, name)| name.as_str());
    let mut account = Account::default();
    let (mut first, mut after_verb, mut secret) = (Vec::new(), Vec::new(), None);
    for line in lines {
        let flag = Flag::parse(line.text).map_err(|why| at(line.number, &why))?;
        match account.take(&flag) {
            Some(Ok(is_secret)) => {
                if is_secret {
                    secret = Some(line.number);
                }
                continue;
            }
            Some(Err(why)) => return Err(at(line.number, &why)),
            None => {}
        }
        match place::place(command, &flag, verb, &scanned.given).map_err(|why| at(line.number, &why))? {
            Place::First(token) => first.push(token),
            Place::AfterVerb(token) => after_verb.push(token),
            Place::Nowhere => {}
        }
    }
    account.complete(secret, &file, &path, name)?;
    set(account);
    let mut merged = argv.to_vec();
    if let Some((index, _)) = scanned.verb {
        merged.splice(index + 1..index + 1, after_verb);
    }
    let start = merged.len().min(1);
    merged.splice(start..start, first);
    Ok(merged)
}

fn no_section(path: &Path, tool: &Tool, name: &str) -> Error {
    let section = format!("{} {name}", tool.name);
    Error::new(Kind::Config, format!("{} has no [{}]", path.display(), section.trim_end()))
}

impl Account {
    /// All lines are read; `secret` is the line that holds one or leads to one.
    fn complete(
        &mut self,
        secret: Option<usize>,
        file: &File,
        path: &Path,
        name: Option<&str>,
    ) -> Result<()> {
        self.host = self.url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| {
            self.user = self.user.take().or(url.user);
            url.host
        });
        match secret {
            Some(_) => super::netrc::private(file, path)?,
            None => file::unchanged_by_others(file, path)?,
        }
        if let Some(line) = secret.filter(|_| self.host.is_none()) {
            let text = "a secret needs the account's --url: it is sent to that host only";
            return Err(Error::new(Kind::Config, format!("{}:{line}: {text}", path.display())));
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        self.from = Some((path, name.map(String::from)));
        Ok(())
    }

    /// Takes what is not an ordinary flag; whether it is a secret or leads to one.
    fn take(&mut self, flag: &Flag) -> Option<Result<bool, String>> {
        let name = match &flag.name {
            Name::Long(name) => name.as_str(),
            Name::Short('u') => "user",
            Name::Short(_) => return None,
        };
        let known = [
            "url",
            "user",
            "password",
            "password-file",
            "password-command",
            "password-env",
            "token-command",
            "account",
            "config",
        ];
        if !known.contains(&name) {
            return None;
        }
        let Some(value) = flag.value.clone() else { return Some(Err(format!("--{name} needs a value"))) };
        match name {
            "account" | "config" => return Some(Err(format!("--{name} has no place in an account"))),
            "url" => self.url = Some(value),
            "user" => self.user = Some(value),
            "password" => self.password = Some(Source::Plain(Secret::new(value))),
            "password-file" => self.password = Some(Source::File(value.into())),
            "password-command" => self.password = Some(Source::Command(value)),
            "password-env" => self.password = Some(Source::Env(value)),
            _ => self.token_command = Some(value),
        }
        Some(Ok(!matches!(name, "url" | "user")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_belongs_to_its_host_and_user() {
        let account = Account {
            host: Some("h.example".into()),
            user: Some("me".into()),
            password: Some(Source::Plain(Secret::new("hunter2"))),
            token_command: Some("x".into()),
            ..Account::default()
        };
        assert!(
            account.password("H.example", "me").is_some()
                && account.token_command("h.example", "me").is_some()
        );
        assert!(account.password("other", "me").is_none() && account.password("h.example", "you").is_none());
        assert!(account.user("other").is_none() && account.token_command("other", "me").is_none());
        assert!(!format!("{account:?}").contains("hunter2"));
    }
}
