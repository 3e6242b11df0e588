//! The flags that make a message: the same in `rsendmail` and in `b64mime build`.

use clap::{Args, ValueEnum};
use std::{
    ffi::OsString,
    io::Read,
    path::{Path, PathBuf},
};
use wirepost::{
    base::error::*,
    cli::stdin,
    mail::{
        attach::{self, AttachSpec},
        compose::Draft,
    },
    mime::{build::Source, params::Style},
};

/// What the message says, and to whom.
#[derive(Args, Clone, Debug, Default)]
pub struct MessageFlags {
    /// Recipient, or several with commas; may be repeated
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Message")]
    pub to: Vec<String>,
    /// Recipient of a copy
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Message")]
    pub cc: Vec<String>,
    /// Recipient whom the message does not name
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Message")]
    pub bcc: Vec<String>,
    /// Sender
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Message")]
    pub from: Option<String>,
    /// Where answers go
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true, help_heading = "Message")]
    pub reply_to: Vec<String>,
    /// Subject
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Message")]
    pub subject: Option<String>,
    /// A further header field, 'Key: value'; may be repeated
    #[arg(long = "header", value_name = "FIELD", allow_hyphen_values = true, help_heading = "Message")]
    pub headers: Vec<String>,
    /// The text
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        conflicts_with = "body_file",
        help_heading = "Message"
    )]
    pub body: Option<String>,
    /// The text, from FILE or stdin (-)
    #[arg(long, value_name = "FILE", help_heading = "Message")]
    pub body_file: Option<PathBuf>,
    /// The text as HTML, from FILE or stdin (-)
    #[arg(long, value_name = "FILE", help_heading = "Message")]
    pub html: Option<PathBuf>,
    /// A file that the HTML shows by <img src="cid:CID">
    #[arg(long, value_name = "CID=FILE", help_heading = "Message")]
    pub inline: Vec<OsString>,
    /// A file or 'GLOB' to attach; behind it ;type=T ;name=N ;tail=SIZE ;gzip
    #[arg(short, long, value_name = "PATH", help_heading = "Message")]
    pub attach: Vec<OsString>,
    /// Attach what comes on stdin under this name
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, help_heading = "Message")]
    pub attach_stdin: Option<String>,
    /// How file names outside ASCII are written
    #[arg(long, value_enum, value_name = "STYLE", default_value_t, help_heading = "Message")]
    pub filename_encoding: FilenameEncoding,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FilenameEncoding {
    /// RFC 2231, and an encoded word for readers that know only that
    #[default]
    Both,
    /// RFC 2231
    #[value(name = "2231")]
    Rfc2231,
    /// Encoded words
    #[value(name = "2047")]
    Rfc2047,
}

impl MessageFlags {
    pub fn style(&self) -> Style {
        match self.filename_encoding {
            FilenameEncoding::Both => Style::Both,
            FilenameEncoding::Rfc2231 => Style::Rfc2231,
            FilenameEncoding::Rfc2047 => Style::Rfc2047,
        }
    }

    /// Whether a flag says what the message is about.
    #[allow(dead_code, reason = "rsendmail asks, b64mime does not")]
    pub fn has_content(&self) -> bool {
        self.has_body() || !self.attach.is_empty() || self.attach_stdin.is_some()
    }

    /// Whether a flag gives a text.
    #[allow(dead_code, reason = "rsendmail asks, b64mime does not")]
    pub fn has_body(&self) -> bool {
        self.body.is_some() || self.body_file.is_some() || self.html.is_some()
    }

    /// Opens what the flags name. Files are as they are now.
    pub fn draft(&self) -> Result<Draft> {
        let style = self.style();
        let text = match (&self.body, &self.body_file) {
            (Some(text), _) => Some(Source::bytes(text.clone())),
            (_, Some(path)) => Some(source(path, "the text")?),
            _ => None,
        };
        let html = self.html.as_deref().map(|path| source(path, "the HTML")).transpose()?;
        let inline = self.inline.iter().map(|text| attach::inline(text, style)).collect::<Result<_>>()?;
        let mut attachments = Vec::new();
        for text in &self.attach {
            attachments.extend(AttachSpec::parse(text)?.open(style)?);
        }
        if let Some(name) = &self.attach_stdin {
            stdin::claim("an attachment")?;
            attachments.push(attach::from_reader(&mut stdin::reader(), name, style)?);
        }
        Ok(Draft {
            to: self.to.clone(),
            cc: self.cc.clone(),
            bcc: self.bcc.clone(),
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            subject: self.subject.clone(),
            headers: self.headers.clone(),
            text,
            html,
            inline,
            attachments,
            ..Draft::default()
        })
    }
}

/// A file, or standard input.
pub fn source(path: &Path, what: &'static str) -> Result<Source> {
    if path.as_os_str() != "-" {
        return Source::file(path, None);
    }
    stdin::claim(what)?;
    // Most texts are small; what is not goes into a temporary file.
    let mut reader = stdin::reader();
    let mut start = Vec::new();
    let failed = |e| Error::from_io(e, Kind::Local, "cannot read standard input");
    reader.by_ref().take(256 * 1024).read_to_end(&mut start).map_err(failed)?;
    if start.len() < 256 * 1024 {
        return Ok(Source::bytes(start));
    }
    Source::spool("standard input", &mut start.as_slice().chain(reader))
}
