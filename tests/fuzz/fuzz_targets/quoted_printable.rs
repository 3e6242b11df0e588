//! Quoted-printable, uuencode and yEnc: decoding undoes encoding, no cut changes what comes out.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::mime::encode::{
    Breaks, Canonical, Codec, LineEnds, Out, QpDecoder, QpEncoder, Temper, UuDecoder, UuEncoder, YencDecoder, YencEncoder,
};

fn run(codec: &mut dyn Codec, input: &[u8], step: usize) -> (Vec<u8>, bool) {
    let mut out = Out::new();
    let mut good = true;
    for piece in input.chunks(step.max(1)) {
        good = good && codec.push(piece, &mut out).is_ok();
    }
    good = good && codec.finish(&mut out).is_ok();
    (out.bytes().to_vec(), good)
}

fuzz_target!(|data: &[u8]| {
    let Some((step, bytes)) = data.split_first() else { return };
    let step = usize::from(*step);
    for breaks in [Breaks::Lf, Breaks::Binary] {
        let (text, _) = run(&mut QpEncoder::new(breaks, b"\n"), bytes, step);
        assert!(text.split(|b| *b == b'\n').all(|l| l.len() <= 76));
        assert_eq!(run(&mut QpDecoder::new(Temper::Strict), &text, step + 1), (bytes.to_vec(), true));
    }
    let (text, _) = run(&mut UuEncoder::new(b"x", b"\n").expect("a name"), bytes, step);
    assert_eq!(run(&mut UuDecoder::new(Temper::Strict), &text, step + 1), (bytes.to_vec(), true));
    let (text, _) = run(&mut YencEncoder::new(b"x", bytes.len() as u64, b"\r\n").expect("a name"), bytes, step);
    assert_eq!(run(&mut YencDecoder::new(Temper::Strict), &text, step + 1), (bytes.to_vec(), true));
    let make: [fn() -> Box<dyn Codec>; 7] = [
        || Box::new(QpDecoder::new(Temper::Mail)),
        || Box::new(QpDecoder::new(Temper::Plain)),
        || Box::new(UuDecoder::new(Temper::Mail)),
        || Box::new(YencDecoder::new(Temper::Mail)),
        || Box::new(Canonical::new(true)),
        || Box::new(LineEnds::default()),
        || Box::new(QpEncoder::text()),
    ];
    for make in make {
        let (whole, cut) = (run(&mut *make(), bytes, usize::MAX), run(&mut *make(), bytes, step));
        // After an error only what came before it is the same.
        assert!(whole == cut || !whole.1 && !cut.1);
    }
});
