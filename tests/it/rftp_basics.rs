//! rftp on a friendly server: where things land, in which order, with which words, at which cost.

use crate::{
    sandbox::{
        ftp,
        script::{Fault, on, reply},
        tls::Tls,
    },
    support::{Output, World},
};
use std::{fs, path::Path};

fn world() -> World {
    World::new().secret("user", "secret")
}

fn start(options: ftp::Options) -> ftp::Server {
    ftp::Server::start(options)
}

/// A run as the sandbox's user, with quick retries off.
fn rftp(world: &World, server: &ftp::Server, args: &[&str]) -> Output {
    let url = server.url().replace("://", "://user@");
    let args: Vec<String> = args.iter().map(|a| a.replace("URL", &url)).collect();
    let ca = server.ca_pem_path();
    world
        .run("rftp", args)
        .args(["--retries", "0", "--ca-file"])
        .args([ca])
        .env("RFTP_PASSWORD", "secret")
        .go()
}

fn read(server: &ftp::Server, path: &str) -> String {
    let path = server.root().join(path);
    String::from_utf8(fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// Every file below, relative, sorted.
fn files(top: &Path) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![top.to_path_buf()]);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(top).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn things_land_as_with_cp() {
    let (world, server) = (world(), start(ftp::Options::default()));
    world.file("a.txt", "a");
    world.file("b.txt", "b");
    world.file("dist/x/y.txt", "y");
    fs::create_dir(server.root().join("dir")).unwrap();
    for (args, want) in [
        (&["put", "a.txt", "URL/new"][..], &["new"][..]),
        (&["put", "a.txt", "URL/dir"], &["dir/a.txt"]),
        (&["put", "a.txt", "URL/made/"], &["made/a.txt"]),
        (&["put", "a.txt", "b.txt", "URL/two"], &["two/a.txt", "two/b.txt"]),
        (&["put", "-r", "dist", "URL/whole/"], &["whole/dist/x/y.txt"]),
        (&["put", "-r", "dist/", "URL/contents/"], &["contents/x/y.txt"]),
        (&["put", "-r", "dist", "URL/renamed"], &["renamed/x/y.txt"]),
        (&["put", "*.txt", "URL/globbed/"], &["globbed/a.txt", "globbed/b.txt"]),
        (&["put", "a.txt", "URL//abs/a b%3F.txt"], &["abs/a b?.txt"]),
    ] {
        rftp(&world, &server, args).exits(0);
        for path in want {
            assert!(server.root().join(path).exists(), "{args:?}: {:?}", files(server.root()));
        }
    }
    assert!(server.violations().is_empty(), "{:?}", server.violations());
    for (args, want) in [
        (&["get", "URL/new", "here"][..], &["here"][..]),
        (&["get", "URL/new", "into/"], &["into/new"]),
        (&["get", "-r", "URL/whole", "."], &["whole/dist/x/y.txt"]),
        (&["get", "-r", "URL/whole/", "flat"], &["flat/dist/x/y.txt"]),
        (&["get", "URL/globbed/*.txt", "flat"], &["flat/a.txt", "flat/b.txt"]),
    ] {
        rftp(&world, &server, args).exits(0);
        for path in want {
            assert!(world.path(path).exists(), "{args:?}: {:?}", files(&world.path("")));
        }
    }
}

#[test]
fn a_name_that_exists_is_no_pattern() {
    let (world, server) = (world(), start(ftp::Options::default()));
    world.file("[1].txt", "brackets");
    world.file("1.txt", "one");
    rftp(&world, &server, &["put", "[1].txt", "URL/"]).exits(0);
    assert_eq!(files(server.root()), ["[1].txt"]);
    fs::write(server.root().join("1.txt"), "one").unwrap();
    rftp(&world, &server, &["get", "URL/[1].txt", "back"]).exits(0);
    assert_eq!(fs::read_to_string(world.path("back")).unwrap(), "brackets");
    rftp(&world, &server, &["cat", "-g", "URL/[2].txt"]).exits(66);
    rftp(&world, &server, &["put", "nothing*", "URL/"]).exits(66).says("nothing matches nothing*");
    rftp(&world, &server, &["get", "URL/no*", "."]).exits(66).says("nothing matches no*");
}

#[test]
fn names_on_the_command_line_stop_at_the_first_failure() {
    let (world, server) = (
        world(),
        start(ftp::Options {
            rules: vec![on("STOR").with(".b.txt").then(reply("552 Quota exceeded\r\n"))],
            ..ftp::Options::default()
        }),
    );
    for name in ["a.txt", "b.txt", "c.txt"] {
        world.file(name, name);
    }
    let run = rftp(&world, &server, &["put", "a.txt", "b.txt", "c.txt", "URL/", "--json"]);
    run.exits(3).says("rftp: cannot store b.txt on 127.0.0.1: 552 Quota exceeded");
    let outcomes: Vec<_> = run.events("file").iter().map(|f| f["outcome"].clone()).collect();
    assert_eq!(outcomes, ["ok", "permanent", "skipped"]);
    assert_eq!(run.events("file")[1]["error"]["code"], 552);
    assert_eq!(files(server.root()), ["a.txt"]);
    rftp(&world, &server, &["put", "a.txt", "b.txt", "c.txt", "URL/", "--keep-going"]).exits(3);
    assert_eq!(files(server.root()), ["a.txt", "c.txt"]);
    world.file("dir/a.txt", "a");
    world.file("dir/b.txt", "b");
    world.file("dir/c.txt", "c");
    rftp(&world, &server, &["put", "-r", "dir", "URL/"]).exits(3);
    assert_eq!(files(&server.root().join("dir")), ["a.txt", "c.txt"]);
}

#[test]
fn filters_choose_and_links_are_left_out() {
    let (world, server) = (world(), start(ftp::Options::default()));
    for name in ["d/a.gz", "d/b.txt", "d/tmp/c.gz", "d/e/f.gz", "d/.x.rftp-0123456789abcdef"] {
        world.file(name, name);
    }
    std::os::unix::fs::symlink("/etc/passwd", world.path("d/link.gz")).unwrap();
    world.file("ignore", "# no\n/tmp/\n");
    let args = ["put", "-r", "d/", "URL/", "--include", "*.gz", "--exclude-from", "ignore", "--json"];
    let run = rftp(&world, &server, &args);
    run.exits(0);
    assert_eq!(files(server.root()), ["a.gz", "e/f.gz"]);
    let skipped: Vec<_> = run.events("file").into_iter().filter(|f| f["outcome"] == "skipped").collect();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0]["reason"], "symbolic link");
}

