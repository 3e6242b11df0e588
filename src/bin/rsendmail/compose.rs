//! From flags to a draft: files opened, standard input kept, nothing sent.

use crate::args::Message;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{io, path::Path};
use wirepost::{
    base::error::*,
    cli::stdin,
    mail::{
        addresses::{self, Entry, Mailbox},
        compose::{self, AttachSpec, Draft},
    },
    mime::{build::Source, params::Style},
    net::Cancel,
};

/// How long standard input may be silent before it is said that it is waited for.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The message that the flags describe, but for its author.
pub fn draft(flags: &Message, cancel: &Cancel) -> Result<Draft> {
    let style = Style::Both;
    let mut attachments = Vec::new();
    for text in &flags.attach {
        attachments.extend(AttachSpec::parse(text)?.open(style)?);
    }
    let inline = flags.inline.iter().map(|text| compose::inline(text, style)).collect::<Result<_>>()?;
    let text = match (&flags.body, &flags.body_file) {
        (Some(text), _) => Some(Source::bytes(text.as_bytes())),
        (None, Some(path)) => Some(file(path, "the text")?),
        (None, None) => None,
    };
    let html = flags.html.as_deref().map(|path| file(path, "the HTML")).transpose()?;
    if let Some(name) = &flags.attach_stdin {
        stdin::claim("the attachment")?;
        attachments.push(compose::from_reader(&mut io::stdin().lock(), name, style)?);
    }
    let text = match (text, &html) {
        (None, None) => implied(flags.attach_stdin.is_some(), cancel)?,
        (text, _) => text,
    };
    Ok(Draft {
        to: flags.to.clone(),
        cc: flags.cc.clone(),
        bcc: flags.bcc.clone(),
        reply_to: flags.reply_to.clone(),
        subject: flags.subject.clone(),
        headers: flags.header.clone(),
        text,
        html,
        inline,
        attachments,
        ..Draft::default()
    })
}

/// A mailbox as `--from` would say it.
pub fn written(mailbox: &Mailbox) -> Result<String> {
    let field = addresses::field("From", &[Entry::Mailbox(mailbox.clone())])?;
    let value = field.split_once(':').map_or("", |(_, value)| value);
    Ok(value.replace("\r\n", "").trim().to_string())
}

fn file(path: &Path, what: &'static str) -> Result<Source> {
    if path == Path::new("-") {
        stdin::claim(what)?;
        return Source::spool("standard input", &mut io::stdin().lock());
    }
    Source::file(path, None)
}

/// Standard input is the text if no flag gives one and it is a pipe or a file.
fn implied(taken: bool, cancel: &Cancel) -> Result<Option<Source>> {
    let stdin = io::stdin();
    let about = rustix::fs::fstat(&stdin).map(|s| rustix::fs::FileType::from_raw_mode(s.st_mode));
    let kind = match about {
        Ok(kind) if !taken => kind,
        _ => return Ok(None),
    };
    use rustix::fs::FileType as F;
    if !matches!(kind, F::Fifo | F::Socket | F::RegularFile) {
        return Ok(None);
    }
    stdin::claim("the text")?;
    let began = std::time::Instant::now();
    loop {
        cancel.check()?;
        let slice = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut fds, Some(&slice)) {
            Ok(0) | Err(rustix::io::Errno::INTR) if began.elapsed() < SILENCE => {}
            Ok(0) => {
                let text = "no text comes from standard input, which is open";
                return Err(Error::new(Kind::Usage, text)
                    .hint("--body, --body-file or </dev/null say what the text is"));
            }
            _ => break,
        }
    }
    Source::spool("standard input", &mut stdin.lock()).map(Some)
}
