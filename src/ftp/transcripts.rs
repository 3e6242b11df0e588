//! The control dialogue byte for byte, each script also split at every byte of the server's side; and a fuzzer that plays
//! the server.
//!
//! The data connections are not part of the scripts: what comes over them is given beside, in order, and what was sent over
//! them is kept.

use super::{Client, Glue, Login, RemotePath, Security, Store};
use crate::{
    base::{error::*, secret::Secret, tree::EntryKind},
    net::{Dialer, Endpoint, Patience, Transport, mem::transcript},
};
use proptest::prelude::*;
use std::{
    collections::VecDeque,
    io::{self, BufRead, Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

/// A connection whose peer says these bytes whatever it hears.
struct Bytes {
    says: io::Cursor<Vec<u8>>,
    /// One line at a time, as if each had been waited for.
    by_line: bool,
    heard: Heard,
}

impl Bytes {
    fn new(says: &[u8]) -> Bytes {
        Bytes { says: io::Cursor::new(says.to_vec()), by_line: false, heard: Heard::default() }
    }
}

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let rest = self.says.fill_buf()?;
        let line =
            rest.iter().position(|b| *b == b'\n').filter(|_| self.by_line).map_or(rest.len(), |at| at + 1);
        let room = line.min(buf.len());
        self.says.read(&mut buf[..room])
    }
}

impl Write for Bytes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.heard.lock().unwrap().extend_from_slice(buf);
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

type Heard = Arc<Mutex<Vec<u8>>>;

/// A dialer whose first connection is the given one and whose later ones say the given bytes; what they heard.
fn dialer(control: Box<dyn Transport>, data: &[&[u8]]) -> (Arc<Dialer>, Heard) {
    let heard = Heard::default();
    let control = Mutex::new(Some(control));
    let data: VecDeque<Vec<u8>> = data.iter().map(|d| d.to_vec()).collect();
    let (data, kept) = (Mutex::new(data), heard.clone());
    let by = move |_: &Endpoint| -> Result<Box<dyn Transport>> {
        if let Some(control) = control.lock().unwrap().take() {
            return Ok(control);
        }
        match data.lock().unwrap().pop_front() {
            Some(says) => Ok(Box::new(Bytes { heard: kept.clone(), ..Bytes::new(&says) })),
            None => Err(Error::new(Kind::Connect, "no more connections")),
        }
    };
    let mut dialer = Dialer::default();
    dialer.by = Some(Box::new(by));
    (Arc::new(dialer), heard)
}

fn connect(dialer: &Arc<Dialer>, security: Security) -> Result<Client> {
    Client::connect(dialer, &Endpoint::new("127.0.0.1", 21), |_| security)
}

fn ann(account: Option<&str>) -> Login {
    Login { user: "ann".into(), password: Secret::new("pw"), account: account.map(Secret::new) }
}

fn path(text: &str) -> RemotePath {
    RemotePath::new(text).unwrap()
}

const LOGIN: &str = "
    S: 220 hi
    C: USER ann
    S: 331 password?
    C: PASS pw
    S: 230 in
    C: FEAT
    C: PWD
    C: TYPE I
    C: OPTS UTF8 ON
    S: 211-Features:
    S:  MLST type*;size*;modify*;
    S:  MFMT
    S: 211 End
    S: 257 \"/home/ann\" is where you are
    S: 200 TYPE is I
    S: 200 UTF8 is on";

/// Plays a script that begins with a login; the data connections say `data` and must hear `want`.
fn logged_in(script: &str, data: &[&[u8]], want: &[u8], run: impl Fn(&mut Client)) {
    transcript(&format!("{LOGIN}\n{script}"), |control| {
        let (dialer, heard) = dialer(control, data);
        let mut client = connect(&dialer, Security::Off).unwrap();
        client.login(&ann(None)).unwrap();
        run(&mut client);
        assert_eq!(*heard.lock().unwrap(), want);
    });
}

