//! The flags of a section among those of the command line: what argv says of itself before it is parsed, and where each flag goes.

use super::file::Flag;
use crate::cli;
use clap::{Arg, ArgAction, Command, error::ErrorKind};
use std::ffi::OsString;

/// Where a flag goes.
pub(super) enum Place {
    First(OsString),
    AfterVerb(OsString),
    /// The chosen verb does not know it, or the command line says otherwise.
    Nowhere,
}

/// Finds the flag among the program's, checks it alone, so that a mistake is told with its line, and writes it as one word.
pub(super) fn place(
    command: &Command,
    flag: &Flag,
    verb: Option<&str>,
    given: &[Arg],
) -> Result<Place, String> {
    let own = |command: &Command| command.get_arguments().find(|a| flag.is(a)).cloned();
    // Where flags exclude verbs, those outside are of the run without a verb.
    let before_verb = |arg: &Arg| arg.is_global_set() || !command.is_args_conflicts_with_subcommands_set();
    let (arg, of_verb) = match own(command) {
        Some(arg) if verb.is_none() || before_verb(&arg) => (arg, None),
        outside => {
            let mut with = command.get_subcommands().filter_map(|s| Some((s.get_name(), own(s)?)));
            let chosen = verb.and_then(|v| command.find_subcommand(v)).and_then(own);
            match (chosen, verb) {
                (Some(arg), Some(verb)) => (arg, Some(verb)),
                _ if outside.is_some() || with.next().is_some() => return Ok(Place::Nowhere),
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
        return Err(match cli::explain(&e, || command.clone(), &[], false) {
            cli::Parsed::Wrong(e) => e.message().to_string(),
            cli::Parsed::Help(_) | cli::Parsed::Version(_) => format!("{} does not fit", flag.shown()),
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
pub(super) struct Scanned {
    pub(super) account: Option<String>,
    pub(super) config: Option<OsString>,
    /// Its index in argv, and its name.
    pub(super) verb: Option<(usize, String)>,
    /// The flags that are there.
    pub(super) given: Vec<Arg>,
}

pub(super) fn scan(command: &Command, argv: &[OsString]) -> Scanned {
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
    fn a_flag_of_the_run_without_a_verb_stays_out_of_a_verb_that_lacks_it() {
        let command = command()
            .args_conflicts_with_subcommands(true)
            .arg(Arg::new("digest").long("digest").action(ArgAction::SetTrue));
        let at = |verb| place(&command, &Flag::parse("--digest").unwrap(), verb, &[]).unwrap();
        assert!(matches!(at(None), Place::First(token) if token == "--digest"));
        assert!(matches!(at(Some("put")), Place::AfterVerb(token) if token == "--digest"));
        assert!(matches!(at(Some("ls")), Place::Nowhere));
    }
}
