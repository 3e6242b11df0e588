//! b64mime reads messages: twenty-seven with one defect each, hostile names and places, mailboxes.

use crate::support::{Output, World};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/one-defect").join(name)
}

fn run(world: &World, verb: &str, file: &Path, args: &[&str]) -> Output {
    world.run("b64mime", [verb.as_ref(), file.as_os_str()]).args(args.iter()).go()
}

/// Files below a directory: name and content.
fn files(dir: &Path) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().path())
        .filter(|p| !p.is_dir())
        .map(|p| {
            let content = std::fs::read(&p).unwrap();
            (
                p.file_name().unwrap().to_string_lossy().into_owned(),
                String::from_utf8_lossy(&content).into_owned(),
            )
        })
        .collect();
    all.sort();
    all
}

/// A row: the message; flags; the files that must come out and what must be in them; the defect that must be named.
type Row = (&'static str, &'static [&'static str], Vec<(&'static str, &'static str)>, &'static str);

fn rows() -> Vec<Row> {
    let long: &'static str = Box::leak(format!("{}.txt", "n".repeat(251)).into_boxed_str());
    let r: &'static [&'static str] = &["--recurse"];
    vec![
        ("01_parent_path", &[], vec![("up01.txt", "the payload of 01\n")], "file_name_path"),
        ("02_absolute_path", &[], vec![("abs02.txt", "the payload of 02\n")], "file_name_path"),
        ("03_character_cut_by_sections", &[], vec![("grüße.txt", "the payload of 03\n")], ""),
        (
            "04_encoded_word_as_name",
            &[],
            vec![("grüße.txt", "the payload of 04\n")],
            "encoded_word_in_parameter",
        ),
        (
            "05_one_name_twice",
            &[],
            vec![("report.1.csv", "the payload of 05 second\n"), ("report.csv", "the payload of 05 first\n")],
            "",
        ),
        ("06_no_name", &[], vec![("part-2.pdf", "the payload of 06\n")], ""),
        ("07_message_attached", r, vec![("forwarded.eml", "*"), ("inside.txt", "the payload of 07\n")], ""),
        (
            "08_controls_in_name",
            &[],
            vec![("x_y_[2J_;$(id).txt", "the payload of 08\n")],
            "file_name_control",
        ),
        ("09_no_padding", &[], vec![("eight.bin", "ABCDEFGH")], "base64_padding"),
        (
            "10_padding_in_the_middle",
            &[],
            vec![("joined.bin", "0123456789and the other 16")],
            "base64_continued_after_padding",
        ),
        ("11_no_end", &[], vec![("open.bin", "the payload of 11\n")], "end_missing"),
        (
            "12_line_starts_like_boundary",
            &[],
            vec![("after12.bin", "the payload of 12\n")],
            "boundary_prefix",
        ),
        ("13_uuencoded", &[], vec![("old.bin", "xyz")], ""),
        ("14_long_name", &[], vec![(long, "the payload of 14\n")], ""),
        (
            "15_encoded_message",
            r,
            vec![("forwarded.eml", "*"), ("inside.txt", "the payload of 07\n")],
            "cte_on_container",
        ),
        ("16_fields_twice", &[], vec![("part-2.txt", "the payload of 16\n")], "duplicate_field"),
        ("18_comment_in_encoding", &[], vec![("comment.bin", "the payload of 18\n")], ""),
        ("19_no_field_in_header", &[], vec![("after19.bin", "the payload of 19\n")], "field_invalid"),
        ("20_latin1_name", &[], vec![("grüße.txt", "the payload of 20\n")], "header_not_utf8"),
        ("21_windows_path", &[], vec![("win21.txt", "the payload of 21\n")], "file_name_path"),
        ("22_dot_file", &[], vec![("profile", "the payload of 22\n")], ""),
        ("23_quoted_printable", &[], vec![("q.txt", "grüße = joinedline\r\n=XY stays")], "qp_escape"),
        ("24_inner_without_end", &[], vec![("after24.bin", "the payload of 24\n")], "end_missing"),
        ("25_nul_in_name", &[], vec![("z_ero.txt", "the payload of 25\n")], "file_name_control"),
        ("26_yenc", &[], vec![("news.bin", "xyz")], ""),
        ("27_footer_after_base64", &[], vec![("list.bin", "the payload of 27\n\n")], "base64_ended_early"),
    ]
}

