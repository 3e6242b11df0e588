//! rftp's small verbs: stat, mkdir, rm, mv, chmod, quote, check, clean.
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use crate::rftp_site::{PASSWORD, Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{Action, End, listing, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::Output;

fn site() -> Site {
    Site::new(options())
}

fn go(site: &Site, args: &[&str]) -> Output {
    let urls: Vec<String> =
        args.iter().map(|a| a.strip_prefix('@').map_or(a.to_string(), |p| site.url(p))).collect();
    site.run(&urls.iter().map(String::as_str).collect::<Vec<_>>()).go()
}

/// A file on the server, modified so many days ago.
fn aged(site: &Site, name: &str, days: u64) {
    let path = site.there(name, name);
    let time = SystemTime::now() - Duration::from_secs(days * 86_400);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn stat_is_one_line_and_says_what_is_not_there() {
    let site = site();
    site.there("d/a b", "12345");
    let out = go(&site, &["stat", "@d/a b"]);
    out.ends(0);
    let entry = &out.events("entry")[0];
    assert_eq!((&entry["kind"], &entry["size"], &entry["mode"]), (&"file".into(), &5.into(), &"0644".into()));
    assert!(
        entry["modified"].as_str().unwrap().ends_with('Z')
            && entry["url"].as_str().unwrap().ends_with("/d/a%20b")
    );
    assert_eq!(go(&site, &["stat", "@d"]).events("entry")[0]["kind"], "dir");
    assert_eq!(go(&site, &["stat", "@d/*"]).events("entry").len(), 1);
    let out = go(&site, &["stat", "@nothing"]);
    out.ends(66);
    assert_eq!((&out.file()["outcome"], &out.file()["direction"]), (&"permanent".into(), &"stat".into()));
}

#[test]
fn stat_waits_until_there_is_something() {
    let site = site();
    let out = go(&site, &["stat", "@late", "--wait", "1500ms"]);
    out.ends(1);
    assert!(out.seconds > 1.4 && out.seconds < 8.0, "{out:?}");
    assert_eq!(out.file()["reason"], "not there in time");
    let looks = site.server.commands_of("MLST").len();
    let going = site.run(&["stat", &site.url("late"), "--wait", "20s"]).start();
    assert!(site.server.wait_for(Duration::from_secs(10), |log| {
        log.commands.iter().filter(|c| c.starts_with("MLST")).count() > looks
    }));
    site.there("late", "x");
    let out = going.finish();
    out.ends(0);
    assert_eq!(out.events("entry").len(), 1);
}

#[test]
fn mkdir_makes_as_mkdir_does() {
    let site = site();
    go(&site, &["mkdir", "@a", "@b c"]).ends(0);
    let out = go(&site, &["mkdir", "@a"]);
    out.ends(69);
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("--parents"), "{out:?}");
    let out = go(&site, &["mkdir", "@x/y/z"]);
    out.ends(66);
    assert!(out.file()["error"]["hint"].as_str().unwrap().starts_with("-p "), "{out:?}");
    assert_eq!(site.names_there(""), ["a", "b c"]);
    go(&site, &["mkdir", "-p", "@x/y/z", "@a"]).ends(0);
    assert!(site.server.root().join("x/y/z").is_dir());
    // The first failure stops, unless told otherwise; each name has its line.
    let out = go(&site, &["mkdir", "@a", "@n"]);
    out.ends(69);
    assert_eq!(out.events("file")[1]["reason"], "an earlier failure");
    go(&site, &["mkdir", "--keep-going", "@a", "@n"]).ends(3);
    assert!(site.server.root().join("n").is_dir());
}

#[test]
fn rm_removes_files_and_directories_only_with_r() {
    let site = site();
    for name in ["a", "b", "c.log", "d.log", "dir/x", "dir/sub/.hidden", "dir/.x.rftp-0123456789abcdef"] {
        site.there(name, "x");
    }
    go(&site, &["rm", "@a", "@b"]).ends(0);
    go(&site, &["rm", "@a"]).ends(66);
    go(&site, &["rm", "@*.nothing"]).ends(66);
    go(&site, &["rm", "@dir"]).ends(64);
    let out = go(&site, &["rm", "@*.log", "--dry-run"]);
    out.ends(0);
    assert_eq!(out.summary()["counts"]["planned"], 2);
    assert_eq!(site.names_there(""), ["c.log", "d.log", "dir"]);
    go(&site, &["rm", "@*"]).ends(0);
    assert_eq!(site.names_there(""), ["dir"]);
    let out = go(&site, &["rm", "-r", "@dir", "--dry-run"]);
    out.ends(0);
    assert_eq!(out.summary()["counts"]["planned"], 5, "three files, two directories: {out:?}");
    let out = go(&site, &["rm", "-r", "@dir/"]);
    out.ends(0);
    assert_eq!(out.summary()["counts"]["ok"], 5);
    assert!(site.names_there("").is_empty());
    go(&site, &["rm", "@*.log", "--exit-code"]).ends(66);
}

#[test]
fn rm_r_of_everything_needs_a_word_more() {
    let home = Site::new(Options { login_dir: "/home/ann".into(), ..options() });
    home.there("home/ann/x", "x");
    home.there("other", "x");
    for all in ["", "/", ".", "..", "%2Fhome/ann", "%2F", "%2Fhome/", "x/.."] {
        let out = go(&home, &["rm", "-r", &format!("@{all}")]);
        out.ends(65);
        assert!(out.failure().contains("will not remove all of"), "{all}: {out:?}");
    }
    assert_eq!(home.server.commands_of("DELE").len() + home.server.commands_of("RMD").len(), 0);
    go(&home, &["rm", "-r", "--force", "@"]).ends(0);
    assert!(home.names_there("home/ann").is_empty() && home.server.root().join("home/ann").is_dir());
    assert!(home.server.root().join("other").exists());
}

#[test]
fn rm_keeps_the_newest_and_selects() {
    let site = site();
    for (n, days) in [50, 40, 30, 20, 10, 5, 1].into_iter().enumerate() {
        aged(&site, &format!("b/{n}.tar"), days);
    }
    aged(&site, "b/keep.txt", 99);
    go(&site, &["rm", "@b/*.tar", "--keep-newest", "7"]).ends(0);
    go(&site, &["rm", "@b/*.tar", "--keep-newest", "7", "--exit-code"]).ends(1);
    assert_eq!(site.names_there("b").len(), 8);
    go(&site, &["rm", "@b/*.tar", "--older-than", "45d"]).ends(0);
    assert!(!site.names_there("b").contains(&"0.tar".into()));
    go(&site, &["rm", "-r", "@b", "--include", "*.tar", "--keep-newest", "2"]).ends(0);
    assert_eq!(site.names_there("b"), ["5.tar", "6.tar", "keep.txt"]);
    go(&site, &["rm", "@b/*", "--sort", "time", "--first", "1"]).ends(0);
    assert_eq!(site.names_there("b"), ["5.tar", "6.tar"]);
}

#[test]
fn a_pattern_from_a_variable_that_is_not_set_selects_nothing() {
    let site = site();
    aged(&site, "b/a.txt", 1);
    for flag in ["--include", "--exclude"] {
        for pattern in ["", " ", "# *.txt"] {
            let out = go(&site, &["rm", "-r", flag, pattern, "@b"]);
            out.exits(64).says("an empty pattern, or a comment");
        }
    }
    assert_eq!(site.names_there("b"), ["a.txt"]);
}

#[test]
fn rm_concludes_nothing_from_a_listing_that_is_not_whole() {
    let cut =
        Site::with(vec![on("MLSD").then(Action::Final(b"226 Output truncated to 2 matches\r\n".to_vec()))]);
    for name in ["d/1", "d/2", "d/3"] {
        cut.there(name, "x");
    }
    go(&cut, &["rm", "@d/*", "--keep-newest", "1"]).ends(76);
    go(&cut, &["rm", "-r", "@d"]).ends(76);
    go(&cut, &["rm", "-r", "@d", "--keep-newest", "1"]).ends(76);
    go(&cut, &["ls", "@d", "--sort", "time", "--last", "1"]).ends(76);
    assert_eq!(cut.names_there("d"), ["1", "2", "3"]);
    // Times that are not told are not guessed.
    let timeless =
        Site::with(vec![on("MLSD").then(listing("type=file;size=1; 1\r\ntype=file;size=1; 2\r\n"))]);
    timeless.there("d/1", "x");
    timeless.there("d/2", "x");
    let out = go(&timeless, &["rm", "@d/*", "--keep-newest", "1"]);
    out.ends(65);
    assert_eq!(timeless.names_there("d"), ["1", "2"]);
}

#[test]
fn rm_r_removes_a_link_and_not_what_it_leads_to() {
    let site = site();
    site.there("precious/x", "x");
    site.there("d/a", "x");
    std::os::unix::fs::symlink(site.server.root().join("precious"), site.server.root().join("d/link"))
        .unwrap();
    std::os::unix::fs::symlink(site.server.root().join("precious"), site.server.root().join("top")).unwrap();
    go(&site, &["rm", "-r", "@d", "@top"]).ends(0);
    assert_eq!(site.names_there(""), ["precious"]);
    assert_eq!(site.names_there("precious"), ["x"]);
    // The same where links are listed as the directories they lead to.
    site.there("d/a", "x");
    std::os::unix::fs::symlink(site.server.root().join("precious"), site.server.root().join("d/link"))
        .unwrap();
    let lies = Site::new(Options {
        root: Some(site.server.root().to_owned()),
        rules: vec![
            on("MLSD").with("MLSD d").nth(1).then(listing("type=dir; link\r\ntype=file;size=1; a\r\n")),
        ],
        ..options()
    });
    go(&lies, &["rm", "-r", "@d"]).ends(0);
    assert_eq!(site.names_there(""), ["precious"]);
    assert_eq!(site.names_there("precious"), ["x"]);
}

#[test]
fn rm_r_of_a_link_concerns_nothing_behind_it_whatever_the_flags() {
    let site = site();
    site.there("precious/x", "x");
    site.there("d/a", "x");
    let link = site.server.root().join("d/link");
    std::os::unix::fs::symlink(site.server.root().join("precious"), &link).unwrap();
    // As servers do that follow a link which is named: one shows it in its listing, one tells what is unique only.
    let dir = "250-About it\r\n type=dir; link\r\n250 End\r\n";
    let own = |dir: &str, above: &str, rest: &str| {
        listing(format!("type=cdir;unique={dir}; .\r\ntype=pdir;unique={above}; ..\r\n{rest}"))
    };
    let shown = own("1", "0", "type=OS.unix=symlink;unique=9; link\r\n");
    let hidden = own("1", "0", "type=dir;unique=9; link\r\n");
    for above in [shown, hidden] {
        let follows = Site::new(Options {
            root: Some(site.server.root().to_owned()),
            rules: vec![
                on("MLST").with("MLST d/link").then(reply(dir)),
                on("MLSD").with("MLSD d/link").then(own("9", "0", "type=file;size=1; x\r\n")),
                on("MLSD").then(above),
            ],
            ..options()
        });
        let out = go(&follows, &["rm", "-r", "@d/link", "--dry-run"]);
        out.ends(0);
        assert_eq!(out.file()["remote"], "d/link");
        for flag in ["--include=x", "--older-than=0s"] {
            go(&follows, &["rm", "-r", "@d/link", flag]).ends(65);
        }
        assert_eq!(follows.names_there("precious"), ["x"]);
        assert!(link.is_symlink());
    }
}

#[test]
fn a_pattern_for_which_there_are_directories_only_is_told() {
    let site = site();
    site.there("a/x", "x");
    site.there("b/x", "x");
    for args in [&["rm", "@*"][..], &["get", "@*", "."]] {
        let out = go(&site, args);
        out.ends(64);
        assert!(out.failure().contains("it matches directories only"), "{out:?}");
        assert!(out.file()["error"]["hint"].as_str().unwrap().starts_with("-r "));
    }
    let out = site.world.run("rftp", ["cat", &site.url("*")]).env("RFTP_PASSWORD", PASSWORD).go();
    out.exits(64).says("it matches directories only");
    // One that takes part is enough.
    site.there("c", "x");
    go(&site, &["rm", "@*", "--dry-run"]).ends(0);
    go(&site, &["get", "@*", "."]).ends(0);
    assert_eq!(site.names_here(""), ["c"]);
}

#[test]
fn rm_of_many_costs_few_round_trips_and_survives_a_lost_connection() {
    let files: Vec<String> = (0..60).map(|n| format!("d/{n:02}")).collect();
    let site = site();
    files.iter().for_each(|f| drop(site.there(f, "x")));
    let out = go(&site, &["rm", "@d/*"]);
    out.ends(0);
    assert!(site.server.round_trips() < 20, "{}", site.server.round_trips());
    assert_eq!(out.summary()["counts"]["ok"], 60);
    let lossy = Site::with(vec![on("DELE").nth(10).then(Action::Swallow(End::Reset))]);
    files.iter().for_each(|f| drop(lossy.there(f, "x")));
    let out = go(&lossy, &["rm", "@d/*", "--retries", "1"]);
    out.ends(0);
    assert_eq!(out.summary()["counts"]["ok"], 60);
    assert!(lossy.names_there("d").is_empty());
}

#[test]
fn mv_lands_as_mv_does() {
    let site = site();
    site.there("a", "a");
    site.there("b", "b");
    site.there("d/x", "x");
    let out = go(&site, &["mv", "@a", "@c"]);
    out.ends(0);
    let told = &out.events("file")[0];
    assert_eq!((&told["from"], &told["remote"]), (&"a".into(), &"c".into()));
    assert_eq!(site.names_there(""), ["b", "c", "d"]);
    go(&site, &["mv", "@b", "@c", "@d"]).ends(0);
    assert_eq!(site.names_there("d"), ["b", "c", "x"]);
    go(&site, &["mv", "@d/*", "@new/dir/"]).ends(0);
    assert_eq!(site.names_there("new/dir"), ["b", "c", "x"]);
    go(&site, &["mv", "@nothing", "@y"]).ends(66);
    go(&site, &["mv", "@new/dir/b", "@new/dir/c", "@none"]).ends(64);
    go(&site, &["mv", "@new/dir/b", "@new/dir/b"]).ends(64);
    go(&site, &["mv", "@new/dir/b", "@new/dir/c", "--exists", "fail"]).ends(69);
    let out = go(&site, &["mv", "@new/dir/b", "@new/dir/c", "--exists", "skip"]);
    out.ends(0);
    assert_eq!(out.file()["reason"], "exists");
    go(&site, &["mv", "@new/dir/b", "@new/dir/c"]).ends(0);
    assert_eq!(site.on_server("new/dir/c").unwrap(), b"b");
    go(&site, &["mv", "@new", "@renamed"]).ends(0);
    assert_eq!(site.names_there("renamed/dir"), ["c", "x"]);
    let elsewhere = site.run(&["mv", &site.url("renamed"), "ftp://127.0.0.1:1/x"]).go();
    elsewhere.ends(64);
}

#[test]
fn mv_onto_what_exists_where_the_server_will_not() {
    let site = Site::new(Options { rename_over: false, ..options() });
    site.there("a", "new");
    site.there("b", "old");
    let out = go(&site, &["mv", "@a", "@b"]);
    out.ends(69);
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("--replace delete-first"), "{out:?}");
    go(&site, &["mv", "@a", "@b", "--replace", "delete-first"]).ends(0);
    assert_eq!(site.on_server("b").unwrap(), b"new");
    assert_eq!(site.names_there(""), ["b"]);
    // An answer that was lost is settled by looking.
    let lossy = Site::with(vec![on("RNTO").nth(1).then(Action::Swallow(End::Reset))]);
    lossy.there("a", "x");
    go(&lossy, &["mv", "@a", "@b"]).ends(0);
    assert_eq!(lossy.names_there(""), ["b"]);
}

#[test]
fn chmod_by_site_chmod() {
    let site = site();
    site.there("a", "x");
    site.there("d/x", "x");
    let mode = |name: &str| site.server.root().join(name).metadata().unwrap().permissions().mode() & 0o7777;
    go(&site, &["chmod", "600", "@a"]).ends(0);
    assert_eq!(mode("a"), 0o600);
    go(&site, &["chmod", "-r", "0750", "@d"]).ends(0);
    assert_eq!((mode("d"), mode("d/x")), (0o750, 0o750));
    go(&site, &["chmod", "u+w", "@a"]).ends(64);
    go(&site, &["chmod", "9", "@a"]).ends(64);
    go(&site, &["chmod", "644", "@nothing"]).ends(66);
    let without = Site::new(Options { off: vec!["SITE CHMOD"], ..options() });
    without.there("a", "x");
    let out = go(&without, &["chmod", "644", "@a"]);
    out.ends(69);
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("no modes"), "{out:?}");
}

