use super::*;
use crate::base::b64::Alphabet;
use proptest::prelude::*;

fn base64(temper: Temper, text: &[u8]) -> Result<Vec<u8>> {
    all(&mut Base64Decoder::new(Alphabet::Standard, temper), text)
}

/// In the pieces that `cuts` make of it.
fn in_pieces(codec: &mut dyn Codec, input: &[u8], cuts: &[usize]) -> Result<Vec<u8>> {
    let mut out = Out::new();
    let mut rest = input;
    for cut in cuts {
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        codec.push(piece, &mut out)?;
        rest = behind;
    }
    codec.push(rest, &mut out)?;
    codec.finish(&mut out)?;
    Ok(out.bytes().to_vec())
}

fn sample(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 7 + i / 251) as u8).collect()
}

#[test]
fn base64_vectors_and_lines() {
    let enc = |wrap, bytes: &[u8]| {
        let mut codec = Base64Encoder::new(Alphabet::Standard, wrap, b"\n");
        String::from_utf8(all(&mut codec, bytes).unwrap()).unwrap()
    };
    assert_eq!(enc(0, b"foob"), "Zm9vYg==");
    assert_eq!(enc(76, b"foob"), "Zm9vYg==\n");
    assert_eq!(enc(76, b""), "");
    assert_eq!(enc(4, b"foobar"), "Zm9v\nYmFy\n");
    assert_eq!(enc(3, b"foob"), "Zm9\nvYg\n==\n");
    assert_eq!(enc(76, &[0; 57]), "A".repeat(76) + "\n");
    for wrap in [0, 1, 4, 7, 60, 64, 76, 1000] {
        for n in [0, 1, 2, 3, 56, 57, 58, 114, 6143, 6144, 6145, 20_000] {
            let text = enc(wrap, &sample(n));
            assert_eq!(text.len() as u64, base64_size(n as u64, wrap as u64, 1), "{wrap} {n}");
            if wrap > 0 {
                assert!(text.lines().all(|l| l.len() <= wrap && !l.is_empty()));
            }
            assert_eq!(base64(Temper::Strict, text.as_bytes()).unwrap(), sample(n), "{wrap} {n}");
        }
    }
    let url = all(&mut Base64Encoder::new(Alphabet::UrlSafe, 0, b"").no_pad(), &[0xff, 0xfe]).unwrap();
    assert_eq!(url, b"__4");
}

#[test]
fn base64_as_scripts_meet_it() {
    let long = "QUJD".repeat(1 << 20);
    for (text, want) in [
        (&b"QUJD\r\n"[..], Some(&b"ABC"[..])),
        (b"QU JD\tQUI=\n", Some(b"ABCAB")),
        (b"QUI", Some(b"AB")),
        (b"QUI=QUI=", Some(b"ABAB")),
        (b"", Some(b"")),
        (b"QUJ=", None),
        (b"Q", None),
        (b"QUJD!", None),
        (b"QQ=", None),
        (b"=", None),
        (b"QUJD\0", None),
    ] {
        assert_eq!(base64(Temper::Plain, text).ok().as_deref(), want, "{}", text.escape_ascii());
    }
    assert_eq!(base64(Temper::Plain, long.as_bytes()).unwrap().len(), 3 << 20);
    for bad in ["QUI", "QU JD", "QUI=QUI=", "QUI=\nQUI="] {
        assert!(base64(Temper::Strict, bad.as_bytes()).is_err(), "{bad}");
    }
    assert_eq!(base64(Temper::Skip, b"Q!U#J\xffD====").unwrap(), b"ABC");
    let error = base64(Temper::Plain, b"QUJD\nQU\x1bJD").unwrap_err();
    assert_eq!(error.message(), "the byte 0x1b is not base64 at byte 7 (line 2, column 3)");
    let error = base64(Temper::Plain, b"ab-_").unwrap_err();
    assert_eq!(error.get_hint(), Some("base64url is decoded with --url"));
}

