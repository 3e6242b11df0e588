//! JSON values and lines: the only file that names `serde_json`.
//!
//! Events, states and journals are all JSON Lines; a name that is not UTF-8 is `{"bytes":"<base64>"}`, everywhere.

use crate::base::{b64, error::*};
use serde::Serialize;

pub use serde_json::{Map, Value, json};

/// One object on one line, without its newline.
pub fn to_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| String::from("{\"type\":\"bug\"}"))
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
    }
}
