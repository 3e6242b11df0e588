//! What a server does not say, or says for now only: nothing is concluded from it that costs a file.
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::rftp_site::{PASSWORD, Site, options};
use crate::sandbox::clock::{civil, now};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{Action, End, Fault, Rule, call, listing, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::Output;

const LATER: &str = "451 Try later\r\n";

fn go(site: &Site, args: &[&str]) -> Output {
    let urls: Vec<String> =
        args.iter().map(|a| a.strip_prefix('@').map_or(a.to_string(), |p| site.url(p))).collect();
    site.run(&urls.iter().map(String::as_str).collect::<Vec<_>>()).go()
}

fn age(path: &Path, time: Duration) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - time).unwrap();
}

const DAY: Duration = Duration::from_secs(86_400);

/// A server that cannot look at this name for now.
fn cannot_look(name: &str) -> Vec<Rule> {
    ["MLST", "SIZE", "MDTM", "CWD"].map(|verb| on(verb).with(name).then(reply(LATER))).to_vec()
}

#[test]
fn a_look_that_is_put_off_is_no_answer() {
    for policy in ["fail", "skip"] {
        let site = Site::with(cannot_look("a.bin"));
        site.world.file("a.bin", "new");
        site.there("a.bin", "old");
        go(&site, &["put", "a.bin", "@", "--exists", policy]).ends(75);
        assert_eq!(site.on_server("a.bin").unwrap(), b"old");
        // For this one question only: another one tells.
        let once = Site::with(vec![on("MLST").then(reply("450 Busy\r\n"))]);
        once.world.file("a.bin", "new");
        once.there("a.bin", "old");
        go(&once, &["put", "a.bin", "@", "--exists", policy]).ends(if policy == "fail" { 69 } else { 0 });
        assert_eq!(once.on_server("a.bin").unwrap(), b"old");
    }
    let site = Site::with(cannot_look("done/a"));
    site.there("a", "today");
    site.there("done/a", "yesterday");
    let out = go(&site, &["get", "@a", "out/", "--move-source-to", "done"]);
    assert_ne!(out.code, 0, "{out:?}");
    assert_eq!(site.on_server("done/a").unwrap(), b"yesterday");
    assert_eq!(site.on_server("a").unwrap(), b"today");
    let site = Site::with(cannot_look("a"));
    site.world.file("d/a", "x");
    site.there("d/a", "x");
    go(&site, &["verify", "d/", "@d/"]).ends(75);
    // A name that is not there for good stays one that is missing.
    go(&Site::new(options()), &["stat", "@a"]).ends(66);
}

#[test]
fn a_rename_that_cannot_be_looked_after_for_now_may_have_happened() {
    for many in [false, true] {
        let mut rules = cannot_look(".a.bin.rftp-");
        // What it is asked for before is answered.
        rules.remove(1);
        rules.push(on("SIZE").with(".a.bin.rftp-").from(2).then(reply(LATER)));
        rules.push(on("RNTO").nth(1).then(End::Reset));
        let site = Site::with(rules);
        site.world.file("d/a.bin", "new");
        site.there("up/a.bin", "old");
        let out = go(&site, if many { &["put", "-r", "d/", "@up/"] } else { &["put", "d/a.bin", "@up/"] });
        out.ends(79);
        assert_eq!(site.on_server("up/a.bin").unwrap(), b"old");
        assert!(out.file()["temporary"].is_string(), "{out:?}");
    }
}

#[test]
fn what_cannot_be_removed_for_now_is_not_gone() {
    let mut rules = cannot_look("www/x");
    rules.push(on("DELE").then(reply("450 Busy\r\n")));
    let site = Site::with(rules);
    site.world.file("site/a", "x");
    site.there("www/x", "x");
    let out = go(&site, &["sync", "site/", "@www/", "--delete"]);
    assert_ne!(out.code, 0, "{out:?}");
    let gone = out.events("file").into_iter().find(|f| f["remote"] == "www/x").unwrap();
    assert_eq!(gone["outcome"], "temporary", "{out:?}");
}

