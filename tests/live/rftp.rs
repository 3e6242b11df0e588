//! rftp against real servers: every server, every kind of TLS, many transfers each, every byte compared.

use crate::{
    certs::Certs,
    fixture::{Tls, Version, proftpd, pureftpd, vsftpd},
    support::World,
};
use std::{ffi::OsStr, fs, io::Write, os::unix::ffi::OsStrExt, path::Path, time::Duration};

/// How many files a cell of the matrix moves each way.
fn rounds() -> usize {
    if std::env::var_os("WIREPOST_FULL").is_some() { 100 } else { 10 }
}

/// Bytes that differ from file to file and from place to place.
fn bytes(seed: usize, n: usize) -> Vec<u8> {
    let mut x = seed as u64 * 2 + 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x.to_le_bytes()
    };
    let mut out = Vec::with_capacity(n + 8);
    while out.len() < n {
        out.extend(next());
    }
    out.truncate(n);
    out
}

/// A tree with the names that break clients.
fn tree(top: &Path, files: usize) {
    for i in 0..files {
        let dir = ["", "a b", "ünï/tief", "x/y/z"][i % 4];
        let name = ["plain", "with space", "ümläut", "per%cent", "#hash?", "-dash", "a'b\"c"][i % 7];
        let path = top.join(dir).join(format!("{name} {i}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let size = [0, 1, 100, 4096, 300_000, 1 << 20][i % 6];
        fs::write(path, bytes(i, size)).unwrap();
    }
    fs::create_dir_all(top.join("empty")).unwrap();
}

fn same_trees(a: &Path, b: &Path) {
    let output = std::process::Command::new("diff").arg("-r").args([a, b]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

struct Server<'a> {
    url: &'a dyn Fn(&str) -> String,
    ca: &'a Path,
    password: &'a str,
    root: &'a Path,
    /// The certificates live as long as the server.
    _certs: &'a Certs,
}

fn round_trip(server: &Server<'_>, tls: bool) {
    let world = World::new().secret("tester", server.password);
    tree(&world.path("tree"), rounds() * 2);
    let password = world.private_file("password", server.password);
    let flags = |verb: &[&str]| {
        let mut args: Vec<String> = verb.iter().map(ToString::to_string).collect();
        args.extend(
            ["--ca-file", server.ca.to_str().unwrap(), "--json", "--password-file"].map(String::from),
        );
        args.push(password.display().to_string());
        args.extend(["--tls".into(), if tls { "required" } else { "off" }.into()]);
        args
    };
    let to = (server.url)("/up/");
    let put = world.run("rftp", flags(&["put", "-r", "tree", &to])).go();
    put.exits(0).tame();
    assert_eq!(put.events("file").len(), rounds() * 2, "one line a file");
    for file in put.events("file") {
        assert_eq!(file["outcome"], "ok", "{file}");
        assert_ne!(file["verified"], "none", "{file}");
        assert_eq!(file["tls_resumed"].as_bool(), tls.then_some(true), "{file}");
    }
    same_trees(&world.path("tree"), &server.root.join("up/tree"));
    let leftovers = find(server.root, ".rftp-");
    assert!(leftovers.is_empty(), "{leftovers:?}");
    let there = (server.url)("/up/tree/");
    world.run("rftp", flags(&["verify", "tree", &there])).go().exits(0);
    world.run("rftp", flags(&["get", "-r", &there, "back"])).go().exits(0).tame();
    same_trees(&world.path("tree"), &world.path("back"));
    let list = world.run("rftp", flags(&["ls", "-lR", &there])).go();
    list.exits(0).tame();
    let one = list
        .events("entry")
        .into_iter()
        .find(|e| e["kind"] == "file" && e["size"] == 300_000)
        .expect("a file");
    let cat = world
        .run("rftp", flags(&["cat", one["url"].as_str().unwrap()]).iter().filter(|a| *a != "--json"))
        .go();
    cat.exits(0);
    assert_eq!(cat.stdout, fs::read(server.root.join("up/tree").join(relative(&one))).unwrap());
    // Something differs: said, and 1.
    fs::write(server.root.join("up/tree").join(relative(&one)), bytes(7, 300_000)).unwrap();
    let differs = world.run("rftp", flags(&["verify", "tree", &there])).go();
    differs.exits(1);
    assert_eq!(differs.events("file").iter().filter(|f| f["reason"] == "contents").count(), 1);
}

fn relative(entry: &serde_json::Value) -> String {
    entry["path"].as_str().unwrap().trim_start_matches("up/tree/").to_string()
}

fn find(dir: &Path, part: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(find(&entry.path(), part));
        } else if entry.file_name().to_string_lossy().contains(part) {
            found.push(entry.path());
        }
    }
    found
}

/// A real tree, hundreds of files and one large one, over FTPS and back, bit for bit.
fn real_tree(server: &Server<'_>) {
    let world = World::new().secret("tester", server.password);
    tree(&world.path("tree"), 400);
    let large: u64 =
        if std::env::var_os("WIREPOST_FULL").is_some() { (1 << 30) + 4097 } else { (48 << 20) + 4097 };
    let mut file = fs::File::create(world.path("tree/lärge file.bin")).unwrap();
    let block = bytes(99, 1 << 20);
    for i in 0..=large >> 20 {
        let n = (large - (i << 20)).min(1 << 20) as usize;
        file.write_all(&block[..n]).unwrap();
    }
    drop(file);
    let password = world.private_file("password", server.password);
    let run = |args: &[&str]| {
        let shared =
            ["--ca-file", server.ca.to_str().unwrap(), "--tls", "required", "--json", "--password-file"];
        let args =
            args.iter().chain(&shared).map(ToString::to_string).chain([password.display().to_string()]);
        let out = world.run("rftp", args).limit(Duration::from_secs(600)).go();
        out.exits(0).within(24 << 20);
        out
    };
    let (to, there) = ((server.url)("/tree/"), (server.url)("/tree/"));
    assert_eq!(run(&["put", "-r", "tree/", &to]).events("file").len(), 401);
    run(&["verify", "tree", &there]);
    run(&["get", "-r", &there, "back"]);
    same_trees(&world.path("tree"), &world.path("back"));
}

/// Names with the byte that Telnet escapes, which vsftpd does not.
fn odd_names(url: &dyn Fn(&str) -> String, root: &Path, password: &str) {
    let world = World::new().secret("tester", password);
    for name in [&b"\xff\xfe.bin"[..], b"a\xff\xff", b"\xff", b"d\xff/\xffx"] {
        world.file(Path::new("nu").join(OsStr::from_bytes(name)), name);
    }
    let password = world.private_file("password", password).display().to_string();
    let run = |args: &[&str]| {
        let shared = ["--tls", "off", "--json", "--retries", "0", "--password-file", &password];
        let out = world.run("rftp", args.iter().chain(&shared)).go();
        out.exits(0).tame();
        out
    };
    for (dir, more) in
        [("many/", vec![]), ("one/", vec!["--exists", "newer"]), ("placed/", vec!["--in-place"])]
    {
        let to = url(&format!("/{dir}"));
        run(&[&["put", "-r", "nu/", &to], &more[..]].concat());
        same_trees(&world.path("nu"), &root.join(dir));
        run(&["verify", "nu/", &to]);
        run(&["get", "-r", &to, &format!("back/{dir}")]);
        same_trees(&world.path("nu"), &world.path(format!("back/{dir}")));
        run(&["rm", "-r", &to]);
        assert!(!root.join(dir).exists());
    }
    run(&["sync", "nu/", &url("/s/")]);
    same_trees(&world.path("nu"), &root.join("s"));
}

#[test]
fn odd_names_arrive_at_vsftpd() {
    let Some(s) = vsftpd::Vsftpd::start(&vsftpd::Options { tls: Tls::Off, ..Default::default() }) else {
        return;
    };
    odd_names(&|path| s.url(path), &s.root, s.password);
}

#[test]
fn odd_names_arrive_at_proftpd() {
    let options = proftpd::Options { tls: Tls::Off, ..Default::default() };
    let Some(s) = proftpd::Proftpd::start(&options) else { return };
    odd_names(&|path| s.url(path), &s.root, s.password);
}

#[test]
fn odd_names_arrive_at_pureftpd() {
    let options = pureftpd::Options { tls: Tls::Off, ..Default::default() };
    let Some(s) = pureftpd::Pureftpd::start(&options) else { return };
    odd_names(&|path| s.url(path), &s.root, s.password);
}

/// Pure-FTPd makes `_` of spaces at both ends of a name that it creates.
#[test]
fn spaces_at_the_ends_of_names_at_pureftpd() {
    let options = pureftpd::Options { tls: Tls::Off, ..Default::default() };
    let Some(s) = pureftpd::Pureftpd::start(&options) else { return };
    let world = World::new().secret("tester", s.password);
    let run = |args: &[&str]| {
        let shared = ["--tls", "off", "--json", "--retries", "0"];
        world.run("rftp", args.iter().chain(&shared)).env("RFTP_PASSWORD", s.password).go()
    };
    for name in [" a", "b ", "c"] {
        world.file(format!("t/{name}"), name);
    }
    run(&["put", "-r", "t/", &s.url("/")]).exits(3).says("a space at either end of a name");
    run(&["put", "t/c", &s.url("/d ")]).exits(69);
    run(&["put", "t/c", &s.url("/d "), "--in-place"]).exits(69);
    run(&["mkdir", &s.url("/e ")]).exits(69);
    run(&["mv", &s.url("/c"), &s.url("/f ")]).exits(69);
    let mut names: Vec<_> = fs::read_dir(&s.root).unwrap().flatten().map(|e| e.file_name()).collect();
    names.sort();
    assert_eq!(names, ["c"]);
    // In a directory it is no end.
    run(&["put", "t/ a", &s.url("/d/")]).exits(0);
    assert!(s.root.join("d/ a").exists());
}

/// A server that shows a link to a directory as the directory: nothing is lost behind it.
fn links_as_directories(url: &dyn Fn(&str) -> String, root: &Path, password: &str) {
    let world = World::new().secret("tester", password);
    let run = |args: &[&str]| {
        let shared = ["--tls", "off", "--json", "--retries", "0"];
        let out = world.run("rftp", args.iter().chain(&shared)).env("RFTP_PASSWORD", password).go();
        out.exits(0).tame();
        out
    };
    for name in ["42/p1", "42/d/p2", "site/a", "site/d/p3"] {
        world.file(name, "x");
    }
    run(&["put", "-r", "42", "site", &url("/")]);
    let link = || std::os::unix::fs::symlink("../42", root.join("site/current")).unwrap();
    let is_there = || assert!(root.join("42/p1").exists() && root.join("42/d/p2").exists());
    link();
    let out = run(&["rm", "-r", "--dry-run", &url("/site")]);
    assert!(!out.out().contains("current/p1"), "{out:?}");
    run(&["rm", "-r", "--include", "p*", &url("/site/")]);
    is_there();
    assert!(root.join("site/current").is_symlink() && !root.join("site/d/p3").exists());
    run(&["sync", "site/", &url("/site/"), "--delete"]);
    is_there();
    assert!(!root.join("site/current").is_symlink() && root.join("site/d/p3").exists());
    link();
    world.file("site/current", "a file now");
    run(&["sync", "site/", &url("/site/"), "--delete"]);
    is_there();
    assert!(!root.join("site/current").is_symlink() && root.join("site/current").is_file());
}

#[test]
fn links_that_proftpd_shows_as_directories() {
    let extra = "ShowSymlinks off\n".into();
    let options = proftpd::Options { tls: Tls::Off, extra, ..Default::default() };
    let Some(s) = proftpd::Proftpd::start(&options) else { return };
    links_as_directories(&|path| s.url(path), &s.root, s.password);
}

/// Of a link ProFTPD's MLST tells the link's own size and mode.
#[test]
fn what_is_behind_a_link_of_proftpd() {
    let Some(s) = proftpd::Proftpd::start(&proftpd::Options { tls: Tls::Off, ..Default::default() }) else {
        return;
    };
    let world = World::new().secret("tester", s.password);
    let run = |args: &[&str]| {
        let shared = ["--tls", "off", "--json", "--retries", "0"];
        world.run("rftp", args.iter().chain(&shared)).env("RFTP_PASSWORD", s.password).go().exits(0).tame();
    };
    fs::write(s.root.join("file"), "what is behind it").unwrap();
    std::os::unix::fs::symlink("file", s.root.join("link")).unwrap();
    run(&["get", &s.url("/link"), "link"]);
    assert_eq!(fs::read(world.path("link")).unwrap(), b"what is behind it");
    run(&["put", "link", &s.url("/link")]);
    let about = s.root.join("link").symlink_metadata().unwrap();
    assert!(about.is_file());
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777, 0o644);
}

