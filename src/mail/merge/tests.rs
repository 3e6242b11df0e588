use super::*;
use proptest::prelude::*;
use std::io::Read;

fn filled(text: &str, place: Place, value: &str) -> String {
    let row = Row::of(&[("a", value), ("mail", "ann@x.example"), ("", "no name")]);
    match fill(text, &row, place) {
        Ok(text) => text,
        Err(e) => {
            assert_eq!(e.kind(), Kind::Input);
            format!("error: {}", e.message())
        }
    }
}

#[test]
fn fields_and_braces() {
    for (text, want) in [
        ("plain", "plain"),
        ("Dear {a}!", "Dear V!"),
        ("{ a }{a}", "VV"),
        ("{{a}}", "{a}"),
        ("{{{a}}}", "{V}"),
        ("} alone", "} alone"),
        ("ü{a}ü", "üVü"),
        ("{b}", "error: there is no field 'b'"),
        ("{", "error: a '{' is not closed: '{'"),
        ("x {a", "error: a '{' is not closed: '{a'"),
        ("{a{a}", "error: a '{' is not closed: '{a{a}'"),
        ("p { color: red;\n}", "error: a '{' is not closed: '{ color: red;\\n}'"),
    ] {
        assert_eq!(filled(text, Place::Text, "V"), want, "{text}");
    }
    assert_eq!(fields("{a} {b }{{c}}").unwrap(), ["a", "b"]);
}

#[test]
fn a_value_cannot_mean_more_than_its_place_allows() {
    for (text, value, want) in [
        ("{a}", "x@y, z@w", "x@y, z@w"),
        ("{a} <{mail}>", "Ann", "Ann <ann@x.example>"),
        ("{a} <{mail}>", "Smith, Ann", "\"Smith, Ann\" <ann@x.example>"),
        ("{a} <{mail}>", "x@evil.example, Bob", "\"x@evil.example, Bob\" <ann@x.example>"),
        ("{a} <{mail}>", "A \"B\" C", "\"A \\\"B\\\" C\" <ann@x.example>"),
        ("\"{a}\" <{mail}>", "Smith\", Ann", "\"Smith\\\", Ann\" <ann@x.example>"),
        ("{a}@x.example", "ann", "ann@x.example"),
        ("{a}@x.example", "b@y.example, ann", "error: the field a is more than an address"),
        ("{mail}, {a}", "b@y.example,c@z", "error: the field a is more than an address"),
        ("Ann <{a}>", "b@y>, <c@z", "error: the field a is more than an address"),
        ("{a}", "x@y\r\nBcc: z@w", "error: the field a holds a line end, which cannot stand there"),
    ] {
        assert_eq!(filled(text, Place::Addresses, value), want, "{text} {value}");
    }
    let why = "error: the field a holds one of * ? [ ; which mean something in a path";
    for (value, want) in [
        ("42", "bills/42.pdf"),
        ("ü x", "bills/ü x.pdf"),
        ("*", why),
        ("a;name=b", why),
        ("../../etc/x", "error: the field a leads out of its directory with '..'"),
        ("", "error: the field a names no file"),
    ] {
        assert_eq!(filled("bills/{a}.pdf", Place::Path, value), want);
    }
    assert_eq!(
        filled("<p>{a}</p>", Place::Html, "<b> & 'c'\n\""),
        "<p>&lt;b&gt; &amp; &#39;c&#39;\n&quot;</p>"
    );
    assert_eq!(
        filled("{a}", Place::Line, "x\ny"),
        "error: the field a holds a line end, which cannot stand there"
    );
    assert_eq!(filled("{a}", Place::Text, "x\ny"), "x\ny");
}

fn rows(name: &str, text: impl Into<Vec<u8>>) -> Vec<String> {
    let text: Vec<u8> = text.into();
    let mut rows = match Rows::new(Box::new(std::io::Cursor::new(text)), name) {
        Ok(rows) => rows,
        Err(e) => return vec![format!("error: {}", e.message())],
    };
    std::iter::from_fn(|| rows.next_row())
        .map(|row| match row {
            Ok(row) => format!("{}: {:?}/{:?}", row.line, row.get("a").ok(), row.get("b").ok()),
            Err((line, e)) => format!("{line}: error: {}", e.message()),
        })
        .collect()
}

#[test]
fn tables_are_read_row_by_row() {
    let some = |line: u64, a: &str, b: &str| format!("{line}: Some({a:?})/Some({b:?})");
    let csv = "\u{feff}a, b \r\n1,2\r\n\"x,\n\"\"y\",z\n\n3\n5,6,7\nü,\n";
    assert_eq!(
        rows("t.csv", csv),
        [
            some(2, "1", "2"),
            some(3, "x,\n\"y", "z"),
            "6: error: it has 1 fields, and the first line 2".into(),
            "7: error: it has 3 fields, and the first line 2".into(),
            some(8, "ü", ""),
        ]
    );
    assert_eq!(rows("t.tsv", "a\tb\n1,x\t2\n"), [some(2, "1,x", "2")]);
    assert_eq!(rows("-", "a,b\n1,2"), [some(2, "1", "2")]);
    let json = "{\"a\":1,\"b\":\"x\"}\n\n{\"a\":true,\"b\":null}\n[]\n{\n{\"a\":[],\"b\":\"y\"}";
    let want = [
        some(1, "1", "x"),
        some(3, "true", ""),
        "4: error: it is no JSON object".into(),
        "5: error: not JSON at column 1".into(),
        "6: None/Some(\"y\")".into(),
    ];
    assert_eq!(rows("t.jsonl", json), want);
    assert_eq!(rows("-", json), want, "told by its first byte");
    assert_eq!(rows("t.csv", ""), ["error: line 1: the names of the fields have to stand there"]);
    assert_eq!(rows("t.csv", "a,a\n"), ["error: line 1: the name 'a' stands there twice"]);
    assert_eq!(
        rows("t.csv", b"a,b\n\xff,1\n2,3\n"),
        ["2: error: the field a is not UTF-8".to_string(), some(3, "2", "3")]
    );
}

#[test]
fn a_row_without_end_is_no_memory() {
    let start: &[u8] = b"a,b\n1,\"open\n";
    let endless = Box::new(start.chain(std::io::repeat(b'x')));
    let mut all = Rows::new(endless, "t.csv").unwrap();
    let (line, e) = all.next_row().unwrap().unwrap_err();
    assert_eq!((line, e.kind()), (2, Kind::Input));
    assert!(all.next_row().is_none());
    let mut all = Rows::new(Box::new(std::io::repeat(b'{')), "t.jsonl").unwrap();
    assert_eq!(all.next_row().unwrap().unwrap_err().1.kind(), Kind::Input);
    assert!(all.next_row().is_none());
}

proptest! {
    #[test]
    fn a_display_name_adds_no_recipient(value in "[ -~äö]{1,30}") {
        let row = Row::of(&[("n", &value)]);
        let text = fill("{n} <a@x.example>", &row, Place::Addresses).unwrap();
        let list = crate::mail::addresses::parse(&text);
        prop_assert!(list.is_ok(), "{text}");
        let list = list.unwrap();
        let all: Vec<_> = crate::mail::addresses::mailboxes(&list).map(|m| m.address.to_string()).collect();
        prop_assert_eq!(all, ["a@x.example"]);
    }
}
