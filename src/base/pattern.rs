//! Patterns over names: globs, and the ignore files' dialect (gitignore(5)).
//!
//! Remote names are bytes and come from a stranger, so matching is our own and takes time linear in the product of
//! both lengths whatever the pattern: `*` remembers one place to come back to, never more. What a glob means for local names is
//! the `glob` crate's word, and this is the only file that names it.

use crate::base::error::*;
use std::{
    ffi::{OsStr, OsString},
    io::ErrorKind,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

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
///
/// Matching is the `glob` crate's, walking is not: its walk ends the program at a name that is no UTF-8, or leaves it out.
/// Such a name is matched with U+FFFD in the place of what cannot be read. `**` goes into every directory, not through links.
pub fn expand(pattern: &OsStr) -> Result<Vec<PathBuf>> {
    let nothing = || Error::new(Kind::Missing, format!("nothing matches {}", pattern.display()));
    let mut steps = Vec::new();
    for name in pattern.as_bytes().split(|b| *b == b'/') {
        steps.push(match name {
            b"**" if matches!(steps.last(), Some(Step::Any)) => continue,
            b"**" => Step::Any,
            name if is_glob(name) => {
                let text = String::from_utf8_lossy(name);
                let wrong =
                    |e: glob::PatternError| nothing().hint(format!("as a pattern it is wrong: {}", e.msg));
                Step::Matching(glob::Pattern::new(&text).map_err(wrong)?)
            }
            // The first is "" for a pattern from the root, the last for one of directories only.
            name => Step::Named(OsStr::from_bytes(name)),
        });
    }
    let mut found = Vec::new();
    match &steps[..] {
        [Step::Named(root), rest @ ..] if root.is_empty() => walk(Path::new("/"), rest, &mut found)?,
        steps => walk(Path::new(""), steps, &mut found)?,
    }
    // Two `**` reach one name in more ways than one.
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { Err(nothing()) } else { Ok(found) }
}

/// What stands between two slashes of a pattern.
enum Step<'a> {
    Named(&'a OsStr),
    Matching(glob::Pattern),
    Any,
}

/// Adds what is below `dir` ("" is the current one) and fits.
fn walk(dir: &Path, steps: &[Step<'_>], found: &mut Vec<PathBuf>) -> Result<()> {
    let Some((step, rest)) = steps.split_first() else {
        found.push(dir.to_path_buf());
        return Ok(());
    };
    match step {
        Step::Named(name) => {
            let path = dir.join(name);
            // With "" at the end that asks for a directory.
            if path.symlink_metadata().is_ok() { walk(&path, rest, found) } else { Ok(()) }
        }
        Step::Matching(pattern) => {
            // What begins with a dot is not meant unless that is said.
            let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
            for name in names_in(dir)? {
                let path = dir.join(&name);
                if pattern.matches_with(&name.to_string_lossy(), options)
                    && (rest.is_empty() || path.is_dir())
                {
                    walk(&path, rest, found)?;
                }
            }
            Ok(())
        }
        Step::Any => {
            if !rest.is_empty() {
                walk(dir, rest, found)?;
            }
            for name in names_in(dir)? {
                let path = dir.join(&name);
                if name.as_bytes().starts_with(b".") {
                    continue;
                }
                if rest.is_empty() {
                    found.push(path.clone());
                }
                if path.symlink_metadata().is_ok_and(|about| about.is_dir()) {
                    walk(&path, steps, found)?;
                }
            }
            Ok(())
        }
    }
}

/// What is in a directory, sorted; nothing if it is none.
fn names_in(dir: &Path) -> Result<Vec<OsString>> {
    let place = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let failed = |e| Error::source(e, format_args!("cannot read {}", place.display()));
    let entries = match place.read_dir() {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names =
        entries.map(|entry| Ok(entry.map_err(failed)?.file_name())).collect::<Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
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
    fn local_names() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &[u8]| dir.path().join(OsStr::from_bytes(name));
        for name in [&b"a/b/c"[..], b"a/.hidden", b"z"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::os::unix::fs::symlink("../..", at(b"a/b/up")).unwrap();
        for name in [
            &b"1.txt"[..],
            b"caf\xe9.txt",
            b".rc",
            b"a/2.txt",
            b"a/b/3.txt",
            b"a/b/c/4.txt",
            b"a/.hidden/5.txt",
        ] {
            std::fs::write(at(name), "").unwrap();
        }
        let found = |pattern: &[u8]| -> Vec<Vec<u8>> {
            let paths = expand(at(pattern).as_os_str()).unwrap_or_default();
            let relative = |p: &PathBuf| p.strip_prefix(dir.path()).unwrap().as_os_str().as_bytes().to_vec();
            paths.iter().map(relative).collect()
        };
        for (pattern, want) in [
            (&b"*.txt"[..], &[&b"1.txt"[..], b"caf\xe9.txt"][..]),
            (b"caf?.txt", &[b"caf\xe9.txt"]),
            (b"[0-9].*", &[b"1.txt"]),
            (b".r*", &[b".rc"]),
            (b"a/*", &[b"a/2.txt", b"a/b"]),
            (b"*/*.txt", &[b"a/2.txt"]),
            (b"*/", &[b"a", b"z"]),
            (b"**/*.txt", &[b"1.txt", b"a/2.txt", b"a/b/3.txt", b"a/b/c/4.txt", b"caf\xe9.txt"]),
            (b"**/b/**/*", &[b"a/b/3.txt", b"a/b/c", b"a/b/c/4.txt", b"a/b/up"]),
            (b"**/?/**/4*", &[b"a/b/c/4.txt"]),
            (b"a/**/**/[34]*", &[b"a/b/3.txt", b"a/b/c/4.txt"]),
            (b"a/b/**", &[b"a/b/3.txt", b"a/b/c", b"a/b/c/4.txt", b"a/b/up"]),
            (b"1.txt/*", &[]),
            (b"no/*", &[]),
            (b"[", &[]),
        ] {
            assert_eq!(found(pattern), want, "{}", pattern.escape_ascii());
        }
        assert_eq!(expand(at(b"x*").as_os_str()).unwrap_err().kind(), Kind::Missing);
        assert!(expand(at(b"[").as_os_str()).unwrap_err().get_hint().is_some());
    }

    proptest::proptest! {
        /// Where all names are UTF-8 it finds what the crate's own walk finds.
        #[test]
        fn local_names_are_those_of_the_crate(
            names in proptest::collection::btree_set("\\.?[ab]{1,2}(/[ab]{1,2}){0,2}", 0..12),
            pattern in "([ab*?]{1,3}|\\[!?a\\]|\\*\\*)(/[ab*?]{1,2}){0,2}",
        ) {
            // Where `**` stands last the crate means directories only; here it is everything, as in shells.
            proptest::prop_assume!(!pattern.ends_with("**"));
            let dir = tempfile::tempdir().unwrap();
            for name in &names {
                let path = dir.path().join(name);
                if std::fs::create_dir_all(path.parent().unwrap()).is_ok() {
                    let _ = std::fs::write(path, "");
                }
            }
            let pattern = dir.path().join(pattern);
            let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
            if let Ok(theirs) = glob::glob_with(pattern.to_str().unwrap(), options) {
                let mut theirs: Vec<PathBuf> = theirs.filter_map(Result::ok).collect();
                let mut ours = expand(pattern.as_os_str()).unwrap_or_default();
                theirs.sort();
                ours.sort();
                proptest::prop_assert_eq!(ours, theirs);
            }
        }
    }

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