#[test]
fn an_error_far_in_has_its_place_and_what_was_good_comes_first() {
    let mut text = all(&mut Base64Encoder::mime(), &sample(100_000)).unwrap();
    let at = 78 * 1000 + 10;
    text[at] = b'!';
    let cases = [1usize, 7, 4096, 1 << 20].map(|piece| [(piece, false), (piece, true)]);
    for (piece, narrow) in cases.into_iter().flatten() {
        let mut codec = Base64Decoder::new(Alphabet::Standard, Temper::Plain);
        if narrow {
            codec = codec.narrow();
        }
        let mut out = Out::new();
        let error = text.chunks(piece).find_map(|c| codec.push(c, &mut out).err()).unwrap();
        assert_eq!(error.message(), format!("'!' is not base64 at byte {at} (line 1001, column 11)"));
        assert_eq!(out.bytes(), &sample(100_000)[..57 * 1000 + 6]);
    }
}

#[test]
fn the_wide_registers_make_what_the_block_engine_makes() {
    for n in [113, 114, 170, 171, 172, 6144, 65536, 200_001] {
        for end in [&b"\n"[..], b"\r\n"] {
            let encoder = || Base64Encoder::new(Alphabet::Standard, 76, end);
            let text = all(&mut encoder().narrow(), &sample(n)).unwrap();
            assert!(all(&mut encoder(), &sample(n)).unwrap() == text, "{n}");
            assert!(base64(Temper::Strict, &text).unwrap() == sample(n), "{n}");
        }
    }
}

#[test]
fn base64_in_mail_saves_what_can_be_saved() {
    let decode = |text: &[u8]| {
        let mut codec = Base64Decoder::new(Alphabet::Standard, Temper::Mail);
        let out = all(&mut codec, text).unwrap();
        (out, codec.defects().iter().map(|(name, ..)| name).collect::<Vec<_>>())
    };
    assert_eq!(decode(b"MTIzNDU2Nzg"), (b"12345678".to_vec(), vec!["base64_padding"]));
    let (joined, odd) = decode(b"UEsDBBQAAAAIAA==\r\nemVkIGZpbGUgY29udGVudA==\r\n");
    assert_eq!((joined.len(), odd), (26, vec!["base64_continued_after_padding"]));
    let footer = b"UEFZTE9BRC0yNwo=\r\n\r\n-- \r\nSent via mailing-list footer!!\r\n";
    assert_eq!(decode(footer), (b"PAYLOAD-27\n".to_vec(), vec!["base64_ended_early"]));
    assert_eq!(decode(b"QUJD!\r\nQUJD"), (b"ABCABC".to_vec(), vec!["base64_foreign_character"]));
    assert_eq!(decode(b"QQ====\r\n"), (b"A".to_vec(), vec!["base64_padding"]));
    assert_eq!(decode(b"QUJDQ"), (b"ABC".to_vec(), vec!["base64_cut_short"]));
}

#[test]
fn quoted_printable_there() {
    let enc = |breaks, eol: &'static [u8], text: &str| {
        String::from_utf8(all(&mut QpEncoder::new(breaks, eol), text.as_bytes()).unwrap()).unwrap()
    };
    assert_eq!(enc(Breaks::Lf, b"\n", "café = x\n"), "caf=C3=A9 =3D x\n");
    assert_eq!(enc(Breaks::Lf, b"\n", "a \nb\t\n"), "a=20\nb=09\n");
    assert_eq!(enc(Breaks::Lf, b"\n", "a\r\n"), "a=0D\n");
    assert_eq!(enc(Breaks::Crlf, b"\r\n", "a\r\nb\nc\rd "), "a\r\nb\r\nc=0Dd=20");
    assert_eq!(enc(Breaks::Binary, b"\n", "a\r\n"), "a=0D=0A");
    assert_eq!(enc(Breaks::Lf, b"\n", "From x\n.\nFro\n"), "=46rom x\n=2E\nFro\n");
    let long = enc(Breaks::Lf, b"\n", &"é".repeat(100));
    assert!(long.lines().all(|l| l.len() <= 76));
}

