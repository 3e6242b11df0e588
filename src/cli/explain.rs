//! clap's report of wrong flags in our form: one line that says what is wrong, and one hint that says what to type.
//!
//! clap knows the words; what a person most often did is put a verb's flag in front of the verb, take another verb's flag, or leave
//! the destination out. Those are told as such.

use crate::base::error::*;
use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind as E},
};
use std::{ffi::OsString, path::Path};

pub(super) enum Parsed {
    /// `--help`: text for stdout.
    Help(String),
    /// `--version`.
    Version(String),
    Wrong(Error),
}

const HELP: &str = "--help tells what there is";

/// `url`: whether an account or the environment names a place, below which `:path` is.
pub(super) fn explain(
    error: &clap::Error,
    command: impl FnOnce() -> Command,
    argv: &[OsString],
    url: bool,
) -> Parsed {
    let text = error.render();
    match error.kind() {
        E::DisplayHelp => Parsed::Help(text.ansi().to_string()),
        E::DisplayVersion => Parsed::Version(text.to_string()),
        E::DisplayHelpOnMissingArgumentOrSubcommand | E::MissingSubcommand => {
            Parsed::Wrong(Error::new(Kind::Usage, "nothing to do").hint(HELP))
        }
        E::UnknownArgument => Parsed::Wrong(unknown(error, &command(), argv)),
        _ => Parsed::Wrong(other(error, &text.to_string(), url)),
    }
}

fn word(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(many) => many.first().cloned(),
        _ => None,
    }
}

/// A flag that is not known where it stands, or a word too many.
fn unknown(error: &clap::Error, command: &Command, argv: &[OsString]) -> Error {
    let given = word(error, ContextKind::InvalidArg).unwrap_or_default();
    let flag = given.split(['=', ' ']).next().unwrap_or_default().to_string();
    if !flag.starts_with('-') || flag == "-" {
        return Error::new(Kind::Usage, format!("one word too many: {given}")).hint(HELP);
    }
    if let Some(error) = negative(&flag, command, argv) {
        return error;
    }
    let wrong = Error::new(Kind::Usage, format!("no such flag here: {flag}"));
    // `-dash`, of which only the first letter was looked at.
    let is_file = |word: &&OsString| {
        word.to_str().is_some_and(|word| word.starts_with(&flag)) && Path::new(word).exists()
    };
    if let Some(word) = argv.iter().skip(1).find(is_file) {
        return wrong.hint(format!("the file {0} is written ./{0}", word.display()));
    }
    let mut owners = Vec::new();
    owners_of(&flag, command, &mut owners);
    let typed = |path: &Vec<String>| {
        argv.iter().skip(1).any(|word| path.last().is_some_and(|verb| word == verb.as_str()))
    };
    let name = command.get_name();
    match owners.iter().find(|path| typed(path)) {
        Some(path) => wrong.hint(format!("it goes behind the verb: {name} {} {flag} …", path.join(" "))),
        None if !owners.is_empty() => {
            let verbs: Vec<String> = owners.iter().map(|path| path.join(" ")).collect();
            wrong.hint(format!("{flag} is a flag of {name} {}", verbs.join(", ")))
        }
        None => match word(error, ContextKind::SuggestedArg) {
            Some(similar) => wrong.hint(format!("a similar one is {similar}")),
            None => wrong.hint(HELP),
        },
    }
}