#[test]
fn where_no_name_can_be_asked_about_a_listing_tells() {
    let off = vec!["MLST", "MLSD", "SIZE", "MDTM"];
    let site = Site::new(Options { off, ..options() });
    site.world.file("a", "new");
    site.there("d/a", "old");
    go(&site, &["put", "a", "@d/", "--exists", "fail"]).ends(69);
    assert_eq!(site.on_server("d/a").unwrap(), b"old");
    go(&site, &["put", "a", "@d/b", "--exists", "fail"]).ends(0);
    go(&site, &["put", "a", "@none/b", "--exists", "fail"]).ends(0);
    assert_eq!((site.on_server("d/b"), site.on_server("none/b")), (Some(b"new".into()), Some(b"new".into())));
}

/// A line of LIST for a moment, as a clock so many hours east of UTC shows it.
fn line(name: &str, time: i64, east: i64) -> String {
    let [year, month, day, hour, minute, _] = civil(time + east * 3600);
    format!("-rw-r--r-- 1 a b 1 {year}-{month:02}-{day:02} {hour:02}:{minute:02} {name}\r\n")
}

#[test]
fn in_an_unknown_zone_no_file_is_old() {
    let fresh = [line("a.log", now() - 60, -8), line("b.log", now() - 90, -8)].concat();
    for off in [vec!["MLST", "MLSD", "MDTM"], vec!["MLST", "MLSD"]] {
        let mut rules = vec![on("LIST").then(listing(&fresh))];
        rules.push(on("MDTM").with(".log").then(reply("450 Busy\r\n")));
        let site = Site::new(Options { off, rules, ..options() });
        site.there("d/a.log", "x");
        site.there("d/b.log", "x");
        go(&site, &["rm", "-r", "--older-than", "4h", "@d/"]);
        go(&site, &["rm", "--older-than", "4h", "@d/*.log"]);
        assert_eq!(site.names_there("d"), ["a.log", "b.log"]);
        go(&site, &["rm", "--older-than", "0s", "--newer-than", "9h", "@d/*.log"]);
        assert_eq!(site.names_there("d"), ["a.log", "b.log"]);
        assert_eq!(go(&site, &["ls", "--newer-than", "4h", "@d/"]).events("entry").len(), 2);
    }
    // One file that cannot be asked about is not all.
    let rules = vec![on("MDTM").with("a.log").then(reply("450 Busy\r\n"))];
    let site = Site::new(Options { off: vec!["MLST", "MLSD"], rules, ..options() });
    for (name, time) in [("d/a.log", DAY / 2), ("d/b.log", DAY)] {
        age(&site.there(name, "x"), time);
    }
    go(&site, &["rm", "--older-than", "4h", "@d/*.log"]).ends(0);
    assert_eq!(site.names_there("d"), [""; 0]);
}

#[test]
fn a_server_that_takes_an_option_of_list_for_a_name() {
    for answer in [reply("550 -a: No such file\r\n"), reply("450 -a: No such file\r\n"), listing("")] {
        let rules = vec![on("LIST").with("LIST -a").then(answer)];
        let site = Site::new(Options { off: vec!["MLST", "MLSD"], rules, ..options() });
        site.there("t/a", "x");
        site.there("t/d/b", "y");
        let out = go(&site, &["ls", "@t"]);
        out.ends(0);
        assert_eq!(out.events("entry").len(), 2);
        go(&site, &["get", "-r", "-j1", "@t", "out"]).ends(0);
        assert_eq!((site.here("out/a"), site.here("out/d/b")), (Some(b"x".into()), Some(b"y".into())));
        let asked = site.server.commands_of("LIST").iter().filter(|c| *c == "LIST -a").count();
        assert_eq!(asked, 2, "once a connection");
    }
}

