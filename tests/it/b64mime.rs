//! b64mime as scripts run it: encoding and decoding, flags of GNU's and BSD's base64, errors with their places.

use crate::support::World;
use std::io::{Read, Write};
use std::process::Stdio;

fn run<'w>(world: &'w World, args: &[&str]) -> crate::support::Run<'w> {
    world.run("b64mime", args)
}

fn sample(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 31 + i / 7) as u8).collect()
}

#[test]
fn encode_and_decode_undo_each_other() {
    let world = World::new();
    let bytes = sample(100_003);
    world.file("a.bin", &bytes);
    for flags in [
        &[][..],
        &["-w", "0"],
        &["-b", "64"],
        &["--wrap=10", "--eol", "crlf"],
        &["--qp"],
        &["--qp", "--binary"],
        &["--uu"],
        &["--yenc"],
        &["--url", "--no-pad"],
    ] {
        let text = run(&world, &["encode", "a.bin"]).args(flags.iter()).go();
        text.exits(0);
        let kind: Vec<&&str> =
            flags.iter().filter(|f| ["--qp", "--uu", "--yenc", "--url"].contains(f)).collect();
        let back = run(&world, &["decode"]).args(kind).stdin(text.stdout.clone()).go();
        back.exits(0);
        assert!(back.stdout == bytes, "{flags:?}");
        // From stdin it is the same, but for the name that uuencode and yEnc write.
        let piped =
            run(&world, &["encode", "-", "--name", "a.bin"]).args(flags.iter()).stdin(bytes.clone()).go();
        assert!(piped.stdout == text.stdout, "{flags:?}");
    }
}

#[test]
fn it_stands_in_for_base64() {
    let world = World::new();
    world.file("a", "hello\n");
    for (args, stdin, out) in [
        (&["-d"][..], "aGVsbG8K", "hello\n"),
        (&["-D"], "aGVs\r\nbG8K\r\n", "hello\n"),
        (&["--decode", "-i"], "aG!VsbG8K", "hello\n"),
        (&["-w0"], "hello\n", "aGVsbG8K"),
        (&["--wrap=4"], "hello\n", "aGVs\nbG8K\n"),
        (&["--break", "4"], "hello\n", "aGVs\nbG8K\n"),
        (&["-b", "4"], "hello\n", "aGVs\nbG8K\n"),
        (&["a"], "", "aGVsbG8K\n"),
        (&[], "hello\n", "aGVsbG8K\n"),
        (&["encode"], "", ""),
        (&["decode", "-d"], "aGVsbG8K", "hello\n"),
    ] {
        let done = run(&world, args).stdin(stdin).go();
        assert_eq!((done.code, done.out().as_str()), (0, out), "{done:?}");
    }
    run(&world, &["-d", "list", "a"]).go().exits(64);
}

#[test]
fn no_input_is_dropped_in_silence() {
    let world = World::new();
    for (args, stdin, code, out, says) in [
        (
            &["decode"][..],
            &b"QUJD\nQU!D"[..],
            65,
            &b"ABC"[..],
            "'!' is not base64 at byte 7 (line 2, column 3)",
        ),
        (&["decode"], b"QUJDQ", 65, b"ABC", "ends within a quantum"),
        (&["decode"], b"QUJ=", 65, b"", "bits that belong to no byte"),
        (&["decode"], b"QQ=", 65, b"", "cut short"),
        (&["decode"], b"ab-_", 65, b"", "hint: base64url is decoded with --url"),
        (&["decode", "--strict"], b"QUI", 65, b"", "padding is missing"),
        (&["decode", "--strict"], b"QU JD", 65, b"", "white space"),
        (&["decode", "--strict"], b"QUI=\nQUI=", 65, b"AB", "after the padding"),
        (&["decode", "--qp"], b"a=GZ", 65, b"a", "at byte 2 (line 1, column 3)"),
        (&["decode", "--uu"], b"nothing here\n", 65, b"", "no 'begin' line"),
        (&["decode", "--yenc"], b"=ybegin line=128 size=9 name=x\n\x8b\n=yend size=9\n", 65, b"a", "size"),
        (&["decode"], b"QUI", 0, b"AB", ""),
        (&["decode"], b"QUI=QUI=", 0, b"ABAB", ""),
        (&["decode"], b"", 0, b"", ""),
        (&["decode", "--url"], b"__4", 0, b"\xff\xfe", ""),
        (&["decode", "-i"], b"Q!U#J$D", 0, b"ABC", ""),
        (&["decode", "/nonexistent"], b"", 66, b"", "cannot read /nonexistent: no such file or directory"),
        (&["decode", "--json"], b"QUJD", 64, b"", "cannot share"),
        (&["encode", "--qp", "--url"], b"", 64, b"", "--url"),
        (&["encode", "--qp", "--uu"], b"", 64, b"", "cannot be used with"),
        (&["decode", "."], b"", 66, b"", "cannot read .: is a directory"),
    ] {
        let done = run(&world, args).stdin(stdin).go();
        done.exits(code).says(says);
        if !args.contains(&"--json") {
            assert_eq!(done.stdout, out, "{done:?}");
        }
        assert!(!done.err().contains("os error"), "{done:?}");
    }
}

