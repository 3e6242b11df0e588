//! How the three mail programs reach their servers: through proxies, and by what the account file says. And what an earlier run
//! left undone because the way was cut.
use crate::sandbox::script::{End, Fault, on, reply_then};
use crate::sandbox::store::Store;
use crate::sandbox::tls::Tls;
use crate::sandbox::{imap, pop3, smtp};
use crate::support::tunnel::Tunnel;
use crate::support::{Output, Run, World};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const PASSWORD: &str = "pw-of-the-user";
const PROGRAMS: [&str; 3] = ["rimap-search", "rpop", "rsendmail"];

/// One of the three servers.
enum Site {
    Imap(imap::Server),
    Pop3(pop3::Server),
    Smtp(smtp::Server),
}

impl Site {
    fn start(program: &str, tls: Tls) -> Site {
        let store = store();
        store.add("From: ann@a.example\r\nSubject: one\r\n\r\nhello\r\n");
        match program {
            "rimap-search" => {
                Site::Imap(imap::Server::start(imap::Options { tls, store, ..Default::default() }))
            }
            "rpop" => Site::Pop3(pop3::Server::start(pop3::Options { tls, store, ..Default::default() })),
            _ => Site::Smtp(smtp::Server::start(smtp::Options { tls, store, ..Default::default() })),
        }
    }

    fn port(&self) -> u16 {
        match self {
            Site::Imap(s) => s.port(),
            Site::Pop3(s) => s.port(),
            Site::Smtp(s) => s.port(),
        }
    }

    fn ca(&self) -> PathBuf {
        match self {
            Site::Imap(s) => s.ca_pem_path().into(),
            Site::Pop3(s) => s.ca_pem_path().into(),
            Site::Smtp(s) => s.ca_pem_path().into(),
        }
    }

    fn connections(&self) -> usize {
        match self {
            Site::Imap(s) => s.connections(),
            Site::Pop3(s) => s.connections(),
            Site::Smtp(s) => s.connections(),
        }
    }

    fn url(&self, host: &str) -> String {
        let scheme = match self {
            Site::Imap(_) => "imap://user@",
            Site::Pop3(_) => "pop3://user@",
            Site::Smtp(_) => "smtp://",
        };
        format!("{scheme}{host}:{}", self.port())
    }
}

fn store() -> Store {
    let store = Store::default();
    store.add_account("user", PASSWORD);
    store
}

fn world() -> World {
    World::new().secret("user", PASSWORD)
}

/// What each program does here, the server left out.
fn job(program: &str) -> Vec<&'static str> {
    match program {
        "rimap-search" => vec!["--from", "ann"],
        "rpop" => vec!["list"],
        _ => vec!["--from", "a@x.example", "--to", "b@x.example", "--subject", "s", "--body", "b"],
    }
}

fn run<'w>(world: &'w World, program: &str, url: &str, more: &str) -> Run<'w> {
    let variable = program.to_uppercase().replace('-', "_");
    let args: Vec<&str> = job(program).into_iter().chain(["--retries", "0"]).collect();
    world
        .run(program, args)
        .args(more.split(' ').filter(|w| !w.is_empty()))
        .env(&format!("{variable}_URL"), url)
        .env(&format!("{variable}_PASSWORD"), PASSWORD)
}

/// Each try that failed is told of as it happens where somebody sits and waits; a log is told of the end only.
#[test]
fn a_terminal_hears_of_every_retry_and_a_log_does_not() {
    let programs = crate::support::program("rftp").parent().unwrap().display().to_string();
    let closed = crate::support::nobody();
    for program in ["rftp", "rimap-search", "rpop", "rsendmail"] {
        let (url, words) = match program {
            "rftp" => (format!("ftp://{closed}"), "stat :x".to_string()),
            "rimap-search" => (format!("imap://user@{closed}"), job(program).join(" ")),
            "rpop" => (format!("pop3://user@{closed}"), job(program).join(" ")),
            _ => (format!("smtp://{closed}"), job(program).join(" ")),
        };
        let variable = program.to_uppercase().replace('-', "_");
        let world = world();
        let go = |command: &str| {
            let shell = world.run_path(Path::new("/bin/sh"), ["-c", command]);
            let shell = shell.env("PATH", format!("{programs}:/usr/bin:/bin")).env("SHELL", "/bin/sh");
            shell.env(&format!("{variable}_URL"), &url).env(&format!("{variable}_PASSWORD"), PASSWORD).go()
        };
        let command = format!("{program} {words} --retries 1");
        let log = go(&command);
        assert_eq!((log.code, log.err().matches("trying again").count()), (75, 0), "{log:?}");
        // script(1) makes a terminal of our pipe.
        let watched = go(&format!("script -qec '{command}' /dev/null"));
        assert_eq!((watched.code, watched.out().matches("trying again").count()), (75, 1), "{watched:?}");
        let quiet = go(&format!("script -qec '{command} -q' /dev/null"));
        assert_eq!(quiet.out().matches("trying again").count(), 0, "{quiet:?}");
    }
}