#[test]
fn twenty_seven_messages_with_one_defect_each() {
    let mut seen = 0;
    for (name, flags, want, defect) in rows() {
        seen += 1;
        let world = World::new();
        let file = fixture(&format!("{name}.eml"));
        let done = run(&world, "extract", &file, &[&["-d", "out", "--json"], flags].concat());
        assert_eq!(done.code, 0, "{name}: {done:?}");
        let got = files(&world.path("out"));
        let names = |l: &[(String, String)]| l.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        assert_eq!(names(&got), want.iter().map(|(n, _)| n.to_string()).collect::<Vec<_>>(), "{name}");
        for ((_, content), (_, wanted)) in got.iter().zip(&want) {
            assert!(*wanted == "*" || content == wanted, "{name}: {content:?}");
        }
        let outside = files(&world.path(""));
        assert!(outside.is_empty(), "{name}: {outside:?}");
        let listed = run(&world, "list", &file, &["--json"]);
        listed.exits(0).tame();
        let defects: Vec<String> = listed
            .events("part")
            .iter()
            .flat_map(|p| p["defects"].as_array().unwrap().clone())
            .map(|d| d["name"].as_str().unwrap().to_string())
            .collect();
        assert!(defect.is_empty() || defects.iter().any(|d| d == defect), "{name}: {defects:?}");
        run(&world, "list", &file, &[]).exits(0).tame();
    }
    // A thousand levels: what is at the bottom is found, and that the limit was passed is said.
    let world = World::new();
    let deep = fixture("17_a_thousand_deep.eml");
    let done = run(&world, "extract", &deep, &["-d", "out"]);
    done.exits(3).says("nested deeper");
    assert_eq!(files(&world.path("out")), [("bottom.bin".to_string(), "the payload of 17\n".to_string())]);
    run(&world, "extract", &deep, &["-d", "deep", "--max-depth", "2000"]).exits(0);
    assert_eq!(files(&world.path("deep")).len(), 1);
    assert_eq!(seen + 1, 27);
}

#[test]
fn the_body_of_a_message_with_a_prefix_line_is_whole() {
    let world = World::new();
    let text = run(&world, "text", &fixture("12_line_starts_like_boundary.eml"), &[]);
    assert_eq!(text.out(), "\none\n--cut hereafter\n--cut here1\ntwo\n");
    let text = run(&world, "text", &fixture("23_quoted_printable.eml"), &[]);
    assert_eq!(text.out(), "\nHello Bob.\n");
}

#[test]
fn a_planted_link_is_neither_followed_nor_written_through() {
    let world = World::new();
    let victim = world.file("victim", "untouched");
    std::fs::create_dir(world.path("out")).unwrap();
    std::os::unix::fs::symlink(&victim, world.path("out/up01.txt")).unwrap();
    let file = fixture("01_parent_path.eml");
    run(&world, "extract", &file, &["-d", "out"]).exits(0);
    assert_eq!(std::fs::read(&victim).unwrap(), b"untouched");
    assert_eq!(std::fs::read(world.path("out/up01.1.txt")).unwrap(), b"the payload of 01\n");
    run(&world, "extract", &file, &["-d", "out", "--on-conflict", "overwrite"]).exits(0);
    assert_eq!(std::fs::read(&victim).unwrap(), b"untouched", "the link is replaced, not followed");
    assert!(!world.path("out/up01.txt").is_symlink());
}

