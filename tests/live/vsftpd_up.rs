//! vsftpd is up: logins, transfers and its insistence on session reuse.

use crate::fixture::dialogue::Dialogue;
use crate::fixture::vsftpd::{Options, Vsftpd};
use crate::fixture::{Tls, Version};

fn login(server: &Vsftpd, control: &mut Dialogue) {
    control.ask(&format!("USER {}", server.user), "331");
    control.ask(&format!("PASS {}", server.password), "230");
}

/// Opens a passive data connection and has the server ready to send or receive on it.
fn passive(server: &Vsftpd, control: &mut Dialogue, command: &str) -> Dialogue {
    let reply = control.ask("EPSV", "229");
    let port = reply.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port in the reply");
    let data = Dialogue::connect(server.host, port);
    control.ask(command, "150");
    data
}

#[test]
fn explicit_tls_demands_session_reuse() {
    let Some(server) = Vsftpd::start(&Options::default()) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask("AUTH TLS", "234");
    control.secure(&server.ca);
    assert_eq!(control.tls_version(), "TLSv1.3");
    login(&server, &mut control);
    control.ask("PWD", "257 \"/");
    control.ask("PBSZ 0", "200");
    control.ask("PROT P", "200");
    let mut data = passive(&server, &mut control, "LIST");
    data.secure(&server.ca);
    data.close();
    control.expect("522");
}

#[test]
fn implicit_tls_1_2_stores_without_reuse_and_sets_times() {
    let options = Options { tls: Tls::Implicit, max: Version::V1_2, reuse: false, ..Options::default() };
    let Some(server) = Vsftpd::start(&options) else { return };
    let mut control = Dialogue::connect_tls(server.host, server.port, &server.ca);
    control.expect("220");
    assert_eq!(control.tls_version(), "TLSv1.2");
    login(&server, &mut control);
    control.ask("PBSZ 0", "200");
    control.ask("PROT P", "200");
    let mut data = passive(&server, &mut control, "STOR a.txt");
    data.secure(&server.ca);
    data.write_all(b"by vsftpd\n");
    data.close();
    control.expect("226");
    assert_eq!(std::fs::read(server.root.join("a.txt")).expect("the file"), b"by vsftpd\n");
    control.ask("MDTM 20200102030405 a.txt", "213");
    control.ask("MDTM a.txt", "213 20200102030405");
    control.ask("QUIT", "221");
}

#[test]
fn plain_ftp_on_ipv6_refuses_a_wrong_password() {
    let options = Options { tls: Tls::Off, ipv6: true, ..Options::default() };
    let Some(server) = Vsftpd::start(&options) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    if crate::fixture::is_root() {
        control.ask(&format!("USER {}", server.user), "331");
        control.ask("PASS wrong", "530");
    }
    login(&server, &mut control);
    std::fs::write(server.root.join("b.txt"), "six by").expect("put a file there");
    let data = passive(&server, &mut control, "RETR b.txt");
    assert_eq!(data.rest(), b"six by");
    control.expect("226");
    assert!(server.protocol_log().contains("RETR b.txt"), "{}", server.protocol_log());
}
