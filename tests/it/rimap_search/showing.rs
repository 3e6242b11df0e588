//! What is shown, saved and delivered.
use super::*;
use std::fs;

const MIXED: &str = "From: =?utf-8?q?J=C3=BCrgen_M=2E?= <j@x.example>\r\nTo: me@here.example\r\n\
Subject: =?utf-8?b?R3LDvMOfZQ==?= from afar\r\nDate: Tue, 03 Mar 2026 10:00:00 +0100\r\nMessage-ID: <m1@x>\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n\
--i\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
Gr=FC=DFe!\r\n--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gr&uuml;&szlig;e!</p>\r\n--i--\r\n\
--o\r\nContent-Type: application/pdf; name=\"r.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf\r\n\r\naGVsbG8gcGRm\r\n\
--o\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"../../evil.png\"\r\n\r\niVBORw0KGgo=\r\n--o--\r\n";

fn mixed() -> Server {
    let server = Server::start(Options::default());
    put(&server, "INBOX", MIXED.as_bytes().to_vec(), &["\\Flagged"], MARCH);
    put(&server, "INBOX", message("bob@b.example", "plain", "just text"), &[], MARCH + 1);
    server
}

#[test]
fn json_tells_all_that_is_known() {
    let (world, server) = (world(), mixed());
    let out = run(&world, &server, &["--json", "from:x.example", "--show", "structure"]);
    let hit = &out.events("message")[0];
    for (key, want) in [
        ("outcome", "ok"),
        ("mailbox", "INBOX"),
        ("date", "2026-03-03T09:00:00Z"),
        ("arrived", "2026-03-01T00:00:00Z"),
        ("from", "Jürgen M. <j@x.example>"),
        ("to", "me@here.example"),
        ("subject", "Grüße from afar"),
        ("message_id", "<m1@x>"),
    ] {
        assert_eq!(hit[key], want, "{key}");
    }
    assert_eq!((&hit["uid"], &hit["size"]), (&1.into(), &MIXED.len().into()));
    assert!(hit["uidvalidity"].as_u64().unwrap() > 0);
    assert_eq!(hit["flags"][0], "\\Flagged");
    let parts = hit["parts"].as_array().unwrap();
    let names: Vec<_> =
        parts.iter().map(|p| (p["part"].as_str().unwrap(), p["media_type"].as_str().unwrap())).collect();
    assert_eq!(
        names,
        [
            ("", "multipart/mixed"),
            ("1", "multipart/alternative"),
            ("1.1", "text/plain"),
            ("1.2", "text/html"),
            ("2", "application/pdf"),
            ("3", "image/png")
        ]
    );
    assert_eq!(parts[4]["name"], "résumé.pdf");
    assert_eq!(parts[4]["attachment"], true);
    out.summary();
    assert!(
        server.store.messages("INBOX").iter().all(|m| !m.flags.contains("\\Seen")),
        "reading sets no flag"
    );
    clean(&server);
}

#[test]
fn texts_headers_parts_and_ranges() {
    let (world, server) = (world(), mixed());
    let show = |args: &[&str]| run(&world, &server, args);
    assert_eq!(show(&["from:x.example", "--show", "text"]).out(), "Grüße!");
    assert_eq!(show(&["from:bob", "--show", "text"]).out(), "just text\n");
    let both = show(&["--all", "--show", "text"]).out();
    assert!(both.contains("Subject: Grüße from afar") && both.contains("just text"), "{both}");
    let json = show(&["--all", "--show", "text", "--json"]);
    let texts: Vec<_> =
        json.events("message").iter().map(|m| m["text"].as_str().unwrap().to_string()).collect();
    assert_eq!(texts, ["Grüße!", "just text\n"]);
    let headers = show(&["from:x.example", "--show", "headers"]).out();
    assert!(headers.starts_with("From: Jürgen M. <j@x.example>\nTo: "), "{headers}");
    assert!(show(&["from:x.example", "--show", "preview"]).out().contains("    Grüße!"));
    assert_eq!(show(&["from:x.example", "--part", "2"]).out(), "hello pdf");
    assert_eq!(show(&["from:x.example", "--part", "2", "--range", "0-3"]).out(), "aGVs");
    assert_eq!(show(&["from:bob", "--range", "0-4"]).out(), "From:");
    show(&["from:bob", "--part", "7"]).exits(66).says("no part 7");
    assert_eq!(show(&["from:x.example", "--show", "raw"]).out(), MIXED);
    assert!(
        show(&["from:x.example", "--show", "structure"])
            .out()
            .contains("  2  application/pdf  12 B  résumé.pdf")
    );
    assert_eq!(uids(&show(&["--has-attachment"])), [1]);
    assert_eq!(uids(&show(&["NOT has:attachment"])), [2]);
    assert_eq!(uids(&show(&["file:*.PDF"])), [1]);
    assert_eq!(uids(&show(&["file:*.pdf OR from:bob"])), [1, 2]);
    clean(&server);
}

