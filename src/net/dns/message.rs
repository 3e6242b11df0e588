//! Messages of the domain name system (RFC 1035 §4), as far as mail needs them: a query for one name, and the answers to it.
//!
//! Pure functions of bytes. Everything comes from anybody who can send a datagram, so: a pointer in a name has to point before the
//! name it stands in, which ends every chain of them; a name has at most 255 octets; an answer whose number or question is
//! not ours is told apart from one that is broken, for it may be somebody's guess.

use crate::base::error::*;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    A,
    Aaaa,
    Mx,
}

const CNAME: u16 = 5;
const CLASS_IN: u16 = 1;
/// RFC 1035 §2.3.4.
const NAME_MOST: usize = 255;
const LABEL_MOST: usize = 63;

impl Type {
    pub fn number(self) -> u16 {
        match self {
            Type::A => 1,
            Type::Mx => 15,
            Type::Aaaa => 28,
        }
    }
}

/// A domain name in lower case: labels with their lengths, without the root's zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Vec<u8>);

impl Name {
    /// From text in A-labels; a dot at the end says nothing.
    ///
    /// # Errors
    /// `Resolve`: there can be no such name.
    pub fn parse(text: &str) -> Result<Name> {
        let none = || Error::new(Kind::Resolve, format!("no such host: {text}"));
        let mut wire = Vec::with_capacity(text.len() + 1);
        for label in text.strip_suffix('.').unwrap_or(text).split('.') {
            if label.is_empty() || label.len() > LABEL_MOST || !label.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(none());
            }
            wire.push(u8::try_from(label.len()).map_err(|_| none())?);
            wire.extend(label.bytes().map(|b| b.to_ascii_lowercase()));
        }
        if wire.len() + 1 > NAME_MOST { Err(none()) } else { Ok(Name(wire)) }
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// As a host name; `None` for what can be none (RFC 1123 §2.1; underscores are seen).
    pub fn host(&self) -> Option<String> {
        let (mut text, mut rest) = (String::with_capacity(self.0.len()), self.0.as_slice());
        while let Some((length, after)) = rest.split_first() {
            let (label, after) = after.split_at_checked(usize::from(*length))?;
            let fine = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            if label.first() == Some(&b'-') || !label.iter().all(fine) {
                return None;
            }
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(std::str::from_utf8(label).ok()?);
            rest = after;
        }
        (!text.is_empty()).then_some(text)
    }
}

/// A query, recursion desired.
pub fn query(id: u16, name: &Name, wanted: Type) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.0.len() + 17);
    out.extend(id.to_be_bytes());
    out.extend([0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    out.extend(&name.0);
    out.push(0);
    out.extend(wanted.number().to_be_bytes());
    out.extend(CLASS_IN.to_be_bytes());
    out
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    Address(std::net::IpAddr),
    Exchanger(u16, Name),
    Alias(Name),
}

/// An answer to our question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// RCODE: 0 is no error, 3 is no such name.
    pub code: u8,
    /// There is more than fits into a datagram.
    pub truncated: bool,
    pub records: Vec<(Name, Data)>,
}

/// Why bytes are no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It answers something else, or nobody.
    NotOurs,
    /// It breaks the format.
    Broken,
}

/// Reads the answer to [`query`] with the same arguments.
pub fn answer(packet: &[u8], id: u16, name: &Name, wanted: Type) -> Result<Answer, Wrong> {
    let mut reader = Reader { packet, at: 0 };
    let (number, flags) = (reader.u16(), reader.u16());
    let (Some(number), Some(flags)) = (number, flags) else { return Err(Wrong::NotOurs) };
    let (questions, answers) = (reader.u16(), reader.u16());
    reader.skip(4).ok_or(Wrong::NotOurs)?;
    // QR, and OPCODE 0.
    if number != id || flags & 0xF800 != 0x8000 || questions != Some(1) {
        return Err(Wrong::NotOurs);
    }
    let asked = (reader.name(), reader.u16(), reader.u16());
    if asked != (Some(name.clone()), Some(wanted.number()), Some(CLASS_IN)) {
        return Err(Wrong::NotOurs);
    }
    let truncated = flags & 0x0200 != 0;
    let code = u8::try_from(flags & 0xF).unwrap_or(u8::MAX);
    let mut records = Vec::new();
    for _ in 0..answers.unwrap_or(0) {
        match reader.record() {
            Some(Some(record)) => records.push(record),
            Some(None) => {}
            // A cut answer ends anywhere; it is asked for again by other means.
            None if truncated => break,
            None => return Err(Wrong::Broken),
        }
    }
    Ok(Answer { code, truncated, records })
}

