//! `rftp sync` and workers in situations that come seldom: what was in flight at a kill, what other runs left, a server that is gone or
//! takes no more connections, and answers that are not to be had.
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::rftp_sync::{deeds, server, site, sync, tree, url, without, world};
use crate::sandbox::ftp::{Options, Server};
use crate::sandbox::script::{Action, End, on, reply};
use crate::support::{Output, World};

/// Starts a sync and kills it when the server has heard a command that begins like this.
fn killed_at(world: &World, server: &Server, args: &[&str], command: &str) {
    let before = server.commands().len();
    let args = args.iter().map(|a| a.strip_prefix('@').map_or((*a).to_string(), |path| url(server, path)));
    let going = world
        .run("rftp", ["sync".to_string()].into_iter().chain(args))
        .env("RFTP_PASSWORD", "secret")
        .start();
    let heard = |log: &[String]| log.iter().skip(before).any(|c| c.starts_with(command));
    assert!(server.wait_for(Duration::from_secs(20), |log| heard(&log.commands)), "{command}");
    going.signal(rustix::process::Signal::KILL);
    assert_eq!(going.finish().code, 137);
    assert!(server.wait_idle(Duration::from_secs(10)));
}

fn old(path: &Path) {
    let then = SystemTime::now() - Duration::from_secs(3 * 86_400);
    std::fs::File::open(path).unwrap().set_modified(then).unwrap();
}

fn there(server: &Server) -> std::collections::BTreeMap<String, Option<Vec<u8>>> {
    without(tree(&server.root().join("www")), ".rftp-state")
}

const STATE: [&str; 5] = ["site", "@www", "--state", "--delete", "-j1"];

/// Done there, and never heard of here.
fn swallowed(event: &str, with: &str) -> Server {
    server(vec![on(event).with(with).nth(1).then(Action::Swallow(End::Stall))])
}

#[test]
fn what_was_in_flight_at_a_kill_can_be_removed() {
    for (event, path) in [("RNTO", "www/d/x"), ("MKD", "www/d"), ("RNFR", "www/d/.x")] {
        let (world, server) = (world(), swallowed(event, path));
        world.file("site/keep", "x");
        world.file("site/d/x", "x");
        killed_at(&world, &server, &STATE, &format!("{event} {path}"));
        std::fs::remove_dir_all(world.path("site/d")).unwrap();
        sync(&world, &server, &STATE).exits(0);
        world.run("rftp", ["clean", "-r", &url(&server, "www")]).env("RFTP_PASSWORD", "secret").go().exits(0);
        sync(&world, &server, &STATE).exits(0);
        assert_eq!(there(&server), tree(&world.path("site")), "{event}");
    }
}

#[test]
fn what_was_removed_or_replaced_at_a_kill_is_put_again() {
    // What stands there is not what the state knew, if the source is as it was before.
    let (world, server) = (world(), swallowed("DELE", "www/gone"));
    let [gone, keep] = ["gone", "keep"].map(|name| world.file(format!("site/{name}"), "as it was"));
    sync(&world, &server, &STATE).exits(0);
    std::fs::remove_file(&gone).unwrap();
    killed_at(&world, &server, &STATE, "DELE www/gone");
    world.file("site/gone", "as it was");
    sync(&world, &server, &STATE).exits(0);
    assert_eq!(there(&server), tree(&world.path("site")));
    let stalls = vec![on("RNTO").with("www/keep").nth(1).then(Action::Swallow(End::Stall))];
    let server =
        Server::start(Options { rules: stalls, root: Some(server.root().into()), ..Options::default() });
    std::fs::write(&keep, "changed").unwrap();
    sync(&world, &server, &["site", "@www", "--state", "--rebuild-state", "--dry-run"]).exits(0);
    killed_at(&world, &server, &["site", "@www", "--state", "--rebuild-state", "-j1"], "RNTO www/keep");
    world.file("site/keep", "as it was");
    sync(&world, &server, &STATE).exits(0);
    assert_eq!(there(&server), tree(&world.path("site")));
}

#[test]
fn somebody_elses_file_keeps_a_directory_that_a_state_made() {
    let (world, server) = (world(), server(vec![]));
    world.file("site/keep", "x");
    world.file("site/d/x", "x");
    sync(&world, &server, &STATE).exits(0);
    let foreign = server.root().join("www/d/foreign");
    std::fs::write(&foreign, "somebody else's").unwrap();
    std::fs::remove_dir_all(world.path("site/d")).unwrap();
    for _ in 0..2 {
        let out = sync(&world, &server, &STATE);
        assert_eq!(
            deeds(out.exits(0), "skipped").iter().filter(|d| *d == "delete www/d").count(),
            1,
            "{out:?}"
        );
        assert!(foreign.exists());
    }
    std::fs::remove_file(&foreign).unwrap();
    sync(&world, &server, &STATE).exits(0);
    assert_eq!(there(&server), tree(&world.path("site")));
    // A refusal that is not about what is in it is a failure.
    world.file("site/d/x", "x");
    sync(&world, &server, &STATE).exits(0);
    std::fs::remove_dir_all(world.path("site/d")).unwrap();
    let refuses = vec![on("RMD").then(reply("550 Permission denied\r\n"))];
    let server =
        Server::start(Options { rules: refuses, root: Some(server.root().into()), ..Options::default() });
    sync(&world, &server, &STATE).exits(3).says("Permission denied");
}

