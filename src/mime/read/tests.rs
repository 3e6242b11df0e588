use super::walk::{Done, Options, Visitor, Walk};
use super::*;
use proptest::prelude::*;

/// Everything that is told, in words; runs of bytes are put together.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    bytes: Vec<u8>,
    run: Option<(What, Vec<u8>)>,
}

impl Told {
    fn flush(&mut self) {
        if let Some((what, bytes)) = self.run.take() {
            self.events.push(format!("{what:?} {}", bytes.escape_ascii()));
        }
    }

    fn text(&self) -> String {
        self.events.join("\n")
    }
}

impl Sink for Told {
    fn start(&mut self, part: &Part, header: &[u8]) -> Result<()> {
        self.flush();
        let defects: Vec<_> = part.defects.iter().map(|d| (d.name, d.offset)).collect();
        self.events.push(format!(
            "start {} {} {:?} at {:?} {:?} header {} {defects:?}",
            part.path,
            part.media_type,
            part.kind,
            part.header_at,
            part.body_at,
            header.len()
        ));
        Ok(())
    }

    fn octets(&mut self, what: What, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        match &mut self.run {
            Some((was, run)) if *was == what => run.extend_from_slice(bytes),
            _ => {
                self.flush();
                self.run = Some((what, bytes.to_vec()));
            }
        }
        Ok(())
    }

    fn end(&mut self, part: &Part, end: &End) -> Result<()> {
        self.flush();
        let defects: Vec<_> = end.defects.iter().map(|d| (d.name, d.offset)).collect();
        self.events.push(format!("end {} {:?} {} {defects:?}", part.path, end.at, end.size));
        Ok(())
    }
}

fn told(message: &[u8], cuts: &[usize], limits: Limits) -> Told {
    let mut told = Told::default();
    let mut parser = Parser::new(limits);
    let mut rest = message;
    for cut in cuts {
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        parser.push(piece, &mut told).unwrap();
        rest = behind;
    }
    parser.push(rest, &mut told).unwrap();
    parser.finish(&mut told).unwrap();
    told.flush();
    told
}

fn events(message: &str) -> String {
    told(message.replace('\n', "\r\n").as_bytes(), &[], Limits::default()).text()
}

/// Contents by path, with the role and the safe name; and the names of all defects.
#[derive(Default)]
pub(super) struct Collected {
    pub parts: Vec<(Part, Vec<u8>)>,
    pub defects: Vec<&'static str>,
}

impl Visitor for Collected {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        self.defects.extend(part.defects.iter().map(|d| d.name));
        self.parts.push((part.clone(), Vec::new()));
        Ok(true)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        let (_, content) = self.parts.iter_mut().find(|(p, _)| p.id == id).unwrap();
        content.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, _part: &Part, done: &Done) -> Result<()> {
        self.defects.extend(done.defects.iter().map(|d| d.name));
        Ok(())
    }
}

pub(super) fn collect(message: &[u8], options: Options, cuts: &[usize]) -> Collected {
    let mut walk = Walk::new(options);
    let mut collected = Collected::default();
    let mut rest = message;
    for cut in cuts {
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        walk.push(piece, &mut collected).unwrap();
        rest = behind;
    }
    walk.push(rest, &mut collected).unwrap();
    walk.finish(&mut collected).unwrap();
    collected
}

impl Collected {
    fn paths(&self) -> Vec<String> {
        self.parts.iter().map(|(p, _)| format!("{} {}", p.path, p.media_type)).collect()
    }

    fn content(&self, path: &str) -> &[u8] {
        &self.parts.iter().find(|(p, _)| p.path == path).unwrap_or_else(|| panic!("no part {path}")).1
    }
}

#[test]
fn a_message_without_parts() {
    assert_eq!(
        events("Subject: x\n\nhello\n"),
        "Header Subject: x\\r\\n\\r\\n\n\
         start 1 text/plain Leaf at Some(0) Some(14) header 14 []\n\
         Body hello\\r\\n\n\
         end 1 Some(21) 7 []"
    );
    assert!(events("").starts_with("start 1 text/plain"));
    assert!(events("Subject: x").contains("header 10 []"), "a header alone is a message");
    assert!(events("\nbody").contains("Body body"));
}