#[test]
fn attachments_are_saved_under_safe_names() {
    let (world, server) = (world(), mixed());
    let out = run(&world, &server, &["--all", "--save", "*", "-d", "out", "--json"]);
    out.exits(0);
    assert_eq!(fs::read(world.path("out/résumé.pdf")).unwrap(), b"hello pdf");
    assert_eq!(fs::read(world.path("out/evil.png")).unwrap(), b"\x89PNG\r\n\x1a\n");
    assert_eq!(out.events("part").len(), 2);
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 2);
    // Again: beside what is there; by type, and by a template.
    run(&world, &server, &["--all", "--save", "image/*", "-d", "out"]).exits(0);
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 3);
    run(&world, &server, &["--all", "--save", "*.pdf", "-d", "named", "--name", "{date}_{from}_{name}"])
        .exits(0);
    assert!(world.path("named/2026-03-03_j@x.example_résumé.pdf").is_file());
    run(&world, &server, &["--all", "--save", "*.doc", "-d", "none"]).exits(1);
    run(&world, &server, &["--all", "--save", "*", "--name", "{bogus}"])
        .exits(64)
        .says("there is no {bogus}");
    run(&world, &server, &["--all", "--save", "*", "-d", "out", "--on-conflict", "fail"]).exits(3);
    clean(&server);
}

/// A message with one attachment that a server decodes and one whose base64 it calls broken.
const ODD: &str = "From: x@x\r\nSubject: odd\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
--o\r\nContent-Type: application/a; name=good.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n\
--o\r\nContent-Type: application/b; name=bad.bin\r\nContent-Transfer-Encoding: base64\r\n\r\naGVs!bG8=\r\n\
--o\r\nContent-Type: application/c; name=qp.bin\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=00b\r\n--o--\r\n";

#[test]
fn the_server_decodes_where_it_can() {
    for off in [vec![], vec!["BINARY"]] {
        let offered = off.is_empty();
        let (world, server) = (world(), Server::start(Options { off, ..Options::default() }));
        put(&server, "INBOX", ODD.as_bytes().to_vec(), &[], MARCH);
        let out = run(&world, &server, &["--all", "--save", "*.bin", "-d", "out", "--json"]);
        out.exits(0);
        assert_eq!(fs::read(world.path("out/good.bin")).unwrap(), b"\0\x01\x02\x03");
        assert_eq!(fs::read(world.path("out/bad.bin")).unwrap(), b"hello");
        assert_eq!(fs::read(world.path("out/qp.bin")).unwrap(), b"a\0b");
        let asked = |what: &str| server.commands().iter().filter(|c| c.contains(what)).count();
        assert_eq!((asked("BINARY.PEEK["), asked("BODY.PEEK[2]")), (2 * usize::from(offered), 1));
        for (part, want) in [("1", &b"\0\x01\x02\x03"[..]), ("2", b"hello"), ("3", b"a\0b")] {
            assert_eq!(run(&world, &server, &["--all", "--part", part]).exits(0).stdout, want, "{part}");
        }
        assert_eq!(run(&world, &server, &["--all", "--part", "1", "--range", "0-3"]).out(), "AAEC");
        clean(&server);
    }
}

