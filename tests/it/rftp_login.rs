//! Who rftp says it is, and how it reads what a server says: ACCT, HOST, character sets, zones of listings, text.
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::sandbox::ftp::{Options, Server, User};
use crate::sandbox::script::{Fault, listing, on, reply};
use crate::support::{Run, World};

fn world() -> World {
    World::new().secret("user", "secret")
}

fn rftp<'w>(world: &'w World, args: &str) -> Run<'w> {
    let words: Vec<&str> = args.split(' ').chain(["--retries", "0"]).collect();
    world.run("rftp", words).env("RFTP_PASSWORD", "secret")
}

fn url(server: &Server, path: &str) -> String {
    format!("ftp://user@127.0.0.1:{}/{path}", server.port())
}

#[test]
fn an_account_is_told_where_it_is_asked_for() {
    let user = User { name: "user".into(), password: "secret".into(), account: Some("dept-42".into()) };
    let server = Server::start(Options { users: vec![user], ..Options::default() });
    let world = world().secret("user", "dept-42");
    let ls = format!("ls {}", url(&server, ""));
    rftp(&world, &ls).go().exits(77).says("--ftp-account-file");
    world.private_file("account", "dept-42\n");
    rftp(&world, &format!("{ls} --trace --ftp-account-file account")).go().exits(0).says("ACCT ****");
    let netrc = "machine 127.0.0.1 login user password secret account dept-42\n";
    world.private_file("netrc", netrc);
    let words = format!("{ls} --netrc-file netrc");
    world.run("rftp", words.split(' ')).go().exits(0);
}

#[test]
fn the_name_of_the_host_is_told_before_the_user() {
    let world = world();
    for answer in ["", "500 what?\r\n", "504 no such host\r\n", "530 log in first\r\n"] {
        let rules = if answer.is_empty() { vec![] } else { vec![on("HOST").then(reply(answer))] };
        let server = Server::start(Options { rules, ..Options::default() });
        let url = format!("ftp://user@localhost:{}/", server.port());
        rftp(&world, &format!("ls {url} -4")).go().exits(0);
        assert_eq!(server.commands()[..2], ["HOST localhost", "USER user"]);
    }
    let server = Server::start(Options::default());
    rftp(&world, &format!("ls {}", url(&server, ""))).go().exits(0);
    assert_eq!(server.commands()[0], "USER user", "an address is no name");
    let rules = vec![on("HOST").then(reply("421 not here\r\n"))];
    let server = Server::start(Options { rules, ..Options::default() });
    let url = format!("ftp://user@localhost:{}/", server.port());
    rftp(&world, &format!("ls {url} -4")).go().exits(75).says("421 not here");
}

#[test]
fn names_in_latin1() {
    for off in [vec![], vec!["MLSD", "MLST"]] {
        let server = Server::start(Options { off, ..Options::default() });
        let world = world();
        world.file("t/dé/café", "x");
        let flags = "--charset latin1";
        rftp(&world, &format!("put -r t {} {flags}", url(&server, ""))).go().exits(0);
        let there = Path::new(std::ffi::OsStr::from_bytes(b"t/d\xe9/caf\xe9"));
        assert_eq!(std::fs::read(server.root().join(there)).unwrap(), b"x");
        let options = server.commands_of("OPTS");
        assert!(options.iter().any(|o| o == "OPTS UTF8 OFF") && !options.iter().any(|o| o == "OPTS UTF8 ON"));
        let out = rftp(&world, &format!("ls -R {} {flags}", url(&server, "t"))).go();
        assert!(out.exits(0).tame().out().contains("café"), "{out:?}");
        rftp(&world, &format!("get -r {} back {flags}", url(&server, "t/"))).go().exits(0);
        assert_eq!(std::fs::read(world.path("back/dé/café")).unwrap(), b"x");
        rftp(&world, &format!("cat {} {flags}", url(&server, "t/d%C3%A9/caf%E9"))).go().exits(0);
        world.file("日本", "x");
        let out = rftp(&world, &format!("put 日本 {} {flags}", url(&server, ""))).go();
        out.exits(65).says("cannot be written in latin1");
    }
    rftp(&world(), "ls ftp://h/ --charset klingon").go().exits(64).says("not a known character set");
}

