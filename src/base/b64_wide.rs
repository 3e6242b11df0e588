//! Base64 in lines of 76 characters, as mail and GNU's tools have it, at the width of AVX-512.
//!
//! With VBMI (since Ice Lake and Zen 4) one instruction looks 64 characters up in a register, and another cuts 64 times
//! six bits out: what remains of encoding is loads and stores. So a line is made, end and all, where it will stand, in two
//! steps of 48 bytes, and taken apart likewise; there is no second pass that copies lines, which costs the block engines
//! a third of their time. (W. Muła, D. Lemire: Base64 encoding and decoding at almost the speed of a memory copy, 2019.)
//!
//! Both steps read and write a whole register where 9 bytes or 12 characters of the second are wanted, so the last line or two of
//! what is given are left to the block engines, as is every line of another shape and, on other machines, everything.

use super::b64::Alphabet;

/// Bytes in a line of 76 characters.
pub const LINE_BYTES: usize = 57;
/// Characters in a line.
pub const LINE: usize = 76;

#[cfg(target_arch = "x86_64")]
pub use avx512::Wide;
#[cfg(not(target_arch = "x86_64"))]
pub use none::Wide;

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::*;
    use fearless_simd::{Avx512, Level, kernel, prelude::*, u8x64};
    use std::arch::x86_64::*;
    use std::sync::OnceLock;

    /// The tables of an alphabet, on a machine that can use them.
    pub struct Wide {
        token: Avx512,
        characters: [u8; 64],
        /// The value of each character of ASCII; the high bit says that it has none.
        values: [[u8; 64]; 2],
    }

    impl Wide {
        /// `None` where the machine has no AVX-512 with VBMI.
        pub fn of(alphabet: Alphabet) -> Option<&'static Wide> {
            static STANDARD: OnceLock<Option<Wide>> = OnceLock::new();
            static URL_SAFE: OnceLock<Option<Wide>> = OnceLock::new();
            let place = match alphabet {
                Alphabet::Standard => &STANDARD,
                Alphabet::UrlSafe => &URL_SAFE,
            };
            place.get_or_init(|| Level::new().as_avx512().map(|token| Wide::new(token, alphabet))).as_ref()
        }

        fn new(token: Avx512, alphabet: Alphabet) -> Wide {
            let (mut characters, mut values) = ([0; 64], [[0x80; 64]; 2]);
            for byte in 0..128u8 {
                if let Some(value) = alphabet.value(byte) {
                    characters[usize::from(value)] = byte;
                    values[usize::from(byte / 64)][usize::from(byte % 64)] = value;
                }
            }
            Wide { token, characters, values }
        }

        /// Encodes lines from the start of `bytes`, each with `end` (one or two bytes) before it, as long as there is room in `out`
        /// for two whole steps; returns how many. What `out` holds behind them means nothing.
        pub fn encode(&self, bytes: &[u8], end: &[u8], out: &mut [u8]) -> usize {
            let Some(ends) = both(end) else { return 0 };
            encode(self.token, bytes, ends, end.len(), out, &self.characters)
        }

        /// Decodes lines that end in `end` from the start of `text`, until one that is not of this shape and alphabet, or has no
        /// room for two whole steps; returns how many. What `out` holds behind them means nothing.
        pub fn decode(&self, text: &[u8], end: &[u8], out: &mut [u8]) -> usize {
            let Some(ends) = both(end) else { return 0 };
            decode(self.token, text, ends, end.len(), out, &self.values)
        }
    }

    /// The first and the last byte of an end.
    fn both(end: &[u8]) -> Option<[u8; 2]> {
        match end {
            [one] => Some([*one, *one]),
            [first, last] => Some([*first, *last]),
            _ => None,
        }
    }

    kernel!(
        fn encode(
            token: Avx512,
            bytes: &[u8],
            end: [u8; 2],
            end_len: usize,
            out: &mut [u8],
            characters: &[u8; 64],
        ) -> usize {
            // Three bytes a, b, c become the four b, a, c, b, of which each character is six bits in a row.
            let spread: [u8; 64] = std::array::from_fn(|i| (i / 4 * 3 + [1, 0, 2, 1][i % 4]) as u8);
            let cuts: [u8; 64] = std::array::from_fn(|i| [10, 4, 22, 16, 42, 36, 54, 48][i % 8]);
            let spread: __m512i = u8x64::from_slice(token, &spread).into();
            let cuts: __m512i = u8x64::from_slice(token, &cuts).into();
            let characters: __m512i = u8x64::from_slice(token, characters).into();
            let step = LINE + end_len;
            let mut lines = 0;
            while let Some(from) = bytes.get(lines * LINE_BYTES..).and_then(<[u8]>::first_chunk::<112>)
                && let Some(to) = out.get_mut(lines * step..).and_then(<[u8]>::first_chunk_mut::<130>)
            {
                to[0] = end[0];
                to[end_len - 1] = end[1];
                let to = &mut to[end_len..end_len + 128];
                let first = u8x64::from_slice(token, &from[..64]).into();
                let second = u8x64::from_slice(token, &from[48..112]).into();
                let first = _mm512_multishift_epi64_epi8(cuts, _mm512_permutexvar_epi8(spread, first));
                let second = _mm512_multishift_epi64_epi8(cuts, _mm512_permutexvar_epi8(spread, second));
                let first: u8x64<Avx512> = _mm512_permutexvar_epi8(first, characters).simd_into(token);
                let second: u8x64<Avx512> = _mm512_permutexvar_epi8(second, characters).simd_into(token);
                first.store_slice(&mut to[..64]);
                second.store_slice(&mut to[64..128]);
                lines += 1;
            }
            lines
        }
    );

    kernel!(
        fn decode(
            token: Avx512,
            text: &[u8],
            end: [u8; 2],
            end_len: usize,
            out: &mut [u8],
            values: &[[u8; 64]; 2],
        ) -> usize {
            // Four values become the 24 low bits of a word, of which the bytes are taken the high one first.
            let pack: [u8; 64] =
                std::array::from_fn(|i| if i < 48 { (i / 3 * 4 + 2 - i % 3) as u8 } else { 0 });
            let pack: __m512i = u8x64::from_slice(token, &pack).into();
            let low: __m512i = u8x64::from_slice(token, &values[0]).into();
            let high: __m512i = u8x64::from_slice(token, &values[1]).into();
            let (pairs, words) = (_mm512_set1_epi32(0x0140_0140), _mm512_set1_epi32(0x0001_1000));
            let step = LINE + end_len;
            let mut lines = 0;
            while let Some(from) = text.get(lines * step..).and_then(<[u8]>::first_chunk::<128>)
                && let Some(to) = out.get_mut(lines * LINE_BYTES..).and_then(<[u8]>::first_chunk_mut::<112>)
            {
                let first: __m512i = u8x64::from_slice(token, &from[..64]).into();
                let second: __m512i = u8x64::from_slice(token, &from[64..]).into();
                let a = _mm512_permutex2var_epi8(low, first, high);
                let b = _mm512_permutex2var_epi8(low, second, high);
                let foreign = _mm512_movepi8_mask(_mm512_or_si512(a, first))
                    | _mm512_movepi8_mask(_mm512_or_si512(b, second)) & 0xfff;
                if foreign != 0 || [from[LINE], from[step - 1]] != end {
                    break;
                }
                let a = _mm512_madd_epi16(_mm512_maddubs_epi16(a, pairs), words);
                let b = _mm512_madd_epi16(_mm512_maddubs_epi16(b, pairs), words);
                let a: u8x64<Avx512> = _mm512_permutexvar_epi8(pack, a).simd_into(token);
                let b: u8x64<Avx512> = _mm512_permutexvar_epi8(pack, b).simd_into(token);
                a.store_slice(&mut to[..64]);
                b.store_slice(&mut to[48..]);
                lines += 1;
            }
            lines
        }
    );
}

