//! The man page and the completions of a program, made from its clap definition while testing: what is checked in under
//! `completions/` has to be what the definition says now. `scripts/bless` (`BLESS=1`) writes it anew.
//!
//! One page a program: somebody who looks for `--resume` in rftp(1) finds it by searching, whichever verb has it. Options that all
//! verbs share are told once. Examples and notes are those of `--help`, the exit codes those of their one table.

mod completions;

use clap::{Arg, Command, CommandFactory, builder::PossibleValue};
use clap_complete::Shell;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use std::{fs, path::Path};
use wirepost::cli::{
    Tool, config, exit,
    help::{self, Block},
};

/// Compares, or with `BLESS` writes.
pub fn compare<A: CommandFactory>(tool: &Tool) {
    let name = tool.name;
    let mut files = vec![(format!("man/{name}.1"), page(tool, A::command()))];
    for (shell, file) in [
        (Shell::Bash, format!("bash/{name}")),
        (Shell::Zsh, format!("zsh/_{name}")),
        (Shell::Fish, format!("fish/{name}.fish")),
    ] {
        files.push((file, completions::of(shell, name, A::command())));
    }
    examples_hold(&A::command());
    every_argument_has_help(&A::command());
    let mut stale = Vec::new();
    for (file, text) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(&file);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(&path, &text).expect("a file");
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(file);
        }
    }
    assert!(
        stale.is_empty(),
        "in completions/ is not what the flags say now; scripts/bless writes it: {stale:?}"
    );
}

/// Whoever reads `--help` finds a line for everything that may be typed.
fn every_argument_has_help(command: &Command) {
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        assert!(arg.get_help().is_some(), "{} of {} has no help", arg.get_id(), command.get_name());
    }
    command.get_subcommands().for_each(every_argument_has_help);
}

/// Every example is a command that the flags accept, and every verb has one.
fn examples_hold(root: &Command) {
    let name = root.get_name();
    let blocks = help::blocks(&root.get_after_long_help().map(ToString::to_string).unwrap_or_default());
    let shown = help::examples(&blocks, name);
    assert!(shown.len() > 3, "{name} has hardly an example");
    for line in &shown {
        let words = words_of(line, name);
        let parsed = help::complete(root.clone()).try_get_matches_from(&words);
        assert!(parsed.is_ok(), "the example {line:?} is refused: {}", parsed.unwrap_err());
    }
    fn every_verb(above: &Command, path: &str, blocks: &[Block]) {
        for verb in above.get_subcommands() {
            let path = format!("{path} {}", verb.get_name());
            assert!(!help::examples(blocks, &path).is_empty(), "no example of {path}");
            every_verb(verb, &path, blocks);
        }
    }
    every_verb(root, name, &blocks);
}

/// The words of this program's call in a line of shell.
fn words_of(line: &str, name: &str) -> Vec<String> {
    let from = line.find(&format!("{name} ")).expect("the program");
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line[from..].chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '|' | '>' | '<' | ';' | '(') => break,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The day of this version, as CHANGELOG.md tells it.
fn released() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/CHANGELOG.md");
    let text = fs::read_to_string(path).expect("CHANGELOG.md");
    let head = format!("## {} - ", env!("CARGO_PKG_VERSION"));
    let day = text
        .lines()
        .find_map(|line| line.strip_prefix(&head))
        .expect("a heading with this version and its day");
    day.trim().to_string()
}

