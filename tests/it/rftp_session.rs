//! What holds for a whole run: session reuse, stopping, secrets, streams.
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::rftp_site::{PASSWORD, Site, USER, options};
use crate::sandbox::ftp::{Options, Reuse};
use crate::sandbox::hub::Log;
use crate::sandbox::script::{Action, End, Fault, Rule, on};
use crate::sandbox::tls::{SslVersion, Tls};
use crate::support::{Output, World};

#[test]
fn sessions_are_resumed_where_servers_ask_for_it() {
    for reuse in [Reuse::Refuse522, Reuse::Refuse425] {
        for (max, late_tickets) in
            [(SslVersion::TLS1_2, false), (SslVersion::TLS1_3, false), (SslVersion::TLS1_3, true)]
        {
            let tls = if late_tickets { Tls::Implicit } else { Tls::Required };
            let site = Site::new(Options { tls, reuse, tls_max: Some(max), late_tickets, ..options() });
            for n in 0..3 {
                site.world.file(format!("d/{n}"), vec![b'x'; 100_000]);
            }
            let out = site.run(&["put", "-r", "-j1", "d", &site.url("")]).args(site.trust()).go();
            out.ends(0);
            let out = site.run(&["get", "-r", "-j1", &site.url("d"), "back/"]).args(site.trust()).go();
            out.ends(0);
            assert!(out.events("file").iter().all(|f| f["tls_resumed"] == true), "{out:?}");
            let want = if max == SslVersion::TLS1_2 { "TLSv1.2" } else { "TLSv1.3" };
            assert!(out.events("file").iter().all(|f| f["tls_version"] == want), "{out:?}");
            let log = site.server.log();
            assert!(log.data.iter().all(|d| d.resumed == Some(true)), "{reuse:?} {max:?}: {:?}", log.data);
            assert_eq!((log.violations, log.connections), (vec![], 2));
        }
    }
}

/// Where a server may stall, and how to see that it does.
fn stalls() -> Vec<(&'static str, Vec<Rule>, fn(&Log) -> bool)> {
    fn said(log: &Log, verb: &str) -> bool {
        log.commands.iter().any(|c| c.starts_with(verb))
    }
    let stall = |event: &str| vec![on(event).then(End::Stall)];
    vec![
        ("the greeting", stall("CONNECT"), |log| log.connections > 0),
        ("USER", stall("USER"), |log| said(log, "USER")),
        ("FEAT", stall("FEAT"), |log| said(log, "FEAT")),
        ("the look", stall("MLST"), |log| said(log, "MLST")),
        ("EPSV", stall("EPSV"), |log| said(log, "EPSV")),
        ("RETR", stall("RETR"), |log| said(log, "RETR")),
        ("STOR", stall("STOR"), |log| said(log, "STOR")),
        ("the data down", vec![on("RETR").then(Fault::CutAfter(1000, End::Stall))], |log| {
            log.data.last().is_some_and(|d| d.bytes > 0)
        }),
        ("the data up", vec![on("STOR").then(Fault::CutAfter(1000, End::Stall))], |log| {
            log.data.last().is_some_and(|d| d.bytes > 0)
        }),
        ("226 down", vec![on("RETR").then(Action::Swallow(End::Stall))], |log| said(log, "RETR")),
        ("226 up", vec![on("STOR").then(Action::Swallow(End::Stall))], |log| said(log, "STOR")),
        ("RNTO", stall("RNTO"), |log| said(log, "RNTO")),
    ]
}

/// A run that a server's stall holds up.
fn stalled(site: &Site, place: &str, more: &[&str]) -> crate::support::Going {
    let big = vec![b'x'; 8 << 20];
    let url = site.url("a.bin");
    if place.contains("up") || place == "STOR" || place == "RNTO" {
        site.world.file("a.bin", &big);
        site.run(&[&["put", "a.bin", &url], more].concat()).start()
    } else {
        site.there("a.bin", &big);
        site.world.file("out/a.bin", "old");
        site.run(&[&["get", &url, "out/"], more].concat()).start()
    }
}

/// Nothing is half done.
#[track_caller]
fn nothing_half(site: &Site, place: &str, out: &Output) {
    if site.world.path("out").exists() {
        assert_eq!(site.here("out/a.bin").unwrap(), b"old", "{place}");
        assert_eq!(site.names_here("out"), ["a.bin"], "{place}: {out:?}");
    } else {
        assert!(site.on_server("a.bin").is_none(), "{place}");
        for name in site.names_there("") {
            assert!(out.out().contains(&name), "{place}: {name} was left and not named: {out:?}");
        }
    }
}

