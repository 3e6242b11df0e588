//! Whom rftp trusts: authorities, pins, versions, and who it is itself.
use crate::sandbox::ftp::{Options, Reuse, Server};
use crate::sandbox::tls::{Cert, SslVersion, Tls, client_pem, spki_sha256};
use crate::support::{Output, World};

fn start(options: Options) -> Server {
    let reuse = if options.data_cert.is_some() { Reuse::NotAsked } else { Reuse::Refuse425 };
    Server::start(Options { tls: Tls::Required, reuse, ..options })
}

/// A file there and back; the last one's output if both went well, else that of the first that did not.
fn rftp(server: &Server, world: &World, flags: &[&str]) -> Output {
    let url = format!("ftpes://user@127.0.0.1:{}/x", server.port());
    let put = ["put", "a", &url, "--retries", "0"].into_iter().chain(flags.iter().copied());
    let out = world.run("rftp", put).env("RFTP_PASSWORD", "secret").go();
    if out.code != 0 {
        return out;
    }
    let get = ["get", &url, "b", "--json", "--retries", "0"].into_iter().chain(flags.iter().copied());
    let out = world.run("rftp", get).env("RFTP_PASSWORD", "secret").go();
    assert_eq!(std::fs::read(world.path("b")).unwrap(), b"text");
    out
}

fn world() -> World {
    let world = World::new().secret("user", "secret");
    world.file("a", "text");
    world
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[track_caller]
fn nothing_was_sent(server: &Server) {
    assert!(!server.commands().iter().any(|c| c.starts_with("USER")), "{:?}", server.commands());
}

#[test]
fn certificates_are_checked() {
    let world = world();
    for cert in [Cert::WrongName, Cert::Expired, Cert::NotYetValid, Cert::SelfSigned] {
        let server = start(Options { cert, ..Options::default() });
        let ca = server.ca_pem_path().to_str().unwrap();
        let out = rftp(&server, &world, &["--ca-file", ca]);
        out.exits(80).says("hint: ");
        nothing_was_sent(&server);
        for more in [&["--insecure-skip-verify"][..], &["--insecure-skip-verify", "-q"]] {
            rftp(&server, &world, more).exits(0).says("no certificate is checked");
        }
    }
    let server = start(Options::default());
    let ca = server.ca_pem_path().to_str().unwrap();
    rftp(&server, &world, &[]).exits(80).says("--ca-file");
    rftp(&server, &world, &["--ca-only", ca]).exits(0);
    let other = start(Options::default());
    let self_signed = world.file("none.pem", "no certificate\n");
    let none = self_signed.to_str().unwrap();
    rftp(&server, &world, &["--ca-only", none]).exits(78).says("no certificate in");
    rftp(&other, &world, &["--ca-only", "missing.pem"]).exits(78).says("cannot read the certificate file");
    // The data connection's certificate is checked as well.
    for (cert, code) in [(Cert::Good, 0), (Cert::WrongName, 80), (Cert::SelfSigned, 80)] {
        let server = start(Options { data_cert: Some(cert), ..Options::default() });
        rftp(&server, &world, &["--ca-file", server.ca_pem_path().to_str().unwrap()]).exits(code);
    }
}

#[test]
fn keys_are_pinned() {
    let world = world();
    let good = start(Options::default());
    let ca = good.ca_pem_path().to_str().unwrap();
    let pin = hex(&spki_sha256(Cert::Good));
    let base64 = format!("sha256//{}", openssl::base64::encode_block(&spki_sha256(Cert::Good)));
    let wrong = hex(&spki_sha256(Cert::Expired));
    for pin in [&pin, &base64] {
        rftp(&good, &world, &["--ca-file", ca, "--pin-sha256", pin]).exits(0);
        rftp(&good, &world, &["--pin-sha256", pin, "--pin-only"]).exits(0);
        rftp(&good, &world, &["--pin-sha256", &wrong, "--pin-sha256", pin, "--pin-only"]).exits(0);
        // Beside the usual check, not instead of it.
        rftp(&good, &world, &["--pin-sha256", pin]).exits(80);
    }
    let other = start(Options::default());
    for more in [&["--ca-file", ca][..], &["--pin-only"], &["--insecure-skip-verify"]] {
        let flags = [more, &["--pin-sha256", &wrong]].concat();
        rftp(&other, &world, &flags).exits(80).says(&format!("the key of 127.0.0.1 is sha256 {pin}"));
    }
    nothing_was_sent(&other);
    let expired = start(Options { cert: Cert::Expired, ..Options::default() });
    rftp(&expired, &world, &["--pin-sha256", &wrong, "--pin-only"]).exits(0);
    rftp(&good, &world, &["--pin-only"]).exits(64);
    rftp(&good, &world, &["--pin-sha256", "abc"]).exits(64);
}

#[test]
fn versions_are_bounded() {
    let world = world();
    for (max, flags, version) in [
        (Some(SslVersion::TLS1_2), &[][..], Some("TLSv1.2")),
        (None, &[], Some("TLSv1.3")),
        (None, &["--tls-max", "1.2"], Some("TLSv1.2")),
        (None, &["--tls-min", "1.3"], Some("TLSv1.3")),
        (Some(SslVersion::TLS1_2), &["--tls-min", "1.3"], None),
    ] {
        let server = start(Options { tls_max: max, ..Options::default() });
        let ca = ["--ca-file", server.ca_pem_path().to_str().unwrap()];
        let out = rftp(&server, &world, &[flags, &ca].concat());
        match version {
            Some(version) => {
                let file = out.exits(0).events("file").remove(0);
                assert_eq!(
                    (file["tls_version"].as_str(), file["tls_resumed"].as_bool()),
                    (Some(version), Some(true))
                );
            }
            None => {
                out.exits(80).says("--tls-min");
            }
        }
    }
    let server = start(Options { tls_min: Some(SslVersion::TLS1_3), ..Options::default() });
    let ca = server.ca_pem_path().to_str().unwrap();
    rftp(&server, &world, &["--ca-file", ca, "--tls-max", "1.2"]).exits(80);
}

#[test]
fn we_show_a_certificate() {
    let world = world();
    let (cert, key) = client_pem("tester");
    world.file("me.pem", &cert);
    world.private_file("me.key", &key);
    world.private_file("both.pem", [cert, key].concat());
    for max in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let server = start(Options { client_cert: true, tls_max: Some(max), ..Options::default() });
        let ca = server.ca_pem_path().to_str().unwrap();
        rftp(&server, &world, &["--ca-file", ca, "--client-cert", "me.pem", "--client-key", "me.key"])
            .exits(0);
        rftp(&server, &world, &["--ca-file", ca, "--client-cert", "both.pem"]).exits(0);
        let out = rftp(&server, &world, &["--ca-file", ca]);
        assert!(matches!(out.code, 75 | 80), "{out:?}");
        rftp(&server, &world, &["--ca-file", ca, "--client-cert", "me.pem"]).exits(78);
        rftp(&server, &world, &["--ca-file", ca, "--client-key", "me.key"]).exits(64);
    }
}