#[test]
fn parts_are_numbered_as_imap_numbers_them() {
    let message = "\
Content-Type: multipart/mixed; boundary=A

pre
--A

one
--A
Content-Type: multipart/alternative; boundary=\"B\"

--B
Content-Type: text/html

two
--B--
--A
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=C

--C

three
--C--
--A
Content-Type: message/rfc822

Subject: y

four
--A--
post
";
    let message = message.replace('\n', "\r\n");
    let all = collect(message.as_bytes(), Options::default(), &[]);
    assert_eq!(
        all.paths(),
        [
            "TEXT multipart/mixed",
            "1 text/plain",
            "2 multipart/alternative",
            "2.1 text/html",
            "3 message/rfc822",
            "3.TEXT multipart/mixed",
            "3.1 text/plain",
            "4 message/rfc822",
            "4.1 text/plain",
        ]
    );
    assert_eq!(all.content("1"), b"one");
    assert_eq!(
        all.content("3"),
        b"Content-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\nthree\r\n--C--"
    );
    assert_eq!(all.content("4"), b"Subject: y\r\n\r\nfour");
    assert!(all.defects.is_empty(), "{:?}", all.defects);
    let told = told(message.as_bytes(), &[], Limits::default());
    assert_eq!(told.bytes, message.as_bytes(), "every byte once");
    assert!(told.text().contains("Preamble pre\n"), "{}", told.text());
    assert!(told.text().contains("Epilogue \\r\\npost\\r\\n\n"));
}

#[test]
fn delimiters_are_whole_lines() {
    let mixed = |body: &str| {
        let message = format!("Content-Type: multipart/mixed; boundary=BB\n\n--BB\n\n{body}\n--BB--\n");
        let all = collect(message.as_bytes(), Options::default(), &[]);
        (all.paths().len() - 1, String::from_utf8(all.content("1").to_vec()).unwrap(), all.defects)
    };
    assert_eq!(
        mixed("hi\n--BBB no\n--BB1\nmore"),
        (1, "hi\n--BBB no\n--BB1\nmore".into(), vec!["boundary_prefix"])
    );
    assert_eq!(mixed("hi\n--BB  \t\n\nmore"), (2, "hi".into(), vec![]));
    assert_eq!(mixed("hi\n--BB--More").0, 1);
    assert_eq!(mixed("hi\n --BB\n-- BB").0, 1);
    assert_eq!(mixed("hi\r\n--BB\r\n\r\nx").1, "hi");
}

#[test]
fn an_outer_delimiter_ends_what_is_inside() {
    let message = "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=B\n\n\
                   --B\n\nx\n--A\n\ny\n--A--\n";
    let all = collect(message.as_bytes(), Options::default(), &[]);
    assert_eq!(all.paths().len(), 4);
    assert_eq!((all.content("1.1"), all.content("2")), (&b"x"[..], &b"y"[..]));
    assert_eq!(all.defects, ["end_missing"]);
}

#[test]
fn headers_of_real_mail() {
    // A line that is no field is skipped; two mean that the body has begun.
    let one = collect(b"A: b\njunk here\nContent-Type: text/html\n\nbody", Options::default(), &[]);
    assert_eq!((one.paths()[0].as_str(), one.content("1")), ("1 text/html", &b"body"[..]));
    assert_eq!(one.defects, ["field_invalid"]);
    let two = collect(b"A: b\nHello there,\nI have no blank line\n\nbody", Options::default(), &[]);
    assert_eq!(two.content("1"), b"Hello there,\nI have no blank line\n\nbody");
    assert_eq!(two.defects, ["header_unterminated"]);
    let last = collect(b"A: b\nand that is all", Options::default(), &[]);
    assert_eq!(last.content("1"), b"and that is all");
    let blank = collect(b" A: b\nContent-Type: text/html\n\nbody", Options::default(), &[]);
    assert_eq!((blank.paths()[0].as_str(), blank.content("1")), ("1 text/html", &b"body"[..]));
    let none = collect(b"Just text\nmore", Options::default(), &[]);
    assert_eq!(none.content("1"), b"Just text\nmore");
    let envelope = collect(b"From a@b Mon Nov 23 04:00:00 2026\nSubject: x\n\nbody", Options::default(), &[]);
    assert_eq!((envelope.content("1"), envelope.defects.len()), (&b"body"[..], 0));
    let cut = collect(
        b"Content-Type: multipart/mixed; boundary=A\n\n--A\nSubject: x\n--A--\n",
        Options::default(),
        &[],
    );
    assert_eq!((cut.paths().len(), cut.defects), (2, vec!["header_unterminated"]));
}