#[test]
fn conflicts() {
    let world = World::new();
    let file = fixture("05_one_name_twice.eml");
    world.file("out/report.csv", "old");
    let fails = run(&world, "extract", &file, &["-d", "out", "--on-conflict", "fail"]);
    fails.exits(73).says("report.csv: file exists").says("hint: --on-conflict");
    let skips = run(&world, "extract", &file, &["-d", "out", "--on-conflict", "skip", "--json"]);
    skips.exits(0);
    let outcomes = |out: &Output| -> Vec<String> {
        out.events("extracted").iter().map(|e| e["outcome"].as_str().unwrap().to_string()).collect()
    };
    // The second of the name is another file than the first, and than the one that was there.
    assert_eq!(
        (outcomes(&skips), &skips.events("extracted")[0]["reason"]),
        (vec!["skipped".into(), "ok".into()], &"exists".into())
    );
    let second = ("report.1.csv".to_string(), "the payload of 05 second\n".to_string());
    assert_eq!(files(&world.path("out")), [second.clone(), ("report.csv".to_string(), "old".to_string())]);
    let first = ("report.csv".to_string(), "the payload of 05 first\n".to_string());
    for how in ["overwrite", "skip"] {
        for _ in 0..2 {
            run(&world, "extract", &file, &["-d", how, "--on-conflict", how]).exits(0);
            assert_eq!(files(&world.path(how)), [second.clone(), first.clone()], "{how}");
        }
    }
    // A dry run says what a run would do, in a directory that is there and in one that is not.
    for dir in ["out", "none"] {
        for how in ["rename", "skip", "overwrite", "fail"] {
            let args = ["-d", dir, "--on-conflict", how, "--json"];
            let dry = run(&world, "extract", &file, &[&args[..], &["--dry-run"]].concat());
            let (before, run) = (files(&world.path(dir)), run(&world, "extract", &file, &args));
            let planned = outcomes(&dry).iter().map(|o| o.replace("planned", "ok")).collect::<Vec<_>>();
            let name = |out: &Output| -> Vec<String> {
                out.events("extracted").iter().map(|e| e["local"].to_string()).collect()
            };
            assert_eq!((dry.code, planned, name(&dry)), (run.code, outcomes(&run), name(&run)), "{how}");
            std::fs::remove_dir_all(world.path(dir)).unwrap();
            before.iter().for_each(|(name, text)| drop(world.file(Path::new(dir).join(name), text)));
        }
    }
    let plan = run(&world, "extract", &file, &["-d", "nowhere", "--dry-run", "--json"]);
    plan.exits(0);
    assert!(
        plan.events("extracted").iter().all(|e| e["outcome"] == "planned") && !world.path("nowhere").exists()
    );
    run(&world, "extract", &file, &["-d", "t", "--name-template", "{part}_{name}"]).exits(0);
    assert_eq!(
        files(&world.path("t")).iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(),
        ["2_report.csv", "3_report.csv"]
    );
    run(&world, "extract", &file, &["--name-template", "{oops}"]).exits(64);
    run(&world, "extract", &file, &["-d", "/proc/no/such"]).exits(73);
    run(&world, "extract", Path::new("/nonexistent"), &[]).exits(66);
}

#[test]
fn selectors() {
    let world = World::new();
    let file = fixture("07_message_attached.eml");
    let got = |args: &[&str]| {
        let done = run(&world, "extract", &file, &[&["--dry-run", "--json"], args].concat());
        let parts: Vec<String> =
            done.events("extracted").iter().map(|e| e["part"].as_str().unwrap().to_string()).collect();
        (done.code, parts.join(" "))
    };
    assert_eq!(got(&[]), (0, "2".into()));
    assert_eq!(got(&["--attachments", "--recurse"]), (0, "2.2 2".into()));
    assert_eq!(got(&["--all"]), (0, "1 2".into()));
    assert_eq!(got(&["--type", "text/*"]), (0, "1".into()));
    assert_eq!(got(&["--type", "text/*", "--recurse"]), (0, "1 2.1".into()));
    assert_eq!(got(&["--name", "INSIDE.*", "--recurse"]), (0, "2.2".into()));
    assert_eq!(got(&["--part", "2.2"]), (0, "2.2".into()));
    assert_eq!(got(&["--inline"]), (1, String::new()));
    assert_eq!(got(&["--cid", "nobody"]), (1, String::new()));
    let out = run(&world, "extract", &file, &["--to-stdout", "--part", "2.2"]);
    assert_eq!(out.exits(0).stdout, b"the payload of 07\n");
    run(&world, "extract", &file, &["--to-stdout", "--json"]).exits(64);
    let strict = run(&world, "extract", &fixture("27_footer_after_base64.eml"), &["-d", "s", "--strict"]);
    strict.exits(65).says("not base64");
    assert!(files(&world.path("s")).is_empty(), "nothing is left of a part that is broken");
}