#[test]
fn a_byte_255_in_a_name_is_doubled_where_the_server_speaks_telnet() {
    let name = RemotePath::new(b"a\xff\xfeb".to_vec()).unwrap();
    let told = |reply: &[u8]| {
        let login = "220 hi\r\n331 password?\r\n230 in\r\n500 what?\r\n257 \"/\"\r\n200 ok\r\n200 ok\r\n";
        let says = [login.as_bytes(), b"550 ", reply, b"\r\n250 gone\r\n250 gone\r\n"].concat();
        let control = Bytes { by_line: true, ..Bytes::new(&says) };
        let heard = control.heard.clone();
        let (dialer, _) = dialer(Box::new(control), &[]);
        let mut client = connect(&dialer, Security::Off).unwrap();
        client.login(&ann(None)).unwrap();
        client.delete(&name).unwrap();
        client.delete(&name).unwrap();
        let heard = heard.lock().unwrap();
        heard[memchr::memmem::find(&heard, b"SIZE").unwrap()..].to_vec()
    };
    let asked = b"SIZE \xff\xff.rftp-asks\r\n".as_slice();
    let doubled = [asked, b"DELE a\xff\xff\xfeb\r\nDELE a\xff\xff\xfeb\r\n"].concat();
    let as_it_is = [asked, b"DELE a\xff\xfeb\r\nDELE a\xff\xfeb\r\n"].concat();
    assert_eq!(told(b"\xff.rftp-asks: No such file or directory"), doubled);
    assert_eq!(told(b"\xff\xff.rftp-asks: No such file or directory"), as_it_is);
    assert_eq!(told(b"Could not get file size."), as_it_is);
}

#[test]
fn a_login_learns_what_the_server_can_do() {
    logged_in("C: QUIT\nS: 221 bye", &[], b"", |client| {
        assert!(client.features().has("MFMT") && !client.features().has("HASH"));
        assert_eq!(client.home(), Some(&path("/home/ann")));
        let (dialer, _) = dialer(Box::new(Bytes::new(b"")), &[]);
        assert!(connect(&dialer, Security::Off).is_err(), "an end of file is no greeting");
        let client = std::mem::replace(client, spare());
        assert_eq!(client.quit(), 5);
    });
}

/// A client that is connected to nothing more.
fn spare() -> Client {
    connect(&dialer(Box::new(Bytes::new(b"220 hi\r\n")), &[]).0, Security::Off).unwrap()
}

#[test]
fn acct_is_said_only_when_asked_for_and_known() {
    let asked = "
        S: 220 hi
        C: USER ann
        S: 331 password?
        C: PASS pw
        S: 332 account?";
    transcript(asked, |control| {
        let mut client = connect(&dialer(control, &[]).0, Security::Off).unwrap();
        assert_eq!(client.login(&ann(None)).unwrap_err().kind(), Kind::Auth);
    });
    let given = format!("{asked}\nC: ACCT a1\nS: 530 no");
    transcript(&given, |control| {
        let mut client = connect(&dialer(control, &[]).0, Security::Off).unwrap();
        assert_eq!(client.login(&ann(Some("a1"))).unwrap_err().kind(), Kind::Auth);
    });
}

#[test]
fn nothing_is_said_behind_a_refusal_of_tls() {
    for (script, kind) in [
        ("S: 220 hi\nC: AUTH TLS\nS: 534 no", Kind::Tls),
        ("S: 220 hi\nC: AUTH TLS\nS: 502 no\nC: AUTH SSL\nS: 502 no", Kind::Tls),
        ("S: 220 hi\nC: AUTH TLS\nS: 421 bye", Kind::Busy),
        ("S: 230 you are in", Kind::Tls),
        ("S: 220 hi\nC: AUTH TLS\nS: 234 go\nS: 230 you are in", Kind::Tls),
        ("S: 554 go away", Kind::Refused),
        ("S: 120 wait\nS: 421 later", Kind::Busy),
        ("S: hello", Kind::Protocol),
    ] {
        // Split at every byte, the line behind 234 may also come too late to be seen: then it breaks the handshake.
        transcript_loosely(script, |control| {
            let error = connect(&dialer(control, &[]).0, Security::Explicit).err().unwrap();
            assert_eq!(error.kind(), kind, "{script}: {error:?}");
        });
    }
}

