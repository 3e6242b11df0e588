use super::*;
use crate::sandbox::dns::{Act, NameServer, Rdata, ip, mx};
use crate::sandbox::script::{Action, End, on, reply, reply_then};
use crate::sandbox::tls::{Cert, Tls};
use std::net::TcpListener;

/// Servers at 127.0.0.1, .2, .3 with one port, each with its rules; `None` for nobody there.
fn exchangers<const N: usize>(rules: [Option<Vec<Rule>>; N]) -> (u16, Vec<Option<Server>>) {
    // A port that is free at all of them.
    let port = loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let all: Vec<_> =
            (2..=N).map(|n| TcpListener::bind((std::net::Ipv4Addr::new(127, 0, 0, n as u8), port))).collect();
        if all.iter().all(Result::is_ok) {
            break port;
        }
    };
    let servers = rules.into_iter().enumerate().map(|(n, rules)| {
        let ip = [127, 0, 0, n as u8 + 1];
        rules.map(|rules| Server::start(Options { ip, port, rules, ..Options::default() }))
    });
    (port, servers.collect())
}

fn zone() -> Vec<(&'static str, Vec<Rdata>)> {
    vec![
        ("x.example", vec![mx(20, "mx2.x.example"), mx(10, "MX1.x.example"), mx(30, "mx3.x.example")]),
        ("mx1.x.example", vec![ip("127.0.0.1")]),
        ("mx2.x.example", vec![ip("127.0.0.2")]),
        ("mx3.x.example", vec![Rdata::Cname("other.example")]),
        ("other.example", vec![ip("127.0.0.3")]),
        ("bare.example", vec![ip("127.0.0.2")]),
        ("alias.example", vec![Rdata::Cname("x.example")]),
        ("none.example", vec![mx(0, ".")]),
        ("nowhere.example", vec![mx(10, "gone.example")]),
        ("empty.example", vec![]),
        ("one.example", vec![mx(10, "mx1.x.example")]),
        ("odd.example", vec![mx(5, "not a host!"), mx(10, "mx1.x.example")]),
    ]
}

fn deliver<'w>(world: &'w World, dns: &NameServer, port: u16, to: &[&str]) -> Run<'w> {
    let port = port.to_string();
    let args = ["--from", "me@x.example", "--subject", "hi", "--body", "text", "--json", "--retries", "0"];
    let run = world.run("rsendmail", args).args(["--mx", "--mx-port", &port, "--resolver", &dns.addr()]);
    to.iter().fold(run, |run, to| run.args(["--to", to]))
}

fn taken(servers: &[Option<Server>]) -> Vec<usize> {
    servers.iter().map(|s| s.as_ref().map_or(0, |s| s.sent().len())).collect()
}

#[test]
fn mail_goes_to_the_most_preferred_exchanger() {
    let world = World::new();
    let dns = NameServer::start(&zone(), &[]);
    for (to, want) in [
        ("a@x.example", [1, 0, 0]),
        ("a@X.EXAMPLE", [1, 0, 0]),
        ("a@alias.example", [1, 0, 0]),
        ("a@bare.example", [0, 1, 0]),
        ("a@odd.example", [1, 0, 0]),
        ("a@[127.0.0.3]", [0, 0, 1]),
    ] {
        let (port, servers) = exchangers([Some(vec![]), Some(vec![]), Some(vec![])]);
        let out = deliver(&world, &dns, port, &[to]).go();
        assert_eq!((out.code, taken(&servers)), (0, want.to_vec()), "{to}: {out:?}");
    }
    let (port, servers) = exchangers([Some(vec![]), Some(vec![])]);
    let out = deliver(&world, &dns, port, &["a@x.example", "b@bare.example", "c@x.example"]).go();
    out.exits(0);
    assert_eq!(recipients(servers[0].as_ref().unwrap()), [["a@x.example", "c@x.example"]]);
    assert_eq!(recipients(servers[1].as_ref().unwrap()), [["b@bare.example"]]);
    let all: Vec<_> = outcomes(&out).into_iter().map(|(to, _)| to).collect();
    assert_eq!(all, ["a@x.example", "b@bare.example", "c@x.example"], "told in the order of the envelope");
}

