//! Aliases: where mail for a local name goes, in the format of sendmail's `/etc/aliases`.
//!
//! ```text
//! root: ann@example.org, \root        # "\" ends it: the local name itself, however it is defined
//! ops:  ann, bob@example.org,
//!       :include:/etc/mail/ops.list
//! default: postmaster@example.org     # every local name that has no line of its own
//! nobody: /dev/null
//! ```
//!
//! Decisions:
//! * **A broken line harms whom it names.** The file is the machine's: one bad line must not stop root's mail. It is an
//!   error for those who need it, and a finding for [`Aliases::lint`].
//! * **We send mail and do nothing else.** A command (`|cmd`) or a file to append to is refused, with its line; only
//!   `/dev/null` is understood, as nobody.
//! * **Names have no case**, each is looked up once, and each address is there once, in the order in which it was met. A name
//!   within its own line means the local mailbox, as for sendmail and Postfix; a longer circle is an error that names it.

mod text;

use self::text::{Target, What, is_comment, logical_lines, split_name, targets};
use super::addresses;
use crate::base::{address::Address, error::*, escape};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Lists that lists include, one in the other.
const LISTS_DEPTH: usize = 32;
/// Names that stand for names.
const NAMES_DEPTH: usize = 200;
/// An alias file or a list may have this many bytes.
const FILE_MOST: u64 = 64 << 20;
/// The name that stands for all others, as msmtp has it.
const DEFAULT: &str = "default";

/// See the module's essay.
#[derive(Debug, Default)]
pub struct Aliases {
    file: String,
    entries: HashMap<String, Entry>,
    /// Names in the order of the file.
    order: Vec<String>,
    findings: Vec<Finding>,
}

/// Something wrong with an alias file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// 0 for the file as a whole.
    pub line: usize,
    pub text: String,
    /// Mail is not delivered because of it; else it is only doubtful.
    pub fatal: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

#[derive(Debug)]
struct Entry {
    line: usize,
    targets: Vec<Target>,
}

impl Aliases {
    /// Reads a file. Its lines may be wrong; that shows when they are needed.
    ///
    /// # Errors
    /// `Missing` if it cannot be read, `Input` if it is no text.
    pub fn load(path: &Path) -> Result<Aliases> {
        let text = read(path)?;
        Ok(Aliases::parse(&shown(path), &text))
    }

    /// Reads what a file holds; `file` is its name in messages.
    pub fn parse(file: &str, text: &str) -> Aliases {
        let mut found = Aliases { file: file.to_string(), ..Aliases::default() };
        for (line, logical) in logical_lines(text) {
            found.line(line, &logical);
        }
        found
    }

    fn line(&mut self, line: usize, logical: &str) {
        let finding = |line, text: String, fatal| Finding { file: self.file.clone(), line, text, fatal };
        if logical.starts_with([' ', '\t']) {
            self.findings.push(finding(line, "a continuation of nothing".into(), true));
            return;
        }
        let Some((name, value)) = split_name(logical) else {
            let text = format!("'{}' is no alias: it has no colon", start_of(logical));
            self.findings.push(finding(line, text, true));
            return;
        };
        let key = match addresses::parse_one(name.trim()).map(|m| m.address) {
            Ok(address) if address.domain().is_none() => address.local().to_lowercase(),
            Ok(address) => {
                let text = format!("{address} has a domain, and aliases are for local names");
                self.findings.push(finding(line, text, true));
                return;
            }
            Err(_) => {
                let text = format!("'{}' is no local name", start_of(name.trim()));
                self.findings.push(finding(line, text, true));
                return;
            }
        };
        if let Some(first) = self.entries.get(&key) {
            let text = format!("{} stands on line {} already, which counts", escape::text(&key), first.line);
            self.findings.push(finding(line, text, false));
            return;
        }
        let targets = targets(value, line);
        if targets.is_empty() {
            let text = format!("{} goes nowhere: nothing stands behind the colon", escape::text(&key));
            self.findings.push(finding(line, text, true));
            return;
        }
        self.order.push(key.clone());
        self.entries.insert(key, Entry { line, targets });
    }

    /// Where mail for these goes: names without a domain are replaced by what they stand for, all others stay. Each address is
    /// there once. Nobody at all is left if they stand for `/dev/null` only.
    ///
    /// # Errors
    /// `Input` for a name whose line is wrong or goes in a circle; `Missing` for a list that cannot be read.
    pub fn resolve(&self, to: &[Address]) -> Result<Vec<Address>> {
        let mut walk = Walk::new(self);
        for address in to {
            walk.address(address)?;
        }
        Ok(walk.found)
    }