#[test]
fn quote_prints_the_reply_and_its_class_is_the_exit_code() {
    let site = Site::with(vec![
        on("NOOP").nth(2).then(reply("450 Not now\r\n")),
        on("HELP").then(reply("214-Commands\r\n NOOP \x1b[31m\r\n214 End\r\n")),
        on("SITE").with("EXEC").then(reply("150 Wait\r\n")),
    ]);
    let shown = |args: &[&str]| {
        let mut all: Vec<String> = vec!["quote".into(), site.url("")];
        all.extend(args.iter().map(ToString::to_string));
        site.world.run("rftp", all).env("RFTP_PASSWORD", PASSWORD).go()
    };
    let out = shown(&["NOOP"]);
    out.exits(0);
    assert!(out.out().starts_with("200 "), "{out:?}");
    shown(&["NOOP"]).exits(75);
    shown(&["XYZZY"]).exits(69).says("XYZZY on 127.0.0.1: 5");
    let out = shown(&["HELP"]);
    out.exits(0).tame();
    assert_eq!(out.out(), "214-Commands\n NOOP \\x1b[31m\n214 End\n");
    shown(&["SITE EXEC"]).exits(76);
    for refused in
        ["RETR x", "PASV", "LIST", "PASS secret", "AUTH TLS", "QUIT", "\r\nDELE x", "NOOP\r\nDELE x", ""]
    {
        shown(&[refused]).exits(64);
    }
    assert!(site.server.commands_of("DELE").is_empty());
    let out = go(&site, &["quote", "@", "PWD", "SYST?", "PWD"]);
    out.ends(3);
    let replies = out.events("reply");
    assert_eq!(replies.len(), 2, "the first no stops: {out:?}");
    assert_eq!((&replies[0]["code"], &replies[0]["outcome"]), (&257.into(), &"ok".into()));
    site.there("d/x", "x");
    let out = go(&site, &["quote", "@d", "SIZE x"]);
    out.ends(0);
    assert_eq!(out.events("reply")[0]["lines"][0], "1");
}