#[test]
fn the_next_exchanger_is_asked_where_the_first_puts_it_off() {
    let world = World::new();
    let dns = NameServer::start(&zone(), &[]);
    let cases: Vec<(&str, Option<Vec<Rule>>)> = vec![
        ("nobody there", None),
        ("greeting 421", Some(vec![on("CONNECT").then(reply_then("421 busy\r\n", End::Close))])),
        ("greeting 554", Some(vec![on("CONNECT").then(reply_then("554 not me\r\n", End::Close))])),
        ("EHLO 450", Some(vec![on("EHLO").then(reply("450 later\r\n"))])),
        ("MAIL 451", Some(vec![on("MAIL").then(reply("451 4.3.0 later\r\n"))])),
        ("RCPT 450", Some(vec![on("RCPT").then(reply("450 4.2.0 greylisted\r\n"))])),
        ("lost at RCPT", Some(vec![on("RCPT").then(End::Reset)])),
        ("dot 451", Some(vec![on("DOT").then(reply("451 4.3.0 later\r\n"))])),
    ];
    for (name, rules) in cases {
        let (port, servers) = exchangers([rules, Some(vec![]), Some(vec![])]);
        let out = deliver(&world, &dns, port, &["a@x.example"]).go();
        assert_eq!((out.code, taken(&servers)), (0, vec![0, 1, 0]), "{name}: {out:?}");
        let server = out.events("message")[0]["server"].to_string();
        assert!(server.contains("mx2.x.example"), "{name}: {server}");
    }
    // No is no, and unknown is unknown: nobody else is asked.
    for (name, rule, code) in [
        ("RCPT 550", on("RCPT").then(reply("550 5.1.1 no\r\n")), 67),
        ("dot 554", on("DOT").then(reply("554 5.7.1 spam\r\n")), 69),
        ("lost after the dot", on("DOT").then(Action::Swallow(End::Close)), 79),
    ] {
        let (port, servers) = exchangers([Some(vec![rule]), Some(vec![])]);
        let out = deliver(&world, &dns, port, &["a@x.example"]).go();
        assert_eq!((out.code, taken(&servers)[1]), (code, 0), "{name}: {out:?}");
    }
    // One recipient put off by each: both got it, nobody twice.
    let later = || Some(vec![on("RCPT").with("b@").then(reply("450 4.2.0 later\r\n"))]);
    let (port, servers) = exchangers([later(), later(), Some(vec![])]);
    deliver(&world, &dns, port, &["a@x.example", "b@x.example"]).go().exits(0);
    assert_eq!(taken(&servers), [1, 0, 1]);
    let (port, _servers) = exchangers([None, None, None]);
    let out = deliver(&world, &dns, port, &["a@x.example"]).go();
    out.exits(75).says("connection refused");
}

#[test]
fn what_one_exchanger_puts_off_no_other_makes_final() {
    let world = World::new();
    let mut zone = zone();
    zone.push(("half.example", vec![mx(10, "mx1.x.example"), mx(20, "gone.example")]));
    let dns = NameServer::start(&zone, &[]);
    let refusing = || Some(vec![on("CONNECT").then(reply_then("554 no SMTP service here\r\n", End::Close))]);
    let firsts = || {
        [
            on("RCPT").nth(1).then(reply("450 4.2.0 greylisted\r\n")),
            on("MAIL").nth(1).then(reply("451 4.3.0 later\r\n")),
            on("DOT").nth(1).then(reply("451 4.3.0 later\r\n")),
            on("RCPT").nth(1).then(End::Close),
        ]
    };
    for (domain, other) in
        [("x.example", refusing as fn() -> _), ("x.example", || None), ("half.example", || None)]
    {
        for first in firsts() {
            let (port, servers) = exchangers([Some(vec![first]), other(), other()]);
            // The next message for the same domain is tried as well.
            let to = [format!("a@{domain}"), format!("b@{domain}")];
            world.file("t.csv", format!("mail\n{}\n{}\n", to[0], to[1]));
            let out = deliver(&world, &dns, port, &["{mail}"]).args(["--merge", "t.csv"]).go();
            out.exits(3);
            let all: Vec<_> = outcomes(&out).into_iter().map(|(_, o)| o).collect();
            assert_eq!(all, ["temporary", "ok"], "{domain}: {out:?}");
            assert_eq!(taken(&servers)[0], 1);
        }
        let (port, _servers) =
            exchangers([firsts().into_iter().next().map(|rule| vec![rule]), other(), other()]);
        let out = deliver(&world, &dns, port, &[&format!("a@{domain}")]).args(["--queue", "on-failure"]).go();
        out.exits(0).says("queued as");
    }
}

