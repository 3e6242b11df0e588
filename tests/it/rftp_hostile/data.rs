//! The data connection: cases 16 to 28.
use std::io::Write;
use std::time::Duration;

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::{Options, Reuse};
use crate::sandbox::script::{Action, End, Fault, Rule, call, finally, on, reply};
use crate::sandbox::tls::{Cert, Tls};

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
}

/// A server with `a.bin` of 511 bytes, and `out/a.bin` of old here.
fn site(mut given: Options, rules: Vec<Rule>) -> Site {
    given.rules = rules;
    let site = Site::new(given);
    site.there("a.bin", bytes(511));
    site.world.file("out/a.bin", "old");
    site
}

fn get(site: &Site, more: &[&str]) -> crate::support::Output {
    let url = site.url("a.bin");
    let run = site.run(&[&["get", &url, "out/"], more].concat());
    if site.has_tls { run.args(site.trust()).go() } else { run.go() }
}

/// The old file is untouched and alone.
#[track_caller]
fn untouched(site: &Site) {
    assert_eq!(site.here("out/a.bin").unwrap(), b"old");
    assert_eq!(site.names_here("out"), ["a.bin"]);
}

#[track_caller]
fn fetched(site: &Site) {
    assert_eq!(site.here("out/a.bin").unwrap(), bytes(511));
    assert_eq!(site.names_here("out"), ["a.bin"]);
}

#[test]
fn c16_epsv_refused_or_its_port_dead_means_pasv_for_good() {
    let off = Options { off: vec!["EPSV"], ..options() };
    let site1 = site(off, vec![]);
    get(&site1, &[]).ends(0);
    fetched(&site1);
    let site2 = site(options(), vec![on("EPSV").then(Fault::DeadPort)]);
    site2.there("b.bin", "b");
    let (a, b) = (site2.url("a.bin"), site2.url("b.bin"));
    site2.run(&["get", &a, &b, "out/"]).go().ends(0);
    fetched_among(&site2);
    let pasv = site2.server.commands_of("PASV").len();
    let epsv = site2.server.commands_of("EPSV").len();
    // Asked ahead once, asked again once for a port that had not gone stale, and then never.
    assert!(pasv >= 2 && epsv <= 2, "{:?}", site2.server.commands());
}

#[track_caller]
fn fetched_among(site: &Site) {
    assert_eq!(site.here("out/a.bin").unwrap(), bytes(511));
    assert_eq!(site.here("out/b.bin").unwrap(), b"b");
}

#[test]
fn c17_the_address_in_227_is_not_used() {
    let off = Options { off: vec!["EPSV"], ..options() };
    let site = site(off, vec![on("PASV").then(finally("227 Entering (203,0,113,9,{p1},{p2}).\r\n"))]);
    get(&site, &[]).ends_in(0, 5.0);
    fetched(&site);
}

#[test]
fn c18_ports_that_are_none_are_76() {
    for bad in [
        "(1,2,3,4,256,1)",
        "(1,2,3,4,-1,1)",
        "(1,2,3)",
        "(1,2,3,4,0,0)",
        "(1,2,3,4,99999999999999999999,1)",
        "",
    ] {
        let off = Options { off: vec!["EPSV"], ..options() };
        let site = site(off, vec![on("PASV").then(reply(format!("227 Entering Passive Mode {bad}\r\n")))]);
        get(&site, &[]).ends(76);
        untouched(&site);
    }
    for bad in ["(|||0|)", "(|||65536|)", "(|||)", "(|1|203.0.113.9|7|)", ""] {
        let site = site(options(), vec![on("EPSV").then(reply(format!("229 Entering {bad}\r\n")))]);
        get(&site, &[]).ends(76);
        untouched(&site);
    }
}

