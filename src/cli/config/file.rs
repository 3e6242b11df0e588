//! The file: which one it is, who may write it, and its lines.

use crate::base::error::*;
use clap::Arg;
use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// For the whole machine: it counts for those who have no file of their own.
const SYSTEM: &str = "/etc/wirepost/config";
const TOOLS: [&str; 5] = ["rftp", "rsendmail", "rpop", "rimap-search", "b64mime"];
const LARGEST: u64 = 1 << 20;

/// The user's file; the machine's, if that is the one there is.
pub(super) fn own_or_system() -> Option<PathBuf> {
    either(default_path(), Path::new(SYSTEM))
}

fn either(own: Option<PathBuf>, system: &Path) -> Option<PathBuf> {
    if own.as_ref().is_some_and(|path| path.exists()) || File::open(system).is_err() {
        return own;
    }
    Some(system.to_path_buf())
}

fn default_path() -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|p| p.is_absolute());
    let base = std::env::var_os("XDG_CONFIG_HOME").and_then(absolute);
    let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(base.join("wirepost/config"))
}

pub(super) fn read(path: &Path, wanted: bool) -> Result<Option<(File, String)>> {
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
pub(super) fn unchanged_by_others(file: &File, path: &Path) -> Result<()> {
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
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
}

/// The lines of `[tool]` or `[tool account]`; `None` if there is no such section. All headers are looked at, so that a typo in one does
/// not hide its lines.
pub(super) fn section<'a>(
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
pub(super) enum Name {
    Long(String),
    Short(char),
}

pub(super) struct Flag {
    pub(super) name: Name,
    pub(super) value: Option<String>,
}

impl Flag {
    pub(super) fn parse(line: &str) -> Result<Flag, String> {
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

    pub(super) fn is(&self, arg: &Arg) -> bool {
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

    pub(super) fn shown(&self) -> String {
        match &self.name {
            Name::Long(name) => format!("--{name}"),
            Name::Short(name) => format!("-{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_s_file_is_for_those_who_have_none() {
        let temp = tempfile::tempdir().unwrap();
        let (own, system) = (temp.path().join("own"), temp.path().join("system"));
        assert_eq!(either(Some(own.clone()), &system), Some(own.clone()), "neither is there");
        std::fs::write(&system, "").unwrap();
        assert_eq!(either(Some(own.clone()), &system), Some(system.clone()));
        assert_eq!(either(None, &system), Some(system.clone()), "no home");
        std::fs::write(&own, "").unwrap();
        assert_eq!(either(Some(own.clone()), &system), Some(own));
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
}
