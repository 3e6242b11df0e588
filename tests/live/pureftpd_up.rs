//! Pure-FTPd is up: logins and transfers.

use crate::fixture::dialogue::Dialogue;
use crate::fixture::pureftpd::{Options, Pureftpd};
use crate::fixture::{Tls, Version};

fn passive(server: &Pureftpd, control: &mut Dialogue, command: &str) -> Dialogue {
    let reply = control.ask("EPSV", "229");
    let port = reply.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port in the reply");
    let data = Dialogue::connect(server.host, port);
    control.ask(command, "150");
    data
}

#[test]
fn explicit_tls_1_2_stores_without_reuse() {
    let Some(server) = Pureftpd::start(&Options { max: Version::V1_2, ..Options::default() }) else { return };
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask("USER tester", "421");

    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask("AUTH TLS", "234");
    control.secure(&server.ca);
    assert_eq!(control.tls_version(), "TLSv1.2");
    control.ask(&format!("USER {}", server.user), "331");
    control.ask(&format!("PASS {}", server.password), "230");
    control.ask("PWD", "257 \"/\"");
    control.ask("PBSZ 0", "200");
    control.ask("PROT P", "200");
    let mut data = passive(&server, &mut control, "STOR a.txt");
    data.secure(&server.ca);
    data.write_all(b"by pure-ftpd\n");
    data.close();
    control.expect("226");
    assert_eq!(std::fs::read(server.root.join("a.txt")).expect("the file"), b"by pure-ftpd\n");
    control.ask("QUIT", "221");
}

#[test]
fn plain_ftp_lists() {
    let Some(server) = Pureftpd::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    std::fs::write(server.root.join("b.txt"), "plainly").expect("put a file there");
    let mut control = Dialogue::connect(server.host, server.port);
    control.expect("220");
    control.ask(&format!("USER {}", server.user), "331");
    control.ask(&format!("PASS {}", server.password), "230");
    let data = passive(&server, &mut control, "MLSD");
    let listing = String::from_utf8_lossy(&data.rest()).into_owned();
    assert!(listing.contains("b.txt"), "{listing}");
    control.expect("226");
}
