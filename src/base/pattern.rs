//! Patterns over names: globs, and the ignore files' dialect (gitignore(5)).
//!
//! Remote names are bytes and come from a stranger, so matching is our own and takes time linear in the product of
//! both lengths whatever the pattern: `*` remembers one place to come back to, never more. Expanding a glob over the
//! local file system is the `glob` crate's work, and this is the only file that names it.

use crate::base::error::*;
use std::path::PathBuf;

/// Whether a name holds a character that means something in a glob.
pub fn is_glob(name: &[u8]) -> bool {
    name.iter().any(|b| matches!(b, b'*' | b'?' | b'['))
}

/// Matches one pattern: `*` and `?` do not cross `/`, `**` does, `[a-z]` and `[!a-z]` are sets, `\` quotes.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to go on after the last `*` and the last `**`: (pattern position behind it, name position tried).
    let (mut star, mut globstar): (Option<(usize, usize)>, Option<(usize, usize)>) = (None, None);
    loop {
        if p == pattern.len() && n == name.len() {
            return true;
        }
        if pattern[p..].starts_with(b"**") {
            while p < pattern.len() && pattern[p] == b'*' {
                p += 1;
            }
            // "**/" also stands for no directory at all, but only whole directories.
            let whole = p < pattern.len() && pattern[p] == b'/';
            let skip = if whole { p + 1 } else { p };
            globstar = Some((skip, n));
            star = None;
            p = skip;
            continue;
        }
        if p < pattern.len() && pattern[p] == b'*' {
            p += 1;
            star = Some((p, n));
            continue;
        }
        if let Some(used) = one(&pattern[p..], name.get(n).copied()) {
            p += used;
            n += 1;
            continue;
        }
        match (&mut star, &mut globstar) {
            (Some((back, tried)), _) if *tried < name.len() && name[*tried] != b'/' => {
                *tried += 1;
                (p, n) = (*back, *tried);
            }
            (_, Some((back, tried))) if *tried < name.len() => {
                let whole = *back > 0 && pattern[*back - 1] == b'/';
                *tried += 1;
                if whole {
                    while *tried < name.len() && name[*tried - 1] != b'/' {
                        *tried += 1;
                    }
                    if name[*tried - 1] != b'/' {
                        return false;
                    }
                }
                (p, n) = (*back, *tried);
                star = None;
            }
            _ => return false,
        }
    }
}

/// Whether the pattern's first element takes this byte; how long the element is.
fn one(pattern: &[u8], byte: Option<u8>) -> Option<usize> {
    let (first, byte) = (*pattern.first()?, byte?);
    match first {
        b'?' if byte != b'/' => Some(1),
        b'?' => None,
        b'[' => match set(pattern, byte) {
            Some((used, true)) if byte != b'/' => Some(used),
            Some(_) => None,
            None => (byte == b'[').then_some(1),
        },
        b'\\' if pattern.len() > 1 => (pattern[1] == byte).then_some(2),
        literal => (literal == byte).then_some(1),
    }
}

/// A set: its length in the pattern, and whether it holds the byte. `None` where no `]` closes it.
fn set(pattern: &[u8], byte: u8) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let mut at = if negated { 2 } else { 1 };
    let start = at;
    let mut found = false;
    loop {
        let low = *pattern.get(at)?;
        if low == b']' && at > start {
            return Some((at + 1, found != negated));
        }
        if pattern.get(at + 1) == Some(&b'-') && pattern.get(at + 2).is_some_and(|b| *b != b']') {
            found |= (low..=pattern[at + 2]).contains(&byte);
            at += 3;
        } else {
            found |= low == byte;
            at += 1;
        }
    }
}