fn page(tool: &Tool, command: Command) -> String {
    let blocks = help::blocks(&command.get_after_long_help().map(ToString::to_string).unwrap_or_default());
    let mut root = command;
    root.build();
    let root = root;
    let name = root.get_name();
    let about = root.get_about().map(ToString::to_string).unwrap_or_default();
    let mut roff = Roff::new();
    let version = concat!("wirepost ", env!("CARGO_PKG_VERSION"));
    roff.control("TH", [name.to_uppercase().as_str(), "1", released().as_str(), version, "User Commands"]);
    section(&mut roff, "NAME");
    roff.text([roman(format!("{name} - {}", lower_first(&about)))]);
    section(&mut roff, "SYNOPSIS");
    usage(&mut roff, &root);

    section(&mut roff, "DESCRIPTION");
    let long = root.get_long_about().map(ToString::to_string).unwrap_or_default();
    for paragraph in long.split("\n\n").filter(|p| !p.is_empty() && *p != about) {
        roff.text([roman(paragraph.replace('\n', " "))]);
        roff.control("PP", []);
    }
    let prose = blocks.iter().filter_map(|block| match block {
        Block::Prose(lines) => Some(lines),
        Block::Titled(..) => None,
    });
    for line in prose.flatten() {
        roff.text([roman(line.as_str())]);
        roff.control("PP", []);
    }
    roff.text([roman("Results go to standard output, everything else to standard error; a verb that does something says nothing unless it failed, standard output is a terminal, or "), bold("-v"), roman(" is given.")]);

    let verbs: Vec<&Command> =
        root.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()).collect();
    if !verbs.is_empty() {
        section(&mut roff, "COMMANDS");
        for verb in verbs {
            this_verb(&mut roff, &root, verb);
        }
    }
    section(&mut roff, "OPTIONS");
    for (heading, args) in groups(&root, |_| true) {
        if !heading.is_empty() {
            roff.control("SS", [heading.as_str()]);
        }
        args.iter().for_each(|arg| option(&mut roff, arg));
    }
    section(&mut roff, "EXAMPLES");
    let examples: Vec<String> =
        help::examples(&blocks, name).iter().flat_map(|line| help::folded(line)).collect();
    verbatim(&mut roff, &examples);
    for block in &blocks {
        if let Block::Titled(title, lines) = block
            && !help::EXAMPLES.contains(&title.as_str())
        {
            section(&mut roff, &title.split(',').next().unwrap_or(title).to_uppercase());
            if title.contains(',') {
                roff.text([roman(format!("{title}:"))]);
                roff.control("PP", []);
            }
            verbatim(&mut roff, lines);
        }
    }
    section(&mut roff, "EXIT STATUS");
    for (code, meaning) in exit::MEANINGS {
        roff.control("TP", ["10"]);
        roff.text([bold(code)]);
        roff.text([roman(meaning)]);
    }
    roff.control("PP", []);
    roff.text([roman(exit::MERGING)]);
    surroundings(&mut roff, tool);
    roff.render()
}

fn section(roff: &mut Roff, title: &str) {
    roff.control("SH", [title]);
}

fn verbatim(roff: &mut Roff, lines: &[String]) {
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line.as_str())]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// The usage lines of a built command: its name in bold.
fn usage(roff: &mut Roff, command: &Command) {
    let text = command.clone().render_usage().to_string();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_string();
    for (n, line) in text.trim_start_matches("Usage:").lines().map(str::trim).enumerate() {
        if n > 0 {
            roff.control("br", []);
        }
        match line.strip_prefix(&name) {
            Some(rest) => roff.text([bold(name.as_str()), roman(rest)]),
            None => roff.text([roman(line)]),
        };
    }
}

fn this_verb(roff: &mut Roff, root: &Command, verb: &Command) {
    let name = verb.get_bin_name().unwrap_or_else(|| verb.get_name());
    roff.control("SS", [name]);
    roff.text([roman(format!("{}.", verb.get_about().map(ToString::to_string).unwrap_or_default()))]);
    roff.control("PP", []);
    usage(roff, verb);
    let own: Vec<_> = groups(verb, |arg| !arg.is_global_set());
    // A group that is the program's own too is told with the program's.
    let roots = groups(root, |arg| !arg.is_global_set());
    let ids = |args: &[&Arg]| args.iter().map(|a| (a.to_string(), help_of(a))).collect::<Vec<_>>();
    let (told, own): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|(h, args)| roots.iter().any(|(o, same)| o == h && ids(same) == ids(args)));
    for (heading, args) in own {
        if !heading.is_empty() {
            roff.control("PP", []);
            roff.text([italic(heading)]);
        }
        args.iter().for_each(|arg| option(roff, arg));
    }
    let told: Vec<String> = told.into_iter().map(|(heading, _)| heading).filter(|h| !h.is_empty()).collect();
    if !told.is_empty() {
        roff.control("PP", []);
        roff.text([roman(format!("For {} see OPTIONS.", told.join(", ")))]);
    }
    for below in verb.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()) {
        this_verb(roff, root, below);
    }
}

/// The options by heading, in the order of the definition.
fn groups(command: &Command, which: impl Fn(&Arg) -> bool) -> Vec<(String, Vec<&Arg>)> {
    let mut groups: Vec<(String, Vec<&Arg>)> = Vec::new();
    let shown = |arg: &&Arg| {
        !arg.is_hide_set() && which(arg) && !["help", "version"].contains(&arg.get_id().as_str())
    };
    for arg in command.get_arguments().filter(shown) {
        let heading = arg.get_help_heading().unwrap_or_default().to_string();
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, args)) => args.push(arg),
            None => groups.push((heading, vec![arg])),
        }
    }
    groups
}

