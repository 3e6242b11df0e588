//! Going on with what was interrupted: within a run, and with --resume in a later one; what becomes of sources; leftovers.
use std::time::{Duration, SystemTime};

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{Action, End, Fault, Rule, on, reply};
use crate::support::Output;

const BIG: usize = 3 << 20;
const CUT: u64 = 1_500_000;

fn bytes(n: usize) -> Vec<u8> {
    let mut x = 88_172_645_463_325_252_u64;
    let mut out = Vec::with_capacity(n + 8);
    while out.len() < n {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend(x.to_le_bytes());
    }
    out.truncate(n);
    out
}

/// An upload is reset; of a download all bytes up to the cut arrive.
fn cut(event: &str, n: usize) -> Rule {
    let end = if event == "RETR" { End::Cut } else { End::Reset };
    on(event).nth(n).then(Fault::CutAfter(CUT, end))
}

fn upload(rules: Vec<Rule>, more: Options) -> Site {
    let site = Site::new(Options { rules, ..more });
    site.world.file("a.bin", bytes(BIG));
    site
}

fn put(site: &Site, more: &[&str]) -> Output {
    site.run(&[&["put", "a.bin", &site.url("a.bin")], more].concat()).go()
}

fn get(site: &Site, more: &[&str]) -> Output {
    site.run(&[&["get", &site.url("a.bin"), "a.bin"], more].concat()).go()
}

#[track_caller]
fn stored(site: &Site) {
    assert!(site.on_server("a.bin").unwrap() == bytes(BIG), "other contents");
    assert_eq!(site.names_there(""), ["a.bin"]);
}

#[track_caller]
fn fetched(site: &Site) {
    assert!(site.here("a.bin").unwrap() == bytes(BIG), "other contents");
    assert_eq!(site.names_here(""), ["a.bin"]);
}

#[test]
fn an_upload_goes_on_within_a_run() {
    for off in [vec![], vec!["HASH", "XSHA256", "XSHA512", "XSHA1", "XMD5", "XCRC", "XSHA"]] {
        let hashes = off.is_empty();
        let site = upload(vec![cut("STOR", 1)], Options { off, ..options() });
        let out = put(&site, &["--retries", "2", "--digest"]);
        out.ends(0);
        let file = out.file();
        assert_eq!(file["attempts"], 2);
        assert!(file["resumed_from"].as_u64().unwrap() > 0, "{out:?}");
        assert_eq!(file["verified"], if hashes { "hash:sha-256" } else { "size" });
        assert_eq!(file["bytes"], BIG);
        assert!(site.server.commands_of("REST").len() == 1, "{:?}", site.server.commands_of("REST"));
        stored(&site);
    }
}

#[test]
fn where_rest_is_refused_it_appends_and_else_begins_anew() {
    let site = upload(vec![cut("STOR", 1), on("REST").then(reply("502 No REST\r\n"))], options());
    let out = put(&site, &["--retries", "2"]);
    out.ends(0);
    assert!(out.file()["resumed_from"].as_u64().unwrap() > 0);
    assert_eq!(site.server.commands_of("APPE").len(), 1);
    stored(&site);
    let rules = vec![
        cut("STOR", 1),
        on("REST").then(reply("502 No REST\r\n")),
        on("APPE").then(reply("550 Append/Restart not permitted\r\n")),
    ];
    let site = upload(rules, options());
    let out = put(&site, &["--retries", "2"]);
    out.ends(0);
    assert!(out.file()["resumed_from"].is_null(), "{out:?}");
    stored(&site);
}

#[test]
fn an_offset_that_the_server_forgets_does_not_go_unseen() {
    let site = upload(vec![cut("STOR", 1), on("REST").then(Fault::IgnoreRest)], options());
    let out = put(&site, &["--retries", "3"]);
    out.ends(0);
    assert_eq!(out.file()["attempts"], 3, "begun anew: {out:?}");
    stored(&site);
}