/// A plain LIST hides what begins with a dot: a server that is busy for a moment must not make it disappear.
#[test]
fn a_listing_put_off_once_is_not_asked_for_in_another_way() {
    let rules = vec![on("LIST").nth(1).then(reply("450 Busy, try again later\r\n"))];
    let site = Site::new(Options { off: vec!["MLST", "MLSD"], rules, ..options() });
    for name in ["f", ".htaccess"] {
        site.there(&format!("t/{name}"), "x");
        site.world.file(format!("out/{name}"), "x");
    }
    go(&site, &["sync", "@t/", "out/", "--delete"]);
    assert!(site.here("out/.htaccess").is_some(), "{:?}", site.server.commands());
    assert!(site.server.commands_of("LIST").iter().all(|c| c == "LIST -a"), "{:?}", site.server.commands());
}

#[test]
fn what_changed_within_an_unknown_zone_is_said_to_be_unknown() {
    let lines = line("a", now() - 7200, 8);
    let rules = vec![on("LIST").then(listing(lines))];
    let site = Site::new(Options { off: vec!["MLST", "MLSD", "MDTM"], rules, ..options() });
    site.there("www/a", "1");
    age(&site.world.file("site/a", "2"), Duration::from_secs(3600));
    let out = go(&site, &["sync", "site/", "@www/"]);
    out.ends(0);
    out.says("--checksum compares contents");
    go(&site, &["sync", "site/", "@www/", "--checksum"]).ends(0);
    assert_eq!(site.on_server("www/a").unwrap(), b"2");
}

/// A server that shows `www/current` as a directory; where it `tells`, what is unique shows that it is another one.
fn shows_links_as_directories(tells: bool) -> Site {
    let own = |dir: &str, above: &str| match tells {
        true => format!("type=cdir;unique={dir}; .\r\ntype=pdir;unique={above}; ..\r\n"),
        false => String::new(),
    };
    let file = |name: &str| format!("type=file;size=1;modify=20200101000000;unique=f; {name}\r\n");
    let www = own("1", "0") + &file("p0") + "type=dir;unique=9; current\r\ntype=dir;unique=2; real\r\n";
    let rules = vec![
        on("MLSD").with("www/current").then(listing(own("9", "8") + &file("p1") + &file("p2"))),
        on("MLSD").with("www/real").then(listing(own("2", "1") + &file("p3"))),
        on("MLSD").with("www").then(listing(www)),
    ];
    let site = Site::with(rules);
    site.there("releases/p1", "x");
    site.there("releases/p2", "x");
    site.there("www/p0", "x");
    site.there("www/real/p3", "x");
    let root = site.server.root();
    std::os::unix::fs::symlink(root.join("releases"), root.join("www/current")).unwrap();
    site
}

#[test]
fn a_link_that_is_listed_as_a_directory_is_not_followed() {
    let site = shows_links_as_directories(true);
    let out = go(&site, &["get", "-r", "@www/", "out"]);
    out.ends(0);
    assert!(site.here("out/real/p3").is_some() && site.here("out/current/p1").is_none(), "{out:?}");
    let link = |out: &Output| out.events("file").into_iter().find(|f| f["remote"] == "www/current").unwrap();
    assert_eq!(link(&out)["reason"], "symbolic link");
    let out = go(&site, &["rm", "-r", "--dry-run", "@www"]);
    let mut planned: Vec<_> =
        out.events("file").iter().map(|f| f["remote"].as_str().unwrap().to_string()).collect();
    planned.sort();
    assert_eq!(planned, ["www", "www/current", "www/p0", "www/real", "www/real/p3"]);
    go(&site, &["rm", "-r", "--include", "p*", "@www/"]).ends(0);
    assert_eq!(site.names_there("releases"), ["p1", "p2"]);
    assert_eq!(site.names_there("www"), ["current", "real"]);
    assert_eq!(site.names_there("www/real"), [""; 0]);
}