#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::Alphabet;

    /// No such machine.
    pub enum Wide {}

    impl Wide {
        pub fn of(_: Alphabet) -> Option<&'static Wide> {
            None
        }

        pub fn encode(&self, _: &[u8], _: &[u8], _: &mut [u8]) -> usize {
            match *self {}
        }

        pub fn decode(&self, _: &[u8], _: &[u8], _: &mut [u8]) -> usize {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(alphabet: Alphabet, end: &str, count: usize) -> (Vec<u8>, String) {
        let bytes: Vec<u8> = (0..count * LINE_BYTES).map(|i| (i * 7 + i / 251) as u8).collect();
        let text = crate::base::b64::encode(&bytes);
        let text =
            if alphabet == Alphabet::UrlSafe { text.replace('+', "-").replace('/', "_") } else { text };
        let text =
            text.as_bytes().chunks(LINE).map(|l| String::from_utf8_lossy(l).into_owned() + end).collect();
        (bytes, text)
    }

    #[test]
    fn lines_both_ways_but_for_the_last() {
        for alphabet in [Alphabet::Standard, Alphabet::UrlSafe] {
            // Elsewhere the block engines do all of it.
            let Some(wide) = Wide::of(alphabet) else { return };
            for end in ["\n", "\r\n"] {
                let (bytes, text) = lines(alphabet, end, 50);
                let step = LINE + end.len();
                let mut out = vec![0; 8192];
                let done = wide.encode(&bytes, end.as_bytes(), &mut out);
                assert_eq!(done, 49);
                let ends_first = format!("{end}{text}");
                assert_eq!(&out[..done * step], &ends_first.as_bytes()[..done * step]);
                let done = wide.decode(text.as_bytes(), end.as_bytes(), &mut out);
                assert_eq!(done, 49);
                assert_eq!(&out[..done * LINE_BYTES], &bytes[..done * LINE_BYTES]);
            }
        }
    }

    #[test]
    fn a_line_with_anything_else_in_it_is_where_decoding_stops() {
        let Some(wide) = Wide::of(Alphabet::Standard) else { return };
        let (_, text) = lines(Alphabet::Standard, "\n", 6);
        let mut out = vec![0; 1024];
        for at in 0..77 {
            for byte in 0..=255u8 {
                let mut spoilt = text.clone().into_bytes();
                spoilt[2 * 77 + at] = byte;
                let good = if at == 76 { byte == b'\n' } else { Alphabet::Standard.value(byte).is_some() };
                assert_eq!(wide.decode(&spoilt, b"\n", &mut out), if good { 5 } else { 2 }, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn nothing_is_done_where_there_is_no_room() {
        let Some(wide) = Wide::of(Alphabet::Standard) else { return };
        let (bytes, text) = lines(Alphabet::Standard, "\n", 6);
        let mut small = [0; 80];
        assert_eq!(wide.encode(&bytes, b"\n", &mut small), 0);
        assert_eq!(wide.decode(text.as_bytes(), b"\n", &mut small), 0);
        for end in [&b""[..], b"\r\r\n"] {
            assert_eq!(
                (wide.encode(&bytes, end, &mut [0; 512]), wide.decode(&[b'A'; 512], end, &mut [0; 512])),
                (0, 0)
            );
        }
        assert_eq!(small, [0; 80]);
    }
}