fn help_of(arg: &Arg) -> String {
    arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default()
}

fn option(roff: &mut Roff, arg: &Arg) {
    let mut head: Vec<Inline> = Vec::new();
    let values = arg.get_value_names().map(|v| v.join(" ")).unwrap_or_default();
    if arg.is_positional() {
        // rimap-search's "URL] [EXPR" is two words to a reader.
        head.push(italic(if values.contains(']') { format!("[{values}]") } else { values }));
    } else {
        if let Some(short) = arg.get_short() {
            head.push(bold(format!("-{short}")));
            head.push(roman(if arg.get_long().is_some() { ", " } else { "" }));
        }
        if let Some(long) = arg.get_long() {
            head.push(bold(format!("--{long}")));
        }
        if arg.get_action().takes_values() {
            let optional = arg.get_num_args().is_some_and(|n| n.min_values() == 0);
            let (open, close) = if optional { ("[=", "]") } else { (" ", "") };
            head.extend([roman(open), italic(values), roman(close)]);
        }
    }
    roff.control("TP", []);
    roff.text(head);
    let mut text = help_of(arg);
    let defaults: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if !defaults.is_empty() && arg.get_action().takes_values() && !arg.is_hide_default_value_set() {
        text = format!("{text} [default: {}]", defaults.join(" "));
    }
    for paragraph in text.split("\n\n") {
        roff.text([roman(paragraph.replace('\n', " "))]);
    }
    let possible: Vec<PossibleValue> =
        arg.get_possible_values().into_iter().filter(|v| !v.is_hide_set()).collect();
    if !arg.get_action().takes_values() || possible.is_empty() {
        return;
    }
    roff.control("RS", []);
    for value in possible {
        roff.control("TP", ["12"]);
        roff.text([bold(value.get_name())]);
        roff.text([roman(value.get_help().map(ToString::to_string).unwrap_or_default())]);
    }
    roff.control("RE", []);
}

/// What the program looks at beside its flags.
fn surroundings(roff: &mut Roff, tool: &Tool) {
    let network = !tool.password_variable.is_empty();
    let url = config::url_variable(tool);
    section(roff, "ENVIRONMENT");
    let mut say = |name: &str, text: &str| {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(text)]);
    };
    if network {
        say(&url, "The server, where the command line names none.");
        say(tool.password_variable, "The password, where no flag says where it comes from.");
        say("WIREPOST_PROXY_PASSWORD", "The password of the proxy's user.");
        say("NETRC", "The file of logins, in place of ~/.netrc.");
    }
    if tool.name == "rsendmail" {
        say("RSENDMAIL_FROM", "The sender, where no flag names one.");
        say("RSENDMAIL_QUEUE_DIR", "Where the queue is, in place of the state directory.");
    }
    say(
        "XDG_CONFIG_HOME, XDG_STATE_HOME",
        "Where the account file and the state are, in place of ~/.config and ~/.local/state.",
    );
    if ["rpop", "rimap-search"].contains(&tool.name) {
        say(
            "WIREPOST_UID, WIREPOST_FROM, WIREPOST_SUBJECT, WIREPOST_SIZE, WIREPOST_MAILBOX",
            "What the command of --exec is told of its message. The variables that hold our secrets are removed.",
        );
    }
    section(roff, "FILES");
    let mut say = |name: &str, text: &str| {
        roff.control("TP", []);
        roff.text([italic(name)]);
        roff.text([roman(text)]);
    };
    say(
        "~/.config/wirepost/config",
        "Accounts, never needed (/etc/wirepost/config where a user has none): flags as on the command line, one a line, under [PROGRAM] or [PROGRAM NAME]. It must be readable by its owner alone if it holds a login.",
    );
    if network {
        say(
            "~/.netrc",
            "Logins: machine HOST login USER password SECRET. Refused if others can read it; host and user must match.",
        );
        say("~/.local/state/wirepost/", "What is remembered between runs.");
    }
    section(roff, "SEE ALSO");
    let others =
        ["b64mime", "rftp", "rimap-search", "rpop", "rsendmail"].iter().filter(|name| **name != tool.name);
    let mut line = Vec::new();
    for other in others {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(*other), roman("(1)")]);
    }
    roff.text(line);
    roff.control("PP", []);
    roff.text([
        roman("The JSON that "),
        bold("--json"),
        roman(" writes is described line by line in README.md."),
    ]);
}
