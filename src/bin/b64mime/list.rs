//! `list`: the tree of a message's parts.

use crate::args::List;
use crate::codec::Checked;
use crate::input::{self, Input};
use std::collections::HashMap;
use wirepost::{
    base::{
        digest::{Algorithm, Digest, hex},
        error::*,
        escape,
        record::{self, Map, Value},
    },
    cli::{
        Output,
        event::{DefectLine, Event, PartLine},
        exit::Outcome,
    },
    mime::{
        defect::Defect,
        media_type,
        read::{
            Kind as PartKind, Part,
            walk::{Done, Options, Visitor, Walk},
        },
    },
    net::Cancel,
};

pub fn run(flags: &List, out: &mut Output, cancel: &Cancel) -> Result<()> {
    input::each(&flags.reading, out, cancel, &mut |input, out| {
        if let Some(number) = input.message {
            out.line(format_args!("# message {number}: {}", escape::text(&input.name)));
        }
        let options = Options {
            limits: flags.reading.limits(),
            legacy: !flags.reading.no_legacy,
            ..Options::default()
        };
        let mut walk = Walk::new(options);
        let mut lister =
            Lister { out, input, digest: flags.digest, open: HashMap::new(), lines: Vec::new(), first: 0 };
        let done = walk.run(&mut Checked { inner: input.open()?, cancel }, &mut lister);
        lister.flush(true);
        done?;
        if walk.limited() { Err(input::limited(&input.name)) } else { Ok(()) }
    })
}

struct Lister<'a> {
    out: &'a mut Output,
    input: &'a Input,
    digest: bool,
    open: HashMap<u64, Open>,
    /// Lines in order of appearance; a part's is whole when it has ended.
    lines: Vec<Option<(String, PartLine)>>,
    /// The id that the first of them has.
    first: u64,
}

struct Open {
    digest: Option<Digest>,
    start: Vec<u8>,
}

impl Lister<'_> {
    /// Prints what is whole. With `all` what never ended is left out.
    fn flush(&mut self, all: bool) {
        let ready =
            if all { self.lines.len() } else { self.lines.iter().take_while(|l| l.is_some()).count() };
        for (human, line) in self.lines.drain(..ready).flatten() {
            self.out.line(human);
            self.out.count(Outcome::Ok);
            self.out.emit(&Event::MimePart(Box::new(line)));
        }
        self.first += ready as u64;
    }
}

impl Visitor for Lister<'_> {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        let leaf = part.kind != PartKind::Multipart;
        let digest = (self.digest && leaf).then(|| Digest::new(Algorithm::Sha256));
        let nth = usize::try_from(part.id - self.first).unwrap_or(0);
        while self.lines.len() <= nth {
            self.lines.push(None);
        }
        self.open.insert(part.id, Open { digest, start: Vec::new() });
        Ok(leaf)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        if let Some(open) = self.open.get_mut(&id) {
            let room = 64usize.saturating_sub(open.start.len());
            open.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if let Some(digest) = &mut open.digest {
                digest.update(bytes);
            }
        }
        Ok(())
    }

    fn end(&mut self, part: &Part, done: &Done) -> Result<()> {
        let open = self.open.remove(&part.id);
        let (digest, start) = open.map_or((None, Vec::new()), |o| (o.digest, o.start));
        let line = line(part, done, self.input, digest.map(|d| hex(&d.finish())), &start);
        let human = human(part, &line);
        let nth = usize::try_from(part.id.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if let Some(slot) = self.lines.get_mut(nth) {
            *slot = Some((human, line));
        }
        self.flush(false);
        Ok(())
    }
}

pub fn defects<'a>(all: impl Iterator<Item = &'a Defect>) -> Vec<DefectLine> {
    all.map(|d| DefectLine { name: d.name, offset: d.offset, detail: d.detail.clone() }).collect()
}

fn line(part: &Part, done: &Done, input: &Input, sha256: Option<String>, start: &[u8]) -> PartLine {
    let leaf = part.kind != PartKind::Multipart;
    let params: Map<String, Value> = part
        .params
        .iter()
        .filter(|p| !matches!(p.name.as_str(), "name" | "charset"))
        .map(|p| (p.name.clone(), Value::from(p.value.clone())))
        .collect();
    let raw = part.name_raw.as_deref().filter(|raw| Some(*raw) != part.name.as_deref().map(str::as_bytes));
    PartLine {
        outcome: "ok",
        file: input.file.clone(),
        message: input.message,
        part: part.path.clone(),
        depth: part.depth,
        kind: match part.kind {
            PartKind::Leaf => "leaf",
            PartKind::Multipart => "multipart",
            PartKind::Message => "message",
        },
        source: part.source.name(),
        media_type: part.media_type.clone(),
        role: part.role.name(),
        disposition: part.disposition.clone(),
        name: part.name.clone(),
        name_raw: raw.map(record::name),
        safe_name: leaf.then(|| part.safe_name()),
        cid: part.cid.clone(),
        charset: part.charset().map(str::to_string),
        encoding: part.encoding.name(),
        size: done.size,
        decoded_size: done.decoded,
        header_at: part.header_at,
        body_at: part.body_at,
        end_at: done.at,
        sha256,
        looks_like: media_type::by_content(start),
        params,
        defects: defects(part.defects.iter().chain(&done.defects)),
    }
}

fn human(part: &Part, line: &PartLine) -> String {
    let indent = "  ".repeat(part.depth.min(40));
    let mut text = format!(
        "{:<18} {:<10} {:>12}",
        format!("{indent}{}", part.path),
        part.role.name(),
        line.decoded_size.unwrap_or(line.size)
    );
    text.push_str(&format!("  {}", escape::text(&part.media_type)));
    if let Some(charset) = part.charset() {
        text.push_str(&format!(" ({})", escape::text(charset)));
    }
    if let Some(name) = &part.name {
        text.push_str(&format!("  {}", escape::text(name)));
        let safe = part.safe_name();
        if safe != *name {
            text.push_str(&format!(" -> {}", escape::text(&safe)));
        }
    }
    if !line.defects.is_empty() {
        let mut names: Vec<_> = line.defects.iter().map(|d| d.name).collect();
        names.dedup();
        text.push_str(&format!("  [{}]", names.join(" ")));
    }
    text
}