#[test]
fn a_later_run_goes_on_with_an_upload_of_the_same_contents_only() {
    let site = upload(vec![cut("STOR", 1), cut("STOR", 2)], options());
    let out = put(&site, &["--resume"]);
    out.ends(75);
    let left = out.file()["temporary"].as_str().unwrap().to_string();
    assert!(left.starts_with(&format!(".a.bin.rftp-{BIG}-")), "{left}");
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("--resume"), "{out:?}");
    let part = site.on_server(&left).unwrap().len() as u64;
    assert!(part > 0);
    // Other contents of the same size have another name and begin at their start.
    let mut other = bytes(BIG);
    other[0] ^= 1;
    site.world.file("a.bin", &other);
    let out = put(&site, &["--resume"]);
    out.ends(75);
    assert_ne!(out.file()["temporary"].as_str().unwrap(), left);
    assert!(site.server.commands_of("REST").is_empty());
    // The first contents again: gone on with.
    site.world.file("a.bin", bytes(BIG));
    let out = put(&site, &["--resume"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], part);
    assert!(site.on_server("a.bin").unwrap() == bytes(BIG));
    assert_eq!(site.run(&["clean", &site.url("")]).go().ends(0)["counts"]["ok"], 1);
    stored(&site);
}

#[test]
fn what_is_whole_already_is_only_renamed() {
    let site = upload(vec![on("RNTO").nth(1).then(reply("450 Not now\r\n"))], options());
    put(&site, &["--resume"]).ends(75);
    assert_eq!(site.names_there("").len(), 1);
    let out = put(&site, &["--resume"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], BIG);
    assert_eq!(site.server.commands_of("STOR").len(), 1);
    stored(&site);
}

#[test]
fn without_resume_nothing_is_left() {
    let site = upload(vec![cut("STOR", 1)], options());
    put(&site, &[]).ends(75);
    assert!(site.names_there("").is_empty());
    let site = download(vec![cut("RETR", 1)], options());
    get(&site, &[]).ends(75);
    assert!(site.names_here("").is_empty());
}

fn download(rules: Vec<Rule>, more: Options) -> Site {
    let site = Site::new(Options { rules, ..more });
    site.there("a.bin", bytes(BIG));
    site
}

#[test]
fn a_download_goes_on_within_a_run() {
    let site = download(vec![cut("RETR", 1)], options());
    let out = get(&site, &["--retries", "2", "--digest"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], CUT);
    assert_eq!(out.file()["bytes"], BIG);
    let rest = site.server.commands_of("REST");
    assert_eq!(rest, [format!("REST {}", CUT - (64 << 10))], "the last 64 KiB are fetched again");
    fetched(&site);
    let sum = std::process::Command::new("sha256sum").arg(site.world.path("a.bin")).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    assert!(sum.starts_with(out.file()["sha256"].as_str().unwrap()), "the digest is of all of it");
}

#[test]
fn a_later_run_goes_on_with_a_download() {
    let site = download(vec![cut("RETR", 1)], options());
    let out = get(&site, &["--resume"]);
    out.ends(75);
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("--resume"), "{out:?}");
    assert_eq!(site.names_here("").len(), 1);
    let out = get(&site, &["--resume"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], CUT);
    fetched(&site);
}

#[test]
fn a_download_goes_on_only_with_its_own_source() {
    // Changed meanwhile: another size, another time, or other bytes under the old size and time.
    let change: [fn(&Site); 3] = [
        |site| drop(site.there("a.bin", bytes(BIG + 1))),
        |site| {
            let file = std::fs::File::options().write(true).open(site.server.root().join("a.bin")).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(7777)).unwrap();
        },
        |site| {
            let path = site.server.root().join("a.bin");
            let time = path.metadata().unwrap().modified().unwrap();
            let mut other = bytes(BIG);
            other[usize::try_from(CUT).unwrap() - 1000] ^= 1;
            std::fs::write(&path, other).unwrap();
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        },
    ];
    for change in change {
        let site = download(vec![cut("RETR", 1)], options());
        get(&site, &["--resume"]).ends(75);
        change(&site);
        let out = get(&site, &["--resume"]);
        out.ends(0);
        assert!(out.file()["resumed_from"].is_null(), "{out:?}");
        assert!(site.here("a.bin") == site.on_server("a.bin"));
        assert_eq!(site.names_here(""), ["a.bin"], "what was fetched of the old contents is gone");
    }
}

