//! Our reader beside two others. What CPython's `email` writes in header fields and file names, in a dozen charsets, has to be read as
//! what it was made of. And over a folder of real and broken messages that `WIREPOST_CORPUS` names (without it there is nothing to
//! compare, and the test says so by passing) types, contents, names and header fields are compared.
//!
//! CPython and the mail-parser crate are read as witnesses there, not as judges: both are known to lose contents that ours
//! keeps. What is asserted is that we never fail, and that by far most is the same, contents byte for byte; what
//! differs is printed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wirepost::base::digest::{Algorithm, digest, hex};
use wirepost::base::error::Result;
use wirepost::mime::header;
use wirepost::mime::params;
use wirepost::mime::read::walk::{Done, Options, Visitor, Walk};
use wirepost::mime::read::{Kind, Limits, Part};

#[derive(Default)]
struct Leaves {
    open: BTreeMap<u64, Vec<u8>>,
    all: Vec<String>,
    names: Vec<String>,
    defects: usize,
}

impl Visitor for Leaves {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        self.defects += part.defects.len();
        let leaf = part.kind == Kind::Leaf && !part.is_encoded_message();
        if leaf {
            self.open.insert(part.id, Vec::new());
            self.names.extend(part.name.iter().map(|name| words(name)).filter(|name| !name.is_empty()));
        }
        Ok(leaf)
    }

    fn content(&mut self, id: u64, bytes: &[u8]) -> Result<()> {
        self.open.entry(id).or_default().extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, part: &Part, done: &Done) -> Result<()> {
        self.defects += done.defects.len();
        if let Some(content) = self.open.remove(&part.id) {
            self.all.push(line(&part.media_type, &content));
        }
        Ok(())
    }
}

/// A content in a form to compare: line ends aside, which the witnesses treat as they like.
fn line(media_type: &str, content: &[u8]) -> String {
    let plain: Vec<u8> = content.iter().copied().filter(|b| *b != b'\r').collect();
    let plain = plain.strip_suffix(b"\n").unwrap_or(&plain);
    format!("{media_type} {} {}", plain.len(), &hex(&digest(Algorithm::Sha256, plain))[..16])
}

/// White space aside, which folds may have changed.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A field of the message's own header, where it stands once.
fn field(message: &[u8], name: &str) -> Option<String> {
    let end = [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|end| memchr::memmem::find(message, end)).min();
    let mut found = header::fields(&message[..end.map_or(message.len(), |at| at + 1)]).filter(|f| f.is(name));
    let text = found.next()?.text();
    found.next().is_none().then(|| words(&text))
}

fn ours(message: &[u8]) -> Leaves {
    let mut leaves = Leaves::default();
    let limits = Limits { depth: 2000, ..Limits::default() };
    let mut walk = Walk::new(Options { limits, legacy: false, ..Options::default() });
    walk.run(&mut { message }, &mut leaves).expect("any bytes are a message");
    leaves
}

fn messages(dir: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            messages(&path, found);
        } else if path.extension().is_some_and(|x| ["eml", "txt", "msg", "raw"].iter().any(|w| x == *w)) {
            found.push(path);
        }
    }
}

const PYTHON: &str = r#"
import sys, email, hashlib, warnings, json
from email.header import decode_header, make_header
warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)
def text(value):
    try:
        return " ".join(str(make_header(decode_header(value))).split()) if isinstance(value, str) else None
    except Exception:
        return None
for path in sys.stdin.read().split("\n"):
    try:
        with open(path, "rb") as f:
            message = email.message_from_binary_file(f)
        out, names = [], []
        for part in message.walk():
            if not part.is_multipart():
                data = part.get_payload(decode=True) or b""
                data = data.replace(b"\r", b"")
                data = data[:-1] if data.endswith(b"\n") else data
                out.append(" ".join(("%s %d %s" % (part.get_content_type(), len(data), hashlib.sha256(data).hexdigest()[:16])).split()))
                names.append(text(part.get_filename()))
        fields = {name: text(message.get(name)) for name in ("Subject", "From", "To")}
        print(json.dumps({"parts": out, "names": names, "fields": fields}, ensure_ascii=False).encode("utf-8", "replace").decode())
    except Exception as e:
        print(json.dumps({"failed": type(e).__name__}))
"#;

/// What a script of CPython's says, a line of JSON each.
fn python(script: &str, input: String) -> Vec<serde_json::Value> {
    let mut python = std::process::Command::new("python3")
        .args(["-c", script])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3");
    let mut stdin = python.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()));
    let said = python.wait_with_output().expect("python3");
    writer.join().expect("a thread").expect("a pipe");
    assert!(said.status.success());
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

