//! Completions of a program for bash, zsh and fish, made from its clap definition while testing.
//!
//! clap_complete writes them; here its command is made to say what values are (by their names in the help: `DIR`, `FILE`, `CMD`,
//! …, so a new flag completes without more being said), and what it gets wrong for programs like ours is put right.

use clap::{Command, ValueHint, builder::PossibleValue};
use clap_complete::Shell;

/// Values that are no closed set, and yet mostly one of these.
fn usual_values(value: &str) -> &'static [&'static str] {
    match value {
        "MECHANISM" => &[
            "scram-sha-256-plus",
            "scram-sha-256",
            "scram-sha-1",
            "oauthbearer",
            "xoauth2",
            "plain",
            "login",
            "external",
            "cram-md5",
        ],
        "METHOD" => &[
            "best",
            "user",
            "apop",
            "scram-sha-256-plus",
            "scram-sha-256",
            "scram-sha-1",
            "oauthbearer",
            "xoauth2",
            "plain",
            "login",
            "external",
            "cram-md5",
        ],
        "MAILBOX" => &[
            "INBOX",
            "\\All",
            "\\Archive",
            "\\Drafts",
            "\\Flagged",
            "\\Important",
            "\\Junk",
            "\\Sent",
            "\\Trash",
        ],
        "FLAG" => &["Seen", "Flagged", "Answered", "Deleted", "Draft"],
        _ => &[],
    }
}

fn hint(value: &str) -> Option<ValueHint> {
    Some(match value {
        "DIR" | "DEST" => ValueHint::DirPath,
        "FILE" | "PATH" | "LIST" | "SOURCE" | "LOCAL" | "CID=FILE" => ValueHint::FilePath,
        "URL" | "REMOTE" => ValueHint::Url,
        "CMD" => ValueHint::CommandString,
        "ADDRESS" => ValueHint::EmailAddress,
        _ => return None,
    })
}

/// The command as the completions see it: values with what is usual for them, and without what is hidden.
fn completed(shell: Shell, command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let closed = !arg.get_possible_values().is_empty();
        // A URL stands in front of the words that follow it once, and the words many times.
        let named = |names: &[clap::builder::Str]| match names {
            [url, words, ..] if url == "URL" => Some(words.to_string()),
            [first, ..] => Some(first.to_string()),
            [] => None,
        };
        let value = arg.get_value_names().and_then(named);
        let Some(value) = value.filter(|_| !closed && arg.get_action().takes_values()) else { return arg };
        // Shells of Bourne's family read a backslash; two of them are one to the program. bash reads the list once more.
        let spelt = |word: &&str| match shell {
            Shell::Bash => word.replace('\\', "\\\\\\\\\\\\\\\\"),
            Shell::Fish => word.replace('\\', "\\\\"),
            _ => word.to_string(),
        };
        let usual: Vec<PossibleValue> =
            usual_values(&value).iter().map(|w| PossibleValue::new(&*spelt(w).leak())).collect();
        match hint(&value) {
            _ if !usual.is_empty() => arg.value_parser(usual),
            Some(hint) => arg.value_hint(hint),
            None if arg.is_positional() => arg,
            None => arg.value_hint(ValueHint::Other),
        }
    });
    command.mut_subcommands(|verb| completed(shell, verb))
}

pub(super) fn of(shell: Shell, name: &str, command: Command) -> String {
    let hidden = hidden(&command);
    let verbs = verbs(&command);
    let words = command.get_positionals().next().is_some() && !verbs.is_empty();
    let mut text = Vec::new();
    // For bash a hyphen in the program's name gets lost on the way to its verbs (clap_complete 4.6): a name without one, until
    // the lines that say which word is completed.
    let plain = name.replace('-', "");
    match shell {
        Shell::Bash => {
            let mut command = completed(shell, command).name(plain.clone().leak() as &str);
            clap_complete::generate(shell, &mut command, &plain, &mut text);
        }
        _ => clap_complete::generate(shell, &mut completed(shell, command), name, &mut text),
    }
    let mut text = String::from_utf8(text).expect("UTF-8");
    if shell == Shell::Bash {
        text = text.replace(&format!("-o default {plain}\n"), &format!("-o default {name}\n"));
    }
    if shell == Shell::Fish {
        text = first_verb(&text, name, &verbs);
    }
    if shell == Shell::Zsh && words {
        text = verb_or_words(&text, name, &verbs);
    }
    hidden.iter().fold(text, |text, long| without(shell, &text, long))
}

fn verbs(command: &Command) -> Vec<String> {
    command.get_subcommands().map(|verb| verb.get_name().to_string()).collect()
}

/// zsh's completions of a program whose first word is a verb or something of its own: clap_complete wants both, one after the
/// other, and then finds no verb at all. Any other first word is completed as after `search`, which may be left out.
fn verb_or_words(text: &str, name: &str, verbs: &[String]) -> String {
    let before = format!("\":: :_{name}_commands\"");
    let lines: Vec<&str> = text.lines().collect();
    let first = |n: usize| lines.get(n + 1).is_some_and(|next| next.starts_with(&before));
    let kept = lines.iter().enumerate().filter(|(n, line)| !(line.starts_with("'::") && first(*n)));
    let mut text: String = kept.map(|(_, line)| format!("{line}\n")).collect();
    text = text.replace("line[2]", "line[1]");
    if verbs.iter().any(|verb| verb == "search") {
        let state = format!("    ({name})\n");
        let usual = format!("        [[ $line[1] == ({}|help) ]] || line[1]=search\n", verbs.join("|"));
        text = text.replacen(&state, &format!("{state}{usual}"), 1);
    }
    text
}

/// fish's completions with another way to find the verb: clap_complete's stops at a flag that waits for its value, and takes the
/// first word for a verb, whatever it is.
fn first_verb(text: &str, name: &str, verbs: &[String]) -> String {
    let name = name.replace('-', "_");
    let function = format!("function __fish_{name}_needs_command\n");
    let (Some(from), Some(to)) = (text.find("# Print an optspec"), text.find(&function)) else {
        return text.to_string();
    };
    let end = text[to..].find("\nend\n").map_or(text.len(), |at| to + at + "\nend\n".len());
    let verbs = verbs.join(" ");
    format!(
        "{}# Tells the verb on the command line; true if there is none yet.\n{function}    for word in (commandline -opc)[2..-1]\n        \
         if contains -- $word {verbs} help\n            echo $word\n            return 1\n        end\n    end\n    return 0\nend\n{}",
        &text[..from],
        &text[end..]
    )
}

/// The long flags that the help does not show.
fn hidden(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter(|arg| arg.is_hide_set());
    let mut longs: Vec<String> = own.filter_map(|arg| arg.get_long().map(str::to_string)).collect();
    for verb in command.get_subcommands() {
        longs.extend(hidden(verb));
    }
    longs
}

/// The completions without this flag, which clap_complete offers although it is hidden.
fn without(shell: Shell, text: &str, long: &str) -> String {
    let offers = |line: &&str| match shell {
        Shell::Zsh => line.contains(&format!("--{long}=[")) || line.contains(&format!("--{long}[")),
        Shell::Fish => line.contains(&format!(" -l {long} ")),
        _ => false,
    };
    let text = text.replace(&format!(" --{long} "), " ");
    text.lines().filter(|line| !offers(line)).map(|line| format!("{line}\n")).collect()
}
