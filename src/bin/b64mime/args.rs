//! b64mime's flags.

use crate::{conflict::OnConflict, message::MessageFlags};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use wirepost::cli::{Common, Flags, args::size};
use wirepost::mime::mailbox::Format;
use wirepost::mime::read::Limits;

/// What `--help` and the man page show beside: one for every verb.
const MORE: &str = "\
More examples:
  b64mime encode --qp letter.txt
  b64mime text m.eml
  b64mime headers m.eml -H Subject -H From
  b64mime header encode 'Grüße' --name Subject
  b64mime header params 'attachment; filename=report.pdf'
  b64mime split big.eml --size 5M -d pieces/
  b64mime join pieces/1.eml pieces/2.eml > big.eml
";

const EXAMPLES: &str = "\
Examples:
  b64mime encode a.bin > a.b64
  b64mime decode < a.b64                      # or b64mime -d, as base64 -d
  b64mime list m.eml
  b64mime extract m.eml -d out/ --type 'image/*'
  b64mime build --body-file b.txt --attach '*.png' > m.eml
  b64mime header decode '=?utf-8?B?4piD?='
  b64mime lint m.eml

A message is read from files (an mbox or a Maildir too) or from stdin. Everything streams: memory does not grow with size.
";

/// Encode, decode, read, build and check MIME messages
#[derive(Parser, Debug)]
#[command(name = "b64mime", version, max_term_width = 110, after_help = EXAMPLES, after_long_help = long_help())]
pub struct B64mime {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub common: Common,
    /// Without a verb: decode base64, as base64 -d does
    #[arg(short = 'd', short_alias = 'D', long, help_heading = "As base64")]
    pub decode: bool,
    /// Without a verb: wrap lines after N characters, 0 for none [default: 76]
    #[arg(
        short = 'w',
        short_alias = 'b',
        long = "wrap",
        alias = "break",
        value_name = "N",
        help_heading = "As base64"
    )]
    pub wrap: Option<usize>,
    /// Without a verb: skip what is not base64
    #[arg(short = 'i', long, help_heading = "As base64")]
    pub ignore_garbage: bool,
    /// Without a verb: write to FILE
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "As base64")]
    pub output: Option<PathBuf>,
    /// Without a verb: the file to encode or decode; stdin if none or -
    #[arg(value_name = "FILE", help_heading = "As base64")]
    pub file: Option<PathBuf>,
}

fn long_help() -> String {
    format!("{EXAMPLES}\n{MORE}")
}

impl Flags for B64mime {
    fn common(&self) -> &Common {
        &self.common
    }
}

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Encode a file or stdin: base64, quoted-printable, uuencode or yEnc
    Encode(Encode),
    /// Decode a file or stdin; broken input is an error with its place
    Decode(Decode),
    /// Show the parts of messages
    List(List),
    /// Store parts of messages as files, under safe names
    Extract(Extract),
    /// Write the readable text of messages, in UTF-8
    Text(Text),
    /// Write the header fields of messages, decoded
    Headers(Headers),
    /// Encode or decode a single header value
    #[command(subcommand)]
    Header(Header),
    /// Build a message from files
    Build(Box<Build>),
    /// Cut a message into pieces that mail will carry (message/partial)
    Split(Split),
    /// Put such pieces together again
    Join(Join),
    /// Report what is ambiguous or broken in messages: exit 1 if anything is
    Lint(Lint),
}

/// Which encoding; base64 if none is given.
#[derive(Args, Debug, Clone, Default)]
#[group(multiple = false)]
pub struct Encoding {
    /// Base64, the default
    #[arg(long)]
    pub base64: bool,
    /// Quoted-printable
    #[arg(long)]
    pub qp: bool,
    /// uuencode
    #[arg(long)]
    pub uu: bool,
    /// yEnc
    #[arg(long)]
    pub yenc: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Eol {
    #[default]
    Lf,
    Crlf,
}

impl Eol {
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Eol::Lf => b"\n",
            Eol::Crlf => b"\r\n",
        }
    }
}

