//! How rftp reaches a server: proxies, active mode, a local address of one's own.

use std::net::{TcpListener, TcpStream};

use crate::sandbox::ftp::{Options, Reuse, Server};
use crate::sandbox::script::{call, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::tunnel::Tunnel;
use crate::support::{Run, World};

/// A world that has the password of the server's user, and a file to send.
fn world() -> World {
    let world = World::new().secret("user", "secret").secret("me", "hunter2");
    world.private_file("password", "secret");
    world.private_file("proxy-password", "hunter2");
    world.file("a", "some text\n");
    world
}

fn rftp<'w>(world: &'w World, args: &str) -> Run<'w> {
    let words: Vec<&str> = args.split(' ').chain(["--retries", "0"]).collect();
    world.run("rftp", words).env("RFTP_PASSWORD", "secret")
}

fn url(server: &Server, path: &str) -> String {
    format!("ftp://user@127.0.0.1:{}/{path}", server.port())
}

#[test]
fn every_connection_goes_through_the_proxy() {
    for scheme in ["socks5h", "socks5", "http"] {
        let server =
            Server::start(Options { tls: Tls::Required, reuse: Reuse::Refuse425, ..Options::default() });
        let (tunnel, world) = (Tunnel::start(None), world());
        let ca = server.ca_pem_path().display();
        let proxy = format!("--proxy {scheme}://{} --ca-file {ca}", tunnel.at());
        rftp(&world, &format!("put a {} {proxy}", url(&server, "x"))).go().exits(0);
        assert_eq!(std::fs::read(server.root().join("x")).unwrap(), b"some text\n");
        let asked = tunnel.asked();
        assert_eq!(asked.len(), 2, "{scheme}: control and data: {asked:?}");
        assert!(asked.iter().all(|a| a.starts_with("127.0.0.1:")), "{asked:?}");
        rftp(&world, &format!("get {} b {proxy}", url(&server, "x"))).go().exits(0);
        assert_eq!(std::fs::read(world.path("b")).unwrap(), b"some text\n");
        assert_eq!(server.log().data.iter().filter(|d| d.resumed == Some(true)).count(), 2);
    }
}

#[test]
fn the_proxy_looks_names_up_where_it_is_asked_to() {
    let (server, tunnel, world) = (Server::start(Options::default()), Tunnel::start(None), world());
    let to = format!("ftp://user@files.test:{}/x", server.port());
    for scheme in ["socks5h", "http"] {
        rftp(&world, &format!("put a {to} --tls off --proxy {scheme}://{}", tunnel.at())).go().exits(0);
    }
    let asked = tunnel.asked();
    assert!(asked.len() == 4 && asked.iter().all(|a| a.starts_with("files.test:")), "{asked:?}");
    rftp(&world, &format!("put a {to} --tls off --proxy socks5://{}", tunnel.at())).go().exits(68);
    assert_eq!(tunnel.asked().len(), 4, "a name that we cannot find is not asked for");
}

#[test]
fn behind_a_proxy_nothing_is_loopback() {
    let (server, tunnel, world) = (Server::start(Options::default()), Tunnel::start(None), world());
    rftp(&world, &format!("ls {}", url(&server, ""))).go().exits(0);
    let out = rftp(&world, &format!("ls {} --proxy socks5h://{}", url(&server, ""), tunnel.at())).go();
    out.exits(80).says("offers no TLS");
    assert!(!server.commands_on(2).iter().any(|c| c.starts_with("USER")), "{:?}", server.commands());
}

