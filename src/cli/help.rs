//! What stands behind the options in `-h` and `--help`: examples, notes and exit codes, for a program and for each of its verbs.
//!
//! A program writes one text, the root's `after_long_help`, as a person reads it: titled blocks (a line that ends in a colon,
//! then indented lines) and plain paragraphs. Everything else is made from it here: a verb shows those examples that use it,
//! paragraphs are folded to the terminal's width, and the exit codes come from their one table. The man pages are made from the
//! same blocks, so an example is written once.

use super::exit;
use clap::Command;

/// The titles of examples: `-h` shows the first, `--help` both.
pub const EXAMPLES: [&str; 2] = ["Examples", "More examples"];

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A title without its colon, and lines to be shown as they are.
    Titled(String, Vec<String>),
    /// Prose, one string a sentence that began a line of its own.
    Prose(Vec<String>),
}

/// The blocks of a program's text. The exit codes are left out: they have a table of their own.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fresh = true;
    for line in text.lines().map(str::trim_end) {
        let last = blocks.last_mut();
        match (line, last) {
            ("", _) => fresh = true,
            (line, Some(Block::Titled(_, lines))) if line.starts_with(' ') => {
                match lines.last_mut() {
                    // As the shell reads it.
                    Some(open) if open.ends_with(" \\") => {
                        open.pop();
                        open.push_str(line.trim_start());
                    }
                    _ => lines.push(line.strip_prefix("  ").unwrap_or(line).to_string()),
                }
                fresh = false;
            }
            (line, _) if line.ends_with(':') && fresh => {
                blocks.push(Block::Titled(line.trim_end_matches(':').to_string(), Vec::new()));
                fresh = false;
            }
            (line, Some(Block::Prose(lines))) if !fresh => match lines.last_mut() {
                // A line that was broken only because it was long goes on with the next.
                Some(open) if !open.ends_with('.') => {
                    open.push(' ');
                    open.push_str(line);
                }
                _ => lines.push(line.to_string()),
            },
            (line, _) => {
                blocks.push(Block::Prose(vec![line.to_string()]));
                fresh = false;
            }
        }
    }
    blocks.retain(|block| !matches!(block, Block::Titled(title, _) if title == "Exit codes"));
    blocks
}

/// No line of an example is longer, so that no terminal breaks one.
const WIDTH: usize = 76;

/// An example in lines that a shell takes as one when they are copied: broken at blanks outside quotes, in front of a flag where
/// that can be.
pub fn folded(line: &str) -> Vec<String> {
    let (mut lines, mut rest, mut indent) = (Vec::new(), line, "");
    loop {
        let room = WIDTH - indent.len();
        if rest.chars().count() <= room {
            lines.push(format!("{indent}{rest}"));
            return lines;
        }
        let (mut quote, mut cut, mut flag, mut far) = (None, None, None, None);
        for (n, (at, c)) in rest.char_indices().enumerate() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                // Two more are needed, for the backslash.
                (None, ' ') if at > 0 && n + 2 <= room => {
                    cut = Some(at);
                    let next = rest[at..].trim_start();
                    flag = if next.starts_with(['-', '|']) { cut } else { flag };
                }
                (None, ' ') if at > 0 => far = far.or(Some(at)),
                _ => {}
            }
        }
        let Some(at) = flag.or(cut).or(far) else {
            lines.push(format!("{indent}{rest}"));
            return lines;
        };
        lines.push(format!("{indent}{} \\", rest[..at].trim_end()));
        (rest, indent) = (rest[at..].trim_start(), "    ");
    }
}

fn show(block: &Block) -> String {
    match block {
        Block::Titled(title, lines) if EXAMPLES.contains(&title.as_str()) => {
            let lines: Vec<String> = lines.iter().flat_map(|line| folded(line)).collect();
            format!("{title}:\n  {}\n", lines.join("\n  "))
        }
        Block::Titled(title, lines) => format!("{title}:\n  {}\n", lines.join("\n  ")),
        Block::Prose(lines) => format!("{}\n", lines.join("\n")),
    }
}