/// As `transcript`, for scripts whose end need not be reached.
fn transcript_loosely(script: &str, client: impl Fn(Box<dyn Transport>)) {
    let says: Vec<u8> = script
        .lines()
        .filter_map(|l| l.trim().strip_prefix("S: "))
        .flat_map(|l| [l.as_bytes(), b"\r\n"].concat())
        .collect();
    client(Box::new(Bytes::new(&says)));
}

#[test]
fn a_download_takes_a_port_a_command_and_two_replies() {
    let script = "
        C: EPSV
        S: 229 Entering (|||4000|)
        C: RETR a b
        S: 150 here (5 bytes)
        S: 226 done";
    logged_in(script, &[b"hello"], b"", |client| {
        let mut download = client.retrieve(&path("a b"), 0).unwrap();
        assert_eq!(download.announced(), Some(5));
        let mut got = Vec::new();
        download.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"hello");
        assert_eq!(download.finish().unwrap().clean, None);
    });
}

#[test]
fn rest_is_awaited_and_refused_means_no_transfer() {
    let script = "
        C: REST 7
        S: 350 go on
        C: EPSV
        S: 229 (|||4000|)
        C: RETR a
        S: 150 here
        S: 426 broken
        C: REST 9
        S: 502 no";
    logged_in(script, &[b"lo"], b"", |client| {
        let mut download = client.retrieve(&path("a"), 7).unwrap();
        io::copy(&mut download, &mut io::sink()).unwrap();
        let error = download.finish().unwrap_err();
        assert_eq!((error.code(), error.again()), (Some(426), Again::Now));
        assert_eq!(client.retrieve(&path("a"), 9).err().unwrap().code(), Some(502));
        assert!(client.is_alive());
    });
}

#[test]
fn an_upload_makes_directories_only_after_a_no() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: STOR d/e/f
        S: 553 no such directory
        C: MKD d/e
        C: EPSV
        S: 550 no such directory
        S: 229 (|||4001|)
        C: MKD d/e
        S: 550 no such directory
        C: MLST d/e
        S: 550 no
        C: MKD d
        S: 257 \"/d\" made
        C: MKD d/e
        S: 257 \"/d/e\" made
        C: STOR d/e/f
        S: 150 send it
        S: 226 done
        C: RNFR d/e/f
        C: RNTO g
        S: 350 and?
        S: 250 renamed";
    logged_in(script, &[b"", b""], b"data", |client| {
        let mut upload = client.store(&path("d/e/f"), Store { make_dirs: true, ..Store::default() }).unwrap();
        upload.write_all(b"data").unwrap();
        upload.finish().unwrap();
        client.rename(&[], &path("d/e/f"), &path("g")).flatten().unwrap();
    });
}

#[test]
fn a_lost_226_is_unconfirmed_and_not_for_a_retry() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: STOR a
        S: 150 send it
        S.";
    logged_in(script, &[b""], b"data", |client| {
        let mut upload = client.store(&path("a"), Store::default()).unwrap();
        upload.write_all(b"data").unwrap();
        let error = upload.finish().unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Unconfirmed, Again::Never));
        assert!(!client.is_alive());
    });
}