#[test]
fn a_proxy_can_want_a_login() {
    let (server, tunnel, world) =
        (Server::start(Options::default()), Tunnel::start(Some("me:hunter2")), world());
    for scheme in ["socks5h", "http"] {
        let ls = format!("ls {} --tls off", url(&server, ""));
        let me = format!("{ls} --trace --proxy {scheme}://me@{}", tunnel.at());
        rftp(&world, &format!("{me} --proxy-password-file proxy-password"))
            .go()
            .exits(0)
            .says("through the proxy");
        rftp(&world, &me).env("WIREPOST_PROXY_PASSWORD", "hunter2").go().exits(0);
        rftp(&world, &me).env("WIREPOST_PROXY_PASSWORD", "wrong").go().exits(77);
        rftp(&world, &me).go().exits(78).says("WIREPOST_PROXY_PASSWORD");
        let nobody = format!("{ls} --proxy {scheme}://{}", tunnel.at());
        rftp(&world, &nobody).go().exits(77).says("--proxy-password-file");
        rftp(&world, &format!("{ls} --proxy {scheme}://me:hunter2@{}", tunnel.at()))
            .go()
            .exits(64)
            .says("hint: --proxy-password-file");
    }
}

#[test]
fn what_a_proxy_says_no_to() {
    let (tunnel, world) = (Tunnel::start(None), world());
    let closed = crate::support::nobody();
    for scheme in ["socks5h", "http"] {
        let out = rftp(&world, &format!("ls ftp://{closed}/ --proxy {scheme}://{}", tunnel.at())).go();
        out.exits(75).says(&format!("cannot connect to {closed} through the proxy"));
        let out = rftp(&world, &format!("ls ftp://127.0.0.1:1/ --proxy {scheme}://{closed}")).go();
        out.exits(75).says("cannot reach the proxy: cannot connect to");
    }
    rftp(&world, "ls ftp://h/ --proxy gopher://p").go().exits(64).says("socks5h://");
    rftp(&world, "ls ftp://h/ --active --proxy http://p").go().exits(64).says("--active cannot go through");
}

#[test]
fn the_server_connects_to_us() {
    for tls in [Tls::Off, Tls::Required, Tls::Implicit] {
        for off in [vec![], vec!["EPRT"]] {
            let (verb, other) = if off.is_empty() { ("EPRT", "PORT") } else { ("PORT", "EPRT") };
            let server = Server::start(Options { tls, reuse: Reuse::Refuse425, off, ..Options::default() });
            let world = world();
            let scheme = if tls == Tls::Implicit { "ftps" } else { "ftpes" };
            let scheme = if tls == Tls::Off { "ftp" } else { scheme };
            let to = format!("{scheme}://user@127.0.0.1:{}", server.port());
            let flags = format!("--active --ca-file {}", server.ca_pem_path().display());
            world.file("t/b", vec![7; 300_000]);
            rftp(&world, &format!("put -r t {to}/ {flags}")).go().exits(0);
            rftp(&world, &format!("get -r {to}/t back {flags}")).go().exits(0);
            assert_eq!(
                std::fs::read(world.path("back/t/b"))
                    .or_else(|_| std::fs::read(world.path("back/b")))
                    .unwrap(),
                vec![7; 300_000]
            );
            let commands = server.commands();
            assert!(commands.iter().any(|c| c.starts_with(verb)), "{commands:?}");
            let refused = commands.iter().filter(|c| c.starts_with(other)).count();
            assert!(
                refused <= 2 && !commands.iter().any(|c| c.contains("PASV") || c.contains("EPSV")),
                "{commands:?}"
            );
        }
    }
}

