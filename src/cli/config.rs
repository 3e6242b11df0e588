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

use super::{Tool, netrc};
use crate::base::{error::*, secret::Secret, url::Url};
use clap::{Arg, ArgAction, Command, error::ErrorKind};
use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// For the whole machine: it counts for those who have no file of their own.
const SYSTEM: &str = "/etc/wirepost/config";
const TOOLS: [&str; 5] = ["rftp", "rsendmail", "rpop", "rimap-search", "b64mime"];
const LARGEST: u64 = 1 << 20;

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
        let Some((file, text)) = read(path, true)? else { return Ok(()) };
        let at = |line, why: &str| Error::new(Kind::Config, format!("{}:{line}: {why}", path.display()));
        let lines = section(&text, tool.name, name).map_err(|(line, why)| at(line, why))?;
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
    let scanned = scan(command, argv);
    let (path, wanted) = match (&scanned.config, &scanned.account) {
        (Some(path), _) => (PathBuf::from(path), true),
        (None, account) => match own_or_system() {
            Some(path) => (path, account.is_some()),
            None if account.is_none() => return Ok(argv.to_vec()),
            None => return Err(Error::new(Kind::Config, "there is no home directory to find accounts in")),
        },
    };
    let name = scanned.account.as_deref();
    let Some((file, text)) = read(&path, wanted)? else { return Ok(argv.to_vec()) };
    let at = |line: usize, why: &str| Error::new(Kind::Config, format!("{}:{line}: {why}", path.display()));
    let lines = match section(&text, tool.name, name) {
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
        match place(command, &flag, verb, &scanned.given).map_err(|why| at(line.number, &why))? {
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

/// The user's file; the machine's, if that is the one there is.
fn own_or_system() -> Option<PathBuf> {
    let own = default_path();
    if own.as_ref().is_some_and(|path| path.exists()) || File::open(SYSTEM).is_err() {
        return own;
    }
    Some(PathBuf::from(SYSTEM))
}

fn default_path() -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|p| p.is_absolute());
    let base = std::env::var_os("XDG_CONFIG_HOME").and_then(absolute);
    let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(base.join("wirepost/config"))
}

fn read(path: &Path, wanted: bool) -> Result<Option<(File, String)>> {
    let failed = |e| Error::from_io(e, Kind::Config, format_args!("cannot read {}", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !wanted => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let mut text = String::new();
    (&file).take(LARGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(Some((file, text)))
}

/// Whoever can write the file can have commands run.
fn unchanged_by_others(file: &File, path: &Path) -> Result<()> {
    let about = file
        .metadata()
        .map_err(|e| Error::from_io(e, Kind::Config, format_args!("cannot read {}", path.display())))?;
    let ours = about.uid() == rustix::process::geteuid().as_raw() || about.uid() == 0;
    if about.is_file() && (about.mode() & 0o022 != 0 || !ours) {
        let text = format!("others can change {}", path.display());
        return Err(Error::new(Kind::Config, text).hint(format!("chmod go-w {}", path.display())));
    }
    Ok(())
}

/// A line of the chosen section.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

/// The lines of `[tool]` or `[tool account]`; `None` if there is no such section. All headers are looked at, so that a typo in one does
/// not hide its lines.
fn section<'a>(
    text: &'a str,
    tool: &str,
    account: Option<&str>,
) -> Result<Option<Vec<Line<'a>>>, (usize, &'static str)> {
    let (mut found, mut inside, mut begun) = (None::<Vec<Line<'a>>>, false, false);
    for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            let header =
                header.strip_suffix(']').ok_or((number, "a section is written [rftp] or [rftp work]"))?;
            let (name, which) = match header.trim().split_once(char::is_whitespace) {
                Some((name, which)) => (name, Some(which.trim())),
                None => (header.trim(), None),
            };
            if !TOOLS.contains(&name) {
                return Err((number, "a section begins with the name of a program"));
            }
            begun = true;
            inside = name == tool && which == account;
            if inside && found.replace(Vec::new()).is_some() {
                return Err((number, "this section is there already"));
            }
            continue;
        }
        if !begun {
            return Err((number, "a flag stands before the first section"));
        }
        if let (true, Some(lines)) = (inside, &mut found) {
            lines.push(Line { number, text: line });
        }
    }
    Ok(found)
}

