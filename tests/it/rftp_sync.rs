//! `rftp sync` against the sandbox: what it does, what it costs, and that no failure makes it do more or less than it should.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::sandbox::ftp::{Options, Server};
use crate::sandbox::script::{Action, End, Fault, Rule, call, finally, listing, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::{Output, World};

pub fn world() -> World {
    World::new().secret("user", "secret")
}

pub fn server(rules: Vec<Rule>) -> Server {
    Server::start(Options { rules, ..Options::default() })
}

pub fn url(server: &Server, path: &str) -> String {
    server.url().replace("://", "://user@") + "/" + path
}

pub fn sync(world: &World, server: &Server, args: &[&str]) -> Output {
    let args: Vec<String> = args
        .iter()
        .map(|a| a.strip_prefix('@').map_or_else(|| (*a).to_string(), |path| url(server, path)))
        .collect();
    world
        .run("rftp", ["sync", "--json", "--retries", "5"].map(String::from).into_iter().chain(args))
        .env("RFTP_PASSWORD", "secret")
        .go()
}

/// Every path below with its contents; a directory has none.
pub fn tree(top: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    fn walk(top: &Path, dir: &Path, found: &mut BTreeMap<String, Option<Vec<u8>>>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_string();
            if path.is_dir() {
                found.insert(name, None);
                walk(top, &path, found);
            } else {
                found.insert(name, Some(std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(top, top, &mut found);
    found
}

pub fn without(mut tree: BTreeMap<String, Option<Vec<u8>>>, name: &str) -> BTreeMap<String, Option<Vec<u8>>> {
    assert!(tree.remove(name).is_some(), "no {name}");
    tree
}

pub fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    std::fs::File::open(path).unwrap().set_modified(time).unwrap();
}

pub fn site(world: &World, files: usize) {
    for i in 0..files {
        let dir = ["", "css/", "img/big/", "a b/ü/"][i % 4];
        let size = [1024, 0, 4096, 100_000][i % 4];
        let path = world.file(format!("site/{dir}file {i}"), vec![b'a' + (i % 26) as u8; size]);
        age(&path, 1000 + i as u64);
    }
    std::fs::create_dir_all(world.path("site/empty")).unwrap();
}

pub fn deeds(out: &Output, outcome: &str) -> Vec<String> {
    let mut deeds: Vec<String> = out
        .events("file")
        .iter()
        .filter(|e| e["outcome"] == outcome)
        .map(|e| {
            let name = e["remote"].as_str().or(e["local"].as_str()).unwrap_or_default();
            format!("{} {name}", e["direction"].as_str().unwrap())
        })
        .collect();
    deeds.sort();
    deeds
}

#[test]
fn up_and_then_nothing_and_back() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 40);
    let planned = sync(&world, &server, &["site", "@www", "--dry-run"]);
    planned.exits(0);
    assert!(tree(server.root()).is_empty(), "a dry run changes nothing");
    let out = sync(&world, &server, &["site", "@www"]);
    out.exits(0).tame();
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    assert_eq!(deeds(&planned, "planned"), deeds(&out, "ok"), "the plan is what a run does");
    let again = sync(&world, &server, &["site", "@www", "--delete"]);
    assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": 40 }), "{again:?}");
    let down = sync(&world, &server, &["@www", "back", "-j2"]);
    down.exits(0).tame();
    assert_eq!(tree(&world.path("back")), tree(&world.path("site")));
    let again = sync(&world, &server, &["@www", "back", "--delete"]);
    assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": 40 }), "{again:?}");
    assert_eq!(server.violations(), [""; 0]);
}

#[test]
fn two_round_trips_a_file() {
    let (world, server) = (world(), server(vec![]));
    for i in 0..100 {
        world.file(format!("site/{i:03}"), vec![b'x'; 4096]);
    }
    let out = sync(&world, &server, &["site", "@www", "-j1"]);
    let up = out.exits(0).summary()["round_trips"].as_u64().unwrap();
    assert!((200..225).contains(&up), "{up} round trips for 100 uploads");
    assert_eq!(server.connections(), 1);
    // As the server counts them: one wait for commands a file.
    assert!(server.round_trips() < 130, "{}", server.round_trips());
    let commands = server.commands();
    for (n, line) in commands.iter().enumerate() {
        if let Some(name) = line.strip_prefix("RNTO www/") {
            let stored =
                commands.iter().position(|c| c.starts_with(&format!("STOR www/.{name}.rftp-"))).unwrap();
            let next =
                commands[stored + 1..].iter().position(|c| c.starts_with("STOR")).map(|p| stored + 1 + p);
            // The rename goes in front of the next STOR, never behind its own.
            assert!(n > stored && next.is_none_or(|next| n < next), "{name}");
        }
    }
    let out = sync(&world, &server, &["@www", "back", "-j1"]);
    let down = out.exits(0).summary()["round_trips"].as_u64().unwrap();
    assert!((200..225).contains(&down), "{down} round trips for 100 downloads");
}

#[test]
fn put_and_get_of_trees_go_the_same_way() {
    let (world, server) = (world(), server(vec![]));
    for i in 0..100 {
        world.file(format!("site/{i:03}"), vec![b'x'; 1000 + i]);
    }
    let rftp = |args: &[&str]| world.run("rftp", args).env("RFTP_PASSWORD", "secret").go();
    let (to, all) = (url(&server, "www/"), url(&server, "www/*"));
    let up = rftp(&["put", "--json", "-r", "-j1", "--manifest", "sums", "site/", &to]);
    let trips = up.exits(0).summary()["round_trips"].as_u64().unwrap();
    assert!((200..240).contains(&trips), "{trips} round trips for 100 uploads");
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    assert_eq!(std::fs::read_to_string(world.path("sums")).unwrap().lines().count(), 100);
    for (n, source) in [&to, &all].into_iter().enumerate() {
        let dest = format!("back{n}/");
        let down = rftp(&["get", "--json", "-r", "-j1", source, &dest]);
        let trips = down.exits(0).summary()["round_trips"].as_u64().unwrap();
        assert!((200..225).contains(&trips), "{trips} round trips for 100 downloads");
        assert_eq!(tree(&world.path(&dest)), tree(&world.path("site")));
    }
    // By several, with the sources gone at the end; a directory in the way is one file's failure.
    std::fs::create_dir(server.root().join("www/new 5")).unwrap();
    for i in 0..30 {
        world.file(format!("more/new {i}"), "x");
    }
    let out = rftp(&["put", "--json", "-r", "-j4", "--remove-source", "more/", &to]);
    out.exits(3);
    assert_eq!(
        out.events("file").iter().filter(|f| f["outcome"] == "ok" && f["source_removed"] == true).count(),
        29
    );
    assert_eq!(tree(&world.path("more")).len(), 1);
    assert!(server.connections() >= 6, "{}", server.connections());
}

#[test]
fn a_server_that_cannot_be_asked_ahead() {
    // The question for a port while data flows is refused, as some do; or answers come in another order.
    let shuffled = vec![
        on("STOR").nth(2).then(reply("150 Go\r\n213 0\r\n")),
        on("SIZE").nth(2).then(reply("226 Done\r\n")),
    ];
    let refused = vec![on("EPSV").nth(4).then(reply("450 Data transfer in progress\r\n"))];
    for (what, rules) in [("refuses", refused), ("shuffles", shuffled)] {
        let (world, server) = (world(), server(rules));
        site(&world, 12);
        let out = sync(&world, &server, &["site", "@www", "-j1"]);
        out.exits(0);
        assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")), "{what}");
        let commands = server.commands();
        let behind = |at: usize| commands[at - 1].starts_with("HASH") || commands[at - 1].starts_with("SIZE");
        let ahead = (1..commands.len()).filter(|at| commands[*at] == "EPSV" && behind(*at)).count();
        assert!(ahead <= 3 || what == "shuffles", "{what}: it learns: {commands:#?}");
        assert!(out.seconds < 6.0, "{out:?}");
    }
}

#[test]
fn a_server_that_ends_a_transfer_when_it_is_asked_for_the_next_port() {
    // As pyftpdlib: the transfer that is under way is dropped for EPSV, and never has a verdict.
    let up = vec![on("STOR").nth(2).then(reply("150 Go\r\n")), on("SIZE").nth(2).then(reply("213 0\r\n"))];
    let (world, server) = (world(), server(up));
    site(&world, 12);
    let out = sync(&world, &server, &["site", "@www", "-j1"]);
    assert!(out.exits(0).seconds < 6.0, "{out:?}");
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    let ahead = server.commands().iter().filter(|c| c.starts_with("EPSV")).count();
    assert!(ahead > 10, "then each is asked for on its own: {ahead}");
    for (n, end) in [End::Close, End::Reset].into_iter().enumerate() {
        let cut = on("RETR").nth(2).then(Fault::CutAfter(100, end));
        let rules = vec![cut, on("RETR").nth(2).then(finally(""))];
        let server = Server::start(Options { rules, root: Some(server.root().into()), ..Options::default() });
        let back = format!("back{n}");
        let out = sync(&world, &server, &["@www", &back, "-j1"]);
        assert!(out.exits(0).seconds < 6.0, "{out:?}");
        assert_eq!(tree(&world.path(&back)), tree(&world.path("site")));
        assert_eq!(server.connections(), 2, "it learns from the first: {:#?}", server.commands());
    }
}

#[test]
fn delete_has_its_guards() {
    let (world, server) = (world(), server(vec![on("MLSD").with("www/broken").then(reply("550 No\r\n"))]));
    site(&world, 8);
    sync(&world, &server, &["site", "@www"]).exits(0);
    let www = server.root().join("www");
    for i in 0..12 {
        std::fs::create_dir_all(www.join("old/deep")).unwrap();
        std::fs::write(www.join(format!("old/deep/{i}")), "x").unwrap();
    }
    std::fs::write(www.join("keep.log"), "x").unwrap();
    let before = tree(&www);
    let refused = sync(&world, &server, &["site", "@www", "--delete"]);
    refused.exits(65).says("--max-delete");
    std::fs::create_dir(world.path("nothing")).unwrap();
    sync(&world, &server, &["nothing", "@www", "--delete", "--max-delete", "100%"]).exits(65).says("empty");
    sync(&world, &server, &["missing", "@www", "--delete"]).exits(66);
    sync(&world, &server, &["@missing", "site", "--delete"]).exits(66);
    assert_eq!(tree(&www), before, "nothing was touched");
    let args = ["site", "@www", "--delete", "--max-delete", "20", "--exclude", "*.log"];
    let planned = sync(&world, &server, &[&args[..], &["--dry-run"]].concat());
    let out = sync(&world, &server, &args);
    assert_eq!(deeds(out.exits(0), "ok"), deeds(&planned, "planned"));
    assert_eq!(without(tree(&www), "keep.log"), tree(&world.path("site")));
    // A part of the source that cannot be listed: nothing is deleted at all.
    std::fs::create_dir(www.join("broken")).unwrap();
    world.file("site/only here", "x");
    let part = sync(&world, &server, &["@www", "site", "--delete"]);
    part.says("nothing is deleted");
    assert!(world.path("site/only here").exists());
    assert_ne!(part.code, 0);
}

#[test]
fn a_listing_cut_under_tls_deletes_nothing() {
    let tls = |rules| Server::start(Options { rules, tls: Tls::Explicit, ..Options::default() });
    let with_tls = |server: &Server, args: &[&str]| -> Vec<String> {
        let ca = server.ca_pem_path().to_str().unwrap().to_string();
        let flags = ["--tls", "required", "--ca-only", &ca, "-j1"];
        args.iter().chain(&flags).map(ToString::to_string).collect()
    };
    let run = |world: &World, server: &Server, args: &[&str]| {
        let args = with_tls(server, args);
        sync(world, server, &args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    // FIN without close_notify behind a whole line, and the server, who knows of nothing, says 226.
    let part = "type=file;size=1;modify=20260101000000; a\r\n";
    let cut = |n: usize, part: &str| {
        let cut = Fault::CutAfter(u64::MAX, End::Cut);
        vec![on("MLSD").nth(n).then(listing(part)), on("MLSD").nth(n).then(cut)]
    };
    let (world, server) = (world(), tls(cut(1, part)));
    for name in ["www/a", "www/b"] {
        let path = server.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    world.file("back/b", "mine");
    run(&world, &server, &["@www", "back", "--delete"])
        .says("nothing is deleted")
        .says("without TLS's own end");
    assert_eq!(tree(&world.path("back")).keys().collect::<Vec<_>>(), ["a", "b"]);
    // Such a listing shows what is there, and is no part to choose from.
    let rftp = |args: &[&str]| world.run("rftp", with_tls(&server, args)).env("RFTP_PASSWORD", "secret").go();
    rftp(&["get", &url(&server, "www/*"), "."]).exits(0);
    // A server that has shown that it sends close_notify is asked again.
    let second = tls(cut(2, part));
    for name in ["www/d/a", "www/d/b"] {
        let path = second.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    run(&world, &second, &["@www", "again", "--delete"]).exits(0);
    assert_eq!(tree(&world.path("again")), tree(&second.root().join("www")));
    assert_eq!(second.commands_of("MLSD").len(), 3);
    // Half a line is no name, whether there is TLS or not.
    let half = self::server(vec![on("MLSD").then(listing("type=file;size=1; b1\r\ntype=file;size=1; b"))]);
    std::fs::create_dir(half.root().join("www")).unwrap();
    for name in ["www/b", "www/b1", "www/b2"] {
        std::fs::write(half.root().join(name), "x").unwrap();
    }
    let rftp = |args: &[&str]| world.run("rftp", args).env("RFTP_PASSWORD", "secret").go();
    rftp(&["rm", "-r", &url(&half, "www/")]).says("left something out");
    assert_eq!(tree(&half.root().join("www")).len(), 3);
    rftp(&["get", "-r", &url(&half, "www/"), "half/"]).exits(3);
    assert_eq!(tree(&world.path("half")).keys().collect::<Vec<_>>(), ["b1"]);
}

#[test]
fn a_state_that_was_cut_is_read_again() {
    let (world, first) = (world(), server(vec![]));
    site(&world, 20);
    sync(&world, &first, &["site", "@www", "--state"]).exits(0);
    let state = std::fs::read(first.root().join("www/.rftp-state")).unwrap();
    // Behind a line or in the middle of one, and with 226 all the same.
    let at = state.iter().take(state.len() / 2).rposition(|b| *b == b'\n').unwrap() + 1;
    for more in [0, 10] {
        let cut = on("RETR").nth(1).then(Fault::CutAfter((at + more) as u64, End::Close));
        let rules = vec![cut, on("RETR").nth(1).then(finally("226 Done\r\n"))];
        let server = Server::start(Options { rules, root: Some(first.root().into()), ..Options::default() });
        let out = sync(&world, &server, &["site", "@www", "--state", "--delete"]);
        assert_eq!(out.exits(0).summary()["counts"], serde_json::json!({ "skipped": 20 }), "{out:?}");
        assert_eq!(server.commands_of("RETR").len(), 2);
    }
}

#[test]
fn files_and_directories_in_each_others_way() {
    let (world, server) = (world(), server(vec![]));
    world.file("site/a", "file");
    world.file("site/b/c", "file");
    let www = server.root().join("www");
    std::fs::create_dir_all(www.join("a/deep")).unwrap();
    std::fs::write(www.join("a/deep/x"), "x").unwrap();
    std::fs::write(www.join("b"), "x").unwrap();
    let out = sync(&world, &server, &["site", "@www"]);
    assert_eq!(out.events("file").iter().filter(|e| e["outcome"] == "permanent").count(), 2);
    out.exits(69).says("--delete");
    sync(&world, &server, &["site", "@www", "--delete"]).exits(0);
    assert_eq!(tree(&www), tree(&world.path("site")));
    // The other way round, and a link that leads out of the target.
    std::fs::remove_file(world.path("site/a")).unwrap();
    world.file("site/a/x", "x");
    std::fs::remove_dir_all(world.path("site/b")).unwrap();
    let outside = world.path("outside");
    std::fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, world.path("site/b")).unwrap();
    let out = sync(&world, &server, &["@www", "site"]);
    assert_eq!(out.events("file").iter().filter(|e| e["outcome"] == "permanent").count(), 2, "{out:?}");
    sync(&world, &server, &["@www", "site", "--delete"]).exits(0);
    assert_eq!(tree(&www), tree(&world.path("site")));
    assert!(tree(&outside).is_empty());
}

#[test]
fn all_of_a_state_may_go_with_the_directories_that_it_found_there() {
    let (world, server) = (world(), server(vec![]));
    std::fs::create_dir_all(server.root().join("www/d")).unwrap();
    world.file("site/d/a", "a");
    let args = ["site", "@www", "--state", "--delete", "--max-delete", "100%"];
    sync(&world, &server, &args).exits(0);
    std::fs::remove_dir_all(world.path("site/d")).unwrap();
    world.file("site/d", "a file now");
    sync(&world, &server, &args).exits(0);
    assert_eq!(std::fs::read(server.root().join("www/d")).unwrap(), b"a file now");
}

#[test]
fn a_state_knows_what_it_put_there() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 20);
    let www = server.root().join("www");
    std::fs::create_dir_all(www.join("css")).unwrap();
    std::fs::write(www.join("css/foreign"), "not ours").unwrap();
    let put =
        |args: &[&str]| sync(&world, &server, &[&["site", "@www", "--state", "--delete"], args].concat());
    put(&[]).exits(0);
    let clean = || without(without(tree(&www), ".rftp-state"), "css/foreign");
    assert_eq!(clean(), tree(&world.path("site")));
    let listed = server.commands_of("MLSD").len();
    assert_eq!(listed, 0, "the target is not listed");
    let again = put(&[]);
    assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": 20 }));
    assert!(again.summary()["round_trips"].as_u64().unwrap() < 12, "{again:?}");
    // Same size, same time, other contents; one gone with its directory; one new.
    let changed = world.path("site/file 0");
    let time = std::fs::metadata(&changed).unwrap().modified().unwrap();
    std::fs::write(&changed, vec![b'Z'; 1024]).unwrap();
    std::fs::File::open(&changed).unwrap().set_modified(time).unwrap();
    std::fs::remove_dir_all(world.path("site/css")).unwrap();
    world.file("site/new/one", "1");
    let out = put(&[]);
    assert_eq!(
        out.exits(0)
            .events("file")
            .iter()
            .filter(|e| e["direction"] == "upload" && e["outcome"] == "ok")
            .count(),
        2
    );
    assert!(
        out.events("file")
            .iter()
            .all(|e| e["direction"] != "upload" || e["outcome"] != "ok" || e["sha256"].is_string())
    );
    let mut now = clean();
    assert!(now.remove("css").is_some(), "a directory that it did not make stays");
    assert_eq!(now, tree(&world.path("site")));
    // Lost, and made anew: nothing is put again, and nothing of somebody else's becomes ours.
    std::fs::remove_file(www.join(".rftp-state")).unwrap();
    let rebuilt = put(&["--rebuild-state"]);
    assert_eq!(deeds(rebuilt.exits(0), "ok"), [""; 0], "{rebuilt:?}");
    put(&[]).exits(0);
    assert!(www.join("css/foreign").exists());
    std::fs::write(www.join(".rftp-state"), "garbage").unwrap();
    put(&[]).exits(78).says("--rebuild-state");
}

#[test]
fn killed_at_any_point_it_goes_on_from_there() {
    for after in [1, 5, 9, 14] {
        let stall = on("STOR").with("www/.f").nth(after + 1).then(Action::Wait(Duration::from_secs(20)));
        let (world, server) = (world(), server(vec![stall]));
        for i in 0..16 {
            world.file(format!("site/f{i:02}"), format!("contents {i}"));
        }
        let args = ["sync", "site", &url(&server, "www"), "--state", "--delete", "-j1"];
        let going = world.run("rftp", args).env("RFTP_PASSWORD", "secret").start();
        let stored = server.wait_for(Duration::from_secs(20), |log| {
            log.commands.iter().filter(|c| c.starts_with("STOR www/.f")).count() > after
        });
        assert!(stored);
        going.signal(rustix::process::Signal::KILL);
        assert_eq!(going.finish().code, 137);
        let again = sync(&world, &server, &["site", "@www", "--state", "--delete", "-j1"]);
        // All but the one in flight, and those whose rename was on its way or not yet written down.
        let put = deeds(again.exits(0), "ok").len();
        assert!(put <= 16 - after + 3, "{put} after {after}: {again:?}");
        let mut now = without(tree(&server.root().join("www")), ".rftp-state");
        now.retain(|name, _| !name.contains(".rftp-"));
        assert_eq!(now, tree(&world.path("site")));
    }
}

#[test]
fn a_second_one_at_once_is_told_to_come_again() {
    let stall = on("STOR").nth(1).then(Action::Wait(Duration::from_secs(3)));
    let (world, server) = (world(), server(vec![stall]));
    world.file("site/a", "x");
    let args = ["sync", "site", &url(&server, "www")];
    let first = world.run("rftp", args).env("RFTP_PASSWORD", "secret").start();
    assert!(
        server.wait_for(Duration::from_secs(10), |log| log.commands.iter().any(|c| c.starts_with("STOR")))
    );
    let second = sync(&world, &server, &["site", "@www"]);
    second.exits(75).says(&format!("process {}", first.pid().as_raw_nonzero()));
    sync(&world, &server, &["site", "@www", "--wait-lock", "20"]).exits(0);
    first.finish().exits(0);
}

#[test]
fn updates_all_at_once_and_some_last() {
    let (world, server) = (world(), server(vec![]));
    for name in ["index.html", "a.css", "b.css", "c/index.html", "c/d.css"] {
        world.file(format!("site/{name}"), name);
    }
    sync(&world, &server, &["site", "@www", "--delay-updates", "--last", "index.html"]).exits(0);
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    let commands = server.commands();
    let stored = commands.iter().rposition(|c| c.starts_with("STOR")).unwrap();
    let renamed: Vec<&String> = commands.iter().filter(|c| c.starts_with("RNTO")).collect();
    assert!(commands[..stored].iter().all(|c| !c.starts_with("RNTO")), "no name before all is there");
    assert!(renamed[3..].iter().all(|c| c.ends_with("index.html")), "{renamed:?}");
    // Down as well; and one that fails holds back all.
    sync(&world, &server, &["@www", "back", "--delay-updates"]).exits(0);
    assert_eq!(tree(&world.path("back")), tree(&world.path("site")));
    let refuse = on("STOR").with("b.css").then(reply("552 Full\r\n"));
    let server = self::server(vec![refuse]);
    let out = sync(&world, &server, &["site", "@www", "--delay-updates"]);
    out.exits(3);
    assert!(tree(&server.root().join("www")).values().all(Option::is_none), "{out:?}");
    // Without it, only what comes last is held back.
    let out = sync(&world, &server, &["site", "@www", "--last", "index.html", "--delete"]);
    out.exits(3);
    let there = tree(&server.root().join("www"));
    assert!(
        there.contains_key("a.css")
            && !there.contains_key("index.html")
            && !there.contains_key("c/index.html")
    );
}

#[test]
fn a_name_that_is_refused_holds_back_all_that_is_not_named_yet() {
    let (world, server) = (world(), server(vec![on("RNTO").with("app.js").then(reply("553 No\r\n"))]));
    for i in 0..30 {
        world.file(format!("site/{i:02}"), "x");
    }
    world.file("site/app.js", "larger, so it is the first to be stored");
    world.file("site/index.html", "x");
    std::fs::create_dir(server.root().join("www")).unwrap();
    std::fs::write(server.root().join("www/gone"), "x").unwrap();
    let args = ["site", "@www", "--delay-updates", "--last", "index.html", "--delete", "-j1"];
    let out = sync(&world, &server, &args);
    out.exits(3).says("553 No");
    let there = tree(&server.root().join("www"));
    assert!(there.keys().all(|n| !n.contains("rftp-")), "{there:?}");
    assert!(
        there.contains_key("gone") && !there.contains_key("index.html") && there.len() <= 10,
        "{there:?}"
    );
    let uploads: Vec<_> = out.events("file").into_iter().filter(|e| e["direction"] == "upload").collect();
    assert_eq!(uploads.len(), 32, "one line each: {out:?}");
    assert!(uploads.iter().all(|e| e["temporary"].is_null()), "{out:?}");
    // What comes last goes out when the others are judged, also where all are few.
    let refuse = vec![on("RNTO").with("app.js").then(reply("553 No\r\n"))];
    let (world, server) = (self::world(), self::server(refuse));
    world.file("site/app.js", "x");
    world.file("site/index.html", "x");
    sync(&world, &server, &args).exits(69);
    assert!(tree(&server.root().join("www")).is_empty());
    // Down: the directory in the way of one makes the rest wait as well.
    let (world, server) = (self::world(), self::server(vec![]));
    for name in ["a", "b", "c"] {
        std::fs::create_dir_all(server.root().join("www")).unwrap();
        std::fs::write(server.root().join("www").join(name), name).unwrap();
    }
    let back = world.path("back");
    let in_the_way = back.clone();
    let late = on("EPSV").nth(4).then(call(move || std::fs::create_dir(in_the_way.join("c")).unwrap()));
    let server =
        Server::start(Options { rules: vec![late], root: Some(server.root().into()), ..Options::default() });
    let out = sync(&world, &server, &["@www", "back", "--delay-updates", "--last", "a", "-j1"]);
    out.exits(3);
    let here = tree(&back);
    assert!(!here.contains_key("a") && here.keys().all(|n| !n.contains("rftp-")), "{here:?}");
}

#[test]
fn a_signal_before_the_names_are_given_leaves_the_old_ones() {
    // At one command or another of the files that follow the third: all have their names afterwards, or none.
    let mut stopped = 0;
    for moment in 0..24 {
        let pid = Arc::new(Mutex::new(None));
        let heard = pid.clone();
        let signal = call(move || {
            let pid = heard.lock().unwrap().expect("it was started");
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        });
        let down = moment % 4 != 0;
        let event = ["EPSV", if down { "RETR" } else { "STOR" }][moment / 2 % 2];
        let (world, server) = (world(), server(vec![on(event).nth(5 + moment).then(signal)]));
        std::fs::create_dir(server.root().join("www")).unwrap();
        for i in 0..40 {
            std::fs::write(server.root().join(format!("www/{i}")), "x").unwrap();
        }
        let (site, url) = (world.path("site"), url(&server, "www"));
        let (from, to, target) = if down {
            (url.as_str(), "site", site)
        } else {
            std::fs::rename(server.root().join("www"), &site).unwrap();
            ("site", url.as_str(), server.root().join("www"))
        };
        let mut started = pid.lock().unwrap();
        // What goes with the old names goes with them: nothing is deleted that nothing has taken the place of.
        std::fs::create_dir_all(&target).unwrap();
        std::fs::write(target.join("old"), "x").unwrap();
        let args = ["sync", "--json", "--delete", "--delay-updates", "-j1", from, to];
        let going = world.run("rftp", args).env("RFTP_PASSWORD", "secret").start();
        *started = Some(going.pid());
        drop(started);
        let out = going.finish();
        let mut named = tree(&target);
        let kept = named.remove("old").is_some();
        assert!(kept || named.len() == 40, "{named:?}, {out:?}");
        for event in out.events("file") {
            // What could not be removed is told of.
            let left = event["temporary"].as_str().unwrap_or_default();
            named.remove(left.trim_start_matches("www/"));
        }
        let all = named.len() == 40 && named.keys().all(|n| n.len() < 3);
        assert!(named.is_empty() || all, "{named:?}, {out:?}");
        stopped += u32::from(out.code == 130);
    }
    assert!(stopped > 4, "{stopped}");
}

#[test]
fn a_connection_lost_twice_while_names_are_given() {
    // In the burst, and again while what became of it is looked at.
    let rules = vec![
        on("RNTO").with("www/4").nth(1).then(Action::Swallow(End::Close)),
        on("MLST").connection(2).nth(4).then(End::Close),
    ];
    let (world, server) = (world(), server(rules));
    for i in 0..10 {
        world.file(format!("site/{i}"), "x");
    }
    sync(&world, &server, &["site", "@www", "--delay-updates", "-j1"]).exits(0);
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_server_that_lets_no_times_be_set() {
    // One that announces a command and refuses it, and one whose MDTM only tells, without saying so.
    let refuses = || vec![on("MFMT").then(reply("550 Permission denied\r\n"))];
    for off in [&[][..], &["MFMT", "MLST", "MLSD", "SITE UTIME", "MDTM-SET"]] {
        let server = Server::start(Options { rules: refuses(), off: off.to_vec(), ..Options::default() });
        let world = world();
        site(&world, 12);
        sync(&world, &server, &["site", "@www"]).exits(0);
        let again = sync(&world, &server, &["site", "@www", "--delete"]);
        again.exits(0).says("does not let times be set");
        assert_eq!(again.summary()["counts"], serde_json::json!({ "skipped": 12 }), "{again:?}");
        // What is newer in the source is copied.
        let changed = world.path("site/file 0");
        let later = SystemTime::now() + Duration::from_secs(3600);
        std::fs::File::options().write(true).open(&changed).unwrap().set_modified(later).unwrap();
        let out = sync(&world, &server, &["site", "@www"]);
        assert_eq!(deeds(out.exits(0), "ok"), ["upload www/file 0"]);
    }
    // Where they can be set, another time there is another file.
    let (world, server) = (world(), server(vec![]));
    site(&world, 12);
    sync(&world, &server, &["site", "@www"]).exits(0);
    age(&server.root().join("www/file 0"), 1);
    let out = sync(&world, &server, &["site", "@www"]);
    assert_eq!(deeds(out.exits(0), "ok"), ["upload www/file 0"]);
}

#[test]
fn a_manifest_lists_all_that_is_the_same_then() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 20);
    let check = |top: &Path, files: usize| {
        let sums = world.path("sums");
        let list = std::fs::read_to_string(&sums).unwrap();
        assert_eq!(list.lines().count(), files, "{list}");
        let checked =
            std::process::Command::new("sha256sum").arg("-c").arg(&sums).current_dir(top).output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
        std::fs::remove_file(&sums).unwrap();
    };
    let flags = ["--manifest", "sums", "--exit-code"];
    for (dir, sides) in
        [("www", &["site", "@www"][..]), ("www2", &["site", "@www2", "--state"]), ("", &["@www", "back"])]
    {
        let top = if dir.is_empty() { world.path("back") } else { server.root().join(dir) };
        let run = |more: &[&str]| sync(&world, &server, &[sides, &flags, more].concat());
        run(&["--dry-run"]).exits(0);
        assert!(!world.path("sums").exists());
        run(&[]).exits(0);
        check(&top, 20);
        // Nothing to do is a no, and the list is as long.
        run(&[]).exits(1);
        check(&top, 20);
        run(&["--dry-run"]).exits(1);
    }
    sync(&world, &server, &["site", "@www", "--manifest", "missing/sums"]).exits(73);
}

#[test]
fn a_state_whose_answers_are_lost_is_settled_by_a_look() {
    // With the rename, and behind it.
    let lost = [
        on("RNTO").with(".rftp-state").nth(1).then(Action::Swallow(End::Close)),
        on("MLST").with(".rftp-state").nth(3).then(End::Close),
    ];
    for rule in lost {
        let shown = format!("{rule:?}");
        let (world, server) = (world(), server(vec![rule]));
        site(&world, 8);
        let out = sync(&world, &server, &["site", "@www", "--state"]);
        assert_eq!(
            out.exits(0).events("file").iter().filter(|e| e["outcome"] == "ok").count(),
            14,
            "{shown}"
        );
        let again = sync(&world, &server, &["site", "@www", "--state"]);
        assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": 8 }), "{shown}");
    }
}

#[test]
fn two_shards_together_are_one_run() {
    for state in [&[][..], &["--state"]] {
        let (world, server) = (world(), server(vec![]));
        site(&world, 30);
        let part = |which: &str| {
            sync(&world, &server, &[&["site", "@www", "--delete", "--shard", which], state].concat())
                .exits(0);
        };
        let www = || {
            let mut now = tree(&server.root().join("www"));
            now.retain(|name, _| !name.starts_with(".rftp-state"));
            now
        };
        part("2/2");
        assert!(www() != tree(&world.path("site")));
        part("1/2");
        assert_eq!(www(), tree(&world.path("site")));
        std::fs::remove_dir_all(world.path("site/img")).unwrap();
        world.file("site/more/x", "x");
        part("2/2");
        part("1/2");
        if !state.is_empty() {
            // Whoever made a directory removes it, and may come too early.
            part("2/2");
        }
        assert_eq!(www(), tree(&world.path("site")), "{state:?}");
    }
}

#[test]
fn shards_with_states_make_a_file_of_a_directory() {
    for name in ["d", "e", "f"] {
        let (world, server) = (world(), server(vec![]));
        let part = |which: &str| {
            let flags = ["--state", "--delete", "--max-delete", "100%", "--shard", which];
            sync(&world, &server, &[&["site", "@www"], &flags[..]].concat())
        };
        world.file("site/stays", "x");
        for n in 0..8 {
            world.file(format!("site/{name}/{n}"), "x");
        }
        for which in ["1/2", "2/2"] {
            part(which).exits(0);
        }
        std::fs::remove_dir_all(world.path("site").join(name)).unwrap();
        world.file(format!("site/{name}"), "a file now");
        // The one whose file it is may come too early.
        for which in ["1/2", "2/2", "1/2", "2/2"] {
            part(which);
        }
        for which in ["1/2", "2/2"] {
            part(which).exits(0);
        }
        let mut now = tree(&server.root().join("www"));
        now.retain(|name, _| !name.starts_with(".rftp-state"));
        assert_eq!(now, tree(&world.path("site")));
    }
}

#[test]
fn checksums_where_there_are_any() {
    let (world, server) = (world(), server(vec![]));
    site(&world, 12);
    sync(&world, &server, &["site", "@www"]).exits(0);
    let changed = server.root().join("www/file 0");
    let time = std::fs::metadata(&changed).unwrap().modified().unwrap();
    std::fs::write(&changed, vec![b'Z'; 1024]).unwrap();
    std::fs::File::open(&changed).unwrap().set_modified(time).unwrap();
    assert!(
        deeds(sync(&world, &server, &["site", "@www"]).exits(0), "ok").is_empty(),
        "size and time are the same"
    );
    let out = sync(&world, &server, &["site", "@www", "--checksum"]);
    assert_eq!(deeds(out.exits(0), "ok"), ["upload www/file 0"]);
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    let none = Server::start(Options {
        off: vec!["HASH", "XSHA256", "XSHA1", "XMD5", "XCRC"],
        ..Options::default()
    });
    sync(&world, &none, &["site", "@www"]).exits(0);
    sync(&world, &none, &["site", "@www", "--checksum"]).exits(0).says("computes no digest");
}

#[test]
fn a_server_with_little_room() {
    let server = Server::start(Options { max_connections: 2, ..Options::default() });
    let world = world();
    site(&world, 40);
    let out = sync(&world, &server, &["site", "@www", "-j8"]);
    out.exits(0);
    assert_eq!(tree(&server.root().join("www")), tree(&world.path("site")));
    assert!(out.seconds < 10.0, "{out:?}");
}

#[test]
fn interrupted_it_tells_what_remains() {
    let slow = on("STOR").from(3).then(Fault::CutAfter(0, End::Stall));
    let (world, server) = (world(), server(vec![slow]));
    for i in 0..10 {
        world.file(format!("site/{i}"), vec![b'x'; 200_000]);
    }
    let args = ["sync", "--json", "-j2", "site", &url(&server, "www")];
    let going = world.run("rftp", args).env("RFTP_PASSWORD", "secret").start();
    assert!(server.wait_for(Duration::from_secs(20), |log| {
        log.commands.iter().filter(|c| c.starts_with("STOR")).count() >= 4
    }));
    going.signal(rustix::process::Signal::INT);
    let out = going.finish();
    out.exits(130);
    assert!(out.seconds < 8.0, "{out:?}");
    assert_eq!(
        out.events("file").iter().filter(|e| e["direction"] == "upload").count(),
        10,
        "one line each: {out:?}"
    );
    assert!(out.events("file").iter().any(|e| e["reason"] == "interrupted"));
    let mut there = tree(&server.root().join("www"));
    // What could not be removed in the time that was left is named.
    for event in out.events("file") {
        if let Some(left) = event["temporary"].as_str() {
            there.remove(left.trim_start_matches("www/"));
        }
    }
    assert!(there.values().flatten().all(|c| c.len() == 200_000), "none is half: {:?}", there.keys());
}