#[test]
fn whole_messages_go_to_a_maildir_an_mbox_or_a_command() {
    let (world, server) = (world(), mixed());
    run(&world, &server, &["--all", "--maildir", "md"]).exits(0);
    let files = |dir: &str| -> Vec<Vec<u8>> {
        fs::read_dir(world.path(dir)).unwrap().map(|e| fs::read(e.unwrap().path()).unwrap()).collect()
    };
    let delivered: Vec<_> = [files("md/new"), files("md/cur")].concat();
    assert_eq!(delivered.len(), 2);
    assert!(delivered.contains(&MIXED.replace("\r\n", "\n").into_bytes()));
    run(&world, &server, &["--all", "--mbox", "m.mbox"]).exits(0);
    let mbox = fs::read_to_string(world.path("m.mbox")).unwrap();
    assert_eq!(mbox.matches("\nFrom ").count() + usize::from(mbox.starts_with("From ")), 2);
    let exec = "test \"$WIREPOST_UID\" = 1 || exit 9; cat > got; echo \"$WIREPOST_FROM|$WIREPOST_SUBJECT|$WIREPOST_MAILBOX|$RIMAP_SEARCH_PASSWORD\" > env";
    let out = run(&world, &server, &["--all", "--exec", exec, "--json"]);
    out.exits(3);
    assert_eq!(fs::read(world.path("got")).unwrap(), MIXED.replace("\r\n", "\n").into_bytes());
    assert_eq!(
        fs::read_to_string(world.path("env")).unwrap(),
        "Jürgen M. <j@x.example>|Grüße from afar|INBOX|\n"
    );
    let outcomes: Vec<_> =
        out.events("message").iter().map(|m| m["outcome"].as_str().unwrap().to_string()).collect();
    assert_eq!(outcomes, ["ok", "permanent"]);
    clean(&server);
}

