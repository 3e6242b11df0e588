//! ProFTPD is up: logins, transfers, HASH and client certificates.

use crate::fixture::dialogue::Dialogue;
use crate::fixture::proftpd::{Options, Proftpd};
use crate::fixture::{Tls, Version};

fn login(server: &Proftpd, control: &mut Dialogue) {
    control.ask(&format!("USER {}", server.user), "331");
    control.ask(&format!("PASS {}", server.password), "230");
}

fn passive(server: &Proftpd, control: &mut Dialogue, command: &str) -> Dialogue {
    let reply = control.ask("EPSV", "229");
    let port = reply.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port in the reply");
    let data = Dialogue::connect(server.host, port);
    control.ask(command, "150");
    data
}

#[test]
fn explicit_tls_demands_session_reuse() {
    let Some(server) = Proftpd::start(&Options::default()) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask("USER tester", "550");
    control.ask("AUTH TLS", "234");
    control.secure(&server.ca);
    assert_eq!(control.tls_version(), "TLSv1.3");
    login(&server, &mut control);
    control.ask("PWD", "257 \"/");
    control.ask("PBSZ 0", "200");
    control.ask("PROT P", "200");
    let mut data = passive(&server, &mut control, "MLSD");
    data.secure(&server.ca);
    data.close();
    control.expect("425");
    assert!(server.tls_log().contains("session"), "{}", server.tls_log());
}

#[test]
fn implicit_tls_1_2_stores_hashes_and_sets_times() {
    let options = Options { tls: Tls::Implicit, max: Version::V1_2, reuse: false, ..Options::default() };
    let Some(server) = Proftpd::start(&options) else { return };
    let mut control = Dialogue::connect_tls(server.host, server.port, &server.ca);
    control.expect("220");
    assert_eq!(control.tls_version(), "TLSv1.2");
    login(&server, &mut control);
    control.ask("PBSZ 0", "200");
    control.ask("PROT P", "200");
    control.ask("TYPE I", "200");
    let mut data = passive(&server, &mut control, "STOR a.txt");
    data.secure(&server.ca);
    data.write_all(b"by proftpd\n");
    data.close();
    control.expect("226");
    assert_eq!(std::fs::read(server.root.join("a.txt")).expect("the file"), b"by proftpd\n");
    control.ask("MFMT 20200102030405 a.txt", "213");
    control.ask("MDTM a.txt", "213 20200102030405");
    control.ask("OPTS HASH SHA-256", "200");
    control.ask("HASH a.txt", "213");
    let digest = openssl::sha::sha256(b"by proftpd\n");
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(control.said.contains(&digest), "{}", control.said);
    control.ask("QUIT", "221");
}

#[test]
fn a_client_certificate_is_required() {
    let options = Options { tls: Tls::Implicit, max: Version::V1_2, client_cert: true, ..Options::default() };
    let Some(server) = Proftpd::start(&options) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.secure_as(&server.ca, Some(&server.certs.client));
    control.expect("220");
    login(&server, &mut control);

    let stranger = Dialogue::connect(server.host, server.port);
    stranger.refused(&server.ca);
}

#[test]
fn plain_ftp_refuses_a_wrong_password() {
    let Some(server) = Proftpd::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask("USER tester", "331");
    control.ask("PASS wrong", "530");
    login(&server, &mut control);
    std::fs::write(server.root.join("b.txt"), "plainly").expect("put a file there");
    let data = passive(&server, &mut control, "RETR b.txt");
    assert_eq!(data.rest(), b"plainly");
    control.expect("226");
}