#[test]
fn what_killed_runs_left_is_swept_and_what_is_at_work_is_spared() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 8);
    let www = server.root().join("www");
    sync(&world, &server, &["site", "@www"]).exits(0);
    std::fs::create_dir_all(www.join("old")).unwrap();
    let [left, deep, young] = ["big", "old/big", "old/young"].map(|name| {
        let path = www.join(name);
        let temporary = format!(".{}.rftp-0123456789abcdef", path.file_name().unwrap().to_str().unwrap());
        let path = path.with_file_name(temporary);
        std::fs::write(&path, "half").unwrap();
        path
    });
    let before = tree(&www);
    [&left, &deep].iter().for_each(|path| old(path));
    sync(&world, &server, &["site", "@www", "--delete", "--dry-run"]).exits(0);
    assert_eq!(tree(&www), before);
    let out = sync(&world, &server, &["site", "@www", "--delete", "-v"]);
    out.exits(0).says("which an earlier run left").says("another run's");
    assert!(!left.exists() && !deep.exists() && young.exists(), "{:?}", tree(&www));
    old(&young);
    sync(&world, &server, &["site", "@www", "--delete"]).exits(0);
    assert_eq!(tree(&www), tree(&world.path("site")));
}

#[test]
fn what_comes_here_at_the_moment_is_no_file_yet() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 4);
    sync(&world, &server, &["site", "@www"]).exits(0);
    let temporary = |name: &str| world.file(format!("site/{name}.part-0123456789abcdef"), "half");
    let (young, in_a_way) = (temporary(".a"), temporary("gone/.b"));
    let out = sync(&world, &server, &["site", "@www"]);
    assert_eq!(deeds(out.exits(0), "ok"), ["mkdir www/gone"]);
    let put = ["put", "-r", "site/", &url(&server, "again/")];
    world.run("rftp", put).env("RFTP_PASSWORD", "secret").go().exits(0);
    assert!(tree(server.root()).keys().all(|name| !name.contains(".part-")), "{:?}", tree(server.root()));
    std::fs::remove_dir(server.root().join("www/gone")).unwrap();
    sync(&world, &server, &["@www", "site", "--delete"]).exits(0);
    assert!(young.exists() && in_a_way.exists());
    // It may bear its source's time already.
    [&young, &in_a_way].iter().for_each(|path| old(path));
    sync(&world, &server, &["@www", "site", "--delete"]).exits(0);
    assert!(young.exists() && in_a_way.exists());
}

#[test]
fn a_digest_that_is_refused_makes_no_file_the_same() {
    let (world, first) = (world(), server(vec![]));
    site(&world, 8);
    sync(&world, &first, &["site", "@www", "--state"]).exits(0);
    let other = |size| {
        let changed = first.root().join("www/file 0");
        let time = std::fs::metadata(&changed).unwrap().modified().unwrap();
        std::fs::write(&changed, vec![b'Z'; size]).unwrap();
        std::fs::File::open(&changed).unwrap().set_modified(time).unwrap();
    };
    for refusal in ["556 Too large\r\n", "450 Not now\r\n", "504 Not for this\r\n"] {
        other(1024);
        let refuses = vec![on("HASH").with("file 0").then(reply(refusal))];
        let server =
            Server::start(Options { rules: refuses, root: Some(first.root().into()), ..Options::default() });
        let out = sync(&world, &server, &["site", "@www", "--checksum"]);
        out.exits(0).says("no digest of 1 files");
        assert_eq!(deeds(&out, "ok"), ["upload www/file 0"]);
        other(1024);
        let out = sync(&world, &server, &["site", "@www", "--state", "--rebuild-state"]);
        assert_eq!(deeds(out.exits(0), "ok"), ["upload www/file 0"]);
        assert_eq!(there(&server), tree(&world.path("site")));
    }
}

fn journal(world: &World) -> PathBuf {
    let dir = world.outer("state/wirepost/rftp");
    let mut all = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    all.find(|p| p.extension().is_some_and(|e| e == "journal")).expect("a journal")
}