#[test]
fn what_is_listed() {
    let world = World::new();
    let list = run(&world, "list", &fixture("03_character_cut_by_sections.eml"), &["--json", "--digest"]);
    let parts = list.exits(0).events("part");
    assert_eq!(parts.len(), 3);
    let part = &parts[2];
    for (key, want) in [
        ("part", "2"),
        ("media_type", "application/octet-stream"),
        ("role", "attachment"),
        ("disposition", "attachment"),
        ("name", "grüße.txt"),
        ("safe_name", "grüße.txt"),
        ("encoding", "base64"),
        ("kind", "leaf"),
        ("source", "mime"),
        ("outcome", "ok"),
    ] {
        assert_eq!(part[key], want, "{part}");
    }
    assert_eq!((&part["decoded_size"], &part["depth"]), (&18.into(), &1.into()));
    let message = std::fs::read(fixture("03_character_cut_by_sections.eml")).unwrap();
    let at = |key: &str| usize::try_from(part[key].as_u64().unwrap()).unwrap();
    assert!(message[at("header_at")..].starts_with(b"Content-Type: application"));
    let body = &message[at("body_at")..at("end_at")];
    assert_eq!((body.len() as u64, body), (part["size"].as_u64().unwrap(), &b"dGhlIHBheWxvYWQgb2YgMDMK"[..]));
    assert_eq!(list.summary()["counts"]["ok"], 3);
    let piped = world.run("b64mime", ["list"]).stdin(message).go();
    assert!(piped.exits(0).out().contains("grüße.txt"));
}

