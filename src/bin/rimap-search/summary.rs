//! What is told of a message without looking into it: date, from, to, subject, size, flags. All of it from a few header
//! fields, decoded by our MIME module, cut where a stranger made them long.

use wirepost::{
    base::{date::Time, escape, quantity},
    cli::event::Hit,
    imap::{Facts, FetchItem, Message, Name, Part, Uid},
    mime::header,
};

/// A field longer than this is cut, with a mark.
const LONGEST: usize = 2048;

/// What to fetch for it.
pub fn items() -> Vec<FetchItem> {
    vec![
        FetchItem::Flags,
        FetchItem::InternalDate,
        FetchItem::Size,
        FetchItem::HeaderFields(vec!["DATE", "FROM", "TO", "CC", "SUBJECT", "MESSAGE-ID"]),
    ]
}

#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub uid: Uid,
    /// The Date header.
    pub sent: Option<Time>,
    /// INTERNALDATE.
    pub arrived: Option<Time>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub cc: Option<String>,
    pub subject: Option<String>,
    pub message_id: Option<String>,
    pub size: Option<u64>,
    /// Absent where they were not asked for.
    pub flags: Option<Vec<String>>,
}

impl Summary {
    pub fn of(uid: Uid, message: &Message) -> Summary {
        let head = message.header.as_deref().unwrap_or_default();
        Summary {
            arrived: message.internal_date,
            size: message.size,
            flags: message.flags.clone(),
            ..Summary::of_head(uid, head)
        }
    }

    /// From a header block alone.
    pub fn of_head(uid: Uid, head: &[u8]) -> Summary {
        Summary {
            uid,
            sent: raw(head, "Date").and_then(|d| Time::from_rfc5322(&d)),
            from: field(head, "From"),
            to: field(head, "To"),
            cc: field(head, "Cc"),
            subject: field(head, "Subject"),
            message_id: field(head, "Message-ID"),
            ..Summary::default()
        }
    }

    /// The line of a list: aligned for a terminal, else separated by tabs.
    pub fn line(&self, mailbox: Option<&Name>, terminal: bool) -> String {
        let date = self.arrived.or(self.sent).map_or_else(|| "-".to_string(), Time::local);
        let from = clean(self.from.as_deref());
        let subject = clean(self.subject.as_deref());
        let size =
            self.size.map_or_else(String::new, |n| if terminal { quantity::human(n) } else { n.to_string() });
        let flags: Vec<_> = self
            .flags
            .iter()
            .flatten()
            .map(|f| escape::text(f.trim_start_matches('\\')).into_owned())
            .collect();
        let place = mailbox.map(|m| format!("{m}")).unwrap_or_default();
        if !terminal {
            let columns = [self.uid.to_string(), date, from, subject, size, flags.join(" ")];
            let line = columns.join("\t");
            return if mailbox.is_some() { format!("{place}\t{line}") } else { line };
        }
        let mark =
            if self.flags.iter().flatten().any(|f| f.eq_ignore_ascii_case("\\Seen")) { ' ' } else { '*' };
        let place = if mailbox.is_some() { format!("{place} ") } else { place };
        format!("{place}{:>7} {mark} {date}  {}  {subject}  ({size})", self.uid, column(&from, 28))
    }

    /// Lines before a text that is shown.
    pub fn heading(&self) -> String {
        let mut out = String::new();
        let date = self.sent.or(self.arrived).map(Time::rfc5322);
        for (name, value) in
            [("Date", &date), ("From", &self.from), ("To", &self.to), ("Subject", &self.subject)]
        {
            if let Some(value) = value {
                out.push_str(&format!("{name}: {}\n", escape::text(value)));
            }
        }
        out
    }

    /// As JSON has it.
    pub fn hit(&self, mailbox: &Name, uidvalidity: u64) -> Hit {
        Hit {
            outcome: "ok",
            mailbox: mailbox.text().to_string(),
            uid: Some(self.uid),
            uidvalidity: (uidvalidity > 0).then_some(uidvalidity),
            date: self.sent.map(Time::rfc3339),
            arrived: self.arrived.map(Time::rfc3339),
            from: self.from.clone(),
            to: self.to.clone(),
            cc: self.cc.clone(),
            subject: self.subject.clone(),
            message_id: self.message_id.clone(),
            size: self.size,
            flags: self.flags.clone(),
            ..Hit::default()
        }
    }
}

fn clean(text: Option<&str>) -> String {
    text.map(|t| escape::text(t).into_owned()).unwrap_or_default()
}

/// Cut or filled to so many characters.
fn column(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count > width {
        text.chars().take(width - 1).chain(['…']).collect()
    } else {
        text.chars().chain(std::iter::repeat_n(' ', width - count)).collect()
    }
}

/// The first value of a field, as it stands.
pub fn raw(head: &[u8], name: &str) -> Option<Vec<u8>> {
    header::fields(head).find(|f| f.is(name)).map(|f| header::unfold(f.value).trim_ascii().to_vec())
}

/// The first value of a field as a person reads it, cut where it is long.
pub fn field(head: &[u8], name: &str) -> Option<String> {
    let found = header::fields(head).find(|f| f.is(name))?;
    let value = &found.value[..found.value.len().min(8 * LONGEST)];
    Some(cut(header::decode(value).trim()))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// A message as the search's own decisions see it.
pub struct Seen<'m>(pub &'m Message);

impl Facts for Seen<'_> {
    fn internal_date(&self) -> Option<Time> {
        self.0.internal_date
    }

    fn attachment(&self, name: Option<&str>) -> bool {
        let found: Vec<&Part> = self.0.structure.iter().flat_map(Part::leaves).collect();
        found.iter().any(|p| match name {
            Some(glob) => crate::attach::name_of(p).is_some_and(|n| crate::attach::fits(glob, &n)),
            None => crate::attach::is_attachment(p),
        })
    }

    fn header(&self, name: &str) -> Option<String> {
        let head = self.0.header.as_deref()?;
        let all: Vec<_> = header::fields(head).filter(|f| f.is(name)).map(|f| f.text()).collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_move_the_cursor_or_fill_the_screen() {
        let long = "x".repeat(1 << 20);
        let head = format!("Subject: a\x1b]0;x\x07{long}\r\nFrom: =?utf-8?q?M=C3=BCller?= <m@x>\r\n\r\n");
        let summary = Summary::of_head(7, head.as_bytes());
        let line = summary.line(None, false);
        assert!(line.starts_with("7\t-\tMüller <m@x>\ta\\x1b]0;x\\x07xxx"), "{}", &line[..60]);
        assert!(line.len() < 2 * LONGEST && line.contains('…') && !line.contains('\x1b'));
    }
}