#[test]
fn every_mail_program_goes_through_a_proxy() {
    for program in PROGRAMS {
        for scheme in ["socks5h", "http"] {
            let (site, tunnel, world) = (Site::start(program, Tls::Required), Tunnel::start(None), world());
            let proxy = format!("--proxy {scheme}://{} --ca-file {}", tunnel.at(), site.ca().display());
            run(&world, program, &site.url("127.0.0.1"), &proxy).go().exits(0);
            let asked = tunnel.asked();
            assert_eq!(asked, [format!("127.0.0.1:{}", site.port())], "{program} by {scheme}");
            assert_eq!(site.connections(), 1);
            // The proxy looks the name up, so the certificate has to be for another one.
            let out = run(&world, program, &site.url("files.test"), &proxy).go();
            out.exits(80).says("files.test");
            assert!(tunnel.asked()[1].starts_with("files.test:"), "{program} by {scheme}");
        }
    }
}

#[test]
fn a_certificate_that_is_not_checked_is_told_of_in_each_run() {
    for program in PROGRAMS {
        let (site, world) = (Site::start(program, Tls::Required), world());
        let url = site.url("127.0.0.1");
        let out = run(&world, program, &url, "--tls required --insecure-skip-verify -q").go();
        out.exits(0);
        assert_eq!(out.err().matches("no certificate is checked").count(), 1, "{out:?}");
    }
}

#[test]
fn a_watched_certificate_that_is_gone_is_no_good_news() {
    for program in PROGRAMS {
        let (site, world) = (Site::start(program, Tls::Off), world());
        let variable = program.to_uppercase().replace('-', "_");
        let check = |more: &[&str]| {
            let run = world.run(program, ["check"]).args(more).env(&format!("{variable}_PASSWORD"), PASSWORD);
            run.env(&format!("{variable}_URL"), site.url("127.0.0.1")).go()
        };
        check(&[]).exits(0);
        check(&["--cert-days", "14"]).exits(1).says("no TLS");
    }
}

#[test]
fn behind_a_proxy_no_mail_server_is_loopback() {
    for program in PROGRAMS {
        let (site, tunnel, world) = (Site::start(program, Tls::Off), Tunnel::start(None), world());
        let url = site.url("127.0.0.1");
        run(&world, program, &url, "").go().exits(0);
        let proxy = format!("--proxy socks5h://{}", tunnel.at());
        run(&world, program, &url, &proxy).go().exits(80).says("TLS");
        run(&world, program, &url, &format!("{proxy} --tls off")).go().exits(0);
    }
}

#[test]
fn what_a_proxy_refuses_is_a_reason_to_try_later() {
    for program in PROGRAMS {
        let (tunnel, world) = (Tunnel::start(Some("me:hunter2")), world().secret("me", "hunter2"));
        let site = Site::start(program, Tls::Off);
        let url = site.url("127.0.0.1");
        run(&world, program, &url, &format!("--proxy http://{}", tunnel.at())).go().exits(77);
        let me = format!("--proxy http://me@{} --tls required", tunnel.at());
        let out = run(&world, program, &url, &me).env("WIREPOST_PROXY_PASSWORD", "hunter2").go();
        out.exits(80);
        let closed = crate::support::nobody();
        run(&world, program, &url, &format!("--proxy socks5h://{closed}"))
            .go()
            .exits(75)
            .says("cannot reach the proxy");
        run(&world, program, &url, "--proxy gopher://p").go().exits(64);
        assert_eq!(site.connections(), 1, "{program}");
    }
}