    /// Whether this name has a line, or the default's.
    pub fn knows(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn entry(&self, name: &str) -> Option<(&str, &Entry)> {
        let key = name.to_lowercase();
        let found = self.entries.get_key_value(&key).or_else(|| self.entries.get_key_value(DEFAULT));
        found.map(|(key, entry)| (key.as_str(), entry))
    }

    /// All that is wrong with the file, in the order of its lines.
    pub fn lint(&self) -> Vec<Finding> {
        let mut all = self.findings.clone();
        let mut circles = HashSet::new();
        for name in &self.order {
            let Some(entry) = self.entries.get(name) else { continue };
            let mut walk = Walk { lint: Some(Vec::new()), ..Walk::new(self) };
            // With findings collected nothing ends the walk.
            let _ = walk.entry(name, entry);
            for finding in walk.lint.unwrap_or_default() {
                // A circle is met from each of its names, a list from each that includes it.
                if !all.contains(&finding) && (finding.line > 0 || circles.insert(finding.text.clone())) {
                    all.push(finding);
                }
            }
        }
        all.sort_by_key(|f| (f.file != self.file, f.line));
        all
    }

    /// How many names it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// One resolution: from names to addresses.
struct Walk<'a> {
    aliases: &'a Aliases,
    found: Vec<Address>,
    seen: HashSet<(String, Option<String>)>,
    /// The names that led here.
    path: Vec<String>,
    done: HashSet<String>,
    /// The lists that led here, and those that are done: one that stands twice in each would be read 2^depth times.
    lists: Vec<PathBuf>,
    lists_done: HashSet<PathBuf>,
    /// Where set, what is wrong is collected, and the walk goes on.
    lint: Option<Vec<Finding>>,
}

impl<'a> Walk<'a> {
    fn new(aliases: &'a Aliases) -> Walk<'a> {
        let (seen, done, lists_done) = (HashSet::new(), HashSet::new(), HashSet::new());
        let (path, lists) = (Vec::new(), Vec::new());
        Walk { aliases, found: Vec::new(), seen, path, done, lists, lists_done, lint: None }
    }

    fn address(&mut self, address: &Address) -> Result<()> {
        if address.domain().is_some() {
            self.add(address);
            return Ok(());
        }
        match self.aliases.entry(address.local()) {
            None => self.add(address),
            // Its own name in its own line is the mailbox; so is a name that only the default's line speaks of, in that line.
            Some((key, _)) if self.path.last().is_some_and(|last| last == key) => self.add(address),
            Some((key, entry)) => return self.entry(key, entry),
        }
        Ok(())
    }

    fn entry(&mut self, key: &str, entry: &Entry) -> Result<()> {
        if let Some(at) = self.path.iter().position(|p| p == key) {
            let circle = self.path[at..].iter().chain([&key.to_string()]).cloned().collect::<Vec<_>>();
            return self.wrong(&self.aliases.file.clone(), 0, &circular(&circle), None);
        }
        if self.done.contains(key) {
            return Ok(());
        }
        if self.path.len() >= NAMES_DEPTH {
            let text = format!("more than {NAMES_DEPTH} names stand for one another");
            return self.wrong(&self.aliases.file.clone(), entry.line, &text, None);
        }
        self.path.push(key.to_string());
        for target in &entry.targets {
            self.target(&self.aliases.file.clone(), target)?;
        }
        self.path.pop();
        self.done.insert(key.to_string());
        Ok(())
    }

    fn target(&mut self, file: &str, target: &Target) -> Result<()> {
        match &target.what {
            What::Address(address) => self.address(address),
            What::Local(address) => {
                self.add(address);
                Ok(())
            }
            What::Nowhere => Ok(()),
            What::Bad(why) => self.wrong(file, target.line, why, None),
            What::Include(path) => self.include(file, target.line, path),
        }
    }

    fn include(&mut self, file: &str, line: usize, path: &Path) -> Result<()> {
        let list = shown(path);
        if self.lists_done.contains(path) {
            return Ok(());
        }
        if self.lists.iter().any(|p| p == path) || self.lists.len() >= LISTS_DEPTH {
            return self.wrong(file, line, &format!("{list} includes itself"), None);
        }
        let text = match read(path) {
            Ok(text) => text,
            Err(e) => return self.wrong(file, line, e.message(), Some(e.kind())),
        };
        self.lists.push(path.to_path_buf());
        // Each line of a list stands by itself, with or without a comma at its end.
        for (n, text) in text.lines().enumerate().filter(|(_, l)| !is_comment(l)) {
            for target in targets(text, n + 1) {
                self.target(&list, &target)?;
            }
        }
        self.lists_done.extend(self.lists.pop());
        Ok(())
    }

    fn add(&mut self, address: &Address) {
        let key = (address.local().to_string(), address.domain().map(str::to_lowercase));
        if self.seen.insert(key) {
            self.found.push(address.clone());
        }
    }

    /// Something is wrong here: an error, or a finding.
    fn wrong(&mut self, file: &str, line: usize, text: &str, kind: Option<Kind>) -> Result<()> {
        let finding = Finding { file: file.to_string(), line, text: text.to_string(), fatal: true };
        if let Some(all) = &mut self.lint {
            all.push(finding);
            return Ok(());
        }
        let who = self.path.first().map_or("the alias", String::as_str);
        let text = format!("cannot tell where mail for {} goes: {finding}", escape::text(who));
        Err(Error::new(kind.unwrap_or(Kind::Input), text))
    }
}

/// The circle, from its first name in the alphabet, so that it is told in one way wherever it was entered.
fn circular(circle: &[String]) -> String {
    let names = &circle[..circle.len().saturating_sub(1)];
    let first = names.iter().enumerate().min_by_key(|(_, n)| *n).map_or(0, |(at, _)| at);
    let turned = names[first..].iter().chain(&names[..first]).chain(names.get(first));
    let names: Vec<String> = turned.map(|n| escape::text(n).into_owned()).collect();
    format!("the aliases go in a circle: {}", names.join(" -> "))
}

/// Enough of a text to find it again.
fn start_of(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    escape::text(&short).into_owned()
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    escape::bytes(path.as_os_str().as_bytes()).into_owned()
}

fn read(path: &Path) -> Result<String> {
    let name = shown(path);
    let failed = |e| Error::source(e, format_args!("cannot read {name}"));
    // Asked before it is opened: a FIFO would keep us waiting.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::new(Kind::Missing, format!("cannot read {name}: it is no file")));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(FILE_MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_MOST {
        return Err(Error::new(Kind::Input, format!("{name} is too large for a list of addresses")));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        Error::new(Kind::Input, format!("{name}:{line}: not UTF-8"))
    })
}

#[cfg(test)]
mod tests;
