//! `rftp` with many files: directories listed and made by several at once, whose order nobody sees, and memory that does not grow
//! with the tree.
use std::path::Path;

use crate::rftp_sync::{server, url, world};
use crate::sandbox::ftp::{Options, Server};
use crate::sandbox::script::{End, on, reply, reply_then};
use crate::support::{Output, World};

fn rftp(world: &World, server: &Server, args: &[&str]) -> Output {
    let args: Vec<String> = args
        .iter()
        .map(|a| a.strip_prefix('@').map_or_else(|| (*a).to_string(), |path| url(server, path)))
        .collect();
    world
        .run("rftp", args.into_iter().chain(["--json".into(), "--retries".into(), "1".into()]))
        .env("RFTP_PASSWORD", "secret")
        .limit(std::time::Duration::from_secs(120))
        .go()
}

/// Many directories with a few files each, three levels deep.
fn bushy(top: &Path) {
    for i in 0..40 {
        let dir = top.join(format!("d{}/e{}/f{i}", i % 3, i % 7));
        std::fs::create_dir_all(&dir).unwrap();
        for name in ["a", "b"] {
            std::fs::write(dir.join(name), name).unwrap();
        }
    }
}

/// The paths of a run's events in their order.
fn order(out: &Output) -> Vec<String> {
    out.events("file").iter().map(|e| e["remote"].to_string() + e["outcome"].as_str().unwrap()).collect()
}

#[test]
fn several_list_and_nobody_sees_it() {
    let (world, server) = (world(), server(vec![on("MLSD").with("d1/e2").then(reply("450 Not now\r\n"))]));
    bushy(&server.root().join("www"));
    std::fs::create_dir(world.path("here")).unwrap();
    let plan = |jobs: &str| rftp(&world, &server, &["sync", "@www", "here", "--dry-run", jobs]);
    let (one, connections) = (plan("-j1"), server.connections());
    assert_eq!(connections, 1);
    let four = plan("-j4");
    assert_eq!(order(&one), order(&four));
    assert_eq!(one.code, four.code);
    assert!(order(&four).len() > 80, "{four:?}");
    let several = server.connections() - connections;
    assert!((2..=4).contains(&several), "{several} connections");
    // The same of a tree that is fetched.
    let get = |jobs: &str| rftp(&world, &server, &["get", "-r", "--dry-run", "@www/", "got/", jobs]);
    assert_eq!(order(&get("-j1")), order(&get("-j4")));
}

#[test]
fn a_listing_that_failed_forbids_deletion_whoever_made_it() {
    for (cut, code) in [("226 Output truncated to 2 matches\r\n", 76), ("450 Not now\r\n", 75)] {
        let (world, server) = (world(), server(vec![]));
        bushy(&server.root().join("www"));
        rftp(&world, &server, &["sync", "@www", "here"]).exits(0);
        let wrong = Server::start(Options {
            rules: vec![on("MLSD").with("d2/e4").then(crate::sandbox::script::finally(cut))],
            ..Options::default()
        });
        bushy(&wrong.root().join("www"));
        std::fs::remove_dir_all(wrong.root().join("www/d0")).unwrap();
        let out = rftp(&world, &wrong, &["sync", "@www", "here", "--delete", "--max-delete", "90%", "-j4"]);
        out.exits(code).says("nothing is deleted");
        assert!(world.path("here/d0").exists(), "{cut}");
    }
}

#[test]
fn directories_are_made_and_removed_in_few_writes() {
    let (world, server) = (world(), server(vec![]));
    bushy(&world.path("site"));
    let files = 80;
    // A skeleton that is new is neither asked for one by one nor listed.
    let out = rftp(&world, &server, &["put", "-r", "-j1", "site/", "@deep/er/"]);
    let trips = out.exits(0).summary()["round_trips"].as_u64().unwrap();
    assert!(trips < 2 * files + 25, "{trips} round trips");
    assert!(server.commands().iter().all(|c| !c.starts_with("MLSD deep/er/d")), "{:?}", server.commands());
    // One that is there is found out in a few writes too.
    let before = server.round_trips();
    rftp(&world, &server, &["put", "-r", "-j1", "site/", "@deep/er/"]).exits(0);
    let again = server.round_trips() - before;
    assert!(again < 80 * 2 + 61 * 2 + 20, "{again} round trips");
    let before = server.round_trips();
    let gone = rftp(&world, &server, &["rm", "-r", "@deep"]);
    gone.exits(0);
    assert!(!server.root().join("deep").exists());
    let removed = server.commands().iter().filter(|c| c.starts_with("RMD")).count();
    assert!(removed >= 62, "{removed}");
    let trips = server.round_trips() - before;
    assert!(trips < 62 * 4, "{trips} round trips");
}