#[test]
fn a_body_that_breaks_off_leaves_no_reply_behind() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: STOR a
        C: SIZE a
        C: EPSV
        S: 150 send it
        S: 226 done
        S: 213 2
        S: 229 (|||4001|)
        C: DELE a
        S: 250 gone";
    logged_in(script, &[b""], b"da", |client| {
        client.batch_and_prepare(&[]).unwrap();
        let name = path("a");
        let row = Glue { before: &[], path: &name, algorithm: None, early: true, prepare: true };
        let glued = client.store_glued(&row, |to| {
            to.write_all(b"da")?;
            Err(Error::interrupted(2).into())
        });
        assert_eq!(glued.stored.unwrap_err().kind(), Kind::Interrupted);
        client.delete(&name).unwrap();
    });
}

#[test]
fn success_that_nobody_waited_for_the_data_of_is_none() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: STOR a
        C: SIZE a
        S: 226 done";
    logged_in(script, &[b""], b"", |client| {
        client.batch_and_prepare(&[]).unwrap();
        let name = path("a");
        let row = Glue { before: &[], path: &name, algorithm: None, early: false, prepare: false };
        let glued = client.store_glued(&row, |to| to.write_all(b"data"));
        assert_eq!(glued.stored.unwrap_err().kind(), Kind::Protocol);
        assert!(!client.is_alive());
    });
}

#[test]
fn an_unfinished_transfer_ends_the_connection() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: RETR a
        S: 150 here";
    logged_in(script, &[b"hello"], b"", |client| {
        drop(client.retrieve(&path("a"), 0).unwrap());
        assert!(!client.is_alive());
        assert_eq!(client.size(&path("a")).unwrap_err().message(), "a transfer was not finished");
    });
}

#[test]
fn epsv_refused_means_pasv_from_then_on_and_its_address_is_not_used() {
    let script = "
        C: EPSV
        S: 500 what?
        C: PASV
        S: 227 Entering (203,0,113,9,15,160)
        C: MLSD d
        S: 150 here
        S: 226 done
        C: PASV
        S: 227 =10,0,0,1,15,161
        C: MLSD d
        S: 150 here
        S: 226 Output truncated to 1 matches";
    let listing =
        b"type=cdir; .\r\ntype=file;size=3;modify=20260101000000; x\r\nnonsense\r\ntype=dir; ../y\r\n";
    logged_in(script, &[listing, b""], b"", |client| {
        let found = client.list(&path("d")).unwrap();
        assert_eq!((found.entries.len(), found.garbage, found.cut), (1, 1, false));
        assert_eq!(found.unsafe_names, [b"../y".to_vec()]);
        assert_eq!((found.entries[0].kind, found.entries[0].size), (EntryKind::File, Some(3)));
        let found = client.list(&path("d")).unwrap();
        assert!(found.cut && !found.is_whole());
    });
}

#[test]
fn a_directory_is_entered_before_list_and_left_after_it() {
    let script = "
        C: EPSV
        S: 229 (|||4000|)
        C: MLSD d
        S: 500 what?
        C: CWD d
        S: 250 there
        C: EPSV
        S: 229 (|||4000|)
        C: LIST -a
        S: 150 here
        S: 226 done
        C: CWD /home/ann
        S: 250 back
        C: CWD e
        S: 550 none";
    logged_in(script, &[b"", b"total 1\r\n-rw-r--r-- 1 a b 3 Jan  1 2020 x\r\n"], b"", |client| {
        assert_eq!(client.list(&path("d")).unwrap().entries.len(), 1);
        assert_eq!(client.list(&path("e")).unwrap_err().kind(), Kind::Missing);
    });
}

#[test]
fn a_reply_that_nobody_asked_for_ends_the_connection() {
    let says =
        b"220 hi\r\n331 ?\r\n230 in\r\n211 none\r\n257 \"/\"\r\n200 k\r\n200 k\r\n213 7\r\n226 late\r\n";
    let (dialer, _) = dialer(Box::new(Bytes::new(says)), &[]);
    let mut client = connect(&dialer, Security::Off).unwrap();
    // All of it is here at once: the server answers before it was asked.
    let error = client.login(&ann(None)).unwrap_err();
    assert_eq!((error.kind(), error.again()), (Kind::Closed, Again::Now));
    assert!(!client.is_alive());
}

