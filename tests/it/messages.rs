//! Every message a person may meet, pinned: the mistakes that are made most, and each code of the exit table once. The sessions
//! are in `messages/`; read them as the person who has just made that mistake.

use crate::sandbox::script::{End, on, reply, reply_then};
use crate::sandbox::store::Store;
use crate::sandbox::tls::{Cert, Tls};
use crate::sandbox::{ftp, imap, pop3, smtp};
use crate::session::Session;

/// A server that is not what one expects, by the variable its URL is in.
fn ftp(options: ftp::Options) -> ftp::Server {
    ftp::Server::start(options)
}

fn with_user(url: &str) -> String {
    if url.contains('@') { url.to_string() } else { url.replacen("//", "//user@", 1) }
}

#[test]
fn flags_names_and_urls() {
    let session = Session::new();
    let world = session.world();
    world.file("a.txt", "text\n");
    world.file("dist/f", "text\n");
    world.file("mail/new.eml", "Subject: x\n\ny\n");
    world.private_file("pw", "secret\n");
    session.check("usage.txt");
}

#[test]
fn logins_and_secrets() {
    let mut session = Session::new();
    let server = ftp(ftp::Options { anonymous: false, ..ftp::Options::default() });
    let store = Store::default();
    let pop = pop3::Server::start(pop3::Options { store: store.clone(), ..pop3::Options::default() });
    let imap = imap::Server::start(imap::Options { store: store.clone(), ..imap::Options::default() });
    let smtp = smtp::Server::start(smtp::Options { store, clear_auth: true, ..smtp::Options::default() });
    for (name, url) in [("FTP", server.url()), ("POP", pop.url()), ("IMAP", imap.url()), ("SMTP", smtp.url())]
    {
        session.server(name, &with_user(&url));
    }
    let world = session.world();
    world.file("a.txt", "text\n");
    world.file("open", "secret\n");
    world.private_file("pw", "secret\n");
    world.private_file("wrong", "not it\n");
    session.check("logins.txt");
}

#[test]
fn certificates_and_wrong_ports() {
    let mut session = Session::new();
    let explicit = |cert| ftp(ftp::Options { tls: Tls::Explicit, cert, ..ftp::Options::default() });
    let good = explicit(Cert::Good);
    let expired = explicit(Cert::Expired);
    let other = explicit(Cert::WrongName);
    let self_signed = explicit(Cert::SelfSigned);
    let early = explicit(Cert::NotYetValid);
    let plain = ftp(ftp::Options::default());
    let ftps = ftp(ftp::Options { tls: Tls::Implicit, ..ftp::Options::default() });
    let (e, i) = (Tls::Explicit, Tls::Implicit);
    let smtp = smtp::Server::start(smtp::Options { tls: e, ..smtp::Options::default() });
    let smtps = smtp::Server::start(smtp::Options { tls: i, ..smtp::Options::default() });
    let pop = pop3::Server::start(pop3::Options { tls: e, ..pop3::Options::default() });
    let pops = pop3::Server::start(pop3::Options { tls: i, ..pop3::Options::default() });
    let imap = imap::Server::start(imap::Options { tls: e, ..imap::Options::default() });
    let imaps = imap::Server::start(imap::Options { tls: i, ..imap::Options::default() });
    for (name, url) in [
        ("FTP", good.url()),
        ("FTP_EXPIRED", expired.url()),
        ("FTP_OTHER", other.url()),
        ("FTP_SELF_SIGNED", self_signed.url()),
        ("FTP_EARLY", early.url()),
        ("FTP_PLAIN", plain.url()),
        ("FTPS", ftps.url()),
        ("SMTP", smtp.url()),
        ("SMTPS", smtps.url()),
        ("POP", pop.url()),
        ("POPS", pops.url()),
        ("IMAP", imap.url()),
        ("IMAPS", imaps.url()),
    ] {
        session.server(name, &with_user(&url));
    }
    session.set("CA", good.ca_pem_path().display().to_string());
    session.world().private_file("pw", "secret\n");
    session.world().file("a.txt", "text\n");
    session.check("tls.txt");
}

#[test]
fn files_and_disks() {
    let mut session = Session::new();
    let server = ftp(ftp::Options::default());
    session.server("FTP", &with_user(&server.url()));
    std::fs::write(server.root().join("there"), "text\n").unwrap();
    std::fs::create_dir(server.root().join("dir")).unwrap();
    let world = session.world();
    world.file("a.txt", "text\n");
    world.file("broken.b64", "aGVsbG8=\naGV*\n");
    world.private_file("pw", "secret\n");
    session.check("files.txt");
}

#[test]
fn every_code_of_the_exit_table() {
    let mut session = Session::new();
    let good = ftp(ftp::Options::default());
    let rules = |rule| ftp::Options { rules: vec![rule], ..ftp::Options::default() };
    let full = ftp(rules(on("STOR").then(reply("552 Quota exceeded\r\n"))));
    let busy =
        ftp(rules(on("CONNECT").then(reply_then("421 Too many users, come back later\r\n", End::Close))));
    let garbage = ftp(rules(on("CONNECT").then(reply("HTTP/1.1 400 Bad Request\r\n"))));
    let mute = ftp(rules(on("CONNECT").then(End::Stall)));
    let store = Store::default();
    store.add("From: Steve <steve@example.org>\r\nSubject: hello\r\n\r\ntext\r\n");
    let imap = imap::Server::start(imap::Options { store: store.clone(), ..imap::Options::default() });
    let unknown = |address: &str| on("RCPT").with(address).then(reply("550 5.1.1 No such user here\r\n"));
    let smtp = smtp::Server::start(smtp::Options {
        store: store.clone(),
        rules: vec![unknown("nobody@")],
        ..smtp::Options::default()
    });
    let lost = smtp::Server::start(smtp::Options {
        store,
        rules: vec![on("DOT").then(End::Reset)],
        ..smtp::Options::default()
    });
    let closed = crate::support::nobody();
    for (name, url) in [
        ("FTP", good.url()),
        ("FTP_FULL", full.url()),
        ("FTP_BUSY", busy.url()),
        ("FTP_GARBAGE", garbage.url()),
        ("FTP_MUTE", mute.url()),
        ("FTP_CLOSED", format!("ftp://{closed}")),
        ("IMAP", imap.url()),
    ] {
        session.server(name, &with_user(&url));
    }
    session.server("SMTP", &smtp.url());
    session.server("SMTP_LOST", &lost.url());
    let world = session.world();
    world.file("a.txt", "text\n");
    world.file("broken.b64", "aGVsbG8=\naGV*\n");
    world.private_file("pw", "secret\n");
    session.check("exit-codes.txt");
}
