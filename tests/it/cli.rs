//! What all programs have in common, whoever their servers are: input that is silent, signals, and where JSON goes.

use crate::sandbox::{ftp, imap, pop3, store::Store};
use crate::support::{Going, World, program};
use rustix::{
    fs::{CWD, Mode, OFlags, mkfifoat},
    process::Signal,
};
use std::{fs::File, io::Write, path::Path, time::Instant};

/// Runs a program whose standard input is a pipe, given as well: nobody writes to it but the test.
fn fed(world: &World, name: &str, before: &str, args: &[&str], env: &[(&str, &str)]) -> (Going, File) {
    let path = world.path("fifo");
    let _ = std::fs::remove_file(&path);
    mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    let program = program(name).display().to_string();
    let script = format!("{before} exec \"$0\" \"$@\" <fifo");
    let mut run = world.run_path(Path::new("/bin/sh"), ["-c", &script, &program]).args(args);
    for (name, value) in env {
        run = run.env(name, value);
    }
    let going = run.start();
    let pipe = rustix::fs::open(&path, OFlags::WRONLY, Mode::empty()).unwrap();
    (going, pipe.into())
}

/// More than a pipe can hold: once it is written the program is reading.
fn until_it_reads(pipe: &mut File) {
    let line = b"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQh\n";
    pipe.write_all(&line.repeat((3 << 20) / line.len())).unwrap();
}

#[test]
fn a_signal_ends_a_program_whose_input_is_silent() {
    let server = ftp::Server::start(ftp::Options::default());
    let put = format!("{}/a.bin", server.url().trim_end_matches('/').replace("://", "://user@"));
    let mail = ["--from", "a@x.example", "--to", "b@x.example", "--server", "smtp://127.0.0.1:1"];
    let append = ["append", "imap://user@127.0.0.1:1", "-", "--to", "A"];
    for (name, args) in [
        ("b64mime", &["decode", "-o", "out"][..]),
        ("b64mime", &["list"]),
        ("b64mime", &["lint"]),
        ("rsendmail", &[&["--eml", "-"], &mail[..]].concat()),
        ("rsendmail", &[&["--body-file", "-"], &mail[..]].concat()),
        ("rimap-search", &append),
        ("rftp", &["put", "-", &put]),
    ] {
        let world = World::new().secret("user", "secret");
        let (going, mut pipe) = fed(&world, name, "", args, &[("RFTP_PASSWORD", "secret")]);
        until_it_reads(&mut pipe);
        let began = Instant::now();
        going.signal(Signal::TERM);
        let out = going.finish();
        out.exits(143).says("terminated");
        assert!(began.elapsed().as_secs() < 5, "{out:?}");
        assert!(!world.path("out").exists(), "half of the input is none");
    }
    assert_eq!(std::fs::read_dir(server.root()).unwrap().count(), 0, "nothing is left there");
}

#[test]
fn a_pipe_is_a_source_with_or_without_somebody_who_writes() {
    let server = ftp::Server::start(ftp::Options::default());
    let url =
        |name: &str| format!("{}/{name}", server.url().trim_end_matches('/').replace("://", "://user@"));
    let world = World::new().secret("user", "secret");
    mkfifoat(CWD, world.path("fifo"), Mode::RUSR | Mode::WUSR).unwrap();
    let program = program("rftp").display().to_string();
    let run = |script: &str, args: &[&str]| {
        let run = world.run_path(Path::new("/bin/sh"), ["-c", script, &program]).args(["put"]).args(args);
        run.env("RFTP_PASSWORD", "secret").go()
    };
    for (name, more) in [("a", &[][..]), ("b", &["--in-place"])] {
        std::fs::write(server.root().join(name), "old").unwrap();
        let target = url(name);
        let args = [&["fifo", target.as_str()], more].concat();
        run("echo new >fifo & exec \"$0\" \"$@\"", &args).exits(0);
        assert_eq!(std::fs::read(server.root().join(name)).unwrap(), b"new\n");
    }
    run("echo newer | exec \"$0\" \"$@\"", &["/dev/stdin", &url("a")]).exits(0);
    assert_eq!(std::fs::read(server.root().join("a")).unwrap(), b"newer\n");
    // Nobody writes.
    run("exec \"$0\" \"$@\"", &["fifo", &url("a"), "--max-time", "1s"]).exits(75).says("--max-time");
    assert_eq!(std::fs::read(server.root().join("a")).unwrap(), b"newer\n");
}

