//! `--aliases`: where mail for names without a domain goes.

use crate::args::Aliasing;
use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};
use wirepost::{
    base::{address::Address, error::*, escape, record},
    cli::{
        Output,
        event::{self, Event},
        exit::Outcome,
    },
    mail::aliases::Aliases,
};

/// The machine's own.
const SYSTEM: &str = "/etc/aliases";

/// Aliases, read when they are needed.
pub struct Expansion {
    path: Option<PathBuf>,
    /// Nobody named the file, so that it need not be there.
    by_itself: bool,
    loaded: OnceCell<Result<Option<Aliases>>>,
}

impl Expansion {
    /// `far`: the server is another machine. This machine's own server reads the aliases itself, and knows how to do what stands in
    /// them; so they count here only where they are named.
    pub fn new(flags: &Aliasing, far: bool) -> Expansion {
        let by_itself = flags.aliases.is_none();
        let path = flags.aliases.clone().or_else(|| far.then(|| PathBuf::from(SYSTEM)));
        Expansion { path, by_itself, loaded: OnceCell::new() }
    }

    /// These addresses, with what the names without a domain stand for in their places; nobody if that is /dev/null.
    pub fn resolve(&self, to: Vec<Address>) -> Result<Vec<Address>> {
        // A file that was named has to be there, whoever the mail is for.
        let needed = !self.by_itself || to.iter().any(|a| a.domain().is_none());
        let Some(path) = self.path.as_deref().filter(|_| needed) else { return Ok(to) };
        let load = || match Aliases::load(path) {
            Ok(aliases) => Ok(Some(aliases)),
            Err(e) if e.kind() == Kind::Missing && self.by_itself => Ok(None),
            Err(e) => Err(e),
        };
        match self.loaded.get_or_init(load) {
            Ok(Some(aliases)) => aliases.resolve(&to),
            Ok(None) => Ok(to),
            Err(e) => Err(e.clone()),
        }
    }
}

/// `--aliases-check`: 1 for what is doubtful, 65 for what keeps mail from going somewhere.
pub fn check(flags: &Aliasing, out: &mut Output) -> Result<()> {
    let path = flags.aliases.as_deref().unwrap_or(Path::new(SYSTEM));
    let aliases = Aliases::load(path)?;
    let findings = aliases.lint();
    for finding in &findings {
        out.line(escape::text(&finding.to_string()));
        out.emit(&Event::AliasFinding(event::AliasFinding {
            file: finding.file.clone(),
            line: (finding.line > 0).then_some(finding.line),
            severity: if finding.fatal { "error" } else { "warning" },
            text: finding.text.clone(),
        }));
    }
    let fatal = findings.iter().filter(|f| f.fatal).count();
    let file = escape::bytes(path.as_os_str().as_encoded_bytes()).into_owned();
    out.emit(&Event::Aliases(event::Aliases {
        outcome: if fatal > 0 { Outcome::Permanent.name() } else { Outcome::Ok.name() },
        file: record::name(path.as_os_str().as_encoded_bytes()),
        names: aliases.len(),
        errors: fatal,
        warnings: findings.len() - fatal,
    }));
    if fatal > 0 {
        let text = format!("{file} has {fatal} {}", if fatal == 1 { "mistake" } else { "mistakes" });
        out.item_failed(&Error::new(Kind::Input, text));
        return Ok(());
    }
    out.count(Outcome::Ok);
    if !findings.is_empty() {
        out.answer_no();
    }
    out.done(format_args!("{file}: {} names", aliases.len()));
    Ok(())
}