#[test]
fn headers_and_text() {
    let world = World::new();
    let file = world.file(
        "m.eml",
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_an?= alle\r\nX: a\x1b[31mb\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>caf\u{0}</p>",
    );
    let all = run(&world, "headers", &file, &[]);
    all.exits(0).tame();
    assert!(all.out().starts_with("Subject: Grüße an alle\nX: a\\x1b[31mb\n"), "{all:?}");
    assert_eq!(run(&world, "headers", &file, &["-H", "subject"]).out(), "Grüße an alle\n");
    run(&world, "headers", &file, &["-H", "nosuch"]).exits(1);
    let json = run(&world, "headers", &file, &["--json", "--field", "Subject"]);
    assert_eq!(json.events("header")[0]["value"], "Grüße an alle");
    let inner =
        run(&world, "headers", &fixture("15_encoded_message.eml"), &["--part", "2.2", "-H", "content-type"]);
    assert_eq!(inner.out(), "application/octet-stream\n");
}

#[test]
fn text_that_is_not_what_it_says() {
    let world = World::new();
    let file = world.file("m.eml", b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9\r\n");
    let out = run(&world, "text", &file, &[]);
    out.exits(0).says("m.eml: not all of its text is utf-8, as it says");
    assert_eq!(out.out(), "caf\u{fffd}\n");
    let file = world.file(
        "jp.eml",
        "Subject: =?iso-2022-jp?b?GyRCJCIbKEI=?= =?iso-2022-jp?b?GyRCJCQbKEI=?=\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$\"\x1b(B\x1b$B$$\x1b(B\r\n",
    );
    let out = run(&world, "text", &file, &[]);
    assert_eq!((out.out().as_str(), out.err().as_str()), ("あい\n", ""));
    assert_eq!(run(&world, "headers", &file, &["-H", "Subject"]).out(), "あい\n");
}

#[test]
fn lint_says_what_and_where() {
    let world = World::new();
    let build = ["build", "--to", "a@example.org", "--from", "b@example.org", "--body", "Grüße", "-s", "ü"];
    world.run("b64mime", build).args(["-o", "clean.eml"]).go().exits(0);
    let none = run(&world, "lint", &world.path("clean.eml"), &["--warnings"]);
    assert_eq!(none.exits(0).out(), "");
    let footer = fixture("27_footer_after_base64.eml");
    world.run("b64mime", build).args(["-o", "footer.eml", "--attach"]).args([footer]).go().exits(0);
    let some = run(&world, "lint", &world.path("footer.eml"), &["--warnings"]);
    assert!(
        some.exits(1).out().contains("part 2.2 ") && some.out().contains("[base64_ended_early]"),
        "{some:?}"
    );
    let bad = run(&world, "lint", &fixture("16_fields_twice.eml"), &["--json"]);
    bad.exits(1);
    let finding = &bad.events("finding")[0];
    assert_eq!(
        (&finding["name"], &finding["part"], &finding["severity"]),
        (&"duplicate_field".into(), &"2".into(), &"warning".into())
    );
    assert!(
        finding["offset"].as_u64().unwrap() > 0
            && finding["meaning"].as_str().unwrap().contains("first counts")
    );
    assert_eq!(bad.events("linted").len(), 1);
    let human = run(&world, "lint", &fixture("08_controls_in_name.eml"), &[]);
    human.exits(1).tame();
    for name in ["03_character_cut_by_sections", "05_one_name_twice", "06_no_name", "07_message_attached"] {
        let done = run(&world, "lint", &fixture(&format!("{name}.eml")), &["--warnings"]);
        assert_eq!(done.code, 0, "{done:?}");
    }
}

#[test]
fn mailboxes() {
    let world = World::new();
    let from = "From a@b Mon Nov 23 04:05:06 2026\n";
    let mbox = format!("{from}Subject: one\n\n>From here\n\n{from}Subject: two\n\nhi\n");
    let file = world.file("box", &mbox);
    world.file("md/cur/1:2,S", "Subject: three\n\nx\n");
    std::fs::create_dir_all(world.path("md/new")).unwrap();
    assert_eq!(run(&world, "headers", &file, &["-H", "Subject"]).out(), "one\ntwo\n");
    assert_eq!(run(&world, "headers", &file, &["-H", "Subject", "--message", "2"]).out(), "two\n");
    assert_eq!(run(&world, "headers", &world.path("md"), &["-H", "Subject"]).out(), "three\n");
    assert_eq!(world.run("b64mime", ["text", "--message", "1"]).stdin(mbox).go().out(), "From here\n");
    run(&world, "headers", &file, &["--message", "7"]).exits(66);
    let list = run(&world, "list", &file, &["--json"]);
    assert_eq!(
        list.events("part").iter().map(|p| p["message"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 2]
    );
    run(&world, "list", &world.path(""), &[]).exits(66).says("no Maildir");
}

#[test]
fn hostile_sizes() {
    let world = World::new();
    let deep: String = (0..100_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\n\n--b{n}\n"))
        .collect();
    let file = world.file("deep.eml", deep);
    run(&world, "lint", &file, &["-q"]).within(64 << 20).exits(1);
    run(&world, "list", &file, &[]).within(64 << 20).exits(3).says("nested deeper");
    let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(1_000_000));
    let file = world.file("many.eml", many);
    run(&world, "extract", &file, &["--dry-run", "-q"]).within(64 << 20).exits(76);
    let line = world.file("line.eml", [b"Subject: x\n\n".to_vec(), vec![b'x'; 64 << 20]].concat());
    run(&world, "lint", &line, &[]).within(24 << 20);
    // Quotes of a From line that never comes.
    let quotes =
        [b"From a@b Mon Nov 23 04:05:06 2026\nSubject: x\n\n".to_vec(), vec![b'>'; 64 << 20]].concat();
    let quotes = world.file("quotes", quotes);
    let done = run(&world, "text", &quotes, &[]);
    assert_eq!(done.exits(0).within(24 << 20).stdout.len(), (64 << 20) + 1);
    let mut sections = String::from("Content-Disposition: attachment");
    for n in 0..8192 {
        sections.push_str(&format!(";\n filename*{n}*=%41"));
    }
    let file = world.file("sections.eml", sections + "\n\nx\n");
    let done = run(&world, "extract", &file, &["-d", "o"]);
    assert!(done.exits(0).seconds < 20.0);
    assert_eq!(files(&world.path("o"))[0].0.len(), 255);
}
