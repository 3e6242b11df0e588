//! Uploads: cases 36 to 39.
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{Action, End, Fault, Rule, call, finally, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::Output;

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
}

/// A megabyte here, `old` under the same name there.
fn site(mut given: Options, rules: Vec<Rule>) -> Site {
    given.rules = rules;
    let site = Site::new(given);
    site.world.file("a.bin", bytes(1 << 20));
    site.there("a.bin", "old");
    site
}

fn put(site: &Site, more: &[&str]) -> Output {
    let url = site.url("a.bin");
    let run = site.run(&[&["put", "a.bin", &url], more].concat());
    if site.has_tls { run.args(site.trust()).go() } else { run.go() }
}

#[track_caller]
fn untouched(site: &Site) {
    assert_eq!(site.on_server("a.bin").unwrap(), b"old");
    assert_eq!(site.names_there(""), ["a.bin"]);
}

#[track_caller]
fn stored(site: &Site) {
    assert_eq!(site.on_server("a.bin").unwrap(), bytes(1 << 20));
    assert_eq!(site.names_there(""), ["a.bin"]);
}

/// The temporary name that the JSON admits to have left.
#[track_caller]
fn left(site: &Site, out: &Output) -> String {
    let temporary = out.file()["temporary"].as_str().unwrap_or_else(|| panic!("{out:?}")).to_string();
    assert!(temporary.starts_with(".a.bin.rftp-"), "{out:?}");
    assert_eq!(site.on_server("a.bin").unwrap(), b"old");
    temporary
}

#[test]
fn c36_a_quota_in_the_middle_is_69_and_leaves_nothing() {
    for tls in [Tls::Off, Tls::Required] {
        let refuse = Fault::RefuseAfter(100_000, b"552 Quota exceeded\r\n".to_vec());
        let site = site(Options { tls, ..options() }, vec![on("STOR").then(refuse)]);
        let out = put(&site, &[]);
        out.ends(69);
        assert!(out.failure().contains("552 Quota exceeded"), "{out:?}");
        untouched(&site);
    }
}

#[test]
fn c36_a_smaller_size_behind_226_is_tried_again_then_75() {
    let always = site(options(), vec![on("STOR").then(Fault::KeepOnly(1000))]);
    let out = put(&always, &["--retries", "1"]);
    out.ends(75);
    assert_eq!(out.file()["attempts"], 2);
    assert!(out.failure().contains("kept 1000 of 1048576 bytes"), "{out:?}");
    untouched(&always);
    let once = site(options(), vec![on("STOR").nth(1).then(Fault::KeepOnly(1000))]);
    put(&once, &["--retries", "1"]).ends(0);
    stored(&once);
}

#[test]
fn c36_a_smaller_size_in_place_is_79() {
    let site = site(options(), vec![on("STOR").then(Fault::KeepOnly(1000))]);
    let out = put(&site, &["--in-place", "--retries", "3"]);
    out.ends(79);
    assert_eq!(out.file()["outcome"], "unknown");
    assert_eq!(site.server.commands_of("STOR").len(), 1, "never retried by itself");
}

#[test]
fn half_of_it_in_place_is_ours_and_not_a_file_that_exists() {
    for policy in ["skip", "fail"] {
        let rules = vec![on("STOR").nth(1).then(Fault::CutAfter(100_000, End::Reset))];
        let site = Site::with(rules);
        site.world.file("a.bin", bytes(1 << 20));
        let out = put(&site, &["--in-place", "--exists", policy, "--retries", "1"]);
        out.ends(0);
        assert_eq!((&out.file()["outcome"], &out.file()["attempts"]), (&"ok".into(), &2.into()), "{out:?}");
        stored(&site);
    }
}

#[test]
fn a_source_that_is_rewritten_in_the_middle_is_not_half_of_each() {
    let source = Arc::new(OnceLock::new());
    let path: Arc<OnceLock<PathBuf>> = source.clone();
    let rewrite = call(move || std::fs::write(path.get().unwrap(), vec![b'n'; 2 << 20]).unwrap());
    let rules =
        vec![on("STOR").nth(1).then(Fault::CutAfter(100_000, End::Reset)), on("STOR").nth(2).then(rewrite)];
    // A server without digests: its size is all that it tells.
    let off = vec!["HASH", "XSHA256", "XSHA512", "XSHA1", "XSHA", "XMD5", "XCRC"];
    let site = Site::new(Options { off, rules, ..options() });
    source.set(site.world.file("a.bin", vec![b'o'; 1 << 20])).unwrap();
    let out = put(&site, &["--retries", "2"]);
    out.ends(0);
    assert_eq!(out.file()["attempts"], 3, "{out:?}");
    assert!(site.on_server("a.bin").unwrap() == vec![b'n'; 2 << 20]);
}

