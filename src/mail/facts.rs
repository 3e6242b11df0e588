//! What rules ask, answered from a message: the header as it is at hand, the body only if some rule looks into it, and then
//! as a stream.

use super::{addresses, rules::Facts};
use crate::{
    base::error::*,
    mime::{
        header,
        read::{
            Kind as PartKind, Part, Role,
            walk::{Done, Options, Visitor, Walk},
        },
        text::Readable,
    },
};
use std::io::Read;

/// Where the whole message can be read from, as often as it is asked for.
pub trait Source {
    fn open(&mut self, read: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()>;
}

/// One message.
pub struct Message<'a> {
    pub head: &'a [u8],
    pub size: u64,
    pub source: &'a mut dyn Source,
}

/// A message of more attachments is judged by the first so many.
const ATTACHMENTS_MAX: usize = 1000;

/// Every value of a field, decoded, in order.
pub fn values(head: &[u8], name: &str) -> Vec<String> {
    header::fields(head).filter(|f| f.is(name)).map(|f| f.text().trim().to_string()).collect()
}

/// The names and addresses in all fields of that name.
pub fn people(head: &[u8], name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for field in header::fields(head).filter(|f| f.is(name)) {
        match addresses::from_header(field.value) {
            Ok(list) => found.extend(
                addresses::mailboxes(&list)
                    .map(|m| (m.name.clone().unwrap_or_default(), m.address.to_string())),
            ),
            // No list of addresses by the grammar: still a text that people read.
            Err(_) => found.push((String::new(), field.text())),
        }
    }
    found
}

impl Facts for Message<'_> {
    fn header(&mut self, name: &str) -> Result<Vec<String>> {
        Ok(values(self.head, name))
    }

    fn addresses(&mut self, name: &str) -> Result<Vec<(String, String)>> {
        Ok(people(self.head, name))
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn attachments(&mut self) -> Result<Vec<(String, String)>> {
        let mut visitor = Attachments(Vec::new());
        self.source.open(&mut |body| Walk::new(Options::default()).run(body, &mut visitor))?;
        Ok(visitor.0)
    }

    fn has_text(&mut self, lower_case: &str) -> Result<bool> {
        let mut search = Search { needle: lower_case, window: String::new(), found: false };
        self.source.open(&mut |body| {
            let mut tell = |text: &[u8]| {
                search.push(text);
                Ok(())
            };
            let mut readable = Readable::new(true, &mut tell);
            Walk::new(Options::default()).run(body, &mut readable)
        })?;
        Ok(search.found)
    }
}

struct Attachments(Vec<(String, String)>);

impl Visitor for Attachments {
    fn start(&mut self, part: &Part, _: &[u8]) -> Result<bool> {
        let leaf = part.kind != PartKind::Multipart;
        let named = part.name.as_deref().unwrap_or_default();
        if leaf && (part.role == Role::Attachment || !named.is_empty()) && self.0.len() < ATTACHMENTS_MAX {
            self.0.push((part.media_type.to_ascii_lowercase(), named.to_string()));
        }
        Ok(false)
    }

    fn content(&mut self, _: u64, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &Part, _: &Done) -> Result<()> {
        Ok(())
    }
}

/// Looks for words in a text that comes in pieces.
struct Search<'a> {
    needle: &'a str,
    window: String,
    found: bool,
}

impl Search<'_> {
    fn push(&mut self, text: &[u8]) {
        if self.found {
            return;
        }
        self.window += &String::from_utf8_lossy(text).to_lowercase();
        self.found = self.window.contains(self.needle);
        // What could be the beginning of it stays.
        let mut cut = self.window.len().saturating_sub(self.needle.len());
        while !self.window.is_char_boundary(cut) {
            cut -= 1;
        }
        self.window.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::rules::Rules;

    struct Bytes<'a>(&'a [u8]);

    impl Source for Bytes<'_> {
        fn open(&mut self, read: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
            read(&mut { self.0 })
        }
    }

    const TEXT: &str = "From: =?utf-8?Q?J=C3=B6rg?= Example <joerg@x.example>\n\
        To: undisclosed people\n\
        Subject: =?iso-8859-1?Q?Gr=F6=DFe?=\n =?utf-8?B?IHp3ZWk=?=\n\
        MIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n\
        --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n\
        w4RwZmVsIHVuZCBCaXJuZW4K\n\
        --b\nContent-Type: application/PDF\nContent-Disposition: attachment; filename*=utf-8''R%C3%A4t.PDF\n\nx\n--b--\n";

    fn fits(rule: &str) -> bool {
        let rules = Rules::parse(&format!("{rule} -> keep")).unwrap();
        let head = &TEXT.as_bytes()[..TEXT.find("\n\n").unwrap() + 2];
        let mut source = Bytes(TEXT.as_bytes());
        let mut message = Message { head, size: TEXT.len() as u64, source: &mut source };
        rules.decide(&mut message).unwrap().is_some()
    }

    #[test]
    fn values_are_what_a_reader_sees() {
        for yes in [
            "from jörg",
            "from joerg@x.example",
            "to people",
            "subject \"GRÖSSE zwei\", \"größe zwei\"",
            "attachment application/pdf",
            "attachment rät.pdf",
            "text \"ÄPFEL und\"",
            "not text w4RwZm",
        ] {
            assert!(fits(yes), "{yes}");
        }
        for no in ["from Q?J", "subject iso-8859", "attachment *.exe", "text base64", "text application"] {
            assert!(!fits(no), "{no}");
        }
    }

    #[test]
    fn words_are_found_across_every_cut() {
        let text = "xx Größe der Äpfel yy".as_bytes();
        for cut in 0..text.len() {
            if std::str::from_utf8(&text[..cut]).is_err() {
                continue;
            }
            let mut search = Search { needle: "größe der äpfel", window: String::new(), found: false };
            search.push(&text[..cut]);
            search.push(&text[cut..]);
            assert!(search.found, "{cut}");
        }
    }
}