#[test]
fn sync_leaves_what_is_behind_a_link_that_is_listed_as_a_directory() {
    let deeds = |out: &Output| -> Vec<String> {
        let done = out.events("file").into_iter().filter(|f| f["outcome"] != "skipped");
        let mut all: Vec<_> = done.map(|f| f["remote"].as_str().unwrap().to_string()).collect();
        all.sort();
        all
    };
    for tells in [true, false] {
        // Gone from the source, replaced by a file, replaced by a directory.
        for new in ["", "current", "current/x"] {
            let site = shows_links_as_directories(tells);
            for name in ["site/p0", "site/real/p3"] {
                site.world.file(name, "x");
            }
            if !new.is_empty() {
                site.world.file(format!("site/{new}"), "new");
            }
            let args = ["sync", "site/", "@www/", "--delete"];
            let plan = go(&site, &[&args[..], &["--dry-run"]].concat());
            let out = go(&site, &args);
            if !tells && new == "current/x" {
                // Nobody can tell that it is not a directory, but for what would have to go from it.
                continue;
            }
            out.ends(0);
            assert!(!tells || deeds(&plan) == deeds(&out), "{plan:?} {out:?}");
            assert_eq!(site.names_there("releases"), ["p1", "p2"], "{tells} {new}: {out:?}");
            let current = site.server.root().join("www/current");
            assert_eq!(current.exists(), !new.is_empty(), "{out:?}");
            assert!(!current.is_symlink());
        }
    }
    let site = shows_links_as_directories(true);
    site.world.file("here/current/own", "x");
    let out = go(&site, &["sync", "@www/", "here/", "--delete"]);
    out.ends(0);
    assert!(site.here("here/current/own").is_some() && site.here("here/real/p3").is_some(), "{out:?}");
    site.world.file("site/current/x", "x");
    let out = go(&site, &["sync", "site/", "@www/"]);
    out.ends(69);
    assert!(out.failure().contains("a symbolic link of that name is there"), "{out:?}");
}

/// LIST shows a file of the future without the time of the day.
#[test]
fn what_is_of_the_future_is_not_old() {
    let later = now() + 3600;
    let [year, month, day, ..] = civil(later);
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        [usize::try_from(month - 1).unwrap()];
    let ahead = format!("-rw-r--r-- 1 a b 1 {month} {day:>2}  {year} ahead\r\n");
    let rules = vec![on("LIST").then(listing(line("new", now() - 300, 0) + &ahead))];
    let site = Site::new(Options { off: vec!["MLST", "MLSD"], rules, ..options() });
    age(&site.there("d/new", "x"), Duration::from_secs(300));
    let path = site.there("d/ahead", "x");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(later).unwrap());
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    let list = go(&site, &["ls", "@d/", "--sort", "time"]).events("entry");
    assert_eq!((list[0]["name"].as_str(), list[1]["name"].as_str()), (Some("new"), Some("ahead")));
    go(&site, &["get", "@d/*", "out/", "--min-age", "2m"]).ends(0);
    assert_eq!(site.names_here("out"), ["new"]);
    go(&site, &["rm", "@d/*", "--keep-newest", "1"]).ends(0);
    assert_eq!(site.names_there("d"), ["ahead"]);
}

#[test]
fn what_is_chosen_of_a_listing_is_chosen_of_all_of_it() {
    // Two lines are not understood: they may be the oldest.
    let lines: String = (0..4).map(|n| line(&format!("f{n}"), now() - 600 * (9 - n), 0)).collect();
    let rules = vec![on("LIST").then(listing(lines + "what is this?\r\n-rw- broken\r\n"))];
    let site = Site::new(Options { off: vec!["MLST", "MLSD"], rules, ..options() });
    (0..4).for_each(|n| drop(site.there(&format!("b/f{n}"), "x")));
    for more in
        [&["--sort", "time", "--first", "2"][..], &["--keep-newest", "3"], &["--last", "1", "--dry-run"]]
    {
        go(&site, &[&["rm", "@b/f*"][..], more].concat()).ends(76);
    }
    go(&site, &["get", "@b/f*", "out/", "--sort", "time", "--first", "1"]).ends(76);
    assert_eq!((site.names_there("b").len(), site.names_here("out").len()), (4, 0));
    // The end of a listing that anybody on the way can make: the second one decides.
    let entry = |n: u64| format!("type=file;size=1;modify=2026010{n}000000; f{n}\r\n");
    for recursive in [false, true] {
        let all: String = (1..=6).map(entry).collect();
        let rules = vec![
            on("MLSD").nth(1).then(listing((3..=6).map(entry).collect::<String>())),
            on("MLSD").nth(1).then(Fault::CutAfter(u64::MAX, End::Cut)),
            on("MLSD").then(listing(all)),
        ];
        let site = Site::new(Options { tls: Tls::Required, rules, ..options() });
        (1..=6).for_each(|n| drop(site.there(&format!("b/f{n}"), "x")));
        let (url, recurse) = if recursive { (site.url("b"), "-r") } else { (site.url("b/f*"), "-q") };
        let out = site.run(&["rm", recurse, &url, "--sort", "time", "--first", "2"]).args(site.trust()).go();
        out.ends(0);
        assert_eq!(site.names_there("b"), ["f3", "f4", "f5", "f6"]);
    }
}

