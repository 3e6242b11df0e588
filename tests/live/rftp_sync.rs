//! `rftp sync` against real servers: many small files, asked ahead, by one connection and by several, plain and under TLS.

use crate::{
    certs::Certs,
    fixture::{Tls, proftpd, pureftpd, vsftpd},
    support::{Output, World},
};
use std::{collections::BTreeMap, fs, path::Path};

/// How many files a tree has.
fn files() -> usize {
    if std::env::var_os("WIREPOST_FULL").is_some() { 10_000 } else { 240 }
}

fn fill(top: &Path, files: usize) {
    for i in 0..files {
        let dir = ["", "a b", "ünï/tief", "x/y/z"][i % 4];
        let path = top.join(dir).join(format!("file {i}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let size = [0, 1, 1024, 4096, 1024, 70_000][i % 6];
        fs::write(path, vec![b'a' + (i % 23) as u8; size]).unwrap();
    }
    fs::create_dir_all(top.join("empty")).unwrap();
}

fn tree(top: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![top.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_string();
            found.insert(name, path.is_file().then(|| fs::read(&path).unwrap()));
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

struct Server<'a> {
    url: String,
    ca: &'a Path,
    password: &'a str,
    root: &'a Path,
    /// It resumes sessions whenever it is asked to; Pure-FTPd need not.
    resumes: bool,
    _certs: &'a Certs,
}

fn both_ways(server: &Server<'_>, tls: bool) {
    let world = World::new().secret("tester", server.password);
    let n = files();
    fill(&world.path("site"), n);
    let password = world.private_file("password", server.password);
    let sync = |args: &[&str]| -> Output {
        let tls = if tls { "required" } else { "off" };
        let common = ["--json", "--ca-file", server.ca.to_str().unwrap(), "--tls", tls, "--password-file"];
        world
            .run("rftp", ["sync"].iter().chain(args).chain(&common).map(ToString::to_string))
            .args([&password])
            .limit(std::time::Duration::from_secs(600))
            .go()
    };
    let www = server.root.join("www");
    let up = sync(&["site", &server.url, "-j1"]);
    up.exits(0).tame();
    assert!(tree(&www) == tree(&world.path("site")), "{:?}", tree(&www).keys());
    for file in up.events("file").iter().filter(|f| f["direction"] == "upload") {
        assert_eq!((&file["outcome"], file["attempts"].as_u64()), (&"ok".into(), Some(1)), "{file}");
        assert_ne!(file["verified"], "none", "{file}");
        assert_eq!(file["tls_resumed"].is_boolean(), tls, "{file}");
        assert!(!server.resumes || file["tls_resumed"] != false, "{file}");
    }
    // Asked ahead: the connection and the verdict, and under TLS the handshake.
    let trips = up.summary()["round_trips"].as_u64().unwrap() as usize;
    let most = if tls { 3 } else { 2 } * n + n / 4 + 60;
    assert!(trips < most, "{trips} round trips for {n} files: {}", up.err());
    let again = sync(&["site", &server.url, "--delete"]);
    assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": n }), "{}", again.err());
    let down = sync(&[&server.url, "back"]);
    down.exits(0).tame();
    assert!(tree(&world.path("back")) == tree(&world.path("site")));
    // The login directory itself, by several.
    let top = server.url.trim_end_matches("www/");
    let args = ["get", "-r", "-j3", "--json", top, "top/", "--tls", if tls { "required" } else { "off" }];
    let got = world.run("rftp", args).args(["--ca-file", server.ca.to_str().unwrap(), "--password-file"]);
    got.args([&password]).limit(std::time::Duration::from_secs(600)).go().exits(0);
    assert!(tree(&world.path("top/www")) == tree(&world.path("site")));
    let again = sync(&[&server.url, "back", "--delete", "-j1"]);
    assert_eq!(again.exits(0).summary()["counts"], serde_json::json!({ "skipped": n }), "{}", again.err());
    // Half of it changes, a directory goes, and several connections bring it up to date; by a state as well.
    for i in (0..n).step_by(2) {
        let dir = ["", "a b", "ünï/tief", "x/y/z"][i % 4];
        fs::write(world.path("site").join(dir).join(format!("file {i}")), format!("changed {i}")).unwrap();
    }
    fs::remove_dir_all(world.path("site/x")).unwrap();
    for flags in [&[][..], &["--state", "--delay-updates"]] {
        let args = [&["site", &server.url, "--delete", "--max-delete", "50%", "-j4"], flags].concat();
        sync(&args).exits(0);
        let mut now = tree(&www);
        now.remove(".rftp-state");
        assert!(now == tree(&world.path("site")), "{:?}", now.keys());
    }
    let last = sync(&["site", &server.url, "--state", "--delete"]);
    assert!(last.exits(0).summary()["counts"].get("ok").is_none(), "{last:?}");
}

macro_rules! cells {
    ($($name:ident: $start:expr;)*) => {$(
        #[test]
        fn $name() {
            let tls = stringify!($name).ends_with("_tls");
            let mode = if tls { Tls::Explicit } else { Tls::Off };
            let Some(server) = ($start)(mode) else { return };
            let (url, resumes) = (server.url("/www/"), !stringify!($name).contains("pureftpd"));
            both_ways(
                &Server { url, ca: &server.ca, password: server.password, root: &server.root, resumes, _certs: &server.certs },
                tls,
            );
        }
    )*};
}

cells! {
    sync_vsftpd_plain: |tls| vsftpd::Vsftpd::start(&vsftpd::Options { tls, ..Default::default() });
    sync_vsftpd_tls: |tls| vsftpd::Vsftpd::start(&vsftpd::Options { tls, ..Default::default() });
    sync_proftpd_plain: |tls| proftpd::Proftpd::start(&proftpd::Options { tls, ..Default::default() });
    sync_proftpd_tls: |tls| proftpd::Proftpd::start(&proftpd::Options { tls, ..Default::default() });
    sync_pureftpd_plain: |tls| pureftpd::Pureftpd::start(&pureftpd::Options { tls, ..Default::default() });
    sync_pureftpd_tls: |tls| pureftpd::Pureftpd::start(&pureftpd::Options { tls, ..Default::default() });
}