#[test]
fn c19_a_data_connection_that_never_speaks_is_75_and_named() {
    let hasty = |site: &Site| site.hasty(&["get", &site.url("a.bin"), "out/"]).go();
    let silent = site(options(), vec![on("RETR").then(Fault::CutAfter(0, End::Stall))]);
    let out = hasty(&silent);
    out.ends_in(75, 9.0);
    assert!(out.failure().contains("timed out waiting for"), "{out:?}");
    untouched(&silent);
    let no_opening = site(options(), vec![on("RETR").then(End::Stall)]);
    let out = hasty(&no_opening);
    out.ends_in(75, 5.0);
    assert!(out.failure().contains("waiting for the reply"), "{out:?}");
    untouched(&no_opening);
    let off = Options { off: vec!["PASV"], ..options() };
    let dead = site(off, vec![on("EPSV").then(Fault::DeadPort)]);
    let out = hasty(&dead);
    out.ends_in(69, 5.0);
    untouched(&dead);
    // The handshake on it may stall as well.
    let tls = Options { tls: Tls::Required, ..options() };
    let stalls = site(tls, vec![on("DATA-HANDSHAKE").then(End::Stall)]);
    let out = stalls.hasty(&["get", &stalls.url("a.bin"), "out/"]).args(stalls.trust()).go();
    out.ends_in(75, 9.0);
    assert!(out.failure().contains("the TLS handshake"), "{out:?}");
    untouched(&stalls);
}

#[test]
fn c20_fewer_bytes_than_announced_and_226_are_75() {
    let cut =
        || vec![on("RETR").then(Fault::CutAfter(12, End::Close)), on("RETR").then(finally("226 Done\r\n"))];
    let told_by_mlst = site(options(), cut());
    let out = get(&told_by_mlst, &[]);
    out.ends(75);
    assert!(out.failure().contains("12 bytes came where 511 were announced"), "{out:?}");
    untouched(&told_by_mlst);
    // Where only the 150 says it.
    let off = Options { off: vec!["MLST", "MLSD", "SIZE"], ..options() };
    let told_by_150 = site(off, cut());
    let out = get(&told_by_150, &[]);
    out.ends(75);
    untouched(&told_by_150);
    // Under TLS a cut shows by itself, whoever announced nothing.
    for end in [End::Cut, End::Reset] {
        let tls = Options { tls: Tls::Required, off: vec!["MLST", "MLSD", "SIZE"], ..options() };
        let mut rules =
            vec![on("RETR").then(Fault::CutAfter(12, end)), on("RETR").then(finally("226 Done\r\n"))];
        rules.push(on("RETR").then(Fault::Opening(b"150 Here it comes\r\n".to_vec())));
        let site = site(tls, rules);
        get(&site, &[]).ends(75);
        untouched(&site);
    }
}

#[test]
fn c21_replies_in_the_wrong_order_cost_no_data() {
    for fault in [Fault::FinalFirst, Fault::DataFirst] {
        let site = site(options(), vec![on("RETR").then(fault)]);
        get(&site, &[]).ends(0);
        fetched(&site);
    }
}

#[test]
fn c22_all_data_and_then_a_no_is_no_success() {
    for (no, code) in [
        ("426 Failure on the data connection\r\n", 75),
        ("451 Local error\r\n", 75),
        ("552 Quota exceeded\r\n", 69),
        ("350 What?\r\n", 76),
        ("nonsense\r\n", 76),
    ] {
        let site = site(options(), vec![on("RETR").then(finally(no))]);
        get(&site, &[]).ends(code);
        untouched(&site);
    }
}

#[test]
fn c23_a_control_connection_lost_before_226_is_75_or_another_try() {
    for end in [End::Close, End::Reset] {
        let lost = || vec![on("RETR").nth(1).then(Action::Swallow(end))];
        let once = site(options(), lost());
        get(&once, &[]).ends(75);
        untouched(&once);
        let twice = site(options(), lost());
        let out = get(&twice, &["--retries", "1"]);
        out.ends(0);
        assert_eq!(out.file()["attempts"], 2);
        fetched(&twice);
    }
}

#[test]
fn c24_session_reuse_required_is_80_with_a_hint() {
    for reuse in [Reuse::Refuse522, Reuse::Refuse425] {
        // The data connections have a context of their own: no session can be resumed there.
        let tls = Options { tls: Tls::Required, reuse, data_cert: Some(Cert::Good), ..options() };
        let site = site(tls, vec![]);
        let out = get(&site, &[]);
        out.ends(80);
        assert!(out.failure().contains("refuses the data connection's TLS session"), "{out:?}");
        out.says("trying TLS 1.2").says("hint: ");
        untouched(&site);
        let out = site.run(&["ls", &site.url("")]).args(site.trust()).go();
        out.ends(80);
    }
}