#[test]
fn limits_hold_and_are_said() {
    let mut deep = String::new();
    for n in 0..100_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\n\n--b{n}\n"));
    }
    // Quadratic, these would take hours.
    let mut walk = Walk::new(Options::default());
    let mut all = Collected::default();
    walk.push(deep.as_bytes(), &mut all).unwrap();
    walk.finish(&mut all).unwrap();
    assert!(walk.limited());
    assert_eq!(all.parts.len(), 10_000);
    assert!(all.parts.iter().all(|(p, _)| p.depth <= 64 && p.path.len() < 200));
    assert!(all.defects.contains(&"depth_limit"));
    let messages = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert_eq!(collect(messages.as_bytes(), Options::default(), &[]).parts.len(), 65);
    let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(1_000_000));
    let all = collect(many.as_bytes(), Options::default(), &[]);
    assert_eq!(all.parts.len(), 10_000);
    assert!(all.defects.contains(&"part_limit"));
    let long = format!("X: {}\nContent-Type: text/html\n\nbody", "y".repeat(2 << 20));
    for cuts in [vec![], vec![1 << 20, 1, 1, (1 << 20) + 3 - 2, 1, 1]] {
        let all = collect(long.as_bytes(), Options::default(), &cuts);
        assert_eq!((all.content("1"), &all.defects[..]), (&b"body"[..], &["header_limit"][..]));
    }
}

#[test]
fn hostile_shapes_take_linear_time() {
    // Quadratic, these would take hours.
    let nested: String = (0..60)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=\"{}{n}\"\n\n--{0}{n}\n", "b".repeat(60)))
        .collect();
    for seed in ["\n--", "\n--bbbbbbbbbbb", "\r", "\n", "-", "--\n", "\n--b\r"] {
        let message = format!("{nested}\n{}", seed.repeat((4 << 20) / seed.len()));
        let mut all = Collected::default();
        let mut walk = Walk::new(Options::default());
        for piece in message.as_bytes().chunks(4096) {
            walk.push(piece, &mut all).unwrap();
        }
        walk.finish(&mut all).unwrap();
    }
    // One byte at a time as well: what is held back is bounded.
    let mut all = Collected::default();
    let mut walk = Walk::new(Options::default());
    let message = format!("{nested}\n{}", "\n--bbbbbb".repeat(20_000));
    for piece in message.as_bytes().chunks(1) {
        walk.push(piece, &mut all).unwrap();
    }
    walk.finish(&mut all).unwrap();
}

#[test]
fn an_encoded_message_is_read_as_a_message() {
    let inner = "Content-Type: multipart/mixed; boundary=I\r\n\r\n--I\r\n\r\nin\r\n--I--\r\n";
    let message = format!(
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        crate::base::b64::encode(inner.as_bytes())
    );
    let all = collect(message.as_bytes(), Options::default(), &[]);
    assert_eq!(all.paths(), ["1 message/rfc822", "1.TEXT multipart/mixed", "1.1 text/plain"]);
    assert_eq!((all.content("1"), all.content("1.1")), (inner.as_bytes(), &b"in"[..]));
    assert_eq!(all.defects, ["cte_on_container"]);
    let mut ids: Vec<u64> = all.parts.iter().map(|(p, _)| p.id).collect();
    ids.dedup();
    assert_eq!(ids, [0, 1, 2]);
}