#[test]
fn quoted_printable_back() {
    let dec = |temper, text: &[u8]| all(&mut QpDecoder::new(temper), text);
    let mail = |text: &[u8]| dec(Temper::Mail, text).unwrap();
    assert_eq!(
        mail(b"caf=C3=A9 =3D soft=\r\nbreak  \r\n=ZZ bad\r\n"),
        "café = softbreak\r\n=ZZ bad\r\n".as_bytes()
    );
    assert_eq!(mail(b"a= \t\r\nb"), b"ab");
    assert_eq!(mail(b"a="), b"a");
    assert_eq!(mail(b"a=\r"), b"a");
    assert_eq!(mail(b"a=4"), b"a=4");
    assert_eq!(mail(b"a=G1"), b"a=G1");
    assert_eq!(mail(b"a==3D"), b"a==");
    assert_eq!(mail(b"=e2=98=83"), "☃".as_bytes());
    assert_eq!(mail(b"a \t"), b"a");
    assert_eq!(mail(b"a \rb"), b"a \rb");
    assert!(dec(Temper::Plain, b"a=G1").is_err());
    assert!(dec(Temper::Strict, b"=e2").is_err());
    assert!(dec(Temper::Plain, b"=e2").is_ok());
    let error = dec(Temper::Plain, b"ok\nab=G1").unwrap_err();
    assert!(error.message().ends_with("(line 2, column 4)"), "{error}");
}

#[test]
fn uuencode_both_ways() {
    let enc = |bytes: &[u8]| all(&mut UuEncoder::new(b"a.bin", b"\n").unwrap(), bytes).unwrap();
    assert_eq!(enc(b"abc"), b"begin 644 a.bin\n#86)C\n`\nend\n");
    let dec = |temper, text: &[u8]| all(&mut UuDecoder::new(temper), text);
    assert_eq!(dec(Temper::Plain, b"text\nbegin 644 uu.bin\r\n#86)C\r\n`\r\nend\r\ntext").unwrap(), b"abc");
    // Blanks at the end of a line were lost.
    assert_eq!(dec(Temper::Plain, b"begin 644 x\n#86(\n\nend\n").unwrap(), b"ab\0");
    assert_eq!(dec(Temper::Plain, b"begin-base64 644 x\nYWJj\n====\n").unwrap(), b"abc");
    assert!(dec(Temper::Plain, b"begin 644 x\n#86)C\n").is_err());
    assert!(dec(Temper::Plain, b"no such thing\n").is_err());
    assert!(dec(Temper::Plain, b"begin 644 x\n#86)Cjunk and more\n`\nend\n").is_err());
    assert!(UuEncoder::new(b"a\nb", b"\n").is_err());
}

#[test]
fn yenc_both_ways() {
    let bytes = sample(1000);
    let mut enc = YencEncoder::new(b"a b.bin", 1000, b"\r\n").unwrap();
    let text = all(&mut enc, &bytes).unwrap();
    let dec = |temper, text: &[u8]| all(&mut YencDecoder::new(temper), text);
    assert_eq!(dec(Temper::Plain, &text).unwrap(), bytes);
    let small = b"=ybegin line=128 size=3 name=y.bin\r\n\x8b\x8c\x8d\r\n=yend size=3\r\n";
    assert_eq!(dec(Temper::Plain, small).unwrap(), b"abc");
    let mut spoilt = text.clone();
    spoilt[50] ^= 1;
    let error = dec(Temper::Plain, &spoilt).unwrap_err();
    assert!(error.message().starts_with("the checksum of the yEnc data is wrong"), "{error}");
    assert!(dec(Temper::Mail, &spoilt).is_ok());
    let parts = b"=ybegin part=1 line=128 size=6 name=y\r\n=ypart begin=1 end=3\r\n\x8b\x8c\x8d\r\n=yend size=3 part=1\r\n\
                  =ybegin part=2 line=128 size=6 name=y\r\n=ypart begin=4 end=6\r\n\x8e\x8f\x90\r\n=yend size=3 part=2\r\n";
    assert_eq!(dec(Temper::Plain, parts).unwrap(), b"abcdef");
    assert!(all(&mut YencEncoder::new(b"x", 4, b"\n").unwrap(), b"abc").is_err());
    assert!(dec(Temper::Plain, b"=ybegin line=128 size=3 name=y\r\n\x8b\x8c").is_err());
}