#[test]
fn a_dry_run_leaves_the_journal_of_a_killed_run() {
    let (world, first) = (world(), swallowed("RNTO", "www/g1"));
    for name in ["g0", "g1", "g2"] {
        world.file(format!("site/{name}"), "x");
    }
    killed_at(&world, &first, &STATE, "RNTO www/g1");
    std::fs::remove_file(world.path("site/g0")).unwrap();
    let was = std::fs::read(journal(&world)).unwrap();
    let state = std::fs::read(first.root().join("www/.rftp-state")).unwrap();
    let dry = |more: &[&str]| {
        sync(&world, &first, &[&STATE[..], &["--dry-run"], more].concat()).exits(0);
        assert_eq!(std::fs::read(journal(&world)).unwrap(), was, "{more:?}");
    };
    dry(&[]);
    dry(&["--rebuild-state"]);
    // Another version of the state, or none.
    std::fs::remove_file(first.root().join("www/.rftp-state")).unwrap();
    dry(&[]);
    std::fs::write(first.root().join("www/.rftp-state"), state).unwrap();
    sync(&world, &first, &STATE).exits(0);
    let mut now = there(&first);
    now.retain(|name, _| !name.contains(".rftp-"));
    assert_eq!(now, tree(&world.path("site")));
}

#[test]
fn a_state_has_a_bound() {
    let (world, server) = (world(), server(vec![]));
    world.file("site/x", "x");
    std::fs::create_dir(server.root().join("www")).unwrap();
    let path = server.root().join("www/.rftp-state");
    std::fs::write(&path, vec![b'x'; 20 << 20]).unwrap();
    let out = sync(&world, &server, &["site", "@www", "--state"]);
    out.exits(78).says("line 1 of the state is too long").within(32 << 20);
    // In good form and without an end.
    let mut lines = String::from("{\"format\":\"wirepost-state\",\"version\":1,\"generation\":\"g\"}\n");
    let line = format!("{{\"file\":\"x\",\"size\":1}}{}\n", " ".repeat(60_000));
    while lines.len() < 65 << 20 {
        lines.push_str(&line);
    }
    std::fs::write(&path, lines).unwrap();
    let out = sync(&world, &server, &["site", "@www", "--state"]);
    out.exits(78).says("larger than 64 MiB").says("--shard").within(32 << 20);
}

#[test]
fn a_dry_run_says_what_it_did_not_ask() {
    let refuses = vec![on("MFMT").then(reply("550 Permission denied\r\n"))];
    let (world, server) = (world(), server(refuses));
    site(&world, 4);
    sync(&world, &server, &["site", "@www"]).exits(0);
    let out = sync(&world, &server, &["site", "@www", "--dry-run"]);
    let reasons: Vec<_> = out.exits(0).events("file").iter().map(|e| e["reason"].clone()).collect();
    assert_eq!(reasons, vec!["time, if the server keeps any"; 4], "{out:?}");
    assert_eq!(server.commands_of("MFMT").len(), 4, "the dry run sets nothing");
}

fn lines(out: &Output, direction: &str) -> usize {
    out.events("file").iter().filter(|e| e["direction"] == direction).count()
}

#[test]
fn who_gets_no_connection_leaves_its_file_to_the_others() {
    // The third connection is taken, and left without a word.
    for end in [End::Stall, End::Close] {
        let rules = vec![on("CONNECT").from(3).then(end)];
        let (world, server) = (world(), server(rules));
        site(&world, 40);
        let rftp = |args: &[&str]| {
            let flags = ["--json", "--timeout", "2", "-j4"];
            world.run("rftp", args.iter().chain(&flags)).env("RFTP_PASSWORD", "secret").go()
        };
        let out = rftp(&["put", "-r", "site/", &url(&server, "www/")]);
        assert!(out.exits(0).seconds < 12.0, "{out:?}");
        assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    }
}

#[test]
fn a_server_that_is_gone_is_not_waited_for_with_every_file() {
    for end in [End::Close, End::Reset] {
        let rules = vec![on("STOR").from(4).then(End::Reset), on("CONNECT").from(3).then(end)];
        let (world, server) = (world(), server(rules));
        for i in 0..30 {
            world.file(format!("site/{i}"), "x");
        }
        let out = sync(&world, &server, &["site", "@www", "-j2", "--retries", "2"]);
        assert!(out.seconds < 15.0, "{out:?}");
        assert_eq!(lines(&out, "upload"), 30, "one line each: {out:?}");
        let again = out.events("file").iter().filter(|e| e["outcome"] == "temporary").count();
        assert!(again >= 25, "{out:?}");
        assert_ne!(out.code, 0);
    }
}

#[test]
fn a_login_that_is_refused_in_the_middle_is_not_asked_for_again_and_again() {
    let rules = vec![
        on("STOR").from(6).then(End::Close),
        on("PASS").from(5).then(reply("530 Login incorrect.\r\n")),
        on("CONNECT").from(5).then(Action::Before(Vec::new())),
    ];
    let (world, server) = (world(), server(rules));
    for i in 0..40 {
        world.file(format!("site/{i}"), "x");
    }
    let out = sync(&world, &server, &["site", "@www", "-j4", "--retries", "3"]);
    assert_eq!(lines(&out, "upload"), 40, "{out:?}");
    let asked = server.commands_of("PASS").len();
    // As many as came in, and then one each, or two for who had a rename under way.
    assert!(asked <= 4 + 2 * 4, "{asked} logins: {out:?}");
    assert!(out.seconds < 15.0, "{out:?}");
    out.says("Login incorrect");
}