#[test]
fn the_zone_of_a_listing_is_measured_once() {
    let lines = "-rw-r--r-- 1 a b 1 2026-11-20 06:32 f\r\n-rw-r--r-- 1 a b 1 2020-01-01 01:30 g\r\n";
    let rules = vec![
        on("LIST").then(listing(lines)),
        on("MDTM").with("f").then(reply("213 20261120043251\r\n")),
        on("MDTM").with("g").then(reply("550 not asked for\r\n")),
    ];
    let server = Server::start(Options { off: vec!["MLSD", "MLST"], rules, ..Options::default() });
    std::fs::create_dir(server.root().join("d")).unwrap();
    std::fs::create_dir(server.root().join("e")).unwrap();
    let out = rftp(&world(), &format!("ls -l --json {} {}", url(&server, "d"), url(&server, "d"))).go();
    let times: Vec<_> =
        out.exits(0).events("entry").iter().map(|e| e["modified"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times[..2], ["2026-11-20T04:32:00Z", "2019-12-31T23:30:00Z"]);
    let asked = server.commands_of("MDTM");
    assert_eq!(asked.iter().filter(|c| *c == "MDTM f").count(), 1, "once a connection: {asked:?}");
}

/// Text there, here and on the wire.
const UNIX: &[u8] = b"one\ntwo\n\nthree";
const DOS: &[u8] = b"one\r\ntwo\r\n\r\nthree";

#[test]
fn text_is_converted_both_ways() {
    for (off, ascii_size) in [(vec![], false), (vec!["MLST", "MLSD"], false), (vec!["MLST", "MLSD"], true)] {
        let server = Server::start(Options { off, ascii_size, ..Options::default() });
        let world = world();
        for (name, bytes) in [("unix", UNIX), ("dos", DOS), ("empty", b""), ("cr", b"a\rb\r")] {
            world.file(name, bytes);
            let put = rftp(&world, &format!("put {name} {} --ascii --json", url(&server, name))).go();
            let file = put.exits(0).events("file").remove(0);
            assert_eq!(file["verified"], "size", "{file}");
            let there = std::fs::read(server.root().join(name)).unwrap();
            assert_eq!(there, if name == "dos" { UNIX } else { bytes }, "{name}");
            let get = rftp(&world, &format!("get {} back-{name} --ascii --json", url(&server, name))).go();
            assert_eq!(get.exits(0).events("file")[0]["verified"], "size");
            assert_eq!(std::fs::read(world.path(format!("back-{name}"))).unwrap(), there);
        }
        std::fs::write(server.root().join("crlf"), DOS).unwrap();
        rftp(&world, &format!("get {} back --ascii", url(&server, "crlf"))).go().exits(0);
        assert_eq!(std::fs::read(world.path("back")).unwrap(), UNIX);
        let cat = rftp(&world, &format!("cat {} --ascii", url(&server, "crlf"))).go();
        assert_eq!(cat.exits(0).stdout, UNIX);
        // SIZE under TYPE A would have been refused, or answered with the size of nothing.
        let mut ascii = false;
        for command in server.commands() {
            match command.as_str() {
                "USER user" | "TYPE I" => ascii = false,
                "TYPE A" => ascii = true,
                c => assert!(!(ascii && c.starts_with("SIZE")), "{c}"),
            }
        }
    }
}

#[test]
fn text_that_was_cut_is_not_taken() {
    let rules = vec![
        on("RETR").then(Fault::CutAfter(9, crate::sandbox::script::End::Close)),
        on("RETR").then(crate::sandbox::script::finally("226 All fine\r\n")),
        on("STOR").then(Fault::KeepOnly(3)),
    ];
    let server = Server::start(Options { rules, ..Options::default() });
    std::fs::write(server.root().join("f"), UNIX).unwrap();
    let world = world();
    world.file("unix", UNIX);
    rftp(&world, &format!("get {} back --ascii", url(&server, "f"))).go().exits(75).says("were announced");
    assert!(!world.path("back").exists());
    rftp(&world, &format!("put unix {} --ascii", url(&server, "g")))
        .go()
        .says("the server kept 3 of 14 bytes");
    assert!(!server.root().join("g").exists());
    rftp(&world, &format!("verify unix {} --ascii", url(&server, "f"))).go().exits(64);
}

#[test]
fn binary_is_what_was_not_asked_to_be_text() {
    let server = Server::start(Options::default());
    let world = world();
    world.file("dos", DOS);
    rftp(&world, &format!("put dos {}", url(&server, "dos"))).go().exits(0);
    assert_eq!(std::fs::read(server.root().join("dos")).unwrap(), DOS);
    assert!(!server.commands().contains(&"TYPE A".to_owned()));
}