#[test]
fn line_ends() {
    let canonical = |text: &[u8]| all(&mut Canonical::new(true), text).unwrap();
    assert_eq!(canonical(b"a\nb\r\nc\rd"), b"a\r\nb\r\nc\r\nd\r\n");
    assert_eq!(canonical(b"\r\r\n\n"), b"\r\n\r\n\r\n");
    assert_eq!(canonical(b""), b"");
    let local = |text: &[u8]| all(&mut LineEnds::default(), text).unwrap();
    assert_eq!(local(b"a\r\nb\rc\r\r\n\r"), b"a\nb\rc\r\n\r");
}

#[test]
fn a_line_feed_that_comes_alone_ends_one_line_only() {
    let text = b"a\r\n\n\r\n\r\r\n\nb";
    let whole = in_pieces(&mut Canonical::new(true), text, &[]).unwrap();
    assert_eq!(whole, b"a\r\n\r\n\r\n\r\n\r\n\r\nb\r\n");
    assert_eq!(in_pieces(&mut Canonical::new(true), text, &[1; 12]).unwrap(), whole);
}

#[test]
fn a_reader_of_a_codec_gives_what_is_good_and_then_the_error() {
    let mut reader = Through::new(&b"QUJDQUJD!"[..], Base64Decoder::new(Alphabet::Standard, Temper::Plain));
    let mut got = Vec::new();
    let error = reader.read_to_end(&mut got).unwrap_err();
    assert_eq!(got, b"ABCABC");
    assert!(Error::unwrap_io(error).unwrap().message().contains("byte 8"));
}

/// Bytes with everything that the encodings treat specially.
fn base64_lines(columns: usize, lines: usize, end: &[u8]) -> Vec<u8> {
    let alphabet = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODkr";
    let line: Vec<u8> = alphabet.iter().copied().cycle().take(columns).chain(end.iter().copied()).collect();
    line.repeat(lines)
}

fn shaped() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            &b"\r\n"[..],
            b"\n",
            b"\r",
            b" ",
            b"\t",
            b"=",
            b".",
            b"From ",
            b"F",
            b"\0",
            b"-",
            b"=3D",
            b"\xc3\xa9",
            b"=\r\n",
            b"=\n",
            b"begin 644 x\n",
            b"end\n",
            b"`\n",
            b"=ybegin line=128 size=3 name=y\n",
            b"=yend size=3\n",
            b"==",
            b"QUJD",
            b"QQ==",
            b"+",
            b"/",
            b"_",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..20),
        (any::<u8>(), 50usize..400).prop_map(|(b, n)| vec![b; n]),
        (40usize..90, 1usize..3).prop_map(|(n, lines)| base64_lines(n, lines, b"\r\n")),
        // The shape of all mail, and where a broken character stands in it.
        (2usize..6, any::<bool>()).prop_map(|(n, crlf)| base64_lines(
            76,
            n,
            if crlf { b"\r\n" } else { b"\n" }
        )),
        (0usize..300, any::<u8>()).prop_map(|(at, byte)| {
            let mut text = base64_lines(76, 4, b"\n");
            text[at] = byte;
            text
        }),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

type Make = fn() -> Box<dyn Codec>;

const PAIRS: &[(&str, Make, Make)] = &[
    (
        "base64",
        || Box::new(Base64Encoder::mime()),
        || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Strict)),
    ),
    (
        "base64 without wide registers",
        || Box::new(Base64Encoder::mime().narrow()),
        || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Strict).narrow()),
    ),
    (
        "base64url -w76",
        || Box::new(Base64Encoder::new(Alphabet::UrlSafe, 76, b"\n")),
        || Box::new(Base64Decoder::new(Alphabet::UrlSafe, Temper::Strict)),
    ),
    (
        "base64 -w0",
        || Box::new(Base64Encoder::new(Alphabet::Standard, 0, b"")),
        || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Strict)),
    ),
    (
        "base64 -w7",
        || Box::new(Base64Encoder::new(Alphabet::Standard, 7, b"\n")),
        || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Mail)),
    ),
    (
        "base64url",
        || Box::new(Base64Encoder::new(Alphabet::UrlSafe, 64, b"\n").no_pad()),
        || Box::new(Base64Decoder::new(Alphabet::UrlSafe, Temper::Plain)),
    ),
    ("qp lf", || Box::new(QpEncoder::new(Breaks::Lf, b"\n")), || Box::new(QpDecoder::new(Temper::Strict))),
    (
        "qp binary",
        || Box::new(QpEncoder::new(Breaks::Binary, b"\r\n")),
        || Box::new(QpDecoder::new(Temper::Strict)),
    ),
    ("uu", || Box::new(UuEncoder::new(b"x", b"\n").unwrap()), || Box::new(UuDecoder::new(Temper::Strict))),
];