#[test]
fn what_the_dns_says_decides_whether_it_is_for_good() {
    let world = World::new();
    let acts = [
        ("servfail.example", Act::Code(2)),
        ("refused.example", Act::Code(5)),
        ("silent.example", Act::Silence),
        ("late.example", Act::SilenceFor(1)),
    ];
    let mut zone = zone();
    zone.push(("late.example", vec![ip("127.0.0.1")]));
    let dns = NameServer::start(&zone, &acts);
    let (port, _servers) = exchangers([Some(vec![])]);
    for (to, code, says) in [
        ("a@none.example", 69, "none.example takes no mail"),
        ("a@missing.example", 68, "no such host: missing.example"),
        ("a@nowhere.example", 68, "no such host: gone.example"),
        ("a@empty.example", 68, "empty.example has no address"),
        ("a@servfail.example", 75, "cannot answer (code 2)"),
        ("a@refused.example", 75, "cannot answer (code 5)"),
        ("a@silent.example", 75, "the name service did not answer"),
        ("a@[not-an-ip]", 68, "no such host"),
    ] {
        let out = deliver(&world, &dns, port, &[to]).args(["--connect-timeout", "1"]).go();
        assert_eq!(out.code, code, "{to}: {out:?}");
        out.says(says);
    }
    deliver(&world, &dns, port, &["a@late.example"]).go().exits(0);
    let out = deliver(&world, &dns, port, &["a@none.example", "b@x.example"]).go();
    assert_eq!(
        (out.code, outcomes(&out).into_iter().map(|(_, o)| o).collect::<Vec<_>>()),
        (3, vec!["permanent".into(), "ok".into()])
    );
}

#[test]
fn hostile_answers_are_survived() {
    let world = World::new();
    let loops: &[u8] = &[0xC0, 27, 0, 15, 0, 1, 0, 0, 0, 0, 0, 4, 0, 1, 0xC0, 0xFF];
    let forward = [&[0xC0u8, 0xFF][..], &[0; 40]].concat();
    let mut zone = zone();
    for name in ["cut.example", "guessed.example"] {
        zone.push((name, vec![ip("127.0.0.1")]));
    }
    let circle = [
        ("round.example", vec![Rdata::Cname("again.example")]),
        ("again.example", vec![Rdata::Cname("round.example")]),
    ];
    zone.extend(circle);
    let acts = [
        ("loop.example", Act::Records(1, loops.to_vec())),
        ("forward.example", Act::Records(3, forward)),
        ("many.example", Act::Records(65_535, vec![0; 300])),
        ("cut.example", Act::Truncate),
        ("cutagain.example", Act::TruncateThen(vec![0xFF; 200])),
        ("cutshort.example", Act::TruncateThen(Vec::new())),
        ("guessed.example", Act::Strangers(40)),
        ("flooded.example", Act::StrangersOnly),
    ];
    let dns = NameServer::start(&zone, &acts);
    let (port, servers) = exchangers([Some(vec![])]);
    for (domain, code) in [
        ("loop.example", 75),
        ("forward.example", 75),
        ("many.example", 75),
        ("cutagain.example", 75),
        ("cutshort.example", 75),
        ("flooded.example", 75),
        ("round.example", 68),
        ("cut.example", 0),
        ("guessed.example", 0),
    ] {
        let to = format!("a@{domain}");
        let out = deliver(&world, &dns, port, &[&to]).args(["--connect-timeout", "1"]).go();
        assert_eq!(out.code, code, "{domain}: {out:?}");
        // One that is over in no time was not measured at all.
        assert!(out.tame().max_rss < 32 << 20, "{out:?}");
    }
    assert_eq!(taken(&servers), [2]);
    assert!(dns.asked().contains(&"tcp cut.example MX".to_string()), "{:?}", dns.asked());
}

