//! `live-server NAME`: one of the fixtures' real servers, for `scripts/bench` and for a look by hand. Says on stdout, as one
//! JSON object, where it is and how to log in, and serves until its stdin is closed.
//!
//! NAME is `vsftpd`, `vsftpd-tls`, `proftpd`, `proftpd-tls` or `dovecot`; more arguments `COUNTxBYTES` fill Dovecot's INBOX; behind an
//! FTP server's name `at ADDRESS` tells where it listens.
#![allow(clippy::unwrap_used, reason = "a tool of the tests")]

#[path = "../support/certs.rs"]
mod certs;
mod fixture;

use fixture::{Tls, dovecot, proftpd, vsftpd};
use serde_json::json;
use std::{any::Any, io::Read, process::ExitCode};

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut more = std::env::args().skip_while(|word| word != "at").skip(1);
    let at = more.next().map(|address| &*address.leak());
    let tls = if name.ends_with("-tls") { Tls::Explicit } else { Tls::Off };
    // As vsftpd comes out of its package: a log of each command and reply costs it as much as the commands do.
    let extra = "log_ftp_protocol=NO\n".to_string();
    let started: Option<(serde_json::Value, Box<dyn Any>)> = match name.trim_end_matches("-tls") {
        "vsftpd" => vsftpd::Vsftpd::start(&vsftpd::Options { tls, at, extra, ..Default::default() }).map(|s| {
            (json!({"url": s.url(""), "host": s.host, "port": s.port, "user": s.user, "password": s.password,
                "ca": s.ca, "root": s.root}), Box::new(s) as Box<dyn Any>)
        }),
        "proftpd" => proftpd::Proftpd::start(&proftpd::Options { tls, at, ..Default::default() }).map(|s| {
            (json!({"url": s.url(""), "host": s.host, "port": s.port, "user": s.user, "password": s.password,
                "ca": s.ca, "root": s.root}), Box::new(s) as Box<dyn Any>)
        }),
        "dovecot" => dovecot::Dovecot::start(&dovecot::Options::default()).map(|s| {
            std::env::args().skip(2).for_each(|what| fill(&s, &what));
            (json!({"host": s.host, "imap": s.imap, "imaps": s.imaps, "pop3": s.pop3, "user": s.user,
                "password": s.password, "ca": s.ca}), Box::new(s) as Box<dyn Any>)
        }),
        _ => None,
    };
    let Some((about, _server)) = started else {
        eprintln!("live-server: no such server here: {name:?}");
        return ExitCode::from(69);
    };
    println!("{about}");
    let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}

/// `10000x4096`: so many messages of about so many bytes.
fn fill(server: &dovecot::Dovecot, what: &str) {
    let (count, bytes) = what.split_once('x').expect("COUNTxBYTES");
    let (count, bytes): (usize, usize) = (count.parse().unwrap(), bytes.parse().unwrap());
    let line = "and so on, and so on, as real mail does, with lines of about this length\r\n";
    let body = line.repeat(bytes / line.len()) + ".\r\n..\r\nFrom here\r\n";
    let texts = (0..count).map(|n| {
        format!("From: a@example.org\r\nSubject: {n}\r\nMessage-ID: <{n}@example.org>\r\n\r\n{body}")
    });
    let texts: Vec<String> = texts.collect();
    server.fill(server.user, "INBOX", texts.iter().map(|t| (t.as_bytes(), "")));
}
