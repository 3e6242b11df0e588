//! `--merge`: the flags of each row.
//!
//! A row's flags are those of the run with the row's values in them; what is made of them is made as if they had been typed. All
//! that can be wrong with the flags themselves is found before the first row is sent: braces, and for CSV the names of fields.

use crate::{
    args::Rsendmail,
    compose,
    message::{MessageFlags, source},
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{error::*, escape},
    cli::stdin,
    mail::{
        attach,
        merge::{self, Place, Row, Rows},
    },
    mime::build::{Attachment, Source},
    net::Cancel,
};

/// A file that is a template may have this many bytes.
const TEMPLATE_MOST: u64 = 16 << 20;

/// See the module's essay.
pub struct Merge {
    rows: Rows,
    /// The file's name in messages.
    name: String,
    key: Option<String>,
    texts: Texts,
}

/// What does not come from the row's flags.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// With its fields filled in, or the same for all.
    pub text: Option<Source>,
    pub html: Option<Source>,
    pub attachments: Vec<Attachment>,
    text_template: Option<String>,
    html_template: Option<String>,
}

/// One row, ready to be planned.
pub struct Filled {
    /// What tells it from others, in JSON and in messages: the file's name and the line, or the key.
    pub source: String,
    pub flags: Rsendmail,
    pub texts: Texts,
}

impl Merge {
    /// `None` without `--merge`.
    ///
    /// # Errors
    /// `Missing` for a table that is not there, `Input` for flags or a first line that cannot be right.
    pub fn new(flags: &Rsendmail, cancel: &Cancel) -> Result<Option<Merge>> {
        let Some(path) = flags.many.merge.as_deref() else { return Ok(None) };
        let (from, name): (Box<dyn Read>, String) = if path == Path::new("-") {
            stdin::claim("the rows")?;
            (Box::new(stdin::reader()), "standard input".into())
        } else {
            let name = escape::bytes(path.as_os_str().as_encoded_bytes()).into_owned();
            let file = File::open(path).map_err(|e| Error::source(e, format_args!("cannot read {name}")))?;
            (Box::new(file), name)
        };
        let rows = Rows::new(from, &path.to_string_lossy()).map_err(|e| e.context(&name))?;
        let texts = Texts::new(flags, cancel)?;
        let merge = Merge { rows, name, key: flags.many.merge_key.clone(), texts };
        merge.check(flags)?;
        Ok(Some(merge))
    }

    /// Braces, and where the names are known, names.
    fn check(&self, flags: &Rsendmail) -> Result<()> {
        let names = self.rows.names();
        let look = |what: &str, text: &str| -> Result<()> {
            let fields = merge::fields(text).map_err(|e| e.context(what))?;
            let Some(names) = names else { return Ok(()) };
            match fields.into_iter().find(|f| !names.iter().any(|n| n == f)) {
                Some(f) => {
                    Err(merge::unknown(f, names).context(format_args!("{what}: line 1 of {}", self.name)))
                }
                None => Ok(()),
            }
        };
        let mut all = flags.clone();
        each(&mut all, &mut |what, text, _| {
            look(what, text)?;
            Ok(text.to_string())
        })?;
        for (what, text) in [("the text", &self.texts.text_template), ("the HTML", &self.texts.html_template)]
        {
            look(what, text.as_deref().unwrap_or_default())?;
        }
        if let Some(key) = &self.key {
            look("--merge-key", &format!("{{{key}}}"))?;
        }
        Ok(())
    }

    /// The next row, or what is wrong with it.
    pub fn next_row(&mut self, flags: &Rsendmail) -> Option<(String, Result<Filled>)> {
        Some(match self.rows.next_row()? {
            Err((line, e)) => {
                let source = self.of_line(line);
                (source.clone(), Err(e.context(source)))
            }
            Ok(row) => {
                let (line, key) = (row.line, self.key.as_deref().map(|key| row.get(key)));
                let (source, filled) = match key {
                    None => (self.of_line(line), self.filled(&row, flags)),
                    Some(Ok(key)) => {
                        (format!("{}, {}", self.name, escape::text(key)), self.filled(&row, flags))
                    }
                    Some(Err(e)) => (self.of_line(line), Err(e)),
                };
                let filled = filled.map_err(|e| e.context(self.of_line(line)));
                (source.clone(), filled.map(|(flags, texts)| Filled { source, flags, texts }))
            }
        })
    }

    fn of_line(&self, line: u64) -> String {
        format!("{}, line {line}", self.name)
    }

