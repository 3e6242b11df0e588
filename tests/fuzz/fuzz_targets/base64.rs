//! base64: decoding undoes encoding; no cut of broken input changes what comes out, or the error.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::base::b64::Alphabet;
use wirepost::mime::encode::{Base64Decoder, Base64Encoder, Codec, Out, Temper};

fn run(codec: &mut dyn Codec, input: &[u8], step: usize) -> (Vec<u8>, Option<String>) {
    let mut out = Out::new();
    let mut done = Ok(());
    for piece in input.chunks(step.max(1)) {
        done = codec.push(piece, &mut out);
        if done.is_err() {
            break;
        }
    }
    let error = done.and_then(|()| codec.finish(&mut out)).err();
    (out.bytes().to_vec(), error.map(|e| e.message().to_string()))
}

fuzz_target!(|data: &[u8]| {
    let [step, wrap, rest @ ..] = data else { return };
    let (step, wrap) = (usize::from(*step), usize::from(*wrap));
    // Long enough for the fast paths.
    let long = rest.repeat(if rest.len() < 400 { 40 } else { 1 });
    for bytes in [rest, &long] {
        for alphabet in [Alphabet::Standard, Alphabet::UrlSafe] {
            let (text, error) = run(&mut Base64Encoder::new(alphabet, wrap, b"\r\n"), bytes, step);
            assert_eq!(error, None);
            assert_eq!(run(&mut Base64Decoder::new(alphabet, Temper::Strict), &text, step + 1), (bytes.to_vec(), None));
            for temper in [Temper::Strict, Temper::Plain, Temper::Skip, Temper::Mail] {
                let whole = run(&mut Base64Decoder::new(alphabet, temper), bytes, usize::MAX);
                assert_eq!(whole, run(&mut Base64Decoder::new(alphabet, temper), bytes, step));
                assert!(temper != Temper::Mail || whole.1.is_none());
            }
        }
    }
});