/// One flag of a line.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Long(String),
    Short(char),
}

struct Flag {
    name: Name,
    value: Option<String>,
}

impl Flag {
    fn parse(line: &str) -> Result<Flag, String> {
        let end = line.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        let value = rest.strip_prefix('=').unwrap_or(rest).trim();
        let name = match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(long), _) if !long.is_empty() => Name::Long(long.to_string()),
            (None, Some(short)) if short.chars().count() == 1 => {
                Name::Short(short.chars().next().unwrap_or('-'))
            }
            _ => return Err(format!("not a flag such as --retries 5: {word}")),
        };
        let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
        let value = if quoted { &value[1..value.len() - 1] } else { value };
        let home = value.strip_prefix("~/").filter(|_| !quoted).zip(std::env::var("HOME").ok());
        let value = home.map_or_else(|| value.to_string(), |(rest, home)| format!("{home}/{rest}"));
        Ok(Flag { name, value: Some(value).filter(|v| quoted || !v.is_empty()) })
    }

    fn is(&self, arg: &Arg) -> bool {
        match &self.name {
            Name::Long(name) => {
                arg.get_long() == Some(name)
                    || arg.get_all_aliases().is_some_and(|all| all.contains(&name.as_str()))
            }
            Name::Short(name) => {
                arg.get_short() == Some(*name)
                    || arg.get_all_short_aliases().is_some_and(|all| all.contains(name))
            }
        }
    }

    fn shown(&self) -> String {
        match &self.name {
            Name::Long(name) => format!("--{name}"),
            Name::Short(name) => format!("-{name}"),
        }
    }
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
            Some(_) => netrc::private(file, path)?,
            None => unchanged_by_others(file, path)?,
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

/// Where a flag goes.
enum Place {
    First(OsString),
    AfterVerb(OsString),
    /// The chosen verb does not know it, or the command line says otherwise.
    Nowhere,
}