#[test]
fn c24_a_server_that_resumes_tls_1_2_only_is_taken_at_that() {
    let tls = Options { tls: Tls::Required, reuse: Reuse::OnlyV12, ..options() };
    let site = site(tls, vec![]);
    let out = get(&site, &[]);
    out.ends(0);
    out.says("trying TLS 1.2");
    assert_eq!(out.events("file")[0]["tls_version"], "TLSv1.2");
    fetched(&site);
    // One connection refused, one that works.
    assert_eq!(site.server.connections(), 2);
    // Whoever rules 1.2 out is not given it behind their back.
    get(&site, &["--tls-min", "1.3"]).ends(80);
    fetched(&site);
}

#[test]
fn c25_a_reset_in_the_middle_is_75_or_another_try() {
    let once = site(options(), vec![on("RETR").then(Fault::CutAfter(100, End::Reset))]);
    get(&once, &[]).ends(75);
    untouched(&once);
    let twice = site(options(), vec![on("RETR").nth(1).then(Fault::CutAfter(100, End::Reset))]);
    get(&twice, &["--retries", "1"]).ends(0);
    fetched(&twice);
}

/// 300 KB under `a.bin` there, of which `out/` holds the first part from a run that broke off.
fn begun(rules: Vec<Rule>) -> Site {
    let cut = on("RETR").nth(1).then(Fault::CutAfter(200_000, End::Cut));
    let site = Site::with([vec![cut], rules].concat());
    site.there("a.bin", bytes(300_000));
    site.world.file("out/a.bin", "old");
    let out = site.run(&["get", &site.url("a.bin"), "out/", "--resume"]).go();
    out.ends(75);
    assert_eq!(site.here("out/a.bin").unwrap(), b"old");
    assert_eq!(site.names_here("out").len(), 2, "a part is left, and named: {out:?}");
    site
}

#[track_caller]
fn goes_on(site: &Site, resumes: bool) {
    let out = site.run(&["get", &site.url("a.bin"), "out/", "--resume"]).go();
    out.ends(0);
    assert_eq!(out.file()["resumed_from"].is_u64(), resumes, "{out:?}");
    assert_eq!(site.here("out/a.bin").unwrap(), site.on_server("a.bin").unwrap());
}

#[test]
fn c25_what_came_is_gone_on_with_only_if_the_file_is_the_same() {
    let same = begun(vec![]);
    goes_on(&same, true);
    assert_eq!(same.names_here("out"), ["a.bin"]);
    let other = begun(vec![]);
    other.there("a.bin", bytes(300_007));
    goes_on(&other, false);
}

#[test]
fn c26_rest_accepted_and_forgotten_is_found_out() {
    let forgetful = begun(vec![on("REST").then(Fault::IgnoreRest)]);
    goes_on(&forgetful, false);
    let refusing = begun(vec![on("REST").then(reply("502 Not here\r\n"))]);
    goes_on(&refusing, false);
}

#[test]
fn c27_a_file_that_changes_meanwhile_is_75_or_another_try() {
    let changing = |rule: fn(std::path::PathBuf) -> Rule| {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.bin");
        std::fs::write(&path, bytes(511)).unwrap();
        let site =
            Site::new(Options { root: Some(root.path().into()), rules: vec![rule(path)], ..options() });
        site.world.file("out/a.bin", "old");
        (site, root)
    };
    let grows = |path: std::path::PathBuf| {
        on("RETR").then(call(move || {
            let mut file = std::fs::File::options().append(true).open(&path).unwrap();
            file.write_all(b"more").unwrap();
        }))
    };
    let (once, _root) = changing(grows);
    let out = get(&once, &[]);
    out.ends(75);
    assert!(out.failure().contains("changed meanwhile"), "{out:?}");
    untouched(&once);
    let shrinks = |path: std::path::PathBuf| {
        on("RETR").nth(1).then(call(move || std::fs::write(&path, bytes(100)).unwrap()))
    };
    let (twice, _root) = changing(shrinks);
    get(&twice, &["--retries", "1"]).ends(0);
    assert_eq!(twice.here("out/a.bin").unwrap(), bytes(100));
}