#[test]
fn links_that_pureftpd_shows_as_directories() {
    let options = pureftpd::Options { tls: Tls::Off, arguments: vec!["-b".into()], ..Default::default() };
    let Some(s) = pureftpd::Pureftpd::start(&options) else { return };
    links_as_directories(&|path| s.url(path), &s.root, s.password);
}

#[test]
fn a_real_tree_to_vsftpd_and_back() {
    let Some(s) = vsftpd::Vsftpd::start(&vsftpd::Options::default()) else { return };
    let url = |path: &str| s.url(path);
    real_tree(&Server { url: &url, ca: &s.ca, password: s.password, root: &s.root, _certs: &s.certs });
}

#[test]
fn a_real_tree_to_proftpd_and_back() {
    let Some(s) = proftpd::Proftpd::start(&proftpd::Options::default()) else { return };
    let url = |path: &str| s.url(path);
    real_tree(&Server { url: &url, ca: &s.ca, password: s.password, root: &s.root, _certs: &s.certs });
}

macro_rules! cells {
    ($($name:ident: $server:ident, $tls:ident, $version:ident;)*) => {$(
        #[test]
        fn $name() {
            let options = $server::Options { tls: Tls::$tls, max: Version::$version, ..Default::default() };
            let Some(server) = cells!(@start $server options) else { return };
            let url = |path: &str| server.url(path);
            round_trip(
                &Server { url: &url, ca: &server.ca, password: server.password, root: &server.root, _certs: &server.certs },
                Tls::$tls != Tls::Off,
            );
        }
    )*};
    (@start vsftpd $options:ident) => { vsftpd::Vsftpd::start(&$options) };
    (@start proftpd $options:ident) => { proftpd::Proftpd::start(&$options) };
}

cells! {
    vsftpd_plain: vsftpd, Off, V1_3;
    vsftpd_explicit_1_2: vsftpd, Explicit, V1_2;
    vsftpd_explicit_1_3: vsftpd, Explicit, V1_3;
    vsftpd_implicit_1_2: vsftpd, Implicit, V1_2;
    vsftpd_implicit_1_3: vsftpd, Implicit, V1_3;
    proftpd_plain: proftpd, Off, V1_3;
    proftpd_explicit_1_2: proftpd, Explicit, V1_2;
    proftpd_explicit_1_3: proftpd, Explicit, V1_3;
    proftpd_implicit_1_2: proftpd, Implicit, V1_2;
    proftpd_implicit_1_3: proftpd, Implicit, V1_3;
}