#[test]
fn a_signal_ends_a_run_whatever_the_server_does() {
    for (place, rules, reached) in stalls() {
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let site = Site::with(rules.clone());
            let run = stalled(&site, place, &[]);
            assert!(site.server.wait_for(Duration::from_secs(10), reached), "{place}");
            run.signal(signal);
            let began = Instant::now();
            let out = run.finish();
            // At most a slice, the grace for cleaning up, and a busy machine.
            assert!(began.elapsed() < Duration::from_secs(4), "{place}: {:?} {out:?}", began.elapsed());
            out.exits(code).tame();
            out.summary();
            nothing_half(&site, place, &out);
        }
    }
}

#[test]
fn a_signal_while_a_server_reads_slowly_removes_the_temporary_file() {
    for tls in [Tls::Off, Tls::Required] {
        let rules = vec![on("STOR").then(Fault::CutAfter(1000, End::Stall))];
        let site = Site::new(Options { tls, rules, ..options() });
        site.world.file("a.bin", vec![b'x'; 32 << 20]);
        let run = site.run(&["put", "a.bin", &site.url("")]);
        let run = if site.has_tls { run.args(site.trust()).start() } else { run.start() };
        assert!(
            site.server.wait_for(Duration::from_secs(10), |log| log.data.last().is_some_and(|d| d.bytes > 0))
        );
        run.signal(Signal::TERM);
        let out = run.finish();
        out.exits(143);
        assert_eq!(out.summary()["outcome"], "temporary");
        assert_eq!(site.names_there(""), [""; 0], "{out:?}");
        assert_eq!(out.file()["temporary"], serde_json::Value::Null, "{out:?}");
    }
}

#[test]
fn max_time_ends_a_run_whatever_the_server_does() {
    for (place, rules, _) in stalls() {
        let site = Site::with(rules);
        let out = stalled(&site, place, &["--max-time", "1", "--retries", "3"]).finish();
        assert!(out.seconds < 5.0, "{place}: {out:?}");
        // In place of an answer to RNTO there is none: it may have happened.
        out.exits(if place == "RNTO" { 79 } else { 75 }).tame();
        out.says("--max-time");
        out.summary();
        nothing_half(&site, place, &out);
    }
}