const WRITES: &str = r#"
import json
from email.header import Header
from email.message import Message
texts = {
    "utf-8 iso-2022-jp euc-jp shift_jis": "【重要】サーバー障害のお知らせとメンテナンス日程について 2026",
    "utf-8 iso-8859-1 iso-8859-15 windows-1252 utf-7": "Größere Änderungen für alle Übersetzer, früh genug und möglichst überall geprüft",
    "koi8-r windows-1251 iso-8859-5": "Важное сообщение о работе сервера и о новом расписании на неделю",
    "gb2312 gbk gb18030": "关于服务器故障的重要通知以及下周的维护计划安排说明",
    "big5": "關於伺服器故障的重要通知以及下週的維護計畫安排說明",
    "euc-kr": "서버 장애에 관한 중요한 안내와 다음 주의 점검 일정에 대하여",
}
for charsets, text in texts.items():
    for charset in charsets.split():
        for t in (text, text[:5], text * 3):
            field = Header(t, charset, header_name="Subject").encode(linesep="\r\n")
            message = Message()
            message.add_header("Content-Disposition", "attachment", filename=(charset, "", t))
            print(json.dumps({"charset": charset, "text": t, "field": field, "name": message["Content-Disposition"]}))
"#;

#[test]
fn what_cpython_writes_is_read() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: there is no python3");
        return;
    }
    let rows = python(WRITES, String::new());
    assert!(rows.len() > 30);
    for row in rows {
        let (text, field) = (row["text"].as_str().unwrap(), row["field"].as_str().unwrap());
        assert_eq!(header::decode(field.as_bytes()), text, "{row}");
        let quoted = format!("attachment; filename=\"{}\"", field.trim_start());
        for value in [row["name"].as_str().unwrap(), &quoted] {
            assert_eq!(params::parse(value.as_bytes()).param("filename"), Some(text), "{row}");
        }
    }
}

#[test]
fn beside_cpython_and_mail_parser() {
    let Some(corpus) = std::env::var_os("WIREPOST_CORPUS") else { return };
    let mut paths = Vec::new();
    messages(Path::new(&corpus), &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "{} messages in {}", paths.len(), Path::new(&corpus).display());
    let list: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let rows = python(PYTHON, list.join("\n"));
    assert_eq!(rows.len(), paths.len());
    let (mut parts, mut same_python, mut same_parser, mut parser_parts) = (0, 0, 0, 0);
    let (mut names, mut same_names, mut fields, mut same_fields) = (0, 0, 0, 0);
    for ((path, name), row) in paths.iter().zip(&list).zip(rows) {
        let message = std::fs::read(path).expect("a file");
        let Leaves { all: mine, names: our_names, defects, .. } = ours(&message);
        parts += mine.len();
        let texts = |key: &str| -> Vec<String> {
            let all = row[key].as_array().into_iter().flatten();
            all.filter_map(|text| text.as_str().map(String::from)).collect()
        };
        let theirs = texts("parts");
        let agree = mine.iter().filter(|m| theirs.contains(m)).count();
        same_python += agree;
        if agree < mine.len() {
            println!("cpython differs: {name} ({defects} defects)\n  ours   {mine:?}\n  theirs {theirs:?}");
        }
        for theirs in texts("names").iter().filter(|name| !name.is_empty()) {
            names += 1;
            same_names += usize::from(our_names.contains(theirs));
            if !our_names.contains(theirs) {
                println!("cpython differs: {name}\n  ours   {our_names:?}\n  theirs {theirs:?}");
            }
        }
        for key in ["Subject", "From", "To"] {
            let (Some(our), Some(their)) = (field(&message, key), row["fields"][key].as_str()) else {
                continue;
            };
            fields += 1;
            same_fields += usize::from(our == their);
            if our != their {
                println!("cpython differs: {name}: {key}\n  ours   {our:?}\n  theirs {their:?}");
            }
        }
        let parsed = std::panic::catch_unwind(|| {
            let parsed = mail_parser::MessageParser::default().parse(&message)?;
            Some(
                parsed
                    .parts
                    .iter()
                    .filter(|p| !p.is_multipart() && !p.is_message())
                    .map(|p| p.contents().to_vec())
                    .collect::<Vec<_>>(),
            )
        });
        if let Ok(Some(contents)) = parsed {
            // It converts text to UTF-8, so only the contents that are the same bytes can be compared.
            let theirs: Vec<String> = contents.iter().map(|c| line("", c)).collect();
            let mine: Vec<String> =
                mine.iter().filter_map(|m| m.split_once(' ').map(|(_, m)| format!(" {m}"))).collect();
            parser_parts += mine.len();
            same_parser += mine.iter().filter(|m| theirs.contains(m)).count();
        }
    }
    println!(
        "{} messages, {parts} parts; as CPython {same_python}; as mail-parser {same_parser} of {parser_parts}; \
         names as CPython {same_names} of {names}, fields {same_fields} of {fields}",
        paths.len()
    );
    assert!(same_names * 100 >= names * 90 && names > 0, "{same_names} of {names}");
    assert!(same_fields * 100 >= fields * 95 && fields > 0, "{same_fields} of {fields}");
    assert!(same_python * 100 >= parts * 85, "{same_python} of {parts}");
    assert!(same_parser * 100 >= parser_parts * 70, "{same_parser} of {parser_parts}");
}