#[test]
fn what_exists_is_treated_as_told() {
    let (world, server) = (world(), start(ftp::Options::default()));
    world.file("a.txt", "new contents");
    let target = server.root().join("a.txt");
    let put = |policy: &str| {
        fs::write(&target, "old").unwrap();
        rftp(&world, &server, &["put", "a.txt", "URL/", "--exists", policy, "--json"])
    };
    put("skip").exits(0);
    assert_eq!(read(&server, "a.txt"), "old");
    put("fail").exits(69).says("exists");
    assert_eq!(read(&server, "a.txt"), "old");
    put("newer").exits(0);
    assert_eq!(read(&server, "a.txt"), "new contents", "the sizes differ");
    let again = rftp(&world, &server, &["put", "a.txt", "URL/", "--exists", "newer", "--json"]);
    assert_eq!(again.events("file")[0]["reason"], "not newer");
    fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o604)).unwrap();
    rftp(&world, &server, &["put", "a.txt", "URL/"]).exits(0);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&target).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o604, "a replaced file keeps who may read it");
    fs::create_dir(server.root().join("dir")).unwrap();
    world.file("dir", "a file");
    rftp(&world, &server, &["put", "dir", "URL/"]).exits(69).says("a directory of that name is there");
}

#[test]
fn a_limit_of_nothing_is_none() {
    let (world, server) = (world(), start(ftp::Options::default()));
    for n in 0..3 {
        world.file(format!("t/{n}"), vec![b'x'; 100_000]);
    }
    rftp(&world, &server, &["put", "-r", "t", "URL/", "--limit-rate", "0"]).exits(0);
    rftp(&world, &server, &["sync", "t/", "URL/u/", "--limit-rate", "0"]).exits(0);
    rftp(&world, &server, &["get", "URL/t/0", "back", "--limit-rate", "0"]).exits(0);
    assert_eq!(fs::read(world.path("back")).unwrap().len(), 100_000);
}