/// `--retries -1`: clap takes the number for a flag, a person for the value of the flag before it.
fn negative(given: &str, command: &Command, argv: &[OsString]) -> Option<Error> {
    if !given[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let at = argv.iter().position(|word| word.to_str().is_some_and(|word| word.starts_with(given)))?;
    let (flag, value) = (argv[at.checked_sub(1)?].to_str()?, argv[at].display());
    takes_value(flag, command).then(|| {
        let text = format!("invalid value '{value}' for '{flag}': less than 0");
        Error::new(Kind::Usage, text)
    })
}

/// Whether any verb has this flag, and it takes a value.
fn takes_value(flag: &str, command: &Command) -> bool {
    command.get_arguments().any(|arg| is_named(arg, flag) && arg.get_action().takes_values())
        || command.get_subcommands().any(|verb| takes_value(flag, verb))
}

/// Whether this is the argument's long or short name.
fn is_named(arg: &clap::Arg, flag: &str) -> bool {
    arg.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long))
        || arg
            .get_short()
            .is_some_and(|short| !flag.starts_with("--") && flag.get(1..) == Some(&short.to_string()))
}

/// The verbs, each as the words to type, that have this flag for themselves.
fn owners_of(flag: &str, command: &Command, owners: &mut Vec<Vec<String>>) {
    for verb in command.get_subcommands() {
        let own = |arg: &clap::Arg| !arg.is_global_set() && !arg.is_hide_set() && is_named(arg, flag);
        let own = verb.get_arguments().any(own);
        let before = owners.len();
        if own {
            owners.push(Vec::new());
        }
        owners_of(flag, verb, owners);
        for path in &mut owners[before..] {
            path.insert(0, verb.get_name().to_string());
        }
    }
}

/// Everything else clap finds: its own first line, with what belongs to it from the next.
fn other(error: &clap::Error, text: &str, url: bool) -> Error {
    let mut lines = text.lines().map(str::trim);
    let mut message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_string();
    let (mut tip, mut usage) = (None, None);
    for line in lines {
        if let Some(said) = line.strip_prefix("tip: ") {
            tip.get_or_insert(said.to_string());
        } else if let Some(line) = line.strip_prefix("Usage: ") {
            usage = Some(line.to_string());
            break;
        } else if line.starts_with("For more") {
            break;
        } else if !line.is_empty() && tip.is_none() {
            // The list of missing arguments or possible values.
            message = format!("{message} {line}");
        }
    }
    match error.kind() {
        E::MissingRequiredArgument => {
            let missing = message.split_once(": ").map_or(message.as_str(), |(_, names)| names);
            let words = usage.as_deref().and_then(|usage| usage.split_once("[OPTIONS] "));
            let (missing, hint) = match words {
                // Words of two meanings are one argument to clap, which writes them `<SOURCE> [REMOTE]...`.
                Some((_, words)) if missing.starts_with('<') && missing.ends_with("]...") => (words, None),
                _ if url && missing == "<REMOTE>..." => {
                    (missing, Some(":path is a path below the URL that is known, and : is that URL itself"))
                }
                _ => (missing, None),
            };
            let hint = hint.map(String::from).or_else(|| usage.clone());
            Error::new(Kind::Usage, format!("missing: {missing}")).hint(hint.unwrap_or_else(|| HELP.into()))
        }
        E::InvalidSubcommand => {
            // `rsendmail ops@example.org`, as one would call mail(1).
            let word = word(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let tip = if word.contains('@') && !word.contains("://") {
                Some("--to names a recipient".into())
            } else {
                tip
            };
            Error::new(Kind::Usage, message).hint(tip.unwrap_or_else(|| HELP.into()))
        }
        _ => match tip {
            Some(tip) => Error::new(Kind::Usage, message).hint(tip),
            // The message names the flag and what it takes.
            None if matches!(error.kind(), E::InvalidValue | E::ValueValidation) => {
                Error::new(Kind::Usage, number(message))
            }
            None => Error::new(Kind::Usage, message).hint(HELP),
        },
    }
}

/// What the standard library says of a number, in words that tell what to type.
fn number(message: String) -> String {
    for (said, meant) in [
        ("invalid digit found in string", "not a whole number"),
        ("cannot parse integer from empty string", "not a whole number"),
        ("number too large to fit in target type", "too large"),
    ] {
        if let Some(rest) = message.strip_suffix(said) {
            return format!("{rest}{meant}");
        }
    }
    message
}
