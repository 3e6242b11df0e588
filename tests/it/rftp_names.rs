//! rftp and the names that other programs make: line breaks, what a terminal obeys, the byte that Telnet escapes. One odd name is
//! one item, and what can be put can be listed, fetched and removed.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{listing, on};
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
        out.says("a line break or NUL byte in a remote name: ");
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