#[test]
fn a_server_that_forgets_or_refuses_the_offset_of_a_download() {
    for action in [Action::from(Fault::IgnoreRest), reply("502 No REST\r\n")] {
        let site = download(vec![cut("RETR", 1), on("REST").then(action)], options());
        let out = get(&site, &["--retries", "2"]);
        out.ends(0);
        assert!(out.file()["resumed_from"].is_null(), "{out:?}");
        fetched(&site);
    }
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let site = download(vec![on("RETR").nth(1).then(Fault::CutAfter(CUT, End::Stall))], options());
    let going = site.run(&["get", &site.url("a.bin"), "a.bin", "--resume"]).start();
    let arrived = |site: &Site| {
        let name = site.names_here("").into_iter().next();
        name.and_then(|n| site.world.path(n).metadata().ok()).is_some_and(|m| m.len() >= CUT)
    };
    assert!(site.server.wait_for(Duration::from_secs(10), |_| arrived(&site)));
    going.signal(rustix::process::Signal::KILL);
    going.finish().exits(137);
    let out = get(&site, &["--resume"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], CUT);
    fetched(&site);
}

#[test]
fn sources_end_only_once_they_arrived() {
    let site = Site::new(options());
    site.world.file("a.txt", "a");
    site.world.file("d/b.txt", "b");
    let out = site.run(&["put", "a.txt", &site.url("in/"), "--remove-source"]).go();
    out.ends(0);
    assert_eq!(out.file()["source_removed"], true);
    assert_eq!((site.here("a.txt"), site.on_server("in/a.txt")), (None, Some(b"a".to_vec())));
    let out = site.run(&["put", "-r", "d", &site.url("in/"), "--move-source-to", "sent"]).go();
    out.ends(0);
    assert_eq!(site.here("sent/d/b.txt").unwrap(), b"b");
    // A name that is taken gets a number.
    site.world.file("d/b.txt", "b2");
    site.run(&["put", "-r", "d", &site.url("in/"), "--move-source-to", "sent"]).go().ends(0);
    assert_eq!(
        (site.here("sent/d/b.txt").unwrap(), site.here("sent/d/b.1.txt").unwrap()),
        (b"b".to_vec(), b"b2".to_vec())
    );
    // Refused: it stays.
    let full = Site::with(vec![on("STOR").then(reply("552 Full\r\n"))]);
    full.world.file("a.txt", "a");
    full.run(&["put", "a.txt", &full.url(""), "--remove-source"]).go().ends(69);
    assert_eq!(full.here("a.txt").unwrap(), b"a");
    // Left alone because the target exists: it stays as well.
    site.world.file("b.txt", "b");
    site.there("b.txt", "other");
    site.run(&["put", "b.txt", &site.url(""), "--remove-source", "--exists", "skip"]).go().ends(0);
    assert_eq!(site.here("b.txt").unwrap(), b"b");
}

#[test]
fn a_source_that_grew_while_it_was_sent_is_kept() {
    let world_file: std::sync::Arc<std::sync::Mutex<Option<std::path::PathBuf>>> = Default::default();
    let path = world_file.clone();
    let grow = crate::sandbox::script::call(move || {
        use std::io::Write;
        let path = path.lock().unwrap().clone().unwrap();
        std::fs::File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
    });
    let site = Site::with(vec![on("RNTO").nth(1).then(grow)]);
    *world_file.lock().unwrap() = Some(site.world.file("log", "lines"));
    let out = site.run(&["put", "log", &site.url(""), "--remove-source"]).go();
    out.ends(75);
    assert!(out.failure().contains("it is kept"), "{out:?}");
    assert_eq!(site.here("log").unwrap(), b"linesmore");
    assert_eq!(site.on_server("log").unwrap(), b"lines");
}

#[test]
fn remote_sources_end_only_once_they_are_here() {
    let site = Site::new(options());
    for name in ["out/a.csv", "out/b.csv", "out/c.txt"] {
        site.there(name, name);
    }
    let out = site.run(&["get", &site.url("out/*.csv"), "in/", "--remove-source"]).go();
    out.ends(0);
    assert!(
        out.events("file").iter().all(|f| f["source_removed"] == true && f["verified"] == "hash:sha-256")
    );
    assert_eq!(
        (site.names_there("out"), site.names_here("in")),
        (vec!["c.txt".into()], vec!["a.csv".into(), "b.csv".into()])
    );
    site.run(&["get", &site.url("out/c.txt"), "in/", "--move-source-to", "done/x"]).go().ends(0);
    assert_eq!(site.on_server("done/x/c.txt").unwrap(), b"out/c.txt");
    site.there("out/c.txt", "second");
    site.run(&["get", &site.url("out/c.txt"), "in/", "--move-source-to", "done/x"]).go().ends(0);
    assert_eq!(site.names_there("done/x"), ["c.1.txt", "c.txt"]);
    // Changed after it was fetched: kept.
    let root = site.server.root().to_owned();
    let change = crate::sandbox::script::call(move || std::fs::write(root.join("x"), "changed").unwrap());
    let busy = Site::new(Options {
        root: Some(site.server.root().to_owned()),
        rules: vec![on("MLST").nth(2).then(change)],
        ..options()
    });
    busy.there("x", "first");
    let out = busy.run(&["get", &busy.url("x"), "--remove-source"]).go();
    out.ends(75);
    assert_eq!(
        (busy.here("x").unwrap(), busy.on_server("x").unwrap()),
        (b"first".to_vec(), b"changed".to_vec())
    );
}