#[test]
fn ports_come_from_the_range_in_turn() {
    let (server, world) = (Server::start(Options::default()), world());
    let first = crate::support::free_port();
    for name in ["t/1", "t/2", "t/3", "t/4"] {
        world.file(name, name);
    }
    let range = format!("{first}-{}", first + 50);
    rftp(&world, &format!("put -r t {} --active --port-range {range}", url(&server, ""))).go().exits(0);
    let port = |c: &String| c.split('|').nth(3).and_then(|p| p.parse::<u16>().ok()).unwrap();
    let mut ports: Vec<u16> = server.commands_of("EPRT").iter().map(port).collect();
    assert!(ports.len() >= 4, "{ports:?}");
    ports.sort_unstable();
    assert!(ports.iter().all(|p| (first..=first + 50).contains(p)), "{ports:?}");
    assert!(ports.windows(2).all(|p| p[0] != p[1]), "{ports:?}");
    for bad in ["0-5", "9-5", "x", "70000-70001"] {
        rftp(&world, &format!("ls ftp://h/ --active --port-range {bad}")).go().exits(64);
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let put = format!("put a {} --active --port-range {port}-{port}", url(&server, "x"));
    let out = rftp(&world, &format!("{put} --connect-timeout 1s")).go();
    out.exits(74).says("cannot listen on 127.0.0.1: address already in use");
}

#[test]
fn workers_share_a_range_with_fewer_ports() {
    let (server, world) = (Server::start(Options::default()), world());
    for n in 0..40 {
        world.file(format!("t/{n}"), vec![b'x'; 100_000]);
    }
    let free = crate::support::free_port();
    let put = format!("put -r t/ {} -j 8 --active --port-range {free}-{free}", url(&server, ""));
    rftp(&world, &put).go().exits(0);
    assert_eq!(std::fs::read_dir(server.root()).unwrap().count(), 40);
}

#[test]
fn only_the_server_may_connect() {
    let free = crate::support::free_port();
    // A stranger is there first: from another address, with data of its own.
    let stranger = call(move || {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        let from: std::net::SocketAddr = ([127, 0, 0, 2], 0).into();
        socket.bind(&from.into()).unwrap();
        let to: std::net::SocketAddr = ([127, 0, 0, 1], free).into();
        socket.connect(&to.into()).unwrap();
        let mut stream = TcpStream::from(socket);
        // It stands in the listener's queue before the server's own connection, open or closed.
        let _ = std::io::Write::write_all(&mut stream, b"evil");
    });
    let server = Server::start(Options { rules: vec![on("RETR").then(stranger)], ..Options::default() });
    std::fs::write(server.root().join("f"), "good").unwrap();
    let world = world();
    let get = format!("get {} --trace --active --port-range {free}-{free}", url(&server, "f"));
    rftp(&world, &get).go().exits(0).says("closed a connection from 127.0.0.2");
    assert_eq!(std::fs::read(world.path("f")).unwrap(), b"good");
}

#[test]
fn a_server_that_cannot_reach_us_is_said() {
    let refused = [
        (
            69,
            vec![
                on("EPRT").then(reply("500 no\r\n")),
                on("PORT").then(reply("500 Illegal PORT command\r\n")),
            ],
        ),
        (75, vec![on("STOR").then(reply("425 Can't build data connection: Connection refused\r\n"))]),
    ];
    for (code, rules) in refused {
        let server = Server::start(Options { rules, ..Options::default() });
        let out = rftp(&world(), &format!("put a {} --active", url(&server, "x"))).go();
        out.exits(code).says("hint: behind a firewall or NAT the server cannot reach us");
    }
    // It says 150 and never comes; then why.
    let rules = vec![on("STOR").then(reply("150 coming\r\n425 cannot connect\r\n"))];
    let server = Server::start(Options { rules, ..Options::default() });
    let out = rftp(&world(), &format!("put a {} --active --connect-timeout 1", url(&server, "x"))).go();
    out.exits(75).says("425 cannot connect").says("hint: behind a firewall");
}

#[test]
fn the_local_address_can_be_chosen() {
    let (server, world) = (Server::start(Options::default()), world());
    let put = |flags: &str| rftp(&world, &format!("put a {} {flags}", url(&server, "x"))).go();
    put("--bind 127.0.0.3 --active").exits(0);
    let told = server.commands_of("EPRT");
    assert!(told[0].starts_with("EPRT |1|127.0.0.3|"), "{told:?}");
    put("--bind 127.0.0.3").exits(0);
    put("-4").exits(0);
    put("-6").exits(75).says("no address of the wanted family");
    put("-6 -4").exits(64);
    put("--bind ::1").exits(75).says("no address of the wanted family");
    put("--bind 192.0.2.1").says("cannot use 192.0.2.1 as our address");
}
