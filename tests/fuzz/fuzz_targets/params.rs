//! Parameters: any value is read, and what is written reads back.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::mime::params;

fuzz_target!(|data: &[u8]| {
    let parsed = params::parse(data);
    for param in &parsed.params {
        assert!(param.value.len() <= 4096 && param.raw.len() <= 4096);
    }
    let text = String::from_utf8_lossy(data);
    // Whoever names a file like an encoded word has it decoded: some writers put one into every form of a name.
    if text.len() > 1000 || text.contains("=?") {
        return;
    }
    for words in [false, true] {
        let Ok(field) = params::field("Content-Disposition", "attachment", &[("filename", &text)], words) else { continue };
        assert!(field.is_ascii() && field.split("\r\n").all(|l| l.len() <= 78));
        let back = params::parse(field.split_once(':').expect("a field").1.as_bytes());
        assert_eq!(back.param("filename"), Some(&*text), "{field}");
    }
});
