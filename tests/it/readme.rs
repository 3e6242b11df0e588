//! The README is true: its recipes run, its table of exit codes is the programs' own, and its JSON has the fields that are written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wirepost::cli::exit;

use crate::sandbox::store::Store;
use crate::sandbox::{ftp, imap, pop3, smtp};
use crate::session::Session;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The fenced block behind `<!-- recipe: NAME -->`.
fn recipe(name: &str) -> String {
    let text = readme();
    let marked = text.split(&format!("<!-- recipe: {name} -->\n")).nth(1);
    let block = marked.unwrap_or_else(|| panic!("no recipe {name} in the README"));
    let (_, block) = block.split_once('\n').unwrap();
    block.split("```").next().unwrap().to_string()
}

/// A shell in which the hosts of the README are servers of ours.
struct Kitchen(Session, Vec<(String, String)>);

impl Kitchen {
    fn new() -> Kitchen {
        let mut session = Session::new();
        for tool in ["RFTP", "RSENDMAIL", "RPOP", "RIMAP_SEARCH"] {
            session.set(&format!("{tool}_PASSWORD"), "secret");
        }
        Kitchen(session, Vec::new())
    }

    /// `ftp://ci@ftp.example.org` is this server.
    fn place(&mut self, named: &str, url: &str) {
        let url = if url.contains('@') { url.to_string() } else { url.replacen("//", "//user@", 1) };
        self.1.push((named.into(), url));
    }

    fn run(&self, script: &str) -> (String, i32) {
        let script = self.1.iter().fold(script.to_string(), |text, (from, to)| text.replace(from, to));
        assert!(
            !script.contains("example.org:") && !script.contains("@ftp.example"),
            "not replaced: {script}"
        );
        self.0.shell(&format!("PATH=$PWD/bin:$PATH\n{script}"))
    }
}

#[test]
fn the_exit_codes_are_those_of_the_programs() {
    let text = readme();
    for (code, meaning) in exit::MEANINGS {
        assert!(
            text.contains(&format!("| {code} | {meaning} |\n")),
            "the README's table lacks {code}: {meaning}"
        );
    }
    assert!(
        text.replace('\n', " ").contains(&exit::MERGING.replace('\n', " ")),
        "how codes are merged is told otherwise"
    );
}

