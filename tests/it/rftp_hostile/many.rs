//! Uploads of many files in a row, where the end of one goes out with the beginning of the next.
use crate::rftp_site::{Site, options};
use crate::sandbox::ftp::Options;
use crate::sandbox::script::{Action, End, Fault, Rule, finally, on};
use crate::support::Output;

/// Files of this size in a tree.
fn site(rules: Vec<Rule>, files: usize, size: usize) -> Site {
    let site = Site::new(Options { rules, ..options() });
    std::fs::create_dir(site.server.root().join("up")).unwrap();
    for i in 0..files {
        site.world.file(format!("d/{i}"), vec![b'a'; size]);
    }
    site
}

fn put(site: &Site, more: &[&str]) -> Output {
    let url = site.url("up/");
    site.run(&[&["put", "-r", "d/", &url], more].concat()).go()
}

/// All of the tree is there, and nothing else.
#[track_caller]
fn stored(site: &Site) {
    assert_eq!(site.names_there("up"), site.names_here("d"));
    for name in site.names_here("d") {
        assert_eq!(site.on_server(&format!("up/{name}")), site.here(&format!("d/{name}")), "{name}");
    }
}

#[test]
fn a_lost_answer_to_the_last_rnto_is_settled_by_looking() {
    for lost in [Action::Swallow(End::Reset), Action::End(End::Reset)] {
        // Not a retry, but a look.
        let one = site(vec![on("RNTO").nth(1).then(lost.clone())], 1, 100);
        put(&one, &["--retries", "0"]).ends(0);
        stored(&one);
        // Of the file before, whose end went out with this one.
        let two = site(vec![on("RNTO").nth(1).then(lost)], 2, 100);
        put(&two, &["-j1", "--retries", "1"]).ends(0);
        stored(&two);
    }
}

#[test]
fn a_rename_that_nobody_can_look_after_may_have_happened() {
    for retries in ["0", "1"] {
        let rules =
            vec![on("RNTO").then(Action::Swallow(End::Reset)), on("CONNECT").from(2).then(End::Reset)];
        let site = site(rules, 1, 100);
        let out = put(&site, &["--retries", retries]);
        out.ends(79);
        assert_eq!(out.file()["outcome"], "unknown");
        assert!(out.file()["temporary"].is_string(), "{out:?}");
        stored(&site);
    }
}

#[test]
fn a_source_that_is_moved_away_on_the_server_is_settled_by_looking() {
    for lost in [Action::Swallow(End::Reset), Action::End(End::Reset)] {
        let site = site(vec![on("RNTO").nth(1).then(lost)], 0, 0);
        site.there("a", "x");
        let url = site.url("a");
        let out = site.run(&["get", &url, "out/", "--move-source-to", "done"]).go();
        out.ends(0);
        assert_eq!((site.names_there("done"), site.on_server("a")), (vec!["a".into()], None));
    }
}

#[test]
fn success_without_a_transfer_is_none() {
    // An empty file, and 226 at once. What is larger than this is not sent ahead of the 150.
    let once = site(vec![on("STOR").nth(2).then(Fault::NoData)], 3, 100_000);
    put(&once, &["-j1", "--retries", "1"]).ends(0);
    stored(&once);
    let always = site(vec![on("STOR").then(Fault::NoData)], 1, 100_000);
    always.there("up/0", "old");
    put(&always, &["--retries", "1"]).ends(76);
    assert_eq!(always.on_server("up/0").unwrap(), b"old");
}

#[test]
fn a_worker_that_leaves_hands_its_temporary_over() {
    // The file arrived, and then the server had one connection too many.
    let full = on("STOR").nth(2).then(finally("421 Too many connections\r\n"));
    let site = site(vec![full], 6, 1000);
    put(&site, &["-j2"]).ends(0);
    stored(&site);
}
