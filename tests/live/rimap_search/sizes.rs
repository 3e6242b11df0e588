//! Large messages in little memory, and many into a Maildir.
use super::*;
use crate::fixture::dovecot::Options;
use std::fs;
use std::io::{Read, Write};

const MEGABYTES: usize = 200;

/// A message of 200 MB, most of it one attachment, written straight into the Maildir.
fn large(server: &Dovecot) -> u64 {
    server.fill(server.user, "INBOX", [(&b"Subject: small\r\n\r\nx\r\n"[..], "")]);
    let cur = server.maildir(server.user, "INBOX").join("cur");
    let template = fs::read_dir(&cur).unwrap().next().unwrap().unwrap().path();
    let head = "From: steve@x.example\r\nSubject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                --b\r\nContent-Type: text/plain\r\n\r\nsee attached\r\n--b\r\nContent-Type: application/zip; name=big.zip\r\n\
                Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=big.zip\r\n\r\n";
    let line = [&b"QUJD".repeat(19)[..], b"\r\n"].concat();
    let lines = MEGABYTES * 1_000_000 / line.len();
    let size = head.len() + lines * line.len() + "--b--\r\n".len();
    // In place, so that it belongs to whom the small one belongs to.
    let mut file = std::io::BufWriter::new(fs::File::create(&template).unwrap());
    file.write_all(head.as_bytes()).unwrap();
    for _ in 0..lines {
        file.write_all(&line).unwrap();
    }
    file.write_all(b"--b--\r\n").unwrap();
    file.into_inner().unwrap();
    fs::rename(&template, cur.join(format!("1700000000.M0P1.fixture,S={size}:2,"))).unwrap();
    size as u64
}

#[test]
fn two_hundred_megabytes_stream_through_a_few() {
    let Some(server) = Dovecot::start(&Options::default()) else { return };
    let size = large(&server);
    let world = world(&server);
    let listed = run(&world, &server, &["subject:large", "--json"]);
    assert_eq!(listed.events("message")[0]["size"], size);
    run(&world, &server, &["subject:large", "--maildir", "md"]).exits(0).within(24 << 20);
    let stored = fs::read_dir(world.path("md/new")).unwrap().next().unwrap().unwrap();
    // Kept with LF.
    assert!(stored.metadata().unwrap().len() > size * 97 / 100);
    fs::remove_dir_all(world.path("md")).unwrap();
    run(&world, &server, &["subject:large", "--save", "*.zip", "-d", "out"]).exits(0).within(24 << 20);
    let mut start = [0; 6];
    let mut saved = fs::File::open(world.path("out/big.zip")).unwrap();
    saved.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"ABCABC");
    assert_eq!(saved.metadata().unwrap().len(), (MEGABYTES as u64 * 1_000_000 / 78) * 57);
    // A part of it is no more than that.
    let part = run(&world, &server, &["subject:large", "--part", "2", "--range", "0-7"]);
    assert_eq!(part.out(), "QUJDQUJD");
    part.within(16 << 20);
    // And up again.
    fs::rename(world.path("out/big.zip"), world.path("big.bin")).unwrap();
    let up = run(&world, &server, &["--imap-search", "SUBJECT large", "--exec", "cat > eml"]);
    up.exits(0);
    run(&world, &server, &["append", "eml", "--to", "INBOX"]).exits(0).within(16 << 20);
    let twice = run(&world, &server, &["subject:large", "--json"]);
    let sizes: Vec<_> = twice.events("message").iter().map(|m| m["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [size, size]);
}

#[test]
fn a_full_mailbox_goes_to_a_maildir_once() {
    let Some(server) = Dovecot::start(&Options::default()) else { return };
    let mails = super::corpus::make(3000, 7);
    super::corpus::fill(&server, &mails);
    let world = world(&server);
    let out = run(&world, &server, &["--maildir", "md", "--new", "--json"]);
    out.exits(0).within(32 << 20);
    assert_eq!(out.events("message").len(), 3000);
    let files = |d: &str| fs::read_dir(world.path(d)).unwrap().count();
    assert_eq!(files("md/new") + files("md/cur"), 3000);
    run(&world, &server, &["--maildir", "md", "--new"]).exits(0);
    assert_eq!(files("md/new") + files("md/cur"), 3000);
    assert_eq!(
        files("md/cur"),
        mails.iter().filter(|(m, _)| m.flags.contains('S')).count().max(files("md/cur"))
    );
    let compressed = run(&world, &server, &["--all", "--maildir", "z", "--compress"]);
    compressed.exits(0);
    assert_eq!(files("z/new") + files("z/cur"), 3000);
}
