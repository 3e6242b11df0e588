//! JSON values and lines: the only file that names `serde_json`.
//!
//! Events, states and journals are all JSON Lines; a name that is not UTF-8 is `{"bytes":"<base64>"}`, everywhere.

use crate::base::{b64, error::*, escape};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fmt::Write,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

pub use serde_json::{Map, Value, json};

/// One object on one line, without its newline. JSON itself asks for C0 controls to be escaped only; DEL, C1 and the bidi
/// controls are escaped as well, for a terminal may be where the line ends up. They can stand inside strings only.
pub fn to_line(value: &impl Serialize) -> String {
    let line = serde_json::to_string(value).unwrap_or_else(|_| String::from("{\"type\":\"bug\"}"));
    if !line.chars().any(escape::is_harmful) {
        return line;
    }
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        // All of them are in the basic plane: one escape each.
        let _ = if escape::is_harmful(c) { write!(out, "\\u{:04x}", c as u32) } else { out.write_char(c) };
    }
    out
}

/// The inverse, with a reason that names neither file nor line: the caller knows them.
pub fn from_line(line: &str) -> Result<Value> {
    serde_json::from_str(line)
        .map_err(|e| Error::new(Kind::Input, format!("not JSON at column {}", e.column())))
}

/// As [`from_line`], into a type of its own.
pub fn read<T: DeserializeOwned>(line: &str) -> Result<T> {
    serde_json::from_str(line)
        .map_err(|e| Error::new(Kind::Input, format!("not what is expected at column {}", e.column())))
}

/// What an earlier run wrote, event by event: every `--retry-from` reads it here. Blank lines are passed over, for such files are
/// joined and edited.
///
/// # Errors
/// `Missing` for a file that is not there, `Input` for one that is not the output of a run; what `each` says, with the place.
pub fn events(path: &Path, mut each: impl FnMut(&Value) -> Result<()>) -> Result<()> {
    let shown = path.display();
    let failed = |e| Error::source(e, format_args!("cannot read {shown}"));
    let mut any = false;
    for (n, line) in BufReader::new(File::open(path).map_err(failed)?).split(b'\n').enumerate() {
        let line = line.map_err(failed)?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let text = std::str::from_utf8(&line).map_err(|_| Error::new(Kind::Input, "not UTF-8"));
        let event = text.and_then(from_line).and_then(|event| each(&event).map(|()| event));
        let place = format_args!("{shown}: line {}", n + 1);
        let event = event.map_err(|e| e.kind_is(Kind::Input).context(place))?;
        any |= event["type"].is_string();
    }
    if !any {
        // Of an empty one it would follow that everything is done, or that nothing is.
        let error =
            Error::new(Kind::Input, format!("{shown} is not the output of a run: there is no event in it"));
        return Err(error.hint("the shell's > empties a file before anybody reads it"));
    }
    Ok(())
}

/// A name from a server or a file system: text if it is UTF-8, else its bytes.
pub fn name(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::String(text.to_string()),
        Err(_) => json!({ "bytes": b64::encode(bytes) }),
    }
}

/// The inverse of [`name`].
pub fn name_bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Object(map) => b64::decode(map.get("bytes")?.as_str()?.as_bytes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_the_trip() {
        for bytes in [&b"plain"[..], b"caf\xe9", "ü".as_bytes(), b""] {
            assert_eq!(name_bytes(&name(bytes)).unwrap(), bytes);
        }
        assert_eq!(to_line(&name(b"\xff")), r#"{"bytes":"/w=="}"#);
    }

    #[test]
    fn no_line_steers_a_terminal() {
        let wild = "a\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{feff}b";
        let line = to_line(&json!(wild));
        assert_eq!(line, r#""a\u001b[31m\u007f\u009b\u202e\ufeffb""#);
        assert_eq!(from_line(&line).unwrap(), json!(wild));
    }
}
