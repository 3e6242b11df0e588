//! Two facts out of an X.509 certificate (RFC 5280 §4.1): the public key that a pin names, and the day it ends.
//!
//! No backend offers both on all platforms, so the outer skeleton of the DER is walked here: tags and lengths, nothing
//! inside. A certificate that a handshake accepted is well-formed, but it is read as if it were not.

use crate::base::date::{Time, number};

/// One DER element: tag, contents, and the whole of it with its header.
struct Element<'a> {
    tag: u8,
    body: &'a [u8],
    whole: &'a [u8],
}

/// Takes one element off the front (X.690 §8.1, definite lengths only).
fn take<'a>(input: &mut &'a [u8]) -> Option<Element<'a>> {
    let tag = *input.first()?;
    let first = *input.get(1)?;
    let (length, header) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let digits = input.get(2..2 + count)?;
        (digits.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)), 2 + count)
    };
    let end = header.checked_add(length)?;
    let whole = input.get(..end)?;
    *input = &input[end..];
    Some(Element { tag, body: &whole[header..], whole })
}

/// TBSCertificate's validity and subjectPublicKeyInfo.
fn parts(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = der;
    let mut certificate = take(&mut outer).filter(|e| e.tag == 0x30)?.body;
    let mut tbs = take(&mut certificate).filter(|e| e.tag == 0x30)?.body;
    let mut next = take(&mut tbs)?;
    if next.tag == 0xa0 {
        next = take(&mut tbs)?; // [0] version is optional; this is the serial number
    }
    let _serial = next;
    let _signature = take(&mut tbs)?;
    let _issuer = take(&mut tbs)?;
    let validity = take(&mut tbs)?.body;
    let _subject = take(&mut tbs)?;
    let key = take(&mut tbs).filter(|e| e.tag == 0x30)?.whole;
    Some((validity, key))
}

/// The SubjectPublicKeyInfo, DER, whole: what `--pin-sha256` digests.
pub(super) fn public_key(der: &[u8]) -> Option<Vec<u8>> {
    Some(parts(der)?.1.to_vec())
}

/// notAfter: UTCTime `YYMMDDHHMMSSZ` (until 2049) or GeneralizedTime `YYYYMMDDHHMMSSZ`, RFC 5280 §4.1.2.5.
pub(super) fn not_after(der: &[u8]) -> Option<Time> {
    let mut validity = parts(der)?.0;
    let _not_before = take(&mut validity)?;
    let end = take(&mut validity)?;
    let digits = end.body.strip_suffix(b"Z")?;
    let (year, rest) = match (end.tag, digits.len()) {
        (0x17, 12) => {
            let year = number(&digits[..2])?;
            (if year < 50 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        (0x18, 14) => (number(&digits[..4])?, &digits[4..]),
        _ => return None,
    };
    let n = |i: usize| number(&rest[i..i + 2]);
    Time::civil(year, n(0)?, n(2)?, n(4)?, n(6)?, n(8)?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The skeleton of a certificate, with the given notAfter element.
    fn certificate(not_after: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, body: &[u8]| {
            let mut out = vec![tag, 0x81, u8::try_from(body.len()).unwrap()];
            out.extend_from_slice(body);
            out
        };
        let validity = [wrap(0x17, b"250101000000Z"), not_after.to_vec()].concat();
        let tbs = [
            wrap(0xa0, &[2, 1, 2]),
            wrap(2, &[7]),
            wrap(0x30, b"alg"),
            wrap(0x30, b"issuer"),
            wrap(0x30, &validity),
            wrap(0x30, b"subject"),
            wrap(0x30, b"the key"),
        ]
        .concat();
        wrap(0x30, &wrap(0x30, &tbs))
    }

    #[test]
    fn key_and_end() {
        let utc = certificate(b"\x17\x0d261123043251Z");
        assert_eq!(public_key(&utc).unwrap(), b"\x30\x81\x07the key");
        assert_eq!(not_after(&utc).unwrap().rfc3339(), "2026-11-23T04:32:51Z");
        let general = certificate(b"\x18\x0f20500101000000Z");
        assert_eq!(not_after(&general).unwrap().rfc3339(), "2050-01-01T00:00:00Z");
        assert_eq!(not_after(&certificate(b"\x17\x0d2611230432xxZ")), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut der in Just(certificate(b"\x17\x0d261123043251Z")), at in 0usize..90, to: u8) {
            if let Some(byte) = der.get_mut(at) {
                *byte = to;
            }
            let _ = (public_key(&der), not_after(&der));
            der.truncate(at);
            let _ = (public_key(&der), not_after(&der));
        }
    }
}