#[test]
fn only_what_is_in_the_way_for_good_is_deleted_first() {
    let site = |no: &str| {
        let site = Site::with(vec![on("RNTO").then(reply(no))]);
        site.world.file("a.bin", "new");
        site.there("a.bin", "old");
        site
    };
    let later = site(LATER);
    go(&later, &["put", "a.bin", "@", "--replace", "delete-first"]).ends(75);
    assert_eq!(
        (later.names_there(""), later.on_server("a.bin")),
        (vec!["a.bin".into()], Some(b"old".into()))
    );
    let kept = Site::with(vec![on("RNFR").then(reply("550 Permission denied\r\n"))]);
    kept.there("a", "a");
    kept.there("b", "b");
    go(&kept, &["mv", "@a", "@b", "--replace", "delete-first"]).ends(69);
    assert_eq!(kept.on_server("b").unwrap(), b"b");
    // One file by two names, where case does not tell names apart.
    let one = Site::with(vec![on("RNTO").then(reply("553 File exists\r\n"))]);
    one.there("a", "a");
    one.there("A", "a");
    go(&one, &["mv", "@a", "@A", "--replace", "delete-first"]).ends(69);
    assert!(one.server.commands_of("DELE").is_empty());
    // What is all there is, is no leftover of long ago.
    let alone = site("553 Not that name\r\n");
    age(&alone.world.path("a.bin"), DAY * 3);
    let out = go(&alone, &["put", "a.bin", "@", "--replace", "delete-first"]);
    out.ends(69);
    let left = out.file()["temporary"].as_str().unwrap().to_string();
    assert_eq!(alone.names_there(""), std::slice::from_ref(&left));
    let time = alone.server.root().join(left).metadata().unwrap().modified().unwrap();
    assert!(time.elapsed().unwrap_or_default() < DAY, "{out:?}");
}

#[test]
fn a_temporary_is_as_old_as_it_is() {
    let site = Site::new(options());
    age(&site.world.file("a", "x"), DAY * 3);
    go(&site, &["put", "a", "@"]).ends(0);
    let said = site.server.commands();
    let at = |verb: &str| said.iter().position(|c| c.starts_with(verb)).unwrap();
    assert!(at("HASH") < at("MFMT") && at("MFMT") + 1 == at("RNFR"), "{said:?}");
    let time = site.server.root().join("a").metadata().unwrap().modified().unwrap();
    assert!(time.elapsed().unwrap() > DAY * 2);
}

