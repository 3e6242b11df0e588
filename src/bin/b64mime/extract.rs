//! `extract`: parts become files, under safe names, in one directory and nowhere else.

use crate::args::{Extract, Select};
use crate::codec::Checked;
use crate::input::{self, Input};
use crate::list::defects;
use crate::target::{Dir, Stored};
use std::{collections::HashMap, io::Write};
use wirepost::{
    base::{
        digest::{Algorithm, Digest, hex},
        error::*,
        escape, pattern, record,
    },
    cli::{
        Output,
        args::usage,
        event::{Event, Extracted},
        exit::Outcome,
        output::{Stream, error_value},
    },
    mime::{
        defect::{Severity, severity},
        names,
        read::{
            Kind as PartKind, Part, Role,
            walk::{Done, Options, Visitor, Walk},
        },
    },
    net::Cancel,
    store::partial::Partial,
};

pub fn run(flags: &Extract, out: &mut Output, cancel: &Cancel) -> Result<()> {
    if let Some(template) = &flags.name_template {
        let known = |key: &str| ["part", "name", "type", "cid", "message"].contains(&key).then(String::new);
        names::from_template(template, known).map_err(|bad| {
            usage(format!("--name-template does not know {bad}"))
                .hint("{part}, {name}, {type}, {cid}, {message}")
        })?;
    }
    if !flags.to_stdout {
        out.acts();
    }
    let mut stdout = if flags.to_stdout && !flags.dry_run { Some(out.stream()?) } else { None };
    let mut dir = None;
    if !flags.to_stdout {
        dir = Some(Dir::open(&flags.dir, flags.on_conflict, flags.dry_run)?);
    }
    let mut any = false;
    input::each(&flags.reading, out, cancel, &mut |input, out| {
        let options = Options {
            limits: flags.reading.limits(),
            legacy: !flags.reading.no_legacy,
            ..Options::default()
        };
        let mut walk = Walk::new(options);
        let mut extractor = Extractor {
            flags,
            out,
            input,
            dir: &mut dir,
            stdout: &mut stdout,
            open: HashMap::new(),
            inside: Vec::new(),
            any: &mut any,
        };
        walk.run(&mut Checked { inner: input.open()?, cancel }, &mut extractor)?;
        if walk.limited() { Err(input::limited(&input.name)) } else { Ok(()) }
    })?;
    if !any {
        // Whoever asked for files and got none wants to know why; a script reads the exit code.
        let select = &flags.select;
        let asked = select.all
            || select.attachments
            || select.inline
            || !select.part.is_empty()
            || !select.types.is_empty()
            || !select.name.is_empty()
            || !select.cid.is_empty();
        out.warn(if asked {
            "no part matches"
        } else {
            "no attachment (--all takes every part; list shows them)"
        });
        out.answer_no();
    }
    Ok(())
}

/// Whether a part is meant. `inside`: it is in a message within.
pub fn matches(select: &Select, part: &Part, inside: bool) -> bool {
    if part.kind == PartKind::Multipart || part.role == Role::Container {
        return false;
    }
    if !select.part.is_empty() {
        // A number says exactly which, wherever it is.
        return select.part.iter().any(|p| p.trim_start_matches('.') == part.path);
    }
    if inside && !select.recurse {
        return false;
    }
    let glob = |patterns: &[String], text: &str| {
        let low = text.to_lowercase();
        patterns.is_empty()
            || patterns.iter().any(|p| pattern::matches(p.to_lowercase().as_bytes(), low.as_bytes()))
    };
    let named = !select.types.is_empty() || !select.name.is_empty() || !select.cid.is_empty();
    let roles = select.attachments || select.inline;
    let role = select.all
        || (select.attachments && part.role == Role::Attachment)
        || (select.inline && part.role == Role::Inline)
        || (!roles && (named || part.role == Role::Attachment));
    // A name may have a slash in it, which no pattern's star would cross.
    let name = part.name.as_deref().unwrap_or_default().replace(['/', '\\'], "_");
    let cid = select.cid.is_empty()
        || part.cid.as_ref().is_some_and(|c| {
            select.cid.iter().any(|s| s.trim_start_matches("cid:").trim_matches(['<', '>']) == c)
        });
    role && cid
        && glob(&select.types, &part.media_type)
        && (glob(&select.name, &name) || glob(&select.name, &part.safe_name()))
}

struct Extractor<'a> {
    flags: &'a Extract,
    out: &'a mut Output,
    input: &'a Input,
    dir: &'a mut Option<Dir>,
    stdout: &'a mut Option<Stream>,
    open: HashMap<u64, Saving>,
    /// Messages within that are open.
    inside: Vec<u64>,
    any: &'a mut bool,
}

struct Saving {
    name: String,
    to: To,
    bytes: u64,
    digest: Option<Digest>,
    failed: Option<Error>,
}

enum To {
    File(Partial),
    Stdout,
    /// A dry run.
    Nowhere,
    /// The file is there already.
    Skipped,
}