/// Writes the account file.
fn config(world: &World, text: &str) {
    let path = world.outer("config/wirepost/config");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn an_account_names_server_login_and_flags() {
    for program in PROGRAMS {
        let (home, work, world) = (Site::start(program, Tls::Off), Site::start(program, Tls::Off), world());
        let text = format!(
            "[{program}]\n--url {}\n--password {PASSWORD}\n\n[{program} work]\n--url {}\n--password-command echo {PASSWORD}\n--json\n\n\
             [rftp]\n--anything goes\n",
            home.url("127.0.0.1"),
            work.url("127.0.0.1")
        );
        config(&world, &text);
        let go = |more: &[&str]| -> Output {
            world.run(program, job(program)).args(["--retries", "0"]).args(more).go()
        };
        go(&[]).exits(0);
        assert_eq!((home.connections(), work.connections()), (1, 0), "{program}");
        let out = go(&["--account", "work"]);
        assert_eq!(out.exits(0).summary()["exit"], 0, "--json is the account's");
        assert_eq!((home.connections(), work.connections()), (1, 1), "{program}");
        go(&["--account", "play"]).exits(78).says(&format!("has no [{program} play]"));
        // The environment is nearer than the account file, and says another server.
        let variable = format!("{}_URL", program.to_uppercase().replace('-', "_"));
        let out = world.run(program, job(program)).env(&variable, home.url("127.0.0.1")).go();
        out.exits(0);
        assert_eq!((home.connections(), work.connections()), (2, 1), "{program}");
        // A file with a secret is for its owner alone.
        let path = world.outer("config/wirepost/config");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        go(&[]).exits(78);
    }
}

#[test]
fn a_search_that_was_cut_off_is_finished_by_retry_from() {
    let cut = on("FETCH").with("BODY.PEEK[])").nth(1).then(Fault::CutAfter(300, End::Close));
    let store = store();
    for n in 1..=9 {
        let text = format!("From: ann@a.example\r\nSubject: {n}\r\n\r\n{}\r\n", "x".repeat(70 * n));
        store.add(text);
    }
    let server = imap::Server::start(imap::Options { store, rules: vec![cut], ..Default::default() });
    let world = world();
    let go = |more: &[&str]| {
        let args = ["--from", "ann", "--maildir", "Mail", "--json", "--retries", "0"];
        world
            .run("rimap-search", args)
            .args(more)
            .env("RIMAP_SEARCH_URL", server.url())
            .env("RIMAP_SEARCH_PASSWORD", PASSWORD)
            .go()
    };
    let first = go(&[]);
    first.exits(3);
    let outcomes =
        |out: &Output, which: &str| out.events("message").iter().filter(|m| m["outcome"] == which).count();
    let (done, left) = (outcomes(&first, "ok"), outcomes(&first, "temporary"));
    assert!(done > 0 && left > 0 && done + left == 9, "every message ends in one line: {first:?}");
    world.file("first.jsonl", &first.stdout);
    let second = go(&["--retry-from", "first.jsonl"]);
    assert_eq!(outcomes(second.exits(0), "ok"), left);
    let files = |dir: &str| std::fs::read_dir(world.path(dir)).unwrap().count();
    assert_eq!(files("Mail/new") + files("Mail/cur"), 9);
    world.file("second.jsonl", &second.stdout);
    go(&["--retry-from", "second.jsonl"]).exits(0);
    go(&["--retry-from", "nothing.jsonl"]).exits(66);
    // A mailbox made anew holds other messages.
    server.store.with("user", |a| {
        let mut inbox = a.mailboxes.remove("INBOX").unwrap();
        inbox.uidvalidity += 1;
        a.mailboxes.insert("INBOX".into(), inbox);
    });
    go(&["--retry-from", "first.jsonl"]).exits(66).says("made anew");
}

#[test]
fn a_fetch_that_was_cut_off_is_finished_by_retry_from() {
    let rules = vec![on("RETR").nth(4).then(reply_then("+OK\r\nSubject: 4\r\n", End::Close))];
    let store = store();
    for n in 1..=6 {
        store.add(format!("Subject: {n}\r\n\r\nhello\r\n"));
    }
    let server = pop3::Server::start(pop3::Options { store, rules, ..Default::default() });
    let world = world();
    let go = |more: &[&str]| {
        world
            .run("rpop", ["fetch", "--maildir", "Mail", "--json", "--retries", "0"])
            .args(more)
            .env("RPOP_URL", server.url())
            .env("RPOP_PASSWORD", PASSWORD)
            .go()
    };
    let first = go(&[]);
    first.exits(3);
    let outcomes: Vec<_> = first.events("message").iter().map(|m| m["outcome"].clone()).collect();
    assert_eq!(outcomes, ["ok", "ok", "ok", "temporary", "temporary", "temporary"]);
    assert_eq!(first.summary()["counts"], serde_json::json!({"ok": 3, "temporary": 3}));
    world.file("first.jsonl", &first.stdout);
    server.store.add("Subject: 7\r\n\r\nnot asked for\r\n");
    let second = go(&["--retry-from", "first.jsonl"]);
    let outcomes: Vec<_> = second.exits(0).events("message").iter().map(|m| m["outcome"].clone()).collect();
    assert_eq!(outcomes, ["ok", "ok", "ok"]);
    assert_eq!(std::fs::read_dir(world.path("Mail/new")).unwrap().count(), 6);
}