#[test]
fn files_in_text_are_parts() {
    let text =
        "Subject: x\n\nhi\nbegin 644 uu.bin\n#86)C\n`\nend\nbegin the day\nbegin 644 no file\nbut words\n";
    let all = collect(text.as_bytes(), Options::default(), &[]);
    assert_eq!(all.paths(), ["1 text/plain", "1.uu1 application/octet-stream"]);
    assert_eq!(all.content("1.uu1"), b"abc");
    let yenc = b"Subject: y\r\n\r\n=ybegin line=128 size=3 name=y.bin\r\n\x8b\x8c\x8d\r\n=yend size=3\r\n";
    let all = collect(yenc, Options::default(), &[]);
    assert_eq!(all.content("1.yenc1"), b"abc");
    assert_eq!(all.parts[1].0.name.as_deref(), Some("y.bin"));
    let off = Options { legacy: false, ..Options::default() };
    assert_eq!(collect(yenc, off, &[]).parts.len(), 1);
}

/// A TNEF attribute.
fn attribute(level: u8, id: u32, value: &[u8]) -> Vec<u8> {
    let sum = value.iter().fold(0u16, |n, b| n.wrapping_add(u16::from(*b)));
    [&[level][..], &id.to_le_bytes(), &(value.len() as u32).to_le_bytes(), value, &sum.to_le_bytes()].concat()
}

pub(super) fn winmail() -> Vec<u8> {
    let wide: Vec<u8> = "long näme.txt\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut props = vec![2, 0, 0, 0];
    props.extend(0x0e20_0003u32.to_le_bytes());
    props.extend(5u32.to_le_bytes());
    props.extend(0x3707_001fu32.to_le_bytes());
    props.extend(1u32.to_le_bytes());
    props.extend((wide.len() as u32).to_le_bytes());
    props.extend(&wide);
    props.extend(vec![0; wide.len().wrapping_neg() % 4]);
    [
        &[0x78, 0x9f, 0x3e, 0x22, 1, 0][..],
        &attribute(1, 0x0008_9006, &[0, 0, 1, 0]),
        &attribute(2, 0x0006_9002, &[1, 0, 0]),
        &attribute(2, 0x0006_800f, b"DATA1"),
        &attribute(2, 0x0001_8010, b"LONGNM~1.TXT\0"),
        &attribute(2, 0x0006_9005, &props),
        &attribute(2, 0x0006_9002, &[1, 0, 0]),
        &attribute(2, 0x0001_8010, b"b.pdf\0"),
        &attribute(2, 0x0006_800f, b"DATA2"),
    ]
    .concat()
}

#[test]
fn winmail_dat_is_opened() {
    let tnef = winmail();
    let message = format!(
        "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        crate::base::b64::encode(&tnef)
    );
    for cuts in [vec![], vec![3; 400]] {
        let all = collect(message.as_bytes(), Options::default(), &cuts);
        assert_eq!(all.paths(), ["1 application/ms-tnef", "1.tnef1 text/plain", "1.tnef2 application/pdf"]);
        assert_eq!((all.content("1.tnef1"), all.content("1.tnef2")), (&b"DATA1"[..], &b"DATA2"[..]));
        assert_eq!(all.parts[1].0.name.as_deref(), Some("long näme.txt"));
        assert!(all.defects.is_empty(), "{:?}", all.defects);
    }
    let mut cut = tnef.clone();
    cut.truncate(tnef.len() - 20);
    let mut broken = tnef;
    broken[60] ^= 1;
    for (bytes, defect) in
        [(cut, "tnef_malformed"), (broken, "tnef_checksum"), (b"no tnef".to_vec(), "tnef_malformed")]
    {
        let message = [&b"Content-Type: application/ms-tnef\r\n\r\n"[..], &bytes].concat();
        assert!(collect(&message, Options::default(), &[]).defects.contains(&defect), "{defect}");
    }
}

