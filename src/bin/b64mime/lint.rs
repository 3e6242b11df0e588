//! `lint`: what is ambiguous or broken; exit 1 if anything is.

use crate::args;
use crate::codec::Checked;
use crate::input;
use wirepost::{
    base::{error::*, escape},
    cli::{
        Output,
        event::{Event, Finding, Linted},
        exit::Outcome,
    },
    mime::{
        defect::{Severity, severity},
        lint::Lint,
        read::walk::{Options, Walk},
    },
    net::Cancel,
};

pub fn run(flags: &args::Lint, out: &mut Output, cancel: &Cancel) -> Result<()> {
    let mut found = false;
    input::each(&flags.reading, out, cancel, &mut |input, out| {
        let options = Options {
            limits: flags.reading.limits(),
            legacy: !flags.reading.no_legacy,
            ..Options::default()
        };
        let mut walk = Walk::new(options);
        let mut lint = Lint::default();
        walk.run(&mut Checked { inner: input.open()?, cancel }, &mut lint)?;
        lint.finish();
        let (mut warnings, mut notes) = (0, 0);
        for finding in &lint.findings {
            let defect = &finding.defect;
            let warning = severity(defect.name) == Severity::Warning;
            if warning {
                warnings += 1
            } else {
                notes += 1
            }
            if flags.warnings && !warning {
                continue;
            }
            found = true;
            let place = defect.offset.map_or(String::new(), |at| format!(" at byte {at}"));
            let detail = match defect.detail.as_str() {
                "" => String::new(),
                detail => format!(": {}", escape::text(detail)),
            };
            let word = if warning { "warning" } else { "note" };
            if !out.is_quiet() {
                out.line(format_args!(
                    "{}: part {}{place}: {word}: {} [{}]{detail}",
                    escape::text(&input.name),
                    finding.path,
                    defect.meaning(),
                    defect.name
                ));
            }
            out.emit(&Event::Finding(Box::new(Finding {
                file: input.file.clone(),
                message: input.message,
                part: finding.path.clone(),
                severity: word,
                name: defect.name,
                meaning: defect.meaning(),
                offset: defect.offset,
                detail: defect.detail.clone(),
            })));
        }
        out.count(Outcome::Ok);
        let linted = Linted {
            outcome: "ok",
            file: input.file.clone(),
            message: input.message,
            warnings,
            notes,
            error: None,
        };
        out.emit(&Event::Linted(Box::new(linted)));
        Ok(())
    })?;
    if found {
        out.answer_no();
    }
    Ok(())
}