const DECODERS: &[Make] = &[
    || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Mail)),
    || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Mail).narrow()),
    || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Plain)),
    || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Plain).narrow()),
    || Box::new(Base64Decoder::new(Alphabet::Standard, Temper::Skip)),
    || Box::new(Base64Decoder::new(Alphabet::UrlSafe, Temper::Strict)),
    || Box::new(QpDecoder::new(Temper::Mail)),
    || Box::new(QpDecoder::new(Temper::Plain)),
    || Box::new(UuDecoder::new(Temper::Mail)),
    || Box::new(YencDecoder::new(Temper::Mail)),
    || Box::new(YencDecoder::new(Temper::Plain)),
    || Box::new(Canonical::new(true)),
    || Box::new(LineEnds::default()),
    || Box::new(QpEncoder::text()),
    || Box::new(QpEncoder::new(Breaks::Lf, b"\n")),
    || Box::new(Base64Encoder::mime()),
    || Box::new(Base64Encoder::mime().narrow()),
    || Box::new(UuEncoder::new(b"x", b"\r\n").unwrap()),
];

proptest! {
    #[test]
    fn decoding_undoes_encoding(bytes in shaped(), cuts in prop::collection::vec(0usize..300, 0..6)) {
        for (name, encoder, decoder) in PAIRS {
            let text = in_pieces(&mut *encoder(), &bytes, &cuts).unwrap();
            let back = in_pieces(&mut *decoder(), &text, &cuts);
            prop_assert_eq!(back.unwrap(), bytes.clone(), "{}", name);
        }
        let mut yenc = YencEncoder::new(b"x", bytes.len() as u64, b"\r\n").unwrap();
        let text = in_pieces(&mut yenc, &bytes, &cuts).unwrap();
        let back = in_pieces(&mut YencDecoder::new(Temper::Strict), &text, &cuts);
        prop_assert_eq!(back.unwrap(), bytes);
    }

    #[test]
    fn no_cut_changes_the_output(bytes in shaped(), cuts in prop::collection::vec(0usize..300, 0..12)) {
        for make in DECODERS {
            let (mut whole, mut cut) = (make(), make());
            let a = in_pieces(&mut *whole, &bytes, &[]).map_err(|e| e.message().to_string());
            let b = in_pieces(&mut *cut, &bytes, &cuts).map_err(|e| e.message().to_string());
            prop_assert_eq!(&a, &b);
            let names = |c: &dyn Codec| c.defects().iter().map(|(n, ..)| n).collect::<Vec<_>>();
            prop_assert_eq!(names(&*whole), names(&*cut));
            let bytewise = in_pieces(&mut *make(), &bytes, &vec![1; bytes.len()]);
            prop_assert_eq!(a, bytewise.map_err(|e| e.message().to_string()));
        }
    }

    #[test]
    fn encoded_lines_are_what_mail_takes(bytes in shaped()) {
        for codec in [&mut QpEncoder::text() as &mut dyn Codec, &mut Base64Encoder::mime()] {
            let text = all(codec, &bytes).unwrap();
            for line in text.split(|b| *b == b'\n') {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                prop_assert!(line.len() <= 76);
                prop_assert!(!line.contains(&b'\r') && line.is_ascii());
                prop_assert!(!line.ends_with(b" ") && !line.ends_with(b"\t"));
                prop_assert!(!line.starts_with(b"From ") && line != b".");
            }
        }
    }
}