#[test]
fn what_a_drop_box_has_taken_is_not_put_again() {
    // Picked up at once, and the 226 is lost.
    let taken = |rules: Vec<Rule>| {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("order");
        let take = call(move || drop(std::fs::remove_file(&file)));
        let mut all = vec![on("SIZE").then(take)];
        all.extend(rules);
        let site = Site::new(Options { rules: all, root: Some(root.path().to_owned()), ..options() });
        site.world.file("order", "x");
        (site, root)
    };
    let (lost, _root) = taken(vec![on("STOR").then(Action::Swallow(End::Reset))]);
    let out = go(&lost, &["put", "order", "@", "--in-place", "--retries", "2"]);
    out.ends(79);
    assert_eq!(lost.server.commands_of("STOR").len(), 1);
    // The 226 was read, and the connection is lost behind it.
    for looks in [1, usize::MAX] {
        let ends = on("SIZE").then(End::Reset);
        let ends = if looks == 1 { vec![on("SIZE").nth(1).then(End::Reset)] } else { vec![ends] };
        let (stored, _root) = taken(ends);
        let out = go(&stored, &["put", "order", "@", "--in-place", "--retries", "2"]);
        out.ends(0);
        assert_eq!(out.file()["verified"], "none");
        assert_eq!(stored.server.commands_of("STOR").len(), 1);
    }
}

#[test]
fn verify_of_nothing_is_no() {
    let site = Site::new(options());
    std::fs::create_dir(site.world.path("empty")).unwrap();
    site.world.file("dist/a", "x");
    site.world.file("sums", "");
    for args in [
        &["verify", "empty/", "@d/"][..],
        &["verify", "dist/", "@d/", "--include", "typo"],
        &["verify", "--manifest", "sums", "@d/"],
    ] {
        let out = go(&site, args);
        out.ends(1);
        out.says("nothing to compare");
    }
    site.there("d/a", "x");
    std::os::unix::fs::symlink("a", site.world.path("dist/link")).unwrap();
    let out = go(&site, &["verify", "dist/", "@d/"]);
    out.ends(0);
    let link = out.events("file").into_iter().find(|f| f["outcome"] == "skipped").unwrap();
    assert_eq!((&link["local"], &link["reason"]), (&"dist/link".into(), &"symbolic link".into()));
}