/// The names a local glob stands for, sorted. Nothing found is `Missing`: a glob without a match is a mistake (66).
pub fn expand(pattern: &str) -> Result<Vec<PathBuf>> {
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let paths = glob::glob_with(pattern, options)
        .map_err(|e| Error::new(Kind::Usage, format!("bad pattern {pattern}: {}", e.msg)))?;
    let mut found = Vec::new();
    for path in paths {
        found.push(path.map_err(|e| {
            Error::source(e.error().kind().into(), format_args!("cannot read {}", e.path().display()))
        })?);
    }
    if found.is_empty() {
        return Err(Error::new(Kind::Missing, format!("nothing matches {pattern}")));
    }
    Ok(found)
}

/// A list of rules as in a .gitignore file: the last rule that matches decides.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    pattern: Vec<u8>,
    /// `!pattern`: takes back what an earlier rule said.
    negated: bool,
    /// `pattern/`: directories only.
    directories: bool,
}

impl Rules {
    /// Adds one line; comments and blank lines add nothing.
    pub fn push(&mut self, line: &[u8]) {
        let mut line = line.strip_suffix(b"\n").unwrap_or(line);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        while line.ends_with(b" ") && !line.ends_with(b"\\ ") {
            line = &line[..line.len() - 1];
        }
        if line.is_empty() || line[0] == b'#' {
            return;
        }
        let negated = line[0] == b'!';
        if negated {
            line = &line[1..];
        }
        let directories = line.ends_with(b"/");
        if directories {
            line = &line[..line.len() - 1];
        }
        // A slash anywhere but at the end ties the pattern to the top; else it may match at any depth.
        let pattern = match line.strip_prefix(b"/") {
            Some(rest) => rest.to_vec(),
            None if line.contains(&b'/') => line.to_vec(),
            None => [b"**/", line].concat(),
        };
        if !pattern.is_empty() {
            self.0.push(Rule { pattern, negated, directories });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the last matching rule says of this very path (relative, `/` between its parts); `None`: no rule matches.
    pub fn decide(&self, path: &[u8], is_dir: bool) -> Option<bool> {
        let hit = self.0.iter().rev().find(|r| (is_dir || !r.directories) && matches(&r.pattern, path));
        hit.map(|r| !r.negated)
    }

    /// Whether the path or a directory above it is taken by the rules.
    pub fn takes(&self, path: &[u8], is_dir: bool) -> bool {
        let above = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| &path[..at]);
        for dir in above {
            if self.decide(dir, true) == Some(true) {
                return true;
            }
        }
        self.decide(path, is_dir) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, name, want) in [
            ("*.gz", "a.gz", true),
            ("*.gz", "d/a.gz", false),
            ("**/*.gz", "d/e/a.gz", true),
            ("**/*.gz", "a.gz", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/xb", false),
            ("a/**", "a/x/y", true),
            ("2026-??-*", "2026-11-23.log", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]x]", "]", true),
            ("[", "[", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
            ("a*b*c", "aXbXbXc", true),
            ("*a/b", "xa/b", true),
            ("**foo/x", "a/barfoo/x", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_cost_no_exponential_time() {
        // The test suite itself would never end if this backtracked.
        let stars = "*a".repeat(30) + "b";
        assert!(!matches(stars.as_bytes(), "a".repeat(2000).as_bytes()));
        let globstars = "**/".repeat(30) + "b";
        assert!(!matches(globstars.as_bytes(), "a/".repeat(2000).as_bytes()));
    }

    #[test]
    fn ignore_rules() {
        let mut rules = Rules::default();
        for line in ["# comment", "", "*.o", "!keep.o", "/build/", "docs/*.txt", "tmp/"] {
            rules.push(line.as_bytes());
        }
        for (path, is_dir, want) in [
            ("a.o", false, true),
            ("d/a.o", false, true),
            ("keep.o", false, false),
            ("build", true, true),
            ("build", false, false),
            ("build/x/y", false, true),
            ("d/build", true, false),
            ("docs/a.txt", false, true),
            ("docs/d/a.txt", false, false),
            ("d/tmp/x", false, true),
        ] {
            assert_eq!(rules.takes(path.as_bytes(), is_dir), want, "{path}");
        }
    }
}