impl Extractor<'_> {
    fn name(&self, part: &Part) -> Result<String> {
        let own = part.safe_name();
        let Some(template) = &self.flags.name_template else { return Ok(own) };
        let fill = |key: &str| {
            Some(match key {
                "part" => part.path.clone(),
                "name" => own.clone(),
                "type" => part.media_type.replace('/', "-"),
                "cid" => part.cid.clone().unwrap_or_default(),
                "message" => self.input.message.unwrap_or(1).to_string(),
                _ => return None,
            })
        };
        let name = names::from_template(template, fill).map_err(usage)?;
        Ok(name.unwrap_or(own))
    }

    fn store(&mut self, saving: Saving) -> Result<Stored> {
        if let Some(error) = saving.failed {
            return Err(error);
        }
        match (saving.to, &mut *self.dir) {
            (To::File(partial), Some(dir)) => dir.commit(partial, &saving.name),
            (To::Skipped, Some(dir)) => Ok(Stored::Skipped(dir.path(&saving.name))),
            (To::Nowhere, Some(dir)) => Ok(Stored::As(dir.path(&saving.name))),
            _ => Ok(Stored::As("-".into())),
        }
    }
}

impl Visitor for Extractor<'_> {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        let wanted = matches(&self.flags.select, part, !self.inside.is_empty());
        if part.kind == PartKind::Message || part.is_encoded_message() {
            self.inside.push(part.id);
        }
        if !wanted {
            return Ok(false);
        }
        *self.any = true;
        let mut name = self.name(part)?;
        let mut failed = None;
        let mut to = if self.flags.dry_run { To::Nowhere } else { To::Stdout };
        if let Some(dir) = &mut *self.dir {
            name = dir.name(&name);
            let found = match &to {
                _ if dir.skips(&name) => Ok(To::Skipped),
                To::Nowhere => dir.planned(&name).map(|planned| {
                    name = planned;
                    To::Nowhere
                }),
                _ => dir.create(&name).map(To::File),
            };
            to = found.unwrap_or_else(|error| {
                failed = Some(error);
                To::Nowhere
            });
        }
        let digest = self.flags.digest.then(|| Digest::new(Algorithm::Sha256));
        self.open.insert(part.id, Saving { name, to, bytes: 0, digest, failed });
        Ok(true)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        let Some(saving) = self.open.get_mut(&id) else { return Ok(()) };
        saving.bytes += bytes.len() as u64;
        if let Some(digest) = &mut saving.digest {
            digest.update(bytes);
        }
        let written = match (&mut saving.to, &mut *self.stdout) {
            (To::File(partial), _) if saving.failed.is_none() => partial.file().write_all(bytes),
            (To::Stdout, Some(stdout)) => stdout.write_all(bytes),
            _ => Ok(()),
        };
        if let Err(e) = written {
            // The other parts may still fit, or go elsewhere.
            let what = format!("cannot write {}", saving.name);
            saving.failed = Some(Error::from_io(e, Kind::Local, what));
        }
        Ok(())
    }

    fn end(&mut self, part: &Part, done: &Done) -> Result<()> {
        self.inside.retain(|id| *id != part.id);
        let Some(mut saving) = self.open.remove(&part.id) else { return Ok(()) };
        let broken = done.defects.iter().find(|d| {
            ["base64_", "qp_", "uu_", "yenc_", "tnef_"].iter().any(|p| d.name.starts_with(p))
                && severity(d.name) == Severity::Warning
        });
        if let Some(defect) = broken {
            let text = format!("part {} of {}: {}", part.path, self.input.name, defect.meaning());
            if self.flags.strict {
                saving.failed.get_or_insert(Error::new(Kind::Input, text));
            } else {
                self.out.warn(format_args!("{text}; what could be decoded is kept"));
            }
        }
        let mut event = Extracted {
            file: self.input.file.clone(),
            message: self.input.message,
            part: part.path.clone(),
            media_type: part.media_type.clone(),
            role: part.role.name(),
            name: part.name.clone(),
            bytes: Some(saving.bytes),
            sha256: saving.digest.take().map(|d| hex(&d.finish())),
            defects: defects(part.defects.iter().chain(&done.defects)),
            ..Extracted::default()
        };
        let bytes = saving.bytes;
        let outcome = match self.store(saving) {
            Ok(Stored::As(path)) => {
                let outcome = if self.flags.dry_run { Outcome::Planned } else { Outcome::Ok };
                self.out.count(outcome);
                self.out.add_bytes(bytes);
                event.local = Some(record::name(path.as_os_str().as_encoded_bytes()));
                let path = path.display().to_string();
                let text = format!("{} -> {} ({bytes} bytes)", part.path, escape::text(&path));
                if self.flags.dry_run {
                    self.out.line(text)
                } else if !self.flags.to_stdout {
                    self.out.done(text)
                }
                outcome
            }
            Ok(Stored::Skipped(path)) => {
                self.out.count(Outcome::Skipped);
                event.local = Some(record::name(path.as_os_str().as_encoded_bytes()));
                event.reason = Some("exists");
                Outcome::Skipped
            }
            Err(error) => {
                self.out.item_failed(&error);
                event.error = Some(error_value(&error));
                Outcome::of(&error)
            }
        };
        event.outcome = outcome.name();
        self.out.emit(&Event::Extracted(Box::new(event)));
        Ok(())
    }
}
