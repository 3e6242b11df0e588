use super::*;
use std::fs;

const NOW: Duration = Duration::ZERO;

fn taken(n: u8) -> Taken {
    Taken { size: u64::from(n), stored: 0, sha256: [n; 32], stored_sha256: [0; 32], head: Vec::new() }
}

fn open(path: &Path) -> Seen {
    Seen::open(path, "me@h:995", NOW).unwrap()
}

/// Those of an identifier, or of all, in the order of the file.
fn digests(seen: &Seen, of: &str) -> Vec<[u8; 32]> {
    let mut found = Vec::new();
    seen.digests(|uid, sha256| found.extend((of.is_empty() || uid == of).then_some(sha256))).unwrap();
    found
}

fn eml(dir: &Path, name: &str) -> Place {
    Place::Eml { dir: dir.to_path_buf(), name: name.into(), temp: "none".into() }
}

#[test]
fn what_was_said_is_remembered() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("a/b/state.jsonl");
    let mut seen = open(&path);
    assert!(seen.is_empty());
    let (one, two) = (eml(temp.path(), "1"), eml(temp.path(), "2"));
    seen.intend(&[("u1", &taken(1), &one), ("u2", &taken(2), &two)]).unwrap();
    seen.delivered("piped", &taken(9)).unwrap();
    seen.done().unwrap();
    seen.delivered("piped too", &taken(8)).unwrap();
    seen.remember(["skipped"]).unwrap();
    seen.failed("bad", "exit 1").unwrap();
    drop(seen);
    let mut seen = open(&path);
    assert_eq!(seen.settle().unwrap(), (0, 0));
    assert_eq!(seen.len(), 6);
    assert_eq!(digests(&seen, "u2"), [[2; 32]]);
    assert!(seen.get("piped").unwrap().delivered && !seen.get("skipped").unwrap().delivered);
    assert!(seen.get("bad").unwrap().failed && !seen.get("skipped").unwrap().failed);
    assert_eq!(digests(&seen, ""), [[9; 32], [1; 32], [2; 32], [8; 32]]);
    let error = Seen::open(&path, "me@h:995", NOW).unwrap_err();
    assert_eq!(error.kind(), Kind::Busy);
    drop(seen);
    assert_eq!(Seen::open(&path, "you@h:995", NOW).unwrap_err().kind(), Kind::Config);
}

/// Cut the file at every byte: it opens, and what was complete is known.
#[test]
fn a_torn_end_is_mended_and_open_intents_are_settled() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("state");
    fs::write(temp.path().join("there"), "x").unwrap();
    let (there, lost) = (eml(temp.path(), "there"), eml(temp.path(), "lost"));
    let mut seen = open(&path);
    seen.intend(&[("u1", &taken(1), &there), ("u2", &taken(2), &lost)]).unwrap();
    drop(seen);
    let text = fs::read(&path).unwrap();
    let ends: Vec<usize> = (0..text.len()).filter(|&n| text[n] == b'\n').map(|n| n + 1).collect();
    for cut in 0..=text.len() {
        fs::write(&path, &text[..cut]).unwrap();
        let mut seen = open(&path);
        let complete = ends.iter().filter(|&&end| end <= cut).count();
        let expect = [(0, 0), (0, 0), (1, 0), (1, 1)][complete];
        assert_eq!(seen.settle().unwrap(), expect, "cut at {cut}");
        assert_eq!(seen.get("u1").is_some(), expect.0 == 1);
        assert!(seen.get("u2").is_none());
        seen.remember(["u3"]).unwrap();
        drop(seen);
        assert!(open(&path).get("u3").is_some());
    }
}

#[test]
fn damage_is_said_and_never_a_fresh_start() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("state");
    drop(open(&path));
    for bad in ["not json\n", "{\"x\":1}\n", "{\"uid\":\"u\",\"at\":\"yesterday\"}\n", "\u{0}\n"] {
        let text = format!("{}{bad}{{\"done\":0}}\n", header("me@h:995"));
        fs::write(&path, text).unwrap();
        let error = Seen::open(&path, "me@h:995", NOW).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.message().ends_with("is damaged at line 2"), "{error}");
    }
}

#[test]
fn what_vanished_is_forgotten_after_a_week_and_not_before() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("state");
    let mut seen = open(&path);
    let uids: Vec<String> = (0..1000).map(|n| format!("u{n}")).collect();
    seen.remember(uids.iter().map(String::as_str)).unwrap();
    seen.delivered("dup", &taken(1)).unwrap();
    seen.delivered("dup", &taken(2)).unwrap();
    seen.failed("bad", "no").unwrap();
    let day = 86400;
    seen.listed([], Time(0)).unwrap();
    assert_eq!(seen.len(), 1002, "an empty listing proves nothing");
    seen.listed(["u1", "dup", "bad"], Time(0)).unwrap();
    drop(seen);
    let mut seen = open(&path);
    seen.listed(["u1", "u2", "dup", "bad"], Time(6 * day)).unwrap();
    assert!(seen.knows("u2") && seen.len() == 1002, "what was passed over is passed over again");
    seen.listed(["u1", "dup", "bad"], Time(8 * day)).unwrap();
    assert_eq!(seen.len(), 4, "u2 was back in between");
    drop(seen);
    let seen = open(&path);
    assert_eq!(digests(&seen, "dup"), [[1; 32], [2; 32]]);
    assert!(seen.get("bad").unwrap().failed && seen.entries[&key("u2")].gone > 0);
    assert!(fs::read_to_string(&path).unwrap().lines().count() < 10);
}

/// After a deletion the identifier may be another message's: nothing is inherited, not even through a rewrite.
#[test]
fn an_identifier_whose_message_is_gone_starts_anew() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("state");
    let mut seen = open(&path);
    seen.delivered("kept", &taken(1)).unwrap();
    for uid in ["same", "skipped", "other"] {
        seen.delivered(uid, &taken(2)).unwrap();
    }
    seen.gone(["same", "skipped", "other", "never heard of"], Time(7)).unwrap();
    seen.listed(["kept", "same", "skipped", "other"], Time(8)).unwrap();
    for rewritten in [false, true] {
        let gone: Vec<bool> =
            ["kept", "same", "skipped", "other"].iter().map(|u| seen.get(u).unwrap().gone).collect();
        assert_eq!((gone, seen.len()), (vec![false, true, true, true], 4));
        if rewritten {
            seen.rewrite().unwrap();
        }
        drop(seen);
        seen = open(&path);
    }
    seen.back("same", Time(9)).unwrap();
    seen.remember(["kept", "skipped"]).unwrap();
    seen.delivered("other", &taken(3)).unwrap();
    for rewritten in [false, true] {
        let delivered: Vec<bool> =
            ["kept", "same", "skipped", "other"].iter().map(|u| seen.get(u).unwrap().delivered).collect();
        assert_eq!(delivered, [true, true, false, true], "rewritten: {rewritten}");
        assert!(["kept", "same", "skipped", "other"].iter().all(|u| seen.knows(u)));
        assert_eq!(digests(&seen, "other"), [[2; 32], [3; 32]]);
        seen.rewrite().unwrap();
        drop(seen);
        seen = open(&path);
    }
}

#[test]
fn names_of_states() {
    let name = file_name("../../me@h:995");
    assert!(name.starts_with("/") || !name.contains('/'), "{name}");
    assert_ne!(file_name("a/b@h:1"), file_name("a_b@h:1"));
}