/// 100,000 names on both sides, in one directory and in many, within 32 MiB; fewer of them in a hurry.
#[test]
fn memory_does_not_grow_with_the_tree() {
    let most = if std::env::var_os("WIREPOST_FULL").is_some() { 100_000 } else { 12_000 };
    let (world, server) = (world(), server(vec![]));
    for (name, per_dir) in [("flat", most), ("tree", 500)] {
        let top = server.root().join(name);
        for i in 0..most {
            let dir = top.join(format!("directory {}", i / per_dir));
            if i % per_dir == 0 {
                std::fs::create_dir_all(&dir).unwrap();
            }
            std::fs::File::create(dir.join(format!("some file {i:06}.txt"))).unwrap();
        }
        let local = top.to_str().unwrap().to_string();
        let args = ["sync", &local, &format!("@{name}"), "--delete"];
        let out = rftp(&world, &server, &args);
        assert_eq!(out.exits(0).summary()["counts"], serde_json::json!({ "skipped": most }));
        eprintln!("{name}: {most} names, {} KiB, {:.1} s", out.max_rss >> 10, out.seconds);
        out.within(32 << 20);
    }
}

fn contents(top: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Option<Vec<u8>>> {
    let mut found = std::collections::BTreeMap::new();
    let mut open = vec![top.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if !name.starts_with(".rftp-state") {
                found.insert(
                    path.strip_prefix(top).unwrap().into(),
                    path.is_file().then(|| std::fs::read(&path).unwrap()),
                );
            }
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

/// Random trees, shards in any order: together they do what one run does, with deletions and with states.
#[test]
fn shards_together_are_one_run_whatever_the_trees() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |n: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % n
    };
    let rounds = if std::env::var_os("WIREPOST_FULL").is_some() { 60 } else { 5 };
    for round in 0..rounds {
        let (world, shared, alone) = (world(), server(vec![]), server(vec![]));
        let state: &[&str] = if random(2) == 0 { &["--state"] } else { &[] };
        let shards = 2 + random(3);
        for phase in 0..3 {
            for _ in 0..3 + random(12) {
                let dir = ["", "a", "b/c", "b", "d/e/f"][random(5) as usize];
                let path = world.path("here").join(dir).join(format!("f{}", random(14)));
                let gone = phase > 0 && random(3) == 0;
                match gone {
                    true if random(3) == 0 => drop(std::fs::remove_dir_all(path.parent().unwrap())),
                    true => drop(std::fs::remove_file(&path)),
                    false => drop(std::fs::create_dir_all(path.parent().unwrap()).and_then(|()| {
                        std::fs::write(&path, vec![b'0' + random(10) as u8; random(300) as usize])
                    })),
                }
            }
            world.file("here/always", "x");
            let sync = |server: &Server, more: &[&str]| {
                let flags = ["sync", "here", "@there", "--delete", "--max-delete", "100%", "-j2"];
                rftp(&world, server, &[&flags[..], state, more].concat()).exits(0);
            };
            sync(&alone, &[]);
            let first = 1 + random(shards);
            // Twice round: whoever removes a directory may come before those who empty it.
            for n in 0..2 * shards {
                sync(&shared, &["--shard", &format!("{}/{shards}", (first + n) % shards + 1)]);
            }
            let (together, one) =
                (contents(&shared.root().join("there")), contents(&alone.root().join("there")));
            assert_eq!(together, one, "round {round}, phase {phase}, {shards} shards, {state:?}");
        }
    }
}

#[test]
fn a_server_that_is_full_ends_it_whoever_asks() {
    for from in [1, 2] {
        let full =
            || vec![on("CONNECT").from(from).then(reply_then("421 Too many connections\r\n", End::Close))];
        for args in [
            &["put", "-r", "site/", "@"][..],
            &["put", "-r", "site/", "@deep/"],
            &["sync", "site", "@www", "-j8"],
            &["get", "-r", "@tree/", "back/", "-j8"],
        ] {
            let (world, server) = (world(), server(full()));
            bushy(&world.path("site"));
            bushy(&server.root().join("tree"));
            let out = rftp(&world, &server, args);
            // With room for one all is done by that one.
            out.exits(if from == 1 { 75 } else { 0 });
        }
    }
}

#[test]
fn a_server_whose_process_fails_has_refused_nothing() {
    // vsftpd's last words; it is asked for a port ahead of every file.
    for nth in [1, 2, 9] {
        let oops =
            || vec![on("EPSV").nth(nth).then(reply_then("500 OOPS: priv_sock_get_int\r\n", End::Close))];
        for args in [
            &["put", "-r", "site/", "@", "-j1"][..],
            &["put", "-r", "site/", "@"],
            &["sync", "site", "@", "-j1"],
        ] {
            let (world, server) = (world(), server(oops()));
            bushy(&world.path("site"));
            rftp(&world, &server, args).exits(0);
            assert_eq!(contents(server.root()), contents(&world.path("site")), "EPSV {nth}, {args:?}");
        }
    }
}

#[test]
fn the_same_words_at_a_login_are_a_refusal() {
    let words = "500 OOPS: vsftpd: refusing to run with writable root inside chroot()\r\n";
    let (world, server) = (world(), server(vec![on("PASS").then(reply_then(words, End::Close))]));
    let out = rftp(&world, &server, &["ls", "@"]);
    out.exits(77).says("writable root");
    assert_eq!(server.commands_of("PASS").len(), 1, "nothing is tried again");
}

/// Who looks something up has seen enough with the pipe's end; what is done is not half done for that.
#[test]
fn work_goes_on_when_nobody_reads_of_it() {
    let (world, server) = (world(), server(vec![]));
    bushy(&world.path("many"));
    let rftp = crate::support::program("rftp").display().to_string();
    let shell = |script: &str| {
        let script = script.replace("rftp", &rftp);
        let sh = world.run_path(Path::new("/bin/sh"), ["-c", &script]);
        sh.env("RFTP_PASSWORD", "secret").limit(std::time::Duration::from_secs(120)).go()
    };
    let files = |dir: &str| {
        let out = rftp_names(&world, &server, dir);
        (out.iter().filter(|n| n.contains(".rftp-")).count(), out.len())
    };
    let all = (0, 80);
    let put = |to: &str, log: &str| {
        format!("rftp put -r many/ {} --json --json-file {log}.jsonl", url(&server, to))
    };
    let out = shell(&format!("({}; echo $? > rc) | head -n 1 > first; cat rc", put("www/piped/", "piped")));
    assert_eq!((out.out().as_str(), out.err().as_str()), ("0\n", ""), "{out:?}");
    assert_eq!(files("www/piped/"), all);
    let summary = |name: &str| {
        let text = std::fs::read_to_string(world.path(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(text.lines().last().unwrap()).unwrap()
    };
    assert_eq!(summary("piped.jsonl")["counts"]["ok"], 80);
    let out = shell(&format!("{} > /dev/full", put("www/full/", "full")));
    out.exits(3).says("rftp: cannot write to standard output: no space left on device");
    assert_eq!(files("www/full/"), all);
    // A report that is short is written at the end only.
    std::fs::create_dir(world.path("few")).unwrap();
    world.file("few/x", "x");
    let out = shell(&format!("rftp put -v few/x {} > /dev/full", url(&server, "www/few/")));
    out.exits(3).says("cannot write to standard output");
    assert_eq!(summary("full.jsonl")["exit"], 3);
}

/// The names of all files below.
fn rftp_names(world: &World, server: &Server, dir: &str) -> Vec<String> {
    let out = rftp(world, server, &["ls", "-R", "-a", &format!("@{dir}")]);
    out.events("entry").iter().filter(|e| e["kind"] == "file").map(|e| e["name"].to_string()).collect()
}