    fn filled(&self, row: &Row, flags: &Rsendmail) -> Result<(Rsendmail, Texts)> {
        let mut flags = flags.clone();
        each(&mut flags, &mut |what, text, place| {
            merge::fill(text, row, place).map_err(|e| e.context(what))
        })?;
        let mut texts = self.texts.clone();
        let fill = |template: &Option<String>, place| -> Result<Option<Source>> {
            let text = template.as_deref().map(|t| merge::fill(t, row, place)).transpose()?;
            Ok(text.map(Source::bytes))
        };
        texts.text = fill(&texts.text_template, Place::Text)?.or(texts.text);
        texts.html = fill(&texts.html_template, Place::Html)?.or(texts.html);
        let message = &mut flags.message.flags;
        if texts.text.is_some() {
            (message.body, message.body_file) = (None, None);
        }
        if texts.html.is_some() {
            message.html = None;
        }
        message.attach_stdin = None;
        Ok((flags, texts))
    }
}

impl Texts {
    /// What can be read but once, and templates.
    fn new(flags: &Rsendmail, cancel: &Cancel) -> Result<Texts> {
        let message = &flags.message.flags;
        let mut texts = Texts::default();
        let dash = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
        if let Some(name) = &message.attach_stdin {
            stdin::claim("an attachment")?;
            let file = attach::from_reader(&mut stdin::reader(), name, message.style())?;
            texts.attachments.push(file);
        }
        if dash(&message.body_file) {
            texts.text = Some(source(Path::new("-"), "the text")?);
        } else if flags.ready.eml.is_empty() && !message.has_body() && message.attach_stdin.is_none() {
            let rows_are_stdin = dash(&flags.many.merge);
            // No row is to look for a text by itself.
            let nothing = Source::bytes(Vec::new());
            let found = if rows_are_stdin { None } else { compose::implied(cancel)? };
            texts.text = Some(found.unwrap_or(nothing));
        }
        if dash(&message.html) {
            texts.html = Some(source(Path::new("-"), "the HTML")?);
        }
        if flags.many.template {
            let read = |ready: &Option<Source>, path: &Option<PathBuf>| -> Result<Option<String>> {
                let source = match (ready, path) {
                    (Some(source), _) => source.clone(),
                    (None, Some(path)) => Source::file(path, None)?,
                    (None, None) => return Ok(None),
                };
                text_of(&source).map(Some)
            };
            texts.text_template = read(&texts.text, &message.body_file)?;
            texts.html_template = read(&texts.html, &message.html)?;
        }
        Ok(texts)
    }
}

fn text_of(source: &Source) -> Result<String> {
    if source.size() > TEMPLATE_MOST {
        return Err(Error::new(Kind::Input, format!("{} is too large for a template", source.name())));
    }
    let mut bytes = Vec::new();
    let failed = |e| Error::from_io(e, Kind::Local, format_args!("cannot read {}", source.name()));
    source.open().read_to_end(&mut bytes).map_err(failed)?;
    String::from_utf8(bytes)
        .map_err(|_| Error::new(Kind::Input, format!("{} is a template, and not UTF-8", source.name())))
}

/// Every flag that may hold fields, with what it is called and what it takes.
fn each(flags: &mut Rsendmail, with: &mut dyn FnMut(&str, &str, Place) -> Result<String>) -> Result<()> {
    let MessageFlags {
        to,
        cc,
        bcc,
        from,
        reply_to,
        subject,
        headers,
        body,
        body_file,
        html,
        inline,
        attach,
        attach_stdin: _,
        filename_encoding: _,
    } = &mut flags.message.flags;
    let mut strings = |what: &str, texts: &mut [String], place| -> Result<()> {
        texts.iter_mut().try_for_each(|text| {
            *text = with(what, text, place)?;
            Ok(())
        })
    };
    for (what, texts) in [("--to", to), ("--cc", cc), ("--bcc", bcc), ("--reply-to", reply_to)] {
        strings(what, texts, Place::Addresses)?;
    }
    strings("--from", from.as_mut_slice(), Place::Addresses)?;
    strings("--subject", subject.as_mut_slice(), Place::Line)?;
    strings("--header", headers, Place::Line)?;
    strings("--body", body.as_mut_slice(), Place::Text)?;
    strings("--envelope-from", flags.envelope.envelope_from.as_mut_slice(), Place::Addresses)?;
    strings("--envid", flags.envelope.envid.as_mut_slice(), Place::Line)?;
    let eml = flags.ready.eml.iter_mut().map(|path| ("--eml", path));
    let texts = body_file.iter_mut().map(|path| ("--body-file", path));
    let html = html.iter_mut().map(|path| ("--html", path));
    for (what, path) in eml.chain(texts).chain(html) {
        // A path that is not UTF-8 holds no field.
        if let Some(text) = path.to_str() {
            *path = PathBuf::from(with(what, text, Place::Path)?);
        }
    }
    let files = attach.iter_mut().map(|word| ("--attach", word));
    for (what, word) in files.chain(inline.iter_mut().map(|word| ("--inline", word))) {
        if let Some(text) = word.to_str() {
            *word = with(what, text, Place::Path)?.into();
        }
    }
    Ok(())
}