#[test]
fn c37_a_lost_226_is_settled_by_looking() {
    for end in [End::Close, End::Reset] {
        let lost = || vec![on("STOR").then(Action::Swallow(end))];
        let one = site(options(), lost());
        put(&one, &[]).ends(0);
        stored(&one);
        let in_place = site(options(), lost());
        put(&in_place, &["--in-place"]).ends(0);
        stored(&in_place);
        // The data was lost as well: nothing has happened yet.
        let short = vec![on("STOR").then(Fault::KeepOnly(7)), on("STOR").nth(1).then(Action::Swallow(end))];
        let short = site(options(), short);
        put(&short, &[]).ends(75);
        untouched(&short);
    }
}

#[test]
fn c37_a_server_that_is_gone_leaves_75_on_a_temporary_name_and_79_in_place() {
    let gone = || vec![on("STOR").then(Action::Swallow(End::Reset)), on("CONNECT").from(2).then(End::Reset)];
    let one = site(options(), gone());
    let out = put(&one, &[]);
    out.ends(75);
    let name = left(&one, &out);
    assert_eq!(one.names_there(""), [name, "a.bin".into()]);
    let in_place = site(options(), gone());
    let out = put(&in_place, &["--in-place", "--retries", "3"]);
    out.ends(79);
    assert_eq!(in_place.server.commands_of("STOR").len(), 1);
}

#[test]
fn c37_a_lost_answer_to_rnto_is_settled_by_looking() {
    let done = site(options(), vec![on("RNTO").nth(1).then(Action::Swallow(End::Reset))]);
    put(&done, &[]).ends(0);
    stored(&done);
    let undone = site(options(), vec![on("RNTO").nth(1).then(End::Reset)]);
    put(&undone, &[]).ends(0);
    stored(&undone);
    // Nobody can look: it may have happened.
    let gone = vec![on("RNTO").then(Action::Swallow(End::Reset)), on("CONNECT").from(2).then(End::Reset)];
    let gone = site(options(), gone);
    let out = put(&gone, &["--retries", "3"]);
    out.ends(79);
    assert_eq!(out.file()["outcome"], "unknown");
    assert!(out.file()["temporary"].is_string(), "{out:?}");
    stored(&gone);
}

#[test]
fn c38_a_refused_rename_is_69_and_the_target_old() {
    let refused = site(options(), vec![on("RNTO").then(reply("553 Not that name\r\n"))]);
    let out = put(&refused, &[]);
    out.ends(69);
    out.says("553 Not that name").says("hint: ");
    untouched(&refused);
    let rules = vec![on("RNTO").then(reply("553 No\r\n")), on("DELE").then(reply("550 No\r\n"))];
    let stuck = site(options(), rules);
    let out = put(&stuck, &[]);
    out.ends(69);
    let name = left(&stuck, &out);
    assert_eq!(stuck.on_server(&name).unwrap(), bytes(1 << 20));
    let over = site(Options { rename_over: false, ..options() }, vec![]);
    put(&over, &[]).ends(69);
    untouched(&over);
}

#[test]
fn c39_mkd_refused_for_a_directory_that_is_there_is_no_failure() {
    for off in [vec![], vec!["MLST", "MLSD"]] {
        let rules = vec![on("MKD").then(reply("550 Create directory operation failed\r\n"))];
        let site = Site::new(Options { off, rules, ..options() });
        std::fs::create_dir_all(site.server.root().join("dst/d")).unwrap();
        site.world.file("d/x", "x");
        site.run(&["put", "-r", "d", &site.url("dst/")]).go().ends(0);
        assert_eq!(site.on_server("dst/d/x").unwrap(), b"x");
        // One that is not there and cannot be made is one.
        let out = site.run(&["put", "d/x", &site.url("none/")]).go();
        out.ends(69);
        assert_eq!(site.names_there(""), ["dst"]);
    }
}

#[test]
fn an_upload_that_is_refused_at_once_is_69_or_75() {
    for (no, code) in [
        ("553 Not here\r\n", 69),
        ("550 Permission denied\r\n", 69),
        ("452 Full for now\r\n", 75),
        ("425 No data connection\r\n", 75),
        ("226 Thanks\r\n", 76),
    ] {
        let site = site(options(), vec![on("STOR").then(reply(no))]);
        put(&site, &[]).ends(code);
        untouched(&site);
    }
}

#[test]
fn an_upload_that_nobody_reads_ends_by_its_limit() {
    for tls in [Tls::Off, Tls::Required] {
        let rules = vec![on("STOR").then(Fault::CutAfter(10_000, End::Stall))];
        let site = Site::new(Options { tls, rules, ..options() });
        site.world.file("a.bin", vec![7; 32 << 20]);
        let run = site.hasty(&["put", "a.bin", &site.url("")]);
        let out = if site.has_tls { run.args(site.trust()).go() } else { run.go() };
        out.ends_in(75, 15.0);
        assert!(out.failure().contains("timed out"), "{out:?}");
        assert!(site.on_server("a.bin").is_none());
    }
}

#[test]
fn a_no_behind_all_data_is_believed() {
    for (no, code) in [("451 Disk failure\r\n", 75), ("552 Quota exceeded\r\n", 69)] {
        let site = site(options(), vec![on("STOR").then(finally(no))]);
        put(&site, &[]).ends(code);
        untouched(&site);
    }
}
