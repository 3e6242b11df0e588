//! Header text and addresses: what is written reads back, is in lines that mail takes, and injects nothing.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::mail::addresses;
use wirepost::mime::{charset, header, names};

fuzz_target!(|data: &[u8]| {
    let _ = header::decode_words(data);
    let _ = header::without_comments(data);
    let _ = header::fields(data).map(|f| f.text()).count();
    for label in ["utf-7", "iso-2022-jp", "gb18030", ""] {
        let _ = charset::decode(label.as_bytes(), data);
    }
    let text = String::from_utf8_lossy(data);
    if let Some(safe) = names::safe_name(&text) {
        assert!(!safe.is_empty() && safe.len() <= 255 && !safe.contains(['/', '\\', '\0']) && !safe.starts_with('.'));
        assert_eq!(names::safe_name(&safe).as_deref(), Some(safe.as_str()), "safe is safe");
    }
    if let Ok(field) = header::unstructured("Subject", &text) {
        let value = field.strip_prefix("Subject:").and_then(|f| f.strip_suffix("\r\n")).expect("a field");
        assert!(value.is_ascii() && value.split("\r\n").skip(1).all(|l| l.starts_with(' ') && !l.trim().is_empty()));
        assert!(field.split("\r\n").all(|l| l.len() <= 998));
        assert_eq!(header::decode(value.as_bytes()), *text);
    }
    if let Ok(list) = addresses::parse(&text) {
        if let Ok(field) = addresses::field("To", &list) {
            assert!(!field.trim_end_matches("\r\n").replace("\r\n ", "").contains(['\r', '\n']));
            let back = addresses::from_header(field.as_bytes()[3..].trim_ascii_end()).expect("it reads back");
            let wires = |l: &[addresses::Entry]| addresses::mailboxes(l).map(|m| m.address.wire()).collect::<Vec<_>>();
            assert_eq!(wires(&back), wires(&list));
        }
    }
});
