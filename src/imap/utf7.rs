//! Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3).
//!
//! `&` opens a run of UTF-16 in base64 with `,` for `/` and without padding, `-` closes it; `&-` is `&` itself. A name that a
//! server spells wrongly is shown as it stands and sent back as it stands: decoding says `None`, and never panics.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// What goes to a server without UTF8=ACCEPT.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut run: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut run, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            run.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut run, &mut out);
    out
}

fn flush(run: &mut Vec<u16>, out: &mut String) {
    if run.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut have) = (0u32, 0);
    for unit in run.drain(..) {
        bits = bits << 16 | u32::from(unit);
        have += 16;
        while have >= 6 {
            have -= 6;
            out.push(char::from(ALPHABET[(bits >> have & 63) as usize]));
        }
        bits &= (1 << have) - 1;
    }
    if have > 0 {
        out.push(char::from(ALPHABET[(bits << (6 - have) & 63) as usize]));
    }
    out.push('-');
}

/// The name behind what a server sent; `None` if it is not modified UTF-7 in its one right spelling.
pub fn decode(wire: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'&' {
            if !matches!(first, b' '..=b'~') {
                return None;
            }
            out.push(char::from(first));
            continue;
        }
        let end = rest.iter().position(|b| *b == b'-')?;
        if end == 0 {
            out.push('&');
        } else {
            out.push_str(&unpack(&rest[..end])?);
        }
        rest = &rest[end + 1..];
    }
    // Two spellings of one name would be two mailboxes that look the same.
    (encode(&out).as_bytes() == wire).then_some(out)
}

fn unpack(run: &[u8]) -> Option<String> {
    let (mut bits, mut have) = (0u32, 0);
    let mut units = Vec::with_capacity(run.len() * 6 / 16);
    for b in run {
        let six = ALPHABET.iter().position(|a| a == b)?;
        bits = bits << 6 | u32::try_from(six).ok()?;
        have += 6;
        if have >= 16 {
            have -= 16;
            units.push(u16::try_from(bits >> have & 0xffff).ok()?);
            bits &= (1 << have) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_rfc_3501() {
        let name = "~peter/mail/台北/日本語";
        assert_eq!(encode(name), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(decode(b"~peter/mail/&U,BTFw-/&ZeVnLIqe-").as_deref(), Some(name));
        assert_eq!(encode("R&D"), "R&-D");
        assert_eq!(encode("Entwürfe 😀"), "Entw&APw-rfe &2D3eAA-");
    }

    #[test]
    fn wrong_spellings_are_left_alone() {
        // `&A!-` makes a decoder with an unwrap panic; the others spell a name twice or not at all.
        for bad in [
            &b"&A!-"[..],
            b"&",
            b"&AP",
            b"&AGE-",
            b"&U,BTFw-&ZeVnLIqe-",
            b"&2D0-",
            b"\xff",
            b"a\nb",
            b"&APx-",
        ] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_makes_the_trip(name in "\\PC{0,20}") {
            let wire = encode(&name);
            prop_assert!(wire.bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(decode(wire.as_bytes()), Some(name));
        }

        #[test]
        fn no_bytes_make_it_panic(wire in prop::collection::vec(any::<u8>(), 0..30), shaped in "[&A-Ca,+-]{0,12}") {
            for wire in [&wire[..], shaped.as_bytes()] {
                if let Some(name) = decode(wire) {
                    let again = encode(&name);
                    prop_assert_eq!(again.as_bytes(), wire);
                }
            }
        }
    }
}