#[test]
fn check_tells_what_works_and_what_does_not() {
    let site = site();
    let out = go(&site, &["check", "@"]);
    out.ends(0);
    let found = &out.events("check")[0];
    assert_eq!((&found["tls"], &found["login"]), (&false.into(), &"ann".into()));
    assert!(found["capabilities"].as_array().unwrap().iter().any(|c| c == "EPSV"), "{out:?}");
    // The server is known without a word, as to the other programs.
    let named = site.run(&["check"]).env("RFTP_URL", site.url("")).go();
    named.ends(0);
    go(&site, &["check", "@", "--cert-days", "14"]).ends(1);
    let secure = Site::tls(vec![]);
    let url = secure.url("");
    let trust = secure.trust();
    let out = secure.run(&["check", &url]).args(&trust).go();
    out.ends(0);
    let found = &out.events("check")[0];
    let days = found["certificate_days"].as_i64().unwrap();
    assert!(found["tls_version"].as_str().unwrap().starts_with("TLSv1"), "{out:?}");
    secure.run(&["check", &url, "--cert-days", &(days + 5).to_string()]).args(&trust).go().ends(1);
    secure.run(&["check", &url, "--cert-days", "1"]).args(&trust).go().ends(0);
    secure.run(&["check", &url, "--tls", "required"]).go().ends(80);
    let wrong = Site::with(vec![on("PASS").then(reply("530 No\r\n"))]);
    let out = go(&wrong, &["check", "@"]);
    out.ends(77);
    assert!(out.failure().contains("the login is refused"), "{out:?}");
    let out = site.run(&["check", "ftp://ann@127.0.0.1:1/"]).go();
    out.ends(75);
    assert!(out.failure().contains("no connection"), "{out:?}");
    let dead = Site::with(vec![on("EPSV").then(reply("425 No\r\n"))]);
    let out = go(&dead, &["check", "@"]);
    out.ends(75);
    assert!(out.failure().contains("data connection"), "{out:?}");
}