#[test]
fn links_that_lead_upwards_are_not_followed() {
    let (world, server) = (world(), start(ftp::Options::default()));
    world.file("t/d/a", "a");
    world.file("other/b", "b");
    for (to, link) in [("..", "t/d/up"), ("../../other", "t/d/other"), ("../t", "other/back")] {
        std::os::unix::fs::symlink(to, world.path(link)).unwrap();
    }
    for args in [&["put", "-r", "t/", "URL/put/"][..], &["sync", "t/", "URL/sync/"]] {
        let out = rftp(&world, &server, &[args, &["--follow", "--json"]].concat());
        out.exits(0);
        let skipped = out.events("file").iter().filter(|f| f["outcome"] == "skipped").count();
        assert_eq!(skipped, 2, "{out:?}");
        let top = server.root().join(args[args.len() - 1].trim_start_matches("URL/"));
        assert_eq!(files(&top), ["d/a", "d/other/b"]);
    }
}

#[test]
fn stdin_and_stdout_are_files_as_well() {
    let (world, server) = (world(), start(ftp::Options::default()));
    let url = server.url().replace("://", "://user@");
    let run = |args: &[&str], stdin: &[u8]| {
        let args: Vec<String> = args.iter().map(|a| a.replace("URL", &url)).collect();
        world.run("rftp", args).env("RFTP_PASSWORD", "secret").stdin(stdin).go()
    };
    run(&["put", "-", "URL/in/stream.bin"], &vec![7; 300_000]).exits(0);
    assert_eq!(fs::read(server.root().join("in/stream.bin")).unwrap(), vec![7; 300_000]);
    let cat = run(&["cat", "URL/in/stream.bin", "URL/in/stream.bin"], b"");
    cat.exits(0);
    assert_eq!(cat.stdout, vec![7; 600_000]);
    run(&["put", "-", "URL/in/"], b"x").exits(64);
    run(&["put", "-", "URL/x", "--password-file", "-"], b"x").exits(64).says("standard input cannot be both");
    run(&["cat", "URL/in/stream.bin", "--json"], b"").exits(64);
    run(&["cat", "URL/none"], b"").exits(66);
}

#[test]
fn times_are_kept_both_ways() {
    let (world, server) = (world(), start(ftp::Options::default()));
    let path = world.file("a.txt", "a");
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_577_934_245);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    rftp(&world, &server, &["put", "a.txt", "URL/"]).exits(0);
    assert_eq!(fs::metadata(server.root().join("a.txt")).unwrap().modified().unwrap(), time);
    rftp(&world, &server, &["get", "URL/a.txt", "b.txt"]).exits(0);
    assert_eq!(fs::metadata(world.path("b.txt")).unwrap().modified().unwrap(), time);
    rftp(&world, &server, &["get", "URL/a.txt", "c.txt", "--no-times"]).exits(0);
    assert_ne!(fs::metadata(world.path("c.txt")).unwrap().modified().unwrap(), time);
}

#[test]
fn a_small_put_takes_six_round_trips_after_the_login() {
    for off in [vec![], vec!["MLST", "MLSD", "MFMT", "HASH", "XSHA256", "XSHA1", "XMD5", "XCRC"]] {
        let (world, server) = (world(), start(ftp::Options { off, ..ftp::Options::default() }));
        world.file("a.txt", "small");
        let run = rftp(&world, &server, &["put", "a.txt", "URL/b.txt", "--json"]);
        run.exits(0);
        // The greeting, USER, PASS, and one for all the session needs; QUIT.
        let after_login = run.summary()["round_trips"].as_u64().unwrap() - 4 - 1;
        assert!(after_login <= 6, "{after_login}: {:?}", server.commands());
    }
}