#[test]
fn four_two_one_ends_the_connection_wherever_it_comes() {
    logged_in("C: SIZE a\nS: 421 idle for too long", &[], b"", |client| {
        let error = client.size(&path("a")).unwrap_err();
        assert_eq!((error.kind(), error.again()), (Kind::Busy, Again::Now));
        assert!(!client.is_alive());
    });
}

/// Everything a client does, one after the other, against a server that says `control` and `data` whatever it hears. What
/// was told to the control connection comes back.
fn whole_session(control: &[u8], data: &[u8], security: Security) -> Vec<u8> {
    let heard = Heard::default();
    let control = Bytes { heard: heard.clone(), by_line: true, ..Bytes::new(control) };
    let (dialer, _) = dialer(Box::new(control), &[data, data, data, data]);
    if let Ok(mut client) = connect(&dialer, security)
        && client.login(&ann(Some("acct"))).is_ok()
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
            let _ = upload.write_all(data);
            let _ = upload.finish();
        }
        let _ = client.size_and_digest(&path("a"), client.best_hash());
        let _ = client.rename(&[], &path("a"), &path("b"));
        let _ = client.make_dirs(&path("x/y/z"));
        client.quit();
    }
    let heard = heard.lock().unwrap();
    heard.clone()
}

/// A line that a server might say, or nearly.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let likely = prop::sample::select(vec![
        "220 hi",
        "230 in",
        "331 password?",
        "332 account?",
        "200 ok",
        "211-Features:",
        " MLST type*;size*;",
        " HASH SHA-256*",
        "211 End",
        "257 \"/\" here",
        "250 ok",
        "250-x",
        " type=file;size=7;modify=20260101000000; a",
        "250 End",
        "229 (|||4000|)",
        "229 (|||0|)",
        "227 (1,2,3,4,5,6)",
        "227 (1,2,3,4,256,6)",
        "350 go on",
        "150 here (7 bytes)",
        "226 done",
        "213 7",
        "213 18446744073709551616",
        "213 SHA-256 0-7 61 a",
        "421 bye",
        "425 no",
        "522 reuse",
        "550 no",
        "234 tls",
        "120 wait",
        "500",
        "12",
        "",
        "999 x",
    ]);
    prop_oneof![
        8 => likely.prop_map(|text| [text.as_bytes(), b"\r\n"].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => "[1-5][0-9]{2}[ -][ -~]{0,20}\r?\n".prop_map(String::into_bytes),
    ]
}

/// The usual beginning, so that the fuzzer gets beyond the login.
fn beginning() -> impl Strategy<Value = Vec<u8>> {
    let begun = "220 hi\r\n";
    prop::sample::select(vec![begun, ""]).prop_map(|text| text.as_bytes().to_vec())
}

/// What a server says on its two connections.
fn server() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let (control, data) = (prop::collection::vec(line(), 0..40), prop::collection::vec(line(), 0..6));
    (beginning(), control, data)
        .prop_map(|(begin, control, data)| ([begin, control.concat()].concat(), data.concat()))
}

proptest! {
    /// A server that answers each command with some line: no panic, and an end.
    #[test]
    fn no_server_makes_it_panic((control, data) in server()) {
        whole_session(&control, &data, Security::Off);
    }
}

proptest! {
    // Each case makes a TLS context, which takes its time.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_server_gets_a_word_about_us_before_tls(
        (control, data) in server(),
        security in prop::sample::select(vec![Security::Explicit, Security::Implicit]),
    ) {
        let heard = whole_session(&control, &data, security);
        let heard = String::from_utf8_lossy(&heard).into_owned();
        prop_assert!(!heard.contains("USER") && !heard.contains("pw") && !heard.contains("acct"), "{heard}");
    }
}