/// The examples that use this verb: `path` is the program's name and the verb's, as one would type them.
pub fn examples(blocks: &[Block], path: &str) -> Vec<String> {
    let uses = |line: &String| {
        let shell = line.split(['|', ';']).map(str::trim_start);
        shell.into_iter().any(|c| c.strip_prefix(path).is_some_and(|r| r.is_empty() || r.starts_with(' ')))
    };
    let all = blocks.iter().filter_map(|block| match block {
        Block::Titled(title, lines) if EXAMPLES.contains(&title.as_str()) => Some(lines),
        _ => None,
    });
    all.flatten().filter(|line| uses(line)).cloned().collect()
}

/// The program with its help made whole.
pub fn complete(command: Command) -> Command {
    let text = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let blocks = blocks(&text);
    let short = |block: &&Block| !matches!(block, Block::Titled(title, _) if title != EXAMPLES[0]);
    let first = blocks.iter().filter(short).map(show).collect::<Vec<_>>().join("\n");
    let all = blocks.iter().map(show).collect::<Vec<_>>().join("\n");
    let codes = format!("Exit codes:\n{}", exit::TABLE);
    let name = command.get_name().to_string();
    let command = command.mut_subcommands(|verb| complete_verb(verb, &name, &blocks, &codes));
    command.after_help(first).after_long_help(format!("{all}\n{codes}"))
}

fn complete_verb(verb: Command, above: &str, blocks: &[Block], codes: &str) -> Command {
    let path = format!("{above} {}", verb.get_name());
    let verb = verb.mut_subcommands(|below| complete_verb(below, &path, blocks, codes));
    match examples(blocks, &path) {
        none if none.is_empty() => verb.after_long_help(codes.to_string()),
        lines => {
            let shown = show(&Block::Titled("Examples".into(), lines));
            verb.after_help(shown.clone()).after_long_help(format!("{shown}\n{codes}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Examples:\n  p get a\n  tar c . | p put - b\n  p get all\n\nA remote is long\nand goes on.\nThis begins anew.\n\nRules, one a line:\n  x -> y\n    z\n\nExit codes:\n  0  fine\n";

    #[test]
    fn a_text_is_taken_apart() {
        let found = blocks(TEXT);
        let titled = |title: &str, lines: &[&str]| {
            Block::Titled(title.into(), lines.iter().map(ToString::to_string).collect())
        };
        assert_eq!(found[0], titled("Examples", &["p get a", "tar c . | p put - b", "p get all"]));
        assert_eq!(
            found[1],
            Block::Prose(vec!["A remote is long and goes on.".into(), "This begins anew.".into()])
        );
        assert_eq!(found[2], titled("Rules, one a line", &["x -> y", "  z"]));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn long_examples_are_broken_as_a_shell_reads_them() {
        let long = "p put 'a name with blanks that is so long that it goes beyond the end of the line' --flag value | p get --one 'two three' --four five --six seven --eight";
        let lines = folded(long);
        // Nothing inside quotes is broken, however long it is.
        assert!(lines[0] == "p put \\" && lines[1].ends_with("of the line' \\"), "{lines:?}");
        assert!(lines[2].starts_with("    --flag value | p get --one 'two three'"), "{lines:?}");
        assert!(lines[2].chars().count() <= WIDTH && lines.len() == 3, "{lines:?}");
        let text = show(&Block::Titled("Examples".into(), vec![long.into(), "p get a".into()]));
        assert_eq!(blocks(&text), [Block::Titled("Examples".into(), vec![long.into(), "p get a".into()])]);
        assert_eq!(folded("p get a"), ["p get a"]);
    }

    #[test]
    fn a_verb_has_its_own_examples() {
        let found = blocks(TEXT);
        assert_eq!(examples(&found, "p put"), ["tar c . | p put - b"]);
        assert_eq!(examples(&found, "p get"), ["p get a", "p get all"]);
        assert!(examples(&found, "p ge").is_empty());
    }
}