#[test]
fn c28_sizes_that_are_none_are_not_believed() {
    for bad in ["18446744073709551616", "-1", "12 34", "", "0x1ff"] {
        let off = Options { off: vec!["MLST", "MLSD"], ..options() };
        let rules = vec![
            on("SIZE").then(reply(format!("213 {bad}\r\n"))),
            on("RETR").then(Fault::Opening(b"150 Here it comes\r\n".to_vec())),
        ];
        let site = site(off, rules);
        let out = get(&site, &[]);
        out.ends(0);
        assert_eq!(out.file()["verified"], "none", "{out:?}");
        fetched(&site);
    }
    let rules =
        vec![on("MLST").then(reply("250-Listing\r\n type=file;size=-7;modify=x; a.bin\r\n250 End\r\n"))];
    let site = site(options(), rules);
    get(&site, &[]).ends(0);
    fetched(&site);
}

#[test]
fn c41_a_slow_drip_ends_by_the_time_of_the_run() {
    let drip = || Action::from(Fault::Drip(Duration::from_millis(300)));
    let slow = site(options(), vec![on("RETR").then(drip())]);
    let out = get(&slow, &["--max-time", "1"]);
    out.ends_in(75, 4.5);
    assert!(out.failure().contains("--max-time"), "{out:?}");
    untouched(&slow);
    // The rate is looked at over half a minute, which the quick round does not have.
    if std::env::var_os("WIREPOST_FULL").is_some() {
        let slow = site(options(), vec![on("RETR").then(drip())]);
        let out = slow
            .run(&["get", &slow.url("a.bin"), "out/", "--min-rate", "1K"])
            .limit(Duration::from_secs(60))
            .go();
        out.ends(75);
        assert!(out.failure().contains("--min-rate"), "{out:?}");
        untouched(&slow);
    }
    // A reply has its own limit from its first byte to its last.
    let slow = site(options(), vec![on("CONNECT").then(Action::Drip(Duration::from_millis(400)))]);
    let out = slow.hasty(&["get", &slow.url("a.bin"), "out/"]).go();
    out.ends_in(75, 4.0);
    untouched(&slow);
}

#[test]
fn c42_a_late_or_doubled_answer_shifts_no_later_one() {
    // The transfer of the first file breaks here (files may not grow beyond 8 KiB); the server answers that twice.
    let rules = vec![on("RETR").with("big").then(Action::Append(b"226 Abort done\r\n".to_vec()))];
    let site = Site::with(rules);
    site.there("d/big.bin", bytes(1 << 20));
    site.there("d/small.bin", "small");
    let script = r#"trap '' XFSZ; ulimit -f 8; exec "$@""#;
    let program = crate::support::program("rftp").display().to_string();
    let url = site.url("d/");
    let args = ["-c", script, "sh", &program, "get", "-r", &url, "out/", "--json", "--retries", "2"];
    let run = site.world.run_path("/bin/sh".as_ref(), args).env("RFTP_PASSWORD", crate::rftp_site::PASSWORD);
    let out = run.go();
    out.ends(3);
    assert!(out.failure().contains("file too large"), "{out:?}");
    assert_eq!(site.here("out/small.bin").unwrap(), b"small");
    assert_eq!(site.names_here("out"), ["small.bin"]);

    // A reply that came after its limit is not the next command's: the connection is given up.
    let late = vec![on("MLST").nth(1).then(Action::Wait(Duration::from_millis(1500)))];
    let site = Site::with(late);
    site.there("a.bin", "x");
    site.world.file("out/a.bin", "old");
    let out = site.hasty(&["get", &site.url("a.bin"), "out/", "--retries", "1"]).go();
    out.ends(0);
    assert_eq!(site.server.connections(), 2, "{out:?}");
    assert_eq!(site.here("out/a.bin").unwrap(), b"x");
}