#[test]
fn roles() {
    let message = "\
Content-Type: multipart/mixed; boundary=M

--M
Content-Type: multipart/related; boundary=R

--R
Content-Type: multipart/alternative; boundary=A

--A

text
--A
Content-Type: text/html

html
--A
Content-Type: text/calendar

cal
--A--
--R
Content-Type: image/png
Content-ID: <logo@x>

png
--R--
--M
Content-Type: application/pdf

pdf
--M
Content-Type: text/plain; name=notes.txt
Content-Disposition: attachment

notes
--M
Content-Type: text/plain

footer
--M
Content-Type: image/jpeg; name=photo.jpg
Content-Disposition: inline

jpg
--M--
";
    let all = collect(message.as_bytes(), Options::default(), &[]);
    let roles: Vec<_> = all
        .parts
        .iter()
        .filter(|(p, _)| p.role != Role::Container)
        .map(|(p, _)| (p.path.as_str(), p.role.name()))
        .collect();
    assert_eq!(
        roles,
        [
            ("1.1.1", "body"),
            ("1.1.2", "body"),
            ("1.1.3", "attachment"),
            ("1.2", "inline"),
            ("2", "attachment"),
            ("3", "attachment"),
            ("4", "body"),
            ("5", "inline"),
        ]
    );
    assert_eq!(all.parts[6].0.cid.as_deref(), Some("logo@x"));
}

/// Messages put together from what the parser treats specially.
fn shaped() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "",
        "",
        "--A",
        "--A--",
        "--B",
        "--B--",
        "--A ",
        "--AB",
        "--",
        "-",
        "---A",
        "text",
        "--A--x",
        " folded",
        "Content-Type: multipart/mixed; boundary=A",
        "Content-Type: multipart/mixed; boundary=\"B\"",
        "Content-Type: multipart/digest; boundary=AB",
        "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "Subject: x",
        "junk line",
        "more junk",
        "From x",
        "begin 644 x",
        "#86)C",
        "`",
        "end",
        "=ybegin line=128 size=3 name=y",
        "=yend size=3",
        "QUJD",
        "Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgoKU3ViamVjdDogeAoKaGVsbG8K",
        "a=",
        "=41",
        "Content-Disposition: attachment; filename*0*=utf-8''a%; filename*1*=41",
        "Content-Type: application/ms-tnef",
    ]);
    let end = prop::sample::select(vec!["\r\n", "\r\n", "\n", "\r", ""]);
    prop::collection::vec((line, end), 0..40)
        .prop_map(|lines| lines.iter().flat_map(|(l, e)| [l.as_bytes(), e.as_bytes()].concat()).collect())
}

#[test]
fn a_line_that_was_no_field_in_a_header_beyond_its_limit_is_given_once() {
    let message = b"r:\n(no field)\nx: 0123456789012345678901234567890123456789";
    for limit in 8..message.len() {
        let limits = Limits { header: limit, ..Limits::default() };
        assert_eq!(told(message, &[], limits).bytes, message, "{limit}");
        assert_eq!(told(message, &[1; 60], limits).bytes, message, "{limit}");
    }
}

#[test]
fn what_a_delimiter_in_a_header_without_end_begins_is_not_lost() {
    let message = b"Content-Type: multipart/mixed; boundary=\"B\"\r\n folded\r\n--B\r\n--A\r";
    assert_eq!(told(message, &[], Limits::default()).bytes, message);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_cut_changes_what_is_told(message in shaped(), cuts in prop::collection::vec(1usize..40, 0..12)) {
        let whole = told(&message, &[], Limits::default());
        prop_assert_eq!(&whole.bytes, &message, "every byte once and in order");
        prop_assert_eq!(whole.text(), told(&message, &cuts, Limits::default()).text());
        prop_assert_eq!(whole.text(), told(&message, &vec![1; message.len()], Limits::default()).text());
        let small = Limits { depth: 3, parts: 4, header: 60 };
        prop_assert_eq!(told(&message, &[], small).text(), told(&message, &vec![1; message.len()], small).text());
        let (a, b) = (collect(&message, Options::default(), &[]), collect(&message, Options::default(), &cuts));
        prop_assert_eq!(a.parts, b.parts);
        prop_assert_eq!(a.defects, b.defects);
    }

    #[test]
    fn starts_and_ends_are_nested(message in shaped()) {
        let told = told(&message, &[], Limits::default());
        let mut open = Vec::new();
        for event in &told.events {
            let mut words = event.split(' ');
            match (words.next(), words.next()) {
                (Some("start"), Some(path)) => open.push(path.to_string()),
                (Some("end"), Some(path)) => prop_assert_eq!(open.pop(), Some(path.to_string())),
                _ => {}
            }
        }
        prop_assert!(open.is_empty());
    }
}