#[test]
fn digests_prove_what_was_stored() {
    let world = world();
    world.file("a.bin", vec![1; 100_000]);
    let spoilt = start(ftp::Options {
        rules: vec![on("HASH").then(reply(format!("213 SHA-256 0-100000 {} x\r\n", "0".repeat(64))))],
        ..ftp::Options::default()
    });
    let run = rftp(&world, &spoilt, &["put", "a.bin", "URL/"]);
    run.exits(75).says("another sha-256");
    assert!(files(spoilt.root()).is_empty());
    for (off, want) in [
        (vec!["HASH"], "hash:sha-256"),
        (vec!["HASH", "XSHA256"], "hash:sha-1"),
        (vec!["HASH", "XSHA256", "XSHA1", "XMD5", "XCRC"], "size"),
    ] {
        let server = start(ftp::Options { off, ..ftp::Options::default() });
        let run = rftp(&world, &server, &["put", "a.bin", "URL/", "--json"]);
        run.exits(0);
        assert_eq!(run.events("file")[0]["verified"], want);
        rftp(&world, &server, &["verify", "a.bin", "URL/a.bin"]).exits(0);
        fs::write(server.root().join("a.bin"), vec![2; 100_000]).unwrap();
        rftp(&world, &server, &["verify", "a.bin", "URL/a.bin"]).exits(1);
        rftp(&world, &server, &["verify", "a.bin", "URL/a.bin", "--by", "size"]).exits(0);
        rftp(&world, &server, &["verify", "a.bin", "URL/none"]).exits(1);
    }
    // What differs is the answer no, and an item that is counted.
    let server = start(ftp::Options::default());
    world.file("two/same", "s");
    world.file("two/size", "longer");
    fs::create_dir(server.root().join("two")).unwrap();
    fs::write(server.root().join("two/same"), "s").unwrap();
    fs::write(server.root().join("two/size"), "short").unwrap();
    let run = rftp(&world, &server, &["verify", "two/", "URL/two", "--json"]);
    run.exits(1);
    let summary = run.summary();
    assert_eq!(summary["counts"], serde_json::json!({"ok": 1, "permanent": 1}));
    assert_eq!((&summary["outcome"], &summary["retry"]), (&"permanent".into(), &"never".into()));
    let short = start(ftp::Options {
        rules: vec![on("STOR").then(Fault::KeepOnly(99_999))],
        ..ftp::Options::default()
    });
    rftp(&world, &short, &["put", "a.bin", "URL/"]).exits(75).says("kept 99999 of 100000 bytes");
    rftp(&world, &short, &["put", "a.bin", "URL/", "--in-place"]).exits(79);
}

#[test]
fn the_version_names_the_tls_library() {
    let world = world();
    for tool in ["rftp", "rsendmail", "rpop", "rimap-search"] {
        let run = world.run(tool, ["--version"]).go();
        let text = run.exits(0).out();
        assert!(text.starts_with(&format!("{tool} 0.")) && text.contains("SSL"), "{text}");
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let (world, server) = (world(), start(ftp::Options::default()));
    world.file("d/a.txt", "a");
    let run = rftp(&world, &server, &["put", "-r", "d", "URL/", "--dry-run", "--json"]);
    run.exits(0);
    assert_eq!(run.events("file")[0]["outcome"], "planned");
    assert!(files(server.root()).is_empty());
    fs::write(server.root().join("b.txt"), "b").unwrap();
    let before = world.snapshot();
    rftp(&world, &server, &["get", "URL/b.txt", "c.txt", "--dry-run"]).exits(0);
    assert!(world.changed_since(&before, &[]).is_empty());
}

#[test]
fn json_is_what_it_is_documented_to_be() {
    let (world, server) = (world(), start(ftp::Options { tls: Tls::Explicit, ..ftp::Options::default() }));
    world.file("a.txt", "seven b");
    let run = rftp(&world, &server, &["put", "a.txt", "URL/d/", "--tls", "required", "--json"]);
    run.exits(0);
    let file = &run.events("file")[0];
    let keys: Vec<&str> = file.as_object().unwrap().keys().map(String::as_str).collect();
    let want = [
        "type",
        "outcome",
        "direction",
        "local",
        "remote",
        "url",
        "bytes",
        "seconds",
        "attempts",
        "sha256",
        "verified",
        "tls_version",
        "tls_resumed",
    ];
    let mut sorted = (keys.clone(), want.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1);
    assert_eq!(
        (&file["bytes"], &file["attempts"], &file["tls_resumed"]),
        (&7.into(), &1.into(), &true.into())
    );
    assert_eq!(file["url"], format!("{}/d/a.txt", server.url().replace("://", "://user@")));
    let summary = run.summary();
    for key in ["tool", "outcome", "exit", "retry", "counts", "bytes", "seconds", "round_trips"] {
        assert!(!summary[key].is_null(), "{key}: {summary}");
    }
    let list = rftp(&world, &server, &["ls", "URL/d", "--tls", "required", "--json"]);
    assert_eq!(list.events("entry")[0]["size"], 7);
    // The same lines go to a file beside the human output.
    rftp(&world, &server, &["ls", "URL/d", "--tls", "required", "--json-file", "out.jsonl"])
        .exits(0)
        .says("");
    let text = fs::read_to_string(world.path("out.jsonl")).unwrap();
    assert!(text.lines().count() == 2 && text.lines().last().unwrap().contains("\"summary\""), "{text}");
}