#[derive(Args, Debug, Clone, Default)]
pub struct Encode {
    /// The file; stdin if none or -
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub encoding: Encoding,
    /// Wrap lines after N characters, 0 for none
    #[arg(short = 'w', short_alias = 'b', long, alias = "break", value_name = "N", default_value_t = 76)]
    pub wrap: usize,
    /// Line ends
    #[arg(long, value_enum, value_name = "EOL", default_value_t)]
    pub eol: Eol,
    /// The alphabet that is safe in URLs (RFC 4648 section 5)
    #[arg(long)]
    pub url: bool,
    /// Leave the padding away
    #[arg(long)]
    pub no_pad: bool,
    /// Quoted-printable: line ends of the input are data, too
    #[arg(long, requires = "qp")]
    pub binary: bool,
    /// uuencode, yEnc: the file name to write; the file's own by default
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub name: Option<String>,
    /// Write to FILE, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug, Clone, Default)]
pub struct Decode {
    /// The file; stdin if none or -
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub encoding: Encoding,
    /// Take only what the RFC allows: line ends and whole padding
    #[arg(long, conflicts_with = "ignore_garbage")]
    pub strict: bool,
    /// Skip what is not of the encoding
    #[arg(short, long)]
    pub ignore_garbage: bool,
    /// The alphabet that is safe in URLs (RFC 4648 section 5)
    #[arg(long)]
    pub url: bool,
    /// Write to FILE, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// As base64 has it: this is decoding already
    #[arg(short = 'd', short_alias = 'D', hide = true)]
    pub again: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Mbox {
    /// A file that starts with a From line is an mbox
    #[default]
    Auto,
    /// Every file is one message
    No,
    /// mbox, quoted lines left as they are
    O,
    /// mbox, >From lines unquoted
    Rd,
    /// mbox, Content-Length counts
    Cl2,
}

/// What to read, and how far.
#[derive(Args, Debug, Clone)]
pub struct Reading {
    /// Messages: files, mboxes, Maildirs; stdin if none or -
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How a file with several messages is read
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub mbox: Mbox,
    /// Only the N-th message of a mailbox
    #[arg(long, value_name = "N")]
    pub message: Option<u64>,
    /// Look so deep into nested parts
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub max_depth: usize,
    /// Look at so many parts of a message
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_parts: u64,
    /// Read headers up to this size
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1M")]
    pub max_header: u64,
    /// Do not look for uuencode and yEnc in text, nor into winmail.dat
    #[arg(long)]
    pub no_legacy: bool,
}

impl Reading {
    pub fn format(&self) -> Format {
        match self.mbox {
            Mbox::Auto => Format::Auto,
            Mbox::No => Format::No,
            Mbox::O => Format::O,
            Mbox::Rd => Format::Rd,
            Mbox::Cl2 => Format::Cl2,
        }
    }