#[test]
fn names_of_one_site_share_a_login_and_each_has_its_line() {
    let site = Site::new(options());
    site.there("a/x", "1");
    site.there("b/y", "22");
    go(&site, &["ls", "@a/x", "@b/y"]).ends(0);
    assert_eq!(site.server.connections(), 1);
    let out = go(&site, &["ls", "@a/x", "@none", "@b/y"]);
    out.ends(3);
    let told = out.events("file");
    assert_eq!((out.events("entry").len(), told.len()), (1, 2), "{out:?}");
    assert_eq!((&told[0]["remote"], &told[0]["outcome"]), (&"none".into(), &"permanent".into()));
    assert_eq!((&told[1]["remote"], &told[1]["reason"]), (&"b/y".into(), &"an earlier failure".into()));
    let cat = |names: &[&str]| {
        let before = site.server.connections();
        let log = site.world.path("log.jsonl");
        let mut args = vec!["cat".to_string(), "--json-file".into(), log.display().to_string()];
        args.extend(names.iter().map(|name| site.url(name)));
        let out = site.world.run("rftp", args).env("RFTP_PASSWORD", PASSWORD).go();
        assert_eq!(site.server.connections(), before + 1);
        let lines = std::fs::read_to_string(log).unwrap();
        let files: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        (out, files.into_iter().filter(|line| line["type"] == "file").collect::<Vec<_>>())
    };
    let (out, files) = cat(&["a/x", "b/*"]);
    assert_eq!((out.code, out.stdout.as_slice(), files.len()), (0, &b"122"[..], 2));
    assert_eq!((&files[1]["direction"], &files[1]["bytes"]), (&"cat".into(), &2.into()));
    let (out, files) = cat(&["a/x", "none", "b/y"]);
    assert_eq!((out.code, out.stdout.as_slice()), (3, &b"1"[..]));
    let outcomes: Vec<_> = files.iter().map(|f| f["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "permanent", "skipped"]);
}

#[test]
fn a_dry_run_plans_what_the_run_does() {
    let outcomes = |out: &Output| -> Vec<(String, String)> {
        let event = |f: serde_json::Value| {
            let outcome = f["outcome"].as_str().unwrap().replace("planned", "ok");
            (f["remote"].to_string(), outcome + f["reason"].as_str().unwrap_or_default())
        };
        let mut all: Vec<_> = out.events("file").into_iter().map(event).collect();
        all.sort();
        all
    };
    for policy in ["overwrite", "skip", "newer", "fail"] {
        for verb in ["put", "get"] {
            for more in [&["-r"][..], &[]] {
                let site = Site::new(options());
                for name in ["d/a", "d/b"] {
                    age(&site.world.file(name, "x"), DAY);
                    age(&site.there(name, "x"), DAY);
                }
                site.there("d/c", "x");
                site.world.file("d/e", "x");
                let names: &[&str] = match (verb, more) {
                    ("put", ["-r"]) => &["d/", "@d/"],
                    ("put", _) => &["d/a", "@d/a"],
                    (_, ["-r"]) => &["@d/", "d/"],
                    _ => &["@d/a", "d/a"],
                };
                let args = [&[verb, "--exists", policy, "--exit-code"], more, names].concat();
                let plan = go(&site, &[&args[..], &["--dry-run"]].concat());
                assert_eq!(site.server.commands_of("STOR").len() + site.server.commands_of("RETR").len(), 0);
                let run = go(&site, &args);
                assert_eq!(outcomes(&plan), outcomes(&run), "{args:?}");
                assert_eq!(plan.code, run.code, "{args:?}");
            }
        }
    }
    // Directories that are there are not made, and somebody has to be there.
    let site = Site::new(options());
    site.world.file("dist/docs/new/a", "x");
    site.there("d1/docs/b", "x");
    let (site_url, args) = (site.url("d1/"), ["put", "-r", "dist/"]);
    let out = site.world.run("rftp", args).args([&site_url, "--dry-run"]).env("RFTP_PASSWORD", PASSWORD).go();
    let plan = out.exits(0).out();
    let made = plan.lines().filter(|l| l.starts_with("mkdir")).filter_map(|l| l.rsplit('/').next());
    assert_eq!(made.collect::<Vec<_>>(), ["new"]);
    let nobody = format!("ftp://ann@127.0.0.1:{}/", crate::support::nobody().port());
    site.run(&["put", "dist/docs/new/a", &nobody, "--dry-run"]).go().ends(75);
}

/// As ProFTPD does: MLST tells of a link that it is a file with the link's own size, time and mode.
#[test]
fn what_is_behind_a_link_is_fetched_and_its_mode_is_nobodys() {
    let link = "modify=20200101000000;size=1;type=file;UNIX.mode=0777;";
    let there = format!("250-Of it\r\n {link} /l\r\n250 End\r\n");
    let site = Site::with(vec![
        on("MLST").with("MLST l").then(reply(there)),
        on("MLSD").then(listing("modify=20200101000000;type=OS.unix=symlink;UNIX.mode=0777; l\r\n")),
    ]);
    let behind = site.there("target", "what is behind it");
    age(&behind, DAY);
    std::os::unix::fs::symlink("target", site.server.root().join("l")).unwrap();
    go(&site, &["get", "@l", "l"]).ends(0);
    assert_eq!(site.here("l").unwrap(), b"what is behind it");
    let time =
        |path: &Path| path.metadata().unwrap().modified().unwrap().duration_since(SystemTime::UNIX_EPOCH);
    assert_eq!(time(&site.world.path("l")).unwrap().as_secs(), time(&behind).unwrap().as_secs());
    site.world.file("new/l", "new");
    for args in [&["put", "new/l", "@l"][..], &["sync", "new/", "@"]] {
        let out = go(&site, args);
        out.ends(0);
        assert_eq!(out.err().contains("l on 127.0.0.1 is a symbolic link"), args[0] == "put", "{out:?}");
        assert_eq!(site.on_server("l").unwrap(), b"new");
        std::fs::remove_file(site.server.root().join("l")).unwrap();
        std::os::unix::fs::symlink("target", site.server.root().join("l")).unwrap();
    }
    assert!(site.server.commands_of("SITE").iter().all(|c| !c.contains("CHMOD")));
}
