//! JSON values and lines: the only file that names `serde_json`.
//!
//! Events, states and journals are all JSON Lines; a name that is not UTF-8 is `{"bytes":"<base64>"}`, everywhere.

use crate::base::{b64, error::*, escape};
use serde::Serialize;

pub use serde_json::{Map, Value, json};

/// One object on one line, without its newline. C1 and bidi controls, which JSON would let through to a terminal, are escaped
/// like C0's.
pub fn to_line(value: &impl Serialize) -> String {
    let line = serde_json::to_string(value).unwrap_or_else(|_| String::from("{\"type\":\"bug\"}"));
    if !line.chars().any(escape::is_harmful) {
        return line;
    }
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        match c {
            c if escape::is_harmful(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The inverse, with a reason that names neither file nor line: the caller knows them.
pub fn from_line(line: &str) -> Result<Value> {
    serde_json::from_str(line)
        .map_err(|e| Error::new(Kind::Input, format!("not JSON at column {}", e.column())))
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
        let line = to_line(&name("\u{1b}\u{9b}\u{202e}\u{7f}ü".as_bytes()));
        assert_eq!(line, r#""\u001b\u009b\u202e\u007fü""#);
        assert_eq!(from_line(&line).unwrap(), name("\u{1b}\u{9b}\u{202e}\u{7f}ü".as_bytes()));
    }
}