/// Finds the flag among the program's, checks it alone, so that a mistake is told with its line, and writes it as one word.
fn place(command: &Command, flag: &Flag, verb: Option<&str>, given: &[Arg]) -> Result<Place, String> {
    let own = |command: &Command| command.get_arguments().find(|a| flag.is(a)).cloned();
    let (arg, of_verb) = match own(command) {
        Some(arg) => (arg, None),
        None => {
            let mut with = command.get_subcommands().filter_map(|s| Some((s.get_name(), own(s)?)));
            let chosen = verb.and_then(|v| command.find_subcommand(v)).and_then(own);
            match (chosen, verb) {
                (Some(arg), Some(verb)) => (arg, Some(verb)),
                _ if with.next().is_some() => return Ok(Place::Nowhere),
                _ => return Err(format!("no such flag: {}", flag.shown())),
            }
        }
    };
    let told = match (arg.get_action(), &flag.value) {
        (ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version, _) => {
            return Err(format!("{} has no place in an account", flag.shown()));
        }
        (action, Some(_)) if !action.takes_values() => {
            return Err(format!("{} takes no value", flag.shown()));
        }
        (action, None) if action.takes_values() && arg.get_num_args().is_none_or(|n| n.min_values() > 0) => {
            return Err(format!("{} needs a value", flag.shown()));
        }
        (_, value) => value,
    };
    let token = OsString::from(match (arg.get_long(), told) {
        (Some(long), Some(value)) => format!("--{long}={value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => format!("{}{}", flag.shown(), value.as_deref().unwrap_or_default()),
    });
    let words =
        [Some(command.get_name()), of_verb].into_iter().flatten().map(OsString::from).chain([token.clone()]);
    if let Err(e) = command.clone().try_get_matches_from(words)
        && matches!(e.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8)
    {
        return Err(match super::explain(&e, || command.clone(), &[], false) {
            super::Parsed::Wrong(e) => e.message().to_string(),
            super::Parsed::Help(_) | super::Parsed::Version(_) => format!("{} does not fit", flag.shown()),
        });
    }
    let level = of_verb.and_then(|v| command.find_subcommand(v)).unwrap_or(command);
    let excludes = |a: &Arg, b: &Arg| {
        let known = level.get_arguments().any(|known| known.get_id() == a.get_id());
        known && level.get_arg_conflicts_with(a).iter().any(|other| other.get_id() == b.get_id())
    };
    let again = |g: &Arg| g.get_id() == arg.get_id() && !matches!(arg.get_action(), ArgAction::Append);
    if given.iter().any(|g| again(g) || excludes(g, &arg) || excludes(&arg, g)) {
        return Ok(Place::Nowhere);
    }
    Ok(if of_verb.is_some() { Place::AfterVerb(token) } else { Place::First(token) })
}

/// What has to be known of argv before it can be parsed.
#[derive(Debug, Default)]
struct Scanned {
    account: Option<String>,
    config: Option<OsString>,
    /// Its index in argv, and its name.
    verb: Option<(usize, String)>,
    /// The flags that are there.
    given: Vec<Arg>,
}

fn scan(command: &Command, argv: &[OsString]) -> Scanned {
    let mut scanned = Scanned::default();
    let mut level = command;
    let mut words = argv.iter().enumerate().skip(1);
    while let Some((index, word)) = words.next() {
        let text = word.to_string_lossy();
        if text == "--" {
            break;
        }
        if let Some(long) = text.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (long, None),
            };
            let arg = level.get_arguments().find(|a| a.get_long() == Some(name));
            let takes = arg.is_some_and(needs_value);
            scanned.given.extend(arg.cloned());
            let value = value.or_else(|| if takes { words.next().map(|(_, w)| w.clone()) } else { None });
            match (name, value) {
                ("account", Some(value)) => scanned.account = Some(value.to_string_lossy().into_owned()),
                ("config", Some(value)) => scanned.config = Some(value),
                _ => {}
            }
        } else if text.len() > 1 && text.starts_with('-') {
            // Of -qu NAME only the last can take the next word; in -uNAME the first that takes a value takes the rest.
            let mut letters = text.chars().skip(1).peekable();
            while let Some(letter) = letters.next() {
                let arg = level.get_arguments().find(|a| a.get_short() == Some(letter));
                scanned.given.extend(arg.cloned());
                if arg.is_some_and(needs_value) {
                    if letters.peek().is_none() {
                        words.next();
                    }
                    break;
                }
            }
        } else if scanned.verb.is_none()
            && let Some(verb) = command.find_subcommand(text.as_ref())
        {
            scanned.verb = Some((index, verb.get_name().to_string()));
            level = verb;
        }
    }
    scanned
}

