//! `encode`, `decode`, and the program as `base64` itself.

use crate::args::{self, Decode, Encode};
use crate::target::{Whole, named};
use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};
use wirepost::{
    base::{b64::Alphabet, error::*, record, scratch},
    cli::{
        Output,
        args::usage,
        event::{Event, Written},
        exit::Outcome,
        stdin::{self, Fed},
    },
    mime::encode::{
        self, Base64Decoder, Base64Encoder, Breaks, Codec, QpDecoder, QpEncoder, Temper, UuDecoder,
        UuEncoder, YencDecoder, YencEncoder,
    },
    net::Cancel,
};

pub fn as_base64(flags: &args::B64mime, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let (file, output) = (flags.file.clone(), flags.output.clone());
    if flags.decode {
        let verb = Decode { file, output, ignore_garbage: flags.ignore_garbage, ..Decode::default() };
        return decode(&verb, out, cancel);
    }
    encode(&Encode { file, output, wrap: flags.wrap.unwrap_or(76), ..Encode::default() }, out, cancel)
}

pub fn encode(flags: &Encode, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if (flags.url || flags.no_pad) && (flags.encoding.qp || flags.encoding.uu || flags.encoding.yenc) {
        return Err(usage("--url and --no-pad are of base64"));
    }
    let mut input = open(flags.file.as_deref())?;
    let eol = flags.eol.bytes();
    let mut codec: Box<dyn Codec> = if flags.encoding.qp {
        let breaks = match (flags.binary, flags.eol) {
            (true, _) => Breaks::Binary,
            (_, args::Eol::Crlf) => Breaks::Crlf,
            _ => Breaks::Lf,
        };
        Box::new(QpEncoder::new(breaks, eol))
    } else if flags.encoding.uu {
        Box::new(UuEncoder::new(name(flags).as_bytes(), eol)?)
    } else if flags.encoding.yenc {
        // The size stands before the data, so what has none is kept aside first.
        let size = input.size()?;
        Box::new(YencEncoder::new(name(flags).as_bytes(), size, eol)?)
    } else {
        let alphabet = if flags.url { Alphabet::UrlSafe } else { Alphabet::Standard };
        let codec = Base64Encoder::new(alphabet, flags.wrap, eol);
        Box::new(if flags.no_pad { codec.no_pad() } else { codec })
    };
    run(&mut input, &mut *codec, named(&flags.output), out, cancel)
}

pub fn decode(flags: &Decode, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if flags.url && (flags.encoding.qp || flags.encoding.uu || flags.encoding.yenc) {
        return Err(usage("--url is of base64"));
    }
    let mut input = open(flags.file.as_deref())?;
    let temper = match (flags.strict, flags.ignore_garbage) {
        (true, _) => Temper::Strict,
        (_, true) => Temper::Skip,
        _ => Temper::Plain,
    };
    let mut codec: Box<dyn Codec> = if flags.encoding.qp {
        Box::new(QpDecoder::new(temper))
    } else if flags.encoding.uu {
        Box::new(UuDecoder::new(temper))
    } else if flags.encoding.yenc {
        Box::new(YencDecoder::new(temper))
    } else {
        let alphabet = if flags.url { Alphabet::UrlSafe } else { Alphabet::Standard };
        Box::new(Base64Decoder::new(alphabet, temper))
    };
    run(&mut input, &mut *codec, named(&flags.output), out, cancel)
}

fn name(flags: &Encode) -> String {
    let own = flags.file.as_deref().filter(|f| f.as_os_str() != "-").and_then(Path::file_name);
    flags.name.clone().or_else(|| own.map(|n| n.to_string_lossy().into_owned())).unwrap_or_else(|| "-".into())
}

struct Opened {
    file: Fed<File>,
    name: String,
}

impl Opened {
    /// How many bytes it will give.
    fn size(&mut self) -> Result<u64> {
        let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", self.name));
        let meta = self.file.0.metadata().map_err(failed)?;
        if meta.is_file() {
            use std::io::Seek;
            return Ok(meta.len() - self.file.0.stream_position().map_err(failed)?.min(meta.len()));
        }
        let (kept, size) = scratch::keep(&mut self.file, &self.name)?;
        self.file = Fed(kept);
        Ok(size)
    }
}

impl Read for Opened {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buf).map_err(|e| match e.kind() {
            std::io::ErrorKind::Interrupted => e,
            _ => Error::source(e, format_args!("cannot read {}", self.name)).into(),
        })
    }
}

fn open(path: Option<&Path>) -> Result<Opened> {
    match path.filter(|p| p.as_os_str() != "-") {
        Some(path) => {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|e| Error::source(e, format_args!("cannot read {name}")))?;
            Ok(Opened { file: Fed(file), name })
        }
        None => {
            stdin::claim("the input")?;
            use std::os::fd::AsFd;
            let failed = |e| Error::from_io(e, Kind::Local, "cannot read standard input");
            let fd = std::io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
            Ok(Opened { file: Fed(File::from(fd)), name: "standard input".into() })
        }
    }
}

fn run(
    input: &mut Opened,
    codec: &mut dyn Codec,
    output: Option<&Path>,
    out: &mut Output,
    cancel: &Cancel,
) -> Result<()> {
    let mut input = Checked { inner: input, cancel };
    let (read, written) = match output {
        Some(path) => {
            let mut whole = Whole::create(path)?;
            let done = encode::pump(&mut input, codec, &mut whole)?;
            whole.commit()?;
            done
        }
        None => encode::pump(&mut input, codec, &mut out.stream()?)?,
    };
    wrote(out, output, Written { bytes: written, bytes_read: Some(read), ..Written::default() });
    Ok(())
}

/// A reader that stops when a signal came.
pub struct Checked<'a, R> {
    pub inner: R,
    pub cancel: &'a Cancel,
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.cancel.check()?;
        self.inner.read(buf)
    }
}

/// Tells of an output that is whole.
pub fn wrote(out: &mut Output, output: Option<&Path>, written: Written) {
    out.add_bytes(written.bytes);
    out.count(Outcome::Ok);
    if let Some(path) = output {
        out.done(format_args!("{}: {} bytes", path.display(), written.bytes));
    }
    let local = output.map(|p: &Path| record::name(PathBuf::from(p).as_os_str().as_encoded_bytes()));
    out.emit(&Event::Written(Box::new(Written { outcome: "ok", local, ..written })));
}

/// Copies a reader to `-o FILE` or to stdout.
pub fn copy(reader: &mut dyn Read, output: Option<&Path>, out: &mut Output, cancel: &Cancel) -> Result<u64> {
    let mut block = vec![0; encode::BLOCK];
    let mut copy = |to: &mut dyn Write| -> Result<u64> {
        let mut size = 0;
        loop {
            cancel.check()?;
            match reader.read(&mut block) {
                Ok(0) => return Ok(size),
                Ok(n) => {
                    let wrote = |e| Error::from_io(e, Kind::Local, "cannot write the output");
                    to.write_all(&block[..n]).map_err(wrote)?;
                    size += n as u64;
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io(e, Kind::Local, "cannot read the message")),
            }
        }
    };
    match output {
        Some(path) => {
            let mut whole = Whole::create(path)?;
            let size = copy(&mut whole)?;
            whole.commit()?;
            Ok(size)
        }
        None => copy(&mut out.stream()?),
    }
}
