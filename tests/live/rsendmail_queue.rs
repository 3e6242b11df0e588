//! rsendmail's queue before a Postfix that is down, then up; and s-nail and mutt that take rsendmail for sendmail.

use crate::{
    fixture::postfix::{DOMAIN, Options, Postfix},
    support::{Run, World, program},
};
use std::{fs, path::PathBuf};

const COUNT: usize = 25;

fn message(n: usize, to: &str) -> String {
    format!(
        "From: ann@{DOMAIN}\nTo: {to}@{DOMAIN}\nSubject: {n}\nDate: Mon, 23 Nov 2026 05:00:00 +0000\nMessage-ID: <{n}.queue@{DOMAIN}>\n\n.dot {n}\n"
    )
}

/// A run against this server's submission port, whose authority stands in a file that stays.
fn submit<'w>(world: &'w World, server: &Postfix) -> Run<'w> {
    world.private_file("password", server.password);
    let url = format!("smtp://{}%40{DOMAIN}@{}:{}", server.user, server.host, server.submission);
    let flags = [
        "--server",
        &url,
        "--tls",
        "required",
        "--ca-file",
        "ca.pem",
        "--password-file",
        "password",
        "--json",
    ];
    world.run("rsendmail", flags)
}

#[test]
fn what_was_queued_while_postfix_was_down_goes_when_it_is_up() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let world = World::new().secret(server.user, server.password);
    let ports = [server.mx, server.submission, server.submissions];
    for n in 1..=COUNT {
        world.file(format!("in/{n:03}.eml"), message(n, "tester"));
    }
    let prepared = submit(&world, &server).args(["--eml", "in", "-t", "--queue", "on-failure"]);
    world.file("ca.pem", fs::read(&server.ca).unwrap());
    drop(server);
    let out = prepared.go();
    out.exits(0).says(&format!("queued {COUNT} messages for smtp://"));
    assert_eq!(out.summary()["counts"]["queued"], COUNT);
    let queue = |args: &[&str]| world.run("rsendmail", ["queue"]).args(args).args(["--json"]).cwd("/").go();
    queue(&["run"]).exits(75);
    assert_eq!(queue(&["check"]).exits(0).events("queue_check")[0]["queued"], COUNT);

    let Some(server) = Postfix::start(&Options { ports, ..Options::default() }) else { return };
    world.file("ca.pem", fs::read(&server.ca).unwrap());
    let out = queue(&["run", "--now"]);
    out.exits(0);
    for sent in out.events("queued_message") {
        assert!(sent["queue_id"].is_string() && sent["tls_version"].is_string(), "{sent}");
    }
    queue(&["list"]).exits(1);
    let got = server.delivered("tester", COUNT);
    assert_eq!(got.len(), COUNT);
    for n in 1..=COUNT {
        let want = message(n, "tester");
        let times = got.iter().filter(|m| m.ends_with(want.as_bytes())).count();
        assert_eq!(times, 1, "message {n}\n{}", server.log());
    }
    // Two a message, and nine for the greeting, EHLO twice, STARTTLS, the login and QUIT: a second connection would show.
    let round_trips = out.summary()["round_trips"].as_u64().unwrap();
    assert!(round_trips < 16 + 2 * COUNT as u64, "{round_trips}");
}

#[test]
fn postfix_decides_what_waits_and_what_failed() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let world = World::new().secret(server.user, server.password);
    world.file("ca.pem", fs::read(&server.ca).unwrap());
    for (n, to) in ["tester", "refused", "later", "nobody", "other"].into_iter().enumerate() {
        world.file(format!("in/{n}.eml"), message(n, to));
    }
    submit(&world, &server).args(["--eml", "in", "-t", "--queue"]).go().exits(0);
    let run = world.run("rsendmail", ["queue", "run", "--json"]).go();
    run.exits(3);
    let outcomes: Vec<String> =
        run.events("queued_message").iter().map(|m| m["outcome"].as_str().unwrap().into()).collect();
    assert_eq!(outcomes, ["ok", "permanent", "temporary", "permanent", "ok"]);
    let list = world.run("rsendmail", ["queue", "list", "--json"]).go();
    let codes: Vec<u64> =
        list.events("queued_message").iter().map(|m| m["error"]["code"].as_u64().unwrap()).collect();
    assert_eq!(codes, [550, 450, 550]);
    server.delivered("tester", 1);
    server.delivered("other", 1);
}

/// A program of another's that was unpacked beside the servers.
fn peer(name: &str) -> Option<PathBuf> {
    let tree =
        std::env::var_os("WIREPOST_PEERS").map_or_else(|| PathBuf::from("target/peers"), PathBuf::from);
    let path = std::path::absolute(tree.join("bin").join(name)).ok()?;
    path.exists().then_some(path)
}

#[test]
fn s_nail_and_mutt_take_it_for_sendmail() {
    let Some(server) = Postfix::start(&Options::default()) else { return };
    let world = World::new();
    let sendmail = world.outer("sendmail");
    std::os::unix::fs::symlink(program("rsendmail"), &sendmail).unwrap();
    fs::create_dir(world.outer("config/wirepost")).unwrap();
    let account = format!("[rsendmail]\n--url smtp://{}:{}\n", server.host, server.mx);
    fs::write(world.outer("config/wirepost/config"), account).unwrap();
    let to = format!("tester@{DOMAIN}");
    let mta = format!("-Smta={}", sendmail.display());
    let rc = world.file(
        "muttrc",
        format!("set sendmail=\"{} -oem -oi\"\nset copy=no\nset from=me@{DOMAIN}\n", sendmail.display()),
    );
    let from = format!("me@{DOMAIN}");
    let calls: [(&str, Vec<&str>); 2] = [
        ("s-nail", vec!["-:/", "-Sv15-compat", &mta, "-r", &from, "-s", "by s-nail", &to]),
        ("mutt", vec!["-n", "-F", rc.to_str().unwrap(), "-s", "by mutt", &to]),
    ];
    let mut count = 0;
    for (name, args) in calls {
        let Some(path) = peer(name) else {
            crate::fixture::skipped(&format!("{name} is not unpacked (scripts/setup --peers)"));
            continue;
        };
        world.run_path(&path, args).stdin("first\n.\nlast\n").go().exits(0);
        count += 1;
        let got = server.delivered("tester", count);
        let text = got.iter().map(|m| String::from_utf8_lossy(m)).find(|m| m.contains(&format!("by {name}")));
        let text = text.unwrap_or_else(|| panic!("nothing of {name}: {}", server.log()));
        assert!(text.ends_with("first\n.\nlast\n"), "{text}");
    }
}
