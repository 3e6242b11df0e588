//! rftp's ways to real servers: IPv6, active mode, proxies, a certificate of our own, a server by its name; and text.

use crate::{
    fixture::{Tls, Version, proftpd, proxy::Proxy, pureftpd, vsftpd},
    support::World,
};
use std::{fs, path::Path};

/// A server as these tests see it.
struct There<'a> {
    url: String,
    ca: &'a Path,
    password: &'a str,
    root: &'a Path,
}

macro_rules! there {
    ($server:ident) => {
        There { url: $server.url("/in"), ca: &$server.ca, password: $server.password, root: &$server.root }
    };
}

impl There<'_> {
    fn world(&self) -> World {
        let world = World::new().secret("tester", self.password);
        world.private_file("password", self.password);
        world
    }

    fn flags<'f>(&'f self, world: &'f World, more: &'f [&'f str]) -> Vec<String> {
        let tls = if self.url.starts_with("ftp:") { "off" } else { "required" };
        let password = world.path("password");
        let own = ["--tls", tls, "--ca-file", self.ca.to_str().unwrap(), "--password-file"];
        own.iter().chain(more).map(ToString::to_string).fold(Vec::new(), |mut all, flag| {
            let file = flag == "--password-file";
            all.push(flag);
            if file {
                all.push(password.display().to_string());
            }
            all
        })
    }

    /// A small tree and a large file there and back with these flags.
    fn there_and_back(&self, more: &[&str]) {
        let world = self.world();
        for (name, size) in [("t/a", 0), ("t/b c", 1), ("t/d/e", 100_000), ("t/large", 3 << 20)] {
            world.file(name, vec![b'x'; size]);
        }
        let flags = self.flags(&world, more);
        let run = |words: &[&str]| {
            let words = words.iter().map(ToString::to_string).chain(flags.iter().cloned());
            world.run("rftp", words).go().exits(0).tame();
        };
        run(&["put", "-r", "t", &format!("{}/", self.url)]);
        run(&["get", "-r", &format!("{}/t/", self.url), "back"]);
        run(&["ls", "-lR", &self.url]);
        let same =
            std::process::Command::new("diff").arg("-r").args([world.path("t"), world.path("back")]).status();
        assert!(same.unwrap().success());
    }

    /// Text there and back: what a server on Unix has is text with LF.
    fn text(&self) {
        let world = self.world();
        world.file("dos", "one\r\ntwo\r\n");
        world.file("unix", "one\ntwo\n");
        let flags = self.flags(&world, &["--ascii", "--json"]);
        for name in ["dos", "unix"] {
            let url = format!("{}/{name}", self.url);
            let run = |words: &[&str]| {
                let words = words.iter().map(ToString::to_string).chain(flags.iter().cloned());
                let out = world.run("rftp", words).go();
                assert_eq!(out.exits(0).events("file")[0]["verified"], "size", "{out:?}");
            };
            run(&["put", name, &url]);
            assert_eq!(fs::read(self.root.join("in").join(name)).unwrap(), b"one\ntwo\n", "{name}");
            run(&["get", &url, "back"]);
            assert_eq!(fs::read(world.path("back")).unwrap(), b"one\ntwo\n", "{name}");
        }
    }
}

#[test]
fn ipv6_passive_and_active() {
    let Some(server) = vsftpd::Vsftpd::start(&vsftpd::Options { ipv6: true, ..Default::default() }) else {
        return;
    };
    let there = there!(server);
    assert!(there.url.contains("[::1]"));
    there.there_and_back(&["-6"]);
    there.there_and_back(&["--bind", "::1"]);
    there.there_and_back(&["--active"]);
    let log = server.protocol_log();
    assert!(log.contains("EPSV") && log.contains("EPRT |2|::1|") && !log.contains("PASV\""), "{log}");
}

#[test]
fn active_mode() {
    for max in [Version::V1_2, Version::V1_3] {
        if let Some(server) = vsftpd::Vsftpd::start(&vsftpd::Options { max, ..Default::default() }) {
            there!(server).there_and_back(&["--active"]);
        }
        if let Some(server) = proftpd::Proftpd::start(&proftpd::Options { max, ..Default::default() }) {
            there!(server).there_and_back(&["--active"]);
        }
        if let Some(server) = pureftpd::Pureftpd::start(&pureftpd::Options { max, ..Default::default() }) {
            there!(server).there_and_back(&["--active"]);
        }
    }
}

#[test]
fn a_certificate_of_our_own() {
    for (tls, max) in [(Tls::Explicit, Version::V1_3), (Tls::Implicit, Version::V1_2)] {
        let options = proftpd::Options { client_cert: true, tls, max, ..Default::default() };
        let Some(server) = proftpd::Proftpd::start(&options) else { return };
        let (cert, key) = (&server.certs.client.cert, &server.certs.client.key);
        let there = there!(server);
        there.there_and_back(&[
            "--client-cert",
            cert.to_str().unwrap(),
            "--client-key",
            key.to_str().unwrap(),
        ]);
        let world = there.world();
        let words = ["ls".to_owned(), there.url.clone(), "--retries".to_owned(), "0".to_owned()];
        let out = world.run("rftp", words.into_iter().chain(there.flags(&world, &[]))).go();
        assert!(matches!(out.code, 75 | 80), "a stranger got in: {out:?}");
    }
}

#[test]
fn through_proxies() {
    let Some(server) = vsftpd::Vsftpd::start(&vsftpd::Options::default()) else { return };
    let there = there!(server);
    for auth in [false, true] {
        for proxy in [Proxy::socks5(auth), Proxy::http(auth)] {
            let Some(proxy) = proxy else { return };
            let user = if auth { "tester@" } else { "" };
            let url = proxy.url().replace("://", &format!("://{user}"));
            let mut flags = vec!["--proxy", &url];
            let secret = tempfile::NamedTempFile::new().unwrap();
            fs::write(secret.path(), proxy.password).unwrap();
            if auth {
                flags.extend(["--proxy-password-file", secret.path().to_str().unwrap()]);
            }
            there.there_and_back(&flags);
            let here = url.replace("socks5h", "socks5");
            flags[1] = &here;
            there.there_and_back(&flags);
            let log = proxy.server.log();
            assert!(log.contains(&server.port.to_string()), "{log}");
        }
    }
}

#[test]
fn a_server_by_its_name() {
    let name = |url: String| url.replace("127.0.0.1", "localhost");
    if let Some(server) = vsftpd::Vsftpd::start(&vsftpd::Options::default()) {
        There { url: name(server.url("/in")), ..there!(server) }.there_and_back(&["-4"]);
    }
    if let Some(server) = proftpd::Proftpd::start(&proftpd::Options::default()) {
        There { url: name(server.url("/in")), ..there!(server) }.there_and_back(&["-4"]);
    }
    if let Some(server) = pureftpd::Pureftpd::start(&pureftpd::Options::default()) {
        There { url: name(server.url("/in")), ..there!(server) }.there_and_back(&["-4"]);
    }
}

#[test]
fn text() {
    if let Some(server) = vsftpd::Vsftpd::start(&vsftpd::Options {
        extra: "ascii_upload_enable=YES\nascii_download_enable=YES\n".into(),
        ..Default::default()
    }) {
        there!(server).text();
    }
    if let Some(server) = proftpd::Proftpd::start(&proftpd::Options::default()) {
        there!(server).text();
    }
    if let Some(server) = pureftpd::Pureftpd::start(&pureftpd::Options::default()) {
        there!(server).text();
    }
}