#[test]
fn delete_first_where_no_rename_replaces() {
    let site = upload(vec![], Options { rename_over: false, ..options() });
    site.there("a.bin", "old");
    let out = put(&site, &[]);
    out.ends(69);
    assert!(out.file()["error"]["hint"].as_str().unwrap().contains("--replace delete-first"), "{out:?}");
    assert_eq!(site.on_server("a.bin").unwrap(), b"old");
    put(&site, &["--replace", "delete-first"]).ends(0);
    stored(&site);
    // If the second rename fails too, the temporary is all there is, and is kept.
    let site = upload(vec![on("RNTO").then(reply("553 No\r\n"))], options());
    site.there("a.bin", "old");
    let out = put(&site, &["--replace", "delete-first", "--retries", "3"]);
    out.ends(69);
    let left = out.file()["temporary"].as_str().unwrap().to_string();
    assert!(site.on_server(&left).unwrap() == bytes(BIG));
    assert_eq!(site.server.commands_of("STOR").len(), 1);
}

#[test]
fn a_put_of_several_removes_old_leftovers_and_a_small_one_does_not_look() {
    let site = Site::new(options());
    let old = SystemTime::now() - Duration::from_secs(3 * 86_400);
    for (name, is_old) in
        [(".x.rftp-0123456789abcdef", true), (".y.rftp-0123456789abcdef", false), (".z.rftp-notes", true)]
    {
        let path = site.there(name, "x");
        if is_old {
            std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
        }
    }
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for name in names {
        site.world.file(name, name);
    }
    let out = site.run(&["put", "a", &site.url("")]).go();
    out.ends(0);
    assert!(site.server.commands_of("MLSD").is_empty());
    let url = site.url("");
    site.run(&[&["put"], &names[..], &[url.as_str()]].concat()).go().ends(0);
    assert_eq!(site.server.commands_of("MLSD").len(), 1);
    assert_eq!(site.names_there("")[..3], [".y.rftp-0123456789abcdef", ".z.rftp-notes", "a"]);
}

#[test]
fn a_small_put_takes_six_round_trips_after_the_login() {
    let site = Site::new(options());
    site.world.file("a", "a");
    let count = |to: &str| {
        let before = site.server.round_trips();
        site.run(&["put", "a", &site.url(to)]).go().ends(0);
        site.server.round_trips() - before
    };
    let login = {
        let before = site.server.round_trips();
        site.run(&["quote", &site.url(""), "NOOP"]).go().ends(0);
        site.server.round_trips() - before - 1
    };
    for to in ["", "new-name", "a"] {
        let taken = count(to);
        assert!(taken - login <= 6, "{to}: {taken} of which {login} for login and goodbye");
    }
    let looks = site.server.commands_of("MLST").len();
    count("another-name");
    assert_eq!(site.server.commands_of("MLST").len(), looks + 1, "a target is looked at once");
}

#[test]
fn a_get_leaves_alone_what_another_may_be_at_work_on() {
    let site = Site::new(options());
    site.there("a", "x");
    let old = SystemTime::now() - Duration::from_secs(3 * 86_400);
    // A download that is nearly done bears its source's time already.
    let names = [".x.part-0123456789abcdef", ".x.rftp-0123456789abcdef"];
    for name in names {
        let path = site.world.file(format!("out/{name}"), "x");
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    site.run(&["get", &site.url("a"), "out/"]).go().ends(0);
    let mut left = site.names_here("out");
    left.sort();
    assert_eq!(left, [names[0], names[1], "a"]);
}
