//! Our reader beside two others, over a folder of real and broken messages that `WIREPOST_CORPUS` names; without it there is nothing
//! to compare and the test says so by passing.
//!
//! CPython's `email` and the mail-parser crate are read as witnesses, not as judges: both are known to lose contents that ours
//! keeps. What is asserted is that we never fail, and that by far most contents are the same, byte for byte; what
//! differs is printed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wirepost::base::digest::{Algorithm, digest, hex};
use wirepost::base::error::Result;
use wirepost::mime::read::walk::{Done, Options, Visitor, Walk};
use wirepost::mime::read::{Kind, Limits, Part};

#[derive(Default)]
struct Leaves {
    open: BTreeMap<u64, Vec<u8>>,
    all: Vec<String>,
    defects: usize,
}

impl Visitor for Leaves {
    fn start(&mut self, part: &Part, _header: &[u8]) -> Result<bool> {
        self.defects += part.defects.len();
        let leaf = part.kind == Kind::Leaf && !part.is_encoded_message();
        if leaf {
            self.open.insert(part.id, Vec::new());
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

fn ours(message: &[u8]) -> (Vec<String>, usize) {
    let mut leaves = Leaves::default();
    let limits = Limits { depth: 2000, ..Limits::default() };
    let mut walk = Walk::new(Options { limits, legacy: false, ..Options::default() });
    walk.run(&mut { message }, &mut leaves).expect("any bytes are a message");
    (leaves.all, leaves.defects)
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
import sys, email, hashlib, warnings
warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)
for path in sys.stdin.read().split("\n"):
    try:
        with open(path, "rb") as f:
            message = email.message_from_binary_file(f)
        out = []
        for part in message.walk():
            if not part.is_multipart():
                data = part.get_payload(decode=True) or b""
                data = data.replace(b"\r", b"")
                data = data[:-1] if data.endswith(b"\n") else data
                out.append("%s %d %s" % (part.get_content_type(), len(data), hashlib.sha256(data).hexdigest()[:16]))
        print("\t".join(" ".join(line.split()) for line in out))
    except Exception as e:
        print("!" + type(e).__name__)
"#;

#[test]
fn beside_cpython_and_mail_parser() {
    let Some(corpus) = std::env::var_os("WIREPOST_CORPUS") else { return };
    let mut paths = Vec::new();
    messages(Path::new(&corpus), &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "{} messages in {}", paths.len(), Path::new(&corpus).display());
    let list: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let mut python = std::process::Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3");
    let mut stdin = python.stdin.take().expect("a pipe");
    let names = list.join("\n");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, names.as_bytes()));
    let said = python.wait_with_output().expect("python3");
    writer.join().expect("a thread").expect("a pipe");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let rows: Vec<&str> = said.lines().collect();
    assert_eq!(rows.len(), paths.len());
    let (mut parts, mut same_python, mut same_parser, mut parser_parts) = (0, 0, 0, 0);
    for ((path, name), row) in paths.iter().zip(&list).zip(rows) {
        let message = std::fs::read(path).expect("a file");
        let (mine, defects) = ours(&message);
        parts += mine.len();
        let python: Vec<&str> = row.split('\t').collect();
        let agree = mine.iter().filter(|m| python.contains(&m.as_str())).count();
        same_python += agree;
        if agree < mine.len() {
            println!("cpython differs: {name} ({defects} defects)\n  ours   {mine:?}\n  theirs {python:?}");
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
        "{} messages, {parts} parts; as CPython {same_python}; as mail-parser {same_parser} of {parser_parts}",
        paths.len()
    );
    assert!(same_python * 100 >= parts * 85, "{same_python} of {parts}");
    assert!(same_parser * 100 >= parser_parts * 70, "{same_parser} of {parser_parts}");
}