impl Answer {
    /// The last name of the chain of aliases that begins at `name`, and what is said of that one.
    pub fn of(&self, name: &Name) -> (Name, Vec<&Data>) {
        let mut name = name;
        // One alias a record at the most, so a circle ends.
        for _ in 0..self.records.len() {
            let alias = self.records.iter().find_map(|(of, data)| match data {
                Data::Alias(to) if of == name => Some(to),
                _ => None,
            });
            match alias {
                Some(to) => name = to,
                None => break,
            }
        }
        let said = self.records.iter().filter(|(of, data)| of == name && !matches!(data, Data::Alias(_)));
        (name.clone(), said.map(|(_, data)| data).collect())
    }
}

struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip(&mut self, n: usize) -> Option<()> {
        self.at = self.at.checked_add(n).filter(|at| *at <= self.packet.len())?;
        Some(())
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.packet.get(self.at..self.at + 2)?;
        self.at += 2;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// RFC 1035 §4.1.4.
    fn name(&mut self) -> Option<Name> {
        let mut wire = Vec::new();
        let (mut at, mut first, mut behind) = (self.at, self.at, None);
        loop {
            let length = *self.packet.get(at)?;
            match length >> 6 {
                0 if length == 0 => break,
                0 => {
                    let label = self.packet.get(at + 1..at + 1 + usize::from(length))?;
                    if wire.len() + label.len() + 2 > NAME_MOST {
                        return None;
                    }
                    wire.push(length);
                    wire.extend(label.iter().map(u8::to_ascii_lowercase));
                    at += 1 + label.len();
                }
                3 => {
                    let low = *self.packet.get(at + 1)?;
                    behind.get_or_insert(at + 2);
                    let to = usize::from(length & 0x3F) << 8 | usize::from(low);
                    // Always further to the front: so it ends.
                    if to >= first {
                        return None;
                    }
                    (at, first) = (to, to);
                }
                _ => return None,
            }
        }
        self.at = behind.unwrap_or(at + 1);
        Some(Name(wire))
    }

    /// A record; the inner `None` is one of a kind that says nothing to us.
    fn record(&mut self) -> Option<Option<(Name, Data)>> {
        let name = self.name()?;
        let (kind, class) = (self.u16()?, self.u16()?);
        self.skip(4)?;
        let length = usize::from(self.u16()?);
        let (start, end) = (self.at, self.at.checked_add(length).filter(|e| *e <= self.packet.len())?);
        let data = if class == CLASS_IN { self.data(kind, &self.packet[start..end]) } else { None };
        // What a name in it took must be all there was.
        if data.is_some() && self.at != end {
            return None;
        }
        self.at = end;
        match (data, class == CLASS_IN, kind) {
            (Some(data), _, _) => Some(Some((name, data))),
            (None, true, 1 | 28 | 15 | CNAME) => None,
            _ => Some(None),
        }
    }

    fn data(&mut self, kind: u16, bytes: &[u8]) -> Option<Data> {
        match kind {
            1 => {
                let four: [u8; 4] = bytes.try_into().ok()?;
                self.skip(4)?;
                Some(Data::Address(four.into()))
            }
            28 => {
                let sixteen: [u8; 16] = bytes.try_into().ok()?;
                self.skip(16)?;
                Some(Data::Address(sixteen.into()))
            }
            15 => {
                let preference = self.u16()?;
                Some(Data::Exchanger(preference, self.name()?))
            }
            CNAME => Some(Data::Alias(self.name()?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    /// A packet that answers `x.example MX` with these records, as bytes behind the question.
    fn packet(flags: u16, count: u16, records: &[u8]) -> Vec<u8> {
        let mut out = query(7, &name("x.example"), Type::Mx);
        out[2..4].copy_from_slice(&flags.to_be_bytes());
        out[6..8].copy_from_slice(&count.to_be_bytes());
        out.extend(records);
        out
    }

    fn read(packet: &[u8]) -> Result<Answer, Wrong> {
        answer(packet, 7, &name("x.example"), Type::Mx)
    }

    #[test]
    fn names_have_limits() {
        assert_eq!(name("Mx.Example.").host().unwrap(), "mx.example");
        let long = format!("{}.example", "a".repeat(64));
        let longer = vec!["abcdefg"; 32].join(".");
        for bad in ["", ".", "a..b", "a b", &long, &longer] {
            assert_eq!(Name::parse(bad).unwrap_err().kind(), Kind::Resolve, "{bad}");
        }
        assert_eq!(name("a@b.example").host(), None);
        assert_eq!(name("-a.example").host(), None);
    }

    #[test]
    fn an_answer_with_pointers_and_an_alias() {
        let records = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01y\xc0\x0e\
            \x01Y\xc0\x0e\0\x0f\0\x01\0\0\0\x3c\0\x09\0\x0a\x04mail\xc0\x0c\
            \x01y\xc0\x0e\0\x0f\0\x01\0\0\0\x3c\0\x03\0\0\0\
            \xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x02\x01t";
        let found = read(&packet(0x8180, 4, records)).unwrap();
        let (last, said) = found.of(&name("x.example"));
        assert_eq!(last, name("y.example"));
        assert_eq!(said.len(), 2);
        assert_eq!(said[0], &Data::Exchanger(10, name("mail.x.example")));
        assert!(matches!(said[1], Data::Exchanger(0, root) if root.is_root()));
    }

    #[test]
    fn what_is_not_ours_is_told_from_what_is_broken() {
        let good = packet(0x8180, 0, b"");
        assert!(read(&good).unwrap().records.is_empty());
        assert_eq!(read(b"").unwrap_err(), Wrong::NotOurs);
        assert_eq!(answer(&good, 8, &name("x.example"), Type::Mx).unwrap_err(), Wrong::NotOurs);
        assert_eq!(answer(&good, 7, &name("y.example"), Type::Mx).unwrap_err(), Wrong::NotOurs);
        assert_eq!(answer(&good, 7, &name("x.example"), Type::A).unwrap_err(), Wrong::NotOurs);
        assert_eq!(read(&packet(0x0100, 0, b"")).unwrap_err(), Wrong::NotOurs, "a query");
        assert_eq!(read(&packet(0x8180, 1, b"")).unwrap_err(), Wrong::Broken);
        assert!(read(&packet(0x8380, 1, b"")).unwrap().truncated);
        assert_eq!(read(&packet(0x8183, 0, b"")).unwrap().code, 3);
    }

    #[test]
    fn pointers_lead_nowhere_for_ever() {
        let at = u8::try_from(packet(0x8180, 1, b"").len()).unwrap();
        for start in
            [&[0xc0, at][..], &[0xc0, at + 2], &[0xff, 0xff], &[0x40, 0], &[0x80, 0], &[1, b'a', 0xc0, at]]
        {
            let records = [start, b"\0\x0f\0\x01\0\0\0\0\0\x03\0\0\0"].concat();
            assert_eq!(read(&packet(0x8180, 1, &records)).unwrap_err(), Wrong::Broken, "{start:?}");
        }
        for data in [
            &b"\0\x0f\0\x01\0\0\0\0\0\x02\0\0\0"[..],
            b"\0\x01\0\x01\0\0\0\0\0\x03abc",
            b"\0\x0f\0\x01\0\0\0\0\xff\xff\0\0\0",
        ] {
            let records = [&b"\xc0\x0c"[..], data].concat();
            assert_eq!(read(&packet(0x8180, 1, &records)).unwrap_err(), Wrong::Broken, "{data:?}");
        }
        // Two names that are aliases of each other.
        let circle =
            b"\xc0\x0c\0\x05\0\x01\0\0\0\0\0\x04\x01y\xc0\x0e\x01y\xc0\x0e\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c";
        assert!(read(&packet(0x8180, 2, circle)).unwrap().of(&name("x.example")).1.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_in_little_time(records in prop::collection::vec(prop_oneof![Just(0xc0u8), Just(0), Just(1), any::<u8>()], 0..600), count in any::<u16>()) {
            if let Ok(found) = read(&packet(0x8180, count, &records)) {
                prop_assert!(found.records.len() * 11 <= records.len());
                let _ = found.of(&name("x.example"));
            }
        }
    }
}