#[test]
fn a_limit_of_a_files_size_is_a_failed_write() {
    let server = ftp::Server::start(ftp::Options::default());
    std::fs::write(server.root().join("big"), vec![b'x'; 1 << 20]).unwrap();
    let world = World::new().secret("user", "secret");
    world.file("big.b64", "QUFB\n".repeat(1 << 18));
    let url = format!("{}/big", server.url().trim_end_matches('/').replace("://", "://user@"));
    for (name, args) in [
        ("b64mime", &["decode", "big.b64", "-o", "out"][..]),
        ("rftp", &["get", &url, "out", "--retries", "0"]),
    ] {
        let program = program(name).display().to_string();
        let script = "ulimit -f 100; exec \"$0\" \"$@\"";
        let run = world.run_path(Path::new("/bin/sh"), ["-c", script, &program]).args(args);
        let out = run.env("RFTP_PASSWORD", "secret").go();
        out.exits(74);
        assert!(out.err().starts_with(&format!("{name}: ")) && out.err().contains("too large"), "{out:?}");
        assert!(!world.path("out").exists());
    }
}

#[test]
fn an_end_that_comes_with_the_signal_is_not_believed() {
    let world = World::new();
    let (going, mut pipe) = fed(&world, "b64mime", "", &["decode", "-o", "out", "--json"], &[]);
    until_it_reads(&mut pipe);
    going.signal(Signal::INT);
    drop(pipe);
    let out = going.finish();
    out.exits(130);
    assert!(out.events("written").is_empty() && !world.path("out").exists(), "{out:?}");
}

#[test]
fn max_time_counts_while_input_is_silent() {
    let mail = ["--from", "a@x.example", "--to", "b@x.example", "--server", "smtp://127.0.0.1:1"];
    let url = "imap://user@127.0.0.1:1";
    let forever = "sleep 60; echo x";
    for (name, args) in [
        ("rsendmail", &[&["--eml", "-"], &mail[..]].concat()[..]),
        ("rsendmail", &[&["--merge", "-", "--body", "x"], &mail[..]].concat()),
        ("rimap-search", &["append", url, "-", "--to", "A"]),
        ("rimap-search", &[url, "--all", "--password-command", forever]),
        ("rpop", &["list", "pop3://user@127.0.0.1:1", "--password-file", "-"]),
    ] {
        let world = World::new();
        let (going, _pipe) = fed(&world, name, "", &[args, &["--max-time", "1"]].concat(), &[]);
        let out = going.finish();
        out.exits(75).says("--max-time");
        assert!(out.seconds < 8.0, "{out:?}");
    }
}

#[test]
fn what_is_ignored_from_the_start_stays_ignored() {
    for (before, signal, code) in
        [("trap '' HUP;", Signal::HUP, 0), ("trap '' INT;", Signal::INT, 0), ("", Signal::HUP, 129)]
    {
        let world = World::new();
        let (going, mut pipe) = fed(&world, "b64mime", before, &["decode", "-o", "out"], &[]);
        until_it_reads(&mut pipe);
        going.signal(signal);
        pipe.write_all(b"aGVsbG8=\n").unwrap();
        drop(pipe);
        going.finish().exits(code);
        assert_eq!(world.path("out").exists(), code == 0);
    }
}

/// Runs a script in which `b64mime` is ours.
fn shell(world: &World, script: &str) -> crate::support::Output {
    let programs = program("b64mime").parent().unwrap().display().to_string();
    let run = world.run_path(Path::new("/bin/sh"), ["-c", script]);
    run.env("PATH", format!("{programs}:/usr/bin:/bin")).go()
}

