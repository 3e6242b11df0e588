//! One large file by several connections: what breaks, lies, changes or refuses, and what becomes of the file then.
use std::time::{Duration, SystemTime};

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{End, Fault, Rule, call, on, reply, reply_then};
use crate::support::Output;

const BIG: usize = (8 << 20) + 12_345;

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

fn site(rules: Vec<Rule>, more: Options) -> Site {
    let site = Site::new(Options { rules, ..more });
    site.there("a.bin", bytes(BIG));
    site
}

fn get(site: &Site, more: &[&str]) -> Output {
    site.run(&[&["get", &site.url("a.bin"), "a.bin", "--segments", "4"], more].concat()).go()
}

#[track_caller]
fn fetched(site: &Site) {
    assert!(site.here("a.bin").unwrap() == bytes(BIG), "other contents");
    assert_eq!(site.names_here(""), ["a.bin"]);
}

fn markers(site: &Site) -> usize {
    site.server.commands_of("REST").len()
}

#[test]
fn four_fetch_one_file() {
    for tls in [false, true] {
        let tls_on = if tls { crate::sandbox::tls::Tls::Explicit } else { crate::sandbox::tls::Tls::Off };
        let site = site(vec![], Options { tls: tls_on, ..options() });
        let trust = site.trust();
        let flags: Vec<&str> = if tls { trust.iter().map(String::as_str).collect() } else { vec![] };
        let out = get(&site, &[&["--digest"], flags.as_slice()].concat());
        out.ends(0);
        let file = out.file();
        assert_eq!(
            (&file["bytes"], &file["verified"], &file["attempts"]),
            (&BIG.into(), &"size".into(), &1.into())
        );
        let sum = wirepost::base::digest::digest(wirepost::base::digest::Algorithm::Sha256, &bytes(BIG));
        assert_eq!(file["sha256"], wirepost::base::digest::hex(&sum));
        assert!(markers(&site) >= 1, "{:?}", site.server.commands());
        fetched(&site);
        let there = std::fs::metadata(site.server.root().join("a.bin")).unwrap().modified().unwrap();
        let here = std::fs::metadata(site.world.path("a.bin")).unwrap().modified().unwrap();
        assert!(there.duration_since(here).unwrap_or_default() < Duration::from_secs(1));
    }
    // A small one is not worth it, and what is known too little of is not cut up.
    let site = site(vec![], Options { off: vec!["MLST", "MLSD", "MDTM"], ..options() });
    let out = get(&site, &["-v"]);
    out.ends(0);
    out.says("in one piece");
    site.there("b.bin", bytes(1 << 20));
    site.run(&["get", &site.url("b.bin"), "b.bin", "--segments", "16"]).go().ends(0);
    assert_eq!(markers(&site), 0);
}

#[test]
fn a_part_that_breaks_off_goes_on_where_it_was() {
    let cut = |n: usize, after: u64, end| on("RETR").nth(n).then(Fault::CutAfter(after, end));
    let rules = vec![
        cut(1, 700_000, End::Cut),
        cut(2, 100, End::Reset),
        cut(4, 300_000, End::Cut),
        cut(5, 0, End::Cut),
    ];
    let site = site(rules, options());
    let out = get(&site, &["--retries", "3"]);
    out.ends(0);
    assert_eq!(out.file()["attempts"], 1, "{out:?}");
    fetched(&site);
}

#[test]
fn a_server_with_room_for_one_is_enough() {
    // What is fetched waits until somebody was turned away: else one connection has it all before another is there.
    for (event, full) in [
        ("CONNECT", reply_then("421 Too many connections, try again later\r\n", End::Close)),
        ("PASS", reply("530 Sorry, the maximum number of clients is connected\r\n")),
    ] {
        let (turned, away) = std::sync::mpsc::channel();
        let away = std::sync::Mutex::new(away);
        let tell = call(move || {
            let _ = turned.send(());
        });
        let wait = call(move || {
            let _ = away.lock().unwrap().recv_timeout(Duration::from_secs(20));
        });
        let rules =
            vec![on("RETR").nth(1).then(wait), on(event).from(2).then(tell), on(event).from(2).then(full)];
        let site = site(rules, options());
        let out = get(&site, &["-v", "--retries", "1"]);
        out.ends(0);
        out.says("fewer connections");
        fetched(&site);
        assert!(out.seconds < 8.0, "{out:?}");
    }
}