#[test]
fn what_a_command_refused_is_left_and_said() {
    let (world, server) = (world(), ten(Options::default()));
    let exec = "test \"$WIREPOST_UID\" != 3 || exit $(cat code); exec ./later";
    let run = |flags: &[&str]| {
        run(&world, &server, &[&["--from", "ann", "--new", "--exec", exec, "--state", "s"], flags].concat())
    };
    world.file("code", "1");
    run(&[]).exits(69).says("(exit 127)").says("hint: --retry-failed tries it again");
    // The command is there now: what it could not be given comes, what it refused is left.
    let later = world.file("later", "#!/bin/sh\n");
    fs::set_permissions(&later, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let out = run(&["--json"]);
    assert_eq!(out.exits(0).events("message").len(), 4);
    for _ in 0..2 {
        run(&[])
            .exits(0)
            .says("1 message is left, because the command refused it in an earlier run; --retry-failed");
    }
    assert_eq!(run(&["-q"]).exits(0).err(), "");
    world.file("code", "0");
    run(&["--retry-failed"]).exits(0);
    assert_eq!(run(&[]).exits(0).err(), "");
    clean(&server);
}

#[test]
fn new_mail_is_delivered_once() {
    let (world, server) = (world(), ten(Options::default()));
    let args = ["--maildir", "md", "--new", "--state", "s"];
    run(&world, &server, &args).exits(0);
    run(&world, &server, &args).exits(0);
    put(&server, "INBOX", message("ann@a", "late", ""), &[], MARCH);
    let out = run(&world, &server, &[&args[..], &["--json"]].concat());
    assert_eq!(out.events("message").len(), 1);
    let count = |d: &str| fs::read_dir(world.path(d)).unwrap().count();
    assert_eq!(count("md/new") + count("md/cur"), 11);
    // A server that counts changes is not asked again for what it said before.
    let asked = |from: usize| {
        let all = server.commands();
        all[from..].iter().filter(|c| c.contains("SEARCH")).cloned().collect::<Vec<_>>()
    };
    let before = server.commands().len();
    run(&world, &server, &args).exits(0);
    assert_eq!(asked(before), [""; 0], "nothing changed");
    put(&server, "INBOX", message("ann@a", "later", ""), &[], MARCH);
    let before = server.commands().len();
    let out = run(&world, &server, &[&args[..], &["--json"]].concat());
    assert_eq!(out.events("message").len(), 1);
    assert!(asked(before)[0].contains("MODSEQ "), "{:?}", asked(before));
    // Another search in the same state begins at the beginning, and one that was changed by a flag is found.
    run(&world, &server, &["--flagged", "--new", "--state", "s"]).exits(1);
    put(&server, "INBOX", message("cy@c", "unread", ""), &[], MARCH);
    run(&world, &server, &["--flagged", "--new", "--state", "s"]).exits(1);
    let fresh = server.store.messages("INBOX").last().unwrap().uid;
    server.store.with("user", |a| {
        a.change("INBOX", fresh, |f| {
            f.insert("\\Flagged".into());
        })
    });
    let out = run(&world, &server, &["--flagged", "--new", "--state", "s"]);
    assert_eq!(uids(&out), [fresh]);
    // Several mailboxes make a tree of folders.
    put(&server, "Archive/2026", message("ann@a", "filed", ""), &[], MARCH);
    run(&world, &server, &["--in", "**", "--maildir", "tree", "--all"]).exits(0);
    assert_eq!(count("tree/.Archive.2026/new") + count("tree/.Archive.2026/cur"), 1);
    clean(&server);
}

#[test]
fn a_body_whose_message_is_told_afterwards_is_decoded_as_its_own() {
    use crate::sandbox::script::{on, reply};
    let answer = |n: u32, body: &str| {
        reply(format!("* {n} FETCH (BODY[1] {{{}}}\r\n{body} UID {n})\r\n{{tag}} OK x\r\n", body.len()))
    };
    let rules = vec![
        on("FETCH").with("(UID BODY.PEEK[1])").nth(1).then(answer(1, "aGVsbG8=")),
        // The second is gone.
        on("FETCH").with("(UID BODY.PEEK[1])").nth(2).then(reply("{tag} OK x\r\n")),
        on("FETCH").with("(UID BODY.PEEK[1])").nth(3).then(answer(3, "cGxhaW4=")),
    ];
    let server = Server::start(Options { rules, ..Options::default() });
    for encoding in ["base64", "base64", "7bit"] {
        let text = format!("From: a@a\r\nContent-Transfer-Encoding: {encoding}\r\n\r\nx\r\n");
        put(&server, "INBOX", text.into_bytes(), &[], MARCH);
    }
    let out = run(&world(), &server, &["--all", "--part", "1"]);
    out.exits(3).says("message 2");
    assert_eq!(out.out(), "hellocGxhaW4=");
}

#[test]
fn html_costs_no_more_than_its_length() {
    let (world, server) = (world(), Server::start(Options::default()));
    let body = format!("{}a < b and c > d", "<title></title>".repeat(200_000));
    let text = format!("From: a@a\r\nContent-Type: text/html\r\n\r\n{body}\r\n");
    put(&server, "INBOX", text.into_bytes(), &[], MARCH);
    assert_eq!(run(&world, &server, &["--all", "--show", "text"]).out(), "a < b and c > d\n");
}

#[test]
fn long_texts_are_told_of_as_they_come() {
    let (world, server) = (world(), Server::start(Options::default()));
    let body = "0123456789abcde\r\n".repeat(150_000);
    for n in 0..20 {
        put(&server, "INBOX", message("ann@a", &format!("s{n}"), &body), &[], MARCH);
    }
    let out = run(&world, &server, &["--all", "--show", "text", "--json"]);
    let told = out.exits(0).events("message");
    assert_eq!(
        told.iter().map(|m| m["uid"].as_u64().unwrap()).collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    assert!(told.iter().all(|m| m["text"].as_str().unwrap().len() == 150_000 * 16 + 1));
    out.within(40 << 20);
}

#[test]
fn text_in_a_charset_nobody_knows_is_read_as_text_without_one() {
    let (world, server) = (world(), Server::start(Options::default()));
    let head = b"From: a@a\r\nContent-Type: text/plain; charset=x-mac-foo\r\n\r\n";
    put(&server, "INBOX", [&head[..], b"gr\xfc\xdfe\r\n"].concat(), &[], MARCH);
    put(&server, "INBOX", [&head[..], "grüße\r\n".as_bytes()].concat(), &[], MARCH);
    for more in [&[][..], &["--json"]] {
        let out = run(&world, &server, &[&["--all", "--show", "text"], more].concat());
        assert_eq!(out.exits(0).out().matches("grüße").count(), 2, "{out:?}");
        out.says("message 1 in INBOX: nobody knows its charset x-mac-foo");
    }
    assert_eq!(run(&world, &server, &["--uid", "2", "--show", "text"]).out(), "grüße\n");
}

#[test]
fn each_mailbox_gets_a_folder_of_its_own() {
    let long = format!("&{}-", "MEIwQjBC".repeat(16));
    let server = Server::start(Options { delimiter: '.', ..Options::default() });
    for name in [
        "INBOX",
        "INBOX.Archive",
        "INBOX.Archive.2025",
        "INBOX.Archive_2025",
        "a/b",
        "a~",
        &format!("INBOX.{long}"),
    ] {
        put(&server, name, message("ann@a", name, ""), &[], MARCH);
    }
    let other = Server::start(Options::default());
    for name in
        ["a.b", "a_b", "a/b", &format!("{}1", "x".repeat(300)), &format!("{}2", "x".repeat(300)), "a//b"]
    {
        put(&other, name, message("ann@a", name, ""), &[], MARCH);
    }
    let world = world();
    let folders = |server: &Server, md: &str| {
        run(&world, server, &["--in", "**", "--all", "--maildir", md]).exits(0);
        let mut all: Vec<String> = fs::read_dir(world.path(md))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|n| n.starts_with('.'))
            .collect();
        all.sort();
        let files = |dir: &str| fs::read_dir(world.path(md).join(dir)).unwrap().count();
        for folder in &all {
            assert_eq!(files(&format!("{folder}/new")) + files(&format!("{folder}/cur")), 1, "{folder}");
        }
        all
    };
    let found = folders(&server, "one");
    assert_eq!(
        found[1..],
        [".INBOX.Archive", ".INBOX.Archive.2025", ".INBOX.Archive_2025", ".a\\2fb", ".a\\7e"]
    );
    assert!(found[0].starts_with(".INBOX.&MEIwQjBC") && found[0].len() < 255, "{found:?}");
    let found = folders(&other, "two");
    assert_eq!(found[..4], [".a.\\.b", ".a.b", ".a\\2eb", ".a_b"]);
    assert!(found[4] != found[5] && found[5].starts_with(".xxx") && found[5].len() <= 200, "{found:?}");
}

#[test]
fn what_is_known_of_a_message_is_told_whatever_is_shown() {
    let (world, server) = (world(), Server::start(Options::default()));
    let uid = put(&server, "INBOX", message("ann@a", "hello", "text"), &["\\Seen", "\\Flagged"], MARCH);
    put(&server, "INBOX", message("bob@b", "other", "text"), &[], MARCH);
    for show in [&["--show", "raw"][..], &["--part", "1"], &["--range", "0-5"]] {
        for (which, n) in [(&["--from", "ann"][..], 1), (&["--all"], 2)] {
            let out = run(&world, &server, &[which, show, &["--json-file", "j"]].concat());
            out.exits(0);
            let text = fs::read_to_string(world.path("j")).unwrap();
            let events: Vec<serde_json::Value> =
                text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
            let told: Vec<_> = events.iter().filter(|e| e["type"] == "message").collect();
            assert_eq!(told.len(), n, "{text}");
            let first = told.iter().find(|e| e["uid"] == uid).unwrap();
            assert_eq!(first["flags"], serde_json::json!(["\\Flagged", "\\Seen"]), "{show:?} {text}");
            assert_eq!(
                (&first["subject"], first["size"].is_u64()),
                (&"hello".into(), true),
                "{show:?} {text}"
            );
        }
    }
    // Where they were not asked for there is no word on them.
    let out = run(&world, &server, &["--all", "--flag", "x", "--max-actions", "1", "--json"]);
    assert!(out.exits(65).events("message").iter().all(|m| m.get("flags").is_none()), "{out:?}");
    let out = run(&world, &server, &["--all", "--maildir", "D", "--dry-run"]);
    assert_eq!(out.exits(0).out().matches("would deliver message ").count(), 2);
    // A file whose name is no UTF-8 is a file.
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.eml");
    world.file(odd, "Subject: odd\n\nx\n");
    let args = [std::ffi::OsStr::new("append"), odd, "--to".as_ref(), "INBOX".as_ref(), "--json".as_ref()];
    let out = world
        .run("rimap-search", args)
        .env("RIMAP_SEARCH_URL", server.url())
        .env("RIMAP_SEARCH_PASSWORD", "secret")
        .go();
    assert_eq!(out.exits(0).events("message")[0]["path"]["bytes"], "Y2Fm6S5lbWw=");
}