#[test]
fn clean_removes_our_temporaries_and_nothing_else() {
    let site = site();
    let ours =
        ["d/.a.rftp-0123456789abcdef", "d/.b.rftp-77-0123456789abcdef", "d/e/.c.rftp-fedcba9876543210"];
    let others = ["d/.rftp-state", "d/.a.rftp-notes", "d/x.rftp-0123456789abcdef", "d/.part", "d/a"];
    ours.iter().chain(&others).for_each(|name| drop(site.there(name, "x")));
    let out = go(&site, &["clean", "@d", "--dry-run"]);
    out.ends(0);
    assert_eq!(out.summary()["counts"]["planned"], 2);
    go(&site, &["clean", "@d"]).ends(0);
    assert!(site.server.root().join(ours[2]).exists());
    go(&site, &["clean", "-r", "@"]).ends(0);
    assert!(ours.iter().all(|name| !site.server.root().join(name).exists()));
    assert!(others.iter().all(|name| site.server.root().join(name).exists()));
    go(&site, &["clean", "-r", "@", "--exit-code"]).ends(1);
    go(&site, &["clean", "@nothing"]).ends(66);
}

#[test]
fn under_tls_the_verbs_work_alike() {
    let site = Site::new(Options { tls: Tls::Required, ..options() });
    site.there("a", "x");
    let trust = site.trust();
    let run = |args: &[&str]| site.run(args).args(&trust).go();
    run(&["mv", &site.url("a"), &site.url("d/")]).ends(0);
    run(&["stat", &site.url("d/a")]).ends(0);
    run(&["rm", "-r", &site.url("d")]).ends(0);
    assert!(site.names_there("").is_empty());
}