#[test]
fn tls_is_used_where_it_is_offered_and_verified_where_it_is_required() {
    let world = World::new();
    let dns = NameServer::start(&zone(), &[]);
    let start = |tls: Tls, cert: Cert, rules: Vec<Rule>| {
        Server::start(Options { tls, cert, rules, ..Options::default() })
    };
    let to = |server: &Server| deliver(&world, &dns, server.port(), &["a@one.example"]);
    // A certificate that is nobody's will do: it is no worse than none.
    let server = start(Tls::Explicit, Cert::SelfSigned, vec![]);
    let out = to(&server).go();
    out.exits(0);
    assert!(server.sent()[0].tls && out.events("message")[0]["tls_version"].is_string());
    // But not where the user wants more.
    let ca = server.ca_pem_path().to_str().unwrap().to_string();
    let out = to(&server).args(["--tls", "required", "--ca-file", &ca]).go();
    out.exits(80);
    let plain = start(Tls::Off, Cert::Good, vec![]);
    to(&plain).args(["--tls", "required"]).go().exits(80);
    to(&plain).args(["--require-tls"]).go().exits(64);
    // Whoever says what TLS has to be does not get mail in clear.
    let pin = "0".repeat(64);
    for wish in [
        ["--pin-sha256", &pin],
        ["--ca-file", &ca],
        ["--ca-only", &ca],
        ["--tls-min", "1.3"],
        ["--tls-max", "1.2"],
    ] {
        to(&server).args(wish).go().exits(64).says(&format!("{} with --mx needs --tls required", wish[0]));
    }
    let taken = server.sent().len();
    to(&server).args(["--pin-sha256", &pin, "--pin-only", "--tls", "required"]).go().exits(80);
    assert_eq!((server.sent().len(), server.commands_of("MAIL").len()), (taken, taken));
    to(&plain).go().exits(0);
    assert!(!plain.sent()[0].tls && plain.sent().len() == 1);
    // A handshake that comes to nothing is not the end.
    let broken = start(Tls::Explicit, Cert::Good, vec![on("HANDSHAKE").nth(1).then(End::Close)]);
    let out = to(&broken).go();
    out.exits(0);
    assert!(!broken.sent()[0].tls, "{out:?}");
    let off = start(Tls::Explicit, Cert::Good, vec![]);
    to(&off).args(["--tls", "off"]).go().exits(0);
    assert!(!off.sent()[0].tls);
}

#[test]
fn flags_that_cannot_be_together() {
    let world = World::new();
    let dns = NameServer::start(&zone(), &[]);
    let run = |args: &[&str]| deliver(&world, &dns, 25, &["a@x.example"]).args(args).go();
    run(&["--server", "smtp://127.0.0.1"]).exits(64);
    run(&["-u", "me"]).exits(64);
    run(&["--proxy", "socks5h://127.0.0.1:1"]).exits(64);
    deliver(&world, &dns, 25, &["root"]).args(["--aliases", "/dev/null/x"]).go().exits(66);
    world.file("aliases", "ops: a@x.example\n");
    let out = deliver(&world, &dns, 25, &["root"]).args(["--aliases", "aliases"]).go();
    out.exits(64).says("root has no domain");
    let out = run(&["--rcpt-policy", "all", "--to", "b@bare.example"]);
    out.exits(64).says("within one domain");
}

#[test]
fn what_waits_in_the_queue_finds_its_exchangers_later() {
    let world = World::new();
    let dns = NameServer::start(&zone(), &[("late.example", Act::Code(2))]);
    let (port, servers) = exchangers([Some(vec![]), Some(vec![])]);
    let out = deliver(&world, &dns, port, &["a@x.example, b@bare.example"]).args(["--queue"]).go();
    out.exits(0);
    assert_eq!(taken(&servers), [0, 0]);
    world.run("rsendmail", ["queue", "run"]).go().exits(0);
    assert_eq!(recipients(servers[0].as_ref().unwrap()), [["a@x.example"]]);
    assert_eq!(recipients(servers[1].as_ref().unwrap()), [["b@bare.example"]]);
    // What the DNS cannot say now stays; what goes elsewhere does not wait for it.
    let out =
        deliver(&world, &dns, port, &["c@late.example", "d@x.example"]).args(["--queue", "on-failure"]).go();
    out.exits(0);
    let all: Vec<_> = outcomes(&out).into_iter().map(|(_, o)| o).collect();
    assert_eq!((all, taken(&servers)), (vec!["queued".into(), "ok".into()], vec![2, 1]));
}
