//! The bytes are the server's whole side of a POP3 session: the same whole and byte by byte, and no message without its end.
#![no_main]
mod bytes;
use bytes::bytes;
use libfuzzer_sys::fuzz_target;
use std::io::Read;
use wirepost::base::secret::Secret;
use wirepost::net::Dialer;
use wirepost::pop3::{Client, Method, Number};
use wirepost::textproto::{Conn, Style, sasl::Credentials};

fn session(says: &[u8], step: usize) -> Vec<String> {
    let (io, _) = bytes(says, step);
    let mut told = Vec::new();
    let Ok(mut client) = Client::greet(Conn::new(io, "h", Style::Line, &Dialer::default())) else { return told };
    told.push(format!("{:?}", client.capabilities().map(|c| c.names().collect::<Vec<_>>()).map_err(|e| e.kind())));
    let me = Credentials::password("ann", Secret::new("pw"));
    told.push(format!("{:?}", client.login(Method::from_name("best").expect("a method"), &me, true).map_err(|e| e.kind())));
    told.push(format!("{:?}", client.messages().map_err(|e| e.kind())));
    let numbers: [Number; 3] = [1, 2, 3];
    match client.retrieve_all(&numbers) {
        Err(e) => told.push(format!("{:?}", e.kind())),
        Ok(mut pulled) => {
            for _ in numbers {
                match pulled.next() {
                    Ok(Some(item)) => match item.body {
                        Ok(mut body) => {
                            let mut text = Vec::new();
                            let end = body.read_to_end(&mut text);
                            told.push(format!("{text:?} {}", end.is_ok()));
                            if end.is_err() {
                                break;
                            }
                        }
                        Err(e) => told.push(format!("{:?}", e.kind())),
                    },
                    other => {
                        told.push(format!("{:?}", other.map(|_| ()).map_err(|e| e.kind())));
                        break;
                    }
                }
            }
        }
    }
    told.push(format!("{:?}", client.quit().map_err(|e| e.kind())));
    told
}

fuzz_target!(|says: &[u8]| {
    if says.len() < 8192 {
        assert_eq!(session(says, usize::MAX), session(says, 1));
    }
});