fn netrc(world: &World, mode: u32, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = world.outer("home/.netrc");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_secret_comes_from_any_source_and_goes_nowhere_else() {
    let site = Site::new(options());
    site.there("a.bin", "x");
    let url = site.url("a.bin");
    let world = &site.world;
    let file = world.private_file("pw", format!("{PASSWORD}\nsecond line\n")).display().to_string();
    let get = |more: &[&str]| {
        world.run("rftp", [&["get", &url, ".", "--trace", "-v", "--retries", "0"], more].concat())
    };
    get(&["--password-file", &file]).go().exits(0).says("PASS ****");
    get(&["--password-file", "-"]).stdin(format!("{PASSWORD}\n")).go().exits(0);
    get(&["--password-command", &format!("head -1 '{file}'")]).go().exits(0);
    get(&["--password-env", "MINE"]).env("MINE", PASSWORD).go().exits(0);
    get(&[]).env("RFTP_PASSWORD", PASSWORD).go().exits(0);
    netrc(world, 0o600, &format!("machine 127.0.0.1 login {USER} password {PASSWORD}\n"));
    get(&[]).go().exits(0);
    // The one login of the host needs no name in the URL.
    let nameless = url.replace(&format!("{USER}@"), "");
    world.run("rftp", ["get", &nameless, "."]).go().exits(0);
    let sent = site.server.commands_of("PASS");
    assert!(sent.len() == 7 && sent.iter().all(|c| *c == format!("PASS {PASSWORD}")), "{sent:?}");
    // In the order of the sources: the nearest wins.
    let wrong = world.private_file("wrong", "nonsense\n").display().to_string();
    get(&["--password-file", &wrong]).env("RFTP_PASSWORD", PASSWORD).go().exits(77);
}

#[test]
fn a_secret_that_is_not_to_be_had_or_not_kept_is_78() {
    let site = Site::new(options());
    let url = site.url("a.bin");
    let world = &site.world;
    let get = |more: &[&str]| world.run("rftp", [&["get", &url, ".", "--json"], more].concat());
    let none = get(&[]).go();
    none.ends(78);
    none.says("hint: ");
    netrc(world, 0o600, &format!("machine 127.0.0.1 login bob password {PASSWORD}\n"));
    get(&[]).go().ends(78);
    netrc(world, 0o644, &format!("machine 127.0.0.1 login {USER} password {PASSWORD}\n"));
    let out = get(&[]).go();
    out.ends(78);
    assert!(out.failure().contains("others can read it"), "{out:?}");
    out.says("hint: chmod 600");
    netrc(world, 0o600, "machine 127.0.0.1 login \"x");
    get(&[]).go().ends(78);
    std::fs::remove_file(world.outer("home/.netrc")).unwrap();
    let open = world.file("open", format!("{PASSWORD}\n")).display().to_string();
    get(&["--password-file", &open]).go().ends(78);
    get(&["--password-file", "/nowhere"]).go().ends(78);
    get(&["--password-command", "exit 1"]).go().ends(78);
    get(&["--password-env", "NOWHERE"]).go().ends(78);
    let broken = world.private_file("broken", format!("{PASSWORD}\0x\n")).display().to_string();
    get(&["--password-file", &broken]).go().ends(78);
    assert!(site.server.commands_of("PASS").is_empty());
}

#[test]
fn a_secret_in_the_command_line_is_64_and_not_repeated() {
    let site = Site::new(options());
    let port = site.server.port();
    for url in [
        format!("ftp://{USER}:{PASSWORD}@127.0.0.1:{port}/a"),
        format!("ftp://:{PASSWORD}@127.0.0.1:{port}/a"),
        format!("ftp://{USER}:{PASSWORD}/@127.0.0.1:{port}/a"),
        format!("ftp://{USER}:{PASSWORD}@/a"),
        format!("ftps://{USER}:{PASSWORD}"),
    ] {
        for verb in [&["get"][..], &["ls"], &["put", "/bin/true"]] {
            let out = site.world.run("rftp", verb.iter().copied().chain([url.as_str(), "--json"])).go();
            out.ends(64);
        }
    }
    let args = ["get", &site.url("a"), "--password", PASSWORD, "--json"];
    site.world.run("rftp", args).go().ends(64);
    let args = ["get", &site.url("a"), &format!("--password={PASSWORD}"), "--json", "--frobnicate"];
    site.world.run("rftp", args).go().ends(64);
    assert_eq!(site.server.connections(), 0);
}

#[test]
fn standard_input_and_output_have_one_use_each() {
    let site = Site::new(options());
    site.there("a.bin", "x");
    let out = site.run(&["put", "-", &site.url("b"), "--password-file", "-"]).stdin("x").go();
    out.ends(64);
    let out = site.run(&["put", "-", "-", &site.url("d/")]).stdin("x").go();
    out.ends(64);
    let out = site.run(&["cat", &site.url("a.bin")]).go();
    out.ends(64);
    out.says("hint: --json-file");
    assert_eq!(site.server.commands_of("PASS").len(), 0);
    let file = site.world.path("log.jsonl");
    let file = file.to_str().unwrap();
    let url = site.url("a.bin");
    let out = site.world.run("rftp", ["cat", &url, "--json-file", file]).env("RFTP_PASSWORD", PASSWORD).go();
    out.exits(0);
    assert_eq!(out.stdout, b"x");
    assert!(
        std::fs::read_to_string(file).unwrap().trim_end().lines().last().unwrap().contains("\"summary\"")
    );
}

#[test]
fn a_summary_ends_every_run() {
    let site = Site::new(options());
    for args in [&["--json"][..], &["get", "--json"], &["--json", "--frobnicate"], &["frobnicate", "--json"]]
    {
        let out = site.world.run("rftp", args).go();
        out.ends(64);
    }
    let out = site.world.run("rftp", ["get", "ftp://none.invalid/x", "--json", "--retries", "0"]).go();
    assert!([68, 75].contains(&out.code), "{out:?}");
    out.summary();
    let out = site.world.run("rftp", ["put", "none", &site.url(""), "--json"]).go();
    out.ends(66);
    let port = crate::support::nobody().port();
    let url = format!("ftp://127.0.0.1:{port}/x");
    site.world.run("rftp", ["get", &url, "--json", "--retries", "0"]).go().ends(75);
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let site = Site::new(options());
    for n in 0..3000 {
        site.there(&format!("many/a-name-of-some-length-{n}"), "");
    }
    site.there("big", vec![b'x'; 4 << 20]);
    let rftp = crate::support::program("rftp").display().to_string();
    for (verb, name, more) in [("ls", "many/", "--json"), ("ls", "many/", "-l"), ("cat", "big", "-q")] {
        let script = r#""$@" | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}""#;
        let url = site.url(name);
        let run = site.world.run_path("/bin/bash".as_ref(), ["-c", script, "sh", &rftp, verb, &url, more]);
        let out = run.env("RFTP_PASSWORD", PASSWORD).go();
        out.exits(0);
        assert_eq!(out.err(), "", "{verb}");
    }
}
