//! rftp and the names that other programs make: line breaks, what a terminal obeys, the byte that Telnet escapes. One odd name is
//! one item, and what can be put can be listed, fetched and removed.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{listing, on, reply};
use crate::support::Output;

const RED: &str = "esc\x1b[31mred";

fn site() -> Site {
    Site::new(options())
}

/// A file here, its name in bytes.
fn here(site: &Site, name: &[u8]) -> PathBuf {
    site.world.file(OsStr::from_bytes(name), b"text")
}

/// The outcomes of the items, by their local names.
fn outcomes(out: &Output) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let mut all: Vec<_> =
        out.events("file").iter().map(|f| (text(&f["local"]), text(&f["outcome"]))).collect();
    all.sort();
    all
}

#[test]
fn a_name_that_no_command_can_carry_is_one_item_that_fails() {
    let site = site();
    for name in ["o/a", "o/z", "o/m\nm", "o/d\r/inner", "o/e/ok"] {
        here(&site, name.as_bytes());
    }
    let ends = |out: &Output, upload: &str| {
        out.ends(3);
        let mut want: Vec<(String, String)> =
            ["o/a", "o/e/ok", "o/z"].map(|n| (n.to_string(), upload.to_string())).into();
        want.extend(["o/d\r/inner", "o/m\nm"].map(|n| (n.to_string(), "permanent".to_string())));
        want.sort();
        let mut found = outcomes(out);
        // Directories are items as well, where one is made by itself or fails.
        found.retain(|(name, _)| !name.is_empty() && name != "o/d\r");
        assert_eq!(found, want, "{out:?}");
        out.says("a control character in a remote name: ");
    };
    ends(&site.run(&["put", "-r", "o/", &site.url("o4/")]).go(), "ok");
    assert_eq!(site.names_there("o4"), ["a", "e", "z"]);
    ends(&site.run(&["put", "-r", "o/", &site.url("one/"), "-j", "1", "--exists", "newer"]).go(), "ok");
    ends(&site.run(&["verify", "o/", &site.url("o4/")]).go(), "ok");
    ends(&site.run(&["sync", "o/", &site.url("s4/")]).go(), "ok");
    assert_eq!(site.names_there("s4"), ["a", "e", "z"]);
    // Once more, with nothing else to do; and what it may not delete it does not.
    let out = site.run(&["sync", "o/", &site.url("s4/"), "--delete"]).go();
    out.ends(65);
    assert_eq!(site.names_there("s4"), ["a", "e", "z"]);
    // Named by itself it stops the run as any first failure does.
    let names = ["put", "o/a", "o/m\nm", "o/z"].map(String::from);
    let args: Vec<&str> = names.iter().map(String::as_str).collect();
    let out = site.run(&[&args[..], &[&site.url("p/")]].concat()).go();
    out.ends(3);
    assert_eq!(site.names_there("p"), ["a"]);
    assert_eq!(out.events("file")[2]["reason"], "an earlier failure");
    site.run(&[&args[..], &[&site.url("p/"), "--keep-going"]].concat()).go().ends(3);
    assert_eq!(site.names_there("p"), ["a", "z"]);
}

#[test]
fn what_a_terminal_obeys_is_not_put_and_not_believed() {
    let site = site();
    for name in [format!("odd/{RED}").as_bytes(), b"odd/del\x7f", b"odd/a.zip"] {
        here(&site, name);
    }
    let out = site.run(&["put", "-r", "odd/", &site.url("odd/")]).go();
    out.ends(3);
    out.says("a control character in a remote name: ");
    assert_eq!(site.names_there("odd"), ["a.zip"]);
    // Somebody else made one there: it is told, escaped, and everything else is done.
    site.there(&format!("odd/{RED}"), "x");
    let out = site.run(&["ls", &site.url("odd")]).go();
    out.ends(3);
    let names: Vec<_> = out.events("entry").iter().map(|e| e["name"].clone()).collect();
    assert_eq!(names, ["a.zip"]);
    let plain = site
        .world
        .run("rftp", ["ls", &site.url("odd")])
        .env("RFTP_PASSWORD", crate::rftp_site::PASSWORD)
        .go();
    plain.exits(3).tame().says("lists a name in odd that is no file name: esc\\x1b[31mred");
    site.run(&["get", "-r", &site.url("odd"), "back/"]).go().ends(3);
    assert_eq!(site.here("back/odd/a.zip").unwrap(), b"text");
    assert!(site.here(&format!("back/odd/{RED}")).is_none());
    site.run(&["rm", &site.url("odd/*.tar")]).go().ends(66);
}

#[test]
fn a_name_that_is_none_concerns_only_the_patterns_that_match_it() {
    let lines = "type=file;size=1; ../evil.zip\r\ntype=file;size=1; cr\ry\r\ntype=file;size=1; a.txt\r\n";
    let site = Site::with(vec![on("MLSD").then(listing(lines))]);
    let a = site.there("d/a.txt", "x");
    let out = site.run(&["rm", &site.url("d/*.zip")]).go();
    out.ends(66);
    out.says("nothing matches d/*.zip");
    let out = site.run(&["rm", &site.url("d/c*")]).go();
    out.ends(76);
    out.says("lists a name in d that is no file name: cr\\ry");
    assert!(a.exists());
    site.run(&["rm", &site.url("d/*.txt")]).go().ends(0);
    assert!(!a.exists());
}