    pub fn limits(&self) -> Limits {
        let header = usize::try_from(self.max_header).unwrap_or(usize::MAX).max(256);
        Limits { depth: self.max_depth, parts: self.max_parts, header }
    }
}

#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    pub reading: Reading,
    /// Report the SHA-256 of every content
    #[arg(long)]
    pub digest: bool,
}

/// Which parts; all that is said has to fit.
#[derive(Args, Debug, Clone, Default)]
pub struct Select {
    /// The part with this number; may be repeated
    #[arg(long, value_name = "N.N")]
    pub part: Vec<String>,
    /// Parts whose type matches, such as 'image/*'; may be repeated
    #[arg(long = "type", value_name = "GLOB")]
    pub types: Vec<String>,
    /// Parts whose file name matches; may be repeated
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub name: Vec<String>,
    /// The part with this Content-ID; may be repeated
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub cid: Vec<String>,
    /// Attachments: the default if nothing else is said
    #[arg(long)]
    pub attachments: bool,
    /// What is shown within the body
    #[arg(long)]
    pub inline: bool,
    /// Every part, bodies too
    #[arg(long)]
    pub all: bool,
    /// Go into attached messages, too
    #[arg(short, long)]
    pub recurse: bool,
}

#[derive(Args, Debug)]
pub struct Extract {
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub select: Select,
    /// Where files go; made if it is not there
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Write the contents to stdout, one after the other
    #[arg(long, conflicts_with = "dir")]
    pub to_stdout: bool,
    /// What to do where a file of the name exists
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub on_conflict: OnConflict,
    /// Name files so: {part}, {name}, {type}, {cid}, {message} are filled in
    #[arg(long, value_name = "TEMPLATE", allow_hyphen_values = true)]
    pub name_template: Option<String>,
    /// Report the SHA-256 of what was stored
    #[arg(long)]
    pub digest: bool,
    /// Broken encodings are errors; by default all that can be saved is stored
    #[arg(long)]
    pub strict: bool,
    /// Say what would be stored, and store nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Text {
    #[command(flatten)]
    pub reading: Reading,
    /// Go into attached messages, too
    #[arg(short, long)]
    pub recurse: bool,
}

#[derive(Args, Debug)]
pub struct Headers {
    #[command(flatten)]
    pub reading: Reading,
    /// Only fields of this name; may be repeated
    #[arg(short = 'H', long, value_name = "NAME")]
    pub field: Vec<String>,
    /// The header of this part; the message's by default
    #[arg(long, value_name = "N.N")]
    pub part: Option<String>,
    /// As they stand there, folds and all
    #[arg(long)]
    pub raw: bool,
}

#[derive(Subcommand, Debug)]
pub enum Header {
    /// Decode encoded words (RFC 2047)
    Decode {
        /// The value; stdin, line by line, if none
        text: Option<String>,
    },
    /// Encode text for a header, folded
    Encode {
        /// The text; stdin, line by line, if none
        text: Option<String>,
        /// Write the whole field
        #[arg(long, value_name = "FIELD")]
        name: Option<String>,
    },
    /// Read a value with parameters (RFC 2231), such as Content-Disposition's
    Params {
        /// The value; stdin, line by line, if none
        text: Option<String>,
    },
}

#[derive(Args, Debug)]
pub struct Build {
    #[command(flatten)]
    pub message: MessageFlags,
    /// A message to go along in a digest; may be repeated
    #[arg(long, value_name = "FILE")]
    pub digest: Vec<PathBuf>,
    /// A ready part, such as --bare writes; may be repeated
    #[arg(long, value_name = "FILE")]
    pub part: Vec<PathBuf>,
    /// The kind of multipart that holds the parts: mixed, alternative, parallel, …
    #[arg(long = "as", value_name = "KIND")]
    pub container: Option<String>,
    /// Write a part, without the fields of a message
    #[arg(long)]
    pub bare: bool,
    /// The date, such as 2026-11-23T05:32; now by default
    #[arg(long, value_name = "TIME")]
    pub date: Option<String>,
    /// The Message-ID; a random one by default
    #[arg(long, value_name = "ID")]
    pub message_id: Option<String>,
    /// Write to FILE, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write LF line ends in place of CRLF
    #[arg(long)]
    pub lf: bool,
    /// Write only the size that the message has
    #[arg(long, conflicts_with_all = ["output", "lf"])]
    pub size: bool,
}

#[derive(Args, Debug)]
pub struct Split {
    /// The message; stdin if none or -
    pub file: Option<PathBuf>,
    /// The largest size of a piece
    #[arg(short, long, value_name = "SIZE", value_parser = size)]
    pub size: u64,
    /// Where the pieces go; made if it is not there
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// What to do where a file of the name exists
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = OnConflict::Fail)]
    pub on_conflict: OnConflict,
}

#[derive(Args, Debug)]
pub struct Join {
    /// The pieces, in any order; mboxes and Maildirs, too
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Of pieces of several messages: those with this id
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Write to FILE, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Lint {
    #[command(flatten)]
    pub reading: Reading,
    /// Only what readers differ about, or what is lost
    #[arg(long)]
    pub warnings: bool,
}