fn needs_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && arg.get_num_args().is_none_or(|n| n.min_values() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, value_parser};

    fn command() -> Command {
        let mut command = Command::new("rftp")
            .args_override_self(true)
            .subcommand_required(true)
            .arg(Arg::new("retries").long("retries").global(true).value_parser(value_parser!(u32)))
            .arg(Arg::new("user").long("user").short('u').global(true))
            .arg(Arg::new("quiet").long("quiet").short('q').global(true).action(ArgAction::SetTrue))
            .arg(
                Arg::new("verbose")
                    .long("verbose")
                    .global(true)
                    .conflicts_with("quiet")
                    .action(ArgAction::SetTrue),
            )
            .arg(Arg::new("account").long("account").global(true))
            .arg(Arg::new("config").long("config").global(true))
            .subcommand(
                Command::new("put")
                    .arg(Arg::new("digest").long("digest").action(ArgAction::SetTrue))
                    .arg(Arg::new("names").num_args(1..)),
            )
            .subcommand(Command::new("ls").arg(Arg::new("long").long("long").action(ArgAction::SetTrue)));
        command.build();
        command
    }

    fn argv(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn sections() {
        let text = "# mine\n[rftp]\n--retries 5\n\n[ rftp  work ]\n -q\n[rpop]\n--x\n";
        let lines = section(text, "rftp", None).unwrap().unwrap();
        assert_eq!(lines, [Line { number: 3, text: "--retries 5" }]);
        assert_eq!(section(text, "rftp", Some("work")).unwrap().unwrap()[0].number, 6);
        assert_eq!(section(text, "rftp", Some("home")), Ok(None));
        for (bad, line) in
            [("--x\n[rftp]", 1), ("[rftp]\n\n[rfpt]", 3), ("[rftp\n", 1), ("[rftp]\n[rftp]", 2)]
        {
            assert_eq!(section(bad, "rftp", None).unwrap_err().0, line, "{bad}");
        }
    }

    #[test]
    fn lines_are_flags() {
        for (line, name, value) in [
            ("--retries 5", "--retries", Some("5")),
            ("--retries=5", "--retries", Some("5")),
            ("--password-command pass show a b", "--password-command", Some("pass show a b")),
            ("--header \" x \"", "--header", Some(" x ")),
            ("--envelope-from \"\"", "--envelope-from", Some("")),
            ("-q", "-q", None),
            ("-u me", "-u", Some("me")),
        ] {
            let flag = Flag::parse(line).unwrap();
            assert_eq!((flag.shown().as_str(), flag.value.as_deref()), (name, value), "{line}");
        }
        for bad in ["retries 5", "--", "-", "-qv"] {
            assert!(Flag::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn argv_is_looked_through() {
        let found = |text: &str| scan(&command(), &argv(text));
        assert_eq!(found("rftp --user put ls x").verb, Some((3, "ls".into())));
        assert_eq!(found("rftp -qu put ls").verb, Some((3, "ls".into())));
        assert_eq!(found("rftp -uput put put").verb, Some((2, "put".into())));
        assert_eq!(found("rftp put --account work x").account.as_deref(), Some("work"));
        assert_eq!(found("rftp put --user --account work").account, None);
        assert_eq!(found("rftp put -- --account work").account, None);
        assert_eq!(found("rftp --config=f ls").config, Some("f".into()));
    }

    #[test]
    fn flags_find_their_place() {
        let at = |line: &str, verb: &str| {
            let given = scan(&command(), &argv("rftp --verbose --account a ls --retries 7")).given;
            let given = if verb == "ls" { given } else { Vec::new() };
            Ok(match place(&command(), &Flag::parse(line)?, Some(verb), &given)? {
                Place::First(token) => format!("1 {}", token.display()),
                Place::AfterVerb(token) => format!("2 {}", token.display()),
                Place::Nowhere => "-".into(),
            })
        };
        let at = |line: &str, verb: &str| -> Result<String, String> { at(line, verb) };
        assert_eq!(at("--retries 5", "put").unwrap(), "1 --retries=5");
        assert_eq!(at("-q", "put").unwrap(), "1 --quiet");
        assert_eq!(at("--digest", "put").unwrap(), "2 --digest");
        assert_eq!(at("--digest", "ls").unwrap(), "-");
        assert_eq!(at("--retries 5", "ls").unwrap(), "-", "the command line has it");
        assert_eq!(at("--quiet", "ls").unwrap(), "-", "it excludes --verbose");
        assert_eq!(at("--user me", "ls").unwrap(), "1 --user=me");
        for (bad, why) in [
            ("--retry 5", "no such flag: --retry"),
            ("--retries", "--retries needs a value"),
            ("--digest yes", "--digest takes no value"),
            ("--help", "--help has no place in an account"),
        ] {
            assert_eq!(at(bad, "put").unwrap_err(), why);
        }
        assert!(at("--retries many", "put").unwrap_err().contains("invalid value 'many'"));
    }

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