#[test]
fn the_byte_that_telnet_escapes_arrives_in_a_name() {
    let names: [&[u8]; 3] = [b"nu/\xff\xfe.bin", b"nu/a\xff\xff", b"nu/d\xff/\xffx"];
    // Doubled for servers that read commands as Telnet, and as it is for the others.
    for telnet in [true, false] {
        byte_255(&names, &Site::new(Options { telnet, ..options() }));
    }
}

fn byte_255(names: &[&[u8]], site: &Site) {
    let raw = |name: &[u8]| site.server.root().join(OsStr::from_bytes(name));
    for name in names {
        here(site, name);
    }
    site.run(&["put", "-r", "nu", &site.url("")]).go().ends(0);
    for name in names {
        assert_eq!(std::fs::read(raw(name)).unwrap(), b"text", "{name:?}");
    }
    site.run(&["verify", "nu/", &site.url("nu/")]).go().ends(0);
    let out = site.run(&["verify", "nu/", &site.url("nu/"), "--by", "size"]).go();
    assert_eq!(out.events("file").len(), 3);
    out.ends(0);
    site.run(&["sync", "nu/", &site.url("s/")]).go().ends(0);
    assert!(raw(b"s/a\xff\xff").exists());
    site.run(&["get", "-r", &site.url("nu"), "back/"]).go().ends(0);
    assert!(site.world.path(OsStr::from_bytes(b"back/nu/\xff\xfe.bin")).exists());
    site.run(&["rm", "-r", &site.url("nu")]).go().ends(0);
    assert!(!raw(b"nu").exists());
}

#[test]
fn a_server_that_takes_the_escape_for_the_name_gets_no_file() {
    // Whatever it answers to SIZE, its listing shows another name.
    let lines = "type=file;size=4;modify=20260101000000; .a\u{fffd}.rftp-0123456789abcdef\r\n";
    for jobs in ["1", "4"] {
        let site = Site::new(Options { rules: vec![on("MLSD").then(listing(lines))], ..options() });
        here(&site, b"nu/a\xff");
        here(&site, b"nu/b");
        let out = site.run(&["put", "-r", "nu/", &site.url("up/"), "-j", jobs]).go();
        out.ends(3);
        out.says("does not take this name as it is");
        assert_eq!(site.names_there("up"), ["b"], "{out:?}");
    }
}

/// A link that the user names as the destination is followed; one that leads to no file is refused, and stays.
#[test]
fn a_named_link_is_followed() {
    use std::os::unix::fs::symlink;
    let site = Site::new(options());
    site.there("a", "new");
    std::fs::write(site.world.path("real"), "old").unwrap();
    for (link, to) in [("l", "real"), ("null", "/dev/null"), ("lost", "nowhere")] {
        symlink(to, site.world.path(link)).unwrap();
    }
    site.run(&["get", &site.url("a"), "l"]).go().ends(0);
    assert_eq!(std::fs::read(site.world.path("real")).unwrap(), b"new");
    for (link, says) in
        [("null", "null: a link to something that is no file"), ("lost", "lost: a link to nothing")]
    {
        let out = site.run(&["get", &site.url("a"), link]).go();
        out.ends(73);
        out.says(says);
    }
    assert!(["l", "null", "lost"].iter().all(|link| site.world.path(link).is_symlink()));
    assert!(!site.world.path("nowhere").exists());
}

/// Pure-FTPd, which alone knows ESTA, makes `_` of spaces at both ends of a name that it creates.
#[test]
fn a_name_that_the_server_would_make_another_of_is_one_item_that_fails() {
    let feat = "211-Extensions:\r\n UTF8\r\n SIZE\r\n MLST type*;size*;modify*;\r\n ESTA\r\n211 End\r\n";
    let site = Site::new(Options { rules: vec![on("FEAT").then(reply(feat))], ..options() });
    for name in ["o/ a", "o/b ", "o/c", "o/ d"] {
        here(&site, name.as_bytes());
    }
    let out = site.run(&["put", "-r", "o/", &site.url("")]).go();
    out.ends(3);
    out.says("a space at either end of a name");
    assert_eq!(site.names_there(""), ["c"]);
    let creates = |c: &String| c.contains("  ") || c.ends_with(' ');
    assert!(!site.server.commands().iter().any(creates), "{:?}", site.server.commands());
    for args in [
        &["put", "o/c", &site.url("e ")][..],
        &["put", "o/c", &site.url("e "), "--in-place"],
        &["mkdir", &site.url("e ")],
        &["mv", &site.url("c"), &site.url("e ")],
    ] {
        site.run(args).go().ends(69);
    }
    site.run(&["put", "o/ a", &site.url("in/")]).go().ends(0);
    assert_eq!(
        (site.names_there(""), site.names_there("in")),
        (vec!["c".into(), "in".into()], vec![" a".into()])
    );
}
