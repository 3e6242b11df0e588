//! The proxies are up: each leads to a real server, and neither lets a stranger in.

use crate::fixture::Tls;
use crate::fixture::dialogue::Dialogue;
use crate::fixture::proxy::Proxy;
use crate::fixture::vsftpd::{Options, Vsftpd};

#[test]
fn socks5_leads_to_a_server() {
    let Some(target) = Vsftpd::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let Some(proxy) = Proxy::socks5(false) else { return };
    let mut client = Dialogue::connect(proxy.host, proxy.port);
    // RFC 1928: version 5, one method, none; then CONNECT to an IPv4 address.
    client.write_all(b"\x05\x01\x00");
    assert_eq!(client.exactly(2), b"\x05\x00");
    // In one piece: microsocks takes what one read gives it for the whole request.
    client.write_all(&[b"\x05\x01\x00\x01\x7f\x00\x00\x01".as_slice(), &target.port.to_be_bytes()].concat());
    assert_eq!(client.exactly(10)[..2], *b"\x05\x00");
    client.expect("220");
    let log = proxy.server.log();
    assert!(log.contains(&target.port.to_string()), "{log}");
}

#[test]
fn socks5_demands_a_login() {
    let Some(proxy) = Proxy::socks5(true) else { return };
    let mut client = Dialogue::connect(proxy.host, proxy.port);
    client.write_all(b"\x05\x01\x00");
    assert_eq!(client.exactly(2), b"\x05\xff");
}

#[test]
fn http_connect_leads_to_a_server() {
    let Some(target) = Vsftpd::start(&Options { tls: Tls::Off, ..Options::default() }) else { return };
    let Some(proxy) = Proxy::http(true) else { return };
    let mut client = Dialogue::connect(proxy.host, proxy.port);
    client.ask(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", target.port), "HTTP/1.0 407");

    let login = openssl::base64::encode_block(format!("{}:{}", proxy.user, proxy.password).as_bytes());
    let mut client = Dialogue::connect(proxy.host, proxy.port);
    client.say(&format!(
        "CONNECT 127.0.0.1:{} HTTP/1.1\r\nProxy-Authorization: Basic {login}\r\n",
        target.port
    ));
    let status = client.line();
    assert!(status.contains(" 200 "), "{status}");
    while !client.line().is_empty() {}
    client.expect("220");
}
