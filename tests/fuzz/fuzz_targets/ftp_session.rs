//! The bytes are the server's whole side of an FTP session: its control connection, line by line, and behind the first empty
//! line what its data connections say. No panic, an end, and nothing about us before TLS.
#![no_main]
use libfuzzer_sys::fuzz_target;
use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use wirepost::base::{error::Error, error::Kind, secret::Secret};
use wirepost::ftp::{Client, Login, RemotePath, Security, Store};
use wirepost::net::{Dialer, Endpoint, Patience, Transport};

struct Bytes {
    says: io::Cursor<Vec<u8>>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // One line at a time, as if each had been waited for.
        let rest = self.says.fill_buf()?;
        let line = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let room = line.min(buf.len());
        self.says.read(&mut buf[..room])
    }
}

impl Write for Bytes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.heard.lock().expect("a lock").extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Bytes {
    fn set_patience(&mut self, _: Patience) {}
    fn shutdown_write(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 1).into())
    }
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 2).into())
    }
}

fn session(control: &[u8], data: &[u8], security: Security) -> Vec<u8> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (kept, first) = (heard.clone(), Mutex::new(Some(control.to_vec())));
    let data = data.to_vec();
    let mut dialer = Dialer::default();
    dialer.by = Some(Box::new(move |_: &Endpoint| {
        let control = first.lock().expect("a lock").take();
        let heard = if control.is_some() { kept.clone() } else { Arc::default() };
        let says = io::Cursor::new(control.unwrap_or_else(|| data.clone()));
        Ok(Box::new(Bytes { says, heard }) as Box<dyn Transport>)
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
        let _ = client.rename(&path("a"), &path("b"));
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
