//! Lines of POP3: a number is never 0, an identifier always printable, and order makes a listing sound whatever stood in it.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::pop3::{Listed, listing};

fuzz_target!(|data: &[u8]| {
    let mut all: Vec<Listed> = Vec::new();
    for line in data.split(|b| *b == b'\n') {
        let _ = listing::status(line);
        if let Ok(text) = std::str::from_utf8(line) {
            let _ = listing::stat(text);
        }
        if let Some((number, size)) = listing::scan(line) {
            assert!(number > 0);
            all.push(Listed { number, size: Some(size), uid: "".into(), doubtful: false });
        }
    }
    listing::put_in_order(&mut all);
    assert!(all.windows(2).all(|w| w[0].number < w[1].number));
    for line in data.split(|b| *b == b'\n') {
        if let Some((number, uid)) = listing::unique_id(line) {
            assert!(uid.bytes().all(|b| b.is_ascii_graphic()));
            listing::identify(&mut all, number, uid);
        }
    }
    listing::doubt(&mut all);
    for (n, one) in all.iter().enumerate() {
        let twin = all.iter().enumerate().any(|(m, other)| m != n && other.uid == one.uid);
        assert!(one.uid.is_empty() || !twin || one.doubtful);
    }
});
