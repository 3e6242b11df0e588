//! The bytes are the server's whole side of an FTP session: its control connection, line by line, and behind the first empty
//! line what its data connections say. No panic, an end, and nothing about us before TLS.
#![no_main]
mod bytes;
use bytes::bytes;
use libfuzzer_sys::fuzz_target;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use wirepost::base::{error::Error, error::Kind, secret::Secret};
use wirepost::ftp::{Client, Login, RemotePath, Security, Store};
use wirepost::net::{Dialer, Endpoint};

fn session(control: &[u8], data: &[u8], security: Security) -> Vec<u8> {
    let (control, heard) = bytes(control, 0);
    let (first, data) = (Mutex::new(Some(control)), data.to_vec());
    let mut dialer = Dialer::default();
    dialer.by = Some(Box::new(move |_: &Endpoint| {
        let control = first.lock().expect("a lock").take();
        Ok(control.unwrap_or_else(|| bytes(&data, 0).0))
    }));
    let (dialer, path) = (Arc::new(dialer), |text: &str| RemotePath::new(text).expect("a path"));
    let login = Login { user: "ann".into(), password: Secret::new("pw"), account: Some(Secret::new("acct")) };
    if let Ok(mut client) = Client::connect(&dialer, &Endpoint::new("h", 21), |_| security)
        && client.login(&login).is_ok()
    {
        let _ = client.look_and_prepare(&path("a"));
        if let Ok(mut download) = client.retrieve(&path("a"), 1) {
            let _ = match io::copy(&mut download, &mut io::sink()) {
                Ok(_) => download.finish().err(),
                Err(e) => Some(download.fail(Error::from_io(e, Kind::Local, "x"))),
            };
        }
        let _ = client.list(&path("d"));
        if let Ok(mut upload) = client.store(&path("d/e"), Store { make_dirs: true, ..Store::default() }) {
            let _ = upload.write_all(b"data");
            let _ = upload.finish();
        }
        let _ = client.size_and_digest(&path("a"), client.best_hash());
        let _ = client.rename(&[], &path("a"), &path("b"));
        client.quit();
    }
    let heard = heard.lock().expect("a lock");
    heard.clone()
}

fuzz_target!(|input: &[u8]| {
    let end = input.windows(3).position(|w| w == b"\n\r\n").unwrap_or(input.len());
    let (control, data) = input.split_at(end);
    session(control, data, Security::Off);
    // Only what is said before a handshake matters here, and a handshake loads the system's certificates each time.
    if !control.windows(3).any(|w| w == b"234" || w == b"334") {
        let heard = session(control, data, Security::Explicit);
        let heard = String::from_utf8_lossy(&heard);
        assert!(!heard.contains("USER") && !heard.contains("pw") && !heard.contains("acct"), "{heard}");
    }
});
