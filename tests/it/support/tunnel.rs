//! A proxy for tests: SOCKS5 and HTTP CONNECT on one port, told apart by the first byte. It notes what it was asked for, knows the
//! one name `files.test`, and ends with the test.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub struct Tunnel {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    /// `login`: `user:password`, demanded of everybody.
    pub fn start(login: Option<&'static str>) -> Tunnel {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        // Detached: it holds nothing but sockets, which go with the process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let notes = Arc::clone(&notes);
                std::thread::spawn(move || serve(client, login, &notes));
            }
        });
        Tunnel { port, asked }
    }

    pub fn at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Every host and port that was asked for, as it was written.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("notes").clone()
    }
}

fn serve(mut client: TcpStream, login: Option<&str>, notes: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut first = [0];
    client.read_exact(&mut first)?;
    let socks = first[0] == 5;
    let target = if socks { socks_request(&mut client, login)? } else { http_request(&mut client, login)? };
    let Some(target) = target else { return Ok(()) };
    notes.lock().expect("notes").push(target.clone());
    let (refused, fine): (&[u8], &[u8]) = if socks {
        (&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0], &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    } else {
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
    };
    let Ok(server) = TcpStream::connect(target.replace("files.test", "127.0.0.1")) else {
        return client.write_all(refused);
    };
    client.write_all(fine)?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || copy(from, to));
    copy(server, client);
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    // Either side may go at any time.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn bytes(client: &mut TcpStream, n: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(n)];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn socks_request(client: &mut TcpStream, login: Option<&str>) -> io::Result<Option<String>> {
    let n = bytes(client, 1)?[0];
    let methods = bytes(client, n)?;
    let wanted = if login.is_some() { 2 } else { 0 };
    if !methods.contains(&wanted) {
        client.write_all(&[5, 0xff])?;
        return Ok(None);
    }
    client.write_all(&[5, wanted])?;
    if let Some(login) = login {
        let n = bytes(client, 2)?[1];
        let user = bytes(client, n)?;
        let n = bytes(client, 1)?[0];
        let said = [&user, b":".as_slice(), &bytes(client, n)?].concat();
        let right = said == login.as_bytes();
        client.write_all(&[1, u8::from(!right)])?;
        if !right {
            return Ok(None);
        }
    }
    let host = match bytes(client, 4)?[3] {
        1 => bytes(client, 4)?.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        _ => {
            let n = bytes(client, 1)?[0];
            String::from_utf8_lossy(&bytes(client, n)?).into_owned()
        }
    };
    let port = bytes(client, 2)?;
    Ok(Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]]))))
}

fn http_request(client: &mut TcpStream, login: Option<&str>) -> io::Result<Option<String>> {
    let mut head = vec![b'C'];
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(bytes(client, 1)?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    if let Some(login) = login {
        let basic = openssl::base64::encode_block(login.as_bytes());
        if !head.contains(&format!("\r\nProxy-Authorization: Basic {basic}\r\n")) {
            client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")?;
            return Ok(None);
        }
    }
    Ok(head.split(' ').nth(1).map(str::to_owned))
}
