//! Replies and a whole transaction: what a server says after the dot is a yes only if it is a 2yz, and the body that went out
//! is the one that was to go.
#![no_main]
mod bytes;
use bytes::dialer;
use libfuzzer_sys::fuzz_target;
use wirepost::net::Endpoint;
use wirepost::smtp::{Client, Extensions, Options, Tls};
use wirepost::textproto::{ReplyParser, Style};

fuzz_target!(|data: &[u8]| {
    for style in [Style::Smtp, Style::Ftp] {
        let mut parser = ReplyParser::new(style);
        for line in data.split(|b| *b == b'\n') {
            match parser.push(line) {
                Ok(Some(reply)) => {
                    assert!((100..1000).contains(&reply.code));
                    assert_eq!(reply.check(&[2]).is_ok(), reply.is(&[2]));
                    let (_, _, _) = (reply.text(), reply.enhanced(), Extensions::parse(&reply));
                }
                Ok(None) => {}
                Err(_) => break,
            }
        }
    }
    for tls in [Tls::Off, Tls::Starttls] {
        // A 220 behind the first would be the go-ahead for a handshake, which loads the system's certificates.
        if tls == Tls::Starttls && data.windows(4).skip(1).any(|w| w == b"\n220") {
            continue;
        }
        let (dialer, heard) = dialer(data, usize::MAX);
        if let Ok(client) = Client::open(&dialer, &Endpoint::new("h", 25), Options::default(), |_| tls) {
            client.quit();
        }
        let heard = heard.lock().expect("a lock");
        assert!(tls == Tls::Off || !heard.starts_with(b"MAIL") && !heard.windows(4).any(|w| w == b"AUTH"));
    }
});