#[test]
fn json_goes_to_the_descriptor_itself() {
    let world = World::new();
    let types = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(world.path(name)).unwrap();
        let kind = |line: &str| match serde_json::from_str::<serde_json::Value>(line) {
            Ok(event) => event["type"].as_str().unwrap().to_string(),
            Err(_) => line.to_string(),
        };
        text.lines().map(kind).collect()
    };
    let once = "b64mime header decode x --json-file fd:3";
    shell(&world, &format!("echo earlier >a; {once} 3>>a")).exits(0);
    assert_eq!(types("a"), ["earlier", "header", "summary"]);
    shell(&world, &format!("exec 3>b; echo head >&3; {once}; {once}; echo tail >&3")).exits(0);
    assert_eq!(types("b"), ["head", "header", "summary", "header", "summary", "tail"]);
    shell(&world, "b64mime header decode x --json-file fd:1 >c").exits(0);
    let mut all = types("c");
    all.sort();
    assert_eq!(all, ["header", "summary", "x"]);
    for name in ["fd:7", "fd:0"] {
        let out = shell(&world, &format!("b64mime header decode x --json-file {name} </dev/null"));
        out.exits(73).says(&format!("cannot create {name}: bad file descriptor"));
    }
    shell(&world, "b64mime header decode x --json-file fd:x").exits(64);
}

/// Whoever reads the results has seen enough; whoever reads the JSON has not.
#[test]
fn the_summary_is_written_when_nobody_reads_the_results() {
    let text = format!("Subject: x\r\n\r\n{}", "hello world\r\n".repeat(400_000));
    let store = || {
        let store = Store::default();
        store.add_account("user", "secret");
        store.add(text.clone());
        store
    };
    let ftp = ftp::Server::start(ftp::Options::default());
    std::fs::write(ftp.root().join("m.eml"), &text).unwrap();
    let pop = pop3::Server::start(pop3::Options { store: store(), ..Default::default() });
    let imap = imap::Server::start(imap::Options { store: store(), ..Default::default() });
    let programs = program("rftp").parent().unwrap().display().to_string();
    for command in [
        "rftp cat $FTP/m.eml",
        "rpop show $POP 1",
        "rpop fetch $POP --stdout",
        "rimap-search $IMAP --all --show raw",
        "b64mime text m.eml",
        "b64mime encode m.eml",
    ] {
        let world = World::new();
        world.file("m.eml", &text);
        for (to, code) in [("| head -c1", "0"), (">/dev/full", "74")] {
            let script = format!("{{ {command} --json-file j; echo $? >code; }} {to}");
            let user = |url: String| {
                url.trim_end_matches('/').replace("://", "://user@").replace("user@user@", "user@")
            };
            world
                .run_path(Path::new("/bin/sh"), ["-c", &script])
                .env("PATH", format!("{programs}:/usr/bin:/bin"))
                .env("FTP", user(ftp.url()))
                .env("POP", user(pop.url()))
                .env("IMAP", user(imap.url()))
                .env("RFTP_PASSWORD", "secret")
                .env("RPOP_PASSWORD", "secret")
                .env("RIMAP_SEARCH_PASSWORD", "secret")
                .go();
            let read = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
            assert_eq!(read("code").trim(), code, "{command} {to}");
            let last: serde_json::Value =
                serde_json::from_str(read("j").lines().last().unwrap_or("{}")).unwrap();
            assert_eq!(
                (&last["type"], last["exit"].to_string().as_str()),
                (&"summary".into(), code),
                "{command} {to}"
            );
        }
    }
}

#[test]
fn standard_input_is_read_once() {
    let world = World::new();
    for args in [
        &["rftp", "put", "-", "-", "ftp://user@127.0.0.1:1/x"][..],
        &["b64mime", "list", "-", "-"],
        &["b64mime", "lint", "-", "-"],
        &["b64mime", "extract", "-", "-"],
    ] {
        let out = world.run(args[0], &args[1..]).stdin("Subject: x\n\nx\n").go();
        assert_eq!(out.exits(64).out(), "", "nothing is read before that is known");
    }
}

#[test]
fn a_dash_is_standard_output() {
    let world = World::new();
    for verb in ["encode", "decode"] {
        let out = world.run("b64mime", [verb, "-o", "-"]).stdin("aGk=").go();
        out.exits(0);
        assert!(!out.stdout.is_empty() && !world.path("-").exists());
    }
}