#[test]
fn an_upload_from_ci() {
    let server = ftp::Server::start(ftp::Options::default());
    let mut kitchen = Kitchen::new();
    kitchen.place("ftp://ci@ftp.example.org", &server.url());
    kitchen.0.world().file("dist/app.tar", "the app");
    kitchen.0.world().file("dist/docs/read me.txt", "words");
    let github = recipe("github");
    let github = github.split("run: |\n").nth(1).unwrap().to_string();
    let gitlab: String = recipe("gitlab")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- ").map(|l| format!("{l}\n")))
        .collect();
    for (variable, script) in [("GITHUB_SHA", github), ("CI_COMMIT_SHA", gitlab)] {
        let (out, code) = kitchen.run(&format!("set -e\nexport {variable}=abc{variable}\n{script}"));
        assert_eq!(code, 0, "{out}");
        let stored = server.root().join(format!("builds/abc{variable}/docs/read me.txt"));
        assert_eq!(std::fs::read(stored).unwrap(), b"words");
        let lines = std::fs::read_to_string(kitchen.0.world().path("upload.jsonl")).unwrap();
        assert!(lines.lines().last().unwrap().contains(r#""outcome":"ok","exit":0"#), "{lines}");
    }
}

#[test]
fn a_nightly_mail_and_its_queue() {
    let options = |port| smtp::Options { port, clear_auth: true, ..smtp::Options::default() };
    let server = smtp::Server::start(options(0));
    let port = server.port();
    let mut kitchen = Kitchen::new();
    kitchen.place("smtp://backup@mail.example.org", &server.url());
    let backup = kitchen.0.world().file("bin/run-backup", "#!/bin/sh\necho all saved\n");
    std::fs::set_permissions(&backup, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    kitchen.0.world().private_file("../home/.mail-password", "secret\n");
    let (out, code) = kitchen.run(&recipe("nightly"));
    assert_eq!((out.as_str(), code), ("", 0));
    let sent = server.sent();
    let message = String::from_utf8_lossy(&sent[0].bytes).into_owned();
    assert!(message.contains("Subject: backup: ok\r\n") && message.contains("backup.log.gz"), "{message}");

    // The server goes away: the mail waits, and one run of the timer's service sends it when it is back.
    drop(server);
    let nightly = recipe("nightly").replace("--queue on-failure", "--queue on-failure --retries 0");
    let (out, code) = kitchen.run(&nightly);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("queued"), "{out}");
    let service = recipe("service");
    let run = service.lines().find_map(|line| line.strip_prefix("ExecStart=%h/.local/bin/")).unwrap();
    let allowed = service.lines().find_map(|line| line.strip_prefix("SuccessExitStatus=")).unwrap();
    let (out, code) = kitchen.run(&format!("{run} --now --retries 0"));
    assert_eq!(code.to_string(), allowed, "{out}");
    let server = smtp::Server::start(options(port));
    let (out, code) = kitchen.run(&format!("{run} --now"));
    assert_eq!((out.as_str(), code), ("", 0));
    assert_eq!(server.sent().len(), 1);
    let (out, code) = kitchen.run(&recipe("monitor"));
    assert!(code == 0 && !out.contains("stuck"), "{out}");
}

#[test]
fn mail_to_directories() {
    let store = Store::default();
    let message = |from: &str, more: &str, body: &str| {
        store.add(format!("From: {from}\r\nTo: me@example.org\r\n{more}\r\n{body}\r\n"));
    };
    message("robot@x.example", "Subject: build 7\r\nList-Id: <ci.example.org>\r\n", "failed");
    let pdf = "MIME-Version: 1.0\r\nSubject: invoice 8\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let parts = "--b\r\n\r\nsee attached\r\n--b\r\nContent-Type: application/pdf; name=i.pdf\r\nContent-Disposition: attachment; filename=i.pdf\r\n\r\nPDF\r\n--b--";
    message("office@billing.example.org", pdf, parts);
    message("customer@x.example", "Subject: [ticket] help\r\n", "it broke");
    message("friend@x.example", "Subject: lunch?\r\n", "at noon");
    let server = pop3::Server::start(pop3::Options { store: store.clone(), ..pop3::Options::default() });
    let mut kitchen = Kitchen::new();
    kitchen.place("pop3s://me@pop.example.org", &server.url());
    let world = kitchen.0.world();
    world.file("mail.rules", recipe("rules file"));
    let ticket = world.file("ticket.sh", "#!/bin/sh\ncat >ticket.eml\n");
    std::fs::set_permissions(&ticket, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (out, code) = kitchen.run(&recipe("rules"));
    assert_eq!((out.as_str(), code), ("", 0));
    for folder in ["Mail/.CI", "Mail/.Invoices", "Mail"] {
        let new = std::fs::read_dir(world.path(folder).join("new")).unwrap();
        assert_eq!(new.count(), 1, "{folder}");
    }
    assert!(std::fs::read_to_string(world.path("ticket.eml")).unwrap().contains("it broke"));
    assert!(store.messages("INBOX").is_empty(), "what was delivered is deleted on the server");
}

#[test]
fn has_the_invoice_come() {
    let store = Store::default();
    let server = imap::Server::start(imap::Options { store: store.clone(), ..imap::Options::default() });
    let mut kitchen = Kitchen::new();
    kitchen.place("imaps://me@imap.example.org", &server.url());
    assert_eq!(kitchen.run(&recipe("invoice")), ("no invoice yet\n".into(), 0));
    store.add("From: billing@shop.example\r\nSubject: Your invoice\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=invoice.pdf\r\n\r\nPDF\r\n--b--\r\n");
    let (out, code) = kitchen.run(&recipe("invoice"));
    assert_eq!(code, 0, "{out}");
    assert!(out.ends_with("the invoice has come\n"), "{out}");
    assert!(kitchen.0.world().path("invoices/invoice.pdf").exists());
    assert_eq!(kitchen.run(&recipe("invoice")), ("no invoice yet\n".into(), 0), "each is saved once");
    assert_eq!(std::fs::read_dir(kitchen.0.world().path("invoices")).unwrap().count(), 1);
}

/// The fields of each struct in `src/cli/event`: name, and whether it is always there.
fn structs() -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut all = BTreeMap::new();
    for text in event_sources() {
        for block in text.split("\npub struct ").skip(1) {
            let name = block.split([' ', '{']).next().unwrap().to_string();
            let body = block.split("\n}").next().unwrap();
            let mut fields = BTreeMap::new();
            let mut skipped = false;
            for line in body.lines().skip(1).map(str::trim) {
                if line.starts_with("#[serde") {
                    skipped = line.contains("skip_serializing_if");
                } else if let Some((field, _)) = line.strip_prefix("pub ").and_then(|l| l.split_once(':')) {
                    fields.insert(field.trim_start_matches("r#").to_string(), !skipped);
                    skipped = false;
                }
            }
            all.insert(name, fields);
        }
    }
    all
}

fn event_sources() -> Vec<String> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/event");
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

/// Every event: its `type` and its struct.
fn events() -> Vec<(String, String)> {
    let sources = event_sources();
    let text = sources.iter().find(|text| text.contains("\npub enum Event {")).unwrap();
    let body = text.split("\npub enum Event {").nth(1).unwrap().split("\n}").next().unwrap();
    let (mut found, mut renamed) = (Vec::new(), None);
    for line in body.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("#[serde(rename = \"") {
            renamed = name.split('"').next().map(String::from);
        } else if let Some((variant, content)) = line.split_once('(').filter(|_| !line.starts_with("//")) {
            let snake = variant.chars().enumerate().fold(String::new(), |mut s, (n, c)| {
                if c.is_uppercase() && n > 0 {
                    s.push('_');
                }
                s.extend(c.to_lowercase());
                s
            });
            let content = content.trim_end_matches([',', ')', '>']).trim_start_matches("Box<").to_string();
            found.push((renamed.take().unwrap_or(snake), content));
        }
    }
    found
}

#[test]
fn every_line_of_json_has_its_example_and_every_field_is_named() {
    let text = readme();
    let section = text.split("\n## JSON\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let examples: Vec<Value> = section
        .split("```json\n")
        .skip(1)
        .flat_map(|block| block.split("```").next().unwrap().lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}")))
        .collect();
    let structs = structs();
    let events = events();
    assert!(events.len() > 20 && structs.len() >= events.len(), "the sources were not understood");
    let fits = |example: &Value, name: &str| {
        let fields = &structs[name];
        let keys: BTreeSet<&String> =
            example.as_object().unwrap().keys().filter(|key| *key != "type").collect();
        keys.iter().all(|key| fields.contains_key(*key))
            && fields.iter().all(|(f, always)| !always || keys.contains(f))
    };
    for example in &examples {
        let kind = example["type"].as_str().unwrap();
        let known = events.iter().any(|(event, name)| event == kind && fits(example, name));
        assert!(known, "no such line is written: {example}");
    }
    for (event, name) in &events {
        let shown = examples.iter().any(|example| example["type"] == event.as_str() && fits(example, name));
        assert!(shown, "the README has no example of {event} ({name})");
        for field in structs[name].keys() {
            let told = section.contains(&format!("`{field}`")) || section.contains(&format!("\"{field}\":"));
            assert!(told, "the README does not name {event}'s {field}");
        }
    }
}
