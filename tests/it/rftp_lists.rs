//! Which files: selection, waiting, lists of names, what an earlier run left, manifests.
use std::time::{Duration, SystemTime};

use crate::rftp_site::{PASSWORD, Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{End, Fault, on, reply};
use crate::support::Output;

fn go(site: &Site, args: &[&str]) -> Output {
    let urls: Vec<String> =
        args.iter().map(|a| a.strip_prefix('@').map_or(a.to_string(), |p| site.url(p))).collect();
    site.run(&urls.iter().map(String::as_str).collect::<Vec<_>>()).go()
}

fn aged(site: &Site, name: &str, days: u64) {
    let path = site.there(name, vec![b'x'; usize::try_from(days).unwrap()]);
    let time = SystemTime::now() - Duration::from_secs(days * 86_400);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn names(out: &Output) -> Vec<String> {
    out.events("entry").iter().map(|e| e["name"].as_str().unwrap().to_string()).collect()
}

#[test]
fn ls_and_get_select() {
    let site = Site::new(options());
    for (name, days) in [("d/a", 3), ("d/b", 40), ("d/c", 1), ("d/sub/e", 20)] {
        aged(&site, name, days);
    }
    assert_eq!(names(&go(&site, &["ls", "@d/?", "--sort", "time"])), ["b", "a", "c"]);
    assert_eq!(names(&go(&site, &["ls", "@d/?", "--sort", "size", "--last", "1"])), ["b"]);
    assert_eq!(names(&go(&site, &["ls", "-R", "@d", "--older-than", "10d", "--newer-than", "30d"])), ["e"]);
    go(&site, &["ls", "@d", "--newer-than", "1h", "--older-than", "1h"]).ends(1);
    let out = go(&site, &["get", "@d/?", "out/", "--sort", "time", "--last", "1"]);
    out.ends(0);
    assert_eq!(site.names_here("out"), ["c"]);
    go(&site, &["get", "-r", "@d", "tree", "--older-than", "10d"]).ends(0);
    assert_eq!(
        (site.names_here("tree"), site.names_here("tree/sub")),
        (vec!["b".into(), "sub".into()], vec!["e".into()])
    );
    // Nothing to do is 0, or 1 where that is asked for.
    go(&site, &["get", "@d/?", "out/", "--newer-than", "1h"]).ends(0);
    go(&site, &["get", "@d/?", "out/", "--newer-than", "1h", "--exit-code"]).ends(1);
    go(&site, &["get", "@d/?", "out/", "--first", "1", "--last", "1"]).ends(64);
}

#[test]
fn files_that_are_still_written_are_left() {
    let site = Site::new(options());
    aged(&site, "old", 1);
    site.there("new", "x");
    let out = go(&site, &["get", "@*", "out/", "--min-age", "2m"]);
    out.ends(0);
    assert_eq!(site.names_here("out"), ["old"]);
    assert_eq!(out.events("file").iter().filter(|f| f["reason"] == "too young").count(), 1);
    site.world.file("fresh", "x");
    let out = go(&site, &["put", "fresh", "@up/", "--min-age", "2m", "--exit-code"]);
    out.ends(1);
    assert_eq!(out.file()["reason"], "too young");
    assert!(!site.server.root().join("up").exists());
}

#[test]
fn get_waits_for_a_hit() {
    let site = Site::new(options());
    go(&site, &["get", "@out/*.csv", "in/", "--wait", "1200ms"]).ends(1);
    assert!(!site.world.path("in").exists());
    let going = site.run(&["get", &site.url("out/*.csv"), "in/", "--wait", "20s"]).start();
    let looks = |n: usize| {
        move |log: &crate::sandbox::hub::Log| {
            log.commands.iter().filter(|c| c.starts_with("MLST")).count() >= n
        }
    };
    let before = site.server.commands_of("MLST").len();
    assert!(site.server.wait_for(Duration::from_secs(10), looks(before + 1)));
    // It appears whole, as from a careful writer: one that is caught growing is tried again, and this run has no tries.
    let root = site.there("out/new", "x").parent().unwrap().to_path_buf();
    std::fs::rename(root.join("new"), root.join("a.csv")).unwrap();
    going.finish().ends(0);
    assert_eq!(site.here("in/a.csv").unwrap(), b"x");
}

#[test]
fn names_come_from_a_list() {
    let site = Site::new(options());
    for name in ["a b", "d/c", "two\nlines"] {
        site.world.file(name, name);
    }
    site.world.file("list", "a b\nd/c\n");
    go(&site, &["put", "--files-from", "list", "@up/"]).ends(0);
    assert_eq!(site.names_there("up"), ["a b", "c"]);
    let url = site.url("up/");
    let args = ["put", "--files-from", "-", "-0", &url, "--json"];
    let out = site.world.run("rftp", args).env("RFTP_PASSWORD", PASSWORD).stdin("d/c\0a b").go();
    out.ends(0);
    assert_eq!(out.summary()["counts"]["ok"], 2);
    // Nothing in it is nothing to do.
    site.world.file("list", "");
    go(&site, &["put", "--files-from", "list", "@up/"]).ends(0);
    go(&site, &["put", "--files-from", "list", "@up/", "--exit-code"]).ends(1);
    go(&site, &["put", "--files-from", "nothing", "@up/"]).ends(66);
    go(&site, &["put", "--null", "@up/"]).ends(64);
    go(&site, &["put", "@up/"]).ends(64);
    // The url of each line of JSON names the same thing again.
    let urls: Vec<String> =
        go(&site, &["ls", "@up"]).events("entry").iter().map(|e| e["url"].as_str().unwrap().into()).collect();
    site.world.file("list", urls.join("\n"));
    go(&site, &["get", "--files-from", "list", "back/"]).ends(0);
    assert_eq!(site.names_here("back"), ["a b", "c"]);
    go(&site, &["rm", "--files-from", "list"]).ends(0);
    assert!(site.names_there("up").is_empty());
}

#[test]
fn only_what_was_left_temporary_is_repeated() {
    let site = Site::with(vec![on("STOR").with(".b.rftp").nth(1).then(reply("450 Busy\r\n"))]);
    for name in ["a", "b", "c", "gone"] {
        site.world.file(name, name);
    }
    std::fs::remove_file(site.world.path("gone")).unwrap();
    let out = go(&site, &["put", "--keep-going", "a", "b", "gone", "c", "@up/", "--json-file", "run.jsonl"]);
    out.ends(3);
    assert_eq!(site.names_there("up"), ["a", "c"]);
    let stored = site.server.commands_of("STOR").len();
    let out = go(&site, &["put", "--retry-from", "run.jsonl"]);
    out.ends(0);
    assert_eq!(out.file()["local"], "b");
    assert_eq!(site.server.commands_of("STOR").len(), stored + 1);
    assert_eq!(site.names_there("up"), ["a", "b", "c"]);
    // What a stopped run did not come to is repeated with it.
    let stops = Site::with(vec![on("STOR").nth(1).then(reply("450 Busy\r\n"))]);
    for name in ["a", "b"] {
        stops.world.file(name, name);
    }
    go(&stops, &["put", "a", "b", "@up/", "--json-file", "run.jsonl"]).ends(75);
    go(&stops, &["put", "--retry-from", "run.jsonl"]).ends(0);
    assert_eq!(stops.names_there("up"), ["a", "b"]);
    go(&stops, &["put", "--retry-from", "run.jsonl", "a", "@up/"]).ends(64);
    stops.world.file("wrong", "no json");
    go(&stops, &["put", "--retry-from", "wrong"]).ends(65);
    // Downloads alike, each to its own place.
    let down = Site::with(vec![on("RETR").nth(2).then(reply("450 Busy\r\n"))]);
    for name in ["d/a", "d/b", "d/c"] {
        down.there(name, name);
    }
    go(&down, &["get", "-r", "-j1", "@d", "out", "--json-file", "run.jsonl"]).ends(3);
    assert_eq!(down.names_here("out"), ["a", "c"]);
    go(&down, &["get", "--retry-from", "run.jsonl"]).ends(0);
    assert_eq!(down.here("out/b").unwrap(), b"d/b");
}

#[test]
fn manifests_are_what_sha256sum_checks() {
    let site = Site::new(options());
    for name in ["dist/a", "dist/b c", "dist/sub/d"] {
        site.world.file(name, name);
    }
    let out = go(&site, &["put", "-r", "dist/", "@b/", "--manifest", "SHA256SUMS"]);
    out.ends(0);
    assert!(out.events("file").iter().all(|f| f["sha256"].as_str().unwrap().len() == 64));
    let check = |dir: &str, list: &str| {
        let out = std::process::Command::new("sha256sum")
            .args(["-c", "--strict", "--quiet"])
            .arg(site.world.path(list))
            .current_dir(site.world.path(dir))
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    check("dist", "SHA256SUMS");
    // No local copy is needed, with the server's digest or by reading back.
    let without = Site::new(Options {
        root: Some(site.server.root().to_owned()),
        off: vec!["HASH", "XSHA256", "XSHA512", "XSHA1", "XSHA", "XMD5", "XCRC"],
        ..options()
    });
    std::fs::copy(site.world.path("SHA256SUMS"), without.world.path("SHA256SUMS")).unwrap();
    for (s, how) in [(&site, "hash:sha-256"), (&without, "read back")] {
        let out = go(s, &["verify", "--manifest", "SHA256SUMS", "@b/"]);
        out.ends(0);
        assert!(out.events("file").iter().all(|f| f["verified"] == how), "{out:?}");
    }
    site.there("b/a", "dist/A");
    std::fs::remove_file(site.server.root().join("b/sub/d")).unwrap();
    let out = go(&without, &["verify", "--manifest", "SHA256SUMS", "@b/"]);
    out.ends(1);
    let reasons: Vec<_> =
        out.events("file").iter().filter_map(|f| f["reason"].as_str().map(String::from)).collect();
    assert!(
        reasons.len() == 2 && reasons.contains(&"contents".into()) && reasons.contains(&"missing".into()),
        "{out:?}"
    );
    go(&site, &["get", "-r", "@b/", "back", "--manifest", "back.sums"]).ends(0);
    check("back", "back.sums");
    site.world.file("bad", "x  y\n");
    go(&site, &["verify", "--manifest", "bad", "@b/"]).ends(65);
    go(&site, &["verify", "--manifest", "SHA256SUMS", "dist", "@b/"]).ends(64);
    go(&site, &["verify", "@b/"]).ends(64);
    go(&site, &["put", "dist/a", "@b/", "--manifest", "no/such/dir"]).ends(73);
}

#[test]
fn a_tree_lands_below_its_destination_whatever_was_planted_there() {
    let site = Site::new(options());
    site.there("t/d/x", "x");
    site.there("t/e/y", "y");
    let aim = site.world.outer("aim");
    std::fs::create_dir(&aim).unwrap();
    std::fs::create_dir_all(site.world.path("out/t")).unwrap();
    std::os::unix::fs::symlink(&aim, site.world.path("out/t/d")).unwrap();
    let out = go(&site, &["get", "-r", "@t", "out/"]);
    out.ends(3);
    assert!(out.failure().contains("symbolic link"), "{out:?}");
    assert!(std::fs::read_dir(&aim).unwrap().next().is_none());
    assert_eq!(site.here("out/t/e/y").unwrap(), b"y");
    // One that the user names is the user's business.
    std::os::unix::fs::symlink(&aim, site.world.path("mine")).unwrap();
    go(&site, &["get", "-r", "@t/", "mine/"]).ends(0);
    assert!(aim.join("d/x").exists());
}

#[test]
fn names_that_are_not_utf_8_are_kept_in_json() {
    use std::os::unix::ffi::OsStrExt;
    let site = Site::new(options());
    let name = std::ffi::OsStr::from_bytes(b"a\xff");
    std::fs::create_dir(site.world.path("d")).unwrap();
    std::fs::write(site.world.path("d").join(name), "x").unwrap();
    let out = go(&site, &["put", "-r", "d/", "@up/"]);
    out.ends(0);
    assert_eq!(out.file()["local"]["bytes"], "ZC9h/w==");
    assert_eq!(out.file()["remote"]["bytes"], "dXAvYf8=");
}

/// Starts a run, sends it SIGINT once the server was asked `verb` so often, and waits for its end.
fn interrupted(site: &Site, args: &[&str], verb: &str, times: usize) -> Output {
    let urls: Vec<String> =
        args.iter().map(|a| a.strip_prefix('@').map_or(a.to_string(), |p| site.url(p))).collect();
    let going = site.run(&urls.iter().map(String::as_str).collect::<Vec<_>>()).start();
    let asked =
        |log: &crate::sandbox::hub::Log| log.commands.iter().filter(|c| c.starts_with(verb)).count() >= times;
    assert!(site.server.wait_for(Duration::from_secs(20), asked));
    going.signal(rustix::process::Signal::INT);
    going.finish()
}

#[test]
fn what_a_signal_left_is_told_and_repeated() {
    let all = ["a", "b", "c", "d", "e"];
    for args in [
        &["put", "-r", "-j1", "d/", "@up/"][..],
        &["put", "-r", "--exists", "newer", "d/", "@up/"],
        &["put", "--keep-going", "d/a", "d/b", "d/c", "d/d", "d/e", "@up/"],
    ] {
        let stalls = on("STOR").nth(2).then(Fault::CutAfter(100_000, End::Stall));
        let site = Site::with(vec![stalls]);
        for name in all {
            site.world.file(format!("d/{name}"), vec![b'x'; 2_000_000]);
        }
        let out = interrupted(&site, &[args, &["--json-file", "run.jsonl"]].concat(), "STOR", 2);
        out.exits(130);
        assert_eq!(out.events("file").len(), all.len(), "one line each: {out:?}");
        let reasons = out.events("file").iter().filter(|e| e["reason"] == "interrupted").count();
        assert!(reasons >= 3, "{out:?}");
        // A machine that is busy cleans up nothing in the time it has: then what is left is named.
        for left in out.events("file").iter().filter_map(|e| e["temporary"].as_str()) {
            std::fs::remove_file(site.server.root().join("up").join(left.rsplit('/').next().unwrap()))
                .unwrap();
        }
        go(&site, &["put", "--retry-from", "run.jsonl"]).ends(0);
        assert_eq!(site.names_there("up"), all);
    }
    for args in [&["get", "-r", "-j1", "@d", "out"][..], &["get", "-r", "--exists", "newer", "@d", "out"]] {
        let site = Site::with(vec![on("RETR").nth(2).then(Fault::CutAfter(100_000, End::Stall))]);
        for name in all {
            site.there(&format!("d/{name}"), vec![b'x'; 2_000_000]);
        }
        let out = interrupted(&site, &[args, &["--json-file", "run.jsonl"]].concat(), "RETR", 2);
        out.exits(130);
        assert_eq!(out.events("file").len(), all.len(), "one line each: {out:?}");
        go(&site, &["get", "--retry-from", "run.jsonl"]).ends(0);
        assert_eq!(site.names_here("out"), all);
    }
    // What was not compared is told as well, although nothing repeats it.
    let site = Site::new(Options {
        off: vec!["HASH", "XSHA256", "XSHA512", "XSHA1", "XSHA", "XMD5", "XCRC"],
        rules: vec![on("RETR").nth(2).then(Fault::CutAfter(0, End::Stall))],
        ..options()
    });
    for name in all {
        site.there(&format!("d/{name}"), name);
        site.world.file(format!("d/{name}"), name);
    }
    let out = interrupted(&site, &["verify", "-j1", "d", "@d"], "RETR", 2);
    out.exits(130);
    assert_eq!(out.events("file").len(), all.len(), "one line each: {out:?}");
}

#[test]
fn a_signal_ends_every_transfer_and_each_is_cleaned_up_after() {
    let site = Site::with(vec![on("STOR").then(Fault::CutAfter(100_000, End::Stall))]);
    for name in ["a", "b", "c", "d", "e"] {
        site.world.file(format!("d/{name}"), vec![b'x'; 2_000_000]);
    }
    let out = interrupted(&site, &["put", "-r", "-j4", "d/", "@up/"], "STOR", 4);
    out.exits(130);
    assert_eq!(out.err(), "rftp: interrupted\n");
    assert_eq!(site.names_there("up"), [""; 0], "{out:?}");
}

#[test]
fn what_was_not_looked_at_is_repeated_to_its_own_place() {
    // The directory could not be listed, and the name behind it was not come to.
    let down = Site::with(vec![on("MLSD").nth(1).then(End::Reset)]);
    for name in ["d/x", "e/y"] {
        down.there(name, name);
    }
    go(&down, &["get", "-r", "@d", "@e", "out", "--json-file", "run.jsonl"]).ends(75);
    let out = go(&down, &["get", "--retry-from", "run.jsonl"]);
    out.ends(0);
    assert_eq!((down.names_here("out/d"), down.names_here("out/e")), (vec!["x".into()], vec!["y".into()]));
    // A tree under a new name keeps that name, although something is there by now.
    let named = Site::with(vec![on("MLSD").nth(1).then(End::Reset)]);
    named.there("d/x", "x");
    go(&named, &["get", "-r", "@d", "new", "--json-file", "run.jsonl"]).ends(75);
    std::fs::create_dir_all(named.world.path("new")).unwrap();
    go(&named, &["get", "--retry-from", "run.jsonl"]).ends(0);
    assert_eq!(named.names_here("new"), ["x"]);
    // An upload whose directories could not be made.
    let up = Site::with(vec![on("MKD").nth(1).then(End::Reset)]);
    for name in ["d/x", "e/y"] {
        up.world.file(name, name);
    }
    go(&up, &["put", "-r", "d", "e", "@up/", "--json-file", "run.jsonl"]);
    go(&up, &["put", "--retry-from", "run.jsonl"]).ends(0);
    assert_eq!((up.names_there("up/d"), up.names_there("up/e")), (vec!["x".into()], vec!["y".into()]));
}

#[test]
fn no_file_takes_the_place_of_another_of_the_same_run() {
    let site = Site::new(options());
    for name in ["a/x.csv", "b/x.csv"] {
        site.world.file(name, name);
        site.there(name, name);
    }
    let (local, remote) = (["a/x.csv", "b/x.csv"], ["@a/x.csv", "@b/x.csv"]);
    // What the names tell is said before anything is sent.
    go(&site, &["put", local[0], local[1], "@in/", "--remove-source"]).ends(64);
    go(&site, &["get", remote[0], remote[1], "in/", "--remove-source"]).ends(64);
    site.world.file("list", local.join("\n"));
    go(&site, &["put", "--files-from", "list", "@in/"]).ends(64);
    assert!(site.server.commands().is_empty());
    // What trees and patterns lead to is an item's failure: its source stays.
    for args in [
        &["put", "-r", "a/", "b/", "@in/", "--remove-source"][..],
        &["put", "-r", "a/", local[1], "@in/", "--remove-source", "--in-place"],
        &["get", "-r", "@a/", "@b/", "in/", "--remove-source"],
        &["get", "@a/*", "@b/*", "in/", "--remove-source"],
        &["get", "-r", remote[0], remote[1], "in/", "--remove-source"],
    ] {
        let out = go(&site, args);
        out.ends(3);
        assert!(out.failure().contains("another file of this run"), "{out:?}");
        let read = |name: &str| if args[0] == "put" { site.on_server(name) } else { site.here(name) };
        let source = |name: &str| if args[0] == "put" { site.here(name) } else { site.on_server(name) };
        assert_eq!(read("in/x.csv").unwrap(), b"a/x.csv", "{out:?}");
        assert_eq!((source("a/x.csv"), source("b/x.csv")), (None, Some(b"b/x.csv".to_vec())), "{out:?}");
        site.world.file("a/x.csv", "a/x.csv");
        site.there("a/x.csv", "a/x.csv");
    }
    // One file that several patterns mean is no second file.
    site.there("a/y.log", "y");
    let out = go(&site, &["get", "@a/*", "@a/*.log", "both/"]);
    out.ends(0);
    assert_eq!(site.names_here("both"), ["x.csv", "y.log"]);
    assert_eq!(out.events("file").iter().filter(|f| f["reason"] == "named twice").count(), 1, "{out:?}");
    site.world.file("y", "y");
    go(&site, &["put", "y", "./y", "@once/"]).ends(0);
    let out = go(&site, &["mv", "@a/x.csv", "@b/x.csv", "@moved/"]);
    out.ends(3);
    assert_eq!(site.on_server("moved/x.csv").unwrap(), b"a/x.csv");
    assert_eq!(site.on_server("b/x.csv").unwrap(), b"b/x.csv");
    // The same name twice is once, and who wants the first one says so.
    go(&site, &["put", local[0], local[0], "@in/"]).ends(0);
    go(&site, &["put", local[0], local[1], "@new/", "--exists", "skip"]).ends(0);
    assert_eq!(site.on_server("new/x.csv").unwrap(), b"a/x.csv");
}
