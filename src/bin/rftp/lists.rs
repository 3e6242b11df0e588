//! Names from elsewhere: `--files-from` (a list), `--retry-from` (the JSON Lines of an earlier run).

use crate::remote::Remote;
use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};
use wirepost::{
    base::{error::*, record},
    cli::stdin,
    net::Cancel,
};

/// The names in a list: one a line, or ended by NUL. `-` is standard input.
///
/// # Errors
/// `Missing` if the list cannot be read.
pub fn files_from(list: &Path, null: bool) -> Result<Vec<OsString>> {
    let failed = |e| Error::source(e, format_args!("cannot read {}", list.display()));
    let reader: Box<dyn Read> = if list.as_os_str() == "-" {
        stdin::claim("the list of files")?;
        Box::new(stdin::reader())
    } else {
        Box::new(File::open(list).map_err(failed)?)
    };
    let mut names = Vec::new();
    for name in BufReader::new(reader).split(if null { 0 } else { b'\n' }) {
        let mut name = name.map_err(failed)?;
        if !null && name.ends_with(b"\r") {
            name.pop();
        }
        if !name.is_empty() {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

/// One item that an earlier run left.
#[derive(Debug)]
pub struct Left {
    pub local: Option<PathBuf>,
    pub remote: Remote,
}

/// Why an item was not even begun: what is to be repeated with those that failed for now.
const EARLIER: &str = "an earlier failure";
pub const INTERRUPTED: &str = "interrupted";

/// Why what remains is left, if it is: `stopped` by a failure, or the run is to end.
pub fn left_because(stopped: bool, cancel: &Cancel) -> Option<&'static str> {
    if cancel.is_stopping() {
        return Some(INTERRUPTED);
    }
    stopped.then_some(EARLIER)
}

/// What an earlier run left to be done: the items whose last outcome is `temporary`, and those it did not come to.
///
/// # Errors
/// `Missing` if the file cannot be read, `Input` if it is not what a run wrote.
pub fn retry_from(file: &Path, direction: &str) -> Result<Vec<Left>> {
    let mut order: Vec<Option<Left>> = Vec::new();
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    record::events(file, |event| {
        if event["type"] != "file" || event["direction"] != direction {
            return Ok(());
        }
        let Some(url) = event["url"].as_str() else { return Ok(()) };
        let key = (event["local"].to_string(), url.to_string());
        let again = match event["outcome"].as_str() {
            Some("temporary") => true,
            Some("skipped") => event["reason"] == EARLIER || event["reason"] == INTERRUPTED,
            _ => false,
        };
        let left = match again {
            false => None,
            true => Some(Left {
                local: record::name_bytes(&event["local"]).map(|b| PathBuf::from(OsStr::from_bytes(&b))),
                remote: Remote::parse(OsStr::new(url))?,
            }),
        };
        match seen.get(&key) {
            Some(at) => order[*at] = left,
            None => {
                seen.insert(key, order.len());
                order.push(left);
            }
        }
        Ok(())
    })?;
    Ok(order.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_word_on_an_item_counts() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("run.jsonl");
        let line = |local: &str, outcome: &str, more: &str| {
            format!(
                "{{\"type\":\"file\",\"outcome\":\"{outcome}\",\"direction\":\"upload\",\"local\":\"{local}\",\"url\":\"ftp://h/{local}\"{more}}}\n"
            )
        };
        let text = [
            line("a", "temporary", ""),
            line("b", "temporary", ""),
            line("c", "permanent", ""),
            line("d", "skipped", ",\"reason\":\"an earlier failure\""),
            line("e", "skipped", ",\"reason\":\"exists\""),
            line("b", "ok", ""),
            line("f", "skipped", ",\"reason\":\"interrupted\""),
            "{\"type\":\"summary\"}\n".into(),
        ]
        .concat();
        std::fs::write(&file, text).unwrap();
        let left = retry_from(&file, "upload").unwrap();
        let names: Vec<_> = left.iter().map(|l| l.local.as_ref().unwrap().display().to_string()).collect();
        assert_eq!(names, ["a", "d", "f"]);
        assert!(retry_from(&file, "download").unwrap().is_empty());
        std::fs::write(&file, "{\n").unwrap();
        assert_eq!(retry_from(&file, "upload").unwrap_err().kind(), Kind::Input);
    }

    #[test]
    fn lists_of_names() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("list");
        std::fs::write(&file, b"a b\r\n\nc\xff").unwrap();
        assert_eq!(files_from(&file, false).unwrap().len(), 2);
        std::fs::write(&file, "a\nb\0c").unwrap();
        assert_eq!(files_from(&file, true).unwrap(), [OsString::from("a\nb"), OsString::from("c")]);
    }
}