#[test]
fn a_marker_that_is_not_kept_is_found_out() {
    let lies = || on("REST").then(Fault::IgnoreRest);
    for rules in [
        vec![lies()],
        vec![on("REST").from(2).then(Fault::IgnoreRest)],
        vec![on("REST").then(reply("502 No\r\n"))],
    ] {
        let shown = format!("{rules:?}");
        let site = site(rules, options());
        let out = get(&site, &["-v"]);
        out.ends(0);
        out.says("in one piece");
        assert!(site.here("a.bin").unwrap() == bytes(BIG), "{shown}");
    }
    // Where one byte is like the other the overlap proves nothing, but the end does.
    let site = site(vec![lies()], options());
    site.there("a.bin", vec![0; BIG]);
    get(&site, &[]).ends(0);
    assert!(site.here("a.bin").unwrap() == vec![0; BIG]);
}

#[test]
fn a_file_that_changes_meanwhile_is_fetched_again() {
    let changing = |retries: &str| {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.bin");
        let change = call(move || {
            std::fs::write(&path, vec![b'n'; BIG]).unwrap();
            let later = SystemTime::now() + Duration::from_secs(7);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        });
        let rules = vec![on("RETR").nth(1).then(change)];
        let site = site(rules, Options { root: Some(root.path().into()), ..options() });
        let out = get(&site, &["--retries", retries]);
        (root, site, out)
    };
    let (_root, site, out) = changing("0");
    out.ends(75);
    assert!(site.names_here("").is_empty(), "{:?}", site.names_here(""));
    let (_root, site, out) = changing("2");
    out.ends(0);
    assert!(site.here("a.bin").unwrap() == vec![b'n'; BIG]);
}

#[test]
fn what_is_left_of_it_is_gone_on_with() {
    // All connections break: what has no gap stays.
    let cut = |n| on("RETR").connection(n).then(Fault::CutAfter(1_500_000, End::Cut));
    let site = site((1..=4).map(cut).collect(), options());
    let out = get(&site, &["--resume"]);
    assert_eq!(out.code, 75, "{out:?}");
    let left = site.names_here("");
    assert!(left.len() == 1 && left[0].contains(&format!(".rftp-{BIG}-")), "{left:?}");
    let here = site.here(&left[0]).unwrap();
    assert!(here.len() >= 1_400_000 && here == bytes(BIG)[..here.len()], "{}", here.len());
    let out = get(&site, &["--resume", "--retries", "3"]);
    out.ends(0);
    assert_eq!(out.file()["resumed_from"], here.len());
    fetched(&site);
}

#[test]
fn killed_with_gaps_it_proves_nothing() {
    let stall = on("RETR").nth(1).then(Fault::CutAfter(200_000, End::Stall));
    let site = site(vec![stall], options());
    let args = ["get", &site.url("a.bin"), "a.bin", "--segments", "4", "--resume", "--json"];
    let going = site.world.run("rftp", args).env("RFTP_PASSWORD", crate::rftp_site::PASSWORD).start();
    assert!(site.server.wait_for(Duration::from_secs(20), |log| {
        log.commands.iter().filter(|c| c.starts_with("RETR")).count() >= 3
    }));
    going.signal(rustix::process::Signal::KILL);
    assert_eq!(going.finish().code, 137);
    let left = site.names_here("");
    assert!(left.iter().all(|name| !name.contains(&format!("-{BIG}-"))), "{left:?}");
    get(&site, &["--resume"]).ends(0);
    assert!(site.here("a.bin").unwrap() == bytes(BIG));
}

#[test]
fn trees_are_fetched_in_parts_where_they_are_large() {
    let site = site(vec![], options());
    site.there("t/big", bytes(BIG));
    for i in 0..12 {
        site.there(&format!("t/small {i}"), "x");
    }
    let out = site.run(&["get", "-r", &site.url("t/"), "t/", "--segments", "3"]).go();
    out.exits(0);
    assert_eq!(out.summary()["counts"], serde_json::json!({ "ok": 13 }));
    assert!(site.here("t/big").unwrap() == bytes(BIG));
    assert!(markers(&site) >= 1);
}
