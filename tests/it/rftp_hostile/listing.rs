//! Listings and trees: cases 29 to 35, and 40.
use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::{Listing, Options};
use crate::sandbox::script::{Fault, finally, listing, on, reply};

const FILE: &str = "type=file;size=1;modify=20260101000000;";

fn line(name: &[u8]) -> Vec<u8> {
    [FILE.as_bytes(), b" ", name, b"\r\n"].concat()
}

#[test]
fn c29_names_that_are_none_are_reported_and_never_made() {
    let long = vec![b'n'; 5000];
    let bad: [&[u8]; 11] = [
        b"../x",
        b"/etc/x",
        b"a/b",
        b"",
        b".",
        b"..",
        b"x\0y",
        b"\x1b]0;owned\x07",
        &long,
        b"cr\ry",
        b"\x7f",
    ];
    let mut lines = Vec::new();
    for name in bad.iter().chain(&[b"good".as_slice(), b"A", b"a", b"caf\xe9", b"twice", b"twice"]) {
        lines.extend(line(name));
    }
    let site = Site::with(vec![on("MLSD").then(listing(&lines))]);
    for name in ["good", "A", "a", "twice"] {
        site.there(&format!("d/{name}"), "x");
    }
    use std::os::unix::ffi::OsStrExt;
    std::fs::write(site.server.root().join("d").join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
    let before = site.world.snapshot();
    let out = site.run(&["get", "-r", &site.url("d/"), "out/"]).go();
    out.ends(3);
    assert_eq!(site.names_here("out"), ["A", "a", "caf\u{fffd}", "good", "twice"], "{out:?}");
    assert!(site.strayed(&before).is_empty());
    let failed = out.events("file").iter().filter(|f| f["outcome"] == "permanent").count();
    assert!(failed >= bad.len(), "each is reported: {out:?}");
    out.says("twice");
    // Looked at, they are reported as well.
    let out = site.run(&["ls", &site.url("d/")]).go();
    out.ends(3);
    // A pattern never brings one in.
    let out = site.run(&["get", &site.url("d/*"), "out2/"]).go();
    assert_eq!(site.strayed(&before).iter().filter(|p| !p.starts_with(site.world.path("out2"))).count(), 0);
    out.ends(3);
}

#[test]
fn c30_nothing_goes_through_a_link() {
    let lines = "type=OS.unix=slink:/etc;modify=20260101000000; l\r\ntype=dir; l\r\n";
    let site = Site::with(vec![
        on("MLSD").nth(1).then(listing(lines)),
        on("MLSD").from(2).then(listing(line(b"passwd"))),
    ]);
    site.there("d/l/passwd", "root");
    let before = site.world.snapshot();
    let out = site.run(&["get", "-r", &site.url("d/"), "out/"]).go();
    out.ends(76);
    assert_eq!(site.names_here("out"), [""; 0], "{out:?}");
    assert!(site.strayed(&before).is_empty());

    // A link that stands here already leads nowhere either.
    let site = Site::new(options());
    site.there("d/sub/x/inner", "theirs");
    site.there("d/top", "top");
    std::fs::create_dir_all(site.world.path("out")).unwrap();
    std::fs::create_dir_all(site.world.path("elsewhere/x")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", site.world.path("out/sub")).unwrap();
    let out = site.run(&["get", "-r", &site.url("d/"), "out/"]).go();
    out.ends(3);
    out.says("will not go through the symbolic link");
    assert_eq!(site.here("out/top").unwrap(), b"top");
    assert_eq!(site.names_here("elsewhere/x"), [""; 0]);
}

#[test]
fn c31_a_loop_of_directories_ends() {
    let site = Site::with(vec![on("MLSD").then(listing("type=dir; d\r\n"))]);
    std::fs::create_dir_all(site.server.root().join(format!("top{}", "/d".repeat(120)))).unwrap();
    let out = site.run(&["get", "-r", &site.url("top/"), "out/"]).go();
    out.ends_in(76, 20.0);
    out.says("is too deep");
    let out = site.run(&["ls", "-R", &site.url("top/")]).go();
    out.ends_in(3, 20.0);
    // One that branches ends with the time of the run.
    let site = Site::with(vec![on("MLSD").then(listing("type=dir; d\r\ntype=dir; e\r\n"))]);
    std::fs::create_dir_all(site.server.root().join("top")).unwrap();
    for name in ["d", "e"] {
        std::os::unix::fs::symlink(".", site.server.root().join("top").join(name)).unwrap();
    }
    let out = site.run(&["get", "-r", &site.url("top/"), "out/", "--max-time", "2"]).go();
    out.ends_in(75, 6.0);
}

#[test]
fn c32_a_listing_without_end_is_76_in_bounded_memory() {
    let lines = Fault::Lines(format!("{FILE} f{{n}}\r\n").into_bytes(), 10_000_000);
    let site = Site::with(vec![on("MLSD").then(lines)]);
    let out = site.run(&["ls", &site.url("")]).limit(std::time::Duration::from_secs(60)).go();
    out.exits(76).tame().within(256 << 20);
    assert!(out.failure().contains("a listing without end"), "{out:?}");
    // So is one line without end.
    let site = Site::with(vec![on("MLSD").then(Fault::Lines(vec![b'x'; 60_000], 100_000))]);
    let out = site.run(&["ls", &site.url("")]).go();
    out.ends(76);
    // And names that are none, or garbage, in any number, cost no memory.
    for wrong in ["type=file; ../{n}\r\n", "no listing at all {n}\r\n"] {
        let site = Site::with(vec![on("MLSD").then(Fault::Lines(wrong.into(), 3_000_000))]);
        let out = site.run(&["ls", "-q", &site.url("")]).limit(std::time::Duration::from_secs(60)).go();
        out.exits(76).tame().within(64 << 20);
    }
}

#[test]
fn c33_lines_that_are_not_understood_are_counted() {
    let lines = "total 3\r\n-rw-r--r-- 1 a b 1 Jan  1 2026 good\r\nwhat is this?\r\n-rw- broken\r\n";
    let off = || Options { off: vec!["MLST", "MLSD"], ..options() };
    let site = Site::new(Options { rules: vec![on("LIST").then(listing(lines))], ..off() });
    site.there("good", "x");
    let out = site.run(&["ls", &site.url("")]).go();
    out.ends(3);
    out.says("2 lines of the listing of . on 127.0.0.1 were not understood");
    let out = site.run(&["get", "-r", &site.url(""), "out/"]).go();
    out.ends(3);
    assert_eq!(site.names_here("out"), ["good"]);
    for dialect in [Listing::Unix, Listing::Dos] {
        let site = Site::new(Options { listing: dialect, ..off() });
        site.there("d/a b.txt", "x");
        site.there("d/sub/c", "y");
        site.run(&["get", "-r", &site.url("d"), "."]).go().ends(0);
        assert_eq!(
            (site.here("d/a b.txt"), site.here("d/sub/c")),
            (Some(b"x".to_vec()), Some(b"y".to_vec()))
        );
    }
}

#[test]
fn c34_a_listing_the_server_cut_is_never_whole() {
    for verb in ["MLSD", "LIST"] {
        let off = if verb == "LIST" { vec!["MLST", "MLSD"] } else { vec![] };
        let rules = vec![on(verb).then(finally("226 Output truncated to 2 matches\r\n"))];
        let site = Site::new(Options { rules, off, ..options() });
        site.there("a", "x");
        site.there("b", "y");
        let out = site.run(&["ls", &site.url("")]).go();
        out.ends(3);
        out.says("left something out of the listing");
        let out = site.run(&["get", "-r", &site.url(""), "out/"]).go();
        out.ends(3);
        assert_eq!(site.names_here("out"), ["a", "b"]);
        let out = site.run(&["get", &site.url("*"), "out/"]).go();
        out.ends(76);
    }
}

#[test]
fn c35_a_listing_that_fails_is_no_empty_directory() {
    let not_whole = ["426 Broken\r\n", "451 Local error\r\n", "550 Failed\r\n"];
    for no in not_whole {
        let site = Site::with(vec![on("MLSD").then(finally(no))]);
        site.there("d/a", "x");
        let out = site.run(&["get", "-r", &site.url("d/"), "out/"]).go();
        assert_ne!(out.code, 0, "{out:?}");
        out.ends(if no.starts_with('5') { 66 } else { 75 });
        let out = site.run(&["ls", &site.url("d/")]).go();
        assert!(out.events("entry").is_empty() && out.code != 0, "{out:?}");
        // Nor are these reasons to remove anything, there or here.
        site.world.file("mine/b", "here");
        for args in [
            vec!["rm", "-r", &site.url("d/")],
            vec!["rm", &site.url("d/*"), "--keep-newest", "1"],
            vec!["sync", "mine/", &site.url("d/"), "--delete"],
            vec!["sync", &site.url("d/"), "mine/", "--delete"],
        ] {
            let out = site.run(&args).go();
            // A directory that is not there is what a sync makes.
            assert!(out.code != 0 || no.starts_with('5') && args[1] == "mine/", "{args:?}: {out:?}");
            assert!(
                site.server.root().join("d/a").exists() && site.here("mine/b").is_some(),
                "{args:?}: {out:?}"
            );
        }
    }
    // LIST of what is not there: an empty listing, says the server.
    let off = vec!["MLST", "MLSD"];
    let site = Site::new(Options { missing_is_empty: true, off, ..options() });
    site.run(&["ls", &site.url("none/")]).go().ends(66);
    site.run(&["get", "-r", &site.url("none"), "out/"]).go().ends(66);
    let site = Site::with(vec![on("MLSD").then(reply("450 No such file or directory\r\n"))]);
    std::fs::create_dir(site.server.root().join("d")).unwrap();
    site.run(&["ls", &site.url("d")]).go().ends(66);
}

#[test]
fn c40_a_pattern_takes_linear_time() {
    let site = Site::new(options());
    site.there(&"a".repeat(200), "x");
    let pattern = format!("{}b", "*a".repeat(30));
    let out = site.run(&["get", &site.url(&pattern), "."]).go();
    out.ends_in(66, 3.0);
}