#[test]
fn output_appears_whole_or_not_at_all() {
    let world = World::new();
    world.file("kept", "before");
    run(&world, &["decode", "-o", "kept"]).stdin("QUJD!").go().exits(65);
    assert_eq!(std::fs::read(world.path("kept")).unwrap(), b"before");
    let done = run(&world, &["decode", "-o", "kept", "--json"]).stdin("QUJD").go();
    let written = &done.exits(0).events("written")[0];
    assert_eq!(
        (&written["bytes"], &written["local"], &written["bytes_read"]),
        (&3.into(), &"kept".into(), &4.into())
    );
    assert_eq!(done.summary()["outcome"], "ok");
    assert_eq!(std::fs::read(world.path("kept")).unwrap(), b"ABC");
    let left: Vec<_> = std::fs::read_dir(world.path("")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    run(&world, &["encode", "-o", "/nonexistent/x"]).stdin("x").go().exits(73);
    run(&world, &["encode", "-o", "/dev/null"]).stdin("x").go().exits(0);
    run(&world, &["encode", "-o", "/dev/full"]).stdin("x").go().exits(74).says("no space left");
}

#[test]
fn a_full_disk_and_a_closed_pipe() {
    let world = World::new();
    world.file("a.bin", sample(3_000_000));
    let shell = |script: &str| {
        let program = crate::support::program("b64mime");
        world
            .run_path(
                std::path::Path::new("/bin/sh"),
                ["-c", &script.replace("b64mime", &program.display().to_string())],
            )
            .go()
    };
    shell("b64mime encode a.bin > /dev/full").exits(74).says("no space left");
    // The program's own status, not the shell's pipe's.
    let quiet = shell("(b64mime encode a.bin; echo $? > rc) | head -c 10 > /dev/null; cat rc");
    assert_eq!((quiet.out().as_str(), quiet.err().as_str()), ("0\n", ""), "{quiet:?}");
}

/// What has been read is decoded and written before the next read: a stream of small messages does not wait.
#[test]
fn short_reads_are_passed_on_at_once() {
    for (args, line, want) in
        [(["encode", "-w0"], &b"abcdef"[..], &b"YWJjZGVm"[..]), (["decode", "-"], b"YWJjZGVm\n", b"abcdef")]
    {
        let mut child = std::process::Command::new(crate::support::program("b64mime"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut to, mut from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        for _ in 0..3 {
            to.write_all(line).unwrap();
            let mut got = vec![0; want.len()];
            from.read_exact(&mut got).unwrap();
            assert_eq!(got, want);
        }
        drop(to);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn memory_does_not_grow_with_size() {
    let world = World::new();
    // Far above what any of them takes, since how many pages of a program the kernel maps is its own affair, and far below the file.
    const MOST: u64 = 24 << 20;
    world.file("big", sample(1 << 20).repeat(64));
    for args in [
        &["encode", "big", "-o", "big.b64"][..],
        &["decode", "big.b64", "-o", "back"],
        &["encode", "--qp", "big", "-o", "q"],
        // One line without an end, and a message with one attachment.
        &["encode", "-w0", "big", "-o", "line"],
        &["decode", "line", "-o", "back"],
        &["build", "--body", "x", "--attach", "big", "-o", "m.eml"],
        &["extract", "m.eml", "-d", "out"],
        &["list", "m.eml"],
        &["lint", "m.eml"],
    ] {
        run(&world, args).go().exits(0).within(MOST);
    }
    assert!(std::fs::read(world.path("out/big")).unwrap() == std::fs::read(world.path("big")).unwrap());
}

#[test]
fn a_target_keeps_who_may_read_it() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let world = World::new();
    world.file("a", "hello\n");
    world.file("a.b64", "aGVsbG8K\n");
    world.file("m.eml", "Subject: x\r\n\r\nhello\r\n");
    run(&world, &["split", "m.eml", "--size", "4K", "-d", "pieces"]).go().exits(0);
    let piece = std::fs::read_dir(world.path("pieces")).unwrap().next().unwrap().unwrap().path();
    let target = world.path("o/target");
    for args in [
        &["encode", "a"][..],
        &["decode", "a.b64"],
        &["build", "--body", "x"],
        &["join", piece.to_str().unwrap()],
        &["-d", "a.b64"],
    ] {
        world.file("o/target", "old");
        std::fs::set_permissions(&target, PermissionsExt::from_mode(0o600)).unwrap();
        run(&world, args).args(["-o", "o/target"]).go().exits(0);
        assert_ne!(std::fs::read(&target).unwrap(), b"old", "{args:?}");
        assert_eq!(std::fs::metadata(&target).unwrap().mode() & 0o777, 0o600, "{args:?}");
    }
    // What fails leaves the old file as it was, and nothing beside it.
    world.file("o/target", "old");
    run(&world, &["decode", "-o", "o/target"]).stdin("aGVs*").go().exits(65);
    assert_eq!(std::fs::read(&target).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(world.path("o")).unwrap().count(), 1);
}

#[test]
fn nowhere_to_keep_what_is_read_twice() {
    let world = World::new();
    let mbox = "From a@b Mon Nov 23 04:05:06 2026\nSubject: one\n\nx\n";
    for args in [&["list"][..], &["encode", "--yenc"]] {
        let out = run(&world, args).env("TMPDIR", world.path("none")).stdin(mbox).go();
        out.exits(73).says("cannot create a temporary file: no such file or directory");
    }
}

#[test]
fn names_that_are_no_utf8_are_attached() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    for name in [&b"caf\xe9.txt"[..], b"plain.txt"] {
        std::fs::write(world.path("").join(std::ffi::OsStr::from_bytes(name)), "x").unwrap();
    }
    let built = run(&world, &["build", "--body", "x", "--attach", "*.txt"]).go();
    built.exits(0);
    let listed = run(&world, &["list", "-", "--json"]).stdin(built.stdout.clone()).go();
    let named: Vec<_> =
        listed.json().iter().filter_map(|part| part["name"].as_str().map(String::from)).collect();
    assert_eq!(named, ["caf\u{fffd}.txt", "plain.txt"]);
}

#[test]
fn header_values() {
    let world = World::new();
    for (args, stdin, out) in [
        (&["header", "decode", "=?utf-8?B?4piD?= =?utf-8?q?_x?="][..], "", "☃ x\n"),
        (&["header", "decode", "=?utf-8?q?a=0Ab=1B[31m?="], "", "a\\nb\\x1b[31m\n"),
        (&["header", "decode"], "=?utf-8?q?a?=\nb\n", "a\nb\n"),
        (&["header", "encode", "Grüße"], "", "=?utf-8?b?R3LDvMOfZQ==?=\n"),
        (
            &["header", "encode", "--name", "Subject", "Grüße an alle"],
            "",
            "Subject: =?utf-8?b?R3LDvMOfZQ==?= an alle\n",
        ),
        (
            &["header", "params", "attachment; filename*0*=utf-8''%E2%98; filename*1*=%83"],
            "",
            "attachment\nfilename=☃\n",
        ),
    ] {
        let done = run(&world, args).stdin(stdin).go();
        assert_eq!((done.code, done.out().as_str()), (0, out), "{done:?}");
    }
    let out = run(&world, &["header", "decode", "--json"]).stdin("=?utf-8?q?a?=\nb\n").go();
    let values: Vec<_> =
        out.events("header").iter().map(|h| (h["value"].clone(), h["raw"].clone())).collect();
    assert_eq!(values, [("a".into(), "=?utf-8?q?a?=".into()), ("b".into(), "b".into())]);
    let out = run(&world, &["header", "params", "x/y; charset=utf-8; name=\"a b\"", "--json"]).go();
    assert_eq!(out.events("header")[0]["params"], serde_json::json!({"charset": "utf-8", "name": "a b"}));
    run(&world, &["header", "encode", "a\nBcc: x"]).go().exits(64);
    run(&world, &["header", "encode", "--name", "Bad Name", "x"]).go().exits(64);
}
